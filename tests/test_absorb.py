"""``--absorb``: what isn't committed goes into the commits it belongs to."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import pytest

from gitsplit.git.journal import recover_rewrites
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.model.diff import TextEdit
from gitsplit.model.plan import DROPPED, Plan, with_edits_assigned
from gitsplit.model.progress import say_nothing
from gitsplit.workflow.apply import undo
from gitsplit.workflow.draft import DraftSaver, load_draft
from gitsplit.workflow.propose import Request
from gitsplit.workflow.uncommitted import source_read
from gitsplit.workflow.work import Work, read_work
from tests.git.test_hooks import add_hook
from tests.repository import Repository
from tests.runner import IDS, Ran, gitsplit, state_of
from tests.terminal import Terminal
from tests.test_uncommitted_killed import copy_of, is_reverted_by_index, run
from tests.uncommitted import files_of, state_told

SEEDS = int(os.environ.get("GITSPLIT_ABSORB", "8"))
"""So many random ranges are absorbed into."""

A = b"def a():\n    return 1\n"
B = b"\n\ndef b():\n    return 2\n"
IMPORT = b"import os\n\n\n"


@pytest.fixture
def three(repo: Repository) -> Repository:
    """A base and three commits, of which the first two write a function each."""
    repo.commit("base\n", {"m.py": IMPORT, "notes": b"n\n"})
    repo.commit(f"first\n\nChange-Id: {IDS[0]}\n", {"m.py": IMPORT + A})
    repo.commit("second\n", {"m.py": IMPORT + A + B})
    repo.git("branch", "middle")
    repo.commit("third\n", {"notes": b"n\nmore\n"})
    return repo


def fixed(text: bytes = IMPORT + A + B) -> bytes:
    return text.replace(b"return 1", b"return 10").replace(b"return 2", b"return 20")


def absorbed(repo: Repository, *args: str) -> Ran:
    ran = gitsplit(repo.path, "--absorb", *args)
    assert ran.status == 0, ran.err
    return ran


def contents(repo: Repository, path: str) -> list[bytes]:
    """The file in each of the three commits, oldest first."""
    return [repo.blob(f"HEAD~{n}", path) for n in (2, 1, 0)]


def test_a_corrected_commit_has_the_size_that_git_counts(three: Repository) -> None:
    """The first commit's line is another one now; it isn't added and removed, too."""
    three.write({"m.py": fixed()})

    text = absorbed(three, "-n", "HEAD~3").out
    markdown = absorbed(three, "-n", "--format", "markdown", "HEAD~3").out
    absorbed(three, "-y", "HEAD~3")

    stat = three.git("show", "--shortstat", "--format=", "HEAD~2").strip()
    assert stat == "1 file changed, 2 insertions(+)"
    assert "2 hunks, +2 -0" in text
    assert "1. `first` (1 file, +2 -0)" in markdown
    assert "never show" not in text + markdown


def test_each_fix_goes_to_the_commit_that_it_is_for(three: Repository) -> None:
    three.write({"m.py": fixed(), "notes": b"debug\nn\nmore\n", "new": b"new\n"})
    told, files = state_told(three), files_of(three)
    stored = state_of(three.path / ".git")
    preview = absorbed(three, "-n", "HEAD~3").out
    assert state_of(three.path / ".git") == stored

    said = absorbed(three, "-y", "HEAD~3").out

    first = fixed(IMPORT + A)
    assert contents(three, "m.py") == [first, fixed(), fixed()]
    assert contents(three, "notes") == [b"n\n", b"n\n", b"n\nmore\n"]
    assert three.message("HEAD~2").endswith(f"Change-Id: {IDS[0]}\n".encode())
    assert three.oid("middle") == three.oid("HEAD~1")
    assert all(three.tree(f"HEAD~{n}")[:10] in preview for n in (2, 1, 0))
    assert "Rewrote main, middle: 3 commits became 3." in said
    assert "Files not touched. Stays uncommitted:\n  1 line of notes\n" in said
    assert files_of(three) == files
    assert three.git("status", "--porcelain") == "M notes\n?? new"
    assert three.fsck() == ""

    undo(open_repository(three.path))
    assert state_told(three) == told
    assert files_of(three) == files


def test_commits_below_the_first_home_keep_their_ids(three: Repository) -> None:
    first = three.oid("HEAD~2")
    three.write({"m.py": IMPORT + A + B.replace(b"2", b"3")})

    absorbed(three, "-y", "HEAD~3")

    assert three.oid("HEAD~2") == first
    assert contents(three, "m.py")[1] == IMPORT + A + B.replace(b"2", b"3")
    assert three.git("status", "--porcelain") == ""


def test_only_what_is_staged_is_absorbed_by_itself(three: Repository) -> None:
    """Nothing staged is lost, and what isn't staged isn't touched."""
    staged = IMPORT + A.replace(b"1", b"10") + B
    three.write({"m.py": staged, "notes": b"staged\nn\nmore\n"})
    three.git("add", "-A")
    three.write({"m.py": fixed()})
    index, files = three.git("ls-files", "-s"), files_of(three)

    absorbed(three, "-y", "HEAD~3")

    assert contents(three, "m.py") == [staged[: -len(B)], staged, staged]
    assert three.git("ls-files", "-s") == index
    assert files_of(three) == files
    assert three.git("status", "--porcelain") == "M m.py\nM  notes"


def test_on_the_screen_all_of_it_is_there_and_staged_means_staged(
    three: Repository,
) -> None:
    three.write({"m.py": fixed()})
    three.git("add", "m.py")
    three.write({"notes": b"n\nmuch more\n"})
    assert "notes" not in json.dumps(
        plan_for(three, "--staged")["series"][0]["dropped"]
    )
    shown = Terminal(three.path, "--absorb", "HEAD~3")
    shown.wait_for("uncommitted changes, into 3 commits")
    shown.type("w")
    shown.wait_for("Rewrite main: 3 commits → 3")
    shown.type("\r")
    assert shown.exit_status() == 0
    assert contents(three, "notes")[2] == b"n\nmuch more\n"
    assert three.git("status", "--porcelain") == ""


def test_what_is_staged_while_the_screen_is_open_stays_so_after_an_undo(
    three: Repository,
) -> None:
    three.write({"m.py": fixed()})
    shown = Terminal(three.path, "--absorb", "HEAD~3")
    shown.wait_for("uncommitted changes, into 3 commits")
    three.git("add", "m.py")
    staged = state_told(three)
    shown.type("w")
    shown.wait_for("Rewrite main: 3 commits → 3")
    shown.type("\r")
    assert shown.exit_status() == 0
    assert three.git("status", "--porcelain") == ""

    gitsplit(three.path, "--undo")
    assert three.git("status", "--porcelain") == "M  m.py"
    assert state_told(three) == staged


def plan_for(repo: Repository, *args: str) -> dict[str, list[dict[str, object]]]:
    found = absorbed(repo, "-n", "--format", "json", "HEAD~3", *args).out
    plan: dict[str, list[dict[str, object]]] = json.loads(found)
    schema = Path(__file__).parents[1] / "src" / "gitsplit" / "planfile" / "schema.json"
    jsonschema.validate(plan, json.loads(schema.read_text()))
    return plan


@pytest.mark.parametrize("part", ["all", "none", "lines", "other"])
def test_the_index_follows_by_each_file(three: Repository, part: str) -> None:
    """Staged in part is staged and committed together, all or none of it stays so."""
    some = IMPORT + A.replace(b"1", b"10") + B
    work = b"head\n" + fixed()
    staged = {"all": work, "lines": b"head\n" + some, "other": b"x\n", "none": None}
    if (text := staged[part]) is not None:
        three.write({"m.py": text})
        three.git("add", "m.py")
    three.write({"m.py": work})
    files = files_of(three)
    plan = Path(three.path.parent / "plan.json")
    plan.write_text(json.dumps(plan_of_everything(three)))

    said = absorbed(three, "--plan", str(plan), "-y").out

    assert three.blob("HEAD", "m.py") == fixed()
    index = {"none": fixed(), "other": fixed()}.get(part, work)
    assert three.run("cat-file", "blob", ":m.py").stdout == index
    assert ("m.py was staged otherwise than the file is" in said) == (part == "other")
    assert files_of(three) == files


def plan_of_everything(repo: Repository) -> dict[str, list[dict[str, object]]]:
    """The plan for all that has changed, whatever is staged."""
    repo.git("stash", "create")
    index = Path(repo.path / ".git" / "index")
    kept = index.read_bytes()
    repo.git("reset", "-q")
    plan = plan_for(repo)
    index.write_bytes(kept)
    return plan


def test_a_plan_names_what_is_not_committed(three: Repository) -> None:
    three.write({"m.py": fixed()})
    plan = plan_for(three)
    (entry,) = plan["series"]
    assert entry["commits"] == [
        *(three.oid(f"HEAD~{n}") for n in (2, 1, 0)),
        "worktree",
    ]
    assert entry["source"] == {
        "kind": "worktree",
        "head": three.oid("HEAD"),
        "before": three.tree("HEAD"),
        "after": entry["source"]["after"],  # type: ignore[index]
    }
    name = three.path.parent / "plan.json"
    name.write_text(json.dumps(plan))
    ran = gitsplit(three.path, "--plan", str(name), "-y")
    assert ran.status == 1
    assert "and uncommitted changes" not in ran.out
    assert "As in: gitsplit --absorb --plan FILE" in ran.err
    three.write({"m.py": IMPORT})
    ran = gitsplit(three.path, "--absorb", "--plan", str(name), "-y")
    assert "other changes than those that aren't committed now" in ran.err


@pytest.mark.parametrize("form", ["text", "markdown", "html", "script"])
def test_every_format_shows_it(three: Repository, form: str) -> None:
    three.write({"m.py": fixed()})
    three.write({"notes": b"head\nn\nmore\n"})
    shown = absorbed(three, "-n", "--format", form, "HEAD~3").out
    assert "first" in shown
    shown = shown.partition("<script>")[0].lower()
    assert ("stays uncommitted" in shown) == (form != "script")
    assert "left out" not in shown


def test_a_dry_run_begins_with_where_each_hunk_goes(three: Repository) -> None:
    """Of the commits only what they hadn't is told; they are all there with a patch."""
    both = fixed().replace(b"    return 10\n\n\ndef b", b"    return 10\n\ndef b")
    three.write({"m.py": both, "notes": b"debug\nn\nmore\n"})

    shown = absorbed(three, "-n", "HEAD~3").out

    _, told, *_ = shown.split("\n\n  3 hunks of uncommitted changes, 2 absorbed:\n")
    assert told.startswith(TOLD)
    assert "notes" not in told.removeprefix(TOLD).partition("Rewrites")[0]
    assert "m.py  +4-5" not in shown
    assert TOLD in absorbed(three, "-n", "-p", "HEAD~3").out


