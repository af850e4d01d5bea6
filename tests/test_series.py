"""What a rewrite does to everything around the commit that is split."""

from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import (
    Ran,
    done,
    gitsplit,
    group,
    plan_for,
    split_entry,
    state_of,
    trees,
    whole,
    written,
)

SPLIT = ("--yes", "--group-by", "file")


def carried(repo: Repository, revision: str) -> bytes:
    """A commit's bytes but for its parents and its committer."""
    raw = repo.run("cat-file", "commit", revision).stdout
    head, empty, message = raw.partition(b"\n\n")
    kept = [
        line
        for line in head.split(b"\n")
        if not line.startswith((b"parent ", b"committer "))
    ]
    return b"\n".join(kept) + empty + message


def parents(repo: Repository, revision: str) -> list[str]:
    return repo.git("log", "-1", "--format=%P", revision).split()


def files_of(repo: Repository, revision: str) -> list[str]:
    """The files that the commit changes."""
    shown = repo.git("show", "--format=", "--name-only", revision)
    return shown.split()


def assert_split(repo: Repository, last: str = "HEAD~2") -> None:
    """The commits at ``last`` and before it are the two pieces of ``tangled``."""
    assert files_of(repo, last) == ["sub/other"]
    assert files_of(repo, f"{last}~1") == ["numbers"]
    assert repo.git("log", "-1", "--format=%s", f"{last}~2") == "base"


def test_descendants_keep_every_byte_but_parents_and_committer(
    series: Repository,
) -> None:
    series.git("config", "i18n.commitEncoding", "ISO-8859-1")
    series.git("config", "user.name", "Ren\u00e9")
    series.write({"more": b"1\n"})
    series.git("add", "more")
    date = "--date=1700000000 +0545"
    words = "caf\u00e9, odd  \r\n\nno newline at the end".encode("latin-1")
    series.run("commit", "-q", "--cleanup=verbatim", date, "-F", "-", stdin=words)
    before = [carried(series, f"HEAD~{n}") for n in range(3)]
    done(series.path, *SPLIT, "--no-verify", "-c", "HEAD~3")

    assert b"\nencoding ISO-8859-1\n\ncaf\xe9" in before[0]
    assert [carried(series, f"HEAD~{n}") for n in range(3)] == before
    assert_split(series, "HEAD~3")


def test_the_pieces_of_a_commit_in_another_encoding_are_read_as_it_was(
    series: Repository,
) -> None:
    series.write({"a": b"1\n", "b": b"1\n"})
    series.git("add", "a", "b")
    words = "caf\u00e9\n\nFor Ren\u00e9.\n".encode("latin-1")
    latin = ("-c", "i18n.commitEncoding=ISO-8859-1")
    series.run(*latin, "commit", "-q", "-F", "-", stdin=words)
    done(series.path, *SPLIT, "HEAD~1")

    last, first = series.git("log", "-2", "--format=%e %s").splitlines()
    assert {last, first} > {"ISO-8859-1 caf\u00e9"}
    assert first == "ISO-8859-1 add a"
    assert series.message("HEAD") == words


def test_the_committer_is_the_user_and_the_author_stays(series: Repository) -> None:
    form = "--format=%an <%ae> %ad"
    authors = series.git("log", form, "HEAD~3..").splitlines()
    series.git("config", "user.name", "Somebody Else")
    done(series.path, *SPLIT, "-c", "HEAD~2")

    after = series.git("log", form, "HEAD~4..").splitlines()
    assert after == [*authors, authors[-1]]
    committers = series.git("log", "--format=%cn", "HEAD~4..").splitlines()
    assert committers == ["Somebody Else"] * 4


def test_a_commit_header_that_git_knows_nothing_of_survives(
    series: Repository,
) -> None:
    raw = series.run("cat-file", "commit", "HEAD").stdout
    odd = raw.replace(b"\n\n", b"\nodd header\n of two lines\n\n", 1)
    args = ("hash-object", "-t", "commit", "-w", "--stdin")
    series.git("reset", "-q", "--soft", series.git(*args, stdin=odd))
    before = carried(series, "HEAD")
    done(series.path, *SPLIT, "-c", "HEAD~2")

    assert b"\nodd header\n of two lines\n" in before
    assert carried(series, "HEAD") == before


def test_a_merge_above_keeps_its_tree_and_both_its_parents(
    series: Repository,
) -> None:
    series.git("checkout", "-q", "-b", "side", "HEAD~1")
    series.commit("side\n", {"side": b"1\n"})
    series.git("checkout", "-q", "main")
    series.git("merge", "-q", "--no-commit", "side")
    series.write({"evil": b"of the merge itself\n"})
    series.git("add", "evil")
    series.git("commit", "-q", "-m", "together")
    before = carried(series, "HEAD")
    done(series.path, *SPLIT, "--no-verify", "-c", "main~3")

    assert carried(series, "HEAD") == before
    assert parents(series, "HEAD") == [series.oid("HEAD^1"), series.oid("side")]
    assert_split(series, "HEAD^1~2")
    assert_split(series, "side~2")
    assert series.fsck() == ""


