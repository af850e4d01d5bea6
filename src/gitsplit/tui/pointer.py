"""The mouse: what is pointed at becomes actions, those of keys.

A click moves the cursor or selects a commit; on a commit's digit it sends there what is
selected, on ``+`` to a new commit, in the footer it presses the key. Dragging selects
lines, and the wheel scrolls. Nothing is applied by a click: one that is let go a moment
late, when the footer has become that of the preview, would rewrite history.
"""

from gitsplit.model.plan import DROPPED
from gitsplit.tui.key_rows import DIGITS, KeyContext, context_of
from gitsplit.tui.state.app_state import Refusal, State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reading import MoveRows, MoveTo, SelectLines
from gitsplit.tui.update.actions.screens import Scroll
from gitsplit.tui.update.actions.shell import Refused
from gitsplit.tui.update.actions.split import AddCommit, FocusOn, Send
from gitsplit.tui.view.frame import footer_key_at
from gitsplit.tui.view.key_help import footer_keys_of
from gitsplit.tui.view.layout import Region
from gitsplit.tui.view.pane import Mouse, Pointed
from gitsplit.tui.view.split import gutter_width


class Pointer:
    """Makes actions of what the mouse does; knows where its button was pressed."""

    def __init__(self) -> None:
        self._pressed: int | None = None
        self._is_dragged = False

    def action(
        self, state: State, region: Region, mouse: Mouse, most: int
    ) -> Action | None:
        """What the mouse asks for; ``most`` is how far a page can be scrolled."""
        match mouse.pointed:
            case Pointed.WHEEL if region is Region.PAGE:
                return Scroll(mouse.turned, most)
            case Pointed.WHEEL:
                return MoveRows(mouse.turned)
            case Pointed.PRESS:
                self._pressed, self._is_dragged = mouse.number, False
                return None
            case Pointed.DRAG:
                return self._drag(region, mouse.number)
            case Pointed.CLICK:
                was_dragged, self._is_dragged = self._is_dragged, False
                return None if was_dragged else _click(state, region, mouse)

    def _drag(self, region: Region, row: int) -> Action | None:
        """The selection of lines from where the button was pressed."""
        is_begun = self._is_dragged or row != self._pressed
        if region is not Region.DIFF or self._pressed is None or not is_begun:
            return None
        self._is_dragged = True
        return SelectLines(self._pressed, row)


def _click(state: State, region: Region, mouse: Mouse) -> Action | None:
    """What a click asks for."""
    match region:
        case Region.DIFF:
            group = _group_in_gutter(state, mouse)
            return MoveTo(mouse.number) if group == DROPPED else Send(group)
        case Region.COMMITS:
            return _click_on_commit(len(state.plan.groups), mouse)
        case Region.LIST:
            return MoveTo(mouse.number)
        case _:
            return None


def _group_in_gutter(state: State, mouse: Mouse) -> int:
    """The group whose digit was clicked, left of a line of another hunk, or DROPPED."""
    edit = state.rows.edit_at(mouse.number) if len(state.rows) else None
    is_digit = 0 < mouse.column <= gutter_width(state.plan)
    is_here = edit == state.rows.edit_at(state.cursor)
    if edit is None or is_here or not is_digit:
        return DROPPED
    return state.plan.group_of[edit]


def _click_on_commit(groups: int, mouse: Mouse) -> Action | None:
    """What a click in the list of commits asks for; below them is the ``+``."""
    if mouse.number < groups:
        is_digit = 0 < mouse.column <= len(str(groups))
        return Send(mouse.number) if is_digit else FocusOn(mouse.number)
    return AddCommit() if mouse.number == groups else None


def key_in_footer(state: State, width: int, column: int) -> str:
    """The key that stands in this column of the footer; empty for none, and digits."""
    keys = {(key.name, key.label): key.key for key in footer_keys_of(state)}
    found = footer_key_at([*keys], width, column)
    key = "" if found is None else keys[found]
    return "" if key in DIGITS else key


def refused_click(state: State, key: str) -> Refused | None:
    """Why a click on this key of the footer doesn't press it; None where it does."""
    if context_of(state) is not KeyContext.PREVIEW or key != "enter":
        return None
    return Refused("A click applies nothing: press Enter.", Refusal.NOTE)
