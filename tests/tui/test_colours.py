"""What is shown can be read: on every background that terminals commonly have."""

from collections.abc import Iterator

import pytest
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from gitsplit.errors import GitsplitError
from gitsplit.git.config import Config
from gitsplit.tui.view.colours import (
    GIT_SLOTS,
    GROUP_COLOURS,
    Colours,
    Scheme,
    screen_style,
    style_of_git,
)
from gitsplit.workflow.screen import colours_of

LEAST = 3.0
"""WCAG 2.1 has it for large text and for what graphics mean."""

# Text and background, then the 16 colours, as each project publishes them.
_VGA = (
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa"
    " 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
_SOLARIZED = (
    "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5"
    " 002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3"
)
PALETTES = {
    "xterm": (
        "000000 ffffff",
        "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
        " 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    ),
    "VGA": ("aaaaaa 000000", _VGA),
    "Linux console": ("aaaaaa 000000", _VGA),
    "Solarized dark": ("839496 002b36", _SOLARIZED),
    "Solarized light": ("657b83 fdf6e3", _SOLARIZED),
    "Gruvbox dark": (
        "ebdbb2 282828",
        "282828 cc241d 98971a d79921 458588 b16286 689d6a a89984"
        " 928374 fb4934 b8bb26 fabd2f 83a598 d3869b 8ec07c ebdbb2",
    ),
    "Gruvbox light": (
        "3c3836 fbf1c7",
        "fbf1c7 cc241d 98971a d79921 458588 b16286 689d6a 7c6f64"
        " 928374 9d0006 79740e b57614 076678 8f3f71 427b58 3c3836",
    ),
    "Tango": (
        "d3d7cf 2e3436",
        "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf"
        " 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec",
    ),
    "Terminal Basic": (
        "000000 ffffff",
        "000000 c23621 25bc24 adad27 492ee1 d338d3 33bbc8 cbcccd"
        " 818383 fc391f 31e722 eaec23 5833ff f935f8 14f0f0 e9ebeb",
    ),
    "Campbell": (
        "cccccc 0c0c0c",
        "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc"
        " 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
    ),
    "GNOME light": (
        "1e1e1e ffffff",
        "171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc"
        " 5e5c64 f66151 33da7a e9ad0c 2a7bde c061cb 33c7de ffffff",
    ),
}
BASIC = ("black", "red", "green", "yellow", "blue", "magenta", "cyan")
NAMES = [
    *(f"ansi{name}" for name in (*BASIC, "gray")),
    *(f"ansibright{name}" for name in BASIC),
    "ansiwhite",
]


def luminance(colour: str) -> float:
    """The relative luminance of an sRGB colour, as WCAG 2.1 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.01)


def styles_of_rows() -> Iterator[str]:
    """The styles that cells have: of a line, of what is in it, of a match."""
    yield from (f"class:{name}" for name in ("context", "added", "removed"))
    for line in ("added", "removed"):
        for inside in (
            "comment",
            "keyword",
            f"word-{line}",
            f"word-{line} class:space",
        ):
            for extra in ("", " class:mark", " class:unsafe", " class:match"):
                yield f"class:{line} class:{inside}{extra}"
    for name in ("good", "error", "warning", "owner", "hunk", "faint", "function"):
        yield f"class:{name}"
        yield f"class:{name} class:match"
    yield from ("class:rule", "class:empty")
    for group in range(GROUP_COLOURS):
        yield from (f"class:group{group} bold{end}" for end in ("", " class:selected"))


def pair(style: Style, name: str, palette: str) -> tuple[str, str]:
    """The colours of text and background that a style has in a palette."""
    attrs = style.get_attrs_for_style_str(name)
    text, ground = PALETTES[palette][0].split()
    colours = dict(zip(NAMES, PALETTES[palette][1].split(), strict=True))
    ink = colours.get(attrs.color or "", attrs.color or text)
    paper = colours.get(attrs.bgcolor or "", attrs.bgcolor or ground)
    if palette == "Linux console" and attrs.bold and attrs.color in NAMES[:8]:
        ink = colours[NAMES[NAMES.index(attrs.color) + 8]]
    return (paper, ink) if attrs.reverse else (ink, paper)


def is_dark(palette: str) -> bool:
    return luminance(PALETTES[palette][0].split()[1]) < 0.2


DEPTHS = (ColorDepth.DEPTH_4_BIT, ColorDepth.DEPTH_8_BIT, ColorDepth.DEPTH_24_BIT)


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("scheme", [Scheme.AUTO, Scheme.DARK, Scheme.LIGHT])
@pytest.mark.parametrize("depth", DEPTHS)
def test_every_pair_of_colours_can_be_read(
    palette: str, scheme: Scheme, depth: ColorDepth
) -> None:
    if scheme is not Scheme.AUTO and is_dark(palette) != (scheme is Scheme.DARK):
        return
    style = screen_style(Colours(scheme), depth)
    found = {name: contrast(*pair(style, name, palette)) for name in styles_of_rows()}

    assert {name: ratio for name, ratio in found.items() if ratio < LEAST} == {}


def test_there_are_eleven_palettes_and_both_kinds() -> None:
    assert len(PALETTES) == 11
    assert {is_dark(palette) for palette in PALETTES} == {True, False}


def test_nothing_is_dim() -> None:
    rules = [rule for _, rule in screen_style().style_rules]

    assert [rule for rule in rules if "dim" in rule.split()] == []


def test_colours_are_of_the_240_that_no_palette_changes() -> None:
    levels = {"00", "5f", "87", "af", "d7", "ff"}
    greys = {f"{8 + 10 * n:02x}" * 3 for n in range(24)}
    for scheme in (Scheme.AUTO, Scheme.DARK, Scheme.LIGHT):
        style = screen_style(Colours(scheme))
        for name in styles_of_rows():
            attrs = style.get_attrs_for_style_str(name)
            for colour in filter(None, (attrs.color, attrs.bgcolor)):
                parts = {colour[at : at + 2] for at in (0, 2, 4)}
                assert parts <= levels or colour in greys


@pytest.mark.parametrize("scheme", [Scheme.AUTO, Scheme.DARK, Scheme.LIGHT])
def test_what_the_colours_say_they_say_apart(scheme: Scheme) -> None:
    style = screen_style(Colours(scheme))
    names = ["added", "removed", *(f"group{n}" for n in range(GROUP_COLOURS))]
    colours = [style.get_attrs_for_style_str(f"class:{n}").color for n in names]

    assert len(set(colours)) == len(names)


def test_without_colours_words_are_underlined_and_matches_reversed() -> None:
    style = screen_style(Colours(Scheme.MONO))
    rules = " ".join(rule for _, rule in style.style_rules)

    assert "#" not in rules and "ansi" not in rules
    assert style.get_attrs_for_style_str("class:added class:word-added").underline
    assert style.get_attrs_for_style_str("class:added class:match").reverse
    assert style.get_attrs_for_style_str("class:group0 class:selected").reverse


def test_a_linux_console_is_known_to_be_dark() -> None:
    found = screen_style(Colours(), ColorDepth.DEPTH_4_BIT, "linux")

    assert found.get_attrs_for_style_str("class:added").color == "ansigreen"


@pytest.mark.parametrize(
    ("value", "style"),
    [
        ("red", "ansired"),
        ("bold brightgreen", "bold ansibrightgreen"),
        ("normal red ul", "bg:ansired underline"),
        ("white black", "ansigray bg:ansiblack"),
        ("#FF8800 nobold", "#ff8800 nobold"),
        ("208", "#ff8700"),
        ("244", "#808080"),
        ("9", "ansibrightred"),
        ("no-reverse", "noreverse"),
        ("", ""),
        ("default", ""),
        ("reset", ""),
        ("mauve", None),
        ("red green blue", None),
        ("256", None),
        ("²", None),
    ],
)
def test_a_colour_of_git_s_configuration(value: str, style: str | None) -> None:
    assert style_of_git(value) == style


def test_every_slot_of_git_has_classes_that_the_screen_knows() -> None:
    known = {name for names, _ in screen_style().style_rules for name in names.split()}

    assert {name for names in GIT_SLOTS.values() for name in names} <= known


def config(**values: str) -> Config:
    """A configuration; ``__`` stands for a dot."""
    return Config({key.replace("__", "."): (value,) for key, value in values.items()})


def test_color_diff_is_honoured() -> None:
    found = colours_of(config(color__diff__new="blue bold", color__diff__old="puce"))
    attrs = screen_style(found).get_attrs_for_style_str("class:added")
    other = screen_style(found).get_attrs_for_style_str("class:removed")

    assert (attrs.color, attrs.bold) == ("ansiblue", True)
    assert other == screen_style().get_attrs_for_style_str("class:removed")


def test_the_scheme_is_configured() -> None:
    assert colours_of(config()).scheme is Scheme.AUTO
    assert colours_of(config(gitsplit__color="Light")).scheme is Scheme.LIGHT
    assert colours_of(config(color__ui="false")).scheme is Scheme.MONO
    both = config(color__ui="never", gitsplit__color="dark")
    assert colours_of(both).scheme is Scheme.DARK


def test_a_scheme_that_there_is_not_is_named() -> None:
    with pytest.raises(
        GitsplitError, match=r"gitsplit\.color can't be “pink”"
    ) as error:
        colours_of(config(gitsplit__color="pink"))

    assert error.value.hint == "It is one of auto, dark, light, mono."
