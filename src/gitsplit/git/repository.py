"""The repository: its locations, configuration, objects, and the user's identity.

Finding it and its configuration is left to the git program. Only the object database is
opened by libgit2: extensions that libgit2 refuses (partial clones, reftable, a sparse
index, worktree configuration) then don't matter. No pygit2 object leaves here.

Loose objects are read here without libgit2, which never comes back from one that a
power cut has cut off in its first bytes. The clock (:func:`committer`) and randomness
(:func:`fresh_change_id`) are nowhere else.
"""

import dataclasses
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import (
    EditorFailed,
    GitFailed,
    NoIdentity,
    NotARepository,
    ObjectDamaged,
    UnbornBranch,
    UnknownRevision,
    UnsupportedRepository,
)
from gitsplit.git.config import Config
from gitsplit.git.libgit2 import pygit2
from gitsplit.git.program import PARSED, Completed, Program, failure
from gitsplit.model.escape import shell_command
from gitsplit.model.objects import (
    LOOSE_START_BYTES,
    ObjectKind,
    Oid,
    RawCommit,
    damage_error,
    loose_beginning,
    loose_object,
    object_id,
)
from gitsplit.model.progress import Watch

if TYPE_CHECKING:
    from gitsplit.git.snapshot import Snapshot

StoredKind = Literal[ObjectKind, "tag"]

_KINDS: Mapping[int, StoredKind] = {
    pygit2.GIT_OBJECT_COMMIT: "commit",
    pygit2.GIT_OBJECT_TREE: "tree",
    pygit2.GIT_OBJECT_BLOB: "blob",
    pygit2.GIT_OBJECT_TAG: "tag",
}

_NAMED: Mapping[str, StoredKind] = {kind: kind for kind in _KINDS.values()}

_OID_LINE = re.compile(rb"([0-9a-f]{40})\n")

_HEAD_FILE = re.compile(rb"ref: (refs/heads/[^\n]+)\n")

_FULL_OID = re.compile(r"[0-9a-f]{40}")

_TAGGED = re.compile(rb"object ([0-9a-f]{40})\n")

_LARGE = 4 << 20
"""Objects of more bytes aren't read whole where their beginning will do."""

_STREAMED = ("-c", f"core.bigFileThreshold={_LARGE}")
"""Git reads packed objects that are larger than that piece by piece."""

_UNREADABLE = (KeyError, OSError, pygit2.GitError)
"""What libgit2 raises where it can't read something."""


