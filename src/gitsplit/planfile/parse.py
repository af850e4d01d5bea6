"""The plan file: from JSON text to values (``docs/plan-file.md``).

What is no plan at all, whatever the commit, is refused here with the place in the file;
whether a plan fits its commit is seen in :mod:`gitsplit.planfile.match`. Ranges of
lines are 1-based, both ends included. Entries of version 2 may be about several
commits, which are split together, or about one change from a tree to another. In the
values commits are numbered in their entry,
from 0, whichever version the file has.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NoReturn, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact
from gitsplit.model.escape import printable
from gitsplit.model.listing import abbreviation
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.model.series import Source, Squash, Uncommitted
from gitsplit.model.todo import Doing
from gitsplit.planfile.document import (
    FORMAT,
    UNCOMMITTED,
    CommitEntry,
    FileEntry,
    GroupEntry,
    LineRange,
    PlanDocument,
    commit_of_source,
)
from gitsplit.planfile.hunks import KNOWN_PICKS, HunkEntry, HunkPick, hunk_pick

Value = TypeVar("Value")


def load_plan(text: str | bytes) -> PlanDocument:
    """The document that JSON text spells.

    :mod:`.extract` finds that text in other files. Raises InvalidPlan, naming the first
    thing that does not match the format.
    """
    try:
        value: object = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise InvalidPlan(
            f"The plan is not JSON: {_complaint(error)}.",
            hint="`gitsplit --dry-run --format json` writes a plan to start from.",
        ) from None
    node = _Node(value)
    version = _version(node)
    required = {"format", "version", "upstream", "head", "series"}
    top = node.fields(required, {"misfit", "answer", "by_hand"})
    series = tuple(_commit_entry(node, version) for node in top["series"].items())
    has_head = not any(isinstance(e.source, Uncommitted) for e in series)
    head = top["head"].commit_id() if has_head else top["head"].oid()
    return PlanDocument(top["upstream"].oid(), head, series)


def _complaint(error: Exception) -> str:
    """What is wrong with text that isn't JSON."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not {error.encoding.upper()}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object; raises InvalidPlan for a name that is there twice.

    Ranges of lines are made small at once.
    """
    value: dict[str, object] = {}
    for name, inner in pairs:
        if name in value:
            _Node(None).refuse(f'"{_brief(name)}" appears twice in one object')
        value[name] = inner
    for name in ("removed", "added"):
        if ranges := _compact_ranges(value.get(name)):
            value[name] = ranges
    return value


def _brief(name: str) -> str:
    return abbreviation(printable(name))


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


def _version(node: "_Node") -> int:
    """The version; raises InvalidPlan for another format, before fields are read."""
    top = node.members({"format", "version"})
    if top["format"].value != FORMAT:
        top["format"].refuse(f'only "{FORMAT}" is known')
    version = top["version"].whole_number()
    if version not in (1, 2):
        top["version"].refuse("only versions 1 and 2 are known")
    return version


class _Node(Struct, frozen=True):
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
            hint="`gitsplit --help-programs` shows how a plan is written.",
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
                self.refuse(f'"{_brief(name)}" is unknown')
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
        from base64 import b64decode  # few plans have any

        try:
            return b64decode(self.value, validate=True)
        except ValueError:
            self.refuse("it is not base64")

    def path(self) -> bytes | None:
        """A path; None for null."""
        return None if self.value is None else self.text()

    def string(self) -> str:
        return self.text().decode("utf-8", "replace")

    def boolean(self, known: str = "true or false") -> bool:
        if not isinstance(self.value, bool):
            self.refuse(f"it must be {known}")
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

    def commit_name(self) -> Oid:
        """The id of a commit; NO_OBJECT for what isn't committed."""
        return NO_OBJECT if self.value == UNCOMMITTED else self.commit_id()

    def commit_names(self) -> tuple[Oid, ...]:
        """The commits in a list of one or more."""
        return self.distinct(_Node.commit_name) or self.refuse("it must name a commit")

    def distinct(self, read: Callable[["_Node"], Value]) -> tuple[Value, ...]:
        """What is read of the commits in a list, none of which is there twice."""
        found = tuple(read(node) for node in self.items())
        if len(set(found)) < len(found):
            self.refuse("it names a commit twice")
        return found

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

    def number(self) -> int:
        """A whole number from 1 on."""
        found = self.whole_number()
        if found is None or found < 1:
            self.refuse("it must be a number, counted from 1")
        return found

    def whole_number(self) -> int | None:
        """The number; None where it is none. To JSON, 1.0 is a way to write 1."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return None if isinstance(value, bool) or not isinstance(value, int) else value


class _Form(Struct, frozen=True):
    """How an entry says what it is about, on which its other fields depend.

    With ``commit``, or from version 2 on with the list ``commits`` or with ``source``,
    whose groups continue the commits that are ``continued``.
    """

    version: int
    has_list: bool
    commits: tuple[Oid, ...] = ()
    source: Source | None = None
    continued: tuple[Oid, ...] = ()

    @property
    def has_heirs(self) -> bool:
        """Whether groups say which commit they continue, not only whether."""
        return self.has_list or self.source is not None

    def fields(
        self, node: _Node, required: set[str], optional: set[str], of_list: str
    ) -> Mapping[str, _Node]:
        """The members of an object, of which ``of_list`` goes with a list alone."""
        if not self.has_list and of_list in node.members(set()):
            self.refuse_without_list(node, f'"{of_list}"')
        return node.fields(required, optional)

    def refuse_without_list(self, node: _Node, what: str) -> NoReturn:
        if self.version < 2:
            node.refuse(f"{what} is known from version 2 on")
        node.refuse(f'{what} goes with "commits"')

    def number(self, node: _Node) -> int:
        """The number of the commit that is named."""
        oid = node.commit_name()
        if oid not in self.commits:
            node.refuse('it must be one of the entry\'s "commits"')
        return self.commits.index(oid)

    def rest(self, node: _Node) -> tuple[int, ...]:
        """The commits of which the rest is taken: all, none, or those in a list."""
        if not isinstance(node.value, list):
            known = "true, false or a list of commits"
            is_all = node.boolean(known) if self.has_list else node.boolean()
            return tuple(range(len(self.commits))) if is_all else ()
        if not self.has_list:
            self.refuse_without_list(node, "a list")
        return tuple(sorted(node.distinct(self.number)))


def _commit_entry(node: _Node, version: int) -> CommitEntry:
    form, fields = _form_and_fields(node, version)
    action = _action(fields.get("action"), form)
    groups = list(fields["groups"].items()) if "groups" in fields else []
    dropped = _drops(fields.get("dropped"), form)
    hunks = fields["hunks"].items() if "hunks" in fields else ()
    _refuse_misplaced(node, action, bool(groups))
    if form.source is not None and not form.has_list:
        form = replace(form, continued=_continued(groups))
    first, *later = form.commits
    return CommitEntry(
        first,
        fields["subject"].text() if "subject" in fields else b"",
        action,
        tuple(_group_entry(group, form) for group in groups),
        dropped.files,
        fields["message"].text() if "message" in fields else None,
        tuple(later),
        dropped.rest,
        dropped.hunks,
        tuple(filter(None, (_hunk_entry(hunk, form) for hunk in hunks))),
        form.source,
        form.continued,
    )


def _form_and_fields(node: _Node, version: int) -> tuple[_Form, Mapping[str, _Node]]:
    """How an entry says what it is about, and what else it says."""
    members = node.members(set())
    ways = [name for name in ("source", "commits", "commit") if name in members]
    if version < 2 and ways and ways[0] != "commit":
        node.refuse(f'"{ways[0]}" is known from version 2 on')
    if ways[:2] == ["source", "commits"] and "commit" not in members:
        return _form_to_absorb(node)
    if len(ways) > 1:
        node.refuse(f'"{ways[1]}" and "{ways[0]}" exclude each other')
    named = ways[0] if ways else "commit"
    fields = node.fields({named}, _OTHERS)
    about = fields[named]
    if named == "source":
        source = _source(about)
        return _Form(version, False, (commit_of_source(source),), source), fields
    commits = about.commit_names() if named == "commits" else (about.commit_id(),)
    if NO_OBJECT in commits:
        node.refuse(f'with "{UNCOMMITTED}" in "commits" it needs "source"')
    return _Form(version, named == "commits", commits), fields


_OTHERS = {"subject", "action", "groups", "dropped", "message", "hunks"}


def _form_to_absorb(node: _Node) -> tuple[_Form, Mapping[str, _Node]]:
    """The form of an entry about commits and, last, what isn't committed."""
    fields = node.fields({"source", "commits"}, _OTHERS)
    source, names = _source(fields["source"]), fields["commits"].commit_names()
    if isinstance(source, Squash):
        node.refuse('"commits" and "source" exclude each other')
    if len(names) < 2 or names[-1] != NO_OBJECT:
        fields["commits"].refuse(f'it must end with "{UNCOMMITTED}"')
    return _Form(2, True, names, source), fields


