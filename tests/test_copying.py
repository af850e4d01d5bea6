"""What is copied as a patch: git takes it, whatever the names and the contents are."""

import os
import re
from base64 import b64decode

import pytest
from msgspec.structs import replace

from gitsplit.git.diff import hunks_between
from gitsplit.git.repository import open_repository
from gitsplit.tui.state.app_state import ShellRequest, State
from gitsplit.tui.surroundings import copy_codes
from gitsplit.tui.update.actions.reading import MoveTo, SelectLines
from gitsplit.tui.update.actions.screens import ShowCommit
from gitsplit.tui.update.actions.shell import CopyPatch
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tests.repository import Repository
from tests.runner import tangled
from tests.terminal import Terminal
from tests.tui.builder import after, plan_of, state_of

NAMES = ("plain", "with blank", 'a "quoted"', "tab\there", "\udcff\udcfe", "naïve")
OLD = b"1\n2\n3\n4\n5\n6\n7\n8\n9\nend"
NEW = b"one\n2\n3\n4\nfive\n6\n7\n8\n9\nEND"


def opened(repo: Repository) -> State:
    """HEAD's commit on the screen, all its hunks in one commit."""
    request = Request(upstream="HEAD~1", group_by="none")
    work = read_work(open_repository(repo.path), request)
    (plan,) = work.plans.values()
    state = state_of(plan)
    return replace(state, hunks_between=hunks_between)


def applies(repo: Repository, state: State) -> bytes:
    """What git makes of the copied patch in the commit before: the changed files."""
    copied = after(state, CopyPatch())
    assert copied.request is ShellRequest.COPY, copied.status
    repo.git("reset", "--hard", "-q", "HEAD~1")
    repo.git("apply", "--check", "-", stdin=copied.clipboard)
    repo.git("apply", "--index", "-", stdin=copied.clipboard)
    return repo.run("diff", "--cached", "--numstat", "-z").stdout


@pytest.mark.parametrize("name", NAMES)
def test_git_apply_takes_a_hunk_of_a_file_of_any_name(
    repo: Repository, name: str
) -> None:
    repo.commit("base\n", {name: OLD})
    repo.commit("change\n", {name: NEW, f"new {name}": b"x\n"})
    state = opened(repo)
    path = os.fsencode(name)
    edits = [e for e in state.plan.edits if state.plan.changes[e.file].path == path]
    row = state.rows.row_of(edits[1])

    assert applies(repo, after(state, MoveTo(row))) == b"1\t1\t%s\0" % path


def test_git_apply_takes_selected_lines_and_whole_commits(repo: Repository) -> None:
    repo.commit("base\n", {"a": OLD, "b": b"x\n"})
    repo.commit("change\n", {"a": NEW, "c": b"1\n2\n3\n"})
    state = opened(repo)
    row = state.rows.row_of(state.plan.edits[0])
    lines = after(state, SelectLines(row, row))
    whole = after(state, ShowCommit())

    assert applies(repo, lines) == b"0\t1\ta\0"
    repo.git("reset", "--hard", "-q", "HEAD@{1}")
    assert applies(repo, whole) == b"3\t3\ta\0" + b"3\t0\tc\0"


def test_what_is_too_much_is_refused_with_both_sizes() -> None:
    state = replace(
        state_of(plan_of({"a": ("", "x" * 99 + "\n" + "y\n" * 40_000)}, 1)),
        hunks_between=hunks_between,
    )
    refused = after(state, CopyPatch())

    assert refused.is_refusal
    assert re.fullmatch(
        r"The patch has [\d,]+ bytes, and a terminal takes 74,994. Select less.",
        refused.status,
    )


def test_gnu_screen_hands_the_codes_on_in_parts_and_tmux_takes_them_itself() -> None:
    text = bytes(range(256)) * 8
    plain = copy_codes(text, {})
    parts = re.findall("\x1bP(.*?)\x1b\\\\", copy_codes(text, {"STY": "1.pts"}), re.S)

    assert b64decode(plain.removeprefix("\x1b]52;c;").removesuffix("\a")) == text
    assert "".join(parts) == plain
    assert max(map(len, parts)) <= 240
    assert copy_codes(text, {"TMUX": "/tmp/tmux,1,0"}) == plain


def test_y_writes_the_codes_to_the_terminal(repo: Repository) -> None:
    tangled(repo)
    terminal = Terminal(repo.path, "-c", "HEAD~2", "--group-by", "none")
    terminal.wait_for("? help")
    terminal.type("Y")
    terminal.wait_for("copied a patch of")
    found = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\a", terminal.written)
    terminal.type("q")

    assert terminal.exit_status() == 0, terminal.text
    assert found is not None
    assert b64decode(found[1]).startswith(b"diff --git a/numbers b/numbers\n")
