"""Which group continues which of the commits that made a change, and what it says."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.diff import Origins, Span, lines_by_commit
from gitsplit.model.plan import DROPPED, Plan, plan_at_home
from gitsplit.proposal.originals import (
    Original,
    message_of_others,
    people_of_others,
    says_something,
    with_heirs,
)
from tests.processor import grows_with_its_size
from tests.strategies import side, text_change


def change_by(commits: list[int], facts: int | None = None) -> Plan:
    """A plan for a new file whose lines these commits wrote, each line a hunk's own."""
    text = b"".join(b"line %d\n" % number for number in range(len(commits)))
    whole = text_change(side(b"f", b""), side(b"f", text))
    runs = tuple((Span(at, at + 1), commit) for at, commit in enumerate(commits))
    change = replace(whole, origins=Origins((), runs, facts))
    return plan_at_home([[change]], [b"all\n"])


def cut(plan: Plan, groups: list[int]) -> Plan:
    """The plan with each line in its group."""
    (edit,) = plan.edits
    parts = [
        replace(edit, old=Span(0, 0), new=Span(at, at + 1)) for at in range(len(groups))
    ]
    return replace(plan, edits=tuple(parts), group_of=tuple(groups))


def test_whose_lines_are_in_each_hunk_is_found_without_going_through_all() -> None:
    def work(size: int) -> object:
        plan = change_by([*range(size)])
        (change,) = plan.changes
        parts = cut(plan, [0] * size).edits
        return [lines_by_commit(change, edit) for edit in parts]

    assert work(3) == [{0: 1}, {1: 1}, {2: 1}]
    assert grows_with_its_size(work, 8_000)


def heirs_by_hand(
    commits: list[int], groups: list[int], homes: list[int | None]
) -> list[int | None]:
    """Who continues whom, found the long way: the best pair left, again and again."""
    found: list[int | None] = [None] * len(homes)
    while True:
        best: tuple[int, int, int] | None = None
        for group in sorted({*groups} - {DROPPED}):
            for home in range(len(homes)):
                if found[home] is not None or group in found:
                    continue
                lines = sum(
                    homes[commit] == home and own == group
                    for commit, own in zip(commits, groups, strict=True)
                )
                if lines and (best is None or lines > best[0]):
                    best = lines, group, home
        if best is None:
            return found
        found[best[2]] = best[1]


@given(st.data())
def test_most_lines_come_first_then_the_earlier_group_then_the_earlier_commit(
    data: st.DataObject,
) -> None:
    number = data.draw(st.integers(1, 5))
    size = data.draw(st.integers(1, 12))
    commits = data.draw(
        st.lists(st.integers(0, number - 1), min_size=size, max_size=size)
    )
    groups = data.draw(
        st.lists(st.sampled_from([0, 1, 2, DROPPED]), min_size=size, max_size=size)
    )
    homes = [
        data.draw(st.sampled_from([None, at, data.draw(st.integers(0, at))]))
        for at in range(number)
    ]
    originals = [Original(b"m\n", counts_for=home) for home in homes]

    plan = with_heirs(cut(change_by(commits), groups), originals)

    assert list(plan.continued_by) == heirs_by_hand(commits, groups, homes)
    heirs = [heir for heir in plan.continued_by if heir is not None]
    assert len({*heirs}) == len(heirs)


def test_a_fixup_counts_for_the_commit_that_it_is_for() -> None:
    commits = [0, 1, 1, 2, 2]
    originals = [
        Original(b"one\n", counts_for=0),
        Original(b"two\n", counts_for=1),
        Original(b"fixup! one\n", counts_for=0),
    ]
    plan = with_heirs(cut(change_by(commits), [0, 0, 0, 0, 0]), originals)

    assert plan.continued_by == (0, None, None)
    assert b"two" in message_of_others(plan, originals)
    assert b"fixup" not in message_of_others(plan, originals)


def test_others_who_wrote_lines_of_a_new_commit_are_named() -> None:
    ann, bob = b"Ann <ann@x>", b"Bob <bob@x>"
    signed = b"two\n\nSigned-off-by: Bob <bob@x>\n"
    originals = [
        Original(b"one\n", ann, None),
        Original(signed, bob, None),
    ]
    plan = with_heirs(cut(change_by([0, 0, 1]), [0, 0, 0]), originals)

    assert plan.continued_by == (None, None)
    assert people_of_others(plan, originals) == {
        0: (b"Co-authored-by: Bob <bob@x>", b"Signed-off-by: Bob <bob@x>")
    }


def test_some_subjects_say_nothing_of_what_a_commit_is_about() -> None:
    for subject in (b"wip\n", b"fix typo\n", b"More stuff\n", b"address comments\n"):
        assert not says_something(subject)
    for subject in (b"Parse ranges\n", b"fix the parser of ranges\n"):
        assert says_something(subject)
