"""Change-Ids that people see in a message and Gerrit doesn't.

They stand above the last paragraph, which alone Gerrit reads. The server refuses such a
commit, or, where another id stands at the end, leaves the review of this one behind.
"""

import re

from gitsplit.model.message import (
    change_ids,
    ids_in,
    with_change_id,
)
from gitsplit.model.message_lines import without_lines

_BURIED = re.compile(rb"^change-id: *(I[0-9a-f]{40})[ \t\r]*(?:\n|\Z)", re.M | re.I)


def buried_change_ids(
    message: bytes, review_urls: tuple[bytes, ...] = ()
) -> tuple[bytes, ...]:
    r"""The well-formed ids on lines of their own where Gerrit doesn't see them.

    A line ``Change-Id: I…`` above the last paragraph looks like a Change-Id to
    people, but Gerrit reads the last paragraph alone.

    >>> buried_change_ids(b"Add one\n\nChange-Id: I" + b"1" * 40 + b"\n\nBug: 1\n")
    (b'I1111111111111111111111111111111111111111',)
    """
    # Lines that continue a footer begin with a blank: none of them is such a line.
    seen = {each.start for each in ids_in(message, review_urls)}
    return tuple(
        found[1] for found in _BURIED.finditer(message) if found.start() not in seen
    )


def with_buried_id_moved(
    message: bytes, *, link_url: bytes = b"", review_urls: tuple[bytes, ...] = ()
) -> bytes:
    r"""The message in which Gerrit sees the id that was above its last paragraph.

    The last one, where there are several; all lines with buried ids are gone. As it
    was where Gerrit sees an id already, or where there is none to be moved.

    >>> footer = b"Change-Id: I" + b"1" * 40 + b"\n"
    >>> with_buried_id_moved(b"One\n\n" + footer + b"\nBug: 1\n")
    b'One\n\nBug: 1\nChange-Id: I1111111111111111111111111111111111111111\n'
    """
    urls = tuple(filter(None, (link_url, *review_urls)))
    buried = buried_change_ids(message, urls)
    if not buried or change_ids(message, urls):
        return message
    while found := [each.span() for each in _BURIED.finditer(message)]:
        message = without_lines(message, found)
    return with_change_id(
        message, buried[-1], link_url=link_url, review_urls=review_urls
    )
