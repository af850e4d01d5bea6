"""What a user interface needs of the program around it, and what it hands back.

The screen and the questions without one have the same: an editor, git behind them, and
the same way from an action to the next state.
"""

import os
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from gitsplit.errors import ActionRefused, GitsplitError
from gitsplit.model.objects import Oid
from gitsplit.model.states import ContentMerge
from gitsplit.model.todo import Todo
from gitsplit.tui.background.worker import Backend, Checker
from gitsplit.tui.state.app_state import (
    ONE_COMMIT,
    ShellRequest,
    State,
    entries_of,
)
from gitsplit.tui.state.message_rows import current_message
from gitsplit.tui.state.new_commits import message_commits, origin_words
from gitsplit.tui.state.problems import todo_without_empty_groups
from gitsplit.tui.state.undo import Memory
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.actions.messages import Reworded, WriteMessages
from gitsplit.tui.update.actions.reports import Merged, PlanFileTaken, PlanSaved
from gitsplit.tui.update.actions.shell import refusal_of
from gitsplit.tui.update.actions.split import SetContent, SetMessage
from gitsplit.tui.update.messages import content_at_cursor, file_at_cursor
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.view.colours import Colours


class Editor(Struct, frozen=True):
    """Lets the user edit on the terminal; each may raise EditorFailed.

    ``message`` takes a message and the diff that is shown below it, ``file`` the path
    of a file and its content, ``messages`` several, each with words on which commit it
    is of.
    """

    message: Callable[[bytes, bytes], bytes]
    file: Callable[[bytes, bytes], bytes]
    messages: Callable[[Sequence[tuple[str, bytes]]], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the screen needs of the program around it.

    ``on_change`` is called with each todo list that the user makes and what is to be
    remembered beside it, and as the screen is left. ``checker`` checks new commits,
    where a command was given for that; else ``make_checker`` makes what does, with the
    command that the user typed. ``with_syntax`` sets keywords and comments
    apart, where there are colours at all. ``give_up`` has what is being looked for in
    another thread end, as the screen is left. ``colours`` are what the user wants.
    ``save_plan`` saves a todo list to a file; False where it exists and isn't to be
    replaced.
    """

    editor: Editor
    backend: Backend = field(default_factory=Backend)
    on_change: Callable[[Todo, Memory], None] = lambda _todo, _memory: None
    checker: Checker | None = None
    make_checker: Callable[[str], Checker] | None = None
    with_syntax: bool = True
    give_up: Callable[[], None] = lambda: None
    colours: Colours = field(default_factory=Colours)
    save_plan: Callable[[Todo, str, bool], bool] = lambda _todo, _name, _replaces: True


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the user wants done: the todo list, and whether a conflict may stop it.

    ``left`` is the screen as they left it, to come back to. ``passed`` are the trees on
    which the user's commands have ended well meanwhile.
    """

    todo: Todo
    accepts_conflict: bool = False
    left: State | None = field(default=None, compare=False, repr=False)
    passed: frozenset[Oid] = frozenset()


def reduce_with_merges(state: State, action: Action, merge: ContentMerge) -> State:
    """The state after ``action``, for which git merges what it needs merged."""
    made = reduce(state, action)
    while made.to_merge is not None:
        try:
            merged = Merged(made.to_merge, merge(*made.to_merge))
        except ActionRefused as refusal:
            return reduce(made, refusal_of(refusal))
        made = reduce(reduce(made, merged), action)
    return made


_MOST_IN_SCREEN = 240  # bytes that GNU screen hands on in one go


def copy_codes(text: bytes, environment: Mapping[str, str]) -> str:
    """The codes by which a terminal copies a text (OSC 52).

    tmux knows them itself, and does it where its ``set-clipboard`` is ``on``. GNU
    screen doesn't: it hands them on in parts, for it prints what is too long.
    """
    codes = f"\x1b]52;c;{b64encode(text).decode()}\a"
    if not environment.get("STY") or environment.get("TMUX"):
        return codes
    parts = (
        codes[at : at + _MOST_IN_SCREEN] for at in range(0, len(codes), _MOST_IN_SCREEN)
    )
    return "".join(f"\x1bP{part}\x1b\\" for part in parts)


def save_plan(around: Surroundings, state: State) -> Action:
    """Save the plan as it stands to the file that the state names; what came of it."""
    assert state.plan_file is not None, "a file was named"
    todo, file = todo_without_empty_groups(state.todo), state.plan_file
    name = os.path.expanduser(file.name)  # noqa: PTH111 -- it stays as it was typed
    try:
        is_saved = around.save_plan(todo, name, file.replaces)
    except GitsplitError as error:
        return refusal_of(error)
    return PlanSaved(name) if is_saved else PlanFileTaken(name)


def edit_in_editor(editor: Editor, state: State, request: ShellRequest) -> Action:
    """Run the editor on what is requested; an action with what the user wrote."""
    if request is ShellRequest.EDIT_MESSAGES:
        commits = message_commits(state)
        titled = [(origin_words(each), each.message) for each in commits]
        texts = zip((c.where for c in commits), editor.messages(titled), strict=True)
        return WriteMessages(tuple(texts))
    if request is ShellRequest.REWORD:
        commit = entries_of(state.todo)[state.chosen].commit
        return Reworded(commit.oid, editor.message(commit.raw.message, _patch(state)))
    if request is ShellRequest.EDIT_MESSAGE:
        where, message = current_message(state)
        written = editor.message(message, _patch(state))
        if state.screen in ONE_COMMIT:
            return SetMessage(state.focus, written)
        return WriteMessages(((where, written),))
    group, file = state.focus, file_at_cursor(state)
    path = state.plan.changes[file].path
    content = editor.file(path, content_at_cursor(state))
    return SetContent(group, file, content, request is ShellRequest.EDIT_FILE_FOR_GOOD)


def _patch(state: State) -> bytes:
    """The diff that is shown below a message in the editor."""
    from gitsplit.tui.view.patch import patch_at_cursor  # the screen shows without it

    return patch_at_cursor(state)
