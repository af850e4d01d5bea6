"""Files that earlier commits changed at once, and those that they didn't."""

from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.diff import FileChange, edits_of
from gitsplit.proposal import signals
from gitsplit.proposal.commit_features import CommitFeatures, co_change
from gitsplit.proposal.context import Context
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.propose import proposals_by_content
from tests.strategies import modified, side, text_change

PATHS = [b"a", b"b", b"c", b"d"]


def signal(
    changes: tuple[FileChange, ...],
    *earlier: Collection[bytes],
    a: int = 0,
    b: int = 1,
    of: signals.Signal = signals.changed_together,
) -> float:
    """What the signal says of two pieces of a commit."""
    pieces = pieces_of(changes, edits_of(changes)).pieces
    commits = tuple(map(frozenset, earlier))
    return of(CommitFeatures(changes, pieces, commits), a, b)


def two_files() -> tuple[FileChange, ...]:
    return tuple(modified(b"old\n", b"new\n", path) for path in (b"a", b"b"))


@given(st.lists(st.frozensets(st.sampled_from([*PATHS, b"elsewhere"]))))
def test_it_is_mutual_and_says_nothing_of_a_file_and_itself(
    commits: list[frozenset[bytes]],
) -> None:
    found = co_change(PATHS, commits)
    assert found == [list(column) for column in zip(*found, strict=True)]
    assert {found[at][at] for at in range(len(PATHS))} == {0}


@given(st.lists(st.frozensets(st.sampled_from(PATHS))))
def test_the_order_of_the_commits_and_of_the_files_is_no_matter(
    commits: list[frozenset[bytes]],
) -> None:
    found = co_change(PATHS, commits)
    turned = co_change(PATHS[::-1], commits[::-1])
    assert turned == [row[::-1] for row in found[::-1]]


def test_nothing_known_of_one_of_two_files_says_nothing() -> None:
    assert signal(two_files()) == 0
    assert signal(two_files(), {b"a"}, {b"a", b"c"}) == 0


def test_files_that_changed_at_once_belong_together_and_more_so_if_often() -> None:
    once = signal(two_files(), {b"a", b"b"})
    often = signal(two_files(), *[{b"a", b"b", b"c"}] * 5)
    mostly = signal(two_files(), *[{b"a", b"b"}] * 5, {b"a"}, {b"b"})
    assert 0 < once < often
    assert 0 < mostly < often


def test_files_that_changed_often_but_not_at_once_belong_apart() -> None:
    seldom = signal(two_files(), {b"a"}, {b"b"})
    often = signal(two_files(), *[{b"a"}, {b"b"}] * 9)
    assert often < seldom < 0


def test_pieces_of_one_file_are_not_compared_by_it() -> None:
    before = b"".join(b"%d\n" % n for n in range(90))
    after = before.replace(b"\n5\n", b"\nfive\n").replace(b"\n80\n", b"\neighty\n")
    changes = (modified(before, after), modified(b"1\n", b"2\n", b"b"))
    earlier = [{b"a", b"b"}] * 3
    assert signal(changes, *earlier, a=0, b=1) == 0
    assert signal(changes, *earlier, a=0, b=2) > 0


def test_a_renamed_file_is_known_by_the_name_that_it_had() -> None:
    renamed = text_change(side(b"was", b"1\n2\n3\n"), side(b"is", b"1\n2\n4\n"))
    changes = (renamed, modified(b"old\n", b"new\n", b"b"))
    assert signal(changes, {b"was", b"b"}) > 0
    assert signal(changes, {b"is", b"b"}) == 0


def test_directories_that_changed_at_once_speak_for_new_files_in_them() -> None:
    created = text_change(None, side(b"src/new", b"1\n"))
    changes = (modified(b"old\n", b"new\n", b"docs/old"), created)
    earlier = [{b"src/a", b"docs/a"}, {b"src/b", b"docs/b", b"x"}]
    apart = [{b"src/a"}, {b"docs/b"}] * 3
    assert signal(changes, *earlier) == 0
    assert signal(changes, *earlier, of=signals.directories_changed_together) > 0
    assert signal(changes, *apart, of=signals.directories_changed_together) < 0


def test_of_one_directory_and_itself_nothing_is_said() -> None:
    changes = tuple(modified(b"old\n", b"new\n", path) for path in (b"d/a", b"d/b"))
    found = signal(changes, {b"d/a", b"d/b"}, of=signals.directories_changed_together)
    assert found == 0


def test_a_proposal_compares_pieces_by_what_its_context_knows() -> None:
    known = Context(changed_paths=(frozenset({b"a", b"b"}),))
    commit = proposals_by_content(two_files(), b"Do it\n", context=known).commit
    assert signals.changed_together(commit, 0, 1) > 0
    assert {signals.changed_together, signals.directories_changed_together} < {
        *signals.SIGNALS
    }
