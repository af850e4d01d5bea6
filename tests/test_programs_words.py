"""What programs of the user's say is passed on, and what they don't do isn't said."""

import json
import shlex
from pathlib import Path

import pytest

from gitsplit.errors import EditorFailed
from gitsplit.git.repository import open_repository
from gitsplit.git.user_programs import edit_text
from gitsplit.model.escape import MOST_LINES, output_in_one_line
from gitsplit.workflow.screen import edit_messages
from gitsplit.workflow.text_editing import MOST_TRIES
from tests.gits import to_merge
from tests.repository import Repository
from tests.runner import (
    Ran,
    gitsplit,
    group,
    plan_for,
    split_entry,
    whole,
    written,
)

SPLIT = ("--yes", "HEAD~1", "--group-by", "file")


@pytest.fixture
def tangled(repo: Repository) -> Repository:
    """A commit that changes two files."""
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("tangled\n", {"a": b"2\n", "b": b"2\n"})
    return repo


def program(path: Path, *lines: str) -> str:
    """A program that says the reason in the midst of much else, and fails."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return shlex.quote(str(path))


REASON = (
    *("echo directory made >&2", "echo >&2", "echo THE REASON >&2"),
    *(f"echo step {number} >&2" for number in range(12)),
    *("echo it failed >&2", "exit 1"),
)


def unchanged(repo: Repository, *args: str) -> Ran:
    before = repo.refs()
    ran = gitsplit(repo.path, *args)
    assert (ran.status, repo.refs()) == (1, before), ran.err
    assert "Traceback" not in ran.err
    return ran


@pytest.mark.parametrize("name", ["commit-msg", "reference-transaction"])
def test_a_hook_that_refuses_is_heard_out(tangled: Repository, name: str) -> None:
    program(tangled.path / ".git" / "hooks" / name, *REASON)
    assert "THE REASON" in unchanged(tangled, *SPLIT).err


def test_post_rewrite_is_heard_out(tangled: Repository) -> None:
    program(tangled.path / ".git" / "hooks" / "post-rewrite", *REASON)
    ran = gitsplit(tangled.path, *SPLIT)
    assert (ran.status, "THE REASON" in ran.err) == (0, True)


@pytest.mark.parametrize("key", ["gpg.program", "gpg.ssh.program"])
def test_a_program_that_signs_is_heard_out(
    tangled: Repository, tmp_path: Path, key: str
) -> None:
    program(tmp_path / "sign", *REASON)
    tangled.git("config", key, str(tmp_path / "sign"))
    if "ssh" in key:
        tangled.git("config", "gpg.format", "ssh")
        tangled.git("config", "user.signingKey", "key::ssh-ed25519 AAAA")
    assert "THE REASON" in unchanged(tangled, *SPLIT, "-S").err


def test_a_command_that_names_the_key_is_heard_out(
    tangled: Repository, tmp_path: Path
) -> None:
    tangled.git("config", "gpg.format", "ssh")
    command = program(tmp_path / "key", *REASON)
    tangled.git("config", "gpg.ssh.defaultKeyCommand", command)
    assert "THE REASON" in unchanged(tangled, *SPLIT, "-S").err


def test_a_program_that_proposes_is_heard_out(
    tangled: Repository, tmp_path: Path
) -> None:
    command = program(tmp_path / "propose", *REASON)
    tangled.git("config", "--global", "gitsplit.proposalCommand", command)
    assert "THE REASON" in unchanged(tangled, "-n", "HEAD~1").err


def filtered(repo: Repository, command: str) -> None:
    """``a`` can't be checked out without this filter."""
    repo.git("config", "filter.f.clean", "cat")
    repo.git("config", "filter.f.smudge", command)
    repo.git("config", "filter.f.required", "true")
    info = repo.path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("a filter=f\n")


def test_a_filter_is_heard_out_where_a_commit_is_checked_out_to_be_checked(
    tangled: Repository, tmp_path: Path
) -> None:
    filtered(tangled, program(tmp_path / "smudge", *REASON))
    ran = unchanged(tangled, *SPLIT, "-x", "true")
    assert "THE REASON" in ran.err


@pytest.mark.parametrize("what", ["smudge", "process"])
def test_a_filter_that_is_missing_is_named_and_nothing_said_to_fail(
    tangled: Repository, what: str
) -> None:
    filtered(tangled, "cat")
    tangled.git("config", f"filter.f.{what}", "no-such-program %f")
    ran = unchanged(tangled, *SPLIT, "-x", "true")
    assert "no-such-program" in ran.err
    assert "could not be checked" in ran.err
    assert "fails: true" not in ran.err
    assert "Is there room" not in ran.err


def in_order(repo: Repository, path: Path, *names: str) -> tuple[str, ...]:
    """The options that split HEAD into a commit for each of the files."""
    groups = (group(f"{name}\n", whole(name)) for name in names)
    entry = split_entry(repo, "HEAD", *groups)
    entry["dropped"] = [whole(name) for name in {"a", "b"} - set(names)]
    return ("--yes", "--plan", written(path, plan_for(repo, "HEAD~1", entry)))