TOLD = """
  m.py:5 → 2 second
    ? it replaces lines of other commits, too
    -    return 1
    -
    +    return 10

  m.py:8 → 2 second
    -    return 2
    +    return 20

  notes:1 stays uncommitted: no commit of the range changed lines here
    +debug

"""


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_format_says_why_it_is_not_sure(three: Repository, form: str) -> None:
    both = fixed().replace(b"    return 10\n\n\ndef b", b"    return 10\n\ndef b")
    three.write({"m.py": both})
    shown = absorbed(three, "-n", "--format", form, "HEAD~3").out
    assert "m.py:5 → 2 second\n" in shown
    assert "? it replaces lines of other commits, too\n" in shown


def test_others_commits_are_homes_where_they_are_named(three: Repository) -> None:
    three.git("commit", "-q", "--amend", "--author=O <o@example.com>", "--no-edit")
    three.git("branch", "up", "HEAD~3")
    three.git("branch", "-q", "--set-upstream-to=up")
    three.write({"notes": b"n\nmuch more\n"})

    ran = gitsplit(three.path, "--absorb", "-y")
    assert ran.status == 1
    others = "1 hunk belongs to commits of other authors"
    assert f"Nothing is absorbed: {others}." in ran.err
    named = "These take something where UPSTREAM is named: gitsplit --absorb up"
    assert f"hint: {named}\n" in ran.err
    shown = absorbed(three, "-n")
    assert f"{others}. {named}\n" in shown.err
    third = f"{three.oid('HEAD')[:10]} “third”, by O <o@example.com>"
    assert f"notes:2 stays uncommitted: it belongs to {third}\n" in shown.out
    absorbed(three, "-y", "up")
    assert contents(three, "notes")[2] == b"n\nmuch more\n"


