"""What is meant by an UPSTREAM that begins no series, as newcomers type it.

HEAD, or its id: the last commit. ``A..B``: the series after A. ``FILE:LINE``: the
commit that last wrote that line. Nothing, where no branch is configured: the latest
commits, to choose from. What UPSTREAM means anywhere else stays. In a dry run, ``-c``
takes a commit that HEAD doesn't have, too.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from gitsplit.errors import (
    EmptySeries,
    GitsplitError,
    NoCommonHistory,
    NotInSeries,
    NoUpstream,
    UnbornBranch,
    UnknownRevision,
    WrongEnd,
)
from gitsplit.git.history import merge_bases
from gitsplit.git.naming import (
    commit_of_line,
    commits_of_ones_own,
    ends_of_range,
    has_changed_files,
    is_object_id,
    is_revision,
    names_ref,
)
from gitsplit.git.repository import Repository
from gitsplit.model.escape import shell_command
from gitsplit.model.listing import quantity
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work

LATEST = 10
"""So many commits are shown at most where nobody said from where on."""

_LINE = re.compile(r"(.+?):([1-9]\d{0,8})(:\d*)?:?", re.DOTALL)
"""A line of a file as compilers and git-grep(1) name it, maybe with a column."""


def request_meant(
    repo: Repository, request: Request, refusal: GitsplitError, *, only_looks: bool
) -> Request:
    """The request that is meant by one for which no series can be read.

    Where one ``only_looks``, any commit can be marked. Raises the refusal where there
    is none, or one that names the right command.
    """
    name = request.upstream
    if only_looks and name is None and isinstance(refusal, _ELSEWHERE):
        meant = _reading_meant(request)
    elif name is None:
        is_free = isinstance(refusal, NoUpstream) and not (
            request.squash or request.resplit or request.absorb
        )
        meant = _latest(repo, request) if is_free else None
    elif isinstance(refusal, UnknownRevision) and (ends := ends_of_range(name)):
        meant = replace(request, upstream=_start_of(repo, name, *ends))
    elif request.commits or request.resplit or request.squash or request.absorb:
        meant = None
    else:
        oid = _commit_meant(repo, name, refusal)
        meant = replace(request, upstream=None, commits=(oid,)) if oid else None
    if meant is None:
        raise _with_way_named(repo, request, refusal)
    return meant


_ELSEWHERE = (NoCommonHistory, NotInSeries, UnbornBranch)
"""How it is refused that HEAD doesn't have a commit."""


def _reading_meant(request: Request) -> Request | None:
    """The request that only reads the commit that is marked; None for several."""
    if len(request.commits) != 1 or request.root:
        return None
    return replace(request, commits=(), read=request.commits[0])


def _with_way_named(
    repo: Repository, request: Request, refusal: GitsplitError
) -> GitsplitError:
    """The refusal with a way that helps.

    Of a range it names the commits before HEAD that are there, as far as no merge is
    among them; else ``-w`` where nothing is ahead, but files have changed.
    """
    ways = {
        "--resplit": request.resplit,
        "--squash": request.squash,
        "--absorb": request.absorb,
    }
    option = next((each for each, is_asked in ways.items() if is_asked), None)
    is_unsaid = isinstance(refusal, NoUpstream) or (
        isinstance(refusal, EmptySeries)
        and not (request.squash and request.upstream is None)
    )
    if option is not None and is_unsaid:
        refusal.hint = f"{_FROM_WHERE} {_command_from(repo, option)}"
        return refusal
    is_plain = isinstance(refusal, EmptySeries) and request.upstream is None
    if is_plain and has_changed_files(repo):
        refusal.hint = f"{refusal.hint}; uncommitted changes: gitsplit -w"
    return refusal


_FROM_WHERE = "Say after which commit to begin, as in:"
_SOME = 5
"""After so many commits a range begins that is an example."""


def _command_from(repo: Repository, option: str) -> str:
    """The command for a range of some commits up to HEAD, which there are."""
    number = commits_of_ones_own(repo, _SOME)
    while number > 1 and not _is_here(repo, number):
        number -= 1
    start = f"HEAD~{max(number, 1)}" if _is_here(repo, 1) else "--root"
    return f"gitsplit {option} {start}"


