"""Damaged files of gitsplit's own, or of git's, end in a sentence, no traceback."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest

from gitsplit.errors import GitsplitError
from gitsplit.git.state_dir import DraftFile
from gitsplit.workflow import work
from gitsplit.workflow.draft import load_draft
from gitsplit.workflow.propose import Request
from tests.repositories.test_storage import as_anybody
from tests.repository import Repository
from tests.runner import PROGRAM, Ran, done, gitsplit, tangled

WRONG: tuple[object, ...] = (
    *(None, True, 10, -1, 0.5, 10**30, "", "x", "\0", "\ud800", "1" * 40, "0" * 40),
    *([], [None], ["x"], [[]], {}, {"x": 1}, "refs/heads/../../x", "refs/heads/no"),
    *("0 0", "99999999999999999999 1", "1 1", "HEAD", "a\nb", 1e300),
)


def places(value: object, way: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The way to each value inside a JSON value, itself included."""
    yield way
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*way, name))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*way, number))


def value_at(value: object, way: tuple[object, ...]) -> object:
    """What is at that place inside a JSON value."""
    for step in way:
        value = value[step]  # type: ignore[index] # the way is one through it
    return value


def with_value(whole: object, way: tuple[object, ...], value: object) -> object:
    """The JSON value with another one at that place."""
    if not way:
        return value
    copied = json.loads(json.dumps(whole))
    inner = copied
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = value
    return copied


def damaged(text: str, random: Random) -> str:
    """The text of a JSON file with a wrong value in it, or broken off, or garbled."""
    kind = random.random()
    if kind < 0.15:
        return text[: random.randrange(len(text))]
    if kind < 0.25:
        at = random.randrange(len(text))
        return text[:at] + random.choice('"{}[],:x0\x00') + text[at + 1 :]
    value = json.loads(text)
    if kind < 0.35 and isinstance(value, dict):
        del value[random.choice([*value])]
        return json.dumps(value)
    ways = [*places(value)]
    # What stands elsewhere is the likeliest to be believed.
    wrong = random.choice([*WRONG, *(value_at(value, way) for way in ways)])
    return json.dumps(with_value(value, random.choice(ways), wrong))


def is_told(ran: Ran) -> bool:
    """Whether it ended well, or with a sentence and a hint of what to do."""
    told = ran.err.startswith("gitsplit: ") and "Traceback" not in ran.err
    return ran.status == 0 or (ran.status in (1, 3) and told)


@pytest.fixture
def dropped(repo: Repository) -> Repository:
    """A rewrite that has dropped something, so that its record has every field."""
    tangled(repo)
    repo.git("branch", "beside", "HEAD~1")
    plan = json.loads(done(repo.path, "-n", "-c", "HEAD~2", "--format", "json"))
    entry = next(e for e in plan["series"] if e["action"] == "split")
    entry["dropped"] = entry["groups"].pop()["files"]
    ran = gitsplit(repo.path, "--plan", "-", "--yes", stdin=json.dumps(plan).encode())
    assert ran.status == 0, ran.err
    return repo


PHASES = ("done", "prepared", "undoing", "handed")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("seed", range(2))
def test_whatever_a_record_says_no_start_fails_without_a_word(
    dropped: Repository, phase: str, seed: int
) -> None:
    """Each time, the refs are where some record or the user has put them."""
    repo, random = dropped, Random(f"{phase}{seed}")
    file = repo.path / ".git" / "gitsplit" / "000001.json"
    fields = json.loads(file.read_bytes())
    fields["phase"] = phase
    text = json.dumps(fields)
    refs = {repo.oid(name) for name in ("main", "main@{1}", "beside", "beside@{1}")}
    for _ in range(7):
        broken = damaged(text, random)
        file.write_text(broken, errors="surrogatepass")
        for args in (("--undo",), ("--yes", "HEAD~1"), ("--abort",)):
            ran = gitsplit(repo.path, *args)
            assert is_told(ran), (broken, args, ran.err)
        assert {repo.oid("main"), repo.oid("beside")} <= refs, broken


