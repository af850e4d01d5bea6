"""A range of commits split again: which lines and facts each state of a file has."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.content import file_states
from gitsplit.model.diff import (
    Edit,
    FactEdit,
    File,
    FileChange,
    Span,
    TextEdit,
    edits_around,
    edits_of,
    line_edits,
)
from gitsplit.model.objects import (
    EXECUTABLE,
    FILE,
    GITLINK,
    SYMLINK,
    Oid,
    TreeEntry,
    object_id,
)
from gitsplit.model.plan import DROPPED, Group, Plan, with_files_for_lines
from gitsplit.model.states import steps
from gitsplit.model.weave import Strand, Thread, threads_of
from tests.model.test_laws import Tree, applied, tree_of
from tests.strategies import change_between, may_stand_together, ranges, side


def lines(words: str) -> bytes:
    r"""A line for each word; ``~`` is a blank in a line, ``|`` ends without one."""
    text = "".join(word.replace("~", " ") + "\n" for word in words.split())
    return text.removesuffix("|\n").encode()


def words(content: bytes | None) -> str:
    """What :func:`lines` makes the content of."""
    assert content is not None
    text = content.decode()
    return " ".join(text.replace(" ", "~").split("\n")).strip() + (
        "" if text.endswith("\n") or not text else "|"
    )


def changes_between(*states: File | None) -> tuple[FileChange, ...]:
    """What each commit did to one file that went through these states."""
    pairs = pairwise(states)
    return tuple(
        replace(change_between(old, new), commit=commit)
        for commit, (old, new) in enumerate(pairs)
        if old != new
    )


def history_of(*states: str) -> tuple[FileChange, ...]:
    """What each commit did to a file whose lines were these, one after the other."""
    return changes_between(*(side(b"a", lines(state)) for state in states))


def plan_of(
    changes: Sequence[FileChange],
    moved: Mapping[int, int] | None = None,
    groups: int | None = None,
    edits: Sequence[Edit] | None = None,
) -> Plan:
    """The plan with every edit in its commit's group, but for those that are moved."""
    count = 1 + max((change.commit for change in changes), default=0)
    edits = edits_of(changes) if edits is None else edits
    places = [changes[edit.file].commit for edit in edits]
    for edit, group in (moved or {}).items():
        places[edit] = group
    named = tuple(Group(b"%d\n" % n) for n in range(groups or count))
    nobody = (None,) * count
    return Plan(tuple(changes), tuple(edits), tuple(places), named, nobody)


def states_of(
    changes: Sequence[FileChange], moved: Mapping[int, int] | None = None
) -> tuple[File | None, ...]:
    """The one file after each group, edits moved by their numbers."""
    plan = with_files_for_lines(plan_of(changes, moved))
    (thread,) = plan.threads
    return file_states(thread, plan.of_thread(thread), range(len(plan.groups)))


def contents(
    changes: Sequence[FileChange], moved: Mapping[int, int] | None = None
) -> list[str]:
    """The lines of the one file after each group."""
    return [words(f.content) if f else "-" for f in states_of(changes, moved)]


def every_line(changes: Sequence[FileChange]) -> list[TextEdit]:
    """The text edits cut down to single lines and pairs."""
    return [
        part
        for edit in edits_of(changes)
        if isinstance(edit, TextEdit)
        for part in line_edits(changes[edit.file], edit)
    ]


# Order


def test_everything_at_home_gives_the_states_of_the_commits() -> None:
    changes = history_of("a b c", "a B c", "a B c d", "c d")

    assert contents(changes) == ["a B c", "a B c d", "c d"]


def test_a_new_line_comes_before_dead_lines_that_stand_there() -> None:
    changes = history_of("a x y b", "a b", "a n b")

    assert contents(changes, {1: 0}) == ["a n b", "a n b"]
    assert contents(changes, {0: 1, 1: 0}) == ["a n x y b", "a n b"]


def test_a_hunk_at_the_top_stays_there_before_dead_lines() -> None:
    changes = history_of("x b", "b", "n b")

    assert contents(changes, {0: 1, 1: 0}) == ["n x b", "n b"]


