"""The whole screen: which region stands where, at the sizes that terminals have.

Every region is drawn by a pure function of the state and its own size; only here is it
known how large the terminal is. The split has regions beside each other, every other
screen is a row of ``_PAGES``: a new one is added there.
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import cache, partial

from msgspec import Struct
from msgspec.structs import replace
from prompt_toolkit.application import get_app, get_app_or_none
from prompt_toolkit.data_structures import Size
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.containers import (
    ConditionalContainer,
    Container,
    DynamicContainer,
    HSplit,
    VSplit,
    Window,
)
from prompt_toolkit.layout.dimension import AnyDimension, Dimension

from gitsplit.model.charset import drawn_in
from gitsplit.model.listing import quantity
from gitsplit.tui.state.app_state import LISTS, Look, Screen, State
from gitsplit.tui.state.originals import original_height, original_name
from gitsplit.tui.state.series_rows import series_rows
from gitsplit.tui.view.board import board_lines, board_words
from gitsplit.tui.view.changed_rows import ChangedRows
from gitsplit.tui.view.commit import commit_matches, commit_page, commit_pane
from gitsplit.tui.view.commits import commit_blocks, commit_lines, list_height
from gitsplit.tui.view.diff_pane import diff_lines, selection_runs
from gitsplit.tui.view.frame import (
    RULE,
    last_line,
    place_words,
    rule,
    status_line,
    status_lines,
    title_line,
)
from gitsplit.tui.view.help_page import help_page
from gitsplit.tui.view.key_help import footer, help_context, help_sections
from gitsplit.tui.view.messages import message_lines, owner_words
from gitsplit.tui.view.original import (
    original_matches,
    original_page,
    original_pane,
)
from gitsplit.tui.view.pane import Mouse, OnMouse, Pane, PaneLines, static_lines
from gitsplit.tui.view.preview import preview_page
from gitsplit.tui.view.series import WORDS_HEIGHT, series_lines, series_words
from gitsplit.tui.view.steps import step_lines
from gitsplit.tui.view.text import (
    CURSOR,
    Tints,
    has_match,
    no_tints,
    text_lines,
    with_matches,
)

WIDE = 140
"""Columns from which the commits stand beside the diff."""

_WIDEST = 180
"""Columns from which the selected commit does so too, unless the user wants it not."""


_USUAL_SIZE = Size(rows=24, columns=80)


class Region(Enum):
    """What the mouse is over."""

    DIFF = auto()
    COMMITS = auto()
    LIST = auto()
    PAGE = auto()
    FOOTER = auto()


Draw = Callable[[State, int, int], PaneLines]
"""What stands in a region of so many columns and rows."""

GetState = Callable[[], State]
OnRegion = Callable[[Region, Mouse], None]
"""Called as :data:`~gitsplit.tui.view.pane.OnMouse`, with the region."""

_STATUS_HEIGHT = 2  # of the split, where the reason stands above the status
_LEAST_HALVES = 20  # rows of a screen of two halves
_PAGE_FRAME = 4  # title, rule, status and footer
_NARROW_FRAME = 3 + _STATUS_HEIGHT  # title, rule and footer
_WIDE_FRAME = 4 + _STATUS_HEIGHT  # one more rule


def _owner_lines(state: State, width: int) -> list[StyleAndTextTuples]:
    """What follows from who keeps the Change-Id."""
    return [[("", f" {line}")] for line in text_lines(owner_words(state), width - 2)]


def _commands_page(state: State, width: int) -> PaneLines:
    """The git commands for the same."""
    from gitsplit.tui.view.commands import commands_page  # few look at them

    return commands_page(state, width)


class _Page(Struct, frozen=True):
    """A screen other than the split: its name in the rule, and its lines.

    ``below`` draws so many lines more as ``below_height`` says, under them, and
    ``lower`` what has the rest of the screen, where that is high enough.
    """

    name: str
    lines: Callable[[State, int, Tints], PaneLines]
    region: Region = Region.PAGE
    below: Callable[[State, int], Sequence[StyleAndTextTuples]] = lambda *_: ()
    below_height: int = 0
    lower: Callable[[State, int, Tints], PaneLines] | None = None


_PAGES = {
    Screen.SERIES: _Page(
        "",
        lambda state, width, _: series_lines(state, width),
        Region.LIST,
        series_words,
        WORDS_HEIGHT,
        original_pane,
    ),
    Screen.BOARD: _Page(
        "hunks of each file, by commit",
        lambda state, width, _: board_lines(state, width),
        Region.LIST,
        board_words,
        1,
    ),
    Screen.ORIGINAL: _Page("as it is", original_page),
    Screen.COMMIT: _Page("as reviewers will see it", commit_page),
    Screen.MESSAGES: _Page(
        "commit messages",
        lambda state, width, _: message_lines(state, width),
        Region.LIST,
        _owner_lines,
        2,
    ),
    Screen.STEPS: _Page(
        "steps to undo and redo",
        lambda state, width, _: step_lines(state, width),
        Region.LIST,
    ),
    Screen.COMMANDS: _Page(
        "by hand, with git alone", lambda state, width, _: _commands_page(state, width)
    ),
    Screen.PREVIEW: _Page(
        "preview", lambda state, width, _: preview_page(state, width)
    ),
    Screen.HELP: _Page(
        "keys",
        lambda state, width, _: help_page(
            help_sections(help_context(state), state.info.keys), width, state.scroll
        ),
    ),
}


def page_lines(state: State, width: int, tints: Tints = no_tints) -> PaneLines:
    """The lines of a screen other than the split."""
    return _PAGES[state.screen].lines(state, width, tints)


def page_matches(state: State, columns: int) -> tuple[int, ...]:
    """The lines of a page that have what is searched; in lists, the rows that have it.

    While a text is typed, that is searched.
    """
    text = state.prompt.text if state.prompt is not None else ""
    text = text or state.search
    if state.screen is Screen.SPLIT or not text:
        return ()
    if state.screen is Screen.COMMIT:
        return tuple(commit_matches(state, columns, text))
    if state.screen is Screen.ORIGINAL:
        return tuple(original_matches(state, columns, text))
    lines = page_lines(state, columns)
    found = (n for n in range(lines.height) if has_match(lines.get(n), text))
    return tuple(dict.fromkeys(map(lines.number_of, found)))


def _with_search(state: State, lines: PaneLines) -> PaneLines:
    """The lines, in which what is searched stands out."""
    if not state.is_searching:
        return lines

    def parts(number: int) -> Sequence[StyleAndTextTuples]:
        assert lines.parts is not None, "lines have parts"
        return [with_matches(part, state.search) for part in lines.parts(number)]

    return replace(
        lines,
        get=lambda n: with_matches(lines.get(n), state.search),
        parts=parts if lines.parts else None,
    )


def last_scroll(state: State, columns: int, rows: int) -> int:
    """The row from which the last row of the page is just visible."""
    lines = page_lines(state, columns)
    seen = 1 if lines.parts else room(state, columns, rows)
    return max(0, lines.height - seen)


def panel_height(state: State, columns: int, rows: int) -> int:
    """The rows of the panel of a lesson, at the top; 0 where there is none."""
    if state.info.lesson is None or state.screen is Screen.HELP:
        return 0
    from gitsplit.tui.view.lesson_panel import height_of_panel  # few are in a lesson

    return height_of_panel(state, columns, rows)


def _panel(state: State, width: int, height: int) -> PaneLines:
    """The panel of a lesson."""
    from gitsplit.tui.view.lesson_panel import panel_lines

    return static_lines(panel_lines(state, width, height))


def rows_below(state: State, columns: int, rows: int) -> int:
    """The rows of the screen, without the panel of a lesson."""
    return rows - panel_height(state, columns, rows)


def room(state: State, columns: int, rows: int) -> int:
    """The rows of the diff, or of the page that is shown instead.

    ``rows`` is the height of the terminal.
    """
    rows = rows_below(state, columns, rows)
    if state.screen is Screen.SERIES and state.is_lower:
        return lower_height(state, rows)
    return _main_height(state, columns, rows)


def _main_height(state: State, columns: int, rows: int) -> int:
    """The rows of the diff or the page, above the lower half where there is one."""
    if state.screen is not Screen.SPLIT:
        below = _PAGES[state.screen].below_height + lower_height(state, rows)
        return max(0, rows - _PAGE_FRAME - below)
    if columns >= WIDE:
        return max(0, rows - _WIDE_FRAME)
    return max(0, rows - _NARROW_FRAME - commits_height(state, rows))


def lower_height(state: State, rows: int) -> int:
    """The rows of the lower half of a screen, its rule included; 0 where it has none.

    The upper half has what it needs, up to a half.
    """
    page = _PAGES.get(state.screen)
    if page is None or page.lower is None or rows < _LEAST_HALVES:
        return 0
    whole = rows - _PAGE_FRAME - page.below_height
    return whole - min(len(series_rows(state)), whole // 2)


def lower_rule(state: State, width: int, rows: int) -> StyleAndTextTuples:
    """The line above the lower half, which says what it shows and which lines."""
    height, seen = original_height(state), lower_height(state, rows) - 1
    words = original_name(state)
    if height > seen:
        first = min(state.lower, height - seen)
        words += f" · lines {first + 1}-{first + seen} of {height}"
    return rule(width, f"{CURSOR} {words}" if state.is_lower else words)


def page_name(state: State, columns: int, rows: int) -> str:
    """What the page shows, and which lines of it where it doesn't all fit."""
    name = _PAGES[state.screen].name
    if state.screen in LISTS:
        return name
    height, seen = page_lines(state, columns).height, _main_height(state, columns, rows)
    if height <= seen:
        return name
    first = min(state.scroll, height - seen)
    return f"{name} · lines {first + 1}-{first + seen} of {height}"


