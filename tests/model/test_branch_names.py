"""Names of branches made from a template; git is the judge of what a name may be."""

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitsplit.model.branch_names import (
    LONGEST_SLUG,
    ToName,
    branch_in_the_way,
    fixed_part,
    names_for,
    slug,
    unknown_placeholders,
)


def series(*subjects: str) -> list[ToName]:
    return [ToName(n, subject) for n, subject in enumerate(subjects, 1)]


def is_taken_by_git(name: str) -> bool:
    checked = subprocess.run(["git", "check-ref-format", "--branch", name], check=False)
    return checked.returncode == 0


TEMPLATES = (
    *("topic/{n}-{slug}", "{slug}", "{n}", "me/{slug}", "{slug}/{n}", "a.{slug}"),
    *("topic", "x/{n}", "{n}.{slug}/y", "v{n}_{slug}", "@{n}", "stack-{slug}-{n}"),
)
SUBJECTS = st.lists(
    st.one_of(
        st.sampled_from(["", "Lock", "fix it", "Fix it!", "…", "ß İ é é", "2", "HEAD"]),
        st.text(max_size=60),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    template=st.sampled_from(TEMPLATES),
    subjects=SUBJECTS,
    existing=st.sets(
        st.sampled_from(["topic/2", "topic/1-fix-it", "fix-it", "FIX-IT", "1", "a/b"])
    ),
    ignores_case=st.booleans(),
)
def test_names_are_ones_that_git_takes_and_nobody_has(
    template: str, subjects: list[str], existing: set[str], ignores_case: bool
) -> None:
    names = names_for(template, series(*subjects), existing, ignores_case=ignores_case)
    assert len(names) == len(subjects)
    every = [*names, *existing]
    if ignores_case:
        every = [*map(str.casefold, names), *{each.casefold() for each in existing}]
    assert len(set(every)) == len(every)
    assert not any(a != b and b.startswith(f"{a}/") for a in names for b in names)
    for name in names:
        assert is_taken_by_git(name), name


@given(st.text())
def test_a_slug_is_lower_case_words_of_letters_and_digits(subject: str) -> None:
    found = slug(subject)
    assert len(found) <= LONGEST_SLUG
    assert slug(found) == found
    assert all(word.isalnum() for word in found.split("-")) or not found


def test_a_slug_is_cut_between_words() -> None:
    subject = "core: forty characters are not very many for this"
    assert slug(subject) == "core-forty-characters-are-not-very-many"
    assert slug("x" * 60) == "x" * LONGEST_SLUG


@pytest.mark.parametrize(
    ("template", "existing", "names"),
    [
        ("t/{n}-{slug}", [], ["t/1-add-it", "t/2-use-it", "t/3", "t/4-add-it"]),
        ("{slug}", ["use-it"], ["add-it", "use-it-2", "3", "add-it-2"]),
        ("t/{n}", ["t/1", "t/3"], ["t/2", "t/4", "t/5", "t/6"]),
        ("t/{n}", ["t/1/x"], ["t/2", "t/3", "t/4", "t/5"]),
        ("t", ["t-2"], ["t", "t-3", "t-4", "t-5"]),
    ],
)
def test_numbers_are_skipped_and_other_names_counted(
    template: str, existing: list[str], names: list[str]
) -> None:
    commits = series("Add it", "use it!", "***", "add: it")
    assert names_for(template, commits, existing) == tuple(names)


@pytest.mark.parametrize(
    ("existing", "ignores_case", "other"),
    [
        (["topic"], False, "topic"),
        (["topi", "topic/2", "Topic"], False, None),
        (["Topic"], True, "Topic"),
        (["main", "Topic/2"], True, "Topic/2"),
        (["topic/2"], True, None),
    ],
)
def test_git_has_no_room_beside_a_branch_that_is_a_directory(
    existing: list[str], ignores_case: bool, other: str | None
) -> None:
    names = ["another", "topic/1"]
    found = branch_in_the_way(names, existing, ignores_case=ignores_case)
    assert found == (None if other is None else ("topic/1", other))


def test_what_stands_for_nothing_is_known() -> None:
    assert unknown_placeholders("{n}/{slug}") == ()
    assert unknown_placeholders("{subject}-{}") == ("{subject}", "{}")
    assert fixed_part("a/b-{n}/c") == "a"
