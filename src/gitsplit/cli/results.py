"""The one JSON document of a call, where ``--format json`` asks for it.

People are told of the same by :mod:`gitsplit.cli.commands`.
"""

from collections.abc import Iterable
from contextlib import suppress

import click

from gitsplit.cli.output import print_document, warnings
from gitsplit.errors import GitsplitError
from gitsplit.git.refs import LeftRef, RefUpdate
from gitsplit.git.repository import Repository
from gitsplit.git.write import Rewrite
from gitsplit.report.result import error_text, result_text, usage_error_text
from gitsplit.workflow.results import changes_by


def write_changes(
    repo: Repository,
    output: str | None,
    moved: Iterable[RefUpdate],
    left: Iterable[LeftRef] = (),
    rewrite: Rewrite | None = None,
) -> None:
    """Write how the call has changed the repository."""
    changes = changes_by(repo, moved, left, rewrite)
    print_document(result_text(changes, warnings()), output)


def write_unchanged(output: str | None) -> None:
    """Write that the call has changed nothing."""
    print_document(result_text(None, warnings()), output)


def write_error(error: GitsplitError | click.ClickException) -> None:
    """Write why nothing came of the call."""
    if isinstance(error, GitsplitError):
        text = error_text(error, warnings())
    else:
        text = usage_error_text(error.format_message(), warnings())
    # There is no other place for it.
    with suppress(GitsplitError, OSError):
        print_document(text)
