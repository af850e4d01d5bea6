"""Actions on the prompt: the one line that the user types."""

from msgspec import Struct

from gitsplit.tui.state.app_state import KillEnd, NumberPurpose, Purpose


class Ask(Struct, frozen=True):
    """Open the prompt, for ``purpose``."""

    purpose: Purpose


class TypeText(Struct, frozen=True):
    """Insert text that was typed or pasted into the prompt."""

    text: str


class EraseText(Struct, frozen=True):
    """Erase so many characters after the cursor, or before it where negative."""

    by: int


class MoveInText(Struct, frozen=True):
    """Move the prompt's cursor right, or left where negative."""

    by: int


class MoveByWord(Struct, frozen=True):
    """Move the prompt's cursor behind the next word (1), or before the last (-1)."""

    by: int


class KillText(Struct, frozen=True):
    """Erase from the cursor up to there, and keep it for :class:`Yank`."""

    to: KillEnd


class Yank(Struct, frozen=True):
    """Insert what was killed last."""


class ChooseSubject(Struct, frozen=True):
    """Put the next proposed subject (1), or the previous one (-1), into the prompt."""

    by: int


class Submit(Struct, frozen=True):
    """Accept the prompt; ``lines`` are as of FindNext."""

    lines: tuple[int, ...] = ()


class Dismiss(Struct, frozen=True):
    """Cancel the prompt."""


PREVIOUS = "M"
"""In place of a number, the commit before the selected one, to be merged into."""


class BeginNumber(Struct, frozen=True):
    """Begin a commit's number, for ``purpose``; one to send to has two digits."""

    purpose: NumberPurpose


class TypeDigit(Struct, frozen=True):
    """Type a digit of the number; the last one ends it.

    :data:`PREVIOUS` may be instead of the first. What is no digit cancels.
    """

    digit: str


NumberAction = BeginNumber | TypeDigit
EditAction = TypeText | EraseText | MoveInText | MoveByWord | KillText | Yank
PromptAction = Ask | EditAction | ChooseSubject | Submit | Dismiss
