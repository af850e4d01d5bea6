"""The plan file: from values to JSON text (``docs/plan-file.md``)."""

import json
from base64 import b64encode
from itertools import islice

from gitsplit.model.escape import inert_json
from gitsplit.model.objects import Oid
from gitsplit.model.series import Source, Squash
from gitsplit.planfile.document import (
    FORMAT,
    CommitEntry,
    FileEntry,
    GroupEntry,
    Misfit,
    PlanDocument,
)
from gitsplit.planfile.hunks import HunkEntry, HunkPick, pick_value

_MANY = 10_000


def dump_plan(document: PlanDocument) -> str:
    """The document as indented JSON text; ``load_plan`` gives it back."""
    encoder = json.JSONEncoder(indent=1, ensure_ascii=False)
    pieces = encoder.iterencode(plan_value(document))
    # Each number is a piece by itself, and takes more room than in the text.
    joined = iter(lambda: "".join(islice(pieces, _MANY)), "")
    # Kept plans and drafts are looked at in a terminal, too.
    return inert_json("".join([*joined, "\n"]))


def plan_value(document: PlanDocument) -> dict[str, object]:
    """The document as what JSON is made of."""
    misfit = {"misfit": _misfit_value(document.misfit)} if document.misfit else {}
    return {
        "format": FORMAT,
        "version": 1 + any(e.needs_list or e.source for e in document.series),
        "upstream": document.upstream,
        "head": document.head,
        "series": [_commit_value(entry) for entry in document.series],
        **misfit,
    }


def _misfit_value(misfit: Misfit) -> dict[str, object]:
    """What of another plan isn't in this one, by commits, files and lines."""
    return {
        "gone": [
            {"commits": [*entry.commits], "subject": text_value(entry.subject)}
            for entry in misfit.gone
        ],
        "lost": [_part_value(oid, file) for oid, file in misfit.lost],
        "new": [_part_value(oid, file) for oid, file in misfit.new],
    }


def _part_value(oid: Oid, file: FileEntry) -> dict[str, object]:
    return {"commit": oid, **_file_value(file, CommitEntry(oid))}


def _commit_value(entry: CommitEntry) -> dict[str, object]:
    value = _about_value(entry)
    if entry.subject or "commit" in value:
        value["subject"] = text_value(entry.subject)
    value["action"] = entry.action
    if entry.message is not None:
        value["message"] = text_value(entry.message)
    if entry.action == "split":
        value["groups"] = [_group_value(group, entry) for group in entry.groups]
        dropped = [_file_value(file, entry) for file in entry.dropped]
        others = _rest_value(entry.dropped_rest, entry)
        others |= _picks_value(entry.dropped_hunks)
        value["dropped"] = {**others, "files": dropped} if others else dropped
    if entry.hunks:
        value["hunks"] = [_hunk_value(hunk, entry) for hunk in entry.hunks]
    return value


def _about_value(entry: CommitEntry) -> dict[str, object]:
    """The field that says what the entry is about."""
    about: dict[str, object] = {}
    if entry.needs_list:
        about["commits"] = [*map(entry.name_of, range(len(entry.commits)))]
    if entry.source is not None:
        about["source"] = source_value(entry.source)
    if about:
        return about
    return {"commit": entry.commit}


def source_value(source: Source) -> dict[str, object]:
    """A source as what JSON is made of."""
    if isinstance(source, Squash):
        return {"kind": "squash", "base": source.base, "tip": source.tip}
    ends = {"before": source.before, "after": source.after}
    return {"kind": source.kind, "head": source.head, **ends}


def _group_value(group: GroupEntry, entry: CommitEntry) -> dict[str, object]:
    heir = group.continues
    return {
        "message": text_value(group.message),
        **(
            {"continues": None if heir is None else entry.originals[heir]}
            if entry.needs_list or entry.source
            else {"owner": heir is not None}
        ),
        "reason": group.reason,
        "files": [_file_value(file, entry) for file in group.files],
        **_picks_value(group.hunks),
        **_rest_value(group.rest, entry),
    }


def _picks_value(picks: tuple[HunkPick, ...]) -> dict[str, object]:
    """The field that names hunks by number; none where none is."""
    return {"hunks": [pick_value(pick) for pick in picks]} if picks else {}


def _hunk_value(hunk: HunkEntry, entry: CommitEntry) -> dict[str, object]:
    value: dict[str, object] = {
        "number": hunk.number,
        **({"commit": entry.name_of(hunk.commit)} if entry.needs_list else {}),
        "old_path": _path_value(hunk.old_path),
        "path": _path_value(hunk.path),
        "fact": hunk.fact,
        "removed": hunk.removed and list(hunk.removed),
        "added": hunk.added and list(hunk.added),
    }
    if hunk.lines is not None:
        value["lines"] = [[place, text_value(text)] for place, text in hunk.lines]
    return value


def _path_value(path: bytes | None) -> object:
    return None if path is None else text_value(path)


def _rest_value(rest: tuple[int, ...], entry: CommitEntry) -> dict[str, object]:
    """The field that says of which commits the rest is taken; none where of none."""
    if len(rest) == len(entry.commits):
        return {"rest": True}
    return {"rest": [entry.name_of(number) for number in rest]} if rest else {}


def _file_value(file: FileEntry, entry: CommitEntry) -> dict[str, object]:
    value: dict[str, object] = {
        **({"commit": entry.name_of(file.commit)} if entry.needs_list else {}),
        "old_path": _path_value(file.old_path),
        "path": _path_value(file.path),
        "whole": file.whole,
        "removed": [list(span) for span in file.removed],
        "added": [list(span) for span in file.added],
    }
    if file.facts:
        value["facts"] = [str(fact) for fact in file.facts]
    if file.content is not None:
        value["content"] = text_value(file.content)
    return value


def text_value(text: bytes) -> object:
    """A JSON string, or ``{"base64": …}`` where the bytes are not UTF-8."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": b64encode(text).decode("ascii")}
