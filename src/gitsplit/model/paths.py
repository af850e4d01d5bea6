"""Paths that can't stand in one tree: one file's is another's, or its directory."""

from collections.abc import Iterator, Sequence

from gitsplit.model.changes import FileChange


def directories(path: bytes) -> Iterator[bytes]:
    """Every directory that ``path`` lies in, outermost first."""
    at = path.find(b"/")
    while at >= 0:
        yield path[:at]
        at = path.find(b"/", at + 1)


def entangled(changes: Sequence[FileChange]) -> tuple[int, ...]:
    """For each file the first one (from 0) whose paths its own can collide with.

    Files collide where one takes a path that the other frees, or makes a directory of
    it; so do files that collide with the same one. A file that collides with none is
    its own.
    """
    first = list(range(len(changes)))

    def root(file: int) -> int:
        while first[file] != file:
            file = first[file]
        return file

    owner: dict[bytes, int] = {}
    for file, change in enumerate(changes):
        for path in _paths(change):
            _join(first, root(file), root(owner.setdefault(path, file)))
    for file, change in enumerate(changes):
        for parent in (p for path in _paths(change) for p in directories(path)):
            if parent in owner:
                _join(first, root(file), root(owner[parent]))
    return tuple(root(file) for file in range(len(changes)))


def _paths(change: FileChange) -> set[bytes]:
    return {side.path for side in (change.old, change.new) if side is not None}


def _join(first: list[int], a: int, b: int) -> None:
    """Both roots have the smaller one as their root."""
    first[max(a, b)] = min(a, b)
