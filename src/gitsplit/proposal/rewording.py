"""Proposed messages and reasons that follow the hunks which come and go.

A commit whose hunks stay keeps its message and its sentences; those of the others are
dealt out among them, so a sentence goes where its hunks went. What the user has typed
or confirmed never changes, nor what a program of theirs has proposed; only a message
that was proposed here gives way to the one proposed now.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gitsplit.model.memo import memo_by
from gitsplit.model.message_parts import MessageSplit
from gitsplit.model.part_homes import split_as_written
from gitsplit.model.plan import DROPPED, Group, Plan, groups_with_edits
from gitsplit.proposal.messages import ProposedMessages, pieces_by_group
from gitsplit.proposal.order import heir_of
from gitsplit.proposal.propose import Proposals


def _groups_key(plan: Plan, proposals: Proposals) -> tuple[object, ...]:
    """What the words depend on, by which the last answers are remembered."""
    return plan.edits, plan.group_of, plan.continued_by, len(plan.groups), proposals


@memo_by(_groups_key)
def _messages_by_hunks(plan: Plan, proposals: Proposals) -> ProposedMessages:
    """What is proposed for the messages of a plan, whatever they say by now."""
    return proposals.messages(plan)


@memo_by(_groups_key)
def _reasons_for(plan: Plan, proposals: Proposals) -> tuple[str, ...]:
    return proposals.reasons(plan)


@memo_by(_groups_key)
def _grouping(plan: Plan, proposals: Proposals) -> tuple[object, ...]:
    """All of a plan that its words depend on: mostly the same, where there are many."""
    pieces = pieces_by_group(plan, proposals.commit.pieces)
    return pieces, groups_with_edits(plan), heir_of(plan)


@memo_by(lambda plan, proposals: (*_groups_key(plan, proposals), plan.groups))
def messages_for(plan: Plan, proposals: Proposals) -> ProposedMessages:
    """What is proposed for the commits of a plan that have the sentences they have.

    These are the proposed ones, but where the messages say that hunks have come and
    gone since then.
    """
    found = _messages_by_hunks(plan, proposals)
    others = {
        number
        for number in groups_with_edits(plan)
        if plan.groups[number].message != found.message(number)
    }
    if not others or len(found.split.parts) < 2:
        return found
    written = split_as_written(
        found.split.message, tuple(group.message for group in plan.groups)
    )
    homes = []
    for proposed, said in zip(found.split.homes, written.homes, strict=True):
        is_theirs = any(not plan.groups[g].is_proposed for g in others & {*proposed})
        home = {*proposed} - others | (others & {*said})
        homes.append(tuple(sorted(home)) or (proposed if is_theirs else ()))
    return proposals.messages_of_split(plan, replace(found.split, homes=tuple(homes)))


def with_words_followed(plan: Plan, before: Plan, proposals: Proposals) -> Plan:
    """The plan, whose proposed messages and reasons are as for the hunks they have now.

    ``before`` is the plan that it was made from. A group that has no hunks keeps what
    the user wrote for it, and is named anew when it gets some.
    """
    if _grouping(before, proposals) == _grouping(plan, proposals):
        return plan
    messages = {*messages_for(before, proposals).messages}
    used = groups_with_edits(before)
    messages.update(
        group.message for at, group in enumerate(before.groups) if at not in used
    )
    kept = _same_groups(plan, before)
    now = _messages_now(plan, before, kept, proposals)
    reasons, known = _reasons_for(plan, proposals), {g.reason for g in before.groups}
    groups = list(plan.groups)
    for number in {*range(len(groups))}.difference(kept.values()):
        group = _reworded(plan, number, now, messages)
        is_ours = group.message == now.message(number) or not group.is_proposed
        groups[number] = _explained(group, reasons[number], known) if is_ours else group
    return replace(plan, groups=tuple(groups))


def _same_groups(plan: Plan, before: Plan) -> Mapping[int, int]:
    """The groups of ``before`` that have the same edits now, and their numbers now.

    One that has come to continue the original, or does so no more, is another.
    """
    edits, edits_before = plan.edits_by_group(), before.edits_by_group()
    first = {own[0]: group for group, own in edits.items() if group != DROPPED}
    found = ((group, first.get(own[0], DROPPED)) for group, own in edits_before.items())
    return {
        group: now
        for group, now in found
        if now != DROPPED
        and edits[now] == edits_before[group]
        and (now == plan.owner) == (group == before.owner)
    }


def _messages_now(
    plan: Plan, before: Plan, kept: Mapping[int, int], proposals: Proposals
) -> ProposedMessages:
    """What is proposed where the groups ``kept`` have the sentences that they had."""
    made = _messages_by_hunks(plan, proposals)
    split = messages_for(before, proposals).split
    if split.message != made.split.message:
        return made  # of several commits others are continued now
    homes = tuple(_homes_now(plan, before, kept, split, made.split))
    if homes == made.split.homes:
        return made
    return proposals.messages_of_split(plan, replace(made.split, homes=homes))


def _homes_now(
    plan: Plan,
    before: Plan,
    kept: Mapping[int, int],
    then: MessageSplit,
    proposed: MessageSplit,
) -> Iterator[tuple[int, ...]]:
    """For each part the groups that have it now.

    Those that had other hunks before have theirs dealt out among them as proposed, so
    that none is lost where two become one; else it goes where most of its hunks went.
    """
    theirs = {*kept.values()}
    is_fewer = len(groups_with_edits(plan)) < len(groups_with_edits(before))
    for part, old, new in zip(then.parts, then.homes, proposed.homes, strict=True):
        stays = [kept[group] for group in old if group in kept]
        free = [group for group in new if group not in theirs]
        if part.kind == "trailer" or len(new) > 1:
            yield new
        elif stays or free:
            yield tuple(stays or free)
        elif new or is_fewer:
            heirs = {_successor(plan, before, group) for group in old}
            yield tuple(sorted(heirs - {DROPPED}))
        else:
            yield ()


def _successor(plan: Plan, before: Plan, group: int) -> int:
    """The group that most edits of one went to."""
    now = dict(zip(plan.edits, plan.group_of, strict=True))
    homes = Counter(
        now.get(edit, DROPPED)
        for edit, home in zip(before.edits, before.group_of, strict=True)
        if home == group
    )
    return max(homes, key=homes.__getitem__, default=heir_of(plan))


def _reworded(
    plan: Plan, number: int, now: ProposedMessages, messages: set[bytes]
) -> Group:
    """A group with what is proposed for it now in place of one of these messages."""
    group, original = plan.groups[number], now.split.message
    is_ours = group.is_proposed and group.message in messages
    if number not in plan.group_of:
        is_empty = is_ours and number != plan.owner
        return replace(group, message=b"") if is_empty else group
    is_whole = number == heir_of(plan) and group.message == original
    if is_ours or (is_whole and original in messages):
        said = now.message(number)
        return replace(group, message=said, is_proposed=said != original)
    if group.is_proposed and not group.message.strip():
        return replace(group, message=now.message(number))
    return group


def _explained(group: Group, reason: str, old: set[str]) -> Group:
    """A group with another reason, unless that is one that just came with the plan.

    What more an old reason says than the new one stays.
    """
    is_stale = group.reason in old or group.is_proposed
    is_said = not reason or group.reason.startswith(reason)
    return replace(group, reason=reason) if is_stale and not is_said else group
