"""Pages of the tutorial besides the screen: lessons, questions, how an answer compares.

A page is the same on a screen and without one: lines to read, a question, and keys that
answer it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from gitsplit.model.diff import FileChange, hunk_lines_of
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity, with_capital, with_full_stop
from gitsplit.model.patch import file_patch
from gitsplit.model.plan import DROPPED, Plan, groups_with_edits
from gitsplit.planfile.numbering import numbered_hunks
from gitsplit.teaching.grading import Exercise, Grade, HunkMark, Misplaced
from gitsplit.teaching.lesson import Lesson
from gitsplit.teaching.placement import ChangedLine, line_words

Look = Literal["", "name", "added", "removed", "hunk", "file", "good", "warning"]
"""What a line looks like; on a screen it is one of its styles."""


class PageLine(Struct, frozen=True):
    """A line to read; ``indent`` is how far it stands in, also where it goes on."""

    text: str = ""
    look: Look = ""
    indent: int = 0
    is_code: bool = False


class Choice(Struct, frozen=True):
    """A key that answers, and what it says; ``is_listed`` is above, not in the footer.

    ``enter`` is the key for what comes next.
    """

    key: str
    label: str
    is_listed: bool = False


class Page(Struct, frozen=True):
    """What is to be read, and asked: ``asked`` stays in sight, and the choices do."""

    title: str
    lines: tuple[PageLine, ...]
    asked: tuple[PageLine, ...] = ()
    choices: tuple[Choice, ...] = ()


NEXT = "enter"
QUIT = "q"
LESSON_KEYS = "123456789ABCDEFHIJKLMNOPQRSTUVWXYZ"
"""The keys of lessons; further ones are reached from one to the next.

``G`` is none: it scrolls to the end.
"""

_NUMBERS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
]


def list_page(lessons: Sequence[Lesson], marks: Sequence[int | None]) -> Page:
    """All lessons, with the best mark of each so far, and the next one."""
    width = max(len(lesson.title) for lesson in lessons)
    lines = [
        PageLine(
            f"{key}  {lesson.title:<{width}}  {lesson.language:<12}{_mark_words(mark)}",
            is_code=True,
        )
        for key, lesson, mark in zip(_lesson_keys(lessons), lessons, marks, strict=True)
    ]
    following = next_lesson(marks)
    done = sum(mark is not None for mark in marks)
    count = quantity(len(lessons), "lesson")
    said = f"{done} of {count} done." if done else f"{with_capital(count)}."
    intro = PageLine(
        "Each lesson is a commit that does more than it should. You say what it holds,"
        " split it, and see how your split compares."
    )
    return Page(
        "Tutorial: splitting commits",
        (intro, PageLine(), *lines, PageLine(), PageLine(said)),
        choices=(
            Choice(NEXT, f"lesson {following + 1}"),
            *(Choice(key, "") for key in _lesson_keys(lessons) if key.strip()),
            Choice(QUIT, "quit"),
        ),
    )


def _lesson_keys(lessons: Sequence[Lesson]) -> str:
    """The key of each lesson, a blank where there is none."""
    return LESSON_KEYS[: len(lessons)].ljust(len(lessons))


def next_lesson(marks: Sequence[int | None], after: int = -1) -> int:
    """The lesson that comes next, from 0: the first after this one not yet done.

    Where all are done it is the first one without a full mark, or the first of all.
    """
    count = len(marks)
    order = [at % count for at in range(after + 1, after + 1 + count)]
    untried = [at for at in order if marks[at] is None]
    open_ones = [at for at in order if marks[at] != 100]
    return (untried or open_ones or order)[0]


def _mark_words(mark: int | None) -> str:
    return "" if mark is None else f"{mark} of 100{' ✓' if mark == 100 else ''}"


def question_page(
    exercise: Exercise,
    asked: str,
    choices: Sequence[Choice],
    answered: Iterable[PageLine] = (),
) -> Page:
    """The story and the diff, and below a question; or what is said to an answer."""
    lesson, changes = exercise.lesson, exercise.reference.changes
    lines = (
        *_paragraphs(lesson.story),
        PageLine(),
        *_message_lines(exercise),
        PageLine(),
        *_diff_lines(changes),
    )
    below = (PageLine(asked, "name"), *answered)
    keys = choices
    if answered:
        keys = (Choice(NEXT, "go on"), *(c for c in choices if c.key != QUIT))
    return Page(
        with_capital(exercise.in_words),
        lines,
        below,
        (*keys, Choice(QUIT, "leave the lesson")),
    )


def _message_lines(exercise: Exercise) -> Iterator[PageLine]:
    """The message of the commit, as ``git show`` has it."""
    if not exercise.message:
        yield PageLine("Not committed yet:", "name")
    for at, line in enumerate(exercise.message.decode("utf-8", "replace").splitlines()):
        yield PageLine(printable(line), "" if at else "name", indent=4, is_code=True)


def _paragraphs(text: str) -> Iterator[PageLine]:
    for at, paragraph in enumerate(text.split("\n\n")):
        if at:
            yield PageLine()
        yield PageLine(paragraph)


_LOOKS: Mapping[str, Look] = {"+": "added", "-": "removed", "@": "hunk"}


_HEADERS = ("diff --git", "index ", "--- ", "+++ ")


def _diff_lines(changes: Iterable[FileChange]) -> Iterator[PageLine]:
    """The diff of the lesson's commit, without the ids of contents."""
    for change in changes:
        yield PageLine(printable(change.path), "file", is_code=True)
        is_above = True
        for line in file_patch(change):
            text = _code(line.rstrip(b"\n"))
            is_above = is_above and not text.startswith("@@")
            if not (is_above and text.startswith(_HEADERS)):
                yield PageLine(text, _LOOKS.get(text[:1], ""), is_code=True)


