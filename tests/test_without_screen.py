"""The same split by questions and answers as on the screen, and what comes of it."""

import re
import shlex
from pathlib import Path

import pytest

from gitsplit.git.practice import make_practice_repository
from tests.conftest import PROJECT
from tests.repository import Repository
from tests.runner import gitsplit, gitsplit_process, tangled
from tests.terminal import Terminal

PAGE = PROJECT / "docs" / "without-a-screen.md"
ANSWER = re.compile(r"^(?:Hunk|Commit|Preview|Subject)[^?\n]*\? (.*)$", re.MULTILINE)


def asked(repo: Repository, *args: str, answers: str) -> str:
    """What is printed; it goes well."""
    ran = gitsplit(repo.path, "--no-screen", *args, stdin=answers.encode())
    assert (ran.status, ran.err) == (0, ""), ran.err
    return ran.out


def test_the_conversation_on_the_page_goes_as_it_is_shown(tmp_path: Path) -> None:
    make_practice_repository(tmp_path / "practice")
    (shown,) = re.findall(r"(?ms)^```text\n(.*?)^```", PAGE.read_text("utf-8"))
    command, _, output = shown.partition("\n")
    answers = "".join(f"{answer}\n" for answer in ANSWER.findall(output))
    ran = gitsplit(
        tmp_path / "practice", *shlex.split(command)[2:], stdin=answers.encode()
    )
    pattern = re.escape(output).replace(re.escape("…\n"), "(?:.*\n)*?")

    assert re.fullmatch(pattern, ran.out), ran.out
    assert (ran.status, ran.err) == (0, "")


def forty_hunks(path: Path) -> Repository:
    """A commit of forty hunks in four files, and one above it."""
    path.mkdir()
    repo = Repository(path)
    repo.git("init", "-q")
    old = {f"f{n}": "".join(f"{k}\n" for k in range(100)) for n in range(4)}
    repo.commit("base\n", {name: text.encode() for name, text in old.items()})
    new = {
        name: re.sub(r"(?m)^(\d*)5$", rf"\1five of {name}\n\1and a half", text)
        for name, text in old.items()
    }
    repo.commit("tangled\n", {name: text.encode() for name, text in new.items()})
    repo.commit("above\n", {"g": b"1\n"})
    return repo


DIGITS = [str(number % 5 + 1) for number in range(5, 40)]
KEYS = ["+", "+", "+", "+", *("1", *DIGITS), "g7\r", "v", "1", "g3\r", "s", "D"]
ANSWERS = ["+", "+", "+", "+", "1", *DIGITS, "g 7", "v 1 to 1", "g 3", "s", "D"]
OPTIONS = ("-c", "HEAD~1", "--group-by", "none")


def history(repo: Repository) -> str:
    return repo.git("log", "--format=%T %an %s%n%b", "--reverse")


def test_a_five_way_split_of_forty_hunks_is_the_same_by_keys_and_by_answers(
    tmp_path: Path,
) -> None:
    by_keys, by_answers = forty_hunks(tmp_path / "a"), forty_hunks(tmp_path / "b")
    assert history(by_keys) == history(by_answers)
    terminal = Terminal(by_keys.path, *OPTIONS)
    terminal.wait_for("? help")
    for key in KEYS:
        terminal.type(key)
    terminal.type("i\x15Begin anew\r")
    terminal.type("w\r\r")
    assert terminal.exit_status() == 0
    answers = "\n".join([*ANSWERS, "i Begin anew", "w", "apply", "apply", ""])
    out = asked(by_answers, *OPTIONS, answers=answers)

    assert "became 6" in out
    assert len(by_answers.git("log", "--format=%h").splitlines()) == 7
    assert history(by_keys) == history(by_answers)
    assert (
        by_answers.run("status", "--porcelain").stdout
        == by_keys.run("status", "--porcelain").stdout
    )


SLOW = ("-c", "HEAD~2", "-x", "sleep 1")


