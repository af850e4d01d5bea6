"""The plans behind the golden screens, each small enough to be read at a glance."""

from collections.abc import Callable

from msgspec.structs import replace

from gitsplit.git.diff import hunks_between as git_hunks_between
from gitsplit.model.checks import Conflict, Outlook
from gitsplit.model.diff import FileChange, Hunk, Span
from gitsplit.model.objects import EXECUTABLE, SYMLINK, Oid
from gitsplit.model.plan import DROPPED, Group, Plan
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.todo import todo_as_read
from gitsplit.proposal.propose import proposals
from gitsplit.tui.state.app_state import NO_IDS, Estimate, State
from gitsplit.tui.state.app_state import first_state as opening
from gitsplit.tui.state.new_commits import Address
from gitsplit.tui.update.actions.messages import WriteMessages
from gitsplit.tui.update.actions.reading import MoveTo
from gitsplit.tui.update.actions.reports import Foreseen
from gitsplit.tui.update.actions.series import Become, OpenCommit, OpenSeries
from gitsplit.tui.update.actions.split import MoveCommit, SetContent
from gitsplit.tui.update.reduce import reduce
from tests.tui.builder import (
    ABOVE,
    BASE,
    CHANGE_ID,
    COMMIT,
    Literal,
    after,
    change_of,
    file_of,
    first_state,
    hunks_between,
    plan_of,
    range_of,
    raw_commit,
    state_of,
    whole_of,
)

BEFORE = """\
import json

TIMEOUT = 10


def load(path):
    with open(path) as file:
        return json.load(file)


def main():
    settings = load("settings.json")
    print(settings["nmae"])
    connect(settings["host"], TIMEOUT)


def connect(host, timeout):
    print("connecting to", host)
    print("waiting for", timeout)
"""

AFTER = """\
import json
import logging

TIMEOUT = 30

log = logging.getLogger(__name__)


def load(path):
    with open(path) as file:
        return json.load(file)


def main():
    settings = load("settings.json")
    print(settings["name"])
    connect(settings["host"], TIMEOUT)


def connect(host, timeout):
    log.info("connecting to %s", host)
    log.info("waiting for %s", timeout)
"""

README = ("Run it.\n", "Run it, or wait 30 seconds.\n")


def story() -> State:
    """A commit that fixes a typo, raises a timeout and replaces print by logging."""
    plan = plan_of(
        {"client.py": (BEFORE, AFTER), "README": README},
        groups=3,
        group_of=(1, 2, 1, 0, 2),
    )
    groups = (
        Group(b"Fix the name of a setting\n\nChange-Id: %s\n" % CHANGE_ID),
        Group(b"Wait 30 seconds\n\nTen are not enough.\n", "The number 30 is in both."),
        Group(b"Log instead of printing\n", "Everything here is about `log`."),
    )
    return first_state(
        whole_of("Make the client nicer"),
        replace(plan, groups=groups, continued_by=(0,)),
    )


def without_change_ids() -> State:
    """The same commit, alone in a repository that knows no Change-Ids.

    Its messages are proposed.
    """
    state = story()
    groups = tuple(replace(each, is_proposed=True) for each in state.plan.groups)
    first = state.info.series.commits[:1]
    series = Series(BASE, COMMIT, first)
    whole = replace(state.info, series=series, change_ids={}, ids=NO_IDS, ref="main")
    return first_state(whole, replace(state.plan, groups=groups))


def facts() -> State:
    """Files that are created, deleted, renamed, made executable, or have no lines."""
    script = "#!/bin/sh\necho hello\n"
    files: dict[str, Literal | FileChange] = {
        "bin/run": FileChange(
            file_of("bin/start", script), file_of("bin/run", script, EXECUTABLE)
        ),
        "current": FileChange(
            None, file_of("current", "releases/7", SYMLINK), by_lines=False
        ),
        "empty": (None, ""),
        "logo.png": FileChange(
            file_of("logo.png", b"\0" * 1234),
            file_of("logo.png", b"\0" * 1300),
            by_lines=False,
        ),
        "new.txt": (None, "one\ntwo\n"),
        "old.txt": ("three\n", None),
    }
    plan = plan_of(files, groups=2)
    dealt = tuple(DROPPED if i == 4 else g for i, g in enumerate(plan.group_of))
    return state_of(replace(plan, group_of=dealt))


