"""The screen of a run, opened on proposals or the draft; git and editors behind it.

Or questions in its place.
"""

import dataclasses
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gitsplit.errors import (
    ActionFailed,
    EditorFailed,
    GitsplitError,
    GivenUp,
    InvalidPlan,
    WriteFailed,
)
from gitsplit.git import history, refs, user_programs
from gitsplit.git.config import Config
from gitsplit.git.diff import hunks_between, merge_contents
from gitsplit.git.program import Program
from gitsplit.git.repository import Repository
from gitsplit.git.state_dir import is_inside_git_dir
from gitsplit.model.listing import quantity
from gitsplit.model.message import has_subject, stripspace
from gitsplit.model.message_buffer import (
    buffer_of,
    mark_for,
    messages_in,
    with_patch_below,
    without_patch,
)
from gitsplit.model.objects import Oid
from gitsplit.model.progress import Watch
from gitsplit.model.series import commit_in_words
from gitsplit.model.todo import Todo
from gitsplit.tui.app import run_screen
from gitsplit.tui.background.worker import Backend
from gitsplit.tui.keymap.own_keys import SECTION, own_keys
from gitsplit.tui.state.app_state import SeriesInfo, State, first_state
from gitsplit.tui.state.problems import words_of_reading, words_of_teaching
from gitsplit.tui.state.undo import with_memory
from gitsplit.tui.surroundings import Chosen, Editor, Surroundings
from gitsplit.tui.update.series import with_draft, with_only_split_open
from gitsplit.tui.view.colours import GIT_SLOTS, Colours, Scheme, style_of_git
from gitsplit.workflow.apply import compute_rewrite
from gitsplit.workflow.check_results import keep_command, last_command
from gitsplit.workflow.draft import (
    DraftSaver,
    draft_of_other_head,
    load_draft,
    load_memory,
)
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.preflight import Outlooks
from gitsplit.workflow.proposal_cache import ProposalCache
from gitsplit.workflow.propose import (
    Request,
    has_advice,
    has_command,
    trailers_to_copy,
)
from gitsplit.workflow.work import Work, title_by_id

if TYPE_CHECKING:
    from gitsplit.tui.dialog.dialog import Talk
    from gitsplit.workflow.repair import RepairRunner


def edit_work(
    repo: Repository,
    request: Request,
    work: Work,
    finish: Finish,
    opening: State | None = None,
) -> Chosen | None:
    """Show the screen until the user applies or quits, and save a draft meanwhile.

    What they chose; None where they quit. ``opening`` is the screen to come back to;
    without one it opens on the draft, where there is one, or on what is proposed.
    """
    opening = opening or _first_opening(repo, request, work, finish)
    cache = ProposalCache(repo, request, work)
    saver = DraftSaver(repo, work, cache.known_plan)
    runner = _make_runner(repo, work, request) if request.checks else None
    around = Surroundings(
        _make_editor(repo),
        _make_backend(repo, request, work, finish, cache),
        saver.save,
        runner,
        partial(_make_typed_runner, repo, work, request),
        with_syntax=repo.config.get_bool("gitsplit.syntax", default=True),
        give_up=cache.close,
        colours=colours_of(repo.config),
        save_plan=partial(_save_plan, repo, work),
    )
    try:
        chosen = _have_chosen(opening, around, finish.talk)
        if chosen is not None and runner is not None:
            return dataclasses.replace(chosen, passed=runner.passed)
        return chosen
    finally:
        try:
            saver.close()
        except WriteFailed as failure:
            finish.say(f"Your work isn't kept: {failure}")


def _save_plan(
    repo: Repository, work: Work, todo: Todo, name: str, replaces: bool
) -> bool:
    """Save what the user has made of the work as a plan file."""
    from gitsplit.workflow.plan_files import save_plan  # few use it

    return save_plan(repo, replace(work, todo=todo), name, replaces=replaces)


def _have_chosen(
    opening: State, around: Surroundings, talk: "Talk | None"
) -> Chosen | None:
    """Have the user choose, on the screen or by answers."""
    if talk is None:
        return run_screen(opening, around)
    from gitsplit.tui.dialog.dialog import run_dialog  # the screen has no use for it

    return run_dialog(opening, around, talk)


