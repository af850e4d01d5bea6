"""Tangled commits made of real ones: the data that proposals are learned from.

    python -m tools.bench.mine CLONES OUT.jsonl.gz [REPOSITORY...]

Of each repository: some of two to five commits of one author, made within 14 days and
applied one after the other to the parent of the first; and single ones. A third of them
each have no file that two commits change, have such a file, and have two commits in one
hunk of ordinary context. Without names those of ``learned_from.txt`` are mined, as far
as they are cloned. The same clones give the same data.
"""

import argparse
import gzip
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pygit2

from gitsplit.errors import GitFailed
from gitsplit.git.history import changes_of, read_source_commit
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.diff import FileChange, Hunk
from gitsplit.model.objects import Oid
from tools.bench.clones import borrower, clone_of, run_git

LEARNED_FROM = Path(__file__).with_name("learned_from.txt")
"""The repositories that the numbers in ``proposal/weights.py`` were learned from."""

MOST_LOOKED_AT = 5000
TANGLED, SINGLE = 28, 13
"""So many cases of each repository at most."""
_TRIES = 300
_DAYS = 14 * 24 * 3600
_MOST_FILES, _MOST_LINES, _MOST_HUNKS = 12, 400, 150
_CONTEXT = 6
"""Changes that are no further apart share a hunk of three lines of context."""

