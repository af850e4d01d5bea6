"""What commits did, done again on other trees, is what ``git rebase`` makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

import pytest

from gitsplit.errors import GitFailed, GitTooOld, ReplayConflict
from gitsplit.git.store import store_objects
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import Oid
from gitsplit.model.series import CommitDraft, Series
from tests.git.rewriting import Bench, same, series_of
from tests.gits import skipped_if_too_old, to_merge
from tests.repository import Repository

Files = dict[str, bytes]

BROKEN = "git itself broke down"
"""An assertion in the merge of git 2.39 fails for some pairs of renames."""

NAMES = ["a", "b", "d/c", "d/e", "d/f/g", "h"]


def numbered(name: str, count: int) -> bytes:
    return b"".join(b"%s line %d\n" % (name.encode(), n) for n in range(count))


def edited(random: Random, content: bytes) -> bytes:
    """The content with one or two of its lines replaced, added or taken away."""
    lines = content.splitlines(keepends=True)
    for _ in range(random.randint(1, 2)):
        at = random.randrange(len(lines) + 1)
        new = [b"changed %d\n" % random.randrange(1000)] * random.randrange(3)
        lines[at : at + random.randrange(2)] = new
    return b"".join(lines)


def next_files(random: Random, files: Files) -> Files:
    """The files after a commit: mostly edited, sometimes made, removed or renamed."""
    after = dict(files)
    for name in random.sample(sorted(after), min(len(after), random.randint(1, 3))):
        match random.choice("eeeeeerd"):
            case "e":
                after[name] = edited(random, after[name])
            case "r":
                after[random.choice(["moved/", "d/", ""]) + name] = after.pop(name)
            case _:
                del after[name]
    if random.random() < 0.3:
        after[f"{random.choice(['', 'd/', 'new/'])}{random.randrange(50)}"] = b"new\n"
    return after if after != files else {**after, "always": random.randbytes(9)}


def without_clashes(files: Files) -> Files:
    return {
        name: content
        for name, content in files.items()
        if not any(name.startswith(other + "/") for other in files)
    }


def commit_files(repo: Repository, message: str, files: Files) -> str:
    """A commit on HEAD whose tree has these files and no others."""
    repo.git("rm", "-rq", "--ignore-unmatch", ".")
    return repo.commit(message, files)


def partly_dropped(random: Random, before: Files, after: Files) -> Files:
    """What a commit leaves of its changes where some of them are dropped."""
    kept = dict(before)
    for name in before.keys() | after.keys():
        if random.random() < 0.5 and name in after:
            kept[name] = after[name]
        elif random.random() < 0.3:
            kept.pop(name, None)
    return without_clashes(kept) or {"one": b"must be there\n"}


@dataclass(frozen=True)
class Story:
    """``main`` from ``first``, a commit of which ``dropped`` has but a part."""

    repo: Repository
    first: str
    dropped: str

    @property
    def above(self) -> list[str]:
        span = f"{self.first}..main"
        return self.repo.git("rev-list", "--reverse", "--topo-order", span).split()


def story(repo: Repository, random: Random) -> Story:
    """A short linear history, random but for its seed."""
    files = {name: numbered(name, random.choice([1, 30, 60])) for name in NAMES}
    commit_files(repo, "base", files)
    before, files = files, without_clashes(next_files(random, files))
    first = commit_files(repo, "first", files)
    kept = partly_dropped(random, before, files)
    for number in range(3):
        files = without_clashes(next_files(random, files))
        commit_files(repo, f"above {number}", files)
    repo.git("checkout", "-q", "--detach", f"{first}~1")
    dropped = commit_files(repo, "first", kept)
    repo.git("checkout", "-q", "main")
    return Story(repo, first, dropped)


def drafted(told: Story) -> tuple[Series, list[CommitDraft]]:
    """The series and its drafts, of which the first has the smaller tree."""
    series = series_of(told.repo, f"{told.first}~1", "main")
    first, *above = series.commits
    tree = Oid(told.repo.tree(told.dropped))
    draft = CommitDraft(first, first.raw.message, "owner", tree=tree)
    return series, [draft, *map(same, above)]


def ours(bench: Bench, told: Story) -> Rewrite:
    with skipped_if_too_old():
        return bench.rewrite(*drafted(told))


def trees_by_rebase(told: Story, *options: str) -> list[str] | str:
    """The trees that git gives the commits, or the commit at which it stops."""
    repo = told.repo
    repo.git("checkout", "-q", "--detach", "main")
    done = repo.run(
        *("rebase", "-q", "--empty=keep", *options, "--onto", told.dropped),
        told.first,
        check=False,
    )
    if done.returncode < 0:
        return BROKEN
    if done.returncode:
        stopped = repo.oid("REBASE_HEAD")
        repo.git("rebase", "--abort")
        return stopped
    span = f"{told.dropped}..HEAD"
    listed = ("log", "--reverse", "--topo-order", "--format=%T", span)
    return repo.git(*listed).split()


def trees_by_us(told: Story) -> list[str] | str:
    bench = Bench.of(told.repo)
    try:
        rewrite = ours(bench, told)
    except ReplayConflict as conflict:
        short = str(conflict)[:10]
        return next(oid for oid in told.above if oid.startswith(short))
    except GitFailed:
        return BROKEN
    with store_objects(bench.opened, bench.objects, rewrite):
        told.repo.git("fsck", "--strict", rewrite.new_head)
    return [commit.tree for commit in rewrite.commits[1:]]


@pytest.mark.parametrize("seed", range(25))
def test_a_series_is_replayed_as_git_rebases_it(repo: Repository, seed: int) -> None:
    told = story(repo, Random(seed))

    assert trees_by_us(told) == trees_by_rebase(told)


def test_both_ends_of_a_replay_are_met_by_the_seeds(
    repo: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The test above would prove little if git always, or never, stopped."""
    kinds = set()
    for seed in range(12):
        place = Repository(tmp_path_factory.mktemp("seed"))
        place.git("init", "-q")
        kinds.add(type(trees_by_us(story(place, Random(seed)))))

    assert kinds == {str, list}


