"""The one place that prints: results to standard output, all else to standard error.

Nothing of it can drive a terminal, wherever its parts come from: what can't be seen
plainly is named. Only line ends are left as they are; a sentence has none inside.
"""

import codecs
import io
import locale
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    suppress,
)
from pathlib import Path
from stat import S_IMODE
from threading import Event, Timer
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

import click

from gitsplit.errors import GitsplitError, NotARepository, NoTerminal, NotWritable
from gitsplit.model.escape import printable, printable_lines
from gitsplit.model.listing import quantity

if TYPE_CHECKING:
    from gitsplit.workflow.hooks_and_signing import Decision

_LACKING = "gitsplit-ascii"


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """What is printed where the encoding of a stream lacks characters."""
    from gitsplit.model.charset import printed_in_ascii  # few terminals need it

    assert isinstance(error, UnicodeEncodeError), "only encoders are told of it"
    return printed_in_ascii(error.object[error.start : error.end]), error.end


def fit_to_encoding(*streams: TextIO | None) -> None:
    """Have the streams print what they can't encode in ASCII, and never fail by that.

    Click is given the stream itself: it would write UTF-8 to one that is ASCII.
    Where Python has taken UTF-8 for a locale that has none, as it does for ``LC_ALL=C``
    (PEP 540), they have the locale's encoding.
    """
    codecs.register_error(_LACKING, _in_ascii)
    is_assumed = sys.flags.utf8_mode and not (
        "utf8" in sys._xoptions or "PYTHONUTF8" in os.environ
    )
    is_given = "PYTHONIOENCODING" in os.environ or not is_assumed
    encoding = None if is_given else locale.getencoding()
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors=_LACKING)


_said: list[str] = []


class _Document:
    """Where the one document of a call goes; whether it has been written."""

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream
        self.is_written = False


_document: _Document | None = None
"""None where standard output isn't kept for one."""


def say(words: str) -> None:
    """Print a sentence about something that the user should know."""
    _said.append(words)
    print_stderr(f"gitsplit: {words}")


def keep_as_warnings(sentences: Iterable[str]) -> None:
    """Count sentences among those that were said: they stand in what was printed."""
    _said.extend(sentences)


def warnings() -> tuple[str, ...]:
    """The sentences that were said so far, oldest first."""
    return tuple(_said)


@contextmanager
def stdout_kept_for_document() -> Iterator[None]:
    """Keep standard output for one document: all else goes to standard error.

    Also what programs print that are started in the block: editors, hooks, git.
    """
    global _document
    kept, saved = sys.stdout, _moved_aside(sys.stdout)
    stream = kept if saved is None else os.fdopen(saved, "w")
    _document = _Document(stream)
    sys.stdout = sys.stderr
    _said.clear()
    try:
        yield
    finally:
        if saved is not None:
            os.dup2(saved, 1)
            with suppress(OSError):
                stream.close()  # it would close its descriptor once more
        _document, sys.stdout = None, kept


def _moved_aside(stream: TextIO | None) -> int | None:
    """A new descriptor of standard output, whose own is standard error's from now on.

    None where the stream isn't that of the process.
    """
    try:
        if stream is None or stream.fileno() != 1:
            return None
        saved = os.dup(1)
        os.dup2(2, 1)
    except OSError:
        return None
    return saved


def is_for_programs() -> bool:
    """Whether a document is wanted, and has not been written yet."""
    return _document is not None and not _document.is_written


def print_document(text: str, name: str | None = None) -> None:
    """Write the one document of a call to standard output, or the file of that name.

    Raises NotWritable where that can't be written: where it is the file, there is still
    a document to be written, about that error. Raises BrokenPipeError where the reader
    of standard output has gone.
    """
    assert _document is not None, "standard output is kept for it"
    if name is not None:
        write_text_file(name, text)
    _document.is_written = True
    if name is None:
        _write_bytes(_document.stream, printable_lines(text).encode())


def _write_bytes(stream: TextIO | None, data: bytes) -> None:
    """Write to standard output; None is one that was closed before the start."""
    hint = "Name a file with -o."
    if stream is None:
        raise _stdout_error("it is closed", hint)
    with guard_stdout(hint, stream):
        click.echo(data, nl=False, file=stream)


def print_stderr(line: str) -> None:
    """Print one line on standard error."""
    _write_stderr(f"{printable(line)}\n")


def _write_stderr(text: str) -> None:
    """Write to standard error; where that fails, there is no other place to say so."""
    try:
        click.echo(text, nl=False, file=sys.stderr)
    except OSError:
        discard_output(sys.stderr)


def show_error(error: GitsplitError) -> None:
    """Print what is wrong, what to do, and the state that things are in."""
    print_stderr(f"gitsplit: {error}")
    for hint in filter(None, (error.hint, error.kept)):
        print_stderr(f"hint: {hint}")
    if error.state:
        print_stderr(error.state)


