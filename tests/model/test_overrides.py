"""Contents written by hand for one commit of a plan, and what becomes of them."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.diff import Fact, FactEdit, File, TextEdit, edits_of
from gitsplit.model.objects import GITLINK, Oid, RawCommit, object_id
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Override,
    Plan,
    with_edits_assigned,
    with_group,
    with_group_moved,
    with_groups_merged,
    without_empty_groups,
    without_group,
)
from gitsplit.model.series import SourceCommit
from gitsplit.model.states import (
    is_whole,
    states_in,
    steps,
    with_content,
    with_dropped_edits_kept,
    with_overrides_merged,
)
from gitsplit.planfile.document import CommitEntry, FileEntry, GroupEntry, PlanDocument
from gitsplit.planfile.dump import dump_plan
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from gitsplit.planfile.parse import load_plan
from tests.strategies import (
    commits,
    contents,
    modified,
    operated,
    plans,
    side,
    text_change,
)
from tests.three_way import merge

SOURCE = SourceCommit(Oid("c" * 40), RawCommit((b"tree " + b"0" * 40,), b"Subject\n"))
OLD = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\nend\n"
NEW = b"1\ntwo\n3\n4\nfive\n6\n7\neight\n9\n10\nend\n"


def in_three() -> Plan:
    """A file with three edits, each in a commit of its own."""
    change = modified(OLD, NEW, b"f")
    groups = tuple(Group(b"%d\n" % n) for n in range(3))
    return Plan((change,), edits_of([change]), (0, 1, 2), groups, (2,))


def contents_of(plan: Plan) -> list[bytes | None]:
    """What the file has as of each commit."""
    states = states_in(plan, 0, range(len(plan.groups)))
    return [None if state is None else state.content for state in states]


FIRST = OLD.replace(b"2", b"two")
SECOND = FIRST.replace(b"5", b"five")


def test_what_is_written_is_the_content_of_that_commit_and_no_other() -> None:
    plan = with_content(in_three(), 0, 0, FIRST.replace(b"end", b"END"))

    assert contents_of(plan) == [FIRST.replace(b"end", b"END"), SECOND, NEW]
    assert is_whole(plan)
    paths = [[path for path, _ in step.paths] for step in steps(plan)]
    assert paths == [[b"f"], [b"f"], [b"f"]]


def test_a_commit_that_does_nothing_to_the_file_can_have_a_content_too() -> None:
    others = replace(in_three(), group_of=(0, 0, 2))
    plan = with_content(others, 1, 0, b"written\n")

    assert contents_of(plan) == [SECOND, b"written\n", NEW]
    assert [len(step.paths) for step in steps(plan)] == [1, 1, 1]


def test_the_commit_after_has_the_chosen_content_again_though_it_has_no_edit() -> None:
    others = replace(in_three(), group_of=(0, 2, 2))
    plan = with_content(others, 0, 0, b"written\n")

    assert contents_of(plan) == [b"written\n", FIRST, NEW]
    oid = object_id("blob", FIRST)
    assert [entry and entry.oid for _, entry in steps(plan)[1].paths] == [oid]


def test_written_for_good_it_is_in_every_later_commit() -> None:
    plan = with_content(in_three(), 1, 0, SECOND.replace(b"end", b"END"), merge)

    assert contents_of(plan) == [
        FIRST,
        SECOND.replace(b"end", b"END"),
        NEW.replace(b"end", b"END"),
    ]
    assert not is_whole(plan)
    assert [o.lasting for o in plan.overrides] == [True, True]


def test_written_into_the_last_commit_it_is_in_the_final_tree() -> None:
    plan = with_content(in_three(), 2, 0, b"end\n")

    assert contents_of(plan) == [FIRST, SECOND, b"end\n"]
    assert not is_whole(plan)
    assert [o.lasting for o in plan.overrides] == [True]


def test_what_conflicts_with_a_later_commit_is_not_taken_for_good() -> None:
    with pytest.raises(InvalidPlan) as refused:
        with_content(in_three(), 0, 0, FIRST.replace(b"8", b"acht"), merge)

    said = "The edit of f would conflict in commit 3."
    assert str(refused.value) == said


def test_what_is_written_twice_for_good_builds_on_the_first() -> None:
    once = with_content(in_three(), 0, 0, FIRST.replace(b"end", b"END"), merge)
    twice = with_content(once, 0, 0, FIRST.replace(b"end", b"fin"), merge)
    back = with_content(twice, 0, 0, FIRST, merge)

    assert contents_of(twice)[-1] == NEW.replace(b"end", b"fin")
    assert back == in_three()


def test_what_was_written_for_one_commit_can_be_made_to_last() -> None:
    alone = with_content(in_three(), 0, 0, FIRST.replace(b"end", b"END"))
    lasting = with_content(alone, 0, 0, FIRST.replace(b"end", b"END"), merge)

    assert contents_of(alone)[1:] == [SECOND, NEW]
    assert contents_of(lasting)[1:] == [
        SECOND.replace(b"end", b"END"),
        NEW.replace(b"end", b"END"),
    ]


def test_written_as_the_plan_has_it_nothing_is_overridden() -> None:
    plan = with_content(in_three(), 0, 0, b"written\n")

    assert with_content(plan, 0, 0, FIRST) == in_three()
    assert with_content(in_three(), 2, 0, NEW).overrides == ()


CREATED = text_change(None, side(b"new", b"1\n2\n"))
SUBMODULE = replace(
    CREATED, new=side(b"lib", None, GITLINK, Oid("1" * 40)), hunks=(), by_lines=False
)
SYMLINK = replace(
    CREATED, new=side(b"link", b"to/there", 0o120000), hunks=(), by_lines=False
)


@pytest.mark.parametrize(
    ("change", "group", "said"),
    [
        (CREATED, 0, "Commit 1 doesn't have new."),
        (SUBMODULE, 1, "lib isn't a regular file, so it can't be edited."),
        (SYMLINK, 1, "link isn't a regular file, so it can't be edited."),
    ],
)
def test_only_a_regular_file_that_is_there_can_be_written(
    change: object, group: int, said: str
) -> None:
    both = (change, modified(b"x\n", b"y\n", b"z"))
    edits = edits_of(both)  # type: ignore[arg-type] # parametrized, so an object
    groups = (Group(b"a\n"), Group(b"b\n"))
    group_of = tuple(1 if edit.file == 0 else 0 for edit in edits)
    plan = Plan(both, edits, group_of, groups, None)  # type: ignore[arg-type]

    with pytest.raises(ActionRefused) as refused:
        with_content(plan, group, 0, b"x\n")
    assert str(refused.value) == said


def override_of(plan: Plan) -> dict[int, bytes]:
    return {override.group: override.content for override in plan.overrides}


OPERATIONS: list[tuple[str, Callable[[Plan], Plan], dict[int, bytes]]] = [
    (
        "a new commit before it",
        lambda p: with_group(p, 0, Group(b"n\n")),
        {2: b"written\n"},
    ),
    (
        "a new commit after it",
        lambda p: with_group(p, 2, Group(b"n\n")),
        {1: b"written\n"},
    ),
    ("its commit moved", lambda p: with_group_moved(p, 1, 0), {0: b"written\n"}),
    ("another moved over it", lambda p: with_group_moved(p, 2, 0), {2: b"written\n"}),
    (
        "its commit merged away",
        lambda p: with_groups_merged(p, 1, 0),
        {0: b"written\n"},
    ),
    (
        "merged with the one before",
        lambda p: with_groups_merged(p, 0, 1),
        {0: b"written\n"},
    ),
    ("merged with the one after", lambda p: with_groups_merged(p, 2, 1), {}),
    ("merged into the one after", lambda p: with_groups_merged(p, 1, 2), {}),
    (
        "the one before emptied and gone",
        lambda p: without_group(with_edits_assigned(p, [0], 1), 0),
        {0: b"written\n"},
    ),
    (
        "its commit emptied and gone",
        lambda p: without_empty_groups(with_edits_assigned(p, [1], 2)),
        {},
    ),
]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [pytest.param(done, left, id=name) for name, done, left in OPERATIONS],
)
def test_an_override_goes_with_its_commit(
    operation: Callable[[Plan], Plan], expected: dict[int, bytes]
) -> None:
    plan = with_content(in_three(), 1, 0, b"written\n")

    assert override_of(operation(plan)) == expected


def test_of_two_commits_merged_the_later_one_s_content_stays() -> None:
    plan = with_content(in_three(), 0, 0, b"early\n")
    plan = with_content(plan, 1, 0, b"late\n")

    assert override_of(with_groups_merged(plan, 0, 1)) == {0: b"late\n"}
    assert override_of(with_groups_merged(plan, 1, 0)) == {0: b"late\n"}


def test_what_comes_to_the_commit_is_merged_into_what_was_written() -> None:
    plan = with_content(in_three(), 0, 0, FIRST.replace(b"end", b"END"))
    moved = with_overrides_merged(with_edits_assigned(plan, [1], 0), merge)

    assert contents_of(moved)[0] == SECOND.replace(b"end", b"END")
    assert contents_of(moved)[1:] == [SECOND, NEW]
    assert with_overrides_merged(with_edits_assigned(moved, [1], 1), merge) == plan


def test_what_comes_to_the_commit_is_refused_where_it_conflicts() -> None:
    plan = with_content(in_three(), 0, 0, FIRST.replace(b"5", b"V"))

    with pytest.raises(InvalidPlan, match="would conflict in commit 1"):
        with_overrides_merged(with_edits_assigned(plan, [1], 0), merge)


def test_what_was_written_is_refused_where_its_file_is_gone() -> None:
    changes = (CREATED, modified(b"x\n", b"y\n", b"z"))
    groups = (Group(b"a\n"), Group(b"b\n"))
    plan = Plan(changes, edits_of(changes), (0, 0, 1), groups, (None,))
    written = with_content(plan, 0, 0, b"1\n2\n3\n")

    with pytest.raises(InvalidPlan, match="would conflict in commit 1"):
        with_overrides_merged(with_edits_assigned(written, [0, 1], 1), merge)


def test_an_override_that_the_plan_has_come_to_choose_goes() -> None:
    plan = with_content(in_three(), 0, 0, SECOND)

    assert (
        with_overrides_merged(with_edits_assigned(plan, [1], 0), merge).overrides == ()
    )


def test_what_is_for_good_is_in_commits_made_later_too() -> None:
    plan = with_content(in_three(), 0, 0, FIRST.replace(b"end", b"END"), merge)
    more = with_overrides_merged(with_group(plan, 1, Group(b"more\n")), merge)

    assert contents_of(more)[1] == FIRST.replace(b"end", b"END")
    assert contents_of(more)[2:] == contents_of(plan)[1:]


def test_what_is_written_into_the_last_commit_stays_in_the_end_when_that_moves() -> (
    None
):
    plan = with_content(in_three(), 2, 0, NEW.replace(b"end", b"END"))
    moved = with_overrides_merged(with_group_moved(plan, 2, 1), merge)

    assert contents_of(moved)[-1] == NEW.replace(b"end", b"END")


def test_what_is_written_for_one_commit_is_not_in_one_made_after_it() -> None:
    plan = with_content(in_three(), 0, 0, FIRST.replace(b"end", b"END"))
    more = with_overrides_merged(with_group(plan, 1, Group(b"more\n")), merge)

    assert contents_of(more)[1] == FIRST


def test_what_is_dropped_can_stay_in_the_files_beside_what_was_written() -> None:
    plan = with_edits_assigned(in_three(), [0], DROPPED)
    plan = with_content(plan, 2, 0, NEW.replace(b"two", b"2").replace(b"end", b"END"))

    assert contents_of(with_dropped_edits_kept(plan, merge))[-1] == NEW.replace(
        b"end", b"END"
    )


def test_what_is_dropped_can_stay_only_where_nothing_else_was_written() -> None:
    plan = with_content(with_edits_assigned(in_three(), [0], DROPPED), 2, 0, b"other\n")

    with pytest.raises(InvalidPlan, match="would conflict in commit 3"):
        with_dropped_edits_kept(plan, merge)


@st.composite
def overridden(draw: st.DrawFn, may_drop: bool = True) -> Plan:
    """A plan with contents written for some of its commits."""
    plan = draw(plans(commits(3), may_drop=may_drop))
    for _ in range(draw(st.integers(1, 3))):
        group = draw(st.integers(0, len(plan.groups) - 1))
        file = draw(st.integers(0, len(plan.changes) - 1))
        lasting = draw(st.sampled_from([None, None, merge]))
        try:
            plan = with_content(plan, group, file, draw(contents(4)), lasting)
        except (ActionRefused, InvalidPlan):
            continue
    return plan


def without_overrides(plan: Plan) -> Plan:
    return replace(plan, overrides=())


@given(overridden())
@settings(deadline=None)
def test_only_the_commits_with_an_override_have_other_files(plan: Plan) -> None:
    own = {(o.file, o.group): o for o in plan.overrides}
    for file in range(len(plan.changes)):
        groups = range(-1, len(plan.groups))
        states = states_in(plan, file, groups)
        chosen = states_in(without_overrides(plan), file, groups)
        for group, state, other in zip(groups, states, chosen, strict=True):
            override = own.get((file, group))
            assert state == (other if override is None else altered(other, override))


def altered(state: File | None, override: Override) -> File:
    """The state with the override's content."""
    assert state is not None
    assert state.content == override.base != override.content
    oid = object_id("blob", override.content)
    return replace(state, oid=oid, stored=override.content)


