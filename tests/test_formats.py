"""The formats of a dry run are those of one table, wherever they are named."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click
import pytest

import gitsplit.report
from gitsplit.cli.main import command
from gitsplit.model.objects import Oid
from gitsplit.planfile.document import PlanDocument
from gitsplit.planfile.parse import load_plan
from gitsplit.report.findings import DryRun
from gitsplit.report.formats import FORMATS, formats_in_words, printout_in
from tests.conftest import PROJECT
from tests.repository import Repository

PAGES = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]


def test_every_format_is_a_module_that_makes_a_printout_and_no_other_is() -> None:
    modules = {path.stem for path in Path(*gitsplit.report.__path__).glob("*.py")}
    making = {
        name
        for name in modules - {"__init__", "formats"}
        if hasattr(import_module(f"gitsplit.report.{name}"), "printout")
    }

    assert making == set(FORMATS)


def test_the_option_takes_the_formats_of_the_table_and_help_names_them() -> None:
    (option,) = [each for each in command.params if each.name == "format"]

    assert isinstance(option, click.Option)
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == list(FORMATS)
    assert formats_in_words() in (option.help or "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_a_page_names_no_format_but_those_of_the_table(page: Path) -> None:
    named = re.findall(r"gitsplit\b.*--format[ =](\w+)", page.read_text("utf-8"))

    assert set(named) <= set(FORMATS)


def refused() -> NoReturn:
    raise AssertionError("a plan file has nothing of the preview")


def test_a_plan_file_is_written_without_looking_at_what_it_would_come_to() -> None:
    plan = PlanDocument(None, Oid("1" * 40), ())

    printed = printout_in("json", DryRun({}, {}, {}, lambda: plan, refused, refused))

    assert load_plan(printed.text) == plan
    assert printed.refusal is None


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_left_open(repo: Repository, form: str) -> None:
    repo.commit("Base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("Change\n", {"a": b"2\n", "b": b"2\n"})
    command = [sys.executable, "-X", "dev", "-m", "gitsplit", "HEAD~1", "-n"]
    ran = subprocess.run(
        [*command, "--format", form], cwd=repo.path, capture_output=True, check=True
    )

    assert ran.stdout
    assert ran.stderr == b""
