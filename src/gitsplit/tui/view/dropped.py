"""How the final files differ from the original: what is left out, what was edited."""

from collections.abc import Iterable, Iterator
from operator import eq

from prompt_toolkit.formatted_text import StyleAndTextTuples

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Edit, Fact, FactEdit
from gitsplit.model.memo import memo
from gitsplit.model.plan import (
    DROPPED,
    DropTo,
    Override,
    Plan,
    groups_with_edits,
    without_empty_groups,
)
from gitsplit.model.states import final_files, is_whole
from gitsplit.model.todo import Entry
from gitsplit.tui.state.selection import amount_words
from gitsplit.tui.view.text import one_line


@memo
def has_same_final_files(plan: Plan) -> bool:
    """Whether every file ends as the original commit has it, found by composing it."""
    originals = (thread.changes[-1].new for thread in plan.threads)
    try:
        return all(map(eq, final_files(without_empty_groups(plan)), originals))
    except InvalidPlan:
        return False


@memo
def is_whole_as_planned(plan: Plan) -> bool:
    """Whether the plan means to leave out and edit nothing: told at once, not proved.

    :func:`has_same_final_files` proves it.
    """
    if not plan.overrides:
        return DROPPED not in plan.group_of
    return is_whole(without_empty_groups(plan))


@memo
def losses_by_file(plan: Plan) -> dict[int, list[Edit]]:
    """The edits that are left out of all commits, by file."""
    found: dict[int, list[Edit]] = {}
    if DROPPED not in plan.group_of:
        return found
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        if group == DROPPED:
            found.setdefault(edit.file, []).append(edit)
    return found


def loss_words(plan: Plan) -> str:
    """How much no commit takes; empty where nothing is dropped."""
    return amount_words(
        edit for edits in losses_by_file(plan).values() for edit in edits
    )


def drop_place_words(drop_to: DropTo) -> str:
    """A clause on where what is dropped will be."""
    if drop_to == "uncommitted":
        return "stays uncommitted"
    if drop_to == "worktree":
        return "kept in the worktree"
    return "discarded"


def worktree_words(drop_to: DropTo) -> str:
    """What becomes of index and files where the final tree is another one."""
    if drop_to == "uncommitted":
        return "files are not touched"
    if drop_to == "worktree":
        return "the index is updated; files in the worktree keep what is left out"
    return "index and worktree are updated; what is left out is removed"


def edit_words(plan: Plan, file: int) -> str:
    """In which commits somebody wrote into the file; empty where in none."""
    own = [override for override in plan.overrides if override.file == file]
    return f"  edited in {_edit_commits(own)}" if own else ""


def difference_lines(entry: Entry, drop_to: DropTo) -> Iterator[StyleAndTextTuples]:
    """What is dropped of each file and where that will be, and where it is edited.

    In a range, of which commit, too.
    """
    plan = entry.plan
    if plan is None:
        return
    for file, edits in losses_by_file(plan).items():
        path = one_line(plan.changes[file].path)
        commit = entry.commits[plan.changes[file].commit] if plan.is_woven else None
        if commit is not None and commit.is_stored:
            path += f" in {commit.oid[:7]}"
        words = f"{_file_loss_words(edits)} of {path}, {drop_place_words(drop_to)}"
        yield [("class:warning", " × "), ("", words)]
    for file in dict.fromkeys(override.file for override in plan.overrides):
        own = [override for override in plan.overrides if override.file == file]
        yield from _hand_edit_lines(plan, one_line(plan.changes[file].path), own)


_NOUNS = {
    Fact.CREATE: "creation",
    Fact.DELETE: "deletion",
    Fact.RENAME: "rename",
    Fact.TYPE: "new type",
    Fact.MODE: "mode",
    Fact.CONTENT: "content",
}


def _file_loss_words(edits: Iterable[Edit]) -> str:
    """What edits of a file do to it, in words."""
    found = list(edits)
    facts = [edit for edit in found if isinstance(edit, FactEdit)]
    nouns = [f"the {_NOUNS[edit.fact]}" for edit in facts]
    lines = amount_words(edit for edit in found if not isinstance(edit, FactEdit))
    return " and ".join([*nouns, *([lines] if lines else [])])


def _hand_edit_lines(
    plan: Plan, path: str, overrides: Iterable[Override]
) -> Iterator[StyleAndTextTuples]:
    """In which commits a file is as it was written, and where that is left out."""
    used = groups_with_edits(plan)
    kept = [override for override in overrides if override.group in used]
    if kept:
        yield [("class:edited", f"   {path} edited in {_edit_commits(kept)}")]
    if lost := [override for override in overrides if override.group not in used]:
        words = (
            f"{path} edited in {_edit_commits(lost)}, which is empty: the edit is lost"
        )
        yield [("class:warning", f" ! {words}")]


def _edit_commits(overrides: Iterable[Override]) -> str:
    """The commits that have these overrides, by their numbers from 1."""
    groups = {override.group: override.lasting for override in overrides}
    alone = [str(group + 1) for group, is_lasting in groups.items() if not is_lasting]
    lasting = [group for group, is_lasting in groups.items() if is_lasting]
    if lasting:
        alone.append(
            f"{lasting[0] + 1} and later" if lasting[1:] else f"{lasting[0] + 1}"
        )
    return ", ".join(alone)
