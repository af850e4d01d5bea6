"""What guides for contributors would say of a plan's commits.

Advice is silent where it isn't nearly sure: most commits are fine. Its rules, and how
often there is some for real commits, are in ``docs/advice.md``.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from gitsplit.model.diff import TextEdit
from gitsplit.model.escape import printable
from gitsplit.model.listing import with_capital
from gitsplit.model.memo import memo
from gitsplit.model.message import subject_of
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.proposal.source_text import Role, differ_in_space, role, stem

GIT = "git, SubmittingPatches: Make separate commits for logically separate changes"
OPENSTACK = "OpenStack, GitCommitMessages: Structural split of changes"


class Advice(Struct, frozen=True):
    """What one would say of a new commit ``group`` (from 0), and who says so.

    In the words ``{commit}`` stands for the commit, ``{other}`` for the ``other`` one.
    """

    group: int
    words: str
    source: str
    other: int = 0

    def sentence(self, name: Callable[[int], str]) -> str:
        """What is said, without a full stop; ``name`` is that of a group's commit."""
        commit, other = name(self.group), name(self.other)
        return with_capital(self.words.format(commit=commit, other=other))


@memo
def advice_on(plan: Plan) -> tuple[Advice, ...]:
    """What is said of the plan's commits, of each kind the first.

    That a name is used too soon isn't among it: :func:`.flaws_of` finds that.
    """
    found = (next(rule(plan), None) for rule in (_with_and, _mixed_formatting, _apart))
    return tuple(advice for advice in found if advice is not None)


def _with_and(plan: Plan) -> Iterator[Advice]:
    """Subjects that name two changes."""
    for group, each in enumerate(plan.groups):
        if both := two_deeds(printable(subject_of(each.message))):
            first, second = map(_inert, both)
            words = f"{{commit}} names two changes, “{first}” and “{second}”"
            yield Advice(group, words, OPENSTACK)


_VERBS = (
    "add|allow|avoid|bump|change|clean|convert|correct|create|delete|deprecate|disable"
    "|drop|enable|ensure|expose|extract|fix|handle|implement|improve|increase|introduce"
    "|make|move|prevent|reduce|refactor|remove|rename|replace|revert|rewrite|simplify"
    "|split|switch|update|upgrade|use"
)
_FIRST = (
    "apply|build|call|check|define|do|document|don't|give|hide|ignore|include|keep|log"
    "|print|reject|render|report|require|restore|return|run|set|show|skip|start|stop"
    "|store|support|test|treat|write"
)
"""What else a subject may begin with, where it can't be a noun."""

_VERB = rf"(?:{_VERBS})(?:s|d|ed|es)?"
_AND = re.compile(r"\s(?:and|&)\s", re.IGNORECASE)
_TWO = (
    rf"(?P<first>(?:{_VERB}|(?:{_FIRST})(?:s|d|ed|es)?)\s(?:.*\s)?(?P<before>[^\s,]+)),?\s+(?:and|&)\s+(?:also\s+)?"
    rf"(?P<second>{_VERB}\s+\S.*)"
)
_PREFIX = re.compile(r"^(?:[^\s:]+(?:, ?[^\s:]+)*(?:\([^)]*\))?!?: +|\[[^\]]*\] *)+")
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)")
_WITH_IT = re.compile(
    r"\b(tests?|specs?|docs?|documentation|changelog|news|readme|comments?|it|them)\b",
    re.IGNORECASE,
)
_ONE_PHRASE = rf"\b(?:{_VERB}|drag|search|find|copy|cut|get|read|save|open|push|load)$"


