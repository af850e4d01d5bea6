"""A plan that Markdown or a page carries is the plan that it was made of."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, empty_groups
from gitsplit.planfile.compact import compact_plan
from gitsplit.planfile.document import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    PlanDocument,
)
from gitsplit.planfile.extract import PAGE_START, plan_text
from gitsplit.planfile.hunks import HunkEntry
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from gitsplit.planfile.numbering import hunk_entries
from gitsplit.planfile.parse import load_plan
from gitsplit.report.markdown_parts import code, fenced, html, inline
from tests.planfile.test_ranges import range_plans, source
from tests.processor import grows_with_its_size
from tests.strategies import commits, plans


def document_of(plan: Plan) -> PlanDocument:
    """The plan file of one entry, with the list of its hunks."""
    entry = entry_of_plan(plan, *map(source, range(len(plan.continued_by))))
    listed = replace(entry, hunks=hunk_entries(plan.changes, has_lines=False))
    return PlanDocument(None, Oid("1" * 40), (listed,))


@given(plans(commits()) | range_plans())
def test_a_plan_in_few_lines_by_numbers_means_the_same(plan: Plan) -> None:
    assume(not empty_groups(plan))
    document = document_of(plan)
    (read,) = load_plan(compact_plan(document)).series
    (entry,) = document.series

    assert plan_of_entry(read, plan.changes) == plan_of_entry(entry, plan.changes)


def test_a_plan_in_few_lines_keeps_its_reasons() -> None:
    group = GroupEntry(b"one", reason="`a` and @b belong together.", rest=(0,))
    entry = CommitEntry(Oid("2" * 40), action="split", groups=(group,))
    document = PlanDocument(None, Oid("1" * 40), (entry,))
    (read,) = load_plan(compact_plan(document)).series

    assert [each.reason for each in read.groups] == [group.reason]


def test_the_time_for_it_grows_with_the_hunks() -> None:
    def document(size: int) -> PlanDocument:
        hunks = [
            HunkEntry(n, b"f", b"f", removed=(5 * n, 5 * n), added=(5 * n, 5 * n + 1))
            for n in range(1, size + 1)
        ]
        files = [
            FileEntry(
                b"f",
                b"f",
                removed=tuple(each.removed for each in own if each.removed),
                added=tuple(each.added for each in own if each.added),
            )
            for own in (hunks[::2], hunks[1::2])
        ]
        groups = tuple(GroupEntry(b"one\n", files=(file,)) for file in files)
        entry = CommitEntry(
            Oid("2" * 40), action="split", groups=groups, hunks=tuple(hunks)
        )
        return PlanDocument(None, Oid("1" * 40), (entry,))

    (read,) = load_plan(compact_plan(document(3))).series
    assert [pick.first for pick in read.groups[0].hunks] == [1, 3]
    assert grows_with_its_size(lambda size: compact_plan(document(size)), 1_000)


PLAN = '{"format":"gitsplit-plan","version":1,"series":[\n{"a":"``` > @x"}]}'


@given(
    st.integers(0, 3),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["> ", ">"]),
    st.booleans(),
)
def test_a_plan_is_found_in_a_comment_however_it_is_quoted(
    depth: int, end: str, mark: str, has_bom: bool
) -> None:
    text = f"I'd split this:\n\n{fenced('diff', ['-a', '```'])}\n\n" + fenced(
        "json", PLAN.splitlines()
    )
    quoted = end.join(mark * depth + line for line in text.split("\n"))
    data = (b"\xef\xbb\xbf" if has_bom else b"") + f"Hm.{end}{quoted}{end}".encode()

    assert json.loads(plan_text(data)) == json.loads(PLAN)


@pytest.mark.parametrize("text", ["{}", PLAN, f" \n{PLAN}", "null"])
def test_what_is_neither_markdown_nor_a_page_is_left_to_the_parser(text: str) -> None:
    assert plan_text(text.encode()) == text.encode()


@pytest.mark.parametrize("plan", [PLAN, json.dumps(json.loads(PLAN), indent=1)])
@pytest.mark.parametrize("mark", ["", "> "])
def test_a_plan_is_found_in_a_comment_that_was_copied_as_it_is_shown(
    mark: str, plan: str
) -> None:
    text = f"I'd split this:\n\nThe plan\n{plan}\n\nOr not?\n"
    data = "".join(f"{mark}{line}\n" for line in text.splitlines()).encode()

    assert json.loads(plan_text(data)) == json.loads(PLAN)


def test_what_is_wrong_with_a_plan_is_said_with_its_line_in_the_file() -> None:
    broken = PLAN.replace('"a":', '"a"')
    for text in (f"Hm.\n\n```json\n{broken}\n```\n", f"Hm.\n\nThe plan:\n{broken}\n"):
        with pytest.raises(InvalidPlan, match=r"line 5 column 5"):
            load_plan(plan_text(text.encode()))


def test_a_page_that_a_browser_has_saved_has_its_plan() -> None:
    start = b"<script id='gitsplit-plan' type='application/json'>"
    page = b"<html><body>\n%s%s</script>" % (start, PLAN.encode())

    assert json.loads(plan_text(page)) == json.loads(PLAN)


def test_one_plan_that_is_there_twice_is_one() -> None:
    text = fenced("json", PLAN.splitlines())
    twice = f"{text}\n\n{text}\n".encode()

    assert json.loads(plan_text(twice)) == json.loads(PLAN)


def test_a_page_has_its_plan_where_it_keeps_it() -> None:
    page = b"<!DOCTYPE html>\n<p>x</p>%s%s</script>" % (PAGE_START, PLAN.encode())

    assert plan_text(page).decode() == f"\n{PLAN}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("```\nno plan\n```\n", "The Markdown has no plan."),
        ("<!doctype html><p>", "The page has no plan."),
        ("", "The plan is empty."),
        (" \n", "The plan is empty."),
        ("#!/bin/sh\n", "The file has no plan."),
        ("abc1234 Fix it\n  becomes 2 commits\n", "The file has no plan."),
        (f"```\n{PLAN}\n```\n```\n{PLAN} \n```\n", "The Markdown has 2 plans."),
    ],
)
def test_what_has_no_plan_or_several_is_refused(data: str, expected: str) -> None:
    with pytest.raises(InvalidPlan) as refusal:
        plan_text(data.encode())

    assert str(refusal.value) == expected
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, and 3 numbers.", "plain words, and 3 numbers."),
        ("4 hunks mention `sudo`; ok", "4 hunks mention `sudo`; ok"),
        ("says @root in #12", "says `@root` in `#12`"),
        ("see http://x.org *now*", "see `http://x.org` `*now*`"),
        ("a `` b", "a ``` `` ``` b"),
        ("<b>\x1b[1m\u202e", "`<b>␛[1m<U+202E>`"),
        ("GH-12 x_y_z", "`GH-12` `x_y_z`"),
    ],
)
def test_a_word_that_could_mean_more_stands_in_code(text: str, expected: str) -> None:
    assert inline(text) == expected


def test_code_keeps_what_could_end_it() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`a`") == "`` `a` ``"
    assert code("") == "` `"


def test_html_has_no_sign_that_means_something() -> None:
    assert html("<b> & @me #1 `x` é") == (
        "&#60;b&#62; &#38; &#64;me &#35;1 &#96;x&#96; é"
    )
