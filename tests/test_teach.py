"""The git commands of ``--teach``, typed, make what gitsplit makes."""

import json
import os
import random
import re
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.repositories.kinds import KINDS, Kind
from tests.repositories.splitting import fields_of, raw_commits
from tests.repository import Repository
from tests.runner import (
    Json,
    done,
    gitsplit,
    group,
    lines,
    plan_for,
    split_entry,
    state_of,
)
from tests.terminal import Terminal
from tests.test_script import commit_of, own_directory, random_plan
from tests.typist import Typist

PLANS = int(os.environ.get("GITSPLIT_TAUGHT", "4"))
"""So many random plans are typed."""

AUTHOR = "Jürgen Ä. Author <a@example.com> 1700000000 +0545"


def commit_kinds(repo: Repository, kinds: list[Kind]) -> None:
    """A commit of these kinds of change, between two others, checked out."""
    stream = b""
    for number, files in enumerate(("before", "after", "after")):
        head = b"commit refs/heads/main\n"
        head += f"author {AUTHOR}\n".encode()
        head += b"committer C <c@example.com> 1700000000 +0000\n"
        head += b"data 9\nline\n\nend\n"
        every = (e for kind in kinds for e in own_directory(kind, getattr(kind, files)))
        more = iter([(b"top", b"100644", b"1\n")] if number == 2 else [])
        stream += commit_of(iter([*every, *more]), head)
    repo.run("fast-import", "--quiet", "--force", stdin=stream)
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    repo.git("reset", "-q", "--hard")
    repo.git("clean", "-fdqx")


def copy_of(repo: Repository, path: Path, *settings: str) -> Repository:
    """A clone of the same user, with the same branch checked out, configured so."""
    options = [word for setting in settings for word in ("-c", setting)]
    repo.git("clone", "-q", "--no-local", *options, str(repo.path), str(path))
    clone = Repository(path)
    for key in ("user.name", "user.email"):
        clone.git("config", key, repo.git("config", key))
    return clone


def made_by(repo: Repository) -> list[tuple[object, ...]]:
    """All commits, but for what depends on who commits, and when."""
    return [
        (fields_of(raw, b"tree"), fields_of(raw, b"author"), raw.partition(b"\n\n")[2])
        for raw in raw_commits(repo, "HEAD")
    ]


def taught(repo: Repository, *args: str, stdin: bytes = b"") -> Any:
    """What ``--teach`` finds; None where the plan isn't one."""
    asked = ("-n", "--teach", "--format", "json", *args)
    ran = gitsplit(repo.path, *asked, stdin=stdin)
    return None if ran.status else json.loads(ran.out)["by_hand"]


def with_some_left_out(plan: bytes, chance: random.Random) -> bytes:
    """The plan, now and then with a hunk that is in no commit."""
    document = json.loads(plan)
    (entry,) = document["series"]
    hunks = entry["groups"][0]["hunks"]
    if chance.random() < 0.2 and len(hunks) > 2:
        entry["dropped"] = {"hunks": [hunks.pop()]}
        document["version"] = 2
    return json.dumps(document).encode()


def random_split(repo: Repository, chance: random.Random) -> bytes:
    """A plan for a commit of some kinds of change: HEAD, or the one below it."""
    commit_kinds(repo, chance.sample(KINDS, 8))
    at = "HEAD~1"
    if chance.random() < 0.4:
        repo.git("reset", "-q", "--hard", at)
        at = "HEAD"
    listing = ("-n", "-p", "--format", "json", "--group-by", "none", "-c", at)
    listed = json.loads(done(repo.path, *listing))
    return with_some_left_out(random_plan(listed, chance), chance)


def typed(
    repo: Repository, steps: Any, plan: bytes, place: Path, *settings: str
) -> bool:
    """Type the commands in a clone; it has the commits that gitsplit makes.

    False where gitsplit refuses to make them.
    """
    clone = copy_of(repo, place / "clone", *settings)
    if gitsplit(repo.path, "--plan", "-", "--yes", stdin=plan).status:
        return False
    Typist(clone, place / "typist").type_all(steps)
    assert made_by(clone) == made_by(repo)
    assert clone.git("stash", "list") == ""
    assert clone.git("status", "--porcelain") == repo.git("status", "--porcelain")
    return True


