"""The reducer: the one function from a state and an action to the next state.

It hands each kind of action to the module that knows it: :mod:`~.split`,
:mod:`~.commits` and :mod:`~.messages` for the plan of the open commit, :mod:`~.series`
for the todo list, :mod:`~.cursor` for what is selected or typed, :mod:`~.screens` for
the way from screen to screen. Here are reports of work in the background, and requests
to the shell around the state.
"""

from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.escape import shell_command
from gitsplit.tui.state.app_state import (
    LISTS,
    HistoryStep,
    MergeNeeded,
    Prompt,
    Purpose,
    Refusal,
    Screen,
    ShellRequest,
    State,
    entries_of,
)
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import require_open_commit
from gitsplit.tui.state.message_rows import (
    commit_at_cursor,
    current_message,
)
from gitsplit.tui.state.originals import with_read_commit
from gitsplit.tui.state.problems import (
    after_answer,
    with_apply_pending,
    with_check_of_change,
    with_check_pending,
    with_problems,
)
from gitsplit.tui.state.proposals import (
    after_use_of_proposal,
    with_proposals_in_place,
    without_awaited_proposal,
)
from gitsplit.tui.state.selection import with_focus_at_cursor
from gitsplit.tui.state.undo import after_redo, after_undo, with_step
from gitsplit.tui.update.actions import Action, PlanAction, ViewAction
from gitsplit.tui.update.actions.prompt import NumberAction, PromptAction
from gitsplit.tui.update.actions.reading import (
    CursorAction,
    LookAction,
    MarkAction,
    Pan,
    SearchAction,
)
from gitsplit.tui.update.actions.reports import (
    ChangesRead,
    ChangesSettled,
    Checked,
    CommandsFound,
    CommitRead,
    CommitReport,
    Estimated,
    Foreseen,
    Linked,
    Merged,
    NotProposed,
    PlanFileTaken,
    PlanSaved,
    Progressed,
    Proposed,
    Repaired,
    Report,
    SaveReport,
    SquashProposed,
)
from gitsplit.tui.update.actions.screens import (
    GoToStep,
    HistoryAction,
    Redo,
    ScreenAction,
    Undo,
)
from gitsplit.tui.update.actions.series import SeriesAction
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
    RequestAction,
    Reword,
    ShellAction,
    Suspend,
    refusal_of,
)
from gitsplit.tui.update.actions.split import (
    AddCommit,
    ChangeCount,
    CommitAction,
    MoveCommit,
    OpenedAction,
    OrderAction,
    Own,
    PieceAction,
    PlaceTests,
    SetContent,
    UseProposal,
)
from gitsplit.tui.update.commits import (
    after_commit_action,
    after_count_change,
)
from gitsplit.tui.update.cursor import (
    after_cursor_action,
    after_look_action,
    after_mark_action,
    after_pan,
    after_prompt_action,
)
from gitsplit.tui.update.folding import with_cursor_in_sight
from gitsplit.tui.update.messages import with_edit_request, with_file_content
from gitsplit.tui.update.numbers import action_meant, after_number_action
from gitsplit.tui.update.screens import (
    after_screen_action,
    after_step_choice,
    at_screen_beneath,
)
from gitsplit.tui.update.search import after_search_action
from gitsplit.tui.update.series import (
    after_commit_move,
    after_list_action,
    after_series_action,
    with_squash_known,
)
from gitsplit.tui.update.split import after_piece_action


def reduce(state: State, action: Action) -> State:
    """The state after ``action``.

    A refused action changes nothing; its reason is the status (law 4). Nor does one
    that needs contents merged: it is taken again when that is reported.
    """
    action = action_meant(state, action)
    if isinstance(action, Report):
        known = _after_report(replace(state, request=None, to_merge=None), action)
        return _with_focus_followed(state, with_proposals_in_place(known))
    ready = replace(
        state,
        refusal=None,
        request=None,
        to_merge=None,
        merges={},
        is_choosing_look=False,
        number=state.number if isinstance(action, NumberAction) else None,
        is_centred=False,
        keeps_room=False,
    )
    if not isinstance(action, Apply):
        ready = replace(ready, awaiting=None)
    if not isinstance(action, Quit | Apply):
        ready = replace(ready, status="")
    try:
        made = _after_action(replace(ready, merges=state.merges), action)
        if not isinstance(action, _SelectingAction):
            made = _with_focus_followed(ready, made)
        made = _with_last_actions_forgotten(state, made, action)
        seen = with_cursor_in_sight(replace(made, merges={}))
        return with_proposals_in_place(seen)
    except MergeNeeded as needed:
        return replace(state, to_merge=needed.versions)
    except (ActionRefused, InvalidPlan) as refusal:
        refused = refusal_of(refusal)
        return replace(ready, status=refused.sentence, refusal=refused.kind)


