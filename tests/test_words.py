"""No text for users has a word that docs/glossary.md gives another one for."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import gitsplit

PACKAGE = Path(gitsplit.__file__).parent
ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted(
    {
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").glob("*.md"),
        *(PACKAGE / "lessons").glob("*/lesson.md"),
        PACKAGE / "cli" / "programs.md",
    }
    - {GLOSSARY}
)
PICTURES = sorted((ROOT / "docs").glob("*.svg"))
SCHEMA = PACKAGE / "planfile" / "schema.json"
ANSWERS = sorted((PACKAGE / "lessons").glob("*/*.json"))
EVERYWHERE = (*MODULES, SCHEMA, *ANSWERS, *PAGES, *PICTURES)

NOT_SAID: dict[str, str] = {
    "piece": r"pieces?",
    "block": r"blocks?",
    "part": r"parts?(?! of (a|the|this) hunk)",
    "group": r"groups?",
    "thing": r"things?",
    "in focus": r"in focus",
    "taken": r"taken",
    "marked": r"marked(?! for splitting)",
    "to be split": r"to be split",
    "will be written": r"will be written",
    "write it": r"writes? (it|all this)",
    "take back": r"(takes?|took|taken|taking) (\w+ ){0,2}back",
    "give back": r"(gives?|gave|given|giving) (\w+ ){0,3}back",
    "again": r"^again",
    "put right": r"puts? (it |that |them )?right",
    "give up": r"(gives?|gave|given|giving) (\w+ )?up",
    "put back": r"puts? (\w+ )?back",
    "under way": r"under way",
    "same": r"^\W*same( tree)?\W*$",
    "other": r"^\W*other\W*$",
    "into 2": r"^\W*into \d\W*$",
    "none of them": r"none of them",
    "drop lines": r"drop(s|ped)? (lines?|hunks?|edits?|modes?)|what is dropped",
    "let go": r"lets? (\w+ )?go",
    "put aside": r"puts? (\w+ )?aside",
    "what isn't committed": r"what (isn't|is not) committed(?! yet)",
    "stands for": r"stands? for",
    "owner": r"owners?",
    "rebase would stop": r"rebase would stop",
    "mend": r"mend(s|ed)?",
    "brings": r"brings?",
    "comes with": r"comes? with",
    "speak of": r"(speaks?|spoke|speaking) of",
    "work of last time": r"work of last time",
    "drafted": r"drafted|drafts (them|it)|drafts are written",
}
"""What each entry of the glossary's last column looks like in a text."""

FIELD = "a field of the plan file; such names are fixed"
CODE = "source code that is shown"
SPLITTING = "for splitting, as it says there"
OTHER_SENSES: dict[str, dict[str, str]] = {
    "cli/options.py": {"How to group hunks": "the verb"},
    "tui/keymap/series.py": {"next marked": SPLITTING},
    "keys.md": {"next marked": SPLITTING},
    "planfile/match.py": {
        "Group": FIELD,
        "No group": FIELD,
        "one group": FIELD,
        "the owner": FIELD,
    },
    "planfile/compact.py": {'"groups"': FIELD},
    "planfile/schema.json": {"group": FIELD},
    "planfile/parse.py": {'"groups"': FIELD, '"owner"': FIELD},
    "view/text.py": {"group": "a style"},
    "README.md": {"how to group the hunks": "the verb"},
    "architecture.md": {"group": "its name in the code"},
    "history-split.md": {"first part": "git's word", "second part": "git's word"},
    "plan-file.md": {
        "group": FIELD,
        "owner": FIELD,
        "put right before": "made to work",
    },
    "proposals.md": {"block of added code": "of source code, not of a diff"},
    "weave.md": {"group": "its name in the code"},
    "screen.svg": {"stands for.": CODE, "part": CODE},
    "wide.svg": {"stands for.": CODE, "part": CODE},
}
"""For a file the phrases in which such a word means something else, and what."""


def texts_of(source: str) -> Iterator[str]:
    """The strings of a module that a user can read.

    Those are what is more than one word, what stands in an f-string, and nouns that are
    counted; no docstrings, and not what fails an assertion.
    """
    tree = ast.parse(source)
    hidden = {node for part in ast.walk(tree) for node in unread(part)}
    in_sentence = {node for part in ast.walk(tree) for node in said(part)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in hidden:
            continue
        if isinstance(node.value, str) and (node in in_sentence or " " in node.value):
            yield node.value


def unread(node: ast.AST) -> Sequence[ast.AST]:
    match node:
        case ast.Expr(value):
            return [value]
        case ast.Assert(msg=ast.expr() as words):
            return [words]
        case _:
            return []


def said(node: ast.AST) -> Sequence[ast.AST]:
    match node:
        case ast.JoinedStr(values) | ast.Call(ast.Name("quantity"), values):
            return values
        case _:
            return []


def prose_of(page: str) -> str:
    """What a page says in its own words: no code, and lines joined."""
    without_blocks = re.sub(r"(?ms)^ *```.*?^ *```", "", page)
    return re.sub(r"\s+", " ", re.sub(r"`[^`]*`", "`", without_blocks))


def texts_in(path: Path) -> list[str]:
    content = path.read_text()
    match path.suffix:
        case ".py":
            return list(texts_of(content))
        case ".json":
            return re.findall(r'"(?:description|reason)": "([^"]+)"', content)
        case ".svg":
            return re.findall(r">([^<]+)<", content)
        case _:
            return [prose_of(content)]


def not_said(text: str) -> list[str]:
    """What of the glossary's last column is in the text."""
    return [word for word, found in FOUND.items() if found.search(text)]


FOUND = {
    word: re.compile(rf"(?<![\w-])({look})(?![\w-])", re.I)
    for word, look in NOT_SAID.items()
}


def in_one_sense(path: Path, text: str) -> str:
    """The text without the phrases that mean something else there."""
    for name, phrases in OTHER_SENSES.items():
        if path.as_posix().endswith(f"/{name}"):
            for phrase in phrases:
                text = text.replace(phrase, "")
    return text


@pytest.mark.parametrize("path", EVERYWHERE, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_text_for_users_has_a_word_that_another_is_said_for(path: Path) -> None:
    found = {
        text: words
        for text in texts_in(path)
        if (words := not_said(in_one_sense(path, text)))
    }

    assert found == {}


def test_each_word_of_the_glossary_is_looked_for() -> None:
    rows = [row for row in GLOSSARY.read_text().splitlines() if row.startswith("| ")]
    last = [row.split("|")[3].strip() for row in rows[1:]]
    words = {word for cell in last for word in cell.split(", ") if word}

    assert words == NOT_SAID.keys()
    assert [word for word in words if word not in not_said(word)] == []


@pytest.mark.parametrize("name", sorted(OTHER_SENSES))
def test_a_phrase_that_means_something_else_is_there(name: str) -> None:
    (path,) = (path for path in EVERYWHERE if path.as_posix().endswith(f"/{name}"))
    texts = texts_in(path)

    for phrase in OTHER_SENSES[name]:
        assert any(phrase in text for text in texts), phrase


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('raise E("Send it a piece.")', ["piece"]),
        ('said = f"{1} pieces"', ["piece"]),
        ('said = quantity(n, "piece")', ["piece"]),
        ('fail(hint="Run it again: it takes that back.")', ["take back"]),
        ('"""Docstring about a piece."""', []),
        ('PIECE = "piece"', []),
        ('assert done, "no piece left"', []),
    ],
)
def test_a_word_is_found_where_a_user_would_read_it(
    source: str, words: list[str]
) -> None:
    assert [word for text in texts_of(source) for word in not_said(text)] == words
