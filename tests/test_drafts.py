"""Work that was left unfinished is found again, and nothing of it is lost."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.git.repository import Repository as Opened
from gitsplit.git.state_dir import DraftFile
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, plan_at_home
from gitsplit.model.todo import Todo, with_action
from gitsplit.workflow.draft import (
    DraftSaver,
    delete_draft,
    draft_of_other_head,
    load_draft,
)
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work, open_idle_repository, read_work
from tests.repository import Repository
from tests.runner import tangled
from tests.terminal import Terminal

WHOLE = Request(upstream="HEAD~3")


@pytest.fixture
def work(repo: Repository) -> tuple[Opened, Work]:
    """The practice series as it was read, all of it proposed to be split."""
    found = open_idle_repository(tangled(repo).path)
    return found, read_work(found, WHOLE, every=True)


def reworded(work: Work) -> Todo:
    """The list with the last commit reworded and the first left whole."""
    first, *_, last = work.todo.order
    todo = with_action(work.todo, last, "reword", b"other words\n")
    return with_action(todo, first, "pick")


def saved(repo: Opened, work: Work, *lists: Todo) -> None:
    saver = DraftSaver(repo, work)
    for todo in lists:
        saver.save(todo)
    saver.close()


def actions(todo: Todo) -> list[tuple[str, bytes | None]]:
    return [(entry.action, entry.message) for entry in todo.entries]


def test_the_latest_list_is_there_at_the_next_start(work: tuple[Opened, Work]) -> None:
    repo, begun_work = work
    dropped = with_action(begun_work.todo, begun_work.todo.order[1], "drop")
    saved(repo, begun_work, dropped, reworded(begun_work))
    found = load_draft(repo, WHOLE, begun_work)

    assert found is not None
    assert actions(reworded(begun_work)) == actions(found)


def test_a_list_as_it_began_leaves_no_draft(work: tuple[Opened, Work]) -> None:
    repo, begun_work = work
    saved(repo, begun_work, reworded(begun_work))
    saved(repo, begun_work, begun_work.todo)

    assert load_draft(repo, WHOLE, begun_work) is None
    assert list((repo.git_dir / "gitsplit" / "drafts").iterdir()) == []


def test_another_range_has_a_draft_of_its_own(work: tuple[Opened, Work]) -> None:
    repo, begun_work = work
    saved(repo, begun_work, reworded(begun_work))
    other = Request(upstream="HEAD~2")

    assert load_draft(repo, other, read_work(repo, other, every=True)) is None


def test_a_draft_for_commits_that_have_moved_is_kept_and_named(
    repo: Repository, work: tuple[Opened, Work]
) -> None:
    was, begun_work = work
    saved(was, begun_work, reworded(begun_work))
    kept = DraftFile.of(was, begun_work.series, begun_work.head_ref).path
    old_head = repo.oid("HEAD")
    repo.commit("one more\n", {"more": b"1\n"})
    request = Request(upstream="HEAD~4")
    now = read_work(was, request, every=True)
    said = draft_of_other_head(was, now)

    assert load_draft(was, request, now) is None
    assert said is not None
    assert (old_head[:12] in said, str(kept) in said) == (True, True)
    assert kept.exists()
    assert draft_of_other_head(was, begun_work) is None


def test_a_draft_that_is_damaged_is_refused_and_kept(work: tuple[Opened, Work]) -> None:
    repo, begun_work = work
    saved(repo, begun_work, reworded(begun_work))
    file = DraftFile.of(repo, begun_work.series, begun_work.head_ref)
    file.path.write_text("{")
    with pytest.raises(InvalidPlan, match="doesn't fit") as refused:
        load_draft(repo, WHOLE, begun_work)

    assert str(file.path) in refused.value.hint
    assert file.path.read_text() == "{"


def test_what_is_done_leaves_no_draft(work: tuple[Opened, Work]) -> None:
    repo, begun_work = work
    saved(repo, begun_work, reworded(begun_work))
    delete_draft(repo, begun_work)

    assert load_draft(repo, WHOLE, begun_work) is None


def test_branches_with_odd_names_have_drafts_of_their_own(
    work: tuple[Opened, Work], tmp_path: Path
) -> None:
    repo, begun_work = work
    names = ["refs/heads/a", "refs/heads/a/b", "refs/heads/\u00e9/..x", None]
    works = [replace(begun_work, head_ref=name) for name in names]
    for each in works:
        saved(repo, each, reworded(begun_work))

    assert len({DraftFile.of(repo, w.series, w.head_ref).path for w in works}) == 4
    assert all(load_draft(repo, WHOLE, each) for each in works)


def cuttable(repo: Repository) -> Repository:
    """A commit that replaces several lines in two places, below another one."""
    old = [b"%d\n" % number for number in range(1, 31)]
    new = [*(b"a\n", b"b\n", b"c\n"), *old[3:20], *(b"x\n", b"y\n", b"z\n"), *old[23:]]
    repo.commit("base\n", {"numbers": b"".join(old)})
    repo.commit("tangled\n", {"numbers": b"".join(new)})
    repo.commit("above\n", {"more": b"1\n"})
    return repo


def test_who_comes_back_finds_cuts_cursor_and_every_step(repo: Repository) -> None:
    first = Terminal(cuttable(repo).path, "HEAD~2")
    first.wait_for("oldest first")
    first.type("e")
    first.wait_for("of 2")
    first.type("s")
    first.wait_for("of 4")
    first.type("j2")
    first.wait_for("moved")
    first.type("q")
    first.type("qq")
    assert first.exit_status() == 0, first.text

    again = Terminal(repo.path, "HEAD~2")
    again.wait_for("restored your draft")
    again.type("\r")
    again.wait_for("hunk 3 of 4")
    again.type("u")
    again.wait_for("undid: moved")
    again.type("u")
    again.wait_for("undid: split into 3 hunks")
    again.type("\x12")
    again.wait_for("of 4")
    again.type("\x03")
    assert again.exit_status() == 130, again.text


def test_a_draft_that_was_edited_by_hand_is_gone_on_with_by_itself(
    repo: Repository,
) -> None:
    left = Terminal(cuttable(repo).path, "HEAD~2")
    left.wait_for("oldest first")
    left.type("d")
    left.type("qq")
    assert left.exit_status() == 0
    (draft,) = (repo.path / ".git" / "gitsplit" / "drafts").glob("*/*.json")
    draft.write_text(draft.read_text() + "\n")

    again = Terminal(repo.path, "HEAD~2")
    again.wait_for("restored your draft")
    again.type("qq")
    assert again.exit_status() == 0


def test_a_proposal_that_came_in_leaves_no_draft(work: tuple[Opened, Work]) -> None:
    repo, proposed = work
    oid, plan = next(iter(proposed.plans.items()))
    whole = plan_at_home([plan.changes], [b"All of it\n"])
    first = replace(proposed.with_plans({oid: whole}), unproposed=frozenset({oid}))
    plans: dict[Oid, Plan] = {}
    saver = DraftSaver(repo, first, plans.get)

    plans[oid] = plan
    saver.save(proposed.todo)
    saver.close()

    assert load_draft(repo, WHOLE, first) is None


def test_a_draft_reads_nothing_that_has_been_read(repo: Repository) -> None:
    """The content of large commits takes longer to read than all else at the start."""
    path = tangled(repo).path
    opened = open_idle_repository(path)
    begun_work = read_work(opened, replace(WHOLE, commits=("HEAD~1",)))
    saved(opened, begun_work, reworded(begun_work))
    second = begun_work.todo.order[1]
    for oid in repo.git("rev-list", "--objects", f"{second}", f"^{second}~1").split():
        file = path / ".git" / "objects" / oid[:2] / oid[2:]
        if file.exists() and repo.git("cat-file", "-t", oid).strip() == "blob":
            file.unlink()

    found = load_draft(opened, WHOLE, begun_work)

    assert found is not None
    assert found.entry(second).plan is not None
