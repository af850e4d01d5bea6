"""The draft of a range: unfinished work, saved beside the screen, loaded next time.

A draft is a plan file, with a file beside it for what the screen remembers and a plan
file has no room for: cursor and undo history.
"""

import json
from collections.abc import Callable, Collection, Iterator
from hashlib import sha256
from threading import Condition, Thread
from typing import Any

from msgspec.structs import replace

from gitsplit.errors import GitsplitError, InvalidPlan, WriteFailed
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import DraftFile
from gitsplit.model import escape
from gitsplit.model.diff import Edit, FileChange, is_part_of, sort_key
from gitsplit.model.escape import printable
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.model.plan import Plan
from gitsplit.model.progress import Say, say_nothing
from gitsplit.model.series import Source, Squash
from gitsplit.model.todo import Todo
from gitsplit.planfile.saved_steps import ChangesOf, dump_steps, load_steps
from gitsplit.tui.state.app_state import Confirmed, History, HistoryStep, Screen
from gitsplit.tui.state.undo import Memory, is_consistent
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work

VERSION = 2


def load_draft(
    repo: Repository, request: Request, work: Work, say: Say = say_nothing
) -> Todo | None:
    """Read the draft of this range as a todo list; None without one.

    That of what isn't committed is fitted to what there is now, which ``say`` is told.
    Raises InvalidPlan where it doesn't fit the commits any more; the file is kept.
    """
    file = _draft_file(repo, work)
    text = file.text()
    if text is None:
        return None
    from gitsplit.workflow.plan_files import read_plan  # few have a draft

    try:
        asked = replace(request, commits=())
        if repo.snapshot is not None:
            from gitsplit.workflow.uncommitted import fitted_draft

            found = fitted_draft(repo, asked, work, text.encode(), file.objects)
            if found is not None:
                say(_FITTED)
                return found
        return read_plan(repo, asked, text.encode(), known=work.todo).todo
    except GitsplitError as error:
        raise InvalidPlan(
            f"The saved draft doesn't fit: {error}",
            hint=f"It is kept as {file.path}.",
        ) from error


_FITTED = (
    "Files have changed since the draft was saved: what of it still fits is restored,"
    " and what is new begins as left uncommitted."
)


def has_draft(repo: Repository, work: Work) -> bool:
    """Whether there is a draft for this range."""
    return _draft_file(repo, work).text() is not None


def delete_draft(repo: Repository, work: Work) -> None:
    """Delete the draft for this range."""
    _draft_file(repo, work).forget()


def draft_of_other_head(repo: Repository, work: Work) -> str | None:
    """A sentence naming a draft of this branch made at another HEAD, or None."""
    file = _draft_file(repo, work)
    source = work.series.uncommitted
    if source is not None:
        return None
    for path in file.of_other_heads(work.series.head):
        head = path.stem.rpartition("-")[2]
        command = escape.shell_command("gitsplit", "--plan", str(path), "--fit")
        return printable(
            f"A draft was made when HEAD was at {head}, and is kept; what of it still"
            f" fits is placed by: {command}"
        )
    return None


def _draft_file(repo: Repository, work: Work) -> DraftFile:
    """The draft of the series; of one that began as a range there is another."""
    is_range = any(entry.rest for entry in work.todo.entries)
    kind = "range" if is_range else ""
    if any(isinstance(entry.source, Squash) for entry in work.todo.entries):
        kind = "squash"
    series, source = work.series, work.series.uncommitted
    if source is not None:
        kind = f"absorb-{source.kind}" if work.absorbs else source.kind
        series = replace(series, head=source.head or NO_OBJECT)
    return DraftFile.of(repo, series, work.head_ref, kind)


def load_memory(repo: Repository, work: Work, draft: Todo) -> Memory | None:
    """Read what the screen remembers of the draft.

    None where there is nothing readable.
    """
    file = _draft_file(repo, work)
    text, memory = file.text(), file.memory()
    if text is None or memory is None:
        return None
    source = work.series.uncommitted
    if source is not None and source.after not in text:
        return None  # it is about other lines
    return memory_in(memory, text, repo, work, draft)


