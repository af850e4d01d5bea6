"""The run of questions and answers: the state of the screen, without one.

Each answer becomes actions, which the screen's own reducer takes; what a thread does
beside the screen is waited for here. What was said of a place isn't said once more
while the user stays there.
"""

from collections.abc import Iterable, Sequence
from queue import Empty, SimpleQueue
from typing import Protocol

from msgspec.structs import replace

from gitsplit.errors import (
    ActionRefused,
    EditorFailed,
    InputEnded,
    Interrupted,
    InvalidPlan,
)
from gitsplit.model.progress import PATIENT
from gitsplit.tui.background.worker import find_proposal, next_job
from gitsplit.tui.dialog.answer_help import help_lines
from gitsplit.tui.dialog.answers import Step, answer_to
from gitsplit.tui.dialog.words import (
    arrival_lines,
    commit_list,
    lesson_lines,
    place_lines,
    question,
    status_words,
)
from gitsplit.tui.state.app_state import Screen, ShellRequest, State
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.problems import todo_without_empty_groups
from gitsplit.tui.state.proposals import PROPOSING, commit_to_propose
from gitsplit.tui.state.undo import memory_of, with_steps_joined
from gitsplit.tui.surroundings import (
    Chosen,
    Surroundings,
    edit_in_editor,
    reduce_with_merges,
    save_plan,
)
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reports import (
    Checked,
    CheckReport,
    Estimated,
    Repaired,
)
from gitsplit.tui.update.actions.shell import refusal_of
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.update.screens import with_next_hint


class Talk(Protocol):
    """Where lines are said and answers come from."""

    def say(self, line: str) -> None:
        """Say one line."""

    def ask(self, question: str) -> str:
        """The line that the user answers with; raises EOFError where none comes."""


def run_dialog(state: State, around: Surroundings, talk: Talk) -> Chosen | None:
    """What the user wants done; None where nothing shall be.

    ``state`` is where the questions begin. Raises InputEnded where the answers end
    before that, and Interrupted.
    """
    dialog = Dialog(state, around, talk)
    try:
        return dialog.run()
    finally:
        dialog.close()


_SETTLED = 0.2  # seconds without a report of a check, once all have ended


