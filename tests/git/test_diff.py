"""What a commit did to its files, with git's own diff as the oracle."""

import random
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

import pytest

from gitsplit.git.history import (
    changes_of,
    file_changes,
    read_series,
    read_source_commit,
)
from gitsplit.git.repository import open_repository
from gitsplit.model.diff import FileChange, Hunk, Span
from tests.repository import Repository

ORACLE = (
    *("-c", "diff.indentHeuristic=true", "diff", "--diff-algorithm=myers", "-U0"),
    *("--inter-hunk-context=0", "-M50%", "-l1000", "--no-ext-diff", "--no-textconv"),
)
"""The command that the plan format names."""

CONFIGURATIONS: dict[str, dict[str, str]] = {
    "default": {},
    "histogram": {"diff.algorithm": "histogram", "diff.indentHeuristic": "false"},
    "copies": {"diff.renames": "copies", "diff.renameLimit": "1"},
    "noprefix": {"diff.noprefix": "true", "diff.mnemonicPrefix": "true"},
    "context": {"diff.interHunkContext": "5", "diff.context": "7"},
    "no renames": {"diff.renames": "false", "diff.external": "false"},
    "order": {"diff.orderFile": "order"},
}

Side = tuple[bytes, int] | None
Change = tuple[Side, Side, tuple[Hunk, ...]]


def as_git_has_it(repo: Repository, old: str, new: str) -> list[Change]:
    """The sides and hunks of every file, parsed from git's own diff."""
    out = repo.run(*ORACLE, "--raw", "-z", "--no-abbrev", old, new).stdout
    raw, _, patch = out.partition(b"\0\0")
    sections = iter((b"\n" + patch).split(b"\ndiff --git ")[1:])
    found: list[Change] = []
    fields = iter(raw.split(b"\0") if raw else ())
    for meta in fields:
        modes = [int(each, 8) for each in meta[1:].split()[:2]]
        status = meta.split()[4][:1]
        paths = [next(fields), next(fields)] if status in b"RC" else [next(fields)] * 2
        sides = [(p, m) if m else None for p, m in zip(paths, modes, strict=True)]
        # git shows a change of type as a deletion and a creation
        hunks = [parsed_hunks(next(sections)) for _ in range(1 + (status == b"T"))]
        is_text = all(S_ISREG(side[1]) for side in sides if side)
        found.append((sides[0], sides[1], hunks[0] if is_text else ()))
    assert next(sections, None) is None
    return sorted(found, key=lambda c: (c[1] or c[0] or (b"",))[0])


def parsed_hunks(section: bytes) -> tuple[Hunk, ...]:
    """The hunks of one file in a patch without context."""
    headers = [line for line in section.split(b"\n") if line.startswith(b"@@ ")]
    return tuple(
        Hunk(parsed_span(header.split()[1]), parsed_span(header.split()[2]))
        for header in headers
    )


def parsed_span(field: bytes) -> Span:
    """The span that ``-START,COUNT`` names."""
    start, _, count = field[1:].partition(b",")
    lines = int(count or b"1")
    first = int(start) - 1 if lines else int(start)
    return Span(first, first + lines)


def as_read(changes: tuple[FileChange, ...]) -> list[Change]:
    """The same shape from what gitsplit read."""
    return [
        (
            (change.old.path, change.old.mode) if change.old else None,
            (change.new.path, change.new.mode) if change.new else None,
            change.hunks,
        )
        for change in changes
    ]


def changes_of_head(repo: Repository) -> tuple[FileChange, ...]:
    """What HEAD did, as gitsplit reads it."""
    opened = open_repository(repo.path)
    return file_changes(opened, read_source_commit(opened, opened.head()))


@dataclass(frozen=True)
class Node:
    """A file of a random tree."""

    mode: bytes
    content: bytes


Tree = dict[bytes, Node]

WORDS = (
    *(b"", b"", b"    ", b"a", b"b", b"}", b"{", b"    if x:", b"    }", b"\tc\r"),
    *(b"        return 1", b"    return 2", b"def f():", b"@@ -1 +1 @@", b"-- x"),
    *(b"diff --git a/f b/f", b"\xe4\xf6", b"a\x0cb", b"\\ No newline at end of file"),
)
NAMES = (
    b"a",
    b"b.c",
    b"dir/a",
    b"dir/sub/deep",
    b"dir.x",
    b"dir-x/a",
    b"z\xe9",
    b"sp c",
)


