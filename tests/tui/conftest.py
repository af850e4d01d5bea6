"""``--update-screens`` writes what the screens look like now, to be read as a diff."""

import pytest


@pytest.fixture
def updates_screens(request: pytest.FixtureRequest) -> bool:
    """Whether golden screens shall be written."""
    return bool(request.config.getoption("update_screens"))
