"""What a lesson is: a commit, how it is best split and why, and what is said of it.

``lesson.md`` has the words, ``answer.plan.json`` the split; ``docs/lessons.md`` says
how they are written. A lesson that doesn't say what it must is refused in a sentence.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Literal

from msgspec import Struct, ValidationError, convert, field

from gitsplit.errors import InvalidLesson, InvalidPlan
from gitsplit.model.escape import printable
from gitsplit.model.plan import DROPPED
from gitsplit.planfile.document import CommitEntry, PlanDocument
from gitsplit.planfile.hunks import HunkPick, hunk_pick
from gitsplit.planfile.parse import load_plan

LEFT_OUT = "left out"
"""In the place of a commit's number: what no commit takes."""


class Happening(StrEnum):
    """What a notice waits for, by the words of ``lesson.md``."""

    START = "start"
    ONE_COMMIT = "one commit"
    BY_FILE = "by file"
    UNDONE = "undone"
    DONE = "done"
    WITH = "with"
    APART = "apart from"
    BEFORE = "before"
    LEFT_OUT = "left out"
    CUT = "cut"
    OWNER = "owner"


class Condition(Struct, frozen=True):
    """When a notice is said: what has to be so, of which hunks or which commit.

    ``commit`` is one of the reference, from 0.
    """

    happening: Happening
    first: HunkPick | None = None
    second: HunkPick | None = None
    commit: int = 0


class Notice(Struct, frozen=True):
    """What is said while something is so."""

    condition: Condition
    text: str


class Counted(Struct, frozen=True):
    """An answer to how many changes a commit is, right or not, and why."""

    count: int
    right: bool
    reason: str


class First(Struct, frozen=True):
    """Which commits of the reference may come first (from 1), and why."""

    commits: tuple[int, ...]
    reason: str


class Alternative(Struct, frozen=True):
    """Another commit of the reference (from 1) that is fine for a hunk, and why."""

    commit: int | Literal["left out"]
    reason: str

    @property
    def group(self) -> int:
        """The group of the reference that it is, from 0, or DROPPED."""
        return self.commit - 1 if isinstance(self.commit, int) else DROPPED


class Judgement(Struct, frozen=True):
    """Why hunks, or lines of them, belong where the reference has them."""

    hunks: tuple[int | str, ...]
    reason: str
    also: tuple[Alternative, ...] = ()

    @property
    def picks(self) -> tuple[HunkPick, ...]:
        """What it is about."""
        return tuple(map(hunk_pick, self.hunks))


class AnswerKey(Struct, frozen=True):
    """What the plan of a lesson doesn't say: what is right besides, and all reasons.

    ``order`` is fixed where the commits have to follow each other as the reference has
    them, ``owner`` where the same commit has to continue the original.
    """

    counts: tuple[Counted, ...]
    first: First
    hunks: tuple[Judgement, ...]
    order: Literal["fixed", "either"] = "either"
    owner: Literal["fixed", "either"] = "either"


class Lesson(Struct, frozen=True):
    """A lesson: its words, and how its commit is best split.

    ``check`` is a command that each commit of a good split passes, or empty.
    ``entry`` splits the commit as the reference does.
    """

    name: str
    title: str
    story: str
    goal: str
    answer: AnswerKey
    document: PlanDocument
    entry: CommitEntry
    language: str = ""
    check: str = ""
    is_uncommitted: bool = False
    hints: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def key(self) -> str:
        """The name by which its mark is kept; with another history it is another."""
        return f"{self.name} {(self.document.head or '')[:10]}"


class _Sections(Struct):
    """What stands in ``lesson.md``: the title, what is set above, the sections."""

    title: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)


_KNOWN = {"Language", "Check", "Start"}
_SECTIONS = ("", "Goal", "Hints", "Notices")


def read_lesson(name: str, words: bytes, answer: bytes) -> Lesson:
    """The lesson that the two files are; ``name`` is that of its directory.

    Raises InvalidLesson, naming the file and the first thing that is wrong there.
    """
    document, entry, found = _read_answer(name, answer)
    sections = _sections(name, words)
    start = sections.settings.get("Start", "")
    if start not in ("", "uncommitted"):
        raise _refusal(name, f"“Start” can't be {start}", "It can be “uncommitted”.")
    return Lesson(
        name,
        sections.title,
        _story(sections.texts[""]),
        " ".join(sections.texts["Goal"]).strip(),
        found,
        document,
        entry,
        language=sections.settings.get("Language", ""),
        check=sections.settings.get("Check", "").strip("`"),
        is_uncommitted=bool(start),
        hints=tuple(_items(sections.texts.get("Hints", ()))),
        notices=tuple(
            _notice(name, item) for item in _items(sections.texts.get("Notices", ()))
        ),
    )


def _refusal(name: str, what: str, hint: str = "") -> InvalidLesson:
    return InvalidLesson(
        f"The lesson {printable(name)} can't be read: {what}.",
        hint=hint or "docs/lessons.md says how a lesson is made.",
    )


