"""Trailers and subjects as git has them, and messages as an editor leaves them."""

import subprocess

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from gitsplit.model.message import (
    change_ids,
    has_body,
    stripspace,
    subject_of,
    trailers,
    with_subject,
    with_trailer_lines,
    without_trailers,
)
from tests.messages import (
    MEANINGFUL,
    MESSAGES,
    SIGNED,
    TIDY_MESSAGES,
    messages_of,
)
from tests.repository import Repository

with_git = settings(
    max_examples=60,
    deadline=None,
    # One repository for all examples: each writes an object of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"S\n", []),
        (b"Foo: bar\n", []),
        (b"S\n\nWhy: because\n\nprose\n", []),
        (
            b"S\n\nBug: 1\nNote :  a long \n\tvalue\n(cherry picked from commit 1)\n"
            b"prose\n" + SIGNED + b"\n\n",
            [
                (b"Bug", b"1"),
                (b"Note", b"a long  value"),
                (b"Signed-off-by", b"A <a@example.com>"),
            ],
        ),
        (b"S\r\n\r\nBug: 1\r\n", [(b"Bug", b"1")]),
        (b"S\n\nConflicts:\n\ta.py\n", []),
        (b"S\n\nfix: keep the last line\n", []),
        (b"S\n\ntest:\tadd two\nBug: 1\n", [(b"Bug", b"1")]),
        (
            b"S\n\nfix: #12\nTest: all of them\n",
            [(b"fix", b"#12"), (b"Test", b"all of them")],
        ),
    ],
)
def test_trailers_are_those_of_the_last_paragraph(
    message: bytes, expected: list[tuple[bytes, bytes]]
) -> None:
    assert list(trailers(message)) == expected


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (b"S\n\nfix: keep the last line\n", True),
        (b"S\n\nfix: keep the last line\nBug: 1\n", True),
        (b"S\n\nBug: 1\n", False),
        (b"S\n\nfix(cli): keep it\n\nBug: 1\n", True),
    ],
)
def test_a_subject_with_a_type_is_a_body(message: bytes, told: bool) -> None:
    assert has_body(message) == told
    body, items = without_trailers(message)
    assert body + b"".join(item + b"\n" for item in items) == message
    # To git and Gerrit it is a trailer all the same: what is added joins it.
    added = git("interpret-trailers", "--trailer", "New: line", stdin=message)
    assert with_trailer_lines(message, [b"New: line"]) == added


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(b"S\n", b"S\n\nBug: 1\n@\n", id="a new paragraph"),
        pytest.param(
            b"S\n\nChange-Id: I1",
            b"S\n\nChange-Id: I1\nBug: 1\n@\n",
            id="after the trailers",
        ),
        pytest.param(
            b"S\n\n@\nTested-by: T\n\n",
            b"S\n\n@\nTested-by: T\nBug: 1\n\n",
            id="only what lacks",
        ),
        pytest.param(
            b"S\n\n@ \nBug: 1", b"S\n\n@ \nBug: 1", id="nothing where nothing lacks"
        ),
        pytest.param(
            b"S\n\np q\np q\np q\np q\nChange-Id: I1\n",
            b"S\n\np q\np q\np q\np q\nChange-Id: I1\nBug: 1\n@\n",
            id="beside an id that git doesn't see",
        ),
        pytest.param(
            b"S\n@\n", b"S\n@\n\nBug: 1\n@\n", id="a line under the subject is none"
        ),
    ],
)
def test_trailer_lines_are_added_where_they_lack(
    message: bytes, expected: bytes
) -> None:
    result = with_trailer_lines(message.replace(b"@", SIGNED), [b"Bug: 1", SIGNED])
    assert result == expected.replace(b"@", SIGNED)


@given(MESSAGES)
@settings(max_examples=300)
def test_adding_trailers_hides_no_id_and_is_done_once(message: bytes) -> None:
    result = with_trailer_lines(message, [SIGNED, b"Reviewed-by: R", SIGNED])
    assert change_ids(result) == change_ids(message)
    assert with_trailer_lines(result, [b"Reviewed-by: R", SIGNED]) == result


