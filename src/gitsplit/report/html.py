"""A dry run as one page that needs nothing else: the original beside the new commits.

It can be read without its script, which moves hunks from commit to commit. The policy
in its head lets a browser run this one script and load nothing. Whatever comes from the
repository is text: escaped, and what can't be seen is named in a ``<mark>``.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from gitsplit.model.escape import inert_json, printable
from gitsplit.model.listing import hunk_count, line_counts, quantity, with_capital
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import DROPPED, Plan, without_empty_groups
from gitsplit.planfile.compact import compact_plan
from gitsplit.planfile.document import (
    CommitEntry,
    FileEntry,
    PlanDocument,
    commit_of_source,
)
from gitsplit.planfile.dump import text_value
from gitsplit.planfile.extract import PAGE_START
from gitsplit.planfile.numbering import bare_entry
from gitsplit.proposal.flaws import flaw_sentence
from gitsplit.proposal.trailers import with_people_of, with_shared_trailers
from gitsplit.report.findings import (
    CommitFate,
    DryRun,
    Preview,
    ResultCommit,
    Split,
    SplitPart,
)
from gitsplit.report.formats import Printout
from gitsplit.report.html_parts import code, page_start, resource, text
from gitsplit.report.page_hunks import PageHunk, hunk_name, page_hunks
from gitsplit.report.sentences import reading_words
from gitsplit.report.summary import outlook_lines
from gitsplit.report.text import (
    WHY_TWO,
    absorbed_words,
    descent,
    fate_lines,
    heirship,
    known_message,
    left_lines,
    split_name,
    split_size,
    taught_lines,
)

_PLAN = """\
<section id="plan" aria-labelledby="plan-name">
<h2 id="plan-name">Plan</h2>
<p>{where}, <code>{command}</code> shows and applies
this split. FILE is this page, as it was saved, or the text below.</p>
<p hidden class="scripted"><button type="button" id="copy">Copy the plan</button>
<button type="button" id="download">Download the plan</button></p>
<textarea id="plan-text" readonly rows="12" spellcheck="false" autocomplete="off" \
aria-labelledby="plan-name">
"""

_BAR = """\
<div id="bar" hidden><p id="said" role="status" aria-live="polite"></p>
<button type="button" id="undo" hidden>Undo</button>
<button type="button" id="as-it-was" hidden>As it was</button></div>
"""


def printout(dry_run: DryRun) -> Printout:
    """The page; raises what stands against the series as a whole."""
    preview, document = dry_run.preview(), dry_run.plan()
    plan = compact_plan(document)
    entries = {entry.commit: (n, entry) for n, entry in enumerate(document.series)}
    script = resource("page.js")
    parts = [
        page_start(_title(preview), script),
        f"<h1>What becomes of {quantity(len(preview.commits), 'commit')}</h1>\n",
        *(part for fate in preview.commits for part in _fate(fate, entries)),
        *_outlook(preview),
        *_taught([*taught_lines(dry_run, preview)]),
        f"{_plan_head(document)}{escape(plan)}</textarea>\n</section>\n</main>\n",
        _BAR,
        f"{PAGE_START.decode()}{plan.replace('<', _LESS)}</script>\n",
        f"<script>{script}</script>\n</body>\n</html>\n",
    ]
    return Printout(
        "".join(parts), notes=preview.warnings, is_utf8=True, refusal=preview.refusal
    )


def _plan_head(document: PlanDocument) -> str:
    where, command = reading_words(document)
    return _PLAN.format(where=with_capital(where), command=escape(command))


def _taught(lines: Sequence[str]) -> Iterator[str]:
    """Git commands for the same; nothing where there are none."""
    if lines:
        yield '<section id="by-hand" aria-labelledby="by-hand-name">\n'
        yield '<h2 id="by-hand-name">Git commands</h2>\n'
        yield f"{_lines(lines[1:])}</section>\n"


_LESS = "\\u003c"


def _title(preview: Preview) -> str:
    """The page's name: the first commit that is split, of however many."""
    split = [fate.entry for fate in preview.commits if fate.split is not None]
    if not split:
        return "Nothing is split"
    others = f" and {len(split) - 1} more" if split[1:] else ""
    ids, subject = split_name(split[0])
    name = ids if subject is None else f"{ids} {printable(subject)}"
    return f"Split of {name}{others}"


def _lines(lines: Iterable[bytes | str]) -> str:
    """The lines for a ``<pre>``, which leaves out a line end that it begins with."""
    return "<pre>\n" + "\n".join(map(code, lines)) + "</pre>\n"


