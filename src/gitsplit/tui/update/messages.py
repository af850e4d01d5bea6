"""What the user has written in the editor: messages, and a file as of one commit."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.encoding import has_new_nul
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.model.plan import with_message
from gitsplit.model.states import editable_content, with_content
from gitsplit.model.todo import Entry, Todo
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    HistoryStep,
    Screen,
    ShellRequest,
    State,
    entries_of,
    merge_from_state,
)
from gitsplit.tui.state.location import is_open
from gitsplit.tui.state.new_commits import (
    Address,
    PlacedMessage,
    commit_at_cursor,
    commit_name,
    group_with_message,
    message_commits,
    new_commits,
)
from gitsplit.tui.state.undo import with_plan, with_step
from gitsplit.tui.update.actions import SetContent


def with_messages(state: State, texts: Iterable[PlacedMessage]) -> State:
    """The state with these messages in the todo list, each confirmed by that.

    Raises ActionRefused, with nothing changed, where one is empty or has a NUL byte.
    """
    given = tuple(texts)
    _refuse_bad_messages(state, given)
    todo = state.todo
    before = {commit.where: commit for commit in new_commits(state)}
    reworded = [
        text
        for text in given
        if text.where not in before or before[text.where].message != text.message
    ]
    confirmed = [
        text
        for text in given
        if text not in reworded and before[text.where].is_proposed
    ]
    for where, message in (*reworded, *confirmed):
        todo = _with_message_at(todo, where, message)
    if todo == state.todo:
        kept = (
            _message_name(state, given[0].where) if len(given) == 1 else "every commit"
        )
        return replace(state, status=f"message of {kept} unchanged")
    words = [
        _deed_words(state, deed, made)
        for deed, made in (("reworded", reworded), ("confirmed", confirmed))
        if made
    ]
    where = (*reworded, *confirmed)[0].where
    return with_step(state, todo, step_about(state, where, ", ".join(words)))


def _deed_words(state: State, deed: str, made: Sequence[PlacedMessage]) -> str:
    """What was done to these messages: to one by its name, or to how many."""
    if deed == "confirmed":
        one = f"the message of {_message_name(state, made[0].where)}"
        many = quantity(len(made), "message")
    else:
        one = _message_name(state, made[0].where)
        many = quantity(len(made), "commit")
    return f"{deed} {many if made[1:] else one}"


def _refuse_bad_messages(state: State, given: Sequence[PlacedMessage]) -> None:
    """Raise ActionRefused where one of the messages is empty or has a NUL byte."""
    before = {commit.where: commit.message for commit in new_commits(state)}
    for where, message in given:
        if not message.strip():
            raise ActionRefused(
                f"The message of {_message_name(state, where)} was empty.",
                hint="The old message stays.",
            )
        if has_new_nul(message, before.get(where, b"")):
            raise ActionRefused(
                f"The message of {commit_name(state, where)} had a NUL byte,"
                " which git doesn't allow.",
                hint="The old message stays.",
            )


def after_confirmation(state: State) -> State:
    """The state with the selected message confirmed, the next to confirm selected."""
    if state.screen is not Screen.MESSAGES:
        raise ActionRefused("This key confirms messages.", hint="l shows them.")
    commit = commit_at_cursor(state)
    if not commit.is_proposed:
        return at_next_unconfirmed(state)
    made = with_messages(state, [PlacedMessage(commit.where, commit.message)])
    following = _next_unconfirmed(made)
    return made if following is None else replace(made, message=following)


def at_next_unconfirmed(state: State) -> State:
    """The state with the next commit selected whose message is not confirmed."""
    following = _next_unconfirmed(state)
    if following is None:
        raise NothingToDo("Every message is confirmed.")
    return replace(state, message=following)


def _next_unconfirmed(state: State) -> int | None:
    """The next message not confirmed, by its number on the screen of messages.

    Round the end; the selected one comes last. None where all are confirmed.
    """
    commits = message_commits(state)
    after = range(state.message + 1, len(commits))
    order = (*after, *range(min(state.message + 1, len(commits))))
    return next((number for number in order if commits[number].is_proposed), None)


def step_about(state: State, where: Address, words: str) -> HistoryStep:
    """A step of the history, made on this screen to this new commit."""
    if state.screen not in ONE_COMMIT:
        return HistoryStep(words, state.screen, where.commit)
    screen = Screen.SPLIT if is_open(state, where.commit) else Screen.MESSAGES
    return HistoryStep(words, screen, where.commit)


def _with_message_at(todo: Todo, where: Address, message: bytes) -> Todo:
    """The todo list with this message; a picked commit becomes a reworded one."""
    entry = _entry_at(todo, where)
    if where.group is not None and entry.plan is not None:
        plan = with_message(entry.plan, where.group, message)
        return todo.with_entry(replace(entry, plan=plan))
    if entry.action == "squash":
        return todo.with_entry(replace(entry, message=message))
    if message == entry.commit.raw.message:
        return todo.with_entry(replace(entry, action="pick", message=None))
    return todo.with_entry(replace(entry, action="reword", message=message))


def _entry_at(todo: Todo, where: Address) -> Entry:
    """The entry with the message; ActionRefused where the list has none such."""
    entry = entries_of(todo).get(where.commit)
    groups = len(entry.plan.groups) if entry is not None and entry.plan else 0
    is_there = entry is not None and (
        entry.action in ("pick", "reword", "squash")
        if where.group is None
        else entry.action == "split" and where.group < groups
    )
    if entry is None or not is_there:
        raise ActionRefused(f"{where.commit[:7]} has no such message.")
    return entry


def _message_name(state: State, where: Address) -> str:
    """The name of the new commit that will have the message.

    Where the owner is empty, another commit has its message.
    """
    entry = entries_of(state.todo).get(where.commit)
    if entry is not None and entry.plan is not None and where.group is not None:
        where = where._replace(group=group_with_message(entry.plan, where.group))
    return commit_name(state, where)


def with_edit_request(state: State, for_good: bool) -> State:
    """The state that asks the shell for an editor on the file at the cursor.

    Raises as :func:`content_at_cursor`.
    """
    content_at_cursor(state)
    request = ShellRequest.EDIT_FILE_FOR_GOOD if for_good else ShellRequest.EDIT_FILE
    return replace(state, request=request)


def content_at_cursor(state: State) -> bytes:
    """The content of the file at the cursor as of the selected commit.

    Raises ActionRefused where that has no such file, or is empty.
    """
    if state.focus not in state.plan.group_of:
        raise ActionRefused(
            f"Commit {state.focus + 1} is empty.",
            hint="Send it a hunk first.",
        )
    return editable_content(state.plan, state.focus, file_at_cursor(state))


def file_at_cursor(state: State) -> int:
    """The file that the cursor is in, by its number."""
    return state.rows[state.cursor].segment.file


def with_file_content(state: State, action: SetContent) -> State:
    """The state with the content that the user gave a file as of a commit."""
    plan, group, file = state.plan, action.group, action.file
    if group >= len(plan.groups):
        raise ActionRefused(f"There is no commit {group + 1}.")
    path = printable(plan.changes[file].path)
    is_same = action.content == editable_content(plan, group, file)
    merge = merge_from_state(state) if action.for_good else None
    made = with_content(plan, group, file, action.content, merge)
    if made == plan or (is_same and not action.for_good):
        return replace(state, status=f"{path} unchanged in commit {group + 1}")
    return with_plan(state, made, f"edited {path} in {_extent_words(state, action)}")


def _extent_words(state: State, action: SetContent) -> str:
    """The commits in which the file is another now, and whether the last one is."""
    number, commits = action.group + 1, len(state.plan.groups)
    if number == commits:
        return f"{number}, the last: the final files change"
    if action.for_good:
        return f"{number} and later: the final files change"
    return f"{number} only"
