"""Lessons as a user meets them: in a terminal, without a screen, and graded."""

import json
import re
import shutil
import signal
from pathlib import Path
from typing import NamedTuple

import pytest

from gitsplit.workflow.lessons import SHIPPED
from tests.repository import Repository
from tests.runner import gitsplit, gitsplit_process
from tests.terminal import Terminal

ENTER = "\r"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the repositories of lessons are made."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    return path


def marks(tmp_path: Path) -> list[int]:
    """The marks that are kept."""
    path = tmp_path / "home" / ".local" / "state" / "gitsplit" / "tutorial.json"
    return [*json.loads(path.read_text())["lessons"].values()]


class Play(NamedTuple):
    """How a lesson is played: which comes first, a wrong path, a right one.

    Each of the paths is what is typed without a screen, an answer each. ``wrong_words``
    answer the wrong one.
    """

    first: str
    wrong: tuple[str, ...]
    wrong_words: str
    right: tuple[str, ...]
    marks: str


PLAYS = [
    Play("e", ("g 2", "+"), "one line of the README says", ("u", "g 3", "+"), "6 of 6"),
    Play(
        "2",
        ("g 1", "+", "g 5", "2"),
        "Hunk 5 is still whole and goes with the name.",
        ("u", "g 4", "2", "g 5", "s", "2"),
        "21 of 21",
    ),
    Play(
        "e",
        ("g 2", "+"),
        "Both hunks are whole and apart.",
        ("g 1", "s", "g 3", "2"),
        "6 of 6",
    ),
    Play(
        "e",
        ("g 1", "D"),
        "The fix is left out as well",
        ("u", "g 1", "s", "g 2", "D", "g 3", "+"),
        "5 of 5",
    ),
    Play(
        "1",
        ("g 3", "+", "g 4", "2"),
        "book.py imports last_name before people.py has it",
        ("J",),
        "19 of 19",
    ),
    Play(
        "e",
        ("g 6", "+"),
        "The test is apart from the code it tests.",
        ("u", "g 2", "+", "g 3", "2", "g 5", "s", "2"),
        "22 of 22",
    ),
    Play(
        "1",
        ("g 1", "+", "g 2", "2", "g 5", "2", "g 4", "2"),
        "Hunk 4 is whole and goes with the feature",
        ("u", "g 4", "s", "g 6", "2"),
        "21 of 21",
    ),
    Play(
        "e",
        ("g 3", "+"),
        "A counter is declared in one commit",
        ("g 4", "2", "g 6", "2", "g 5", "D"),
        "10 of 10",
    ),
]
"""How each lesson is played, in their order."""


def keys_of(answer: str) -> str:
    """The keys on the screen for an answer without one."""
    return f"g{answer[2:]}{ENTER}" if answer.startswith("g ") else answer


def wait_for_words(terminal: Terminal, words: str) -> None:
    """Return once the words stand on the screen, on however many lines."""
    terminal.settle()
    for _ in range(20):
        if words in " ".join(terminal.text.split()):
            return
        terminal.is_still(0.5)
    raise AssertionError(f"no {words!r} on the screen:\n{terminal.text}")


def answer_questions(terminal: Terminal, first: str) -> None:
    """Give a wrong and a right answer to the first question, a right one then."""
    terminal.wait_for("How many commits should this be?")
    terminal.type("3")
    terminal.wait_for("Not quite.")
    terminal.type("2")
    terminal.wait_for("✓ Yes.")
    terminal.type(ENTER)
    terminal.wait_for("Which should come first?")
    terminal.type(first)
    terminal.wait_for("✓ Yes.")
    terminal.type(ENTER)


