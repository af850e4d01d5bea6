"""Index and files follow where HEAD's tree changes, and nobody's work is lost."""

import os
from pathlib import Path

import pytest

from gitsplit.errors import (
    NothingToUndo,
    NotInWorktree,
    UncleanFiles,
    WriteFailed,
)
from gitsplit.git import journal
from gitsplit.git.repository import open_repository
from gitsplit.git.worktree import (
    TwoTreeMerge,
    lock_index,
    remove_stale_index_lock,
    restore_step,
)
from gitsplit.model.objects import Oid
from tests.git.following import (
    BASE,
    EDITED,
    KEPT,
    WHOLE,
    Seen,
    drop,
    leftovers,
    seen,
    tangle,
)
from tests.repository import Repository

BOTH = pytest.mark.parametrize("to", ["worktree", "discard"])


def undo(repo: Repository) -> None:
    journal.undo_rewrite(open_repository(repo.path))


def status(repo: Repository) -> list[str]:
    return sorted(repo.run("status", "--porcelain").stdout.decode().splitlines())


@pytest.fixture
def part(repo: Repository) -> str:
    return tangle(repo)


def dirty(repo: Repository) -> None:
    """Changes of the user's own, of each kind, beside what will be dropped."""
    repo.write({"other": b"staged\n", "added": b"1\n", "intended": b"1\n"})
    repo.git("add", "other", "added")
    repo.git("add", "-N", "intended")
    repo.write({"other": b"staged and changed\n", "untracked": b"1\n"})


NEW = ["?? e/", "?? new"]
DIRTY = [" A intended", "?? untracked", "A  added", "MM other"]


def test_dropped_lines_stay_in_the_files_and_are_not_staged(
    repo: Repository, part: str
) -> None:
    before = seen(repo)
    drop(repo, part)

    assert seen(repo).files == before.files
    assert repo.git("write-tree") == repo.tree("HEAD")
    assert status(repo) == [" D d/only", " D gone", " M f", "?? e/", "?? new"]
    assert "\n-line 12\n+dropped\n" in repo.git("diff", "f")
    assert repo.git("show", "--name-only", "--format=", "HEAD~1") == "f"
    assert leftovers(repo) == []


def test_discarded_lines_are_gone_from_index_and_files(
    repo: Repository, part: str
) -> None:
    drop(repo, part, "discard")

    assert status(repo) == []
    assert repo.git("write-tree") == repo.tree("HEAD")
    assert (repo.path / "f").read_bytes() == KEPT["f"]
    assert (repo.path / "gone").read_bytes() == BASE["gone"]
    assert not (repo.path / "new").exists()
    assert not (repo.path / "e").exists()
    assert leftovers(repo) == []


@BOTH
def test_an_undo_gives_back_refs_index_and_files(
    repo: Repository, part: str, to: str
) -> None:
    dirty(repo)
    before = seen(repo)
    drop(repo, part, to)
    after = seen(repo)
    undo(repo)

    assert seen(repo) == before
    assert after.refs != before.refs
    assert leftovers(repo) == []


@BOTH
def test_what_else_is_staged_or_changed_stays_as_it_is(
    repo: Repository, part: str, to: str
) -> None:
    dirty(repo)
    before = seen(repo)
    drop(repo, part, to)

    assert set(DIRTY) <= set(status(repo))
    assert repo.blob("", "other") == b"staged\n"
    assert seen(repo).files["other"] == before.files["other"]


def test_unstaged_changes_of_the_same_file_stay_with_what_is_dropped(
    repo: Repository, part: str
) -> None:
    mine = (WHOLE["f"] or b"") + b"mine\n"
    repo.write({"f": mine})
    drop(repo, part)

    assert (repo.path / "f").read_bytes() == mine
    assert repo.git("diff", "--numstat", "f").split()[:2] == ["2", "1"]
    undo(repo)
    assert (repo.path / "f").read_bytes() == mine
    assert repo.git("diff", "--numstat").split() == ["1", "0", "f"]


