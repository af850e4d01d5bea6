"""Where does each hunk belong? The questions of a quiz, and what the answers are worth.

The reference is a plan. Where it is a proposal, another answer isn't called wrong: it
is told what the proposal would do, and why.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.model.listing import hunk_count, quantity
from gitsplit.model.plan import DROPPED
from gitsplit.teaching.pages import QUIT, Choice, Page, PageLine

HINT = "?"
SKIP = "s"
LEAVE_OUT = "x"
EVERY = "a"

MOST_ASKED = 20
"""So many questions are asked, where nobody wants all."""


class Question(Struct, frozen=True):
    """A hunk, or the lines of one that are in one commit.

    ``number`` is the hunk's, ``group`` is where it belongs, ``lines`` are as a diff has
    them, with context.
    """

    number: int
    name: str
    path: str
    lines: tuple[PageLine, ...]
    group: int


class Quiz(Struct, frozen=True):
    """The questions about one commit.

    ``subjects`` are those of the commits that it becomes, ``reasons`` say why the hunks
    of each are together. ``is_given`` says that the reference is a plan of the user's.
    """

    commit: str
    questions: tuple[Question, ...]
    subjects: tuple[str, ...]
    reasons: tuple[str, ...]
    is_given: bool = False

    def reason(self, question: Question) -> str:
        """Why the hunk is with the others of its group, or in none.

        A name that a reason is about may be in others of them only.
        """
        if question.group == DROPPED:
            return "It is better in no commit"
        reason = self.reasons[question.group]
        names = _NAME.findall(reason)
        text = "\n".join(line.text for line in question.lines)
        if names and not any(name in text for name in names):
            return f"Of other hunks there: {reason}"
        return reason


_NAME = re.compile("`([^`]+)`")


def few_questions(quiz: Quiz, most: int = MOST_ASKED) -> Quiz:
    """The quiz with so many questions, the first ones of each commit."""
    if len(quiz.questions) <= most:
        return quiz
    turns: list[tuple[int, int]] = []  # one of each commit in turn
    seen: Counter[int] = Counter()
    for at, question in enumerate(quiz.questions):
        turns.append((seen[question.group], at))
        seen[question.group] += 1
    wanted = sorted(at for _, at in sorted(turns)[:most])
    return replace(quiz, questions=tuple(quiz.questions[at] for at in wanted))


def opening_page(quiz: Quiz) -> Page:
    """What is asked about; of very many questions, whether all are wanted."""
    parts = Counter(question.number for question in quiz.questions)
    hunks = hunk_count(len(parts), sum(count > 1 for count in parts.values()))
    number = quantity(len(quiz.subjects), "commit")
    lines = [
        PageLine(f"It has {hunks}, for {number}:"),
        *(
            PageLine(f"{n}  {each}", indent=2)
            for n, each in enumerate(quiz.subjects, 1)
        ),
        PageLine(_honest_words(quiz)),
    ]
    choices = [Choice("enter", "begin")]
    if len(quiz.questions) > MOST_ASKED:
        choices = [
            Choice("enter", f"{MOST_ASKED} of the questions"),
            Choice(EVERY, f"all {len(quiz.questions)}"),
        ]
    return Page(
        f"Where does each hunk belong? {quiz.commit}",
        tuple(lines),
        choices=(*choices, Choice(QUIT, "quit")),
    )


def _honest_words(quiz: Quiz) -> str:
    if quiz.is_given:
        return "The plan that you gave says where each belongs."
    return (
        "The answers are compared with what gitsplit proposes, from names, files and"
        " the message. Where you differ, either may be fine."
    )


def hunk_page(quiz: Quiz, at: int, *, is_hinted: bool = False) -> Page:
    """The question about a hunk, counted from 0; with a hint, where that is wanted."""
    question = quiz.questions[at]
    asked = [PageLine("Which commit does it belong in?", "name")]
    if is_hinted:
        asked.append(PageLine(f"Hint: {quiz.reason(question)}.", indent=2))
    listed = [
        Choice(str(number), subject, is_listed=True)
        for number, subject in enumerate(quiz.subjects, 1)
    ]
    if any(each.group == DROPPED for each in quiz.questions):
        listed.append(Choice(LEAVE_OUT, "no commit: leave it out", is_listed=True))
    keys = (Choice(HINT, "hint"), Choice(SKIP, "skip"), Choice(QUIT, "quit"))
    where = f"Question {at + 1} of {len(quiz.questions)}: {question.name}"
    title = f"{where}, {question.path}"
    return Page(title, question.lines, tuple(asked), (*listed, *keys))


def group_of_key(key: str) -> int | None:
    """The group that a key names, from 0, or DROPPED; None where it is skipped."""
    if key == SKIP:
        return None
    return DROPPED if key == LEAVE_OUT else int(key) - 1


Answers = Sequence[int | None]
"""The group that was named for each question, in order; None where it was skipped.

There may be fewer than questions.
"""


def result_lines(quiz: Quiz, answers: Answers) -> Iterator[PageLine]:
    """How many answers are as the reference has them, then each with its reason."""
    pairs = [*zip(quiz.questions, answers, strict=False)]
    named = [(question, said) for question, said in pairs if said is not None]
    right = sum(question.group == said for question, said in named)
    as_reference = "right" if quiz.is_given else "as proposed"
    yield PageLine(_score_words(right, len(named), as_reference, quiz), "name")
    for question, said in pairs:
        yield from _result_of(quiz, question, said)


def _score_words(right: int, of: int, as_reference: str, quiz: Quiz) -> str:
    left = len(quiz.questions) - of
    more = f"; {left} not answered" if left else ""
    if not of:
        return f"No question was answered{more if left != len(quiz.questions) else ''}."
    return f"{right} of {quantity(of, 'answer')} {as_reference}{more}."


def _result_of(quiz: Quiz, question: Question, said: int | None) -> Iterator[PageLine]:
    what = f"{question.name}, {question.path}"
    where = _place_words(quiz, question.group)
    if said == question.group:
        yield PageLine(f"✓ {what}: {where}.", "good")
    elif said is None:
        yield PageLine(f"- {what}: skipped; it would be {where}.")
    elif quiz.is_given:
        yield PageLine(f"✗ {what}: not {_short(said)}; it belongs {where}.", "warning")
    else:
        own = _short(said)
        yield PageLine(
            f"- {what}: you said {own}; the proposal would put it {where}; either may"
            " be fine.",
            "warning",
        )
    yield PageLine(f"{quiz.reason(question)}.", indent=2)


def _short(group: int) -> str:
    return "left out" if group == DROPPED else f"in commit {group + 1}"


def _place_words(quiz: Quiz, group: int) -> str:
    if group == DROPPED:
        return "left out of all commits"
    return f"in commit {group + 1}, “{quiz.subjects[group]}”"
