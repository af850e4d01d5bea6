"""The options, declared once; :mod:`.usage` says which of them go together."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any

import click

from gitsplit import __version__
from gitsplit.cli.output import guard_stdout, write_stdout
from gitsplit.report.formats import FORMATS, formats_in_words

if TYPE_CHECKING:
    from gitsplit.model.plan import DropTo
    from gitsplit.proposal.by_location import GroupBy
    from gitsplit.proposal.order import Keep

Callback = Callable[..., Any]


def _argument(**attributes: Any) -> Any:
    """A field that is an argument of the command line."""

    def declare(field_name: str) -> Callable[[Callback], Callback]:
        return click.argument(field_name, **attributes)

    return field(metadata={"declare": declare, "default": None})


def _option(*names: str, **attributes: Any) -> Any:
    """A field that is an option of these names, with attributes as click has them."""

    def declare(field_name: str) -> Callable[[Callback], Callback]:
        return click.option(field_name, *names, **attributes)

    default = attributes.get("default")
    return field(metadata={"declare": declare, "default": default})


def _flag(*names: str, help: str) -> Any:
    """A field that is an option without a value."""
    return _option(*names, is_flag=True, help=help)


def _owner_choice(
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


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, as the user gave it: each field declares what it is there.

    A new option is a new field here. It is used in :mod:`gitsplit.cli.commands`; one
    named like a field of ``Request`` is handed on by itself.
    """

    upstream: str | None = _argument(required=False)
    commits: tuple[str, ...] = _option(
        "-c",
        "--commit",
        metavar="REV",
        multiple=True,
        help="Split this commit (repeatable); UPSTREAM then defaults to its parent.",
    )
    root: bool = _flag("--root", help="Begin the series at the root commit.")
    squash: bool = _flag(
        "--squash",
        help="Split the whole series as one change, whatever its commits were.",
    )
    worktree: bool = _flag(
        "-w",
        "--worktree",
        help="Split uncommitted changes into commits on HEAD.",
    )
    untracked: bool = _flag("--untracked", help="Like -w, with untracked files.")
    staged: bool = _flag("--staged", help="Split staged changes into commits on HEAD.")
    read: str | None = _option(
        "--read",
        metavar="WHAT",
        help="Only look at a commit, A..B, or a patch (-); nothing is rewritten.",
    )
    resplit: bool = _flag(
        "--resplit",
        help="Split the series again as one range: any line to any commit.",
    )
    absorb: bool = _flag(
        "--absorb",
        help="Send uncommitted changes (or --staged) into the commits they belong to.",
    )
    dry_run: bool = _flag(
        "-n", "--dry-run", help="Print the proposal, or the given plan; change nothing."
    )
    format: str | None = _option(
        "--format",
        type=click.Choice([*FORMATS]),
        help=f"How a dry run prints: {formats_in_words()}. json: results, too.",
    )
    patch: bool = _flag(
        "-p", "--patch", help="With --dry-run: show diffs and whole messages, too."
    )
    output: str | None = _option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the dry run, or the JSON, to FILE; - is standard output.",
    )
    yes: bool = _flag("-y", "--yes", help="Accept the proposal without a screen.")
    no_screen: bool = _flag(
        "--no-screen",
        help="Ask questions in lines of text, in place of the screen.",
    )
    edits: bool = _flag(
        "--edit",
        help="Edit the split as one text in your editor, in place of the screen.",
    )
    plan: str | None = _option(
        "--plan", metavar="FILE", help="Start from this plan; - is standard input."
    )
    fit: bool = _flag(
        "--fit",
        help="With --plan: place what fits commits that have changed; list the rest.",
    )
    group_by: "GroupBy" = _option(
        "--group-by",
        type=click.Choice(["auto", "file", "directory", "proximity", "none"]),
        default="auto",
        show_default=True,
        help="How to group hunks into commits.",
    )
    number: int | None = _option(
        "--commits",
        type=click.IntRange(min=1),
        metavar="N",
        help="Propose N commits.",
    )
    keep: "Keep" = _option(
        "--keep-change-id",
        metavar="WHICH",
        default="auto",
        show_default=True,
        callback=_owner_choice,
        help="Which commit keeps the Change-Id: auto, first, last, largest, none, N.",
    )
    moves_ids: bool = _flag(
        "--move-change-id",
        help="Move a Change-Id that Gerrit doesn't see to the end of the message.",
    )
    sign: str | None = _option(
        "-S",
        "--gpg-sign",
        metavar="[KEYID]",
        help="Sign the new commits; KEYID must follow without a space: -SKEYID.",
    )
    no_sign: bool = _flag("--no-gpg-sign", help="Don't sign the new commits.")
    no_verify: bool = _flag(
        "--no-verify", help="Don't run the commit-msg and pre-commit hooks."
    )
    checks: tuple[str, ...] = _option(
        "-x",
        "--exec",
        metavar="CMD",
        multiple=True,
        help="Run CMD in a checkout of each new commit first (repeatable).",
    )
    jobs: int | None = _option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Check N commits at once (default: the number of processors).",
    )
    repair: bool = _flag(
        "--repair",
        help="Move hunks into a commit that fails -x until it passes (with --yes).",
    )
    repair_runs: int = _option(
        "--repair-runs",
        type=click.IntRange(min=0),
        metavar="N",
        default=2,
        show_default=True,
        help="Run -x at most N times more to repair a commit.",
    )
    drop_to: "DropTo" = _option(
        "--drop-to",
        type=click.Choice(["worktree", "discard"]),
        default="worktree",
        show_default=True,
        help="Where lines left out go: kept in the worktree, not staged, or discarded.",
    )
    branches: str | None = _option(
        "--branches",
        metavar="TEMPLATE",
        help="Make a branch at each new commit, named as in 'topic/{n}-{slug}'.",
    )
    check: bool = _flag(
        "--check",
        help="Say what each commit of UPSTREAM, or A..B, holds; exit 1 for findings.",
    )
    explain: bool = _flag(
        "--explain",
        help="Explain one commit to a newcomer: what it does, how it is best split.",
    )
    quiz: bool = _flag(
        "--quiz",
        help="Ask where each hunk of one commit belongs, and compare the answers.",
    )
    tutorial: str | None = _option(
        "--tutorial",
        metavar="[LESSON|DIR]",
        is_flag=False,
        flag_value="",
        help="Learn to split: all lessons, one by its number or name, or those of DIR.",
    )
    grade: str | None = _option(
        "--grade",
        metavar="PLAN",
        help="Grade a plan as the answer to a lesson; - is standard input.",
    )
    teach: bool = _flag(
        "--teach", help="Show the stock git commands for the same split, too."
    )
    undo: bool = _flag("--undo", help="Undo the last rewrite.")
    continue_: bool = _flag(
        "--continue", help="Continue after a conflict, once it is resolved."
    )
    abort: bool = _flag(
        "--abort", help="Abort after a conflict and restore everything."
    )

    @property
    def output_file(self) -> str | None:
        """The file that ``-o`` names; None for standard output."""
        return None if self.output == "-" else self.output

    @property
    def is_for_learners(self) -> bool:
        """Whether it is about learning to split: no commit is made from it."""
        lesson = self.tutorial is not None or self.grade is not None
        return lesson or self.explain or self.quiz


