"""Commands run on the new commits (``-x``) before anything changes."""

import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gitsplit.errors import CheckFailed
from gitsplit.git.store import store_objects
from gitsplit.git.write import Rewrite
from gitsplit.model.checks import PASSED, RUNNING, WAITING, Check
from gitsplit.workflow.checks import CommandChecks, check_commits
from tests.git.rewriting import Bench
from tests.processes import is_alive, wait_until
from tests.repository import Repository
from tests.runner import (
    PROGRAM,
    Json,
    Ran,
    gitsplit,
    group,
    plan_for,
    split_entry,
    whole,
    written,
)
from tests.terminal import Terminal

SPLIT = ("--yes", "--group-by", "file", "-c", "HEAD~2")
PATIENCE = 30.0
"""Seconds until what doesn't come or end fails the test; it takes far less."""
FOUR = (
    "✓ 1 tangled",
    "✓ 2 update other",
    "✓ 3 above",
    "✓ 4 top",
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made, by whatever process."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return path


def checked(repo: Repository, *commands: str, more: tuple[str, ...] = ()) -> Ran:
    """The split of ``tangled`` into two, each command given by a ``-x``."""
    given = [word for command in commands for word in ("-x", command)]
    return gitsplit(repo.path, *SPLIT, *given, *more)


def assert_no_trace(repo: Repository, temporary: Path) -> None:
    assert len(repo.git("worktree", "list").splitlines()) == 1
    assert not (repo.path / ".git" / "worktrees").exists()
    assert not list(temporary.iterdir())


def test_each_new_commit_is_checked_before_it_is_applied(
    series: Repository, temporary: Path
) -> None:
    log = temporary.parent / "log"
    ran = checked(
        series,
        "git rev-parse HEAD HEAD^{tree} | tr '\\n' ' ' >>../../log;"
        f" git -C {series.path} rev-parse main >>../../log",
        more=("--jobs", "1"),
    )

    assert (ran.status, tuple(ran.err.splitlines())) == (0, FOUR)
    commits = series.git("rev-list", "--reverse", "HEAD~4..").split()
    before = series.oid("main@{1}")
    assert [line.split() for line in log.read_text().splitlines()] == [
        [commit, series.tree(commit), before] for commit in commits
    ]
    assert_no_trace(series, temporary)


def test_a_failure_names_the_commit_shows_the_output_and_applies_nothing(
    series: Repository, temporary: Path
) -> None:
    refs = series.refs()
    ran = checked(series, "grep -n B sub/other || { echo no B >&2; exit 3; }")

    lines = ran.err.splitlines()
    assert (ran.status, ran.out, series.refs()) == (1, "", refs)
    assert lines[:3] == ["✗ 1 tangled (exit 3)", "    no B", FOUR[1]]
    assert lines[3:5] == list(FOUR[2:])
    assert lines[5].startswith("gitsplit: Commit 1, ")
    assert "“tangled”, fails: grep -n B sub/other" in lines[5]
    assert lines[5].endswith(" (exit 3).")
    assert lines[6] == (
        "hint: --repair moves hunks along until it passes."
        " Change the plan so that it passes, or run without -x."
    )
    assert lines[8] == "Nothing was changed."
    assert_no_trace(series, temporary)


def test_the_plan_is_kept_and_the_failing_commit_can_be_looked_at(
    series: Repository,
) -> None:
    ran = checked(series, "grep -q B sub/other")
    plan = shlex.split(ran.err.split("gitsplit --plan ")[1])[0]
    commit = ran.err.split("Commit 1, ")[1].split()[0]

    assert series.git("show", "--format=%s", "--name-only", commit) == (
        "tangled\n\nnumbers"
    )
    assert gitsplit(series.path, "--plan", plan, "--yes").status == 0


def test_several_commands_run_in_order_until_one_fails(series: Repository) -> None:
    ran = checked(series, "echo a >made", "cat made; false", "echo never")

    assert ran.status == 1
    # Of many failures, the output of the first three is shown.
    assert [line[:3] for line in ran.err.splitlines() if line[:1] == "✗"] == [
        f"✗ {number}" for number in (1, 2, 3, 4)
    ]
    assert ran.err.count("    a\n") == 3
    assert "never" not in ran.err
    assert "cat made; false (exit 1)" in ran.err


def test_commits_that_stay_as_they_are_are_not_checked(series: Repository) -> None:
    series.commit("split me\n", {"a": b"a\n", "b": b"b\n"})
    ran = gitsplit(
        series.path,
        *("--yes", "-c", "HEAD", "--group-by", "file", "HEAD~3"),
        *("-x", "true"),
    )

    assert ran.status == 0, ran.err
    assert [line.split()[1] for line in ran.err.splitlines()] == ["3", "4"]


def test_hostile_output_is_shown_but_drives_no_terminal(series: Repository) -> None:
    ran = checked(series, r"printf '\033[31m\377 %s\n' $(seq 30); false")

    assert "    ␛[31m<FF> 30\n" in ran.err
    assert "    …\n    ␛[31m<FF> 11\n" in ran.err
    assert "<FF> 10\n" not in ran.err


def test_where_a_worktree_cannot_be_filled_nothing_is_run_and_the_reason_said(
    series: Repository, temporary: Path
) -> None:
    """A required filter that fails stops git as a full disk does."""
    refs = series.refs()
    series.git("config", "filter.full.smudge", "false")
    series.git("config", "filter.full.required", "true")
    (series.path / ".git" / "info").mkdir(exist_ok=True)
    (series.path / ".git" / "info" / "attributes").write_text("numbers filter=full\n")
    ran = checked(series, "true")

    assert (ran.status, series.refs()) == (1, refs)
    assert "? 1 tangled (not run)" in ran.err
    assert "The commit's files can't be checked out: " in ran.err
    assert "fails" not in ran.err
    assert "Is there room" not in ran.err
    assert_no_trace(series, temporary)


def test_where_there_is_no_room_for_a_worktree_nothing_is_run_and_the_reason_said(
    series: Repository, temporary: Path
) -> None:
    temporary.rmdir()
    temporary.write_text("a file")
    refs = series.refs()
    tempfile.tempdir = str(temporary)
    ran = checked(series, "true")
    tempfile.tempdir = None

    assert (ran.status, series.refs()) == (1, refs)
    assert f"Is there room in {temporary}?" in ran.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("-n", "-x", "true", "HEAD~1"), "which writes no commits"),
        (("--jobs", "2", "HEAD~1"), "--jobs requires -x"),
        (("-x", " ", "HEAD~1"), "-x needs a command"),
        (("--undo", "-x", "true"), "--undo cannot be combined with other options"),
        (("-x", "true", "--jobs", "0"), "--jobs"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    series: Repository, args: tuple[str, ...], told: str
) -> None:
    ran = gitsplit(series.path, *args)

    assert ran.status == 2
    assert told in ran.err


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (3, 3)])
def test_so_many_commits_are_checked_at_once(
    series: Repository, tmp_path: Path, jobs: int, most: int
) -> None:
    counted = (
        f"cd {tmp_path} && touch run.$$ && sleep 0.5 && ls | grep -c ^run >>most"
        " && sleep 0.5 && rm run.$$"
    )
    assert checked(series, counted, more=("--jobs", str(jobs))).status == 0

    assert max(map(int, (tmp_path / "most").read_text().split())) == most