def test_an_undo_of_a_damaged_record_names_the_file(dropped: Repository) -> None:
    file = dropped.path / ".git" / "gitsplit" / "000001.json"
    file.write_text(file.read_text().replace('"old": "', '"old": 10, "was": "'))
    ran = gitsplit(dropped.path, "--undo")

    assert ran.status == 1
    assert f"gitsplit's journal {file} can't be read" in ran.err
    assert "git reflog" in ran.err


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("as_draft", [False, True])
def test_whatever_a_plan_says_it_is_used_or_refused_with_a_word(
    repo: Repository, seed: int, as_draft: bool
) -> None:
    tangled(repo)
    (repo.path / "sub" / "link").symlink_to("other")
    repo.commit("linked\n", {"numbers": b"another\n"})
    text = done(repo.path, "-n", "HEAD~2", "--format", "json")
    before, random = repo.refs(), Random(seed)
    opened = work.open_idle_repository(repo.path)
    asked = Request(upstream="HEAD~2")
    begun = work.read_work(opened, asked, every=True)
    draft = DraftFile.of(opened, begun.series, begun.head_ref)
    for _ in range(15):
        broken = damaged(text, random).encode("utf-8", "surrogatepass")
        if as_draft:
            draft.save("{}")
            draft.path.write_bytes(broken)
            with suppress(GitsplitError):
                load_draft(opened, asked, begun)
        else:
            ran = gitsplit(repo.path, "-n", "--plan", "-", stdin=broken)
            assert is_told(ran), (broken, ran.err)
        assert repo.refs() == before


SPLIT = ("--yes", "HEAD~1", "--group-by", "file")


def two_pieces(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    repo.commit("tangled\n", {"a": b"2\n", "b": b"2\n"})


def run(repo: Repository, *command: str) -> Ran:
    ended = subprocess.run(command, cwd=repo.path, capture_output=True, check=False)
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.mark.parametrize(
    "place", ["gitsplit", "gitsplit/000001.json", "objects/pack", "objects", "HEAD"]
)
@pytest.mark.parametrize("args", [("--undo",), SPLIT])
def test_what_cant_be_read_for_lack_of_permission_is_said(
    repo: Repository, place: str, args: tuple[str, ...]
) -> None:
    two_pieces(repo)
    assert gitsplit(repo.path, *SPLIT).status == 0
    two_pieces(repo)
    repo.git("repack", "-q", "-a", "-d")
    before = repo.refs()
    closed = repo.path / ".git" / place
    mode = closed.stat().st_mode
    closed.chmod(0)
    ran = run(repo, *as_anybody(*PROGRAM, *args))
    closed.chmod(mode)

    assert is_told(ran), ran.err
    assert ran.status == 1 or repo.refs() != before or args[0] == "-n"
    assert ran.status == 0 or repo.refs() == before


@pytest.mark.parametrize("args", [SPLIT, ("--undo",)])
@pytest.mark.parametrize("which", ["HEAD", "HEAD^{tree}"])
@pytest.mark.parametrize("how", ["swapped", "cut", "garbled", "other kind", "empty"])
def test_an_object_that_isnt_what_it_is_named_for_is_never_believed(
    repo: Repository, args: tuple[str, ...], which: str, how: str
) -> None:
    two_pieces(repo)
    repo.commit("in a directory\n", {"d/x": b"1\n", "d/y": b"1\n", "a": b"3\n"})
    gitsplit(repo.path, *SPLIT)
    repo.loosen()
    objects = repo.path / ".git" / "objects"
    ids = {name: repo.oid(name) for name in (which, "HEAD~2:a", "HEAD~2^{tree}")}
    file = objects / ids[which][:2] / ids[which][2:]
    others = {"swapped": "HEAD~2:a", "other kind": "HEAD~2^{tree}"}
    file.chmod(0o644)
    content = file.read_bytes()
    if how in others:
        other = ids[others[how]]
        content = (objects / other[:2] / other[2:]).read_bytes()
    wrong = {"cut": content[:5], "garbled": content[::-1], "empty": b""}
    file.write_bytes(wrong.get(how, content))
    ran = gitsplit(repo.path, *args)

    assert is_told(ran), ran.err


@pytest.mark.parametrize("files", [9, 12, 16])
def test_too_few_open_files_are_said(repo: Repository, files: int) -> None:
    two_pieces(repo)
    before = repo.refs()
    limited = ("sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *PROGRAM)
    ran = run(repo, *limited, *SPLIT)

    assert is_told(ran), ran.err
    assert ran.status == 0 or repo.refs() == before
