"""Whether a repository is one of Gerrit's, and how it uses Change-Ids.

Read from what Gerrit's own tools leave in a clone: the ``commit-msg`` hook,
``.gitreview``, push refspecs into ``refs/for``, a remote's ``review`` (of the program
repo), and ``gerrit.*`` in the configuration. Nothing is asked of a server.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from gitsplit.git.hooks import Hooks
from gitsplit.git.program import batches
from gitsplit.git.repository import Config, Repository
from gitsplit.model.change_id import IdRules
from gitsplit.model.message import host_of, is_valid_change_id
from gitsplit.model.objects import Oid
from gitsplit.model.series import Series, SourceCommit

REVIEW = "refs/for/"
"""Where commits are pushed for review."""

MOST_BELOW = 1000
"""So many commits under the series are looked at for their Change-Ids."""

MOST_MERGED = 1000
"""So many of the server's latest commits are looked at for them."""


def id_rules(
    repo: Repository, commits: Iterable[SourceCommit] = (), *, moves: bool = False
) -> IdRules:
    """How the repository uses Change-Ids (the rules of Gerrit's ``commit-msg`` hook).

    ``gerrit.createChangeId`` counts as the hook reads it: only the word ``false``
    switches new ids off. Where nothing else speaks of Gerrit, a Change-Id in one of the
    user's own ``commits`` does: they are reviewed there, but no others get an id.
    """
    create = repo.config.get("gerrit.createChangeId")
    is_known = is_gerrits(repo)
    rules = IdRules(
        is_reviewed=is_known,
        wanted=is_known and create != "false",
        link_url=os.fsencode(repo.config.get("gerrit.reviewUrl") or ""),
        always=create == "always",
        moves=moves,
        servers=_servers(repo),
    )
    ids = (rules.of(commit.raw.message) for commit in commits)
    has_ids = any(each and is_valid_change_id(each) for each in ids)
    return replace(rules, is_reviewed=is_known or has_ids)


def is_gerrits(repo: Repository) -> bool:
    """Whether commits of this repository are reviewed on Gerrit."""
    config = repo.config
    return (
        any(key.startswith("gerrit.") for key in config.values)
        or any(_reviews(config))
        or any(REVIEW in refspec for _, refspec in push_refspecs(config))
        or Hooks(repo).mentions("commit-msg", b"Change-Id")
        or bool(review_settings(repo))
    )


def messages_below(
    repo: Repository, series: Series, remote: str | None
) -> Mapping[Oid, bytes]:
    """The messages of commits under the series that the remote has in no branch.

    With None, no remote at all. At most MOST_BELOW commits are looked at.
    """
    if series.upstream is None:
        return {}
    remotes = "--remotes" if remote is None else f"--remotes={remote}"
    return _messages(repo, MOST_BELOW, series.upstream, "--not", remotes)


def commits_there(repo: Repository, series: Series, remote: str) -> frozenset[Oid]:
    """The commits of the series that the remote has in a branch, as last fetched."""
    listed = ("rev-list", f"--max-count={MOST_MERGED}", series.head)
    done = repo.program.run(*listed, "--not", f"--remotes={remote}", "--", check=False)
    if done.status:
        return frozenset()
    new = frozenset(done.stdout.decode("ascii").split())
    return frozenset(c.oid for c in series.commits if c.oid not in new)


def merged_ids(
    repo: Repository, branch: str, ids: AbstractSet[bytes], rules: IdRules
) -> Mapping[bytes, Oid]:
    """Those of the Change-Ids that are in a branch of the server, as last fetched.

    ``branch`` is the remote-tracking ref, of which MOST_MERGED commits are looked at.
    Each with the commit that has it there.
    """
    if not ids:
        return {}
    found = _ids_in(repo, rules, MOST_MERGED, branch)
    return {change_id: oid for change_id, oid in found.items() if change_id in ids}


