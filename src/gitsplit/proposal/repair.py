"""Which hunks a new commit may lack that fails a command, best guesses first.

What the command printed names names and files; links between hunks and files that
can't be parsed say more. Where guesses fail, delta debugging looks for few hunks of
those that come later: with all of them the commit is the original, which passes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import ceil

from msgspec import Struct

from gitsplit.model.diff import TextEdit
from gitsplit.model.escape import printable
from gitsplit.model.listing import enumeration, quantity
from gitsplit.model.plan import DROPPED, Plan, with_edits_assigned
from gitsplit.proposal.names import Link, links_of_plan
from gitsplit.proposal.source_text import definitions, identifiers
from gitsplit.proposal.syntax import broken_files

_MOST_OUTPUT = 100_000
"""So many bytes of what a command printed are looked at, the last ones."""

_ROUNDS = 4
"""So often it is looked for what the hunks that are taken along need in turn."""


class Remedy(Struct, frozen=True):
    """Edits that a failing commit may lack, by their places in the plan, and why.

    ``name`` is what they define, or is used in them; empty where something else speaks
    for them. ``sources`` are the groups that they are in, from 0.
    """

    edits: frozenset[int]
    sources: tuple[int, ...]
    name: str = ""
    is_gone: bool = False


def remedies(plan: Plan, group: int, output: bytes) -> Iterator[Remedy]:
    """Which later edits the failing commit ``group`` may lack, best guesses first.

    ``output`` is what the command printed. None is twice.
    """
    late = _Late(plan, group)
    text = output[-_MOST_OUTPUT:].decode("utf-8", "replace")
    seen = set[frozenset[int]]()
    for name, edits, is_gone in _guesses(late, text):
        found = late.with_needs(edits)
        if found and found not in seen:
            seen.add(found)
            sources = tuple(sorted({plan.group_of[at] for at in found}))
            yield Remedy(found, sources, name, is_gone)


_Guess = tuple[str, frozenset[int], bool]
"""A name, the edits that it speaks for, and whether they use what has gone."""


def _guesses(late: "_Late", text: str) -> Iterator[_Guess]:
    said = dict.fromkeys(identifiers(text))
    named = [link for link in late.links if link.name in said]
    yield from late.lacking(named)
    yield from late.lacking(late.links)
    yield "", late.unparsed(), False
    for name in said:
        yield name, late.defining(name), False
    yield from late.unused(named)
    near = late.in_files(text)
    yield "", frozenset(at for at in near if late.words(at) & said.keys()), False
    yield "", near, False


class _Late:
    """The edits of a plan that come after one of its commits."""

    def __init__(self, plan: Plan, group: int) -> None:
        self._plan, self._group = plan, group
        self.edits = frozenset(
            at for at, of in enumerate(plan.group_of) if group < of < DROPPED
        )
        self.links = links_of_plan(plan.changes, plan.edits)

    def lacking(self, links: Iterable[Link]) -> Iterator[_Guess]:
        """What the commit lacks by the links, all in one, then each by itself."""
        found = [
            (link.name, needed, link.is_gone)
            for link in links
            if (needed := self._lacking(link, self._here))
        ]
        if len(found) > 1:
            everything = frozenset[int]().union(*(edits for _, edits, _ in found))
            yield found[0][0], everything, found[0][2]
        yield from found

    @property
    def _here(self) -> frozenset[int]:
        """The edits that the commit and those before it have."""
        return frozenset(
            at for at, of in enumerate(self._plan.group_of) if of <= self._group
        )

    def _lacking(self, link: Link, here: frozenset[int]) -> frozenset[int]:
        """The later edits that ``here`` lacks by a link."""
        if link.is_gone:
            are_all_gone = link.definers <= here
            return link.users & (self.edits - here) if are_all_gone else frozenset()
        if not link.users & here or link.definers & here:
            return frozenset()
        return self._soonest(link.definers & self.edits)

    def _soonest(self, edits: frozenset[int]) -> frozenset[int]:
        """Those of the edits that come first."""
        groups = self._plan.group_of
        first = min((groups[at] for at in edits), default=-1)
        return frozenset(at for at in edits if groups[at] == first)

    def unused(self, links: Iterable[Link]) -> Iterator[_Guess]:
        """The users of what the commit defines, or imports, and doesn't use yet."""
        for link in links:
            if not link.is_gone and link.definers & self._here:
                users = link.users - link.definers
                if not users & self._here:
                    yield link.name, self._soonest(users & self.edits), False

    def unparsed(self) -> frozenset[int]:
        """The later edits of files that can't be parsed in the commit."""
        paths = {
            each.path
            for each in broken_files(self._plan)
            if each.group <= self._group < each.until
        }
        return self._of_paths(paths)

    def _of_paths(self, paths: Iterable[bytes]) -> frozenset[int]:
        wanted = set(paths)
        changes, edits = self._plan.changes, self._plan.edits
        return frozenset(
            at for at in self.edits if changes[edits[at].file].path in wanted
        )

    def in_files(self, text: str) -> frozenset[int]:
        """The later edits of files that the text names."""
        return self._of_paths(
            change.path
            for change in self._plan.changes
            if change.path.rpartition(b"/")[2].decode("utf-8", "replace") in text
        )

    def defining(self, name: str) -> frozenset[int]:
        """The later edits that define the name, whoever else does."""
        return self._soonest(
            frozenset(at for at in self.edits if name in definitions(self._added(at)))
        )

    def words(self, at: int) -> frozenset[str]:
        """The names in the lines that an edit adds."""
        return frozenset(identifiers("".join(self._added(at))))

    def _added(self, at: int) -> list[str]:
        edit = self._plan.edits[at]
        if not isinstance(edit, TextEdit):
            return []
        lines = self._plan.changes[edit.file].new_lines
        found = lines[edit.new.start : edit.new.stop]
        return [line.decode("utf-8", "replace") for line in found]

    def with_needs(self, edits: frozenset[int]) -> frozenset[int]:
        """The edits with those that they need in turn, and that files need to parse."""
        found = edits & self.edits
        for _ in range(_ROUNDS):
            here = self._here | found
            more = frozenset[int]().union(
                *(self._lacking(link, here) for link in self._links_of(found))
            )
            if found:
                more |= self._unparsed_with(found)
            if more <= found:
                break
            found |= more
        return found

    def _links_of(self, edits: frozenset[int]) -> Iterator[Link]:
        return (each for each in self.links if (each.users | each.definers) & edits)

    def _unparsed_with(self, edits: frozenset[int]) -> frozenset[int]:
        """The later edits of files that can't be parsed where these come along."""
        moved = with_edits_assigned(self._plan, edits, self._group)
        return _Late(moved, self._group).unparsed() if edits else frozenset()


