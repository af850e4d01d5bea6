"""A conflict is known before anything is applied: where, in what, and with whom."""

import pytest

from gitsplit.errors import GivenUp
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.trees import NewObjects
from gitsplit.git.write import make_until_conflict
from gitsplit.model.checks import Conflict, Outlook
from gitsplit.model.objects import Oid
from gitsplit.model.progress import Watch
from gitsplit.model.todo import Todo, todo_as_read, with_action, with_commit_moved
from gitsplit.workflow.apply import series_draft
from gitsplit.workflow.preflight import Outlooks, outlook
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work, open_idle_repository, read_work
from tests.git.rewriting import COMMITTER
from tests.gits import to_merge
from tests.repository import Repository

LINES = [b"%d\n" % number for number in range(1, 30)]


@pytest.fixture
def work(repo: Repository) -> tuple[Opened, Work]:
    """Five commits: the fourth changes lines that the second made."""
    repo.commit("base\n", {"numbers": b"".join(LINES)})
    repo.git("tag", "base")
    repo.commit("first\n", {"other": b"1\n"})
    repo.commit("second\n", {"numbers": b"".join([b"one\n", *LINES[1:]])})
    repo.commit("third\n", {"other": b"3\n"})
    repo.commit("fourth\n", {"numbers": b"".join([b"One!\n", *LINES[1:]])})
    repo.commit("fifth\n", {"fifth": b"5\n"})
    found = open_idle_repository(repo.path)
    work = read_work(found, Request(upstream="base"), every=True)
    todo = work.todo
    for oid in todo.order:
        todo = with_action(todo, oid, "pick")
    return found, Work(work.series, todo, work.head_ref, work.ids)


def look(repo: Opened, work: Work, todo: Todo) -> Outlook:
    return outlook(repo, Work(work.series, todo, work.head_ref, work.ids))


@to_merge
def test_a_commit_that_is_dropped_conflicts_with_what_needs_it(
    work: tuple[Opened, Work],
) -> None:
    repo, begun_work = work
    second, fourth = begun_work.todo.order[1], begun_work.todo.order[3]
    todo = with_action(begun_work.todo, second, "drop")

    expected = Conflict(fourth, (b"numbers",), second)
    assert Outlook(conflict=expected) == look(repo, begun_work, todo)


@to_merge
def test_a_commit_that_comes_too_early_conflicts_itself(
    work: tuple[Opened, Work],
) -> None:
    repo, begun_work = work
    second, fourth = begun_work.todo.order[1], begun_work.todo.order[3]
    todo = with_commit_moved(begun_work.series, begun_work.todo, fourth, -3)

    expected = Conflict(fourth, (b"numbers",), second)
    assert Outlook(conflict=expected) == look(repo, begun_work, todo)


def test_what_passes_by_without_touching_is_no_conflict(
    work: tuple[Opened, Work],
) -> None:
    repo, begun_work = work
    todo = with_commit_moved(
        begun_work.series, begun_work.todo, begun_work.todo.order[4], -4
    )

    assert Outlook() == look(repo, begun_work, todo)


def test_what_breaks_a_rule_is_an_objection(work: tuple[Opened, Work]) -> None:
    repo, begun_work = work
    todo = with_action(begun_work.todo, begun_work.todo.order[0], "fixup")

    assert "no commit before it" in look(repo, begun_work, todo).objection


@to_merge
def test_the_clean_part_ends_before_the_conflict(work: tuple[Opened, Work]) -> None:
    repo, begun_work = work
    order = begun_work.todo.order
    todo = with_action(begun_work.todo, order[1], "drop")
    planned = Work(begun_work.series, todo, begun_work.head_ref, begun_work.ids)
    objects = NewObjects(repo)
    drafts = series_draft(objects, planned)
    part = make_until_conflict(repo, objects, drafts, COMMITTER)

    assert [order[0], order[2]] == [made.draft.source.oid for made in part.commits]
    assert order[3:] == part.rest
    assert len(order[3:]) == part.unmade
    assert part.conflict is not None
    assert order[3] == part.conflict.commit