def _ids_in(
    repo: Repository, rules: IdRules, most: int, *revisions: str
) -> dict[bytes, Oid]:
    """The Change-Ids of so many of the revisions' commits, each with its commit."""
    return {
        change_id: oid
        for oid, message in _messages(repo, most, *revisions).items()
        for change_id in rules.all_of(message)
    }


def _messages(repo: Repository, most: int, *revisions: str) -> dict[Oid, bytes]:
    """The messages of so many of the revisions' commits."""
    done = repo.program.run(
        *("--no-replace-objects", "log", "-z", "--no-show-signature"),
        *("--format=%H%n%B", f"--max-count={most}", *revisions, "--"),
        check=False,
    )
    records = (entry.partition(b"\n")[::2] for entry in done.stdout.split(b"\0"))
    return {Oid(oid.decode("ascii")): message for oid, message in records if oid}


def are_reviewed(repo: Repository, tip: Oid, but: Oid) -> bool:
    """Whether the commits that lead to ``tip``, but not to ``but``, are reviewed.

    By the repository, or by the Change-Ids of the latest of these commits.
    """
    if is_gerrits(repo):
        return True
    found = _ids_in(repo, IdRules(), MOST_BELOW, tip, f"^{but}")
    return any(map(is_valid_change_id, found))


def has_new_changes(repo: Repository, tip: Oid, but: Oid) -> bool:
    """Whether commits that lead to ``tip`` have Change-Ids that those to ``but`` lack.

    Both sides as far as they differ.
    """
    found = _ids_in(repo, IdRules(), MOST_MERGED, tip, f"^{but}")
    known = _ids_in(repo, IdRules(), MOST_MERGED, but, f"^{tip}")
    return not found.keys() <= known.keys()


def is_on_a_remote(repo: Repository, commits: Iterable[Oid]) -> bool:
    """Whether a remote-tracking ref leads to one of the commits."""
    wanted = dict.fromkeys(f"--contains={commit}" for commit in commits)
    listed = ("for-each-ref", "--count=1", "--format=%(refname)")
    asked = (
        repo.program.run(*listed, *contains, "refs/remotes", check=False)
        for contains in batches(wanted)
    )
    return any(done.stdout.strip() for done in asked)


def review_settings(repo: Repository) -> Mapping[str, str]:
    """What ``.gitreview`` says, by the names git-review gives it; empty without one."""
    if repo.worktree is None:
        place = ("--blob", "HEAD:.gitreview")
    elif (repo.worktree / ".gitreview").is_file():
        place = ("--file", str(Path(repo.worktree / ".gitreview")))
    else:
        return {}
    done = repo.program.run("config", "-z", *place, "--list", check=False)
    listed = Config.parse(done.stdout)
    names = ("host", "defaultbranch", "defaultremote", "notopic", "track")
    found = {name: listed.get(f"gerrit.{name}") for name in names}
    return {name: value for name, value in found.items() if value}


def _servers(repo: Repository) -> tuple[bytes, ...]:
    """The servers that may review the commits, by their hosts."""
    config = repo.config
    known = (
        *_reviews(config),
        *filter(None, [config.get("gitreview.hostname")]),
        *filter(None, [review_settings(repo).get("host")]),
        *(url for _, url in _of_remotes(config, ".url", ".pushurl")),
    )
    hosts = (host_of(os.fsencode(address)) for address in known)
    return tuple(dict.fromkeys(filter(None, hosts)))


def _reviews(config: Config) -> Iterator[str]:
    """The addresses of servers that the program repo has set for remotes."""
    return (address for _, address in _of_remotes(config, ".review"))


def push_refspecs(config: Config) -> Iterator[tuple[str, str]]:
    """Each configured push refspec with its remote."""
    return _of_remotes(config, ".push")


def _of_remotes(config: Config, *ends: str) -> Iterator[tuple[str, str]]:
    """Each value of these variables of remotes, with the remote."""
    for key, values in config.values.items():
        if key.startswith("remote.") and key.endswith(ends):
            remote = key.removeprefix("remote.").rpartition(".")[0]
            yield from ((remote, value) for value in values if value)
