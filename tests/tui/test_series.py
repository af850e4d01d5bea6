"""The series: what becomes of each commit, the way between them, and undo over all."""

import re

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text as text_of

from gitsplit.errors import ActionRefused, MergeCommit
from gitsplit.model.checks import Conflict, Outlook
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, groups_with_edits
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Doing, Todo
from gitsplit.tui.background.worker import Backend, find_proposal
from gitsplit.tui.state.app_state import (
    Estimate,
    Screen,
    ShellRequest,
    State,
    first_state,
)
from gitsplit.tui.state.new_commits import Address, new_commits
from gitsplit.tui.state.originals import commit_to_read, original_height, read_commit
from gitsplit.tui.state.problems import conflicting_stretch
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import Reworded, WriteMessages
from gitsplit.tui.update.actions.reading import (
    FAR,
    Cancel,
    MoveFile,
    MoveRows,
    MoveTo,
    Pan,
    ShowContext,
)
from gitsplit.tui.update.actions.reports import CommitRead, Estimated, Foreseen
from gitsplit.tui.update.actions.screens import (
    GoBack,
    OpenPreview,
    Redo,
    ShowCommit,
    ShowOriginal,
    SwitchHalf,
    Undo,
)
from gitsplit.tui.update.actions.series import (
    Autosquash,
    Become,
    MarkSplit,
    MarkStretch,
    OpenCommit,
    OpenMarked,
    OpenNext,
    OpenRange,
    OpenSeries,
)
from gitsplit.tui.update.actions.shell import Apply, Quit, Reword
from gitsplit.tui.update.actions.split import MoveCommit, Own, Send
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.update.series import with_draft, with_only_split_open
from gitsplit.tui.view.commit import commit_page
from gitsplit.tui.view.original import original_matches, original_page, original_pane
from gitsplit.tui.view.pane import PaneLines
from gitsplit.tui.view.preview import preview_page, preview_rows
from gitsplit.tui.view.series import series_lines, title_of
from tests.tui.builder import after, answered, plan_of, raw_commit
from tests.tui.cases import COMMITS, series

A, B, C = COMMITS


def drawn(lines: PaneLines) -> list[StyleAndTextTuples]:
    """All lines of a pane."""
    return [lines.get(number) for number in range(lines.height)]


def actions_of(state: State) -> list[str]:
    """What is to be done to each commit, in the new order."""
    return [entry.action for entry in state.todo.entries]


def test_the_series_opens_on_the_oldest_commit_with_nothing_to_do() -> None:
    state = series()

    assert (state.screen, state.chosen, state.opened) == (Screen.SERIES, A, None)
    assert actions_of(state) == ["pick", "pick", "pick"]


@pytest.mark.parametrize("doing", ["squash", "fixup", "drop"])
def test_a_letter_says_what_becomes_of_the_commit_at_the_cursor(doing: str) -> None:
    state = after(series(), MoveRows(1), Become(doing))  # type: ignore[arg-type]

    assert actions_of(state) == ["pick", doing, "pick"]
    assert B[:7] in state.status
    assert after(state, Undo()).todo == series().todo
    assert after(state, Become("pick")).todo == series().todo


def test_the_first_commit_that_stays_has_none_before_it_to_go_into() -> None:
    first = after(series(), Become("fixup"))
    second = after(series(), Become("drop"), MoveRows(1), Become("squash"))

    assert first.is_refusal
    assert second.is_refusal
    assert actions_of(second) == ["drop", "pick", "pick"]


def test_commits_change_places_and_the_cursor_goes_along() -> None:
    state = after(series(), MoveCommit(1), MoveCommit(1))

    assert state.todo.order == (B, C, A)
    assert state.chosen == A
    assert after(state, MoveCommit(1)).status == "Already the last commit."


def test_a_commit_is_marked_and_opened_with_one_key() -> None:
    state = after(series(), MoveRows(1), OpenCommit())

    assert (state.screen, state.target.commit) == (Screen.SPLIT, B)
    assert actions_of(state) == ["pick", "split", "pick"]
    assert after(state, Undo()).screen is Screen.SERIES
    assert after(state, Undo()).opened is None
    assert after(state, Undo(), Redo()).todo == state.todo


