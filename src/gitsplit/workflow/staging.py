"""Which stock commands stage one commit of a split; each is tried out first.

The files on disk are those of the commit that is split. What a new commit has of a
file as it is there, ``git add`` stages whole; a part of it ``git add -p``, where that
can, else ``git apply --cached``. What is staged is compared with the commit's tree.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

from msgspec import Struct

from gitsplit.git.config import Config
from gitsplit.git.diff import hunks_between
from gitsplit.git.rehearsal import Rehearsal
from gitsplit.git.trees import NewObjects, PathPair, changed_paths
from gitsplit.model.by_hand import (
    Command,
    Word,
    is_typeable,
    path_arguments,
    pathspec_options,
)
from gitsplit.model.diff import File, change_between
from gitsplit.model.hunk_answers import answers_for, shown_diff
from gitsplit.model.objects import (
    EXECUTABLE,
    FILE,
    GITLINK,
    Oid,
    TreeEntry,
    without_room,
)
from gitsplit.model.patch import file_patch

_TOGETHER = 20
"""So many files are named in one command."""

NEUTRAL: Mapping[str, str] = {
    "apply.ignoreWhitespace": "no",
    "apply.whitespace": "nowarn",
    "diff.context": "3",
    "diff.interHunkContext": "0",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.suppressBlankEmpty": "false",
    "interactive.diffFilter": "",
    "interactive.singleKey": "false",
}
"""Settings under which hunks and bytes are as told; named where others are set."""


def neutral_options(config: Config) -> tuple[str, ...]:
    """The options of git that undo what the user has configured otherwise."""
    given = ((key, config.get(key), plain) for key, plain in NEUTRAL.items())
    return tuple(
        word
        for key, value, plain in given
        if value is not None and value.lower() != plain
        for word in ("-c", f"{key}={plain}")
    )


def _mode(entry: TreeEntry | None) -> int:
    return 0 if entry is None else entry.mode


class NotStaged(Exception):
    """No commands were found that stage a commit; says at which paths."""

    def __init__(self, paths: Sequence[bytes]) -> None:
        self.paths = tuple(paths)
        super().__init__(*paths)


class Staging(Struct, frozen=True):
    """Finds the commands, one commit after the other.

    ``disk`` is what the files are at each path that differs from the tree before all;
    ``source`` is the commit that is split, None where it isn't stored. ``options`` and
    ``settings`` undo what is configured otherwise.
    """

    tried: Rehearsal
    objects: NewObjects
    disk: Mapping[bytes, TreeEntry | None]
    source: Oid | None = None
    options: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    def commands(self, before: Oid, after: Oid) -> tuple[Command, ...]:
        """What stages ``after`` where ``before`` is staged; raises NotStaged."""
        pairs = dict(sorted(changed_paths(self.objects, before, after).items()))
        whole = {path for path, pair in pairs.items() if self._is_whole(path, pair)}
        commands = [*self._whole(pairs, whole)]
        for path, pair in pairs.items():
            if path not in whole:
                commands += self._part(path, pair)
        if self.tried.tree() != after:
            raise NotStaged([*pairs])
        return tuple(commands)

    def _is_whole(self, path: bytes, pair: PathPair) -> bool:
        """Whether the commit has the file as it is on disk."""
        return path in self.disk and self.disk[path] == pair.after

    def _whole(
        self, pairs: Mapping[bytes, PathPair], whole: Set[bytes]
    ) -> Iterator[Command]:
        """What stages these files as they are on disk."""
        usual = whole - self._odd(whole)
        added = [path for path in pairs if path in usual]
        ignored = self.tried.ignored(p for p in added if pairs[p].before is None)
        self.tried.keep_index()
        for command in self._adding(added, ignored):
            self.tried.try_out(command)
        staged = self.tried.entries()
        plain = [path for path in added if staged.get(path) == pairs[path].after]
        self.tried.restore_index()
        # What goes comes first: a directory may be where a file was.
        others = whole - {*plain}
        left = [path for path in pairs if path in others]
        removed = [path for path in left if pairs[path].after is None]
        if removed:
            yield from self._ways_tried([self._removing(removed)], pairs)
        if plain:
            yield from self._ways_tried([[*self._adding(plain, ignored)]], pairs)
        for path in (each for each in left if pairs[each].after is not None):
            mode = _mode(staged.get(path))
            yield from self._ways_tried(
                self._whole_ways(path, pairs[path], mode), pairs
            )

    def _odd(self, paths: Set[bytes]) -> frozenset[bytes]:
        """Those for which ``git add`` would do more: add a directory, for one."""
        there = {path for path, entry in self.disk.items() if entry is not None}
        gone = paths - there
        links = (p for p in paths & there if _mode(self.disk[p]) == GITLINK)
        return frozenset((*without_room(gone, there), *links))

    @staticmethod
    def _adding(paths: Sequence[bytes], ignored: frozenset[bytes]) -> Iterator[Command]:
        """``git add`` of the files, with ``-f`` for those that git ignores."""
        for force, why in (
            ((), ""),
            (("-f",), "git ignores it; -f adds it anyway"),
        ):
            own = [path for path in paths if (path in ignored) == bool(force)]
            for at in range(0, len(own), _TOGETHER):
                named = own[at : at + _TOGETHER]
                words = (
                    *pathspec_options(named),
                    "add",
                    *force,
                    *path_arguments(named),
                )
                yield Command(words, why=why)

    @staticmethod
    def _removing(paths: Sequence[bytes]) -> list[Command]:
        words = ("update-index", "--force-remove", *path_arguments(paths))
        return [
            Command(
                words, why="a directory is in its place, and git add would add that"
            )
        ]

    def _whole_ways(
        self, path: bytes, pair: PathPair, mode: int
    ) -> Iterator[list[Command]]:
        """What stages the file as it is on disk, where ``git add`` alone doesn't.

        ``mode`` is the one that it stages.
        """
        entry = pair.after
        assert entry is not None, "what is deleted is removed"
        yield [*self._adding([path], self.tried.ignored([path]))]
        if entry.mode in (FILE, EXECUTABLE) and mode in (FILE, EXECUTABLE):
            sign = "+" if entry.mode == EXECUTABLE else "-"
            words: tuple[Word, ...] = ("update-index", f"--chmod={sign}x")
            why = "git ignores file modes here (core.fileMode)"
            yield [
                *self._adding([path], frozenset()),
                Command((*words, *path_arguments([path])), why=why),
            ]
        if self.source is not None:
            what = (
                "the submodule may have another commit checked out"
                if entry.mode == GITLINK
                else ("line endings or a filter would have git add store other bytes")
            )
            words = (*pathspec_options([path]), "reset", "-q", self.source[:10], "--")
            yield [Command((*words, path), why=f"{what}; this stages the commit's own")]
        yield from self._patched(path, pair)

    def _part(self, path: bytes, pair: PathPair) -> Sequence[Command]:
        """What stages a part of what the file on disk has."""
        return self._ways_tried(self._part_ways(path, pair), {path: pair})

    def _part_ways(self, path: bytes, pair: PathPair) -> Iterator[list[Command]]:
        before, after = pair
        if after is None:
            words = ("update-index", "--force-remove", *path_arguments([path]))
            yield [Command(words, why="the file stays on disk for now")]
            return
        disk = self.disk.get(path, before)
        if (
            all(e is None or e.mode in (FILE, EXECUTABLE) for e in (*pair, disk))
            and disk
        ):
            for splits in (True, False):
                yield from self._interactive(path, pair, splits=splits)
        yield from self._patched(path, pair)

    def _interactive(
        self, path: bytes, pair: PathPair, *, splits: bool
    ) -> Iterator[list[Command]]:
        """``git add -p`` of the file, after ``git add -N`` where it is new."""
        before, after = pair
        assert after is not None, "it is there"
        first: list[Command] = []
        if before is None:
            force = ("-f",) if self.tried.ignored([path]) else ()
            words = (*pathspec_options([path]), "add", *force, "-N")
            first = [Command((*words, *path_arguments([path])))]
            self.tried.try_out(first[0])
        shown = shown_diff(self.tried.diff(path, self.options))
        self.tried.restore_index()
        told = answers_for(
            shown,
            self._content(before),
            self._content(after),
            takes_mode=before is not None and before.mode != after.mode,
            splits=splits,
        )
        if told is None or not told.keys or not all(map(is_typeable, told.texts)):
            return
        words = (*self.options, *pathspec_options([path]), "add", "-p")
        asked = Command(
            (*words, *path_arguments([path])),
            told.keys,
            told.texts,
            None,
            self.settings,
        )
        yield [*first, asked]

    def _content(self, entry: TreeEntry | None) -> bytes:
        return b"" if entry is None else self.objects.read_object(entry.oid)[1]

    def _patched(self, path: bytes, pair: PathPair) -> Iterator[list[Command]]:
        """``git apply --cached`` of the very change."""
        if any(e is not None and e.mode == GITLINK for e in pair):
            return
        old, new = (
            None if e is None else File(path, e.mode, e.oid, self._content(e))
            for e in pair
        )
        change = change_between(old, new, hunks_between, by_lines=True)
        patch = b"".join(file_patch(change))
        why = "git add -p can't stage just these lines"
        if self.disk.get(path, pair.before) is None:
            why = "git add -p can stage this deletion only as a whole"
        yield [Command((*self.options, "apply", "--cached"), stdin=patch, why=why)]

    def _ways_tried(
        self,
        ways: Iterator[list[Command]] | Sequence[list[Command]],
        pairs: Mapping[bytes, PathPair],
    ) -> list[Command]:
        """The first of the ways that stages what is wanted, and nothing else.

        It is staged from then on. Raises NotStaged.
        """
        self.tried.keep_index()
        before = self.tried.entries()
        for way in ways:
            if all(map(self.tried.try_out, way)) and self._is_right(before, pairs):
                return way
            self.tried.restore_index()
        raise NotStaged([*pairs])

    def _is_right(
        self, before: Mapping[bytes, TreeEntry], pairs: Mapping[bytes, PathPair]
    ) -> bool:
        """Whether all that was staged since is what is wanted at these paths.

        Some of them may be as they were.
        """
        now = self.tried.entries()
        staged = [p for p in before.keys() | now.keys() if before.get(p) != now.get(p)]
        return bool(staged) and all(
            p in pairs and now.get(p) == pairs[p].after for p in staged
        )
