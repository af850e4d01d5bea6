"""Three contents of one file merged, as ``git-merge-file(1)`` does it."""

from pathlib import Path

from gitsplit.git.diff import looks_binary
from gitsplit.git.program import PARSED, failure
from gitsplit.git.repository import Repository
from gitsplit.git.temporary import temporary_directory

_MOST_CONFLICTS = 127
"""The highest exit status that counts conflicts; above it git couldn't merge."""


def merged_contents(
    repo: Repository, base: bytes, ours: bytes, theirs: bytes
) -> bytes | None:
    """The content with what leads from ``base`` to ``ours`` and to ``theirs``.

    None where the two ways conflict, or one of the contents is binary.
    """
    contents = {"ours": ours, "base": base, "theirs": theirs}
    if any(looks_binary(repo, content) for content in contents.values()):
        return None
    with temporary_directory() as directory:
        for name, content in contents.items():
            Path(directory, name).write_bytes(content)
        paths = (str(Path(directory, name)) for name in contents)
        args = ("merge-file", "-p", "-q", *paths)
        done = repo.program.run(*args, check=False, env=PARSED)
    if 0 < done.status <= _MOST_CONFLICTS:
        return None
    if done.status:
        raise failure(args, done)
    return done.stdout
