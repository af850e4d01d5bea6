"""Actions on the prompt: the one line that the user types."""

from dataclasses import dataclass

from gitsplit.tui.state.app_state import KillEnd, NumberPurpose, Purpose


@dataclass(frozen=True, slots=True)
class Ask:
    """Open the prompt, for ``purpose``."""

    purpose: Purpose


@dataclass(frozen=True, slots=True)
class TypeText:
    """Insert text that was typed or pasted into the prompt."""

    text: str


@dataclass(frozen=True, slots=True)
class EraseText:
    """Erase so many characters after the cursor, or before it where negative."""

    by: int


@dataclass(frozen=True, slots=True)
class MoveInText:
    """Move the prompt's cursor right, or left where negative."""

    by: int


@dataclass(frozen=True, slots=True)
class MoveByWord:
    """Move the prompt's cursor behind the next word (1), or before the last (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class KillText:
    """Erase from the cursor up to there, and keep it for :class:`Yank`."""

    to: KillEnd


@dataclass(frozen=True, slots=True)
class Yank:
    """Insert what was killed last."""


@dataclass(frozen=True, slots=True)
class ChooseSubject:
    """Put the next proposed subject (1), or the previous one (-1), into the prompt."""

    by: int


@dataclass(frozen=True, slots=True)
class Submit:
    """Accept the prompt; ``lines`` are as of FindNext."""

    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Cancel the prompt."""


@dataclass(frozen=True, slots=True)
class BeginNumber:
    """Begin a commit's number of two digits, for ``purpose``."""

    purpose: NumberPurpose


@dataclass(frozen=True, slots=True)
class TypeDigit:
    """Type a digit of the number; the second one ends it. What is no digit cancels."""

    digit: str


NumberAction = BeginNumber | TypeDigit
EditAction = TypeText | EraseText | MoveInText | MoveByWord | KillText | Yank
PromptAction = Ask | EditAction | ChooseSubject | Submit | Dismiss
