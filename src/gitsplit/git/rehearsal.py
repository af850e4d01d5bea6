"""Commands that stage something, tried out where nothing of the user's is written.

They run with an index, a directory for new objects and files of their own; all else,
the configuration and the objects that there are, is the repository's.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.git.program import Completed, Program
from gitsplit.git.repository import Repository, object_environment
from gitsplit.git.state_dir import temporary_directory
from gitsplit.git.worktree import index_environment
from gitsplit.model.by_hand import Command
from gitsplit.model.escape import shell_command
from gitsplit.model.objects import Oid, TreeEntry

_QUIETLY = (
    *("-c", "core.splitIndex=false", "-c", "core.fsmonitor=false"),
    *("-c", "core.sparseCheckout=false", "-c", "submodule.recurse=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
)

_EDITOR = """\
number=$(cat "$0.number"); cat "$0.text$number" >"$1" && echo $((number + 1)) \
>"$0.number"
"""


class Rehearsal(Struct, frozen=True):
    """A place to try commands out: ``program`` runs git on what it has of its own.

    ``algorithm`` is the one that diffs are configured to be made by; empty for git's.
    """

    program: Program
    place: Path
    algorithm: str = ""

    def run(self, *args: str | bytes, stdin: bytes = b"") -> Completed:
        """Run git; the exit status is not looked at."""
        return self.program.run(*_QUIETLY, *args, stdin=stdin, check=False)

    def try_out(self, command: Command) -> bool:
        """Run the command as it would be typed; whether git has taken all of it."""
        given = command.stdin
        if command.answers:
            given = b"".join(key.encode() + b"\n" for key in command.answers)
        env = {**dict(each.split("=", 1) for each in command.settings)}
        program = replace(self.program, env={**self.program.env, **env})
        for number, text in enumerate(command.texts):
            Path(f"{self._editor}.text{number}").write_bytes(text)
        Path(f"{self._editor}.number").write_text("0", encoding="ascii")
        done = program.run(*_QUIETLY, *command.words, stdin=given or b"", check=False)
        edited = Path(f"{self._editor}.number").read_text(encoding="ascii").strip()
        return done.status == 0 and int(edited) == len(command.texts)

    @property
    def _editor(self) -> Path:
        return self.place / "editor"

    @property
    def _index(self) -> Path:
        return self.place / "index"

    def begin(self, tree: Oid) -> None:
        """Have an index of that tree."""
        self.program.run(*_QUIETLY, "read-tree", tree)

    def tree(self) -> str:
        """The tree of what is staged; empty where it can't be written."""
        return self.run("write-tree").stdout.decode("ascii", "replace").strip()

    def keep_index(self) -> None:
        """Keep the index as it is, for :meth:`restore_index`."""
        shutil.copy2(self._index, self.place / "kept")

    def restore_index(self) -> None:
        """Have the index that was kept."""
        shutil.copy2(self.place / "kept", self._index)

    def entries(self) -> Mapping[bytes, TreeEntry]:
        """What is staged, by paths; nothing for what is only meant to be added."""
        listed = self.run("ls-files", "-s", "-z").stdout.split(b"\0")[:-1]
        found: dict[bytes, TreeEntry] = {}
        for line in listed:
            fields, _, path = line.partition(b"\t")
            mode, oid, _ = fields.split(b" ")
            found[path] = TreeEntry(int(mode, 8), Oid(oid.decode("ascii")))
        return found

    def diff(self, path: bytes, options: Iterable[str]) -> bytes:
        """The diff of the file on disk to what is staged, as ``git add -p`` has it."""
        asked = ("diff-files", "--no-color", "--ignore-submodules=dirty", "-p")
        words = (*options, "--literal-pathspecs", *asked)
        if self.algorithm:
            words = (*words, f"--diff-algorithm={self.algorithm}")
        return self.run(*words, "--", path).stdout

    def author(self, name: bytes, mail: bytes, date: str) -> bytes:
        """The author of a commit for which git is told these; empty if it refuses."""
        told = {"NAME": os.fsdecode(name), "EMAIL": os.fsdecode(mail), "DATE": date}
        env = {f"GIT_AUTHOR_{key}": value for key, value in told.items()}
        program = replace(self.program, env={**self.program.env, **env})
        return program.run("var", "GIT_AUTHOR_IDENT", check=False).stdout.rstrip(b"\n")

    def merged_tree(self, one: Oid, other: Oid) -> str:
        """The tree of a merge of the two commits; empty where that has conflicts."""
        done = self.run("merge-tree", "--write-tree", one, other)
        return "" if done.status else done.lines[0]

    def ignored(self, paths: Iterable[bytes]) -> frozenset[bytes]:
        """Those of the paths that git ignores, so that it adds none of them."""
        stdin = b"".join(path + b"\0" for path in paths)
        if not stdin:
            return frozenset()
        found = self.run("check-ignore", "-z", "--stdin", stdin=stdin).stdout
        return frozenset(found.split(b"\0")[:-1])


