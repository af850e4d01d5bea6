"""Lines by offsets are those that a content consists of, whatever its blocks are."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitsplit.model import lines
from gitsplit.model.lines import Lines, lines_of

CONTENTS = st.lists(st.sampled_from([b"a", b"bc", b"\r", b"\n", b"\n\n"])).map(b"".join)


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_BLOCK", 3)
        yield


@given(CONTENTS)
def test_they_are_the_lines_of_the_content(content: bytes) -> None:
    found = Lines(content)

    assert tuple(found) == lines_of(content)
    assert len(found) == len(lines_of(content))
    assert tuple(reversed(found)) == lines_of(content)[::-1]


@given(CONTENTS, st.integers(-9, 9), st.integers(-9, 9))
def test_slices_are_those_of_all_lines(content: bytes, start: int, stop: int) -> None:
    assert Lines(content)[start:stop] == lines_of(content)[start:stop]


@given(CONTENTS, st.integers(0, 9), st.integers(0, 9))
def test_a_text_is_the_lines_as_they_stand(
    content: bytes, start: int, stop: int
) -> None:
    assert Lines(content).text(start, stop) == b"".join(lines_of(content)[start:stop])


def test_offsets_are_found_only_where_lines_are_asked_for() -> None:
    found = Lines(b"".join(b"%d\n" % number for number in range(1000)))

    assert found[500] == b"500\n"
    assert len(found._blocks) == 2
