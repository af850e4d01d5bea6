"""The JSON file of one journal record, and its validation.

A disk, an editor or another version may have changed the file. What isn't as it was
written is refused as a whole, because refs are moved by it.
"""

import json
import os
import re
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from stat import S_ISREG
from typing import Any

from gitsplit.errors import JournalDamaged
from gitsplit.git.program import is_process_name
from gitsplit.git.refs import RefUpdate
from gitsplit.git.state_dir import read_own_file
from gitsplit.git.worktree import HeadTrees
from gitsplit.model.objects import (
    EXECUTABLE,
    FILE,
    GITLINK,
    SYMLINK,
    EntryUpdate,
    Oid,
    StagedEntry,
)

VERSION = 1

_NAME = re.compile(r"[0-9]{6,18}\.json")
_OID = re.compile(r"[0-9a-f]{40}")
# Not all that git forbids, but what would lead out of refs/ or couldn't be passed on.
_REF = re.compile(r"HEAD|refs/(?!.*(\.\.|//|\.lock$))[^\x00-\x20\x7f~^:?*\[\\]+[^/.]")
_MODES = (FILE, EXECUTABLE, SYMLINK, GITLINK)
_PHASES = ("prepared", "done", "undoing", "undone", "handed")
_FIELDS = frozenset(
    {"number", "phase", "subject", "head", "updates", "time", "processes"}
)


def record_files(directory: Path) -> list[Path]:
    """The files of the records in the directory, oldest first.

    Raises JournalDamaged where the directory can't be read.
    """
    try:
        found = sorted(directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _journal_error(directory, f"{error.strerror}") from error
    return [path for path in found if _NAME.fullmatch(path.name)]


def read_record(path: Path) -> dict[str, Any] | None:
    """Read the fields of a record; None where the file is missing or damaged."""
    try:
        return fields_in(read_own_file(path) or b"", int(path.stem))
    except ValueError:
        return None


def refuse_damaged(directory: Path, number: int) -> None:
    """Raise JournalDamaged where a record of a higher number can't be read.

    An empty file doesn't count: it was only begun.
    """
    for path in record_files(directory):
        if int(path.stem) > number and not _is_empty(path) and not read_record(path):
            raise _journal_error(path, "it isn't what gitsplit wrote")


def _is_empty(path: Path) -> bool:
    found = path.lstat()
    return S_ISREG(found.st_mode) and not found.st_size


def _journal_error(path: Path, why: str) -> JournalDamaged:
    return JournalDamaged(
        f"gitsplit's journal {path} can't be read: {why}.",
        hint="`git reflog` shows where the branches were. Move that file away to"
        " continue without it.",
    )


def json_text(fields: Mapping[str, Any]) -> str:
    """The JSON text of a record with these fields (``msgspec.to_builtins``)."""
    updates = [{**u, "ref": _to_json(u["ref"])} for u in fields["updates"]]
    head = fields["head"] and _to_json(fields["head"])
    subject = _to_json(fields["subject"])
    named = {"version": VERSION, **fields}
    named |= {"subject": subject, "head": head, "updates": updates}
    # Pure ASCII: a ref name that isn't UTF-8 has surrogates, which JSON can escape.
    return json.dumps(named, indent=1) + "\n"


def fields_in(text: bytes, number: int) -> dict[str, Any]:
    """Parse the fields of the record of this number.

    Raises ValueError where the text is damaged or of another version.
    """
    try:
        value: object = json.loads(text)
    except RecursionError:
        raise ValueError from None
    _expect(isinstance(value, dict))
    assert isinstance(value, dict)
    _expect(value.pop("version", None) == VERSION)
    trees, entries = value.pop("trees", None), value.pop("entries", None)
    _expect(value.keys() == _FIELDS)
    _expect(_is_number(value["number"]) and value["number"] == number)
    _expect(_is_number(value["time"]) and value["phase"] in _PHASES)
    return {
        **value,
        "subject": _subject_in(value["subject"]),
        "head": None if value["head"] is None else _ref_in(value["head"]),
        "updates": _updates_in(value["updates"]),
        "processes": _processes_in(value["processes"]),
        "trees": None if trees is None else _trees_in(trees),
        "entries": None if entries is None else _entries_in(entries),
    }


def _expect(holds: bool) -> None:
    """Raise ValueError where that doesn't hold."""
    if not holds:
        raise ValueError


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _updates_in(value: object) -> tuple[RefUpdate, ...]:
    _expect(isinstance(value, list) and bool(value))
    assert isinstance(value, list)
    found = tuple(map(_update_in, value))
    _expect(len({update.ref for update in found}) == len(found))
    return found


def _update_in(value: object) -> RefUpdate:
    _expect(isinstance(value, dict) and value.keys() == {"ref", "old", "new"})
    assert isinstance(value, dict)
    return RefUpdate(
        _ref_in(value["ref"]), _oid_in(value["old"]), _oid_in(value["new"])
    )


def _trees_in(value: object) -> HeadTrees:
    _expect(isinstance(value, dict) and value.keys() == {"old", "files", "new"})
    assert isinstance(value, dict)
    return HeadTrees(*(_oid_in(value[name]) for name in ("old", "files", "new")))


def _entries_in(value: object) -> tuple[EntryUpdate, ...]:
    _expect(isinstance(value, list))
    assert isinstance(value, list)
    return tuple(map(_entry_update_in, value))


def _entry_update_in(value: object) -> EntryUpdate:
    _expect(isinstance(value, dict) and value.keys() == {"path", "old", "new"})
    assert isinstance(value, dict)
    _expect(isinstance(value["path"], str))
    path = b64decode(value["path"], validate=True)
    _expect(bool(path) and b"\0" not in path)
    return EntryUpdate(path, _entry_in(value["old"]), _entry_in(value["new"]))


def _entry_in(value: object) -> StagedEntry | None:
    if value is None:
        return None
    _expect(isinstance(value, dict) and value.keys() == {"mode", "oid", "is_intended"})
    assert isinstance(value, dict)
    _expect(value["mode"] in _MODES and isinstance(value["is_intended"], bool))
    return StagedEntry(value["mode"], _oid_in(value["oid"]), value["is_intended"])


def _processes_in(value: object) -> tuple[str, ...]:
    _expect(isinstance(value, list))
    assert isinstance(value, list)
    _expect(all(isinstance(name, str) and is_process_name(name) for name in value))
    return tuple(value)


def _oid_in(value: object) -> Oid:
    _expect(isinstance(value, str) and _OID.fullmatch(value) is not None)
    return Oid(str(value))


def _ref_in(value: object) -> str:
    _expect(isinstance(value, str) and _REF.fullmatch(value) is not None)
    return _from_json(str(value))


def _subject_in(value: object) -> str:
    _expect(isinstance(value, str) and "\0" not in value)
    return _from_json(str(value))


def _to_json(text: str) -> str:
    """The text as UTF-8 has it, whatever the system's encoding is.

    Bytes that aren't UTF-8 are surrogates (PEP 383).
    """
    return os.fsencode(text).decode("utf-8", "surrogateescape")


def _from_json(text: str) -> str:
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))
