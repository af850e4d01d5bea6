"""Who a commit says that it is by, well-formed or not; and how two trees differ."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitsplit.errors import ObjectDamaged
from gitsplit.model.objects import (
    DIRECTORY,
    EXECUTABLE,
    FILE,
    Entries,
    Identity,
    Oid,
    RawCommit,
    TreeEntry,
    differing_entries,
    parse_tree,
    serialize_tree,
)
from tests.processor import seconds


@pytest.mark.parametrize(
    ("value", "who", "address", "seconds"),
    [
        (b"A B <a@b> 17 +0100", b"A B <a@b>", b"a@b", 17),
        (b"A B <a@b> 17 +051800", b"A B <a@b>", b"a@b", 17),
        (b"<a@b> 17 +0100", b"<a@b>", b"a@b", 17),
        (b"A B <a@b>", b"A B <a@b>", b"a@b", 0),
        (b"A B <a@b> soon +0100", b"A B <a@b>", b"a@b", 0),
        (b"A B <a@b> " + b"9" * 5000 + b" +0100", b"A B <a@b>", b"a@b", 0),
        (b"A B a@b 17 +0100", b"A B a@b 17 +0100", b"", 0),
        (b"A > B <a@b> 17 +0100", b"A > B <a@b>", b"a@b", 17),
        (b"", b"", b"", 0),
    ],
)
def test_an_author_is_read_however_malformed(
    value: bytes, who: bytes, address: bytes, seconds: int
) -> None:
    found = RawCommit((b"tree 1", b"author " + value), b"").author

    assert (found.value, found.who) == (value, who)
    assert (found.address, found.seconds) == (address, seconds)


def test_a_commit_without_an_author_is_by_nobody() -> None:
    commit = RawCommit((b"tree 1",), b"m")

    assert commit.author == commit.committer == Identity()
    assert commit.author.parts is None


def test_the_first_author_counts() -> None:
    commit = RawCommit((b"author A <a> 1 +0000", b"author B <b> 2 +0000"), b"m")

    assert commit.author.who == b"A <a>"


# Some look like the beginning of an entry, in an id or a name.
_LIKE_A_MODE = Oid(("100644 " * 3)[:20].encode().hex())
OIDS = st.sampled_from([Oid("00" * 20), Oid("0a" * 20), _LIKE_A_MODE])
NAMES = st.sampled_from([a + b"%d" % n for a in (b"a", b"100644 b") for n in range(5)])
TREES = st.dictionaries(
    NAMES,
    st.builds(TreeEntry, st.sampled_from([FILE, EXECUTABLE, DIRECTORY]), OIDS),
)


@given(TREES, TREES)
def test_two_trees_differ_as_their_entries_do(old: Entries, new: Entries) -> None:
    raw = serialize_tree(old), serialize_tree(new)
    shared = old.items() & new.items()
    assert differing_entries(*raw) == (
        {name: each for name, each in old.items() if (name, each) not in shared},
        {name: each for name, each in new.items() if (name, each) not in shared},
    )


@given(TREES, st.binary(min_size=1, max_size=30))
@example({}, b"100644 a\0")
def test_bytes_that_are_no_tree_are_damage(tree: Entries, more: bytes) -> None:
    raw = serialize_tree(tree)
    try:
        parse_tree(raw + more)
    except ObjectDamaged:
        for pair in ((raw, raw + more), (raw + more, raw)):
            with pytest.raises(ObjectDamaged):
                differing_entries(*pair)


def test_of_a_wide_directory_little_is_read() -> None:
    old = {b"f%05d" % n: TreeEntry(FILE, Oid(f"{n:040x}")) for n in range(60_000)}
    new = old | {b"f00007x": TreeEntry(FILE, Oid("1" * 40))}
    raw = serialize_tree(old), serialize_tree(new)
    compared = min(seconds(lambda: differing_entries(*raw)) for _ in range(3))
    parsed = min(seconds(lambda: parse_tree(raw[0])) for _ in range(3))

    assert compared < parsed / 4