def test_a_branch_that_moves_during_the_checks_is_not_overwritten(
    series: Repository,
) -> None:
    meanwhile = series.oid("HEAD~1")
    ran = checked(series, f"git update-ref refs/heads/main {meanwhile}")

    assert ran.status == 1
    assert "moved while gitsplit was working" in ran.err
    assert series.oid("main") == meanwhile


def test_an_ignored_file_made_during_the_checks_is_not_overwritten(
    repo: Repository,
) -> None:
    """Git itself would overwrite it without a word."""
    repo.commit("base\n", {"gone": b"1\n", "file": b"1\n"})
    repo.commit("both\n", {"gone": None, "file": b"2\n", ".gitignore": b"gone\n"})
    kept = group("kept\n", whole("file"), added(".gitignore"))
    entry = split_entry(repo, "HEAD", kept)
    entry["dropped"] = [{"old_path": "gone", "path": None, "whole": True}]
    plan = written(repo.path.parent / "plan.json", plan_for(repo, "HEAD~1", entry))
    mine = repo.path / "gone"
    head = repo.oid("HEAD")
    ran = gitsplit(
        repo.path,
        *("--plan", plan, "--yes", "--drop-to", "discard"),
        *("-x", f"echo mine >{mine}"),
    )

    assert (ran.status, repo.oid("HEAD")) == (1, head), ran.err
    assert "Untracked files would be overwritten: gone" in ran.err
    assert mine.read_bytes() == b"mine\n"


