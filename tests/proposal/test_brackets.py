"""Brackets and quotes are balanced by what each family of languages has."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.proposal.brackets import (
    FAMILY_OF,
    MOST_NESTED,
    TooDeep,
    Unbalanced,
    check_balance,
    python_statements,
)

BALANCED = {
    "c": "int a[] = {1, '{', \"(\"}; /* ) */ // ]\n#error don't\n",
    "go": "var a = `{\"`\nfunc f() { return '\"' }\n",
    "rust": "fn f<'a>(x: &'a str) { let y = r#\"{\"#; '}' }\n",
    "javascript": "const a = `{${f(\"x\")}`; x = /[(\"]/; s = 'it\\'s' // {\n",
    "shell": "case $1 in\na) echo \"it's\" ;;\nesac # {\ncat <<END\n( ' {\nEND\n",
    "python": "a = '''(''' # )\nb = \"\"\"[\"\"\"\nc = ('\\'')\n",
    "hash": "def f # {\n  [1, '(']\nend\n",
    "sql": "select 'it''s (' -- )\n",
    "lua": "--[[ ( ]] x = [[ ( ]] -- )\n",
    "css": "a { content: '}'; } /* { */\n",
    "java": 'String a = """\n  { " \n""";\n',
    "lisp": '(a "(" ?\\( ) ; (\n',
}
UNBALANCED = {
    "c": "int main(void) {\n",
    "go": "a := `x\n",
    "javascript": "f('a\n)\n",
    "shell": "if true; then\n  echo\n",
    "python": "x = [1,\n",
    "java": "class A { } }\n",
    "css": "a { color: red;\n",
    "lisp": "(a (b)\n",
}


@pytest.mark.parametrize("family", BALANCED)
def test_what_stands_in_strings_and_comments_opens_nothing(family: str) -> None:
    check_balance(BALANCED[family], family)


@pytest.mark.parametrize("family", UNBALANCED)
def test_a_bracket_or_quote_without_its_partner_is_found(family: str) -> None:
    with pytest.raises(Unbalanced):
        check_balance(UNBALANCED[family], family)


@pytest.mark.parametrize("words", ["while x; do\n  if y; then\n  done\nfi", "fi\n"])
def test_words_of_a_shell_pair_up_as_brackets_do(words: str) -> None:
    with pytest.raises(Unbalanced):
        check_balance(words, "shell")


def test_what_is_nested_without_end_is_not_looked_into() -> None:
    with pytest.raises(TooDeep):
        check_balance("(" * (MOST_NESTED + 1), "c")


@given(
    st.text("(){}[]\"'`/*#\\\nab=@-<ifdoneca ", max_size=60),
    st.sampled_from(sorted(set(FAMILY_OF.values()))),
)
def test_any_text_is_balanced_or_not(text: str, family: str) -> None:
    with suppress(Unbalanced, TooDeep):
        check_balance(text, family)


MODULE = '''"""Words.

not code
"""
import a


@one
@two(
    3,
)
def f():
    return """
at the border
"""


if a:
    pass
else:
    pass
x = 1 + \\
2
'''


def test_a_module_is_cut_where_its_statements_begin() -> None:
    found = python_statements(MODULE)

    assert [each.split("\n")[0] for each in found] == [
        '"""Words.',
        "import a",
        "@one",
        "if a:",
        "x = 1 + \\",
    ]
    assert "".join(found) == MODULE


@given(st.lists(st.sampled_from(MODULE.splitlines(keepends=True)), max_size=12))
def test_statements_are_all_of_the_module(lines: list[str]) -> None:
    text = "".join(lines)
    try:
        found = python_statements(text)
    except Unbalanced:
        return

    assert "".join(found) == text
