"""How the git program is started, and how its failures read."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitsplit.errors import GitFailed, GitsplitError, GivenUp, NotARepository
from gitsplit.git.program import MOST_BYTES, PARSED, Program, batches
from tests.processes import PATIENCE
from tests.repository import Repository

PROJECT = Path(__file__).parents[2]


def test_a_run_gives_status_output_and_messages(repo: Repository) -> None:
    program = Program(repo.path)
    done = program.run("hash-object", "-w", "--stdin", stdin=b"a\0\xff")
    oid = done.stdout.decode().strip()
    assert (done.status, done.stderr) == (0, b"")
    assert program.run("cat-file", "blob", oid).stdout == b"a\0\xff"


def test_input_in_pieces_is_written_as_they_are_made(repo: Repository) -> None:
    pieces = [b"a" * 100_000, b"", b"\n"]
    for given in (iter(pieces), b"".join(pieces)):
        hashed = Program(repo.path).run("hash-object", "--stdin", stdin=given)
        assert hashed.lines == ["c0211f8d186b3c6f1546278494836f8c04e31942"]


def test_pieces_that_git_does_not_read_are_no_failure(repo: Repository) -> None:
    pieces = (b"a" * 100_000 for _ in range(20))
    done = Program(repo.path).run("rev-parse", "--git-dir", stdin=pieces)
    assert done.stdout == b".git\n"


def test_arguments_may_be_bytes(repo: Repository) -> None:
    repo.commit("one", {"f": b"1\n"})
    program = Program(repo.path)
    entry = b"100644,%s,caf\xe9" % repo.oid("HEAD:f").encode()
    program.run("update-index", "--add", "--cacheinfo", entry)
    listed = program.run("ls-files", "-z").stdout
    assert listed == b"caf\xe9\0f\0"


def test_a_failure_is_a_sentence_in_gits_own_words(repo: Repository) -> None:
    with pytest.raises(GitFailed) as caught:
        Program(repo.path).run("cat-file", "blob", "nosuch", env=PARSED)
    told = "git cat-file failed: Not a valid object name nosuch."
    assert (told, "Nothing was changed.") == (str(caught.value), caught.value.state)


def test_a_failure_without_a_word_says_the_status(repo: Repository) -> None:
    with pytest.raises(GitFailed, match="git symbolic-ref failed: it exited with"):
        Program(repo.path).run("symbolic-ref", "-q", "refs/heads/nosuch")


def test_beside_other_work_git_runs_to_its_end(repo: Repository) -> None:
    with Program(repo.path).run_beside("config", "-z", "--list") as ended:
        assert b"user.name" in ended().stdout


def test_a_failure_beside_other_work_is_told_where_its_end_is_awaited(
    repo: Repository,
) -> None:
    with (
        Program(repo.path).run_beside("rev-parse", "--verify", "-q", "no") as ended,
        pytest.raises(GitFailed, match="git rev-parse failed: it exited with"),
    ):
        ended()


def test_what_runs_beside_work_that_fails_is_ended(repo: Repository) -> None:
    start = time.monotonic()
    with (
        pytest.raises(KeyError),
        Program(repo.path).run_beside("cat-file", "--batch"),
    ):
        raise KeyError
    assert time.monotonic() - start < PATIENCE


def test_an_unchecked_failure_is_only_a_status(repo: Repository) -> None:
    done = Program(repo.path).run("rev-parse", "-q", "--verify", "HEAD", check=False)
    assert done.status == 1


def test_variables_of_the_program_and_of_the_run_are_added(repo: Repository) -> None:
    program = Program(repo.path, {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "old"})
    done = program.run("var", "GIT_AUTHOR_IDENT", env={"GIT_AUTHOR_EMAIL": "new"})
    assert done.stdout.startswith(b"A <new> ")


def test_without_git_the_error_says_so(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repo.path))
    with pytest.raises(GitsplitError, match="git program cannot be started") as caught:
        Program(repo.path).run("version")
    assert "Install git" in caught.value.hint


def test_a_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotARepository, match="gone doesn't exist"):
        Program(tmp_path / "gone").run("version")


def test_a_conversation_has_three_pipes(repo: Repository) -> None:
    with Program(repo.path).start("cat-file", "--batch-check") as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"nosuch\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"nosuch missing\n"


def test_children_are_out_of_reach_of_ctrl_c(repo: Repository) -> None:
    with Program(repo.path).start("cat-file", "--batch-check") as child:
        assert os.getpgid(child.pid) != os.getpgid(0)


INTERRUPTED = """
import sys
import time
from pathlib import Path
from gitsplit.git.program import Program
sys.stdout.write("ready\\n")
sys.stdout.flush()
try:
    Program(Path(sys.argv[1])).run("wait", stdin=b"")
