"""``./dev bench absorb``: homes of real fixes, by gitsplit and by ``git absorb``.

A commit that changes files which one of the few commits before it changed, too, stands
for what isn't committed; these are the range. Each of its hunks has a home by either,
or none. The program git-absorb is run on an index that has the commit's tree, in a copy
of each clone.
"""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from gitsplit.git import history
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.diff import TextEdit
from gitsplit.model.escape import printable
from gitsplit.model.lineage import commit_of, home_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, plan_at_home
from tools.output import say

FIXES = 250

RANGE = 6
"""So many commits are before the fix."""

LOOKED_AT = 1500
"""So many commits of a repository are looked at, of the newest on."""

Hunk = tuple[bytes, bytes, bytes]
"""A path, the lines that go, and those that come."""

Told = tuple[int | None, str]
"""The number of the commit that is a hunk's home, if any; what isn't sure of it."""


def run(place: Path, *args: str, check: bool = True) -> bytes:
    done = subprocess.run(args, cwd=place, capture_output=True, check=check)
    return done.stdout


def ranges(place: Path) -> Iterator[tuple[str, ...]]:
    """Runs of commits without merges, each the parent of the next; the fix last."""
    listed = run(place, "git", "rev-list", "--parents", f"-n{LOOKED_AT}", "HEAD")
    rows = [row.split() for row in listed.decode().splitlines()]
    lines: list[list[str]] = [[]]
    for row, after in pairwise(rows):
        is_next = len(row) == 2 and row[1] == after[0]
        lines[-1] += [row[0]] if len(row) == 2 else []
        lines += [] if is_next else [[]]
    for line in lines:
        for at in range(0, len(line) - RANGE, 2):
            yield tuple(reversed(line[at : at + RANGE + 1]))


def plan_of(repo: Repository, oids: Sequence[str]) -> Plan | None:
    """The commits as they are; None where the last changes no file of the others."""
    commits = [history.read_source_commit(repo, Oid(oid)) for oid in oids]
    if len({commit.subject for commit in commits}) < len(commits):
        return None
    plan = plan_at_home(history.changes_of(repo, commits), [b"m"] * len(commits))
    last = len(commits) - 1
    before = {c.side.path for c in plan.changes if c.commit < last}
    own = {c.old.path for c in plan.changes if c.commit == last and c.old and c.new}
    return plan if before & own and len(own) <= 20 else None


def own_homes(plan: Plan) -> dict[Hunk, list[Told]]:
    """Each hunk of the last commit, its home by gitsplit, and what isn't sure."""
    last = len(plan.continued_by) - 1
    found: dict[Hunk, list[Told]] = {}
    for place, edit in enumerate(plan.edits):
        change = plan.changes[edit.file]
        if change.commit != last or not isinstance(edit, TextEdit):
            continue
        if change.old is None or change.new is None:
            continue
        home = home_of(plan, place)
        old = b"".join(change.old_lines[edit.old.start : edit.old.stop])
        new = b"".join(change.new_lines[edit.new.start : edit.new.stop])
        told = (
            (None, "") if home is None else (commit_of(plan, home.place), home.why_not)
        )
        found.setdefault((change.new.path, old, new), []).append(told)
    return found


def absorbed(place: Path, program: str, oids: Sequence[str]) -> dict[Hunk, list[int]]:
    """The hunks that git absorb makes fixups of, each with its commit's number."""
    base, *_, head, fix = oids
    run(place, "git", "update-ref", "--no-deref", "HEAD", head)
    run(place, "git", "read-tree", fix)
    parent = run(place, "git", "rev-parse", f"{base}^").decode().strip()
    run(place, program, "--force", "--base", parent, check=False)
    subjects = {subject(place, oid): number for number, oid in enumerate(oids[:-1])}
    found: dict[Hunk, list[int]] = {}
    made = run(place, "git", "rev-list", "--reverse", f"{head}..HEAD").decode().split()
    for oid in made:
        target = subject(place, oid).removeprefix(b"fixup! ")
        number = subjects[target] if target in subjects else by_id(oids, target)
        for hunk in hunks_of(place, oid):
            found.setdefault(hunk, []).append(number)
    return found


