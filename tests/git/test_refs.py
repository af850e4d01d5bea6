"""Refs move all together or not at all, and only those that may."""

import io
import os
import signal
import threading
from pathlib import Path

import pytest

from gitsplit.errors import GitsplitError, RefMoved, WriteFailed
from gitsplit.git.refs import (
    LeftRef,
    Moves,
    RefUpdate,
    _Drain,
    branches_to_move,
    following_branches,
    move,
    values_of,
)
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.git.store import store_objects
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import Oid
from gitsplit.model.series import CommitDraft
from tests.git.rewriting import Bench, same, series_of, tangled
from tests.repository import Repository

MAIN = "refs/heads/main"


def split_into_store(repo: Repository, upstream: str = "HEAD~3") -> Rewrite:
    """The oldest commit of the series split in two, stored, and no ref moved."""
    bench = Bench.of(repo)
    rewrite = bench.splitting_first(upstream, [bench.put("a", b"2\n")])
    with store_objects(bench.opened, bench.objects, rewrite):
        return rewrite


def moves_of(repo: Repository, rewrite: Rewrite) -> Moves:
    return branches_to_move(open_repository(repo.path), rewrite)


def move_all(opened: Opened, updates: tuple[RefUpdate, ...]) -> None:
    move(opened, updates, b"gitsplit: test", expected_head=opened.head_ref())


def add_worktree(repo: Repository, path: Path, *args: str) -> Repository:
    repo.git("worktree", "add", "-q", str(path), *args)
    return Repository(path)


def test_heads_branch_and_the_branches_in_the_range_move(repo: Repository) -> None:
    tangled(repo)
    repo.git("branch", "at-split", "HEAD~2")
    repo.git("branch", "at-upstream", "HEAD~3")
    repo.git("branch", "same-as-main")
    rewrite = split_into_store(repo)
    new = {commit.old: commit.new for commit in rewrite.rewritten}
    head, split = Oid(repo.oid("HEAD")), Oid(repo.oid("HEAD~2"))

    assert moves_of(repo, rewrite) == (
        (
            RefUpdate(MAIN, head, new[head]),
            RefUpdate("refs/heads/at-split", split, new[split]),
            RefUpdate("refs/heads/same-as-main", head, new[head]),
        ),
        (),
    )


def test_tags_and_forks_stay_and_are_named(repo: Repository) -> None:
    tangled(repo)
    repo.git("tag", "light", "HEAD~1")
    repo.git("tag", "-m", "annotated", "heavy", "HEAD~2")
    repo.git("tag", "below", "HEAD~3")
    repo.git("tag", "of-a-tree", "HEAD^{tree}")
    repo.git("checkout", "-q", "-b", "fork", "HEAD~1")
    repo.commit("fork", {"f": b"f\n"})
    repo.git("tag", "on-the-fork")
    repo.git("checkout", "-q", "-b", "unrelated", "main~3")
    repo.commit("unrelated", {"u": b"u\n"})
    repo.git("checkout", "-q", "main")

    moves, left = moves_of(repo, split_into_store(repo))

    assert [update.ref for update in moves] == [MAIN]
    tags = "tags stay where they are"
    assert set(left) == {
        LeftRef("refs/heads/fork", "it has commits of its own on top"),
        LeftRef("refs/tags/light", tags),
        LeftRef("refs/tags/heavy", tags),
        LeftRef("refs/tags/on-the-fork", tags),
    }


