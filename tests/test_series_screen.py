"""The walk through a series, by keys in a real terminal, and what stands around it."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from gitsplit.git.diff import BinaryTest, binary_test
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from gitsplit.workflow.proposal_cache import MOST_FILES, ProposalCache
from gitsplit.workflow.propose import Request, trailers_to_copy
from gitsplit.workflow.work import Work, read_work
from tests.gits import to_merge
from tests.repository import Repository
from tests.runner import done
from tests.terminal import Terminal

ENTER = "\r"


def numbers(*changed: int) -> bytes:
    """A file of forty lines, some of them changed."""
    lines = (b"line %d%s\n" % (n, b" x" if n in changed else b"") for n in range(40))
    return b"".join(lines)


@pytest.fixture
def six(repo: Repository) -> Repository:
    """Six commits: two that do two things each, and four to do something else to."""
    repo.commit("base\n", {"a": numbers(), "b": numbers()})
    repo.git("branch", "base")
    repo.commit("One and two\n", {"a": numbers(1, 38)})
    repo.commit("Three and four\n", {"b": numbers(1, 38)})
    repo.commit("Say it wrongly\n", {"c": b"c\n"})
    repo.commit("Add d\n", {"d": b"d\n"})
    repo.commit("Forgot this in d\n", {"d": b"d\nmore\n"})
    repo.commit("Not wanted\n", {"e": b"e\n"})
    repo.commit("Belongs up\n", {"f": b"f\n"})
    return repo


def editor(directory: Path, *commands: str) -> str:
    """An editor that runs sed on the file."""
    script = directory / "editor"
    script.write_text("#!/bin/sh\n" + "".join(f"{line}\n" for line in commands))
    script.chmod(0o755)
    return str(script)


def opened(repo: Repository, *args: str, rows: int = 24) -> Terminal:
    """The series on a terminal, when all of it has been looked at."""
    terminal = Terminal(repo.path, *args, rows=rows)
    terminal.wait_for("oldest first")
    return terminal


def test_six_things_are_done_to_a_series_in_one_apply_and_undone_in_one_step(
    six: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = six.refs()
    monkeypatch.setenv("GIT_EDITOR", editor(tmp_path, "sed -i s/wrongly/well/ $1"))
    terminal = opened(six, "base")

    terminal.type(" j jr")  # two to be split, one reworded
    terminal.type("jjf")  # into the one before
    terminal.type("jd")
    terminal.type("jKKKK")  # up, before what was reworded
    terminal.type("w")
    terminal.wait_for("7 commits → 7")
    terminal.type(ENTER * 2)

    assert terminal.exit_status() == 0, terminal.text
    log = six.git("log", "--reverse", "--format=%s", "base..HEAD").splitlines()
    assert log == [
        *("Update a", "One and two", "Update b", "Three and four"),
        *("Belongs up", "Say it well", "Add d"),
    ]
    assert six.blob("HEAD", "d") == b"d\nmore\n"
    assert six.git("ls-files").split() == ["a", "b", "c", "d", "f"]
    assert six.git("status", "--porcelain") == ""
    assert six.fsck() == ""

    done(six.path, "--undo")

    assert six.refs() == before
    assert six.git("status", "--porcelain") == ""


def test_enter_leads_through_the_commits_that_are_marked(six: Repository) -> None:
    terminal = opened(six, "base", "-c", "HEAD~6", "-c", "HEAD~5")

    terminal.type(ENTER)
    terminal.wait_for("One and two")
    terminal.type("\x0e")
    terminal.wait_for("Three and four")
    terminal.type("b")
    terminal.wait_for("2 commits marked for splitting")
    terminal.type("q")

    assert terminal.exit_status() == 0, terminal.text


def test_one_commit_that_was_named_is_open_at_once(six: Repository) -> None:
    terminal = Terminal(six.path, "-c", "HEAD~5")
    terminal.wait_for("hunk 1 of 2")

    terminal.type("b")
    terminal.wait_for("oldest first")
    terminal.type("q")

    assert terminal.exit_status() == 0, terminal.text


@to_merge
def test_a_conflict_stands_on_its_row_before_anything_is_applied(
    six: Repository,
) -> None:
    dropped = six.oid("HEAD~3")[:7]
    terminal = opened(six, "base")

    terminal.type("jjjd")
    terminal.wait_for(f"⚠ would conflict in d with {dropped}")
    terminal.type("u")
    terminal.type("q")

    assert terminal.exit_status() == 0, terminal.text


def test_what_commits_seem_to_do_comes_in_while_the_series_is_shown(
    six: Repository,
) -> None:
    terminal = opened(six, "base", "--group-by", "proximity")

    terminal.wait_for("probably 2 changes")
    terminal.settle()
    assert terminal.text.count("≈2") == 2  # on two rows, and in the words below
    terminal.type("q")

    assert terminal.exit_status() == 0, terminal.text


def test_titles_and_commands_are_those_of_the_user_s_configuration(
    six: Repository,
) -> None:
    six.git("config", "rebase.instructionFormat", "%s (%an)")
    six.git("config", "rebase.abbreviateCommands", "true")
    terminal = opened(six, "base")
    oid = six.oid("HEAD~3")[:7]

    terminal.type("d")
    assert f" p {oid} Add d (Committer)" in terminal.text
    assert f" ▶ d {six.oid('HEAD~6')[:7]} One and two (Committer)" in terminal.text
    terminal.type("qq")

    assert terminal.exit_status() == 0, terminal.text


def test_all_messages_are_edited_in_one_text_and_empty_ones_asked_for_again(
    six: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    script = editor(
        tmp_path,
        f"cat $1 >>{seen}",
        # First the message of the first commit goes; when asked, it comes anew.
        f"test $(grep -c '^# ----- 1 of 4' {seen}) = 1 &&",
        "  sed -i '/^Update a/d' $1 ||",
        "  sed -i '/^# ----- 1 of 4/a Do one' $1",
    )
    monkeypatch.setenv("GIT_EDITOR", script)
    terminal = opened(six, "base")

    terminal.type(" j L")
    terminal.wait_for("commit messages")
    terminal.type("E")
    terminal.wait_for("commit 1 of")
    assert "Do one" in terminal.text
    text = seen.read_text()
    assert "# Message 1 is empty." in text
    assert text.count("# ----- 4 of 4 ----- commit 2 of") == 2
    terminal.type("w" + ENTER)

    assert terminal.exit_status() == 0, terminal.text
    log = six.git("log", "--reverse", "--format=%s", "base..HEAD").splitlines()
    assert log[:2] == ["Do one", "One and two"]


def test_an_editor_that_leaves_a_message_empty_twice_changes_nothing(
    six: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_EDITOR", editor(tmp_path, "sed -i '/^[^#]/d' $1"))
    terminal = opened(six, "base")

    terminal.type(" LE")
    terminal.wait_for("Message 1 is empty. The old messages stay.")
    terminal.type("qqq")

    assert terminal.exit_status() == 0, terminal.text


def test_a_message_that_was_only_looked_at_stays_byte_for_byte(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("base\n", {})
    repo.commit("Odd  \n\n\n# not a comment\n\n", {"a": b"a\n"})
    repo.commit("Another\n", {"b": b"b\n"})
    monkeypatch.setenv("GIT_EDITOR", "true")
    terminal = opened(repo, "HEAD~2")

    terminal.type("r")
    terminal.wait_for("unchanged")
    terminal.type("q")

    assert terminal.exit_status() == 0, terminal.text


def work_of(repo: Repository, upstream: str) -> tuple[ProposalCache, Work]:
    """What would be found out beside the screen."""
    opened = open_repository(repo.path)
    request = Request(upstream)
    work = read_work(opened, request, asks=True)
    return ProposalCache(opened, request, work), work


def test_an_estimate_says_how_large_a_commit_is_and_what_it_seems_to_do(
    six: Repository,
) -> None:
    proposals, _ = work_of(six, "base")
    estimate = proposals.estimate(Oid(six.oid("HEAD~6")))

    assert (estimate.files, estimate.added, estimate.removed) == (1, 2, 2)
    assert len(estimate.things) == 1
    assert len(proposals.plan_of(Oid(six.oid("HEAD~6"))).groups) == 2  # if asked
    assert proposals.plan_of(Oid(six.oid("HEAD~6"))) is proposals.plan_of(
        Oid(six.oid("HEAD~6"))
    )


def test_what_changed_together_is_read_once_for_all_estimates(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("root\n", {})
    base = repo.commit("base\n", {"a": b"0\n", "b": b"0\n"})
    commits = [
        repo.commit("both\n", {"a": b"%d\n" % n, "b": b"%d\n" % n}) for n in range(1, 4)
    ]
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    proposals, _ = work_of(repo, base)

    for commit in commits:
        assert proposals.estimate(Oid(commit)).files == 2

    assert trace.read_text().count("built-in: git log") == 1


def test_an_estimate_says_why_there_is_none(repo: Repository) -> None:
    base = repo.commit("base\n", {"a": b"a\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side\n", {"b": b"b\n"})
    repo.git("checkout", "-q", "main")
    empty = repo.commit("empty\n", {})
    large = repo.commit("large\n", {f"f{n}": b"x\n" for n in range(MOST_FILES + 1)})
    repo.git("merge", "-q", "-m", "merge", "side")
    proposals, _ = work_of(repo, base)

    def reason(commit: str) -> str:
        return proposals.estimate(Oid(commit)).why_not

    assert reason(empty) == "empty"
    assert reason(large) == "large"
    assert proposals.estimate(Oid(large)).files == MOST_FILES + 1
    assert reason(repo.oid("HEAD")) == "merge"


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ([], (b"signed-off-by", b"co-authored-by")),
        (["Tested-by, Signed-off-by"], (b"tested-by", b"signed-off-by")),
        (["Tested-by", "Cc"], (b"tested-by", b"cc")),
        (["Tested-by  Cc,Bug"], (b"tested-by", b"cc", b"bug")),
        (["Tested-by", ""], ()),
    ],
)
def test_copied_trailers_are_those_of_the_configuration(
    repo: Repository, values: list[str], keys: tuple[bytes, ...]
) -> None:
    for value in values:
        repo.git("config", "--add", "gitsplit.copyTrailers", value)

    assert trailers_to_copy(open_repository(repo.path)) == keys


def test_each_part_of_a_commit_has_the_trailers_that_are_copied(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": numbers()})
    repo.git("config", "gitsplit.copyTrailers", "Tested-by")
    trailers = "Co-authored-by: A <a@b>\nTested-by: B <b@c>\n"
    repo.commit(f"Both\n\n{trailers}", {"a": numbers(1, 38)})
    done(repo.path, "HEAD~1", "--yes", "--keep-change-id", "last")

    first, last = repo.message("HEAD~1"), repo.message("HEAD")
    assert first == f"Update a\n\n{trailers}".encode()
    assert last.endswith(trailers.encode())


def test_commits_are_read_together_for_their_estimates(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("root\n", {"a": b"0\n"})
    for number in range(20):
        content = b"changed %d\n" % number
        repo.commit(f"commit {number}\n", {"a": content, "b": content})
    opened = open_repository(repo.path)
    request = Request(upstream="HEAD~20")
    work = read_work(opened, request, asks=True)
    cache = ProposalCache(opened, request, work)
    asked = []

    def counted(repo: Opened, paths: Iterable[bytes]) -> BinaryTest:
        asked.append(binary_test(repo, paths))
        return asked[-1]

    monkeypatch.setattr("gitsplit.git.history.binary_test", counted)
    estimates = [cache.estimate(entry.oid) for entry in work.todo.entries]

    assert [estimate.files for estimate in estimates] == [2] * 20
    assert len(asked) == 2
