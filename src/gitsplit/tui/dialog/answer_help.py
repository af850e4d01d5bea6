"""What can be answered where the user is: the keys of that screen, and a few words."""

from collections.abc import Iterator

from gitsplit.tui.dialog.answers import is_answer, typed_names
from gitsplit.tui.dialog.words import APPLY
from gitsplit.tui.key_rows import DIGITS, KeyContext, KeyRow, context_of
from gitsplit.tui.keymap import key_table
from gitsplit.tui.state.app_state import OwnKeys, State
from gitsplit.tui.state.key_names import key_name

ALWAYS = (
    ("Enter alone", "say this once more"),
    ("list", "say all commits once more"),
    ("?", "say what can be answered"),
)
"""Answers that are no keys."""

IN_LESSON = ("??", "say the next hint of the lesson")
"""An answer that only lessons have."""

OWN: dict[KeyContext, tuple[tuple[str, str], ...]] = {
    KeyContext.SPLIT: (
        ("v 2 4-7 to 3", "send lines 2 and 4 to 7 of the hunk to commit 3"),
        ("v 2 4-7 y", "lines, and any answer that sends"),
        ("v 4-7", "select lines; the next answer sends them"),
        ("12", "send to commit 12"),
        ("i A subject", "edit the subject"),
        ("g 12", "go to hunk 12"),
        ("x make test", "check the new commits with that command"),
    ),
    KeyContext.SERIES: (
        ("2", "go to commit 2"),
        ("e 2", "split commit 2 (opens it)"),
        ("d 2 4-7", "any of these for commits 2 and 4 to 7"),
    ),
    KeyContext.STEPS: (("2", "go to step 2, 0 to before the first"),),
    KeyContext.PREVIEW: ((APPLY, "apply the new history"),),
}
"""Answers with something behind the key, and words for keys that end an answer."""


def help_lines(state: State) -> Iterator[str]:
    """The answers that there are here, each with what it does."""
    context = context_of(state)
    own = OWN.get(context, ())
    always = ALWAYS if state.info.lesson is None else (*ALWAYS, IN_LESSON)
    for said, words in (*own, *_key_lines(context, state.info.keys), *always):
        yield f"{said}: {words}"


def _key_lines(context: KeyContext, own: OwnKeys) -> Iterator[tuple[str, str]]:
    for row in key_table(own).rows:
        if context in row.contexts and (names := _names(context, row, own)):
            yield " ".join(names), row.help


def _names(context: KeyContext, row: KeyRow, own: OwnKeys) -> list[str]:
    """The keys of the row that are answers, by what is typed."""
    keys = [
        key
        for key in row.actions
        if key not in row.hidden and is_answer(context, row.actions[key])
    ]
    names = [typed_names(own).get(key, key_name(key)) for key in keys]
    return ["1-9"] if keys == [*DIGITS] else [name for name in names if name.isascii()]
