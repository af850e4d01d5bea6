"""What a newcomer meets first: each refusal is three lines and changes nothing."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import (
    PROGRAM,
    Json,
    Ran,
    gitsplit,
    group,
    lines,
    plan_for,
    split_entry,
    state_of,
    whole,
)

SPLIT = ("--yes", "--group-by", "file")


def sentence_of(ran: Ran) -> str:
    """What a refusal says; it is a sentence, a hint, and that nothing was changed."""
    assert (ran.status, ran.out) == (1, ""), ran
    sentence, hint, state = ran.err.splitlines()
    assert sentence.startswith("gitsplit: ")
    assert sentence.endswith((".", "?"))
    assert hint.startswith("hint: ")
    assert state == "Nothing was changed."
    return sentence.removeprefix("gitsplit: ")


def refused(repo: Repository, *args: str, stdin: bytes = b"") -> str:
    """What ``gitsplit ARGS`` says as it refuses; every file stays as it is."""
    before = state_of(repo.path)
    ran = gitsplit(repo.path, *args, stdin=stdin)
    assert state_of(repo.path) == before
    return sentence_of(ran)


def test_outside_of_a_repository(tmp_path: Path) -> None:
    said = sentence_of(gitsplit(tmp_path, "HEAD~1"))

    assert said == f"There is no git repository in {tmp_path} or above it."


def test_inside_a_git_directory(series: Repository) -> None:
    said = sentence_of(gitsplit(series.path / ".git", "HEAD~1"))

    assert said.endswith("is inside a git directory, not in a worktree.")


def test_without_the_git_program(
    series: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    said = sentence_of(gitsplit(series.path, "-n", "HEAD~1"))
    assert said == "The git program cannot be started."


def test_in_a_directory_that_is_gone(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("gitsplit")
    script = f"mkdir gone; cd gone; rmdir ../gone; exec {program} -n"
    ended = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, check=False
    )
    ran = Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    assert sentence_of(ran) == "The current directory doesn't exist any more."


def test_another_users_repository(
    series: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as other:
        other.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        if not series.run("status", check=False).returncode:
            pytest.skip("this git has no switch to test ownership")
        ran = gitsplit(series.path, "HEAD~1")

    assert "it belongs to another user" in sentence_of(ran)
    assert "safe.directory" in ran.err


def test_a_repository_with_other_object_names(tmp_path: Path) -> None:
    path = tmp_path / "sha256"
    path.mkdir()
    Repository(path).git("init", "-q", "--object-format=sha256")

    said = sentence_of(gitsplit(path, "HEAD~1"))
    assert "uses SHA256 object names" in said


def test_a_branch_without_a_commit(repo: Repository) -> None:
    assert refused(repo, "HEAD~1") == "The branch main has no commits yet."
    assert refused(repo, "--yes", "--root") == "The branch main has no commits yet."


def test_an_unknown_upstream(series: Repository) -> None:
    assert refused(series, "mastre") == "mastre is not a commit."
    assert refused(series, "--", "-x") == "-x is not a commit."
    assert refused(series, "HEAD:numbers") == "HEAD:numbers is not a commit."


def test_an_upstream_that_is_no_text_and_one_that_would_draw(
    series: Repository,
) -> None:
    said = refused(series, "caf\udce9\x1b[31m")

    assert said == "caf<E9>␛[31m is not a commit."


def test_an_upstream_below_the_root_names_the_way_to_split_a_root(
    repo: Repository,
) -> None:
    repo.commit("root\n", {"a": b"1\n"})
    ran = gitsplit(repo.path, "HEAD~1")

    assert sentence_of(ran) == "HEAD~1 is not a commit."
    assert "gitsplit --root" in ran.err


def test_an_upstream_without_common_history(series: Repository) -> None:
    series.git("checkout", "-q", "--orphan", "island")
    series.git("commit", "-q", "-m", "island")

    assert refused(series, "main") == "main and HEAD have no commit in common."


def test_an_upstream_with_nothing_above_it(series: Repository) -> None:
    said = refused(series, "main")

    assert said == "There is no commit between main and HEAD."


@pytest.mark.parametrize("how", ["-n", "--yes", "--group-by=directory"])
def test_a_commit_that_changes_nothing(series: Repository, how: str) -> None:
    series.git("commit", "-q", "--allow-empty", "-m", "nothing")
    commit = series.oid("HEAD")[:10]

    expected = f"{commit} changes no file, so there is nothing to split."
    assert refused(series, how, "HEAD~1") == expected
    assert refused(series, how, "-c", "HEAD") == expected


def test_a_commit_that_is_one_piece(series: Repository) -> None:
    series.commit("one piece\n", {"sub/other": b"a\nbe\n"})

    said = refused(series, "--yes", "HEAD~1")
    assert said == "The plan changes nothing."
    assert "--commits N" in gitsplit(series.path, "--yes", "HEAD~1").err


def test_a_merge_as_the_commit_to_split(series: Repository) -> None:
    series.git("checkout", "-q", "-b", "side", "HEAD~1")
    series.commit("side\n", {"side": b"1\n"})
    series.git("merge", "-q", "-m", "together", "main")

    said = refused(series, "--yes", "-c", "HEAD")
    assert said.endswith("“together” is a merge, and a merge can't be split.")


def test_a_marked_commit_outside_of_the_series(series: Repository) -> None:
    said = refused(series, "--yes", "-c", "HEAD~2", "HEAD~1")

    assert said.endswith("“tangled” is not in the series.")


def test_a_longer_range_without_a_word_which_commit(series: Repository) -> None:
    ran = gitsplit(series.path, "--yes", "HEAD~3")

    assert "which one should be split?" in sentence_of(ran)
    assert f"gitsplit -c {series.oid('HEAD~2')[:10]}" in ran.err


def test_no_terminal(series: Repository) -> None:
    said = refused(series, "HEAD~1")

    assert said == "The screen needs a terminal, and there is none here."


def test_no_standard_streams_at_all(series: Repository) -> None:
    run = " ".join(PROGRAM)
    script = f"{run} HEAD~1 <&- >&-; echo $?; {run} -n HEAD~1 <&- >&-; echo $?"
    ended = subprocess.run(
        ["bash", "-c", script], cwd=series.path, capture_output=True, check=False
    )

    assert ended.stdout == b"1\n1\n"
    terminal, closed = b"there is none here.", b"can't be written: it is closed."
    lines = ended.stderr.splitlines()
    assert [lines[0].endswith(terminal), lines[3].endswith(closed)] == [True, True]


def closed(repo: Repository, *args: str) -> tuple[int, bytes]:
    """The status and complaint of ``gitsplit ARGS`` with standard output closed."""
    command = shlex.join([*PROGRAM, *args])
    ended = subprocess.run(
        ["sh", "-c", f"exec {command} >&-"],
        cwd=repo.path,
        capture_output=True,
        check=False,
    )
    assert ended.stdout == b""
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("args", ["-n", "-n --format json", "--check"])
def test_what_nobody_can_read_is_no_success(series: Repository, args: str) -> None:
    status, said = closed(series, *args.split(), "HEAD~1")

    assert (status, said.splitlines()[1]) == (1, b"hint: Name a file with -o.")


def test_what_was_done_is_said_elsewhere_where_standard_output_is_closed(
    series: Repository,
) -> None:
    before = series.refs()
    status, said = closed(series, *SPLIT, "-c", "HEAD~2")

    assert (status, said.splitlines()[-1]) == (0, b"Undo with: gitsplit --undo")
    assert series.refs() != before


def test_an_unknown_committer_is_found_before_any_work(series: Repository) -> None:
    series.git("config", "--global", "--remove-section", "user")
    series.git("config", "--global", "user.useConfigOnly", "true")
    ran = gitsplit(series.path, "HEAD~1")

    assert sentence_of(ran).startswith("git doesn't know who you are: ")
    assert "git config --global user.name" in ran.err
    assert sentence_of(gitsplit(series.path, *SPLIT, "-c", "HEAD~2")) == (
        sentence_of(ran)
    )


def conflicting(repo: Repository) -> None:
    """``side`` and ``main`` change the same line of ``sub/more``."""
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.commit("side\n", {"sub/more": b"other\n"})
    repo.git("checkout", "-q", "main")


def in_a_merge(repo: Repository) -> None:
    repo.run("merge", "side", check=False)


def in_a_rebase(repo: Repository) -> None:
    repo.run("rebase", "side", check=False)


def in_an_old_rebase(repo: Repository) -> None:
    repo.run("rebase", "--apply", "side", check=False)


def in_a_cherry_pick(repo: Repository) -> None:
    repo.run("cherry-pick", "side", check=False)


def in_a_revert(repo: Repository) -> None:
    repo.run("revert", "--no-edit", "HEAD~1", check=False)


def in_an_am(repo: Repository) -> None:
    patch = repo.run("format-patch", "--stdout", "-1", "side").stdout
    repo.run("am", stdin=patch, check=False)


def in_a_bisect(repo: Repository) -> None:
    repo.git("bisect", "start")


@pytest.mark.parametrize(
    ("begin", "name"),
    [
        (in_a_merge, "merge"),
        (in_a_rebase, "rebase"),
        (in_an_old_rebase, "rebase"),
        (in_a_cherry_pick, "cherry-pick"),
        (in_a_revert, "revert"),
        (in_an_am, "am"),
        (in_a_bisect, "bisect"),
    ],
)
def test_an_operation_under_way(
    series: Repository, begin: Callable[[Repository], None], name: str
) -> None:
    conflicting(series)
    begin(series)
    before = state_of(series.path)
    ran = gitsplit(series.path, *SPLIT, "HEAD~1")

    assert sentence_of(ran).startswith(("A ", "An "))
    assert f" {name} is in progress" in ran.err
    assert f"git {name} --abort" in ran.err or "git bisect reset" in ran.err
    assert state_of(series.path) == before


def broken(repo: Repository) -> dict[str, tuple[Json, str]]:
    """Plans that can't be carried out, each with some words that say why."""
    numbers = group("numbers\n", whole("numbers"))
    pick: Json = {"commit": repo.oid("HEAD~1")}

    def split(*groups: Json) -> Json:
        return plan_for(repo, "HEAD~3", split_entry(repo, "HEAD~2", *groups))

    def series(*entries: Json) -> Json:
        return plan_for(repo, "HEAD~3", *entries)

    def drop(number: int) -> Json:
        return {"commit": repo.oid(f"HEAD~{number}"), "action": "drop"}

    return {
        "not a plan": ({"format": "todo"}, "is missing"),
        "of the future": (series() | {"version": 3}, "versions 1 and 2"),
        "nobody takes the rest": (split(numbers), "No group takes"),
        "no such file": (
            split(group("x\n", whole("nobody")), group("rest\n")),
            "no change of nobody",
        ),
        "no such line": (
            split(group("x\n", lines("numbers", [(2, 2)], [])), group("rest\n")),
            "Line 2 of numbers",
        ),
        "two owners": (
            split(numbers | {"owner": True}, group("rest\n", owner=True)),
            "owner",
        ),
        "an empty group": (split(numbers, group("r\n"), group("none\n")), "both"),
        "no message": (split(group(" \n", whole("numbers")), group("r\n")), "empty"),
        "a stranger": (series({"commit": repo.oid("HEAD~3")}), "not in the series"),
        "a commit twice": (series(pick, pick), "twice"),
        "another order": (
            series({"commit": repo.oid("HEAD")}, pick),
            "reorders commits",
        ),
        "a first squash": (
            series({"commit": repo.oid("HEAD~2"), "action": "squash"}),
            "no commit before it",
        ),
        "all dropped": (
            series(*(drop(n) for n in (2, 1, 0))),
            "Every commit is dropped",
        ),
    }


