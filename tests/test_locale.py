"""Names are bytes on the way to git, whatever encoding the system's locale has."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import PROGRAM, Ran
from tests.terminal import Terminal

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
UTF8 = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
NAMES = [b"\xc3\xbc", b"\xff\xfe", b"a\xe2\x80\xa8b", "ж/ё".encode()]
SPLIT = ("--yes", "HEAD~1", "--group-by", "file")


def run(repo: Repository, locale: dict[str, str], *args: str | bytes) -> Ran:
    ended = subprocess.run(
        [*PROGRAM, *args],
        cwd=repo.path,
        env={**os.environ, **locale},
        capture_output=True,
        check=False,
    )
    told = (each.decode(errors="replace") for each in (ended.stdout, ended.stderr))
    return Ran(ended.returncode, *told)


def refs_of(repo: Repository) -> bytes:
    return repo.run("for-each-ref").stdout + repo.run("symbolic-ref", "HEAD").stdout


def named(repo: Repository, name: bytes) -> bytes:
    """A commit of two files on a branch of this name, another branch beside it."""
    repo.commit("base\n", {"k": b"1\n"})
    (repo.path / os.fsdecode(name)).parent.mkdir(exist_ok=True)
    repo.commit("tangled\n", {"k": b"2\n", os.fsdecode(name): b"2\n"})
    repo.git("branch", "-m", name)
    repo.git("branch", b"beside-" + name)
    return refs_of(repo)


@pytest.mark.parametrize(("first", "then"), [(ASCII, UTF8), (UTF8, ASCII)])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_split_in_one_locale_is_undone_in_another(
    repo: Repository, name: bytes, first: dict[str, str], then: dict[str, str]
) -> None:
    before = named(repo, name)
    split = run(repo, first, *SPLIT)
    after = refs_of(repo)
    undone = run(repo, then, "--undo")

    assert (split.status, split.err) == (0, ""), split.err
    assert (undone.status, undone.err) == (0, ""), undone.err
    assert after != before
    assert refs_of(repo) == before


@pytest.mark.parametrize("name", NAMES[:2])
def test_files_named_on_the_command_line_are_found(
    repo: Repository, name: bytes
) -> None:
    named(repo, name)
    file = os.fsdecode(name.replace(b"/", b"-")) + ".json"
    args = ("-n", b"HEAD~1", "--format", "json", "-o")
    wrote = run(repo, ASCII, *args, os.fsencode(file))
    used = run(repo, ASCII, "-n", "--plan", os.fsencode(file))
    by_name = run(repo, ASCII, "-n", "-c", name)
    command = b"test -f " + os.fsencode(f"'{file}' || test -f '") + name + b"'"
    checked = run(repo, ASCII, *SPLIT, "-x", command + b" || true")

    assert (wrote.status, used.status, by_name.status) == (0, 0, 0), wrote.err
    assert json.loads((repo.path / file).read_bytes())["format"] == "gitsplit-plan"
    assert checked.status == 0, checked.err


def test_what_is_configured_reaches_git_and_programs_as_it_is(
    repo: Repository, tmp_path: Path
) -> None:
    before = named(repo, NAMES[0])
    program = tmp_path / "vorschläge"
    program.write_text("#!/bin/sh\ncat\n")
    program.chmod(0o755)
    repo.git("config", "--global", "gitsplit.proposalCommand", str(program))
    repo.git("config", "gitsplit.copyTrailers", "Gemäß, Bug")
    repo.git("config", "branch.ü.remote", "büro")
    repo.git("config", "remote.büro.url", "nowhere/é")
    split = run(repo, ASCII, *SPLIT)

    assert split.status == 0, split.err
    assert refs_of(repo) != before


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, ASCII])
def test_where_the_locale_has_no_letters_all_that_is_printed_is_ascii(
    repo: Repository, locale: dict[str, str]
) -> None:
    repo.commit("base\n", {"k": b"1\n"})
    repo.commit("é → 世\n", {"k": b"2\n", "ü": "→\n".encode()})
    looked = run(repo, locale, "-n", "HEAD~1", "--group-by", "file")
    wrong = run(repo, locale, "-n", "ü")
    asked = run(repo, locale, "--no-screen", "HEAD~1", "--group-by", "file")
    split = run(repo, locale, *SPLIT)

    for ran in (looked, wrong, asked, split):
        assert (ran.out + ran.err).isascii()
        assert "Traceback" not in ran.err
    assert (looked.status, split.status) == (0, 0)
    assert "\\xe9 > \\u4e16" in looked.out
    assert "\\xfc" in wrong.err


@pytest.mark.parametrize("format", ["json", "text"])
def test_a_file_has_utf8_whatever_the_locale(repo: Repository, format: str) -> None:
    repo.commit("base\n", {"k": b"1\n"})
    repo.commit("é → 世\n", {"k": b"2\n", "ü": "→\n".encode()})
    for name, locale in (("a", {"LC_ALL": "C"}), ("b", UTF8)):
        args = ("-n", "HEAD~1", "--group-by", "file", "--format", format)
        assert run(repo, locale, *args, "-o", name).status == 0

    assert (repo.path / "a").read_bytes() == (repo.path / "b").read_bytes()


def test_utf8_that_is_asked_for_is_printed(repo: Repository) -> None:
    repo.commit("base\n", {"k": b"1\n"})
    repo.commit("é → 世\n", {"k": b"2\n", "l": b""})
    locale = {"LC_ALL": "C", "PYTHONUTF8": "1"}

    assert "é → 世" in run(repo, locale, "-n", "HEAD~1").out


def test_the_screen_has_ascii_signs_where_the_locale_has_no_others(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    repo.commit("base\n", {"k": b"1\n"})
    repo.commit("été\n", {"k": b"2\n", "l": "→\n".encode()})
    terminal = Terminal(repo.path, "HEAD~1", "--group-by", "file")
    terminal.wait_for("? help")
    seen = terminal.text
    terminal.type("q")

    assert terminal.exit_status() == 0
    assert seen.isascii()
    assert "?t?" in seen
    assert ">1" in seen
