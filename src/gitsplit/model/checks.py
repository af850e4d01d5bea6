"""What stands for or against a rewrite: checks of its commits, and its outlook.

A check is what the user's commands (``-x``) said of one new commit; the outlook is what
can be said before a todo list is carried out.
"""

from typing import Literal

from msgspec import Struct

from gitsplit.model.objects import Oid

CheckState = Literal["waiting", "running", "passed", "failed", "not run"]


class Check(Struct, frozen=True):
    """The state and outcome of the user's commands on one commit's files.

    Of a failed one, ``command`` is the command that failed, ``reason`` how, in a few
    words (``exit 1``), ``status`` its exit status, negative for the signal that ended
    it, and ``output`` the last of what it printed, as bytes of any encoding. Of those
    not run, which says nothing about the commit, ``output`` says why. Of one that
    passed, ``reason`` says what else is to be said.
    """

    state: CheckState = "waiting"
    command: str = ""
    reason: str = ""
    status: int | None = None
    output: bytes = b""

    @property
    def is_done(self) -> bool:
        """Whether nothing more is going to happen."""
        return self.state in ("passed", "failed", "not run")


WAITING = Check()
RUNNING = Check("running")


def not_run(why: str) -> Check:
    """The check of a commit on which no command could be run, for these reasons."""
    return Check("not run", reason="not run", output=why.encode("utf-8", "replace"))


PASSED = Check("passed", status=0)
PASSED_BEFORE = Check("passed", reason="checked before", status=0)
"""The same commands have passed on the same tree before, and weren't run again."""


class Conflict(Struct, frozen=True):
    """A commit at which ``git rebase`` would stop, and the paths that conflict there.

    ``against`` is the commit that it clashes with: the nearest one that is no longer
    before it, or newly before it, or another than it was, and touches such a path;
    None where none of the series does. ``last`` is the last commit after it that
    changes a file of which something is left out before; None where none does.
    """

    commit: Oid
    paths: tuple[bytes, ...]
    against: Oid | None = None
    last: Oid | None = None


class Outlook(Struct, frozen=True):
    """What stands against a todo list.

    ``objection`` is a sentence on why it can't be carried out at all, empty where it
    can. ``conflict`` is the first place where it stops, which the user may accept.
    ``warnings`` are sentences about what isn't gitsplit's to fix, and stops nothing;
    ``notes`` are those about branches to be made and what reviewers will see.
    """

    objection: str = ""
    conflict: Conflict | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
