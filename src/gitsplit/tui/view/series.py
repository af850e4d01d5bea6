"""The screen of the series: a line for each commit, words about the selected one."""

from collections.abc import Iterator, Mapping, Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.checks import Conflict
from gitsplit.model.listing import line_counts, quantity
from gitsplit.model.memo import memo
from gitsplit.model.objects import Oid
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import Estimate, State, entries_of
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.new_commits import new_commits, new_subjects, order_flaws
from gitsplit.tui.state.problems import (
    REBASE_OFFER,
    conflict_of,
    outlook_words,
    range_offer,
)
from gitsplit.tui.state.series_rows import (
    SeriesRow,
    estimates_of_entries,
    selected_stretch,
    series_rows,
)
from gitsplit.tui.view.checks import check_of, check_sign, sign_style
from gitsplit.tui.view.commits import marked_subject
from gitsplit.tui.view.pane import PaneLines, first_visible
from gitsplit.tui.view.text import (
    CURSOR,
    OWNER,
    SELECTED,
    WARNING,
    column_text,
    group_style,
    one_line,
    start_of,
    text_lines,
)

WORDS_HEIGHT = 4
"""Lines below the list, for words about the selected commit."""

_LETTERS = {
    "pick": "p",
    "reword": "r",
    "split": "e",
    "squash": "s",
    "fixup": "f",
    "drop": "d",
}
_STYLES = {"pick": "class:faint", "split": "class:name", "drop": "class:warning"}
_LEAST_SUBJECT = 16


def series_title(state: State, width: int) -> StyleAndTextTuples:
    """Which series it is, and how long."""
    name, order = " gitsplit ", "oldest first, as in git rebase -i"
    commits = quantity(len(state.todo.order), "commit")
    what = f" {one_line(state.info.name)}   {commits}"
    if state.info.title:
        what = f" {one_line(state.info.title)}"
    words = what if get_cwidth(what) + len(order) + 16 > width else f"{what}   {order}"
    return [
        ("class:name", name),
        ("class:title", column_text(words, width - len(name))),
    ]


def original_title(state: State, width: int) -> StyleAndTextTuples:
    """Which commit of the series is looked at as it is."""
    name, entry = " gitsplit ", entries_of(state.todo)[state.chosen]
    words = f" {entry.oid[:7]} {one_line(entry.commit.subject)}"
    return [
        ("class:name", name),
        ("class:title", column_text(words, width - len(name))),
    ]


def series_lines(state: State, width: int) -> PaneLines:
    """A line for each commit: what is to be done to it, and how large it is.

    Below one that is split, a line for each new commit.
    """
    rows = series_rows(state)
    place = state.todo.place(state.chosen)
    cursor = next(n for n, row in enumerate(rows) if row.place == place)
    estimates = estimates_of_entries(state)
    sizes, hints = _widths(estimates)
    conflict, marked = conflict_of(state), selected_stretch(state)

    def line(number: int) -> StyleAndTextTuples:
        if rows[number].part is not None:
            return _part_line(state, rows[number], width)
        entry = rows[number].entry
        is_at = number == cursor
        mark = CURSOR if is_at else SELECTED if rows[number].place in marked else " "
        start = _entry_start(state, entry, mark)
        room = width - sum(get_cwidth(text) for _, text, *_ in start) - 1
        if conflict is not None and conflict.commit == entry.oid:
            return [*start, *_conflict_cells(state, entry, conflict, room)]
        words = column_text(title_of(state, entry), room - sizes - hints - 4)
        return [
            *start,
            (_entry_style(entry, is_at), words),
            *_estimate_cells(estimates.get(entry.oid), sizes),
            ("", "  " + column_text(_hint_words(state, entry), hints)),
        ]

    return PaneLines(
        line,
        len(rows),
        cursor,
        number_of=lambda number: rows[number].place,
        scroll=lambda top, height: first_visible(
            top, height, range(cursor, cursor + 1), cursor
        ),
    )


