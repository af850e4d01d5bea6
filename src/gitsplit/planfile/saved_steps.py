"""The steps of a saved draft: todo lists as JSON and back, for undo to work again.

A plan file says where each line goes. It says neither how edits were cut, nor which
plans wait for an action to be split again, nor how the user came there. Here each list
is written with its cuts, as what differs from the list before it. They are read with
the changes of the commits at hand; what doesn't fit those is refused.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise
from typing import Any, Generic, TypeVar, get_args

from msgspec import Struct, field

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Edit, FactEdit, FileChange, Span, TextEdit, edits_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Group, Override, Plan
from gitsplit.model.series import Source, SourceCommit
from gitsplit.model.todo import Doing, Entry, Todo

Json = Any
"""What :mod:`json` takes and gives."""

Changes = tuple[FileChange, ...]
Value = TypeVar("Value")

ChangesOf = Callable[[tuple[Oid, ...], Source | None], Changes]
"""What gives the changes of a range of commits, or of them as one change."""


def dump_steps(todos: Sequence[Todo]) -> Json:
    """The lists, of which there is one at least, as JSON for :func:`load_steps`."""
    plans: _Table[Plan] = _Table()
    entries: _Table[Entry] = _Table()
    first, *_ = todos
    steps = [
        _entry_changes(entries, before, after) for before, after in pairwise(todos)
    ]
    begin = [entries.place(entry) for entry in first.entries]
    listed = [_entry_value(entry, plans) for entry in entries.values]
    return {
        "begin": begin,
        "steps": steps,
        "entries": listed,
        "plans": [_plan_value(plan) for plan in plans.values],
    }


def load_steps(
    value: Json,
    commits: Mapping[Oid, SourceCommit],
    changes_of: ChangesOf,
) -> tuple[Todo, ...]:
    """The lists that :func:`dump_steps` gave; ``changes_of`` a range are its own.

    Raises ValueError where they don't fit the commits; also KeyError, TypeError or
    IndexError where it is no such JSON at all.
    """
    rows = [_check_row(row) for row in value["entries"]]
    planned = {
        row["plan"]: (tuple(map(Oid, row["commits"])), _source_of_row(row))
        for row in rows
    }
    plans = {
        number: _plan(value["plans"][number], changes_of(oids, source))
        for number, (oids, source) in planned.items()
        if number is not None
    }
    entries = [_entry_of_row(row, commits, plans) for row in rows]
    at = list(value["begin"])
    todos = [_todo_of_rows(entries, at, commits)]
    for step in value["steps"]:
        if isinstance(step, list):
            at = list(step)
        else:
            at[:] = [step.get(str(n), number) for n, number in enumerate(at)]
        todos.append(_todo_of_rows(entries, at, commits))
    return tuple(todos)


class _Table(Struct, Generic[Value]):
    """Values with their numbers, each written once; which is which goes by identity."""

    values: list[Value] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)

    def place(self, value: Value) -> int:
        """The number of the value, which is put into the table if it is new."""
        if id(value) not in self.places:
            self.places[id(value)] = len(self.values)
            self.values.append(value)
        return self.places[id(value)]


def _entry_changes(
    entries: "_Table[Entry]", before: Todo, after: Todo
) -> dict[str, int] | list[int]:
    """The places at which ``after`` has another entry, with the entry's number.

    All numbers, where it has more entries or fewer.
    """
    if len(before.entries) != len(after.entries):
        return [entries.place(entry) for entry in after.entries]
    pairs = enumerate(zip(before.entries, after.entries, strict=True))
    return {str(n): entries.place(new) for n, (old, new) in pairs if old is not new}


def _entry_value(entry: Entry, plans: "_Table[Plan]") -> Json:
    return {
        "commits": [commit.oid for commit in entry.commits],
        "action": entry.action,
        "message": None if entry.message is None else _json_text(entry.message),
        "plan": None if entry.plan is None else plans.place(entry.plan),
        "source": None if entry.source is None else _source_value(entry.source),
    }


def _source_value(source: Source) -> Json:
    from gitsplit.planfile.dump import source_value  # few drafts have any

    return source_value(source)


def _plan_value(plan: Plan) -> Json:
    """A plan: its cuts, and its groups in runs."""
    runs = ((group, len(list(run))) for group, run in groupby(plan.group_of))
    return {
        "cuts": list(_cuts(plan.edits)),
        "in": [[None if group == DROPPED else group, n] for group, n in runs],
        "groups": [_group_row(group) for group in plan.groups],
        "heirs": plan.continued_by,
        "overrides": [
            [o.group, o.file, _json_text(o.content), _json_text(o.base), o.lasting]
            for o in plan.overrides
        ],
    }


def _group_row(group: Group) -> Json:
    """A group: its message, its reason, and a third value where it is proposed."""
    row = [_json_text(group.message), group.reason]
    return [*row, True] if group.is_proposed else row


def _cuts(edits: Sequence[Edit]) -> Iterator[Json]:
    """The hunks that are cut, each with the old and the new line of each cut."""
    texts = (edit for edit in edits if isinstance(edit, TextEdit))
    for (file, hunk), run in groupby(texts, key=lambda edit: (edit.file, edit.hunk)):
        _, *later = run
        if later:
            yield [file, hunk, [[edit.old.start, edit.new.start] for edit in later]]


def _check_row(row: Json) -> Json:
    """The row of an entry; raises ValueError for an unknown action or lacking plan."""
    if row["action"] not in get_args(Doing):
        raise ValueError(row["action"])
    if row["action"] == "split" and row["plan"] is None:
        raise ValueError("a split without a plan")
    return row


def _entry_of_row(
    row: Json, commits: Mapping[Oid, SourceCommit], plans: Mapping[int, Plan]
) -> Entry:
    message = None if row["message"] is None else _bytes_of_text(row["message"])
    plan = None if row["plan"] is None else plans[row["plan"]]
    first, *rest = (commits[Oid(oid)] for oid in row["commits"])
    if plan is not None and len(plan.continued_by) != len(row["commits"]):
        raise ValueError("a plan for something else")
    return Entry(first, row["action"], message, plan, tuple(rest), _source_of_row(row))


def _source_of_row(row: Json) -> Source | None:
    if row.get("source") is None:
        return None
    from gitsplit.planfile.parse import load_source  # few drafts have any

    try:
        return load_source(row["source"])
    except InvalidPlan as refusal:
        raise ValueError(str(refusal)) from refusal


def _todo_of_rows(
    entries: Sequence[Entry], at: Sequence[int], commits: Mapping[Oid, SourceCommit]
) -> Todo:
    todo = Todo(tuple(entries[number] for number in at))
    if sorted(todo.order) != sorted(commits):
        raise ValueError("other commits than those of the series")
    return todo


def _plan(value: Json, changes: Changes) -> Plan:
    edits = tuple(_edits_with_cuts(changes, value["cuts"]))
    runs = [(DROPPED if each is None else each, n) for each, n in value["in"]]
    if sum(count for _, count in runs) != len(edits):
        raise ValueError("a plan for something else")
    group_of = tuple(chain.from_iterable([group] * count for group, count in runs))
    groups = tuple(
        Group(_bytes_of_text(message), str(why), is_proposed=bool(proposed))
        for message, why, *proposed in value["groups"]
    )
    places = {*range(len(groups)), DROPPED}
    heirs = tuple(value["heirs"])
    if not places.issuperset({*group_of, *({*heirs} - {None})}):
        raise ValueError("a plan for something else")
    overrides = tuple(_override(row) for row in value["overrides"])
    if any(o.file >= len(changes) or o.group not in places for o in overrides):
        raise ValueError("a content for something else")
    return Plan(changes, edits, group_of, groups, heirs, overrides)


def _override(row: Json) -> Override:
    group, file, content, base, lasting = row
    return Override(
        int(group),
        int(file),
        _bytes_of_text(content),
        _bytes_of_text(base),
        lasting is True,
    )


def _edits_with_cuts(changes: Changes, cuts: Json) -> Iterator[Edit]:
    """The edits of the changes, cut there; raises ValueError where none can be."""
    at = {(file, hunk): [tuple(cut) for cut in lines] for file, hunk, lines in cuts}
    for edit in edits_of(changes):
        if isinstance(edit, FactEdit):
            yield edit
        else:
            yield from _parts_between(edit, at.pop((edit.file, edit.hunk), []))
    if at:
        raise ValueError("a cut in no hunk")


def _parts_between(
    edit: TextEdit, cuts: Sequence[tuple[int, int]]
) -> Iterator[TextEdit]:
    """The parts of an edit cut at these old and new lines (from 0).

    Raises ValueError where one of them would have no lines.
    """
    begin, end = (edit.old.start, edit.new.start), (edit.old.stop, edit.new.stop)
    for (old, new), (old_stop, new_stop) in pairwise([begin, *cuts, end]):
        removed, added = Span(old, old_stop), Span(new, new_stop)
        is_backwards = old_stop < old or new_stop < new
        if is_backwards or (old, new) == (old_stop, new_stop):
            raise ValueError("a cut without lines")
        yield TextEdit(edit.file, edit.hunk, removed, added)


def _json_text(content: bytes) -> str:
    """Bytes as JSON can have them; those that aren't UTF-8 as lone surrogates."""
    return content.decode("utf-8", "surrogateescape")


def _bytes_of_text(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
