"""Where a plan stands in a file: it is JSON, or Markdown or a page that carries one.

Markdown may have been quoted in a reply, with ``>`` before each line, and its lines may
end as on other systems. Of a page only the data are read that its plan is in.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from gitsplit.errors import InvalidPlan
from gitsplit.planfile.document import FORMAT

PAGE_START: Final = b'<script type="application/json" id="gitsplit-plan">'
"""What the plan of a page stands behind; in it each ``<`` is an escape."""

_PAGE_PLAN = re.compile(
    rb"<script\b(?=[^>]*\bid=[\"']?gitsplit-plan\b)[^>]*>([^<]*)</script>",
    re.IGNORECASE,
)
"""Whatever saved the page may have written the attributes in another way."""

_PAGE = re.compile(rb"\s*<(!doctype html|html)\b", re.IGNORECASE)
_QUOTED = re.compile(rb"(?: {0,3}> ?)*")
_FENCE = re.compile(rb"\s*(`{3,}|~{3,})")
_BOM = b"\xef\xbb\xbf"


def plan_text(data: bytes) -> bytes:
    """The JSON text of the plan that a file has, in the lines where it stands there.

    Lines above it come back empty, so that an error names the line in the file. Other
    JSON comes back as it is. Raises InvalidPlan where there is no plan, or several.
    """
    data = data.removeprefix(_BOM)
    if not data.strip():
        raise InvalidPlan("The plan is empty.", hint=_WRITES.format("json -o FILE"))
    if _PAGE.match(data):
        return _only(
            [_below(data, found) for found in _PAGE_PLAN.finditer(data)], "page"
        )
    if data.lstrip()[:1] in (b"{", b"["):
        return data
    if _has_fence(data):
        return _only(
            [each for each in _code_blocks(data) if _is_plan(each)], "Markdown"
        )
    return _unfenced(data)


_WRITES = "`gitsplit --dry-run --format {}` writes one."


def _below(data: bytes, found: re.Match[bytes]) -> bytes:
    return b"\n" * data.count(b"\n", 0, found.start(1)) + found[1]


def _unfenced(data: bytes) -> bytes:
    """The plan that text has without a fence, as when a comment is copied as shown.

    Raises InvalidPlan where there is none.
    """
    shown = b"\n".join(_unquoted(line) for line in data.splitlines())
    if (start := _PLAN_START.search(shown)) is not None:
        text = shown[start.start() :].decode("utf-8", "surrogateescape").lstrip()
        try:
            _, stop = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            stop = len(text)  # whoever reads it says what is wrong
        above = shown.count(b"\n", 0, start.start())
        return b"\n" * above + text[:stop].encode("utf-8", "surrogateescape")
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        raise InvalidPlan(
            "The file has no plan.",
            hint="A plan is JSON, by itself, in a comment or in a page: what --format"
            " json, markdown or html of a dry run writes.",
        ) from None
    return data


_PLAN_START = re.compile(
    rb'^[ \t]*\{\s*"format":\s*"%s"' % FORMAT.encode(), re.MULTILINE
)


def _has_fence(data: bytes) -> bool:
    return any(_FENCE.match(_unquoted(line)) for line in data.splitlines())


def _is_plan(block: bytes) -> bool:
    return block.lstrip().startswith(b"{") and FORMAT.encode() in block


def _only(found: list[bytes], where: str) -> bytes:
    """The one plan, which may be there more than once; InvalidPlan for any others."""
    different = {each.lstrip(b"\n"): each for each in reversed(found)}
    if len(different) == 1:
        return found[0]
    if not different:
        raise InvalidPlan(
            f"The {where} has no plan.",
            hint=f"{_WRITES.format(_FORMATS[where])} Keep it whole.",
        )
    raise InvalidPlan(
        f"The {where} has {len(different)} plans.",
        hint="Keep the one that is meant, and remove the others.",
    )


_FORMATS = {"page": "html", "Markdown": "markdown"}


def _unquoted(line: bytes) -> bytes:
    quoted = _QUOTED.match(line)
    return line[quoted.end() :] if quoted else line


def _code_blocks(data: bytes) -> Iterator[bytes]:
    """What stands in each fence, below an empty line for each line above it.

    One that isn't closed goes on to the end.
    """
    fence, block = b"", list[bytes]()
    for at, raw in enumerate(data.splitlines(), 1):
        line = _unquoted(raw)
        if not fence:
            found = _FENCE.match(line)
            fence, block = (found[1] if found else b""), [b""] * at
        elif _closes(line, fence):
            yield b"\n".join(block) + b"\n"
            fence = b""
        else:
            block.append(line)
    if fence:
        yield b"\n".join(block) + b"\n"


def _closes(line: bytes, fence: bytes) -> bool:
    run = line.strip()
    return len(run) >= len(fence) and set(run) == set(fence[:1])
