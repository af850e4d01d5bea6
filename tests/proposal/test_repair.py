"""What a failing commit lacks is guessed from what was printed, then looked for."""

from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model.diff import FileChange, Hunk, Span, edits_of
from gitsplit.model.plan import with_edits_assigned
from gitsplit.proposal.features import Texts
from gitsplit.proposal.names import links, links_of_plan
from gitsplit.proposal.repair import remedies, remedy_words, smallest_passing
from tests.processor import grows_with_its_size
from tests.proposal.test_arrangement import edited, plan_of
from tests.strategies import modified, side

USES = edited(b"a.py", (b"", b"play(volume)\n"), (b"", b"stop()\n"))
DEFINES = edited(b"b.py", (b"", b"volume = 11\n"), (b"", b"other = 1\n"))
PLAN = plan_of((USES, DEFINES), 0, 1, 2, 1)


def test_links_are_found_once_for_equal_cuts() -> None:
    found = links_of_plan(PLAN.changes, PLAN.edits)
    again = links_of_plan(PLAN.changes, edits_of(PLAN.changes))

    assert found
    assert again is found


def test_the_time_for_links_grows_with_the_hunks() -> None:
    def change(size: int) -> FileChange:
        rows = [f"    c{n} = 1\n    d{n} = 2\n" for n in range(size)]
        old = "".join(f"def old_{n}(): pass\n{row}" for n, row in enumerate(rows))
        new = "".join(f"def new_{n}(): c{n}()\n{row}" for n, row in enumerate(rows))
        hunks = [
            Hunk(Span(3 * n, 3 * n + 1), Span(3 * n, 3 * n + 1)) for n in range(size)
        ]
        before, after = (side(b"m.py", text.encode()) for text in (old, new))
        return FileChange(before, after, tuple(hunks))

    made = {size: (change(size),) for size in (2, 1_000, 4_000)}

    def work(size: int) -> object:
        return links(Texts(made[size]), edits_of(made[size]))

    assert grows_with_its_size(work, 1_000)


def test_the_time_for_links_grows_with_the_indentation() -> None:
    def change(depth: int) -> FileChange:
        rows = [f"{' ' * depth}if c{n}:\n" for n in range(100)]
        before, after = side(b"m.py", b""), side(b"m.py", "".join(rows).encode())
        return FileChange(before, after, (Hunk(Span(0, 0), Span(0, 100)),))

    made = {depth: (change(depth),) for depth in (200, 800)}  # more is cut off

    def work(depth: int) -> object:
        return links(Texts(made[depth]), edits_of(made[depth]))

    assert grows_with_its_size(work, 200)


def test_a_name_that_was_printed_takes_along_what_defines_it() -> None:
    first = next(remedies(PLAN, 0, b"a.py:1:6: undefined name 'volume'\n"))

    assert first.edits == {2}
    assert remedy_words(first, 0) == ("`volume` is used in 1, defined in 3: moved to 1")


def test_what_is_used_too_soon_needs_no_word_of_a_command() -> None:
    first = next(remedies(PLAN, 0, b""))

    assert first.name == "volume"
    assert first.edits == {2}


def test_what_uses_a_removed_name_comes_along() -> None:
    change = edited(b"a.py", (b"import os\n", b""), (b"os.exit()\n", b""))
    first = next(remedies(plan_of((change,), 0, 1), 0, b"undefined name 'os'"))

    assert first.edits == {1}
    assert remedy_words(first, 0) == "`os` is removed in 1, used in 2: moved to 1"


def test_what_is_taken_along_takes_along_what_it_needs() -> None:
    change = edited(
        b"a.py",
        (b"", b"play(volume)\n"),
        (b"", b"volume = loud()\n"),
        (b"", b"def loud():\n    pass\n"),
    )
    first = next(remedies(plan_of((change,), 0, 1, 2), 0, b"name 'volume'"))

    assert first.edits == {1, 2}


def test_the_rest_of_a_file_that_does_not_parse_comes_along() -> None:
    body = b"".join(b"%d,\n" % n for n in range(9))
    change = modified(body, b"x = [\n" + body + b"]\n", b"a.py")
    first = next(remedies(plan_of((change,), 0, 1), 0, b"SyntaxError"))

    assert first.edits == {1}
    assert remedy_words(first, 0) == "1 hunk of 2 moved to 1"


def test_every_guess_is_of_later_edits_and_another_one() -> None:
    found = [each.edits for each in remedies(PLAN, 0, b"a.py volume stop other")]

    assert len(found) == len(set(found))
    assert all(edits and edits <= {1, 2, 3} for edits in found)
    for edits in found:
        with_edits_assigned(PLAN, edits, 0)


@given(st.integers(2, 30), st.data())
def test_delta_debugging_finds_what_is_needed_and_nothing_else(
    number: int, data: st.DataObject
) -> None:
    needed = data.draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=3))
    found = smallest_passing(range(number), lambda some: needed <= some)

    if found is None:
        assert len(needed) > 1 or number == 1 or needed == {*range(number)}
    else:
        assert found == needed


@given(st.integers(0, 8))
def test_delta_debugging_keeps_to_its_budget(budget: int) -> None:
    tried: list[frozenset[int]] = []

    def passes(some: frozenset[int]) -> bool | None:
        if len(tried) == budget:
            return None
        tried.append(some)
        return 7 in some

    found = smallest_passing(range(16), passes)
    assert len(tried) <= budget
    assert found is None or 7 in found
