"""``./dev gerrit``: what gitsplit makes is pushed to a real Gerrit, and looked at."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conftest import PROJECT
from tests.runner import Json, gitsplit_process, plan_for

from tools.gerrit.server import Project, Server, Unavailable, running
from tools.output import say

PORT = int(os.environ.get("GERRIT_PORT", "18080"))
SHARED = PROJECT.parent / "shared" / "gerrit"
BY_FILE = ("-c", "HEAD~1", "--group-by", "file", "--commits")
COMMAND = f"{sys.executable} -m gitsplit"


def main() -> int:
    """0 where everything was accepted, or no server can be had; else 1."""
    try:
        with running(SHARED / "run_gerrit.sh", PORT) as server:
            failed = [name for name, went_well in checks(server) if not went_well]
    except Unavailable as why:
        say(f"skipped: no real Gerrit can be had here: {why}")
        return 0
    say(f"failed: {', '.join(failed)}" if failed else "all accepted")
    return bool(failed)


def checks(server: Server) -> Iterator[tuple[str, bool]]:
    """Each check's name and whether it went well, said as it goes."""
    for pieces in (2, 3, 5):
        for owner in range(1, pieces + 1):
            name = f"{pieces} pieces, the id kept by piece {owner}"
            yield report_check(name, is_accepted(pieces, owner))
    for check in (splits_again, splits_within_a_chain, splits_a_linked_one, squashes):
        with tempfile.TemporaryDirectory() as directory:
            project = server.project(Path(directory) / "clone")
            yield report_check(str(check.__doc__), well(check, project))


def report_check(name: str, went_well: bool) -> tuple[str, bool]:
    say(f"{'ok' if went_well else 'FAILED':7}{name}")
    return name, went_well


def is_accepted(pieces: int, owner: int) -> bool:
    """Whether the acceptance check takes a split into so many pieces."""
    split = f"{COMMAND} -c HEAD~1 --commits {pieces} --keep-change-id {owner} --yes"
    check = [sys.executable, str(SHARED / "accept.py"), "--only-good"]
    check += ["--port", str(PORT), "--pieces", str(pieces), "--keep", str(owner)]
    done = subprocess.run(
        [*check, "--split-cmd", split], capture_output=True, text=True, check=False
    )
    if done.returncode:
        say(done.stdout[-2000:], done.stderr[-2000:])
    return done.returncode == 0


def well(check: Callable[[Project], None], project: Project) -> bool:
    try:
        check(project)
    except AssertionError as failure:
        say(str(failure))
        return False
    return True


def commit(project: Project, name: str, *files: str) -> str:
    """The Change-Id of a new commit that makes these files."""
    change_id = "I" + hashlib.sha1(f"{project.name} {name}".encode()).hexdigest()
    content = {file: f"{file}\nof {name}\n".encode() for file in files}
    project.repo.commit(f"{name}\n\nChange-Id: {change_id}\n", content)
    return change_id


def split_and_push(project: Project, *args: str) -> None:
    ran = gitsplit_process(project.repo.path, *args, "--yes")
    assert ran.status == 0, ran.err


def patch_sets(project: Project) -> list[int]:
    """The number of patch sets of each commit's change, the oldest commit first.

    Each commit that isn't on the server's branch must be its change's current one, and
    there must be no other change.
    """
    commits = project.repo.git("rev-list", "--reverse", "origin/master..HEAD").split()
    changes = dict(project.changes().values())
    assert set(commits) == set(changes), (commits, changes)
    return [changes[oid] for oid in commits]


def splits_again(project: Project) -> None:
    """A change that was split and pushed before is split again."""
    commit(project, "many", *"abcdef")
    commit(project, "above", "g")
    project.push()
    split_and_push(project, *BY_FILE, "2", "--keep-change-id", "2")
    project.push()
    assert patch_sets(project) == [1, 2, 2]
    split_and_push(project, *BY_FILE, "3", "--keep-change-id", "2")
    project.push()
    assert patch_sets(project) == [1, 1, 3, 1, 3]


def splits_within_a_chain(project: Project) -> None:
    """A commit in the middle of a chain of five is split."""
    for number in range(1, 6):
        commit(project, f"step {number}", *(f"{number}{part}" for part in "abc"))
    project.push()
    split_and_push(
        project, "-c", "HEAD~2", "--commits", "3", "--keep-change-id", "last"
    )
    project.push()
    assert patch_sets(project) == [1, 1, 1, 1, 2, 2, 2]


def splits_a_linked_one(project: Project) -> None:
    """A change whose id is a link into the server, known by the remote alone."""
    change_id = "I" + hashlib.sha1(f"{project.name} linked".encode()).hexdigest()
    link = f"Link: http://{project.server.url}/id/{change_id}"
    project.repo.commit(f"linked\n\n{link}\n", {"a": b"1\n", "b": b"1\n"})
    project.push()
    split_and_push(project, "HEAD~1", "--group-by", "file")
    assert link.encode() in project.repo.message("HEAD")
    project.push()
    assert patch_sets(project) == [1, 2]


def squashes(project: Project) -> None:
    """Two changes are squashed: one is a patch set, the other stays open as it was."""
    ids = [commit(project, "one", "a"), commit(project, "two", "b")]
    project.push()
    entries: list[Json] = [
        {"commit": project.repo.oid("HEAD~1"), "action": "pick"},
        {"commit": project.repo.oid("HEAD"), "action": "squash"},
    ]
    plan = json.dumps(plan_for(project.repo, "HEAD~2", *entries)).encode()
    ran = gitsplit_process(project.repo.path, "--plan", "-", "--yes", stdin=plan)
    assert f"{ids[1][:9]} “two” is squashed." in ran.out, ran
    assert "it stays open on the server" in ran.out, ran
    project.push()
    assert [project.changes()[each][1] for each in ids] == [2, 1]


if __name__ == "__main__":
    sys.exit(main())
