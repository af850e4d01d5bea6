"""What is pointed out inside changed lines: words, and white space."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.git.diff import hunks_between
from gitsplit.model.diff import File, FileChange, Span
from gitsplit.model.objects import FILE, Oid
from gitsplit.tui.diff.rows import diff_rows
from gitsplit.tui.diff.words import line_marks, partner_of
from gitsplit.tui.state.app_state import Look, State
from gitsplit.tui.update.actions.reading import ChooseLook, Toggle
from gitsplit.tui.update.actions.screens import ShowCommit
from gitsplit.tui.view.commit import commit_page
from gitsplit.tui.view.diff_pane import diff_lines
from gitsplit.tui.view.text import Tint, layered, line_cells
from tests.tui.builder import after, plan_of, state_of


def change(old: bytes, new: bytes) -> FileChange:
    sides = [File(b"a", FILE, Oid(n), text) for n, text in (("1", old), ("2", new))]
    return FileChange(sides[0], sides[1], hunks_between(old, new))


def pointed_out(old: str, new: str) -> tuple[list[str], list[str]]:
    """The words of two lines that differ."""
    found = change(f"{old}\n".encode(), f"{new}\n".encode())
    marks = [line_marks(found, is_old, 0, 0) for is_old in (True, False)]
    gone, come = (
        [text[span.start : span.stop] for span in mark.words]
        for text, mark in zip((old, new), marks, strict=True)
    )
    return gone, come


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("TIMEOUT = 10", "TIMEOUT = 30", (["10"], ["30"])),
        ("call(a, b)", "call(a, b, c)", ([], [", c"])),
        ("f(old_name, 1)", "f(new_name, 1)", (["old_name"], ["new_name"])),
        ("if x < y:", "if x <= y:", ([], ["="])),
        ("a b c d e", "a x y d e", (["b c"], ["x y"])),
        ("naïve Größe", "naïve Grösse", (["Größe"], ["Grösse"])),
        ("好 x", "好 y", (["x"], ["y"])),
    ],
)
def test_words_that_differ(old: str, new: str, words: tuple[list[str], ...]) -> None:
    assert pointed_out(old, new) == words


def test_nothing_is_pointed_out_where_little_is_common() -> None:
    assert pointed_out("return None", "raise ValueError(name)") == ([], [])


@pytest.mark.parametrize("emoji", ["👩\u200d💻", "👍🏽", "e\u0301", "❤\ufe0f"])
def test_what_is_one_character_to_the_eye_is_one_word(emoji: str) -> None:
    assert pointed_out(f"one two {emoji}", "one two 👩") == ([emoji], ["👩"])


LINES = st.text("ab \t._é好\u0301👍🏽", max_size=12)


@given(LINES, LINES)
def test_what_is_not_pointed_out_is_common(old: str, new: str) -> None:
    found = change(f"{old}\n".encode(), f"{new}\n".encode())
    if not found.hunks:
        return
    marks = [line_marks(found, is_old, 0, 0).words for is_old in (True, False)]
    rest = [
        _without(text, spans) for text, spans in zip((old, new), marks, strict=True)
    ]

    for text, spans in zip((old, new), marks, strict=True):
        assert all(0 <= span.start < span.stop <= len(text) for span in spans)
        assert all(one.stop < two.start for one, two in pairwise(spans))
    if any(marks):
        assert "".join(rest[0].split()) == "".join(rest[1].split())


def _without(text: str, spans: tuple[Span, ...]) -> str:
    for span in reversed(spans):
        text = text[: span.start] + text[span.stop :]
    return text


def marks_of(old: bytes, new: bytes, *, is_old: bool = False) -> tuple[str, bool]:
    """The white space of a changed line that is shown, and whether its CR is."""
    found = change(old, new)
    text = (old if is_old else new).decode().splitlines()[0]
    partner = partner_of(found, is_old, 0)
    mark = line_marks(found, is_old, 0, partner)
    return "|".join(text[s.start : s.stop] for s in mark.blanks), mark.has_return


def test_white_space_is_seen_where_it_differs() -> None:
    assert marks_of(b"\tx = 1\n", b"    x = 1\n") == ("    ", False)
    assert marks_of(b"\tx = 1\n", b"    x = 1\n", is_old=True) == ("\t", False)
    assert marks_of(b"x = 1  \n", b"x = 1\n", is_old=True) == ("  ", False)
    assert marks_of(b"\tx = 1\n", b"\tx = 2\n") == ("", False)


def test_white_space_at_the_end_of_an_added_line_is_seen() -> None:
    assert marks_of(b"", b"x \t\n") == (" \t", False)
    assert marks_of(b"x = 1  \n", b"x = 2  \n") == ("  ", False)
    assert marks_of(b"x = 1  \n", b"x = 2  \n", is_old=True) == ("", False)


def test_a_carriage_return_is_seen_where_it_comes_or_goes() -> None:
    assert marks_of(b"x = 1\n", b"x = 1\r\n") == ("", True)
    assert marks_of(b"x = 1\r\n", b"x = 1\n", is_old=True) == ("", True)
    assert marks_of(b"x = 1\r\n", b"x = 2\r\n") == ("", False)
    assert marks_of(b"", b"x\r\n") == ("", True)


def test_partners_are_those_of_a_cut() -> None:
    found = change(b"one = 1\n", b"import os\none = 2\n")

    assert partner_of(found, True, 0) == 1
    assert partner_of(found, False, 0) is None
    assert partner_of(found, False, 1) == 0


def test_layers_of_tints_lie_on_each_other() -> None:
    found = layered((Tint(0, 3, "a"),), (Tint(1, 2, "b"), Tint(4, 5, "b")))

    assert found == (
        Tint(0, 1, "a"),
        Tint(1, 2, "ab"),
        Tint(2, 3, "a"),
        Tint(4, 5, "b"),
    )


def test_blanks_have_signs_as_wide_as_they_are() -> None:
    seen = (Tint(0, 3, " class:space"),)

    assert text_of(line_cells(b" \t x\n", 20, tints=seen)) == "·→      ·x"
    assert (
        text_of(line_cells("é \t\n".encode(), 20, tints=(Tint(1, 3, " class:space"),)))
        == "é·→     "
    )


def text_of(line: StyleAndTextTuples) -> str:
    return "".join(text for _, text, *_ in line)


def styled(state: State, style: str) -> list[str]:
    """The texts on the diff with that class."""
    lines = diff_lines(state, 80)
    return [
        text
        for number in range(lines.height)
        for found, text, *_ in lines.get(number)
        if style in found
    ]


TWO = {"a": ("x = 1\nsame\n", "x = 2\nsame\n")}


def test_words_are_shown_until_the_user_says_otherwise() -> None:
    state = state_of(plan_of(TWO))
    toggle = (ChooseLook(), Toggle(Look.WORDS))
    without = after(state, *toggle)

    assert styled(state, "word-removed") == ["1"]
    assert styled(state, "word-added") == ["2"]
    assert styled(without, "word-") == []
    assert styled(after(without, *toggle), "word-added") == ["2"]


def test_a_commit_points_out_what_it_changes_itself() -> None:
    state = state_of(plan_of(TWO, 2))
    whole = after(state, ShowCommit(0))

    assert words_in_commit(whole) == ["1", "2"]


def words_in_commit(state: State) -> list[str]:
    lines = commit_page(state, 80)
    return [
        text
        for number in range(lines.height)
        for style, text, *_ in lines.get(number)
        if "word-" in style
    ]


def test_long_lines_and_long_hunks_are_compared_in_no_time() -> None:
    long = b"x = [" + b", ".join(b"%d" % n for n in range(200_000)) + b"]\n"
    found = change(long, long.replace(b" 9999,", b" 8888,"))
    began = process_time()
    mark = line_marks(found, True, 0, partner_of(found, True, 0))
    took = process_time() - began

    assert mark.words
    assert took < 0.1


def test_words_are_found_for_lines_in_sight_only() -> None:
    lines = [b"value_%d = compute(%d)\n" % (n, n) for n in range(20_000)]
    found = change(b"".join(lines), b"".join(lines).replace(b"compute", b"work_out"))
    rows = diff_rows((found,), ())
    began = process_time()
    for number in range(9_000, 9_050):
        line_marks(found, True, number, partner_of(found, True, number))
    took = process_time() - began

    assert len(rows) == 0
    assert took < 0.1
