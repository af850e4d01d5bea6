"""However many refs, commits and files there are: what is said fits on a screen."""

import json

from tests.repository import Repository
from tests.runner import done, gitsplit

MOST_LINES = 30


def lines_of(said: str) -> list[str]:
    """The lines, of which a screen has room for all."""
    lines = said.splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) < 1000
    return lines


def tangled(repo: Repository) -> None:
    repo.commit("zero\n", {"a": b"0\n", "b": b"0\n"})
    repo.commit("one\n", {"a": b"1\n", "b": b"1\n"})


def pack(repo: Repository, refs: list[str], oid: str) -> None:
    """These refs have the value; made at once."""
    text = "".join(f"{oid} {ref}\n" for ref in sorted(refs))
    (repo.path / ".git" / "packed-refs").write_text(text)


def test_tags_that_stay_are_counted_and_a_few_named(repo: Repository) -> None:
    tangled(repo)
    tip = repo.commit("two\n", {"c": b"2\n"})
    pack(repo, [f"refs/tags/v{number}" for number in range(3000)], tip)
    repo.git("checkout", "-q", "-b", "old", "HEAD~1")
    said = lines_of(done(repo.path, "--yes", "--group-by", "file", "HEAD~1"))

    (told,) = [line for line in said if "tags" in line]
    assert told == (
        "3000 tags stay where they are: tags/v0, tags/v1, tags/v10 and 2997 more."
    )


def test_branches_that_stay_are_counted_with_their_reason(repo: Repository) -> None:
    tangled(repo)
    tip = repo.commit("two\n", {"c": b"2\n"})
    long = f"{'x' * 200}/{'y' * 200}"
    pack(repo, [f"refs/heads/{long}{number}" for number in range(40)], tip)
    repo.git("checkout", "-q", "-b", "old", "HEAD~1")
    said = lines_of(done(repo.path, "--yes", "--group-by", "file", "HEAD~1"))

    (stays,) = [line for line in said if "stay where they are" in line]
    # That of main is the 41st.
    assert stays.startswith("41 branches stay where they are, each because it has")
    assert stays.endswith("… and 38 more.") or " and 38 more." in stays


def test_branches_that_moved_are_counted_and_so_are_they_when_taken_back(
    repo: Repository,
) -> None:
    tangled(repo)
    for number in range(40):
        repo.git("branch", f"b{number:02}")
    said = lines_of(done(repo.path, "--yes", "--group-by", "file", "HEAD~1"))
    assert said[0] == (
        "Rewrote main, b00, b01, b02, b03 and 36 more: 1 commit became 2."
    )
    (told,) = lines_of(done(repo.path, "--undo"))
    assert "b03 is back at" in told
    assert told.endswith(" and 36 more.")


def test_of_many_new_commits_the_first_are_told(repo: Repository) -> None:
    files = {f"f{number:02}": b"1\n" for number in range(40)}
    repo.commit("zero\n", {"z": b"0\n"})
    repo.commit("many files\n", files)
    said = lines_of(done(repo.path, "--yes", "--group-by", "file", "HEAD~1"))

    assert said[0] == "Rewrote main: 1 commit became 40."
    assert "  and 20 more" in said


def test_of_a_long_series_the_commits_that_changed_are_told(repo: Repository) -> None:
    tangled(repo)
    for number in range(30):
        repo.commit(f"later {number}\n", {"c": b"%d\n" % number})
    split = repo.oid("HEAD~30")
    said = lines_of(done(repo.path, "--yes", "--group-by", "file", "-c", split))

    assert [line.split()[0] for line in said[1:4]] == ["1", "2", "and"]
    assert "  and 30 more" in said


def test_of_many_files_that_lose_something_the_first_are_told(
    repo: Repository,
) -> None:
    repo.commit("zero\n", {"z": b"0\n"})
    repo.commit("many\n", {f"f{number:03}": b"1\n" for number in range(60)})
    by_file = ("--group-by", "file", "HEAD~1")
    plan = json.loads(done(repo.path, "-n", *by_file, "--format", "json"))
    (entry,) = plan["series"]
    files = [file for group in entry["groups"] for file in group["files"]]
    entry["groups"] = [{"message": "one\n", "files": files[:1]}]
    entry["dropped"] = files[1:]
    ran = gitsplit(
        *(repo.path, "--yes", "--plan", "-"), stdin=json.dumps(plan).encode()
    )
    said = lines_of(ran.out)

    assert "  the new file f001 and 1 line of it" in said
    assert "  and 49 more" in said


def test_of_many_failed_checks_the_first_show_what_was_printed(
    repo: Repository,
) -> None:
    repo.commit("zero\n", {"z": b"0\n"})
    repo.commit("many\n", {f"f{number}": b"1\n" for number in range(8)})
    check = ("-x", "seq 100; false", "HEAD~1")
    ran = gitsplit(repo.path, "--yes", "--group-by", "file", *check)

    said = ran.err.splitlines()
    assert sum(line.startswith("✗") for line in said) == 8
    assert said.count("    100") == 3
