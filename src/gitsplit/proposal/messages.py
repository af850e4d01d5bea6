"""The proposed messages of the new commits: what the original says, and new subjects.

Each commit has those parts of the original message that speak of it
(:class:`gitsplit.model.message_parts.MessageSplit`), and a subject: one of these, else
what is read from its hunks. All follows from a plan and its commit, so it can be had
for a plan that the user has changed, too.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from math import log

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.model.diff import Edit, size_of, sort_key
from gitsplit.model.memo import memo
from gitsplit.model.message import subject_of, with_trailer_lines
from gitsplit.model.message_parts import (
    NO_HEIR,
    MessagePart,
    MessageSplit,
    composed_message,
    is_squash_log,
    message_parts,
    names_issue,
)
from gitsplit.model.plan import DROPPED, Plan, groups_with_edits
from gitsplit.proposal.commit_features import CommitFeatures
from gitsplit.proposal.context import Context
from gitsplit.proposal.features import Piece
from gitsplit.proposal.order import heir_of
from gitsplit.proposal.originals import (
    kept_messages,
    message_of_others,
    people_of_others,
)
from gitsplit.proposal.speaking import Audience, GroupWords, text_stems
from gitsplit.proposal.subjects import (
    SubjectChoice,
    area_of_pieces,
    as_subject,
    is_order,
    subjects_of,
)
from gitsplit.proposal.trailers import trailer_homes

MOST_CHOICES = 5
"""So many subjects are offered for a commit."""

MOST_ITEMS = 100
"""So many items of a message's lists are looked at; the heir has the others."""

_LONGEST_SUBJECT = 72
"""A longer sentence isn't offered as a subject."""

_FOR_ANOTHER = (b"fixup! ", b"squash! ", b"amend! ")
"""How a subject begins that ``git rebase --autosquash`` reads."""

_REVERT = re.compile(rb'Revert "[^\n]*"')

_CLEARLY = 2.0
"""So much better a paragraph fits another group where it leaves the heir."""

_MAIN = 1.0
"""What it is worth for a subject above a list that a group has e times the lines."""

_MAIN_ALONE = 0.25
"""The same for one without a list, whose words say more."""

_MUCH = 5
"""An item of so many words is about none of the commits where none has any of them."""

_UNHEARD = 1.0
"""So much worse an item fits a group that it has nothing in common with."""

_HEIRS_OWN = 5.0
"""So much better an item fits the heir where it is about that, as the subject is."""


class ProposedMessages(Struct, frozen=True):
    """What is proposed for the commits of a plan.

    ``split`` says which has which parts of the original message; ``subjects`` has for
    each group its choices, best first, none for one without edits. Where several
    commits made the change, ``kept`` are the messages of groups that continue one, and
    ``people`` the trailers that others have.
    """

    split: MessageSplit
    subjects: tuple[tuple[SubjectChoice, ...], ...]
    kept: Mapping[int, bytes] = {}
    people: Mapping[int, tuple[bytes, ...]] = {}

    @property
    def messages(self) -> tuple[bytes, ...]:
        """The proposed message of each group's commit."""
        return tuple(map(self.message, range(len(self.subjects))))

    def in_plan(self, plan: Plan) -> Plan:
        """The plan with these messages; those that aren't the original are proposed."""
        groups = tuple(
            replace(
                group,
                message=said,
                is_proposed=said != self.split.message and number not in self.kept,
            )
            for number, (group, said) in enumerate(
                zip(plan.groups, self.messages, strict=True)
            )
        )
        return replace(plan, groups=groups)

    def message(self, group: int, choice: int = 0) -> bytes:
        """The message of a group's commit with that one of its subjects, from 0.

        An original without a word stays as it is.
        """
        if group in self.kept:
            return self.kept[group]
        if group == self.split.heir and not self.split.parts:
            return self.split.message
        choices = self.subjects[group]
        subject = choices[choice].text if choices else b""
        made = composed_message(self.split, group, subject)
        people = self.people.get(group, ())
        return with_trailer_lines(made, people) if people else made


