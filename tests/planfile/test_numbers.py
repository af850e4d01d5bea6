"""Hunks are named by number, which means what naming all of their lines means."""

import json
from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import assume, given
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact, FileChange, Span, hunks_of
from gitsplit.model.plan import Plan, empty_groups
from gitsplit.planfile.document import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    LineRange,
)
from gitsplit.planfile.hunks import HunkEntry, HunkPick, hunk_pick, pick_value
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from gitsplit.planfile.numbering import hunk_entries, numbered_hunks
from gitsplit.planfile.parse import load_plan
from tests.planfile.test_ranges import OIDS, source
from tests.strategies import commits, modified, plans, ranges

OLD = b"".join(b"line %d\n" % n for n in range(1, 21))
NEW = (
    OLD.replace(b"line 3\n", b"three\nand more\n")
    .replace(b"line 10\n", b"")
    .replace(b"line 17\nline 18\n", b"seventeen\neighteen\n")
)
CHANGES = (modified(OLD, NEW, b"a"), modified(b"1\n", b"2\n", b"b"))
"""The hunks 1 to 3 are of ``a``, 4 is of ``b``."""
ALL = ((1, 1), (2, 2), (3, 3), (4, 4))


@given(plans(commits() | ranges(most=3)))
def test_as_many_hunks_are_counted_as_have_a_number(plan: Plan) -> None:
    numbered = numbered_hunks(plan.changes)

    assert len(hunks_of(plan.changes, plan.edits)) == len(numbered)


@given(plans(commits() | ranges(most=3)))
def test_a_plan_by_numbers_is_the_plan_by_lines(plan: Plan) -> None:
    number = 1 + max((change.commit for change in plan.changes), default=0)
    entry = entry_of_plan(plan, *map(source, range(number)))
    assume(not empty_groups(plan))
    by_numbers = replace(
        entry,
        groups=tuple(
            replace(
                each,
                files=tuple(without_numbers(each.files, plan.changes)),
                hunks=tuple(picks(each.files, plan.changes)),
            )
            for each in entry.groups
        ),
        dropped=tuple(without_numbers(entry.dropped, plan.changes)),
        dropped_hunks=tuple(picks(entry.dropped, plan.changes)),
        hunks=hunk_entries(plan.changes, has_lines=True),
    )

    assert plan_of_entry(by_numbers, plan.changes) == plan_of_entry(entry, plan.changes)


def without_numbers(
    files: Iterable[FileEntry], changes: Sequence[FileChange]
) -> Iterator[FileEntry]:
    """What numbers can't say: who has the creation or deletion, and contents."""
    known = {(name(hunk), hunk.fact) for hunk in hunk_entries(changes, has_lines=False)}
    for file in files:
        facts = (Fact.CREATE,) if file.old_path is None else ()
        facts = (Fact.DELETE,) if file.path is None else facts
        taken = facts if file.whole else file.facts
        left = tuple(fact for fact in taken if (name(file), fact) not in known)
        if left or file.content is not None:
            yield replace(file, whole=False, removed=(), added=(), facts=left)


def name(entry: FileEntry | HunkEntry) -> tuple[int, bytes | None, bytes | None]:
    return entry.commit, entry.old_path, entry.path


def picks(
    files: Iterable[FileEntry], changes: Sequence[FileChange]
) -> Iterator[HunkPick]:
    """The numbers, with lines where only some are taken, of what file entries take."""
    entries = {name(file): file for file in files}
    for found, listed in zip(
        numbered_hunks(changes), hunk_entries(changes, has_lines=False), strict=True
    ):
        file = entries.get(name(listed))
        if file is None:
            continue
        if file.whole or found.fact in file.facts:
            yield HunkPick(found.number, found.number)
        elif found.hunk is not None:
            removed = tuple(inside(found.hunk.old, file.removed))
            added = tuple(inside(found.hunk.new, file.added))
            if removed or added:
                yield HunkPick(found.number, found.number, removed, added)


def inside(span: Span, ranges: Iterable[LineRange]) -> Iterator[LineRange]:
    """The lines of a hunk that are in the ranges, counted from 1 within it."""
    for first, last in ranges:
        start, stop = max(first - 1, span.start), min(last, span.stop)
        if start < stop:
            yield start - span.start + 1, stop - span.start


@pytest.mark.parametrize(
    ("value", "pick"),
    [
        (12, HunkPick(12, 12)),
        ("12", HunkPick(12, 12)),
        ("3-7", HunkPick(3, 7)),
        ("15:-2,+2-4", HunkPick(15, 15, ((2, 2),), ((2, 4),))),
        ("1:+1,-3-4,+5", HunkPick(1, 1, ((3, 4),), ((1, 1), (5, 5)))),
    ],
)
def test_a_pick_is_read_as_it_is_written(value: int | str, pick: HunkPick) -> None:
    assert hunk_pick(value) == pick
    assert hunk_pick(pick_value(pick)) == pick


