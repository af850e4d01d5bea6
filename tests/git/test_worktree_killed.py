"""Killed at any moment, a rewrite that takes index and files along is whole after all.

Each system call by which gitsplit changes something, or starts a git that does, is one
moment. The next start finds the old history or the new one, and the files to it.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from gitsplit.git import journal
from gitsplit.git.cleanup import note_ref_locks, remove_stale_ref_locks
from gitsplit.git.program import is_running
from gitsplit.git.refs import RefUpdate
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import NO_OBJECT, Oid
from tests.git.following import EDITED, Seen, drop, leftovers, seen, tangle
from tests.repository import Repository

EVERY = bool(os.environ.get("GITSPLIT_EVERY_MOMENT"))
"""Whether to die at every moment; else at a few of them, always the same."""

PROJECT = Path(__file__).parents[2]

# Runs as another process, which is killed before its MOMENTth change of anything; at
# moment 0 it isn't, and says how many moments there were.
DYING = """
import os, signal, sys
from pathlib import Path
from gitsplit.git import journal
from gitsplit.git.repository import open_repository
from tests.git.following import drop
from tests.repository import Repository

path, what, part, to, whom, moment = sys.argv[1:]
repo, moments, is_begun = Repository(Path(path)), 0, False
CHANGES = {"os.rename", "os.remove", "os.link", "subprocess.Popen"}

def watch(event, arguments):
    global moments
    if is_begun and event in CHANGES:
        moments += 1
        if moments == int(moment):
            die()

