"""What gitsplit did to refs can be undone."""

import json
from pathlib import Path

import pytest

from gitsplit.errors import (
    NothingToUndo,
    OperationUnderWay,
    RefMoved,
    WriteFailed,
)
from gitsplit.git import journal, preflight
from gitsplit.git.refs import RefUpdate
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import NO_OBJECT
from tests.git.rewriting import begun, prepared, rewrite_refs, tangled
from tests.repository import Repository

MAIN = "refs/heads/main"
BESIDE = "refs/heads/beside"


@pytest.fixture
def with_branches(repo: Repository) -> Repository:
    """``main`` with a tangled commit, and ``beside`` in the middle of its range."""
    tangled(repo)
    repo.git("branch", "beside", "HEAD~1")
    return repo


def undo(repo: Repository) -> journal.Record:
    return journal.undo_rewrite(open_repository(repo.path))


def phases(repo: Repository) -> list[str]:
    files = sorted((repo.path / ".git" / "gitsplit").iterdir())
    return [json.loads(file.read_bytes())["phase"] for file in files]


def test_undo_gives_back_every_ref(with_branches: Repository) -> None:
    repo = with_branches
    repo.git("pack-refs", "--all")
    before = repo.refs()
    done = rewrite_refs(repo, subject="split one commit")
    assert repo.refs() != before
    undone = undo(repo)

    assert repo.refs() == before
    assert undone.updates == done.updates
    assert [update.ref for update in undone.updates] == [MAIN, BESIDE]
    assert repo.git("log", "-2", "-g", "--format=%gs").splitlines() == [
        "gitsplit: undo: split one commit",
        "gitsplit: split one commit",
    ]


def test_undo_leaves_a_dirty_index_and_worktree_alone(
    with_branches: Repository,
) -> None:
    repo = with_branches
    repo.write({"a": b"dirty\n", "staged": b"s\n"})
    repo.git("add", "staged")
    repo.git("status")
    index = (repo.path / ".git" / "index").read_bytes()
    rewrite_refs(repo)
    undo(repo)

    assert (repo.path / ".git" / "index").read_bytes() == index
    assert (repo.path / "a").read_bytes() == b"dirty\n"


def test_each_undo_goes_one_rewrite_further_back(repo: Repository) -> None:
    tangled(repo)
    tips = [repo.oid("HEAD")]
    for subject in ("one", "two", "three"):
        rewrite_refs(repo, subject=subject)
        tips.append(repo.oid("HEAD"))

    assert undo(repo).subject == "three"
    assert repo.oid("HEAD") == tips[2]
    assert undo(repo).subject == "two"
    rewrite_refs(repo, subject="four")
    assert [undo(repo).subject for _ in range(2)] == ["four", "one"]
    assert repo.oid("HEAD") == tips[0]
    with pytest.raises(NothingToUndo, match="There is no rewrite"):
        undo(repo)


def test_a_branch_that_moved_on_is_not_taken_back(with_branches: Repository) -> None:
    repo = with_branches
    old = repo.oid("beside")
    rewrite_refs(repo)
    repo.git("branch", "-f", "beside", "HEAD~3")
    before = repo.refs()
    with pytest.raises(NothingToUndo, match=r"^Branch beside has moved on") as moved:
        undo(repo)
    repo.git("branch", "-D", "beside")
    with pytest.raises(NothingToUndo, match=r"^Branch beside is gone"):
        undo(repo)
    repo.git("branch", "beside", "main~3")

    assert f"`git branch NAME {old[:12]}`" in moved.value.hint
    assert repo.refs() == before
    assert phases(repo) == ["done"]


def test_a_detached_head_is_given_back_only_while_detached(repo: Repository) -> None:
    tangled(repo)
    repo.git("checkout", "-q", "--detach")
    before = repo.refs()
    rewrite_refs(repo)
    repo.git("checkout", "-q", "-B", "topic")
    with pytest.raises(NothingToUndo, match=r"^HEAD is on branch topic now"):
        undo(repo)
    repo.git("checkout", "-q", "--detach")
    repo.git("branch", "-D", "topic")
    undo(repo)

    assert repo.refs() == before


def test_undo_works_from_another_branch(with_branches: Repository) -> None:
    repo = with_branches
    main = repo.oid("main")
    rewrite_refs(repo)
    repo.git("checkout", "-q", "-b", "elsewhere")
    elsewhere = repo.oid("HEAD")
    undo(repo)

    assert (repo.oid("main"), repo.oid("HEAD")) == (main, elsewhere)


def test_undo_leaves_a_branch_to_the_rebase_that_has_it(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tangled(repo)
    rewrite_refs(repo)
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "sed -i 1s/pick/edit/")
    repo.git("rebase", "-q", "-i", "HEAD~1")

    with pytest.raises(OperationUnderWay, match="will set branch main"):
        undo(repo)