def _code(line: bytes) -> str:
    """A line of a file as it is shown."""
    return printable(line.replace(b"\t", b"    "))


HOW_MANY = "How many commits should this be?"
WHICH_FIRST = "Which should come first?"
EITHER = "e"


def count_choices(exercise: Exercise) -> tuple[Choice, ...]:
    """The answers to how many changes it is."""
    counts = sorted({each.count for each in exercise.lesson.answer.counts})
    return tuple(Choice(str(n), _number_word(n), is_listed=True) for n in counts)


def _number_word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def answer_to_count(exercise: Exercise, key: str) -> tuple[bool, str]:
    """Whether so many changes are right, and why."""
    found = (each for each in exercise.lesson.answer.counts if str(each.count) == key)
    each = next(found)
    return each.right, each.reason


def first_choices(exercise: Exercise) -> tuple[Choice, ...]:
    """The answers to which commit comes first."""
    listed = [
        Choice(str(at), subject, is_listed=True)
        for at, (subject, _) in enumerate(_shuffled(exercise), 1)
    ]
    either = "either is fine" if len(listed) == 2 else "any order is fine"
    return (*listed, Choice(EITHER, either, is_listed=True))


def answer_to_first(exercise: Exercise, key: str) -> tuple[bool, str]:
    """Whether that commit may come first, and why; either is fine where several may."""
    first = exercise.lesson.answer.first
    if key == EITHER:
        return len(first.commits) > 1, first.reason
    _, commit = _shuffled(exercise)[int(key) - 1]
    return commit + 1 in first.commits, first.reason


def _shuffled(exercise: Exercise) -> list[tuple[str, int]]:
    """The subjects of the reference with their commits, in an order that tells none."""
    subjects = reference_subjects(exercise)
    return sorted((subject, commit) for commit, subject in subjects.items())


def reference_subjects(exercise: Exercise) -> dict[int, str]:
    """The subject of each commit of the reference, by its number from 0."""
    return {
        number: printable(group.message.split(b"\n", 1)[0])
        for number, group in enumerate(exercise.reference.groups)
    }


def reply_lines(is_right: bool, reason: str) -> tuple[PageLine, ...]:
    """What is said to an answer."""
    head = PageLine("✓ Yes.", "good") if is_right else PageLine("Not quite.", "warning")
    return head, PageLine(reason, indent=2)


class Attempt(Struct, frozen=True):
    """What a user made of a lesson: the answers, the split, and whether it is applied.

    ``counted`` and ``first`` are the answers to the questions, in turn, each with
    whether it was right.
    """

    plan: Plan
    is_applied: bool
    counted: Sequence[tuple[str, bool]] = ()
    first: Sequence[tuple[str, bool]] = ()


