"""What the documentation shows is what happens."""

import re
import shlex
from pathlib import Path

import pytest

from gitsplit.git.practice import make_practice_repository
from gitsplit.tui.view.key_help import keys_markdown
from tests.conftest import PROJECT
from tests.runner import done

PAGES = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def conversations(page: Path) -> list[tuple[str, str]]:
    """Each command that a page shows, in order, with what it prints."""
    found = []
    for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
        for exchange in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = exchange.partition("\n")
            found.append((command, output))
    return found


@pytest.mark.parametrize(
    "page", [p for p in PAGES if conversations(p)], ids=lambda page: str(page.name)
)
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    """Run in the practice repository; a line `…` stands for any lines."""
    repository = tmp_path / "practice"
    make_practice_repository(repository)
    for command, output in conversations(page):
        program, *args = shlex.split(command)
        pattern = re.escape(output).replace(re.escape("…\n"), "(?:.*\n)*")

        assert program == "gitsplit"
        assert re.fullmatch(pattern, done(repository, *args)), command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_page_of_keys_is_the_keymap() -> None:
    """Make it anew with ./dev docs."""
    page = (PROJECT / "docs" / "keys.md").read_text(encoding="utf-8")

    assert page == keys_markdown()
