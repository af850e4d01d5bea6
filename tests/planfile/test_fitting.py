"""A plan for commits that have changed: what still fits stays, all else is told."""

from collections import Counter
from collections.abc import Iterator

from hypothesis import assume, given
from hypothesis import strategies as st

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact, FactEdit, FileChange
from gitsplit.model.lines import lines_of
from gitsplit.model.objects import Oid, RawCommit
from gitsplit.model.plan import DROPPED, Plan, empty_groups, without_empty_groups
from gitsplit.model.series import SourceCommit
from gitsplit.model.states import steps
from gitsplit.planfile.document import FileEntry
from gitsplit.planfile.fit import Fit, fitted_plan
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from tests.planfile.test_fit import REST, group, groups_of, split, taking
from tests.strategies import (
    commits,
    contents,
    hunks_between,
    modified,
    plans,
    side,
    text_change,
)

RAW = RawCommit.parse(b"tree %s\n\nSubject\n" % (b"1" * 40))
Line = tuple[bytes, str, bytes]
"""A path, a side, and the text of a line."""


def as_read(plan: Plan) -> Plan:
    """The plan as it comes back from a file; not one that leaves out everything."""
    assume(not empty_groups(without_empty_groups(plan)))
    assume(_fits_in_trees(plan))
    entry = entry_of_plan(plan, SourceCommit(Oid("c" * 40), RAW))
    return plan_of_entry(entry, plan.changes)


def _fits_in_trees(plan: Plan) -> bool:
    """Whether no two files of the plan are at one path."""
    try:
        steps(plan)
    except InvalidPlan:
        return False
    return True


def fitted(plan: Plan, *changes: FileChange, rest: int | None = None) -> Fit:
    return fitted_plan(plan, changes, (rest,), hunks_between)


def lines_by_group(plan: Plan) -> Counter[tuple[Line, bytes | None]]:
    """Each line that is taken away or added, with the message of its group."""
    found: Counter[tuple[Line, bytes | None]] = Counter()
    for edit, at in zip(plan.edits, plan.group_of, strict=True):
        if isinstance(edit, FactEdit):
            continue
        message = None if at == DROPPED else plan.groups[at].message
        change = plan.changes[edit.file]
        for name, lines, span in (
            ("old", change.old_lines, edit.old),
            ("new", change.new_lines, edit.new),
        ):
            for text in lines[span.start : span.stop]:
                found[(change.path, name, text), message] += 1
    return found


def size(entries: tuple[FileEntry, ...]) -> int:
    """How many lines the entries name."""
    return sum(b - a + 1 for e in entries for a, b in (*e.removed, *e.added))


@given(plans(commits()))
def test_fitted_to_the_same_commit_it_is_the_same_plan(plan: Plan) -> None:
    read = as_read(plan)
    fit = fitted(read, *plan.changes)

    assert fit == Fit(read)


@st.composite
def amended(draw: st.DrawFn) -> tuple[Plan, tuple[FileChange, ...]]:
    """A plan, and the commit once lines of its own stand between any others."""
    plan = as_read(draw(plans(commits())))
    return plan, tuple(draw(_with_more_lines(c)) for c in plan.changes)


@st.composite
def _with_more_lines(draw: st.DrawFn, change: FileChange) -> FileChange:
    if change.new is None or not change.hunks:
        return change
    lines = [*lines_of(change.new.content or b"")]
    places = st.integers(0, len(lines) - 1 if lines else 0)
    for number, at in enumerate(sorted(draw(st.sets(places, max_size=3)))):
        lines.insert(at + number, b"amended %d\n" % number)
    new = side(change.new.path, b"".join(lines), change.new.mode)
    return text_change(change.old, new)


@given(amended())
def test_lines_that_come_in_move_no_other_to_another_commit(
    case: tuple[Plan, tuple[FileChange, ...]],
) -> None:
    plan, changes = case
    fit = fitted(plan, *changes)

    was, now = lines_by_group(plan), lines_by_group(fit.plan)
    own = Counter({k: n for k, n in now.items() if b"amended" not in k[0][2]})
    assert own == was or _is_aligned_anew(plan, changes)
    steps(fit.plan)


def _is_aligned_anew(plan: Plan, changes: tuple[FileChange, ...]) -> bool:
    """Whether git tells the lines of the commit in another way by now."""
    was, now = (
        [line for change in each for line in _changed(change)]
        for each in (plan.changes, changes)
    )
    return was != [line for line in now if b"amended" not in line[1]]


def _changed(change: FileChange) -> Iterator[tuple[str, bytes]]:
    for hunk in change.hunks:
        for text in change.old_lines[hunk.old.start : hunk.old.stop]:
            yield "old", text
    for hunk in change.hunks:
        for text in change.new_lines[hunk.new.start : hunk.new.stop]:
            yield "new", text


