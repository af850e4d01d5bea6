"""What git add -p asks about a file, and how one content of it is staged."""

import tracemalloc

import pytest

from gitsplit.model.hunk_answers import answers_for, shown_diff
from tests.processor import grows_with_its_size

DIFF = b"""\
diff --git a/f b/f
index 1..2 100644
--- a/f
+++ b/f
@@ -1,5 +1,6 @@ function
 one
-two
+TWO
+more
 three
-four
+FOUR
 five
@@ -9,2 +10,3 @@
 nine
 ten
+eleven
"""
OLD = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ([("two\n", "TWO\nmore\n"), ("four", "FOUR"), ("ten\n", "ten\neleven\n")], "a"),
        ([], "q"),
        ([("ten\n", "ten\neleven\n")], "ny"),
        ([("two\n", "TWO\nmore\n")], "syq"),
        ([("four", "FOUR")], "snyn"),
        ([("four", "FOUR"), ("ten\n", "ten\neleven\n")], "sna"),
        ([("two\n", "TWO\n")], "seq"),
    ],
)
def test_each_run_of_changed_lines_is_answered(
    changes: list[tuple[str, str]], keys: str
) -> None:
    wanted = OLD.decode()
    for old, new in changes:
        wanted = wanted.replace(old, new)
    told = answers_for(shown_diff(DIFF), OLD, wanted.encode())

    assert told is not None
    assert "".join(told.keys) == keys


def test_an_edited_hunk_is_a_patch_of_the_lines_that_git_shows() -> None:
    wanted = OLD.replace(b"two\n", b"two\nmore\n")
    told = answers_for(shown_diff(DIFF), OLD, wanted)

    assert told is not None
    assert told.texts == (b"@@ -1,3 +1,4 @@\n one\n two\n+more\n three\n",)


def test_a_hunk_that_is_not_split_is_edited_whole() -> None:
    wanted = OLD.replace(b"two\n", b"TWO\n")
    told = answers_for(shown_diff(DIFF), OLD, wanted, splits=False)

    assert told is not None
    assert told.keys == ("e", "n")
    assert told.texts == (b"@@ -1,5 +1,6 @@\n one\n-two\n+TWO\n three\n four\n five\n",)


def test_a_missing_end_of_the_last_line_is_part_of_it() -> None:
    diff = b"@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"
    told = answers_for(shown_diff(diff), b"a", b"a\n")

    assert told is not None
    assert told.texts == (b"@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n",)


def test_lines_that_change_where_git_shows_none_are_no_matter_of_answers() -> None:
    assert answers_for(shown_diff(DIFF), OLD, OLD.replace(b"seven", b"7")) is None


def test_a_long_run_of_which_something_else_is_wanted_takes_no_more_room() -> None:
    old = [b"old %d\n" % n for n in range(6_000)]
    new = [b"new %d\n" % n for n in range(6_000)]
    signed = [b"-" + line for line in old] + [b"+" + line for line in new]
    header = b"@@ -1,%d +1,%d @@\n" % (len(old), len(new))
    shown = shown_diff(header + b"".join(signed))
    wanted = b"".join(new[:3_000] + old[3_000:])
    tracemalloc.start()
    try:
        told = answers_for(shown, b"".join(old), wanted)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert told is not None
    assert told.keys == ("e",)
    assert told.texts[0].count(b"\n") == 1 + len(old) + len(new)
    assert peak < 100 * len(wanted)


def test_where_there_are_too_many_ways_to_read_it_none_is_looked_for() -> None:
    def work(size: int) -> object:
        runs = b"".join(b"-a\n+b\n b\n" for _ in range(size))
        shown = shown_diff(b"@@ -1,%d +1,%d @@\n" % (2 * size, 2 * size) + runs)
        return answers_for(shown, b"a\nb\n" * size, b"b\n" * 3 * size)

    assert grows_with_its_size(work, 400)