@pytest.mark.parametrize(
    "value",
    [0, -1, "", "0", "7-3", "3-", "x", "3:", "3:2", "3:+0", "3:+4-2", "3-4:+1", "１"],
)
def test_what_is_no_pick_is_refused(value: int | str) -> None:
    with pytest.raises(ValueError, match=r"^$|^counts backwards: "):
        hunk_pick(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("5-3", '"5-3" counts backwards: "3-5" counts forwards'),
        (0, "0 must be a number such as 12"),
        ("1:-1-0", '"1:-1-0" must be a number such as 12'),
    ],
)
def test_a_pick_that_is_none_is_refused_by_its_name(
    value: int | str, said: str
) -> None:
    groups = [{"message": "m\n", "hunks": [value]}]
    entry = {"commit": "1" * 40, "action": "split", "groups": groups}
    head = {"format": "gitsplit-plan", "version": 1, "upstream": None, "head": "2" * 40}
    with pytest.raises(InvalidPlan) as refused:
        load_plan(json.dumps(head | {"series": [entry]}))

    assert f".hunks[0] does not match the format: {said}" in str(refused.value)


def test_numbers_go_through_all_files_and_each_line_has_its_place() -> None:
    first, second, third, fourth = hunk_entries(CHANGES, has_lines=True)

    assert (first.number, first.removed, first.added) == (1, (3, 3), (3, 4))
    assert first.lines == (("-1", b"line 3"), ("+1", b"three"), ("+2", b"and more"))
    assert (second.removed, second.added) == ((10, 10), None)
    assert third.lines == (
        ("-1", b"line 17"),
        ("+1", b"seventeen"),
        ("-2", b"line 18"),
        ("+2", b"eighteen"),
    )
    assert (fourth.number, fourth.path) == (4, b"b")


def test_some_lines_of_a_hunk_go_elsewhere_than_the_rest() -> None:
    plan = plan_of_entry(split([HunkPick(1, 1, (), ((2, 2),))], rest=True), CHANGES)
    by_lines = plan_of_entry(
        CommitEntry(
            OIDS[0],
            b"",
            "split",
            (
                GroupEntry(b"1", files=(FileEntry(b"a", b"a", added=((4, 4),)),)),
                GroupEntry(b"rest", rest=(0,)),
            ),
        ),
        CHANGES,
    )

    assert (plan.edits, plan.group_of) == (by_lines.edits, by_lines.group_of)


def split(*groups: Sequence[HunkPick], rest: bool = False) -> CommitEntry:
    """An entry whose groups take what is picked, and one more the rest."""
    found = [GroupEntry(b"%d" % n, hunks=tuple(p)) for n, p in enumerate(groups, 1)]
    if rest:
        found.append(GroupEntry(b"rest", rest=(0,)))
    return CommitEntry(OIDS[0], b"", "split", tuple(found))


@pytest.mark.parametrize(
    ("entry", "sentence", "hint"),
    [
        pytest.param(
            split([HunkPick(4, 7)], rest=True),
            "There is no hunk 7",
            "The hunks are numbered from 1 to 4.",
            id="beyond",
        ),
        pytest.param(
            split([HunkPick(1, 3)], [HunkPick(3, 4)]),
            "Hunk 3 is named twice, for commit 1 and commit 2",
            "Name it in one place, or lines of it in each.",
            id="twice",
        ),
        pytest.param(
            split([HunkPick(1, 4)], [HunkPick(1, 1, (), ((2, 2),))]),
            "The added line 4 (in hunk 1) of a is named twice, for commit 1 and"
            " commit 2",
            "Name it in one place.",
            id="a line of it again",
        ),
        pytest.param(
            split([HunkPick(2, 2, (), ((1, 1),))], rest=True),
            "Hunk 2 has no added line 1",
            "It has 0 added lines.",
            id="no such line",
        ),
        pytest.param(
            split([HunkPick(1, 2)], [HunkPick(4, 4)]),
            "No group takes the removed line 17 (in hunk 3) of a",
            'Name hunk 3 in "hunks", or say "rest": true in one group.',
            id="left over",
        ),
    ],
)
def test_a_refusal_names_the_number_and_what_would_be_right(
    entry: CommitEntry, sentence: str, hint: str
) -> None:
    with pytest.raises(InvalidPlan) as refused:
        plan_of_entry(entry, CHANGES)

    assert str(refused.value) == f"{sentence}, so the plan doesn't fit."
    assert refused.value.hint == hint


def test_a_list_of_hunks_has_to_fit_and_may_leave_some_out() -> None:
    entry = split([HunkPick(1, 4)])
    listed = hunk_entries(CHANGES, has_lines=True)
    others = hunk_entries((modified(OLD, OLD + b"x\n", b"a"),), has_lines=True)

    fits = replace(entry, hunks=(listed[3], replace(listed[0], lines=None)))
    assert plan_of_entry(fits, CHANGES) == plan_of_entry(entry, CHANGES)
    with pytest.raises(InvalidPlan, match=r"Hunk 1 is another one than the plan says"):
        plan_of_entry(replace(entry, hunks=others), CHANGES)
