"""Plans from literal texts, for tests that need no repository.

The hunks are difflib's, which tests may use: git's would be the same wherever a test
has one obvious diff.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from msgspec.structs import replace

from gitsplit.model.change_id import IdRules
from gitsplit.model.content import file_after
from gitsplit.model.diff import File, FileChange, Hunk, Span, edits_of
from gitsplit.model.lines import lines_of
from gitsplit.model.objects import Oid, RawCommit, object_id
from gitsplit.model.plan import Group, Plan, plan_at_home, with_files_for_lines
from gitsplit.model.progress import PATIENT
from gitsplit.model.series import Series, SourceCommit
from gitsplit.model.states import ContentMerge, file_assignments
from gitsplit.model.todo import Entry, Todo, todo_as_read
from gitsplit.tui.background.worker import Backend, next_job
from gitsplit.tui.state.app_state import HunksBetween, SeriesInfo, State, one_hunk
from gitsplit.tui.state.app_state import first_state as opening
from gitsplit.tui.surroundings import reduce_with_merges
from gitsplit.tui.update.actions import Action
from gitsplit.tui.update.reduce import reduce
from gitsplit.tui.update.series import with_only_split_open
from tests.strategies import alone

Text = str | bytes | None
Literal = tuple[Text, Text]

CHANGE_ID = b"I3aeff82ceb99fbfa3689141f0dae974189c7370a"
BASE = Oid("3f3bae7a1f0c2b9d8e7f6a5b4c3d2e1f0a9b8c7d")
COMMIT = Oid("6ae49ec16a8a34cb4cf8b2d8ed3f5ab6d3a5e1f0")
ABOVE = Oid("15849e7d0c5b8b0a2f2c9e5f6c7d8e9fa0b1c2d3")
TREE = Oid("4b825dc642cb6eb9a060e54bf8d69288fbee4904")

MESSAGES = tuple(
    b"%s piece of work\n\nWhy it is right.\n" % number
    for number in (b"First", b"Second", b"Third", b"Fourth", b"Fifth", b"Sixth")
)


def plan_of(
    files: Mapping[str, Literal | FileChange],
    groups: int = 2,
    group_of: Sequence[int] | None = None,
    owner: int | None = None,
) -> Plan:
    """The plan of a commit that turned each file's first text into its second.

    None is a side that doesn't exist. Edits are dealt out to the groups in turn
    unless ``group_of`` says where each goes. The owner is the last group.
    """
    changes = tuple(change_of(path, files[path]) for path in sorted(files))
    edits = edits_of(changes)
    dealt = tuple(group_of or (number % groups for number in range(len(edits))))
    made = tuple(
        Group(MESSAGES[number], f"Reason {number + 1}.") for number in range(groups)
    )
    return with_files_for_lines(
        Plan(changes, edits, dealt, made, (groups - 1 if owner is None else owner,))
    )


def change_of(path: str, texts: Literal | FileChange) -> FileChange:
    """What happened to the file at ``path``."""
    if isinstance(texts, FileChange):
        return texts
    old, new = (file_of(path, text) for text in texts)
    return FileChange(old, new, hunks_between(old, new))


def file_of(path: str, text: Text, mode: int = 0o100644) -> File | None:
    """A regular file with this text; none for None."""
    if text is None:
        return None
    content = text.encode() if isinstance(text, str) else text
    return File(path.encode(), mode, object_id("blob", content), content)


def hunks_between(old: File | None, new: File | None) -> tuple[Hunk, ...]:
    """The runs of lines that differ between the two sides."""
    before = lines_of((old and old.content) or b"")
    after = lines_of((new and new.content) or b"")
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple(
        Hunk(Span(a, b), Span(c, d)) for tag, a, b, c, d in codes if tag != "equal"
    )


def raw_commit(message: bytes, parent: Oid, tree: Oid = TREE) -> RawCommit:
    """A commit with this message and nothing else of interest."""
    headers = f"tree {tree}\nparent {parent}\nauthor A <a@b> 1 +0000\n"
    return RawCommit.parse(headers.encode() + b"\n" + message)


def whole_of(subject: str = "Do several things at once") -> SeriesInfo:
    """A commit with a Change-Id under one other, on a branch called ``series``."""
    message = b"%s\n\nChange-Id: %s\n" % (subject.encode(), CHANGE_ID)
    commits = (
        SourceCommit(COMMIT, raw_commit(message, BASE)),
        SourceCommit(ABOVE, raw_commit(b"Go on\n", COMMIT)),
    )
    return SeriesInfo(
        Series(BASE, ABOVE, commits),
        "series",
        "main..series",
        change_ids={COMMIT: CHANGE_ID},
        ids=IdRules(wanted=True),
    )


def first_state(info: SeriesInfo, plan: Plan, differ: HunksBetween = one_hunk) -> State:
    """The split screen as it opens on ``plan`` for the first commit."""
    first = info.series.commits[0].oid
    todo = todo_as_read(info.series).with_plan(first, plan)
    return with_only_split_open(opening(info, todo, differ))


def state_of(plan: Plan) -> State:
    """The split screen as it opens on ``plan``."""
    return first_state(whole_of(), plan)


def range_opened(
    changes: Sequence[FileChange], differ: HunksBetween = one_hunk
) -> State:
    """The split screen on a range whose commits did this; it has no other commits."""
    count = 1 + max((change.commit for change in changes), default=0)
    oids = [Oid(f"{n + 1}{COMMIT[1:]}") for n in range(max(2, count))]
    commits = tuple(
        SourceCommit(oid, raw_commit(MESSAGES[n], [BASE, *oids][n]))
        for n, oid in enumerate(oids)
    )
    own = [[c for c in changes if c.commit == n] for n in range(len(oids))]
    plan = plan_at_home(own, [commit.raw.message for commit in commits])
    info = replace(whole_of(), series=Series(BASE, oids[-1], commits), change_ids={})
    first, *rest = commits
    todo = Todo((Entry(first, "split", plan=plan, rest=tuple(rest)),))
    return with_only_split_open(opening(info, todo, differ))


def range_of(*states: Mapping[str, str]) -> State:
    """The split screen on a range whose commits led from each of these to the next."""
    found: list[FileChange] = []
    for commit, (old, new) in enumerate(pairwise(states)):
        sides = {p: (old.get(p), new.get(p)) for p in sorted({*old, *new})}
        done = [change_of(p, both) for p, both in sides.items() if both[0] != both[1]]
        found += (replace(change, commit=commit) for change in done)
    return range_opened(found)


def no_merge(_base: bytes, _ours: bytes, _theirs: bytes) -> None:
    """Nothing merges."""


def after(before: State, *actions: Action, merge: ContentMerge = no_merge) -> State:
    """The state after these actions, one by one."""
    for action in actions:
        before = reduce_with_merges(before, action, merge)
    return before


NO_BACKEND = Backend()


def answered(state: State, backend: Backend = NO_BACKEND) -> State:
    """The state when all that is found out beside the screen has come in."""
    while (job := next_job(state, backend)) is not None:
        state = reduce(state, job.find(PATIENT))
    return state


def contents(plan: Plan, group: int) -> tuple[bytes | None, ...]:
    """What each file holds once the commits up to ``group`` are made."""
    files = (
        file_after(alone(plan.changes[file], file), assignment, group)
        for file, assignment in file_assignments(plan).items()
    )
    return tuple(None if file is None else file.content for file in files)
