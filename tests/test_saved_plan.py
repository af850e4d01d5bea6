"""The plan saved from the screen: what ``--plan`` reads, never over another file."""

import json
import os

import pytest

from tests.repository import Repository
from tests.runner import done, gitsplit, tangled
from tests.terminal import Terminal

ENTER = "\r"
NAME = "gitsplit-plan.json"


def opened(repo: Repository, *args: str) -> Terminal:
    terminal = Terminal(repo.path, *args)
    terminal.wait_for("? help")
    return terminal


def as_dry_run_has_it(repo: Repository, name: str = NAME) -> str:
    """What a dry run of the plan prints, which reads it."""
    return done(repo.path, "-n", "--plan", name, "--format", "json")


def test_the_saved_plan_is_what_a_dry_run_writes_and_makes_the_same_commits(
    repo: Repository,
) -> None:
    tangled(repo)
    terminal = opened(repo, "-c", "HEAD~2", "--group-by", "none")
    terminal.type("j+W")
    terminal.wait_for(f"save the plan as: {NAME}")
    terminal.type(ENTER)
    terminal.wait_for(f"saved {NAME} · gitsplit --plan {NAME} opens it")
    saved = (repo.path / NAME).read_text(encoding="utf-8")
    shown = [line for line in terminal.text.splitlines() if line[1:2] in "12"]
    terminal.type("qq")
    assert terminal.exit_status() == 0, terminal.text

    assert len(shown) >= 2
    assert saved == as_dry_run_has_it(repo)
    assert [*repo.path.glob("*.tmp")] == []
    groups = json.loads(saved)["series"][0]["groups"]
    done(repo.path, "--yes", "--plan", NAME)
    subjects = repo.git(
        "log", "--reverse", "--format=%s", "HEAD~4..HEAD~2"
    ).splitlines()
    assert subjects == [group["message"].splitlines()[0] for group in groups]


def test_a_file_that_is_there_is_only_replaced_by_who_says_so_twice(
    repo: Repository,
) -> None:
    tangled(repo)
    (repo.path / NAME).write_text("mine\n")
    terminal = opened(repo, "-c", "HEAD~2", "--group-by", "none")
    terminal.type("W")
    terminal.wait_for("save the plan as: gitsplit-plan-2.json")
    terminal.type(f"\x15{NAME}{ENTER}")
    terminal.wait_for(f"the file {NAME} exists · the same name again replaces it")
    assert (repo.path / NAME).read_text() == "mine\n"

    terminal.type("\x1b")
    terminal.wait_for("Cancelled.")
    assert (repo.path / NAME).read_text() == "mine\n"

    terminal.type(f"W\x15{NAME}{ENTER}{ENTER}")
    terminal.wait_for(f"saved {NAME}")
    assert (repo.path / NAME).read_text(encoding="utf-8") == as_dry_run_has_it(repo)
    terminal.type("qq")
    assert terminal.exit_status() == 0, terminal.text


def test_the_plan_of_a_series_is_saved_from_the_series_and_the_preview(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n2\n3\n4\n5\n6\n7\n8\n9\n"})
    repo.git("branch", "base")
    repo.commit("two things\n", {"a": b"one\n2\n3\n4\n5\n6\n7\n8\nnine\n"})
    repo.commit("not wanted\n", {"b": b"b\n"})
    repo.commit("fixed\n", {"c": b"c\n"})
    terminal = opened(repo, "base")
    terminal.type("jdjKW")
    terminal.type(f"\x15of-series.json{ENTER}")
    terminal.wait_for("saved of-series.json")
    terminal.type(f"wW\x15of-preview.json{ENTER}")
    terminal.wait_for("saved of-preview.json")
    terminal.type("qqq")
    assert terminal.exit_status() == 0, terminal.text

    saved = (repo.path / "of-series.json").read_text(encoding="utf-8")
    assert saved == as_dry_run_has_it(repo, "of-series.json")
    assert saved == (repo.path / "of-preview.json").read_text(encoding="utf-8")
    actions = [entry["action"] for entry in json.loads(saved)["series"]]
    assert sorted(actions) == ["drop", "pick", "pick"]


def test_without_a_screen_the_name_follows_the_key(repo: Repository) -> None:
    tangled(repo)
    taken = repo.path / "taken.json"
    taken.write_text("mine\n")
    answers = ("W my plan.json", "W taken.json", "1", "W", "", "q", "q")
    ran = gitsplit(
        repo.path,
        *("--no-screen", "-c", "HEAD~2", "--group-by", "none"),
        stdin="".join(f"{line}\n" for line in answers).encode(),
    )

    assert (ran.status, ran.err) == (0, "Nothing was changed.\n")
    assert "Saved my plan.json, gitsplit --plan 'my plan.json' opens it" in ran.out
    assert "The file taken.json exists, the same name again replaces it" in ran.out
    both = [(repo.path / name).read_bytes() for name in ("my plan.json", "taken.json")]
    assert both == [as_dry_run_has_it(repo, "my plan.json").encode()] * 2


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "none/plan.json",
            "none/plan.json can't be written: No such file",
        ),
        (".git", ".git can't be written: it is a directory."),
        ("-", "No file was named."),
    ],
)
def test_what_cannot_be_written_is_said_and_the_screen_stays(
    repo: Repository, name: str, why: str
) -> None:
    tangled(repo)
    ran = gitsplit(
        repo.path,
        *("--no-screen", "-c", "HEAD~2", "--group-by", "none"),
        stdin=f"W {name}\nq\nq\n".encode(),
    )

    assert ran.status == 0
    assert why in ran.out
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("fifo", "it is no regular file"),
        (".git/config", "it is in the git directory"),
        ("into-git", "it is in the git directory"),
    ],
)
def test_only_files_of_the_users_are_replaced(
    repo: Repository, name: str, why: str
) -> None:
    tangled(repo)
    os.mkfifo(repo.path / "fifo")
    (repo.path / "into-git").symlink_to(".git/config")
    before = (repo.path / ".git/config").read_bytes()
    ran = gitsplit(
        repo.path,
        *("--no-screen", "-c", "HEAD~2", "--group-by", "none"),
        stdin=f"W {name}\nW {name}\nq\nq\n".encode(),
    )
    assert ran.out.count(f"{name} can't be written: {why}") == 2
    assert (repo.path / "fifo").is_fifo()
    assert (repo.path / ".git/config").read_bytes() == before


def test_what_a_link_leads_to_is_replaced(repo: Repository) -> None:
    tangled(repo)
    (repo.path / "there").write_text("mine\n")
    (repo.path / "link").symlink_to("there")
    terminal = opened(repo, "-c", "HEAD~2", "--group-by", "none")
    terminal.type(f"W\x15link{ENTER}")
    terminal.wait_for("exists · the same name again replaces it")
    terminal.type(ENTER)
    terminal.wait_for("saved link")
    terminal.type("qq")
    assert terminal.exit_status() == 0, terminal.text
    assert (repo.path / "link").is_symlink()
    assert json.loads((repo.path / "there").read_bytes())["format"] == "gitsplit-plan"
