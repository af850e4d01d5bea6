"""The split that the whole project is for, decided line by line in a plan file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitsplit.git.practice import make_practice_repository
from gitsplit.model.message import change_ids, is_valid_change_id
from tests.conftest import SEED_BUNDLE
from tests.repository import Repository
from tests.runner import (
    Json,
    done,
    group,
    lines,
    plan_for,
    split_entry,
    state_of,
    whole,
    written,
)

ANSWER = Path(__file__).parent / "git" / "practice_answer.mbox"


@dataclass(frozen=True)
class Case:
    """A repository on a branch whose commit ``HEAD~2`` is tangled, and the way out.

    ``trees`` are those that its pieces must have; the last piece keeps the Change-Id.
    ``decoy`` is a tracked file to which the split does nothing.
    """

    repo: Repository
    plan: Json
    trees: tuple[str, ...]
    change_id: bytes
    decoy: str

    @property
    def pieces(self) -> list[str]:
        """The pieces, as revisions once the split is done."""
        return [f"HEAD~{2 + n}" for n in reversed(range(len(self.trees)))]


def grenade(path: Path) -> Case:
    """The commit of OpenStack's grenade that its author split for the reviewers."""
    path.mkdir()
    repo = Repository(path)
    repo.git("init", "-q")
    repo.git("fetch", "-q", str(SEED_BUNDLE), "refs/heads/*:refs/heads/*")
    repo.git("checkout", "-q", "series")
    logdir = lines(
        "grenade.sh",
        removed=[(90, 90), (145, 145), (189, 193)],
        added=[(94, 98), (118, 118), (173, 173)],
    )
    groups = (
        group("make grenade logdir creation work on clean system\n", logdir),
        group(repo.message("HEAD~2").decode(), owner=True),
    )
    return Case(
        repo,
        plan_for(repo, "HEAD~3", split_entry(repo, "HEAD~2", *groups)),
        (repo.tree("answer~1"), repo.tree("answer")),
        b"I3aeff82ceb99fbfa3689141f0dae974189c7370a",
        "README.rst",
    )


def practice(path: Path) -> Case:
    """The commit of the practice repository, which does three things."""
    make_practice_repository(path)
    repo = Repository(path)
    repo.git("branch", "-q", "answer", "main")
    elsewhere = path.with_name("answer")
    repo.git("worktree", "add", "-q", str(elsewhere), "answer")
    Repository(elsewhere).git("am", "-q", "-k", str(ANSWER))
    repo.git("worktree", "remove", str(elsewhere))
    parsed = (
        whole("amounts.py"),
        lines("ladle.py", removed=[(18, 18)], added=[(19, 19)]),
        lines("test_ladle.py", [(13, 13), (21, 21)], [(14, 14), (22, 22)]),
    )
    somebody = (
        lines("ladle.py", removed=[(44, 44)], added=[(43, 50), (62, 62)]),
        lines("test_ladle.py", removed=[], added=[(1, 1), (31, 35)]),
    )
    groups = (
        group("Call amounts.num what it gives: parsed\n", *parsed),
        group("Refuse to cook for nobody\n", *somebody),
        group(repo.message("HEAD~2").decode(), owner=True),
    )
    return Case(
        repo,
        plan_for(repo, "HEAD~3", split_entry(repo, "HEAD~2", *groups)),
        tuple(repo.tree(f"answer{back}") for back in ("~2", "~1", "")),
        b"I5e7579e00310bdf5b82da70ff738b80f35a6cb07",
        "README.md",
    )


needs_bundle = pytest.mark.skipif(
    not SEED_BUNDLE.exists(), reason="the seed case's bundle is not beside the project"
)


@pytest.fixture(params=[pytest.param(grenade, marks=needs_bundle), practice])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    make: Callable[[Path], Case] = request.param
    return make(tmp_path / "case")


@pytest.fixture
def plan(case: Case, tmp_path: Path) -> str:
    return written(tmp_path / "plan.json", case.plan)


def ids(repo: Repository, revisions: list[str]) -> list[tuple[bytes, ...]]:
    return [change_ids(repo.message(revision)) for revision in revisions]


def identity(repo: Repository, revision: str) -> str:
    """Tree, author with date, and message of a commit."""
    return repo.git("log", "-1", "--format=%T%n%an <%ae> %ad%n%B", revision)


def make_dirty(case: Case) -> None:
    """A staged, an unstaged, a staged and changed again, and an untracked file."""
    repo, decoy = case.repo, case.repo.path / case.decoy
    repo.write({"staged": b"staged\n", "both": b"staged\n"})
    decoy.write_bytes(decoy.read_bytes() + b"staged\n")
    repo.git("add", "staged", "both", case.decoy)
    decoy.write_bytes(decoy.read_bytes() + b"and unstaged\n")
    repo.write({"both": b"changed again\n", "untracked": b"untracked\n"})


def worktree_of(repo: Repository) -> dict[str, str]:
    """The worktree's files and the index, byte for byte."""
    entries = [path for path in repo.path.iterdir() if path.name != ".git"]
    files = state_of(*(path for path in entries if path.is_dir()))
    index = (repo.path / ".git" / "index").read_bytes().hex()
    flat = {p.name: p.read_bytes().hex() for p in entries if p.is_file()}
    return files | flat | {".git/index": index}


