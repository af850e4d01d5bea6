"""Between the entries of a plan file and plans: what an entry means for its commits.

Entries name lines by 1-based ranges, both ends included; plans have edits, which count
lines from 0. An entry that doesn't fit its commit is refused with the first thing that
doesn't. The rules are those of ``docs/plan-file.md``.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import NoReturn

from msgspec import Struct, field
from msgspec.structs import replace

from gitsplit.errors import InvalidPlan
from gitsplit.model.diff import (
    Edit,
    Fact,
    FactEdit,
    FileChange,
    Span,
    TextEdit,
    facts_of,
    hunk_order,
)
from gitsplit.model.escape import printable
from gitsplit.model.objects import Oid
from gitsplit.model.plan import (
    DROPPED,
    Group,
    Plan,
    empty_groups,
    with_files_for_lines,
    without_empty_groups,
)
from gitsplit.model.series import Source, SourceCommit, Uncommitted
from gitsplit.model.states import file_assignments, overrides_by_file, with_contents
from gitsplit.planfile.document import (
    CommitEntry,
    FileEntry,
    GroupEntry,
    LineRange,
    commit_of_source,
)
from gitsplit.planfile.numbering import (
    HINT,
    NumberedHunk,
    bare_entry,
    is_numbered,
    misfit,
    numbered_hunks,
    with_lines_named,
)

_NOBODY = -1
_UNCHANGED = -3
"""In the place of a group: the commit leaves the line as it is."""


def plan_of_entry(entry: CommitEntry, changes: tuple[FileChange, ...]) -> Plan:
    """The plan that a split entry means for commits that did ``changes``.

    Nobody continues a commit that the entry doesn't say it of. Raises InvalidPlan,
    naming the first thing that doesn't fit: a file or line that a commit doesn't
    change, one named twice or by nobody, a group without edits, two that continue one
    commit or take its rest, a content for a file that isn't there, a number that no
    hunk has.
    """
    try:
        return _plan_of_entry(entry, changes)
    except InvalidPlan as refusal:
        if refusal.hint == HINT and entry.later:
            refusal.hint = HINT.replace("gitsplit", f"gitsplit {_option_of(entry)}")
        raise


def _option_of(entry: CommitEntry) -> str:
    """The option with which a plan for such commits is made."""
    if isinstance(entry.source, Uncommitted):
        return "--absorb"
    return "--resplit" if entry.source is None else "--squash"


def _plan_of_entry(entry: CommitEntry, changes: tuple[FileChange, ...]) -> Plan:
    known = numbered_hunks(changes) if is_numbered(entry) else ()
    numbers = _numbers_by_change(known)
    entry = with_lines_named(entry, changes, known)
    rest, heirs = takers_of_rest(entry), _heirs_of_commits(entry)
    claims = [
        _Claims(change, _commit_in_words(entry, change.commit), numbers.get(file, ()))
        for file, change in enumerate(changes)
    ]
    named = _entries_of_changes(entry, changes)
    for file, group, file_entry in named:
        if not _only_names_file(entry, file_entry):
            claims[file].take(file_entry, group)
    pairs = [
        pair
        for file, claim in enumerate(claims)
        for pair in claim.edits(file, rest[claim.change.commit])
    ]
    plan = with_files_for_lines(
        Plan(
            changes,
            tuple(e for e, _ in pairs),
            tuple(g for _, g in pairs),
            tuple(Group(g.message, g.reason) for g in entry.groups),
            heirs,
        )
    )
    for group in empty_groups(plan):
        raise misfit(f"Group {group + 1} has no edits")
    contents = _contents(plan, named)
    return with_contents(plan, contents) if contents else plan


def _numbers_by_change(known: Sequence[NumberedHunk]) -> dict[int, list[NumberedHunk]]:
    """What has a number, by its change."""
    found: dict[int, list[NumberedHunk]] = {}
    for each in known:
        found.setdefault(each.file, []).append(each)
    return found


def entry_of_plan(
    plan: Plan, *commits: SourceCommit, source: Source | None = None
) -> CommitEntry:
    """The entry that :func:`plan_of_entry` turns into the same plan again.

    ``commits`` are those that the plan is about; with a ``source`` those that its
    groups may continue, of which the entry has those that one does. Ranges of lines are
    written out; edits that neighbour each other in one group come back joined. Groups
    that have no edits are left out, but for those that continue a commit without any:
    the format has no others.
    """
    plan = without_empty_groups(plan)
    files: dict[int, list[FileEntry]] = {}
    overrides = overrides_by_file(plan)
    for file, assignment in sorted(file_assignments(plan).items()):
        entries = dict(_entries_by_group(plan.changes[file], assignment))
        for group, override in overrides.get(file, {}).items():
            entry = entries.get(group, bare_entry(plan.changes[file]))
            entries[group] = replace(entry, content=override.content)
        for group, entry in entries.items():
            files.setdefault(group, []).append(entry)
    groups = tuple(
        GroupEntry(
            g.message, plan.continues(i), g.reason, files=tuple(files.get(i, ()))
        )
        for i, g in enumerate(plan.groups)
    )
    first, *later = commits
    dropped = tuple(files.get(DROPPED, ()))
    if source is not None and not plan.is_woven:
        return _entry_of_source(source, groups, dropped, commits)
    return CommitEntry(
        first.oid,
        b"" if later else first.subject,
        "split",
        groups,
        dropped,
        later=tuple(commit.oid for commit in later),
        source=source,
    )


def _entry_of_source(
    source: Source,
    groups: Sequence[GroupEntry],
    dropped: tuple[FileEntry, ...],
    commits: Sequence[SourceCommit],
) -> CommitEntry:
    """An entry about a source; ``groups`` number the commits that they may continue."""
    heirs = [group.continues for group in groups if group.continues is not None]
    place = {number: at for at, number in enumerate(heirs)}
    return CommitEntry(
        commit_of_source(source),
        action="split",
        groups=tuple(
            group
            if group.continues is None
            else replace(group, continues=place[group.continues])
            for group in groups
        ),
        dropped=dropped,
        source=source,
        continued=tuple(commits[number].oid for number in heirs),
    )


Named = Sequence[tuple[int, int, FileEntry]]
"""File entries, each with the number of its change and its group."""


def _entries_of_changes(entry: CommitEntry, changes: Sequence[FileChange]) -> Named:
    """Every file entry with its change and its group (from 0), or DROPPED."""
    places = {bare_entry(change): file for file, change in enumerate(changes)}
    by_group = [
        (g, file) for g, group in enumerate(entry.groups) for file in group.files
    ]
    by_group += [(DROPPED, file) for file in entry.dropped]
    found = []
    for group, file in by_group:
        named = FileEntry(file.old_path, file.path, commit=file.commit)
        place = places.get(named)
        if place is None:
            commit = _commit_in_words(entry, file.commit).capitalize()
            raise misfit(f"{commit} has no change of {_entry_in_words(file)}")
        found.append((place, group, file))
    return found


def _only_names_file(entry: CommitEntry, file: FileEntry) -> bool:
    """Whether a file entry has a content and takes nothing, not even by touching.

    For a content the file may be named at any commit of a range that changes it, so
    the facts of that commit aren't meant.
    """
    takes = file.whole or file.removed or file.added or file.facts
    return bool(entry.later) and file.content is not None and not takes


def _heirs_of_commits(entry: CommitEntry) -> tuple[int | None, ...]:
    """For each commit the group that continues it, if any; InvalidPlan for two."""
    heirs = []
    for number, oid in enumerate(entry.originals):
        found = [g for g, each in enumerate(entry.groups) if each.continues == number]
        is_alone = len(entry.commits) == 1 and entry.source is None
        what = "be the owner" if is_alone else f"continue commit {oid[:10]}"
        heirs.append(_only(what, found))
    return tuple(heirs) or (None,)


def with_originals(entry: CommitEntry, originals: Sequence[Oid]) -> CommitEntry:
    """The entry, about a source, whose groups may continue these commits alone.

    Raises InvalidPlan where a group continues another.
    """
    for oid in entry.continued:
        if oid not in originals:
            raise misfit(f"The plan continues {oid[:10]}, which isn't in the series")
    number = {place: originals.index(oid) for place, oid in enumerate(entry.continued)}
    groups = tuple(
        replace(
            group,
            continues=None if group.continues is None else number[group.continues],
        )
        for group in entry.groups
    )
    return replace(entry, groups=groups, continued=tuple(originals))


def takers_of_rest(entry: CommitEntry) -> tuple[int | None, ...]:
    """For each commit the group that takes its rest, if any; InvalidPlan for two."""
    takers = []
    for number in range(len(entry.commits)):
        found = [g for g, each in enumerate(entry.groups) if number in each.rest]
        found += [DROPPED] if number in entry.dropped_rest else []
        of = f" of {_commit_in_words(entry, number)}" if entry.later else ""
        takers.append(_only(f"take the rest{of}", found))
    return tuple(takers)


def _only(what: str, groups: Sequence[int]) -> int | None:
    """The only group (from 0), if any; raises InvalidPlan for two."""
    if len(groups) < 2:
        return next(iter(groups), None)
    first, second, *_ = groups
    if second == DROPPED:
        raise misfit(f'Group {first + 1} and "dropped" can\'t both {what}')
    raise misfit(f"Groups {first + 1} and {second + 1} can't both {what}")


def _contents(plan: Plan, named: Named) -> dict[int, dict[int, bytes]]:
    """The contents that are given, by the first change of their file and by group."""
    contents: dict[int, dict[int, bytes]] = {}
    for place, group, entry in named:
        if entry.content is None:
            continue
        path = printable(plan.changes[place].path)
        if group == DROPPED:
            raise misfit(f"What is left out can't have a content, as {path} has")
        given = contents.setdefault(plan.thread(place).numbers[0], {})
        if group in given:
            raise misfit(f"The content of {path} is given twice for one group")
        given[group] = entry.content
    return contents


def _no_lines() -> "array[int]":
    return array("q")


def _groups_of_lines(spans: Sequence[Span]) -> "array[int]":
    """For each line (from 0) up to the last changed one its group: none so far.

    Lines outside of the spans, which are changed by nobody, are _UNCHANGED.
    """
    lines = array("q", [_UNCHANGED]) * (spans[-1].stop if spans else 0)
    for span in spans:
        lines[span.start : span.stop] = array("q", [_NOBODY]) * len(span)
    return lines


def _taker(group: int) -> str:
    """What takes something, as sentences name it."""
    return '"dropped"' if group == DROPPED else f"commit {group + 1}"


def _for(groups: Iterable[int]) -> str:
    """For which commits something is named twice; empty where it is for one."""
    takers = [*dict.fromkeys(map(_taker, groups))]
    return f", for {' and '.join(takers)}" if takers[1:] else ""


class _Claims(Struct, dict=True):
    """The groups that take the lines and facts of one file's change.

    They are known as an entry is read. ``commit`` is how sentences name the commit;
    they name ``numbers`` of hunks, too, where there are some.
    """

    change: FileChange
    commit: str
    numbers: Sequence[NumberedHunk] = ()
    facts: dict[Fact, int] = field(default_factory=dict)
    old: "array[int]" = field(default_factory=_no_lines)
    new: "array[int]" = field(default_factory=_no_lines)
    touching: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        hunks = self.change.hunks
        self.old = _groups_of_lines([hunk.old for hunk in hunks])
        self.new = _groups_of_lines([hunk.new for hunk in hunks])

    def take(self, entry: FileEntry, group: int) -> None:
        """Give ``group`` what the entry names; raises InvalidPlan where it can't be."""
        self.touching.add(group)
        if entry.whole:
            self._take_whole(group)
            return
        for fact in entry.facts:
            self._take_fact(fact, group)
        self._take_lines(self.old, entry.removed, group, "removed")
        self._take_lines(self.new, entry.added, group, "added")

    @property
    def _file(self) -> str:
        """How sentences name the file; in a range several commits may change it."""
        path = printable(self.change.path)
        return path if self.commit == _THE_COMMIT else f"{path} in {self.commit}"

    def _number(self, side: str, line: int) -> int | None:
        """The number of the hunk that a line (from 0) is in, where there are numbers.

        Only a refusal asks for it.
        """
        for each in self.numbers:
            hunk = each.hunk
            if hunk and line in (hunk.old if side == "removed" else hunk.new):
                return each.number
        return None

    def _number_of_fact(self, fact: Fact) -> int | None:
        return next((n.number for n in self.numbers if n.fact is fact), None)

    def _refuse_second(
        self, what: str, number: int | None, groups: tuple[int, int]
    ) -> NoReturn:
        raise misfit(
            f"{what}{_in_hunk(number)} of {self._file} is named twice{_for(groups)}",
            "Name it in one place." if number else HINT,
        )

    def _refuse_left_over(self, what: str, number: int | None) -> NoReturn:
        remedy = f'Name hunk {number} in "hunks", or say "rest": true in one group.'
        raise misfit(
            f"No group takes {what}{_in_hunk(number)} of {self._file}",
            remedy if number else HINT,
        )

    def _take_fact(self, fact: Fact, group: int) -> None:
        if fact not in facts_of(self.change):
            path = printable(self.change.path)
            raise misfit(f'{self.commit.capitalize()} does no "{fact}" to {path}')
        if fact in self.facts:
            both = self.facts[fact], group
            self._refuse_second(f'"{fact}"', self._number_of_fact(fact), both)
        self.facts[fact] = group

    def _take_whole(self, group: int) -> None:
        taken = {*self.facts.values(), *self.old, *self.new} - {_NOBODY, _UNCHANGED}
        if taken:
            places = _for((*sorted(taken), group))
            which = f', of which {_taker(group)} says "whole": true' if places else ""
            raise misfit(f"{self._file} is named twice{places}{which}")
        self.facts = dict.fromkeys(facts_of(self.change), group)
        for lines in (self.old, self.new):
            for line, taker in enumerate(lines):
                lines[line] = taker if taker == _UNCHANGED else group

    def _take_lines(
        self, lines: "array[int]", ranges: Iterable[LineRange], group: int, side: str
    ) -> None:
        for line in chain.from_iterable(range(a - 1, b) for a, b in ranges):
            if line >= len(lines) or lines[line] == _UNCHANGED:
                path = printable(self.change.path)
                raise misfit(
                    f"Line {line + 1} of {path} is not {side} by {self.commit}"
                )
            if lines[line] != _NOBODY:
                number = self._number(side, line)
                both = lines[line], group
                self._refuse_second(f"The {side} line {line + 1}", number, both)
            lines[line] = group

    def edits(self, file: int, rest: int | None) -> Iterator[tuple[Edit, int]]:
        """The file's edits with their groups; ``rest`` takes what no entry named.

        Raises InvalidPlan where something is left and no group takes the rest.
        """
        for lines, side in ((self.old, "removed"), (self.new, "added")):
            for line, group in enumerate(lines):
                if group == _NOBODY and rest is None:
                    number = self._number(side, line)
                    self._refuse_left_over(f"the {side} line {line + 1}", number)
                if group == _NOBODY and rest is not None:
                    lines[line] = rest
            self.touching |= set(lines) - {_UNCHANGED}
        for fact in facts_of(self.change):
            yield FactEdit(file, fact), self._fact_group(fact, rest)
        for number, hunk in enumerate(self.change.hunks):
            old = [self.old[line] for line in hunk.old.numbers]
            new = [self.new[line] for line in hunk.new.numbers]
            whole = TextEdit(file, number, hunk.old, hunk.new)
            yield from hunk_edits(whole, self.change, old, new)

    def _fact_group(self, fact: Fact, rest: int | None) -> int:
        """The group of a fact: the one that names it, else one that touches the file.

        That is the first one, for a deletion the last; else the one taking the rest.
        """
        if fact in self.facts:
            return self.facts[fact]
        if self.touching:
            return (max if fact is Fact.DELETE else min)(self.touching)
        if rest is None:
            self._refuse_left_over(f'"{fact}"', self._number_of_fact(fact))
        return rest


