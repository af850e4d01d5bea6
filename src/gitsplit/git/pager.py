"""The user's pager and the colours of a diff, as git's own commands have them."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from gitsplit.git.program import NOT_RUN
from gitsplit.git.repository import Repository

_DEFAULTS: Mapping[str, str] = {
    "commit": "yellow",
    "meta": "bold",
    "frag": "cyan",
    "old": "red",
    "new": "green",
}
"""The colours of git-diff(1) where ``color.diff.<slot>`` says no other."""

_ON = ("true", "yes", "on", "1")
_OFF = ("false", "never", "no", "off")


def diff_colours(repo: Repository) -> Mapping[str, str]:
    """The escape sequence of each slot of ``color.diff``; empty where there are none.

    For output on a terminal. ``NO_COLOR``, ``gitsplit.color=mono``, ``color.ui`` and
    ``TERM=dumb`` turn them off.
    """
    get = repo.config.get
    own = (get("gitsplit.color") or "").lower()
    is_off = own == "mono" or (not own and (get("color.ui") or "").lower() in _OFF)
    if is_off or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return {}
    return {
        slot: repo.program.run(
            *("config", "--get-color", f"color.diff.{slot}", colour)
        ).stdout.decode()
        for slot, colour in _DEFAULTS.items()
    }


def _command(repo: Repository) -> str:
    """The shell command of the pager; empty where output isn't paged.

    That is ``pager.gitsplit`` where it is a command, none where it is false; else what
    git-var(1) calls GIT_PAGER: the variable, ``core.pager``, or ``PAGER``.
    """
    if os.environ.get("TERM") == "dumb":
        return ""
    given = repo.config.get("pager.gitsplit") or "true"
    if given.lower() in (*_OFF, "0"):
        return ""
    own = "" if given.lower() in _ON else repo.config.command("pager.gitsplit")
    if own:
        return own
    found = repo.program.run("var", "GIT_PAGER", check=False)
    command = os.fsdecode(found.stdout).strip()
    return "" if found.status or command == "cat" else command


def show(repo: Repository, text: bytes) -> bool:
    """Show the text in the user's pager, and wait for it; whether there is one.

    It has ``LESS=FRX`` and ``LV=-c`` unless the user says otherwise, as with git.
    """
    command = _command(repo)
    if not command:
        return False
    env = {"LESS": "FRX", "LV": "-c", **os.environ}
    try:
        child = subprocess.Popen(["sh", "-c", command], stdin=subprocess.PIPE, env=env)
    except OSError:
        return False
    assert child.stdin is not None, "it was started with a pipe"
    with suppress(BrokenPipeError), child.stdin:
        child.stdin.write(text)
    while child.returncode is None:
        with suppress(KeyboardInterrupt):  # which is for the pager
            child.wait()
    return child.returncode not in NOT_RUN
