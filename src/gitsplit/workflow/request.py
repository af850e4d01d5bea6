"""What the user asked for on the command line."""

from dataclasses import dataclass

from gitsplit.proposal.propose import GroupBy, Keep


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for; ``plan`` is the text of a plan file.

    ``moves_ids`` says that Change-Ids which Gerrit doesn't see are to be moved down.
    """

    upstream: str | None = None
    commits: tuple[str, ...] = ()
    root: bool = False
    plan: bytes | None = None
    group_by: GroupBy = "auto"
    number: int | None = None
    keep: Keep = "auto"
    moves_ids: bool = False
