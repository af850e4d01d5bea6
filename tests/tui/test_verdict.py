"""Git is asked beside the preview: what is shown meanwhile, and what waits for it."""

import pytest
from msgspec.structs import replace
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.checks import Conflict, Outlook
from gitsplit.model.progress import Watch
from gitsplit.model.todo import Todo
from gitsplit.tui.background.worker import Backend
from gitsplit.tui.state.app_state import History, Screen, ShellRequest, State
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.reading import MoveRows, MoveTo
from gitsplit.tui.update.actions.reports import Foreseen, Progressed
from gitsplit.tui.update.actions.screens import GoBack, OpenPreview, Scroll, Undo
from gitsplit.tui.update.actions.series import Become, OpenCommit, OpenSeries
from gitsplit.tui.update.actions.shell import Apply, CheckCommits, Quit
from gitsplit.tui.view.frame import status_line
from gitsplit.tui.view.preview import preview_page
from gitsplit.tui.view.series import series_words
from tests.tui.builder import after, answered
from tests.tui.cases import COMMITS, series

FINE = Outlook()
STOPS = Outlook(conflict=Conflict(COMMITS[2], (b"f",)))
REFUSED = Outlook("No. Don't.")


def dropping(**info: object) -> State:
    """The series with a commit dropped, where only a report says what git says."""
    start = series()
    start = replace(start, info=replace(start.info, **info))
    return after(start, MoveRows(1), Become("drop"))


def preview(outlook: Outlook | None = None) -> State:
    """The preview, where git has said this or nothing yet."""
    state = after(dropping(check="make"), OpenPreview())
    return state if outlook is None else said(state, outlook)


def said(state: State, outlook: Outlook) -> State:
    return after(state, Foreseen(state.todo, outlook))


def page(state: State) -> str:
    lines = preview_page(state, 80)
    return "\n".join(fragment_list_to_text(lines.get(n)) for n in range(lines.height))


def bottom(state: State) -> str:
    """The line that says what the last key did."""
    return fragment_list_to_text(status_line(state, 80))


def test_the_preview_opens_at_once_and_says_what_is_looked_for() -> None:
    state = preview()
    told = after(state, Progressed(state.todo, 312, 1000))

    assert bottom(state) == " checking for conflicts … · Enter waits for it"
    assert "checking for conflicts … 312 of 1,000 · Enter" in bottom(told)
    assert bottom(said(told, FINE)) == " Enter: apply"


def test_what_waits_is_said_within_80_columns() -> None:
    state = after(preview(), Apply())
    told = after(state, Progressed(state.todo, 1000, 1000))

    assert bottom(told) == (
        " checking for conflicts … 1,000 of 1,000 · then applies; any other key cancels"
    )


def test_the_series_says_so_too() -> None:
    state = dropping()
    words = fragment_list_to_text(series_words(state, 80)[-1])
    known = fragment_list_to_text(series_words(said(state, FINE), 80)[-1])

    assert words == " checking for conflicts …"
    assert "looking" not in known


def test_how_far_it_is_belongs_to_the_list_that_was_asked_about() -> None:
    state = preview()
    told = after(state, Progressed(state.todo, 312, 1000))
    changed = after(told, GoBack(), Become("pick"))

    assert changed.progress is None
    assert after(changed, Progressed(state.todo, 313, 1000)).progress is None


@pytest.mark.parametrize(
    ("outlook", "status"),
    [
        (FINE, "Enter: apply"),
        (STOPS, "conflict ahead: Enter applies up to it, after a question"),
        (REFUSED, "cannot apply yet"),
    ],
)
def test_what_git_says_replaces_what_was_said_meanwhile(
    outlook: Outlook, status: str
) -> None:
    assert preview().status == "Enter waits for it"
    assert preview(outlook).status == status
    undone = said(after(preview(), Scroll(1, 9)), outlook)
    assert undone.status == ""  # the user did something else since


def test_enter_waits_until_git_has_answered() -> None:
    waiting = after(preview(), Apply())

    assert (waiting.request, waiting.awaiting) == (None, ShellRequest.APPLY)
    assert said(waiting, FINE).request is ShellRequest.APPLY
    again = after(waiting, Apply(), Apply())
    assert again == waiting


def test_enter_has_git_asked_once_more() -> None:
    """Files may have changed since."""
    waiting = after(preview(FINE), Apply())

    assert (waiting.request, waiting.foreseen) == (None, None)
    late = said(waiting, REFUSED)
    assert (late.request, late.status, late.is_refusal) == (None, "No. Don't.", True)
    assert late.awaiting is None
    assert said(late, FINE).request is None


def with_proposed_messages() -> State:
    """The preview where two messages are proposed and a conflict may come."""
    start = after(series(), OpenCommit())
    plan = start.plan
    groups = tuple(replace(group, is_proposed=True) for group in plan.groups)
    split = replace(plan, groups=groups)
    todo = start.todo.with_plan(start.target.commit, split)
    start = replace(start, history=History(todo))
    return after(start, OpenSeries(), MoveRows(1), Become("drop"), OpenPreview())


def test_enter_asks_once_before_messages_are_used_whose_bodies_nobody_read() -> None:
    ready = said(with_proposed_messages(), FINE)
    asked = after(ready, Apply())

    assert asked.status == "2 unread messages have bodies; Enter again to use them"
    assert asked.request is None
    applied = said(after(asked, Apply()), FINE)
    assert applied.request is ShellRequest.APPLY
    assert after(asked, Scroll(1), Apply()).status == asked.status


