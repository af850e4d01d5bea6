"""The preview: what becomes of each commit, and what holds once it is applied.

With the results of the user's command on new commits, where that was run.
"""

from collections.abc import Collection, Iterator
from operator import attrgetter
from typing import NamedTuple

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from gitsplit.model.change_id import incomplete_trailers, trailer_lines
from gitsplit.model.checks import WAITING
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.listing import few, quantity, unshown_sentences
from gitsplit.model.memo import memo_by
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, without_empty_groups
from gitsplit.model.todo import Entry
from gitsplit.tui.state.app_state import SeriesInfo, State, entries_of
from gitsplit.tui.state.commit_diff import sizes_in
from gitsplit.tui.state.corrections import UNSURE, unsure_places
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.message_rows import parted_messages
from gitsplit.tui.state.new_commits import (
    NewCommit,
    advice_on_commits,
    new_commits,
    order_flaws,
    reviewable_commits,
    reviewed_commits,
    unconfirmed_count,
)
from gitsplit.tui.state.problems import (
    commits_not_rewritten,
    conflict_of,
    has_change,
    outlook_of,
    range_offer,
)
from gitsplit.tui.view.checks import check_of, check_sign, failure_lines, sign_style
from gitsplit.tui.view.commits import id_words, marked_subject
from gitsplit.tui.view.dropped import (
    difference_lines,
    has_same_final_files,
    loss_words,
    worktree_words,
)
from gitsplit.tui.view.pane import PaneLines
from gitsplit.tui.view.series import conflict_words, title_of
from gitsplit.tui.view.text import (
    LEFT_OUT,
    NO_MESSAGE,
    OWNER,
    PROPOSED,
    WARNING,
    column_text,
    group_style,
    one_line,
    start_of,
    text_lines,
)

_FATES = {"squash": "squashed", "fixup": "squashed", "drop": "dropped"}
_TREE_SAME = "tree unchanged"
_TREE_CHANGES = "tree changes"


class PreviewRow(NamedTuple):
    """A line of the preview: a commit, or one of those that it is split into.

    ``number`` is that of the new commit, from 0; None where there will be none.
    ``size`` and ``about`` stand at the end of the line.
    """

    entry: Entry
    number: int | None
    word: str
    style: str
    subject: str
    is_owner: bool = False
    size: str = ""
    about: str = ""


def preview_page(state: State, width: int) -> PaneLines:
    """The preview: a line for each commit, warnings above, what holds below."""
    rows = preview_rows(state)
    above = [_summary_line(state), *_warning_lines(state, width), []]
    below = [[], *_outcome_lines(state, width)]
    columns = _preview_columns(state, width)

    def line(number: int) -> StyleAndTextTuples:
        if number < len(above):
            return above[number]
        if number < len(above) + len(rows):
            return _row_line(state, rows[number - len(above)], columns)
        return below[number - len(above) - len(rows)]

    height = len(above) + len(rows) + len(below)
    first = min(state.scroll, max(0, height - 1))
    return PaneLines(line, height, first, scroll=lambda *_: first)


def _summary_line(state: State) -> StyleAndTextTuples:
    count = sum(commit.is_stored for commit in state.info.series.commits)
    seen, new = len(reviewed_commits(state)), len(reviewable_commits(state))
    before, after = quantity(count, "commit"), len(new_commits(state))
    is_new = count == 0
    made = quantity(after, "new commit")
    what = ("", " Commit on " if is_new else " Rewrite ")
    name = state.info.ref
    if state.info.is_read:
        what, name = ("", " "), state.info.name
    return [
        what,
        ("class:name", one_line(name)),
        ("", f": {made}" if is_new else f": {before} → {after}"),
        ("class:faint", f"   seen {seen} of {new}" if seen else ""),
    ]


_TODO_PARTS = attrgetter("info", "todo", "hunks_between")


@memo_by(_TODO_PARTS)
def preview_rows(state: State) -> tuple[PreviewRow, ...]:
    """What becomes of each commit, in the new order."""
    return tuple(_preview_rows(state))


