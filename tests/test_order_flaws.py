"""A plan whose order doesn't hold is marked wherever one looks at it, never refused."""

from pathlib import Path

import pytest
from prompt_toolkit.formatted_text.utils import fragment_list_to_text

from gitsplit.model.checks import Check
from gitsplit.tui.state.app_state import State
from gitsplit.tui.update.actions.reports import Checked
from gitsplit.tui.update.actions.screens import OpenPreview
from gitsplit.tui.view.preview import preview_page
from tests.repository import Repository
from tests.runner import done, gitsplit, group, lines, plan_for, split_entry, written
from tests.tui.builder import after, plan_of, state_of

OLD = b"x = 1\n" + b"# same\n" * 9 + b"y = 2\n"
NEW = b"x = [\n1\n" + b"# same\n" * 9 + b"]\ny = load(2)\n"
DEFINES = b"def load(x):\n    return x\n"


@pytest.fixture
def flawed(repo: Repository, tmp_path: Path) -> tuple[Repository, str]:
    """A plan in which a file can't be parsed, and uses what comes later."""
    repo.commit("one", {"a.py": OLD, "b.py": b"z\n"})
    repo.commit("two", {"a.py": NEW, "b.py": b"z\n" + DEFINES})
    plan = plan_for(
        repo,
        "HEAD~1",
        split_entry(
            repo,
            "HEAD",
            group("x\n", lines("a.py", removed=[(1, 1)], added=[(1, 2)])),
            group(
                "y\n",
                lines("a.py", removed=[(11, 11)], added=[(12, 13)]),
                owner=True,
            ),
            group("z\n", lines("b.py", removed=[], added=[(2, 3)])),
        ),
    )
    return repo, written(tmp_path / "plan.json", plan)


SAID = [
    "`a.py` doesn't parse in commit 1",
    "commit 2 needs `load` from commit 3, which comes later",
]


def test_a_dry_run_says_so_beside_the_commit(flawed: tuple[Repository, str]) -> None:
    repo, plan = flawed
    printed = done(repo.path, "-n", "--plan", plan)

    assert [f"     ! {each}" for each in SAID] == [
        line for line in printed.splitlines() if "!" in line
    ]


def test_beside_a_plan_file_it_is_a_warning(flawed: tuple[Repository, str]) -> None:
    repo, plan = flawed
    ran = gitsplit(repo.path, "-n", "--plan", plan, "--format", "json")

    assert ran.status == 0
    oid = repo.oid("HEAD")[:10]
    assert all(f"{oid}: {each}." in ran.err for each in SAID)


def test_it_is_applied_all_the_same(flawed: tuple[Repository, str]) -> None:
    repo, plan = flawed
    tree = repo.tree("HEAD")
    done(repo.path, "--yes", "--plan", plan)

    assert repo.tree("HEAD") == tree
    assert repo.git("rev-list", "--count", "HEAD") == "4"


def page(state: State) -> str:
    lines = preview_page(state, 80)
    return "\n".join(fragment_list_to_text(lines.get(n)) for n in range(lines.height))


def test_the_preview_marks_it_and_never_ticks_it() -> None:
    plan = plan_of(
        {"a.py": (OLD, NEW), "b.py": (b"z\n", b"z\n" + DEFINES)},
        groups=3,
        group_of=(0, 1, 2),
    )
    state = after(state_of(plan), OpenPreview())
    for check in (None, Check("passed")):
        seen = state
        if check is not None:
            for number in range(3):
                seen = after(seen, Checked(seen.todo, number, check))
        shown = page(seen)
        assert [f" ⚠ {each}" for each in SAID] == [
            line for line in shown.splitlines() if line.startswith(" ⚠")
        ]
        rows = [line for line in shown.splitlines() if "new " in line]
        assert [row[4] for row in rows[:2]] == ["⚠", "⚠"]
        assert rows[2][4] == ("✓" if check else " ")
