"""What was staged stays so, whatever of it went into commits."""

from collections.abc import Mapping

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.diff import File, edits_of
from gitsplit.model.objects import EXECUTABLE, FILE, EntryUpdate, StagedEntry, object_id
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.model.staged import index_afterwards
from gitsplit.model.states import states_in
from tests.strategies import commits, modified, plans, text_change

NAMES = [b"%d\n" % n for n in range(9)]


def entry(file: File) -> StagedEntry:
    return StagedEntry(file.mode, file.oid)


def last_states(plan: Plan) -> list[File | None]:
    last = len(plan.groups) - 1
    return [states_in(plan, number, (last,))[0] for number in range(len(plan.changes))]


def index_of(states: list[File | None]) -> dict[bytes, StagedEntry]:
    return {file.path: entry(file) for file in states if file is not None}


def after(
    plan: Plan, staged: Mapping[bytes, StagedEntry], *files: File | None
) -> dict[bytes, StagedEntry | None]:
    """The index at the plan's paths afterwards, contents being those of the files."""
    contents = {f.oid: f.content or b"" for f in files if f is not None}
    found = index_afterwards(plan, staged, contents.__getitem__)
    new = {update.path: update.new for update in found.updates}
    return {**staged, **new}


def with_taken(plan: Plan, taken: set[int]) -> Plan:
    """The plan in one group, which takes these edits; the others are left out."""
    groups = tuple(0 if i in taken else DROPPED for i in range(len(plan.edits)))
    return replace(plan, groups=plan.groups[:1], group_of=groups, continued_by=(None,))


def of_one_group(plan: Plan) -> Plan:
    return replace(plan, overrides=(), groups=plan.groups[:1], continued_by=(None,))


@given(plans(commits()), st.data())
def test_all_that_was_staged_stays_so_where_everything_is_committed(
    plan: Plan, data: st.DataObject
) -> None:
    plan = of_one_group(plan)
    everything = set(range(len(plan.edits)))
    chosen = data.draw(st.sets(st.sampled_from(sorted(everything))))
    states = last_states(with_taken(plan, chosen))
    staged = index_of(states)
    whole = last_states(with_taken(plan, everything))
    done = after(with_taken(plan, everything), staged, *states)

    assert {p: e for p, e in done.items() if e} == index_of(whole)


@given(plans(commits()), st.data())
def test_nothing_staged_gives_the_commit_and_all_staged_stays(
    plan: Plan, data: st.DataObject
) -> None:
    plan = of_one_group(plan)
    chosen = data.draw(st.sets(st.sampled_from(range(len(plan.edits)))))
    committed = with_taken(plan, chosen)
    head = index_of([change.old for change in plan.changes])
    snapshot = index_of([change.new for change in plan.changes])

    done = after(committed, head)
    assert {p: e for p, e in done.items() if e} == index_of(last_states(committed))
    stays = after(committed, snapshot)
    assert {p: e for p, e in stays.items() if e} == snapshot


@given(
    st.lists(st.sampled_from(NAMES), unique=True, min_size=1),
    st.lists(st.sampled_from(NAMES), unique=True, min_size=1),
    st.data(),
)
def test_a_part_that_was_staged_is_joined_with_what_is_committed(
    old: list[bytes], new: list[bytes], data: st.DataObject
) -> None:
    change = modified(b"".join(old), b"".join(b"new " + line for line in new))
    plan = data.draw(plans(st.just((change,))))
    plan = of_one_group(plan)
    every = st.sets(st.sampled_from(range(len(plan.edits))))
    chosen, committed = data.draw(every), data.draw(every)
    states = last_states(with_taken(plan, chosen))
    both = last_states(with_taken(plan, chosen | committed))
    done = after(with_taken(plan, committed), index_of(states), *states)
    assume(last_states(with_taken(plan, committed)) != [change.old])

    assert {p: e for p, e in done.items() if e} == index_of(both)


def test_a_mode_and_lines_are_joined_too() -> None:
    change = text_change(
        File(b"a", FILE, object_id("blob", b"1\n"), b"1\n"),
        File(b"a", EXECUTABLE, object_id("blob", b"2\n"), b"2\n"),
    )
    edits = edits_of((change,))
    plan = Plan((change,), edits, (0, DROPPED), (Group(b"x\n"),), (None,))
    staged = {b"a": StagedEntry(FILE, object_id("blob", b"2\n"))}
    done = index_afterwards(plan, staged, lambda _oid: b"2\n")

    assert done.updates == (
        EntryUpdate(
            b"a", staged[b"a"], StagedEntry(EXECUTABLE, object_id("blob", b"2\n"))
        ),
    )


def test_what_was_written_over_is_named() -> None:
    change = modified(b"1\n2\n", b"1\n3\n")
    plan = Plan((change,), edits_of((change,)), (0,), (Group(b"x\n"),), (None,))
    other = b"1\nquite another\n"
    staged = {b"a": StagedEntry(FILE, object_id("blob", other))}
    done = index_afterwards(plan, staged, lambda _oid: other)

    assert [update.new for update in done.updates] == [entry(change.side)]
    assert done.overwritten == ((b"a", object_id("blob", other)),)
