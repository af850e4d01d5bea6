"""Subjects that are read from hunks have words that somebody would write."""

import pytest

from gitsplit.model.diff import FileChange
from gitsplit.proposal.context import Context
from gitsplit.proposal.deeds import deeds
from gitsplit.proposal.propose import proposals_by_content
from gitsplit.proposal.subjects import subjects_of
from tests.strategies import modified


def offered(*changes: FileChange) -> list[str]:
    """What is said, best first, of all that some changes do."""
    commit = proposals_by_content(changes, b"Do it\n").commit
    return [deed.text for deed in deeds(commit, range(len(commit.pieces)))]


def changelog(added: str, before: str = "", after: str = "") -> FileChange:
    """Lines that are added to a changelog."""
    head = "Changes\n=======\n\n" + before
    old, new = head + after, head + added + after
    return modified(old.encode(), new.encode(), b"CHANGES.rst")


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        pytest.param(
            "-   :class:`Kettle` boils sooner. :pr:`2805`\n\n"
            "    -   :class:`Kettle` is now an abstract base class, making explicit\n"
            "        that it cannot be filled directly.\n",
            "Kettle boils sooner",
            id="outermost item",
        ),
        pytest.param(
            "- Fixed kettle tests path, see #3610 (@foxfromworld)\n",
            "Fixed kettle tests path",
            id="reference at the end",
        ),
        pytest.param(
            "- Add `--fallback-lid` to close the kettle when\n  nothing else does,"
            " see #1341 (@Xavrir)\n",
            "Add `--fallback-lid` to close the kettle when nothing else does",
            id="wrapped",
        ),
        pytest.param(
            "* [The kettle](https://x.y/z) whistles (#12, #13)\n",
            "The kettle whistles",
            id="link",
        ),
    ],
)
def test_of_a_changelog_the_first_entry_is_said_from_its_beginning(
    added: str, expected: str
) -> None:
    assert offered(changelog(added))[0] == expected


def test_a_line_that_continues_an_entry_is_no_sentence() -> None:
    found = changelog(
        "  than a moment says so meanwhile.\n", "- A kettle that takes longer\n"
    )

    assert offered(found)[0] == (
        "A kettle that takes longer than a moment says so meanwhile"
    )


def test_a_command_in_the_notes_of_a_release_is_no_entry() -> None:
    found = changelog("    make tag VERSION=0.74.2\n")

    assert "make tag VERSION=0.74.2" not in offered(found)


def test_where_versions_are_raised_the_dependency_is_named() -> None:
    sums = b"x.y/quic %b h1:OHRbJIc4Ma0eKv8vPTXmB5vdNGlB5t6VqVzuxW+APacT=\n"
    locked = modified(sums % b"v0.5.1", sums % b"v0.6.0", b"go.sum")
    required = [b"require (\n\tx.y/quic %b\n)\n" % v for v in (b"v0.5.1", b"v0.6.0")]
    uses = [
        b"- uses: a/checkout@%040x # v%d\n- uses: b/go@v%d\n" % (v * 7**40, v, v)
        for v in (4, 5)
    ]

    assert offered(modified(required[0], required[1], b"go.mod"), locked)[0] == (
        "Bump x.y/quic from v0.5.1 to v0.6.0"
    )
    assert offered(modified(uses[0], uses[1], b".github/workflows/ci.yml"))[0] == (
        "Bump a/checkout and b/go"
    )


def test_no_name_is_read_from_hashes_addresses_and_comments() -> None:
    logo = b"<img src='https://x.y/z/7f3c/teapot'>\nid = 3e5b0a88d-1c2f-4a5b\n"
    page = modified(b"x\n", b"x\n" + logo, b"kettle.html")
    code = modified(b"a()\n", b"# properly boiling\nboil()\n", b"kettle.py")

    assert not any("7f3c" in text or "teapot" in text for text in offered(page))
    assert not any("a88d" in text for text in offered(page))
    assert not any("properly" in text for text in offered(code)[:3])


def test_a_file_that_is_named_after_a_version_has_the_whole_version() -> None:
    assert offered(modified(b"a\n", b"b\n", b"docs/releases/v6.5.6.rst"))[-1] == (
        "Update v6.5.6"
    )


@pytest.mark.parametrize(("files", "is_said"), [(3, True), (11, False)])
def test_a_remark_is_looked_for_in_the_first_files(files: int, is_said: bool) -> None:
    rows = "".join(f"row_{n} = {n}\n" for n in range(400))
    changes = [modified(b"", rows.encode(), b"a%02d.py" % n) for n in range(files)]
    remark = modified(b"", b"# Update the kettle while it is warm.\n", b"b.py")

    said = "Update the kettle while it is warm" in offered(*changes, remark)
    assert said == is_said


def test_what_pieces_do_is_found_once() -> None:
    change = modified(b"boil(1)\n", b"boil(2)\n", b"kettle.py")
    commit = proposals_by_content((change,), b"Do it\n").commit
    first = [*subjects_of(commit, [0], Context())]
    found = commit.deeds[0,]
    again = [*subjects_of(commit, [0], Context())]

    assert first == again
    assert commit.deeds[0,] is found
