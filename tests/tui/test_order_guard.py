"""A hunk that needs what only a later commit has, said where hunks are sent."""

import re

from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.checks import Check
from gitsplit.model.progress import PATIENT
from gitsplit.proposal.flaws import flaw_sentence, flaws_of
from gitsplit.proposal.names import links_of_plan
from gitsplit.tui.background.worker import Backend, next_job
from gitsplit.tui.dialog.words import plain
from gitsplit.tui.state.app_state import KnownLinks, Screen, State
from gitsplit.tui.state.order_guard import broken_needs
from gitsplit.tui.update.actions.reading import MovePiece, MoveTo
from gitsplit.tui.update.actions.reports import Linked
from gitsplit.tui.update.actions.screens import OpenPreview, ReadOn, ShowCommit, Undo
from gitsplit.tui.update.actions.series import OpenSeries
from gitsplit.tui.update.actions.split import (
    MoveCommit,
    Send,
    SendHome,
    SplitHunk,
    TakeAlong,
)
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.commits import commit_blocks, commit_lines
from gitsplit.tui.view.frame import reason_line
from gitsplit.tui.view.layout import page_lines
from gitsplit.tui.view.series import series_lines
from gitsplit.tui.view.split import diff_line
from tests.tui.builder import after, plan_of, range_of, state_of

PASSED = Check("passed")
FILES = {
    "amounts.py": (
        "import re\n",
        "import re\n\n\ndef parsed(text):\n    return 1\n",
    ),
    "recipe.py": ("x = 1\n", "x = parsed(1)\n"),
    "notes.py": ("a = 1\n", "a = 2\n"),
}
"""In the order of the diff: the name, a hunk apart, and the use of the name."""


def opened(*groups: int) -> State:
    state = state_of(plan_of(FILES, 2, groups))
    plan = state.plan
    known = KnownLinks(plan.edits, links_of_plan(plan.changes, plan.edits))
    return reduce(state, Linked(known))


def gutters(state: State) -> list[str]:
    lines = (diff_line(state, n, 60) for n in range(len(state.rows)))
    return [fragment_list_to_text(line)[1:3] for line in lines]


def test_a_narrow_pane_says_what_is_needed_and_from_where() -> None:
    long = {**FILES, "recipe.py": ("x = 1\n", "x = parsed_amount_of_a_cup(1)\n")}
    long["amounts.py"] = ("", "def parsed_amount_of_a_cup(text):\n    return 1\n")
    plan = plan_of(long, 2, (1, 1, 0))
    known = KnownLinks(plan.edits, links_of_plan(plan.changes, plan.edits))
    state = reduce(state_of(plan), Linked(known))

    def said(width: int) -> str:
        lines = commit_blocks(state, width, 30)
        texts = [fragment_list_to_text(lines.get(n)) for n in range(lines.height)]
        found = next(text for text in texts if "needs" in text)
        assert len(found) < width
        return found.strip()

    assert said(60).startswith("1 hunk")
    assert said(44) == "⚠ needs parsed_amount_of_a_cup from 2"
    assert said(30) == "⚠ needs parsed_amo… from 2"
    line = fragment_list_to_text(commit_lines(state, 70).get(0))
    assert re.search("⚠ needs p[a-z_]*… from 2 ", line)


def rows(state: State) -> list[str]:
    lines = commit_lines(state, 80)
    return [fragment_list_to_text(lines.get(n)) for n in range(2)]


def test_a_use_before_its_definition_is_marked_on_its_hunk_and_its_commit() -> None:
    state = opened(1, 1, 0)

    assert gutters(state).count("1⚠") == 2
    assert "⚠ needs parsed from 2" in rows(state)[0]
    assert "⚠" not in rows(state)[1]
    there = after(state, MovePiece(1), MovePiece(1))
    assert fragment_list_to_text(reason_line(there, 80)) == (
        " ⚠ needs parsed from 2 · t has it in 1 too"
    )


def test_an_order_that_holds_is_not_marked() -> None:
    for groups in ((0, 1, 1), (0, 0, 1), (1, 0, 1)):
        assert broken_needs(opened(*groups)) == {}


def test_t_has_what_it_needs_in_its_commit_in_one_step() -> None:
    state = after(opened(1, 1, 0), MoveTo(10**6))
    along = after(state, MovePiece(-1), MovePiece(1), TakeAlong())

    assert along.plan.group_of == (0, 1, 0)
    assert broken_needs(along) == {}
    assert len(along.steps_done) == 1
    assert along.follows
    assert after(along, Undo()).plan == state.plan
    assert after(along, MoveTo(10**6), TakeAlong()).status == (
        "Nothing that it needs comes later."
    )


def test_marks_follow_each_step_without_another_look_at_the_names() -> None:
    state = opened(0, 1, 1)

    assert next_job(state, Backend()) is None
    assert broken_needs(after(state, Send(1), MoveTo(0))) == {}
    broken = after(state, MovePiece(1), MovePiece(1), Send(0), MoveTo(0))
    assert broken_needs(broken) == {}
    assert [*broken_needs(after(state, MoveCommit(1)))] == [2]


