"""gitsplit killed at random moments.

``python -m tools.crash [N [SEED [SCENE...]]]``

Each time the next start has to find either the old history or the new one, whole, and
say which; nothing may be lost, no lock of its own may stay, and all others have to.
Stops at the first case that goes wrong, keeps its repository and says what it was.

Between the kill and that start somebody may want to commit something: at the end it
says how often a ``git commit`` would have been stopped by a lock, and by which.
"""

import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from tests.repositories.handing import hand_over
from tests.repository import Repository

from gitsplit.cli.main import main as gitsplit_main
from gitsplit.workflow import apply, conflict, work
from tools.crash.scenes import (
    HAND_OVER,
    SCENES,
    RepositoryState,
    Scene,
    locks_in,
    mark,
    seal,
)
from tools.output import say

LOADED = (apply, work, conflict)
"""Imported here, once for all the processes that are forked."""

PATIENCE = 60.0
"""Seconds until a process that doesn't end is given up; it takes far less."""

STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "subprocess.Popen"})
"""What counts as a step of gitsplit, as :mod:`sys` names audit events."""

EVERYTHING, GITSPLIT, GIT = "everything", "gitsplit alone", "a git that it runs"

PROGRESS = 10.0
"""Seconds after which it is said how far it has come."""


class WentWrong(Exception):
    """After a kill something isn't as it has to be."""


@dataclass(frozen=True)
class KillCase:
    """Who is killed in which scene, and when: at one step, or after something else.

    ``step`` counts from 1. Otherwise ``delay`` seconds pass, once the file ``watched``
    has changed if there is one.
    """

    scene: Scene
    victim: str
    step: int | None = None
    watched: str | None = None
    delay: float = 0.0

    def __str__(self) -> str:
        if self.step is not None:
            return f"{self.scene.name}: {self.victim} killed at step {self.step}"
        when = f"{self.delay * 1000:.1f} ms after {self.watched or 'the start'}"
        return f"{self.scene.name}: {self.victim} killed {when}"


@dataclass(frozen=True)
class Stage:
    """A scene's repository, what is there before and after, and how long that takes.

    ``returned`` is what is there after its way back.
    """

    scene: Scene
    template: Path
    old: RepositoryState
    new: RepositoryState
    returned: RepositoryState
    seconds: float
    steps: int


def random_case(random: Random, stages: Sequence[Stage]) -> KillCase:
    """A case; each way of choosing the moment is as likely as the others."""
    stage = random.choice(stages)
    scene, victim = stage.scene, random.choice((EVERYTHING, GITSPLIT, GIT))
    way = random.choice(("step", "file", "time"))
    if way == "step":
        # What can go wrong does so near the end.
        from_end = random.randrange(random.choice((15, 50, stage.steps)))
        return KillCase(scene, victim, step=max(stage.steps - from_end, 1))
    if way == "file":
        delay = random.choice((0.0, random.uniform(0, 0.01)))
        return KillCase(
            scene, victim, watched=random.choice(scene.watched), delay=delay
        )
    return KillCase(scene, victim, delay=random.uniform(0, stage.seconds))


def start_gitsplit(
    repo: Repository,
    args: Sequence[str],
    dies_at: int | None = None,
    ending: int = signal.SIGKILL,
) -> int:
    """The id of a process that runs ``gitsplit ARGS`` in a session of its own.

    What it prints is in ``out`` and ``err`` beside the repository, the number of its
    steps in ``steps``. It sends itself the signal ``ending`` at the step ``dies_at``.
    """
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        try:
            os.setsid()
            os.chdir(repo.path)
            for number, name in enumerate(("in", "out", "err")):
                flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC
                os.dup2(os.open(repo.path.parent / name, flags), number)
            _count_steps(repo.path.parent / "steps", dies_at, ending)
            if args[0] == HAND_OVER:
                sys.exit(hand_over("discard" if args[1] == "discard" else "worktree"))
            gitsplit_main(list(args))
        except SystemExit as stop:
            os._exit(stop.code if isinstance(stop.code, int) else 1)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(99)
    return pid