def test_the_pieces_have_exactly_the_trees_of_the_right_answer(
    case: Case, plan: str
) -> None:
    done(case.repo.path, "--plan", plan, "--yes")

    assert [case.repo.tree(piece) for piece in case.pieces] == list(case.trees)
    assert case.repo.git("rev-list", "--count", f"{case.plan['head']}..") == str(
        len(case.trees) + 2
    )


def test_the_last_piece_keeps_the_change_id_and_the_others_get_new_ones(
    case: Case, plan: str
) -> None:
    done(case.repo.path, "--plan", plan, "--yes")

    *others, kept = ids(case.repo, case.pieces)
    fresh = [change_id for found in others for change_id in found]
    assert kept == (case.change_id,)
    assert [len(found) for found in others] == [1] * len(others)
    assert all(is_valid_change_id(change_id) for change_id in fresh)
    assert len({*fresh, case.change_id}) == len(case.trees)


def test_the_commits_above_keep_trees_authors_messages_and_ids(
    case: Case, plan: str
) -> None:
    above = [identity(case.repo, revision) for revision in ("HEAD~1", "HEAD")]
    done(case.repo.path, "--plan", plan, "--yes")

    assert [identity(case.repo, r) for r in ("HEAD~1", "HEAD")] == above


def test_the_pieces_keep_the_author_and_the_last_one_the_message(
    case: Case, plan: str
) -> None:
    author = "--format=%an <%ae> %ad"
    before = case.repo.git("log", "-1", author, "HEAD~2")
    message = case.repo.message("HEAD~2")
    done(case.repo.path, "--plan", plan, "--yes")

    authors = [case.repo.git("log", "-1", author, piece) for piece in case.pieces]
    assert authors == [before] * len(case.trees)
    assert case.repo.message(case.pieces[-1]) == message


def test_git_finds_nothing_wrong_that_was_right_before(case: Case, plan: str) -> None:
    before = case.repo.fsck()
    done(case.repo.path, "--plan", plan, "--yes")

    assert case.repo.fsck() == before


def test_a_dirty_index_and_worktree_stay_byte_for_byte(case: Case, plan: str) -> None:
    make_dirty(case)
    status = case.repo.git("status", "--porcelain")
    before = worktree_of(case.repo)
    done(case.repo.path, "--plan", plan, "--yes")

    assert worktree_of(case.repo) == before
    assert case.repo.git("status", "--porcelain") == status


def test_undo_brings_the_old_tip_back_and_leaves_the_files_alone(
    case: Case, plan: str
) -> None:
    make_dirty(case)
    refs, files = case.repo.refs(), worktree_of(case.repo)
    done(case.repo.path, "--plan", plan, "--yes")
    split = case.repo.refs()
    done(case.repo.path, "--undo")

    assert split != refs
    assert case.repo.refs() == refs
    assert worktree_of(case.repo) == files


def test_the_reflogs_of_head_and_of_the_branch_say_what_was_done(
    case: Case, plan: str
) -> None:
    tangled = case.repo.oid("HEAD~2")
    branch = case.repo.git("branch", "--show-current")
    done(case.repo.path, "--plan", plan, "--yes")
    done(case.repo.path, "--undo")

    what = f"split of {tangled[:10]} into {len(case.trees)} commits"
    expected = [f"gitsplit: undo: {what}", f"gitsplit: {what}"]
    for ref in ("HEAD", branch):
        said = case.repo.git("reflog", "-2", "--format=%gs", ref)
        assert said.splitlines() == expected


def test_the_summary_says_what_became_of_what_and_how_to_take_it_back(
    case: Case, plan: str
) -> None:
    branch = case.repo.git("branch", "--show-current")
    said = done(case.repo.path, "--plan", plan, "--yes").splitlines()

    number = len(case.trees) + 2
    short = [case.repo.oid(f"HEAD~{n}")[:10] for n in reversed(range(number))]
    tree = case.repo.tree("HEAD")[:10]
    assert said[0] == f"Rewrote {branch}: 3 commits became {number}."
    assert [line.split()[:2] for line in said[1 : number + 1]] == [
        [str(n), oid] for n, oid in enumerate(short, 1)
    ]
    unchanged = f"Final tree {tree} unchanged; worktree and index not touched."
    assert said[number + 1] == unchanged
    assert said[-1] == "Undo with: gitsplit --undo"


def test_the_preview_of_the_plan_names_the_trees_of_the_right_answer(
    case: Case, plan: str
) -> None:
    refs = case.repo.refs()
    said = done(case.repo.path, "--plan", plan, "--dry-run")

    places = [said.index(f"tree {tree[:10]}") for tree in case.trees]
    assert places == sorted(places)
    assert case.repo.refs() == refs


@needs_bundle
def test_what_is_proposed_for_grenade_is_how_its_author_split_it(
    tmp_path: Path,
) -> None:
    case = grenade(tmp_path / "case")
    said = done(case.repo.path, "-c", "HEAD~2", "--yes")

    assert "3 commits became 4" in said
    assert tuple(case.repo.tree(piece) for piece in case.pieces) == case.trees
    assert case.change_id in case.repo.message(case.pieces[-1])
