"""What takes longer than a moment says so, on a terminal and nowhere else."""

import io
import sys

import pytest

from gitsplit.cli.output import Progress


class Terminal(io.StringIO):
    """Standard error, where somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("of", "pieces", "said"),
    [
        (1, 5_000, "\rlooking for what belongs together: 5000 pieces…\x1b[K\r\x1b[K"),
        (
            3,
            5_000,
            "\rlooking for what belongs together: commit 1 of 3, 5000 pieces…\x1b[K"
            "\r\x1b[K",
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

    assert "commit 2 of 3, 1 piece…" in watched.getvalue()


def test_nothing_is_told_where_nobody_watches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress() as tell:
        tell(1, 1, 5_000)

    assert capsys.readouterr() == ("", "")
