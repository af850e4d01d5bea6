"""The screens of words: what will be written, and which keys there are."""

from collections.abc import Iterable, Iterator, Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.tui.actual import commit_sizes
from gitsplit.tui.altered import (
    altered_lines,
    dropped_words,
    ends_as_it_was,
    where_files_go,
)
from gitsplit.tui.commitlist import OWNER, change_id_words, subject
from gitsplit.tui.pane import Lines, fixed_lines
from gitsplit.tui.selection import counted
from gitsplit.tui.sizes import Size, written_owner
from gitsplit.tui.state import State
from gitsplit.tui.style import group_style
from gitsplit.tui.text import fitted, shown, wrapped

_COLUMN = 39  # of the help: two fit 80 columns
_TREE_SAME = "tree unchanged"

HelpSections = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Each section's name, and its keys with what they do."""


def preview_page(state: State, width: int) -> Lines:
    """What will be written, commit by commit, and what stays as it is."""
    lines: list[StyleAndTextTuples] = [_summary(state), []]
    lines += _commit_rows(state, width)
    lines.append([])
    if state.problems:
        lines += _problem_lines(state.problems, width)
    else:
        lines += _promises(state, width)
    return fixed_lines(lines, state.scroll)


def _written(state: State) -> int:
    """How many commits will be made: those that have pieces."""
    sizes = commit_sizes(state)
    return sum(sizes[group].pieces > 0 for group in range(len(state.plan.groups)))


def _summary(state: State) -> StyleAndTextTuples:
    above = len(state.target.above)
    before, after = counted(above + 1, "commit"), above + _written(state)
    verb = "becomes" if not above else "become"
    return [
        ("", " will rewrite "),
        ("class:name", state.target.ref),
        ("", f": {before} {verb} {after}"),
    ]


def _commit_rows(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """A line for each new commit, then for each one above that keeps its tree."""
    sizes = commit_sizes(state)
    groups = range(len(state.plan.groups))
    ids = max(len(change_id_words(state, group)) for group in groups)
    numbers = max(len(sizes[group].lines) for group in groups)
    right = max(numbers + 2 + ids, len(_TREE_SAME))
    room = width - right - 15
    for group in groups:
        yield [
            (f"{group_style(group)} bold", f"{group + 1:>4} "),
            *_what_becomes(state, group, sizes[group], room),
            *_size_and_id(state, group, numbers),
        ]
    is_same = ends_as_it_was(state.plan)
    word, tree = ("same", _TREE_SAME) if is_same else ("other", "tree changes")
    for _, text in state.target.above:
        yield [
            ("class:faint", f"     {word:<8}"),
            ("", fitted(shown(text), room)),
            ("class:faint", f"  {tree}"),
        ]


def _what_becomes(
    state: State, group: int, size: Size, room: int
) -> StyleAndTextTuples:
    mark = f"{OWNER} " if group == written_owner(state.plan) else "  "
    word = "new   " if size.pieces else "empty "
    return [
        ("class:good" if size.pieces else "class:empty", word),
        ("class:owner", mark),
        ("", fitted(subject(state, group), room)),
    ]


def _size_and_id(state: State, group: int, numbers: int) -> StyleAndTextTuples:
    size = commit_sizes(state)[group]
    if not size.pieces:
        return [("class:empty", "  left out")]
    return [
        ("", f"  {size.lines.ljust(numbers)}"),
        ("class:faint", f"  {change_id_words(state, group)}"),
    ]


def _problem_lines(problems: Iterable[str], width: int) -> Iterator[StyleAndTextTuples]:
    """Why it can't be written yet."""
    for problem in problems:
        first, *rest = wrapped(shown(problem), width - 5)
        yield [("class:bad", f" ✗ {first}")]
        for line in rest:
            yield [("class:bad", f"   {line}")]
    yield []
    yield [("", " Nothing can be written until this is mended; q goes back.")]


def _promises(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """What holds once it is written, each found to be true before it is said."""
    lost = dropped_words(state.plan)
    tree = state.target.tree[:10]
    same = ends_as_it_was(state.plan)
    yield _checked(same, f"final tree {tree} = {tree}", f"final tree is not {tree}")
    yield _checked(not lost, "nothing lost", f"{lost} dropped")
    yield from altered_lines(state)
    if same:
        yield _checked(True, "worktree and index stay as they are, even when dirty")
    else:
        yield [("", f"   {where_files_go(state.target)}")]
    if state.target.other_refs:
        names = ", ".join(state.target.other_refs)
        yield [("", f"   moves too: {names}")]
    yield []
    yield [
        ("class:key", " Enter"),
        ("", f" writes them and moves {state.target.ref}; "),
        ("class:name", "gitsplit --undo"),
        ("", " takes it all back"),
    ]


def _checked(holds: bool, yes: str, no: str = "") -> StyleAndTextTuples:
    return [("class:good", f" ✓ {yes}")] if holds else [("class:bad", f" ✗ {no}")]


def help_page(sections: HelpSections, width: int, scroll: int) -> Lines:
    """Every key, in as many columns as fit."""
    columns = max(1, width // _COLUMN)
    room = width // columns
    blocks = [list(_section(name, keys, room)) for name, keys in sections]
    return fixed_lines(list(_beside(_balanced(blocks, columns), room)), scroll)


def _section(
    name: str, keys: Sequence[tuple[str, str]], width: int
) -> Iterator[StyleAndTextTuples]:
    """A section's name, and a line or more for each of its keys."""
    yield [("class:name", fitted(f" {name}", width))]
    column = min(12, max((get_cwidth(key) for key, _ in keys), default=0)) + 2
    for key, sentence in keys:
        first, *rest = wrapped(sentence, width - column - 2)
        yield [
            ("class:key", " " + fitted(key, column)),
            ("", fitted(first, width - column - 1)),
        ]
        indent = " " * (column + 1)
        for line in rest:
            yield [("", fitted(indent + line, width))]


def _balanced(
    blocks: list[list[StyleAndTextTuples]], columns: int
) -> list[list[StyleAndTextTuples]]:
    """The blocks under each other in so many columns, none of them cut."""
    total = sum(len(block) + 1 for block in blocks)
    found: list[list[StyleAndTextTuples]] = [[]]
    for block in blocks:
        is_full = len(found[-1]) + len(block) // 2 >= total / columns
        if is_full and len(found) < columns:
            found.append([])
        found[-1] += [*block, []]
    return found


def _beside(
    columns: list[list[StyleAndTextTuples]], width: int
) -> Iterator[StyleAndTextTuples]:
    """The columns next to each other."""
    for at in range(max(len(column) for column in columns)):
        cells: StyleAndTextTuples = []
        for column in columns:
            filled = at < len(column) and column[at]
            cells += column[at] if filled else [("", " " * width)]
        yield cells
