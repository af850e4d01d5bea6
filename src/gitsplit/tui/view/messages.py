"""The screen of messages: those of all new commits as they will be, and their parts."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from msgspec import Struct
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.lines import lines_of
from gitsplit.model.listing import quantity
from gitsplit.model.memo import memo_by
from gitsplit.model.message import subject_of
from gitsplit.tui.state.app_state import SeriesInfo, State
from gitsplit.tui.state.message_rows import (
    PartedMessage,
    commit_at_cursor,
    message_rows,
    parted_messages,
)
from gitsplit.tui.state.new_commits import (
    NewCommit,
    message_commits,
    origin_words,
    source_ids,
)
from gitsplit.tui.view.commits import marked_subject, short_id
from gitsplit.tui.view.pane import PaneLines, first_visible
from gitsplit.tui.view.text import (
    CURSOR,
    LEFT_OUT,
    OWNER,
    column_text,
    group_style,
    line_cells,
    one_line,
    start_of,
    text_lines,
)

SHORT, LONG = 50, 72
"""Letters that a subject should have, and that git log shows at most."""

_NEW_ID = b"(will be added)"
_INDENT = 7
_PART_LINES = 2  # of a part
_BAR = "┃"


class _MessageBlock(Struct, frozen=True):
    """A commit, and the lines of its message below the subject."""

    number: int
    commit: NewCommit
    body: tuple[bytes, ...]

    @property
    def height(self) -> int:
        """Its lines: subject, what it is, body, and a blank one."""
        return 2 + len(self.body) + 1


class _PartBlock(Struct, frozen=True):
    """A part of a message that was split, and the numbers of those that say it.

    Numbers count from 0. Above the first of several is a ``heading``, below the
    ``is_last`` a blank line.
    """

    homes: tuple[int, ...]
    text: tuple[str, ...]
    heading: str
    is_last: bool

    @property
    def height(self) -> int:
        """Its lines: the heading, what it says, and a blank one."""
        return bool(self.heading) + len(self.text) + self.is_last


_Block = _MessageBlock | _PartBlock


def message_lines(state: State, width: int) -> PaneLines:
    """Every new commit with its number, owner's mark, subject and message.

    Below those that one was split into are the parts of its message.
    """
    blocks, starts = _message_blocks(state, width)
    at = min(state.message, len(blocks) - 1)

    def line(number: int) -> StyleAndTextTuples:
        block = bisect_right(starts, number) - 1
        return _block_line(blocks[block], number - starts[block], block == at, width)

    focus = range(starts[at], starts[at + 1]) if blocks else range(1)
    return PaneLines(
        line,
        starts[-1],
        focus.start,
        scroll=lambda top, rows: first_visible(top, rows, focus, focus.start),
        number_of=lambda number: bisect_right(starts, number) - 1,
    )


@memo_by(lambda state, width: (state.info, state.todo, width))
def _message_blocks(
    state: State, width: int
) -> tuple[tuple[_Block, ...], tuple[int, ...]]:
    """The blocks of the page, and the lines that they begin at."""
    blocks = tuple(_blocks(state, width))
    return blocks, tuple(accumulate((each.height for each in blocks), initial=0))


def _blocks(state: State, width: int) -> Iterator[_Block]:
    """A block for each row."""
    commits, parted = message_commits(state), parted_messages(state)
    for number, part in message_rows(state):
        commit = commits[number]
        if part is None:
            yield _message_block(state.info, number, commit)
        else:
            yield _part_block(parted[commit.entry.oid], part, width)


def _part_block(message: PartedMessage, part: int, width: int) -> _PartBlock:
    first, *_, last = message.listed
    of = message.original[:7]
    heading = f"the message of {of}, sentence by sentence" if part == first else ""
    homes = message.homes(part)
    text = one_line(b" ".join(message.part(part).text.split()))
    lines = text_lines(text if homes else f"left out: {text}", width - _INDENT - 1)
    rest = " ".join(lines[_PART_LINES - 1 :])
    shown = (*lines[: _PART_LINES - 1], start_of(rest, width - _INDENT - 1))
    return _PartBlock(homes, tuple(filter(None, shown)), heading, part == last)


def _message_block(info: SeriesInfo, number: int, commit: NewCommit) -> _MessageBlock:
    message = message_to_be(info, commit)
    title, _, _ = message.lstrip(b"\n").partition(b"\n\n")
    below = message.lstrip(b"\n")[len(title) :].strip(b"\n")
    return _MessageBlock(number, commit, lines_of(below + b"\n") if below else ())


def message_to_be(info: SeriesInfo, commit: NewCommit) -> bytes:
    """The message with its Change-Id; that of a new one isn't known yet."""
    message = info.ids.with_id_in_footer(commit.message)
    known = source_ids(info, commit.entry.commits, commit.continued)
    if commit.where.commit in commit.joined:
        squashed = (info.change_ids.get(oid) for oid in commit.joined)
        known += tuple(filter(None, squashed))
    if not known and not info.ids.gives_id(message):
        return message
    kept = known[0] if known and commit.continued else _NEW_ID
    return info.ids.with_id(message, kept)


