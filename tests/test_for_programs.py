"""The page for programs: what it shows is done, and a program needs no more than it."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitsplit.git.practice import make_practice_repository
from tests.repository import Repository
from tests.runner import done, gitsplit, gitsplit_process

PROJECT = Path(__file__).parents[1]
PAGE = (PROJECT / "docs" / "programs.md").read_text(encoding="utf-8")
LISTING, GROUPS = (
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
)
COMMANDS = re.findall(r"```sh\n(gitsplit .*?)\n```", PAGE, re.DOTALL)
PROGRAM = Path(__file__).with_name("program.py")
CASES = PROJECT.parent / "shared" / "bench" / "dev.jsonl.gz"


@pytest.fixture
def practice(tmp_path: Path) -> Repository:
    """The practice repository, its tangled commit the last one."""
    make_practice_repository(tmp_path / "practice")
    repo = Repository(tmp_path / "practice")
    repo.git("reset", "-q", "--hard", "HEAD~2")
    return repo


def test_the_page_is_printed_anywhere(tmp_path: Path) -> None:
    assert done(tmp_path, "--help-programs") == PAGE
    assert len(PAGE.splitlines()) <= 60


def test_what_the_page_says_is_so_from_call_to_call(practice: Repository) -> None:
    before = practice.oid("HEAD")
    lists, looks, applies, undoes = (command.split() for command in COMMANDS)
    assert lists[-2:] == [">", "plan.json"]
    listed = json.loads(done(practice.path, *lists[1:-2]))
    (entry,) = [each for each in listed["series"] if each["action"] == "split"]
    assert LISTING in entry["hunks"]

    entry["groups"] = GROUPS
    (practice.path / "plan.json").write_text(json.dumps(listed))
    shown = done(practice.path, *looks[1:])
    for number, group in enumerate(GROUPS, 1):
        assert f"\n  {number}  {group['message'].splitlines()[0]}\n" in shown
    check = COMMANDS[2].split("-x ")[1].strip("'")
    args = applies[1 : applies.index("-x") + 1]
    applied = gitsplit_process(practice.path, *args, check)
    told = json.loads(applied.out)
    assert (applied.status, told["state"]) == (0, "rewritten"), applied.err
    subjects = [each["subject"] for each in told["new_commits"]]
    assert subjects == [group["message"].splitlines()[0] for group in GROUPS]
    assert practice.tree("HEAD") == practice.tree(before)

    told = json.loads(gitsplit(practice.path, *undoes[1:]).out)
    assert (told["state"], practice.oid("HEAD")) == ("rewritten", before)


def test_hunks_left_out_stay_in_the_files(practice: Repository) -> None:
    (left_out,) = re.findall(r'`"dropped": (\{.*?\})`', PAGE)
    listed = json.loads(done(practice.path, *COMMANDS[0].split()[1:-2]))
    (entry,) = [each for each in listed["series"] if each["action"] == "split"]
    entry |= {"groups": [GROUPS[-1]], "dropped": json.loads(left_out)}
    file = practice.path / "plan.json"
    file.write_text(json.dumps(listed))

    done(practice.path, "--plan", str(file), "--yes")

    assert practice.git("diff", "--shortstat").strip() == (
        "1 file changed, 3 insertions(+)"
    )


def split_by_program(repo: Repository) -> None:
    """Run the program on the last commit, and see that three came of it."""
    before = repo.oid("HEAD")
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), str(repo.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    made = repo.git("rev-list", "--reverse", f"{before}~1..HEAD").split()
    assert ran.stdout.split() == made
    assert len(made) == 3
    assert repo.tree("HEAD") == repo.tree(before)


def test_a_program_of_forty_lines_splits_a_commit_in_three(
    practice: Repository,
) -> None:
    assert len(PROGRAM.read_text(encoding="utf-8").splitlines()) <= 40
    split_by_program(practice)


@pytest.mark.skipif(not CASES.exists(), reason="no real tangled commits beside it")
@pytest.mark.parametrize("number", [3, 40, 111])
def test_a_program_splits_a_real_tangled_commit(repo: Repository, number: int) -> None:
    with gzip.open(CASES, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    case: dict[str, Any] = [each for each in cases if each["k"] == 3][number % 60]
    before, after = (
        {
            file[f"{side}_path"]: file[side].encode()
            for file in case["files"]
            if file[side] is not None
        }
        for side in ("old", "new")
    )
    gone = dict.fromkeys(set(before) - set(after))
    repo.commit("base", before)
    repo.commit("tangled", {**after, **gone})
    split_by_program(repo)