def test_a_filter_is_heard_out_where_files_follow(
    tangled: Repository, tmp_path: Path
) -> None:
    args = in_order(tangled, tmp_path / "plan.json", "b")
    filtered(tangled, program(tmp_path / "smudge", *REASON))
    assert "THE REASON" in unchanged(tangled, *args, "--drop-to", "discard").err


def test_a_command_that_fails_and_one_that_is_not_run_are_told_apart(
    tangled: Repository, tmp_path: Path
) -> None:
    """The filter lets the first commit through, and there the command fails."""
    args = in_order(tangled, tmp_path / "plan.json", "b", "a")
    filtered(tangled, program(tmp_path / "smudge", "grep 1"))
    ran = unchanged(tangled, *args, "-x", "false")
    assert "✗ 1 b (exit 1)\n" in ran.err
    assert "? 2 a (not run)\n" in ran.err
    assert "“b”, fails: false (exit 1)." in ran.err


@pytest.mark.parametrize("lines", [["no-such-program $1"], ["exit 126"]])
def test_a_hook_that_cannot_run_has_refused_nothing(
    tangled: Repository, lines: list[str]
) -> None:
    program(tangled.path / ".git" / "hooks" / "commit-msg", *lines)
    ran = unchanged(tangled, *SPLIT)
    assert "The commit-msg hook can't be run on “update a”" in ran.err
    assert "refused" not in ran.err


def test_a_hook_without_its_interpreter_has_refused_nothing(
    tangled: Repository,
) -> None:
    hook = tangled.path / ".git" / "hooks" / "commit-msg"
    program(hook)
    hook.write_text("#!/no/such/interpreter\n")
    ran = unchanged(tangled, *SPLIT)
    assert "The commit-msg hook can't be run on “update a”: " in ran.err


@pytest.mark.parametrize("command", ["no-such-program --all", "./a", "exit 126"])
def test_a_check_that_cannot_be_run_is_no_check_that_fails(
    tangled: Repository, command: str
) -> None:
    ran = unchanged(tangled, *SPLIT, "-x", "true", "-x", command)
    assert "could not be checked: " in ran.err
    assert command in ran.err
    assert "fails" not in ran.err


@to_merge
def test_a_merge_driver_is_heard_out(repo: Repository, tmp_path: Path) -> None:
    """To git a driver that is missing has found a conflict."""
    repo.commit("base\n", {"a": b"1\n2\n3\n4\n5\n", ".gitattributes": b"a merge=d\n"})
    repo.commit("tangled\n", {"a": b"one\n2\n3\n4\n5\n", "b": b"1\n"})
    args = in_order(repo, tmp_path / "plan.json", "b")
    plan = json.loads((tmp_path / "plan.json").read_text())
    plan["series"][0]["groups"][0]["files"][0]["old_path"] = None
    repo.commit("above\n", {"a": b"one\n2\n3\n4\nfive\n"})
    written(tmp_path / "plan.json", plan | {"head": repo.oid("HEAD")})
    for driver in ("no-such-driver %A", program(tmp_path / "drive", *REASON)):
        repo.git("config", "merge.d.driver", driver)
        ran = unchanged(repo, *args)
        assert "no-such-driver" in ran.err or "THE REASON" in ran.err


def test_much_is_cut_in_its_middle_and_both_ends_are_there() -> None:
    lines = [b"line %d" % number for number in range(100)]
    told = output_in_one_line(b"\n".join(lines)).split("; ")
    assert (told[0], told[-1], len(told)) == ("line 0", "line 99", MOST_LINES + 1)
    assert output_in_one_line(b"a\n\n  b\r\n") == "a; b"
    assert output_in_one_line(b"") == ""


def test_an_editor_that_is_missing_has_not_said_no(
    tangled: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_EDITOR", "no-such-editor --wait")
    with pytest.raises(EditorFailed, match=r"no-such-editor --wait” can't be run"):
        edit_text(open_repository(tangled.path), b"one\n")


@pytest.mark.parametrize(
    ("script", "starts"),
    [("echo mine >> $1; sed -i /-----/d $1", MOST_TRIES), ("echo mine > $1", 2)],
)
def test_an_editor_that_damages_the_text_is_not_started_for_ever(
    tangled: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    starts: int,
) -> None:
    count = tmp_path / "count"
    command = program(tmp_path / "edit", f"echo >> {count}", script)
    monkeypatch.setenv("GIT_EDITOR", command)
    repo = open_repository(tangled.path)
    with pytest.raises(
        EditorFailed, match=r"line of message 1 is gone|text above"
    ) as e:
        edit_messages(repo, [("one", b"one\n"), ("two", b"two\n")])

    assert len(count.read_text()) == starts
    path = Path(e.value.hint.partition("Your text is in ")[2].rstrip("."))
    assert "mine" in path.read_text()
