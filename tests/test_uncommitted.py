"""What isn't committed, split into commits: files stay, and nothing staged is lost."""

import json
import os
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitsplit.errors import EditorFailed
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.model.diff import FileChange, TextEdit
from gitsplit.model.plan import (
    DROPPED,
    Plan,
    with_edits_assigned,
    without_empty_groups,
)
from gitsplit.model.progress import say_nothing
from gitsplit.workflow.apply import Outcome, apply, undo
from gitsplit.workflow.draft import DraftSaver, delete_draft, load_draft
from gitsplit.workflow.propose import Request
from gitsplit.workflow.screen import edit_message, edit_messages
from gitsplit.workflow.uncommitted import source_read
from gitsplit.workflow.work import Work, read_work
from tests.repository import Repository
from tests.runner import gitsplit, state_of
from tests.terminal import Terminal
from tests.uncommitted import Chance, files_of, snapshot_by_git, state_told

SEEDS = int(os.environ.get("GITSPLIT_UNCOMMITTED", "24"))
"""So many random repositories are looked at."""

Entries = dict[str, str]


def entries_of(listed: str) -> Entries:
    """The mode and id of each path."""
    rows = (row.split("\t", 1) for row in listed.split("\0") if row)
    return {path: " ".join(what.split()[:2]) for what, path in rows}


def index_of(repo: Repository) -> Entries:
    """The entries of the index, without those that are only meant to be added."""
    entries = entries_of(repo.run("ls-files", "-s", "-z").stdout.decode())
    meant = repo.git("diff-files", "--name-only", "--diff-filter=A").split("\n")
    return {path: entry for path, entry in entries.items() if path not in meant}


def tree_entries(repo: Repository, tree: str) -> Entries:
    listed = repo.run("ls-tree", "-r", "-z", tree).stdout.decode().split("\0")
    rows = (row.split("\t", 1) for row in listed if row)
    return {path: f"{w.split()[0]} {w.split()[2]}" for w, path in rows}


def lines_at(repo: Repository, entry: str | None) -> set[bytes]:
    if entry is None or entry.startswith("160000"):
        return set()
    oid = entry.split()[1]
    return set(repo.run("cat-file", "blob", oid).stdout.splitlines())


def apply_random(
    repo: Repository, option: str, chance: Chance, *, may_drop: bool
) -> tuple[Plan, str, Outcome]:
    """Split what isn't committed by a random plan: that, its tree, the outcome."""
    opened = open_repository(repo.path)
    request = Request(
        worktree=option == "-w",
        untracked=option == "--untracked",
        staged=option == "--staged",
    )
    with source_read(opened, request, say_nothing) as (known, meant):
        assert known.snapshot is not None
        work = read_work(known, meant, every=True)
        (oid,) = work.plans
        plan = chance.plan(work.plans[oid], may_drop=may_drop)
        outcome = apply(known, work.with_plans({oid: plan}))
        return plan, known.snapshot.source.after, outcome


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_work_is_committed_and_undone(
    repo: Repository, tmp_path: Path, seed: int
) -> None:
    chance = Chance(repo, random.Random(seed))
    chance.build()
    option = ("-w", "--untracked", "--staged")[seed % 3]
    if option == "--staged":
        oracle, copy = repo.git("write-tree"), repo
    else:
        untracked = option == "--untracked"
        oracle, copy = snapshot_by_git(repo, tmp_path / "copy", untracked=untracked)
    if oracle == repo.tree("HEAD"):
        return
    told, files = state_told(repo), files_of(repo)
    before = Before.of(repo, copy, oracle)
    assert_nothing_is_written(repo, option)

    plan, snapshot, outcome = apply_random(repo, option, chance, may_drop=seed % 2 == 0)
    assert snapshot == oracle
    assert DROPPED in plan.group_of or repo.tree("HEAD") == oracle
    assert files_of(repo) == files
    if option == "--staged":
        assert state_told(repo)[2:4] == told[2:4]
    else:
        before.assert_index_follows(repo, plan, outcome)
    assert repo.fsck() == ""

    undo(open_repository(repo.path))
    assert_same_told(state_told(repo), told)
    assert files_of(repo) == files


