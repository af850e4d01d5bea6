"""A patch on standard input is looked at, in a repository and outside of all."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import done, gitsplit, state_of


def numbers(*changed: int) -> bytes:
    lines = (b"line %d%s\n" % (n, b" x" if n in changed else b"") for n in range(40))
    return b"".join(lines)


@pytest.fixture
def author(repo: Repository) -> Repository:
    """A base with two commits on top, of which the first does three things."""
    repo.commit("base\n", {"a": numbers(), "b": numbers()})
    repo.commit("tangled\n", {"a": numbers(2), "b": numbers(9), "d.py": b"d = 1\n"})
    repo.commit("above\n", {"a": numbers(2, 30)})
    return repo


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A directory in no repository."""
    path = tmp_path / "outside"
    path.mkdir()
    return path


@pytest.fixture
def mails(author: Repository) -> bytes:
    return author.run("format-patch", "--stdout", "HEAD~2").stdout


def test_a_patch_is_previewed_outside_a_repository(outside: Path, mails: bytes) -> None:
    args = ("-n", "-p", "--read", "-", "--group-by", "file")
    for form in ("text", "markdown"):
        printed = done(outside, *args, "--format", form, stdin=mails)
        assert "tangled" in printed
        assert "becomes 3 commits" in printed
        assert "+line 9 x" in printed
        assert "tree " not in printed
        assert "gitsplit --plan" not in printed
    assert state_of(outside) == {}


@pytest.mark.parametrize("form", ["json", "html", "script"])
def test_a_patch_has_no_plan(outside: Path, mails: bytes, form: str) -> None:
    ran = gitsplit(outside, "-n", "--format", form, "--read", "-", stdin=mails)

    assert ran.status == 1
    assert "A patch has no plan" in ran.err
    ran = gitsplit(outside, "-n", "--plan", os.devnull, "--read", "-", stdin=mails)
    assert "A patch goes with no plan" in ran.err
    ran = gitsplit(outside, "-n", "--plan", "-", "--read", "-", stdin=mails)
    assert ran.status == 2


def test_commits_that_are_here_are_read_in_place_of_the_patch(
    author: Repository, mails: bytes
) -> None:
    before = state_of(author.path)
    args = ("-n", "--format", "json", "--read")
    ran = gitsplit(author.path, *args, "-", stdin=mails)
    assert ran.out == done(author.path, *args, "HEAD~2..HEAD")
    assert "which is here and is read in its place" in ran.err
    one = author.run("format-patch", "--stdout", "-1", "HEAD~1").stdout
    ran = gitsplit(author.path, *args, "-", stdin=one)
    assert ran.out == done(author.path, *args, "HEAD~1")
    assert state_of(author.path) == before


def test_hostile_words_are_harmless(outside: Path, mails: bytes) -> None:
    hostile = mails.replace(b"line 9 x", b"\x1b]0;PWNED\x07\xc2\x9b").replace(
        b"Subject: [PATCH 1/2] tangled", b"Subject: \x1b[31mred\x07"
    )
    ran = gitsplit(outside, "-n", "-p", "--read", "-", stdin=hostile)

    assert ran.status == 0
    text = ran.out + ran.err
    assert all(char.isprintable() or char == "\n" for char in text)


def test_variables_that_name_a_repository_name_none_for_a_patch(
    author: Repository, outside: Path, mails: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(author.path / ".git"))
    unknown = mails.replace(author.oid("HEAD").encode(), b"1" * 40)
    before = state_of(author.path)

    assert "becomes" in done(outside, "-n", "--read", "-", stdin=unknown)
    assert state_of(author.path) == before
    assert os.environ["GIT_DIR"] == str(author.path / ".git")


def test_questions_need_a_terminal_besides(outside: Path, mails: bytes) -> None:
    ran = gitsplit(outside, "--read", "-", stdin=mails)

    assert ran.status == 1
    assert "needs a terminal" in ran.err


def test_keys_come_from_the_terminal_while_a_patch_is_on_standard_input(
    outside: Path, mails: bytes
) -> None:
    patch = outside.parent / "patch"
    patch.write_bytes(mails)
    child, terminal = pty.fork()
    if not child:
        os.chdir(outside)
        script = f"{sys.executable} -m gitsplit --read - --no-screen < {patch}"
        os.execve("/bin/sh", ["sh", "-c", script], {**os.environ, "TERM": "dumb"})
    os.write(terminal, b"w\napply\nW\nq\nq\nq\n")
    told = b""
    while True:
        try:
            told += os.read(terminal, 4096) or b""
        except OSError:
            break
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0, told.decode()
    assert b"Cannot be applied: these commits are only read (--read)." in told
    assert b"A patch has no plan" in told
    assert b"Nothing was changed." in told
    assert state_of(outside) == {}


def test_git_diff_is_read_through_a_pipe(author: Repository, outside: Path) -> None:
    diff = author.run("diff", "HEAD~2").stdout
    printed = done(outside, "-n", "--read", "-", "--group-by", "file", stdin=diff)

    assert "A patch without a message" in printed
    assert "becomes 3 commits" in printed
    assert subprocess.run(["git", "status"], cwd=outside, check=False).returncode
