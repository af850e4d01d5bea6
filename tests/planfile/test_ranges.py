"""What a plan file says of several commits that are split together."""

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.diff import Fact, FactEdit, FileChange
from gitsplit.model.objects import EXECUTABLE, Oid, RawCommit
from gitsplit.model.plan import DROPPED, Plan, empty_groups, without_empty_groups
from gitsplit.model.series import SourceCommit
from gitsplit.model.states import steps, with_content
from gitsplit.planfile.document import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    LineRange,
    PlanDocument,
)
from gitsplit.planfile.dump import dump_plan
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from gitsplit.planfile.parse import load_plan
from tests.model.test_laws import assert_same_steps
from tests.planfile.test_fit import groups_of
from tests.strategies import contents, cut_plans, ranges, side, text_change

OIDS = tuple(Oid(letter * 40) for letter in "abcdef")


def source(number: int) -> SourceCommit:
    raw = RawCommit((b"tree " + b"0" * 40,), b"Commit %d\n" % number)
    return SourceCommit(OIDS[number], raw)


def in_commit(number: int, change: FileChange) -> FileChange:
    return replace(change, commit=number)


ONE = side(b"f", b"1\n2\n3\n")
TWO = side(b"f", b"1\nb\n3\n")
THREE = side(b"g", b"1\nc\n3\nd\n", EXECUTABLE)
MADE = side(b"new", b"x\ny\n")

EDITED = text_change(ONE, TWO)
CREATED = text_change(None, MADE)
MOVED = in_commit(1, text_change(TWO, THREE))
GONE = in_commit(1, text_change(MADE, None))
RANGE = (EDITED, CREATED, MOVED, GONE)
"""The first of three commits changes f and makes new, the second one moves f to g,
changing the same line and one more, and deletes new; the third one does nothing."""


def taking(
    change: FileChange,
    removed: tuple[LineRange, ...] = (),
    added: tuple[LineRange, ...] = (),
    facts: tuple[Fact, ...] = (),
    *,
    whole: bool = False,
    content: bytes | None = None,
) -> FileEntry:
    old = change.old.path if change.old else None
    new = change.new.path if change.new else None
    return FileEntry(old, new, whole, removed, added, facts, content, change.commit)


def group(
    *files: FileEntry, continues: int | None = None, rest: tuple[int, ...] = ()
) -> GroupEntry:
    return GroupEntry(b"m\n", continues, rest=rest, files=files)


def split(
    *groups: GroupEntry,
    dropped: tuple[FileEntry, ...] = (),
    dropped_rest: tuple[int, ...] = (),
) -> CommitEntry:
    return CommitEntry(
        OIDS[0],
        b"",
        "split",
        groups,
        dropped,
        later=OIDS[1:3],
        dropped_rest=dropped_rest,
    )


IDENTITY = split(*(group(continues=n, rest=(n,)) for n in range(3)))


def test_left_as_they_are_each_commit_takes_its_own() -> None:
    plan = plan_of_entry(IDENTITY, RANGE)

    homes = tuple(RANGE[edit.file].commit for edit in plan.edits)
    assert plan.group_of == homes
    assert plan.continued_by == (0, 1, 2)
    assert len(plan.groups) == 3


def test_lines_count_in_the_diff_of_the_commit_that_is_named() -> None:
    entry = split(
        group(taking(MOVED, added=((4, 4),)), continues=0, rest=(0,)),
        group(taking(MOVED, ((2, 2),), ((2, 2),)), continues=1, rest=(1, 2)),
    )

    assert groups_of(plan_of_entry(entry, RANGE)) == [
        (([2], [2]), 0),
        (Fact.CREATE, 0),
        (([], [1, 2]), 0),
        (Fact.RENAME, 0),
        (Fact.MODE, 0),
        (([2], [2]), 1),
        (([], [4]), 0),
        (Fact.DELETE, 1),
        (([1, 2], []), 1),
    ]


