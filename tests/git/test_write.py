"""Commits are rewritten as git would, byte for byte, and stored as git stores."""

import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan, WriteFailed
from gitsplit.git.store import objects_to_store, store_objects
from gitsplit.git.write import RewrittenCommit
from gitsplit.model.objects import FILE, Oid, RawCommit, TreeEntry, object_id
from gitsplit.model.series import CommitDraft
from tests.git.rewriting import (
    COMMITTER,
    Bench,
    same,
    series_of,
    source_of,
    tangled,
)
from tests.repository import Repository

BY_GIT = {"GIT_COMMITTER_DATE": "1700000000 +0130"}


def objects_of(repo: Repository) -> set[str]:
    listed = repo.git(
        *("cat-file", "--batch-all-objects", "--unordered", "--batch-check")
    )
    return set(listed.splitlines())


def header(repo: Repository, oid: str) -> tuple[bytes, ...]:
    return RawCommit.parse(repo.run("cat-file", "commit", oid).stdout).headers


def made_commit(repo: Repository, data: bytes) -> str:
    """The id of a commit of any shape; main is there from now on."""
    oid = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=data)
    repo.git("reset", "-q", "--hard", oid)
    return oid


def test_a_split_is_what_commit_tree_and_rebase_make(repo: Repository) -> None:
    tangled(repo, above=2)
    bench = Bench.of(repo)
    rewrite = bench.splitting_first("HEAD~3", [bench.put("a", b"2\n")])
    with store_objects(bench.opened, bench.objects, rewrite):
        pass

    repo.git("checkout", "-q", "-b", "by-git", "HEAD~3")
    author = repo.git("log", "-1", "--format=%ad", "--date=raw", "main~2")
    name = {"GIT_AUTHOR_DATE": author, **BY_GIT}
    repo.git("checkout", "main~2", "--", "a")
    repo.run("commit", "-q", "-m", "first piece", env=name)
    repo.git("checkout", "main~2", "--", "b")
    repo.run("commit", "-q", "-C", "main~2", env=name)
    repo.run("rebase", "-q", "--onto", "by-git", "main~2", "main", env=BY_GIT)

    assert repo.oid("main") == rewrite.new_head
    assert repo.oid("by-git") == rewrite.rewritten[0].new
    assert repo.fsck() == ""


def test_a_rewrite_says_what_became_of_each_commit(repo: Repository) -> None:
    tangled(repo, above=1)
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~2")
    split = bench.split(series.commits[0], [bench.put("a", b"2\n")], owner=0)
    rewrite = bench.rewrite(series, [*split, same(series.commits[1])])
    first, second, above = (written.oid for written in rewrite.commits)

    assert rewrite.rewritten == (
        RewrittenCommit(series.commits[0].oid, second, first),
        RewrittenCommit(series.commits[1].oid, above, above),
    )
    assert (rewrite.old_head, rewrite.new_head) == (series.head, above)
    assert [written.draft for written in rewrite.commits] == [
        *split,
        same(series.commits[1]),
    ]


def test_nothing_is_written_before_it_is_stored_and_then_just_that(
    repo: Repository,
) -> None:
    tangled(repo)
    bench = Bench.of(repo)
    before = objects_of(repo)
    refs = repo.refs()
    rewrite = bench.splitting_first("HEAD~3", [bench.put("a", b"3\n")])
    bench.objects.add("blob", b"what no commit needs\n")
    untouched = objects_of(repo)
    with store_objects(bench.opened, bench.objects, rewrite):
        pass

    assert untouched == before
    blob, tree = object_id("blob", b"3\n"), rewrite.commits[0].tree
    commits = {written.oid for written in rewrite.commits}
    added = {line.split()[0] for line in objects_of(repo) - before}
    assert added == {blob, tree, *commits}
    assert repo.refs() == refs


def test_every_header_but_the_signature_survives(repo: Repository) -> None:
    tree = repo.git("mktree", stdin=b"")
    root = made_commit(
        repo,
        b"tree %s\n"
        b"author J\xf6rg <j@example.com> 1234567890 -1137\n"
        b"committer Somebody Else <s@example.com> 1234567899 +1400\n"
        b"encoding ISO-8859-1\n"
        b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQEz\n"
        b" -----END PGP SIGNATURE-----\n"
        b"change-id kkmpptxzrspxrzommnulwmwkkqwworpl\n"
        b"x-unknown one\n two\n"
        b"\nGr\xfc\xdfe\r\n\n\nno newline at the end" % tree.encode(),
    )
    bench = Bench.of(repo)
    series = series_of(repo, None)
    (source,) = series.commits
    pieces = bench.split(source, [bench.put("a", b"1\n")])
    rewrite = bench.rewrite(series, pieces)
    with store_objects(bench.opened, bench.objects, rewrite):
        pass
    first, second = (written.oid for written in rewrite.commits)

    common = [
        b"author J\xf6rg <j@example.com> 1234567890 -1137",
        b"committer " + COMMITTER,
        b"encoding ISO-8859-1",
    ]
    unknown = b"x-unknown one\n two"
    jj = b"change-id kkmpptxzrspxrzommnulwmwkkqwworpl"
    assert root == source.oid
    assert header(repo, first)[1:] == (*common, unknown)
    assert header(repo, second)[1:] == (
        b"parent " + first.encode(),
        *common,
        jj,
        unknown,
    )
    assert repo.message(second) == b"Gr\xfc\xdfe\r\n\n\nno newline at the end"