def _preview_rows(state: State) -> Iterator[PreviewRow]:
    numbers = {
        (commit.entry.oid, commit.group): (number, commit)
        for number, commit in enumerate(new_commits(state))
    }
    into: dict[Oid, int] = {
        oid: number for number, commit in numbers.values() for oid in commit.joined
    }
    same, rewritten = _same_trees(state), _rewritten_commits(state)
    for entry in state.todo.entries:
        if entry.action == "split" and entry.plan is not None:
            yield from _split_rows(state, entry, entry.plan, numbers)
        elif entry.action in ("squash", "fixup", "drop"):
            about = f"into commit {into[entry.oid] + 1}" if entry.oid in into else ""
            yield _whole_row(state, entry, None, _FATES[entry.action], about)
        else:
            number, commit = numbers[entry.oid, None]
            is_same = entry.oid in same and not commit.joined
            about = _TREE_SAME if is_same else _TREE_CHANGES
            is_rewritten = entry.oid in rewritten or bool(commit.joined)
            word = "rebased" if is_rewritten else "unchanged"
            if entry.action == "reword":
                word = "reworded"
            yield _whole_row(state, entry, (number, commit), word, about)


def _rewritten_commits(state: State) -> set[Oid]:
    """The commits that become others, with another id: by themselves or a parent."""
    found: set[Oid] = set()
    todo, series = state.todo, state.info.series
    for entry, oid, old in zip(
        todo.one_by_one, todo.order, series.commits, strict=True
    ):
        is_changed = has_change(entry) or oid != old.oid
        if is_changed or not found.isdisjoint(entry.commit.raw.parents):
            found.add(oid)
    return found


def _whole_row(
    state: State,
    entry: Entry,
    found: tuple[int, NewCommit] | None,
    word: str,
    about: str,
) -> PreviewRow:
    """The row of a commit that isn't split."""
    if found is None:
        style = "class:edited" if word == "dropped" else "class:faint"
        return PreviewRow(entry, None, word, style, title_of(state, entry), about=about)
    number, commit = found
    subject = title_of(state, entry)
    if commit.message != entry.commit.raw.message:
        subject = one_line(subject_of(commit.message)) or NO_MESSAGE
    return PreviewRow(entry, number, word, "class:faint", subject, about=about)


def _split_rows(
    state: State,
    entry: Entry,
    plan: Plan,
    numbers: dict[tuple[Oid, int | None], tuple[int, NewCommit]],
) -> Iterator[PreviewRow]:
    """The rows of a commit that is split: one for each group, empty ones too."""
    sizes = sizes_in(plan, state.hunks_between)
    is_kept = _rewritten_commits(state).isdisjoint(entry.commit.raw.parents)
    words = {}
    if entry.rest:
        from gitsplit.model.shown import altered_groups  # not to open with

        altered = altered_groups(plan, state.hunks_between)
        words = _range_words(entry, plan, is_kept, altered)
    for group, each in enumerate(plan.groups):
        found = numbers.get((entry.oid, group))
        if found is None:
            subject = one_line(subject_of(each.message)) or NO_MESSAGE
            yield PreviewRow(
                entry, None, "empty", "class:empty", subject, about="not created"
            )
            continue
        number, commit = found
        subject = marked_subject(commit.message, commit.is_proposed)
        yield PreviewRow(
            entry,
            number,
            words.get(group, "new"),
            "class:faint" if words.get(group) in _AS_THEY_WERE else "class:good",
            subject,
            commit.continued is not None and words.get(group) != "unchanged",
            sizes[group].lines,
            id_words(state.info, entry, commit.continued, commit.message),
        )


_AS_THEY_WERE = ("unchanged", "rebased")


def _range_words(
    entry: Entry, plan: Plan, is_kept: bool, altered: Collection[int]
) -> dict[int, str]:
    """What becomes of the commits of a range, by the groups that continue them.

    ``is_kept`` says that what comes before the range stays as it is; ``altered`` are
    groups that change other lines than the commits that they continue.
    """
    homes: dict[int, set[int]] = {}
    members: dict[int, set[int]] = {}
    for edit, group in zip(plan.edits, plan.group_of, strict=True):
        commit = plan.changes[edit.file].commit
        homes.setdefault(commit, set()).add(group)
        members.setdefault(group, set()).add(commit)
    edited = {override.group for override in plan.overrides}
    if plan.has_origins:
        return {heir: "changed" for heir in plan.continued_by if heir is not None}
    found = {}
    for group, each in enumerate(plan.groups):
        at, word = plan.continues(group), "new"
        if at is not None:
            is_own = members.get(group, {at}) == {at} and homes.get(at, {group}) == {
                group
            }
            is_reworded = each.message != message_in_utf8(entry.commits[at].raw)
            word = "reworded" if is_reworded else "unchanged" if is_kept else "rebased"
            is_own = is_own and group not in edited and group not in altered
            word = word if is_own else "changed"
        is_kept = is_kept and word == "unchanged" and at == group
        found[group] = word if is_kept or word != "unchanged" else "rebased"
    return found


