"""The plan file by itself: what is read, what is refused, and its schema."""

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

from gitsplit.core.edits import Fact
from gitsplit.core.objects import Oid
from gitsplit.core.planfile import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    LineRange,
    PlanDocument,
    dumps,
    loads,
)
from gitsplit.errors import PlanRefused

Json = dict[str, object]

SCHEMA = json.loads((files("gitsplit.core") / "plan.schema.json").read_bytes())
VALIDATOR = Draft202012Validator(SCHEMA)

HEAD, UPSTREAM, COMMIT = (Oid(digit * 40) for digit in "abc")


def document(*series: object, **other: object) -> Json:
    return {
        "format": "gitsplit-plan",
        "version": 1,
        "upstream": UPSTREAM,
        "head": HEAD,
        "series": list(series),
        **other,
    }


def entry(action: object = "split", **fields: object) -> Json:
    return {"commit": COMMIT, "action": action, **fields}


def split(*found: object, **fields: object) -> Json:
    return document(entry(groups=[{"message": "m", "files": list(found)}], **fields))


def file(**fields: object) -> Json:
    return {"old_path": "a", "path": "a", **fields}


def is_valid(value: object) -> bool:
    return VALIDATOR.is_valid(value)


def refusal(value: object) -> str:
    """The sentence with which a plan is refused."""
    with pytest.raises(PlanRefused) as refused:
        loads(json.dumps(value))
    return str(refused.value)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_plan_is_read_as_it_is_written() -> None:
    value = document(
        entry(
            subject="S",
            groups=[
                {
                    "message": "one\n",
                    "owner": True,
                    "reason": "Because.",
                    "files": [
                        file(removed=[[1, 2]], added=[[3, 3]], facts=["mode"]),
                        {"old_path": None, "path": "new", "whole": True},
                    ],
                },
                {"message": "two\n", "rest": True},
            ],
            dropped=[{"old_path": "old", "path": None, "content": "x"}],
        ),
        {"commit": HEAD},
        upstream=None,
    )

    assert is_valid(value)
    assert loads(json.dumps(value)) == PlanDocument(
        None,
        HEAD,
        (
            CommitEntry(
                COMMIT,
                b"S",
                "split",
                (
                    GroupEntry(
                        b"one\n",
                        owner=True,
                        reason="Because.",
                        files=(
                            FileEntry(
                                b"a",
                                b"a",
                                removed=((1, 2),),
                                added=((3, 3),),
                                facts=(Fact.MODE,),
                            ),
                            FileEntry(None, b"new", whole=True),
                        ),
                    ),
                    GroupEntry(b"two\n", rest=True),
                ),
                (FileEntry(b"old", None, content=b"x"),),
            ),
            CommitEntry(HEAD),
        ),
    )


def at(path: str, why: str) -> str:
    return f"The plan's {path} is not as the format has it: {why}."


