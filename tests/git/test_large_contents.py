"""No content is read of which only the id is compared: counted in bytes and objects."""

import random
from collections.abc import Iterator

import pytest

from gitsplit.git import diff
from gitsplit.git.history import changes_of, read_source_commit
from gitsplit.git.repository import Repository as OpenRepository
from gitsplit.git.repository import open_repository
from gitsplit.model.diff import FileChange, Unread
from gitsplit.model.objects import ObjectKind, Oid
from tests.git.test_diff import as_git_has_it, as_read, changes_of_head
from tests.repository import Repository

LARGE = 6 << 20


@pytest.fixture
def bytes_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The sizes of the blobs that are read whole."""
    found: list[int] = []
    read = OpenRepository._read_from

    def counted(
        self: OpenRepository, oid: Oid, packed: bytes | None
    ) -> tuple[ObjectKind, bytes]:
        kind, data = read(self, oid, packed)
        if kind == "blob":
            found.append(len(data))
        return kind, data

    monkeypatch.setattr(OpenRepository, "_read_from", counted)
    yield found


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def changed(repo: Repository, old: bytes, new: bytes) -> FileChange:
    """The change of a file of these contents."""
    repo.commit("old", {"f": old})
    repo.commit("new", {"f": new})
    (change,) = changes_of_head(repo)
    return change


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_large_binary_stays_where_it_is(
    repo: Repository, bytes_read: list[int], is_packed: bool
) -> None:
    repo.commit("old", {"f": b"\0" + noise(LARGE, 1)})
    repo.commit("new", {"f": b"\0\0" + noise(LARGE, 2)})
    if is_packed:
        repo.git("repack", "-adq", "--depth=0")
    (change,) = changes_of_head(repo)

    assert not change.by_lines
    assert [side.size for side in (change.old, change.new) if side] == [
        LARGE + 1,
        LARGE + 2,
    ]
    assert bytes_read == []
    assert change.side.content == b"\0\0" + noise(LARGE, 2)


def test_a_small_binary_is_not_kept(repo: Repository) -> None:
    change = changed(repo, b"\0old", b"\0new")

    assert isinstance(change.side.stored, Unread)
    assert change.side.content == b"\0new"


def test_what_attributes_call_binary_is_not_read(
    repo: Repository, bytes_read: list[int]
) -> None:
    repo.write({".gitattributes": b"* -diff\n"})
    change = changed(repo, b"old\n", b"new\n")

    assert not change.by_lines
    assert bytes_read == []


def test_what_is_larger_than_gits_threshold_is_binary_unread(
    repo: Repository, bytes_read: list[int]
) -> None:
    repo.git("config", "core.bigFileThreshold", "2m")
    change = changed(repo, b"a\n" * (3 << 19), b"b\n" * (3 << 19))

    assert not change.by_lines
    assert bytes_read == []


def test_a_text_is_read_once_and_a_moved_one_is_not_kept(
    repo: Repository, bytes_read: list[int]
) -> None:
    repo.commit("old", {"text": b"one\n", "moved": b"same\n" * 9})
    repo.commit("new", {"text": b"two\n", "moved": None, "there": b"same\n" * 9})
    moved, text = sorted(changes_of_head(repo), key=lambda each: each.path == b"text")

    assert isinstance(moved.side.stored, Unread)
    assert text.side.stored == b"two\n"
    assert sorted(bytes_read) == [4, 4, 45, 45]


def test_hunks_of_many_lines_are_gits_as_those_of_few(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diff, "_MANY_LINES", 3)
    lines = [b"@@ -%d +1 @@\n" % (number % 7) for number in range(60)]
    repo.commit("old", {"f": b"".join(lines), "gone": b"1\n2\n3\n", "end": b"a\nb\nc"})
    del lines[20:23]
    lines[5:5] = [b"new\n", b"newer\n"]
    lines[50] = b"other\n"
    repo.commit("new", {"f": b"".join(lines), "gone": None, "end": b"a\nb\nc\n"})

    found = as_read(changes_of_head(repo))
    assert found == as_git_has_it(repo, "HEAD~1", "HEAD")


def test_git_is_not_asked_for_hunks_that_are_certain(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diff, "_MANY_LINES", 100)
    monkeypatch.delattr(diff, "_hunks_by_git")
    lines = [b"line %d\n" % number for number in range(900)]
    repo.commit("old", {"f": b"".join(lines)})
    lines[3], lines[700:700] = b"changed\n", [b"new\n"]
    repo.commit("new", {"f": b"".join(lines)})

    found = as_read(changes_of_head(repo))
    assert found == as_git_has_it(repo, "HEAD~1", "HEAD")


def test_objects_of_many_files_are_read_once_each(
    repo: Repository, bytes_read: list[int]
) -> None:
    names = [f"f{number}" for number in range(50)]
    repo.commit("old", dict.fromkeys(names, b"old\n"))
    repo.commit("new", {name: name.encode() for name in names})
    opened = open_repository(repo.path)
    commit = read_source_commit(opened, opened.resolve("HEAD"))
    changes_of(opened, (commit,))

    assert len(bytes_read) == 2 * len(names)