def play_to_the_end(terminal: Terminal, play: Play) -> None:
    """Go a wrong path, ask for a hint, go the right path, apply, and leave."""
    for answer in play.wrong:
        terminal.type(keys_of(answer))
    wait_for_words(terminal, play.wrong_words)
    terminal.type("?")
    terminal.wait_for("? hint")
    terminal.type("?")
    terminal.wait_for("Hint 1 of 3")
    for answer in play.right:
        terminal.type(keys_of(answer))
    wait_for_words(terminal, "w, then Enter, applies it")
    terminal.type("w")
    terminal.wait_for("Enter apply")
    terminal.type(ENTER)
    if "Enter again" in terminal.text:
        terminal.type(ENTER)
    wait_for_words(terminal, f"{play.marks} lines where they belong: 100 of 100.")
    wait_for_words(terminal, "you said first “three”, then “two”, which is right")
    terminal.type("q")


@pytest.mark.parametrize("number", [*range(1, 9)])
def test_a_lesson_is_played_on_the_screen(
    tmp_path: Path, temporary: Path, number: int
) -> None:
    play = PLAYS[number - 1]
    terminal = Terminal(tmp_path, "--tutorial", str(number))
    answer_questions(terminal, play.first)
    terminal.wait_for("Goal: ")
    play_to_the_end(terminal, play)

    assert terminal.exit_status() == 0
    assert marks(tmp_path) == [100]
    assert [*temporary.iterdir()] == []


