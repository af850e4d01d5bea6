"""The regions of the screen as fragments: what they say, and that colour only repeats.

Golden screens show the words; here are the styles, the sizes and the counts.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.input import DummyInput
from prompt_toolkit.layout.containers import (
    ConditionalContainer,
    Container,
    DynamicContainer,
    HSplit,
)
from prompt_toolkit.output import ColorDepth, DummyOutput
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.message import subject_of
from gitsplit.model.plan import DROPPED, without_empty_groups
from gitsplit.tui.diff.rows import DiffRow, Rows
from gitsplit.tui.state.app_state import Look, Prompt, Purpose, Refusal, Screen, State
from gitsplit.tui.state.commit_diff import plan_sizes
from gitsplit.tui.state.new_commits import final_owner
from gitsplit.tui.update.actions.reading import Pan, Toggle
from gitsplit.tui.update.actions.screens import OpenPreview, ShowCommit
from gitsplit.tui.view.changed_rows import ChangedRows
from gitsplit.tui.view.colours import screen_style
from gitsplit.tui.view.commit import commit_page, commit_pane
from gitsplit.tui.view.commits import commit_blocks, commit_lines
from gitsplit.tui.view.diff_pane import diff_lines
from gitsplit.tui.view.dropped import has_same_final_files, loss_words
from gitsplit.tui.view.frame import (
    footer_line,
    prompt_line,
    reason_line,
    status_lines,
    title_line,
)
from gitsplit.tui.view.help_page import help_page
from gitsplit.tui.view.layout import (
    last_scroll,
    layout,
    narrow_rule,
    page_lines,
    panes,
    wide_end,
    wide_rule,
)
from gitsplit.tui.view.messages import message_lines
from gitsplit.tui.view.pane import CARET, PaneLines
from gitsplit.tui.view.preview import preview_page
from gitsplit.tui.view.series import series_lines, series_words
from gitsplit.tui.view.split import diff_line
from gitsplit.tui.view.text import no_tints
from tests.tui.builder import after, plan_of, range_of, state_of
from tests.tui.cases import CASES, large, story
from tests.tui.driver import screens


def text(cells: StyleAndTextTuples) -> str:
    return fragment_list_to_text(cells)


def all_text(lines: PaneLines) -> list[str]:
    return [text(lines.get(number)).rstrip() for number in range(lines.height)]


def style_of(cells: StyleAndTextTuples, part: str) -> str:
    """The style of the first cells whose text is ``part``."""
    return next(style for style, found, *_ in cells if part in found)


REGIONS: dict[str, Callable[[State, int], list[StyleAndTextTuples]]] = {
    "title": lambda state, width: [title_line(state, width)],
    "commits": lambda state, width: drawn(commit_lines(state, width)),
    "blocks": lambda state, width: drawn(commit_blocks(state, width, 40)),
    "diff": lambda state, width: drawn(diff_lines(state, width)),
    "commit": lambda state, width: drawn(commit_page(state, width)),
    "pane": lambda state, width: drawn(commit_pane(state, width)),
    "preview": lambda state, width: drawn(preview_page(state, width)),
    "said": status_lines,
    "series": lambda state, width: drawn(series_lines(state, width)),
    "words": series_words,
    "messages": lambda state, width: drawn(message_lines(state, width)),
}
OF_SERIES = ("title", "preview", "series", "words", "messages")
"""The regions that are drawn where no commit is open, too."""


def drawn(lines: PaneLines) -> list[StyleAndTextTuples]:
    return [lines.get(number) for number in range(lines.height)]


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("region", sorted(set(REGIONS) - {"preview"}))
@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_its_region(case: str, region: str, width: int) -> None:
    state = CASES[case]()
    if state.opened is None and region not in OF_SERIES:
        return
    lines = REGIONS[region](state, width)

    assert [text(line) for line in lines if get_cwidth(text(line)) > width] == []


def test_every_style_is_one_that_the_screen_knows() -> None:
    known = {name for names, _ in screen_style().style_rules for name in names.split()}
    used = {
        word.removeprefix("class:")
        for case in CASES.values()
        for region, draw in REGIONS.items()
        if case().opened is not None or region in OF_SERIES
        for line in draw(case(), 80)
        for style, *_ in line
        for word in style.split()
        if word.startswith("class:")
    }

    assert used - known - {"title", "fact", "place"} == set()


def test_a_line_says_its_commit_by_a_digit_and_its_sign_before_any_colour() -> None:
    lines = diff_lines(story(), 80)
    removed = next(n for n in range(lines.height) if "nmae" in text(lines.get(n)))

    assert text(lines.get(removed)) == ' 1 ┏-    print(settings["nmae"])'
    assert style_of(lines.get(removed), "print") == "class:removed"
    assert style_of(lines.get(removed), "┏") == "class:group0"


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert ColorDepth.from_env() is ColorDepth.DEPTH_1_BIT


def test_the_commit_in_focus_and_the_owner_have_marks() -> None:
    lines = all_text(commit_lines(replace(story(), focus=1), 80))

    assert [line[:2] for line in lines] == [" 1", "▸2", " 3", " +"]
    assert ["◆" in line for line in lines] == [True, False, False, False]


def test_an_empty_owner_leaves_the_change_id_to_the_commit_that_will_have_it() -> None:
    state = story()
    plan = replace(state.plan, group_of=(1, 2, 1, 2, 2))
    emptied = state_of(plan)

    lines = all_text(commit_lines(emptied, 80))

    assert final_owner(plan) == 1
    assert ["I3aeff82c" in line for line in lines] == [False, True, False, False]
    assert ["empty" in line for line in lines] == [True, False, False, False]


@pytest.mark.parametrize(("is_proposed", "teller"), [(True, 0), (False, 1)])
def test_an_empty_owner_leaves_its_message_to_the_commit_that_keeps_the_id(
    is_proposed: bool, teller: int
) -> None:
    """Unless that one has a message which was written for it."""
    state = story()
    groups = list(state.plan.groups)
    groups[1] = replace(groups[1], is_proposed=is_proposed)
    plan = replace(state.plan, group_of=(1, 2, 1, 2, 2), groups=tuple(groups))
    emptied = replace(state_of(plan), focus=1, viewed=1)

    written = without_empty_groups(plan)
    listed = all_text(commit_lines(emptied, 80))[1]
    page = all_text(page_lines(after(emptied, ShowCommit()), 80))
    preview = all_text(page_lines(after(emptied, OpenPreview()), 80))
    original = subject_of(written.groups[0].message).decode()

    assert plan.groups[teller].message == written.groups[0].message
    assert original in listed
    assert f"     {original}" in page
    assert [line for line in preview if "I3aeff82c" in line and original in line]


def test_what_is_dropped_is_said_and_no_longer_promised() -> None:
    plan = plan_of({"f": ("a\nb\nc\n", "A\nb\nC\n")})
    kept, dropped = state_of(plan), state_of(replace(plan, group_of=(0, DROPPED)))

    assert loss_words(kept.plan) == ""
    assert has_same_final_files(kept.plan)
    assert "nothing lost ✓  final files same ✓" in text(status_lines(kept, 80)[1])
    assert loss_words(dropped.plan) == "2 lines"
    assert not has_same_final_files(dropped.plan)
    assert "2 lines left out  final files differ" in text(status_lines(dropped, 80)[1])
    assert all_text(commit_lines(dropped, 80))[-1] == (
        " × left out: 1 hunk  +1 -1, kept in the worktree"
    )


def test_a_long_refusal_takes_both_lines_and_begins_with_its_mark() -> None:
    refusal = "This can't be done, for a reason that takes many words. " * 2
    state = replace(story(), status=refusal, refusal=Refusal.ERROR)

    lines = status_lines(state, 80)

    assert text(lines[0]).startswith(" ✗ This can't be done")
    assert [style for line in lines for style, *_ in line] == ["class:error"] * 2


def test_a_longer_status_takes_the_place_of_the_promise_not_of_the_reason() -> None:
    state = replace(story(), status="moved a great many lines from here to there, see")

    assert [text(line).rstrip() for line in status_lines(state, 80)] == [
        " why 2: The number 30 is in both.",
        " moved a great many lines from here to there, see",
    ]


@pytest.mark.parametrize("place", [[], ["o"]], ids=["split", "commit"])
def test_a_refused_line_says_why_below_it_until_it_is_corrected(
    place: list[str],
) -> None:
    steps = ([*place, "i", "c-u", "enter"], ["x"])
    refused, corrected = screens(story(), steps, 80, 24)

    assert refused[-1].rstrip() == " ! A commit needs a subject. Esc keeps the old one."
    assert refused[-2].rstrip(" │") == " subject:"
    assert corrected[-1].startswith(" Enter OK  Esc cancel")


def test_on_an_unchanged_line_there_is_no_reason() -> None:
    assert text(reason_line(replace(story(), cursor=0), 80)) == ""


@given(st.text(max_size=60), st.integers(0, 60), st.integers(30, 80))
@settings(deadline=None)
def test_the_cursor_of_a_typed_line_is_always_in_sight(
    typed: str, cursor: int, width: int
) -> None:
    prompt = Prompt(Purpose.SUBJECT, typed, min(cursor, len(typed)))
    cells = prompt_line(prompt, width)

    assert [style for style, *_ in cells].count(CARET) == 1
    assert get_cwidth(text(cells)) <= width + 8  # an escaped cursor cell may stick out


def test_the_footer_drops_what_does_not_fit_but_never_the_last_key() -> None:
    keys = [("a", "one"), ("b", "two"), ("?", "help")]

    assert text(footer_line(keys, 80)) == " a one  b two  ? help"
    assert text(footer_line(keys, 21)) == " a one  b two  ? help"
    assert text(footer_line(keys, 20)) == " a one  ? help"


@given(st.integers(140, 400), st.booleans())
def test_the_panes_and_the_bars_between_fill_the_screen(
    columns: int, is_toggled: bool
) -> None:
    state = story()
    if is_toggled:
        state = after(state, Toggle(Look.OTHER_PANES))
    widths = panes(state, columns)
    all_three = bool(widths.right)

    assert widths.left + widths.middle + widths.right + 1 + all_three == columns
    assert all_three == (is_toggled != (columns >= 180))
    assert widths.middle >= (widths.right if all_three else 104)
    assert widths.left >= 35
    for line in (wide_rule(state, columns), wide_end(state, columns)):
        assert get_cwidth(text(line)) == columns


def test_the_sizes_of_the_commits_add_up_to_the_whole() -> None:
    sizes = plan_sizes(story().plan).values()

    assert sum(size.pieces for size in sizes) == 5
    assert sum(size.added for size in sizes) == 8
    assert sum(size.removed for size in sizes) == 5
    assert sum(part.added for size in sizes for part in size.files.values()) == 8


def test_the_pane_marks_the_line_at_the_cursor_where_the_commit_has_it() -> None:
    state = replace(story(), focus=1)
    lines = commit_pane(state, 80)

    assert text(lines.get(lines.cursor)) == "▶-Run it."


def test_the_pane_shows_the_place_even_where_the_commit_lacks_the_line() -> None:
    state = story()
    at = state.rows.row_of(state.plan.edits[1])  # a line that commit 3 brings
    lines = commit_pane(replace(state, focus=1, cursor=at), 80)

    assert "json" in text(lines.get(lines.cursor))
    assert "▶" not in "".join(all_text(lines))


def test_a_page_can_be_scrolled_to_its_last_line_and_no_further() -> None:
    state = after(story(), ShowCommit())
    height = commit_page(state, 80).height

    assert last_scroll(state, 80, 1000) == 0
    assert last_scroll(state, 80, 10) > 0
    assert commit_page(replace(state, scroll=10**9), 80).cursor == height - 1


@dataclass(frozen=True)
class CountedRows(Rows):
    """Rows that count how often one of them is looked at."""

    seen: ClassVar[list[int]] = []

    def __getitem__(self, number: int) -> DiffRow:
        self.seen.append(number)
        return super().__getitem__(number)


@pytest.mark.parametrize("columns", [80, 160])
def test_of_two_hundred_thousand_rows_only_the_visible_ones_are_drawn(
    columns: int,
) -> None:
    state = state_of(large(hunks=12_000))
    rows = state.rows
    counted = CountedRows(*(getattr(rows, part.name) for part in fields(rows)))
    CountedRows.seen.clear()

    steps: list[list[str]] = [[], ["pagedown"], ["end"], ["up"]]
    screens(replace(state, rows=counted), steps, columns, 24)

    assert len(rows) > 200_000
    assert len(CountedRows.seen) <= 2 * 24 * len(steps)


def test_long_lines_are_shown_from_a_column_on_in_every_pane() -> None:
    long = "".join(str(number % 10) for number in range(120))
    state = state_of(plan_of({"f": ("x\n", long + "\n")}, group_of=[0]))
    moved = after(state, Pan(16), Pan(16), Pan(-16))

    assert moved.pan == 16
    for lines in (
        diff_lines(moved, 60),
        commit_pane(moved, 60),
        commit_page(moved, 60),
    ):
        shown = next(line for line in all_text(lines) if "+" in line and "…" in line)
        assert "+…" + long[17:40] in shown
        assert shown.endswith("…")
    assert "from column 17" in text(narrow_rule(moved, 80, 24))


def test_there_is_nothing_right_of_the_longest_line_nor_left_of_the_first_column() -> (
    None
):
    state = state_of(plan_of({"f": ("x\n", "\ty" * 4 + "\n")}))

    assert after(state, Pan(-16)).is_refusal
    assert not after(state, Pan(16)).is_refusal
    assert after(state, Pan(40)).is_refusal
    assert after(state, Pan(40)).pan == 0


def test_commits_of_many_files_leave_room_for_each_other() -> None:
    files: dict[str, tuple[str, str]] = {f"f{n}": ("a\n", "b\n") for n in range(40)}
    state = state_of(plan_of(files, groups=2, group_of=[0] * 37 + [1] * 3))

    whole = all_text(commit_blocks(state, 40, 60))
    short = all_text(commit_blocks(state, 40, 20))

    assert sum(line.endswith("+1 -1") for line in whole) == 40
    assert len(short) <= 20
    assert [line for line in short if "more" in line] == ["   … 28 more files"]
    assert sum(line.endswith("+1 -1") for line in short) == 9 + 3


def test_the_mouse_is_told_which_commit_a_line_is_about() -> None:
    lines = commit_blocks(story(), 40, 60)
    numbers = [lines.number_of(line) for line in range(lines.height)]

    assert sorted(set(numbers)) == [0, 1, 2, 3]  # the last one is "+ new commit"
    assert numbers == sorted(numbers)
    assert [all_text(lines)[numbers.index(group)][1] for group in range(3)] == [*"123"]


class SizedOutput(DummyOutput):
    """A terminal of 30 rows and as many columns as wanted."""

    def __init__(self, columns: int) -> None:
        self.columns = columns

    def get_size(self) -> Size:
        return Size(30, self.columns)


def height_of_regions(container: Container, columns: int) -> int:
    """The rows that all visible regions ask for."""
    if isinstance(container, ConditionalContainer):
        inside = container.content
        return height_of_regions(inside, columns) if container.filter() else 0
    if isinstance(container, ChangedRows | DynamicContainer):
        return height_of_regions(container.get_children()[0], columns)
    if isinstance(container, HSplit) and container.height is None:
        return sum(height_of_regions(each, columns) for each in container.children)
    height = container.preferred_height(columns, 30)
    assert height.min == height.max, "else prompt_toolkit tries out heights"
    return height.preferred


@pytest.mark.parametrize("columns", [80, 160])
@pytest.mark.parametrize("screen", Screen)
def test_the_room_for_a_page_is_what_the_other_regions_leave(
    screen: Screen, columns: int
) -> None:
    state = replace(state_of(large(3)), screen=screen)
    whole = layout(lambda: state, lambda *_: None, no_tints)

    with set_app(Application(output=SizedOutput(columns), input=DummyInput())):
        assert height_of_regions(whole, columns) == 30


def test_of_many_keys_none_is_cut_in_the_help() -> None:
    keys = "PgUp PgDn Ctrl-B Ctrl-F"
    lines = help_page([("Moving", [(keys, "by page")])], 40, 0)
    shown = ["".join(cell[1] for cell in lines.get(n)).rstrip() for n in range(3)]

    assert shown == [" Moving", " PgUp PgDn       by page", " Ctrl-B Ctrl-F"]


@pytest.mark.parametrize(
    ("width", "header"),
    [
        (
            80,
            "src/a/rather/long/path/of/utils.py  +1 -1  1ae49ec First piece of work",
        ),
        (60, "src/a/rather/long/path/of/utils.py  +1 -1  1ae49ec First p…"),
        (52, "src/a/rather/long/path/of/utils.py  +1 -1  1ae49ec"),
        (40, "…/long/path/of/utils.py  +1 -1  1ae49ec"),
    ],
)
def test_in_a_header_of_a_range_the_subject_is_cut_before_the_path(
    width: int, header: str
) -> None:
    path = "src/a/rather/long/path/of/utils.py"
    state = range_of(*({path: f"{word}\n"} for word in ("one", "two", "three")))

    assert text(diff_line(state, 0, width)) == f" {header}"
