"""Open the pages of dry runs in a browser, and see that they do what they are for.

Chromium is driven through its pipe; nothing is asked of a network. A page of a hostile
commit runs nothing and shows everything. Hunks are moved by keys alone, and the plan
that the page then has is applied. With a file's name, a picture is written there.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

from tests.repository import Repository
from tests.test_page import SEEN, hostile

from gitsplit.git.practice import TANGLED, make_practice_repository

NAMES = ("chromium", "chromium-browser", "google-chrome")
GITSPLIT = Path(sys.executable).parent / "gitsplit"
CHILD = 'r=$1 w=$2; shift 2; exec "$@" 3<&"$r" 4>&"$w"'
KEYS = {"Tab": 9, "ArrowDown": 40, "ArrowUp": 38, "n": 78, "1": 49}


class Browser:
    """Chromium without a window, and the page that it shows."""

    def __init__(self, place: Path) -> None:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise SystemExit("There is no Chromium here.")
        read, self._to = os.pipe()
        self._from, write = os.pipe()
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        options += [f"--user-data-dir={place}", "--remote-debugging-pipe"]
        self.process = subprocess.Popen(
            ["bash", "-c", CHILD, "bash", str(read), str(write), program, *options],
            pass_fds=(read, write),
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._numbers, self._rest, self.errors = count(1), b"", list[str]()
        self.questions = 0
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session: str | None = None
        found = self("Target.attachToTarget", targetId=target, flatten=True)
        self._session = found["sessionId"]
        for each in ("Runtime", "Page", "Log"):
            self(f"{each}.enable")

    _session: str | None = None

    def __call__(self, method: str, **params: Any) -> Any:
        number = self._ask(method, params)
        while True:
            answer = self._answer()
            if answer.get("method") == "Page.javascriptDialogOpening":
                self.questions += 1
                self._ask("Page.handleJavaScriptDialog", {"accept": True})
            if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.errors.append(json.dumps(answer["params"]))
            if answer.get("id") == number:
                assert "result" in answer, answer
                return answer["result"]

    def _ask(self, method: str, params: dict[str, Any]) -> int:
        number = next(self._numbers)
        call: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            call["sessionId"] = self._session
        os.write(self._to, json.dumps(call).encode() + b"\0")
        return number

    def _answer(self) -> Any:
        while b"\0" not in self._rest:
            self._rest += os.read(self._from, 1 << 16)
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def open(self, page: Path, *, scheme: str = "light") -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self("Emulation.setEmulatedMedia", features=features)
        self.errors.clear()
        self("Page.navigate", url=page.as_uri())
        while self.value("document.readyState") != "complete":
            time.sleep(0.05)
        self.value("new Promise((done) => setTimeout(done, 300))")

    def value(self, expression: str) -> Any:
        """What the expression is in the page."""
        options = {"awaitPromise": True, "returnByValue": True}
        done = self("Runtime.evaluate", expression=expression, **options)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def press(self, key: str) -> None:
        text = {"text": key} if len(key) == 1 else {}
        code = {"key": key, "windowsVirtualKeyCode": KEYS[key]}
        self("Input.dispatchKeyEvent", type="keyDown", **code, **text)
        self("Input.dispatchKeyEvent", type="keyUp", **code)

    def close(self) -> None:
        self("Browser.close")
        self.process.wait()


def gitsplit(path: Path, *args: str) -> str:
    ran = subprocess.run(
        [GITSPLIT, *args], cwd=path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def write_page(repository: Path, *args: str) -> Path:
    page = repository.parent / f"{repository.name}.html"
    gitsplit(repository, "-n", "--format", "html", *args, "-o", str(page))
    return page


def check_hostile(browser: Browser, place: Path) -> None:
    """The commit runs nothing, loads nothing, and is seen."""
    place.mkdir()
    repository = Repository(place)
    repository.git("init", "-q")
    browser.open(write_page(hostile(repository).path, "--commits", "2", "HEAD~1"))
    text = browser.value("document.body.innerText")

    assert browser.errors == [], browser.errors
    assert browser.value("document.title").startswith("Split of ")
    assert browser.value("performance.getEntriesByType('resource').length") == 0
    assert text.count(SEEN) >= 6
    # The policy holds even where something were an element.
    attack = (
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=run()>')"
    )
    browser.value(f"window.run = () => document.title = 'run'; {attack}")
    browser.value("new Promise((done) => setTimeout(done, 200))")
    assert browser.value("document.title") != "run"


def focus_hunk(browser: Browser, hunk: str) -> None:
    """Tab until the choice of that hunk has the focus."""
    focused = "document.activeElement"
    is_there = f"{focused}.matches('#{hunk} select')"
    for _ in range(200):
        if browser.value(is_there):
            return
        browser.press("Tab")
        browser.value("new Promise((done) => setTimeout(done, 20))")
    raise AssertionError(f"Tab doesn't come to {hunk}")


PLAN = "document.getElementById('plan-text').value"
SAID = "document.getElementById('said').textContent"


def check_keys(browser: Browser, repository: Path) -> None:
    """A hunk that is moved by keys is in the other commit, however the plan is kept."""
    browser.open(write_page(repository, "-c", TANGLED))
    before = browser.value(PLAN)
    focus_hunk(browser, "h0-1")
    browser.press("ArrowDown")
    said = browser.value(SAID)
    assert said == "Moved hunk 1 of amounts.py: commit 2.", said
    browser.press("1")
    assert browser.value(PLAN) == before, "moved back, the plan is what it was"
    browser.press("ArrowDown")
    focus_hunk(browser, "h0-4-2")
    browser.press("n")
    said = browser.value(SAID)
    assert said == "Moved hunk 4, 2 of 2 of ladle.py: commit 4.", said
    check_plans(browser, repository)


FOCUS = "each.dispatchEvent(new Event('focus'))"
ALL = (
    f"document.querySelectorAll('select').forEach((each) => {FOCUS});"
    "document.querySelector('main').textContent"
    ".replace(/\\s+/g, '').replaceAll('\\\\u003c', '<')"
)
NAMES_OF_COMMITS = (
    "[...document.querySelectorAll('.commit:not([hidden]) h3')]"
    ".map((name) => name.textContent)"
)


def check_numbers(browser: Browser, place: Path) -> None:
    """Commits have the numbers of the plan, whatever is moved; all can be undone."""
    place.mkdir()
    repository = Repository(place)
    repository.git("init", "-q")
    repository.commit("base\n", dict.fromkeys("abc", b"1\n"))
    signed = "\n\nSigned-off-by: Tea <tea@example.org>\n"
    repository.commit(f"three{signed}", dict.fromkeys("abc", b"2\n"))
    options = ("-c", "HEAD", "--commits", "3", "--group-by", "file")
    browser.open(write_page(place, *options))
    before = browser.value(ALL)

    choose(browser, "h0-1", "new")
    said = "Moved hunk 1 of a: commit 3; commit 1 has no hunks any more and goes."
    assert browser.value(SAID) == said, browser.value(SAID)
    choose(browser, "h0-2", "new")
    groups = json.loads(browser.value(PLAN))["series"][0]["groups"]
    assert [group["hunks"] for group in groups] == [[3], [1], [2]]
    made = [f"New commit {n}{signed}" for n in (2, 3)]
    assert [group["message"] for group in groups[1:]] == made
    names = browser.value(NAMES_OF_COMMITS)
    assert [name[:8] for name in names[:2]] == ["(empty) "] * 2, names
    assert [name[:2] for name in names[2:]] == ["1 ", "2 ", "3 "], names
    assert names[3:] == ["2 New commit 2", "3 New commit 3"], names
    assert browser.value("document.querySelector('.number').textContent") == "3 commits"
    check_undo(browser, before)


MESSAGES = "[...document.querySelectorAll('.commit details')].map((e) => e.innerText)"


def check_heir(browser: Browser, place: Path) -> None:
    """Who gets the last hunk of the commit that continues the original continues it."""
    place.mkdir()
    repository = Repository(place)
    repository.git("init", "-q")
    repository.commit("base\n", dict.fromkeys("abc", b"1\n"))
    change_id = f"Change-Id: I{'12345' * 8}"
    repository.commit(f"three\n\nWords.\n\n{change_id}\n", dict.fromkeys("abc", b"2\n"))
    options = ("-c", "HEAD", "--commits", "3", "--group-by", "file")
    browser.open(write_page(place, *options))
    heir = "document.querySelector('.heir').closest('.commit').dataset.to"
    was, messages = int(browser.value(heir)), browser.value(MESSAGES)
    to = was % 3 + 1

    choose(browser, f"h0-{was}", str(to))
    assert browser.value(heir) == str(to)
    assert browser.value(SAID).endswith(" continues the original."), browser.value(SAID)
    assert change_id in browser.value(MESSAGES)[to - 1]
    plan = place / "plan"
    plan.write_text(browser.value(PLAN), encoding="utf-8")
    told = gitsplit(place, "-n", "--plan", str(plan))
    assert "2 hunks, +2 -2, tree" in told.split("keeps I1234512")[0].splitlines()[-1]
    browser.value("document.getElementById('undo').click()")
    assert (browser.value(heir), browser.value(MESSAGES)) == (str(was), messages)
    check_message_of_heir(browser, f"h0-{was}", f"h0-{to}")
    for hunk in (1, 2, 3):
        choose(browser, f"h0-{hunk}", "x")
    assert browser.value(SAID).endswith("anything: such a plan is refused.")


FIELDS = "[...document.querySelectorAll('.commit textarea')].map((e) => e.value)"


def check_message_of_heir(browser: Browser, heir: str, other: str) -> None:
    """The message goes along from new commit to new commit, and back by undo."""
    choose(browser, heir, "new")
    (message,) = browser.value(FIELDS)
    assert not message.startswith("New commit"), message
    choose(browser, heir, "new")
    groups = json.loads(browser.value(PLAN))["series"][0]["groups"]
    assert groups[-1]["message"] == message, groups
    assert browser.value(FIELDS) == [message] * 2, browser.value(FIELDS)
    browser.value("document.getElementById('as-it-was').click()")

    choose(browser, other, "new")
    own = browser.value(FIELDS)
    choose(browser, heir, "4")
    assert browser.value(FIELDS) == [message], browser.value(FIELDS)
    browser.value("document.getElementById('undo').click()")
    assert browser.value(FIELDS) == own, browser.value(FIELDS)
    browser.value("document.getElementById('as-it-was').click()")


def check_undo(browser: Browser, before: str) -> None:
    """Undone move by move, and all the rest at once, the page is what it was."""
    browser.value("document.getElementById('undo').click()")
    assert browser.value(SAID) == "Undid: hunk 2 of b: commit 1.", browser.value(SAID)
    browser.value("document.getElementById('as-it-was').click()")
    after = browser.value(ALL)
    assert after == before, after


def choose(browser: Browser, hunk: str, commit: str) -> None:
    """Have the hunk in that commit."""
    select = f"document.querySelector('#{hunk} select')"
    browser.value(f"{select}.dispatchEvent(new Event('focus'))")
    browser.value(f"{select}.value = '{commit}'")
    browser.value(f"{select}.dispatchEvent(new Event('change'))")


def check_plans(browser: Browser, repository: Path) -> None:
    """The plan's text, and the page as a browser saves it, split in the same way."""
    text = repository.parent / "moved.json"
    text.write_text(browser.value(PLAN), encoding="utf-8")
    saved = repository.parent / "saved.html"
    page = "'<!DOCTYPE html>\\n' + document.documentElement.outerHTML"
    saved.write_text(browser.value(page), encoding="utf-8")
    made = []
    for file in (text, saved):
        gitsplit(repository, "--plan", str(file), "--yes")
        git = Repository(repository)
        made.append(git.git("log", "--format=%T %s", "-6"))
        last = [git.git("show", "--format=%s", f"HEAD~{n}") for n in (4, 2)]
        gitsplit(repository, "--undo")
        assert "-def num(text):" in last[0], last[0]
        assert last[1].startswith("New commit 4\n"), last[1]
        assert "+def at_least_one(text):" in last[1], last[1]
    asked = browser.questions
    browser.open(saved)
    assert browser.questions == asked + 1, "what was moved is left without a question"
    assert browser.value(PLAN) == text.read_text("utf-8")
    assert browser.value("document.querySelectorAll('#h0-1 select').length") == 1
    assert made[0] == made[1]


def write_picture(browser: Browser, page: Path, target: Path) -> None:
    size = {"width": 1200, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser("Emulation.setDeviceMetricsOverride", **size)
    browser.open(page)
    focus_hunk(browser, "h0-3")
    browser.press("ArrowDown")
    browser.value("scrollTo(0, 0)")
    data = browser("Page.captureScreenshot", format="png")["data"]
    target.write_bytes(base64.b64decode(data))


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        names = {"NAME": "Tea", "EMAIL": "tea@example.org"}
        os.environ |= {
            f"GIT_{who}_{k}": v
            for who in ("AUTHOR", "COMMITTER")
            for k, v in names.items()
        } | {"HOME": directory}
        repository = place / "ladle"
        make_practice_repository(repository)
        browser = Browser(place / "profile")
        try:
            check_hostile(browser, place / "hostile")
            check_numbers(browser, place / "numbers")
            check_heir(browser, place / "heir")
            check_keys(browser, repository)
            if sys.argv[1:]:
                page = write_page(repository, "-c", TANGLED)
                write_picture(browser, page, Path(sys.argv[1]))
        finally:
            browser.close()
    print("The pages do what they are for.")


if __name__ == "__main__":
    main()
