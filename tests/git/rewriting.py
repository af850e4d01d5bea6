"""Series read by git and drafts made by hand, to be written by the code under test."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from gitsplit.git import journal
from gitsplit.git.refs import RefUpdate, branches_to_move
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.repository import open_repository
from gitsplit.git.store import store_objects
from gitsplit.git.trees import NewObjects
from gitsplit.git.write import Rewrite, make_rewrite
from gitsplit.model.drafts import SeriesDraft
from gitsplit.model.objects import FILE, Oid, RawCommit, TreeEntry
from gitsplit.model.series import CommitDraft, PathChange, Series, SourceCommit
from tests.repository import Repository

COMMITTER = b"Committer <committer@example.com> 1700000000 +0130"


def source_of(repo: Repository, revision: str) -> SourceCommit:
    """The commit as git has it."""
    oid = Oid(repo.oid(f"{revision}^{{commit}}"))
    return SourceCommit(
        oid, RawCommit.parse(repo.run("cat-file", "commit", oid).stdout)
    )


def series_of(repo: Repository, upstream: str | None, head: str = "HEAD") -> Series:
    """The commits after ``upstream`` up to ``head``."""
    wanted = [head] if upstream is None else [head, f"^{upstream}"]
    oids = repo.git("rev-list", "--reverse", "--topo-order", *wanted).split()
    return Series(
        None if upstream is None else Oid(repo.oid(upstream)),
        Oid(repo.oid(head)),
        tuple(source_of(repo, oid) for oid in oids),
    )


def same(source: SourceCommit) -> CommitDraft:
    """The draft of a commit that is only carried along."""
    return CommitDraft(source, source.raw.message, "same", tree=source.raw.tree)


@dataclass(frozen=True)
class Bench:
    """A repository, opened by gitsplit too, and the new objects of one rewrite."""

    repo: Repository
    opened: Opened
    objects: NewObjects

    @classmethod
    def of(cls, repo: Repository) -> "Bench":
        opened = open_repository(repo.path)
        return cls(repo, opened, NewObjects(opened))

    def put(self, path: str, content: bytes | None) -> PathChange:
        """The path has this content from now on, or is gone."""
        if content is None:
            return path.encode(), None
        return path.encode(), TreeEntry(FILE, self.objects.add("blob", content))

    def split(
        self, source: SourceCommit, first: Iterable[PathChange], *, owner: int = 1
    ) -> tuple[CommitDraft, CommitDraft]:
        """Two drafts: ``first`` alone, then the rest of the commit."""
        piece = CommitDraft(source, b"first piece\n", "piece", paths=tuple(first))
        rest = CommitDraft(source, b"second piece\n", "piece", tree=source.raw.tree)
        both = [piece, rest]
        both[owner] = replace(both[owner], message=source.raw.message, role="owner")
        return both[0], both[1]

    def rewrite(self, series: Series, drafts: Sequence[CommitDraft]) -> Rewrite:
        """The rewrite with a committer of fixed date."""
        whole = SeriesDraft.of(series, drafts)
        return make_rewrite(self.opened, self.objects, whole, COMMITTER)

    def splitting_first(
        self, upstream: str | None, first: Iterable[PathChange], head: str = "HEAD"
    ) -> Rewrite:
        """The oldest commit after ``upstream`` in two, the others carried along."""
        series = series_of(self.repo, upstream, head)
        oldest, *others = series.commits
        drafts = [*self.split(oldest, first), *map(same, others)]
        return self.rewrite(series, drafts)


def tangled(repo: Repository, above: int = 2) -> None:
    """``main`` is ``base``, a commit of two files, and ``above`` commits on top."""
    repo.commit("base", {"a": b"1\n", "b": b"1\n"})
    repo.commit("tangled\n\nof two\n", {"a": b"2\n", "b": b"2\n"})
    for number in range(above):
        repo.commit(f"above {number}\n", {"c": b"%d\n" % number})


def prepared(repo: Repository, upstream: str = "HEAD~3") -> tuple[RefUpdate, ...]:
    """The moves of a rewrite whose objects are stored."""
    bench = Bench.of(repo)
    rewrite = bench.splitting_first(upstream, [bench.put("a", b"2\n")])
    with store_objects(bench.opened, bench.objects, rewrite):
        return branches_to_move(bench.opened, rewrite).moves


def rewrite_refs(
    repo: Repository, upstream: str = "HEAD~3", subject: str = "split"
) -> journal.Record:
    opened = open_repository(repo.path)
    updates = prepared(repo, upstream)
    return journal.move_refs(opened, updates, subject, expected_head=opened.head_ref())


def begun(repo: Repository, updates: tuple[RefUpdate, ...]) -> journal.Record:
    """A record that a process, dead by now, wrote before it moved the refs."""
    opened = open_repository(repo.path)
    return journal.add_record(opened, updates, "split", opened.head_ref())
