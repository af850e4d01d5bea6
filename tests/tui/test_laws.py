"""What holds after any actions whatever, in any order."""

from collections.abc import Iterable
from functools import partial
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.diff import Edit, FactEdit, FileChange, edits_of, sort_key
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan, plan_at_home
from gitsplit.model.states import is_whole, states_in
from gitsplit.model.todo import Doing, todo_as_read
from gitsplit.proposal.propose import proposals
from gitsplit.tui.diff.rows import diff_rows
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    KillEnd,
    Look,
    NumberPurpose,
    Purpose,
    Screen,
    State,
    Unit,
    first_state,
    one_hunk,
)
from gitsplit.tui.state.new_commits import Address
from gitsplit.tui.state.selection import selection_of, selection_rows
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import (
    Confirm,
    LeavePartOut,
    NextUnconfirmed,
    Reworded,
    SendPart,
    ShiftPart,
    WriteMessages,
)
from gitsplit.tui.update.actions.prompt import (
    Ask,
    BeginNumber,
    ChooseSubject,
    Dismiss,
    EraseText,
    KillText,
    MoveByWord,
    MoveInText,
    NumberAction,
    Submit,
    TypeDigit,
    TypeText,
    Yank,
)
from gitsplit.tui.update.actions.reading import (
    Cancel,
    Centre,
    ChooseLook,
    EndSearch,
    FindNext,
    Fold,
    MarkAlike,
    MarkHunk,
    MarkMatches,
    MoveColumns,
    MoveFile,
    MoveInCommit,
    MovePiece,
    MoveRows,
    MoveTo,
    Narrow,
    NextDoubtful,
    NextUnseen,
    Pan,
    Pin,
    SelectLines,
    ShowContext,
    Toggle,
    Widen,
)
from gitsplit.tui.update.actions.reports import Report
from gitsplit.tui.update.actions.screens import (
    CloseHelp,
    GoBack,
    GoToStep,
    OpenBoard,
    OpenCell,
    OpenCommands,
    OpenHelp,
    OpenMessages,
    OpenPreview,
    OpenSteps,
    ReadOn,
    Redo,
    Scroll,
    ShowCommit,
    ShowFailure,
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
    OpenSquash,
)
from gitsplit.tui.update.actions.shell import (
    Apply,
    CheckCommits,
    CopyPatch,
    EditFile,
    EditMessage,
    EditMessages,
    Interrupt,
    Quit,
    Refused,
    RepairCommit,
    Reword,
    Suspend,
)
from gitsplit.tui.update.actions.split import (
    AddCommit,
    ChangeCount,
    Drop,
    Focus,
    FocusOn,
    Follow,
    MergeInto,
    MoveCommit,
    Own,
    PlaceTests,
    Repeat,
    Send,
    SendAlong,
    SendHome,
    SendToNext,
    SetContent,
    SetMessage,
    SplitHunk,
    SwapWith,
    Take,
    TakeAlong,
    UseProposal,
)
from gitsplit.tui.view.dropped import has_same_final_files, is_whole_as_planned
from gitsplit.tui.view.layout import page_lines
from tests.strategies import ranges
from tests.tui import builder
from tests.tui.builder import plan_of, range_opened, state_of
from tests.tui.cases import COMMITS, series

