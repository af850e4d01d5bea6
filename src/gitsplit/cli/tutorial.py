"""The tutorial, and grading an answer to one of its lessons."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from gitsplit.cli.commands import finish_for, read_plan_file, write_text
from gitsplit.cli.options import Options
from gitsplit.cli.output import (
    Conversation,
    Progress,
    is_for_programs,
    print_document,
    refuse_no_terminal,
    say,
    wants_questions,
)
from gitsplit.git.practice import forget_other_repository
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import Oid
from gitsplit.report.grades import grade_json, grade_text
from gitsplit.teaching.grading import grade
from gitsplit.teaching.pages import Page
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.lessons import Marks, course_named
from gitsplit.workflow.tutorial import graded_plan, run_tutorial
from gitsplit.workflow.work import TellProposing


def open_tutorial(options: Options) -> None:
    """Have the user do lessons until they leave."""
    asks = options.no_screen or wants_questions()
    if not asks:
        refuse_no_terminal("With --no-screen, lessons are lines of text.")
    forget_other_repository()
    course, at = course_named(options.tutorial or "")
    marks = Marks(_state_home() / "gitsplit" / "tutorial.json", say)
    marks.read()
    run_tutorial(course, at, marks, _Ways(options, asks=asks))


def _state_home() -> Path:
    """Where programs keep what they remember of a user (XDG base directories)."""
    given = os.environ.get("XDG_STATE_HOME", "")
    is_absolute = given.startswith("/")
    return Path(given) if is_absolute else Path.home() / ".local" / "state"


class _Ways:
    """Pages and screens of a terminal, or lines of text."""

    def __init__(self, options: Options, *, asks: bool) -> None:
        self._options = options
        self._talk = Conversation() if asks else None

    def show(self, page: Page, after: Callable[[str], Page | None]) -> None:
        """Show a page and those that follow."""
        if self._talk is not None:
            from gitsplit.tui.dialog.said_pages import say_pages

            say_pages(page, after, self._talk.say, self._talk.ask)
            return
        from gitsplit.tui.pages import run_pages
        from gitsplit.workflow.screen import colours_of_user

        run_pages(page, after, colours_of_user())

    def finish(self, repo: Repository, check: str) -> Finish:
        """What is done with new commits: the lesson's check, and no hook."""
        checks = (check,) if check else ()
        lesson = dataclasses.replace(
            self._options, checks=checks, no_sign=True, no_verify=True
        )
        finish = finish_for(repo, lesson)
        if not check or self._talk is not None:
            return finish
        return replace(finish, check=partial(_check_silently, checks))

    def progress(self) -> AbstractContextManager[TellProposing]:
        """What shows that something takes long."""
        return Progress(is_drawn=self._talk is None)

    def say(self, words: str) -> None:
        """Say a sentence."""
        say(words)


def _check_silently(
    commands: Sequence[str],
    repo: Repository,
    rewrite: Rewrite,
    passed: AbstractSet[Oid],
) -> None:
    """Run the commands on new commits; the screen says what failed, on its own."""
    from gitsplit.workflow.checks import check_commits

    check_commits(repo, rewrite, commands, None, lambda _line: None, passed=passed)


def grade_plan(options: Options) -> None:
    """Print how far a plan is what the lesson's reference has."""
    assert options.grade is not None, "there is a plan"
    text = read_plan_file(options.grade)
    forget_other_repository()
    course, _ = course_named(options.tutorial or "")
    found = graded_plan(text, course)
    result = grade(found.exercise, found.plan)
    if is_for_programs():
        document = grade_json(found.exercise, found.plan, result)
        print_document(document, options.output_file)
    else:
        write_text(options, grade_text(found.exercise, found.plan, result))
