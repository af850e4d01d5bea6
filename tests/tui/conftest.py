"""``--update-screens`` writes what the screens look like now, to be read as a diff."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screens",
        action="store_true",
        default=False,
        help="write tests/tui/screens/*.screen anew instead of comparing",
    )


@pytest.fixture
def updates_screens(request: pytest.FixtureRequest) -> bool:
    """Whether golden screens shall be written; false where nobody could ask."""
    return bool(request.config.getoption("update_screens", default=False))