def _same_trees(state: State) -> set[Oid]:
    """The commits that keep their trees: all that comes before them stays as it is."""
    found: set[Oid] = set()
    differing: set[Oid] = set()  # what comes before in one of the orders alone
    is_altered = False
    todo, series = state.todo, state.info.series
    for entry, oid, old in zip(
        todo.one_by_one, todo.order, series.commits, strict=True
    ):
        differing ^= {oid}
        differing ^= {old.oid}
        is_altered = is_altered or entry.action == "drop"
        if entry.action == "split" and entry.plan is not None:
            is_altered = is_altered or not has_same_final_files(entry.plan)
        if oid == old.oid and not (is_altered or differing):
            found.add(oid)
    return found


class _PreviewColumns(NamedTuple):
    """The widths of the columns of the preview."""

    subject: int
    sizes: int


def _preview_columns(state: State, width: int) -> _PreviewColumns:
    rows = preview_rows(state)
    sizes = max((len(row.size) for row in rows), default=0)
    ids = max((get_cwidth(row.about) for row in rows if row.size), default=0)
    others = max((get_cwidth(row.about) for row in rows if not row.size), default=0)
    right = max(sizes + 2 + ids, others)
    return _PreviewColumns(width - right - 18, sizes)


def _row_line(
    state: State, row: PreviewRow, columns: _PreviewColumns
) -> StyleAndTextTuples:
    """One commit: number, check, what becomes of it, subject, size or tree, id."""
    number = "" if row.number is None else str(row.number + 1)
    check = WAITING if row.number is None else check_of(state, row.number)
    is_flawed = row.number in order_flaws(state)
    sign_class = sign_style(check, is_flawed=is_flawed)
    style = f"{group_style(row.number or 0)} bold" if row.word == "new" else ""
    start: StyleAndTextTuples = [
        (style, f"{number:>4}"),
        (sign_class, check_sign(check, is_flawed=is_flawed)),
        (row.style, f"{row.word:<9}"),
        ("class:owner", f"{OWNER} " if row.is_owner and row.size else "  "),
        ("", column_text(row.subject, columns.subject)),
    ]
    conflict = conflict_of(state)
    if conflict is not None and conflict.commit == row.entry.oid:
        return [*start, ("class:error", f"  {WARNING} conflict")]
    if not row.size:
        is_left_out = row.style == "class:empty"
        return [*start, (row.style if is_left_out else "class:faint", f"  {row.about}")]
    return [
        *start,
        ("", f"  {row.size.ljust(columns.sizes)}"),
        ("class:faint", f"  {row.about}"),
    ]


def _outcome_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """The lines below: why it can't be applied, or what holds once it is."""
    if state.problems:
        yield from _problem_lines(state, width)
    else:
        yield from failure_lines(state, width)
        yield from _conflict_lines(state, width)
        yield from _promises(state)
        yield from _review_note_lines(state, width)
        yield from _advice_lines(state, width)
        if state.info.is_read:
            yield from () if state.info.is_patch else _reading_lines()
        elif conflict_of(state) is None:
            yield from _apply_lines(state.info)


def _problem_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """Why it can't be applied yet."""
    for problem in state.problems:
        first, *rest = text_lines(one_line(problem), width - 5)
        yield [("class:error", f" ✗ {first}")]
        for line in rest:
            yield [("class:error", f"   {line}")]
    yield []
    if not state.info.is_read:
        words = " cannot apply until this is fixed; {back} goes back"
        yield [("", keyed(state, words))]


