"""What a plan file means by itself, and what is refused before a commit is seen."""

import json

import pytest
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import Fact
from gitsplit.planfile.document import CommitEntry, FileEntry, GroupEntry, PlanDocument
from gitsplit.planfile.dump import dump_plan
from gitsplit.planfile.parse import load_plan
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
                        0,
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
                    GroupEntry(b"two\n", rest=(0,)),
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
            document(version=3, news=1),
            at(".version", "only versions 1 and 2 are known"),
            id="a later version, whatever else it has",
        ),
        pytest.param(
            document(version=True),
            at(".version", "only versions 1 and 2 are known"),
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


def together(*groups: Json, action: object = "split", **fields: object) -> Json:
    """A plan of version 2 with one entry about two commits."""
    commits = {"commits": [COMMIT, HEAD], "action": action}
    return document(commits | {"groups": list(groups)} | fields, version=2)


def taken(**fields: object) -> Json:
    """A group of such an entry that takes something of a file."""
    return {"message": "m", "files": [file(commit=HEAD) | fields]}


def test_several_commits_are_read_with_their_numbers() -> None:
    value = together(
        {
            "message": "one\n",
            "continues": HEAD,
            "reason": "Because.",
            "rest": [HEAD],
            "files": [file(commit=COMMIT, removed=[[1, 2]])],
        },
        {"message": "two\n", "continues": None, "rest": False},
        {"message": "", "continues": COMMIT},
        dropped={"rest": [COMMIT], "files": [file(commit=HEAD, content="x")]},
    )
    read = load_plan(json.dumps(value)).series

    assert is_valid(value)
    assert read == (
        CommitEntry(
            COMMIT,
            b"",
            "split",
            (
                GroupEntry(
                    b"one\n",
                    1,
                    "Because.",
                    (1,),
                    (FileEntry(b"a", b"a", removed=((1, 2),), commit=0),),
                ),
                GroupEntry(b"two\n"),
                GroupEntry(b"", 0),
            ),
            (FileEntry(b"a", b"a", content=b"x", commit=1),),
            later=(HEAD,),
            dropped_rest=(0,),
        ),
    )
    assert read[0].commits == (COMMIT, HEAD)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (True, (0, 1)),
        (False, ()),
        ([], ()),
        ([HEAD], (1,)),
        ([HEAD, COMMIT], (0, 1)),
    ],
)
def test_the_rest_is_taken_of_all_commits_or_of_some(
    rest: object, expected: tuple[int, ...]
) -> None:
    value = together({"message": "m", "rest": rest}, dropped={"rest": rest})
    (entry,) = load_plan(json.dumps(value)).series

    assert is_valid(value)
    assert (entry.groups[0].rest, entry.dropped_rest) == (expected, expected)


def test_several_commits_may_be_picked_and_need_no_action_for_it() -> None:
    (entry,) = load_plan(
        json.dumps(document({"commits": [COMMIT, HEAD]}, version=2))
    ).series

    assert entry == CommitEntry(COMMIT, action="pick", later=(HEAD,))


def test_a_list_of_one_commit_means_what_the_commit_does() -> None:
    group = {"message": "m", "rest": True}
    alone = document(entry(groups=[group | {"owner": True}]))
    listed = together(group | {"continues": COMMIT}, commits=[COMMIT])

    assert load_plan(json.dumps(listed)) == load_plan(json.dumps(alone))


def test_an_entry_about_one_commit_means_the_same_in_version_2() -> None:
    old = split(file(added=[[1, 1]]), dropped=[file(whole=True)])
    new = old | {"version": 2}

    assert is_valid(new)
    assert load_plan(json.dumps(new)) == load_plan(json.dumps(old))