_TEXTS = st.lists(st.sampled_from(["a", "b", "", " c", "}"]), max_size=24).map(
    lambda lines: "".join(line + "\n" for line in lines)
)
_SIDES = st.tuples(st.none() | _TEXTS, st.none() | _TEXTS).filter(
    lambda sides: sides[0] != sides[1]
)
_FILES = st.dictionaries(st.sampled_from(["a", "d/b", "d/c", "e"]), _SIDES, min_size=1)
_SMALL = st.integers(-3, 12)
_SIGN = st.sampled_from([-1, 1])
_CONTENTS = st.sampled_from([b"", b"a\n", b"b\n"])
_MESSAGES = st.sampled_from([b"", b"X\n", b"Y\n"])
_WHERE = st.builds(Address, st.sampled_from(COMMITS), st.none() | st.integers(0, 3))
_LINES = st.lists(st.integers(0, 9), unique=True, max_size=3).map(sorted).map(tuple)
ARGUMENTS: dict[type[Action], tuple[st.SearchStrategy[Any], ...]] = {
    MoveRows: (_SMALL,),
    MoveTo: (_SMALL,),
    MovePiece: (_SIGN,),
    MoveFile: (_SIGN,),
    Pan: (_SMALL,),
    FindNext: (_SIGN, _LINES),
    MarkMatches: (),
    EndSearch: (),
    ChooseLook: (st.booleans(),),
    Toggle: (st.sampled_from(Look),),
    ShowContext: (_SIGN,),
    Centre: (),
    Narrow: (),
    Widen: (),
    SelectLines: (_SMALL, _SMALL),
    Cancel: (),
    Fold: (st.booleans(),),
    Send: (st.integers(0, 4),),
    Take: (st.booleans(),),
    SendToNext: (st.booleans(),),
    SendAlong: (_SIGN,),
    SendHome: (),
    Repeat: (),
    TakeAlong: (),
    SwapWith: (st.integers(0, 4),),
    MoveInCommit: (_SIGN,),
    NextUnseen: (),
    NextDoubtful: (),
    MarkHunk: (),
    MarkAlike: (),
    BeginNumber: (st.sampled_from(NumberPurpose),),
    TypeDigit: (st.sampled_from("012"),),
    Pin: (),
    Drop: (),
    SplitHunk: (),
    AddCommit: (),
    Follow: (),
    PlaceTests: (),
    Focus: (_SIGN,),
    FocusOn: (st.integers(0, 4),),
    MoveCommit: (_SIGN,),
    MergeInto: (st.none() | st.integers(0, 4),),
    ChangeCount: (_SIGN,),
    Own: (),
    SetMessage: (st.just(0), _MESSAGES),
    SetContent: (st.integers(0, 1), st.just(0), _CONTENTS, st.booleans()),
    WriteMessages: (st.lists(st.tuples(_WHERE, _MESSAGES), max_size=3).map(tuple),),
    Confirm: (),
    SendPart: (st.integers(-1, 4),),
    ShiftPart: (_SIGN,),
    LeavePartOut: (),
    NextUnconfirmed: (),
    Become: (st.sampled_from(get_args(Doing)),),
    MarkSplit: (),
    OpenCommit: (),
    OpenMarked: (),
    OpenNext: (_SIGN,),
    Autosquash: (),
    MarkStretch: (),
    OpenRange: (),
    OpenSquash: (),
    Reword: (),
    EditMessage: (),
    EditMessages: (),
    CheckCommits: (),
    CopyPatch: (),
    RepairCommit: (),
    Undo: (),
    Redo: (),
    Ask: (st.sampled_from(Purpose),),
    TypeText: (st.sampled_from("a1b2"),),
    EraseText: (_SIGN,),
    MoveInText: (_SIGN,),
    MoveByWord: (_SIGN,),
    KillText: (st.sampled_from(KillEnd),),
    Yank: (),
    ChooseSubject: (_SIGN,),
    Submit: (_LINES,),
    Dismiss: (),
    ShowCommit: (st.none() | st.integers(0, 3),),
    ShowOriginal: (),
    SwitchHalf: (),
    ShowFailure: (),
    ReadOn: (_SMALL, _SMALL),
    OpenBoard: (),
    OpenSteps: (),
    OpenCommands: (),
    GoToStep: (st.none() | st.integers(-1, 4),),
    OpenCell: (),
    MoveColumns: (_SIGN,),
    OpenSeries: (),
    OpenMessages: (),
    OpenPreview: (),
    OpenHelp: (),
    CloseHelp: (),
    GoBack: (),
    Scroll: (_SMALL,),
    UseProposal: (),
    Apply: (),
    Quit: (),
}
"""Every action that a user can do, and what it is made with."""

ACTIONS: st.SearchStrategy[Action] = st.one_of(
    *(st.builds(kind, *arguments) for kind, arguments in ARGUMENTS.items())
)

NOT_HERE = {*get_args(Report), Reworded, Interrupt, Suspend, EditFile, Refused}
"""What isn't the user's doing, or of the terminal and programs around the state."""


