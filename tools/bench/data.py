"""Cases of the benchmark as gitsplit's own values, and plans as its answers."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitsplit.model.diff import Edit, FactEdit, File, FileChange, Hunk, Span, TextEdit
from gitsplit.model.objects import Oid, object_id
from gitsplit.model.plan import Plan

Key = tuple[str, str, int]
"""A changed line: path, side, 1-based number; a fact is on side ``f``, line 0."""

Earlier = tuple[frozenset[bytes], ...]
"""The paths that each of the latest commits before a case changed.

Those outside the directories of the case's own files may be left out.
"""


@dataclass(frozen=True)
class BenchCase:
    """A commit made of several, and for each changed line which one it came from."""

    record: dict[str, Any]
    changes: tuple[FileChange, ...]

    @property
    def truth(self) -> dict[Key, int]:
        """The group of each changed line."""
        return {
            (line["path"], line["side"], line["line"]): line["group"]
            for line in self.record["truth"]
        }

    @property
    def message(self) -> str:
        """What its author may have said: the message of the group with most lines."""
        counts = Counter(self.truth.values())
        messages: list[str] = self.record.get("messages", [])
        if not counts or not messages:
            return ""
        return messages[min(counts, key=lambda group: (-counts[group], group))]

    def keys(self, edit: Edit) -> Iterator[Key]:
        """The changed lines of an edit."""
        path = self.changes[edit.file].path.decode()
        if isinstance(edit, FactEdit):
            yield path, "f", 0
            return
        yield from ((path, "-", n + 1) for n in edit.old.numbers)
        yield from ((path, "+", n + 1) for n in edit.new.numbers)

    def group_of(self, edits: tuple[Edit, ...]) -> int | None:
        """The group that most of the edits' lines came from; None where none is known.

        Lines count before facts, which the data has of some changes only.
        """
        truth = self.truth
        found = [truth[key] for e in edits for key in self.keys(e) if key in truth]
        if not found:
            return None
        counts = Counter(found)
        return min(counts, key=lambda group: (-counts[group], group))


def cases(path: Path) -> Iterator[BenchCase]:
    """The cases of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield BenchCase(record, record_changes(record))


def record_changes(record: dict[str, Any]) -> tuple[FileChange, ...]:
    """What the commit of a record did to its files."""
    hunks: dict[str, list[Hunk]] = {}
    for path, *numbers in record["hunks"]:
        if any(numbers):
            hunks.setdefault(path, []).append(_hunk_of_header(*numbers))
    return tuple(
        FileChange(
            _file_side(file, "old"),
            _file_side(file, "new"),
            tuple(hunks.get(file["new_path"] or file["old_path"], ())),
        )
        for file in sorted(
            record["files"], key=lambda f: (f["new_path"] or f["old_path"]).encode()
        )
    )


def _hunk_of_header(old: int, removed: int, new: int, added: int) -> Hunk:
    """The hunk that ``git diff -U0`` heads with these numbers."""
    first, start = old - bool(removed), new - bool(added)
    return Hunk(Span(first, first + removed), Span(start, start + added))


def _file_side(file: dict[str, Any], which: str) -> File | None:
    path, text = file[f"{which}_path"], file[which]
    if path is None:
        return None
    content = (text or "").encode()
    oid: Oid = object_id("blob", content)
    return File(path.encode(), int(file[f"{which}_mode"], 8), oid, content)


def answer(case: BenchCase, plan: Plan) -> dict[str, Any]:
    """The plan as a prediction of the scorer's."""
    groups = []
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        # A creation's fact is no line of the data where the file has lines.
        has_lines = bool(plan.changes[edit.file].hunks)
        if isinstance(edit, TextEdit) or not (has_lines and edit.fact == "create"):
            for path, side, line in case.keys(edit):
                groups.append(
                    {"path": path, "side": side, "line": line, "group": group}
                )
    return {"id": case.record["id"], "groups": groups}
