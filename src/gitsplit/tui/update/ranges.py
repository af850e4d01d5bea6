"""Neighbours of the series as one range: those selected, or those that conflict."""

from collections.abc import Mapping
from typing import assert_never

from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.diff import FileChange
from gitsplit.model.listing import quantity
from gitsplit.model.objects import Oid
from gitsplit.model.ranges import with_range
from gitsplit.model.series import SourceCommit
from gitsplit.model.todo import Entry, Todo, squash_message, todo_layout
from gitsplit.tui.state.app_state import HistoryStep, Screen, ShellRequest, State
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import with_commit_open
from gitsplit.tui.state.problems import conflicting_stretch
from gitsplit.tui.state.series_rows import selected_stretch
from gitsplit.tui.state.undo import with_step
from gitsplit.tui.update.actions.series import (
    MarkStretch,
    OpenRange,
    OpenSquash,
    RangeAction,
)

_MARKING = (
    "↑ ↓ select more · {open-range} opens them as one range, {open-squash} as one"
    " change · {neighbours} selects none"
)


def after_range_action(state: State, action: RangeAction) -> State:
    """The state with commits selected, or with a range of them open."""
    match action:
        case MarkStretch() if state.stretch is None:
            return replace(state, stretch=state.chosen, status=keyed(state, _MARKING))
        case MarkStretch():
            return replace(state, stretch=None, status="no commits selected")
        case OpenRange():
            return _with_range_open(state)
        case OpenSquash():
            return _with_squash_open(state)
        case _:
            assert_never(action)


def _with_range_open(state: State) -> State:
    """The state with the stretch as one range, open; asks for what its commits did."""
    if missing := commits_to_read(state):
        status = f"reading {quantity(len(missing), 'commit')} …"
        return replace(state, status=status, request=ShellRequest.PROPOSE)
    entries = _stretch_to_open(state)
    at = state.todo.place(entries[0].oid)
    stretch, changes = range(at, at + len(entries)), _known_changes(state, entries)

    def joined(message: bytes, commit: SourceCommit) -> bytes:
        return squash_message(message, commit, state.info.ids)

    todo = with_range(state.info.series, state.todo, stretch, changes, joined)
    made = todo.entries[at]
    words = f"opened {quantity(len(made.commits), 'commit')} as one range"
    keeps = state.info.drop_to == "worktree" and not state.info.is_read
    if keeps and any(entry.action == "drop" for entry in entries):
        words += "; what was dropped stays in the files, uncommitted"
    elif state.stretch is None:
        words += ": any line can go to any of them"
    return _opened(state, todo, made.oid, words)


def _with_squash_open(state: State) -> State:
    """The state with the selected commits as one change, open; asks for a proposal."""
    oids = commits_to_squash(state)
    known = state.squashes.get(oids)
    number = quantity(len(oids), "commit")
    if known is None:
        status = f"grouping the hunks of {number} …"
        return replace(state, status=status, request=ShellRequest.PROPOSE)
    entries = state.todo.entries
    at = state.todo.place(oids[0])
    todo = Todo((*entries[:at], known, *entries[at + len(oids) :]))
    todo_layout(state.info.series, todo)
    return _opened(state, todo, known.oid, f"opened {number} as one change")


def _opened(state: State, todo: Todo, oid: Oid, words: str) -> State:
    """The state after a step that made one entry of the stretch, which is open."""
    shown = replace(
        with_step(state, todo, HistoryStep(words, Screen.SERIES, oid)),
        screen=Screen.SPLIT,
        beneath=((Screen.SERIES, 0),),
        stretch=None,
    )
    return with_commit_open(shown, oid)


def commits_to_squash(state: State) -> tuple[Oid, ...]:
    """The selected commits; raises ActionRefused for those that can't be one change."""
    stretch = selected_stretch(state)
    if len(stretch) < 2:
        raise ActionRefused(
            "This needs two or more commits.",
            hint=keyed(state, "{neighbours} selects them."),
        )
    entries = state.todo.entries[stretch.start : stretch.stop]
    oids = tuple(entry.oid for entry in entries)
    first = state.info.series.commits
    at = next(n for n, commit in enumerate(first) if commit.oid == oids[0])
    as_read = tuple(commit.oid for commit in first[at : at + len(oids)])
    if oids != as_read or any(entry.action != "pick" for entry in entries):
        raise ActionRefused(
            "These commits have been moved, or have another action.",
            hint=keyed(state, "{pick} keeps one as it is; {undo} undoes a move."),
        )
    return oids


def _stretch_to_open(state: State) -> tuple[Entry, ...]:
    """The entries to be one range; raises ActionRefused where there are none."""
    stretch = selected_stretch(state) or conflicting_stretch(state)
    if len(stretch) < 2:
        raise ActionRefused(
            "A range needs two or more commits.",
            hint=keyed(state, "{neighbours} selects them."),
        )
    entries = state.todo.entries[stretch.start : stretch.stop]
    for entry in entries:
        if entry.source is not None:
            # Its hunks are those of all its commits together, and of none of them.
            raise ActionRefused(
                f"{entry.commit.in_words} is split as one change with others.",
                hint=keyed(state, "{pick} keeps each of them unchanged."),
            )
    return entries


def commits_to_read(state: State) -> tuple[Oid, ...]:
    """The commits of the stretch of which it isn't known what they did."""
    entries = _stretch_to_open(state)
    changes = _known_changes(state, entries)
    commits = (commit.oid for entry in entries for commit in entry.commits)
    return tuple(oid for oid in commits if oid not in changes)


def _known_changes(
    state: State, entries: tuple[Entry, ...]
) -> Mapping[Oid, tuple[FileChange, ...]]:
    """What each commit of the entries did, as far as it is known."""
    found = dict(state.changes)
    for entry in entries:
        plan = entry.plan or state.plans.get(entry.oid)
        if entry.source is not None:
            continue  # what each of its commits did isn't in its plan
        if plan is not None and not entry.rest:
            found[entry.oid] = plan.changes
        elif plan is not None:
            for number, commit in enumerate(entry.commits):
                own = (c for c in plan.changes if c.commit == number)
                found[commit.oid] = tuple(replace(c, commit=0) for c in own)
    return found
