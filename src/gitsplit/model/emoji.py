"""Emoji made of several characters, by Unicode's grammar for them (UTS #51).

Only such a sequence is text as it reads; a joiner anywhere else can't be seen and could
hide something, and stays a character to be named.
"""

import re

_TONES = r"\U0001f3fb-\U0001f3ff"
_PICTURE = (
    r"[\u2194\u2195\u203c\u2049\u2122\u2139\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff"
    r"\U0001f004\U0001f0cf\U0001f170-\U0001f19a\U0001f201-\U0001f251"
    r"\U0001f300-\U0001faff]"
)
_ELEMENT = rf"{_PICTURE}[\ufe0f{_TONES}]?"
MOST_JOINERS = 3
"""So many are in the longest sequence that Unicode recommends: two who kiss."""

JOINED_EMOJI = re.compile(rf"{_ELEMENT}(?:\u200d{_ELEMENT}){{1,{MOST_JOINERS}}}")
"""Pictures with a joiner between each two, which are shown as one."""

EMOJI = re.compile(
    f"{JOINED_EMOJI.pattern}"
    rf"|{_PICTURE}[\ufe0f{_TONES}]"
    r"|[\U0001f1e6-\U0001f1ff]{2}"
    r"|[0-9#*]\ufe0f\u20e3"
)
"""The same, and a picture with its presentation or tone, a flag, a keycap.

Terminals don't agree on how wide any of these is.
"""

MOST_CHARACTERS = 2 * (MOST_JOINERS + 1) + MOST_JOINERS
"""So many characters are in the longest one."""
