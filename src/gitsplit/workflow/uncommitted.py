"""What isn't committed yet, as the thing to be split: read first, committed at last.

A snapshot of it stands in for a commit (:mod:`gitsplit.git.snapshot`). Its new commits
go on top of HEAD. Files stay as they are, and of the index only what is in commits
changes, so that what no commit takes stays uncommitted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from gitsplit.errors import GitsplitError, HookRefused, NoIdentity
from gitsplit.git import history, repository
from gitsplit.git.diff import hunks_between
from gitsplit.git.hooks import Hooks
from gitsplit.git.index_entries import index_entries
from gitsplit.git.repository import Repository, repository_reading_also
from gitsplit.git.snapshot import NOBODY, Snapshot, changed_since, snapshot_taken
from gitsplit.git.trees import NewObjects, changed_paths
from gitsplit.git.write import Rewrite
from gitsplit.model.escape import printable, shell_command
from gitsplit.model.listing import name_list
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, changes_in_range, without_empty_groups
from gitsplit.model.progress import Say
from gitsplit.model.series import Uncommitted
from gitsplit.model.staged import (
    IndexAfterwards,
    index_afterwards,
    index_unchanged,
    plan_of_uncommitted,
)
from gitsplit.model.todo import Entry, Todo
from gitsplit.workflow.propose import Request, with_owner
from gitsplit.workflow.work import Work, refuse_operation_in_progress


@contextmanager
def source_read(
    repo: Repository, request: Request, say: Say, *, is_dry: bool = False
) -> Iterator[tuple[Repository, Request]]:
    """Take a snapshot of what isn't committed, for the ``with`` block.

    The repository with it, and the request as it is meant there. ``say`` is told what
    stays out. A dry run needs no identity. Raises what
    :func:`gitsplit.git.snapshot.snapshot_taken` raises, OperationUnderWay, and
    NoIdentity.
    """
    kind = request.uncommitted
    if request.absorb:
        from gitsplit.workflow.absorb import kind_to_absorb

        kind = kind_to_absorb(repo, request, by_itself=is_dry or request.accepts)
        request = replace(request, staged=kind == "staged")
    assert kind is not None, "else there is nothing to take"
    refuse_operation_in_progress(repo, may_be_staged=True)
    try:
        author = repository.author(repo)
    except NoIdentity:
        if not is_dry:
            raise
        author = NOBODY
    taking = snapshot_taken(
        repo,
        kind,
        author,
        with_untracked=request.untracked,
        unstaged_by=_command_for_files(request),
    )
    with taking as known:
        assert known.snapshot is not None, "it has just been taken"
        for sentence in _staying_out(known.snapshot, request):
            say(sentence)
        yield known, _request_for(known.snapshot, request)


def _command_for_files(request: Request) -> str:
    """The command that takes what has changed in the files, staged or not."""
    if not request.absorb:
        return "gitsplit -w"
    upstream = ["--root"] if request.root else filter(None, [request.upstream])
    return printable(shell_command("gitsplit", "--absorb", *upstream))


def _staying_out(snapshot: Snapshot, request: Request) -> Iterator[str]:
    """A sentence for what is in the worktree and is not in the snapshot."""
    if snapshot.left_out and snapshot.source.kind == "worktree":
        are = "is a repository" if len(snapshot.left_out) == 1 else "are repositories"
        names = name_list([printable(path) for path in snapshot.left_out])
        yield f"{names} {are} and no submodule: left out."
    if snapshot.untracked and snapshot.source.kind == "worktree":
        files = "file is" if snapshot.untracked == 1 else "files are"
        way = "" if request.absorb else "; in: --untracked"
        yield f"{snapshot.untracked} {files} untracked and left out{way}."


def _request_for(snapshot: Snapshot, request: Request) -> Request:
    """The request; without a stopped commit there is nothing that could be continued.

    Raises GitsplitError where it says what continues it, even so.
    """
    if snapshot.is_stopped_commit or request.absorb:
        return request
    if request.keep not in ("auto", "none"):
        raise GitsplitError(
            "Uncommitted changes continue no commit, so there is no Change-Id to keep.",
            hint="Leave --keep-change-id out.",
        )
    return replace(request, keep="none")


def index_after(
    repo: Repository, objects: NewObjects, work: Work, rewrite: Rewrite
) -> IndexAfterwards | None:
    """What becomes of the index; None where commits are split.

    The contents that it needs are added to ``objects``.
    """
    snapshot = repo.snapshot
    if snapshot is None:
        return None
    (plan,) = work.plans.values()
    if plan.is_range:
        plan = plan_of_uncommitted(plan)
    if snapshot.source.kind == "staged":
        return index_unchanged(plan, snapshot.staged)

    def read(oid: Oid) -> bytes:
        return objects.read_object(oid)[1]

    staged, in_head = snapshot.staged, None
    if work.absorbs:
        in_head = changed_paths(objects, snapshot.source.before, rewrite.new_tree)
        now = index_entries(repo)
        others = ((path, now.get(path)) for path in in_head if path not in staged)
        staged = {**staged, **{path: entry for path, entry in others if entry}}
    found = index_afterwards(without_empty_groups(plan), staged, read, in_head)
    for content in found.contents:
        objects.add("blob", content)
    return found


_BY_HOOK = "No commit was made; the hook's changes are in the files."


def run_pre_commit(
    repo: Repository, objects: NewObjects, rewrite: Rewrite, say: Say
) -> None:
    """Run ``pre-commit`` as for a commit of all that is in the new ones.

    Raises HookRefused where it refuses, or changes what is committed.
    """
    snapshot = repo.snapshot
    assert snapshot is not None, "commits have been through it"
    hooks = Hooks(repo)
    if not hooks.has("pre-commit"):
        return
    before = changed_since(repo, snapshot)
    try:
        words = hooks.run_pre_commit(rewrite.new_tree)
    except HookRefused as refusal:
        if changed_since(repo, snapshot) - before:
            refusal.state = _BY_HOOK
        raise
    if words:
        say(f"pre-commit says: {words}")
    committed = changed_paths(objects, snapshot.source.before, rewrite.new_tree).keys()
    changed = (changed_since(repo, snapshot) - before) & committed
    if changed:
        names = name_list([printable(path) for path in sorted(changed)])
        raise HookRefused(
            f"The pre-commit hook changed files that are to be committed: {names}.",
            hint="Start again with what they are now, or skip it with --no-verify.",
            state=_BY_HOOK,
        )


def fitted_draft(
    repo: Repository, request: Request, work: Work, text: bytes, objects: Path
) -> Todo | None:
    """A draft for what wasn't committed then, fitted to what isn't now.

    What is new begins as left out. None where nothing has changed, or where nothing is
    known any more of what it was made for, whose ``objects`` were kept beside it; nor
    where it was sent into other commits than there are now.
    """
    from gitsplit.model.corrections import with_absorbed_counted
    from gitsplit.planfile.fit import fitted_plan
    from gitsplit.planfile.match import plan_of_entry, with_originals
    from gitsplit.planfile.parse import load_plan

    (entry,) = load_plan(text).series
    first, *rest = commits = work.series.commits
    was, oids = entry.source, tuple(commit.oid for commit in commits)
    is_same = not isinstance(was, Uncommitted) or was == commits[-1].stands_for
    if is_same or not objects.is_dir() or entry.commits[:-1] != oids[:-1]:
        return None
    assert isinstance(was, Uncommitted), "else nothing is to be fitted"
    trees = [(was.before, was.after)]
    (then,) = history.changes_of_trees(repository_reading_also(repo, objects), trees)
    *below, now = history.changes_of(repo, commits)
    known = replace(entry, later=oids[1:]) if rest else with_originals(entry, oids)
    old = plan_of_entry(known, changes_in_range([*below, then]))
    takers = (*(None for _ in below), DROPPED)
    changes = changes_in_range([*below, now])
    plan = fitted_plan(old, changes, takers, hunks_between).plan
    plan = with_absorbed_counted(plan) if rest else with_owner(plan, request.keep)
    return Todo((Entry(first, "split", plan=plan, rest=tuple(rest)),))