def test_a_lesson_is_played_on_a_small_screen_without_colours(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal(tmp_path, "--tutorial", "1", columns=60, rows=15)
    answer_questions(terminal, PLAYS[0].first)
    wait_for_words(terminal, "lesson 1 of 8: Two files")
    play_to_the_end(terminal, PLAYS[0])

    assert terminal.exit_status() == 0
    assert not re.search(rb"\x1b\[(?:\d+;)*3\d(?:;\d+)*m", terminal.written)


def test_what_a_check_printed_is_not_on_the_terminal_after_the_lesson(
    tmp_path: Path, temporary: Path
) -> None:
    terminal = Terminal(tmp_path, "--tutorial", "5")
    answer_questions(terminal, "1")
    terminal.wait_for("Goal: ")
    for answer in PLAYS[4].wrong:
        terminal.type(keys_of(answer))
    terminal.type("w")
    terminal.wait_for("Enter apply")
    terminal.type(ENTER + ENTER)
    wait_for_words(terminal, "Commit 1 fails")
    terminal.type("qJw")
    terminal.wait_for("Enter apply")
    terminal.type(ENTER)
    wait_for_words(terminal, "100 of 100")
    terminal.type("q")

    assert terminal.exit_status() == 0
    assert terminal.text.strip() == ""


@pytest.mark.parametrize("number", [*range(1, 9)])
def test_a_lesson_is_played_without_a_screen(
    tmp_path: Path, temporary: Path, number: int
) -> None:
    play = PLAYS[number - 1]
    work = [*play.wrong, "?", "?", *play.right, "w", "apply", "apply", "q"]
    lines = ["3", "2", "next", play.first, "next", *work]
    answers = "".join(f"{line}\n" for line in lines)
    ran = gitsplit(
        *(tmp_path, "--tutorial", str(number), "--no-screen"), stdin=answers.encode()
    )

    assert (ran.status, "gitsplit:" in ran.err) == (0, False), ran.err
    said = ran.out.partition("Goal: ")[2]
    wrong, _, rest = said.partition("Hint 1 of 3")
    assert f"Lesson: {play.wrong_words}" in wrong or play.wrong_words in wrong
    assert "w, then apply, applies it" in rest
    assert f"{play.marks} lines where they belong: 100 of 100." in rest
    assert [*temporary.iterdir()] == []


def test_from_the_list_to_a_lesson_and_back_the_mark_is_shown(
    tmp_path: Path, temporary: Path
) -> None:
    terminal = Terminal(tmp_path, "--tutorial")
    terminal.wait_for("Enter lesson 1")
    terminal.type(ENTER)
    terminal.wait_for("How many commits should this be?")
    terminal.type("2" + ENTER)
    terminal.wait_for("Which should come first?")
    terminal.type("1" + ENTER)
    terminal.wait_for("lesson 1 of 8")
    terminal.type("j+")
    wait_for_words(terminal, "says 8080")
    terminal.type("qq")  # left without applying
    wait_for_words(terminal, "Not applied; as you left it: 4 of 6 lines")
    terminal.type("w")
    wait_for_words(terminal, "The repository stays in")
    terminal.type("l")
    terminal.wait_for("1 of 8 lessons done")
    terminal.wait_for("66 of 100")
    terminal.type("q")

    assert terminal.exit_status() == 0
    assert marks(tmp_path) == [66]
    (kept,) = temporary.iterdir()
    assert (kept / "prices.py").is_file()


@pytest.mark.parametrize(
    ("args", "keys"), [(("1",), "q"), ((), ENTER + "qq"), ((), "3q" + "2q" + "q")]
)
def test_who_leaves_a_lesson_is_where_they_were_before(
    tmp_path: Path, temporary: Path, args: tuple[str, ...], keys: str
) -> None:
    terminal = Terminal(tmp_path, "--tutorial", *args)
    terminal.wait_for("leave the lesson" if args else "Enter lesson 1")
    for key in keys:
        terminal.type(key)

    assert terminal.exit_status() == 0
    assert [*temporary.iterdir()] == []


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_lesson_that_is_ended_from_outside_leaves_nothing_behind(
    tmp_path: Path, temporary: Path, stop: signal.Signals
) -> None:
    terminal = Terminal(tmp_path, "--tutorial", "1")
    terminal.wait_for("How many commits should this be?")
    terminal.type("2" + ENTER)
    terminal.type("e" + ENTER)
    wait_for_words(terminal, "lesson 1 of 8")
    assert len([*temporary.iterdir()]) == 1
    terminal.kill(stop)

    assert terminal.exit_status() == 128 + stop
    assert [*temporary.iterdir()] == []


def test_without_a_terminal_the_way_without_a_screen_is_named(tmp_path: Path) -> None:
    ran = gitsplit(tmp_path, "--tutorial", "one-hunk")

    assert ran.status == 1
    assert "hint: With --no-screen, lessons are lines of text.\n" in ran.err
    questions = gitsplit(tmp_path, "--tutorial", "one-hunk", "--no-screen")
    assert "Lesson 3 of 8: One hunk\n" in questions.out


def test_answers_that_end_too_soon_are_said_and_nothing_is_left(
    tmp_path: Path, temporary: Path
) -> None:
    for answers in (b"", b"2\n", b"2\nnext\ne\nnext\n", b"2\nnext\ne\nnext\n+\n"):
        ran = gitsplit(tmp_path, "--tutorial", "1", "--no-screen", stdin=answers)

        assert ran.status == 1
        assert "The answers ended before" in ran.err
        assert "draft" not in ran.err
    assert [*temporary.iterdir()] == []


def test_outside_of_the_lessons_nothing_is_touched(
    series: Repository, temporary: Path
) -> None:
    before = series.refs()
    answers = "2\nnext\ne\nnext\ng 3\n+\nw\napply\nq\n"
    ran = gitsplit_process(
        *(series.path, "--tutorial", "1", "--no-screen"),
        stdin=answers.encode(),
        env={"GIT_DIR": str(series.path / ".git")},
    )

    assert ran.status == 0, ran.err
    assert "100 of 100" in ran.out
    assert series.refs() == before
    assert series.git("status", "--porcelain") == ""
    assert not (series.path / ".git" / "gitsplit").exists()


@pytest.mark.parametrize("wanted", ["9", "0", "nothing-like-that", "two files"])
def test_what_is_no_lesson_is_refused_in_a_sentence(
    tmp_path: Path, wanted: str
) -> None:
    ran = gitsplit(tmp_path, "--tutorial", wanted, "--no-screen")

    assert ran.status == 1
    assert f"{wanted} is no lesson" in ran.err
    assert "01-two-files" in ran.err


def test_a_plan_is_graded_hunk_by_hunk(tmp_path: Path) -> None:
    plan = json.loads((SHIPPED / "03-one-hunk" / "answer.plan.json").read_text())
    plan["series"][0]["groups"][0]["hunks"] = [1]
    plan["series"][0]["groups"][1]["hunks"] = [2]
    ran = gitsplit(tmp_path, "--grade", "-", stdin=json.dumps(plan).encode())

    assert (ran.status, ran.err) == (0, "")
    assert "Mark: 83 of 100 (5 of 6 lines)" in ran.out
    assert (
        "✗ Hunk 1, line +3 (backup.sh) is in commit 1; belongs in commit 2" in ran.out
    )
    assert "This line says what was copied." in ran.out


@pytest.mark.parametrize("args", [("-n",), ("-y",), ("--plan", "-"), ("main",)])
def test_lessons_go_with_no_other_option(tmp_path: Path, args: tuple[str, ...]) -> None:
    ran = gitsplit(tmp_path, "--tutorial", "1", *args)

    assert ran.status == 2
    assert "--tutorial goes with --no-screen or --grade only." in ran.err


def test_a_class_grades_answers_to_its_own_lesson_as_json(tmp_path: Path) -> None:
    own = tmp_path / "course" / "a-lesson"
    shutil.copytree(SHIPPED / "06-tests-and-docs", own)
    plan = json.loads((own / "answer.plan.json").read_text())
    del plan["answer"]
    groups = plan["series"][0]["groups"]
    groups[0]["hunks"], groups[1]["hunks"] = [2, 3, 4], [1, 5, 6]
    ran = gitsplit(
        *(tmp_path, "--tutorial", "course", "--grade", "-", "--format", "json"),
        stdin=json.dumps(plan).encode(),
    )
    found = json.loads(ran.out)

    assert (ran.status, ran.err) == (0, "")
    assert found["format"] == "gitsplit-grade"
    assert found["lesson"]["name"] == "a-lesson"
    assert found["lines"] == {"right": 20, "all": 22}
    assert (found["mark"], found["full"]) == (round(20 / 22, 4), False)
    (wrong,) = [each for each in found["hunks"] if not each["right"]]
    assert wrong["hunks"] == "hunk 4"
    assert wrong["wrong"] == [
        {"hunks": "hunk 4", "lines": 2, "is_in": 1, "belongs_in": 2}
    ]
    fine = [each for each in found["hunks"] if "fine here" in each["reason"]]
    assert [each["hunks"] for each in fine] == ["hunk 5, lines -1 +1"]


def test_a_bundle_is_a_history_too(tmp_path: Path, repo: Repository) -> None:
    repo.commit("base", {"a": b"1\n", "b": b"1\n"})
    repo.commit("both", {"a": b"2\n", "b": b"2\n"})
    own = tmp_path / "course" / "bundled"
    own.mkdir(parents=True)
    repo.git("bundle", "create", "-q", str(own / "repo.bundle"), "HEAD")
    (own / "lesson.md").write_text("# A\n\nStory.\n\n## Goal\n\nTwo.\n")
    answer = {
        "counts": [{"count": 2, "right": True, "reason": "a"}],
        "first": {"commits": [1, 2], "reason": "b"},
        "hunks": [{"hunks": ["1-2"], "reason": "c"}],
    }
    groups = [{"message": "a\n", "hunks": [1]}, {"message": "b\n", "hunks": [2]}]
    plan = {
        "format": "gitsplit-plan",
        "version": 1,
        "upstream": repo.oid("HEAD~1"),
        "head": repo.oid("HEAD"),
        "series": [{"commit": repo.oid("HEAD"), "action": "split", "groups": groups}],
        "answer": answer,
    }
    (own / "answer.plan.json").write_text(json.dumps(plan))
    graded = own / "answer.plan.json"
    ran = gitsplit(tmp_path, "--tutorial", str(own), "--grade", str(graded))

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("A\nMark: 100 of 100 (4 of 4 lines)\n")


def test_a_plan_for_no_lesson_is_refused(series: Repository) -> None:
    plan = gitsplit(series.path, "-n", "--format", "json", "HEAD~1").out
    ran = gitsplit(series.path, "--grade", "-", stdin=plan.encode())

    assert ran.status == 1
    assert "The plan is for no lesson" in ran.err
