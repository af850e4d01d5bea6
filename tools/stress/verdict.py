"""Whether the branches hold the commits that were expected of them."""

from collections.abc import Iterator, Mapping, Sequence

from tests.repository import Repository

from tools.stress.reading import Commit, commits_of, tips
from tools.stress.trial import Trial
from tools.stress.values import Listing, listing, tree_id


def first_difference(
    repo: Repository, trials: Sequence[Trial]
) -> tuple[Trial, str] | None:
    """The first case whose branch is not as it should be, and how it differs."""
    tip_of = tips(repo)
    commits = commits_of(repo)
    for trial in trials:
        if how := _branch_difference(trial, tip_of[trial.built.branch], commits):
            return trial, how
    return None


def _branch_difference(trial: Trial, tip: str, commits: Mapping[str, Commit]) -> str:
    """How the branch differs; nothing where it doesn't."""
    made = trial.built
    if tip != (trial.new_tip or made.tip):
        return f"{made.branch} is at {tip} and not at {trial.new_tip or made.tip}"
    if not trial.new_tip:
        return ""
    chain = list(_chain(commits, tip, made.base))
    expected = [*trial.trees, *map(listing, made.case.above)]
    if len(chain) != len(expected):
        return f"there are {len(chain)} commits, {len(expected)} were expected"
    pairs = enumerate(zip(chain, expected, strict=True))
    return next(filter(None, (_tree_difference(n, *pair) for n, pair in pairs)), "")


def _tree_difference(number: int, commit: Commit, files: Listing) -> str:
    for path in commit.files.keys() | files.keys():
        if commit.files.get(path) != files.get(path):
            return (
                f"in commit {number + 1} {path!r} is {commit.files.get(path)}"
                f" and not {files.get(path)}"
            )
    if commit.tree != tree_id(files):
        return f"commit {number + 1} has the tree {commit.tree}, not {tree_id(files)}"
    return ""


def _chain(
    commits: Mapping[str, Commit], tip: str, base: str | None
) -> Iterator[Commit]:
    """The commits after ``base`` up to ``tip``, oldest first."""
    found: list[Commit] = []
    at: str | None = tip
    while at is not None and at != base:
        found.append(commits[at])
        at = commits[at].parent
    yield from reversed(found)
