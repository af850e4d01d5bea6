"""A split edited as one text, in the user's editor and in place of the screen."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from gitsplit.errors import InvalidPlan, NothingToSplit
from gitsplit.git import user_programs
from gitsplit.git.repository import Repository
from gitsplit.model.plan import Plan
from gitsplit.planfile.text_form import Form, form_of
from gitsplit.planfile.text_reading import (
    Mistake,
    plans_in,
    text_in_utf8,
    with_mistake_shown,
)
from gitsplit.workflow.propose import Request, with_owner
from gitsplit.workflow.work import Work

MOST_TRIES = 5
"""So often the editor opens on a text before a broken one is refused."""

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


def edit_as_text(repo: Repository, request: Request, work: Work) -> Work | None:
    """Have the user edit all that is split as one text; None where they cancel.

    Raises EditorFailed, and InvalidPlan where the text can't be read: it is kept in a
    file.
    """
    split = [entry for entry in work.todo.entries if entry.action == "split"]
    if not split:
        raise NothingToSplit(
            "The plan splits no commit, so there is nothing to edit.",
            hint="Name a commit with -c.",
        )
    form = form_of(split, repo.comment_char())
    edit = partial(user_programs.edit_file, repo, _NAME)
    plans, text = edit_until_read(edit, form.data, partial(_plans_or_mistake, form))
    if plans is None:
        raise _refusal(repo, form, text)
    if not plans:
        return None
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


def _refusal(repo: Repository, form: Form, data: bytes) -> InvalidPlan:
    """Keep the text, and give the error that says what is wrong with it."""
    kept = user_programs.keep_text(repo, data, "edited-split")
    try:
        plans_in(text_in_utf8(data), form)
    except Mistake as mistake:
        what = f"Line {mistake.line} of the edited text can't be read: {mistake}"
        return InvalidPlan(what, hint=f"Your text is in {kept}.")
    raise AssertionError("what is refused can't be read")


def _with_heir(plan: Plan, before: Plan, request: Request) -> Plan:
    """The plan with a commit that continues the original, where that one is gone."""
    if plan.is_range or before.owner is None:
        return plan
    return with_owner(plan, request.keep)
