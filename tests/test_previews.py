"""What a dry run shows in full: messages, diffs, what follows; and where."""

import json
import os
import re
import stat
from html import unescape
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import IDS, Json, done, gitsplit, plan_for
from tests.terminal import Terminal

DIFF = ("diff-tree", "-p", "-M50%", "--abbrev=10", "--no-commit-id")


def test_the_diffs_it_shows_are_those_of_the_commits_that_are_then_made(
    series: Repository,
) -> None:
    said = done(series.path, "-n", "-p", "-c", "HEAD~2", "--commits", "2")
    done(series.path, "--yes", "-c", "HEAD~2", "--commits", "2")

    for revision in ("HEAD~3", "HEAD~2"):
        assert f"\n\n{series.git(*DIFF, revision)}\n\n" in said


def test_a_file_that_becomes_executable_is_two_lines_as_git_has_it(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    (repo.path / "a").chmod(0o755)
    repo.commit("both\n", {"b": b"2\n"})
    modes = ["old mode 100644", "new mode 100755"]
    options = ("-n", "-p", "--commits", "2", "HEAD~1", "--format")

    assert [*filter(modes.__contains__, repo.git(*DIFF, "HEAD").splitlines())] == modes
    for form in ("text", "markdown", "html"):
        told = unescape(done(repo.path, *options, form))
        lines = [line.removeprefix(" " * 5) for line in told.splitlines()]
        assert [*filter(modes.__contains__, lines)] == modes, told


def test_it_shows_whole_messages_with_their_trailers(series: Repository) -> None:
    said = done(series.path, "-n", "-p", "-c", "HEAD~2", "--commits", "2")

    assert f"\n\n    tangled\n\n    Words.\n\n    Change-Id: {IDS[0]}\n\n" in said
    assert said.count("    Change-Id: (will be added)\n") == 1


def test_a_commit_that_another_is_squashed_into_is_shown_as_it_will_be(
    series: Repository,
) -> None:
    top, above = series.oid("HEAD"), series.oid("HEAD~1")
    entries: list[Json] = [
        {"commit": above, "action": "pick"},
        {"commit": top, "action": "fixup"},
    ]
    plan = json.dumps(plan_for(series, "HEAD~3", *entries)).encode()
    said = done(series.path, "-n", "-p", "--plan", "-", stdin=plan)
    done(series.path, "--yes", "--plan", "-", stdin=plan)

    assert f"\n{series.git(*DIFF, 'HEAD')}\n" in said


def test_without_patch_neither_is_shown(series: Repository) -> None:
    said = done(series.path, "-n", "-c", "HEAD~2", "--commits", "2")

    assert "diff --git" not in said
    assert "    Words.\n" not in said


def test_it_says_what_moves_and_what_the_files_will_be(series: Repository) -> None:
    series.git("branch", "-q", "beside", "HEAD~1")
    series.git("tag", "v1", "HEAD")
    said = done(series.path, "-n", "-c", "HEAD~2", "--commits", "2")

    tree = series.tree("HEAD")[:10]
    assert "\nRewrites main, beside: 3 commits → 4.\n" in said
    assert f"\nFinal tree {tree} unchanged; worktree and index not touched.\n" in said
    assert "\ntags/v1 stays where it is: " in said


def test_it_says_how_to_push_as_the_summary_of_a_rewrite_does(
    series: Repository,
) -> None:
    series.git("config", "remote.gerrit.url", "ssh://review.example.org:29418/tea")
    series.git("config", "gitreview.username", "somebody")
    (series.path / ".gitreview").write_text("[gerrit]\nhost=review.example.org\n")
    before = done(series.path, "-n", "-c", "HEAD~2", "--commits", "2")
    after = done(series.path, "--yes", "-c", "HEAD~2", "--commits", "2")

    pushing = [line for line in after.splitlines() if line.startswith("Push with: ")]
    assert len(pushing) == 1
    assert f"\n{pushing[0]}\n" in before


def test_a_file_is_written_whole_and_keeps_its_mode(
    series: Repository, tmp_path: Path
) -> None:
    target = tmp_path / "preview"
    target.write_text("before")
    target.chmod(0o600)
    (tmp_path / "link").symlink_to("preview")
    done(series.path, "-n", "HEAD~3", "-o", str(tmp_path / "link"))

    assert target.read_text() == done(series.path, "-n", "HEAD~3")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} >= {"preview", "link"}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_file_that_cannot_be_written_is_left_as_it_was(
    series: Repository, tmp_path: Path
) -> None:
    ran = gitsplit(series.path, "-n", "HEAD~3", "-o", str(tmp_path / "no" / "file"))

    assert (ran.status, ran.out) == (1, "")
    assert "can't be written: No such file or directory." in ran.err