def assert_same_told(now: list[bytes], before: list[bytes]) -> None:
    """Git tells the same; where not, only what differs is shown."""
    told = zip(now, before, strict=True)
    pairs = [(set(a.split(b"\0")), set(b.split(b"\0"))) for a, b in told]
    assert [(a - b, b - a) for a, b in pairs if a != b] == []


def assert_nothing_is_written(repo: Repository, option: str) -> None:
    stored = state_of(repo.path / ".git")
    ran = gitsplit(repo.path, option, "-n")
    assert (ran.status, state_of(repo.path / ".git")) == (0, stored), ran.err


@dataclass(frozen=True)
class Before:
    """HEAD, the index and what is to be split, before that happens."""

    head: Entries
    index: Entries
    snapshot: Entries
    copy: Repository

    @classmethod
    def of(cls, repo: Repository, copy: Repository, snapshot: str) -> "Before":
        after = tree_entries(copy, snapshot)
        return cls(tree_entries(repo, "HEAD"), index_of(repo), after, copy)

    def assert_index_follows(
        self, repo: Repository, plan: Plan, outcome: Outcome
    ) -> None:
        """Each path has the entry of its case; nothing staged is lost or taken back."""
        commit, after = tree_entries(repo, "HEAD"), index_of(repo)
        changed = {p.decode() for change in plan.changes for p in paths_of(change)}
        untouched = (self.index.keys() | after.keys()) - changed
        assert {p: after.get(p) for p in untouched} == {
            p: self.index.get(p) for p in untouched
        }
        assert outcome.index is not None
        named = {path for path, _ in outcome.index.overwritten}
        for change in plan.changes:
            paths = paths_of(change)
            if len(paths) == 1 and paths.isdisjoint(named):
                self._assert_case(repo, paths.pop().decode(), commit, after)

    def _assert_case(
        self, repo: Repository, path: str, commit: Entries, after: Entries
    ) -> None:
        old, new, was = self.head.get(path), commit.get(path), self.index.get(path)
        there = after.get(path)
        if new == old or was == self.snapshot.get(path):
            assert there == was, path
        elif was == old:
            assert there == new, path
        else:
            # A part was staged: it still is, and nothing committed is taken back.
            lines = {e: lines_at(repo, e) for e in (old, new, was, there)}
            known = lines_at(self.copy, self.snapshot.get(path))
            assert (lines[was] - lines[old]) & known <= lines[there], path
            assert lines[new] - lines[old] <= lines[there], path


def paths_of(change: FileChange) -> set[bytes]:
    return {side.path for side in (change.old, change.new) if side is not None}


# What is asked for, and what is refused.


