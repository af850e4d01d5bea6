"""Thousands of pieces are proposed in time, and what was done for that is named."""

import base64
import random
import time
from collections.abc import Callable, Sequence
from hashlib import sha1

import pytest

from gitsplit.model.diff import FileChange, Hunk, Span
from gitsplit.model.part_homes import text_left_out
from gitsplit.proposal.propose import proposals_by_content
from tests.processor import grows_with_its_size, seconds
from tests.strategies import side

SECONDS = 5.0
"""Of the processor's time; the proposal and two other cuts of it take no more."""

_VERBS = [
    "load",
    "store",
    "parse",
    "render",
    "check",
    "merge",
    "split",
    "move",
    "send",
    "read",
    "write",
    "open",
]
_NOUNS = [
    "plan",
    "group",
    "edit",
    "hunk",
    "tree",
    "blob",
    "commit",
    "file",
    "path",
    "line",
    "word",
    "cursor",
]

Lines = list[bytes]


def named(dice: random.Random) -> str:
    return f"{dice.choice(_VERBS)}_{dice.choice(_NOUNS)}_{dice.randrange(400)}"


def function(dice: random.Random) -> Lines:
    """A function of eight lines, whose names others have too."""
    name, argument, helper = (named(dice) for _ in range(3))
    text = f"""\
def {name}({argument}, limit={dice.randrange(99)}):
    # The {dice.choice(_NOUNS)} of {argument}.
    found = {helper}({argument})
    for item in found[:limit]:
        if item.{dice.choice(_NOUNS)} is None:
            {named(dice)}(item, {argument})
    return [{named(dice)}(each) for each in found]

"""
    return text.encode().splitlines(keepends=True)


def edited(dice: random.Random, path: bytes, hunks: int) -> FileChange:
    """A file of as many functions, one line of each of which says something else."""
    old: Lines = []
    new: Lines = []
    found: list[Hunk] = []
    for _ in range(hunks):
        lines = function(dice)
        at, more = dice.randrange(1, 6), dice.randrange(1, 4)
        changed = [f"    {named(dice)}({named(dice)})\n".encode() for _ in range(more)]
        was, now = Span(len(old) + at, len(old) + at + 1), len(new) + at
        found.append(Hunk(was, Span(now, now + more)))
        new += [*lines[:at], *changed, *lines[at + 1 :]]
        old += lines
    before, after = (side(path, b"".join(lines)) for lines in (old, new))
    return FileChange(before, after, tuple(found))


def created(dice: random.Random, path: bytes) -> FileChange:
    """A new file of a few functions."""
    lines = [line for _ in range(dice.randrange(1, 5)) for line in function(dice)]
    new = side(path, b"".join(lines))
    return FileChange(None, new, (Hunk(Span(0, 0), Span(0, len(lines))),))


def path_of(number: int) -> bytes:
    return b"src/part%d/%s%d.py" % (number % 29, _NOUNS[number % 12].encode(), number)


def edited_files(hunks: Sequence[int]) -> tuple[FileChange, ...]:
    """So many files, with as many hunks in each."""
    dice = random.Random(6)
    return tuple(edited(dice, path_of(n), count) for n, count in enumerate(hunks))


def created_files(number: int) -> tuple[FileChange, ...]:
    dice = random.Random(6)
    return tuple(created(dice, path_of(n)) for n in range(number))


COMMITS: dict[str, tuple[Callable[[], tuple[FileChange, ...]], str]] = {
    "in 500 files": (
        lambda: edited_files([10] * 500),
        "each directory stays whole",
    ),
    "in 100 files": (
        lambda: edited_files([50] * 100),
        "hunks within 12 lines of each other stay together",
    ),
    "in one file": (
        lambda: edited_files([5_000]),
        "hunks within 12 lines of each other stay together",
    ),
    "in files of their own": (
        lambda: edited_files([1] * 5_000),
        "each directory stays whole",
    ),
    "as new files": (lambda: created_files(5_000), "each directory stays whole"),
}
"""Commits of 5,000 hunks, and what is done to be there in time."""


@pytest.mark.parametrize("kind", COMMITS)
def test_five_thousand_hunks_are_proposed_in_seconds(kind: str) -> None:
    make, shortcut = COMMITS[kind]
    changes = make()
    started = time.process_time()

    found = proposals_by_content(changes, b"Load and store what was parsed\n")
    number = len(found.plan(at_least=2).groups)
    more, one = found.plan(number + 1), found.plan(1)

    assert time.process_time() - started < SECONDS
    assert sum(len(change.hunks) for change in changes) == 5_000
    assert (len(more.groups), len(one.groups)) == (number + 1, 1)
    assert found.shortcut == shortcut


def notebook(dice: random.Random) -> bytes:
    """Five pictures of 400 kB, each on a line."""
    pictures = (base64.b64encode(dice.randbytes(400_000)) for _ in range(5))
    return b"".join(b' "png": "' + picture + b'",\n' for picture in pictures)


def minified(dice: random.Random) -> bytes:
    """A script of 1.6 MB on one line."""
    calls = (b"%s(%d);" % (named(dice).encode(), n) for n in range(80_000))
    return b"".join(calls) + b"\n"


