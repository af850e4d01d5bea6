"""A conflict handed to git while somebody kills: nothing is lost, and it goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitsplit.git import journal, rebase
from gitsplit.git.repository import open_repository
from tests.conftest import PROJECT
from tests.git.following import Seen, leftovers, seen
from tests.processes import wait_until
from tests.repositories.splitting import git_is_at_least
from tests.repository import Repository
from tests.runner import (
    Json,
    Ran,
    done,
    gitsplit,
    gitsplit_process,
    group,
    plan_for,
    split_entry,
    whole,
)

pytestmark = pytest.mark.skipif(
    not git_is_at_least(2, 38), reason="a conflict is found by git 2.38's merge-tree"
)

OLD = b"".join(b"%d\n" % number for number in range(1, 21))
FIVE = OLD.replace(b"\n5\n", b"\nfive\n")
EDITED = FIVE.replace(b"five", b"FIVE").replace(b"\n18\n", b"\neighteen\n")
KILL_EVERYTHING = "kill -9 0"
"""Of a hook: gitsplit leads the process group that git and its hooks are in, too."""

KILL_GIT = "kill -9 $PPID"
KILL_GITSPLIT = 'kill -9 "$(ps -o pgid= -p $$ | tr -d " ")"; sleep 0.1'


@pytest.fixture
def tangled(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """A plan that drops what the next commit needs; files are dirty, staged, new."""
    monkeypatch.setenv("GIT_EDITOR", "true")
    repo.commit("base\n", {"f": OLD, "d/a": b"1\n", "c": b"c\n", "e": b"e\n"})
    repo.commit("tangled\n", {"f": FIVE, "d/a": b"2\n", "more": b"more\n"})
    repo.commit("above\n", {"f": EDITED})
    repo.commit("top\n", {"g": b"top\n"})
    repo.commit("last\n", {"h": b"last\n"})
    groups = group("less\n", whole("d/a"), owner=True)
    entry = split_entry(repo, "HEAD~3", groups)
    made = {**whole("more"), "old_path": None}
    plan: Json = plan_for(repo, "HEAD~4", {**entry, "dropped": [whole("f"), made]})
    write_plan(repo, plan)
    repo.write({"e": b"staged\n", "new": b"new\n"})
    repo.git("add", "e", "new")
    repo.write({"c": b"dirty\n", "e": b"staged, dirty\n", "untracked": b"u\n"})
    yield repo


def write_plan(repo: Repository, plan: Json) -> None:
    (repo.path / ".git/my-plan").write_text(json.dumps(plan))


def hand_over(repo: Repository, drop_to: str = "discard") -> int:
    """The exit status of a gitsplit that leaves the conflict to git."""
    return run(repo, "-m", "tests.repositories.handing", drop_to)


def run(repo: Repository, *args: str) -> int:
    """The exit status of a python of its own process group."""
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = (sys.executable, *args)
    ran = subprocess.run(
        command,
        cwd=repo.path,
        env=env,
        capture_output=True,
        check=False,
        start_new_session=True,
    )
    return ran.returncode


def hook(repo: Repository, name: str, script: str) -> Path:
    """The hook, which does that once."""
    path = repo.path / ".git/hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'#!/bin/sh\nrm "$0"\n{script}\n')
    path.chmod(0o755)
    return path


def gitsplit_again(repo: Repository) -> Ran:
    """Any gitsplit after it; it finds no such commit."""
    return gitsplit(repo.path, "--yes", "no-such-commit")


def expect_as_before(repo: Repository, before: Seen) -> None:
    assert seen(repo) == before
    assert leftovers(repo) == []
    assert list((repo.path / ".git/objects/pack").glob("*.keep")) == []
    assert not open_repository(repo.path).is_rebasing


@pytest.mark.parametrize("name", ["pre-rebase", "post-checkout"])
def test_killed_at_the_beginning_all_is_back_at_the_next_start(
    tangled: Repository, name: str
) -> None:
    before = seen(tangled)
    hook(tangled, name, KILL_EVERYTHING)
    assert hand_over(tangled) == -signal.SIGKILL
    assert seen(tangled) != before
    ran = gitsplit_again(tangled)

    told = "The last gitsplit was interrupted while it started a rebase"
    assert ran.err.startswith(f"gitsplit: {told}; the rebase has been rolled back.")
    expect_as_before(tangled, before)


def test_an_undo_speaks_of_the_rewrite_before_only_where_there_is_one(
    tangled: Repository,
) -> None:
    before = seen(tangled)
    hook(tangled, "post-checkout", KILL_EVERYTHING)
    assert hand_over(tangled) == -signal.SIGKILL
    ran = gitsplit(tangled.path, "--undo")

    assert "the rebase has been rolled back" in ran.err
    assert "before that" not in ran.err
    expect_as_before(tangled, before)


def test_a_git_that_is_still_rebasing_is_named_and_left_to_its_work(
    tangled: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.2)
    goes_on = tangled.path / ".git/goes-on"
    waits = f"while ! test -e {goes_on}; do sleep 0.05; done"
    hook(tangled, "pre-rebase", f"{KILL_GITSPLIT}; {waits}")
    assert hand_over(tangled) == -signal.SIGKILL
    ran = [gitsplit(tangled.path, way) for way in ("--undo", "--continue", "--abort")]
    goes_on.touch()

    for each in ran:
        assert each.status == 1
        assert "gitsplit: A git that a killed gitsplit started (process " in each.err
        assert "no rewrite" not in each.err and "othing" not in each.err
    wait_until((tangled.path / ".git/rebase-merge/message").exists)
    monkeypatch.setattr(journal, "PATIENCE", 30.0)
    ended = gitsplit(tangled.path, "--abort")
    assert ended.status == 0, ended.err


@pytest.mark.parametrize("name", ["pre-rebase", "post-checkout"])
def test_where_git_alone_is_killed_it_is_taken_back_at_once(
    tangled: Repository, name: str
) -> None:
    before = seen(tangled)
    hook(tangled, name, KILL_GIT)
    assert hand_over(tangled) == 1

    expect_as_before(tangled, before)


def test_where_gitsplit_alone_is_killed_git_goes_on_to_the_conflict(
    tangled: Repository,
) -> None:
    hook(tangled, "pre-rebase", KILL_GITSPLIT)
    assert hand_over(tangled) == -signal.SIGKILL
    state = tangled.path / ".git/rebase-merge"
    wait_until((state / "message").exists)
    ran = gitsplit_again(tangled)

    assert "gitsplit --continue, or: gitsplit --abort" in ran.err
    assert rebase.current_stop(open_repository(tangled.path)).paths == (b"f",)


def test_a_hook_that_refuses_the_rebase_leaves_dirty_files_as_they_are(
    tangled: Repository,
) -> None:
    before = seen(tangled)
    hook(tangled, "pre-rebase", "exit 1")
    assert hand_over(tangled) == 1

    expect_as_before(tangled, before)


def test_a_rebase_that_somebody_has_begun_since_is_theirs(tangled: Repository) -> None:
    tangled.git("stash", "-q")
    hook(tangled, "pre-rebase", KILL_EVERYTHING)
    hand_over(tangled)
    tangled.run("rebase", "-q", "--exec", "false", "HEAD~1", check=False)
    gitsplit_again(tangled)

    assert open_repository(tangled.path).is_rebasing


@pytest.mark.parametrize("word", ["--abort", "--undo", "-n"])
def test_every_way_on_knows_what_was_broken_off(tangled: Repository, word: str) -> None:
    before = seen(tangled)
    hook(tangled, "pre-rebase", KILL_EVERYTHING)
    hand_over(tangled)
    ran = gitsplit(tangled.path, word)
    if word == "-n":
        assert (ran.status, seen(tangled) != before) == (1, True)
        assert "interrupted during its git rebase" in ran.err
        ran = gitsplit_again(tangled)

    assert "the rebase has been rolled back" in ran.err
    expect_as_before(tangled, before)


def test_what_somebody_has_written_meanwhile_stays(tangled: Repository) -> None:
    hook(tangled, "pre-rebase", KILL_EVERYTHING)
    hand_over(tangled)
    tangled.write({"c": b"written meanwhile\n"})
    ran = gitsplit_again(tangled)

    assert "git stash list" in ran.err
    assert (tangled.path / "c").read_bytes() == b"written meanwhile\n"
    assert (tangled.path / "e").read_bytes() == b"staged, dirty\n"
    assert tangled.blob("stash@{0}", "c") == b"dirty\n"


def test_an_abort_gives_back_what_was_staged(tangled: Repository) -> None:
    before = seen(tangled)
    assert hand_over(tangled) == 3
    done(tangled.path, "--abort")

    expect_as_before(tangled, before)


@pytest.mark.parametrize("script", [KILL_EVERYTHING, KILL_GIT])
def test_an_abort_that_is_killed_is_ended_at_the_next_start(
    tangled: Repository, script: str
) -> None:
    before = seen(tangled)
    hand_over(tangled)
    hook(tangled, "reference-transaction", script)
    assert run(tangled, "-m", "gitsplit", "--abort") != 0
    ran = gitsplit_again(tangled)

    assert "the rebase has been aborted" in ran.err
    expect_as_before(tangled, before)


def test_an_abort_that_git_has_done_is_never_called_nothing(
    tangled: Repository, tmp_path: Path
) -> None:
    """What is killed is the git that is asked afterwards how it ended."""
    assert hand_over(tangled) == 3
    killed = tmp_path / "bin" / "git"
    killed.parent.mkdir()
    over = f"! [ -d {tangled.path}/.git/rebase-merge ]"
    killed.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = reflog ] && {over} && kill -9 $$\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    killed.chmod(0o755)
    path = f"{killed.parent}{os.pathsep}{os.environ['PATH']}"
    ran = gitsplit_process(tangled.path, "--abort", env={"PATH": path})

    assert (ran.status, ran.out) == (1, "")
    assert "SIGKILL" in ran.err
    assert "Nothing was changed" not in ran.err
    assert "The rebase is over." in ran.err


def resolve(repo: Repository) -> None:
    repo.write({"f": EDITED})
    repo.git("add", "f")


def subjects(repo: Repository) -> list[str]:
    return repo.git("log", "--format=%s", "--reverse").split()


def test_killed_as_it_picks_a_commit_a_rebase_does_not_leave_it_out(
    tangled: Repository,
) -> None:
    hand_over(tangled)
    resolve(tangled)
    count = tangled.path / ".git/count"
    killer = (
        f'echo >>"{count}"; case $(wc -l <"{count}") in 2) {KILL_EVERYTHING};; esac'
    )
    path = hook(tangled, "prepare-commit-msg", killer)
    path.write_text(path.read_text().replace('rm "$0"\n', ""))
    assert run(tangled, "-m", "gitsplit", "--continue") == -signal.SIGKILL
    path.unlink()
    ran = gitsplit_again(tangled)
    done(tangled.path, "--continue")

    assert "continue with: gitsplit --continue" in ran.err
    assert subjects(tangled) == ["base", "less", "above", "top", "last"]
    assert (tangled.path / "c").read_bytes() == b"dirty\n"


@pytest.mark.parametrize(
    "before",
    ["git reset -q --hard\n", "saved=$(git stash create)", "git stash apply"],
)
def test_killed_as_dropped_lines_go_into_the_files_nothing_of_them_is_lost(
    tangled: Repository, before: str
) -> None:
    hand_over(tangled, "worktree")
    script = tangled.path / ".git/gitsplit/keep-dropped"
    text = script.read_text()
    at = text.rindex(before)
    killed = f"test -e .git/killed || {{ touch .git/killed; {KILL_EVERYTHING}; }}\n"
    script.write_text(f"{text[:at]}{killed}{text[at:]}")
    # Only what was dropped is resolved otherwise, so that its pick at the end is clean.
    tangled.write({"f": OLD.replace(b"\n18\n", b"\neighteen\n")})
    tangled.git("add", "f")
    assert run(tangled, "-m", "gitsplit", "--continue") == -signal.SIGKILL
    gitsplit_again(tangled)
    done(tangled.path, "--continue")

    expected = FIVE.replace(b"\n18\n", b"\neighteen\n")
    assert (tangled.path / "f").read_bytes() == expected
    assert (tangled.path / "more").read_bytes() == b"more\n"
    assert (tangled.path / "c").read_bytes() == b"dirty\n"
    assert (tangled.path / "new").read_bytes() == b"new\n"
    assert subjects(tangled) == ["base", "less", "above", "top", "last"]
    assert tangled.git("stash", "list") == ""
