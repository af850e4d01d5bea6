"""Commits that a remote branch has: that is said, and how the new ones are pushed."""

import pytest

from tests.repository import Repository
from tests.runner import done
from tests.terminal import Terminal


@pytest.fixture
def pushed(repo: Repository) -> Repository:
    """A stack of three branches of which a remote has all, in two hunks each."""
    repo.commit("base\n", {"README": b"doc\n"})
    repo.git("branch", "-M", "main")
    repo.git("init", "-q", "--bare", "../hub")
    repo.git("remote", "add", "hub", "../hub")
    repo.git("push", "-q", "hub", "main")
    for number in (1, 2, 3):
        repo.git("checkout", "-q", "-b", f"st/{number}")
        files = {f"a{number}.py": b"a\n", f"docs/b{number}": b"b\n"}
        repo.commit(f"step {number}\n", files)
        repo.git("push", "-q", "-u", "hub", f"st/{number}")
    return repo


@pytest.mark.parametrize("way", ["-n", "-y"])
def test_a_pushed_stack_is_named_with_one_command_for_all_of_it(
    pushed: Repository, way: str
) -> None:
    out = done(pushed.path, way, "-c", "HEAD~1", "main")

    assert "hub/st/2 has 1 of the old commits.\n" in out
    assert "hub/st/3 has 2 of the old commits.\n" in out
    assert "hub/st/1" not in out
    assert "Push with: git push --force-with-lease hub st/2 st/3\n" in out


def test_the_branch_of_others_is_named_but_no_push_to_it(pushed: Repository) -> None:
    pushed.git("push", "-q", "hub", "HEAD:main")
    out = done(pushed.path, "-n", "HEAD")

    assert "hub/main has 1 of the old commits.\n" in out
    assert "Push with: git push --force-with-lease hub st/3\n" in out


def test_what_no_remote_has_needs_no_word(pushed: Repository) -> None:
    pushed.commit("more\n", {"a9.py": b"a\n", "docs/b9": b"b\n"})
    out = done(pushed.path, "-n", "HEAD~1")

    assert "of the old commits" not in out
    assert "git push" not in out


def test_the_screen_says_it_before_anything_is_applied(pushed: Repository) -> None:
    terminal = Terminal(pushed.path, "-c", "HEAD", "main")
    terminal.settle()
    terminal.type("w")
    terminal.wait_for("hub/st/3 has 1 of the old commits.")
    terminal.wait_for("git push --force-with-lease hub st/3")
    terminal.type("\r")

    assert terminal.exit_status() == 0, terminal.text