def forked(repo: Repository, random: Random) -> Story:
    """A history with a merge; each of its commits keeps to files of its own."""
    files = {name: numbered(name, 30) for name in NAMES}
    commit_files(repo, "base", files)

    def changed(name: str, *lines: int) -> bytes:
        content = (repo.path / name).read_bytes().splitlines(keepends=True)
        for line in lines:
            content[line] = b"changed %d\n" % random.randrange(1000)
        return b"".join(content)

    kept = {"a": changed("a", 2), "b": changed("b", 3, 15)}
    dropped = {"a": changed("a", 2, 27), "b": kept["b"], "d/c": changed("d/c", 1)}
    first = repo.commit("first", dropped)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("on the side", {"a": changed("a", 9), "d/e": changed("d/e", 4)})
    repo.git("checkout", "-q", "main")
    repo.commit("on main", {"a": changed("a", 18), "h": changed("h", 5)})
    repo.git("merge", "-q", "--no-edit", "side")
    repo.commit("above", {"a": changed("a", 22)})
    repo.git("checkout", "-q", "--detach", f"{first}~1")
    smaller = repo.commit("first", kept)
    repo.git("checkout", "-q", "main")
    return Story(repo, first, smaller)


@pytest.mark.parametrize("seed", range(3))
def test_merges_are_replayed_as_git_rebases_them(repo: Repository, seed: int) -> None:
    told = forked(repo, Random(seed))

    found = trees_by_us(told)

    assert set(found) == set(trees_by_rebase(told, "--rebase-merges"))
    assert len(found) == 4


def told_by(
    repo: Repository, first: Files, kept: Files, *above: Mapping[str, bytes | None]
) -> Story:
    """A story of these files: a commit on the base, what is left of it, and more."""
    repo.commit("base", {name: numbered(name, 20) for name in NAMES})
    whole = repo.commit("first", first)
    for number, files in enumerate(above):
        repo.commit(f"above {number}", files)
    repo.git("checkout", "-q", "--detach", f"{whole}~1")
    part = repo.commit("first", kept)
    repo.git("checkout", "-q", "main")
    return Story(repo, whole, part)


def with_line(name: str, line: int, new: bytes, content: bytes | None = None) -> Files:
    """The file with one of its numbered lines replaced."""
    old = b"%s line %d\n" % (name.encode(), line)
    return {name: (content or numbered(name, 20)).replace(old, new)}


DROPPED_AT_2 = (with_line("a", 2, b"dropped\n"), {"one": b"1\n"})
BOTH = with_line("a", 17, b"later\n", DROPPED_AT_2[0]["a"])["a"]


@pytest.mark.parametrize(
    "above",
    [
        pytest.param({"a": BOTH}, id="the same file"),
        pytest.param({"a": None, "renamed": BOTH}, id="renamed and edited"),
        pytest.param({"b": None, "d/c": numbered("c", 9)}, id="other files"),
        pytest.param({"a": numbered("a", 20)}, id="taken back"),
        pytest.param({"a": None}, id="deleted"),
    ],
)
def test_what_comes_later_stays_without_what_is_dropped(
    repo: Repository, above: dict[str, bytes | None]
) -> None:
    told = told_by(repo, *DROPPED_AT_2, above)

    assert trees_by_us(told) == trees_by_rebase(told)