def random_text(rng: random.Random, lines: int) -> bytes:
    words = rng.sample(WORDS, rng.randint(2, len(WORDS)))
    text = b"\n".join(rng.choice(words) for _ in range(lines))
    return text + rng.choice((b"", b"\n", b"\n"))


def mutated(rng: random.Random, text: bytes) -> bytes:
    """The text with some runs of lines taken out, put in, doubled or replaced."""
    lines = text.split(b"\n")
    for _ in range(rng.randint(1, 6)):
        at = rng.randint(0, len(lines))
        run = lines[at : at + rng.randint(0, 6)]
        fresh = [rng.choice(WORDS) for _ in range(rng.randint(0, 5))]
        lines[at : at + rng.choice((0, len(run)))] = rng.choice((run, fresh, []))
    return b"\n".join(lines)


def random_node(rng: random.Random) -> Node:
    kind = rng.random()
    if kind < 0.05:
        return Node(b"120000", rng.choice((b"a", b"target")))
    if kind < 0.08:
        return Node(b"160000", rng.randbytes(20).hex().encode())
    if kind < 0.12:
        return Node(b"100644", rng.choice((b"", b"\0", b"text\0" + rng.randbytes(9))))
    mode = rng.choice((b"100644", b"100644", b"100755"))
    return Node(mode, random_text(rng, rng.choice((0, 1, 3, 20, 60, 300, 900))))


def next_tree(rng: random.Random, tree: Tree) -> Tree:
    """A tree with some files of ``tree`` changed, moved, deleted, copied or added."""
    new = dict(tree)
    for path in rng.sample(sorted(tree), min(len(tree), rng.randint(0, 4))):
        node = new.pop(path)
        target = rng.choice((path, path, path, rng.choice(NAMES)))
        match rng.randint(0, 6):
            case 0:
                continue
            case 1:
                new[target] = random_node(rng)
            case 2:
                new[target] = Node(rng.choice((b"100755", b"100644")), node.content)
            case 3:
                new[path] = new[rng.choice(NAMES)] = node
            case _:
                is_file = node.mode.startswith(b"100")
                text = mutated(rng, node.content) if is_file else node.content
                new[target] = Node(node.mode, text)
    if rng.random() < 0.4 or not new:
        new[rng.choice(NAMES)] = random_node(rng)
    directories = {path.rpartition(b"/")[0] for path in new}
    return {path: node for path, node in new.items() if path not in directories}


def imported(rng: random.Random, trees: list[Tree]) -> bytes:
    """A ``git fast-import`` stream of one commit for each tree, on ``main``."""
    stream: list[bytes] = []
    for number, tree in enumerate(trees):
        stream += [b"commit refs/heads/main", b"mark :%d" % (number + 1)]
        stream += [b"committer A <a@example.com> %d +0000" % number, b"data 0"]
        stream += [b"from :%d" % number] if number else []
        stream += [b"deleteall"]
        for path, node in tree.items():
            if node.mode == b"160000":
                stream += [b"M 160000 %s %s" % (node.content, path)]
            else:
                size = len(node.content)
                stream += [b"M %s inline %s" % (node.mode, path), b"data %d" % size]
                stream += [node.content]
    return b"\n".join(stream) + b"\n"


def random_trees(rng: random.Random, count: int) -> list[Tree]:
    trees: list[Tree] = [{name: random_node(rng) for name in NAMES}]
    while len(trees) < count:
        trees.append(next_tree(rng, trees[-1]))
    return trees


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_files_and_hunks_are_those_of_gits_own_diff_whatever_is_configured(
    repo: Repository, name: str, seed: int
) -> None:
    rng = random.Random(f"{name} {seed}")
    repo.git("fast-import", "--quiet", stdin=imported(rng, random_trees(rng, 25)))
    repo.write({"order": b"z*\ndir*\n"})
    for key, value in CONFIGURATIONS[name].items():
        repo.git("config", key, value)
    opened = open_repository(repo.path)
    commits = read_series(opened, None, root=True).commits[1:]
    for commit, changes in zip(commits, changes_of(opened, commits), strict=True):
        parent = commit.raw.parents[0]
        assert as_git_has_it(repo, parent, commit.oid) == as_read(changes), commit.oid


