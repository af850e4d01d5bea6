"""What was dropped and where it is now, as text: nothing is lost without a word.

What is said of a rewrite that git has finished, or that was given up.

What became of the commands run on the new commits, as lines for a terminal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitsplit.model.changes import FileChange
from gitsplit.model.checks import Check
from gitsplit.model.edits import Edit, Fact, FactEdit, TextEdit
from gitsplit.model.escape import shown
from gitsplit.model.listing import counted, few
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.report.text import placed

_FACTS: Mapping[Fact, str] = {
    Fact.CREATE: "the new file {}",
    Fact.DELETE: "the deletion of {}",
    Fact.RENAME: "the rename to {}",
    Fact.TYPE: "the new type of {}",
    Fact.MODE: "the mode of {}",
    Fact.CONTENT: "the content of {}",
}


def dropped_lines(
    plans: Mapping[Oid, Plan], changed: Mapping[bytes, bool], *, is_kept: bool
) -> Iterator[str]:
    """For each commit that lost edits what they were, and where they are.

    ``changed`` are the paths at which HEAD's tree is another now, each with whether it
    still has a file there; ``is_kept`` says that the worktree's files stay as they
    were.
    """
    for oid, plan in plans.items():
        found: dict[str, list[str]] = {}
        for file, edits in _by_file(plan).items():
            change = plan.changes[file]
            place = _place(oid, changed.get(change.path), is_kept)
            found.setdefault(place, []).append(_what(change, edits))
        for place, what in found.items():
            yield f"Dropped from {oid[:10]}, {place}:"
            yield from few(f"  {each}" for each in what)


def _by_file(plan: Plan) -> dict[int, list[Edit]]:
    files: dict[int, list[Edit]] = {}
    for edit in plan.edits_by_group().get(DROPPED, ()):
        files.setdefault(edit.file, []).append(edit)
    return files


def _place(oid: Oid, is_in_head: bool | None, is_kept: bool) -> str:
    """Where what was dropped from one file is; None where HEAD had it no more."""
    if is_in_head is None:
        return f"renamed or changed again by later commits (see git show {oid[:10]})"
    if not is_kept:
        return f"in no file any more (see git show {oid[:10]})"
    how = "not staged" if is_in_head else "untracked"
    return f"still in the worktree, {how}"


def _what(change: FileChange, edits: Sequence[Edit]) -> str:
    """The facts and the number of lines that one file lost."""
    path = shown(change.path)
    facts = [edit.fact for edit in edits if isinstance(edit, FactEdit)]
    parts = [_FACTS[fact].format(path) for fact in facts]
    if lines := _number_of_lines(edits):
        whose = "it" if parts else path
        parts.append(f"{counted(lines, 'line')} of {whose}")
    return " and ".join(parts)


def _number_of_lines(edits: Iterable[Edit]) -> int:
    """Lines added and removed."""
    texts = (edit for edit in edits if isinstance(edit, TextEdit))
    return sum(len(edit.old) + len(edit.new) for edit in texts)


def finished_text(refs: Sequence[tuple[str, Oid]], pushing: Sequence[str] = ()) -> str:
    """Where the refs are after the rebase, and how to take that back.

    ``pushing`` are the lines about how they are pushed for review.
    """
    if not refs:
        return "The rebase is done; ORIG_HEAD is where it began.\n"
    lines = (f"Rewritten: {placed(refs)} now.", *pushing)
    return "\n".join([*lines, "Take it back with: gitsplit --undo\n"])


def aborted_text(refs: Sequence[tuple[str, Oid]]) -> str:
    """Where the refs are after an abort."""
    return f"Gave it up: {placed(refs)} as before, and so are the files.\n"


MOST_LINES = 20
"""So many lines of the end of what a failed command printed are shown."""

_MARKS = {"waiting": " ", "running": "…", "passed": "✓", "failed": "✗", "not run": "?"}


def check_lines(
    number: int, subject: bytes, check: Check, with_output: bool = True
) -> Iterator[str]:
    """One commit and how its check stands; below it, the end of what failed said."""
    how = f" ({shown(check.reason)})" if check.reason else ""
    yield f"{_MARKS[check.state]} {number} {shown(subject)}{how}"
    if check.state in ("failed", "not run") and with_output:
        yield from (f"    {line}" for line in output_end(check.output))


def output_end(output: bytes) -> tuple[str, ...]:
    """The last lines of an output, fit to be shown; ``…`` stands for those before."""
    lines = output.rstrip().splitlines()
    above = ("…",) if len(lines) > MOST_LINES else ()
    return (*above, *(shown(line.expandtabs()) for line in lines[-MOST_LINES:]))