def _source(node: _Node) -> Source:
    """The trees that an entry is about, before and after."""
    kind = node.members({"kind"})["kind"]
    if kind.value == "squash":
        fields = node.fields({"kind", "base", "tip"}, set())
        return Squash(fields["base"].oid(), fields["tip"].commit_id())
    if kind.value not in ("worktree", "staged"):
        kind.refuse("it must be one of squash, worktree, staged")
    fields = node.fields({"kind", "head", "before", "after"}, set())
    trees = (fields[name].commit_id() for name in ("before", "after"))
    return Uncommitted(kind.value, fields["head"].oid(), *trees)


def load_source(value: object) -> Source:
    """The source that a value says; raises InvalidPlan where it says none."""
    return _source(_Node(value, ".source"))


def _continued(groups: Sequence[_Node]) -> tuple[Oid, ...]:
    """The commits that groups continue, each once, in the order of the groups."""
    heirs = (group.members(set()).get("continues") for group in groups)
    found = [heir.commit_id() for heir in heirs if heir and heir.value is not None]
    return tuple(dict.fromkeys(found))


def _action(node: _Node | None, form: _Form) -> Doing:
    """What is to be done; several commits are split, or picked as they are."""
    known: tuple[Doing, ...] = ("pick", "split") if form.has_list else get_args(Doing)
    if form.source is not None:
        known = ("split",)
    if node is None:
        return "pick" if "pick" in known else "split"
    if node.value not in known:
        node.refuse(f"it must be one of {', '.join(known)}")
    return node.value


