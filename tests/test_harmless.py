"""Whatever comes from outside, in any field: no terminal that shows it obeys it."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.repositories.test_hostile import Recording
from tests.repository import Repository
from tests.runner import Ran, gitsplit, group, plan_for, split_entry, whole
from tests.terminal import Terminal

LETTERS = "\x1b]0;PWNED\x07\x1b[2J\u009b31m\u202e\u2066\u200b\u034f\x08\x7f\x0b\x85"
BYTES = LETTERS.encode() + b"\x9b31m\xff"
"""What a terminal obeys, reorders or hides, in UTF-8 and as bytes that are none."""

LINES = LETTERS + "\r\nFORGED"
"""With a line end, behind which stands what gitsplit hasn't said."""

NAME = "PWNED\u009b31m\u202e\u200b\u2066"
"""As much of it as git takes for the name of a ref."""


def is_harmless(text: str) -> bool:
    """Whether all is there to be seen, and each line is one of gitsplit's own."""
    lines = text.split("\n")
    return all(map(str.isprintable, lines)) and not any(
        line.startswith("FORGED") for line in lines
    )


def harmless(ran: Ran, *, is_named: bool = True) -> str:
    """All that was printed, which is harmless; the hostile value stands in it."""
    assert is_harmless(ran.out), repr(ran.out)
    assert is_harmless(ran.err), repr(ran.err)
    said = ran.out + ran.err
    assert "Traceback" not in said, said
    assert not is_named or "PWNED" in said, said
    return said


@pytest.fixture
def tangled(repo: Repository) -> Repository:
    """Two commits that change two files each, on ``main``."""
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("below\n", {"a": b"2\n", "b": b"2\n"})
    repo.commit("tangled\n", {"a": b"3\n", "b": b"3\n"})
    return repo


SPLIT = ("--yes", "HEAD~1", "--group-by", "file")


def script(path: Path, *lines: bytes) -> str:
    path.write_bytes(b"\n".join((b"#!/bin/sh", *lines, b"")))
    path.chmod(0o755)
    return str(path)


def printing(path: Path, status: int = 1, *, to: int = 2) -> str:
    """A program that prints the hostile text, and ends with the status."""
    text = path.with_suffix(".text")
    text.write_bytes(BYTES + LINES.encode())
    shown = os.fsencode(f"cat {shlex.quote(str(text))} >&{to}")
    return script(path, shown, b"exit %d" % status)


def hook(repo: Repository, name: str, status: int) -> None:
    directory = repo.path / ".git" / "hooks"
    directory.mkdir(exist_ok=True)
    printing(directory / name, status)


@pytest.mark.parametrize(
    "key",
    [
        "gitsplit.topic",
        "remote.origin.push",
        "branch.main.merge",
    ],
)
def test_configuration_in_a_command_to_be_pasted(tangled: Repository, key: str) -> None:
    hostile = LINES
    if key == "remote.origin.push":
        hostile = f"HEAD:refs/for/{LINES}"
    elif key == "branch.main.merge":
        hostile = f"refs/heads/{LINES}"
    tangled.git("config", "gerrit.createChangeId", "true")
    tangled.git("config", "remote.origin.url", "https://example.com")
    tangled.git("config", key, hostile)

    said = harmless(gitsplit(tangled.path, *SPLIT))

    value = hostile.removeprefix("HEAD:").removeprefix("refs/heads/")
    assert any(word.endswith(value) for word in pasted(said))


def pasted(said: str) -> list[str]:
    """The words that a shell makes of the command to push with."""
    (line,) = (line for line in said.splitlines() if line.startswith("Push with: "))
    command = line.removeprefix("Push with: ")
    script = f'set -- {command}; printf "%s\\0" "$@"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("key", ["defaultbranch", "defaultremote", "host", "project"])
def test_every_field_of_a_gitreview(tangled: Repository, key: str) -> None:
    url = "https://example.com"
    tangled.git("config", f"remote.{LETTERS}.url", url)
    name = str(tangled.path / ".gitreview")
    tangled.git("config", "--file", name, "gerrit.host", "example.com")
    value = LETTERS if key == "defaultremote" else LINES
    tangled.git("config", "--file", name, f"gerrit.{key}", value)

    said = harmless(gitsplit(tangled.path, *SPLIT))

    assert LETTERS in pasted(said)[2]  # no other remote is configured
    if key == "defaultbranch":
        assert pasted(said)[3].endswith(LINES)


