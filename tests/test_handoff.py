"""A conflict that is accepted: what gitsplit writes, what git does, and the end."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitsplit.errors import CheckFailed, GitTooOld, NotHandedOver, RefMoved, Stopped
from gitsplit.git import rebase
from gitsplit.git.repository import Repository as OpenRepository
from gitsplit.git.repository import open_repository
from gitsplit.git.signing import signer
from gitsplit.git.write import Rewrite
from gitsplit.model.message import subject_of
from gitsplit.model.plan import DropTo
from gitsplit.workflow.checks import check_commits
from gitsplit.workflow.conflict import hand_over_conflict
from gitsplit.workflow.hooks_and_signing import Finish
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tests.git.following import Seen, leftovers, seen
from tests.git.keys import SshKey, is_signed, needs
from tests.gits import skip_where_it_cannot_merge, to_merge
from tests.repositories.splitting import git_is_at_least
from tests.repository import Repository
from tests.runner import (
    Json,
    Ran,
    done,
    gitsplit,
    gitsplit_process,
    group,
    lines,
    plan_for,
    split_entry,
)

pytestmark = pytest.mark.skipif(
    not git_is_at_least(2, 38), reason="a conflict is found by git 2.38's merge-tree"
)

OLD = b"".join(b"%d\n" % number for number in range(1, 41))


def with_lines(**named: bytes) -> bytes:
    """The lines 1 to 40, some of them other words: ``l5=b"five"``."""
    content = OLD
    for name, word in named.items():
        number = name[1:].encode()
        content = content.replace(b"\n" + number + b"\n", b"\n" + word + b"\n")
    return content


FIVE = lines("f", [(5, 5)], [(5, 5)])
EIGHTEEN = lines("f", [(18, 18)], [(18, 18)])


@dataclass
class Story:
    """``main``: base, tangled (5, 18, 30), above (5 again), twofold (12, 38), top."""

    repo: Repository

    @classmethod
    def of(cls, repo: Repository) -> "Story":
        tangled = {"l5": b"five", "l18": b"eighteen", "l30": b"thirty"}
        above = {**tangled, "l5": b"FIVE"}
        twofold = {**above, "l12": b"twelve", "l38": b"many"}
        repo.commit("base\n", {"f": OLD})
        repo.commit("tangled\n", {"f": with_lines(**tangled)})
        repo.commit("above\n", {"f": with_lines(**above)})
        repo.commit("twofold\n", {"f": with_lines(**twofold)})
        repo.commit("top\n", {"g": b"top\n"})
        return cls(repo)

    def plan(self, *entries: Json) -> Json:
        return plan_for(self.repo, "HEAD~4", *entries)

    def entry(self, revision: str, action: str, **more: object) -> Json:
        return {"commit": self.repo.oid(revision), "action": action, **more}

    def dropping(self, *more: Json) -> Json:
        """Tangled is split in two and loses what above needs."""
        pieces = (group("eighteen\n", EIGHTEEN), group("thirty\n", owner=True))
        tangled = split_entry(self.repo, "HEAD~3", *pieces)
        return self.plan({**tangled, "dropped": [FIVE]}, *more)

    def hand_over(
        self, plan: Json, drop_to: DropTo = "discard", finish: Finish | None = None
    ) -> Stopped:
        """How it has stopped."""
        skip_where_it_cannot_merge()
        opened = open_repository(self.repo.path)
        work = read_work(opened, Request(plan=json.dumps(plan).encode()))
        with pytest.raises(Stopped) as caught:
            hand_over_conflict(opened, work, finish, drop_to)
        return caught.value

    def resolve(self, **content: bytes) -> None:
        (self.repo.path / "f").write_bytes(with_lines(**content))
        self.repo.git("add", "f")

    @property
    def subjects(self) -> list[str]:
        return self.repo.git("log", "--format=%s", "--reverse", "HEAD").splitlines()


End = Callable[[Repository, str], Ran]


def by_git(repo: Repository, word: str) -> Ran:
    ended = repo.run("rebase", word, check=False)
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def by_gitsplit(repo: Repository, word: str) -> Ran:
    return gitsplit(repo.path, word)


@pytest.fixture(params=[by_git, by_gitsplit], ids=["git", "gitsplit"])
def end(request: pytest.FixtureRequest) -> End:
    ending: End = request.param
    return ending


@pytest.fixture
def story(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setenv("GIT_EDITOR", "true")
    return Story.of(repo)


def finished(repo: Repository, end: End) -> None:
    ran = end(repo, "--continue")
    assert ran.status == 0, ran


def undone(repo: Repository, before: Seen) -> None:
    done(repo.path, "--undo")
    assert seen(repo) == before
    assert leftovers(repo) == []
    assert list((repo.path / ".git/objects/pack").glob("*.keep")) == []


def test_without_a_terminal_no_editor_is_opened_on_the_way(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_EDITOR")
    story.repo.git("config", "core.editor", "false")
    story.hand_over(story.dropping())
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    ran = gitsplit_process(story.repo.path, "--continue", "--format", "json")

    assert (ran.status, json.loads(ran.out)["state"]) == (0, "rewritten"), ran.err
    assert story.subjects == ["base", "eighteen", "thirty", "above", "twofold", "top"]


def test_a_dropped_edit_that_is_needed_above_stops_there(
    story: Story, end: End
) -> None:
    before = seen(story.repo)
    error = story.hand_over(story.dropping())

    assert error.exit_status == 3
    above = story.repo.oid("main~2")[:10]
    assert (
        str(error) == f"git rebase has stopped at {above} “above”, where f conflicts."
    )
    assert "gitsplit --continue" in error.hint
    assert "3 of 5 commands done. No branch has moved" in error.state
    assert story.subjects == ["base", "eighteen", "thirty"]
    assert story.repo.git("show-ref") in before.refs
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    finished(story.repo, end)
    assert story.subjects == ["base", "eighteen", "thirty", "above", "twofold", "top"]
    assert story.repo.git("status", "--porcelain") == ""
    assert story.repo.fsck() == ""
    undone(story.repo, before)


def test_at_the_end_it_is_said_how_to_push_what_is_reviewed(story: Story) -> None:
    story.hand_over(story.dropping())
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    plain = done(story.repo.path, "--continue")
    done(story.repo.path, "--undo")
    change_id = f"I{'1' * 40}"
    top = story.entry("HEAD", "reword", message=f"top\n\nChange-Id: {change_id}\n")
    story.hand_over(story.dropping(top))
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    told = done(story.repo.path, "--continue")

    assert "Push with" not in plain
    assert "\nPush with: git push origin HEAD:refs/for/master\nUndo with" in told


def test_reordered_commits_stop_where_they_conflict(story: Story, end: End) -> None:
    before = seen(story.repo)
    plan = story.plan(
        story.entry("main~2", "pick"),
        story.entry("main~3", "pick"),
        story.entry("main~1", "pick"),
        story.entry("main", "pick"),
    )
    error = story.hand_over(plan)
    assert "“above”, where f conflicts" in str(error)
    story.resolve(l5=b"FIVE")
    assert end(story.repo, "--continue").status in (1, 3)
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    finished(story.repo, end)

    assert story.subjects == ["base", "above", "tangled", "twofold", "top"]
    assert story.repo.tree("HEAD") == story.repo.tree("ORIG_HEAD")
    undone(story.repo, before)


def test_what_is_split_reworded_squashed_and_dropped_above_the_conflict_is_done(
    story: Story, end: End
) -> None:
    story.repo.commit("more\n", {"h": b"more\n"})
    story.repo.commit("useless\n", {"useless": b"\n"})
    story.repo.commit("last\n", {"i": b"last\n"})
    before = seen(story.repo)
    twelve = lines("f", [(12, 12)], [(12, 12)])
    pieces = (group("twelve\n", twelve), group("many\n", owner=True))
    plan = plan_for(
        story.repo,
        "HEAD~7",
        {
            **split_entry(story.repo, "main~6", group("less\n")),
            "dropped": [FIVE],
        },
        story.entry(
            "main~5", "reword", message="above, reworded\n\n# 1 is no comment\n"
        ),
        split_entry(story.repo, "main~4", *pieces),
        story.entry("main~3", "pick"),
        story.entry("main~2", "squash", message="top and more\n"),
        story.entry("main~1", "drop"),
        story.entry("main", "fixup"),
    )
    story.hand_over(plan)
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    finished(story.repo, end)

    subjects = ["base", "less", "above, reworded", "twelve", "many", "top and more"]
    assert story.subjects == subjects
    twelve_alone = {"l5": b"FIVE", "l12": b"twelve", "l18": b"eighteen"}
    assert story.repo.blob("HEAD~2", "f") == with_lines(l30=b"thirty", **twelve_alone)
    assert story.repo.message("HEAD") == b"top and more\n"
    files = story.repo.git("ls-tree", "--name-only", "HEAD").split()
    assert files == ["f", "g", "h", "i"]
    undone(story.repo, before)


@pytest.mark.parametrize("drop_to", ["worktree", "discard"])
def test_an_abort_gives_back_tip_branches_and_dirty_files(
    story: Story, end: End, drop_to: DropTo
) -> None:
    story.repo.git("branch", "middle", "main~1")
    story.repo.write(
        {"g": b"dirty\n", "f": (story.repo.path / "f").read_bytes() + b"!"}
    )
    before = seen(story.repo)
    story.hand_over(story.dropping(), drop_to)
    assert end(story.repo, "--abort").status == 0

    assert seen(story.repo) == before
    ran = gitsplit(story.repo.path, "--undo")
    assert "There is no rewrite to undo" in ran.err
    assert list((story.repo.path / ".git/objects/pack").glob("*.keep")) == []


def test_dirty_files_and_dropped_lines_are_in_the_files_at_the_end(
    story: Story, end: End
) -> None:
    dirty = (story.repo.path / "f").read_bytes().replace(b"\n25\n", b"\ndirty\n")
    story.repo.write({"g": b"dirty\n", "f": dirty})
    later = {
        **split_entry(story.repo, "main~3", group("rest\n")),
        "dropped": [EIGHTEEN],
    }
    plan = story.plan(
        story.entry("main~2", "pick"),
        later,
        story.entry("main~1", "pick"),
        story.entry("main", "pick"),
    )
    story.hand_over(plan, "worktree")
    story.resolve(l5=b"FIVE")
    assert end(story.repo, "--continue").status in (1, 3)
    story.resolve(l5=b"FIVE", l30=b"thirty")
    finished(story.repo, end)

    repo = story.repo
    assert story.subjects == ["base", "above", "rest", "twofold", "top"]
    words = {"l5": b"FIVE", "l12": b"twelve", "l30": b"thirty", "l38": b"many"}
    assert repo.blob("HEAD", "f") == with_lines(**words)
    assert (repo.path / "f").read_bytes() == with_lines(
        **words, l18=b"eighteen", l25=b"dirty"
    )
    assert (repo.path / "g").read_bytes() == b"dirty\n"
    assert repo.git("diff", "--cached", "--name-only") == ""


def test_branches_of_the_range_follow(story: Story, end: End) -> None:
    for name, revision in {
        "clean": "main~3",
        "stopped": "main~2",
        "rest": "main~1",
        "same": "main",
        "before": "main~4",
    }.items():
        story.repo.git("branch", name, revision)
    story.repo.git(
        "branch",
        "fork",
        story.repo.git("commit-tree", "-p", "main~1", "-m", "fork", "main^{tree}"),
    )
    before = seen(story.repo)
    fork = story.repo.oid("fork")
    said: list[str] = []
    story.hand_over(story.dropping(), finish=Finish(say=said.append))
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    finished(story.repo, end)

    at = {name: story.repo.oid(name) for name in ("clean", "stopped", "rest", "same")}
    places = ("HEAD~3", "HEAD~2", "HEAD~1", "HEAD")
    assert list(at.values()) == [story.repo.oid(place) for place in places]
    assert story.repo.oid("before") == story.repo.oid("HEAD~5")
    assert story.repo.oid("fork") == fork
    assert said == ["branch fork stays where it is: it has commits of its own on top."]
    undone(story.repo, before)


def test_branches_of_dropped_first_commits_go_to_what_these_were_on(
    story: Story, end: End
) -> None:
    repo = story.repo
    repo.commit("useless\n", {"useless": b"\n"})
    repo.commit("five\n", {"f": with_lines(l5=b"other")})
    repo.commit("last\n", {"f": with_lines(l5=b"last")})
    for name, revision in {"first": "main~3", "dropped": "main~2"}.items():
        repo.git("branch", name, revision)
    before = seen(repo)
    plan = plan_for(
        repo,
        "HEAD~4",
        story.entry("main~3", "drop"),
        story.entry("main~2", "drop"),
        story.entry("main~1", "drop"),
        story.entry("main", "pick"),
    )
    story.hand_over(plan)
    story.resolve(l5=b"last")
    finished(repo, end)

    assert story.subjects == ["base", "tangled", "above", "twofold", "last"]
    assert repo.oid("first") == repo.oid("dropped") == repo.oid("HEAD~1")
    undone(repo, before)


def test_a_new_file_that_was_staged_is_staged_at_the_end(
    story: Story, end: End
) -> None:
    repo = story.repo
    repo.write({"a new": b"new\n", "-b": b"b\n", ".gitignore": b"-b\n"})
    repo.git("add", "-f", "--", "a new", "-b")
    story.hand_over(story.dropping(), "worktree")
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    assert end(repo, "--continue").status in (1, 3)
    story.resolve(l5=b"FIVE", l12=b"12 once more", l18=b"eighteen", l30=b"thirty")
    finished(repo, end)
    status = repo.git("status", "--porcelain")
    done(repo.path, "--undo")

    new = ["A  -b", 'A  "a new"']
    assert status.splitlines() == [*new, " M f", "?? .gitignore"]
    staged = repo.git("diff", "--cached", "--name-status", "--no-renames")
    assert staged.splitlines() == ["A\t-b", "A\ta new"]


def test_a_detached_head(story: Story, end: End) -> None:
    story.repo.git("checkout", "-q", "--detach")
    story.repo.git("branch", "-f", "main", "HEAD~4")
    before = seen(story.repo)
    story.hand_over(story.dropping())
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    finished(story.repo, end)

    assert len(story.subjects) == 6
    undone(story.repo, before)


def test_a_linked_worktree_in_a_place_with_an_odd_name(
    story: Story, end: End, tmp_path: Path
) -> None:
    story.repo.git("checkout", "-q", "--detach", "main~4")
    linked = tmp_path / 'it\'s a "linked" worktree'
    story.repo.git("worktree", "add", "-q", str(linked), "main")
    there, story.repo = story.repo, Repository(linked)
    main = seen(there)
    plan = story.dropping()
    story.hand_over(plan, "worktree")
    assert gitsplit(there.path, "--continue").status == 1
    assert end(story.repo, "--abort").status == 0
    story.hand_over(plan)
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    finished(story.repo, end)

    assert len(story.subjects) == 6
    assert seen(there).files == main.files


def test_gitsplit_names_its_own_way_out_while_it_is_stopped(story: Story) -> None:
    story.hand_over(story.dropping())
    for args in (["HEAD~1", "--yes"], ["-n", "HEAD~1"]):
        ran = gitsplit(story.repo.path, *args)
        assert ran.status == 1
        assert "gitsplit --continue, or: gitsplit --abort" in ran.err
    ran = gitsplit(story.repo.path, "--undo")
    assert ran.status == 1
    assert "gitsplit --abort" in ran.err
    assert open_repository(story.repo.path).is_rebasing


def test_continuing_with_a_conflict_unresolved_stops_again(story: Story) -> None:
    story.hand_over(story.dropping())
    ran = gitsplit(story.repo.path, "--continue")

    assert ran.status == 3
    assert "has stopped at" in ran.err
    assert ran.err.count("f conflicts") == 1


def test_programs_are_told_where_a_rebase_stops_and_ends(story: Story) -> None:
    before = story.repo.oid("main")
    story.hand_over(story.dropping())
    stopped = gitsplit_process(story.repo.path, "--continue", "--format", "json")
    told = json.loads(stopped.out)
    assert (stopped.status, told["state"], told["error"]) == (3, "stopped", "Stopped")
    assert told["hint"].startswith("Resolve the conflicts")

    aborted = json.loads(gitsplit(story.repo.path, "--abort", "--format=json").out)
    assert (aborted["state"], story.repo.oid("main")) == ("unchanged", before)


def test_programs_are_told_what_a_finished_rebase_moved(story: Story) -> None:
    before = story.repo.oid("main")
    story.hand_over(story.dropping())
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    ran = gitsplit(story.repo.path, "--continue", "--format", "json")
    told = json.loads(ran.out)
    main = {"ref": "refs/heads/main", "old": before, "new": story.repo.oid("main")}
    assert (ran.status, told["state"]) == (0, "rewritten")
    assert [each["subject"] for each in told["new_commits"]] == story.subjects[1:]
    assert main in told["moved"]


@pytest.mark.parametrize("word", ["--continue", "--abort"])
def test_without_anything_handed_over_there_is_nothing_to_end(
    story: Story, word: str
) -> None:
    ran = gitsplit(story.repo.path, word)
    sentence = "gitsplit: No rebase that gitsplit has left to git is in progress here."
    assert ran.status == 1
    assert ran.err.splitlines()[0] == sentence
    story.repo.run("rebase", "-q", "--exec", "false", "HEAD~1", check=False)
    ran = gitsplit(story.repo.path, word)
    assert (ran.status, ran.err.splitlines()[0]) == (1, sentence)
    assert f"git rebase {word}" in ran.err
    assert open_repository(story.repo.path).is_rebasing


def test_what_is_to_come_survives_a_gc(story: Story) -> None:
    twelve = lines("f", [(12, 12)], [(12, 12)])
    pieces = (group("twelve\n", twelve), group("many\n", owner=True))
    story.hand_over(story.dropping(split_entry(story.repo, "main~1", *pieces)))
    gitsplit(story.repo.path, "--undo")
    story.repo.git("gc", "-q", "--prune=now")
    story.repo.git("repack", "-q", "-a", "-d")
    story.repo.git("prune", "--expire=now")
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    done(story.repo.path, "--continue")

    assert story.subjects[-3:] == ["twelve", "many", "top"]
    assert list((story.repo.path / ".git/objects/pack").glob("*.keep")) == []


def test_yes_and_a_bare_repository_are_refused(story: Story, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(story.dropping()))
    before = seen(story.repo)
    ran = gitsplit(
        story.repo.path, "--yes", "--plan", str(plan), "--drop-to", "discard"
    )
    assert ran.status == 1
    assert seen(story.repo) == before

    story.repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    opened = open_repository(tmp_path / "bare")
    work = read_work(opened, Request(plan=plan.read_bytes()))
    with pytest.raises(NotHandedOver, match="bare"):
        hand_over_conflict(opened, work, drop_to="discard")


def test_a_series_with_a_merge_is_refused(story: Story) -> None:
    repo = story.repo
    repo.git("checkout", "-q", "-b", "side", "main~4")
    repo.commit("side\n", {"side": b"\n"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "side")
    before = seen(repo)
    opened = open_repository(repo.path)
    entry = {**split_entry(repo, "main~4", group("less\n")), "dropped": [FIVE]}
    plan = json.dumps(plan_for(repo, "main~5", entry)).encode()
    work = read_work(opened, Request(plan=plan))
    with pytest.raises(NotHandedOver, match="merges"):
        hand_over_conflict(opened, work)

    assert seen(repo) == before


def test_a_head_that_has_moved_is_refused(story: Story) -> None:
    opened = open_repository(story.repo.path)
    work = read_work(opened, Request(plan=json.dumps(story.dropping()).encode()))
    story.repo.commit("later\n", {"later": b"\n"})
    with pytest.raises(RefMoved):
        hand_over_conflict(opened, work)

    assert not opened.is_rebasing


@to_merge
def test_an_old_git_is_refused_only_where_a_branch_needs_a_newer_one(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebase, "_UPDATES_REFS", (9999, 0))
    story.repo.git("branch", "middle", "main~1")
    before = seen(story.repo)
    opened = open_repository(story.repo.path)
    work = read_work(opened, Request(plan=json.dumps(story.dropping()).encode()))
    with pytest.raises(GitTooOld, match="middle"):
        hand_over_conflict(opened, work)
    assert seen(story.repo) == before
    story.repo.git("branch", "-D", "middle")

    assert story.hand_over(story.dropping()).exit_status == 3


def test_a_series_from_the_root(story: Story, end: End) -> None:
    low = {**lines("f", [], [(1, 20)]), "old_path": None}
    pieces = (group("low\n", low), group("high\n", owner=True))
    entry = {**split_entry(story.repo, "main~3", group("less\n")), "dropped": [FIVE]}
    root = split_entry(story.repo, "main~4", *pieces)
    before = seen(story.repo)
    story.hand_over(plan_for(story.repo, None, root, entry))
    assert story.subjects == ["low", "high", "less"]
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    finished(story.repo, end)

    assert story.subjects == ["low", "high", "less", "above", "twofold", "top"]
    undone(story.repo, before)


def test_the_options_that_end_a_rewrite_stand_alone(story: Story) -> None:
    for args in (
        ["--continue", "--abort"],
        ["--abort", "HEAD~1"],
        ["--continue", "-n"],
    ):
        assert gitsplit(story.repo.path, *args).status == 2


@needs("ssh-keygen")
def test_clean_commits_are_signed_by_gitsplit_and_the_rest_by_git(
    story: Story, tmp_path: Path
) -> None:
    SshKey.made(tmp_path / "key").configure(story.repo)
    opened = open_repository(story.repo.path)
    story.hand_over(story.dropping(), finish=Finish(signer=signer(opened, "")))
    clean = story.repo.oid("HEAD")
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    done(story.repo.path, "--continue")

    assert story.repo.oid("HEAD~3") == clean
    assert all(is_signed(story.repo, f"HEAD~{place}") for place in range(5))
    assert not is_signed(story.repo, "HEAD~5")


def test_the_users_commands_check_what_comes_before_the_conflict(story: Story) -> None:
    checked: list[str] = []

    def check(repo: OpenRepository, rewrite: Rewrite, _passed: object) -> None:
        assert not repo.is_rebasing
        checked.extend(subject_of(c.draft.message).decode() for c in rewrite.commits)

    story.hand_over(story.dropping(), finish=Finish(check=check))

    assert checked == ["eighteen", "thirty"]


def test_git_rebase_does_not_start_where_a_clean_commit_fails(story: Story) -> None:
    before = seen(story.repo)

    def check(repo: OpenRepository, rewrite: Rewrite, _passed: object) -> None:
        check_commits(repo, rewrite, ["! grep -q thirty f"], 1, lambda _line: None)

    opened = open_repository(story.repo.path)
    work = read_work(opened, Request(plan=json.dumps(story.dropping()).encode()))
    with pytest.raises(CheckFailed, match=r"Commit 2, .*thirty.*, fails"):
        hand_over_conflict(opened, work, Finish(check=check), "discard")

    assert not opened.is_rebasing
    assert seen(story.repo) == before


def test_without_reflogs_a_finished_rebase_is_not_undone(story: Story) -> None:
    story.repo.git("config", "core.logAllRefUpdates", "false")
    for log in (story.repo.path / ".git/logs").rglob("*"):
        if log.is_file():
            log.unlink()
    story.hand_over(story.dropping())
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    told = done(story.repo.path, "--continue")
    after = seen(story.repo)

    assert told == "The rebase is done; ORIG_HEAD is where it started.\n"
    assert len(story.subjects) == 6
    assert gitsplit(story.repo.path, "--undo").status == 1
    assert seen(story.repo) == after


@pytest.mark.parametrize("place", ["main", "detached"])
def test_a_clock_that_goes_back_keeps_nothing_from_being_undone(
    story: Story, end: End, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "detached":
        story.repo.git("checkout", "-q", "--detach")
    story.repo.git("branch", "middle", "main~1")
    before = seen(story.repo)
    story.hand_over(story.dropping())
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1500000000 +0000")
    finished(story.repo, end)

    assert story.repo.oid("middle") == story.repo.oid("HEAD~1")
    undone(story.repo, before)


def test_an_earlier_rebase_from_the_same_tip_is_not_taken_for_this_one(
    story: Story, end: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2000000000 +0000")
    tip = story.repo.oid("main")
    story.hand_over(story.dropping())
    story.resolve(l5=b"FIVE", l18=b"eighteen", l30=b"thirty")
    story.repo.git("rebase", "--continue")
    story.repo.git("reset", "-q", "--hard", tip)
    story.hand_over(story.dropping())
    assert end(story.repo, "--abort").status == 0
    gitsplit(story.repo.path, "--yes", "no-such-commit")

    records = list((story.repo.path / ".git/gitsplit").glob("*.json"))
    assert len(records) == 1
