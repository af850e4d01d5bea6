"""Commits that are looked at only: nothing is written, and the plan fits elsewhere."""

import json
import subprocess
from pathlib import Path

import pytest

from gitsplit.report.formats import FORMATS
from tests.repository import Repository
from tests.runner import done, gitsplit, gitsplit_process, state_of
from tests.terminal import Terminal


def numbers(*changed: int) -> bytes:
    """A file of forty lines, some of them changed."""
    lines = (b"line %d%s\n" % (n, b" x" if n in changed else b"") for n in range(40))
    return b"".join(lines)


@pytest.fixture
def author(repo: Repository) -> Repository:
    """A series whose middle commit does two things, on top of a base."""
    repo.commit("base\n", {"a": numbers(), "b": numbers()})
    repo.commit("below\n", {"c": b"c\n"})
    repo.commit("tangled\n", {"a": numbers(2, 30), "b": numbers(9), "d.py": b"d = 1\n"})
    repo.commit("above\n", {"c": b"c\nmore\n"})
    return repo


@pytest.fixture
def bare(author: Repository, tmp_path: Path) -> Repository:
    """A bare clone that nobody works in: its HEAD names no branch there is."""
    author.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    clone = Repository(tmp_path / "bare")
    clone.git("symbolic-ref", "HEAD", "refs/heads/nobodys")
    return clone


def oids(repo: Repository, *revisions: str) -> list[str]:
    return repo.git("rev-list", "--reverse", *revisions).split()


@pytest.mark.parametrize("what", ["main~1", "main~3..main", "main~3", "main"])
@pytest.mark.parametrize("form", [*FORMATS])
def test_nothing_is_written_by_a_preview(
    author: Repository,
    bare: Repository,
    what: str,
    form: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(bare.path / "nowhere"))  # no identity either
    before = state_of(bare.path)
    ran = gitsplit(bare.path, "-n", "--read", what, "-p", "--format", form)

    # The last commit is one hunk, of which no script can make more.
    is_idle = (what, form) == ("main", "script")
    assert ran.err == ("gitsplit: The plan changes nothing.\n" if is_idle else "")
    assert ran.status == 0
    assert oids(author, "--no-walk", what)[-1][:10] in ran.out
    assert "Rewrites" not in ran.out
    assert state_of(bare.path) == before


def test_previews_are_those_of_the_authors_own(
    author: Repository, bare: Repository
) -> None:
    own = done(author.path, "-n", "-c", "main~1")
    read = done(bare.path, "-n", "--read", "main~1")

    assert own.startswith(read.rstrip())


def test_a_script_makes_the_commits_where_head_is_at_them(
    author: Repository, bare: Repository, tmp_path: Path
) -> None:
    script = tmp_path / "script"
    args = ("-n", "--read", "main~1", "--group-by", "file", "--format", "script")
    done(bare.path, *args, "-o", str(script))
    author.git("checkout", "-q", "-b", "topic", "main~1")
    ended = subprocess.run(["sh", str(script)], cwd=author.path, check=False)

    assert ended.returncode == 0
    assert author.git("rev-list", "--count", "main~2..topic") == "3"
    assert author.tree("topic") == author.tree("main~1")


def test_a_range_has_the_commits_that_git_lists(bare: Repository) -> None:
    args = ("-n", "--format", "json", "--read", "main~3..main")
    plan = json.loads(done(bare.path, *args))

    assert [e["commit"] for e in plan["series"]] == oids(bare, "main~3..main")
    ends = (bare.oid("main~3"), bare.oid("main"))
    assert (plan["upstream"], plan["head"]) == ends


def test_a_range_is_read_as_one_change(author: Repository, bare: Repository) -> None:
    before = state_of(bare.path)
    args = ("-n", "--read", "main~3..main", "--squash", "--format", "json")
    plan = done(bare.path, *args, "--group-by", "file")
    assert state_of(bare.path) == before

    tree = author.tree("HEAD")
    gitsplit(author.path, "--yes", "--plan", "-", stdin=plan.encode())
    assert author.tree("HEAD") == tree
    assert author.git("rev-list", "--count", f"{bare.oid('main~3')}..HEAD") == "4"


