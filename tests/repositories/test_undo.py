"""What ``--undo`` takes back after a gitsplit that broke off: never one too many."""

import json

import pytest

from tests.repositories.splitting import Split, two_pieces
from tests.repository import Repository
from tests.runner import Json, Ran, gitsplit, plan_for, written


@pytest.fixture
def twice(repo: Repository) -> tuple[Repository, list[str]]:
    """A repository rewritten twice, and its refs before, between and after."""
    two_pieces(repo)
    states = [repo.refs()]
    Split.of(repo).succeed()
    states.append(repo.refs())
    entry: Json = {"commit": repo.oid("HEAD"), "action": "reword", "message": "other\n"}
    plan = written(repo.path / ".git" / "my-plan", plan_for(repo, "HEAD~1", entry))
    assert gitsplit(repo.path, "--yes", "--plan", plan).status == 0
    return repo, [*states, repo.refs()]


def break_off(repo: Repository, phase: str) -> None:
    """Make the last record one of a gitsplit that died in this phase."""
    file = repo.path / ".git" / "gitsplit" / "000002.json"
    record = json.loads(file.read_text())
    record["phase"] = phase
    file.write_text(json.dumps(record))


def reset(repo: Repository, refs: str) -> None:
    """Set ``main`` to what it was, as git does it."""
    repo.git("update-ref", "refs/heads/main", refs.split()[-2][-40:])


def test_a_rewrite_that_was_just_not_noted_is_taken_back(
    twice: tuple[Repository, list[str]],
) -> None:
    repo, states = twice
    break_off(repo, "prepared")
    ran = gitsplit(repo.path, "--undo")

    assert ran.status == 0
    assert "interrupted after a rewrite; nothing is missing" in ran.err
    assert repo.refs() == states[1]


def test_a_rewrite_that_never_came_takes_no_other_with_it(
    twice: tuple[Repository, list[str]],
) -> None:
    repo, states = twice
    reset(repo, states[1])
    break_off(repo, "prepared")
    ran = gitsplit(repo.path, "--undo")

    assert (ran.status, ran.out) == (0, "")
    assert "interrupted before a rewrite; nothing was changed" in ran.err
    assert repo.refs() == states[1]
    assert gitsplit(repo.path, "--undo").status == 0
    assert repo.refs() == states[0]


def test_an_undo_that_was_just_not_noted_is_not_made_twice(
    twice: tuple[Repository, list[str]],
) -> None:
    repo, states = twice
    reset(repo, states[1])
    break_off(repo, "undoing")
    ran = gitsplit(repo.path, "--undo")

    assert ran == Ran(0, "", ran.err)
    assert "interrupted after an undo; nothing is missing" in ran.err
    assert "Another --undo undoes the rewrite before it." in ran.err
    assert repo.refs() == states[1]


def test_an_undo_that_never_came_is_made(twice: tuple[Repository, list[str]]) -> None:
    repo, states = twice
    break_off(repo, "undoing")
    ran = gitsplit(repo.path, "--undo")

    assert ran.status == 0
    assert "interrupted before an undo; nothing was changed" in ran.err
    assert repo.refs() == states[1]