STANDARD_INPUT = "-"
"""What stands for standard input, where a file is named or what is to be read."""

JSON = "json"
"""The format that isn't of a dry run alone: results and errors have it, too."""


def asks_for_json(args: Sequence[str]) -> bool:
    """Whether the arguments ask for JSON, be they right otherwise or not."""
    words = [*takewhile(lambda word: word != "--", args)]
    following = pairwise(words)
    return f"--format={JSON}" in words or ("--format", JSON) in following


def with_parameters(callback: Callback) -> Callback:
    """The callback with every argument and option, in the order of the fields."""
    for each in reversed(fields(Options)):
        callback = each.metadata["declare"](each.name)(callback)
    version = click.version_option(
        __version__, prog_name="gitsplit", message="%(prog)s %(version)s"
    )
    return version(_help_for_programs(callback))


def _help_for_programs(callback: Callback) -> Callback:
    """The callback with the option that prints the page for programs and ends there."""

    def show(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
        if wanted:
            from importlib.resources import files  # imports much

            page = files("gitsplit.cli").joinpath("programs.md")
            write_stdout(page.read_bytes())
            context.exit()

    return click.option(
        "--help-programs",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help="Tell how a program drives gitsplit, and exit.",
    )(callback)


class Command(click.Command):
    """A command whose ``-S`` may have a key right behind it, as git's has.

    Click would take the next word for the key.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What :meth:`click.Command.parse_args` makes of ``--gpg-sign=[KEYID]``."""
        end = args.index("--") if "--" in args else len(args)
        options = [_with_key(word) for word in args[:end]]
        words = [word for given in options for word in given]
        with guard_stdout():  # which --help and --version do here
            return super().parse_args(ctx, words + args[end:])


def _with_key(word: str) -> list[str]:
    """The word of the command line, its ``-S`` written with the key, maybe empty."""
    if word == "--gpg-sign":
        return ["--gpg-sign="]
    if found := re.fullmatch(r"-([ny]*)S(.*)", word):
        others = [f"-{found[1]}"] if found[1] else []
        return [*others, f"--gpg-sign={found[2]}"]
    return [word]
