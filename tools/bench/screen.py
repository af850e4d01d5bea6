"""``./dev bench screen``: how soon the screen is there, what each key costs, and hints.

A commit of 500 files with 10 hunks of 20 lines each, so of 200,000 changed lines; and a
series of 1,000 commits. The program is started on a terminal of its own: seconds,
processor time (its git processes included) and most memory until the first screen. Keys
are pressed on the real screen with nothing to write to: processor time from the key to
the frame that answers it.
"""

import asyncio
import gc
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from tests.terminal import Terminal

from gitsplit.git.repository import open_repository
from gitsplit.model.progress import PATIENT
from gitsplit.tui.app import ScreenApplication, Shell
from gitsplit.tui.background.worker import Backend, next_job
from gitsplit.tui.state.app_state import SeriesInfo, State, first_state
from gitsplit.tui.surroundings import Editor, Surroundings
from gitsplit.tui.update.series import with_only_split_open
from gitsplit.workflow.proposal_cache import ProposalCache
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import read_work
from tools.output import say

FILES, HUNKS, LINES = 500, 10, 20
COMMITS, FILES_OF_SERIES = 1_000, 5_000
COLUMNS, ROWS = 200, 50

KEYS = {
    "next line": ("\x1b[B", 20),
    "next hunk": ("j", 20),
    "send to commit 2": ("2", 10),
    "undo": ("u", 8),
    "a new commit": ("+", 1),
    "undo that": ("u", 1),
    "preview": ("w", 1),
    "back": ("q", 1),
    "one commit more": ("=", 1),
    "unfold all": ("F", 1),
    "search for what isn't there": ("/zqzqx\r", 1),
}
"""Keys, one after the other, and how often each is pressed."""


def measure_screen() -> None:
    """Print what each costs."""
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
        place = Path(name)
        make_repository(place, _large_commit())
        _measure_start(place, "200,000 changed lines: first screen", "HEAD~1", "huge")
        for what, costs in asyncio.run(key_costs(opened(place), KEYS)):
            say(
                f"{what:44} {statistics.median(costs) * 1000:7.1f} ms"
                f"  at most {max(costs) * 1000:.1f}"
            )
    with tempfile.TemporaryDirectory(prefix="gitsplit-bench-") as name:
        place = Path(name)
        make_repository(place, _series())
        _measure_start(
            place, "1,000 commits: first screen", f"HEAD~{COMMITS}", "commit 7"
        )
        _measure_hints(place)


def _measure_start(place: Path, what: str, upstream: str, marker: str) -> None:
    """Start the program on a terminal, and leave when the marker is there."""
    begin = time.monotonic()
    terminal = Terminal(place, upstream, columns=COLUMNS, rows=ROWS)
    terminal.wait_for(marker)
    seconds = time.monotonic() - begin
    processor, memory = _costs_of(terminal.pid)
    terminal.type("\x03")
    say(f"{what:44} {seconds:7.2f} s  {processor:.2f} s processor  {memory} MiB")


def _costs_of(process: int) -> tuple[float, int]:
    """The processor time of a process and its children, and its most memory in MiB."""
    about = Path("/proc", str(process))
    ticks = about.joinpath("stat").read_text().rpartition(")")[2].split()[11:15]
    status = about.joinpath("status").read_text()
    memory = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), memory


def _measure_hints(place: Path) -> None:
    """Estimate every commit, as the screen has it done beside."""
    repo, request = open_repository(place), Request(upstream=f"HEAD~{COMMITS}")
    work = read_work(repo, request, asks=True)
    cache = ProposalCache(repo, request, work)
    begin = _processor_time()
    for entry in work.todo.entries:
        cache.estimate(entry.oid, PATIENT)
    say(f"{'all of their hints':44} {_processor_time() - begin:7.2f} s processor")


def _processor_time() -> float:
    """Of this process and those that it has waited for."""
    return sum(os.times()[:4])


def opened(place: Path) -> State:
    """The screen of the commit, on its proposal."""
    work = read_work(open_repository(place), Request(upstream="HEAD~1"))
    state = first_state(SeriesInfo(work.series, "main"), work.todo)
    return with_only_split_open(replace(state, proposals=dict(work.proposals)))


