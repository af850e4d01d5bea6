"""Where each hunk of uncommitted changes goes that commits absorb, as lines of text.

It comes first in a report: the rest is what the commits had all along.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from gitsplit.model.corrections import (
    correction_homes,
    correction_name,
    unsure_corrections,
    why_homeless,
)
from gitsplit.model.diff import TextEdit
from gitsplit.model.escape import printable, printable_diff_line
from gitsplit.model.lineage import commit_of
from gitsplit.model.listing import quantity
from gitsplit.model.message import subject_of
from gitsplit.model.plan import DROPPED, Plan

if TYPE_CHECKING:
    from gitsplit.report.findings import Split

MOST_LINES = 10
"""So many lines of a hunk are shown where diffs aren't asked for."""


class AbsorbedHunk(Struct, frozen=True):
    """A hunk of uncommitted changes, and the new commit that it goes into.

    ``name`` is its file with its first line, ``lines`` are those that it removes and
    adds, with ``-`` and ``+``. ``group`` is the number of the new commit, from 0; None
    where it stays uncommitted. ``why_not`` says why it isn't sure to belong there, or
    why it has no home; ``home`` is the number, from 0, of the commit of the range that
    it is at home in, and doesn't go to.
    """

    name: bytes
    lines: tuple[bytes, ...]
    group: int | None
    why_not: str = ""
    home: int | None = None


def absorbed_hunks(plan: Plan) -> Iterator[AbsorbedHunk]:
    """Each hunk of the last commit of the plan's range, which isn't committed."""
    unsure = unsure_corrections(plan)
    for place, home in correction_homes(plan).items():
        group = plan.group_of[place]
        name, lines = correction_name(plan, place), tuple(_lines(plan, place))
        if group != DROPPED:
            yield AbsorbedHunk(name, lines, group, unsure.get(place, ""))
        elif home is None:
            yield AbsorbedHunk(name, lines, None, why_homeless(plan, place))
        else:
            yield AbsorbedHunk(name, lines, None, home=commit_of(plan, home.place))


def _lines(plan: Plan, place: int) -> Iterator[bytes]:
    edit = plan.edits[place]
    change = plan.changes[edit.file]
    if not isinstance(edit, TextEdit):
        yield edit.fact.encode()
        return
    yield from (b"-" + change.old_lines[line] for line in edit.old.numbers)
    yield from (b"+" + change.new_lines[line] for line in edit.new.numbers)


def absorbed_lines(split: "Split", *, are_all_shown: bool) -> Iterator[str]:
    """How many hunks go into commits; then each with where it goes, and its lines.

    Of long ones only the first lines, unless all are asked for.
    """
    hunks = split.absorbed
    going = sum(hunk.group is not None for hunk in hunks)
    yield f"{quantity(len(hunks), 'hunk')} of uncommitted changes, {going} absorbed:"
    for hunk in hunks:
        yield ""
        yield f"{printable(hunk.name)} {_goal(split, hunk)}"
        if hunk.group is not None and hunk.why_not:
            yield f"  ? {hunk.why_not}"
        is_short = are_all_shown or len(hunk.lines) <= MOST_LINES + 1
        for line in hunk.lines if is_short else hunk.lines[:MOST_LINES]:
            yield "  " + printable_diff_line(line.rstrip(b"\r\n"))
        if not is_short:
            yield f"  … {len(hunk.lines) - MOST_LINES} more lines"


def _goal(split: "Split", hunk: AbsorbedHunk) -> str:
    """Where the hunk goes: into which commit, or why it stays uncommitted."""
    if hunk.group is not None:
        message = split.parts[hunk.group].commit.draft.message
        return f"→ {hunk.group + 1} {printable(subject_of(message))}"
    if hunk.home is None:
        return f"stays uncommitted: {hunk.why_not}"
    home = split.commits[hunk.home]
    who = printable(home.raw.author.who)
    return f"stays uncommitted: it belongs to {home.in_words}, by {who}"
