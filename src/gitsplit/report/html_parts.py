"""What any page of gitsplit is made of: how it starts, and words as nothing else.

The policy in its head lets a browser run the page's own script, and load nothing.
"""

from base64 import b64encode
from hashlib import sha256
from html import escape

from gitsplit.model.escape import seen_parts

_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
{script}style-src '{style}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<main>
"""


def page_start(title: str, script: str = "") -> str:
    """All of a page up to its first block; ``script`` is the only one that may run."""
    css = resource("page.css")
    runs = f"script-src '{_hash(script)}'; " if script else ""
    return _HEAD.format(script=runs, style=_hash(css), title=escape(title), css=css)


def resource(name: str) -> str:
    """The text of a file that pages are made of."""
    from importlib.resources import files  # imports much

    return files("gitsplit.report").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    """What a policy names a script or style by that stands in the page."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def text(words: bytes | str) -> str:
    r"""The words for a page, what can't be seen as a mark.

    >>> text("<b>\t\x1b")
    '&lt;b&gt;<mark>␉␛</mark>'
    """
    return "".join(
        f"<mark>{escape(part)}</mark>" if is_named else escape(part)
        for part, is_named in seen_parts(words)
    )


def code(line: bytes | str) -> str:
    r"""A line for a ``<pre>``, in which a tab is seen as one.

    >>> code("\t\x1b")
    '&#9;<mark>␛</mark>'
    """
    if isinstance(line, bytes):
        line = line.decode("utf-8", "surrogateescape")
    # Only its reference stays a tab wherever the page goes.
    return "&#9;".join(map(text, line.split("\t")))
