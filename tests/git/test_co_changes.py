"""Which files the latest commits changed together."""

from pathlib import Path

import pytest

from gitsplit.git.history import MOST_COMMITS, MOST_FILES, co_changes
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from tests.repository import Repository, merge_two_lines

PATIENCE = 60.0
"""A busy machine is no reason to find less."""


def found(path: Path, last: str) -> list[set[str]]:
    commits = co_changes(open_repository(path), Oid(last), PATIENCE)
    return [{path.decode() for path in commit} for commit in commits]


def numbered(count: int) -> dict[str, bytes | None]:
    return {f"n/{number}": b"%d\n" % count for number in range(count)}


def test_the_latest_come_first_and_a_root_is_left_out(repo: Repository) -> None:
    repo.commit("root\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("both\n", {"a": b"2\n", "b": None})
    last = repo.commit("nested\n", {"d/e/\ncaf\u00e9 ": b"1\n", "\n": b"1\n"})
    repo.commit("later\n", {"a": b"3\n"})

    assert found(repo.path, last) == [{"d/e/\ncaf\u00e9 ", "\n"}, {"a", "b"}]


def test_both_lines_of_a_merge_are_followed_and_the_merge_is_left_out(
    repo: Repository,
) -> None:
    merge_two_lines(repo)

    commits = found(repo.path, repo.oid("HEAD"))
    assert sorted(map(sorted, commits)) == [["b"], ["c"]]


def test_commits_that_change_nothing_or_very_many_files_are_left_out(
    repo: Repository,
) -> None:
    repo.commit("root\n", {"a": b"1\n"})
    repo.commit("as many\n", numbered(MOST_FILES))
    repo.commit("too many\n", numbered(MOST_FILES + 1))
    repo.commit("nothing\n", {})
    last = repo.commit("one\n", {"a": b"2\n"})

    assert found(repo.path, last) == [{"a"}, set(numbered(MOST_FILES))]


def test_no_more_than_so_many_commits_are_looked_at(repo: Repository) -> None:
    repo.commit("root\n", {"f": b"0\n"})
    repo.commit("out of sight\n", {"early": b"0\n"})
    stream = "".join(
        "commit refs/heads/main\ncommitter C <c@example.com> 2000000000 +0000\n"
        "data 0\n"
        + ("from refs/heads/main^0\n" if not number else "")
        + f"M 100644 inline f\ndata 5\n{number:5}\n"
        for number in range(MOST_COMMITS)
    )
    repo.git("fast-import", "--quiet", stdin=stream.encode())

    assert found(repo.path, repo.oid("main")) == [{"f"}] * MOST_COMMITS


def test_what_was_read_is_used_when_time_is_up(repo: Repository) -> None:
    repo.commit("root\n", {"a": b"1\n"})
    last = repo.commit("both\n", {"a": b"2\n", "b": b"2\n"})
    opened = open_repository(repo.path)

    commits = co_changes(opened, Oid(last), 0.0)
    assert commits in {(), (frozenset({b"a", b"b"}),)}


def test_a_commit_is_what_is_stored_and_the_users_configuration_changes_nothing(
    repo: Repository,
) -> None:
    repo.commit("root\n", {"a": b"1\n" * 9})
    first = repo.commit("renamed\n", {"a": None, "b": b"1\n" * 9})
    last = repo.commit("again\n", {"c": b"1\n" * 9})
    repo.git("replace", last, first)
    for name, value in (
        *(("log.showSignature", "true"), ("log.follow", "true")),
        *(("diff.renames", "copies"), ("diff.relative", "true")),
        *(("color.ui", "always"), ("log.decorate", "full")),
        *(("format.pretty", "full"), ("log.showRoot", "true")),
    ):
        repo.git("config", name, value)

    assert found(repo.path, last) == [{"c"}, {"a", "b"}]


def test_a_shallow_clone_ends_before_the_commit_that_seems_to_be_the_first(
    repo: Repository, tmp_path: Path
) -> None:
    repo.commit("root\n", {"a": b"1\n"})
    repo.commit("boundary\n", {"a": b"2\n", "b": b"2\n"})
    last = repo.commit("above\n", {"b": b"3\n"})
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth=2", repo.path.as_uri(), str(clone))

    assert found(clone, last) == [{"b"}]


@pytest.mark.parametrize("filtered", ["blob:none", "tree:0"])
def test_a_partial_clone_fetches_nothing_for_it(
    repo: Repository, tmp_path: Path, filtered: str
) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.commit("root\n", {"d/a": b"1\n"})
    last = repo.commit("both\n", {"d/a": b"2\n", "b": b"2\n"})
    clone = Repository(tmp_path / "clone")
    kind = ("--no-checkout", f"--filter={filtered}")
    repo.git("clone", "-q", *kind, repo.path.as_uri(), str(clone.path))
    listing = ("cat-file", "--batch-all-objects", "--batch-check")
    before = clone.git(*listing)

    has_trees = filtered == "blob:none"
    assert found(clone.path, last) == ([{"d/a", "b"}] if has_trees else [])
    assert clone.git(*listing) == before


def test_a_history_that_breaks_off_says_what_there_is_until_then(
    repo: Repository,
) -> None:
    repo.commit("root\n", {"a": b"1\n"})
    lost = repo.commit("lost\n", {"a": b"2\n"})
    repo.commit("whose parent has no tree\n", {"b": b"3\n"})
    last = repo.commit("whole\n", {"c": b"4\n"})
    tree = repo.tree(lost)
    (repo.path / ".git" / "objects" / tree[:2] / tree[2:]).unlink()

    assert found(repo.path, last) == [{"c"}]


def test_nothing_is_written(repo: Repository) -> None:
    repo.commit("root\n", {"a": b"1\n"})
    last = repo.commit("both\n", {"a": b"2\n", "b": b"2\n"})
    places = sorted(repo.path.rglob("*"))
    before = [(place, place.stat().st_mtime_ns) for place in places]

    assert found(repo.path, last) == [{"a", "b"}]
    assert [(p, p.stat().st_mtime_ns) for p in sorted(repo.path.rglob("*"))] == before
