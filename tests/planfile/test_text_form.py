"""A split goes through an editor as text, and what editors do to text doesn't matter.

All else that happens to it is refused, with its line: it never becomes another plan.
``pytest --hypothesis-profile=exhaustive`` goes through more than 10,000 plans and as
many damages.
"""

import re
from collections.abc import Callable
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import (
    Fact,
    FactEdit,
    FileChange,
    TextEdit,
    edits_of,
    finer_edits,
)
from gitsplit.model.message import stripspace
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    with_edits_cut,
    with_files_for_lines,
    without_empty_groups,
)
from gitsplit.model.states import steps
from gitsplit.model.todo import Entry
from gitsplit.planfile.match import entry_of_plan, plan_of_entry
from gitsplit.planfile.text_form import Form, form_of
from gitsplit.planfile.text_reading import (
    Mistake,
    plans_in,
    text_in_utf8,
    with_mistake_shown,
)
from tests.planfile.test_ranges import source
from tests.strategies import commits, cut_plans, file_change, modified, ranges

HOSTILE_LINES = [
    b"# commit 1\n",
    b"# commit 2 -----\n",
    b"# ----- the changes\n",
    b"2  +a\n",
    b"x\n",
    b".  @@ 1 @@\n",
    b"\n",
    b"a\tb\n",
    b"a b\n",
    b"\ta\n",
    b"        a\n",
    b"a \n",
    b"a\r\n",
    b"a\rb\n",
    b"a?\n",
    b"\x1b[2Ja\n",
    "é\n".encode(),
    "è\n".encode(),
    "世界\n".encode(),
    "a\u2028\u202eb\n".encode(),
    b"\xe9\xff\n",
]
NAMES = [
    b"a",
    b" ",
    b"# commit 2",
    b"a\nb",
    b"\tx",
    b"\x1b[2J",
    b"\xe9 f",
    "é/→".encode(),
]


def hostile_contents() -> st.SearchStrategy[bytes]:
    lines = st.lists(st.sampled_from(HOSTILE_LINES), max_size=6).map(b"".join)
    return st.tuples(lines, st.sampled_from([b"", b"", b"end"])).map(b"".join)


