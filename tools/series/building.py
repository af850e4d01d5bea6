"""Random series of commits, and random todo lists for them."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.repository import Repository

from tools.series.files import change_a_file, text

NAMES = ["one", "two", "dir/three", "dir/four", "other/five"]


@dataclass(frozen=True)
class Line:
    """A command of a todo list: what it is, the commit, and a new message."""

    action: str
    commit: str
    message: bytes | None = None


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
    """Whether every merge after the base is just what git makes of its parents.

    One whose conflicts were committed as git left them isn't.
    """
    wanted = ["HEAD"] if base == "--root" else ["HEAD", f"^{base}"]
    told = repo.git("rev-list", "--merges", "--parents", *wanted)
    for oid, *parents in map(str.split, told.splitlines()):
        done = repo.run("merge-tree", "--write-tree", *parents, check=False)
        if done.returncode or done.stdout.split() != [repo.tree(oid).encode()]:
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
    return list(_history_lines(rng, order))


def _history_lines(rng: random.Random, order: Sequence[str]) -> Iterator[Line]:
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
