"""``--explain``: one commit told to a newcomer, in every format; nothing is written."""

import re
from pathlib import Path

import pytest

from gitsplit.workflow.lessons import SHIPPED
from tests.conftest import PROJECT
from tests.page import read_page
from tests.repository import Repository
from tests.runner import done, gitsplit, state_of
from tests.terminal import Terminal
from tests.test_harmless import BYTES, LINES, harmless

PAGE = PROJECT / "tests" / "teaching" / "which_first.md"
FORMATS = ("text", "markdown", "html")


@pytest.fixture
def lesson(repo: Repository) -> Repository:
    """A commit that sorts an address book, with the function that it needs."""
    mails = SHIPPED / "05-which-first" / "commit.mbox"
    repo.git("am", "-q", "-k", "--committer-date-is-author-date", str(mails))
    return repo


def test_the_page_of_a_lesson(lesson: Repository) -> None:
    told = done(lesson.path, "--explain", "--format", "markdown")
    oid = lesson.oid("HEAD")[:10]

    assert told.replace(oid, "1234567890") == PAGE.read_text(encoding="utf-8")


def test_text_and_a_page_say_the_same(lesson: Repository, tmp_path: Path) -> None:
    text = done(lesson.path, "--explain")
    file = tmp_path / "page.html"
    done(lesson.path, "--explain", "--format", "html", "-o", str(file))
    page = read_page(file.read_text(encoding="utf-8"))
    headings = [each.text for each in page.all() if each.tag in ("h1", "h2")]

    assert [line for line in text.splitlines() if line[:1].strip()] == headings
    assert not [*page.all("script")]
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy.attributes["content"].startswith("default-src 'none'; style-src 'sha")
    assert max(map(len, re.findall(r"^(?! {6}).*$", text, re.MULTILINE))) <= 79


def test_of_one_change_it_says_that_it_is_one(series: Repository) -> None:
    told = done(series.path, "--explain")

    assert "It seems to be one change (100 % sure)" in told
    assert "Why that is good" in told
    assert "There is nothing to take apart.\n" in told


def test_as_many_as_are_asked_for(lesson: Repository) -> None:
    told = done(lesson.path, "--explain", "--commits", "2")

    assert "As 2 commits, which you asked for, it would be:" in told
    assert "Commit 2: " in told
    assert "Commit 3: " not in told


@pytest.mark.parametrize("option", ["--explain", "--quiz", "-n --teach"])
def test_where_the_series_begins_is_said_to_who_may_mean_that_commit(
    lesson: Repository, option: str
) -> None:
    lesson.git("branch", "base", "HEAD~1")
    before = lesson.oid("HEAD~1")[:12]
    for name in ("HEAD~1", before):
        said = gitsplit(lesson.path, *option.split(), name).err
        note = f"{name} is where the series begins; for that commit: -c {name}\n"

        assert f"gitsplit: {note}" in said
    for meant in (("base",), ("HEAD~1..HEAD",), ("HEAD",), ("-c", "HEAD"), ()):
        assert "begins" not in gitsplit(lesson.path, *option.split(), *meant).err


@pytest.mark.parametrize("names", [("HEAD~1",), ("-c", "HEAD"), ("HEAD",), ("-c", "t")])
def test_a_commit_is_named_as_elsewhere(
    lesson: Repository, names: tuple[str, ...]
) -> None:
    lesson.git("tag", "t")

    named = gitsplit(lesson.path, "--explain", *names)

    assert named.out == done(lesson.path, "--explain")


