"""Progress and cancellation of work that may take a while."""

from collections.abc import Callable

from msgspec import Struct

from gitsplit.errors import GivenUp

Say = Callable[[str], None]
"""Told, in a sentence, what goes on."""


def say_nothing(_words: str) -> None:
    """Tell nobody."""


def _unheard(_done: int, _count: int) -> None:
    pass


def _always() -> bool:
    return True


class Watch(Struct, frozen=True):
    """A progress callback and a cancellation token.

    ``tell`` is called with how much is done, of how much. Once ``is_wanted`` says no,
    the work is to raise GivenUp soon. Both may be called from any thread.
    """

    tell: Callable[[int, int], None] = _unheard
    is_wanted: Callable[[], bool] = _always

    def come_to(self, done: int, count: int) -> None:
        """Report that so much is done; raises GivenUp where the rest isn't wanted."""
        if not self.is_wanted():
            raise GivenUp
        self.tell(done, count)


PATIENT = Watch()
"""No callback, and no cancellation."""
