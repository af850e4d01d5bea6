"""Which options go together, and what is said where they don't."""

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet

import click
from click.core import ParameterSource as Source

from gitsplit.cli.options import JSON, STANDARD_INPUT, Options

SOURCES: Mapping[str, str] = {
    "squash": "--squash",
    "resplit": "--resplit",
    "absorb": "--absorb",
    "worktree": "-w",
    "untracked": "--untracked",
    "staged": "--staged",
    "read": "--read",
}
"""The options that say what is split, by their fields. Without one it is the series."""

ONE_SOURCE = (
    {"worktree", "untracked"},
    {"absorb", "staged"},
    {"read", "squash"},
)
"""The options that are two and name one source."""

_UNCOMMITTED = "{source} splits uncommitted changes; "
_NOT_WITH_UNCOMMITTED = {
    "upstream": f"{_UNCOMMITTED}it takes no UPSTREAM (the range too: --absorb"
    " UPSTREAM).",
    "commits": f"{_UNCOMMITTED}a commit is split without it: gitsplit -c REV.",
    "root": f"{_UNCOMMITTED}it takes no --root.",
    "drop_to": f"{_UNCOMMITTED}what no commit takes stays uncommitted, without"
    " --drop-to.",
}
_READING = "{source} changes nothing, so "
_PLAN_SAYS = 'in a plan, "continues" says which commit keeps which Change-Id.'

DENIED: Mapping[str, Mapping[str, str]] = {
    "plan": {
        "group_by": "{source} says what goes where; it takes no --group-by.",
        "number": "{source} says what goes where; it takes no --commits.",
    },
    "squash": {
        "commits": "{source} splits all commits together; it takes no -c.",
        "keep": f"{{source}} takes no --keep-change-id: {_PLAN_SAYS}",
    },
    "resplit": {
        "commits": "{source} splits all commits of the range; it takes no -c.",
        "keep": f"{{source}} takes no --keep-change-id: {_PLAN_SAYS}",
        "group_by": "{source} begins with the commits as they are; it takes no"
        " --group-by.",
        "number": "{source} begins with the commits as they are; it takes no"
        " --commits.",
    },
    "absorb": {
        "commits": "{source} finds the commits by itself; it takes no -c.",
        "keep": "{source} leaves every Change-Id with its commit; it takes no"
        " --keep-change-id.",
        "drop_to": "{source}: what has no home stays uncommitted, without --drop-to.",
        "group_by": "{source} sends each hunk home; it takes no --group-by.",
        "number": "{source} sends each hunk home; it takes no --commits.",
    },
    "worktree": _NOT_WITH_UNCOMMITTED,
    "untracked": _NOT_WITH_UNCOMMITTED,
    "staged": _NOT_WITH_UNCOMMITTED,
    "read": {
        "upstream": "{source} has what to read as its value, a range as A..B; it"
        " takes no UPSTREAM.",
        "commits": "{source} has what to read as its value; it takes no -c.",
        "root": "{source} has what to read as its value; it takes no --root.",
        "yes": f"{_READING}there is nothing to accept by -y.",
        "checks": f"{_READING}there are no new commits for -x.",
        "branches": f"{_READING}there are no new commits for --branches.",
        "drop_to": f"{_READING}it takes no --drop-to.",
    },
}
"""What a source, or a plan, doesn't go with, by the fields, and what is said then."""


def fields_given(context: click.Context) -> AbstractSet[str]:
    """The options on the command line, by their fields, whatever values they have."""
    asked = context.get_parameter_source
    return {name for name in context.params if asked(name) is not Source.DEFAULT}


def check_usage(options: Options, given: AbstractSet[str]) -> None:
    """Raise click.UsageError for options that don't belong together.

    ``given`` has those that are there, as :func:`fields_given` has them.
    """
    if options.tutorial is not None or options.grade is not None:
        _check_tutorial(options, given)
    elif options.check:
        _check_check(options, given)
    elif options.explain or options.quiz:
        _check_explanation(options, given)
    elif not options.dry_run:
        _check_output(options)
    if options.fit and options.plan is None:
        raise click.UsageError("--fit requires --plan.")
    if options.teach and options.format == "script":
        raise click.UsageError("--teach cannot be combined with --format script.")
    _check_exec(options)
    if options.root and options.upstream is not None:
        raise click.UsageError("--root and UPSTREAM cannot be used together.")
    _check_alone(options, given)
    _check_source(options, given)


def _check_output(options: Options) -> None:
    """Raise click.UsageError for what only a dry run has."""
    if options.format not in (None, JSON):
        raise click.UsageError(f"--format {options.format} requires --dry-run.")
    if options.output is not None and options.format is None:
        raise click.UsageError("-o requires --dry-run or --format json.")
    if options.patch:
        raise click.UsageError("-p requires --dry-run.")


