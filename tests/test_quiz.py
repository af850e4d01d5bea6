"""``--quiz``: where does each hunk belong; through pipes and through a terminal."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.plan import DROPPED
from gitsplit.teaching.pages import PageLine
from gitsplit.teaching.quiz import (
    MOST_ASKED,
    Question,
    Quiz,
    few_questions,
    hunk_page,
    opening_page,
    result_lines,
)
from gitsplit.workflow.lessons import SHIPPED
from gitsplit.workflow.quiz import QuizRun
from tests.repository import Repository
from tests.runner import Ran, gitsplit, state_of
from tests.terminal import Terminal
from tests.test_harmless import BYTES, harmless


@pytest.fixture
def lesson(repo: Repository) -> Repository:
    """A commit that sorts an address book, with the function that it needs."""
    mails = SHIPPED / "05-which-first" / "commit.mbox"
    repo.git("am", "-q", "-k", "--committer-date-is-author-date", str(mails))
    return repo


def asked(repo: Repository, *answers: str, args: tuple[str, ...] = ()) -> Ran:
    said = "".join(f"{each}\n" for each in answers).encode()
    return gitsplit(repo.path, "--quiz", *args, stdin=said)


def test_answers_through_a_pipe_are_compared_hunk_by_hunk(lesson: Repository) -> None:
    before = state_of(lesson.path)
    ran = asked(lesson, "next", "1", "?", "2", "s", "1", "3")

    assert (ran.status, ran.err) == (0, "Nothing was changed.\n")
    assert "Question 2 of 5: Hunk 2, book.py\n" in ran.out
    assert "  Hint: `last_name`: new name, used in 2 hunks.\n" in ran.out
    result = ran.out.split("Your answer? 3\n")[1].splitlines()
    assert result[0] == "3 of 4 answers as proposed; 1 not answered."
    assert result[1] == (
        "- Hunk 1, book.py: you said in commit 1; the proposal would put it in commit"
        " 2, “Sort the address book by last name”; either may be fine."
    )
    assert result[2] == "  `last_name`: new name, used in 2 hunks."
    assert result[5].startswith("- Hunk 3, people.py: skipped; it would be in commit 1")
    assert state_of(lesson.path) == before


@pytest.mark.parametrize("answers", [(), ("q",), ("next",), ("next", "2", "q")])
def test_who_leaves_is_told_what_was_answered(
    lesson: Repository, answers: tuple[str, ...]
) -> None:
    ran = asked(lesson, *answers)

    assert ran.status == 0
    count = "1 of 1 answer as proposed; 4 not answered." if "2" in answers else "No q"
    assert count in ran.out


def test_a_wrong_key_is_answered(lesson: Repository) -> None:
    ran = asked(lesson, "next", "7", "2")

    assert "The answers are 1, 2, 3, ?, s, q.\n" in ran.out


def test_a_plan_that_is_given_is_right(lesson: Repository, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    gitsplit(lesson.path, "-n", "--format", "json", "-o", str(plan), "HEAD")
    known = json.loads(plan.read_text())
    for commit in known["series"][0]["groups"]:
        commit["message"] = f"given: {commit['message']}"
    plan.write_text(json.dumps(known))
    ran = asked(lesson, "next", "1", "2", args=("--plan", str(plan)))

    assert "The plan that you gave says where each belongs.\n" in ran.out
    assert "2: given: Sort the address book by last name\n" in ran.out
    assert "1 of 2 answers right; 3 not answered." in ran.out
    assert "✗ Hunk 1, book.py: not in commit 1; it belongs in commit 2" in ran.out
    assert "either may be fine" not in ran.out


def test_what_seems_to_be_one_change_is_not_asked_about(series: Repository) -> None:
    ran = asked(series)

    assert ran.status == 1
    assert "seems to be one change, so there is nothing to ask." in ran.err
    assert "hint: --explain says why it is one.\n" in ran.err


def test_what_can_be_cut_is_asked_about_as_two_where_that_is_wanted(
    series: Repository,
) -> None:
    series.commit("Read me\n", {"README.md": b"1\n2\n3\n"})

    assert "hint: --commits 2 asks about it as two;" in asked(series).err
    assert asked(series, args=("--commits", "2")).status == 0


@pytest.mark.parametrize("args", [("-y",), ("--format", "text"), ("-o", "f"), ("-n",)])
def test_what_it_does_not_go_with(series: Repository, args: tuple[str, ...]) -> None:
    ran = asked(series, args=args)

    assert ran.status == 2
    assert (
        "--quiz goes with UPSTREAM, -c, --root, --group-by, --commits and --plan"
        in (ran.err)
    )


def test_at_a_small_terminal_without_colours(
    lesson: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    seen = Terminal(lesson.path, "--quiz")
    for answer in ("next", "?", "2", "2", "1", "1", "3"):
        seen.wait_for("Your answer?")
        seen.type(f"{answer}\r")
        seen.settle()

    assert seen.exit_status() == 0
    assert "✓ Hunk 5, test_book.py: in commit 3" in seen.text


def test_no_commit_can_drive_the_terminal(repo: Repository) -> None:
    base = "".join(f"value_{n} = {n}\n" for n in range(40)).encode()
    name = b"PWNED\x1b[2J\xe2\x80\xae"
    repo.commit("base\n", {"a.py": base, "b.py": base})
    files = {"a.py": base + BYTES + b"\n", "b.py": b"import x\n" + base}
    repo.commit(name + b"\n", files)
    harmless(asked(repo, "next", "?", "1", "2", args=("--commits", "2")))


def quiz_of(groups: list[int], *, is_given: bool = False) -> Quiz:
    questions = tuple(
        Question(at, f"Hunk {at}", "f", (PageLine("+x"),), group)
        for at, group in enumerate(groups, 1)
    )
    number = max([0, *(group for group in groups if group != DROPPED)]) + 1
    subjects = tuple(f"subject {n}" for n in range(number))
    return Quiz("1234567890", questions, subjects, subjects, is_given)


def test_a_hunk_with_lines_in_two_commits_is_one_hunk() -> None:
    quiz = quiz_of([0, 1, 0])
    first, second, third = quiz.questions
    parts = (first, replace(second, number=first.number), third)

    opening = opening_page(replace(quiz, questions=parts))
    assert opening.lines[0].text == "It has 2 hunks (1 divided), for 2 commits:"


def test_a_name_that_other_hunks_have_is_said_to_be_theirs() -> None:
    quiz = Quiz(
        "1234567890",
        tuple(Question(1, "Hunk 1", "f", (PageLine(t),), 0) for t in ("+x", "+y")),
        ("subject",),
        ("`x`: new name",),
    )

    assert [quiz.reason(each) for each in quiz.questions] == [
        "`x`: new name",
        "Of other hunks there: `x`: new name",
    ]


PLANS = st.lists(st.integers(0, 8) | st.just(DROPPED), min_size=1, max_size=60)


@given(PLANS, st.data(), st.booleans())
def test_a_mark_is_the_number_of_answers_as_the_reference_has_them(
    groups: list[int], data: st.DataObject, is_given: bool
) -> None:
    quiz = quiz_of(groups, is_given=is_given)
    shifted = data.draw(st.integers(0, len(groups)))
    answers = [
        group if at >= shifted else (group + 2 if group < 7 else 0)
        for at, group in enumerate(groups)
    ]
    first, *_ = result_lines(quiz, answers)
    word = "right" if is_given else "as proposed"
    answers_in_words = "answer" if len(groups) == 1 else "answers"

    assert (
        first.text
        == f"{len(groups) - shifted} of {len(groups)} {answers_in_words} {word}."
    )


@given(PLANS)
def test_of_very_many_hunks_some_of_each_commit_are_asked(groups: list[int]) -> None:
    few = few_questions(quiz_of(groups))

    assert len(few.questions) == min(MOST_ASKED, len(groups))
    assert {each.group for each in few.questions} == set(groups)


@given(PLANS)
def test_whoever_wants_is_asked_about_all(groups: list[int]) -> None:
    run = QuizRun(quiz_of(groups))
    keys = [choice.key for choice in opening_page(run.quiz).choices]
    page = run.page_after("a" if "a" in keys else "enter")
    for at, group in enumerate(groups):
        assert page == hunk_page(run.quiz, at)
        page = run.page_after("x" if group == DROPPED else str(group + 1))

    assert page is None
    assert run.answers == groups