@pytest.mark.parametrize(
    "which",
    [
        *("not a plan", "of the future", "nobody takes the rest", "no such file"),
        *("no such line", "two owners", "an empty group", "no message", "a stranger"),
        *("a commit twice", "another order", "a first squash", "all dropped"),
    ],
)
def test_a_plan_that_does_not_fit(series: Repository, which: str) -> None:
    plan, words = broken(series)[which]
    said = refused(series, "--yes", "--plan", "-", stdin=json.dumps(plan).encode())

    assert words in said


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe", b"1" * 5000])
def test_a_plan_that_is_none(series: Repository, text: bytes) -> None:
    said = refused(series, "--yes", "--plan", "-", stdin=text)

    assert said.startswith(("The plan", "The file has no plan."))


def test_a_plan_file_that_is_not_there_or_no_file(series: Repository) -> None:
    said = refused(series, "--plan", "nowhere.json")
    directory = refused(series, "--plan", "sub")

    assert said == "The plan nowhere.json can't be read: No such file or directory."
    assert directory == "The plan sub can't be read: Is a directory."


def test_an_output_that_can_not_be_written(series: Repository) -> None:
    said = refused(series, "-n", "-o", "sub", "HEAD~1")

    assert said == "sub can't be written: Is a directory."


def test_a_plan_that_splits_a_merge(series: Repository) -> None:
    conflicting(series)
    series.git("merge", "-q", "-m", "together", "-s", "ours", "side")
    entry = split_entry(series, "HEAD", group("all\n"))
    plan = json.dumps(plan_for(series, "HEAD~1", entry)).encode()

    said = refused(series, "--yes", "--plan", "-", stdin=plan)
    assert said.endswith("is a merge, and a merge can't be split.")