def git(*args: str, stdin: bytes) -> bytes:
    """What ``git ARGS`` prints; nothing in these messages is a comment to it."""
    done = subprocess.run(
        ["git", "-c", "core.commentChar=@", *args],
        input=stdin,
        capture_output=True,
        check=True,
    )
    return done.stdout


# Git looks for a list of conflicts in its own way; that has a case above.
ORDINARY = [line for line in MEANINGFUL if line != b"Conflicts:"] + [b" ", b"# hash"]
# Git writes these two anew when it adds a trailer.
UNDAMAGED = [line for line in ORDINARY if line[:4] not in (b"Note", b"http")]


@given(messages_of(st.sampled_from(ORDINARY)))
@example(b"title\n\nBug: 12\r\n\r\n")
@example(b"title\n\nBug: 12\n \t\n")
@with_git
def test_git_finds_the_same_trailers(message: bytes) -> None:
    parsed = git("interpret-trailers", "--no-divider", "--parse", stdin=message)
    found = b"".join(key + b": " + value + b"\n" for key, value in trailers(message))
    assert found == parsed


@given(
    messages_of(
        st.sampled_from(UNDAMAGED),
        ends=[b"\nBug: 1\n", b"\nprose\n\n\n", b"\n" + SIGNED + b"\n"],
    )
)
@with_git
def test_git_adds_a_trailer_at_the_same_place(message: bytes) -> None:
    assume(b"\r" not in message)  # it would go from the trailers
    options = ["--no-divider", "--if-exists=add", "--trailer", "New: line"]
    added = git("interpret-trailers", *options, stdin=message)
    assert with_trailer_lines(message, [b"New: line"]) == added


@given(messages_of(st.sampled_from([*ORDINARY, b"\x0b", b"  two  "])))
@with_git
def test_git_shows_the_same_subject(repo: Repository, message: bytes) -> None:
    header = (
        b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
        b"author A <a@example.com> 0 +0000\ncommitter A <a@example.com> 0 +0000\n\n"
    )
    options = ("-t", "commit", "-w", "--stdin", "--literally")
    oid = repo.git("hash-object", *options, stdin=header + message)
    shown = repo.run("log", "-1", "--format=%s", oid).stdout
    assert subject_of(message) + b"\n" == shown


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(b"", b"new\n", id="none yet"),
        pytest.param(b"\n \n", b"new\n \n", id="blank lines only"),
        pytest.param(b"old", b"new", id="no final newline"),
        pytest.param(b"old\nold \n", b"new \n", id="a paragraph of two lines"),
        pytest.param(
            b"old\r\n\r\nWhy.\xff\0\n\nBug: 1",
            b"new\r\n\r\nWhy.\xff\0\n\nBug: 1",
            id="all else stays",
        ),
        pytest.param(b"\nold\n", b"\nnew\n", id="a blank line above"),
        pytest.param(b"\n\nWhy.\n", b"new\n\nWhy.\n", id="an emptied subject"),
    ],
)
def test_a_subject_replaces_the_first_paragraph(
    message: bytes, expected: bytes
) -> None:
    assert with_subject(message, b"new") == expected


@given(MESSAGES)
def test_a_new_subject_is_the_subject(message: bytes) -> None:
    assert subject_of(with_subject(message, b"new subject")) == b"new subject"


@given(TIDY_MESSAGES)
def test_an_emptied_subject_can_be_filled_again(message: bytes) -> None:
    emptied = with_subject(message, b"")
    assert with_subject(emptied, b"new") == with_subject(message, b"new")


@given(MESSAGES)
def test_a_messages_own_subject_changes_nothing(rest: bytes) -> None:
    message = b"Add one \r\n\n" + rest
    assert with_subject(message, subject_of(message)) == message


@given(
    messages_of(st.binary(max_size=6) | st.sampled_from([b"", b"# c", b"; c ", b" #"]))
)
@settings(max_examples=100, deadline=None)
def test_a_cleaned_message_is_what_git_stripspace_leaves(message: bytes) -> None:
    for char in (b"#", b";"):
        config = f"core.commentChar={char.decode()}"
        stripped = git("-c", config, "stripspace", "--strip-comments", stdin=message)
        assert stripspace(message, char) == stripped


def test_without_a_comment_character_no_line_is_a_comment() -> None:
    assert stripspace(b"# S \n\n\n\t\nWhy.", b"") == b"# S\n\nWhy.\n"