@given(overridden(may_drop=False))
@settings(deadline=None)
def test_the_last_tree_is_the_original_unless_it_was_written_for_the_end(
    plan: Plan,
) -> None:
    last = len(plan.groups) - 1
    ends = [states_in(plan, f, (last,))[0] for f in range(len(plan.changes))]

    assert is_whole(plan) == (ends == [change.new for change in plan.changes])


@given(overridden())
@settings(deadline=None)
def test_steps_lead_through_the_states_of_all_files(plan: Plan) -> None:
    try:
        found = steps(plan)
    except InvalidPlan:
        assume(False)
    tree = {c.old.path: (c.old.mode, c.old.oid) for c in plan.changes if c.old}
    for group, step in enumerate(found):
        for path, entry in step.paths:
            tree.pop(path, None)
            if entry is not None:
                tree[path] = (entry.mode, entry.oid)
        states = [states_in(plan, f, (group,))[0] for f in range(len(plan.changes))]
        assert tree == {s.path: (s.mode, s.oid) for s in states if s}


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_whatever_is_done_afterwards_overrides_lie_on_what_the_plan_chooses(
    data: st.DataObject,
) -> None:
    plan = data.draw(overridden())
    for _ in range(data.draw(st.integers(1, 5))):
        try:
            plan = with_overrides_merged(data.draw(operated(plan)), merge)
        except (ActionRefused, InvalidPlan):
            continue
        for override in plan.overrides:
            (chosen,) = states_in(
                without_overrides(plan), override.file, (override.group,)
            )
            assert chosen is not None
            assert chosen.content == override.base != override.content
        places = [(o.group, o.file) for o in plan.overrides]
        assert places == sorted(set(places))


