"""What programs are told: one JSON document on standard output, whatever happens."""

import json
import os
import re
from pathlib import Path
from typing import Any

import click
import pytest

from gitsplit import errors
from tests.repository import Repository
from tests.runner import (
    IDS,
    Ran,
    gitsplit,
    gitsplit_process,
    group,
    plan_for,
    split_entry,
    whole,
    written,
)

PROJECT = Path(__file__).parents[1]


def document(ran: Ran) -> dict[str, Any]:
    """The only document that was printed."""
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    assert (found["format"], found["version"]) == ("gitsplit-result", 1)
    return found


def listed(repo: Repository, *revisions: str) -> list[dict[str, str | None]]:
    """The commits as git has them, with the Change-Ids of the last trailer."""
    form = "--format=%H%x00%T%x00%s%x00%(trailers:key=Change-Id,valueonly)%x1e"
    told = repo.git("log", "--reverse", "--topo-order", form, *revisions)
    fields = [each.strip("\n").split("\0") for each in told.split("\x1e")]
    return [
        {"commit": oid, "tree": tree, "subject": subject, "change_id": key.strip()}
        for oid, tree, subject, key in (each for each in fields if len(each) == 4)
    ]


def without_heirs(commits: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{k: v for k, v in each.items() if k != "continues"} for each in commits]


def test_a_rewrite_tells_old_and_new_commits_and_refs(series: Repository) -> None:
    series.git("branch", "side", "HEAD~1")
    before, side = series.oid("HEAD"), series.oid("side")
    old = listed(series, "HEAD~3..HEAD")

    ran = gitsplit(series.path, "--yes", "-c", "HEAD~2", "--format", "json")

    told = document(ran)
    new = listed(series, f"{before}~3..HEAD")
    assert (ran.status, told["state"]) == (0, "rewritten")
    assert told["old_commits"] == old
    assert without_heirs(told["new_commits"]) == new
    assert told["moved"] == [
        {"ref": "refs/heads/main", "old": before, "new": series.oid("main")},
        {"ref": "refs/heads/side", "old": side, "new": series.oid("side")},
    ]
    originals = {each["commit"]: each["change_id"] for each in old}
    heirs = [each for each in told["new_commits"] if each["continues"]]
    assert [originals[each["continues"]] for each in heirs] == [
        each["change_id"] for each in heirs
    ]
    assert sorted(each["change_id"] for each in heirs) == sorted(IDS[:3])
    assert "Rewrote main" in ran.err


