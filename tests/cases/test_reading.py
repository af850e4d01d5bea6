"""How case files are understood, and what is said of those that can't be."""

import re
from pathlib import Path

import pytest

from gitsplit.model.diff import Fact, Hunk, Span, edits_of, facts_of
from tests.cases.reading import CASES, KEYS, MalformedCase, parsed, read
from tests.cases.trial import disagreements

README = (CASES / "README.md").read_text(encoding="utf-8")
HEADER = "shows: something\nwhy: Because.\n\n"
TWO = HEADER + "=== a.py\nA-one\nA+two\n  stays\nB+three\n"
ALIKE = "=== a\nA+red = 1\n\n=== b\nB+blue = 2\n\n=== c\nA+red = 3\n"


def test_the_example_of_the_readme_is_a_case_and_what_it_says_is_so() -> None:
    (example,) = re.findall(r"```case\n(.*?)```", README, re.DOTALL)

    assert disagreements(parsed(example, "README.md")) == []


def test_the_readme_has_every_key_of_a_header_and_no_other() -> None:
    rows = dict(re.findall(r"^\| `([a-z]+)` \| (.*) \|$", README, re.MULTILINE))

    assert rows.keys() == KEYS.keys()
    assert [key for key in KEYS if not rows[key].startswith(KEYS[key])] == []


def test_a_file_is_there_as_it_was_and_as_it_is() -> None:
    (change,) = parsed(TWO, "x").changes

    assert change.path == b"a.py"
    assert tuple(change.old_lines) == (b"one\n", b"stays\n")
    assert tuple(change.new_lines) == (b"two\n", b"stays\n", b"three\n")
    assert change.hunks == (
        Hunk(Span(0, 1), Span(0, 1)),
        Hunk(Span(2, 2), Span(2, 3)),
    )


def test_every_change_has_its_letter() -> None:
    case = parsed(TWO, "x")

    assert [case.letters_of([edit]) for edit in edits_of(case.changes)] == ["A", "B"]


def test_blank_lines_stay_except_those_before_the_next_file() -> None:
    case = parsed(HEADER + "=== b\n\nA+x\n\n  end\n\n=== a\nA+y\n\n", "x")

    assert [tuple(change.new_lines) for change in case.changes] == [
        (b"y\n",),
        (b"\n", b"x\n", b"\n", b"end\n"),
    ]


def test_lines_that_are_left_out_are_counted() -> None:
    (change,) = parsed(HEADER + "=== a\n... 40 lines\nA+x\n", "x").changes

    assert change.hunks == (Hunk(Span(40, 40), Span(40, 41)),)


@pytest.mark.parametrize(
    ("lines", "facts"),
    [
        ("A! added\nA+x\n", (Fact.CREATE,)),
        ("A! deleted\nA-x\n", (Fact.DELETE,)),
        ("A! renamed from b\n", (Fact.RENAME,)),
        ("A! renamed from b\nA! executable\n", (Fact.RENAME, Fact.MODE)),
        ("A! submodule\n", (Fact.CONTENT,)),
    ],
)
def test_what_happens_to_a_file_as_a_whole_has_a_letter_too(
    lines: str, facts: tuple[Fact, ...]
) -> None:
    case = parsed(HEADER + "=== a\n" + lines, "x")

    assert facts_of(case.changes[0]) == facts
    assert case.letters_of(edits_of(case.changes)) == "A"


def test_a_value_goes_on_in_indented_lines_and_comments_are_not_read() -> None:
    case = parsed("# words\nshows: one\n  two\nwhy: three\n=== a\nA+x\n", "x")

    assert case.said == {"shows": ("one\ntwo",), "why": ("three",)}


