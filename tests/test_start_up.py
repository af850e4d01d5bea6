"""What gitsplit costs without a screen: what it imports, and the calls for a series.

Counts, not times: they are the same on every machine.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import FrameType

import pytest

from gitsplit.git import libgit2
from gitsplit.workflow.lessons import SHIPPED

from .repository import Repository
from .runner import done, written
from .terminal import Terminal

SCREEN = {"prompt_toolkit", "pygments", "gitsplit.tui"}
PROPOSAL = {"gitsplit.proposal.propose", "gitsplit.proposal.scoring"}
REBASE = {"gitsplit.git.rebase", "gitsplit.git.rebase_record"}
UNUSED = {
    "pygit2",
    "ssl",
    "socket",
    "tarfile",
    "logging",
    "asyncio",
    "secrets",
    "difflib",
    "gitsplit.teaching",
    "gitsplit.workflow.tutorial",
}
"""What no way of calling needs, and what costs much."""
TAUGHT = {"gitsplit.teaching", "gitsplit.workflow.tutorial"}


def modules_after(cwd: Path, *args: str) -> set[str]:
    """The modules that ``gitsplit ARGS`` has imported when it ends."""
    code = (
        "import os, sys\n"
        "from gitsplit.__main__ import run\n"
        "os._exit = lambda status: None\n"
        "try: run()\n"
        "except SystemExit as stop: assert not stop.code, stop.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, *args]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    loaded = set(ended.stderr.split())
    assert "gitsplit.cli.main" in loaded
    return loaded


def own(modules: set[str]) -> list[str]:
    """The modules of gitsplit's own among these."""
    return sorted(name for name in modules if name.split(".")[0] == "gitsplit")


def test_the_version_is_told_without_git(tmp_path: Path) -> None:
    loaded = modules_after(tmp_path, "--version")

    assert not loaded & {*SCREEN, *PROPOSAL, *UNUSED, "gitsplit.git.repository"}
    assert not any(name.startswith("pygit2") for name in loaded)
    assert len(own(loaded)) <= 16, own(loaded)


def test_a_plan_is_applied_without_proposal_screen_and_rebase(
    series: Repository, tmp_path: Path
) -> None:
    plan = written(tmp_path / "plan.json", {})
    done(series.path, "-n", "--format", "json", "-o", plan, "HEAD~1")
    loaded = modules_after(series.path, "--plan", plan, "--yes")

    assert not loaded & {*SCREEN, *PROPOSAL, *REBASE, *UNUSED}
    # Two of them read hunks by number, in place of lines.
    assert len(own(loaded)) <= 74, own(loaded)


def test_a_dry_run_loads_nothing_of_screen_and_rebase(series: Repository) -> None:
    loaded = modules_after(series.path, "--dry-run", "HEAD~1")

    assert not loaded & {*SCREEN, *REBASE, *UNUSED}
    # Five of them look whether the order of the commits holds; one knows of a change
    # that several commits made, one what commits change in truth.
    assert len(own(loaded)) <= 99, own(loaded)


def test_a_page_that_explains_a_commit_loads_nothing_of_the_screen(
    series: Repository,
) -> None:
    loaded = modules_after(series.path, "--explain", "-c", "HEAD~2")

    assert not loaded & {*SCREEN, *REBASE, *UNUSED - {"difflib"}}
    assert not loaded & {"gitsplit.report.html", "gitsplit.report.text"}
    # Answers of `git add -p` need difflib; the git commands are told, too.
    assert len(own(loaded)) <= 116, own(loaded)


def test_a_quiz_in_lines_of_text_draws_nothing(series: Repository) -> None:
    loaded = modules_after(series.path, "--quiz", "-c", "HEAD~2", "--no-screen")

    assert not loaded & {"prompt_toolkit", "pygments", "gitsplit.tui.view", *REBASE}
    assert len(own(loaded)) <= 128, own(loaded)


