"""Where commits are pushed for review: the remote, the branch, and what goes with it.

Found from what a clone knows: push refspecs, ``.gitreview``, the branch that HEAD's
branch follows, the one that the series was begun at, the ``m/`` refs of the program
repo, and the branch that the remote's HEAD names. Nothing is asked of a server.

Whether a repository is one of Gerrit's, and how it uses Change-Ids.

Read from what Gerrit's own tools leave in a clone: the ``commit-msg`` hook,
``.gitreview``, push refspecs into ``refs/for``, a remote's ``review`` (of the program
repo), and ``gerrit.*`` in the configuration. Nothing is asked of a server.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pygit2 import reference_is_valid_name

from gitsplit.git.hooks import Hooks
from gitsplit.git.program import batches
from gitsplit.git.repository import Config, Repository
from gitsplit.model.change_id import IdRules, push_properties
from gitsplit.model.escape import shell_command
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
    is_known = has_gerrit(repo)
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


def has_gerrit(repo: Repository) -> bool:
    """Whether commits of this repository are reviewed on Gerrit."""
    config = repo.config
    return (
        any(key.startswith("gerrit.") for key in config.values)
        or any(_review_urls(config))
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
    return _read_messages(repo, MOST_BELOW, series.upstream, "--not", remotes)


def commits_on_remote(repo: Repository, series: Series, remote: str) -> frozenset[Oid]:
    """The commits of the series that the remote has in a branch, as last fetched."""
    listed = ("rev-list", f"--max-count={MOST_MERGED}", series.head)
    done = repo.program.run(*listed, "--not", f"--remotes={remote}", "--", check=False)
    if done.status:
        return frozenset()
    new = frozenset(done.stdout.decode("ascii").split())
    return frozenset(c.oid for c in series.commits if c.oid not in new)


def change_ids_on_branch(
    repo: Repository, branch: str, ids: AbstractSet[bytes], rules: IdRules
) -> Mapping[bytes, Oid]:
    """Those of the Change-Ids that are in a branch of the server, as last fetched.

    ``branch`` is the remote-tracking ref, of which MOST_MERGED commits are looked at.
    Each with the commit that has it there.
    """
    if not ids:
        return {}
    found = _change_ids_in(repo, rules, MOST_MERGED, branch)
    return {change_id: oid for change_id, oid in found.items() if change_id in ids}


def _change_ids_in(
    repo: Repository, rules: IdRules, most: int, *revisions: str
) -> dict[bytes, Oid]:
    """The Change-Ids of so many of the revisions' commits, each with its commit."""
    return {
        change_id: oid
        for oid, message in _read_messages(repo, most, *revisions).items()
        for change_id in rules.all_of(message)
    }


def _read_messages(repo: Repository, most: int, *revisions: str) -> dict[Oid, bytes]:
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
    if has_gerrit(repo):
        return True
    found = _change_ids_in(repo, IdRules(), MOST_BELOW, tip, f"^{but}")
    return any(map(is_valid_change_id, found))


def has_new_changes(repo: Repository, tip: Oid, but: Oid) -> bool:
    """Whether commits that lead to ``tip`` have Change-Ids that those to ``but`` lack.

    Both sides as far as they differ.
    """
    found = _change_ids_in(repo, IdRules(), MOST_MERGED, tip, f"^{but}")
    known = _change_ids_in(repo, IdRules(), MOST_MERGED, but, f"^{tip}")
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
        *_review_urls(config),
        *filter(None, [config.get("gitreview.hostname")]),
        *filter(None, [review_settings(repo).get("host")]),
        *(url for _, url in _remote_values(config, ".url", ".pushurl")),
    )
    hosts = (host_of(os.fsencode(address)) for address in known)
    return tuple(dict.fromkeys(filter(None, hosts)))


def _review_urls(config: Config) -> Iterator[str]:
    """The addresses of servers that the program repo has set for remotes."""
    return (address for _, address in _remote_values(config, ".review"))