@st.composite
def hostile_commits(draw: st.DrawFn) -> tuple[FileChange, ...]:
    """Files with lines and names that look like what the text itself has."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    changes = [
        modified(draw(hostile_contents()), draw(hostile_contents()), name)
        if draw(st.booleans())
        else draw(file_change(name, draw(st.sampled_from([name, b"elsewhere", None]))))
        for name in sorted(names)[:2]
    ]
    return tuple(change for change in changes if change.old != change.new)


def messages() -> st.SearchStrategy[bytes]:
    """Messages as people write them, and as nobody should."""
    lines = st.lists(st.sampled_from(HOSTILE_LINES), max_size=3).map(b"".join)
    return st.one_of(
        st.sampled_from([b"Add tea\n", "Ajouter du thé ☕\n".encode(), b"No end"]),
        lines.map(b"Tea\n\n".__add__),
    )


@st.composite
def any_plans(draw: st.DrawFn) -> Plan:
    changes = draw(commits(2) | hostile_commits() | hostile_commits() | ranges(3))
    assume(changes)
    plan = draw(full_plans(changes))
    commits_of_range = 1 + max(change.commit for change in changes)
    heirs = plan.continued_by + (None,) * (commits_of_range - 1)
    groups = tuple(Group(draw(messages()), f"why {n}") for n in range(len(plan.groups)))
    return replace(plan, groups=groups, continued_by=heirs)


@st.composite
def full_plans(draw: st.DrawFn, changes: tuple[FileChange, ...]) -> Plan:
    """A plan whose groups have edits; in many, files come and go with their lines."""
    plan = draw(cut_plans(changes))
    if draw(st.booleans()):
        plan = with_files_at_lines(plan)
    plan = without_empty_groups(replace(plan, continued_by=(None,)))
    assume({*plan.group_of} - {DROPPED})
    heir = draw(st.none() | st.integers(0, len(plan.groups) - 1))
    return replace(plan, continued_by=(heir,))


def with_files_at_lines(plan: Plan) -> Plan:
    """The plan with creations and deletions where their first and last lines are."""
    groups = [*plan.group_of]
    for place, edit in enumerate(plan.edits):
        own = plan.places_of_file(edit.file)
        if not isinstance(edit, FactEdit) or place + 1 == own.stop:
            continue
        if edit.fact in (Fact.CREATE, Fact.DELETE):
            bound = min if edit.fact is Fact.CREATE else max
            groups[place] = bound(groups[place + 1 : own.stop])
    return replace(plan, group_of=tuple(groups))


def entry(plan: Plan) -> Entry:
    first, *rest = map(source, range(len(plan.continued_by)))
    return Entry(first, "split", plan=plan, rest=tuple(rest))


def several_plans() -> st.SearchStrategy[list[Plan]]:
    return st.lists(any_plans(), min_size=1, max_size=2)


def made_form(plans: list[Plan]) -> Form:
    return form_of([entry(plan) for plan in plans])


def read(data: bytes, form: Form) -> tuple[Plan, ...]:
    return plans_in(text_in_utf8(data), form)


SEEDS = st.integers(0, 2**32)
"""What is drawn for one commit or text several times, in much less time."""


@given(several_plans(), SEEDS)
def test_what_is_saved_unchanged_is_the_plan_as_it_was(
    plans: list[Plan], seed: int
) -> None:
    form = made_form(plans)
    assert read(form.data, form) == tuple(plans)

    chance = Random(seed)
    for _ in range(20):
        plan = random_plan(plans[0], chance)
        again = made_form([plan])
        assert read(again.data, again) == (plan,)


def random_plan(plan: Plan, chance: Random) -> Plan:
    """Another plan for the same commits with some of the messages, finer or not."""
    edits = edits_of(plan.changes)
    made = replace(plan, edits=edits, group_of=(0,) * len(edits), overrides=())
    for _ in range(chance.randrange(3)):
        parts = {
            at: finer_edits(plan.changes[edit.file], edit)
            for at, edit in enumerate(made.edits)
            if isinstance(edit, TextEdit) and chance.random() < 0.7
        }
        made = with_edits_cut(made, parts)
    number = chance.randrange(1, 5)
    groups = tuple(chance.choice(plan.groups) for _ in range(number))
    places = [chance.choice([*range(number), DROPPED]) for _ in made.edits]
    places[chance.randrange(len(places))] = 0
    made = replace(
        made,
        groups=groups,
        group_of=tuple(places),
        continued_by=(None,) * len(plan.continued_by),
    )
    made = without_empty_groups(with_files_for_lines(made))
    return plan if {*made.group_of} == {DROPPED} else made


@given(st.data())
def test_other_numbers_and_messages_make_the_plan_that_they_say(
    data: st.DataObject,
) -> None:
    before = data.draw(any_plans())
    after = data.draw(full_plans(before.changes))
    groups = tuple(Group(data.draw(messages())) for _ in after.groups)
    after = replace(
        after, groups=groups, continued_by=(None,) * len(before.continued_by)
    )
    form, wanted = made_form([before]), made_form([after])
    assume(form.mark == wanted.mark)
    assume(form.sections[0].lines == wanted.sections[0].lines)

    try:
        steps(after)
    except InvalidPlan:
        return  # two files at one path, which is refused elsewhere
    (made,) = read(wanted.data, form)

    assert uncut(made) == uncut(after)
    strip = [stripspace(group.message, b"") for group in made.groups]
    assert strip == [stripspace(group.message, b"") for group in after.groups]


def uncut(plan: Plan) -> tuple[object, object]:
    """The edits and their groups, as few as can be."""
    known = plan_of_entry(entry_of_plan(plan, *entry(plan).commits), plan.changes)
    return known.edits, known.group_of


def recoded(codec: str) -> Callable[[bytes], bytes]:
    """What an editor saves that is told to use another encoding."""

    def save(data: bytes) -> bytes:
        return opened(data).encode(codec, "replace")

    return save


def opened(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def by_line(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: b"\n".join(map(change, data.split(b"\n")))


def with_ends(end: bytes) -> Callable[[bytes], bytes]:
    return lambda data: re.sub(rb"\r\n|\n", end, data)


def as_it_is(data: bytes) -> bytes:
    return data


WITH_TEXT: dict[str, Callable[[bytes], bytes]] = {
    "nothing": as_it_is,
    "blanks at the ends stripped": by_line(lambda line: line.rstrip(b" \t")),
    "blanks at the ends added": lambda data: re.sub(rb"\r?\n", rb"  \g<0>", data),
    "tabs of 8": by_line(lambda line: line.expandtabs(8)),
    "tabs of 4": by_line(lambda line: line.expandtabs(4)),
    "no end": lambda data: data.rstrip(b"\n"),
    "many ends": lambda data: data + b"\n\n\n",
}
WITH_ENDS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": as_it_is,
    "CR LF": with_ends(b"\r\n"),
    "CR": with_ends(b"\r"),
    "all CR LF": lambda data: re.sub(rb"\r\n|\r|\n", b"\r\n", data),
    "all LF": lambda data: re.sub(rb"\r\n|\r|\n", b"\n", data),
}
WITH_ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": as_it_is,
    "UTF-8 with BOM": recoded("utf-8-sig"),
    "UTF-16": recoded("utf-16"),
    "UTF-16, big first": lambda data: b"\xfe\xff" + recoded("utf-16-be")(data),
    "UTF-32": recoded("utf-32"),
    "Latin-1": recoded("latin-1"),
    "Windows": recoded("cp1252"),
    "Cyrillic": recoded("koi8-r"),
    "ASCII": recoded("ascii"),
    "read as Latin-1": lambda data: data.decode("latin-1").encode(),
}


@given(several_plans(), SEEDS)
def test_the_habits_of_editors_change_nothing(plans: list[Plan], seed: int) -> None:
    form, chance = made_form(plans), Random(seed)
    every = [(text, "nothing", "nothing") for text in WITH_TEXT]
    every += [("nothing", ends, "nothing") for ends in WITH_ENDS]
    every += [("nothing", "nothing", encoding) for encoding in WITH_ENCODINGS]
    for _ in range(10):
        kinds = (WITH_TEXT, WITH_ENDS, WITH_ENCODINGS)
        text, ends, encoding = (chance.choice([*kind]) for kind in kinds)
        every.append((text, ends, encoding))
    for text, ends, encoding in every:
        data = WITH_ENDS[ends](WITH_TEXT[text](form.data))
        assert read(WITH_ENCODINGS[encoding](data), form) == tuple(plans)


class Lines:
    """The lines of a text, and which of them are of what kind."""

    def __init__(self, form: Form) -> None:
        self.lines = form.data.split(b"\n")
        self.mark = form.mark.encode()
        self.diff: list[int] = []
        self.headings: list[int] = []
        self.rulers: list[int] = []
        is_diff = False
        for at, line in enumerate(self.lines):
            if line.startswith(self.mark + b" commit "):
                self.headings.append(at)
                is_diff = False
            elif line.startswith(self.mark + b" ----- the changes"):
                self.rulers.append(at)
                is_diff = True
            elif is_diff and line and not line.startswith(self.mark):
                self.diff.append(at)

    def meaning(self, lines: list[bytes]) -> list[bytes]:
        """What is left of the lines to be read, for git to be no judge here."""
        found = []
        for line in lines:
            packed = re.sub(rb"[\s\x80-\xff?]+", b"", line)
            heading = re.match(
                re.escape(self.mark) + rb"commit\d+|.*thechanges", packed
            )
            if packed and (heading or not line.startswith(self.mark)):
                found.append(heading[0] if heading else packed)
        return found


Damage = Callable[[Lines, list[bytes], Callable[[int], int]], int]
"""Changes a list of lines; gives the number of the first line damaged, from 0."""


def diff_line(of: Lines, pick: Callable[[int], int]) -> int:
    return of.diff[pick(len(of.diff))]


def lost(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    del lines[at]
    return at


def doubled(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    lines.insert(at, lines[at])
    return at


def moved(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at, to = diff_line(of, pick), diff_line(of, pick)
    passed = {line[3:] for line in lines[min(at, to) : max(at, to) + 1]}
    if len(passed) > 1:  # else nothing tells it from other numbers
        lines.insert(to, lines.pop(at))
    return min(at, to)


def changed(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    front, rest = lines[at][:3], bytearray(lines[at][3:])
    place = pick(len(rest))
    rest[place] = b"az+-@#=1"[pick(8)]
    lines[at] = front + rest
    return at


def shortened(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    lines[at] = lines[at][: pick(len(lines[at]))]
    return at


def without_number(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    lines[at] = b" " * pick(3) + lines[at][3:]
    return at


def odd_number(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    odd = [b"0", b"9", b"99", b"?", b"-", b"X", b"1.", "²".encode()][pick(8)]
    lines[at] = odd + b" " + lines[at][3:]
    return at


def remarked(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    lines[at] = of.mark + lines[at]
    return at


def joined(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    lines[at : at + 2] = [b" ".join(lines[at : at + 2])]
    return at


def broken(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    place = pick(len(lines[at]))
    lines[at : at + 1] = [lines[at][:place], lines[at][place:]]
    return at


def ended(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    del lines[at:]
    return at


def sorted_lines(of: Lines, lines: list[bytes], _pick: Callable[[int], int]) -> int:
    lines.sort()
    return 0


def without_heading(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = of.headings[pick(len(of.headings))]
    del lines[at]
    return 0


def spoilt_heading(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = of.headings[pick(len(of.headings))]
    place = len(of.mark) + 1 + pick(len(b"commit"))
    lines[at] = lines[at][:place] + b"x" + lines[at][place + 1 :]
    return 0


def doubled_heading(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = of.headings[pick(len(of.headings))]
    lines.insert(at, lines[at])
    return at


def late_heading(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    line = lines.pop(of.headings[pick(len(of.headings))])
    lines.insert(diff_line(of, pick), line)
    return 0


def without_ruler(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    del lines[of.rulers[pick(len(of.rulers))]]
    return 0


def doubled_ruler(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = of.rulers[pick(len(of.rulers))]
    lines.insert(at, lines[at])
    return at


def without_message(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = of.headings[pick(len(of.headings))]
    to = min(place for place in (*of.headings, *of.rulers) if place > at)
    del lines[at + 1 : to]
    return at


def text_above(_of: Lines, lines: list[bytes], _pick: Callable[[int], int]) -> int:
    lines.insert(0, b"Fix it")
    return 0


def strange_line(of: Lines, lines: list[bytes], pick: Callable[[int], int]) -> int:
    at = diff_line(of, pick)
    lines.insert(at, [b"1 +a", b".  ", b"x", b"1  == a", b"text"][pick(5)])
    return at


DAMAGES: tuple[Damage, ...] = (
    *(lost, doubled, moved, changed, shortened, without_number, odd_number),
    *(remarked, joined, broken, ended, sorted_lines, without_heading),
    *(spoilt_heading, doubled_heading, late_heading, without_ruler),
    *(doubled_ruler, without_message, text_above, strange_line),
)


@given(several_plans(), SEEDS)
def test_damage_is_refused_with_its_line_and_never_another_plan(
    plans: list[Plan], seed: int
) -> None:
    form, chance = made_form(plans), Random(seed)
    of = Lines(form)
    for damage in DAMAGES:
        lines = [*of.lines]
        at = damage(of, lines, chance.randrange)
        text = b"\n".join(lines)
        try:
            made = read(text, form)
        except Mistake as mistake:
            before = lines[mistake.line - 1 : at]
            assert all(not line or line.startswith(of.mark) for line in before)
            again = with_mistake_shown(text, form, mistake).split(b"\n")
            shown = again[mistake.line]
            assert str(mistake).encode() in shown
            assert b"1 mistake, in line %d: " % (mistake.line + 2) in again[0]
        else:
            assert made == tuple(plans)
            assert of.meaning(lines) == of.meaning(of.lines)