except KeyboardInterrupt:
    sys.stdout.write("interrupted\\n")
"""


def test_ctrl_c_ends_the_child_politely(repo: Repository) -> None:
    """An alias stands for a long-running git; its trap shows the kind of signal."""
    left = repo.path / "left"
    alias = f"!trap 'echo TERM >{left}; exit 1' TERM; touch {left}; "
    repo.git("config", "alias.wait", alias + "while :; do sleep 0.05; done")
    command = [sys.executable, "-c", INTERRUPTED, str(repo.path)]
    env = {**os.environ, "PYTHONPATH": str(PROJECT / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        while not left.exists():
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        assert child.stdout.read() == b"interrupted\n"
    assert left.read_text() == "TERM\n"


def test_a_run_that_takes_too_long_is_ended_and_gives_what_it_has_printed(
    repo: Repository,
) -> None:
    program = Program(repo.path)
    alias = "alias.slow=!printf 'a\\0b'; printf c >&2; sleep 60; printf d"
    found = program.run_within(1.0, "-c", alias, "slow")
    assert found == (b"a\0b", False)


def test_a_run_in_time_gives_all_of_it_even_if_it_fails(
    repo: Repository,
) -> None:
    program = Program(repo.path)
    quick, failing = "alias.quick=!printf ab", "alias.failing=!printf ab; exit 3"
    assert program.run_within(60.0, "-c", quick, "quick") == (b"ab", True)
    assert program.run_within(60.0, "-c", failing, "failing") == (b"ab", True)


LONG = b"x" * 100_000
"""More than a pipe holds."""


def watched(repo: Repository) -> Program:
    """The program beside a screen whose user waits, though not for ever."""
    deadline = time.monotonic() + PATIENCE
    return Program(repo.path, is_wanted=lambda: time.monotonic() < deadline)


def test_a_child_that_reads_late_has_all_of_its_input(repo: Repository) -> None:
    late = ("-c", "alias.late=!sleep 0.2; wc -c", "late")

    assert watched(repo).run(*late, stdin=LONG).stdout.split() == [b"100000"]
    assert watched(repo).run(*late).stdout.split() == [b"0"]


def test_a_child_may_leave_its_input_unread(repo: Repository) -> None:
    deaf = ("-c", "alias.deaf=!sleep 0.1; echo done", "deaf")

    assert watched(repo).run(*deaf, stdin=LONG).stdout == b"done\n"


def test_a_child_that_never_reads_can_be_given_up(repo: Repository) -> None:
    is_started = repo.path / "started"
    program = Program(repo.path, is_wanted=lambda: not is_started.exists())
    deaf = f"alias.deaf=!touch {is_started}; sleep 100"
    with pytest.raises(GivenUp):
        program.run("-c", deaf, "deaf", stdin=LONG)


def test_words_for_a_command_line_are_given_in_runs_that_it_takes() -> None:
    words = [f"{'é' * (number % 5)}{number}" for number in range(40_000)]
    runs = list(batches(words))

    assert [word for run in runs for word in run] == words
    assert all(len("\0".join(run).encode()) < MOST_BYTES for run in runs)
    assert len(runs) < 2 + len("\0".join(words).encode()) // (MOST_BYTES - 20)


def test_a_word_that_is_too_long_for_a_run_has_one_alone() -> None:
    long = "x" * MOST_BYTES

    assert list(batches(["a", long, "b"])) == [("a",), (long,), ("b",)]
    assert list(batches([])) == []