def test_a_merged_branch_from_below_the_split_stays_the_same(
    series: Repository,
) -> None:
    series.git("checkout", "-q", "-b", "side", "HEAD~3")
    side = series.commit("side\n", {"side": b"1\n"})
    series.git("checkout", "-q", "main")
    series.git("merge", "-q", "-m", "together", "side")
    tree = series.tree("HEAD")
    said = done(series.path, *SPLIT, "--no-verify", "-c", "main~3", "side~1")

    assert "  unchanged  " in said
    assert (series.tree("HEAD"), series.oid("HEAD^2")) == (tree, side)
    assert series.oid("side") == side
    assert_split(series, "HEAD^1~2")


def test_branches_whose_tips_are_in_the_range_follow(series: Repository) -> None:
    series.git("branch", "-q", "on-tangled", "HEAD~2")
    series.git("branch", "-q", "on-above", "HEAD~1")
    series.git("branch", "-q", "below", "HEAD~3")
    below = series.oid("below")
    said = done(series.path, *SPLIT, "-c", "HEAD~2")

    assert said.startswith("Rewrote main, on-above, on-tangled: ")
    assert series.oid("on-tangled") == series.oid("HEAD~2")
    assert series.oid("on-above") == series.oid("HEAD~1")
    assert series.oid("below") == below
    reflog = series.git("reflog", "-1", "--format=%gs", "on-above")
    assert reflog.startswith("gitsplit: split ")


def test_undo_brings_all_the_branches_back_together(series: Repository) -> None:
    series.git("branch", "-q", "on-above", "HEAD~1")
    refs = series.refs()
    done(series.path, *SPLIT, "-c", "HEAD~2")
    done(series.path, "--undo")

    assert series.refs() == refs


def test_what_stays_where_it_is_is_named(series: Repository) -> None:
    series.git("tag", "light", "HEAD~1")
    series.git("tag", "-a", "-m", "words", "annotated", "HEAD~2")
    series.git("checkout", "-q", "-b", "forked", "HEAD~1")
    series.commit("of its own\n", {"own": b"1\n"})
    series.git("checkout", "-q", "main")
    names = ("light", "annotated", "forked")
    before = [series.oid(name) for name in names]
    said = done(series.path, *SPLIT, "-c", "HEAD~2")

    assert [series.oid(name) for name in names] == before
    assert [line for line in said.splitlines() if "stays where" in line] == [
        "tags/annotated stays where it is: tags stay where they are.",
        "tags/light stays where it is: tags stay where they are.",
        "forked stays where it is: it has commits of its own on top.",
    ]


def test_a_detached_head_moves_by_itself(series: Repository) -> None:
    series.git("checkout", "-q", "--detach")
    series.git("branch", "-q", "-D", "main")
    said = done(series.path, *SPLIT, "-c", "HEAD~2")

    assert said.startswith("Rewrote HEAD: ")
    assert_split(series)
    assert series.run("symbolic-ref", "-q", "HEAD", check=False).stdout == b""
    done(series.path, "--undo")
    assert files_of(series, "HEAD~2") == ["numbers", "sub/other"]


def test_a_linked_worktree_is_rewritten_in_its_own_right(
    series: Repository, tmp_path: Path
) -> None:
    series.git("branch", "-q", "base", "HEAD~3")
    series.git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"))
    linked = Repository(tmp_path / "linked")
    series.git("checkout", "-q", "base")
    series.git("branch", "-q", "-D", "main")
    linked.write({"numbers": b"dirty\n"})
    files = state_of(series.path / "sub")
    done(linked.path, *SPLIT, "-c", "HEAD~2")

    assert_split(linked)
    assert linked.git("status", "--porcelain") == "M numbers"
    assert series.git("status", "--porcelain") == ""
    assert state_of(series.path / "sub") == files
    assert "no rewrite" in gitsplit(series.path, "--undo").err
    done(linked.path, "--undo")
    assert files_of(linked, "HEAD~2") == ["numbers", "sub/other"]


def test_a_branch_checked_out_in_another_worktree_follows_with_its_tree(
    series: Repository, tmp_path: Path
) -> None:
    linked = Repository(tmp_path / "linked")
    series.git("worktree", "add", "-q", "-b", "there", str(linked.path), "HEAD~1")
    done(series.path, *SPLIT, "-c", "HEAD~2")

    assert linked.oid("HEAD") == series.oid("HEAD~1")
    assert linked.git("status", "--porcelain") == ""


def test_a_bare_repository_is_split_by_a_plan(
    series: Repository, tmp_path: Path
) -> None:
    series.git("clone", "-q", "--bare", str(series.path), str(tmp_path / "bare"))
    bare = Repository(tmp_path / "bare")
    groups = (group("numbers\n", whole("numbers")), group("other\n"))
    plan = plan_for(bare, "HEAD~3", split_entry(bare, "HEAD~2", *groups))
    done(bare.path, "--plan", written(tmp_path / "plan.json", plan), "--yes")

    assert_split(bare)
    done(bare.path, "--undo")
    assert bare.oid("HEAD") == series.oid("HEAD")


