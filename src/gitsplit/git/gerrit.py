"""What a clone knows of its Gerrit server: Change-Id rules, what it has, how to push.

Read from what Gerrit's own tools leave in a clone: the ``commit-msg`` hook,
``.gitreview``, push refspecs into ``refs/for``, a remote's ``review`` and the ``m/``
refs (of the program repo), ``gerrit.*`` in the configuration, and remote-tracking refs
as last fetched. Nothing is asked of a server.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.git.config import Config
from gitsplit.git.hooks import Hooks
from gitsplit.git.libgit2 import pygit2
from gitsplit.git.program import batches
from gitsplit.git.repository import Repository
from gitsplit.model.change_id import IdRules, push_properties
from gitsplit.model.escape import shell_command
from gitsplit.model.message import host_of, is_valid_change_id
from gitsplit.model.objects import Oid
from gitsplit.model.series import Series, SourceCommit

REVIEW = "refs/for/"
"""Where commits are pushed for review."""

_TRACKING = "refs/remotes/"

_HEADS = "refs/heads/"

MOST_BELOW = 1000
"""So many commits under the series are looked at for their Change-Ids."""

MOST_MERGED = 1000
"""So many of the server's latest commits are looked at for them."""


def id_rules(
    repo: Repository, commits: Iterable[SourceCommit] = (), *, moves: bool = False
) -> IdRules:
    """The rules for Change-Ids here: those of Gerrit's ``commit-msg`` hook, as set.

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


def review_settings(repo: Repository) -> Mapping[str, str]:
    """Read ``.gitreview``: settings by git-review's names, empty without the file."""
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
    """The hosts of the servers that may review the commits."""
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
    """The review URLs that the program repo has configured for remotes."""
    return (address for _, address in _remote_values(config, ".review"))


def push_refspecs(config: Config) -> Iterator[tuple[str, str]]:
    """The configured push refspecs, each with its remote."""
    return _remote_values(config, ".push")


def _remote_values(config: Config, *ends: str) -> Iterator[tuple[str, str]]:
    """The values of ``remote.<name><end>`` for these ends, each with its remote."""
    for key, values in config.values.items():
        if key.startswith("remote.") and key.endswith(ends):
            remote = key.removeprefix("remote.").rpartition(".")[0]
            yield from ((remote, value) for value in values if value)


class Push(Struct, frozen=True):
    """How HEAD is pushed for review.

    ``target`` is the ref to push to, with the push options that can stand in a ref, and
    ``apart`` are the others; ``branch`` is the one that the commits are to be merged
    into. ``options`` are those of the whole push, also configured ones that git sends
    by itself. ``others`` are commands of other programs that push to the same place.
    """

    remote: str
    target: str
    branch: str
    options: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The ``git push`` command, ready to be pasted."""
        apart = (word for option in self.apart for word in ("-o", option))
        return shell_command("git", "push", *apart, self.remote, f"HEAD:{self.target}")

    @property
    def tracking(self) -> str:
        """The remote-tracking ref of the branch."""
        return f"{_TRACKING}{self.remote}/{self.branch}"


class ReviewServer(Struct, frozen=True):
    """What a clone knows of the server that reviews a series.

    ``push`` is how the commits get there. ``merged`` has the series' Change-Ids that
    are on the server's branch, as last fetched, each with the commit there; ``below``
    those of commits below the series that are on no branch, with short ids. ``there``
    are commits of the series that are on one. ``with_it`` has the messages of commits
    below the series that are pushed with it, where branches have been fetched.
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
    """Read from the clone what the server that reviews the series has."""
    push = push_for_review(repo, head_ref, upstream, series.upstream)
    messages = (commit.raw.message for commit in series.commits)
    ids = frozenset(
        change_id
        for message in messages
        for change_id in rules.all_of(rules.with_id_in_footer(message))
    )
    is_known = push.remote in repo.config.remotes
    below = messages_below(repo, series, push.remote if is_known else None)
    below_ids = {i: oid[:10] for oid, said in below.items() for i in rules.all_of(said)}
    if not is_known:
        return ReviewServer(push, {}, below_ids)
    merged = change_ids_on_branch(repo, push.tracking, ids, rules)
    asked = ("rev-parse", "--verify", "-q", push.tracking)
    is_fetched = repo.program.run(*asked, check=False).status == 0
    there = commits_on_remote(repo, series, push.remote)
    return ReviewServer(push, merged, below_ids, there, below if is_fetched else {})