def _warning_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """What git warns of, and the order of the commits: nothing is refused for it."""
    known = outlook_of(state)
    order = few(each for own in order_flaws(state).values() for each in own)
    for warning in (*(known.warnings if known else ()), *order):
        for line in text_lines(f"{WARNING} {one_line(warning)}", width - 2):
            yield [("", f" {line}")]
    for line in few(_unsure_words(state)):
        yield [("class:warning", f" {UNSURE}"), ("", f" {start_of(line, width - 4)}")]


def _unsure_words(state: State) -> Iterator[str]:
    """Which absorbed hunks aren't sure to belong where they go, and why."""
    unsure = {} if state.opened is None else unsure_places(state)
    if not unsure:
        return
    from gitsplit.model.corrections import correction_name  # known by now

    for place, why_not in unsure.items():
        name = one_line(correction_name(state.plan, place))
        group = state.plan.group_of[place]
        yield f"{name} in commit {group + 1}: {why_not}"


def _review_note_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """What is proposed, trailers that not all keep, and what reviewers will see."""
    known = outlook_of(state)
    messages = (*_proposed_notes(state), *_left_out_notes(state))
    notes = (*messages, *_trailer_notes(state), *_given_up_notes(state))
    for note in (*notes, *(known.notes if known else ())):
        for line in text_lines(one_line(note), width - 5):
            yield [("", f"   {line}")]


def _advice_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """One line of advice, with its source where there is room."""
    said, source = map(one_line, advice_on_commits(state))
    if said:
        whole = f"   {said} ({source})"
        fits = get_cwidth(whole) < width
        yield [("class:faint", whole if fits else start_of(f"   {said}", width - 1))]


def _proposed_notes(state: State) -> Iterator[str]:
    """How many messages nobody has confirmed, and where that is done."""
    if count := unconfirmed_count(state):
        what = quantity(count, "message")
        verb = "is" if count == 1 else "are"
        listed = keyed(state, "{messages} lists them")
        yield f"{PROPOSED} {what} {verb} proposed and not confirmed; {listed}"


def _left_out_notes(state: State) -> Iterator[str]:
    """How much of a message no commit says, by the commit that was split."""
    for oid, message in parted_messages(state).items():
        if count := len(message.left_out()):
            what = quantity(count, "sentence")
            which = f"{LEFT_OUT} {what} of the message of {oid[:7]}"
            yield f"{which} left out; {keyed(state, '{messages} lists them')}"


def _given_up_notes(state: State) -> Iterator[str]:
    """The commits of ranges that no new one continues."""
    ranges = [entry for entry in state.todo.entries if entry.rest]
    if not ranges:
        return
    from gitsplit.model.given_up import not_continued_in, not_continued_words

    commits, ids = new_commits(state), state.info.ids
    kept = {state.info.change_ids.get(c.continued.oid) for c in commits if c.continued}
    for entry in ranges:
        own = [n for n, each in enumerate(commits, 1) if each.entry.oid == entry.oid]
        found = not_continued_in(entry, own, kept, ids)
        yield from few(f"not continued: {not_continued_words(gone)}" for gone in found)


def _trailer_notes(state: State) -> Iterator[str]:
    """The trailers of split commits that not every new commit has."""
    messages: dict[Oid, dict[int, bytes]] = {}
    for number, commit in enumerate(new_commits(state), 1):
        if not commit.entry.rest:  # whose they are in a range, the plan says
            messages.setdefault(commit.entry.oid, {})[number] = commit.message
    entries = entries_of(state.todo)
    for oid, parts in messages.items():
        original = entries[oid].commit.raw.message
        left = incomplete_trailers(original, parts, state.info.ids)
        yield from trailer_lines(left)


def _conflict_lines(state: State, width: int) -> Iterator[StyleAndTextTuples]:
    """Where a rebase would conflict, and what Enter does then."""
    conflict = conflict_of(state)
    if conflict is None:
        return
    words = f"{WARNING} {conflict.commit[:7]} {conflict_words(conflict)}."
    if not state.info.is_read:
        words += (
            " Enter: apply up to there, then resolve it in git rebase and run gitsplit"
            " --continue (or --abort)."
        )
        if offer := range_offer(state):
            series = keyed(state, "{series} shows the series")
            words += f" Or {series}, where {offer}: there nothing conflicts."
    for line in text_lines(words, width - 2):
        before, key, after = line.partition("Enter")
        yield [
            ("class:error", f" {before}"),
            ("class:key", key),
            ("class:error", after),
        ]


