"""A page that tells a newcomer what a commit does and how it is best split.

It says how sure it is, and why in each case: what the hunks of a commit have in common,
what keeps two commits apart, which has to come first. ``docs/explain.md`` has one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from gitsplit.model.by_hand import ByHand
from gitsplit.model.diff import FileChange
from gitsplit.model.escape import printable, shell_command
from gitsplit.model.listing import enumeration, few, line_counts, quantity
from gitsplit.model.message import end_of_subject, subject_of, without_trailers
from gitsplit.model.plan import DROPPED, Plan
from gitsplit.model.series import SourceCommit, commit_in_words
from gitsplit.proposal.advice import Advice
from gitsplit.proposal.flaws import flaw_sentence, flaws_of
from gitsplit.proposal.names import Dependency, dependencies
from gitsplit.report.by_hand import by_hand_lines
from gitsplit.report.page_hunks import PageHunk, hunk_name, page_hunks, some_lines
from gitsplit.report.prose import Block, Code, Heading, Items, Paragraph


class Explanation(Struct, frozen=True):
    """What is known of a commit: the plan that splits it, and how sure that is.

    ``chance`` is how likely it is, from 0 to 1, that there are several changes; None
    where that wasn't asked. ``deed`` is what its hunks do, in words fit for a subject,
    ``borders`` say for each two commits that follow on each other what keeps them
    apart. ``is_asked`` says that the user wanted so many. ``by_hand`` are the git
    commands for the same, None where nothing is split. ``advice`` is what guides say of
    the new commits, ``advice_as_it_is`` what they say of the commit itself.
    """

    commit: SourceCommit
    plan: Plan
    chance: float | None = None
    deed: str = ""
    borders: Mapping[int, str] = field(default_factory=dict)
    is_asked: bool = False
    by_hand: ByHand | None = None
    advice: tuple[Advice, ...] = ()
    advice_as_it_is: tuple[Advice, ...] = ()

    @property
    def number(self) -> int:
        """How many commits it would be."""
        return len(self.plan.groups)


def explanation_page(about: Explanation) -> list[Block]:
    """The whole page."""
    return [
        Heading(commit_in_words(about.commit.oid, about.commit.subject)),
        *_deeds(about),
        *_number(about),
        *(block for part in _parts(about) for block in part),
        *_worth(about),
        *_advice(about),
        *_order(about),
        *_exercise(about),
    ]


def _deeds(about: Explanation) -> Iterator[Block]:
    """What the commit does: by its message, by its lines, and to which files."""
    yield Heading("What it does")
    message = without_trailers(about.commit.raw.message)[0]
    body = message[end_of_subject(message) :].strip(b"\n").splitlines()
    if body:
        yield Paragraph("Its message says:")
        yield Code("text", (about.commit.subject, b"", *some_lines(body)))
    if about.deed and about.number == 1:
        yield Paragraph(f"From its lines alone one would call it “{about.deed}”.")
    changes = about.plan.changes
    hunks = [*page_hunks(about.plan)]
    number = len({hunk.number for hunk in hunks})
    size = f"{quantity(number, 'hunk')} in {quantity(len(changes), 'file')}"
    yield Paragraph(f"It has {size}, {_lines_of(hunks)}:")
    by_file = defaultdict[int, list[PageHunk]](list)
    for hunk in hunks:
        by_file[hunk.file].append(hunk)
    files = [_file_words(change, by_file[at]) for at, change in enumerate(changes)]
    yield Items(tuple(few(files)))


_MOST_HUNKS = 12
"""So many hunks of a commit are shown."""


def _lines_of(hunks: Sequence[PageHunk]) -> str:
    return line_counts(sum(h.added for h in hunks), sum(h.removed for h in hunks))


def _file_words(change: FileChange, hunks: Sequence[PageHunk]) -> str:
    """A file, and what is done to it."""
    words = [f"`{printable(change.path)}`", _lines_of(hunks)]
    if change.old is None:
        words.append("new file")
    elif change.new is None:
        words.append("deleted")
    elif change.old.path != change.new.path:
        words.append(f"renamed from `{printable(change.old.path)}`")
    return ", ".join(words)


def _subjects(about: Explanation) -> Sequence[str]:
    return [printable(subject_of(group.message)) for group in about.plan.groups]


def _number(about: Explanation) -> Iterator[Block]:
    """How many changes it seems to be, and how sure that is."""
    yield Heading("How many changes it is")
    number = about.number
    if number == 1:
        reason = about.plan.groups[0].reason
        why = f" The clearest sign: {reason}." if reason else ""
        yield Paragraph(f"It {_seems(about)} one change{_certainty(about)}.{why}")
        return
    said = f"It {_seems(about)} several changes{_certainty(about)}, here as {number}:"
    if about.is_asked:
        said = f"As {quantity(number, 'commit')}, which you asked for, it would be:"
    yield Paragraph(said)
    yield Items(tuple(_subjects(about)), is_numbered=True)
    yield Paragraph(
        "That is a proposal, made from names, files and the message. What the change is"
        " for, you know better; another split can be as good."
    )


_QUITE_SURE = 0.75


def _chance(about: Explanation) -> float | None:
    """How likely it is, from 0 to 1, that it is one change, or that it isn't."""
    if about.chance is None or about.number > 1:
        return about.chance
    return 1 - about.chance


