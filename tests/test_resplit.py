"""``--resplit``: the commits of a series split again as one range, git looking on."""

import json
from itertools import product
from pathlib import Path

import pytest

from tests.git.test_hooks import add_hook
from tests.repository import Repository, merge_two_lines
from tests.runner import (
    IDS,
    Json,
    done,
    gitsplit,
    lines,
    state_of,
    trees,
    whole,
    written,
)

CHANGE_ID = f"\n\nChange-Id: {IDS[0]}\n"


@pytest.fixture
def five(repo: Repository) -> Repository:
    """A base and five commits: helper functions, a fix of one, and their use."""
    repo.commit("base\n", {"m.py": b"import os\n", "notes": b"n\n"})
    repo.commit(f"first{CHANGE_ID}", {"m.py": b"import os\ndef a():\n    return 1\n"})
    text = b"import os\ndef a():\n    return 1\n\ndef b():\n    return 2\n"
    repo.commit(f"second\n\nChange-Id: {IDS[1]}\n", {"m.py": text})
    repo.commit(f"third\n\nChange-Id: {IDS[2]}\n", {"notes": b"n\nmore\n"})
    text = text.replace(b"return 1", b"return 10").replace(b"return 2", b"return 20")
    repo.commit("fix both\n", {"m.py": text})
    text = text + b"\ndef c():\n    return a() + b()\n"
    repo.commit("fifth\n", {"m.py": text, "new": b"new\n"})
    return repo


def identity(repo: Repository, *args: str) -> Json:
    """The plan that leaves the commits after ``HEAD~5`` as they are."""
    plan: Json = json.loads(
        done(repo.path, "--resplit", "-n", "--format", "json", *args, "HEAD~5")
    )
    return plan


def groups_of(plan: Json) -> list[Json]:
    series = plan["series"]
    assert isinstance(series, list)
    found: list[Json] = series[0]["groups"]
    return found


def apply(repo: Repository, tmp_path: Path, plan: Json) -> str:
    name = written(tmp_path / "plan.json", plan)
    ran = gitsplit(repo.path, "--resplit", "--plan", name, "--yes")
    assert ran.status == 0, ran.err
    return ran.out


def subjects(repo: Repository) -> list[str]:
    return repo.git("log", "--reverse", "--format=%s", "-5").splitlines()


def test_the_identity_writes_nothing(five: Repository, tmp_path: Path) -> None:
    before = state_of(five.path)
    plan = identity(five)
    assert state_of(five.path) == before

    name = written(tmp_path / "plan.json", plan)
    ran = gitsplit(five.path, "--plan", name, "--yes")

    assert (ran.status, ran.out) == (0, "")
    assert "The plan changes nothing." in ran.err
    assert state_of(five.path) == before


@pytest.mark.parametrize("option", ["--resplit", "--squash", "--absorb"])
def test_where_no_upstream_is_known_a_command_is_named_that_works(
    five: Repository, option: str
) -> None:
    five.write({"m.py": b"uncommitted = True\n"})
    ran = gitsplit(five.path, option, "-n")

    assert ran.status == 1
    (hint,) = (line for line in ran.err.splitlines() if line.startswith("hint: "))
    said, _, command = hint.partition(" as in: gitsplit ")
    assert said == "hint: Say after which commit to begin,"
    assert command.split()[0] == option
    assert gitsplit(five.path, *command.split(), "-n").status == 0


