"""What goes along with an assignment without having been selected, in words."""

from collections.abc import Collection

from gitsplit.model.edits import Fact, FactEdit
from gitsplit.model.listing import counted
from gitsplit.model.plan import Plan

_NOUNS = {Fact.CREATE: "creation", Fact.DELETE: "deletion"}


def implied_words(before: Plan, after: Plan, places: Collection[int] = ()) -> str:
    """A clause on the creations and deletions that changed commits on their own.

    Empty where none did. ``places`` are the edits that were sent elsewhere; both plans
    have the same edits. A commit that has only been moved is the same commit.
    """
    sent = frozenset(places)
    found: dict[Fact, int] = {}
    for place, edit in enumerate(after.edits):
        if isinstance(edit, FactEdit) and place not in sent:
            is_moved = _group(before, place) is not _group(after, place)
            found[edit.fact] = found.get(edit.fact, 0) + is_moved
    clauses = (_clause(fact, number) for fact, number in found.items() if number)
    return "".join(clauses)


def _group(plan: Plan, place: int) -> object:
    """The group of an edit as the very object that it is; None where it is dropped."""
    group = plan.group_of[place]
    return plan.groups[group] if group < len(plan.groups) else None


def _clause(fact: Fact, number: int) -> str:
    noun = _NOUNS.get(fact, "change")
    if number == 1:
        return f" and the file's {noun} with it"
    return f" and the {noun} of {counted(number, 'file')} with it"
