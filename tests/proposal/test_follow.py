"""Which hunks follow one that the user has sent."""

import pytest
from msgspec.structs import replace

from gitsplit.model.diff import Edit, FileChange, TextEdit, edits_of, finer_edits
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.proposal import follow
from gitsplit.proposal.follow import LEAST_SCORE, followers
from gitsplit.proposal.pieces import MOST_COMPARED, pieces_of
from tests.tui.builder import file_of, hunks_between, plan_of

FILES = {name: (f"{name} old\n", f"{name} new\n") for name in "abcde"}
"""Five files with a hunk each: pieces 0 to 4."""


def matrix(size: int, table: dict[tuple[int, int], float]) -> list[list[float]]:
    """The scores of so many pieces, of which those that aren't named are low."""
    return [
        [table.get((min(a, b), max(a, b)), -5.0) for b in range(size)]
        for a in range(size)
    ]


def planned(*group_of: int) -> Plan:
    return plan_of(FILES, max(group_of) + 1, group_of)


def following(
    plan: Plan,
    table: dict[tuple[int, int], float],
    sent: tuple[int, ...],
    kept: tuple[int, ...] = (),
) -> tuple[int, ...]:
    pieces = pieces_of(plan.changes, edits_of(plan.changes)).pieces
    confirmed = [plan.edits[place] for place in kept]
    return followers(plan, pieces, matrix(len(pieces), table), confirmed, sent)


def test_what_is_like_the_sent_hunk_follows_it() -> None:
    """Hunk 0 was sent to the second commit; 1 is like it, 2 and 3 are together."""
    plan = planned(1, 0, 0, 0, 1)
    assert following(plan, {(0, 1): 3.0, (2, 3): 2.0}, (0,)) == (1,)


def test_what_is_nearer_to_its_own_commit_stays() -> None:
    plan = planned(1, 0, 0, 0, 1)
    assert following(plan, {(0, 1): 3.0, (1, 2): 9.0, (1, 3): 0.0}, (0,)) == ()
    assert following(plan, {(0, 1): 3.0, (1, 2): 2.0, (1, 3): 2.0}, (0,)) == (1,)


def test_the_score_must_say_that_they_belong_together() -> None:
    plan = planned(1, 0, 0, 0, 1)
    assert following(plan, {(0, 1): LEAST_SCORE - 0.1}, (0,)) == ()
    assert following(plan, {(0, 1): LEAST_SCORE}, (0,)) == (1,)


def test_the_nearest_confirmed_hunk_decides() -> None:
    """Hunk 1 is like the sent hunk 0, and more like 2, which the user has kept."""
    plan = planned(1, 0, 0, 0, 1)
    table = {(0, 1): 3.0, (1, 2): 3.5, (0, 3): 2.0}
    assert following(plan, table, (0,)) == (1, 3)
    assert following(plan, table, (0,), kept=(2,)) == (3,)


def test_what_is_confirmed_stays() -> None:
    plan = planned(1, 0, 0, 0, 1)
    assert following(plan, {(0, 1): 3.0}, (0,), kept=(1,)) == ()


def test_several_are_followed_as_one() -> None:
    plan = planned(1, 0, 0, 0, 1)
    assert following(plan, {(0, 1): 3.0, (3, 4): 3.0}, (0, 4)) == (1, 3)


def test_no_commit_is_emptied() -> None:
    plan = planned(1, 0, 1, 1, 1)
    assert following(plan, {(0, 1): 9.0}, (0,)) == ()


def test_nothing_is_left_out_that_the_user_did_not_leave_out() -> None:
    plan = planned(0, 0, 0, 0, 0)
    out = replace(plan, group_of=(DROPPED, 0, 0, 0, 0))
    assert following(out, {(0, 1): 9.0}, (0,)) == ()


def test_what_was_left_out_stays_out() -> None:
    plan = planned(1, 0, 0, 0, 1)
    out = replace(plan, group_of=(1, DROPPED, 0, 0, 1))
    assert following(out, {(0, 1): 9.0}, (0,)) == ()


LINES = "one\ntwo\nthree\nfour\n"


def cut(*group_of: int) -> Plan:
    """Three files of new lines; the lines of the first two are cut into single ones."""
    texts = {name: (f"{name}\n", f"{name}\n{LINES}") for name in "ab"}
    whole = plan_of({**texts, "c": ("c\n", "d\n"), "d": ("c\n", "d\n")}, 1)
    edits: list[Edit] = []
    for edit in whole.edits:
        assert isinstance(edit, TextEdit)
        edits += finer_edits(whole.changes[edit.file], edit)
    groups = (Group(b"one\n"), Group(b"two\n"))
    return replace(whole, edits=tuple(edits), group_of=group_of, groups=groups)


