"""What each commit of a range seems to hold, and what speaks against it (``--check``).

A commit is only said to hold several changes where that is nearly certain: who reads it
in a review can't ask back. The JSON is promised in ``docs/check.md``.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from gitsplit.model.change_id import Objection
from gitsplit.model.escape import printable, shell_command
from gitsplit.model.listing import abbreviation, quantity
from gitsplit.model.objects import Oid
from gitsplit.model.series import Series, SourceCommit
from gitsplit.planfile.dump import text_value
from gitsplit.report.markdown_parts import code, inline
from gitsplit.report.result import document_text

FORMAT = "gitsplit-check"

VERSION = 1

SURE = 0.9
"""So likely it must be that a commit holds several changes before that is said.

It is so of 88 of the benchmark's 240 tangled commits, and of 4 of its 60 single ones.
"""


class EarlyName(Struct, frozen=True):
    """A name that a commit uses, and that comes with the later commit ``other``.

    Where ``is_gone``, it takes away one that the other still uses.
    """

    name: str
    other: Oid
    is_gone: bool = False

    @property
    def sentence(self) -> str:
        """What is wrong, without a subject or full stop."""
        name, other = f"`{printable(self.name)}`", self.other[:10]
        if self.is_gone:
            return f"removes {name}, which {other} still uses"
        return f"needs {name} from {other}, which comes later"


class CommitAppraisal(Struct, frozen=True):
    """What a commit seems to hold, and what speaks against it.

    ``things`` has a description of each change that it seems to be, ``subjects`` the
    one proposed for it; both are empty where that wasn't looked at, for the reason
    ``why_not``. ``chance`` is how likely it is,
    from 0 to 1, that there are several.
    """

    commit: SourceCommit
    things: tuple[str, ...] = ()
    why_not: str = ""
    chance: float = 0.0
    names: tuple[EarlyName, ...] = ()
    objections: tuple[Objection, ...] = ()
    subjects: tuple[bytes, ...] = ()

    @property
    def certainty(self) -> float:
        """How likely it is, from 0 to 1, that it is one change, or that it is not."""
        return self.chance if len(self.things) > 1 else 1 - self.chance

    @property
    def holds_several(self) -> bool:
        """Whether it is nearly certain that it holds several changes."""
        return len(self.things) > 1 and self.chance >= SURE

    @property
    def has_findings(self) -> bool:
        """Whether there is something to be said of it."""
        return self.holds_several or bool(self.names or self.objections)


class Appraisal(Struct, frozen=True):
    """What the commits of a range seem to hold; ``commits`` are those looked at."""

    series: Series
    commits: tuple[CommitAppraisal, ...]

    @property
    def has_findings(self) -> bool:
        """Whether there is something to be said of one of them."""
        return any(each.has_findings for each in self.commits)


def appraisal_text(appraisal: Appraisal) -> str:
    """A line for each commit; one that something is to be said of begins with ``!``.

    The subject is last, where nothing of it can be taken for what is said.
    """
    return "".join(f"{_line(each)}\n" for each in appraisal.commits)


def _line(each: CommitAppraisal) -> str:
    subject = abbreviation(printable(each.commit.subject))
    said = "; ".join((_changes_in_words(each), *_complaints(each)))
    mark = "!" if each.has_findings else " "
    return f"{mark} {each.commit.oid[:10]} ({said}) {subject}"


def _changes_in_words(each: CommitAppraisal) -> str:
    """How many changes it seems to be, and how certain that is."""
    if not each.things:
        return f"{each.why_not}, not analyzed"
    percent = round(100 * each.certainty)
    sure = f"{percent} % sure" if percent > 50 else "unsure"
    return f"{quantity(len(each.things), 'change')}, {sure}"


def _complaints(each: CommitAppraisal) -> Iterator[str]:
    """What speaks against it besides, a clause each."""
    yield from (name.sentence for name in each.names)
    yield from (f"Gerrit: {objection.words}" for objection in each.objections)


def appraisal_markdown(appraisal: Appraisal) -> str:
    """A comment about the commits with findings; empty where there is none."""
    found = [each for each in appraisal.commits if each.has_findings]
    blocks = [_item(each) for each in found]
    if several := [each.commit.oid for each in found if each.holds_several]:
        command = shell_command("gitsplit", "-n", "-c", several[0][:10])
        blocks.append(f"\nHow it could be split: {code(command)}")
    return "".join(f"{block}\n" for block in blocks)


def _item(each: CommitAppraisal) -> str:
    """A commit as an item of a list, with what is said of it below."""
    subject = code(printable(each.commit.subject))
    lines = [f"- **{each.commit.oid[:10]}** {subject}"]
    if each.holds_several:
        lines.append(f"  - {inline(_changes_in_words(each))}:")
        pairs = zip(each.subjects, each.things, strict=True)
        lines += (f"    - {code(printable(s))}: {inline(thing)}" for s, thing in pairs)
    lines += (f"  - {inline(each)}" for each in _complaints(each))
    return "\n".join(lines)


def appraisal_json(appraisal: Appraisal, warnings: Iterable[str]) -> str:
    """The one document for programs."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "state": "unchanged",
        "found": appraisal.has_findings,
        "upstream": appraisal.series.upstream,
        "head": appraisal.series.head,
        "commits": [_commit_value(each) for each in appraisal.commits],
        "warnings": [*warnings],
    }
    return document_text(document)


def _commit_value(each: CommitAppraisal) -> dict[str, object]:
    return {
        "commit": each.commit.oid,
        "subject": text_value(each.commit.subject),
        "found": each.has_findings,
        "changes": [*each.things],
        "subjects": [*map(text_value, each.subjects)],
        "certainty": round(each.certainty, 3) if each.things else None,
        "several": each.holds_several,
        "not_analyzed": each.why_not or None,
        "early_names": [
            {"name": name.name, "commit": name.other, "removed": name.is_gone}
            for name in each.names
        ],
        "gerrit": [
            {"message": objection.words, "hint": objection.remedy}
            for objection in each.objections
        ],
    }