def test_a_new_line_comes_after_the_line_before_it_in_its_hunk() -> None:
    changes = history_of("a x b", "a b", "a p~1 b", "a p~2 q b")

    assert contents(changes, {0: 2}) == ["a x b", "a p~1 x b", "a p~2 q b"]
    assert contents(changes, {0: 2, 2: 1}) == ["a x b", "a p~2 q x b", "a p~2 q b"]


def test_a_hunk_that_is_cut_has_its_lines_in_the_order_of_one_commit() -> None:
    changes = history_of("x~1 x~2 x~3", "x~1 x~2 x~3 end", "y~1 y~2 y~3 end")
    first, *others = line_edits(changes[1], TextEdit(1, 0, Span(0, 3), Span(0, 3)))
    edits = (*edits_of(changes[:1]), first, *others)

    plan = plan_of(changes, {1: 0}, edits=edits)
    (thread,) = plan.threads
    states = file_states(thread, plan.of_thread(thread), (0, 1))

    assert [words(s.content) for s in states if s] == [
        "y~1 x~2 x~3 end",
        "y~1 y~2 y~3 end",
    ]


# Versions


@pytest.mark.parametrize("places", [*permutations(range(3))])
def test_of_a_line_rewritten_three_times_the_latest_version_that_came_is_there(
    places: tuple[int, ...],
) -> None:
    versions = ["line~0", "line~1", "line~2", "line~3"]
    changes = history_of(*(f"a {version} z" for version in versions))

    expected = [
        max((n + 1 for n, place in enumerate(places) if place <= group), default=0)
        for group in range(3)
    ]

    assert contents(changes, dict(enumerate(places))) == [
        f"a {versions[number]} z" for number in expected
    ]


@pytest.mark.parametrize("places", [*permutations(range(2))])
def test_a_line_that_becomes_another_and_itself_again_is_there_once(
    places: tuple[int, ...],
) -> None:
    changes = history_of("x~a z", "x~b z", "x~a z")

    made = contents(changes, dict(enumerate(places)))

    assert made == (["x~b z", "x~a z"] if places == (0, 1) else ["x~a z", "x~a z"])


def test_the_version_before_stays_where_a_rewrite_is_dropped() -> None:
    changes = history_of("x~1 z", "x~2 z", "x~3 z")

    assert contents(changes, {0: DROPPED}) == ["x~1 z", "x~3 z"]
    assert contents(changes, {1: DROPPED}) == ["x~2 z", "x~2 z"]


def test_a_line_that_is_taken_away_before_it_comes_never_shows() -> None:
    changes = history_of("a z", "a x z", "a z")

    assert contents(changes, {0: 1, 1: 0}) == ["a z", "a z"]


def test_a_line_taken_away_in_its_last_version_is_gone_in_all() -> None:
    changes = history_of("a x~1 z", "a x~2 z", "a z")

    assert contents(changes, {0: 1, 1: 0}) == ["a z", "a z"]


# Put back


def test_a_line_put_back_stands_where_it_was_and_once() -> None:
    changes = history_of("a x b", "a b", "a x b")

    assert contents(changes) == ["a b", "a x b"]
    assert contents(changes, {1: 0}) == ["a x b", "a x b"]
    assert contents(changes, {0: 1, 1: 0}) == ["a x b", "a x b"]
    assert contents(changes, {1: DROPPED}) == ["a b", "a b"]
    assert contents(changes, {0: DROPPED}) == ["a x b", "a x b"]


def test_what_was_put_back_is_taken_away_as_one_line() -> None:
    changes = history_of("a x b", "a b", "a x b", "a b")

    assert contents(changes, {0: 2, 1: 1, 2: 0}) == ["a b", "a b", "a b"]
    assert contents(changes, {0: 2, 1: 0, 2: 1}) == ["a x b", "a b", "a b"]


def test_lines_put_back_between_new_ones_are_beside_their_old_ones() -> None:
    changes = history_of("a x y b", "a b", "a n x m y o b")

    assert contents(changes, {0: 1, 1: 0}) == ["a n x m y o b", "a n x m y o b"]


