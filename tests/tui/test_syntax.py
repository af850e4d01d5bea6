"""Keywords and comments set apart: as pygments reads the whole file, bit by bit."""

import asyncio
import selectors
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.application import Application
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import ColorDepth, DummyOutput
from pygments.lexers import PythonLexer

from gitsplit.model.diff import FileChange
from gitsplit.model.lines import lines_of
from gitsplit.tui.app import Shell
from gitsplit.tui.background.syntax import Syntax
from gitsplit.tui.background.worker import SyntaxReader
from gitsplit.tui.surroundings import Editor, Surroundings
from gitsplit.tui.view.text import Tint
from tests.processes import PATIENCE
from tests.tui.builder import file_of, plan_of, state_of

NO_EDITOR = Editor(
    lambda message, _: message, lambda _path, content: content, lambda _titled: ()
)
SOURCE = """\
# A comment.
class Thing:
    '''Two lines
    of words.'''

    def made(self):
        return 1 if self else None
"""


def created(content: str | bytes, path: str = "f.py") -> FileChange:
    return FileChange(None, file_of(path, content))


def read(syntax: Syntax, change: FileChange, line: int = 0) -> list[tuple[Tint, ...]]:
    """The tints of all lines, once there is nothing left to read for ``line``."""
    syntax.tints(change, False, line)
    syntax.open_new()
    while syntax.is_behind():
        syntax.read_on(1e-6)
    lines = lines_of((change.new and change.new.content) or b"")
    return [syntax.tints(change, False, number) for number in range(len(lines))]


def words(content: str, tints: list[tuple[Tint, ...]]) -> list[tuple[str, str]]:
    """What is tinted, with its style."""
    return [
        (line[tint.start : tint.stop], tint.style.strip())
        for line, found in zip(content.split("\n"), tints, strict=False)
        for tint in found
    ]


def test_keywords_and_comments_are_set_apart_and_nothing_else() -> None:
    assert words(SOURCE, read(Syntax(), created(SOURCE))) == [
        ("# A comment.", "class:comment"),
        ("class", "class:keyword"),
        ("Thing", "class:keyword"),
        ("'''Two lines", "class:comment"),
        ("    of words.'''", "class:comment"),
        ("def", "class:keyword"),
        ("made", "class:keyword"),
        ("return", "class:keyword"),
        ("if", "class:keyword"),
        ("else", "class:keyword"),
        ("None", "class:keyword"),
    ]


def test_before_a_file_is_read_its_text_is_plain() -> None:
    syntax = Syntax()

    assert syntax.tints(created(SOURCE), False, 0) == ()
    assert syntax.has_new()


@given(
    st.lists(st.sampled_from(["if x:", "'''", "# é ", "\r", "\t", "☕", "def f", ""]))
)
@settings(deadline=None, max_examples=50)
def test_read_bit_by_bit_a_file_has_the_tints_that_it_has_as_a_whole(
    lines: list[str],
) -> None:
    content = "\n".join(lines)
    kinds = ((t, "Comment" in str(k) or ".Doc" in str(k)) for k, t in whole(content))
    comments = "".join(text for text, is_comment in kinds if is_comment)

    found = words(content, read(Syntax(), created(content)))

    assert "".join(text for text, style in found if style == "class:comment") == (
        comments.replace("\n", "")
    )


def whole(content: str) -> list[tuple[object, str]]:
    return [(k, t) for _, k, t in PythonLexer().get_tokens_unprocessed(content)]


def test_bytes_that_are_not_utf_8_are_one_character_each() -> None:
    (found,) = read(Syntax(), created(b"\xe9\xff = 1 # x\n"))

    assert found == (Tint(7, 10, " class:comment"),)


def test_a_file_is_read_no_further_than_what_may_come_into_sight() -> None:
    content = "if x: pass\n" * 1000
    syntax = Syntax()
    found = read(syntax, created(content))
    before = [number for number, tints in enumerate(found) if tints]

    assert 50 < len(before) < 500
    assert len([t for t in read(syntax, created(content), 999) if t]) == 1000


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("f.py", "x = 1  # " + "y" * 2000),
        ("f.py", b"# \0\n"),
        ("f.py", "# y\n" * 100_000),
        ("f.nothing-known", "# y\n"),
        ("f.py", ""),
    ],
)
def test_what_was_not_written_by_hand_or_is_not_known_stays_plain(
    path: str, content: str | bytes
) -> None:
    syntax, change = Syntax(), created(content, path)

    assert {*read(syntax, change)} <= {()}
    assert not syntax.is_behind()
    assert not syntax.has_new()


