"""What docs/weave.md draws is so: its pictures are made anew from the model."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from tools.stress.values import Blob
from tools.weave.meaning import Change, Line, files_of
from tools.weave.trial import groups_by_place

from gitsplit.model.content import file_states
from gitsplit.model.diff import File, FileChange, edits_of, facts_of
from gitsplit.model.objects import EXECUTABLE, SYMLINK
from gitsplit.model.weave import threads_of
from gitsplit.tui.update.actions.reading import ShowContext
from gitsplit.tui.view.split import diff_line
from tests.model.test_weave import changes_between, in_commits, plan_of, rename_to
from tests.strategies import change_between, side
from tests.tui.builder import after, range_opened

PAGE = (Path(__file__).parent.parent / "docs" / "weave.md").read_text("utf-8")
PICTURES = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def history_of(*states: str) -> tuple[FileChange, ...]:
    """What each commit did to a file of these lines, which ``/`` parts."""
    files = ("".join(f"{line.strip()}\n" for line in s.split("/")) for s in states)
    return changes_between(*(side(b"tea", content.encode()) for content in files))


BREW = history_of(
    "fill the kettle / boil water / pour",
    "fill the kettle / boil water / warm the cup / pour",
    "fill the kettle / boil water to 95 / warm the cup / pour",
    "fill the kettle / boil water to 95 / pour / drink",
)
BREW_AND_STIR = history_of(
    "fill the kettle / boil water / pour",
    "fill the kettle / boil water / warm the cup / stir / pour",
    "fill the kettle / boil water to 95 / warm the cup / stir / pour",
    "fill the kettle / boil water to 95 / pour / drink",
)
WARMER = history_of(
    "boil water / pour",
    "boil water to 80 / pour",
    "boil water to 90 / pour",
    "boil water to 95 / pour",
)
AGAIN = history_of(
    "boil water / warm the cup / pour",
    "boil water / pour",
    "boil water / warm the cup / pour",
)
GONE_AGAIN = history_of(
    "boil water / warm the cup / pour",
    "boil water / pour",
    "boil water / warm the cup / pour",
    "boil water / pour",
)
PLACE = history_of(
    "boil water / warm the cup / pour", "boil water / pour", "boil water / wait / pour"
)


def picture(
    changes: Sequence[FileChange],
    places: Mapping[int, int] | None = None,
    head: str = "C",
) -> str:
    """The weave, a row for each line, and in which states each line is.

    The model says the same of every state.
    """
    plan = plan_of(changes, places)
    taken = groups_by_place(plan.edits, plan.group_of)
    (file,) = files_of([_by_hand(change) for change in changes])
    (stretch,) = file.stretches
    last = len(plan.groups)
    rows, states = [], [b""] * (last + 1)
    for line in stretch.lines:
        since, until = line.life(taken)
        text = line.text.decode().strip()
        marks = ["●" if since <= g < until else "·" for g in range(-1, last)]
        for number, mark in enumerate(marks):
            states[number] += line.text if mark == "●" else b""
        rows.append((text, marks, _what_next(line)))
    (thread,) = threads_of(changes)
    found = file_states(thread, plan.of_thread(thread), range(-1, last))
    assert [state.content for state in found if state] == states
    heading = ["base", *(f"{head}{n + 1}" for n in range(last))]
    width = max(len(text) for text, *_ in rows)
    lines = [(" " * width, heading, ""), *rows]
    return "".join(
        (f"{text:{width}}  " + "".join(f"{m:^6}" for m in marks) + f" {note}").rstrip()
        + "\n"
        for text, marks, note in lines
    )


def _what_next(line: Line) -> str:
    """What becomes of a line, other than that it goes."""
    if line.successor is not None:
        return "→ " + line.successor.text.decode().strip()
    return "→ restored" if line.again else ""


def _by_hand(change: FileChange) -> Change:
    """The change as the naive reading of the design knows it."""
    old, new = (
        (s.path, Blob(s.mode, s.content or b"")) if s else None
        for s in (change.old, change.new)
    )
    hunks = tuple((h.old.numbers, h.new.numbers) for h in change.hunks)
    return Change(change.commit, old, new, hunks, facts_of(change))


TEXT, LATER = (side(b"tea", words) for words in (b"hot\n", b"hot\nwet\n"))
BINARY = side(b"cup", b"\0x")
STRETCHES = changes_between(
    *(TEXT, LATER, replace(LATER, path=b"cup")),
    *(BINARY, replace(BINARY, mode=EXECUTABLE)),
    side(b"cup", b"to/x", SYMLINK),
)


def stretches(changes: Sequence[FileChange]) -> str:
    """A column for each state of a thread: what it is, and in which stretch."""
    (thread,) = threads_of(changes)
    begins = [stretch.begins for stretch in thread.stretches if stretch.fact]
    states = [changes[0].old, *(change.new for change in changes)]
    rows = [("", ["base", *(f"C{n}" for n in range(1, len(states)))])]
    files = [state for state in states if state is not None]
    rows.append(("path", [file.path.decode() for file in files]))
    rows.append(("content", [_kind(file) for file in files]))
    rows.append(("mode", [f"{file.mode:o}" for file in files]))
    numbers = [1 + sum(b < n for b in begins) for n in range(len(files))]
    rows.append(("stretch", [str(number) for number in numbers]))
    return _table(rows)


def _kind(file: File) -> str:
    if file.mode == SYMLINK:
        return "link"
    return "binary" if b"\0" in (file.content or b"") else "lines"


def _table(rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    return "".join(
        (f"{name:9}" + "".join(f"{cell:^9}" for cell in cells)).rstrip() + "\n"
        for name, cells in rows
    )


TEA, OTHER = side(b"tea", b"green\n"), side(b"tea", b"black\n")
THREADS = in_commits(
    [rename_to(TEA, b"old")],
    [change_between(None, OTHER)],
    [change_between(replace(TEA, path=b"old"), None), rename_to(OTHER, b"new")],
)


def threads(changes: Sequence[FileChange]) -> str:
    """A row for each thread: where it is after each commit."""
    last = changes[-1].commit
    rows = [("", ["base", *(f"C{n + 1}" for n in range(last + 1))])]
    for number, thread in enumerate(threads_of(changes), 1):
        home = [(edit, changes[edit.file].commit) for edit in edits_of(changes)]
        own = [(e, group) for e, group in home if e.file in thread.numbers]
        states = file_states(thread, own, range(-1, last + 1))
        paths = [state.path.decode() if state else "" for state in states]
        rows.append((f"thread {number}", paths))
    return _table(rows)


SUBJECTS = {
    "First piece of work": "Warm the cup",
    "Second piece of work": "Say how hot",
    "Third piece of work": "Drink at once",
}


def on_screen(changes: Sequence[FileChange]) -> str:
    """The diff of a range without context, from the commits' numbers on."""
    state = after(range_opened(changes), *[ShowContext(-1)] * 2)
    cells = (diff_line(state, number, 80) for number in range(len(state.rows)))
    rows = (fragment_list_to_text(row)[1:].rstrip() for row in cells)
    text = "".join(f"{row}\n" for row in rows)
    for subject, shown in SUBJECTS.items():
        text = text.replace(subject, shown)
    return text


EXPECTED = {
    "a weave": picture(BREW),
    "a hunk sent to another commit": picture(BREW, {3: 0}, ""),
    "a new line before dead ones": picture(PLACE),
    "a new line before ones that die later": picture(PLACE, {0: 1, 1: 0}, ""),
    "versions": picture(WARMER),
    "versions in another order": picture(WARMER, {0: 2, 1: 0, 2: 1}, ""),
    "restored": picture(AGAIN),
    "restored before it is removed": picture(AGAIN, {0: 1, 1: 0}, ""),
    "gone with the restored one": picture(GONE_AGAIN, {0: 1, 1: 2, 2: 0}, ""),
    "stretches": stretches(STRETCHES),
    "threads": threads(THREADS),
    "on the screen": on_screen(BREW_AND_STIR),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_page_has_the_picture(name: str) -> None:
    assert EXPECTED[name] in PICTURES


def test_the_page_has_no_other_picture() -> None:
    assert [*EXPECTED.values()] == PICTURES