def show_wrong_usage(error: click.ClickException) -> None:
    """Print what is wrong with the command line, as click says it."""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        for line in (error.ctx.get_usage(), "Try 'gitsplit --help' for help.", ""):
            print_stderr(line)
    print_stderr(f"Error: {error.format_message()}")


def show_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a bug of gitsplit's as Python does, printably (:data:`sys.excepthook`)."""
    import traceback  # as good as never needed

    trace_text = "".join(traceback.format_exception(kind, error, trace))
    _write_stderr(printable_lines(trace_text))


def confirm(question: str) -> bool:
    """Ask, and give whether the user says yes."""
    return click.confirm(printable(question), err=True)


_DECISIONS: "Mapping[str, Decision]" = {
    "y": "apply",
    "yes": "apply",
    "n": "leave",
    "no": "leave",
    "e": "edit",
    "edit": "edit",
}


def ask_decision(question: str, kept: str) -> "Decision":
    """Ask whether to apply what the user has edited; they can edit it again, too.

    Any other answer gets an explanation, in which ``kept`` is what no would mean.
    """
    while True:
        asked = f"{printable(question)} [y/N/e]"
        answer = click.prompt(asked, "n", show_default=False, err=True)
        decision = _DECISIONS.get(answer.strip().lower())
        if decision is not None:
            return decision
        print_stderr(f"y: apply it. e: edit it again. n: change nothing. {kept}")


def draw_progress(words: str) -> None:
    """Draw over the last line of standard error; empty words clear it."""
    _write_stderr(f"\r{printable(words)}\x1b[K")


def show_activity(
    words: str, *, is_drawn: bool = True
) -> AbstractContextManager[Callable[[str], None]]:
    """Show what is being done, on a line that is cleared after the block.

    It comes after a moment, and only where standard error is a terminal. Other lines
    are printed in the block by what it gives. A line that isn't drawn stays.
    """
    if not (sys.stderr and sys.stderr.isatty()):
        return nullcontext(print_stderr)
    show = _draw_activity if is_drawn and can_draw() else _say_activity
    return show(f"{words}…")


@contextmanager
def _say_activity(words: str) -> Iterator[Callable[[str], None]]:
    """Say what is being done, once it has taken a moment."""
    timer = Timer(_MOMENT, print_stderr, [words])
    timer.daemon = True
    timer.start()
    try:
        yield print_stderr
    finally:
        timer.cancel()


@contextmanager
def _draw_activity(words: str) -> Iterator[Callable[[str], None]]:
    """Draw what is being done, once it has taken a moment, and clear it in the end."""
    drawn = Event()

    def draw() -> None:
        drawn.set()
        draw_progress(words)

    def stop() -> None:
        timer.cancel()
        timer.join()
        if drawn.is_set():
            drawn.clear()
            draw_progress("")

    def print_over(line: str) -> None:
        stop()
        print_stderr(line)

    timer = Timer(_MOMENT, draw)
    timer.daemon = True
    timer.start()
    try:
        yield print_over
    finally:
        stop()


def discard_output(stream: TextIO) -> None:
    """Discard what couldn't be written, or Python would try again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def guard_stdout(hint: str = "", stream: TextIO | None = None) -> Iterator[None]:
    """Raise NotWritable where standard output can't be written in the block.

    Also what is buffered is written then. Raises BrokenPipeError where the reader has
    gone. Nothing else in the block may raise OSError. ``stream`` is where standard
    output is written, if not ``sys.stdout``.
    """
    stream = stream or sys.stdout
    try:
        yield
        if stream:  # None where it was closed before the start
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output(stream)
        raise _stdout_error(error.strerror, hint) from error


def _stdout_error(why: str | None, hint: str) -> NotWritable:
    return NotWritable(f"Standard output can't be written: {why}.", hint=hint)


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return bool(sys.stdout and sys.stdout.isatty())


_RESET = "\x1b[m"


def in_colours(text: str, slots: Mapping[int, str], colours: Mapping[str, str]) -> str:
    """The text made printable, some of its lines in colours.

    ``slots`` says what these lines are, by their numbers from 0; ``colours`` has the
    escape sequence for that.
    """
    lines = printable_lines(text).split("\n")
    for number, slot in slots.items():
        if colour := colours.get(slot):
            lines[number] = f"{colour}{lines[number]}{_RESET}"
    return "\n".join(lines)


def encoded(text: str, *, is_utf8: bool) -> bytes:
    """The text for standard output: in its encoding, unless ``is_utf8``."""
    if is_utf8 or not sys.stdout:
        return text.encode()
    return text.encode(sys.stdout.encoding, sys.stdout.errors or "strict")


def write_stdout(data: bytes) -> None:
    """Write to standard output; raises BrokenPipeError where the reader has gone.

    Raises NotWritable where it can't be written.
    """
    _write_bytes(sys.stdout, data)


def write_text_file(name: str, text: str) -> None:
    """Write a file in UTF-8: all of it, or it stays as it was.

    What is no file, as a pipe or a device, is written into.
    """
    data = printable_lines(text).encode()
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace_file(path.resolve(), data)
    except OSError as error:
        raise NotWritable(
            f"{name} can't be written: {error.strerror}.",
            hint="Name another file with -o.",
        ) from error


def _replace_file(path: Path, data: bytes) -> None:
    """Put a new file in the place of one that may be there, whose mode it has."""
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            file.write(data)
        if path.exists():
            beside.chmod(S_IMODE(path.stat().st_mode))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def print_result(text: str) -> None:
    """Print what was done, on standard error where standard output doesn't take it.

    It is done all the same, and the user must know how to undo it.
    """
    text = printable_lines(text)
    if sys.stdout is None:  # closed before the start
        _write_stderr(text)
        return
    try:
        click.echo(text, nl=False, file=sys.stdout)
    except OSError:
        discard_output(sys.stdout)
        _write_stderr(text)


def current_directory() -> Path:
    """Where gitsplit was started; raises NotARepository where that is gone."""
    try:
        return Path.cwd()
    except OSError as error:
        raise NotARepository(
            "The current directory doesn't exist any more.",
            hint="Change to the directory of a git repository.",
        ) from error


def take_input_from_terminal() -> None:
    """Have standard input be the terminal, where there is one, from now on.

    What was on it has been read.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return
    os.dup2(terminal, 0)
    os.close(terminal)
    sys.stdin = open(0, encoding=sys.stdin.encoding, closefd=False)  # noqa: SIM115


