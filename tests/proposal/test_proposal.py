"""The plan that is suggested: how many commits, what is in them, what they say."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import (
    Fact,
    FactEdit,
    FileChange,
    Hunk,
    Span,
    TextEdit,
    edits_of,
)
from gitsplit.model.objects import EXECUTABLE, FILE, SYMLINK
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.states import path_collisions, steps
from gitsplit.proposal.by_location import GroupBy
from gitsplit.proposal.order import Keep, owner_of
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.propose import proposal
from gitsplit.proposal.subjects import proposal_message
from tests.strategies import commits, modified, side, text_change

MESSAGE = (
    b"Do several things\n\nWhy.\n\nBug: 1\nChange-Id: I" + b"1" * 40 + b"\n"
    b"Signed-off-by: A <a@example.com>\n"
)
HOW: list[GroupBy] = ["auto", "file", "directory", "proximity", "none"]


def numbered(*changed: int, of: int = 200, path: bytes = b"a") -> FileChange:
    """A file of numbers in which these lines (from 1) say something else."""
    lines = [b"%d\n" % n for n in range(1, of + 1)]
    old = b"".join(lines)
    for number in changed:
        lines[number - 1] = b"changed\n"
    hunks = tuple(Hunk(Span(n - 1, n), Span(n - 1, n)) for n in changed)
    return FileChange(side(path, old), side(path, b"".join(lines)), hunks)


def without(*gone: int, of: int = 200, path: bytes = b"a") -> FileChange:
    """A file of numbers that loses these lines (from 1)."""
    lines = [b"%d\n" % n for n in range(1, of + 1)]
    kept = [line for number, line in enumerate(lines, 1) if number not in gone]
    return modified(b"".join(lines), b"".join(kept), path)


def files_of(plan: Plan) -> list[set[bytes]]:
    """The paths of the files in each group."""
    return [
        {plan.changes[edit.file].path for edit in plan.edits_by_group().get(group, [])}
        for group in range(len(plan.groups))
    ]


def messages(plan: Plan) -> list[bytes]:
    return [group.message for group in plan.groups]


def subjects(plan: Plan) -> list[bytes]:
    return [message.partition(b"\n")[0] for message in messages(plan)]


@given(commits(), st.sampled_from(HOW), st.none() | st.integers(1, 6))
def test_a_proposal_has_no_empty_group_and_one_owner_with_the_message(
    changes: tuple[FileChange, ...], by: GroupBy, number: int | None
) -> None:
    try:
        plan = proposal(changes, MESSAGE, by, number)
    except InvalidPlan:
        assert number is not None
        return

    assert set(plan.group_of) == set(range(len(plan.groups)))
    apart = len(set(path_collisions(changes))) == len(changes)
    assert number is None or len(plan.groups) == number or not apart
    assert len(steps(plan)) == len(plan.groups)
    assert plan.owner is not None
    assert [g for g, m in enumerate(messages(plan)) if m == MESSAGE] == [plan.owner]
    assert plan == proposal(changes, MESSAGE, by, number)


@given(commits(), st.integers(2, 8))
def test_a_number_of_commits_is_refused_only_where_the_finest_cut_has_fewer(
    changes: tuple[FileChange, ...], number: int
) -> None:
    assume(len(set(path_collisions(changes))) == len(changes))
    try:
        proposal(changes, MESSAGE, commits=number)
    except InvalidPlan as refused:
        most = str(refused).split(" pieces")[0].split()[-1]
        assume(most.isdecimal())
        assert int(most) < number
        assert len(proposal(changes, MESSAGE, commits=int(most)).groups) == int(most)


@given(commits())
def test_two_to_nine_commits_are_proposed_where_there_are_two_pieces(
    changes: tuple[FileChange, ...],
) -> None:
    assume(len(set(path_collisions(changes))) == len(changes))

    plan = proposal(changes, MESSAGE, at_least=2)

    assert len(plan.groups) <= 9
    if len(plan.groups) == 1:
        is_whole = len(changes) == 1 and None in {changes[0].old, changes[0].new}
        assert is_whole or len(pieces_of(changes, edits_of(changes)).pieces) < 2


@given(commits())
def test_by_file_every_commit_has_one_file(changes: tuple[FileChange, ...]) -> None:
    assume(len(set(path_collisions(changes))) == len(changes))

    plan = proposal(changes, MESSAGE, "file")

    assert files_of(plan) == [{change.path} for change in changes]


def test_by_file_a_file_stays_whole_however_far_its_pieces_are_apart() -> None:
    lines = 1_500_000
    content = b"\n" * lines
    hunks = tuple(Hunk(Span(n, n + 1), Span(n, n + 1)) for n in (0, lines - 1))
    change = FileChange(side(b"a", content), side(b"a", content), hunks)

    assert len(proposal((change,), MESSAGE, "file").groups) == 1


def test_by_directory_every_commit_has_one_directory() -> None:
    paths = (b"a/x", b"a/y", b"b/x", b"top", b"zz")
    plan = proposal(tuple(numbered(1, path=p) for p in paths), MESSAGE, "directory")

    assert files_of(plan) == [{b"a/x", b"a/y"}, {b"b/x"}, {b"top", b"zz"}]


def test_by_none_there_is_one_commit_as_it_was() -> None:
    plan = proposal((numbered(1, 100), numbered(1, path=b"b")), MESSAGE, "none")

    assert messages(plan) == [MESSAGE]
    assert set(plan.group_of) == {0}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [((1, 32), [0, 0]), ((1, 33), [0, 1]), ((1, 10, 50, 60), [0, 0, 1, 1])],
)
def test_by_proximity_thirty_lines_apart_are_neighbours_and_more_are_not(
    changed: tuple[int, ...], expected: list[int]
) -> None:
    plan = proposal((numbered(*changed),), MESSAGE, "proximity")

    assert list(plan.group_of) == expected


def test_no_more_are_proposed_than_there_are_digits() -> None:
    paths = [b"%c/%c" % (97 + n, 110 - n) for n in range(12)]
    texts = [b"word%d\n" % n for n in range(12)]
    changes = tuple(
        text_change(side(path, b"x\n"), side(path, text))
        for path, text in zip(paths, texts, strict=True)
    )

    assert len(proposal(changes, MESSAGE, at_least=2).groups) <= 9
    assert len(proposal(changes, MESSAGE, commits=12).groups) == 12


@pytest.mark.parametrize("by", HOW)
def test_a_new_file_is_not_parted_from_its_creation(by: GroupBy) -> None:
    created = text_change(None, side(b"a", b"1\n\n2\n"))
    plan = proposal((created,), MESSAGE, by, commits=2)

    assert [plan.edits_by_group()[group] for group in range(2)] == [
        [FactEdit(0, Fact.CREATE), TextEdit(0, 0, Span(0, 0), Span(0, 2))],
        [TextEdit(0, 0, Span(0, 0), Span(2, 3))],
    ]


def test_a_deletion_goes_with_the_last_line_of_the_file() -> None:
    deleted = text_change(side(b"a", b"1\n2\n"), None)
    plan = proposal((deleted,), MESSAGE, commits=2)

    assert plan.group_of == (1, 0, 1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(text_change(None, side(b"a", b"1\n")), id="a file of one line"),
        pytest.param(text_change(side(b"a", b"1\n"), None), id="a deleted one"),
        pytest.param(text_change(None, side(b"a", b"")), id="an empty file"),
        pytest.param(
            FileChange(side(b"a", b"x"), side(b"a", b"x", SYMLINK), by_lines=False),
            id="a change of type",
        ),
    ],
)
def test_one_piece_stays_one_commit(change: FileChange) -> None:
    assert messages(proposal((change,), MESSAGE)) == [MESSAGE]
    with pytest.raises(InvalidPlan) as refused:
        proposal((change,), MESSAGE, commits=2)
    assert str(refused.value) == ("The commit can't be split into 2 commits.")


def test_more_commits_than_lines_are_refused() -> None:
    with pytest.raises(InvalidPlan) as refused:
        proposal((numbered(1, 2, 3),), MESSAGE, commits=4)
    assert (
        str(refused.value) == "The commit can be split into 3 commits at most, not 4."
    )
    assert refused.value.hint == "Ask for 3 or fewer."


def test_pieces_are_cut_as_fine_as_it_takes() -> None:
    nested = b"      a\n\n    b\n\n  c\n\nd\n"
    change = modified(b"x\n", b"x\n" + nested)

    for number in range(1, 8):
        assert len(proposal((change,), MESSAGE, commits=number).groups) == number
    with pytest.raises(InvalidPlan):
        proposal((change,), MESSAGE, commits=8)


def test_a_commit_without_changes_is_a_plan_without_pieces() -> None:
    plan = proposal((), MESSAGE)

    assert (plan.edits, plan.group_of, messages(plan)) == ((), (), [MESSAGE])


THREE = (numbered(1, 100, path=b"a"), numbered(1, 2, path=b"b"), numbered(1, path=b"c"))


@pytest.mark.parametrize(
    ("keep", "expected"),
    [("auto", 1), ("largest", 1), ("first", 0), ("last", 2), (1, 0), (3, 2)],
)
def test_the_owner_is_the_largest_unless_another_is_asked_for(
    keep: Keep, expected: int
) -> None:
    plan = proposal(THREE, MESSAGE, "file", keep=keep)

    assert plan.owner == expected
    assert messages(plan)[expected] == MESSAGE


def test_without_an_owner_the_largest_has_the_message() -> None:
    plan = proposal(THREE, MESSAGE, "file", keep="none")

    assert plan.owner is None
    assert messages(plan)[1] == MESSAGE


@pytest.mark.parametrize("keep", [0, 4])
def test_an_owner_that_is_not_there_is_refused(keep: Keep) -> None:
    with pytest.raises(InvalidPlan) as refused:
        proposal(THREE, MESSAGE, "file", keep=keep)
    assert str(refused.value) == (
        f"There is no commit {keep} that could keep the Change-Id."
    )
    assert refused.value.hint == "The split has 3 commits."


def test_dropped_lines_make_no_group_the_largest() -> None:
    edits = [TextEdit(0, n, Span(n, n + 1), Span(n, n + 1)) for n in range(4)]

    assert owner_of("largest", edits, [DROPPED, 0, DROPPED, 1]) == 1
    assert owner_of("last", edits, [1, 0, 0, DROPPED]) == 1
    assert owner_of("auto", edits, [DROPPED] * 4) is None


PEOPLE = (
    b"Signed-off-by: A <a@example.com>\n"
    b"Reviewed-by: B <b@example.com>\n"
    b"co-authored-by: C <c@example.com>\n"
)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(b"One\n", b"x: One\n", id="a subject"),
        pytest.param(
            b"One\nand two\n\nBody.\n", b"x: One and two\n", id="a long subject"
        ),
        pytest.param(
            b"One\n\nBody.\n\nChange-Id: I" + b"1" * 40 + b"\n" + PEOPLE,
            b"x: One\n\nSigned-off-by: A <a@example.com>\n"
            b"co-authored-by: C <c@example.com>\n",
            id="people who made it are named, who reviewed it are not",
        ),
        pytest.param(
            b"One\n\nBody.\n\nChange-Id: I" + b"1" * 40 + b"\n",
            b"x: One\n",
            id="the Change-Id stays with the owner",
        ),
        pytest.param(b"", b"x\n", id="nothing"),
    ],
)
def test_a_drafted_message_says_from_what_and_where_it_was_split(
    message: bytes, expected: bytes
) -> None:
    assert proposal_message(message, b"x") == expected


NEW = text_change(None, side(b"new.py", b"1\n2\n"))
PICTURE = FileChange(side(b"p.png", b"\0"), side(b"p.png", b"\0\0"), by_lines=False)
CHANGED_MODE = text_change(side(b"x", b"1\n", FILE), side(b"x", b"2\n", EXECUTABLE))


@pytest.mark.parametrize(
    ("changes", "by", "expected", "reasons"),
    [
        pytest.param(
            (numbered(1, 2, 3, 173),),
            "proximity",
            b"Update changed in a",
            [
                "3 hunks close together in a, lines 1-3",
                "1 hunk in a, line 173",
            ],
            id="lines of the new file",
        ),
        pytest.param(
            (without(*range(1, 9), *range(100, 105)),),
            "proximity",
            b"Update a",
            [
                "1 hunk in a, old lines 1-8",
                "1 hunk in a, old lines 100-104",
            ],
            id="lines of the old file where none is added",
        ),
        pytest.param(
            (without(1, 2, 100),),
            "proximity",
            b"Update a",
            [
                "1 hunk in a, old lines 1-2",
                "1 hunk in a, old line 100",
            ],
            id="one old line",
        ),
        pytest.param(
            (numbered(1, 2, 3), NEW),
            "file",
            b"Add new",
            [
                "all changes in a (3 hunks)",
                "all changes in new.py (1 hunk)",
            ],
            id="all of a file",
        ),
        pytest.param(
            (numbered(1, 2, 3), PICTURE),
            "file",
            b"Update p",
            [
                "all changes in a (3 hunks)",
                "all changes in p.png (1 hunk)",
            ],
            id="a binary file",
        ),
        pytest.param(
            (
                numbered(1, 2, 3),
                numbered(9, path=b"s/t/x"),
                numbered(9, path=b"s/t/y"),
            ),
            "directory",
            b"Update changed in x",
            [
                "all changes in a (3 hunks)",
                "2 hunks in 2 files in s/t",
            ],
            id="several files",
        ),
        pytest.param(
            (numbered(1, 2, 3), numbered(9, path=b"\xe9\nf")),
            "file",
            "Update changed in <E9>␊f".encode(),
            [
                "all changes in a (3 hunks)",
                "all changes in <E9>␊f (1 hunk)",
            ],
            id="a path that is no text",
        ),
    ],
)
def test_drafts_and_reasons_say_in_words_where_their_pieces_are(
    changes: tuple[FileChange, ...], by: GroupBy, expected: bytes, reasons: list[str]
) -> None:
    plan = proposal(changes, MESSAGE, by, keep="first")

    assert subjects(plan)[1] == expected
    assert [group.reason for group in plan.groups] == reasons


def test_a_mode_without_its_lines_is_not_all_of_the_file() -> None:
    plan = proposal((CHANGED_MODE,), MESSAGE, commits=2)

    assert [group.reason for group in plan.groups] == [
        "1 hunk in x",
        "1 hunk in x, line 1",
    ]


def test_the_two_purposes_of_one_new_hunk_are_parted_at_the_blank_line() -> None:
    code = b"def one():\n    pass\n\n\ndef two():\n    pass\n"
    plan = proposal((modified(b"x\n", b"x\n" + code),), MESSAGE, at_least=2)

    assert [len(e.new) for e in plan.edits if isinstance(e, TextEdit)] == [4, 2]
    assert plan.group_of == (0, 1)


def test_no_reason_quotes_the_tail_of_a_hash() -> None:
    text = b"".join(b"a: %d\n" % n for n in range(8))
    uses = b"".join(b"uses: scan@%b\n" + text for _ in range(3))
    old, new = b"7c1b2f4e5d6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c", b"95e58e9a2cdfd71adc6e03"
    changes = (modified(uses % ((old,) * 3), uses % ((new,) * 3), b"scan.yml"),)
    (group,) = proposal(changes, b"Scan\n", commits=1).groups

    assert group.reason == "3 hunks mention `uses`"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(text_change(None, side(b"a", b"1\n2\n\n3\n")), id="creation"),
        pytest.param(text_change(side(b"a", b"1\n2\n\n3\n"), None), id="deletion"),
        pytest.param(
            modified(b"x\n", b"x\n\n\ndef one(x):\n    return f(x)\n", b"a.py"),
            id="function",
        ),
    ],
)
def test_what_seems_to_be_one_change_is_cut_only_where_a_number_is_asked_for(
    change: FileChange,
) -> None:
    assert len(proposal((change,), MESSAGE, at_least=2).groups) == 1
    assert len(proposal((change,), MESSAGE, commits=2).groups) == 2
