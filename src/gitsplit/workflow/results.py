"""How a call has changed the repository: what its JSON tells programs."""

from collections.abc import Iterable, Mapping

from gitsplit.git.gerrit import id_rules
from gitsplit.git.history import commits_between
from gitsplit.git.refs import LeftRef, RefUpdate
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite
from gitsplit.model.change_id import IdRules
from gitsplit.model.message import subject_of
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.report.result import Changes, HistoryCommit


def changes_by(
    repo: Repository,
    moved: Iterable[RefUpdate],
    left: Iterable[LeftRef] = (),
    rewrite: Rewrite | None = None,
) -> Changes:
    """The changes that come of moved refs, HEAD's first.

    Commits are those of ``old..new`` and ``new..old`` of HEAD's ref. ``rewrite`` knows
    which commits the new ones continue, if gitsplit has made them itself.
    """
    moved = tuple(moved)
    rules = id_rules(repo)
    heirs = {} if rewrite is None else _originals(rewrite)
    old: tuple[HistoryCommit, ...] = ()
    new: tuple[HistoryCommit, ...] = ()
    for head in moved[:1]:
        old, new = (
            tuple(_commit(repo, rules, oid, heirs) for oid in between)
            for between in (
                commits_between(repo, head.new, head.old),
                commits_between(repo, head.old, head.new),
            )
        )
    return Changes(
        moved=tuple(
            (each.ref, each.old, each.new)
            for each in moved
            if NO_OBJECT not in (each.old, each.new)
        ),
        made=tuple((each.ref, each.new) for each in moved if each.old == NO_OBJECT),
        deleted=tuple((each.ref, each.old) for each in moved if each.new == NO_OBJECT),
        left=tuple((each.ref, each.reason) for each in left),
        old=old,
        new=new,
    )


def _originals(rewrite: Rewrite) -> Mapping[Oid, Oid]:
    """By each new commit that continues an old one, the old one."""
    return {
        made.oid: made.draft.source.oid
        for made in rewrite.commits
        if made.draft.role != "piece"
    }


def _commit(
    repo: Repository, rules: IdRules, oid: Oid, heirs: Mapping[Oid, Oid]
) -> HistoryCommit:
    raw = repo.read_commit(oid)
    return HistoryCommit(
        oid=oid,
        tree=raw.tree,
        subject=subject_of(raw.message),
        change_id=rules.of(raw.message),
        continues=heirs.get(oid),
    )