def test_a_range_edited_to_what_it_was_names_no_option_that_it_does_not_take(
    five: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_EDITOR", "true")
    ran = gitsplit(five.path, "--resplit", "--edit", "--yes", "HEAD~5")

    assert ran.status == 1
    assert "The plan changes nothing." in ran.err
    assert "hint: Send hunks to another commit.\n" in ran.err


def test_a_range_that_is_picked_is_its_commits_as_they_are(
    five: Repository, tmp_path: Path
) -> None:
    plan = identity(five)
    commits = plan["series"][0]["commits"]  # type: ignore[index]
    plan["series"] = [{"commits": commits[1:4], "action": "pick"}]
    name = written(tmp_path / "plan.json", plan)

    printed = gitsplit(five.path, "--plan", name, "-n").out
    assert [line.split()[0] for line in printed.splitlines()] == [
        commit[:10] for commit in commits
    ]
    assert "The plan changes nothing." in gitsplit(five.path, "--plan", name, "-y").err


def test_lines_move_between_commits_and_nothing_else_changes(
    five: Repository, tmp_path: Path
) -> None:
    """The fix goes to the two commits that it is for; the fifth's function stays."""
    tip = five.tree("HEAD")

    apply(five, tmp_path, with_the_fix_divided(five))

    assert subjects(five) == ["base", "first", "second", "third", "fifth"]
    assert five.tree("HEAD") == tip
    assert five.blob("HEAD~3", "m.py").decode().endswith("return 10\n")
    assert five.blob("HEAD~2", "m.py").decode().endswith("return 20\n")
    messages = [five.message(f"HEAD~{n}").decode() for n in (3, 2, 1)]
    assert [message[-42:-1] for message in messages] == list(IDS[:3])
    assert b"Change-Id" not in five.message("HEAD")
    assert five.git("status", "--porcelain") == ""
    assert five.fsck() == ""


def with_the_fix_divided(repo: Repository) -> Json:
    """The plan in which each line of the fix is in the commit that it is for."""
    plan = identity(repo)
    groups = groups_of(plan)
    fix = repo.oid("HEAD~1")
    one = {"commit": fix, **lines("m.py", [(3, 3)], [(3, 3)])}
    two = {"commit": fix, **lines("m.py", [(6, 6)], [(6, 6)])}
    groups[0]["files"] += [one]  # type: ignore[operator]
    groups[1]["files"] += [two]  # type: ignore[operator]
    del groups[3]
    return plan


def test_sizes_are_what_git_counts_and_what_never_shows_is_said(
    five: Repository, tmp_path: Path
) -> None:
    """The fix comes first, then what it replaces, of which two lines never show."""
    plan = identity(five)
    groups = groups_of(plan)
    groups[0], groups[3] = groups[3], groups[0]
    name = written(tmp_path / "plan.json", plan)
    dry_run = ("--resplit", "-n", "--plan", name)

    text = done(five.path, *dry_run)
    markdown = done(five.path, *dry_run, "--format", "markdown")
    as_json = gitsplit(five.path, *dry_run, "--format", "json")
    apply(five, tmp_path, plan)

    for number in range(5):
        of = five.git("show", "--numstat", "--format=", f"HEAD~{4 - number}")
        files = [[int(n) for n in line.split()[:2]] for line in of.splitlines()]
        added, removed = (sum(side) for side in zip(*files, strict=True))
        assert f" +{added} -{removed}, tree" in text.split("\n\n")[number + 1]
        many = f"{len(files)} file{'s' if len(files) > 1 else ''}"
        assert f"({many}, +{added} -{removed})" in markdown
    for told, group in product((text, markdown, as_json.err), (2, 4)):
        never = "never shows: it is replaced or removed by then"
        assert f"1 line of commit {group} {never}" in told


def test_the_preview_has_the_trees_and_both_name_what_is_not_continued(
    five: Repository, tmp_path: Path
) -> None:
    fix = five.oid("HEAD~1")[:10]
    plan = with_the_fix_divided(five)
    name = written(tmp_path / "plan.json", plan)
    preview = gitsplit(five.path, "-n", "--plan", name).out

    told = apply(five, tmp_path, plan)

    assert all(tree[:10] in preview for tree in trees(five, "HEAD~4..HEAD"))
    words = f"ot continued: {fix} fix both; its changes are in commits 1 and 2\n"
    assert f"n{words}" in preview
    assert f"N{words}" in told


def test_branches_follow_who_continues_their_commit_and_undo_takes_them_back(
    five: Repository, tmp_path: Path
) -> None:
    old, fix = five.oid("HEAD"), five.oid("HEAD~1")
    five.git("branch", "topic", "HEAD~3")
    five.git("branch", "gone", "HEAD~1")
    refs = five.refs()

    told = apply(five, tmp_path, with_the_fix_divided(five))

    assert five.oid("topic") == five.oid("HEAD~2")
    assert five.oid("gone") == fix
    assert "gone stays where it is: no new commit continues its commit." in told
    done(five.path, "--undo")
    assert (five.oid("HEAD"), five.refs()) == (old, refs)


def test_what_nobody_continues_is_named_with_its_change_id(
    five: Repository, tmp_path: Path
) -> None:
    plan = identity(five)
    groups = groups_of(plan)
    groups[0]["files"] += groups[1]["files"]  # type: ignore[operator]
    del groups[1]

    told = apply(five, tmp_path, plan)

    assert f"if it is under review, abandon {IDS[1][:9]}" in told


def test_commits_below_what_changes_stay_the_commits_that_they_are(
    five: Repository, tmp_path: Path
) -> None:
    kept = five.git("rev-list", "HEAD~3").split()
    plan = identity(five)
    groups_of(plan)[4]["message"] = "fifth, in other words\n"

    apply(five, tmp_path, plan)

    assert five.git("rev-list", "HEAD~3").split() == kept
    assert five.message("HEAD") == b"fifth, in other words\n"


def test_notes_and_post_rewrite_follow_who_continues(
    five: Repository, tmp_path: Path
) -> None:
    old = five.git("rev-list", "--reverse", "HEAD~5..HEAD").split()
    five.git("config", "notes.rewriteRef", "refs/notes/commits")
    five.git("notes", "add", "-m", "about the second", old[1])
    told = tmp_path / "told"
    add_hook(five, "post-rewrite", f"cat >> {told}")
    plan = identity(five)
    groups = groups_of(plan)
    groups[0]["continues"], groups[1]["continues"] = (
        groups[1]["continues"],
        groups[0]["continues"],
    )

    apply(five, tmp_path, plan)

    new = five.git("rev-list", "--reverse", "HEAD~5..HEAD").split()
    heirs = [new[1], new[0], *new[2:]]
    pairs = [f"{was} {now}" for was, now in zip(old, heirs, strict=True)]
    assert sorted(told.read_text().splitlines()) == sorted(pairs)
    assert five.git("notes", "show", new[0]).strip() == "about the second"


def test_a_range_may_be_a_part_of_the_series(five: Repository, tmp_path: Path) -> None:
    """The commits above it are rebased and keep their trees."""
    before = trees(five, "HEAD~2..HEAD")
    plan = identity(five)
    series = plan["series"]
    assert isinstance(series, list)
    entry = series[0]
    entry["commits"] = entry["commits"][:2]
    entry["groups"] = [
        {**entry["groups"][1], "files": entry["groups"][0]["files"]},
        {**entry["groups"][0], "files": entry["groups"][1]["files"]},
    ]

    apply(five, tmp_path, plan)

    assert subjects(five)[:3] == ["second", "first", "third"]
    assert trees(five, "HEAD~2..HEAD") == before


def test_what_is_left_out_stays_in_the_files(five: Repository, tmp_path: Path) -> None:
    plan = identity(five)
    entry = plan["series"][0]  # type: ignore[index]
    fix = groups_of(plan)[3]
    entry["dropped"] = fix["files"]
    del groups_of(plan)[3]

    apply(five, tmp_path, plan)

    assert b"return 10" not in five.blob("HEAD", "m.py")
    assert "return 10" in (five.path / "m.py").read_text()
    assert five.git("status", "--porcelain").strip() == "M m.py"


def test_what_is_left_out_is_named_by_its_own_commit(
    five: Repository, tmp_path: Path
) -> None:
    fix = five.oid("HEAD~1")[:10]
    plan = identity(five)
    plan["series"][0]["dropped"] = groups_of(plan)[3]["files"]  # type: ignore[index]
    del groups_of(plan)[3]
    name = written(tmp_path / "plan.json", plan)

    preview = gitsplit(five.path, "-n", "--plan", name).out
    told = apply(five, tmp_path, plan)

    assert f"(of {fix})" in preview
    assert f"Left out of {fix}, still in the worktree" in told


def test_a_dry_run_shows_a_range_whose_paths_clash_with_what_stands_against_it(
    repo: Repository, tmp_path: Path
) -> None:
    repo.commit("base\n", {"a": b"a\n" * 9, "b": b"b\n" * 9})
    repo.commit("away\n", {"a": None, "t": b"a\n" * 9})
    repo.commit("over\n", {"b": None, "a": b"b\n" * 9})
    plan = json.loads(done(repo.path, "--resplit", "-n", "--format", "json", "HEAD~2"))
    plan["series"][0]["groups"].reverse()

    ran = gitsplit(repo.path, "-n", "--plan", written(tmp_path / "plan.json", plan))

    assert ran.status == 1
    assert "! Commit 1 would have two files at a." in ran.out
    assert "Commit 1 would have two files at a." in ran.err
    name = str(tmp_path / "plan.json")
    again = gitsplit(repo.path, "-n", "--plan", name, "--format", "json")
    assert (again.status, again.err) == (ran.status, ran.err)
    assert json.loads(again.out)["error"] == "InvalidPlan"


def test_reviewers_of_a_commit_that_stays_see_nothing_new(five: Repository) -> None:
    assert "patch set" not in gitsplit(five.path, "--resplit", "-n", "HEAD~5").out


def test_a_plan_for_a_series_with_a_merge_is_read(
    repo: Repository, tmp_path: Path
) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    merge_two_lines(repo)
    root = repo.git("rev-list", "--max-parents=0", "HEAD").split()[0]
    plan = done(repo.path, "-n", "--format", "json", root)

    name = written(tmp_path / "plan.json", json.loads(plan))

    assert gitsplit(repo.path, "-n", "--plan", name, root).status == 0


def test_an_empty_commit_alone_is_no_range(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("commit", "-q", "--allow-empty", "-m", "empty")

    ran = gitsplit(repo.path, "--resplit", "-n", "HEAD~1")

    assert (ran.status, ran.out) == (1, "")
    assert "changes no file, so there is nothing to split." in ran.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--resplit", "--yes"], "--resplit with --yes requires --plan"),
        (
            ["--resplit", "-n", "-c", "HEAD"],
            "--resplit splits all commits of the range; it takes no -c.",
        ),
        (["--resplit", "-n", "--commits", "2"], "it takes no --commits."),
        (["--resplit", "-n", "--group-by", "file"], "it takes no --group-by."),
        (
            ["--resplit", "-n", "--keep-change-id", "1"],
            "--resplit takes no --keep-change-id: in a plan",
        ),
        (["--undo", "--resplit"], "--undo cannot be combined with other options"),
    ],
)
def test_what_does_not_go_with_a_range_is_wrong_usage(
    five: Repository, args: list[str], words: str
) -> None:
    ran = gitsplit(five.path, *args, "HEAD~2")

    assert ran.status == 2
    assert words in ran.err