def test_hunks_among_equal_lines_stand_where_git_has_them(repo: Repository) -> None:
    for lines in (10, 600, 2000):
        repo.commit("many", {"f": b"same\n" * lines, "g": b"x\n\n}\n" * lines})
        head = repo.commit("more", {"f": b"same\n" * (lines + 3), "g": b"x\n"})
        expected = as_git_has_it(repo, f"{head}~1", head)
        assert expected == as_read(changes_of_head(repo))


def test_a_diff_of_200_000_lines_has_a_hunk_for_each_changed_place(
    repo: Repository,
) -> None:
    lines = [b"%d\n" % number for number in range(200_000)]
    repo.commit("old", {"f": b"".join(lines)})
    lines[::4] = [b"changed\n"] * 50_000
    repo.commit("new", {"f": b"".join(lines)})
    (change,) = changes_of_head(repo)
    expected = tuple(Hunk(Span(n, n + 1), Span(n, n + 1)) for n in range(0, 200_000, 4))
    assert expected == change.hunks


def test_a_file_change_carries_paths_modes_ids_and_contents(repo: Repository) -> None:
    repo.commit("old", {"f": b"a\nb\n"})
    repo.commit("new", {"f": b"a\nB"})
    (change,) = changes_of_head(repo)
    assert change.old is not None
    assert change.new is not None
    assert (b"f", 0o100644, repo.oid("HEAD~1:f"), b"a\nb\n") == (
        *(change.old.path, change.old.mode, change.old.oid, change.old.content),
    )
    assert (b"f", 0o100644, repo.oid("HEAD:f"), b"a\nB") == (
        *(change.new.path, change.new.mode, change.new.oid, change.new.content),
    )
    assert (Hunk(Span(1, 2), Span(1, 2)),) == change.hunks
    assert change.by_lines


def test_a_root_commit_creates_all_its_files(repo: Repository) -> None:
    repo.commit("root", {"a": b"1\n2\n", "empty": b""})
    a, empty = changes_of_head(repo)
    assert (None, (Hunk(Span(0, 0), Span(0, 2)),)) == (a.old, a.hunks)
    assert (empty.old, empty.hunks) == (None, ())
    assert (empty.side.content, empty.by_lines) == (b"", True)


def test_deleting_an_empty_file_is_a_change(repo: Repository) -> None:
    repo.commit("old", {"empty": b"", "kept": b"1\n"})
    repo.commit("new", {"empty": None})
    (change,) = changes_of_head(repo)
    assert (change.path, change.new, change.hunks) == (b"empty", None, ())


def test_a_change_of_mode_alone_has_no_hunks(repo: Repository) -> None:
    repo.commit("old", {"run": b"1\n"})
    (repo.path / "run").chmod(0o755)
    repo.commit("new", {})
    (change,) = changes_of_head(repo)
    assert change.old is not None
    assert change.new is not None
    assert (change.old.mode, change.new.mode, change.hunks) == (0o100644, 0o100755, ())


@pytest.mark.parametrize("edit", [b"", b"one more\n"])
def test_a_rename_is_one_change_with_or_without_edits(
    repo: Repository, edit: bytes
) -> None:
    text = b"".join(b"line %d\n" % n for n in range(20))
    repo.commit("old", {"a": text, "copied": b"c\n" * 9})
    repo.commit("new", {"a": None, "b": text + edit, "copy": b"c\n" * 9})
    renamed, copied = changes_of_head(repo)
    assert renamed.old is not None
    assert (renamed.old.path, renamed.path) == (b"a", b"b")
    assert ((Hunk(Span(20, 20), Span(20, 21)),) if edit else ()) == renamed.hunks
    assert (copied.old, copied.path) == (None, b"copy")


@pytest.mark.parametrize("new", [b"x\0y", b"t\n" * 4000 + b"\0"])
def test_content_is_binary_for_a_nul_in_its_first_8000_bytes(
    repo: Repository, new: bytes
) -> None:
    repo.commit("old", {"f": b"text\n"})
    repo.commit("new", {"f": new})
    (change,) = changes_of_head(repo)
    shown = repo.run(*ORACLE, "HEAD~1", "HEAD").stdout
    assert (b"Binary files" not in shown) == change.by_lines
    assert parsed_hunks(shown) == change.hunks