def test_a_fork_made_when_the_clock_was_an_hour_behind_is_named(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700003600 +0000")
    tangled(repo)
    repo.git("checkout", "-q", "-b", "fork", "HEAD~1")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000000 +0000")
    repo.commit("fork", {"f": b"f\n"})
    repo.git("checkout", "-q", "main")

    _, left = moves_of(repo, split_into_store(repo))

    assert left == (LeftRef("refs/heads/fork", "it has commits of its own on top"),)


def test_a_symbolic_branch_follows_without_being_moved(repo: Repository) -> None:
    tangled(repo)
    repo.git("symbolic-ref", "refs/heads/alias", MAIN)
    rewrite = split_into_store(repo)
    moves, left = moves_of(repo, rewrite)
    move_all(open_repository(repo.path), moves)

    assert [update.ref for update in moves] == [MAIN]
    assert left == ()
    assert repo.oid("alias") == rewrite.new_head


def test_a_branch_whose_name_is_not_utf_8_moves(repo: Repository) -> None:
    tangled(repo)
    repo.git("update-ref", b"refs/heads/gr\xfc\xdfe", "HEAD")
    rewrite = split_into_store(repo)
    moves, _ = moves_of(repo, rewrite)
    move_all(open_repository(repo.path), moves)

    assert repo.run("rev-parse", b"gr\xfc\xdfe").stdout.decode().strip() == (
        rewrite.new_head
    )


LINE_ENDS = ("l\u2028s", "p\u2029s", "n\u0085l", "nbsp\u00a0")
"""Names of branches that hold what Unicode has as line breaks and white space."""


@pytest.mark.parametrize("name", LINE_ENDS)
def test_a_branch_whose_name_holds_a_unicode_line_break_moves(
    repo: Repository, name: str
) -> None:
    tangled(repo)
    repo.git("branch", "beside")
    repo.git("branch", "-M", name)
    rewrite = split_into_store(repo)
    opened = open_repository(repo.path)
    moves, _ = moves_of(repo, rewrite)
    move_all(opened, moves)

    assert opened.head_ref() == f"refs/heads/{name}"
    assert [f"refs/heads/{name}", "refs/heads/beside"] == [u.ref for u in moves]
    assert repo.oid(f"refs/heads/{name}") == rewrite.new_head


def test_a_branch_of_another_worktree_moves_with_the_same_files_only(
    repo: Repository, tmp_path: Path
) -> None:
    tangled(repo)
    repo.git("branch", "split", "HEAD~2")
    add_worktree(repo, tmp_path / "other", "split")
    series = series_of(repo, "HEAD~3")
    source, *others = series.commits
    bench = Bench.of(repo)
    pieces = bench.split(source, [bench.put("a", b"2\n")])
    same_files = bench.rewrite(series, [*pieces, *map(same, others)])
    half = CommitDraft(source, b"half\n", "owner", paths=pieces[0].paths)
    other_files = bench.rewrite(series, [half, *map(same, others)])

    moved = [update.ref for update in moves_of(repo, same_files).moves]
    assert moved == [MAIN, "refs/heads/split"]
    assert moves_of(repo, same_files).left == ()
    assert [update.ref for update in moves_of(repo, other_files).moves] == [MAIN]
    assert moves_of(repo, other_files).left == (
        ("refs/heads/split", f"it is checked out in {tmp_path / 'other'}"),
    )


def test_the_branch_of_a_bisect_elsewhere_stays(
    repo: Repository, tmp_path: Path
) -> None:
    tangled(repo)
    repo.git("branch", "hunted")
    other = add_worktree(repo, tmp_path / "other", "hunted")
    other.git("bisect", "start", "HEAD", "HEAD~3")

    _, left = moves_of(repo, split_into_store(repo))

    assert left == (
        ("refs/heads/hunted", "a rebase or bisect in progress will set it"),
        (f"HEAD of {tmp_path / 'other'}", "it is detached there"),
    )


def test_in_the_middle_of_a_rebase_only_head_moves(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tangled(repo)
    repo.git("branch", "beside", "HEAD~2")
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "sed -i 1s/pick/edit/")
    repo.git("rebase", "-q", "-i", "HEAD~3")
    rewrite = split_into_store(repo, "HEAD~1")
    moves, left = moves_of(repo, rewrite)
    move_all(open_repository(repo.path), moves)
    repo.git("rebase", "--continue")

    assert moves == (RefUpdate("HEAD", rewrite.old_head, rewrite.new_head),)
    assert dict(left) == {
        MAIN: "a rebase or bisect in progress will set it",
        "refs/heads/beside": "a rebase is in progress here",
    }
    subjects = repo.git("log", "--format=%s", "main").splitlines()
    assert subjects == ["above 1", "above 0", "tangled", "first piece", "base"]
    assert repo.git("symbolic-ref", "HEAD") == MAIN


def test_a_detached_head_moves_itself_and_no_branch_it_leaves(
    repo: Repository,
) -> None:
    tangled(repo)
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    main = repo.oid("main")
    rewrite = split_into_store(repo, "HEAD~2")
    moves, left = moves_of(repo, rewrite)
    move_all(open_repository(repo.path), moves)

    assert repo.oid("HEAD") == rewrite.new_head
    assert repo.run("symbolic-ref", "-q", "HEAD", check=False).returncode == 1
    assert repo.oid("main") == main
    assert left == ((MAIN, "it has commits of its own on top"),)


def test_moved_refs_have_reflogs_and_index_and_files_are_untouched(
    repo: Repository,
) -> None:
    tangled(repo)
    repo.git("pack-refs", "--all")
    repo.write({"a": b"dirty\n", "staged": b"s\n", "untracked": b"u\n", "b": None})
    repo.git("add", "staged")
    repo.git("status")
    index = (repo.path / ".git" / "index").read_bytes()
    status = repo.git("status", "--porcelain")
    rewrite = split_into_store(repo)
    opened = open_repository(repo.path)
    updates = moves_of(repo, rewrite).moves
    move(opened, updates, "gitsplit: ünd".encode(), expected_head=MAIN)

    assert repo.oid("main") == rewrite.new_head
    for ref in ("main", "HEAD"):
        assert repo.git("log", "-1", "-g", "--format=%gs", ref) == "gitsplit: ünd"
    assert (repo.path / ".git" / "index").read_bytes() == index
    assert repo.git("status", "--porcelain") == status
    assert repo.fsck() == ""


def test_a_linked_worktree_moves_its_own_head(repo: Repository, tmp_path: Path) -> None:
    tangled(repo)
    linked = add_worktree(repo, tmp_path / "linked", "-b", "topic", "main")
    rewrite = split_into_store(linked)
    moves, _ = moves_of(linked, rewrite)
    move_all(open_repository(linked.path), moves)

    assert linked.git("symbolic-ref", "HEAD") == "refs/heads/topic"
    assert [linked.oid("HEAD"), repo.oid("HEAD")] == [rewrite.new_head] * 2
    assert linked.git("status", "--porcelain") == repo.git("status", "--porcelain")


def test_a_ref_moved_meanwhile_stops_all_of_them(repo: Repository) -> None:
    tangled(repo)
    repo.git("branch", "beside")
    moves, _ = moves_of(repo, split_into_store(repo))
    repo.git("branch", "-f", "beside", "HEAD~3")
    opened, before = open_repository(repo.path), repo.refs()
    with pytest.raises(RefMoved, match=r"^Branch beside is at .* moved while"):
        move_all(opened, moves)
    repo.git("branch", "-D", "beside")
    with pytest.raises(RefMoved, match=r"^Branch beside is gone"):
        move_all(opened, moves)
    repo.git("branch", "beside", "main~3")

    assert repo.refs() == before


@pytest.mark.parametrize(
    ("switch", "told"),
    [
        (["checkout", "-q", "other"], "HEAD is on branch other now, but was on branch"),
        (
            ["checkout", "-q", "--detach"],
            "HEAD is detached now, but was on branch main",
        ),
    ],
)
def test_a_head_switched_meanwhile_stops_the_move(
    repo: Repository, switch: list[str], told: str
) -> None:
    tangled(repo)
    repo.git("branch", "other")
    rewrite = split_into_store(repo)
    update = RefUpdate(MAIN, rewrite.old_head, rewrite.new_head)

    def switched(_child: int) -> None:
        repo.git(*switch)

    with pytest.raises(RefMoved, match=told):
        move(
            open_repository(repo.path),
            [update],
            b"gitsplit: test",
            expected_head=MAIN,
            started=switched,
        )
    assert repo.oid("main") == rewrite.old_head
    repo.git("checkout", "-q", "main")


def test_a_head_attached_meanwhile_is_not_overwritten(repo: Repository) -> None:
    tangled(repo)
    repo.git("checkout", "-q", "--detach")
    rewrite = split_into_store(repo)
    (update,) = moves_of(repo, rewrite).moves[:1]
    repo.git("checkout", "-q", "main")
    before = repo.refs()
    with pytest.raises(RefMoved, match="HEAD is on branch main now, but was detached"):
        move(open_repository(repo.path), [update], b"gitsplit: x", expected_head=None)

    assert repo.refs() == before


def test_head_cannot_be_switched_once_everything_is_locked(repo: Repository) -> None:
    tangled(repo)
    repo.git("branch", "other")
    rewrite = split_into_store(repo)
    moves, _ = moves_of(repo, rewrite)
    tried: list[int] = []

    def switch() -> None:
        args = ("symbolic-ref", "HEAD", "refs/heads/other")
        tried.append(repo.run(*args, check=False).returncode)

    opened = open_repository(repo.path)
    move(opened, moves, b"gitsplit: x", expected_head=MAIN, before_commit=switch)

    assert tried != [0]
    assert repo.git("symbolic-ref", "HEAD") == MAIN
    assert repo.oid("HEAD") == rewrite.new_head


def test_a_refusal_before_the_commit_takes_everything_back(repo: Repository) -> None:
    tangled(repo)
    moves, _ = moves_of(repo, split_into_store(repo))
    before = repo.refs()

    def refuse() -> None:
        raise WriteFailed("No.")

    with pytest.raises(WriteFailed, match="No"):
        move(
            open_repository(repo.path),
            moves,
            b"gitsplit: x",
            expected_head=MAIN,
            before_commit=refuse,
        )
    assert repo.refs() == before
    assert list((repo.path / ".git").rglob("*.lock")) == []


@pytest.mark.parametrize("lock", ["HEAD.lock", "refs/heads/main.lock"])
def test_a_locked_ref_is_named_with_its_lock_file(repo: Repository, lock: str) -> None:
    tangled(repo)
    moves, _ = moves_of(repo, split_into_store(repo))
    before = repo.refs()
    (repo.path / ".git" / lock).write_bytes(b"")
    with pytest.raises(WriteFailed, match=rf"/\.git/{lock} exists"):
        move_all(open_repository(repo.path), moves)

    assert (repo.path / ".git" / lock).exists()
    assert repo.refs() == before


def test_a_hooks_refusal_is_told_in_its_own_words(repo: Repository) -> None:
    tangled(repo)
    moves, _ = moves_of(repo, split_into_store(repo))
    before = repo.refs()
    hook = repo.path / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    # More words than a pipe holds: nobody must wait for anybody.
    hook.write_text(
        '#!/bin/sh\n[ "$1" = prepared ] || exit 0\n'
        "echo frozen today >&2; yes | head -c 300000 >&2; exit 1\n"
    )
    hook.chmod(0o755)
    with pytest.raises(
        WriteFailed, match="git could not update the refs: frozen today"
    ):
        move_all(open_repository(repo.path), moves)

    hook.unlink()
    assert repo.refs() == before


def test_only_gits_word_for_it_is_success(repo: Repository) -> None:
    tangled(repo)
    moves, _ = moves_of(repo, split_into_store(repo))
    before = repo.refs()
    children: list[int] = []

    def kill() -> None:
        os.kill(children[0], signal.SIGKILL)

    with pytest.raises(
        GitsplitError, match="git was interrupted while updating"
    ) as caught:
        move(
            open_repository(repo.path),
            moves,
            b"gitsplit: x",
            expected_head=MAIN,
            started=children.append,
            before_commit=kill,
        )
    assert caught.value.state == "Some refs may have moved and others not."
    assert repo.refs() == before


def test_refs_whose_names_fill_no_command_line_have_their_values(
    repo: Repository,
) -> None:
    tangled(repo)
    oid = repo.oid("HEAD")
    names = [f"refs/heads/{'x' * 230}/b{number:04}" for number in range(9000)]
    packed = "".join(f"{oid} {name}\n" for name in names)
    (repo.path / ".git" / "packed-refs").write_text(packed)

    assert values_of(open_repository(repo.path), names) == dict.fromkeys(names, oid)


def test_many_long_names_that_contain_the_old_commits_stay_and_are_named(
    repo: Repository,
) -> None:
    tangled(repo)
    repo.git("checkout", "-q", "-b", "fork", "HEAD~1")
    oid = repo.commit("fork\n", {"f": b"f\n"})
    repo.git("checkout", "-q", "main")
    # 450 of them are few enough to be named, and too long.
    names = [f"refs/heads/{'x/' * 2400}b{number}" for number in range(450)]
    packed = "".join(f"{oid} {name}\n" for name in sorted(names))
    (repo.path / ".git" / "packed-refs").write_text(packed)

    left = moves_of(repo, split_into_store(repo)).left
    assert [ref for ref, _ in left] == ["refs/heads/fork", *sorted(names)]


def test_values_are_those_of_the_very_refs(repo: Repository) -> None:
    tangled(repo)
    repo.git("branch", "topic", "HEAD~1")
    repo.git("branch", "nested/main", "HEAD~2")
    opened = open_repository(repo.path)

    assert values_of(opened, ["HEAD", "refs/heads/topic", "refs/heads/nested"]) == {
        "HEAD": repo.oid("HEAD"),
        "refs/heads/topic": repo.oid("HEAD~1"),
    }


def test_branches_at_commits_that_are_rewritten_are_known_before(
    repo: Repository,
) -> None:
    tangled(repo)
    for branch, at in (("tip", "HEAD"), ("middle", "HEAD~1"), ("below", "HEAD~3")):
        repo.git("branch", branch, at)
    repo.git("tag", "tagged")
    repo.git("worktree", "add", "-q", str(repo.path.parent / "other"), "middle")
    series = {Oid(repo.git("rev-parse", f"HEAD~{n}").strip()) for n in range(3)}
    opened = open_repository(repo.path)

    assert [*following_branches(opened, series)] == ["refs/heads/tip"]
    repo.git("config", "rebase.updateRefs", "false")
    assert not following_branches(open_repository(repo.path), series)


def test_a_pipe_that_an_interruption_has_closed_is_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its reader ends without a word: a trace would be all that the user sees."""
    complaints: list[object] = []
    monkeypatch.setattr(threading, "excepthook", complaints.append)
    pipe = io.BytesIO(b"words")
    pipe.close()

    assert _Drain(pipe).content() == b""
    assert complaints == []
