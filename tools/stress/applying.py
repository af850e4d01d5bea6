"""What ``git apply --cached`` makes of the parts of a patch."""

import os
from collections.abc import Sequence

from tests.repository import Repository

from tools.stress.meaning import FileMeaning
from tools.stress.values import Listing


class GitRefuses(Exception):
    """``git apply`` doesn't take a patch; the text is what it says."""


def expected_trees(
    repo: Repository, base: str, files: Sequence[FileMeaning], commits: int
) -> list[Listing]:
    """The tree after each commit: the base with the hunks and facts up to there.

    No hunk may be cut. Raises GitRefuses.
    """
    return [_apply(repo, base, _patch(files, number)) for number in range(commits)]


def _patch(files: Sequence[FileMeaning], after: int) -> bytes:
    return b"".join(
        file.delta.part(
            file.facts_chosen(after),
            {
                number
                for number, hunk in enumerate(file.delta.hunks)
                if max(file.groups_of(hunk)) <= after
            },
        )
        for file in files
    )


def _apply(repo: Repository, base: str, patch: bytes) -> Listing:
    env = {**os.environ, "GIT_INDEX_FILE": str(repo.path / ".git" / "stress-index")}
    repo.run("read-tree", base, env=env)
    apply = ("apply", "--cached", "--unidiff-zero", "--whitespace=nowarn", "-")
    if patch:
        done = repo.run(*apply, stdin=patch, env=env, check=False)
        if done.returncode:
            raise GitRefuses(done.stderr.decode(errors="replace"))
    return parse_listing(repo.run("ls-files", "-s", "-z", env=env).stdout)


def parse_listing(out: bytes) -> Listing:
    """The entries that ``git ls-files -s -z`` printed."""
    found = {}
    for row in out.split(b"\0")[:-1]:
        fields, path = row.split(b"\t", 1)
        mode, oid, _stage = fields.decode("ascii").split(" ")
        found[path] = (int(mode, 8), oid)
    return found