def test_every_action_is_tried() -> None:
    assert {*ARGUMENTS, *NOT_HERE} == set(get_args(Action))


def opened(plan: Plan) -> State:
    """The screen on a plan, where contents merge or conflict as it happens."""
    return _found(state_of(plan), [plan])


def _found(state: State, plans: list[Plan]) -> State:
    """The state that knows what is proposed for the first commits of the series."""
    found = {
        oid: proposals(plan.changes, plan.groups[0].message)
        for oid, plan in zip(COMMITS, plans, strict=False)
    }
    return replace(state, hunks_between=one_hunk, proposals=found)


def _some_merge(_base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    return None if len(ours + theirs) % 5 == 0 else ours + theirs


def in_series(plans: list[Plan]) -> State:
    """The series of three commits; for the second one nothing is proposed yet.

    These plans don't follow from each other, so no neighbours are known.
    """
    by_commit = dict(zip(COMMITS[::2], plans, strict=False))
    return replace(_found(series(), plans), plans=by_commit)


def known_series(changes: tuple[FileChange, ...]) -> State:
    """A series whose commits did this, none of them done anything to yet."""
    whole = range_opened(changes, one_hunk)
    commits, plans = whole.info.series.commits, {}
    for number, commit in enumerate(commits):
        own = [replace(c, commit=0) for c in changes if c.commit == number]
        if own:
            plans[commit.oid] = plan_at_home([own], [commit.raw.message])
    start = first_state(whole.info, todo_as_read(whole.info.series), one_hunk)
    done = {oid: plan.changes for oid, plan in plans.items()}
    none: dict[Oid, tuple[FileChange, ...]] = {commit.oid: () for commit in commits}
    return replace(start, plans=plans, changes=none | done)


after = partial(builder.after, merge=_some_merge)

_PLANS = st.builds(plan_of, _FILES, st.integers(1, 3))
RANGES = ranges().filter(bool).map(partial(range_opened, differ=one_hunk))
STATES = (
    _PLANS.map(opened)
    | st.tuples(_PLANS, _PLANS).map(list).map(in_series)
    | RANGES
    | ranges().filter(bool).map(known_series)
)


def plan_after(start: State, actions: list[Action]) -> Plan:
    """The first plan of the list after the actions; one to be had if it has none."""
    plans = (entry.plan for entry in after(start, *actions).todo.entries)
    found = next(filter(None, (*plans, *start.plans.values())), None)
    return start.plan if found is None else found


def lines_of_edits(edits: Iterable[Edit]) -> list[tuple[object, ...]]:
    """Every line and fact of the edits, in order."""
    found: list[tuple[object, ...]] = []
    for edit in edits:
        if isinstance(edit, FactEdit):
            found.append((edit.file, edit.fact))
        else:
            found += ((edit.file, "old", n) for n in edit.old.numbers)
            found += ((edit.file, "new", n) for n in edit.new.numbers)
    return found


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_undo_after_any_actions_gives_the_first_list_back_and_redo_the_last(
    start: State, actions: list[Action]
) -> None:
    state = after(start, *actions)
    steps = len(state.history.past)
    last = len(state.history.future)

    undone = after(state, *[Undo()] * steps)
    redone = after(undone, *[Redo()] * (steps + last))

    assert undone.todo == start.todo
    assert after(undone, Undo()).is_refusal
    assert redone.todo == after(state, *[Redo()] * last).todo


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_every_commit_is_in_the_list_once_and_its_plan_is_of_what_it_does(
    start: State, actions: list[Action]
) -> None:
    state = after(start, *actions)

    assert sorted(state.todo.order) == sorted(start.todo.order)
    for entry in state.todo.entries:
        if entry.action == "split":
            assert entry.plan is not None
        joins = entry.action in ("squash", "fixup")
        assert not joins or state.todo.place(entry.oid) or state.steps_done


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_the_screen_that_is_shown_has_what_it_shows(
    start: State, actions: list[Action]
) -> None:
    state = after(start, *actions)

    assert state.chosen in state.todo.order
    about_one = [
        screen in ONE_COMMIT for screen, _ in (*state.beneath, (state.screen, 0))
    ]
    assert state.opened is not None or not any(about_one)
    if state.opened is not None:
        assert state.todo.entry(state.opened.commit).plan is not None
    if state.screen is not Screen.SPLIT:
        lines = page_lines(replace(state, hunks_between=one_hunk), 80)
        for number in range(min(24, lines.height)):
            assert get_cwidth(fragment_list_to_text(lines.get(number))) <= 80


@given(STATES, st.lists(ACTIONS, max_size=20), ACTIONS)
@settings(deadline=None)
def test_a_refused_action_changes_nothing_but_what_is_said(
    start: State, actions: list[Action], action: Action
) -> None:
    state = after(start, *actions)
    tried = after(state, action)

    if tried.is_refusal:
        said = replace(
            state,
            status=tried.status,
            refusal=tried.refusal,
            request=tried.request,
            number=state.number if isinstance(action, NumberAction) else None,
            is_choosing_look=False,
            is_centred=False,
        )
        assert tried == said
        assert tried.status


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_every_line_is_in_exactly_one_piece_and_every_piece_in_one_commit(
    start: State, actions: list[Action]
) -> None:
    plan = plan_after(start, actions)
    before = edits_of(plan.changes)

    assert sorted(map(str, lines_of_edits(plan.edits))) == sorted(
        map(str, lines_of_edits(before))
    )
    assert len(plan.group_of) == len(plan.edits)
    assert set(plan.group_of) <= {*range(len(plan.groups)), DROPPED}
    keys = [sort_key(edit) for edit in plan.edits]
    assert keys == sorted(set(keys))


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_the_last_commit_has_every_file_as_it_was_to_be_unless_the_user_said_no(
    start: State, actions: list[Action]
) -> None:
    plan = plan_after(start, actions)
    last = (len(plan.groups) - 1,)

    ends = [states_in(plan, thread.numbers[0], last) for thread in plan.threads]
    new = [(thread.changes[-1].new,) for thread in plan.threads]
    assert (ends == new) or not is_whole(plan)
    assert ends == new or plan.overrides or DROPPED in plan.group_of


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_what_was_written_lies_on_what_the_plan_chooses(
    start: State, actions: list[Action]
) -> None:
    plan = plan_after(start, actions)
    chosen = replace(plan, overrides=())

    for override in plan.overrides:
        assert override.group in range(len(plan.groups))
        (state,) = states_in(chosen, override.file, (override.group,))
        assert state is not None
        assert state.content == override.base != override.content


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_what_is_promised_is_found_when_all_files_are_composed(
    start: State, actions: list[Action]
) -> None:
    plan = plan_after(start, actions)

    assert has_same_final_files(plan) or not is_whole_as_planned(plan)


@given(STATES, st.lists(ACTIONS, max_size=30))
@settings(deadline=None)
def test_cursor_and_focus_always_stand_on_something_and_the_rows_fit_the_plan(
    start: State, actions: list[Action]
) -> None:
    state = after(start, *actions)
    if state.opened is None:
        return
    plan = state.plan

    assert state.cursor in range(len(state.rows))
    assert state.anchor is None or state.anchor in range(len(state.rows))
    assert (state.anchor is not None) == (state.unit is Unit.LINES)
    assert state.focus in range(len(plan.groups))
    assert state.screen is not Screen.COMMIT or state.viewed == state.focus
    assert state.rows == diff_rows(
        plan.changes,
        plan.edits,
        state.unfolded,
        state.rows.context,
        state.rows.layers,
    )


@given(STATES, st.integers(0, 9))
@settings(deadline=None)
def test_lines_are_selected_to_the_last_row_at_most(start: State, last: int) -> None:
    state = after(start, Fold(everywhere=True), SelectLines(0, last))

    assert state.opened is None or state.cursor in range(len(state.rows))


@given(STATES, st.lists(ACTIONS, max_size=20))
@settings(deadline=None)
def test_what_is_selected_lies_in_the_selected_rows(
    start: State, actions: list[Action]
) -> None:
    state = after(start, *actions)
    if state.opened is None:
        return
    rows = {row for run in selection_rows(state) for row in run}

    places = {place for place, _ in selection_of(state)}
    assert places == {state.rows.edit_at(row) for row in rows} - {None}
