"""Commits that are looked at only (``--read``): wherever they are, and not rewritten.

It needs no HEAD, index, worktree or identity, and writes nothing to the repository:
what gitsplit keeps in files meanwhile is in a temporary directory. The plan that is
made can be saved, and applied where the commits are in HEAD's history.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from gitsplit.errors import EmptySeries, GitsplitError, InvalidPlan
from gitsplit.git import history
from gitsplit.git.naming import ends_of_range
from gitsplit.git.repository import Repository, open_repository
from gitsplit.git.state_dir import temporary_directory
from gitsplit.model.objects import Oid
from gitsplit.model.progress import Say
from gitsplit.model.series import Series
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import (
    TellProposing,
    read_work,
    tell_reading,
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


@contextmanager
def patch_to_read(
    data: bytes, cwd: Path, request: Request, say: Say
) -> Iterator[tuple[Repository, Request]]:
    """The commits that patches name, where they are here; else some made of them.

    Raises InvalidPatch, and InvalidPlan where a plan is given for a patch.
    """
    from gitsplit.git.patches import BRANCH, mails_in, repository_of_patches

    with temporary_directory() as directory:
        made = Path(directory, "patches.git")
        made.mkdir()
        mails = mails_in(data, made)
        here = _commits_here(cwd, [mail.commit for mail in mails])
        if here is not None:
            repo, what = here
            say(f"The patch names {what}, which is here and is read in its place.")
            with repository_to_read(repo, structs.replace(request, read=what)) as found:
                yield found
            return
        if request.plan is not None:
            raise InvalidPlan(
                "A patch goes with no plan: its hunks may be cut otherwise.",
                hint="Apply it with git am in a clone, and read the commit.",
            )
        what = BRANCH if len(mails) == 1 else f"{BRANCH}~{len(mails)}..{BRANCH}"
        asked = structs.replace(request, read=what, from_patch=True)
        with repository_of_patches(made, mails) as repo:
            yield replace(repo, worktree=None, elsewhere=Path(directory)), asked


def _commits_here(
    cwd: Path, named: Sequence[Oid | None]
) -> tuple[Repository, str] | None:
    """The repository with these commits, one after the other, and what they are.

    None where one isn't here.
    """
    try:
        repo = open_repository(cwd)
        oids = [repo.resolve(oid or "") for oid in named]
        parents = [repo.read_commit(oid).parents for oid in oids]
    except GitsplitError:
        return None
    if len(oids) == 1:
        return repo, oids[0]
    is_line = all(len(each) == 1 for each in parents)
    if not is_line or [each[0] for each in parents[1:]] != oids[:-1]:
        return None
    return repo, f"{parents[0][0]}..{oids[-1]}"


def look(
    repo: Repository,
    request: Request,
    finish: Finish,
    progress: AbstractContextManager[TellProposing],
) -> None:
    """Read what the request names, and show it on the screen until the user quits."""
    from gitsplit.workflow.screen import edit_work  # an answer in JSON needs none

    with progress as tell:
        work = read_work(repo, request, asks=True, tell=tell)
    tell_reading(repo, request, work.series, finish.say, work.misfit)
    edit_work(repo, request, work, finish)