def test_a_commit_that_has_nothing_to_split_is_refused_with_the_reason() -> None:
    def refuse(_: Oid) -> Plan:
        raise MergeCommit("It is a merge.", hint="Take another.")

    start = series()
    state = after(replace(start, plans={}), OpenCommit())
    with pytest.raises(ActionRefused, match="It is a merge") as refused:
        find_proposal(Backend(plan_of=refuse), state, OpenCommit())

    assert refused.value.hint == "Take another."
    assert (state.screen, state.request) == (Screen.SERIES, ShellRequest.PROPOSE)
    assert state.todo == start.todo


def test_enter_opens_the_commit_at_the_cursor_or_the_next_one_marked() -> None:
    marked = after(series(), MoveRows(2), MarkSplit(), MoveTo(0))

    assert after(series(), OpenMarked()).is_refusal
    assert after(marked, OpenMarked()).target.commit == C
    assert after(marked, MarkSplit(), OpenMarked()).target.commit == A


def test_the_way_leads_from_one_marked_commit_to_the_next_and_back() -> None:
    state = after(series(), OpenCommit(), OpenSeries(), MoveRows(2), MarkSplit())
    first = after(state, MoveTo(0), OpenMarked())
    last = after(first, OpenNext(1))

    assert last.target.commit == C
    assert after(last, OpenNext(1)).is_refusal
    assert after(last, OpenNext(-1)).target.commit == A
    assert after(last, OpenNext(-1), OpenNext(-1)).is_refusal


@pytest.mark.parametrize("back", [Quit(), Cancel(), OpenSeries()])
def test_the_series_is_one_key_away_from_a_commit(back: Action) -> None:
    state = after(series(), OpenCommit(), back)

    assert (state.screen, state.request, state.chosen) == (Screen.SERIES, None, A)


def test_who_comes_back_to_a_commit_is_where_they_were_in_it() -> None:
    there = after(series(), OpenCommit(), MoveRows(3), Send(1))
    back = after(there, OpenSeries(), MoveRows(1), OpenCommit(), OpenNext(-1))

    assert (back.cursor, back.plan, back.rows) == (there.cursor, there.plan, there.rows)


def test_undo_in_one_commit_goes_on_to_the_commit_before() -> None:
    first = after(series(), OpenCommit(), Own())
    second = after(first, OpenSeries(), MoveRows(1), OpenCommit(), Own())

    assert second.target.commit == B
    back = after(second, Undo(), Undo(), Undo())
    assert (back.screen, back.todo) == (
        Screen.SERIES,
        after(series(), OpenCommit()).todo,
    )


def test_undo_shows_the_commit_that_it_is_about() -> None:
    both = after(series(), MarkSplit(), MoveRows(1), MarkSplit(), MoveTo(0))
    state = after(both, OpenMarked(), Own(), OpenNext(1))
    undone = after(state, Undo())

    assert state.target.commit == B
    assert (undone.screen, undone.target.commit) == (Screen.SPLIT, A)
    assert undone.todo == both.todo
    assert A[:7] in undone.status


def test_in_the_series_undo_says_which_commit_it_was_about() -> None:
    state = after(series(), OpenCommit(), Own(), OpenSeries(), Undo())

    assert state.screen is Screen.SERIES
    assert state.status.startswith(f"undid in {A[:7]}: commit 1 keeps")


def test_a_plan_waits_while_its_commit_is_only_picked() -> None:
    split = after(series(), OpenCommit(), Own(), OpenSeries())
    state = after(split, Become("pick"), OpenCommit())

    assert state.plan == split.todo.entry(A).plan


def test_reword_asks_for_the_message_and_takes_what_the_editor_gives() -> None:
    asked = after(series(), Reword())
    state = after(asked, WriteMessages(((Address(A), b"Better\n"),)))

    assert asked.request is ShellRequest.EDIT_MESSAGE
    assert actions_of(state) == ["reword", "pick", "pick"]
    assert state.todo.entries[0].message == b"Better\n"
    original = state.todo.entries[0].commit.raw.message
    again = after(state, WriteMessages(((Address(A), original),)))
    assert actions_of(again) == ["pick", "pick", "pick"]


