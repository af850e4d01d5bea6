"""Bytes on the screen: what is sent to the terminal is safe, measured and clipped."""

import tracemalloc
import unicodedata
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.screen import Char
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.escape import printable
from gitsplit.tui.view.pane import paint
from gitsplit.tui.view.text import (
    column_text,
    end_of,
    glyphs,
    line_cells,
    one_line,
    start_of,
    text_lines,
)

FOUR = "👩\u200d👩\u200d👩\u200d👩"
JOINED = (
    *("👩\u200d💻", "👨\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🐦\u200d⬛"),
    *("👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿", "🙂\u200d↔\ufe0f", "👍🏽", "🇩🇪"),
)
"""Sequences that Unicode recommends."""


def cells(line: bytes, width: int = 40, pan: int = 0) -> str:
    return fragment_list_to_text(line_cells(line, width, pan=pan))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"plain\n", "plain"),
        (b"\n", ""),
        (b"a\tb\n", "a       b"),
        ("日本\tx\n".encode(), "日本    x"),
        (b"\x1b[31mred\n", "␛[31mred"),
        (b"\x9b31m\n", "<9B>31m"),
        ("\u009b31m\n".encode(), "<U+009B>31m"),
        ("a\u202eb\n".encode(), "a<U+202E>b"),
        ("a\u200db\n".encode(), "a<U+200D>b"),
        (b"caf\xe9\n", "caf<E9>"),
        ("café\n".encode(), "café"),
        ("e\u0301\n".encode(), "e\u0301"),
        (b"NUL \0 DEL \x7f\n", "NUL ␀ DEL ␡"),
        (b"dos\r\n", "dos␍"),
        (b"a\rb\n", "a␍b"),
        (b"end", "end ◂ no newline at end of file"),
        (b"\xef\xbb\xbfBOM\n", "<U+FEFF>BOM"),
        ("a\u3164b\u034fc\U000e0101\n".encode(), "a<U+3164>b<U+034F>c<U+E0101>"),
        ("\u2764\ufe0f\n".encode(), "\u2764\ufe0f "),
        *((f"{each}\n".encode(), each) for each in JOINED),
        ("1\ufe0f\u20e3.\n".encode(), "1\ufe0f\u20e3 ."),
        ("👩\u200d\u200d💻\n".encode(), "👩<U+200D><U+200D>💻"),
        ("\u200d💻\u200d\n".encode(), "<U+200D>💻<U+200D>"),
        ("👩\u200da💻\u200c💻\n".encode(), "👩<U+200D>a💻<U+200C>💻"),
        ("🏴\U000e0067\n".encode(), "🏴<U+E0067>"),
        ("\u200d".join("👩👩👩👩👩").encode() + b"\n", f"{FOUR}<U+200D>👩"),
    ],
)
def test_a_line_is_shown_with_nothing_a_terminal_would_obey(
    line: bytes, expected: str
) -> None:
    assert expected == cells(line)


@given(st.binary(max_size=200), st.integers(2, 30), st.integers(0, 40))
@settings(deadline=None)
def test_cells_never_exceed_their_width_nor_hold_a_control(
    line: bytes, width: int, pan: int
) -> None:
    text = cells(line.replace(b"\n", b" ") + b"\n", width, pan)

    assert get_cwidth(text) <= width
    assert [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")] == []


@given(st.text(max_size=60), st.integers(2, 30), st.integers(1, 40))
@settings(deadline=None)
def test_panning_over_plain_text_shows_what_stands_there(
    text: str, width: int, pan: int
) -> None:
    plain = "".join(c for c in text if " " <= c <= "~")
    line = f"{plain}{'x' * (pan + width)}\n".encode()

    found = cells(line, width, pan)

    assert found[0] == "…"
    assert line.decode()[pan + 1 : pan + width - 1] == found[1:-1]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"0123456789\n", "0123456789"),
        (b"0123456789x\n", "012345678…"),
        ("日本語日本\n".encode(), "日本語日本"),
        ("日本語日本語\n".encode(), "日本語日 …"),
        (b"0123456\x1b\xe9\n", "0123456␛ …"),
        (b"01234567\t\n", "01234567 …"),
    ],
)
def test_a_line_that_is_too_long_ends_in_an_ellipsis(
    line: bytes, expected: str
) -> None:
    assert expected == cells(line, 10)


def test_a_line_of_combining_marks_does_not_pile_up_on_one_cell() -> None:
    text = cells(("a" + "\u0301" * 1000 + "\n").encode(), 40)

    assert text.count("\u0301") <= 4
    assert text.endswith("…")


def test_of_a_huge_line_only_the_visible_part_is_looked_at() -> None:
    line = "é".encode() * 500_000
    found = glyphs(line)

    tracemalloc.start()
    text = "".join(glyph.text for glyph in islice(found, 80))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert text == "é" * 80
    assert most < len(line) / 10  # bytes: decoding all of it would take as much again


def test_a_path_on_one_line_keeps_its_oddities_visible() -> None:
    assert one_line(b"a\tb\nc\xff") == "a b␊c<FF>"


@pytest.mark.parametrize(
    ("text", "width", "start", "end"),
    [("abc", 3, "abc", "abc"), ("abcd", 3, "ab…", "…cd"), ("abc", 0, "", "")],
)
def test_clipping_leaves_the_start_or_the_end(
    text: str, width: int, start: str, end: str
) -> None:
    assert (start_of(text, width), end_of(text, width)) == (start, end)


@given(st.text(max_size=20), st.integers(0, 30))
def test_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert get_cwidth(column_text(one_line(text), width)) == width


@given(st.text(max_size=80), st.integers(4, 30))
def test_wrapped_lines_fit(text: str, width: int) -> None:
    lines = text_lines(one_line(text), width)

    assert [line for line in lines if get_cwidth(line) > width] == []


@pytest.mark.parametrize(
    "text", ["\x1b[2J", "a\u202eb\u200b", "\u009b31m", "\udc9b\x7f"]
)
def test_even_what_nobody_made_fit_to_be_shown_is_named_where_it_is_painted(
    text: str,
) -> None:
    row: dict[int, Char] = {}
    paint(row, 0, 80, [("", text)])
    painted = "".join(row[column].char for column in sorted(row))

    assert painted == one_line(text)


@pytest.mark.parametrize("emoji", JOINED)
def test_sentences_have_emoji_whole_and_other_joiners_named(emoji: str) -> None:
    assert printable(f"a {emoji}.".encode()) == f"a {emoji}."
    assert printable("a\u200db \u200d" + emoji) == f"a<U+200D>b <U+200D>{emoji}"
    assert printable(f"{emoji}\u200d") == f"{emoji}<U+200D>"
    assert printable(f"{emoji}\u202e{emoji}") == f"{emoji}<U+202E>{emoji}"


@pytest.mark.parametrize("at", [*range(1000, 1030)])
def test_an_emoji_is_whole_wherever_it_stands_in_a_line(at: int) -> None:
    line = "x" * at + "".join(JOINED) + "y" * 2000
    shown = "".join(glyph.text for glyph in glyphs(line.encode()))

    assert shown == line
    assert len([*glyphs(line.encode())]) == len(line)


@given(st.text(st.sampled_from("a👩💻🇩❤🏽\u200d\ufe0f\u20e3 1"), max_size=40))
def test_a_cut_text_ends_with_a_whole_emoji(text: str) -> None:
    shown = one_line(text)
    for width in range(1, 30):
        for cut in (start_of(shown, width), end_of(shown, width)):
            assert get_cwidth(cut) <= width
            assert "".join(cut.split("…")) in shown
