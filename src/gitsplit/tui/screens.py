"""Which screen is shown, and what leaves it: the preview, and a way out."""

from dataclasses import replace
from typing import assert_never

from gitsplit.core.plan import DROPPED, Plan, without_empty_groups
from gitsplit.core.states import is_whole, steps
from gitsplit.errors import PlanRefused
from gitsplit.tui.actions import (
    Apply,
    Back,
    EditFile,
    EditMessage,
    EditorRefused,
    Interrupt,
    Look,
    OpenHelp,
    OpenPreview,
    Quit,
    ScreenAction,
    Scroll,
    ShellAction,
    Suspend,
)
from gitsplit.tui.commits import focused
from gitsplit.tui.state import Request, Screen, State
from gitsplit.tui.writing import editable

QUESTION = "The plan isn't written: q again forgets it."


def on_screen(state: State, action: ScreenAction) -> State:
    """The state with another screen, or more of this one."""
    match action:
        case Look(group):
            return _looking(state, state.focus if group is None else group)
        case OpenPreview():
            return _previewed(replace(state, screen=Screen.SPLIT, beneath=()))
        case OpenHelp():
            return _opened(state, Screen.HELP)
        case Back():
            return _left(state)
        case Scroll(rows, most):
            return replace(state, scroll=max(0, min(state.scroll + rows, most)))
        case _:
            assert_never(action)


def asked(state: State, action: ShellAction) -> State:
    """The state that asks the shell around it for what it can't do itself."""
    match action:
        case Apply():
            return _applied(state)
        case Quit():
            return _quit(state)
        case Interrupt():
            return replace(state, request=Request.INTERRUPT)
        case Suspend():
            return replace(state, request=Request.SUSPEND)
        case EditMessage():
            return replace(state, request=Request.EDIT_MESSAGE)
        case EditFile(for_good):
            return editable(state, for_good)
        case EditorRefused(sentence):
            raise PlanRefused(sentence)
        case _:
            assert_never(action)


def problems_of(state: State) -> tuple[str, ...]:
    """Why the plan can't be written, in sentences; empty where it can.

    Git is asked where it may object: where the final tree is another one, the commits
    above are replayed and files follow.
    """
    found = _misfits(state.plan)
    written = without_empty_groups(state.plan)
    if not found and not is_whole(written) and (why := state.git.objection(written)):
        return (why,)
    return found


def _misfits(plan: Plan) -> tuple[str, ...]:
    """What is wrong with the plan itself."""
    used = sorted(set(plan.group_of) - {DROPPED})
    found = [
        f"Commit {group + 1} has no message: look at it and press i."
        for group in used
        if not plan.groups[group].message.strip()
    ]
    if not used:
        found.append("Every piece is dropped: no commit is left.")
    elif len(used) == 1 and is_whole(without_empty_groups(plan)):
        found.append("Only one commit has pieces, and a split needs two.")
    try:
        steps(plan)
    except PlanRefused as refusal:
        found.append(f"{refusal} {refusal.hint}")
    return tuple(found)


def _opened(state: State, screen: Screen) -> State:
    """The state with ``screen`` over the one shown."""
    beneath = (*state.beneath, (state.screen, state.scroll))
    return replace(state, screen=screen, beneath=beneath, scroll=0, status="")


def _left(state: State) -> State:
    """The state with the screen beneath; the first screen has none."""
    if not state.beneath:
        return replace(state, screen=Screen.SPLIT, scroll=0, status="")
    *beneath, (screen, scroll) = state.beneath
    under = replace(state, screen=screen, beneath=tuple(beneath), scroll=scroll)
    if screen is Screen.PREVIEW:
        return replace(under, problems=problems_of(state), status="")
    return replace(under, status="")


def _looking(state: State, group: int) -> State:
    """The commit ``group`` as it will be."""
    if state.screen is not Screen.COMMIT:
        state = _opened(state, Screen.COMMIT)
    return focused(state, group)


def _previewed(state: State) -> State:
    """What will be written, and what keeps it from being written."""
    problems = problems_of(state)
    status = "Enter writes all this" if not problems else "this can't be written yet"
    preview = replace(_opened(state, Screen.PREVIEW), problems=problems)
    return replace(preview, status=status)


def _applied(state: State) -> State:
    """The state that asks to be written, where it can be."""
    if state.screen is not Screen.PREVIEW:
        raise PlanRefused("What is written is shown first.", hint="w shows it.")
    problems = problems_of(state)
    if problems:
        raise PlanRefused(problems[0])
    return replace(state, request=Request.APPLY)


def _quit(state: State) -> State:
    """The state that asks to be left; work that would be lost is asked for once."""
    if state.deeds and state.status != QUESTION:
        return replace(state, status=QUESTION)
    return replace(state, request=Request.QUIT)