def altered() -> State:
    """A file that is renamed and edited by hand, and a piece that is dropped."""
    old, new = file_of("client.py", BEFORE), file_of("client/main.py", AFTER)
    change = FileChange(old, new, hunks_between(old, new))
    plan = plan_of(
        {"README": README, "client/main.py": change},
        groups=2,
        group_of=(DROPPED, 1, 1, 1, 1, 1),
    )
    groups = (Group(b"Begin\n"), Group(b"Make the client nicer\n"))
    state = first_state(
        whole_of("Make the client nicer"),
        replace(plan, groups=groups, continued_by=(1,)),
        git_hunks_between,
    )
    typed = SetContent(1, 1, AFTER.replace("30", "31").encode())
    return reduce(state, typed)


def wide_characters() -> State:
    """Text in which a character is not a column."""
    old = "\tこんにちは\n\tnaïve café\n"
    new = "\tさようなら、世界\n\tnaïve café ☕\n\te\u0301tude\n" + "日本語" * 30 + "\n"
    plan = plan_of({"文書.txt": (old, new)}, owner=0)
    groups = (
        Group(
            "日本語の件名がとても長いので切らなければならない場合の例です。".encode()
        ),
        plan.groups[1],
    )
    return state_of(replace(plan, groups=groups))


def hostile() -> State:
    """Content, path, subject and reason that would like to command the terminal."""
    old = b"password = ask()\n"
    new = (
        b"\x1b[2J\x1b]0;owned\x07password = 1\n"
        b"if admin: \xe2\x80\xae}\xe2\x81\xa6 # only admins\xe2\x81\xa9 \xe2\x81\xa6\n"
        b"caf\xe9\r\n"
        b"\tnul \0 del \x7f bell \x07"
    )
    plan = plan_of({"a\x1b[31mb\n.py": (old, new)}, owner=0)
    groups = (
        Group(b"Say \x1b[5mhello\xe2\x80\xae\n\nBody \x9b31m\n", "why \x1b[7m not"),
        plan.groups[1],
    )
    whole = whole_of("Split \x1b[31mme")
    return first_state(whole, replace(plan, groups=groups))


READING = (
    """\
TIMEOUT = 10
\tindent = "tab"
blank = "at the end"
ends = "like Unix"
# same
名前 = "古い 値"
who = "👩\u200d💻 🇩🇪 e\u0301"
# same
table = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "old last"]
gone = True
""",
    """\
TIMEOUT = 30
    indent = "tab"
blank = "at the end"  \t
ends = "like Unix"\r
# same
名前 = "新しい 値"
who = "👩\u200d🔬 🇩🇪 é"
# same
table = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "new last"]
last = connect(host, TIMEOUT)""",
)


def reading() -> State:
    """Lines that differ in a word, in white space, in their end, far to the right."""
    return state_of(plan_of({"reading.py": READING}))


def many() -> State:
    """Twelve commits, the eleventh empty, of a file with a long new function."""
    lines = [f"line {n}\n" for n in range(80)]
    changed = [line.replace("5", "five") for line in lines]
    body = "".join(f"    step {n}\n" for n in range(20))
    plan = plan_of(
        {"lines": ("".join(lines), "".join(changed) + body)},
        groups=6,
        group_of=[n % 10 for n in range(9)],
    )
    groups = tuple(
        Group(b"Part %d of the work\n" % number, f"Reason {number}.")
        for number in range(1, 13)
    )
    return state_of(replace(plan, groups=groups, continued_by=(11,)))


def layers() -> State:
    """Three commits; lines of each of the first two go with a later one."""
    states = (
        ("kettle", "water", "pour"),
        ("kettle", "water", "take a cup", "warm it", "wait", "pour"),
        ("kettle", "water to 80", "take a pot", "rinse it", "wait", "pour"),
        ("kettle", "water to 95", "pour", "drink"),
    )
    opened = range_of(*({"tea": "".join(f"{x}\n" for x in state)} for state in states))
    return replace(opened, hunks_between=git_hunks_between)


LAST = Oid("390febb2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6")
COMMITS = (COMMIT, ABOVE, LAST)

OUTLOOKS = {
    "estimated": Outlook(conflict=Conflict(LAST, (b"c.py", b"README"), ABOVE)),
    "conflicting": Outlook(conflict=Conflict(LAST, (b"c.py",), ABOVE)),
}
"""What git says of these cases; against the others it has nothing."""


