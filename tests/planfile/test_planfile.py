"""What a plan file means by itself, and what is refused before a commit is seen."""

import json

import pytest

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact
from gitsplit.planfile.parse import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    PlanDocument,
    dump_plan,
    load_plan,
)
from tests.planfile.test_plan_schema import COMMIT, HEAD, UPSTREAM, is_valid

Json = dict[str, object]


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


def refusal(value: object) -> str:
    """The sentence with which a plan is refused."""
    with pytest.raises(InvalidPlan) as refused:
        load_plan(json.dumps(value))
    return str(refused.value)


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
    assert load_plan(json.dumps(value)) == PlanDocument(
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
    return f"The plan's {path} does not match the format: {why}."


FIRST_FILE = ".series[0].groups[0].files[0]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            [], "The plan does not match the format: it must be an object.", id="list"
        ),
        pytest.param(
            {"format": "gitsplit-plan"},
            'The plan does not match the format: "version" is missing.',
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
            'The plan does not match the format: "upstream" is missing.',
            id="no upstream",
        ),
        pytest.param(
            document(news=1, others=2),
            'The plan does not match the format: "news" is unknown.',
            id="unknown field",
        ),
        pytest.param(
            document(**{"\x1b[1m": 1}),
            'The plan does not match the format: "␛[1m" is unknown.',
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
                    '"whole" excludes "removed", "added" and "facts"',
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
            'The plan does not match the format: "a" appears twice in one object.',
        ),
    ],
    ids=["empty", "not UTF-8", "too deep", "a name twice"],
)
def test_text_that_is_no_json_is_refused(text: bytes, expected: str) -> None:
    with pytest.raises(InvalidPlan) as refused:
        load_plan(text)
    assert str(refused.value).startswith(expected)


def test_a_refusal_says_where_to_read_on() -> None:
    with pytest.raises(InvalidPlan) as refused:
        load_plan("{}")
    assert refused.value.hint == "docs/plan-file.md describes the format."
    with pytest.raises(InvalidPlan) as refused:
        load_plan("no")
    assert refused.value.hint == (
        "`gitsplit --dry-run --format json` writes a plan to start from."
    )


def test_a_whole_number_may_be_written_with_a_point() -> None:
    value = split(file(added=[[1.0, 2.0]])) | {"version": 1.0}
    read = load_plan(json.dumps(value))

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
    written = json.loads(dump_plan(plan))

    assert written["series"][0]["subject"] == {"base64": "/w=="}
    assert written["series"][0]["message"] == {"base64": "7aCA"}
    paths = written["series"][1]["groups"][0]["files"][0]
    assert paths["old_path"] == {"base64": "Y2Fm6Q=="}
    assert paths["path"] == "café"
    assert load_plan(dump_plan(plan)) == plan
