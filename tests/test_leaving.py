"""Work beside the screen, in a real terminal: git and commands that take very long.

Keys are taken meanwhile, and who leaves waits for none of it and finds nothing of it.
"""

import signal
import time
from pathlib import Path

import pytest

from tests.gits import skip_where_it_cannot_merge
from tests.processes import is_alive, wait_until
from tests.repository import Repository
from tests.runner import gitsplit_process
from tests.terminal import Terminal

SECONDS = 8.0
"""Whatever takes longer wasn't given up: the programs here sleep for 100 seconds."""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made, by whatever process."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where programs that take long write their ids, one a line."""
    return tmp_path / "log"


@pytest.fixture
def series(repo: Repository) -> Repository:
    """Commits that each change another line of a file, so that git has to merge."""
    lines = [b"line %d\n" % number for number in range(60)]
    repo.commit("base\n", {"numbers": b"".join(lines)})
    repo.git("branch", "base")
    for number in range(1, 5):
        lines[number * 10] = b"changed by %d\n" % number
        repo.commit(f"change {number}\n", {"numbers": b"".join(lines)})
    return repo


@pytest.fixture
def apart(repo: Repository) -> Repository:
    """Commits that each change another file, so that no git has to merge."""
    repo.commit("base\n", {"0": b"0\n"})
    repo.git("branch", "base")
    for number in range(1, 5):
        repo.commit(f"change {number}\n", {str(number): b"%d\n" % number})
    return repo


def merging_by(repo: Repository, command: str) -> Repository:
    """Git merges by this command from now on."""
    skip_where_it_cannot_merge()
    attributes = repo.path / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("numbers merge=odd\n")
    repo.git("config", "merge.odd.driver", command)
    return repo


def pids(log: Path, count: int = 1) -> list[str]:
    """What so many programs have written there."""
    wait_until(lambda: log.exists() and log.read_text().count("\n") >= count)
    return log.read_text().split()


def assert_left(
    terminal: Terminal, keys: str, repo: Repository, temporary: Path, log: Path
) -> None:
    """The keys leave within a moment, and nothing of what was running is left."""
    begin = time.monotonic()
    terminal.type(keys)

    assert terminal.exit_status() == (130 if keys == "\x03" else 0), terminal.text
    assert time.monotonic() - begin < SECONDS
    assert "Traceback" not in terminal.text
    assert not any(map(is_alive, log.read_text().split()))
    assert len(repo.git("worktree", "list").splitlines()) == 1
    assert not (repo.path / ".git" / "worktrees").exists()
    assert not list(temporary.iterdir())


def sleeping(log: Path) -> str:
    return f"echo $$ >>{log}; sleep 100"


@pytest.mark.parametrize("keys", ["qq", "\x03", "wqqq"])
def test_who_leaves_while_git_merges_waits_for_no_merge(
    series: Repository, temporary: Path, log: Path, keys: str
) -> None:
    merging_by(series, sleeping(log))
    before = series.refs()
    terminal = Terminal(series.path, "base")
    terminal.wait_for("oldest first")
    terminal.type("d")
    terminal.wait_for("checking for conflicts … 1 of 4")
    pids(log)

    assert_left(terminal, keys, series, temporary, log)
    assert series.refs() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_screen_with_what_works_beside_it(
    series: Repository, temporary: Path, log: Path, number: int
) -> None:
    merging_by(series, sleeping(log))
    terminal = Terminal(series.path, "base")
    terminal.wait_for("oldest first")
    terminal.type("d")
    (merge,) = pids(log)
    terminal.kill(number)

    assert terminal.exit_status() == 128 + number
    assert "Traceback" not in terminal.text
    assert not is_alive(merge)
    assert not list(temporary.iterdir())
    again = Terminal(series.path, "base")
    again.wait_for("restored your draft")
    assert_left(again, "qq", series, temporary, log)


def test_keys_are_taken_and_another_change_gives_the_merge_up(
    series: Repository, temporary: Path, log: Path
) -> None:
    merging_by(series, sleeping(log))
    terminal = Terminal(series.path, "base")
    terminal.wait_for("oldest first")
    terminal.type("d")
    (first,) = pids(log)
    terminal.type("w")
    terminal.wait_for("checking for conflicts … 1 of 4 · Enter waits for it")
    terminal.type("?")
    terminal.wait_for("─ keys")
    terminal.type("qq")
    terminal.type("u")
    terminal.wait_for("undid")

    wait_until(lambda: not is_alive(first))
    assert "checking for conflicts" not in terminal.text
    terminal.type("jd")
    terminal.wait_for("checking for conflicts … 2 of 4")
    assert len(pids(log, 2)) == 2
    assert_left(terminal, "qq", series, temporary, log)


