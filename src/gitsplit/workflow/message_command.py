"""Messages written by the user's program, ``gitsplit.messageCommand``, for a plan.

The program gets the plan file with the diff of each new commit in it, and prints it
with the messages that it would have. Nothing else of its answer counts: each message is
for the commit whose lines stand beside it. Trailers that were proposed stay, so that a
program which writes plain words loses no sign-off.
"""

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.git.diff import hunks_between
from gitsplit.git.repository import Repository
from gitsplit.model.diff import change_between
from gitsplit.model.patch import file_patch
from gitsplit.model.plan import Plan
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.states import states_in
from gitsplit.planfile import match, parse
from gitsplit.planfile.dump import dump_plan
from gitsplit.proposal.trailers import with_trailers_of
from gitsplit.workflow.propose import (
    MESSAGE_COMMAND,
    document_about,
    hint_to_do_without,
    plan_about,
    program_answer,
)

MOST_DIFF = 200_000
"""So many bytes of a new commit's diff are handed to the program."""


def with_program_messages(
    repo: Repository, series: Series, commit: SourceCommit, plan: Plan
) -> Plan:
    """The plan with the messages that the program writes, as proposed ones.

    As it is where there is no program that may be run, and where the commit isn't
    split. Raises InvalidPlan where the answer can't be used, and ProgramFailed.
    """
    command = repo.config.command(MESSAGE_COMMAND)
    if not command or len(plan.groups) < 2:
        return plan
    question = _question(series, commit, plan)
    said = program_answer(repo, MESSAGE_COMMAND, command, question)
    try:
        return _with_messages_of(plan, commit, said)
    except InvalidPlan as refusal:
        raise InvalidPlan(
            f"What {MESSAGE_COMMAND} writes for {commit.short_name} can't be used."
            f" {refusal}",
            hint=f"{refusal.hint} {hint_to_do_without(MESSAGE_COMMAND)}".lstrip(),
        ) from refusal


def _question(series: Series, commit: SourceCommit, plan: Plan) -> bytes:
    """The plan file of the commit, with each new commit's diff as ``diff``."""
    value = json.loads(dump_plan(document_about(series, commit, plan)))
    for number, group in enumerate(value["series"][0]["groups"]):
        diff = b"".join(_patches(plan, number))
        group["diff"] = _limited(diff).decode("utf-8", "replace")
    return json.dumps(value, indent=1).encode()


def _patches(plan: Plan, group: int) -> Iterator[bytes]:
    """What the group does to each file, as a unified diff."""
    files = {plan.edits[place].file for place in plan.members(group)}
    for file in sorted(files):
        before, after = states_in(plan, file, (group - 1, group))
        if before != after:
            by_lines = plan.changes[file].by_lines
            change = change_between(before, after, hunks_between, by_lines=by_lines)
            yield b"".join(file_patch(change))


def _limited(diff: bytes) -> bytes:
    """The diff; of a long one the beginning, and how much was left away."""
    if len(diff) <= MOST_DIFF:
        return diff
    whole = diff[:MOST_DIFF].rpartition(b"\n")[0]
    return b"%s\n[%d more bytes]\n" % (whole, len(diff) - len(whole))


def _with_messages_of(plan: Plan, commit: SourceCommit, said: bytes) -> Plan:
    """The plan with the messages of the plan that the program printed."""
    document = parse.load_plan(_without_diffs(said))
    told = plan_about(document, commit, plan)
    if len(told.groups) != len(plan.groups):
        raise InvalidPlan("It has another number of commits.")
    messages = with_trailers_of(
        [group.message for group in plan.groups],
        _messages_by_files(told, plan, commit),
    )
    groups = tuple(
        own
        if own.message == message
        else replace(own, message=message, is_proposed=True)
        for own, message in zip(plan.groups, messages, strict=True)
    )
    return replace(plan, groups=groups)


def _messages_by_files(
    told: Plan, plan: Plan, commit: SourceCommit
) -> tuple[bytes, ...]:
    """The messages that ``told`` has for the commits of the plan, in their order.

    Each belongs to the lines that stand beside it, in whichever order commits stand.
    """
    messages = {
        group.files: group.message for group in match.entry_of_plan(told, commit).groups
    }
    own = match.entry_of_plan(plan, commit).groups
    try:
        return tuple(messages[group.files] for group in own)
    except KeyError:
        raise InvalidPlan(
            "Its commits have other lines than those that it was given.",
            hint="Have it print each commit with the files that it was given.",
        ) from None


def _without_diffs(said: bytes) -> bytes:
    """The answer without ``diff``, which no plan file has; as it is if that fails."""
    try:
        value: Any = json.loads(said)
        for entry in value["series"]:
            for group in entry.get("groups", ()):
                group.pop("diff", None)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return said
    return json.dumps(value).encode()
