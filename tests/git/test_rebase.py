"""A rebase that gitsplit begins, and that gitsplit or git alone ends."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitsplit.errors import GitFailed, GitTooOld
from gitsplit.git import journal, rebase, rebase_record
from gitsplit.git.rebase import TodoLine
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.model.objects import Oid
from tests.git.following import Seen, leftovers, seen
from tests.gits import skip_where_it_cannot_merge
from tests.repository import Repository

OLD = b"".join(b"%d\n" % number for number in range(1, 21))
NEW = OLD.replace(b"\n5\n", b"\nfive\n").replace(b"\n18\n", b"\neighteen\n")
ABOVE = NEW.replace(b"five", b"FIVE")
RESOLVED = OLD.replace(b"\n5\n", b"\nFIVE\n")
MAIN = "refs/heads/main"


@dataclass
class Case:
    """On ``main``: a base, a commit that loses lines, one that needs them, and a last.

    ``less`` is in place of the second without the lines, ``dropped`` brings them back.
    """

    repo: Repository
    less: str = ""
    dropped: str = ""
    commits: tuple[str, ...] = ()
    before: Seen | None = None

    @classmethod
    def of(cls, repo: Repository) -> "Case":
        repo.commit("base", {"f": OLD, "clean": b"1\n"})
        base = repo.oid("HEAD")
        commits = (
            repo.commit("tangled", {"f": NEW, "g": b"new\n"}),
            repo.commit("above", {"f": ABOVE}),
            repo.commit("top", {"h": b"top\n"}),
        )
        repo.git("checkout", "-q", "--detach", base)
        less = repo.commit("tangled", {"g": b"new\n"})
        tree = repo.tree(commits[0])
        dropped = repo.git("commit-tree", "-p", less, "-m", "dropped", tree)
        repo.git("checkout", "-q", "main")
        return cls(repo, less, dropped, commits)

    def lines(self, *refs: str) -> list[TodoLine]:
        _, above, top = self.commits
        return [
            TodoLine("pick", Oid(self.less), b"tangled"),
            TodoLine("pick", Oid(above), b"above", refs),
            TodoLine("pick", Oid(top), b"top"),
        ]

    def start(self, *refs: str, keep: bool = False) -> None:
        """The rebase is handed over; it has stopped at the second commit."""
        if refs:
            skip_where_it_cannot_merge()
        self.before = seen(self.repo)
        opened = open_repository(self.repo.path)
        head = opened.head_ref()
        named = [(head or "HEAD", opened.head())]
        named += [(ref, Oid(self.repo.oid(ref))) for ref in refs]
        rebase_record.record_rebase(opened, named, "drop", head)
        dropped = [TodoLine("pick", Oid(self.dropped), b"dropped")] if keep else []
        base = Oid(self.repo.oid(f"{self.less}~1"))
        rebase.start_rebase(opened, base, self.lines(*refs), dropped)
        assert opened.is_rebasing

    def resolve(self, content: bytes = RESOLVED) -> None:
        (self.repo.path / "f").write_bytes(content)
        self.repo.git("add", "f")

    def by_git(self, word: str) -> None:
        self.repo.run("rebase", word)

    def by_gitsplit(self, word: str) -> None:
        opened = open_repository(self.repo.path)
        act: dict[str, Callable[[Opened], object]] = {
            "--continue": rebase.continue_rebase,
            "--abort": rebase.abort_rebase,
        }
        act[word](opened)

    def settle(self) -> journal.Record | None:
        return rebase_record.settle_records(open_repository(self.repo.path))

    def undo(self) -> None:
        journal.undo_rewrite(open_repository(self.repo.path))


End = Callable[[Case, str], None]


@pytest.fixture
def case(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("GIT_EDITOR", "true")
    return Case.of(repo)


@pytest.fixture(params=[Case.by_git, Case.by_gitsplit], ids=["git", "gitsplit"])
def end(request: pytest.FixtureRequest) -> End:
    ending: End = request.param
    return ending


def history(repo: Repository) -> list[str]:
    return repo.git("log", "--format=%s", "--reverse").split()


def test_it_stops_at_the_conflict_with_the_clean_commits_as_they_were_written(
    case: Case,
) -> None:
    case.start()

    stop = rebase.current_stop(open_repository(case.repo.path))
    assert (stop.commit, stop.subject) == (case.commits[1], b"above")
    assert (stop.paths, stop.done, stop.left) == ((b"f",), 2, 1)
    assert case.repo.oid("HEAD") == case.less
    assert case.repo.oid("main") == case.commits[-1]


def test_it_is_finished_by_either_and_undone_afterwards(case: Case, end: End) -> None:
    case.repo.git("branch", "middle", "HEAD~1")
    case.start("refs/heads/middle")
    case.resolve()
    end(case, "--continue")

    assert history(case.repo) == ["base", "tangled", "above", "top"]
    assert case.repo.blob("main", "f") == RESOLVED
    assert case.repo.oid("middle") == case.repo.oid("main~1")
    record = case.settle()
    assert record and record.phase == "done"
    assert [u.new for u in record.updates] == [
        case.repo.oid("main"),
        case.repo.oid("middle"),
    ]
    case.undo()
    assert seen(case.repo) == case.before
    assert leftovers(case.repo) == []


def test_it_is_aborted_by_either_and_all_is_as_before(case: Case, end: End) -> None:
    case.repo.git("branch", "middle", "HEAD~1")
    case.repo.write({"clean": b"dirty\n", "h": b"dirty, too\n"})
    case.start("refs/heads/middle", keep=True)
    end(case, "--abort")

    assert seen(case.repo) == case.before
    assert case.settle() is None
    assert journal.records(open_repository(case.repo.path)) == []
    assert not (case.repo.path / ".git/gitsplit/keep-dropped").exists()


def test_dirty_files_are_there_again_when_it_is_finished(case: Case, end: End) -> None:
    case.repo.write({"clean": b"dirty\n", "h": b"dirty, too\n"})
    case.start()
    assert case.repo.git("stash", "list") == ""
    case.resolve()
    end(case, "--continue")

    assert case.repo.git("status", "--porcelain").split() == ["M", "clean", "M", "h"]
    assert (case.repo.path / "h").read_bytes() == b"dirty, too\n"


@pytest.mark.parametrize("dirty", [False, True])
def test_what_was_dropped_is_in_the_files_and_not_staged(
    case: Case, end: End, dirty: bool
) -> None:
    if dirty:
        case.repo.write({"f": ABOVE + b"dirty\n", "h": b"dirty\n"})
    case.start(keep=True)
    case.resolve()
    case.repo.run("rebase", "--continue", check=False)
    # The line that was dropped is the very one that the conflict was about.
    kept = RESOLVED.replace(b"\n18\n", b"\neighteen\n")
    case.resolve(kept)
    end(case, "--continue")

    assert history(case.repo) == ["base", "tangled", "above", "top"]
    assert case.repo.blob("main", "f") == RESOLVED
    assert case.repo.git("diff", "--cached", "--name-only") == ""
    tail = b"dirty\n" if dirty else b""
    assert (case.repo.path / "f").read_bytes() == kept + tail
    assert (case.repo.path / "h").read_bytes() == (b"dirty\n" if dirty else b"top\n")
    assert case.repo.git("stash", "list") == ""
    assert case.repo.git("for-each-ref", "refs/rewritten") == ""


def test_an_undo_takes_what_was_kept_along(case: Case) -> None:
    case.start(keep=True)
    case.resolve()
    case.repo.run("rebase", "--continue", check=False)
    case.resolve(RESOLVED.replace(b"\n18\n", b"\neighteen\n"))
    case.by_git("--continue")
    assert case.settle()
    case.undo()

    assert seen(case.repo) == case.before


def test_what_was_dropped_can_be_skipped(case: Case, end: End) -> None:
    case.start(keep=True)
    case.resolve()
    case.repo.run("rebase", "--continue", check=False)
    case.repo.run("rebase", "--skip")

    assert history(case.repo) == ["base", "tangled", "above", "top"]
    assert case.repo.git("status", "--porcelain") == ""


def test_a_new_file_that_was_dropped_stays_untracked(case: Case) -> None:
    repo = case.repo
    less = repo.git("commit-tree", "-p", "main~3", "-m", "l", f"{case.less}~1^{{tree}}")
    case.dropped = repo.git(
        "commit-tree", "-p", less, "-m", "d", f"{case.less}^{{tree}}"
    )
    case.less = less
    case.start(keep=True)
    case.resolve()
    case.by_git("--continue")

    assert repo.git("status", "--porcelain") == "?? g"
    assert (repo.path / "g").read_bytes() == b"new\n"


def test_a_detached_head_moves_itself(case: Case, end: End) -> None:
    case.repo.git("checkout", "-q", "--detach")
    case.start()
    case.resolve()
    end(case, "--continue")

    assert case.repo.oid("main") == case.commits[-1]
    assert case.repo.run("symbolic-ref", "-q", "HEAD", check=False).returncode == 1
    record = case.settle()
    assert record and record.updates[0].new == case.repo.oid("HEAD")
    case.undo()
    assert seen(case.repo) == case.before


def test_a_detached_head_that_was_aborted_has_no_record(case: Case, end: End) -> None:
    case.repo.git("checkout", "-q", "--detach")
    case.start()
    end(case, "--abort")

    assert seen(case.repo) == case.before
    assert case.settle() is None


def test_in_a_linked_worktree_the_other_is_left_alone(
    case: Case, end: End, tmp_path: Path
) -> None:
    case.repo.git("checkout", "-q", "--detach", "HEAD~3")
    linked = tmp_path / "a 'linked' worktree"
    case.repo.git("worktree", "add", "-q", str(linked), "main")
    main = seen(case.repo)
    case.repo = Repository(linked)
    case.start(keep=True)
    assert rebase.starting_point(open_repository(main_path(linked))) is None
    end(case, "--abort")

    assert seen(case.repo) == case.before
    assert seen(Repository(main_path(linked))) == main


def main_path(linked: Path) -> Path:
    return linked.parent / "repo"


def test_commits_on_top_of_a_finished_one_keep_it_from_being_undone(case: Case) -> None:
    case.start()
    case.resolve()
    case.by_git("--continue")
    done = case.repo.oid("HEAD")
    case.repo.commit("later", {"later": b"\n"})

    record = case.settle()
    assert record and record.updates[0].new == done


def test_a_rebase_that_was_aborted_and_then_done_by_hand_is_not_gitsplits(
    case: Case,
) -> None:
    case.start()
    case.by_git("--abort")
    case.repo.commit("later", {"later": b"\n"})

    assert case.settle() is None


def test_where_git_does_not_begin_nothing_has_changed(case: Case) -> None:
    hook = case.repo.path / ".git/hooks/pre-rebase"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    before = seen(case.repo)
    opened = open_repository(case.repo.path)
    with pytest.raises(GitFailed, match="pre-rebase"):
        rebase.start_rebase(opened, Oid(case.repo.oid("main~3")), case.lines())

    assert seen(case.repo) == before
    assert not opened.is_rebasing


def test_an_untracked_file_in_the_way_changes_nothing(case: Case) -> None:
    case.repo.git("rm", "-q", "--cached", "g")
    case.repo.git("commit", "-q", "-m", "without g")
    before = seen(case.repo)
    opened = open_repository(case.repo.path)
    with pytest.raises(GitFailed, match="rebase"):
        rebase.start_rebase(opened, Oid(case.repo.oid("main~4")), case.lines())

    assert seen(case.repo) == before


def test_a_list_that_git_cannot_read_changes_nothing(case: Case) -> None:
    before = seen(case.repo)
    opened = open_repository(case.repo.path)
    with pytest.raises(GitFailed, match="rebase"):
        rebase.start_rebase(
            opened, Oid(case.repo.oid("main~3")), [TodoLine("pick", Oid("1" * 40))]
        )

    assert seen(case.repo) == before
    assert not opened.is_rebasing


def test_a_series_that_begins_at_a_root_keeps_its_clean_root(case: Case) -> None:
    repo = case.repo
    root = repo.git("commit-tree", "-m", "root", "main~3^{tree}")
    less = repo.git("commit-tree", "-p", root, "-m", "less", f"{case.less}^{{tree}}")
    before = seen(repo)
    opened = open_repository(repo.path)
    lines = [TodoLine("pick", Oid(root), b"root"), TodoLine("pick", Oid(less), b"less")]
    rebase.start_rebase(opened, None, [*lines, *case.lines()[1:]])

    assert repo.oid("HEAD") == less
    assert rebase.current_stop(opened).paths == (b"f",)
    case.by_git("--abort")
    assert seen(repo) == before


def test_a_squash_has_the_message_that_was_chosen_without_an_editor(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = case.repo
    monkeypatch.setenv("GIT_EDITOR", "false")
    message = b"both\n\n# not a comment\n"
    tree, parent = repo.tree("main"), repo.oid("main~2")
    carrier = repo.run(
        *("commit-tree", "-p", parent, "main~1^{tree}"), stdin=message
    ).stdout.decode()
    opened = open_repository(repo.path)
    lines = [
        TodoLine("pick", Oid(carrier.strip()), b"both"),
        TodoLine("fixup", Oid(repo.oid("main")), b"top"),
    ]
    rebase.start_rebase(opened, Oid(parent), lines)

    assert not opened.is_rebasing
    assert repo.message("HEAD") == message
    assert repo.tree("HEAD") == tree
    assert repo.oid("HEAD~1") == parent


def test_the_users_configuration_does_not_change_what_is_done(case: Case) -> None:
    for name, value in {
        "rebase.autoSquash": "true",
        "rebase.updateRefs": "true",
        "rebase.missingCommitsCheck": "error",
        "rebase.abbreviateCommands": "true",
        "rebase.rebaseMerges": "true",
        "core.commentChar": ";",
        "sequence.editor": "false",
    }.items():
        case.repo.git("config", name, value)
    case.repo.git("branch", "middle", "HEAD~1")
    case.start()
    case.resolve()
    case.by_git("--continue")

    assert history(case.repo) == ["base", "tangled", "above", "top"]
    assert case.repo.oid("middle") == case.commits[1]


@pytest.mark.parametrize("mark", ["#", ";", "auto"])
def test_what_git_notes_of_a_conflict_is_no_part_of_the_message(
    case: Case, mark: str
) -> None:
    case.repo.git("config", "core.commentChar", mark)
    case.start()
    noted = (case.repo.path / ".git" / "MERGE_MSG").read_text().splitlines()
    case.resolve()
    case.by_git("--continue")

    assert f"{mark[0].replace('a', '#')} Conflicts:" in noted
    assert case.repo.message("HEAD~1") == b"above\n"


def test_the_commit_msg_hook_is_not_asked_again(case: Case) -> None:
    hook = case.repo.path / ".git/hooks/commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho changed >>$1\n")
    hook.chmod(0o755)
    case.start()
    case.resolve()
    case.by_git("--continue")

    assert case.repo.message("HEAD~1") == b"above\n"
    assert case.repo.message("HEAD") == b"top"


def test_an_old_git_is_refused_where_a_branch_is_to_follow(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebase, "_UPDATES_REFS", (9999, 0))
    opened = open_repository(case.repo.path)
    base = Oid(case.repo.oid("main~3"))
    before = seen(case.repo)
    with pytest.raises(GitTooOld, match="middle points at"):
        rebase.start_rebase(opened, base, case.lines("refs/heads/middle"))

    assert seen(case.repo) == before
    rebase.start_rebase(opened, base, case.lines())
    assert opened.is_rebasing