def test_one_draft_like_its_source_is_the_source_itself(repo: Repository) -> None:
    tangled(repo)
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~3")
    source, *others = series.commits
    paths = (bench.put("a", b"2\n"), bench.put("b", b"2\n"))
    whole = CommitDraft(source, source.raw.message, "owner", paths=paths)
    rewrite = bench.rewrite(series, [whole, *map(same, others)])

    assert rewrite.rewritten == ()
    assert rewrite.new_head == series.head
    assert objects_to_store(bench.objects, rewrite) == ()


def test_of_two_pieces_none_is_taken_for_the_source(repo: Repository) -> None:
    tangled(repo, above=0)
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~1")
    (source,) = series.commits
    like_it = replace(same(source), role="piece")
    more = CommitDraft(source, b"more\n", "owner", paths=(bench.put("a", b"3\n"),))
    rewrite = bench.rewrite(series, [like_it, more])

    assert source.oid not in {written.oid for written in rewrite.commits}


def test_commits_below_the_split_keep_their_ids(repo: Repository) -> None:
    tangled(repo, above=2)
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~3")
    below, source, above = series.commits
    split = bench.split(source, [bench.put("new", b"x\n")])
    rewrite = bench.rewrite(series, [same(below), *split, same(above)])

    assert rewrite.commits[0].oid == below.oid
    assert [commit.old for commit in rewrite.rewritten] == [source.oid, above.oid]


def test_a_new_message_alone_makes_a_new_commit(repo: Repository) -> None:
    tangled(repo, above=0)
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~1")
    draft = replace(same(series.commits[0]), message=b"said better\n", role="owner")
    rewrite = bench.rewrite(series, [draft])
    with store_objects(bench.opened, bench.objects, rewrite):
        pass

    repo.run("commit", "-q", "--amend", "-m", "said better", env=BY_GIT)
    assert repo.oid("HEAD") == rewrite.new_head


def test_a_root_commit_splits_into_a_root_and_its_child(repo: Repository) -> None:
    repo.commit("root", {"dir/a": b"1\n", "b": b"1\n"})
    bench = Bench.of(repo)
    rewrite = bench.splitting_first(None, [bench.put("dir/a", b"1\n")])
    with store_objects(bench.opened, bench.objects, rewrite):
        repo.git("update-ref", "refs/heads/new", rewrite.new_head)

    assert repo.git("log", "--format=%s", "new") == "root\nfirst piece"
    assert repo.git("ls-tree", "-r", "--name-only", "new~1") == "dir/a"
    assert repo.tree("new") == repo.tree("main")
    assert repo.fsck() == ""


