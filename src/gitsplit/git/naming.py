"""What users name besides a revision: a line of a file, two ends of a range, an id.

And how far back the commits go that nobody has yet. gitrevisions(7) has the rest.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from msgspec.structs import replace

from gitsplit.errors import NotInSeries, UnknownRevision
from gitsplit.git.program import Completed
from gitsplit.git.repository import Repository
from gitsplit.model.objects import Oid

_ABBREVIATED = re.compile(r"[0-9a-f]{4,40}", re.ASCII | re.IGNORECASE)
_BLAMED = re.compile(rb"([0-9a-f]{40}) ")
_UNCOMMITTED = b"0" * 40


def has_changed_files(repo: Repository) -> bool:
    """Whether tracked files, or the index, are other than HEAD (git-status(1))."""
    if repo.worktree is None:
        return False
    asked = ("--no-optional-locks", "status", "--porcelain", "--untracked-files=no")
    return bool(repo.program.run(*asked).stdout)


def is_object_id(repo: Repository, name: str) -> bool:
    """Whether the name of a commit is its id, maybe abbreviated, and no ref's."""
    return bool(_ABBREVIATED.fullmatch(name)) and not names_ref(repo, name)


def names_ref(repo: Repository, name: str) -> bool:
    """Whether the name of a commit is a branch's, a tag's, or another ref's."""
    asked = ("rev-parse", "--symbolic-full-name", "--verify", "--quiet")
    done = repo.program.run(*asked, "--end-of-options", name, check=False)
    return bool(done.stdout.replace(b"--end-of-options\n", b"").strip())


def is_revision(repo: Repository, name: str) -> bool:
    """Whether the name is that of any object (gitrevisions(7))."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
    return not repo.program.run("--no-replace-objects", *asked, check=False).status


def ends_of_range(name: str) -> tuple[str, str] | None:
    """The ends of ``A..B``; HEAD for an empty one. None elsewhere.

    A path such as ``../A`` is no range. Raises UnknownRevision for ``A...B``, which has
    commits of both sides (gitrevisions(7)).
    """
    found = re.fullmatch(r"(.*?)(?<!/)\.\.(\.?)(?!/)(.*)", name, re.DOTALL)
    if not found:
        return None
    start, third, end = found.groups()
    start, end = start or "HEAD", end or "HEAD"
    if third:
        raise UnknownRevision(
            f"{name} names commits of both sides.",
            hint=f"What {end} has and {start} lacks: {start}..{end}",
        )
    return start, end


def commit_of_line(repo: Repository, cwd: Path, file: str, line: int) -> Oid | None:
    """The commit that ``git blame`` gives for a line, from 1, of a file.

    The path is taken from ``cwd``; in a bare repository it is one in HEAD's tree. None
    where git has no such file. Raises UnknownRevision where the file has no such line,
    and NotInSeries where that isn't committed.
    """
    if not _is_tracked(repo, cwd, file):
        return None
    of_head = ("HEAD",) if repo.is_bare else ()
    blame = ("blame", "--porcelain", f"-L{line},{line}", *of_head, "--", file)
    done = _run_at(repo, cwd, *blame)
    found = _BLAMED.match(done.stdout)
    if done.status or not found:
        raise UnknownRevision(
            f"git can't tell who wrote line {line} of {file}: {done.complaint}.",
            hint="Look at the file with: git blame -- FILE",
        )
    if found[1] == _UNCOMMITTED:
        raise NotInSeries(
            f"Line {line} of {file} isn't committed yet.",
            hint="What changed in the files is split with: gitsplit -w",
        )
    return Oid(found[1].decode("ascii"))


def _is_tracked(repo: Repository, cwd: Path, file: str) -> bool:
    """Whether git knows the file: in the index, or in HEAD where there is none."""
    if (cwd / file).is_dir():
        return False
    if repo.is_bare:
        return not _run_at(repo, cwd, "cat-file", "-e", f"HEAD:{file}").status
    listed = ("--literal-pathspecs", "ls-files", "--error-unmatch", "--", file)
    found = _run_at(repo, cwd, *listed)
    return not found.status


def _run_at(repo: Repository, cwd: Path, *args: str) -> Completed:
    """Run git where paths are what the user means by them."""
    program = repo.program if repo.is_bare else replace(repo.program, cwd=cwd)
    return program.run("--no-replace-objects", *args, check=False)


def commits_of_ones_own(repo: Repository, most: int) -> int:
    """How many commits up to HEAD, without a merge among them, no remote branch has.

    Not more than ``most``; the latest few where remote branches have HEAD itself. 0
    where HEAD is a merge.
    """
    listed = ("rev-list", "--first-parent", "--parents", f"--max-count={most}", "HEAD")
    for left_out in (("--not", "--remotes"), ()):
        done = repo.program.run("--no-replace-objects", *listed, *left_out, "--")
        parents = [line.split()[1:] for line in done.lines]
        if parents:
            return sum(1 for _ in takewhile(lambda each: len(each) < 2, parents))
    return 0


def remote_branches_at(
    repo: Repository, parents: Mapping[Oid, Sequence[Oid]]
) -> tuple[tuple[str, str, int], ...]:
    """The remote branches at some commits, which are given with their parents.

    Each as remote, branch, and how many of the commits it has.
    """
    form = "--format=%(objectname) %(symref) %(refname:lstrip=2)"
    listed = repo.program.run("for-each-ref", form, "refs/remotes")
    found = []
    for line in listed.lines:
        oid, symref, name = line.split(" ", 2)
        if symref or oid not in parents:
            continue
        inside, waiting = set[Oid](), [Oid(oid)]
        while waiting:
            each = waiting.pop()
            if each in parents and each not in inside:
                inside.add(each)
                waiting += parents[each]
        remote, _, branch = name.partition("/")
        found.append((remote, branch, len(inside)))
    return tuple(found)


def whole_branch(repo: Repository) -> tuple[str, str, int] | None:
    """The branch's upstream, the branch that it left, and how many commits ago.

    None where no other branch is likely to be what it left: that is the default branch
    of the upstream's remote, or one that is called main or master.
    """
    upstream = upstream_name(repo)
    if not upstream:
        return None
    remote = upstream.partition("/")[0]
    head = repo.program.run("rev-parse", "--abbrev-ref", f"{remote}/HEAD", check=False)
    names = [] if head.status else head.lines
    own = (repo.head_ref() or "").removeprefix("refs/heads/")
    names += [f"{remote}/main", f"{remote}/master", "main", "master"]
    for name in names:
        if name in (upstream, own, f"{remote}/HEAD"):
            continue
        done = repo.program.run(
            *("--no-replace-objects", "rev-list", "--count", f"{name}..HEAD", "--"),
            check=False,
        )
        count = 0 if done.status else int(done.stdout)
        if count:
            return upstream, name, count
    return None


def upstream_name(repo: Repository) -> str:
    """The short name of the branch's upstream; empty where it has none."""
    named = repo.program.run("rev-parse", "--abbrev-ref", "@{upstream}", check=False)
    return "" if named.status else named.stdout.decode("utf-8", "replace").strip()
