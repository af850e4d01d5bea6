"""Which options go together: what ends something stands alone."""

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import product
from typing import Any

import click
import pytest

from gitsplit.cli.main import command
from gitsplit.cli.options import Options
from gitsplit.cli.usage import DENIED, SOURCES, check_usage, fields_given
from tests.conftest import PROJECT

PAGES = (PROJECT / "README.md", *PROJECT.glob("docs/*.md"))

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
    "read": "HEAD",
}
"""Of each option that isn't a flag a value that it doesn't have by itself."""


@pytest.mark.parametrize("name", [each.name for each in fields(Options)])
@pytest.mark.parametrize("alone", ALONE)
def test_what_ends_something_goes_with_no_option_but_a_format(
    alone: str, name: str
) -> None:
    check_usage(Options(**DEFAULTS | {alone: True}), {alone})
    given = DEFAULTS | {alone: True, name: OTHERS.get(name, True)}
    if name == alone:
        return
    if name == "format":
        check_usage(Options(**given), {alone, name})
        return

    with pytest.raises(click.UsageError):
        check_usage(Options(**given), {alone, name})


def test_each_option_stands_on_a_page() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    options = [each for each in command.params if isinstance(each, click.Option)]

    for option in options:
        names = "|".join(map(re.escape, option.opts))
        assert re.search(rf"(?<![\w-])({names})(?![\w-])", pages), option.opts


GOES_WITH = """
            upstream commits root plan dry_run yes checks drop_to keep group_by number
series      +        +       +    +    +       +   +      +       +    +        +
squash      +        -       +    +    +       +   +      +       -    +        +
resplit     +        -       +    +    +       p   +      +       -    -        -
absorb      +        -       +    +    +       +   +      -       -    -        -
worktree    -        -       -    +    +       +   +      -       +    +        +
untracked   -        -       -    +    +       +   +      -       +    +        +
staged      -        -       -    +    +       +   +      -       +    +        +
read        -        -       -    +    +       -   -      -       +    +        +
plan        +        +       +    +    +       +   +      +       +    -        -
"""
"""What goes with which source; p: with a plan."""

ONE_SOURCE = ({"worktree", "untracked"}, {"absorb", "staged"}, {"read", "squash"})


def cells() -> Iterator[tuple[str, str, str]]:
    columns, *rows = (line.split() for line in GOES_WITH.strip().splitlines())
    for source, *marks in rows:
        for name, mark in zip(columns, marks, strict=True):
            yield source, name, mark


def refusal(**given: Any) -> str:
    """What is said against these options; nothing where they go together."""
    try:
        check_usage(Options(**DEFAULTS | given), given.keys())
    except click.UsageError as refused:
        return re.sub(r".* isn't there yet.", "", refused.message)
    return ""


BY_THEMSELVES = {
    "drop_to": "--drop-to=worktree",
    "keep": "--keep-change-id=auto",
    "group_by": "--group-by=auto",
}
"""Options with a value, given as it is without them."""


@pytest.mark.parametrize(
    ("source", "name", "mark"), [c for c in cells() if c[1] in BY_THEMSELVES]
)
def test_a_value_that_an_option_has_by_itself_counts_as_given(
    source: str, name: str, mark: str
) -> None:
    own = {"series": [], "read": ["--read=HEAD"], "plan": ["--plan=-"]}
    args = own.get(source, [f"--{source}"])

    context = command.make_context("gitsplit", [*args, BY_THEMSELVES[name]])
    try:
        check_usage(Options(**context.params), fields_given(context))
    except click.UsageError:
        assert mark == "-"
    else:
        assert mark == "+"


def value(name: str) -> dict[str, Any]:
    return {name: OTHERS.get(name, True)}


@pytest.mark.parametrize(("source", "name", "mark"), [*cells()])
def test_a_source_goes_with_what_the_table_says(
    source: str, name: str, mark: str
) -> None:
    own = {} if source == "series" else value(source)
    said = refusal(**own | value(name))
    assert bool(said) == (mark != "+" and source != name)
    if said:
        assert len(said.splitlines()) == 1
        assert said.startswith(SOURCES.get(source, "--plan"))
    if mark == "p":
        assert not refusal(**own | value(name) | {"plan": "-"})


@pytest.mark.parametrize(("one", "other"), [*product(SOURCES, SOURCES)])
def test_of_two_sources_one_is_to_be_named(one: str, other: str) -> None:
    there = {each.name for each in fields(Options)}
    if one == other or not {one, other} <= there:
        return
    said = refusal(**value(one) | value(other))
    if {one, other} == {"staged", "untracked"}:
        assert "an untracked file isn't staged" in said
    elif {one, other} in ONE_SOURCE:
        assert not said
    else:
        assert said.endswith(" are two sources; name one.")
        assert {SOURCES[one], SOURCES[other]} < {*said.split()}


@pytest.mark.parametrize("name", ["edits", "no_screen", "patch", "format"])
@pytest.mark.parametrize(
    "source", ["squash", "resplit", "absorb", "worktree", "staged", "read"]
)
def test_every_source_is_edited_shown_and_printed_in_any_way(
    source: str, name: str
) -> None:
    assert not refusal(**value(source) | value(name), dry_run=True)


def test_the_table_is_about_options_that_there_are() -> None:
    there = {each.name for each in fields(Options)}
    assert {*DENIED} == {*SOURCES, "plan"}
    assert {*SOURCES} <= there
    assert {name for denied in DENIED.values() for name in denied} <= there
