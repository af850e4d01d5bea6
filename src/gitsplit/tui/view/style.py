"""The colours, by the names of the user's own palette.

A style repeats what a digit, a mark or a word already says. ``NO_COLOR`` is honoured
by prompt_toolkit, which then sends attributes (bold, reverse) and no colours.
"""

from prompt_toolkit.styles import Attrs, Style

GROUP_COLOURS = ("ansicyan", "ansimagenta", "ansiyellow", "ansiblue")
"""Green and red are left to added and removed lines."""

# Bright black would be the background itself in some palettes (Solarized), so what
# shall stand back is dim where prompt_toolkit knows the attribute, else plain.
_FAINT = "dim" if "dim" in Attrs._fields else ""

SCREEN_STYLE = Style.from_dict(
    {
        "added": "ansigreen",
        "removed": "ansired",
        "context": "",
        "comment": f"italic {_FAINT}",
        "keyword": "bold",
        "hunk": "ansicyan",
        "file": "bold",
        "faint": _FAINT,
        "rule": _FAINT,
        "mark": _FAINT,
        "unsafe": "reverse",
        "cursor": "bold",
        "focus": "bold",
        "name": "bold",
        "key": "bold",
        "good": "ansigreen",
        "bad": "bold ansired",
        "owner": "bold ansiyellow",
        "edited": "bold",
        "empty": _FAINT,
        "prompt": "bold",
        **{f"group{n}": colour for n, colour in enumerate(GROUP_COLOURS)},
    }
)


def group_style(group: int) -> str:
    """The style of what belongs to a group; the colours repeat after the last one."""
    return f"class:group{group % len(GROUP_COLOURS)}"