ENTRY, GROUP = ".series[0]", ".series[0].groups[0]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            together(commit=HEAD),
            at(ENTRY, '"commit" and "commits" exclude each other'),
            id="one commit and several",
        ),
        pytest.param(
            document({"action": "pick"}, version=2),
            at(ENTRY, '"commit" is missing'),
            id="no commit",
        ),
        pytest.param(
            together(commits=[]),
            at(f"{ENTRY}.commits", "it must name a commit"),
            id="an empty list",
        ),
        pytest.param(
            together(commits=COMMIT),
            at(f"{ENTRY}.commits", "it must be a list"),
            id="no list",
        ),
        pytest.param(
            together(commits=[COMMIT, HEAD, COMMIT]),
            at(f"{ENTRY}.commits", "it names a commit twice"),
            id="a commit twice",
        ),
        pytest.param(
            together(commits=["HEAD"]),
            at(f"{ENTRY}.commits[0]", "it must be a full object id of 40 hex digits"),
            id="a revision in place of an id",
        ),
        *(
            pytest.param(
                together(action=action),
                at(f"{ENTRY}.action", "it must be one of pick, split"),
                id=f"{action} of several",
            )
            for action in ("reword", "squash", "fixup", "drop", None, "edit")
        ),
        pytest.param(
            together(),
            at(ENTRY, '"split" and "groups" belong together'),
            id="split without groups",
        ),
        pytest.param(
            together(taken(), action="pick"),
            at(ENTRY, '"split" and "groups" belong together'),
            id="groups without split",
        ),
        pytest.param(
            together(action="pick", dropped={"rest": True}),
            at(ENTRY, '"dropped" belongs to "split"'),
            id="dropped without split",
        ),
        pytest.param(
            together(taken(), message="m"),
            at(ENTRY, '"message" belongs to "reword" and "squash"'),
            id="a message for all",
        ),
        pytest.param(
            together(taken() | {"owner": True}),
            at(GROUP, '"owner" goes with "commit"; with "commits" say "continues"'),
            id="owner",
        ),
        pytest.param(
            together(taken() | {"continues": [HEAD]}),
            at(f"{GROUP}.continues", "it must be a full object id of 40 hex digits"),
            id="several continued",
        ),
        pytest.param(
            together(taken() | {"rest": "all"}),
            at(f"{GROUP}.rest", "it must be true, false or a list of commits"),
            id="another rest",
        ),
        pytest.param(
            together(taken() | {"rest": [HEAD, HEAD]}),
            at(f"{GROUP}.rest", "it names a commit twice"),
            id="the rest of a commit twice",
        ),
        pytest.param(
            together({"message": "m", "files": [file()]}),
            at(FIRST_FILE, '"commit" is missing'),
            id="a file without its commit",
        ),
        pytest.param(
            together(taken(), dropped=[file()]),
            at(f"{ENTRY}.dropped[0]", '"commit" is missing'),
            id="a dropped file without its commit",
        ),
        pytest.param(
            together(taken(), dropped={"files": [file()]}),
            at(f"{ENTRY}.dropped.files[0]", '"commit" is missing'),
            id="one beside a rest",
        ),
        pytest.param(
            together(taken(), dropped={"groups": []}),
            at(f"{ENTRY}.dropped", '"groups" is unknown'),
            id="something else that is dropped",
        ),
        pytest.param(
            together(taken(whole=True, added=[[1, 1]])),
            at(FIRST_FILE, '"whole" excludes "removed", "added" and "facts"'),
            id="whole and a part",
        ),
        pytest.param(
            document({"commits": [COMMIT]}),
            at(ENTRY, '"commits" is known from version 2 on'),
            id="several commits in version 1",
        ),
        pytest.param(
            document(entry(groups=[{"message": "m", "continues": None}])),
            at(GROUP, '"continues" is known from version 2 on'),
            id="continues in version 1",
        ),
        pytest.param(
            document(entry(groups=[{"message": "m", "rest": [COMMIT]}])),
            at(f"{GROUP}.rest", "a list is known from version 2 on"),
            id="a list of rests in version 1",
        ),
        pytest.param(
            split(file(commit=COMMIT)),
            at(FIRST_FILE, '"commit" is known from version 2 on'),
            id="the commit of a file in version 1",
        ),
        pytest.param(
            split(dropped={"rest": True}),
            at(f"{ENTRY}.dropped", '"rest" is known from version 2 on'),
            id="a dropped rest in version 1",
        ),
        pytest.param(
            document(entry(groups=[{"message": "m", "continues": None}]), version=2),
            at(GROUP, '"continues" goes with "commits"'),
            id="continues beside one commit",
        ),
        pytest.param(
            document(entry(groups=[{"message": "m", "rest": [COMMIT]}]), version=2),
            at(f"{GROUP}.rest", 'a list goes with "commits"'),
            id="a list of rests beside one commit",
        ),
        pytest.param(
            split(file(commit=COMMIT)) | {"version": 2},
            at(FIRST_FILE, '"commit" goes with "commits"'),
            id="the commit of a file beside one commit",
        ),
        pytest.param(
            split(dropped={"rest": True}) | {"version": 2},
            at(f"{ENTRY}.dropped", '"rest" goes with "commits"'),
            id="a dropped rest beside one commit",
        ),
    ],
)
def test_what_is_not_in_version_2_is_refused_and_no_schema_takes_it(
    value: object, expected: str
) -> None:
    assert refusal(value) == expected
    assert not is_valid(value)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (together(taken() | {"continues": UPSTREAM}), f"{GROUP}.continues"),
        (together(taken() | {"rest": [HEAD, UPSTREAM]}), f"{GROUP}.rest[1]"),
        (together(taken(commit=UPSTREAM)), f"{FIRST_FILE}.commit"),
        (
            together(taken(), dropped={"rest": [UPSTREAM]}),
            f"{ENTRY}.dropped.rest[0]",
        ),
    ],
    ids=["continues", "rest", "commit", "dropped"],
)
def test_what_an_entry_names_is_one_of_its_commits(value: object, where: str) -> None:
    assert refusal(value) == at(where, 'it must be one of the entry\'s "commits"')