FULL = Path("/dev/full")
needs_full_device = pytest.mark.skipif(
    not FULL.exists(), reason="there is no device that is always full"
)


def on_a_full_disk(repo: Repository, *args: str) -> tuple[int, str]:
    """The status of ``gitsplit ARGS`` and what it complains of, its output refused."""
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [*PROGRAM, *args],
            cwd=repo.path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    return ended.returncode, ended.stderr.decode()


@needs_full_device
def test_a_preview_that_cannot_be_printed(series: Repository) -> None:
    status, said = on_a_full_disk(series, "--dry-run", "-c", "HEAD~2")

    assert said.splitlines() == [
        "gitsplit: Standard output can't be written: No space left on device.",
        "hint: Name a file with -o.",
        "Nothing was changed.",
    ]
    assert status == 1


@needs_full_device
def test_what_was_done_is_said_elsewhere_where_standard_output_is_full(
    series: Repository,
) -> None:
    before = series.refs()
    status, said = on_a_full_disk(series, *SPLIT, "-c", "HEAD~2")

    assert (status, said.splitlines()[-1]) == (0, "Undo with: gitsplit --undo")
    assert series.refs() != before
    status, said = on_a_full_disk(series, "--undo")
    assert (status, said.split(":")[0]) == (0, "Undid")
    assert series.refs() == before