def _fate(
    fate: CommitFate, entries: Mapping[Oid, tuple[int, CommitEntry]]
) -> Iterator[str]:
    """A commit of the series: how it is split, or a few lines."""
    if fate.split is None or fate.entry.plan is None:
        lines = [line.rstrip() for line in fate_lines(fate, False)]
        yield _lines(lines)
        return
    source = fate.entry.source or fate.entry.commit.stands_for
    at, entry = entries[fate.entry.oid if source is None else commit_of_source(source)]
    plan = without_empty_groups(fate.entry.plan)
    hunks = [*page_hunks(plan)]
    fate_of_dropped = fate.split.fate_of_dropped
    data = {
        "entry": at,
        "footer": escape(_footer(fate)),
        "dropped": fate_of_dropped,
        "woven": " in its hunks" if plan.is_woven else None,
    }
    yield f'<section class="split"{_data(data)} aria-labelledby="s{at}">\n'
    yield f'<h2 id="s{at}">{_name(fate)}</h2>\n<p>{_size(fate.split)}</p>\n'
    yield _items(fate.complaints)
    if any(absorbed := [*absorbed_words(fate.split, False)]):
        yield '<section class="proposed">\n' + _lines(absorbed[1:]) + "</section>\n"
    yield '<div class="sides">\n<section class="original" aria-label="The original">\n'
    yield from _original(plan, entry, hunks, at, fate_of_dropped)
    yield '</section>\n<section class="commits" aria-label="The new commits">\n'
    yield from _commits(fate.split, plan, hunks, at)
    yield "</section>\n</div>\n"
    if any(left := [line.rstrip() for line in left_lines(fate.split)]):
        yield '<section class="proposed">\n' + _lines(left) + "</section>\n"
    yield "</section>\n"


def _name(fate: CommitFate) -> str:
    ids, subject = split_name(fate.entry)
    return ids if subject is None else f"{ids} <bdi>{text(subject)}</bdi>"


def _size(split: Split) -> str:
    number = quantity(len(split.parts), "commit")
    return f'{split_size(split)}: becomes <span class="number">{number}</span>'


_NEW = b"New commit"


def _footer(fate: CommitFate) -> str:
    """What stands below the subject of a commit that is made on the page, as JSON.

    These are the trailers that all others have, and the people of the original.
    """
    assert fate.split is not None, "the commit is split"
    message = with_shared_trailers(
        [part.commit.draft.message for part in fate.split.parts], _NEW
    )
    if not fate.split.commits:
        message = with_people_of(fate.entry.commit.raw.message, message)
    footer = message.removeprefix(_NEW).decode("utf-8", "ignore").rstrip("\n")
    return inert_json(json.dumps(f"{footer}\n", ensure_ascii=False))


