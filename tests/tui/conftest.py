"""``--update-screens`` writes what the screens look like now, to be read as a diff."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def updates_screens(request: pytest.FixtureRequest) -> bool:
    """Whether golden screens shall be written."""
    return bool(request.config.getoption("update_screens"))


@pytest.fixture(autouse=True)
def rest_is_no_garbage() -> Iterator[None]:
    """A screen collects garbage every few frames, and finds only its own.

    ``run_screen`` sees to that, too. All that tests have loaded would be looked at each
    time, which took four fifths of a golden screen.
    """
    gc.freeze()
    yield
    gc.unfreeze()