def remedy_words(
    remedy: Remedy, group: int, number: Callable[[int], int] = lambda each: each
) -> str:
    """What was moved into the commit ``group``, and why, as a sentence without a stop.

    ``number`` is that of the new commit that a group becomes, both from 0.
    """
    here = number(group) + 1
    there = enumeration([str(number(each) + 1) for each in remedy.sources], "and")
    if remedy.name:
        name = f"`{printable(remedy.name)}`"
        if remedy.is_gone:
            return f"{name} is removed in {here}, used in {there}: moved to {here}"
        return f"{name} is used in {here}, defined in {there}: moved to {here}"
    return f"{quantity(len(remedy.edits), 'hunk')} of {there} moved to {here}"


def smallest_passing(
    items: Sequence[int], passes: Callable[[frozenset[int]], bool | None]
) -> frozenset[int] | None:
    """Few of the items that pass, by delta debugging; all of them are known to.

    None where no part of them was found to. ``passes`` says None where it isn't known
    and nothing more may be tried.
    """
    left, best, parts = list(items), None, 2
    while len(left) > 1:
        for chosen in _parts(left, parts):
            verdict = passes(frozenset(chosen))
            if verdict is None:
                return best
            if verdict:
                left, best, parts = chosen, frozenset(chosen), 2
                break
        else:
            if parts >= len(left):
                break
            parts = min(len(left), 2 * parts)
    return best


def _parts(items: list[int], number: int) -> Iterator[list[int]]:
    """So many parts of the items, then what remains without each of them."""
    size = ceil(len(items) / number)
    starts = range(0, len(items), size)
    yield from (items[start : start + size] for start in starts)
    if number > 2:
        yield from (items[:start] + items[start + size :] for start in starts)
