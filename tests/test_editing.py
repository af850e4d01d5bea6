"""Editing while splitting: what is typed for a commit, from the editor to the files."""

import json
from pathlib import Path

import pytest

from gitsplit.model.message import change_ids
from tests.git.following import leftovers, seen
from tests.gits import to_merge
from tests.repository import Repository
from tests.runner import (
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
from tests.terminal import Terminal
from tests.test_seed_case import grenade, needs_bundle

CLEAR, ENTER, TAB = "\x15", "\r", "\t"


def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> Path:
    """What the editor does: a shell script; ``$1`` is the file. Its log is returned."""
    program, log = tmp_path / "editor", tmp_path / "edited"
    program.write_text(f'#!/bin/sh\nbasename "$1" >> "{log}"\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", str(program))
    return log


def opened(repo: Repository, *options: str) -> Terminal:
    terminal = Terminal(
        repo.path,
        *("-c", "HEAD~2", "--group-by", "file", "--keep-change-id", "last"),
        *options,
    )
    terminal.wait_for("send")
    return terminal


def applied(terminal: Terminal) -> None:
    """The plan on the screen carried out."""
    terminal.type("w")
    terminal.wait_for("Enter")
    terminal.type(ENTER)
    if "Enter again to use" in terminal.text:  # the proposed messages
        terminal.type(ENTER)
    assert terminal.exit_status() == 0, terminal.text


@needs_bundle
def test_the_stop_calls_are_fixed_up_before_the_rest_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = grenade(tmp_path / "case")
    repo = case.repo
    fix = "s/upgrade-horizon 240/upgrade-horizon 285/"
    log = editor(monkeypatch, tmp_path, f"sed -i '{fix}' \"$1\"")
    above = repo.git("log", "--format=%T %an %ae %ad %B", "-2")
    terminal = Terminal(
        repo.path, "-c", "HEAD~2", "--commits", "2", "--keep-change-id", "last"
    )
    terminal.wait_for("send")

    terminal.type("21111" + "222222" + "222")
    terminal.type("\te")
    terminal.wait_for("edited grenade.sh in 1 only")
    applied(terminal)

    first = repo.blob("answer~1", "grenade.sh")
    fixed = first.replace(b"upgrade-horizon 240", b"upgrade-horizon 285")
    assert first != fixed == repo.blob("HEAD~3", "grenade.sh")
    assert repo.tree("HEAD~2") == repo.tree("answer")
    assert repo.git("log", "--format=%T %an %ae %ad %B", "-2") == above
    assert change_ids(repo.message("HEAD~2")) == (case.change_id,)
    assert repo.git("status", "--porcelain") == ""
    assert repo.fsck() == ""
    assert log.read_text() == "grenade.sh\n"


def test_a_file_is_edited_byte_for_byte_as_of_the_commit_in_focus(
    series: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, r"""printf 'a\r\n\351#\n\n  b' > "$1" """)
    before = seen(series)
    old = series.tree("HEAD~2")
    terminal = opened(series)

    terminal.type("2]")
    terminal.type("\te")
    terminal.wait_for("edited sub/other in 1 only")
    applied(terminal)

    assert series.blob("HEAD~3", "sub/other") == b"a\r\n\xe9#\n\n  b"
    assert series.tree("HEAD~2") == old
    assert seen(series).files == before.files
    assert seen(series).status == before.status


def test_an_edit_for_good_is_in_every_commit_and_in_the_files(
    series: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "sed -i 's/^70$/seventy/' \"$1\"")
    before = seen(series)
    terminal = opened(series)

    terminal.type("E")
    terminal.wait_for("edited numbers in 1 and later")
    applied(terminal)

    for back in range(4):
        assert b"\nseventy\n" in series.blob(f"HEAD~{back}", "numbers")
    assert b"\nseventy\n" in (series.path / "numbers").read_bytes()
    assert seen(series).status == ""
    assert series.blob("HEAD", "sub/more") == b"less\n"
    assert series.fsck() == ""

    done(series.path, "--undo")
    assert seen(series) == before
    assert leftovers(series) == []


def test_an_edit_that_reaches_the_files_needs_them_clean(
    series: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, 'echo more >> "$1"')
    series.write({"numbers": b"my own\n"})
    before = seen(series)
    terminal = opened(series)

    terminal.type("E")
    terminal.type("w")
    terminal.wait_for("✗ Files that have to change have unstaged changes: numbers")
    series.git("stash", "-q")
    terminal.type("qw")
    terminal.wait_for("Enter: apply")
    series.git("stash", "pop", "-q")
    terminal.type(ENTER * 2)
    terminal.wait_for("✗ Files that have to change have unstaged changes: numbers")
    terminal.type("\x03")

    assert terminal.exit_status() == 130
    assert seen(series) == before


@to_merge
def test_a_piece_that_a_commit_above_needs_isn_t_dropped_unasked(
    series: Repository,
) -> None:
    file = (series.path / "numbers").read_bytes()
    series.commit("needs it\n", {"numbers": file.replace(b"fifty", b"Fifty!")})
    split = series.oid("HEAD~3")[:7]
    terminal = Terminal(series.path, "-c", "HEAD~3", "--group-by", "file")
    terminal.wait_for("send")

    terminal.type("jD")
    terminal.type("w")
    terminal.wait_for(f"would conflict in numbers with {split}")
    terminal.type(ENTER)
    terminal.wait_for("Enter again: apply up to the conflict")
    terminal.type("qu")
    terminal.wait_for("undid: left out 2 lines of commit 1")
    terminal.type("\x03")
    assert terminal.exit_status() == 130


def test_an_editor_that_says_no_changes_nothing(
    series: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, 'echo nonsense > "$1"; exit 1')
    terminal = opened(series)

    terminal.type("e")
    terminal.wait_for("✗ The editor")
    terminal.type("q")
    assert terminal.exit_status() == 0, terminal.text


def test_a_piece_dropped_by_a_key_stays_in_the_files(series: Repository) -> None:
    before = seen(series)
    terminal = opened(series)

    terminal.type("jD")
    terminal.wait_for("× left out: 1 hunk  +1 -1, kept in the worktree")
    terminal.wait_for("2 lines left out  final files differ")
    applied(terminal)

    assert series.git("diff", "-U0").splitlines()[-2:] == ["-50", "+fifty"]
    assert seen(series).files == before.files
    assert b"\n50\n" in series.blob("HEAD", "numbers")
    assert "2 lines of numbers" in terminal.text


def test_a_piece_dropped_by_a_key_is_discarded_where_that_was_said(
    series: Repository,
) -> None:
    terminal = opened(series, "--drop-to", "discard")

    terminal.type("jD")
    terminal.wait_for("× left out: 1 hunk  +1 -1, discarded")
    applied(terminal)

    assert seen(series).status == ""
    assert b"\n50\n" in (series.path / "numbers").read_bytes()


def two_groups(repo: Repository, first: Json, *more: Json, dropped: Json = {}) -> str:  # noqa: B006
    """A plan that splits ``numbers`` from ``sub/other``, with these entries."""
    groups = (group("numbers\n", first), group("other\n", whole("sub/other"), *more))
    entry = split_entry(repo, "HEAD~2", *groups)
    plan = plan_for(repo, "HEAD~3", {**entry, "dropped": [dropped] if dropped else []})
    return written(repo.path.parent / "plan.json", plan)


def numbers(**fields: object) -> Json:
    """An entry for the file ``numbers``."""
    return {"old_path": "numbers", "path": "numbers", **fields}


def test_a_plan_file_gives_a_content_to_one_commit(series: Repository) -> None:
    old = trees(series, "HEAD~3..")
    plan = two_groups(series, {**whole("numbers"), "content": "by hand\n"})
    again = done(series.path, "--plan", plan, "-n", "--format", "json")
    told = done(series.path, "--plan", plan, "-n")
    done(series.path, "--plan", plan, "--yes")

    assert series.blob("HEAD~3", "numbers") == b"by hand\n"
    made = trees(series, "HEAD~4..")
    assert made[1:] == old
    assert [tree[:10] in told for tree in made[:2]] == [True, True]
    assert "     numbers  edited by hand\n" in told
    (entry, *_) = json.loads(again)["series"]
    assert [f.get("content") for f in entry["groups"][0]["files"]] == ["by hand\n"]


def test_a_content_for_the_last_commit_changes_what_is_above_it(
    series: Repository,
) -> None:
    old = series.tree("HEAD")
    content = (series.path / "numbers").read_bytes().replace(b"70", b"seventy")
    last = numbers(content=content.decode())
    plan = two_groups(series, whole("numbers"), last)
    out = done(series.path, "--plan", plan, "--yes")

    assert [series.blob(f"HEAD~{n}", "numbers") == content for n in range(4)] == [
        *(True, True, True),
        False,
    ]
    assert (series.path / "numbers").read_bytes() == content
    assert seen(series).status == ""
    new = series.tree("HEAD")
    assert f"\nFinal tree {new[:10]} instead of {old[:10]}.\n" in out
    done(series.path, "--undo")
    assert seen(series).status == ""


def test_what_is_dropped_stays_in_the_files_beside_what_was_typed(
    series: Repository,
) -> None:
    before = seen(series)
    file = (series.path / "numbers").read_bytes()
    typed = file.replace(b"\nfifty\n", b"\n50\n").replace(b"\n70\n", b"\nseventy\n")
    plan = two_groups(
        series,
        lines("numbers", [(1, 1), (100, 100)], [(1, 1), (100, 100)]),
        numbers(content=typed.decode()),
        dropped=lines("numbers", [(50, 50)], [(50, 50)]),
    )
    done(series.path, "--plan", plan, "--yes")

    assert series.blob("HEAD", "numbers") == typed
    kept = file.replace(b"\n70\n", b"\nseventy\n")
    assert (series.path / "numbers").read_bytes() == kept
    assert series.git("diff", "-U0").splitlines()[-2:] == ["-50", "+fifty"]
    assert series.fsck() == ""
    done(series.path, "--undo")
    assert seen(series) == before


def test_what_is_dropped_can_t_stay_where_something_else_was_typed(
    series: Repository,
) -> None:
    before = seen(series)
    plan = two_groups(
        series,
        lines("numbers", [(1, 1), (100, 100)], [(1, 1), (100, 100)]),
        numbers(content="all new\n"),
        dropped=lines("numbers", [(50, 50)], [(50, 50)]),
    )
    ran = gitsplit(series.path, "--plan", plan, "--yes")

    assert ran.status == 1
    assert "What is left out can't stay in the files: The edit of" in ran.err
    assert "hint: Discard it: --drop-to discard" in ran.err
    assert seen(series) == before
    done(series.path, "--plan", plan, "--yes", "--drop-to", "discard")
    assert (series.path / "numbers").read_bytes() == b"all new\n"


@to_merge
def test_an_edit_that_a_commit_above_contradicts_is_refused(
    series: Repository,
) -> None:
    file = (series.path / "numbers").read_bytes()
    series.commit("above it all\n", {"numbers": file.replace(b"\n70\n", b"\nLXX\n")})
    typed = file.replace(b"\n70\n", b"\nseventy\n")
    entry = split_entry(
        series,
        "HEAD~3",
        group("one\n", {**whole("numbers"), "content": typed.decode()}),
        group("two\n", whole("sub/other"), numbers(content=typed.decode())),
    )
    plan = written(series.path.parent / "plan.json", plan_for(series, "HEAD~4", entry))
    before = seen(series)
    ran = gitsplit(series.path, "--plan", plan, "--yes")

    assert ran.status == 1
    assert "would conflict in numbers" in ran.err
    assert seen(series) == before
