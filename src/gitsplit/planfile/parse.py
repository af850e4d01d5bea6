"""The plan file: from JSON text to values and back (``docs/plan-file.md``).

What is no plan at all, whatever the commit, is refused here with the place in the file;
whether a plan fits its commit is seen in :mod:`gitsplit.planfile.match`. Ranges of
lines are 1-based, both ends included.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NoReturn, get_args

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact
from gitsplit.model.escape import inert_json, printable
from gitsplit.model.objects import Oid
from gitsplit.model.todo import Doing

FORMAT = "gitsplit-plan"
VERSION = 1

_MANY = 10_000

LineRange = tuple[int, int]
"""First and last line, counted from 1, both included."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a group takes of one file; both paths together name the file's change.

    ``old_path`` is None where the commit creates the file, ``path`` where it deletes
    it. ``whole`` takes all of it. ``removed`` are lines of the old file, ``added`` of
    the new one. ``content`` is the file as of this group, where it is neither side.
    """

    old_path: bytes | None
    path: bytes | None
    whole: bool = False
    removed: tuple[LineRange, ...] = ()
    added: tuple[LineRange, ...] = ()
    facts: tuple[Fact, ...] = ()
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A new commit; ``rest`` takes every edit that nothing else names.

    ``owner`` keeps the Change-Id.
    """

    message: bytes
    owner: bool = False
    reason: str = ""
    rest: bool = False
    files: tuple[FileEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitEntry:
    """What becomes of one commit of the series.

    ``groups`` and ``dropped`` are those of a ``split``, ``message`` is the one of a
    ``reword`` or ``squash``.
    """

    commit: Oid
    subject: bytes = b""
    action: Doing = "pick"
    groups: tuple[GroupEntry, ...] = ()
    dropped: tuple[FileEntry, ...] = ()
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A whole plan file; ``upstream`` is None where the series begins at a root."""

    upstream: Oid | None
    head: Oid
    series: tuple[CommitEntry, ...]


def dump_plan(document: PlanDocument) -> str:
    """The document as indented JSON text; :func:`load_plan` gives it back."""
    value = {
        "format": FORMAT,
        "version": VERSION,
        "upstream": document.upstream,
        "head": document.head,
        "series": [_commit_value(entry) for entry in document.series],
    }
    pieces = json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(value)
    # Each number is a piece by itself, and takes more room than in the text.
    joined = iter(lambda: "".join(islice(pieces, _MANY)), "")
    # Kept plans and drafts are looked at in a terminal, too.
    return inert_json("".join([*joined, "\n"]))


def load_plan(text: str | bytes) -> PlanDocument:
    """The document that JSON text spells.

    Raises InvalidPlan, naming the first thing that does not match the format.
    """
    try:
        value: object = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise InvalidPlan(
            f"The plan is not JSON: {error}.",
            hint="`gitsplit --dry-run --format json` writes a plan to start from.",
        ) from None
    node = _Node(value)
    _refuse_other_formats(node)
    top = node.fields({"format", "version", "upstream", "head", "series"}, set())
    series = tuple(_commit_entry(node) for node in top["series"].items())
    return PlanDocument(top["upstream"].oid(), top["head"].commit_id(), series)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; raises InvalidPlan for a name that is there twice.

    Ranges of lines are made small at once.
    """
    value: dict[str, object] = {}
    for name, inner in pairs:
        if name in value:
            _Node(None).refuse(f'"{printable(name)}" appears twice in one object')
        value[name] = inner
    for name in ("removed", "added"):
        if ranges := _compact_ranges(value.get(name)):
            value[name] = ranges
    return value


def _compact_ranges(value: object) -> tuple[LineRange, ...]:
    """A list of ranges of lines as a tuple of tuples; empty where it is anything else.

    A file may have millions of them, and as JSON they take much more room: they are
    made small as soon as the file's entry has been read, each in its place.
    """
    if not isinstance(value, list) or not all(map(_is_range, value)):
        return ()
    for at, (first, last) in enumerate(value):
        value[at] = (first, first if first == last else last)
    return tuple(value)


def _is_range(value: object) -> bool:
    """Whether these are the first line and the last one, counted from 1."""
    if type(value) is not list or len(value) != 2:
        return False
    first, last = value
    return type(first) is int and type(last) is int and 1 <= first <= last


def _refuse_other_formats(node: "_Node") -> None:
    """Raise InvalidPlan where format or version is unknown, before fields are read."""
    top = node.members({"format", "version"})
    if top["format"].value != FORMAT:
        top["format"].refuse(f'only "{FORMAT}" is known')
    if top["version"].whole_number() != VERSION:
        top["version"].refuse(f"only version {VERSION} is known")


@dataclass(frozen=True, slots=True)
class _Node:
    """A JSON value and its path in the plan (``.series[0].groups``, as jq has it).

    What asks for a kind of value raises InvalidPlan where it is of another.
    """

    value: object
    where: str = ""

    def refuse(self, why: str) -> NoReturn:
        """Raise InvalidPlan, which names the place."""
        place = f"The plan's {self.where}" if self.where else "The plan"
        raise InvalidPlan(
            f"{place} does not match the format: {why}.",
            hint="docs/plan-file.md describes the format.",
        )

    def members(self, required: set[str]) -> Mapping[str, "_Node"]:
        """The members of an object that has at least those ``required``."""
        if not isinstance(self.value, dict):
            self.refuse("it must be an object")
        for name in sorted(required - self.value.keys()):
            self.refuse(f'"{name}" is missing')
        return {
            name: _Node(value, f"{self.where}.{name}")
            for name, value in self.value.items()
        }

    def fields(self, required: set[str], optional: set[str]) -> Mapping[str, "_Node"]:
        """The members of an object that has no others than these."""
        members = self.members(required)
        for name in members:
            if name not in required | optional:
                self.refuse(f'"{printable(name)}" is unknown')
        return members

    def items(self) -> Iterator["_Node"]:
        """The members of a list, one at a time: there may be a great many."""
        if not isinstance(self.value, list):
            self.refuse("it must be a list")
        return (_Node(v, f"{self.where}[{i}]") for i, v in enumerate(self.value))

    def text(self) -> bytes:
        """The UTF-8 of a string, or the bytes that ``{"base64": …}`` spells."""
        if isinstance(self.value, dict):
            return self.fields({"base64"}, set())["base64"].base64_bytes()
        if not isinstance(self.value, str):
            self.refuse("it must be a string")
        try:
            return self.value.encode()
        except UnicodeEncodeError:
            self.refuse('it has a lone surrogate; write {"base64": …} instead')

    def base64_bytes(self) -> bytes:
        """The bytes that a string of base64 spells."""
        if not isinstance(self.value, str):
            self.refuse("it must be a string")
        try:
            return b64decode(self.value, validate=True)
        except ValueError:
            self.refuse("it is not base64")

    def path(self) -> bytes | None:
        """A path; None for null."""
        return None if self.value is None else self.text()

    def string(self) -> str:
        return self.text().decode("utf-8", "replace")

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse("it must be true or false")
        return self.value is True

    def oid(self) -> Oid | None:
        return None if self.value is None else self.commit_id()

    def commit_id(self) -> Oid:
        text = self.value
        if (
            not isinstance(text, str)
            or len(text) != 40
            or not set(text) <= set("0123456789abcdef")
        ):
            self.refuse("it must be a full object id of 40 hex digits")
        return Oid(str(text))

    def line_ranges(self) -> tuple[LineRange, ...]:
        if isinstance(self.value, tuple):
            return self.value  # checked already, as it was read
        return tuple(node.line_range() for node in self.items())

    def line_range(self) -> LineRange:
        ends = [node.whole_number() for node in self.items()]
        if len(ends) != 2:
            self.refuse("it must be [first, last]")
        first, last = ends
        if first is None or last is None or not 1 <= first <= last:
            self.refuse("it must be [first, last], counted from 1")
        return (first, last)

    def whole_number(self) -> int | None:
        """The number; None where it is none. To JSON, 1.0 is a way to write 1."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return None if isinstance(value, bool) or not isinstance(value, int) else value


def _commit_entry(node: _Node) -> CommitEntry:
    fields = node.fields(
        {"commit"}, {"subject", "action", "groups", "dropped", "message"}
    )
    action = fields["action"].value if "action" in fields else "pick"
    if action not in get_args(Doing):
        fields["action"].refuse(f"it must be one of {', '.join(get_args(Doing))}")
    groups = list(fields["groups"].items()) if "groups" in fields else []
    dropped = list(fields["dropped"].items()) if "dropped" in fields else []
    _refuse_misplaced(node, str(action), bool(groups), bool(dropped))
    return CommitEntry(
        fields["commit"].commit_id(),
        fields["subject"].text() if "subject" in fields else b"",
        action,  # type: ignore[arg-type] # it is one of the literals
        tuple(_group_entry(group) for group in groups),
        tuple(_file_entry(file) for file in dropped),
        fields["message"].text() if "message" in fields else None,
    )


def _refuse_misplaced(
    node: _Node, action: str, has_groups: bool, has_dropped: bool
) -> None:
    """Raise InvalidPlan where the entry lacks what its action needs, or has more."""
    has_message = "message" in node.members(set())
    if (action == "split") != has_groups:
        node.refuse('"split" and "groups" belong together')
    if has_dropped and action != "split":
        node.refuse('"dropped" belongs to "split"')
    if has_message and action not in ("reword", "squash"):
        node.refuse('"message" belongs to "reword" and "squash"')
    if action == "reword" and not has_message:
        node.refuse('"reword" needs a "message"')


def _group_entry(node: _Node) -> GroupEntry:
    fields = node.fields({"message"}, {"owner", "reason", "rest", "files"})
    return GroupEntry(
        fields["message"].text(),
        "owner" in fields and fields["owner"].boolean(),
        fields["reason"].string() if "reason" in fields else "",
        "rest" in fields and fields["rest"].boolean(),
        tuple(_file_entry(f) for f in fields["files"].items())
        if "files" in fields
        else (),
    )


def _file_entry(node: _Node) -> FileEntry:
    fields = node.fields(
        {"old_path", "path"}, {"whole", "removed", "added", "facts", "content"}
    )
    entry = FileEntry(
        fields["old_path"].path(),
        fields["path"].path(),
        "whole" in fields and fields["whole"].boolean(),
        fields["removed"].line_ranges() if "removed" in fields else (),
        fields["added"].line_ranges() if "added" in fields else (),
        tuple(_fact(f) for f in fields["facts"].items()) if "facts" in fields else (),
        fields["content"].text() if "content" in fields else None,
    )
    if entry.old_path is None and entry.path is None:
        node.refuse('"old_path" and "path" can\'t both be null')
    if entry.whole and (entry.removed or entry.added or entry.facts):
        node.refuse('"whole" excludes "removed", "added" and "facts"')
    return entry


def _fact(node: _Node) -> Fact:
    if not isinstance(node.value, str) or node.value not in list(Fact):
        node.refuse(f"it must be one of {', '.join(Fact)}")
    return Fact(str(node.value))


def _commit_value(entry: CommitEntry) -> dict[str, object]:
    value: dict[str, object] = {
        "commit": entry.commit,
        "subject": _text_value(entry.subject),
        "action": entry.action,
    }
    if entry.message is not None:
        value["message"] = _text_value(entry.message)
    if entry.action == "split":
        value["groups"] = [_group_value(group) for group in entry.groups]
        value["dropped"] = [_file_value(file) for file in entry.dropped]
    return value


def _group_value(group: GroupEntry) -> dict[str, object]:
    value: dict[str, object] = {
        "message": _text_value(group.message),
        "owner": group.owner,
        "reason": group.reason,
        "files": [_file_value(file) for file in group.files],
    }
    return value | ({"rest": True} if group.rest else {})


def _file_value(file: FileEntry) -> dict[str, object]:
    value: dict[str, object] = {
        "old_path": None if file.old_path is None else _text_value(file.old_path),
        "path": None if file.path is None else _text_value(file.path),
        "whole": file.whole,
        "removed": [list(span) for span in file.removed],
        "added": [list(span) for span in file.added],
    }
    if file.facts:
        value["facts"] = [str(fact) for fact in file.facts]
    if file.content is not None:
        value["content"] = _text_value(file.content)
    return value


def _text_value(text: bytes) -> object:
    """A JSON string, or ``{"base64": …}`` where the bytes are not UTF-8."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": b64encode(text).decode("ascii")}
