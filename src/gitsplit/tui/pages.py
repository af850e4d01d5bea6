"""Pages of the tutorial on a terminal: read, and answer by a key.

What a page says is of :mod:`gitsplit.teaching.pages`; here it gets the size of the
terminal, and keys.
"""

from collections.abc import Callable, Iterator, Sequence

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.layout import Layout
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.utils import get_cwidth

from gitsplit.errors import Interrupted
from gitsplit.teaching.pages import NEXT, Page, PageLine
from gitsplit.tui.application_run import ApplicationRun
from gitsplit.tui.state.key_names import key_name
from gitsplit.tui.view.changed_rows import ChangedRows
from gitsplit.tui.view.colours import Colours, Scheme, screen_style
from gitsplit.tui.view.frame import footer_line, rule
from gitsplit.tui.view.pane import Pane, PaneLines, static_lines
from gitsplit.tui.view.text import one_line, start_of, text_lines

After = Callable[[str], Page | None]
"""The page that follows a key that answers; None where that was the last."""

_FRAME = 3  # title, rule and footer
_READABLE = 96
"""Columns of a sentence, also on a wider terminal."""

_LEAST = 3  # lines to read, where what is asked needs much

_FAR = 10**6
_SCROLLS = {"up": -1, "down": 1, "k": -1, "j": 1, "home": -_FAR, "end": _FAR, "G": _FAR}
_PAGES = {"pageup": -1, "pagedown": 1, "space": 1, "c-b": -1, "c-f": 1}


class _Shown:
    """The page that is shown, from which line on, and how many of them are seen."""

    def __init__(self, page: Page, after: After) -> None:
        self.page = page
        self.scroll = 0
        self._seen = 1
        self._after = after

    def draw(self, width: int, height: int) -> PaneLines:
        """All lines of the screen."""
        body = [*_wrapped(self.page.lines, width)]
        below = [*_wrapped(self.page.asked, width), *_choice_lines(self.page, width)]
        below = below[: max(0, height - _FRAME - _LEAST)]
        self._seen = max(1, height - _FRAME - len(below))
        last = max(0, len(body) - self._seen)
        self.scroll = max(0, min(self.scroll, last))
        first = self.scroll
        shown = body[first : first + self._seen]
        blank: list[StyleAndTextTuples] = [[] for _ in range(self._seen - len(shown))]
        words = ""
        if last:
            end = first + len(shown)
            words = f"lines {first + 1}-{end} of {len(body)} · ↑ ↓ scroll"
        name = " gitsplit "
        title: StyleAndTextTuples = [
            ("class:name", name),
            ("class:title", start_of(self.page.title, width - len(name))),
        ]
        footer = footer_line(_footer_keys(self.page), width)
        lines = [title, *shown, *blank, rule(width, words), *below, footer]
        return static_lines(lines)

    def move(self, rows: int = 0, pages: int = 0) -> None:
        """Scroll."""
        self.scroll += rows + pages * max(1, self._seen - 1)

    def answer(self, key: str) -> bool:
        """Take a key; whether there is a page to show."""
        if key not in [choice.key for choice in self.page.choices]:
            return True
        page = self._after(key)
        if page is None:
            return False
        if page.lines != self.page.lines:
            self.scroll = 0
        self.page = page
        return True


def run_pages(
    page: Page,
    after: After,
    colours: Colours,
    *,
    input: Input | None = None,
    output: Output | None = None,
) -> None:
    """Show a page, and those that follow from the keys that answer them.

    Raises Interrupted on Ctrl-C, by a signal, and where the terminal goes away.
    """
    shown = _Shown(page, after)
    is_mono = colours.scheme is Scheme.MONO
    application: Application[None] = Application(
        layout=Layout(ChangedRows(Pane(shown.draw))),
        key_bindings=_key_bindings(shown),
        color_depth=ColorDepth.DEPTH_1_BIT if is_mono else None,
        full_screen=True,
        terminal_size_polling_interval=None,
        input=input,
        output=output,
    )
    term = getattr(application.output, "term", None) or ""
    application.style = screen_style(colours, application.color_depth, term)
    application.ttimeoutlen, application.timeoutlen = 0.05, 0.0
    ApplicationRun(application).run()


def _key_bindings(shown: _Shown) -> KeyBindings:
    """The keys that scroll, and all others, which may answer."""
    bindings = KeyBindings()

    def answer(event: KeyPressEvent, key: str) -> None:
        try:
            if not shown.answer(key):
                event.app.exit()
        except Exception as error:
            event.app.exit(exception=error)

    @bindings.add("c-c")
    @bindings.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=Interrupted("Interrupted."))

    bindings.add("c-z")(lambda event: event.app.suspend_to_background())
    for key, rows in _SCROLLS.items():
        bindings.add(key)(lambda _event, rows=rows: shown.move(rows=rows))
    for key, pages in _PAGES.items():
        bindings.add(key)(lambda _event, pages=pages: shown.move(pages=pages))
    bindings.add("enter")(lambda event: answer(event, NEXT))
    bindings.add("escape")(lambda event: answer(event, "q"))
    bindings.add("<any>")(lambda event: answer(event, event.data))
    return bindings


def _wrapped(lines: Sequence[PageLine], width: int) -> Iterator[StyleAndTextTuples]:
    """The lines at this width: code is cut, sentences go on below."""
    for line in lines:
        style = f"class:{line.look}" if line.look else ""
        text = one_line(line.text)
        room = width - 2 - line.indent
        room = room if line.is_code else min(room, _READABLE)
        parts = [start_of(text, room)] if line.is_code else text_lines(text, room)
        hang = 2 if text[:2] in ("✓ ", "✗ ") else 0
        if hang and len(parts) > 1:
            parts = [parts[0], *text_lines(" ".join(parts[1:]), room - hang)]
        for at, part in enumerate(parts):
            yield [("", " " * (1 + line.indent + hang * (at > 0))), (style, part)]


def _choice_lines(page: Page, width: int) -> list[StyleAndTextTuples]:
    """The listed choices: on one line where they fit, else on one each."""
    listed = [choice for choice in page.choices if choice.is_listed]
    cells = [f" {choice.key}  {one_line(choice.label)}" for choice in listed]
    if sum(map(get_cwidth, cells)) + 3 * len(cells) < width - 2:
        row: StyleAndTextTuples = [("", " ")]
        for choice in listed:
            row += [("class:key", f" {choice.key} "), ("", f" {choice.label}    ")]
        return [row] if listed else []
    return [
        [
            ("class:key", f"  {choice.key} "),
            ("", f" {start_of(one_line(choice.label), width - 7)}"),
        ]
        for choice in listed
    ]


def _footer_keys(page: Page) -> list[tuple[str, str]]:
    """The keys of the footer, those for one thing together; the last is to leave."""
    named: list[tuple[str, str]] = []
    digits = [choice.key for choice in page.choices if not choice.label]
    if digits:
        named.append((f"{digits[0]}-{digits[-1]}", "choose"))
    if listed := [choice.key for choice in page.choices if choice.is_listed]:
        named.append((" ".join(listed), "answer"))
    for choice in page.choices:
        if choice.label and not choice.is_listed:
            named.append((key_name(choice.key), choice.label))
    return sorted(named, key=lambda key: key[0] == "q") or [("q", "leave")]