def test_packed_refs_move_as_well(series: Repository) -> None:
    series.git("branch", "-q", "on-above", "HEAD~1")
    series.git("pack-refs", "--all", "--prune")
    done(series.path, *SPLIT, "-c", "HEAD~2")

    assert_split(series)
    assert series.oid("on-above") == series.oid("HEAD~1")


def test_a_root_commit_is_split_in_two_with_a_new_root(repo: Repository) -> None:
    repo.commit("root\n", {"a": b"1\n", "b": b"2\n"})
    repo.commit("above\n", {"c": b"3\n"})
    tree = repo.tree("HEAD")
    done(repo.path, *SPLIT, "--root", "-c", "HEAD~1")

    assert [files_of(repo, f"HEAD~{n}") for n in range(3)] == [["c"], ["b"], ["a"]]
    assert parents(repo, "HEAD~2") == []
    assert repo.tree("HEAD") == tree
    assert repo.fsck() == ""


def test_many_objects_are_kept_as_one_pack_that_a_repack_may_have(
    series: Repository,
) -> None:
    for number in range(120):
        series.commit(f"{number}\n", {"many": b"%d\n" % number})
    expected = trees(series, "HEAD~120..")
    done(series.path, *SPLIT, "--no-verify", "-c", "HEAD~122")

    assert trees(series, "HEAD~120..") == expected
    assert_split(series, "HEAD~122")
    packs = [p.suffix for p in (series.path / ".git/objects/pack").iterdir()]
    assert packs.count(".pack") == 1
    assert ".keep" not in packs
    assert series.fsck() == ""


@pytest.mark.parametrize("stop", ["edit", "break"])
def test_a_stop_in_an_interactive_rebase_is_a_place_to_split(
    series: Repository, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    expected = trees(series, "HEAD~2..")
    edits = {"edit": "1s/^pick/edit/", "break": "1a break"}
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", f"sed -i '{edits[stop]}'")
    monkeypatch.setenv("GIT_EDITOR", "true")
    series.git("rebase", "-q", "-i", "HEAD~3")
    done(series.path, *SPLIT, "HEAD~1")
    assert_split(series, "HEAD")
    series.git("rebase", "--continue")

    assert series.git("branch", "--show-current") == "main"
    assert trees(series, "HEAD~2..") == expected
    assert_split(series)
    assert series.git("status", "--porcelain") == ""


def test_a_repository_named_by_the_environment_is_the_one_that_is_split(
    series: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with monkeypatch.context() as named:
        named.setenv("GIT_DIR", "../repo/.git")
        named.setenv("GIT_WORK_TREE", "../repo")
        done(elsewhere, *SPLIT, "-c", "HEAD~2")
        assert_split(Repository(elsewhere))
        done(elsewhere, "--undo")

    assert files_of(series, "HEAD~2") == ["numbers", "sub/other"]
    assert list(elsewhere.iterdir()) == []


def test_a_subdirectory_is_as_good_as_the_top_and_files_are_found_from_there(
    series: Repository,
) -> None:
    below = series.path / "sub"
    done(below, "-n", "--format", "json", "-o", "p.json", "-c", "HEAD~2", *SPLIT[1:])
    assert (below / "p.json").exists()
    done(below, "--plan", "p.json", "--yes")

    assert_split(series)


def refused_undo(repo: Repository) -> Ran:
    """An undo that is refused and moves nothing."""
    refs = repo.refs()
    ran = gitsplit(repo.path, "--undo")
    assert (ran.status, ran.out, repo.refs()) == (1, "", refs)
    return ran


def test_an_undo_after_more_work_is_refused_and_names_the_old_commit(
    series: Repository,
) -> None:
    tip = series.oid("HEAD")
    done(series.path, *SPLIT, "-c", "HEAD~2")
    series.commit("more work\n", {"work": b"1\n"})

    said = refused_undo(series).err.splitlines()
    assert said == [
        "gitsplit: Branch main has moved on since gitsplit rewrote it.",
        f"hint: `git branch NAME {tip[:12]}` makes a branch of its old commits.",
        "Nothing was changed.",
    ]


def test_an_undo_without_a_rewrite_is_refused(series: Repository) -> None:
    assert "no rewrite to undo" in refused_undo(series).err


def logged_transactions(repo: Repository) -> Path:
    """The file to which the hook will add each transaction's state and refs."""
    log = repo.path.parent / "transactions"
    hook = repo.path / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\necho "state $1" >>{log}\ncat >>{log}\n')
    hook.chmod(0o755)
    return log


def test_the_users_hook_sees_all_refs_move_in_one_transaction(
    series: Repository,
) -> None:
    series.git("branch", "-q", "on-above", "HEAD~1")
    old = {name: series.oid(name) for name in ("main", "on-above")}
    log = logged_transactions(series)
    done(series.path, *SPLIT, "-c", "HEAD~2")

    committed = log.read_text().split("state committed\n")[1:]
    moves = [transaction for transaction in committed if "refs/heads/" in transaction]
    assert len(moves) == 1
    for name, before in old.items():
        assert f"{before} {series.oid(name)} refs/heads/{name}\n" in moves[0]
    assert moves[0].count("refs/heads/") == 2