def test_enter_waits_for_the_merges_and_then_writes(
    series: Repository, temporary: Path, log: Path
) -> None:
    gate = temporary.parent / "gate"
    merge = "git merge-file -q %A %O %B"
    merging_by(
        series, f"echo $$ >>{log}; while ! test -e {gate}; do sleep 0.02; done; {merge}"
    )
    terminal = Terminal(series.path, "base")
    terminal.wait_for("oldest first")
    terminal.type("jd")
    pids(log)
    terminal.type("w\r")
    terminal.wait_for("checking for conflicts … 2 of 4 · then applies; any other key")
    before = series.oid("HEAD")
    terminal.type("k\r")
    assert series.oid("HEAD") == before
    gate.touch()

    assert terminal.exit_status() == 0, terminal.text
    subjects = series.git("log", "--reverse", "--format=%s", "base..HEAD")
    assert subjects.splitlines() == ["change 1", "change 3", "change 4"]
    assert b"changed by 2" not in series.blob("HEAD", "numbers")
    assert series.git("status", "--porcelain") == ""
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("keys", ["qqq", "\x03"])
def test_who_leaves_while_commands_run_waits_for_none(
    apart: Repository, temporary: Path, log: Path, keys: str
) -> None:
    terminal = Terminal(apart.path, "base", "--jobs", "2", "-x", sleeping(log))
    terminal.wait_for("oldest first")
    terminal.type("d")
    terminal.type("w")
    terminal.wait_for("Enter: apply")
    terminal.type("x")
    terminal.wait_for("2…")
    pids(log, 2)

    assert_left(terminal, keys, apart, temporary, log)


def test_a_stubborn_command_freezes_no_screen_when_it_is_given_up(
    apart: Repository, temporary: Path, log: Path
) -> None:
    command = f"trap '' TERM; echo $$ >>{log}; while :; do sleep 1; done"
    terminal = Terminal(apart.path, "base", "--jobs", "1", "-x", command)
    terminal.wait_for("oldest first")
    terminal.type("d")
    terminal.type("w")
    terminal.wait_for("Enter: apply")
    terminal.type("x")
    (command_id,) = pids(log)
    begin = time.monotonic()
    terminal.type("u")
    terminal.wait_for("undid")

    assert time.monotonic() - begin < 1.5  # it is ended by force after two seconds
    assert is_alive(command_id)
    assert_left(terminal, "qq", apart, temporary, log)


def test_who_leaves_while_commits_are_drawn_up_to_be_checked_finds_nothing(
    series: Repository, temporary: Path, log: Path
) -> None:
    """The merges are slow from the check on."""
    slow = temporary.parent / "slow"
    merge = f"if test -e {slow}; then echo $$ >>{log}; sleep 100; fi"
    merging_by(series, f"{merge}; git merge-file -q %A %O %B")
    terminal = Terminal(series.path, "base", "-x", "true")
    terminal.wait_for("oldest first")
    terminal.type("d")
    terminal.type("w")
    terminal.wait_for("Enter: apply")
    slow.touch()
    terminal.type("x")
    pids(log)

    assert_left(terminal, "qqq", series, temporary, log)
    assert len(pids(log)) == 1


def test_who_leaves_while_a_program_proposes_waits_for_no_proposal(
    series: Repository, temporary: Path, log: Path
) -> None:
    series.git("config", "--global", "gitsplit.proposalCommand", sleeping(log))
    terminal = Terminal(series.path, "base")
    terminal.wait_for("oldest first")
    pids(log)

    assert_left(terminal, "q", series, temporary, log)


@pytest.mark.parametrize("key", ["e", " "])
def test_a_key_waits_for_no_proposal_that_is_being_found_for_another_commit(
    series: Repository, temporary: Path, log: Path, key: str
) -> None:
    """The program has begun with the commit at the cursor when the key is pressed."""
    series.git("config", "--global", "gitsplit.proposalCommand", sleeping(log))
    terminal = Terminal(series.path, "base")
    terminal.wait_for("oldest first")
    pids(log)
    terminal.type("j" + key)
    terminal.wait_for("grouping the hunks of")

    assert_left(terminal, "\x03", series, temporary, log)


def test_who_leaves_while_a_program_is_asked_by_a_key_leaves_nothing_of_it(
    series: Repository, temporary: Path, log: Path
) -> None:
    series.git("config", "--global", "gitsplit.proposalCommand", sleeping(log))
    first = series.path / "first"
    first.touch()
    series.git(
        *("config", "--global", "gitsplit.proposalCommand"),
        f"if test -e {first}; then exit 1; fi; {sleeping(log)}",
    )
    terminal = Terminal(series.path, "base")
    terminal.wait_for("oldest first")
    terminal.wait_for("?")
    terminal.settle()
    first.unlink()
    terminal.type("e")
    terminal.wait_for("grouping the hunks of")
    pids(log)

    assert_left(terminal, "\x03", series, temporary, log)


def test_an_interrupt_while_it_starts_ends_it_with_a_word(
    repo: Repository, tmp_path: Path
) -> None:
    """The interrupt comes while the first library is being imported."""
    early = tmp_path / "early"
    early.mkdir()
    (early / "click.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n"
    )
    ran = gitsplit_process(repo.path, "-n", env={"PYTHONPATH": str(early)})

    assert ran.status == 130
    assert ran.err == "gitsplit: interrupted. Nothing was changed.\n"
