"""What takes longer than a moment says so, on a terminal and nowhere else."""

import io
import sys

import pytest

from gitsplit.cli.output import Progress, show_activity
from tests.processes import wait_until
from tests.repository import Repository
from tests.terminal import Terminal as Terminals


class Terminal(io.StringIO):
    """Standard error, where somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("of", "pieces", "said"),
    [
        (1, 5_000, "\rgrouping 5000 hunks …\x1b[K\r\x1b[K"),
        (
            3,
            5_000,
            "\rgrouping 5000 hunks of commit 1 of 3 …\x1b[K\r\x1b[K",
        ),
        (3, 50, ""),
    ],
)
def test_a_large_commit_is_named_while_it_is_looked_through(
    of: int, pieces: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)

    with Progress() as tell:
        tell(1, of, pieces)

    assert watched.getvalue() == said


def test_many_small_commits_are_counted_once_a_moment_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    monkeypatch.setattr("gitsplit.cli.output._MOMENT", 0.0)

    with Progress() as tell:
        tell(2, 3, 1)

    assert "grouping 1 hunk of commit 2 of 3 …" in watched.getvalue()


def test_what_is_waited_for_is_named_after_a_moment_and_makes_room_for_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    monkeypatch.setattr("gitsplit.cli.output._MOMENT", 0.0)

    with show_activity("updating refs") as tell:
        wait_until(lambda: watched.getvalue() != "")
        tell("one is done")

    assert watched.getvalue() == "\rupdating refs…\x1b[K\r\x1b[Kone is done\n"


def test_refs_that_move_for_long_are_named_meanwhile(series: Repository) -> None:
    hook = series.path / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ntest "$1" = prepared && sleep 2\nexit 0\n')
    hook.chmod(0o755)
    terminal = Terminals(series.path, "--yes", "--group-by", "file", "-c", "HEAD~2")
    terminal.wait_for("updating refs (1)…")

    assert terminal.exit_status() == 0


def test_nothing_is_told_where_nobody_watches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress() as tell:
        tell(1, 1, 5_000)

    assert capsys.readouterr() == ("", "")