class _Sized(DummyOutput):
    """An output of the size of a large terminal."""

    def get_size(self) -> Size:
        return Size(rows=ROWS, columns=COLUMNS)


async def key_costs(
    state: State, keys_pressed: Mapping[str, tuple[str, int]]
) -> list[tuple[str, list[float]]]:
    """The processor times of each kind of key, once nothing is done beside them."""
    editor = Editor(lambda text, _: text, lambda _, text: text, lambda _: ())
    backend = Backend()
    shell = Shell(state, Surroundings(editor, backend, with_syntax=False))
    found = []
    with create_pipe_input() as pipe:
        application = shell.application(pipe, _Sized())
        frames = _Frames(shell, application)
        running = asyncio.ensure_future(application.run_async())
        await frames.drawn.wait()
        while next_job(shell.state, backend) is not None:
            await asyncio.sleep(0.01)
        gc.freeze()
        for what, (keys, times) in keys_pressed.items():
            costs = [await frames.cost_of(pipe, keys) for _ in range(times)]
            found.append((what, costs))
        application.exit()
        await running
    return found


class _Frames:
    """Says when a key is answered by a frame."""

    def __init__(self, shell: Shell, application: ScreenApplication) -> None:
        self._shell = shell
        self.drawn = asyncio.Event()
        application.after_render += lambda _: self.drawn.set()

    async def cost_of(self, pipe: PipeInput, keys: str) -> float:
        """The processor time from the keys to the frame after them."""
        before, begin = self._shell.state, time.process_time()
        self.drawn.clear()
        pipe.send_text(keys)
        while True:
            await self.drawn.wait()
            if self._shell.state is not before and not self._shell.is_waiting():
                return time.process_time() - begin
            self.drawn.clear()


Commits = Iterator[tuple[str, Iterator[tuple[str, bytes]]]]
"""Messages of commits, each with the files that it writes."""


def _large_commit() -> Commits:
    for message in ("base", "huge"):
        files = range(FILES)
        yield message, ((_path(n), _content(n, message == "huge")) for n in files)


def _path(number: int) -> str:
    return f"src{number // 25:03d}/f{number:04d}.txt"


def _content(file: int, is_changed: bool) -> bytes:
    out = []
    for hunk in range(HUNKS):
        out += [f"context {file} {hunk} {n} stays\n" for n in range(LINES)]
        side = "new" if is_changed else "old"
        out += [f"{side} {file} {hunk} {n} compute({n})\n" for n in range(LINES)]
    return "".join(out).encode()


def _series() -> Commits:
    files = {n: [b"%d: line %d\n" % (n, at) for at in range(60)] for n in range(260)}
    yield "base", ((_path(n), b"".join(lines)) for n, lines in files.items())
    rest = range(len(files), FILES_OF_SERIES)
    yield "more", ((_path(n), b"%d\n" % n) for n in rest)
    for number in range(COMMITS):
        changed = number * 37 % len(files)
        files[changed][number * 7 % 60] = b"edit %d\n" % number
        yield f"commit {number}", iter([(_path(changed), b"".join(files[changed]))])


def make_repository(place: Path, commits: Commits) -> None:
    """A repository of these commits, without files in the worktree."""
    run: Callable[..., object] = lambda *args, **how: subprocess.run(  # noqa: E731
        ["git", *args], cwd=place, check=True, **how
    )
    run("init", "-q", "-b", "main", ".")
    for key, value in (("user.name", "Bench"), ("user.email", "bench@example.com")):
        run("config", key, value)
    stream = b"".join(_import_lines(commits))
    run("fast-import", "--quiet", input=stream)
    run("read-tree", "HEAD")


def _import_lines(commits: Commits) -> Iterator[bytes]:
    """The commits as ``git fast-import`` reads them."""
    for number, (message, files) in enumerate(commits):
        who = b"Bench <bench@example.com> %d +0000" % (1_700_000_000 + number)
        yield b"commit refs/heads/main\ncommitter %s\n" % who
        yield b"data %d\n%s\n" % (len(message), message.encode())
        for path, content in files:
            yield b"M 100644 inline %s\n" % path.encode()
            yield b"data %d\n%s\n" % (len(content), content)
