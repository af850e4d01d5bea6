"""Words out: what was done to standard output, everything else to standard error.

All that gitsplit prints goes out here, and none of it can drive a terminal, wherever
its parts come from. Only line ends are left as they are; a sentence has none inside.

Where gitsplit was started.

What gitsplit is at, on a terminal, where that takes longer than a moment.
"""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer
from time import monotonic
from types import TracebackType
from typing import TextIO

import click

from gitsplit.errors import GitsplitError, NotARepository, NoTerminal
from gitsplit.model.escape import printable, printable_lines
from gitsplit.model.listing import quantity


def say(words: str) -> None:
    """A sentence about something that the user should know."""
    complain(f"gitsplit: {words}")


def complain(line: str) -> None:
    """One line on standard error."""
    _print_aside(f"{printable(line)}\n")


def _print_aside(text: str) -> None:
    """On standard error; who can't have it there can't be told anything."""
    try:
        click.echo(text, nl=False, err=True)
    except OSError:
        forget(sys.stderr)


def show_error(error: GitsplitError) -> None:
    """The sentence, the hint and the state of things, on standard error."""
    say(str(error))
    for hint in filter(None, (error.hint, error.kept)):
        complain(f"hint: {hint}")
    if error.state:
        complain(error.state)


def show_wrong_usage(error: click.ClickException) -> None:
    """What is wrong with the command line, in click's words and as it says them."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        for line in (error.ctx.get_usage(), "Try 'gitsplit --help' for help.", ""):
            complain(line)
    complain(f"Error: {error.format_message()}")


def show_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A mistake of gitsplit's own as Python shows it (:data:`sys.excepthook`)."""
    said = "".join(traceback.format_exception(kind, error, trace))
    _print_aside(printable_lines(said))


def confirm(question: str) -> bool:
    """Whether the user says yes."""
    return click.confirm(printable(question), err=True)


def draw_progress(words: str) -> None:
    """The line on standard error that is drawn over; empty words take it away."""
    _print_aside(f"\r{printable(words)}\x1b[K")


@contextmanager
def waiting(words: str) -> Iterator[Callable[[str], None]]:
    """Within the block, the words are on a line that is drawn over, after a moment.

    Other lines go to what it gives. Where standard error is no terminal, the words
    don't.
    """
    if not (sys.stderr and sys.stderr.isatty()):
        yield complain
        return
    drawn = Event()

    def draw() -> None:
        drawn.set()
        draw_progress(f"{words}…")

    def stop() -> None:
        timer.cancel()
        timer.join()
        if drawn.is_set():
            drawn.clear()
            draw_progress("")

    def over(line: str) -> None:
        stop()
        complain(line)

    timer = Timer(_MOMENT, draw)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        stop()


def forget(stream: TextIO) -> None:
    """What couldn't be written is not tried again, or Python complains at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def printing(hint: str = "") -> Iterator[None]:
    """Within the block, no error of the system's but standard output's comes up.

    All that was printed has been written after it. Raises BrokenPipeError where its
    reader has gone.
    """
    try:
        yield
        if sys.stdout:  # None where it was closed before the start
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        forget(sys.stdout)
        raise GitsplitError(
            f"Standard output can't be written: {error.strerror}.", hint=hint
        ) from error


def put_printout(text: str, name: str | None, *, is_utf8: bool) -> None:
    """The text is where ``-o`` says, a file or ``-``; else on standard output.

    It is in the terminal's encoding there, unless ``is_utf8``; a file has UTF-8.
    Raises BrokenPipeError where its reader has gone.
    """
    text = printable_lines(text)
    if name is None or name == "-":
        with printing("Name a file with -o."):
            click.echo(text.encode() if is_utf8 else text, nl=False)
        return
    try:
        Path(name).write_bytes(text.encode())
    except OSError as error:
        raise GitsplitError(
            f"{name} can't be written: {error.strerror}.",
            hint="Name another file with -o.",
        ) from error


def tell(text: str) -> None:
    """What was done, on standard error where standard output doesn't take it.

    It is done all the same, and the user must know how to take it back.
    """
    text = printable_lines(text)
    try:
        click.echo(text, nl=False)
    except OSError:
        forget(sys.stdout)
        _print_aside(text)


def here() -> Path:
    """The current directory."""
    try:
        return Path.cwd()
    except OSError as error:
        raise NotARepository(
            "The current directory doesn't exist any more.",
            hint="Change to the directory of a git repository.",
        ) from error


def refuse_no_terminal() -> None:
    """Raise NoTerminal where no screen can be drawn."""
    hint = "Preview with --dry-run, or accept the proposal with --yes."
    # A stream that was closed before the start is None.
    if not all(each and each.isatty() for each in (sys.stdin, sys.stdout)):
        raise NoTerminal(
            "The screen needs a terminal, and there is none here.", hint=hint
        )
    if os.environ.get("TERM") == "dumb":
        raise NoTerminal("The screen can't be drawn on a dumb terminal.", hint=hint)


_MOMENT = 0.7
"""Seconds in which nobody asks what is going on."""
_MANY_PIECES = 1_000


class Progress:
    """A line on standard error that tells, and is gone afterwards.

    Nothing is written where standard error is no terminal.
    """

    def __init__(self) -> None:
        self._is_seen = bool(sys.stderr and sys.stderr.isatty())
        self._began = monotonic()
        self._is_shown = False

    def __enter__(self) -> Callable[[int, int, int], None]:
        """What tells, from now on."""
        self._began = monotonic()
        return self.tell

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The line is gone."""
        if self._is_shown:
            draw_progress("")

    def tell(self, number: int, of: int, pieces: int) -> None:
        """Commit ``number`` (from 1) of so many is next, which has so many pieces."""
        is_long = pieces > _MANY_PIECES or monotonic() - self._began > _MOMENT
        if self._is_seen and is_long:
            which = f"commit {number} of {of}, " if of > 1 else ""
            count = quantity(pieces, "hunk")
            draw_progress(f"grouping hunks: {which}{count}…")
            self._is_shown = True
