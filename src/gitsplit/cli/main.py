"""The command: options to a call, errors to an exit status. A run begins here.

Nothing heavy is imported here: ``--help`` needs no repository.
"""

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from gitsplit.cli import commands
from gitsplit.cli.options import Command, Options, check_usage, with_parameters
from gitsplit.cli.output import (
    discard_output,
    fit_to_encoding,
    say,
    show_bug,
    show_error,
    show_wrong_usage,
)
from gitsplit.errors import GitsplitError, Interrupted, Signalled, interrupt_behind
from gitsplit.git.signals import unwind_on_signals


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
    check_usage(options)
    if options.undo:
        commands.undo_last()
    elif options.continue_:
        commands.resume()
    elif options.abort:
        commands.abort()
    elif options.dry_run:
        commands.dry_run(options)
    else:
        commands.split(options)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run gitsplit and exit with its status.

    0, 1, 2, 3 when it has stopped for the user to act, 130 when interrupted, or 128
    and the number of the signal that has told it to end.
    """
    sys.excepthook = show_bug
    fit_to_encoding(sys.stdout, sys.stderr)
    try:
        with unwind_on_signals():
            command.main(args, prog_name="gitsplit", standalone_mode=False)
    except KeyboardInterrupt as stop:
        sys.exit(_report_interrupt(stop))
    except Exception as error:
        sys.exit(_report_error(error))
    sys.exit(0)


def _report_error(error: Exception) -> int:
    """Say what went wrong, and give the exit status; raise the error if it is a bug."""
    if isinstance(error, click.ClickException):
        show_wrong_usage(error)
        return error.exit_code
    if isinstance(error, GitsplitError):
        show_error(error)
        return _signal_status(error) or error.exit_status
    if (stop := interrupt_behind(error)) is not None:
        return _report_interrupt(stop)
    if isinstance(error, click.Abort):
        return _report_interrupt(error)
    if isinstance(error, OSError):
        _report_os_error(error)
        return 1
    raise error


def _report_interrupt(stop: BaseException) -> int:
    """Say that gitsplit was interrupted, and give the exit status."""
    say("interrupted. Nothing was changed.")
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
    refusal = GitsplitError(
        f"The operating system reports an error: {error}.",
        hint="Is the disk full, or `ulimit -n` too small?",
        state="Run gitsplit again: it finishes the update or rolls it back.",
    )
    show_error(refusal)