def _count_steps(file: Path, dies_at: int | None, ending: int) -> None:
    file.write_bytes(b"0")
    log = os.open(file, os.O_WRONLY)
    done = 0

    def count(event: str, _args: object) -> None:
        nonlocal done
        if event in STEPS:
            done += 1
            os.pwrite(log, b"%d" % done, 0)
            if done == dies_at:
                os.kill(os.getpid(), ending)

    sys.addaudithook(count)


def steps_of(repo: Repository) -> int:
    """The number of steps that the last gitsplit has come to."""
    with suppress(FileNotFoundError):
        return int((repo.path.parent / "steps").read_bytes() or b"0")
    return 0


def children_of(pid: int) -> list[int]:
    """The processes that this one has started and not yet waited for."""
    try:
        return [
            int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except FileNotFoundError:
        return []


def session_of(leader: int) -> list[int]:
    """The living processes of the session, its leader left out."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, session = stat.read_bytes().rpartition(b")")[2].split()[:4]
            pid = int(stat.parent.name)
            if int(session) == leader and pid != leader and state != b"Z":
                found.append(pid)
    return found


def kill(pids: Iterable[int]) -> bool:
    """Whether there was anything to kill."""
    found = False
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            found = True
    return found


def freeze_and_kill(pid: int) -> None:
    """The whole session is killed, and none of it sees another end before."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    known: set[int] = set()
    while new := set(session_of(pid)) - known:
        for each in new:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGSTOP)
        known |= new
    kill([pid, *known])


def has_halted(pid: int) -> bool:
    """Whether the process has stopped itself, or has ended."""
    asked = os.WEXITED | os.WSTOPPED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, asked) is not None


def has_ended(pid: int) -> bool:
    """Whether the process has ended; it can still be waited for."""
    asked = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, asked) is not None


def wait(pid: int, holds: Callable[[], bool], nap: float = 0.0) -> None:
    """Return once it holds, or the process has ended."""
    deadline = time.monotonic() + PATIENCE
    while not holds() and not has_ended(pid):
        if time.monotonic() > deadline:
            raise WentWrong("gitsplit doesn't come to an end")
        time.sleep(nap)


def wait_for_end(pid: int) -> int:
    """The exit status of the process; whatever it started has ended as well."""
    wait(pid, lambda: False, 0.001)
    deadline = time.monotonic() + PATIENCE
    while session_of(pid):
        if time.monotonic() > deadline:
            raise WentWrong("what gitsplit has started outlives it")
        time.sleep(0.002)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_gitsplit(repo: Repository, case: KillCase) -> int:
    """The exit status of a gitsplit that was killed, or that lost a git it ran."""
    before = mark(repo, case.watched or "")
    dies_itself = case.step is not None and case.victim != GIT
    ending = signal.SIGKILL if case.victim == GITSPLIT else signal.SIGSTOP
    pid = start_gitsplit(
        repo, case.scene.args, case.step if dies_itself else None, ending
    )
    if dies_itself:
        wait(pid, lambda: has_halted(pid))
    elif case.step is not None:
        wait(pid, lambda: steps_of(repo) >= (case.step or 0))
    elif case.watched is not None:
        wait(pid, lambda: mark(repo, case.watched or "") != before)
    time.sleep(case.delay)
    if case.victim == GIT:
        wait(pid, lambda: kill(children_of(pid)))
    elif case.victim == EVERYTHING:
        freeze_and_kill(pid)
    else:
        kill([pid])
    return wait_for_end(pid)