def test_an_empty_message_is_not_taken() -> None:
    state = after(series(), Reword(), WriteMessages(((Address(A), b"\n \n"),)))

    assert state.is_refusal
    assert state.todo == series().todo


@pytest.mark.parametrize("doing", ["drop", "squash", "fixup", "split"])
def test_what_is_done_to_a_commit_stays_so_until_it_has_another_message(
    doing: Doing,
) -> None:
    before = after(series(), MoveRows(1), Become(doing))
    original = before.todo.entry(B).commit.raw.message
    asked = after(before, Reword())
    kept, empty = (after(asked, Reworded(B, text)) for text in (original, b" \n"))
    state = after(asked, Reworded(B, b"Better\n"))

    assert asked.request is ShellRequest.REWORD
    assert asked.todo == kept.todo == empty.todo == before.todo
    assert (kept.steps_done, kept.is_refusal) == (before.steps_done, False)
    assert (empty.steps_done, empty.is_refusal) == (before.steps_done, True)
    assert actions_of(state) == ["pick", "reword", "pick"]
    assert after(state, Undo()).todo == before.todo


def test_a_commit_is_shown_with_the_subject_that_it_will_have() -> None:
    def titles(state: State) -> list[str]:
        return [title_of(state, entry) for entry in state.todo.entries]

    start = series()
    named = replace(start, info=replace(start.info, titles={B: b"B: Go on"}))
    reworded = after(named, WriteMessages(((Address(B), b"Better\n\nWhy.\n"),)))
    squashed = after(start, MoveRows(1), Become("squash"))
    joined = after(squashed, WriteMessages(((Address(B), b"Both\n"),)))

    assert titles(named)[1] == "B: Go on"
    assert titles(reworded) == ["Do several things at once", "Better", "Finish it"]
    assert titles(squashed) == titles(start)
    assert titles(joined) == ["Both", "Go on", "Finish it"]


def test_squashed_commits_have_one_message_that_can_be_edited() -> None:
    state = after(series(), MoveRows(1), Become("squash"))
    first, last = new_commits(state)

    assert (first.joined, last.joined) == ((B,), ())
    assert first.message.startswith(b"Do several")
    assert b"Go on\n" in first.message
    worded = after(state, WriteMessages(((first.where, b"Both\n"),)))
    assert new_commits(worded)[0].message == b"Both\n"
    assert worded.todo.entry(B).message == b"Both\n"


def test_the_preview_says_what_becomes_of_every_commit() -> None:
    state = after(series(), OpenCommit(), OpenSeries(), MoveTo(2), Become("fixup"))
    rows = [(row.number, row.word, row.about) for row in preview_rows(state)]

    assert rows == [
        (0, "new", "new id"),
        (1, "new", "I3aeff82c"),
        (2, "rebased", "tree changes"),
        (None, "squashed", "into commit 3"),
    ]


def test_a_range_is_as_large_as_its_commits_together() -> None:
    known = {
        A: Estimate(1, 1, 1, ("one", "two")),
        B: Estimate(2, 2, 2, ("three",)),
    }
    apart = after(series(), Estimated(known))
    opened = after(apart, MarkStretch(), MoveRows(1), OpenRange(), GoBack())
    sizes = [text_of(line)[60:].split() for line in drawn(series_lines(opened, 100))]

    assert (opened.screen, len(opened.todo.entries)) == (Screen.SERIES, 2)
    assert sizes[:3] == [["3", "files", "+9", "-6"], ["+7", "-4"], ["+2", "-2"]]


def test_behind_a_range_with_nothing_changed_commits_are_unchanged() -> None:
    state = after(series(), MarkStretch(), MoveRows(1), OpenRange())

    assert [row.word for row in preview_rows(state)] == ["unchanged"] * 3
    moved = after(state, Send(1))
    assert [row.word for row in preview_rows(moved)] == [
        "changed",
        "changed",
        "rebased",
    ]


