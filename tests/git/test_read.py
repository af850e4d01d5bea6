"""The series as it is read, with git's own log as the oracle."""

from pathlib import Path

import pytest

from gitsplit.errors import (
    EmptySeries,
    GitFailed,
    GitsplitError,
    MergeCommit,
    NoCommonHistory,
    NotInSeries,
    NoUpstream,
    ObjectDamaged,
    UnbornBranch,
    UnknownRevision,
)
from gitsplit.git.history import (
    file_changes,
    read_series,
    read_source_commit,
    read_source_commits,
)
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from tests.repository import Repository


def merged(repo: Repository) -> None:
    """HEAD is a merge of two lines that fork at its grandparent, ``base``."""
    repo.commit("base", {"f": b"1\n"})
    repo.git("tag", "base")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {"g": b"1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("main", {"h": b"1\n"})
    repo.git("merge", "-q", "--no-ff", "--no-edit", "side")


def subjects(repo: Repository, *args: str) -> list[str]:
    """The commits of ``git log ARGS``, oldest first."""
    return repo.git("log", "--reverse", "--topo-order", "--format=%H", *args).split()


def series_ids(
    repo: Repository, upstream: str | None = None, *commits: str, root: bool = False
) -> tuple[str | None, list[str]]:
    """Where the series begins, and its commits."""
    found = read_series(open_repository(repo.path), upstream, commits, root)
    assert repo.oid("HEAD") == found.head
    return found.upstream, [commit.oid for commit in found.commits]


def line(repo: Repository, count: int = 4) -> list[str]:
    """The ids of ``count`` commits in a line."""
    return [repo.commit(f"c{n}", {"f": b"%d\n" % n}) for n in range(count)]


def test_the_series_is_what_lies_between_upstream_and_head(repo: Repository) -> None:
    oids = line(repo)
    assert (oids[1], oids[2:]) == series_ids(repo, "HEAD~2")


def long_line(repo: Repository, count: int) -> list[Oid]:
    """The ids of ``count`` commits in a line; messages have all that git allows."""
    messages = [b"", b"one\n\n\ntwo", b"caf\xe9\n", b"%d %s\n" % (count, b"x" * 9_999)]
    stream = b"reset refs/heads/main\n"
    for number in range(count):
        message = messages[number % len(messages)] + b"%d" % number
        stream += b"commit refs/heads/main\ncommitter A <a@b> %d +0130\n" % number
        stream += b"data %d\n%b\n" % (len(message), message)
    repo.run("fast-import", "--quiet", "--force", stdin=stream)
    return [Oid(oid) for oid in subjects(repo, "main")]


def test_many_commits_are_read_like_single_ones(repo: Repository) -> None:
    oids = long_line(repo, 700)
    found = open_repository(repo.path)
    single = tuple(read_source_commit(found, oid) for oid in oids)

    assert read_source_commits(found, oids) == single
    assert b"".join(commit.raw.serialize() for commit in single) == b"".join(
        repo.run("cat-file", "commit", oid).stdout for oid in oids
    )


def test_one_of_many_that_is_another_or_missing_is_told(repo: Repository) -> None:
    oids = long_line(repo, 600)
    found = open_repository(repo.path)
    tree, missing = Oid(repo.oid("main^{tree}")), Oid("1" * 40)

    with pytest.raises(GitFailed, match="1111 is missing from the repository"):
        read_source_commits(found, [*oids[:300], missing, *oids[300:]])
    (other,) = (
        commit
        for commit in read_source_commits(found, [*oids[:300], tree, *oids[300:]])
        if commit.oid == tree
    )
    assert other == read_source_commit(found, tree)


def test_a_damaged_commit_among_many_is_told(repo: Repository) -> None:
    oids = long_line(repo, 600)
    repo.loosen()
    file, other = (
        repo.path / ".git" / "objects" / oid[:2] / oid[2:] for oid in oids[300:302]
    )
    file.chmod(0o600)
    file.write_bytes(other.read_bytes())

    with pytest.raises(ObjectDamaged, match=f"{oids[300]} is damaged"):
        read_source_commits(open_repository(repo.path), oids)


def test_an_upstream_that_moved_on_counts_from_the_merge_base(repo: Repository) -> None:
    oids = line(repo)
    repo.git("checkout", "-q", "-b", "topic", oids[1])
    own = repo.commit("own", {"g": b"1\n"})
    assert (oids[1], [own]) == series_ids(repo, "main")


def test_an_annotated_tag_is_an_upstream(repo: Repository) -> None:
    oids = line(repo)
    repo.git("tag", "-a", "-m", "tag", "v1", oids[0])
    repo.git("tag", "-a", "-m", "tag of a tag", "v2", "v1")
    assert (oids[0], oids[1:]) == series_ids(repo, "v2")


def test_a_search_for_a_message_is_an_upstream(repo: Repository) -> None:
    oids = line(repo)
    assert (oids[2], oids[3:]) == series_ids(repo, ":/c2")


def test_without_upstream_the_configured_one_counts(repo: Repository) -> None:
    oids = line(repo)
    repo.git("branch", "base", oids[1])
    repo.git("branch", "-q", "--set-upstream-to", "base")
    assert (oids[1], oids[2:]) == series_ids(repo)


def test_both_lines_of_a_merge_are_in_the_series(repo: Repository) -> None:
    merged(repo)
    assert (repo.oid("base"), subjects(repo, "base..HEAD")) == series_ids(repo, "base")


def test_the_root_option_takes_all_of_history(repo: Repository) -> None:
    oids = line(repo)
    assert (None, oids) == series_ids(repo, None, root=True)


def test_a_marked_commit_begins_the_series_at_its_parent(repo: Repository) -> None:
    oids = line(repo)
    assert (oids[1], oids[2:]) == series_ids(repo, None, "HEAD", "HEAD~1")


def test_a_marked_root_commit_begins_the_series_at_the_root(repo: Repository) -> None:
    oids = line(repo)
    assert (None, oids) == series_ids(repo, None, oids[0])


def test_marked_commits_on_two_lines_begin_the_series_at_the_fork(
    repo: Repository,
) -> None:
    merged(repo)
    base, found = series_ids(repo, None, "HEAD^1", "HEAD^2")
    assert (repo.oid("base"), subjects(repo, "base..HEAD")) == (base, found)


def test_commits_are_read_byte_for_byte(repo: Repository) -> None:
    line(repo, 2)
    raw = b"tree %s\nparent %s\n" % (
        repo.tree("HEAD").encode(),
        repo.oid("HEAD").encode(),
    )
    raw += b"author A <a> 0 +0545\ncommitter C <c> 7 -1130\nencoding latin1\n"
    raw += b"change-id xyz\nodd header\n\n\n caf\xe9\n\n"
    oid = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
    repo.git("reset", "-q", "--soft", oid)
    (commit,) = read_series(open_repository(repo.path), "HEAD~1").commits
    assert raw == commit.raw.serialize()


def test_a_replaced_commit_is_read_as_it_is_stored(repo: Repository) -> None:
    oids = line(repo)
    repo.git("replace", "--graft", oids[3], oids[0])
    assert (oids[1], oids[2:]) == series_ids(repo, oids[1])


def refused(
    error: type[GitsplitError], repo: Repository, upstream: str | None, *commits: str
) -> tuple[str, str]:
    """The sentence and the hint with which the series is refused."""
    with pytest.raises(error) as caught:
        series_ids(repo, upstream, *commits)
    return str(caught.value), caught.value.hint


def test_an_unborn_branch_is_refused_by_its_name(repo: Repository) -> None:
    told, _ = refused(UnbornBranch, repo, "HEAD~1")
    assert told == "The branch main has no commits yet."


def test_an_unknown_revision_is_refused_by_its_name(repo: Repository) -> None:
    line(repo)
    for wrong in ("nosuch", "", "-x", "HEAD~9", "HEAD:f", "HEAD~2..HEAD", "0" * 40):
        told, _ = refused(UnknownRevision, repo, wrong)
        assert f"{wrong} is not a commit." == told


def test_the_parent_of_the_first_commit_is_refused_with_a_hint_to_root(
    repo: Repository,
) -> None:
    line(repo, 1)
    _, hint = refused(UnknownRevision, repo, "HEAD~1")
    assert "gitsplit --root" in hint


def test_without_any_upstream_the_hint_names_the_last_commit(repo: Repository) -> None:
    line(repo)
    for _ in "attached", "detached":
        _, hint = refused(NoUpstream, repo, None)
        assert "gitsplit HEAD~1" in hint
        repo.git("checkout", "-q", "--detach")


def test_nothing_above_upstream_is_refused(repo: Repository) -> None:
    line(repo)
    told, _ = refused(EmptySeries, repo, "main")
    assert told == "There is no commit between main and HEAD."


def test_unrelated_histories_are_refused(repo: Repository) -> None:
    line(repo)
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("other", {"f": b"other\n"})
    told, _ = refused(NoCommonHistory, repo, "main")
    assert told == "main and HEAD have no commit in common."


def test_a_marked_commit_outside_the_series_is_refused(repo: Repository) -> None:
    oids = line(repo)
    repo.git("checkout", "-q", "-b", "topic", oids[1])
    for upstream in ("HEAD~1", None):
        told, _ = refused(NotInSeries, repo, upstream, oids[3])
        assert f"{oids[3][:10]} “c3” is not in the series." == told


@pytest.fixture
def shallow(repo: Repository, tmp_path: Path) -> Repository:
    """A clone that has only the last two of four commits."""
    line(repo)
    path = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth=2", f"file://{repo.path}", str(path))
    return Repository(path)


def test_a_shallow_clone_is_read_down_to_its_boundary(shallow: Repository) -> None:
    assert (shallow.oid("HEAD~1"), [shallow.oid("HEAD")]) == series_ids(
        shallow, "HEAD~1"
    )


def test_a_shallow_boundary_is_not_taken_for_a_root(shallow: Repository) -> None:
    boundary = shallow.oid("HEAD~1")
    for commits, root in (([boundary], False), ([], True)):
        with pytest.raises(UnknownRevision, match="shallow clone") as caught:
            series_ids(shallow, None, *commits, root=root)
        assert "git fetch --deepen" in caught.value.hint
    with pytest.raises(UnknownRevision) as caught:
        series_ids(shallow, "HEAD~2")
    assert "git fetch --deepen" in caught.value.hint
    opened = open_repository(shallow.path)
    with pytest.raises(UnknownRevision, match="shallow clone"):
        file_changes(opened, read_source_commit(opened, opened.resolve(boundary)))


def test_what_a_merge_did_to_its_files_is_refused(repo: Repository) -> None:
    merged(repo)
    opened = open_repository(repo.path)
    with pytest.raises(MergeCommit, match="is a merge"):
        file_changes(opened, read_source_commit(opened, opened.head()))