FIRST_FILE = ".series[0].groups[0].files[0]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            [], "The plan is not as the format has it: it must be an object.", id="list"
        ),
        pytest.param(
            {"format": "gitsplit-plan"},
            'The plan is not as the format has it: "version" is missing.',
            id="no version",
        ),
        pytest.param(
            document(format="other"),
            at(".format", 'only "gitsplit-plan" is known'),
            id="another format",
        ),
        pytest.param(
            document(version=2, news=1),
            at(".version", "only version 1 is known"),
            id="a later version, whatever else it has",
        ),
        pytest.param(
            document(version=True),
            at(".version", "only version 1 is known"),
            id="true is no number",
        ),
        pytest.param(
            {k: v for k, v in document().items() if k != "upstream"},
            'The plan is not as the format has it: "upstream" is missing.',
            id="no upstream",
        ),
        pytest.param(
            document(news=1, others=2),
            'The plan is not as the format has it: "news" is unknown.',
            id="unknown field",
        ),
        pytest.param(
            document(**{"\x1b[1m": 1}),
            'The plan is not as the format has it: "␛[1m" is unknown.',
            id="unknown field that could drive a terminal",
        ),
        pytest.param(
            document(head="HEAD"),
            at(".head", "it must be a full object id of 40 hex digits"),
            id="a revision in place of an id",
        ),
        pytest.param(
            document(head=None),
            at(".head", "it must be a full object id of 40 hex digits"),
            id="no head",
        ),
        pytest.param(
            document(series={}), at(".series", "it must be a list"), id="no list"
        ),
        pytest.param(
            document(3), at(".series[0]", "it must be an object"), id="no object"
        ),
        pytest.param(
            document(entry("edit")),
            at(
                ".series[0].action",
                "it must be one of pick, split, reword, squash, fixup, drop",
            ),
            id="unknown action",
        ),
        pytest.param(
            document(entry(groups=[])),
            at(".series[0]", '"split" and "groups" belong together'),
            id="split without groups",
        ),
        pytest.param(
            document(entry("pick", groups=[{"message": "m"}])),
            at(".series[0]", '"split" and "groups" belong together'),
            id="groups without split",
        ),
        pytest.param(
            document(entry("pick", dropped=[file()])),
            at(".series[0]", '"dropped" belongs to "split"'),
            id="dropped without split",
        ),
        pytest.param(
            split(message="m"),
            at(".series[0]", '"message" belongs to "reword" and "squash"'),
            id="a message that would be ignored",
        ),
        pytest.param(
            document(entry("reword")),
            at(".series[0]", '"reword" needs a "message"'),
            id="reword without message",
        ),
        pytest.param(
            document(entry(groups=[{}])),
            at(".series[0].groups[0]", '"message" is missing'),
            id="a group without message",
        ),
        pytest.param(
            document(entry(groups=[{"message": 1}])),
            at(".series[0].groups[0].message", "it must be a string"),
            id="a message that is no string",
        ),
        pytest.param(
            document(entry(groups=[{"message": "m", "owner": "yes"}])),
            at(".series[0].groups[0].owner", "it must be true or false"),
            id="an owner that is no boolean",
        ),
        pytest.param(
            split({"path": "a"}),
            at(FIRST_FILE, '"old_path" is missing'),
            id="one path alone",
        ),
        pytest.param(
            split({"old_path": None, "path": None}),
            at(FIRST_FILE, '"old_path" and "path" can\'t both be null'),
            id="no path at all",
        ),
        pytest.param(
            split(file(path="\ud800")),
            at(
                f"{FIRST_FILE}.path",
                'it has a lone surrogate; write {"base64": …} instead',
            ),
            id="lone surrogate",
        ),
        pytest.param(
            split(file(path={"base64": "a"})),
            at(f"{FIRST_FILE}.path.base64", "it is not base64"),
            id="damaged base64",
        ),
        pytest.param(
            split(file(path={"base64": "é==="})),
            at(f"{FIRST_FILE}.path.base64", "it is not base64"),
            id="base64 of other letters",
        ),
        pytest.param(
            split(file(path={"base64": None})),
            at(f"{FIRST_FILE}.path.base64", "it must be a string"),
            id="base64 that is no string",
        ),
        pytest.param(
            split(file(path={"base64": "YQ==", "text": "a"})),
            at(f"{FIRST_FILE}.path", '"text" is unknown'),
            id="base64 and more",
        ),
        pytest.param(
            split(file(facts=["chmod"])),
            at(
                f"{FIRST_FILE}.facts[0]",
                "it must be one of create, delete, rename, type, mode, content",
            ),
            id="unknown fact",
        ),
        pytest.param(
            split(file(removed=[[1]])),
            at(f"{FIRST_FILE}.removed[0]", "it must be [first, last]"),
            id="half a range",
        ),
        *(
            pytest.param(
                split(file(added=[lines])),
                at(
                    f"{FIRST_FILE}.added[0]", "it must be [first, last], counted from 1"
                ),
                id=f"range {lines}",
            )
            for lines in ([0, 1], [-1, 1], [1, 1.5], ["1", "2"], [1, None], [True, 1])
        ),
        *(
            pytest.param(
                split(file(whole=True, **part)),
                at(
                    FIRST_FILE,
                    "what is taken whole can't be named in parts as well",
                ),
                id=f"whole and {next(iter(part))}",
            )
            for part in (
                {"removed": [[1, 1]]},
                {"added": [[1, 1]]},
                {"facts": ["mode"]},
            )
        ),
    ],
)
def test_what_is_not_in_the_format_is_refused_and_no_schema_takes_it(
    value: object, expected: str
) -> None:
    assert refusal(value) == expected
    assert not is_valid(value)


