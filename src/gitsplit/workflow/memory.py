"""What the screen remembers, as a text beside the draft that it belongs to."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from gitsplit.errors import GitsplitError
from gitsplit.git import read
from gitsplit.git.repository import Repository
from gitsplit.model.changes import FileChange
from gitsplit.model.history import History
from gitsplit.model.objects import Oid
from gitsplit.model.todo import Todo
from gitsplit.planfile.saved_steps import read_trail, written_trail
from gitsplit.tui.state.app_state import Screen, Step
from gitsplit.tui.state.memory import Memory, fits
from gitsplit.workflow.work import Work

VERSION = 1


def dumps(memory: Memory, draft: str) -> str:
    """The memory as a text that belongs to this draft."""
    history = memory.history
    todos = (*history.past, history.present, *history.future)
    value = {
        "version": VERSION,
        "trail": written_trail(todos),
        "deeds": [_step_value(step) for step in memory.deeds],
        "undone": [_step_value(step) for step in memory.deeds_undone],
        "chosen": memory.chosen,
        "opened": memory.opened,
        "cursor": [memory.place, memory.below, memory.focus],
        "in_series": memory.in_series,
    }
    body = json.dumps(value)
    return f"{_digest(draft, body)}\n{body}"


def loads(
    text: str, draft: str, repo: Repository, work: Work, todo: Todo
) -> Memory | None:
    """The memory; None where it is damaged, or of another draft than this one.

    ``todo`` is what the draft says by itself; it is gone on with then.
    """
    digest, _, body = text.partition("\n")
    if digest != _digest(draft, body):
        return None
    try:
        value = json.loads(body)
        if value["version"] != VERSION:
            return None
        memory = _memory(value, _changes(repo, work, todo), work)
    except (GitsplitError, ValueError, KeyError, TypeError, IndexError):
        return None
    return memory if fits(memory) else None


def _memory(
    value: Any, changes_of: Callable[[Oid], tuple[FileChange, ...]], work: Work
) -> Memory:
    commits = {commit.oid: commit for commit in work.series.commits}
    todos = read_trail(value["trail"], commits, changes_of)
    deeds, undone = map(_steps, (value["deeds"], value["undone"]))
    at = len(deeds)
    place, below, focus = map(int, value["cursor"])
    return Memory(
        History(todos[at], todos[:at], todos[at + 1 :]),
        deeds,
        undone,
        Oid(value["chosen"]),
        None if value["opened"] is None else Oid(value["opened"]),
        place,
        below,
        max(0, focus),
        value["in_series"] is True,
    )


def _changes(
    repo: Repository, work: Work, todo: Todo
) -> Callable[[Oid], tuple[FileChange, ...]]:
    """What each commit does; that of commits in the draft is read by now."""
    commits = {commit.oid: commit for commit in work.series.commits}
    known: dict[Oid, tuple[FileChange, ...]] = {
        oid: plan.changes for oid, plan in todo.plans.items()
    }

    def changes_of(oid: Oid) -> tuple[FileChange, ...]:
        if oid not in known:
            known[oid] = read.file_changes(repo, commits[oid])
        return known[oid]

    return changes_of


def _digest(draft: str, body: str) -> str:
    return sha256(f"{draft}{body}".encode()).hexdigest()


def _step_value(step: Step) -> list[str | None]:
    return [step.words, step.screen.name, step.commit]


def _steps(rows: list[list[str | None]]) -> tuple[Step, ...]:
    return tuple(
        Step(str(words), Screen[str(screen)], None if oid is None else Oid(oid))
        for words, screen, oid in rows
    )
