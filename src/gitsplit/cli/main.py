"""The command line: options to a call, words out, errors to an exit status.

Nothing heavy is imported here: a dry run needs no screen, ``--help`` no repository.
"""

import io
import sys
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gitsplit.cli.options import Command, Options, with_parameters
from gitsplit.cli.output import (
    Progress,
    confirm,
    forget,
    here,
    put_printout,
    refuse_no_terminal,
    say,
    show_bug,
    show_error,
    show_wrong_usage,
    waiting,
)
from gitsplit.cli.summary import abort, go_on, show_result, undo
from gitsplit.errors import (
    UNCHANGED,
    GitsplitError,
    Interrupted,
    NothingToSplit,
    Signalled,
    interrupt_behind,
)
from gitsplit.git.signals import unwind_on_signals
from gitsplit.model.listing import quantity

if TYPE_CHECKING:
    from gitsplit.git.repository import Repository
    from gitsplit.git.write import Rewrite
    from gitsplit.model.objects import Oid
    from gitsplit.workflow.hooks_and_signing import Finish
    from gitsplit.workflow.propose import Request


@click.command(
    cls=Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog="Split the last commit with: gitsplit HEAD~1",
)
@with_parameters
def command(**given: Any) -> None:
    """Split a commit of the series UPSTREAM..HEAD into several.

    Without UPSTREAM the series begins after the branch's upstream. Nothing changes
    before you apply the split, and then all of it at once.
    """
    options = Options(**given)
    _check_usage(options)
    if options.undo:
        undo()
    elif options.go_on:
        go_on()
    elif options.abort:
        abort()
    elif options.dry_run:
        _dry_run(options)
    else:
        _split(options)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run gitsplit and exit with its status.

    0, 1, 2, 3 when it has stopped for the user to act, 130 when interrupted, or 128
    and the number of the signal that has told it to end.
    """
    sys.excepthook = show_bug
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A letter that the terminal's encoding lacks is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with unwind_on_signals():
            command.main(args, prog_name="gitsplit", standalone_mode=False)
    except KeyboardInterrupt as stop:
        sys.exit(_interrupted_status(stop))
    except Exception as error:
        sys.exit(_told_status(error))
    sys.exit(0)


def _told_status(error: Exception) -> int:
    """The exit status for the error, which is told. Raises what is a bug."""
    if isinstance(error, click.ClickException):
        show_wrong_usage(error)
        return error.exit_code
    if isinstance(error, GitsplitError):
        show_error(error)
        return _signal_status(error) or error.exit_status
    if (stop := interrupt_behind(error)) is not None:
        return _interrupted_status(stop)
    if isinstance(error, click.Abort):
        return _interrupted_status(error)
    if isinstance(error, OSError):
        _end_for(error)
        return 1
    raise error


def _interrupted_status(stop: BaseException) -> int:
    say("interrupted. Nothing was changed.")
    return _signal_status(stop) or Interrupted.exit_status


def _signal_status(stop: BaseException) -> int:
    """What a shell makes of the signal that was behind it; 0 where none was.

    Click hands a KeyboardInterrupt on as the cause of its own exception.
    """
    cause = stop if isinstance(stop, Signalled) else stop.__cause__
    return 128 + cause.number if isinstance(cause, Signalled) else 0


def _end_for(error: OSError) -> None:
    """Say what the system refuses, unless it is that nobody reads any more.

    Too many open files, say, or a temporary directory that is full.
    """
    if isinstance(error, BrokenPipeError):
        forget(sys.stdout)
        return
    refusal = GitsplitError(
        f"The operating system reports an error: {error}.",
        hint="Is the disk full, or `ulimit -n` too small?",
        state="Run gitsplit again: it finishes the update or rolls it back.",
    )
    show_error(refusal)


def _check_usage(options: Options) -> None:
    """Raise click.UsageError for options that don't belong together."""
    if not options.dry_run:
        for value, name in ((options.format, "--format"), (options.output, "-o")):
            if value is not None:
                raise click.UsageError(f"{name} requires --dry-run.")
    _check_exec(options)
    if options.root and options.upstream is not None:
        raise click.UsageError("--root and UPSTREAM cannot be used together.")
    _check_alone(options)