def pieces_by_group(plan: Plan, pieces: Sequence[Piece]) -> list[list[int]]:
    """For each group the numbers of the pieces that most lines of are in it.

    A group that has only smaller parts of pieces has those pieces.
    """
    number = max(len(plan.groups), 1 + max(groups_with_edits(plan), default=0))
    found: list[list[int]] = [[] for _ in range(number)]
    parts, group_of = _parts_of_pieces(plan.edits, pieces), plan.group_of
    for piece, own in enumerate(parts):
        # Mostly a piece is one edit; then nothing is counted.
        group = group_of[own[0][0]] if len(own) == 1 else _group_with_most(plan, own)
        if group != DROPPED:
            found[group].append(piece)
    for group, members in enumerate(found):
        if not members:
            members += [
                piece
                for piece, own in enumerate(parts)
                if len(own) > 1 and any(group_of[at] == group for at, _ in own)
            ]
    return found


def _group_with_most(plan: Plan, parts: Sequence[tuple[int, int]]) -> int:
    """The group with most of these parts, the first of several; DROPPED for none."""
    having: dict[int, int] = {}
    group_of = plan.group_of
    for place, size in parts:
        group = group_of[place]
        having[group] = having.get(group, 0) + size
    having.pop(DROPPED, None)
    return max(having, key=lambda group: (having[group], -group), default=DROPPED)


@memo
def _parts_of_pieces(
    edits: Sequence[Edit], pieces: Sequence[Piece]
) -> tuple[tuple[tuple[int, int], ...], ...]:
    """For each piece the edits that are parts of it: their places, and their sizes."""
    starts, homes = _piece_starts(pieces)
    parts: list[list[tuple[int, int]]] = [[] for _ in pieces]
    for place, edit in enumerate(edits):
        at = bisect_right(starts, sort_key(edit)) - 1
        if at >= 0:
            parts[homes[at]].append((place, 1 + size_of(edit)))
    return tuple(map(tuple, parts))


@memo
def _piece_starts(
    pieces: Sequence[Piece],
) -> tuple[Sequence[tuple[int, ...]], Sequence[int]]:
    """Where each edit of the pieces begins, in order, and the piece that has it."""
    homes = sorted((sort_key(e), at) for at, piece in enumerate(pieces) for e in piece)
    return [start for start, _ in homes], [at for _, at in homes]


def proposed_messages(
    commit: CommitFeatures, plan: Plan, message: bytes, context: Context
) -> ProposedMessages:
    """What is proposed for the commits of a plan that splits one with ``message``."""
    if context.originals:
        return _messages_of_originals(commit, plan, context)
    split = _proposed_split(commit, plan, message, context)
    return messages_of_split(commit, plan, split, context)


def _messages_of_originals(
    commit: CommitFeatures, plan: Plan, context: Context
) -> ProposedMessages:
    """What is proposed where several commits made the change, as the plan has heirs.

    What nobody's message says goes to those that continue no commit.
    """
    kept = kept_messages(plan, context.originals)
    message = message_of_others(plan, context.originals)
    pieces = pieces_by_group(plan, commit.pieces)
    free = [group for group in groups_with_edits(plan) if group not in kept]
    parts, homes = message_parts(message), list[tuple[int, ...]]()
    if free:
        audience = _audience(commit, [pieces[group] for group in free])
        most = max(range(len(free)), key=lambda at: audience.groups[at].lines)
        for part, own in zip(parts, part_homes(parts, audience, most), strict=True):
            is_said = part.kind not in {"trailer"} and part is not parts[0]
            homes.append(tuple(free[at] for at in own) if is_said else ())
    split = MessageSplit(message, parts, tuple(homes) or ((),) * len(parts), NO_HEIR)
    return messages_of_split(commit, plan, split, context)


def messages_of_split(
    commit: CommitFeatures, plan: Plan, split: MessageSplit, context: Context
) -> ProposedMessages:
    """What is proposed for the commits of a plan that have these parts."""
    pieces = pieces_by_group(plan, commit.pieces)
    subjects = (
        _choices(commit, split, group, own, context) for group, own in enumerate(pieces)
    )
    original = subject_of(split.message)
    return ProposedMessages(
        split,
        tuple(
            found if group == split.heir else tuple(_marked(found, original))
            for group, found in enumerate(subjects)
        ),
        kept_messages(plan, context.originals),
        people_of_others(plan, context.originals),
    )


