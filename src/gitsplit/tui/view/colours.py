"""The colours of the screen: readable on any background, or the user's own.

Which background the terminal has can't be known. So what is chosen for any is neither
light nor dark, from the 240 colours that no palette changes: each has a contrast of 3:1
at least on black, on white, and on the backgrounds of common palettes (WCAG 2.1,
"contrast ratio"). Who says which background theirs is has stronger ones. A terminal of
16 colours has those of its palette; few of them are readable wherever one doesn't know.

Colours repeat what a digit, a sign or a word says; words that differ are underlined,
matches and the selected hunk reversed, so that all is there without colours too
(``NO_COLOR``, ``gitsplit.color=mono``). ``color.diff.*`` is honoured where it is set.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Attrs, Style


class Scheme(StrEnum):
    """Which background the colours are for."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"
    MONO = "mono"


class Colours(Struct, frozen=True):
    """What the user wants of the colours.

    ``own`` has the styles of the user's own for classes of ours.
    """

    scheme: Scheme = Scheme.AUTO
    own: Mapping[str, str] = field(default_factory=dict)


_ATTRIBUTES = {
    "word": "underline",
    "match": "reverse bold",
    "selected": "reverse",
    "comment": "italic",
    "keyword": "bold",
    "file": "bold",
    "unsafe": "reverse",
    "cursor": "bold",
    "focus": "bold",
    "name": "bold",
    "key": "bold",
    "error": "bold",
    "warning": "bold",
    "owner": "bold",
    "edited": "bold",
    "prompt": "bold",
}
"""What each class looks like besides its colour; it is all there is without colours."""

_CLASSES = {
    "added": "added",
    "removed": "removed",
    "good": "added",
    "error": "removed",
    "warning": "warning",
    "owner": "warning",
    "hunk": "hunk",
    "faint": "faint",
    "rule": "faint",
    "function": "faint",
    "empty": "faint",
    "word-added": "word-added",
    "word-removed": "word-removed",
    "group0": "group0",
    "group1": "group1",
    "group2": "group2",
    "group3": "group3",
}
"""The classes with a colour, each with its name in the tables."""

GROUP_COLOURS = 4
"""So many colours the commits have, in turn; green and red are for changed lines."""

_ON_ANY = {
    "added": "#5f875f",
    "removed": "#d75f5f",
    "warning": "#d75f00",
    "hunk": "#5f8787",
    "faint": "#808080",
    "word-added": "#ffffff bg:#005f00",
    "word-removed": "#ffffff bg:#870000",
    "group0": "#0087d7",
    "group1": "#af5fd7",
    "group2": "#878700",
    "group3": "#d75f87",
}
_ON_DARK = {
    "added": "#87d787",
    "removed": "#ff8787",
    "warning": "#ffaf5f",
    "hunk": "#5fd7d7",
    "faint": "#9e9e9e",
    "word-added": "#ffffff bg:#005f00",
    "word-removed": "#ffffff bg:#870000",
    "group0": "#5fafff",
    "group1": "#d787ff",
    "group2": "#d7d75f",
    "group3": "#ff87af",
}
_ON_LIGHT = {
    "added": "#005f00",
    "removed": "#af0000",
    "warning": "#875f00",
    "hunk": "#005f87",
    "faint": "#626262",
    "word-added": "#000000 bg:#afffaf",
    "word-removed": "#000000 bg:#ffd7d7",
    "group0": "#005faf",
    "group1": "#8700af",
    "group2": "#5f5f00",
    "group3": "#af005f",
}
_OF_16 = {
    Scheme.AUTO: {
        "removed": "ansibrightred",
        "hunk": "ansibrightmagenta",
        "group1": "ansibrightmagenta",
    },
    Scheme.DARK: {
        "added": "ansigreen",
        "removed": "ansibrightred",
        "warning": "ansiyellow",
        "hunk": "ansicyan",
        "group0": "ansicyan",
        "group1": "ansibrightmagenta",
        "group2": "ansiyellow",
        "group3": "ansibrightblue",
    },
    Scheme.LIGHT: {
        "added": "ansiblue",
        "removed": "ansired",
        "hunk": "ansimagenta",
        "group0": "ansiblue",
        "group1": "ansimagenta",
    },
}
_OF_256 = {Scheme.AUTO: _ON_ANY, Scheme.DARK: _ON_DARK, Scheme.LIGHT: _ON_LIGHT}
_DARK_TERMINALS = ("linux",)
"""Terminals that are known to have a dark background, by their names in ``TERM``."""


