"""What the options mean, and what a run costs; each run is seen from outside."""

import json
import re
from pathlib import Path

import pytest

from gitsplit import __version__
from gitsplit.model.message import change_ids, is_valid_change_id
from tests.repository import Repository
from tests.runner import (
    IDS,
    Json,
    done,
    gitsplit,
    gitsplit_process,
    group,
    lines,
    plan_for,
    split_entry,
    trees,
    whole,
    written,
)


def ids_of(repo: Repository, revisions: str) -> list[str]:
    """The Change-Ids that Gerrit sees in the commits, oldest first."""
    commits = repo.git("rev-list", "--reverse", revisions).split()
    return [
        change_id.decode()
        for commit in commits
        for change_id in change_ids(repo.message(commit))
    ]


def proposed_files(repo: Repository, *options: str) -> list[list[str]]:
    """The files of each commit that is proposed in place of ``HEAD~2``."""
    out = done(repo.path, "-n", "--format", "json", "-c", "HEAD~2", *options)
    groups = json.loads(out)["series"][0]["groups"]
    return [[file["path"] for file in group["files"]] for group in groups]


THREE = (
    group("first\n", lines("numbers", [(1, 1)], [(1, 1)])),
    group(
        "largest\n", lines("numbers", [(50, 50), (100, 100)], [(50, 50), (100, 100)])
    ),
    group("last\n", whole("sub/other")),
)


def three_pieces(repo: Repository, tmp_path: Path, *groups: Json) -> str:
    """A plan file that splits ``HEAD~2`` in three; it names no owner by itself."""
    entry = split_entry(repo, "HEAD~2", *(groups or THREE))
    return written(tmp_path / "plan.json", plan_for(repo, "HEAD~3", entry))


def test_by_file_each_file_is_a_commit(series: Repository) -> None:
    files = proposed_files(series, "--group-by", "file")

    assert files == [["numbers"], ["sub/other"]]


