"""What a proposal knows of the repository besides the commit itself."""

import pytest

from gitsplit.git import history
from gitsplit.git.repository import open_repository
from gitsplit.model.series import Series
from gitsplit.workflow import work
from gitsplit.workflow.propose import (
    Request,
    proposal_context,
    proposals_of,
    propose_plan,
)
from gitsplit.workflow.work import read_work
from tests.repository import Repository

FILES = ("heron.txt", "maple.txt", "quartz.txt")


def with_history(repo: Repository, *together: str) -> None:
    """A commit of three files above some that changed these together."""
    repo.commit("root\n", dict.fromkeys(FILES, b"1\n"))
    for number in range(3):
        content = b"earlier %d\n" % number
        repo.commit(f"earlier {number}\n", dict.fromkeys(together, content))
    repo.commit("tangled\n", {path: path[:5].encode() + b"\n" for path in FILES})


@pytest.mark.parametrize("pair", [FILES[:2], FILES[1:]])
def test_files_that_changed_together_before_are_proposed_for_one_commit(
    repo: Repository, pair: tuple[str, str]
) -> None:
    with_history(repo, *pair)
    opened = open_repository(repo.path)
    series = history.read_series(opened, "HEAD~1")
    (changes,) = history.changes_of(opened, series.commits)

    request, commit = Request(number=2), series.commits[0]
    found = proposals_of(opened, request, series, commit, changes)
    plan = propose_plan(opened, request, series, commit, found)
    group_of = {
        changes[edit.file].path.decode(): group
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
    }
    (other,) = set(FILES) - set(pair)
    assert group_of[pair[0]] == group_of[pair[1]] != group_of[other]


def test_only_what_came_before_the_series_is_known(repo: Repository) -> None:
    with_history(repo, *FILES[:2])
    opened = open_repository(repo.path)
    before = (frozenset(path.encode() for path in FILES[:2]),)

    def together(series: Series) -> tuple[frozenset[bytes], ...]:
        (changes,) = history.changes_of(opened, series.commits[-1:])
        commit = series.commits[-1]
        return proposal_context(opened, series, commit, changes).changed_paths

    assert together(history.read_series(opened, "HEAD~1")) == before * 3
    assert together(history.read_series(opened, "HEAD~3")) == before
    assert together(history.read_series(opened, None, root=True)) == ()


@pytest.mark.parametrize("most", ["SOON_HUNKS", "SOON_LINES"])
def test_the_screen_opens_without_a_proposal_that_takes_long(
    repo: Repository, most: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_history(repo, *FILES[:2])
    opened, request = open_repository(repo.path), Request(upstream="HEAD~1")
    assert not read_work(opened, request, asks=True).unproposed

    monkeypatch.setattr(work, most, 2)
    found = read_work(opened, request, asks=True)
    (plan,) = found.plans.values()
    assert (set(found.unproposed), len(plan.groups)) == (set(found.plans), 1)
    assert len(read_work(opened, request).proposals) == 1
