"""What stands at commits that are squashed or dropped goes where they have gone."""

import json
from pathlib import Path

import pytest

from tests.git.keys import SshKey, is_signed, needs
from tests.git.test_hooks import add_hook
from tests.repository import Repository
from tests.runner import Json, done, gitsplit, plan_for

PLAN = ("--plan", "-", "--yes")


@pytest.fixture
def series(repo: Repository) -> Repository:
    """A base commit, tagged, and four commits that each make a file."""
    repo.commit("Base\n", {"base": b"base\n"})
    repo.git("tag", "base")
    for name in ("one", "two", "three", "four"):
        repo.commit(f"{name.title()}\n", {name: name.encode()})
    return repo


def in_order(repo: Repository) -> list[str]:
    """The commits above the base, oldest first."""
    return repo.git("rev-list", "--reverse", "base..HEAD", "--").split()


def plan(repo: Repository, *actions: str) -> bytes:
    """The plan that does these to the commits above the base."""
    pairs = zip(in_order(repo), actions, strict=True)
    entries: list[Json] = [{"commit": oid, "action": action} for oid, action in pairs]
    return json.dumps(plan_for(repo, "base", *entries)).encode()


def carried_out(repo: Repository, *actions: str) -> str:
    """What gitsplit prints when it does these to the commits above the base."""
    return done(repo.path, *PLAN, stdin=plan(repo, *actions))


@needs("ssh-keygen")
def test_a_branch_at_a_dropped_commit_follows_to_a_signed_one(
    series: Repository, tmp_path: Path
) -> None:
    SshKey.made(tmp_path / "key").configure(series)
    series.git("config", "commit.gpgSign", "true")
    series.git("branch", "at-three", "HEAD~1")
    carried_out(series, "pick", "fixup", "drop", "pick")

    assert series.oid("at-three") == series.oid("HEAD~1")
    assert is_signed(series, "at-three")
    assert is_signed(series, "HEAD")


def test_a_worktree_at_a_squashed_commit_follows_where_its_files_stay(
    series: Repository, tmp_path: Path
) -> None:
    linked = Repository(tmp_path / "linked")
    series.git("worktree", "add", "-q", "-b", "at-two", str(linked.path), "HEAD~2")
    said = carried_out(series, "pick", "fixup", "pick", "pick")

    assert "at-two stays" not in said
    assert linked.oid("HEAD") == series.oid("HEAD~2")
    assert linked.git("status", "--porcelain") == ""


def test_a_worktree_stays_where_the_commit_it_is_at_takes_another_one_in(
    series: Repository, tmp_path: Path
) -> None:
    linked = Repository(tmp_path / "linked")
    series.git("worktree", "add", "-q", "-b", "at-one", str(linked.path), "HEAD~3")
    before = series.oid("at-one")
    said = carried_out(series, "pick", "fixup", "pick", "pick")

    assert f"at-one stays where it is: it is checked out in {linked.path}" in said
    assert linked.oid("HEAD") == before


def test_a_worktree_at_a_dropped_commit_stays_unless_nothing_was_in_it(
    series: Repository, tmp_path: Path
) -> None:
    series.commit("Empty\n", {})
    series.commit("Last\n", {"last": b"last\n"})
    for name, revision in (("full", "HEAD~2"), ("empty", "HEAD~1")):
        place = str(tmp_path / name)
        series.git("worktree", "add", "-q", "-b", name, place, revision)
    full = series.oid("full")
    carried_out(series, "pick", "pick", "pick", "drop", "drop", "pick")

    assert series.oid("full") == full
    assert series.oid("empty") != series.oid("HEAD~1")
    assert Repository(tmp_path / "empty").git("status", "--porcelain") == ""


def test_post_rewrite_hears_of_squashed_commits_and_not_of_dropped_ones(
    series: Repository,
) -> None:
    add_hook(series, "post-rewrite", "cat >>.git/heard")
    one, two, three, four = series.git(*("rev-list", "--reverse", "base..HEAD")).split()
    carried_out(series, "pick", "squash", "drop", "pick")

    joined, last = series.oid("HEAD~1"), series.oid("HEAD")
    heard = (series.path / ".git" / "heard").read_text().splitlines()
    assert sorted([f"{one} {joined}", f"{two} {joined}", f"{four} {last}"]) == sorted(
        heard
    )
    assert three not in "\n".join(heard)


