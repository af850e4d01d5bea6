"""The subjects proposed for the selected commit, and its message with one of them."""

from typing import TYPE_CHECKING

from gitsplit.model.message import subject_of, with_subject
from gitsplit.model.plan import Plan
from gitsplit.tui.state.app_state import State, entries_of
from gitsplit.tui.state.message_rows import current_message
from gitsplit.tui.state.new_commits import Address

if TYPE_CHECKING:
    from gitsplit.proposal.messages import ProposedMessages
    from gitsplit.proposal.subjects import SubjectChoice

AS_IT_IS = "as it is"


def subject_choices(state: State, subject: bytes) -> "tuple[SubjectChoice, ...]":
    """The subjects to choose among for the selected commit, its own first.

    None where it has none of its own, and none is proposed.
    """
    from gitsplit.proposal.subjects import SubjectChoice  # not to open with

    where = current_message(state).where
    found = _proposed_for(state, where)
    offered = found[1].subjects[found[0]] if found else ()
    same = [choice for choice in offered if choice.text == subject]
    first = same[0] if same else SubjectChoice(subject, AS_IT_IS)
    others = (choice for choice in offered if choice.text != subject)
    return (*([first] if subject else []), *others)


def message_with_subject(state: State, where: Address, subject: bytes) -> bytes:
    """The message that is kept there with another subject.

    A proposed one is composed anew with it: what the subject says isn't said again.
    """
    message = current_message(state).message
    if found := _proposed_for(state, where):
        group, messages = found
        texts = [choice.text for choice in messages.subjects[group]]
        was = subject_of(message)
        is_composed = was in texts and message == messages.message(
            group, texts.index(was)
        )
        if is_composed and subject in texts:
            return messages.message(group, texts.index(subject))
    return with_subject(message, subject)


def _proposed_for(
    state: State, where: Address
) -> "tuple[int, ProposedMessages] | None":
    """The group of an address, and what is proposed for its plan; None where nothing.

    Also where the group has no hunks.
    """
    plan: Plan | None = entries_of(state.todo)[where.commit].plan
    proposals = state.proposals.get(where.commit)
    if plan is None or proposals is None or where.group not in plan.group_of:
        return None
    from gitsplit.proposal.rewording import messages_for  # known by now

    assert where.group is not None, "it is in the plan"
    return where.group, messages_for(plan, proposals)
