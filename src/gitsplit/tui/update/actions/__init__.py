"""Actions: what a user can do on the screens, and what the background reports.

Keys, the mouse, the editor and background work make these values;
:mod:`gitsplit.tui.update.reduce` says what the state is after each. Groups and rows are
numbered from 0.
"""

from gitsplit.tui.update.actions.prompt import NumberAction, PromptAction
from gitsplit.tui.update.actions.reading import (
    CursorAction,
    LookAction,
    MarkAction,
    SearchAction,
)
from gitsplit.tui.update.actions.reports import Report
from gitsplit.tui.update.actions.screens import HistoryAction, ScreenAction
from gitsplit.tui.update.actions.series import SeriesAction
from gitsplit.tui.update.actions.shell import ShellAction
from gitsplit.tui.update.actions.split import OpenedAction

PlanAction = OpenedAction | SeriesAction | HistoryAction
ViewAction = CursorAction | MarkAction | LookAction | SearchAction | ScreenAction
TypingAction = PromptAction | NumberAction
Action = PlanAction | ViewAction | TypingAction | ShellAction | Report
