"""``./dev bench moves``: whether files can be parsed after a hunk goes to any commit.

Each range is a few neighbouring commits of a clone, with a file that several of them
change, of which every state can be parsed. Each hunk of such files is sent to each
other commit as the screen sends it, which takes others along, and once more alone.
Counted are moves past hunks of other commits in the same file. One holds where all
states of the file can be parsed afterwards, by parsers that know nothing of gitsplit.
"""

import ast
import json
import random
import re
import shutil
import subprocess
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from gitsplit.errors import GitsplitError, InvalidPlan
from gitsplit.git.history import changes_of, read_source_commit
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.diff import FileChange, TextEdit
from gitsplit.model.lineage import commit_of, with_edits_sent
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, plan_at_home, with_edits_assigned
from gitsplit.model.states import steps
from tools.output import say

RANGES = 300
LENGTHS = (3, 8)
LOOKED_AT = 4000
"""So many commits of a clone are looked at, of the newest on."""

TRIES = 40
"""So many ranges of a clone are read for each that is wanted of it, at most."""

MOST_MOVES = 40
"""So many moves in a file are tried, chosen at random."""

MOST_BYTES = 120_000
"""Files that grow larger aren't looked at."""

WITH_OTHERS = " with others"
"""After what is counted: of the moves alone that take others along."""


class Move(NamedTuple):
    """A hunk sent to a commit: its place in the plan, and the number of the group."""

    place: int
    group: int


class FileRange(NamedTuple):
    """A file through a few neighbouring commits of which several change it.

    ``plan`` has each commit as it is, with what it does to this file alone.
    """

    name: str
    language: str
    plan: Plan


def _accepted_by_python(texts: Sequence[bytes]) -> Iterator[bool]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in texts:
            try:
                ast.parse(text)
            except (SyntaxError, ValueError):
                yield False
            else:
                yield True


def _accepted_as_json(texts: Sequence[bytes]) -> Iterator[bool]:
    for text in texts:
        try:
            json.loads(text)
        except ValueError:
            yield False
        else:
            yield True


def _accepted_by_gofmt(texts: Sequence[bytes]) -> Iterator[bool]:
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as place:
        for number, text in enumerate(texts):
            (Path(place) / f"{number}.go").write_bytes(text)
        command = ["gofmt", "-l", "-e", "."]
        done = subprocess.run(command, cwd=place, capture_output=True, check=False)
    refused = {int(n) for n in re.findall(rb"^(\d+)\.go:", done.stderr, re.MULTILINE)}
    yield from (number not in refused for number in range(len(texts)))


PARSERS: Mapping[str, Callable[[Sequence[bytes]], Iterator[bool]]] = {
    "py": _accepted_by_python,
    "json": _accepted_as_json,
    "go": _accepted_by_gofmt,
}
"""By the ending of a file what says of each text whether it can be parsed."""


def _languages() -> list[str]:
    """The endings of files that can be parsed on this machine."""
    return [each for each in PARSERS if each != "go" or shutil.which("gofmt")]


class Parsed:
    """What is known of texts of one language; none is parsed twice."""

    def __init__(self, language: str) -> None:
        self._parse = PARSERS[language]
        self._known: dict[bytes, bool] = {}

    def accepts(self, texts: Sequence[bytes]) -> bool:
        """Whether all of them can be parsed; one without any text can."""
        new = [*{text for text in texts if text.strip()}.difference(self._known)]
        if new:
            self._known |= zip(new, self._parse(new), strict=True)
        return all(self._known.get(text, True) for text in texts)


def measure_moves(root: Path, count: int = RANGES) -> None:
    """Print how many moves hold in ranges of the clones below ``root``."""
    told: dict[str, Counter[str]] = {}
    clones: set[str] = set()
    done = 0
    for files in _ranges_below(root, count):
        done += 1
        clones.add(files[0].name.split()[0])
        for file in files:
            told.setdefault(file.language, Counter()).update(outcomes(file))
    if not done:
        say(f"skipped: there is no clone with such commits below {root}")
        return
    if "go" not in _languages():
        say("go: skipped, as there is no gofmt")
    say(f"{done} ranges of {len(clones)} repositories")
    say(f"{'':24}{'moves':>8}{'hold':>8}{'alone':>8}")
    told["all"] = sum(told.values(), Counter[str]())
    for language, own in told.items():
        say(_row(language, own, ""))
        say(_row("  taking others along", own, WITH_OTHERS))


