"""Every kind of change, split by a plan file, is what git makes of the same pieces."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repositories.kinds import KINDS, PATHS, TEXTS, Kind, import_kinds
from tests.repositories.splitting import Split, files_of
from tests.repository import Repository
from tests.runner import Json


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A bare repository with a branch for each of ``KINDS``."""
    made = Repository(tmp_path_factory.mktemp("kinds"))
    made.git("init", "-q", "--bare")
    import_kinds(made, KINDS)
    return made


def on_branch(repo: Repository, kind: Kind) -> Repository:
    """The repository, HEAD naming the branch of this kind."""
    repo.git("symbolic-ref", "HEAD", f"refs/heads/kind-{KINDS.index(kind)}")
    return repo


def name(kind: Kind) -> str:
    return kind.name


def named(path: bytes | None) -> object:
    """The path as a plan file has it."""
    if path is None:
        return None
    try:
        return path.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(path).decode()}


def entries(repo: Repository, kind: Kind, **taken: object) -> list[Json]:
    """What the commit did to the kind's files, as git's own diff has it."""
    diff = ("diff-tree", "-r", "-z", "-M50%", "--no-commit-id", "HEAD~1", "HEAD")
    fields = iter(repo.run(*diff).stdout.split(b"\0")[:-1])
    return [
        {"old_path": named(old), "path": named(new), **(taken or {"whole": True})}
        for old, new in _changes(fields)
        if {old, new} & set(kind.paths)
    ]


def _changes(fields: Iterator[bytes]) -> Iterator[tuple[bytes | None, bytes | None]]:
    """The old and new path of each change in ``git diff-tree -z``."""
    for raw in fields:
        status, path = raw.split(b" ")[4][:1], next(fields)
        if status == b"R":
            yield path, next(fields)
        else:
            yield (None if status == b"A" else path), (None if status == b"D" else path)


@pytest.mark.parametrize("kind", KINDS, ids=name)
def test_a_whole_change_of_any_kind_makes_the_tree_that_git_makes(
    kinds: Repository, kind: Kind
) -> None:
    repo = on_branch(kinds, kind)
    Split.by(repo, "HEAD", kind.paths, entries(repo, kind)).succeed()


def first_hunk(repo: Repository, path: bytes) -> tuple[bytes, Json]:
    """The patch of HEAD's first hunk, and the lines that it removes and adds."""
    diff = ("diff", "-U0", "--inter-hunk-context=0", "--text", "HEAD~1", "HEAD")
    patch = repo.run(*diff, "--", b":(literal)" + path).stdout
    header, *hunks = re.split(rb"^(?=@@ )", patch, flags=re.MULTILINE)
    assert len(hunks) > 1, "a file of one hunk can't be cut between hunks"
    found = re.match(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", hunks[0])
    assert found
    spans = [int(1 if group is None else group) for group in found.groups()]
    return header + hunks[0], {
        "removed": _range(*spans[:2]),
        "added": _range(*spans[2:]),
    }


def _range(first: int, count: int) -> list[list[int]]:
    return [[first, first + count - 1]] if count else []


@pytest.mark.parametrize("kind", [*TEXTS, *PATHS], ids=name)
def test_a_hunk_of_any_text_makes_the_tree_that_git_apply_makes(
    repo: Repository, kind: Kind, tmp_path: Path
) -> None:
    import_kinds(repo, [kind])
    repo.git("symbolic-ref", "HEAD", "refs/heads/kind-0")
    repo.git("read-tree", "HEAD")
    (path,) = kind.paths
    patch, taken = first_hunk(repo, path)
    split = Split.by(repo, "HEAD", [], entries(repo, kind, **taken))
    own_index = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    repo.run("read-tree", "HEAD~1", env=own_index)
    repo.run("apply", "--cached", "--unidiff-zero", stdin=patch, env=own_index)
    expected = repo.run("write-tree", env=own_index).stdout.decode().strip()
    assert split.run().status == 0

    assert [repo.tree("HEAD~1"), repo.tree("HEAD")] == [expected, split.pieces[1]]
    assert files_of(repo) == split.untouched


def test_a_rename_can_come_before_the_edits_of_its_file(repo: Repository) -> None:
    renamed = [kind for kind in KINDS if kind.name == "renamed and edited"]
    import_kinds(repo, renamed)
    repo.git("symbolic-ref", "HEAD", "refs/heads/kind-0")
    repo.git("read-tree", "HEAD")
    split = Split.by(repo, "HEAD", [], entries(repo, renamed[0], facts=["rename"]))
    old = repo.oid("HEAD~1:old")
    assert split.run().status == 0

    first = repo.git("diff-tree", "-r", "--name-status", "-M", "HEAD~2", "HEAD~1")
    assert first.splitlines() == ["R100\told\td/new"]
    assert repo.oid("HEAD~1:d/new") == old
    assert repo.tree("HEAD") == split.pieces[1]


ATTRIBUTES = [
    ("-diff", ""),
    ("binary", ""),
    ("text eol=crlf", ""),
    ("working-tree-encoding=UTF-16", ""),
    ("filter=lfs diff=lfs merge=lfs -text", ""),
    ("filter=shout", '[filter "shout"]\nclean = tr A-Z a-z\nsmudge = tr a-z A-Z\n'),
    ("diff=own", '[diff "own"]\nbinary = true\n'),
    ("diff=own", '[diff "own"]\ntextconv = tr a-z A-Z\nxfuncname = x\n'),
]


@pytest.mark.parametrize(("attributes", "config"), ATTRIBUTES)
def test_attributes_of_a_file_change_neither_its_pieces_nor_its_worktree(
    repo: Repository, attributes: str, config: str
) -> None:
    with (repo.path / ".git" / "config").open("a") as file:
        file.write(config)
    (repo.path / ".gitattributes").write_text(f"odd {attributes}\n")
    kind = TEXTS[0]
    before, after = kind.before[b"odd"][1], kind.after[b"odd"][1]
    worktree_encoding = "UTF-16" if "UTF-16" in attributes else "ASCII"
    for content in (before, after):
        text = content.decode().encode(worktree_encoding)
        repo.commit("tangled", {"odd": text, "plain": content[7:12]})
    repo.commit("top", {"plain": b""})
    assert repo.git("status", "--porcelain") == ""
    split = Split.of(repo, "HEAD~1", "odd")
    assert repo.blob("HEAD", "odd") == after
    split.succeed()

    assert repo.git("status", "--porcelain") == ""
