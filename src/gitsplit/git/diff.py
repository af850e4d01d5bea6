"""The diff of two trees, exactly as git's own under one fixed set of options.

The options are those of the plan format: ``git -c diff.indentHeuristic=true diff
--diff-algorithm=myers -U0 --inter-hunk-context=0 -M50% -l1000 --no-ext-diff
--no-textconv``, whatever the user configured. Trees are compared here and lines by
libgit2; renames and attributes are git's to decide, so git is asked about them, once
for however many commits and only where there is something to decide. Whether a file is
binary is decided as git does it: by its path's attributes, or else by its size and its
first bytes.

Also the three-way merge of a file's contents (``git-merge-file(1)``).
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from msgspec import Struct

from gitsplit.errors import GitFailed
from gitsplit.git.libgit2 import pygit2
from gitsplit.git.program import PARSED, failure
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import temporary_directory
from gitsplit.git.trees import NewObjects, changed_paths
from gitsplit.model.diff import File, FileChange, Hunk, Span, change_between
from gitsplit.model.lines import Lines
from gitsplit.model.listing import quantity
from gitsplit.model.objects import (
    EXECUTABLE,
    FILE,
    GITLINK,
    Oid,
    TreeEntry,
)

_RAW = (
    *("--no-replace-objects", "diff-tree", "--stdin", "-r", "-z", "--raw"),
    *("--no-abbrev", "-M50%", "-l1000", "--no-ext-diff", "--ignore-submodules=none"),
)
_FETCH = ("pack-objects", "--stdout", "-q", "--window=0")
_HUNKS = pygit2.GIT_DIFF_INDENT_HEURISTIC | pygit2.GIT_DIFF_FORCE_TEXT
_TAIL_BLOCK = 1024

_PROBE = 8000
"""So many bytes git looks at for a NUL."""

_READ_WHOLE = 1 << 20
"""Up to so many bytes a file is read at once, though it may turn out to be binary."""

_BIG = 512 << 20
"""The value of ``core.bigFileThreshold`` where it isn't set."""
_MANY_LINES = 500_000
"""Of more lines git finds the hunks: it takes a third of the memory libgit2 does.

That is half a gigabyte, so only where the hunks aren't certain without it.
"""

_COUNTED = 1 << 20
"""In so many bytes lines are counted at once."""

