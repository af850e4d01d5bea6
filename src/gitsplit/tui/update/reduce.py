"""What every action does: the one function from a state and an action to a state.

Which screen is shown, and what leaves it: the preview, and a way out.
"""

from dataclasses import replace
from typing import assert_never

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.tui.state.app_state import (
    LISTS,
    ONE_COMMIT,
    MergeNeeded,
    Screen,
    ShellRequest,
    State,
    entries_of,
)
from gitsplit.tui.state.location import refuse_none_open, with_commit_open
from gitsplit.tui.state.new_commits import Address, new_commits
from gitsplit.tui.state.problems import (
    after_answer,
    to_be_applied,
    to_be_checked,
    with_problems,
    with_verdict,
)
from gitsplit.tui.state.undo import after_redo, after_undo
from gitsplit.tui.update.actions import (
    Action,
    Apply,
    ChangeCount,
    CheckCommits,
    Checked,
    CommitAction,
    CursorAction,
    EditFile,
    EditMessage,
    EditMessages,
    Estimated,
    Foreseen,
    GoBack,
    HistoryAction,
    Interrupt,
    MarkAction,
    Merged,
    MoveCommit,
    OpenedAction,
    OpenHelp,
    OpenMessages,
    OpenPreview,
    Own,
    PieceAction,
    PlanAction,
    Progressed,
    PromptAction,
    Proposed,
    Quit,
    Redo,
    Refused,
    Report,
    RequestAction,
    Reword,
    ScreenAction,
    Scroll,
    SeriesAction,
    SetContent,
    ShellAction,
    ShowCommit,
    Suspend,
    Undo,
    ViewAction,
)
from gitsplit.tui.update.cursor import after_mark, after_move, with_prompt
from gitsplit.tui.update.messages import (
    commit_at_cursor,
    editable,
    text_at_hand,
    with_file_content,
    worded_commits,
)
from gitsplit.tui.update.series import after_commit_move, after_list_move, with_series
from gitsplit.tui.update.split import (
    with_commits,
    with_focus,
    with_next_cut,
    with_pieces,
)


def reduce(state: State, action: Action) -> State:
    """The state after ``action``.

    A refused action changes nothing; its reason is the status (law 4). Nor does one
    that needs contents merged: it is taken again when that is reported.
    """
    if isinstance(action, Report):
        return after_report(replace(state, request=None, to_merge=None), action)
    ready = replace(state, is_refusal=False, request=None, to_merge=None, merges={})
    if not isinstance(action, Apply):
        ready = replace(ready, awaiting=None)
    if not isinstance(action, Quit | Apply):
        ready = replace(ready, status="")
    try:
        made = _after_action(replace(ready, merges=state.merges), action)
        return replace(made, merges={})
    except MergeNeeded as needed:
        return replace(state, to_merge=needed.versions)
    except (ActionRefused, InvalidPlan) as refusal:
        reason = f"{refusal} {refusal.hint}".rstrip()
        return replace(ready, status=reason, is_refusal=True)


def _after_action(state: State, action: Action) -> State:
    """The state after an action; raises ActionRefused where it is refused."""
    if isinstance(action, PlanAction):
        made = _with_plan(state, action)
        return with_problems(made) if made.screen is Screen.PREVIEW else made
    if isinstance(action, ViewAction):
        return _with_view(state, action)
    if isinstance(action, PromptAction):
        return with_prompt(state, action)
    if isinstance(action, ShellAction):
        return after_shell_action(state, action)
    assert not isinstance(action, Report), "reports are no deeds of the user's"
    assert_never(action)


def _with_plan(state: State, action: PlanAction) -> State:
    """The state after what changes what is to be done."""
    if isinstance(action, HistoryAction):
        return _through_history(state, action)
    if isinstance(action, SeriesAction):
        return with_series(state, action)
    if isinstance(action, MoveCommit) and state.screen is Screen.SERIES:
        return after_commit_move(state, action.by)
    if isinstance(action, Own) and state.screen is Screen.MESSAGES:
        return with_commits(state, action)
    return _with_commit(state, action)