def with_messages_of(state: State, *texts: bytes) -> State:
    """The state where these are the messages proposed for the commits of the split."""
    entry = next(each for each in state.todo.entries if each.plan is not None)
    assert entry.plan is not None
    groups = tuple(
        replace(group, message=text)
        for group, text in zip(entry.plan.groups, texts, strict=True)
    )
    split = replace(entry.plan, groups=groups)
    return replace(state, history=History(state.todo.with_plan(entry.oid, split)))


def test_enter_applies_where_all_of_the_proposed_messages_is_on_the_preview() -> None:
    """Subjects stand there, trailers follow from rules; a body may have been read."""
    ready = said(with_proposed_messages(), FINE)
    subjects = with_messages_of(ready, b"One\n", b"Two\n\nSigned-off-by: A <a@b>\n")
    body = with_messages_of(ready, b"One\n", b"Two\n\nIt was one.\n")

    assert said(after(subjects, Apply()), FINE).request is ShellRequest.APPLY
    assert "1 unread message has a body" in after(body, Apply()).status
    read = replace(body, reviewed=(body.todo, frozenset({1})))
    assert said(after(read, Apply()), FINE).request is ShellRequest.APPLY


def test_messages_and_a_conflict_are_asked_about_one_after_the_other() -> None:
    stops = said(with_proposed_messages(), STOPS)
    messages = after(stops, Apply())
    conflict = after(messages, Apply())

    assert messages.status.startswith("2 unread messages")
    assert conflict.status.startswith("Enter again: apply up to the conflict")
    applied = said(after(conflict, Apply()), STOPS)
    assert (applied.request, applied.accepts_conflict) == (ShellRequest.APPLY, True)


def test_the_preview_says_how_many_messages_are_proposed() -> None:
    assert "~ 2 messages are proposed and not confirmed" in page(
        said(with_proposed_messages(), FINE)
    )


@pytest.mark.parametrize(
    "action", [Scroll(1, 9), Undo(), Quit(), GoBack(), OpenPreview()]
)
def test_any_other_key_takes_enter_back(action: Action) -> None:
    left = after(preview(), Apply(), action)

    assert left.awaiting is None
    assert said(left, FINE).request in (None, ShellRequest.QUIT)
    assert said(left, FINE).request is None


def test_a_conflict_found_while_enter_waits_is_asked_about_and_not_written() -> None:
    asked = said(after(preview(), Apply()), STOPS)
    accepted = after(asked, Apply())

    assert (asked.request, asked.accepts_conflict) == (None, False)
    assert "Enter again" in asked.status
    assert accepted.request is None
    done = said(accepted, STOPS)
    assert (done.request, done.accepts_conflict) == (ShellRequest.APPLY, True)


def test_a_conflict_that_is_gone_is_not_accepted() -> None:
    done = said(after(preview(STOPS), Apply(), Apply()), FINE)

    assert (done.request, done.accepts_conflict) == (ShellRequest.APPLY, False)


def test_an_acceptance_that_was_taken_back_is_asked_for_again() -> None:
    left = after(preview(STOPS), Apply(), Apply(), Scroll(1, 9))
    told = said(left, STOPS)

    assert told.request is None
    asked = after(told, Apply())
    assert (asked.request, "Enter again" in asked.status) == (None, True)
    fresh = said(after(left, Apply()), STOPS)
    assert (fresh.request, "Enter again" in fresh.status) == (None, True)


def test_a_check_waits_for_git_as_well() -> None:
    waiting = after(preview(), CheckCommits())

    assert (waiting.request, waiting.awaiting) == (None, ShellRequest.CHECK)
    assert said(waiting, STOPS).request is ShellRequest.CHECK
    assert said(waiting, REFUSED).status == "No. Don't."
    assert after(preview(FINE), CheckCommits()).request is ShellRequest.CHECK


def test_what_is_asked_for_is_asked_for_once() -> None:
    done = said(after(preview(), Apply()), FINE)

    assert after(done, Foreseen(done.todo, FINE)).request is None


def test_an_answer_about_another_list_lets_nothing_pass() -> None:
    waiting = after(preview(), Apply())
    other = dropping().todo

    assert after(waiting, Foreseen(other, FINE)) == waiting


def test_what_is_wrong_with_commits_of_others_stands_in_the_preview() -> None:
    words = "Gerrit may refuse the push. Commit 5 “no id”: missing Change-Id in footer."
    state = preview(Outlook(warnings=(words,)))

    assert "⚠ Gerrit may refuse the push. Commit 5 “no id”:" in page(state)
    assert state.status == "Enter: apply"
    assert said(after(state, Apply()), Outlook(warnings=(words,))).request is (
        ShellRequest.APPLY
    )


def test_what_gerrit_would_refuse_is_looked_for_where_commits_are_reviewed() -> None:
    start = series()
    rules = replace(start.info.ids, is_reviewed=True)
    asked: list[Todo] = []

    def outlook(todo: Todo, _: Watch) -> Outlook:
        asked.append(todo)
        return FINE

    start = replace(start, info=replace(start.info, ids=rules))
    backend = Backend(outlook=outlook)
    reworded = after(start, Become("split"))
    assert not answered(reworded, backend).foreseen
    shown = after(reworded, OpenPreview())

    assert "checking Gerrit's rules …" in bottom(shown)
    assert answered(shown, backend).foreseen is not None
    assert len(asked) == 1
    assert shown.screen is Screen.PREVIEW


def test_branches_that_move_along_are_named_where_their_commits_change() -> None:
    start = series()
    dropped = (Become("drop"), OpenPreview())
    branches = {"first": COMMITS[0], "second": COMMITS[1]}
    state = replace(start, info=replace(start.info, other_refs=branches))

    assert "   also moves: second" in page(after(state, MoveTo(1), *dropped))
    assert "   also moves: first, second" in page(after(state, *dropped))
    assert "also moves" not in page(after(state, MoveTo(2), *dropped))