def test_trees_stay_where_the_same_commits_come_before() -> None:
    swapped = after(series(), MoveCommit(1))
    dropped = after(series(), MoveTo(1), Become("drop"))

    assert [(row.word, row.about) for row in preview_rows(swapped)] == [
        ("rebased", "tree changes"),
        ("rebased", "tree changes"),
        ("rebased", "tree unchanged"),
    ]
    assert [(row.word, row.about) for row in preview_rows(dropped)] == [
        ("unchanged", "tree unchanged"),
        ("dropped", ""),
        ("rebased", "tree changes"),
    ]


def test_what_was_found_out_beside_changes_nothing_but_what_is_known() -> None:
    state = after(series(), MoveRows(1), Become("drop"))
    estimate = Estimate(1, 2, 3, ("One thing.",))
    told = after(state, Estimated({B: estimate}))

    assert told == replace(state, estimates={B: estimate})


CONFLICT = Outlook(conflict=Conflict(C, (b"f",), B))
STOPS = Backend(outlook=lambda _todo, _watch: CONFLICT)


def test_what_git_foresees_is_forgotten_with_the_next_change() -> None:
    state = after(series(), MoveRows(1), Become("drop"))
    told = after(state, Foreseen(state.todo, CONFLICT))

    assert told.foreseen == (state.todo, CONFLICT)
    late = after(series(), Foreseen(state.todo, CONFLICT))
    assert late.foreseen is None


def conflicting() -> State:
    """The preview of a series that would conflict."""
    dropped = after(series(), MoveRows(1), Become("drop"))
    return answered(after(dropped, OpenPreview()), STOPS)


def test_a_conflict_is_written_only_by_who_says_so_twice() -> None:
    asked = after(conflicting(), Apply())
    said = answered(after(asked, Apply()), STOPS)

    assert (asked.request, asked.accepts_conflict) == (None, False)
    assert "git rebase" in asked.status
    assert (said.request, said.accepts_conflict) == (ShellRequest.APPLY, True)
    assert after(asked, GoBack(), OpenPreview(), Apply()).request is None


def test_a_conflict_that_was_accepted_is_not_accepted_for_another_list() -> None:
    said = answered(after(conflicting(), Apply(), Apply()), STOPS)

    assert not after(said, Undo()).accepts_conflict


def test_a_piece_is_looked_at_from_the_preview_whatever_commit_is_open() -> None:
    state = after(series(), OpenCommit(), OpenSeries(), MoveRows(1), OpenCommit())
    looked = after(state, OpenPreview(), ShowCommit(0))

    assert (looked.screen, looked.target.commit, looked.viewed) == (Screen.COMMIT, A, 0)
    assert after(looked, GoBack()).screen is Screen.PREVIEW


def test_nothing_to_do_is_not_written() -> None:
    state = after(series(), OpenPreview())

    assert state.problems == ("Nothing to do yet: every commit is unchanged.",)


def test_one_commit_is_left_always() -> None:
    drops = [action for row in range(3) for action in (MoveTo(row), Become("drop"))]
    state = after(series(), *drops)

    assert (state.is_refusal, actions_of(state)) == (True, ["drop", "drop", "pick"])


def test_a_commit_can_t_be_dropped_while_the_next_one_goes_into_it() -> None:
    state = after(series(), MoveTo(1), Become("fixup"), MoveTo(0))

    assert after(state, Become("drop")).is_refusal
    assert after(state, MoveCommit(1)).is_refusal


def named(subject: bytes) -> State:
    """The series, its last commit with another subject."""
    start = series()
    *others, last = start.todo.entries
    commit = SourceCommit(C, raw_commit(subject + b"\n", B))
    info = start.info
    commits = (*info.series.commits[:2], commit)
    todo = Todo((*others, replace(last, commit=commit)))
    named = replace(info, series=replace(info.series, commits=commits))
    return with_only_split_open(first_state(named, todo))


def test_commits_for_others_are_put_behind_them_with_one_key() -> None:
    start = named(b"fixup! Do several things at once")
    state = after(start, Autosquash())

    assert "A to autosquash" in start.status
    assert [(e.oid, e.action) for e in state.todo.entries] == [
        (A, "pick"),
        (C, "fixup"),
        (B, "pick"),
    ]
    assert after(state, Undo()).todo == start.todo
    assert after(series(), Autosquash()).is_refusal


