"""What a first look says of two pieces by way of the others."""

import pytest

from gitsplit.proposal.scoring import SECOND_PASS, second_pass_features

LIKE, UNLIKE = 3.0, -3.0


def found(scores: list[list[float]], homes: list[int]) -> dict[str, list[list[float]]]:
    matrices = second_pass_features(scores, [1.0] * len(homes), homes)
    return dict(zip(SECOND_PASS, matrices, strict=True))


def scores_of(size: int, *like: tuple[int, int]) -> list[list[float]]:
    """Scores where only these pairs are like each other."""
    pairs = {*like, *((b, a) for a, b in like)}
    return [
        [0.0 if a == b else LIKE if (a, b) in pairs else UNLIKE for b in range(size)]
        for a in range(size)
    ]


def test_two_that_are_like_a_third_have_it_in_common() -> None:
    by = found(scores_of(4, (0, 2), (1, 2)), [0, 1, 2, 3])

    third, same = by["through_a_third"], by["same_neighbours"]
    assert third[0][1] == pytest.approx(0.95, abs=0.01)
    assert third[0][3] < 0.1
    assert same[0][1] > same[0][3]


def test_two_are_as_like_as_their_files_are_on_average() -> None:
    by = found(scores_of(4, (0, 2)), [0, 0, 1, 1])

    assert by["like_their_files"][1][3] == (LIKE + 3 * UNLIKE) / 4
    assert by["like_the_others_file"][1][2] == (UNLIKE + (LIKE + UNLIKE) / 2) / 2
    assert by["like_their_files"] == [
        list(row) for row in zip(*by["like_their_files"], strict=True)
    ]


def test_the_nearest_is_first_whoever_asks() -> None:
    scores = [[0.0, 2.0, 1.0], [2.0, 0.0, -1.0], [1.0, -1.0, 0.0]]
    by = found(scores, [0, 1, 2])

    assert by["rank_among_near"] == [
        [1 / 3, 1, 1],
        [1, 1 / 3, 1 / 2],
        [1, 1 / 2, 1 / 3],
    ]
    assert by["nearness_to_nearest"][0][1] == 1
    assert by["nearness_to_nearest"][1][2] < by["nearness_to_nearest"][0][2] < 1


def test_two_are_joined_at_the_score_of_the_merge_that_brings_them_together() -> None:
    scores = [[0.0, 9.0, 1.0], [9.0, 0.0, -2.0], [1.0, -2.0, 0.0]]

    joined = found(scores, [0, 1, 2])["joined_at"]

    assert joined == [[0, 6, -0.5], [6, 0, -0.5], [-0.5, -0.5, 0]]


def test_where_there_is_no_pair_there_is_nothing_to_say() -> None:
    assert second_pass_features([], [], []) == [[] for _ in SECOND_PASS]
    assert [len(matrix) for matrix in second_pass_features([[0.0]], [1.0], [0])] == [
        1
    ] * len(SECOND_PASS)