def _part_line(state: State, row: SeriesRow, width: int) -> StyleAndTextTuples:
    """The line of a new commit: its number, its subject, and its size."""
    assert row.part is not None, "it is a part"
    group = row.part.group or 0
    check, is_flawed = check_of(state, row.number), False
    sign = " "
    if state.checks:
        is_flawed = row.number in order_flaws(state)
        sign = check_sign(check, is_flawed=is_flawed)
    start = f"{row.number + 1:>10}"
    mark = f" {OWNER}" if row.part.continued else ""
    size = f"{row.size} "
    room = width - len(start) - len(size) - 5
    text = start_of(marked_subject(row.part.message, row.part.is_proposed), room)
    return [
        (f"{group_style(group)} bold", start),
        (sign_style(check, is_flawed=is_flawed), sign),
        ("", f" {text}"),
        ("class:owner", mark.ljust(room - get_cwidth(text) + 3)),
        ("class:faint", size),
    ]


def title_of(state: State, entry: Entry) -> str:
    """The title of a commit: its new subject, else by the user's format, else its own.

    The format is ``rebase.instructionFormat``.
    """
    new = new_subjects(new_commits(state)).get(entry.oid)
    if new is not None:
        return one_line(new)
    if entry.rest:
        last = entry.rest[-1].oid[:7]
        kind = "range" if entry.source is None else "change"
        return f"to {last}: {quantity(len(entry.commits), 'commit')} as one {kind}"
    return one_line(state.info.titles.get(entry.oid, entry.commit.subject))


def _entry_start(state: State, entry: Entry, mark: str) -> StyleAndTextTuples:
    """The start of a line: its mark, the command, and the commit's id."""
    word = _LETTERS[entry.action] if state.info.abbreviates else entry.action
    column = 1 if state.info.abbreviates else 6
    return [
        ("class:cursor", f" {mark} "),
        (_STYLES.get(entry.action, ""), word.ljust(column)),
        ("class:faint", f" {entry.oid[:7]} "),
    ]


def _entry_style(entry: Entry, is_at: bool) -> str:
    if entry.action == "drop":
        return "class:empty"
    return "class:focus" if is_at else ""


def _conflict_cells(
    state: State, entry: Entry, conflict: Conflict, room: int
) -> StyleAndTextTuples:
    """The title, and that the commit would conflict, as far as there is room."""
    note = f"{WARNING} {conflict_words(conflict)}"
    subject = max(_LEAST_SUBJECT, room - get_cwidth(note) - 2)
    return [
        ("", column_text(title_of(state, entry), subject)),
        ("class:error", "  " + start_of(note, room - subject - 2)),
    ]


def conflict_words(conflict: Conflict) -> str:
    """That a commit would conflict, where, and with which commit."""
    paths = ", ".join(one_line(path) for path in conflict.paths)
    against = f" with {conflict.against[:7]}" if conflict.against else ""
    return f"would conflict in {paths}{against}"


@memo
def _widths(estimates: Mapping[Oid, Estimate]) -> tuple[int, int]:
    """The columns of sizes and of hints, for what is known by now."""
    sizes = [
        len(_file_count_words(each)) + len(_line_words(each)) + 1
        for each in estimates.values()
    ]
    hints = [len(_count_words(each)) for each in estimates.values()]
    return max([16, *sizes]), max([2, *hints])


def _file_count_words(estimate: Estimate) -> str:
    return quantity(estimate.files, "file").ljust(len("0 files"))


def _line_words(estimate: Estimate) -> str:
    if estimate.added is None or estimate.removed is None:
        return ""
    return line_counts(estimate.added, estimate.removed)


def _estimate_cells(estimate: Estimate | None, width: int) -> StyleAndTextTuples:
    """How much a commit changes; dots where it isn't known yet."""
    if estimate is None:
        return [("class:faint", "  " + column_text("…", width))]
    if estimate.added is None:
        return [("", "  " + column_text(_file_count_words(estimate), width))]
    files, added, removed = (
        f"  {_file_count_words(estimate)} ",
        f"+{estimate.added}",
        f" -{estimate.removed}",
    )
    rest = width - len(files) + 2 - len(added) - len(removed)
    return [
        ("", files),
        ("class:added", added),
        ("class:removed", removed + " " * rest),
    ]


