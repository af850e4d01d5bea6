"""Random plans: every line of a commit sent to one of some groups, as JSON."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from tools.stress.patch import Delta, PatchHunk
from tools.stress.values import Json

Assignment = tuple[dict[str, int], dict[int, int], dict[int, int]]
"""The group of each fact, each old line and each new line of a file (from 0)."""


def path_of(value: Json) -> bytes | None:
    """The path that a plan file spells."""
    if isinstance(value, dict):
        return b64decode(value["base64"])
    return None if value is None else str(value).encode()


def path_value(text: bytes | None) -> Json:
    """The path as a plan file spells it."""
    if text is None:
        return None
    try:
        return text.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(text).decode("ascii")}


def random_groups(rng: Random, deltas: Sequence[Delta], cut: bool) -> list[Json]:
    """Groups that take everything; whether each takes something is left to chance.

    Without ``cut`` each hunk goes whole to one group.
    """
    count = rng.randint(2, 5)
    groups: list[Json] = [{"message": f"piece {n + 1}\n"} for n in range(count)]
    rest = rng.randrange(count) if rng.random() < 0.3 else None
    if rest is not None:
        groups[rest]["rest"] = True
    if rng.random() < 0.7:
        groups[rng.randrange(count)]["owner"] = True
    for delta in deltas:
        for number, entry in _entries(rng, delta, count, cut, rest):
            groups[number].setdefault("files", []).append(entry)
    for group in groups:
        if "files" in group:
            rng.shuffle(group["files"])
    return groups


def _entries(
    rng: Random, delta: Delta, count: int, cut: bool, rest: int | None
) -> Iterator[tuple[int, Json]]:
    """What each group's entry for one file says."""
    if rng.random() < 0.3:
        group = rng.randrange(count)
        if group != rest or rng.random() < 0.5:
            yield group, _delta_entry(delta) | {"whole": True}
        return
    facts, old, new = _assignment(rng, delta, count, cut)
    if (old or new) and rng.random() < 0.5:
        facts = {}
    said = False
    for group in sorted({*facts.values(), *old.values(), *new.values()}):
        if group == rest and rng.random() < 0.6:
            continue
        said = True
        parts = {
            "facts": [fact for fact, g in facts.items() if g == group],
            "removed": _ranges(rng, (i for i, g in old.items() if g == group)),
            "added": _ranges(rng, (j for j, g in new.items() if g == group)),
        }
        kept = {name: part for name, part in parts.items() if part}
        yield (
            group,
            _delta_entry(delta)
            | ({"whole": False} if rng.random() < 0.5 else {})
            | kept,
        )
    assert said or rest is not None, "what nothing names the rest takes"


def _delta_entry(delta: Delta) -> Json:
    return {
        "old_path": path_value(delta.old.path if delta.old else None),
        "path": path_value(delta.new.path if delta.new else None),
    }


def _assignment(rng: Random, delta: Delta, count: int, cut: bool) -> Assignment:
    old: dict[int, int] = {}
    new: dict[int, int] = {}
    for hunk in delta.hunks:
        if cut and rng.random() < 0.8:
            _assign_runs(rng, hunk, count, old, new)
            continue
        group = rng.randrange(count)
        old |= dict.fromkeys(hunk.old, group)
        new |= dict.fromkeys(hunk.new, group)
    return {fact: rng.randrange(count) for fact in delta.facts}, old, new


def _assign_runs(
    rng: Random, hunk: PatchHunk, count: int, old: dict[int, int], new: dict[int, int]
) -> None:
    """The lines of the hunk in runs of random groups, short or long."""
    stays = rng.choice([0.0, 0.5, 0.8, 0.95])
    group = rng.randrange(count)
    for taken, lines in ((old, hunk.old), (new, hunk.new)):
        for line in lines:
            if rng.random() >= stays:
                group = rng.randrange(count)
            taken[line] = group


def _ranges(rng: Random, lines: Iterable[int]) -> list[list[int]]:
    """The lines as 1-based ranges; neighbours joined or not, in any order."""
    found: list[list[int]] = []
    joins = rng.choice([1.0, 1.0, 0.5])
    for line in lines:
        if found and found[-1][1] == line and rng.random() < joins:
            found[-1][1] = line + 1
        else:
            found.append([line + 1, line + 1])
    if rng.random() < 0.2:
        rng.shuffle(found)
    return found


def random_rearrangement(rng: Random, groups: list[Json]) -> list[Json]:
    """The groups of a written plan in another order, some of their entries moved."""
    for _ in range(rng.randrange(3)):
        givers = [group for group in groups if len(group["files"]) > 1]
        if givers:
            files = rng.choice(givers)["files"]
            rng.choice(groups)["files"].append(files.pop(rng.randrange(len(files))))
    if rng.random() < 0.5:
        rng.shuffle(groups)
    return [
        group | {"message": f"piece {number + 1}\n"}
        for number, group in enumerate(groups)
    ]


def with_dropped(rng: Random, groups: list[Json]) -> tuple[list[Json], list[Json]]:
    """The groups without one of them, and what that one took, to be dropped."""
    droppable = [g for g in groups if "rest" not in g and "files" in g]
    if len(groups) < 2 or not droppable:
        return groups, []
    dropped = rng.choice(droppable)
    return [group for group in groups if group is not dropped], dropped["files"]


def plan_text(
    series: tuple[str | None, str],
    commit: str,
    groups: list[Json],
    dropped: Sequence[Json],
) -> str:
    """The plan file that splits the commit of a series (upstream and head) so."""
    split = {"commit": commit, "action": "split", "groups": groups}
    plan = {
        "format": "gitsplit-plan",
        "version": 1,
        "upstream": series[0],
        "head": series[1],
        "series": [split | ({"dropped": dropped} if dropped else {})],
    }
    return json.dumps(plan)