def _with_commit(state: State, action: OpenedAction) -> State:
    """The state after what changes the plan of the commit that is open."""
    refuse_none_open(state)
    if isinstance(action, PieceAction):
        return with_pieces(state, action)
    if isinstance(action, CommitAction):
        return with_commits(state, action)
    if isinstance(action, ChangeCount):
        return with_next_cut(state, action.by)
    if isinstance(action, SetContent):
        return with_file_content(state, action)
    assert_never(action)


def _through_history(state: State, action: HistoryAction) -> State:
    match action:
        case Undo():
            return after_undo(state)
        case Redo():
            return after_redo(state)
        case _:
            assert_never(action)


def _with_view(state: State, action: ViewAction) -> State:
    """The state after what changes where one looks."""
    if isinstance(action, ScreenAction):
        return on_screen(state, action)
    if state.screen in LISTS:
        return after_list_move(state, action)
    refuse_none_open(state)
    if isinstance(action, CursorAction):
        return after_move(state, action)
    if isinstance(action, MarkAction):
        return after_mark(state, action)
    assert_never(action)


def after_report(state: State, report: Report) -> State:
    """The state that knows what was reported; nothing else of it changes.

    But what was waiting for git's answer is asked for, where git lets it.
    """
    match report:
        case Estimated() | Proposed():
            return _with_findings(state, report)
        case Merged(versions, content):
            return replace(state, merges={**state.merges, versions: content})
        case Foreseen(todo, outlook) if todo is state.todo:
            known = replace(state, foreseen=(todo, outlook), progress=None)
            return after_answer(known)
        case Progressed(todo, done, count) if todo is state.todo:
            return replace(state, progress=(done, count))
        case Checked(todo, number, check) if todo is state.todo:
            return replace(state, checks={**state.checks, number: check})
        case Foreseen() | Progressed() | Checked():
            return state
        case _:
            assert_never(report)


def _with_findings(state: State, report: Estimated | Proposed) -> State:
    """The state that knows what was found out about a commit."""
    commit = report.commit
    if report.cuts is not None:
        state = replace(state, cuts={**state.cuts, commit: report.cuts})
    if isinstance(report, Estimated):
        return replace(state, estimates={**state.estimates, commit: report.estimate})
    if report.plan is not None:
        state = replace(state, plans={**state.plans, commit: report.plan})
    return state


QUESTION = "Not applied: q again quits and discards the plan."


DRAFT_QUESTION = "Not applied: q again quits and keeps your work."


_DECIDING = (Screen.SERIES, Screen.SPLIT, Screen.MESSAGES)


def on_screen(state: State, action: ScreenAction) -> State:
    """The state with another screen, or more of this one."""
    match action:
        case ShowCommit(group):
            return _at_commit(state, group)
        case OpenMessages():
            return _messages(state)
        case OpenPreview():
            return _at_preview(state)
        case OpenHelp():
            return _over(state, Screen.HELP)
        case GoBack():
            return _at_screen_beneath(state)
        case Scroll(rows, most):
            return replace(state, scroll=max(0, min(state.scroll + rows, most)))
        case _:
            assert_never(action)


def after_shell_action(state: State, action: ShellAction) -> State:
    """The state that asks the shell around it for what it can't do itself."""
    match action:
        case Apply():
            return _with_apply_request(state)
        case Quit():
            return _with_quit_request(state)
        case Interrupt():
            return replace(state, request=ShellRequest.INTERRUPT)
        case Suspend():
            return replace(state, request=ShellRequest.SUSPEND)
        case Refused(sentence):
            raise ActionRefused(sentence)
        case _:
            return _with_request(state, action)


def _with_request(state: State, action: RequestAction) -> State:
    """The state that asks for what is to be edited or checked; it must be there."""
    match action:
        case EditMessage():
            text_at_hand(state)
            return replace(state, request=ShellRequest.EDIT_MESSAGE)
        case EditMessages():
            commit_at_cursor(state)
            return replace(state, request=ShellRequest.EDIT_MESSAGES)
        case Reword():
            return _with_reword_request(state)
        case EditFile(for_good):
            return editable(state, for_good)
        case CheckCommits():
            return _with_check_request(state)
        case _:
            assert_never(action)