@pytest.mark.parametrize(
    ("groups", "of", "expected"),
    [
        pytest.param(
            [
                group(taking(CREATED, added=((2, 2),)), rest=(1,)),
                group(taking(MOVED, added=((4, 4),)), rest=(0,)),
            ],
            CREATED,
            {Fact.CREATE: 0},
            id="a creation goes with the first group that takes a line of it",
        ),
        pytest.param(
            [group(taking(EDITED, whole=True), rest=(1,)), group(rest=(0,))],
            CREATED,
            {Fact.CREATE: 1},
            id="not with an edit of another commit",
        ),
        pytest.param(
            [group(taking(EDITED, whole=True)), group(rest=(0,)), group(rest=(1,))],
            MOVED,
            {Fact.RENAME: 2, Fact.MODE: 2},
            id="a rename doesn't go with an earlier change of the file",
        ),
        pytest.param(
            [
                group(taking(EDITED, whole=True)),
                group(taking(MOVED, added=((4, 4),)), rest=(0,)),
                group(rest=(1,)),
            ],
            MOVED,
            {Fact.RENAME: 1, Fact.MODE: 1},
            id="but with the first group that takes a line of its own commit",
        ),
        pytest.param(
            [
                group(taking(GONE, ((1, 1),)), rest=(0,)),
                group(taking(GONE, ((2, 2),))),
                group(rest=(1,)),
            ],
            GONE,
            {Fact.DELETE: 1},
            id="a deletion goes with the last",
        ),
        pytest.param(
            [group(taking(GONE, whole=True), rest=(1,)), group(rest=(0,))],
            GONE,
            {Fact.DELETE: 0},
            id="and waits for no line of an earlier commit",
        ),
        pytest.param(
            [
                group(taking(MOVED, facts=(Fact.MODE,)), rest=(0,)),
                group(taking(MOVED, facts=(Fact.RENAME,))),
                group(rest=(1,)),
            ],
            MOVED,
            {Fact.RENAME: 1, Fact.MODE: 0},
            id="what is named goes where it is named",
        ),
    ],
)
def test_facts_go_with_lines_of_their_own_commit(
    groups: list[GroupEntry], of: FileChange, expected: dict[Fact, int]
) -> None:
    plan = plan_of_entry(split(*groups), RANGE)
    found = {
        edit.fact: group
        for edit, group in plan.of_file(RANGE.index(of))
        if isinstance(edit, FactEdit)
    }

    assert found == expected


def test_what_is_dropped_may_be_the_rest_of_a_commit() -> None:
    entry = split(
        group(continues=0, rest=(0,)),
        dropped=(taking(MOVED, whole=True),),
        dropped_rest=(1,),
    )
    plan = plan_of_entry(entry, RANGE)

    assert plan.group_of == (0,) * 3 + (DROPPED,) * 6
    assert plan.continued_by == (0, None, None)


def test_each_group_continues_what_it_says() -> None:
    entry = split(group(rest=(0, 1)), group(continues=2), group(taking(EDITED)))
    without = replace(entry, groups=entry.groups[:2])

    assert plan_of_entry(without, RANGE).continued_by == (None, None, 1)


@pytest.mark.parametrize("named", [EDITED, MOVED], ids=["first", "second"])
def test_a_content_names_the_file_at_any_commit_that_changes_it(
    named: FileChange,
) -> None:
    entry = split(
        group(continues=0, rest=(0,)),
        group(taking(MOVED, ((2, 2),), ((2, 2),))),
        group(continues=1, rest=(1,)),
    )
    first, second, third = entry.groups
    given = replace(first, files=(taking(named, content=b"hm\n"),))
    plan = plan_of_entry(replace(entry, groups=(given, second, third)), RANGE)

    (override,) = plan.overrides
    assert (override.group, override.file, override.content) == (0, 0, b"hm\n")
    assert plan.group_of == plan_of_entry(entry, RANGE).group_of


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            split(group(continues=0, rest=(0, 1)), group(), group(continues=0)),
            "Groups 1 and 3 can't both continue commit aaaaaaaaaa",
            id="one commit continued twice",
        ),
        pytest.param(
            split(group(rest=(0, 1)), group(rest=(1, 2))),
            "Groups 1 and 2 can't both take the rest of commit bbbbbbbbbb",
            id="the rest of a commit taken twice",
        ),
        pytest.param(
            split(group(rest=(0, 1)), dropped_rest=(1,)),
            'Group 1 and "dropped" can\'t both take the rest of commit bbbbbbbbbb',
            id="the rest of a commit taken and dropped",
        ),
        pytest.param(
            split(group(rest=(0,))),
            "No group takes the removed line 2 of g in commit bbbbbbbbbb",
            id="a commit of which nobody takes the rest",
        ),
        pytest.param(
            split(group(taking(in_commit(1, EDITED)), rest=(0, 1))),
            "Commit bbbbbbbbbb has no change of f",
            id="a change of another commit",
        ),
        pytest.param(
            split(group(taking(EDITED, ((1, 1),)), rest=(0, 1))),
            "Line 1 of f is not removed by commit aaaaaaaaaa",
            id="a line that is unchanged",
        ),
        pytest.param(
            split(group(taking(MOVED, added=((4, 4), (4, 4))), rest=(0, 1))),
            "The added line 4 of g in commit bbbbbbbbbb is named twice",
            id="a line twice",
        ),
        pytest.param(
            split(group(*[taking(MOVED, facts=(Fact.MODE,))] * 2, rest=(0, 1))),
            '"mode" of g in commit bbbbbbbbbb is named twice',
            id="a fact twice",
        ),
        pytest.param(
            split(group(*[taking(MOVED, whole=True)] * 2, rest=(0, 1))),
            "g in commit bbbbbbbbbb is named twice",
            id="a change twice",
        ),
        pytest.param(
            split(
                group(taking(MOVED, added=((4, 4),)), rest=(0, 1)),
                group(taking(MOVED, whole=True)),
            ),
            "g in commit bbbbbbbbbb is named twice, for commit 1 and commit 2, of which"
            ' commit 2 says "whole": true',
            id="a line of a change, and all of it",
        ),
        pytest.param(
            split(group(taking(MOVED, facts=(Fact.TYPE,)), rest=(0, 1))),
            'Commit bbbbbbbbbb does no "type" to g',
            id="a fact that isn't there",
        ),
        pytest.param(
            split(
                group(
                    taking(EDITED, content=b"1\n"),
                    taking(MOVED, content=b"2\n"),
                    rest=(0, 1),
                )
            ),
            "The content of g is given twice for one group",
            id="two contents of one file, by two commits",
        ),
        pytest.param(
            split(group(rest=(0, 1)), dropped=(taking(MOVED, content=b""),)),
            "What is left out can't have a content, as g has",
            id="a content of what is dropped",
        ),
        pytest.param(
            split(group(rest=(0, 1)), group(continues=1)),
            "Group 2 has no edits",
            id="no edits, of a commit that had some",
        ),
        pytest.param(
            split(group(rest=(0, 1)), group(rest=(2,))),
            "Group 2 has no edits",
            id="no edits, and no commit that it continues",
        ),
    ],
)
def test_what_does_not_fit_is_refused(entry: CommitEntry, expected: str) -> None:
    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(entry, RANGE)
    assert str(refused.value) == f"{expected}, so the plan doesn't fit."
    assert refused.value.hint == (
        "`gitsplit --resplit --dry-run --format json` writes a plan that fits."
    )