def layout(get_state: GetState, on_mouse: OnRegion, tints: Tints) -> Container:
    """The container that draws whatever the state is, at any size.

    ``tints`` says how a line is tinted, as far as that is known at each frame.
    """
    draw = _Regions(get_state, on_mouse, tints)

    @cache
    def body(screen: Screen, is_wide: bool) -> Container:
        """What stands between title and footer; made when it is first shown."""
        if screen is not Screen.SPLIT:
            return draw.page(_PAGES[screen])
        return draw.wide() if is_wide else draw.narrow()

    def body_now() -> Container:
        screen = get_state().screen
        return body(screen, screen is Screen.SPLIT and _terminal_size().columns >= WIDE)

    return ChangedRows(
        HSplit(
            [
                draw.line(title_line),
                draw.panel(),
                DynamicContainer(body_now),
                draw.line(
                    lambda s, width: last_line(s, footer(s), width),
                    on_mouse=partial(on_mouse, Region.FOOTER),
                ),
            ]
        )
    )


def _visible_if(condition: Callable[[], bool], container: Container) -> Container:
    return ConditionalContainer(container, Condition(condition))


def _terminal_size() -> Size:
    """The size of the terminal; the usual one as long as there is no application.

    One that is made looks for its windows. prompt_toolkit would make a dummy for each
    question, with all key bindings there are.
    """
    application = get_app_or_none()
    return application.output.get_size() if application else _USUAL_SIZE


