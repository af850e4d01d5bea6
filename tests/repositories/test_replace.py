"""Replacements that git shows in place of commits: pointed out, and not followed."""

import pytest

from tests.repositories.splitting import Split, two_pieces
from tests.repository import Repository
from tests.runner import gitsplit


def replace(repo: Repository, revision: str) -> str:
    """The short id of the commit, which has a replacement with another message now."""
    oid = repo.oid(revision)
    raw = repo.run("cat-file", "commit", oid).stdout.replace(b"tangled", b"replaced")
    other = repo.git("hash-object", "-w", "-t", "commit", "--stdin", stdin=raw + b"!\n")
    repo.git("replace", oid, other)
    return oid[:10]


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_replaced_commit_is_pointed_out_and_itself_split(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, is_packed: bool
) -> None:
    two_pieces(repo)
    split = Split.of(repo)
    short = replace(repo, "HEAD~2")
    if is_packed:
        repo.git("pack-refs", "--all", "--prune")
    ran = gitsplit(repo.path, "--dry-run", "-c", "HEAD~2")
    note = (
        f"gitsplit: {short} has a replacement (refs/replace), which git shows in its "
        "place; gitsplit uses the original commit.\n"
    )

    assert (ran.status, ran.err) == (0, note)
    assert "tangled" in ran.out
    ran = split.run()
    monkeypatch.setenv("GIT_NO_REPLACE_OBJECTS", "1")
    split.check()
    assert ran.err == note


def test_a_replaced_commit_outside_the_series_is_nobodys_business(
    repo: Repository,
) -> None:
    two_pieces(repo)
    split = Split.of(repo, "HEAD~2")
    aside = repo.git("commit-tree", "HEAD^{tree}", "-m", "aside")
    repo.git("replace", aside, repo.oid("HEAD"))
    ran = split.run()

    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("revision", "kind"),
    [
        ("HEAD~3", "parent"),
        ("HEAD~3^{tree}", "tree"),
        ("HEAD~2^{tree}", "tree"),
        ("HEAD~2:d", "tree"),
        ("HEAD~3:d/a", "blob"),
        ("HEAD~2:e/b", "blob"),
        ("HEAD:c", "blob"),
    ],
)
def test_what_else_of_the_series_is_replaced_is_pointed_out(
    repo: Repository, revision: str, kind: str
) -> None:
    two_pieces(repo)
    oid = repo.oid(revision)
    other = "HEAD" if kind == "parent" else "HEAD:c" if kind == "blob" else "HEAD:e"
    other = "HEAD~1:c" if revision == "HEAD:c" else other
    repo.git("replace", oid, repo.oid(other))
    ran = gitsplit(repo.path, "--dry-run", "-c", "HEAD~2")

    assert (ran.status, ran.err) == (
        0,
        f"gitsplit: {oid[:10]} has a replacement (refs/replace), which git shows in "
        f"its place; gitsplit uses the original {kind}.\n",
    )


@pytest.mark.parametrize("where", ["below", "in the series", "above", "cut off"])
def test_a_history_that_grafts_change_is_taken_as_it_is_and_pointed_out(
    repo: Repository, where: str
) -> None:
    for number in b"1234":
        repo.commit("each\n", {"a": bytes([number]), "b": bytes([number])})
    before = repo.git("log", "--format=%T").split()
    apart = repo.git("commit-tree", "HEAD~3^{tree}", "-m", "apart")
    ids = {"below": "HEAD~2", "in the series": "HEAD~1", "above": "HEAD"}
    line = f"{repo.oid(ids.get(where, 'HEAD~1'))} {apart if where in ids else ''}"
    (repo.path / ".git/info/grafts").write_text(f"# a comment\n{line.strip()}\n")
    args = ("-c", "HEAD~1", "--group-by", "file")
    ran = [gitsplit(repo.path, how, *args) for how in ("-n", "--yes")]
    (repo.path / ".git/info/grafts").unlink()
    trees = repo.git("log", "--format=%T").split()

    assert [each.status for each in ran] == [0, 0], ran
    assert all("Grafts (info/grafts) change the history" in each.err for each in ran)
    assert len(trees) == 5
    assert [trees[0], trees[1], *trees[3:]] == before
