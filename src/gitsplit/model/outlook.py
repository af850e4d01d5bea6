"""What carrying out a todo list would come to, as far as it can be said beforehand."""

from dataclasses import dataclass

from gitsplit.model.objects import Oid


@dataclass(frozen=True, slots=True)
class Conflict:
    """A commit at which ``git rebase`` would stop, and the paths that conflict there.

    ``against`` is the commit that it clashes with: the nearest one that is no longer
    before it, or newly before it, or another than it was, and touches such a path;
    None where none of the series does.
    """

    commit: Oid
    paths: tuple[bytes, ...]
    against: Oid | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands against a todo list.

    ``objection`` is a sentence on why it can't be carried out at all, empty where it
    can. ``conflict`` is the first place where it stops, which the user may accept.
    ``warnings`` are sentences about what isn't gitsplit's to mend, and stops nothing;
    ``notes`` are those about what reviewers will see.
    """

    objection: str = ""
    conflict: Conflict | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