def lock_in_the_way(repo: Repository, place: Path) -> str:
    """The lock at which a ``git commit`` fails now, if one does; tried in a copy."""
    shutil.copytree(repo.path, place, symlinks=True)
    args = ("commit", "-q", "--allow-empty", "-m", "meanwhile")
    told = Repository(place).run(*args, check=False).stderr.decode()
    shutil.rmtree(place)
    found = re.search(r"/\.git/(\S+\.lock)': File exists", told)
    return found[1] if found else ""


def run_gitsplit(repo: Repository, args: Sequence[str]) -> tuple[int, str]:
    """The exit status of ``gitsplit ARGS`` and what it complained of."""
    return wait_for_end(start_gitsplit(repo, args)), complaint(repo)


def complaint(repo: Repository) -> str:
    """What the last gitsplit has written to standard error."""
    with suppress(FileNotFoundError):
        return (repo.path.parent / "err").read_text()
    return ""


def stage_of(scene: Scene, place: Path) -> Stage:
    """The scene built, and one undisturbed run measured in a copy of it."""
    place.mkdir()
    template = Repository(place / "repo")
    template.path.mkdir()
    template.git("init", "-q", "--initial-branch=main", *scene.init)
    scene.build(template)
    repo = copy_of(template.path, place / "measured")
    old, before = RepositoryState.of(repo), time.monotonic()
    status, told = run_gitsplit(repo, scene.args)
    seconds, steps = time.monotonic() - before, steps_of(repo)
    new = RepositoryState.of(repo)
    expect(status == scene.status, f"undisturbed {scene.name} fails: {told}")
    _, told = run_gitsplit(repo, scene.back)
    returned = RepositoryState.of(repo)
    is_back = returned.rebase == "False []" if scene.goes_on else returned == old
    expect(is_back, f"undisturbed {scene.name} has no way back: {told}")
    return Stage(scene, template.path, old, new, returned, seconds, steps)


def copy_of(template: Path, place: Path) -> Repository:
    """A copy that git takes for the same: times of files are kept for the index."""
    shutil.copytree(template, place / "repo", symlinks=True)
    repo = Repository(place / "repo")
    git = repo.path / ".git"
    patterns = ("rebase-merge/*", "gitsplit/todo", "objects/pack/*.keep")
    for file in (file for pattern in patterns for file in git.glob(pattern)):
        old = file.read_bytes()  # what a rebase needs is named by whole paths
        if (new := old.replace(bytes(template), bytes(repo.path))) != old:
            file.write_bytes(new)
    repo.run("update-index", "-q", "--refresh", check=False)  # not of conflicts
    return repo


def expect(holds: bool, otherwise: str) -> None:
    """Nothing where it holds, else WentWrong."""
    if not holds:
        raise WentWrong(otherwise)


def try_case(
    case: KillCase, stage: Stage, place: Path, *, is_thorough: bool
) -> tuple[str, str]:
    """What a case came to, and the lock that was in the way; raises WentWrong.

    When thorough, gitsplit has to finish what was begun, or to take it back.
    """
    repo = copy_of(stage.template, place)
    index = (repo.path / ".git" / "index").read_bytes()
    others = locks_in(repo)
    status = kill_gitsplit(repo, case)
    told, at_once = complaint(repo), RepositoryState.of(repo)
    usual = (case.scene.status, 1, -signal.SIGKILL)
    expect(status in usual, f"it ended with {status}: {told}")
    lock = lock_in_the_way(repo, place / "copy")
    _, said = run_gitsplit(repo, ("--yes", "no-such-revision"))
    said = said.partition("gitsplit: “no-such-revision”")[0]
    found = RepositoryState.of(repo)
    _check_words(stage, at_once, found, status, told, said)
    if case.scene.keeps_index:
        same = (repo.path / ".git" / "index").read_bytes() == index
        expect(same, "the index is another")
    expect(locks_in(repo) == others, f"locks: {locks_in(repo)}")
    fsck = repo.run("fsck", "--connectivity-only", "--no-dangling", check=False)
    expect(not fsck.returncode, f"fsck: {fsck.stderr.decode()}")
    if is_thorough or found not in (stage.old, stage.new):
        _check_goes_on(repo, stage, found)
    return {stage.old: "old", stage.new: "new"}.get(found, "half-way"), lock