def test_merges_above_keep_their_other_parents_and_trees(repo: Repository) -> None:
    tangled(repo, above=0)
    repo.git("checkout", "-q", "-b", "outside", "HEAD~1")
    outside = repo.commit("outside", {"o": b"o\n"})
    repo.git("checkout", "-q", "-b", "inside", "main")
    repo.commit("inside", {"i": b"i\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("straight", {"s": b"s\n"})
    repo.git("merge", "-q", "--no-edit", "--no-ff", "outside", "inside")
    bench = Bench.of(repo)
    series = series_of(repo, "main~3")
    assert {outside, repo.oid("inside")} < {c.oid for c in series.commits}
    drafts: list[CommitDraft] = []
    for source in series.commits:
        if source.oid == repo.oid("main~2"):
            drafts += bench.split(source, [bench.put("a", b"2\n")])
        else:
            drafts.append(same(source))
    rewrite = bench.rewrite(series, drafts)
    with store_objects(bench.opened, bench.objects, rewrite):
        repo.git("update-ref", "refs/heads/new", rewrite.new_head)
    new = {commit.old: commit.new for commit in rewrite.rewritten}

    assert outside not in new
    assert repo.git("log", "-1", "--format=%P", "new").split() == [
        new[Oid(repo.oid("main~1"))],
        outside,
        new[Oid(repo.oid("inside"))],
    ]
    assert repo.tree("new") == repo.tree("main")
    assert repo.git("log", "-1", "--format=%an %ad %B", "new") == repo.git(
        "log", "-1", "--format=%an %ad %B", "main"
    )
    assert repo.fsck() == ""


def test_a_source_without_drafts_is_dropped_with_what_it_did(
    repo: Repository,
) -> None:
    tangled(repo, above=2)
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~3")
    _, *above = series.commits
    base = repo.oid("HEAD~3")
    rewrite = bench.rewrite(series, list(map(same, above)))
    with store_objects(bench.opened, bench.objects, rewrite):
        pass
    to_the_base = bench.rewrite(series, [])

    assert repo.oid(f"{rewrite.new_head}~2") == base
    assert repo.git("diff", "--name-only", base, rewrite.new_head) == "c"
    assert rewrite.new_tree == repo.tree(rewrite.new_head)
    assert (to_the_base.new_head, to_the_base.new_tree) == (base, repo.tree(base))
    with pytest.raises(InvalidPlan):
        bench.rewrite(series_of(repo, None), [])


def split_many(bench: Bench, count: int) -> list[CommitDraft]:
    series = series_of(bench.repo, "HEAD~1")
    (source,) = series.commits
    puts = [bench.put(f"{n}", b"%d\n" % n) for n in range(count)]
    pieces = [CommitDraft(source, b"one\n", "piece", paths=(put,)) for put in puts]
    return [*pieces, CommitDraft(source, b"all\n", "owner", tree=source.raw.tree)]


def test_objects_are_one_pack_that_a_repack_in_the_meantime_leaves(
    repo: Repository,
) -> None:
    tangled(repo, above=0)
    bench = Bench.of(repo)
    rewrite = bench.rewrite(series_of(repo, "HEAD~1"), split_many(bench, 60))
    directory = repo.path / ".git" / "objects" / "pack"
    with store_objects(bench.opened, bench.objects, rewrite):
        kept = [path.read_text().split()[0] for path in directory.glob("*.keep")]
        repo.git("repack", "-a", "-d", "-q")
        still_there = repo.git("cat-file", "-t", rewrite.new_head)
        repo.git("update-ref", "HEAD", rewrite.new_head)

    assert kept == ["gitsplit"]
    assert (still_there, list(directory.glob("*.keep"))) == ("commit", [])
    assert repo.run("cat-file", "blob", "HEAD~1:59").stdout == b"59\n"
    assert repo.fsck() == ""


def test_a_keep_file_goes_also_where_the_refs_could_not_move(repo: Repository) -> None:
    tangled(repo, above=0)
    bench = Bench.of(repo)
    rewrite = bench.splitting_first("HEAD~1", [bench.put("a", b"2\n")])
    with (
        pytest.raises(KeyboardInterrupt),
        store_objects(bench.opened, bench.objects, rewrite),
    ):
        raise KeyboardInterrupt

    assert list((repo.path / ".git/objects/pack").glob("*.keep")) == []


def replaced_by_a_file(objects: Path) -> None:
    objects.rename(objects.with_name("gone"))
    objects.write_bytes(b"")


def on_a_full_disk(_objects: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


@pytest.mark.parametrize("break_it", [replaced_by_a_file, on_a_full_disk])
def test_what_git_cannot_store_changes_nothing(
    repo: Repository, break_it: Callable[[Path], None]
) -> None:
    tangled(repo)
    bench = Bench.of(repo)
    refs = repo.refs()
    rewrite = bench.splitting_first("HEAD~3", [bench.put("a", b"much\n" * 9999)])
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        break_it(repo.path / ".git" / "objects")
        with (
            pytest.raises(WriteFailed, match=r"couldn't store the new objects: .") as e,
            store_objects(bench.opened, bench.objects, rewrite),
        ):
            raise AssertionError("not reached")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    if (gone := repo.path / ".git" / "gone").exists():
        (repo.path / ".git" / "objects").unlink()
        gone.rename(gone.with_name("objects"))

    assert e.value.state == "Nothing was changed."
    assert repo.refs() == refs
    assert repo.fsck() == ""


def test_an_object_that_names_a_missing_one_is_not_written(repo: Repository) -> None:
    tangled(repo, above=0)
    bench = Bench.of(repo)
    missing = TreeEntry(FILE, Oid("12" * 20))
    rewrite = bench.splitting_first("HEAD~1", [(b"a", missing)])

    with pytest.raises(WriteFailed, match="name a missing one"):
        objects_to_store(bench.objects, rewrite)


def test_a_partial_clone_need_not_have_the_siblings(
    repo: Repository, tmp_path: Path
) -> None:
    tangled(repo, above=1)
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    source = f"file://{repo.path}"
    partial = Repository(tmp_path / "partial")
    subprocess.run(
        [
            *("git", "clone", "-q", "--no-checkout", "--filter=blob:none"),
            *(source, partial.path),
        ],
        check=True,
        env={**os.environ},
    )
    partial.git("remote", "set-url", "origin", "file:///nowhere")
    bench = Bench.of(partial)
    rewrite = bench.splitting_first("HEAD~2", [bench.put("new", b"x\n")])
    with store_objects(bench.opened, bench.objects, rewrite):
        partial.git("update-ref", "HEAD", rewrite.new_head)

    assert partial.git("log", "--format=%s") == "above 0\ntangled\nfirst piece\nbase"
    assert partial.fsck() == ""


def test_nested_new_trees_come_after_what_they_name(repo: Repository) -> None:
    tangled(repo, above=0)
    bench = Bench.of(repo)
    put = bench.put("x/y/z", b"deep\n")
    rewrite = bench.splitting_first("HEAD~1", [put])
    kinds = [kind for kind, _ in objects_to_store(bench.objects, rewrite)]

    assert kinds == ["blob", "tree", "tree", "tree", "commit", "commit"]
    assert source_of(repo, "HEAD").oid == rewrite.old_head
