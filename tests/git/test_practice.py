import subprocess
import sys
from pathlib import Path

import pytest

from gitsplit.errors import WriteFailed
from gitsplit.git.practice import main, make_practice_repository
from tests.repository import Repository

ANSWER = Path(__file__).with_name("practice_answer.mbox")
TANGLED = "practice~2"

UNRULY = """
[user]
    name = Somebody Else
    email = else@example.com
[commit]
    gpgSign = true
[core]
    autocrlf = true
[am]
    threeWay = true
    keepcr = true
[init]
    defaultBranch = trunk
"""


@pytest.fixture
def practice(tmp_path: Path) -> Repository:
    make_practice_repository(tmp_path / "practice")
    return Repository(tmp_path / "practice")


def assert_own_tests_pass(repo: Repository, revision: str) -> None:
    repo.git("checkout", "-q", "--detach", revision)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "unittest"],
        cwd=repo.path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"{revision}: {done.stderr.decode()}"


def test_the_tangled_commit_lies_on_main_under_two_others(
    practice: Repository,
) -> None:
    subjects = practice.git("log", "--format=%s", "--reverse", "main..practice")

    assert subjects.splitlines() == [
        "Make a shopping list of several recipes",
        "Test the shopping list and say that it is there",
        "Add a recipe for lentil soup",
    ]
    assert practice.oid("@{upstream}") == practice.oid(f"{TANGLED}^")
    assert practice.git("status", "--porcelain") == ""
    assert practice.fsck() == ""


def test_the_tangled_commit_changes_three_files_and_makes_a_new_one(
    practice: Repository,
) -> None:
    changed = practice.git("diff-tree", "--name-status", "-r", "main", TANGLED)

    assert changed.splitlines() == [
        "M\tamounts.py",
        "M\tladle.py",
        "A\tshopping.py",
        "M\ttest_ladle.py",
    ]


def test_one_hunk_mixes_code_of_two_purposes_with_an_empty_line_between(
    practice: Repository,
) -> None:
    diff = practice.git("diff", "-U0", "main", TANGLED, "--", "ladle.py")

    mixed = [h for h in diff.split("\n@@ ") if "+def print_shopping_list" in h]
    assert len(mixed) == 1
    assert "\n+\n+def at_least_one" in mixed[0]


def test_every_commit_has_a_change_id_of_its_own(practice: Repository) -> None:
    key = "%(trailers:key=Change-Id,valueonly,separator=%x2C)"
    ids = practice.git("log", f"--format={key}").splitlines()

    assert len(ids) == 7
    assert len(set(ids)) == 7
    assert all(len(i) == 41 and i.startswith("I") for i in ids)


def test_three_commits_make_the_tangled_one_and_the_program_works_after_each(
    practice: Repository,
) -> None:
    practice.git("checkout", "-q", "-b", "answer", "main")
    practice.git("am", "-q", "-k", str(ANSWER))

    assert practice.tree(TANGLED) == practice.tree("answer")
    for revision in ("main", "answer~2", "answer~1", "answer", "practice"):
        assert_own_tests_pass(practice, revision)


def test_the_repository_is_the_same_whatever_the_user_configured(
    practice: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home" / ".gitconfig").write_text(UNRULY)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    make_practice_repository(tmp_path / "again")
    monkeypatch.undo()

    again = Repository(tmp_path / "again")
    assert practice.refs() == again.refs()


def test_an_empty_directory_is_used(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert main([str(tmp_path / "empty")]) == 0
    assert Repository(tmp_path / "empty").git("branch", "--show-current") == "practice"


def test_a_directory_with_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("keep")

    with pytest.raises(WriteFailed, match="is not empty"):
        make_practice_repository(tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes"]


def test_a_file_in_the_way_is_one_sentence_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    said = main([str(tmp_path / "file")])
    assert said == f"{tmp_path / 'file'} can't be used: File exists. " + (
        "Nothing was changed."
    )


def test_without_a_directory_the_command_line_says_how_it_is_used() -> None:
    assert main([]) == "usage: python -m gitsplit.git.practice DIR"
