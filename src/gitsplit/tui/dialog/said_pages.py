"""Pages of the tutorial and of a quiz as lines of text, which a line answers.

What a page says is of :mod:`gitsplit.teaching.pages`.
"""

from collections.abc import Callable, Iterator, Sequence

from gitsplit.errors import InputEnded
from gitsplit.teaching.pages import NEXT, Choice, Page


def say_pages(
    page: Page | None,
    after: Callable[[str], Page | None],
    say: Callable[[str], None],
    ask: Callable[[str], str],
) -> None:
    """Say a page, and those that follow from the lines that answer; each once.

    Raises InputEnded where the answers end.
    """
    before: Page | None = None
    while page is not None:
        for line in _said_lines(page, before):
            say(line)
        is_followed = before is not None and page.lines == before.lines
        known = before.choices if before is not None and is_followed else ()
        before = page
        page = after(_answered(page.choices, known, say, ask))


def _said_lines(page: Page, before: Page | None) -> Iterator[str]:
    """What is said of a page; what the one before has said isn't said once more."""
    if before is None or page.lines != before.lines:
        yield page.title
        yield from (" " * e.indent + e.text for e in page.lines if e.text)
    old = () if before is None else before.asked
    yield from (" " * e.indent + e.text for e in page.asked if e.text and e not in old)


def _answered(
    choices: Sequence[Choice],
    known: Sequence[Choice],
    say: Callable[[str], None],
    ask: Callable[[str], str],
) -> str:
    """The key of the choice that is made; those that are known aren't said."""
    for choice in choices:
        if choice.label and choice not in known:
            say(f"{_typed(choice.key)}: {choice.label}")
    keys = {_typed(choice.key): choice.key for choice in choices}
    while True:
        try:
            said = ask("Your answer? ").strip()
        except EOFError as end:
            raise InputEnded(
                "The answers ended before the lesson did.",
                hint="Start it once more with gitsplit --tutorial.",
            ) from end
        if said in keys:
            return keys[said]
        say(f"The answers are {', '.join(keys)}.")


def _typed(key: str) -> str:
    """What is typed for a key where a line answers."""
    return "next" if key == NEXT else key