def test_a_message_in_another_encoding_is_joined_as_it_reads(repo: Repository) -> None:
    repo.commit("Base\n", {"base": b"base\n"})
    repo.git("tag", "base")
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.commit("Für eins\n".encode("latin-1"), {"one": b"1\n"})
    repo.git("config", "--unset", "i18n.commitEncoding")
    repo.commit("Für zwei\n", {"two": b"2\n"})
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.commit("Für drei\n".encode("latin-1"), {"three": b"3\n"})
    repo.git("config", "--unset", "i18n.commitEncoding")
    carried_out(repo, "pick", "squash", "squash")

    read = repo.git("log", "-1", "--encoding=UTF-8", "--format=%B", "HEAD")
    assert read == "Für eins\n\nFür zwei\n\nFür drei"


def test_a_dropped_commit_leaves_changes_of_ones_own_alone(series: Repository) -> None:
    (series.path / "base").write_bytes(b"mine\n")
    carried_out(series, "pick", "pick", "drop", "pick")

    assert series.git("status", "--porcelain") == "M base"
    assert not (series.path / "three").exists()


def test_changes_in_the_way_of_what_is_dropped_are_named_and_nothing_moves(
    series: Repository,
) -> None:
    (series.path / "three").write_bytes(b"mine\n")
    refs = series.refs()
    ran = gitsplit(
        series.path, *PLAN, stdin=plan(series, "pick", "pick", "drop", "pick")
    )

    assert ran.status == 1
    assert "three" in ran.err
    assert refs == series.refs()
    assert (series.path / "three").read_bytes() == b"mine\n"


def test_what_has_become_of_each_commit_is_said_before_and_after(
    series: Repository,
) -> None:
    one, two, three, four = in_order(series)
    told: Json = {"message": "Uno\n"}
    entries: list[Json] = [
        {"commit": four, "action": "pick"},
        {"commit": one, "action": "reword", **told},
        {"commit": two, "action": "fixup"},
        {"commit": three, "action": "drop"},
    ]
    given = json.dumps(plan_for(series, "base", *entries)).encode()
    before = done(series.path, "--plan", "-", "-n", stdin=given).splitlines()
    after = done(series.path, *PLAN, stdin=given)

    assert [
        f"{four[:10]} Four  (moved, tree {series.tree('HEAD~1')[:10]})",
        f"{one[:10]} Uno  (reworded, with 1 more, tree {series.tree('HEAD')[:10]})",
        f"{two[:10]} Two  (squashed into the previous commit, without its message)",
        f"{three[:10]} Three  (dropped)",
    ] == before[:4]
    assert before[5] == "Rewrites main: 4 commits → 2."
    assert f"moved, tree {series.tree('HEAD~1')[:10]} Four\n" in after
    assert f"reworded, with 1 more, tree {series.tree('HEAD')[:10]} Uno\n" in after
    assert f"Squashed {two[:10]} Two\n" in after
    assert f"Dropped {three[:10]} Three  (see git show {three[:10]})\n" in after


def test_a_plan_for_a_series_is_printed_as_it_was_given(series: Repository) -> None:
    one, two, three, four = in_order(series)
    entries: list[Json] = [
        {"commit": three, "action": "pick"},
        {"commit": one, "action": "reword", "message": "Uno\n"},
        {"commit": four, "action": "squash", "message": "Uno and four\n"},
        {"commit": two, "action": "drop"},
    ]
    given = json.dumps(plan_for(series, "base", *entries)).encode()
    as_json = ("--plan", "-", "-n", "--format", "json")
    printed = done(series.path, *as_json, stdin=given)
    bare = [
        {key: entry[key] for key in ("commit", "action", "message") if key in entry}
        for entry in json.loads(printed)["series"]
    ]

    assert entries == bare
    assert printed == done(series.path, *as_json, stdin=printed.encode())
