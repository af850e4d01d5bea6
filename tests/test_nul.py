"""What git lets no new commit have is refused, by whatever way it comes."""

import json
import sys
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import Json, gitsplit, group, plan_for, split_entry, whole

NUL = "one\0half\n"


def split_with(repo: Repository) -> Json:
    groups = group(NUL, whole("numbers")), group("rest\n")
    return split_entry(repo, "HEAD~2", *groups)


def reworded_with(repo: Repository) -> Json:
    return {"commit": repo.oid("HEAD~1"), "action": "reword", "message": NUL}


def squashed_with(repo: Repository) -> Json:
    return {"commit": repo.oid("HEAD~1"), "action": "squash", "message": NUL}


def one_with(repo: Repository) -> Json:
    return split_entry(repo, "HEAD~2", group(NUL))


@pytest.mark.parametrize("entry", [split_with, reworded_with, squashed_with, one_with])
@pytest.mark.parametrize("how", ["-n", "--yes"])
def test_a_message_of_a_plan_has_no_nul(
    series: Repository, entry: object, how: str
) -> None:
    assert callable(entry)
    before = series.refs()
    plan = plan_for(series, "HEAD~3", entry(series))
    ran = gitsplit(series.path, how, "--plan", "-", stdin=json.dumps(plan).encode())

    assert ran.status == 1
    assert "The message of “one␀half” has a NUL byte" in ran.err
    assert series.refs() == before


def test_a_hook_adds_no_nul(series: Repository) -> None:
    hook = series.path / ".git" / "hooks" / "commit-msg"
    hook.write_text('#!/bin/sh\nprintf "a\\0b" >>"$1"\n')
    hook.chmod(0o755)
    before = series.refs()
    ran = gitsplit(series.path, "--yes", "-c", "HEAD~2", "--group-by", "file")

    assert ran.status == 1
    assert "has a NUL byte" in ran.err
    assert series.refs() == before


def test_a_program_that_proposes_adds_no_nul(
    series: Repository, tmp_path: Path
) -> None:
    script = tmp_path / "propose.py"
    script.write_text(
        "import json, sys\nplan = json.load(sys.stdin)\n"
        "plan['series'][0]['groups'][0]['message'] = 'a\\0b'\n"
        "json.dump(plan, sys.stdout)\n"
    )
    series.git(
        "config", "--global", "gitsplit.proposalCommand", f"{sys.executable} {script}"
    )
    ran = gitsplit(series.path, "--yes", "-c", "HEAD~2", "--group-by", "file")

    assert ran.status == 1
    assert "has a NUL byte" in ran.err


def test_what_a_commit_had_before_it_keeps(repo: Repository) -> None:
    """Git complains of such a commit, and keeps it; so it is carried along."""
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("tangled\n", {"a": b"2\n", "b": b"2\n"})
    raw = repo.run("cat-file", "commit", "HEAD").stdout.replace(b"tangled", b"a\0b")
    made = ("hash-object", "-t", "commit", "-w", "--literally", "--stdin")
    repo.git("reset", "-q", "--soft", repo.git(*made, stdin=raw))
    ran = gitsplit(repo.path, "--yes", "HEAD~1", "--group-by", "file")

    assert ran.status == 0, ran.err
    assert b"a\0b" in repo.message("HEAD") + repo.message("HEAD~1")


@pytest.mark.parametrize("content", ["", "some\0where"])
def test_a_link_leads_somewhere(repo: Repository, content: str) -> None:
    (repo.path / "link").symlink_to("there")
    repo.commit("base\n", {"k": b"1\n"})
    (repo.path / "link").unlink()
    (repo.path / "link").symlink_to("elsewhere")
    repo.commit("tangled\n", {"k": b"2\n"})
    before = repo.refs()
    groups = group("k\n", whole("k")), group("link\n", whole("link"))
    plan = plan_for(repo, "HEAD~1", split_entry(repo, "HEAD", *groups))
    files = groups[1]["files"]
    assert isinstance(files, list)
    files[0]["content"] = content
    ran = gitsplit(repo.path, "--yes", "--plan", "-", stdin=json.dumps(plan).encode())

    assert ran.status == 1
    assert "link is a symlink in commit 2" in ran.err
    assert repo.refs() == before