@dataclass(frozen=True, slots=True, eq=False)
class Repository:
    """One repository, and the worktree that gitsplit was started in.

    ``git_dir`` is the worktree's own git directory, ``common_dir`` what all worktrees
    share (the same, but for linked ones). ``worktree`` is None in a bare repository.
    ``program`` runs git at the top of the worktree, or else in the git directory.
    ``snapshot`` is of what isn't committed, where that is to be split; its objects are
    read like those that are stored. ``elsewhere`` is where gitsplit's own files are, if
    not in ``git_dir``.
    """

    program: Program
    git_dir: Path
    common_dir: Path
    objects_dir: Path
    worktree: Path | None
    is_bare: bool
    is_shallow: bool
    config: Config
    _odb: pygit2.Odb = field(repr=False)
    snapshot: "Snapshot | None" = None
    elsewhere: Path | None = None

    @property
    def temporary_objects(self) -> frozenset[Oid]:
        """The objects that only a snapshot has, and that are still to be stored."""
        return frozenset() if self.snapshot is None else self.snapshot.objects

    @property
    def own_dir(self) -> Path:
        """The directory for gitsplit's own files; it may not exist yet."""
        return self.elsewhere or self.git_dir / "gitsplit"

    @property
    def rebase_dir(self) -> Path:
        """The directory in which git keeps the state of a rebase (git-rebase(1))."""
        return self.git_dir / "rebase-merge"

    @property
    def is_rebasing(self) -> bool:
        """Whether a rebase of commits, not of mails, is in progress here."""
        return self.rebase_dir.is_dir()

    def with_watch(self, watch: Watch) -> "Repository":
        """The repository for work beside the screen, given up once nobody wants it.

        Git has no terminal there.
        """
        program = replace(self.program, is_wanted=watch.is_wanted)
        return dataclasses.replace(self, program=program)

    def has_object(self, oid: Oid) -> bool:
        """Whether the object is stored here; a partial clone lacks some."""
        return self._odb.exists(oid)

    def object_size(self, oid: Oid) -> int | None:
        """The size of the object in bytes; None where it isn't stored here."""
        try:
            packed = _loose_file(self.objects_dir, oid, LOOSE_START_BYTES)
            if packed is not None:
                return loose_beginning(oid, packed, 0)[0]
            _, size = self._odb.read_header(oid)
        except (*_UNREADABLE, ObjectDamaged):
            return None
        return int(size)

    def read_beginning(self, oid: Oid, most: int) -> bytes:
        """Read the first bytes of the object's content, as many as ``most``.

        Of a large object no more is in memory than that. Raises what
        :meth:`read_object` raises.
        """
        packed = _loose_file(self.objects_dir, oid, LOOSE_START_BYTES + most)
        if packed is not None:
            size, data = loose_beginning(oid, packed, most)
            if len(data) >= min(size, most):  # packed, it may have been longer
                return data
        elif (self.object_size(oid) or 0) > _LARGE:
            printing = ("--no-replace-objects", *_STREAMED, "cat-file", "blob", oid)
            if begun := self.program.run_for_beginning(most, *printing):
                return begun
        return self.read_object(oid)[1][:most]

    def read_object(self, oid: Oid) -> tuple[ObjectKind, bytes]:
        """Read the object: its kind, and a copy of its content.

        A partial clone fetches what it lacks. Raises GitFailed when it is missing, and
        ObjectDamaged when its content isn't what its id stands for.
        """
        return self._read_from(oid, _loose_file(self.objects_dir, oid))

    def read_small(self, oid: Oid, most: int) -> bytes | None:
        """Read the object's content; None, unread, where it has more bytes than most.

        A loose object's file is opened once. Raises what :meth:`read_object` raises.
        """
        limit = most + LOOSE_START_BYTES  # of its file: packed it isn't longer
        packed = _loose_file(self.objects_dir, oid, limit)
        if packed is None:
            try:
                size = int(self._odb.read_header(oid)[1])
            except _UNREADABLE:
                size = 0
        else:
            size, _ = loose_beginning(oid, packed[:LOOSE_START_BYTES], 0)
        if size > most:
            return None
        if packed is not None and len(packed) == limit:
            return self.read_object(oid)[1]
        return self._read_from(oid, packed)[1]

    def _read_from(self, oid: Oid, packed: bytes | None) -> tuple[ObjectKind, bytes]:
        """The object whose file has the bytes ``packed``, or that isn't loose."""
        kind, data = self._read_any(oid, packed)
        if kind == "tag":
            raise ObjectDamaged(
                f"The object {oid} is a tag where a commit, tree or blob should be.",
                hint="Check the repository with: git fsck",
            )
        return kind, data

    def read_commit(self, oid: Oid) -> RawCommit:
        """Read the commit itself, not its replacement (git-replace(1)).

        Raises what :meth:`read_object` raises.
        """
        return RawCommit.parse(self.read_object(oid)[1])

    def _read_any(self, oid: str, packed: bytes | None) -> tuple[StoredKind, bytes]:
        if packed is not None:
            name, data = loose_object(oid, packed)
            return self._verify(oid, _NAMED[name], data)
        try:
            kind, data = self._odb.read(oid)
        except _UNREADABLE:
            return self._fetch(oid)
        return _KINDS[kind], data

    @staticmethod
    def _verify(oid: str, kind: StoredKind, data: bytes) -> tuple[StoredKind, bytes]:
        if object_id(kind, data) != oid:
            raise damage_error(oid, "it has the content of another one")
        return kind, data

    def _fetch(self, oid: str) -> tuple[StoredKind, bytes]:
        """Read the object by the git program, which fetches it from a promisor remote.

        libgit2 compares each object with its id; git does so only in its checks.
        """
        asked = oid.encode("ascii") + b"\n"
        printing = ("--no-replace-objects", "cat-file", "--batch")
        done = self.program.run(*printing, stdin=asked, terminal=True)
        header, _, rest = done.stdout.partition(b"\n")
        words = header.decode("ascii", "replace").split()
        for known in _KINDS.values():
            if words[1:2] == [known]:
                return self._verify(oid, known, rest[: int(words[2])])
        raise _missing_error(oid)

    def head_ref(self) -> str | None:
        """The ref that HEAD names now (git-symbolic-ref(1)); None where it is detached.

        Read from the file, where it is one and says it all; it is asked for often.
        Raises GitFailed where git can't tell.
        """
        said = self._head_file()
        if _OID_LINE.fullmatch(said):
            return None
        named = _HEAD_FILE.fullmatch(said)
        if named and not _is_symbolic(self.common_dir / os.fsdecode(named[1])):
            return os.fsdecode(named[1])
        args = ("symbolic-ref", "-q", "HEAD")
        done = self.program.run(*args, check=False)
        if done.status not in (0, 1):
            raise failure(args, done)
        return next(iter(done.lines), None)

    def _head_file(self) -> bytes:
        """The content of the file HEAD; empty where refs aren't kept in files."""
        file = self.git_dir / "HEAD"
        if self.config.get("extensions.refStorage") not in (None, "files"):
            return b""
        try:
            return b"" if file.is_symlink() else file.read_bytes()
        except OSError:
            return b""

    def head(self) -> Oid:
        """The commit that HEAD points at.

        Raises UnbornBranch when HEAD names a branch without a commit, and GitFailed
        when that commit is missing.
        """
        try:
            return self.resolve("HEAD")
        except UnknownRevision:
            ref = self.head_ref()
            named = self.program.run("rev-parse", "-q", "--verify", "HEAD", check=False)
            if not named.status:
                raise _missing_error(
                    named.stdout.decode("ascii", "replace").strip()
                ) from None
            if ref is None:
                raise
            name = ref.removeprefix("refs/heads/")
            raise UnbornBranch(
                f"The branch {name} has no commits yet.",
                hint="Make a commit first; then there is something to split.",
            ) from None

    def resolve(self, revision: str) -> Oid:
        """The commit that ``revision`` names (``gitrevisions(7)``), tags followed.

        Raises UnknownRevision when it is not a commit.
        """
        if _FULL_OID.fullmatch(revision) and (named := self._commit_of(revision)):
            return named
        # Asking for REVISION^{commit} would change what “:/text” looks for.
        done = self.program.run(
            *("--no-replace-objects", "rev-parse", "--verify", "--quiet"),
            *("--end-of-options", revision),
            check=False,
        )
        if done.status < 0:  # a signal is no answer
            raise failure(("rev-parse",), done)
        # An excluded one (^REV) comes back with its sign.
        found = _OID_LINE.fullmatch(done.stdout)
        commit = self._commit_of(found[1].decode("ascii")) if found else None
        if commit is None:
            raise UnknownRevision(
                f"{revision} is not a commit.",
                hint="See what there is with: git log --oneline --all",
            )
        return commit

    def _commit_of(self, oid: str) -> Oid | None:
        """The object, peeled if it is a tag; None where that is no commit."""
        if not self._odb.exists(oid):
            return None
        kind, data = self._read_any(oid, _loose_file(self.objects_dir, oid))
        if kind == "tag":
            tagged = _TAGGED.match(data)
            return self._commit_of(tagged[1].decode("ascii")) if tagged else None
        return Oid(oid) if kind == "commit" else None

    def editor(self) -> str:
        """The shell command that starts the user's editor (``git-var(1)``).

        Raises EditorFailed when there is none to start.
        """
        done = self.program.run("var", "GIT_EDITOR", check=False)
        if done.status:
            raise EditorFailed(
                f"git found no editor to start: {done.complaint}.",
                hint="Name one with: git config --global core.editor EDITOR",
            )
        return os.fsdecode(done.stdout).rstrip("\n")

    def comment_char(self) -> bytes:
        """What begins a comment line in a message, as git reads it: ``#`` by default.

        ``core.commentString``, else ``core.commentChar``; ``#`` also for ``auto``.
        """
        named = self.config.get("core.commentString")
        value = named or self.config.get("core.commentChar") or "#"
        return b"#" if value == "auto" else os.fsencode(value)


