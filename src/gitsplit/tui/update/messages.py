"""What the user has written in the editor: messages, and a file as of one commit."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, NothingToDo
from gitsplit.model.encoding import has_new_nul
from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity
from gitsplit.model.message import subject_of
from gitsplit.model.part_homes import with_part_sent
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
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import is_open
from gitsplit.tui.state.message_rows import (
    PartedMessage,
    commit_at_cursor,
    message_rows,
    parted_messages,
    selected_row,
)
from gitsplit.tui.state.new_commits import (
    Address,
    PlacedMessage,
    commit_name,
    group_with_message,
    message_commits,
    new_commits,
)
from gitsplit.tui.state.undo import with_plan, with_step
from gitsplit.tui.update.actions.messages import (
    LeavePartOut,
    PartAction,
    SendPart,
    ShiftPart,
)
from gitsplit.tui.update.actions.split import SetContent


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


def with_written_messages(state: State, texts: Iterable[PlacedMessage]) -> State:
    """As :func:`with_messages`, but a file that comes back as it was confirms nothing.

    It may have been left unsaved.
    """
    given, before = tuple(texts), {c.where: c.message for c in new_commits(state)}
    if given and all(before.get(where) == message for where, message in given):
        one = _message_name(state, given[0].where)
        kept = "every commit" if given[1:] else one
        return replace(state, status=f"message of {kept} unchanged")
    return with_messages(state, given)


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
        raise ActionRefused(
            "This key confirms messages.", hint=keyed(state, "{messages} shows them.")
        )
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
    """The next message not confirmed, by its row on the screen of messages.

    Round the end; the selected one comes last. None where all are confirmed.
    """
    commits, rows = message_commits(state), message_rows(state)
    here = min(state.message + 1, len(rows))
    found = (
        number
        for number in chain(range(here, len(rows)), range(here))
        if rows[number].part is None and commits[rows[number].commit].is_proposed
    )
    return next(found, None)


def step_about(state: State, where: Address, words: str) -> HistoryStep:
    """A step of the history, made on this screen to this new commit."""
    if state.screen not in ONE_COMMIT:
        return HistoryStep(words, state.screen, where.commit)
    screen = Screen.SPLIT if is_open(state, where.commit) else Screen.MESSAGES
    return HistoryStep(words, screen, where.commit)


_PART_WORDS = {"subject": "subject", "bullet": "item"}


def after_part_action(state: State, action: PartAction) -> State:
    """The state with the selected part of a message in another commit, or left out."""
    row = selected_row(state)
    if row.part is None:
        raise NothingToDo("No sentence here.", hint="↓ goes to the next one.")
    oid = commit_at_cursor(state).entry.oid
    parted = parted_messages(state)[oid]
    match action:
        case SendPart(number):
            return _with_part_in(state, parted, row.part, number)
        case ShiftPart(by):
            return _with_part_in(state, parted, row.part, row.commit + by)
        case LeavePartOut():
            return _with_part_in(state, parted, row.part, None)
        case _:
            assert_never(action)


def _with_part_in(
    state: State, parted: PartedMessage, part: int, number: int | None
) -> State:
    """The state with the part in the new commit of this number; left out for None.

    Of the messages that are only proposed, the one is confirmed by that whose subject
    the part has become. The cursor goes on to the next row.
    """
    numbers = range(parted.first, parted.first + len(parted.commits))
    if number is not None and number not in numbers:
        raise ActionRefused(
            f"{parted.original[:7]} is split into commits {numbers[0] + 1} to"
            f" {numbers[-1] + 1}."
        )
    row = min(state.message + 1, len(message_rows(state)) - 1)
    if parted.homes(part) == (() if number is None else (number,)):
        where = "left out" if number is None else f"in commit {number + 1}"
        return replace(state, message=row, status=f"already {where}")
    messages = tuple(commit.message for commit in parted.commits)
    to = None if number is None else number - parted.first
    todo = state.todo
    guessed = [at for at, each in enumerate(parted.commits) if each.is_proposed]
    made = with_part_sent(parted.split, messages, part, to, guessed)
    for at, (commit, message) in enumerate(zip(parted.commits, made, strict=True)):
        if message != commit.message:
            has_new = subject_of(message) != subject_of(commit.message)
            is_open = commit.is_proposed and not (at == to and has_new)
            todo = _with_message_at(todo, commit.where, message, is_proposed=is_open)
    words = _sent_words(parted, part, number)
    step = step_about(state, Address(parted.original), words)
    return replace(with_step(state, todo, step), message=row)


def _sent_words(parted: PartedMessage, part: int, number: int | None) -> str:
    """What was done to a part of a message, as for hunks."""
    what = _PART_WORDS.get(parted.part(part).kind, "sentence")
    origin = ", ".join(str(home + 1) for home in parted.homes(part))
    if number is None:
        return f"left out the {what} of commit {origin}"
    if not origin:
        return f"the {what} is in commit {number + 1}"
    return f"moved the {what} from {origin} to {number + 1}"


def _with_message_at(
    todo: Todo, where: Address, message: bytes, *, is_proposed: bool = False
) -> Todo:
    """The todo list with this message; a picked commit becomes a reworded one.

    That of a split commit may be only ``is_proposed``.
    """
    entry = _entry_at(todo, where)
    if where.group is not None and entry.plan is not None:
        plan = with_message(entry.plan, where.group, message, is_proposed=is_proposed)
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
