"""``python -m gitsplit`` is ``gitsplit``."""

import sys
from typing import NoReturn


def run() -> NoReturn:
    """Run gitsplit; Ctrl-C ends it in order from its first moment on."""
    try:
        from gitsplit.cli.main import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("gitsplit: interrupted. Nothing was changed.\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
