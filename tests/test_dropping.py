"""Dropping a piece: the commits lose it, and nothing is lost without a word."""

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.git.following import leftovers, seen
from tests.gits import to_merge
from tests.repository import Repository
from tests.runner import (
    IDS,
    Json,
    done,
    gitsplit,
    group,
    lines,
    plan_for,
    split_entry,
    trees,
    whole,
    written,
)

FIFTY = lines("numbers", [(50, 50)], [(50, 50)])


def dropping(repo: Repository, *dropped: Json, groups: tuple[Json, ...] = ()) -> str:
    """A plan file that drops these files' changes from ``HEAD~2``."""
    entry = split_entry(repo, "HEAD~2", *(groups or [group("smaller\n")]))
    plan = plan_for(repo, "HEAD~3", {**entry, "dropped": list(dropped)})
    return written(repo.path.parent / "plan.json", plan)


def test_a_dropped_line_stays_in_the_worktree_and_leaves_every_commit(
    series: Repository,
) -> None:
    before = seen(series)
    old = series.oid("HEAD~2")
    out = done(series.path, "--plan", dropping(series, FIFTY), "--yes")

    assert seen(series).files == before.files
    assert seen(series).status == " M numbers\n"
    assert series.git("diff", "-U0", "numbers").splitlines()[-2:] == ["-50", "+fifty"]
    for commit in ("HEAD~2", "HEAD~1", "HEAD"):
        assert b"\n50\n" in series.blob(commit, "numbers")
    assert f"Left out of {old[:10]}, still in the worktree, not staged:\n" in out
    assert "  2 lines of numbers\n" in out
    assert series.fsck() == ""


def test_an_undo_gives_back_the_commits_and_the_index(series: Repository) -> None:
    before = seen(series)
    done(series.path, "--plan", dropping(series, FIFTY), "--yes")
    done(series.path, "--undo")

    assert seen(series) == before
    assert leftovers(series) == []


def test_what_is_discarded_is_named_with_the_commit_that_has_it(
    series: Repository,
) -> None:
    old = series.oid("HEAD~2")
    plan = dropping(series, FIFTY, whole("sub/other"))
    out = done(series.path, "--plan", plan, "--yes", "--drop-to", "discard")

    assert seen(series).status == ""
    assert b"\n50\n" in (series.path / "numbers").read_bytes()
    assert f"in no file any more (see git show {old[:10]}):\n" in out
    assert "  2 lines of numbers\n  2 lines of sub/other\n" in out


def test_a_preview_has_the_trees_that_are_written(series: Repository) -> None:
    pieces = (group("one\n", lines("numbers", [(1, 1)], [(1, 1)])), group("two\n"))
    plan = dropping(series, FIFTY, groups=pieces)
    before = series.git("count-objects", "-v"), seen(series)
    told = done(series.path, "--plan", plan, "-n")
    assert (series.git("count-objects", "-v"), seen(series)) == before
    done(series.path, "--plan", plan, "--yes")

    made = trees(series, "HEAD~4..HEAD")
    assert len(made) == 4
    assert [tree for tree in made if f"tree {tree[:10]}" not in told] == []
    assert "  left out\n     numbers  -50 +50\n" in told


def test_a_plan_that_drops_something_is_written_and_read_again(
    series: Repository,
) -> None:
    plan = dropping(series, FIFTY)
    again = done(series.path, "--plan", plan, "-n", "--format", "json")
    file = Path(plan)
    file.write_text(again)

    (entry, *_) = json.loads(again)["series"]
    assert [e["removed"] for e in entry["dropped"]] == [[[50, 50]]]
    assert done(series.path, "--plan", plan, "-n", "--format", "json") == again


def test_the_owner_keeps_its_change_id_and_descendants_keep_theirs(
    series: Repository,
) -> None:
    done(series.path, "--plan", dropping(series, FIFTY), "--yes")

    messages = [series.message(f"HEAD~{n}").decode() for n in (2, 1, 0)]
    assert [IDS[n] in message for n, message in enumerate(messages)] == [True] * 3


