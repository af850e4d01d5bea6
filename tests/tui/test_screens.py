"""Golden screens: what stands on a real terminal after some keys.

A file in ``screens/`` says its size, the case it opens (see ``cases.py``), and for
each step the keys by name and the screen after them. Where it says ``colours mono`` or
``colours 16`` as well, a line below each says how its cells look (see ``driver.py``);
``encoding`` is what the terminal has.
Change a screen, run ``pytest tests/tui --update-screens``, and read the diff.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.emoji import EMOJI
from tests.tui.cases import CASES, OUTLOOKS, tour
from tests.tui.driver import NOTHING_AGAINST, Joining, screens

PLACE = Path(__file__).parent / "screens"


def redrawn(golden: str) -> str:
    """The file with the screens that the keys in it lead to now."""
    head, *rest = golden.splitlines()
    _, size, _, case, *more = head.split()
    rows, columns = map(int, size.split("x"))
    asked = dict(zip(more[::2], more[1::2], strict=True))
    keys = [line[1:].split() for line in rest if line.startswith(">")]
    found = screens(
        CASES[case](),
        keys,
        columns,
        rows,
        OUTLOOKS.get(case, NOTHING_AGAINST),
        depth=asked.get("colours", ""),
        encoding=asked.get("encoding", "utf-8"),
    )
    return "\n".join([head, *_steps(keys, found)]) + "\n"


def _steps(keys: list[list[str]], found: list[list[str]]) -> Iterator[str]:
    for pressed, lines in zip(keys, found, strict=True):
        yield " ".join([">", *pressed])
        yield from (line if line[:1] == "~" else f"|{line}" for line in lines)


@pytest.mark.parametrize("name", sorted(path.stem for path in PLACE.glob("*.screen")))
def test_the_screen_looks_as_it_did(name: str, updates_screens: bool) -> None:
    path = PLACE / f"{name}.screen"
    golden = path.read_text(encoding="utf-8")
    now = redrawn(golden)
    if updates_screens:
        path.write_text(now, encoding="utf-8")
        return

    assert golden.splitlines() == now.splitlines()


def test_every_case_has_its_screen() -> None:
    heads = [path.read_text().split()[3] for path in PLACE.glob("*.screen")]

    assert set(CASES) == set(heads)


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (200, 60)])
def test_nothing_moves_where_a_terminal_shows_several_emoji_as_one(
    size: tuple[int, int],
) -> None:
    head, *lines = (PLACE / "tour-medium.screen").read_text().splitlines()
    keys = [line[1:].split() for line in lines if line.startswith(">")]
    keys += [["q", "q"], ["j"], ["down"], ["j"], ["u"], ["up", "up"]]
    apart = screens(tour(), keys, *size)
    joined = screens(tour(), keys, *size, kind=Joining)

    def on_two(found: re.Match[str]) -> str:
        return "##" + " " * (get_cwidth(found[0]) - 2)

    assert head.endswith("case tour")
    assert any("👩\u200d🔬" in line for lines in joined for line in lines)
    for one, other in zip(apart, joined, strict=True):
        assert [EMOJI.sub(on_two, line) for line in one] == [
            EMOJI.sub("##", line) for line in other
        ]