def open_repository(cwd: Path) -> Repository:
    """Find the repository as git does from ``cwd``, with GIT_DIR and GIT_WORK_TREE.

    Two processes. Raises NotARepository when there is none, when git refuses to use it,
    and inside a git directory that has a worktree elsewhere; UnsupportedRepository when
    its objects have SHA-256 names.
    """
    here = Program(cwd)
    with here.run_beside("config", "-z", "--list", "--show-scope") as listed:
        places = _Locations.find(here)
        listing = listed().stdout
    worktree = places.worktree
    environment = {**places.environment(), **_without_grafts(places.git_dir)}
    program = Program(worktree or places.git_dir, environment)
    return Repository(
        program=program,
        git_dir=places.git_dir,
        common_dir=places.common_dir,
        objects_dir=places.objects_dir,
        worktree=worktree,
        is_bare=places.is_bare,
        is_shallow=places.is_shallow,
        config=Config.parse_scoped(listing),
        _odb=_open_object_database(places.objects_dir, program.cwd),
    )


def _without_grafts(git_dir: Path) -> Mapping[str, str]:
    """The environment in which git ignores grafts: commits are rewritten as they are.

    It names no file that exists: git warns of any other.
    """
    return {"GIT_GRAFT_FILE": str(git_dir / "gitsplit" / "no-grafts")}