def _with_last_actions_forgotten(before: State, made: State, action: Action) -> State:
    """The state without what a next action could have been about, and now can't be."""
    if made.along is before.along:
        made = replace(made, along=None)
    if isinstance(action, _RenumberingAction):
        made = replace(made, last_send=None)
    return made


_SelectingAction = CommitAction | ChangeCount | UseProposal | AddCommit | PlaceTests
"""What selects a commit itself, which stays so until the cursor moves."""


_RenumberingAction = (
    OrderAction | ChangeCount | UseProposal | PlaceTests | HistoryAction
)
"""What may give commits other numbers."""


def _with_focus_followed(before: State, state: State) -> State:
    """The state with the commit at the cursor selected, if either is another now."""
    if state.opened is None or state.screen is Screen.BOARD:
        return state
    is_same_place = (before.cursor, before.opened) == (state.cursor, state.opened)
    if is_same_place and state.plan is before.plan:
        return state
    return with_focus_at_cursor(state)


def _after_action(state: State, action: Action) -> State:
    """The state after an action of the user's.

    Raises ActionRefused where it can't be done, InvalidPlan where its plan can't be.
    """
    if isinstance(action, PlanAction):
        return _with_preview(_after_plan_action(state, action))
    if isinstance(action, ViewAction):
        return _after_view_action(state, action)
    if isinstance(action, PromptAction):
        return after_prompt_action(state, action)
    if isinstance(action, NumberAction):
        return after_number_action(state, action)
    if isinstance(action, ShellAction):
        return _after_shell_action(state, action)
    assert not isinstance(action, Report), "a report isn't the user's"
    assert_never(action)


def _after_plan_action(state: State, action: PlanAction) -> State:
    """The state with another todo list, or another commit of it open."""
    if isinstance(action, HistoryAction):
        return _after_history_action(state, action)
    if isinstance(action, SeriesAction):
        return after_series_action(state, action)
    if isinstance(action, MoveCommit) and state.screen is Screen.SERIES:
        return after_commit_move(state, action.by)
    if isinstance(action, Own) and state.screen is Screen.MESSAGES:
        return after_commit_action(state, action)
    return _after_opened_action(state, action)


def _after_opened_action(state: State, action: OpenedAction) -> State:
    """The state with another plan of the open commit, or another commit selected."""
    require_open_commit(state)
    if isinstance(action, PieceAction):
        return after_piece_action(state, action)
    if isinstance(action, CommitAction):
        return after_commit_action(state, action)
    if isinstance(action, ChangeCount):
        return after_count_change(state, action.by)
    if isinstance(action, UseProposal):
        return after_use_of_proposal(state)
    if isinstance(action, SetContent):
        return with_file_content(state, action)
    assert_never(action)


def _after_history_action(state: State, action: HistoryAction) -> State:
    match action:
        case Undo():
            return after_undo(state)
        case Redo():
            return after_redo(state)
        case GoToStep(step):
            return after_step_choice(state, step)
        case _:
            assert_never(action)


def _after_view_action(state: State, action: ViewAction) -> State:
    """The state that shows something else; the todo list stays."""
    if isinstance(action, ScreenAction):
        return after_screen_action(state, action)
    if isinstance(action, SearchAction):
        return after_search_action(state, action)
    if isinstance(action, LookAction):
        return after_look_action(state, action)
    return _after_moving(state, action)


def _after_moving(state: State, action: CursorAction | MarkAction) -> State:
    """The state with the cursor elsewhere, or with more or less selected."""
    if isinstance(action, Pan) and state.screen in (Screen.SERIES, Screen.ORIGINAL):
        return after_pan(state, action.columns)
    if state.screen in LISTS:
        return after_list_action(state, action)
    require_open_commit(state)
    if isinstance(action, CursorAction):
        return after_cursor_action(state, action)
    if isinstance(action, MarkAction):
        return after_mark_action(state, action)
    assert_never(action)


