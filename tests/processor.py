"""How much work something is, by the processor's time and not by the clock's."""

import gc
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """The processor time that the work takes, in this process.

    Without the garbage collector, which goes through what other tests have left, too.
    """
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


def grows_with_its_size(work: Callable[[int], object], size: int) -> bool:
    """Whether four times the size takes about four times the work.

    With the square of the size it would be sixteen times. What takes no time at all is
    left out of the comparison.
    """
    once = min(seconds(lambda: work(size)) for _ in range(3))
    most = max(10 * once, 0.1)
    # On a busy machine the same work may take several times as long for once.
    return any(seconds(lambda: work(4 * size)) < most for _ in range(3))
