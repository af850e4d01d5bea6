"""Git's own merge of three contents, for tests of what is laid over a plan."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


@cache
def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """What ``git merge-file`` makes of three contents; None for a conflict."""
    with TemporaryDirectory() as directory:
        paths = [Path(directory, name) for name in ("ours", "base", "theirs")]
        for path, content in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(content)
        done = subprocess.run(
            ["git", "merge-file", "-p", "-q", *paths], capture_output=True, check=False
        )
    return None if done.returncode else done.stdout
