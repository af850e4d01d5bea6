"""Three contents merged: what git makes of them, or no answer."""

from pathlib import Path

import pytest

from gitsplit.errors import ActionRefused
from gitsplit.git.diff import merge_contents
from gitsplit.git.repository import open_repository
from gitsplit.workflow.screen import merge_for_key
from tests.repository import Repository
from tests.three_way import merge

BASE = b"".join(b"%d\n" % number for number in range(20))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(BASE.replace(b"\n3\n", b"\nIII\n"), BASE[:-3], id="both sides"),
        pytest.param(BASE, BASE + b"more", id="without a last newline"),
        pytest.param(b"\xff" + BASE, BASE + b"\xe9\r\n", id="not UTF-8"),
        pytest.param(BASE, BASE, id="nothing"),
        pytest.param(b"", b"", id="the same on both sides"),
    ],
)
def test_two_ways_that_don_t_meet_are_both_taken(
    repo: Repository, ours: bytes, theirs: bytes
) -> None:
    opened = open_repository(repo.path)

    expected = merge(BASE, ours, theirs)
    assert expected is not None
    assert merge_contents(opened, BASE, ours, theirs) == expected


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(BASE.replace(b"7", b"x"), BASE.replace(b"7", b"y"), id="a line"),
        pytest.param(b"", BASE + b"more\n", id="all gone and more come"),
        pytest.param(b"\0" + BASE, BASE + b"more\n", id="binary"),
    ],
)
def test_two_ways_that_conflict_have_no_merge(
    repo: Repository, ours: bytes, theirs: bytes
) -> None:
    repo.git("config", "merge.conflictStyle", "diff3")

    assert merge_contents(open_repository(repo.path), BASE, ours, theirs) is None


def test_more_conflicts_than_an_exit_status_can_count_are_conflicts(
    repo: Repository,
) -> None:
    base, ours, theirs = (
        b"".join(b"%s %d\n\n\n\n\n" % (word, n) for n in range(300))
        for word in (b"base", b"ours", b"theirs")
    )

    assert merge_contents(open_repository(repo.path), base, ours, theirs) is None


def test_where_git_cannot_merge_a_key_is_refused_and_ends_nothing(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(ActionRefused, match="could not merge the edited file"):
        merge_for_key(open_repository(repo.path), b"1\n", b"2\n", b"3\n")