BESIDE_CHECK = ("check", "upstream", "commits", "root", "format", "output")
CHECK_FORMATS = ("text", JSON, "markdown")


def _check_check(options: Options, given: AbstractSet[str]) -> None:
    """Raise click.UsageError for what ``--check`` can't be combined with."""
    _refuse_beside(
        given,
        BESIDE_CHECK,
        "--check goes with UPSTREAM, -c, --root, --format and -o only.",
    )
    if options.format not in (None, *CHECK_FORMATS):
        raise click.UsageError(f"--check has no format {options.format}.")


ABOUT_ONE = ("upstream", "commits", "root", "group_by", "number")
"""What says which commit is explained, and how it is split."""

BESIDE_EXPLAIN = ("explain", *ABOUT_ONE, "format", "output", "no_screen")
BESIDE_QUIZ = ("quiz", *ABOUT_ONE, "plan", "no_screen")
PAGE_FORMATS = ("text", "markdown", "html")


def _check_explanation(options: Options, given: AbstractSet[str]) -> None:
    """Raise click.UsageError for what ``--explain`` or ``--quiz`` doesn't go with."""
    option = "--explain" if options.explain else "--quiz"
    names = "UPSTREAM, -c, --root, --group-by, --commits"
    beside: Collection[str] = BESIDE_QUIZ
    more = f"{names} and --plan"
    if options.explain:
        beside, more = BESIDE_EXPLAIN, f"{names}, --format and -o"
    _refuse_beside(given, beside, f"{option} goes with {more} only.")
    if options.format not in (None, *PAGE_FORMATS):
        raise click.UsageError(f"--explain has no format {options.format}.")
    if len(options.commits) > 1:
        raise click.UsageError(f"{option} is about one commit; name one with -c.")


def _refuse_beside(
    given: AbstractSet[str], beside: Collection[str], sentence: str
) -> None:
    """Raise click.UsageError with the sentence for any option that isn't ``beside``."""
    if given - {*beside}:
        raise click.UsageError(sentence)


def _check_tutorial(options: Options, given: AbstractSet[str]) -> None:
    """Raise click.UsageError for what the lessons can't be combined with."""
    if options.grade is None:
        beside = "--tutorial goes with --no-screen or --grade only."
        _refuse_beside(given, ("tutorial", "no_screen"), beside)
    else:
        beside = "--grade goes with --tutorial DIR, --format json and -o only."
        _refuse_beside(given, ("tutorial", "grade", "format", "output"), beside)
    if options.format not in (None, "text", JSON):
        raise click.UsageError(f"--grade has no format {options.format}.")


def _check_source(options: Options, given: AbstractSet[str]) -> None:
    """Raise click.UsageError for two sources, and for what the one doesn't go with."""
    for sentence in _refusals(given):
        raise click.UsageError(sentence)
    if options.read == options.plan == STANDARD_INPUT:
        raise click.UsageError("Only one of --read and --plan can be standard input.")
    if options.resplit and options.yes and not (options.plan or options.edits):
        raise click.UsageError("--resplit with --yes requires --plan or --edit.")


def _refusals(given: AbstractSet[str]) -> Iterator[str]:
    """What is wrong with these options, by their fields, in a sentence each."""
    sources = [name for name in SOURCES if name in given]
    if {"untracked", "staged"} <= given:
        yield (
            "--staged and --untracked exclude each other: an untracked file isn't"
            " staged."
        )
    if len(sources) > 1 and {*sources} not in ONE_SOURCE:
        one, other, *_ = (SOURCES[name] for name in sources)
        yield f"{one} and {other} are two sources; name one."
    if "absorb" in sources:
        sources = [name for name in sources if name != "staged"]
    for source in (*sources, "plan"):
        denied = DENIED[source] if source in given else {}
        name = SOURCES.get(source, "--plan")
        yield from (
            denied[each].format(source=name) for each in denied if each in given
        )


def _check_exec(options: Options) -> None:
    """Raise click.UsageError for what ``-x`` and ``--jobs`` don't belong to."""
    if options.dry_run and options.checks:
        raise click.UsageError(
            "-x cannot be combined with --dry-run, which writes no commits."
        )
    if options.jobs is not None and not options.checks:
        raise click.UsageError("--jobs requires -x.")
    if options.repair and not (options.checks and options.yes):
        raise click.UsageError(
            "--repair requires -x and --yes; on the screen, X does it."
        )
    if not all(command.strip() for command in options.checks):
        raise click.UsageError("-x needs a command.")


def _check_alone(options: Options, given: AbstractSet[str]) -> None:
    """Raise click.UsageError where --undo and its like stand beside anything else."""
    beside = ("output",) if options.format is None else ("format", "output")
    for name in ("undo", "continue_", "abort"):
        if getattr(options, name):
            option = "--" + name.rstrip("_")
            _refuse_beside(
                given,
                (name, *beside),
                f"{option} cannot be combined with other options but --format json.",
            )
