"""A range of commits on the screen: the real program in a terminal, git looking on."""

import pytest

from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from gitsplit.workflow.proposal_cache import ProposalCache
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tests.repository import Repository
from tests.runner import IDS, done
from tests.terminal import Terminal

ENTER = "\r"


def program(*functions: str, head: str = "import os\n") -> bytes:
    """A module with these functions, each of a few lines."""
    bodies = (f"\n\ndef {name}():\n    return {name!r}\n" for name in functions)
    return "".join([head, *bodies]).encode()


@pytest.fixture
def three(repo: Repository) -> Repository:
    """A base, and three commits that add functions; the last also fixes an import."""
    repo.commit("base\n", {"m.py": program("main")})
    repo.commit(f"one\n\nChange-Id: {IDS[0]}\n", {"m.py": program("main", "a")})
    repo.commit(f"two\n\nChange-Id: {IDS[1]}\n", {"m.py": program("main", "a", "b")})
    text = program("main", "a", "b", "c", head="import sys\n")
    repo.commit(f"three\n\nChange-Id: {IDS[2]}\n", {"m.py": text})
    return repo


def on_screen(repo: Repository, *args: str) -> Terminal:
    """The range on the screen, once it is drawn."""
    terminal = Terminal(repo.path, *args)
    terminal.wait_for("commits as one range")
    terminal.settle()
    return terminal


def applied(terminal: Terminal, keys: str) -> str:
    """What stands in the terminal once these keys have applied the plan."""
    terminal.type(keys)
    assert terminal.exit_status() == 0, terminal.text
    return terminal.text


def test_a_function_of_the_third_commit_goes_to_the_first(three: Repository) -> None:
    tip, old = three.tree("HEAD"), three.oid("HEAD")
    terminal = on_screen(three, "--resplit", "HEAD~3")
    keys = "G1w" + ENTER

    told = applied(terminal, keys)

    assert len(keys) <= 10
    assert "Rewrote main: 3 commits became 3." in told
    assert three.tree("HEAD") == tip
    assert three.blob("HEAD~2", "m.py") == program("main", "a", "c")
    assert three.blob("HEAD~1", "m.py") == program("main", "a", "b", "c")
    for back, change_id in enumerate(reversed(IDS[:3])):
        assert change_id in three.message(f"HEAD~{back}").decode()
    assert three.git("status", "--porcelain") == ""
    done(three.path, "--undo")
    assert three.oid("HEAD") == old


def test_unfinished_work_on_a_range_is_kept_with_its_steps(three: Repository) -> None:
    terminal = on_screen(three, "--resplit", "HEAD~3")
    terminal.type("G1qq")
    assert terminal.exit_status() == 0
    again = on_screen(three, "--resplit", "HEAD~3")
    again.wait_for("restored your draft")
    again.type("u")
    again.wait_for("undid: moved 4 lines from 3 to 1")
    again.type("qq")
    assert again.exit_status() == 0


def test_a_series_and_its_range_have_drafts_of_their_own(three: Repository) -> None:
    terminal = on_screen(three, "--resplit", "HEAD~3")
    terminal.type("G1qq")
    assert terminal.exit_status() == 0

    series = Terminal(three.path, "HEAD~3")
    series.wait_for("3 commits   oldest first")
    assert "restored" not in series.text
    series.type("q")
    assert series.exit_status() == 0


def test_a_commit_continues_another_one_by_a_key(three: Repository) -> None:
    """The third commit's function is the first new commit, with its id and message."""
    terminal = on_screen(three, "--resplit", "HEAD~3")
    terminal.type("G1c")
    terminal.wait_for("continues")

    applied(terminal, "w" + ENTER)

    assert IDS[2] in three.message("HEAD~2").decode()
    assert IDS[0] in three.message("HEAD").decode()


def test_neighbours_of_the_series_are_selected_and_opened_as_a_range(
    three: Repository,
) -> None:
    """The third commit's function goes to the second; the first stays what it is."""
    first = three.oid("HEAD~2")
    terminal = Terminal(three.path, "HEAD~3")
    terminal.wait_for("3 commits   oldest first")
    terminal.settle()
    terminal.type("jvj")
    terminal.wait_for("2 commits selected")
    terminal.type("R")
    terminal.wait_for("2 commits as one range")

    told = applied(terminal, "G1w" + ENTER)

    assert "Rewrote main: 3 commits became 3." in told
    assert three.oid("HEAD~2") == first
    assert three.blob("HEAD~1", "m.py") == program("main", "a", "b", "c")


