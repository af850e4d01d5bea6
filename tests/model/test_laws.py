"""The laws of docs/architecture.md, for commits, cuts and assignments at random.

1. Every edit is in exactly one group or dropped; with nothing dropped the last tree is
   the original one.
2. Every prefix is a valid tree.
3. A plan means the same when it was written down and read back.
4. Undo gives back what was; one group gives back the original commit.
"""

import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.content import file_after
from gitsplit.model.diff import (
    Fact,
    FactEdit,
    File,
    Hunk,
    Span,
    TextEdit,
    edits_of,
    facts_of,
)
from gitsplit.model.objects import Oid, RawCommit, TreeEntry
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_assigned,
    without_empty_groups,
)
from gitsplit.model.series import SourceCommit
from gitsplit.model.states import TreeStep, is_whole, steps
from gitsplit.planfile.document import PlanDocument
from gitsplit.planfile.dump import dump_plan
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from gitsplit.planfile.parse import load_plan
from gitsplit.proposal.propose import proposal
from gitsplit.tui.state.app_state import History
from tests.strategies import (
    LINES,
    alone,
    commits,
    may_stand_together,
    modified,
    operated,
    plans,
    side,
    text_change,
)

Tree = dict[bytes, TreeEntry]

MESSAGE = b"Do several things\n\nChange-Id: I" + b"1" * 40 + b"\n"
UNTOUCHED = {b"kept/always": TreeEntry(0o100644, Oid("0" * 40))}
COMMIT = Oid("c" * 40)


def tree_of(files: Iterator[File | None]) -> Tree:
    return UNTOUCHED | {f.path: TreeEntry(f.mode, f.oid) for f in files if f}


def old_tree(plan: Plan) -> Tree:
    return tree_of(change.old for change in plan.changes)


def new_tree(plan: Plan) -> Tree:
    return tree_of(change.new for change in plan.changes)


def applied(tree: Tree, step: TreeStep) -> Tree:
    """The tree after a step, path by path in the order of the step."""
    result = dict(tree)
    for path, entry in step.paths:
        if entry is None:
            result.pop(path)
        else:
            result[path] = entry
    return result


def trees_of(plan: Plan) -> list[Tree]:
    """The tree of each commit of the plan."""
    trees = [old_tree(plan)]
    for step in steps(plan):
        trees.append(applied(trees[-1], step))
    return trees[1:]


def assert_same_steps(again: Plan, plan: Plan) -> None:
    """Both plans have the same trees, or neither has any that are possible."""
    try:
        expected = steps(plan)
    except InvalidPlan:
        with pytest.raises(InvalidPlan):
            steps(again)
        return
    assert steps(again) == expected


def assert_every_edit_is_somewhere(plan: Plan) -> None:
    """Each fact and each changed line is in exactly one edit, each edit in a group."""
    assert len(plan.edits) == len(plan.group_of)
    assert set(plan.group_of) <= {*range(len(plan.groups)), DROPPED}
    facts = [(e.file, e.fact) for e in plan.edits if isinstance(e, FactEdit)]
    texts = [e for e in plan.edits if isinstance(e, TextEdit)]
    old = Counter((e.file, n) for e in texts for n in e.old.numbers)
    new = Counter((e.file, n) for e in texts for n in e.new.numbers)
    for number, change in enumerate(plan.changes):
        assert [f for file, f in facts if file == number] == list(facts_of(change))
    hunks = [(n, h) for n, change in enumerate(plan.changes) for h in change.hunks]
    assert old == Counter((file, n) for file, h in hunks for n in h.old.numbers)
    assert new == Counter((file, n) for file, h in hunks for n in h.new.numbers)


@given(plans(commits(), may_drop=False))
def test_with_nothing_dropped_the_last_tree_is_the_original(plan: Plan) -> None:
    try:
        trees = trees_of(plan)
    except InvalidPlan:
        assume(False)

    assert is_whole(plan)
    assert trees[-1] == new_tree(plan)


@given(st.data())
def test_whatever_is_done_every_edit_is_in_one_group_or_dropped(
    data: st.DataObject,
) -> None:
    plan = data.draw(plans(commits(3)))
    for _ in range(data.draw(st.integers(1, 12))):
        plan = data.draw(operated(plan))
        assert_every_edit_is_somewhere(plan)
        assert plan.owner is None or 0 <= plan.owner < len(plan.groups)
        assert_a_file_exists_while_a_line_does(plan)


def assert_a_file_exists_while_a_line_does(plan: Plan) -> None:
    for number, change in enumerate(plan.changes):
        assignment = plan.of_file(number)
        for after in range(-1, len(plan.groups)):
            file = file_after(alone(change, number), assignment, after)
            has_line = any(
                (group <= after) == (change.old is None)
                for edit, group in assignment
                if isinstance(edit, TextEdit)
            )
            if None in (change.old, change.new):
                assert file is not None or not has_line


