"""``python -m gitsplit`` is ``gitsplit``.

Nothing is imported before Ctrl-C is seen to: imports are most of what the start takes.
They make many objects and no garbage, so that is looked for less often than usual. In
the end nothing of it is taken apart: both were a fifth of a short run.
"""

TYPE_CHECKING = False  # as typing has it, which would have to be imported
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import Thread
    from typing import NoReturn, TextIO


def run() -> "NoReturn":
    """Run gitsplit; Ctrl-C ends it in order from its first moment on."""
    import gc

    gc.set_threshold(1_000_000)
    try:
        main = _load()
    except BaseException as error:
        if _is_interrupt(error):
            _end()
        raise
    try:
        main()
    except SystemExit as end:
        _leave_at_once(end.code)
        raise


def _load() -> "Callable[[], NoReturn]":
    """The program, imported; Ctrl-C ends the process at once meanwhile.

    A KeyboardInterrupt is wrapped or swallowed in many a place of an import.
    """
    import signal

    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heard:
        signal.signal(signal.SIGINT, lambda _number, _frame: _end())
    from gitsplit.cli.main import main

    if is_heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return main


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether a KeyboardInterrupt is behind it; what could tell isn't imported yet."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return error is not None
    return _is_interrupt(error.__cause__ or error.__context__)


def _leave_at_once(status: object) -> None:
    """End the process with this exit status, or return where the interpreter has to.

    It waits for threads, and of a run that went well it says what couldn't be printed;
    the status of one that didn't stays. Nothing of gitsplit's is
    left to it: all that has to be undone is undone where it was done.
    """
    import os
    import sys
    import threading

    if not isinstance(status, int):
        return
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            if status == 0:
                return
            _discard(stream)
    if _is_alone(threading.enumerate()):
        os._exit(status)


def _discard(stream: "TextIO") -> None:
    """Let what can't be written of the stream go nowhere, as its terminal has."""
    from gitsplit.cli.output import discard_output

    discard_output(stream)


def _is_alone(threads: "Iterable[Thread]") -> bool:
    """Whether no thread but the main one would be waited for."""
    return sum(not thread.daemon for thread in threads) == 1


def _end() -> "NoReturn":
    import os

    try:
        os.write(2, b"gitsplit: interrupted. Nothing was changed.\n")
    finally:
        os._exit(130)


if __name__ == "__main__":
    run()
