"""What newcomers type first in place of an UPSTREAM, and what a dry run makes of it."""

import json
from pathlib import Path

import pytest

from tests.repositories.splitting import imported
from tests.repository import Repository
from tests.runner import done, gitsplit, state_of
from tests.terminal import Terminal

CHOOSING = "No UPSTREAM was given, and the current branch has none configured."


def numbers(*changed: int) -> bytes:
    """A file of forty lines, some of them changed."""
    lines = (b"line %d%s\n" % (n, b" x" if n in changed else b"") for n in range(40))
    return b"".join(lines)


@pytest.fixture
def four(repo: Repository) -> Repository:
    """A base with three commits on top: one change, three changes, one change."""
    repo.commit("base\n", {"a": numbers(), "sub/b": numbers()})
    repo.commit("one change\n", {"a": numbers(3)})
    tangled = {"a": b"import os\n" + numbers(3), "sub/b": numbers() + b"hello\n"}
    repo.commit("Import and say hello\n", {**tangled, "c.py": b"see = 1\n"})
    repo.commit("last\n", {"c.py": b"see = 1\nsaw = 2\n"})
    return repo


def marked(repo: Repository, *args: str, cwd: str = ".") -> tuple[list[str], list[str]]:
    """The commits of the plan that a dry run makes, and those of them it splits."""
    text = done(repo.path / cwd, "-n", "--format", "json", *args)
    entries = json.loads(text)["series"]
    split = [each["commit"] for each in entries if each["action"] == "split"]
    return [each["commit"] for each in entries], split


def refusal(repo: Repository, *args: str) -> tuple[str, str]:
    """The sentence and the hint of a refusal, by which nothing has changed."""
    before = state_of(repo.path)
    ran = gitsplit(repo.path, *args)
    assert (ran.status, ran.out) == (1, "")
    assert state_of(repo.path) == before
    sentence, hint, state = ran.err.splitlines()
    assert state == "Nothing was changed."
    return sentence.removeprefix("gitsplit: "), hint.removeprefix("hint: ")


@pytest.mark.parametrize("name", ["HEAD", "@", "id", "short", "SHORT"])
def test_head_and_its_id_are_the_last_commit(four: Repository, name: str) -> None:
    head = four.oid("HEAD")
    given = {"id": head, "short": head[:8], "SHORT": head[:8].upper()}.get(name, name)

    assert marked(four, given) == ([head], [head])


def test_head_is_the_last_commit_also_where_that_is_the_first(repo: Repository) -> None:
    first = repo.commit("first\n", {"a": b"1\n", "b": b"2\n"})

    assert marked(repo, "HEAD") == ([first], [first])


def test_a_branch_at_head_has_no_commit_after_it(four: Repository) -> None:
    sentence, _ = refusal(four, "-n", "main")

    assert sentence == "There is no commit between main and HEAD."


def test_a_branch_with_the_name_of_an_id_is_a_branch(four: Repository) -> None:
    name = four.oid("HEAD")[:7]
    four.git("branch", name, "HEAD~1")

    assert marked(four, name)[0] == [four.oid("HEAD")]


def test_head_is_split(four: Repository) -> None:
    below = four.oid("HEAD")
    tree = four.tree(four.commit("two\n", {"a": numbers(3, 30), "d": b"d\n"}))
    done(four.path, "--yes", "HEAD", "--group-by", "file")

    assert (four.oid("HEAD~2"), four.tree("HEAD")) == (below, tree)


@pytest.mark.parametrize("end", ["HEAD", "", "@", "main", "id"])
def test_a_range_up_to_head_is_the_series_after_its_start(
    four: Repository, end: str
) -> None:
    above = four.oid("HEAD") if end == "id" else end

    listed = four.git("rev-list", "--reverse", "HEAD~2..HEAD").split()
    assert marked(four, f"HEAD~2..{above}")[0] == listed


def test_a_range_that_ends_elsewhere_names_the_way_to_look_at_it(
    four: Repository,
) -> None:
    sentence, hint = refusal(four, "-n", "HEAD~2..HEAD~1")

    assert sentence.startswith("HEAD~2..HEAD~1 doesn't end at HEAD")
    assert hint.endswith("gitsplit --read 'HEAD~2..HEAD~1'")


@pytest.mark.parametrize("way", ["-n", "-n --squash", "-n --read", "--check"])
def test_three_dots_name_no_range(four: Repository, way: str) -> None:
    sentence, hint = refusal(four, *way.split(), "HEAD~2...")

    assert sentence == "HEAD~2... names commits of both sides."
    assert hint == "What HEAD has and HEAD~2 lacks: HEAD~2..HEAD"


@pytest.mark.parametrize("name", ["nosuch..HEAD", "HEAD..nosuch"])
def test_a_range_with_an_unknown_end_names_that(four: Repository, name: str) -> None:
    sentence, _ = refusal(four, "-n", name)

    assert sentence == "nosuch is not a commit."


@pytest.mark.parametrize(
    ("cwd", "name"),
    [(".", "sub/b:41"), ("sub", "b:41"), ("sub", "../a:1"), (".", "sub/b:41:7:")],
)
def test_a_line_of_a_file_is_the_commit_that_git_blame_gives(
    four: Repository, cwd: str, name: str
) -> None:
    split = marked(four, name, cwd=cwd)[1]

    path, line, *_ = name.split(":")
    told = four.git("-C", cwd, "blame", "--porcelain", f"-L{line},{line}", "--", path)
    assert split == [told.split()[0]] == [four.oid("HEAD~1")]


def test_a_line_of_a_file_in_a_bare_repository(
    four: Repository, tmp_path: Path
) -> None:
    four.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))

    assert marked(Repository(tmp_path / "bare"), "sub/b:41")[1] == [four.oid("HEAD~1")]


