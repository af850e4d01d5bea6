"""A symlink where a directory was, or the other way round: nothing behind it counts.

What a symlink leads to belongs to somebody else, however equal it is to what git has.
"""

from pathlib import Path

import pytest

from gitsplit.errors import NotInWorktree, UncleanFiles
from gitsplit.git import journal, preflight
from gitsplit.git.refs import branches_to_move
from gitsplit.git.repository import open_repository
from gitsplit.git.store import store_objects
from gitsplit.git.trees import NewObjects
from gitsplit.git.worktree import HeadTrees, TwoTreeMerge, restore_step
from gitsplit.model.objects import Oid
from gitsplit.model.series import CommitDraft
from tests.git.following import leftovers
from tests.git.rewriting import Bench, series_of
from tests.repository import Repository

CONTENT = b"the same in both places\n"

Listing = dict[str, bytes | str | None]


def outside(repo: Repository) -> Path:
    """A directory of somebody else, with the very file that git has in ``d``."""
    place = repo.path.parent / "outside"
    if not place.exists():
        place.mkdir()
        (place / "f").write_bytes(CONTENT)
    return place


def link(repo: Repository, name: str = "d") -> None:
    (repo.path / name).symlink_to(outside(repo))


def files_of(repo: Repository) -> Listing:
    """What each path holds, and what lies outside: a link's target as text."""
    found: Listing = {}
    for top in (repo.path, outside(repo)):
        for path in sorted(top.rglob("*")):
            name = str(path.relative_to(repo.path.parent))
            is_file = path.is_symlink() or not path.is_dir()
            if ".git" not in path.parts and is_file:
                is_link = path.is_symlink()
                found[name] = str(path.readlink()) if is_link else path.read_bytes()
    return found


def as_link(repo: Repository) -> None:
    if (repo.path / "d").is_dir():
        (repo.path / "d" / "f").unlink()
        (repo.path / "d").rmdir()
    link(repo)


def as_directory(repo: Repository) -> None:
    if (repo.path / "d").is_symlink():
        (repo.path / "d").unlink()
    repo.write({"d/f": CONTENT})


SHAPES = {"link": as_link, "directory": as_directory}
BOTH_WAYS = pytest.mark.parametrize(
    ("before", "after"), [("link", "directory"), ("directory", "link")]
)


def changing(repo: Repository, before: str, after: str) -> str:
    """``main`` changes ``k``, and ``d`` to the other; the result is ``k`` alone."""
    SHAPES[before](repo)
    repo.commit("base", {"k": b"1\n"})
    SHAPES[after](repo)
    repo.commit("tangled", {"k": b"2\n"})
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    part = repo.commit("tangled", {"k": b"2\n"})
    repo.git("checkout", "-q", "main")
    return part


def drop(repo: Repository, part: str, to: str) -> journal.Record:
    """The record of the rewrite that puts ``part`` in place of HEAD."""
    bench = Bench.of(repo)
    series = series_of(repo, "HEAD~1")
    source = series.commits[0]
    tree = Oid(repo.tree(part))
    draft = CommitDraft(source, source.raw.message, "owner", tree=tree)
    rewrite = bench.rewrite(series, [draft])
    old, new = rewrite.old_tree, rewrite.new_tree
    trees = HeadTrees(old, old if to == "worktree" else new, new)
    preflight.refuse_unclean(bench.opened, bench.objects, trees.steps())
    preflight.refuse_missing_files(bench.opened, bench.objects, trees)
    with store_objects(bench.opened, bench.objects, rewrite, [trees.files]):
        return journal.move_refs(
            bench.opened,
            branches_to_move(bench.opened, rewrite).moves,
            "drop",
            expected_head=bench.opened.head_ref(),
            trees=trees,
        )


@BOTH_WAYS
@pytest.mark.parametrize("to", ["worktree", "discard"])
def test_a_change_between_link_and_directory_is_dropped_and_given_back(
    repo: Repository, before: str, after: str, to: str
) -> None:
    part = changing(repo, before, after)
    whole, index = files_of(repo), repo.git("ls-files", "-s")
    drop(repo, part, to)
    dropped = files_of(repo)
    status = repo.git("status", "--porcelain")
    journal.undo_rewrite(open_repository(repo.path))

    assert (dropped == whole) is (to == "worktree")
    assert (status == "") is (to == "discard")
    assert dropped["outside/f"] == CONTENT
    assert files_of(repo) == whole
    assert repo.git("ls-files", "-s") == index
    assert repo.git("status", "--porcelain") == ""
    assert leftovers(repo) == []