@contextmanager
def rehearsal(
    repo: Repository, tree: Oid, paths: Iterable[bytes]
) -> Iterator[Rehearsal]:
    """A rehearsal in a directory where these files of the tree are checked out.

    With them are those that say what git ignores. It is there for the ``with`` block.
    """
    with temporary_directory() as name:
        place = Path(name).resolve()
        files = place / "files"
        for directory in (files, place / "objects"):
            directory.mkdir()
        (place / "editor").write_text(_EDITOR, encoding="ascii")
        env = {
            **repo.program.env,
            **_object_environment(repo, place / "objects"),
            **index_environment(place / "index"),
            "GIT_DIR": str(repo.git_dir),
            "GIT_WORK_TREE": str(files),
            "GIT_EDITOR": shell_command("sh", str(place / "editor")),
            "GIT_OPTIONAL_LOCKS": "0",
        }
        program = replace(repo.program, cwd=files, env=env)
        tried = Rehearsal(program, place, repo.config.get("diff.algorithm") or "")
        _check_out(tried, tree, paths)
        yield tried


_ALTERNATES = "GIT_ALTERNATE_OBJECT_DIRECTORIES"


def _object_environment(repo: Repository, place: Path) -> Mapping[str, str]:
    """Where objects are written, and read from; those of a snapshot are among them."""
    env, also = object_environment(repo, place), repo.program.env.get(_ALTERNATES)
    named = [env[_ALTERNATES], *([also] if also else [])]
    return {**env, _ALTERNATES: os.pathsep.join(named)}


def _check_out(tried: Rehearsal, tree: Oid, paths: Iterable[bytes]) -> None:
    """Have the files of that tree on disk."""
    tried.begin(tree)
    said = ("ls-files", "-z", ".gitignore", "**/.gitignore")
    ignoring = tried.run("--glob-pathspecs", *said).stdout
    there = tried.entries().keys()
    named = b"".join(path + b"\0" for path in paths if path in there)
    stdin = ignoring + named
    tried.program.run(*_QUIETLY, "checkout-index", "-f", "-z", "--stdin", stdin=stdin)


def stash_to_restore(repo: Repository) -> Command | None:
    """``git stash pop`` where there is something for ``git stash``; else None."""
    if not _changed_files(repo.program):
        return None
    return Command(("stash", "pop", *(("--index",) if is_staged(repo) else ())))


_STATUS = (
    *("--no-optional-locks", "status", "--porcelain", "-z", "--no-renames"),
    *("--untracked-files=no", "--ignore-submodules=all"),
)


def _changed_files(program: Program, how: bytes = b"") -> list[bytes]:
    """The tracked files with a change, of contents or mode, as git-status(1) has it.

    ``how`` are the letters that it says of them, by default any. A file that was only
    touched isn't among them, as it is for git-diff-index(1).
    """
    listed = program.run(*_STATUS).stdout.split(b"\0")[:-1]
    return [each[3:] for each in listed if each.startswith(how)]


def always_changed(repo: Repository) -> list[bytes]:
    """The changed files that git calls changed, too, as soon as they are checked out.

    Their line ends or encoding aren't what their attributes say.
    """
    changed = _changed_files(repo.program)
    with rehearsal(repo, repo.read_commit(repo.head()).tree, changed) as tried:
        return _changed_files(tried.program, b" M")


def overlooked(repo: Repository) -> list[bytes]:
    """The files whose changes git is told to overlook (git-update-index(1))."""
    listed = repo.program.run("ls-files", "-v", "-z").stdout.split(b"\0")[:-1]
    return [each[2:] for each in listed if each[:1] == b"S" or each[:1].islower()]


def is_staged(repo: Repository) -> bool:
    """Whether anything is staged."""
    asked = (
        "--no-optional-locks",
        "diff",
        "--cached",
        "--quiet",
        "--ignore-submodules",
    )
    return repo.program.run(*asked, check=False).status != 0


_DIFF_OPTIONS = "GIT_DIFF_OPTS"


def undoes_diff_options(repo: Repository) -> tuple[str, ...]:
    """The setting before a command without which the user's would change diffs."""
    is_set = _DIFF_OPTIONS in {**os.environ, **repo.program.env}
    return (f"{_DIFF_OPTIONS}=",) if is_set else ()


def date_in_words(seconds: int, zone: str) -> str:
    """The time as ``2023-11-14 22:13:20 +0000``; as seconds where git needs them."""
    hours, minutes = int(zone[:3]), int(f"{zone[0]}0{zone[3:]}")
    is_usual = len(zone) == 5 and abs(minutes) <= 59 and abs(hours) <= 14
    if not (is_usual and 10**8 <= seconds < 4 * 10**9):
        return f"@{seconds} {zone}"
    offset = timedelta(hours=hours, minutes=minutes)
    at = datetime.fromtimestamp(seconds, UTC).astimezone(timezone(offset))
    return at.strftime(f"%Y-%m-%d %H:%M:%S {zone}")
