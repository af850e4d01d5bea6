"""What each way of calling gitsplit does: preview, split, undo, continue, abort.

Each imports for itself what it needs: a dry run needs no screen.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from errno import EISDIR, ENOENT
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitsplit.cli.options import STANDARD_INPUT, Options
from gitsplit.cli.output import (
    Conversation,
    Progress,
    ask_decision,
    confirm,
    current_directory,
    encoded,
    has_terminal,
    in_colours,
    is_for_programs,
    is_terminal,
    keep_as_warnings,
    print_document,
    print_result,
    print_stderr,
    refuse_no_terminal,
    refuse_unasked,
    say,
    show_activity,
    take_input_from_terminal,
    wants_questions,
    write_stdout,
    write_text_file,
)
from gitsplit.errors import (
    UNCHANGED,
    NothingToSplit,
    NotReadable,
    NotWritable,
)
from gitsplit.model.escape import printable_lines
from gitsplit.model.listing import quantity, with_capital

if TYPE_CHECKING:
    from gitsplit.git.journal import Record
    from gitsplit.git.refs import LeftRef, RefUpdate
    from gitsplit.git.repository import Repository
    from gitsplit.git.write import Rewrite
    from gitsplit.model.objects import Oid
    from gitsplit.report.formats import Printout
    from gitsplit.workflow.apply import Outcome
    from gitsplit.workflow.hooks_and_signing import Decision, Finish
    from gitsplit.workflow.propose import Request
    from gitsplit.workflow.run import Result
    from gitsplit.workflow.work import Work


def dry_run(options: Options) -> None:
    """Print what a split would do; nothing is written."""
    from gitsplit.git.journal import other_at_work

    if options.read == STANDARD_INPUT:
        with _patch_read(options) as (repo, request):
            _dry_run(_with_output_checked(repo, options), request, options)
        return
    request = request_of(options)
    repo = _with_output_checked(_open_for_dry_run(request), options)
    if worker := other_at_work(repo):
        say(f"{with_capital(worker)} is still running.")
    with _source_read(repo, request, is_dry=True) as (repo, request):
        _dry_run(repo, request, options)


def _dry_run(repo: "Repository", request: "Request", options: Options) -> None:
    work = _read_for_dry_run(repo, request)
    if work is not None:
        _print_dry_run(repo, options, request, work)
    else:
        print_stderr(UNCHANGED)
        _write_unchanged(options)


def _patch_read(
    options: Options,
) -> "AbstractContextManager[tuple[Repository, Request]]":
    """The commits of the patch on standard input; keys come from the terminal then."""
    from gitsplit.workflow.reading import patch_to_read

    data = sys.stdin.buffer.read()
    take_input_from_terminal()
    return patch_to_read(data, current_directory(), request_of(options), say)


def _open_for_dry_run(request: "Request") -> "Repository":
    """The repository here; raises OperationUnderWay where that matters."""
    from gitsplit.git.repository import open_repository
    from gitsplit.workflow.work import open_idle_repository

    if request.read is not None:
        return open_repository(current_directory())
    is_uncommitted = request.uncommitted is not None
    return open_idle_repository(current_directory(), may_be_staged=is_uncommitted)


def _source_read(
    repo: "Repository", request: "Request", *, is_dry: bool = False
) -> "AbstractContextManager[tuple[Repository, Request]]":
    """What is to be split, read where that is no commit; for the ``with`` block."""
    if request.read is not None:
        from gitsplit.workflow.reading import repository_to_read

        return repository_to_read(repo, request)
    if request.uncommitted is None:
        return nullcontext((repo, request))
    from gitsplit.workflow.uncommitted import source_read

    return source_read(repo, request, say, is_dry=is_dry)


def _print_dry_run(
    repo: "Repository", options: Options, request: "Request", work: "Work"
) -> None:
    """Print what a split would do; where the given plan is refused, raise that then."""
    from gitsplit.report.formats import DEFAULT

    printed = _printout(repo, options, work, options.format or DEFAULT)
    refusal = printed.refusal if options.plan is not None else None
    if refusal is not None and is_for_programs():
        raise refusal
    for note in printed.notes:
        if refusal is None or str(refusal) not in note:  # it is said at the end
            say(note)
    write_printout(repo, options, printed)
    if not is_for_programs():
        _say_what_series_it_is(repo, options, request, work)
    if refusal is not None:
        if options.output_file is not None:
            refusal.state = (
                f"{options.output_file} was written, and nothing else was changed."
            )
        raise refusal


def _say_what_series_it_is(
    repo: "Repository", options: Options, request: "Request", work: "Work"
) -> None:
    """Say what was dry-run where the commit before it was named itself."""
    from gitsplit.workflow.work import title_by_id

    title = title_by_id(repo, request, work.series) if is_terminal() else ""
    if title:
        print_stderr(f"This is {title}")
    elif options.teach:
        from gitsplit.workflow.meaning import note_on_start

        if note := note_on_start(repo, request):
            say(note)


def read(options: Options) -> None:
    """Show commits on the screen that are looked at only."""
    from gitsplit.workflow.reading import look

    if options.read == STANDARD_INPUT:
        source = _patch_read(options)
    else:
        source = _source_read(open_checked(options), request_of(options))
    with source as (repo, request):
        _with_output_checked(repo, options)
        progress = Progress(is_drawn=not options.no_screen)
        look(repo, request, finish_for(repo, options), progress)
    print_stderr(UNCHANGED)
    _write_unchanged(options)


def _read_for_dry_run(repo: "Repository", request: "Request") -> "Work | None":
    """Read the work, and have it edited where that is asked for; None if cancelled."""
    from gitsplit.workflow.journal_state import hint_at_undo
    from gitsplit.workflow.work import read_meant_work, tell_reading

    with hint_at_undo(repo), Progress() as report:
        request, work = read_meant_work(
            repo, request, every=not request.edits, tell=report
        )
    tell_reading(repo, request, work.series, say, work.misfit)
    if not request.edits:
        return work
    from gitsplit.workflow.text_editing import edit_as_text

    edited = edit_as_text(repo, request, work)
    return None if edited is None else edited.work


def _printout(
    repo: "Repository", options: Options, work: "Work", form: str
) -> "Printout":
    """What a dry run of the work prints."""
    from gitsplit.git.signing import is_wanted
    from gitsplit.report.formats import printout_in
    from gitsplit.workflow.findings import dry_run_findings

    findings = dry_run_findings(
        *(repo, work, options.drop_to),
        signs=not options.no_sign and is_wanted(repo, options.sign),
        is_given=options.plan is not None,
        has_patch=options.patch,
        verify=not options.no_verify,
        teaches=options.teach,
    )
    return printout_in(form, findings)


def write_printout(repo: "Repository", options: Options, printed: "Printout") -> None:
    """Print a dry run, or write it where ``-o`` says.

    On a terminal it has colours, and goes through git's pager.
    """
    if is_for_programs():
        print_document(printed.text, options.output_file)
    elif options.output_file is not None:
        write_text_file(options.output_file, printed.text)
    else:
        _show(repo, printed, is_paged=not options.no_screen)


def _show(repo: "Repository", printed: "Printout", *, is_paged: bool) -> None:
    """Print a dry run, on a terminal through git's pager."""
    colours: Mapping[str, str] = {}
    if is_terminal():
        from gitsplit.git import pager

        colours = pager.diff_colours(repo)
    text = in_colours(printed.text, printed.slots, colours)
    data = encoded(text, is_utf8=printed.is_utf8)
    if not (is_terminal() and is_paged and pager.show(repo, data)):
        write_stdout(data)


