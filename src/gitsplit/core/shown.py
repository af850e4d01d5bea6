"""Text from a repository made fit to be read: it can't drive the terminal.

Whatever a terminal could take for a command, and whatever would reorder or hide text,
is named instead: escape sequences, bidirectional controls, bytes that aren't UTF-8.
"""

import unicodedata


def shown(text: bytes | str) -> str:
    r"""The text with each character that is not plainly visible named.

    >>> shown(b"caf\xe9 \x1b[1m\xe2\x80\xae")
    'caf<E9> ␛[1m<U+202E>'
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if text.isprintable():
        return text
    return "".join(visible(char) for char in text)


def visible(char: str) -> str:
    """The character, or a visible name of one that is not to be sent to a terminal.

    A lone surrogate stands for a byte that isn't UTF-8 (PEP 383).
    """
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xDC80 <= code <= 0xDCFF:
        return f"<{code - 0xDC00:02X}>"
    return f"<U+{code:04X}>"