def test_any_commit_in_a_bare_repository_without_an_identity(
    lesson: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = Repository(tmp_path / "bare.git")
    lesson.git("clone", "-q", "--bare", ".", str(bare.path))
    bare.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    before = state_of(bare.path)
    told = done(bare.path, "--explain", "-c", "main")

    assert "“Sort the address book by last name”" in told
    assert state_of(bare.path) == before


def test_nothing_is_written(lesson: Repository) -> None:
    before = state_of(lesson.path)
    for form in FORMATS:
        done(lesson.path, "--explain", "--format", form)

    assert state_of(lesson.path) == before


def test_by_hand_git_asks_about_new_files_too(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("more\n", {"a": b"2\n", "new": b"1\n"})
    told = done(repo.path, "--explain", "--commits", "2", "--format", "markdown")
    tree = repo.oid("HEAD^{tree}")
    repo.git("reset", "-q", "-N", "HEAD~")
    repo.run("add", "-p", stdin=b"y\ny\n")

    assert "2. `git reset -N HEAD~` takes the commit away" in told
    assert repo.git("write-tree") == tree


def test_of_several_commits_one_has_to_be_named(series: Repository) -> None:
    ran = gitsplit(series.path, "--explain", "HEAD~3")
    first = series.oid("HEAD~2")[:10]

    assert ran.status == 1
    assert (
        f"hint: Name it, as in: gitsplit --explain -c {first}; HEAD~3 is where the"
        " series begins; for that commit: -c HEAD~3\n" in ran.err
    )


def test_a_merge_is_refused(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side\n", {"b": b"1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("main\n", {"c": b"1\n"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    ran = gitsplit(repo.path, "--explain")

    assert ran.status == 1
    assert "merge" in ran.err


NAME = "PWNED\x1b[2J`</code><script>@all\u202e**"


@pytest.mark.parametrize("form", FORMATS)
def test_no_commit_can_drive_a_terminal_or_a_page(repo: Repository, form: str) -> None:
    code = f"def {NAME}(a):\n    return a\n".encode() + BYTES + b"\n"
    base = "".join(f"value_{n} = {n}\n" for n in range(40)).encode()
    repo.commit("base\n", {NAME: base, "b.py": base})
    message = BYTES + LINES.encode() + f"\n\n{NAME}\n```\n# FORGED\n".encode()
    files = {NAME: base + code, "b.py": b"import x\n" + base + b"y = x.last\n"}
    repo.commit(message, {**files, f"new {NAME}": BYTES})
    for more in ((), ("--commits", "3")):
        told = harmless(gitsplit(repo.path, "--explain", "--format", form, *more))

        if form == "html":
            assert not [*read_page(told).all("script")]
        if form == "markdown":
            assert not re.search(r"^# FORGED", told.split("```")[0], re.MULTILINE)


@pytest.mark.parametrize(
    "args",
    [
        ("--yes",),
        ("-n",),
        ("--read", "HEAD"),
        ("--plan", "p"),
        ("-w",),
        ("-c", "HEAD", "-c", "HEAD~1"),
        ("--format", "json"),
        ("--format", "script"),
        ("--teach",),
    ],
)
def test_what_it_does_not_go_with(series: Repository, args: tuple[str, ...]) -> None:
    ran = gitsplit(series.path, "--explain", *args)

    assert ran.status == 2
    assert "--explain" in ran.err + ran.out


def test_a_dry_run_gives_advice_unless_it_is_not_wanted(lesson: Repository) -> None:
    told = done(lesson.path, "-n", "HEAD")
    lesson.git("config", "gitsplit.advice", "false")
    without = done(lesson.path, "-n", "HEAD")
    advice = (
        "  advice: Commit 3 tests `book` apart from its code in commit 2 (git,\n"
        "       SubmittingPatches: Make separate commits for logically separate"
        " changes)\n"
    )

    assert advice in told
    assert told.replace(f"{advice}\n", "") == without


def test_the_preview_gives_advice_in_one_line(lesson: Repository) -> None:
    for columns in (80, 200):
        screen = Terminal(lesson.path, "HEAD", columns=columns)
        screen.wait_for("Add last_name to people")
        screen.type("w")
        screen.wait_for("Commit 3 tests `book` apart from its code in commit 2")
        assert ("(git, SubmittingPatches" in screen.text) == (columns == 200)
        screen.type("q")


@pytest.mark.parametrize("option", ["--explain", "--quiz"])
def test_a_replacement_that_git_shows_in_place_of_the_commit_is_told(
    lesson: Repository, option: str
) -> None:
    oid = lesson.oid("HEAD")
    lesson.git("replace", oid, lesson.oid("HEAD~1"))

    ran = gitsplit(lesson.path, option, "--no-screen")

    assert f"gitsplit: {oid[:10]} has a replacement (refs/replace)" in ran.err