def _seems(about: Explanation) -> str:
    return "seems to be" if (_chance(about) or 0) >= _QUITE_SURE else "may be"


def _certainty(about: Explanation) -> str:
    """How sure it is, in brackets after what it is about."""
    if (chance := _chance(about)) is None:
        return ""
    percent = round(100 * chance)
    return f" ({percent} % sure)" if percent > 50 else " (unsure)"


def _parts(about: Explanation) -> Iterator[Iterator[Block]]:
    """Each new commit with its hunks, and what is in none."""
    hunks: dict[int, list[PageHunk]] = {}
    for hunk in page_hunks(about.plan):
        hunks.setdefault(hunk.group, []).append(hunk)
    if about.number == 1:
        yield _hunk_blocks(about.plan, hunks.get(0, ()))
        return
    for group, subject in enumerate(_subjects(about)):
        yield _part(about, group, subject, hunks.get(group, ()))
    if DROPPED in hunks:
        yield _hunk_blocks(about.plan, hunks[DROPPED], "Left out of all commits")


def _part(
    about: Explanation, group: int, subject: str, hunks: Sequence[PageHunk]
) -> Iterator[Block]:
    yield Heading(f"Commit {group + 1}: {subject}")
    paths = dict.fromkeys(printable(about.plan.changes[h.file].path) for h in hunks)
    where = enumeration([f"`{path}`" for path in paths], most=3)
    number = quantity(len({hunk.number for hunk in hunks}), "hunk")
    yield Paragraph(f"{number}, {_lines_of(hunks)}, in {where}.")
    reason = about.plan.groups[group].reason
    border = about.borders.get(group, "")
    said = [f"The clearest sign: {reason}."] if reason else []
    said += [f"Why apart: {border}."] if border else []
    yield from [Items(tuple(said))] if said else []
    yield from _hunk_blocks(about.plan, hunks)


def _hunk_blocks(
    plan: Plan, hunks: Sequence[PageHunk], heading: str = ""
) -> Iterator[Block]:
    """The hunks of a commit, of very many the first."""
    if heading:
        yield Heading(heading)
    for hunk in hunks[:_MOST_HUNKS]:
        path = printable(plan.changes[hunk.file].path)
        yield Paragraph(f"{hunk_name(hunk)}, `{path}`:")
        yield Code("diff", (hunk.header, *some_lines(hunk.body)))
    if len(hunks) > _MOST_HUNKS:
        yield Paragraph(f"… and {quantity(len(hunks) - _MOST_HUNKS, 'more hunk')}.")


def _worth(about: Explanation) -> Iterator[Block]:
    """Why several commits are better than one here; or why one is good."""
    if about.number == 1:
        yield Heading("Why that is good")
        yield Items(
            (
                "Who reviews it has one question in mind from the first hunk to the"
                " last, and the subject says which.",
                "If it turns out to be wrong, git revert undoes this and nothing else.",
                "git blame leads from each of its lines to the one reason for it.",
            )
        )
        return
    first, *_, last = _subjects(about)
    yield Heading("Why a reviewer wants them apart")
    yield Items(
        (
            "Each is read with one question in mind, and is easier to be sure of.",
            f"A doubt about “{last}” doesn't hold up “{first}”.",
            "If one is wrong, git revert undoes that one alone; git bisect ends at"
            " it, and not at all of this.",
            "git blame leads from each line to the reason for that line.",
        )
    )


