"""One commit split in two through the command line, and what git says must come of it.

What must come of it is found before the split, by git alone: the tree of the first
piece is its parent's with the chosen paths taken from the commit itself.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.repository import Repository
from tests.runner import Json, Ran, gitsplit, group, whole

NO_INDEX = b"no index"


def git_is_at_least(*version: int) -> bool:
    """Whether the git under test has this version or a later one."""
    found = subprocess.run(["git", "version"], capture_output=True, check=True).stdout
    numbers = re.findall(r"\d+", found.decode())
    return tuple(map(int, numbers[: len(version)])) >= version


def two_pieces(repo: Repository, above: int = 2) -> Repository:
    """On ``main``: ``base``, ``tangled`` with two pieces, and ``above`` commits on top.

    The pieces are the whole changes of ``d/a`` and ``e/b``.
    """
    commits = [
        (b"base\n", {b"d/a": b"1\n", b"e/b": b"1\n", b"c": b"c\n"}),
        (b"tangled\n\nof two\n", {b"d/a": b"2\n", b"e/b": b"2\n"}),
        *((b"above %d\n" % n, {b"c": b"%d\n" % n}) for n in range(above)),
    ]
    imported(repo, commits)
    return repo


def imported(
    repo: Repository, commits: Iterable[tuple[bytes, Mapping[bytes, bytes]]]
) -> None:
    """``main`` has commits of these messages and files, and is checked out."""
    stream = b""
    for number, (message, files) in enumerate(commits):
        who = b"%s <%s@example.com> %d +0100\n"
        date = 1700000000 + number
        stream += b"commit refs/heads/main\n"
        stream += b"author " + who % (b"Author", b"author", date)
        stream += b"committer " + who % (b"Committer", b"committer", date)
        stream += b"data %d\n%s\n" % (len(message), message)
        for path, content in files.items():
            stream += b"M 644 inline %s\n" % path
            stream += b"data %d\n%s\n" % (len(content), content)
    repo.git("fast-import", "--quiet", stdin=stream)
    repo.git("reset", "-q", "--hard", "main")


@dataclass(frozen=True)
class Split:
    """A commit of the current branch that is to be split, and all that must hold then.

    ``pieces`` are the trees of the two pieces. ``untouched`` is what the tree of files
    and the index were.
    """

    repo: Repository
    commit: str
    head: str
    plan: Json
    pieces: tuple[str, str]
    untouched: str
    complaints: frozenset[str]

    @classmethod
    def of(
        cls, repo: Repository, revision: str = "HEAD~2", first: str = "d/a"
    ) -> "Split":
        """The commit in two: all that was done to ``first``, then the rest."""
        return cls.by(repo, revision, [first], [whole(first)])

    @classmethod
    def by(
        cls,
        repo: Repository,
        revision: str,
        paths: Iterable[str | bytes],
        entries: Iterable[Json],
    ) -> "Split":
        """The commit in two: what was done to ``paths``, which are ``entries``."""
        commit, head = repo.git("rev-parse", revision, "HEAD").split()
        raw = repo.run("cat-file", "commit", commit).stdout
        parents = [oid.decode() for oid in fields_of(raw, b"parent")]
        message = raw.partition(b"\n\n")[2].decode()
        groups = [group("first\n", *entries), group(message or "rest\n")]
        plan: Json = {
            "format": "gitsplit-plan",
            "version": 1,
            "upstream": parents[0] if parents else None,
            "head": head,
            "series": [{"commit": commit, "action": "split", "groups": groups}],
        }
        pieces = (first_tree(repo, commit, parents[:1], paths), tree_of(raw))
        untouched, complaints = files_of(repo), complaints_of(repo)
        return cls(repo, commit, head, plan, pieces, untouched, complaints)

    @property
    def stdin(self) -> bytes:
        """The plan file's content."""
        return json.dumps(self.plan).encode()

    def run(self, *args: str, cwd: Path | None = None) -> Ran:
        """The finished ``gitsplit --yes --plan``, without any check of what it did."""
        start = cwd or self.repo.path
        return gitsplit(start, "--yes", "--plan", "-", *args, stdin=self.stdin)

    def succeed(self, *args: str, cwd: Path | None = None, err: str = "") -> str:
        """What gitsplit printed, which did what it should and complained of ``err``."""
        ran = self.run(*args, cwd=cwd)
        assert ran == Ran(0, ran.out, err)
        self.check()
        return ran.out

    def refused(self, *args: str, cwd: Path | None = None) -> str:
        """What gitsplit said instead of changing anything: sentence, hint, state."""
        before = self.repo.refs()
        ran = self.run(*args, cwd=cwd)
        assert (ran.status, ran.out) == (1, "")
        assert self.repo.refs() == before
        assert files_of(self.repo) == self.untouched
        assert locks_of(self.repo) == []
        return ran.err

    def check(self) -> None:
        """Assert that HEAD has the split history, and that nothing else is different.

        All but the ids of the commits above is as it was, and so are index and files.
        """
        source, *above = raw_commits(self.repo, f"{self.commit}^!", self.head)
        count = len(above) + 2
        first, second, *new = raw_commits(self.repo, f"-{count}", "HEAD")
        assert [tree_of(first), tree_of(second)] == list(self.pieces)
        assert fields_of(first, b"parent") == fields_of(source, b"parent")
        assert list(map(_kept, new)) == list(map(_kept, above))
        assert files_of(self.repo) == self.untouched
        assert complaints_of(self.repo) <= self.complaints


