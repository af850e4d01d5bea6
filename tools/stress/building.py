"""Many commits put into one repository at once, by ``git fast-import``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.repository import Repository

from tools.stress.quoting import quote
from tools.stress.values import GITLINK, StressCase, Tree


@dataclass(frozen=True, slots=True)
class Built:
    """A case in a repository: its commit, that commit's parent, the branch's tip."""

    case: StressCase
    branch: str
    base: str | None
    commit: str
    tip: str


def build_cases(
    path: Path, cases: Sequence[StressCase]
) -> tuple[Repository, list[Built]]:
    """A new repository at ``path`` that has each case on a branch of its own."""
    path.mkdir(parents=True)
    repo = Repository(path)
    repo.git("init", "-q")
    marks = path / ".git" / "stress-marks"
    stream = b"".join(part for case in cases for part in _fast_import_commits(case))
    repo.run("fast-import", "--quiet", f"--export-marks={marks}", stdin=stream)
    rows = (line.split() for line in marks.read_text().splitlines())
    oids = {int(mark[1:]): oid for mark, oid in rows}
    return repo, [_built_case(case, oids) for case in cases]


def _built_case(case: StressCase, oids: dict[int, str]) -> Built:
    first = case.number * 4 + 1
    return Built(
        case,
        branch=f"case-{case.number}",
        base=None if case.before is None else oids[first],
        commit=oids[first + 1],
        tip=oids[first + 1 + len(case.above)],
    )


def _fast_import_commits(case: StressCase) -> Iterator[bytes]:
    """A case as fast-import reads it; its marks follow from its number."""
    first = case.number * 4 + 1
    parent = None
    for place, tree in enumerate((case.before, case.after, *case.above)):
        if tree is not None:
            yield from commit_text(f"case-{case.number}", first + place, parent, tree)
            parent = first + place


def commit_text(
    branch: str, mark: int, parent: int | None, tree: Tree
) -> Iterator[bytes]:
    """A commit on a branch, as fast-import reads it."""
    message = b"tangled %d\n" % mark
    yield b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), mark)
    yield b"author A <a@example.com> 1 +0000\ncommitter C <c@example.com> 1 +0000\n"
    yield b"data %d\n%s" % (len(message), message)
    yield b"from :%d\n" % parent if parent else b""
    yield b"deleteall\n"
    for path, blob in tree.items():
        if blob.mode == GITLINK:
            yield b"M 160000 %s %s\n" % (blob.content, quote(path))
            continue
        yield b"M %o inline %s\n" % (blob.mode, quote(path))
        yield b"data %d\n%s\n" % (len(blob.content), blob.content)
    yield b"\n"
