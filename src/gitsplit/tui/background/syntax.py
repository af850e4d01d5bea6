"""Syntax highlighting of the lines in sight, found while nobody types.

Keywords are bold and comments italic: green and red are for added and removed lines.
pygments is not imported before the first frame, and never for a dry run. Files are
lexed in steps of a few milliseconds, so that no key has to wait for it.
"""

from collections.abc import Iterator
from functools import lru_cache
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from msgspec import Struct, field

from gitsplit.model.diff import File, FileChange
from gitsplit.model.objects import Oid
from gitsplit.tui.view.text import Tint

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType


SLICE = 0.004
"""Seconds for which a key may have to wait."""

_LARGEST = 256 * 1024  # bytes; a file is read from its start, as comments demand
_LONGEST_LINE = 1000  # bytes; what is longer was not written by hand
_AHEAD = 100  # lines that may come into sight next
_LONGEST_STEP = 0.05  # seconds; a file that takes longer for one token is given up


class _Reading(Struct):
    """A file being lexed: how many lines are ``done``, and the tints in them."""

    text: str
    tokens: "Iterator[tuple[int, _TokenType, str]] | None" = None
    wanted: int = 0
    done: int = 0
    start: int = 0
    tints: dict[int, list[Tint]] = field(default_factory=dict)
    is_over: bool = False

    def is_behind(self) -> bool:
        """Whether wanted lines are still to be lexed, and can be.

        What isn't open yet can't: :meth:`Syntax.open_new` sees to it.
        """
        is_open = self.tokens is not None and not self.is_over
        return is_open and self.done <= self.wanted

    def step(self) -> bool:
        """Read one token; whether it is tinted."""
        assert self.tokens is not None, "a text is opened before it is read"
        # On a busy machine another may have the processor meanwhile.
        began = thread_time()
        try:
            token = next(self.tokens, None)
        except Exception:
            # Whatever a lexer trips over, the text is shown all the same.
            token = None
        if token is None or thread_time() - began > _LONGEST_STEP:
            self.is_over = True
            return False
        _, kind, text = token
        style = _token_style(kind, text[:1].isalpha())
        for number, part in enumerate(text.split("\n")):
            if number:
                self.done += 1
                self.start = 0
            if style and part:
                tint = Tint(self.start, self.start + len(part), style)
                self.tints.setdefault(self.done, []).append(tint)
            self.start += len(part)
        return bool(style)


_Key = tuple[Oid, bytes]


class Syntax(Struct):
    """The tints of all files that were ever in sight, as far as they are lexed."""

    _readings: dict[_Key, _Reading] = field(default_factory=dict)
    _new: dict[_Key, _Reading] = field(default_factory=dict)

    def tints(self, change: FileChange, is_old: bool, line: int) -> tuple[Tint, ...]:
        """The tints of a line, if known by now; it is noted that it is in sight."""
        side = change.old if is_old else change.new
        if side is None or side.stored is None:
            return ()
        reading = self._readings.get((side.oid, side.path))
        if reading is None:
            reading = self._first_seen(side)
        reading.wanted = max(reading.wanted, line + _AHEAD)
        return tuple(reading.tints.get(line, ()))

    def _first_seen(self, side: File) -> _Reading:
        text, key = _text_to_lex(side.content or b""), (side.oid, side.path)
        reading = _Reading(text or "", is_over=text is None)
        self._readings[key] = reading
        if not reading.is_over:
            self._new[key] = reading
        return reading

    def has_new(self) -> bool:
        """Whether files wait for a lexer."""
        return bool(self._new)

    def is_behind(self) -> bool:
        """Whether lines in sight are still to be lexed."""
        return any(reading.is_behind() for reading in self._readings.values())

    def open_new(self) -> None:
        """Find a lexer for each new file; slow, so it is done in a thread."""
        while self._new:
            (_, path), reading = self._new.popitem()
            try:
                lexer = lexer_for(path)
            except Exception:
                lexer = None  # as with one that trips later, the text is shown
            if lexer is None:
                reading.is_over = True
            else:
                reading.tokens = lexer.get_tokens_unprocessed(reading.text)

    def read_on(self, seconds: float = SLICE) -> bool:
        """Lex the files in sight further, for no longer than so many seconds.

        Whether anything was found that is tinted.
        """
        end, has_found = perf_counter() + seconds, False
        for reading in list(self._readings.values()):
            while reading.is_behind() and perf_counter() < end:
                has_found |= reading.step()
        return has_found


def _text_to_lex(content: bytes) -> str | None:
    """The text of a file; None where it is binary, or too large to be lexed."""
    if len(content) > _LARGEST or b"\0" in content:
        return None
    lines = content.split(b"\n")
    if max(map(len, lines)) > _LONGEST_LINE:
        return None
    return content.decode("utf-8", "surrogateescape")


def lexer_for(path: bytes) -> "Lexer | None":
    """The lexer for files of that name; None where there is none that reads on."""
    from pygments.lexer import DelegatingLexer
    from pygments.lexers import find_lexer_class_for_filename

    found = find_lexer_class_for_filename(path.decode("utf-8", "replace"))
    # One that delegates to others reads the whole text before its first token.
    return None if found is None or issubclass(found, DelegatingLexer) else found()


_COMMENTS = (".Comment.", ".Literal.String.Doc.")
_KEYWORDS = (".Keyword.", ".Operator.Word.", ".Name.Class.", ".Name.Function.")
_PREPROCESSOR = ".Comment.Preproc"  # code in spite of its name


@lru_cache(maxsize=512)
def _token_style(kind: "_TokenType", is_word: bool) -> str:
    """The style that a token adds: most of them none."""
    name = "".join(f".{part}" for part in kind) + "."
    if name.startswith(_COMMENTS) and not name.startswith(_PREPROCESSOR):
        return " class:comment"
    return " class:keyword" if is_word and name.startswith(_KEYWORDS) else ""
