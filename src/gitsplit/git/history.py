"""Reads the series and what its commits changed, and what earlier commits tell.

Earlier commits tell recent subjects and co-change: files changed by the same commit.
Git reads the trees of 500 commits in 15 to 70 ms of processor time, so nothing of that
is cached for the next run.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from stat import S_ISREG

from gitsplit.errors import (
    EmptySeries,
    GitsplitError,
    MergeCommit,
    NoCommonHistory,
    NotInSeries,
    NoUpstream,
    UnknownRevision,
)
from gitsplit.git.diff import (
    BinaryTest,
    FilePair,
    Probe,
    TreeFile,
    TreePair,
    binary_test,
    file_pairs,
    hunks_of_files,
)
from gitsplit.git.program import failure
from gitsplit.git.repository import Repository
from gitsplit.git.trees import EMPTY_TREE
from gitsplit.model.diff import File, FileChange, Unread
from gitsplit.model.objects import GITLINK, Oid, RawCommit, object_id
from gitsplit.model.series import Series, SourceCommit

MOST_MESSAGES = 200
"""So many of the latest commits are looked at."""


# What a commit comes after never changes, as with co_changes.
@lru_cache(maxsize=1)
def recent_messages(repo: Repository, head: Oid) -> tuple[bytes, ...]:
    """The messages of the latest commits on the first-parent line of ``head``.

    Newest first, without merges, of at most MOST_MESSAGES commits; a shallow clone has
    fewer.
    """
    return tuple(_messages_back_from(repo, head))


def _messages_back_from(repo: Repository, oid: Oid) -> Iterator[bytes]:
    """Messages on the first-parent line, from this commit back."""
    for _ in range(MOST_MESSAGES):
        if not repo.has_object(oid):
            return
        raw = repo.read_commit(oid)
        if len(raw.parents) < 2:
            yield raw.message
        if not raw.parents:
            return
        oid = raw.parents[0]


_MANY = 500
"""So many commits are read faster by a git process than here."""

MOST_COMMITS = 500
"""So many commits are looked at; twice as many say hardly more."""
MOST_FILES = 30
"""A commit that changes more says nothing about any two of them."""
MOST_SECONDS = 0.5
"""No more time is taken; what was read by then is used.

