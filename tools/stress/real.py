"""Real commits, from a benchmark beside the project, where it is there."""

import gzip
import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from random import Random

from tools.stress.texts import ENCODERS, with_odd_end
from tools.stress.values import Blob, Json, StressCase, Tree

BENCH = Path(__file__).parents[2].parent / "shared" / "bench" / "dev.jsonl.gz"
_WHOLE = ("crlf", "lone cr", "mixed ends", "latin-1", "utf-16", "early nul")


@lru_cache(maxsize=1)
def first_records(most: int | None = None) -> Sequence[Json]:
    """The first records of the benchmark; none where it is not there."""
    if not BENCH.exists():
        return ()
    with gzip.open(BENCH, "rt", encoding="utf-8", newline="\n") as lines:
        return [json.loads(line)["files"] for line in islice(lines, most)]


def real_case(rng: Random, number: int, most: int | None) -> StressCase:
    """A real commit as it was, or with all its files made odd in one way."""
    files = rng.choice(first_records(most))
    kinds = ["real"]
    if rng.random() < 0.3:
        files, oddity = _odd_files(rng, files)
        kinds += oddity
    before = _tree_side(files, "old")
    return StressCase(number, tuple(kinds), before, _tree_side(files, "new"))


def _tree_side(files: Json, side: str) -> Tree:
    return {
        file[f"{side}_path"].encode(): Blob(
            int(file[f"{side}_mode"], 8), _bytes(file[side])
        )
        for file in files
        if file[f"{side}_path"] is not None
    }


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _odd_files(rng: Random, files: Json) -> tuple[Json, list[str]]:
    name = rng.choice((*_WHOLE, "no newline"))
    if name == "no newline":
        return [_without_end(rng, file) for file in files], ["real, odd end"]
    encode = ENCODERS[name]
    odd = [
        {
            key: encode(_bytes(value).split(b"\n"))
            if key in ("old", "new") and value is not None
            else value
            for key, value in file.items()
        }
        for file in files
    ]
    return odd, [f"real, {name}"]


def _without_end(rng: Random, file: Json) -> Json:
    old, new = (_bytes(file[side] or "") for side in ("old", "new"))
    (old, new), _ = with_odd_end(rng, (old, new))
    return file | {"old": old, "new": new}
