"""What may stand on the command line, and what it is called."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gitsplit import __version__
from gitsplit.cli.output import printing

if TYPE_CHECKING:
    from gitsplit.model.plan import DropTo
    from gitsplit.proposal.propose import GroupBy, Keep

Callback = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, as the user gave it."""

    upstream: str | None
    commits: tuple[str, ...]
    root: bool
    dry_run: bool
    format: str | None
    output: str | None
    yes: bool
    plan: str | None
    group_by: "GroupBy"
    number: int | None
    keep: "Keep"
    moves_ids: bool
    sign: str | None
    no_sign: bool
    no_verify: bool
    checks: tuple[str, ...]
    jobs: int | None
    drop_to: "DropTo"
    undo: bool
    go_on: bool
    abort: bool


class Command(click.Command):
    """A command whose ``-S`` may have a key right behind it, as git's has.

    Click would take the next word for the key.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What :meth:`click.Command.parse_args` makes of ``--gpg-sign=[KEYID]``."""
        end = args.index("--") if "--" in args else len(args)
        options = [_with_key(word) for word in args[:end]]
        words = [word for given in options for word in given]
        with printing():  # which --help and --version do here
            return super().parse_args(ctx, words + args[end:])


def _with_key(word: str) -> list[str]:
    """The word of the command line, its ``-S`` written with the key, maybe empty."""
    if word == "--gpg-sign":
        return ["--gpg-sign="]
    if found := re.fullmatch(r"-([ny]*)S(.*)", word):
        others = [f"-{found[1]}"] if found[1] else []
        return [*others, f"--gpg-sign={found[2]}"]
    return [word]


def _keep(
    _context: click.Context, _parameter: click.Parameter, value: str
) -> "str | int":
    """The value of ``--keep-change-id``: a word, or a commit's number from 1."""
    if value in ("auto", "first", "last", "largest", "none"):
        return value
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise click.BadParameter(
        f"{value!r} is neither auto, first, last, largest, none nor a number."
    )


PARAMETERS: tuple[Callable[[Callback], Callback], ...] = (
    click.version_option(
        __version__, prog_name="gitsplit", message="%(prog)s %(version)s"
    ),
    click.argument("upstream", required=False),
    click.option(
        "commits",
        "-c",
        "--commit",
        metavar="REV",
        multiple=True,
        help="Split this commit (repeatable); UPSTREAM is then its parent by default.",
    ),
    click.option("--root", is_flag=True, help="Begin the series at the root commit."),
    click.option(
        "-n",
        "--dry-run",
        is_flag=True,
        help="Print the proposal, or the plan given; change and write nothing.",
    ),
    click.option(
        "--format",
        type=click.Choice(["text", "json"]),
        help="How a dry run prints: text (the default) or json, a plan file.",
    ),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        help="Where a dry run writes instead of printing; - is standard output.",
    ),
    click.option(
        "-y", "--yes", is_flag=True, help="Accept the proposal without a screen."
    ),
    click.option(
        "--plan", metavar="FILE", help="Start from this plan; - is standard input."
    ),
    click.option(
        "--group-by",
        type=click.Choice(["auto", "file", "directory", "proximity", "none"]),
        default="auto",
        show_default=True,
        help="How to propose groups.",
    ),
    click.option(
        "number",
        "--commits",
        type=click.IntRange(min=1),
        metavar="N",
        help="Propose so many commits.",
    ),
    click.option(
        "keep",
        "--keep-change-id",
        metavar="WHICH",
        default="auto",
        show_default=True,
        callback=_keep,
        help="Which commit keeps the Change-Id: auto, first, last, largest, none, N.",
    ),
    click.option(
        "moves_ids",
        "--move-change-id",
        is_flag=True,
        help="Move a Change-Id that Gerrit doesn't see to the end of the message.",
    ),
    click.option(
        "sign",
        "-S",
        "--gpg-sign",
        metavar="[KEYID]",
        help="Sign the new commits; the key follows at once, as in -SKEYID.",
    ),
    click.option("no_sign", "--no-gpg-sign", is_flag=True, help="Don't sign them."),
    click.option("--no-verify", is_flag=True, help="Don't run the hook commit-msg."),
    click.option(
        "checks",
        "-x",
        "--exec",
        metavar="CMD",
        multiple=True,
        help="Run CMD on the files of each new commit first (repeatable).",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Check so many commits at once; by default as many as processors.",
    ),
    click.option(
        "--drop-to",
        type=click.Choice(["worktree", "discard"]),
        default="worktree",
        show_default=True,
        help="Where dropped lines go: they stay in the files, not staged, or are gone.",
    ),
    click.option(
        "--undo", is_flag=True, help="Give back what the last gitsplit rewrote."
    ),
    click.option(
        "go_on",
        "--continue",
        is_flag=True,
        help="Go on after a stop for a conflict, once it is resolved.",
    ),
    click.option(
        "--abort", is_flag=True, help="Give up after a stop: all is as it was before."
    ),
)


def with_parameters(callback: Callback) -> Callback:
    """The callback with every argument and option, in the order of the help."""
    for decorate in reversed(PARAMETERS):
        callback = decorate(callback)
    return callback