def test_the_screen_has_everything_but_apply_and_saves_the_plan(
    author: Repository, bare: Repository, tmp_path: Path
) -> None:
    before, refs = state_of(bare.path), author.git("show-ref")
    terminal = Terminal(bare.path, "--read", "main~1", columns=160)
    terminal.wait_for("only read, nothing is applied; W saves the plan")
    terminal.type("2")
    terminal.type("w")
    terminal.wait_for("reading main~1: 1 commit →")
    terminal.type("\r")
    terminal.wait_for("Cannot be applied: these commits are only read (--read).")
    terminal.type("x")
    terminal.wait_for("Cannot be checked: these commits are only read (--read).")
    terminal.type("W")
    terminal.wait_for(f"save the plan as: {tmp_path / 'gitsplit-plan.json'}")
    terminal.type("\r")
    terminal.wait_for("saved")
    terminal.type("qqq")
    assert terminal.exit_status() == 0
    assert "Nothing was changed." in terminal.text
    assert state_of(bare.path) == before

    tree = author.tree("HEAD")
    done(author.path, "--plan", str(tmp_path / "gitsplit-plan.json"), "--yes")
    assert author.git("show-ref") != refs
    assert author.tree("HEAD") == tree


def test_a_series_is_read_on_the_screen(bare: Repository) -> None:
    before = state_of(bare.path)
    terminal = Terminal(bare.path, "--read", "main~3..main")
    terminal.wait_for("reading main~3..main   3 commits")
    terminal.wait_for("only read, nothing is applied")
    terminal.type("w")
    terminal.wait_for("3 commits → 3")
    assert "✗" not in terminal.text  # that nothing is to be done is no fault here
    terminal.type("q")
    terminal.type("jd")
    terminal.type("w")
    terminal.wait_for("dropped")
    terminal.type("\r")
    terminal.wait_for("Cannot be applied")
    terminal.type("qqq")
    assert terminal.exit_status() == 0
    assert state_of(bare.path) == before


def test_questions_do_the_same(bare: Repository) -> None:
    before = state_of(bare.path)
    ran = gitsplit(
        bare.path, "--no-screen", "--read", "main~1", stdin=b"w\napply\nq\nq\nq\n"
    )

    assert "Cannot be applied: these commits are only read (--read)." in ran.out
    assert (ran.status, state_of(bare.path)) == (0, before)


def test_without_a_terminal_the_ways_to_read_are_named(bare: Repository) -> None:
    ran = gitsplit(bare.path, "--read", "main~1")

    assert ran.status == 1
    assert "--dry-run" in ran.err
    assert "--yes" not in ran.err


@pytest.mark.parametrize("form", ["json", "markdown", "html"])
def test_a_reviewers_plan_applies_in_the_authors_clone(
    author: Repository, bare: Repository, tmp_path: Path, form: str
) -> None:
    below, above = author.oid("HEAD~2"), author.tree("HEAD")
    plan = tmp_path / "plan"
    args = ("--read", author.oid("HEAD~1"), "--group-by", "file")
    done(bare.path, "-n", *args, "--format", form, "-o", str(plan))
    author.commit("later\n", {"e": b"e\n"})
    author.git("checkout", "-q", "-b", "topic")
    gitsplit(author.path, "--plan", str(plan), "--yes")

    assert len(oids(author, f"{below}..HEAD")) == 5
    assert author.tree("HEAD~1") == above
    changed = [
        author.git("diff-tree", "-r", "--name-only", "--no-commit-id", oid)
        for oid in oids(author, f"{below}..HEAD")
    ]
    assert changed == ["a", "b", "d.py", "c", "e"]


def test_a_plan_for_commits_that_a_branch_lacks_is_refused(
    author: Repository, bare: Repository
) -> None:
    plan = done(bare.path, "-n", "--format", "json", "--read", "main~1")
    author.git("checkout", "-q", "--detach", "HEAD~2")
    author.commit("else\n", {"e": b"e\n"})
    ran = gitsplit(author.path, "--plan", "-", "--yes", stdin=plan.encode())

    assert ran.status == 1
    assert f"names {bare.oid('main~1')[:10]}, which is not in the series" in ran.err
    assert "--fit" in ran.err


def test_a_plan_is_looked_at_and_fitted(author: Repository, bare: Repository) -> None:
    args = ("-n", "--format", "json", "--read", "main~1")
    plan = done(bare.path, *args, "--group-by", "file")
    assert done(bare.path, *args, "--plan", "-", stdin=plan.encode()) == plan
    made = (
        "commit-tree",
        "-p",
        "main~2",
        "-m",
        "tangled",
        "-m",
        "more",
        "main~1^{tree}",
    )
    args = ("-n", "--format", "json", "--read", bare.git(*made))

    fitted = done(bare.path, *args, "--fit", "--plan", "-", stdin=plan.encode())
    groups = [json.loads(each)["series"][0]["groups"] for each in (plan, fitted)]
    assert len(groups[0]) == len(groups[1]) == 3