def screen_style(
    colours: Colours = Colours(),
    depth: ColorDepth = ColorDepth.DEPTH_8_BIT,
    term: str = "",
) -> Style:
    """The styles of all classes, on a terminal with so many colours."""
    scheme = colours.scheme
    if scheme is Scheme.AUTO and term in _DARK_TERMINALS:
        scheme = Scheme.DARK
    has_16 = depth is ColorDepth.DEPTH_4_BIT
    table = {} if scheme is Scheme.MONO else (_OF_16 if has_16 else _OF_256)[scheme]
    names = ["context", "mark", "space", *_ATTRIBUTES, *_CLASSES]
    rules = {
        name: " ".join([table.get(_CLASSES.get(name, ""), ""), _attributes(name)])
        for name in names
    }
    own = {} if scheme is Scheme.MONO else colours.own
    return Style.from_dict({**rules, **own})


def _attributes(name: str) -> str:
    return _ATTRIBUTES.get(name.partition("-")[0], "")


GIT_SLOTS = {
    "plain": ("context",),
    "context": ("context",),
    "meta": ("file",),
    "frag": ("hunk",),
    "func": ("function",),
    "old": ("removed",),
    "new": ("added",),
    "whitespace": ("space",),
}
"""The classes that have the colour of each ``color.diff.<slot>``."""

_GIT_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_GIT_ATTRIBUTES = {
    "bold": "bold",
    "dim": "dim" if "dim" in Attrs._fields else "",
    "ul": "underline",
    "italic": "italic",
    "blink": "blink",
    "reverse": "reverse",
    "strike": "strike",
}
_LEVELS = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
_HEX = re.compile(r"#(?:[0-9a-f]{3}){1,2}")


def style_of_git(value: str) -> str | None:
    """A colour of git's configuration as a style; None where it is none.

    Up to two colours, of the text and behind it, and attributes (git-config(1),
    "color").

    >>> style_of_git("bold brightgreen #101010")
    'bold ansibrightgreen bg:#101010'
    """
    found: list[str] = []
    colours = 0
    for word in value.lower().split():
        colour = _git_colour(word)
        if colour is not None and colours < 2:
            ground = "bg:" if colours else ""
            found += [f"{ground}{colour}"] if colour else []
            colours += 1
        elif (attribute := _git_attribute(word)) is not None:
            found.append(attribute)
        else:
            return None
    return " ".join(filter(None, found))


def _git_colour(word: str) -> str | None:
    """A colour by git's name; empty for the terminal's own; None where it is none."""
    if word in ("normal", "default", "-1"):
        return ""
    name = word.removeprefix("bright")
    if name in _GIT_COLOURS:
        return _ansi_colour(_GIT_COLOURS.index(name) + 8 * (name != word))
    if _HEX.fullmatch(word):
        return word
    if word.isascii() and word.isdecimal() and int(word) < 256:
        return _numbered_colour(int(word))
    return None


def _ansi_colour(number: int) -> str:
    """One of the 16 colours of the palette, as prompt_toolkit calls it."""
    name = _GIT_COLOURS[number % 8]
    if name == "white":
        return "ansiwhite" if number >= 8 else "ansigray"
    return f"ansi{'bright' if number >= 8 else ''}{name}"


def _numbered_colour(number: int) -> str:
    """One of 256 colours: those of the palette, a cube of 6 levels, greys."""
    if number < 16:
        return _ansi_colour(number)
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    cube = number - 16
    parts = (cube // 36, cube // 6 % 6, cube % 6)
    return "#" + "".join(f"{_LEVELS[part]:02x}" for part in parts)


def _git_attribute(word: str) -> str | None:
    """An attribute by git's name, or that there is none; None where it is none."""
    if word == "reset":
        return ""
    name = word.removeprefix("no-").removeprefix("no")
    attribute = _GIT_ATTRIBUTES.get(name)
    if attribute is None:
        return None
    return attribute if name == word or not attribute else f"no{attribute}"