def test_version_2_is_written_where_an_entry_needs_it() -> None:
    one = CommitEntry(COMMIT, b"S", "split", (GroupEntry(b"m", 0, rest=(0,)),))
    two = replace(one, later=(HEAD,), subject=b"")

    def written(entry: CommitEntry) -> Json:
        value: Json = json.loads(dump_plan(PlanDocument(None, HEAD, (entry,))))
        return value

    assert (written(one)["version"], written(two)["version"]) == (1, 2)
    assert written(one)["series"] == [
        entry(
            subject="S",
            groups=[
                {"message": "m", "owner": True, "reason": "", "files": [], "rest": True}
            ],
            dropped=[],
        )
    ]
    continued = {"message": "m", "continues": COMMIT, "reason": "", "files": []}
    assert written(two)["series"] == [
        {
            "commits": [COMMIT, HEAD],
            "action": "split",
            "groups": [continued | {"rest": [COMMIT]}],
            "dropped": [],
        }
    ]
    dropping = written(replace(two, dropped_rest=(0, 1)))
    assert dropping["series"][0]["dropped"] == {"rest": True, "files": []}  # type: ignore[index]


def test_a_range_that_runs_backwards_is_refused() -> None:
    assert refusal(split(file(added=[[3, 2]]))) == at(
        f"{FIRST_FILE}.added[0]", "it must be [first, last], counted from 1"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "The plan is not JSON: Expecting value: line 1 column 1 (char 0)."),
        (b'"\xff"', "The plan is not JSON: byte 2 is not UTF-8."),
        (b"[" * 100_000, "The plan is not JSON: it is nested too deeply."),
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
    assert (
        refused.value.hint == "`gitsplit --help-programs` shows how a plan is written."
    )
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
