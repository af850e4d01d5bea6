"""Which hunks of a range go along and where they are at home."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.corrections import correction_homes
from gitsplit.model.diff import FileChange
from gitsplit.model.lineage import Home, home_of, taken_along
from gitsplit.model.plan import Plan, plan_at_home
from tests.processor import grows_with_its_size
from tests.strategies import ranges
from tests.tui.builder import range_of


def plan_of(*states: str) -> Plan:
    """A range in which one file went through these states, a line for each letter."""
    return range_of(*({"f": "".join(f"{x}\n" for x in text)} for text in states)).plan


def test_a_hunk_takes_along_what_wrote_the_lines_that_it_takes_away() -> None:
    """The third hunk rewrites the second's line, and that the first's."""
    plan = plan_of("ab", "a1b", "a2b", "a3b")

    assert taken_along(plan, [2], 0) == (1,)
    assert taken_along(plan, [2], 1) == ()
    assert taken_along(plan, [1], 0) == ()


def test_a_hunk_that_goes_later_takes_along_what_takes_its_lines_away() -> None:
    plan = plan_of("ab", "a1b", "a2b", "a3b")

    assert taken_along(plan, [0], 2) == (1,)
    assert taken_along(plan, [0], 1) == ()


def test_a_hunk_takes_along_what_wrote_the_lines_on_both_sides_of_it() -> None:
    """The third hunk stands in the lines of the second, the fourth at their end."""
    plan = plan_of("ab", "abc", "a123bc", "a12X3bc", "a12X3Ybc")

    assert taken_along(plan, [2], 0) == (1,)
    assert taken_along(plan, [3], 0) == ()
    assert taken_along(plan, [1], 3) == (2,)
    assert taken_along(plan, [0], 3) == ()


def test_lines_count_that_were_there_when_a_hunk_was_made() -> None:
    """The third hunk stands between lines of the first; the second's were gone."""
    plan = plan_of("ab", "a1234b", "a12X34b", "a1234b", "a12Y34b", "a12Y34bc")

    assert taken_along(plan, [3], 1) == ()
    assert taken_along(plan, [0], 4) == (1, 2, 3)


def test_hunks_elsewhere_stay() -> None:
    plan = plan_of("abcdefg", "a1bcdefg", "a1bcdefg2", "a1bcdefg3")

    assert taken_along(plan, [2], 0) == (1,)


def test_the_time_for_all_homes_grows_with_the_hunks() -> None:
    """The last commit changes every third line again, the one before did."""

    def states(size: int) -> Plan:
        base = [f"line {n}\n" for n in range(3 * size)]
        texts = [base]
        for word in ("first", "second"):
            changed = (f"{word} {n}\n" for n in range(0, 3 * size, 3))
            texts.append([*base])
            texts[-1][::3] = changed
        return range_of(*({"f": "".join(text)} for text in texts)).plan

    made = {size: states(size) for size in (3, 100, 400)}

    def work(size: int) -> object:
        # Nothing is remembered of edits that are others.
        return correction_homes(replace(made[size], edits=(*[*made[size].edits],)))

    assert work(3) == {3: Home(0), 4: Home(1), 5: Home(2)}
    assert grows_with_its_size(work, 100)


@pytest.mark.parametrize(
    ("states", "place", "home"),
    [
        (("ab", "a1b", "a2b"), 1, Home(0)),
        (("ab", "a12b", "a132b"), 1, Home(0)),
        (("ab", "a1b", "a12b"), 1, Home(0, "other lines stand beside it, too")),
        (("ab", "a1b", "a1b2", "aXXb2"), 2, Home(0)),
        (
            ("ab", "a1b", "a12b", "aXb"),
            2,
            Home(1, "it replaces lines of other commits, too"),
        ),
        (("ab", "a1b", "a12b", "aX2b"), 2, Home(0)),
        (("abc", "ac", "aXc"), 1, Home(0, "other lines stand beside it, too")),
        (("abcdef", "1abcdef", "1abcdef2"), 1, None),
    ],
)
def test_home_is_the_latest_commit_whose_lines_it_touches(
    states: tuple[str, ...], place: int, home: Home | None
) -> None:
    assert home_of(plan_of(*states), place) == home


def at_home(changes: tuple[FileChange, ...]) -> Plan:
    count = 1 + max((change.commit for change in changes), default=0)
    own = [[c for c in changes if c.commit == n] for n in range(count)]
    return plan_at_home(own, [b"%d\n" % n for n in range(count)])


@given(ranges(), st.data())
def test_with_what_goes_along_nothing_more_would_have_to(
    changes: tuple[FileChange, ...], data: st.DataObject
) -> None:
    plan = at_home(changes)
    if not plan.edits:
        return
    place = data.draw(st.integers(0, len(plan.edits) - 1))
    group = data.draw(st.integers(0, len(plan.groups) - 1))

    along = taken_along(plan, [place], group)
    sent = {*along, place}
    moved = replace(
        plan,
        group_of=tuple(
            group if at in sent else old for at, old in enumerate(plan.group_of)
        ),
    )

    assert taken_along(moved, [place], group) == ()
