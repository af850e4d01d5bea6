"""Which options go together: what ends something stands alone."""

from dataclasses import fields
from typing import Any

import click
import pytest

from gitsplit.cli.main import command
from gitsplit.cli.options import Options, check_usage

ALONE = ("undo", "continue_", "abort")
DEFAULTS: dict[str, Any] = dict(command.make_context("gitsplit", []).params)
OTHERS: dict[str, Any] = {
    "upstream": "HEAD~1",
    "commits": ("HEAD",),
    "format": "json",
    "output": "-",
    "plan": "-",
    "group_by": "file",
    "number": 2,
    "keep": "last",
    "sign": "",
    "checks": ("true",),
    "jobs": 2,
    "drop_to": "discard",
}
"""Of each option that isn't a flag a value that it doesn't have by itself."""


@pytest.mark.parametrize("name", [each.name for each in fields(Options)])
@pytest.mark.parametrize("alone", ALONE)
def test_what_ends_something_goes_with_no_option_but_a_format(
    alone: str, name: str
) -> None:
    check_usage(Options(**DEFAULTS | {alone: True}))
    given = DEFAULTS | {alone: True, name: OTHERS.get(name, True)}
    if name == alone:
        return
    if name == "format":
        check_usage(Options(**given))
        return

    with pytest.raises(click.UsageError):
        check_usage(Options(**given))
