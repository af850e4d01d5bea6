"""Actions on messages: texts from the editor, and the screen of messages."""

from dataclasses import dataclass

from gitsplit.model.objects import Oid
from gitsplit.tui.state.new_commits import Address


@dataclass(frozen=True, slots=True)
class WriteMessages:
    """Give commits the messages that the editor returned."""

    messages: tuple[tuple[Address, bytes], ...]


@dataclass(frozen=True, slots=True)
class Reworded:
    """Reword a commit of the series, if the message that was edited is a new one."""

    commit: Oid
    message: bytes


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the message of the selected new commit, and select the next to confirm.

    On the screen of messages.
    """


@dataclass(frozen=True, slots=True)
class NextUnconfirmed:
    """Select the next new commit whose message is not confirmed, round the end."""


@dataclass(frozen=True, slots=True)
class SendPart:
    """Send the selected part of a message to the new commit ``number``, from 0.

    Numbers are those on the screen of messages.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ShiftPart:
    """Send the selected part to the next commit (1) or the previous one (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class LeavePartOut:
    """Leave the selected part out of all messages."""


PartAction = SendPart | ShiftPart | LeavePartOut
MessageAction = WriteMessages | Reworded | Confirm | NextUnconfirmed | PartAction