def _check_words(  # noqa: PLR0917 -- all that is known of one kill
    stage: Stage,
    at_once: RepositoryState,
    found: RepositoryState,
    status: int,
    told: str,
    said: str,
) -> None:
    """Each word about the outcome is true."""
    is_between = stage.scene.goes_on and found.rebase.startswith("True")
    is_whole = is_between or found in (stage.old, stage.new)
    expect(is_whole, f"neither old nor new, but {found}")
    is_new = found == stage.new
    words = ("is done", "interrupted after", "finished", "been aborted")
    is_said_new = any(word in said for word in words)
    is_said_old = "nothing was changed" in said or "rolled back" in said
    expect(is_new or not is_said_new, f"it isn't new, but: {said}")
    expect(not is_new or not is_said_old, f"it is new, but: {said}")
    expect(found == at_once or bool(said), "the state changed without a word")
    is_well = status == stage.scene.status
    expect(not is_well or at_once == stage.new, f"it isn't done, but: {told}")
    is_told_old = status == 1 and "Nothing was changed." in told
    expect(not is_told_old or at_once == stage.old, f"it changed, but: {told}")


def _check_goes_on(repo: Repository, stage: Stage, found: RepositoryState) -> None:
    """From either state gitsplit gets to the other one."""
    args, goal, right = stage.scene.args, stage.new, stage.scene.status
    if found == stage.new:
        args, goal = stage.scene.back, stage.returned
        right = 3 if args[0] == HAND_OVER else 0
    status, told = run_gitsplit(repo, args)
    expect(status == right, f"it doesn't go on: {told}")
    now = RepositoryState.of(repo)
    expect(now == goal, f"it went on to {now}")


def run_cases(
    count: int, seed: int, place: Path, scenes: Sequence[str]
) -> tuple[Counter[str], Counter[str]]:
    """How many cases came to what, and which locks were in the way how often.

    Raises WentWrong, and keeps the repository then.
    """
    random = Random(seed)
    stages = [stage_of(SCENES[name], place / name) for name in scenes]
    results: Counter[str] = Counter()
    locks: Counter[str] = Counter()
    began = said = time.monotonic()
    for number in range(count):
        if time.monotonic() > said + PROGRESS:
            said = time.monotonic()
            say(f"{said - began:5.0f} s: {number} of {count} kills, nothing wrong")
        case = random_case(random, stages)
        stage = next(stage for stage in stages if stage.scene is case.scene)
        here = place / f"case {number}"
        here.mkdir()
        try:
            result, lock = try_case(
                case, stage, here, is_thorough=random.random() < 0.3
            )
        except WentWrong as wrong:
            raise WentWrong(f"case {number} of seed {seed}, {case}\n{wrong}") from wrong
        shutil.rmtree(here)
        results[f"{case.victim}, {result} history found"] += 1
        if lock:
            locks[f"{lock} where {case.victim} was killed"] += 1
    return results, locks


def main(args: Sequence[str]) -> str | int:
    """The exit status, or what went wrong."""
    count = int(args[0]) if args else 100
    seed = int(args[1]) if args[1:] else Random().randrange(1 << 32)
    place = Path(mkdtemp(prefix="gitsplit-crash-"))
    say(f"{count} kills, seed {seed}")
    seal(place / "home")
    try:
        results, locks = run_cases(count, seed, place, args[2:] or list(SCENES))
    except WentWrong as wrong:
        return f"{wrong}\nIts repository is kept in {place}."
    for result, times in sorted(results.items()):
        say(f"{times:6} {result}")
    named = "".join(f"; {lock} {times}" for lock, times in locks.most_common())
    stopped = f"{locks.total()} of {count} times a plain git commit right after it"
    say(f"{stopped} was blocked by a lock{named}")
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