def rewriting_a_line(repo: Repository, times: int) -> Terminal:
    """The screen of a series that writes the same line so many times."""
    for number in range(times + 1):
        repo.commit(f"{number}\n", {"f": b"%d\n" % number})
    terminal = Terminal(repo.path, f"HEAD~{times}")
    terminal.wait_for(f"{times} commits   oldest first")
    terminal.settle()
    return terminal


def test_a_reorder_that_would_conflict_is_opened_as_a_range(repo: Repository) -> None:
    """The later of two rewrites of a line comes first: then only that is seen."""
    terminal = rewriting_a_line(repo, 2)
    tip = repo.tree("HEAD")
    terminal.type("jK")
    terminal.wait_for("would conflict in f")
    terminal.type("R")
    terminal.wait_for("any line can go to any of them")

    applied(terminal, "w" + ENTER)

    assert repo.git("log", "--format=%s", "-2").split() == ["1", "2"]
    assert [repo.blob(f"HEAD~{n}", "f") for n in (1, 0)] == [b"2\n", b"2\n"]
    assert repo.tree("HEAD") == tip


def test_a_fix_goes_home_and_takes_along_what_it_rewrites(repo: Repository) -> None:
    """Sent before the commit that wrote its line, it takes that along, or not."""
    repo.commit("base\n", {"f": b"a\nb\nc\n", "g": b"1\n"})
    repo.commit("one\n", {"g": b"2\n"})
    repo.commit("two\n", {"f": b"a\nB\nc\n", "g": b"3\n"})
    repo.commit("three\n", {"f": b"a\nBB\nc\n", "g": b"4\n"})
    terminal = on_screen(repo, "--resplit", "HEAD~3")
    terminal.type("Gk")
    terminal.wait_for("in commit 3")
    terminal.type("1")
    terminal.wait_for("taking along 2 lines of 2")
    terminal.type("1")
    terminal.wait_for("moved 2 lines from 3 to 1; 1 line of 2 never shows")
    terminal.type("g1" + ENTER)
    terminal.wait_for("1 line never shows  final files same")
    terminal.type("uGkH")
    terminal.wait_for("sent 2 lines home to 2; 1 line of 2 never shows ·")

    applied(terminal, "w" + ENTER)

    assert [repo.blob(f"HEAD~{n}", "f") for n in (2, 1, 0)] == [
        *(b"a\nb\nc\n", b"a\nBB\nc\n", b"a\nBB\nc\n"),
    ]


def test_what_came_and_went_is_folded_and_goes_with_its_hunk(repo: Repository) -> None:
    """Unfolded layer by layer; a hunk is sent with all its lines, folded or not."""
    repo.commit("base\n", {"f": b"a\nz\n"})
    repo.commit("one\n", {"f": b"a\n1\n2\n3\nz\n"})
    repo.commit("two\n", {"f": b"a\n1\nB\nz\n"})
    repo.commit("three\n", {"f": b"a\n1\nB\nz\nlast\n"})
    tip, ids = repo.tree("HEAD"), [repo.oid(f"HEAD~{n}")[:7] for n in (2, 1)]
    terminal = on_screen(repo, "--resplit", "HEAD~3")
    assert f"+ ⋮ 2 lines, rewritten in {ids[1]} two" in terminal.text
    assert f"- ⋮ 2 lines of {ids[0]} one" in terminal.text
    terminal.type("j")
    terminal.wait_for("hunk 2 of 3, in commit 2, with these 2 lines · f unfolds them")
    terminal.type("f")
    terminal.wait_for("unfolded the hunk")
    assert f"rewritten in {ids[1]}" in terminal.text
    assert f"lines of {ids[0]}" not in terminal.text
    terminal.type("f/2" + ENTER)
    terminal.settle()
    assert f"lines of {ids[0]}" in terminal.text
    terminal.type("uj1")
    terminal.wait_for("moved 3 lines from 2 to 1")

    applied(terminal, "w" + ENTER)

    assert [repo.blob(f"HEAD~{n}", "f") for n in (1, 0)] == [
        b"a\n1\nB\nz\n",
        b"a\n1\nB\nz\nlast\n",
    ]
    assert repo.tree("HEAD") == tip


BASE = "".join(f"# {number}\n" for number in range(12)).encode()
LAST = "\n\ndef last():\n    return 5\n"


