"""Questions and answers: the screen's state and keys, without a screen."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InputEnded
from gitsplit.model.checks import Check, Conflict, Outlook
from gitsplit.model.diff import TextEdit
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.todo import Todo
from gitsplit.tui.background.worker import Backend
from gitsplit.tui.dialog.answer_help import help_lines
from gitsplit.tui.dialog.answers import answer_to, numbers_in
from gitsplit.tui.dialog.dialog import Dialog, run_dialog
from gitsplit.tui.dialog.words import arrival_lines, question
from gitsplit.tui.state.app_state import Screen, State
from gitsplit.tui.state.undo import Memory
from gitsplit.tui.surroundings import Chosen, Editor, Surroundings
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import SendPart
from gitsplit.tui.update.actions.screens import OpenMessages, OpenPreview, Undo
from gitsplit.tui.update.actions.split import (
    AddCommit,
    MergeInto,
    Send,
    SendToNext,
    Take,
)
from tests.tui.builder import after, plan_of, range_of, state_of
from tests.tui.cases import series

MANY = "".join(f"line {number}\n" for number in range(60))


class Script:
    """Answers that were written down; what is said is kept."""

    def __init__(self, answers: Iterable[str]) -> None:
        self._answers = iter(answers)
        self.lines: list[str] = []
        self.questions: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)

    def ask(self, question: str) -> str:
        self.questions.append(question)
        try:
            return next(self._answers)
        except StopIteration as end:
            raise EOFError from end


def editor(message: bytes = b"Edited\n") -> Editor:
    return Editor(
        lambda _message, _below: message,
        lambda _path, content: content + b"more\n",
        lambda titled: [b"%s again\n" % m.strip() for _, m in titled],
    )


def small() -> State:
    """Two hunks in one file, each in a commit of its own; the first has four lines."""
    return state_of(
        plan_of({"a": ("1\n2\n3\n4\n5\n6\n7\n8\n", "I\nII\n3\n4\n5\n6\n7\nVIII\n")})
    )


def talked(state: State, *answers: str) -> tuple[Dialog, Script]:
    """The dialog after these answers."""
    script = Script(answers)
    dialog = Dialog(state, Surroundings(editor()), script)
    for answer in answers:
        dialog.answer(answer)
    return dialog, script


def said(state: State, *answers: str) -> list[str]:
    """What the last answer made it say."""
    dialog, script = talked(state, *answers[:-1])
    before = len(script.lines)
    dialog.answer(answers[-1])
    return script.lines[before:]


def actions(state: State, text: str) -> list[Action]:
    return [step(state) for step in answer_to(state, text).steps]


def lines_by_group(plan: Plan) -> list[tuple[int, int, int]]:
    """Where the edits are: group, lines removed, lines added."""
    return [
        (group, len(edit.old), len(edit.new))
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
        if isinstance(edit, TextEdit)
    ]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("2", Send(1)),
        (" 12 ", Send(11)),
        ("012", Send(11)),
        ("y", Take()),
        ("n", SendToNext()),
        ("+", AddCommit()),
        ("M2", MergeInto(1)),
        ("M 2", MergeInto(1)),
        ("M 12", MergeInto(11)),
        ("MM", MergeInto()),
        ("u", Undo()),
        ("w", OpenPreview()),
        ("L", OpenMessages()),
    ],
)
def test_an_answer_is_what_the_key_does(text: str, action: Action) -> None:
    assert actions(small(), text) == [action]


def test_there_is_no_commit_0() -> None:
    for state in (small(), after(small(), OpenPreview())):
        with pytest.raises(ActionRefused, match="There is no commit 0"):
            actions(state, "0")


def test_the_command_of_a_check_can_follow_its_key() -> None:
    state = small()
    for step in answer_to(state, "x true").steps:
        state = after(state, step(state))

    assert (state.info.check, state.prompt) == ("true", None)


def test_a_number_sends_a_sentence_where_messages_are_shown() -> None:
    assert actions(after(small(), OpenMessages()), "12") == [SendPart(11)]


@pytest.mark.parametrize(
    "text", ["foo", "z", "B", "left", "ctrl-z", "pgdn", "up", "v", "v x", "y 3", "?!"]
)
def test_what_is_no_answer_is_refused_and_changes_nothing(text: str) -> None:
    state = small()
    dialog, script = talked(state, text)

    assert dialog.state is state
    assert len(script.lines) == 1


def test_the_question_is_asked_again_after_a_wrong_answer() -> None:
    script = Script(["nonsense", "q"])

    assert run_dialog(small(), Surroundings(editor()), script) is None
    assert script.questions == ["Hunk 1 of 2, commit 1? "] * 2


def test_the_end_of_the_answers_is_no_end_of_the_work() -> None:
    kept: list[Todo] = []

    def keep(todo: Todo, _memory: Memory) -> None:
        kept.append(todo)

    around = Surroundings(editor(), on_change=keep)
    with pytest.raises(InputEnded) as ended:
        run_dialog(small(), around, Script(["2"]))

    assert next(iter(kept[-1].plans.values())).group_of == (1, 1)
    assert "to go on" in ended.value.hint


def test_a_hunk_is_said_with_its_lines_numbered() -> None:
    assert [*arrival_lines(small())] == [
        "gitsplit, 6ae49ec Do several things at once, on series, 1 commit above,"
        " 1 file, 2 hunks",
        "1 First piece of work, 1 hunk, +2 -2, new id, selected",
        "2 Second piece of work, continues the original, 1 hunk, +1 -1, I3aeff82c",
        "File a, +3 -3",
        "Hunk 1 of 2, in commit 1",
        "why 1: Reason 1.",
        "1 -1",
        "2 -2",
        "3 +I",
        "4 +II",
        "  3",
        "  4",
        "  5",
    ]


def test_after_a_hunk_is_sent_the_next_one_is_said() -> None:
    assert said(small(), "2") == [
        "Moved 4 lines from 1 to 2, u to undo",
        "Hunk 2 of 2, in commit 2",
        "why 2: Reason 2.",
        "  5",
        "  6",
        "  7",
        "1 -8",
        "2 +VIII",
    ]


def test_after_the_last_hunk_it_is_said_what_comes_next() -> None:
    assert said(small(), "j", "1")[-1] == (
        "That was the last hunk: w previews the new history."
    )


def test_an_empty_answer_says_the_question_once_more() -> None:
    assert said(small(), "") == [*arrival_lines(small())][3:]


def test_list_says_the_commits() -> None:
    assert said(small(), "n", "list") == [
        "1 First piece of work, empty",
        "2 Second piece of work, continues the original, 2 hunks, +3 -3, I3aeff82c,"
        " selected",
    ]


def test_what_is_left_out_is_said_once() -> None:
    lines = [line for line in said(small(), "D", "list") if "left out" in line]

    assert [line for line in lines if line.count("left out") > 1] == []
    assert any(line.startswith("left out: 1 hunk") for line in lines)


def test_lines_are_sent_by_their_numbers() -> None:
    dialog, _ = talked(small(), "v 1 3 to 2")

    assert lines_by_group(dialog.state.plan) == [
        (1, 1, 0),
        (0, 1, 0),
        (1, 0, 1),
        (0, 0, 1),
        (1, 1, 1),
    ]


def test_lines_that_are_sent_together_are_undone_together() -> None:
    state = small()
    dialog, _ = talked(state, "v 1 3 4 to 2", "u")

    assert dialog.state.todo is state.todo
    assert dialog.state.steps_done == ()


def test_lines_apart_from_each_other_make_one_new_commit() -> None:
    dialog, _ = talked(small(), "v 1 3 +")

    assert [group for group, _, _ in lines_by_group(dialog.state.plan)] == [
        *(1, 0, 1, 0),
        2,
    ]
    assert len(dialog.state.plan.groups) == 3


def test_one_run_of_lines_can_be_selected_first_and_sent_then() -> None:
    dialog, script = talked(small(), "v 3-4", "D")

    assert lines_by_group(dialog.state.plan)[:2] == [(0, 2, 0), (DROPPED, 0, 2)]
    assert "Selection" not in question(dialog.state)
    assert any("lines selected" in line for line in script.lines)


def test_a_refused_answer_changes_nothing() -> None:
    state = small()
    dialog, script = talked(state, "v 1 3 to 9")

    assert dialog.state.todo is state.todo
    assert dialog.state.unit is state.unit
    assert script.lines == ["There is no commit 9. + makes a new one."]


def test_lines_that_are_folded_away_have_their_numbers() -> None:
    dialog, script = talked(state_of(plan_of({"a": (None, MANY)}, 1)), "j")
    folds = [line for line in script.lines if "more lines" in line]

    assert folds == ["4 to 57: 54 more lines, f says them"]
    with pytest.raises(ActionRefused, match="numbered 1 to 60"):
        answer_to(dialog.state, "v 61 to 1")


def test_folded_lines_are_cut_where_they_are_named() -> None:
    plan = plan_of({"a": (None, MANY), "b": ("1\n", "2\n")})
    dialog, _ = talked(state_of(plan), "j", "v 30-31 to 1")
    sizes = [new for _, _, new in lines_by_group(dialog.state.plan)]

    assert sizes == [29, 2, 29, 1]


STEEPED = range_of(
    *(
        {"tea": "".join(f"{line}\n" for line in state.split())}
        for state in ("a z", "a 1 2 3 4 z", "a 1 2 X z", "a Y z")
    )
)
"""Of the first commit's lines two are rewritten by the second, two by the third."""


