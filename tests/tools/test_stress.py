from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from tools.stress.alignment import expected_partners, order
from tools.stress.batch import Run, batch
from tools.stress.building import build_cases
from tools.stress.odd import KINDS
from tools.stress.quoting import quote, unquote
from tools.stress.trial import Trial, try_split
from tools.stress.values import listing, tree_id
from tools.stress.verdict import first_difference

from tests.repository import Repository

RUN = Run(seed=2, plans=5, records=40)
BATCHES = 8
BATCH = 15


@pytest.mark.parametrize("first", [number * BATCH for number in range(BATCHES)])
def test_every_plan_gives_the_trees_that_git_apply_and_the_design_say(
    tmp_path: Path, first: int
) -> None:
    report = batch(RUN, range(first, first + BATCH), tmp_path / "batch")

    assert report.difference == "", f"case {report.number}, plan:\n{report.plan}"
    assert report.counts["commits"] == BATCH
    assert report.counts["plans"] > BATCH


def test_the_cases_tried_have_every_kind_of_change() -> None:
    cases = [RUN.case(number) for number in range(BATCH * BATCHES)]

    assert set(KINDS) - {kind for case in cases for kind in case.kinds} == set()


def test_a_commit_with_another_tree_than_expected_is_a_difference(
    tmp_path: Path,
) -> None:
    run = replace(RUN, real=0.0)
    repo, (made,) = build_cases(tmp_path / "repo", [run.case(0)])
    trial = Trial(made)
    try_split(repo, trial, run.randomness(0, "plan"), more_plans=0)
    assert first_difference(repo, [trial]) is None

    trial.trees[0][b"more"] = trial.trees[0][b"unchanged"]

    found = first_difference(repo, [trial])
    assert found is not None
    assert "in commit 1 b'more' is None and not" in found[1]


def test_lines_are_aligned_as_the_plan_format_says() -> None:
    three = (b"one a\n", b"two a\n", b"three a\n")
    changed = (b"one b\n", b"two b\n", b"three b\n")
    pairs = [("old", 0), ("new", 0), ("old", 1), ("new", 1), ("old", 2), ("new", 2)]

    assert order(three, changed) == tuple(pairs)
    assert expected_partners((b"a b c d\n",), (b"x\n", b"a b c e\n")) == ((0, 1),)
    assert expected_partners((b"same\n",), (b"same\n", b"same\n")) == ((0, 0),)
    assert expected_partners((b"a b\n",), (b"c d\n", b"c b d e f\n")) == ()


def test_names_are_quoted_as_git_quotes_them(repo: Repository) -> None:
    rng = Random(1)
    names = {bytes(rng.sample([*range(1, 47), *range(48, 256)], 9)) for _ in range(50)}
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"")
    rows = b"".join(b"100644 %s\t%s\n" % (blob.encode(), quote(n)) for n in names)
    repo.run("update-index", "--index-info", stdin=rows)

    printed = repo.run("ls-files").stdout.splitlines()

    assert {unquote(name) for name in printed} == names


def test_trees_have_the_ids_that_git_gives_them(tmp_path: Path) -> None:
    repo, made = build_cases(
        tmp_path / "repo", [RUN.case(number) for number in range(20)]
    )

    for each in made:
        assert tree_id(listing(each.case.after)) == repo.tree(each.commit)
