"""Red is for what stops the user; a key that has nothing to do is no error."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.errors import (
    ActionFailed,
    ActionRefused,
    EditorFailed,
    GitsplitError,
    InvalidPlan,
    NothingToDo,
)
from gitsplit.tui.state.app_state import Refusal, Screen, State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reading import Fold, MovePiece, Pan, Widen
from gitsplit.tui.update.actions.screens import OpenPreview, Redo, Undo
from gitsplit.tui.update.actions.series import Autosquash, Become
from gitsplit.tui.update.actions.shell import Apply, refusal_of
from gitsplit.tui.update.actions.split import Drop, FocusOn, MoveCommit
from gitsplit.tui.view.colours import screen_style
from gitsplit.tui.view.commits import commit_lines
from gitsplit.tui.view.diff_pane import diff_lines
from gitsplit.tui.view.frame import status_line
from gitsplit.tui.view.messages import length_words
from gitsplit.tui.view.pane import PaneLines
from gitsplit.tui.view.preview import preview_page
from gitsplit.tui.view.series import series_lines
from tests.tui.builder import after, plan_of, state_of
from tests.tui.cases import series, story

SCREEN = screen_style()


def is_red(style: str) -> bool:
    """Whether the style is red, and not because it is of a removed line."""
    red, found = map(SCREEN.get_attrs_for_style_str, ("class:error", style))
    return found.color == red.color and "class:removed" not in style


def red_texts(lines: PaneLines) -> list[str]:
    return [text for line in drawn(lines) for style, text, *_ in line if is_red(style)]


def drawn(lines: PaneLines) -> Iterator[StyleAndTextTuples]:
    return map(lines.get, range(lines.height))


def said(state: State) -> StyleAndTextTuples:
    return status_line(state, 80)


NOTHING_TO_DO: dict[str, tuple[State, Action]] = {
    "the last hunk": (state_of(plan_of({"f": ("a\n", "b\n")})), MovePiece(1)),
    "the start of a line": (story(), Pan(-1)),
    "nothing to unfold": (story(), Fold()),
    "nothing to undo": (story(), Undo()),
    "nothing to redo": (story(), Redo()),
    "the widest selection": (after(story(), *[Widen()] * 3), Widen()),
    "the last commit": (after(story(), FocusOn(2)), MoveCommit(1)),
    "no fixup! commit": (series(), Autosquash()),
}


@pytest.mark.parametrize("case", sorted(NOTHING_TO_DO))
def test_a_key_that_has_nothing_to_do_says_so_as_any_key_says_what_it_did(
    case: str,
) -> None:
    state = after(*NOTHING_TO_DO[case])

    assert (state.refusal, state.status != "") == (Refusal.NOTE, True)
    assert said(state) == [("", f" {state.status}")]


@pytest.mark.parametrize("action", [FocusOn(8), Become("drop"), Apply()], ids=repr)
def test_a_key_that_does_nothing_here_is_warned_of(action: Action) -> None:
    state = after(story(), action)
    ((style, words, *_),) = said(state)

    assert state.refusal is Refusal.WARNING
    assert words.startswith(" ! ")
    assert not is_red(style)


def test_that_a_plan_cannot_be_applied_is_an_error() -> None:
    empty = after(state_of(plan_of({"f": ("a\n", "b\n")})), Drop(), OpenPreview())
    refused = after(empty, Apply())
    ((style, words, *_),) = said(refused)

    assert refused.refusal is Refusal.ERROR
    assert words.startswith(" ✗ ")
    assert is_red(style)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NothingToDo("No change."), Refusal.NOTE),
        (ActionRefused("Not here."), Refusal.WARNING),
        (ActionFailed("git failed."), Refusal.ERROR),
        (EditorFailed("No editor."), Refusal.ERROR),
        (InvalidPlan("It would conflict."), Refusal.ERROR),
    ],
)
def test_the_kind_of_an_error_decides_how_it_is_said(
    error: GitsplitError, kind: Refusal
) -> None:
    assert refusal_of(error).kind is kind


@pytest.mark.parametrize("kind", list(Refusal))
def test_only_errors_are_red_among_refusals(kind: Refusal) -> None:
    state = replace(story(), status="It can't be done.", refusal=kind)
    ((style, _, *_),) = said(state)

    assert is_red(style) == (kind is Refusal.ERROR)


def test_what_is_left_out_is_marked_but_not_red() -> None:
    state = after(story(), Drop())
    preview = after(state, OpenPreview())

    assert "×" in "".join(map(fragment_list_to_text, drawn(diff_lines(state, 80))))
    assert red_texts(diff_lines(state, 80)) == []
    assert red_texts(commit_lines(state, 80)) == []
    assert preview.screen is Screen.PREVIEW
    assert red_texts(preview_page(preview, 80)) == []


def test_a_dropped_commit_is_not_red() -> None:
    assert red_texts(series_lines(after(series(), Become("drop")), 80)) == []


def test_a_long_subject_is_warned_of_and_an_empty_one_stops_the_user() -> None:
    long, empty = length_words(b"x" * 90)[1], length_words(b" ")[1]

    assert (is_red(long), is_red(empty)) == (False, True)
    assert long == "class:warning"
