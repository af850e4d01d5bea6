"""Commits that are looked at only (``--read``): wherever they are, and not rewritten.

It needs no HEAD, index, worktree or identity, and writes nothing to the repository:
what gitsplit keeps in files meanwhile is in a temporary directory. The plan that is
made can be saved, and applied where the commits are in HEAD's history.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from gitsplit.errors import EmptySeries
from gitsplit.git import history
from gitsplit.git.naming import ends_of_range
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import temporary_directory
from gitsplit.model.series import Series
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.propose import Request, distrusted_command_warnings
from gitsplit.workflow.work import (
    TellProposing,
    read_work,
    replacement_warnings,
    tell_misfit,
)


def series_to_read(repo: Repository, what: str) -> Series:
    """Read the commit, or the commits of ``A..B``, as a series.

    Raises UnknownRevision, NoCommonHistory, and EmptySeries.
    """
    ends = ends_of_range(what)
    if ends is None:
        return history.read_one(repo, what)
    series = history.read_range(repo, "..".join(ends))
    if not series.commits:
        raise EmptySeries(
            f"There is no commit in {what}.",
            hint="See what there is with: git log --oneline --all",
        )
    return series


@contextmanager
def repository_to_read(
    repo: Repository, request: Request
) -> Iterator[tuple[Repository, Request]]:
    """The repository with gitsplit's own files elsewhere, gone when the block ends.

    Whatever worktree it has doesn't matter.
    """
    with temporary_directory() as directory:
        reading = replace(repo, worktree=None, elsewhere=Path(directory))
        yield reading, request


def look(
    repo: Repository,
    request: Request,
    finish: Finish,
    progress: AbstractContextManager[TellProposing],
) -> None:
    """Read what the request names, and show it on the screen until the user quits."""
    from gitsplit.workflow.screen import edit_work  # an answer in JSON needs none

    for warning in distrusted_command_warnings(repo, request):
        finish.say(warning)
    with progress as tell:
        work = read_work(repo, request, asks=True, tell=tell)
    for warning in replacement_warnings(repo, work.series):
        finish.say(warning)
    tell_misfit(work, finish.say)
    edit_work(repo, request, work, finish)