@to_merge
def test_a_file_where_a_directory_comes_is_named_as_it_is_in_the_tree(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"two": b"1\n2\n3\n"})
    repo.git("tag", "base")
    edit = repo.commit("edit\n", {"two": b"1\n2\n3\n4\n"})
    (repo.path / "two").unlink()
    directory = repo.commit("directory\n", {"two/inside": b"1\n"})
    found = open_idle_repository(repo.path)
    begun_work = read_work(found, Request(upstream="base"), every=True)
    todo = with_action(todo_as_read(begun_work.series), Oid(edit), "drop")

    expected = Conflict(Oid(directory), (b"two",), Oid(edit))
    assert Outlook(conflict=expected) == look(found, begun_work, todo)


def test_what_gerrit_would_refuse_is_an_objection_where_it_is_asked(
    repo: Repository,
) -> None:
    signed = "one\n\nChange-Id: I" + "1" * 40 + "\nSigned-off-by: A <a@b>\n"
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("config", "gerrit.host", "review.example.com")
    repo.commit(signed, {"b": b"1\n"})
    found = open_idle_repository(repo.path)
    work = read_work(found, Request(upstream="HEAD~1"))
    (oid,) = work.todo.order
    unsigned = with_action(work.todo, oid, "reword", b"one\n")

    assert "not Signed-off-by" in look(found, work, unsigned).objection
    planned = Work(work.series, unsigned, work.head_ref, work.ids)
    assert Outlook() == outlook(found, planned, verify=False)


def test_what_gerrit_has_against_commits_of_others_is_a_warning(
    repo: Repository,
) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.git("config", "gerrit.host", "review.example.com")
    repo.commit("one\n\nChange-Id: I" + "1" * 40 + "\n", {"b": b"1\n"})
    repo.commit("no id\n", {"c": b"1\n"})
    found = open_idle_repository(repo.path)
    work = read_work(found, Request(upstream="HEAD~2"), every=True)
    changed = with_action(
        todo_as_read(work.series), work.todo.order[0], "reword", b"two\n"
    )
    planned = Work(work.series, changed, work.head_ref, work.ids)
    (warning,) = look(found, planned, changed).warnings

    assert "Commit 2 “no id”: missing Change-Id" in warning
    assert Outlook() == outlook(found, planned, verify=False)


def test_who_asks_again_has_the_files_looked_at_and_nothing_drawn_up(
    work: tuple[Opened, Work],
) -> None:
    repo, begun_work = work
    todo = with_action(begun_work.todo, begun_work.todo.order[4], "drop")
    outlooks = Outlooks(repo, begun_work)
    told: list[tuple[int, int]] = []
    watch = Watch(lambda *news: told.append(news))

    assert outlooks.of(todo, watch) == Outlook()
    assert told == [(number, 5) for number in range(5)]
    assert repo.worktree is not None
    (repo.worktree / "fifth").write_text("mine\n")
    assert "unstaged changes: fifth" in outlooks.of(todo, watch).objection
    assert len(told) == 5


def test_what_was_given_up_is_drawn_up_when_it_is_asked_again(
    work: tuple[Opened, Work],
) -> None:
    repo, begun_work = work
    todo = with_action(begun_work.todo, begun_work.todo.order[4], "drop")
    outlooks = Outlooks(repo, begun_work)
    with pytest.raises(GivenUp):
        outlooks.of(todo, Watch(is_wanted=lambda: False))

    assert outlooks.of(todo) == Outlook()


@to_merge
def test_what_else_may_conflict_with_a_commit_that_is_dropped_is_known(
    repo: Repository,
) -> None:
    """The files of the dropped commit, also under names that they have come to have."""
    repo.commit("base\n", {"one": b"1\n2\n3\n", "other": b"1\n"})
    repo.git("tag", "base")
    dropped = repo.commit("dropped\n", {"one": b"1\nzwei\n3\n"})
    conflicting = repo.commit("conflicting\n", {"one": b"1\ntwo\n3\n"})
    repo.git("mv", "one", "two")
    repo.git("commit", "-qm", "moved")
    moved = repo.commit("in the moved file\n", {"two": b"1\ntwo\n3\n4\n"})
    repo.commit("elsewhere\n", {"other": b"2\n"})
    found = open_idle_repository(repo.path)
    begun_work = read_work(found, Request(upstream="base"), every=True)
    todo = with_action(todo_as_read(begun_work.series), Oid(dropped), "drop")

    expected = Conflict(Oid(conflicting), (b"one",), Oid(dropped), Oid(moved))
    assert Outlook(conflict=expected) == look(found, begun_work, todo)