_GIT_HUNKS = (
    *("--no-replace-objects", "-c", "diff.indentHeuristic=true", "diff", "-U0"),
    *("--diff-algorithm=myers", "--inter-hunk-context=0", "--text", "--no-color"),
    *("--no-ext-diff", "--no-textconv"),
)
_GIT_HUNK = re.compile(rb"\n@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class TreeFile(Struct, frozen=True):
    """A file in a tree: where it is, its mode, and the object that it names."""

    path: bytes
    mode: int
    oid: Oid


class FilePair(Struct, frozen=True):
    """A file before and after; None where it doesn't exist."""

    old: TreeFile | None
    new: TreeFile | None

    @property
    def sides(self) -> tuple[TreeFile, ...]:
        """The sides that exist, old first."""
        return tuple(side for side in (self.old, self.new) if side is not None)

    @property
    def path(self) -> bytes:
        """The new path, or the old one of a deleted file."""
        return self.sides[-1].path

    @property
    def has_lines(self) -> bool:
        """Whether it is a regular file on each side that exists."""
        return all(S_ISREG(side.mode) for side in self.sides)


TreePair = tuple[Oid, Oid]
"""An old and a new tree."""


def file_pairs(
    repo: Repository, trees: Sequence[TreePair]
) -> tuple[tuple[FilePair, ...], ...]:
    """For each pair of trees the files that differ, with renames, sorted by path.

    The contents are stored here afterwards, also in a partial clone that lacked some.
    Raises GitFailed where they can't be fetched.
    """
    compared = [tuple(_compare_trees(repo, *pair)) for pair in trees]
    _fetch_contents(repo, (pair for files in compared for pair in files))
    asked = [
        pair
        for pair, files in zip(trees, compared, strict=True)
        if _may_have_renames(files)
    ]
    with_renames = iter(_diff_trees_by_git(repo, asked))
    return tuple(
        tuple(
            sorted(
                next(with_renames) if _may_have_renames(files) else files, key=_by_path
            )
        )
        for files in compared
    )


def _by_path(pair: FilePair) -> bytes:
    return pair.path


def _may_have_renames(files: Iterable[FilePair]) -> bool:
    """Whether files were deleted and others added; git decides if those are renames."""
    gone = came = False
    for pair in files:
        gone |= pair.new is None
        came |= pair.old is None
    return gone and came


def _compare_trees(repo: Repository, old: Oid, new: Oid) -> Iterator[FilePair]:
    """The files that differ between two trees, unsorted and without renames."""
    for path, sides in changed_paths(NewObjects(repo), old, new).items():
        files = FilePair(*(_tree_file(path, side) for side in sides))
        if files.old != files.new:
            yield files


def _tree_file(path: bytes, entry: TreeEntry | None) -> TreeFile | None:
    return TreeFile(path, _canonical_mode(entry.mode), entry.oid) if entry else None


def _canonical_mode(mode: int) -> int:
    """The mode as git compares it: 100664, which old trees have, is 100644."""
    if not S_ISREG(mode):
        return mode
    return EXECUTABLE if mode & 0o100 else FILE


def _diff_trees_by_git(
    repo: Repository, trees: Sequence[TreePair]
) -> list[list[FilePair]]:
    """Run ``git diff-tree`` once: for each pair of trees the files that differ."""
    if not trees:
        return []
    # Comparing contents may fetch them from a remote that asks for a password.
    asked = "".join(f"{old} {new}\n" for old, new in trees).encode("ascii")
    out = repo.program.run(*_RAW, stdin=asked, terminal=True).stdout
    found: list[list[FilePair]] = []
    at = 0
    while at < len(out):
        if out[at : at + 1] != b":":
            found.append([])
            at = out.index(b"\n", at) + 1
            continue
        pair, at = _raw_record(out, at)
        found[-1].append(pair)
    return found


def _raw_record(out: bytes, at: int) -> tuple[FilePair, int]:
    """Parse the record of ``git diff-tree --raw -z`` at ``at``.

    The next one's offset.
    """
    end = out.index(b"\0", at)
    old_mode, new_mode, old_oid, new_oid, status = out[at + 1 : end].decode().split(" ")
    start, end = end + 1, out.index(b"\0", end + 1)
    old_path = new_path = out[start:end]
    if status[0] == "R":
        start, end = end + 1, out.index(b"\0", end + 1)
        new_path = out[start:end]
    old = TreeFile(old_path, int(old_mode, 8), Oid(old_oid))
    new = TreeFile(new_path, int(new_mode, 8), Oid(new_oid))
    return FilePair(old if old.mode else None, new if new.mode else None), end + 1


def _fetch_contents(repo: Repository, pairs: Iterable[FilePair]) -> None:
    """Fetch all missing contents of these files in one request (partial clones).

    ``git pack-objects`` fetches all that it lacks at once, where a diff would ask for
    each commit's on their own, and ``cat-file`` for each blob.
    """
    files = {side for pair in pairs for side in pair.sides if side.mode != GITLINK}
    missing = sorted({file.oid for file in files if not repo.has_object(file.oid)})
    if not missing:
        return
    asked = "".join(f"{oid}\n" for oid in missing).encode("ascii")
    done = repo.program.run(*_FETCH, stdin=asked, check=False, terminal=True)
    if done.status:
        raise GitFailed(
            f"{quantity(len(missing), 'object')} of changed files can't be fetched:"
            f" {done.reason}.",
            hint="This is a partial clone: check that its remote can be reached.",
        )


def looks_binary(repo: Repository, content: bytes) -> bool:
    """Whether git takes the content for binary: a NUL early on, or very large."""
    return b"\0" in content[:_PROBE] or len(content) > _big_file_threshold(repo)


def _big_file_threshold(repo: Repository) -> int:
    return repo.config.get_int("core.bigFileThreshold", _BIG)


class Probe(NamedTuple):
    """Whether a file is binary, and its content where that was read to find out."""

    is_binary: bool
    content: bytes | None = None


class BinaryTest(Struct, frozen=True):
    """The test of files of a repository; ``by_attribute`` has what paths' say."""

    repo: Repository
    by_attribute: Mapping[bytes, bool | None]

    def probe(self, path: bytes, oid: Oid) -> Probe:
        """Look at a file, of which no more is read than must be."""
        known = self.by_attribute.get(path)
        if known is not None:
            return Probe(known)
        content = self.repo.read_small(oid, _READ_WHOLE)
        if content is not None:
            return Probe(looks_binary(self.repo, content), content)
        if (self.repo.object_size(oid) or 0) > _big_file_threshold(self.repo):
            return Probe(is_binary=True)
        return Probe(b"\0" in self.repo.read_beginning(oid, _PROBE))


def binary_test(repo: Repository, paths: Iterable[bytes]) -> BinaryTest:
    """The test of files at these paths."""
    return BinaryTest(repo, _binary_by_attribute(repo, paths))


def _binary_by_attribute(
    repo: Repository, paths: Iterable[bytes]
) -> dict[bytes, bool | None]:
    """Whether each path is binary by its attributes; None where the content decides.

    The attribute ``diff`` and ``diff.<driver>.binary`` (gitattributes(5)).
    """
    asked = b"".join(path + b"\0" for path in sorted(set(paths)))
    if not asked:
        return {}
    done = repo.program.run("check-attr", "-z", "--stdin", "diff", stdin=asked)
    fields = done.stdout.split(b"\0")
    values = zip(fields[0::3], fields[2::3], strict=False)
    return {path: _is_binary_driver(repo, value) for path, value in values}


def _is_binary_driver(repo: Repository, value: bytes) -> bool | None:
    """Whether this value of ``diff`` means binary; None if the content decides."""
    known: Mapping[bytes, bool | None] = {
        b"set": False,
        b"unset": True,
        b"unspecified": None,
    }
    if value in known:
        return known[value]
    key = f"diff.{os.fsdecode(value)}.binary"
    if repo.config.get(key) in (None, "auto"):
        return None
    return repo.config.get_bool(key)


def hunks_of_files(
    repo: Repository, old: File | None, new: File | None
) -> tuple[Hunk, ...]:
    """The hunks without context between two stored files, whose contents were read.

    None stands for a file that isn't there.
    """
    before, after = ((side and side.content) or b"" for side in (old, new))
    if old and new and _have_many_lines(before, after):
        from gitsplit.git.sparse_diff import sparse_hunks

        found = sparse_hunks(before, after)
        return tuple(_hunks_by_git(repo, old.oid, new.oid)) if found is None else found
    if before and after:
        return hunks_between(before, after)
    spans = (Span(0, len(Lines(content))) for content in (before, after))
    return (Hunk(*spans),) if before or after else ()


def _have_many_lines(*contents: bytes) -> bool:
    """Whether there are more lines than libgit2 compares; none is counted beyond."""
    left = _MANY_LINES
    for content in contents:
        for at in range(0, len(content), _COUNTED):
            left -= content.count(b"\n", at, at + _COUNTED)
            if left < 0:
                return True
    return False


def _hunks_by_git(repo: Repository, old: Oid, new: Oid) -> Iterator[Hunk]:
    """The hunks between two blobs by ``git diff``, read from their headers."""
    printed = repo.program.run(*_GIT_HUNKS, old, new, env={"GIT_DIFF_OPTS": ""}).stdout
    for found in _GIT_HUNK.finditer(printed):
        old_start, removed, new_start, added = (
            int(number or b"1") for number in found.groups()
        )
        yield Hunk(_header_span(old_start, removed), _header_span(new_start, added))


def hunks_between(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """The hunks without context that turn ``old`` into ``new``, as ``git diff -U0``."""
    old, new = _without_common_tail(old, new)
    patch = pygit2.Patch.create_from(
        old,
        new,
        flag=_HUNKS,  # type: ignore[arg-type] # any number will do
        context_lines=0,
    )
    return tuple(
        Hunk(
            _header_span(each.old_start, each.old_lines),
            _header_span(each.new_start, each.new_lines),
        )
        for each in patch.hunks
    )


def changes_between(objects: NewObjects, old: Oid, new: Oid) -> tuple[FileChange, ...]:
    """What leads from one tree to the other, by path; a rename is two changes.

    What looks binary has no hunks; attributes aren't asked for.
    """
    found = []
    for path, pair in sorted(changed_paths(objects, old, new).items()):
        before, after = (_new_file(objects, path, entry) for entry in pair)
        by_lines = all(
            S_ISREG(side.mode) and b"\0" not in (side.content or b"")[:_PROBE]
            for side in (before, after)
            if side is not None
        )
        found.append(change_between(before, after, hunks_between, by_lines=by_lines))
    return tuple(found)


def _new_file(objects: NewObjects, path: bytes, entry: TreeEntry | None) -> File | None:
    """The file of a tree's entry; a submodule has no content."""
    if entry is None:
        return None
    is_here = entry.mode != GITLINK
    content = objects.read_object(entry.oid)[1] if is_here else None
    return File(path, entry.mode, entry.oid, content)


def _header_span(start: int, count: int) -> Span:
    """The lines that an ``@@`` header means, 0-based and half-open.

    For an empty run it names the line before.
    """
    first = start - 1 if count else start
    return Span(first, first + count)


def _without_common_tail(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both contents without the tail that ``git diff`` doesn't compare.

    Without context git leaves out what is equal in blocks of 1024 bytes from the end,
    but keeps the first line that begins or goes on there. libgit2 compares all, and
    then slides a hunk elsewhere among equal lines.
    """
    most = min(len(old), len(new))
    equal = 0
    while equal + _TAIL_BLOCK <= most and _tail_block(old, equal) == _tail_block(
        new, equal
    ):
        equal += _TAIL_BLOCK
    newline = old.find(b"\n", len(old) - equal) + 1
    cut = len(old) - newline if newline else 0
    return old[: len(old) - cut], new[: len(new) - cut]


def _tail_block(content: bytes, after: int) -> bytes:
    """The block of 1024 bytes that ends ``after`` bytes before the end."""
    end = len(content) - after
    return content[end - _TAIL_BLOCK : end]


_MOST_CONFLICTS = 127
"""The highest exit status that counts conflicts; above it git couldn't merge."""


def merge_contents(
    repo: Repository, base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """Merge the contents three-way, as ``git-merge-file(1)``.

    None where they conflict, or one of them is binary.
    """
    contents = {"ours": ours, "base": base, "theirs": theirs}
    if any(looks_binary(repo, content) for content in contents.values()):
        return None
    with temporary_directory() as directory:
        for name, content in contents.items():
            Path(directory, name).write_bytes(content)
        paths = (str(Path(directory, name)) for name in contents)
        args = ("merge-file", "-p", "-q", *paths)
        done = repo.program.run(*args, check=False, env=PARSED)
    if 0 < done.status <= _MOST_CONFLICTS:
        return None
    if done.status:
        raise failure(args, done)
    return done.stdout