def test_lines_of_a_range_that_came_and_went_are_folded_by_their_numbers() -> None:
    told = said(STEEPED, "")

    assert told[1:] == [
        "Hunk 1 of 3, in commit 1",
        "  a",
        "1 to 2: 2 lines, rewritten in 3ae49ec Third piece of work, f says them",
        "3 to 4: 2 lines, rewritten in 2ae49ec Second piece of work, f says them",
        "  z",
    ]


def test_one_key_says_a_layer_then_the_rest_of_the_hunk() -> None:
    first, both = said(STEEPED, "f"), said(STEEPED, "f", "f")

    assert "1 +1" in first
    assert (
        "3 to 4: 2 lines, rewritten in 2ae49ec Second piece of work, f says them"
        in first
    )
    assert [line for line in both if "+" in line] == ["1 +1", "2 +2", "3 +3", "4 +4"]


def test_lines_in_layers_are_cut_where_they_are_named() -> None:
    dialog, _ = talked(STEEPED, "v 2 to 2")
    sizes = lines_by_group(dialog.state.plan)

    assert sizes[:3] == [(0, 0, 1), (1, 0, 1), (0, 0, 2)]


def test_a_subject_is_typed_behind_its_key_or_after_a_question() -> None:
    at_once, _ = talked(small(), "i Begin anew")
    asked, script = talked(small(), "i", "Begin anew")

    assert at_once.state.plan == asked.state.plan
    assert at_once.state.plan.groups[0].message.startswith(b"Begin anew\n")
    assert "1 First piece of work (as it is)" in script.lines


