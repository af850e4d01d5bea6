"""``./dev bench messages``: the messages proposed for the truth's groups of each case.

A tangled commit is split as it was made, so what is measured is the words alone: which
commit a sentence of its message goes to, and how alike a proposed subject is to the
real one (F1 over word stems, area prefix and the commonest words aside). No history is
known, so no style is.
"""

import random
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gitsplit.model.diff import edits_of
from gitsplit.model.message import without_trailers
from gitsplit.model.plan import Plan
from gitsplit.proposal.messages import ProposedMessages, group_of_subject
from gitsplit.proposal.order import owner_of
from gitsplit.proposal.propose import ProposalsByContent, proposals_by_content
from gitsplit.proposal.source_text import spelled_out
from gitsplit.proposal.speaking import word_stem
from tools.bench.data import BenchCase
from tools.output import say

_PREFIX = re.compile(r"^[^\s:]+(\([^)]*\))?!?: +")
_WORD = re.compile(r"[A-Za-z0-9_]+")
_FUNCTION_WORDS = re.compile(
    "a|an|the|of|to|in|for|and|on|with|is|by|from|as|at|be|it|that|this|or|not"
)
_OFFERED = 3


@dataclass(frozen=True)
class SplitCase:
    """A case split as it was made.

    ``groups`` has for each group of the plan (from 0) the number of the real commit,
    ``main`` is the one with most lines; ``heads`` and ``bodies`` are those of all real
    commits, without trailers.
    """

    case: BenchCase
    groups: tuple[int, ...]
    main: int
    heads: tuple[str, ...]
    bodies: tuple[str, ...]

    @classmethod
    def of(cls, case: BenchCase) -> "SplitCase":
        """The case with its real groups, as far as whole hunks have them."""
        found = {case.group_of((edit,)) for edit in edits_of(case.changes)} - {None}
        groups = tuple(sorted(group for group in found if group is not None))
        heads, bodies = [], []
        for message in case.record["messages"]:
            bare = without_trailers(message.encode())[0].decode()
            head, _, body = bare.partition("\n\n")
            heads.append(" ".join(head.split()))
            bodies.append(body.strip())
        lines = Counter(case.truth.values())
        main = max(groups, key=lambda group: (lines[group], -group))
        return cls(case, groups, main, tuple(heads), tuple(bodies))

    def others(self, share: float = 1.0) -> list[int]:
        """The real commits but the main one; a part of them drawn by the case's id."""
        rest = [group for group in self.groups if group != self.main]
        drawn = random.Random(self.case.record["id"]).sample(
            rest, round(share * len(rest))
        )
        return sorted(drawn)

    def proposed(self, message: str) -> ProposedMessages:
        """What is proposed for the real groups under this message."""
        proposals = proposals_by_content(self.case.changes, message.encode())
        edits = edits_of(self.case.changes)
        found = [self.case.group_of((edit,)) for edit in edits]
        place = {group: at for at, group in enumerate(self.groups)}
        group_of = tuple(
            place[self.main if group is None else group] for group in found
        )
        bare = Plan(self.case.changes, edits, group_of, (), (None,))
        owner = _owner(proposals, bare)
        return proposals.messages(Plan(bare.changes, edits, group_of, (), (owner,)))


def _owner(proposals: ProposalsByContent, plan: Plan) -> int | None:
    listed = group_of_subject(proposals.commit, plan, proposals.message)
    if listed is not None:
        return listed
    return owner_of("largest", plan.edits, plan.group_of)


def listed(split: SplitCase, share: float = 1.0) -> str:
    """The main subject, and those of the others, or of a part of them, as a list."""
    items = [f"* {split.heads[group]}" for group in split.others(share)]
    return "\n\n".join(filter(None, [split.heads[split.main], "\n".join(items)]))


def half_listed(split: SplitCase) -> str:
    """The same with half of the list left out."""
    return listed(split, 0.5)


def with_bodies(split: SplitCase) -> str:
    """The same with the body of each commit below its subject."""
    first = [split.heads[split.main], split.bodies[split.main]]
    rest = [
        text
        for g in split.others()
        for text in (f"* {split.heads[g]}", split.bodies[g])
    ]
    return "\n\n".join(filter(None, [*first, *rest]))