@given(overridden())
@settings(deadline=None)
def test_overrides_survive_the_plan_file(plan: Plan) -> None:
    assume(set(plan.group_of) != {DROPPED})
    plan = without_empty_groups(plan)
    document = PlanDocument(None, Oid("1" * 40), (entry_of_plan(plan, SOURCE),))

    read = load_plan(dump_plan(document))
    again = plan_of_entry(read.series[0], plan.changes)

    assert read == document
    assert unmarked(again) == unmarked(plan)
    assert entry_of_plan(again, SOURCE) == document.series[0]


def unmarked(plan: Plan) -> list[Override]:
    """The overrides; whether one is lasting is guessed when it is read."""
    return [replace(override, lasting=False) for override in plan.overrides]


def entry_with(*groups: tuple[FileEntry, ...]) -> CommitEntry:
    made = (GroupEntry(b"%d\n" % n, files=files) for n, files in enumerate(groups))
    return CommitEntry(Oid("c" * 40), action="split", groups=tuple(made))


def file_entry(**fields: object) -> FileEntry:
    return replace(FileEntry(b"f", b"f"), **fields)


def test_a_content_in_a_plan_file_is_for_its_commit_alone() -> None:
    entry = entry_with(
        (file_entry(removed=((2, 2),), added=((2, 2),), content=b"by hand\n"),),
        (file_entry(removed=((5, 5), (8, 8)), added=((5, 5), (8, 8))),),
    )

    plan = plan_of_entry(entry, in_three().changes)
    assert contents_of(plan) == [b"by hand\n", NEW]
    assert plan.overrides == (Override(0, 0, b"by hand\n", FIRST),)