def _commit_meant(repo: Repository, name: str, refusal: GitsplitError) -> str | None:
    """The commit to be split, where a name that begins no series is that of one."""
    if isinstance(refusal, EmptySeries) and _is_head(repo, name):
        return "HEAD"
    found = _LINE.fullmatch(name)
    if found and isinstance(refusal, UnknownRevision) and not is_revision(repo, name):
        return commit_of_line(repo, Path.cwd(), found[1], int(found[2]))
    return None


def _is_head(repo: Repository, name: str) -> bool:
    """Whether the name is HEAD's, or its id; a branch's name means what is after it."""
    if name in ("HEAD", "@"):
        return True
    return is_object_id(repo, name) and repo.resolve(name) == repo.head()


def note_on_start(repo: Repository, request: Request) -> str:
    """Where the commit before the series was named, how that one itself is.

    Empty where a branch, a tag or a range was named, or the last commit.
    """
    name = request.upstream
    if name is None or request.commits or request.plan is not None:
        return ""
    if not is_revision(repo, name) or names_ref(repo, name):
        return ""
    named = repo.resolve(name)
    if named == repo.head() or merge_bases(repo, name) != (named,):
        return ""
    word = name if _PLAIN.fullmatch(name) else shell_command(name)
    return f"{name} is where the series begins; for that commit: -c {word}"


_PLAIN = re.compile(r"\w[\w./-]*[~\d]*", re.ASCII)
"""A revision that no shell takes for anything else."""


def _start_of(repo: Repository, name: str, start: str, end: str) -> str:
    """Where the range starts that ends at HEAD; raises WrongEnd where it doesn't."""
    repo.resolve(start)
    if repo.resolve(end) == repo.head():
        return start
    raise WrongEnd(
        f"{name} doesn't end at HEAD, and only commits that HEAD has can be split.",
        hint=f"To look at it without changing anything:"
        f" {shell_command('gitsplit', '--read', name)}",
    )


def _latest(repo: Repository, request: Request) -> Request | None:
    """The request for the latest commits; None where HEAD is a merge.

    Raises NoUpstream, which names them, where nobody is to be shown them.
    """
    number = commits_of_ones_own(repo, LATEST)
    if not number:
        return None
    if number > 1 and repo.is_shallow and not _is_here(repo, number):
        number -= 1
    if _is_here(repo, number):
        latest = replace(request, upstream=f"HEAD~{number}")
    else:
        latest = replace(request, root=True)
    if request.accepts or request.edits:
        raise unchosen_error(repo, latest)
    return latest


def _is_here(repo: Repository, number: int) -> bool:
    """Whether there is a commit so far behind HEAD."""
    try:
        repo.resolve(f"HEAD~{number}")
    except UnknownRevision:
        return False
    return True


def unchosen_error(repo: Repository, request: Request) -> NoUpstream:
    """The error that names commits of the request to choose from, without a screen.

    The last one, and those before it that seem to be several changes.
    """
    from gitsplit.workflow.proposal_cache import ProposalCache  # knows the screen

    work = read_work(repo, replace(request, commits=(), accepts=False), asks=True)
    cache = ProposalCache(repo, request, work)
    latest = work.series.commits[::-1]
    found = [(commit, cache.estimate(commit.oid).things) for commit in latest]
    ways = [
        f"{shell_command('gitsplit', '-c', commit.oid[:10])} ({_several(things)})"
        for commit, things in found[1:]
        if len(things) > 1
    ]
    first = "HEAD" if request.root else "HEAD~1"
    last = f"gitsplit {first} (the last commit, {_several(found[0][1])})"
    return NoUpstream(
        "No UPSTREAM was given, and the current branch has none configured.",
        hint=f"Name a commit: {', '.join([last, *ways])}",
    )


def _several(things: Sequence[str]) -> str:
    """How many changes a commit seems to be, as far as that is known."""
    return f"probably {quantity(max(1, len(things)), 'change')}"
