"""A lesson as it is read, and what is said of one that can't be."""

import json
import re
import shutil
from pathlib import Path

import pytest

from gitsplit.errors import InvalidLesson
from gitsplit.teaching.lesson import read_lesson
from gitsplit.workflow.lessons import (
    MOST_BYTES,
    SHIPPED,
    Marks,
    course_named,
    lesson_open,
    lessons_in,
)

PAGE = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text("utf-8")
PLAN = (SHIPPED / "03-one-hunk" / "answer.plan.json").read_bytes()
WORDS = (SHIPPED / "03-one-hunk" / "lesson.md").read_bytes()


def changed(**answer: object) -> bytes:
    """The plan with other values in its answer."""
    plan = json.loads(PLAN)
    plan["answer"] |= answer
    return json.dumps(plan).encode()


def refusal(words: bytes, plan: bytes) -> str:
    with pytest.raises(InvalidLesson) as caught:
        read_lesson("mine", words, plan)
    assert caught.value.hint
    return str(caught.value)


def test_the_lesson_and_the_answer_on_the_page_are_read() -> None:
    (words,) = re.findall(r"(?ms)^```markdown\n(.*?)^```$", PAGE)
    (answer,) = re.findall(r"(?ms)^```json\n(.*?)^```$", PAGE)
    plan = json.loads(PLAN)
    plan |= json.loads(f"{{{answer}}}")
    lesson = read_lesson("mine", words.encode(), json.dumps(plan).encode())

    assert lesson.title == "One hunk, two purposes"
    assert (lesson.language, lesson.check) == ("shell", "sh -n backup.sh")
    assert lesson.story.startswith("Ines quoted the names in a backup script. And")
    assert (
        lesson.goal == "Make two commits: names with blanks, and what the script says."
    )
    assert [len(lesson.hints), len(lesson.notices)] == [2, 2]
    assert lesson.answer.hunks[1].also[0].group == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"", "no “# title”"),
        (b"# A\n\n## Goal\n\nb\n", "no story"),
        (b"# A\n\nb\n", "no “## Goal”"),
        (b"# A\n\nb\n\n## Goals\n", "no section “Goals”"),
        (b"# A\n\nStart: later\n\nb\n\n## Goal\n\nc\n", "“Start” can't be later"),
        (
            b"# A\n\nb\n\n## Goal\n\nc\n\n## Notices\n\n- `1 beside 2`: d\n",
            "no condition “1 beside 2”",
        ),
        (b"# A\n\nb\n\n## Goal\n\nc\n\n## Notices\n\n- d\n", "“d” has no `condition`"),
    ],
)
def test_words_that_lack_something_are_refused(words: bytes, said: str) -> None:
    assert said in refusal(words, PLAN)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (b"{", "The plan is not JSON"),
        (b"{}", "is missing"),
        (changed(counts=[{"count": "2"}]), "`$.counts[0].count`"),
        (changed(order="free"), "`$.order`"),
        (changed(counts=[]), "no right answer"),
        (
            changed(counts=[{"count": 39, "right": True, "reason": "x"}]),
            "different numbers up to 9",
        ),
        (changed(first={"commits": [], "reason": "x"}), "no right answer"),
        (changed(first={"commits": [3], "reason": "x"}), "a commit that the plan"),
        (changed(hunks=[{"hunks": ["x"], "reason": "y"}]), "doesn't match the format"),
        (changed(hunks=[{"hunks": [], "reason": "y"}]), "a reason of “answer” is of"),
    ],
)
def test_an_answer_that_lacks_something_is_refused(plan: bytes, said: str) -> None:
    assert said in refusal(WORDS, plan)


def test_text_from_a_lesson_drives_no_terminal() -> None:
    words = WORDS.replace(b"Make two", b"Make \x1b]0;two\x07")
    lesson = read_lesson("mine", words, PLAN)

    assert "\x1b" not in lesson.goal
    assert "\x07" not in lesson.goal


def test_an_answer_for_another_history_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "mine"
    own.mkdir()
    (own / "lesson.md").write_bytes(WORDS)
    (own / "answer.plan.json").write_bytes(PLAN)
    with (
        pytest.raises(InvalidLesson, match="has no history"),
        lesson_open(lessons_in(own), 0),
    ):
        pass
    other = SHIPPED / "01-two-files" / "commit.mbox"
    (own / "commit.mbox").write_bytes(other.read_bytes())
    with (
        pytest.raises(InvalidLesson, match="doesn't fit its history"),
        lesson_open(lessons_in(own), 0),
    ):
        pass


@pytest.mark.parametrize("judged", [[], ["99"], ["1", "1"]])
def test_an_answer_that_does_not_judge_each_hunk_once_is_refused(
    tmp_path: Path, judged: list[str]
) -> None:
    shutil.copytree(SHIPPED / "01-two-files", tmp_path / "mine")
    file = tmp_path / "mine" / "answer.plan.json"
    plan = json.loads(file.read_text(encoding="utf-8"))
    plan["answer"]["hunks"] += [{"hunks": [e], "reason": "x"} for e in judged]
    if not judged:
        del plan["answer"]["hunks"][-1]
    file.write_text(json.dumps(plan), encoding="utf-8")

    with (
        pytest.raises(InvalidLesson, match="just once"),
        lesson_open(lessons_in(tmp_path / "mine"), 0),
    ):
        pass


def test_a_byte_order_mark_is_no_text_and_a_lesson_is_no_large_file(
    tmp_path: Path,
) -> None:
    assert read_lesson("mine", b"\xef\xbb\xbf" + WORDS, PLAN).title
    (tmp_path / "answer.plan.json").write_bytes(PLAN)
    (tmp_path / "lesson.md").write_bytes(WORDS + bytes(MOST_BYTES))
    with pytest.raises(InvalidLesson, match="larger than a lesson"):
        lessons_in(tmp_path)


@pytest.mark.parametrize("kept", [b"{}", b"[" * 100_000, b"null", b"{"])
def test_progress_that_is_damaged_begins_anew(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "tutorial.json").write_bytes(kept)
    marks = Marks(tmp_path / "tutorial.json")
    marks.read()

    assert marks.best == {}


@pytest.mark.parametrize("wanted", ["3", "03-one-hunk", "one-hunk"])
def test_a_lesson_is_named_by_its_number_or_its_name(wanted: str) -> None:
    course, at = course_named(wanted)

    assert (len(course), at) == (8, 2)


def test_a_directory_is_a_course_or_a_lesson(tmp_path: Path) -> None:
    assert course_named(str(SHIPPED))[1] is None
    assert course_named(str(SHIPPED / "03-one-hunk"))[1] == 0
    with pytest.raises(InvalidLesson, match=r"no directory in it has a lesson\.md"):
        course_named(str(tmp_path))
