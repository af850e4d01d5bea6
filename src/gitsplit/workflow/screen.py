"""The work put before the user: one application over the whole series."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from gitsplit.errors import ActionRefused, EditorFailed, GitsplitError, InvalidPlan
from gitsplit.git import history, refs, user_programs
from gitsplit.git.diff import hunks_between, merge_contents
from gitsplit.git.repository import Repository
from gitsplit.model.message import cleaned
from gitsplit.model.message_buffer import buffer_of, mark_for, messages_in
from gitsplit.model.objects import Oid
from gitsplit.model.todo import Todo
from gitsplit.tui.app import Editor, Surroundings, run_screen
from gitsplit.tui.background.worker import Backend, Checker
from gitsplit.tui.state.app_state import State, Whole, first_state
from gitsplit.tui.state.memory import Memory, remembered
from gitsplit.tui.state.problems import come_back
from gitsplit.tui.update.series import resumed, split_at_once
from gitsplit.workflow.apply import DropTo
from gitsplit.workflow.preflight import Outlooks
from gitsplit.workflow.proposal_cache import Proposals
from gitsplit.workflow.propose import Request, copied_trailers
from gitsplit.workflow.work import Work

MOST_TRIES = 5
"""So often the editor opens on the messages before a broken text is given up."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The work as the user left it, and whether a conflict may stop it.

    ``passed`` are the trees on which the user's commands have ended well meanwhile.
    ``left`` is the screen as it was left.
    """

    work: Work
    left: State
    accepts_conflict: bool = False
    passed: frozenset[Oid] = frozenset()


@dataclass(frozen=True, slots=True)
class Back:
    """The screen to come back to, and the reason, which it says."""

    left: State
    reason: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around the screen.

    ``draft`` is work of last time to go on from, ``memory`` the way there; it can be
    taken back. ``on_change`` is called with each todo list that the user makes, and
    what is to be remembered beside it: it keeps what isn't written. With ``verify``,
    what Gerrit would refuse can't be applied.
    ``checker`` runs the command ``check`` on new commits. ``back`` is where the user
    was when what they wanted done turned out to be impossible.
    """

    drop_to: DropTo = "worktree"
    draft: Todo | None = None
    memory: Memory | None = None
    on_change: Callable[[Todo, Memory], None] | None = None
    checker: Checker | None = None
    check: str = ""
    verify: bool = True
    back: Back | None = None


def edited(
    repo: Repository, request: Request, work: Work, setting: Setting
) -> Edited | None:
    """What the user made of the work in the screen; None where they quit."""
    proposals = Proposals(repo, request, work)
    outlooks = Outlooks(repo, work, setting.drop_to, verify=setting.verify)
    backend = Backend(
        partial(merged_for_key, repo),
        proposals.plan_of,
        proposals.cuts_of,
        proposals.known_cuts,
        outlooks.of,
        proposals.estimate,
    )
    whole = _whole(repo, request, work, setting)
    around = replace(
        _surroundings(repo, setting), backend=backend, give_up=proposals.close
    )
    chosen = run_screen(_opening(whole, work, setting), around)
    if chosen is None:
        return None
    assert chosen.left is not None, "who chooses something leaves a screen"
    done = replace(work, todo=chosen.todo)
    return Edited(done, chosen.left, chosen.accepts_conflict)


def _opening(whole: Whole, work: Work, setting: Setting) -> State:
    """The screen as it opens: where the user was, or on the draft, or anew."""
    if setting.back is not None:
        return come_back(setting.back.left, setting.back.reason)
    state = first_state(whole, work.todo, hunks_between)
    state = replace(state, cuts=dict(work.cuts))
    if setting.memory is not None:
        return remembered(state, setting.memory)
    if setting.draft is not None:
        state = resumed(state, setting.draft)
    return split_at_once(state)