def push_refspecs(config: Config) -> Iterator[tuple[str, str]]:
    """Each configured push refspec with its remote."""
    return _remote_values(config, ".push")


def _remote_values(config: Config, *ends: str) -> Iterator[tuple[str, str]]:
    """Each value of these variables of remotes, with the remote."""
    for key, values in config.values.items():
        if key.startswith("remote.") and key.endswith(ends):
            remote = key.removeprefix("remote.").rpartition(".")[0]
            yield from ((remote, value) for value in values if value)


_TRACKING = "refs/remotes/"
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Push:
    """How HEAD is pushed for review.

    ``target`` is the ref to push to, with the options that can stand in a ref, and
    ``apart`` are the others; ``branch`` is the one that the commits are to be merged
    into. ``options`` are those of the whole push, also
    configured ones that git sends by itself. ``others`` are other programs that push
    to the same place, as they are called.
    """

    remote: str
    target: str
    branch: str
    options: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command that pushes it."""
        apart = (word for option in self.apart for word in ("-o", option))
        return shell_command("git", "push", *apart, self.remote, f"HEAD:{self.target}")

    @property
    def tracking(self) -> str:
        """The ref that has the server's branch, as last fetched."""
        return f"{_TRACKING}{self.remote}/{self.branch}"


@dataclass(frozen=True, slots=True)
class ReviewServer:
    """What a clone knows of the server that reviews a series.

    ``push`` is how the commits get there. ``merged`` has the Change-Ids of the series
    that are in the server's branch, as last fetched, each with the commit there;
    ``below`` those of commits under the series that aren't in any, with short ids.
    ``there`` are commits of the series that are in one. ``with_it`` has the messages of
    commits under the series that are pushed with it, where branches have been fetched.
    """

    push: Push
    merged: Mapping[bytes, Oid]
    below: Mapping[bytes, str]
    there: frozenset[Oid] = frozenset()
    with_it: Mapping[Oid, bytes] = field(default_factory=dict)


def review_server(
    repo: Repository,
    series: Series,
    rules: IdRules,
    head_ref: str | None,
    upstream: str | None = None,
) -> ReviewServer:
    """What the clone knows of the server that reviews the series."""
    push = push_for_review(repo, head_ref, upstream, series.upstream)
    messages = (commit.raw.message for commit in series.commits)
    ids = frozenset(
        change_id
        for message in messages
        for change_id in rules.all_of(rules.with_id_in_footer(message))
    )
    is_known = push.remote in remotes(repo.config)
    below = messages_below(repo, series, push.remote if is_known else None)
    below_ids = {i: oid[:10] for oid, said in below.items() for i in rules.all_of(said)}
    if not is_known:
        return ReviewServer(push, {}, below_ids)
    merged = change_ids_on_branch(repo, push.tracking, ids, rules)
    asked = ("rev-parse", "--verify", "-q", push.tracking)
    is_fetched = repo.program.run(*asked, check=False).status == 0
    there = commits_on_remote(repo, series, push.remote)
    return ReviewServer(push, merged, below_ids, there, below if is_fetched else {})


def push_for_review(
    repo: Repository,
    head_ref: str | None,
    upstream: str | None = None,
    base: Oid | None = None,
) -> Push:
    """How HEAD is pushed for review.

    ``head_ref`` is the ref that HEAD names, ``upstream`` what the user called the
    place where the series begins, and ``base`` that commit. Where a push refspec into
    ``refs/for`` is configured, it is that one, options and all. The topic of
    ``gitsplit.topic`` is added, unless the options name one.
    """
    config, settings = repo.config, review_settings(repo)
    places = _ReviewBranches(repo, config, head_ref, upstream, base)
    remote = _review_remote(config, settings, places)
    target = _refspec_target(config, remote)
    if target is None:
        target = REVIEW + _review_branch(config, settings, places, remote)
    place, _, named = target.partition("%")
    given, configured = tuple(filter(None, named.split(","))), _push_options(config)
    sent = (*given, *configured)
    topic = config.get("gitsplit.topic")
    if topic and "topic" not in push_properties(sent):
        given, sent = (*given, f"topic={topic}"), (*sent, f"topic={topic}")
    inside = tuple(option for option in given if _fits_in_ref(option))
    apart = tuple(option for option in given if option not in inside)
    return Push(
        remote,
        f"{place}%{','.join(inside)}" if inside else place,
        place.removeprefix(REVIEW),
        sent,
        tuple(_other_commands(config, settings, remote)),
        # Git sends the configured ones only where no other is on the command line.
        (*configured, *apart) if apart else (),
    )