def test_a_content_where_the_file_is_not_there_is_refused() -> None:
    late = taking(GONE, content=b"z\n", facts=(Fact.DELETE,))
    entry = split(group(rest=(0,)), group(late, rest=(1,)))

    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(entry, RANGE)
    assert str(refused.value) == (
        "The plan gives a content to new, which isn't there in commit 2."
    )


def test_paths_that_clash_are_refused_and_nothing_is_taken_along() -> None:
    a, b = side(b"a", b"1\n"), side(b"b", b"2\n")
    changes = (
        text_change(a, None),
        in_commit(1, text_change(b, replace(b, path=b"a"))),
    )
    entry = split(group(rest=(1,)), group(rest=(0,)))

    plan = plan_of_entry(entry, changes)
    with pytest.raises(InvalidPlan) as refused:
        steps(plan)
    assert str(refused.value) == "Commit 1 would have two files at a."


def test_several_commits_are_written_with_their_lines_and_heirs() -> None:
    entry = split(
        group(taking(MOVED, added=((4, 4),)), continues=1, rest=(0,)), group(rest=(1,))
    )
    plan = plan_of_entry(entry, RANGE)

    assert entry_of_plan(plan, *map(source, range(3))) == split(
        group(
            taking(EDITED, whole=True),
            taking(CREATED, whole=True),
            taking(MOVED, added=((4, 4),), facts=(Fact.RENAME, Fact.MODE)),
            continues=1,
        ),
        group(taking(MOVED, ((2, 2),), ((2, 2),)), taking(GONE, whole=True)),
    )


def test_an_empty_commit_is_kept_by_the_group_that_continues_it() -> None:
    plan = plan_of_entry(IDENTITY, RANGE)
    entry = entry_of_plan(plan, *map(source, range(3)))

    assert entry.groups[2] == group(continues=2)
    assert plan_of_entry(entry, RANGE) == plan


def test_a_range_of_one_commit_is_written_as_a_commit_is() -> None:
    plan = plan_of_entry(
        replace(IDENTITY, later=(), groups=IDENTITY.groups[:1]), RANGE[:2]
    )
    document = PlanDocument(None, OIDS[0], (entry_of_plan(plan, source(0)),))

    assert '"version": 1,' in dump_plan(document)


@st.composite
def range_plans(draw: st.DrawFn) -> Plan:
    """A plan for a range whose last commits may do nothing."""
    changes = draw(ranges())
    plan = draw(cut_plans(changes))
    number = max((c.commit for c in changes), default=0) + draw(st.integers(1, 2))
    heirs = draw(st.permutations([*range(len(plan.groups)), *[None] * number]))
    plan = replace(plan, continued_by=tuple(heirs[:number]))
    if draw(st.booleans()) and changes:
        at = draw(st.integers(0, len(plan.groups) - 1))
        file = draw(st.integers(0, len(changes) - 1))
        with suppress(ActionRefused, InvalidPlan):
            plan = with_content(plan, at, file, draw(contents(3)))
    return without_empty_groups(plan)


def _contents_of(plan: Plan) -> list[tuple[int, int, bytes]]:
    return [(o.group, o.file, o.content) for o in plan.overrides]


@given(range_plans())
def test_a_plan_means_the_same_after_it_was_written_and_read(plan: Plan) -> None:
    assume(not empty_groups(plan))
    sources = [source(number) for number in range(len(plan.continued_by))]
    document = PlanDocument(None, OIDS[5], (entry_of_plan(plan, *sources),))

    read = load_plan(dump_plan(document))
    assert read == document
    again = plan_of_entry(read.series[0], plan.changes)
    assert (again.groups, again.continued_by) == (plan.groups, plan.continued_by)
    assert _contents_of(again) == _contents_of(plan)
    assert entry_of_plan(again, *sources) == document.series[0]
    assert_same_steps(again, plan)