def messages_below(
    repo: Repository, series: Series, remote: str | None
) -> Mapping[Oid, bytes]:
    """The messages of commits below the series that are on no branch of the remote.

    With None, of any remote. At most MOST_BELOW commits are looked at.
    """
    if series.upstream is None:
        return {}
    remotes = "--remotes" if remote is None else f"--remotes={remote}"
    return _read_messages(repo, MOST_BELOW, series.upstream, "--not", remotes)


def commits_on_remote(repo: Repository, series: Series, remote: str) -> frozenset[Oid]:
    """The commits of the series that are on a branch of the remote, as last fetched."""
    listed = ("rev-list", f"--max-count={MOST_MERGED}", series.head)
    done = repo.program.run(*listed, "--not", f"--remotes={remote}", "--", check=False)
    if done.status:
        return frozenset()
    new = frozenset(done.stdout.decode("ascii").split())
    return frozenset(c.oid for c in series.commits if c.oid not in new)


def change_ids_on_branch(
    repo: Repository, branch: str, ids: AbstractSet[bytes], rules: IdRules
) -> Mapping[bytes, Oid]:
    """Those of the Change-Ids on a remote-tracking branch, each with its commit there.

    MOST_MERGED commits of the branch are looked at.
    """
    if not ids:
        return {}
    found = _change_ids_in(repo, rules, MOST_MERGED, branch)
    return {change_id: oid for change_id, oid in found.items() if change_id in ids}


def _change_ids_in(
    repo: Repository, rules: IdRules, most: int, *revisions: str
) -> dict[bytes, Oid]:
    """The Change-Ids of at most ``most`` commits of these revisions, with their ids."""
    return {
        change_id: oid
        for oid, message in _read_messages(repo, most, *revisions).items()
        for change_id in rules.all_of(message)
    }


def _read_messages(repo: Repository, most: int, *revisions: str) -> dict[Oid, bytes]:
    """Read the messages of at most ``most`` commits of these revisions (git-log(1))."""
    done = repo.program.run(
        *("--no-replace-objects", "log", "-z", "--no-show-signature"),
        *("--format=%H%n%B", f"--max-count={most}", *revisions, "--"),
        check=False,
    )
    records = (entry.partition(b"\n")[::2] for entry in done.stdout.split(b"\0"))
    return {Oid(oid.decode("ascii")): message for oid, message in records if oid}


def are_reviewed(repo: Repository, tip: Oid, but: Oid) -> bool:
    """Whether the commits ``but..tip`` are reviewed on Gerrit.

    By the repository's settings, or by the Change-Ids of these commits.
    """
    if has_gerrit(repo):
        return True
    found = _change_ids_in(repo, IdRules(), MOST_BELOW, tip, f"^{but}")
    return any(map(is_valid_change_id, found))


def has_new_changes(repo: Repository, tip: Oid, but: Oid) -> bool:
    """Whether ``but..tip`` has Change-Ids that ``tip..but`` hasn't."""
    found = _change_ids_in(repo, IdRules(), MOST_MERGED, tip, f"^{but}")
    known = _change_ids_in(repo, IdRules(), MOST_MERGED, but, f"^{tip}")
    return not found.keys() <= known.keys()


def is_on_a_remote(repo: Repository, commits: Iterable[Oid]) -> bool:
    """Whether one of the commits is on a remote-tracking branch."""
    wanted = dict.fromkeys(f"--contains={commit}" for commit in commits)
    listed = ("for-each-ref", "--count=1", "--format=%(refname)")
    asked = (
        repo.program.run(*listed, *contains, "refs/remotes", check=False)
        for contains in batches(wanted)
    )
    return any(done.stdout.strip() for done in asked)


