"""Pure functions that remember their last answer, to draw a frame without delay.

They give the same as if they didn't. Arguments are compared by identity: plans and
todo lists are immutable and large, hashing them for each frame would cost more than
what is saved.
"""

from collections.abc import Callable
from functools import wraps
from operator import is_
from typing import ParamSpec, TypeVar

Params = ParamSpec("Params")
Answer = TypeVar("Answer")

Parts = tuple[object, ...]


def memo(function: Callable[Params, Answer]) -> Callable[Params, Answer]:
    """The function; asked with the very same arguments, it gives its last answer."""
    return memo_by(lambda *args, **_: args)(function)


def memo_by(
    key_of: Callable[Params, Parts],
    are_same: Callable[[object, object], bool] = is_,
) -> Callable[[Callable[Params, Answer]], Callable[Params, Answer]]:
    """The decorator for a function whose answer depends on parts of its arguments.

    ``key_of`` gives these parts. What takes long may compare them otherwise than by
    identity, with ``are_same``.
    """

    def remember(function: Callable[Params, Answer]) -> Callable[Params, Answer]:
        last: tuple[Parts, Answer] | None = None

        @wraps(function)
        def answer(*args: Params.args, **kwargs: Params.kwargs) -> Answer:
            nonlocal last
            key, known = key_of(*args, **kwargs), last  # another thread may ask, too
            if known is None or not all(map(are_same, key, known[0])):
                known = last = key, function(*args, **kwargs)
            return known[1]

        return answer

    return remember