def check(options: Options) -> int:
    """Print what each commit of a range seems to hold; 1 where something is found."""
    from gitsplit.cli.output import warnings
    from gitsplit.report import appraisal as report
    from gitsplit.workflow.appraisal import appraise
    from gitsplit.workflow.work import tell_reading

    repo, request = open_checked(options), request_of(options)
    with Progress() as tell:
        found = appraise(repo, request, tell)
    tell_reading(repo, request, found.series, say)
    if is_for_programs():
        print_document(report.appraisal_json(found, warnings()), options.output_file)
    elif options.format == "markdown":
        write_text(options, report.appraisal_markdown(found), is_utf8=True)
    else:
        write_text(options, report.appraisal_text(found))
    return int(found.has_findings)


def write_text(options: Options, text: str, *, is_utf8: bool = False) -> None:
    """Print text, or write it where ``-o`` says."""
    if options.output_file is not None:
        write_text_file(options.output_file, text)
    else:
        write_stdout(encoded(printable_lines(text), is_utf8=is_utf8))


def split(options: Options) -> None:
    """Propose a split, apply it if the user accepts it, and print what was done."""
    from gitsplit.workflow.journal_state import recover_first
    from gitsplit.workflow.run import run

    repo = open_checked(options)
    with recover_first(repo, say):
        try:
            progress = Progress(is_drawn=not options.no_screen)
            with _source_read(repo, request_of(options)) as (repo, request):
                result = run(repo, request, finish_for(repo, options), progress)
                _print_outcome(repo, result, options)
        except NothingToSplit as same:
            if not (options.yes and options.plan):
                raise
            # Nothing is wrong: a script applies whatever plan a dry run has written.
            say(f"{same} {UNCHANGED}")
            _write_unchanged(options)


def open_checked(options: Options) -> "Repository":
    """The repository here; raises NotWritable where ``-o`` can't be written."""
    from gitsplit.git.repository import open_repository

    return _with_output_checked(open_repository(current_directory()), options)