class _Drops(Struct, frozen=True):
    """What is dropped: edits of files, hunks by number, and the rest of commits."""

    files: tuple[FileEntry, ...] = ()
    hunks: tuple[HunkPick, ...] = ()
    rest: tuple[int, ...] = ()


def _drops(node: _Node | None, form: _Form) -> _Drops:
    """What is dropped: a list of file entries, or an object that says it."""
    if node is None:
        return _Drops()
    if not isinstance(node.value, dict):
        return _Drops(tuple(_file_entry(file, form) for file in node.items()))
    only_list = "rest" if form.source is None else ""
    fields = form.fields(node, set(), {"rest", "files", "hunks"}, of_list=only_list)
    files = fields["files"].items() if "files" in fields else ()
    return _Drops(
        tuple(_file_entry(file, form) for file in files),
        _hunk_picks(fields.get("hunks")),
        form.rest(fields["rest"]) if "rest" in fields else (),
    )


def _hunk_picks(node: _Node | None) -> tuple[HunkPick, ...]:
    return tuple(map(_hunk_pick, node.items())) if node else ()


def _hunk_pick(node: _Node) -> HunkPick:
    value = node.value if isinstance(node.value, str) else node.whole_number()
    try:
        return hunk_pick("" if value is None else value)
    except ValueError as error:
        shown = abbreviation(printable(json.dumps(node.value)))
        node.refuse(f"{shown} {str(error) or f'must be {KNOWN_PICKS}'}")