def test_a_line_put_back_twice_is_put_back_from_what_came_last() -> None:
    changes = history_of("a x b", "a b", "a x b", "a b", "a x b")
    (weave,) = threads_of(changes)[0].weaves
    strand: Strand | None = next(s for s in weave if s.again)
    chain = []
    while strand is not None:
        chain.append(strand.born)
        strand = strand.again

    assert chain == [None, 1, 3]
    for places in permutations(range(4)):
        made = contents(changes, dict(enumerate(places)))
        assert set(made) <= {"a b", "a x b"}
        assert made[-1] == "a x b"


@pytest.mark.parametrize(
    ("taken", "put"),
    [
        ("} }", "}"),  # a line that is there more than once says nothing
        ("p q r", "p n m"),  # one line in three is no return
    ],
)
def test_equal_lines_by_chance_are_not_put_back(taken: str, put: str) -> None:
    changes = history_of(f"a {taken} b", "a b", f"a {put} b")

    assert contents(changes, {0: 1, 1: 0}) == [f"a {put} {taken} b", f"a {put} b"]


def test_a_line_that_replaces_another_is_not_put_back() -> None:
    changes = history_of("a x old b", "a old b", "a x b")

    assert contents(changes, {0: 1, 1: 0})[-1] == "a x b"
    (weave,) = threads_of(changes)[0].weaves
    assert not [strand for strand in weave if strand.again]


# Stretches

TEXT = side(b"a", lines("a b c"))
BINARY = side(b"a", b"\0x", EXECUTABLE)
LINK = side(b"a", b"to/x", SYMLINK)
MODULES = [side(b"a", None, GITLINK, Oid(digit * 40)) for digit in "123"]


def test_a_binary_content_begins_a_stretch_and_text_after_it_another() -> None:
    binary = replace(BINARY, mode=FILE)
    again = side(b"a", lines("p q"))
    changes = changes_between(TEXT, binary, again, side(b"a", lines("p r q")))
    thread = threads_of(changes)[0]

    assert [stretch.begins for stretch in thread.stretches] == [0, 0, 1]
    assert [bool(weave) for weave in thread.weaves] == [False, False, True]
    # An edit waits for its stretch.
    assert contents(changes, {2: 0, 0: 1, 1: 2}) == ["a b c", "\0x|", "p r q"]
    # The stretch begun last in the range's order counts.
    assert contents(changes, {0: 2, 1: 0, 2: 1}) == ["p q", "p r q", "p r q"]
    assert contents(changes, {1: DROPPED}) == ["\0x|", "\0x|", "\0x|"]
    assert contents(changes, {0: DROPPED}) == ["a b c", "p q", "p r q"]


def test_text_before_a_binary_content_can_change_only_until_then() -> None:
    changes = changes_between(
        TEXT, side(b"a", lines("a B c")), replace(BINARY, mode=FILE)
    )

    assert contents(changes, {0: 1, 1: 0}) == ["\0x|", "\0x|"]
    assert contents(changes, {1: DROPPED}) == ["a B c", "a B c"]


def test_the_mode_is_that_of_changes_since_the_type_last_changed() -> None:
    executable = replace(TEXT, mode=EXECUTABLE)
    changes = changes_between(TEXT, executable, LINK, TEXT, executable)

    def modes(moved: Mapping[int, int]) -> list[int]:
        return [state.mode for state in states_of(changes, moved) if state]

    assert modes({}) == [EXECUTABLE, SYMLINK, FILE, EXECUTABLE]
    assert modes({0: 3, 3: 0}) == [FILE, SYMLINK, EXECUTABLE, EXECUTABLE]
    assert modes({1: DROPPED}) == [EXECUTABLE, EXECUTABLE, FILE, EXECUTABLE]
    assert modes({2: 0, 1: 3}) == [FILE, FILE, FILE, EXECUTABLE]
    assert modes({2: DROPPED}) == [EXECUTABLE, SYMLINK, SYMLINK, SYMLINK]