def _check_alone(options: Options) -> None:
    """Raise click.UsageError where what ends a rewrite stands beside anything else."""
    ends = {
        "--undo": options.undo,
        "--continue": options.go_on,
        "--abort": options.abort,
    }
    given = [name for name, is_given in ends.items() if is_given]
    flags = (options.dry_run, options.root, options.yes)
    named = (options.upstream, options.plan, *options.commits, *options.checks)
    others = (*flags, *named, *given[1:])
    if given and any(others):
        raise click.UsageError(f"{given[0]} cannot be combined with other options.")


def _check_exec(options: Options) -> None:
    if options.dry_run and options.checks:
        raise click.UsageError(
            "-x cannot be combined with --dry-run, which writes no commits."
        )
    if options.jobs is not None and not options.checks:
        raise click.UsageError("--jobs requires -x.")
    if not all(command.strip() for command in options.checks):
        raise click.UsageError("-x needs a command.")


def _request(options: Options) -> "Request":
    """What the options ask for; those of the same name are handed on as they are."""
    from gitsplit.workflow.propose import Request

    plan = None if options.plan is None else _read(options.plan)
    asked: dict[str, Any] = {"accepts": options.yes, "plan": plan}
    for each in fields(Request):
        if each.name not in asked:
            asked[each.name] = getattr(options, each.name)
    return Request(**asked)


def _read(name: str) -> bytes:
    """The content of the file, or of standard input for ``-``."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise GitsplitError(
            f"The plan {name} can't be read: {error.strerror}.",
            hint="`gitsplit --dry-run --format json -o FILE` writes one.",
        ) from error


def _dry_run(options: Options) -> None:
    """Print what would be done; a plan that is refused is shown before that."""
    from gitsplit.git.journal import other_at_work
    from gitsplit.report.formats import DEFAULT, printout
    from gitsplit.workflow.facts import dry_run
    from gitsplit.workflow.journal_state import hint_at_undo
    from gitsplit.workflow.work import (
        open_idle_repository,
        read_work,
        replacement_warnings,
    )

    repo = open_idle_repository(here())
    if worker := other_at_work(repo):
        say(f"{worker[:1].upper()}{worker[1:]} is still running.")
    with hint_at_undo(repo), Progress() as tell:
        work = read_work(repo, _request(options), every=True, tell=tell)
    for warning in replacement_warnings(repo, work.series):
        say(warning)
    printed = printout(options.format or DEFAULT, dry_run(repo, work))
    for note in printed.notes:
        say(note)
    put_printout(printed.text, options.output, is_utf8=printed.is_utf8)
    if printed.refusal is not None and options.plan is not None:
        raise printed.refusal


def _split(options: Options) -> None:
    """The split proposed and, if the user wants it so, applied; and what came of it."""
    from gitsplit.git.repository import open_repository
    from gitsplit.workflow.journal_state import recover_first
    from gitsplit.workflow.run import run

    repo = open_repository(here())
    with recover_first(repo, say):
        try:
            result = run(repo, _request(options), _finish(repo, options), Progress())
        except NothingToSplit as same:
            if not (options.yes and options.plan):
                raise
            # Nothing is wrong: a script applies whatever plan a dry run has written.
            say(f"{same} {UNCHANGED}")
        else:
            show_result(repo, result, options.drop_to)


def _finish(repo: "Repository", options: Options) -> "Finish":
    from gitsplit.git.signing import signer
    from gitsplit.workflow.checks import check_commits
    from gitsplit.workflow.hooks_and_signing import Finish

    def check(
        repo: "Repository", rewrite: "Rewrite", passed: "AbstractSet[Oid]"
    ) -> None:
        commands, jobs = options.checks, options.jobs
        with waiting("running -x on the new commits") as tell:
            check_commits(repo, rewrite, commands, jobs, tell, passed=passed)

    def asked(count: int) -> bool:
        return options.yes or confirm(f"Sign {quantity(count, 'new commit')}?")

    return Finish(
        signer=None if options.no_sign else signer(repo, options.sign),
        verify=not options.no_verify,
        agrees=asked,
        check=check,
        say=say,
        during=waiting,
        before_screen=refuse_no_terminal,
    )
