"""``python -m gitsplit`` is ``gitsplit``.

Nothing is imported before Ctrl-C is seen to: imports are most of what the start takes.
They make many objects and no garbage, so that is looked for less often than usual, and
not at all in what goes with the process: both were a fifth of a short run.
"""

TYPE_CHECKING = False  # as typing has it, which would have to be imported
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn


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
    finally:
        gc.freeze()


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


def _end() -> "NoReturn":
    import os

    try:
        os.write(2, b"gitsplit: interrupted. Nothing was changed.\n")
    finally:
        os._exit(130)


if __name__ == "__main__":
    run()