@pytest.mark.parametrize("key", ["subject", "earlier"])
def test_what_earlier_commits_say_can_be_there_more_than_once(key: str) -> None:
    case = parsed(f"{key}: one\n{key}: two\n{TWO}", "x")

    assert case.said[key] == ("one", "two")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("why: x\n", "x.case: no file is changed; begin one with `=== PATH`."),
        ("words\n" + TWO, "x.case:1: not a line of a header, which is `key: value`."),
        ("colour: red\n" + TWO, "x.case:1: no key is called `colour`; there are "),
        ("reason: x\n" + TWO, "x.case:1: `reason` is written as in `reason A: …`."),
        ("order A: x\n" + TWO, "x.case:1: `order` is written as in `order: …`."),
        ("why: x\n" + TWO, "x.case:3: `why:` appears twice."),
        ("signal: x\n" + TWO, "x.case: say either `signal:` or `shows:`."),
        ("why: x\n=== a\nA+x\n", "x.case: say either `signal:` or `shows:`."),
        ("shows: x\n=== a\nA+x\n", "x.case: say `why:` the groups are these."),
        ("speaks: up\n" + TWO, "x.case: say `speaks: for` or `speaks: against`."),
        ("counted: no\n" + TWO, "x.case: say `counted: learned`."),
        ("asked: many\n" + TWO, "x.case: say `asked: 3`, `asked: at least 2` or "),
        ("order: B C\n" + TWO, "x.case: no line belongs to a group C."),
        ("reason D: x\n" + TWO, "x.case: no line belongs to a group D."),
        (TWO + "===\n", "x.case:9: a file has a path, as in `=== src/cart.py`."),
        (TWO + "=== a.py\nA+x\n", "x.case:9: a.py is there twice; give it once"),
        (TWO + "=== b\n  x\n", "x.case:9: nothing changes in b; mark lines as in "),
        (TWO + "+four\n", "x.case:9: a line begins with two spaces where it stays; "),
        (TWO + "A! moved\n", "x.case:9: nothing is known of `moved`; there are "),
    ],
)
def test_what_cant_be_understood_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(MalformedCase) as refused:
        parsed(text, "x.case")

    assert str(refused.value).startswith(said)


def test_one_piece_cant_be_in_two_groups() -> None:
    case = parsed(HEADER + "=== a\n  x\nA-one\nB+two\n", "x.case")

    with pytest.raises(MalformedCase) as refused:
        disagreements(case)

    assert str(refused.value).startswith(
        "x.case: a:2 is one piece, but has the letters"
    )


def tried(header: str, files: str = ALIKE) -> list[str]:
    """The disagreements of a case with this header."""
    return disagreements(parsed(f"{header}\nwhy: Because.\n{files}", "x"))


def test_a_signal_that_decides_for_other_groups_is_told() -> None:
    assert tried("signal: new_name\nspeaks: against") == [
        "by new_name there are A a:1 with B b:1; A c:1",
        "by new_name where the diff is read backwards there are "
        "A a:1; A c:1 with B b:1",
    ]


def test_a_signal_that_leaves_it_to_the_order_of_the_diff_is_told() -> None:
    files = "=== a\nA+red = 1\n\n=== b\nA+red = 2\n\n=== c\nB+blue = 3\n"

    assert tried("signal: only_space", files) == [
        "by only_space where the diff is read backwards there are "
        "A a:1; A b:1 with B c:1",
        "without only_space the groups are these already",
    ]


def test_a_signal_that_there_isnt_is_told() -> None:
    assert tried("signal: moon") == ["there is no signal called moon"]
    assert tried("signal: size\nwith: sun") == ["there is no signal called sun"]


def test_a_direction_can_be_said_and_companions_count() -> None:
    assert tried("signal: new_name\nspeaks: for") == []
    assert tried("signal: size") != []
    assert tried("signal: same_shift\nwith: size") == []


def test_groups_that_arent_proposed_are_told() -> None:
    assert tried("shows: x\nasked: 1") == ["the groups have the letters AB"]


def test_what_isnt_as_a_case_says_is_told_as_it_is() -> None:
    said = "order: B A\nowner: B\npieces: 4\nreason A: Why.\ndraft B: Blue"

    assert tried(f"shows: x\n{said}\nborder A B: None.\nborder B A: No.") == [
        "order: A B",
        "owner: A",
        "pieces: 3",
        "reason A: `red`: new name, used in 2 hunks",
        "draft B: Add blue to b",
        "border A B: Commit 2 has no name in common with commit 1",
        "border B A: there is none",
    ]


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "é.case").write_text(TWO.replace("one", "é"), encoding="utf-8")

    assert read(tmp_path / "é.case").name == "é.case"
