"""The files in sight read for their syntax while the screen waits for a key."""

import asyncio
import gc
from time import perf_counter
from typing import Any

from prompt_toolkit.application import Application

from gitsplit.tui.background.syntax import Syntax
from gitsplit.tui.background.worker import in_thread

_PAUSE = 0.001  # seconds between two steps, in which a key is taken
_REDRAWN_AFTER = 0.1  # seconds; what is found is shown then, or when all is


class Reader:
    """Keeps ``syntax`` up with what is in sight, a step at a time."""

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax
        self._is_at_it = False

    def keep_up(self, application: Application[Any]) -> None:
        """Have what has come into sight read, after the frame that showed it."""
        syntax = self._syntax
        if not self._is_at_it and (syntax.has_new() or syntax.is_behind()):
            self._is_at_it = True
            application.create_background_task(self._read(application))

    async def _read(self, application: Application[Any]) -> None:
        """Nothing in sight is left to be read, whatever comes into sight meanwhile."""
        syntax, shown = self._syntax, perf_counter()
        try:
            while syntax.has_new() or syntax.is_behind():
                if syntax.has_new():
                    await in_thread(syntax.open_new)[0]
                    gc.freeze()  # lexers are many objects that stay
                syntax.read_on()
                if perf_counter() - shown > _REDRAWN_AFTER:
                    application.invalidate()
                    shown = perf_counter()
                await asyncio.sleep(_PAUSE)
            application.invalidate()
        finally:
            self._is_at_it = False
