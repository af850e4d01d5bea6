"""Actions on messages: texts from the editor, and the screen of messages."""

from msgspec import Struct

from gitsplit.model.objects import Oid
from gitsplit.tui.state.new_commits import Address


class WriteMessages(Struct, frozen=True):
    """Give commits the messages that the editor returned."""

    messages: tuple[tuple[Address, bytes], ...]


class Reworded(Struct, frozen=True):
    """Reword a commit of the series, if the message that was edited is a new one."""

    commit: Oid
    message: bytes


class Confirm(Struct, frozen=True):
    """Confirm the message of the selected new commit, and select the next to confirm.

    On the screen of messages.
    """


class NextUnconfirmed(Struct, frozen=True):
    """Select the next new commit whose message is not confirmed, round the end."""


class SendPart(Struct, frozen=True):
    """Send the selected part of a message to the new commit ``number``, from 0.

    Numbers are those on the screen of messages.
    """

    number: int


class ShiftPart(Struct, frozen=True):
    """Send the selected part to the next commit (1) or the previous one (-1)."""

    by: int


class LeavePartOut(Struct, frozen=True):
    """Leave the selected part out of all messages."""


PartAction = SendPart | ShiftPart | LeavePartOut
MessageAction = WriteMessages | Reworded | Confirm | NextUnconfirmed | PartAction