def _after_report(state: State, report: Report) -> State:
    """The state with what was found out in the background.

    A report on a todo list that is no longer shown changes nothing. What the user
    wanted as soon as git had answered is asked for then.
    """
    match report:
        case Estimated() | Proposed() | NotProposed() | Linked():
            return _with_commit_report(state, report)
        case CommitRead(commit, found):
            return with_read_commit(state, commit, found)
        case ChangesRead(changes):
            return replace(state, changes={**state.changes, **changes})
        case SquashProposed():
            return with_squash_known(state, report)
        case Merged(versions, content):
            return replace(state, merges={**state.merges, versions: content})
        case Foreseen(todo, outlook) if todo is state.todo:
            known = replace(state, foreseen=(todo, outlook), progress=None)
            return after_answer(known)
        case CommandsFound(todo, lines) if todo is state.todo:
            return replace(state, by_hand=(todo, lines), progress=None)
        case Progressed(todo, done, count) if todo is state.todo:
            return replace(state, progress=(done, count))
        case ChangesSettled(todo) if todo is state.todo:
            return with_check_of_change(state)
        case Checked(todo, number, check) if todo is state.todo:
            return replace(state, checks={**state.checks, number: check})
        case Repaired():
            return _with_repair(state, report)
        case PlanSaved() | PlanFileTaken():
            return _after_saving(state, report)
        case Foreseen() | CommandsFound() | Progressed() | Checked() | ChangesSettled():
            return state
        case _:
            assert_never(report)


def _with_commit_report(state: State, report: CommitReport) -> State:
    """The state with estimates, what a commit does, what was proposed, or why not."""
    if isinstance(report, Estimated):
        return replace(state, estimates={**state.estimates, **report.estimates})
    if isinstance(report, Linked):
        return replace(state, links=report.known)
    commit = report.commit
    if isinstance(report, NotProposed):
        known = _with_preview(without_awaited_proposal(state, commit))
        return replace(known, status=report.why.sentence, refusal=report.why.kind)
    if report.proposals is not None:
        state = replace(state, proposals={**state.proposals, commit: report.proposals})
    if report.plan is not None:
        plans = {**state.plans, commit: report.plan}
        return _with_preview(replace(state, plans=plans))
    return state


def _source_options(state: State) -> tuple[str, ...]:
    """The options for uncommitted work, without which a plan for it isn't read."""
    source = state.info.series.uncommitted
    absorbs = any(entry.absorbs for entry in state.todo.entries)
    return () if source is None else source.options(absorbs=absorbs)


def _after_saving(state: State, report: SaveReport) -> State:
    """The state that says by which command the saved plan is used.

    Where there is such a file, the user is asked once more.
    """
    name = report.name
    if isinstance(report, PlanSaved):
        is_lesson = state.info.lesson is not None
        option, use = ("--grade", "grades") if is_lesson else ("--plan", "opens")
        command = shell_command("gitsplit", *_source_options(state), option, name)
        info = replace(state.info, plan_file=name)
        return replace(state, info=info, status=f"saved {name} · {command} {use} it")
    prompt = Prompt(Purpose.PLAN_FILE, name, len(name), taken=name)
    status = f"the file {name} exists · the same name again replaces it"
    return replace(state, prompt=prompt, status=status)


def _with_preview(state: State) -> State:
    """The state whose preview, where it is shown, says what stands against it now."""
    return with_problems(state) if state.screen is Screen.PREVIEW else state


_QUIT_QUESTION = "Not applied: {quit} again quits and discards the plan."
_QUIT_QUESTION_READING = "{quit} again quits; {save-plan} saves the plan before."
_QUIT_QUESTION_PATCH = "{quit} again quits."
_QUIT_QUESTION_IN_LESSON = "Not applied: {quit} again ends it, and compares your split."
_QUIT_QUESTION_WITH_DRAFT = "Not applied: {quit} again quits and keeps your work."


def _after_shell_action(state: State, action: ShellAction) -> State:
    """The state that asks the shell around it to apply, to leave, or for an editor."""
    match action:
        case Apply():
            return _with_apply_request(state)
        case Quit():
            return _with_quit_request(state)
        case Interrupt():
            return replace(state, request=ShellRequest.INTERRUPT)
        case Suspend():
            return replace(state, request=ShellRequest.SUSPEND)
        case Refused(sentence, kind):
            return replace(state, status=sentence, refusal=kind)
        case _:
            return _after_request_action(state, action)


