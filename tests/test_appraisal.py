"""``--check``: what each commit seems to hold, and that looking leaves no trace."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitsplit.model.objects import Oid, RawCommit
from gitsplit.model.series import Series, SourceCommit
from gitsplit.report.appraisal import (
    FORMAT,
    SURE,
    Appraisal,
    CommitAppraisal,
    appraisal_markdown,
    appraisal_text,
)
from tests.conftest import PROJECT
from tests.repository import Repository
from tests.runner import IDS, Ran, done, gitsplit, gitsplit_process, state_of

PAGE = (PROJECT / "docs" / "check.md").read_text(encoding="utf-8")


def document(ran: Ran) -> dict[str, Any]:
    """The only document that was printed."""
    found = json.loads(ran.out)
    assert (found["format"], found["version"]) == (FORMAT, 1)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def early(repo: Repository) -> Repository:
    """Two commits, of which the first uses what only the second defines."""
    repo.commit("base\n", {"a.py": b"import os\n", "c.py": b"import os\n"})
    use = b"import os\n\nprint(late_helper(os.sep))\n"
    repo.commit("use it\n", {"a.py": use})
    defined = b"def late_helper(name):\n    return name\n"
    repo.commit("define it\n", {"b.py": defined})
    return repo


def appraised(things: int, chance: float) -> Appraisal:
    raw = RawCommit.parse(b"tree %s\n\nSubject\n" % (b"1" * 40))
    commit = SourceCommit(Oid("2" * 40), raw)
    subjects = (b"Add @one", b"Add two", b"Add three")[:things]
    each = CommitAppraisal(
        *(commit, ("one", "two", "three")[:things]), chance=chance, subjects=subjects
    )
    return Appraisal(Series(None, commit.oid, (commit,)), (each,))


def test_a_line_for_each_commit_oldest_first(series: Repository) -> None:
    oids = series.git("log", "--reverse", "--format=%h", "--abbrev=10", "HEAD~3..")
    ran = gitsplit(series.path, "--check", "HEAD~3..HEAD")

    assert (ran.status, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == oids.split()
    assert ran.out.splitlines()[1].endswith(" (1 change, 100 % sure) above")


@pytest.mark.parametrize(
    "names", [("HEAD~3",), ("HEAD~3..",), ("HEAD~3..main",), ("-c", "HEAD~2"), ()]
)
def test_the_range_is_named_as_elsewhere(
    series: Repository, names: tuple[str, ...]
) -> None:
    if not names:
        series.git("branch", "-q", "below", "HEAD~3")
        series.git("branch", "-q", "-u", "below")
    told = document(gitsplit(series.path, "--check", "--format", "json", *names))

    listed = series.git("rev-list", "--reverse", "HEAD~3..").split()
    wanted = listed[:1] if "-c" in names else listed
    assert [each["commit"] for each in told["commits"]] == wanted
    assert told["upstream"] == series.oid("HEAD~3")


def test_it_needs_no_worktree_and_no_head_at_the_end_of_the_range(
    series: Repository, tmp_path: Path
) -> None:
    top = series.oid("HEAD")
    series.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    bare = Repository(tmp_path / "bare")
    bare.git("symbolic-ref", "HEAD", "refs/heads/unborn")

    told = document(
        gitsplit(bare.path, "--check", f"{top}~3..{top}~1", "--format", "json")
    )
    assert told["head"] == bare.oid(f"{top}~1")
    assert len(told["commits"]) == 2


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_it_leaves_no_trace(early: Repository, tmp_path: Path, form: str) -> None:
    early.write({"untracked": b"mine\n", "a.py": b"dirty\n"})
    before = state_of(early.path)

    ran = gitsplit_process(early.path, "--check", "HEAD~2", "--format", form)

    assert (ran.status, ran.err) == (1, "")
    assert state_of(early.path) == before


def test_who_names_no_range_is_told_how(series: Repository) -> None:
    unnamed = gitsplit(series.path, "--check")
    dotted = gitsplit(series.path, "--check", "HEAD~2...main")
    tree = series.git("rev-parse", "HEAD^{tree}")
    other = series.git("commit-tree", tree, "-m", "unrelated")
    apart = gitsplit(series.path, "--check", f"HEAD..{other}")

    assert "hint: Name a range, as in: gitsplit --check main..HEAD;" in unnamed.err
    assert "hint: What main has and HEAD~2 lacks: HEAD~2..main\n" in dotted.err
    assert f"HEAD and {other} have no commit in common." in apart.err
    assert [each.status for each in (unnamed, dotted, apart)] == [1, 1, 1]


def test_nothing_to_be_said_of_an_empty_range(series: Repository) -> None:
    assert done(series.path, "--check", "HEAD..HEAD") == ""
    assert done(series.path, "--check", "HEAD..HEAD~2") == ""


def test_a_name_used_before_it_comes_is_found(early: Repository) -> None:
    ran = gitsplit(early.path, "--check", "HEAD~2..HEAD")

    assert ran.status == 1
    first, second = ran.out.splitlines()
    later = early.oid("HEAD")[:10]
    assert first.startswith("! ")
    assert first.endswith(
        f"; needs `late_helper` from {later}, which comes later) use it"
    )
    assert second.startswith("  ")


def test_a_name_that_another_file_has_anyway_is_not(early: Repository) -> None:
    early.git("checkout", "-q", "--orphan", "other")
    early.git("rm", "-q", "-rf", ".")
    early.commit("base\n", {"z.py": b"def late_helper(name): pass\n", "a.py": b"\n"})
    early.git("cherry-pick", "-X", "theirs", "main~1", "main")

    assert gitsplit(early.path, "--check", "HEAD~2..HEAD").status == 0


def test_a_name_taken_away_that_a_later_commit_still_used_is_found(
    repo: Repository,
) -> None:
    kept = b"import os\n"
    repo.commit(
        "base\n",
        {
            "a.py": kept + b"print(old_helper(1))\n",
            "b.py": kept + b"def old_helper(name):\n    return name\n",
        },
    )
    repo.commit("remove it\n", {"b.py": kept})
    repo.commit("no longer use it\n", {"a.py": kept})

    told = document(gitsplit(repo.path, "--check", "HEAD~2", "--format", "json"))
    assert [each["early_names"] for each in told["commits"]] == [
        [{"name": "old_helper", "commit": repo.oid("HEAD"), "removed": True}],
        [],
    ]


def test_an_import_that_comes_late_is_found(repo: Repository) -> None:
    repo.commit("base\n", {"a.py": b"x = 1\n", "b.py": b"import shutil\n"})
    repo.commit("use it\n", {"a.py": b"x = 1\nshutil.rmtree(x)\n"})
    repo.commit("import it\n", {"a.py": b"import shutil\nx = 1\nshutil.rmtree(x)\n"})

    ran = gitsplit(repo.path, "--check", "HEAD~2")
    assert "; needs `shutil` from " in ran.out.splitlines()[0]


def test_what_gerrit_would_refuse_is_said_where_there_is_one(
    series: Repository,
) -> None:
    series.commit(f"twice\n\nChange-Id: {IDS[2]}\n", {"numbers": b"none\n"})
    series.commit("without\n", {"numbers": b"one\n"})
    told = document(
        gitsplit(series.path, "--check", "HEAD~3..HEAD", "--format", "json")
    )
    series.git("config", "gerrit.createChangeId", "true")
    again = document(
        gitsplit(series.path, "--check", "HEAD~3..HEAD", "--format", "json")
    )

    words = [[each["message"] for each in c["gerrit"]] for c in again["commits"]]
    same = "same Change-Id in multiple changes"
    assert words == [[same], [same], ["missing Change-Id in message footer"]]
    assert told["found"] is again["found"] is True


def test_merges_are_listed_and_not_analyzed(series: Repository) -> None:
    series.git("checkout", "-q", "-b", "side", "HEAD~1")
    series.commit("beside\n", {"beside": b"1\n"})
    series.git("merge", "-q", "--no-edit", "main")

    ran = gitsplit(series.path, "--check", "main~1..side")
    assert " (merge, not analyzed" in ran.out.splitlines()[-1]


def test_a_merge_hides_no_name_that_comes_late_on_one_side_of_it(
    early: Repository,
) -> None:
    early.git("checkout", "-q", "-b", "side", "HEAD~2")
    early.commit("use another\n", {"d.py": b"import os\n\nprint(side_helper(os))\n"})
    early.commit("define another\n", {"e.py": b"def side_helper(a):\n    return a\n"})
    early.git("merge", "-q", "--no-edit", "main")
    early.commit("define both again\n", {"b.py": b"def late_helper(name): pass\n"})

    ran = gitsplit(early.path, "--check", "main~2..side", "--format", "json")
    told = document(ran)
    assert ran.status == 1
    assert {
        each["subject"]: [name["name"] for name in each["early_names"]]
        for each in told["commits"]
        if each["early_names"]
    } == {"use it": ["late_helper"], "use another": ["side_helper"]}


def test_a_shallow_clone_that_lacks_a_parent_says_so(
    series: Repository, tmp_path: Path
) -> None:
    series.git("checkout", "-q", "-b", "side", "HEAD~1")
    series.commit("beside\n", {"beside": b"1\n"})
    series.git("merge", "-q", "--no-edit", "main")
    clone = tmp_path / "shallow"
    series.git("clone", "-q", "--depth=2", series.path.as_uri(), str(clone))

    ran = gitsplit(clone, "--check", "HEAD~1..HEAD")
    assert (ran.status, ran.out) == (1, "")
    assert " is not in this shallow clone." in ran.err
    assert "hint: Get more history: git fetch --deepen=10\n" in ran.err


def test_a_subject_cannot_be_taken_for_what_is_said(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("late: 2 changes, 93 % sure\n", {"a": b"2\n"})

    said = done(repo.path, "--check", "HEAD~1").split(maxsplit=1)[1]
    assert said == "(1 change, 100 % sure) late: 2 changes, 93 % sure\n"


def test_who_is_unsure_says_nothing_to_reviewers() -> None:
    below, above = SURE - 0.001, SURE
    assert appraisal_markdown(appraised(2, below)) == ""
    assert appraisal_markdown(appraised(1, 0.99)) == ""
    assert not appraised(2, below).has_findings

    assert "  - 2 changes, " in appraisal_markdown(appraised(2, above))
    assert appraisal_text(appraised(2, above)).startswith("! ")
    assert appraised(2, above).has_findings


def test_the_comment_has_a_line_for_each_change_its_subject_first() -> None:
    said = appraisal_markdown(appraised(3, SURE))

    assert "".join(f"{line}\n" for line in said.splitlines()[:5]) == (
        "- **2222222222** `Subject`\n"
        "  - 3 changes, 90 % sure:\n"
        "    - `Add @one`: one\n"
        "    - `Add two`: two\n"
        "    - `Add three`: three\n"
    )


def test_all_is_well_and_the_comment_is_empty(series: Repository) -> None:
    comment = series.path / "comment.md"
    args = ("--check", "HEAD~2..HEAD", "--format", "markdown")

    assert done(series.path, *args) == ""
    done(series.path, *args, "-o", str(comment))
    assert comment.read_bytes() == b""


def test_the_comment_shows_all_that_comes_from_the_repository_as_code(
    early: Repository,
) -> None:
    hostile = "**bold** <b>tag</b> @all #1 [x](y)"
    early.git("commit", "-q", "--amend", "-m", hostile)
    early.commit("last\n", {"d.py": b"def last(name):\n    return later(1)\n"})
    early.commit(hostile, {"e.py": b"def later(name):\n    return name\n"})

    said = gitsplit(early.path, "--check", "HEAD~4", "--format", "markdown").out
    assert said.count("\n") == 4
    assert hostile not in said.replace(f"`{hostile}`", "")


def test_errors_are_as_ever_and_json_tells_them_from_findings(
    early: Repository,
) -> None:
    found = gitsplit(early.path, "--check", "HEAD~2", "--format", "json")
    failed = gitsplit(early.path, "--check", "nobody..HEAD", "--format", "json")
    wrong = gitsplit(early.path, "--check", "--yes")

    assert (found.status, document(found)["found"], found.err) == (1, True, "")
    assert failed.status == 1
    assert json.loads(failed.out)["error"] == "UnknownRevision"
    assert "gitsplit: nobody is not a commit." in failed.err
    assert wrong.status == 2
    assert gitsplit(early.path, "--check", "--format", "script").status == 2


def test_the_page_shows_the_fields_that_there_are(early: Repository) -> None:
    block = PAGE.split("```json\n")[1].split("```")[0]
    shown = json.loads(block)
    told = document(gitsplit(early.path, "--check", "HEAD~2", "--format", "json"))

    assert [*shown] == [*told]
    assert [*shown["commits"][0]] == [*told["commits"][0]]
    assert [each["subjects"] for each in told["commits"]] == [["use it"], ["define it"]]
    assert [*shown["commits"][0]["early_names"][0]] == [
        *told["commits"][0]["early_names"][0]
    ]


HOOKS = (PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")


def hook_field(name: str) -> str:
    """A field of the hook, its lines joined as YAML folds them."""
    (found,) = re.findall(rf"^(?:- |  ){name}: (.*(?:\n    .*)*)$", HOOKS, re.MULTILINE)
    return re.sub(r"\s*\n\s+", " ", found.removeprefix(">-\n").strip())


def run_hook(repo: Repository, *args: str, **env: str) -> tuple[int, str]:
    """Exit status and output of the hook, called as pre-commit calls it."""
    command = [*shlex.split(hook_field("entry")), *args]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        command,
        cwd=repo.path,
        env={**os.environ, **env, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


def test_the_hook_has_what_pre_commit_asks_for() -> None:
    names = re.findall(r"^(?:- |  )(\w+):", HOOKS, re.MULTILINE)
    assert {"id", "name", "entry", "language"} <= set(names)
    assert len(names) == len(set(names))
    stages = hook_field("stages").strip("[]").split(", ")
    assert set(stages) <= {"pre-push", "post-commit", "manual"}
    assert (hook_field("pass_filenames"), hook_field("always_run")) == ("false", "true")


def test_the_hook_looks_at_what_is_pushed_or_at_the_last_commit(
    early: Repository,
) -> None:
    pushed = {
        "PRE_COMMIT_FROM_REF": early.oid("HEAD~2"),
        "PRE_COMMIT_TO_REF": early.oid("HEAD"),
    }
    status, said = run_hook(early, **pushed)
    assert (status, said.count("\n")) == (1, 2)

    status, said = run_hook(early, "--format", "markdown")
    assert (status, said) == (0, "")
    assert run_hook(early)[1].endswith(" sure) define it\n")
