"""What a large commit takes, in a process of its own, follows its size."""

from pathlib import Path

import pytest
from tools.bench.large import dry_run_costs
from tools.bench.screen import make_repository

from tests.repository import Repository

LINE = 10_000_000
"""So many bytes are one line of a minified file."""


def with_line(path: Path, size: int) -> Repository:
    """A repository whose last commit changes a word in a line, and adds another."""
    repo = Repository(path)
    repo.git("init", "-q", "-b", "main")
    text = (b"alpha beta(x) gamma = 3; delta " * (size // 30 + 1))[:size]
    repo.commit("Base\n", {"app.js": text})
    changed = text.replace(b"beta", b"changed", 1) + b"\n//# map\n"
    repo.commit("Change\n", {"app.js": changed})
    return repo


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> float:
    """The MiB that a dry run takes anyway."""
    return dry_run_costs(with_line(tmp_path_factory.mktemp("small"), 10).path).peak


@pytest.mark.parametrize("grouping", ["propose", "none"])
def test_a_long_line_is_copied_a_few_times_alone(
    tmp_path: Path, small: float, grouping: str
) -> None:
    options = ["--group-by", "none"] if grouping == "none" else []
    costs = dry_run_costs(with_line(tmp_path, LINE).path, *options)

    assert (costs.peak - small) * 2**20 < 8 * LINE


def test_the_words_of_one_commit_are_not_kept_for_the_next(tmp_path: Path) -> None:
    """Each of twenty commits changes a line of a file of 4,000 names."""
    repo = Repository(tmp_path)
    repo.git("init", "-q", "-b", "main")
    lines = [b"name_%d = some words here\n" % number for number in range(4_000)]
    for number in range(21):
        lines[number] = b"value_%d = 1\n" % number
        repo.commit(f"{number}\n", {"m.py": b"".join(lines)})
    few, many = (
        dry_run_costs(repo.path, upstream=f"HEAD~{count}").peak for count in (2, 20)
    )

    assert many - few < 10


def test_of_a_branch_the_files_of_one_commit_are_followed_at_a_time(
    tmp_path: Path,
) -> None:
    number = 1_600
    made = ((f"{n}\n", iter([(f"d{n % 20}/{n}", b"1\n")])) for n in range(number + 1))
    make_repository(tmp_path, made)
    few, many = (
        dry_run_costs(tmp_path, "--squash", upstream=f"HEAD~{count}").peak
        for count in (10, number)
    )

    assert many - few < 30
