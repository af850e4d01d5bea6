"""A git whose gitsplit was killed goes on by itself: waited for, never denied."""

import subprocess

import pytest

from gitsplit.git import journal
from tests.processes import is_alive, wait_until
from tests.repository import Repository
from tests.runner import PROGRAM, gitsplit, tangled


class Kill:
    """A gitsplit that is killed while its git waits for a hook, and that git."""

    def __init__(self, repo: Repository, state: str, *args: str) -> None:
        self.goes_on = repo.path / ".git/goes-on"
        waiting = repo.path / ".git/waiting"
        self._hook = repo.path / ".git/hooks/reference-transaction"
        self._hook.parent.mkdir(exist_ok=True)
        self._hook.write_text(
            f"#!/bin/sh\ntest $1 = {state} || exit 0\ncat >/dev/null\n"
            f"echo $PPID >{waiting}.new; mv {waiting}.new {waiting}\n"
            f"while ! test -e {self.goes_on}; do sleep 0.05; done\n"
        )
        self._hook.chmod(0o755)
        with subprocess.Popen([*PROGRAM, *args], cwd=repo.path) as killed:
            wait_until(waiting.exists)
            killed.kill()
        self.git = waiting.read_text().strip()

    def let_go_on(self) -> None:
        """The hook ends, and runs no more."""
        self._hook.unlink()
        self.goes_on.touch()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.3)


SPLIT = ("--yes", "--group-by", "file", "-c", "HEAD~2")
WAYS = (("--undo",), SPLIT, ("--continue",), ("--abort",))


@pytest.mark.parametrize("state", ["prepared", "committed"])
def test_while_that_git_works_no_start_says_that_nothing_is_there(
    repo: Repository, state: str
) -> None:
    kill = Kill(tangled(repo), state, *SPLIT)
    ran = [gitsplit(repo.path, *way) for way in WAYS]
    looked = gitsplit(repo.path, "-n", "-c", "HEAD~2")
    alive = is_alive(kill.git)
    kill.let_go_on()

    who = f"it that a killed gitsplit started (process {kill.git})"
    assert alive
    assert [each.status for each in ran] == [1] * len(WAYS)
    for each in ran:
        assert f"gitsplit: Waiting for a g{who}.\n" in each.err
        assert f"gitsplit: A g{who} is still running.\n" in each.err
        assert "hint: Wait for it" in each.err
        assert "othing" not in each.err and "no rewrite" not in each.err
    assert looked.status == 0
    assert f"A g{who} is still running." in looked.err
    wait_until(lambda: not is_alive(kill.git))


@pytest.mark.parametrize("state", ["prepared", "committed"])
def test_what_that_git_comes_to_is_waited_for_and_then_taken_back(
    repo: Repository, state: str
) -> None:
    before = tangled(repo).refs()
    kill = Kill(repo, state, *SPLIT)
    asked = [*PROGRAM, "--undo"]
    with subprocess.Popen(asked, cwd=repo.path, stderr=subprocess.PIPE) as undo:
        assert undo.stderr
        said = undo.stderr.readline()
        kill.let_go_on()
        said += undo.stderr.read()

    assert said.startswith(b"gitsplit: Waiting for a git that a killed gitsplit"), said
    assert undo.returncode == 0
    assert b"no rewrite" not in said
    assert repo.refs() == before
    assert list((repo.path / ".git").rglob("*.lock")) == []
