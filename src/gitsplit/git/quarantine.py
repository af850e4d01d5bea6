"""A quarantine for new objects, which git takes for the object database.

As ``git receive-pack`` does it: what is written there is part of the repository only
when it is moved, whole and on disk. What a kill leaves says by its name whose it is.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import own_prefix, remove_files, share, sync_directory

_INDEX_LAST = (".pack", ".rev", ".idx")
"""In this order the files of a pack come; git sees it with the last."""


def environment(repo: Repository, place: Path) -> Mapping[str, str]:
    """The variables by which git writes objects there, and reads them everywhere."""
    lent = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    quoted = re.sub(r'(["\\])', r"\\\1", str(repo.objects_dir))
    others = (f'"{quoted}"', *([lent] if lent else []))
    return {
        "GIT_OBJECT_DIRECTORY": str(place),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(others),
    }


@contextmanager
def quarantine(repo: Repository) -> Iterator[Path]:
    """A quarantine on the repository's file system; gone when the block ends.

    Raises OSError where it can't be made.
    """
    place = Path(tempfile.mkdtemp(prefix=own_prefix(), dir=repo.objects_dir))
    try:
        share(repo, place)
        yield place
    finally:
        remove_files(place)


def migrate(repo: Repository, place: Path, name: str, reason: str) -> Path | None:
    """Move a pack from the quarantine into the repository; its ``.keep`` file.

    That is there before the pack is, so that no repack throws the pack away. None where
    the very pack was there, kept by somebody else. Raises OSError.
    """
    packs = repo.objects_dir / "pack"
    packs.mkdir(exist_ok=True)
    keep = packs / f"{name}.keep"
    try:
        with keep.open("x", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{reason}\n")
        share(repo, keep)
        is_kept_here = True
    except FileExistsError:
        is_kept_here = False
    for suffix in _INDEX_LAST:
        file_of_it = place / "pack" / f"{name}{suffix}"
        if file_of_it.exists():
            file_of_it.replace(packs / file_of_it.name)
    for directory in (packs, repo.objects_dir):
        sync_directory(directory)
    return keep if is_kept_here else None