def commit_base(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n2\n3\n", "b": b"1\n"})


def refused(repo: Repository, *args: str) -> str:
    """The sentence by which it is refused, with nothing changed."""
    before = state_told(repo)
    ran = gitsplit(repo.path, *args)
    assert (ran.status, state_told(repo)) == (1, before)
    return ran.err.splitlines()[0].removeprefix("gitsplit: ")


def test_nothing_to_split_is_told_with_the_option_that_finds_something(
    repo: Repository,
) -> None:
    commit_base(repo)
    assert refused(repo, "-w") == "Nothing has changed since the last commit."
    repo.write({"u": b"u\n", "v": b"v\n", "w": b"w\n"})
    assert refused(repo, "-w") == (
        "Nothing has changed; 3 files are untracked: `gitsplit -w --untracked`."
    )
    assert refused(repo, "--staged", "-n") == refused(repo, "-w")
    repo.write({"a": b"changed\n"})
    assert refused(repo, "--staged", "-n") == (
        "Nothing is staged; what has changed in the files: `gitsplit -w`."
    )


def test_plain_gitsplit_names_it_where_nothing_is_ahead(repo: Repository) -> None:
    commit_base(repo)
    repo.git("branch", "up")
    repo.git("branch", "-q", "--set-upstream-to=up")
    named = "; uncommitted changes: gitsplit -w"
    assert named not in gitsplit(repo.path).err
    repo.write({"a": b"0\n"})
    assert named in gitsplit(repo.path).err


def test_conflicts_a_merge_and_a_bare_repository_are_refused(
    repo: Repository, tmp_path: Path
) -> None:
    commit_base(repo)
    repo.write({"a": b"stashed\n"})
    repo.git("stash", "-q")
    repo.commit("other\n", {"a": b"other\n"})
    repo.run("stash", "pop", check=False)
    for option in ("-w", "--staged", "--untracked"):
        assert refused(repo, option, "-y") == "The index has conflicts: a."
    repo.git("reset", "-q", "--hard")
    repo.git("switch", "-q", "-c", "side", "HEAD~1")
    repo.commit("side\n", {"a": b"side\n"})
    repo.run("merge", "main", check=False)
    assert refused(repo, "-w", "-n") == "A merge is in progress in this repository."
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare"))
    ran = gitsplit(tmp_path / "bare", "-w")
    assert ran.err.startswith("gitsplit: A bare repository has no files")


def test_a_file_that_git_refuses_is_refused_in_gits_words(repo: Repository) -> None:
    commit_base(repo)
    repo.write({"a": b"changed\n", ".gitattributes": b"a filter=no\n"})
    repo.git("config", "filter.no.clean", "false")
    repo.git("config", "filter.no.required", "true")
    assert "a: clean filter 'no' failed" in refused(repo, "-w", "-y")


@pytest.mark.parametrize("option", ["--untracked", "--staged"])
def test_a_branch_without_commits_gets_its_first_ones(
    repo: Repository, option: str
) -> None:
    repo.write({"a": b"1\n", "b": b"1\n"})
    repo.git("add", "-N" if option == "--untracked" else "-A", ".")
    before = state_told(repo)
    ran = gitsplit(repo.path, option, "-y", "--group-by", "file")
    assert ran.out.startswith("Made 2 commits on main.\n"), ran.err
    assert repo.git("rev-list", "--count", "HEAD") == "2"
    assert repo.git("status", "--porcelain") == ""
    assert gitsplit(repo.path, "--undo").status == 0
    assert state_told(repo) == before


def test_a_plan_is_applied_again_as_long_as_nothing_else_has_changed(
    repo: Repository, tmp_path: Path
) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n", "b": b"2\n"})
    plan = str(tmp_path / "plan.json")
    assert gitsplit(repo.path, "-w", "-n", "--format", "json", "-o", plan).status == 0
    assert refused(repo, "--plan", plan, "-y") == (
        "The plan was made for uncommitted changes, and not for commits."
    )
    repo.write({"b": b"3\n"})
    assert refused(repo, "-w", "--plan", plan, "-y") == (
        "The plan was made for other changes than those that aren't committed now."
    )
    repo.write({"b": b"2\n"})
    assert gitsplit(repo.path, "-w", "--plan", plan, "-y").status == 0
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "script"])
def test_a_dry_run_has_every_format_and_writes_nothing(
    repo: Repository, form: str
) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n", "b": b"2\n"})
    repo.git("add", "b")
    repo.write({"a": b"0\n2\n3\n4\n", "b": b"2\n"})
    before, stored = state_told(repo), state_of(repo.path / ".git")
    ran = gitsplit(repo.path, "-w", "-n", "-p", "--format", form)
    assert (ran.status, ran.err) == (0, "")
    assert state_of(repo.path / ".git") == stored
    if form == "script":
        script = repo.path.parent / "script"
        script.write_text(ran.out)
        subprocess.run(["sh", str(script)], cwd=repo.path, check=True)
        assert repo.git("status", "--porcelain") == ""
    else:
        assert state_told(repo) == before