def test_a_split_is_edited_as_text_and_printed(
    bare: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state_of(bare.path)
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^tangled$/untangled/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", str(editor))
    printed = done(bare.path, "--edit", "--read", "main~1")

    assert "untangled" in printed
    assert state_of(bare.path) == before
    ran = gitsplit(bare.path, "--edit", "--read", "main~3..main")
    assert f"gitsplit --read {oids(bare, 'main~3..main')[0][:10]}" in ran.err


def test_merges_are_refused_and_first_commits_are_read(author: Repository) -> None:
    author.git("checkout", "-q", "-b", "side", "HEAD~1")
    author.commit("side\n", {"e": b"e\n"})
    author.git("merge", "-q", "-m", "merge", "main")
    ran = gitsplit(author.path, "-n", "--read", "HEAD")

    assert ran.status == 1
    assert "is a merge, and a merge can't be split" in ran.err
    root = oids(author, "HEAD")[0]
    plan = json.loads(done(author.path, "-n", "--format", "json", "--read", root))
    assert (plan["upstream"], plan["head"]) == (None, root)


def test_a_fetched_commit_is_read_in_any_repository(
    author: Repository, tmp_path: Path
) -> None:
    other = Repository(tmp_path / "other")
    other.path.mkdir()
    other.git("init", "-q")
    other.git("fetch", "-q", str(author.path), "main")
    for args in (["--read", "FETCH_HEAD~1"], ["-c", "FETCH_HEAD~1"]):
        plan = json.loads(done(other.path, "-n", "--format", "json", *args))
        assert plan["head"] == author.oid("HEAD~1")


def test_a_dry_run_marks_any_commit(author: Repository) -> None:
    author.git("checkout", "-q", "--orphan", "island")
    author.git("rm", "-rfq", ".")
    author.commit("island\n", {"i": b"i\n"})
    for _ in range(2):
        plan = json.loads(done(author.path, "-n", "--format", "json", "-c", "main~1"))
        assert [e["commit"] for e in plan["series"]] == [author.oid("main~1")]
        author.git("checkout", "-q", "main~2")  # one that HEAD can be reached from

    ran = gitsplit(author.path, "-c", "main~1", "--yes")
    assert ran.status == 1
    assert f"gitsplit --read {author.oid('main~1')[:10]}" in ran.err


def test_what_a_shallow_clone_lacks_is_refused(
    author: Repository, tmp_path: Path
) -> None:
    shallow = tmp_path / "shallow"
    author.git("clone", "-q", "--depth=2", "--bare", author.path.as_uri(), str(shallow))
    ran = gitsplit(shallow, "-n", "--read", "main~1")

    assert ran.status == 1
    assert "is not in this shallow clone" in ran.err
    assert done(shallow, "-n", "--read", "main")


def test_what_a_partial_clone_lacks_is_fetched(
    author: Repository, tmp_path: Path
) -> None:
    author.git("config", "uploadpack.allowFilter", "true")
    author.git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone, uri = tmp_path / "clone", author.path.as_uri()
    author.git("clone", "-q", "--bare", "--filter=blob:none", uri, str(clone))

    own = done(author.path, "-n", "--read", "main~1")
    assert done(clone, "-n", "--read", "main~1") == own


def test_an_operation_under_way_is_no_obstacle(author: Repository) -> None:
    author.git("bisect", "start")
    author.git("bisect", "bad")
    before = state_of(author.path)
    assert gitsplit(author.path, "-n", "HEAD~1").status == 1

    assert done(author.path, "-n", "--read", "HEAD~1")
    assert state_of(author.path) == before


def test_nothing_in_a_range_is_refused(bare: Repository) -> None:
    ran = gitsplit(bare.path, "-n", "--read", "main..main~1")

    assert (ran.status, ran.err.splitlines()[0]) == (
        1,
        "gitsplit: There is no commit in main..main~1.",
    )


def test_errors_and_ends_are_told_to_programs(bare: Repository) -> None:
    ran = gitsplit_process(bare.path, "-n", "--format", "json", "--read", "nosuch")

    told = json.loads(ran.out)
    assert (told["error"], told["state"]) == ("UnknownRevision", "unchanged")


def test_change_ids_are_kept_by_one(author: Repository) -> None:
    change_id = "Change-Id: I" + "1" * 40
    author.commit(f"two\n\n{change_id}\n", {"a": b"a\n", "z": b"z\n"})
    args = ("-n", "-p", "--group-by", "file", "--keep-change-id", "first")
    printed = done(author.path, *args, "--read", "HEAD")

    assert printed.count(change_id) == 1