def _items(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{text(sentence)}</li>\n" for sentence in sentences)
    return f"<ul>\n{items}</ul>\n" if items else ""


def _original(
    plan: Plan,
    entry: CommitEntry,
    hunks: Sequence[PageHunk],
    at: int,
    fate_of_dropped: str,
) -> Iterator[str]:
    """What the commits did, file by file, each hunk with its new commit."""
    for file, own in groupby(hunks, key=lambda hunk: hunk.file):
        change = plan.changes[file]
        bare = bare_entry(change)
        of = entry.name_of(bare.commit) if entry.needs_list else None
        paths = (
            None if p is None else text_value(p) for p in (bare.old_path, bare.path)
        )
        key = inert_json(json.dumps([of, *paths], ensure_ascii=False))
        yield f'<section class="file" data-file="{escape(key)}">\n'
        yield f"<h3><bdi>{text(change.path)}</bdi> {_what(bare, of)}</h3>\n"
        for hunk in own:
            place = f"commit {hunk.group + 1}"
            place = fate_of_dropped if hunk.group == DROPPED else place
            yield from _hunk(hunk, at, place, is_fixed=_is_by_hand(plan, hunk))
        yield "</section>\n"


def _is_by_hand(plan: Plan, hunk: PageHunk) -> bool:
    """Whether the file has a content of its own in some commit, made by hand."""
    return any(override.file == hunk.file for override in plan.overrides)


def _what(file: FileEntry, of: str | None) -> str:
    """What is done to a file besides its lines, and which commit of a range does it."""
    words = []
    if file.old_path is None:
        words.append("new file")
    elif file.path is None:
        words.append("deleted")
    elif file.old_path != file.path:
        words.append(f"renamed from <bdi>{text(file.old_path)}</bdi>")
    if of is not None:
        words.append(f"in {of[:10]}")
    return f"<small>{', '.join(words)}</small>" if words else ""


def _hunk(hunk: PageHunk, at: int, place: str, *, is_fixed: bool) -> Iterator[str]:
    """A hunk, or the lines of one that are in a commit of their own: at a place."""
    data = {
        "hunk": hunk.number,
        "part": f"{hunk.part} of {hunk.parts}" if hunk.part else None,
        "lines": hunk.lines or None,
        **_colour(hunk.group),
        "added": hunk.added,
        "removed": hunk.removed,
        "fixed": "" if is_fixed else None,
    }
    name = hunk_name(hunk)
    yield f'<article id="{_anchor(hunk, at)}" class="hunk"{_data(data)}'
    yield f' aria-label="{name}">\n'
    yield f'<p><a class="to" href="#{_card(at, hunk.group)}">{place}</a>'
    fixed = " <em>edited by hand, so it stays in its commit</em>" if is_fixed else ""
    yield f" {name} <code>{code(hunk.header)}</code>{fixed}</p>\n"
    yield "<pre>\n"
    for sign, run in groupby(hunk.body, key=lambda line: line[:1]):
        yield from _run(sign, [*run])
    yield "</pre>\n</article>\n"


_FEW = 200
"""So many lines are one element: what is out of sight is then not laid out."""


def _run(sign: bytes, lines: Sequence[bytes]) -> Iterator[str]:
    """Lines of a hunk that are all removed, all added, or unchanged."""
    name = {b"-": "del", b"+": "ins"}.get(sign)
    long = ' class="long"' if len(lines) > _FEW else ""
    for start in range(0, len(lines), _FEW):
        shown = "\n".join(map(code, lines[start : start + _FEW])) + "\n"
        yield f"<{name}{long}>{shown}</{name}>" if name else shown


def _colour(group: int) -> dict[str, object]:
    """What the data of a hunk or card say of its commit, which give it a colour."""
    hue = {} if group == DROPPED else {"hue": group % _HUES + 1}
    return {"to": _number(group), **hue}


_HUES = 8
"""So many colours the style sheet has."""


def _data(data: Mapping[str, object]) -> str:
    return "".join(f' data-{k}="{v}"' for k, v in data.items() if v is not None)


def _number(group: int) -> str:
    return "x" if group == DROPPED else str(group + 1)


def _card(at: int, group: int) -> str:
    return f"c{at}-{_number(group)}"


def _anchor(hunk: PageHunk, at: int) -> str:
    return f"h{at}-{hunk.number}" + (f"-{hunk.part}" if hunk.part else "")


def _commits(
    split: Split, plan: Plan, hunks: Sequence[PageHunk], at: int
) -> Iterator[str]:
    """A card for each new commit, and one for what is in none."""
    own: dict[int, list[PageHunk]] = {}
    for hunk in hunks:
        own.setdefault(hunk.group, []).append(hunk)
    for group, part in enumerate(split.parts):
        subject = text(subject_of(part.commit.draft.message))
        yield _card_start(at, group, f"{group + 1} <bdi>{subject}</bdi>")
        yield from _heir(part.commit, split)
        lines = line_counts(part.size.added, part.size.removed)
        yield from _contents(plan, own.get(group, ()), at, lines)
        yield from _facts(part, split)
        yield "</section>\n"
    left = own.get(DROPPED, ())
    name = "Stays uncommitted" if split.is_uncommitted else "Left out of all commits"
    yield _card_start(at, DROPPED, name, is_hidden=not left)
    lines = line_counts(sum(h.added for h in left), sum(h.removed for h in left))
    yield from _contents(plan, left, at, lines)
    yield "</section>\n"


def _heir(commit: ResultCommit, split: Split) -> Iterator[str]:
    """Which of the original commits it continues, wherever hunks are moved."""
    if found := heirship(commit, split.commits):
        yield f'<p class="heir">{found}</p>\n'


def _card_start(at: int, group: int, name: str, *, is_hidden: bool = False) -> str:
    anchor = _card(at, group)
    return (
        f'<section class="commit" id="{anchor}"{_data(_colour(group))}'
        f' aria-labelledby="{anchor}-name"{" hidden" if is_hidden else ""}>\n'
        f'<h3 id="{anchor}-name">{name}</h3>\n'
    )


def _contents(
    plan: Plan, hunks: Sequence[PageHunk], at: int, lines: str
) -> Iterator[str]:
    """How much is in a commit, and a link to each hunk of it."""
    parts = Counter(hunk.number for hunk in hunks)
    divided = {h.number for h in hunks if parts[h.number] < h.parts}
    size = hunk_count(len(parts), len(divided))
    yield f'<p class="size">{size}, {lines}</p>\n'
    yield '<ul class="own">\n'
    for file, own in groupby(hunks, key=lambda hunk: hunk.file):
        links = "".join(
            f' <a href="#{_anchor(hunk, at)}" aria-label="{hunk_name(hunk)}">'
            f"{hunk.number}</a>"
            for hunk in own
        )
        yield f"<li><bdi>{text(plan.changes[file].path)}</bdi>{links}</li>\n"
    yield "</ul>\n"


def _facts(part: SplitPart, split: Split) -> Iterator[str]:
    """The message of a commit, and what else is known of it as it was proposed."""
    commit = part.commit
    message = known_message(commit).rstrip(b"\n").split(b"\n")
    yield f"<details open><summary>Message</summary>\n{_lines(message)}</details>\n"
    tree = f"tree {commit.tree[:10]}"
    heir = heirship(commit, split.commits)  # which stands above
    facts = [tree, *(each for each in descent(commit, split.commits) if each != heir)]
    reasons = [f"why: {part.reason}"] if part.reason else []
    apart = [f"{WHY_TWO}: {part.border}"] if part.border else []
    flaws = [f"! {flaw_sentence(flaw)}" for flaw in part.flaws]
    yield '<div class="proposed">\n'
    yield _items([", ".join(facts), *flaws, *reasons, *apart])
    yield "</div>\n"


def _outlook(preview: Preview) -> Iterator[str]:
    if preview.rewrite is not None:
        yield '<section class="proposed" aria-label="What follows">\n'
        yield _items(outlook_lines(preview.rewrite))
        yield "</section>\n"
