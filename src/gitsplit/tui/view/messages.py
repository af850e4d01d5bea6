"""The screen of messages: those of all new commits, as they will be."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.lines import lines_of
from gitsplit.model.listing import quantity
from gitsplit.model.memo import memo_by
from gitsplit.model.message import subject_of
from gitsplit.tui.state.app_state import SeriesInfo, State
from gitsplit.tui.state.new_commits import NewCommit, message_commits, origin_words
from gitsplit.tui.view.commits import marked_subject, short_id
from gitsplit.tui.view.pane import PaneLines, first_visible
from gitsplit.tui.view.text import (
    CURSOR,
    OWNER,
    column_text,
    group_style,
    line_cells,
    start_of,
)

SHORT, LONG = 50, 72
"""Letters that a subject should have, and that git log shows at most."""

_NEW_ID = b"(will be added)"
_INDENT = 7


@dataclass(frozen=True, slots=True)
class _MessageBlock:
    """A commit, and the lines of its message below the subject."""

    commit: NewCommit
    body: tuple[bytes, ...]

    @property
    def height(self) -> int:
        """Its lines: subject, what it is, body, and a blank one."""
        return 2 + len(self.body) + 1


def message_lines(state: State, width: int) -> PaneLines:
    """Every new commit with its number, owner's mark, subject and message."""
    blocks, starts = _message_blocks(state)
    at = min(state.message, len(blocks) - 1)

    def line(number: int) -> StyleAndTextTuples:
        block = bisect_right(starts, number) - 1
        inside = number - starts[block]
        return _message_line(state, blocks[block], (block, inside), block == at, width)

    focus = range(starts[at], starts[at + 1]) if blocks else range(1)
    return PaneLines(
        line,
        starts[-1],
        focus.start,
        scroll=lambda top, rows: first_visible(top, rows, focus, focus.start),
        number_of=lambda number: bisect_right(starts, number) - 1,
    )


@memo_by(attrgetter("info", "todo"))
def _message_blocks(state: State) -> tuple[tuple[_MessageBlock, ...], tuple[int, ...]]:
    """The blocks of the page, and the lines that they begin at."""
    blocks = tuple(_message_block(state.info, each) for each in message_commits(state))
    return blocks, tuple(accumulate((each.height for each in blocks), initial=0))


def _message_block(info: SeriesInfo, commit: NewCommit) -> _MessageBlock:
    message = message_to_be(info, commit)
    title, _, _ = message.lstrip(b"\n").partition(b"\n\n")
    below = message.lstrip(b"\n")[len(title) :].strip(b"\n")
    return _MessageBlock(commit, lines_of(below + b"\n") if below else ())


def message_to_be(info: SeriesInfo, commit: NewCommit) -> bytes:
    """The message with its Change-Id; that of a new one isn't known yet."""
    original = source_id(info, commit)
    message = info.ids.with_id_in_footer(commit.message)
    if original is None and not info.ids.gives_id(message):
        return message
    change_id = original if original and commit.is_owner else _NEW_ID
    return info.ids.with_id(message, change_id)


def source_id(info: SeriesInfo, commit: NewCommit) -> bytes | None:
    """The Change-Id of the commit that a new one is made from, or squashed into it."""
    taken = commit.joined if commit.where.commit in commit.joined else ()
    ids = (info.change_ids.get(oid) for oid in (commit.entry.oid, *taken))
    return next(filter(None, ids), None)


def _message_line(
    state: State, block: _MessageBlock, place: tuple[int, int], is_at: bool, width: int
) -> StyleAndTextTuples:
    """Line ``place[1]`` of block number ``place[0]``."""
    number, inside = place
    if not inside:
        return _subject_line(block.commit, number, is_at, width)
    if inside == 1:
        what = f"{' ' * _INDENT}{origin_words(block.commit)}"
        return [("class:faint", start_of(what, width))]
    if inside - 2 < len(block.body):
        cells = line_cells(block.body[inside - 2], width - _INDENT)
        return [("", " " * _INDENT), *cells]
    return []


def _subject_line(
    commit: NewCommit, number: int, is_at: bool, width: int
) -> StyleAndTextTuples:
    """The number, the owner's mark, the subject and how long that is."""
    subject = subject_of(commit.message)
    words, style = length_words(subject)
    is_marked = commit.is_owner and commit.group is not None
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
    entry = commits[min(state.message, len(commits) - 1)].entry
    change_id = short_id(state.info.change_ids.get(entry.oid, b""))
    pieces = [commit for commit in commits if commit.entry.oid == entry.oid]
    if entry.plan is None or entry.action != "split":
        return ""
    if not change_id:
        gives = any(state.info.ids.gives_id(commit.message) for commit in pieces)
        return "all are new changes, without reviewers" if gives else ""
    owner = next((commit for commit in pieces if commit.is_owner), None)
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