@given(plans(commits(), may_drop=False))
def test_a_proposal_and_any_plan_start_with_the_same_last_tree(plan: Plan) -> None:
    suggested = proposal(plan.changes, MESSAGE)
    assert_every_edit_is_somewhere(suggested)
    try:
        trees = trees_of(suggested)
    except InvalidPlan:
        assume(False)

    assert trees[-1] == new_tree(plan)


def states_after(plan: Plan, after: int) -> list[File]:
    found = (
        file_after(alone(change, number), plan.of_file(number), after)
        for number, change in enumerate(plan.changes)
    )
    return [file for file in found if file is not None]


@given(plans(commits()))
def test_every_tree_is_possible_or_the_plan_is_refused(plan: Plan) -> None:
    possible = all(
        may_stand_together(file.path for file in states_after(plan, group))
        for group in range(len(plan.groups))
    )
    try:
        trees = trees_of(plan)
    except InvalidPlan:
        assert not possible
        return

    assert possible
    for group, tree in enumerate(trees):
        assert may_stand_together(tree)
        assert tree == tree_of(iter(states_after(plan, group)))


@given(plans(commits()))
def test_a_step_brings_the_contents_of_the_files_that_it_changes(plan: Plan) -> None:
    try:
        found = steps(plan)
    except InvalidPlan:
        assume(False)

    known = set(old_tree(plan).values())
    for step in found:
        known |= {TreeEntry(file.mode, file.oid) for file in step.files}
        assert {entry for _, entry in step.paths if entry is not None} <= known
        assert len({path for path, _ in step.paths}) == len(step.paths)


@given(plans(commits()))
def test_before_its_rename_a_file_has_its_chosen_lines_under_the_old_path(
    plan: Plan,
) -> None:
    for number, change in enumerate(plan.changes):
        if change.old is None or change.new is None:
            continue
        assignment = plan.of_file(number)
        renames = [
            g for e, g in assignment if isinstance(e, FactEdit) and e.fact == "rename"
        ]
        for after in range(len(plan.groups)):
            file = file_after(alone(change, number), assignment, after)
            assert file is not None
            is_renamed = all(group <= after for group in renames)
            assert file.path == (change.new if is_renamed else change.old).path
            unmoved = replace(change, new=replace(change.new, path=change.old.path))
            texts = [pair for pair in assignment if pair[0] not in renamed(plan)]
            there = file_after(alone(unmoved, number), texts, after)
            assert there is not None
            assert (file.content, file.mode) == (there.content, there.mode)


def renamed(plan: Plan) -> set[FactEdit]:
    """The renames among the edits."""
    return {
        edit
        for edit in plan.edits
        if isinstance(edit, FactEdit) and edit.fact is Fact.RENAME
    }


def test_two_files_that_change_places_can_do_so_only_at_once() -> None:
    a, b = side(b"a", b"1\n"), side(b"b", b"2\n")
    changes = (
        text_change(b, replace(b, path=b"a")),
        text_change(a, replace(a, path=b"b")),
    )
    groups = (Group(b"one\n"), Group(b"two\n"))

    together = Plan(changes, edits_of(changes), (1, 1), groups, (None,))
    assert trees_of(together)[1] == new_tree(together)
    with pytest.raises(InvalidPlan) as refused:
        steps(replace(together, group_of=(0, 1)))
    assert str(refused.value) == "Commit 1 would have two files at a."


def test_a_file_that_becomes_a_directory_does_so_at_once() -> None:
    changes = (
        text_change(side(b"a", b"1\n"), None),
        text_change(None, side(b"a/b", b"2\n")),
    )
    groups = (Group(b"one\n"), Group(b"two\n"))
    plan = Plan(changes, edits_of(changes), (0, 0, 0, 0), groups[:1], (None,))

    assert trees_of(plan) == [new_tree(plan)]
    apart = replace(plan, groups=groups)
    assert trees_of(replace(apart, group_of=(0, 0, 1, 1)))[1] == new_tree(plan)
    with pytest.raises(InvalidPlan) as refused:
        steps(replace(apart, group_of=(1, 1, 0, 0)))
    assert str(refused.value) == "Commit 1 would have a file and a directory at a."
    assert refused.value.hint == (
        "Send the hunks that free and use that path to the same commit."
    )


def source(subject: bytes = b"Subject") -> SourceCommit:
    raw = RawCommit((b"tree " + b"0" * 40,), subject + b"\n")
    return SourceCommit(COMMIT, raw)


