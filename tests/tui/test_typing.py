"""The prompt's keys are readline's."""

import pytest
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.key_rows import KeyContext, Pressed, action_of
from gitsplit.tui.keymap import key_table
from gitsplit.tui.state.app_state import Prompt, Purpose, State
from gitsplit.tui.update.actions.prompt import Ask, TypeText
from gitsplit.tui.view.frame import prompt_line
from tests.tui.builder import after, plan_of, state_of


def typed(text: str, *keys: str) -> State:
    """The state after a text and keys; "|" in the text is where the cursor is put."""
    state = after(state_of(plan_of({"a": ("x\n", "y\n")}, 1)), Ask(Purpose.SEARCH))
    before, _, behind = text.partition("|")
    state = after(state, TypeText(before + behind))
    for key in (*["left"] * len(behind), *keys):
        row = key_table().row(KeyContext.PROMPT, key)
        state = after(state, action_of(row.actions[key], Pressed("")))
    return state


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("one two", ("c-a",), "|one two"),
        ("one| two", ("c-e",), "one two|"),
        ("one two", ("c-b", "c-b"), "one t|wo"),
        ("|one two", ("c-f",), "o|ne two"),
        ("one two-three", ("escape b",), "one two-|three"),
        ("one two-three", ("escape b", "escape b"), "one |two-three"),
        ("|one two", ("escape f", "escape f"), "one two|"),
        ("one two-three", ("c-w",), "one |"),
        ("one two  ", ("c-w",), "one |"),
        ("one two-three", ("escape c-h",), "one two-|"),
        ("|one two", ("escape d",), "| two"),
        ("one| two", ("c-k",), "one|"),
        ("one| two", ("c-u",), "| two"),
        ("one| two", ("c-d",), "one|two"),
        ("one| two", ("backspace",), "on| two"),
        ("one two", ("c-w", "c-a", "c-y"), "two|one "),
        ("one two", ("c-k", "c-y"), "one two|"),
        ("", ("c-w", "escape b", "escape f", "escape d", "c-y"), "|"),
        ("größe naïve", ("escape b",), "größe |naïve"),
    ],
)
def test_a_key_edits_the_line_as_readline_does(
    text: str, keys: tuple[str, ...], expected: str
) -> None:
    prompt = typed(text, *keys).prompt

    assert prompt is not None
    shown = f"{prompt.text[: prompt.cursor]}|{prompt.text[prompt.cursor :]}"
    assert shown == expected


@pytest.mark.parametrize("text", ["", "x" * 30, "ü" * 50, "界" * 20, "x" * 60])
def test_a_subject_has_a_ruler_at_50_and_72_columns(text: str) -> None:
    line = fragment_list_to_text(
        prompt_line(Prompt(Purpose.SUBJECT, text, len(text)), 100)
    )
    body = line.removeprefix(" subject: ")
    ends = [get_cwidth(body[:at]) for at, char in enumerate(body) if char == "│"]

    assert ends == [column for column in (50, 72) if column > get_cwidth(text)]


def test_another_prompt_has_none() -> None:
    line = fragment_list_to_text(prompt_line(Prompt(Purpose.SEARCH, "", 0), 100))

    assert "│" not in line
