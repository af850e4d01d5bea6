"""Names as git quotes them in patches and fast-import streams (``core.quotePath``)."""

_ESCAPES = {
    ord("a"): 7,
    ord("b"): 8,
    ord("t"): 9,
    ord("n"): 10,
    ord("v"): 11,
    ord("f"): 12,
    ord("r"): 13,
    ord('"'): 34,
    ord("\\"): 92,
}


def quote(name: bytes) -> bytes:
    """The name in double quotes, every byte that is not plain ASCII in octal."""
    plain = (
        bytes([byte]) if 32 <= byte < 127 and byte not in b'"\\' else b"\\%03o" % byte
        for byte in name
    )
    return b'"' + b"".join(plain) + b'"'


def unquote(text: bytes) -> bytes:
    """The name that git wrote as ``text``, quoted or not."""
    if not text.startswith(b'"'):
        return text
    name = bytearray()
    at = 1
    while at < len(text) - 1:
        byte = text[at]
        at += 1
        if byte == ord("\\"):
            width = 1 if text[at] in _ESCAPES else 3
            code = text[at : at + width]
            byte = _ESCAPES[code[0]] if width == 1 else int(code, 8)
            at += width
        name.append(byte)
    return bytes(name)
