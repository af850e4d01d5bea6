"""Words out: what was done to standard output, everything else to standard error."""

import os
import sys

import click

from gitsplit.core.shown import shown
from gitsplit.errors import GitsplitError


def say(words: str) -> None:
    """A sentence about something that the user should know."""
    click.echo(f"gitsplit: {shown(words)}", err=True)


def show_error(error: GitsplitError) -> None:
    """The sentence, the hint and the state of things, on standard error."""
    click.echo(f"gitsplit: {shown(str(error))}", err=True)
    for hint in filter(None, (error.hint, error.kept)):
        click.echo(f"hint: {shown(hint)}", err=True)
    if error.state:
        click.echo(shown(error.state), err=True)


def forget_output() -> None:
    """What couldn't be written is not tried again, or Python complains at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_preview(text: str | bytes) -> None:
    """The text on standard output; BrokenPipeError where its reader has gone."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        forget_output()
        raise GitsplitError(
            f"Standard output can't be written: {error.strerror}.",
            hint="Name a file with -o.",
        ) from error


def tell(text: str) -> None:
    """What was done, on standard error where standard output doesn't take it.

    It is done all the same, and the user must know how to take it back.
    """
    try:
        click.echo(text, nl=False)
    except OSError:
        forget_output()
        click.echo(text, nl=False, err=True)
