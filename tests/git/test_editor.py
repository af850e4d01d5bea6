"""The user's editor: what it is given, and what is taken from it."""

import os
from pathlib import Path

import pytest

from gitsplit.errors import EditorFailed
from gitsplit.git.repository import open_repository
from gitsplit.git.user_programs import edit_file, edit_text
from tests.repository import Repository

ODD = b"a\r\n\xff\0no newline"


def script(directory: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The editor is this shell script; ``$1`` is the file."""
    program = directory / "my editor"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", f"'{program}'")


@pytest.mark.parametrize(
    ("name", "called"),
    [
        (b"src/deep/main.rs", b"main.rs"),
        (b"Makefile", b"Makefile"),
        (b"-n.py", b"-n.py"),
        (b"a b'\"\n$x.c", b"a b'\"\n$x.c"),
        (b"caf\xe9.txt", b"caf\xe9.txt"),
    ],
)
def test_the_editor_knows_a_file_by_the_end_of_its_path(
    repo: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: bytes,
    called: bytes,
) -> None:
    script(tmp_path, monkeypatch, f'printf %s "$1" > "{tmp_path}/called"')

    assert edit_file(open_repository(repo.path), name, ODD) == ODD
    given = (tmp_path / "called").read_bytes()
    assert os.path.basename(given) == called  # noqa: PTH119 -- it is bytes
    assert not os.path.lexists(given)


def test_what_the_editor_leaves_is_taken_byte_for_byte(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, r"""printf '#\r\n\n\377  \n\n' > "$1" """)

    made = edit_file(open_repository(repo.path), b"a", b"before\n")
    assert made == b"#\r\n\n\xff  \n\n"


def test_an_editor_that_ends_with_an_error_says_no_and_leaves_nothing_behind(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "called"
    script(tmp_path, monkeypatch, f'echo x > "$1"; printf %s "$1" > "{log}"; exit 3')
    opened = open_repository(repo.path)

    with pytest.raises(EditorFailed, match="exited with status 3") as failed:
        edit_text(opened, b"x")
    assert "core.editor" in failed.value.hint
    with pytest.raises(EditorFailed, match="exited with status 3"):
        edit_file(opened, b"f", b"x")
    assert not Path(log.read_text()).parent.exists()
    assert list((repo.path / ".git" / "gitsplit").iterdir()) == []


def test_an_editor_that_a_signal_ends_is_told_so(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_EDITOR", "kill -9 $$; :")

    with pytest.raises(EditorFailed, match=r"was ended by signal 9\.$"):
        edit_file(open_repository(repo.path), b"f", b"x")


def test_a_file_that_the_editor_removes_is_no_answer(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, monkeypatch, 'rm "$1"')

    with pytest.raises(EditorFailed, match=r"has removed the file\.$"):
        edit_file(open_repository(repo.path), b"f", b"x")