def _fits_in_ref(option: str) -> bool:
    """Whether an option of a push can stand behind the branch, among others.

    Git takes no other ref on the command line (``git-check-ref-format(1)``).
    """
    alone, among = f"{REVIEW}x%{option}", f"{REVIEW}x%{option},y"
    return "," not in option and all(map(reference_is_valid_name, (alone, among)))


@dataclass(frozen=True)
class _ReviewBranches:
    """What is known of where the commits come from, and so where they belong."""

    repo: Repository
    config: Config
    head_ref: str | None
    upstream: str | None
    base: Oid | None

    def upstream_branch(self) -> tuple[str, str] | None:
        """Remote and branch that HEAD's branch follows."""
        return self._upstream_of(self.head_ref or "")

    @cached_property
    def start_branch(self) -> tuple[str, str] | None:
        """Remote and branch that the user called the place where the series begins."""
        if not self.upstream or not remotes(self.config):
            return None
        asked = ("rev-parse", "--symbolic-full-name", "--verify", "-q")
        done = self.repo.program.run(*asked, self.upstream, check=False)
        ref = done.stdout.decode(errors="surrogateescape").strip()
        return self._branch_of(ref) or self._upstream_of(ref)

    def manifest_branch(self) -> tuple[str, str] | None:
        """Remote and branch of the ``m/`` ref that the program repo keeps."""
        start = f"{_TRACKING}m/"
        refs = [to for ref, to in self._symbolic.items() if ref.startswith(start)]
        if len(refs) > 1 and self.base is not None:
            refs = self._for_each_ref(start, f"--contains={self.base}") or refs
        return next((found for ref in refs if (found := self._branch_of(ref))), None)

    def base_branch(self, remote: str) -> tuple[str, str] | None:
        """The only branch of the remote whose tip the series begins after."""
        if self.base is None or remote not in remotes(self.config):
            return None
        at = f"--points-at={self.base}"
        found = self._for_each_ref(f"{_TRACKING}{remote}/", at, form="%(refname)")
        tips = {self._branch_of(ref) for ref in found}
        return tips.pop() if len(tips) == 1 else None

    def head_branch(self, remote: str) -> tuple[str, str] | None:
        """The branch that the remote's HEAD names."""
        return self._branch_of(self._symbolic.get(f"{_TRACKING}{remote}/HEAD", ""))

    def only_branch(self, remote: str) -> tuple[str, str] | None:
        """The only branch that the remote has."""
        if remote not in remotes(self.config):
            return None
        found = self._for_each_ref(
            f"{_TRACKING}{remote}/", "--count=2", form="%(refname)"
        )
        return self._branch_of(found[0]) if len(found) == 1 else None

    def _upstream_of(self, ref: str) -> tuple[str, str] | None:
        """Remote and branch that a branch follows, maybe by way of other branches."""
        seen: set[str] = set()
        while ref.startswith(_HEADS) and ref not in seen:
            seen.add(ref)
            name = ref.removeprefix(_HEADS)
            remote = self.config.get(f"branch.{name}.remote") or ""
            ref = self.config.get(f"branch.{name}.merge") or ""
            if remote != "." and ref.startswith(_HEADS):
                return remote, ref.removeprefix(_HEADS)
        return None

    def _branch_of(self, ref: str) -> tuple[str, str] | None:
        """Remote and branch that a remote-tracking ref stands for."""
        ref = self._symbolic.get(ref, ref)
        for remote in sorted(remotes(self.config), key=len, reverse=True):
            start = f"{_TRACKING}{remote}/"
            if ref.startswith(start) and not ref.endswith("/HEAD"):
                return remote, ref.removeprefix(start)
        return None

    @cached_property
    def _symbolic(self) -> Mapping[str, str]:
        """What the symbolic refs among the remote-tracking ones point at."""
        if not remotes(self.config):
            return {}
        form = "%(refname) %(symref)"
        found = self._for_each_ref(f"{_TRACKING}m/", f"{_TRACKING}*/HEAD", form=form)
        pairs = (line.partition(" ")[::2] for line in found)
        return {ref: to for ref, to in pairs if to}

    def _for_each_ref(self, *asked: str, form: str = "%(symref)") -> list[str]:
        listing = ("for-each-ref", f"--format={form}", *asked)
        done = self.repo.program.run(*listing, check=False)
        return [line for line in done.lines if line]


