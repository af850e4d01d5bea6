"""A dry run: it touches nothing, and what it prints is what comes true."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from gitsplit.report.formats import FORMATS
from tests.repository import Repository
from tests.runner import (
    IDS,
    PROGRAM,
    Json,
    done,
    gitsplit,
    gitsplit_process,
    group,
    plan_for,
    split_entry,
    state_of,
    trees,
    whole,
    written,
)


def shown_trees(text: str) -> list[str]:
    """The abbreviated trees of the commits that a preview says are split."""
    return re.findall(r", tree ([0-9a-f]{10})\b", text)


def actions(plan: str) -> list[tuple[str, str]]:
    """The subject and the action of each commit in a plan file."""
    return [(e["subject"], e["action"]) for e in json.loads(plan)["series"]]


def two_by_file(repo: Repository) -> Json:
    """A plan that splits ``HEAD~2`` by file."""
    groups = (group("numbers\n", whole("numbers")), group("other\n", owner=True))
    return plan_for(repo, "HEAD~3", split_entry(repo, "HEAD~2", *groups))


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--format", "json"],
        ["-c", "HEAD~2"],
        ["--root"],
        ["--yes"],
        ["--plan", "../plan.json"],
        ["--plan", "../plan.json", "--format", "json"],
        *(["-p", "--format", each] for each in FORMATS),
    ],
    ids=" ".join,
)
def test_it_writes_nothing_at_all(
    series: Repository, tmp_path: Path, options: list[str]
) -> None:
    written(tmp_path / "plan.json", two_by_file(series))
    series.write({"numbers": b"dirty\n", "untracked": b"untracked\n"})
    (series.path / "sub" / "other").touch()
    upstream = [] if "--plan" in options or "--root" in options else ["HEAD~3"]
    before = state_of(series.path)
    said = done(series.path, "--dry-run", *options, *upstream)

    assert said != ""
    assert state_of(series.path) == before


def test_it_works_where_nothing_can_be_written_and_nobody_is_known(
    series: Repository,
) -> None:
    series.git("config", "--global", "user.useConfigOnly", "true")
    series.git("config", "--global", "--unset", "user.email")
    (series.path / ".git" / "gitsplit").write_text("in the way of any journal")
    (series.path / ".git" / "index.lock").touch()

    assert "becomes" in done(series.path, "-n", "-c", "HEAD~2")


@pytest.mark.parametrize("by", ["auto", "file", "directory", "proximity"])
def test_the_trees_it_prints_are_those_that_a_split_then_writes(
    series: Repository, by: str
) -> None:
    options = ["--group-by", by, "-c", "HEAD~2"]
    printed = shown_trees(done(series.path, "-n", *options))
    original = series.oid("HEAD~3")
    done(series.path, "--yes", *options)

    assert len(printed) > 1
    assert printed == [t[:10] for t in trees(series, f"{original}..HEAD~2")]


def test_the_plan_it_writes_gives_the_trees_of_the_proposal(
    series: Repository,
) -> None:
    plan = done(series.path, "-n", "--format", "json", "-c", "HEAD~2")
    base = series.oid("HEAD~3")
    done(series.path, "--yes", "-c", "HEAD~2")
    proposed = trees(series, f"{base}..")
    done(series.path, "--undo")
    done(series.path, "--plan", "-", "--yes", stdin=plan.encode())

    assert trees(series, f"{base}..") == proposed


def test_the_plan_of_a_whole_series_splits_all_its_commits_at_once(
    series: Repository,
) -> None:
    base = series.oid("HEAD~3")
    printed = shown_trees(done(series.path, "-n", "HEAD~3"))
    plan = done(series.path, "-n", "--format", "json", "HEAD~3")
    done(series.path, "--plan", "-", "--yes", stdin=plan.encode())

    result = trees(series, f"{base}..")
    assert printed == [tree[:10] for tree in result[: len(printed)]]
    assert len(result) > 3


def test_a_plan_comes_out_of_a_dry_run_with_every_line_it_went_in_with(
    series: Repository,
) -> None:
    plan = done(series.path, "-n", "--format", "json", "HEAD~3")
    again = done(
        series.path, "-n", "--format", "json", "--plan", "-", stdin=plan.encode()
    )

    assert again == plan


def test_a_new_message_in_a_plan_comes_out_of_a_dry_run_again(
    series: Repository,
) -> None:
    entry: Json = {
        "commit": series.oid("HEAD~1"),
        "action": "reword",
        "message": "new words\n",
    }
    plan = json.dumps(plan_for(series, "HEAD~3", entry)).encode()
    out = done(series.path, "-n", "--format", "json", "--plan", "-", stdin=plan)

    reworded = json.loads(out)["series"][1]
    assert (reworded["action"], reworded["message"]) == ("reword", "new words\n")
    assert [action for _, action in actions(out)] == ["pick", "reword", "pick"]


def test_a_range_has_every_commit_previewed_in_order(series: Repository) -> None:
    said = done(series.path, "-n", "HEAD~3")

    heads = [line for line in said.splitlines() if re.match(r"[0-9a-f]{10} ", line)]
    commits = [series.oid(f"HEAD~{n}")[:10] for n in (2, 1, 0)]
    assert [line.split()[0] for line in heads] == commits


def test_only_the_commits_marked_are_proposed_to_be_split(series: Repository) -> None:
    plan = done(
        series.path, "-n", "--format=json", "-c", "HEAD~2", "-c", "HEAD", "HEAD~3"
    )

    assert actions(plan) == [("tangled", "split"), ("above", "pick"), ("top", "split")]


def test_without_upstream_a_marked_commit_begins_the_series(
    series: Repository,
) -> None:
    plan = json.loads(done(series.path, "-n", "--format=json", "-c", "HEAD~1"))

    assert plan["upstream"] == series.oid("HEAD~2")
    assert [entry["subject"] for entry in plan["series"]] == ["above", "top"]


def test_without_upstream_the_series_begins_after_the_configured_one(
    series: Repository,
) -> None:
    series.git("branch", "-q", "base", "HEAD~3")
    series.git("branch", "-q", "--set-upstream-to=base")

    plan = json.loads(done(series.path, "-n", "--format=json"))
    assert plan["upstream"] == series.oid("HEAD~3")


def test_an_upstream_that_has_moved_on_counts_up_to_where_it_was_left(
    series: Repository,
) -> None:
    series.git("checkout", "-q", "-b", "trunk", "HEAD~3")
    moved_on = series.commit("moved on\n", {"trunk": b"1\n"})
    series.git("checkout", "-q", "main")

    plan = json.loads(done(series.path, "-n", "--format=json", moved_on))
    assert plan["upstream"] == series.oid("HEAD~3")


def test_a_merge_in_the_range_is_left_alone(series: Repository) -> None:
    series.git("checkout", "-q", "-b", "side", "HEAD~1")
    series.commit(f"side\n\nChange-Id: {IDS[3]}\n", {"side": b"1\n"})
    series.git("checkout", "-q", "main")
    together = f"together\n\nChange-Id: I{'5' * 40}"
    series.git("merge", "-q", "-m", together, "side")
    base = series.oid("main~4")
    plan = done(series.path, "-n", "--format", "json", base)

    assert dict(actions(plan))["together"] == "pick"
    assert "together  (tree unchanged)" in done(series.path, "-n", base)


def test_an_empty_commit_in_the_range_is_left_alone(series: Repository) -> None:
    series.git("commit", "-q", "--allow-empty", "-m", "nothing")
    plan = done(series.path, "-n", "--format", "json", "HEAD~3")

    assert actions(plan)[-1] == ("nothing", "pick")


def test_the_root_commit_can_be_previewed(repo: Repository) -> None:
    repo.commit("root\n", {"a": b"1\n", "b": b"2\n"})
    plan = json.loads(done(repo.path, "-n", "--root", "--format", "json"))

    assert plan["upstream"] is None
    assert len(plan["series"][0]["groups"]) == 2


def test_a_file_gets_what_would_be_printed(series: Repository, tmp_path: Path) -> None:
    name = str(tmp_path / "plan.json")
    printed = done(series.path, "-n", "--format", "json", "HEAD~3")
    silent = done(series.path, "-n", "--format", "json", "-o", name, "HEAD~3")

    assert silent == ""
    assert Path(name).read_bytes().decode() == printed


@pytest.mark.parametrize("form", FORMATS)
def test_a_dash_is_standard_output(series: Repository, form: str) -> None:
    args = ("-n", "--format", form, "HEAD~3")

    printed, again = (
        re.sub(r"Change-Id: I\w+", "", done(series.path, *args, *output))
        for output in (["-o", "-"], [])
    )
    assert printed == again
    assert series.git("status", "--porcelain") == ""


def test_a_plan_fits_where_all_commits_are_that_it_names(series: Repository) -> None:
    args = ("-n", "--format", "json")
    plan = done(series.path, *args, "-c", "HEAD~2", "--group-by", "file")
    series.commit("one more\n", {"more": b"1\n"})
    again = done(series.path, *args, "--plan", "-", stdin=plan.encode())

    before, after = json.loads(plan), json.loads(again)
    assert after["series"][:-1] == before["series"]
    assert actions(again)[-1] == ("one more", "pick")
    assert (after["upstream"], after["head"]) == (
        before["upstream"],
        series.oid("HEAD"),
    )


def test_a_plan_for_a_commit_that_is_gone_is_refused(series: Repository) -> None:
    plan = done(series.path, "-n", "--format", "json", "HEAD~3").encode()
    gone = series.oid("HEAD")
    series.git("reset", "-q", "--hard", "HEAD~1")
    ran = gitsplit(series.path, "-n", "--plan", "-", stdin=plan)

    assert (ran.status, ran.out) == (1, "")
    assert f"The plan names {gone[:10]}, which is not in the series." in ran.err


def test_a_new_order_fits_only_the_series_that_it_was_made_for(
    series: Repository,
) -> None:
    plan = json.loads(done(series.path, "-n", "--format", "json", "HEAD~3"))
    plan["series"] = [*plan["series"][1:], plan["series"][0]]
    text = json.dumps(plan).encode()
    done(series.path, "-n", "--plan", "-", stdin=text)
    series.commit("one more\n", {"more": b"1\n"})
    ran = gitsplit(series.path, "-n", "--plan", "-", stdin=text)

    assert (ran.status, ran.out) == (1, "")
    assert "changes the order of the commits of another series" in ran.err


def test_a_plan_of_a_repository_that_this_one_knows_nothing_of_is_refused(
    series: Repository,
) -> None:
    plan = two_by_file(series) | {"head": "1" * 40, "upstream": "2" * 40}
    ran = gitsplit(series.path, "-n", "--plan", "-", stdin=json.dumps(plan).encode())

    assert (ran.status, ran.out) == (1, "")
    assert "made for other commits than those of this series" in ran.err


def test_an_upstream_may_differ_from_the_plans_where_all_commits_are_after_it(
    series: Repository,
) -> None:
    plan = done(series.path, "-n", "--format", "json", "HEAD~3").encode()
    for same in (["HEAD~3"], ["--root"]):
        assert gitsplit(series.path, "-n", "--plan", "-", *same, stdin=plan).status == 0
    ran = gitsplit(series.path, "-n", "--plan", "-", "HEAD~1", stdin=plan)

    assert (ran.status, ran.out) == (1, "")
    assert f"The plan names {series.oid('HEAD~2')[:10]}, which is not" in ran.err


def test_control_characters_and_bidi_never_reach_the_terminal(
    repo: Repository,
) -> None:
    hostile = "\x1b]0;owned\x07 \u202e \x9b \x7f"
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit(
        f"subject {hostile}\n\nbody {hostile}\n",
        {f"file {hostile}": b"1\n", "a": b"2\n", "c": b"\x1b"},
    )
    repo.commit(f"top {hostile}\n", {"b": b"1\n"})
    repo.git("checkout", "-q", "-b", "branch-\u202e-\u009b")
    text = done(repo.path, "-n", "HEAD~2")
    plan = done(repo.path, "-n", "--format", "json", "HEAD~2")
    summary = done(repo.path, "--yes", "-c", "HEAD~1")
    undone = done(repo.path, "--undo")

    for said in (text, plan, summary, undone):
        assert set(said) & set("\x1b\x07\u202e\x9b\x7f") == set()
    (entry, _) = json.loads(plan)["series"]
    assert entry["subject"] == f"subject {hostile}"


def test_text_that_the_terminal_has_no_letters_for_is_named(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("\u3042\n", {"a": b"2\n", "b": b"2\n"})
    latin = {"PYTHONIOENCODING": "latin-1"}
    text = gitsplit_process(repo.path, "-n", "HEAD~1", env=latin)
    plan = gitsplit_process(repo.path, "-n", "--format=json", "HEAD~1", env=latin)

    assert (text.status, plan.status) == (0, 0)
    assert "\\u3042" in text.out
    assert json.loads(plan.out)["series"][0]["subject"] == "\u3042"


def test_a_reader_that_goes_away_early_is_no_error(series: Repository) -> None:
    run = " ".join(PROGRAM)
    ended = subprocess.run(
        ["bash", "-c", f"{run} -n HEAD~3 | true; exit ${{PIPESTATUS[0]}}"],
        cwd=series.path,
        capture_output=True,
        check=False,
    )

    assert ended.stderr == b""


def test_the_border_between_two_proposed_commits_is_explained(
    series: Repository,
) -> None:
    text = done(series.path, "-n", "-c", "HEAD~2", "--commits", "2")

    assert re.findall(r"^     why not one commit: (.*)$", text, re.MULTILINE) == [
        "Commit 2 has no name in common with commit 1"
    ]


def test_ranges_of_many_lines_are_broken_between_two_of_them(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"".join(b"%d\n" % n for n in range(1000))})
    rare = (b"new %d\n" % n if n % 9 == 7 else b"%d\n" % n for n in range(1000))
    repo.commit("rare\n", {"a": b"".join(rare)})
    text = done(repo.path, "-n", "-c", "HEAD", "--commits", "1")
    (block,) = re.findall(r"^     a ((?: +[-+].*\n)+)", text, re.MULTILINE)

    assert max(map(len, block.splitlines())) <= 79
    assert block.split() == [
        f"{sign}{n + 1}" for n in range(1000) if n % 9 == 7 for sign in "-+"
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_a_plan_that_comes_to_a_conflict_is_refused_in_every_format(
    repo: Repository, form: str
) -> None:
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("both\n", {"a": b"2\n", "b": b"2\n"})
    repo.commit("above\n", {"a": b"3\n"})
    entry = split_entry(repo, "HEAD~1", {"message": "one\n", "hunks": [2]})
    entry["dropped"] = {"files": [], "hunks": [1]}
    plan = json.dumps(plan_for(repo, "HEAD~2", entry)).encode()
    ran = gitsplit(repo.path, "-n", "--format", form, "--plan", "-", stdin=plan)

    assert ran.status == 1
    assert "onflict" in ran.out + ran.err


def test_what_is_counted_as_hunks_is_what_has_a_number(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n2\n3\n4\n", "gone": b"1\n", "m": b"1\n"})
    (repo.path / "m").chmod(0o755)
    (repo.path / "gone").unlink()
    repo.commit("all\n", {"a": b"4\n", "new": b"x\n", "bin": b"\0", "empty": b""})
    listed = json.loads(done(repo.path, "-n", "--format", "json", "-c", "HEAD"))
    assert [each["number"] for each in listed["series"][0]["hunks"]] == [*range(1, 7)]

    groups: list[Json] = [
        {"message": "one\n", "hunks": ["1:-1"]},
        {"message": "two\n", "hunks": ["1:-2-3", "2-4"]},
        {"message": "three\n", "hunks": ["5-6"]},
    ]
    plan = json.dumps(plan_for(repo, "HEAD~1", split_entry(repo, "HEAD", *groups)))
    told = done(repo.path, "-n", "--plan", "-", stdin=plan.encode())
    page = done(repo.path, "-n", "--plan", "-", "--format", "html", stdin=plan.encode())

    sizes = ["1 hunk (1 divided)", "4 hunks (1 divided)", "2 hunks"]
    assert re.findall(r"^  6 files, 6 hunks: becomes", told, re.MULTILINE)
    assert re.findall(r"^     (\d+ hunk[^,]*), ", told, re.MULTILINE) == sizes
    assert "6 files, 6 hunks: becomes" in page
    assert re.findall(r'<p class="size">(\d+ hunk[^,]*), ', page)[:3] == sizes


def test_a_plan_of_the_users_has_no_border_that_gitsplit_would_know(
    series: Repository, tmp_path: Path
) -> None:
    plan = written(tmp_path / "plan.json", two_by_file(series))

    assert "why not one commit" not in done(series.path, "-n", "--plan", plan)


@pytest.fixture
def large(repo: Repository) -> Repository:
    """A commit of so many files that they aren't compared one by one."""
    repo.commit("begin", {"README": b"begin\n"})
    numbers = [(part, n) for part in "ab" for n in range(65)]
    repo.commit("large", {f"{part}/{n}": b"%d\n" % n for part, n in numbers})
    return repo


def test_what_was_done_to_be_in_time_is_named(large: Repository) -> None:
    text = done(large.path, "-n", "HEAD~1")

    assert "  a large commit: each directory stays whole\n" in text


def test_a_plan_for_machines_has_it_on_standard_error(large: Repository) -> None:
    ran = gitsplit(large.path, "-n", "HEAD~1", "--format", "json")

    json.loads(ran.out)
    said = f"gitsplit: {large.oid('HEAD')[:10]} is a large commit: each directory"
    assert ran.err.startswith(said)
