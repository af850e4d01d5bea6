"""Which ``Link:`` footers are Change-Ids: those into the server that reviews them.

Gerrit knows its own address. A clone knows it too where somebody configured it, and
else only the host of it.
"""

import re

_URL = re.compile(
    rb"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(\[[^]/]*\]|[^/:]+)(?::.*|/.*)?"
)
_WEB = re.compile(rb"https?://([^/@:]+)(?::[0-9]+)?/(?:[a-z0-9._~/-]*/)?", re.I)


def host_of(address: bytes) -> bytes:
    """``//host`` of a URL, of git's short form of one, or of a host's bare name.

    It is empty where there is none, as with a path.

    >>> host_of(b"ssh://me@review.example.org:29418/project")
    b'//review.example.org'
    >>> host_of(b"review.example.org"), host_of(b"../project")
    (b'//review.example.org', b'')
    """
    found = _URL.fullmatch(address)
    if found is None or b"." not in found[1].strip(b"."):
        return b""
    return b"//" + found[1].lower()


def leads_into(url: bytes, servers: tuple[bytes, ...]) -> bool:
    """Whether ``url`` is what stands before the id in a link into one of the servers.

    A server is the URL of its pages, or ``//host``, on which they may be anywhere.

    >>> leads_into(b"https://r.example.org/id/", (b"https://r.example.org/",))
    True
    >>> leads_into(b"https://r.example.org/gerrit/id/", (b"//r.example.org",))
    True
    """
    if not url.endswith(b"/id/"):
        return False
    page = url.removesuffix(b"id/")
    if any(page == server.removesuffix(b"/") + b"/" for server in servers):
        return True
    found = _WEB.fullmatch(page)
    return found is not None and b"//" + found[1].lower() in servers