def _review_branch(
    config: Config, settings: Mapping[str, str], places: _ReviewBranches, remote: str
) -> str:
    """The branch for which the commits are to be reviewed."""
    followed = places.upstream_branch()
    tracks = config.get("gitreview.track") or settings.get("track", "")
    if settings and followed and tracks.lower() in ("1", "true", "yes", "on"):
        return followed[1]
    named = (config.get("gitreview.branch") if settings else None) or settings.get(
        "defaultbranch"
    )
    if named:
        return named
    found = (
        followed
        or places.start_branch
        or places.manifest_branch()
        or places.base_branch(remote)
        or places.head_branch(remote)
        or places.only_branch(remote)
    )
    return found[1] if found else "master"


def _review_remote(
    config: Config, settings: Mapping[str, str], places: _ReviewBranches
) -> str:
    """The remote to push to."""
    known = remotes(config)
    name = (places.head_ref or "").removeprefix(_HEADS)
    wanted = (
        *(remote for remote, refspec in push_refspecs(config) if REVIEW in refspec),
        *filter(None, [config.get("gitreview.remote"), settings.get("defaultremote")]),
        *(["gerrit"] if settings else []),
        config.get(f"branch.{name}.pushRemote"),
        config.get("remote.pushDefault"),
    )
    for remote in wanted:
        if remote in known:
            return remote
    found = places.upstream_branch() or places.start_branch or places.manifest_branch()
    if found and found[0] in known:
        return found[0]
    return next(iter(known), "origin")


def remotes(config: Config) -> tuple[str, ...]:
    """The remotes, in the order of the configuration."""
    keys = (key for key in config.values if key.startswith("remote."))
    urls = (key for key in keys if key.endswith(".url"))
    return tuple(key.removeprefix("remote.").removesuffix(".url") for key in urls)


def _refspec_target(config: Config, remote: str) -> str | None:
    """Where a refspec of the remote pushes for review; None where none says it."""
    for name, refspec in push_refspecs(config):
        target = refspec.rpartition(":")[2]
        if name == remote and target.startswith(REVIEW) and "*" not in target:
            return target
    return None


def _push_options(config: Config) -> tuple[str, ...]:
    """What ``push.pushOption`` has git send by itself; an empty one forgets others."""
    sent: list[str] = []
    for option in config.get_all("push.pushOption"):
        sent = [*sent, option] if option else []
    return tuple(sent)


def _other_commands(
    config: Config, settings: Mapping[str, str], remote: str
) -> Iterator[str]:
    """The programs that know how to push here, as they are called."""
    topic = config.get("gitsplit.topic")
    if settings:
        yield shell_command("git", "review", *(("-t", topic) if topic else ()))
    if config.get(f"remote.{remote}.review"):
        yield "repo upload"
