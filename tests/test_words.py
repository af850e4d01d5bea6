"""The words that docs/glossary.md has given up appear in no text on the screen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gitsplit

PACKAGE = Path(gitsplit.__file__).parent
ON_SCREEN = [*(PACKAGE / "tui").rglob("*.py"), PACKAGE / "workflow" / "screen.py"]
GIVEN_UP = re.compile(
    r"\bpieces?\b|\bin focus\b|\btook back\b|\btakes? (it )?back\b|\bstands for\b"
    r"|\bnone of them\b|\bwork of last time\b|\bfile facts?\b|\bit is so already\b"
    r"|\bwill be written\b|\bmended\b|\bnot here\b"
)
NO_WORDS = {"piece"}  # the name of a value in the code


def texts(source: str) -> Iterator[str]:
    """The strings of a module but for docstrings, and what fails an assertion."""
    tree = ast.parse(source)
    hidden: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            hidden.add(node.value)
        elif isinstance(node, ast.Assert) and node.msg is not None:
            hidden.add(node.msg)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in hidden:
            continue
        if isinstance(node.value, str) and node.value not in NO_WORDS:
            yield node.value


def given_up(source: str) -> list[str]:
    """The texts that have a word which is given up."""
    return [text for text in texts(source) if GIVEN_UP.search(text.lower())]


@pytest.mark.parametrize("path", ON_SCREEN, ids=lambda path: path.name)
def test_no_text_on_the_screen_has_a_word_that_is_given_up(path: Path) -> None:
    assert given_up(path.read_text()) == []


def test_a_word_that_is_given_up_is_found() -> None:
    source = '"""A piece."""\nsaid = f"{1} pieces, u takes it back"\n'

    assert given_up(source) == [" pieces, u takes it back"]