class DraftSaver:
    """A thread that saves the latest draft while the screen is shown.

    A failure is only raised by :meth:`close`: it shall not disturb the user at work.
    """

    def __init__(
        self,
        repo: Repository,
        work: Work,
        proposed: Callable[[Oid], Plan | None] = lambda _commit: None,
    ) -> None:
        """Save for this work; ``proposed`` has plans that came in after it was read."""
        self._file = _draft_file(repo, work)
        self._snapshot = repo.snapshot
        self._work = work
        self._proposed = proposed
        self._latest: tuple[Todo, Memory | None] | None = None
        self._is_closing = False
        self._failure: WriteFailed | None = None
        self._news = Condition()
        self._thread = Thread(target=self._run, name="draft", daemon=True)
        self._thread.start()

    def save(self, todo: Todo, memory: Memory | None = None) -> None:
        """Have this todo list saved in a moment, with the screen's ``memory``."""
        with self._news:
            self._latest = (todo, memory)
            self._news.notify()

    def close(self) -> None:
        """Save the latest draft, and end the thread.

        Raises WriteFailed where it can't be saved.
        """
        with self._news:
            self._is_closing = True
            self._news.notify()
        self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        """Save the latest draft whenever there is a new one, until closed."""
        while True:
            with self._news:
                self._news.wait_for(lambda: self._latest or self._is_closing)
                latest, self._latest = self._latest, None
                is_last = self._is_closing
            if latest is not None:
                self._write(*latest)
            if is_last and self._latest is None:
                return
            if not is_last:
                with self._news:
                    self._news.wait_for(lambda: self._is_closing, timeout=PAUSE)

    def _write(self, todo: Todo, memory: Memory | None) -> None:
        """Write the draft.

        Delete it where the todo list is the one that the run began with.
        """
        self._failure = None
        try:
            if self._is_as_proposed(todo):
                self._file.forget()
            else:
                text = _plan_text(replace(self._work, todo=todo))
                beside = None if memory is None else memory_text(memory, text)
                self._keep_snapshot()
                self._file.save(text, beside)
        except WriteFailed as failure:
            self._failure = failure

    def _keep_snapshot(self) -> None:
        """Keep what the draft is about, once: it can be fitted to something else."""
        if self._snapshot is not None:
            self._file.keep_objects(self._snapshot.place)
            self._snapshot = None

    def _is_as_proposed(self, todo: Todo) -> bool:
        """Whether it is the list that the run began with, with proposals by now."""
        first = self._work.todo
        return todo == first or todo == self._with_proposed(first)

    def _with_proposed(self, todo: Todo) -> Todo:
        """The list with those plans that are proposed by now."""
        for oid in self._work.unproposed:
            if (plan := self._proposed(oid)) is not None:
                todo = todo.with_plan(oid, plan)
        return todo


def memory_text(memory: Memory, draft: str) -> str:
    """The screen's memory as text, with a digest that ties it to this draft."""
    history = memory.history
    todos = (*history.past, history.present, *history.future)
    value = {
        "version": VERSION,
        "trail": dump_steps(todos),
        "deeds": [_step_to_json(step) for step in memory.steps_done],
        "undone": [_step_to_json(step) for step in memory.steps_undone],
        "chosen": memory.chosen,
        "opened": memory.opened,
        "cursor": [memory.place, memory.below, memory.focus],
        "in_series": memory.in_series,
        "confirmed": _confirmed_to_json(memory.confirmed, history.present),
    }
    body = json.dumps(value)
    return f"{_digest(draft, body)}\n{body}"


