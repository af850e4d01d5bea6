"""What stands for a character where the terminal's encoding doesn't have it.

gitsplit's own signs have a form of one ASCII character each, as wide as themselves, so
that columns stay columns. What holds, fails, or is left out has no key's. Other text
has question marks where it is drawn, and escapes where it is printed.
"""

ASCII_FORMS = {
    "─": "-",
    "│": "|",
    "┬": "+",
    "┴": "+",
    "┃": "|",
    "┏": "/",
    "┗": "\\",
    "╺": "=",
    "▶": ">",
    "▸": "*",
    "◂": "<",
    "◆": "@",
    "✓": "^",
    "✗": "#",
    "×": "%",
    "⚠": "!",
    "≈": "~",
    "»": ">",
    "‹": "<",
    "›": ">",
    "·": ".",
    "…": ".",
    "⋮": ":",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
    "⇧": "S",
    "↪": "\\",
    "“": '"',
    "”": '"',
    "—": "-",
    **{chr(code): "^" for code in range(0x2400, 0x2422)},
}
"""For each sign that gitsplit uses, the ASCII character in its place.

The last are the pictures of control characters, by which these are named.
"""


def has_character(encoding: str | None, char: str) -> bool:
    """Whether the encoding has this character; what isn't known is UTF-8."""
    try:
        char.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def drawn_in(encoding: str | None, char: str, width: int) -> str:
    """The character, or what is drawn for it where the encoding lacks it, as wide.

    >>> drawn_in("ascii", "◆", 1), drawn_in("ascii", "世", 2), drawn_in("utf-8", "◆", 1)
    ('@', '??', '◆')
    """
    if has_character(encoding, char):
        return char
    return ASCII_FORMS.get(char) or "?" * width


def printed_in_ascii(text: str) -> str:
    r"""What is printed for text that the encoding lacks.

    >>> printed_in_ascii("→é\udcff")
    '>\\xe9\\udcff'
    """
    return "".join(
        ASCII_FORMS.get(char) or char.encode("ascii", "backslashreplace").decode()
        for char in text
    )
