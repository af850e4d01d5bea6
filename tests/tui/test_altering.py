"""Dropping, taking a rename apart, and editing a file while splitting."""

from collections.abc import Iterable, Mapping
from functools import partial

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.git.diff import hunks_between
from gitsplit.model.checks import Outlook
from gitsplit.model.diff import FileChange
from gitsplit.model.lines import lines_of
from gitsplit.model.objects import SYMLINK
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.tui.background.worker import Backend
from gitsplit.tui.diff.rows import RowKind
from gitsplit.tui.state.app_state import ShellRequest, State, one_hunk
from gitsplit.tui.state.commit_diff import actual_commit, commit_sizes
from gitsplit.tui.state.selection import selection_of
from gitsplit.tui.update.actions.reading import (
    Cancel,
    MoveFile,
    MovePiece,
    MoveRows,
    MoveTo,
    Narrow,
    Widen,
)
from gitsplit.tui.update.actions.screens import OpenPreview, Undo
from gitsplit.tui.update.actions.shell import Apply, EditFile
from gitsplit.tui.update.actions.split import (
    AddCommit,
    Drop,
    Focus,
    FocusOn,
    MergeInto,
    MoveCommit,
    Send,
    SendToNext,
    SetContent,
    SplitHunk,
    Take,
)
from gitsplit.tui.view.commit import commit_page, commit_pane
from gitsplit.tui.view.commits import commit_lines
from gitsplit.tui.view.dropped import (
    difference_lines,
    edit_words,
    has_same_final_files,
    is_whole_as_planned,
    loss_words,
)
from gitsplit.tui.view.frame import promise_cells
from gitsplit.tui.view.preview import preview_page
from gitsplit.tui.view.split import diff_line
from tests.three_way import merge
from tests.tui import builder
from tests.tui.builder import (
    Literal,
    answered,
    contents,
    file_of,
    first_state,
    plan_of,
    range_of,
    state_of,
    whole_of,
)
from tests.tui.builder import hunks_between as hunks_of

Files = Mapping[str, Literal | FileChange]

OLD = "".join(f"{number}\n" for number in range(1, 31))
NEW = OLD.replace("\n5\n", "\nfive\n").replace("\n25\n", "\ntwenty-five\n")
FIVE = OLD.replace("\n5\n", "\nfive\n")
BOTH = {"f.py": (OLD, NEW), "g": ("x\n", "y\n")}
"""Pieces 0 and 1 in f.py, far apart, and piece 2 in g."""

after = partial(builder.after, merge=merge)


def split(group_of: tuple[int, ...] = (0, 1, 1), groups: int = 2) -> State:
    """The screen on BOTH, with git at hand."""
    return first_state(whole_of(), plan_of(BOTH, groups, group_of), hunks_between)


def texts(lines: Iterable[StyleAndTextTuples]) -> list[str]:
    return ["".join(text for _, text, *_ in line) for line in lines]


def page(state: State) -> str:
    """The whole page on what will be written."""
    lines = preview_page(state, 80)
    return "\n".join(texts([lines.get(n) for n in range(lines.height)]))


def promised(state: State) -> str:
    return "".join(text for _, text, *_ in promise_cells(state)).strip()


def test_a_dropped_piece_is_in_no_commit_and_the_cursor_goes_on() -> None:
    state = after(split(), Drop())

    assert state.plan.group_of == (DROPPED, 1, 1)
    assert state.status == "left out 2 lines of commit 1 · u to undo"
    assert state.rows.edit_at(state.cursor) == 1
    assert after(state, Undo()).plan == split().plan


def test_what_is_dropped_is_said_wherever_nothing_lost_was_said() -> None:
    state = after(split(), Drop())

    assert promised(split()) == "nothing lost ✓  final files same ✓"
    assert promised(state) == "2 lines left out  final files differ"
    below = texts([commit_lines(state, 80).get(n) for n in (2, 3)])
    assert below == [
        " + new commit",
        " × left out: 1 hunk  +1 -1, kept in the worktree",
    ]
    shown = page(after(state, OpenPreview()))
    assert "! final files differ on purpose: 2 lines left out" in shown
    assert "× 2 lines of f.py, kept in the worktree" in shown
    assert "the index is updated; files in the worktree keep what is left out" in shown


def test_what_is_dropped_and_discarded_is_said_to_be_gone() -> None:
    state = split()
    state = first_state(
        replace(state.info, drop_to="discard"), state.plan, hunks_between
    )
    shown = page(after(state, Drop(), OpenPreview()))

    assert "× 2 lines of f.py, discarded" in shown
    assert "index and worktree are updated; what is left out is removed" in shown


