"""Hooks are run as git runs them, by a git that helps with it and by one that doesn't.

What ``git commit`` gives a hook is the measure.
"""

import os
from pathlib import Path

import pytest

from gitsplit.errors import HookRefused
from gitsplit.git.hooks import Hooks, announce_rewrite
from gitsplit.git.repository import open_repository
from gitsplit.git.store import store_objects
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import RawCommit
from tests.git.rewriting import Bench, tangled
from tests.repository import Repository

AUTHOR = RawCommit((b"author Jos\xc3\xa9 <j@example.com> 1700000000 -0230",), b"")


@pytest.fixture(params=["new git", "old git"])
def any_git(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    git_program: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The git that is installed; or it, but without ``git hook``, as before 2.36."""
    if request.param == "new git":
        return
    directory = tmp_path / "old"
    directory.mkdir()
    wrapper = directory / "git"
    wrapper.write_text(
        f"""#!/bin/sh
if test "$1" = hook; then
  echo "git: 'hook' is not a git command. See 'git --help'." >&2
  exit 1
fi
exec {git_program} "$@"
"""
    )
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")


every_git = pytest.mark.usefixtures("any_git")


def add_hook(
    repo: Repository,
    name: str,
    script: str,
    *,
    directory: str = ".git/hooks",
    start: str = "#!/bin/sh\n",
) -> Path:
    """An executable hook."""
    path = repo.path / directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{start}{script}\n")
    path.chmod(0o755)
    return path


def verified(repo: Repository, message: bytes) -> tuple[bytes, str]:
    return Hooks(open_repository(repo.path)).run_commit_msg(message, AUTHOR)


@every_git
def test_a_hook_may_change_the_message(repo: Repository) -> None:
    add_hook(repo, "commit-msg", 'echo "Bug: 1" >>"$1"; echo fine; echo hm >&2')

    assert verified(repo, b"one\n") == (b"one\nBug: 1\n", "fine; hm")


@every_git
def test_a_hook_may_refuse_the_message_in_its_own_words(repo: Repository) -> None:
    add_hook(repo, "commit-msg", "echo too short; exit 7")

    with pytest.raises(HookRefused, match="commit-msg hook refused “one”: too short"):
        verified(repo, b"one\n\nbody\n")


@every_git
def test_a_hook_that_refuses_without_a_word_is_named(repo: Repository) -> None:
    add_hook(repo, "commit-msg", "exit 1")

    with pytest.raises(HookRefused, match="refused “one”; no reason given"):
        verified(repo, b"one\n")


@every_git
def test_without_a_hook_the_message_stays(repo: Repository) -> None:
    assert verified(repo, b"one  \n\xff") == (b"one  \n\xff", "")


@every_git
def test_a_hook_that_isn_t_executable_doesn_t_run(repo: Repository) -> None:
    add_hook(repo, "commit-msg", "exit 1").chmod(0o644)

    assert verified(repo, b"one\n") == (b"one\n", "")


@every_git
@pytest.mark.parametrize("configured", ["mine", "~/mine", "{}/mine"])
def test_hooks_are_where_the_configuration_has_them(
    repo: Repository, configured: str
) -> None:
    where = configured.format(repo.path)
    directory = os.path.expanduser(where)  # noqa: PTH111 -- as git does
    add_hook(repo, "commit-msg", "echo there", directory=directory)
    repo.git("config", "core.hooksPath", where)

    assert verified(repo, b"one\n")[1] == "there"


@every_git
@pytest.mark.parametrize("where", [os.devnull, "no/such/directory"])
def test_a_place_of_hooks_that_is_no_directory_has_none(
    repo: Repository, where: str
) -> None:
    add_hook(repo, "commit-msg", "exit 1")
    repo.git("config", "core.hooksPath", where)

    assert verified(repo, b"text\n") == (b"text\n", "")
    assert not Hooks(open_repository(repo.path)).mentions("commit-msg", b"exit")


@every_git
def test_a_script_that_names_no_interpreter_is_run_by_the_shell(
    repo: Repository,
) -> None:
    add_hook(repo, "commit-msg", "echo here", start="")

    assert verified(repo, b"one\n")[1] == "here"


@every_git
def test_a_hook_whose_interpreter_is_missing_refuses(repo: Repository) -> None:
    add_hook(repo, "commit-msg", "", start="#!/no/such/program\n")

    with pytest.raises(HookRefused):
        verified(repo, b"one\n")


RECORD = """{ pwd; readlink -f "$GIT_INDEX_FILE"; git rev-parse --absolute-git-dir
git rev-parse --show-toplevel; env | grep -e ^GIT_ED -e ^GIT_DIR -e ^GIT_AUTHOR | sort
cat; } >>"$(git rev-parse --path-format=absolute --git-common-dir)/record"
"""


def recorded(repo: Repository) -> str:
    path = Path(
        repo.git("rev-parse", "--path-format=absolute", "--git-common-dir"), "record"
    )
    text = path.read_text()
    path.unlink()
    return text


@every_git
@pytest.mark.parametrize("linked", [False, True], ids=["main", "linked"])
def test_a_hook_finds_what_it_finds_when_git_commits(
    repo: Repository, tmp_path: Path, linked: bool
) -> None:
    repo.commit("base", {"a": b"1\n"})
    add_hook(repo, "commit-msg", RECORD)
    if linked:
        repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
        repo = Repository(tmp_path / "linked")
    author = "--author=José <j@example.com>", "--date=@1700000000 -0230"
    repo.git("commit", "-q", "--allow-empty", "-m", "one", *author)
    by_git = recorded(repo)
    verified(repo, b"one\n")

    assert recorded(repo) == by_git


@every_git
def test_a_hook_in_a_bare_repository_runs_in_it(repo: Repository) -> None:
    repo.commit("base", {"a": b"1\n"})
    repo.git("clone", "-q", "--bare", ".", "bare")
    bare = Repository(repo.path / "bare")
    add_hook(bare, "commit-msg", "pwd; git rev-parse --git-dir", directory="hooks")

    where = str((repo.path / "bare").resolve())
    assert verified(bare, b"one\n")[1].split("; ")[0] == where


@every_git
def test_a_malformed_author_is_no_reason_to_fail(repo: Repository) -> None:
    add_hook(repo, "commit-msg", "echo ${GIT_AUTHOR_NAME-unknown}")
    original = RawCommit((b"author nobody", b"committer nobody"), b"")
    hooks = Hooks(open_repository(repo.path))

    assert hooks.run_commit_msg(b"one\n", original) == (b"one\n", "unknown")


def test_nothing_is_left_of_the_message_that_the_hook_read(repo: Repository) -> None:
    add_hook(repo, "commit-msg", 'readlink -f "$1"; exit 1')
    with pytest.raises(HookRefused) as told:
        verified(repo, b"one\n")
    path = Path(str(told.value).partition("”: ")[2])

    assert path.name == "COMMIT_EDITMSG"
    assert not path.exists()


def test_a_long_complaint_is_cut_short_in_its_middle(repo: Repository) -> None:
    add_hook(repo, "commit-msg", "seq 30")

    assert verified(repo, b"one\n")[1].startswith("1; 2; 3; 4; 5; …; 16; 17")


def rewritten(repo: Repository) -> tuple[Bench, Rewrite]:
    """A commit in two and two above it, on main."""
    tangled(repo)
    return rewriting(repo)


def rewriting(repo: Repository) -> tuple[Bench, Rewrite]:
    """The commit under the last two in two; main has moved."""
    bench = Bench.of(repo)
    rewrite = bench.splitting_first("HEAD~3", [bench.put("a", b"2\n")])
    with store_objects(bench.opened, bench.objects, rewrite):
        repo.git("update-ref", "refs/heads/main", rewrite.new_head)
    return bench, rewrite


def lines_of(rewrite: Rewrite) -> str:
    return "".join(f"{each.old} {each.owner}\n" for each in rewrite.rewritten)


@every_git
def test_post_rewrite_hears_what_became_of_each_commit(repo: Repository) -> None:
    add_hook(repo, "post-rewrite", 'echo "$@" >.git/args; cat >.git/pairs')
    bench, rewrite = rewritten(repo)

    assert announce_rewrite(bench.opened, rewrite) == ()
    assert (repo.path / ".git/args").read_text() == "rebase\n"
    assert (repo.path / ".git/pairs").read_text() == lines_of(rewrite)


@every_git
def test_post_rewrite_that_fails_is_said_and_no_more(repo: Repository) -> None:
    add_hook(repo, "post-rewrite", "echo no way; exit 3")
    bench, rewrite = rewritten(repo)

    said = ("The post-rewrite hook failed: no way.",)
    assert announce_rewrite(bench.opened, rewrite) == said


@every_git
def test_post_rewrite_needn_t_read_a_long_list(repo: Repository) -> None:
    add_hook(repo, "post-rewrite", "exec <&-; echo done")
    said = Hooks(open_repository(repo.path)).run_post_rewrite(b"a b\n" * 50_000)

    assert said == (True, "done")


def note_on_each(repo: Repository) -> None:
    for commit in repo.git("rev-list", "HEAD~3..HEAD").split():
        repo.git("notes", "add", "-m", f"of {commit}", commit)


def notes_of(repo: Repository, rewrite: Rewrite) -> dict[str, str]:
    """The note of each new commit, empty where it has none."""
    shown = {
        commit.oid: repo.run("notes", "show", commit.oid, check=False)
        for commit in rewrite.commits
    }
    return {oid: done.stdout.decode().strip() for oid, done in shown.items()}


def test_notes_go_to_the_commit_that_keeps_the_identity(repo: Repository) -> None:
    repo.git("config", "notes.rewriteRef", "refs/notes/commits")
    tangled(repo)
    note_on_each(repo)
    bench, rewrite = rewriting(repo)
    piece, *_ = rewrite.commits

    assert announce_rewrite(bench.opened, rewrite) == ()
    kept = {each.owner: f"of {each.old}" for each in rewrite.rewritten}
    assert notes_of(repo, rewrite) == {piece.oid: "", **kept}


@pytest.mark.parametrize(
    "setting",
    [
        ("notes.displayRef", "refs/notes/commits"),
        ("notes.rewrite.rebase", "false"),
        ("notes.rewriteRef", "refs/notes/others"),
    ],
)
def test_notes_stay_where_the_configuration_says_so(
    repo: Repository, setting: tuple[str, str]
) -> None:
    if setting[0] == "notes.rewrite.rebase":
        repo.git("config", "notes.rewriteRef", "refs/notes/commits")
    repo.git("config", *setting)
    tangled(repo)
    note_on_each(repo)
    bench, rewrite = rewriting(repo)

    assert announce_rewrite(bench.opened, rewrite) == ()
    assert set(notes_of(repo, rewrite).values()) == {""}


def test_notes_that_can_t_be_copied_are_said(repo: Repository) -> None:
    repo.git("config", "notes.rewriteRef", "refs/notes/commits")
    repo.git("config", "notes.rewriteMode", "overwrite")
    tangled(repo)
    note_on_each(repo)
    bench, rewrite = rewriting(repo)
    (repo.path / ".git/refs/notes/commits.lock").touch()
    (said,) = announce_rewrite(bench.opened, rewrite)

    assert said.startswith("The notes couldn't be copied: ")


def test_orig_head_is_the_old_tip_as_after_a_rebase(repo: Repository) -> None:
    bench, rewrite = rewritten(repo)
    repo.git("update-ref", "ORIG_HEAD", "HEAD~1")
    announce_rewrite(bench.opened, rewrite)

    assert repo.oid("ORIG_HEAD") == rewrite.old_head


def test_inside_a_rebase_orig_head_is_the_rebase_s_and_git_tells_of_the_stop(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tangled(repo)
    add_hook(repo, "post-rewrite", "cat >>.git/pairs")
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "sed -i 1s/pick/edit/")
    tip = repo.oid("HEAD")
    stopped = repo.oid("HEAD~2")
    repo.run("rebase", "-q", "-i", "HEAD~3")
    bench = Bench.of(repo)
    rewrite = bench.splitting_first("HEAD~1", [bench.put("a", b"2\n")])
    with store_objects(bench.opened, bench.objects, rewrite):
        repo.git("update-ref", "--no-deref", "HEAD", rewrite.new_head)
    announce_rewrite(bench.opened, rewrite)

    assert repo.oid("ORIG_HEAD") == tip
    assert not (repo.path / ".git/pairs").exists()
    repo.git("rebase", "--continue")
    pairs = (repo.path / ".git/pairs").read_text().splitlines()
    assert pairs[0] == f"{stopped} {rewrite.new_head}"
    assert [pair.split()[1] for pair in pairs] == [
        repo.oid(revision) for revision in ("HEAD~2", "HEAD~1", "HEAD")
    ]