def series() -> State:
    """Three commits with nothing done to them yet, and plans for who asks."""
    whole = whole_of("Do several things at once")
    last = SourceCommit(LAST, raw_commit(b"Finish it\n", ABOVE))
    commits = (*whole.series.commits, last)
    whole = replace(whole, series=Series(BASE, LAST, commits))
    plans = {
        COMMIT: plan_of({"a.py": (BEFORE, AFTER)}),
        ABOVE: plan_of({"README": README, "b": ("1\n", "2\n")}),
        LAST: plan_of({"c": ("1\n2\n3\n", "one\n2\nthree\n")}),
    }
    start = opening(whole, todo_as_read(whole.series), git_hunks_between)
    return replace(start, plans=plans)


def tour() -> State:
    """A series of every kind of text: to be seen on all screens, at all sizes."""
    files = {
        "reading.py": READING,
        "שלום.txt": ("שלום\n", "שלום עולם\nabc אבג 123\n"),
        "文書/表.txt": ("\t値\n", "\t新しい値\n\t👨\u200d👩\u200d👧 家族\n"),
    }
    state = series()
    return replace(state, plans={**state.plans, COMMIT: plan_of(files, 3)})


def estimated() -> State:
    """The series when it has been looked at, with a conflict that git foresees."""
    state = series()
    estimates = {
        COMMIT: Estimate(
            1,
            7,
            4,
            ("`log` and what it replaces", "the name of a setting"),
        ),
        ABOVE: Estimate(2, 2, 2, ("README", "b")),
        LAST: Estimate(1, why_not="large"),
    }
    moved = after(replace(state, estimates=estimates), MoveTo(2), MoveCommit(-1))
    return reduce(moved, Foreseen(moved.todo, OUTLOOKS["estimated"]))


def conflicting() -> State:
    """The series with its second commit dropped, which the third needs."""
    return after(estimated(), MoveCommit(1), MoveTo(1), Become("drop"))


def messages() -> State:
    """New messages of every kind: a split, a reword, two joined; one too long."""
    long = b"Finish it, " + b"with a subject that nobody would want to read in a log\n"
    state = after(
        series(),
        OpenCommit(),
        OpenSeries(),
        MoveTo(1),
        Become("squash"),
        WriteMessages(((Address(LAST), long),)),
    )
    return replace(state, status="")


def proposed() -> State:
    """What gitsplit proposes for a file that changes in three ways."""
    change = change_of("client.py", (BEFORE, AFTER))
    found = proposals(
        (change,), b"Make the client nicer\n\nChange-Id: %s\n" % CHANGE_ID
    )
    whole = whole_of("Make the client nicer")
    start = first_state(whole, found.plan(2), git_hunks_between)
    return replace(start, proposals={COMMIT: found})


def unconfirmed() -> State:
    """A split of whose messages two are proposed, in their style and with a body."""
    start = story()
    first, *others = start.plan.groups
    groups = (first, *(replace(group, is_proposed=True) for group in others))
    info = replace(start.info, other_refs={})
    return first_state(info, replace(start.plan, groups=groups))


def parted() -> State:
    """A split of a commit whose message speaks of all that it does."""
    start = unconfirmed()
    message = (
        b"Make the client nicer\n\n"
        b"Ten seconds were not enough for anybody. Log instead of\n"
        b"printing to a terminal that nobody looks at.\n\n"
        b"While there: fix the name of a setting.\n\nChange-Id: %s\n" % CHANGE_ID
    )
    first, *above = start.info.series.commits
    commits = (SourceCommit(first.oid, raw_commit(message, BASE)), *above)
    series = Series(BASE, start.info.series.head, commits)
    owner = replace(start.plan.groups[0], message=message)
    plan = replace(start.plan, groups=(owner, *start.plan.groups[1:]))
    return first_state(replace(start.info, series=series), plan)


CASES: dict[str, Callable[[], State]] = {
    case.__name__.replace("_", "-"): case
    for case in (
        story,
        without_change_ids,
        facts,
        altered,
        wide_characters,
        hostile,
        reading,
        many,
        layers,
        series,
        tour,
        estimated,
        conflicting,
        messages,
        proposed,
        unconfirmed,
        parted,
    )
}


def large(hunks: int) -> Plan:
    """A file of 20 lines for each hunk, the last five of which are replaced."""
    old = [f"line {n}\n" for n in range(20 * hunks)]
    new = [f"line {n}\n" if n % 20 < 15 else f"new {n}\n" for n in range(20 * hunks)]
    spans = [Span(20 * n + 15, 20 * n + 20) for n in range(hunks)]
    change = FileChange(
        file_of("large", "".join(old)),
        file_of("large", "".join(new)),
        tuple(Hunk(span, span) for span in spans),
    )
    return plan_of({"large": change})
