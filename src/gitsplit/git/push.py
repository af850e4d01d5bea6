"""Where commits are pushed for review: the remote, the branch, and what goes with it.

Found from what a clone knows: push refspecs, ``.gitreview``, the branch that HEAD's
branch follows, the one that the series was begun at, the ``m/`` refs of the program
repo, and the branch that the remote's HEAD names. Nothing is asked of a server.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pygit2 import reference_is_valid_name

from gitsplit.git.gerrit import (
    REVIEW,
    commits_there,
    merged_ids,
    messages_below,
    push_refspecs,
    review_settings,
)
from gitsplit.git.repository import Config, Repository
from gitsplit.model.change_id import IdRules
from gitsplit.model.escape import command
from gitsplit.model.gerrit import given_by
from gitsplit.model.objects import Oid
from gitsplit.model.series import Series

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
        return command("git", "push", *apart, self.remote, f"HEAD:{self.target}")

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
        for change_id in rules.all_of(rules.settled(message))
    )
    is_known = push.remote in remotes(repo.config)
    below = messages_below(repo, series, push.remote if is_known else None)
    below_ids = {i: oid[:10] for oid, said in below.items() for i in rules.all_of(said)}
    if not is_known:
        return ReviewServer(push, {}, below_ids)
    merged = merged_ids(repo, push.tracking, ids, rules)
    asked = ("rev-parse", "--verify", "-q", push.tracking)
    is_fetched = repo.program.run(*asked, check=False).status == 0
    there = commits_there(repo, series, push.remote)
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
    remote = _remote(config, settings, places)
    target = _configured_target(config, remote)
    if target is None:
        target = REVIEW + _branch(config, settings, places, remote)
    place, _, named = target.partition("%")
    given, configured = tuple(filter(None, named.split(","))), _sent_options(config)
    sent = (*given, *configured)
    topic = config.get("gitsplit.topic")
    if topic and "topic" not in given_by(sent):
        given, sent = (*given, f"topic={topic}"), (*sent, f"topic={topic}")
    inside = tuple(option for option in given if _fits_in_ref(option))
    apart = tuple(option for option in given if option not in inside)
    return Push(
        remote,
        f"{place}%{','.join(inside)}" if inside else place,
        place.removeprefix(REVIEW),
        sent,
        tuple(_others(config, settings, remote)),
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


def _branch(
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


def _remote(
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


def _configured_target(config: Config, remote: str) -> str | None:
    """Where a refspec of the remote pushes for review; None where none says it."""
    for name, refspec in push_refspecs(config):
        target = refspec.rpartition(":")[2]
        if name == remote and target.startswith(REVIEW) and "*" not in target:
            return target
    return None


def _sent_options(config: Config) -> tuple[str, ...]:
    """What ``push.pushOption`` has git send by itself; an empty one forgets others."""
    sent: list[str] = []
    for option in config.get_all("push.pushOption"):
        sent = [*sent, option] if option else []
    return tuple(sent)


def _others(config: Config, settings: Mapping[str, str], remote: str) -> Iterator[str]:
    """The programs that know how to push here, as they are called."""
    topic = config.get("gitsplit.topic")
    if settings:
        yield command("git", "review", *(("-t", topic) if topic else ()))
    if config.get(f"remote.{remote}.review"):
        yield "repo upload"