def test_a_change_of_mode_outlives_a_binary_content() -> None:
    binary = replace(BINARY, mode=FILE)
    changes = changes_between(TEXT, binary, BINARY)

    states = states_of(changes, {0: 1, 1: 0})

    assert states == (replace(TEXT, mode=EXECUTABLE), BINARY)


def test_an_old_mode_stays_until_it_is_changed() -> None:
    """As 100664, which old trees have."""
    old = replace(TEXT, mode=0o100664)
    new = side(b"a", lines("a B c"), 0o100664)
    changes = changes_between(old, new, replace(new, mode=FILE))

    states = states_of(changes, {0: 1, 1: 0})

    assert states == (TEXT, replace(new, mode=FILE))


def test_a_submodule_that_is_bumped_twice_has_the_latest_commit_that_came() -> None:
    changes = changes_between(*MODULES)

    assert states_of(changes, {0: 1, 1: 0}) == (MODULES[2], MODULES[2])
    assert states_of(changes, {0: DROPPED}) == (MODULES[0], MODULES[2])


def test_a_submodule_is_made_where_it_is_first_bumped() -> None:
    changes = changes_between(None, *MODULES[:2])

    assert states_of(changes, {0: 1, 1: 0}) == (MODULES[1], MODULES[1])


def test_the_path_is_a_chain_through_all_stretches() -> None:
    link = replace(LINK, path=b"b")
    moved = replace(link, path=b"c")
    changes = changes_between(TEXT, replace(TEXT, path=b"b"), link, moved)

    def paths(moved: Mapping[int, int]) -> list[bytes]:
        return [state.path for state in states_of(changes, moved) if state]

    assert paths({}) == [b"b", b"b", b"c"]
    assert paths({0: 1, 1: 0}) == [b"a", b"b", b"c"]
    assert paths({0: 2, 2: 0}) == [b"c", b"c", b"c"]
    assert paths({0: DROPPED}) == [b"a", b"a", b"c"]
    assert paths({2: DROPPED}) == [b"b", b"b", b"b"]


# Existence


def test_a_creation_goes_with_the_first_line_that_shows() -> None:
    changes = changes_between(None, side(b"a", lines("a")), side(b"a", lines("a b")))

    assert contents(changes, {0: 1, 1: 1, 2: 0}) == ["b", "a b"]


def test_a_creation_stays_where_an_earlier_group_has_nothing_to_show() -> None:
    changes = changes_between(None, side(b"a", lines("a b")), side(b"a", lines("b")))

    assert contents(changes, {0: 1, 1: 1, 2: 0}) == ["-", "b"]


def test_an_opaque_file_is_created_where_a_line_comes_that_it_has_later() -> None:
    """As where attributes call it binary until it is renamed."""
    created, later = side(b"a", lines("a b")), side(b"b", lines("a c"))
    changes = in_commits(
        [FileChange(None, created, by_lines=False)],
        [FileChange(created, replace(created, path=b"b"), by_lines=False)],
        [change_between(replace(created, path=b"b"), later)],
    )

    plan = with_files_for_lines(plan_of(changes, {0: 1, 2: 0}))

    assert plan.group_of == (0, 1, 0)
    assert contents(changes, {0: 1, 2: 0}) == ["a c", "a c", "a c"]


def test_a_deletion_waits_only_for_the_lines_of_its_own_commit() -> None:
    changes = changes_between(side(b"a", lines("a")), side(b"a", lines("a b")), None)
    own_lines = len(edits_of(changes)) - 1

    assert contents(changes, {0: 1, 1: 0, own_lines: 0}) == ["-", "-"]
    assert contents(changes, {1: 0}) == ["a b", "-"]


def test_a_file_without_its_deletion_has_what_later_groups_leave_it() -> None:
    changes = changes_between(side(b"a", lines("a b")), None)
    plan = plan_of(changes, {0: DROPPED, 1: 0})
    (thread,) = plan.threads

    (state,) = file_states(thread, plan.of_thread(thread), (0,))

    assert state == side(b"a", b"")


# Paths


def in_commits(*commits: Sequence[FileChange]) -> tuple[FileChange, ...]:
    """The changes of these commits, oldest first."""
    return tuple(
        replace(change, commit=number)
        for number, found in enumerate(commits)
        for change in found
    )


