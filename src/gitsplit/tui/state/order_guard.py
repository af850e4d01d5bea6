"""Whether the order of the new commits holds, said where hunks are sent.

By which names the hunks of the open commit depend on each other is found beside the
screen, once for each way in which they are cut; which of that is broken follows from
where they are.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gitsplit.model.escape import printable
from gitsplit.tui.state.app_state import KnownLinks, Screen, State

if TYPE_CHECKING:
    from gitsplit.proposal.names import Need

NONE_BROKEN: Mapping[int, tuple["Need", ...]] = {}


def awaits_links(state: State) -> bool:
    """Whether it is to be found how the hunks of the open commit depend on each other.

    Of a range, too, whose links that were broken before aren't among them.
    """
    if state.opened is None or state.screen not in (Screen.SPLIT, Screen.BOARD):
        return False
    return len(state.plan.groups) > 1 and known_links(state) is None


def known_links(state: State) -> KnownLinks | None:
    """The links between the hunks as they are cut now; None where they aren't known."""
    known = state.links
    is_of_plan = known is not None and known.edits == state.plan.edits
    return known if is_of_plan else None


def broken_needs(state: State) -> Mapping[int, tuple["Need", ...]]:
    """What hunks need that only comes with a later commit, by their places."""
    known = None if state.opened is None else known_links(state)
    if known is None or not known.links:
        return NONE_BROKEN
    from gitsplit.proposal.names import needs_by_place  # known by now, if there are any

    return needs_by_place(known.links, state.plan.group_of)


def needs_of_commits(state: State) -> Mapping[int, "Need"]:
    """Of each commit that needs a name too soon the first one."""
    found: dict[int, Need] = {}
    for place, needs in sorted(broken_needs(state).items()):
        found.setdefault(state.plan.group_of[place], needs[0])
    return found


def need_words(need: "Need") -> str:
    """What is needed, as ``needs parsed from 2``."""
    name, later = printable(need.name), need.of + 1
    if need.is_gone:
        return f"removes {name}, used in {later}"
    return f"needs {name} from {later}"


def places_needed(state: State, places: Iterable[int]) -> tuple[int, ...]:
    """The places of all that these hunks need from later commits, and those in turn."""
    needs, wanted = broken_needs(state), [*places]
    found: set[int] = set()
    while wanted:
        late = {at for need in needs.get(wanted.pop(), ()) for at in need.places}
        wanted += late - found
        found |= late
    return tuple(sorted(found))