def _proposed_split(
    commit: CommitFeatures, plan: Plan, message: bytes, context: Context
) -> MessageSplit:
    """Which groups of a plan have which parts, by what their hunks say."""
    pieces = pieces_by_group(plan, commit.pieces)
    heir, parts = heir_of(plan), message_parts(message)
    used = sorted({*groups_with_edits(plan), heir})
    audience = _audience(commit, [pieces[group] for group in used])
    homes = [
        tuple(used[at] for at in own)
        for own in part_homes(parts, audience, used.index(heir))
    ]
    places = dict(context.customs)
    places.update((key, "all") for key in context.copied)
    for at, part in enumerate(parts):
        if part.kind == "trailer":
            key = part.text.partition(b":")[0].strip().lower()
            homes[at] = trailer_homes(key, places, used, heir)
        elif message.startswith(b"amend! "):
            homes[at] = tuple(used)
    if is_squash_log(message) and len(groups_with_edits(plan)) > 1:
        homes[0], heir = (), NO_HEIR
    if not parts and plan.continued_by == (None,):
        heir = NO_HEIR  # nor is there an original, whose having no words would be kept
    if len(used) == 1:  # all is in one commit, which says what the original says
        homes = [(used[0],)] * len(parts)
    return MessageSplit(message, parts, tuple(homes), heir)


def _marked(
    choices: Sequence[SubjectChoice], original: bytes
) -> Iterator[SubjectChoice]:
    """The choices with the mark that the original's subject begins with.

    A fixup's says which commit it is for, so each commit has it as it is; each commit
    of a revert says what that reverts.
    """
    if choices and original.startswith(_FOR_ANOTHER):
        yield SubjectChoice(original, "the commit that it is for")
    elif found := _REVERT.match(original):
        for choice in choices:
            yield SubjectChoice(found[0] + b": " + choice.text, choice.reason)
    else:
        yield from choices


def _audience(commit: CommitFeatures, pieces: Sequence[Sequence[int]]) -> Audience:
    """The groups that consist of these pieces, as what a sentence may be about."""
    return Audience(
        tuple(GroupWords(tuple(commit.features[at] for at in own)) for own in pieces)
    )


def _choices(
    commit: CommitFeatures,
    split: MessageSplit,
    group: int,
    pieces: Sequence[int],
    context: Context,
) -> tuple[SubjectChoice, ...]:
    """The subjects that may be a group's, best first.

    What the original says comes before what is read from the hunks; a sentence that
    doesn't sound like a subject comes after the best of these.
    """
    own = [split.parts[at] for at in split.parts_of(group)]
    said = [part.text for part in own if part.is_item or part.kind == "subject"]
    sentences = [p.text for p in own if p.kind == "sentence" and not p.is_item]
    others = [text for text in sentences if not names_issue(text)]
    if group == split.heir:
        # It says all of the subject that no other commit does, not a clause alone.
        said.insert(0, _subject_of_heir(split, own))
    else:
        said += filter(is_order, others)
    if split.heir != NO_HEIR:
        area = area_of_pieces(commit, pieces, context) if pieces else b""
        kept = subject_of(split.message) if group == split.heir else None
        said, others = (
            [t if t == kept else as_subject(t, context.subjects, area) for t in texts]
            for texts in (said, others)
        )
    told, less = (
        [SubjectChoice(text, "the original message") for text in texts if text]
        for texts in (said, filter(_is_short, others))
    )
    read = iter(subjects_of(commit, pieces, context) if pieces else ())
    unique: dict[bytes, SubjectChoice] = {}
    for choice in chain(told, islice(read, 1), less, read):
        unique.setdefault(choice.text, choice)
        if len(unique) == MOST_CHOICES:
            break
    return tuple(unique.values())


def _subject_of_heir(split: MessageSplit, own: Sequence[MessagePart]) -> bytes:
    """The original's subject as it is, or what other commits leave of it."""
    clauses = [part.text for part in own if part.kind == "subject"]
    if len(clauses) == sum(part.kind == "subject" for part in split.parts):
        return subject_of(split.message)
    return b"; ".join(clauses)


def _is_short(text: bytes) -> bool:
    """Whether a sentence is short enough for a subject."""
    return len(text) <= _LONGEST_SUBJECT