def refused(
    repo: Repository, part: str, to: str, error: type[Exception], told: str
) -> Seen:
    """What is there after a refusal, both early and by git, changed nothing."""
    before = seen(repo)
    with pytest.raises(error, match=told):
        drop(repo, part, to)
    if to == "discard" or error is UncleanFiles:
        with pytest.raises(WriteFailed, match="git can't update the index"):
            drop(repo, part, to, asks=False)
    assert seen(repo) == before
    assert leftovers(repo) == []
    return before


@BOTH
def test_staged_changes_of_a_file_that_has_to_change_are_refused(
    repo: Repository, part: str, to: str
) -> None:
    repo.write({"f": b"mine\n"})
    repo.git("add", "f")

    refused(repo, part, to, UncleanFiles, "have staged changes: f")


def test_unstaged_changes_of_a_file_that_has_to_change_are_refused(
    repo: Repository, part: str
) -> None:
    repo.write({"f": b"mine\n"})

    refused(repo, part, "discard", UncleanFiles, "have unstaged changes: f")


def test_an_untracked_file_isnt_overwritten(repo: Repository, part: str) -> None:
    repo.write({"gone": b"mine\n"})

    refused(repo, part, "discard", UncleanFiles, "Untracked files .*: gone")


def test_an_ignored_file_isnt_overwritten_either(repo: Repository, part: str) -> None:
    (repo.path / ".git/info/exclude").write_text("gone\n")
    repo.write({"gone": b"mine\n"})

    with pytest.raises(UncleanFiles, match="overwritten: gone"):
        drop(repo, part, "discard")
    assert (repo.path / "gone").read_bytes() == b"mine\n"


def test_an_unmerged_index_is_refused(repo: Repository, part: str) -> None:
    repo.git("checkout", "-q", "-b", "clash", "HEAD~1")
    repo.commit("clash", {"other": b"3\n"})
    repo.git("checkout", "-q", "main")
    repo.run("cherry-pick", "-n", "clash", check=False)

    refused(repo, part, "worktree", UncleanFiles, "unmerged files: other")


def test_a_touched_file_counts_as_clean(repo: Repository, part: str) -> None:
    (repo.path / "f").touch()
    drop(repo, part, "discard")

    assert status(repo) == []


def test_a_file_that_isnt_there_cant_hold_what_is_dropped(
    repo: Repository, part: str
) -> None:
    (repo.path / "f").unlink()
    before = seen(repo)

    with pytest.raises(NotInWorktree, match="aren't in the worktree: f"):
        drop(repo, part)
    assert seen(repo) == before


@pytest.mark.parametrize("setting", ["core.fileMode", "core.symlinks"])
def test_a_mode_that_git_doesnt_see_in_files_cant_stay_there(
    repo: Repository, setting: str
) -> None:
    part = tangle(repo, {"f": b"1\n"}, {"f": b"1\n"})
    repo.git("config", setting, "false")
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    if setting == "core.fileMode":
        repo.git("update-index", "--chmod=+x", "run.sh")
        (repo.path / "run.sh").chmod(0o755)
    else:
        link = f"120000,{repo.oid('HEAD:run.sh')},run.sh"
        repo.git("update-index", "--cacheinfo", link)
    repo.git("commit", "-q", "--amend", "--no-edit")
    repo.git("commit", "-q", "--allow-empty", "-m", "above")
    repo.git("checkout", "-q", "-B", "main")
    before = seen(repo)

    with pytest.raises(NotInWorktree, match=rf"{setting}\): run.sh"):
        drop(repo, part)
    assert seen(repo) == before
    drop(repo, part, "discard")
    assert status(repo) == []
    undo(repo)
    assert seen(repo) == before


@BOTH
@pytest.mark.parametrize("sparse_index", ["false", "true"])
def test_a_sparse_checkout_stays_sparse(
    repo: Repository, to: str, sparse_index: str
) -> None:
    repo.git("config", "index.sparse", sparse_index)
    whole = {"inside/f": b"1\n2\n", "outside/f": b"3\n"}
    part = tangle(repo, whole, {"inside/f": b"1\n"} | {"outside/f": b"3\n"})
    repo.git("sparse-checkout", "set", "--cone", "inside")
    drop(repo, part, to)
    after = seen(repo)

    assert after.status == (" M inside/f\n" if to == "worktree" else "")
    assert "outside/f" not in after.files
    assert "S 100644" in after.index
    undo(repo)
    assert seen(repo).status == ""
    assert "outside/f" not in seen(repo).files