@pytest.mark.parametrize(
    "args",
    [
        [LINES],
        ["-c", LINES],
        ["-n", "--format", LINES],
        ["--group-by", LINES],
        ["--keep-change-id", LINES],
        ["--commits", LINES],
        ["--jobs", LINES],
        ["--drop-to", LINES],
        [f"--{LINES}"],
        ["--plan", LINES],
        ["-n", "HEAD~1", "-o", f"/nowhere/{LINES}"],
        [*SPLIT, "-x", f"exit 3 # {LINES}"],
    ],
    ids=ascii,
)
def test_every_word_of_the_command_line(tangled: Repository, args: list[str]) -> None:
    harmless(gitsplit(tangled.path, *args))


@pytest.mark.parametrize(
    "args", [[f"-{LINES}"], ["a", LINES], [*SPLIT, f"-S{LINES}"]], ids=ascii
)
def test_words_that_click_names_in_its_own_way(
    tangled: Repository, args: list[str]
) -> None:
    harmless(gitsplit(tangled.path, *args), is_named=False)


def test_bytes_on_the_command_line(tangled: Repository) -> None:
    word = os.fsdecode(BYTES)
    for args in ([word], ["-c", word], ["--format", word], ["-n", "--plan", word]):
        harmless(gitsplit(tangled.path, *args))


SAID = ("gpg.format", "gpg.program", "gitsplit.proposalCommand")
READ = (
    *("user.name", "user.email", "user.signingKey", "core.editor", "core.commentChar"),
    *("core.notesRef", "notes.rewriteRef", "core.hooksPath", "transfer.unpackLimit"),
    *("gitsplit.copyTrailers", "gitsplit.syntax", "commit.gpgSign", "core.worktree"),
    *("gerrit.reviewUrl", "gerrit.createChangeId", "core.bare", "diff.renameLimit"),
)


@pytest.mark.parametrize("key", [*SAID, *READ])
def test_every_value_of_the_configuration(tangled: Repository, key: str) -> None:
    if key in ("gpg.format", "gpg.program", "user.name", "user.signingKey"):
        tangled.git("config", "commit.gpgSign", "true")
    # A command is run where only the user can have set it.
    scope = "--global" if key == "gitsplit.proposalCommand" else "--local"
    tangled.git("config", scope, key, LINES)
    said = ""
    for args in (["-n", "HEAD~1"], ["-n", "HEAD~1", "--format", "json"], SPLIT):
        said += harmless(gitsplit(tangled.path, *args), is_named=False)
    assert key not in SAID or "PWNED" in said


@pytest.mark.parametrize("status", [0, 1])
@pytest.mark.parametrize("name", ["commit-msg", "post-rewrite"])
def test_what_a_hook_says(tangled: Repository, name: str, status: int) -> None:
    hook(tangled, name, status)
    harmless(gitsplit(tangled.path, *SPLIT))


def test_what_the_hook_of_a_ref_transaction_says(tangled: Repository) -> None:
    hook(tangled, "reference-transaction", 1)
    harmless(gitsplit(tangled.path, *SPLIT))


@pytest.mark.parametrize("status", [0, 3])
def test_what_a_command_that_checks_prints(
    tangled: Repository, tmp_path: Path, status: int
) -> None:
    command = printing(tmp_path / "check", status)
    ran = gitsplit(tangled.path, *SPLIT, "-x", command)
    harmless(ran, is_named=bool(status))


@pytest.mark.parametrize("to", [1, 2])
def test_what_a_program_that_proposes_prints(
    tangled: Repository, tmp_path: Path, to: int
) -> None:
    command = printing(tmp_path / "propose", to - 1, to=to)
    tangled.git("config", "--global", "gitsplit.proposalCommand", command)
    harmless(gitsplit(tangled.path, "-n", "HEAD~1"), is_named=to == 2)


def test_what_a_program_that_signs_prints(tangled: Repository, tmp_path: Path) -> None:
    tangled.git("config", "gpg.program", printing(tmp_path / "sign"))
    harmless(gitsplit(tangled.path, *SPLIT, "-S"))


