"""Whether what a case file says is so: each disagreement is a sentence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import copysign

from gitsplit.model.diff import Edit, TextEdit
from gitsplit.model.message import subject_of
from gitsplit.model.plan import Plan
from gitsplit.proposal.clustering import merge_tree
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.context import Context
from gitsplit.proposal.propose import ProposalsByContent, proposals_by_content
from gitsplit.proposal.signals import SIGNALS
from gitsplit.proposal.weights import ACROSS_FILES, IN_ONE_FILE
from tests.cases.reading import Case, MalformedCase

Score = Callable[[int, int], float]
"""How much speaks for two pieces belonging together."""

_SIGNALS = {signal.__name__: signal for signal in SIGNALS}


def disagreements(case: Case) -> list[str]:
    """What the case says that isn't so."""
    found = proposals_by_content(
        case.changes,
        case.value("message", "Change several things").encode() + b"\n",
        context=Context(
            tuple(subject.encode() for subject in case.said.get("subject", ())),
            changed_paths=tuple(
                frozenset(paths.encode().split())
                for paths in case.said.get("earlier", ())
            ),
        ),
    )
    _refuse_mixed(case, found.commit)
    if signal := case.value("signal"):
        return list(_undecided(case, found.commit, signal))
    return list(_not_shown(case, found))


def _refuse_mixed(case: Case, commit: CommitFeatures) -> None:
    """Nothing where each piece has one letter; else raises MalformedCase."""
    for piece in commit.pieces:
        if len(letters := case.letters_of(piece)) > 1:
            raise MalformedCase(
                f"{case.name}: {_where(case, piece)} is one piece, but has the "
                f"letters {' and '.join(letters)}; put an unchanged line between."
            )


def _undecided(case: Case, commit: CommitFeatures, name: str) -> Iterator[str]:
    """In what the signal, all that aren't named silent, doesn't decide for the groups.

    Where two things are even the order of the diff decides; so it is read backwards
    too, and the signal has to decide in both.
    """
    names = [name, *case.value("with").split()]
    for unknown in [each for each in names if each not in _SIGNALS]:
        yield f"there is no signal called {unknown}"
        return
    right, number = _right(case, commit), len(case.groups)
    said = [_said(case, commit, each) for each in names]
    places = range(len(commit.pieces))
    for how, order in (
        ("", places),
        (" where the diff is read backwards", places[::-1]),
    ):
        found = _clusters(commit, said, order, number)
        if found != right:
            yield f"by {' and '.join(names)}{how} there are {_told(case, found)}"
    if _clusters(commit, said[1:], places, number) == right:
        yield f"without {name} the groups are these already"


Groups = frozenset[frozenset[tuple[Edit, ...]]]


def _right(case: Case, commit: CommitFeatures) -> Groups:
    """The pieces by their letters."""
    found: dict[str, list[tuple[Edit, ...]]] = {}
    for piece in commit.pieces:
        found.setdefault(case.letters_of(piece), []).append(piece)
    return frozenset(frozenset(group) for group in found.values())


def _said(case: Case, commit: CommitFeatures, name: str) -> Score:
    """What the signal says of two pieces, by what was learned or the case says."""
    signal, features = _SIGNALS[name], commit.features
    spoken = {"for": 1.0, "against": -1.0}.get(case.value("speaks"))
    if name != case.value("signal"):
        spoken = None
    is_learned = case.value("counted") == "learned"

    def score(a: int, b: int) -> float:
        is_one_file = features[a].path == features[b].path
        weight = _weight(name, IN_ONE_FILE if is_one_file else ACROSS_FILES)
        sign = copysign(1, weight) if weight else 0.0
        counts = weight if is_learned else sign if spoken is None else spoken
        return counts * signal(commit, a, b)

    return score


def _weight(name: str, weights: Mapping[str, float]) -> float:
    """What was learned; 1 for a signal of which nothing is learned yet."""
    is_known = name in ACROSS_FILES or name in IN_ONE_FILE
    return weights.get(name, 0.0) if is_known else 1.0


def _clusters(
    commit: CommitFeatures, said: Sequence[Score], order: Sequence[int], number: int
) -> Groups:
    """The pieces in so many clusters, those that come first first where it is even."""
    scores = [[sum(score(a, b) for score in said) for b in order] for a in order]
    weights = [max(1, commit.features[piece].lines) ** 0.5 for piece in order]
    found: dict[int, list[tuple[Edit, ...]]] = {}
    for place, first in enumerate(merge_tree(scores, weights).cut(number)):
        found.setdefault(first, []).append(commit.pieces[order[place]])
    return frozenset(frozenset(group) for group in found.values())


def _told(case: Case, groups: Groups) -> str:
    """Groups in words: the pieces of each, with the letters that they should have."""
    told = [
        " with ".join(sorted(f"{case.letters_of(p)} {_where(case, p)}" for p in group))
        for group in groups
    ]
    return "; ".join(sorted(told))


def _where(case: Case, piece: Sequence[Edit]) -> str:
    """The path of a piece, and its first line (from 1) if it has lines."""
    path = case.changes[piece[0].file].path.decode()
    texts = [edit for edit in piece if isinstance(edit, TextEdit)]
    return f"{path}:{texts[0].new.start + 1}" if texts else path


def _not_shown(case: Case, found: ProposalsByContent) -> Iterator[str]:
    """In what the proposal is another than the case says."""
    plan = _plan(case, found)
    groups: list[list[Edit]] = [[] for _ in plan.groups]
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        groups[group].append(edit)
    letters = [case.letters_of(edits) for edits in groups]
    if sorted(letters) != list(case.groups):
        yield f"the groups have the letters {' '.join(letters)}"
        return
    actual = _facts(found, plan, letters)
    for key, values in case.said.items():
        if key in actual and " ".join(values[0].split()) != actual[key]:
            yield f"{key}: {actual[key]}"
        if key not in actual and key.split()[0] in ("reason", "draft", "border"):
            yield f"{key}: there is none"


def _plan(case: Case, found: ProposalsByContent) -> Plan:
    """The plan that is proposed where the case's number of commits is asked for."""
    asked = case.value("asked", str(len(case.groups)))
    if asked == "nothing":
        return found.plan()
    least = asked.removeprefix("at least ")
    return found.plan(int(asked)) if least == asked else found.plan(None, int(least))


def _facts(
    found: ProposalsByContent, plan: Plan, letters: Sequence[str]
) -> dict[str, str]:
    """What a case can say of a plan whose groups have these letters."""
    owner = "none" if plan.owner is None else letters[plan.owner]
    actual = {
        "pieces": str(found.tree.size),
        "order": " ".join(letters),
        "owner": owner,
    }
    for letter, group in zip(letters, plan.groups, strict=True):
        actual[f"reason {letter}"] = group.reason
        actual[f"draft {letter}"] = subject_of(group.message).decode()
    for n, (a, b) in enumerate(pairwise(letters)):
        actual[f"border {a} {b}"] = found.border(plan, n, n + 1)
    return actual