def test_a_git_that_a_limit_has_ended_is_told_apart_from_a_full_disk(
    series: Repository,
) -> None:
    before = series.refs()
    command = shlex.join([*PROGRAM, *SPLIT, "-c", "HEAD~2"])
    ended = subprocess.run(
        ["sh", "-c", f"ulimit -f 0; exec {command}"],
        cwd=series.path,
        capture_output=True,
        check=False,
    )

    assert b"git was killed by SIGXFSZ, at a limit on file sizes" in ended.stderr
    assert (ended.returncode, series.refs()) == (1, before)


@needs_full_device
def test_no_stream_takes_anything_and_the_rewrite_is_done_all_the_same(
    series: Repository,
) -> None:
    before = series.refs()

    assert status_where_all_is_full(series, *SPLIT, "-c", "HEAD~2") == 0
    assert series.refs() != before
    assert status_where_all_is_full(series, "--undo") == 0
    assert series.refs() == before


@needs_full_device
@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_what_only_prints_says_that_it_could_not(
    series: Repository, monkeypatch: pytest.MonkeyPatch, option: str, buffered: str
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", buffered)
    status, said = on_a_full_disk(series, option)

    assert (status, said.splitlines()) == (
        1,
        [
            "gitsplit: Standard output can't be written: No space left on device.",
            "Nothing was changed.",
        ],
    )
    assert status_where_all_is_full(series, option) == 1


@needs_full_device
@pytest.mark.parametrize(
    ("args", "status"), [(["--undo"], 1), (["--jobs"], 2), (["-n", "HEAD~1"], 1)]
)
def test_an_error_that_nobody_can_be_told_has_its_status_all_the_same(
    series: Repository, args: list[str], status: int
) -> None:
    assert status_where_all_is_full(series, *args) == status


def status_where_all_is_full(repo: Repository, *args: str) -> int:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [*PROGRAM, *args], cwd=repo.path, stdout=full, stderr=full, check=False
        )
    return ended.returncode


def test_a_rewrite_whose_summary_nobody_reads_is_done_all_the_same(
    series: Repository,
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run(
            [*PROGRAM, *SPLIT, "-c", "HEAD~2"],
            cwd=series.path,
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert ended.returncode == 0
    assert b"Traceback" not in ended.stderr
    assert b"Undo with: gitsplit --undo" in ended.stderr