def test_the_gutter_marks_what_is_dropped() -> None:
    state = after(split(), Drop())
    row = state.rows.row_of(state.plan.edits[0])
    (cells,) = texts([diff_line(state, row, 40)])

    assert cells.split()[0] == "×"


def test_lines_can_be_dropped_out_of_a_piece() -> None:
    state = after(split(), Narrow(), Drop())

    assert loss_words(state.plan) == "1 line"
    assert contents(state.plan, 1)[0] == NEW.replace("\nfive", "\n5\nfive").encode()


def test_a_digit_takes_what_was_dropped_back() -> None:
    dropped = after(split(), Drop(), MovePiece(-1))

    state = after(dropped, Send(1))
    assert state.plan.group_of == (0, 0, 0)
    assert state.status == (
        "moved 2 lines from no commit to 2; removed the empty commit 1 · u to undo"
    )
    assert after(dropped, FocusOn(0), Take()).plan == split().plan
    assert after(dropped, Take()).plan == dropped.plan


def test_what_is_dropped_already_stays_dropped() -> None:
    state = after(split(), Drop(), MovePiece(-1), Drop())

    assert state.status == "2 lines already left out"
    assert len(state.history.past) == 1


def test_n_leaves_what_is_dropped_alone() -> None:
    state = after(split(), Drop(), MovePiece(-1), SendToNext())

    assert (state.status, state.is_refusal) == ("left out: stays so", False)


def test_a_whole_file_is_dropped_from_its_header() -> None:
    state = after(split(), MoveTo(0), Drop())

    assert state.plan.group_of == (DROPPED, DROPPED, 1)


def test_one_commit_is_enough_where_something_is_dropped() -> None:
    state = after(split((0, 0, 1)), MovePiece(1), MovePiece(1), Drop(), OpenPreview())

    assert state.problems == ()


def test_not_everything_can_be_dropped() -> None:
    state = split((DROPPED, DROPPED, 0))
    state = after(state, MoveTo(0), MoveFile(1), Drop(), OpenPreview())

    assert state.problems == ("Every hunk is left out: no commit remains.",)


NEW_FILE = {"new": (None, "one\ntwo\n\nthree\n"), "z": ("x\n", "y\n")}
GONE = {"gone": ("one\ntwo\n", None), "z": ("x\n", "y\n")}


def on_lines(state: State) -> State:
    """The cursor on the file's lines, not on what happened to the file."""
    return after(state, MovePiece(1), Narrow())


def test_a_line_of_a_new_file_brings_its_creation_and_that_is_said() -> None:
    state = after(on_lines(state_of(plan_of(NEW_FILE, 2, [1, 1, 0]))), Send(0))

    assert state.plan.group_of[:3] == (0, 0, 1)
    assert state.status == (
        "moved 1 line from 2 to 1 and the file's creation with it · u to undo"
    )


def test_a_line_of_a_deleted_file_takes_its_deletion_and_that_is_said() -> None:
    state = after(on_lines(state_of(plan_of(GONE, 2, [0, 0, 1]))), Send(1))

    assert state.plan.group_of[:3] == (1, 1, 0)
    assert state.status == (
        "moved 1 line from 1 to 2 and the file's deletion with it · u to undo"
    )


def test_a_dropped_line_of_a_deleted_file_keeps_the_file_and_that_is_said() -> None:
    state = after(on_lines(state_of(plan_of(GONE, 2, [0, 0, 1]))), Drop())

    assert state.plan.group_of[:3] == (DROPPED, DROPPED, 0)
    assert state.status == (
        "left out 1 line of commit 1 and the file's deletion with it · u to undo"
    )


def test_a_new_commit_says_what_it_brings_along() -> None:
    start = state_of(plan_of(GONE, 2, [0, 0, 1]))
    state = after(on_lines(start), Focus(1), AddCommit())

    assert state.status == (
        "new commit 3 with 1 line and the file's deletion with it · i to name it"
    )


def test_a_commit_that_is_moved_says_whose_creation_went_along() -> None:
    start = state_of(plan_of({"new": (None, "1\n")}, 2, [0, 1]))
    state = after(start, MoveCommit(1))

    assert state.status == (
        "commit 1 is now commit 2 and the file's creation with it · u to undo"
    )


def test_several_creations_are_counted() -> None:
    files = {"a": (None, "1\n"), "b": (None, "1\n")}
    start = state_of(plan_of(files, 2, [0, 1, 0, 1]))

    assert after(start, MoveCommit(1)).status == (
        "commit 1 is now commit 2 and the creation of 2 files with it · u to undo"
    )


