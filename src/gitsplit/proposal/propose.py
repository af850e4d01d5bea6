"""The plan that gitsplit suggests, with a group for each thing the commit seems to do.

Pieces are compared two by two (:mod:`gitsplit.core.signals`), joined by what was
learned from real histories, and the merge tree is kept: one more or one fewer group is
another cut of the same tree. Grouping by place alone is in ``layout``.
"""

from gitsplit.model.changes import FileChange
from gitsplit.model.plan import Plan
from gitsplit.proposal.by_location import Placed
from gitsplit.proposal.context import COPIED_TRAILERS, NOTHING_KNOWN, Context
from gitsplit.proposal.group_count import MOST
from gitsplit.proposal.layout import GroupBy
from gitsplit.proposal.owner import Keep, kept_by
from gitsplit.proposal.proposals import Proposals, proposals
from gitsplit.proposal.subjects import drafted

__all__ = [
    "COPIED_TRAILERS",
    "MOST",
    "NOTHING_KNOWN",
    "Context",
    "Cuts",
    "GroupBy",
    "Keep",
    "Proposals",
    "cuts",
    "drafted",
    "kept_by",
    "proposal",
    "proposals",
]

Cuts = Proposals | Placed
"""The proposals for one commit, of any number of groups."""


def cuts(
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    keep: Keep = "auto",
    context: Context = NOTHING_KNOWN,
) -> Cuts:
    """The proposals for a commit that did ``changes`` under ``message``."""
    if by == "auto":
        return proposals(changes, message, keep, context)
    return Placed(changes, message, by, keep, context)


def proposal(  # noqa: PLR0913, PLR0917 -- what the user may ask for
    changes: tuple[FileChange, ...],
    message: bytes,
    by: GroupBy = "auto",
    commits: int | None = None,
    keep: Keep = "auto",
    context: Context = NOTHING_KNOWN,
    *,
    at_least: int = 1,
) -> Plan:
    """The proposed plan for a commit that did ``changes`` under ``message``.

    Of itself it has ``at_least`` so many groups, as far as the commit has pieces.
    ``commits`` asks for so many groups, of which those whose paths would collide are
    joined; raises PlanRefused where the commit can't be cut into as many, and where
    ``keep`` is the number of a group that there isn't.
    """
    return cuts(changes, message, by, keep, context).plan(commits, at_least)