_GUIDES = (
    "Commits like these are what git's SubmittingPatches asks for (“Make separate"
    " commits for logically separate changes”), the kernel's submitting-patches"
    " (“Separate your changes”) and OpenStack's GitCommitMessages (“Structural split of"
    " changes”)."
)


def _advice(about: Explanation) -> Iterator[Block]:
    """What guides for contributors say of it."""
    yield Heading("What guides say")
    said = [_with_source(each, lambda _: "it") for each in about.advice_as_it_is]
    if about.number > 1:
        said += [_with_source(each, "commit {}".format) for each in about.advice]
    yield from [Items(tuple(said))] if said else []
    yield Paragraph(_GUIDES)


def _with_source(advice: Advice, name: Callable[[int], str]) -> str:
    return f"{advice.sentence(lambda group: name(group + 1))} ({advice.source})."


def _order(about: Explanation) -> Iterator[Block]:
    """Which commit comes first, and why."""
    if about.number == 1:
        return
    yield Heading("Which comes first")
    needed = dependencies(about.plan)
    said = [_dependency_words(each) for each in needed]
    flaws = [f"But {flaw_sentence(flaw)}." for flaw in flaws_of(about.plan)]
    if said or flaws:
        yield Paragraph("Each commit has to work with only those before it:")
        yield Items((*few(said), *flaws))
    else:
        yield Paragraph(
            "No commit uses a name that another one defines, so any order works as far"
            " as reading tells. Formatting and preparation are best read first."
        )
    if not flaws:
        yield Paragraph("No file that can be parsed is broken in between.")
    run = shell_command("gitsplit", "-c", about.commit.oid[:10], "-x", "make test")
    yield Paragraph(f"Whether each passes its tests, they have to say: `{run}`")


def _dependency_words(each: Dependency) -> str:
    name, after, before = f"`{printable(each.name)}`", each.group + 1, each.of + 1
    if each.is_gone:
        return (
            f"Commit {after} comes after commit {before}: it removes {name}, which"
            f" commit {before} stops using."
        )
    return (
        f"Commit {after} comes after commit {before}: it uses {name}, which commit"
        f" {before} defines."
    )


def _exercise(about: Explanation) -> Iterator[Block]:
    """How to do it by hand."""
    yield Heading("Do it by hand")
    oid = about.commit.oid[:10]
    if about.number == 1:
        run = shell_command("gitsplit", "--explain", "-c", oid, "--commits", "2")
        two = f" As two it would be: `{run}`" if about.plan.edits[1:] else ""
        yield Paragraph(f"There is nothing to take apart.{two}")
        return
    if about.commit.raw.parents:
        yield Items(
            (
                f"`git switch --detach {oid}` goes there; your branch stays as it is.",
                _reset_words(about.plan.changes),
                "`git add -p` asks for each hunk: y for those of commit 1, n for all"
                " others, s where one has to be smaller. Then `git commit`, and the"
                " same for the next one.",
                f"`git diff {oid} HEAD` prints nothing at the end: no line is lost or"
                " new."
                " `git switch -` goes back.",
            ),
            is_numbered=True,
        )
    quiz, split = (shell_command("gitsplit", *o, "-c", oid) for o in (("--quiz",), ()))
    yield Paragraph(
        f"Or be asked about each hunk: `{quiz}`. With gitsplit it is done by:"
        f" `{split}`."
    )
    if about.by_hand is not None:
        _, *lines = by_hand_lines(about.by_hand)
        if lines:
            yield Code("sh", tuple(lines), folded="All commands, with all answers:")


def _reset_words(changes: Sequence[FileChange]) -> str:
    """How the commit is taken away, so that git asks about all that it did."""
    before = {change.old.path for change in changes if change.old}
    if all(not change.new or change.new.path in before for change in changes):
        return (
            "`git reset HEAD~` takes the commit away; what it did stays in the files."
        )
    return (
        "`git reset -N HEAD~` takes the commit away; what it did stays in the files,"
        " and with `-N` git asks about new files, too."
    )