@memo_by(_TODO_PARTS)
def _promises(state: State) -> tuple[StyleAndTextTuples, ...]:
    """What holds once it is applied; each sentence is verified first."""
    return tuple(_promise_lines(state))


def _promise_lines(state: State) -> Iterator[StyleAndTextTuples]:
    info, todo = state.info, state.todo
    plans = list(todo.plans.values())
    lost = [words for plan in plans if (words := loss_words(plan))]
    same = all(map(has_same_final_files, plans))
    yield from _final_tree_lines(state, lost, same)
    drops = any(entry.action == "drop" for entry in todo.entries)
    yield from _kept_lines(state, bool(lost), drops)
    for entry in todo.entries:
        if entry.oid in todo.plans:
            yield from difference_lines(entry, info.drop_to)
    if info.is_read:
        return
    if info.drop_to == "uncommitted":
        yield _tick_line(worktree_words(info.drop_to))
    elif same and len(_same_trees(state)) == len(todo.order):
        yield _tick_line("worktree and index are not touched")
    elif lost:
        yield [("", f"   {worktree_words(info.drop_to)}")]
    else:
        yield [("", "   index and worktree are updated where the final files change")]
    unchanged = commits_not_rewritten(state)
    others = [ref for ref, oid in info.other_refs.items() if oid not in unchanged]
    if others:
        yield [("", f"   also moves: {', '.join(map(one_line, others))}")]


def _kept_lines(
    state: State, is_lost: bool, drops: bool
) -> Iterator[StyleAndTextTuples]:
    """That nothing is lost, where it is so, and what is there but never shows."""
    unshown = [*_unshown_notes(state)]
    for words in few(unshown):
        yield [("class:edited", f" ! {words}")]
    if not is_lost:
        where = " from the final files" if unshown else ""
        yield _tick_line(f"nothing {'else ' if drops else ''}lost{where}")


def _unshown_notes(state: State) -> Iterator[str]:
    """How many lines of which new commits never show."""
    commits = new_commits(state)
    for entry in state.todo.entries:
        if entry.plan is not None and entry.plan.is_woven:
            from gitsplit.model.shown import unshown_by_group  # not to open with

            lines = unshown_by_group(entry, without_empty_groups(entry.plan))
            own = (n for n, each in enumerate(commits, 1) if each.entry is entry)
            yield from unshown_sentences(lines, next(own, 1))


def _reading_lines() -> Iterator[StyleAndTextTuples]:
    """What can be done with the plan, for nothing is applied here."""
    yield []
    yield [
        ("class:name", " gitsplit --plan FILE"),
        ("", " applies a saved plan where a branch has these commits"),
    ]


def _apply_lines(info: SeriesInfo) -> Iterator[StyleAndTextTuples]:
    """What applies it, and what undoes it."""
    yield []
    yield [
        ("class:key", " Enter"),
        ("", f" applies this and moves {one_line(info.ref)}; "),
        ("class:name", "gitsplit --undo"),
        ("", " restores it"),
    ]


def _final_tree_lines(
    state: State, lost: Collection[str], same: bool
) -> Iterator[StyleAndTextTuples]:
    """Whether the final tree is the original one, and if not, why."""
    entries = state.todo.entries
    tree = state.info.series.commits[-1].raw.tree[:10]
    dropped = sum(entry.action == "drop" for entry in entries)
    reasons = [f"{quantity(dropped, 'commit')} dropped"] if dropped else []
    if lost and state.info.drop_to == "uncommitted":
        yield [("class:edited", f" ! left out, stays uncommitted: {next(iter(lost))}")]
        return
    reasons += [f"{words} left out" for words in lost]
    if not (same or lost):
        reasons.append("files edited")
    if reasons:
        words = f" ! final files differ on purpose: {', '.join(reasons)}"
        yield [("class:edited", words)]
    elif len(_same_trees(state)) == len(state.todo.order):
        words = f"final tree {tree} = {tree}"
        yield _tick_line("final files same" if state.info.is_patch else words)
    else:
        yield [("", "   commits are reordered, so some trees are new")]


def _tick_line(words: str) -> StyleAndTextTuples:
    return [("class:good", f" ✓ {words}")]