def test_a_grade_loads_nothing_of_the_screen(tmp_path: Path) -> None:
    (lesson, *_) = sorted(SHIPPED.iterdir())
    answer = str(lesson / "answer.plan.json")
    loaded = modules_after(tmp_path, "--tutorial", "1", "--grade", answer)

    assert not loaded & {*SCREEN, *PROPOSAL, *REBASE, *UNUSED - TAUGHT}
    assert len(own(loaded)) <= 78, own(loaded)


def test_whoever_imports_pygit2_later_gets_the_same_one(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from gitsplit.git import libgit2\n"
        "import pygit2\n"
        "assert pygit2.Odb is libgit2.pygit2.Odb\n"
        "from pygit2.enums import DeltaStatus\n"
        "repo = pygit2.init_repository(sys.argv[1])\n"
        "empty = repo.TreeBuilder().write()\n"
        "builder = repo.TreeBuilder()\n"
        "builder.insert('f', repo.create_blob(b'1'), pygit2.enums.FileMode.BLOB)\n"
        "(delta,) = repo[empty].diff_to_tree(repo[builder.write()]).deltas\n"
        "assert isinstance(delta.status, DeltaStatus), delta.status\n"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)


def test_a_pygit2_that_was_not_tried_is_imported_whole() -> None:
    code = (
        "import sys, types\n"
        "newer = sys.modules['pygit2._build'] = types.ModuleType('pygit2._build')\n"
        "newer.__version__ = '99.0.0'\n"
        "from gitsplit.git.libgit2 import pygit2\n"
        "assert sys.modules['pygit2'].init_repository and pygit2.Odb"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_this_pygit2_was_tried_with_its_compiled_part_alone() -> None:
    newest = tuple(map(int, version("pygit2").split(".")[:2]))

    assert newest <= libgit2.NEWEST_TRIED, (
        "see that the tests pass with NEWEST_TRIED at this version"
    )


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """The number of calls of Python functions in the block, the only item."""
    count = [0]

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        count[0] += event == "call"

    sys.setprofile(note)
    try:
        yield count
    finally:
        sys.setprofile(None)


def calls_for_commits_on_top(repo: Repository, number: int, plan: Path) -> int:
    """The calls for a split of one commit with so many on top of it."""
    repo.commit("two", {f"{number} one": b"1\n", f"{number} two": b"2\n"})
    for n in range(number):
        repo.commit(f"commit {n}", {"three": b"%d %d\n" % (number, n)})
    upstream = f"HEAD~{number + 1}"
    done(
        repo.path,
        *("-n", "--format", "json", "-o", str(plan), "--group-by", "file"),
        *("-c", f"HEAD~{number}", upstream),
    )
    with counted_calls() as count:
        done(repo.path, "--plan", str(plan), "--yes")
    return count[0]


def test_calls_grow_no_faster_than_the_series(repo: Repository, tmp_path: Path) -> None:
    repo.commit("base", {"zero": b"0\n"})
    plan = tmp_path / "plan.json"
    calls_for_commits_on_top(repo, 1, plan)  # what is done once per process
    few, some, many = (calls_for_commits_on_top(repo, n, plan) for n in (20, 40, 80))

    assert many - some <= 2.2 * (some - few)
    assert (many - some) / 40 <= 330, "calls for each commit"


def test_the_screen_is_there_after_few_processes_and_modules(
    series: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    terminal = Terminal(series.path, "HEAD~1")
    terminal.wait_for("new commit")
    terminal.settle()
    terminal.type("q")
    assert terminal.exit_status() == 0

    events = [json.loads(line) for line in trace.read_text().splitlines()]
    starts = [e for e in events if e["event"] == "start" and "/" not in e["sid"]]
    assert len(starts) <= 7, [start["argv"] for start in starts]


def test_the_screen_loads_no_more_than_it_shows(tmp_path: Path) -> None:
    code = (
        "import sys, gitsplit.cli.main, gitsplit.workflow.run\n"
        "import gitsplit.workflow.screen, gitsplit.tui.app\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(said.stdout.split())

    assert not loaded & {*REBASE, *PROPOSAL, "pygit2", "tarfile", "gitsplit.teaching"}
    # The names of the keys, commits that a range gives up, and which hunks a range is
    # to absorb are among them now.
    assert len(own(loaded)) <= 169, len(own(loaded))
