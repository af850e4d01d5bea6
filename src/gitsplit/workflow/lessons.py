"""Lessons on disk: found, made into a repository of their own, and marks kept.

Nothing of the user's repository is touched: a lesson's is in a temporary directory.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import chain
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import GitFailed, GitsplitError, InvalidLesson
from gitsplit.git import history
from gitsplit.git.practice import BASE, make_lesson_repository
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.escape import printable
from gitsplit.model.listing import enumeration
from gitsplit.model.progress import Say, say_nothing
from gitsplit.planfile.match import plan_of_entry, with_originals
from gitsplit.teaching.grading import Exercise
from gitsplit.teaching.lesson import Lesson, read_lesson
from gitsplit.teaching.noticing import picks_exist
from gitsplit.teaching.placement import (
    Placement,
    picked_lines,
    placement_of,
)
from gitsplit.workflow.propose import Request

SHIPPED = Path(__file__).parents[1] / "lessons"
"""The lessons that come with gitsplit."""

WORDS, ANSWER = "lesson.md", "answer.plan.json"
HISTORIES = ("commit.mbox", "repo.bundle")

MOST_BYTES = 1 << 20
"""A lesson's words, and its answer, have at most so many."""


class LessonPlace(Struct, frozen=True):
    """A lesson, and the directory that it is in."""

    lesson: Lesson
    directory: Path

    @property
    def history(self) -> Path:
        """The mailbox or the bundle; raises InvalidLesson where there is none."""
        paths = (self.directory / name for name in HISTORIES)
        for path in paths:
            if path.is_file():
                return path
        raise InvalidLesson(
            f"The lesson {printable(self.lesson.name)} has no history.",
            hint=f"It is in {enumeration(HISTORIES, 'or')}.",
        )


def lessons_in(directory: Path) -> tuple[LessonPlace, ...]:
    """The lessons of a directory, in the order of their names; it may be one itself.

    Raises InvalidLesson where there is none, or one can't be read.
    """
    if (directory / WORDS).is_file():
        return (_place(directory),)
    try:
        inside = sorted(directory.iterdir())
    except OSError as error:
        raise _no_lessons(directory, f": {error.strerror}") from error
    found = [_place(each) for each in inside if (each / WORDS).is_file()]
    if not found:
        raise _no_lessons(directory, ": no directory in it has a lesson.md")
    return tuple(found)


def _no_lessons(directory: Path, why: str) -> InvalidLesson:
    return InvalidLesson(
        f"There are no lessons in {directory}{why}.",
        hint="docs/lessons.md says how a lesson is made.",
    )


def _place(directory: Path) -> LessonPlace:
    name = directory.resolve().name
    try:
        words = _read_part(directory / WORDS)
        answer = _read_part(directory / ANSWER)
    except OSError as error:
        raise InvalidLesson(
            f"The lesson {printable(name)} can't be read: {error.filename}:"
            f" {error.strerror}.",
            hint="docs/lessons.md says how a lesson is made.",
        ) from error
    return LessonPlace(read_lesson(name, words, answer), directory)


def _read_part(path: Path) -> bytes:
    """Read a file of a lesson; raises InvalidLesson where it is no text to be read."""
    with path.open("rb") as file:
        found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise InvalidLesson(
            f"{printable(path.name)} is larger than a lesson's can be"
            f" ({MOST_BYTES >> 20} MiB).",
            hint="docs/lessons.md says how a lesson is made.",
        )
    return found


def course_named(wanted: str) -> tuple[tuple[LessonPlace, ...], int | None]:
    """The lessons that are meant, and the number (from 0) of the one that is.

    ``wanted`` is a number, a name, or a directory; empty for all that come with
    gitsplit. Raises InvalidLesson where it is none of these.
    """
    directory = Path(wanted)
    shipped = lessons_in(SHIPPED)
    if not wanted:
        return shipped, None
    if wanted.isdecimal() and 1 <= int(wanted) <= len(shipped):
        return shipped, int(wanted) - 1
    for at, place in enumerate(shipped):
        if wanted in (place.lesson.name, place.lesson.name.partition("-")[2]):
            return shipped, at
    if not directory.is_dir():
        names = ", ".join(place.lesson.name for place in shipped)
        raise InvalidLesson(
            f"{printable(wanted)} is no lesson, and no directory of lessons.",
            hint=f"The lessons are 1 to {len(shipped)}: {names}.",
        )
    found = lessons_in(directory)
    return found, 0 if len(found) == 1 else None


class Opened(Struct):
    """A lesson in its own repository, and what is asked for there.

    ``is_kept`` says that the repository stays when the lesson is over.
    """

    path: Path
    repo: Repository
    request: Request
    exercise: Exercise
    is_kept: bool = False


