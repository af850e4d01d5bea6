"""``python -m gitsplit`` is ``gitsplit``."""

from gitsplit.cli import main

main()
