"""A rewritten series is what ``git rebase`` makes of the same todo list.

Where git stops for a conflict, gitsplit says so beforehand, with the commit and paths.
``./dev stress --series N`` tries as many as one likes.
"""

import random
from collections import Counter
from pathlib import Path

import pytest
from tools.series.building import Line, random_series
from tools.series.rebase import RebaseResult, by_git, by_gitsplit
from tools.series.trial import difference

from tests.gits import to_merge
from tests.repository import Repository

SEED = 20261127
LINES = 16
GRAPHS = 16


@pytest.mark.parametrize("number", range(LINES))
def test_a_line_of_commits_comes_out_as_from_rebase(
    tmp_path: Path, number: int
) -> None:
    counts: Counter[str] = Counter()

    assert difference(tmp_path, f"line {SEED} {number}", counts) == ""
    assert counts["done"] + counts["conflict"] > 0


@pytest.mark.parametrize("number", range(GRAPHS))
def test_a_series_with_merges_comes_out_as_from_rebase(
    tmp_path: Path, number: int
) -> None:
    assert difference(tmp_path, f"graph {SEED} {number}", Counter()) == ""


def test_two_lists_that_differ_come_out_differently(repo: Repository) -> None:
    first, second = (repo.commit(f"{n}\n", {f"{n}": b"1\n"}) for n in (1, 2))
    picked = [Line("pick", first), Line("pick", second)]
    dropped = [Line("pick", first), Line("drop", second)]
    place = repo.path.parent
    by_one = by_git(repo, picked, place / "git", "--root")

    assert by_one == by_gitsplit(repo, picked, place / "same", "--root")
    assert by_one != by_gitsplit(repo, dropped, place / "other", "--root")


@to_merge
def test_a_list_that_stops_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    repo = random_series(tmp_path / "repo", random.Random(1), 0)
    path = {"one": b"changed\n"}
    first, second = repo.commit("1\n", path), repo.commit("2\n", {"one": b"again\n"})
    lines = [Line("drop", first), Line("pick", second)]
    found = by_git(repo, lines, tmp_path / "git", "base")

    assert found == RebaseResult("conflict", at=second, names=frozenset({"one"}))
    assert found == by_gitsplit(repo, lines, tmp_path / "gitsplit", "base")
