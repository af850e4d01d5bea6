"""The formats of a dry run: the table that all else about them is made from.

A new one is a module of this package, with a function ``printout`` from the facts of
a dry run to a :class:`Printout`, and a line in :data:`FORMATS`.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

from msgspec import Struct, field

from gitsplit.errors import GitsplitError
from gitsplit.model.listing import enumeration

if TYPE_CHECKING:
    from gitsplit.report.findings import DryRun

FORMATS: Mapping[str, str] = {
    "text": "the default",
    "json": "a plan file",
    "markdown": "a comment that carries the plan",
    "html": "a page to read and to move hunks on",
    "script": "for sh and git",
}
"""The name of each format, which is that of its module, and what help says of it."""

DEFAULT, *_ = FORMATS


Slot = Literal["commit", "meta", "frag", "old", "new"]
"""What a line is, as git names it where it has a colour: ``color.diff.<slot>``."""


class Printout(Struct, frozen=True):
    """What is printed, and the sentences that are said beside it.

    ``slots`` are for the lines of the text that have a colour on a terminal, by their
    numbers from 0. ``is_utf8`` says that it isn't turned into the terminal's encoding.
    ``refusal`` is what a plan that the user gave is refused for, after all is printed.
    """

    text: str
    slots: Mapping[int, Slot] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_utf8: bool = False
    refusal: GitsplitError | None = None


def formats_in_words() -> str:
    """All formats, as a sentence has them."""
    return enumeration([f"{name} ({what})" for name, what in FORMATS.items()], "or")


def printout_in(name: str, dry_run: "DryRun") -> Printout:
    """What a dry run prints in the format of that name."""
    module = import_module(f"gitsplit.report.{name}")
    return cast("Callable[[DryRun], Printout]", module.printout)(dry_run)