def push_for_review(
    repo: Repository,
    head_ref: str | None,
    upstream: str | None = None,
    base: Oid | None = None,
) -> Push:
    """How HEAD is pushed for review, found from refspecs, ``.gitreview`` and branches.

    ``head_ref`` is the ref that HEAD names, ``upstream`` the UPSTREAM as given, and
    ``base`` the commit that the series begins after. A configured push refspec into
    ``refs/for`` is used with its options. The topic of ``gitsplit.topic`` is added,
    unless the options name one.
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


class _ReviewBranches(Struct, frozen=True, dict=True):
    """The candidates for remote and branch that the commits are pushed to."""

    repo: Repository
    config: Config
    head_ref: str | None
    upstream: str | None
    base: Oid | None

    def upstream_branch(self) -> tuple[str, str] | None:
        """Remote and upstream branch of HEAD's branch."""
        return self._upstream_of(self.head_ref or "")

    @cached_property
    def start_branch(self) -> tuple[str, str] | None:
        """Remote and branch of the UPSTREAM as given."""
        if not self.upstream or not self.config.remotes:
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
        """The only branch of the remote that points at the base of the series."""
        if self.base is None or remote not in self.config.remotes:
            return None
        at = f"--points-at={self.base}"
        found = self._for_each_ref(f"{_TRACKING}{remote}/", at, form="%(refname)")
        tips = {self._branch_of(ref) for ref in found}
        return tips.pop() if len(tips) == 1 else None

    def head_branch(self, remote: str) -> tuple[str, str] | None:
        """The remote's default branch (its HEAD)."""
        return self._branch_of(self._symbolic.get(f"{_TRACKING}{remote}/HEAD", ""))

    def only_branch(self, remote: str) -> tuple[str, str] | None:
        """The only branch that the remote has."""
        if remote not in self.config.remotes:
            return None
        found = self._for_each_ref(
            f"{_TRACKING}{remote}/", "--count=2", form="%(refname)"
        )
        return self._branch_of(found[0]) if len(found) == 1 else None

    def _upstream_of(self, ref: str) -> tuple[str, str] | None:
        """Remote and branch that a branch tracks, through local branches as well."""
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
        for remote in sorted(self.config.remotes, key=len, reverse=True):
            start = f"{_TRACKING}{remote}/"
            if ref.startswith(start) and not ref.endswith("/HEAD"):
                return remote, ref.removeprefix(start)
        return None

    @cached_property
    def _symbolic(self) -> Mapping[str, str]:
        """The symbolic refs among the remote-tracking ones, with their targets."""
        if not self.config.remotes:
            return {}
        form = "%(refname) %(symref)"
        found = self._for_each_ref(f"{_TRACKING}m/", f"{_TRACKING}*/HEAD", form=form)
        pairs = (line.partition(" ")[::2] for line in found)
        return {ref: to for ref, to in pairs if to}

    def _for_each_ref(self, *asked: str, form: str = "%(symref)") -> list[str]:
        listing = ("for-each-ref", f"--format={form}", *asked)
        done = self.repo.program.run(*listing, check=False)
        return [line for line in done.lines if line]


def _review_remote(
    config: Config, settings: Mapping[str, str], places: _ReviewBranches
) -> str:
    """The remote to push to."""
    known = config.remotes
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


def _review_branch(
    config: Config, settings: Mapping[str, str], places: _ReviewBranches, remote: str
) -> str:
    """The branch that the commits are to be merged into."""
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


def _fits_in_ref(option: str) -> bool:
    """Whether a push option can stand in the ref (git-check-ref-format(1))."""
    alone, among = f"{REVIEW}x%{option}", f"{REVIEW}x%{option},y"
    return "," not in option and all(
        map(pygit2.reference_is_valid_name, (alone, among))
    )


def _refspec_target(config: Config, remote: str) -> str | None:
    """The destination of the remote's push refspec into ``refs/for``, or None."""
    for name, refspec in push_refspecs(config):
        target = refspec.rpartition(":")[2]
        if name == remote and target.startswith(REVIEW) and "*" not in target:
            return target
    return None


def _push_options(config: Config) -> tuple[str, ...]:
    """The values of ``push.pushOption``; an empty one clears those before it."""
    sent: list[str] = []
    for option in config.get_all("push.pushOption"):
        sent = [*sent, option] if option else []
    return tuple(sent)


def _other_commands(
    config: Config, settings: Mapping[str, str], remote: str
) -> Iterator[str]:
    """Commands of other programs that push here: git-review's, repo's."""
    topic = config.get("gitsplit.topic")
    if settings:
        yield shell_command("git", "review", *(("-t", topic) if topic else ()))
    if config.get(f"remote.{remote}.review"):
        yield "repo upload"
