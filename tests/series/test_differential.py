"""A rewritten series is what ``git rebase`` makes of the same todo list."""

import random
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.series.building import Line, random_series, random_todo, with_a_merge
from tests.series.rebase import by_git, by_gitsplit

SEED = 20261127
LINES = 24
MERGES = 16


def commits_of(repo: Repository, *wanted: str) -> list[str]:
    """The commits, oldest first."""
    return repo.git("rev-list", "--reverse", "--topo-order", *wanted).split()


@pytest.mark.parametrize("number", range(LINES))
def test_a_line_of_commits_comes_out_as_from_rebase(
    tmp_path: Path, number: int
) -> None:
    rng = random.Random(f"{SEED} line {number}")
    repo = random_series(tmp_path / "repo", rng, rng.randint(3, 6))
    lines = random_todo(rng, commits_of(repo, "base..HEAD"))
    if all(line.action == "drop" for line in lines):
        lines[0] = Line("pick", lines[0].commit)
    expected = by_git(repo, lines, tmp_path / "git", "base")
    found = by_gitsplit(repo, lines, "base")

    if expected.outcome != "other":
        assert (expected.outcome, expected.commits) == (found.outcome, found.commits)
    assert repo.fsck() == ""


def around_the_merge(rng: random.Random, repo: Repository) -> list[Line]:
    """A list that drops, rewords or moves commits on either side of the merge."""
    order = commits_of(repo, "base..HEAD")
    merge = repo.git("rev-list", "--merges", "base..HEAD")
    lines = [Line("pick", commit) for commit in order]
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(lines))
        if lines[at].commit == merge:
            continue
        match rng.choice(["drop", "reword", "swap"]):
            case "drop":
                lines[at] = Line("drop", lines[at].commit)
            case "reword":
                lines[at] = Line("reword", lines[at].commit, b"Reworded\n")
            case _:
                if is_in_one_line(repo, lines, at):
                    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return lines


def is_in_one_line(repo: Repository, lines: list[Line], at: int) -> bool:
    """Whether the two commits from ``at`` on stand above each other, and nothing else.

    Where the list has been changed already, it is left alone.
    """
    if at + 1 >= len(lines):
        return False
    below, above = lines[at].commit, lines[at + 1].commit
    children = repo.git("rev-list", "--children", "HEAD").splitlines()
    of_below = next(row.split()[1:] for row in children if row.startswith(below))
    return repo.git("log", "-1", "--format=%P", above) == below and of_below == [above]


@pytest.mark.parametrize("number", range(MERGES))
def test_a_series_with_a_merge_comes_out_as_from_rebase(
    tmp_path: Path, number: int
) -> None:
    rng = random.Random(f"{SEED} merge {number}")
    repo = with_a_merge(tmp_path / "repo", rng)
    lines = around_the_merge(rng, repo)
    expected = by_git(repo, lines, tmp_path / "git", "base")
    found = by_gitsplit(repo, lines, "base")

    if expected.outcome == "done":
        assert expected.commits == found.commits
    assert repo.fsck() == ""
