"""Whether a repository is one of Gerrit's, and how its commits get there.

Read from what Gerrit's own tools leave in a clone: the ``commit-msg`` hook,
``.gitreview``, push refspecs into ``refs/for``, and ``gerrit.*`` in the configuration.
Nothing is asked of a server.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gitsplit.core.ids import IdRules
from gitsplit.core.objects import Oid
from gitsplit.core.quoting import command
from gitsplit.core.series import Series
from gitsplit.git.hooks import Hooks
from gitsplit.git.program import batches
from gitsplit.git.repository import Config, Repository

REVIEW = "refs/for/"
"""Where commits are pushed for review."""

MOST_BELOW = 100
"""So many commits under the series are looked at for their Change-Ids."""


def id_rules(repo: Repository, *, moves: bool = False) -> IdRules:
    """How the repository uses Change-Ids (the rules of Gerrit's ``commit-msg`` hook).

    ``gerrit.createChangeId`` counts as the hook reads it: only the word ``false``
    switches new ids off.
    """
    create = repo.config.get("gerrit.createChangeId")
    is_reviewed = is_gerrits(repo)
    return IdRules(
        is_reviewed=is_reviewed,
        wanted=is_reviewed and create != "false",
        link_url=os.fsencode(repo.config.get("gerrit.reviewUrl") or ""),
        always=create == "always",
        moves=moves,
    )


def is_gerrits(repo: Repository) -> bool:
    """Whether commits of this repository are reviewed on Gerrit."""
    config = repo.config
    return (
        any(key.startswith("gerrit.") for key in config.values)
        or any(REVIEW in refspec for _, refspec in _push_refspecs(config))
        or Hooks(repo).mentions("commit-msg", b"Change-Id")
        or bool(_review_settings(repo))
    )


def push_command(repo: Repository, branch: str | None) -> str | None:
    """The command that pushes HEAD for review.

    None while a rebase is under way, whose HEAD isn't the end of it.
    ``branch`` is the ref that HEAD names. Where a push refspec into ``refs/for`` is
    configured, it is that one, options and all; else the branch that ``.gitreview``
    names, or the one that ``branch`` follows. ``gitsplit.topic`` is added as
    ``%topic=``.
    """
    if (repo.git_dir / "rebase-merge").is_dir():
        return None
    settings = _review_settings(repo)
    remote = _remote(repo.config, settings, branch)
    target = _configured_target(repo.config, remote) or _target(
        repo.config, settings, branch
    )
    topic = repo.config.get("gitsplit.topic")
    if topic and "%" not in target:
        target += f"%topic={topic}"
    return command("git", "push", remote, f"HEAD:{target}")


def ids_below(repo: Repository, series: Series, rules: IdRules) -> Mapping[bytes, str]:
    """The Change-Ids of commits under the series that no remote has in a branch.

    Each with the short id of its commit; at most MOST_BELOW commits are looked at.
    """
    if series.upstream is None:
        return {}
    done = repo.program.run(
        *("--no-replace-objects", "log", "-z", "--format=%H%n%B"),
        *(f"--max-count={MOST_BELOW}", series.upstream, "--not", "--remotes", "--"),
        check=False,
    )
    records = (entry.partition(b"\n")[::2] for entry in done.stdout.split(b"\0"))
    return {
        change_id: oid[:10].decode("ascii")
        for oid, message in records
        for change_id in rules.all_of(message)
    }


def is_on_a_remote(repo: Repository, commits: Iterable[Oid]) -> bool:
    """Whether a remote-tracking ref leads to one of the commits."""
    wanted = dict.fromkeys(f"--contains={commit}" for commit in commits)
    listed = ("for-each-ref", "--count=1", "--format=%(refname)")
    asked = (
        repo.program.run(*listed, *contains, "refs/remotes", check=False)
        for contains in batches(wanted)
    )
    return any(done.stdout.strip() for done in asked)


def _review_settings(repo: Repository) -> Mapping[str, str]:
    """What ``.gitreview`` says, by the names git-review gives it; empty without one."""
    if repo.worktree is None:
        place = ("--blob", "HEAD:.gitreview")
    elif (repo.worktree / ".gitreview").is_file():
        place = ("--file", str(Path(repo.worktree / ".gitreview")))
    else:
        return {}
    done = repo.program.run("config", "-z", *place, "--list", check=False)
    listed = Config.parse(done.stdout)
    names = ("host", "defaultbranch", "defaultremote")
    found = {name: listed.get(f"gerrit.{name}") for name in names}
    return {name: value for name, value in found.items() if value}


def _remote(config: Config, settings: Mapping[str, str], branch: str | None) -> str:
    """The remote to push to."""
    remotes = dict.fromkeys(_remotes(config))
    name = (branch or "").removeprefix("refs/heads/")
    wanted = (
        *(remote for remote, refspec in _push_refspecs(config) if REVIEW in refspec),
        *filter(None, [config.get("gitreview.remote"), settings.get("defaultremote")]),
        *(["gerrit"] if settings else []),
        config.get(f"branch.{name}.pushRemote"),
        config.get("remote.pushDefault"),
        config.get(f"branch.{name}.remote"),
    )
    known = [remote for remote in wanted if remote in remotes]
    return next(iter([*known, *remotes]), "origin")


def _remotes(config: Config) -> Iterator[str]:
    for key in config.values:
        if key.startswith("remote.") and key.endswith(".url"):
            yield key.removeprefix("remote.").removesuffix(".url")


def _push_refspecs(config: Config) -> Iterator[tuple[str, str]]:
    """Each configured push refspec with its remote."""
    for key, values in config.values.items():
        if key.startswith("remote.") and key.endswith(".push"):
            remote = key.removeprefix("remote.").removesuffix(".push")
            yield from ((remote, value) for value in values if value)


def _configured_target(config: Config, remote: str) -> str | None:
    """Where a refspec of the remote pushes for review; None where none says it."""
    for name, refspec in _push_refspecs(config):
        target = refspec.rpartition(":")[2]
        if name == remote and target.startswith(REVIEW) and "*" not in target:
            return target
    return None


def _target(config: Config, settings: Mapping[str, str], branch: str | None) -> str:
    """The ref of the branch for which the commits are to be reviewed."""
    name = (branch or "").removeprefix("refs/heads/")
    merge = config.get(f"branch.{name}.merge") or ""
    followed = merge.removeprefix("refs/heads/") if merge.startswith("refs/") else ""
    return REVIEW + (settings.get("defaultbranch") or followed or "master")
