"""Ranges on the screen: which commits continue which, and what is said of them."""

from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text as text_of

from gitsplit.model.message import subject_of
from gitsplit.tui.state.app_state import State
from gitsplit.tui.update.actions.reading import MarkHunk, MoveRows, MoveTo
from gitsplit.tui.update.actions.screens import GoBack, Undo
from gitsplit.tui.update.actions.series import Become, MarkStretch, OpenRange
from gitsplit.tui.update.actions.split import AddCommit, FocusOn, Own, Send, SendHome
from gitsplit.tui.view.layout import lower_rule
from gitsplit.tui.view.series import series_words
from tests.tui.builder import after, range_of
from tests.tui.cases import series


def three_files() -> State:
    """Each of three commits creates a file."""
    files = {"a": "1\n", "b": "2\n", "c": "3\n"}
    names = [[], ["a"], ["a", "b"], ["a", "b", "c"]]
    return range_of(*({name: files[name] for name in own} for own in names))


def test_c_in_a_range_comes_round_and_exchanges_nothing_but_two() -> None:
    """Each press begins from where the round began; a whole round changes nothing."""
    start = replace(three_files(), focus=2)
    first, second, third = (after(start, *[Own()] * n) for n in (1, 2, 3))

    assert first.plan.continued_by == (2, 1, 0)
    assert first.status == (
        "commit 3 continues 1ae49ec16a and has its message;"
        " commit 1 continues 3ae49ec16a in its place · u to undo"
    )
    assert second.plan.continued_by == (0, 2, 1)
    assert [g.message for g in second.plan.groups] == [
        start.plan.groups[n].message for n in (0, 2, 1)
    ]
    assert third.plan == start.plan
    assert third.status == "commit 3 continues 3ae49ec16a again · u to undo"
    assert after(third, Undo(), Undo()).plan == first.plan
    assert after(first, FocusOn(0), Own()).plan.continued_by == (0, 1, 2)


def test_c_comes_round_for_a_commit_that_continued_none() -> None:
    start = after(three_files(), AddCommit())
    assert start.plan.continues(1) is None
    pressed = [after(start, *[Own()] * n) for n in range(1, 5)]

    assert [state.plan.continues(1) for state in pressed] == [0, 1, 2, None]
    assert pressed[0].plan.continued_by[1:] == start.plan.continued_by[1:]
    assert "; commit 1 continues none · u to undo" in pressed[0].status
    assert pressed[-1].plan == start.plan


def test_what_keeps_its_hunks_has_no_message_that_was_proposed_for_others() -> None:
    """A file of the last commit has become a commit, which then continues the last."""
    start = range_of({}, {"a": "1\n"}, {"a": "1\n", "b": "2\n", "c": "3\n"})
    apart = after(start, MoveTo(len(start.rows) - 1), AddCommit())
    assert [subject_of(g.message) for g in apart.plan.groups[1:]] == [
        b"Second piece of work",
        b"c: Second piece of work",
    ]
    state = after(replace(apart, focus=2), Own())

    assert [(subject_of(g.message), g.is_proposed) for g in state.plan.groups[1:]] == [
        (b"b: Second piece of work", True),
        (b"Second piece of work", False),
    ]
    assert state.plan.continued_by == (0, 2)


def test_commits_of_a_range_are_all_kept_unchanged_again() -> None:
    opened = after(series(), MarkStretch(), MoveRows(1), OpenRange(), GoBack())
    text = " ".join("".join(map(text_of, series_words(opened, 80))).split())

    assert "2 commits, 6ae49ec to 15849e7, as one range: they become 2 commits" in text
    assert "1 range of 2 commits marked for splitting" in text
    assert "6ae49ec, the first of 2, as it is" in text_of(lower_rule(opened, 80, 24))
    kept = after(opened, Become("pick"))
    assert kept.status == (
        "all 2 commits of 6ae49ec to 15849e7 will be kept unchanged · u to undo"
    )


def test_hunks_that_are_sent_home_without_being_sure_are_named() -> None:
    """The third commit's hunks replace lines of the first, one of the second, too."""
    states = ("a b z p q", "A B z P q", "A B z P Q", "1 2 z 3 4")
    lines = ("".join(f"{word}\n" for word in state.split()) for state in states)
    state = range_of(*({"f": text} for text in lines))
    third = [
        e for e, g in zip(state.plan.edits, state.plan.group_of, strict=True) if g == 2
    ]
    for edit in third:
        state = after(state, MoveTo(state.rows.row_of(edit)), MarkHunk())

    assert after(state, SendHome()).status == (
        "sent 4 lines home to 1, 4 lines home to 2; not sure of hunk 5:"
        " it replaces lines of other commits, too; 3 lines of 1, 2 never show"
        " · u to undo"
    )


def test_the_series_says_how_commits_are_opened_as_a_range() -> None:
    words = text_of(series_words(after(series(), Become("pick")), 80)[-1])

    assert words.strip() == (
        "e splits it · v selects several, R opens them as one range"
    )


def test_who_takes_others_along_is_told_that_the_cursor_has_stayed() -> None:
    """The same key is about this hunk then, not about the next one."""
    texts = ("a\n", "b\n", "c\n", "d\n", "e\n")
    start = range_of(*({"f": text} for text in texts))
    at = start.rows.row_of(start.plan.edits[2])
    once = after(start, MoveTo(at), Send(0))
    twice = after(once, Send(0))

    assert once.plan.group_of == (0, 0, 0, 3)
    assert once.rows.edit_at(once.cursor) == 2
    assert once.status.endswith(
        "· still on this hunk: same key without them · u to undo"
    )
    assert twice.plan.group_of == (0, 1, 0, 3)
    assert twice.rows.edit_at(twice.cursor) == 3
