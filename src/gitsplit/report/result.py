"""What came of a call, as JSON for programs: a result, or why there is none.

The promise about it is in ``docs/programs.md``.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from gitsplit.errors import REBASING, UNCHANGED, GitsplitError, Stopped
from gitsplit.model.escape import inert_json
from gitsplit.model.objects import Oid
from gitsplit.planfile.dump import text_value

FORMAT = "gitsplit-result"

VERSION = 1

State = Literal["unchanged", "stopped", "rewritten"]
"""What a call has done to the repository; ``stopped`` is a conflict left to git."""


class HistoryCommit(Struct, frozen=True):
    """A commit that a branch has had, or has now; the Change-Id as Gerrit sees it."""

    oid: Oid
    tree: Oid
    subject: bytes
    change_id: bytes | None
    continues: Oid | None = None


class Changes(Struct, frozen=True):
    """How the repository is another: refs, and the commits that they have lost and got.

    ``moved`` are refs with their old and new commits, HEAD's first; ``made`` are
    branches that there are now, ``deleted`` those that there were, with their commits;
    ``left`` are refs that stay, with the reason. Commits are in the order of history.
    """

    moved: tuple[tuple[str, Oid, Oid], ...] = ()
    made: tuple[tuple[str, Oid], ...] = ()
    deleted: tuple[tuple[str, Oid], ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    old: tuple[HistoryCommit, ...] = ()
    new: tuple[HistoryCommit, ...] = ()


def result_text(changes: Changes | None, warnings: Iterable[str]) -> str:
    """The document about a call that has succeeded; None where it changed nothing."""
    state: State = "unchanged" if changes is None else "rewritten"
    return _text(state, _changes_value(changes or Changes()), warnings)


def error_text(error: GitsplitError, warnings: Iterable[str]) -> str:
    """The document about a call that was refused, or failed."""
    value = {
        "error": type(error).__name__,
        "message": str(error),
        "hint": error.hint,
        "kept": error.kept or None,
        "detail": error.state,
    }
    return _text(_state_after(error, error.state), value, warnings)


def usage_error_text(message: str, warnings: Iterable[str]) -> str:
    """The document about a command line that is wrong, in whichever way."""
    value = {
        "error": "UsageError",
        "message": message,
        "hint": "See: gitsplit --help",
        "kept": None,
        "detail": UNCHANGED,
    }
    return _text("unchanged", value, warnings)


def _state_after(error: Exception, state: str) -> State:
    """The state that is known after an error.

    One that doesn't say that nothing was changed may have come after refs moved.
    """
    if isinstance(error, Stopped) or state.startswith(REBASING):
        return "stopped"
    is_known = not isinstance(error, GitsplitError) or state == UNCHANGED
    return "unchanged" if is_known else "rewritten"


def _text(state: State, value: Mapping[str, object], warnings: Iterable[str]) -> str:
    document = {
        "format": FORMAT,
        "version": VERSION,
        "state": state,
        **value,
        "warnings": list(warnings),
    }
    return document_text(document)


def document_text(document: Mapping[str, object]) -> str:
    """A document for programs as JSON text that no terminal could obey."""
    return inert_json(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _changes_value(changes: Changes) -> dict[str, object]:
    moved = [{"ref": r, "old": old, "new": new} for r, old, new in changes.moved]
    return {
        "moved": moved,
        "created": [{"ref": ref, "new": new} for ref, new in changes.made],
        "deleted": [{"ref": ref, "old": old} for ref, old in changes.deleted],
        "left": [{"ref": ref, "reason": reason} for ref, reason in changes.left],
        "old_commits": [_commit_value(commit) for commit in changes.old],
        "new_commits": [
            {**_commit_value(commit), "continues": commit.continues}
            for commit in changes.new
        ],
    }


def _commit_value(commit: HistoryCommit) -> dict[str, object]:
    change_id = None if commit.change_id is None else text_value(commit.change_id)
    return {
        "commit": commit.oid,
        "tree": commit.tree,
        "subject": text_value(commit.subject),
        "change_id": change_id,
    }