@pytest.mark.parametrize(
    ("kind", "args"), [("dumb", SLOW), ("xterm", ("--no-screen", *SLOW))]
)
def test_questions_are_asked_in_a_terminal_without_moving_its_cursor(
    series: Repository, kind: str, args: tuple[str, ...]
) -> None:
    terminal = Terminal(series.path, *args, kind=kind, rows=60)
    terminal.wait_for("Hunk 1 of 4")
    terminal.type("y\n")
    terminal.wait_for("Hunk 2 of 4")
    terminal.type("w\napply\napply\n")
    terminal.wait_for("Undo with")

    assert terminal.exit_status() == 0
    assert "running -x on the new commits…" in terminal.text
    assert b"\x1b" not in terminal.written
    assert b"\r" not in terminal.written.replace(b"\r\n", b"")


def test_no_escape_sequence_is_written(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n2\n3\n"})
    repo.commit("t\x1b[2Jangled\n", {"a": b"\x1b[1m\n2\n\xff\n"})
    answers = b"j\no\nq\nL\nq\nw\nq\nq\n"
    out = gitsplit(repo.path, "--no-screen", "HEAD~1", stdin=answers).out

    assert "\x1b" not in out
    assert "␛[1m" in out
    assert "<FF>" in out


def test_the_end_of_the_answers_keeps_the_work_and_says_how_to_go_on(
    series: Repository,
) -> None:
    before = series.refs()
    ran = gitsplit(series.path, "--no-screen", "-c", "HEAD~2", stdin=b"+\n")

    assert ran.status == 1
    assert ran.err.splitlines() == [
        "gitsplit: The answers ended before the split was applied.",
        "hint: Start gitsplit with the same options to go on.",
        "hint: Your work is kept as a draft.",
        "Nothing was changed.",
    ]
    assert series.refs() == before
    again = gitsplit(series.path, "--no-screen", "-c", "HEAD~2", stdin=b"u\nq\nq\n")
    assert again.status == 0
    assert "Restored your draft" in again.out
    assert "Undid: new commit" in again.out


def test_the_environment_asks_for_questions(
    series: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITSPLIT_SCREEN", "0")
    ran = gitsplit(series.path, "-c", "HEAD~2", stdin=b"q\n")

    assert (ran.status, ran.err) == (0, "Nothing was changed.\n")
    assert "Hunk 1 of 4" in ran.out


@pytest.mark.parametrize("value", ["", "1"])
def test_without_a_terminal_nothing_is_asked_unasked(
    series: Repository, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("GITSPLIT_SCREEN", value)
    monkeypatch.setenv("TERM", "dumb")
    ran = gitsplit(series.path, "-c", "HEAD~2", stdin=b"apply\n")

    assert (ran.status, ran.out) == (1, "")
    assert "--no-screen" in ran.err


def test_commits_of_a_series_are_split_by_number(series: Repository) -> None:
    answers = "e 1\n+\nb\nd 3\nu\nr 2\nw\napply\napply\n"
    ran = gitsplit(series.path, "--no-screen", "HEAD~3", stdin=answers.encode())

    assert ran.status == 0, ran.out + ran.err
    assert "1 pick" in ran.out
    assert len(series.git("log", "--format=%h").splitlines()) > 4


def test_checks_run_before_anything_is_applied(series: Repository) -> None:
    answers = "w\nx\napply\napply\n"
    args = ("--no-screen", "-c", "HEAD~2", "-x", "test -f numbers")
    ran = gitsplit(series.path, *args, stdin=answers.encode())

    assert ran.status == 0, ran.err
    assert "Commit 1: passed" in ran.out


def test_closed_streams_are_the_end_of_the_answers(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    repo = Repository(tmp_path / "r")
    repo.git("init", "-q")
    tangled(repo)
    ran = gitsplit_process(repo.path, "--no-screen", "-c", "HEAD~2")

    assert ran.status == 1
    assert "The answers ended" in ran.err
