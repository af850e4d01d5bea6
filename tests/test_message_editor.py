"""The editor of a message shows the commit's diff, as ``git commit -v`` does."""

import re
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import gitsplit

SCISSORS = "------------------------ >8 ------------------------"


@pytest.fixture
def edited(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A commit of all kinds of changes, and where the editor leaves its texts."""
    numbers = "".join(f"{n}\n" for n in range(40)).encode()
    base = {
        "changed": numbers,
        "ended": b"a\nb",
        "gone": b"1\n2\n",
        "made-executable": b"x\n",
        "renamed": numbers * 2,
        "binary": b"\0\1",
    }
    repo.commit("base\n", base)
    (repo.path / "made-executable").chmod(0o755)
    new = {
        "changed": numbers.replace(b"5\n", b"five\n"),
        "ended": b"a\nb\n",
        "gone": None,
        "new": b"one\ntwo",
        "renamed": None,
        "renamed-to": numbers * 2 + b"end\n",
        "binary": b"\0\2",
    }
    repo.commit("tangled\n\nWords.\n", new)
    program, log = tmp_path / "editor", tmp_path / "edited"
    log.mkdir()
    script = f"""#!/bin/sh
        cp "$1" "{log}/$(ls "{log}" | wc -l)"
        sed -i '1s/^/Edited: /' "$1"
    """
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", str(program))
    return log


def apply_edited(repo: Repository, commits: int, *options: str) -> None:
    """Every new commit's message opened in the editor, and all applied."""
    answers = ["L"]
    for number in range(commits):
        answers += ["m", *(["j"] if number + 1 < commits else [])]
    answers += ["w", "apply", "apply", ""]
    ran = gitsplit(
        repo.path, "--no-screen", *options, stdin="\n".join(answers).encode()
    )
    assert ran.status == 0, ran.out + ran.err


def as_shown(diff: str) -> str:
    """What git shows of a commit, without ids and with its words for a binary file."""
    kept = [
        "Binary files differ" if line.startswith("Binary files") else line.rstrip()
        for line in diff.splitlines()
        if not re.match(r"index |similarity index ", line)
    ]
    return "\n".join(kept)


def test_below_each_message_is_the_diff_that_git_shows_of_the_commit(
    repo: Repository, edited: Path
) -> None:
    apply_edited(repo, 7, "HEAD~1", "--group-by", "file")
    commits = repo.git("log", "--reverse", "--format=%H", "HEAD~7..").split()

    assert len(commits) == 7
    for number, commit in enumerate(commits):
        text = (edited / str(number)).read_text()
        message, _, below = text.partition(f"# {SCISSORS}\n")
        files, _, diff = below.partition("\n\n")
        shown = repo.git("diff-tree", "-p", "-M", "--no-commit-id", commit)
        names = repo.git("diff-tree", "--name-only", "-r", "--no-commit-id", commit)

        assert (
            repo.message(commit).decode()
            == f"Edited: {message}".split("\n\n#")[0].rstrip("\n") + "\n"
        )
        assert "# Everything below it will be ignored." in files
        assert names.splitlines()[-1] in files
        assert as_shown(diff) == as_shown(shown).rstrip("\n")


def test_a_large_diff_is_cut(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("GIT_EDITOR", f'cp "$1" {log}; true')
    repo.commit("base\n", {"a": b""})
    repo.commit("large\n", {"a": b"x\n" * 50_000, "b": b"y" * 100_000 + b"\n"})
    gitsplit(repo.path, "--no-screen", "HEAD~1", stdin=b"2\nm\nq\nq\n")
    text = log.read_bytes()

    assert len(text) < 10_000
    assert "lines more" in text.decode()


def test_what_stands_for_no_diff_in_git_does_here(
    repo: Repository, edited: Path
) -> None:
    repo.git("config", "commit.verbose", "false")
    apply_edited(repo, 1, "HEAD~1", "--commits", "2")

    assert "diff --git" not in (edited / "0").read_text()


def test_the_comment_mark_is_that_of_git(repo: Repository, edited: Path) -> None:
    repo.git("config", "core.commentChar", ";")
    apply_edited(repo, 1, "HEAD~1", "--commits", "2")

    assert f"\n; {SCISSORS}\n" in (edited / "0").read_text()
    messages = repo.git("log", "--format=%B")
    assert "diff --git" not in messages
    assert "Edited: " in messages