@pytest.mark.parametrize("author", [b"", b"author A", b"author <\n \n> soon +1"])
def test_a_commit_of_nobody_known_takes_nothing_by_itself(
    three: Repository, author: bytes
) -> None:
    raw = three.run("cat-file", "commit", "HEAD").stdout
    head, _, rest = raw.partition(b"author ")
    odd = head + (author + b"\n" if author else b"") + rest.partition(b"\n")[2]
    made = ("hash-object", "-t", "commit", "-w", "--literally", "--stdin")
    three.git("reset", "-q", "--soft", three.git(*made, stdin=odd))
    three.git("branch", "up", "HEAD~3")
    three.git("branch", "-q", "--set-upstream-to=up")
    three.write({"m.py": fixed(), "notes": b"n\nmuch more\n"})

    absorbed(three, "-y")

    assert contents(three, "m.py")[2] == fixed()
    assert contents(three, "notes")[2] == b"n\nmore\n"
    assert three.git("status", "--porcelain") == "M notes"


def test_where_nothing_is_staged_the_command_named_absorbs_the_rest(
    three: Repository,
) -> None:
    three.write({"m.py": fixed()})
    ran = gitsplit(three.path, "--absorb", "--staged", "-n", "HEAD~3")

    assert ran.status == 1
    assert "in the files: `gitsplit --absorb 'HEAD~3'`" in ran.err
    absorbed(three, "-n", "HEAD~3")
    three.write({"m.py": IMPORT + A + B})
    ran = gitsplit(three.path, "--absorb", "--staged", "-n", "HEAD~3")
    assert "Nothing has changed since the last commit." in ran.err