def test_at_a_stop_for_edit_the_stopped_commit_is_continued(repo: Repository) -> None:
    commit_base(repo)
    message = "Do both\n\nChange-Id: I0123456789012345678901234567890123456789\n"
    repo.commit(message, {"a": b"0\n2\n3\n", "b": b"2\n"})
    repo.git("commit", "-q", "--amend", "--no-edit", "--author", "O <o@example.com>")
    repo.commit("last\n", {"c": b"1\n"})
    edit = {"GIT_SEQUENCE_EDITOR": "sed -i 1s/pick/edit/"}
    repo.run("rebase", "-q", "-i", "HEAD~2", env=edit)
    repo.git("reset", "-q", "HEAD^")
    ran = gitsplit(repo.path, "-w", "-y", "--group-by", "file")
    assert ran.status == 0, ran.err
    repo.git("rebase", "--continue")

    own = repo.git("config", "user.name").split()[0]
    told = repo.git("log", "--format=%an %s", "-3").splitlines()
    assert told[0].endswith(" last")
    # Only what continues the stopped commit is by its author.
    assert sorted(line.split()[0] for line in told[1:]) == sorted(["O", own])
    assert "O Do both" in told[1:]
    assert repo.git("log", "--format=%B").count(message.split()[-1]) == 1
    assert repo.git("status", "--porcelain=v2", "--branch").splitlines()[1] == (
        "# branch.head main"
    )


def test_pre_commit_runs_once_and_may_refuse(repo: Repository) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n", "b": b"2\n"})
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    log = repo.path.parent / "log"
    asked = "git diff --cached --name-only HEAD"
    hook.write_text(f"#!/bin/sh\n{asked} >>{log}; git rev-parse HEAD >>{log}\n")
    hook.chmod(0o755)
    head = repo.oid("HEAD")
    assert gitsplit(repo.path, "-w", "-y", "--group-by", "file").status == 0
    assert log.read_text().split() == ["a", "b", head]
    assert gitsplit(repo.path, "--undo").status == 0

    hook.write_text("#!/bin/sh\necho not so; exit 1\n")
    assert refused(repo, "-w", "-y") == (
        "The pre-commit hook refused the new commits: not so"
    )
    hook.write_text("#!/bin/sh\necho x >>a; git add a\n")
    assert refused_by_hook(repo) == (
        "The pre-commit hook changed what is to be committed."
    )
    assert "Nothing was changed." not in gitsplit(repo.path, "-w", "-y").err
    hook.write_text("#!/bin/sh\necho x >>a\n")
    assert refused_by_hook(repo) == (
        "The pre-commit hook changed files that are to be committed: a."
    )
    assert gitsplit(repo.path, "-w", "-y", "--no-verify").status == 0


def refused_by_hook(repo: Repository) -> str:
    head, index = repo.oid("HEAD"), repo.git("ls-files", "-s")
    ran = gitsplit(repo.path, "-w", "-y")
    assert (ran.status, repo.oid("HEAD"), repo.git("ls-files", "-s")) == (
        1,
        head,
        index,
    )
    return ran.err.splitlines()[0].removeprefix("gitsplit: ")


def test_work_done_meanwhile_stays_and_an_index_changed_meanwhile_is_refused(
    repo: Repository,
) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n", "b": b"2\n"})
    check = f"cd {repo.path}; echo later >>b"
    ran = gitsplit(repo.path, "-w", "-y", "--jobs", "1", "-x", check)
    assert "1 file changed since you began; the later changes stay" in ran.out
    assert repo.git("diff", "-U0", "b").endswith("+later")
    repo.write({"a": b"00\n2\n3\n"})
    before = repo.oid("HEAD")
    ran = gitsplit(
        repo.path,
        "-w",
        "-y",
        "--jobs",
        "1",
        "-x",
        f"cd {repo.path}; echo 5 >a; git add a",
    )
    assert "The index was changed while gitsplit was working: a." in ran.err
    assert (repo.oid("HEAD"), repo.git("diff", "--cached", "--name-only")) == (
        before,
        "a",
    )


