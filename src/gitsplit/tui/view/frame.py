"""The lines around the diff: title, rules, reason, status, prompt, and footer."""

from collections.abc import Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.listing import quantity, unshown_words
from gitsplit.model.plan import DROPPED
from gitsplit.tui.diff.matches import match_at, matches
from gitsplit.tui.state.app_state import (
    LISTS,
    ONE_COMMIT,
    Prompt,
    Purpose,
    Refusal,
    Screen,
    State,
    Unit,
    entries_of,
)
from gitsplit.tui.state.commit_diff import unshown_edits_of
from gitsplit.tui.state.corrections import UNSURE, homeless_words, unsure_places
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import change_names, list_row
from gitsplit.tui.state.order_guard import broken_needs, need_words
from gitsplit.tui.state.problems import outlook_words
from gitsplit.tui.state.proposals import proposal_words
from gitsplit.tui.state.selection import (
    UNIT_WORDS,
    rename_with_edits,
    selected_line_words,
    unit_at,
)
from gitsplit.tui.view.dropped import (
    drop_place_words,
    is_whole_as_planned,
    loss_words,
)
from gitsplit.tui.view.pane import CARET
from gitsplit.tui.view.series import original_title, series_title
from gitsplit.tui.view.text import (
    WARNING,
    column_text,
    end_of,
    glyphs,
    group_style,
    one_line,
    start_of,
    text_lines,
)

RULE = "─"
_REFUSALS = {
    Refusal.NOTE: ("", ""),
    Refusal.WARNING: ("class:warning", "! "),
    Refusal.ERROR: ("class:error", "✗ "),
}
_ROOMY = 100  # columns from which the title says where the commit stands
RULER = "│"
_SUBJECT_ENDS = (50, 72)
_PROMPTS = {
    Purpose.SUBJECT: "subject",
    Purpose.SEARCH: "search",
    Purpose.PIECE: "go to hunk",
    Purpose.COMMAND: "check each commit with",
    Purpose.PLAN_FILE: "save the plan as",
}


def title_line(state: State, width: int) -> StyleAndTextTuples:
    """The title: the commit that is being split, where it stands, how large it is.

    On screens about the series, the series.
    """
    if state.screen is Screen.ORIGINAL:
        return original_title(state, width)
    if _is_about_series(state):
        return series_title(state, width)
    size = f"  {_place_words(state)}  {_size_words(state)} "
    if width < _ROOMY:
        size = f"  {_size_words(state)} "
    name = " gitsplit "
    commit = f" {_target_words(state)}"
    room = width - get_cwidth(name) - get_cwidth(size)
    return [
        ("class:name", name),
        ("class:title", column_text(commit, room)),
        ("class:faint", size),
    ]


def _target_words(state: State) -> str:
    """The commit that is open, or the range."""
    commits = entries_of(state.todo)[state.target.commit].commits
    if not commits[-1].is_stored:
        return one_line(state.info.title)
    if len(commits) == 1:
        return f"{state.target.commit[:7]} {one_line(state.target.subject)}"
    number = quantity(len(commits), "commit")
    if state.plan.has_origins:
        number = f"{number} as one change"
        merges = sum(len(commit.raw.parents) > 1 for commit in commits)
        number += f", {quantity(merges, 'merge')} among them" if merges else ""
        return f"{number}: {commits[0].oid[:7]} to {commits[-1].oid[:7]}"
    return f"{number} as one range: {commits[0].oid[:7]} to {commits[-1].oid[:7]}"


def _is_about_series(state: State) -> bool:
    if state.opened is None:
        return True
    return not state.is_alone and state.screen not in (*ONE_COMMIT, Screen.HELP)


def _size_words(state: State) -> str:
    files, pieces = len(state.plan.threads), len(state.plan.edits)
    return f"{quantity(files, 'file')}  {quantity(pieces, 'hunk')}"


def _place_words(state: State) -> str:
    above = quantity(state.target.above, "commit")
    return f"on {one_line(state.info.ref)}, {above} above"


def rule(width: int, words: str = "", *, is_left: bool = False) -> StyleAndTextTuples:
    """A line across the screen that says ``words`` near its right or left end."""
    text = f" {end_of(words, width - 4)} " if words else ""
    rest = RULE * (width - 1 - get_cwidth(text))
    before, after = (RULE, rest) if is_left else (rest, RULE)
    return [("class:rule", before), ("class:place", text), ("class:rule", after)]


