"""The plan file's schema, and that it takes and refuses what the program does."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.model.series import Squash, Uncommitted
from gitsplit.planfile.document import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    LineRange,
    PlanDocument,
)
from gitsplit.planfile.dump import dump_plan
from gitsplit.planfile.hunks import HunkEntry, HunkPick
from gitsplit.planfile.parse import load_plan

SCHEMA = json.loads((files("gitsplit.planfile") / "schema.json").read_bytes())
VALIDATOR = Draft202012Validator(SCHEMA)

HEAD, UPSTREAM, COMMIT = (Oid(digit * 40) for digit in "abc")


def is_valid(value: object) -> bool:
    return VALIDATOR.is_valid(value)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


oids = st.sampled_from([HEAD, UPSTREAM, COMMIT])
texts = st.sampled_from(
    [b"", b"a\n", b"caf\xc3\xa9\r\n\0", b"\xff", b"\xf0\x9f\x98\x80"]
)
ranges = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 9)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=2,
).map(tuple[LineRange, ...])
path_pairs = st.sampled_from([(b"a", b"a"), (None, b"\xe9"), (b"old", None)])


@st.composite
def file_entries(draw: st.DrawFn, of: int) -> tuple[FileEntry, ...]:
    """What is taken of some files, changed by any of so many commits."""
    found = []
    for _ in range(draw(st.integers(0, 2))):
        commit = draw(st.integers(0, of - 1))
        named = FileEntry(*draw(path_pairs), commit=commit)
        parts = st.builds(
            lambda named, removed, added, facts: replace(
                named, removed=removed, added=added, facts=tuple(facts)
            ),
            st.just(named),
            ranges,
            ranges,
            st.lists(st.sampled_from(Fact), max_size=2),
        )
        contents = st.builds(replace, st.just(named), content=texts)
        found.append(draw(parts | contents | st.just(replace(named, whole=True))))
    return tuple(found)


def some(of: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Some of so many commits, in order."""
    return st.sets(st.integers(0, of - 1)).map(lambda them: tuple(sorted(them)))


picks = st.lists(
    st.integers(1, 99).map(lambda n: HunkPick(n, n + n % 3))
    | st.builds(HunkPick, st.just(7), st.just(7), ranges, ranges),
    max_size=2,
).map(tuple[HunkPick, ...])


@st.composite
def hunk_entries(draw: st.DrawFn, of: int) -> tuple[HunkEntry, ...]:
    """What a few numbers stand for."""
    line_range = st.none() | st.just((2, 3))
    lines = st.tuples(st.sampled_from(["-1", "+2"]), texts)
    return tuple(
        HunkEntry(
            draw(st.integers(1, 99)),
            *draw(path_pairs),
            draw(st.none() | st.sampled_from(Fact)),
            draw(line_range),
            draw(line_range),
            draw(st.none() | st.lists(lines, max_size=2).map(tuple)),
            draw(st.integers(0, of - 1)),
        )
        for _ in range(draw(st.integers(0, 2)))
    )


def groups(of: int) -> st.SearchStrategy[GroupEntry]:
    """A group of an entry about so many commits."""
    return st.builds(
        GroupEntry,
        texts,
        st.none() | st.integers(0, of - 1),
        st.sampled_from(["", "Because."]),
        some(of),
        file_entries(of),
        picks,
    )


@st.composite
def split_entries(draw: st.DrawFn, most: int = 3) -> CommitEntry:
    """One or several commits to be split."""
    first, *later = draw(st.lists(oids, min_size=1, max_size=most, unique=True))
    number = 1 + len(later)
    found = draw(st.lists(groups(number), min_size=1, max_size=2))
    dropped = draw(file_entries(number))
    return CommitEntry(
        first,
        draw(texts),
        "split",
        tuple(found),
        dropped,
        later=tuple(later),
        dropped_rest=draw(some(number)),
        dropped_hunks=draw(picks),
        hunks=draw(hunk_entries(number)),
    )


sources = st.one_of(
    st.builds(Squash, st.none() | oids, oids),
    st.builds(
        Uncommitted,
        st.sampled_from(["worktree", "staged"]),
        st.none() | oids,
        oids,
        oids,
    ),
)


@st.composite
def source_entries(draw: st.DrawFn) -> CommitEntry:
    """One change, from a tree to another, to be split."""
    entry = draw(split_entries(1))
    source = draw(sources)
    last = source.tip if isinstance(source, Squash) else source.head
    continued = draw(st.lists(oids, max_size=len(entry.groups), unique=True))
    heirs = [*range(len(continued)), *[None] * len(entry.groups)]
    return replace(
        entry,
        commit=last or NO_OBJECT,
        groups=tuple(
            replace(group, continues=heir)
            for group, heir in zip(entry.groups, heirs, strict=False)
        ),
        source=source,
        continued=tuple(continued),
    )