@pytest.mark.parametrize(
    "attributes",
    [
        *(b"* -diff", b"* binary", b"* diff", b"* diff=python", b"* diff=opaque"),
        *(b"* diff=texty", b"old -diff", b"new -diff", b"[attr]raw -diff\n* raw", b""),
    ],
)
def test_attributes_say_what_is_binary_as_they_do_to_git(
    repo: Repository, attributes: bytes
) -> None:
    repo.git("config", "diff.opaque.binary", "true")
    repo.git("config", "diff.texty.binary", "false")
    text = b"a\nb\nc\nd\ne\nf\n"
    repo.commit("old", {"old": text, "nul": b"\0\n"})
    repo.commit("new", {"old": None, "new": text + b"g\n", "nul": b"\0\n\n"})
    repo.write({".gitattributes": attributes})
    for change in changes_of_head(repo):
        paths = [side.path for side in (change.old, change.new) if side]
        shown = repo.run(*ORACLE, "HEAD~1", "HEAD", "--", *paths).stdout
        assert (b"Binary files" not in shown) == change.by_lines
        assert parsed_hunks(shown) == change.hunks


def test_a_symlink_a_submodule_and_a_change_of_type_are_opaque(
    repo: Repository,
) -> None:
    repo.commit("old", {"file": b"target", "gone": b"1\n"})
    (repo.path / "gone").unlink()
    (repo.path / "file").unlink()
    (repo.path / "file").symlink_to("target")
    (repo.path / "link").symlink_to("there")
    repo.git("add", "-A")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.oid('HEAD')},sub")
    repo.git("commit", "-q", "-m", "new")
    repo.git("config", "diff.ignoreSubmodules", "all")
    ignored = b'[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n'
    repo.write({".gitmodules": ignored})
    changes = changes_of_head(repo)
    assert [change.path for change in changes] == [b"file", b"gone", b"link", b"sub"]
    opaque = [change for change in changes if change.path != b"gone"]
    assert [change.by_lines for change in opaque] == [False] * 3
    assert [change.side.content for change in opaque] == [b"target", b"there", None]


def test_a_file_that_becomes_a_directory_is_a_deletion_and_a_creation(
    repo: Repository,
) -> None:
    repo.commit("old", {"d": b"1\n2\n3\n"})
    (repo.path / "d").unlink()
    head = repo.commit("new", {"d/x": b"4\n", "d.c": b"5\n"})
    changes = changes_of_head(repo)
    assert [change.path for change in changes] == [b"d", b"d.c", b"d/x"]
    assert as_git_has_it(repo, f"{head}~1", head) == as_read(changes)


def test_a_commit_that_changes_nothing_has_no_file_changes(repo: Repository) -> None:
    repo.commit("one", {"f": b"1\n"})
    repo.commit("empty", {})
    assert changes_of_head(repo) == ()


def test_any_number_of_commits_takes_three_processes_to_read_at_most(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(1)
    repo.git("fast-import", "--quiet", stdin=imported(rng, random_trees(rng, 30)))
    opened = open_repository(repo.path)
    commits = read_series(opened, None, root=True).commits
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    changes_of(opened, commits)
    assert trace.read_text().count('"event":"start"') == 2


def test_a_partial_clone_fetches_all_missing_contents_at_once(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit("old", {f"f{n}": b"%d\n" % n for n in range(20)})
    repo.commit("new", {f"f{n}": b"new %d\n" % n for n in range(20)})
    repo.git("checkout", "-q", "--orphan", "empty")
    repo.git("rm", "-q", "-r", "--cached", ".")
    path = tmp_path / "partial"
    clone = ("clone", "-q", "--no-checkout", "--filter=blob:none", "--branch=main")
    repo.git(*clone, f"file://{repo.path}", str(path))
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    changes = changes_of_head(Repository(path))
    assert trace.read_text().count('"name":"fetch"') == 1
    assert [b"new %d\n" % n for n in range(20)] == sorted(
        (change.side.content or b"" for change in changes), key=lambda c: int(c[4:])
    )
