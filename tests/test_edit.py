"""``--edit``: the split as one text in the user's editor, which may be a script."""

import base64
import os
import shlex
from pathlib import Path

import pytest

from gitsplit.workflow.text_editing import MOST_KEPT
from tests.repository import Repository
from tests.runner import (
    Ran,
    gitsplit,
    group,
    lines,
    plan_for,
    split_entry,
    state_of,
    whole,
    written,
)
from tests.terminal import Terminal

OLD = b"".join(b"line %d\n" % n for n in range(1, 21))
NEW = OLD.replace(b"line 3\n", b"three\nand a half\n").replace(b"line 15\n", b"")


@pytest.fixture
def tangled(repo: Repository) -> Repository:
    """A commit that changes a file in two places, and makes another."""
    repo.commit("base\n", {"a": OLD})
    repo.commit("Do it all\n\nChange-Id: I" + "1" * 40 + "\n", {"a": NEW, "b": b"1\n"})
    return repo


def editor(monkeypatch: pytest.MonkeyPatch, path: Path, *commands: str) -> Path:
    """Make these shell commands the editor, for the file ``$1``; what it was given."""
    given = path / "given"
    script = path / "editor"
    script.write_text("\n".join(("#!/bin/sh", f'cp "$1" {given}', *commands, "")))
    script.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", shlex.quote(str(script)))
    return given


def plan_of_two(repo: Repository, path: Path) -> str:
    """A plan: the file that is new first, and then all else."""
    first = group("Make b\n", whole("b") | {"old_path": None})
    rest = group("Do it all\n", owner=True)
    entry = split_entry(repo, "HEAD", first, rest)
    return written(path / "plan.json", plan_for(repo, "HEAD~1", entry))


def edited(repo: Repository, tmp_path: Path, *args: str) -> Ran:
    plan = plan_of_two(repo, tmp_path)
    return gitsplit(repo.path, "--edit", "--plan", plan, *args)


