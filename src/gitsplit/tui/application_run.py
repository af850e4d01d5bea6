"""The run of the screen's application, and how it ends.

A signal, or a terminal that is gone, ends the screen through its own loop, between two
keys. An exception that a signal raises anywhere could be swallowed, or leave the loop
waiting for ever; and prompt_toolkit answers an error that nobody handles by waiting for
Enter, which no closed terminal sends.
"""

import asyncio
import errno
import signal
from contextlib import suppress
from threading import current_thread, main_thread
from typing import Any, Generic, TypeVar

from prompt_toolkit.application import Application

from gitsplit.errors import Interrupted, Signalled

Result = TypeVar("Result")

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_GONE = (errno.EIO, errno.EBADF, errno.ENXIO)


class ApplicationRun(Generic[Result]):
    """A run of an application, which a signal or a lost terminal ends in order."""

    def __init__(self, application: Application[Result]) -> None:
        self._application = application
        self._number: int | None = None
        self._is_gone = False

    def run(self) -> Result:
        """What comes of the application.

        Raises Interrupted where the terminal goes away or a signal tells it to end, and
        whatever else goes wrong in it.
        """
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        try:
            return self._application.run(self._listen, set_exception_handler=False)
        except Exception as error:
            if self._number is not None:
                stop = Signalled(self._number)
                raise Interrupted("gitsplit was terminated.") from stop
            if isinstance(error, EOFError) or _is_terminal_gone(error):
                self._is_gone = True
                raise Interrupted("The terminal was closed.") from error
            raise
        finally:
            for number, was in before.items():
                with suppress(ValueError):  # only the main thread has handlers
                    signal.signal(number, self._handler(was))

    def _handler(self, was: Any) -> Any:
        """The handler to have after the run: the earlier one.

        While gitsplit is ending because of a signal, and clears up, others are ignored:
        a terminal that is closed sends more than one.
        """
        is_ending = self._is_gone or self._number is not None
        is_heard = was is not signal.SIG_IGN
        return _ignore_signal if is_ending and is_heard else was or signal.SIG_DFL

    def _listen(self) -> None:
        """Have the running loop take signals and failures; what is ignored stays so."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._end_by_failure)
        if current_thread() is main_thread():
            for number in _SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    loop.add_signal_handler(number, self._end_by_signal, number)

    def _end_by_signal(self, number: int) -> None:
        self._number = number
        self._end(Interrupted("gitsplit was terminated."))

    def _end_by_failure(
        self, _: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        self._end(context.get("exception") or RuntimeError(context["message"]))

    def _end(self, error: BaseException) -> None:
        future = self._application.future
        if future is not None and not future.done():
            self._application.exit(exception=error)


def _ignore_signal(_number: int, _frame: object) -> None:
    pass


def _is_terminal_gone(error: Exception) -> bool:
    """Whether the terminal can't be written or read any more."""
    return isinstance(error, OSError) and error.errno in _GONE
