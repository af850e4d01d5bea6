"""After a crash, what was begun is finished or taken back, and nothing lies about."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitsplit.errors import (
    WriteFailed,
)
from gitsplit.git import journal
from gitsplit.git.program import is_running, process_name, this_process
from gitsplit.git.refs import RefUpdate
from gitsplit.git.repository import open_repository
from gitsplit.git.state_dir import own_prefix
from gitsplit.model.objects import NO_OBJECT
from tests.git.rewriting import begun, prepared, rewrite_refs, tangled
from tests.repository import Repository
from tests.runner import gitsplit

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


def recover(repo: Repository) -> str | None:
    return journal.recover_rewrites(open_repository(repo.path))


def phases(repo: Repository) -> list[str]:
    files = sorted((repo.path / ".git" / "gitsplit").iterdir())
    return [json.loads(file.read_bytes())["phase"] for file in files]


@pytest.mark.parametrize(
    ("moved", "told", "phase"),
    [
        ([], "interrupted before a rewrite; nothing was changed", []),
        ([MAIN], "during a rewrite; it has been finished", ["done"]),
        ([MAIN, BESIDE], "interrupted after a rewrite", ["done"]),
    ],
)
def test_a_rewrite_broken_off_is_finished_or_forgotten(
    with_branches: Repository, moved: list[str], told: str, phase: list[str]
) -> None:
    repo = with_branches
    before = repo.refs()
    updates = prepared(repo)
    begun(repo, updates)
    for update in updates:
        if update.ref in moved:
            repo.git("update-ref", update.ref, update.new, update.old)
    said = recover(repo)

    assert told in (said or "")
    assert [repo.oid(u.ref) for u in updates] == [
        u.new if moved else u.old for u in updates
    ]
    assert phases(repo) == phase
    assert recover(repo) is None
    if moved:
        undo(repo)
    assert repo.refs() == before


def test_a_rewrite_whose_commits_are_lost_is_taken_back(
    with_branches: Repository,
) -> None:
    repo = with_branches
    before = repo.refs()
    main, beside = prepared(repo)
    begun(repo, (main, beside))
    repo.git("update-ref", main.ref, main.new)
    repo.lose_packs()
    said = recover(repo)

    assert "it has been rolled back" in (said or "")
    assert repo.refs() == before


def test_a_branch_that_moved_on_after_a_crash_stays(with_branches: Repository) -> None:
    repo = with_branches
    updates = prepared(repo)
    begun(repo, updates)
    repo.git("update-ref", updates[0].ref, updates[0].new)
    repo.git("branch", "-f", "beside", "main~3")
    said = recover(repo)

    assert "Not touched, moved since: branch beside" in (said or "")
    assert repo.oid("beside") == repo.oid("main~3") != updates[1].new


# Runs as another process, which dies with its child in the midst of the move.
DYING = """
import os, signal, sys
from pathlib import Path
from gitsplit.git import journal, refs
from gitsplit.git.refs import RefUpdate
from gitsplit.git.repository import open_repository

repo = open_repository(Path(sys.argv[1]))
words = sys.argv[3:]
updates = tuple(RefUpdate(*words[i : i + 3]) for i in range(0, len(words), 3))
children = []