def test_what_a_sparse_checkout_leaves_out_can_only_be_discarded(
    repo: Repository,
) -> None:
    part = tangle(repo, {"outside/f": b"1\n2\n", "in/g": b""}, {"outside/f": b"1\n"})
    repo.git("sparse-checkout", "set", "--cone", "elsewhere")
    with pytest.raises(NotInWorktree, match="worktree: in/g, outside/f"):
        drop(repo, part)
    drop(repo, part, "discard")

    assert repo.blob("HEAD", "outside/f") == b"1\n"
    assert status(repo) == []
    undo(repo)
    assert status(repo) == []
    assert not (repo.path / "outside").exists()


@BOTH
@pytest.mark.parametrize(
    "setting", ["core.splitIndex=true", "core.untrackedCache=true", "index.version=4"]
)
def test_every_form_of_index_follows(repo: Repository, to: str, setting: str) -> None:
    repo.git("config", *setting.split("="))
    part = tangle(repo)
    repo.git("update-index", "--refresh")
    dirty(repo)
    before = seen(repo)
    drop(repo, part, to)

    assert set(DIRTY) <= set(status(repo))
    assert repo.git("diff", "--cached", "--name-only").split() == ["added", "other"]
    undo(repo)
    assert seen(repo) == before


@BOTH
def test_files_go_through_the_users_filters(repo: Repository, to: str) -> None:
    repo.git("config", "filter.turned.clean", "tr a-z A-Z")
    repo.git("config", "filter.turned.smudge", "tr A-Z a-z")
    repo.write({".gitattributes": b"f text eol=crlf\nnew filter=turned\n"})
    repo.git("add", ".gitattributes")
    part = tangle(repo, {"f": b"1\r\n2\r\n", "new": b"a\n"}, {"f": b"1\r\n"})
    before = seen(repo)
    drop(repo, part, to)

    assert repo.blob("HEAD", "f") == b"1\n"
    if to == "worktree":
        assert seen(repo).files == before.files
        assert repo.git("diff", "--numstat").split() == ["1", "0", "f"]
    else:
        assert (repo.path / "f").read_bytes() == b"1\r\n"
        assert status(repo) == []
    undo(repo)
    assert seen(repo) == before
    assert (repo.path / "new").read_bytes() == b"a\n"


@BOTH
def test_a_submodule_is_moved_in_the_index_alone(
    repo: Repository, tmp_path: Path, to: str
) -> None:
    library = Repository(tmp_path / "library")
    library.path.mkdir()
    library.git("init", "-q")
    first = library.commit("one", {"l": b"1\n"})
    second = library.commit("two", {"l": b"2\n"})
    repo.git(
        *("-c", "protocol.file.allow=always", "submodule", "--quiet", "add"),
        *(str(library.path), "lib"),
    )
    repo.git("config", "submodule.recurse", "true")
    inside = Repository(repo.path / "lib")
    inside.git("checkout", "-q", first)
    repo.commit("base", {})
    inside.git("checkout", "-q", second)
    repo.commit("tangled", {"f": b"1\n"})
    repo.commit("above", {"g": b"1\n"})
    inside.git("checkout", "-q", first)
    repo.git("checkout", "-q", "--detach", "HEAD~2")
    part = repo.commit("tangled", {"f": b"1\n"})
    repo.git("checkout", "-q", "main")
    drop(repo, part, to)

    assert repo.oid("HEAD:lib") == repo.oid(":lib") == first
    assert inside.oid("HEAD") == second
    assert status(repo) == [" M lib"]
    undo(repo)
    assert (status(repo), inside.oid("HEAD")) == ([], second)


def test_files_can_get_something_and_keep_what_is_dropped_at_once(
    repo: Repository,
) -> None:
    part = tangle(repo, kept=EDITED)
    dirty(repo)
    before = seen(repo)
    drop(repo, part, "edited")
    after = seen(repo)

    changed = {p for p in after.files if after.files[p] != before.files.get(p)}
    assert (changed, after.files["run.sh"][1]) == ({"run.sh"}, EDITED["run.sh"])
    assert set(status(repo)) == {*DIRTY, " D d/only", " D gone", " M f", *NEW}
    undo(repo)
    assert seen(repo) == before
    assert leftovers(repo) == []