def _bar() -> str:
    return drawn_in(get_app().output.encoding(), "│", 1)


def _is_typing(state: State) -> bool:
    """Whether the user is in a prompt."""
    return state.prompt is not None


def _is_moving(state: State) -> bool:
    """Whether the user is in what is shown, not in a prompt or the lower half."""
    return state.prompt is None and not _is_in_lower_half(state)


def _is_in_lower_half(state: State) -> bool:
    """Whether keys that move are about the lower half of the series."""
    return state.prompt is None and state.is_lower and state.screen is Screen.SERIES


class _Regions(Struct, frozen=True):
    """Panes that draw the state that ``get_state`` gives at each frame."""

    get_state: GetState
    on_mouse: OnRegion
    tints: Tints

    def region(
        self,
        draw: Draw,
        *,
        width: AnyDimension = None,
        height: AnyDimension = None,
        on_mouse: OnMouse | None = None,
        has_cursor: Callable[[State], bool] = lambda _: False,
    ) -> Pane:
        """A pane whose lines are a function of the state and the pane's size."""
        return Pane(
            lambda w, h: draw(self.get_state(), w, h),
            width,
            height,
            on_mouse,
            lambda: has_cursor(self.get_state()),
        )

    def rows(self) -> int:
        """The rows of the screen, without the panel of a lesson."""
        return rows_below(
            self.get_state(), _terminal_size().columns, _terminal_size().rows
        )

    def panel(self) -> Container:
        """The panel of a lesson, where there is one."""

        def height() -> int:
            return panel_height(
                self.get_state(), _terminal_size().columns, _terminal_size().rows
            )

        pane = self.region(_panel, height=lambda: Dimension.exact(height()))
        return _visible_if(lambda: height() > 0, pane)

    def _main_height(self) -> Dimension:
        """The height of the main region; if it is given, no other is looked for."""
        rows = _main_height(self.get_state(), _terminal_size().columns, self.rows())
        return Dimension.exact(rows)

    def line(
        self,
        draw: Callable[[State, int], StyleAndTextTuples],
        has_cursor: Callable[[State], bool] = lambda _: False,
        on_mouse: OnMouse | None = None,
    ) -> Pane:
        """A pane of one line."""
        return self.region(
            lambda s, w, _: static_lines([draw(s, w)]),
            height=1,
            on_mouse=on_mouse,
            has_cursor=has_cursor,
        )

    def diff(self, width: AnyDimension = None) -> Pane:
        """The diff, which takes clicks and the wheel."""
        return self.region(
            lambda state, w, _: diff_lines(state, w, self.tints),
            width=width,
            height=self._main_height,
            on_mouse=partial(self.on_mouse, Region.DIFF),
            has_cursor=_is_moving,
        )

    def status(self) -> Pane:
        """The reason of the hunk at the cursor, and what the last key did."""
        return self.region(
            lambda s, w, _: static_lines(status_lines(s, w), cursor=_STATUS_HEIGHT - 1),
            height=_STATUS_HEIGHT,
            has_cursor=_is_typing,
        )

    def narrow(self) -> Container:
        """Commits above the diff."""

        def height() -> Dimension:
            return Dimension.exact(commits_height(self.get_state(), self.rows()))

        return HSplit(
            [
                self.region(
                    lambda state, w, _: commit_lines(state, w),
                    height=height,
                    on_mouse=partial(self.on_mouse, Region.COMMITS),
                ),
                self.line(lambda s, w: narrow_rule(s, w, self.rows())),
                self.diff(),
                self.status(),
            ]
        )

    def wide(self) -> Container:
        """Commits, diff, and the selected commit as it will be, side by side."""

        def widths() -> Panes:
            return panes(self.get_state(), _terminal_size().columns)

        bars = [Window(width=1, char=_bar, style="class:rule") for _ in range(2)]
        left = self.region(
            commit_blocks,
            width=lambda: Dimension.exact(widths().left),
            on_mouse=partial(self.on_mouse, Region.COMMITS),
        )
        middle = self.diff(lambda: Dimension.exact(widths().middle))
        right = self.region(
            lambda state, w, _: commit_pane(state, w, self.tints),
            width=lambda: Dimension.exact(widths().right),
        )
        last = [_visible_if(lambda: widths().right > 0, at) for at in (bars[1], right)]
        return HSplit(
            [
                self.line(wide_rule),
                VSplit([left, bars[0], middle, *last], height=self._main_height),
                self.line(wide_end),
                self.status(),
            ]
        )

    def lower(self, draw: Callable[[State, int, Tints], PaneLines]) -> Container:
        """The lower half of a screen, under a rule."""

        def height() -> int:
            return lower_height(self.get_state(), self.rows())

        return _visible_if(
            lambda: height() > 0,
            HSplit(
                [
                    self.line(lambda s, w: lower_rule(s, w, self.rows())),
                    self.region(
                        lambda state, w, _: draw(state, w, self.tints),
                        has_cursor=_is_in_lower_half,
                    ),
                ],
                height=lambda: Dimension.exact(height()),
            ),
        )

    def page(self, page: _Page) -> Container:
        """A screen of its own, under its name."""
        return HSplit(
            [
                self.line(lambda s, w: rule(w, page_name(s, w, self.rows()))),
                self.region(
                    lambda state, w, _: _with_search(
                        state, page.lines(state, w, self.tints)
                    ),
                    height=self._main_height,
                    on_mouse=partial(self.on_mouse, page.region),
                    has_cursor=_is_moving,
                ),
                self.region(
                    lambda state, w, _: static_lines(page.below(state, w)),
                    height=page.below_height,
                ),
                *([self.lower(page.lower)] if page.lower else []),
                self.line(status_line, _is_typing),
            ]
        )


