"""One random series, and what git and gitsplit make of a random todo list for it."""

import random
import shutil
from collections import Counter
from pathlib import Path

from tools.series.building import (
    Line,
    merges_are_plain,
    random_list,
    random_series,
    with_merges,
)
from tools.series.rebase import RebaseResult, by_git, by_gitsplit

SETTINGS = (
    ("merge.directoryRenames", "true"),
    ("merge.directoryRenames", "false"),
    ("merge.renames", "false"),
    ("merge.odd.driver", "cat %B >>%A"),
)


def difference(place: Path, seed: str, counts: Counter[str], lists: int = 1) -> str:
    """What gitsplit does otherwise than git with a series; empty where nothing.

    The first words of the seed are ``line`` or ``graph``.
    """
    rng = random.Random(seed)
    path = place / "repo"
    if seed.startswith("line"):
        repo = random_series(path, rng, rng.randint(3, 6))
    else:
        repo = with_merges(path, rng)
    base = "--root" if rng.random() < 0.2 else "base"
    if rng.random() < 0.4:
        repo.git("config", *rng.choice(SETTINGS))
        (repo.path / ".git/info").mkdir(exist_ok=True)
        (repo.path / ".git/info/attributes").write_text(
            "one merge=odd\nt* merge=union\n"
        )
    is_plain = merges_are_plain(repo, base)
    for number in range(lists):
        lines = random_list(rng, repo, base)
        expected = by_git(repo, lines, place / f"git{number}", base)
        found = by_gitsplit(repo, lines, place / f"gitsplit{number}", base)
        kind = expected.outcome if is_plain else "with a merge of its own"
        counts[kind] += 1
        if is_plain and (told := _difference_to_git(expected, found)):
            return f"{told}\n{base}\n" + "\n".join(map(_line_in_words, lines))
        shutil.rmtree(place / f"git{number}")
        shutil.rmtree(place / f"gitsplit{number}")
    return ""


def _difference_to_git(expected: RebaseResult, found: RebaseResult) -> str:
    if expected.outcome == "other" or found.outcome == "too old" or expected == found:
        return ""
    return f"git: {expected}\ngitsplit: {found}"


def _line_in_words(line: Line) -> str:
    return f"{line.action} {line.commit}"