def comparison_page(
    exercise: Exercise, attempt: Attempt, found: Grade, choices: Sequence[Choice]
) -> Page:
    """How a split compares with the reference, hunk by hunk."""
    state = "Applied." if attempt.is_applied else "Not applied; as you left it:"
    points = f"{state} {found.right} of {quantity(found.of, 'line')} where they belong"
    mark = PageLine(
        f"{points}{fault_words(found)}: {found.points} of 100.",
        "good" if found.is_full else "name",
    )
    answers = [*_answer_lines(attempt)]
    return Page(
        with_capital(exercise.in_words),
        (mark, *answers, PageLine(), *comparison_lines(exercise, attempt.plan, found)),
        asked=(PageLine(following_words(exercise)),),
        choices=(*choices, Choice(QUIT, "quit")),
    )


def fault_words(found: Grade) -> str:
    """What costs a tenth of the mark, beside the lines.

    >>> fault_words(Grade(1, 2, (), {}, is_in_order=False))
    ', less a tenth for the order'
    """
    what = [] if found.is_in_order else ["the order"]
    what += [] if found.has_right_owner else ["what continues the original"]
    return "".join(f", less a tenth for {each}" for each in what)


def following_words(exercise: Exercise) -> str:
    """What comes after the lesson: the next one, or the user's own commits."""
    if exercise.next_title:
        return with_full_stop(f"Next: {exercise.next_title}")
    own = "gitsplit HEAD splits your last commit, gitsplit -w uncommitted changes."
    return f"Now yours: {own}"


def _answer_lines(attempt: Attempt) -> Iterator[PageLine]:
    """What was said before the split."""
    for what, said in (("How many", attempt.counted), ("First", attempt.first)):
        if said:
            yield PageLine(f"{what}: you said {_answers_in_turn(said)}.")


def _answers_in_turn(said: Sequence[tuple[str, bool]]) -> str:
    """What was said to a question at first, and in the end, where that is another.

    >>> _answers_in_turn([("one", False), ("three", False), ("two", True)])
    'first “one”, then “two”, which is right'
    """
    (first, was_right), (last, is_right) = said[0], said[-1]
    if was_right or first == last:
        verdict = "right" if was_right else "not the best answer"
        return f"“{first}”, {verdict}"
    verdict = "which is right" if is_right else "neither of them the best answer"
    return f"first “{first}”, then “{last}”, {verdict}"


def comparison_lines(exercise: Exercise, plan: Plan, found: Grade) -> list[PageLine]:
    """Each hunk: that it is right, or where it belongs, and why; then the order."""
    lines: list[PageLine] = []
    numbers = {group: at for at, group in enumerate(groups_with_edits(plan), 1)}
    named = {group: (at, _subject_of(plan, group)) for group, at in numbers.items()}
    for each in found.hunks:
        lines += _hunk_lines(each, exercise, named)
    lines += _other_lines(exercise, found)
    return [*lines, *_message_remarks(exercise, found, named)]


NamedCommits = Mapping[int, tuple[int, str]]
"""The number and the subject of the commit that each group of a split becomes."""


def _subject_of(plan: Plan, group: int) -> str:
    return printable(plan.groups[group].message.split(b"\n", 1)[0])


def _message_remarks(
    exercise: Exercise, found: Grade, named: NamedCommits
) -> Iterator[PageLine]:
    """Which messages are on the commit that another one's hunks are in."""
    subjects = reference_subjects(exercise)
    for commit, group in found.matched.items():
        number, subject = named.get(group, (0, ""))
        others = [at for at in subjects if at != commit and subjects[at] == subject]
        if commit != DROPPED and others and others[0] in found.matched:
            about = subjects[commit]
            yield PageLine(
                f"- Commit {number} has the message “{subject}”, and the hunks of"
                f" “{about}”.",
                "warning",
            )
            yield PageLine(MESSAGE_REASON, indent=2)


MESSAGE_REASON = (
    "The mark is for the hunks. But the log is read by its messages: the commit that"
    " continues the original has its message, and each can be written anew."
)


