"""What a commit's message and history say of two pieces, in the score that decides.

They say it once, and what is named together or changed together is no further apart.
"""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gitsplit.model.diff import FileChange
from gitsplit.proposal.scoring import WEIGHTS, scores
from gitsplit.proposal.signals import (
    SIGNALS,
    both_told,
    changed_together,
    directories_changed_together,
    one_told,
    one_topic,
    told_apart,
)
from gitsplit.proposal.source_text import message_items, message_topics
from tests.strategies import SOURCE, compared, earlier_commits, modified, source_commits

LATE = [
    *(changed_together, directories_changed_together),
    *(both_told, one_told, told_apart, one_topic),
]
PLACES = [SIGNALS.index(signal) for signal in LATE]
ROUNDING = 1e-9

MESSAGES = st.lists(
    st.sampled_from(["Heat the kettle", "* pour the cup", "- boil water", ""]),
    max_size=5,
).map("\n".join)


@given(source_commits(), earlier_commits(), MESSAGES)
def test_message_and_history_add_what_their_signals_weigh(
    changes: tuple[FileChange, ...], earlier: tuple[frozenset[bytes], ...], message: str
) -> None:
    silent = compared(changes)
    knowing = replace(compared(changes, earlier), message=message)
    before, after = scores(silent), scores(knowing)

    for a, b in combinations(range(len(silent.pieces)), 2):
        is_within = silent.file_at[a] == silent.file_at[b]
        line = WEIGHTS.within if is_within else WEIGHTS.across
        said = sum(
            line.weights[at] * (signal(knowing, a, b) - signal(silent, a, b))
            for at, signal in zip(PLACES, LATE, strict=True)
        )
        assert after[a][b] == pytest.approx(before[a][b] + said)


@given(source_commits(), MESSAGES)
def test_what_the_message_names_alike_is_never_further_apart(
    changes: tuple[FileChange, ...], message: str
) -> None:
    knowing = replace(compared(changes), message=message)
    before, after = scores(compared(changes)), scores(knowing)

    for a, b in combinations(range(len(knowing.pieces)), 2):
        if knowing.in_message[a] == knowing.in_message[b]:
            assert after[a][b] >= before[a][b] - ROUNDING


@given(source_commits(), earlier_commits())
def test_what_changed_together_once_more_is_never_further_apart(
    changes: tuple[FileChange, ...], earlier: tuple[frozenset[bytes], ...]
) -> None:
    both = frozenset(each.path for each in changes)
    before = scores(compared(changes, earlier))
    after = scores(compared(changes, (*earlier, both)))

    for one, other in zip(before, after, strict=True):
        for less, more in zip(one, other, strict=True):
            assert more >= less - ROUNDING


def test_what_is_said_of_both_is_for_them_and_what_is_said_of_one_against() -> None:
    for line in (WEIGHTS.across, WEIGHTS.within):
        weight = dict(zip(SIGNALS, line.weights, strict=True))
        assert weight[both_told] >= 0 and weight[one_topic] >= 0
        assert weight[one_told] <= 0 and weight[told_apart] <= 0
        assert weight[changed_together] >= 0
        assert weight[directories_changed_together] >= 0


def test_each_bullet_is_an_item_and_the_rest_of_the_message_is_one() -> None:
    message = "Subject\n\nWords.\n\n* one\n  goes on\n- two\n\nMore words.\n"

    assert message_items(message) == (
        "Subject\n\nWords.\n\nMore words.\n",
        "one\n  goes on\n",
        "two",
    )
    assert message_items("") == ("",)


def test_two_items_tell_two_pieces_apart_and_one_item_tells_both() -> None:
    changes = (
        modified(b"", SOURCE[3] + SOURCE[4], b"kettle.py"),
        modified(b"", b"def fill(cup):\n    cup.volume = 3\n", b"cup.py"),
    )
    apart = replace(compared(changes), message="Tea\n\n* boil kettle\n* fill cup\n")
    together = replace(compared(changes), message="Boil the kettle and fill the cup\n")

    assert told_apart(apart, 0, 1) > 0 == told_apart(together, 0, 1)
    assert both_told(together, 0, 1) > both_told(apart, 0, 1)


def test_what_is_said_aside_is_a_topic_of_its_own() -> None:
    aside = "While there: the cup is filled, and\nit is red.\n"
    message = f"Boil water\n\nIt is cold.\n\n{aside}"

    assert message_topics(message) == (
        "Boil water\n\nIt is cold.",
        "While there: the cup is filled",
        "it is red.\n",
    )