def raw_commits(repo: Repository, *wanted: str) -> list[bytes]:
    """The commits that ``git rev-list --first-parent`` lists, oldest first, raw."""
    oids = repo.git("rev-list", "--first-parent", "--topo-order", "--reverse", *wanted)
    out = repo.run("cat-file", "--batch", stdin=oids.encode()).stdout
    found = []
    while out:
        header, _, rest = out.partition(b"\n")
        size = int(header.split()[2])
        found.append(rest[:size])
        out = rest[size + 1 :]
    return found


def _kept(commit: bytes) -> bytes:
    """All of the commit but what re-parenting changes."""
    return without_fields(commit, b"parent", b"committer")


def fields_of(commit: bytes, name: bytes) -> list[bytes]:
    """The values of the raw commit's header fields of this name."""
    lines = commit.partition(b"\n\n")[0].split(b"\n")
    return [line[len(name) + 1 :] for line in lines if line.startswith(name + b" ")]


def tree_of(commit: bytes) -> str:
    """The tree of a raw commit."""
    return fields_of(commit, b"tree")[0].decode()


def without_fields(commit: bytes, *names: bytes) -> bytes:
    """The raw commit without the header lines of these names."""
    head, blank, message = commit.partition(b"\n\n")
    lines = head.split(b"\n")
    kept = [line for line in lines if line.split(b" ", 1)[0] not in names]
    return b"\n".join(kept) + blank + message


def first_tree(
    repo: Repository,
    commit: str,
    parents: Sequence[str],
    paths: Iterable[str | bytes],
) -> str:
    """The tree of the first parent, with ``paths`` as the commit has them."""
    own_index = {"GIT_INDEX_FILE": str(repo.path / ".git-first-index")}
    plain = ("-c", "core.sparseCheckout=false", "-c", "core.splitIndex=false")
    repo.run(*plain, "read-tree", *(parents or ["--empty"]), env=own_index)
    chosen = [os.fsencode(path) for path in paths]
    changed = repo.run(
        *("diff-tree", "-r", "-z", "--root", "--no-renames", "--no-commit-id", commit)
    ).stdout.split(b"\0")
    info = b""
    for raw, path in zip(changed[:-1:2], changed[1::2], strict=True):
        _, mode, _, oid, _ = raw.split(b" ")
        if path in chosen:
            info += b"%s %s\t%s\0" % (mode, oid, path)
    update = ("update-index", "-z", "--index-info")
    repo.run(*plain, *update, stdin=info, env=own_index)
    written = repo.run(*plain, "write-tree", "--missing-ok", env=own_index).stdout
    (repo.path / ".git-first-index").unlink()
    return written.decode().strip()


def files_of(repo: Repository) -> str:
    """A digest of the index and of every file outside the git directory."""
    ask = ("rev-parse", "--is-bare-repository", "--git-path", "index")
    is_bare, index_path = repo.git(*ask).split("\n")
    index = repo.path / index_path
    digest = sha256(index.read_bytes() if index.is_file() else NO_INDEX).hexdigest()
    return digest if is_bare == "true" else digest + worktree_of(repo)


def worktree_of(repo: Repository) -> str:
    """A digest of every file outside the git directory."""
    digest = sha256()
    for path in sorted(repo.path.rglob("*")):
        place = path.relative_to(repo.path)
        if ".git" not in place.parts:
            digest.update(os.fsencode(place) + _as_bytes(path))
    return digest.hexdigest()


def _as_bytes(path: Path) -> bytes:
    mode = path.lstat().st_mode
    content = b""
    if path.is_symlink():
        content = os.fsencode(path.readlink())
    elif path.is_file():
        content = path.read_bytes()
    return b"\0%o\0%d\0%s" % (mode, len(content), content)


def complaints_of(repo: Repository) -> frozenset[str]:
    """What ``git fsck --strict`` says, commit ids left out: a copy has another id."""
    lines = repo.fsck().splitlines()
    return frozenset(
        " ".join(word for word in line.split() if len(word.strip(":")) != 40)
        for line in lines
    )


def locks_of(repo: Repository) -> list[str]:
    """The lock and keep files in the repository."""
    found = repo.git("rev-parse", "--path-format=absolute", "--git-common-dir")
    everything = Path(found).rglob("*")
    return sorted(p.name for p in everything if p.suffix in (".lock", ".keep"))