def test_new_and_deleted_files_have_no_home(three: Repository) -> None:
    three.write({"m.py": None, "new": b"new\n", "notes": b"n\nmuch more\n"})

    absorbed(three, "-y", "HEAD~3")

    assert three.git("status", "--porcelain") == "D m.py\n?? new"
    assert three.blob("HEAD", "m.py") == IMPORT + A + B


def test_what_is_unsure_says_why(three: Repository) -> None:
    both = (IMPORT + A + B).replace(
        b"    return 1\n\n\ndef b", b"    return 3\n\ndef b"
    )
    three.write({"m.py": both})

    shown = absorbed(three, "-n", "HEAD~3").out

    assert "? it replaces lines of other commits, too" in shown.replace("\n     ", " ")
    absorbed(three, "-y", "HEAD~3")
    assert contents(three, "m.py") == [IMPORT + A, both, both]


def test_the_range_begins_after_a_merge(three: Repository) -> None:
    three.git("checkout", "-q", "-b", "side", "HEAD~3")
    three.commit("aside\n", {"side": b"1\n"})
    three.git("checkout", "-q", "main")
    three.git("merge", "-q", "--no-edit", "side")
    three.commit("fourth\n", {"late": b"1\n2\n"})
    three.write({"late": b"1\n3\n", "m.py": fixed()})

    said = absorbed(three, "-y", "HEAD~2").out

    assert "The range has the 1 commit after the merge" in said
    assert three.blob("HEAD", "late") == b"1\n3\n"
    assert three.git("status", "--porcelain") == "M m.py"


def test_hooks_run_once_each(three: Repository) -> None:
    log = three.path / ".git" / "log"
    add_hook(three, "pre-commit", f"echo pre >>{log}")
    add_hook(three, "post-rewrite", f"sed s/^/post\\ / >>{log}")
    old = three.git("rev-list", "--reverse", "HEAD~3..").split()
    three.write({"m.py": fixed()})

    absorbed(three, "-y", "HEAD~3")

    new = three.git("rev-list", "--reverse", "HEAD~3..").split()
    pairs = [f"post {a} {b}" for a, b in zip(old, new, strict=True)]
    assert log.read_text().splitlines() == ["pre", *pairs]


@contextmanager
def opened(repo: Repository) -> Iterator[tuple[Opened, Request, Work]]:
    """What the screen opens on for the last three commits, until the block ends."""
    asked = Request(absorb=True, upstream="HEAD~3")
    with source_read(open_repository(repo.path), asked, say_nothing) as (known, meant):
        yield known, meant, read_work(known, meant, asks=True)


def groups_of_work(plan: Plan) -> dict[tuple[bytes, int], int]:
    """The group of each hunk of what isn't committed, by path and first new line.

    All others are in their own commits.
    """
    found: dict[tuple[bytes, int], int] = {}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        change = plan.changes[edit.file]
        assert change.commit in (group, 3)
        if isinstance(edit, TextEdit) and change.commit == 3:
            found[change.path, edit.new.start] = group
    return found


