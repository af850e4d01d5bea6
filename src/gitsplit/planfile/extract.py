"""Where a plan stands in a file: it is JSON, or Markdown or a page that carries one.

Markdown may have been quoted in a reply, with ``>`` before each line, and its lines may
end as on other systems. Of a page only the data are read that its plan is in.
"""

import re
from collections.abc import Iterator
from typing import Final

from gitsplit.errors import InvalidPlan
from gitsplit.planfile.document import FORMAT

PAGE_START: Final = b'<script type="application/json" id="gitsplit-plan">'
"""What the plan of a page stands behind; in it each ``<`` is an escape."""

_PAGE_PLAN = re.compile(re.escape(PAGE_START) + rb"([^<]*)</script>", re.IGNORECASE)
_PAGE = re.compile(rb"\s*<(!doctype html|html)\b", re.IGNORECASE)
_QUOTED = re.compile(rb"(?: {0,3}> ?)*")
_FENCE = re.compile(rb"\s*(`{3,}|~{3,})")
_BOM = b"\xef\xbb\xbf"


def plan_text(data: bytes) -> bytes:
    """The JSON text of the plan that a file has.

    Text without a sign of Markdown or a page comes back as it is. Raises InvalidPlan
    where there is no plan in these, or several.
    """
    data = data.removeprefix(_BOM)
    if _PAGE.match(data):
        return _only([found[1] for found in _PAGE_PLAN.finditer(data)], "page")
    if data.lstrip()[:1] in (b"{", b"[") or not _has_fence(data):
        return data
    return _only([each for each in _code_blocks(data) if _is_plan(each)], "Markdown")


def _has_fence(data: bytes) -> bool:
    return any(_FENCE.match(_unquoted(line)) for line in data.splitlines())


def _is_plan(block: bytes) -> bool:
    return block.lstrip().startswith(b"{") and FORMAT.encode() in block


def _only(found: list[bytes], where: str) -> bytes:
    """The one plan, which may be there more than once; InvalidPlan for any others."""
    different = list(dict.fromkeys(found))
    if len(different) == 1:
        return different[0]
    if not different:
        raise InvalidPlan(
            f"The {where} has no plan.",
            hint="`gitsplit --dry-run --format markdown` writes one with a plan, which"
            " must be kept whole, with the lines of ` around it.",
        )
    raise InvalidPlan(
        f"The {where} has {len(different)} plans.",
        hint="Keep the one that is meant, and remove the others.",
    )


def _unquoted(line: bytes) -> bytes:
    quoted = _QUOTED.match(line)
    return line[quoted.end() :] if quoted else line


def _code_blocks(data: bytes) -> Iterator[bytes]:
    """What stands in each fence; one that isn't closed goes on to the end."""
    fence, block = b"", list[bytes]()
    for raw in data.splitlines():
        line = _unquoted(raw)
        if not fence:
            found = _FENCE.match(line)
            fence, block = (found[1] if found else b""), []
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