def planned(repo: Repository, **fields: object) -> bytes:
    """A plan that splits HEAD by file, but for these members of its first group."""
    first = group("a\n", whole("a")) | fields
    entry = split_entry(repo, "HEAD", first, group("b\n", whole("b")))
    return json.dumps(plan_for(repo, "HEAD~1", entry)).encode()


def test_what_a_filter_prints(tangled: Repository, tmp_path: Path) -> None:
    tangled.commit("filtered\n", {".gitattributes": b"a filter=f\n", "b": b"4\n"})
    tangled.git("config", "filter.f.smudge", printing(tmp_path / "smudge"))
    tangled.git("config", "filter.f.required", "true")
    harmless(gitsplit(tangled.path, *SPLIT, "-x", "true"))


PLAN_FIELDS = (
    *("message", "reason", "rest", "owner", "unknown", LINES),
    *("path", "old_path", "facts", "removed", "commit", "subject", "action"),
    *("format", "version", "head", "upstream", "not JSON"),
)


def hostile_plan(repo: Repository, field: str) -> bytes:
    """A plan with the hostile text in this field."""
    good = planned(repo)
    plan = json.loads(good)
    entry = plan["series"][0]
    if field == "not JSON":
        return good + LINES.encode()
    if field in ("path", "old_path", "facts", "removed"):
        entry["groups"][0]["files"][0][field] = LINES
    elif field in ("commit", "subject", "action"):
        entry[field] = LINES
    elif field in ("format", "version", "head", "upstream"):
        plan[field] = LINES
    else:
        entry["groups"][0][field] = LINES
    return json.dumps(plan).encode()


@pytest.mark.parametrize("field", PLAN_FIELDS, ids=ascii)
def test_every_field_of_a_plan(tangled: Repository, field: str) -> None:
    plan = hostile_plan(tangled, field)
    for args in (["-n"], ["-n", "--format", "json"], ["--yes"], ["--undo"]):
        given = args if "--undo" in args else [*args, "--plan", "-"]
        ran = gitsplit(tangled.path, *given, stdin=plan)
        is_named = field in ("message", LINES) and args != ["--undo"]
        harmless(ran, is_named=is_named)


def test_json_is_exact_and_means_what_was_given(tangled: Repository) -> None:
    plan = hostile_plan(tangled, "message")
    args = ("-n", "--format", "json", "--plan", "-")
    ran = gitsplit(tangled.path, *args, stdin=plan)
    (entry,) = json.loads(ran.out)["series"]
    assert entry["groups"][0]["message"] == LINES


@pytest.fixture
def odd_names(tangled: Repository) -> Repository:
    """Branches, tags, upstream and remote of such names; also of another worktree."""
    tangled.git("branch", "-m", f"main{NAME}")
    tangled.git("branch", f"twin{NAME}")
    tangled.git("tag", f"tag{NAME}")
    tangled.git("worktree", "add", "-q", f"../tree{NAME}", "-b", f"there{NAME}")
    tangled.git("config", f"remote.{LETTERS}.url", f"https://{LINES}.example.com")
    tangled.git("update-ref", f"refs/remotes/{NAME}/up", "HEAD~1")
    tangled.git("config", f"branch.main{NAME}.remote", LETTERS)
    tangled.git("config", f"branch.main{NAME}.merge", f"refs/heads/{LINES}")
    return tangled


def test_names_of_branches_tags_remotes_and_worktrees(odd_names: Repository) -> None:
    odd_names.git("config", "gerrit.createChangeId", "true")
    said = harmless(gitsplit(odd_names.path, *SPLIT))
    assert pasted(said)[2] == LETTERS
    assert pasted(said)[3] == f"HEAD:refs/for/{LINES}"
    harmless(gitsplit(odd_names.path, "--undo"))
    for args in ([], [f"refs/remotes/{NAME}/up..x"], ["@{upstream}"]):
        harmless(gitsplit(odd_names.path, "-n", *args), is_named=False)


def test_an_operation_under_way_of_such_names(odd_names: Repository) -> None:
    odd_names.git("bisect", "start", "HEAD", "HEAD~2")
    odd_names.git("worktree", "remove", "--force", f"../tree{NAME}")
    harmless(gitsplit(odd_names.path, *SPLIT), is_named=False)


