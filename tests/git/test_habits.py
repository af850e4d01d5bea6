"""What the latest commits say."""

from gitsplit.git.history import recent_messages
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from tests.repository import Repository, merge_two_lines


def test_the_messages_of_the_latest_commits_come_newest_first(
    repo: Repository,
) -> None:
    repo.commit("One\nand a half\n\nWhy.\n", {"a": b"1\n"})
    before = Oid(repo.commit("caf\u00e9\n", {"a": b"2\n"}))
    repo.commit("later\n", {"a": b"3\n"})

    found = recent_messages(open_repository(repo.path), before)
    assert found == ("caf\u00e9\n".encode(), b"One\nand a half\n\nWhy.\n")


def test_merges_are_left_out_and_their_first_parents_followed(
    repo: Repository,
) -> None:
    merge_two_lines(repo)

    head = Oid(repo.oid("HEAD"))
    assert recent_messages(open_repository(repo.path), head) == (b"ahead\n", b"base\n")