@pytest.mark.parametrize("staged", [b"0\n2\n3\n", b"0\n2\n3\n4\n"])
def test_an_entry_changed_meanwhile_is_refused_though_it_would_stay(
    repo: Repository, staged: bytes
) -> None:
    commit_base(repo)
    repo.write({"a": staged})
    repo.git("add", "a")
    repo.write({"a": b"0\n2\n3\n4\n"})
    changing = f"cd {repo.path}; git reset -q; echo 5 >a; git add a"
    head = repo.oid("HEAD")
    ran = gitsplit(repo.path, "-w", "-y", "--jobs", "1", "-x", changing)
    assert "The index was changed while gitsplit was working: a." in ran.err
    assert "Your plan is kept" in ran.err
    assert (repo.oid("HEAD"), repo.git("show", ":a")) == (head, "5")


def test_what_is_not_staged_is_no_later_change(repo: Repository) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n"})
    repo.git("add", "a")
    repo.write({"b": b"2\n"})
    ran = gitsplit(repo.path, "--staged", "-y")
    assert (ran.status, "changed since" in ran.out) == (0, False), ran.out
    assert repo.git("diff", "--name-only") == "b"


def test_a_repository_within_stays_out_and_is_named(repo: Repository) -> None:
    commit_base(repo)
    repo.git("init", "-q", "within")
    repo.write({"within/w": b"w\n", "u": b"u\n"})
    ran = gitsplit(repo.path, "--untracked", "-y")
    assert "within is a repository and no submodule: left out." in ran.err
    assert repo.git("ls-tree", "-r", "--name-only", "HEAD").split() == ["a", "b", "u"]


def test_what_was_staged_and_written_over_is_named(repo: Repository) -> None:
    commit_base(repo)
    repo.write({"a": b"quite another\n"})
    repo.git("add", "a")
    blob = repo.oid(":a")
    repo.write({"a": b"1\n2\n4\n"})
    ran = gitsplit(repo.path, "-w", "-y")
    assert f"what was staged: git show {blob[:10]}" in ran.out
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("is_file", [True, False])
def test_what_is_staged_where_a_directory_or_a_file_comes_is_named_and_given_back(
    repo: Repository, is_file: bool
) -> None:
    commit_base(repo)
    staged, there = ("k/in", "k") if is_file else ("k", "k/in")
    repo.write({staged: b"precious\n"})
    repo.git("add", "-A")
    repo.write({staged: None})
    if is_file:
        (repo.path / "k").rmdir()
    repo.write({there: b"x\n"})
    before, blob = state_told(repo), repo.oid(f":{staged}")
    ran = gitsplit(repo.path, "--untracked", "-y")
    assert f"what was staged: git show {blob[:10]}" in ran.out, ran.err
    assert repo.git("status", "--porcelain") == ""
    assert gitsplit(repo.path, "--undo").status == 0
    assert state_told(repo) == before


@pytest.mark.parametrize("args", [("-w", "-y"), ("--undo",)])
def test_a_locked_index_is_refused_before_anything_moves(
    repo: Repository, args: tuple[str, ...]
) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n"})
    assert gitsplit(repo.path, "-w", "-y").status == 0
    repo.write({"b": b"2\n"})
    before = state_told(repo)
    lock = repo.path / ".git" / "index.lock"
    lock.touch()
    ran = gitsplit(repo.path, *args)
    assert (ran.status, "Nothing was changed." in ran.err) == (1, True), ran.err
    lock.unlink()
    assert state_told(repo) == before
    undone = gitsplit(repo.path, "--undo")
    assert (undone.status, undone.err) == (0, "")
    assert repo.git("diff", "--cached", "--name-only") == ""


def test_an_undo_leaves_an_entry_that_was_changed_since(repo: Repository) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n", "b": b"2\n"})
    assert gitsplit(repo.path, "-w", "-y").status == 0
    repo.write({"a": b"9\n"})
    repo.git("add", "a")
    ran = gitsplit(repo.path, "--undo")
    assert ran.status == 0
    assert "Staged since, and left as it is in the index: a." in ran.err
    assert repo.git("status", "--porcelain").splitlines() == ["M  a", " M b"]