def renamed(group_of: tuple[int, ...] = (1, 1, 1, 0)) -> State:
    """A file that is renamed and has two edits, then another file."""
    old, new = file_of("old.py", OLD), file_of("new.py", NEW)
    change = FileChange(old, new, hunks_of(old, new))
    files: Files = {"new.py": change, "z": ("x\n", "y\n")}
    state = state_of(plan_of(files, 3, group_of))
    assert state.rows[state.cursor].kind is RowKind.FACT
    return state


def test_a_rename_is_one_piece_with_the_edits_of_its_file() -> None:
    state = after(renamed(), MoveRows(0))

    assert [place for place, _ in selection_of(state)] == [0, 1, 2]
    assert state.status == "the rename and the file's edits · s splits them"
    assert after(state, Send(0)).plan.group_of == (0, 0, 0, 0)
    assert after(state, Send(0)).rows.edit_at(after(state, Send(0)).cursor) == 3


def test_the_edits_of_a_renamed_file_are_pieces_of_their_own() -> None:
    state = after(renamed(), MovePiece(1))

    assert [place for place, _ in selection_of(state)] == [1]
    assert after(state, Send(2)).plan.group_of == (1, 2, 1, 0)


def test_s_cuts_a_rename_from_the_edits_so_that_they_can_come_later() -> None:
    cut = after(renamed(), SplitHunk())

    assert cut.status == ("split: the rename is a hunk of its own · V adds the edits")
    assert cut.plan == renamed().plan
    assert [place for place, _ in selection_of(cut)] == [0]
    state = after(cut, Send(0))
    assert state.plan.group_of == (0, 1, 1, 0)
    assert contents(state.plan, 0)[0] == OLD.encode()
    assert [place for place, _ in selection_of(after(cut, Widen(), Widen()))] == [
        0,
        1,
        2,
    ]


def test_a_rename_whose_edits_are_elsewhere_is_a_piece_by_itself() -> None:
    state = renamed((0, 1, 1, 0))

    assert [place for place, _ in selection_of(state)] == [0]
    assert after(state, Send(2)).plan.group_of == (2, 1, 1, 0)


def test_a_rename_without_edits_is_a_piece_that_can_t_be_cut() -> None:
    old, new = file_of("old.py", OLD), file_of("new.py", OLD)
    state = state_of(plan_of({"new.py": FileChange(old, new), "z": ("x\n", "y\n")}))

    assert [place for place, _ in selection_of(state)] == [0]
    assert after(state, SplitHunk()).is_refusal


def written(state: State, file: int = 0) -> list[bytes | None]:
    """The content of a file as of each commit, as it will be written."""
    found = []
    for group in range(len(state.plan.groups)):
        override = [
            o.content
            for o in state.plan.overrides
            if (o.file, o.group) == (file, group)
        ]
        found.append(override[0] if override else contents(state.plan, group)[file])
    return found


TYPED = FIVE.replace("\n15\n", "\nfifteen\n").encode()


def test_e_asks_for_the_editor_on_the_file_as_of_the_focus() -> None:
    assert after(split(), EditFile()).request is ShellRequest.EDIT_FILE
    for_good = after(split(), EditFile(for_good=True))
    assert for_good.request is ShellRequest.EDIT_FILE_FOR_GOOD


def test_what_is_typed_is_in_that_commit_and_the_next_has_what_it_had() -> None:
    state = after(split(), SetContent(0, 0, TYPED))

    assert written(state) == [TYPED, NEW.encode()]
    assert state.status == "edited f.py in 1 only · u to undo"
    assert promised(state) == "nothing lost ✓  final files same ✓"
    assert has_same_final_files(state.plan)
    assert after(state, Undo()).plan == split().plan


def test_what_is_typed_into_the_last_commit_is_in_the_final_tree() -> None:
    state = after(split(), SetContent(1, 0, b"end\n"))

    assert written(state) == [FIVE.encode(), b"end\n"]
    assert state.status == (
        "edited f.py in 2, the last: the final files change · u to undo"
    )
    assert promised(state) == "nothing lost ✓  final files edited"
    assert not has_same_final_files(state.plan)


def test_what_is_typed_for_good_is_in_all_commits_after_it() -> None:
    state = after(split(), SetContent(0, 0, TYPED, for_good=True))

    last = NEW.replace("\n15\n", "\nfifteen\n").encode()
    assert written(state) == [TYPED, last]
    assert state.status == (
        "edited f.py in 1 and later: the final files change · u to undo"
    )