def _with_output_checked(repo: "Repository", options: Options) -> "Repository":
    """The repository; raises NotWritable where ``-o`` can't name a file to write.

    What a run has done could not be told otherwise.
    """
    name = options.output_file
    if name is None:
        return repo
    if why := _why_unwritable(repo, Path(name)) if name else "the name is empty":
        raise NotWritable(
            f"{name or '-o'} can't be written: {why}.",
            hint="Name another file with -o.",
        )
    return repo


def _why_unwritable(repo: "Repository", path: Path) -> str:
    """Why the path can't be that of a file to write, as the system says; else empty."""
    from gitsplit.git.state_dir import is_inside_git_dir

    if path.is_dir():
        return os.strerror(EISDIR)
    if not path.resolve().parent.is_dir():
        return os.strerror(ENOENT)
    return "it is in the git directory" if is_inside_git_dir(repo, path) else ""


def request_of(options: Options) -> "Request":
    """What the options ask for; those of the same name are handed on as they are.

    Once only: a plan on standard input can't be read twice.
    """
    from gitsplit.workflow.propose import Request

    plan = None if options.plan is None else read_plan_file(options.plan)
    asked: dict[str, Any] = {"accepts": options.yes, "plan": plan, "lesson": None}
    asked["from_patch"] = False
    for name in Request.__struct_fields__:
        if name not in asked:
            asked[name] = getattr(options, name)
    return Request(**asked)


