"""A dry run as a plan file, which ``--plan`` takes again.

It can't say what isn't part of a plan; that is said beside it.
"""

from gitsplit.errors import InvalidPlan
from gitsplit.model.listing import few, unshown_sentences
from gitsplit.model.plan import Plan, without_empty_groups
from gitsplit.model.states import steps
from gitsplit.planfile.document import PlanDocument
from gitsplit.planfile.dump import dump_plan, plan_value
from gitsplit.proposal.flaws import flaw_sentence, flaws_of
from gitsplit.report.findings import DryRun, Preview
from gitsplit.report.formats import Printout
from gitsplit.report.sentences import made_lines


def printout(dry_run: DryRun) -> Printout:
    """The plan file; what it would come to is looked at where the user gave the plan.

    A proposed one is refused only where paths can't stand in one tree. Raises what
    stands against a series as a whole.
    """
    shortcuts = (
        f"{oid[:10]} is a large commit: {shortcut}."
        for oid, shortcut in dry_run.shortcuts.items()
    )
    refused = (
        f"{oid[:10]} stays one commit. {why} {why.hint}".rstrip()
        for oid, why in dry_run.refused.items()
    )
    flaws = (
        f"{oid[:10]}: {flaw_sentence(flaw)}."
        for oid, plan in dry_run.plans.items()
        for flaw in flaws_of(without_empty_groups(plan))
    )
    unshown = (
        f"{oid[:10]}: {words}."
        for oid, lines in dry_run.unshown.items()
        for words in unshown_sentences(lines)
    )
    is_seen = dry_run.has_branches or dry_run.is_given
    preview = dry_run.preview() if is_seen else Preview(())
    branches = made_lines(preview.rewrite.made if preview.rewrite else ())
    notes = (*few(shortcuts), *refused, *few(flaws), *few(unshown), *branches)
    clash = next(filter(None, map(_clash, dry_run.plans.values())), None)
    refusal = clash or preview.refusal
    plan = dry_run.plan()
    text = dump_plan(plan) if refusal or not dry_run.by_hand else _taught(dry_run, plan)
    return Printout(text, notes=notes, is_utf8=True, refusal=refusal)


def _taught(dry_run: DryRun, plan: PlanDocument) -> str:
    """The plan with git commands for the same, which reading it leaves out."""
    from gitsplit.report.by_hand import by_hand_value  # few are taught
    from gitsplit.report.result import document_text

    assert dry_run.by_hand is not None, "it was asked for"
    return document_text(
        {**plan_value(plan), "by_hand": by_hand_value(dry_run.by_hand())}
    )


def _clash(plan: Plan) -> InvalidPlan | None:
    """Why the trees of a plan can't be; None where they can."""
    try:
        steps(plan)
    except InvalidPlan as refusal:
        return refusal
    return None
