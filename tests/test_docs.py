"""What docs/plan-file.md shows is true: its plans, commands and scripts are run."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gitsplit.git.practice import make_practice_repository
from gitsplit.model.diff import Fact
from gitsplit.planfile.parse import load_plan
from tests.repository import Repository
from tests.runner import done, gitsplit

PROJECT = Path(__file__).parent.parent
PAGE = (PROJECT / "docs" / "plan-file.md").read_text(encoding="utf-8")
ANSWER = Path(__file__).parent / "git" / "practice_answer.mbox"
SCHEMA = json.loads((files("gitsplit.planfile") / "schema.json").read_bytes())

CHANGE_ID = "I5e7579e00310bdf5b82da70ff738b80f35a6cb07"


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language on the page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def command(start: str) -> str:
    """The command on the page that begins with these words."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    (found,) = [line for line in lines if line.startswith(start)]
    return found


PLAN, *OTHERS, TOGETHER = blocks("json")
ENTRIES = [block for block in OTHERS if block.startswith('{"old_path"')]
(NUMBERED,) = [block for block in OTHERS if block.startswith('{"number"')]
(BY_NUMBER,) = [block for block in OTHERS if block.startswith("[")]


@pytest.fixture
def practice(tmp_path: Path) -> Repository:
    """The practice repository, with the answer to it on branch ``answer``."""
    make_practice_repository(tmp_path / "practice")
    repo = Repository(tmp_path / "practice")
    repo.git("checkout", "-q", "-b", "answer", "main")
    repo.git("am", "-q", "-k", str(ANSWER))
    repo.git("checkout", "-q", "practice")
    return repo


def change_ids(repo: Repository, commits: str) -> list[str]:
    key = "%(trailers:key=Change-Id,valueonly,separator=%x2C)"
    return repo.git("log", f"--format={key}", "--reverse", commits).splitlines()


@pytest.mark.parametrize(("plan", "groups"), [(PLAN, 3), (TOGETHER, 2)])
def test_the_plans_on_the_page_are_valid(plan: str, groups: int) -> None:
    assert Draft202012Validator(SCHEMA).is_valid(json.loads(plan))
    assert [len(entry.groups) for entry in load_plan(plan).series] == [groups]


@pytest.mark.parametrize("text", ENTRIES)
def test_the_file_entries_on_the_page_are_valid(text: str) -> None:
    entry = SCHEMA | {"$ref": "#/$defs/file"}
    for name in ("type", "required", "properties", "additionalProperties", "if"):
        del entry[name]

    assert Draft202012Validator(entry).is_valid(json.loads(text))


