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
from gitsplit.report.explanation import explanation_page
from gitsplit.report.prose import PAGES
from gitsplit.workflow.explanation import explain
from gitsplit.workflow.meaning import note_on_start
from gitsplit.workflow.propose import distrusted_command_warnings
from gitsplit.workflow.reading import repository_to_read


def explain_commit(options: Options) -> None:
    """Print a page about one commit; nothing is written."""
    repo, request = open_checked(options), request_of(options)
    for warning in distrusted_command_warnings(repo, request):
        say(warning)
    with repository_to_read(repo, request) as (reading, _), Progress() as tell:
        found = explain(repo, reading, request, tell)
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
    from gitsplit.workflow.quiz import QuizRun, read_quiz

    repo, request = open_checked(options), request_of(options)
    if options.plan == STANDARD_INPUT:
        take_input_from_terminal()
    for warning in distrusted_command_warnings(repo, request):
        say(warning)
    is_drawn = not options.no_screen
    with repository_to_read(repo, request) as (reading, _):
        if note := note_on_start(reading, request):
            say(note)
        with Progress(is_drawn=is_drawn) as tell:
            quiz = read_quiz(reading, request, tell)
        run, talk = QuizRun(quiz), Conversation()
        with suppress(InputEnded):
            say_pages(run.first_page(), run.page_after, talk.say, talk.ask)
    for line in result_lines(run.quiz, run.answers):
        talk.say(" " * line.indent + line.text)
    print_stderr(UNCHANGED)