class Dialog:
    """Holds the state, says where the user is, and does what the state asks for."""

    def __init__(self, state: State, around: Surroundings, talk: Talk) -> None:
        self.state = state
        self._around, self._talk = around, talk
        self._checker = around.checker
        self._has_ended = False
        self._was_help = False  # by the last answer
        self._chosen: Chosen | None = None

    def run(self) -> Chosen | None:
        """Ask until the user applies or quits."""
        self._keep_up()
        self._say(filter(None, [status_words(self.state)]))
        self._say(arrival_lines(self.state))
        self._say(lesson_lines(self.state))
        while not self._has_ended:
            self.answer(self._ask())
        return self._chosen

    def close(self) -> None:
        """End all work in threads; nobody asks any more."""
        self._around.give_up()
        if self._checker is not None:
            self._checker.close()
        self._tell_change()

    def _ask(self) -> str:
        try:
            return self._talk.ask(f"{question(self.state)}? ")
        except EOFError as end:
            raise InputEnded(
                "The answers ended before the split was applied.",
                hint="Start gitsplit with the same options to go on.",
            ) from end

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._talk.say(line)

    def answer(self, text: str) -> None:
        """Take one line that was typed, and say what came of it."""
        if self.state.prompt is None and self._is_about_talk(text.strip()):
            return
        before = self.state
        try:
            found = answer_to(before, text)
        except ActionRefused as refusal:
            self._say([f"{refusal} {refusal.hint}".rstrip()])
            return
        self._take_all(found.steps)
        if found.is_one:
            count = len(before.steps_done)
            self.state = with_steps_joined(self.state, count)
        if not self._has_ended:
            self._say_news(before, is_asked=not found.steps)
            self._say(lesson_lines(self.state, before))

    def _is_about_talk(self, said: str) -> bool:
        """Say what is asked of the talk itself; whether it was that."""
        is_again, self._was_help = said == "?" and self._was_help, said == "?"
        if self.state.info.lesson is not None and (said == "??" or is_again):
            self.state = with_next_hint(self.state)
            self._say(lesson_lines(self.state))
            self._was_help = False
        elif said == "?":
            self._say(help_lines(self.state))
        elif said == "list":
            is_split = self.state.screen is Screen.SPLIT
            lines = commit_list if is_split else arrival_lines
            self._say(lines(self.state))
        else:
            return False
        return True

    def _take_all(self, steps: Sequence[Step]) -> None:
        """Take the steps of an answer; where one is refused, none."""
        before = self.state
        for step in steps:
            self.take(step(self.state))
            if self._has_ended:
                return
            if self.state.is_refusal and len(steps) > 1:
                now = self.state
                kept = replace(before, status=now.status, refusal=now.refusal)
                self.state = kept
                self._tell_change()
                return

    def _say_news(self, before: State, *, is_asked: bool) -> None:
        """Say what the answer did, and where the user is if that is elsewhere."""
        now = self.state
        if not is_asked:
            self._say(filter(None, [status_words(now, before)]))
        was_open = (screen for screen, _ in (*before.beneath, (before.screen, 0)))
        if now.screen not in was_open and now.prompt is None:
            self._say(arrival_lines(now))
        elif is_asked or _place(now) != _place(before):
            self._say(place_lines(now, None if is_asked else before))
        elif _is_at_end(now) and now.plan.group_of != before.plan.group_of:
            said = "That was the last hunk: {preview} previews the new history."
            self._say([keyed(now, said)])

    def take(self, action: Action) -> None:
        """Make the state that follows ``action``, and do what it asks for."""
        before = self.state
        merge = self._around.backend.merge
        self.state = reduce_with_merges(before, action, merge)
        if self.state.todo is not before.todo:
            self._tell_change()
        self._do_request(action)
        self._keep_up()

    def _tell_change(self) -> None:
        self._around.on_change(self.state.todo, memory_of(self.state))

    def _keep_up(self) -> None:
        """Find out all that the screen would have found out beside it."""
        backend = replace(self._around.backend, estimate=None)
        if self.state.screen is not Screen.ORIGINAL:
            backend = replace(backend, changes_of=None)
        while not self._has_ended:
            if commit_to_propose(self.state) is not None:
                self._say([PROPOSING])
            job = next_job(self.state, backend)
            if job is None:
                break
            self.state = reduce(self.state, job.find(PATIENT))
            self._do_request(None)
        self._estimate_chosen()

    def _estimate_chosen(self) -> None:
        """Find out about the selected commit of the series, where it is shown."""
        state, estimate = self.state, self._around.backend.estimate
        if state.screen is not Screen.SERIES or estimate is None:
            return
        if state.chosen not in state.estimates:
            found = {state.chosen: estimate(state.chosen, PATIENT)}
            self.state = reduce(state, Estimated(found))

    def _do_request(self, action: Action | None) -> None:
        """Do what the state asks for after ``action``, which may have been a report."""
        match self.state.request:
            case None | ShellRequest.SUSPEND | ShellRequest.COPY:
                pass
            case ShellRequest.APPLY:
                todo = todo_without_empty_groups(self.state.todo)
                self._chosen = Chosen(todo, self.state.accepts_conflict, self.state)
                self._has_ended = True
            case ShellRequest.QUIT:
                self._has_ended = True
            case ShellRequest.INTERRUPT:
                raise Interrupted("Interrupted.")
            case ShellRequest.CHECK | ShellRequest.REPAIR as request:
                self._use_checker(request)
            case request:
                self._take_prepared(request, action)

    def _take_prepared(self, request: ShellRequest, action: Action | None) -> None:
        """Take what the editor makes, or what is proposed and the action once more."""
        try:
            if request is ShellRequest.PROPOSE:
                assert action is not None, "a report asks for no proposal"
                self._say([self.state.status])
                backend = self._around.backend
                made = [find_proposal(backend, self.state, action), action]
            elif request is ShellRequest.SAVE_PLAN:
                made = [save_plan(self._around, self.state)]
            else:
                made = [edit_in_editor(self._around.editor, self.state, request)]
        except (ActionRefused, EditorFailed, InvalidPlan) as error:
            made = [refusal_of(error)]
        for each in made:
            self.take(each)

    def _use_checker(self, request: ShellRequest) -> None:
        """Have new commits checked, or one that failed repaired, and wait for it."""
        make, command = self._around.make_checker, self.state.info.check
        if self._checker is None and make is not None and command:
            self._checker = make(command)
        checker, todo = self._checker, self.state.todo
        if checker is None:
            return
        news: SimpleQueue[CheckReport] = SimpleQueue()
        given = todo_without_empty_groups(todo)
        if request is ShellRequest.REPAIR:
            checker.repair(given, lambda found: news.put(Repaired(todo, *found)))
            self.take(news.get())
            return
        checker.start(given, lambda n, check: news.put(Checked(todo, n, check)))
        self.state = replace(self.state, request=None)
        said = 0
        while (report := self._next_check(news)) is not None:
            self.state = reduce(self.state, report)
            if isinstance(report, Checked):
                said = self._say_checks(said)

    def _say_checks(self, first: int) -> int:
        """Say how the checks ended from this commit on, in order.

        The number, from 0, of the first that is to be said later.
        """
        numbers = sorted(number for number in self.state.checks if number >= first)
        for number in numbers:
            check = self.state.checks[number]
            if not check.is_done:
                return number
            self._say([f"Commit {number + 1}: {check.state}"])
            first = number + 1
        return first

    def _next_check(self, news: SimpleQueue[CheckReport]) -> CheckReport | None:
        """The next report; None where all checks have ended, or were given up."""
        checks = self.state.checks.values()
        is_done = bool(checks) and all(check.is_done for check in checks)
        try:
            return news.get(timeout=_SETTLED if is_done else None)
        except Empty:
            return None


def _place(state: State) -> object:
    """Where the user is, as far as other words are said there."""
    about: object = None
    match state.screen:
        case Screen.SERIES | Screen.ORIGINAL:
            about = state.chosen
        case Screen.SPLIT | Screen.BOARD:
            shown = (state.rows.context, state.unfolded, len(state.rows))
            lines = (state.unit, state.anchor, *shown)
            about = state.target, state.cursor, lines
        case Screen.COMMIT:
            about = state.viewed, id(state.todo)
        case Screen.MESSAGES:
            about = state.message, id(state.todo)
        case Screen.STEPS:
            about = state.step, id(state.todo)
        case Screen.COMMANDS:
            about = id(state.todo), id(state.by_hand)
        case Screen.PREVIEW | Screen.HELP:
            about = id(state.todo)
    return state.screen, state.prompt and state.prompt.purpose, about


def _is_at_end(state: State) -> bool:
    """Whether the cursor is on the last hunk."""
    if state.screen is not Screen.SPLIT or not len(state.rows):
        return False
    return state.rows.edit_at(state.cursor) == len(state.plan.edits) - 1
