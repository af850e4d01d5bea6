"""Who waits for work that may take a while: to be told how far it is, or to leave."""

from collections.abc import Callable
from dataclasses import dataclass

from gitsplit.errors import GivenUp

Say = Callable[[str], None]
"""Told, in a sentence, what goes on."""


def say_nothing(_words: str) -> None:
    """Tell nobody."""


def _unheard(_done: int, _count: int) -> None:
    pass


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody who waits for work.

    ``tell`` hears how much of it is done, of how much. Once ``is_wanted`` says no, it
    is to be given up: it raises GivenUp, soon. Both may be called from any thread.
    """

    tell: Callable[[int, int], None] = _unheard
    is_wanted: Callable[[], bool] = _always

    def come_to(self, done: int, count: int) -> None:
        """So much is done, and the rest is wanted; raises GivenUp where it isn't."""
        if not self.is_wanted():
            raise GivenUp
        self.tell(done, count)


PATIENT = Watch()
"""Who waits to the end, and wants to hear nothing."""