Hardly ever: a dry run and what follows it should know the same.
"""

_LOG = (
    *("--no-replace-objects", "log", "--no-show-signature", "--no-color"),
    # The first commit of all brings every file, and so does a shallow clone's.
    *("--min-parents=1", "--max-parents=1", f"--max-count={MOST_COMMITS}"),
    *("--format=%x00", "-z", "--name-only", "--no-renames", "--no-relative"),
)
_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
"""Trees that a partial clone lacks stay where they are; older gits know only the
latter."""
_BEGIN = b"\0\0\n"
"""What stands before the paths of a commit; no path is empty, so it is in none."""


# What came before a commit never changes: for the same Repository it is read once.
@lru_cache(maxsize=1)
def co_changes(
    repo: Repository, last: Oid, seconds: float = MOST_SECONDS
) -> tuple[frozenset[bytes], ...]:
    """The paths that each of the latest commits up to ``last`` changed, newest first.

    Merges and commits without a parent are left out, and those that change many files.
    Renames aren't followed. Where commits or trees are missing, it has fewer.
    """
    printed, is_all = repo.program.run_within(seconds, *_LOG, last, "--", env=_OFFLINE)
    commits = printed.split(_BEGIN)[1:]
    if not is_all:
        del commits[-1:]  # it may have been cut within a path
    return tuple(
        frozenset(path for path in paths.split(b"\0") if path)
        for paths in commits
        if 0 < paths.count(b"\0") <= MOST_FILES
    )


def read_series(
    repo: Repository,
    upstream: str | None,
    commits: Sequence[str] = (),
    root: bool = False,
) -> Series:
    """Read the commits after the merge base of ``upstream`` and HEAD, oldest first.

    With ``root`` the series begins at a root commit and ``upstream`` isn't read.
    Without ``upstream`` it begins at the oldest of ``commits``, or else after
    ``@{upstream}``.

    Raises UnbornBranch, UnknownRevision (also where a shallow clone's history ends too
    early), NoCommonHistory, NoUpstream, EmptySeries, and NotInSeries when one of
    ``commits`` is not in the series.
    """
    first = f"{commits[0]}^" if len(commits) == 1 else "" if commits else "@{upstream}"
    plain = None if root else _plain_range(repo, upstream or first)
    head = plain[1][-1] if plain else repo.head()
    marked = tuple(repo.resolve(revision) for revision in commits)
    if plain is None:
        base = None if root else _series_base(repo, head, upstream, marked)
        plain = base, commits_between(repo, base, head)
    base, oids = plain
    found = read_source_commits(repo, oids)
    _refuse_outsiders(repo, marked, found)
    if base is None and found:
        refuse_shallow_boundary(repo, found[0])
    if not found:
        raise EmptySeries(
            f"There is no commit between {upstream or '@{upstream}'} and HEAD.",
            hint="To split the last commit: gitsplit HEAD~1",
        )
    return Series(base, head, found)


def read_range(repo: Repository, name: str) -> Series:
    """Read the commits of ``A..B`` as a series; HEAD stands for a side that is empty.

    It has none where B is an ancestor of A. Raises UnknownRevision, NoCommonHistory.
    """
    below, _, above = name.partition("..")
    head = repo.resolve(above) if above else repo.head()
    base = _series_base(repo, head, below or "HEAD", (), above or "HEAD")
    oids = commits_between(repo, base, head)
    return Series(base, head, read_source_commits(repo, oids))


def read_one(repo: Repository, name: str) -> Series:
    """Read one commit as a series, wherever it is; HEAD isn't asked for.

    Raises UnknownRevision, also where a shallow clone lacks its parent.
    """
    commit = read_source_commit(repo, repo.resolve(name))
    refuse_shallow_boundary(repo, commit)
    base = commit.raw.parents[0] if commit.raw.parents else None
    return Series(base, commit.oid, (commit,))


def is_word_in(repo: Repository, tree: Oid, word: str) -> bool:
    """Whether a file of the tree, or commit, has the word (git-grep(1)).

    Also where git can't tell, as in a clone that lacks some of the files.
    """
    asked = ("grep", "--quiet", "--word-regexp", "--fixed-strings", "-I")
    done = repo.program.run(
        *(*asked, "--no-recurse-submodules", "-e", word, tree, "--"),
        check=False,
        env=_OFFLINE,
    )
    return done.status != 1


_PLAIN_REVISION = re.compile(
    r"@\{u(pstream)?\}|(?!.*\.\.)[\w/.][\w/.-]*([~^]\d*)*", re.ASCII
)


def _plain_range(
    repo: Repository, name: str
) -> tuple[Oid | None, tuple[Oid, ...]] | None:
    """The merge base with a revision, and the commits after it, by one git process.

    Where what HEAD and the revision have in common is left at one commit only, that is
    their merge base. None elsewhere, and where something is wrong.
    """
    if not _PLAIN_REVISION.fullmatch(name):
        return None
    done = repo.program.run(
        *("--no-replace-objects", "rev-list", "--reverse", "--topo-order"),
        *("--boundary", "HEAD", f"^{name}", "--"),
        check=False,
    )
    rows = done.stdout.decode("ascii").split()
    edges = [row for row in rows if row.startswith("-")]
    if done.status or len(edges) != 1 or len(rows) == 1:
        return None
    oids = tuple(Oid(row) for row in rows if not row.startswith("-"))
    return Oid(edges[0][1:]), oids


def log_titles(repo: Repository, series: Series, form: str) -> dict[Oid, bytes]:
    """What ``git log --format`` prints for each commit of the series, as one line."""
    oids = [commit.oid for commit in series.commits]
    done = repo.program.run(
        *("log", "--no-walk=unsorted", "-z", "--no-color", f"--format={form}"),
        "--stdin",
        stdin="".join(f"{oid}\n" for oid in oids).encode(),
    )
    lines = done.stdout.split(b"\0")
    return {
        oid: b" ".join(line.split()) for oid, line in zip(oids, lines, strict=False)
    }


def read_source_commit(repo: Repository, oid: Oid) -> SourceCommit:
    """Read the commit as it is stored, without replacement."""
    return SourceCommit(oid, repo.read_commit(oid))


def read_source_commits(
    repo: Repository, oids: Sequence[Oid]
) -> tuple[SourceCommit, ...]:
    """Read these commits as they are stored, without replacement.

    Many of them git reads meanwhile, on another processor (git-cat-file(1)).
    """
    if len(oids) < _MANY:
        return tuple(read_source_commit(repo, oid) for oid in oids)
    printed = repo.program.run(
        *("--no-replace-objects", "cat-file", "--batch", "--buffer"),
        stdin="".join(f"{oid}\n" for oid in oids).encode("ascii"),
    ).stdout
    return tuple(_printed_commits(repo, oids, printed))


def _printed_commits(
    repo: Repository, oids: Sequence[Oid], printed: bytes
) -> Iterator[SourceCommit]:
    """The commits as ``git cat-file`` has printed them, compared with their ids."""
    at = 0
    for oid in oids:
        start = printed.find(b"\n", at) + 1
        _, kind, *size = printed[at : start - 1].split()
        at = start + (int(size[0]) + 1 if size else 0)
        data = printed[start : at - 1]
        if kind == b"commit" and object_id("commit", data) == oid:
            yield SourceCommit(oid, RawCommit.parse(data))
        else:
            yield read_source_commit(repo, oid)  # which says what is wrong


def replacements(repo: Repository, series: Series) -> Mapping[Oid, str]:
    """The series' objects that have replacement refs (git-replace(1)), and their kinds.

    Commits first; then their parents, trees, and the blobs that they change.
    """
    packed = repo.common_dir / "packed-refs"
    if not (
        (repo.common_dir / "refs" / "replace").is_dir()
        or (packed.is_file() and b" refs/replace/" in packed.read_bytes())
        or repo.config.get("extensions.refStorage")
    ):
        return {}
    names = ("for-each-ref", "--format=%(refname:lstrip=2)", "refs/replace")
    replaced = repo.program.run(*names).stdout.decode("ascii", "replace").split()
    if not replaced:
        return {}
    wanted = frozenset(replaced)
    return {o: kind for o, kind in _objects_of(repo, series) if o in wanted}


def _objects_of(repo: Repository, series: Series) -> Iterator[tuple[Oid, str]]:
    """The objects that the series consists of: commits, parents, trees, new blobs."""
    commits = {commit.oid: commit.raw for commit in series.commits}
    parents = {oid for raw in commits.values() for oid in raw.parents} - commits.keys()
    yield from ((oid, "commit") for oid in commits)
    yield from ((oid, "parent") for oid in parents)
    below = []
    with suppress(GitsplitError):  # a parent of a shallow clone
        below = [read_source_commit(repo, oid).raw for oid in parents]
    yield from ((raw.tree, "tree") for raw in (*commits.values(), *below))
    args = ("--no-replace-objects", "diff-tree", "--stdin", "-r", "-t", "-m", "-z")
    options = ("--root", "--raw", "--no-abbrev", "--no-renames", "--no-commit-id")
    asked = "".join(f"{oid}\n" for oid in commits).encode("ascii")
    listed = repo.program.run(*args, *options, stdin=asked).stdout
    for row in _CHANGED.finditer(listed):
        for mode, oid in (row.group(1, 3), row.group(2, 4)):
            yield Oid(oid.decode("ascii")), "tree" if mode == b"040000" else "blob"


_CHANGED = re.compile(
    rb"(?:\A|\0):(\d{6}) (\d{6}) ([0-9a-f]{40}) ([0-9a-f]{40}) [A-Z]\d*(?=\0)"
)
"""Modes and objects in a line of ``git diff-tree --raw -z``."""


def has_grafts(repo: Repository) -> bool:
    """Whether a grafts file changes the history that git shows (gitglossary(7))."""
    named = os.environ.get("GIT_GRAFT_FILE")
    file = repo.program.cwd / named if named else repo.common_dir / "info" / "grafts"
    try:
        lines = file.read_bytes().splitlines()
    except OSError:
        return False
    return any(line.strip() and not line.startswith(b"#") for line in lines)


def _series_base(
    repo: Repository,
    head: Oid,
    upstream: str | None,
    marked: tuple[Oid, ...],
    top: str = "HEAD",
) -> Oid | None:
    """The commit that the series begins after; None where it begins at a root.

    ``top`` is what the user calls the head.
    """
    if upstream is None and marked:
        return _parent_of_oldest(repo, head, marked)
    if upstream is None:
        tip, name = _upstream_of_branch(repo), "@{upstream}"
    else:
        tip, name = _upstream_by_name(repo, head, upstream), upstream
    base = _merge_base(repo, tip, head)
    if base is None:
        shallow = "This is a shallow clone; get more history: git fetch --deepen=10"
        whole = "Name a commit of this branch, or take all of it: gitsplit --root"
        raise NoCommonHistory(
            f"{name} and {top} have no commit in common.",
            hint=shallow if repo.is_shallow else whole,
        )
    return base


def _upstream_of_branch(repo: Repository) -> Oid:
    """Resolve ``@{upstream}``; raises NoUpstream."""
    try:
        return repo.resolve("@{upstream}")
    except UnknownRevision:
        raise NoUpstream(
            "No UPSTREAM was given, and the current branch has none configured.",
            hint="To split the last commit: gitsplit HEAD~1",
        ) from None


def _upstream_by_name(repo: Repository, head: Oid, upstream: str) -> Oid:
    """Resolve the UPSTREAM that was given.

    Raises UnknownRevision with a fitting hint.
    """
    try:
        return repo.resolve(upstream)
    except UnknownRevision as unknown:
        if not read_source_commit(repo, head).raw.parents:
            hint = "HEAD is the first commit; to split it: gitsplit --root"
        elif repo.is_shallow:
            hint = "This is a shallow clone; get more history: git fetch --deepen=10"
        else:
            raise
        raise UnknownRevision(str(unknown), hint=hint) from None


def _merge_base(repo: Repository, *commits: Oid) -> Oid | None:
    """The best common ancestor of all these commits (git-merge-base(1)), or None."""
    args = ("--no-replace-objects", "merge-base", "--octopus", *commits)
    done = repo.program.run(*args, check=False)
    if done.status not in (0, 1):
        raise failure(args, done)
    return None if done.status else Oid(done.stdout.decode("ascii").strip())


def merge_bases(repo: Repository, upstream: str, head: str = "HEAD") -> tuple[Oid, ...]:
    """All best common ancestors of a revision and the head (git-merge-base(1))."""
    args = ("--no-replace-objects", "merge-base", "--all", upstream, head)
    done = repo.program.run(*args, check=False)
    if done.status not in (0, 1):
        raise failure(args, done)
    return tuple(map(Oid, done.stdout.decode("ascii").split()))


def mapped_authors(
    repo: Repository, commits: Sequence[SourceCommit]
) -> tuple[bytes, ...]:
    """The author of each commit by ``.mailmap``, as ``Name <address>``."""
    asked = "".join(f"{commit.oid}\n" for commit in commits).encode()
    done = repo.program.run(
        *("--no-replace-objects", "log", "--no-walk=unsorted", "--stdin", "-z"),
        *("--no-color", "--no-show-signature", "--encoding=UTF-8"),
        "--format=%aN <%aE>",
        stdin=asked,
    )
    return tuple(done.stdout.split(b"\0")[: len(commits)])


def _parent_of_oldest(
    repo: Repository, head: Oid, marked: tuple[Oid, ...]
) -> Oid | None:
    """The first parent of the oldest marked commit; None where that is a root.

    Where none of the marked commits is an ancestor of all, their merge base.
    """
    oldest = _merge_base(repo, *marked, head)
    if oldest is None or oldest not in marked:
        return oldest
    commit = read_source_commit(repo, oldest)
    refuse_shallow_boundary(repo, commit)
    return commit.raw.parents[0] if commit.raw.parents else None


def commits_between(repo: Repository, base: Oid | None, head: Oid) -> tuple[Oid, ...]:
    """The commits of ``base..head``, oldest first (``git rev-list --topo-order``)."""
    excluded = () if base is None else (f"^{base}",)
    done = repo.program.run(
        *("--no-replace-objects", "rev-list", "--reverse", "--topo-order"),
        *(head, *excluded, "--"),
    )
    return tuple(Oid(line) for line in done.stdout.decode("ascii").split())


def _refuse_outsiders(
    repo: Repository, marked: tuple[Oid, ...], found: tuple[SourceCommit, ...]
) -> None:
    """Raise NotInSeries where a marked commit isn't in the series."""
    inside = {commit.oid for commit in found}
    for oid in marked:
        if oid not in inside:
            raise NotInSeries(
                f"{read_source_commit(repo, oid).in_words} is not in the series.",
                hint="Name a commit between UPSTREAM and HEAD; to look at this one:"
                f" gitsplit --read {oid[:10]}",
            )


