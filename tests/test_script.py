"""The script makes the commits that gitsplit makes, elsewhere, with git alone."""

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.repositories.kinds import KINDS, Files, Kind
from tests.repositories.splitting import fields_of, files_of, raw_commits
from tests.repository import Repository
from tests.runner import (
    Json,
    done,
    gitsplit,
    group,
    lines,
    plan_for,
    split_entry,
    state_of,
    whole,
)

PLANS = int(os.environ.get("GITSPLIT_SCRIPTS", "6"))
"""So many random plans are tried."""

AUTHOR = b"J\xfcrgen A. U. Thor, Jr. <a@example.com> 1700000000 -0000"
MESSAGE = (
    b"\nall % kinds\\n 'of' $(things)\n\n-dash \t\nEND\r\nJ\xfcrgen \xe2\x80\xae\n\n"
)


def own_directory(kind: Kind, files: Files) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The files of a kind, below a directory of its own: path, mode and content."""
    for path, (mode, content) in files.items():
        if len(content) < 100_000:
            yield b"%d/%s" % (KINDS.index(kind), path), mode, content


def commit_of(files: Iterator[tuple[bytes, bytes, bytes]], head: bytes) -> bytes:
    """A commit of exactly these files, for ``git fast-import``."""
    stream = head + b"deleteall\n"
    for path, mode, content in files:
        name = b"".join(b"\\%03o" % byte for byte in path)
        if mode == b"160000":
            stream += b'M %s %s "%s"\n' % (mode, content, name)
        else:
            stream += b'M %s inline "%s"\n' % (mode, name)
            stream += b"data %d\n%s\n" % (len(content), content)
    return stream


@pytest.fixture
def every_kind(repo: Repository) -> Repository:
    """A commit of every kind of change, between two others, of an odd author."""
    stream = b""
    for number, (files, message) in enumerate(
        [("before", b"base\n"), ("after", MESSAGE), ("after", b"top\n")]
    ):
        head = b"commit refs/heads/main\ncommitter C <c@example.com> 1700000000 +0000\n"
        head += b"data %d\n%s\n" % (len(message), message)
        every = (e for kind in KINDS for e in own_directory(kind, getattr(kind, files)))
        more = iter([(b"top", b"100644", b"1\n")] if number == 2 else [])
        stream += commit_of(iter([*every, *more]), head)
    repo.run("fast-import", "--quiet", stdin=stream)
    rewrite_author(repo, AUTHOR)
    return repo


def rewrite_author(repo: Repository, author: bytes) -> None:
    """HEAD~1 has this author, byte for byte, and an odd header; HEAD is on top."""
    middle, top = (
        repo.run("cat-file", "commit", name).stdout for name in ("HEAD~1", "HEAD")
    )
    old = fields_of(middle, b"author")[0]
    odd = middle.replace(b"author " + old, b"author " + author, 1)
    odd = odd.replace(b"\n\n", b"\nencoding ISO-8859-1\nodd header\n\n", 1)
    made = stored(repo, odd)
    parent = fields_of(top, b"parent")[0]
    repo.git("update-ref", "HEAD", stored(repo, top.replace(parent, made.encode())))


def stored(repo: Repository, commit: bytes) -> str:
    args = ("hash-object", "-t", "commit", "-w", "--literally", "--stdin")
    return repo.git(*args, stdin=commit)


def random_plan(listed: Any, chance: random.Random) -> bytes:
    """A plan that sends each hunk, or each line of some, to one of three commits."""
    entry = listed["series"][0]
    groups: list[list[object]] = [[], [], []]
    for hunk in entry["hunks"]:
        lines = [place for place, _ in hunk.get("lines", [])]
        if len(lines) > 1 and chance.random() < 0.4:
            for place in lines:
                group = chance.choice(groups)
                group.append(f"{hunk['number']}:{place}")
        else:
            chance.choice(groups).append(hunk["number"])
    made = [
        {"message": f"part {n}\n\n'%s' \\n\n", "hunks": picks, "owner": n == 1}
        for n, picks in enumerate(groups)
        if picks
    ]
    split = {"commit": entry["commit"], "action": "split", "groups": made}
    return json.dumps({**listed, "series": [split]}).encode()


def clone_of(repo: Repository, path: Path, *config: str) -> Repository:
    """A clone that is configured otherwise, on the same branch, nothing checked out."""
    repo.git("clone", "-q", "--no-checkout", "--no-local", str(repo.path), str(path))
    clone = Repository(path)
    for setting in config:
        clone.git("config", *setting.split("=", 1))
    clone.git("reset", "-q")
    return clone


CONFIG = (
    *(
        "core.autocrlf=true",
        "core.eol=crlf",
        "core.whitespace=trailing-space,cr-at-eol",
    ),
    *("apply.whitespace=fix", "apply.ignoreWhitespace=change", "core.safecrlf=true"),
    *("core.ignoreCase=true", "core.splitIndex=true", "diff.noprefix=true"),
    *("core.quotePath=false", "diff.renames=false", "i18n.commitEncoding=latin1"),
)


def run_script(
    clone: Repository, script: str, shell: str = "sh", said: str = "", **env: str
) -> None:
    """Run the script, which must go well, in the clone."""
    path = clone.path.parent / "script.sh"
    path.write_text(script, encoding="utf-8")
    ran = subprocess.run(
        [*shell.split(), str(path)],
        cwd=clone.path,
        env={**os.environ, **env},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.decode()) == (0, said)


def made_by(repo: Repository, count: int) -> list[tuple[object, ...]]:
    """The last commits, but for what depends on who commits, and when."""
    kept = (b"tree", b"author", b"encoding", b"odd")
    return [
        (*(fields_of(raw, name) for name in kept), raw.partition(b"\n\n")[2])
        for raw in raw_commits(repo, f"-{count}", "HEAD")
    ]


def tried(repo: Repository, plan: bytes, path: Path, env: Mapping[str, str]) -> bool:
    """Whether the plan is one; then the script of it does what gitsplit does."""
    ran = gitsplit(repo.path, "-n", "--format", "script", "--plan", "-", stdin=plan)
    if ran.status:
        assert "Commit " in ran.err or "commits would have" in ran.err, ran.err
        return False
    clone = clone_of(repo, path, *CONFIG)
    index = files_of(clone)
    run_script(clone, ran.out, **env)
    done(repo.path, "--plan", "-", "--yes", stdin=plan)
    count = 2 + len(json.loads(plan)["series"][0]["groups"])
    assert made_by(clone, count) == made_by(repo, count)
    assert files_of(clone) == index
    done(repo.path, "--undo")
    return True


def test_random_plans_of_every_kind_of_change(
    every_kind: Repository, tmp_path: Path
) -> None:
    listing = ("-n", "-p", "--format", "json", "--group-by", "none", "-c", "HEAD~1")
    listed = json.loads(done(every_kind.path, *listing))
    chance = random.Random(18)
    env = {"GIT_INDEX_FILE": "/nowhere/index", "GIT_WORK_TREE": "/nowhere"}
    good = seen = 0
    while good < PLANS:
        seen += 1
        plan = random_plan(listed, chance)
        good += tried(every_kind, plan, tmp_path / f"clone{seen}", env)

    assert seen <= 20 * PLANS


def script_of(repo: Repository, *args: str, stdin: bytes = b"") -> str:
    """The script that a dry run of these arguments prints."""
    return done(repo.path, "-n", "--format", "script", *args, stdin=stdin)


def test_a_series_that_is_reworded_squashed_and_dropped_comes_out_the_same(
    series: Repository, tmp_path: Path
) -> None:
    series.commit("fix of top\n", {"sub/more": b"least\n", "new": b"\0binary"})
    oids = series.git("rev-list", "--reverse", "HEAD~4..").split()
    todo: list[Json] = [
        {"commit": oids[1], "action": "reword", "message": "Above\n"},
        split_entry(series, oids[0], group("a\n", whole("numbers")), group("b\n")),
        {"commit": oids[2], "action": "pick"},
        {"commit": oids[3], "action": "fixup"},
    ]
    plan = json.dumps(plan_for(series, "HEAD~4", *todo)).encode()
    script = script_of(series, "--plan", "-", stdin=plan)
    clone = clone_of(series, tmp_path / "clone")
    run_script(clone, script)
    done(series.path, "--plan", "-", "--yes", stdin=plan)

    ids = re.compile(rb"Change-Id: I\w+")
    made, right = (
        [ids.sub(b"", repr(c).encode()) for c in made_by(r, 4)] for r in (clone, series)
    )
    assert made == right


def test_where_the_last_commits_are_left_out_head_moves(
    series: Repository, tmp_path: Path
) -> None:
    oids = series.git("rev-list", "--reverse", "HEAD~3..").split()
    actions = ("pick", "drop", "drop")
    entries: list[Json] = [
        {"commit": oid, "action": action}
        for oid, action in zip(oids, actions, strict=True)
    ]
    plan = json.dumps(plan_for(series, "HEAD~3", *entries)).encode()
    clone = clone_of(series, tmp_path / "clone")
    script = script_of(series, "--plan", "-", stdin=plan)
    assert "# Makes 0 commits of" in script
    run_script(clone, script)

    assert clone.oid("HEAD") == clone.oid("main") == oids[0]


def test_lines_that_are_left_out_are_in_no_tree(
    series: Repository, tmp_path: Path
) -> None:
    rest: Json = {"commit": series.oid("HEAD~2"), "action": "split"}
    numbers = lines("numbers", [(50, 50)], [(50, 50)])
    rest |= {"groups": [group("rest\n", owner=True)], "dropped": [numbers]}
    plan = json.dumps(plan_for(series, "HEAD~3", rest)).encode()
    clone = clone_of(series, tmp_path / "clone")
    run_script(clone, script_of(series, "--plan", "-", stdin=plan))
    done(series.path, "--plan", "-", "--yes", stdin=plan)

    assert made_by(clone, 3) == made_by(series, 3)


def test_a_root_commit_is_split_too(repo: Repository, tmp_path: Path) -> None:
    repo.commit("root\n", {"a": b"1\n", "b": b"\0"})
    clone = clone_of(repo, tmp_path / "clone")
    run_script(clone, script_of(repo, "--root", "--commits", "2"))
    done(repo.path, "--yes", "--root", "--commits", "2")

    assert made_by(clone, 2) == made_by(repo, 2)


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh", "zsh", "ksh", "mksh"])
def test_whatever_shell_runs_it(
    every_kind: Repository, tmp_path: Path, shell: str
) -> None:
    if shutil.which(shell.split()[0]) is None:
        pytest.skip(f"{shell} isn't here")
    script = script_of(every_kind, "-c", "HEAD~1", "--group-by", "file")
    clone = clone_of(every_kind, tmp_path / "clone")
    run_script(clone, script, shell=shell)

    assert clone.tree("HEAD") == every_kind.tree("HEAD")


def test_branches_move_where_they_are_where_they_were(
    series: Repository, tmp_path: Path
) -> None:
    series.git("branch", "above", "HEAD~1")
    series.git("branch", "beside", "HEAD~1")
    script = script_of(series, "-c", "HEAD~2", "--commits", "2")
    clone = clone_of(series, tmp_path / "clone")
    clone.git("branch", "above", series.oid("above"))
    clone.git("branch", "beside", series.oid("HEAD~2"))
    run_script(clone, script)

    assert clone.oid("above") == clone.oid("HEAD~1")
    assert clone.oid("beside") == series.oid("HEAD~2")
    assert clone.git("reflog", "-1", "--format=%gs") == "split by a script"


STAYS = (
    "refs/heads/elsewhere stays where it is: it is checked out in another worktree\n"
)


def test_a_branch_of_another_worktree_moves_only_where_its_files_stay(
    repo: Repository, tmp_path: Path
) -> None:
    lines = [b"%d\n" % n for n in range(9)]
    repo.commit("base\n", {"a": b"".join(lines), "b": b"1\n"})
    repo.commit("two\n", {"a": b"".join([b"new\n", *lines[1:]]), "b": b"2\n"})
    repo.git("branch", "elsewhere")
    repo.commit("above\n", {"c": b"1\n"})
    groups: Json = {"message": "one\n", "hunks": [1]}
    entry = split_entry(repo, "HEAD~1", groups)
    entry["dropped"] = {"files": [], "hunks": [2]}
    plan = json.dumps(plan_for(repo, "HEAD~2", entry)).encode()
    moving = script_of(repo, "-c", "HEAD~1", "--commits", "2")
    dropping = script_of(repo, "--plan", "-", stdin=plan)
    for script, moves in ((moving, True), (dropping, False)):
        clone = clone_of(repo, tmp_path / f"clone-{moves}")
        clone.git("branch", "elsewhere", repo.oid("HEAD~1"))
        clone.git("worktree", "add", "-q", str(tmp_path / f"w-{moves}"), "elsewhere")
        run_script(clone, script, said="" if moves else STAYS)

        assert (clone.oid("elsewhere") == clone.oid("HEAD~1")) == moves
        assert clone.git("-C", str(tmp_path / f"w-{moves}"), "status", "-s") == ""


def test_it_runs_no_hooks_and_can_have_its_files_in_the_worktree(
    series: Repository, tmp_path: Path
) -> None:
    script = script_of(series, "-c", "HEAD~2", "--commits", "2")
    clone = clone_of(series, tmp_path / "clone")
    for name in ("post-index-change", "reference-transaction"):
        hook = clone.path / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text('#!/bin/sh\necho ran >>"$HOOKS"\n')
        hook.chmod(0o755)
    run_script(clone, script, HOOKS=str(tmp_path / "hooks"), TMPDIR=".")

    assert clone.tree("HEAD") == series.tree("HEAD")
    assert not (tmp_path / "hooks").exists()
    assert clone.git("ls-files", "--others") == ""


def test_it_does_nothing_where_head_is_elsewhere(
    series: Repository, tmp_path: Path
) -> None:
    script = tmp_path / "script.sh"
    script.write_text(script_of(series, "-c", "HEAD~2", "--commits", "2"))
    series.commit("one more\n", {"more": b"1\n"})
    before = state_of(series.path)
    ran = subprocess.run(
        ["sh", str(script)], cwd=series.path, capture_output=True, check=False
    )

    assert ran.returncode == 1
    assert ran.stderr.startswith(b"split: HEAD is not at ")
    assert state_of(series.path) == before


def test_a_tree_that_comes_out_otherwise_ends_it_before_anything_moves(
    series: Repository, tmp_path: Path
) -> None:
    text = script_of(series, "-c", "HEAD~2", "--commits", "2")
    script = tmp_path / "script.sh"
    script.write_text(re.sub(r"(?m)^tree \w{40}$", f"tree {'0' * 40}", text))
    before = series.refs()
    ran = subprocess.run(
        ["sh", str(script)], cwd=series.path, capture_output=True, check=False
    )

    assert ran.returncode == 1
    assert b"and should be" in ran.stderr
    assert series.refs() == before


def test_where_nothing_is_split_it_moves_nothing(repo: Repository) -> None:
    repo.commit("base", {"a": b"one\n"})
    head = repo.commit("this ; that", {"a": b"two\n"})

    made = gitsplit(repo.path, "-n", "HEAD", "--format", "script")
    assert made.err == "gitsplit: The plan changes nothing.\n"
    assert f"# The plan changes nothing: makes 0 commits of {head} with" in made.out
    ran = subprocess.run(
        ["sh"],
        cwd=repo.path,
        input=made.out,
        text=True,
        capture_output=True,
        check=True,
    )

    assert ran.stdout == f"HEAD is at {head}\n"
    kept = gitsplit(repo.path, "-y", "HEAD")
    assert "The plan changes nothing." in kept.err
    assert repo.oid("HEAD") == head
