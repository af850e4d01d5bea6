"""The work put before the user: the split screen, one commit after another."""

from functools import partial

from gitsplit.core.message import cleaned
from gitsplit.core.objects import Oid
from gitsplit.core.plan import Plan
from gitsplit.errors import GitsplitError
from gitsplit.git import editor, refs
from gitsplit.git.diff import hunks_between
from gitsplit.git.merge_file import merged_contents
from gitsplit.git.repository import Repository
from gitsplit.session.rewrite import DropTo, refuse_impossible
from gitsplit.session.work import Work
from gitsplit.tui.app import Editor, run_split
from gitsplit.tui.state import Git, Target, first_state


def edited(repo: Repository, work: Work, drop_to: DropTo = "worktree") -> Work | None:
    """The work as the user left it in the screen; None where they quit."""
    plans = dict(work.plans)
    with_syntax = repo.config.get_bool("gitsplit.syntax", default=True)
    texts = Editor(partial(_edited, repo), partial(editor.edited_file, repo))
    for oid in work.plans:
        git = Git(
            hunks_between,
            partial(merged_contents, repo),
            partial(_objection, repo, work.with_plans(plans), oid, drop_to),
        )
        state = first_state(_target(work, oid, drop_to), plans[oid], git)
        plan = run_split(state, texts, with_syntax=with_syntax)
        if plan is None:
            return None
        plans = {**plans, oid: plan}
    return work.with_plans(plans)


def _objection(
    repo: Repository, work: Work, oid: Oid, drop_to: DropTo, plan: Plan
) -> str:
    """Why the work can't be carried out with this plan for one of its commits.

    Empty where it can.
    """
    try:
        refuse_impossible(repo, work.with_plans({oid: plan}), drop_to)
    except GitsplitError as error:
        return f"{error} {error.hint}".rstrip()
    return ""


def _target(work: Work, oid: Oid, drop_to: DropTo) -> Target:
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
        drop_to=drop_to,
    )


def _edited(repo: Repository, text: bytes) -> bytes:
    """The message from the editor, without comments, as ``git commit`` cleans it."""
    mark = repo.comment_char()
    help_text = b"%s Lines starting with '%s' are left out.\n" % (mark, mark)
    return cleaned(editor.edited(repo, text + b"\n" + help_text), mark)