def test_a_split_into_one_is_no_problem_where_something_else_is_done() -> None:
    start = series()
    one = plan_of({"f": ("a\n", "b\n")}, groups=1)
    proposed = replace(one.groups[0], is_proposed=True)
    state = replace(start, plans={A: replace(one, groups=(proposed,))})
    alone = after(state, MarkSplit(), OpenPreview())
    among = after(state, MarkSplit(), MoveTo(1), Become("drop"), OpenPreview())

    assert alone.problems == ("Only one commit has hunks; a split needs two.",)
    assert among.problems == ()


def test_work_of_last_time_is_gone_on_with_and_can_be_taken_back() -> None:
    start = series()
    last_time = after(start, MarkSplit(), MoveRows(1), Become("drop")).todo
    state = with_only_split_open(with_draft(start, last_time))

    assert state.screen is Screen.SPLIT
    assert state.status == "restored your draft · u to start over"
    assert after(state, Undo()).todo == start.todo
    assert after(state, Undo()).screen is Screen.SERIES
    assert with_draft(start, start.todo) == start


def test_who_leaves_is_told_whether_the_work_is_kept() -> None:
    changed = after(series(), MoveRows(1), Become("drop"))
    info = replace(changed.info, keeps_drafts=True)
    kept = after(replace(changed, info=info), Quit())

    assert (
        after(changed, Quit()).status
        == "Not applied: q again quits and discards the plan."
    )
    assert kept.status == "Not applied: q again quits and keeps your work."
    assert after(kept, Quit()).request is ShellRequest.QUIT


def looked_at(state: State) -> State:
    """The state once what the selected commit does is read."""
    while commit := commit_to_read(state):
        read = read_commit(state.plans[commit].changes)
        state = reduce(state, CommitRead(commit, read))
    return state


def test_the_lower_half_shows_what_the_selected_commit_does() -> None:
    state = looked_at(after(series(), MoveRows(1)))
    shown = [text_of(line).strip() for line in drawn(original_pane(state, 80))]

    assert shown[:2] == ["Go on", ""]
    assert shown[2:5] == ["README  +1 -1", "b  +1 -1", "2 files  +2 -2"]
    assert "@@ -1 +1 @@" in shown
    assert "+Run it, or wait 30 seconds." in shown
    assert actions_of(state) == ["pick"] * 3
    assert not state.steps_done


def test_a_commit_is_read_once_and_a_large_one_for_its_own_page_only() -> None:
    state = looked_at(series())
    large = replace(series(), estimates={A: Estimate(1, why_not="large")})

    assert commit_to_read(state) is None
    assert commit_to_read(after(state, MoveRows(1))) == B
    assert commit_to_read(large) is None
    assert commit_to_read(after(large, ShowOriginal())) == A


def test_tab_has_keys_scroll_the_lower_half_and_brackets_go_to_its_files() -> None:
    state = looked_at(after(series(), MoveRows(1)))
    below = after(state, SwitchHalf(), MoveRows(2))

    assert (below.chosen, below.lower) == (B, 2)
    assert after(below, MoveRows(-9)).lower == 0
    assert after(below, MoveTo(FAR)).lower == original_height(below) - 1
    first, second = after(state, MoveFile(1)), after(state, MoveFile(1), MoveFile(1))
    lines = drawn(original_pane(second, 80))
    assert text_of(lines[first.lower]).strip().startswith("README")
    assert text_of(lines[second.lower]).strip().startswith("b")
    assert after(second, MoveFile(1)).status == "Already the last file."
    assert after(below, SwitchHalf(), MoveRows(1)).lower == 0


def test_commits_as_they_are_have_fewer_and_more_unchanged_lines_around_hunks() -> None:
    state = looked_at(series())
    few = after(state, ShowContext(-1))
    least = after(few, ShowContext(-1))
    page = after(least, ShowOriginal())

    assert original_height(state) > original_height(few) > original_height(least)
    assert (few.status, least.status) == ("1 line of context", "0 lines of context")
    assert after(page, ShowContext(-1)).status == "Already the least context."
    assert len(drawn(original_page(page, 80))) == original_height(least)
    assert len(drawn(original_pane(state, 80))) == original_height(state)
    more = after(page, *[ShowContext(1)] * 2)
    assert original_height(more) == original_height(state)
    other = looked_at(after(least, MoveRows(1)))
    assert original_height(other) > 0
    assert after(other, MoveRows(-1)).read_context == 0