def test_a_content_for_the_last_commit_or_for_several_in_a_row_is_lasting() -> None:
    entry = entry_with(
        (file_entry(removed=((2, 2),), added=((2, 2),), content=b"1\n"),),
        (file_entry(removed=((5, 5),), added=((5, 5),), content=b"2\n"),),
        (file_entry(removed=((8, 8),), added=((8, 8),)),),
    )
    at_the_end = entry_with((file_entry(whole=True, content=b"3\n"),))

    plan = plan_of_entry(entry, in_three().changes)
    assert [override.lasting for override in plan.overrides] == [True, False]
    (override,) = plan_of_entry(at_the_end, in_three().changes).overrides
    assert override.lasting


def test_a_content_touches_the_file_like_any_part_of_it() -> None:
    new = FileEntry(None, b"new")
    other = FileEntry(b"z", b"z")
    entry = entry_with(
        (replace(new, content=b"stub\n"), replace(other, whole=True)),
        (replace(new, added=((1, 2),)),),
    )
    changes = (CREATED, modified(b"x\n", b"y\n", b"z"))

    plan = plan_of_entry(entry, changes)
    assert contents_of(plan) == [b"stub\n", b"1\n2\n"]
    creation = plan.edits.index(FactEdit(0, Fact.CREATE))
    assert plan.group_of[creation] == 0
    assert isinstance(plan.edits[creation + 1], TextEdit)


