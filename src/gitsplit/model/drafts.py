"""Commit drafts made from a plan: trees chosen, messages with their Change-Ids."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.change_id import IdRules
from gitsplit.model.diff import File
from gitsplit.model.escape import printable
from gitsplit.model.message import has_subject, without_change_id
from gitsplit.model.plan import Plan, empty_groups
from gitsplit.model.series import CommitDraft, Series, SourceCommit
from gitsplit.model.states import original_trees, steps
from gitsplit.model.todo import Layout, layout_as_read


class SeriesDraft(Struct, frozen=True):
    """The commits to be written for a series: drafts, and their layout.

    A commit without a draft, and not squashed into another either, is dropped: its
    children get its first parent.
    """

    series: Series
    layout: Layout
    drafts: tuple[CommitDraft, ...]

    @classmethod
    def of(cls, series: Series, drafts: Iterable[CommitDraft]) -> "SeriesDraft":
        """The series with these drafts, in the order that it has."""
        return cls(series, layout_as_read(series), tuple(drafts))


def split_drafts(
    commits: Sequence[SourceCommit],
    plan: Plan,
    rules: IdRules,
    fresh: Iterator[bytes],
) -> tuple[tuple[CommitDraft, ...], tuple[File, ...]]:
    """The drafts of a split range, and the file states whose blobs they need.

    ``commits`` are those of the range, mostly one. What continues a commit has its
    Change-Id, every other draft the next of ``fresh``; where no commit of the range has
    an id, none gets one unless ``rules`` want it. Raises InvalidPlan where a group has
    no edits or no message, or its tree would be impossible.
    """
    _refuse_incomplete(commits, plan)
    ids = [rules.of(rules.with_id_in_footer(c.raw.message)) for c in commits]
    whole, lines = original_trees(plan), plan.lines_by_group()
    main = _main_groups(commits, plan, lines)
    drafts: list[CommitDraft] = []
    files: list[File] = []
    for group, step in enumerate(steps(plan)):
        continued = plan.continues(group)
        kept = None if continued is None else ids[continued]
        message = rules.with_id_in_footer(plan.groups[group].message)
        if kept or (continued is None and any(ids)) or rules.gives_id(message):
            message = rules.with_id(message, kept or next(fresh))
        tree = whole[group]
        drafts.append(
            CommitDraft(
                _source(plan, commits, group, lines[group]),
                message,
                "piece" if continued is None else "owner",
                # The original itself: it may hold rows that we would write otherwise.
                tree=None if tree is None else commits[tree].raw.tree,
                paths=step.paths,
                range_start=commits[0].oid if plan.is_range else None,
                inherits=tuple(commits[c].oid for c, g in main.items() if g == group),
            )
        )
        files += step.files
    return tuple(drafts), tuple(files)


def _source(
    plan: Plan, commits: Sequence[SourceCommit], group: int, lines: Mapping[int, int]
) -> SourceCommit:
    """The commit that gives a group its author, date and other headers."""
    source = commits[_source_number(plan, commits, group, lines)]
    if plan.continues(group) is not None or source.other_author is None:
        return source
    return replace(source, raw=source.raw.with_author(source.other_author))


def _source_number(
    plan: Plan, commits: Sequence[SourceCommit], group: int, lines: Mapping[int, int]
) -> int:
    """The number of the commit that gives a group its headers, from 0.

    The one that it continues. Where it is a new one: of the author of most of its
    lines, the latest commit that it has lines of; ``lines`` are its own of each.
    """
    continued = plan.continues(group)
    if continued is not None or not plan.is_range:
        return continued or 0
    lines = lines or {len(commits) - 1: 1}  # nobody is known to have written them
    by_author: Counter[bytes] = Counter()
    for commit, count in lines.items():
        by_author[commits[commit].raw.author.who] += count
    first, _ = by_author.most_common(1)[0]
    return max(
        (commit for commit in lines if commits[commit].raw.author.who == first),
        key=lambda commit: (commits[commit].raw.author.seconds, commit),
    )


def _main_groups(
    commits: Sequence[SourceCommit],
    plan: Plan,
    lines: Mapping[int, Mapping[int, int]],
) -> dict[int, int]:
    """For each commit of a range that nobody continues the group with most lines of it.

    The first of several; one of which no group has a line has none.
    """
    heirs = enumerate(plan.continued_by)
    given_up = [c for c, heir in heirs if heir is None and commits[c].is_stored]
    return {
        commit: max(having, key=lambda group: lines[group][commit])
        for commit in given_up
        if plan.is_range and (having := [g for g in lines if commit in lines[g]])
    }


def pick_draft(source: SourceCommit, rules: IdRules) -> CommitDraft:
    """The draft of a commit that stays as it is, but for its parents.

    And for a Change-Id that the rules want moved.
    """
    message = rules.with_id_in_footer(source.raw.message)
    return CommitDraft(source, message, "same", tree=source.raw.tree)


def reword_draft(
    source: SourceCommit, message: bytes, rules: IdRules, fresh: Iterator[bytes]
) -> CommitDraft:
    """The draft of a commit with another message, its Change-Id kept.

    One that has none gets the next of ``fresh`` where the rules want one. Raises
    InvalidPlan where the message is empty.
    """
    if not _is_usable(message, source):
        raise _no_message(message, source.subject)
    message = rules.with_id_in_footer(message)
    original = rules.of(rules.with_id_in_footer(source.raw.message))
    if original is not None or rules.gives_id(message):
        message = rules.with_id(message, original or next(fresh))
    return CommitDraft(source, message, "same", tree=source.raw.tree)


def _refuse_incomplete(commits: Sequence[SourceCommit], plan: Plan) -> None:
    """Nothing where every group has edits and a message, else InvalidPlan.

    What continues a commit of a range that had none may be without, too.
    """
    empty = empty_groups(plan)
    for number, group in enumerate(plan.groups):
        continued = plan.continues(number) if plan.is_range else None
        if number in empty:
            raise InvalidPlan(
                f"Commit {number + 1} is empty.",
                hint="Send it a hunk, or remove it.",
            )
        had_none = continued is not None and not commits[continued].raw.message.strip()
        if not had_none and not any(_is_usable(group.message, c) for c in commits):
            of = commits[0].short_name.encode()
            which = b"commit %d of %s" % (number + 1, of)
            raise _no_message(group.message, which)


def _is_usable(message: bytes, source: SourceCommit) -> bool:
    """Whether the message says what a commit does, or is its source's as it was."""
    is_as_it_was = message == source.raw.message and bool(message.strip())
    return has_subject(message) or is_as_it_was


def _no_message(message: bytes, which: bytes) -> InvalidPlan:
    is_empty = not without_change_id(message).strip()
    what = "is empty" if is_empty else "begins with a trailer, in place of a subject"
    return InvalidPlan(
        f"The message of {printable(which)} {what}.",
        hint="Give it at least a subject line.",
    )
