"""The committer, and new Change-Ids: the only clock and randomness there are."""

import secrets

from gitsplit.errors import NoIdentity
from gitsplit.git.repository import Repository


def committer(repo: Repository) -> bytes:
    """The value of a committer header for now: name, email, date as git has them.

    Raises NoIdentity when git doesn't know who the user is.
    """
    done = repo.program.run("var", "GIT_COMMITTER_IDENT", check=False)
    if done.status:
        raise NoIdentity(
            f"Git doesn't know who you are: {done.complaint}.",
            hint="Tell it with: git config --global user.name NAME, "
            "and: git config --global user.email ADDRESS",
        )
    return done.stdout.rstrip(b"\n")


def fresh_change_id() -> bytes:
    """A Change-Id that no other commit has: ``I`` and 40 random hex digits."""
    return b"I" + secrets.token_hex(20).encode("ascii")