class Panes(Struct, frozen=True):
    """The widths of the panes of a wide screen; a bar stands between two.

    Where the selected commit isn't shown, ``right`` is 0.
    """

    left: int
    middle: int
    right: int


def panes(state: State, columns: int) -> Panes:
    """The widths at ``columns``: the diff gets most, the commits what they need."""
    left = min(44, columns // 4)
    if (Look.OTHER_PANES in state.looks) == (columns >= _WIDEST):
        return Panes(left, columns - left - 1, 0)
    right = (columns - left - 2) * 47 // 100
    return Panes(left, columns - left - right - 2, right)


def diff_columns(state: State, columns: int) -> tuple[int, int]:
    """The width of the diff, and what it would be without the pane on its right."""
    if state.screen is not Screen.SPLIT or columns < WIDE:
        return columns, columns
    shown = panes(state, columns)
    return shown.middle, columns - shown.left - 1


def wide_rule(state: State, columns: int) -> StyleAndTextTuples:
    """The line above the panes, which names each of them."""
    widths = panes(state, columns)
    place = place_words(state, selection_runs(state))
    name = f"commit {state.focus + 1} as it will be"
    bar = ("class:rule", "┬")
    right = [bar, *rule(widths.right, name, is_left=True)] if widths.right else []
    return [
        *rule(widths.left, "commits", is_left=True),
        bar,
        *rule(widths.middle, place, is_left=True),
        *right,
    ]


def wide_end(state: State, columns: int) -> StyleAndTextTuples:
    """The line below the panes."""
    widths = panes(state, columns)
    shown = filter(None, (widths.left, widths.middle, widths.right))
    return [("class:rule", "┴".join(RULE * width for width in shown))]


def commits_height(state: State, rows: int) -> int:
    """Lines for the commits on a narrow screen: all, or a third of the screen.

    While a proposal is being made they have that third: no line of the diff moves when
    it comes in.
    """
    is_awaited = state.target.commit in state.unproposed or state.keeps_room
    return max(2, rows // 3 if is_awaited else min(list_height(state), rows // 3))


def narrow_rule(state: State, columns: int, rows: int) -> StyleAndTextTuples:
    """The line above the diff; it counts the commits where not all are seen."""
    is_cut = commits_height(state, rows) < list_height(state)
    count = quantity(len(state.plan.groups), "commit") if is_cut else ""
    words = place_words(state, selection_runs(state))
    if not count:
        return rule(columns, words)
    width = len(count) + 4
    return [*rule(width, count, is_left=True), *rule(columns - width, words)]