def two_deeds(subject: str) -> tuple[str, str] | None:
    """The two changes that an English subject names; None where it is one.

    A verb and its object have to stand on both sides: a pair of words that belong
    together is none, and tests and documents come with what they are of.

    >>> two_deeds("net: Fix the timeout and rename the log")
    ('Fix the timeout', 'rename the log')
    >>> two_deeds("Add search and replace to the editor")
    >>> two_deeds("Fix the timeout and add a test")
    """
    if not _AND.search(subject):
        return None
    # These two take long to be compiled, and few subjects need them.
    two, one_phrase = (re.compile(p, re.IGNORECASE) for p in (_TWO, _ONE_PHRASE))
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), subject)
    start = found.end() if (found := _PREFIX.match(bare)) else 0
    both = two.fullmatch(bare, start)
    if both is None or one_phrase.search(both["before"]):
        return None
    if _WITH_IT.search(both["second"]):
        return None
    first, second = (subject[slice(*both.span(name))] for name in ("first", "second"))
    return first, second


_NEAR = 5
"""So few lines from a changed line white space may follow from it."""

_FEWEST = 5
"""So many changed lines of formatting are worth a commit of their own."""

_LARGEST = 2_000_000
"""Of a place with more bytes before and after no one asks whether it is formatting."""


def _mixed_formatting(plan: Plan) -> Iterator[Advice]:
    """Commits that reformat lines far from what they change."""
    for group, edits in sorted(plan.edits_by_group().items()):
        texts = [edit for edit in edits if isinstance(edit, TextEdit)]
        spaced = dict.fromkeys(edit for edit in texts if _is_formatting(plan, edit))
        places = _places(edit for edit in texts if edit not in spaced)
        far = [edit for edit in spaced if not _is_near(edit, places)]
        if group != DROPPED and places and sum(len(e.new) for e in far) >= _FEWEST:
            path = _inert(printable(plan.changes[far[0].file].path))
            words = f"{{commit}} mixes formatting (`{path}`) with other changes"
            yield Advice(group, words, OPENSTACK)


def _inert(words: str) -> str:
    """The words where braces would mean something."""
    return words.replace("{", "{{").replace("}", "}}")


def _is_formatting(plan: Plan, edit: TextEdit) -> bool:
    """Whether lines that say something differ in white space alone."""
    change = plan.changes[edit.file]
    old = change.old_lines.text(edit.old.start, edit.old.stop)
    new = change.new_lines.text(edit.new.start, edit.new.stop)
    if len(old) + len(new) > _LARGEST:
        return False
    before, after = (side.decode("utf-8", "replace") for side in (old, new))
    return bool(before.strip()) and differ_in_space(before, after)


def _places(edits: Iterable[TextEdit]) -> Mapping[int, Sequence[int]]:
    """The lines of each file, in order, at which the edits begin and end."""
    found: dict[int, list[int]] = {}
    for edit in edits:
        found.setdefault(edit.file, []).extend((edit.old.start, edit.old.stop))
    return found


def _is_near(edit: TextEdit, places: Mapping[int, Sequence[int]]) -> bool:
    """Whether one of the places is so near that the formatting may follow from it."""
    lines = places.get(edit.file, ())
    at = bisect_left(lines, edit.old.start - _NEAR)
    return at < len(lines) and lines[at] <= edit.old.stop + _NEAR


def _apart(plan: Plan) -> Iterator[Advice]:
    """Commits that have nothing but tests of a file that another one changes."""
    roles = [_roles(plan, group) for group in range(len(plan.groups))]
    code = {
        name: group
        for group, files in reversed([*enumerate(roles)])
        for name, kind in files
        if kind == "code"
    }
    for group, files in enumerate(roles):
        if {kind for _, kind in files} == {"test"}:
            for name in sorted(name for name, _ in files if name in code):
                words = f"{{commit}} tests `{_inert(name)}` apart from its code"
                yield Advice(group, f"{words} in {{other}}", GIT, code[name])


def _roles(plan: Plan, group: int) -> set[tuple[str, Role]]:
    """The names of what a group changes, without what tests have more; and its kind."""
    files = {plan.edits[at].file for at in plan.members(group)}
    paths = [printable(plan.changes[file].path) for file in files]
    return {(stem(path), role(path)) for path in paths}