def _after_request_action(state: State, action: RequestAction) -> State:
    """The state that asks the shell for an editor, or for the new commits' check.

    Raises ActionRefused where there is nothing to be edited or checked.
    """
    match action:
        case EditMessage():
            current_message(state)
            return replace(state, request=ShellRequest.EDIT_MESSAGE)
        case EditMessages():
            commit_at_cursor(state)
            return replace(state, request=ShellRequest.EDIT_MESSAGES)
        case Reword():
            return _with_reword_request(state)
        case EditFile(for_good):
            return with_edit_request(state, for_good)
        case CheckCommits():
            return _with_check_request(state)
        case CopyPatch():
            from gitsplit.tui.update.copying import after_copy  # few use it

            return after_copy(state)
        case RepairCommit():
            return _with_repair_request(state)
        case _:
            assert_never(action)


def _with_reword_request(state: State) -> State:
    """The state that asks for an editor on the message of the selected commit.

    Where the commit is to be squashed, split or dropped, that is on its own message,
    and it stays so until the user has written another.
    """
    is_kept = entries_of(state.todo)[state.chosen].action in ("pick", "reword")
    asked_for = ShellRequest.EDIT_MESSAGE if is_kept else ShellRequest.REWORD
    return replace(state, request=asked_for)


def _with_check_request(state: State) -> State:
    """The state that asks for the new commits to be checked, or for a command first."""
    if not (state.info.check or state.info.is_read):
        text = state.info.last_check
        return replace(state, prompt=Prompt(Purpose.COMMAND, text, len(text)))
    return with_check_pending(state)


def _with_repair_request(state: State) -> State:
    """The state that asks what the first commit lacks that failed its check."""
    failed = [n for n, check in state.checks.items() if check.state == "failed"]
    if not all(check.is_done for check in state.checks.values()):
        raise ActionRefused("The commits are still being checked.")
    if not failed:
        raise ActionRefused(
            "No commit has failed a check.", hint=keyed(state, "{check} checks them.")
        )
    said = f"repairing commit {min(failed) + 1} …"
    return replace(state, request=ShellRequest.REPAIR, status=said)


def _with_repair(state: State, report: Repaired) -> State:
    """The state with a commit repaired, in one step; its check follows."""
    if report.todo is not state.todo:
        return state
    if report.oid is None or report.plan is None:
        tried = replace(state, beyond_repair=report.todo)
        return replace(tried, status=report.words, refusal=Refusal.NOTE)
    plan, before = report.plan, state.todo.plans[report.oid]
    if not plan.is_woven and report.oid in state.proposals:
        from gitsplit.proposal.rewording import with_words_followed  # known by now

        plan = with_words_followed(plan, before, state.proposals[report.oid])
    todo = state.todo.with_plan(report.oid, plan)
    step = HistoryStep(report.words, Screen.PREVIEW, report.oid)
    made = with_problems(with_step(state, todo, step))
    return replace(made, request=ShellRequest.CHECK)


def _with_apply_request(state: State) -> State:
    """The state that is to be applied; raises ActionRefused outside the preview."""
    if state.screen is not Screen.PREVIEW:
        raise ActionRefused(
            "See the preview first.", hint=keyed(state, "{preview} shows it.")
        )
    return with_apply_pending(state)


def _with_quit_request(state: State) -> State:
    """The state that asks the shell to leave, after a question where work was done.

    In a commit that was opened from the series, the way back there.
    """
    if state.screen is Screen.SPLIT and state.beneath:
        return at_screen_beneath(state)
    question = _QUIT_QUESTION_WITH_DRAFT if state.info.keeps_drafts else _QUIT_QUESTION
    question = _QUIT_QUESTION_READING if state.info.is_read else question
    question = _QUIT_QUESTION_PATCH if state.info.is_patch else question
    question = _QUIT_QUESTION_IN_LESSON if state.info.lesson is not None else question
    question = keyed(state, question)
    if state.steps_done and state.status != question:
        return replace(state, status=question)
    return replace(state, request=ShellRequest.QUIT)