@given(plans(commits()), st.builds(modified, contents(), contents()), st.booleans())
def test_nothing_is_lost_and_each_line_is_placed_or_told(
    plan: Plan, other: FileChange, has_rest: bool
) -> None:
    kept = [each for each in plan.changes if other.path not in _paths(each)]
    changes = (other, *kept) if other.hunks else tuple(kept)
    read = as_read(plan)
    fit = fitted(read, *changes, rest=0 if has_rest else None)

    was, now = lines_by_group(read), lines_by_group(fit.plan)
    assert fit.plan.changes == changes
    assert now.total() == sum(len(h.old) + len(h.new) for c in changes for h in c.hunks)
    placed = was.total() - size(fit.lost)
    assert 0 <= placed <= now.total()
    assert size(fit.new) == (0 if has_rest else now.total() - placed)
    assert all(
        group == DROPPED or group < len(fit.plan.groups) for group in fit.plan.group_of
    )


def _paths(change: FileChange) -> set[bytes]:
    return {each.path for each in (change.old, change.new) if each}


OLD = modified(b"1\n2\n3\n", b"1\na\nb\n2\n3\nc\n")


def two_groups(change: FileChange) -> Plan:
    """The added lines a and c in the second commit, b in the first."""
    first = group(taking(change, (), ((3, 3),)), owner=True)
    return plan_of_entry(split(first, REST), (change,))


def test_lines_are_found_on_another_base_and_what_is_gone_is_listed() -> None:
    plan = two_groups(OLD)
    now = modified(b"0\n1\n2\n3\n", b"0\n1\nb\n2\nnew\n3\nc\n")
    fit = fitted(plan, now)

    assert groups_of(fit.plan) == [
        (([], [3]), 0),
        (([], [5]), 0),
        (([], [7]), 1),
    ]
    assert fit.lost == (FileEntry(b"a", b"a", added=((2, 2),)),)
    assert fit.new == (FileEntry(b"a", b"a", added=((5, 5),)),)


def test_what_is_new_goes_to_the_rest_where_there_is_one_and_is_not_listed() -> None:
    now = modified(b"1\n2\n3\n", b"1\na\nb\n2\n3\nc\nnew\n")
    fit = fitted(two_groups(OLD), now, rest=1)

    assert fit.new == fit.lost == ()
    assert groups_of(fit.plan)[-1] == (([], [6, 7]), 1)


def test_a_line_that_replaces_another_goes_with_it_and_is_listed() -> None:
    """Each where the other was; and what stands between two lines of one commit."""
    was = modified(b"1\n", b"1\nreach the total\nb\nc\nd\n")
    plan = plan_of_entry(
        split(group(taking(was, (), ((2, 4),))), group(rest=True, owner=True)), (was,)
    )
    now = modified(b"1\n", b"1\nget to the total\nb\nnew\nc\nd\n")
    fit = fitted(plan, now)

    assert groups_of(fit.plan) == [(([], [2, 3, 4, 5]), 0), (([], [6]), 1)]
    assert fit.lost == (FileEntry(b"a", b"a", added=((2, 2),)),)
    assert fit.new == (FileEntry(b"a", b"a", added=((2, 2), (4, 4))),)


def test_a_content_that_replaces_another_goes_with_it() -> None:
    base, one, two = (side(b"b", b"\0" * size) for size in (1, 2, 3))
    was, now = (FileChange(base, each, by_lines=False) for each in (one, two))
    fact = taking(was, facts=(Fact.CONTENT,))
    plan = plan_of_entry(split(group(fact), group(rest=True, owner=True)), (was, OLD))
    fit = fitted(plan, now, OLD)

    assert groups_of(fit.plan)[0] == (Fact.CONTENT, 0)
    assert fit.lost == fit.new == (FileEntry(b"b", b"b", facts=(Fact.CONTENT,)),)


def test_a_line_that_replaces_one_left_out_is_not_left_out() -> None:
    was = modified(b"1\n", b"1\nprint(secret)\nb\n")
    entry = split(REST, dropped=(taking(was, (), ((2, 2),)),))
    fit = fitted(plan_of_entry(entry, (was,)), modified(b"1\n", b"1\nprint(it)\nb\n"))

    assert groups_of(fit.plan) == [(([], [2, 3]), 0)]


def test_a_commit_that_has_nothing_left_is_no_commit() -> None:
    fit = fitted(two_groups(OLD), modified(b"1\n2\n3\n", b"1\na\n2\n3\nc\n"))

    assert len(fit.plan.groups) == 1
    assert fit.lost == (FileEntry(b"a", b"a", added=((3, 3),)),)
