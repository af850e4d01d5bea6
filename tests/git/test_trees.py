"""Trees made by path changes are those that git's index makes."""

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitsplit.errors import InvalidPlan
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.git.trees import NewObjects, changed_paths, tree_with
from gitsplit.model.objects import (
    EXECUTABLE,
    FILE,
    GITLINK,
    SYMLINK,
    ObjectKind,
    Oid,
    TreeEntry,
    object_id,
)
from gitsplit.model.series import PathChange
from tests.repository import Repository
from tests.runner import gitsplit

Files = Mapping[bytes, TreeEntry]

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
ONE = TreeEntry(FILE, object_id("blob", b"1\n"))
TWO = TreeEntry(FILE, object_id("blob", b"2\n"))
COMMIT = Oid("1234567890" * 4)


def without_clashes(files: Files) -> Files:
    """The files but for those that another file would have to hold."""
    return {
        path: entry
        for path, entry in files.items()
        if not any(path.startswith(other + b"/") for other in files)
    }


# "a", "a-", "a.b" and "a0" sort around "a/": the traps of tree order.
names = st.sampled_from([b"a", b"a-", b"a.b", b"a0", b"b", b"\xff", b"new\nline"])
paths = st.lists(names, min_size=1, max_size=3).map(b"/".join)
entries = st.one_of(
    st.builds(
        TreeEntry,
        st.sampled_from([FILE, EXECUTABLE, SYMLINK]),
        st.sampled_from([ONE.oid, TWO.oid]),
    ),
    st.just(TreeEntry(GITLINK, COMMIT)),
)
file_sets = st.dictionaries(paths, entries, max_size=12).map(without_clashes)


def tree_by_git(repo: Repository, files: Files) -> str:
    index = {"GIT_INDEX_FILE": str(repo.path / ".git" / "scratch-index")}
    info = b"".join(
        b"%o %s\t%s\0" % (entry.mode, entry.oid.encode(), path)
        for path, entry in files.items()
    )
    repo.run("read-tree", "--empty", env=index)
    repo.run("update-index", "-z", "--index-info", stdin=info, env=index)
    return repo.run("write-tree", env=index).stdout.decode().strip()


@pytest.fixture
def with_blobs(repo: Repository) -> Repository:
    for content in (b"1\n", b"2\n"):
        repo.git("hash-object", "-w", "--stdin", stdin=content)
    return repo


def changes_between(old: Files, new: Files) -> list[PathChange]:
    gone: list[PathChange] = [(path, None) for path in old if path not in new]
    return [*gone, *((p, e) for p, e in new.items() if old.get(p) != e)]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(old=file_sets, new=file_sets, shuffled=st.randoms(use_true_random=False))
def test_changed_paths_give_the_tree_of_gits_index(
    with_blobs: Repository, old: Files, new: Files, shuffled: Random
) -> None:
    objects = NewObjects(open_repository(with_blobs.path))
    base = Oid(tree_by_git(with_blobs, old))
    changes = changes_between(old, new)
    shuffled.shuffle(changes)

    tree = tree_with(objects, base, changes)

    assert tree_by_git(with_blobs, new) == tree
    assert tree_with(objects, tree, changes_between(new, old)) == base


def test_an_empty_set_of_files_is_the_empty_tree(with_blobs: Repository) -> None:
    objects = NewObjects(open_repository(with_blobs.path))

    assert tree_with(objects, None, []) == EMPTY_TREE
    assert objects.new(Oid(EMPTY_TREE)) == ("tree", b"")


def test_only_touched_directories_are_read(
    with_blobs: Repository,
) -> None:
    files = {b"%d/%d" % (i, j): ONE for i in range(9) for j in range(3)}
    base = Oid(tree_by_git(with_blobs, files))
    read: list[Oid] = []

    class Counted:
        def __init__(self, opened: Opened) -> None:
            self.opened = opened
            self.temporary_objects = opened.temporary_objects

        def read_object(self, oid: Oid) -> tuple[ObjectKind, bytes]:
            read.append(oid)
            return self.opened.read_object(oid)

        def has_object(self, oid: Oid) -> bool:
            return self.opened.has_object(oid)

    objects = NewObjects(Counted(open_repository(with_blobs.path)))
    tree_with(objects, base, [(b"4/1", TWO)])

    assert [base, with_blobs.oid(f"{base}:4")] == read


def test_a_tree_that_stays_the_same_keeps_even_its_malformed_bytes(
    with_blobs: Repository,
) -> None:
    zero_padded = b"0100644 a\0" + bytes.fromhex(ONE.oid)
    base = with_blobs.git(
        *("hash-object", "-t", "tree", "-w", "--literally", "--stdin"),
        stdin=zero_padded,
    )
    objects = NewObjects(open_repository(with_blobs.path))

    assert tree_with(objects, Oid(base), [(b"a", ONE), (b"b", None)]) == base


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ({b"a": ONE}, (b"a/b", ONE)),
        ({b"a/b": ONE, b"a/c": ONE}, (b"a", ONE)),
        ({b"x": ONE, b"a/b/c": ONE}, (b"a/b", ONE)),
    ],
)
def test_a_path_that_would_be_file_and_directory_is_refused(
    with_blobs: Repository, before: Files, change: PathChange
) -> None:
    objects = NewObjects(open_repository(with_blobs.path))
    base = Oid(tree_by_git(with_blobs, before))

    with pytest.raises(InvalidPlan, match="as a file and as a directory"):
        tree_with(objects, base, [change])


def test_that_a_directory_is_no_file_takes_nothing_away(
    with_blobs: Repository,
) -> None:
    objects = NewObjects(open_repository(with_blobs.path))
    base = Oid(tree_by_git(with_blobs, {b"a/b": ONE}))

    assert tree_with(objects, base, [(b"a", None)]) == base


NAMES = (b"a\r", b"a", b"b\r/c\r", b"b/c", b"d\r\r", b" e ", b"f\t", b"\r", b"g\x85")


def test_names_are_bytes_to_their_last_one(with_blobs: Repository) -> None:
    """Whatever else takes a carriage return or a blank for the end of a line."""
    repo = with_blobs
    objects = NewObjects(open_repository(repo.path))
    by_git = tree_by_git(repo, dict.fromkeys(NAMES, ONE))
    ours = tree_with(objects, None, [(name, ONE) for name in NAMES])
    listed = repo.run("ls-tree", "-r", "-z", "--name-only", by_git).stdout
    changed = changed_paths(objects, Oid(EMPTY_TREE), Oid(by_git))

    assert ours == by_git
    assert {*changed} == {*listed.split(b"\0")[:-1]} == {*NAMES}


def test_a_path_that_ends_with_a_carriage_return_is_split(repo: Repository) -> None:
    repo.commit("base\n", {"a\r": b"1\n", "a": b"1\n", "d\r/e\r": b"1\n"})
    repo.commit("tangled\n", {"a\r": b"2\n", "a": b"2\n", "d\r/e\r": b"2\n"})
    tree = repo.tree("HEAD")
    ran = gitsplit(repo.path, "--yes", "HEAD~1", "--group-by", "file")
    steps = repo.git("log", "-3", "-z", "--format=", "--name-only").split("\0")

    assert ran.status == 0, ran.err
    assert repo.tree("HEAD") == tree
    assert sorted(filter(None, steps)) == ["a", "a\r", "d\r/e\r"]