def test_the_page_shows_the_fields_that_there_are(series: Repository) -> None:
    page = (PROJECT / "docs" / "results.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    shown = json.loads(block)
    told = document(gitsplit(series.path, "--yes", "-c", "HEAD~2", "--format", "json"))
    assert [*shown] == [*told]
    for commits in ("old_commits", "new_commits"):
        assert [*shown[commits][0]] == [*told[commits][0]]
    (row,) = re.findall(r"\| `error` \|.*such as (.*?);", page)
    known = {name for part in (errors, click) for name in vars(part)}
    assert set(re.findall(r"`(\w+)`", row)) <= known


def test_what_people_are_told_of_a_rewrite_is_among_the_warnings(
    repo: Repository, tmp_path: Path
) -> None:
    repo.commit("base\n", {"a.py": b"import os\n", "c.py": b"import os\n"})
    message = (
        "Add a helper\n\nThe moon is made of cheese.\n\n"
        "Co-authored-by: B <b@example.org>\n"
    )
    used = b"import os\n\nprint(late_helper(os.sep))\n"
    defined = b"import os\n\ndef late_helper(name):\n    return name\n"
    repo.commit(message, {"a.py": used, "c.py": defined})
    first = group("Use it\n", whole("a.py"))
    entry = split_entry(repo, "HEAD", first, group("Add it\n", owner=True))
    plan = written(tmp_path / "plan.json", plan_for(repo, "HEAD~1", entry))

    ran = gitsplit(repo.path, "--yes", "--plan", plan, "--format", "json")

    warnings = document(ran)["warnings"]
    assert any("Co-authored-by" in each for each in warnings)
    assert any("The moon is made of cheese." in each for each in warnings)
    early = "commit 1 needs `late_helper` from commit 2, which comes later."
    assert f"Out of order: {early}" in warnings
    assert f"Out of order: {early}" in ran.err


def test_an_undo_tells_what_is_back(series: Repository) -> None:
    before = series.oid("HEAD")
    old = listed(series, "HEAD~3..HEAD")
    gitsplit(series.path, "--yes", "-c", "HEAD~2")
    after = series.oid("HEAD")
    new = listed(series, f"{before}~3..HEAD")

    told = document(gitsplit(series.path, "--undo", "--format=json"))

    assert told["state"] == "rewritten"
    assert told["moved"] == [{"ref": "refs/heads/main", "old": after, "new": before}]
    assert (told["old_commits"], without_heirs(told["new_commits"])) == (new, old)


def test_a_plan_that_changes_nothing_leaves_all_unchanged(series: Repository) -> None:
    plan = series.path / "plan.json"
    grouped = ("--group-by", "none", "-c", "HEAD~2")
    gitsplit(series.path, "-n", "--format", "json", *grouped, "-o", str(plan))

    ran = gitsplit(series.path, "--yes", "--plan", str(plan), "--format", "json")

    told = document(ran)
    assert (ran.status, told["state"], told["new_commits"]) == (0, "unchanged", [])
    assert told["warnings"] == ["The plan changes nothing. Nothing was changed."]


@pytest.mark.parametrize(
    ("args", "status", "error"),
    [
        (("--yes", "nowhere"), 1, "UnknownRevision"),
        (("--yes", "--plan", "nowhere"), 1, "NotReadable"),
        (("--yes", "-o", ""), 1, "NotWritable"),
        (("--yes", "-o", "/nowhere/at/all"), 1, "NotWritable"),
        (("-n", "nowhere"), 1, "UnknownRevision"),
        (("--undo",), 1, "NothingToUndo"),
        (("--abort",), 1, "NothingToContinue"),
        (("--undo", "--yes"), 2, "UsageError"),
        (("--nonsense",), 2, "UsageError"),
        (("--commits", "0"), 2, "UsageError"),
        (("--commits",), 2, "UsageError"),
    ],
)
def test_a_refusal_has_its_class_and_hint(
    series: Repository, args: tuple[str, ...], status: int, error: str
) -> None:
    ran = gitsplit(series.path, "--format", "json", *args)

    told = document(ran)
    assert (ran.status, told["error"], told["state"]) == (status, error, "unchanged")
    assert told["message"].split(".")[0] in ran.err
    assert told["hint"] == "See: gitsplit --help" if status == 2 else told["hint"]
    assert status == 2 or told["hint"] in ran.err


def test_where_a_plan_is_kept_is_told(series: Repository) -> None:
    args = ("--yes", "-c", "HEAD~2", "-x", "false", "--format", "json")
    told = document(gitsplit(series.path, *args))

    assert told["error"] == "CheckFailed"
    (kept,) = (series.path / ".git" / "gitsplit" / "plans").iterdir()
    assert str(kept) in told["kept"]


def test_a_plan_that_is_refused_prints_no_preview_beside(series: Repository) -> None:
    plan = json.loads(gitsplit(series.path, "-n", "--format=json", "HEAD~3").out)
    plan["series"][0]["groups"] = []

    ran = gitsplit(
        *(series.path, "-n", "--format=json", "--plan", "-"),
        stdin=json.dumps(plan).encode(),
    )

    assert (ran.status, document(ran)["error"]) == (1, "InvalidPlan")


def test_what_other_programs_print_stays_off_standard_output(
    series: Repository,
) -> None:
    hook = series.path / ".git" / "hooks" / "post-rewrite"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho from the hook\n")
    hook.chmod(0o755)

    ran = gitsplit_process(
        *(series.path, "--yes", "-c", "HEAD~2", "--format", "json"),
        *("-x", "echo from the check"),
    )

    assert document(ran)["state"] == "rewritten"


def test_questions_go_to_standard_error(series: Repository) -> None:
    ran = gitsplit_process(
        *(series.path, "--no-screen", "HEAD~1", "--format", "json"), stdin=b"q\n"
    )

    assert document(ran)["state"] == "unchanged"
    assert "1" in ran.err


def test_a_result_goes_to_a_file(series: Repository, tmp_path: Path) -> None:
    file = tmp_path / "result.json"

    ran = gitsplit(
        *(series.path, "--yes", "-c", "HEAD~2", "--format=json", "-o", str(file)),
    )

    assert ran.out == ""
    assert json.loads(file.read_bytes())["state"] == "rewritten"


@pytest.mark.parametrize(
    ("call", "state"), [("--yes", "rewritten"), ("-n", "unchanged")]
)
def test_a_file_that_takes_nothing_leaves_an_error_on_standard_output(
    series: Repository, call: str, state: str
) -> None:
    args = ("--format=json", "-c", "HEAD~2", "-o", "/dev/full")
    ran = gitsplit(series.path, call, *args)

    told = document(ran)
    assert (ran.status, told["state"], told["error"]) == (1, state, "NotWritable")
    assert told["message"] == "/dev/full can't be written: No space left on device."


def test_a_git_that_is_not_there_has_a_class_of_its_own(
    series: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    told = document(gitsplit(series.path, "-n", "--format=json", "HEAD~1"))
    assert told["error"] == "GitNotStarted"


def test_the_bytes_of_odd_branch_names_are_lone_surrogates(repo: Repository) -> None:
    repo.commit("base", {"f": b"1\n"})
    repo.commit("two", {"f": b"2\n", "g": b"1\n"})
    branch = os.fsdecode(b"br\xe9\xff")
    repo.git("branch", branch)

    told = document(
        gitsplit(repo.path, "--yes", "--group-by=file", "HEAD~1", "--format=json")
    )

    moved = [each["ref"].encode("utf-8", "surrogateescape") for each in told["moved"]]
    assert moved == [b"refs/heads/main", b"refs/heads/br\xe9\xff"]


@pytest.mark.parametrize(
    "args", [("--format", "text", "--yes"), ("-o", "x", "--yes"), ("--format=text",)]
)
def test_other_formats_are_of_dry_runs_alone(
    series: Repository, args: tuple[str, ...]
) -> None:
    ran = gitsplit(series.path, *args, "HEAD~1")
    assert (ran.status, ran.out) == (2, "")
    assert "requires --dry-run" in ran.err


@pytest.mark.parametrize("name", ["nowhere/result", "", ".", ".git/HEAD", ".git"])
@pytest.mark.parametrize("call", [("--yes", "-c", "HEAD~2"), ("-n", "-c", "HEAD~2")])
def test_where_nothing_can_be_written_nothing_is_done(
    series: Repository, name: str, call: tuple[str, ...]
) -> None:
    before, head = series.refs(), (series.path / ".git/HEAD").read_bytes()

    ran = gitsplit(series.path, "--format=json", *call, "-o", name)

    told = document(ran)
    assert (ran.status, told["state"]) == (1, "unchanged")
    assert "can't be written" in told["message"]
    assert (series.refs(), (series.path / ".git/HEAD").read_bytes()) == (before, head)