def test_a_linked_worktree_has_a_journal_of_its_own(
    repo: Repository, tmp_path: Path
) -> None:
    tangled(repo)
    repo.git("worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    linked = Repository(tmp_path / "linked")
    before = repo.refs()
    rewrite_refs(linked)
    with pytest.raises(NothingToUndo):
        undo(repo)
    undo(linked)

    assert repo.refs() == before
    assert not (repo.path / ".git" / "gitsplit").exists()


def test_a_branch_whose_name_is_not_utf_8_is_given_back(repo: Repository) -> None:
    tangled(repo)
    repo.git("update-ref", b"refs/heads/gr\xfc\xdfe", "HEAD")
    before = repo.run("show-ref").stdout
    rewrite_refs(repo)
    undo(repo)

    assert repo.run("show-ref").stdout == before


def test_refs_that_could_not_move_leave_no_record(with_branches: Repository) -> None:
    repo = with_branches
    opened = open_repository(repo.path)
    updates = prepared(repo)
    repo.git("checkout", "-q", "beside")
    with pytest.raises(RefMoved):
        journal.move_refs(opened, updates, "split", expected_head=MAIN)

    assert journal.last_undoable(opened) is None
    assert phases(repo) == []


def test_an_undo_that_could_not_move_can_be_tried_again(
    with_branches: Repository,
) -> None:
    repo = with_branches
    before = repo.refs()
    rewrite_refs(repo)
    lock = repo.path / ".git" / "refs" / "heads" / "beside.lock"
    lock.write_bytes(b"")
    with pytest.raises(WriteFailed, match=r"beside\.lock exists"):
        undo(repo)
    lock.unlink()
    undo(repo)

    assert repo.refs() == before


def test_a_journal_that_cannot_be_written_stops_the_move(
    with_branches: Repository,
) -> None:
    repo = with_branches
    before = repo.refs()
    (repo.path / ".git" / "gitsplit").write_bytes(b"in the way")
    with pytest.raises(WriteFailed, match="can't write its journal"):
        rewrite_refs(repo)

    assert repo.refs() == before


def test_old_and_damaged_records_are_no_trouble(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_RECORDS", 3)
    tangled(repo)
    for _ in range(4):
        rewrite_refs(repo)
    directory = repo.path / ".git" / "gitsplit"
    names = sorted(file.name for file in directory.iterdir())
    (directory / "000009.json").write_bytes(b'{"version": 1, "ph')
    undo(repo)

    assert names == ["000002.json", "000003.json", "000004.json"]


def test_records_begun_at_the_same_time_do_not_meet(
    with_branches: Repository,
) -> None:
    repo = with_branches
    updates = prepared(repo)
    (repo.path / ".git" / "gitsplit").mkdir()
    (repo.path / ".git" / "gitsplit" / "000001.json").touch()

    assert [begun(repo, updates).number for _ in range(2)] == [2, 3]


def with_made_branches(repo: Repository) -> journal.Record:
    """A rewrite of ``main`` that also makes ``made/1`` and ``made/2``."""
    updates = prepared(repo)
    made = (
        RefUpdate(f"refs/heads/made/{n}", NO_OBJECT, updates[0].new) for n in (1, 2)
    )
    opened = open_repository(repo.path)
    both = (*updates, *made)
    return journal.move_refs(opened, both, "split", expected_head=opened.head_ref())


def test_branches_that_a_rewrite_made_are_deleted_by_its_undo(
    with_branches: Repository,
) -> None:
    repo = with_branches
    before = repo.refs()
    with_made_branches(repo)
    assert repo.oid("made/1") == repo.oid("made/2") == repo.oid("main")
    undo(repo)
    assert repo.refs() == before


def test_a_made_branch_that_moved_or_is_checked_out_stays(
    with_branches: Repository, tmp_path: Path
) -> None:
    repo = with_branches
    before = repo.refs()
    with_made_branches(repo)
    repo.git("branch", "-f", "made/1", "main~1")
    repo.git("worktree", "add", "-q", str(tmp_path / "other"), "made/2")
    moved = repo.oid("made/1"), repo.oid("made/2")
    opened = open_repository(repo.path)
    last = journal.last_undoable(opened)
    assert last is not None
    assert preflight.made_branches_to_keep(opened, last.updates) == {
        "refs/heads/made/1": "it has moved since",
        "refs/heads/made/2": f"it is checked out in {tmp_path / 'other'}",
    }
    undone = undo(repo)

    assert [update.ref for update in undone.updates] == [MAIN, BESIDE]
    assert (repo.oid("made/1"), repo.oid("made/2")) == moved
    repo.git("branch", "-D", "made/1")
    repo.git("worktree", "remove", str(tmp_path / "other"))
    repo.git("branch", "-D", "made/2")
    assert repo.refs() == before


def test_a_made_branch_that_is_gone_is_no_obstacle(with_branches: Repository) -> None:
    repo = with_branches
    before = repo.refs()
    with_made_branches(repo)
    repo.git("branch", "-D", "made/1")
    undo(repo)
    assert repo.refs() == before


def test_a_branch_made_meanwhile_stops_all_of_them(with_branches: Repository) -> None:
    repo = with_branches
    before = repo.refs()
    repo.git("branch", "made/2", "main~2")
    with pytest.raises(RefMoved, match=r"Branch made/2 is at \w+ now: it was made"):
        with_made_branches(repo)
    repo.git("branch", "-D", "made/2")
    assert repo.refs() == before