def test_a_merge_driver_of_the_users_decides(repo: Repository) -> None:
    (repo.path / ".git/info/attributes").write_text("a merge=union\n")
    later = DROPPED_AT_2[0]["a"].replace(b"dropped\n", b"dropped\nlater\n")
    told = told_by(repo, *DROPPED_AT_2, {"a": later})

    found = trees_by_us(told)

    assert found == trees_by_rebase(told)
    assert b"later\n" in repo.blob(found[0], "a")


def test_a_conflict_names_the_commit_and_its_files(repo: Repository) -> None:
    later = {"a": DROPPED_AT_2[0]["a"].replace(b"dropped", b"dropped and changed")}
    told = told_by(repo, *DROPPED_AT_2, {"b": b""}, later)
    objects = repo.git("count-objects", "-v")

    with pytest.raises(ReplayConflict, match=r"“above 1” would conflict in a with"):
        ours(Bench.of(repo), told)

    assert repo.git("count-objects", "-v") == objects


def test_a_file_where_a_commit_needs_a_directory_is_a_conflict(
    repo: Repository,
) -> None:
    told = told_by(repo, {"a": b""}, {"clash": b"file\n"}, {"clash/er": b"x\n"})

    assert trees_by_us(told) == trees_by_rebase(told) == told.above[0]


def test_where_each_side_has_files_of_its_own_git_is_not_asked(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    above = {"b": b"", "d/new": b"1\n", "d/c": None}
    told = told_by(repo, *DROPPED_AT_2, above)
    bench = Bench.of(repo)
    series, drafts = drafted(told)
    with monkeypatch.context() as without_git:
        without_git.setenv("PATH", "/nowhere")
        rewrite = bench.rewrite(series, drafts)

    assert [rewrite.new_tree] == trees_by_rebase(told)
    assert rewrite.old_tree == repo.tree("main")


def test_a_commit_that_did_the_same_is_emptied_and_said_to_be(
    repo: Repository,
) -> None:
    undone = {"a": numbered("a", 20)}
    told = told_by(repo, *DROPPED_AT_2, undone, {"b": b""})
    rewrite = ours(Bench.of(repo), told)

    assert [commit.is_emptied for commit in rewrite.commits] == [False, True, False]


def test_a_commit_that_was_empty_is_not_said_to_be_emptied(repo: Repository) -> None:
    rewrite = ours(Bench.of(repo), told_by(repo, *DROPPED_AT_2, {}))

    assert [commit.is_emptied for commit in rewrite.commits] == [False, False]


@to_merge
def test_a_split_above_has_the_states_of_its_plan_without_what_is_dropped(
    repo: Repository,
) -> None:
    told = told_by(repo, *DROPPED_AT_2, {"a": BOTH, "b": b""})
    bench = Bench.of(repo)
    series, (first, above) = drafted(told)
    pieces = bench.split(above.source, [bench.put("b", b"")])
    rewrite = bench.rewrite(series, [first, *pieces])
    with store_objects(bench.opened, bench.objects, rewrite):
        pass
    one, two = (commit.oid for commit in rewrite.commits[1:])

    assert repo.git("diff", "--name-only", told.dropped, one) == "b"
    assert repo.blob(two, "a") == with_line("a", 17, b"later\n")["a"]
    assert [repo.tree(two)] == trees_by_rebase(told)


def test_a_merge_needs_git_2_38_and_says_so(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_by(repo, *DROPPED_AT_2, {"a": BOTH})
    bench = Bench.of(repo)
    series, drafts = drafted(told)
    old = repo.path.parent / "old"
    old.mkdir()
    (old / "git").write_text("#!/bin/sh\nexit 129\n")
    (old / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(old), prepend=":")

    with pytest.raises(GitTooOld, match=r"“above 0” and .* needs git 2\.38"):
        bench.rewrite(series, drafts)


def test_a_merge_works_wherever_the_objects_are(repo: Repository) -> None:
    told = told_by(repo, *DROPPED_AT_2, {"a": BOTH})
    moved = repo.path.parent / 'a "strange": \\place'
    repo.path.rename(moved)
    there = replace(told, repo=Repository(moved))

    assert trees_by_us(there) == trees_by_rebase(there)