def _hunk_entry(node: _Node, form: _Form) -> HunkEntry | None:
    """A hunk of the list, with its number; None for one of a commit not named here.

    That is one of a commit that was taken out of the entry since the list was written.
    """
    about = {"commit"} if form.has_list else set()
    fields = form.fields(
        node,
        {"number", "old_path", "path", *about},
        {"fact", "removed", "added", "lines"},
        of_list="commit",
    )

    def given(name: str) -> _Node | None:
        found = fields.get(name)
        return None if found is None or found.value is None else found

    fact, removed, added = given("fact"), given("removed"), given("added")
    lines = given("lines")
    commit = fields["commit"].commit_name() if form.has_list else form.commits[0]
    entry = HunkEntry(
        fields["number"].number(),
        fields["old_path"].path(),
        fields["path"].path(),
        None if fact is None else _fact(fact),
        None if removed is None else removed.line_range(),
        None if added is None else added.line_range(),
        None if lines is None else tuple(map(_hunk_line, lines.items())),
        form.commits.index(commit) if commit in form.commits else 0,
    )
    return entry if commit in form.commits else None


def _hunk_line(node: _Node) -> tuple[str, bytes]:
    parts = tuple(node.items())
    if len(parts) != 2:
        node.refuse("it must be a line's side and number, and its text")
    return parts[0].string(), parts[1].text()


def _refuse_misplaced(node: _Node, action: Doing, has_groups: bool) -> None:
    """Raise InvalidPlan where the entry lacks what its action needs, or has more."""
    members = node.members(set())
    if (action == "split") != has_groups:
        node.refuse('"split" and "groups" belong together')
    if "dropped" in members and members["dropped"].value and action != "split":
        node.refuse('"dropped" belongs to "split"')
    if "message" in members and action not in ("reword", "squash"):
        node.refuse('"message" belongs to "reword" and "squash"')
    if action == "reword" and "message" not in members:
        node.refuse('"reword" needs a "message"')


def _group_entry(node: _Node, form: _Form) -> GroupEntry:
    heir = "continues" if form.has_heirs else "owner"
    if form.has_heirs and "owner" in node.members(set()):
        named = "commits" if form.has_list else "source"
        node.refuse(f'"owner" goes with "commit"; with "{named}" say "continues"')
    others = {heir, "reason", "rest", "files", "hunks"}
    only_list = "" if form.has_heirs else "continues"
    fields = form.fields(node, {"message"}, others, of_list=only_list)
    return GroupEntry(
        fields["message"].text(),
        _continues(fields[heir], form) if heir in fields else None,
        fields["reason"].string() if "reason" in fields else "",
        form.rest(fields["rest"]) if "rest" in fields else (),
        tuple(_file_entry(f, form) for f in fields["files"].items())
        if "files" in fields
        else (),
        _hunk_picks(fields.get("hunks")),
    )


def _continues(node: _Node, form: _Form) -> int | None:
    """The number of the commit that a group continues; an owner continues the only."""
    if not form.has_heirs:
        return 0 if node.boolean() else None
    if node.value is None:
        return None
    if not form.has_list:
        return form.continued.index(node.commit_id())
    return form.number(node)


def _file_entry(node: _Node, form: _Form) -> FileEntry:
    fields = form.fields(
        node,
        {"old_path", "path", "commit"} if form.has_list else {"old_path", "path"},
        {"whole", "removed", "added", "facts", "content"},
        of_list="commit",
    )
    entry = FileEntry(
        fields["old_path"].path(),
        fields["path"].path(),
        "whole" in fields and fields["whole"].boolean(),
        fields["removed"].line_ranges() if "removed" in fields else (),
        fields["added"].line_ranges() if "added" in fields else (),
        tuple(_fact(f) for f in fields["facts"].items()) if "facts" in fields else (),
        fields["content"].text() if "content" in fields else None,
        form.number(fields["commit"]) if form.has_list else 0,
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
