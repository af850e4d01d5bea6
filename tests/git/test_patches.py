"""Patches as commits of a temporary repository: git's own diff of them is the patch."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gitsplit.errors import InvalidPatch
from gitsplit.git.patches import BRANCH, mails_in, repository_of_patches
from tests.repository import Repository


def numbers(changed: int = 0, count: int = 60) -> bytes:
    return b"".join(
        b"line %d%s\n" % (n, b" x" if n == changed else b"")
        for n in range(1, count + 1)
    )


@pytest.fixture
def author(repo: Repository) -> Repository:
    """Commits of many kinds, each on top of those before it."""
    repo.git("config", "core.quotePath", "true")
    repo.commit("base\n", {"a": numbers(), 'd/é \t"q': b"1\n2\n3\n", "gone": b"x\ny\n"})
    repo.commit("one\n\nwith a body\n", {"a": numbers(5)})
    repo.commit("two\n", {"a": numbers(40), "new": b"n\nno end"})
    repo.commit("three\n", {'d/é \t"q': b"1\r\n2\n3\n", "gone": None, "empty": b""})
    repo.git("mv", "a", "moved")
    repo.commit("four\n", {"moved": numbers(40).replace(b"line 60", b"the end")})
    (repo.path / "new").chmod(0o755)
    (repo.path / "link").symlink_to("moved")
    repo.commit("five\n", {"new": b"n\nno end\n"})
    repo.commit("six\n", {"moved": b"top\n" + numbers(41) + b"\x0c\x1b[31m\rend\n"})
    repo.commit("seven\n", {"binary": b"\0\1\2", "new": b"\0\3"})
    return repo


def made_of(mails: bytes, directory: Path) -> Repository:
    """The repository that is made of the patches."""
    directory.mkdir()
    with repository_of_patches(directory, mails_in(mails, directory)):
        return Repository(directory)


def changes(repo: Repository, commit: str, *options: str) -> str:
    """What a commit does, as git's diff says it, without ids."""
    args = ("-p", "-M", "-r", "--no-commit-id", "--root", *options, commit)
    told = repo.run("diff-tree", *args).stdout
    # What a hunk is in, a patch doesn't show; and of binary files not the content.
    told = re.sub(rb"(?m)^(@@ [^@]*@@).*$", rb"\1", told)
    # Of a shorter file another part is the same.
    told = re.sub(rb"similarity index \d+", b"similarity", told)
    return re.sub(rb"index \w+\.\.\w+", b"index", told).decode("latin-1")


@pytest.mark.parametrize("context", ["-U3", "-U0", "-U10"])
@pytest.mark.parametrize("binary", ["--binary", "--no-binary"])
def test_the_commits_do_what_the_patches_say(
    author: Repository, tmp_path: Path, context: str, binary: str
) -> None:
    mails = author.run("format-patch", "--stdout", context, binary, "HEAD~7").stdout
    made = made_of(mails, tmp_path / "made")
    own = author.git("rev-list", "--reverse", "HEAD~7..").split()
    new = made.git("rev-list", "--reverse", f"{BRANCH}~7..{BRANCH}").split()

    for mine, theirs in zip(own, new, strict=True):
        assert changes(made, theirs, "-U0") == changes(author, mine, "-U0")
        form = ("log", "-1", "--format=%an <%ae> %at%n%B")
        assert made.git(*form, theirs) == author.git(*form, mine)


def test_git_makes_the_same_trees_of_the_patches(
    author: Repository, tmp_path: Path
) -> None:
    mails = author.run("format-patch", "--stdout", "HEAD~7..HEAD~1").stdout
    made = made_of(mails, tmp_path / "made")
    made.git("read-tree", f"{BRANCH}~6")
    for number in range(6):
        commit = f"HEAD~{7 - number}..HEAD~{6 - number}"
        patch = author.run("format-patch", "--stdout", commit).stdout
        made.run("apply", "--cached", "--whitespace=nowarn", "-", stdin=patch)
        assert made.git("write-tree") == made.tree(f"{BRANCH}~{5 - number}")


def test_a_line_that_a_later_patch_shows_is_known_in_all_before(
    author: Repository, tmp_path: Path
) -> None:
    mails = author.run("format-patch", "--stdout", "HEAD~7").stdout
    made = made_of(mails, tmp_path / "made")

    first = made.git("show", f"{BRANCH}~7:a").split("\n")
    assert first[36:43] == [f"line {n}" for n in range(37, 44)]
    assert first[:8] == [*(f"line {n}" for n in range(1, 9))]
    assert first[20] == "⋮"


def test_plain_diffs_are_patches_too(author: Repository, tmp_path: Path) -> None:
    diff = author.run("diff", "HEAD~7", "HEAD~6").stdout
    bare = re.sub(rb"(?m)^(diff --git|index) .*\n", b"", diff)
    for number, patch in enumerate((diff, bare, b"Look at this:\n\n" + diff)):
        made = made_of(patch, tmp_path / f"made{number}")
        assert changes(made, BRANCH, "-U0") == changes(author, "HEAD~6", "-U0")


