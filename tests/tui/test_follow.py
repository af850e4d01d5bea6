"""After a hunk is sent, those like it follow; in one step, marked, and said."""

from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.proposal.names import Link
from gitsplit.proposal.propose import proposals
from gitsplit.tui.state.app_state import KnownLinks, State
from gitsplit.tui.state.confirmed import confirmed_edits
from gitsplit.tui.state.undo import memory_of, with_memory
from gitsplit.tui.update.actions.reading import MarkHunk, MoveRows, Widen
from gitsplit.tui.update.actions.screens import Redo, Undo
from gitsplit.tui.update.actions.split import (
    AddCommit,
    ChangeCount,
    Drop,
    FocusOn,
    Follow,
    MergeInto,
    Send,
    SplitHunk,
    Take,
    UseProposal,
)
from gitsplit.tui.view.split import diff_line
from tests.tui.builder import COMMIT, after, plan_of, state_of

RENAMED = (
    "start()\nopen_cup(first_cup)\nclose()\n",
    "start()\nfill_mug(first_cup)\nclose()\n",
)
OTHERS = {
    "d.md": ("# Tea\n\nWater.\n", "# Tea\n\nBoil some water.\n"),
    "e.css": ("a { b: c }\n", "a { color: red }\n"),
    "f.json": ('{"limit": 4}\n', '{"limit": 5000}\n'),
}
FILES = {"a.py": RENAMED, "b.py": RENAMED, "c.py": RENAMED, **OTHERS}


def opened(*group_of: int, by: str = "auto") -> State:
    """Six hunks, of which the first three are alike; the last is in commit 2."""
    plan = plan_of(FILES, 2, group_of or (0, 0, 0, 0, 0, 1))
    found = proposals(plan.changes, b"Do it\n", "auto" if by == "auto" else "file")
    return replace(state_of(plan), proposals={COMMIT: found}, plans={COMMIT: plan})


def groups(state: State) -> tuple[int, ...]:
    return state.plan.group_of


def test_where_hunks_were_selected_just_these_are_sent() -> None:
    sent = after(opened(), MarkHunk(), MarkHunk(), AddCommit())

    assert groups(sent) == (1, 1, 0, 0, 0, 2)
    assert sent.status == "new commit 2 with 4 lines · i to name it"
    file_sent = after(opened(), Widen(), Widen(), Send(1))
    assert groups(file_sent) == (1, 0, 0, 0, 0, 1)


def test_those_like_it_follow_in_one_step_that_is_said() -> None:
    before = opened()
    sent = after(before, Send(1))

    assert groups(sent) == (1, 1, 1, 0, 0, 1)
    assert sent.status == (
        "moved 2 lines from 1 to 2; 2 hunks like it followed (») · u to undo"
    )
    back = after(sent, Undo())
    assert (groups(back), len(sent.steps_done)) == (groups(before), 1)
    assert groups(after(back, Redo())) == groups(sent)


def at(state: State, place: int) -> State:
    """The state with the cursor on an edit."""
    return replace(state, cursor=state.rows.row_of(state.plan.edits[place]))


def gutters(state: State) -> str:
    """What stands between the number and the bar of each row that is a hunk's."""
    lines = (diff_line(state, n, 60) for n in range(len(state.rows)))
    shown = [fragment_list_to_text(line) for line in lines]
    return "".join(text[2] for text in shown if text[1:2].isdigit())


def test_they_are_marked_until_something_else_is_done() -> None:
    sent = after(opened(), Send(1))
    assert gutters(sent) == "  " + "»»" * 2 + "  " * 3
    assert gutters(after(sent, MoveRows(1))) == gutters(sent)
    for action in (Undo(), Send(0)):
        assert "»" not in gutters(after(sent, action))


def test_a_new_commit_is_followed_as_well() -> None:
    made = after(opened(), AddCommit())

    assert groups(made) == (1, 1, 1, 0, 0, 2)
    assert made.status == (
        "new commit 2 with 2 lines; 2 hunks like it followed (») · i to name it"
    )


def test_a_key_has_them_stay_and_follow_again() -> None:
    off = after(opened(), Follow())
    assert "no longer follow" in off.status
    assert groups(after(off, Send(1))) == (1, 0, 0, 0, 0, 1)
    on = after(off, Follow())
    assert "now follow" in on.status
    assert groups(after(on, Send(1))) == (1, 1, 1, 0, 0, 1)


