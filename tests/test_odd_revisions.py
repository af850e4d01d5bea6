"""What names no single commit is refused in one sentence, wherever it is given."""

import pytest

from tests.repository import Repository
from tests.runner import gitsplit

ODD = (
    *("", " ", "^HEAD", "^HEAD~1", "HEAD^!", "HEAD^-", "HEAD~1..HEAD"),
    *("HEAD~1...HEAD", "..", "HEAD^{/nothing}", "HEAD^{tree}", "HEAD:a", ":a", ":/no"),
    *("@{-99}", "HEAD@{99}", "@{u}", "^", "~", ":", "\udcff", "a b", "HEAD\n", "--"),
    *("0" * 40, "f" * 40, "1", "--all", "--help=x", "-", "--not HEAD"),
)


WAYS = [
    (odd, how)
    for odd in (*ODD, "BLOB", "TREE", "TAG")
    for how in ("upstream", "commit")
    if (odd, how) != ("HEAD~1..HEAD", "upstream")  # the series after HEAD~1
]


@pytest.mark.parametrize(("odd", "how"), WAYS)
def test_it_is_refused_in_a_sentence(repo: Repository, odd: str, how: str) -> None:
    repo.commit("one", {"a": b"1\n", "b": b"1\n"})
    repo.commit("two", {"a": b"2\n", "b": b"2\n"})
    repo.git("tag", "-m", "a tag of a blob", "of-blob", "HEAD:a")
    ids = {"BLOB": "HEAD:a", "TREE": "HEAD^{tree}", "TAG": "of-blob"}
    given = repo.oid(ids[odd]) if odd in ids else odd
    before = repo.refs()
    args = ["--", given] if how == "upstream" else [f"--commit={given}"]
    ran = gitsplit(repo.path, "--yes", *args)

    assert ran.status == 1
    assert "Traceback" not in ran.err
    assert ran.err.startswith("gitsplit: ")
    assert repo.refs() == before


def test_a_tag_that_is_damaged_names_no_commit(repo: Repository) -> None:
    repo.commit("one", {"a": b"1\n"})
    made = ("hash-object", "-t", "tag", "-w", "--literally", "--stdin")
    tag = repo.git(*made, stdin=b"object \xffnowhere\n")
    ran = gitsplit(repo.path, "-n", tag)

    assert ran.status == 1
    assert "is not a commit" in ran.err