entries = st.one_of(
    source_entries(),
    st.builds(CommitEntry, oids, texts, st.sampled_from(["pick", "fixup", "drop"])),
    st.builds(
        CommitEntry, oids, texts, st.sampled_from(["reword", "squash"]), message=texts
    ),
    st.just(CommitEntry(HEAD, later=(UPSTREAM, COMMIT))),
    split_entries(),
    split_entries(),
)


@st.composite
def documents(draw: st.DrawFn) -> PlanDocument:
    series = tuple(draw(st.lists(entries, max_size=3)))
    is_born = not any(isinstance(each.source, Uncommitted) for each in series)
    head = draw(oids if is_born else st.none() | oids)
    return PlanDocument(draw(st.none() | oids), head, series)


@given(documents())
def test_every_plan_is_valid_and_read_back_as_it_was(plan: PlanDocument) -> None:
    text = dump_plan(plan)

    assert load_plan(text) == plan
    assert load_plan(text.encode()) == plan
    assert is_valid(json.loads(text))
    is_newer = any(each.needs_list or each.source for each in plan.series)
    assert json.loads(text)["version"] == 1 + is_newer


NAMES = [
    *("format", "version", "commit", "commits", "action", "groups", "dropped"),
    *("message", "owner", "continues", "rest", "path", "whole", "facts"),
    *("hunks", "number", "fact", "lines", "source", "kind", "base", "head", "after"),
]
JUNK = st.sampled_from(
    [
        *(
            None,
            True,
            0,
            1,
            1.5,
            "",
            "split",
            "reword",
            "drop",
            "a" * 40,
            "a" * 40 + "\n",
        ),
        *(2, ["a" * 40], ["a" * 40, "b" * 40], ["a" * 40] * 2, {"rest": True}),
        *([], {}, [[1, 1]], [[0, 1]], [[1, 2, 3]], ["mode"], ["mode", "mode"], ["no"]),
        *(
            {"base64": "YQ=="},
            {"base64": "YQ==\n"},
            {"base64": "Y"},
            {"base64": "===="},
        ),
        *("squash", "worktree", {"kind": "squash", "base": None, "tip": "a" * 40}),
        *("3-7", "15:-2,+2-4", "0", "3-", "4:", "4:2", "9:+1\n", "1234567890"),
        [3, "7"],
        *("\ud800", "\U0001f600", [{"message": "m"}], [{"old_path": "a", "path": "a"}]),
    ]
)


def places(value: object) -> Iterator[dict[str, object] | list[object]]:
    """Every object and list inside a JSON value, itself included."""
    if isinstance(value, dict | list):
        yield value
        inner = value.values() if isinstance(value, dict) else value
        for each in inner:
            yield from places(each)


@st.composite
def damaged(draw: st.DrawFn) -> object:
    """A valid plan with a few things replaced, removed or put in."""
    value: object = json.loads(dump_plan(draw(documents())))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(list(places(value))))
        junk = deepcopy(draw(JUNK))
        if isinstance(place, dict):
            name = draw(st.sampled_from([*place, *NAMES]))
            if draw(st.booleans()):
                place.pop(name, None)
            else:
                place[name] = junk
        else:
            at = draw(st.integers(0, len(place)))
            place[at : at + draw(st.integers(0, 1))] = [junk]
    return value


BEYOND = 'it must be one of the entry\'s "commits".'
"""The one refusal here that no schema can say."""


@given(damaged())
def test_the_schema_and_the_program_take_and_refuse_the_same(value: object) -> None:
    try:
        load_plan(json.dumps(value))
    except InvalidPlan as refused:
        assert not is_valid(value) or str(refused).endswith(BEYOND), str(refused)
    else:
        errors = [error.message for error in VALIDATOR.iter_errors(value)]
        assert errors == []


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_a_plan_survives_jq() -> None:
    names = (b"caf\xe9", "é\U0001f600\u2028".encode(), b'\x7f\0\t"\\')
    entries = tuple(
        CommitEntry(COMMIT, name, "split", (GroupEntry(name, files=(whole,)),))
        for name in names
        for whole in [FileEntry(name, name, removed=((1, 2),), facts=(Fact.RENAME,))]
    )
    plan = PlanDocument(None, HEAD, entries)
    done = subprocess.run(
        ["jq", "."], input=dump_plan(plan).encode(), capture_output=True, check=True
    )

    assert load_plan(done.stdout) == plan
