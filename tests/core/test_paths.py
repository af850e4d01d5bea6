"""Which files' paths can't stand in one tree at the same time."""

import pytest

from gitsplit.core.changes import File, FileChange
from gitsplit.core.objects import FILE, object_id
from gitsplit.core.paths import entangled
from gitsplit.core.proposal import proposal
from gitsplit.core.states import steps


def change(old: str | None, new: str | None) -> FileChange:
    def side(path: str | None) -> File | None:
        content = b"content\n"
        oid = object_id("blob", content)
        return None if path is None else File(path.encode(), FILE, oid, content)

    return FileChange(side(old), side(new))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("a", "a"), ("b", "b")], (0, 1)),
        ([("a", "b"), ("b", "a")], (0, 0)),
        ([("a", "b"), ("b", "c"), ("d", "d")], (0, 0, 2)),
        ([(None, "a"), ("z", "z"), ("a/b", None)], (0, 1, 0)),
        ([("a/b/c", None), (None, "a")], (0, 0)),
        ([("ab", "ab"), ("a/b", "a/b")], (0, 1)),
    ],
)
def test_files_are_entangled_where_one_takes_what_the_other_frees(
    changes: list[tuple[str | None, str | None]], expected: tuple[int, ...]
) -> None:
    assert entangled([change(*paths) for paths in changes]) == expected


@pytest.mark.parametrize("by", ["auto", "file", "directory", "proximity"])
def test_a_proposal_keeps_entangled_files_together(by: str) -> None:
    """A directory becomes a file: apart, a commit would have both."""
    changes = (change("a/b", None), change(None, "a"), change("x", "y"))

    plan = proposal(changes, b"A file instead\n", by)  # type: ignore[arg-type]

    assert len(plan.groups) == 2
    assert len(steps(plan)) == 2