def test_the_side_of_a_change_that_is_not_there_has_no_tints() -> None:
    assert Syntax().tints(created(SOURCE), True, 0) == ()


class _Colours(DummyOutput):
    def get_default_color_depth(self) -> ColorDepth:
        return ColorDepth.DEPTH_8_BIT


@pytest.mark.parametrize(
    ("output", "expected"), [(_Colours(), True), (DummyOutput(), False)]
)
def test_the_screen_finds_tints_by_itself_where_there_are_colours(
    output: DummyOutput, expected: bool
) -> None:
    state = state_of(plan_of({"f.py": (None, SOURCE)}))

    async def play() -> bool:
        with create_pipe_input() as pipe:
            shell = Shell(state, Surroundings(NO_EDITOR))
            application = shell.application(pipe, output)
            running = asyncio.ensure_future(application.run_async())
            change = state.plan.changes[0]
            async with asyncio.timeout(20):
                while application.render_counter < (2 if expected else 1):
                    await asyncio.sleep(0.01)
            found = bool(shell.tints(change, False, 0))
            application.exit()
            await running
            return found

    assert asyncio.run(play()) is expected


MANY = 10
"""So many wake-ups within 0.4 seconds are work; prompt_toolkit has one or two."""

LONG = "x = 'a'  # b\n" * 5_000


def test_a_file_that_comes_into_sight_while_another_is_read_is_read_too() -> None:
    syntax = Syntax()
    first, second = created(LONG, "first.py"), created(SOURCE, "second.py")

    async def play() -> tuple[Tint, ...]:
        with create_pipe_input() as pipe:
            application: Application[None] = Application(
                input=pipe, output=DummyOutput()
            )
            reader = SyntaxReader(syntax)
            syntax.tints(first, False, 5_000)
            reader.keep_up(application)
            while not syntax.tints(first, False, 0):
                await asyncio.sleep(0)
            async with asyncio.timeout(PATIENCE):
                while not (found := syntax.tints(second, False, 0)):
                    reader.keep_up(application)
                    await asyncio.sleep(0.001)
            return found

    assert asyncio.run(play()) == (Tint(0, 12, " class:comment"),)


@pytest.mark.parametrize(("path", "expected"), [("f.py", 1), ("f.txt", 0)])
def test_a_frame_is_drawn_for_what_is_tinted_alone(path: str, expected: int) -> None:
    syntax, drawn = Syntax(), list[object]()

    async def play() -> None:
        with create_pipe_input() as pipe:
            application: Application[None] = Application(
                input=pipe, output=DummyOutput()
            )
            application.on_invalidate += drawn.append
            running = asyncio.ensure_future(application.run_async())
            await asyncio.sleep(0.01)
            drawn.clear()
            syntax.tints(created(SOURCE, path), False, 0)
            SyntaxReader(syntax).keep_up(application)
            async with asyncio.timeout(PATIENCE):
                while syntax.has_new() or syntax.is_behind():
                    await asyncio.sleep(0.001)
                await asyncio.sleep(0.01)
            application.exit()
            await running

    asyncio.run(play())
    assert len(drawn) == expected


class _Counting(selectors.DefaultSelector):
    """A selector that counts how often the loop wakes up."""

    def __init__(self) -> None:
        super().__init__()
        self.wake_ups = 0

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(timeout)
        self.wake_ups += 1
        return found


def test_a_screen_that_has_nothing_to_do_does_nothing() -> None:
    """Files come into sight one after another, as with a key held down."""
    files = {f"f{n}.py": (None, f"# first\n{SOURCE * 20}") for n in range(6)}
    state = state_of(plan_of(files))
    selector = _Counting()

    async def play() -> None:
        with create_pipe_input() as pipe:
            shell = Shell(state, Surroundings(NO_EDITOR))
            application = shell.application(pipe, _Colours())
            running = asyncio.ensure_future(application.run_async())
            for _ in range(10):
                pipe.send_text("]")
                await asyncio.sleep(0.01)
            async with asyncio.timeout(PATIENCE):
                frames = wake_ups = MANY
                while frames or wake_ups >= MANY:
                    before = application.render_counter, selector.wake_ups
                    await asyncio.sleep(0.4)
                    frames = application.render_counter - before[0]
                    wake_ups = selector.wake_ups - before[1]
            assert shell.tints(state.plan.changes[0], False, 0)
            application.exit()
            await running

    loop = asyncio.SelectorEventLoop(selector)
    loop.run_until_complete(play())
    loop.close()


def test_pygments_is_not_imported_before_the_first_frame() -> None:
    code = "import sys, gitsplit.tui.app; print('pygments' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