def lib(*lines: str, last: str = "") -> bytes:
    """The base with these lines in it, and others at its end."""
    return BASE.replace(b"# 2\n", "".join(["# 2\n", *lines]).encode()) + last.encode()


@pytest.fixture
def wrong_five(repo: Repository) -> Repository:
    """Five commits: one and three have a hunk of each other, four fixes two and three.

    The function at the end of five belongs to one.
    """
    repo.commit("base\n", {"lib": BASE, "x": BASE, "y": BASE})
    a, b, c, *fixed = "a = 1\n", "b = 2\n", "c = 3\n", "b = 20\n", "c = 30\n"
    states: dict[str, dict[str, bytes]] = {
        "one": {"lib": lib(a), "x": BASE + b"of three\n"},
        "two": {"lib": lib(a, b)},
        "three": {"lib": lib(a, b, c), "y": BASE + b"of one\n"},
        "four": {"lib": lib(a, *fixed)},
        "five": {"lib": lib(a, *fixed, last=LAST), "z": b"z\n"},
    }
    for number, (subject, files) in enumerate(states.items(), 1):
        repo.commit(f"{subject}\n\nChange-Id: I{str(number) * 40}\n", files)
    return repo


def test_a_whole_series_is_put_right_by_few_keys(wrong_five: Repository) -> None:
    """A function, a fix for two commits, two hunks and a Change-Id go elsewhere."""
    tip, old = wrong_five.tree("HEAD"), wrong_five.oid("HEAD")
    terminal = on_screen(wrong_five, "--resplit", "HEAD~5")
    keys = [
        "j3",  # the second hunk of one, in x, is for three
        "jj1",  # that of three, in y, is for one
        "sHH",  # the fix is split, and each half goes home
        "1",  # the function of five is for one
        "c",  # what five continued, one continues now
        "w" + ENTER,
    ]
    for each in keys[:-1]:
        terminal.type(each)
    told = applied(terminal, keys[-1])

    assert len("".join(keys)) <= 40
    assert "5 commits became 4" in told
    commits = [f"HEAD~{back}" for back in range(3, -1, -1)]
    subjects = [wrong_five.message(commit).decode().split()[0] for commit in commits]
    assert subjects == ["five", "two", "three", "one"]
    after = (["a = 1\n"], ["b = 20\n"], ["c = 30\n"])
    lines: list[str] = []
    for commit, more in zip(commits[:3], after, strict=True):
        lines += more
        assert wrong_five.blob(commit, "lib") == lib(*lines, last=LAST)
        assert wrong_five.blob(commit, "y") == BASE + b"of one\n"
        assert (wrong_five.blob(commit, "x") == BASE) is (commit != commits[2])
    assert wrong_five.tree("HEAD") == tip
    done(wrong_five.path, "--undo")
    assert wrong_five.oid("HEAD") == old


def test_each_commit_of_a_range_is_estimated_for_itself(three: Repository) -> None:
    """Also where all of them change one file, and one does several things in it."""
    text = program("z", "main", "a", "b", "c", "d", head="import sys\n")
    three.commit("four\n", {"m.py": text, "n.py": program("n")})
    opened, request = open_repository(three.path), Request("HEAD~4", resplit=True)
    proposals = ProposalCache(opened, request, read_work(opened, request))

    found = [proposals.estimate(Oid(three.oid(f"HEAD~{n}"))) for n in (3, 2, 1, 0)]

    assert [(one.files, one.added, one.removed) for one in found] == [
        (1, 4, 0),
        (1, 4, 0),
        (1, 5, 1),
        (2, 13, 0),
    ]


def test_nothing_conflicts_where_a_dropped_commit_is_opened_as_a_range(
    repo: Repository,
) -> None:
    """All commits on its files are in the range, not only the first that conflicts."""
    terminal = rewriting_a_line(repo, 3)
    tip = repo.tree("HEAD")
    terminal.type("d")
    terminal.wait_for("would conflict: R opens these 3 commits as one range")
    terminal.type("R")
    terminal.wait_for("what was dropped stays in the files")

    applied(terminal, "w" + ENTER)

    assert repo.git("log", "--format=%s", "-2").split() == ["3", "2"]
    assert [repo.blob(f"HEAD~{n}", "f") for n in (1, 0)] == [b"2\n", b"3\n"]
    assert repo.tree("HEAD") == tip
