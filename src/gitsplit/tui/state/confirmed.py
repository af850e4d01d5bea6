"""What the user has confirmed: hunks sent, or kept by a key, and those that follow.

Which hunks are confirmed belongs to a point of the history: each step has it as of
then, so undo and redo have it as it was.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.diff import Edit, TextEdit
from gitsplit.model.listing import quantity
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, with_edits_assigned
from gitsplit.tui.state.app_state import State, Unit
from gitsplit.tui.state.order_guard import known_links
from gitsplit.tui.state.undo import with_plan

FOLLOWED = "»"
"""The mark in the gutter of a hunk that has followed another one."""


def confirmed_edits(state: State, commit: Oid) -> frozenset[Edit]:
    """The edits of a commit that the user has sent or kept, as they were cut then."""
    return state.confirmed.get(commit, frozenset())


def with_confirmed(state: State, edits: Iterable[Edit]) -> State:
    """The state in which these edits of the open commit are confirmed, too.

    None are where its proposal is still to come, which decides anew.
    """
    commit = state.target.commit
    if commit in state.unproposed:
        return state
    known = confirmed_edits(state, commit)
    return _with_confirmed_as(state, commit, known.union(edits))


def with_none_confirmed(state: State) -> State:
    """The state in which nothing of the open commit is confirmed."""
    return _with_confirmed_as(state, state.target.commit, frozenset())


def _with_confirmed_as(state: State, commit: Oid, edits: frozenset[Edit]) -> State:
    if confirmed_edits(state, commit) == edits:
        return state
    found = {**state.confirmed, commit: edits}
    if not state.steps_done:
        return replace(state, kept=found)
    *before, last = state.steps_done
    return replace(state, steps_done=(*before, last._replace(confirmed=found)))


def with_sent(state: State, plan: Plan, words: str, places: Sequence[int]) -> State:
    """The state one step on, with ``plan``, in which the edits at ``places`` were sent.

    They are confirmed, and those that are like them follow in the same step. Raises
    ActionRefused as :func:`with_plan` does.
    """
    edits = [plan.edits[place] for place in places]
    if following := _followers(state, plan, places):
        try:
            return with_confirmed(
                _with_followers(state, plan, words, places[0], following), edits
            )
        except ActionRefused:
            pass  # what the user sent goes alone
    return with_confirmed(with_plan(state, plan, words), edits)


def _followers(state: State, plan: Plan, places: Sequence[int]) -> tuple[int, ...]:
    """The places of the edits that follow those at ``places``, which were just sent.

    None where the user has selected more or less than a hunk, which is meant so; none
    without scores: while the proposal is being made, and where it is by location. Nor
    where an order that holds would be broken by them.
    """
    commit = state.target.commit
    proposals = state.own_proposals
    is_asked = state.follows and state.unit is Unit.PIECE
    if not (is_asked and places) or commit in state.unproposed:
        return ()
    if proposals is None:
        return ()
    # Not to open with.
    from gitsplit.proposal.follow import followers
    from gitsplit.proposal.propose import ProposalsByContent

    if not isinstance(proposals, ProposalsByContent):
        return ()
    found = followers(
        plan,
        proposals.commit.pieces,
        proposals.pair_scores,
        confirmed_edits(state, commit),
        places,
    )
    to = plan.group_of[places[0]]
    return () if _break_order(state, plan, found, to) else found


def _break_order(state: State, plan: Plan, places: Sequence[int], to: int) -> bool:
    """Whether edits sent to a group would need names too soon that they don't now."""
    known = known_links(state)
    if not places or known is None or not known.links:
        return False
    from gitsplit.proposal.names import needs_by_place  # known by now

    def broken(made: Plan) -> set[tuple[int, str, bool]]:
        needs = needs_by_place(known.links, made.group_of)
        return {(at, n.name, n.is_gone) for at, every in needs.items() for n in every}

    return not broken(with_edits_assigned(plan, places, to)) <= broken(plan)


def _with_followers(
    state: State, plan: Plan, words: str, first: int, following: Sequence[int]
) -> State:
    """The state one step on, with the edits at ``following`` where the first one is."""
    full = with_edits_assigned(plan, following, plan.group_of[first])
    followed = frozenset(plan.edits[place] for place in following)
    words += f"; {_hunks_words(followed)} like it followed ({FOLLOWED})"
    return replace(with_plan(state, full, words), followed=followed)


def _hunks_words(edits: Collection[Edit]) -> str:
    """How many hunks these are; what is done to a file goes with its lines."""
    texts = {edit.file for edit in edits if isinstance(edit, TextEdit)}
    hunks = [e for e in edits if isinstance(e, TextEdit) or e.file not in texts]
    return quantity(len(hunks), "hunk")