def rename_to(old: File, path: bytes) -> FileChange:
    return change_between(old, replace(old, path=path))


def thread_numbers(changes: Sequence[FileChange]) -> list[tuple[int, ...]]:
    return [thread.numbers for thread in threads_of(changes)]


A, B = side(b"a", lines("a")), side(b"b", lines("b"))


def test_a_file_made_where_another_was_deleted_is_another_file() -> None:
    changes = in_commits([change_between(A, None)], [change_between(None, A)])

    assert thread_numbers(changes) == [(0,), (1,)]


def test_a_file_made_where_another_was_renamed_away_is_another_file() -> None:
    other = side(b"a", lines("other"))
    later = side(b"a", lines("other more"))
    changes = in_commits(
        [rename_to(A, b"c")],
        [change_between(None, other)],
        [change_between(other, later), rename_to(replace(A, path=b"c"), b"d")],
    )

    assert thread_numbers(changes) == [(0, 3), (1, 2)]


def test_files_that_change_places_at_once_keep_their_lines() -> None:
    later = side(b"b", lines("a more"))
    changes = in_commits(
        [rename_to(B, b"a"), rename_to(A, b"b")],
        [change_between(replace(A, path=b"b"), later)],
    )

    assert thread_numbers(changes) == [(0,), (1, 2)]
    plan = plan_of(changes, {2: 0})
    assert steps(plan)[0].files == (replace(B, path=b"a"), later)


def test_files_that_change_places_over_a_third_path_are_two_threads() -> None:
    third = replace(A, path=b"third")
    changes = in_commits(
        [rename_to(A, b"third")], [rename_to(B, b"a")], [rename_to(third, b"b")]
    )

    assert thread_numbers(changes) == [(0, 2), (1,)]
    at_once = plan_of(changes, dict.fromkeys(range(3), 0))
    assert steps(at_once)[0].files == (replace(A, path=b"b"), replace(B, path=b"a"))
    assert steps(at_once)[1:] == (steps(at_once)[1],) * 2


def test_two_files_at_one_path_are_refused() -> None:
    changes = in_commits([change_between(A, None)], [change_between(None, A)])

    with pytest.raises(InvalidPlan) as refused:
        steps(with_files_for_lines(plan_of(changes, {0: 1, 1: 1, 2: 0, 3: 0})))

    assert str(refused.value) == "Commit 1 would have two files at a."


def test_a_missing_newline_is_made_where_another_line_follows() -> None:
    changes = history_of("a b|", "a b c|", "a b c")

    assert contents(changes, {0: 1, 1: 0}) == ["a b c", "a b c"]
    assert contents(changes, {0: DROPPED}) == ["a b|", "a b c"]
    for places in permutations(range(2)):
        assert contents(changes, dict(enumerate(places)))[-1] == "a b c"


def test_a_newline_is_made_between_lines_that_come_and_go_together() -> None:
    changes = history_of("a", "a b|", "a zz yy", "a yy")
    edits = every_line(changes)
    # What ends "b" comes later than "zz", which goes with it.
    plan = plan_of(changes, {0: 0, 1: 1, 2: 0, 3: 0, 4: 1}, 2, edits)
    (thread,) = plan.threads

    states = file_states(thread, plan.of_thread(thread), (0, 1))

    assert [words(state.content) for state in states if state] == ["a b zz yy", "a yy"]


# Cost