def test_what_is_typed_for_good_is_refused_where_it_conflicts() -> None:
    typed = FIVE.replace("\n25\n", "\nfünfundzwanzig\n").encode()
    state = after(split(), SetContent(0, 0, typed, for_good=True))

    assert state.is_refusal
    assert state.plan == split().plan
    assert state.status == (
        "The edit of f.py would conflict in commit 2."
        " Edit it in a later commit, or undo that edit first."
    )


def test_nothing_is_edited_where_the_editor_changed_nothing() -> None:
    state = after(split(), SetContent(0, 0, FIVE.encode()))

    assert (state.status, state.steps_done) == ("f.py unchanged in commit 1", ())


def test_what_was_typed_for_one_commit_can_be_kept_for_good_later() -> None:
    once = after(split(), SetContent(0, 0, TYPED))
    state = after(once, SetContent(0, 0, TYPED, for_good=True))

    assert written(state)[1] == NEW.replace("\n15\n", "\nfifteen\n").encode()
    again = after(state, SetContent(0, 0, TYPED, for_good=True))
    assert again.status == "f.py unchanged in commit 1"
    assert again.plan == state.plan


def test_a_piece_sent_to_an_edited_commit_is_merged_into_what_was_typed() -> None:
    edited = after(split(), SetContent(0, 0, TYPED), MovePiece(1))
    state = after(edited, Send(0))

    assert written(state)[0] == NEW.replace("\n15\n", "\nfifteen\n").encode()
    assert written(after(state, MovePiece(-1), Send(1)))[0] == TYPED


def test_a_piece_that_conflicts_with_what_was_typed_isn_t_sent() -> None:
    typed = FIVE.replace("\n25\n", "\nfünfundzwanzig\n").encode()
    edited = after(split(), SetContent(0, 0, typed), MovePiece(1))
    state = after(edited, Send(0))

    assert state.is_refusal
    assert state.plan == edited.plan


def test_merged_commits_have_what_was_typed_into_the_later_one() -> None:
    edited = after(split((0, 1, 2), 3), SetContent(1, 0, TYPED), SetContent(0, 0, b"0"))
    state = after(edited, Focus(1), MergeInto())

    assert written(state) == [TYPED, NEW.encode()]


LINK = FileChange(
    file_of("link", "a", SYMLINK), file_of("link", "b", SYMLINK), by_lines=False
)


@pytest.mark.parametrize(
    ("files", "group_of", "said"),
    [
        (BOTH, [1, 1, 1], "Commit 1 is empty."),
        (NEW_FILE, [1, 1, 0], "Commit 1 doesn't have new."),
        (GONE, [0, 0, 0], "Commit 1 doesn't have gone."),
        (
            {"link": LINK, "z": ("x\n", "y\n")},
            [0, 1],
            "link isn't a regular file, so it can't be edited.",
        ),
    ],
)
def test_what_can_t_be_edited_is_refused_before_the_editor_opens(
    files: Files,
    group_of: list[int],
    said: str,
) -> None:
    state = after(state_of(plan_of(files, 2, group_of)), FocusOn(0), EditFile())

    assert state.request is None
    assert state.status.startswith(said)


def commit_text(state: State, group: int) -> str:
    """The page of a commit, as it will be."""
    state = replace(state, viewed=group)
    lines = commit_page(state, 80)
    return "\n".join(texts([lines.get(n) for n in range(lines.height)]))


def test_the_page_of_an_edited_commit_shows_what_git_will_show() -> None:
    state = after(split(), SetContent(0, 0, TYPED))
    first, second = commit_text(state, 0), commit_text(state, 1)

    assert "f.py  +2 -2  edited by hand" in first
    assert all(line in first for line in (" -5", " +five", " -15", " +fifteen"))
    assert "f.py  +2 -2\n" in second
    assert all(line in second for line in (" -fifteen", " +15", " +twenty-five"))
    sizes = commit_sizes(state)
    assert [sizes[group].lines for group in (0, 1)] == ["+2 -2", "+3 -3"]


def test_the_rows_of_an_edited_commit_turn_one_file_into_the_other() -> None:
    state = after(split((0, 1, 2), 3), SetContent(1, 0, b"5\n"), SetContent(1, 1, b""))
    for group in range(3):
        before = [OLD.encode(), FIVE.encode(), b"5\n"][group]
        after_it = [FIVE.encode(), b"5\n", NEW.encode()][group]
        commit = actual_commit(state, group)
        removed, added = [], []
        for number in range(len(commit.rows)):
            segment, line, _ = commit.rows[number]
            change = commit.plan.changes[segment.file]
            if segment.file == 0 and segment.kind is RowKind.OLD:
                removed.append(change.old_lines[line])
            elif segment.file == 0 and segment.kind is RowKind.NEW:
                added.append(change.new_lines[line])
        hunks = hunks_between(before, after_it)
        old, new = lines_of(before), lines_of(after_it)
        assert removed == [old[n] for hunk in hunks for n in hunk.old.numbers]
        assert added == [new[n] for hunk in hunks for n in hunk.new.numbers]


