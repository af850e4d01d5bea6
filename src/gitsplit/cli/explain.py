"""What learners ask for about one commit: a page that explains it, and a quiz."""

from contextlib import suppress

from gitsplit.cli.commands import open_checked, request_of, write_printout
from gitsplit.cli.options import STANDARD_INPUT, Options
from gitsplit.cli.output import (
    Conversation,
    Progress,
    print_stderr,
    say,
    take_input_from_terminal,
)
from gitsplit.errors import UNCHANGED, InputEnded
from gitsplit.git.repository import Repository
from gitsplit.report.explanation import explanation_page
from gitsplit.report.prose import PAGES
from gitsplit.workflow.explanation import explain, work_of_one
from gitsplit.workflow.meaning import note_on_start
from gitsplit.workflow.propose import Request
from gitsplit.workflow.reading import repository_to_read
from gitsplit.workflow.work import Work, tell_reading


def explain_commit(options: Options) -> None:
    """Print a page about one commit; nothing is written."""
    repo, request = open_checked(options), request_of(options)
    with repository_to_read(repo, request) as (reading, _):
        found = explain(repo, *_read_one(reading, request, "--explain"))
        note = note_on_start(reading, request)
    page = PAGES[options.format or "text"](explanation_page(found))
    write_printout(repo, options, page)
    if note:
        say(note)


def ask_about_hunks(options: Options) -> None:
    """Ask where each hunk belongs, in lines of text, and print how the answers compare.

    Where they end, so does the quiz.
    """
    from gitsplit.teaching.quiz import result_lines
    from gitsplit.tui.dialog.said_pages import say_pages
    from gitsplit.workflow.quiz import QuizRun, quiz_about

    repo, request = open_checked(options), request_of(options)
    if options.plan == STANDARD_INPUT:
        take_input_from_terminal()
    is_drawn = not options.no_screen
    with repository_to_read(repo, request) as (reading, _):
        if note := note_on_start(reading, request):
            say(note)
        asked, work = _read_one(reading, request, "--quiz", is_drawn=is_drawn)
        run, talk = QuizRun(quiz_about(reading, asked, work)), Conversation()
        with suppress(InputEnded):
            say_pages(run.first_page(), run.page_after, talk.say, talk.ask)
    for line in result_lines(run.quiz, run.answers):
        talk.say(" " * line.indent + line.text)
    print_stderr(UNCHANGED)


def _read_one(
    reading: Repository, request: Request, option: str, *, is_drawn: bool = True
) -> tuple[Request, Work]:
    """The work about one commit, and what was meant; what isn't as it seems is said."""
    with Progress(is_drawn=is_drawn) as tell:
        asked, work = work_of_one(reading, request, option, tell)
    tell_reading(reading, asked, work.series, say, work.misfit)
    return asked, work