def test_what_a_commit_does_can_be_searched_on_its_page() -> None:
    state = looked_at(after(series(), MoveRows(1), ShowOriginal()))
    lines = drawn(original_page(state, 80))

    found = tuple(original_matches(state, 80, "30 seconds"))
    assert [text_of(lines[at]).strip() for at in found] == [
        "+Run it, or wait 30 seconds."
    ]


def test_a_commit_that_is_split_has_its_new_commits_as_rows() -> None:
    state = after(series(), OpenCommit(), Send(1), OpenSeries())
    rows = [text_of(line) for line in drawn(series_lines(state, 80))]
    split = state.todo.plans[A]

    assert len(rows) == 3 + len(groups_with_edits(split))
    assert "split" in rows[0]
    assert re.match(r" +1 .* \+\d", rows[1])
    lines = series_lines(after(state, MoveTo(1)), 80)
    assert lines.number_of(lines.cursor) == 1
    assert lines.number_of(1) == 0


def test_long_lines_of_the_lower_half_are_scrolled_sideways() -> None:
    state = looked_at(after(series(), MoveRows(1)))
    moved = after(state, Pan(16))
    shown = [text_of(line) for line in drawn(original_pane(moved, 80))]

    assert moved.pan == 16
    assert any(line.startswith(" +…") for line in shown)
    assert after(moved, Pan(16)).status == "End of line."
    assert after(moved, ShowOriginal(), Pan(-16)).pan == 0
    assert after(state, Pan(-16)).status == "Start of line."


def test_a_commit_that_has_another_number_in_the_series_says_so() -> None:
    state = after(series(), MoveRows(1), OpenCommit())
    page = drawn(commit_page(after(state, ShowCommit(1)), 80))
    first = after(series(), OpenCommit(), ShowCommit(1))

    assert text_of(page[0]).startswith(" commit 2 of 2 (number 3 of 4 in all)  ")
    assert "in all" not in text_of(drawn(commit_page(first, 80))[0])


def told_of(conflict: Conflict, *actions: Action) -> State:
    """The series after these actions, once git has found a conflict."""
    state = after(series(), *actions)
    return after(state, Foreseen(state.todo, Outlook(conflict=conflict)))


def test_the_status_says_that_a_step_makes_a_conflict_and_names_the_way_out() -> None:
    dropped = told_of(Conflict(C, (b"f",), B), MoveTo(1), Become("drop"))

    assert dropped.chosen == B
    assert dropped.status == (
        "390febb would conflict: R opens these 2 commits as one range · u to undo"
    )
    gone_on = after(dropped, MoveRows(1))
    again = after(gone_on, Foreseen(gone_on.todo, Outlook(conflict=None)))
    assert again.status == gone_on.status
    page = drawn(preview_page(conflicting(), 200))
    text = "".join(text_of(line) for line in page)
    assert "b shows the series, where R opens these 2 commits as one range" in text


def test_the_range_offered_ends_with_the_last_commit_that_may_conflict() -> None:
    first = told_of(Conflict(B, (b"f",), A), MoveTo(0), Become("drop"))
    further = told_of(Conflict(B, (b"f",), A, C), MoveTo(0), Become("drop"))

    assert [conflicting_stretch(each) for each in (first, further)] == [
        range(2),
        range(3),
    ]


def test_what_was_dropped_stays_in_the_files_where_that_is_opened_as_a_range() -> None:
    state = after(
        told_of(Conflict(C, (b"f",), B), MoveTo(1), Become("drop")), OpenRange()
    )
    discards = replace(series(), info=replace(series().info, drop_to="discard"))
    keys = MarkStretch(), MoveRows(1), Become("drop"), OpenRange()

    assert state.status == (
        "opened 2 commits as one range; what was dropped stays in the files,"
        " uncommitted · u to undo"
    )
    assert "stays" not in after(discards, *keys).status