def step_of(repo: Repository, part: str) -> TwoTreeMerge:
    return TwoTreeMerge(Oid(repo.tree("main")), Oid(repo.tree(part)), files=True)


@BOTH_WAYS
@pytest.mark.parametrize("is_written", [False, True])
def test_a_step_broken_off_is_put_back_without_looking_through_the_link(
    repo: Repository, before: str, after: str, is_written: bool
) -> None:
    part = changing(repo, before, after)
    whole = files_of(repo)
    if is_written:
        SHAPES[before](repo)
        repo.write({"k": b"2\n"})
    restore_step(open_repository(repo.path), step_of(repo, part))

    assert files_of(repo) == whole


def test_a_directory_gone_when_git_was_killed_comes_back(repo: Repository) -> None:
    part = changing(repo, "link", "directory")
    whole = files_of(repo)
    (repo.path / "d" / "f").unlink()
    (repo.path / "d").rmdir()
    restore_step(open_repository(repo.path), step_of(repo, part))

    assert files_of(repo) == whole


def test_a_link_of_the_users_own_stays_and_so_does_what_it_leads_to(
    repo: Repository,
) -> None:
    """Git was writing a file of a directory for which somebody has made a link."""
    repo.commit("base", {"k": b"1\n"})
    repo.commit("came", {"d/f": CONTENT, "e/f": b"1\n"})
    (repo.path / "d" / "f").unlink()
    (repo.path / "d").rmdir()
    link(repo)
    ours = files_of(repo)
    opened = open_repository(repo.path)
    base, came = Oid(repo.tree("HEAD~1")), Oid(repo.tree("HEAD"))
    restore_step(opened, TwoTreeMerge(base, came, files=True))

    assert files_of(repo) == {k: v for k, v in ours.items() if k != "repo/e/f"}
    restore_step(opened, TwoTreeMerge(came, base, files=True))
    assert files_of(repo) == ours


def test_files_that_somebody_put_into_the_directory_stay(repo: Repository) -> None:
    part = changing(repo, "directory", "link")
    as_directory(repo)
    repo.write({"d/mine": b"mine\n"})
    restore_step(open_repository(repo.path), step_of(repo, part))

    assert (repo.path / "d" / "mine").read_bytes() == b"mine\n"


@pytest.mark.parametrize("exclude", ["", "d\n"])
def test_a_link_in_the_way_of_a_directory_is_refused(
    repo: Repository, exclude: str
) -> None:
    repo.commit("base", {"k": b"1\n", "d/f": CONTENT})
    repo.commit("tangled", {"k": b"2\n", "d/f": None})
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    part = repo.commit("tangled", {"k": b"2\n"})
    repo.git("checkout", "-q", "main")
    (repo.path / ".git/info/exclude").write_text(exclude)
    link(repo)
    before = files_of(repo)

    with pytest.raises(UncleanFiles, match="would be overwritten: d"):
        drop(repo, part, "discard")
    assert files_of(repo) == before


@pytest.mark.parametrize("exclude", ["", "mine\n"])
def test_a_directory_with_files_of_the_users_own_is_not_replaced_by_a_link(
    repo: Repository, exclude: str
) -> None:
    part = changing(repo, "link", "directory")
    (repo.path / ".git/info/exclude").write_text(exclude)
    repo.write({"d/deep/mine": b"mine\n"})
    before = files_of(repo)

    with pytest.raises(UncleanFiles, match="would be overwritten: d/deep/mine"):
        drop(repo, part, "discard")
    assert files_of(repo) == before


def test_a_file_behind_a_link_cant_hold_what_is_dropped(repo: Repository) -> None:
    repo.commit("base", {"k": b"1\n", "d/f": b"1\n"})
    repo.commit("tangled", {"k": b"2\n", "d/f": CONTENT})
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    part = repo.commit("tangled", {"k": b"2\n"})
    repo.git("checkout", "-q", "main")
    as_link(repo)

    with pytest.raises(NotInWorktree, match="aren't in the worktree: d/f"):
        opened = open_repository(repo.path)
        old, new = Oid(repo.tree("main")), Oid(repo.tree(part))
        trees = HeadTrees(old, old, new)
        preflight.refuse_missing_files(opened, NewObjects(opened), trees)
