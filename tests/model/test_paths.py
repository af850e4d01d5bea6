"""Which files' paths can't stand in one tree at the same time."""

import pytest

from gitsplit.model.diff import File, FileChange
from gitsplit.model.objects import FILE, object_id
from gitsplit.model.states import path_collisions, steps
from gitsplit.proposal.by_location import GroupBy
from gitsplit.proposal.propose import proposal


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
    assert path_collisions([change(*paths) for paths in changes]) == expected


@pytest.mark.parametrize("by", ["auto", "file", "proximity"])
@pytest.mark.parametrize(
    ("paths", "commits"),
    [
        pytest.param([("a/b", None), (None, "a")], 1, id="freed too late"),
        pytest.param([("a", None), (None, "a/b")], 2, id="freed in time"),
        pytest.param([("a", "b"), ("b", "a")], 1, id="swapped"),
    ],
)
def test_a_proposal_joins_only_what_can_not_be_apart_in_its_order(
    paths: list[tuple[str | None, str | None]], commits: int, by: GroupBy
) -> None:
    """The changes come in the order of their new paths, as the diff has them."""
    changes = tuple(sorted((change(*p) for p in paths), key=lambda found: found.path))

    plan = proposal((*changes, change("x", "y")), b"Several things\n", by)

    assert len(steps(plan)) == len(plan.groups) == commits + 1