@BOTH
def test_modes_renames_and_symlinks_follow(repo: Repository, to: str) -> None:
    part = tangle(repo, {"h": b"1\n"}, {"h": b"1\n"})
    repo.git("checkout", "-q", "HEAD~1")
    (repo.path / "run.sh").chmod(0o755)
    repo.git("mv", "other", "renamed")
    (repo.path / "link").symlink_to("run.sh")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "--no-edit")
    repo.commit("above", {"z": b"\n"})
    repo.git("checkout", "-q", "-B", "main")
    before = seen(repo)
    drop(repo, part, to)

    if to == "worktree":
        assert seen(repo).files == before.files
        assert status(repo) == [" D other", " M run.sh", "?? link", "?? renamed"]
    else:
        assert status(repo) == []
        assert not (repo.path / "link").is_symlink()
    undo(repo)
    assert seen(repo) == before


@BOTH
def test_a_file_in_place_of_a_directory_follows(repo: Repository, to: str) -> None:
    part = tangle(repo, {"d/only": None, "f": b"1\n"}, {"f": b"1\n"})
    repo.git("checkout", "-q", "HEAD~1")
    repo.write({"d": b"a file now\n"})
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "--no-edit")
    repo.commit("above", {"z": b"\n"})
    repo.git("checkout", "-q", "-B", "main")
    before = seen(repo)
    drop(repo, part, to)

    assert repo.blob("HEAD", "d/only") == BASE["d/only"]
    assert (repo.path / "d").is_file() == (to == "worktree")
    undo(repo)
    assert seen(repo) == before


@BOTH
def test_a_detached_head_in_a_linked_worktree_follows(
    repo: Repository, part: str, to: str
) -> None:
    linked = Repository(repo.path.parent / "linked")
    repo.git("worktree", "add", "-q", "--detach", str(linked.path))
    main, before = repo.oid("main"), seen(linked)
    mine = seen(repo)
    drop(linked, part, to)

    assert linked.git("write-tree") == linked.tree("HEAD") != linked.tree("main")
    assert (seen(repo).files, seen(repo).status) == (mine.files, mine.status)
    undo(linked)
    assert seen(linked) == before
    assert repo.oid("main") == main


