"""What a rewrite means for branches, in sentences: the user's own, and those pushed."""

from collections.abc import Iterator

from gitsplit.git.naming import remote_branches_at
from gitsplit.git.refs import HEADS, Moves, plain_name
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite
from gitsplit.model.escape import printable, shell_command
from gitsplit.model.listing import enumeration, few
from gitsplit.workflow.work import Work


def branch_notes(
    repo: Repository, work: Work, rewrite: Rewrite, moves: Moves
) -> Iterator[str]:
    """Sentences on branches that get other files, and on those a remote has.

    They hold before the rewrite and after it.
    """
    yield from few(_changed_branches(rewrite, moves))
    yield from _pushed_branches(repo, work, rewrite, moves)


def _changed_branches(rewrite: Rewrite, moves: Moves) -> Iterator[str]:
    """Branches inside a change of several commits that lose their state by it.

    HEAD's own, and those at the end of the change, keep it.
    """
    if not rewrite.ends:
        return
    numbers = {made.oid: at for at, made in enumerate(rewrite.commits, 1)}
    had = {source.oid: source.raw.tree for source in rewrite.sources}
    for move in moves.moves[1:]:
        at = numbers.get(move.new)
        if at is None or move.old not in had:
            continue
        if rewrite.commits[at - 1].tree != had[move.old]:
            name = printable(plain_name(move.ref))
            yield (
                f"{name} goes to commit {at}, which continues its commit but has other"
                f" files than {move.old[:10]}."
            )


def _pushed_branches(
    repo: Repository, work: Work, rewrite: Rewrite, moves: Moves
) -> Iterator[str]:
    """Remote branches that have commits which are rewritten, and the way to push.

    A branch that the user's own aren't pushed to is only named: it is others' to move.
    """
    if not repo.config.has_remotes:
        return
    gone = {*rewrite.followers, *(source.oid for source, _ in rewrite.given_up)}
    parents = {source.oid: source.raw.parents for source in rewrite.sources}
    found = remote_branches_at(repo, {oid: parents[oid] for oid in gone})
    own = (work.head_ref or "").removeprefix(HEADS)
    moved = {move.ref.removeprefix(HEADS) for move in moves.moves} | {own}
    upstream = repo.config.get(f"branch.{own}.merge") or ""
    targets: dict[str, list[str]] = {}
    for remote, branch, count in found:
        yield f"{printable(remote)}/{printable(branch)} has {count} of the old commits."
        if branch in moved:
            targets.setdefault(remote, []).append(branch)
        elif upstream.removeprefix(HEADS) == branch:
            targets.setdefault(remote, []).append(f"HEAD:{branch}")
    if work.ids.is_reviewed or repo.is_rebasing:
        return
    commands = [
        shell_command("git", "push", "--force-with-lease", remote, *names)
        for remote, names in targets.items()
    ]
    if commands:
        yield f"Push with: {enumeration(commands)}"
