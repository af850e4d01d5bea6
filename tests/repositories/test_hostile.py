"""Text from a repository that would drive the terminal: shown, and never sent."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.repositories.splitting import imported
from tests.repository import Repository
from tests.runner import Ran, gitsplit
from tests.terminal import Terminal

HOSTILE = (
    *("\x1b]0;PWNED\x07", "\x1b[2J\x1b[31m", "\x9b31m", "\x9d0;PWNED\x9c", "\x1bc"),
    *("\u202egnp.exe", "\u2066\u2069", "\u200f", "\u200b", "\u2028", "\x08\x7f\r"),
    *("\U000e0041", "\ufeff", "\x0e\x0f", "\x05", "\x1bP1$r\x1b\\"),
)
TEXT = "".join(HOSTILE).encode() + b"\x9b31m\xff"
"""Everything that a terminal may obey, and bytes that are no UTF-8."""


def is_harmless(text: str) -> bool:
    """Whether every character but line ends is there to be seen."""
    return all(char.isprintable() or char == "\n" for char in text)


@pytest.fixture
def hostile(repo: Repository) -> Repository:
    """A tangled commit under another, whose every text is hostile."""
    path = b"d/" + TEXT.replace(b"/", b"") + b"/a"
    octal = b'"%s"' % b"".join(b"\\%03o" % byte for byte in path)
    message = b"subject " + TEXT + b"\n\nbody " + TEXT + b"\n"
    commits = [
        (b"base\n", {octal: b"1\n", b"e/b": b"1\n", b"c": b"c\n"}),
        (message, {octal: TEXT + b"\n2 " + TEXT + b"\n", b"e/b": TEXT}),
        (message, {b"c": TEXT + b"\n"}),
    ]
    imported(repo, commits)
    author = b"A " + TEXT.replace(b"\r", b"") + b" <a@example.com> 1700000000 +0000"
    raw = repo.run("cat-file", "commit", "HEAD").stdout
    (old,) = (line for line in raw.split(b"\n") if line.startswith(b"author "))
    made = raw.replace(old, b"author " + author)
    kind = ("hash-object", "-t", "commit", "-w", "--stdin", "--literally")
    repo.git("update-ref", "HEAD", repo.git(*kind, stdin=made))
    repo.git("update-ref", "refs/heads/b\u202e\u200b\x9b31m".encode(), "HEAD")
    repo.git("update-ref", "refs/tags/t\u202e\u200b\x9b31m".encode(), "HEAD")
    return repo


def harmless(ran: Ran, status: int = 0) -> Ran:
    assert ran.status == status
    assert is_harmless(ran.out)
    assert is_harmless(ran.err)
    return ran


@pytest.mark.parametrize("group_by", ["file", "auto"])
def test_what_is_printed_is_harmless(hostile: Repository, group_by: str) -> None:
    by = ("--group-by", group_by)
    preview = harmless(gitsplit(hostile.path, "--dry-run", "HEAD~2", *by))
    done = harmless(gitsplit(hostile.path, "--yes", "-c", "HEAD~1", *by))
    undone = harmless(gitsplit(hostile.path, "--undo"))

    assert "␛]0;PWNED␇" in preview.out
    assert "<U+202E>gnp.exe" in preview.out
    assert "<9B>31m<FF>" in preview.out
    assert "b<U+202E><U+200B><U+009B>31m" in done.out
    assert "tags/t<U+202E><U+200B><U+009B>31m stays where it is" in done.out
    assert "b<U+202E>" in undone.out


def test_a_plan_on_a_terminal_is_harmless_and_means_the_same(
    hostile: Repository,
) -> None:
    dry_run = ("-n", "--format", "json", "-c", "HEAD~1", "HEAD~2")
    plan = harmless(gitsplit(hostile.path, *dry_run))
    again = gitsplit(hostile.path, *dry_run, "--plan", "-", stdin=plan.out.encode())

    assert again == plan
    (tangled, _) = json.loads(plan.out)["series"]
    assert "base64" in str(tangled["groups"])


def test_complaints_are_harmless(hostile: Repository, tmp_path: Path) -> None:
    bad = TEXT.replace(b"\0", b"").decode(errors="surrogateescape")
    for args in (["-c", bad], [bad], ["--plan", bad]):
        ran = harmless(gitsplit(hostile.path, "--yes", *args), status=1)
        assert "PWNED" in ran.err
    hostile.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    hook = tmp_path / "hooks" / "commit-msg"
    hook.parent.mkdir()
    hook.write_bytes(b"#!/bin/sh\nprintf '%s' '" + TEXT + b"' >&2\nexit 1\n")
    hook.chmod(0o755)
    split = ("--yes", "-c", "HEAD~1", "--group-by", "file")
    ran = harmless(gitsplit(hostile.path, *split), status=1)
    assert "PWNED" in ran.err


class Recording(pyte.ByteStream):
    """A terminal's input, kept as it comes."""

    def __init__(self, screen: pyte.Screen) -> None:
        super().__init__(screen)
        self.sent = b""

    # A stream of bytes differs in this from what it is made of, and pyte's own does.
    def feed(self, data: bytes) -> None:  # type: ignore[override]
        """Keep it, and draw it."""
        self.sent += data
        super().feed(data)


@pytest.fixture
def opened(hostile: Repository) -> Iterator[tuple[Terminal, Recording]]:
    """The screen on the hostile commit, and all that is sent to it."""
    terminal = Terminal(hostile.path, "-c", "HEAD~1", columns=120, rows=40)
    recording = Recording(terminal.screen)
    terminal._stream = recording
    terminal.wait_for("PWNED")
    yield terminal, recording


def test_what_is_drawn_is_harmless(opened: tuple[Terminal, Recording]) -> None:
    terminal, recording = opened
    terminal.type("jjjj?q")
    terminal.type("w")
    terminal.settle()
    assert "PWNED" in terminal.text
    terminal.type("qqy")
    terminal.exit_status()

    assert "␛]0;PWNED␇".encode() in recording.sent
    for text in HOSTILE:
        if text != "\x08\x7f\r":
            assert text.encode() not in recording.sent
    assert b"\x9b31m" not in recording.sent.replace("␛".encode(), b"")
    assert b"\x07" not in recording.sent