def bodies_alone(split: SplitCase) -> str:
    """The main subject, and the bodies of all commits below it without their own."""
    rest = [split.bodies[g] for g in (split.main, *split.others())]
    return "\n\n".join(filter(None, [split.heads[split.main], *rest]))


def sentence_shares(
    splits: Sequence[SplitCase], wording: Callable[[SplitCase], str], *, bodies: bool
) -> list[float]:
    """For each sentence 1 where the right commit has it; of the bodies, or of the list.

    What several commits say is right with each of them.
    """
    return [
        float(is_right)
        for split in splits
        for is_right in _rights(split, split.proposed(wording(split)), bodies)
    ]


def _rights(split: SplitCase, found: ProposedMessages, bodies: bool) -> Iterator[bool]:
    for part, homes in zip(found.split.parts, found.split.homes, strict=True):
        text = " ".join(part.text.decode().split())
        said_by = {
            group
            for group in split.groups
            if text in " ".join(split.bodies[group].split())
            or text == split.heads[group]
        }
        is_head = any(text == split.heads[group] for group in split.groups)
        if said_by and is_head != bodies and part.kind != "trailer":
            yield any(split.groups[home] in said_by for home in homes)


def likeness_of_subjects(one: str, two: str) -> float:
    """F1 over the word stems of two subjects, their area prefixes aside."""
    a, b = _stem_counts(one), _stem_counts(two)
    both = sum((a & b).values())
    return 2 * both / (a.total() + b.total()) if both else 0.0


def _stem_counts(subject: str) -> Counter[str]:
    names = _WORD.findall(_PREFIX.sub("", subject))
    words = " ".join(map(spelled_out, names)).split()
    return Counter(
        word_stem(word) for word in words if not _FUNCTION_WORDS.fullmatch(word)
    )


def subject_figures(
    splits: Sequence[SplitCase], wording: Callable[[SplitCase], str], most: int = 1
) -> list[float]:
    """For each commit how alike the best of the first subjects is to the real one."""
    return [
        max(
            likeness_of_subjects(choice.text.decode(), split.heads[group])
            for choice in choices[:most]
        )
        for split in splits
        for group, choices in zip(
            split.groups, split.proposed(wording(split)).subjects, strict=True
        )
    ]


def file_subjects(splits: Sequence[SplitCase]) -> list[float]:
    """How alike to it are ``Add``, ``Update`` or ``Remove`` and the file's name."""
    return [
        likeness_of_subjects(_file_subject(split, group), split.heads[group])
        for split in splits
        for group in split.groups
    ]


def _file_subject(split: SplitCase, group: int) -> str:
    lines = [key for key, each in split.case.truth.items() if each == group]
    sides = Counter(side for _, side, _ in lines)
    path = Counter(path for path, _, _ in lines).most_common(1)[0][0]
    verb = "Update" if sides["-"] and sides["+"] else "Remove" if sides["-"] else "Add"
    name = path.rpartition("/")[2]
    return f"{verb} {name.partition('.')[0] or name}"


def measure_messages(records: Sequence[BenchCase]) -> None:
    """The figures of the tangled cases on standard output."""
    splits = [SplitCase.of(case) for case in records if case.record["k"] > 1]

    def empty(_split: SplitCase) -> str:
        return ""

    rows = (
        ("list", sentence_shares(splits, listed, bodies=False)),
        ("half of it left out", sentence_shares(splits, half_listed, bodies=False)),
        ("bodies below it", sentence_shares(splits, with_bodies, bodies=True)),
        ("bodies alone", sentence_shares(splits, bodies_alone, bodies=True)),
        ("subjects with the list", subject_figures(splits, listed)),
        ("subjects without", subject_figures(splits, empty)),
        ("best of three", subject_figures(splits, empty, _OFFERED)),
        ("the file's name", file_subjects(splits)),
    )
    for name, figures in rows:
        say(f"{name:26}{len(figures):5}  {statistics.fmean(figures):.3f}")
