"""What the programs for those who work on gitsplit print."""

import sys


def say(*words: str) -> None:
    """Print the words as a line on standard output, at once."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()
