"""The same todo list carried out by ``git rebase`` and by gitsplit."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.gits import CAN_MERGE
from tests.repository import Repository
from tests.runner import Json, gitsplit, plan_for

from gitsplit.git.repository import open_repository
from gitsplit.workflow.preflight import outlook
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tools.series.building import Line

TOO_OLD = "takes git 2.38"
FORMAT = "%T%x00%an <%ae> %ad%x00%B%x01"

Outcome = Literal["done", "conflict", "other", "too old"]

EDIT_TODO = """
import json, sys
orders = json.load(open(sys.argv[1]))
lines = [l for l in open(sys.argv[2]) if l.strip() and not l.startswith("#")]
def commit(line):
    words = line.split()
    if words[0] == "merge":
        return words[2]
    return words[1] if words[0] == "pick" else None
def place(line):
    oid = commit(line)
    return next((n for n, o in enumerate(orders) if oid and o[1].startswith(oid)), None)
slots = [at for at, line in enumerate(lines) if line.split()[0] == "pick"]
runs, last = [], None
for at in slots:
    if last is not None and at == last + 1:
        runs[-1].append(at)
    else:
        runs.append([at])
    last = at
for run in runs:
    mine = sorted((lines[at] for at in run), key=place)
    for at, line in zip(run, mine):
        lines[at] = line
for at, line in enumerate(lines):
    if commit(line) is None:
        continue
    action, oid, message = orders[place(line)]
    amend = f"git commit -q --amend --allow-empty --no-verify -F {message}"
    if action == "reword" and line.startswith("merge"):
        # Git leaves out a merge that has nothing left to merge.
        subject = line.rstrip().partition("# ")[2]
        amend = f'test "$(git log -1 --format=%s)" != "{subject}" || {amend}'
    if action == "reword":
        lines[at] += f"exec {amend}\\n"
    elif line.startswith("merge"):
        lines[at] = "" if action == "drop" else line
    else:
        lines[at] = f"{action} {oid}\\n"
open(sys.argv[2], "w").writelines(lines)
"""
"""Puts the commits of each run of picks in the order wanted, with its commands."""


@dataclass(frozen=True)
class RebaseResult:
    """How it ended, and what stands on the branch then, oldest commit first.

    ``at`` is the commit where it stops, ``names`` has the paths that conflict. It is
    "too old" where gitsplit refuses to merge with this git.
    """

    outcome: Outcome
    commits: tuple[str, ...] = ()
    at: str = ""
    names: frozenset[str] = frozenset()


def by_git(
    repo: Repository, lines: Sequence[Line], place: Path, base: str
) -> RebaseResult:
    """What ``git rebase -i`` makes of it in a copy of the repository at ``place``."""
    shutil.copytree(repo.path, place, symlinks=True)
    copy = Repository(place)
    orders = place.parent / f"{place.name}.json"
    script = place.parent / "edit-todo.py"
    script.write_text(EDIT_TODO)
    rows = []
    for number, line in enumerate(lines):
        message = place.parent / f"{place.name}-{number}"
        message.write_bytes(line.message or b"")
        rows.append([line.action, line.commit, shlex.quote(str(message))])
    orders.write_text(json.dumps(rows))
    editor = shlex.join([sys.executable, str(script), str(orders)])
    env = {"GIT_SEQUENCE_EDITOR": editor, "GIT_EDITOR": "true"}
    onto = ["--root"] if base == "--root" else [base]
    done = copy.run(
        *(
            "-c",
            "rebase.missingCommitsCheck=ignore",
            "-c",
            "rebase.abbreviateCommands=false",
            "-c",
            "advice.mergeConflict=false",
        ),
        *("rebase", "-i", "--rebase-merges", "--empty=keep", "--no-autosquash", *onto),
        env=env,
        check=False,
    )
    if not done.returncode:
        return RebaseResult("done", commits_in_words(copy, base))
    unmerged = copy.git("diff", "--name-only", "--diff-filter=U", "-z")
    if not unmerged:
        return RebaseResult("other")
    at = copy.git("rev-parse", "--verify", "REBASE_HEAD")
    # Git puts aside a file where a directory comes, as "file~" and whose it is.
    names = frozenset(name.partition("~")[0] for name in unmerged.split("\0") if name)
    return RebaseResult("conflict", at=at, names=names)


def by_gitsplit(
    repo: Repository, lines: Sequence[Line], place: Path, base: str
) -> RebaseResult:
    """What gitsplit makes of it in a copy of the repository at ``place``."""
    shutil.copytree(repo.path, place, symlinks=True)
    copy = Repository(place)
    upstream = None if base == "--root" else base
    entries = [_plan_entry(line) for line in lines]
    plan = json.dumps(plan_for(copy, upstream, *entries)).encode()
    root = ["--root"] if upstream is None else []
    expected = foretold(copy, Request(plan=plan, root=upstream is None))
    ran = gitsplit(copy.path, *root, "--plan", "-", "--yes", stdin=plan)
    if ran.status == 0 or "as they are" in ran.err:
        assert expected is None, expected
        return RebaseResult("done", commits_in_words(copy, base))
    assert "Nothing was changed." in ran.err, ran.err
    assert ran.status == 1
    assert expected is not None, ran.err
    assert (expected.outcome == "too old") == (TOO_OLD in ran.err), ran.err
    return expected


def _plan_entry(line: Line) -> Json:
    entry: Json = {"commit": line.commit, "action": line.action}
    return (
        entry if line.message is None else {**entry, "message": line.message.decode()}
    )


def foretold(repo: Repository, request: Request) -> RebaseResult | None:
    """What is known beforehand to stand against it."""
    opened = open_repository(repo.path)
    known = outlook(opened, read_work(opened, request))
    if TOO_OLD in known.objection and not CAN_MERGE:
        return RebaseResult("too old")
    assert known.objection == ""
    if known.conflict is None:
        return None
    names = frozenset(os.fsdecode(path) for path in known.conflict.paths)
    return RebaseResult("conflict", at=known.conflict.commit, names=names)


def commits_in_words(repo: Repository, base: str) -> tuple[str, ...]:
    """Tree, author and message of each commit, oldest first."""
    wanted = "HEAD" if base == "--root" else f"{base}..HEAD"
    told = repo.run(
        *("log", "--reverse", "--topo-order", "--date=raw", f"--format={FORMAT}"),
        wanted,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout.decode()
    return tuple(each.removeprefix("\n") for each in told.split("\x01") if each.strip())
