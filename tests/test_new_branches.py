"""A branch at each new commit: made, followed, undone, or refused in a sentence."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitsplit.errors import NotHandedOver
from gitsplit.git.repository import open_repository
from gitsplit.model.todo import Todo
from gitsplit.workflow.conflict import hand_over_conflict
from gitsplit.workflow.preflight import outlook
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tests.repository import Repository
from tests.runner import done, gitsplit

TEMPLATE = "topic/{n}-{slug}"


@pytest.fixture
def feature(repo: Repository) -> Repository:
    """``feature`` with a commit of three new files on top of ``main``."""
    repo.commit("base\n", {"base": b"base\n"})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit("Add everything\n", {name: b"%s\n" % name.encode() for name in "abc"})
    return repo


def branches(repo: Repository) -> Mapping[str, str]:
    listed = repo.git("for-each-ref", "--format=%(refname:short) %(objectname)")
    return dict(line.split() for line in listed.splitlines())


def split(repo: Repository, *args: str, template: str = TEMPLATE) -> str:
    """What a split of HEAD by files, with a branch for each, has printed."""
    words = ("--yes", "--group-by", "file", "--branches", template, "HEAD~1")
    return done(repo.path, *args, *words)


def subjects(repo: Repository) -> list[str]:
    return repo.git("log", "--reverse", "--format=%s", "main..feature").splitlines()


def test_each_branch_of_a_stack_is_at_its_commit(feature: Repository) -> None:
    repo = feature
    said = split(repo)
    series = repo.git("rev-list", "--reverse", "main..feature").splitlines()
    made = [name for name in branches(repo) if name.startswith("topic/")]

    assert len(series) == 3
    assert [branches(repo)[name] for name in sorted(made)] == series[:2]
    assert branches(repo)["feature"] == series[2]
    for name in made:
        assert f": {name}\n" in said
    assert repo.git("symbolic-ref", "HEAD") == "refs/heads/feature"
    assert repo.git("reflog", "-1", "--format=%gs", sorted(made)[0]).startswith(
        "gitsplit: split of"
    )


def test_branches_follow_a_split_of_the_bottom_and_keep_their_names(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"base": b"base\n"})
    repo.git("checkout", "-q", "-b", "feature")
    paths = ("a/1", "a/2", "b/1", "c/1")
    repo.commit("Add everything\n", {path: path.encode() for path in paths})
    stack = ("--yes", "--branches", TEMPLATE, "--group-by")
    done(repo.path, *stack, "directory", "main")
    before = branches(repo)
    first, second = sorted(name for name in before if name.startswith("topic/"))
    done(repo.path, *stack, "file", "-c", first, "main")
    series = repo.git("rev-list", "--reverse", "main..feature").splitlines()
    after = branches(repo)
    (new,) = after.keys() - before.keys()

    assert len(series) == 4
    assert [after[name] for name in (new, first, second, "feature")] == series
    assert new.startswith("topic/1-") and new != first
    done(repo.path, "--undo")
    assert branches(repo) == before
    done(repo.path, "--undo")
    assert {*branches(repo)} == {"main", "feature"}


def test_undo_takes_the_branches_away(feature: Repository) -> None:
    repo = feature
    before = repo.refs()
    split(repo)
    said = done(repo.path, "--undo")
    assert repo.refs() == before
    assert "Deleted the branches that it had made: topic/1-" in said


def test_undo_names_the_branches_that_stay(feature: Repository, tmp_path: Path) -> None:
    repo = feature
    split(repo, template="topic/{n}")
    repo.git("branch", "-f", "topic/1", "main")
    repo.git("worktree", "add", "-q", str(tmp_path / "w"), "topic/2")
    said = done(repo.path, "--undo")
    assert "topic/1 stays where it is: it has moved since." in said
    assert f"topic/2 stays where it is: it is checked out in {tmp_path}/w." in said
    assert {*branches(repo)} == {"main", "feature", "topic/1", "topic/2"}


def test_a_detached_head_has_a_branch_at_the_tip_as_well(feature: Repository) -> None:
    repo = feature
    repo.git("checkout", "-q", "--detach")
    repo.git("branch", "-f", "feature", "main")
    before = repo.refs()
    split(repo, template="topic/{n}")
    names = ["topic/1", "topic/2", "topic/3"]
    assert [branches(repo)[name] for name in names] == [
        repo.oid(f"HEAD~{n}") for n in (2, 1, 0)
    ]
    assert repo.run("symbolic-ref", "-q", "HEAD", check=False).returncode
    done(repo.path, "--undo")
    assert repo.refs() == before


def test_a_branch_elsewhere_counts_and_follows_where_its_files_stay(
    feature: Repository, tmp_path: Path
) -> None:
    repo = feature
    repo.commit("On top\n", {"d": b"d\n"})
    repo.git("branch", "elsewhere", "HEAD~1")
    repo.git("worktree", "add", "-q", str(tmp_path / "w"), "elsewhere")
    done(
        repo.path,
        *("--yes", "--group-by", "file", "--branches", "t/{n}", "-c", "HEAD~1", "main"),
    )
    after = branches(repo)
    assert after["elsewhere"] == repo.oid("feature~1")
    assert {*after} == {"main", "feature", "elsewhere", "t/1", "t/2"}
    status = repo.git("-C", str(tmp_path / "w"), "status", "--porcelain")
    assert not status


def test_what_a_merge_brings_in_has_no_branch(feature: Repository) -> None:
    repo = feature
    repo.git("checkout", "-q", "-b", "side", "main")
    repo.commit("Beside\n", {"side": b"side\n"})
    repo.git("checkout", "-q", "feature")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
    repo.git("branch", "-D", "side")
    done(
        repo.path,
        *("--yes", "--group-by", "file", "--branches", "t/{n}", "-c", "HEAD~1", "main"),
    )
    after = branches(repo)
    assert {*after} == {"main", "feature", "t/1", "t/2", "t/3"}
    assert [after[f"t/{n}"] for n in (1, 2, 3)] == [
        repo.oid(f"feature~{n}") for n in (3, 2, 1)
    ]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("t/{n}-{subject}", "A branch name can have {n} and {slug}, not {subject}."),
        ("t..{n}", "“t..1” is not a valid branch name, which t..{n} makes."),
        ("", "is not a valid branch name"),
        ("HEAD", "“HEAD” is not a valid branch name."),
        ("-{n}", "“-1” is not a valid branch name"),
        ("@{-1}", "is not a valid branch name"),
        ("feature/{n}", "The branch feature exists, so feature/{n} can't be created."),
    ],
)
@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_a_template_that_makes_no_names_is_refused_first(
    feature: Repository, template: str, told: str, how: str
) -> None:
    repo = feature
    before = repo.refs()
    ran = gitsplit(repo.path, how, "--branches", template, "HEAD~1")
    assert ran.status == 1
    assert told in ran.err
    assert "hint: " in ran.err
    assert repo.refs() == before


def test_a_subject_that_is_a_branch_leaves_no_room_below(feature: Repository) -> None:
    repo = feature
    repo.git("branch", "add-a", "main")
    before = repo.refs()
    ran = gitsplit(
        repo.path,
        *("--yes", "--group-by", "file", "--branches", "{slug}/x", "HEAD~1"),
    )
    assert ran.status == 1
    assert "The branch add-a exists, so " in ran.err
    assert repo.refs() == before


def test_where_case_is_ignored_names_differ_by_more(feature: Repository) -> None:
    repo = feature
    repo.git("config", "core.ignoreCase", "true")
    repo.git("branch", "T-1", "main")
    split(repo, template="t-{n}")
    assert {*branches(repo)} == {"main", "feature", "T-1", "t-2", "t-3"}


def test_a_dry_run_shows_the_names_that_are_made(feature: Repository) -> None:
    repo = feature
    before = repo.refs()
    words = ("-n", "--group-by", "file", "--branches", TEMPLATE, "HEAD~1")
    shown = {
        form: gitsplit(repo.path, *words, "--format", form)
        for form in ("text", "markdown", "html", "json")
    }
    assert repo.refs() == before
    split(repo)
    made = branches(repo).keys() - {"main", "feature"}
    assert len(made) == 2
    for form, ran in shown.items():
        told = ran.err if form == "json" else ran.out
        assert all(name in told for name in made), (form, told)


def test_a_result_for_programs_has_the_branches(feature: Repository) -> None:
    repo = feature
    words = ("--yes", "--group-by", "file", "--branches", "t/{n}", "HEAD~1")
    ran = json.loads(gitsplit(repo.path, *words, "--format", "json").out)
    assert ran["created"] == [
        {"ref": f"refs/heads/t/{n}", "new": branches(repo)[f"t/{n}"]} for n in (1, 2)
    ]
    assert [move["ref"] for move in ran["moved"]] == ["refs/heads/feature"]
    made = ran["created"]
    repo.git("branch", "-f", "t/2", "main")
    ran = json.loads(gitsplit(repo.path, "--undo", "--format", "json").out)
    assert ran["created"] == []
    assert ran["deleted"] == [{"ref": "refs/heads/t/1", "old": made[0]["new"]}]
    assert [left["ref"] for left in ran["left"]] == ["refs/heads/t/2"]


def test_a_script_makes_them_as_well(feature: Repository, tmp_path: Path) -> None:
    repo = feature
    words = ("-n", "--group-by", "file", "--branches", TEMPLATE, "HEAD~1")
    script = tmp_path / "split.sh"
    script.write_text(done(repo.path, *words, "--format", "script"))
    split(repo)
    made = branches(repo)
    trees = {name: repo.tree(name) for name in made}
    done(repo.path, "--undo")
    subprocess.run(["sh", str(script)], cwd=repo.path, check=True)
    assert {name: repo.tree(name) for name in branches(repo)} == trees


def test_the_stack_is_pushed_from_the_bottom_up(feature: Repository) -> None:
    repo = feature
    repo.git("remote", "add", "origin", "/nowhere")
    said = split(repo, template="t/{n}")
    assert "Push with: git push origin t/1 t/2 feature\n" in said


def test_graphite_has_the_branch_below_for_the_first_parent(
    feature: Repository,
) -> None:
    repo = feature
    (repo.path / ".git" / ".graphite_repo_config").write_text("{}")
    words = ("--yes", "--group-by", "file", "--branches", "t/{n}", "main")
    assert done(repo.path, *words).splitlines()[-6:] == [
        "New branch at commit 2: t/2",
        "Push with: gt track t/1 --parent main",
        "Then: gt track t/2 --parent t/1",
        "Then: gt track feature --parent t/2",
        "Then: gt submit --stack",
        "Undo with: gitsplit --undo",
    ]


def test_uncommitted_work_becomes_a_stack_also_where_nothing_was_committed(
    repo: Repository,
) -> None:
    repo.write({name: name.encode() for name in "abc"})
    repo.git("add", "-A")
    status = repo.git("status", "--porcelain")
    words = ("-w", "--yes", "--group-by", "file", "--branches", "t/{n}")
    done(repo.path, *words)
    tips = branches(repo)
    assert tips == {
        "main": repo.oid("HEAD"),
        "t/1": repo.oid("HEAD~2"),
        "t/2": repo.oid("HEAD~1"),
    }
    assert done(repo.path, "--undo").splitlines() == [
        "Undid: split of what wasn't committed into 3 commits. main has no commits.",
        "Deleted the branches that it had made: t/1, t/2.",
    ]
    assert not branches(repo)
    assert repo.git("status", "--porcelain") == status


def test_a_range_split_again_has_a_branch_at_each_commit(
    feature: Repository, tmp_path: Path
) -> None:
    repo = feature
    repo.commit("On top\n", {"a": b"a\nb\n", "d": b"d\n"})
    plan = tmp_path / "plan.json"
    done(repo.path, "--resplit", "-n", "--format", "json", "-o", str(plan), "main")
    document = json.loads(plan.read_text())
    first, second = document["series"][0]["groups"]
    moved = second["files"].pop()
    first["files"].append(moved)
    plan.write_text(json.dumps(document))
    words = ("--resplit", "--yes", "--plan", str(plan), "--branches", "t/{slug}")
    said = done(repo.path, *words, "main")
    assert "New branch at commit 1: t/add-everything\n" in said
    assert branches(repo) == {
        "main": repo.oid("main"),
        "feature": repo.oid("HEAD"),
        "t/add-everything": repo.oid("HEAD~1"),
    }


def test_at_a_stop_of_a_rebase_the_tip_has_a_branch_too(feature: Repository) -> None:
    repo = feature
    repo.commit("On top\n", {"d": b"d\n"})
    edit = {"GIT_SEQUENCE_EDITOR": "sed -i 1s/pick/edit/"}
    repo.run("rebase", "-q", "-i", "main", env=edit)
    done(
        repo.path,
        *("--yes", "--group-by", "file", "--branches", "t/{n}", "HEAD~1"),
    )
    tips = [repo.oid(f"HEAD~{n}") for n in (2, 1, 0)]
    assert [branches(repo)[f"t/{n}"] for n in (1, 2, 3)] == tips
    repo.git("rebase", "--continue")
    assert [branches(repo)[f"t/{n}"] for n in (1, 2, 3)] == tips
    assert repo.oid("feature~1") == tips[-1]


def test_what_is_squashed_or_dropped_has_no_branch(
    feature: Repository, tmp_path: Path
) -> None:
    repo = feature
    for name in "def":
        repo.commit(f"Add {name}\n", {name: b"1\n"})
    commits = repo.git("rev-list", "--reverse", "main..HEAD").splitlines()
    actions = ("pick", "fixup", "pick", "drop")
    plan = tmp_path / "plan.json"
    entries = [
        {"commit": oid, "subject": "", "action": action}
        for oid, action in zip(commits, actions, strict=True)
    ]
    head = {"format": "gitsplit-plan", "version": 1}
    ends = {"upstream": repo.oid("main"), "head": repo.oid("HEAD")}
    plan.write_text(json.dumps({**head, **ends, "series": entries}))
    done(repo.path, "--yes", "--plan", str(plan), "--branches", "t/{n}", "main")
    assert branches(repo) == {
        "main": repo.oid("main"),
        "feature": repo.oid("HEAD"),
        "t/1": repo.oid("HEAD~1"),
    }


def test_a_conflict_is_refused_with_branches(feature: Repository) -> None:
    repo = feature
    repo.commit("Change a\n", {"a": b"b\n"})
    before = repo.refs()
    request = Request(upstream="main", branches="t/{n}")
    opened = open_repository(repo.path)
    work = read_work(opened, request, asks=True)
    first = work.todo.entries[0]
    todo = Todo((replace(first, action="drop"), *work.todo.entries[1:]))
    work = replace(work, todo=todo)

    found = outlook(opened, work)
    assert found.conflict is not None
    assert found.objection.startswith("After a conflict git rebase makes the commits")
    with pytest.raises(NotHandedOver, match="--branches can't put branches at them"):
        hand_over_conflict(opened, work)
    assert repo.refs() == before


def test_a_plan_that_changes_nothing_makes_no_branches(
    feature: Repository, tmp_path: Path
) -> None:
    repo = feature
    repo.commit("On top\n", {"d": b"d\n"})
    plan = tmp_path / "plan.json"
    done(repo.path, "--resplit", "-n", "--format", "json", "-o", str(plan), "main")
    before = repo.refs()
    words = ("--resplit", "--yes", "--plan", str(plan), "--branches", "t/{n}", "main")
    ran = gitsplit(repo.path, *words)
    assert "The plan changes nothing." in ran.err
    assert repo.refs() == before


def test_a_branch_as_one_change_becomes_a_stack(feature: Repository) -> None:
    repo = feature
    repo.commit("More of a\n", {"a": b"a\nb\n"})
    words = ("--squash", "main", "--yes", "--group-by", "file", "--branches", "t/{n}")
    done(repo.path, *words)
    assert [branches(repo)[name] for name in ("t/1", "t/2", "feature")] == [
        repo.oid(f"HEAD~{n}") for n in (2, 1, 0)
    ]
