"""The work put before the user: the split screen, one commit after another."""

from dataclasses import replace

from gitsplit.core.message import cleaned
from gitsplit.core.objects import Oid
from gitsplit.git import editor, refs
from gitsplit.git.repository import Repository
from gitsplit.session.work import Work
from gitsplit.tui.app import run_split
from gitsplit.tui.state import Target


def edited(repo: Repository, work: Work) -> Work | None:
    """The work as the user left it in the screen; None where they quit."""
    plans = dict(work.plans)
    for oid in work.plans:
        plan = run_split(
            _target(work, oid), plans[oid], edit_text=lambda t: _edited(repo, t)
        )
        if plan is None:
            return None
        plans[oid] = plan
    return replace(work, plans=plans)


def _target(work: Work, oid: Oid) -> Target:
    commits = work.series.commits
    at = next(i for i, commit in enumerate(commits) if commit.oid == oid)
    original = work.ids.of(commits[at].raw.message)
    return Target(
        commit=oid,
        subject=commits[at].subject,
        tree=commits[at].raw.tree,
        ref=refs.short_name(work.head_ref or "HEAD").removeprefix("branch "),
        change_id=original or b"",
        gives_change_ids=original is not None or work.ids.wanted,
        above=tuple((commit.oid, commit.subject) for commit in commits[at + 1 :]),
    )


def _edited(repo: Repository, text: bytes) -> bytes:
    """The message from the editor, without comments, as ``git commit`` cleans it."""
    mark = repo.comment_char()
    help_text = b"%s Lines starting with '%s' are left out.\n" % (mark, mark)
    return cleaned(editor.edited(repo, text + b"\n" + help_text), mark)
