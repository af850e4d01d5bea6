"""gitsplit: split a git commit into several, in one screen and one atomic step."""

__version__ = "0.1.0"