def test_a_merge_in_the_range_is_refused(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    merge_two_lines(repo)
    upstream = repo.git("rev-list", "--max-parents=0", "HEAD").split()[0]

    ran = gitsplit(repo.path, "--resplit", "-n", upstream)

    assert ran.status == 1
    assert "is a merge, and a range can't go past one." in ran.err
    assert "No two neighbours here are without one." in ran.err
    for text in (b"2\n", b"3\n"):
        repo.commit("above\n", {"c": text})
    above = gitsplit(repo.path, "--resplit", "-n", upstream)
    ends = f"{repo.oid('HEAD~1')[:10]} to {repo.oid('HEAD')[:10]}"
    assert f"The longest range without one has 2 commits: {ends}." in above.err


def test_the_plan_says_which_commit_keeps_which_change_id(
    five: Repository, tmp_path: Path
) -> None:
    name = written(tmp_path / "plan.json", identity(five))

    ran = gitsplit(five.path, "--plan", name, "--yes", "--keep-change-id", "2")

    assert ran.status == 1
    assert "--keep-change-id can't be used with a plan for a range" in ran.err


def test_a_commit_without_a_message_or_changes_may_stay(
    repo: Repository, tmp_path: Path
) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    repo.commit("second\n", {"a": b"2\n"})

    out = done(repo.path, "--resplit", "-n", "HEAD~2")
    plan = done(repo.path, "--resplit", "-n", "--format", "json", "HEAD~2")

    assert out.count("unchanged") == 2
    name = written(tmp_path / "plan.json", json.loads(plan))
    assert done(repo.path, "-n", "--plan", name) == out


def test_signed_commits_that_stay_keep_their_signatures(five: Repository) -> None:
    raw = five.git("cat-file", "commit", "HEAD")
    head, body = raw.split("\n\n", 1)
    signed = (
        f"{head}\ngpgsig -----BEGIN SSH SIGNATURE-----\n x\n -----END-----\n\n{body}"
    )
    oid = five.git(
        "hash-object", "-t", "commit", "-w", "--stdin", stdin=signed.encode()
    ).strip()
    five.git("reset", "-q", "--hard", oid)

    out = gitsplit(five.path, "--resplit", "-n", "HEAD~5").out
    assert "unchanged" in out.split("fifth")[1]


def test_a_branch_at_the_end_follows_who_continues_that_commit(
    five: Repository, tmp_path: Path
) -> None:
    five.git("branch", "same", "HEAD")
    plan = identity(five)
    groups = groups_of(plan)
    groups[3]["continues"], groups[4]["continues"] = (
        groups[4]["continues"],
        groups[3]["continues"],
    )
    groups[3]["message"] = "fifth, now the fourth\n"

    told = apply(five, tmp_path, plan)

    assert five.oid("same") == five.oid("HEAD~1"), told


def test_a_tree_that_no_edit_tells_from_another_stays_its_commits_own(
    repo: Repository, tmp_path: Path
) -> None:
    def tree(mode: bytes, content: bytes) -> str:
        blob = bytes.fromhex(
            repo.git("hash-object", "-w", "--stdin", stdin=content).strip()
        )
        row = mode + b" f\0" + blob
        args = ("hash-object", "-t", "tree", "-w", "--literally", "--stdin")
        return repo.git(*args, stdin=row).strip()

    made = [
        *(tree(b"100664", b"a\n"), tree(b"100664", b"a\nb\n")),
        *(tree(b"100644", b"a\nb\n"), tree(b"100644", b"a\nb\nc\n")),
    ]
    tip: list[str] = []
    for number, each in enumerate(made):
        parents = ["-p", tip[-1]] if tip else []
        tip.append(repo.git("commit-tree", *parents, "-m", str(number), each).strip())
    repo.git("reset", "-q", "--hard", tip[-1])
    plan = done(repo.path, "--resplit", "-n", "--format", "json", "HEAD~3")

    ran = gitsplit(
        *(repo.path, "--plan", written(tmp_path / "plan.json", json.loads(plan))),
        "--yes",
    )

    assert "The plan changes nothing." in ran.err
    assert repo.oid("HEAD") == tip[-1]


def test_a_file_may_be_named_whole(five: Repository, tmp_path: Path) -> None:
    """Moved whole to another commit, by the name that it has in its own."""
    plan = identity(five)
    groups = groups_of(plan)
    third = five.oid("HEAD~2")
    groups[0]["files"] += [{"commit": third, **whole("notes")}]  # type: ignore[operator]
    groups[2]["files"] = []

    ran = gitsplit(five.path, "--plan", written(tmp_path / "p.json", plan), "--yes")

    assert ran.status == 1, "a group without hunks is refused"
    del groups[2]
    apply(five, tmp_path, plan)
    assert five.blob("HEAD~3", "notes") == b"n\nmore\n"
