"""Hooks, signatures, notes and encodings of whole runs, as git sees them afterwards."""

import re
from pathlib import Path

import pytest

from gitsplit.errors import Declined
from gitsplit.model.message import change_ids
from gitsplit.workflow.apply import apply
from gitsplit.workflow.hooks_and_signing import MOST_UNASKED, Finish
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import open_idle_repository, read_work
from tests.git.keys import SshKey, gpg_home, is_signed, needs
from tests.git.test_hooks import add_hook
from tests.git.test_signing import signer_of
from tests.repository import Repository
from tests.runner import (
    IDS,
    Json,
    Ran,
    done,
    gitsplit,
    group,
    plan_for,
    split_entry,
    state_of,
    whole,
    written,
)
from tests.terminal import Terminal


@pytest.fixture
def ssh_key(series: Repository, tmp_path: Path) -> SshKey:
    key = SshKey.made(tmp_path / "key")
    key.configure(series)
    return key


def split_in_two(
    repo: Repository, *options: str, first: str = "first\n", last: str | None = None
) -> Ran:
    """``HEAD~2`` in two by a plan; its last piece keeps the message unless told."""
    kept = repo.message("HEAD~2").decode() if last is None else last
    groups = (group(first, whole("numbers")), group(kept, owner=True))
    plan = plan_for(repo, "HEAD~3", split_entry(repo, "HEAD~2", *groups))
    path = written(repo.path.parent / "plan.json", plan)
    return gitsplit(repo.path, "--yes", "--plan", path, *options)


def new_commits(repo: Repository) -> list[str]:
    return repo.git("rev-list", "--reverse", "HEAD~4..HEAD").split()


def everything(repo: Repository) -> tuple[str, str, dict[str, str]]:
    """What a refusal has to leave alone: refs, objects, index and files."""
    files = {
        path: digest
        for path, digest in state_of(repo.path).items()
        if "/.git/" not in path or path.endswith("/index")
    }
    objects = repo.git("cat-file", "--batch-all-objects", "--batch-check")
    return repo.refs(), objects, files


