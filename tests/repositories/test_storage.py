"""Disks that are full or read-only: refused clearly, and nothing is half done."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repositories.splitting import Split, files_of, locks_of, two_pieces
from tests.repository import Repository
from tests.runner import PROGRAM, Ran

HINT = "Is the disk full, or the repository read-only?"
SPLIT = (*PROGRAM, "--yes", "--no-verify", "--group-by", "file", "-c", "HEAD~2")


def run(
    repo: Repository, *command: str, prepare: Callable[[], None] | None = None
) -> Ran:
    """The finished command, run in the repository."""
    ended = subprocess.run(
        command,
        cwd=repo.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        preexec_fn=prepare,
    )
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.mark.parametrize("size", [0, 300])
def test_files_that_may_not_grow_stop_it_before_anything_changes(
    repo: Repository, size: int
) -> None:
    two_pieces(repo)
    before, files = repo.refs(), files_of(repo)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    ran = run(repo, *SPLIT, prepare=limit)

    assert (ran.status, ran.out) == (1, "")
    assert "git couldn't store the new objects" in ran.err
    assert HINT in ran.err
    assert ran.err.endswith("Nothing was changed.\n")
    assert (repo.refs(), files_of(repo)) == (before, files)
    assert locks_of(repo) == []
    assert repo.fsck() == ""


READ_ONLY = """
set -e
mount --bind "$1" "$1"
mount -o remount,ro,bind "$1"
shift
exec "$@"
"""


def in_own_mounts(*command: str) -> tuple[str, ...]:
    """The command in a mount namespace of its own; the test is skipped without one."""
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run(
            [unshare, "-m", "true"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a mount namespace can't be made here (root alone may)")
    return (unshare, "-m", *command)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (".git/objects", "git couldn't store the new objects"),
        (".git/refs", "git could not update the refs"),
        (".git/gitsplit", "gitsplit can't write its journal"),
        (".git", "git couldn't store the new objects"),
    ],
)
def test_a_read_only_place_stops_it_before_anything_changes(
    repo: Repository, place: str, told: str
) -> None:
    two_pieces(repo)
    (repo.path / place).mkdir(exist_ok=True)
    before, files = repo.refs(), files_of(repo)
    script = ("sh", "-c", READ_ONLY, "sh", str(repo.path / place))
    ran = run(repo, *in_own_mounts(*script, *SPLIT))

    assert (ran.status, ran.out) == (1, "")
    assert told in ran.err
    assert "Read-only file system" in ran.err
    assert "Nothing was changed.\n" in ran.err
    assert (repo.refs(), files_of(repo)) == (before, files)
    assert locks_of(repo) == []


def as_anybody(*command: str) -> tuple[str, ...]:
    """The command without root's power over permissions, which hold for anybody."""
    if os.geteuid() != 0:
        return command
    powers = "-dac_override,-dac_read_search"
    lowered = ("setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}")
    if not shutil.which("setpriv"):
        pytest.skip("without setpriv, root may write everywhere")
    return (*lowered, *command)


def test_an_object_directory_without_permission_stops_it_too(repo: Repository) -> None:
    two_pieces(repo)
    before, files = repo.refs(), files_of(repo)
    objects = repo.path / ".git" / "objects"
    directories = [objects, *(p for p in objects.rglob("*") if p.is_dir())]
    for directory in directories:
        directory.chmod(0o555)
    ran = run(repo, *as_anybody(*SPLIT))
    for directory in directories:
        directory.chmod(0o755)

    assert (ran.status, repo.refs(), files_of(repo)) == (1, before, files)
    assert "git couldn't store the new objects: Permission denied" in ran.err
    assert HINT in ran.err
    assert ran.err.endswith("Nothing was changed.\n")


def test_an_object_that_may_not_be_read_is_named(repo: Repository) -> None:
    two_pieces(repo)
    tree = repo.tree("HEAD~2")
    file = repo.path / ".git" / "objects" / tree[:2] / tree[2:]
    file.chmod(0)
    ran = run(repo, *as_anybody(*SPLIT))
    file.chmod(0o444)

    assert (ran.status, ran.out) == (1, "")
    assert f"The object {tree} is missing from the repository, or can't be" in ran.err
    assert ran.err.endswith("Nothing was changed.\n")


# Prints for each number of free pages, in a fresh copy: the exit status, whether
# everything is as before or as after, and what is wrong otherwise.
FULL_DISK = """
set -e
mount -t tmpfs -o size=4m none mnt
old=$(git -C repo rev-parse main)
for free in $*; do
    cp -a repo mnt/work
    cd mnt/work
    dd if=/dev/zero of=../fill bs=4096 2>/dev/null || true
    truncate -s -$((free * 4096)) ../fill
    status=0
    $SPLIT >/dev/null 2>../../said || status=$?
    rm ../fill
    sed "s/^/$free: /" ../../said >>../../all-said
    state=new
    [ "$(git rev-parse main)" != $old ] || state=old
    tips=apart
    [ "$(git rev-parse beside)" != "$(git rev-parse main)" ] || tips=together
    broken=$(git fsck --connectivity-only 2>&1 | grep -v dangling || true)
    dirty=$(git status --porcelain)
    locks=$(find .git -name '*.lock' -o -name '*.keep')
    echo "$status $state $tips$broken$dirty$locks"
    cd ../..
    rm -r mnt/work
done
"""


def test_a_full_disk_leaves_the_old_history_or_the_new_one_and_says_which(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_pieces(repo)
    repo.git("branch", "beside")
    (repo.path.parent / "mnt").mkdir()
    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.setenv("SPLIT", " ".join(SPLIT))
    pages = [str(number) for number in (0, 5, 6, 7, 30)]
    command = in_own_mounts("sh", "-c", FULL_DISK, "sh", *pages)
    ran = run(Repository(repo.path.parent), *command)

    assert ran.status == 0, ran.err
    outcomes = ran.out.splitlines()
    assert set(outcomes) <= {"1 old together", "0 new together"}
    assert (outcomes[0], outcomes[-1]) == ("1 old together", "0 new together")
    said = Path(repo.path.parent / "all-said").read_text()
    assert "0: gitsplit: git couldn't store the new objects: " in said
    assert f"0: hint: {HINT}" in said
    assert "0: Nothing was changed." in said


LOSE_JOURNAL = """#!/bin/sh
if [ "$1" = committed ]; then
    rm -r .git/gitsplit
    touch .git/gitsplit
fi
"""


def test_a_journal_that_cannot_be_ended_undoes_nothing(repo: Repository) -> None:
    split = Split.of(two_pieces(repo))
    hook = repo.path / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(LOSE_JOURNAL)
    hook.chmod(0o755)
    split.succeed()

    assert (repo.path / ".git" / "gitsplit").is_file()
