"""Answers: what is typed in one line becomes actions, those of the screen's keys.

A key is found in the one table of keys, by its name; what a key would ask for follows
it in the same line: ``i A subject``, ``g 12``, ``/text``. A number is a commit's, of
any number of digits. Lines of a hunk have numbers: ``v 2 4-7 to 3``.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple

from gitsplit.errors import ActionRefused
from gitsplit.model.diff import TextEdit
from gitsplit.model.objects import Oid
from gitsplit.tui.dialog.hunk_lines import numbered_lines
from gitsplit.tui.dialog.words import APPLY
from gitsplit.tui.diff.rows import DiffRow, fold_key, folds_of
from gitsplit.tui.key_rows import (
    KeyAction,
    KeyContext,
    Pressed,
    action_of,
)
from gitsplit.tui.keymap import TABLE, key_table
from gitsplit.tui.state.app_state import (
    NumberPurpose,
    OwnKeys,
    Purpose,
    Screen,
    State,
)
from gitsplit.tui.state.key_names import key_name, keyed
from gitsplit.tui.state.location import row_showing, with_folds
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import (
    PREVIOUS,
    Ask,
    BeginNumber,
    ChooseSubject,
    Dismiss,
    EraseText,
    MoveInText,
    TypeText,
)
from gitsplit.tui.update.actions.reading import (
    FAR,
    Centre,
    ChooseLook,
    Fold,
    MoveColumns,
    MoveRows,
    MoveTo,
    Narrow,
    Pan,
    Toggle,
)
from gitsplit.tui.update.actions.screens import (
    GoToStep,
    OpenBoard,
    OpenHelp,
    Scroll,
    SwitchHalf,
)
from gitsplit.tui.update.actions.series import Become, OpenCommit
from gitsplit.tui.update.actions.shell import (
    CheckCommits,
    CopyPatch,
    Interrupt,
    Suspend,
)
from gitsplit.tui.update.actions.split import AddCommit, MergeInto, Repeat
from gitsplit.tui.update.numbers import action_on
from gitsplit.tui.view.layout import page_matches

Step = Callable[[State], Action]
"""An action, by the state that it is taken in."""


class Answer(NamedTuple):
    """What is to be done, step by step; undone in one step where ``is_one``."""

    steps: Sequence[Step]
    is_one: bool = False


_DRAWN = (
    Centre
    | ChooseLook
    | CopyPatch
    | EraseText
    | Interrupt
    | MoveColumns
    | MoveInText
    | OpenBoard
    | OpenHelp
    | Pan
    | Scroll
    | Suspend
    | SwitchHalf
    | Toggle
    | TypeText
)
"""What is only of use where something is drawn, or has another way here."""


def answer_to(state: State, text: str) -> Answer:
    """What is to be done for a line that was typed; nothing for an empty one.

    Raises ActionRefused where it is no answer to what is asked.
    """
    if state.prompt is not None:
        return Answer(_typed(state, text))
    said = text.strip()
    if said.isdecimal():
        return Answer([_by_number(state, int(said))])
    key, _, rest = said.partition(" ")
    if said.startswith("/") or isinstance(_key_action(state, said[:1]), BeginNumber):
        key, rest = said[:1], said[1:]
    if key == "v" and state.screen is Screen.SPLIT:
        return _with_lines(state, rest)
    if not said:
        return Answer(())
    found = _key_action(state, said)
    if found is not None and not isinstance(found, BeginNumber):
        return Answer([_step(found, said[-1])])
    return Answer(_with_argument(state, key, rest.strip()))


def _always(action: Action) -> Step:
    return lambda _state: action


def _step(key_action: KeyAction, text: str) -> Step:
    """The action of a key, which may depend on the state that it is pressed in."""

    def press(state: State) -> Action:
        found = partial(page_matches, state, _COLUMNS)
        return action_of(key_action, Pressed(text, found=found))

    return press


_COLUMNS = 80


@cache
def typed_names(own: OwnKeys = ()) -> Mapping[str, str]:
    """What is typed for keys that are no letters."""
    keys = (key for row in key_table(own).rows for key in row.actions)
    names = {key: key_name(key).lower() for key in keys if _has_name(key)}
    return {**names, "s-tab": "shift-tab"}


def _has_name(key: str) -> bool:
    return len(key_name(key)) > 1 and " " not in key


@cache
def _keys_typed(own: OwnKeys) -> Mapping[str, str]:
    """The keys by what is typed for them."""
    return {APPLY: "enter", **{name: key for key, name in typed_names(own).items()}}


def _key_action(state: State, said: str) -> KeyAction | None:
    """What the key does that has this name here, if there is one."""
    if said == APPLY and state.screen is not Screen.PREVIEW:
        return None
    table, typed = key_table(state.info.keys), _keys_typed(state.info.keys)
    names = (said, typed.get(said.lower(), said), " ".join(said.replace(" ", "")))
    for name in names:
        context = table.context(state, name)
        for row in table.rows:
            if context in row.contexts and name in row.actions:
                found = row.actions[name]
                return found if is_answer(context, found) else None
    return None


def is_answer(context: KeyContext, key_action: KeyAction) -> bool:
    """Whether a key is of use where nothing is drawn."""
    action = action_of(key_action, Pressed("1"))
    if isinstance(action, MoveRows):
        return context is not KeyContext.SPLIT and abs(action.rows) == 1
    if isinstance(action, BeginNumber):
        return action.purpose is not NumberPurpose.SEND
    return not isinstance(action, _DRAWN)


def _by_number(state: State, number: int) -> Step:
    """What a number does: it names a commit, or in the series a line of it."""
    if state.screen is Screen.SERIES:
        return _always(MoveTo(_place_in_series(state, number)))
    if state.screen is Screen.STEPS:
        return _always(GoToStep(number))
    found = _key_action(state, "1")
    if found is None:
        raise ActionRefused("No number is asked for here.", hint=_HELP)
    if not number:
        raise ActionRefused("There is no commit 0.", hint="They are numbered from 1.")
    return _step(found, str(number))


_HELP = "? lists the answers."


def _with_argument(state: State, key: str, rest: str) -> Sequence[Step]:
    """A key, and what it would ask for or be about."""
    found = _key_action(state, key)
    if found is None or not rest:
        said = f"{key} {rest}".rstrip()
        raise ActionRefused(f"That is no answer here: {said}.", hint=_HELP)
    first = action_of(found, Pressed(key))
    if isinstance(first, Ask):
        return [_always(first), *_submitted(rest)]
    if state.screen is Screen.SERIES and (numbers := numbers_in(rest)):
        return [*_about_commits(state, found, key, numbers)]
    if first == CheckCommits():
        return [_always(Ask(Purpose.COMMAND)), *_submitted(rest)]
    if isinstance(first, BeginNumber):
        return [_about_commit(first.purpose, rest)]
    raise ActionRefused(f"{key} stands alone.", hint=_HELP)


def _about_commit(purpose: NumberPurpose, said: str) -> Step:
    """What is done with the selected commit and the one of this number."""
    if purpose is NumberPurpose.MERGE and said == PREVIOUS:
        return _always(MergeInto())
    if not said.isdecimal():
        raise ActionRefused(f"Which commit to {purpose}?", hint=_HELP)
    return lambda state: action_on(state, purpose, int(said) - 1)


def _about_commits(
    state: State, found: KeyAction, key: str, numbers: Sequence[int]
) -> Iterator[Step]:
    """A key of the series for each of these commits; of several to split, the first."""
    chosen = [state.todo.order[_place_in_series(state, n)] for n in numbers]
    is_opening = action_of(found, Pressed(key)) == OpenCommit()
    for oid in chosen:
        yield partial(_at_commit, oid)
        yield _always(Become("split")) if is_opening else _step(found, key)
    if is_opening:
        yield partial(_at_commit, chosen[0])
        yield _step(found, key)


def _at_commit(oid: Oid, state: State) -> Action:
    return MoveTo(state.todo.place(oid))


def _place_in_series(state: State, number: int) -> int:
    count = len(state.todo.entries)
    if not 1 <= number <= count:
        raise ActionRefused(f"The commits are numbered 1 to {count}.")
    return number - 1


def numbers_in(text: str) -> tuple[int, ...]:
    """The numbers that a list such as ``2 4-7`` names; none where it is no list.

    >>> numbers_in("2 4-7"), numbers_in("2,5"), numbers_in("x")
    ((2, 4, 5, 6, 7), (2, 5), ())
    """
    if not re.fullmatch(r"\d+(-\d+)?([ ,]+\d+(-\d+)?)*", text):
        return ()
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", text):
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def _typed(state: State, text: str) -> Sequence[Step]:
    """What follows from an answer to a prompt; an empty one cancels it.

    Where something is offered, a number chooses it.
    """
    assert state.prompt is not None, "there is a prompt"
    if not text.strip():
        return [_always(Dismiss())]
    prompt = state.prompt
    if text.strip() == "1" and prompt.text:
        return [_submit_step()]
    if text.strip().isdecimal() and 1 < int(text) <= len(prompt.choices):
        away = int(text) - 1 - prompt.chosen
        return [_always(ChooseSubject(away)), _submit_step()]
    return _submitted(text)


def _submitted(text: str) -> Sequence[Step]:
    """A prompt filled anew, and accepted."""
    typed = (MoveInText(FAR), EraseText(-FAR), TypeText(text))
    return [*(_always(action) for action in typed), _submit_step()]


def _submit_step() -> Step:
    enter = next(
        row.actions["enter"]
        for row in TABLE
        if KeyContext.PROMPT in row.contexts and "enter" in row.actions
    )
    return _step(enter, "")


_EXAMPLE = "As in: v 2 4-7 to 3"


def _with_lines(state: State, rest: str) -> Answer:
    """Lines of the hunk at the cursor, and where they are sent, if that is said."""
    found = _split_lines(rest.strip())
    if found is None:
        raise ActionRefused("Which lines of the hunk?", hint=_EXAMPLE)
    numbers, where = found
    runs = [*_runs(state, numbers)]
    if not where and len(runs) > 1:
        raise ActionRefused("Where shall these lines be sent?", hint=_EXAMPLE)
    steps: list[Step] = []
    for at, (first, last) in enumerate(runs):
        # The first unfolds what the cursor is on, the second the rest of the hunk.
        steps += [_unfold_step, _unfold_step]
        steps += [partial(_at_line, first), _always(Narrow())]
        steps += [partial(_at_line, last)]
        if where:
            steps.append(_send_step(state, where, is_first=not at))
    return Answer(steps, is_one=len(runs) > 1)


def _split_lines(rest: str) -> tuple[tuple[int, ...], str] | None:
    """The numbers of the lines, and what is to be done with them."""
    given, _, where = rest.partition(" to ")
    if not where:
        *words, last = rest.split() or [""]
        given, where = (rest, "") if numbers_in(last) else (" ".join(words), last)
    numbers = numbers_in(given.strip())
    return (numbers, where.strip()) if numbers else None


def _send_step(state: State, where: str, *, is_first: bool) -> Step:
    """The key that sends selected lines; for a new commit, the later ones by number."""
    if where.isdecimal():
        return _by_number(state, int(where))
    found = _key_action(state, where)
    if found is None:
        raise ActionRefused(f"No commit here: {where}.", hint=_EXAMPLE)
    is_new = action_of(found, Pressed(where)) == AddCommit()
    return _always(Repeat()) if is_new and not is_first else _step(found, where)


def _unfold_step(state: State) -> Action:
    """Unfold the hunk at the cursor where it is folded; else stay there."""
    edit = state.rows[state.cursor].segment.edit
    is_folded = any(
        state.rows[row].segment.hidden is not None
        for row in (state.rows.rows_of(edit) if edit else ())
    )
    return Fold() if is_folded else MoveTo(state.cursor)


def _at_line(wanted: DiffRow, state: State) -> Action:
    return MoveTo(row_showing(state.rows, wanted))


def _runs(state: State, numbers: Sequence[int]) -> Iterator[tuple[DiffRow, DiffRow]]:
    """The first and the last row of each run of lines with these numbers."""
    edit = state.rows[state.cursor].segment.edit if len(state.rows) else None
    if not isinstance(edit, TextEdit):
        raise ActionRefused(
            "No lines here.", hint=keyed(state, "{next} goes to the next hunk.")
        )
    folds = map(fold_key, folds_of(state.rows, edit))
    rows = with_folds(state, state.unfolded.union(folds)).rows
    found = {
        lines[0]: rows[row] for lines, row in numbered_lines(rows, rows.rows_of(edit))
    }
    if not set(numbers) <= found.keys():
        raise ActionRefused(f"The lines are numbered 1 to {len(found)}.")
    ordered = sorted(set(numbers))
    begun = ordered[0]
    for number, following in zip(ordered, [*ordered[1:], None], strict=True):
        if following != number + 1:
            yield found[begun], found[number]
            begun = following or 0