def _hunk_lines(
    each: HunkMark, exercise: Exercise, named: NamedCommits
) -> Iterator[PageLine]:
    every = exercise.placement
    wrong = {line for part in each.wrong for line in part.lines}
    right = [line for line in each.lines if line not in wrong]
    if right:
        where = "" if not each.also else ", which is fine as well"
        words = with_capital(line_words(right, every))
        yield PageLine(f"✓ {words} ({_paths(right, exercise)}){where}.", "good")
    for part in each.wrong:
        words = with_capital(line_words(part.lines, every))
        is_one = not re.search(r"^Hunks|, lines|;", words)
        where = _misplaced_words(part, exercise, named, is_one=is_one)
        yield PageLine(
            f"✗ {words} ({_paths(part.lines, exercise)}) {where}.", "warning"
        )
        yield from _code_of(part.lines, exercise)
    yield PageLine(each.also or each.reason, indent=2)


def _paths(lines: Iterable[ChangedLine], exercise: Exercise) -> str:
    """The files that the lines are in."""
    numbers = sorted({line.number for line in lines})
    changes = exercise.reference.changes
    hunks = numbered_hunks(changes)
    paths = (printable(changes[hunks[n - 1].file].path) for n in numbers)
    return ", ".join(dict.fromkeys(paths))


MOST_SHOWN = 4
"""So many lines that are in the wrong commit are shown."""


def _code_of(lines: Sequence[ChangedLine], exercise: Exercise) -> Iterator[PageLine]:
    """The text of the lines but for blank ones, of many the first."""
    texts = [(line.side, _text_of(line, exercise)) for line in lines]
    told = [(side, text) for side, text in texts if text.strip()]
    for side, text in told[:MOST_SHOWN]:
        look: Look = "removed" if side == "-" else "added"
        yield PageLine(f"{side}{_code(text)}", look, indent=4, is_code=True)
    if len(told) > MOST_SHOWN:
        yield PageLine(f"… and {len(told) - MOST_SHOWN} more", indent=4)


def _text_of(line: ChangedLine, exercise: Exercise) -> bytes:
    """The text of a changed line; empty for a fact."""
    changes = exercise.reference.changes
    each = numbered_hunks(changes)[line.number - 1]
    if each.hunk is None:
        return b""
    old, new = hunk_lines_of(changes[each.file], each.hunk)
    return (old if line.side == "-" else new)[line.place - 1].rstrip(b"\n")


def _misplaced_words(
    part: Misplaced, exercise: Exercise, named: NamedCommits, *, is_one: bool
) -> str:
    """Where lines are, and where they belong."""
    is_in = "left out" if part.is_in == DROPPED else f"in commit {named[part.is_in][0]}"
    verb, belong = ("is", "belongs") if is_one else ("are", "belong")
    if part.belongs_in == DROPPED:
        return f"{verb} {is_in}; better left out"
    if part.should_be_in is not None:
        number, subject = named[part.should_be_in]
        return f"{verb} {is_in}; {belong} in commit {number}, “{subject}”"
    every = exercise.placement
    others = [
        line
        for line, group in every.items()
        if group == part.belongs_in and line not in part.lines
    ]
    company = f"with {line_words(others, every)}" if others else "of its own"
    return f"{verb} {is_in}; {belong} in a commit {company}"


def _other_lines(exercise: Exercise, found: Grade) -> Iterator[PageLine]:
    """What is said of the order, and of the commit that continues the original."""
    answer = exercise.lesson.answer
    if len([group for group in found.matched if group != DROPPED]) > 1:
        if found.is_in_order:
            yield PageLine("✓ The order of the commits.", "good")
        else:
            yield PageLine("✗ The commits are in the wrong order.", "warning")
        yield PageLine(f"{WHICH_FIRST} {answer.first.reason}", indent=2)
    if answer.owner == "fixed" and exercise.reference.owner is not None:
        subject = reference_subjects(exercise)[exercise.reference.owner]
        if found.has_right_owner:
            yield PageLine(f"✓ “{subject}” continues the original.", "good")
        else:
            yield PageLine(f"✗ “{subject}” should continue the original.", "warning")
