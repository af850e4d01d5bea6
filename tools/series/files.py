"""What random commits do to files."""

import random
from collections.abc import Callable

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


def text(rng: random.Random, lines: int) -> bytes:
    """So many lines, all different."""
    return b"".join(
        f"{number} {rng.choice(WORDS)} {rng.choice(WORDS)}\n".encode()
        for number in range(lines)
    )


def content_with_edits(rng: random.Random, content: bytes) -> bytes:
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


def change_a_file(repo: Repository, rng: random.Random) -> None:
    """One of the things in ``KINDS`` is done, where it can be."""
    repo.git("add", "-A")
    tracked = repo.git("ls-files").split() or ["one"]
    weights = [weight for _, weight in KINDS]
    kind = rng.choices([kind for kind, _ in KINDS], weights)[0]
    kind(repo, rng, rng.choice(tracked))


def edit(repo: Repository, rng: random.Random, name: str) -> None:
    if is_file(repo, name):
        path = repo.path / name
        path.write_bytes(content_with_edits(rng, path.read_bytes()))


def make(repo: Repository, rng: random.Random, _: str) -> None:
    new = f"{rng.choice(['new', 'dir/new', 'deep/er/new'])}{rng.randrange(99)}"
    if is_free(repo, new):
        repo.write({new: text(rng, rng.randint(3, 9))})


def delete(repo: Repository, _: random.Random, name: str) -> None:
    if len(repo.git("ls-files").split()) > 3:
        repo.git("rm", "-q", "-f", name)


def rename(repo: Repository, rng: random.Random, name: str) -> None:
    move_path(repo, name, f"{name}-{rng.randrange(99)}")


def rename_directory(repo: Repository, rng: random.Random, name: str) -> None:
    if directory := name.rpartition("/")[0]:
        move_path(repo, directory, f"moved{rng.randrange(9)}/{directory}")


def change_mode(repo: Repository, _: random.Random, name: str) -> None:
    if is_file(repo, name):
        path = repo.path / name
        path.chmod(path.stat().st_mode ^ 0o111)


def make_link(repo: Repository, rng: random.Random, name: str) -> None:
    if is_file(repo, name):
        (repo.path / name).unlink()
        (repo.path / name).symlink_to(f"to/{rng.choice(WORDS)}")


def make_directory(repo: Repository, rng: random.Random, name: str) -> None:
    if is_file(repo, name):
        (repo.path / name).unlink()
        repo.write({f"{name}/inside{rng.randrange(9)}": text(rng, 5)})


def make_binary(repo: Repository, rng: random.Random, name: str) -> None:
    if is_file(repo, name):
        (repo.path / name).write_bytes(b"\0" + rng.randbytes(40))


Change = Callable[[Repository, random.Random, str], None]

KINDS: tuple[tuple[Change, int], ...] = (
    (edit, 12),
    (make, 3),
    (delete, 1),
    (rename, 2),
    (rename_directory, 1),
    (change_mode, 1),
    (make_link, 1),
    (make_directory, 1),
    (make_binary, 1),
)
"""What may be done to a file, and how often."""


def move_path(repo: Repository, old: str, new: str) -> None:
    """What was at the old path is at the new one, if that is free."""
    if is_free(repo, new) and (repo.path / old).exists():
        (repo.path / new).parent.mkdir(parents=True, exist_ok=True)
        repo.git("mv", old, new)


def is_file(repo: Repository, name: str) -> bool:
    path = repo.path / name
    return path.is_file() and not path.is_symlink()


def is_free(repo: Repository, name: str) -> bool:
    """Whether nothing is at the path, nor a file where it needs a directory."""
    path = repo.path / name
    above = (repo.path / p for p in path.relative_to(repo.path).parents if p.name)
    return not path.exists() and not any(p.is_symlink() or p.is_file() for p in above)
