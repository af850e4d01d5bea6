"""What a proposal may know besides the commit itself."""

from msgspec import Struct

from gitsplit.proposal.originals import Original
from gitsplit.proposal.trailers import ON_ALL, TrailerPlace

COPIED_TRAILERS = tuple(sorted(ON_ALL, reverse=True))
"""The trailers that speak of people; they hold for each part of a commit."""


class Context(Struct, frozen=True):
    """What the repository's history and its configuration say, as plain values.

    ``subjects`` are those of the latest commits, newest first; proposed messages are
    in their style. ``copied`` are the keys (in lower case) of the trailers that each
    new commit has, ``customs`` those that have another place by custom.
    ``changed_paths`` are the paths that each of the latest commits changed. Where
    several commits made the change, they are its ``originals``.
    """

    subjects: tuple[bytes, ...] = ()
    copied: tuple[bytes, ...] = COPIED_TRAILERS
    customs: tuple[tuple[bytes, TrailerPlace], ...] = ()
    changed_paths: tuple[frozenset[bytes], ...] = ()
    originals: tuple[Original, ...] = ()

    @property
    def is_of_several(self) -> bool:
        """Whether several commits made the change."""
        return len(self.originals) > 1


NOTHING_KNOWN = Context()