def test_by_directory_the_files_of_each_directory_are_a_commit(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    new: dict[str, bytes | None] = {"x/1": b"1\n", "x/2": b"2\n", "y/1": b"1\n"}
    repo.commit("tangled\n", new)
    for number in range(2):
        repo.commit("above\n", {"a": b"%d\n" % number})

    files = proposed_files(repo, "--group-by", "directory")
    assert files == [["x/1", "x/2"], ["y/1"]]


def test_by_proximity_the_distant_parts_of_a_file_are_commits(
    series: Repository,
) -> None:
    files = proposed_files(series, "--group-by", "proximity")

    assert files == [["numbers"], ["numbers"], ["numbers"], ["sub/other"]]


def test_by_none_the_commit_stays_whole_and_a_split_of_it_is_refused(
    series: Repository,
) -> None:
    refs = series.refs()
    files = proposed_files(series, "--group-by", "none")
    ran = gitsplit(series.path, "--yes", "--group-by", "none", "-c", "HEAD~2")

    assert files == [["numbers", "sub/other"]]
    assert (ran.status, ran.out) == (1, "")
    assert "The plan changes nothing." in ran.err
    assert series.refs() == refs


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_as_many_commits_are_proposed_as_asked_for(
    series: Repository, number: int
) -> None:
    assert len(proposed_files(series, "--commits", str(number))) == number


def test_more_commits_than_there_are_pieces_are_refused(series: Repository) -> None:
    ran = gitsplit(series.path, "-n", "--commits", "50", "-c", "HEAD~2")

    assert (ran.status, ran.out) == (1, "")
    assert "commits at most, not 50." in ran.err


@pytest.mark.parametrize(
    ("keep", "owner"),
    [("auto", 1), ("first", 0), ("last", 2), ("largest", 1), ("1", 0), ("3", 2)],
)
def test_the_commit_asked_for_keeps_the_change_id(
    series: Repository, tmp_path: Path, keep: str, owner: int
) -> None:
    plan = three_pieces(series, tmp_path)
    done(series.path, "--yes", "--plan", plan, "--keep-change-id", keep)

    *pieces, above, top = ids_of(series, "HEAD~5..")
    assert [number for number, i in enumerate(pieces) if i == IDS[0]] == [owner]
    assert (above, top) == IDS[1:3]


@pytest.mark.parametrize("keep", ["auto", "first", "last", "largest", "2", "none"])
def test_what_a_preview_says_of_the_owner_comes_true(
    series: Repository, keep: str
) -> None:
    options = ("--commits", "3", "--keep-change-id", keep, "-c", "HEAD~2")
    said = re.findall(r"keeps I1|new Change-Id", done(series.path, "-n", *options))
    done(series.path, "--yes", *options)

    pieces = ids_of(series, "HEAD~5..HEAD~2")
    kept = ["keeps I1" if i == IDS[0] else "new Change-Id" for i in pieces]
    assert said == kept


def test_none_keeps_the_change_id_when_that_is_asked_for(
    series: Repository, tmp_path: Path
) -> None:
    plan = three_pieces(series, tmp_path)
    done(series.path, "--yes", "--plan", plan, "--keep-change-id", "none")

    found = ids_of(series, "HEAD~5..")
    assert IDS[0] not in found
    assert len(set(found)) == 5


def test_the_owner_that_the_plan_names_wins_over_the_option(
    series: Repository, tmp_path: Path
) -> None:
    groups = (THREE[0] | {"owner": True}, *THREE[1:])
    plan = three_pieces(series, tmp_path, *groups)
    done(series.path, "--yes", "--plan", plan, "--keep-change-id", "last")

    assert ids_of(series, "HEAD~5..")[0] == IDS[0]


def test_new_change_ids_are_valid_and_distinct_and_one_to_each_commit(
    series: Repository, tmp_path: Path
) -> None:
    done(series.path, "--yes", "--plan", three_pieces(series, tmp_path))

    found = ids_of(series, "HEAD~5..")
    assert len(found) == len(set(found)) == 5
    assert all(is_valid_change_id(change_id.encode()) for change_id in found)


def test_an_id_that_a_message_of_the_plan_has_does_not_count(
    series: Repository, tmp_path: Path
) -> None:
    stolen = group(f"first\n\nChange-Id: {IDS[0]}\n", whole("numbers"))
    other = group(f"other\n\nChange-Id: {IDS[1]}\n", owner=True)
    done(series.path, "--yes", "--plan", three_pieces(series, tmp_path, stolen, other))

    found = ids_of(series, "HEAD~4..")
    assert found[1:] == list(IDS[:3])
    assert found[0] not in IDS


def test_no_commit_gets_a_change_id_where_the_original_has_none(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("tangled\n", {"a": b"2\n", "b": b"2\n"})
    said = done(repo.path, "-n", "HEAD~1")
    done(repo.path, "--yes", "HEAD~1")

    assert "Change-Id" not in said
    assert b"Change-Id" not in repo.message("HEAD~1") + repo.message("HEAD")


def test_a_new_message_of_a_picked_commit_keeps_its_change_id(
    series: Repository, tmp_path: Path
) -> None:
    entry: Json = {
        "commit": series.oid("HEAD~1"),
        "action": "reword",
        "message": "better\n",
    }
    plan = written(tmp_path / "plan.json", plan_for(series, "HEAD~3", entry))
    before = trees(series, "HEAD~3..")
    done(series.path, "--yes", "--plan", plan)

    message = f"better\n\nChange-Id: {IDS[1]}\n"
    assert series.message("HEAD~1").decode() == message
    assert trees(series, "HEAD~3..") == before


def test_each_undo_takes_back_one_rewrite_more(series: Repository) -> None:
    tips = [series.oid("HEAD")]
    for commit in ("HEAD~2", "HEAD~3"):
        done(series.path, "--yes", "-c", commit, "--commits", "2")
        tips.append(series.oid("HEAD"))

    for tip in (tips[1], tips[0]):
        done(series.path, "--undo")
        assert series.oid("HEAD") == tip
    assert len(set(tips)) == 3


def test_an_undo_says_what_it_took_back(series: Repository) -> None:
    tip, commit = series.oid("HEAD")[:10], series.oid("HEAD~2")[:10]
    done(series.path, "--yes", "-c", "HEAD~2", "--commits", "2")

    said = done(series.path, "--undo")
    back, about = said.splitlines()
    assert back == f"Undid: split of {commit} into 2 commits. main is back at {tip}."
    assert about.startswith("If the split has been pushed for review, amend")


@pytest.mark.parametrize(
    "args",
    [
        ["--frobnicate"],
        ["HEAD~1", "HEAD~2"],
        ["--format", "yaml", "-n"],
        ["--format", "text", "--yes", "HEAD~1"],
        ["-o", "plan.json", "HEAD~1"],
        ["--root", "HEAD~1"],
        ["--undo", "--dry-run"],
        ["--undo", "-c", "HEAD"],
        ["--undo", "HEAD~1"],
        ["--undo", "--root"],
        ["--commits", "0", "-n", "HEAD~1"],
        ["--keep-change-id", "0", "-n", "HEAD~1"],
        ["--keep-change-id", "best", "-n", "HEAD~1"],
        ["--group-by", "colour", "-n", "HEAD~1"],
        ["-p", "HEAD~1"],
        ["-p", "--yes", "HEAD~1"],
    ],
    ids=" ".join,
)
def test_wrong_usage_has_exit_status_2_and_touches_nothing(
    series: Repository, args: list[str]
) -> None:
    refs = series.refs()
    ran = gitsplit(series.path, *args)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: gitsplit [OPTIONS] [UPSTREAM]\n")
    assert "\nError: " in ran.err
    assert series.refs() == refs


def test_help_and_version_need_no_repository(tmp_path: Path) -> None:
    said = done(tmp_path, "--help")

    assert said == done(tmp_path, "-h")
    assert "--keep-change-id" in said
    assert done(tmp_path, "--version") == f"gitsplit {__version__}\n"


def test_the_program_runs_as_a_process_of_its_own(series: Repository) -> None:
    plan = done(series.path, "-n", "--format", "json", "-c", "HEAD~2").encode()
    ran = gitsplit_process(series.path, "--plan", "-", "--yes", stdin=plan)

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Rewrote main: 3 commits became ")


def processes(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, *args: str
) -> list[str]:
    """The git commands that ``gitsplit ARGS`` starts, without those git starts."""
    trace = repo.path.parent / "trace"
    trace.unlink(missing_ok=True)
    with monkeypatch.context() as traced:
        traced.setenv("GIT_TRACE2_EVENT", str(trace))
        done(repo.path, *args)
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    starts = [e for e in events if e["event"] == "start" and "/" not in e["sid"]]
    return [" ".join(start["argv"][1:]) for start in starts]


def test_a_dry_run_starts_few_git_processes(
    series: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = f"two files\n\nChange-Id: {IDS[3]}\n"
    series.commit(message, {"numbers": b"1\n", "other": b"1\n"})
    message = f"one file\n\nChange-Id: I{'5' * 40}\n"
    series.commit(message, {"other": b"2\n"})
    one = processes(series, monkeypatch, "--dry-run", "HEAD~1")
    several = processes(series, monkeypatch, "--dry-run", "HEAD~2")
    many = processes(series, monkeypatch, "--dry-run", "HEAD~5")

    assert len(one) <= 5, one
    asked = "what changed together before, and which branches there are, is asked"
    assert len(several) == len(one) + 2, asked
    assert len(many) == len(several), "more commits cost no more processes"


def test_a_split_by_plan_starts_few_git_processes(
    series: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = three_pieces(series, tmp_path)
    # As where people work: who they are is configured, and not in the environment.
    series.git("config", "user.name", "Someone")
    series.git("config", "user.email", "someone@example.com")
    for name in ("NAME", "EMAIL", "DATE"):
        monkeypatch.delenv(f"GIT_COMMITTER_{name}", raising=False)
    started = processes(series, monkeypatch, "--plan", plan, "--yes")

    # One of them is about Change-Ids, which this series has.
    assert len(started) <= 8, "\n".join(started)
    who = series.git("log", "-1", "--format=%cn <%ce>")
    assert who == "Someone <someone@example.com>"