def added(path: str) -> Json:
    """All of a file that the commit adds."""
    return {"old_path": None, "path": path, "whole": True}


@contextmanager
def started(repo: Repository, command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A gitsplit that runs the command; whatever happens, it ends with the block."""
    args = [*PROGRAM, *SPLIT, "-x", command]
    with subprocess.Popen(args, cwd=repo.path, stderr=subprocess.PIPE) as running:
        try:
            yield running
        finally:
            ended(running)


def ended(running: subprocess.Popen[bytes]) -> None:
    """It has ended, with what it runs if it can; what it still says is read."""
    running.terminate()
    try:
        running.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        running.kill()


def pids(file: Path, count: int) -> list[int]:
    """What so many commands have written there."""
    wait_until(lambda: file.exists() and len(file.read_text().split()) == count)
    return list(map(int, file.read_text().split()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_commands_and_removes_the_worktrees(
    series: Repository, temporary: Path, number: int
) -> None:
    refs = series.refs()
    log = temporary.parent / "log"
    with started(series, f"echo $$ >>{log}; sleep 1000") as running:
        commands = pids(log, 2)
        running.send_signal(number)
        _, said = running.communicate(timeout=PATIENCE)

    assert running.returncode == (130 if number == signal.SIGINT else 128 + number)
    assert b"Traceback" not in said
    assert not any(map(is_alive, commands))
    assert series.refs() == refs
    assert_no_trace(series, temporary)


def test_control_c_in_a_terminal_stops_the_commands(
    series: Repository, temporary: Path
) -> None:
    refs = series.refs()
    log = temporary.parent / "log"
    command = f"echo $$ >>{log}; trap 'echo no' INT TERM; while :; do sleep 1; done"
    terminal = Terminal(series.path, *SPLIT, "--jobs", "2", "-x", command)
    commands = pids(log, 2)
    terminal.type("\x03")

    assert terminal.exit_status() == 130, terminal.text
    assert "interrupted. Nothing was changed." in terminal.text
    assert not any(map(is_alive, commands))
    assert series.refs() == refs
    assert_no_trace(series, temporary)


def test_what_a_killed_gitsplit_left_is_removed_by_the_next_and_only_that(
    series: Repository, temporary: Path
) -> None:
    log = temporary.parent / "log"
    mine = temporary / "gitsplit-mine"
    series.git("worktree", "add", "-q", "--detach", str(mine))
    with (
        started(series, f"echo $$ >>{log}; sleep 1000") as killed,
        started(series, f"echo $$ >>{log}2; sleep 1000"),
    ):
        dead, alive = pids(log, 2), pids(Path(f"{log}2"), 2)
        killed.kill()
        killed.wait(PATIENCE)
        left = len(list(temporary.iterdir()))

        ran = gitsplit(series.path, *SPLIT)

        assert (left, ran.status, ran.err) == (5, 0, "")
        assert len(list(temporary.iterdir())) == 3
        assert not any(map(is_alive, dead))
        assert all(map(is_alive, alive))

    assert list(temporary.iterdir()) == [mine]
    assert len(series.git("worktree", "list").splitlines()) == 2


def written_rewrite(repo: Repository) -> tuple[Bench, Rewrite]:
    """The rewrite of ``tangled`` and what is above it, in memory."""
    bench = Bench.of(repo)
    pieces = [bench.put("sub/other", b"a\nB\n")]
    return bench, bench.splitting_first("HEAD~3", pieces)


def test_in_the_background_each_commit_waits_runs_and_has_its_result(
    series: Repository, temporary: Path
) -> None:
    bench, rewrite = written_rewrite(series)
    gate = temporary.parent / "gate"
    seen: list[Check] = []
    first, *others = rewrite.commits
    command = f"while [ ! -e {gate} ]; do sleep 0.05; done; test ! -e sub/more"
    with store_objects(bench.opened, bench.objects, rewrite):
        checks = CommandChecks(
            bench.opened, [command], 1, lambda: seen.append(checks.result(first))
        )
        assert checks.result(first) == WAITING
        checks.start(rewrite.commits)
        wait_until(lambda: checks.result(first) == RUNNING)
        assert {checks.result(other) for other in others} == {WAITING}
        gate.touch()
        done = [checks.wait_for_check(commit) for commit in rewrite.commits]
        checks.stop()

    assert done[:2] == [PASSED, PASSED]
    assert [(c.state, c.status, c.reason) for c in done[2:]] == [
        ("failed", 1, "exit 1")
    ] * 2
    assert RUNNING in seen
    assert seen[-1] == PASSED
    assert_no_trace(series, temporary)


def test_what_has_passed_before_is_not_run_again_but_anything_else_is(
    series: Repository, temporary: Path
) -> None:
    bench, rewrite = written_rewrite(series)
    log = temporary.parent / "log"
    command = f"git rev-parse HEAD^{{tree}} >>{log}; test ! -e sub/more"
    first, second, third, fourth = rewrite.commits
    said: list[str] = []
    with store_objects(bench.opened, bench.objects, rewrite):
        checks = CommandChecks(bench.opened, [command], 1)
        checks.start([first, third])
        states = [checks.wait_for_check(commit).state for commit in (first, third)]
        checks.stop()
        with pytest.raises(CheckFailed):
            check_commits(
                *(bench.opened, rewrite, [command], 1, said.append),
                passed=checks.passed,
            )

    assert [state == "passed" for state in states] == [True, False]
    assert set(checks.passed) == {first.tree}
    assert said[0] == "✓ 1 first piece (checked before)"
    assert said[1].startswith("✓ 2 ")
    assert "(checked before)" not in "".join(said[1:])
    run = [first, third, second, third, fourth]
    assert log.read_text().split() == [commit.tree for commit in run]


def test_what_the_preview_has_checked_is_not_run_again_when_it_is_applied(
    series: Repository, temporary: Path
) -> None:
    log = temporary.parent / "log"
    command = f"echo run >>{log}"
    terminal = Terminal(series.path, *SPLIT[1:], "-x", command)
    terminal.wait_for("send")
    terminal.type("w")
    terminal.wait_for("Enter: apply")
    terminal.type("x")
    terminal.wait_for("4✓")
    terminal.type("\r\r")

    assert terminal.exit_status() == 0, terminal.text
    assert terminal.text.count("(checked before)") == 4
    assert log.read_text().split() == ["run"] * 4
    assert_no_trace(series, temporary)


def test_a_check_that_fails_leads_back_to_the_screen_with_everything_done_there(
    series: Repository, tmp_path: Path
) -> None:
    refs, gate = series.refs(), tmp_path / "gate"
    command = f"echo words; test -e {gate}"
    terminal = Terminal(series.path, *SPLIT[1:], "--jobs", "1", "-x", command)
    terminal.wait_for("send")
    terminal.type("i better\r")
    terminal.type("w")
    terminal.wait_for("Enter: apply")
    terminal.type("\r\r")
    terminal.wait_for("fails:")

    assert "tangled better" in terminal.text
    assert series.refs() == refs
    terminal.type("qu")
    terminal.wait_for("undid")
    terminal.type("\x12")
    terminal.wait_for("redid:")
    gate.touch()
    terminal.type("w\r\r")

    assert terminal.exit_status() == 0, terminal.text
    assert series.message("HEAD~3").startswith(b"tangled better\n")


def test_another_start_checks_only_what_has_no_result_and_stops_the_rest(
    series: Repository, temporary: Path
) -> None:
    bench, rewrite = written_rewrite(series)
    log = temporary.parent / "log"
    first, second, third, _ = rewrite.commits
    command = f"echo $$ >>{log}; test ! -e sub/more || sleep 1000"
    with store_objects(bench.opened, bench.objects, rewrite):
        checks = CommandChecks(bench.opened, [command], 1)
        checks.start([first, third])
        (_, endless) = pids(log, 2)
        checks.start([first, second])

        assert checks.wait_for_check(second) == PASSED
        assert checks.result(first) == PASSED
        assert checks.result(third) == WAITING
        assert not is_alive(endless)
        assert len(pids(log, 3)) == 3
        checks.start([third])
        pids(log, 4)
        checks.stop()

    assert checks.result(third) == WAITING
    assert_no_trace(series, temporary)
