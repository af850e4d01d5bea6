"""One commit explained."""

from gitsplit.cli.commands import open_checked, request_of, write_printout
from gitsplit.cli.options import Options
from gitsplit.cli.output import Progress, say
from gitsplit.report.explanation import explanation_page
from gitsplit.report.prose import PAGES
from gitsplit.workflow.explanation import explain
from gitsplit.workflow.propose import distrusted_command_warnings
from gitsplit.workflow.reading import repository_to_read


def explain_commit(options: Options) -> None:
    """Print a page about one commit; nothing is written."""
    repo, request = open_checked(options), request_of(options)
    for warning in distrusted_command_warnings(repo, request):
        say(warning)
    with repository_to_read(repo, request) as (reading, _), Progress() as tell:
        found = explain(repo, reading, request, tell)
    page = PAGES[options.format or "text"](explanation_page(found))
    write_printout(repo, options, page)