def test_a_content_that_the_plan_chooses_anyway_is_left_out() -> None:
    entry = entry_with((file_entry(whole=True, content=NEW),))

    assert plan_of_entry(entry, in_three().changes).overrides == ()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            entry_with((file_entry(whole=True, content=b"x"), file_entry(content=b""))),
            "The content of f is given twice for one group, so the plan doesn't fit.",
        ),
        (
            replace(
                entry_with((file_entry(added=((2, 2), (5, 5), (8, 8))),)),
                dropped=(file_entry(removed=((2, 2), (5, 5), (8, 8)), content=b"x\n"),),
            ),
            "What is left out can't have a content, as f has, so the plan doesn't fit.",
        ),
    ],
)
def test_a_content_that_doesn_t_fit_is_refused(entry: CommitEntry, said: str) -> None:
    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(entry, in_three().changes)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("change", "said", "hint"),
    [
        (CREATED, "to new, which isn't there in commit 1.", "Name the fact that "),
        (SUBMODULE, "to lib, which is a submodule in commit 2.", "A submodule has "),
    ],
)
def test_a_content_for_what_is_no_file_is_refused(
    change: object, said: str, hint: str
) -> None:
    assert hasattr(change, "new")
    place = FileEntry(None, change.new.path)
    is_there = change is SUBMODULE
    stay = replace(place, content=b"x\n")
    make = replace(place, facts=(Fact.CREATE,), added=() if is_there else ((1, 2),))
    other = FileEntry(b"z", b"z", whole=True)
    entry = (
        entry_with((other,), (replace(make, content=b"x\n"),))
        if is_there
        else entry_with((other, stay), (make,))
    )
    changes = (change, modified(b"x\n", b"y\n", b"z"))

    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(entry, changes)  # type: ignore[arg-type] # parametrized, so an object
    assert str(refused.value) == f"The plan gives a content {said}"
    assert refused.value.hint.startswith(hint)