def die():
    record = journal.records(repo)[-1]
    os.kill(int(record.processes[1].split()[0]), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "undo":
    journal.undo_rewrite(repo, before_commit=die)
else:
    journal.move_refs(
        repo, updates, "split", expected_head=repo.head_ref(), before_commit=die
    )
"""


def die_while_moving(
    repo: Repository, what: str, updates: tuple[RefUpdate, ...] = ()
) -> None:
    words = [word for u in updates for word in (u.ref, u.old, u.new)]
    script = [sys.executable, "-c", textwrap.dedent(DYING), str(repo.path), what]
    done = subprocess.run([*script, *words], check=False, env=os.environ)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("head", ["main", "--detach"])
def test_locks_of_a_killed_git_are_removed(
    with_branches: Repository, head: str
) -> None:
    repo = with_branches
    repo.git("checkout", "-q", head)
    before = repo.refs()
    die_while_moving(repo, "move", prepared(repo))
    locks = {lock.name for lock in (repo.path / ".git").rglob("*.lock")}
    said = recover(repo)

    assert "HEAD.lock" in locks
    assert "nothing was changed" in (said or "")
    assert list((repo.path / ".git").rglob("*.lock")) == []
    assert repo.refs() == before
    repo.commit("works again", {"z": b"z\n"})


def test_an_undo_broken_off_is_as_if_never_begun(with_branches: Repository) -> None:
    repo = with_branches
    before = repo.refs()
    rewrite_refs(repo)
    after = repo.refs()
    die_while_moving(repo, "undo")
    said = recover(repo)

    assert "interrupted before an undo; nothing was changed" in (said or "")
    assert repo.refs() == after
    undo(repo)
    assert repo.refs() == before


@pytest.mark.parametrize(
    ("content", "made"), [(b"", -2.0), (b"", 2.0), (b"1" * 40 + b"\n", 0.0)]
)
def test_locks_of_others_stay(
    with_branches: Repository, content: bytes, made: float
) -> None:
    """By their content they are others', or they were made before or long after."""
    repo = with_branches
    record = begun(repo, prepared(repo))
    file = repo.path / ".git" / "gitsplit" / f"{record.number:06}.json"
    names = ("HEAD.lock", "refs/heads/main.lock", "refs/heads/beside.lock")
    locks = [repo.path / ".git" / name for name in names]
    for lock in locks:
        lock.write_bytes(content)
        os.utime(lock, (file.stat().st_mtime + made,) * 2)
    recover(repo)

    assert all(lock.exists() for lock in locks)


def test_a_lock_that_git_had_no_time_to_fill_is_removed(
    with_branches: Repository,
) -> None:
    repo = with_branches
    begun(repo, prepared(repo))
    lock = repo.path / ".git" / "refs/heads/beside.lock"
    lock.touch()
    recover(repo)

    assert not lock.exists()


def test_heads_lock_goes_also_where_its_branch_had_moved(
    with_branches: Repository,
) -> None:
    repo = with_branches
    updates = prepared(repo)
    begun(repo, updates)
    for update in updates:
        repo.git("update-ref", "--no-deref", update.ref, update.new)
    lock = repo.path / ".git" / "HEAD.lock"
    lock.write_bytes(b"")
    recover(repo)

    assert not lock.exists()


@pytest.mark.parametrize("made", [-3600.0, -2.0, 2.0, 3600.0])
def test_a_head_lock_of_others_stays_also_where_the_refs_have_moved(
    with_branches: Repository, made: float
) -> None:
    """An empty one is ours only where it is as old as what our git has written."""
    repo = with_branches
    updates = prepared(repo)
    begun(repo, updates)
    for update in updates:
        repo.git("update-ref", "--no-deref", update.ref, update.new)
    lock = repo.path / ".git" / "HEAD.lock"
    lock.write_bytes(b"")
    moved = (repo.path / ".git" / updates[0].ref).stat().st_mtime
    os.utime(lock, (moved + made,) * 2)
    recover(repo)

    assert lock.exists()


def test_locks_from_the_future_are_waited_for_a_moment_at_most_and_that_is_said(
    with_branches: Repository,
) -> None:
    repo = with_branches
    record = begun(repo, prepared(repo))
    later = time.time() + 3600
    git_dir = repo.path / ".git"
    names = ["ORIG_HEAD.lock", *(f"refs/notes/n{n}.lock" for n in range(20))]
    locks = [git_dir / name for name in (*names, "refs/heads/beside.lock")]
    (git_dir / "refs" / "notes").mkdir()
    for file in (*locks, git_dir / "gitsplit" / f"{record.number:06}.json"):
        file.touch()
        os.utime(file, (later, later))
    said: list[str] = []
    before = time.monotonic()
    journal.recover_rewrites(open_repository(repo.path), said.append)

    assert time.monotonic() - before < 30
    assert not any(lock.exists() for lock in locks)
    assert [words.split(" to see")[0] for words in said] == ["Waiting"] * 2


@pytest.mark.parametrize(
    ("seconds", "stays"), [(-0.01, False), (0.5, False), (-1.5, True), (1.5, True)]
)
def test_a_lock_of_orig_head_is_ours_around_the_time_of_the_record(
    with_branches: Repository, seconds: float, stays: bool
) -> None:
    """Git sets it once the refs have moved, and the record then says that they have."""
    repo = with_branches
    record = begun(repo, prepared(repo))
    git_dir, made = repo.path / ".git", time.time() - 10
    file = git_dir / "gitsplit" / f"{record.number:06}.json"
    os.utime(file, (made, made))
    lock = git_dir / "ORIG_HEAD.lock"
    lock.touch()
    os.utime(lock, (made + seconds,) * 2)
    journal.recover_rewrites(open_repository(repo.path))

    assert lock.exists() == stays


def dead_mark() -> str:
    """How the names begin of what a process that has ended left here."""
    with subprocess.Popen(["true"]) as child:
        name = process_name(child.pid)
    return own_prefix().replace(
        this_process().replace(" ", "-"), name.replace(" ", "-")
    )


def test_what_the_dead_have_left_is_gone_and_what_the_living_use_stays(
    with_branches: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = with_branches
    temporary = tmp_path / "temporary"
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    git_dir = repo.path / ".git"
    places = [
        git_dir / "objects",
        git_dir / "gitsplit",
        git_dir / "gitsplit" / "drafts" / "refs%2Fheads%2Fmain",
        git_dir / "worktrees",
        temporary,
    ]
    dead, elsewhere = dead_mark(), dead_mark().replace(os.uname().nodename, "other")
    for place in places:
        for name in (
            f"{dead}1",
            f"{own_prefix()}2",
            f"{elsewhere}3",
            "gitsplit-4",
            "tmp_5",
        ):
            (place / name / "below").mkdir(parents=True)
            (place / name / "below" / "file").touch()
        (place / f"{dead}000001.json.tmp").touch()
    recover(repo)

    kept = sorted([f"{own_prefix()}2", f"{elsewhere}3", "gitsplit-4", "tmp_5"])
    for place in places:
        left = {file.name for file in place.iterdir()} - {"info", "pack", "drafts"}
        assert sorted(name for name in left if len(name) > 2) == kept


# Runs as another process, which dies when its file named so is about to be renamed.
DYING_THEN = """
import os, signal, sys

def hook(event, args):
    if event == sys.argv[1] and sys.argv[2] in str(args[0]):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
from gitsplit.cli.main import main
main(sys.argv[3:])
"""


@pytest.mark.parametrize(
    ("event", "file"),
    [
        ("os.link", "000001.json"),
        ("os.rename", "000001.json"),
        ("os.rename", ".pack"),
        ("os.rename", ".idx"),
        ("os.remove", ".keep"),
    ],
)
def test_who_dies_at_work_leaves_nothing_that_the_next_start_does_not_remove(
    with_branches: Repository, event: str, file: str
) -> None:
    repo = with_branches
    before = set(everything(repo))
    args = ("--yes", "--group-by", "file", "-c", "HEAD~2")
    script = [sys.executable, "-c", DYING_THEN, event, file, *args]
    done = subprocess.run(script, cwd=repo.path, check=False)
    left = set(everything(repo)) - before
    gitsplit(repo.path, "--yes", "no-such-revision")
    gone = left - set(everything(repo))
    still = {
        path.name for path in set(everything(repo)) - before if "logs" not in path.parts
    }

    assert done.returncode == -signal.SIGKILL
    assert gone
    assert not [name for name in still if name.startswith("gitsplit-")]
    assert not [name for name in still if name.endswith((".keep", ".lock", ".tmp"))]


def everything(repo: Repository) -> list[Path]:
    return list((repo.path / ".git").rglob("*"))


def test_a_move_of_a_living_process_is_left_to_it(with_branches: Repository) -> None:
    repo = with_branches
    record = begun(repo, prepared(repo))
    with subprocess.Popen(["sleep", "60"]) as other:
        file = repo.path / ".git" / "gitsplit" / f"{record.number:06}.json"
        fields = json.loads(file.read_bytes())
        fields["processes"] = [process_name(other.pid)]
        file.write_text(json.dumps(fields))
        said = recover(repo)
        other.kill()

    assert said is None
    assert phases(repo) == ["prepared"]
    assert recover(repo) is not None


def test_keep_files_of_the_dead_are_removed(with_branches: Repository) -> None:
    repo = with_branches
    packs = repo.path / ".git" / "objects" / "pack"
    with subprocess.Popen(["true"]) as child:
        dead = process_name(child.pid)
    reasons = {"1": f"gitsplit {dead}\n", "2": f"gitsplit {this_process()}\n"}
    reasons |= {"3": "fetch-pack 1 on host\n", "4": "gitsplit\n"}
    for name, reason in reasons.items():
        (packs / f"pack-{name}.keep").write_text(reason)
    recover(repo)

    left = sorted(keep.name for keep in packs.glob("*.keep"))
    assert left == ["pack-2.keep", "pack-3.keep", "pack-4.keep"]


def test_a_process_is_known_by_its_start_too() -> None:
    pid, start = this_process().split()

    assert is_running(f"{pid} {start}")
    assert not is_running(f"{pid} {int(start) + 1}")


def test_a_git_that_is_killed_under_gitsplit_leaves_nothing_behind(
    with_branches: Repository,
) -> None:
    repo = with_branches
    before = repo.refs()
    opened = open_repository(repo.path)

    def kill_git() -> None:
        child = journal.records(opened)[-1].processes[1]
        os.kill(int(child.split()[0]), signal.SIGKILL)

    updates = prepared(repo)
    with pytest.raises(WriteFailed, match="git was interrupted") as caught:
        journal.move_refs(
            opened, updates, "split", expected_head=MAIN, before_commit=kill_git
        )

    assert repo.refs() == before
    assert list((repo.path / ".git").rglob("*.lock")) == []
    assert caught.value.state == "Nothing was changed."


@pytest.mark.parametrize("moved", [[], [MAIN], ["refs/heads/made"]])
def test_branches_being_made_when_it_died_are_made_or_not_with_all_the_others(
    repo: Repository, moved: list[str]
) -> None:
    tangled(repo)
    before = repo.refs()
    (main,) = prepared(repo)
    updates = (main, RefUpdate("refs/heads/made", NO_OBJECT, main.new))
    begun(repo, updates)
    for update in updates:
        if update.ref in moved:
            repo.git("update-ref", update.ref, update.new, update.old)
    recover(repo)

    if moved:
        assert repo.oid("main") == repo.oid("made") == main.new
    else:
        assert repo.refs() == before
    assert phases(repo) == (["done"] if moved else [])
    if moved:
        undo(repo)
    assert repo.refs() == before


def test_an_undo_that_died_half_way_deletes_the_branches_that_were_made(
    repo: Repository,
) -> None:
    tangled(repo)
    before = repo.refs()
    (main,) = prepared(repo)
    record = begun(repo, (main, RefUpdate("refs/heads/made", NO_OBJECT, main.new)))
    repo.git("update-ref", main.ref, main.new)
    recover(repo)
    opened = open_repository(repo.path)
    (done,) = journal.records(opened)
    assert done.number == record.number
    journal.save(opened, replace(done, phase="undoing"))
    repo.git("update-ref", "-d", "refs/heads/made")
    assert "has been finished" in (recover(repo) or "")
    assert repo.refs() == before


@pytest.mark.parametrize("age", [0.0, -2.0])
def test_the_lock_of_packed_refs_goes_where_a_git_died_that_deleted_one(
    repo: Repository, age: float
) -> None:
    """It was made just after the record, or else before it and by others."""
    tangled(repo)
    before = repo.refs()
    (main,) = prepared(repo)
    record = begun(repo, (main, RefUpdate("refs/heads/made", NO_OBJECT, main.new)))
    repo.git("update-ref", main.ref, main.new)
    recover(repo)
    repo.git("pack-refs", "--all")
    opened = open_repository(repo.path)
    (done,) = journal.records(opened)
    journal.save(opened, replace(done, phase="undoing"))
    file = repo.path / ".git" / "gitsplit" / f"{record.number:06}.json"
    left = [repo.path / ".git" / f"packed-refs.{end}" for end in ("lock", "new")]
    for each in left:
        each.write_bytes(b"")
        os.utime(each, (file.stat().st_mtime + age,) * 2)
    recover(repo)

    assert [each.exists() for each in left] == [age < 0] * 2
    if age == 0:
        undo(repo)
        assert repo.refs() == before