def test_hunks_that_are_cut_are_looked_at_beside_the_screen() -> None:
    state = after(opened(1, 1, 0), SplitHunk())
    job = next_job(state, Backend())

    assert broken_needs(state) == {}
    assert job is not None
    linked = reduce(state, job.find(None))  # type: ignore[arg-type]  # it needs none
    assert broken_needs(linked)
    assert next_job(linked, Backend()) is None


def test_what_is_removed_too_soon_is_marked_too() -> None:
    files = {
        "amounts.py": ("def parsed(text):\n    return text\n\n\nA = 1\n", "A = 1\n"),
        "recipe.py": ("x = parsed(1)\n", "x = 1\n"),
    }
    state = state_of(plan_of(files, 2, (0, 1)))
    plan = state.plan
    known = KnownLinks(plan.edits, links_of_plan(plan.changes, plan.edits))
    state = reduce(state, Linked(known))

    assert "⚠ removes parsed, used in 2" in rows(state)[0]
    assert after(state, TakeAlong()).plan.group_of == (0, 0)


def page_texts(state: State) -> list[str]:
    lines = page_lines(state, 80)
    return [fragment_list_to_text(lines.get(n)) for n in range(lines.height)]


def test_no_tick_stands_where_the_order_does_not_hold() -> None:
    start = opened(1, 1, 0)
    start = replace(start, info=replace(start.info, check="make"))
    checked = replace(start, checks={0: PASSED, 1: PASSED})

    assert [row[1:3] for row in rows(checked)] == ["1⚠", "2✓"]
    assert rows(replace(start, checks={0: Check("failed")}))[0].startswith(" 1✗")
    shown = after(checked, ShowCommit(0))
    assert " ⚠ needs parsed from 2" in page_texts(shown)
    assert not any("✓" in line for line in page_texts(shown))
    preview = after(checked, OpenPreview())
    signs = [line[:5] for line in page_texts(preview) if "new  " in line]
    assert signs == ["   1⚠", "   2✓"]
    first = after(preview, ReadOn(20, 0))
    assert first.screen is Screen.COMMIT
    warning = " ⚠ commit 1 needs `parsed` from commit 2, which comes later"
    assert warning in page_texts(first)
    assert "   make: passed" in page_texts(first)
    assert plain([("", warning)]) == f"warning: {warning[3:]}"
    second = after(preview, ShowCommit(1))
    assert " ✓ make: passed" in page_texts(second)


def test_new_commits_in_the_series_have_no_tick_either() -> None:
    state = replace(opened(1, 1, 0), checks={0: PASSED, 1: PASSED})
    series = after(state, OpenSeries())
    lines = series_lines(series, 80)
    shown = [fragment_list_to_text(lines.get(n)).split() for n in range(lines.height)]

    assert [words[0] for words in shown[1:3]] == ["1⚠", "2✓"]


def range_with_name() -> State:
    """A range whose first commit brings a name, and whose last one uses it."""
    states = (
        {"amounts.py": "import re\n", "recipe.py": "x = 1\n"},
        {"amounts.py": FILES["amounts.py"][1], "recipe.py": "x = 1\n"},
        {"amounts.py": FILES["amounts.py"][1], "recipe.py": "x = parsed(1)\n"},
    )
    state = range_of(*states)
    job = next_job(state, Backend())
    assert job is not None
    return reduce(state, job.find(PATIENT))


def test_in_a_range_a_name_that_comes_too_late_is_marked_and_taken_along() -> None:
    start = range_with_name()
    assert broken_needs(start) == {}
    assert flaws_of(start.plan) == ()

    early = after(start, MoveTo(10**6), MovePiece(-1), MovePiece(1), Send(0))
    late = after(start, MoveTo(0), MovePiece(1), MovePiece(-1), Send(1))
    swapped = after(late, MoveTo(10**6), Send(0))

    assert broken_needs(early) == {}
    assert [flaw_sentence(flaw) for flaw in flaws_of(swapped.plan)] == [
        "commit 1 needs `parsed` from commit 2, which comes later"
    ]
    assert "⚠ needs parsed from 2" in rows(swapped)[0]
    there = after(swapped, MoveTo(10**6), TakeAlong())
    assert broken_needs(there) == {}


def test_what_was_wrong_in_the_commits_of_a_range_is_not_said() -> None:
    states = (
        {"amounts.py": "import re\n", "recipe.py": "x = 1\n"},
        {"amounts.py": "import re\n", "recipe.py": "x = parsed(1)\n"},
        {"amounts.py": FILES["amounts.py"][1], "recipe.py": "x = parsed(1)\n"},
    )
    plan = range_of(*states).plan

    assert links_of_plan(plan.changes, plan.edits) == ()
    assert flaws_of(plan) == ()


def test_where_lines_are_at_home_only_perhaps_it_is_said() -> None:
    texts = ("a\nb\n", "a\n1\nb\n", "a\n1\n2\nb\n")
    last = after(range_of(*({"f": text} for text in texts)), MoveTo(10**6))

    home = after(last, MovePiece(-1), MovePiece(1), SendHome())

    assert "to 1; not sure: other lines stand beside it, too" in home.status