def place_words(state: State, runs: Sequence[range]) -> str:
    """What is selected, and in which file."""
    if not len(state.rows):
        return ""
    path = one_line(state.plan.changes[state.rows[state.cursor].segment.file].path)
    if unit_at(state) is Unit.DIRECTORY:
        path = f"{path.rpartition('/')[0] or '.'}/"
    column = f" · from column {state.pan + 1}" if state.pan else ""
    return f"{_unit_words(state, runs)} · {path}{column}"


def _unit_words(state: State, runs: Sequence[range]) -> str:
    edit = state.rows.edit_at(state.cursor)
    match unit_at(state):
        case Unit.LINES:
            return selected_line_words(state.rows, runs)
        case Unit.PIECE if edit is not None:
            return f"hunk {edit + 1} of {len(state.plan.edits)}"
        case Unit.PIECE:
            return "no hunk here"
        case Unit.HUNK | Unit.FILE | Unit.DIRECTORY | Unit.MARKS as unit:
            pieces = sum(map(len, (state.rows.places_in(run) for run in runs)))
            what = UNIT_WORDS[unit]
            if state.unit is Unit.PIECE and rename_with_edits(state) is not None:
                what = "rename and edits"
            return f"{what}, {quantity(pieces, 'hunk')}"


def reason_line(state: State, width: int) -> StyleAndTextTuples:
    """Why the hunk at the cursor is in its commit."""
    edit = state.rows.edit_at(state.cursor) if len(state.rows) else None
    if edit is None:
        return []
    group = state.plan.group_of[edit]
    if group == DROPPED:
        where = "it is in no commit"
        if state.info.drop_to == "uncommitted":
            where = drop_place_words(state.info.drop_to) + homeless_words(state, edit)
        return [("class:edited", " left out"), ("", f": {where}")]
    if needs := broken_needs(state).get(edit):
        words = f" {WARNING} {need_words(needs[0])}"
        hint = f" · {keyed(state, '{take-along}')} has it in {group + 1} too"
        return [("class:warning", start_of(words, width - len(hint))), ("", hint)]
    if count := unshown_edits_of(state).get(edit):
        words = unshown_words(count, "this hunk")
        return [("class:edited", f" {words}: "), ("", "replaced or removed by then")]
    reason = one_line(state.plan.groups[group].reason)
    why = f" why {group + 1}: "
    if why_not := unsure_places(state).get(edit):
        why, reason = f" {UNSURE} not sure of {group + 1}: ", why_not
    if not reason:
        return []
    return [(group_style(group), why), ("", start_of(reason, width - len(why)))]


def promise_cells(state: State) -> StyleAndTextTuples:
    """Whether the commits together are the original one (law 1)."""
    lost = loss_words(state.plan)
    if lost and state.info.drop_to == "uncommitted":
        return [("class:edited", f"uncommitted: {lost}  nothing lost ")]
    if lost:
        return [("class:edited", f"{lost} left out  final files differ ")]
    kept: StyleAndTextTuples = [("class:good", "nothing lost ✓  ")]
    if count := sum(unshown_edits_of(state).values()):
        kept = [("class:edited", f"{unshown_words(count)}  ")]
    if not is_whole_as_planned(state.plan):
        return [
            *kept,
            ("class:edited", "final files edited "),
        ]
    return [*kept, ("class:good", "final files same ✓ ")]


def status_lines(state: State, width: int) -> list[StyleAndTextTuples]:
    """Two lines: the reason of the hunk at the cursor, and the status.

    A sentence that is too long for one line takes both.
    """
    style, sentence = _sentence(state)
    if state.prompt is None and get_cwidth(sentence) > width - 2:
        first, *rest = text_lines(sentence, width - 2)
        second = start_of(" ".join(rest), width - 2)
        return [[(style, f" {first}")], [(style, f" {second}")]]
    promised = promise_cells(state)
    room = width - sum(get_cwidth(text) for _, text, *_ in promised)
    if state.prompt is not None or get_cwidth(sentence) > room - 2:
        return [reason_line(state, width), status_line(state, width)]
    status = (style, column_text(f" {sentence}", room))
    return [reason_line(state, width), [status, *promised]]


def status_line(state: State, width: int) -> StyleAndTextTuples:
    """The prompt, or else the status."""
    if state.prompt is not None:
        return prompt_line(state.prompt, width)
    style, sentence = _sentence(state)
    return [(style, start_of(f" {sentence}", width))]