@contextmanager
def lesson_open(course: Sequence[LessonPlace], at: int) -> Iterator[Opened]:
    """Make the repository of a lesson, for the block; it is removed afterwards.

    Raises InvalidLesson where the lesson's answer doesn't fit its history.
    """
    place, path = course[at], Path(tempfile.mkdtemp(prefix="gitsplit-lesson."))
    opened: Opened | None = None
    try:
        _make_repository(path, place)
        with _source(place.lesson, open_repository(path)) as (repo, request):
            exercise = _exercise(repo, request, course, at)
            asked = replace(request, lesson=exercise)
            opened = Opened(path, repo, asked, exercise)
            yield opened
    finally:
        if opened is None or not opened.is_kept:
            shutil.rmtree(path, ignore_errors=True)


def _make_repository(path: Path, place: LessonPlace) -> None:
    """Make the repository; raises InvalidLesson where its history can't be that."""
    lesson = place.lesson
    base = lesson.document.upstream
    try:
        make_lesson_repository(
            path, place.history, base, is_uncommitted=lesson.is_uncommitted
        )
    except GitFailed as error:
        raise _misfit(lesson, error) from error


def _misfit(lesson: Lesson, error: GitsplitError) -> InvalidLesson:
    return InvalidLesson(
        f"The answer of the lesson {printable(lesson.name)} doesn't fit its history:"
        f" {error}",
        hint=error.hint or "docs/lessons.md says how a lesson is made.",
    )


def _source(
    lesson: Lesson, repo: Repository
) -> AbstractContextManager[tuple[Repository, Request]]:
    """What is split in a lesson, all of it in one commit at first, for the block."""
    checks = (lesson.check,) if lesson.check else ()
    request = Request(group_by="none", checks=checks)
    if lesson.is_uncommitted:
        from gitsplit.workflow.uncommitted import source_read  # few are so

        return source_read(repo, replace(request, untracked=True), say_nothing)
    commits = (lesson.entry.commit,)
    is_root = lesson.document.upstream is None
    asked = replace(request, upstream=None if is_root else BASE, commits=commits)
    return nullcontext((repo, replace(asked, root=is_root)))


def _exercise(
    repo: Repository, request: Request, course: Sequence[LessonPlace], at: int
) -> Exercise:
    """The lesson with its reference; raises InvalidLesson where that doesn't fit."""
    lesson = course[at].lesson
    try:
        if repo.snapshot is None:
            series = history.read_series(
                repo, request.upstream, request.commits, request.root
            )
            commits = [c for c in series.commits if c.oid == lesson.entry.commit]
            entry = lesson.entry
        else:
            commits = [repo.snapshot.commit]
            entry = with_originals(lesson.entry, (commits[0].oid,))
        changes = history.changes_of(repo, commits)[0]
        reference = plan_of_entry(entry, changes)
    except GitsplitError as error:
        raise _misfit(lesson, error) from error
    placement = placement_of(reference)
    _refuse_unknown_hunks(lesson, placement)
    _refuse_misjudged(lesson, placement)
    following = course[at + 1].lesson.title if at + 1 < len(course) else ""
    message = b"" if repo.snapshot else message_in_utf8(commits[0].raw)
    return Exercise(
        *(lesson, reference, commits[0].oid, message),
        *(at + 1, len(course), following),
    )


def _refuse_misjudged(lesson: Lesson, placement: Placement) -> None:
    """Raise InvalidLesson where the answer doesn't judge each line just once."""
    picks = [pick for each in lesson.answer.hunks for pick in each.picks]
    judged = [picked_lines([pick], placement) for pick in picks]
    if sorted(chain(*judged)) != sorted(placement) or not all(judged):
        raise InvalidLesson(
            f"“answer” of the lesson {printable(lesson.name)} doesn't have each hunk of"
            " its commit just once.",
            hint="Its hunks are listed by: gitsplit -n -p --format json",
        )


def _refuse_unknown_hunks(lesson: Lesson, placement: Placement) -> None:
    """Raise InvalidLesson where a notice is about a hunk or line that isn't there."""
    for each in lesson.notices:
        if not picks_exist(each.condition, placement):
            raise InvalidLesson(
                f"A notice of the lesson {printable(lesson.name)} is about hunks that"
                f" its commit hasn't: “{each.text}”",
            )


class Marks(Struct):
    """The best mark of each lesson so far, up to 100, kept in a file of the user's.

    ``say`` is told where it can't be kept.
    """

    path: Path
    say: Say = say_nothing
    best: dict[str, int] = field(default_factory=dict)

    def read(self) -> None:
        """Read the file; what can't be read counts for nothing."""
        with suppress(
            *(OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError)
        ):
            marks = json.loads(self.path.read_bytes())["lessons"]
            self.best = {
                str(name): mark for name, mark in marks.items() if type(mark) is int
            }

    def of(self, place: LessonPlace) -> int | None:
        """The best mark of a lesson; None where it wasn't done."""
        return self.best.get(place.lesson.key)

    def keep(self, place: LessonPlace, mark: int) -> None:
        """Keep a mark, where none is as good."""
        self.best[place.lesson.key] = max(mark, self.best.get(place.lesson.key, 0))
        text = json.dumps({"format": "gitsplit-tutorial", "lessons": self.best})
        beside = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(f"{text}\n", encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            self.say(f"Your progress can't be kept in {self.path}: {error.strerror}.")
