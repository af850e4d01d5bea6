"""What there is to tell, as values: without words, and without a layout."""

from dataclasses import dataclass

from gitsplit.model.objects import Oid
from gitsplit.model.series import CommitDraft


@dataclass(frozen=True, slots=True)
class Resulting:
    """A commit that a rewrite makes, or keeps: its draft, id and tree.

    ``change_id`` is the one in its message, None where it has none, ``original_id``
    the one that it continues. ``is_emptied`` says that nothing is left of what it did,
    because of what was dropped before it, ``is_moved`` that it is in another place than
    it was.
    """

    draft: CommitDraft
    oid: Oid
    tree: Oid
    change_id: bytes | None
    is_emptied: bool = False
    is_moved: bool = False
    original_id: bytes | None = None

    @property
    def keeps_id(self) -> bool:
        """Whether it is a change that was there before, to who reviews it."""
        return self.change_id is not None and self.change_id == self.original_id

    @property
    def is_new_change(self) -> bool:
        """Whether it is a change that nobody knows yet."""
        return self.change_id is not None and not self.keeps_id