def test_the_index_that_the_environment_names_follows(
    repo: Repository, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = repo.path / ".git" / "index"
    named = repo.path.parent / "elsewhere"
    named.write_bytes(index.read_bytes())
    before = index.read_bytes()
    monkeypatch.setenv("GIT_INDEX_FILE", str(named))
    drop(repo, part)

    assert repo.git("write-tree") == repo.tree("HEAD")
    assert index.read_bytes() == before


@pytest.mark.parametrize("name", ["index.lock", "f"])
def test_what_git_cant_write_is_refused_and_put_back(
    repo: Repository, part: str, name: str
) -> None:
    if name == "index.lock":
        (repo.path / ".git" / name).write_bytes(b"")
    else:
        # A filter that fails in the middle stands for a disk that is full.
        (repo.path / ".git/info/attributes").write_text("gone filter=broken\n")
        repo.git("config", "filter.broken.smudge", "false")
        repo.git("config", "filter.broken.required", "true")
    before = seen(repo)
    with pytest.raises(WriteFailed) as caught:
        drop(repo, part, "discard")

    assert caught.value.state == "Nothing was changed."
    assert seen(repo) == before
    assert [file.name for file in leftovers(repo)] in ([], ["index.lock"])
    assert (repo.path / ".git/index.lock").exists() == (name == "index.lock")


@BOTH
@pytest.mark.parametrize("error", [WriteFailed("no"), KeyboardInterrupt()])
def test_a_move_that_is_stopped_puts_index_and_files_back(
    repo: Repository, part: str, to: str, error: BaseException
) -> None:
    def stop() -> None:
        raise error

    dirty(repo)
    before = seen(repo)
    index = (repo.path / ".git/index").read_bytes()
    with pytest.raises(type(error)):
        drop(repo, part, to, before_commit=stop)

    assert (repo.path / ".git/index").read_bytes() == index
    assert seen(repo) == before
    assert leftovers(repo) == []


def test_nobody_can_stage_anything_while_the_refs_move(
    repo: Repository, part: str
) -> None:
    said: list[bytes] = []

    def try_to_stage() -> None:
        repo.write({"mine": b"1\n"})
        said.append(repo.run("add", "mine", check=False).stderr)

    drop(repo, part, before_commit=try_to_stage)

    assert b"index.lock': File exists" in said[0]
    repo.git("add", "mine")


def test_a_change_in_the_same_moment_is_noticed(repo: Repository, part: str) -> None:
    """Git looks into a file whose time is that of the index; a copy keeps the time."""
    same_size = (WHOLE["f"] or b"").replace(b"dropped", b"mine...")
    repo.git("update-index", "--refresh")
    stamp = (repo.path / ".git/index").stat().st_mtime_ns
    repo.write({"f": same_size})
    os.utime(repo.path / "f", ns=(stamp, stamp))
    with pytest.raises(WriteFailed, match="'f' not uptodate"):
        drop(repo, part, "discard", asks=False)

    assert (repo.path / "f").read_bytes() == same_size


@BOTH
def test_an_undo_is_refused_where_it_would_take_changes_along(
    repo: Repository, part: str, to: str
) -> None:
    drop(repo, part, to)
    repo.write({"f": b"mine\n"})
    if to == "worktree":
        repo.git("add", "f")
    before = seen(repo)

    with pytest.raises(UncleanFiles, match=r"Files that have to change .*: f"):
        undo(repo)
    assert seen(repo) == before


def test_what_was_staged_again_is_no_obstacle_to_an_undo(
    repo: Repository, part: str
) -> None:
    before = seen(repo)
    drop(repo, part)
    repo.git("add", "-A")
    undo(repo)

    assert seen(repo) == before


@BOTH
def test_an_undo_leaves_the_files_of_another_branch_alone(
    repo: Repository, part: str, to: str
) -> None:
    old = repo.oid("main")
    drop(repo, part, to)
    repo.git("checkout", "-q", "-f", "-b", "another")
    before = seen(repo)
    undo(repo)

    assert repo.oid("main") == old
    assert (seen(repo).index, seen(repo).files) == (before.index, before.files)


def test_an_undo_is_refused_while_another_worktree_has_the_branch(
    repo: Repository, part: str
) -> None:
    drop(repo, part, "discard")
    repo.git("checkout", "-q", "--detach")
    repo.git("worktree", "add", "-q", str(repo.path.parent / "linked"), "main")

    with pytest.raises(NothingToUndo, match="branch main, which is checked out in"):
        undo(repo)


def test_only_what_git_wrote_is_put_back(repo: Repository, part: str) -> None:
    old, new = Oid(repo.tree("HEAD~1")), Oid(repo.tree(part))
    repo.git("checkout", "-q", "HEAD~1")
    before = seen(repo)
    repo.write(
        {
            "f": (KEPT["f"] or b"")[:30],  # git was killed while it wrote this one
            "gone": BASE["gone"],  # this one was written
            "d/only": b"somebody's work since\n",
            "new": None,  # this one was removed
            "e/new": b"somebody's, too\n",
        }
    )
    restore_step(open_repository(repo.path), TwoTreeMerge(old, new, files=True))
    after = seen(repo).files

    assert {path for path in after if after[path] != before.files.get(path)} == {
        "d/only",
        "e/new",
    }
    assert before.files.keys() - after.keys() == set()


def test_a_lock_of_the_dead_is_removed_and_one_of_others_stays(
    repo: Repository, part: str
) -> None:
    opened = open_repository(repo.path)
    held = repo.path / ".git/index.lock"
    lock_index(opened)
    content = held.read_text()
    remove_stale_index_lock(opened)
    was_removed = not held.exists()
    held.write_bytes(b"")
    remove_stale_index_lock(opened)

    assert content.startswith("gitsplit ")
    assert was_removed
    assert held.exists()
