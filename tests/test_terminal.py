"""The story as a user lives it: keys typed into the real program in a terminal."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitsplit.model.message import change_ids
from tests.processes import wait_until
from tests.repository import Repository
from tests.runner import done, tangled
from tests.terminal import Terminal
from tests.test_seed_case import Case, grenade, needs_bundle, practice

CLEAR = "\x15"
ENTER = "\r"
TAB = "\t"


@dataclass(frozen=True)
class Story:
    """A tangled commit, and the digits that send its pieces, first to last."""

    make: Callable[[Path], Case]
    digits: str
    subjects: tuple[str, ...]

    @property
    def commits(self) -> int:
        """How many commits the tangled one becomes; the last keeps its message."""
        return len(self.subjects) + 1


STORIES = (
    pytest.param(
        Story(
            grenade,
            "21111" + "222222" + "222",
            ("make grenade logdir creation work on clean system",),
        ),
        marks=needs_bundle,
        id="grenade",
    ),
    pytest.param(
        Story(
            practice,
            "1" + "3132323" + "j33" + "2112",  # a creation follows its lines
            ("Call amounts.num what it gives: parsed", "Refuse to cook for nobody"),
        ),
        id="practice",
    ),
)


def opened(story: Story, repo: Repository) -> Terminal:
    """The split screen, with as many commits proposed as there will be."""
    terminal = Terminal(
        repo.path,
        *("-c", "HEAD~2", "--commits", str(story.commits)),
        *("--keep-change-id", "last"),
    )
    terminal.wait_for("send")
    return terminal


@pytest.mark.parametrize("story", STORIES)
def test_keys_split_a_tangled_commit_as_its_author_did(
    story: Story, tmp_path: Path
) -> None:
    case = story.make(tmp_path / "case")
    repo = case.repo
    before = repo.oid("HEAD")
    above = repo.git("log", "--format=%T %an %ae %ad %B", "-2")
    terminal = opened(story, repo)

    terminal.type(story.digits)
    terminal.type(TAB * (story.commits - int(story.digits[-1]) + 1))  # to the first
    for subject in story.subjects:
        terminal.type(f"i{CLEAR}{subject}{ENTER}{TAB}")
    terminal.type("w")
    terminal.wait_for("Enter")
    apply(terminal)

    assert terminal.exit_status() == 0, terminal.text
    pieces = case.pieces
    assert tuple(repo.tree(piece) for piece in pieces) == case.trees
    messages = [repo.message(piece) for piece in pieces]
    assert [m.split(b"\n")[0].decode() for m in messages[:-1]] == [*story.subjects]
    assert change_ids(messages[-1]) == (case.change_id,)
    assert len({change_ids(message) for message in messages}) == story.commits
    assert repo.git("log", "--format=%T %an %ae %ad %B", "-2") == above
    assert repo.fsck() == ""
    assert repo.git("status", "--porcelain") == ""

    done(repo.path, "--undo")

    assert repo.oid("HEAD") == before


def apply(terminal: Terminal) -> None:
    """Press Enter in the preview; once more where unread messages are asked about."""
    terminal.type(ENTER)
    if "Enter again" in terminal.text:
        terminal.type(ENTER)


def test_quitting_leaves_no_trace(tmp_path: Path) -> None:
    case = practice(tmp_path / "case")
    before = case.repo.refs()
    terminal = Terminal(case.repo.path, "-c", "HEAD~2")
    terminal.wait_for("send")

    terminal.type("2")
    terminal.type("qq")

    assert terminal.exit_status() == 0, terminal.text
    assert case.repo.refs() == before
    assert case.repo.git("status", "--porcelain") == ""


def test_control_c_interrupts_with_status_130(tmp_path: Path) -> None:
    case = practice(tmp_path / "case")
    before = case.repo.refs()
    terminal = Terminal(case.repo.path, "-c", "HEAD~2")
    terminal.wait_for("send")

    terminal.type("\x03")

    assert terminal.exit_status() == 130, terminal.text
    assert case.repo.refs() == before


def test_one_key_proposes_one_commit_more_and_one_fewer(tmp_path: Path) -> None:
    case = practice(tmp_path / "case")
    terminal = Terminal(case.repo.path, "-c", "HEAD~2", "--commits", "2")
    terminal.wait_for("send")

    terminal.type("=")
    terminal.wait_for("3 commits:")
    terminal.type("--")
    terminal.wait_for("1 commit: 1 and 2 merged into 1")
    terminal.type("uuu")
    terminal.wait_for("undid: 3 commits:")
    terminal.type("=wq\x03")

    assert terminal.exit_status() == 130, terminal.text


def test_a_screen_that_nobody_touches_writes_nothing(tmp_path: Path) -> None:
    case = practice(tmp_path / "case")
    terminal = Terminal(case.repo.path, "-c", "HEAD~2", "--commits", "2")
    terminal.wait_for("send")

    for keys in ("", "j", "i", "\x1b", "w", "q", "L"):
        terminal.type(keys)
        assert terminal.is_still(1.0), keys
    terminal.kill(15)
    terminal.exit_status()


def test_a_screen_that_nobody_touches_never_wakes_up(tmp_path: Path) -> None:
    case = practice(tmp_path / "case")
    terminal = Terminal(case.repo.path, "HEAD~3", columns=140, rows=40)
    terminal.wait_for("split")

    looks, pages = (
        ("", "o", "qe", "zs", "F", "Br"),
        ("q/e\r", "\x1bo", "qw", " ", "qqL"),
    )
    for keys in (*looks, *pages, "q?"):
        terminal.type(keys)
        wait_until(lambda: terminal.is_still(0.5))
        before = times_awake(terminal.pid)
        assert terminal.is_still(1.0), keys
        assert times_awake(terminal.pid) == before, keys
    terminal.kill(15)
    terminal.exit_status()


def times_awake(process: int) -> dict[str, str]:
    """How often each thread of a process has gone to sleep."""
    return {
        each.name: (each / "status")
        .read_text()
        .partition("voluntary_ctxt_switches:")[2]
        for each in Path(f"/proc/{process}/task").iterdir()
    }


@pytest.mark.parametrize(
    "bytes_pasted", ["\x1b[31m", "\x1b[0m", "\x1b[1;2;3;4M", "\x1b[<0;5M", "\x1b[<;;M"]
)
def test_pasted_colours_are_no_mouse(repo: Repository, bytes_pasted: str) -> None:
    tangled(repo)
    terminal = Terminal(repo.path, "-c", "HEAD~2")
    terminal.wait_for("? help")
    terminal.type(bytes_pasted + "/" + bytes_pasted + "line")
    terminal.wait_for("search: line")
    terminal.type("\x1b")
    terminal.settle()
    terminal.type("qq")
    assert terminal.exit_status() == 0, terminal.text


def test_keys_of_the_configuration_are_those_of_the_screen(repo: Repository) -> None:
    tangled(repo)
    repo.git("config", "gitsplit.key.save-plan", "F5")
    repo.git("config", "gitsplit.key.keep", "Ctrl-T Q")
    terminal = Terminal(repo.path, "-c", "HEAD~2", "--group-by", "none")
    terminal.wait_for("Ctrl-T keep here")
    terminal.type("Q")
    terminal.wait_for("hunk 2 of 4")
    terminal.type("\x1b[15~")
    terminal.wait_for("save the plan as:")
    terminal.type("\x1b")
    terminal.type("qq")

    assert terminal.exit_status() == 0, terminal.text


def test_keys_that_cannot_be_are_refused_before_the_screen_opens(
    repo: Repository,
) -> None:
    tangled(repo)
    repo.git("config", "gitsplit.key.undo", "x")
    terminal = Terminal(repo.path, "-c", "HEAD~2", "--group-by", "none")

    assert terminal.exit_status() == 1
    assert b"\x1b[?1049h" not in terminal.written
    assert terminal.text.splitlines()[:3] == [
        "gitsplit: x is the key of both gitsplit.key.undo and gitsplit.key.check.",
        "hint: Give one of them another: git config gitsplit.key.NAME KEY",
        "Nothing was changed.",
    ]


def test_z_m_leaves_the_mouse_to_the_terminal_and_takes_it_back(
    repo: Repository,
) -> None:
    on, off = b"\x1b[?1000h", b"\x1b[?1000l"
    tangled(repo)
    terminal = Terminal(repo.path, "-c", "HEAD~2", "--group-by", "none")
    terminal.wait_for("? help")
    terminal.type("zm")
    terminal.wait_for("the mouse is the terminal's, to select and copy · z m ends that")
    assert terminal.written.rindex(off) > terminal.written.rindex(on)
    terminal.type("zm")
    terminal.wait_for("the mouse is gitsplit's")
    assert terminal.written.rindex(off) < terminal.written.rindex(on)
    terminal.type("q")
    assert terminal.exit_status() == 0, terminal.text
