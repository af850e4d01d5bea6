"""Repositories in which HEAD, index and files all differ, made by chance.

With all that git knows of: staged, both, added, deleted, modes, symlinks, renames,
intent-to-add, assume-unchanged, skip-worktree, a sparse checkout, filters, line ends,
a submodule, untracked and ignored files, repositories within, and a file that was
written again in the moment in which it was added.
"""

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import TextEdit, line_edits
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_assigned,
    with_edits_cut,
    with_files_for_lines,
    without_empty_groups,
)
from gitsplit.model.states import steps
from tests.repository import Repository

NAMES = ("a.txt", "b.py", "dir/c.txt", "dir/d.txt", "e.crlf", "f.rot", "run.sh", "bin")
WORDS = [b"one\n", b"two\n", b"three\n", b"\n", b"if x:\n", b"    y()\n", b"}\n"]


@dataclass
class Chance:
    """A repository, and what happens in it by chance."""

    repo: Repository
    chance: random.Random
    number: int = 0

    def content(self, name: str, base: bytes | None = None) -> bytes:
        """A content, or another one than the base: lines come, go and change."""
        if name == "bin":
            return b"\0" + self.chance.randbytes(5)
        lines = [self.line() for _ in range(self.chance.randrange(1, 9))]
        if base is not None:
            lines = base.splitlines(keepends=True)
            for _ in range(self.chance.randrange(1, 4)):
                at = self.chance.randrange(len(lines) + 1)
                how = self.chance.randrange(3)
                lines[at : at + (how > 0)] = [self.line()] * (how < 2)
        ends = b"\r\n" if name.endswith(".crlf") else b"\n"
        text = b"".join(line.replace(b"\r", b"").replace(b"\n", ends) for line in lines)
        return text[:-1] if self.chance.randrange(9) == 0 and ends == b"\n" else text

    def line(self) -> bytes:
        """A line: one that is nowhere else, mostly."""
        self.number += 1
        own = b"line %d\n" % self.number
        return self.chance.choice([own, own, own, *WORDS])

    def build(self) -> None:
        """Make HEAD, then what is staged, then what is in the files."""
        repo = self.repo
        repo.git("config", "filter.rot.clean", "tr a-z n-za-m")
        repo.git("config", "filter.rot.smudge", "tr a-z n-za-m")
        attributes = b"*.crlf text eol=crlf\n*.rot filter=rot\n"
        files = {name: self.content(name) for name in NAMES}
        given = {".gitattributes": attributes, ".gitignore": b"*.o\n"}
        repo.write({**given, **files, "skip/x": b"1\n", "skip/y": b"1\n"})
        (repo.path / "link").symlink_to("a.txt")
        (repo.path / "run.sh").chmod(0o755)
        self._add_submodule()
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", "base")
        if self.chance.randrange(4) == 0:
            repo.git("sparse-checkout", "set", "dir")
        self._change(staged=True)
        self._mark()
        self._change(staged=False)
        repo.write({"untracked.txt": b"u\n", "new/u.txt": b"u\n", "x.o": b"o\n"})
        if self.chance.randrange(3) == 0:
            repo.git("init", "-q", "within")
            Repository(repo.path / "within").commit("w", {"w": b"w\n"})

    def _add_submodule(self) -> None:
        inner = Repository(self.repo.path.parent / "inner")
        self.repo.git("init", "-q", str(inner.path))
        for key, value in (("user.name", "S"), ("user.email", "s@example.com")):
            inner.git("config", key, value)
        inner.commit("inner", {"i": b"i\n"})
        allowed = ("-c", "protocol.file.allow=always")
        self.repo.git(*allowed, "submodule", "-q", "add", str(inner.path), "sub")

    def _mark(self) -> None:
        """Tell git not to look at some files; leave one out of the worktree."""
        if self._is_file("skip/x") and self.chance.randrange(2):
            self.repo.git("update-index", "--skip-worktree", "skip/x")
            (self.repo.path / "skip" / "x").unlink()
        if self._is_file("skip/y") and self.chance.randrange(2):
            self.repo.git("update-index", "--assume-unchanged", "skip/y")
            self.repo.write({"skip/y": b"not seen\n"})

    def _change(self, *, staged: bool) -> None:
        for name in (*NAMES, "link", "sub", "added.txt", "other.txt"):
            if self.chance.randrange(2):
                self._change_file(name, staged)
        if staged and self.chance.randrange(3) == 0 and self._is_file("dir/c.txt"):
            self.repo.git("mv", "-k", "dir/c.txt", "dir/moved.txt")
        if not staged and self.chance.randrange(2):
            self.repo.write({"meant.txt": self.content("meant.txt")})
            self.repo.git("add", "-N", "meant.txt")

    def _is_file(self, name: str) -> bool:
        path = self.repo.path / name
        return path.is_file() and not path.is_symlink()

    def _change_file(self, name: str, staged: bool) -> None:
        path = self.repo.path / name
        how = self.chance.randrange(8)
        if name == "sub":
            Repository(path).git("config", "user.email", "s@example.com")
            Repository(path).git("config", "user.name", "S")
            Repository(path).commit("s", {"i": self.content("i")})
        elif how == 0 and os.path.lexists(path):
            path.unlink()
        elif how == 1 and self._is_file(name):
            path.chmod(path.stat().st_mode ^ 0o111)
        elif how == 2 and os.path.lexists(path):
            path.unlink()
            path.symlink_to(f"target-{self.number}")
        else:
            old = path.read_bytes() if self._is_file(name) else None
            if path.is_symlink():
                path.unlink()
            self.repo.write({name: self.content(name, old)})
        known = name in self.repo.git("ls-files").split("\n")
        if not staged or not (known or os.path.lexists(path)):
            return
        self.repo.git("add", "--sparse", "-A", "--", name)
        if self._is_file(name) and self.chance.randrange(3) == 0:
            # In the same moment, and of the same length: by times it is the same.
            path.write_bytes(
                path.read_bytes().replace(b"n", b"m").replace(b"\0m", b"\0n")
            )

    def plan(self, plan: Plan, *, may_drop: bool) -> Plan:
        """A plan for the same changes with any line in any commit, or in none."""
        number = self.chance.randrange(1, 5)
        groups = tuple(Group(b"commit %d\n" % n) for n in range(number))
        plan = replace(plan, groups=groups, continued_by=(None,), overrides=())
        whole = plan = replace(plan, group_of=(0,) * len(plan.edits))
        parts = {
            place: line_edits(plan.changes[edit.file], edit)
            for place, edit in enumerate(plan.edits)
            if isinstance(edit, TextEdit) and self.chance.randrange(2)
        }
        plan = with_edits_cut(plan, parts)
        homes = [*range(number), *[DROPPED] * may_drop]
        for place in range(len(plan.edits)):
            plan = with_edits_assigned(plan, [place], self.chance.choice(homes))
        plan = without_empty_groups(with_files_for_lines(plan))
        try:
            assert any(group != DROPPED for group in plan.group_of)
            steps(plan)
        except (InvalidPlan, AssertionError):
            return replace(whole, groups=groups[:1])
        return plan


