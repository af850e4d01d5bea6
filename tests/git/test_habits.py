"""What the latest commits are like, looked at for a moment only."""

from gitsplit.core.objects import Oid
from gitsplit.git.habits import MOST_FILES, changed_together, recent_subjects
from gitsplit.git.repository import open_repository
from tests.repository import Repository


def test_the_subjects_of_the_latest_commits_come_newest_first(
    repo: Repository,
) -> None:
    repo.commit("One\nand a half\n\nWhy.\n", {"a": b"1\n"})
    before = Oid(repo.commit("caf\u00e9\n", {"a": b"2\n"}))
    repo.commit("later\n", {"a": b"3\n"})

    found = recent_subjects(open_repository(repo.path), before)
    assert found == ("caf\u00e9".encode(), b"One and a half")


def test_paths_of_one_commit_are_together_whatever_they_are_called(
    repo: Repository,
) -> None:
    odd = "new\nline"
    repo.commit("one\n", {"a": b"1\n", odd: b"1\n"})
    repo.commit("alone\n", {"a": b"2\n"})
    repo.commit("two\n", {"a": b"3\n", "b \u00fc": b"1\n"})
    head = Oid(repo.commit("many\n", {f"m{n}": b"1\n" for n in range(MOST_FILES + 1)}))

    found = changed_together(open_repository(repo.path), head, seconds=60)
    assert found[0] == {b"a", "b \u00fc".encode()}
    assert found[1] == {b"a", odd.encode()}
    assert len(found) == 2


def test_without_time_nothing_is_found_and_nothing_goes_wrong(
    repo: Repository,
) -> None:
    head = Oid(repo.commit("one\n", {"a": b"1\n", "b": b"1\n"}))

    assert changed_together(open_repository(repo.path), head, seconds=0) == ()
