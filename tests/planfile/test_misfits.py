"""Plan files that don't fit the commit they speak of, each refused by its sentence."""

import pytest

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact
from gitsplit.planfile.document import CommitEntry, FileEntry
from gitsplit.planfile.match import plan_of_entry
from tests.planfile.test_fit import (
    CHANGED,
    FIRST,
    LINKED,
    MOVED,
    REST,
    group,
    split,
    taking,
)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            split(REST, group(taking(MOVED))),
            "The commit has no change of old.c to new.c",
            id="another rename",
        ),
        pytest.param(
            split(REST, group(FileEntry(b"\x1b", b"\x1b"))),
            "The commit has no change of ␛",
            id="unknown file",
        ),
        pytest.param(
            split(REST, group(FileEntry(None, b"changed"))),
            "The commit has no change of changed that creates it",
            id="not created",
        ),
        pytest.param(
            split(REST, group(FileEntry(b"changed", None))),
            "The commit has no change of changed that deletes it",
            id="not deleted",
        ),
        pytest.param(
            split(group(taking(CHANGED, ((2, 3),))), REST),
            "Line 3 of changed is not removed by the commit",
            id="an unchanged old line",
        ),
        pytest.param(
            split(group(taking(CHANGED, (), ((3, 3),))), REST),
            "Line 3 of changed is not added by the commit",
            id="an unchanged new line",
        ),
        pytest.param(
            split(group(taking(CHANGED, ((1, 10**15),))), REST),
            "Line 3 of changed is not removed by the commit",
            id="a range without end",
        ),
        pytest.param(
            split(group(taking(CHANGED, ((1, 2), (2, 2)))), REST),
            "The removed line 2 of changed is named twice",
            id="a line twice in one group",
        ),
        pytest.param(
            split(
                group(taking(CHANGED, (), ((5, 5),))),
                group(taking(CHANGED, (), ((5, 5),)), rest=True),
            ),
            "The added line 5 of changed is named twice, for commit 1 and commit 2",
            id="a line in two groups",
        ),
        pytest.param(
            split(REST, dropped=(taking(CHANGED, (), ((5, 5), (5, 5))),)),
            "The added line 5 of changed is named twice",
            id="a line dropped twice",
        ),
        pytest.param(
            split(
                group(taking(CHANGED, whole=True)), group(taking(CHANGED, whole=True))
            ),
            "changed is named twice, for commit 1 and commit 2, of which commit 2 says"
            ' "whole": true',
            id="a file in two groups",
        ),
        pytest.param(
            split(group(taking(CHANGED, FIRST)), group(taking(CHANGED, whole=True))),
            "changed is named twice, for commit 1 and commit 2, of which commit 2 says"
            ' "whole": true',
            id="a part, and the whole",
        ),
        pytest.param(
            split(group(taking(CHANGED, whole=True)), group(taking(CHANGED, FIRST))),
            "The removed line 1 of changed is named twice, for commit 1 and commit 2",
            id="the whole, and a part",
        ),
        pytest.param(
            split(group(taking(CHANGED, facts=(Fact.MODE,))), REST),
            'The commit does no "mode" to changed',
            id="a fact that isn't there",
        ),
        pytest.param(
            split(group(taking(CHANGED, FIRST))),
            "No group takes the removed line 2 of changed",
            id="an old line left over",
        ),
        pytest.param(
            split(group(taking(CHANGED, ((1, 2),), ((1, 2),)))),
            "No group takes the added line 5 of changed",
            id="a new line left over",
        ),
        pytest.param(
            split(group(taking(CHANGED, whole=True)), group()),
            "Group 2 has no edits",
            id="a group without files",
        ),
        pytest.param(
            split(group(taking(CHANGED, whole=True)), REST),
            "Group 2 has no edits",
            id="a rest of nothing",
        ),
        pytest.param(
            split(REST, REST), "Groups 1 and 2 can't both take the rest", id="two rests"
        ),
        pytest.param(
            split(REST, group(), group(owner=True), group(owner=True)),
            "Groups 3 and 4 can't both be the owner",
            id="two owners",
        ),
    ],
)
def test_what_does_not_fit_is_refused(entry: CommitEntry, expected: str) -> None:
    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(entry, (CHANGED,))
    assert str(refused.value) == f"{expected}, so the plan doesn't fit."
    assert refused.value.hint == (
        "`gitsplit --dry-run --format json` writes a plan that fits."
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            [taking(MOVED, facts=(Fact.RENAME, Fact.RENAME))],
            '"rename" of new.c is named twice',
        ),
        (
            [taking(MOVED, facts=(Fact.MODE,)), taking(MOVED, whole=True)],
            "new.c is named twice",
        ),
        (
            [taking(MOVED, whole=True), taking(MOVED, facts=(Fact.MODE,))],
            '"mode" of new.c is named twice',
        ),
    ],
    ids=["fact twice", "fact and whole", "whole and fact"],
)
def test_a_fact_is_named_once(files: list[FileEntry], expected: str) -> None:
    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(split(group(*files)), (MOVED,))
    assert str(refused.value) == f"{expected}, so the plan doesn't fit."


def test_a_fact_without_lines_that_nobody_takes_is_refused() -> None:
    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(split(group(taking(CHANGED, whole=True))), (CHANGED, LINKED))
    assert str(refused.value) == (
        'No group takes "type" of linked, so the plan doesn\'t fit.'
    )