def _sections(name: str, words: bytes) -> _Sections:
    """The page in its sections; raises InvalidLesson where one that must be isn't."""
    found, at = _Sections(), ""
    for line in printable_text(words).splitlines():
        if line.startswith("# ") and not found.title:
            found.title = line[2:].strip()
        elif line.startswith("## "):
            at = line[3:].strip()
            if at not in _SECTIONS:
                raise _refusal(name, f"lesson.md has no section “{at}”")
        elif not at and (setting := re.fullmatch(r"(\w+): (.+)", line)):
            key, value = setting.groups()
            if key in _KNOWN and not any(found.texts.get("", ())):
                found.settings[key] = value.strip()
                continue
            found.texts.setdefault(at, []).append(line)
        else:
            found.texts.setdefault(at, []).append(line.strip())
    missing = [part for part in ("", "Goal") if not any(found.texts.get(part, ()))]
    if not found.title or missing:
        what = "story" if missing and not missing[0] else "“## Goal”"
        raise _refusal(name, f"lesson.md has no {what if found.title else '“# title”'}")
    return found


def printable_text(words: bytes) -> str:
    """The text, in which nothing can drive a terminal."""
    lines = words.decode("utf-8-sig", "replace").splitlines()
    return "\n".join(map(printable, lines))


def _story(lines: Sequence[str]) -> str:
    """The paragraphs of the story, each as one line, an empty one between them."""
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


def _items(lines: Sequence[str]) -> Iterator[str]:
    """The items of a list, numbered or not, each as one line."""
    item = ""
    for line in lines:
        begun = re.match(r"(?:\d+\.|-) +(.*)", line)
        if begun and item:
            yield item
        if begun:
            item = begun[1]
        elif line:
            item = f"{item} {line}".strip()
    if item:
        yield item


def _notice(name: str, item: str) -> Notice:
    found = re.fullmatch(r"`([^`]+)`: (.+)", item)
    if found is None:
        raise _refusal(name, f"the notice “{item}” has no `condition`: in front")
    try:
        return Notice(condition_of(found[1]), found[2])
    except ValueError:
        raise _refusal(
            name,
            f"there is no condition “{found[1]}”",
            "docs/lessons.md lists the conditions.",
        ) from None


_PLAIN = (
    Happening.START,
    Happening.ONE_COMMIT,
    Happening.BY_FILE,
    Happening.UNDONE,
    Happening.DONE,
)
_BETWEEN = (Happening.WITH, Happening.APART, Happening.BEFORE)


def condition_of(text: str) -> Condition:
    """The condition that is written so; ValueError where none is."""
    if text in _PLAIN:
        return Condition(Happening(text))
    for between in _BETWEEN:
        first, found, second = text.partition(f" {between} ")
        if found:
            return Condition(between, hunk_pick(first), hunk_pick(second))
    if text.endswith(f" {LEFT_OUT}"):
        pick = hunk_pick(text.removesuffix(f" {LEFT_OUT}"))
        return Condition(Happening.LEFT_OUT, pick)
    word, _, rest = text.partition(" ")
    if word == Happening.CUT:
        return Condition(Happening.CUT, hunk_pick(rest))
    if word == Happening.OWNER:
        return Condition(Happening.OWNER, commit=int(rest) - 1)
    raise ValueError


def _read_answer(name: str, text: bytes) -> tuple[PlanDocument, CommitEntry, AnswerKey]:
    """The plan of a lesson, its entry that splits, and what is said besides."""
    try:
        document = load_plan(text)
        given: Mapping[str, object] = json.loads(text)
        answer = convert(given.get("answer"), AnswerKey)
        picked = [each.picks for each in answer.hunks]
    except InvalidPlan as error:
        raise _refusal(name, f"answer.plan.json: {str(error).rstrip('.')}") from None
    except (ValidationError, ValueError) as error:
        said = printable(str(error)).rstrip(".")
        what = f"“answer” in answer.plan.json doesn't match the format: {said}"
        raise _refusal(name, what) from None
    split = [entry for entry in document.series if entry.action == "split"]
    if len(split) != 1:
        raise _refusal(name, "answer.plan.json has to split one commit")
    also = [other.group for each in answer.hunks for other in each.also]
    known = {DROPPED, *range(len(split[0].groups))}
    if not {*also, *(number - 1 for number in answer.first.commits)} <= known:
        raise _refusal(name, "“answer” names a commit that the plan hasn't")
    if not all(picked):
        raise _refusal(name, "a reason of “answer” is of no hunk")
    _refuse_unanswerable(name, answer)
    return document, split[0], answer


def _refuse_unanswerable(name: str, answer: AnswerKey) -> None:
    """Raise InvalidLesson where a question has no right answer, or no key for one."""
    counts = [each.count for each in answer.counts]
    if not all(1 <= count <= 9 for count in counts) or len({*counts}) < len(counts):
        raise _refusal(name, "the counts of “answer” aren't different numbers up to 9")
    if not any(each.right for each in answer.counts) or not answer.first.commits:
        raise _refusal(name, "a question of “answer” has no right answer")