@given(plans(commits()), st.sampled_from([b"said\n", b"\xe9\n", b"\xef\xbf\xbe\0\r\n"]))
def test_a_plan_means_the_same_after_it_was_written_and_read(
    plan: Plan, message: bytes
) -> None:
    assume(set(plan.group_of) != {DROPPED})
    groups = tuple(Group(message + g.message, "Because.") for g in plan.groups)
    plan = without_empty_groups(replace(plan, groups=groups))
    document = PlanDocument(
        None, Oid("1" * 40), (entry_of_plan(plan, source(message)),)
    )

    read = load_plan(dump_plan(document))
    assert read == document
    again = plan_of_entry(read.series[0], plan.changes)
    assert_every_edit_is_somewhere(again)
    assert (again.groups, again.owner) == (plan.groups, plan.owner)
    assert entry_of_plan(again, source(message)) == document.series[0]
    assert_same_steps(again, plan)


@given(plans(commits(), may_drop=False))
def test_groups_without_edits_are_not_written(plan: Plan) -> None:
    entry = entry_of_plan(plan, source())

    assert len(entry.groups) == len(set(plan.group_of))
    assert plan_of_entry(entry, plan.changes).owner == without_empty_groups(plan).owner


@given(st.integers(), st.lists(st.integers() | st.sampled_from(["undo", "redo"])))
def test_undo_and_redo_walk_along_the_values_that_there_were(
    first: int, walk: list[int | str]
) -> None:
    history, values, at = History(first), [first], 0
    for move in walk:
        if move == "undo":
            history, at = history.back(), max(0, at - 1)
        elif move == "redo":
            history, at = history.forward(), min(len(values) - 1, at + 1)
        elif isinstance(move, int):
            history = history.then(move)
            if move != values[at]:
                values[at + 1 :] = [move]
                at += 1
        assert history.present == values[at]


@given(st.data())
def test_undo_after_any_operations_gives_back_the_first_plan(
    data: st.DataObject,
) -> None:
    first = data.draw(plans(commits(2)))
    history = History(first)
    for _ in range(data.draw(st.integers(0, 8))):
        history = history.then(data.draw(operated(history.present)))
    last = history.present
    back = history
    for _ in history.past:
        back = back.back()

    assert back.present == first
    assert back.back() == back
    for _ in history.past:
        back = back.forward()
    assert back == history
    assert back.forward().present == last


@given(st.data())
def test_one_group_gives_back_the_original_commit(data: st.DataObject) -> None:
    changes = data.draw(commits(3))
    plan = proposal(changes, MESSAGE)
    for _ in range(data.draw(st.integers(0, 6))):
        plan = data.draw(operated(plan, may_reword=False))
    group = data.draw(st.integers(0, len(plan.groups) - 1))
    plan = with_edits_assigned(plan, range(len(plan.edits)), group)
    plan = without_empty_groups(plan)

    assert [g.message for g in plan.groups] == [MESSAGE]
    assert plan.owner == 0
    assert trees_of(plan) == [new_tree(plan)]


def hunks_by_git(directory: Path, old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """The hunks as ``git diff -U0`` has them."""
    for name, content in (("old", old), ("new", new)):
        (directory / name).write_bytes(content)
    done = subprocess.run(
        [
            *("git", "-c", "diff.indentHeuristic=true", "diff", "--no-index", "--text"),
            *("--diff-algorithm=myers", "-U0", "--inter-hunk-context=0", "old", "new"),
        ],
        cwd=directory,
        capture_output=True,
        check=False,
    )
    headers = [x for x in done.stdout.split(b"\n") if x.startswith(b"@@ ")]
    return tuple(
        Hunk(*(_span(part[1:]) for part in header.split(b" ")[1:3]))
        for header in headers
    )


def _span(text: bytes) -> Span:
    start, _, count = text.partition(b",")
    length = int(count or 1)
    first = int(start) - 1 if length else int(start)
    return Span(first, first + length)


@pytest.mark.parametrize("seed", range(12))
def test_the_laws_hold_for_git_s_own_hunks(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    old, new = (
        b"".join(chance.choices(LINES, k=chance.randrange(60)))
        + chance.choice([b"", b"a"])
        for _ in range(2)
    )
    change = replace(modified(old, new), hunks=hunks_by_git(tmp_path, old, new))
    edits = edits_of([change])
    groups = tuple(Group(b"%d\n" % n) for n in range(3))
    group_of = tuple(chance.randrange(3) for _ in edits)
    plan = without_empty_groups(Plan((change,), edits, group_of, groups, (0,)))

    assert_every_edit_is_somewhere(plan)
    assert trees_of(plan)[-1] == new_tree(plan)
    assert steps(plan_of_entry(entry_of_plan(plan, source()), plan.changes)) == steps(
        plan
    )
