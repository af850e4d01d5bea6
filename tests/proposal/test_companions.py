"""Tests, docs and changelogs go with their code, or apart, in any language."""

from collections.abc import Sequence

import pytest

from gitsplit.model.diff import edits_of
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.proposal.companions import (
    with_companions_apart,
    with_companions_at_code,
)
from gitsplit.proposal.pieces import pieces_of
from gitsplit.proposal.source_text import Role, role
from tests.tui.builder import plan_of

PAIRS = [
    ("src/ladle.py", "tests/test_ladle.py"),
    ("src/ladle.py", "src/ladle_test.py"),
    ("pkg/ladle.go", "pkg/ladle_test.go"),
    ("src/main/java/Ladle.java", "src/test/java/LadleTest.java"),
    ("src/main/java/Ladle.java", "src/test/java/LadleIT.java"),
    ("src/main/kotlin/Ladle.kt", "src/test/kotlin/LadleTests.kt"),
    ("Ladle/Ladle.cs", "Ladle.Tests/LadleTests.cs"),
    ("src/ladle.ts", "src/ladle.spec.ts"),
    ("src/ladle.js", "src/__tests__/ladle.test.js"),
    ("lib/ladle.rb", "spec/ladle_spec.rb"),
    ("lib/ladle.rb", "test/ladle_test.rb"),
    ("src/ladle.rs", "tests/ladle.rs"),
    ("src/ladle.c", "tests/test-ladle.c"),
    ("src/ladle.cc", "test/ladle_unittest.cc"),
    ("src/Ladle.php", "tests/LadleTest.php"),
    ("lib/ladle.ex", "test/ladle_test.exs"),
    ("Sources/Ladle.swift", "Tests/LadleTests.swift"),
    ("ladle.sh", "tests/ladle.bats"),
    ("src/ladle.py", "tests/test_ladle_lid.py"),
    ("src/ladle.py", "docs/ladle.rst"),
]


def planned(*paths: str, group_of: Sequence[int], groups: int = 0) -> Plan:
    """A hunk in each of the files, in the groups given for them."""
    homes = dict(zip(paths, group_of, strict=True))
    texts = {path: (f"old {path}\n", f"new {path}\n") for path in paths}
    in_order = [homes[path] for path in sorted(paths)]
    return plan_of(texts, groups or max(group_of) + 1, in_order)


def where(plan: Plan) -> dict[str, int]:
    """The group of each file."""
    paths = (plan.changes[edit.file].path.decode() for edit in plan.edits)
    return dict(zip(paths, plan.group_of, strict=True))


def together(plan: Plan, table: dict[tuple[str, str], float] | None = None) -> Plan:
    """With these scores of pairs of files; without a table none are known."""
    if table is None:
        return with_companions_at_code(plan, (), [])
    pieces = pieces_of(plan.changes, edits_of(plan.changes)).pieces
    names = [plan.changes[piece[0].file].path.decode() for piece in pieces]
    scores = [
        [table.get((a, b), table.get((b, a), -5.0)) for b in names] for a in names
    ]
    return with_companions_at_code(plan, pieces, scores)


def own_group(role: Role, places: Sequence[int]) -> Group:
    return Group(f"{role}: {len(places)}\n".encode())


def apart(plan: Plan) -> Plan:
    return with_companions_apart(plan, own_group)


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/test.yml",
        ".github/workflows/run-tests.yml",
        ".github/actions/tests/action.yml",
        ".circleci/test.yml",
        ".gitlab/ci/tests.yaml",
        ".gitlab-ci-test.yml",
        "ci/azure-pipelines-tests.yml",
        ".github/workflows/release.yml",
    ],
)
def test_what_a_server_runs_on_a_push_is_no_test_and_no_changelog(path: str) -> None:
    assert role(path) == "configuration"
    plan = planned("src/other.c", path, "tests/other.c", group_of=(0, 0, 0))
    assert where(apart(plan)) == {"src/other.c": 0, path: 0, "tests/other.c": 1}


@pytest.mark.parametrize(("code", "companion"), PAIRS)
def test_by_its_path_it_goes_with_its_code(code: str, companion: str) -> None:
    plan = planned("src/other.c", code, companion, group_of=(0, 1, 0))
    assert where(together(plan)) == {"src/other.c": 0, code: 1, companion: 1}


@pytest.mark.parametrize(("code", "companion"), PAIRS)
def test_apart_it_has_a_commit_of_its_own(code: str, companion: str) -> None:
    plan = planned("src/other.c", code, companion, group_of=(0, 1, 1))
    parted = apart(plan)

    assert where(parted) == {"src/other.c": 0, code: 1, companion: 2}
    assert len(parted.groups) == 3
    assert where(together(parted)) == where(plan)
    assert len(together(parted).groups) == 2


def test_where_no_name_says_it_the_nearest_code_decides() -> None:
    plan = planned("a.py", "b.py", "CHANGELOG.md", group_of=(0, 1, 0))
    assert together(plan) == plan
    table = {("CHANGELOG.md", "a.py"): 1.0, ("CHANGELOG.md", "b.py"): 2.0}
    assert where(together(plan, table))["CHANGELOG.md"] == 1


def test_names_go_before_scores() -> None:
    plan = planned("a.py", "b.py", "test_a.py", group_of=(0, 1, 1))
    assert where(together(plan, {("test_a.py", "b.py"): 9.0}))["test_a.py"] == 0


def test_each_kind_has_a_commit_and_one_that_is_there_is_used() -> None:
    paths = ("a.py", "test_a.py", "b.py", "test_b.py", "README.md", "CHANGELOG.md")
    plan = planned(*paths, group_of=(0, 0, 1, 2, 1, 0))
    parted = apart(plan)

    assert where(parted) == dict(zip(paths, (0, 2, 1, 2, 3, 4), strict=True))
    assert [group.message for group in parted.groups[3:]] == [
        *(b"documentation: 1\n", b"changelog: 1\n")
    ]
    assert apart(parted) == parted


def test_together_there_is_nothing_more_to_do() -> None:
    plan = planned("a.py", "test_a.py", "b.py", "test_b.py", group_of=(0, 2, 1, 2))
    found = together(plan)

    assert where(found) == {"a.py": 0, "test_a.py": 0, "b.py": 1, "test_b.py": 1}
    assert together(found) == found


def test_what_is_left_out_stays_so_and_code_without_companions_as_it_is() -> None:
    plan = planned("a.py", "b.py", "test_a.py", group_of=(0, 1, 1))
    out = plan_of(
        dict.fromkeys(("a.py", "b.py", "test_a.py"), ("old\n", "new\n")),
        2,
        (0, 1, DROPPED),
    )
    assert together(out) == out
    assert apart(out) == out
    code = planned("a.py", "b.py", group_of=(0, 1))
    assert (together(code), apart(code)) == (code, code)
    assert where(together(plan))["test_a.py"] == 0


def test_tests_alone_are_left_as_they_are() -> None:
    plan = planned("test_a.py", "test_b.py", group_of=(0, 1))
    assert (together(plan), apart(plan)) == (plan, plan)
