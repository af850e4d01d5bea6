"""What gitsplit did, as text: a rewrite, its undo, a rebase that git finished.

Whatever was dropped, or left where it is, is named with its reason.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from gitsplit.model.change_id import trailer_lines
from gitsplit.model.diff import Fact, FactEdit
from gitsplit.model.escape import printable
from gitsplit.model.given_up import not_continued_words
from gitsplit.model.listing import (
    MOST_NAMED,
    abbreviation,
    few,
    name_list,
    quantity,
    several,
)
from gitsplit.model.message import subject_of
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.model.series import Uncommitted
from gitsplit.model.todo import Entry
from gitsplit.report.findings import (
    DroppedEdits,
    FileEdits,
    ResultCommit,
    RewriteFindings,
)
from gitsplit.report.sentences import (
    fate,
    made_lines,
    push_lines,
    review_lines,
    stack_lines,
    unsaid_lines,
)

if TYPE_CHECKING:
    from gitsplit.model.checks import Check

MOST_COMMITS = 20
"""So many commits that a rewrite made are told one by one."""

MOST_REFS = 5
"""So many refs that moved are named."""


def summary_text(rewrite: RewriteFindings) -> str:
    """What a rewrite did, how to undo it, and what it left alone."""
    before, after = rewrite.old_commits, len(rewrite.commits)
    done = f"Rewrote {_moved(rewrite)}: {quantity(before, 'commit')} became {after}."
    if rewrite.source is not None and not rewrite.absorbs:
        done = f"Made {quantity(after, 'commit')} on {_moved(rewrite)}."
    lines = [
        done,
        *_result_lines(rewrite),
        *few(_gone_line(entry, lost) for entry, lost in rewrite.gone),
        *few(
            f"Not continued: {not_continued_words(each)}" for each in rewrite.given_up
        ),
        *few(line for left in rewrite.trailers for line in trailer_lines(left)),
        *(line for each in rewrite.unsaid for line in unsaid_lines(each)),
        *few(_flaw_lines(rewrite)),
        *_consequence_lines(rewrite, "lost"),
    ]
    return "\n".join([*lines, "Undo with: gitsplit --undo\n"])


def warning_sentences(rewrite: RewriteFindings) -> Iterator[str]:
    """What the summary says that a program should hear of besides commits and refs.

    A sentence each, with the list that stands below it.
    """
    yield from (_gone_line(entry, lost) for entry, lost in rewrite.gone)
    yield from (
        f"Not continued: {not_continued_words(each)}" for each in rewrite.given_up
    )
    yield from (line for left in rewrite.trailers for line in trailer_lines(left))
    yield from (_in_one_line(unsaid_lines(each)) for each in rewrite.unsaid)
    yield from _flaw_lines(rewrite)
    if rewrite.source is None:
        yield from (_in_one_line(_lines_left_out(each)) for each in rewrite.dropped)
    elif rewrite.dropped:
        yield _in_one_line(_uncommitted_lines(rewrite, rewrite.source))
    yield from _unsigned_lines(rewrite, "lost")
    yield from review_lines(rewrite.review)


def _in_one_line(lines: Iterable[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _flaw_lines(rewrite: RewriteFindings) -> Iterator[str]:
    """What is wrong with the order, as a dry run marks it."""
    if not rewrite.flaws:
        return
    from gitsplit.proposal.flaws import flaw_sentence  # few have any

    for before, flaw in rewrite.flaws:
        said = flaw_sentence(flaw, partial(operator.add, before))
        yield f"Out of order: {said}."


def outlook_lines(rewrite: RewriteFindings) -> Iterator[str]:
    """What the summary would tell, besides what becomes of each commit.

    That is what moves and what stays, what reviewers will see, and the push command.
    """
    before, after = rewrite.old_commits, len(rewrite.commits)
    if rewrite.source is not None and not rewrite.absorbs:
        yield f"Makes {quantity(after, 'commit')} on {_moved(rewrite)}."
    else:
        yield f"Rewrites {_moved(rewrite)}: {quantity(before, 'commit')} → {after}."
    yield from few(
        f"{printable(lost)[:9]} of {entry.oid[:10]} {printable(entry.commit.subject)}"
        " is gone: no commit has it any more."
        for entry, lost in rewrite.gone
        if lost
    )
    yield from _consequence_lines(rewrite, "will lose")


def _consequence_lines(rewrite: RewriteFindings, lose: str) -> Iterator[str]:
    """What follows from the new commits; ``lose`` is said of signatures."""
    if rewrite.source is not None:
        yield from _uncommitted_lines(rewrite, rewrite.source)
    else:
        yield from _tree_lines(rewrite)
        yield from (line for each in rewrite.dropped for line in _lines_left_out(each))
    yield from made_lines(rewrite.made)
    yield from staying_lines(rewrite.left, _short_ref)
    yield from rewrite.notes
    yield from _unsigned_lines(rewrite, lose)
    yield from (*review_lines(rewrite.review), *push_lines(rewrite.push))
    yield from stack_lines(rewrite.stack)


def _unsigned_lines(rewrite: RewriteFindings, lose: str) -> Iterator[str]:
    if rewrite.unsigned:
        lost = f"{quantity(rewrite.unsigned, 'signed commit')} {lose} the signature"
        yield f"{lost}; with --gpg-sign new ones are made."


def _moved(rewrite: RewriteFindings) -> str:
    return name_list([_printable_ref(ref) for ref, _ in rewrite.moved], MOST_REFS)


def _result_lines(rewrite: RewriteFindings) -> Iterator[str]:
    """A line for each resulting commit; where they are many, not for all of them.

    Those that only have other parents are left out first.
    """
    entries = {c.oid: entry for entry in rewrite.todo.entries for c in entry.commits}
    told = numbered = [
        (number, entries[commit.draft.place], commit)
        for number, commit in enumerate(rewrite.commits, 1)
    ]
    if len(numbered) > MOST_COMMITS:
        changed = [each for each in numbered if not _is_only_rebased(*each[1:])]
        told = (changed or numbered)[:MOST_COMMITS]
    lines = (_result_line(*each) for each in told)
    yield from few(lines, len(told), unlisted=len(numbered) - len(told))


def _is_only_rebased(entry: Entry, commit: ResultCommit) -> bool:
    """Whether nothing is new of a commit, but its parents perhaps."""
    is_same = commit.draft.role == "same" and not commit.is_emptied
    return is_same and entry.action == "pick"


def _result_line(number: int, entry: Entry, commit: ResultCommit) -> str:
    """One resulting commit: number, id, subject, and what it is to its original."""
    role = commit.draft.role
    what = {"same": fate(entry, commit), "owner": "", "piece": "new"}[role]
    if commit.oid == commit.draft.source.oid:
        what = "unchanged"
    elif commit.is_emptied:
        what = "now empty"
    elif role != "same" and commit.change_id is not None:
        kept = "keeps" if commit.keeps_id else "new"
        what = f"{kept} {printable(commit.change_id)[:9]}"
    subject = printable(subject_of(commit.draft.message))
    # What is short stands first: a terminal of 80 columns cuts nothing that matters.
    return f"  {number}  {commit.oid[:10]}  {what:15} {subject}"


def _gone_line(entry: Entry, lost: bytes | None) -> str:
    """A commit that the series has no more; ``lost`` is a Change-Id gone with it."""
    name = f"{entry.oid[:10]} {printable(entry.commit.subject)}"
    if entry.action == "drop":
        return f"Dropped {name}  (see git show {entry.oid[:10]})"
    return f"Squashed {name}" + (f"; its {printable(lost)[:9]} is gone" if lost else "")


def _tree_lines(rewrite: RewriteFindings) -> Iterator[str]:
    """Whether the series ends as it did, which it does unless it was told not to."""
    for last in rewrite.commits[-1:]:
        old, new = rewrite.old_tree[:10], last.tree[:10]
        if new == old:
            yield f"Final tree {new} unchanged; worktree and index not touched."
        else:
            yield f"Final tree {new} instead of {old}."


def _uncommitted_lines(rewrite: RewriteFindings, source: Uncommitted) -> Iterator[str]:
    """What stays uncommitted, and what becomes of files and index."""
    untouched = "Files not touched."
    if source.kind == "staged":
        untouched = "Files and index not touched."
    if not rewrite.dropped:
        yield f"Nothing of it stays uncommitted. {untouched}"
    else:
        yield f"{untouched} Stays uncommitted:"
        files = (file for each in rewrite.dropped for file in each.files)
        yield from few(f"  {_loss(file)}" for file in files)
    yield from few(
        f"{printable(path)} was staged otherwise than the file is; what was staged:"
        f" git show {oid[:10]}"
        for path, oid in rewrite.overwritten
    )
    if rewrite.later:
        changed = quantity(rewrite.later, "file")
        yield f"{changed} changed since you began; the later changes stay uncommitted."
    if rewrite.is_stopped and (rewrite.dropped or rewrite.later):
        yield "`git rebase --continue` asks for what stays uncommitted first."


_FACTS: Mapping[Fact, str] = {
    Fact.CREATE: "the new file {}",
    Fact.DELETE: "the deletion of {}",
    Fact.RENAME: "the rename to {}",
    Fact.TYPE: "the new type of {}",
    Fact.MODE: "the mode of {}",
    Fact.CONTENT: "the content of {}",
}


def _lines_left_out(dropped: DroppedEdits) -> Iterator[str]:
    see = f"(see git show {dropped.commit[:10]})"
    where = {
        "not staged": "still in the worktree, not staged",
        "untracked": "still in the worktree, untracked",
        "nowhere": f"in no file any more {see}",
        "later": f"renamed or changed again by later commits {see}",
    }[dropped.where]
    yield f"Left out of {dropped.commit[:10]}, {where}:"
    yield from few(f"  {_loss(file)}" for file in dropped.files)


def _loss(file: FileEdits) -> str:
    """The facts and the number of lines that one file lost."""
    path = printable(file.path)
    facts = [edit.fact for edit in file.edits if isinstance(edit, FactEdit)]
    parts = [_FACTS[fact].format(path) for fact in facts]
    if lines := file.lines:
        parts.append(f"{quantity(lines, 'line')} of {'it' if parts else path}")
    return " and ".join(parts)


_KINDS = (("refs/heads/", "branches"), ("refs/tags/", "tags"))


def staying_lines(
    left: Iterable[tuple[str, str]], short: Callable[[str], str]
) -> Iterator[str]:
    """A line for each ref that stays where it is with the reason, which is a clause.

    Where many have the same reason, one line counts them. ``short`` gives the name by
    which a ref is told.
    """
    yield from few(_staying_lines(left, short))


def _staying_lines(
    left: Iterable[tuple[str, str]], short: Callable[[str], str]
) -> Iterator[str]:
    alike: dict[tuple[str, str], list[str]] = {}
    for ref, why in left:
        alike.setdefault((_kind(ref), printable(why)), []).append(printable(short(ref)))
    for (kind, why), names in alike.items():
        if len(names) <= MOST_NAMED:
            yield from (f"{name} stays where it is: {why}." for name in names)
            continue
        # Of tags, the reason says no more.
        reason = "" if kind == "tags" else f", each because {why}"
        yield f"{len(names)} {kind} stay where they are{reason}: {name_list(names)}."


def _kind(ref: str) -> str:
    """What several refs like this one are called."""
    return next((kind for start, kind in _KINDS if ref.startswith(start)), "HEADs")


def rebase_text(refs: Sequence[tuple[str, Oid]], push: Sequence[str] = ()) -> str:
    """Where the refs are after a rebase that git has finished, and how to undo it.

    ``push`` are the commands that push them for review.
    """
    if not refs:
        return "The rebase is done; ORIG_HEAD is where it started.\n"
    lines = (f"Rewritten: {_places(refs)} now.", *push_lines(push))
    return "\n".join([*lines, "Undo with: gitsplit --undo\n"])


def abort_text(refs: Sequence[tuple[str, Oid]]) -> str:
    """Where the refs are after an abort."""
    return f"Aborted: {_places(refs, 'is back at')}, and the files are restored.\n"


def undo_text(
    subject: str,
    refs: Sequence[tuple[str, Oid]],
    deleted: Sequence[str] = (),
    kept: Iterable[tuple[str, str]] = (),
) -> str:
    """What was undone, and where the refs are back.

    ``deleted`` are the branches that the rewrite had made, ``kept`` those of them that
    stay, each with the reason.
    """
    lines = [f"Undid: {printable(subject)}. {_places(refs, 'is back at')}."]
    if deleted:
        names = name_list([_printable_ref(ref) for ref in deleted], MOST_REFS)
        what = "branch" if len(deleted) == 1 else "branches"
        lines.append(f"Deleted the {what} that it had made: {names}.")
    lines += staying_lines(kept, _short_ref)
    return "\n".join([*lines, ""])


def entries_left(paths: Sequence[bytes]) -> str:
    """That an undo leaves what was staged since at these paths."""
    names = name_list([printable(path) for path in paths], MOST_NAMED)
    return f"Staged since, and left as it is in the index: {names}."


def _places(refs: Sequence[tuple[str, Oid]], verb: str = "is at") -> str:
    """A clause for each ref with its value; where they are many, for the first."""
    where = [
        f"{abbreviation(_printable_ref(ref))}"
        f" {'has no commits' if oid == NO_OBJECT else f'{verb} {oid[:10]}'}"
        for ref, oid in refs
    ]
    return several(where, MOST_REFS)


def _short_ref(ref: str) -> str:
    """The name of a ref without what goes without saying: ``main``, ``tags/v1``."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/")


