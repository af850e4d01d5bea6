"""The command: options to a call, errors to an exit status. A run begins here.

Nothing heavy is imported here: ``--help`` needs no repository.
"""

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from gitsplit.cli import commands
from gitsplit.cli.options import (
    Command,
    Options,
    asks_for_json,
    with_parameters,
)
from gitsplit.cli.output import (
    discard_output,
    fit_to_encoding,
    is_for_programs,
    print_stderr,
    show_bug,
    show_error,
    show_wrong_usage,
    stdout_kept_for_document,
)
from gitsplit.errors import (
    GitsplitError,
    Interrupted,
    Signalled,
    SystemFailed,
    interrupt_behind,
)
from gitsplit.git.signals import unwind_on_signals


@click.command(
    cls=Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog="Split the last commit with: gitsplit HEAD",
)
@with_parameters
def command(**given: Any) -> int:
    """Split a commit of the series UPSTREAM..HEAD into several.

    Without UPSTREAM the series begins after the branch's upstream. HEAD is the last
    commit, FILE:LINE the one that wrote the line. Nothing changes before you apply the
    split, and then all of it at once.
    """
    from gitsplit.cli.usage import (  # --help and --version end before
        check_usage,
        fields_given,
    )

    options = Options(**given)
    check_usage(options, fields_given(click.get_current_context()))
    if options.is_for_learners:
        _teach(options)
    elif options.undo:
        commands.undo_last(options)
    elif options.continue_:
        commands.resume(options)
    elif options.abort:
        commands.abort(options)
    elif options.check:
        return commands.check(options)
    elif options.dry_run or (options.read is not None and options.edits):
        commands.dry_run(options)
    elif options.read is not None:
        commands.read(options)
    else:
        commands.split(options)
    return 0


def _teach(options: Options) -> None:
    """Explain a commit or ask about it; open the tutorial, or grade an answer."""
    if options.explain or options.quiz:
        from gitsplit.cli import explain  # few call it so

        show = explain.explain_commit if options.explain else explain.ask_about_hunks
        show(options)
    else:
        from gitsplit.cli import tutorial

        is_graded = options.grade is not None
        (tutorial.grade_plan if is_graded else tutorial.open_tutorial)(options)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run gitsplit and exit with its status.

    0, 1, 2, 3 when it has stopped for the user to act, 130 when interrupted, or 128
    and the number of the signal that has told it to end.
    """
    sys.excepthook = show_bug
    fit_to_encoding(sys.stdout, sys.stderr)
    if not asks_for_json(sys.argv[1:] if args is None else args):
        sys.exit(_status_of(args))
    with stdout_kept_for_document():
        status = _status_of(args)
    sys.exit(status)


def _status_of(args: Sequence[str] | None) -> int:
    """Run the command; the exit status, with what went wrong told."""
    try:
        with unwind_on_signals():
            return command.main(args, prog_name="gitsplit", standalone_mode=False) or 0
    except KeyboardInterrupt as stop:
        return _report_interrupt(stop)
    except Exception as error:
        return _report_error(error)


def _report_error(error: Exception) -> int:
    """Say what went wrong, and give the exit status; raise the error if it is a bug."""
    if isinstance(error, click.ClickException):
        show_wrong_usage(error)
        _write_error(error)
        return error.exit_code
    if isinstance(error, GitsplitError):
        show_error(error)
        _write_error(error)
        return _signal_status(error) or error.exit_status
    if (stop := interrupt_behind(error)) is not None:
        return _report_interrupt(stop)
    if isinstance(error, click.Abort):
        return _report_interrupt(error)
    if isinstance(error, OSError):
        _report_os_error(error)
        return 1
    raise error


def _write_error(error: GitsplitError | click.ClickException) -> None:
    """Tell programs what went wrong, where one has asked for it."""
    if is_for_programs():
        from gitsplit.cli.results import write_error

        write_error(error)


def _report_interrupt(stop: BaseException) -> int:
    """Say that gitsplit was interrupted, and give the exit status."""
    print_stderr("gitsplit: interrupted. Nothing was changed.")
    _write_error(Interrupted("Interrupted.", hint="To begin anew, run it again."))
    return _signal_status(stop) or Interrupted.exit_status


def _signal_status(stop: BaseException) -> int:
    """The exit status for the signal that was behind it; 0 where none was.

    Click hands a KeyboardInterrupt on as the cause of its own exception.
    """
    cause = stop if isinstance(stop, Signalled) else stop.__cause__
    return 128 + cause.number if isinstance(cause, Signalled) else 0


def _report_os_error(error: OSError) -> None:
    """Say what the operating system refuses: too many open files, a full disk.

    Nothing is said where the reader of a pipe has gone.
    """
    if isinstance(error, BrokenPipeError):
        discard_output(sys.stdout)
        return
    refusal = SystemFailed(
        f"The operating system reports an error: {error}.",
        hint="Is the disk full, or `ulimit -n` too small?",
        state="Run gitsplit again: it finishes the update or rolls it back.",
    )
    show_error(refusal)
    _write_error(refusal)
