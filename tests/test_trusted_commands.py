"""A command is run where only the user can have set it, not where a repository has."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gitsplit.git.config import Config
from tests.repository import Repository
from tests.runner import done, gitsplit
from tests.terminal import Terminal

KEY = "gitsplit.proposalCommand"
ALLOW = "gitsplit.allowLocalCommands"
SPLIT = ("-c", "HEAD~2", "--group-by", "file")
TOLD = f"gitsplit: {KEY} is not run: it stands in this repository's own configuration. "


def leaving_a_trace(series: Repository) -> tuple[Path, str]:
    """A file, and a command that proposes what it is told and makes that file."""
    trace = series.path.parent / "trace"
    return trace, f"touch {trace}; cat"


def set_in_worktree(repo: Repository, key: str, value: str) -> None:
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", key, value)


@pytest.mark.parametrize("scope", ["--local", "--worktree"])
@pytest.mark.parametrize("args", [("-n", *SPLIT), ("--yes", *SPLIT), ("-n", "HEAD~3")])
def test_a_command_of_the_repository_is_named_once_and_not_run(
    series: Repository, scope: str, args: Sequence[str]
) -> None:
    trace, command = leaving_a_trace(series)
    if scope == "--worktree":
        set_in_worktree(series, KEY, command)
    else:
        series.git("config", KEY, command)
    ran = gitsplit(series.path, *args)

    assert ran.status == 0
    assert not trace.exists()
    hint = f"allow it with git config --global {ALLOW} true"
    assert (ran.err.count(KEY), TOLD in ran.err, hint in ran.err) == (1, True, True)


def test_it_is_not_run_behind_the_screen(series: Repository) -> None:
    trace, command = leaving_a_trace(series)
    series.git("config", KEY, command)
    terminal = Terminal(series.path, "HEAD~3")
    terminal.wait_for("≈")
    terminal.type("e")
    terminal.wait_for("why 1: ")
    terminal.type("\x03")

    assert terminal.exit_status() == 130
    assert not trace.exists()


@pytest.mark.parametrize("key", [KEY, ALLOW])
def test_the_repository_cannot_allow_itself(series: Repository, key: str) -> None:
    """Nor by a file that it includes, for that is of the scope that includes it."""
    trace, command = leaving_a_trace(series)
    series.git("config", KEY, command)
    included = series.path / ".git" / "more"
    series.git("config", "--file", str(included), ALLOW, "true")
    series.git("config", "include.path", str(included))
    series.git("config", ALLOW, "true")
    set_in_worktree(series, ALLOW, "true")
    ran = gitsplit(series.path, "-n", *SPLIT)

    assert (ran.status, TOLD in ran.err, trace.exists()) == (0, True, False)


def test_the_user_may_allow_it(series: Repository) -> None:
    trace, command = leaving_a_trace(series)
    series.git("config", KEY, command)
    series.git("config", "--global", ALLOW, "true")
    done(series.path, "-n", *SPLIT)

    assert trace.exists()


def test_the_user_may_allow_it_in_one_repository(
    series: Repository, tmp_path: Path
) -> None:
    trace, command = leaving_a_trace(series)
    series.git("config", KEY, command)
    allowing = tmp_path / "home" / "allowing"
    series.git("config", "--file", str(allowing), ALLOW, "true")
    series.git(
        *("config", "--global"),
        *(f"includeIf.gitdir:{tmp_path}/elsewhere/.path", str(allowing)),
    )
    gitsplit(series.path, "-n", *SPLIT)
    assert not trace.exists()
    series.git(
        *("config", "--global", f"includeIf.gitdir:{series.path}/.path"), str(allowing)
    )
    done(series.path, "-n", *SPLIT)

    assert trace.exists()


def from_environment(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    """As ``git -c KEY=VALUE`` hands it on to what it runs."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", key)
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", value)


def test_what_the_command_line_sets_is_run(
    series: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace, command = leaving_a_trace(series)
    series.git("config", KEY, "exit 3")
    from_environment(monkeypatch, KEY, command)
    done(series.path, "-n", *SPLIT)

    assert trace.exists()


def test_what_the_user_has_set_runs_in_place_of_the_repositorys(
    series: Repository,
) -> None:
    trace, command = leaving_a_trace(series)
    series.git("config", "--global", KEY, command)
    series.git("config", KEY, "exit 3")
    ran = gitsplit(series.path, "-n", *SPLIT)

    assert (ran.status, TOLD in ran.err, trace.exists()) == (0, True, True)


def test_the_repository_may_do_without(series: Repository) -> None:
    trace, command = leaving_a_trace(series)
    series.git("config", "--global", KEY, command)
    series.git("config", KEY, "")
    done(series.path, "-n", *SPLIT)

    assert not trace.exists()


def test_a_plan_that_is_given_needs_no_word_about_it(
    series: Repository, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    done(series.path, "-n", *SPLIT, "--format", "json", "-o", str(plan))
    series.git("config", KEY, "exit 3")

    done(series.path, "--plan", str(plan), "-n")


def test_scopes_are_told_apart() -> None:
    listing = (
        b"system\0gitsplit.a\n1\0global\0gitsplit.b\n2\0"
        b"local\0gitsplit.a\n3\0worktree\0gitsplit.c\n4\0command\0gitsplit.d\n\n5\0"
    )
    config = Config.parse_scoped(listing)

    assert config.get_all("gitsplit.a") == ("1", "3")
    assert {each: config.command(f"gitsplit.{each}") for each in "abcde"} == {
        **{"a": "1", "b": "2", "c": "", "d": "\n5", "e": ""}
    }
    assert [each for each in "abcde" if config.is_distrusted(f"gitsplit.{each}")] == [
        *"ac"
    ]