def test_the_plan_on_the_page_splits_the_practice_commit_as_the_answer_does(
    practice: Repository, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text(PLAN, encoding="utf-8")
    before = change_ids(practice, "main..practice")
    done(practice.path, "--plan", str(tmp_path / "plan.json"), "--yes")

    split = [practice.tree(f"practice~{n}") for n in (4, 3, 2)]
    assert split == [practice.tree(f"answer~{n}") for n in (2, 1, 0)]
    after = change_ids(practice, "main..practice")
    assert after[2:] == before
    assert before[0] == CHANGE_ID
    assert len(set(after)) == 5
    assert practice.fsck() == ""


def test_the_groups_by_number_on_the_page_are_those_of_the_plan_above(
    practice: Repository, tmp_path: Path
) -> None:
    plan = json.loads(PLAN)
    plan["series"][0]["groups"] = json.loads(BY_NUMBER)
    shown = []
    for number, text in enumerate((PLAN, json.dumps(plan))):
        file = tmp_path / f"{number}.json"
        file.write_text(text, encoding="utf-8")
        json_of = ("-n", "--format", "json", "--plan", str(file))
        groups = json.loads(done(practice.path, *json_of))["series"][0]["groups"]
        shown.append([(group["message"], group["files"]) for group in groups])

    assert shown[0] == shown[1]


def test_the_hunk_on_the_page_is_what_the_command_on_the_page_lists(
    practice: Repository,
) -> None:
    printed = done(
        practice.path, *command("gitsplit --dry-run --format json -p").split()[1:]
    )
    assert json.loads(NUMBERED) in json.loads(printed)["series"][0]["hunks"]


def test_a_program_splits_a_commit_by_the_numbers_that_it_reads(
    practice: Repository,
) -> None:
    plan = json.loads(
        done(practice.path, "-n", "--format", "json", "-p", "-c", "HEAD~2")
    )
    (entry,) = [entry for entry in plan["series"] if entry["action"] == "split"]

    def about(word: str) -> list[int]:
        return [
            hunk["number"]
            for hunk in entry["hunks"]
            if any(word in line for _, line in hunk["lines"])
        ]

    entry["groups"] = [
        {"message": "Call it parsed\n", "hunks": about("parsed")},
        {"message": "Make lists\n", "owner": True, "rest": True},
        {"message": "Refuse nobody\n", "hunks": about("nobody")},
    ]
    tree = practice.tree("practice")
    done(practice.path, "--plan", "-", "--yes", stdin=json.dumps(plan).encode())

    subjects = practice.git("log", "--format=%s", "--reverse", "main..practice~2")
    assert subjects.splitlines() == ["Call it parsed", "Make lists", "Refuse nobody"]
    changed = practice.git("diff", "practice~5", "practice~4").splitlines()
    assert all("parsed" in line for line in changed if re.match(r"\+[^+]", line))
    assert practice.tree("practice") == tree


def test_the_second_plan_on_the_page_moves_a_test_into_an_earlier_commit(
    practice: Repository, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text(TOGETHER, encoding="utf-8")
    before, tree = change_ids(practice, "main..practice"), practice.tree("practice")
    tested = practice.oid("practice~1:test_ladle.py")
    done(practice.path, "--plan", str(tmp_path / "plan.json"), "--yes")

    assert practice.oid("practice~2:test_ladle.py") == tested
    moved = practice.git("diff", "--name-only", "practice~2", "practice~1")
    assert moved == "README.md"
    assert practice.tree("practice") == tree
    assert change_ids(practice, "main..practice") == before


@pytest.mark.parametrize("plan", [PLAN, TOGETHER])
def test_the_plans_on_the_page_name_lines_that_the_command_on_the_page_shows(
    practice: Repository, plan: str
) -> None:
    (entry,) = load_plan(plan).series
    for file in (file for group in entry.groups for file in group.files):
        git = command("git ").replace("COMMIT", entry.commits[file.commit])
        shown = subprocess.run(
            git, shell=True, cwd=practice.path, capture_output=True, check=True
        ).stdout.decode()
        lines = set(changed_lines(shown))
        path = (file.path or b"").decode()
        for sign, ranges in (("-", file.removed), ("+", file.added)):
            for first, last in ranges:
                named = {(path, sign, n) for n in range(first, last + 1)}
                assert named <= lines


def changed_lines(diff: str) -> Iterator[tuple[str, str, int]]:
    """Path, sign and number of each line that a diff without context shows."""
    path = ""
    for line in diff.splitlines():
        if line.startswith("+++ "):
            path = line.removeprefix("+++ b/")
        elif header := re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line):
            for sign, start, count in (
                ("-", *header.group(1, 2)),
                ("+", *header.group(3, 4)),
            ):
                first = int(start)
                for number in range(first, first + int(count or 1)):
                    yield path, sign, number


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_jq_program_on_the_page_makes_the_first_commit_the_owner(
    practice: Repository, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    done(practice.path, "--dry-run", "--format", "json", "-o", str(plan), "main")
    changed = subprocess.run(
        command("jq "), shell=True, cwd=tmp_path, capture_output=True, check=True
    ).stdout

    owners = [
        [g.continues == 0 for g in e.groups]
        for e in load_plan(changed).series
        if e.groups
    ]
    assert len(owners) > 0
    for found in owners:
        assert found == [True] + [False] * (len(found) - 1)


def test_the_script_on_the_page_puts_tests_into_commits_of_their_own(
    practice: Repository,
) -> None:
    dry_run, _, apply = (
        part.split()
        for part in command("gitsplit --dry-run --format json --group-by").split(" | ")
    )
    (script,) = blocks("python")
    # By file, some commits use what a later one has, which is said beside the plan.
    ran = gitsplit(practice.path, *dry_run[1:])
    assert ran.status == 0
    assert all("which co" in line for line in ran.err.splitlines())
    changed = subprocess.run(
        [sys.executable, "-c", script],
        input=ran.out.encode(),
        capture_output=True,
        check=True,
    ).stdout
    tree = practice.tree("practice")
    done(practice.path, *apply[1:], stdin=changed)

    subjects = practice.git("log", "--format=%s", "--reverse", "main..practice")
    assert subjects.splitlines() == [
        "Make a shopping list of several recipes",
        "Test: Make a shopping list of several recipes",
        "Test the shopping list and say that it is there",
        "Test: Test the shopping list and say that it is there",
        "Add a recipe for lentil soup",
    ]
    changed_files = practice.git("diff", "--name-only", "practice~4", "practice~3")
    assert changed_files == "test_ladle.py"
    assert practice.tree("practice") == tree


def test_every_field_action_and_fact_is_explained_on_the_page() -> None:
    fields = [
        *SCHEMA["properties"],
        *(
            name
            for each in (
                "commit",
                "commits",
                "group",
                "group_of_commits",
                "change",
                "numbered",
            )
            for name in SCHEMA["$defs"][each]["properties"]
        ),
    ]
    actions = SCHEMA["$defs"]["commit"]["properties"]["action"]["enum"]

    for name in (*fields, *Fact):
        assert f"\n| `{name}`" in PAGE
    for action in actions:
        assert f'`"{action}"`' in PAGE


def test_every_module_is_in_the_table_of_the_architecture_page() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([\w/]+)`", row)}
    package = PROJECT / "src" / "gitsplit"
    modules = {
        str(path.relative_to(package).with_suffix(""))
        for path in package.glob("*/**/*.py")
        if path.stem != "__init__"
    }

    assert {n for n in modules if {n, n[: n.rfind("/") + 1]}.isdisjoint(named)} == set()


def test_the_rooms_that_the_architecture_page_names_are_there() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
    package = PROJECT / "src" / "gitsplit"
    layers = "model|planfile|proposal|git|tui|workflow|report|cli"
    named = set(re.findall(rf"`((?:{layers})/[\w/]*?)(?:\.py|\.\w+_of)?`", page))
    missing = [
        name
        for name in sorted(named)
        if not (package / name).is_dir() and not (package / f"{name}.py").is_file()
    ]

    assert len(named) > 40
    assert missing == []