def test_a_range_that_runs_backwards_is_refused() -> None:
    assert refusal(split(file(added=[[3, 2]]))) == at(
        f"{FIRST_FILE}.added[0]", "it must be [first, last], counted from 1"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "The plan is not JSON: Expecting value: line 1 column 1 (char 0)."),
        (b'"\xff"', "The plan is not JSON: 'utf-8' codec can't decode byte 0xff"),
        (b"[" * 100_000, "The plan is not JSON: "),
        (
            b'{"a": 1, "a": 2}',
            'The plan is not as the format has it: "a" is there twice in one object.',
        ),
    ],
    ids=["empty", "not UTF-8", "too deep", "a name twice"],
)
def test_text_that_is_no_json_is_refused(text: bytes, expected: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        loads(text)
    assert str(refused.value).startswith(expected)


def test_a_refusal_says_where_to_read_on() -> None:
    with pytest.raises(PlanRefused) as refused:
        loads("{}")
    assert refused.value.hint == "docs/plan-file.md describes the format."
    with pytest.raises(PlanRefused) as refused:
        loads("no")
    assert refused.value.hint == (
        "`gitsplit --dry-run --format json` writes a plan to start from."
    )


def test_a_whole_number_may_be_written_with_a_point() -> None:
    value = split(file(added=[[1.0, 2.0]])) | {"version": 1.0}
    read = loads(json.dumps(value))

    assert is_valid(value)
    assert read.series[0].groups[0].files[0].added == ((1, 2),)


def test_bytes_that_are_not_utf_8_are_written_as_base64() -> None:
    path = b"caf\xe9"
    plan = PlanDocument(
        None, HEAD, (CommitEntry(COMMIT, b"\xff", "reword", message=b"\xed\xa0\x80"),)
    )
    whole = FileEntry(path, "café".encode(), whole=True)
    group = GroupEntry(b"m", files=(whole,))
    plan = PlanDocument(
        None, HEAD, (*plan.series, CommitEntry(COMMIT, b"", "split", (group,)))
    )
    written = json.loads(dumps(plan))

    assert written["series"][0]["subject"] == {"base64": "/w=="}
    assert written["series"][0]["message"] == {"base64": "7aCA"}
    paths = written["series"][1]["groups"][0]["files"][0]
    assert paths["old_path"] == {"base64": "Y2Fm6Q=="}
    assert paths["path"] == "café"
    assert loads(dumps(plan)) == plan


oids = st.sampled_from([HEAD, UPSTREAM, COMMIT])
texts = st.sampled_from(
    [b"", b"a\n", b"caf\xc3\xa9\r\n\0", b"\xff", b"\xf0\x9f\x98\x80"]
)
ranges = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 9)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=2,
).map(tuple[LineRange, ...])
path_pairs = st.sampled_from([(b"a", b"a"), (None, b"\xe9"), (b"old", None)])
parts = st.builds(
    lambda paths, removed, added, facts: FileEntry(
        paths[0], paths[1], removed=removed, added=added, facts=tuple(facts)
    ),
    path_pairs,
    ranges,
    ranges,
    st.lists(st.sampled_from(Fact), max_size=2),
)
wholes = st.builds(lambda paths: FileEntry(paths[0], paths[1], whole=True), path_pairs)
contents = st.builds(lambda p, c: FileEntry(p[0], p[1], content=c), path_pairs, texts)
file_entries = st.lists(parts | wholes | contents, max_size=2).map(
    tuple[FileEntry, ...]
)
groups = st.builds(
    GroupEntry,
    texts,
    owner=st.booleans(),
    reason=st.sampled_from(["", "Because."]),
    rest=st.booleans(),
    files=file_entries,
)
entries = st.one_of(
    st.builds(CommitEntry, oids, texts, st.sampled_from(["pick", "fixup", "drop"])),
    st.builds(
        CommitEntry, oids, texts, st.sampled_from(["reword", "squash"]), message=texts
    ),
    st.builds(
        CommitEntry,
        oids,
        texts,
        st.just("split"),
        st.lists(groups, min_size=1, max_size=2).map(tuple[GroupEntry, ...]),
        file_entries,
    ),
)
documents = st.builds(
    PlanDocument,
    st.none() | oids,
    oids,
    st.lists(entries, max_size=3).map(tuple[CommitEntry, ...]),
)


@given(documents)
def test_every_plan_is_valid_and_read_back_as_it_was(plan: PlanDocument) -> None:
    text = dumps(plan)

    assert loads(text) == plan
    assert loads(text.encode()) == plan
    assert is_valid(json.loads(text))


NAMES = ["format", "commit", "action", "groups", "message", "path", "whole", "facts"]
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
        *([], {}, [[1, 1]], [[0, 1]], [[1, 2, 3]], ["mode"], ["mode", "mode"], ["no"]),
        *(
            {"base64": "YQ=="},
            {"base64": "YQ==\n"},
            {"base64": "Y"},
            {"base64": "===="},
        ),
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
    value: object = json.loads(dumps(draw(documents)))
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


@given(damaged())
def test_the_schema_and_the_program_take_and_refuse_the_same(value: object) -> None:
    try:
        loads(json.dumps(value))
    except PlanRefused as refused:
        assert not is_valid(value), str(refused)
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
        ["jq", "."], input=dumps(plan).encode(), capture_output=True, check=True
    )

    assert loads(done.stdout) == plan
