"""A message that somebody has changed, with the Change-Id that it had."""

import re

from gitsplit.model.message import (
    change_ids,
    with_change_id,
    without_change_id,
)
from gitsplit.model.message_lines import without_lines


def with_ids_of(
    original: bytes,
    message: bytes,
    *,
    link_url: bytes = b"",
    review_urls: tuple[bytes, ...] = (),
) -> bytes:
    r"""The message in which Gerrit sees the id that it sees in ``original``, or none.

    A message where that is so already comes back as it is; one that differs from
    ``original`` in nothing but ids becomes ``original``.

    >>> with_ids_of(b"One\n\nChange-Id: I12\n", b"One\n\nBug: 1\nChange-Id: I34\n")
    b'One\n\nBug: 1\nChange-Id: I12\n'
    """
    urls = tuple(filter(None, (link_url, *review_urls)))
    wanted = change_ids(original, urls)
    if change_ids(message, urls) == wanted:
        return message
    bare = without_change_id(message, urls)
    if bare == without_change_id(original, urls):
        return original
    for change_id in wanted[:1]:
        # The footer may have been buried under a new last paragraph.
        footer = rb"(?im)^(?:change-id|link) *:.*" + re.escape(change_id) + rb".*\n?"
        while buried := [each.span() for each in re.finditer(footer, bare)]:
            bare = without_lines(bare, buried)
        bare = with_change_id(bare, change_id, link_url=link_url, review_urls=urls)
    return bare
