"""How a stack of branches is sent for review, by the tool that is found in the clone.

Each tool is known by what it leaves: git-spice by its ref, Graphite by its file in the
git directory, gh's ``stack`` by its file there, or as an installed extension where a
remote is on GitHub. None of their programs is run, and nothing of theirs is written.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitsplit.git.refs import HEADS, Stack, values_of
from gitsplit.git.repository import Repository
from gitsplit.model.escape import shell_command

_SPICE = "refs/spice/data"
_GRAPHITE = ".graphite_repo_config"
_GH = "gh-stack"
_MAIN = "main"  # what `gh stack link` takes for the base where nothing is said


def stack_commands(repo: Repository, stack: Stack, base: str) -> tuple[str, ...]:
    """The commands that send the stack, one after the other; none without a remote.

    ``base`` is the branch that it is to be merged into, empty where that isn't known.
    Where HEAD is detached, tools that begin at its branch need the last one first.
    """
    names = stack.names
    if not names:
        return ()
    switch = () if repo.head_ref() else (shell_command("git", "switch", names[-1]),)
    if values_of(repo, (_SPICE,)):
        track = shell_command("git-spice", "downstack", "track")
        return (*switch, track, shell_command("git-spice", "stack", "submit"))
    if (repo.common_dir / _GRAPHITE).is_file():
        submit = shell_command("gt", "submit", "--stack")
        return (*switch, *_graphite_tracks(repo, names, base), submit)
    if len(names) > 1 and _has_gh_stack(repo):
        onto = () if base in ("", _MAIN) else ("--base", base)
        return (shell_command("gh", "stack", "link", *onto, *names),)
    return tuple(_push(repo, stack))


def _graphite_tracks(
    repo: Repository, names: Sequence[str], base: str
) -> Iterator[str]:
    """The commands that tell Graphite which branch is on which."""
    parent = _graphite_trunk(repo) or base or _MAIN
    for name in names:
        yield shell_command("gt", "track", name, "--parent", parent)
        parent = name


def _graphite_trunk(repo: Repository) -> str:
    """The branch that Graphite's stacks are on, as its file says; empty if unknown."""
    try:
        found = json.loads((repo.common_dir / _GRAPHITE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    trunk = found.get("trunk") if isinstance(found, dict) else None
    return trunk if isinstance(trunk, str) else ""


def _has_gh_stack(repo: Repository) -> bool:
    """Whether gh has stacks in this clone, or knows of stacks and of its remote."""
    if (repo.common_dir / _GH).is_file():
        return True
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    is_installed = (Path(data) / "gh" / "extensions" / _GH).exists()
    urls = (repo.config.get(f"remote.{name}.url") for name in repo.config.remotes)
    return is_installed and any("github." in (url or "") for url in urls)


def _push(repo: Repository, stack: Stack) -> Iterator[str]:
    """The ``git push`` of all branches, where there is a remote for it."""
    remote = _remote(repo)
    if remote is None:
        return
    names = stack.names
    refs = [f"refs/remotes/{remote}/{name}" for name in names]
    there = values_of(repo, refs)
    is_other = any(
        there.get(ref, commit) != commit
        for ref, commit in zip(refs, stack.commits, strict=True)
    )
    force = ("--force-with-lease",) if is_other else ()
    yield shell_command("git", "push", *force, remote, *names)


def _remote(repo: Repository) -> str | None:
    """The remote that git pushes to; None where that isn't known."""
    name = (repo.head_ref() or "").removeprefix(HEADS)
    known = repo.config.remotes
    wanted = (
        repo.config.get(f"branch.{name}.pushRemote"),
        repo.config.get("remote.pushDefault"),
        repo.config.get(f"branch.{name}.remote"),
        "origin",
        *(known if len(known) == 1 else ()),
    )
    return next((each for each in wanted if each in known), None)
