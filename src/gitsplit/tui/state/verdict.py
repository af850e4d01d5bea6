"""Whether what the preview shows can be written: git's word, and what waits for it.

Git is asked beside the screen. Whoever presses Enter waits until it has answered, and
stops waiting with any other key.
"""

from dataclasses import replace

from gitsplit.errors import PlanRefused
from gitsplit.tui.state.app_state import Git, Request, State
from gitsplit.tui.state.problems import (
    conflict_of,
    is_asking,
    may_conflict,
    with_problems,
)

READY = "Enter writes all this"
PROBLEM = "this can't be written yet"
CONFLICT = "this stops at a conflict: Enter asks what to do"
CONFLICT_QUESTION = "Enter again writes the clean part; git rebase gets the rest."
ASKING = "Enter waits for that"
APPLY_WAITS = "writes it then; other keys stop it"
CHECK_WAITS = "checks it then; other keys stop it"


def with_verdict(state: State) -> State:
    """The state that says whether what it shows can be written."""
    ready = with_problems(state)
    if ready.problems:
        return replace(ready, status=PROBLEM)
    if is_asking(ready):
        return replace(ready, status=ASKING)
    return replace(ready, status=CONFLICT if conflict_of(ready) else READY)


def to_be_applied(state: State) -> State:
    """The state that is written as soon as git, asked once more, lets it.

    Where it conflicts, the user is asked whether git rebase shall stop there.
    """
    is_accepted = state.status == CONFLICT_QUESTION
    if state.awaiting is Request.APPLY:
        return state
    if conflict_of(state) and not is_accepted:
        return replace(state, status=CONFLICT_QUESTION)
    anew = replace(state, foreseen=None, accepts_conflict=is_accepted)
    return _granted(replace(anew, awaiting=Request.APPLY, status=APPLY_WAITS))


def to_be_checked(state: State) -> State:
    """The state that is checked as soon as git has said that it can be written."""
    return _granted(replace(state, awaiting=Request.CHECK, status=CHECK_WAITS))


def _granted(state: State) -> State:
    """The state that asks for what was awaited, where git has nothing against it.

    It still waits where git has not answered. Raises PlanRefused.
    """
    ready = with_problems(state)
    if ready.problems:
        raise PlanRefused(ready.problems[0])
    if is_asking(ready):
        return ready
    done = replace(ready, awaiting=None, status="")
    if state.awaiting is Request.CHECK:
        return replace(done, checks={}, request=Request.CHECK)
    conflict = conflict_of(done)
    if conflict is not None and not done.accepts_conflict:
        return replace(done, status=CONFLICT_QUESTION)
    accepts = conflict is not None
    return replace(done, request=Request.APPLY, accepts_conflict=accepts)


def answered(state: State) -> State:
    """The state in which git has answered, and what was waiting for that is done."""
    if state.awaiting is not None:
        try:
            return _granted(state)
        except PlanRefused as refusal:
            refused = replace(with_problems(state), awaiting=None)
            return replace(refused, status=str(refusal), is_refusal=True)
    if state.status == ASKING:
        return with_verdict(state)
    return with_problems(state)


def come_back(left: State, git: Git, reason: str) -> State:
    """The screen again that asked to be written, which was refused for this reason."""
    return replace(
        left,
        git=git,
        request=None,
        awaiting=None,
        accepts_conflict=False,
        foreseen=None,
        status=reason,
        is_refusal=True,
    )


def asking_words(state: State) -> str:
    """What git is being asked, and how far it has come; empty where it isn't."""
    if not is_asking(state):
        return ""
    what = "conflicts" if may_conflict(state) else "what Gerrit would refuse"
    if state.progress is None:
        return f"looking for {what} …"
    done, count = state.progress
    return f"looking for {what} … {done:,} of {count:,}"
