"""Proposed messages and reasons that follow the hunks which come and go.

What the user has typed or confirmed never changes, nor what a program of theirs has
proposed; only a message that was proposed here gives way to the one proposed now.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from gitsplit.model.memo import memo_by
from gitsplit.model.plan import Group, Plan, groups_with_edits
from gitsplit.proposal.messages import ProposedMessages, pieces_by_group
from gitsplit.proposal.order import heir_of
from gitsplit.proposal.propose import Proposals


def _groups_key(plan: Plan, proposals: Proposals) -> tuple[object, ...]:
    """What the words depend on, by which the last answers are remembered."""
    return plan.edits, plan.group_of, plan.continued_by, len(plan.groups), proposals


@memo_by(_groups_key)
def messages_for(plan: Plan, proposals: Proposals) -> ProposedMessages:
    """What is proposed for the messages of a plan."""
    return proposals.messages(plan)


@memo_by(_groups_key)
def _reasons_for(plan: Plan, proposals: Proposals) -> tuple[str, ...]:
    return proposals.reasons(plan)


@memo_by(_groups_key)
def _grouping(plan: Plan, proposals: Proposals) -> tuple[object, ...]:
    """All of a plan that its words depend on: mostly the same, where there are many."""
    pieces = pieces_by_group(plan, proposals.commit.pieces)
    return pieces, groups_with_edits(plan), heir_of(plan)


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
    reasons = {*_reasons_for(before, proposals)}
    return replace(plan, groups=tuple(_followed(plan, proposals, messages, reasons)))


def _followed(
    plan: Plan, proposals: Proposals, messages: set[bytes], reasons: set[str]
) -> Iterator[Group]:
    """The groups, with what is proposed now in place of these messages and reasons."""
    now, reasons_now = messages_for(plan, proposals), _reasons_for(plan, proposals)
    original, used = now.split.message, set(plan.group_of)
    for number, group in enumerate(plan.groups):
        made = group
        if number not in used:
            is_ours = group.is_proposed and group.message in messages
            is_ours &= number != plan.owner
            yield replace(made, message=b"") if is_ours else made
            continue
        is_whole = number == heir_of(plan) and group.message == original
        if group.message in messages and (group.is_proposed or is_whole):
            said = now.message(number)
            made = replace(made, message=said, is_proposed=said != original)
        elif group.is_proposed and not group.message.strip():
            made = replace(made, message=now.message(number))
        if group.is_proposed and reasons_now[number] not in reasons:
            made = replace(made, reason=reasons_now[number])
        yield made