def test_what_is_a_revision_isnt_a_line(four: Repository) -> None:
    """``main:5`` is a file of the commit that ``main`` names."""
    four.commit("files\n", {"5": b"5\n", "main": numbers()})
    sentence, _ = refusal(four, "-n", "main:5")
    assert sentence == "main:5 is not a commit."

    assert marked(four, "main:7")[1] == [four.oid("HEAD")]


def test_lines_that_are_no_commits_are_refused(four: Repository) -> None:
    four.write({"a": b"mine\n", "new": b"new\n"})

    sentence, hint = refusal(four, "-n", "a:1")
    assert sentence == "Line 1 of a isn't committed yet."
    assert hint.endswith("gitsplit -w")
    sentence, _ = refusal(four, "-n", "c.py:9")
    assert sentence.startswith("git can't tell who wrote line 9 of c.py: ")
    for untracked in ("new:1", "nosuch:1", "sub:1", "*.py:1", ":1", "a:0"):
        sentence, _ = refusal(four, "-n", untracked)
        assert sentence == f"{untracked} is not a commit."


def test_a_series_after_a_commit_named_by_its_id_says_how_to_split_that(
    four: Repository,
) -> None:
    base = four.oid("HEAD~3")
    terminal = Terminal(four.path, base[:9])
    title = f"the 3 commits after {base[:9]}; {base[:9]} itself: -c {base[:9]}"
    terminal.wait_for(title)
    terminal.type("qq")
    assert terminal.exit_status() == 0

    previewing = Terminal(four.path, "-n", base)
    previewing.wait_for(":")
    previewing.type("q")  # in the pager
    previewing.wait_for(f"{base[:10]} itself: -c {base[:10]}")
    assert "-c" not in done(four.path, "-n", base)


def test_one_commit_after_an_id_is_opened_and_says_how_to_split_that(
    four: Repository,
) -> None:
    below = four.oid("HEAD~1")[:8]
    with_two = four.commit("two\n", {"a": numbers(3, 30), "d": b"d\n"})
    terminal = Terminal(four.path, f"{with_two[:8]}~1")
    terminal.wait_for("two")
    assert "itself" not in terminal.text
    terminal.type("qq")

    terminal = Terminal(four.path, four.oid("HEAD~1")[:8])
    terminal.wait_for("this is the 1 commit after")
    terminal.type("qq")
    assert below not in terminal.text


def test_without_upstream_the_latest_commits_are_there_to_choose_from(
    four: Repository,
) -> None:
    terminal = Terminal(four.path)
    terminal.wait_for("oldest first")
    terminal.wait_for("≈3")
    assert "last" in terminal.text
    terminal.type("qq")

    assert marked(four)[0] == four.git("rev-list", "--reverse", "HEAD").split()


def test_without_upstream_only_commits_that_no_remote_branch_has(
    four: Repository,
) -> None:
    four.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    assert marked(four) == ([four.oid("HEAD")],) * 2

    four.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert len(marked(four)[0]) == 4


def test_without_upstream_ten_commits_are_shown_and_none_behind_a_merge(
    repo: Repository,
) -> None:
    imported(repo, [(b"%d\n" % n, {b"f": b"%d\n" % n}) for n in range(15)])
    assert marked(repo)[0] == repo.git("rev-list", "--reverse", "HEAD~10..").split()

    repo.git(
        "merge",
        "-q",
        "--no-ff",
        "-m",
        "merge",
        repo.git("commit-tree", "-p", "HEAD~1", "-m", "side", "HEAD^{tree}"),
    )
    sentence, hint = refusal(repo, "-n")
    assert (sentence, "HEAD~1" in hint) == (CHOOSING, True)
    repo.commit("above\n", {"g": b"1\n", "h": b"2\n"})
    assert marked(repo)[0] == [repo.oid("HEAD")]


def test_without_upstream_and_terminal_commits_are_named(four: Repository) -> None:
    tangled = four.oid("HEAD~1")[:10]
    for args in ([], ["--yes"], ["--edit"]):
        sentence, hint = refusal(four, *args)
        assert sentence == CHOOSING
        assert hint.startswith(
            "Name a commit: gitsplit HEAD (the last commit, probably 1 change)"
        )
        assert f"gitsplit -c {tangled} (probably 3 changes)" in hint


def test_in_a_shallow_clone_without_upstream_the_commits_that_are_there(
    four: Repository, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    four.git("clone", "-q", "--depth=3", f"file://{four.path}", str(clone))
    shallow = Repository(clone)
    shallow.git("checkout", "-q", "--detach")
    shallow.git("update-ref", "-d", "refs/remotes/origin/main")
    shallow.git("update-ref", "-d", "refs/remotes/origin/HEAD")

    assert marked(shallow)[0] == [four.oid("HEAD~1"), four.oid("HEAD")]


def test_a_dry_run_of_a_series_leaves_alone_what_seems_to_be_one_change(
    four: Repository,
) -> None:
    tangled = four.oid("HEAD~1")
    everything = four.git("rev-list", "--reverse", "HEAD~3..").split()
    assert marked(four, "HEAD~3") == (everything, [tangled])

    said = done(four.path, "-n", "HEAD~3")
    assert (
        f"{everything[0][:10]} one change  (seems to be one change, unchanged)" in said
    )
    assert (
        f"{everything[2][:10]} last  (seems to be one change, tree unchanged)" in said
    )


def test_one_that_was_named_is_split_all_the_same(four: Repository) -> None:
    four.commit("two places\n", {"a": numbers(3, 30), "sub/b": numbers(5)})
    head = four.oid("HEAD")

    assert marked(four, "-c", head, "HEAD~3")[1] == [head]
