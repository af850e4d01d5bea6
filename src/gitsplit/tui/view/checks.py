"""What the user's commands (``-x``) say of new commits, as signs and lines."""

from collections.abc import Iterator

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.model.checks import WAITING, Check
from gitsplit.model.listing import MOST_NAMED, enumeration
from gitsplit.tui.state.app_state import Screen, State
from gitsplit.tui.state.new_commits import (
    new_commits,
    number_of_new_commit,
    order_flaws,
)
from gitsplit.tui.state.order_guard import need_words, needs_of_commits
from gitsplit.tui.view.text import WARNING, one_line, start_of, text_lines

MOST_LINES = 5
"""So many lines of the end of what a failed command printed are shown."""

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def failure_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """The first failure, and the end of what the command printed."""
    failed = [n for n, check in state.checks.items() if check.state == "failed"]
    if failed:
        number = min(failed)
        check = state.checks[number]
        yield from _bad_lines(check, f"commit {number + 1} fails", width)
        if state.beyond_repair is not state.todo:
            yield [("class:key", "   X"), ("", " moves into it what it lacks")]
    yield from _unchecked_lines(state, width)


def _unchecked_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """The commits that weren't checked for the same reason as the first of them."""
    left = {n: check for n, check in state.checks.items() if check.state == "not run"}
    if not left:
        return
    check = left[min(left)]
    which = [str(n + 1) for n in sorted(left) if left[n] == check]
    of = enumeration(which, most=MOST_NAMED)
    who = f"commits {of} were" if which[1:] else f"commit {of} was"
    yield from _bad_lines(check, f"{who} not checked", width)


def _bad_lines(check: Check, how: str, width: int) -> Iterator[StyleAndTextTuples]:
    """A check that didn't pass, and the end of what was printed, or why it wasn't run.

    What was printed is cut at the end of the line, as the command's own lines matter;
    a reason is a sentence, and is wrapped.
    """
    of = f" {one_line(check.command)} ({one_line(check.reason)})"
    words = f" {check_sign(check)} {how}:{of if check.command else ''}"
    yield [("class:error", start_of(words, width))]
    for printed in check.output.rstrip().splitlines()[-MOST_LINES:]:
        text = one_line(printed.expandtabs())
        lines = [text] if check.command else text_lines(text, width - 4)
        for line in lines:
            yield [("class:faint", start_of(f"   {line}", width))]


def check_of(state: State, number: int) -> Check:
    """The check of the new commit ``number``, from 0."""
    return state.checks.get(number, WAITING)


def check_sign(check: Check, *, is_flawed: bool = False) -> str:
    """The sign for a check.

    A commit whose order doesn't hold (``is_flawed``) has a warning in place of a tick:
    commands can pass on it that don't see what it lacks.
    """
    return WARNING if is_flawed and not is_failure(check) else _MARKS[check.state]


def is_failure(check: Check) -> bool:
    """Whether a command failed on the commit, or couldn't be run."""
    return check.state in ("failed", "not run")


def check_sign_of(state: State, group: int) -> str:
    """The sign beside the number of a group of the open commit.

    Empty as long as nothing is checked.
    """
    if not state.checks:
        return ""
    check = check_of(state, number_of_new_commit(state, group))
    return check_sign(check, is_flawed=group in needs_of_commits(state))


def check_style(state: State, group: int) -> str:
    """The style of that sign."""
    check = check_of(state, number_of_new_commit(state, group))
    return sign_style(check, is_flawed=group in needs_of_commits(state))


def sign_style(check: Check, *, is_flawed: bool = False) -> str:
    """The style of the sign for a check."""
    if is_failure(check):
        return "class:error"
    if is_flawed:
        return "class:edited"
    return "class:good" if check.state == "passed" else ""


MOST_OUTPUT = 100
"""So many lines of the end of an output are shown with its commit."""


def flaw_words(state: State, number: int) -> tuple[str, ...]:
    """What is wrong with the order, of a new commit on its own page.

    Who comes from the preview reads what stands there; on the way from the diff, where
    a page has to be there at once, it is what is known beside the screen.
    """
    if number < 0:
        return ()
    if any(screen is Screen.PREVIEW for screen, _ in state.beneath):
        return order_flaws(state).get(number, ())
    commit = new_commits(state)[number]
    is_open = state.opened is not None and commit.entry.oid == state.target.commit
    need = needs_of_commits(state).get(commit.group or 0) if is_open else None
    return (need_words(need),) if need else ()


def flaw_lines(state: State, number: int, width: int) -> Iterator[StyleAndTextTuples]:
    """The same in lines of a page, with an empty one below."""
    flaws = flaw_words(state, number)
    for flaw in flaws:
        for line in text_lines(f"{WARNING} {one_line(flaw)}", width - 2):
            yield [("class:edited", f" {line}")]
    if flaws:
        yield []


def check_lines(state: State, number: int, width: int) -> Iterator[StyleAndTextTuples]:
    """What is said of a new commit, once the command has begun or ended on it."""
    check = check_of(state, number)
    if check == WAITING:
        return
    is_flawed = bool(flaw_words(state, number))
    sign = " " if is_flawed and check.state == "passed" else check_sign(check)
    words = f" {sign} {one_line(state.info.check)}: {check.state}"
    if check.reason:
        words += f" ({one_line(check.reason)})"
    yield [(sign_style(check, is_flawed=is_flawed), start_of(words, width))]
    for line in check.output.rstrip().splitlines()[-MOST_OUTPUT:]:
        yield [("class:faint", start_of(f"   {one_line(line.expandtabs())}", width))]
    yield []
