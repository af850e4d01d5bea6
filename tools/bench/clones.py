"""Cases as users have them: commits on their real bases, with the history before those.

The commits are made in bare repositories that borrow the objects of clones, so nothing
is copied and the clones stay as they are.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gitsplit.git.history import changes_of, read_source_commit
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.objects import Oid
from gitsplit.model.series import Series, SourceCommit
from tools.bench.data import BenchCase

_FORMS = ("{owner}+{name}/repo", "{owner}/{name}", "{owner}/{name}.git", "{name}")


@dataclass(frozen=True)
class RealCommit:
    """The commit of a case in a repository, for one wording of its message.

    The case has the changes that the program reads from there.
    """

    case: BenchCase
    repo: Repository
    series: Series
    commit: SourceCommit


def clone_of(repository: str, root: Path) -> Path | None:
    """The git directory of OWNER/NAME's clone below ``root``; None where there is none.

    It is ``OWNER/NAME``, ``OWNER/NAME.git``, ``OWNER+NAME/repo`` or ``NAME``, bare or
    with a worktree.
    """
    owner, _, name = repository.partition("/")
    places = [root / form.format(owner=owner, name=name) for form in _FORMS]
    found = (git for place in places for git in (place / ".git", place))
    return next((git for git in found if (git / "objects").is_dir()), None)


@contextmanager
def borrower(clone: Path) -> Iterator[Path]:
    """An empty bare repository that has the objects of a clone, for a while."""
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as place:
        bare = Path(place)
        run_git(bare, "init", "-q", "--bare", ".")
        alternates = bare / "objects" / "info" / "alternates"
        alternates.write_text(f"{(clone / 'objects').resolve()}\n")
        for setting in ("user.name=A", "user.email=a@b", "gc.auto=0"):
            run_git(bare, "config", *setting.split("="))
        yield bare


def run_git(
    place: Path, *args: str, given: bytes = b"", env: Mapping[str, str] | None = None
) -> bytes:
    """What git prints; raises CalledProcessError where it fails."""
    command = ["git", "--no-replace-objects", *args]
    done = subprocess.run(
        command, cwd=place, input=given, capture_output=True, check=True, env=env
    )
    return done.stdout


def present(place: Path, oids: Iterable[str]) -> set[str]:
    """Those of the commits that a repository has."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    said = run_git(place, "cat-file", "--batch-check", given=asked).decode()
    rows = (line.split() for line in said.splitlines())
    return {row[0] for row in rows if row[1:2] == ["commit"]}


def real_commits(
    cases: Sequence[BenchCase],
    messages: Callable[[BenchCase], Sequence[str]],
    root: Path,
) -> Iterator[tuple[RealCommit, ...]]:
    """For each case its commit on its base, once under each of its messages.

    Only of those whose base is in a clone of their repository, one repository after
    another; the commits are there until those of the next one are asked for.
    """
    by_repository: dict[str, list[BenchCase]] = {}
    for case in cases:
        by_repository.setdefault(case.record["repo"], []).append(case)
    for name, own in by_repository.items():
        if (clone := clone_of(name, root)) is not None:
            with borrower(clone) as bare:
                bases = present(bare, (case.record["base"] for case in own))
                there = [case for case in own if case.record["base"] in bases]
                yield from _commits_in(bare, there, [*map(messages, there)])


def _commits_in(
    bare: Path, cases: Sequence[BenchCase], messages: Sequence[Sequence[str]]
) -> Iterator[tuple[RealCommit, ...]]:
    """The commits of one repository's cases."""
    stream = [
        _import_stream(case, message)
        for case, said in zip(cases, messages, strict=True)
        for message in said
    ]
    given = b"".join(
        b"commit refs/heads/case\nmark :%d%s" % (number, part)
        for number, part in enumerate(stream, 1)
    )
    run_git(bare, "fast-import", "--quiet", "--export-marks=marks", given=given)
    rows = (bare / "marks").read_text().splitlines() if stream else []
    marks = sorted((int(row.split()[0][1:]), row.split()[1]) for row in rows)
    repo = open_repository(bare)
    commits = iter([read_source_commit(repo, Oid(oid)) for _, oid in marks])
    for case, said in zip(cases, messages, strict=True):
        base, own = Oid(case.record["base"]), [next(commits) for _ in said]
        real = replace(case, changes=changes_of(repo, own[:1])[0])
        yield tuple(
            RealCommit(real, repo, Series(base, each.oid, (each,)), each)
            for each in own
        )


def _import_stream(case: BenchCase, message: str) -> bytes:
    """The commit of a case for ``git fast-import``, after its mark."""
    said = message.encode()
    found = [b"\ncommitter A <a@b> 1700000000 +0000\ndata %d\n%s\n" % (len(said), said)]
    found.append(b"from %s\n" % case.record["base"].encode())
    files = case.record["files"]
    gone = {f["old_path"] for f in files} - {f["new_path"] for f in files} - {None}
    found += [b"D %s\n" % path.encode() for path in sorted(gone)]
    for file in files:
        if file["new_path"] is not None:
            content, mode = (file["new"] or "").encode(), file["new_mode"].encode()
            where = file["new_path"].encode()
            found.append(b"M %s inline %s\n" % (mode, where))
            found.append(b"data %d\n%s\n" % (len(content), content))
    return b"".join(found) + b"\n"
