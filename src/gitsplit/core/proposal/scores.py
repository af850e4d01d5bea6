"""What speaks for two pieces belonging together: the signals, weighed as learned."""

from gitsplit.core.proposal.weights import ACROSS_FILES, IN_ONE_FILE, NUMBER
from gitsplit.core.signals.commit import Compared
from gitsplit.core.signals.likeness import Matrix
from gitsplit.core.signals.pairs import SIGNALS, Signal

Weighed = tuple[float, tuple[tuple[Signal, float], ...]]


def _weighed(weights: dict[str, float]) -> Weighed:
    """The constant, and the signals that have a weight."""
    found = ((signal, weights.get(signal.__name__, 0.0)) for signal in SIGNALS)
    return weights["constant"], tuple(each for each in found if each[1])


def scores(commit: Compared) -> Matrix:
    """For each two pieces what speaks for them (above 0) or against."""
    apart, together = _weighed(ACROSS_FILES), _weighed(IN_ONE_FILE)
    looks = commit.looks
    found = [[0.0] * len(looks) for _ in looks]
    for b, two in enumerate(looks):
        for a in range(b):
            is_one_file = looks[a].path == two.path
            score = _score(commit, a, b, together if is_one_file else apart)
            found[a][b] = found[b][a] = score
    return found


def _score(commit: Compared, a: int, b: int, weighed: Weighed) -> float:
    """The sum of what the signals say, each by its weight."""
    constant, signals = weighed
    return constant + sum(weight * signal(commit, a, b) for signal, weight in signals)


def worth(described: list[float]) -> float:
    """What a number of groups is worth, by what there is to weigh for it."""
    return sum(weight * value for weight, value in zip(NUMBER, described, strict=True))