def test_a_draft_is_fitted_to_files_that_have_changed_since(three: Repository) -> None:
    """What was sent elsewhere stays there, what is new begins as left uncommitted."""
    said: list[str] = []
    three.write({"m.py": fixed(), "notes": b"n\nmuch more\n"})
    with opened(three) as (known, asked, work):
        ((oid, plan),) = work.plans.items()
        home = {(b"m.py", 4): 0, (b"m.py", 8): 1, (b"notes", 1): 2}
        assert groups_of_work(plan) == home
        drafted = with_edits_assigned(plan, [plan.members(0)[-1]], 2)
        saver = DraftSaver(known, work)
        saver.save(work.with_plans({oid: drafted}).todo)
        saver.close()
        assert load_draft(known, asked, work, said.append) is not None
        assert said == []

    three.write({"m.py": fixed().replace(b"os", b"sys"), "notes": b"n\nmore\n"})
    with opened(three) as (known, asked, work):
        found = load_draft(known, asked, work, said.append)
        assert found is not None
        (plan,) = found.plans.values()
        now = {(b"m.py", 0): DROPPED, (b"m.py", 4): 2, (b"m.py", 8): 1}
        assert groups_of_work(plan) == now
    assert [words.split(":")[0] for words in said] == [
        "Files have changed since the draft was saved"
    ]


def test_a_hook_that_refuses_leaves_all_as_it_was(three: Repository) -> None:
    add_hook(three, "pre-commit", "exit 1")
    three.write({"m.py": fixed()})
    told, files = state_told(three), files_of(three)

    ran = gitsplit(three.path, "--absorb", "-y", "HEAD~3")

    assert ran.status == 1
    assert "gitsplit --absorb --plan" in ran.err
    assert (state_told(three), files_of(three)) == (told, files)


def test_killed_at_some_moment_it_is_all_there_or_not_at_all(three: Repository) -> None:
    three.write({"m.py": fixed()})
    args = ("--absorb", "-y", "HEAD~3")
    old, before = state_told(three), three.oid("HEAD")
    whole = copy_of(three, "whole")
    moments = range(1, run(whole, args, 0) + 1)
    new = state_told(whole)
    assert old != new
    for moment in random.Random(1).sample(moments, 4):
        copy = copy_of(three, f"copy-{moment}")
        files = files_of(copy)
        assert run(copy, args, moment) == 0
        assert not is_reverted_by_index(copy, before), moment
        recover_rewrites(open_repository(copy.path))
        assert state_told(copy) in (old, new), moment
        assert files_of(copy) == files, moment


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_work_is_absorbed_and_undone(repo: Repository, seed: int) -> None:
    """Whatever is staged: files stay, all of it is in HEAD or uncommitted, and back."""
    make_random_work(repo, random.Random(seed))
    told, files = state_told(repo), files_of(repo)
    staged = repo.git("diff", "--cached", "--name-only")
    index = repo.git("ls-files", "-s")

    ran = gitsplit(repo.path, "--absorb", "-y", "HEAD~4")

    if ran.status:
        assert "The plan changes nothing." in ran.err
        assert state_told(repo) == told
        return
    assert files_of(repo) == files
    assert not staged or repo.git("ls-files", "-s") == index
    assert repo.fsck() == ""
    assert repo.git("rev-list", "--count", "HEAD") == "5"
    undo(open_repository(repo.path))
    assert state_told(repo) == told
    assert files_of(repo) == files


def make_random_work(repo: Repository, chance: random.Random) -> None:
    """Five commits, something staged perhaps, and something that isn't."""
    names = ("a", "b", "c")
    texts = dict.fromkeys(names, b"1\n2\n3\n")
    for n in range(5):
        some = chance.sample(names, 2)
        texts |= {name: changed(texts[name], chance) for name in some}
        repo.commit(f"commit {n}\n", texts)
    for stages in (True, False):
        for name in chance.sample(names, 2):
            texts[name] = changed(texts[name], chance)
            repo.write({name: texts[name]})
            if stages and chance.randrange(2):
                repo.git("add", name)


def changed(text: bytes, chance: random.Random) -> bytes:
    """The text with a few lines that are new, or in the place of others."""
    rows = text.splitlines(keepends=True)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(rows) + 1)
        new = b"line %d\n" % chance.randrange(10**6)
        rows[at : at + chance.randrange(2)] = [new]
    return b"".join(rows)
