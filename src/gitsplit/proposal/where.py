"""Where edits are, in words: what is said if nothing better is known."""

from collections.abc import Sequence

from gitsplit.model.changes import FileChange
from gitsplit.model.edits import Edit, TextEdit, facts_of
from gitsplit.model.escape import shown
from gitsplit.proposal.layout import shared


def place(changes: Sequence[FileChange], edits: Sequence[Edit]) -> bytes:
    """Where a group's edits are, in words: a file and its lines, or a directory."""
    paths = dict.fromkeys(changes[edit.file].path for edit in edits)
    if len(paths) > 1:
        above = b"/".join(shared(list(paths)))
        where = f" in {shown(above)}" if above else ""
        return f"{len(paths)} files{where}".encode()
    path = shown(next(iter(paths), b"nothing"))
    lines = "" if _is_whole(changes, edits) else _lines(edits)
    return (f"{path}, {lines}" if lines else path).encode()


def _is_whole(changes: Sequence[FileChange], edits: Sequence[Edit]) -> bool:
    """Whether the edits, all of one file, are all of it."""
    if not edits:
        return False
    texts = [edit for edit in edits if isinstance(edit, TextEdit)]
    change = changes[edits[0].file]
    lines = sum(len(hunk.old) + len(hunk.new) for hunk in change.hunks)
    has_all_lines = lines == sum(len(edit.old) + len(edit.new) for edit in texts)
    return has_all_lines and len(edits) - len(texts) == len(facts_of(change))


def _lines(edits: Sequence[Edit]) -> str:
    """The lines from the first of the text edits to the last, 1-based, as words.

    Those of the new file, or of the old one where lines are only removed.
    """
    texts = [edit for edit in edits if isinstance(edit, TextEdit)]
    added = [edit.new for edit in texts if len(edit.new)]
    spans = added or [edit.old for edit in texts]
    if not spans:
        return ""
    first, last = spans[0].start + 1, spans[-1].stop
    which = "" if added else "old "
    return f"{which}line {first}" if first == last else f"{which}lines {first}-{last}"


def reason(changes: Sequence[FileChange], edits: Sequence[Edit]) -> str:
    """The sentence that says why a group's edits are together."""
    if not edits:
        return ""
    where, is_one = shown(place(changes, edits)), len(edits) == 1
    who = "This piece" if is_one else f"These {len(edits)} pieces"
    if len({edit.file for edit in edits}) > 1:
        return f"{who} are in {where}."
    if _is_whole(changes, edits):
        return f"{who} {'is' if is_one else 'are'} all that changes in {where}."
    how = "stands by itself" if is_one else "stand close together"
    return f"{who} {how} in {where}."