def type_random_plans(
    repo: Repository, place: Path, wanted: int, *settings: str
) -> Counter[str]:
    """Type so many random plans; why others have no commands."""
    for setting in settings:
        repo.git("config", *setting.split("=", 1))
    chance = random.Random(34)
    count, reasons = 0, Counter[str]()
    while count < wanted:
        plan = random_split(repo, chance)
        found = taught(repo, "--plan", "-", stdin=plan)
        if found is None:
            continue
        if "steps" in found:
            with TemporaryDirectory(dir=place) as name:
                count += typed(repo, found["steps"], plan, Path(name), *settings)
        else:
            reasons[found["reason"]] += 1
    return reasons


def test_random_plans_typed_make_the_same_commits(
    repo: Repository, tmp_path: Path
) -> None:
    reasons = type_random_plans(repo, tmp_path, PLANS)

    assert sum(reasons.values()) <= 2 + PLANS // 10, reasons


SETTINGS = {
    "what changes diffs": (
        *("diff.context=9", "diff.interHunkContext=4", "diff.noprefix=true"),
        *("diff.suppressBlankEmpty=true", "diff.algorithm=histogram"),
        *("apply.whitespace=error-all", "apply.ignoreWhitespace=change"),
        *("interactive.diffFilter=false", "diff.mnemonicPrefix=true"),
    ),
    "what changes commits": (
        *("commit.cleanup=strip", "rebase.autoSquash=true", "core.commentChar=;"),
        "i18n.commitEncoding=latin1",
    ),
    "line ends of another system": ("core.autocrlf=true",),
    "modes that don't count": ("core.fileMode=false",),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_whatever_is_configured(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=1")
    type_random_plans(repo, tmp_path, max(1, PLANS // 8), *SETTINGS[kind])


def lines_with(numbers: str) -> bytes:
    """Forty lines, some of which are others."""
    named = {*numbers.split()}
    lines = (f"new {n}\n" if str(n) in named else f"{n}\n" for n in range(40))
    return "".join(lines).encode()


@pytest.fixture
def tangled(repo: Repository) -> Repository:
    """A commit of two changes in one file, above another."""
    repo.commit("base\n", {"f": lines_with(""), "g": b"g\n"})
    repo.commit("tangled\n\nTwo things.\n", {"f": lines_with("2 4 30"), "new": b"1\n"})
    return repo


def plan_of(repo: Repository, *groups: Json, at: str = "HEAD") -> bytes:
    """A plan that splits the commit so."""
    return json.dumps(
        plan_for(repo, f"{at}~1", split_entry(repo, at, *groups))
    ).encode()


def two(repo: Repository, at: str = "HEAD") -> bytes:
    """A plan with one run of lines in the first commit."""
    first = group("first\n", lines("f", [(3, 3)], [(3, 3)]))
    return plan_of(repo, first, group("rest\n", owner=True), at=at)


def type_plan(repo: Repository, plan: bytes, place: Path, *args: str) -> Any:
    """Type the commands for a plan and compare; the lines that are typed."""
    steps = taught(repo, "--plan", "-", *args, stdin=plan)["steps"]
    assert typed(repo, steps, plan, place)
    return [command["command"] for step in steps for command in step["commands"]]


def test_a_commit_is_taken_apart_and_made_again(
    tangled: Repository, tmp_path: Path
) -> None:
    author = "--author='A. U. Thor <author@example.com>'"
    typed_lines = type_plan(tangled, two(tangled), tmp_path)

    assert [line.replace(author, "") for line in typed_lines][:2] == [
        "git reset HEAD~",
        "git add -p f",
    ]
    assert typed_lines[3] == "git add f new"


def test_the_original_is_committed_again_by_its_id(tangled: Repository) -> None:
    oid = tangled.oid("HEAD")
    steps = taught(tangled, "--commits", "2", "HEAD~1")["steps"]
    typed_lines = [command["command"] for step in steps for command in step["commands"]]

    assert f"git commit -C {oid[:10]}" in typed_lines


def test_what_is_above_is_rebased(tangled: Repository, tmp_path: Path) -> None:
    tangled.commit("above\n", {"g": b"2\n"})
    typed_lines = type_plan(tangled, two(tangled, "HEAD~1"), tmp_path)

    assert typed_lines[0] == f"git rebase -i {tangled.oid('HEAD@{1}~1')[:10]}~"
    assert typed_lines[-1] == "git rebase --continue"


def test_what_is_left_out_is_discarded_where_that_is_wanted(
    tangled: Repository, tmp_path: Path
) -> None:
    tangled.commit("above\n", {"g": b"2\n"})
    dropped = {"old_path": None, "path": "new", "whole": True}
    some = lines("f", [(31, 31)], [(31, 31)])
    entry = split_entry(tangled, "HEAD~1", group("first\n", owner=True))
    plan = plan_for(tangled, "HEAD~2", {**entry, "dropped": [dropped, some]})
    how = ("--drop-to", "discard")
    steps = taught(tangled, "--plan", "-", *how, stdin=json.dumps(plan).encode())
    clone = copy_of(tangled, tmp_path / "clone")
    Typist(clone, tmp_path / "typist").type_all(steps["steps"])
    done(tangled.path, "--plan", "-", "--yes", *how, stdin=json.dumps(plan).encode())

    assert made_by(clone) == made_by(tangled)
    assert clone.git("status", "--porcelain") == ""


def test_merges_above_are_made_again(tangled: Repository, tmp_path: Path) -> None:
    tangled.git("checkout", "-q", "-b", "side", "HEAD~1")
    tangled.commit("aside\n", {"g": b"2\n"})
    tangled.git("checkout", "-q", "main")
    tangled.git("merge", "-q", "--no-ff", "--no-edit", "side")
    typed_lines = type_plan(tangled, two(tangled, "HEAD~1"), tmp_path)

    assert "--rebase-merges" in typed_lines[0]


def test_a_root_commit_is_amended(repo: Repository, tmp_path: Path) -> None:
    repo.commit("root\n", {"a": b"1\n", "f": lines_with("")})
    repo.commit("above\n", {"g": b"2\n"})
    new: Json = {"old_path": None, "path": "a", "whole": True}
    entry = split_entry(repo, "HEAD~1", group("a\n", new), group("b\n", owner=True))
    plan = json.dumps(plan_for(repo, None, entry)).encode()
    typed_lines = type_plan(repo, plan, tmp_path, "--root")

    assert typed_lines[0] == "git rebase -i --root"
    assert any(" --amend " in line for line in typed_lines)


def test_what_is_not_committed_is_stashed(tangled: Repository, tmp_path: Path) -> None:
    tangled.write({"g": b"not committed\n"})
    steps = taught(tangled, "--plan", "-", stdin=two(tangled))["steps"]

    assert [step["commands"][0]["command"] for step in (steps[0], steps[-1])] == [
        "git stash",
        "git stash pop",
    ]


def test_what_was_only_touched_is_not_stashed(tangled: Repository) -> None:
    tangled.write({"g": b"g\n"})
    os.utime(tangled.path / "g", (2_000_000_000, 2_000_000_000))
    steps = taught(tangled, "--plan", "-", stdin=two(tangled))["steps"]

    assert "stash" not in json.dumps(steps)


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_files_that_git_overlooks_are_not_taught(
    tangled: Repository, flag: str
) -> None:
    tangled.git("update-index", flag, "g")
    tangled.write({"g": b"of this machine\n"})
    found = taught(tangled, "--plan", "-", stdin=two(tangled))

    assert found["reason"].startswith("git is told to ignore changes in g (skip-")


def test_files_that_stay_changed_when_stashed_are_not_taught(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"f": lines_with(""), "odd": b"1\r\n"})
    repo.commit("tangled\n", {"f": lines_with("2 30")})
    attributes = repo.path / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("odd eol=crlf\n", encoding="ascii")
    os.utime(repo.path / "odd", (2_000_000_000, 2_000_000_000))
    found = taught(repo, "--plan", "-", stdin=two(repo))

    assert found["reason"].startswith("git shows odd as modified however often it is")


def test_no_hook_runs_while_commands_are_tried(tangled: Repository) -> None:
    hook = tangled.path / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch $GIT_DIR/hooked\n", encoding="ascii")
    hook.chmod(0o755)
    taught(tangled, "--plan", "-", stdin=two(tangled))
    done(tangled.path, "--explain", "--commits", "2")

    assert not (tangled.path / ".git" / "hooked").exists()


def test_nothing_is_written_while_commands_are_tried(tangled: Repository) -> None:
    before = state_of(tangled.path)
    done(tangled.path, "-n", "--teach", "--plan", "-", stdin=two(tangled))

    assert state_of(tangled.path) == before


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_each_format_has_the_commands(tangled: Repository, form: str) -> None:
    said = done(tangled.path, "-n", "--teach", "--format", form, "-c", "HEAD")

    assert "\ngit reset HEAD~\n" in said


def test_what_an_editor_is_to_have_stands_between_two_marks(
    tangled: Repository,
) -> None:
    tangled.commit("above\n", {"g": b"2\n"})
    plan = two(tangled, "HEAD~1")
    said = done(tangled.path, "-n", "--teach", "--plan", "-", stdin=plan)
    _, _, shown = said.partition("By hand, with git alone:\n")
    begins, ends = "    -- the text begins --\n", "    -- the text ends --\n"
    first, *others = shown.split(begins)
    texts = [each.partition(ends)[0] for each in others]
    rest = first + "".join(each.partition(ends)[2] for each in others)

    assert texts[0].startswith("edit ")
    assert re.fullmatch(r"((git .*|#.*|    .*|)\n)*", rest)


def test_the_author_is_named_to_whoever_types_it(tangled: Repository) -> None:
    own = [tangled.git("config", f"user.{what}").strip() for what in ("name", "email")]
    tangled.git("commit", "-q", "--amend", "--reset-author", "--no-edit")
    shown = json.dumps(taught(tangled, "--plan", "-", stdin=two(tangled)))

    assert "--author='{} <{}>'".format(*own) in shown


def test_the_summary_has_the_commands(tangled: Repository) -> None:
    old = tangled.oid("HEAD")
    said = done(tangled.path, "--yes", "--teach", "--commits", "2", "HEAD~1")

    assert f"\n# start from {old[:10]}, as after: gitsplit --undo\n" in said
    assert "\ngit reset HEAD~\n" in said


def test_where_there_are_no_commands_a_sentence_says_why(tangled: Repository) -> None:
    tangled.git("clone", "-q", "--bare", ".", "bare.git")
    bare = Repository(tangled.path / "bare.git")

    assert taught(bare, "HEAD~1") == {
        "reason": "A bare repository has no worktree to stage files from."
    }


def test_uncommitted_work_is_staged_and_committed(
    tangled: Repository, tmp_path: Path
) -> None:
    new = lines_with("2 4 9 31").replace(b"new 30", b"30")
    tangled.write({"f": new, "g": b"staged\n", "sub/new": b"2\n"})
    tangled.git("add", "g")
    listing = ("-n", "-p", "--format", "json", "--group-by", "none", "--untracked")
    listed = json.loads(done(tangled.path, *listing))
    entry = listed["series"][0]
    numbers = [hunk["number"] for hunk in entry["hunks"]]
    groups = [
        {"message": "one\n", "hunks": numbers[::2]},
        {"message": "two\n\nMore.\n", "hunks": numbers[1::2]},
    ]
    entry["groups"] = groups
    plan = json.dumps({**listed, "series": [entry]}).encode()
    steps = taught(tangled, "--untracked", "--plan", "-", stdin=plan)["steps"]
    copied = Repository(Path(shutil.copytree(tangled.path, tmp_path / "copy")))
    Typist(copied, tmp_path / "typist").type_all(steps)
    done(tangled.path, "--untracked", "--plan", "-", "--yes", stdin=plan)

    words = ("log", "-3", "--format=%T %an %ae %B")
    assert copied.git(*words) == tangled.git(*words)
    assert copied.git("status", "--porcelain") == ""


def test_a_page_of_the_screen_has_the_commands(tangled: Repository) -> None:
    screen = Terminal(tangled.path, "--teach", "HEAD~1")
    screen.wait_for("$ shows the git commands for the same")
    screen.type("$")
    screen.wait_for("git reset HEAD~")
    screen.type("q")
    screen.type("w")
    screen.wait_for("Enter: apply")
    screen.type("$")
    screen.wait_for("git reset HEAD~")
    screen.type("qqq")

    assert screen.exit_status() == 0


def test_an_answer_without_a_screen_says_the_commands(tangled: Repository) -> None:
    ran = gitsplit(tangled.path, "--no-screen", "HEAD~1", stdin=b"$\nq\nq\n")

    assert "\ngit reset HEAD~\n" in ran.out


def test_a_script_has_no_other_commands_beside_it(tangled: Repository) -> None:
    ran = gitsplit(tangled.path, "-n", "--teach", "--format", "script", "HEAD~1")

    assert ran.status == 2
    assert "--teach cannot be combined with --format script." in ran.err


def test_a_plan_that_cannot_be_applied_has_no_commands(tangled: Repository) -> None:
    tangled.git("commit", "-q", "--amend", "--allow-empty-message", "-m", "")
    found = taught(tangled, "--commits", "2", "HEAD~1")

    assert found["reason"].endswith("is empty. Give it at least a subject line.")