def memory_in(
    text: str, draft: str, repo: Repository, work: Work, todo: Todo
) -> Memory | None:
    """Parse what :func:`memory_text` wrote.

    None where it is damaged or of another draft. ``draft`` is the draft's text and
    ``todo`` the list read from it; without a memory the screen opens on that list.
    """
    digest, _, body = text.partition("\n")
    if digest != _digest(draft, body):
        return None
    try:
        value = json.loads(body)
        if value["version"] != VERSION:
            return None
        memory = _memory_from_json(value, _changes_reader(repo, work, todo), work)
    except (GitsplitError, ValueError, KeyError, TypeError, IndexError):
        return None
    return memory if is_consistent(memory) else None


def _memory_from_json(
    value: Any,
    changes_of: ChangesOf,
    work: Work,
) -> Memory:
    commits = {commit.oid: commit for commit in work.series.commits}
    todos = load_steps(value["trail"], commits, changes_of)
    steps_done, undone = map(_steps_from_json, (value["deeds"], value["undone"]))
    at = len(steps_done)
    place, below, focus = map(int, value["cursor"])
    return Memory(
        History(todos[at], todos[:at], todos[at + 1 :]),
        steps_done,
        undone,
        Oid(value["chosen"]),
        None if value["opened"] is None else Oid(value["opened"]),
        place,
        below,
        max(0, focus),
        value["in_series"] is True,
        _confirmed_from_json(value.get("confirmed", {}), todos[at]),
    )


def _confirmed_to_json(confirmed: Confirmed, todo: Todo) -> dict[Oid, list[int]]:
    """The places of what is confirmed in the plans of the list, for each commit."""
    return {
        oid: list(_confirmed_places(plan, confirmed[oid]))
        for oid, plan in todo.plans.items()
        if confirmed.get(oid)
    }


def _confirmed_places(plan: Plan, edits: Collection[Edit]) -> Iterator[int]:
    """The places of the edits that are confirmed, or have been cut from such a one."""
    whole: dict[tuple[int, int], list[Edit]] = {}
    for edit in edits:
        whole.setdefault(sort_key(edit)[:2], []).append(edit)
    for place, edit in enumerate(plan.edits):
        known = whole.get(sort_key(edit)[:2], ())
        if any(is_part_of(edit, each) for each in known):
            yield place


def _confirmed_from_json(value: Any, todo: Todo) -> Confirmed:
    return {
        Oid(oid): frozenset(todo.plans[Oid(oid)].edits[int(at)] for at in places)
        for oid, places in value.items()
    }


def _changes_reader(repo: Repository, work: Work, todo: Todo) -> ChangesOf:
    """A function that gives what the commits of a range changed; of one mostly.

    Those not in the draft are read from git.
    """
    commits = {commit.oid: commit for commit in work.series.commits}
    known: dict[tuple[tuple[Oid, ...], Source | None], tuple[FileChange, ...]] = {}
    for entry in todo.entries:
        if entry.plan is not None:
            oids = tuple(commit.oid for commit in entry.commits)
            known[oids, entry.source] = entry.plan.changes

    def changes_of(
        oids: tuple[Oid, ...], source: Source | None
    ) -> tuple[FileChange, ...]:
        if (oids, source) not in known:
            from gitsplit.workflow.plan_files import changes_of_entry  # seldom needed

            own = tuple(commits[oid] for oid in oids)
            known[oids, source] = changes_of_entry(repo, own, source)
        return known[oids, source]

    return changes_of


def _digest(draft: str, body: str) -> str:
    return sha256(f"{draft}{body}".encode()).hexdigest()


def _step_to_json(step: HistoryStep) -> list[str | None]:
    return [step.words, step.screen.name, step.commit]


def _steps_from_json(rows: list[list[str | None]]) -> tuple[HistoryStep, ...]:
    return tuple(
        HistoryStep(str(words), Screen[str(screen)], None if oid is None else Oid(oid))
        for words, screen, oid in rows
    )


PAUSE = 0.2
"""Seconds between two savings; so much work can be lost when a machine stops."""


def _plan_text(work: Work) -> str:
    """The work as a plan file; written in a thread, after the screen is there."""
    from gitsplit.planfile.dump import dump_plan
    from gitsplit.workflow.plan_files import plan_document

    return dump_plan(plan_document(work))