def test_a_file_that_is_at_home_is_not_woven(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = changes_between(
        None, side(b"a", b"a\n"), side(b"a", b"b\n"), side(b"a", b"")
    )
    monkeypatch.setattr(Thread, "weave", lambda *_: pytest.fail("it is woven"))

    plan = with_files_for_lines(plan_of(changes))

    assert len(steps(plan)) == 3


# The laws of docs/weave.md


@st.composite
def cut_edits(draw: st.DrawFn, changes: Sequence[FileChange]) -> tuple[Edit, ...]:
    """The edits of a range, some of them cut, down to lines or anywhere."""
    found: list[Edit] = []
    for edit in edits_of(changes):
        how = draw(st.sampled_from(["whole", "lines", "parts"]))
        if isinstance(edit, FactEdit) or how == "whole":
            found.append(edit)
        elif how == "lines":
            found += line_edits(changes[edit.file], edit)
        else:
            old, new = (draw(part_of(span)) for span in (edit.old, edit.new))
            found += edits_around(edit, old, new)
    return tuple(found)


def part_of(span: Span) -> st.SearchStrategy[Span]:
    ends = st.integers(span.start, span.stop)
    return st.tuples(ends, ends).map(lambda pair: Span(min(pair), max(pair)))


@st.composite
def range_plans(draw: st.DrawFn, may_drop: bool = True) -> Plan:
    """A range whose edits are cut and in any groups."""
    changes = draw(ranges().filter(bool))
    edits = draw(cut_edits(changes))
    groups = draw(st.integers(1, changes[-1].commit + 2))
    targets = [*range(groups), *([DROPPED] if may_drop else [])]
    places = [draw(st.sampled_from(targets)) for _ in edits]
    plan = plan_of(changes, dict(enumerate(places)), groups, edits)
    return with_files_for_lines(plan)


def first_tree(changes: Sequence[FileChange]) -> Tree:
    return tree_of(thread.changes[0].old for thread in threads_of(changes))


def commit_trees(changes: Sequence[FileChange]) -> list[Tree]:
    """The tree after each commit, by what its changes say alone."""
    trees = [first_tree(changes)]
    for commit in range(1 + max((c.commit for c in changes), default=0)):
        own = [change for change in changes if change.commit == commit]
        gone = {change.old.path for change in own if change.old}
        kept = {p: entry for p, entry in trees[-1].items() if p not in gone}
        there = (change.new for change in own if change.new)
        trees.append(
            kept | {file.path: TreeEntry(file.mode, file.oid) for file in there}
        )
    return trees[1:]


def trees_of(plan: Plan) -> list[Tree]:
    trees = [first_tree(plan.changes)]
    for step in steps(plan):
        trees.append(applied(trees[-1], step))
    return trees[1:]


@given(st.data(), ranges())
def test_at_home_every_commit_has_its_tree_even_where_it_is_composed(
    data: st.DataObject, changes: tuple[FileChange, ...]
) -> None:
    """Law 1 of the weave; each commit is two groups, so no state is a whole object."""
    plan = plan_of(changes)
    assert with_files_for_lines(plan) == plan
    assert trees_of(plan) == commit_trees(changes)

    edits = data.draw(cut_edits(changes))
    halves = [2 * changes[e.file].commit + data.draw(st.integers(0, 1)) for e in edits]
    apart = plan_of(changes, dict(enumerate(halves)), 2 * len(plan.groups), edits)
    try:
        trees = trees_of(with_files_for_lines(apart))
    except InvalidPlan:
        assume(False)
    assert trees[1::2] == commit_trees(changes)


@given(range_plans(may_drop=False))
def test_with_nothing_dropped_the_last_tree_is_the_tip(plan: Plan) -> None:
    """Law 1 of the weave."""
    try:
        trees = trees_of(plan)
    except InvalidPlan:
        assume(False)
    assert trees[-1] == commit_trees(plan.changes)[-1]


@given(st.data(), ranges().filter(bool))
def test_a_commit_is_split_in_its_range_as_it_is_alone(
    data: st.DataObject, changes: tuple[FileChange, ...]
) -> None:
    """Law 2 of the weave."""
    commit = data.draw(st.sampled_from([change.commit for change in changes]))
    edits = data.draw(cut_edits(changes))
    parts = data.draw(st.integers(1, 3))
    places, own_places = [], []
    for edit in edits:
        home = changes[edit.file].commit
        place = home + (parts - 1) * (home > commit)
        if home == commit:
            own_places.append(data.draw(st.integers(0, parts - 1)))
            place += own_places[-1]
        places.append(place)
    first = next(n for n, c in enumerate(changes) if c.commit == commit)
    own = tuple(replace(c, commit=0) for c in changes if c.commit == commit)
    own_edits = tuple(
        replace(edit, file=edit.file - first)
        for edit in edits
        if changes[edit.file].commit == commit
    )
    groups = changes[-1].commit + parts
    alone = plan_of(own, dict(enumerate(own_places)), parts, own_edits)
    within = plan_of(changes, dict(enumerate(places)), groups, edits)
    try:
        expected = trees_of(with_files_for_lines(alone))
    except InvalidPlan:
        assume(False)

    trees = trees_of(with_files_for_lines(within))[commit : commit + parts]

    touched = {s.path for c in own for s in (c.old, c.new) if s is not None}
    for tree, only in zip(trees, expected, strict=True):
        assert {p: tree[p] for p in touched & tree.keys()} == {
            p: only[p] for p in touched & only.keys()
        }


@given(ranges().filter(bool))
def test_in_one_group_the_range_is_one_step_to_the_tip(
    changes: tuple[FileChange, ...],
) -> None:
    """Law 3 of the weave."""
    together = dict.fromkeys(range(len(edits_of(changes))), 0)

    assert trees_of(plan_of(changes, together, 1)) == commit_trees(changes)[-1:]


@given(range_plans())
def test_every_tree_of_a_range_is_possible_or_the_plan_is_refused(plan: Plan) -> None:
    """Law 4 of the weave; no assignment raises anything else."""
    by_thread = [
        file_states(thread, plan.of_thread(thread), range(len(plan.groups)))
        for thread in plan.threads
    ]
    everywhere = [[s for s in states if s] for states in zip(*by_thread, strict=True)]
    is_possible = all(
        may_stand_together(state.path for state in states) for states in everywhere
    )
    try:
        trees = trees_of(plan)
    except InvalidPlan:
        assert not is_possible
        return
    assert is_possible
    assert trees == [tree_of(iter(states)) for states in everywhere]


@given(range_plans())
def test_a_mode_fits_its_content(plan: Plan) -> None:
    """Law 4 of the weave: type and content are those of one state that there was."""
    for thread in plan.threads:
        sides = [s for c in thread.changes for s in (c.old, c.new) if s is not None]
        opaque = {(s.mode & 0o170000, s.oid) for s in sides}
        for state in file_states(thread, plan.of_thread(thread), range(9)):
            if state is None:
                continue
            if state.mode in (SYMLINK, GITLINK):
                assert (state.mode & 0o170000, state.oid) in opaque
            else:
                assert state.mode in {s.mode for s in sides}
                assert state.content is not None
                assert state.oid == object_id("blob", state.content)


@st.composite
def versioned_lines(draw: st.DrawFn) -> tuple[FileChange, ...]:
    """A file whose lines are rewritten, taken out and put back, each by its name."""
    versions = dict.fromkeys("abcdef", 0)
    gone: set[str] = set()
    states = [" ".join(f"{name}~0" for name in versions)]
    for _ in range(draw(st.integers(1, 5))):
        names = draw(st.sets(st.sampled_from(sorted(versions)), min_size=1))
        how = draw(st.sampled_from(["rewrite", "take out", "put back"]))
        if how == "rewrite":
            versions |= {name: draw(st.integers(0, 3)) for name in sorted(names - gone)}
        else:
            gone = gone | names if how == "take out" else gone - names
        there = (name for name in versions if name not in gone)
        states.append(" ".join(f"{name}~{versions[name]}" for name in there))
    return history_of(*states)


@given(st.data(), versioned_lines().filter(bool))
def test_no_state_has_two_versions_of_a_line(
    data: st.DataObject, changes: tuple[FileChange, ...]
) -> None:
    """Law 4 of the weave; a line and the one in its place aren't cut apart here."""
    edits = every_line(changes)
    targets = st.sampled_from([0, 1, 2, 3, DROPPED])
    plan = plan_of(
        changes, {n: data.draw(targets) for n in range(len(edits))}, 4, edits
    )
    (thread,) = plan.threads

    for state in file_states(thread, plan.of_thread(thread), range(4)):
        assert state is not None
        names = [line.split("~")[0] for line in words(state.content).split()]
        assert sorted(set(names)) == names