def refuse_shallow_boundary(repo: Repository, commit: SourceCommit) -> None:
    """Raise UnknownRevision where a shallow clone lacks the commit's first parent."""
    parents = commit.raw.parents
    if parents and not repo.has_object(parents[0]):
        raise UnknownRevision(
            f"The parent of {commit.in_words} is not in this shallow clone.",
            hint="Get more history: git fetch --deepen=10",
        )


def file_changes(repo: Repository, commit: SourceCommit) -> tuple[FileChange, ...]:
    """What the commit changed in each file against its parent, sorted by path.

    As the plan format has it (see :mod:`gitsplit.git.diff`); contents are copies, and
    those without lines, or that stay as they are, are unread.
    Raises MergeCommit when the commit has more than one parent, and UnknownRevision
    when a shallow clone lacks the parent.
    """
    return changes_of(repo, (commit,))[0]


def changes_of(
    repo: Repository, commits: Sequence[SourceCommit]
) -> tuple[tuple[FileChange, ...], ...]:
    """:func:`file_changes` of each commit; at most two git processes for all of them.

    A partial clone takes one more, which fetches what is missing.
    """
    return changes_of_trees(repo, [_tree_pair(repo, commit) for commit in commits])


def changes_of_trees(
    repo: Repository,
    trees: Sequence[TreePair],
    is_wanted: Callable[[int, FilePair], bool] = lambda _at, _pair: True,
) -> tuple[tuple[FileChange, ...], ...]:
    """The same for pairs of trees; of the files of each those that are wanted."""
    all_pairs = tuple(
        tuple(pair for pair in pairs if is_wanted(at, pair))
        for at, pairs in enumerate(file_pairs(repo, trees))
    )
    flat = [pair for pairs in all_pairs for pair in pairs]
    paths = (side.path for pair in flat if pair.has_lines for side in pair.sides)
    test = binary_test(repo, paths)
    return tuple(
        tuple(_file_change(repo, pair, test) for pair in pairs) for pairs in all_pairs
    )


