"""Keys of the prompt."""

from gitsplit.tui.key_rows import DIGITS, KeyRow, Pressed
from gitsplit.tui.keymap.contexts import (
    MESSAGES,
    NUMBER,
    NUMBERED,
    NUMBERS,
    PROMPT,
    SPLIT,
    TYPING,
)
from gitsplit.tui.state.app_state import KillEnd, NumberPurpose
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.prompt import (
    PREVIOUS,
    BeginNumber,
    ChooseSubject,
    Dismiss,
    EraseText,
    KillText,
    MoveByWord,
    MoveInText,
    Submit,
    TypeDigit,
    TypeText,
    Yank,
)
from gitsplit.tui.update.actions.reading import FAR


def _type_text(pressed: Pressed) -> Action:
    return TypeText(pressed.text)


def _submit(pressed: Pressed) -> Action:
    return Submit(pressed.found())


def _type_digit(pressed: Pressed) -> Action:
    return TypeDigit(pressed.text)


NUMBER_ROWS = (
    KeyRow(
        NUMBERS,
        NUMBERED | SPLIT | MESSAGES,
        {"0": BeginNumber(NumberPurpose.SEND)},
        "commit 10 and up: two digits follow",
    ),
    KeyRow(
        NUMBERS,
        NUMBER,
        dict.fromkeys((*DIGITS, "0", PREVIOUS), _type_digit),
        "a digit of the number",
        "commit",
        hidden=frozenset({PREVIOUS}),
    ),
    KeyRow(
        NUMBERS,
        NUMBER,
        {"escape": TypeDigit(""), "<any>": TypeDigit("")},
        "cancel",
        "cancel",
        hidden=frozenset({"<any>"}),
    ),
)

PROMPT_ROWS = (
    KeyRow(TYPING, PROMPT, {"enter": _submit}, "accept", "OK"),
    KeyRow(TYPING, PROMPT, {"escape": Dismiss()}, "cancel", "cancel"),
    KeyRow(
        TYPING,
        PROMPT,
        {"up": ChooseSubject(-1), "down": ChooseSubject(1)},
        "choose another proposed subject",
        "choose",
    ),
    KeyRow(
        TYPING,
        PROMPT,
        {"<any>": _type_text, "<bracketed-paste>": _type_text},
        "type or paste",
        hidden=frozenset({"<bracketed-paste>"}),
    ),
    KeyRow(
        TYPING,
        PROMPT,
        {
            "left": MoveInText(-1),
            "right": MoveInText(1),
            "c-b": MoveInText(-1),
            "c-f": MoveInText(1),
        },
        "move by character",
    ),
    KeyRow(
        TYPING,
        PROMPT,
        {
            "escape b": MoveByWord(-1),
            "escape f": MoveByWord(1),
            "c-left": MoveByWord(-1),
            "c-right": MoveByWord(1),
        },
        "move by word",
        hidden=frozenset({"c-left", "c-right"}),
    ),
    KeyRow(
        TYPING,
        PROMPT,
        {
            "home": MoveInText(-FAR),
            "end": MoveInText(FAR),
            "c-a": MoveInText(-FAR),
            "c-e": MoveInText(FAR),
        },
        "to the start, end",
    ),
    KeyRow(
        TYPING,
        PROMPT,
        {"backspace": EraseText(-1), "delete": EraseText(1), "c-d": EraseText(1)},
        "erase a character before, after the cursor",
        hidden=frozenset({"delete"}),
    ),
    KeyRow(
        TYPING,
        PROMPT,
        {"c-u": KillText(KillEnd.START), "c-k": KillText(KillEnd.END)},
        "erase all before, after the cursor",
        "clear",
    ),
    KeyRow(
        TYPING,
        PROMPT,
        {
            "c-w": KillText(KillEnd.BLANK),
            "escape d": KillText(KillEnd.NEXT_WORD),
            "escape c-h": KillText(KillEnd.LAST_WORD),
        },
        "erase the word before, after the cursor",
        hidden=frozenset({"escape c-h"}),
    ),
    KeyRow(TYPING, PROMPT, {"c-y": Yank()}, "insert what was erased by these"),
)
