"""What is kept of checks for later runs: which trees passed, and the last command.

It is a file in the worktree's git directory, which only offers: a command that stands
in it is run only once the user has asked for it.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import ensure_directory, read_own_file, write_file
from gitsplit.model.objects import Oid

_FORMAT = "gitsplit-checks"
_MOST_TREES = 1000  # of one list of commands
_MOST_LISTS = 20
_LONGEST_COMMAND = 1000  # characters


def passed_before(repo: Repository, commands: Sequence[str]) -> frozenset[Oid]:
    """The trees on which these very commands have passed in earlier runs."""
    trees = _read(repo)["passed"].get(_key_of(commands), [])
    return frozenset(Oid(tree) for tree in trees)


def last_command(repo: Repository) -> str:
    """The command that the user typed last to check commits with; or empty."""
    return str(_read(repo)["last"])[:_LONGEST_COMMAND]


def keep_command(repo: Repository, command: str) -> None:
    """Keep the command that the user has typed, to be offered the next time."""
    _write(repo, {**_read(repo), "last": command})


def keep_passed(
    repo: Repository, commands: Sequence[str], trees: Iterable[Oid]
) -> None:
    """Keep that these commands have passed on these trees."""
    new = sorted(trees)
    if not new:
        return
    found, key = _read(repo), _key_of(commands)
    passed = dict(found["passed"])
    kept = [tree for tree in passed.pop(key, []) if tree not in new]
    passed[key] = [*kept, *new][-_MOST_TREES:]
    latest = dict([*passed.items()][-_MOST_LISTS:])
    _write(repo, {**found, "passed": latest})


def _key_of(commands: Sequence[str]) -> str:
    text = "\0".join(commands).encode("utf-8", "surrogateescape")
    return sha256(text).hexdigest()


def _read(repo: Repository) -> dict[str, Any]:
    """What the file says; nothing where it isn't there or isn't ours."""
    nothing: dict[str, Any] = {"format": _FORMAT, "last": "", "passed": {}}
    try:
        found = json.loads(read_own_file(repo.own_dir / "checks.json") or "")
        lists = found["passed"].values()
        trees = [tree for each in lists for tree in each]
        is_ours = found["format"] == _FORMAT and all(map(_is_id, trees))
        return found if is_ours and isinstance(found["last"], str) else nothing
    except (ValueError, TypeError, KeyError, AttributeError):
        return nothing


def _is_id(tree: object) -> bool:
    return (
        isinstance(tree, str) and len(tree) == 40 and set(tree) <= {*"0123456789abcdef"}
    )


def _write(repo: Repository, content: dict[str, Any]) -> None:
    """Write the file; where that can't be, nothing is kept."""
    with suppress(OSError):
        path = ensure_directory(repo) / "checks.json"
        write_file(repo, path, json.dumps(content).encode("utf-8", "surrogateescape"))
