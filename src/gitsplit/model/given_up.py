"""Commits of a range that no new one continues: where their changes are, and reviews.

Reports and the preview on the screen tell the same of them.
"""

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from gitsplit.model.change_id import IdRules
from gitsplit.model.escape import printable
from gitsplit.model.listing import enumeration
from gitsplit.model.plan import without_empty_groups
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Entry

MOST_NUMBERS = 10
"""So many commits are named by their numbers; the others are counted."""


class NotContinued(Struct, frozen=True):
    """A commit of a range that no new one continues.

    ``change_id`` is its Change-Id, where no commit has that any more; ``parts`` are the
    numbers, from 1, of the commits that have its changes.
    """

    commit: SourceCommit
    change_id: bytes | None
    parts: tuple[int, ...]


def not_continued_in(
    entry: Entry, numbers: Sequence[int], kept: Collection[bytes | None], ids: IdRules
) -> Iterator[NotContinued]:
    """The commits of a range that no new one continues; none of another entry.

    ``numbers`` are those of its new commits, ``kept`` the Change-Ids that there are.
    """
    if not entry.rest or entry.action != "split" or entry.plan is None:
        return
    plan = without_empty_groups(entry.plan)
    held = {
        (commit, group)
        for group, lines in plan.lines_by_group().items()
        for commit in lines
    }
    for at, commit in enumerate(entry.commits):
        if plan.continued_by[at] is None and commit.is_stored:
            is_merge = len(commit.raw.parents) > 1
            parts = tuple(n for group, n in enumerate(numbers) if (at, group) in held)
            change_id = ids.of(commit.raw.message)
            if is_merge and not parts and change_id is None:
                continue  # it had nothing of its own
            yield NotContinued(commit, None if change_id in kept else change_id, parts)


def not_continued_words(gone: NotContinued) -> str:
    """A commit that no new one continues: where its changes are, and what to do."""
    name = f"{gone.commit.oid[:10]} {printable(gone.commit.subject)}"
    where = numbered_commits(gone.parts) if gone.parts else "no commit"
    told = f"{name}; its changes are in {where}"
    if gone.change_id is None:
        return told
    return f"{told}; if it is under review, abandon {printable(gone.change_id)[:9]}"


def numbered_commits(numbers: Sequence[int]) -> str:
    """Commits by their numbers, as ``commits 1 and 3``; of many the first."""
    named = enumeration([*map(str, numbers)], most=MOST_NUMBERS)
    return f"{'commit' if len(numbers) == 1 else 'commits'} {named}"