def test_a_commit_after_an_empty_one_is_compared_with_what_is_written() -> None:
    state = after(split((0, 2, 2), 3), SetContent(0, 0, TYPED))

    assert " -fifteen" in commit_text(state, 2)
    assert "empty" in commit_text(state, 1)
    assert commit_sizes(state)[1].lines == "+0 -0"


def test_the_file_says_in_which_commits_it_was_edited() -> None:
    once = after(split((0, 1, 1), 3), SetContent(0, 0, TYPED))
    more = after(once, SetContent(1, 0, TYPED, for_good=True))

    assert edit_words(once.plan, 0) == "  edited in 1"
    assert edit_words(more.plan, 0) == "  edited in 1, 2 and later"
    assert edit_words(more.plan, 1) == ""
    (header,) = texts([diff_line(once, 0, 80)])
    assert header.endswith("f.py  +2 -2  edited in 1")
    assert "f.py edited in 1" in page(after(once, OpenPreview()))


def test_what_was_typed_into_a_commit_that_is_empty_now_is_said_to_go() -> None:
    state = after(split(), SetContent(0, 0, TYPED), Cancel(), Send(1))

    assert texts(list(difference_lines(state.todo.entries[0], "worktree"))) == [
        " ! f.py edited in 1, which is empty: the edit is lost"
    ]
    assert is_whole_as_planned(state.plan)


def test_the_pane_stands_at_the_file_of_an_edited_commit() -> None:
    start = split((0, 0, 0), 1)
    state = after(start, SetContent(0, 0, TYPED), MovePiece(1), MovePiece(1))
    lines = commit_pane(state, 60)

    (shown,) = texts([lines.get(lines.cursor)])
    assert shown == " g  +1 -1"


def test_without_git_contents_differ_as_a_whole() -> None:
    assert one_hunk(b"a\n", b"a\n") == ()
    (hunk,) = one_hunk(b"a\nb\n", b"a\n")
    assert (len(hunk.old), len(hunk.new)) == (2, 1)


def test_a_plan_that_ends_otherwise_is_never_promised_to_be_whole() -> None:
    plans: list[Plan] = [
        split().plan,
        after(split(), Drop()).plan,
        after(split(), SetContent(0, 0, TYPED)).plan,
        after(split(), SetContent(1, 0, TYPED)).plan,
        after(split((0, 0, 0)), SetContent(0, 0, TYPED)).plan,
    ]

    assert [is_whole_as_planned(plan) for plan in plans] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert [has_same_final_files(plan) for plan in plans] == [
        True,
        False,
        True,
        False,
        False,
    ]


OBJECTING = Backend(outlook=lambda _, __: Outlook("No. Don't."))
"""Git, which objects to whatever it is asked."""


def test_git_is_asked_whether_a_final_tree_that_changes_can_be_had() -> None:
    state = answered(after(split(), Drop(), OpenPreview()), OBJECTING)

    assert state.problems == ("No. Don't.",)
    assert "✗ No. Don't." in page(state)
    tried = answered(after(state, Apply()), OBJECTING)
    assert (tried.is_refusal, tried.status) == (True, "No. Don't.")
    assert tried.request is None


def test_git_is_not_asked_where_everything_ends_as_it_was() -> None:
    state = after(split(), SetContent(0, 0, TYPED), OpenPreview())
    state = answered(state, OBJECTING)

    assert state.problems == ()


def test_git_is_asked_again_when_the_preview_is_to_be_written() -> None:
    state = answered(after(split(), Drop(), OpenPreview()))

    assert state.problems == ()
    refused = answered(after(state, Apply()), OBJECTING)
    assert (refused.status, refused.request) == ("No. Don't.", None)
    assert answered(after(state, Apply())).request is ShellRequest.APPLY


def test_what_is_left_out_of_a_range_is_named_by_its_commits() -> None:
    """Both rewrote one line, and the file is named with each of them."""
    state = range_of({"f": "a\n"}, {"f": "b\n"}, {"f": "c\n"})
    entry = state.todo.entries[0]
    ids = [commit.oid[:7] for commit in entry.commits]
    left = replace(entry, plan=replace(state.plan, group_of=(DROPPED, DROPPED)))

    assert texts(list(difference_lines(left, "worktree"))) == [
        f" × 2 lines of f in {oid}, kept in the worktree" for oid in ids
    ]