def test_numbers_and_messages_are_what_the_editor_says(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tangled.oid("HEAD")
    given = editor(
        *(monkeypatch, tmp_path),
        "sed -i 's/^Make b/Make b anew/' \"$1\"",
        "sed -i '/+and a half/s/^[.]/1/' \"$1\"",
        "sed -i 's/^[.]\\(  @@ 2 @@\\)/7\\1/' \"$1\"",
        "sed -i 's/^# -----/# commit 7\\nTake one away\\n\\n&/' \"$1\"",
    )

    ran = edited(tangled, tmp_path, "--yes")

    assert ran.status == 0, ran.err
    assert given.read_text().startswith("# commit 1 ----- of ")
    subjects = tangled.git("log", "--reverse", "--format=%s", "HEAD~3..").split("\n")
    assert subjects == ["Make b anew", "Do it all", "Take one away"]
    assert tangled.tree("HEAD") == tangled.tree(before)
    half = OLD.replace(b"line 3\n", b"line 3\nand a half\n")
    assert tangled.blob("HEAD~2", "a") == half
    assert tangled.blob("HEAD~1", "a") == NEW.replace(
        b"line 14\n", b"line 14\nline 15\n"
    )
    assert b"Change-Id: I1111" in tangled.message("HEAD~1")
    assert tangled.fsck() == ""


def test_what_the_preview_says_is_done(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "sed -i '/@@ 2 @@/s/^./1/' \"$1\"")
    before = state_of(tangled.path)
    shown = edited(tangled, tmp_path, "-n")
    assert (shown.status, state_of(tangled.path)) == (0, before), shown.err

    assert edited(tangled, tmp_path, "--yes").status == 0

    for revision in ("HEAD~1", "HEAD"):
        assert f"tree {tangled.tree(revision)[:10]}" in shown.out


def test_a_proposal_is_edited_for_each_commit_that_was_named(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tangled.commit("More\n", {"c": b"1\n", "d": b"1\n"})
    given = editor(
        monkeypatch, tmp_path, "sed -i 's/^# commit 1.*/&\\nFirst\\n/' \"$1\""
    )
    args = ("--group-by", "file", "-c", "HEAD~1", "-c", "HEAD", "--yes")

    ran = gitsplit(tangled.path, "--edit", *args)

    assert ran.status == 0, ran.err
    assert given.read_text().count("\n# ===== ") + 1 == 2
    subjects = tangled.git("log", "--format=%s").split("\n")
    assert (len(subjects), subjects.count("First")) == (5, 2)


def test_a_range_is_edited_too(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tangled.commit("More\n", {"c": b"1\n", "d": b"1\n"})
    editor(monkeypatch, tmp_path, "sed -i '/^[.2]  == c/s/^./1/' \"$1\"")

    ran = gitsplit(tangled.path, "--edit", "--resplit", "HEAD~2", "--yes")

    assert ran.status == 0, ran.err
    assert tangled.git("diff", "--name-only", "HEAD~1", "HEAD") == "d"
    assert tangled.message("HEAD") == b"More\n"


def test_saved_empty_nothing_changes(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, ': > "$1"')
    before = tangled.refs()

    for args in (("--yes",), ("-n",)):
        ran = edited(tangled, tmp_path, *args)
        assert (ran.status, ran.out, ran.err) == (0, "", "Nothing was changed.\n")
    assert tangled.refs() == before


def test_a_mistake_is_shown_in_its_place_and_can_be_corrected(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = 'if grep -q " !! " "$1"; then sed -i "s/^9/2/" "$1"; '
    given = editor(
        *(monkeypatch, tmp_path), again + "else sed -i '/@@ 2 @@/s/^./9/' \"$1\"; fi"
    )

    ran = edited(tangled, tmp_path, "--yes")

    assert ran.status == 0, ran.err
    shown = given.read_text().splitlines()
    first, at = [n for n, line in enumerate(shown) if line.startswith("# !! ")]
    assert (first, shown[at]) == (0, "# !! There is no heading of a commit 9 above.")
    assert shown[at + 1].startswith("9  @@ 2 @@")
    assert shown[0] == (
        f"# !! 1 mistake, in line {at + 2}: There is no heading of a commit 9 above."
        ' Search for "# !!".'
    )


def test_a_mistake_that_stays_is_refused_with_its_line_and_the_text_is_kept(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = editor(monkeypatch, tmp_path, "sed -i '/^[.]  +three/d' \"$1\"")
    before = tangled.refs()

    ran = edited(tangled, tmp_path, "--yes")

    assert (ran.status, tangled.refs()) == (1, before)
    lines_given = given.read_text().splitlines()
    at = next(n for n, line in enumerate(lines_given, 1) if "+and a half" in line)
    (kept,) = texts_kept(tangled)
    assert ran.err.splitlines() == [
        f"gitsplit: Line {at} of the edited text can't be read:"
        " Here should be “+three”.",
        f"hint: Your text is in {kept}; without --yes and -n the same command opens"
        " it again.",
        "Nothing was changed.",
    ]
    assert "+and a half" in kept.read_text()


def test_an_editor_that_fails_changes_nothing(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "exit 3")
    ran = edited(tangled, tmp_path, "--yes")
    assert (ran.status, "exited with status 3" in ran.err) == (1, True)
    assert ran.err.count("Nothing") == 1


def test_a_message_that_only_trailers_are_left_of_is_refused(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = "Signed-off-by: A U Thor <author@example.org>"
    editor(monkeypatch, tmp_path, f"sed -i 's/^Make b$/{sign}/' \"$1\"")
    ran = edited(tangled, tmp_path, "--yes")
    assert (ran.status, "Message 1 begins with a trailer" in ran.err) == (1, True)

    first = group(f"{sign}\n", whole("b") | {"old_path": None})
    entry = split_entry(tangled, "HEAD", first, group("Do it all\n", owner=True))
    plan = written(tmp_path / "signed.json", plan_for(tangled, "HEAD~1", entry))
    refused = gitsplit(tangled.path, "--plan", plan, "--yes")
    assert refused.status == 1
    assert "begins with a trailer, in place of a subject." in refused.err


@pytest.mark.parametrize(
    ("change", "status"),
    [(("replace", ""), 0), (("replace", " now"), 1), (("ignore", ""), 1)],
)
def test_bytes_that_an_editor_loses_are_kept_or_it_is_refused(
    tangled: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str],
    status: int,
) -> None:
    errors, more = change
    message = b"Do it at the Caf\xe9\n"
    first = group("Make b\n", whole("b") | {"old_path": None})
    encoded = {"base64": base64.b64encode(message).decode()}
    rest = group("", owner=True) | {"message": encoded}
    entry = split_entry(tangled, "HEAD", first, rest)
    plan = written(tmp_path / "odd.json", plan_for(tangled, "HEAD~1", entry))
    script = (
        "import sys; f = open(sys.argv[1], 'rb'); "
        f"text = f.read().decode('utf-8', '{errors}').replace('Do it', 'Do it{more}'); "
        "open(sys.argv[1], 'w', encoding='utf-8').write(text)"
    )
    editor(monkeypatch, tmp_path, f'python3 -c "{script}" "$1"')

    ran = gitsplit(tangled.path, "--edit", "--yes", "--plan", plan)

    assert ran.status == status, ran.err
    assert "has bytes that the editor lost" in ran.err or status == 0
    assert tangled.message("HEAD").startswith(message if not status else b"Do it all")


def texts_kept(repo: Repository) -> list[Path]:
    """The texts that wait to be opened again."""
    return sorted((repo.path / ".git" / "gitsplit").glob("edited-split-*"))


def in_terminal(repo: Repository, tmp_path: Path, *args: str) -> Terminal:
    """``--edit`` with the plan of two commits, where somebody can be asked."""
    plan = plan_of_two(repo, tmp_path)
    options = ("--edit", "--no-screen", "--plan", plan, *args)
    return Terminal(repo.path, *options, columns=200, rows=60)


def test_who_does_not_apply_an_edited_split_has_it_again_next_time(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = editor(monkeypatch, tmp_path, "sed -i 's/^Make b$/Make b anew/' \"$1\"")
    before = tangled.refs()
    terminal = in_terminal(tangled, tmp_path)
    terminal.wait_for("Apply this? [y/N/e]:")
    terminal.type("n\n")
    terminal.wait_for("Nothing was changed.")
    assert (terminal.exit_status(), tangled.refs()) == (0, before)
    (kept,) = texts_kept(tangled)
    assert f"Your text is in {kept}; the same command opens it" in terminal.text

    again = in_terminal(tangled, tmp_path)
    again.wait_for("Apply this? [y/N/e]:")
    opened = given.read_text().splitlines()
    assert opened[0].startswith("# !! This is your text of the last time")
    assert "Make b anew" in opened
    again.type("y\n")
    again.wait_for("Undo with")
    assert again.exit_status() == 0
    assert tangled.git("log", "-1", "--format=%s", "HEAD~1") == "Make b anew"
    assert texts_kept(tangled) == []


def test_a_split_is_edited_again_before_it_is_applied(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "sed -i 's/^Make b.*/& again/' \"$1\"")
    terminal = in_terminal(tangled, tmp_path)
    terminal.wait_for("[y/N/e]:")
    terminal.type("?\n")
    terminal.wait_for("e: edit it again")
    terminal.type("e\n")
    terminal.wait_for("Make b again again")
    terminal.type("y\n")
    assert terminal.exit_status() == 0
    subject = tangled.git("log", "-1", "--format=%s", "HEAD~1")
    assert subject == "Make b again again"


def test_a_refused_text_is_opened_again_at_its_mistake(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "sed -i '/@@ 2 @@/s/^./9/' \"$1\"")
    assert in_terminal(tangled, tmp_path).exit_status() == 1

    given = editor(monkeypatch, tmp_path, "sed -i 's/^9/1/' \"$1\"")
    terminal = in_terminal(tangled, tmp_path)
    terminal.wait_for("[y/N/e]:")
    assert given.read_text().startswith("# !! 1 mistake, in line ")
    terminal.type("y\n")
    assert terminal.exit_status() == 0
    assert texts_kept(tangled) == []


def test_a_kept_text_goes_where_it_is_saved_empty_and_is_not_given_to_scripts(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "sed -i '/@@ 2 @@/s/^./9/' \"$1\"")
    assert edited(tangled, tmp_path, "--yes").status == 1
    given = editor(monkeypatch, tmp_path)
    assert edited(tangled, tmp_path, "-n").status == 0
    assert given.read_text().startswith("# commit 1")
    assert len(texts_kept(tangled)) == 1

    editor(monkeypatch, tmp_path, ': > "$1"')
    assert in_terminal(tangled, tmp_path).exit_status() == 0
    assert texts_kept(tangled) == []


def test_of_the_texts_that_were_never_applied_the_newest_are_kept(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "sed -i '/@@ 2 @@/s/^./9/' \"$1\"")
    directory = tangled.path / ".git" / "gitsplit"
    directory.mkdir(exist_ok=True)
    for number in range(MOST_KEPT + 3):
        old = directory / f"edited-split-{number:010}"
        old.write_bytes(b"")
        os.utime(old, (number, number))
    assert edited(tangled, tmp_path, "--yes").status == 1

    kept = texts_kept(tangled)
    assert len(kept) == MOST_KEPT
    assert kept[0].name == f"edited-split-{4:010}"


@pytest.mark.parametrize(
    ("name", "option"), [("vim", "+{}"), ("nano", "+{}"), ("other", None)]
)
def test_an_editor_that_can_opens_at_the_mistake(
    tangled: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    option: str | None,
) -> None:
    log = tmp_path / "calls"
    program = tmp_path / name
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {log}\nfor last; do :; done\n'
        'sed -i "/@@ 2 @@/s/^./9/" "$last"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("GIT_EDITOR", f"{program} -x")

    ran = edited(tangled, tmp_path, "--yes")

    first, second, *_ = [call.split() for call in log.read_text().splitlines()]
    assert (ran.status, first[:-1]) == (1, ["-x"])
    (kept,) = texts_kept(tangled)
    text = kept.read_text().splitlines()
    at = next(n for n, line in enumerate(text, 1) if line.startswith("9"))
    assert second[1:-1] == ([option.format(at)] if option else [])


def test_without_a_terminal_and_a_word_nothing_is_applied(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(monkeypatch, tmp_path, "exit 3")
    ran = edited(tangled, tmp_path)
    assert (ran.status, "--yes" in ran.err) == (1, True)


def test_a_file_written_by_hand_keeps_its_commit(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = lines("a", [], [(3, 3)]) | {"content": "by hand\n"}
    entry = split_entry(tangled, "HEAD", group("One\n", by_hand), group("Two\n"))
    plan = written(tmp_path / "plan.json", plan_for(tangled, "HEAD~1", entry))
    editor(monkeypatch, tmp_path, "sed -i '/== b/s/^./1/' \"$1\"")

    ran = gitsplit(tangled.path, "--edit", "--yes", "--plan", plan)

    assert ran.status == 0, ran.err
    assert tangled.blob("HEAD~1", "a") == b"by hand\n"
    assert tangled.blob("HEAD~1", "b") == b"1\n"


def test_the_original_is_continued_though_its_heading_is_gone(
    tangled: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(
        *(monkeypatch, tmp_path),
        "sed -i -e 's/^# commit 2/# commit 5/' -e 's/^2/5/' \"$1\"",
    )
    ran = edited(tangled, tmp_path, "--yes")
    assert ran.status == 0, ran.err
    assert b"Change-Id: I1111" in tangled.message("HEAD")