def test_mails_are_read_as_git_am_does(author: Repository, tmp_path: Path) -> None:
    """In quoted-printable, in base64, with CRLF; cover letters are none."""
    from email.message import EmailMessage

    patch = author.run("format-patch", "--stdout", "-1", "HEAD~6").stdout
    head, _, body = patch.decode().partition("\n\n")
    for number, how in enumerate(("quoted-printable", "base64", "8bit", "crlf")):
        if how == "crlf":
            sent = patch.replace(b"\n", b"\r\n")
        else:
            mail = EmailMessage()
            mail["From"], mail["Subject"] = "Ä <a@example.com>", "[PATCH v2 1/9] Grüße"
            mail.set_content(body, cte=how)
            sent = mail.as_bytes()
        made = made_of(sent, tmp_path / f"made{number}")
        assert changes(made, BRANCH, "-U0") == changes(author, "HEAD~6", "-U0")
        if how != "crlf":
            assert made.git("log", "-1", "--format=%an|%s", BRANCH) == "Ä|Grüße"
    assert "From " in head


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        (b"", "There is no patch"),
        (b"\0\xff\xfe", "There is no patch"),
        (b"Subject: hello\n\nno patch at all\n", "There is no patch"),
        (b"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n", "is shorter than its header says"),
        (b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n*a\n", "is shorter than its header says"),
        (b"--- a/f\n+++ b/f\n@@ -999999999 +1 @@\n-a\n+b\n", "too many lines"),
        (b"--- a/../f\n+++ b/../f\n@@ -1 +1 @@\n-a\n+b\n", "git never allows"),
    ],
)
def test_what_is_no_patch_is_refused(tmp_path: Path, patch: bytes, told: str) -> None:
    with pytest.raises(InvalidPatch, match=told):
        made_of(patch, tmp_path / "made")


def test_patches_that_do_not_follow_one_another_are_refused(
    author: Repository, tmp_path: Path
) -> None:
    one, two = (
        author.run("format-patch", "--stdout", "-1", f"HEAD~{n}").stdout for n in (6, 5)
    )
    with pytest.raises(InvalidPatch, match="a differs in line 5"):
        made_of(one + one, tmp_path / "twice")
    made_of(one + two, tmp_path / "made")
    created = b"--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"
    deleted = b"--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    for number, (patch, why) in enumerate(
        ((created + created, "already exists"), (deleted + deleted, "already deleted"))
    ):
        with pytest.raises(InvalidPatch, match=why):
            made_of(patch, tmp_path / f"again{number}")


FILE_HUNK = b"@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
CREATION = b"--- /dev/null\n+++ b/%s\n@@ -0,0 +1 @@\n+x\n"


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        pytest.param(
            CREATION % b"f" + CREATION % b"f/g",
            "both a file and a directory",
            id="both",
        ),
        pytest.param(
            b"--- a/f\n+++ b/f\n@@ -99999999999999999999,3 +1,4 @@\n a\n" + FILE_HUNK,
            "Line 3 of the patch",
            id="far",
        ),
        pytest.param(
            b"diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1 -1 +1 @@@\n++x\n",
            "combined diff of a merge",
            id="combined",
        ),
        pytest.param(
            b"--- a/../../etc/passwd\n+++ b/../../etc/passwd\n" + FILE_HUNK,
            "never allows: ../../etc/passwd.",
            id="outside",
        ),
        pytest.param(b"--- a/f\n+++ b/f\n", "There is no patch", id="nothing"),
    ],
)
def test_a_patch_that_is_not_understood_is_refused(
    tmp_path: Path, patch: bytes, why: str
) -> None:
    with pytest.raises(InvalidPatch, match=re.escape(why)):
        made_of(patch, tmp_path / "made")


def test_a_name_with_a_tail_on_one_side_is_that_without(tmp_path: Path) -> None:
    made = made_of(b"--- a/f.orig\n+++ b/f\n" + FILE_HUNK, tmp_path / "made")

    told = made.git("diff-tree", "-M", "--no-commit-id", "--name-status", BRANCH)
    assert told.split() == ["M", "f"]


def test_an_unknown_charset_and_the_head_of_another_tool_do_no_harm(
    tmp_path: Path,
) -> None:
    mail = (
        b"From: A <a@example.com>\nSubject: that\n"
        b"Content-Type: text/plain; charset=no-such\n\nbody\n---\n"
    )
    diff = b"--- f\t(revision 1)\n+++ f\t(working copy)\n" + FILE_HUNK
    made_of(mail + diff, tmp_path / "mail")
    made_of(b"Index: f\n" + b"=" * 67 + b"\n" + diff, tmp_path / "other")

    messages = [
        Repository(tmp_path / each).git("log", "-1", "--format=%B", BRANCH).strip()
        for each in ("mail", "other")
    ]
    assert messages == ["that\n\nbody", "A patch without a message"]


@pytest.mark.parametrize("form", ["medium", "fuller"])
def test_what_git_log_prints_is_read_oldest_first(
    author: Repository, tmp_path: Path, form: str
) -> None:
    log = author.run("log", "-3", "-p", "--stat", f"--format={form}").stdout
    found = mails_in(log, tmp_path)

    own = author.git("log", "-3", "--reverse", "--format=%H%x00%an <%ae>%x00%B%x00")
    told = [part.strip() for part in own.split("\0")][:-1]
    assert [
        text
        for mail in found
        for text in (mail.commit, mail.author.decode(), mail.message.decode().strip())
    ] == told
    made_of(log, tmp_path / "made")


def test_notes_that_git_log_prints_are_no_message(
    author: Repository, tmp_path: Path
) -> None:
    author.git("notes", "add", "-m", "a note here")
    (mail,) = mails_in(author.run("log", "-1", "-p").stdout, tmp_path)

    assert mail.message.decode().strip() == author.git("log", "-1", "--format=%B")


def test_a_date_from_nowhere_is_in_utc(
    author: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    mail = author.run("format-patch", "--stdout", "-1").stdout
    dated = re.sub(rb"(?m)^Date: .*$", b"Date: Mon, 30 Nov 2026 12:00:00 -0000", mail)
    with repository_of_patches(tmp_path, mails_in(dated, tmp_path)):
        told = Repository(tmp_path).git("log", "-1", "--format=%aI", BRANCH)
    monkeypatch.undo()
    time.tzset()

    # Newer gits write "Z".
    assert datetime.fromisoformat(told) == datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert told.endswith(("+00:00", "Z"))
