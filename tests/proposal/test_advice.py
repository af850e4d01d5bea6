"""What guides say of commits: rarely, and never of what is one change."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from gitsplit.model.diff import edits_of
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.proposal.advice import advice_on, two_deeds
from tests.strategies import commits, modified, plans

TWO = [
    ("Fix the timeout and rename the log", "Fix the timeout", "rename the log"),
    ("net: add retries, and remove the cache", "add retries", "remove the cache"),
    ("feat(api)!: Add a limit & drop the old one", "Add a limit", "drop the old one"),
    ("Show prices with tax and fix the pages", "Show prices with tax", "fix the pages"),
    ("[core] Fixed the parser and also updated Go", "Fixed the parser", "updated Go"),
]
ONE = [
    "Add drag and drop to the board",
    "Implement search and replace",
    "Add create and delete buttons",
    "Fix the timeout and add a test",
    "Add an option and document it",
    "Update the changelog and README",
    "Fix copy and paste",
    "Add black and white pictures",
    "Rename and move the parser",
    "Say `fix a and remove b` in the help",
    'Revert "Fix the timeout and rename the log"',
    "Merge branches 'fix' and 'add'",
    "Behebe den Absturz und entferne das Log",
    "Corrige el error y elimina el registro",
    "修复崩溃和删除日志",
    "Handle read and write errors",
    "Salt and pepper",
    "and",
    "",
]


@pytest.mark.parametrize(("subject", "first", "second"), TWO)
def test_a_subject_that_says_two_things(subject: str, first: str, second: str) -> None:
    assert two_deeds(subject) == (first, second)


@pytest.mark.parametrize("subject", ONE)
def test_a_subject_that_says_one_thing(subject: str) -> None:
    assert two_deeds(subject) is None


BASE = b"".join(b"value_%d = %d\n" % (n, n) for n in range(40))


def plan_of(files: dict[bytes, tuple[bytes, int]], *messages: bytes) -> Plan:
    """The plan of these new contents, each with the group of all that is new in it."""
    changes = tuple(
        modified(BASE, new, path) for path, (new, _) in sorted(files.items())
    )
    edits = edits_of(changes)
    group_of = tuple(files[changes[edit.file].path][1] for edit in edits)
    groups = tuple(Group(message) for message in messages)
    return Plan(changes, edits, group_of, groups, (0,))


def said_of(plan: Plan) -> list[str]:
    return [each.sentence("commit {}".format) for each in advice_on(plan)]


CHANGED = BASE.replace(b"value_30 = 30", b"value_30 = compute()")
REFORMATTED = b"".join(
    line.replace(b" = ", b"=") if at < 6 else line
    for at, line in enumerate(CHANGED.splitlines(keepends=True))
)


def test_formatting_far_from_a_change_is_mixed_with_it() -> None:
    mixed = plan_of({b"a.py": (REFORMATTED, 0)}, b"Compute it\n")
    apart = plan_of({b"a.py": (CHANGED, 0)}, b"Compute it\n")

    assert said_of(mixed) == ["Commit 0 mixes formatting (`a.py`) with other changes"]
    assert said_of(apart) == []


def test_formatting_that_follows_from_a_change_is_not_mixed_with_it() -> None:
    lines = BASE.splitlines(keepends=True)
    inner = [b"if value:\n", *(b"    " + line for line in lines[10:20])]
    indented = b"".join([*lines[:10], *inner, *lines[20:]])

    assert said_of(plan_of({b"a.py": (indented, 0)}, b"Do it only then\n")) == []


def test_formatting_alone_is_one_change() -> None:
    spaced = BASE.replace(b" = ", b"=")

    assert said_of(plan_of({b"a.py": (spaced, 0)}, b"Reformat\n")) == []


def test_of_megabytes_no_one_asks_whether_they_are_formatting() -> None:
    lines = [b"a, b, c, d, e, f, g, h\n"] * 60_000
    old, new = b"".join(lines), b"".join(lines).replace(b", ", b",")
    changed = old + BASE, new + CHANGED
    plan = plan_of({b"a.py": (b"", 0)}, b"Compute it\n")
    change = modified(*changed, b"a.py")
    edits = edits_of((change,))
    whole = replace(plan, changes=(change,), edits=edits, group_of=(0,) * len(edits))

    assert len(edits) == 2
    assert said_of(whole) == []


def test_tests_apart_from_their_code() -> None:
    files = {b"src/a.py": (CHANGED, 0), b"tests/test_a.py": (CHANGED, 1)}
    together = {path: (new, 0) for path, (new, _) in files.items()}
    others = {b"src/b.py": (CHANGED, 0), b"tests/test_a.py": (CHANGED, 1)}

    assert said_of(plan_of(files, b"Compute it\n", b"Test it\n")) == [
        "Commit 1 tests `a` apart from its code in commit 0"
    ]
    assert said_of(plan_of(together, b"Compute it\n")) == []
    assert said_of(plan_of(others, b"Compute it\n", b"Test it\n")) == []


@given(plans(commits()))
def test_it_speaks_of_commits_that_there_are_and_changes_with_their_numbers_alone(
    plan: Plan,
) -> None:
    members = plan.edits_by_group()
    for each in advice_on(plan):
        sentence = each.sentence(lambda group: f"commit {group + 1}")

        assert each.group != DROPPED
        assert members.get(each.group) or plan.groups[each.group].message
        assert f"ommit {each.group + 1}" in sentence


@given(plans(commits()))
def test_of_each_kind_it_speaks_once(plan: Plan) -> None:
    both = replace(
        plan,
        groups=tuple(
            replace(group, message=b"Fix {this} and remove %s\n")
            for group in plan.groups
        ),
    )
    found = [each for each in advice_on(both) if " names two changes" in each.words]

    assert len(found) == bool(plan.groups)
    assert not found or "“Fix {this}” and “remove %s”" in found[0].sentence(str)
