"""The footer parser beside the written rule, told again line by line."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from gitsplit.model.message import change_ids
from tests.messages import MESSAGES, NEW, OLD

_TRIMMED = "".join(map(chr, range(0x21)))
PARTS = [
    *(b"\n", b"\n\n", b" ", b"\t", b"\r\n", b"Change-Id", b"change-id", b":", b": "),
    *(OLD, NEW, b"prose", b"Bug: 1", b"---", b"CHANGE-ID: todo", b"\n  more"),
]


def ids_by_the_rule(message: bytes) -> tuple[bytes, ...]:
    """Footers are lines ``key:`` of the last paragraph, below the last empty line.

    Newlines and blanks at the end don't count; the first line is no footer; a line that
    begins with a space continues the value above; keys in any case; values trimmed.
    """
    text = message.decode("latin-1")
    end = len(text.rstrip("\n "))
    gap = text.rfind("\n\n", 0, end)
    below = text[gap + 2 :] if gap >= 0 else text.partition("\n")[2]
    lines = below.split("\n")
    footers: list[list[str]] = []
    is_open = False
    for line in lines:
        key, colon, value = line.partition(":")
        known = key.isascii() and all(c.isalnum() or c == "-" for c in key)
        if is_open and line.startswith(" "):
            footers[-1].append(line)
        elif colon and key and known:
            footers.append([key.lower(), value])
            is_open = True
        else:
            is_open = False
    return tuple(
        _unfolded(values).encode("latin-1")
        for key, *values in footers
        if key == "change-id"
    )


def _unfolded(values: list[str]) -> str:
    joined = "\n".join(values).strip(_TRIMMED)
    first, *others = joined.split("\n")
    return " ".join([first, *(line.lstrip(" ") for line in others)])


@given(MESSAGES)
@settings(max_examples=500)
def test_the_ids_are_those_of_the_written_rule(message: bytes) -> None:
    assert ids_by_the_rule(message) == change_ids(message)


@given(st.lists(st.sampled_from(PARTS), max_size=20).map(b"".join))
@settings(max_examples=500)
def test_so_they_are_in_what_is_hardly_a_message(message: bytes) -> None:
    assert ids_by_the_rule(message) == change_ids(message)


def test_so_they_are_in_ten_thousand_messages_of_one_seed() -> None:
    rng = random.Random(7)
    for _ in range(10_000):
        message = b"".join(rng.choices(PARTS, k=rng.randrange(16)))
        assert ids_by_the_rule(message) == change_ids(message), message
