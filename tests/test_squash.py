"""``--squash``: a branch split as one change, whatever its commits were."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.git.test_origins import build
from tests.repository import Repository
from tests.runner import IDS, done, gitsplit, state_of, trees, written
from tests.terminal import Terminal

FIRST = b"def one():\n    return 1\n"
THREE = b"\n\ndef three():\n    return 3\n"


@pytest.fixture
def branch(repo: Repository) -> Repository:
    """A branch that left main, with a fixup, and main merged into it since."""
    repo.commit("base\n", {"a.py": FIRST, "README": b"doc\n"})
    repo.git("branch", "-M", "main")
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit(f"Add three\n\nChange-Id: {IDS[0]}\n", {"a.py": FIRST + THREE})
    repo.commit(f"Say more\n\nChange-Id: {IDS[1]}\n", {"README": b"doc\nmore\n"})
    text = (FIRST + THREE).replace(b"return 3", b"return 33")
    repo.commit("fixup! Add three\n", {"a.py": text})
    repo.git("checkout", "-q", "main")
    repo.commit("main goes on\n", {"other": b"1\n"})
    repo.git("checkout", "-q", "topic")
    repo.git("merge", "-q", "--no-edit", "main")
    return repo


def subjects(repo: Repository) -> list[str]:
    return repo.git("log", "--reverse", "--format=%s", "main..").splitlines()


def change_ids(repo: Repository, commits: str) -> list[str]:
    key = "%(trailers:key=Change-Id,valueonly,separator=%x2C)"
    return repo.git("log", "--reverse", f"--format={key}", commits).splitlines()


def test_a_branch_becomes_a_straight_series_with_the_tree_it_had(
    branch: Repository,
) -> None:
    tree, old = branch.tree("HEAD"), branch.oid("HEAD")
    authors = branch.git("log", "--format=%an %ad", "topic~2", "-1")
    out = done(branch.path, "--squash", "main", "-y")

    assert branch.tree("HEAD") == tree
    assert subjects(branch) == ["Add three", "Say more"]
    assert branch.git("rev-list", "--merges", "main..") == ""
    assert change_ids(branch, "main..") == [*IDS[:2]]
    assert branch.git("log", "--format=%an %ad", "-1") == authors
    assert "5 commits became 2" in out.replace("4 commits", "5 commits")
    assert branch.git("status", "--porcelain") == ""
    undone = done(branch.path, "--undo")
    assert "Undid: split of 4 commits as one change into 2." in undone
    assert branch.oid("HEAD") == old


def test_what_a_dry_run_shows_is_what_is_applied(
    branch: Repository, tmp_path: Path
) -> None:
    before = state_of(branch.path)
    plan = json.loads(done(branch.path, "--squash", "main", "-n", "--format", "json"))
    assert state_of(branch.path) == before
    (entry,) = plan["series"]
    assert plan["version"] == 2
    assert entry["source"] == {
        "kind": "squash",
        "base": branch.oid("main"),
        "tip": branch.oid("HEAD"),
    }

    done(branch.path, "--plan", written(tmp_path / "plan.json", plan), "-y")
    assert subjects(branch) == [
        group["message"].splitlines()[0] for group in entry["groups"]
    ]


@pytest.mark.parametrize("form", ["text", "markdown", "html", "script"])
def test_every_format_shows_it(branch: Repository, form: str) -> None:
    before = state_of(branch.path)
    out = done(branch.path, "--squash", "main", "-n", "-p", "--format", form)

    assert "Add three" in out
    assert "Say more" in out
    assert state_of(branch.path) == before


def test_a_new_commit_has_the_author_of_most_of_its_lines_and_names_the_others(
    repo: Repository, tmp_path: Path
) -> None:
    repo.commit("base\n", {"a": b"", ".mailmap": b"Ann Real <ann@r> <ann@x>\n"})
    base = repo.oid("HEAD")
    for number, (who, text) in enumerate(
        [("Bob", b"1\n2\n3\n4\n"), ("Ann", b"1\n2\n3\n4\n5\n")]
    ):
        repo.write({"a": text})
        author = f"{who} <{who.lower()}@x>"
        message = f"step {number}\n\nSigned-off-by: {author}\n"
        repo.git("commit", "-q", "-a", f"--author={author}", "-m", message)
    repo.commit("and a file\n", {"b": b"1\n"})
    form = ("-n", "--format", "json", "--commits", "2")
    plan = json.loads(done(repo.path, "--squash", *form, base))
    groups = plan["series"][0]["groups"]
    for group in groups:
        del group["continues"]
    groups[0]["message"] = "All of a\n"
    done(repo.path, "--plan", written(tmp_path / "plan.json", plan), "-y")

    author = repo.git("log", "--format=%an", "-1", "--", "a")
    assert author == "Bob"


def test_what_changes_nothing_is_refused(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("there\n", {"a": b"2\n"})
    repo.commit("and back\n", {"a": b"1\n"})
    ran = gitsplit(repo.path, "--squash", "HEAD~2", "-n")

    assert ran.status == 1
    assert "Together, these 2 commits change nothing." in ran.err


def test_a_branch_that_is_pushed_is_named_as_a_whole(branch: Repository) -> None:
    branch.git("clone", "-q", "--bare", ".", "../server")
    branch.git("remote", "add", "origin", "../server")
    branch.git("fetch", "-q", "origin")
    branch.git("branch", "-q", "-u", "origin/topic")
    ran = gitsplit(branch.path, "--squash", "-n")

    assert ran.status == 1
    assert "All of topic is in origin/topic already." in ran.err
    assert "The whole branch (4 commits): gitsplit --squash origin/main" in ran.err


def test_of_several_merge_bases_one_is_to_be_named(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("branch", "-M", "main")
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("topic\n", {"t": b"1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("main\n", {"m": b"1\n"})
    one, two = repo.oid("main"), repo.oid("topic")
    repo.git("merge", "-q", "--no-edit", two)
    repo.git("checkout", "-q", "topic")
    repo.git("merge", "-q", "--no-edit", one)
    ran = gitsplit(repo.path, "--squash", "main", "-n")

    assert ran.status == 1
    assert "main and HEAD have 2 merge bases." in ran.err
    assert "gitsplit --squash " in ran.err


def test_a_branch_from_the_root_on(repo: Repository) -> None:
    repo.commit("one\n", {"a": b"1\n", "docs/b": b"1\n"})
    repo.commit("two\n", {"docs/b": b"2\n"})
    tree = repo.tree("HEAD")
    done(repo.path, "--squash", "--root", "-y")

    assert repo.tree("HEAD") == tree


def test_in_a_bare_repository_too(branch: Repository, tmp_path: Path) -> None:
    branch.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    bare = Repository(tmp_path / "bare")
    bare.git("symbolic-ref", "HEAD", "refs/heads/topic")
    tree = bare.tree("topic")
    done(bare.path, "--squash", "main", "-y")

    assert bare.tree("topic") == tree
    assert bare.git("rev-list", "--count", "main..topic") == "2"


def test_what_is_left_out_stays_in_the_files(
    branch: Repository, tmp_path: Path
) -> None:
    plan = json.loads(done(branch.path, "--squash", "main", "-n", "--format", "json"))
    (entry,) = plan["series"]
    gone = next(g for g in entry["groups"] if g["message"].startswith("Say more"))
    entry["groups"].remove(gone)
    entry["dropped"] = gone["files"]
    done(branch.path, "--plan", written(tmp_path / "plan.json", plan), "-y")

    assert subjects(branch) == ["Add three"]
    assert branch.git("diff", "--name-only") == "README"
    assert (branch.path / "README").read_bytes() == b"doc\nmore\n"


def test_a_plan_that_continues_another_commit_is_refused(
    branch: Repository, tmp_path: Path
) -> None:
    plan = json.loads(done(branch.path, "--squash", "main", "-n", "--format", "json"))
    plan["series"][0]["groups"][0]["continues"] = branch.oid("main")
    name = written(tmp_path / "plan.json", plan)
    ran = gitsplit(branch.path, "--plan", name, "-y")

    assert ran.status == 1
    assert f"The plan continues {branch.oid('main')[:10]}, which" in ran.err


def test_commands_are_run_on_the_new_commits(branch: Repository) -> None:
    tree = branch.tree("HEAD")
    ran = gitsplit(branch.path, "--squash", "main", "-y", "-x", "grep -q 33 a.py")

    assert ran.status == 0, ran.err
    assert branch.tree("HEAD") == tree
    assert trees(branch, "main..")


@pytest.mark.parametrize("seed", range(8))
def test_of_any_branch_the_tree_stays_and_no_id_is_used_twice(
    repo: Repository, seed: int
) -> None:
    base, oids = build(repo, Random(f"whole {seed}"), merges=True)
    tree, before = repo.tree("HEAD"), [*filter(None, change_ids(repo, f"{base}.."))]
    ran = gitsplit(repo.path, "--squash", base, "-y")

    assert ran.status == 0 or "The plan changes nothing." in ran.err, ran.err
    assert repo.tree("HEAD") == tree
    after = [*filter(None, change_ids(repo, f"{base}.."))]
    assert len({*after}) == len(after)
    assert not {*before} - {*after} or "abandon" in ran.out
    assert repo.git("rev-list", "--merges", f"{base}..") == "" or ran.status
    assert repo.fsck() == ""
    assert repo.git("status", "--porcelain") == ""
    if not ran.status:
        done(repo.path, "--undo")
        assert repo.oid("HEAD") == oids[-1]


def test_a_branch_at_a_commit_follows_the_one_that_continues_it(
    branch: Repository,
) -> None:
    branch.git("branch", "first", "topic~3")
    branch.git("branch", "fixed", "topic~1")
    out = done(branch.path, "--squash", "main", "-y")

    assert branch.oid("first") == branch.oid("topic~1")
    assert branch.git("log", "--format=%s", "-1", "fixed") == "fixup! Add three"
    assert "fixed" in out


def test_what_a_remote_branch_has_is_said_and_how_the_new_commits_are_pushed(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("checkout", "-q", "-b", "topic")
    for number in range(3):
        repo.commit(f"step {number}\n", {"a": b"%d\n" % number, f"f{number}": b"f\n"})
    repo.git("clone", "-q", "--bare", ".", "../server")
    repo.git("remote", "add", "origin", "../server")
    repo.git("push", "-q", "-f", "origin", "topic~1:topic")
    repo.git("fetch", "-q", "origin")
    out = done(repo.path, "--squash", "HEAD~3", "-n")

    push = "Push with: git push --force-with-lease origin topic"
    assert f"origin/topic has 2 of the old commits.\n{push}\n" in out


def test_what_lies_below_a_branch_that_is_pushed_in_part_is_said(
    branch: Repository,
) -> None:
    branch.git("clone", "-q", "--bare", ".", "../server")
    branch.git("remote", "add", "origin", "../server")
    branch.git("fetch", "-q", "origin")
    branch.git("branch", "-q", "-u", "origin/topic")
    branch.commit("later\n", {"other": b"2\n", "a.py": FIRST})
    out = done(branch.path, "--squash", "-n", "--group-by", "file")

    below = "4 commits below are in origin/topic already and will not change"
    assert f"{below}; the whole branch: gitsplit --squash origin/main" in out


def test_a_plan_leaves_commits_above_as_they_are(
    branch: Repository, tmp_path: Path
) -> None:
    plan = json.loads(done(branch.path, "--squash", "main", "-n", "--format", "json"))
    branch.commit(f"later\n\nChange-Id: {IDS[2]}\n", {"README": b"doc\n"})
    tree = branch.tree("HEAD")
    done(branch.path, "--plan", written(tmp_path / "plan.json", plan), "-y")

    assert branch.tree("HEAD") == tree
    assert subjects(branch) == ["Add three", "Say more", "later"]


def test_a_plan_is_fitted_to_a_branch_that_was_amended(
    branch: Repository, tmp_path: Path
) -> None:
    plan = json.loads(done(branch.path, "--squash", "main", "-n", "--format", "json"))
    name = written(tmp_path / "plan.json", plan)
    branch.write({"README": b"doc\nmore\nand more\n"})
    branch.git("commit", "-q", "-a", "--amend", "--no-edit")
    tree = branch.tree("HEAD")
    refused = gitsplit(branch.path, "--plan", name, "-y")
    ran = gitsplit(branch.path, "--plan", name, "--fit", "-n", "--format", "json")
    fitted = json.loads(ran.out)

    assert refused.status == 1
    assert ran.status == 0, ran.err
    heirs = [group["continues"] for group in plan["series"][0]["groups"]]
    groups = fitted["series"][0]["groups"]
    assert [group["continues"] for group in groups] == heirs
    assert "README" in ran.err
    done(branch.path, "--plan", written(tmp_path / "fitted.json", fitted), "-y")
    assert branch.tree("HEAD") == tree


def test_selected_commits_are_opened_as_one_change_and_the_others_stay(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a.py": FIRST, "README": b"doc\n"})
    repo.commit(f"Add three\n\nChange-Id: {IDS[0]}\n", {"a.py": FIRST + THREE})
    repo.commit(f"Say more\n\nChange-Id: {IDS[1]}\n", {"README": b"doc\nmore\n"})
    text = (FIRST + THREE).replace(b"return 3", b"return 33")
    repo.commit("fixup! Add three\n", {"a.py": text})
    repo.commit(f"after\n\nChange-Id: {IDS[2]}\n", {"other": b"1\n"})
    tree = repo.tree("HEAD")
    terminal = Terminal(repo.path, "HEAD~4")
    terminal.wait_for("oldest first")
    terminal.type("vjjQ")
    terminal.wait_for("3 commits as one change")
    terminal.settle()
    terminal.type("w\r")

    assert terminal.exit_status() == 0, terminal.text
    said = repo.git("log", "--reverse", "--format=%s", "HEAD~3..").splitlines()
    assert said == ["Add three", "Say more", "after"]
    assert repo.tree("HEAD") == tree
    assert change_ids(repo, "HEAD~3..") == [*IDS[:3]]


def test_what_is_one_change_already_is_in_no_range(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"0\n", "b": b"0\n"})
    for number in range(1, 5):
        repo.commit(f"{number}\n", {"a": b"%d\n" % number, "b": b"%d\n" % number})
    before = repo.oid("HEAD")
    terminal = Terminal(repo.path, "HEAD~4")
    terminal.wait_for("oldest first")
    terminal.type("jvjjQ")
    terminal.wait_for("3 commits as one change")
    terminal.settle()
    terminal.type("b")
    terminal.wait_for("oldest first")
    terminal.type("kvjR")
    terminal.wait_for("is split as one change with others")
    terminal.type("qqq")

    assert terminal.exit_status() == 0, terminal.text
    assert repo.oid("HEAD") == before


def test_unfinished_work_on_a_branch_is_kept(branch: Repository) -> None:
    terminal = Terminal(branch.path, "--squash", "main")
    terminal.wait_for("as one change")
    terminal.settle()
    terminal.type("1qqq")
    assert terminal.exit_status() == 0
    again = Terminal(branch.path, "--squash", "main")
    again.wait_for("restored your draft")
    again.type("qqq")
    assert again.exit_status() == 0


@pytest.fixture
def numbers(repo: Repository) -> Repository:
    """A branch of three commits in files of their own, the last of them the largest."""
    repo.commit("base\n", {"README": b"doc\n"})
    repo.git("branch", "-M", "main")
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Add a second\n", {"b.py": b"def second():\n    return 2\n"})
    repo.commit("Add a first\n", {"a.py": b"def first():\n    return 1\n"})
    text = b"def third():\n" + b"    print(3)\n" * 9
    repo.commit("Add a third\n", {"c.py": text})
    return repo


def reordered(repo: Repository, path: Path) -> str:
    """A plan in which the last commit's group is the first, and the second's last."""
    plan = json.loads(done(repo.path, "--squash", "main", "-n", "--format", "json"))
    groups = plan["series"][0]["groups"]
    order = ["Add a third\n", "Add a second\n", "Add a first\n"]
    groups.sort(key=lambda group: order.index(group["message"]))
    return written(path, plan)


def test_branches_at_the_tip_stay_at_the_tip_whoever_continues_it(
    numbers: Repository, tmp_path: Path
) -> None:
    for name in ("backup", "other"):
        numbers.git("branch", name)
    old = numbers.oid("HEAD")
    plan = reordered(numbers, tmp_path / "plan.json")
    out = done(numbers.path, "-y", "--plan", plan)

    assert subjects(numbers)[0] == "Add a third"
    assert numbers.oid("HEAD") != old
    for name in ("backup", "other"):
        assert numbers.oid(name) == numbers.oid("HEAD")
    assert "other files" not in out


def test_a_branch_inside_follows_its_commit_and_it_is_said_what_that_changes(
    numbers: Repository, tmp_path: Path
) -> None:
    numbers.git("branch", "inside", "HEAD~1")
    was = numbers.oid("inside")
    plan = reordered(numbers, tmp_path / "plan.json")
    said = (
        "inside goes to commit 3, which continues its commit but has other files than"
        f" {was[:10]}."
    )

    assert said in done(numbers.path, "-n", "--plan", plan)
    assert said in done(numbers.path, "-y", "--plan", plan)
    assert numbers.oid("inside") == numbers.oid("HEAD")
    assert numbers.git("log", "-1", "--format=%s", "inside") == "Add a first"


def test_a_branch_inside_whose_state_stays_needs_no_word(
    numbers: Repository,
) -> None:
    numbers.git("branch", "inside", "HEAD~2")
    numbers.git("commit", "-q", "--amend", "-m", "Add the third")
    tree = numbers.tree("inside")
    plan = json.loads(done(numbers.path, "--squash", "main", "-n", "--format", "json"))
    groups = plan["series"][0]["groups"]
    order = ["Add a second\n", "Add the third\n", "Add a first\n"]
    groups.sort(key=lambda group: order.index(group["message"]))
    path = written(numbers.path.parent / "plan.json", plan)
    out = done(numbers.path, "-y", "--plan", path)

    assert numbers.tree("inside") == tree
    assert "other files" not in out


def test_the_authors_order_is_kept_where_nothing_depends_on_another(
    numbers: Repository,
) -> None:
    numbers.commit("Say so\n", {"README": b"doc\nfour\n"})
    numbers.commit("Test it\n", {"tests/test_a.py": b"def test_it():\n    pass\n"})
    numbers.commit("Configure it\n", {"setup.cfg": b"[tool]\nstrict = true\n"})
    authors = subjects(numbers)
    out = done(numbers.path, "--squash", "main", "-n", "--format", "json")

    groups = json.loads(out)["series"][0]["groups"]
    assert [group["message"].strip() for group in groups] == authors


def test_what_a_commit_needs_comes_first_whatever_the_authors_order(
    numbers: Repository,
) -> None:
    caller = b"import later\n\n\ndef call():\n    return later.made_for_it(1)\n"
    numbers.commit("Call it\n", {"call.py": caller})
    made = b"def made_for_it(value):\n    return value * 2\n"
    numbers.commit("Make what is called\n", {"later.py": made})
    out = done(numbers.path, "--squash", "main", "-n", "--format", "json")

    groups = json.loads(out)["series"][0]["groups"]
    said = [group["message"].strip() for group in groups]
    assert "Call it" not in said or said.index("Make what is called") < said.index(
        "Call it"
    )
