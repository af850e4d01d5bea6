"""The prompt's line as keys edit it: those of readline, on a text and a cursor."""

import re
from typing import assert_never

from msgspec.structs import replace

from gitsplit.model.escape import visible
from gitsplit.model.listing import MOST_NAMED, name_list
from gitsplit.tui.state.app_state import KillEnd, Prompt, State
from gitsplit.tui.update.actions.prompt import (
    EditAction,
    EraseText,
    KillText,
    MoveByWord,
    MoveInText,
    TypeText,
    Yank,
)

_WORD_AHEAD = re.compile(r"[\W_]*[^\W_]+|[\W_]+")
_WORD_BEHIND = re.compile(r"([^\W_]+[\W_]*|[\W_]+)\Z")
_BLANK_BEHIND = re.compile(r"\S*\s*\Z")


def after_edit(state: State, prompt: Prompt, action: EditAction) -> State:
    """The state with the prompt after one key that edits its line."""
    said = ""
    match action:
        case TypeText(text):
            line = _in_one_line(text)
            edited = _with_text(prompt, "".join(filter(_is_kept, line)))
            said = _said_of_removed(line)
        case EraseText(by):
            edited = _without(prompt, prompt.cursor, prompt.cursor + by)
        case MoveInText(by):
            edited = _at(prompt, prompt.cursor + by)
        case MoveByWord(by):
            to = KillEnd.NEXT_WORD if by > 0 else KillEnd.LAST_WORD
            edited = _at(prompt, _end(prompt, to))
        case KillText(to):
            return _after_kill(state, prompt, to)
        case Yank():
            edited = _with_text(prompt, state.killed)
        case _:
            assert_never(action)
    return replace(state, prompt=edited, status=said)


def _after_kill(state: State, prompt: Prompt, to: KillEnd) -> State:
    """The state with text killed, if there is any: then it can be inserted again."""
    one, other = sorted((prompt.cursor, _end(prompt, to)))
    killed = prompt.text[one:other] or state.killed
    edited = _without(prompt, one, other)
    return replace(state, prompt=edited, killed=killed, status="")


def _end(prompt: Prompt, to: KillEnd) -> int:
    """The place that a key moves or kills to."""
    before = prompt.text[: prompt.cursor]
    if to is KillEnd.START:
        return 0
    if to is KillEnd.END:
        return len(prompt.text)
    if to is KillEnd.NEXT_WORD:
        found = _WORD_AHEAD.match(prompt.text, prompt.cursor)
        return found.end() if found else prompt.cursor
    pattern = _BLANK_BEHIND if to is KillEnd.BLANK else _WORD_BEHIND
    behind = pattern.search(before)
    return behind.start() if behind else prompt.cursor


def _with_text(prompt: Prompt, text: str) -> Prompt:
    """The prompt with a text inserted at the cursor."""
    before, after = prompt.text[: prompt.cursor], prompt.text[prompt.cursor :]
    return replace(prompt, text=before + text + after, cursor=len(before) + len(text))


def _without(prompt: Prompt, one: int, other: int) -> Prompt:
    """The prompt without the text between two places, the cursor there."""
    start, stop = sorted((_within(prompt, one), _within(prompt, other)))
    return replace(prompt, text=prompt.text[:start] + prompt.text[stop:], cursor=start)


def _at(prompt: Prompt, place: int) -> Prompt:
    return replace(prompt, cursor=_within(prompt, place))


def _within(prompt: Prompt, place: int) -> int:
    return max(0, min(len(prompt.text), place))


def _in_one_line(text: str) -> str:
    """A typed or pasted text as one line."""
    return " ".join(text.splitlines()).replace("\t", " ")


_JOINERS = "\u200c\u200d"
"""Without them an emoji falls apart, and words of many scripts are spelled wrong."""


def _is_kept(char: str) -> bool:
    return char.isprintable() or char in _JOINERS


def _said_of_removed(line: str) -> str:
    """Which characters of the line aren't kept, as a sentence; empty for none."""
    removed = dict.fromkeys(char for char in line if not _is_kept(char))
    if not removed:
        return ""
    named = name_list([visible(char) for char in removed], MOST_NAMED)
    return f"Removed what can't be seen: {named}."
