"""Everyday jobs, and how many keys each takes, from the first screen to the end."""

import asyncio

from msgspec.structs import replace
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from gitsplit.model.plan import Plan, without_empty_groups
from gitsplit.model.states import states_in
from gitsplit.proposal.propose import proposals
from gitsplit.tui.app import Shell
from gitsplit.tui.state.app_state import State
from gitsplit.tui.surroundings import Chosen
from tests.tui.builder import COMMIT, contents, plan_of, range_of, state_of
from tests.tui.test_app import NO_EDITOR, SECONDS, sent, without_syntax

PROGRAM = "".join(f"line {number}\n" for number in range(1, 31))


def all_in_one(files: dict[str, tuple[str, str]]) -> State:
    """A commit that opens with all its hunks in one new commit."""
    return state_of(plan_of(files, 1))


def applied(state: State, *keys: str) -> Plan:
    """The plan that these keys have applied."""
    shell = Shell(state, without_syntax(NO_EDITOR))

    async def play() -> Chosen | None:
        with create_pipe_input() as pipe:
            application = shell.application(pipe, DummyOutput())
            running = asyncio.ensure_future(application.run_async())
            for key in keys:
                pipe.send_text(sent(key))
                await asyncio.sleep(0.1)  # what is found beside the screen comes in
            return await asyncio.wait_for(running, SECONDS)

    result = asyncio.run(play())
    assert result is not None
    plan = result.todo.entries[0].plan
    assert plan is not None
    return without_empty_groups(plan)


def two_files() -> State:
    changed = PROGRAM.replace("line 3\n", "LINE 3\n").replace("line 20\n", "LINE 20\n")
    return all_in_one({"a.py": (PROGRAM, changed), "b.py": (PROGRAM, changed)})


def proposed(state: State) -> State:
    """The state that knows what is proposed."""
    found = proposals(state.plan.changes, b"Do it\n")
    return replace(state, proposals={COMMIT: found})


def test_two_commits_by_file() -> None:
    """One more is proposed; or the second file is sent to a new commit by hand."""
    by_proposal = ("=", "w", "enter")
    by_hand = ("]", "+", "w", "enter")

    assert max(len(by_proposal), len(by_hand)) <= 4
    for keys in (by_proposal, by_hand):
        plan = applied(proposed(two_files()), *keys)
        files = [{plan.edits[at].file for at in plan.members(g)} for g in range(2)]
        assert sorted(map(sorted, files)) == [[0], [1]]


def test_three_commits_with_one_hunk_split() -> None:
    """The two new functions of one hunk and the last hunk, each for itself."""
    both = PROGRAM.replace(
        "line 3\n", "line 3\ndef one():\n    pass\n\ndef two():\n    pass\n"
    )
    state = all_in_one({"a.py": (PROGRAM, both), "b.py": ("x\n", "y\n")})
    keys = ("s", "+", "j", "+", "w", "enter")
    plan = applied(state, *keys)

    assert len(keys) <= 10
    assert len(plan.groups) == 3
    parts = [plan.members(group) for group in range(3)]
    assert sorted(map(len, parts)) == [1, 1, 1]


def test_a_function_goes_from_the_third_commit_to_the_first() -> None:
    """Of three commits that each add one; the third also has a fix, which stays."""
    states = [PROGRAM]
    for name in ("one", "two", "three"):
        states.append(f"{states[-1]}\n\ndef {name}():\n    pass\n")
    states[3] = states[3].replace("line 3\n", "LINE 3\n")
    start = range_of(*({"a.py": text} for text in states))
    keys = ("G", "1", "w", "enter")
    plan = applied(start, *keys)

    assert len(keys) <= 10
    assert len(plan.groups) == 3
    both = f"{states[1]}\n\ndef three():\n    pass\n"
    contents_of = [states_in(plan, 0, (group,))[0] for group in range(3)]
    assert [f and f.content for f in contents_of] == [
        text.encode()
        for text in (both, states[3].replace("LINE 3\n", "line 3\n"), states[3])
    ]


def test_a_debugging_line_is_left_out() -> None:
    """It is the third line of the first hunk; the rest of that stays."""
    changed = PROGRAM.replace("line 3\n", "line 3\none()\nprint('here')\ntwo()\n")
    state = state_of(plan_of({"a.py": (PROGRAM, changed), "b.py": ("x\n", "y\n")}, 2))
    keys = ("down", "v", "D", "w", "enter")
    plan = applied(state, *keys)

    assert len(keys) <= 6
    left = changed.replace("print('here')\n", "")
    assert contents(plan, 1)[0] == left.encode()


def test_a_wrong_merge_of_the_proposal_is_undone() -> None:
    """Two things that the proposal had in one commit are two."""
    files = {
        f"{name}_{n}.py": ("x = 1\n", f"x = 1\n{name} = get_{name}({name}_{n})\n")
        for name in ("apple", "pear")
        for n in range(3)
    }
    plan = plan_of(files, 1)
    keys = ("=", "w", "enter")
    made = applied(proposed(state_of(plan)), *keys)

    assert len(keys) <= 4
    assert made.group_of in ((0, 0, 0, 1, 1, 1), (1, 1, 1, 0, 0, 0))
