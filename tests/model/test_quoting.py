"""Commands to be pasted: what they read like is what a shell makes of them."""

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.escape import shell_command

WORDS = st.lists(
    st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    min_size=1,
    max_size=20,
)


def words_of(line: str, shell: str) -> list[bytes]:
    """The words that the shell makes of the line."""
    script = f'set -- {line}; printf "%s\\0" "$@"'
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True)
    return done.stdout.split(b"\0")[:-1]


@pytest.mark.parametrize(
    "word",
    [
        *("plain", "", "a b", "it's", "$(x)", "a\nb", "\\", "\\'\x1b'", "\x1b9", "~"),
        *("\u202egnp", "caf\u00e9", "\u05d0", "\u00a0", "\u200b", "\u3164", "*", "-n"),
    ],
    ids=ascii,
)
def test_a_shell_takes_each_word_as_it_is(word: str) -> None:
    assert words_of(shell_command("x", word), "bash") == [b"x", word.encode()]


@given(WORDS)
def test_any_words_are_seen_and_taken_as_they_are(words: list[str]) -> None:
    line = shell_command(*words)
    assert line.isprintable()
    assert words_of(line, "bash") == [word.encode() for word in words]


@given(st.lists(st.binary().map(lambda b: b.replace(b"\0", b"")), min_size=1))
def test_any_bytes_are_taken_as_they_are(words: list[bytes]) -> None:
    line = shell_command(*words)
    assert line.isprintable()
    assert words_of(line, "bash") == words


@pytest.mark.parametrize("word", ["plain", "a b", "", "caf\u00e9", "HEAD:refs/for/x"])
def test_what_can_be_seen_is_quoted_as_anywhere(word: str) -> None:
    assert shlex.split(shell_command(word)) == [word]
    assert "$'" not in shell_command(word)


@pytest.mark.parametrize(
    "word", ["\u05d0", "\u00a0", "\u200b", "\u2800", "\u3164", "\u202e"]
)
def test_what_moves_hides_or_passes_for_a_blank_is_an_escape(word: str) -> None:
    assert shell_command(f"a{word}b").isascii()