def hashes(dice: random.Random) -> bytes:
    """A hash on each of 100,000 lines."""
    return b"".join(b"%040x\n" % dice.getrandbits(160) for _ in range(100_000))


def wrapped(dice: random.Random) -> bytes:
    """A picture of 1.4 MB on lines of 76 characters."""
    return base64.encodebytes(dice.randbytes(1_400_000))


def one_line(dice: random.Random) -> bytes:
    """Five megabytes of JSON on one line."""
    items = (
        b'{"id":%d,"of":"%x"},' % (n, dice.getrandbits(160)) for n in range(90_000)
    )
    return b"[" + b"".join(items) + b"0]\n"


def stylesheet(dice: random.Random) -> bytes:
    """Forty pictures of 30 kB in a style sheet."""
    pictures = (base64.b64encode(dice.randbytes(30_000)) for _ in range(40))
    return b"".join(b".a {\n  background: url(data:%b);\n}\n" % p for p in pictures)


def locked(dice: random.Random) -> bytes:
    """A lock file of 3,000 packages."""
    packages = (
        b'[[package]]\nname = "%b"\nchecksum = "%064x"\n\n'
        % (named(dice).encode(), dice.getrandbits(256))
        for _ in range(3_000)
    )
    return b"".join(packages)


@pytest.mark.parametrize(
    "data", [notebook, minified, hashes, wrapped, one_line, stylesheet, locked]
)
def test_data_takes_at_most_four_times_as_long_as_code(
    data: Callable[[random.Random], bytes],
) -> None:
    text = data(random.Random(1))
    dice = random.Random(1)
    code = b"".join(line for _ in range(len(text) // 280) for line in function(dice))

    most = 4 * max(0.1, taken_by(code))

    assert any(taken_by(text) < most for _ in range(3))


def taken_by(text: bytes) -> float:
    """The processor time of a proposal for a commit with such a new file."""
    whole = Hunk(Span(0, 0), Span(0, text.count(b"\n")))
    change = FileChange(None, side(b"data", text), (whole,))
    few = edited(random.Random(2), b"a.py", 3)
    return seconds(lambda: proposals_by_content((few, change), b"Do it\n").plan())


def replaced(old: bytes, new: bytes) -> FileChange:
    """A line that becomes another."""
    return FileChange(
        side(b"a.js", old), side(b"a.js", new), (Hunk(Span(0, 1), Span(0, 1)),)
    )


def test_a_difference_far_to_the_right_in_a_line_is_one() -> None:
    long = b"call(one, two); " * 10_000
    found = proposals_by_content((replaced(long + b"a\n", long + b"b\n"),), b"Do it\n")

    assert not found.commit.features[0].text.is_space
    assert not found.commit.features[0].text.is_number


def shortcut_of(*changes: FileChange) -> str:
    return proposals_by_content(changes, b"Do it\n").shortcut


def new_file(path: bytes, content: bytes) -> FileChange:
    return FileChange(
        None, side(path, content), (Hunk(Span(0, 0), Span(0, content.count(b"\n"))),)
    )


def test_how_much_is_compared_is_said_where_there_is_more() -> None:
    short, long = b"call(one, two);\n", b"call(one, two); " * 1_000 + b"\n"
    hashes = b"".join(
        b"%s\n" % sha1(b"%d" % n).hexdigest().encode() for n in range(999)
    )
    lines = b"call(one, two);\n" * 40_000

    assert shortcut_of(replaced(short, short + b"2\n")) == ""
    assert shortcut_of(replaced(short, long)) == (
        "only 1,000 characters of a line are compared"
    )
    two = (new_file(b"a", lines), new_file(b"b", lines + long))
    assert shortcut_of(*two) == (
        "only 1,000 characters of a line and 500,000 of a hunk are compared"
    )
    assert shortcut_of(*(new_file(b"%d" % n, hashes) for n in range(4))) == (
        "only 500 hashes of a hunk are compared"
    )


def test_of_a_message_of_thousands_of_items_the_first_are_compared_and_it_is_said() -> (
    None
):
    changes = (new_file(b"a", b"one\n"), new_file(b"b", b"two\n"))

    def propose(number: int) -> str:
        items = (b"* boil kettle %d at %d\n\n" % (n, 7 * n) for n in range(number))
        message = b"Tea\n\n" + b"".join(items)
        proposals = proposals_by_content(changes, message)
        messages = tuple(group.message for group in proposals.plan(2).groups)
        assert text_left_out(message, messages) == ()
        return proposals.shortcut

    assert not propose(99)
    assert propose(100) == "only 100 items of the message are compared"
    assert grows_with_its_size(propose, 1000)


def test_how_much_of_the_files_is_read_is_said_where_there_is_more() -> None:
    text = b"call(one, two);\n" * 260_000
    change = FileChange(
        side(b"a", b"one\n" + text),
        side(b"a", b"two\n" + text),
        (Hunk(Span(0, 1), Span(0, 1)),),
    )

    assert shortcut_of(change) == (
        "only 4,000,000 characters of all files are compared"
    )
