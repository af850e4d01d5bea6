"""What is known of a commit that the user's commands are run on."""

from dataclasses import dataclass
from typing import Literal

CheckState = Literal["waiting", "running", "passed", "failed", "not run"]


@dataclass(frozen=True, slots=True)
class Check:
    """How far the commands have come on one commit's files, and how they ended.

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
    """Commands that couldn't be run on the commit, with the sentences that say why."""
    return Check("not run", reason="not run", output=why.encode("utf-8", "replace"))


PASSED = Check("passed", status=0)
PASSED_BEFORE = Check("passed", reason="checked before", status=0)
"""The very commands have passed on the very files already, and weren't run again."""