def _row(name: str, told: Mapping[str, int], which: str) -> str:
    """How many moves there are, and which share of them holds; the same alone."""
    moves, hold, alone = (told[each + which] for each in ("moves", "hold", "alone"))
    return f"{name:24}{moves:8}{hold / (moves or 1):8.1%}{alone / (moves or 1):8.1%}"


def outcomes(file: FileRange) -> Counter[str]:
    """How many moves there are in the file, and hold, with what they take along.

    And ``alone``; all of them, and once more those that take others along.
    """
    parsed = Parsed(file.language)
    found: Counter[str] = Counter()
    moves = [*_moves_of(file.plan)]
    chance = random.Random(file.name)
    for move in sorted(chance.sample(moves, min(len(moves), MOST_MOVES))):
        sent, along = with_edits_sent(file.plan, (move.place,), move.group)
        alone = with_edits_assigned(file.plan, (move.place,), move.group)
        for which in ("", WITH_OTHERS) if along else ("",):
            found["moves" + which] += 1
            found["hold" + which] += parsed.accepts(_texts_of(sent))
            found["alone" + which] += parsed.accepts(_texts_of(alone))
    return found


def _moves_of(plan: Plan) -> Iterator[Move]:
    """Each hunk to each other commit, where that is past a hunk of another commit."""
    changing = {change.commit for change in plan.changes}
    for place, edit in enumerate(plan.edits):
        own = commit_of(plan, place)
        for group in range(len(plan.groups)) if isinstance(edit, TextEdit) else ():
            passed = range(min(own, group) + 1, max(own, group))
            if changing.intersection(passed):
                yield Move(place, group)


def _texts_of(plan: Plan) -> list[bytes]:
    """The contents that the file has after the commits of a plan.

    Where the plan is refused there is nothing that is left in pieces.
    """
    try:
        return [file.content or b"" for step in steps(plan) for file in step.files]
    except InvalidPlan:
        return []


def _ranges_below(root: Path, count: int) -> Iterator[list[FileRange]]:
    """The files to look at of so many ranges, of each clone in turn."""
    clones = sorted(c for c in root.glob("*/repo*") if (c / "objects").is_dir())
    turns = [_ranges_of(clone) for clone in clones]
    found = 0
    while turns:
        for turn in [*turns]:
            files = next(turn, None)
            if files is None or found == count:
                turns.remove(turn)
            else:
                found += 1
                yield files


def _ranges_of(clone: Path) -> Iterator[list[FileRange]]:
    """Ranges of a clone, chosen at random, as long as few are for nothing."""
    chance = random.Random(clone.parent.name)
    try:
        repo = open_repository(clone)
        runs = [*_runs(repo)]
        tries = TRIES
        while runs and tries:
            tries -= 1
            run = chance.choice(runs)
            length = min(len(run), chance.randint(*LENGTHS))
            start = chance.randrange(len(run) - length + 1)
            if files := files_of(repo, run[start : start + length]):
                tries = TRIES
                yield files
    except GitsplitError:
        return


def _runs(repo: Repository) -> Iterator[list[Oid]]:
    """Commits that follow each other, none of them a merge, oldest first."""
    log = ("rev-list", "--topo-order", "--parents", f"-n{LOOKED_AT}", repo.head())
    rows = [line.split() for line in repo.program.run(*log).lines]
    run: list[Oid] = []
    for row, below in pairwise([*rows, []]):
        if len(row) == 2:
            run.append(Oid(row[0]))
        if len(row) != 2 or below[:1] != row[1:]:
            if len(run) >= LENGTHS[0]:
                yield run[::-1]
            run = []


def files_of(repo: Repository, oids: Sequence[Oid]) -> list[FileRange]:
    """The files to look at in a range: with moves, and every state can be parsed."""
    commits = [read_source_commit(repo, oid) for oid in oids]
    messages = [b"m"] * len(commits)
    name = f"{repo.common_dir.parent.name} {oids[-1][:10]}"
    found: list[FileRange] = []
    for thread in plan_at_home(changes_of(repo, commits), messages).threads:
        language = thread.changes[0].side.path.rpartition(b".")[2].decode("latin-1")
        sides = [side for c in thread.changes for side in (c.old, c.new) if side]
        is_large = any(side.size > MOST_BYTES for side in sides)
        if language not in _languages() or is_large or len(thread.changes) < 2:
            continue
        own: list[list[FileChange]] = [[] for _ in commits]
        for change in thread.changes:
            own[change.commit].append(replace(change, commit=0))
        file = FileRange(name, language, plan_at_home(own, messages))
        texts = [side.content or b"" for side in sides]
        if any(_moves_of(file.plan)) and Parsed(language).accepts(texts):
            found.append(file)
    return found