class _Locations(Struct, frozen=True):
    """The directories of the repository, as ``git rev-parse`` tells them."""

    git_dir: Path
    common_dir: Path
    objects_dir: Path
    is_bare: bool
    is_shallow: bool
    worktree: Path | None

    @classmethod
    def find(cls, program: Program) -> "_Locations":
        # --show-toplevel fails without a worktree, so it comes last: by then the
        # other answers are out.
        """Run ``git rev-parse`` in the program's directory."""
        done = program.run(
            *("rev-parse", "--path-format=absolute", "--absolute-git-dir"),
            *("--git-common-dir", "--git-path", "objects", "--is-bare-repository"),
            *("--is-shallow-repository", "--show-object-format", "--show-toplevel"),
            env=PARSED,
            check=False,
        )
        answers = done.lines
        if len(answers) != 6 + (done.status == 0):
            raise _unusable_error(program.cwd, done)
        _refuse_unsupported(program.cwd, answers)
        return cls(
            git_dir=Path(answers[0]),
            common_dir=Path(answers[1]),
            objects_dir=Path(answers[2]),
            is_bare=answers[3] == "true",
            is_shallow=answers[4] == "true",
            worktree=Path(answers[6]) if answers[6:] else None,
        )

    def environment(self) -> dict[str, str]:
        """The environment variables that named the locations, made absolute.

        Git runs in another directory by now.
        """
        named = {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"} & os.environ.keys()
        if not named:
            return {}
        found = {"GIT_DIR": str(self.git_dir), "GIT_COMMON_DIR": str(self.common_dir)}
        if self.worktree is not None:
            found["GIT_WORK_TREE"] = str(self.worktree)
        return found


def _refuse_unsupported(cwd: Path, answers: list[str]) -> None:
    """Raise NotARepository or UnsupportedRepository where gitsplit can't work."""
    if answers[3] == "false" and not answers[6:]:
        raise NotARepository(
            f"{cwd} is inside a git directory, not in a worktree.",
            hint="Change to the directory whose files you want to work on.",
        )
    if answers[5] != "sha1":
        raise UnsupportedRepository(
            f"This repository uses {answers[5].upper()} object names, "
            "which gitsplit does not support.",
            hint="Only repositories with SHA-1 object names can be split.",
        )


def _unusable_error(cwd: Path, done: Completed) -> NotARepository:
    """The error that says why git finds no usable repository here."""
    owned = re.search(rb"dubious ownership in repository at '(.*)'", done.stderr)
    if owned:
        return NotARepository(
            "git refuses to use this repository because it belongs to another user.",
            hint="If you trust it, add it to safe.directory: "
            + shell_command(
                "git", "config", "--global", "--add", "safe.directory", owned[1]
            ),
        )
    if done.status and b"not a git repository" not in done.stderr:
        return NotARepository(
            f"git can't use the repository here: {done.complaint}.",
            hint="Check with: git status",
        )
    if done.status:
        return NotARepository(
            f"There is no git repository in {cwd} or above it.",
            hint="Change to a directory of the repository that you want to work on.",
        )
    return NotARepository(
        "The path of this repository contains a line break.",
        hint="Move it to a path without one.",
    )


def _open_object_database(objects_dir: Path, cwd: Path) -> pygit2.Odb:
    """Open the object database with its alternates, and those of the environment.

    Raises NotARepository where it can't be read.
    """
    lent = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    try:
        odb = pygit2.Odb(objects_dir)
        for path in filter(None, lent.split(os.pathsep)):
            if (cwd / path).is_dir():
                odb.add_disk_alternate(cwd / path)
    except _UNREADABLE as error:
        raise NotARepository(
            f"The objects of this repository can't be read: {error}.",
            hint="Check the repository with: git fsck",
        ) from error
    return odb


def repository_reading_also(repo: Repository, place: Path) -> Repository:
    """The repository, without a snapshot, which also reads a directory of objects."""
    odb = _open_object_database(repo.objects_dir, repo.program.cwd)
    odb.add_disk_alternate(place)
    lent = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    others = os.pathsep.join([_quoted_path(place), *([lent] if lent else [])])
    env = {**repo.program.env, "GIT_ALTERNATE_OBJECT_DIRECTORIES": others}
    program = replace(repo.program, env=env)
    return dataclasses.replace(repo, program=program, _odb=odb, snapshot=None)


def _quoted_path(place: Path) -> str:
    """The path as it stands in a list of object directories (git(1))."""
    quoted = re.sub(r'(["\\])', r"\\\1", str(place))
    return f'"{quoted}"'


def object_environment(repo: Repository, place: Path) -> Mapping[str, str]:
    """The environment in which git writes objects to ``place``, and reads all."""
    lent = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    others = (_quoted_path(repo.objects_dir), *([lent] if lent else []))
    return {
        "GIT_OBJECT_DIRECTORY": str(place),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(others),
    }


def _is_symbolic(ref: Path) -> bool:
    """Whether the ref in this file names another one."""
    try:
        return ref.is_symlink() or ref.read_bytes().startswith(b"ref:")
    except OSError:
        return False  # it is packed, or not there yet


def _loose_file(objects_dir: Path, oid: str, most: int = -1) -> bytes | None:
    """The file of a loose object, or its first bytes; None where there is none."""
    # Asked for each object: to make a Path would take longer than to find no file.
    try:
        with open(f"{objects_dir}/{oid[:2]}/{oid[2:]}", "rb") as file:  # noqa: PTH123
            return file.read(most)
    except OSError:
        return None


def _missing_error(oid: str) -> GitFailed:
    return GitFailed(
        f"The object {oid} is missing from the repository, or can't be read.",
        hint="Check what else is missing with: git fsck",
    )


def committer(repo: Repository) -> bytes:
    """The value of a committer header for now (``git var GIT_COMMITTER_IDENT``).

    Git is asked where the configuration doesn't plainly say it. Raises NoIdentity when
    git doesn't know who the user is.
    """
    if who := _configured_identity(repo):
        now = time.time()
        zone = time.strftime("%z", time.localtime(now))
        return os.fsencode(f"{who} {int(now)} {zone}")
    return _identity(repo, "GIT_COMMITTER_IDENT")


def author(repo: Repository) -> bytes:
    """The value of an author header for now (``git var GIT_AUTHOR_IDENT``).

    Raises NoIdentity when git doesn't know who the user is.
    """
    return _identity(repo, "GIT_AUTHOR_IDENT")


def _identity(repo: Repository, name: str) -> bytes:
    done = repo.program.run("var", name, check=False)
    if done.status:
        raise NoIdentity(
            f"git doesn't know who you are: {done.complaint}.",
            hint="Tell it with: git config --global user.name NAME, "
            "and: git config --global user.email ADDRESS",
        )
    return done.stdout.rstrip(b"\n")


_PLAIN_NAME = re.compile(r"""(?![\s.,:;"'\\])[^\n\0<>]+(?<![\s.,:;"'\\])""")
"""A name or address of which git's ``ident.c`` strips nothing."""


def _configured_identity(repo: Repository) -> str:
    """``NAME <EMAIL>`` as configured; empty where git has more to look at."""
    known = os.environ.keys() | repo.program.env.keys()
    if any(name.startswith("GIT_COMMITTER_") for name in known):
        return ""
    name, email = (
        repo.config.get(f"committer.{each}") or repo.config.get(f"user.{each}") or ""
        for each in ("name", "email")
    )
    is_plain = _PLAIN_NAME.fullmatch(name) and _PLAIN_NAME.fullmatch(email)
    return f"{name} <{email}>" if is_plain else ""


def fresh_change_id() -> bytes:
    """A new Change-Id: ``I`` and 40 random hex digits."""
    return b"I" + os.urandom(20).hex().encode("ascii")
