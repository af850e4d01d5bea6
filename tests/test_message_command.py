"""A program of the user's own writes the messages of what is proposed."""

import json
import sys
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.runner import done, gitsplit
from tests.terminal import Terminal

KEY = "gitsplit.messageCommand"
FIRST = "plan['series'][0]['groups'][0]"
SPLIT = ("-c", "HEAD~2", "--group-by", "file")

WRITE = """
import json, sys
plan = json.load(sys.stdin)
for group in plan["series"][0]["groups"]:
    first = [line for line in group["diff"].split("\\n") if line.startswith("+++ ")]
    group["message"] = "Change " + ", ".join(line[6:] for line in first) + "\\n"
json.dump(plan, sys.stdout)
"""


def writing(repo: Repository, script: str) -> Repository:
    """The repository in which this program is asked for messages."""
    path = repo.path / ".git" / "write.py"
    path.write_text(script)
    # A link, for where Python lies would say how messages with the command are wrapped.
    (path.parent / "python").symlink_to(sys.executable)
    repo.git("config", "--global", KEY, ".git/python .git/write.py")
    return repo


def proposed(repo: Repository, *args: str) -> list[dict[str, object]]:
    said = gitsplit(repo.path, "-n", *args, "--format", "json")
    assert said.status == 0, said.err
    groups: list[dict[str, object]] = json.loads(said.out)["series"][0]["groups"]
    return groups


def test_the_messages_that_it_writes_are_proposed(series: Repository) -> None:
    before = proposed(series, *SPLIT)
    groups = proposed(writing(series, WRITE), *SPLIT)

    assert [g["message"] for g in groups] == ["Change numbers\n", "Change sub/other\n"]
    taken = [{**group, "message": ""} for group in before]
    assert [{**group, "message": ""} for group in groups] == taken


def test_the_diffs_that_it_gets_are_those_of_the_commits(
    series: Repository, tmp_path: Path
) -> None:
    """Git shows the same lines of the commits that are made."""
    asked = tmp_path / "asked"
    writing(
        series,
        f"import sys; given = sys.stdin.read(); print(given)\n"
        f"open({str(asked)!r}, 'w').write(given)",
    )
    done(series.path, *SPLIT, "--yes")
    told = json.loads(asked.read_text())["series"][0]["groups"]

    for group, commit in zip(told, ("HEAD~3", "HEAD~2"), strict=True):
        shown = series.git("show", "--format=", commit).splitlines()
        lines = group["diff"].splitlines()
        assert [x for x in lines if x[:1] in "-+@"] == [
            x for x in shown if x[:1] in "-+@"
        ]


FOOTER = (
    "Fixes: #1\nCo-authored-by: B <b@c>\nChange-Id: I{}\nSigned-off-by: A <a@b>\n"
).format("1" * 40)


def signed(repo: Repository) -> Repository:
    """A repository whose last commit changes two files, and has trailers."""
    repo.commit("base\n", {"one": b"1\n", "two": b"1\n"})
    repo.commit(f"two things\n\n{FOOTER}", {"one": b"2\n", "two": b"2\n"})
    return repo


@pytest.mark.parametrize("end", ["", " of mine\\n\\nFixes: #1"])
def test_trailers_that_it_does_not_write_stay(repo: Repository, end: str) -> None:
    """People are on both commits; who fixes what, the program may say."""
    done(writing(signed(repo), WRITE).path, "-n", "--group-by", "file", "HEAD~1")
    script = WRITE.replace("for line in first)", f"for line in first) + '{end}'")
    (repo.path / ".git" / "write.py").write_text(script)
    done(repo.path, "--group-by", "file", "--yes", "HEAD~1")

    form = "--format=%(trailers:key={},valueonly,separator=%x2C)"
    having = {
        key: repo.git("log", "-2", form.format(key)).splitlines()
        for key in ("Signed-off-by", "Co-authored-by", "Fixes")
    }
    assert having == {
        "Signed-off-by": ["A <a@b>"] * 2,
        "Co-authored-by": ["B <b@c>"] * 2,
        "Fixes": ["#1"] * (2 if end else 1),
    }
    kept = repo.git("log", "-2", form.format("Change-Id")).splitlines()
    assert kept.count("I" + "1" * 40) == 1