def test_what_a_question_offers_is_chosen_by_its_number() -> None:
    state = small()
    kept, _ = talked(state, "i", "1")
    made = replace(state, info=replace(state.info, last_check="make test"))
    asked, script = talked(made, "x", "1")

    assert kept.state.plan.groups[0].message == state.plan.groups[0].message
    assert kept.state.prompt is None
    assert "1 make test (as it is)" in script.lines
    assert asked.state.info.check == "make test"


def test_an_empty_subject_leaves_the_one_there_was() -> None:
    state = small()
    dialog, _ = talked(state, "i", "")

    assert dialog.state.todo is state.todo
    assert dialog.state.prompt is None


def test_a_search_goes_to_its_match() -> None:
    dialog, script = talked(small(), "/VIII")

    assert question(dialog.state) == "Hunk 2 of 2, commit 2"
    assert "1 of 1" in "".join(script.lines)


def test_the_editor_writes_messages() -> None:
    dialog, _ = talked(small(), "m", "L", "E")

    assert dialog.state.plan.groups[0].message.startswith(b"Edited again\n")


def test_the_preview_is_applied_by_a_word() -> None:
    script = Script(["2", "1", "w", "", "apply"])
    chosen = run_dialog(small(), Surroundings(editor()), script)

    assert isinstance(chosen, Chosen)
    assert next(iter(chosen.todo.plans.values())).group_of == (1, 0)
    assert "Ready to apply" in script.lines
    assert "apply applies this and moves series; gitsplit --undo restores it" in (
        script.lines
    )


def test_the_word_does_nothing_elsewhere() -> None:
    with pytest.raises(ActionRefused):
        answer_to(small(), "apply")


def test_commits_of_a_series_are_marked_and_opened_by_number() -> None:
    def plan(_commit: object) -> Plan:
        return small().plan

    script = Script([])
    around = Surroundings(editor(), Backend(plan_of=plan))
    dialog = Dialog(series(), around, script)
    for answer in ("d 3", "p 3", "e 1 3"):
        dialog.answer(answer)
    first, _, third, *_ = dialog.state.todo.entries

    assert (first.action, third.action) == ("split", "split")
    assert dialog.state.screen is Screen.SPLIT
    assert dialog.state.target.commit == first.oid


def test_a_number_beyond_the_series_is_refused() -> None:
    with pytest.raises(ActionRefused, match="numbered 1 to"):
        answer_to(series(), "99")