def _tree_pair(repo: Repository, commit: SourceCommit) -> TreePair:
    """The trees of the commit's parent and of the commit; raises MergeCommit."""
    parents = commit.raw.parents
    if len(parents) > 1:
        raise MergeCommit(
            f"{commit.in_words} is a merge, and a merge can't be split.",
            hint="Choose one of the commits that it merges.",
        )
    refuse_shallow_boundary(repo, commit)
    old = read_source_commit(repo, parents[0]).raw.tree if parents else EMPTY_TREE
    return old, commit.raw.tree


def _file_change(repo: Repository, pair: FilePair, test: BinaryTest) -> FileChange:
    """The change of a file, of which the content is read where lines are compared.

    Elsewhere only ids are: of what is binary, and of what stays as it is.
    """
    probes = [*_probes(pair, test)]
    by_lines = pair.has_lines and not any(probe.is_binary for probe in probes)
    is_compared = by_lines and len({side.oid for side in pair.sides}) == len(pair.sides)
    if not is_compared:
        old, new = (_unread_file(repo, side) for side in (pair.old, pair.new))
        return FileChange(old, new, by_lines=by_lines)
    files = {
        side: _read_file(repo, side, probe.content)
        for side, probe in zip(pair.sides, probes, strict=True)
    }
    old = files[pair.old] if pair.old else None
    new = files[pair.new] if pair.new else None
    return FileChange(old, new, hunks_of_files(repo, old, new))


def _probes(pair: FilePair, test: BinaryTest) -> Iterator[Probe]:
    """What the sides are, up to the first one that is binary."""
    for side in pair.sides if pair.has_lines else ():
        probe = test.probe(side.path, side.oid)
        yield probe
        if probe.is_binary:
            return


def _read_file(repo: Repository, side: TreeFile, read: bytes | None) -> File:
    content = repo.read_object(side.oid)[1] if read is None else read
    return File(side.path, side.mode, side.oid, content)


def _unread_file(repo: Repository, side: TreeFile | None) -> File | None:
    """The file with its content left in the repository, but for a symlink's target."""
    if side is None:
        return None
    if not S_ISREG(side.mode):
        target = None if side.mode == GITLINK else repo.read_object(side.oid)[1]
        return File(side.path, side.mode, side.oid, target)
    oid, size = side.oid, repo.object_size(side.oid)
    if size is None:
        return _read_file(repo, side, None)
    unread = Unread(size, lambda: repo.read_object(oid)[1])
    return File(side.path, side.mode, oid, unread)