def test_what_was_kept_stays() -> None:
    """``y`` or its own digit on the second hunk, then the first one is sent."""
    for keep in (Take(), Send(0)):
        kept = after(at(opened(), 1), keep)
        assert " in 1" in kept.status
        sent = after(at(kept, 0), Send(1))
        assert groups(sent)[:2] == (1, 0)


def test_what_was_sent_stays() -> None:
    """The third was sent to 2; with the followers of the first it would come back."""
    state = opened(0, 0, 1, 0, 0, 1)
    sent = after(at(after(at(state, 2), Send(0)), 0), Send(1))
    assert groups(sent)[2] == 0


def test_an_undone_step_confirms_nothing() -> None:
    start = opened()
    kept = after(at(start, 1), Take())
    sent = after(at(kept, 0), Send(1))
    assert len(confirmed_edits(sent, COMMIT)) == 2
    back = after(sent, Undo())
    assert confirmed_edits(back, COMMIT) == {start.plan.edits[1]}
    assert len(confirmed_edits(after(back, Redo()), COMMIT)) == 2


def test_nothing_follows_what_is_left_out() -> None:
    assert groups(after(opened(), Drop()))[1:] == (0, 0, 0, 0, 1)


def test_nothing_follows_without_scores() -> None:
    by_file = opened(by="file")
    assert groups(after(by_file, Send(1))) == (1, 0, 0, 0, 0, 1)
    unknown = replace(opened(), proposals={})
    assert groups(after(unknown, Send(1))) == (1, 0, 0, 0, 0, 1)


def test_a_part_of_a_hunk_leads_nothing() -> None:
    text = ("a\n", "one()\n\ntwo()\n\nthree()\n")
    plan = plan_of({"a.py": text, "b.py": text, **OTHERS}, 2, (0, 0, 0, 0, 1))
    found = proposals(plan.changes, b"Do it\n")
    state = replace(state_of(plan), proposals={COMMIT: found})
    cut = after(state, SplitHunk())
    assert len(cut.plan.edits) > len(plan.edits)
    assert sum(groups(after(cut, Send(1)))) == 2


def test_after_a_join_what_was_confirmed_in_both_leads_and_stays() -> None:
    """One step: the hunk sent to 2 and the kept one of 1 are in one commit then."""
    kept = after(opened(), Take())
    joined = after(kept, FocusOn(1), MergeInto())
    assert len(joined.steps_done) == 1
    assert confirmed_edits(joined, COMMIT) == {joined.plan.edits[0]}
    assert groups(after(joined, Undo())) == groups(kept)


def test_another_number_of_commits_is_as_proposed_so_nothing_is_confirmed() -> None:
    sent = after(opened(), Send(1))
    for action in (ChangeCount(1), UseProposal()):
        assert not confirmed_edits(after(sent, action), COMMIT)


def test_what_was_confirmed_before_the_proposal_came_is_not() -> None:
    state = opened(0, 0, 0, 0, 0, 0)
    waiting = replace(state, unproposed={COMMIT: state.plan}, plans={}, proposals={})
    assert not confirmed_edits(after(waiting, Take()), COMMIT)


def test_a_later_start_moves_nothing_that_was_confirmed() -> None:
    sent = after(at(after(at(opened(), 3), Take()), 0), Send(1), Undo())
    again = with_memory(opened(), memory_of(sent))
    assert confirmed_edits(again, COMMIT) == confirmed_edits(sent, COMMIT)


def test_none_follows_where_a_name_would_come_too_late() -> None:
    before = opened()
    link = Link("fill_mug", frozenset([1]), frozenset([4]))
    state = replace(before, links=KnownLinks(before.plan.edits, (link,)))

    assert groups(after(state, Send(1))) == (1, 0, 0, 0, 0, 1)
    # What is too late already is no reason.
    late = replace(link, users=frozenset([4]), definers=frozenset([5]))
    state = replace(before, links=KnownLinks(before.plan.edits, (late,)))
    assert groups(after(state, Send(1))) == (1, 1, 1, 0, 0, 1)