def colours_of(config: Config) -> Colours:
    """The colours that the configuration asks for.

    ``gitsplit.color`` is auto, dark, light or mono; without it, ``color.ui`` can say
    that there are none. Of ``color.diff`` what isn't a colour is passed over.
    Raises GitsplitError where ``gitsplit.color`` is none of these.
    """
    given = config.get("gitsplit.color")
    if given is None:
        is_off = (config.get("color.ui") or "").lower() in ("false", "never", "no")
        scheme = Scheme.MONO if is_off else Scheme.AUTO
    elif given.lower() in [*Scheme]:
        scheme = Scheme(given.lower())
    else:
        raise GitsplitError(
            f"gitsplit.color can't be “{given}”.",
            hint=f"It is one of {', '.join(Scheme)}.",
        )
    own: dict[str, str] = {}
    for slot, classes in GIT_SLOTS.items():
        value = config.get(f"color.diff.{slot}")
        style = None if value is None else style_of_git(value)
        own |= {} if style is None else dict.fromkeys(classes, style)
    return Colours(scheme, own)


def colours_of_user() -> Colours:
    """The colours that the user's own configuration asks for, outside of a repository.

    Raises GitsplitError where it asks for what there isn't.
    """
    listed = Program(Path(tempfile.gettempdir())).run(
        "config", "-z", "--list", "--show-scope"
    )
    return colours_of(Config.parse_scoped(listed.stdout))


def _first_opening(
    repo: Repository, request: Request, work: Work, finish: Finish
) -> State:
    """Ask what can fail late, and make the screen's first state."""
    finish.before_screen()
    if finish.signer is not None:
        finish.signer.try_out()
    return _opening_state(repo, request, work, finish)


def _make_typed_runner(
    repo: Repository, work: Work, request: Request, command: str
) -> "RepairRunner":
    """Make what runs a command that the user has typed, and keep that for later."""
    keep_command(repo, command)
    return _make_runner(repo, work, replace(request, checks=(command,)))


def _make_runner(repo: Repository, work: Work, request: Request) -> "RepairRunner":
    """Make what runs the user's commands."""
    from gitsplit.workflow.repair import RepairRunner

    return RepairRunner(repo, work, request)


def _make_backend(
    repo: Repository,
    request: Request,
    work: Work,
    finish: Finish,
    cache: ProposalCache,
) -> Backend:
    """Make what the screen asks git for: merges, proposals, outlooks, estimates."""
    outlooks = Outlooks(repo, work, request.drop_to, verify=finish.verify)
    return Backend(
        partial(merge_for_key, repo),
        cache.plan_of,
        cache.proposals_of,
        cache.known_proposals,
        outlooks.of,
        partial(_command_lines, repo, work, request),
        cache.estimate,
        cache.changes_of,
        has_command(repo),
        cache.squash_of,
    )


def _command_lines(
    repo: Repository, work: Work, request: Request, todo: Todo, watch: Watch
) -> Sequence[str]:
    """The git commands for the todo list, as lines; raises GivenUp."""
    from gitsplit.report.by_hand import by_hand_lines  # few look at them
    from gitsplit.workflow.by_hand import by_hand

    try:
        own, wanted = repo.with_watch(watch), replace(work, todo=todo)
        found = by_hand(own, wanted, *compute_rewrite(own, wanted), request.drop_to)
    except GivenUp:
        raise
    except GitsplitError as error:
        return [f"{error} {error.hint}".rstrip()]
    return [*by_hand_lines(found)]


def _opening_state(
    repo: Repository, request: Request, work: Work, finish: Finish
) -> State:
    """The screen's first state: the draft's with its undo history, or a new one."""
    state = first_state(_whole(repo, request, work), work.todo, hunks_between)
    unproposed = {oid: work.plans[oid] for oid in work.unproposed}
    state = replace(
        state,
        proposals=dict(work.proposals),
        unproposed=unproposed,
        is_checking=bool(request.checks),
        follows=repo.config.get_bool("gitsplit.follow", default=True),
    )
    if state.info.title and state.is_alone and repo.snapshot is None:
        state = replace(state, status=f"this is {state.info.title}")
    if request.teach:
        state = replace(state, status=words_of_teaching(state))
    if work.is_read:
        state = replace(state, status=words_of_reading(state))
    if work.misfit:
        state = replace(state, status=_NOT_ALL_FITS)
    draft = _resume_draft(repo, request, work, finish)
    memory = None if draft is None else load_memory(repo, work, draft)
    if memory is not None:
        # Its steps begin with a plan of that time, which needs no proposal.
        return with_memory(replace(state, unproposed={}), memory)
    if draft is not None:
        state = with_draft(state, draft)
    return with_only_split_open(state)


