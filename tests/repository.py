"""A repository under test, driven by the git program alone (git is the oracle)."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Repository:
    """A repository at ``path``; every question is asked of git itself."""

    path: Path

    def run(
        self,
        *args: str | bytes,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess[bytes]:
        """The finished ``git ARGS``, run in the worktree."""
        done = subprocess.run(
            ["git", *args],
            cwd=self.path,
            input=stdin,
            env={**os.environ, **(env or {})},
            capture_output=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"git {args!r}: {done.stderr.decode()}")
        return done

    def git(self, *args: str | bytes, stdin: bytes = b"") -> str:
        """What ``git ARGS`` prints, stripped, as text."""
        return self.run(*args, stdin=stdin).stdout.decode().strip()

    def loosen(self) -> None:
        """Each object that is in a pack has a file of its own instead."""
        packs = self.path / ".git" / "objects" / "pack"
        moved = packs.rename(self.path.parent / "packs")
        packs.mkdir()
        for pack in moved.glob("*.pack"):
            self.git("unpack-objects", "-q", stdin=pack.read_bytes())

    def lose_packs(self) -> None:
        """What gitsplit has stored is gone; git's own commits are loose objects."""
        for file in (self.path / ".git" / "objects" / "pack").iterdir():
            file.unlink()

    def write(self, files: Mapping[str, bytes | None]) -> None:
        """Each path has its content in the worktree; ``None`` deletes it."""
        for name, content in files.items():
            path = self.path / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    def commit(self, message: str | bytes, files: Mapping[str, bytes | None]) -> str:
        """The id of a new commit on HEAD that changes ``files``."""
        self.write(files)
        self.git("add", "-A")
        text = message if isinstance(message, bytes) else message.encode()
        self.git(
            *("commit", "-q", "--allow-empty", "--no-verify"),
            *("--cleanup=verbatim", "-F", "-"),
            stdin=text,
        )
        return self.oid("HEAD")

    def oid(self, revision: str) -> str:
        """The object id that ``revision`` names."""
        return self.git("rev-parse", "--verify", revision)

    def tree(self, revision: str) -> str:
        """The id of the tree of ``revision``."""
        return self.oid(f"{revision}^{{tree}}")

    def blob(self, revision: str, path: str) -> bytes:
        """The content of ``path`` as of ``revision``."""
        return self.run("cat-file", "blob", f"{revision}:{path}").stdout

    def message(self, revision: str) -> bytes:
        """The message of the commit, byte for byte."""
        raw = self.run("cat-file", "commit", revision).stdout
        return raw.split(b"\n\n", 1)[1]

    def fsck(self) -> str:
        """What ``git fsck --strict`` complains about; empty when all is well."""
        done = self.run("fsck", "--strict", "--no-dangling", check=False)
        return (done.stdout + done.stderr).decode().strip()

    def refs(self) -> str:
        """HEAD and every ref with its value: equal texts mean nothing moved."""
        head = self.run("symbolic-ref", "-q", "HEAD", check=False).stdout.decode()
        return head + self.git("rev-parse", "HEAD") + self.git("show-ref")


def merge_two_lines(repo: Repository) -> None:
    """``ahead`` and ``aside``, both above ``base`` and each with its file, merged."""
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("switch", "-q", "-c", "side")
    repo.commit("aside\n", {"b": b"1\n"})
    repo.git("switch", "-q", "main")
    repo.commit("ahead\n", {"c": b"1\n"})
    repo.git("merge", "-q", "--no-edit", "side")