def test_where_the_repository_is(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + BYTES.replace(b"/", b"")))
    path.mkdir()
    harmless(gitsplit(path, "-n"))
    repo = Repository(path)
    repo.git("init", "-q")
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("tangled\n", {"a": b"2\n", "b": b"2\n"})
    hook(repo, "commit-msg", 1)
    said = harmless(gitsplit(path, *SPLIT))
    (line,) = (line for line in said.splitlines() if "Your plan is kept" in line)
    kept = line.partition(": gitsplit --plan ")[2]
    done = subprocess.run(
        ["bash", "-c", f"cat {kept}"], capture_output=True, check=True
    )
    assert json.loads(done.stdout)["format"] == "gitsplit-plan"
    (path / ".git" / "index.lock").touch()
    (path / ".git" / "HEAD.lock").touch()
    harmless(gitsplit(path, *SPLIT, "--no-verify"))


def test_what_a_journal_says(tangled: Repository) -> None:
    gitsplit(tangled.path, *SPLIT)
    (record,) = (tangled.path / ".git" / "gitsplit").glob("*.json")
    value = json.loads(record.read_text())
    value["subject"] = LINES
    record.write_text(json.dumps(value))
    harmless(gitsplit(tangled.path, "--undo"))


def test_environment(tangled: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    text = os.fsdecode(BYTES)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "TMPDIR", "GIT_EDITOR"):
        with monkeypatch.context() as here:
            here.setenv(name, text)
            for args in (SPLIT, ("-n", "HEAD~1")):
                ran = gitsplit(tangled.path, *args)
                harmless(ran, is_named=False)
        gitsplit(tangled.path, "--undo")


def test_what_nobody_catches() -> None:
    code = (
        "import gitsplit.cli.main\n"
        "def broken(*_args, **_more): raise RuntimeError('\\x1b]0;PWNED\\x07\\u202e')\n"
        "gitsplit.cli.main.command.main = broken\n"
        "gitsplit.cli.main.main([])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert ran.returncode == 1
    assert "RuntimeError: ␛]0;PWNED␇<U+202E>" in ran.stderr.decode()
    assert is_harmless(ran.stderr.decode())


def walked(directory: Path, args: Sequence[str], *keys: str) -> str:
    """What was sent to the terminal while these keys were typed, in UTF-8."""
    terminal = Terminal(directory, *args, columns=200, rows=50)
    recording = Recording(terminal.screen)
    terminal._stream = recording
    terminal.wait_for(" gitsplit ")
    for each in keys:
        terminal.type(each)
    terminal.type("\x03")
    terminal.exit_status()
    return recording.sent.decode()


def drawn_harmlessly(sent: str) -> None:
    assert "PWNED" in sent
    assert "\x1b]0;" not in sent
    # The screen itself moves the cursor back, and ends its own lines.
    assert set(sent) & (set(LETTERS) - set("\x08\x1b]0;PWNED[2J31m")) == set()


SCREEN = ("jjj", "?q", "w")


@pytest.fixture
def hostile(odd_names: Repository, tmp_path: Path) -> Repository:
    """Everything that the screen shows is hostile, programs included."""
    odd_names.git("config", "rebase.instructionFormat", f"%s {LINES}")
    odd_names.git("config", "core.commentChar", "auto")
    odd_names.git("config", "gerrit.createChangeId", "true")
    odd_names.git("config", "core.editor", printing(tmp_path / "edit", 1, to=1))
    odd_names.commit(f"subject {LETTERS}\n\n{LINES}\n", {"a": BYTES, f"b{NAME}": b"1"})
    return odd_names


def test_what_the_screens_draw(
    hostile: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_EDITOR")
    check = printing(tmp_path / "check")
    hostile.git("update-ref", f"refs/remotes/{NAME}/up", "HEAD~2")
    for args in ([f"refs/remotes/{NAME}/up"], ["-c", "HEAD", "-x", check]):
        drawn_harmlessly(walked(hostile.path, args, *SCREEN))


def test_what_the_screens_draw_of_a_plan(tangled: Repository, tmp_path: Path) -> None:
    for field in ("message", "reason"):
        plan = tmp_path / "plan.json"
        plan.write_bytes(hostile_plan(tangled, field))
        drawn_harmlessly(walked(tangled.path, ["--plan", str(plan)], *SCREEN))