def _with_reword_request(state: State) -> State:
    """The message of the commit at the cursor asked for, by itself.

    What is to be done to the commit stays so until there is another message.
    """
    is_kept = entries_of(state.todo)[state.chosen].action in ("pick", "reword")
    asked_for = ShellRequest.EDIT_MESSAGE if is_kept else ShellRequest.REWORD
    return replace(state, request=asked_for)


def _with_check_request(state: State) -> State:
    """The state that asks for the new commits to be checked."""
    if not state.whole.check:
        raise ActionRefused("No check command was given.", hint="Start with -x CMD.")
    return to_be_checked(state)


def _over(state: State, screen: Screen) -> State:
    """The state with ``screen`` over the one shown."""
    beneath = (*state.beneath, (state.screen, state.scroll))
    return replace(state, screen=screen, beneath=beneath, scroll=0, status="")


def _at_screen_beneath(state: State) -> State:
    """The state with the screen beneath; the first screen has none."""
    if not state.beneath:
        first = Screen.SERIES if state.opened is None else Screen.SPLIT
        return replace(state, screen=first, scroll=0, status="")
    *beneath, (screen, scroll) = state.beneath
    under = replace(state, screen=screen, beneath=tuple(beneath), scroll=scroll)
    if screen is Screen.PREVIEW:
        under = with_problems(under)
    return replace(under, status="")


def _below_pages(state: State) -> State:
    """The state on the topmost screen on which something is decided."""
    while state.screen not in _DECIDING and state.beneath:
        state = _at_screen_beneath(replace(state, problems=()))
    return state


def _at_commit(state: State, number: int | None) -> State:
    """The commit in focus as it will be, or the new commit with that number."""
    group = number
    if state.screen is Screen.PREVIEW and number is not None:
        state, group = _with_source_open(state, number)
    if state.opened is None:
        raise ActionRefused("No commit is open.", hint="e opens the selected one.")
    if state.screen is not Screen.COMMIT:
        state = _over(state, Screen.COMMIT)
    return with_focus(state, state.focus if group is None else group)


def _with_source_open(state: State, number: int) -> tuple[State, int]:
    """The state in which the commit that a new one is split from is open.

    With it, the group that the new commit is.
    """
    commits = new_commits(state)
    if number >= len(commits):
        raise ActionRefused(f"There is no commit {number + 1}.")
    commit = commits[number]
    if commit.group is None:
        raise ActionRefused(
            f"{commit.entry.oid[:7]} is not split.",
            hint=f"git show {commit.entry.oid[:7]} shows it.",
        )
    return with_commit_open(state, commit.entry.oid), commit.group


def _messages(state: State) -> State:
    """The messages of all new commits, the cursor on the one that was at hand."""
    commits = worded_commits(state)
    if not commits:
        raise ActionRefused("No new commit messages yet.")
    here = Address(state.chosen)
    if state.opened is not None and state.screen in ONE_COMMIT:
        here = Address(state.target.commit, state.focus)
    places = [
        n for n, c in enumerate(commits) if here in (c.where, Address(c.entry.oid))
    ]
    below = _below_pages(state)
    if below.screen is Screen.MESSAGES:
        return below
    return replace(_over(below, Screen.MESSAGES), message=places[0] if places else 0)


def _at_preview(state: State) -> State:
    """What will be written, and what keeps it from being written.

    Git is asked anew: files may have changed since.
    """
    anew = replace(_below_pages(state), foreseen=None)
    return with_verdict(_over(anew, Screen.PREVIEW))


def _with_apply_request(state: State) -> State:
    """The state that asks to be written, where it can be."""
    if state.screen is not Screen.PREVIEW:
        raise ActionRefused("See the preview first.", hint="w shows it.")
    return to_be_applied(state)


def _with_quit_request(state: State) -> State:
    """The state that asks to be left; work that would be lost is asked for once.

    From a commit that was opened from the series, the way leads back there.
    """
    if state.screen is Screen.SPLIT and state.beneath:
        return _at_screen_beneath(state)
    question = DRAFT_QUESTION if state.whole.keeps_drafts else QUESTION
    if state.deeds and state.status != question:
        return replace(state, status=question)
    return replace(state, request=ShellRequest.QUIT)
