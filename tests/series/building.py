"""Random series of commits, and random todo lists for them."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.repository import Repository

WORDS = [
    "ada",
    "bob",
    "cyd",
    "dan",
    "eve",
    "fay",
    "gus",
    "hal",
    "ira",
    "joe",
    "kim",
    "lee",
    "mia",
    "ned",
    "ola",
    "pam",
]
NAMES = ["one", "two", "dir/three", "dir/four", "other/five"]

Files = dict[str, bytes]


@dataclass(frozen=True)
class Line:
    """A command of a todo list: what it is, the commit, and a new message."""

    action: str
    commit: str
    message: bytes | None = None


def text(rng: random.Random, lines: int) -> bytes:
    """So many lines, all different."""
    return b"".join(
        f"{number} {rng.choice(WORDS)} {rng.choice(WORDS)}\n".encode()
        for number in range(lines)
    )


def edited(rng: random.Random, content: bytes) -> bytes:
    """The content with a line or two changed, added or removed."""
    lines = content.splitlines(keepends=True)
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(lines) + 1)
        word = f"{rng.choice(WORDS)} {rng.randrange(1000)}\n".encode()
        match rng.choice(["insert", "replace", "delete"]):
            case "insert":
                lines.insert(at, word)
            case "replace" if at < len(lines):
                lines[at] = word
            case _:
                lines[at : at + 1] = []
    return b"".join(lines)


def commit_randomly(repo: Repository, rng: random.Random, number: int) -> str:
    """The id of a new commit that does a few things to the files at HEAD."""
    for _ in range(rng.choice([1, 1, 2])):
        change_a_file(repo, rng)
    who = rng.choice(["A <a@example.com>", "B <b@example.com>"])
    repo.git("add", "-A")
    repo.git(
        *("commit", "-q", "--allow-empty", "--no-verify", f"--author={who}"),
        *("--date", f"{1700000000 + number} +0100", "-m", f"Commit {number}"),
        *(["-m", "Why it is."] if rng.random() < 0.5 else []),
    )
    return repo.oid("HEAD")


def change_a_file(repo: Repository, rng: random.Random) -> None:
    """A file edited, made, deleted, renamed or made executable."""
    tracked = repo.git("ls-files").split()
    name = rng.choice(tracked) if tracked else NAMES[0]
    path = repo.path / name
    match rng.choices(["edit", "make", "delete", "rename", "mode"], [12, 3, 1, 2, 1])[
        0
    ]:
        case "make":
            new = f"{rng.choice(['new', 'dir/new', 'deep/er/new'])}{rng.randrange(99)}"
            repo.write({new: text(rng, rng.randint(3, 9))})
        case "delete" if len(tracked) > 3:
            repo.git("rm", "-q", "-f", name)
        case "rename":
            new = f"{name}-{rng.randrange(99)}"
            if not (repo.path / new).exists() and path.exists():
                repo.git("add", "-A")
                repo.git("mv", name, new)
        case "mode" if path.exists():
            path.chmod(path.stat().st_mode ^ 0o111)
        case _:
            if path.exists():
                path.write_bytes(edited(rng, path.read_bytes()))


def random_series(path: Path, rng: random.Random, commits: int) -> Repository:
    """A repository with a base commit and so many above it, on ``main``."""
    path.mkdir(parents=True)
    repo = Repository(path)
    repo.git("init", "-q", "-b", "main")
    repo.git("config", "user.name", "Committer")
    repo.git("config", "user.email", "committer@example.com")
    repo.commit("Base\n", {name: text(rng, 24) for name in NAMES})
    repo.git("tag", "base")
    for number in range(1, commits + 1):
        commit_randomly(repo, rng, number)
    return repo


def with_merges(path: Path, rng: random.Random) -> Repository:
    """A repository in which branches were merged between ``base`` and HEAD."""
    repo = random_series(path, rng, rng.randint(0, 1))
    heads = ["main"]
    for number in range(10, 10 + rng.randint(5, 8)):
        match rng.choices(["commit", "branch", "switch", "merge"], [6, 2, 1, 2])[0]:
            case "branch" if len(heads) < 3:
                heads.append(f"branch{number}")
                repo.git("switch", "-q", "-c", heads[-1])
                commit_randomly(repo, rng, number)
            case "switch":
                repo.git("switch", "-q", rng.choice(heads))
            case "merge":
                merge(repo, rng, rng.choice(heads))
            case _:
                commit_randomly(repo, rng, number)
    repo.git("switch", "-q", "main")
    for head in heads[1:]:
        merge(repo, rng, head)
        repo.git("branch", "-q", "-D", head)
    commit_randomly(repo, rng, 30)
    return repo


def merge(repo: Repository, rng: random.Random, head: str) -> None:
    """The branch is merged into HEAD, unless there is nothing to merge.

    Where it conflicts it isn't, or the merge has something of its own.
    """
    subject = f"Merge {head}, {rng.randrange(10**6)}"
    done = repo.run("merge", "-q", "-m", subject, "--no-ff", head, check=False)
    if done.returncode and rng.random() < 0.7:
        repo.git("merge", "--abort")
    elif done.returncode:
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", subject)


def runs_of(repo: Repository, base: str) -> list[list[str]]:
    """The commits after the base, oldest first, by the lines that they are in.

    A merge is a line of its own, and so is what begins at a fork.
    """
    wanted = ["HEAD"] if base == "--root" else ["HEAD", f"^{base}"]
    told = repo.git("rev-list", "--reverse", "--topo-order", "--parents", *wanted)
    rows = [row.split() for row in told.splitlines()]
    children = Counter(parent for row in rows for parent in row[1:])
    single = {row[0] for row in rows if len(row) < 3}
    runs: dict[str, list[str]] = {}
    for oid, *parents in rows:
        joins = len(parents) == 1 and children[parents[0]] == 1
        run = runs.get(parents[0]) if joins and parents[0] in single else None
        runs[oid] = [] if run is None else run
        runs[oid].append(oid)
    return list({id(run): run for run in runs.values()}.values())


def merges_are_plain(repo: Repository, base: str) -> bool:
    """Whether every merge after the base is just what git makes of its parents."""
    wanted = ["HEAD"] if base == "--root" else ["HEAD", f"^{base}"]
    told = repo.git("rev-list", "--merges", "--parents", *wanted)
    for oid, *parents in map(str.split, told.splitlines()):
        done = repo.run("merge-tree", "--write-tree", *parents, check=False)
        if done.stdout.split()[:1] != [repo.tree(oid).encode()]:
            return False
    return True


def random_list(rng: random.Random, repo: Repository, base: str) -> list[Line]:
    """A todo list in which commits keep to their lines, each in its own way."""
    wanted = ["HEAD"] if base == "--root" else ["HEAD", f"^{base}"]
    order = repo.git("rev-list", "--reverse", "--topo-order", *wanted).split()
    merges = set(repo.git("rev-list", "--merges", *wanted).split())
    lines: dict[str, Line] = {}
    for run in runs_of(repo, base):
        actions = random_todo(rng, run)
        if run[0] in merges:
            actions = [replace(actions[0], action="pick", message=None)]
            if rng.random() < 0.2:
                actions = [Line("reword", run[0], b"Another merge\n")]
        lines.update(zip(run, actions, strict=True))
    found = [lines[oid] for oid in order]
    if all(line.action == "drop" for line in found):
        found[0] = Line("pick", found[0].commit)
    return found


def random_todo(rng: random.Random, commits: Sequence[str]) -> list[Line]:
    """A todo list for the commits of a line: each once, in some order."""
    order = list(commits)
    for _ in range(rng.choice([0, 1, 1, 2])):
        order.insert(rng.randrange(len(order)), order.pop(rng.randrange(len(order))))
    return list(_lines(rng, order))


def _lines(rng: random.Random, order: Sequence[str]) -> Iterator[Line]:
    can_follow = False
    weights = [8, 1, 1, 1, 1]
    for commit in order:
        action = rng.choices(["pick", "drop", "reword", "squash", "fixup"], weights)[0]
        if action in ("squash", "fixup") and not can_follow:
            action = "pick"
        message = None
        if action == "reword":
            message = f"Reworded {rng.randrange(99)}\n\nBecause.\n".encode()
        can_follow = can_follow or action != "drop"
        yield Line(action, commit, message)