FETCH = """\
import urllib.request


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def main(args):
    for url in args.urls:
        print(len(fetch(url)))
"""
REPORT = """\
def report(rows):
    lines = []
    for row in rows:
        lines.append(" ".join(row))
    return lines


def save(rows, path):
    path.write_text("".join(report(rows)))
"""
FETCH_EDITS = (
    ("fetch(url):", "fetch(url, timeout):"),
    ("urlopen(url)", "urlopen(url, timeout=timeout)"),
    ("fetch(url)))", "fetch(url, args.timeout)))"),
    ("args.urls:\n", 'args.urls:\n        print("DEBUG", url)\n'),
)
REPORT_EDITS = (
    ("report(rows):", "report(rows, separator):"),
    ('" ".join', "separator.join"),
    ("save(rows, path)", "save(rows, path, separator)"),
    ("report(rows)))", "report(rows, separator)))"),
)


def edited(text: str, edits: tuple[tuple[str, str], ...]) -> bytes:
    for old, new in edits:
        text = text.replace(old, new)
    return text.encode()


def test_two_features_are_committed_and_a_debugging_line_stays(
    repo: Repository,
) -> None:
    """In a terminal, without typed text; 15 keys are allowed."""
    before = {"fetch.py": FETCH.encode(), "report.py": REPORT.encode()}
    repo.commit("base\n", dict(before))
    fetch = edited(FETCH, FETCH_EDITS)
    repo.write({"fetch.py": fetch, "report.py": edited(REPORT, REPORT_EDITS)})
    files = files_of(repo)
    keys = 0
    terminal = Terminal(repo.path, "-w")
    terminal.wait_for("uncommitted changes")
    for key, told in (
        ("j", "hunk 2 of 5"),
        ("s", "split into 2 hunks"),
        ("k", "hunk 2 of 6"),
        ("D", "left out 1 line of commit 1, stays uncommitted"),
        ("w", "1 line of fetch.py, stays uncommitted"),
        ("\r", "Undo with: gitsplit --undo"),
    ):
        terminal.type(key)
        terminal.wait_for(told)
        keys += 1

    assert (terminal.exit_status(), keys <= 15) == (0, True)
    changed = repo.git("log", "-2", "--reverse", "--format=", "--name-only").split()
    assert changed == ["fetch.py", "report.py"]
    assert repo.git("diff", "-U0", "--no-color").splitlines()[5:] == [
        '+        print("DEBUG", url)'
    ]
    assert repo.blob("HEAD", "fetch.py") == fetch.replace(
        b'        print("DEBUG", url)\n', b""
    )
    assert files_of(repo) == files


def test_an_empty_message_begins_as_the_template_which_alone_is_none(
    repo: Repository, tmp_path: Path
) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n"})
    template = tmp_path / "template"
    template.write_bytes(b"# why?\nTicket: \n")
    repo.git("config", "commit.template", str(template))
    editor, seen = tmp_path / "editor", tmp_path / "seen"
    editor.write_text(f'#!/bin/sh\ncp "$1" {seen}\n$CHANGE "$1"\n')
    editor.chmod(0o755)
    opened = open_repository(repo.path)
    with source_read(opened, Request(worktree=True), say_nothing) as (known, _):
        for change, message in ((":", b""), ("sed -i s/:/:7/", b"Ticket:7\n")):
            with pytest.MonkeyPatch.context() as patched:
                patched.setenv("CHANGE", change)
                patched.setenv("GIT_EDITOR", str(editor))
                assert edit_message(known, b"", b"") == message
    assert seen.read_bytes().startswith(b"# why?\nTicket: \n")


