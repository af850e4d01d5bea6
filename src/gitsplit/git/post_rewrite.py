"""What others learn of a rewrite once its refs have moved.

The notes of the old commits go to the new ones, ``ORIG_HEAD`` names the old tip, and
``post-rewrite`` hears of both, as after ``git rebase``. The rewrite is done by then:
whatever goes wrong here is said, and changes nothing about it.
"""

import os

from gitsplit.git.hooks import Hooks
from gitsplit.git.program import Completed
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import Oid


def announce(repo: Repository, rewrite: Rewrite) -> tuple[str, ...]:
    """Everybody has been told of the rewrite; what there is to say about it."""
    pairs = _pairs(repo, rewrite)
    lines = b"".join(f"{old} {new}\n".encode() for old, new in pairs)
    said = [_set_orig_head(repo, rewrite.old_head)]
    if lines:
        said += [_copy_notes(repo, lines), _tell_hook(repo, lines)]
    return tuple(filter(None, said))


def _pairs(repo: Repository, rewrite: Rewrite) -> list[tuple[Oid, Oid]]:
    """Each rewritten commit and the one that keeps its identity.

    Where a rebase has stopped for ``edit``, git itself tells at the end what became of
    the commit that it stopped at.
    """
    stop = repo.git_dir / "rebase-merge" / "stopped-sha"
    stopped = stop.read_text("ascii", "replace").strip() if stop.is_file() else ""
    rewritten = ((commit.old, commit.owner) for commit in rewrite.rewritten)
    return [
        (old, new)
        for old, new in rewritten
        if not stopped or not old.startswith(stopped)
    ]


def _set_orig_head(repo: Repository, old_head: Oid) -> str:
    """``ORIG_HEAD`` names the old tip; the tip of a rebase under way stays there."""
    if (repo.git_dir / "rebase-merge").is_dir():
        return ""
    done = repo.program.run("update-ref", "ORIG_HEAD", old_head, check=False)
    return _complaint("ORIG_HEAD couldn't be set", done)


def _copy_notes(repo: Repository, lines: bytes) -> str:
    """Notes are copied as ``notes.rewriteRef`` and its like in git-config(1) say."""
    named = repo.config.get_all("notes.rewriteRef")
    if not (named or os.environ.get("GIT_NOTES_REWRITE_REF")):
        return ""
    command = ("notes", "copy", "--for-rewrite=rebase", "--stdin")
    done = repo.program.run(*command, stdin=lines, check=False)
    return _complaint("The notes couldn't be copied", done)


def _complaint(what: str, done: Completed) -> str:
    return f"{what}: {done.words or 'git gave no reason'}." if done.status else ""


def _tell_hook(repo: Repository, lines: bytes) -> str:
    went_well, words = Hooks(repo).rewritten(lines)
    if went_well:
        return f"post-rewrite says: {words}" if words else ""
    return f"The hook post-rewrite failed: {words or 'it gave no reason'}."
