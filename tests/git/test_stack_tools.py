"""Which commands send a stack, by what each tool leaves in a clone."""

from pathlib import Path

import pytest

from gitsplit.git.refs import Stack
from gitsplit.git.repository import open_repository
from gitsplit.git.stack_tools import stack_commands
from gitsplit.model.objects import Oid
from tests.repository import Repository

NAMES = ("t/1", "t/2", "feature")


@pytest.fixture
def stack(repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stack:
    """Three commits with a branch at each, and a remote that has nothing of them."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    repo.git("checkout", "-q", "-b", "feature")
    commits = [Oid(repo.commit(name, {name: b""})) for name in NAMES]
    repo.git("branch", "t/1", "HEAD~2")
    repo.git("branch", "t/2", "HEAD~1")
    repo.git("remote", "add", "origin", "git@github.com:me/it.git")
    return Stack(NAMES, tuple(commits))


def commands(repo: Repository, stack: Stack, base: str = "main") -> tuple[str, ...]:
    return stack_commands(open_repository(repo.path), stack, base)


def test_without_a_tool_git_pushes_all_of_them(repo: Repository, stack: Stack) -> None:
    assert commands(repo, stack) == ("git push origin t/1 t/2 feature",)
    repo.git("update-ref", "refs/remotes/origin/t/2", "t/2")
    assert commands(repo, stack) == ("git push origin t/1 t/2 feature",)
    repo.git("update-ref", "refs/remotes/origin/feature", "t/2")
    assert commands(repo, stack) == (
        "git push --force-with-lease origin t/1 t/2 feature",
    )


def test_the_remote_is_gits_own_choice(repo: Repository, stack: Stack) -> None:
    repo.git("remote", "add", "fork", "/nowhere")
    repo.git("config", "remote.pushDefault", "fork")
    assert commands(repo, stack) == ("git push fork t/1 t/2 feature",)
    repo.git("config", "branch.feature.pushRemote", "origin")
    assert commands(repo, stack) == ("git push origin t/1 t/2 feature",)
    repo.git("remote", "remove", "fork")
    repo.git("remote", "remove", "origin")
    assert commands(repo, stack) == ()


def test_git_spice_is_known_by_its_ref(repo: Repository, stack: Stack) -> None:
    repo.git("update-ref", "refs/spice/data", "HEAD")
    both = ("git-spice downstack track", "git-spice stack submit")
    assert commands(repo, stack) == both
    repo.git("checkout", "-q", "--detach")
    assert commands(repo, stack) == ("git switch feature", *both)


def test_graphite_is_known_by_its_file(repo: Repository, stack: Stack) -> None:
    file = repo.path / ".git" / ".graphite_repo_config"
    file.write_text("not JSON")
    assert commands(repo, stack, "develop") == (
        "gt track t/1 --parent develop",
        "gt track t/2 --parent t/1",
        "gt track feature --parent t/2",
        "gt submit --stack",
    )
    file.write_text('{"trunk": "trunk"}')
    assert commands(repo, stack)[0] == "gt track t/1 --parent trunk"


def test_gh_stack_is_known_by_its_file_or_as_an_extension(
    repo: Repository, stack: Stack, tmp_path: Path
) -> None:
    (tmp_path / "data" / "gh" / "extensions" / "gh-stack").mkdir(parents=True)
    assert commands(repo, stack) == ("gh stack link t/1 t/2 feature",)
    repo.git("remote", "set-url", "origin", "/nowhere")
    assert commands(repo, stack) == ("git push origin t/1 t/2 feature",)
    (repo.path / ".git" / "gh-stack").write_text("{}")
    assert commands(repo, stack, "next") == (
        "gh stack link --base next t/1 t/2 feature",
    )
    alone = Stack(NAMES[-1:], stack.commits[-1:])
    assert commands(repo, alone) == ("git push origin feature",)


def test_names_are_words_of_the_shell(repo: Repository, stack: Stack) -> None:
    odd = Stack(("a b;c",), stack.commits[:1])
    assert commands(repo, odd) == ("git push origin 'a b;c'",)
