"""What is in a repository's branches, read with git's plumbing once for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.repository import Repository

from tools.stress.values import Listing


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its tree's id and files, and its only parent, if it has one."""

    parent: str | None
    tree: str
    files: Listing


def commits_of(repo: Repository) -> dict[str, Commit]:
    """Every commit that a branch reaches, by id; none may be a merge."""
    log = ("log", "--branches", "--topo-order", "--reverse", "--format=%H %T %P")
    rows = [row.split() for row in repo.git(*log).splitlines()]
    changes = _changes(repo, [row[0] for row in rows])
    found: dict[str, Commit] = {}
    for oid, tree, *parents in rows:
        parent = parents[0] if parents else None
        files = dict(found[parent].files) if parent else {}
        for path, entry in changes[oid]:
            if entry is None:
                del files[path]
            else:
                files[path] = entry
        found[oid] = Commit(parent, tree, files)
    return found


def _changes(
    repo: Repository, oids: Iterable[str]
) -> dict[str, list[tuple[bytes, tuple[int, str] | None]]]:
    """What each commit changed, deletions first."""
    diff = ("diff-tree", "--stdin", "--root", "-r", "-z", "--raw", "--no-renames")
    out = repo.run(*diff, "--no-abbrev", stdin="\n".join(oids).encode() + b"\n").stdout
    found: dict[str, list[tuple[bytes, tuple[int, str] | None]]] = {
        oid: [] for oid in oids
    }
    fields = iter(out.split(b"\0")[:-1])
    for field in fields:
        if not field.startswith(b":"):
            changes = found[field.decode("ascii")]
            continue
        _, mode, _, oid, status = field.decode("ascii").split(" ")
        entry = None if status == "D" else (int(mode, 8), oid)
        place = 0 if entry is None else len(changes)
        changes.insert(place, (next(fields), entry))
    return found


def tips(repo: Repository) -> dict[str, str]:
    """Each branch's commit."""
    rows = repo.git("for-each-ref", "--format=%(refname:short) %(objectname)")
    return dict(row.split(" ") for row in rows.splitlines())