def read_plan_file(name: str) -> bytes:
    """Read the plan file, or standard input for ``-``."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise NotReadable(
            f"The plan {name} can't be read: {error.strerror}.",
            hint="`gitsplit --dry-run --format json -o FILE` writes one.",
        ) from error


_REPAIRED_BY_OPTION = "--repair moves hunks along until it passes."
_REPAIRED_BY_KEY = "X in the preview, after x, moves hunks along until it passes."


_WAYS_TO_READ = "Preview with --dry-run, or answer questions with --no-screen."


def finish_for(repo: "Repository", options: Options) -> "Finish":
    """What is to be done with new commits before refs move, as the options say."""
    from gitsplit.git.signing import signer
    from gitsplit.workflow.hooks_and_signing import Finish, allow_screen

    during = partial(show_activity, is_drawn=not options.no_screen)

    def check(
        repo: "Repository", rewrite: "Rewrite", passed: "AbstractSet[Oid]"
    ) -> None:
        commands, jobs = options.checks, options.jobs
        if not commands:
            return
        from gitsplit.workflow.checks import check_commits

        with during("running -x on the new commits") as tell:
            cure = _REPAIRED_BY_OPTION if options.yes else _REPAIRED_BY_KEY
            check_commits(repo, rewrite, commands, jobs, tell, passed=passed, cure=cure)

    def agrees(count: int) -> bool:
        return options.yes or confirm(f"Sign {quantity(count, 'new commit')}?")

    asks = options.no_screen or wants_questions()
    only_reads = options.read is not None
    refuse = refuse_unasked if options.edits else refuse_no_terminal
    if only_reads:
        refuse = partial(refuse_no_terminal, _WAYS_TO_READ)
    return Finish(
        signer=None if options.no_sign or only_reads else signer(repo, options.sign),
        verify=not options.no_verify,
        agrees=agrees,
        check=check,
        say=say,
        during=during,
        before_screen=allow_screen if asks else refuse,
        talk=Conversation() if asks else None,
        decide=partial(_decide, repo, options),
    )


def _decide(
    repo: "Repository", options: Options, work: "Work", kept: str
) -> "Decision":
    """Show what comes of a split, and ask whether to apply it.

    ``kept`` is told to who doesn't.
    """
    printed = _printout(repo, options, work, "text")
    for note in printed.notes:
        say(note)
    _show(repo, printed, is_paged=not options.no_screen)
    if printed.refusal is not None:
        raise printed.refusal
    decision = ask_decision("Apply this?", kept)
    if decision == "leave":
        say(kept)
    return decision


def _print_outcome(repo: "Repository", result: "Result", options: Options) -> None:
    """Print what came of a run: a rewrite, a rebase that git finished, or nothing."""
    from gitsplit.report.summary import summary_text, warning_sentences
    from gitsplit.workflow.findings import rewrite_findings
    from gitsplit.workflow.run import KEPT

    if result.outcome is not None:
        outcome = result.outcome
        findings = rewrite_findings(repo, result.work, outcome, options.drop_to)
        print_result(summary_text(findings))
        if is_for_programs():
            keep_as_warnings(warning_sentences(findings))
        if options.teach:
            _print_commands(repo, result.work, outcome, options)
        moved = (*outcome.moves.moves, *outcome.stack.made)
        _write_changes(repo, options, moved, outcome.moves.left, outcome.rewrite)
    elif result.rebased is not None:
        _print_rebase(repo, result.rebased, options)
    else:
        print_stderr(f"{UNCHANGED} {KEPT if result.has_draft else ''}".rstrip())
        _write_unchanged(options)


def _print_commands(
    repo: "Repository", work: "Work", outcome: "Outcome", options: Options
) -> None:
    """Print the git commands for what was done."""
    from gitsplit.report.by_hand import by_hand_text
    from gitsplit.workflow.findings import commands_after

    found = commands_after(repo, work, outcome, options.drop_to)
    print_result(by_hand_text(found, outcome.rewrite.old_head))


def _write_changes(
    repo: "Repository",
    options: Options,
    moved: "Iterable[RefUpdate]",
    left: "Iterable[LeftRef]" = (),
    rewrite: "Rewrite | None" = None,
) -> None:
    """Tell programs how the repository has changed, where one has asked for it."""
    if is_for_programs():
        from gitsplit.cli.results import write_changes

        write_changes(repo, options.output_file, moved, left, rewrite)


def _write_unchanged(options: Options) -> None:
    """Tell programs that nothing has changed, where one has asked for it."""
    if is_for_programs():
        from gitsplit.cli.results import write_unchanged

        write_unchanged(options.output_file)


def _print_rebase(
    repo: "Repository", record: "Record | None", options: Options
) -> None:
    """Print where the branches are after a rebase that git has finished.

    There is no record where gitsplit has lost it.
    """
    from gitsplit.report.summary import rebase_text
    from gitsplit.workflow.review import push_commands_after_rebase

    updates = record.updates if record else ()
    moved = [(update.ref, update.new) for update in updates]
    text = rebase_text(moved, push_commands_after_rebase(repo, record))
    print_result(text)
    _write_changes(repo, options, updates)


def undo_last(options: Options) -> None:
    """Undo the last rewrite, and print what was undone."""
    from gitsplit.git.journal import last_undoable
    from gitsplit.workflow.journal_state import recover_first

    repo = open_checked(options)
    last = last_undoable(repo)
    with recover_first(repo, say) as recovered:
        if recovered and last_undoable(repo) == last:
            # What the user wants back never came, or has just gone.
            if last is not None:
                print_stderr("hint: Another --undo undoes the rewrite before it.")
            _write_unchanged(options)
            return
        _undo(repo, options)


def _undo(repo: "Repository", options: Options) -> None:
    from gitsplit.model.objects import NO_OBJECT
    from gitsplit.report.summary import entries_left, undo_text
    from gitsplit.workflow import apply

    with show_activity("updating refs"):
        undone = apply.undo(repo)
    record, kept = undone.record, undone.branches
    head, *others = record.updates
    deleted = [u.ref for u in others if u.old == NO_OBJECT]
    back = [(u.ref, u.old) for u in (head, *others) if u.ref not in deleted]
    text = undo_text(record.subject, back, deleted, kept)
    print_result(text + _warning_of_pushed(repo, record))
    if undone.entries:
        say(entries_left(undone.entries))
    _write_changes(repo, options, [each.back for each in record.updates], kept)


def _warning_of_pushed(repo: "Repository", record: "Record") -> str:
    """Say that an undo leaves commits on a server; a line where there may be some."""
    from gitsplit.git.gerrit import are_reviewed, has_new_changes, is_on_a_remote
    from gitsplit.report.summary import MAYBE_PUSHED_WARNING, pushed_warning

    head = record.updates[0]
    makes_new = has_new_changes(repo, head.new, head.old)
    if is_on_a_remote(repo, (update.new for update in record.updates)):
        say(pushed_warning(with_new_changes=makes_new))
    elif makes_new and are_reviewed(repo, head.old, head.new):
        return f"{MAYBE_PUSHED_WARNING}\n"
    return ""


def resume(options: Options) -> None:
    """Continue the rebase that stopped at a conflict; print where it has ended."""
    from gitsplit.workflow.conflict import continue_rewrite
    from gitsplit.workflow.journal_state import recover_first

    repo = open_checked(options)
    with recover_first(repo, say) as recovered:
        if not recovered or repo.is_rebasing:
            record = continue_rewrite(repo, edits=has_terminal())
            _print_rebase(repo, record, options)
        else:
            _write_unchanged(options)


def abort(options: Options) -> None:
    """Abort the rebase that stopped at a conflict; print what is back where."""
    from gitsplit.report.summary import abort_text
    from gitsplit.workflow.conflict import abort_rewrite
    from gitsplit.workflow.journal_state import recover_first

    repo = open_checked(options)
    with recover_first(repo, say) as recovered:
        if not recovered or repo.is_rebasing:
            record = abort_rewrite(repo, say)
            back = [(update.ref, update.old) for update in record.updates]
            print_result(abort_text(back))
        _write_unchanged(options)