_NOT_ALL_FITS = "not all of the plan fits: what doesn't is listed above"


def _resume_draft(
    repo: Repository, request: Request, work: Work, finish: Finish
) -> Todo | None:
    """Load the draft to resume; tell the user where there is one that doesn't fit."""
    if request.plan is not None:
        return None
    if told := draft_of_other_head(repo, work):
        finish.say(told)
    try:
        return load_draft(repo, request, work, finish.say)
    except InvalidPlan as refusal:
        finish.say(f"{refusal} {refusal.hint}")
        return None


def merge_for_key(
    repo: Repository, base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """Merge what was written by hand, in answer to a key.

    Raises ActionRefused where git can't merge: no key may end the screen.
    """
    try:
        return merge_contents(repo, base, ours, theirs)
    except (GitsplitError, OSError) as error:
        raise ActionFailed(
            f"git could not merge the edited file: {str(error).rstrip('.')}.",
            hint="Is there room for temporary files?",
        ) from error


def _make_editor(repo: Repository) -> Editor:
    """Make what opens the user's editor: for a message, a file, all messages."""
    return Editor(
        partial(edit_message, repo),
        partial(user_programs.edit_file, repo),
        partial(edit_messages, repo),
    )


def _whole(repo: Repository, request: Request, work: Work) -> SeriesInfo:
    """The series in the words of the screen."""
    ref = refs.plain_name(work.head_ref or "HEAD")
    others = {}
    if request.read is not None:
        ref = request.read
    else:
        others = refs.following_branches(repo, {c.oid for c in work.series.commits})
    form = repo.config.get("rebase.instructionFormat")
    return SeriesInfo(
        work.series,
        ref,
        name=_range_name(request, work, ref),
        title=_title(repo, request, work),
        is_read=work.is_read,
        is_patch=work.is_patch,
        change_ids=_change_ids(work),
        ids=work.ids,
        other_refs={refs.plain_name(name): oid for name, oid in others.items()},
        drop_to="uncommitted" if repo.snapshot else request.drop_to,
        titles=history.log_titles(repo, work.series, form) if form else {},
        abbreviates=repo.config.get_bool("rebase.abbreviateCommands"),
        check=" && ".join(request.checks),
        copied_trailers=trailers_to_copy(repo),
        last_check="" if request.checks else last_command(repo),
        has_advice=has_advice(repo),
        keeps_drafts=not work.is_read and request.lesson is None,
        lesson=request.lesson,
        keys=own_keys(repo.config.below(SECTION)),
        plan_file=_free_name(repo, "gitsplit-plan", ".json"),
        has_remote=repo.snapshot is None and repo.config.has_remotes,
    )


def _title(repo: Repository, request: Request, work: Work) -> str:
    """What is split, where that isn't told by a range and a number of commits."""
    if repo.snapshot is None:
        return title_by_id(repo, request, work.series)
    commit, untracked = repo.snapshot.commit, repo.snapshot.untracked
    title = commit.in_words
    if work.absorbs:
        number = quantity(len(work.series.commits) - 1, "commit")
        title += f", into {number} up to {work.series.commits[-2].oid[:7]}"
    if repo.snapshot.is_stopped_commit and not work.absorbs:
        title += f", for {commit_in_words(commit.oid, commit.subject)}"
    if untracked and request.uncommitted == "worktree":
        title += f"; {quantity(untracked, 'untracked file')} left out"
    return title


def _free_name(repo: Repository, stem: str, ending: str) -> str:
    """A path that nothing has, with a number if need be.

    In the current directory; beside a git directory, which is no place for it.
    """
    if is_inside_git_dir(repo, Path(stem)):
        stem = str(repo.common_dir.parent / stem)
    names = (f"{stem}{ending}", *(f"{stem}-{n}{ending}" for n in range(2, 100)))
    paths = map(Path, names)
    free = (path for path in paths if not (path.exists() or path.is_symlink()))
    return str(next(free, names[0]))


def _range_name(request: Request, work: Work, ref: str) -> str:
    """The range as the user would name it, such as ``main..topic``."""
    if request.from_patch:
        number = len(work.series.commits)
        return "reading a patch" if number == 1 else f"reading {number} patches"
    if request.read is not None:
        return f"reading {request.read}"
    if work.series.upstream is None:
        return ref
    given = request.upstream or ("" if request.commits else "@{upstream}")
    return f"{given or work.series.upstream[:7]}..{ref}"


def _change_ids(work: Work) -> dict[Oid, bytes]:
    """The Change-Ids of the commits that have one."""
    ids = {c.oid: work.ids.of(c.raw.message) for c in work.series.commits}
    return {oid: change_id for oid, change_id in ids.items() if change_id}


def _comment_mark(repo: Repository, messages: Sequence[bytes]) -> bytes:
    """The comment mark for the editor: ``core.commentChar``, or a longer one.

    No line of the messages begins with it.
    """
    return mark_for(messages, repo.comment_char())


_OFF = ("false", "no", "off", "0")


def edit_message(repo: Repository, text: bytes, patch: bytes) -> bytes:
    """Open a message in the editor, with the diff of its commit below it.

    The edited one, cleaned as ``git commit`` cleans it. A message that wasn't changed
    comes back byte for byte. Where ``commit.verbose`` is off, there is no diff. An
    empty one of what isn't committed begins as the template of git-commit(1), which
    counts as none where it isn't edited.
    """
    mark = _comment_mark(repo, [text])
    shown = patch if repo.config.get("commit.verbose") not in _OFF else b""
    start = text
    if repo.snapshot is not None and not text.strip():
        start = user_programs.commit_template(repo)
    edited = user_programs.edit_text(repo, with_patch_below(start, shown, mark))
    message = stripspace(without_patch(edited, shown, mark), mark)
    is_same = message == stripspace(start, b"" if start == text else mark)
    return text if is_same else message


def edit_messages(
    repo: Repository, titled: Sequence[tuple[str, bytes]]
) -> Sequence[bytes]:
    """Open all messages in one editor buffer; the edited messages.

    Where the buffer can't be read back or a message is empty, the editor opens again
    and says so, MOST_TRIES times: an editor may be a script, which does the same each
    time. Then raises EditorFailed; the text is kept in a file.
    An empty one of what isn't committed begins as that of :func:`edit_message`.
    """
    titles, messages = [*zip(*titled, strict=True)]
    mark = _comment_mark(repo, messages)
    template = b"" if repo.snapshot is None else user_programs.commit_template(repo)
    starts = [each if each.strip() else template for each in messages]
    bare = stripspace(template, mark)

    def read(made: bytes) -> tuple[Sequence[bytes] | None, bytes]:
        found, why = _messages_from_editor(made, messages, mark, bare)
        return found, b"%s %s\n%s" % (mark, why.encode(errors="replace"), made)

    from gitsplit.workflow.text_editing import edit_until_read  # few edit them all

    edit = partial(user_programs.edit_text, repo)
    found, made = edit_until_read(edit, buffer_of(titles, starts, mark), read)
    if found is not None:
        return found
    _, why = _messages_from_editor(made, messages, mark, bare)
    kept = user_programs.keep_text(repo, made, "messages")
    raise EditorFailed(why, hint=f"The old messages stay. Your text is in {kept}.")


def _messages_from_editor(
    text: bytes, messages: Sequence[bytes], mark: bytes, template: bytes
) -> tuple[Sequence[bytes] | None, str]:
    """The messages in the edited buffer; or None, and what is wrong with it.

    The template alone, where a message was empty, is none.
    """
    try:
        found = messages_in(text, messages, mark)
    except InvalidPlan as refusal:
        return None, f"{refusal} {refusal.hint}"
    for number, (message, before) in enumerate(zip(found, messages, strict=True), 1):
        if not message.strip() or (not before.strip() and message == template):
            return None, f"Message {number} is empty."
        if message != before and not has_subject(message):
            return None, f"Message {number} begins with a trailer: it has no subject."
    return found, ""
