"""A signal that tells gitsplit to end is unwound as Ctrl-C is, wherever it comes."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gitsplit.errors import Signalled
from gitsplit.git.signals import unwind_on_signals
from tests.processes import PATIENCE, is_alive, wait_until
from tests.repository import Repository
from tests.runner import PROGRAM, Ran, gitsplit, gitsplit_process, tangled
from tests.terminal import Terminal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SPLIT = ("--yes", "--group-by", "file", "-c", "HEAD~2")
GRANDPARENT = "$(ps -o ppid= -p $PPID)"
"""To a hook that git runs: the gitsplit that has started git."""


def hook(repo: Repository, name: str, script: str) -> None:
    """Have git run the script once, whenever it comes to that hook."""
    once = f'flag="{repo.path}/.git/came"; test -e "$flag" && exit 0'
    path = repo.path / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{once}\n{script}\n")
    path.chmod(0o755)


def signalling(state: str, *numbers: int) -> str:
    """Signal gitsplit when git has come to that state of its transaction."""
    kills = "; ".join(f"kill -{number} {GRANDPARENT}" for number in numbers)
    return f'test "$1" = {state} || exit 0; touch "$flag"; {kills}; sleep 0.3'


def conventional(number: int) -> int:
    """The exit status of what a signal has ended, as a shell gives it."""
    return 128 + number


@pytest.mark.parametrize("number", SIGNALS)
def test_before_the_refs_have_moved_nothing_has_changed(
    repo: Repository, number: int
) -> None:
    before = tangled(repo).refs()
    hook(repo, "reference-transaction", signalling("prepared", number))
    ran = gitsplit_process(repo.path, *SPLIT)

    assert (ran.status, repo.refs()) == (conventional(number), before), ran.err
    assert "Nothing was changed" in ran.err
    assert gitsplit(repo.path, "--undo").status == 1


@pytest.mark.parametrize("number", SIGNALS)
def test_once_the_refs_have_moved_they_all_have_and_it_is_said(
    repo: Repository, number: int
) -> None:
    before = tangled(repo).refs()
    hook(repo, "reference-transaction", signalling("committed", number))
    ran = gitsplit_process(repo.path, *SPLIT)

    assert ran.status == conventional(number), ran.err
    assert "Undo with: gitsplit --undo" in ran.err
    assert "Nothing was changed" not in ran.err
    assert repo.refs() != before
    (repo.path / ".git" / "hooks" / "reference-transaction").unlink()
    assert gitsplit(repo.path, "--undo").status == 0
    assert repo.refs() == before


def test_a_closed_terminal_signals_twice_and_that_is_as_one(repo: Repository) -> None:
    before = tangled(repo).refs()
    twice = (signal.SIGHUP, signal.SIGTERM)
    hook(repo, "reference-transaction", signalling("prepared", *twice))
    ran = gitsplit_process(repo.path, *SPLIT)

    assert ran == Ran(conventional(signal.SIGHUP), "", ran.err)
    assert "Nothing was changed" in ran.err
    assert repo.refs() == before


@pytest.mark.parametrize("number", SIGNALS)
def test_while_files_follow_they_and_the_refs_stay_together(
    repo: Repository, number: int
) -> None:
    tangled(repo)
    script = f'touch "$flag"; kill -{number} {GRANDPARENT}; sleep 0.3'
    hook(repo, "post-index-change", script)
    plan = repo.path / ".git" / "plan"
    plan.write_text(dropping(repo))
    ran = gitsplit_process(
        repo.path, "--yes", "--drop-to", "discard", "--plan", str(plan)
    )

    assert ran.status == conventional(number), ran.err
    assert repo.git("status", "--porcelain") == ""
    again = gitsplit(repo.path, "-n", "HEAD~1")
    assert (again.status, again.err) == (0, "")


def dropping(repo: Repository) -> str:
    """A plan that drops the last commit."""
    series = f'[{{"commit": "{repo.oid("HEAD")}", "action": "drop"}}]'
    names = f'"upstream": "{repo.oid("HEAD~2")}", "head": "{repo.oid("HEAD")}"'
    return f'{{"format": "gitsplit-plan", "version": 1, {names}, "series": {series}}}'


@pytest.mark.parametrize("number", SIGNALS)
def test_an_undo_is_done_or_not_begun(repo: Repository, number: int) -> None:
    first = tangled(repo).refs()
    assert gitsplit(repo.path, *SPLIT).status == 0
    hook(repo, "reference-transaction", signalling("committed", number))
    ran = gitsplit_process(repo.path, "--undo")

    assert (ran.status, repo.refs()) == (conventional(number), first), ran.err


@pytest.mark.parametrize("number", SIGNALS)
def test_who_breaks_off_hears_that_the_work_is_kept(
    repo: Repository, number: int
) -> None:
    terminal = Terminal(tangled(repo).path, "HEAD~3")
    terminal.wait_for("oldest first")
    terminal.type("d")
    terminal.kill(number)

    assert terminal.exit_status() == conventional(number)
    assert "Your work is kept as a draft." in terminal.text
    assert "Nothing was changed." in terminal.text


def test_who_breaks_off_without_having_done_anything_hears_of_no_work(
    repo: Repository,
) -> None:
    terminal = Terminal(tangled(repo).path, "HEAD~3")
    terminal.wait_for("oldest first")
    terminal.type("\x03")

    assert terminal.exit_status() == conventional(signal.SIGINT)
    assert "kept" not in terminal.text


def test_who_breaks_off_commands_that_run_on_the_commits_keeps_the_work(
    repo: Repository, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    terminal = Terminal(tangled(repo).path, "-x", f"echo $$ >>{log}; sleep 9", "HEAD~3")
    terminal.wait_for("oldest first")
    terminal.type("d")
    terminal.type("w")
    terminal.wait_for("Enter: apply")
    terminal.type("\r")
    wait_until(log.exists)
    terminal.type("\x03")

    assert terminal.exit_status() == conventional(signal.SIGINT)
    assert "Your work is kept as a draft." in terminal.text


def test_a_signal_while_the_editor_is_open_ends_both(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("GIT_EDITOR", f"echo $$ >{log}; exec sleep 100 #")
    terminal = Terminal(tangled(repo).path, "HEAD~3")
    terminal.wait_for("oldest first")
    terminal.type("r")
    wait_until(lambda: log.exists() and log.read_text() != "")
    terminal.kill(signal.SIGTERM)

    assert terminal.exit_status() == conventional(signal.SIGTERM)
    assert not is_alive(log.read_text().strip())


def test_signals_are_unwound_once_by_whoever_began() -> None:
    came = []
    with unwind_on_signals():
        with pytest.raises(Signalled) as first, unwind_on_signals():
            signal.raise_signal(signal.SIGHUP)
        came.append(first.value.number)
        signal.raise_signal(signal.SIGTERM)
    with unwind_on_signals(), pytest.raises(Signalled) as again:
        signal.raise_signal(signal.SIGTERM)

    assert [*came, again.value.number] == [signal.SIGHUP, signal.SIGTERM]


def test_a_second_signal_breaks_off_no_clearing_away(
    repo: Repository, tmp_path: Path
) -> None:
    """The command on the new commits ends late, and its files are removed after it."""
    log = tmp_path / "log"
    command = f"trap 'sleep 1; exit 1' TERM; echo $$ >>{log}; while :; do sleep 1; done"
    terminal = Terminal(tangled(repo).path, "--jobs", "1", "-x", command, "HEAD~3")
    terminal.wait_for("oldest first")
    terminal.type("d")
    terminal.type("w")
    terminal.wait_for("Enter: apply")
    terminal.type("x")
    wait_until(log.exists)
    terminal.kill(signal.SIGHUP)
    terminal.settle()
    terminal.kill(signal.SIGHUP)

    assert terminal.exit_status() == conventional(signal.SIGHUP)
    assert not (repo.path / ".git" / "worktrees").exists()
    assert "Traceback" not in terminal.text


def test_a_terminal_that_is_gone_ends_the_screen_even_without_a_signal(
    repo: Repository,
) -> None:
    """As for who has started it with nohup."""
    ours, theirs = pty.openpty()
    command = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *PROGRAM, "HEAD~3"]
    with subprocess.Popen(
        command,
        cwd=tangled(repo).path,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        # What is still to be flushed at the end can be nowhere.
        env={**os.environ, "TERM": "xterm", "PYTHONUNBUFFERED": ""},
    ) as child:
        os.close(theirs)
        while b"oldest first" not in os.read(ours, 65536):
            assert child.poll() is None
        os.close(ours)

        assert child.wait(PATIENCE) == 130


@pytest.mark.parametrize("module", ["signal", "click", "uuid", "pygit2"])
def test_ctrl_c_while_a_module_is_imported_ends_in_order(
    series: Repository, tmp_path: Path, module: str
) -> None:
    """Python wraps what comes while a class is made."""
    (tmp_path / f"{module}.py").write_text(
        "import _signal\n"
        "class Named:\n"
        "    def __set_name__(self, owner, name):\n"
        f"        _signal.raise_signal({int(signal.SIGINT)})\n"
        "class Owner:\n"
        "    named = Named()\n"
    )
    run = "from gitsplit.__main__ import run; run()"
    ended = subprocess.run(
        [sys.executable, "-c", run, "--dry-run", "HEAD~1"],
        cwd=series.path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )

    said = ended.stderr.decode().strip()
    assert (ended.returncode, said) == (
        conventional(signal.SIGINT),
        "gitsplit: interrupted. Nothing was changed.",
    )


def test_nothing_is_imported_before_ctrl_c_is_seen_to() -> None:
    """Measured in a process that has imported next to nothing itself."""
    probe = (
        "import sys; before = set(sys.modules); import gitsplit.__main__; "
        "print(*sorted(set(sys.modules) - before))"
    )
    asked = [sys.executable, "-c", probe]
    imported = subprocess.run(asked, capture_output=True, check=True).stdout

    assert imported.split() == [b"gitsplit", b"gitsplit.__main__"]