def _hint_words(state: State, entry: Entry) -> str:
    """How many changes the commit seems to be, once that is known: ``≈2``."""
    estimate = estimates_of_entries(state).get(entry.oid)
    return _count_words(estimate) if estimate else ""


def _count_words(estimate: Estimate) -> str:
    return f"≈{len(estimate.things)}" if estimate.things else estimate.why_not


def series_words(state: State, width: int) -> list[StyleAndTextTuples]:
    """Words about the selected commit, and how many are marked for splitting."""
    said = list(_about_chosen(state, width))[: WORDS_HEIGHT - 1]
    said += [[] for _ in range(WORDS_HEIGHT - 1 - len(said))]
    return [*said, _split_count_line(state)]


def _about_chosen(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    entry = entries_of(state.todo)[state.chosen]
    conflict = conflict_of(state)
    style, words = "", _estimate_words(estimates_of_entries(state).get(entry.oid))
    if entry.rest:
        words = _range_words(state, entry)
    if conflict is not None and conflict.commit == entry.oid:
        style, words = (
            "class:error",
            f"{WARNING} {conflict_words(conflict)}: {_way_out_words(state)}",
        )
    for line in text_lines(words, width - 2):
        yield [(style, f" {line}")]


def _range_words(state: State, entry: Entry) -> str:
    """How many commits are one entry, and how many new ones they become."""
    made = sum(commit.entry.oid == entry.oid for commit in new_commits(state))
    kind = "range" if entry.source is None else "change"
    ends = f"{entry.oid[:7]} to {entry.rest[-1].oid[:7]}"
    commits = quantity(len(entry.commits), "commit")
    words = f"{commits}, {ends}, as one {kind}: they become {quantity(made, 'commit')}"
    return f"{words}; {keyed(state, '{pick} keeps each unchanged')}"


def _way_out_words(state: State) -> str:
    """What can be done about a conflict."""
    way_out, offer = keyed(state, REBASE_OFFER), range_offer(state)
    if not offer:
        return f"{way_out}."
    return (
        f"{way_out}; {offer}, where nothing conflicts: any line can go to any commit."
    )


def _estimate_words(estimate: Estimate | None) -> str:
    """The changes that the commit seems to be, in words."""
    if estimate is None:
        return "not analyzed yet"
    if not estimate.things:
        return f"{estimate.why_not}: not analyzed" if estimate.why_not else ""
    things = "; ".join(one_line(thing).rstrip(".") for thing in estimate.things)
    return f"probably {quantity(len(estimate.things), 'change')}: {things}"


def _split_count_line(state: State) -> StyleAndTextTuples:
    """How many commits are marked for splitting; or what git is being asked."""
    if words := outlook_words(state):
        return [("class:name", f" {words}")]
    if neighbours := len(selected_stretch(state)):
        words = f" {quantity(neighbours, 'commit')} selected"
        keys = (
            " · {open-range} opens them as one range, {open-squash} as one change"
            " · {neighbours} selects none"
        )
        return [("", words), ("class:faint", keyed(state, keys))]
    marked = [entry for entry in state.todo.entries if entry.action == "split"]
    if not marked:
        keys = " {split} splits it"
        if state.todo.entries[1:]:
            keys += (
                " · {neighbours} selects several, {open-range} opens them as one range"
            )
        return [("class:faint", keyed(state, keys))]
    begin = keyed(state, "{open} opens " + ("the next one" if marked[1:] else "it"))
    words = f" {_marked_words(marked)} marked for splitting"
    return [("", words), ("class:faint", f" · {begin}")]


def _marked_words(marked: Sequence[Entry]) -> str:
    """How many commits are marked, and how many ranges, with their commits."""
    sizes = [len(entry.commits) for entry in marked if entry.rest]
    said = []
    if single := len(marked) - len(sizes):
        said.append(quantity(single, "commit"))
    if sizes:
        said.append(f"{quantity(len(sizes), 'range')} of {sum(sizes)} commits")
    return " and ".join(said)