def test_a_pipe_is_written_into(series: Repository, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    done(series.path, "-n", "HEAD~3", "-o", str(pipe))

    assert os.read(reader, 1 << 16).decode() == done(series.path, "-n", "HEAD~3")
    os.close(reader)


@pytest.fixture
def paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the pager keeps what it is given, beside showing it."""
    log = tmp_path / "paged"
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("GIT_PAGER", f"tee '{log}'; echo paged with $LESS")
    return log


def ended(series: Repository, *args: str) -> Terminal:
    """The terminal in which a dry run has ended."""
    terminal = Terminal(series.path, "-n", "-p", *args, "-c", "HEAD~2", rows=200)
    terminal.wait_for("Final tree")
    terminal.settle()
    return terminal


def test_on_a_terminal_it_has_the_colours_of_git_and_goes_through_its_pager(
    series: Repository, paged: Path
) -> None:
    series.git("config", "color.diff.old", "blue")
    terminal = ended(series)

    assert b"\n\x1b[34m-1\x1b[m\n" in paged.read_bytes()
    assert b"\n\x1b[32m+one\x1b[m\n" in paged.read_bytes()
    assert "paged with FRX" in terminal.text


@pytest.mark.parametrize("setting", ["pager.gitsplit=false", "core.pager=cat"])
def test_the_pager_can_be_turned_off(
    series: Repository, paged: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    series.git("config", *setting.split("="))
    if setting.startswith("core"):
        monkeypatch.delenv("GIT_PAGER")
    terminal = ended(series)

    assert b"\x1b[31m-1\x1b[m\r\n" in terminal.written
    assert not paged.exists()


def test_no_color_turns_colours_off(
    series: Repository, paged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    ended(series)

    assert paged.read_bytes().decode() == done(series.path, "-n", "-p", "-c", "HEAD~2")


def test_a_repository_names_no_pager_of_gitsplits_own(
    series: Repository, paged: Path, tmp_path: Path
) -> None:
    series.git("config", "pager.gitsplit", f"cat; touch '{tmp_path}/run'")
    ended(series)

    assert paged.exists()
    assert not (tmp_path / "run").exists()


HOSTILE = (
    "```` @root #1 </details> <script>x</script> [l](http://x) **b** \x1b[1m\u202e"
)


@pytest.fixture
def hostile(repo: Repository) -> Repository:
    """A commit whose paths, message and lines would break out where they could."""
    name = "a```b<i>@me"
    repo.commit("base\n", {name: b"1\n", "b": b"1\n", "`": b"1\n"})
    body = f"{HOSTILE}\n\n```\n</details>\n{HOSTILE}\n\nSigned-off-by: <me@x>\n"
    lines = f"```\n````\n</details>\n{HOSTILE}\n".encode()
    repo.commit(body, {name: lines, "b": lines, "`": lines})
    return repo


def outside_of_code(text: str) -> str:
    """What of Markdown means something: no code block, and no code span."""
    blocks = re.sub(r"(?ms)^(`{3,})\w+\n.*?^\1$", "", text)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", blocks)


def test_nothing_of_the_repository_means_anything_in_markdown(
    hostile: Repository,
) -> None:
    text = done(hostile.path, "-n", "-p", "--format", "markdown", "HEAD~1")
    left = outside_of_code(text)

    assert re.findall("[@#*<>`\\[\\]\\\\]", re.sub("&#[0-9]+;", "", left)) == [
        sign
        for sign in re.findall("[*]{2}|</?[a-z]+>", left)
        for sign in sign
        if sign in "*<>"
    ]
    assert set(re.findall("</?([a-z]+)>", left)) == {"details", "summary", "code"}
    assert set(text) & set("\x1b\u202e") == set()


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_range_goes_by_its_ends_in_every_format(
    series: Repository, form: str
) -> None:
    first, last = series.oid("HEAD~2")[:10], series.oid("HEAD")[:10]
    options = ("-n", "--resplit", "HEAD~3")
    heading = done(series.path, *options).splitlines()[0]
    told = done(series.path, *options, "--format", form)

    assert heading == f"{first} to {last}, 3 commits"
    assert {"markdown": f"**{heading}**: ", "html": f">{heading}</h2>"}[form] in told
    if form == "html":
        assert f"<title>Split of {heading}</title>" in told


def test_punctuation_stands_outside_of_the_code(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("both\n", {"a": b"2\n", "b": b"2\n"})
    repo.git("checkout", "-q", "-b", "@org/team")
    for name in ("#12", "b55"):
        repo.git("branch", "-q", name)
    text = done(repo.path, "-n", "--commits", "2", "--format", "markdown", "HEAD~1")

    (line,) = [x for x in text.splitlines() if x.startswith("- Rewrites ")]
    assert line == "- Rewrites `@org/team`, `#12`, `b55`, main: 1 commit → 2."


@pytest.mark.parametrize("mark", ["", "> ", "> > "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_comment_is_applied_as_it_was_proposed(
    hostile: Repository, mark: str, end: str
) -> None:
    options = ["--commits", "2", "HEAD~1"]
    text = done(hostile.path, "-n", "-p", "--format", "markdown", *options)
    comment = end.join(["Please split it:", *(mark + x for x in text.split("\n"))])
    done(hostile.path, "--yes", *options)
    proposed = hostile.git("log", "--format=%T%n%B", "-2")
    done(hostile.path, "--undo")
    done(hostile.path, "--plan", "-", "--yes", stdin=comment.encode())

    assert hostile.git("log", "--format=%T%n%B", "-2") == proposed


def test_a_long_comment_says_that_it_is_better_attached(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("long\n", {"a": b"x" * 12_000 + b"\n", "b": b"2\n"})
    short = done(repo.path, "-n", "--format", "markdown", "HEAD~1")
    long = done(repo.path, "-n", "-p", "--format", "markdown", "HEAD~1")

    assert "attach it as a file" not in short
    assert long.startswith("_This is longer than some servers take")


def test_a_comment_without_a_plan_is_refused_in_one_sentence(
    series: Repository,
) -> None:
    ran = gitsplit(series.path, "-n", "--plan", "-", stdin=b"```\nmake\n```\n")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("gitsplit: The Markdown has no plan.\nhint: ")