def merged_for_key(
    repo: Repository, base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """What was written by hand merged, while a key is answered.

    Raises ActionRefused where git can't do that, for no key may end the screen.
    """
    try:
        return merge_contents(repo, base, ours, theirs)
    except (GitsplitError, OSError) as error:
        raise ActionRefused(
            f"Git couldn't merge what was written: {str(error).rstrip('.')}.",
            hint="Is there room for temporary files?",
        ) from error


def _surroundings(repo: Repository, setting: Setting) -> Surroundings:
    texts = Editor(
        partial(_edited, repo),
        partial(user_programs.edit_file, repo),
        partial(_all_edited, repo),
    )
    return Surroundings(
        texts,
        on_change=setting.on_change or (lambda _todo, _memory: None),
        checker=setting.checker,
        with_syntax=repo.config.get_bool("gitsplit.syntax", default=True),
    )


def _whole(repo: Repository, request: Request, work: Work, setting: Setting) -> Whole:
    """The series in the words of the screen."""
    ref = refs.short_name(work.head_ref or "HEAD").removeprefix("branch ")
    form = repo.config.get("rebase.instructionFormat")
    others = refs.following_branches(repo, {c.oid for c in work.series.commits})
    return Whole(
        work.series,
        ref,
        name=_range_name(request, work, ref),
        change_ids=_change_ids(work),
        ids=work.ids,
        other_refs={
            refs.short_name(name).removeprefix("branch "): oid
            for name, oid in others.items()
        },
        drop_to=setting.drop_to,
        titles=history.titles(repo, work.series, form) if form else {},
        abbreviates=repo.config.get_bool("rebase.abbreviateCommands"),
        check=setting.check,
        copied_trailers=copied_trailers(repo),
        keeps_drafts=setting.on_change is not None,
    )


def _range_name(request: Request, work: Work, ref: str) -> str:
    """The range as the user would name it."""
    if work.series.upstream is None:
        return ref
    given = request.upstream or ("" if request.commits else "@{upstream}")
    return f"{given or work.series.upstream[:7]}..{ref}"


def _change_ids(work: Work) -> dict[Oid, bytes]:
    """The Change-Ids of the commits that have one."""
    ids = {c.oid: work.ids.of(c.raw.message) for c in work.series.commits}
    return {oid: change_id for oid, change_id in ids.items() if change_id}


def _mark(repo: Repository, messages: Sequence[bytes]) -> bytes:
    """What begins a comment line for the editor, and no line of the messages."""
    return mark_for(messages, repo.comment_char())


def _edited(repo: Repository, text: bytes) -> bytes:
    """The message from the editor, without comments, as ``git commit`` cleans it.

    One that was left as it is comes back byte for byte.
    """
    mark = _mark(repo, [text])
    help_text = b"%s Lines starting with '%s' are left out.\n" % (mark, mark)
    message = cleaned(user_programs.edit(repo, text + b"\n" + help_text), mark)
    return text if message == cleaned(text, b"") else message


def _all_edited(
    repo: Repository, titled: Sequence[tuple[str, bytes]]
) -> Sequence[bytes]:
    """The messages from the editor, which had all of them in one text.

    Where that is broken or one is empty, the editor opens again and says so, MOST_TRIES
    times: an editor may be a script, which does the same each time. Raises EditorFailed
    where it is left like that; the text is kept.
    """
    titles, messages = [*zip(*titled, strict=True)]
    mark = _mark(repo, messages)
    given, made, why = buffer_of(titles, messages, mark), b"", ""
    for _ in range(MOST_TRIES):
        last, made = made, user_programs.edit(repo, given)
        found, why = _read_back(made, messages, mark)
        if found is not None:
            return found
        if made in (given, last):
            break
        given = b"%s %s\n%s" % (mark, why.encode(errors="replace"), made)
    kept = user_programs.keep_text(repo, made)
    raise EditorFailed(why, hint=f"The old messages stay. Your text is in {kept}.")


def _read_back(
    text: bytes, messages: Sequence[bytes], mark: bytes
) -> tuple[Sequence[bytes] | None, str]:
    """The messages in the edited text; or None, and what is wrong with it."""
    try:
        found = messages_in(text, messages, mark)
    except InvalidPlan as refusal:
        return None, f"{refusal} {refusal.hint}"
    empty = [n for n, message in enumerate(found, 1) if not message.strip()]
    return (None, f"Message {empty[0]} is empty.") if empty else (found, "")
