"""A commit loses what it did to some files, and index and worktree follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gitsplit.git import journal, preflight
from gitsplit.git.refs import branches_to_move
from gitsplit.git.store import store_objects
from gitsplit.git.trees import tree_with
from gitsplit.git.worktree import HeadTrees
from gitsplit.model.objects import Oid
from gitsplit.model.series import CommitDraft
from tests.git.rewriting import Bench, same, series_of
from tests.repository import Repository

Files = Mapping[str, bytes | None]

BASE: dict[str, bytes | None] = {
    "f": b"".join(b"line %d\n" % n for n in range(20)),
    "gone": b"deleted\n",
    "d/only": b"the only file there\n",
    "other": b"1\n",
    "run.sh": b"#!/bin/sh\n",
}
KEPT: dict[str, bytes | None] = {
    "f": b"".join(b"line %d\n" % n for n in range(20)).replace(b"line 3\n", b"kept\n"),
}
WHOLE: dict[str, bytes | None] = {
    "f": (KEPT["f"] or b"").replace(b"line 12\n", b"dropped\n"),
    "gone": None,
    "d/only": None,
    "new": b"made\n",
    "e/new": b"made, too\n",
}
EDITED: dict[str, bytes | None] = {**KEPT, "run.sh": b"#!/bin/sh\nedited\n"}
"""A part in which somebody wrote something, too, that the files are to have."""

ABOVE: dict[str, bytes | None] = {"other": b"2\n"}


@dataclass(frozen=True)
class Seen:
    """What a user can see of a repository: refs, index, files, and git's view."""

    refs: str
    index: str
    files: Mapping[str, tuple[bool, bytes]]
    status: str


def seen(repo: Repository) -> Seen:
    """The index is listed with its flags; files are those that ``.git`` isn't."""
    inside = (path.relative_to(repo.path) for path in sorted(repo.path.rglob("*")))
    names = [path for path in inside if ".git" not in path.parts]
    return Seen(
        repo.refs(),
        repo.run("ls-files", "--stage", "-t").stdout.decode("utf-8", "replace"),
        {
            str(name): (bool(file.stat().st_mode & 0o100), file.read_bytes())
            for name in names
            if (file := repo.path / name).is_file()
        },
        repo.run("status", "--porcelain").stdout.decode("utf-8", "replace"),
    )


def leftovers(repo: Repository) -> list[Path]:
    """What gitsplit or a git of it has left lying about."""
    inside = repo.path / ".git"
    return [
        *inside.rglob("*.lock"),
        *inside.rglob("*.gitsplit*"),
        *inside.glob("*.tmp"),
    ]


def tangle(repo: Repository, whole: Files = WHOLE, kept: Files = KEPT) -> str:
    """``main`` is a base, a commit that did ``whole``, and one above.

    The result is a commit in place of the second that has only what is ``kept``.
    """
    repo.commit("base", BASE)
    first = repo.commit("tangled", whole)
    repo.commit("above", ABOVE)
    repo.git("checkout", "-q", "--detach", f"{first}~1")
    part = repo.commit("tangled", kept)
    repo.git("checkout", "-q", "main")
    return part


def drop(
    repo: Repository,
    part: str,
    to: str = "worktree",
    before_commit: Callable[[], None] | None = None,
    *,
    asks: bool = True,
) -> journal.Record:
    """The record of the rewrite that puts ``part`` in place of ``HEAD~1``.

    ``to`` is where the rest goes, and "edited" where besides ``part`` is ``EDITED``.
    """
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~2")
    tangled, *above = series.commits
    tree = Oid(repo.tree(part))
    draft = CommitDraft(tangled, tangled.raw.message, "owner", tree=tree)
    rewrite = bench.rewrite(series, [draft, *map(same, above)])
    old, new = rewrite.old_tree, rewrite.new_tree
    edited = tree_with(bench.objects, old, [bench.put("run.sh", EDITED["run.sh"])])
    files = {"worktree": old, "discard": new, "edited": edited}[to]
    trees = HeadTrees(old, files, new)
    if asks:
        preflight.refuse_unclean(bench.opened, bench.objects, trees.steps())
        preflight.refuse_missing_files(bench.opened, bench.objects, trees)
    with store_objects(bench.opened, bench.objects, rewrite, [files]):
        return journal.move_refs(
            bench.opened,
            branches_to_move(bench.opened, rewrite).moves,
            "drop",
            expected_head=bench.opened.head_ref(),
            trees=trees,
            before_commit=before_commit,
        )