class Checker:
    """Says at once that every commit has passed but the second."""

    def start(self, todo: Todo, tell: object) -> None:
        assert callable(tell)
        del todo
        for number, state in enumerate(["passed", "failed"]):
            tell(number, Check("waiting"))
            tell(number, Check(state, "make", "exit 1", 1, "broken"))  # type: ignore[arg-type]

    def repair(self, todo: Todo, tell: object) -> None:
        assert callable(tell)
        del todo
        tell((None, None, "Nothing helps."))

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_checks_are_waited_for_and_said() -> None:
    state = small()
    state = replace(state, info=replace(state.info, check="make"))
    script = Script(["w", "x", "", "X", "q", "q"])
    run_dialog(state, Surroundings(editor(), checker=Checker()), script)

    assert [line for line in script.lines if line.startswith("Commit ")] == [
        "Commit 1: passed",
        "Commit 2: failed",
    ]
    assert "broken" in script.lines
    assert "Nothing helps." in script.lines


def test_every_answer_that_help_names_is_one() -> None:
    for state in (small(), series(), after(small(), OpenPreview())):
        for line in help_lines(state):
            names, _, words = line.partition(": ")
            assert names
            assert words
            assert names.isascii()


def test_no_line_has_borders_or_more_than_one_blank_between_words() -> None:
    state = small()
    for screen in (state, series(), after(state, OpenPreview())):
        for line in arrival_lines(screen):
            assert "  " not in line.strip()
            assert not set(line) & set("─│┃┏┗▶◆✓✗⚠×")


def test_lists_of_numbers() -> None:
    assert numbers_in("2 4-7") == (2, 4, 5, 6, 7)
    assert numbers_in("1,3, 5") == (1, 3, 5)
    assert numbers_in("a 2") == ()


WORDS = """
1|2|9|012|y|n|a|d|+|D|s|u|ctrl-r|j|k|v 1|v 1-2 to 2|v 1 3 +|v 2 y|v 9|v|V|esc|f|F|[|]
i|i x||/I|/|N|*|g 2|g|m|c|M1|MM|K|=|-|P|tab|t|.|>|<|T|L|enter|E|o|w|b|e|{|}|W|B|zz
list|?|apply|space|home|end|x|X|e 1|d 2|space 1-3|p 9
""".replace("\n", "|").split("|")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_no_answers_break_it_and_all_can_be_undone(answers: list[str]) -> None:
    for state in (small(), series()):
        dialog = Dialog(state, Surroundings(editor()), Script([]))
        for answer in answers:
            dialog.answer(answer)
            assert question(dialog.state)
            if dialog._has_ended:
                break
        while not dialog._has_ended and dialog.state.steps_done:
            dialog.take(Undo())
        assert dialog._has_ended or dialog.state.todo == state.todo


def test_signs_are_words_and_what_has_words_beside_it_has_no_other() -> None:
    state = after(small(), OpenPreview())
    state = replace(state, checks={0: Check("passed"), 1: Check("failed")})
    lines = [*arrival_lines(state)]

    assert any(line.startswith("1 passed, new") for line in lines)
    assert any(line.startswith("2 failed, new") for line in lines)
    assert "nothing lost" in lines
    assert not any("yes:" in line or "no:" in line for line in lines)
    conflict = Outlook(conflict=Conflict(state.todo.order[0], (b"a",)))
    known = replace(state, foreseen=(state.todo, conflict))
    assert any("apply: apply up to there" in line for line in arrival_lines(known))


class Unordered(Checker):
    """Says that three commits have passed, the first one last."""

    def start(self, todo: Todo, tell: object) -> None:
        assert callable(tell)
        del todo
        for number in (0, 1, 2):
            tell(number, Check("running"))
        for number in (1, 2, 0):
            tell(number, Check("passed"))


def test_checks_are_said_in_order_however_they_end() -> None:
    state = replace(small(), info=replace(small().info, check="make"))
    script = Script(())
    Dialog(state, Surroundings(editor(), checker=Unordered()), script).answer("x")

    said = [line for line in script.lines if line.startswith("Commit")]
    assert said == [f"Commit {number}: passed" for number in (1, 2, 3)]


def test_a_search_is_said_where_it_is_made_and_not_on_other_pages() -> None:
    dialog, script = talked(small(), "/I")

    assert any("Esc ends" in line for line in script.lines)
    before = len(script.lines)
    dialog.answer("w")
    assert not any("Esc ends" in line for line in script.lines[before:])
