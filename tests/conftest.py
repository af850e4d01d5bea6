"""What every test stands on: a sealed environment and repositories built by git."""

import gc
import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.repository import Repository
from tests.runner import tangled

PROJECT = Path(__file__).parent.parent
SEED_BUNDLE = PROJECT.parent / "shared" / "seed-case" / "grenade.bundle"

# No deadlines: a busy machine is no bug. A law that is broken is mostly broken in few
# examples; CI looks at more of them, the same ones each time, so that what it says is
# about the change alone. New ones are looked for on every other run, and by stress.
_ALWAYS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _ALWAYS, max_examples=25)
settings.register_profile("deep", _ALWAYS, max_examples=100, derandomize=True)
settings.register_profile("exhaustive", _ALWAYS, max_examples=500)
settings.load_profile("deep" if "CI" in os.environ else "quick")


# Tests and what they import are many objects that stay. The program looks for garbage
# still less often.
gc.set_threshold(100_000, 20, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screens",
        action="store_true",
        default=False,
        help="write tests/tui/screens/*.screen anew instead of comparing",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as processors, for ``-n auto``: tests at a terminal wait."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_configure() -> None:
    """Whatever tests start is told of each signal, be the tests run by ``nohup``.

    What is ignored stays so in a new program; what has a handler has none there.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: None)


@pytest.fixture(autouse=True)
def sealed_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No user or system configuration; an unexpected editor fails the test."""
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_EDITOR", "false")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PROMPT_TOOLKIT_NO_CPR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Committer\n\temail = committer@example.com\n"
        "[init]\n\tdefaultBranch = main\n[commit]\n\tgpgSign = false\n"
        # What goes on in the background would be seen as a change.
        "[maintenance]\n\tauto = false\n"
    )


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """An empty repository with a worktree, on the unborn branch ``main``."""
    path = tmp_path / "repo"
    path.mkdir()
    made = Repository(path)
    made.git("init", "-q")
    return made


@pytest.fixture
def series(repo: Repository) -> Repository:
    """The series of ``tests.runner.tangled``: a commit to be split, and two above."""
    return tangled(repo)


@pytest.fixture
def seed(tmp_path: Path) -> Repository:
    """The commit that the whole story is about, on branch ``series``; else skipped."""
    if not SEED_BUNDLE.exists():
        pytest.skip("the seed case's bundle is not beside the project")
    path = tmp_path / "seed"
    path.mkdir()
    made = Repository(path)
    made.git("init", "-q")
    made.git("fetch", "-q", str(SEED_BUNDLE), "refs/heads/*:refs/heads/*")
    made.git("checkout", "-q", "series")
    return made


@pytest.fixture
def git_program() -> str:
    """The path of the git program under test."""
    found = shutil.which("git")
    assert found is not None
    return found