@needs("gpg")
@pytest.mark.parametrize("how", ["-S", "--gpg-sign", "commit.gpgSign"])
def test_every_new_commit_verifies(
    series: Repository, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gpg_home() as home:
        monkeypatch.setenv("GNUPGHOME", str(home))
        options = [how]
        if how == "commit.gpgSign":
            series.git("config", how, "true")
            options = []
        ran = split_in_two(series, *options)
        signed = [is_signed(series, commit) for commit in new_commits(series)]

    assert (ran.status, ran.err) == (0, "")
    assert signed == [True] * 4
    assert series.fsck() == ""


@needs("ssh-keygen")
def test_what_is_below_the_split_keeps_its_signature_or_none(
    series: Repository, ssh_key: SshKey
) -> None:
    base = series.oid("HEAD~3")
    split_in_two(series, "-S")

    assert [is_signed(series, commit) for commit in new_commits(series)] == [True] * 4
    assert series.oid("HEAD~4") == base


@needs("ssh-keygen")
def test_the_key_may_stand_right_behind_the_letter(
    series: Repository, ssh_key: SshKey
) -> None:
    series.git("config", "--unset", "user.signingKey")
    ran = gitsplit(series.path, f"-yS{ssh_key.file}", "HEAD~1", "--plan", "missing")
    assert "The plan missing can't be read" in ran.err

    ran = split_in_two(series, f"-S{ssh_key.file}")
    assert (ran.status, ran.err) == (0, "")
    assert is_signed(series, "HEAD")


@needs("ssh-keygen")
def test_the_word_after_the_letter_is_no_key(
    series: Repository, ssh_key: SshKey
) -> None:
    series.commit("two", {"p": b"1\n", "q": b"1\n"})
    done(series.path, "-y", "-S", "HEAD~1")

    assert is_signed(series, "HEAD~1")
    assert is_signed(series, "HEAD")
    assert series.git("log", "-1", "--format=%s", "HEAD~2") == "top"


@needs("ssh-keygen")
def test_signatures_that_nobody_makes_anew_are_counted(
    series: Repository, ssh_key: SshKey
) -> None:
    series.git("commit", "-q", "--amend", "--no-edit", "-S")
    series.git("config", "commit.gpgSign", "true")
    ran = split_in_two(series, "--no-gpg-sign")

    assert "1 signed commit lost the signature" in ran.out
    assert b"gpgsig" not in series.run("cat-file", "commit", "HEAD").stdout


@needs("ssh-keygen")
def test_signatures_that_are_made_anew_aren_t_lost(
    series: Repository, ssh_key: SshKey
) -> None:
    series.git("commit", "-q", "--amend", "--no-edit", "-S")

    assert "signed" not in split_in_two(series, "-S").out


def test_a_wrong_key_is_one_sentence_and_changes_nothing(
    series: Repository, tmp_path: Path
) -> None:
    series.git("config", "gpg.format", "ssh")
    before = everything(series)
    ran = split_in_two(series, f"-S{tmp_path}/missing")

    assert ran.status == 1
    assert ran.out == ""
    assert re.match(r"gitsplit: ssh-keygen can't sign the new commits: .*\.\n", ran.err)
    assert "Nothing was changed." in ran.err
    assert everything(series) == before


def test_a_wrong_key_is_noticed_before_the_screen_opens(
    series: Repository, tmp_path: Path
) -> None:
    series.git("config", "gpg.format", "ssh")
    terminal = Terminal(series.path, f"-S{tmp_path}/missing", "-c", "HEAD~2")
    terminal.wait_for("Nothing was changed.")

    assert "ssh-keygen can't sign the new commits" in terminal.text.replace("\n", " ")
    assert terminal.exit_status() == 1


def long_series(repo: Repository) -> Repository:
    repo.commit("two things\n", {"a": b"1\n", "b": b"1\n"})
    for number in range(MOST_UNASKED - 1):
        repo.commit(f"above {number}\n", {"c": b"%d\n" % number})
    return repo


@needs("ssh-keygen")
@pytest.mark.parametrize("answer", [True, False])
def test_the_user_is_asked_before_very_many_commits_are_signed(
    series: Repository, ssh_key: SshKey, answer: bool
) -> None:
    long_series(series)
    asked: list[int] = []

    def agrees(count: int) -> bool:
        asked.append(count)
        return answer

    repo = open_idle_repository(series.path)
    work = read_work(repo, Request(commits=(f"HEAD~{MOST_UNASKED - 1}",)))
    before = everything(series)
    finish = Finish(signer=signer_of(series), agrees=agrees)
    if answer:
        apply(repo, work, finish)
    else:
        with pytest.raises(Declined, match="You chose not to sign 21 new commits"):
            apply(repo, work, finish)

    assert asked == [MOST_UNASKED + 1]
    assert is_signed(series, "HEAD") == answer
    assert (everything(series) == before) == (not answer)


@needs("ssh-keygen")
def test_nobody_is_asked_where_everything_is_agreed_to(
    series: Repository, ssh_key: SshKey
) -> None:
    long_series(series)
    done(series.path, "-S", "--yes", "-c", f"HEAD~{MOST_UNASKED - 1}")

    assert is_signed(series, "HEAD")


LOG = """printf '%s\\n' "$(head -n 1 "$1")" >>.git/log"""


def log_of(repo: Repository) -> list[str]:
    path = repo.path / ".git" / "log"
    return path.read_text().splitlines() if path.exists() else []


def test_commit_msg_reads_the_messages_that_are_new(series: Repository) -> None:
    add_hook(series, "commit-msg", LOG)
    ran = split_in_two(series)

    assert (ran.status, ran.err) == (0, "")
    assert log_of(series) == ["first"]


def test_commit_msg_reads_a_message_that_was_reworded(series: Repository) -> None:
    add_hook(series, "commit-msg", LOG)
    reworded: Json = {
        "commit": series.oid("HEAD"),
        "action": "reword",
        "message": "higher\n",
    }
    plan = plan_for(series, "HEAD~1", reworded)
    path = written(series.path.parent / "plan.json", plan)
    done(series.path, "-y", "--plan", path)

    assert log_of(series) == ["higher"]


def test_commit_msg_is_left_alone_where_nobody_wants_it(series: Repository) -> None:
    add_hook(series, "commit-msg", f"{LOG}; exit 1")

    assert split_in_two(series, "--no-verify").status == 0
    assert log_of(series) == []


def test_a_dry_run_runs_no_hook(series: Repository) -> None:
    for name in ("commit-msg", "post-rewrite"):
        add_hook(series, name, f"{LOG}; exit 1")
    done(series.path, "-n", "-c", "HEAD~2")

    assert log_of(series) == []


def test_what_commit_msg_writes_is_cleaned_as_git_does(series: Repository) -> None:
    add_hook(series, "commit-msg", r"""printf '\n\n\nBug: 1  \n\n' >>"$1" """)
    split_in_two(series, last="last")

    (fresh,) = change_ids(series.message("HEAD~3"))
    assert series.message("HEAD~3") == b"first\n\nBug: 1\nChange-Id: %s\n" % fresh
    assert series.message("HEAD~2").decode() == (
        f"last\n\nBug: 1\nChange-Id: {IDS[0]}\n"
    )


def test_what_commit_msg_does_to_ids_is_undone_and_named(series: Repository) -> None:
    wrong = f"I{'9' * 40}"
    add_hook(
        series,
        "commit-msg",
        f'sed -i "s/^Change-Id: .*/Change-Id: {wrong}/; s/last/final/" "$1"',
    )
    ran = split_in_two(series, last="last\n")

    assert ran.status == 0
    assert ran.err == (
        "gitsplit: commit-msg changed the Change-Id of “first”; the old one is kept.\n"
        "gitsplit: commit-msg changed the Change-Id of “last”; the old one is kept.\n"
    )
    assert wrong not in series.git("log", "--format=%B")
    last = series.message("HEAD~2").decode()
    assert last == f"final\n\nChange-Id: {IDS[0]}\n"


GERRIT = """git interpret-trailers --parse <"$1" | grep -q ^Change-Id: ||
git interpret-trailers --in-place --trailer "Change-Id: I$(git hash-object "$1")" "$1"
"""


@pytest.mark.parametrize(
    "message", ["first\n", "first\n\nprose\nChange-Id: I0\nmore\n"]
)
def test_a_hook_like_gerrit_s_adds_no_second_id(
    series: Repository, message: str
) -> None:
    add_hook(series, "commit-msg", GERRIT)
    split_in_two(series, first=message)
    commits = [series.message(commit) for commit in new_commits(series)]

    ids = [found for text in commits for found in change_ids(text)]
    assert len(set(ids)) == len(ids) == 4
    assert [text.count(b"Change-Id: ") for text in commits] == [1] * 4


def test_a_refusal_is_said_in_the_hook_s_words_and_changes_nothing(
    series: Repository,
) -> None:
    add_hook(series, "commit-msg", 'echo "line 1 is too short: $(head -n1 $1)"; exit 1')
    before = everything(series)
    ran = split_in_two(series)

    assert ran.status == 1
    assert ran.err.splitlines()[0] == (
        "gitsplit: The commit-msg hook refused “first”: line 1 is too short: first"
    )
    assert "--no-verify" in ran.err
    assert "Nothing was changed." in ran.err
    assert everything(series) == before


def test_the_plan_survives_a_refusal(series: Repository) -> None:
    hook = add_hook(series, "commit-msg", "exit 1")
    command = split_in_two(series).err.partition("gitsplit --plan ")[2].split()[0]
    hook.unlink()
    done(series.path, "--plan", command, "--yes")

    assert series.git("log", "-1", "--format=%s", "HEAD~3") == "first"


def test_a_message_of_which_nothing_is_left_is_refused(series: Repository) -> None:
    series.git("config", "gerrit.createChangeId", "false")
    series.commit("two things\n", {"p": b"1\n", "q": b"1\n"})
    add_hook(series, "commit-msg", 'echo >"$1"')
    ran = gitsplit(series.path, "--yes", "HEAD~1")

    assert ran.status == 1
    assert "The commit-msg hook left nothing of “add p”." in ran.err


def test_post_rewrite_hears_of_it_when_the_refs_have_moved(
    series: Repository,
) -> None:
    old = series.git("rev-list", "--reverse", "HEAD~3..HEAD").split()
    add_hook(series, "post-rewrite", "{ git rev-parse HEAD; cat; } >.git/log")
    split_in_two(series)
    _, owner, above, top = new_commits(series)

    new = (owner, above, top)
    pairs = [f"{a} {b}" for a, b in zip(old, new, strict=True)]
    assert log_of(series) == [top, *pairs]


def test_a_failing_post_rewrite_is_a_warning(series: Repository) -> None:
    add_hook(series, "post-rewrite", "echo out of paper; exit 1")
    ran = split_in_two(series)

    assert ran.status == 0
    assert ran.err == "gitsplit: The post-rewrite hook failed: out of paper.\n"
    assert "3 commits became 4" in ran.out


def test_what_a_hook_says_can_t_drive_the_terminal(series: Repository) -> None:
    add_hook(series, "commit-msg", r"printf '\033[31mred'")

    assert split_in_two(series).err == "gitsplit: commit-msg says: ␛[31mred\n"


def test_notes_and_orig_head_follow(series: Repository) -> None:
    series.git("config", "notes.rewriteRef", "refs/notes/*")
    series.git("notes", "add", "-m", "a note", "HEAD~2")
    tip = series.oid("HEAD")
    split_in_two(series)

    assert series.git("notes", "show", "HEAD~2") == "a note"
    assert series.run("notes", "show", "HEAD~3", check=False).returncode == 1
    assert series.oid("ORIG_HEAD") == tip


def latin1(repo: Repository) -> Repository:
    """HEAD is a commit of two files whose message is Latin-1, and says so."""
    repo.commit("base\n", {"a": b"0\n"})
    repo.write({"a": b"1\n", "b": b"1\n"})
    repo.git("add", "-A")
    message = "Größe\n\nvon José\n".encode("latin1")
    repo.git(
        *("-c", "i18n.commitEncoding=ISO-8859-1", "-c", "user.name=A"),
        *("commit", "-q", "--cleanup=verbatim", "-F", "-"),
        *(b"--author=Jos\xe9 <j@example.com>",),
        stdin=message,
    )
    return repo


def split_latin1(repo: Repository, first: str) -> Ran:
    entry = split_entry(
        repo,
        "HEAD",
        group(first, whole("a")),
        group("", owner=True),
    )
    groups = entry["groups"]
    assert isinstance(groups, list)
    base64 = {"base64": "R3L232UKCnZvbiBKb3PpCg=="}
    groups[1]["message"] = base64
    path = written(repo.path.parent / "plan.json", plan_for(repo, "HEAD~1", entry))
    return gitsplit(repo.path, "--yes", "--plan", path)


def as_read(repo: Repository, revision: str) -> str:
    """Author and message, as git decodes them."""
    return repo.git("log", "-1", "--encoding=UTF-8", "--format=%an: %B", revision)


def test_typed_text_is_read_by_git_as_it_was_typed(repo: Repository) -> None:
    latin1(repo)
    original = as_read(repo, "HEAD")
    ran = split_latin1(repo, "Maß für Zoë\n")

    assert (ran.status, ran.err) == (0, "")
    assert as_read(repo, "HEAD~1") == "José: Maß für Zoë"
    assert as_read(repo, "HEAD") == original
    for revision in ("HEAD~1", "HEAD"):
        raw = repo.run("cat-file", "commit", revision).stdout
        assert b"\nencoding ISO-8859-1\n" in raw
    assert repo.message("HEAD~1") == "Maß für Zoë\n".encode("latin1")


def test_text_that_the_encoding_lacks_makes_the_commit_utf_8(repo: Repository) -> None:
    latin1(repo)
    original = as_read(repo, "HEAD")
    split_latin1(repo, "日本\n")

    assert as_read(repo, "HEAD~1") == "José: 日本"
    assert b"\nencoding" not in repo.run("cat-file", "commit", "HEAD~1").stdout
    assert as_read(repo, "HEAD") == original
    assert repo.fsck() == ""


def test_a_stop_inside_a_rebase_is_reported_once(
    series: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_hook(series, "post-rewrite", "cat >>.git/log")
    old = series.git("rev-list", "--reverse", "HEAD~3..HEAD").split()
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "sed -i 1s/pick/edit/")
    series.run("rebase", "-q", "-i", "HEAD~3")
    done(series.path, "--yes", "HEAD~1", "--commits", "2", "--keep-change-id", "first")
    series.git("rebase", "--continue")

    assert [pair.split()[0] for pair in log_of(series)] == old
    assert [pair.split()[1] for pair in log_of(series)] == new_commits(series)[1:]
