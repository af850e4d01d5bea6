"""gitsplit run from outside: arguments in; exit status, words and git's view out."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gitsplit.cli.main import main
from tests.repository import Repository

PROGRAM = (sys.executable, "-m", "gitsplit")

Json = dict[str, object]


@dataclass(frozen=True)
class Ran:
    """What a finished gitsplit left behind; the streams are decoded as UTF-8."""

    status: int
    out: str
    err: str


def gitsplit(cwd: Path, *args: str, stdin: bytes = b"") -> Ran:
    """The finished ``gitsplit ARGS`` in ``cwd``, run in this process, no terminal."""
    out, err = _stream(), _stream()
    with (
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        _standard_input(stdin),
    ):
        status = _exit_status(args)
    return Ran(status, _content(out), _content(err))


def done(cwd: Path, *args: str, stdin: bytes = b"") -> str:
    """What ``gitsplit ARGS`` printed; it went well and complained of nothing."""
    ran = gitsplit(cwd, *args, stdin=stdin)
    assert (ran.status, ran.err) == (0, ""), ran.err
    return ran.out


def gitsplit_process(
    cwd: Path, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Ran:
    """The finished ``gitsplit ARGS``, run as a process of its own."""
    ended = subprocess.run(
        [*PROGRAM, *args],
        cwd=cwd,
        input=stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def _exit_status(args: Iterable[str]) -> int:
    try:
        main(list(args))
    except SystemExit as stop:
        assert isinstance(stop.code, int)
        return stop.code


def _stream(content: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", write_through=True)


def _content(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


@contextlib.contextmanager
def _standard_input(content: bytes) -> Iterator[None]:
    before, sys.stdin = sys.stdin, _stream(content)
    try:
        yield
    finally:
        sys.stdin = before


def state_of(*directories: Path) -> dict[str, str]:
    """Every directory, file and link below, with a digest of what it holds."""
    return {
        str(path): _digest(path)
        for directory in directories
        for path in sorted(directory.rglob("*"))
    }


def _digest(path: Path) -> str:
    if path.is_symlink():
        return str(path.readlink())
    return "" if path.is_dir() else sha256(path.read_bytes()).hexdigest()


def plan_for(
    repo: Repository,
    upstream: str | None,
    *entries: Json,
    head: str = "HEAD",
) -> Json:
    """A plan file for ``upstream..head`` with these entries as its series."""
    return {
        "format": "gitsplit-plan",
        "version": 1,
        "upstream": None if upstream is None else repo.oid(upstream),
        "head": repo.oid(head),
        "series": list(entries),
    }


def split_entry(repo: Repository, revision: str, *groups: Json) -> Json:
    """The entry that splits the commit into these groups."""
    return {"commit": repo.oid(revision), "action": "split", "groups": list(groups)}


def group(message: str, *files: Json, owner: bool = False) -> Json:
    """A group that takes these files; without any it takes the rest."""
    rest: Json = {} if files else {"rest": True}
    return {"message": message, "owner": owner, "files": list(files), **rest}


def whole(path: str) -> Json:
    """All that was done to a file that keeps its path."""
    return {"old_path": path, "path": path, "whole": True}


def lines(
    path: str, removed: Iterable[tuple[int, int]], added: Iterable[tuple[int, int]]
) -> Json:
    """These lines of a file that keeps its path."""
    spans = {"removed": list(map(list, removed)), "added": list(map(list, added))}
    return {"old_path": path, "path": path, "whole": False, **spans}


def written(path: Path, plan: Json) -> str:
    """The name of the file that holds the plan now."""
    path.write_text(json.dumps(plan))
    return str(path)


IDS = tuple(f"I{digit * 40}" for digit in "1234")


def tangled(repo: Repository) -> Repository:
    """On ``main``: a base, a commit of four pieces in two files, and two above it.

    Each commit after the base has a Change-Id, in the order of ``IDS``.
    """
    old = [b"%d\n" % number for number in range(1, 101)]
    new = [b"one\n", *old[1:49], b"fifty\n", *old[50:99], b"hundred\n"]
    repo.commit("base\n", {"numbers": b"".join(old), "sub/other": b"a\nb\n"})
    changed = {"numbers": b"".join(new), "sub/other": b"a\nB\n"}
    repo.commit(f"tangled\n\nWords.\n\nChange-Id: {IDS[0]}\n", changed)
    repo.commit(f"above\n\nChange-Id: {IDS[1]}\n", {"sub/more": b"more\n"})
    repo.commit(f"top\n\nChange-Id: {IDS[2]}\n", {"sub/more": b"less\n"})
    return repo


def trees(repo: Repository, revisions: str) -> list[str]:
    """The trees of the commits that ``git rev-list`` takes this for, oldest first."""
    return repo.git(
        "log", "--reverse", "--topo-order", "--format=%T", revisions
    ).split()
