"""Tangled commits made of a repository's own, and proposed for on their real bases."""

from pathlib import Path

import pytest
from tools.bench.clones import clone_of, real_commits
from tools.bench.data import BenchCase, record_changes
from tools.bench.mine import is_one_thing, mine
from tools.bench.samples import sample_of
from tools.bench.wordings import all_subjects, wordings_of

from gitsplit.git.history import changes_of
from gitsplit.proposal.propose import ProposalsByContent
from gitsplit.proposal.scoring import WEIGHTS, scores
from gitsplit.proposal.signals import SIGNALS, changed_together, told_apart
from gitsplit.workflow.propose import Request, proposals_of
from tests.repository import Repository

WORDS = ["kettle", "cup", "water", "tea", "spoon", "sugar", "plate", "table"]


@pytest.fixture
def clone(repo: Repository) -> Repository:
    """A repository with a history of one author, in which files change together."""
    files = {f"{word}.py": _lines(word, 0) for word in WORDS}
    files |= {f"test_{word}.py": _lines(f"test_{word}", 0) for word in WORDS}
    repo.commit("Lay the table", files)
    for turn in range(1, 30):
        word, other = WORDS[turn % 8], WORDS[turn * 3 % 8]
        changed = {f"{word}.py": _lines(word, turn)}
        if turn % 2:
            changed[f"test_{word}.py"] = _lines(f"test_{word}", turn)
        if turn % 5 == 0:
            changed[f"{other}.py"] = _lines(other, turn)
        repo.commit(f"Change the {word} in turn {turn}", changed)
    return repo


def _lines(word: str, turn: int) -> bytes:
    """A file of three functions, of which each turn changes two."""
    turns = (turn, turn - turn % 2, turn)
    parts = (
        f"def {word}_{at}():\n    return {word} + {n}\n\n" + f"# {word} {at}\n" * 8
        for at, n in enumerate(turns)
    )
    return "\n".join(parts).encode()


@pytest.fixture
def tangled(clone: Repository) -> list[BenchCase]:
    """What is mined from it."""
    records = list(mine("own/tea", clone.path / ".git", tries=24))
    assert {record["k"] for record in records} >= {1, 2, 3}
    return [BenchCase(record, record_changes(record)) for record in records]


@pytest.fixture
def clones(clone: Repository, tmp_path: Path) -> Path:
    """A directory with the clone in it."""
    root = tmp_path / "clones"
    (root / "own").mkdir(parents=True)
    (root / "own" / "tea").symlink_to(clone.path)
    return root


def test_each_line_is_from_the_commit_that_git_blames(
    clone: Repository, tangled: list[BenchCase]
) -> None:
    compared = 0
    for case in tangled:
        *_, last = case.record["commits"]
        between = clone.git("rev-list", f"{case.record['base']}..{last}").split()
        if between[::-1] != case.record["commits"]:
            continue
        for (path, side, line), group in case.truth.items():
            if side == "+":
                blamed = clone.git("blame", "-l", "-s", f"-L{line},{line}", last, path)
                assert blamed.split()[0] == case.record["commits"][group]
                compared += 1
    assert compared > 20


def test_a_case_stands_on_its_base_and_changes_what_it_changed(
    clone: Repository, tangled: list[BenchCase], clones: Path
) -> None:
    before = clone.git("count-objects", "-v")

    in_history = real_commits(tangled, wordings_of, clones)
    for case, found in zip(tangled, in_history, strict=True):
        for each, message in zip(found, wordings_of(case), strict=True):
            assert each.commit.raw.parents == (case.record["base"],)
            assert each.commit.raw.message.decode() == message
            assert changes_of(each.repo, [each.commit])[0] == each.case.changes
        assert [c.hunks for c in found[0].case.changes] == [
            c.hunks for c in case.changes
        ]

    assert clone.git("count-objects", "-v") == before


def test_without_clone_or_base_there_is_no_commit(
    tangled: list[BenchCase], clones: Path
) -> None:
    strange = BenchCase({**tangled[0].record, "base": "1" * 40}, tangled[0].changes)
    apart = BenchCase({**tangled[0].record, "repo": "no/where"}, tangled[0].changes)

    some = [strange, apart, tangled[0]]
    found = list(real_commits(some, lambda _: ["a"], clones))

    assert [each.case.record["id"] for (each,) in found] == [tangled[0].record["id"]]
    assert clone_of("no/where", clones) is None


def test_training_and_program_score_pairs_alike_to_the_last_digit(
    tangled: list[BenchCase], clones: Path
) -> None:
    places = [SIGNALS.index(each) for each in (changed_together, told_apart)]
    compared = knowing = 0
    for found in real_commits(tangled, wordings_of, clones):
        for real in found:
            series, changes = real.series, real.case.changes
            asked = proposals_of(real.repo, Request(), series, real.commit, changes)
            assert isinstance(asked, ProposalsByContent)
            learned_from = sample_of(real)

            assert learned_from.scores(WEIGHTS) == scores(asked.commit)
            compared += len(asked.commit.pieces) > 1
            knowing += bool(learned_from.signals[:, places].any())
    assert compared > knowing > 20


def test_all_subjects_are_a_list_below_the_one_of_most_lines() -> None:
    record = {"messages": ["One\n\nWhy.", "Two"], "truth": []}
    lines = [{"path": "a", "side": "+", "line": n, "group": n < 3} for n in range(5)]
    case = BenchCase({**record, "truth": lines}, ())

    assert all_subjects(case) == "Two\n\n* One"
    assert wordings_of(case)[0] == "Two"


@pytest.mark.parametrize(
    ("message", "is_one"),
    [
        ("Make the kettle boil", True),
        ("Make the kettle boil\n\nIt was cold.", True),
        ("Make the kettle boil and fill the cup", False),
        ("Merge branch 'tea'", False),
        ("v1.2.3 of the kettle", False),
        ("Prepare tea", False),
        ("Make tea\n\n- boil water\n- fill cups", False),
    ],
)
def test_a_message_of_one_thing_is_told_by_a_rule(message: str, is_one: bool) -> None:
    assert is_one_thing(message) is is_one