def test_only_messages_are_taken_each_by_the_files_beside_it(
    series: Repository,
) -> None:
    """Another order of the commits, another reason and owner change nothing."""
    before = proposed(series, *SPLIT)
    script = WRITE.replace(
        "json.dump",
        "plan['series'][0]['groups'].reverse()\n"
        "for group in plan['series'][0]['groups']:\n"
        "    group['reason'], group['owner'] = 'mine', not group['owner']\n"
        "json.dump",
    )
    groups = proposed(writing(series, script), *SPLIT)

    assert [g["files"] for g in groups] == [g["files"] for g in before]
    assert [g["reason"] for g in groups] == [g["reason"] for g in before]
    assert [g["owner"] for g in groups] == [g["owner"] for g in before]
    assert [g["message"] for g in groups] == ["Change numbers\n", "Change sub/other\n"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("print('no plan')", "can't be used. The plan is not JSON"),
        ("import sys; sys.exit('out of words')", "failed: out of words"),
        (WRITE.replace('"message"', '"massage"'), '"massage" is unknown'),
        (WRITE.replace("json.dump", f"{FIRST}['message'] = ''\njson.dump"), "message"),
        (
            WRITE.replace(
                "json.dump",
                "groups = plan['series'][0]['groups']\n"
                "groups[:] = [{'message': 'all', 'rest': True, 'files': []}]\n"
                "json.dump",
            ),
            "another number of commits",
        ),
        (
            WRITE.replace(
                "json.dump",
                "first, second = plan['series'][0]['groups']\n"
                "part = {**first['files'][0], 'whole': False, 'added': [[1, 1]]}\n"
                "first['files'] = [part]\n"
                "second['rest'] = True\n"
                "json.dump",
            ),
            "Its commits have other lines than those that it was given.",
        ),
    ],
    ids=["no plan", "an error", "a field unknown", "an empty one", "fewer", "others"],
)
def test_an_answer_that_does_not_fit_is_refused(
    series: Repository, script: str, words: str
) -> None:
    writing(series, script)
    before = series.refs()
    ran = gitsplit(series.path, *SPLIT, "--yes")

    assert (ran.status, words in ran.err) == (1, True), ran.err
    assert before == series.refs()


def test_it_is_asked_after_the_program_that_proposes(series: Repository) -> None:
    series.git("config", "--global", "gitsplit.proposalCommand", "cat")
    groups = proposed(writing(series, WRITE), *SPLIT)

    assert groups[0]["message"] == "Change numbers\n"


def test_the_repository_cannot_have_it_run(series: Repository) -> None:
    trace = series.path.parent / "trace"
    series.git("config", KEY, f"touch {trace}; cat")
    ran = gitsplit(series.path, "-n", *SPLIT)

    assert (ran.status, trace.exists()) == (0, False)
    assert ran.err.count(f"{KEY} is not run") == 1


def test_it_is_not_asked_for_the_estimates_of_a_series(series: Repository) -> None:
    """A commit that is opened asks it; the rows of the list don't."""
    asked = series.path.parent / "asked"
    writing(
        series,
        WRITE + f"\nopen({str(asked)!r}, 'a').write(plan['series'][0]['commit'])",
    )
    terminal = Terminal(series.path, "HEAD~3")
    terminal.wait_for("≈2")
    terminal.settle()
    assert not asked.exists()
    terminal.type("e")
    terminal.wait_for("Change sub/other")
    terminal.type("\x03")

    assert terminal.exit_status() == 130
    assert asked.read_text() == series.oid("HEAD~2")