class Conversation:
    """Questions on standard output, answers from standard input, a line each."""

    def say(self, line: str) -> None:
        """Print one line."""
        with guard_stdout():
            click.echo(printable(line), file=sys.stdout)

    def ask(self, question: str) -> str:
        """Print the question, and read the answer; raises EOFError where none comes.

        An answer that no terminal has shown is printed behind its question.
        """
        with guard_stdout():
            click.echo(printable(question), nl=False, file=sys.stdout)
        line = sys.stdin.readline() if sys.stdin else ""
        is_shown = bool(line) and sys.stdin.isatty()
        if not is_shown:
            self.say(line.rstrip("\r\n"))
        if not line:
            raise EOFError
        return line.rstrip("\r\n")


def has_terminal() -> bool:
    """Whether standard input and output are a terminal."""
    # A stream that was closed before the start is None.
    return all(each and each.isatty() for each in (sys.stdin, sys.stdout))


def wants_questions() -> bool:
    """Whether questions are asked in place of a screen, by the environment.

    ``GITSPLIT_SCREEN=0`` says so; and on a dumb terminal nothing can be drawn.
    """
    return _has_no_screen() or (_is_dumb() and has_terminal())


def can_draw() -> bool:
    """Whether lines of standard error can be drawn over."""
    is_terminal = bool(sys.stderr and sys.stderr.isatty())
    return is_terminal and not (_is_dumb() or _has_no_screen())


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"


def _has_no_screen() -> bool:
    return os.environ.get("GITSPLIT_SCREEN") == "0"


def refuse_no_terminal(
    hint: str = "Preview with --dry-run, accept the proposal with --yes, or answer"
    " questions with --no-screen.",
) -> None:
    """Raise NoTerminal where no screen can be drawn; the hint names other ways."""
    if not has_terminal():
        raise NoTerminal(
            "The screen needs a terminal, and there is none here.", hint=hint
        )


def refuse_unasked() -> None:
    """Raise NoTerminal where nobody can be asked whether to apply something."""
    if not has_terminal():
        raise NoTerminal(
            "Before the edited split is applied you are asked, which needs a terminal.",
            hint="Apply what the editor saves with --yes, or preview it with -n.",
        )


_MOMENT = 0.7
"""Seconds in which nobody asks what is going on."""

_MANY_HUNKS = 1_000
"""So many take longer than a moment."""


class Progress:
    """A line that shows how far proposing has come, and is cleared afterwards.

    It is drawn once that takes long, where standard error is a terminal that can.
    """

    def __init__(self, *, is_drawn: bool = True) -> None:
        self._is_drawn = is_drawn and can_draw()
        self._began = monotonic()
        self._is_shown = False

    def __enter__(self) -> Callable[[int, int, int], None]:
        """What draws the line, from now on."""
        self._began = monotonic()
        return self.draw

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clear the line."""
        if self._is_shown:
            draw_progress("")

    def draw(self, number: int, of: int, hunks: int) -> None:
        """Show that commit ``number`` (from 1) of so many is next, with its hunks."""
        is_long = hunks > _MANY_HUNKS or monotonic() - self._began > _MOMENT
        if self._is_drawn and is_long:
            which = f" of commit {number} of {of}" if of > 1 else ""
            draw_progress(f"grouping {quantity(hunks, 'hunk')}{which} …")
            self._is_shown = True