def die():
    me = os.getpid()
    if whom == "everybody":
        for child in Path(f"/proc/{me}/task/{me}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
    os.kill(me, signal.SIGKILL)

begin = journal._carry_out
def watched(*arguments):
    global is_begun
    is_begun = True
    return begin(*arguments)
journal._carry_out = watched
sys.addaudithook(watch)
if what == "undo":
    journal.undo_rewrite(open_repository(repo.path))
else:
    drop(repo, part, to)
print(moments)
"""


Deed = tuple[str, str, str]
"""What is done (drop or undo), the smaller commit, and where the rest goes."""


def run(repo: Repository, deed: Deed, whom: str, at: int) -> int:
    """The number of moments, or 0 where the process was killed."""
    words = (str(repo.path), *deed, whom, str(at))
    done = subprocess.run(
        [sys.executable, "-c", DYING, *words],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}/src:{PROJECT}"},
        capture_output=True,
        check=False,
    )
    if at and done.returncode == -signal.SIGKILL:
        return 0
    assert done.returncode == 0, done.stderr.decode()
    return int(done.stdout)


def wait_for_orphans(repo: Repository) -> None:
    """The gits that outlive gitsplit have ended; it leaves them alone until then."""
    opened = open_repository(repo.path)
    names = [name for r in journal.records(opened) for name in r.processes]
    until = time.monotonic() + 20
    while any(is_running(name) for name in names):
        assert time.monotonic() < until
        time.sleep(0.005)


def dirty(repo: Repository) -> None:
    repo.write({"other": b"staged\n"})
    repo.git("add", "other")
    repo.write({"other": b"staged and changed\n", "untracked": b"1\n"})


@pytest.fixture
def part(repo: Repository) -> str:
    made = tangle(repo, kept=EDITED)
    dirty(repo)
    return made


def copy_of(repo: Repository, name: str) -> Repository:
    """The same repository elsewhere, to be spoilt."""
    copy = repo.path.parent / name
    shutil.copytree(repo.path, copy, symlinks=True)
    return Repository(copy)


def after_death(repo: Repository, deed: Deed, whom: str, moment: int) -> Seen:
    """What is there when the next gitsplit has started."""
    copy = copy_of(repo, f"{whom}-{moment}")
    assert run(copy, deed, whom, moment) == 0
    wait_for_orphans(copy)
    journal.recover_rewrites(open_repository(copy.path))
    found = seen(copy)
    assert leftovers(copy) == []
    assert journal.recover_rewrites(open_repository(copy.path)) is None
    shutil.rmtree(copy.path)
    return found


@pytest.mark.parametrize("whom", ["gitsplit", "everybody"])
@pytest.mark.parametrize("to", ["worktree", "discard", "edited"])
@pytest.mark.parametrize("what", ["drop", "undo"])
def test_killed_at_any_moment_it_is_the_old_or_the_new_state(
    repo: Repository, part: str, what: str, to: str, whom: str
) -> None:
    if what == "undo":
        drop(repo, part, to)
    deed = (what, part, to)
    old = seen(repo)
    whole = copy_of(repo, "whole")
    moments = range(1, run(whole, deed, whom, 0) + 1)
    new = seen(whole)
    some = moments if EVERY else Random(f"{what}{to}{whom}").sample(moments, 3)
    found = {moment: after_death(repo, deed, whom, moment) for moment in some}

    assert {at: state for at, state in found.items() if state not in (old, new)} == {}
    assert old.refs != new.refs


# A filter that kills the git that runs it, and gitsplit, as the journal names them.
DEADLY = """
import json, os, signal, sys
from pathlib import Path
(journal,) = Path(".git/gitsplit").glob("*.json")
for name in json.loads(journal.read_bytes())["processes"]:
    os.kill(int(name.split()[0]), signal.SIGKILL)
"""


def test_killed_while_git_writes_the_files_they_are_put_back(
    repo: Repository, part: str
) -> None:
    before = seen(repo)
    script = repo.path.parent / "deadly"
    script.write_text(DEADLY)
    (repo.path / ".git/info/attributes").write_text("gone filter=deadly\n")
    repo.git("config", "filter.deadly.smudge", f"{sys.executable} {script}")
    assert run(repo, ("drop", part, "discard"), "gitsplit", 99) == 0
    wait_for_orphans(repo)
    (repo.path / ".git/info/attributes").unlink()
    spoilt = seen(repo).files
    said = journal.recover_rewrites(open_repository(repo.path))

    assert spoilt != before.files
    assert "nothing was changed" in (said or "")
    assert seen(repo) == before
    assert leftovers(repo) == []


# Runs as another process. When git holds all locks and the index has been made, the
# branches' locks go, as from a git that rolls back; then git is killed, and gitsplit.
ROLLING_BACK = """
import os, signal, sys
from pathlib import Path
from gitsplit.git import journal
from gitsplit.git.repository import open_repository
from tests.git.following import drop
from tests.repository import Repository

path, part = sys.argv[1:]
repo = Repository(Path(path))

def die():
    for lock in (repo.path / ".git" / "refs").rglob("*.lock"):
        lock.unlink()
    git = journal.records(open_repository(repo.path))[-1].processes[1]
    os.kill(int(git.split()[0]), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)

drop(repo, part, before_commit=die)
"""


def die_while_rolling_back(repo: Repository, part: str) -> Path:
    """The one lock of git's that is left, empty and older than the journal."""
    done = subprocess.run(
        [sys.executable, "-c", ROLLING_BACK, str(repo.path), part],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}/src:{PROJECT}"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    wait_for_orphans(repo)
    inside = repo.path / ".git"
    (lock,) = set(inside.rglob("*.lock")) - {inside / "index.lock"}
    (record,) = (inside / "gitsplit").glob("*.json")
    assert lock.read_bytes() == b""
    assert lock.stat().st_mtime_ns < record.stat().st_mtime_ns
    return lock


@pytest.mark.parametrize("storage", ["files", "reftable"])
def test_the_last_lock_of_a_git_killed_while_it_rolls_back_is_removed(
    tmp_path: Path, storage: str
) -> None:
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    # A git before 2.45 knows files alone.
    repo.run("init", "-q", "-b", "main", env={"GIT_DEFAULT_REF_FORMAT": storage})
    part = tangle(repo)
    before = seen(repo)
    die_while_rolling_back(repo, part)
    said = journal.recover_rewrites(open_repository(repo.path))

    assert "nothing was changed" in (said or "")
    assert leftovers(repo) == []
    assert seen(repo) == before


def test_locks_are_only_looked_for_where_refs_can_be(repo: Repository) -> None:
    """A branch of that name is there by now, or reftable has a file in the place."""
    repo.commit("one\n", {"f": b"1\n"})
    repo.git("branch", "a")
    record = repo.path / "record.json"
    record.touch()
    inside = open_repository(repo.path)
    note_ref_locks(inside, [], record)
    update = RefUpdate("refs/heads/a/b", Oid(repo.oid("HEAD")), NO_OBJECT)
    remove_stale_ref_locks(inside, [update], record)

    assert repo.git("branch", "--list", "a").strip() == "a"
    assert repo.fsck() == ""


@pytest.mark.parametrize(("file", "later"), [("another", 0), ("the same", 1)])
def test_a_lock_that_another_git_has_taken_since_then_stays(
    repo: Repository, part: str, file: str, later: int
) -> None:
    """It is as old as the killed git's, or has its inode."""
    lock = die_while_rolling_back(repo, part)
    made = lock.stat().st_mtime_ns + later
    if file == "another":
        other = lock.with_name("other")
        other.touch()
        other.replace(lock)
    os.utime(lock, ns=(made, made))
    journal.recover_rewrites(open_repository(repo.path))

    assert leftovers(repo) == [lock]


def test_an_index_with_other_changes_by_now_is_left_alone(
    repo: Repository, part: str
) -> None:
    record = drop(repo, part)
    new = record.updates[0].new
    journal.undo_rewrite(open_repository(repo.path))
    opened = open_repository(repo.path)
    journal.add_record(opened, record.updates, "drop", record.head, record.trees)
    repo.git("update-ref", "refs/heads/main", new)
    repo.write({"f": b"mine\n"})
    repo.git("add", "f")
    before = seen(repo)
    said = journal.recover_rewrites(opened)

    assert "the index was not updated: other changes are staged." in (said or "")
    assert seen(repo) == before
    assert leftovers(repo) == []