def hunk_edits(
    edit: TextEdit, change: FileChange, old: Sequence[int], new: Sequence[int]
) -> Iterator[tuple[Edit, int]]:
    """The edit of a whole hunk cut into the runs of lines of one group, in merge order.

    ``old`` and ``new`` have the groups of its lines.
    """
    if len({*old, *new}) == 1:
        yield edit, [*old, *new][0]
        return
    at_old, at_new = edit.old.start, edit.new.start
    order = hunk_order(change, change.hunks[edit.hunk])
    groups = (((old if s == "old" else new)[place], s) for s, place in order)
    for group, run in groupby(groups, key=lambda pair: pair[0]):
        sides = [side for _, side in run]
        removed = Span(at_old, at_old + sides.count("old"))
        added = Span(at_new, at_new + sides.count("new"))
        yield TextEdit(edit.file, edit.hunk, removed, added), group
        at_old, at_new = removed.stop, added.stop


def _entries_by_group(
    change: FileChange, assignment: Iterable[tuple[Edit, int]]
) -> Iterator[tuple[int, FileEntry]]:
    """For each group that takes something of one file its entry for it."""
    by_group: dict[int, list[Edit]] = {}
    for edit, group in assignment:
        by_group.setdefault(group, []).append(edit)
    named = bare_entry(change)
    if len(by_group) == 1:
        yield next(iter(by_group)), replace(named, whole=True)
        return
    for group, edits in sorted(by_group.items()):
        texts = [edit for edit in edits if isinstance(edit, TextEdit)]
        yield (
            group,
            replace(
                named,
                removed=tuple(line_ranges(edit.old for edit in texts)),
                added=tuple(line_ranges(edit.new for edit in texts)),
                facts=tuple(e.fact for e in edits if isinstance(e, FactEdit)),
            ),
        )


def line_ranges(spans: Iterable[Span]) -> Iterator[LineRange]:
    """The spans as 1-based ranges, neighbours joined and empty ones left out."""
    first = last = 0
    for span in spans:
        if not len(span):
            continue
        if last and span.start == last:
            last = span.stop
            continue
        if last:
            yield first, last
        first, last = span.start + 1, span.stop
    if last:
        yield first, last


_THE_COMMIT = "the commit"


def _commit_in_words(entry: CommitEntry, number: int) -> str:
    """A commit that the entry is about, as sentences name it."""
    if entry.source is not None and number and number + 1 == len(entry.commits):
        return "uncommitted changes"
    return f"commit {entry.commits[number][:10]}" if entry.later else _THE_COMMIT


def _entry_in_words(entry: FileEntry) -> str:
    """The entry in words: its path, both of a rename, or that it creates or deletes."""
    old, new = entry.old_path, entry.path
    if old is None or new is None:
        return (
            f"{printable(new or old or b'')} that {'creates' if new else 'deletes'} it"
        )
    return printable(new) if old == new else f"{printable(old)} to {printable(new)}"


def _in_hunk(number: int | None) -> str:
    return "" if number is None else f" (in hunk {number})"