def _sentence(state: State) -> tuple[str, str]:
    """What the last key did, and its style; a refusal says so by mark and style.

    What git is being asked meanwhile, and what is being proposed, stands before it.
    """
    if state.refusal is not None:
        style, mark = _REFUSALS[state.refusal]
        return style, f"{mark}{one_line(state.status)}"
    is_preview = state.screen is Screen.PREVIEW
    asked = outlook_words(state) if is_preview else proposal_words(state)
    said = [asked, search_words(state), one_line(state.status)]
    return "", " · ".join(filter(None, said))


def search_words(state: State) -> str:
    """What is searched, which match this is of how many, and what goes on or ends it.

    As ``/foo  3 of 17 · n next · Esc ends``.
    """
    if not state.is_searching:
        return ""
    at, count = _match_place(state)
    number = f"{count} found" if at is None else f"{at + 1} of {count}"
    shown = f"  {number}" if count else ""
    keys = keyed(state, "{next-match} next · {end-search} ends")
    return f"/{one_line(state.search)}{shown} · {keys}"


def _match_place(state: State) -> tuple[int | None, int]:
    """The number of the match at the cursor, from 0, and how many there are."""
    if state.screen is Screen.SPLIT:
        names = change_names(state)
        found = matches(state.plan.changes, state.rows, state.search, names)
        return match_at(state.rows, found, state.cursor), len(found)
    if state.found is None or state.found[0] is not state.screen:
        return None, 0
    lines = state.found[1]
    here = list_row(state) if state.screen in LISTS else state.match
    return (lines.index(here) if here in lines else None), len(lines)


def prompt_line(prompt: Prompt, width: int) -> StyleAndTextTuples:
    """The prompt, its cursor always in view."""
    name = f" {_PROMPTS[prompt.purpose]}: "
    room = max(1, width - get_cwidth(name) - 2)
    before = _prompt_text(prompt.text[: prompt.cursor])
    at = _prompt_text(prompt.text[prompt.cursor : prompt.cursor + 1]) or " "
    after = _prompt_text(prompt.text[prompt.cursor + 1 :])
    kept = end_of(before, room)
    rest = start_of(after, max(0, room - get_cwidth(kept)))
    cells: StyleAndTextTuples = [("", kept), (CARET, at), ("", rest)]
    if prompt.purpose is Purpose.SUBJECT and kept == before:
        used = sum(get_cwidth(text) for _, text, *_ in cells)
        cells.append(("class:faint", _ruler(used, room)))
    return [("class:prompt", name), *cells]


def _ruler(used: int, room: int) -> str:
    """Marks right of a subject, behind its 50th and its 72nd column."""
    marks = (RULER if at in _SUBJECT_ENDS else " " for at in range(used, room))
    return "".join(marks).rstrip()


def _prompt_text(text: str) -> str:
    """Typed text as it can be shown."""
    return "".join(glyph.text for glyph in glyphs(text))


def last_line(
    state: State, keys: Sequence[tuple[str, str]], width: int
) -> StyleAndTextTuples:
    """The footer, or what is said of what was typed into the prompt."""
    if state.prompt is not None and state.status:
        style, sentence = _sentence(state)
        return [(style, start_of(f" {sentence}", width))]
    return footer_line(keys, width)


def footer_line(keys: Sequence[tuple[str, str]], width: int) -> StyleAndTextTuples:
    """The footer: as many keys as fit, the last one always."""
    *most, last = footer_keys(keys, width)
    cells = [cell for key in most for cell in (*_key_cells(key), ("", " "))]
    return [*cells, *_key_cells(last)]


def footer_keys(keys: Sequence[tuple[str, str]], width: int) -> list[tuple[str, str]]:
    """The keys of the footer that fit; the last one does always."""
    *most, last = keys
    room = width - _key_width(last)
    fit: list[tuple[str, str]] = []
    for key in most:
        room -= _key_width(key) + 1
        if room < 0:
            break
        fit.append(key)
    return [*fit, last]


def footer_key_at(
    keys: Sequence[tuple[str, str]], width: int, column: int
) -> tuple[str, str] | None:
    """The key of the footer that stands in this column, with its label."""
    start = 0
    for key in footer_keys(keys, width):
        if start <= column < start + _key_width(key):
            return key
        start += _key_width(key) + 1
    return None


def _key_width(key: tuple[str, str]) -> int:
    return get_cwidth(key[0]) + get_cwidth(key[1]) + 2


def _key_cells(key: tuple[str, str]) -> StyleAndTextTuples:
    return [("class:key", f" {key[0]} "), ("", key[1])]
