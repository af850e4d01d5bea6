"""Signal handlers: SIGTERM and SIGHUP raise an exception as Ctrl-C does."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from gitsplit.errors import Signalled

_Handler = Callable[[int, FrameType | None], None]
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def unwind_on_signals() -> Iterator[None]:
    """Make SIGTERM and SIGHUP raise Signalled, a KeyboardInterrupt, within the block.

    Once only: a closed terminal sends SIGHUP twice, from the kernel and from the shell,
    and the second must not interrupt the clean-up.
    """
    if isinstance(signal.getsignal(signal.SIGTERM), _Unwinding):
        yield  # who has called sees to it, for the same once
        return
    unwinding = _Unwinding()
    with _set_handlers({signal.SIGTERM: unwinding, signal.SIGHUP: unwinding}):
        yield


class _Unwinding:
    """A handler that raises Signalled for the first signal that comes."""

    def __init__(self) -> None:
        self._has_come = False

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if not self._has_come:
            self._has_come = True
            raise Signalled(number)


@contextmanager
def ignore_signals() -> Iterator[None]:
    """Ignore SIGINT, SIGTERM and SIGHUP within the block, for a clean-up."""

    def ignore(_number: int, _frame: FrameType | None) -> None:
        pass

    with _set_handlers(dict.fromkeys(_ENDING, ignore)):
        yield


@contextmanager
def _set_handlers(handlers: Mapping[int, _Handler]) -> Iterator[None]:
    """Set these handlers within the block; ignored signals stay ignored (``nohup``)."""
    if current_thread() is not main_thread():
        yield  # only the main thread may set handlers
        return
    before = {number: signal.getsignal(number) for number in handlers}
    heard = {n: was for n, was in before.items() if was is not signal.SIG_IGN}
    try:
        for number in heard:
            signal.signal(number, handlers[number])
        yield
    finally:
        for number, was in heard.items():
            signal.signal(number, was or signal.SIG_DFL)
