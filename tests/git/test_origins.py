"""Who wrote and who removed each line of a branch, git's own blame looking on."""

from pathlib import Path
from random import Random

import pytest

from gitsplit.git.history import changes_of_trees, read_source_commit
from gitsplit.git.origins import with_origins
from gitsplit.git.repository import open_repository
from gitsplit.model.diff import FileChange
from gitsplit.model.objects import Oid
from tests.repository import Repository


def random_text(rng: Random, text: list[str], names: list[int]) -> list[str]:
    """The text with a few lines that it never had before, and without a few others."""
    found = list(text)
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(found))
        if found and rng.random() < 0.4:
            del found[at : at + rng.randint(1, 2)]
        else:
            names[0] += 1
            found[at:at] = [f"line {names[0]}"]
    return found


def build(repo: Repository, rng: Random, *, merges: bool) -> tuple[Oid, list[Oid]]:
    """A base and a branch of some commits, maybe with a side line that is merged."""
    names = [0]
    files = {name: [f"{name} {n}" for n in range(8)] for name in ("a", "b")}

    def commit(message: str) -> None:
        made = {n: "".join(f"{x}\n" for x in t) for n, t in files.items()}
        repo.commit(message, {name: text.encode() for name, text in made.items()})

    commit("base\n")
    base = Oid(repo.oid("HEAD"))
    for number in range(rng.randint(2, 5)):
        name = rng.choice(sorted(files))
        if merges and rng.random() < 0.5:
            repo.git("checkout", "-q", "-b", f"side{number}")
            side = f"new{number}"
            repo.commit(f"side {number}\n", {side: f"side {number}\n".encode()})
            repo.git("checkout", "-q", "-")
            files[name] = random_text(rng, files[name], names)
            commit(f"main {number}\n")
            repo.git("merge", "-q", "--no-edit", f"side{number}")
            files[side] = [f"side {number}"]
        else:
            files[name] = random_text(rng, files[name], names)
            commit(f"step {number}\n\nChange-Id: I{number + 1:040x}\n")
    listed = repo.git("rev-list", "--reverse", "--topo-order", f"{base}..HEAD")
    return base, [Oid(each) for each in listed.split()]


def blamed(repo: Repository, base: Oid, path: str) -> list[str]:
    """The commit that git says each line of the tip is from."""
    out = repo.git("blame", "-s", "--porcelain", f"{base}..HEAD", "--", path)
    rows = [line.split() for line in out.splitlines() if not line.startswith("\t")]
    return [row[0] for row in rows if len(row[0]) == 40 and len(row) > 2]


def origins_in(
    path: Path, base: Oid, oids: list[Oid]
) -> tuple[tuple[FileChange, ...], list[Oid]]:
    repo = open_repository(path)
    commits = tuple(read_source_commit(repo, oid) for oid in oids)
    trees = (read_source_commit(repo, base).raw.tree, commits[-1].raw.tree)
    (changes,) = changes_of_trees(repo, [trees])
    return with_origins(repo, base, commits, changes), oids


@pytest.mark.parametrize("merges", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_each_added_line_is_of_the_commit_that_git_blames(
    repo: Repository, seed: int, merges: bool
) -> None:
    base, oids = build(repo, Random(f"{seed} {merges}"), merges=merges)
    changes, _ = origins_in(repo.path, base, oids)
    for change in changes:
        if change.new is None or change.origins is None:
            continue
        blame = blamed(repo, base, change.path.decode())
        known = {
            line: oids[commit]
            for span, commit in change.origins.new
            for line in span.numbers
        }
        added = [line for hunk in change.hunks for line in hunk.new.numbers]
        assert {line: known.get(line) for line in added} == {
            line: blame[line] for line in added
        }


@pytest.mark.parametrize("seed", range(6))
def test_each_removed_line_is_of_the_commit_after_the_last_that_has_it(
    repo: Repository, seed: int
) -> None:
    base, oids = build(repo, Random(f"removed {seed}"), merges=False)
    changes, _ = origins_in(repo.path, base, oids)
    for change in changes:
        if change.old is None or change.origins is None:
            continue
        path = change.old.path.decode()
        texts = [
            repo.git("show", f"{oid}:{path}").splitlines() for oid in (base, *oids)
        ]
        for span, commit in change.origins.old:
            for line in span.numbers:
                had = [texts[0][line] in text for text in texts]
                assert had.index(False) == commit + 1


def test_the_deletion_and_creation_of_a_file_are_known(repo: Repository) -> None:
    repo.commit("base\n", {"old": b"1\n2\n", "keep": b"k\n"})
    base = Oid(repo.oid("HEAD"))
    repo.commit("one\n", {"keep": b"k\nmore\n"})
    repo.commit("two\n", {"old": None, "new": b"n\n"})
    listed = repo.git("rev-list", "--reverse", f"{base}..").split()
    oids = [Oid(each) for each in listed]
    changes, _ = origins_in(repo.path, base, oids)
    facts = {change.path: change.origins.facts for change in changes if change.origins}

    assert facts == {b"keep": 0, b"new": 1, b"old": 1}