@to_merge
def test_a_conflict_above_is_refused_with_commit_and_file(series: Repository) -> None:
    content = (series.path / "numbers").read_bytes().replace(b"fifty", b"Fifty!")
    series.commit("needs it", {"numbers": content})
    before = seen(series)
    entry = split_entry(series, "HEAD~3", group("smaller\n"))
    plan = plan_for(series, "HEAD~4", {**entry, "dropped": [FIFTY]})
    file = written(series.path.parent / "plan.json", plan)
    ran = gitsplit(series.path, "--plan", file, "--yes")

    assert ran.status == 1
    assert "“needs it” would conflict in numbers with what" in ran.err
    assert "Nothing was changed." in ran.err
    assert "Your plan is kept" in ran.err
    assert seen(series) == before
    assert gitsplit(series.path, "--plan", file, "-n").status == 1


def test_a_commit_that_is_emptied_stays_and_is_named(series: Repository) -> None:
    before = (series.path / "numbers").read_bytes()
    series.commit("takes it back", {"numbers": before.replace(b"fifty", b"50")})
    entry = split_entry(series, "HEAD~3", group("smaller\n"))
    plan = plan_for(series, "HEAD~4", {**entry, "dropped": [FIFTY]})
    file = written(series.path.parent / "plan.json", plan)
    out = done(series.path, "--plan", file, "--yes", "--no-verify")

    assert series.tree("HEAD") == series.tree("HEAD~1")
    told = next(line for line in out.splitlines() if "takes it back" in line)
    assert "now empty" in told
    assert "changed again by later commits (see git show " in out
    assert seen(series).status == ""


@to_merge
def test_a_dropped_line_of_a_file_renamed_later_is_not_said_to_be_changed_again(
    series: Repository,
) -> None:
    """It is in the worktree, under the new name."""
    before = series.blob("HEAD", "numbers")
    series.commit("renames it", {"numbers": None, "digits": before})
    entry = split_entry(series, "HEAD~3", group("smaller\n"))
    plan = plan_for(series, "HEAD~4", {**entry, "dropped": [FIFTY]})
    file = written(series.path.parent / "plan.json", plan)
    out = done(series.path, "--plan", file, "--yes", "--no-verify")

    assert seen(series).status == " M digits\n"
    assert ", renamed or changed again by later commits (see git show " in out


def test_staged_changes_in_the_way_are_refused_and_the_plan_is_kept(
    series: Repository,
) -> None:
    series.write({"numbers": b"mine\n"})
    series.git("add", "numbers")
    before = seen(series)
    ran = gitsplit(series.path, "--plan", dropping(series, FIFTY), "--yes")

    assert ran.status == 1
    assert "Files that have to change have staged changes: numbers." in ran.err
    assert "Your plan is kept" in ran.err
    assert seen(series) == before


def test_a_bare_repository_has_no_place_for_dropped_lines(series: Repository) -> None:
    plan = dropping(series, FIFTY)
    bare = Repository(series.path.parent / "bare")
    series.git("clone", "-q", "--bare", ".", str(bare.path))
    before = bare.refs()
    ran = gitsplit(bare.path, "--plan", plan, "--yes")
    refused = bare.refs()
    done(bare.path, "--plan", plan, "--yes", "--drop-to", "discard")

    assert (ran.status, refused) == (1, before)
    said, let_go, kept, *_ = ran.err.splitlines()
    assert "A bare repository has no worktree" in said
    # The hint ends with a command: what follows must not look like a part of it.
    assert let_go == "hint: Discard it: --drop-to discard"
    assert kept.startswith("hint: Your plan is kept, for HEAD at ")
    assert b"\n50\n" in bare.blob("HEAD", "numbers")
    done(bare.path, "--undo")
    assert bare.refs() == before


@pytest.mark.parametrize("place", ["worktree", "bare"])
def test_nothing_is_dropped_where_another_worktree_has_the_branch_too(
    series: Repository, place: str
) -> None:
    plan = dropping(series, FIFTY)
    repo, linked = series, Repository(series.path.parent / "linked")
    if place == "bare":
        repo = Repository(series.path.parent / "bare")
        series.git("clone", "-q", "--bare", ".", str(repo.path))
    repo.git("worktree", "add", "-q", "-f", str(linked.path), "main")
    refs = repo.refs()
    ran = gitsplit(repo.path, "--plan", plan, "--yes", "--drop-to", "discard")

    assert (ran.status, repo.refs()) == (1, refs)
    assert f"The files in {linked.path} would not be updated: branch main" in ran.err
    assert linked.git("status", "--porcelain") == ""
    linked.git("checkout", "-q", "--detach")
    done(repo.path, "--plan", plan, "--yes", "--drop-to", "discard")


