"""Runs the user's hooks that git doesn't run for plumbing: commit-msg and post-rewrite.

They are run as git runs them (githooks(5)): by ``git hook run``, or by hand where this
git doesn't have that (before 2.36) or can't feed a hook by it. The hooks of a ref
transaction are run by git itself.

:func:`announce_rewrite` does what ``git rebase`` does at its end: notes are copied,
``ORIG_HEAD`` is set, ``post-rewrite`` is told. The refs have moved by then: a failure
is reported, and changes nothing about the rewrite.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from msgspec import Struct

from gitsplit.errors import HookRefused
from gitsplit.git.program import NOT_RUN, Completed
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import (
    ensure_directory,
    own_prefix,
    report_write_failure,
    temporary_directory,
)
from gitsplit.git.worktree import index_environment, index_file
from gitsplit.git.write import Rewrite
from gitsplit.model.escape import output_in_one_line, printable
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid, RawCommit

# Newer gits say exec where older ones say run.
_CANNOT_RUN = re.compile(rb"(fatal|error): cannot (run|exec)\b")


class Hooks(Struct, frozen=True):
    """The hooks of a repository, run as if git had committed and rebased."""

    repo: Repository

    def run_commit_msg(self, message: bytes, original: RawCommit) -> tuple[bytes, str]:
        """Run ``commit-msg`` (githooks(5)); the message it leaves, and what it says.

        The commit has the author of ``original``. Raises HookRefused, with the hook's
        words, where the hook turns the message down.
        """
        if not self.has("commit-msg"):
            return message, ""
        path = self.repo.own_dir / "COMMIT_EDITMSG"
        try:
            with report_write_failure(f"The commit-msg hook can't be given {path}"):
                ensure_directory(self.repo)
                path.write_bytes(message)
                done = self.run(
                    "commit-msg", str(path), env=_author_environment(original)
                )
                words = output_in_one_line(done.stderr)
                if done.status:
                    raise _commit_msg_error(
                        message, words, is_run=not _could_not_run(done)
                    )
                return path.read_bytes(), words
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def run_pre_commit(self, tree: Oid) -> str:
        """Run ``pre-commit`` (githooks(5)) for a commit of this tree; what it says.

        As ``git commit -p`` runs it: with an index of its own, HEAD where it was.
        Raises HookRefused where it refuses, or changes that index.
        """
        with temporary_directory() as place:
            env = self._index_of(tree, Path(place, "index"))
            done = self.run("pre-commit", env=env)
            words = output_in_one_line(done.stderr)
            if done.status:
                told = f": {words}" if words else "; no reason given."
                raise HookRefused(
                    f"The pre-commit hook refused the new commits{told}",
                    hint="See what the hook wants, or skip it with --no-verify.",
                )
            kept = self.repo.program.run("write-tree", check=False, env=env).lines
        if kept != [tree]:
            raise HookRefused(
                "The pre-commit hook changed what is to be committed.",
                hint="Do what it does yourself first, or skip it with --no-verify.",
            )
        return words

    def _index_of(self, tree: Oid, index: Path) -> Mapping[str, str]:
        """Make an index of this tree, the files' times in it; its environment."""
        env = index_environment(index)
        with suppress(FileNotFoundError):
            shutil.copy2(index_file(self.repo), index)
        program, whole = self.repo.program, ("-c", "core.splitIndex=false")
        program.run(*whole, "read-tree", "-i", "-m", tree, env=env)
        program.run(*whole, "update-index", "-q", "--refresh", check=False, env=env)
        return env

    def run_post_rewrite(self, pairs: bytes) -> tuple[bool, str]:
        """Run ``post-rewrite`` (githooks(5)); whether it went well, and what it said.

        ``pairs`` are lines ``OLD NEW``. The hook is told that it was a rebase, for it
        knows nothing else that makes one commit of another.
        """
        done = self.run("post-rewrite", "rebase", stdin=pairs)
        return done.status == 0, output_in_one_line(done.stderr)

    def mentions(self, name: str, words: bytes) -> bool:
        """Whether the hook exists, is executable, and has these words in it."""
        path = Path(self._path(name))
        try:
            return os.access(path, os.X_OK) and words in path.read_bytes()
        except OSError:
            return False

    def run(
        self,
        name: str,
        *args: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run the hook to its end; a hook that doesn't exist counts as successful.

        All that it prints is in ``stderr``. It may ask something on the terminal.
        """
        if not self.has(name):
            return Completed(0, b"", b"")
        full = {**self._environment(), **(env or {})}
        usage = self.repo.program.run("hook", "run", "-h", check=False).stdout
        if (b"--to-stdin" if stdin else b"hook run") not in usage:
            return self._run_by_hand(name, args, stdin, full)
        with NamedTemporaryFile(prefix=own_prefix()) as file:
            file.write(stdin)
            file.flush()
            fed = [f"--to-stdin={file.name}"] if stdin else []
            command = ["hook", "run", "--ignore-missing", *fed, name, "--", *args]
            return self.repo.program.run(*command, check=False, env=full, terminal=True)

    def _path(self, name: str) -> str:
        """The path of the hook, which worktrees share (``core.hooksPath``)."""
        if self.repo.config.get("core.hooksPath") is None:
            return str(self.repo.common_dir / "hooks" / name)
        # Of the hook itself git can't tell the path where that is no directory:
        # /dev/null is what many name to have no hooks.
        asked = ("rev-parse", "--path-format=absolute", "--git-path", "hooks")
        found = self.repo.program.run(*asked).stdout.removesuffix(b"\n")
        return str(Path(os.fsdecode(found), name))

    def has(self, name: str) -> bool:
        """Whether there may be such a hook; newer gits know some by configuration."""
        configured = any(key.startswith("hook.") for key in self.repo.config.values)
        return configured or os.access(self._path(name), os.X_OK)

    def _environment(self) -> dict[str, str]:
        """The environment in which git runs a hook of ``git commit``."""
        git_dir, worktree = self.repo.git_dir, self.repo.worktree
        index = os.environ.get("GIT_INDEX_FILE") or str(git_dir / "index")
        # As git has it where no editor is used: ours has been closed.
        found = {"GIT_INDEX_FILE": index, "GIT_EDITOR": ":"}
        if worktree is None or git_dir != worktree / ".git":
            found["GIT_DIR"] = str(git_dir)
        return {**self.repo.program.env, **found}

    def _run_by_hand(
        self, name: str, args: tuple[str, ...], stdin: bytes, env: Mapping[str, str]
    ) -> Completed:
        """Run the hook's file as git does, where this git can't run it for us."""
        path = self._path(name)
        if not os.access(path, os.X_OK):
            return Completed(0, b"", b"")
        done = subprocess.run(
            # The shell also runs a script that doesn't name its interpreter.
            ["sh", "-c", 'exec "$0" "$@"', path, *args],
            cwd=self.repo.program.cwd,
            env={**os.environ, **env},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Completed(done.returncode, b"", done.stdout)


def _author_environment(original: RawCommit) -> dict[str, str]:
    """The author variables that git exports to ``commit-msg``.

    None for a malformed author.
    """
    author = original.author
    if author.parts is None or b"\0" in author.value:
        return {}
    name, email, seconds, zone = map(os.fsdecode, author.parts)
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_AUTHOR_DATE": f"@{seconds} {zone}",
    }


def _could_not_run(done: Completed) -> bool:
    """Whether the hook, or its interpreter, could not be executed."""
    return done.status in NOT_RUN or bool(_CANNOT_RUN.match(done.stderr))


def _commit_msg_error(message: bytes, words: str, *, is_run: bool) -> HookRefused:
    told = f": {words}" if words else "; no reason given."
    if not is_run:
        return HookRefused(
            f"The commit-msg hook can't be run on “{printable(subject_of(message))}”"
            f"{told}",
            hint="Fix the hook, or skip it with --no-verify.",
        )
    return HookRefused(
        f"The commit-msg hook refused “{printable(subject_of(message))}”{told}",
        hint="Give the commit another message, or skip the hook with --no-verify.",
    )


def announce_rewrite(repo: Repository, rewrite: Rewrite) -> tuple[str, ...]:
    """Set ORIG_HEAD, copy notes, run ``post-rewrite``; what to tell the user of it."""
    pairs = _pairs_to_announce(repo, rewrite)
    lines = b"".join(f"{old} {new}\n".encode() for old, new in pairs)
    said = [_set_orig_head(repo, rewrite.old_head)]
    if lines:
        said += [_copy_notes(repo, lines), _tell_post_rewrite(repo, lines)]
    return tuple(filter(None, said))


def _pairs_to_announce(repo: Repository, rewrite: Rewrite) -> list[tuple[Oid, Oid]]:
    """Each rewritten commit with the one that continues it, or has most of it.

    Without the one at which a rebase has stopped for ``edit``: what became of that, git
    itself tells ``post-rewrite`` at the end.
    """
    stop = repo.rebase_dir / "stopped-sha"
    stopped = stop.read_text("ascii", "replace").strip() if stop.is_file() else ""
    heirs = {source.oid: new for source, new in rewrite.given_up}
    heirs |= {commit.old: commit.owner for commit in rewrite.rewritten}
    return [
        (old, new)
        for old, new in heirs.items()
        if old != new and not (stopped and old.startswith(stopped))
    ]


def _set_orig_head(repo: Repository, old_head: Oid) -> str:
    """Set ``ORIG_HEAD`` to the old tip, unless that was done as the refs were moved.

    A rebase in progress keeps its own there.
    """
    file = repo.git_dir / "ORIG_HEAD"
    is_set = file.is_file() and file.read_text("ascii", "replace").strip() == old_head
    if repo.is_rebasing or is_set:
        return ""
    done = repo.program.run("update-ref", "ORIG_HEAD", old_head, check=False)
    return _failure_text("ORIG_HEAD couldn't be set", done)


def _copy_notes(repo: Repository, lines: bytes) -> str:
    """Copy notes as ``notes.rewriteRef`` and its like say (git-config(1))."""
    named = repo.config.get_all("notes.rewriteRef")
    if not (named or os.environ.get("GIT_NOTES_REWRITE_REF")):
        return ""
    command = ("notes", "copy", "--for-rewrite=rebase", "--stdin")
    done = repo.program.run(*command, stdin=lines, check=False)
    return _failure_text("The notes couldn't be copied", done)


def _failure_text(what: str, done: Completed) -> str:
    return f"{what}: {done.reason}." if done.status else ""


def _tell_post_rewrite(repo: Repository, lines: bytes) -> str:
    """Run ``post-rewrite``; what it said, as a sentence, or that it failed."""
    went_well, words = Hooks(repo).run_post_rewrite(lines)
    if went_well:
        return f"post-rewrite says: {words}" if words else ""
    return f"The post-rewrite hook failed: {words or 'no reason given'}."