def part_homes(
    parts: Sequence[MessagePart], audience: Audience, heir: int
) -> tuple[tuple[int, ...], ...]:
    """For each part of a message the group that it speaks of; ``heir`` has the rest.

    What stands below an item follows it; another paragraph goes elsewhere where it is
    clearly about something else. An item that has nothing in common with any group is
    left out, unless it is that of a list with one for each commit, or says little.
    """
    homes = _homes_of_items(parts, audience, heir)
    for numbers in _paragraphs(parts):
        text = " ".join(_text(parts[at]) for at in numbers)
        found, heard = audience.fits(text), audience.hearers(text)
        best = max(range(len(found)), key=lambda at: (heard[at], found[at]))
        is_about = heard[best] and not heard[heir]
        if is_about or found[best] > found[heir] + _CLEARLY:
            for at in numbers:
                homes[at] = best
    for at, part in enumerate(parts):
        if part.below is not None:
            homes[at] = homes[part.below]
    return tuple(() if home is None else (home,) for home in homes)


def _homes_of_items(
    parts: Sequence[MessagePart], audience: Audience, heir: int
) -> list[int | None]:
    """For each part the heir, but for each item what it fits; None leaves it out."""
    placed: list[int | None] = [heir] * len(parts)
    items = [at for at, part in enumerate(parts) if part.is_item][:MOST_ITEMS]
    texts = [_text(parts[item]) for item in items]
    heard = [audience.hearers(text) for text in texts]
    fits = [
        [fit if has else fit - _UNHEARD for fit, has in zip(row, own, strict=True)]
        for row, own in zip(map(audience.fits, texts), heard, strict=True)
    ]
    is_complete = len(items) + 1 == len(audience.groups)
    matched = item_homes(fits, heir)
    for item, home, row, own in zip(items, matched, fits, heard, strict=True):
        part = parts[item]
        hearing = [at for at, has in enumerate(own) if has]
        if own[home] or (is_complete and part.kind == "bullet"):
            placed[item] = home
        elif hearing:
            placed[item] = max(hearing, key=row.__getitem__)
        elif part.kind != "bullet" or len(text_stems(_text(part))) >= _MUCH:
            placed[item] = heir if part.kind == "subject" else None
        else:
            placed[item] = home
    return placed


def _paragraphs(parts: Sequence[MessagePart]) -> Iterator[list[int]]:
    """The numbers of the sentences of each paragraph that is about the whole."""
    numbers = [
        at
        for at, part in enumerate(parts)
        if part.kind in {"sentence", "paragraph"}
        and part.below is None
        and not part.is_item
        and not part.text.startswith(b"This reverts commit ")
        and not names_issue(part.text)
    ]
    for _, run in groupby(numbers, key=lambda at: parts[at].paragraph):
        yield list(run)


def item_homes(fits: Sequence[Sequence[float]], heir: int) -> list[int]:
    """For each item of a list, by how well it fits each group, the one that has it.

    Each group has one, so that all together fit best, but the heir has the subject:
    only where there are as many items as groups it needs one, too. Further ones go to
    the group that each fits best.
    """
    if not fits:
        return []
    from gitsplit.proposal.matching import best_matching  # few messages have a list

    number = len(fits[0])
    is_full = len(fits) >= number
    wanted = [
        [fit - (not is_full and at == heir) * _HEIRS_OWN for at, fit in enumerate(row)]
        for row in fits
    ]
    matched = best_matching(wanted)
    return [
        max(range(number), key=row.__getitem__) if home is None else home
        for row, home in zip(fits, matched, strict=True)
    ]


def group_of_subject(commit: CommitFeatures, plan: Plan, message: bytes) -> int | None:
    """The group that the subject of a message is about, whatever else the body says.

    Where it has a list, the items are about others, so that all together fit best, and
    of the subject it is likelier that it is about many lines. None where nothing has
    anything in common with the subject, or two groups have as much, and there is no
    list.
    """
    parts = message_parts(message)
    items = [part for part in parts if part.is_item][:MOST_ITEMS]
    pieces = pieces_by_group(plan, commit.pieces)
    if len(pieces) < 2 or not parts or parts[0].kind != "subject":
        return None
    audience = _audience(commit, pieces)
    subject = audience.fits(_text(parts[0]))
    weight = _MAIN if items else _MAIN_ALONE
    sizes = [weight * log(1 + group.lines) for group in audience.groups]
    row = [fit + size for fit, size in zip(subject, sizes, strict=True)]
    if not items:
        is_heard = any(audience.hearers(_text(parts[0])))
        best = max(row)
        return row.index(best) if is_heard and row.count(best) == 1 else None
    from gitsplit.proposal.matching import best_matching

    return best_matching([row, *(audience.fits(_text(item)) for item in items)])[0]


def _text(part: MessagePart) -> str:
    """What a part says, as text."""
    return part.text.decode("utf-8", "replace")
