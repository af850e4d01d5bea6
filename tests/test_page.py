"""The page of a dry run: all of it is there, and nothing of it is anything but text."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import assume, given
from msgspec.structs import replace

from gitsplit.model.diff import TextEdit
from gitsplit.model.escape import printable_lines
from gitsplit.model.plan import DROPPED, Plan, empty_groups
from gitsplit.planfile.compact import compact_plan
from gitsplit.planfile.document import PlanDocument
from gitsplit.planfile.extract import plan_text
from gitsplit.planfile.hunks import HunkPick, hunk_pick
from gitsplit.planfile.match import plan_of_entry
from gitsplit.planfile.parse import load_plan
from gitsplit.report.findings import DryRun, Preview
from gitsplit.report.formats import printout_in
from gitsplit.report.page_hunks import PageHunk, page_hunks
from tests.page import Element, read_page
from tests.planfile.test_carried import document_of
from tests.planfile.test_ranges import range_plans
from tests.repository import Repository
from tests.runner import Json, done, plan_for
from tests.strategies import commits, plans
from tests.test_formats import refused

TAGS = [
    "a",
    "article",
    "bdi",
    "body",
    "code",
    "del",
    "details",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "head",
    "html",
    "ins",
    "li",
    "main",
    "mark",
    "meta",
    "p",
    "pre",
    "script",
    "section",
    "small",
    "span",
    "style",
    "summary",
    "textarea",
    "title",
    "ul",
    "button",
]
ATTRIBUTES = [
    "aria-label",
    "aria-labelledby",
    "aria-live",
    "autocomplete",
    "charset",
    "class",
    "content",
    "data-added",
    "data-dropped",
    "data-entry",
    "data-file",
    "data-fixed",
    "data-footer",
    "data-hue",
    "data-hunk",
    "data-lines",
    "data-part",
    "data-removed",
    "data-to",
    "hidden",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "open",
    "readonly",
    "role",
    "rows",
    "spellcheck",
    "type",
]

NASTY = (
    "</pre></textarea></script><script>document.title='run'</script><!-- <img src=x"
    " onerror=document.title='run'> \"' onload='x' &lt ]]> \x1b[2J \u202e\u2066 \u2028"
    " \ufeff \x7f --> <svg/onload=document.title='run'>"
)
SEEN = (
    NASTY.replace("\x1b", "␛")
    .replace("\x7f", "␡")
    .replace("\u202e", "<U+202E>")
    .replace("\u2066", "<U+2066>")
    .replace("\u2028", "<U+2028>")
    .replace("\ufeff", "<U+FEFF>")
)
NAME = NASTY.replace("/", "∕")[:120]


def hostile(repo: Repository) -> Repository:
    """A commit whose paths, message and lines would be more than text if they could."""
    repo.commit("base\n", {NAME: b"1\n", "b": b"1\n", "old": b"".join(LINES)})
    message = f"{NASTY}\n\n{NASTY}\n\n<b>\n"
    lines = f"{NASTY}\n\t{NASTY}\r\n".encode() + b"caf\xe9\n"
    repo.commit(message, {NAME: lines, "b": lines, f"<i>{NAME[:60]}": lines})
    return repo


LINES = [b"line %d\n" % n for n in range(1, 21)]


def page_of(repo: Repository, *args: str) -> str:
    return done(repo.path, "-n", "--format", "html", *args)


def test_nothing_of_the_repository_is_an_element_or_an_attribute(
    repo: Repository,
) -> None:
    root = read_page(page_of(hostile(repo), "--commits", "2", "HEAD~1"))
    elements = [*root.all()]

    assert {each.tag for each in elements} <= {*TAGS}
    assert {name for each in elements for name in each.attributes} <= {*ATTRIBUTES}
    assert len([*root.all("script")]) == 2
    assert [each.attributes["href"][:1] for each in root.all("a")] == [
        "#" for _ in root.all("a")
    ]


def test_all_of_the_repository_is_shown_and_what_is_not_plain_is_named(
    repo: Repository,
) -> None:
    page = page_of(hostile(repo), "--commits", "2", "HEAD~1")
    root = read_page(page)

    assert set(page) & set("\x1b\x7f\u202e\u2066\u2028\ufeff\t\r") == set()
    added = [each.text for each in root.all("ins")]
    assert added == [f"+{SEEN}\n+\t{SEEN}␍\n+caf<E9>\n"] * 3
    assert {each.text for each in root.all("mark")} == {
        *("␛", "␡", "␍", "<E9>", "<U+202E><U+2066>", "<U+2028>", "<U+FEFF>")
    }
    messages = [each.text for each in root.all("details")]

    assert any(f"\n{SEEN}\n\n{SEEN}\n\n<b>" in each for each in messages), messages


def test_the_policy_names_the_script_and_the_style_that_are_there(
    series: Repository,
) -> None:
    root = read_page(page_of(series, "HEAD~3"))
    (policy,) = root.all("meta", **{"http-equiv": "Content-Security-Policy"})
    (style,) = root.all("style")
    _, script = root.all("script")

    assert policy.attributes["content"] == (
        f"default-src 'none'; script-src '{digest(script)}';"
        f" style-src '{digest(style)}'; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("name", ["page.js", "page.css"])
def test_the_script_and_the_style_have_only_plain_characters(name: str) -> None:
    """Or what is printed would be another text than the one whose hash is named."""
    text = files("gitsplit.report").joinpath(name).read_text("utf-8")

    assert text.isascii()
    assert printable_lines(text) == text
    assert "</" not in text
    assert "<!--" not in text
    assert not re.search(r"innerHTML|insertAdjacent|outerHTML|document\.write", text)


def digest(element: Element) -> str:
    return f"sha256-{b64encode(sha256(element.text.encode()).digest()).decode()}"


@given(plans(commits()) | range_plans())
def test_the_plan_in_the_page_is_the_plan(plan: Plan) -> None:
    assume(not empty_groups(plan))
    document = document_of(plan)
    page = page_with(document)
    root = read_page(page)
    (shown,) = root.all("textarea")
    expected = load_plan(compact_plan(document))

    assert load_plan(plan_text(page.encode())) == expected
    assert shown.text.lstrip("\n") == compact_plan(document)


def page_with(document: PlanDocument) -> str:
    preview = Preview(())
    run = DryRun({}, {}, {}, lambda: document, lambda: preview, refused)
    return printout_in("html", run).text


@given(plans(commits()) | range_plans())
def test_every_line_that_changes_is_in_one_hunk_of_the_page(plan: Plan) -> None:
    shown = [
        (each.file, each.group, line)
        for each in page_hunks(plan)
        for line in each.body
        if isinstance(each.header, bytes) and line[:1] in (b"-", b"+")
    ]
    changed = [
        (edit.file, group, line.removesuffix(b"\n"))
        for edit, group in zip(plan.edits, plan.group_of, strict=True)
        if isinstance(edit, TextEdit)
        for line in lines_of_edit(plan, edit)
    ]

    assert sorted(shown) == sorted(changed)


def lines_of_edit(plan: Plan, edit: TextEdit) -> Iterator[bytes]:
    change = plan.changes[edit.file]
    for sign, lines, span in (
        (b"-", change.old_lines, edit.old),
        (b"+", change.new_lines, edit.new),
    ):
        yield from (sign + line for line in lines[span.start : span.stop])


@given(plans(commits()) | range_plans())
def test_the_hunks_of_the_page_named_by_their_commits_are_the_plan(plan: Plan) -> None:
    assume(not empty_groups(plan) and not plan.overrides)
    (entry,) = load_plan(compact_plan(document_of(plan))).series
    shown = [*page_hunks(plan)]
    groups = tuple(
        replace(group, hunks=picks(shown, number))
        for number, group in enumerate(entry.groups)
    )
    again = replace(entry, groups=groups, dropped_hunks=picks(shown, DROPPED))

    assert plan_of_entry(again, plan.changes) == plan_of_entry(entry, plan.changes)


def picks(shown: Sequence[PageHunk], group: int) -> tuple[HunkPick, ...]:
    return tuple(
        hunk_pick(f"{each.number}:{each.lines}" if each.lines else each.number)
        for each in shown
        if each.group == group
    )


def test_a_long_hunk_is_in_elements_that_are_laid_out_by_themselves(
    repo: Repository,
) -> None:
    lines = b"".join(b"%d\n" % n for n in range(1000))
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("long\n", {"a": b"2\n", "b": lines})
    long = [*read_page(page_of(repo, "HEAD~1")).all("ins", **{"class": "long"})]

    assert len(long) == 5
    assert "".join(each.text for each in long) == "".join(
        f"+{n}\n" for n in range(1000)
    )


def test_unchanged_lines_stand_around_a_hunk_and_none_is_there_twice(
    repo: Repository,
) -> None:
    new = b"".join(LINES).replace(b"line 5\n", b"5\n").replace(b"line 9\n", b"9\n")
    repo.commit("base\n", {"a": b"".join(LINES)})
    repo.commit("two\n", {"a": new.replace(b"line 17\n", b"")})
    root = read_page(page_of(repo, "-c", "HEAD"))
    hunks = [each.text.splitlines()[1:] for each in root.all("article")]
    shown = [[*filter(None, each[1:])] for each in hunks]

    assert [[line.replace("line ", "") for line in each] for each in shown] == [
        [" 2", " 3", " 4", "-5", "+5", " 6", " 7", " 8"],
        ["-9", "+9", " 10", " 11", " 12"],
        [" 14", " 15", " 16", "-17", " 18", " 19", " 20"],
    ]


@pytest.mark.parametrize(
    "start", ["", "<!-- saved from url=(0014)about:internet -->\n"]
)
def test_a_page_is_applied_as_it_was_proposed(repo: Repository, start: str) -> None:
    options = ["--commits", "2", "HEAD~1"]
    page = page_of(hostile(repo), *options)
    page = page.replace("<html", f"{start}<html")
    done(repo.path, "--yes", *options)
    proposed = repo.git("log", "--format=%T%n%B", "-2")
    done(repo.path, "--undo")
    done(repo.path, "--plan", "-", "--yes", stdin=page.encode())

    assert repo.git("log", "--format=%T%n%B", "-2") == proposed


def test_each_hunk_and_each_commit_link_to_each_other(series: Repository) -> None:
    root = read_page(page_of(series, "--commits", "2", "-c", "HEAD~2"))
    ids = [each.attributes["id"] for each in root.all() if "id" in each.attributes]
    links = [each.attributes["href"][1:] for each in root.all("a")]
    hunks = [each.attributes["id"] for each in root.all("article")]
    cards = [*root.all("section", **{"class": "commit"})]

    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids)
    assert sorted(link for link in links if link[0] == "h") == sorted(hunks)
    assert [each.attributes["data-to"] for each in cards] == ["1", "2", "x"]


def test_a_tab_is_one_in_lines_and_is_named_in_a_path(repo: Repository) -> None:
    repo.commit("base\n", {"a": b"1\n"})
    repo.commit("two\n", {"tab\tblank\u2800": b"\ttwo\n", "a": b"2\n"})
    root = read_page(page_of(repo, "-c", "HEAD"))

    assert "tab␉blank<U+2800> new file" in [each.text for each in root.all("h3")]
    assert "+\ttwo\n" in [each.text for each in root.all("ins")]


@pytest.fixture
def cut(repo: Repository) -> Repository:
    """A commit by two people, proposed as two by their messages in a plan."""
    repo.commit("base\n", {"a": b"1\n", "b": b"1\n"})
    people = "Co-authored-by: Ann <ann@example.org>\nSigned-off-by: T <t@example.org>"
    repo.commit(f"two\n\nFixes: 4\n{people}\n", {"a": b"2\n3\n4\n", "b": b"2\n"})
    return repo


def in_two(repo: Repository) -> bytes:
    """A plan that has one hunk in two commits, one line of it in the second."""
    groups = [
        {"message": "one\n", "hunks": ["1:-1,+1,+3"]},
        {"message": "two\n", "hunks": ["1:+2", 2]},
    ]
    entry: Json = {"commit": repo.oid("HEAD"), "action": "split", "groups": groups}
    return json.dumps(plan_for(repo, "HEAD~1", entry)).encode()


def test_a_commit_made_on_the_page_has_the_people_of_the_original(
    cut: Repository,
) -> None:
    root = read_page(page_of(cut, "--commits", "2", "-c", "HEAD"))
    (split,) = root.all("section", **{"class": "split"})

    assert json.loads(split.attributes["data-footer"]) == (
        "\n\nCo-authored-by: Ann <ann@example.org>\nSigned-off-by: T <t@example.org>\n"
    )


def test_parts_of_a_hunk_have_names_of_their_own_and_are_one_hunk(
    cut: Repository,
) -> None:
    page = done(*(cut.path, "-n", "--format", "html", "--plan", "-"), stdin=in_two(cut))
    root = read_page(page)
    names = [each.attributes["aria-label"] for each in root.all("article")]
    sizes = [each.text for each in root.all("p", **{"class": "size"})]
    links = [
        each.attributes["aria-label"]
        for each in root.all("a")
        if "aria-label" in each.attributes
    ]

    parts = [f"Hunk 1, {n} of 3" for n in (1, 2, 3)]
    assert names == [*parts, "Hunk 2"]
    assert sorted(links) == names
    assert sizes[:2] == ["1 hunk (1 divided), +2 -1", "2 hunks (1 divided), +2 -1"]


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_which_commit_continues_the_original_is_said_in_every_format(
    cut: Repository, form: str
) -> None:
    told = done(cut.path, "-n", "--commits", "2", "-c", "HEAD", "--format", form)

    assert told.count("continues the original") == 1


def test_what_the_summary_would_say_is_there(series: Repository) -> None:
    text = read_page(page_of(series, "-c", "HEAD~2", "--commits", "2")).text

    assert "\nRewrites main: 3 commits → 4.\n" in text
    assert f"\nFinal tree {series.tree('HEAD')[:10]} unchanged; " in text
    assert "(tree unchanged)" in text
