"""Every number of groups that a commit can be cut into is proposed, and is a split."""

from collections.abc import Iterable
from itertools import pairwise, permutations

from hypothesis import assume, example, given

from gitsplit.model.diff import Edit, FileChange, TextEdit, edits_of, facts_of
from gitsplit.model.plan import Plan
from gitsplit.model.states import path_collisions
from gitsplit.proposal import order
from gitsplit.proposal.arrangement import Arrangement, Groups
from gitsplit.proposal.propose import ProposalsByContent, proposals_by_content
from tests.strategies import commits, modified, source_commits

ANY = commits() | source_commits()
MESSAGE = b"Boil the kettle and pour a cup\n"


def plans(found: ProposalsByContent) -> list[Plan]:
    """The plan that is proposed, and those for each number up to the pieces."""
    return [found.plan(), *(found.plan(n) for n in range(1, found.tree.size + 1))]


def lines_of(edits: tuple[Edit, ...]) -> list[tuple[int, str, int]]:
    """Each fact and each line of the edits."""
    found: list[tuple[int, str, int]] = []
    for edit in edits:
        if isinstance(edit, TextEdit):
            found += [(edit.file, "old", number) for number in edit.old.numbers]
            found += [(edit.file, "new", number) for number in edit.new.numbers]
        else:
            found.append((edit.file, edit.fact, 0))
    return found


@given(ANY)
def test_every_edit_is_in_exactly_one_group(changes: tuple[FileChange, ...]) -> None:
    expected = sorted(lines_of(edits_of(changes)))

    for plan in plans(proposals_by_content(changes, MESSAGE)):
        assert sorted(lines_of(plan.edits)) == expected
        assert set(plan.group_of) == set(range(len(plan.groups)))


@given(ANY)
def test_any_number_up_to_that_of_the_pieces_is_had_unless_paths_collide(
    changes: tuple[FileChange, ...],
) -> None:
    found = proposals_by_content(changes, MESSAGE)
    numbers = [len(plan.groups) for plan in plans(found)[1:]]

    if len(set(path_collisions(changes))) == len(changes):
        assert numbers == list(range(1, found.tree.size + 1))
    assert [n for n, most in enumerate(numbers, 1) if most > n] == []


@given(ANY)
def test_the_same_commit_has_the_same_proposals(
    changes: tuple[FileChange, ...],
) -> None:
    here, there = (
        proposals_by_content(changes, MESSAGE),
        proposals_by_content(changes, MESSAGE),
    )

    assert plans(here) == plans(there)
    for plan in plans(here):
        for n in range(len(plan.groups) - 1):
            assert here.border(plan, n, n + 1) == there.border(plan, n, n + 1)


@given(ANY)
@example(
    (
        modified(b"\n", b"pour_slowly = pour\n", b"src/cup.py"),
        modified(
            b"\n",
            b"    return kettle.boil(100)\n\n    pour_slowly(cup)\n",
            b"src/kettle.py",
        ),
        modified(b"", b"    return kettle.boil(100)\ndef pour(cup):\n", b"test_cup"),
    )
)
def test_a_number_nearer_to_the_pieces_only_parts_groups_but_for_an_order_that_holds(
    changes: tuple[FileChange, ...],
) -> None:
    assume(len(set(path_collisions(changes))) == len(changes))
    found = proposals_by_content(changes, MESSAGE)
    arrangement = Arrangement(found.commit)

    cuts = [clusters(found, number) for number in range(1, found.tree.size + 1)]
    for few, more in pairwise(cuts):
        assert all(any(part <= whole for whole in few) for part in more)
    for cut, plan in zip(cuts, plans(found)[1:], strict=True):
        groups = as_groups(pieces_by_group(found, plan))
        if {frozenset(group) for group in groups} != cut and len(cut) <= 4:
            orders = permutations(as_groups(cut))
            least = min(len(arrangement.faults(order)) for order in orders)
            assert len(arrangement.faults(groups)) < least


def clusters(found: ProposalsByContent, number: int) -> set[frozenset[int]]:
    """The pieces of the tree in so many clusters."""
    members: dict[int, set[int]] = {}
    for piece, first in enumerate(found.tree.cut(number)):
        members.setdefault(first, set()).add(piece)
    return {frozenset(own) for own in members.values()}


def as_groups(groups: Iterable[Iterable[int]]) -> Groups:
    return tuple(tuple(sorted(group)) for group in groups)


@given(source_commits())
def test_no_two_groups_need_each_other_where_no_number_was_asked_for(
    changes: tuple[FileChange, ...],
) -> None:
    found = proposals_by_content(changes, MESSAGE)

    for least in range(1, found.tree.size + 1):
        clusters = pieces_by_group(found, found.plan(None, least))
        needed = order.needs(found.commit, clusters)
        assert [need for need in needed if need.of > need.group] == []


def pieces_by_group(found: ProposalsByContent, plan: Plan) -> list[list[int]]:
    """The pieces of each group of a plan that cuts none of them."""
    group_of = {
        line: group
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
        for line in lines_of((edit,))
    }
    clusters: list[list[int]] = [[] for _ in plan.groups]
    for piece, edits in enumerate(found.commit.pieces):
        (group,) = {group_of[line] for line in lines_of(edits)}
        clusters[group].append(piece)
    return clusters


@given(ANY)
def test_what_cant_be_apart_is_in_one_group(changes: tuple[FileChange, ...]) -> None:
    whole = {
        number
        for number, change in enumerate(changes)
        if set(facts_of(change)) & {"create", "delete", "rename"}
    }

    for plan in plans(proposals_by_content(changes, MESSAGE)):
        homes = {
            (edit.file, group)
            for edit, group in zip(plan.edits, plan.group_of, strict=True)
            if edit.file in whole
        }
        assert len(homes) == len(whole)