def _printable_ref(ref: str) -> str:
    return printable(_short_ref(ref))


def pushed_warning(*, with_new_changes: bool) -> str:
    """What to do about an undone rewrite that is on a server."""
    also = ", and abandon the changes that the split made" if with_new_changes else ""
    return (
        "What was undone is on a remote already. The old commit can't be pushed again"
        f" (“no new changes”): amend it first{also}."
    )


MAYBE_PUSHED_WARNING = (
    "If the split has been pushed for review, amend the commit before you push it"
    " again, and abandon the changes that the split made."
)
"""What to do about one of which nobody here knows whether it is."""


MOST_LINES = 20
"""So many lines of the end of what a failed command printed are shown."""

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def check_lines(
    number: int, subject: bytes, check: "Check", with_output: bool = True
) -> Iterator[str]:
    """A commit and how its check stands; below it, the last lines of a failed one."""
    how = f" ({printable(check.reason)})" if check.reason else ""
    yield f"{_MARKS[check.state]} {number} {printable(subject)}{how}"
    if check.state in ("failed", "not run") and with_output:
        yield from (f"    {line}" for line in _output_end(check.output))


def _output_end(output: bytes) -> tuple[str, ...]:
    """The last lines of an output, printable; ``…`` stands for those before."""
    lines = output.rstrip().splitlines()
    above = ("…",) if len(lines) > MOST_LINES else ()
    return (*above, *(printable(line.expandtabs()) for line in lines[-MOST_LINES:]))
