"""What git add -p asks about a file, and how one content of it is staged."""

import pytest

from gitsplit.model.hunk_answers import answers_for, shown_diff

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
