"""Signs where the terminal's encoding lacks them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

import gitsplit
from gitsplit.model.charset import (
    ASCII_FORMS,
    drawn_in,
    has_character,
    printed_in_ascii,
)
from gitsplit.model.escape import is_plain
from gitsplit.tui.keymap import TABLE

PACKAGE = Path(gitsplit.__file__).parent
NO_SIGNS = set("🏻🏿\N{REPLACEMENT CHARACTER}")
"""Characters that are recognized, not shown."""


def signs() -> Iterator[str]:
    """Every character beyond ASCII in a string that gitsplit itself can show."""
    for path in PACKAGE.rglob("*.py"):
        nodes = [*ast.walk(ast.parse(path.read_bytes()))]
        docs: set[ast.AST] = {
            node.value for node in nodes if isinstance(node, ast.Expr)
        }
        for node in nodes:
            if isinstance(node, ast.Constant) and node not in docs:
                yield from set(str(node.value)) - NO_SIGNS


def test_every_sign_has_an_ascii_form_as_wide() -> None:
    used = {sign for sign in signs() if not sign.isascii() and is_plain(sign)}

    assert used - ASCII_FORMS.keys() == set()
    for sign, form in ASCII_FORMS.items():
        assert form.isascii()
        assert form.isprintable()
        assert get_cwidth(sign) == get_cwidth(form) == 1


def test_what_holds_fails_or_is_left_out_has_no_form_of_a_key() -> None:
    forms = {ASCII_FORMS[sign] for sign in "✓✗×"}
    keys = {key for row in TABLE for key in row.actions}

    assert len(forms) == 3
    assert not forms & {*keys, "+", "-", " ", ASCII_FORMS["⚠"]}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "koi8-r", None])
@pytest.mark.parametrize("char", ["a", "é", "世", "◆", "…", "\u0301", "ж"])
def test_what_is_drawn_can_be_encoded_and_is_as_wide(
    encoding: str | None, char: str
) -> None:
    drawn = drawn_in(encoding, char, get_cwidth(char))

    assert has_character(encoding, drawn)
    assert get_cwidth(drawn) == get_cwidth(char)
    assert drawn == char or not has_character(encoding, char)


def test_text_that_is_printed_is_escaped_so_that_it_can_be_told() -> None:
    assert printed_in_ascii("é…世\udcff") == "\\xe9.\\u4e16\\udcff"