def by_id(oids: Sequence[str], target: bytes) -> int:
    return next(n for n, oid in enumerate(oids) if oid.encode().startswith(target[:10]))


def subject(place: Path, oid: str) -> bytes:
    return run(place, "git", "log", "-1", "--format=%s", oid).strip()


def hunks_of(place: Path, oid: str) -> Iterator[Hunk]:
    """The hunks of a commit as git shows them, without context."""
    options = ("-U0", "--no-renames", "--no-color", "--no-prefix", "--format=")
    for file in run(place, "git", "show", *options, oid).split(b"diff --git ")[1:]:
        head, *hunks = re.split(rb"^@@ .*\n", file, flags=re.MULTILINE)
        path = head.rpartition(b"+++ ")[2].rstrip(b"\n\t")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            old, new = (
                b"".join(line[1:] for line in lines if line[:1] == sign)
                for sign in (b"-", b"+")
            )
            yield path, old, new


def compare(place: Path, program: str, repo: Repository, most: int) -> Counter[str]:
    """How often both agree on a hunk, and where not, why."""
    told: Counter[str] = Counter()
    for oids in ranges(place):
        if told["fixes"] >= most:
            break
        plan = plan_of(repo, oids)
        if plan is None:
            continue
        theirs, ours = absorbed(place, program, oids), own_homes(plan)
        told["fixes"] += 1
        for hunk, homes in ours.items():
            for own, why, other in paired(homes, theirs.pop(hunk, [])):
                told[said := verdict(own, why, other)] += 1
                if own != other:
                    say(f"{oids[-1][:10]} {printable(hunk[0])}: {said}")
        told["hunks that git cuts otherwise"] += sum(map(len, theirs.values()))
    return told


def paired(
    homes: Sequence[Told], others: Sequence[int]
) -> Iterator[tuple[int | None, str, int | None]]:
    """The homes of hunks that read the same by either rule, equal ones together."""
    left = [*others]
    waiting: list[Told] = []
    for own, why in homes:
        if own in left:
            left.remove(own)
            yield own, why, own
        else:
            waiting.append((own, why))
    for own, why in sorted(waiting, key=lambda told: told[0] is None):
        yield own, why, left.pop() if left else None


def verdict(own: int | None, why: str, other: int | None) -> str:
    if own == other:
        return "same: no home" if own is None else "same home"
    if other is None:
        return f"only gitsplit's: {why or 'sure'}"
    if own is None:
        return "only absorb's: no line of the range there"
    later = "later" if own > other else "earlier"
    return f"another, {later}: {why or 'sure'}"


def measure_absorbing(root: Path, program: str, count: int = FIXES) -> None:
    """Print how often both agree on a hunk of so many fixes, of each clone as many."""
    found = shutil.which(program)
    if found is None:
        say("skipped: there is no program git-absorb (cargo install git-absorb)")
        return
    clones = sorted(c for c in root.glob("*/repo*") if (c / "objects").is_dir())
    every: Counter[str] = Counter()
    for number, clone in enumerate(clones):
        wanted = -(-(count - every["fixes"]) // (len(clones) - number))
        own = _compared(clone, str(Path(found).resolve()), wanted)
        every += own
        if own["fixes"]:
            say(f"{clone.parent.name}: {dict(own)}")
    for what, number in sorted(every.items()):
        say(f"{number:6} {what}")


def _compared(clone: Path, program: str, most: int) -> Counter[str]:
    """The same of one clone; its commits are read in a copy that has its objects."""
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
        place = Path(name) / "clone"
        run(Path(name), "git", "clone", "-qns", str(clone), str(place))
        run(place, "git", "checkout", "-q", "--detach", "--no-guess", check=False)
        return compare(place, program, open_repository(place), most)
