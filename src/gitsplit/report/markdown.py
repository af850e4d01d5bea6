"""A dry run as Markdown, for a review comment or a chat, with the plan inside.

Whatever comes from the repository stands in code, where no sign means anything: no
heading, link, tag or mention can be made of it. Controls are named, as in all that is
printed. A summary that folds a commit's details is HTML, where it is escaped.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import dedent

from gitsplit.model.escape import printable
from gitsplit.model.listing import line_counts, quantity
from gitsplit.model.message import subject_of
from gitsplit.planfile.compact import compact_plan
from gitsplit.planfile.document import PlanDocument
from gitsplit.report.findings import CommitFate, DryRun, Split, SplitPart
from gitsplit.report.formats import Printout
from gitsplit.report.markdown_parts import code, fenced, html, inline
from gitsplit.report.sentences import reading_words
from gitsplit.report.summary import outlook_lines
from gitsplit.report.text import (
    absorbed_words,
    diff_lines,
    fate_lines,
    left_lines,
    message_lines,
    part_lines,
    split_name,
    split_size,
    taught_lines,
)

MOST_BYTES = 12_000
"""A comment up to so long is taken everywhere; Gerrit's limit is 16 KiB."""


def printout(dry_run: DryRun) -> Printout:
    """An overview, the details of each commit to unfold, and the plan.

    Raises what stands against the series as a whole.
    """
    preview = dry_run.preview()
    blocks = [*_overview(preview.commits)]
    if preview.rewrite is not None:
        blocks.append(_items(outlook_lines(preview.rewrite)))
    for commit in preview.commits:
        blocks += _details(commit, dry_run.has_patch)
    blocks += _taught_blocks([*taught_lines(dry_run, preview)])
    if not dry_run.is_patch:
        blocks += _plan_blocks(dry_run.plan())
    text = "\n\n".join(blocks) + "\n"
    if len(text.encode()) > MOST_BYTES:
        text = f"{_TOO_LONG}\n\n{text}"
    return Printout(text, notes=preview.warnings, is_utf8=True, refusal=preview.refusal)


_TOO_LONG = "_This is longer than some servers take in a comment: attach it as a file._"


def _overview(commits: Iterable[CommitFate]) -> Iterator[str]:
    """What becomes of each commit; those that aren't split stand together."""
    for is_split, run in groupby(commits, lambda commit: commit.split is not None):
        if is_split:
            for commit in run:
                yield from _split_blocks(commit)
        else:
            lines = (line for commit in run for line in fate_lines(commit, False))
            yield fenced("text", lines)


def _split_blocks(commit: CommitFate) -> Iterator[str]:
    """A commit that is split, in one line, and a line for each that it becomes."""
    assert commit.split is not None, "the commit is split"
    ids, subject = split_name(commit.entry)
    named = "" if subject is None else f" {code(printable(subject))}"
    yield f"**{ids}**{named}: {_into(commit.split)}"
    if commit.complaints:
        yield _items(commit.complaints)
    if commit.split.absorbed:
        yield fenced("text", [*absorbed_words(commit.split, False)][1:])
    yield "\n".join(_parts(commit.split))


def _details(commit: CommitFate, has_patch: bool) -> Iterator[str]:
    """Each commit that it becomes, folded; and what is in none of them."""
    if commit.split is None:
        return
    for number, part in enumerate(commit.split.parts, 1):
        yield from _part_blocks(number, part, commit.split, has_patch)
    if any(left := [*left_lines(commit.split)]):
        yield fenced("text", left)


def _into(split: Split) -> str:
    return f"{split_size(split)}, becomes {quantity(len(split.parts), 'commit')}"


def _parts(split: Split) -> Iterator[str]:
    for number, part in enumerate(split.parts, 1):
        subject = code(printable(subject_of(part.commit.draft.message)))
        yield f"{number}. {subject} ({_size(part)})"
        if part.reason:
            yield f"   - {inline(part.reason)}"


def _size(part: SplitPart) -> str:
    lines = line_counts(part.size.added, part.size.removed)
    return f"{quantity(part.size.files, 'file')}, {lines}"


def _part_blocks(
    number: int, part: SplitPart, split: Split, has_patch: bool
) -> Iterator[str]:
    """A commit's details, folded."""
    subject = printable(subject_of(part.commit.draft.message))
    what = f"{number}. <code>{html(subject)}</code>"
    yield f"<details><summary>{what}</summary>"
    facts = "\n".join(part_lines(number, part, split.commits))
    yield fenced("text", dedent(facts).splitlines())
    if has_patch:
        yield fenced("text", message_lines(part.commit, ""))
        if part.changes:
            yield fenced("diff", diff_lines(part.changes))
    yield "</details>"


def _taught_blocks(lines: list[str]) -> Iterator[str]:
    """Git commands for the same, folded; nothing where there are none."""
    if lines:
        yield "<details><summary>Git commands</summary>"
        yield fenced("sh", lines)
        yield "</details>"


def _plan_blocks(document: PlanDocument) -> Iterator[str]:
    where, command = reading_words(document)
    yield (
        "<details><summary>Plan</summary>\n\nTo see or apply this split, save this"
        f" comment to a file, {where}: `{command}`"
    )
    yield fenced("json", compact_plan(document).splitlines())
    yield "</details>"


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {inline(line)}" for line in lines)