def test_a_new_file_that_is_dropped_is_untracked_then(series: Repository) -> None:
    new = {"old_path": None, "path": "sub/more", "whole": True}
    series.git("reset", "-q", "--hard", "HEAD~1")
    series.commit("with more", {"sub/new": b"1\n", "numbers": b"1\n"})
    entry = split_entry(series, "HEAD", group("less\n"))
    dropped = {**new, "path": "sub/new"}
    plan = plan_for(series, "HEAD~1", {**entry, "dropped": [dropped]})
    file = written(series.path.parent / "plan.json", plan)
    out = done(series.path, "--plan", file, "--yes")

    assert "still in the worktree, untracked:\n" in out
    assert "  the new file sub/new and 1 line of it\n" in out
    assert seen(series).status == "?? sub/new\n"


def pieces_of(repo: Repository, revision: str) -> list[Json]:
    """Every line that the commit takes away or brings, as a plan names it."""
    options = ("-c", "diff.indentHeuristic=true", "show", "--diff-algorithm=myers")
    shown = repo.git(*options, "-U0", "--inter-hunk-context=0", "--format=", revision)
    pieces: list[Json] = []
    path = ""
    for line in shown.splitlines():
        if line.startswith("+++ b/"):
            path = line.removeprefix("+++ b/")
        if spans := re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line):
            for side, at in (("removed", 1), ("added", 3)):
                first, count = int(spans[at]), int(spans[at + 1] or 1)
                pieces += (
                    {"old_path": path, "path": path, side: [[n, n]]}
                    for n in range(first, first + count)
                )
    return pieces


def random_plan(repo: Repository, random: Random) -> str:
    """A plan that drops some of the lines of HEAD~1 and cuts the others in two."""
    by_place: list[list[Json]] = [[], [], []]
    for piece in pieces_of(repo, "HEAD~1"):
        random.choice(by_place).append(piece)
    first, second, dropped = by_place
    groups = (group("first\n", *first), group("second\n", *second))
    entry = split_entry(repo, "HEAD~1", *groups)
    plan = plan_for(repo, "HEAD~2", {**entry, "dropped": dropped})
    return written(repo.path.parent / "plan.json", plan)


def random_lines(random: Random, old: list[bytes]) -> list[bytes]:
    """The lines with some taken away and others brought, no two of them the same."""
    new = list(old)
    for change in range(8):
        at = random.randrange(len(new))
        brought = range(random.randrange(1, 4))
        new[at : at + random.randrange(3)] = [
            b"%d, %d\n" % (change, n) for n in brought
        ]
    return new


def gained(before: bytes, after: bytes) -> Counter[bytes]:
    return Counter(after.splitlines()) - Counter(before.splitlines())


@pytest.mark.parametrize("seed", range(8))
def test_each_line_is_in_a_commit_or_in_the_worktree(
    repo: Repository, seed: int
) -> None:
    """Law 5: of what the commit added and removed, nothing is lost or doubled.

    The laws are in docs/architecture.md.
    """
    random = Random(seed)
    old = [b"old %d\n" % n for n in range(40)]
    whole = b"".join(random_lines(random, old))
    repo.commit("base", {"f": b"".join(old)})
    repo.commit("tangled", {"f": whole})
    repo.commit("above", {"h": b"1\n"})
    before = seen(repo)
    done(repo.path, "--plan", random_plan(repo, random), "--yes")
    states = [repo.blob(f"HEAD~{n}", "f") for n in (3, 2, 1, 0)]
    steps = list(pairwise([*states, (repo.path / "f").read_bytes()]))

    assert seen(repo).files == before.files
    assert repo.git("write-tree") == repo.tree("HEAD")
    brought = [gained(one, other) for one, other in steps]
    taken = [gained(other, one) for one, other in steps]
    assert sum(brought, Counter()) == gained(states[0], whole)
    assert sum(taken, Counter()) == gained(whole, states[0])
    assert brought[0] and brought[3] and not brought[2]
    done(repo.path, "--undo")
    assert seen(repo) == before