def _block_line(
    block: _Block, inside: int, is_at: bool, width: int
) -> StyleAndTextTuples:
    """Line ``inside`` of a block, from 0."""
    if isinstance(block, _PartBlock):
        return _part_line(block, inside, is_at)
    if not inside:
        return _subject_line(block, is_at, width)
    if inside == 1:
        what = f"{' ' * (_INDENT - 2)}({origin_words(block.commit)})"
        return [("class:faint", start_of(what, width))]
    if inside - 2 < len(block.body):
        cells = line_cells(block.body[inside - 2], width - _INDENT)
        return [("", " " * _INDENT), *cells]
    return []


def _part_line(block: _PartBlock, inside: int, is_at: bool) -> StyleAndTextTuples:
    """A line of a part: which commit says it, and what it says."""
    if block.heading and not inside:
        return [("class:faint", f"{' ' * _INDENT}{block.heading}")]
    at = inside - bool(block.heading)
    if at >= len(block.text):
        return []
    number, style = LEFT_OUT, "class:warning"
    if block.homes:
        number = f"{block.homes[0] + 1}{'+' if block.homes[1:] else ''}"
        style = f"{group_style(block.homes[0])} bold"
    return [
        ("class:cursor", f" {CURSOR}" if is_at and not at else "  "),
        (style, f"{'' if at else number:>2} {_BAR} "),
        ("class:focus" if is_at else "", block.text[at]),
    ]


def _subject_line(block: _MessageBlock, is_at: bool, width: int) -> StyleAndTextTuples:
    """The number, the owner's mark, the subject and how long that is."""
    commit, number = block.commit, block.number
    subject = subject_of(commit.message)
    words, style = length_words(subject)
    is_marked = commit.continued is not None and commit.group is not None
    room = width - _INDENT - get_cwidth(words) - 3
    text = column_text(marked_subject(commit.message, commit.is_proposed), room)
    return [
        ("class:cursor", f" {CURSOR}" if is_at else "  "),
        (f"{group_style(commit.group or 0)} bold", f"{number + 1:>2} "),
        ("class:owner", f"{OWNER} " if is_marked else "  "),
        ("class:focus" if is_at else "", text),
        (style, f"  {words} "),
    ]


def length_words(subject: bytes) -> tuple[str, str]:
    """How long a subject is, in words where that is too long, and their style."""
    if not subject.strip():
        return "empty", "class:error"
    length = len(subject.decode(errors="replace"))
    if length > LONG:
        return f"{length} chars, over {LONG}", "class:warning"
    return (
        f"{length} chars, over {SHORT}" if length > SHORT else f"{length} chars"
    ), "class:faint"


def owner_words(state: State) -> str:
    """What reviewers will see, by which commit keeps the Change-Id."""
    commits = message_commits(state)
    if not commits:
        return ""
    entry = commit_at_cursor(state).entry
    change_id = short_id(state.info.change_ids.get(entry.oid, b""))
    pieces = [commit for commit in commits if commit.entry.oid == entry.oid]
    if entry.plan is None or entry.action != "split" or entry.rest:
        return ""
    if not change_id:
        gives = any(state.info.ids.gives_id(commit.message) for commit in pieces)
        return "all are new changes, without reviewers" if gives else ""
    owner = next((commit for commit in pieces if commit.continued), None)
    others = len(pieces) - (owner is not None)
    if owner is None:
        return f"no commit keeps {change_id}: all start without reviewers"
    count = entry.plan.group_of.count(owner.group)
    what = "this hunk" if count == 1 else f"these {quantity(count, 'hunk')}"
    start = f"reviewers of {change_id} will see a new patch set with {what}"
    return f"{start}; {_others_words(others)}" if others else start


def _others_words(count: int) -> str:
    if count == 1:
        return "the other commit starts without reviewers"
    return f"the {count} others start without reviewers"
