"""What isn't committed, where it is to become part of commits: which hunks are those.

They are what the user has come for; what was in the commits before counts as seen.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from gitsplit.model.listing import quantity
from gitsplit.model.plan import Plan
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import State, entries_of
from gitsplit.tui.state.key_names import keyed

UNSURE = "?"
"""The mark in the gutter of a hunk of which it isn't sure that it belongs there."""


def are_absorbed(state: State) -> bool:
    """Whether the commits that are open are to absorb what isn't committed."""
    return entries_of(state.todo)[state.target.commit].absorbs


def places_to_see(entry: Entry, plan: Plan) -> Sequence[int]:
    """The places of the hunks that are to be judged: all, or those not committed.

    These are the last, or none; then they are all.
    """
    stop = len(plan.edits)
    if not entry.absorbs:
        return range(stop)
    last = len(entry.commits) - 1
    start = bisect_left(plan.edits, last, key=lambda e: plan.changes[e.file].commit)
    return range(start if start < stop else 0, stop)


def unsure_places(state: State) -> Mapping[int, str]:
    """Why it isn't sure that an absorbed hunk belongs where it is, by its place."""
    if not are_absorbed(state):
        return {}
    from gitsplit.model.corrections import unsure_corrections  # known by now

    return unsure_corrections(state.plan)


def homeless_words(state: State, place: int) -> str:
    """A clause on why a hunk stays uncommitted; empty where that isn't for a home."""
    if not are_absorbed(state):
        return ""
    from gitsplit.model.corrections import correction_homes, why_homeless

    is_one = place in correction_homes(state.plan)
    why = why_homeless(state.plan, place) if is_one else ""
    return f", {why}" if why else ""


def words_of_absorbing(state: State) -> str:
    """How many hunks aren't committed, and how to go through them."""
    if state.opened is None or not are_absorbed(state):
        return ""
    entry = entries_of(state.todo)[state.target.commit]
    count = len(places_to_see(entry, state.plan))
    words = f"{quantity(count, 'hunk')} to absorb, this is the first"
    words += keyed(state, " · {next-unseen} the next") if count > 1 else ""
    if unsure := len(unsure_places(state)):
        words += keyed(state, f" · {unsure} not sure ({UNSURE}): {{next-doubtful}}")
    return words
