"""The git commands of ``--teach``, typed, make what gitsplit makes."""

import json
import os
import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.repositories.kinds import KINDS, Kind
from tests.repositories.splitting import fields_of, raw_commits
from tests.repository import Repository
from tests.runner import done, gitsplit
from tests.test_script import commit_of, own_directory, random_plan
from tests.typing import Typist

PLANS = int(os.environ.get("GITSPLIT_TAUGHT", "4"))
"""So many random plans are typed."""

AUTHOR = "Jürgen Ä. Author <a@example.com> 1700000000 +0545"


def commit_kinds(repo: Repository, kinds: list[Kind]) -> None:
    """A commit of these kinds of change, between two others, checked out."""
    stream = b""
    for number, files in enumerate(("before", "after", "after")):
        head = b"commit refs/heads/main\n"
        head += f"author {AUTHOR}\n".encode()
        head += b"committer C <c@example.com> 1700000000 +0000\n"
        head += b"data 9\nline\n\nend\n"
        every = (e for kind in kinds for e in own_directory(kind, getattr(kind, files)))
        more = iter([(b"top", b"100644", b"1\n")] if number == 2 else [])
        stream += commit_of(iter([*every, *more]), head)
    repo.run("fast-import", "--quiet", "--force", stdin=stream)
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    repo.git("reset", "-q", "--hard")
    repo.git("clean", "-fdqx")


def copy_of(repo: Repository, path: Path) -> Repository:
    """A clone with the same branch checked out."""
    repo.git("clone", "-q", "--no-local", str(repo.path), str(path))
    clone = Repository(path)
    clone.git("config", "user.name", "Somebody Else")
    clone.git("config", "user.email", "else@example.com")
    return clone


def made_by(repo: Repository) -> list[tuple[object, ...]]:
    """All commits, but for what depends on who commits, and when."""
    return [
        (fields_of(raw, b"tree"), fields_of(raw, b"author"), raw.partition(b"\n\n")[2])
        for raw in raw_commits(repo, "HEAD")
    ]


def taught(repo: Repository, *args: str, stdin: bytes = b"") -> Any:
    """What ``--teach`` finds; None where the plan isn't one."""
    asked = ("-n", "--teach", "--format", "json", *args)
    ran = gitsplit(repo.path, *asked, stdin=stdin)
    return None if ran.status else json.loads(ran.out)["by_hand"]


def with_some_left_out(plan: bytes, chance: random.Random) -> bytes:
    """The plan, now and then with a hunk that is in no commit."""
    document = json.loads(plan)
    (entry,) = document["series"]
    hunks = entry["groups"][0]["hunks"]
    if chance.random() < 0.2 and len(hunks) > 2:
        entry["dropped"] = {"hunks": [hunks.pop()]}
        document["version"] = 2
    return json.dumps(document).encode()


def random_split(repo: Repository, chance: random.Random) -> bytes:
    """A plan for a commit of some kinds of change: HEAD, or the one below it."""
    commit_kinds(repo, chance.sample(KINDS, 8))
    at = "HEAD~1"
    if chance.random() < 0.4:
        repo.git("reset", "-q", "--hard", at)
        at = "HEAD"
    listing = ("-n", "-p", "--format", "json", "--group-by", "none", "-c", at)
    listed = json.loads(done(repo.path, *listing))
    return with_some_left_out(random_plan(listed, chance), chance)


def typed(repo: Repository, steps: Any, plan: bytes, place: Path) -> bool:
    """Type the commands in a clone; it has the commits that gitsplit makes.

    False where gitsplit refuses to make them.
    """
    clone = copy_of(repo, place / "clone")
    if gitsplit(repo.path, "--plan", "-", "--yes", stdin=plan).status:
        return False
    Typist(clone, place / "typist").type_all(steps)
    assert made_by(clone) == made_by(repo)
    assert clone.git("stash", "list") == ""
    assert clone.git("status", "--porcelain") == repo.git("status", "--porcelain")
    return True


def test_random_plans_typed_make_the_same_commits(
    repo: Repository, tmp_path: Path
) -> None:
    chance = random.Random(34)
    count, reasons = 0, Counter[str]()
    while count < PLANS:
        plan = random_split(repo, chance)
        found = taught(repo, "--plan", "-", stdin=plan)
        if found is None:
            continue
        if "steps" in found:
            with TemporaryDirectory(dir=tmp_path) as place:
                count += typed(repo, found["steps"], plan, Path(place))
        else:
            reasons[found["reason"]] += 1

    assert sum(reasons.values()) <= 2 + count // 10, reasons
