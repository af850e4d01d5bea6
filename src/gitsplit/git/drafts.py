"""Unfinished work kept as files: one for each range, in gitsplit's own directory.

A draft is a plan file. Its name says which commits it is for, and its directory for
which branch, so that one whose commits have moved is found and not overwritten.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from urllib.parse import quote

from gitsplit.errors import WriteFailed
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import own_directory, share, unfinished
from gitsplit.model.objects import Oid
from gitsplit.model.series import Series

_SHORT = 12
_LONGEST = 200
"""So many letters of a branch's name fit into that of a file, with some to spare."""


@dataclass(frozen=True, slots=True)
class DraftFile:
    """Where the draft of one range is kept, whether it is there or not."""

    repo: Repository
    branch: str
    name: str

    @classmethod
    def of(cls, repo: Repository, series: Series, head_ref: str | None) -> "DraftFile":
        """The file for the series on the branch that HEAD names."""
        base = series.upstream or "root"
        name = f"{base[:_SHORT]}-{series.head[:_SHORT]}.json"
        return cls(repo, _directory_name(os.fsencode(head_ref or "HEAD")), name)

    @property
    def path(self) -> Path:
        """The file."""
        return self._directory / self.name

    @property
    def _directory(self) -> Path:
        return self.repo.git_dir / "gitsplit" / "drafts" / self.branch

    def text(self) -> str | None:
        """The draft; None where there is none that can be read."""
        try:
            return self.path.read_text("utf-8")
        except (OSError, ValueError):
            return None

    def memory(self) -> str | None:
        """What was kept beside the draft; None where nothing is that can be read."""
        try:
            return self._memory.read_text("utf-8")
        except (OSError, ValueError):
            return None

    @property
    def _memory(self) -> Path:
        """The file for what a plan file has no room for."""
        return self.path.with_suffix(".memory")

    def save(self, text: str, memory: str | None = None) -> None:
        """The draft is this text now, whole at every moment, and so is what it needs.

        Raises WriteFailed where it can't be written.
        """
        try:
            own_directory(self.repo, "drafts", self.branch)
            self._write(self.path, text)
            if memory is not None:
                self._write(self._memory, memory)
        except OSError as error:
            raise WriteFailed(
                f"The draft {self.path} can't be written: {error.strerror}.",
                hint="Is the disk full, or the repository read-only?",
            ) from error

    def _write(self, path: Path, text: str) -> None:
        new = unfinished(path)
        new.write_text(text, "utf-8")
        share(self.repo, new)
        new.replace(path)

    def forget(self) -> None:
        """The draft isn't there any more."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
            self._memory.unlink(missing_ok=True)
            self._directory.rmdir()

    def of_other_heads(self, head: Oid) -> Iterator[Path]:
        """The drafts of this branch that were made for another HEAD."""
        for path in sorted(self._directory.glob("*.json")):
            if not path.stem.endswith(f"-{head[:_SHORT]}"):
                yield path


def _directory_name(ref: bytes) -> str:
    """A name for the ref as a file's, of the ref alone."""
    name = quote(ref, safe="")
    if len(name) <= _LONGEST:
        return name
    digest = sha1(ref, usedforsecurity=False).hexdigest()
    return f"{name[: _LONGEST - len(digest)]}-{digest}"
