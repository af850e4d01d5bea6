"""Where gitsplit was started."""

from pathlib import Path

from gitsplit.errors import NotARepository


def here() -> Path:
    """The current directory."""
    try:
        return Path.cwd()
    except OSError as error:
        raise NotARepository(
            "The current directory doesn't exist any more.",
            hint="Change to the directory of a git repository.",
        ) from error