def test_a_hunk_that_is_cut_follows_whole() -> None:
    plan = cut(*[1] * 4, *[0] * 4, 0, 0)
    assert following(plan, {(0, 1): 3.0}, (0, 1, 2, 3)) == (4, 5, 6, 7)


def test_a_part_of_a_hunk_is_not_followed() -> None:
    plan = cut(*[1, 0, 0, 0], *[0] * 4, 0, 0)
    assert following(plan, {(0, 1): 3.0}, (0,)) == ()


def renamed(*group_of: int) -> Plan:
    """A file renamed with two hunks in it, which are a piece, and two files more."""
    before, after = (file_of(name, text) for name, text in (("old", OLD), ("new", NEW)))
    change = FileChange(before, after, hunks_between(before, after))
    texts = {name: (f"{name}\n", f"{name} {name}\n") for name in ("x", "y")}
    return plan_of({"new": change, **texts}, 2, group_of)


OLD = "".join(f"line {n}\n" for n in range(20))
NEW = OLD.replace("line 2\n", "two\n").replace("line 17\n", "seventeen\n")


def test_what_is_one_piece_with_the_sent_hunk_goes_along() -> None:
    """Edits 0 to 2 are the rename and two hunks; scores decide nothing within one."""
    assert len(renamed(0, 0, 0, 0, 0).edits) == 5
    assert following(renamed(0, 1, 0, 0, 0), {}, (1,)) == (0, 2)
    assert following(renamed(0, 1, 0, 0, 0), {}, (1,), kept=(2,)) == (0,)


def test_what_is_one_piece_empties_no_commit() -> None:
    assert following(renamed(0, 1, 0, 1, 1), {}, (1,)) == ()


def test_what_is_like_a_piece_follows_all_of_it() -> None:
    assert following(renamed(0, 1, 0, 0, 0), {(0, 1): 3.0}, (1,)) == (0, 2, 3)


def test_where_edits_were_joined_unseen_the_rest_of_a_piece_stays() -> None:
    texts = {f"d/{n:03}": (f"{n}\n", f"{n} {n}\n") for n in range(MOST_COMPARED + 1)}
    plan = plan_of(texts, 2, (1, *[0] * MOST_COMPARED))
    pieces = [tuple(plan.edits[:9]), *((edit,) for edit in plan.edits[9:])]

    assert followers(plan, pieces, matrix(len(pieces), {}), (), (0,)) == ()


def test_a_hunk_of_which_a_part_is_confirmed_stays() -> None:
    plan = cut(*[1] * 4, *[0] * 4, 0, 0)
    assert following(plan, {(0, 1): 3.0}, (0, 1, 2, 3), kept=(5,)) == ()


def test_a_hunk_that_was_confirmed_before_it_was_cut_stays() -> None:
    plan = cut(*[1] * 4, *[0] * 4, 0, 0)
    pieces = pieces_of(plan.changes, edits_of(plan.changes)).pieces
    whole = edits_of(plan.changes)[1]
    scores = matrix(len(pieces), {(0, 1): 3.0})
    assert followers(plan, pieces, scores, [whole], (0, 1, 2, 3)) == ()


def test_a_hunk_in_two_commits_stays() -> None:
    plan = cut(*[1] * 4, *[0, 0, 1, 0], 0, 0)
    assert following(plan, {(0, 1): 3.0}, (0, 1, 2, 3)) == ()


@pytest.mark.parametrize("sent", [(3,), (4,)])
def test_nothing_follows_what_nothing_is_like(sent: tuple[int, ...]) -> None:
    assert following(planned(1, 0, 0, 1, 1), {(0, 1): 9.0}, sent) == ()


def test_where_nothing_is_cut_no_piece_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_for: list[Edit] = []
    around = follow.PieceIndex.around

    def counted(self: follow.PieceIndex, edit: Edit) -> tuple[int, ...]:
        looked_for.append(edit)
        return around(self, edit)

    monkeypatch.setattr(follow.PieceIndex, "around", counted)
    plan = planned(1, 0, 0, 0, 1)
    pieces = pieces_of(plan.changes, edits_of(plan.changes)).pieces
    for groups in ((1, 0, 0, 0, 1), (1, 1, 0, 0, 1)):
        sent = replace(plan, group_of=groups)
        followers(sent, pieces, matrix(len(pieces), {(0, 1): 3.0}), [], (0,))

    assert looked_for == list(plan.edits)