@pytest.mark.parametrize("change", [":", "sed -i s/:/:7/"])
def test_so_does_each_empty_one_among_all_messages(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n"})
    template = tmp_path / "template"
    template.write_bytes(b"# why?\nTicket: \n")
    repo.git("config", "commit.template", str(template))
    monkeypatch.setenv("GIT_EDITOR", change)
    titled = (("one", b""), ("two", b"Two\n"))
    opened = open_repository(repo.path)
    with source_read(opened, Request(worktree=True), say_nothing) as (known, _):
        if change == ":":
            with pytest.raises(EditorFailed, match="Message 1 is empty"):
                edit_messages(known, titled)
        else:
            assert [*edit_messages(known, titled)] == [b"Ticket:7\n", b"Two\n"]


def save_draft_without_first(known: Opened, work: Work) -> tuple[int, ...]:
    """Save a draft that leaves out the first hunk; the groups of the hunks in it."""
    ((oid, plan),) = work.plans.items()
    whole = replace(plan, group_of=(0,) * len(plan.edits))
    drafted = without_empty_groups(with_edits_assigned(whole, [0], DROPPED))
    saver = DraftSaver(known, work)
    saver.save(work.with_plans({oid: drafted}).todo)
    saver.close()
    return drafted.group_of


def groups_of_lines(plan: Plan) -> dict[tuple[bytes, int], int]:
    """The group of each hunk, by its path and its first new line from 0."""
    return {
        (plan.changes[edit.file].path, edit.new.start): group
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
        if isinstance(edit, TextEdit)
    }


def test_a_draft_is_fitted_to_files_that_have_changed_since(repo: Repository) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n4\n", "b": b"2\n"})
    said: list[str] = []
    asked = Request(worktree=True)
    with source_read(open_repository(repo.path), asked, say_nothing) as (known, meant):
        work = read_work(known, meant, every=True)
        saved = save_draft_without_first(known, work)
        found = load_draft(known, meant, work, said.append)
        assert found is not None
        assert ([p.group_of for p in found.plans.values()], said) == ([saved], [])

    repo.write({"a": b"0\n2\n4\nnew\n", "b": b"2\n", "c": b"1\n"})
    repo.git("add", "-N", "c")
    with source_read(open_repository(repo.path), asked, say_nothing) as (known, meant):
        work = read_work(known, meant, every=True)
        found = load_draft(known, meant, work, said.append)
        assert found is not None
        (plan,) = found.plans.values()
        left_out = {(b"a", 0): DROPPED, (b"a", 3): DROPPED, (b"c", 0): DROPPED}
        assert groups_of_lines(plan) == {**left_out, (b"a", 2): 0, (b"b", 0): 0}
        delete_draft(known, work)
    assert [words.split(":")[0] for words in said] == [
        "Files have changed since the draft was saved"
    ]
    assert [*(repo.path / ".git" / "gitsplit" / "drafts").iterdir()] == []


def test_the_users_programs_are_asked_for_it_as_a_source(
    repo: Repository, tmp_path: Path
) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n", "b": b"2\n"})
    asked, program = tmp_path / "asked", tmp_path / "program"
    program.write_text(f"#!/bin/sh\nsed s/update/WRITE/ | tee {asked}\n")
    program.chmod(0o755)
    repo.git("config", "--global", "gitsplit.proposalCommand", str(program))
    repo.git("config", "--global", "gitsplit.messageCommand", str(program))
    ran = gitsplit(repo.path, "-w", "-y", "--group-by", "file")

    assert ran.status == 0, ran.err
    assert json.loads(asked.read_bytes())["series"][0]["source"]["kind"] == "worktree"
    assert repo.git("log", "-2", "--format=%s").count("WRITE") == 2


def test_one_commit_of_it_all_is_a_split_too(repo: Repository) -> None:
    commit_base(repo)
    repo.write({"a": b"0\n2\n3\n"})
    ran = gitsplit(repo.path, "-w", "--no-screen", stdin=b"w\napply\n")
    assert (ran.status, "Made 1 commit on main." in ran.out) == (0, True), ran.out
    assert repo.git("status", "--porcelain") == ""


def test_commits_are_repaired_as_those_of_a_series_are(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n", "c": b"1\n"})
    repo.write({"a": b"2\n", "b": b"2\n", "c": b"3\n"})
    apart = ("--commits", "3", "--group-by", "file")
    ran = gitsplit(repo.path, "-w", "-y", *apart, "-x", "cmp a b", "--repair")
    assert ran.status == 0, ran.err
    assert repo.git("status", "--porcelain") == ""
    assert repo.fsck() == ""