_NOT_ONE_THING = re.compile(
    r"^(merge|revert|wip|bump|release|fixup!|squash!|version|prepare|update version)\b"
    r"|\b(and|various|several|misc|miscellaneous|also|cleanups?|stuff|typos)\b|[;+&]"
    r"|^v?\d+\.\d+",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s", re.MULTILINE)
_STRATA = ("disjoint", "file", "hunk")

Truth = list[dict[str, Any]]


@dataclass(frozen=True)
class Listed:
    """A commit that may be one part: as the log lists it."""

    oid: str
    parent: str
    author: str
    time: int
    message: str
    paths: frozenset[str]


def listed(clone: Path) -> list[Listed]:
    """The latest commits that do one thing, by their messages; the oldest first."""
    args = ("--no-merges", "--min-parents=1", f"--max-count={MOST_LOOKED_AT}")
    form = "--format=%x01%H%x00%P%x00%ae%x00%at%x00%B%x00"
    names = ("--topo-order", "--no-renames", "--name-only")
    printed = run_git(clone, "log", *args, *names, form)
    found = []
    for part in printed.decode("utf-8", "replace").split("\x01")[1:]:
        oid, parent, author, time, message, changed = part.split("\0", 5)
        paths = frozenset(row for row in changed.splitlines() if row)
        if is_one_thing(message) and 1 <= len(paths) <= _MOST_FILES:
            found.append(Listed(oid, parent, author, int(time), message.strip(), paths))
    return found[::-1]


def is_one_thing(message: str) -> bool:
    """Whether a message speaks of one thing, as far as a rule can tell."""
    subject, _, body = message.partition("\n")
    is_short = 8 <= len(subject) <= 100 and len(body) < 2000
    return (
        is_short and not _NOT_ONE_THING.search(subject) and len(_ITEM.findall(body)) < 2
    )


def mine(repository: str, clone: Path, tries: int = _TRIES) -> Iterator[dict[str, Any]]:
    """The cases of one repository."""
    rng = random.Random(repository)
    commits = listed(clone)
    with borrower(clone) as bare:
        repo = open_repository(bare)
        seen: set[str] = set()
        wanted: dict[tuple[int, str], int] = defaultdict(int)
        for k in (2, 3, 4, 5):
            for stratum in _STRATA:
                wanted[k, stratum] = -(-TANGLED // 12)
        for _ in range(tries):
            record = _tangle(repo, repository, _some(commits, rng, wanted), seen)
            if record and wanted[record["k"], record["stratum"]] > 0:
                wanted[record["k"], record["stratum"]] -= 1
                yield record
                seen.update(record["commits"])
        singles = [c for c in commits if c.oid not in seen]
        rng.shuffle(singles)
        left = SINGLE
        for commit in singles[: 6 * SINGLE]:
            record = _tangle(repo, repository, [commit], seen) if left else None
            if record and len(record["hunks"]) > 1:
                left -= 1
                yield record


def _some(
    commits: Sequence[Listed],
    rng: random.Random,
    wanted: dict[tuple[int, str], int],
) -> list[Listed]:
    """As many commits of one author, near each other, as are still wanted."""
    kinds = [kind for kind, number in wanted.items() if number > 0]
    if not kinds or not commits:
        return []
    k, stratum = rng.choice(kinds)
    for _ in range(50):
        first = rng.randrange(len(commits))
        one = commits[first]
        near = [
            each
            for each in commits[first : first + 150]
            if each.author == one.author and abs(each.time - one.time) <= _DAYS
        ]
        some = near[:k] if rng.random() < 0.5 else _spread(near, k, rng)
        shares = any(
            not a.paths.isdisjoint(b.paths)
            for at, a in enumerate(some)
            for b in some[:at]
        )
        if len(some) == k and shares == (stratum != "disjoint"):
            return some
    return []


def _spread(near: Sequence[Listed], k: int, rng: random.Random) -> list[Listed]:
    places = sorted(rng.sample(range(1, len(near)), k - 1)) if len(near) > k else []
    return [near[at] for at in (0, *places)] if places else []


def _tangle(
    repo: Repository, repository: str, parts: Sequence[Listed], seen: set[str]
) -> dict[str, Any] | None:
    """The record of these commits made one; None where they can't be, or aren't fit."""
    if not parts or any(each.oid in seen for each in parts):
        return None
    composed = _composed(repo, parts)
    if composed is None:
        return None
    steps, whole = composed
    truth = _truth(steps, whole)
    is_fit = (
        1 < len(_hunks(whole)) <= _MOST_HUNKS
        and len(truth) <= _MOST_LINES * len(parts)
        and {line["group"] for line in truth} == set(range(len(parts)))
    )
    if not is_fit:
        return None
    kind = _stratum(whole, truth) if len(parts) > 1 else "atomic"
    messages = [each.message for each in parts]
    name = repository.replace("/", "_")
    return {
        "id": f"{name}-{parts[0].oid[:8]}-{len(parts)}",
        "repo": repository,
        "lang": "",
        "k": len(parts),
        "stratum": kind,
        "base": parts[0].parent,
        "commits": [each.oid for each in parts],
        "messages": messages,
        "subjects": [message.split("\n", 1)[0] for message in messages],
        "files": _file_records(whole),
        "hunks": _hunks(whole),
        "truth": truth,
    }


def _composed(
    repo: Repository, parts: Sequence[Listed]
) -> tuple[list[tuple[FileChange, ...]], tuple[FileChange, ...]] | None:
    """What each of the commits changes once it is applied, and what all of them do.

    None where one of them can't be applied, or does more than change lines of text.
    """
    try:
        tips = _tips(pygit2.Repository(str(repo.git_dir)), parts)
        if tips is None:
            return None
        commits = [read_source_commit(repo, Oid(tip)) for tip in tips]
        found = changes_of(repo, commits)
    except (KeyError, GitFailed):  # a clone may lack some objects
        return None
    if not all(_is_plain(change) for step in found for change in step):
        return None
    return list(found[:-1]), found[-1]


def _tips(made: pygit2.Repository, parts: Sequence[Listed]) -> list[str] | None:
    """Commits as they are applied one after the other; at last all of them as one."""
    base = parts[0].parent
    tips, tree = [base], made[base].peel(pygit2.Tree)
    for part in parts:
        before, after = (made[oid].peel(pygit2.Tree) for oid in (part.parent, part.oid))
        index = made.merge_trees(before, tree, after)
        if index.conflicts is not None:
            return None
        found = made[index.write_tree(made)].peel(pygit2.Tree)
        if found.id == tree.id:
            return None
        tree = found
        tips.append(_commit_of(made, tree, tips[-1]))
    return [*tips[1:], _commit_of(made, tree, base)]


def _commit_of(made: pygit2.Repository, tree: pygit2.Tree, parent: str) -> str:
    who = pygit2.Signature("A", "a@b", 1_700_000_000)
    return str(made.create_commit(None, who, who, "part", tree.id, [parent]))


def _truth(steps: Sequence[Sequence[FileChange]], whole: Sequence[FileChange]) -> Truth:
    """The group of each changed line, followed through the steps."""
    now: dict[bytes, list[tuple[str, int]]] = {}
    gone: dict[tuple[bytes, int], int] = {}
    for group, step in enumerate(steps):
        for change in step:
            _follow(change, group, now, gone)
    return [
        line
        for change in whole
        for hunk in change.hunks
        for line in _truth_of_hunk(change, hunk, now[change.path], gone)
    ]


def _truth_of_hunk(
    change: FileChange,
    hunk: Hunk,
    lines: Sequence[tuple[str, int]],
    gone: dict[tuple[bytes, int], int],
) -> Iterator[dict[str, Any]]:
    path = change.path.decode()
    for n in hunk.old.numbers:
        if (change.path, n) in gone:
            yield _line(path, "-", n, gone[change.path, n])
    for n in hunk.new.numbers:
        if n < len(lines) and lines[n][0] == "+":
            yield _line(path, "+", n, lines[n][1])


def _follow(
    change: FileChange,
    group: int,
    now: dict[bytes, list[tuple[str, int]]],
    gone: dict[tuple[bytes, int], int],
) -> None:
    """Where each line of a file is from, after one more commit."""
    if change.path not in now:
        content = change.old.content if change.old else b""
        number = content.count(b"\n") + 1 if isinstance(content, bytes) else 0
        now[change.path] = [("-", n) for n in range(number)]
    before, after, at = now[change.path], list[tuple[str, int]](), 0
    for hunk in change.hunks:
        after += before[at : hunk.old.start]
        for side, n in before[hunk.old.start : hunk.old.stop]:
            if side == "-":
                gone[change.path, n] = group
        after += [("+", group)] * len(hunk.new.numbers)
        at = hunk.old.stop
    now[change.path] = after + before[at:]


def _line(path: str, side: str, n: int, group: int) -> dict[str, Any]:
    return {"path": path, "side": side, "line": n + 1, "group": group}


def _is_plain(change: FileChange) -> bool:
    """Whether a change is one of lines alone, and of text."""
    sides = [side for side in (change.old, change.new) if side is not None]
    if len({side.path for side in sides}) > 1 or len({s.mode for s in sides}) > 1:
        return False
    contents = [side.content for side in sides if isinstance(side.content, bytes)]
    if not change.hunks or len(contents) < len(sides):
        return False
    return change.path.isascii() and all(map(_is_text, contents))


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _file_records(whole: Sequence[FileChange]) -> list[dict[str, Any]]:
    found = []
    for change in whole:
        record: dict[str, Any] = {}
        for which, side in (("old", change.old), ("new", change.new)):
            record[f"{which}_path"] = side.path.decode() if side else None
            record[f"{which}_mode"] = f"{side.mode:o}" if side else None
            record[which] = side.content.decode() if side else None  # type: ignore[union-attr]
        found.append(record)
    return found


def _hunks(whole: Sequence[FileChange]) -> list[list[Any]]:
    """The hunks as ``git diff -U0`` heads them."""
    found: list[list[Any]] = []
    for change in whole:
        for hunk in change.hunks:
            old, new = len(hunk.old.numbers), len(hunk.new.numbers)
            first, start = hunk.old.start + bool(old), hunk.new.start + bool(new)
            found.append([change.path.decode(), first, old, start, new])
    return found


def _stratum(whole: Sequence[FileChange], truth: Truth) -> str:
    """Whether commits share no file, a file, or a hunk with three lines of context."""
    groups = {(t["path"], t["side"], t["line"]): t["group"] for t in truth}
    found = "disjoint"
    for change in whole:
        path, of_hunks = change.path.decode(), []
        for hunk in change.hunks:
            keys = [(path, "-", n + 1) for n in hunk.old.numbers]
            keys += [(path, "+", n + 1) for n in hunk.new.numbers]
            of_hunks.append({groups[key] for key in keys if key in groups})
        if any(len(own) > 1 for own in of_hunks):
            return "hunk"
        for (one, two), (a, b) in zip(
            pairwise(change.hunks), pairwise(of_hunks), strict=True
        ):
            if two.old.start - one.old.stop <= _CONTEXT and len(a | b) > 1:
                return "hunk"
        if len(set().union(*of_hunks)) > 1:
            found = "file"
    return found


# Clones may lack large objects, which trees name all the same.
pygit2.option(pygit2.enums.Option.ENABLE_STRICT_OBJECT_CREATION, False)


def main(args: Sequence[str]) -> int:
    """Mine the repositories named on the command line."""
    parser = argparse.ArgumentParser(prog="./dev mine", description=__doc__)
    parser.add_argument("clones", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("repositories", nargs="*")
    options = parser.parse_args(args)
    names = options.repositories or LEARNED_FROM.read_text().split()
    with gzip.open(options.out, "wt", encoding="utf-8") as out:
        for name in names:
            clone = clone_of(name, options.clones)
            records = [] if clone is None else list(mine(name, clone))
            tangled = sum(record["k"] > 1 for record in records)
            sys.stderr.write(f"{name}: {tangled} + {len(records) - tangled}\n")
            for record in records:
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
