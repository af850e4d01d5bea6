"""A split edited as one text, in the user's editor and in place of the screen."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from gitsplit.errors import GitsplitError, InvalidPlan, NothingToSplit
from gitsplit.git import user_programs
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import read_own_file, remove_oldest
from gitsplit.model.plan import Plan
from gitsplit.planfile.text_form import Form, form_of
from gitsplit.planfile.text_reading import (
    Mistake,
    line_of_mistake,
    plans_in,
    text_in_utf8,
    with_mistake_shown,
    with_note_shown,
)
from gitsplit.workflow.hooks_and_signing import Decide, Decision
from gitsplit.workflow.propose import Request, with_owner
from gitsplit.workflow.work import Work

MOST_TRIES = 5
"""So often the editor opens on a text before a broken one is refused."""

MOST_KEPT = 50
"""So many texts are kept that were never applied, as many as rewrites to undo."""

_NAME = b"gitsplit-edit"
"""The file's name, for which no editor has habits of its own."""

Found = TypeVar("Found")


def edit_until_read(
    edit: Callable[[bytes], bytes],
    given: bytes,
    read: Callable[[bytes], tuple[Found | None, bytes]],
) -> tuple[Found | None, bytes]:
    """Open the editor on a text until what it saves can be read.

    What was read, and the text. ``read`` gives what a text means, or None, and then the
    text to open next, which says what is wrong. None is given where one is saved
    unchanged, or twice the same, and after MOST_TRIES: an editor may be a script, which
    does the same each time.
    """
    made = b""
    for _ in range(MOST_TRIES):
        last, made = made, edit(given)
        found, shown = read(made)
        if found is not None:
            return found, made
        if made in (given, last):
            break
        given = shown
    return None, made


class Edited(Struct, frozen=True):
    """The work as it was edited, and the file in which the text is kept, if it is."""

    work: Work
    kept: Path | None = None


def edit_as_text(
    repo: Repository, request: Request, work: Work, decide: Decide | None = None
) -> Edited | None:
    """Have the user edit all that is split as one text; None where they cancel.

    With ``decide`` they are asked what to do with it, and whoever doesn't apply it has
    the text again the next time; None then, too. Raises EditorFailed, and InvalidPlan
    where the text can't be read: it is kept in a file.
    """
    split = [entry for entry in work.todo.entries if entry.action == "split"]
    if not split:
        raise NothingToSplit(
            "The plan splits no commit, so there is nothing to edit.",
            hint="Name a commit with -c.",
        )
    form = form_of(split, repo.comment_char())
    if decide is None:
        plans, _ = _edit(repo, form, form.data, "without --yes and -n the same")
        return Edited(_with_plans(work, form, plans, request)) if plans else None
    file = repo.own_dir / _kept_name(form)
    kept = read_own_file(file)
    text = form.data if kept is None else _text_to_resume(form, kept)
    decision: Decision = "edit"
    while decision == "edit":
        plans, text = _edit(repo, form, text, "the same")
        if not plans:
            file.unlink(missing_ok=True)
            return None
        _keep(repo, form, text)
        edited = Edited(_with_plans(work, form, plans, request), file)
        decision = _decision(edited.work, decide, _KEPT.format(file, "the same"))
    return edited if decision == "apply" else None


def _decision(work: Work, decide: Decide, kept: str) -> Decision:
    """What to do with what was edited; an error says that the text is kept, too."""
    try:
        return decide(work, kept)
    except GitsplitError as refusal:
        refusal.kept = kept
        raise


_KEPT = "Your text is in {}; {} command opens it again."

_RESUMED = (
    "This is your text of the last time; to start over, save it empty, and again."
)


_KEPT_PREFIX = "edited-split-"


def _kept_name(form: Form) -> str:
    """The name of the file that keeps what was made of this very text."""
    return f"{_KEPT_PREFIX}{sha256(form.data).hexdigest()[:10]}"


def _keep(repo: Repository, form: Form, text: bytes) -> Path:
    """Keep what was made of the text, and only the newest of such texts; its file."""
    file = user_programs.keep_text(repo, text, _kept_name(form))
    remove_oldest(repo.own_dir.glob(f"{_KEPT_PREFIX}*"), MOST_KEPT)
    return file


def _text_to_resume(form: Form, kept: bytes) -> bytes:
    """The text of the last time, with its mistake, or a word on where it is from."""
    plans, shown = _plans_or_mistake(form, kept)
    if plans is None:
        return shown
    return with_note_shown(text_in_utf8(kept), form, _RESUMED)


def _edit(
    repo: Repository, form: Form, given: bytes, which: str
) -> tuple[tuple[Plan, ...], bytes]:
    """Open the editor until the text means plans, none where it is saved empty.

    The plans, and the text. Raises InvalidPlan where it can't be read, which says that
    ``which`` command opens the text again.
    """

    def edit(text: bytes) -> bytes:
        line = line_of_mistake(text, form)
        return user_programs.edit_file(repo, _NAME, text, line)

    plans, text = edit_until_read(edit, given, partial(_plans_or_mistake, form))
    if plans is None:
        raise _refusal(repo, form, text, which)
    return plans, text


def _with_plans(
    work: Work, form: Form, plans: tuple[Plan, ...], request: Request
) -> Work:
    made = {
        section.entry.oid: _with_heir(plan, section.plan, request)
        for plan, section in zip(plans, form.sections, strict=True)
    }
    return work.with_plans(made)


def _plans_or_mistake(form: Form, data: bytes) -> tuple[tuple[Plan, ...] | None, bytes]:
    """The plans that a text means, none where it is empty.

    Or None, and the text with what is wrong.
    """
    text = text_in_utf8(data)
    try:
        return plans_in(text, form), b""
    except Mistake as mistake:
        return None, with_mistake_shown(text, form, mistake)


def _refusal(repo: Repository, form: Form, data: bytes, which: str) -> InvalidPlan:
    """Keep the text, and give the error that says what is wrong with it."""
    kept = _keep(repo, form, data)
    try:
        plans_in(text_in_utf8(data), form)
    except Mistake as mistake:
        what = f"Line {mistake.line} of the edited text can't be read: {mistake}"
        return InvalidPlan(what, hint=_KEPT.format(kept, which))
    raise AssertionError("what is refused can't be read")


def _with_heir(plan: Plan, before: Plan, request: Request) -> Plan:
    """The plan with a commit that continues the original, where that one is gone."""
    if plan.is_range or before.owner is None:
        return plan
    return with_owner(plan, request.keep)