def files_of(repo: Repository) -> dict[str, object]:
    """Every file with its content, mode, times and inode; git's own aside."""
    return dict(_files(repo.path))


def _files(top: Path) -> Iterator[tuple[str, object]]:
    for path in sorted(top.rglob("*")):
        if ".git" in path.relative_to(top).parts:
            continue
        found = path.lstat()
        content = None
        if path.is_symlink():
            content = os.fsencode(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        yield str(path), (content, found.st_mode, found.st_mtime_ns, found.st_ino)


def state_told(repo: Repository) -> list[bytes]:
    """HEAD, the index with its flags, and the status, as git tells them."""
    asked = (
        ("rev-parse", "HEAD"),
        ("symbolic-ref", "-q", "HEAD"),
        ("ls-files", "-s", "-z"),
        ("ls-files", "-v", "-z"),
        ("status", "--porcelain=v2", "-z", "--untracked-files=all"),
    )
    return [repo.run(*words, check=False).stdout for words in asked]


def snapshot_by_git(
    repo: Repository, place: Path, *, untracked: bool
) -> tuple[str, Repository]:
    """The tree of ``git commit -a``, or ``git add -A``, and the copy that has it."""
    shutil.copytree(repo.path, place, symlinks=True)
    copy = Repository(place)
    copy.git("add", "--sparse", "-u")
    if untracked:
        shutil.rmtree(place / "within", ignore_errors=True)
        copy.git("add", "--sparse", "-A")
    return copy.git("write-tree"), copy
