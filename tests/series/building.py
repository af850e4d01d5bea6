"""Random series of commits, and random todo lists for them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    repo.commit("Base\n", {name: text(rng, 24) for name in NAMES})
    repo.git("tag", "base")
    for number in range(1, commits + 1):
        commit_randomly(repo, rng, number)
    return repo


def with_a_merge(path: Path, rng: random.Random) -> Repository:
    """A repository in which a branch was merged between ``base`` and HEAD."""
    repo = random_series(path, rng, 2)
    repo.git("switch", "-q", "-c", "side")
    for number in range(10, 10 + rng.randint(1, 3)):
        commit_randomly(repo, rng, number)
    repo.git("switch", "-q", "main")
    for number in range(20, 20 + rng.randint(1, 3)):
        commit_randomly(repo, rng, number)
    done = repo.run("merge", "-q", "-m", "Merge side", "--no-ff", "side", check=False)
    if done.returncode:
        # Whoever resolved it took one side: a merge with something of its own.
        repo.git("add", "-A")
        repo.git("commit", "-q", "-m", "Merge side")
    commit_randomly(repo, rng, 30)
    repo.git("branch", "-q", "-D", "side")
    return repo


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
