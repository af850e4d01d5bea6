"""How a repository uses Change-Ids: which commits get one, and where it stands."""

import re
from dataclasses import dataclass

from gitsplit.model.buried import with_buried_id_moved
from gitsplit.model.kept_ids import with_ids_of
from gitsplit.model.message import change_ids, with_change_id

_FIXUP = re.compile(rb"[a-z]+! ")


@dataclass(frozen=True, slots=True)
class IdRules:
    """How this repository uses Change-Ids.

    ``is_reviewed`` says that its commits are reviewed on Gerrit, ``wanted`` whether a
    commit gets an id although its original has none; not where its subject is like
    that of a ``fixup!``, unless ``always`` (``gerrit.createChangeId``). ``link_url`` is
    ``gerrit.reviewUrl`` where ids are written as ``Link:`` footers, else empty.
    ``servers`` are others whose links are ids too, URLs or ``//host``.
    ``moves`` says that an id above the last paragraph, which Gerrit doesn't see, is
    moved down.
    """

    is_reviewed: bool = False
    wanted: bool = False
    link_url: bytes = b""
    always: bool = False
    moves: bool = False
    servers: tuple[bytes, ...] = ()

    @property
    def review_urls(self) -> tuple[bytes, ...]:
        """The servers whose links are ids."""
        return tuple(filter(None, (self.link_url, *self.servers)))

    def all_of(self, message: bytes) -> tuple[bytes, ...]:
        """The ids that Gerrit sees in ``message``."""
        return change_ids(message, self.review_urls)

    def of(self, message: bytes) -> bytes | None:
        """The id that Gerrit sees in ``message``; the first, if there are several."""
        return next(iter(self.all_of(message)), None)

    def gives(self, message: bytes) -> bool:
        """Whether a new commit with this message gets an id by itself.

        As the ``commit-msg`` hook has it, which leaves out what is to be squashed.
        """
        return self.wanted and (self.always or not _FIXUP.match(message))

    def settled(self, message: bytes) -> bytes:
        """The message with its id where Gerrit sees it, if ids are to be moved."""
        if not self.moves:
            return message
        return with_buried_id_moved(
            message, link_url=self.link_url, review_urls=self.servers
        )

    def with_id(self, message: bytes, change_id: bytes) -> bytes:
        """The message in which Gerrit sees this id alone."""
        return with_change_id(
            message, change_id, link_url=self.link_url, review_urls=self.servers
        )

    def with_ids_of(self, original: bytes, message: bytes) -> bytes:
        """The message in which Gerrit sees the id that it sees in ``original``."""
        return with_ids_of(
            original, message, link_url=self.link_url, review_urls=self.servers
        )
