"""Whether the todo list can be applied: its own problems, and what git says.

Git is asked in the background (:class:`~gitsplit.model.checks.Outlook`). Enter in the
preview waits for the answer; any other key stops waiting.
"""

from collections.abc import Iterator
from itertools import takewhile

from msgspec.structs import replace

from gitsplit.errors import ActionRefused, InvalidPlan
from gitsplit.model.checks import Conflict, Outlook
from gitsplit.model.encoding import has_new_nul, message_in_utf8
from gitsplit.model.memo import memo
from gitsplit.model.message import has_subject
from gitsplit.model.objects import Oid
from gitsplit.model.plan import (
    Plan,
    groups_with_edits,
    is_at_home,
    without_empty_groups,
)
from gitsplit.model.states import is_whole, steps
from gitsplit.model.todo import Entry, Todo, out_of_place
from gitsplit.tui.state.app_state import Refusal, Screen, ShellRequest, State
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.new_commits import message_group, message_of, unread_count
from gitsplit.tui.state.proposals import is_unproposed

_MOVES_TREES = ("squash", "fixup", "drop")


def with_problems(state: State) -> State:
    """The state with the reasons that are known for not applying it."""
    found = tuple(_todo_problems(state))
    known = outlook_of(state)
    if known is not None and known.objection:
        found = found or (known.objection,)
    return replace(state, problems=found)


def awaits_outlook(state: State) -> bool:
    """Whether git is to be asked what stands against the todo list.

    It may object where commits are moved, joined or dropped, or the last tree of a
    split is another one; and before it is written, Gerrit may refuse what git takes.
    It knows what becomes of branches inside one change, and of those that are pushed.
    Only where that is shown: it may take a while.
    """
    if outlook_of(state) is not None:
        return False
    if state.screen is Screen.PREVIEW:
        may_be_refused = may_conflict(state) or state.info.ids.is_reviewed
        return (may_be_refused or _concerns_branches(state)) and not state.problems
    return state.screen is Screen.SERIES and may_conflict(state)


def _concerns_branches(state: State) -> bool:
    """Whether branches may be pushed already, or be at other files afterwards."""
    if state.info.is_read:
        return False
    is_squash = any(entry.source is not None for entry in state.todo.entries)
    return state.info.has_remote or is_squash


def outlook_of(state: State) -> Outlook | None:
    """What git says about the todo list as it stands; None where that isn't known."""
    if state.foreseen is None or state.foreseen[0] is not state.todo:
        return None
    return state.foreseen[1]


def conflict_of(state: State) -> Conflict | None:
    """The conflict at which a rebase would stop; None where none is known."""
    known = outlook_of(state)
    return known.conflict if known else None


def conflicting_stretch(state: State) -> range:
    """The places of what a known conflict is about, with all that was moved.

    And where something is left out, up to the last commit that may conflict for it.
    None where commits split as one change are among them: they can't be in a range.
    """
    conflict = conflict_of(state)
    if conflict is None:
        return range(0)
    from gitsplit.model.ranges import closed_stretch  # not to open with

    todo, series = state.todo, state.info.series
    moved = {
        *out_of_place(series, todo),
        conflict.commit,
        conflict.last or conflict.commit,
    }
    moved.update(e.oid for e in todo.entries if _moves_trees(e))
    places = sorted(map(todo.place, moved))
    found = closed_stretch(series, todo, range(places[0], places[-1] + 1))
    is_squashed = any(e.source for e in todo.entries[found.start : found.stop])
    return range(0) if is_squashed else found


REBASE_OFFER = "{preview} offers to resolve it in a rebase"


def range_offer(state: State) -> str:
    """What opens the commits of a known conflict as one range; empty where none can."""
    count = len(conflicting_stretch(state))
    if count < 2:
        return ""
    return keyed(state, f"{{open-range}} opens these {count} commits as one range")


def may_conflict(state: State) -> bool:
    """Whether a commit may come onto another tree than it was made on."""
    return _is_reordered(state) or any(map(_moves_trees, state.todo.entries))


def _is_reordered(state: State) -> bool:
    """Whether the commits stand in another order than in the series."""
    return state.todo.order != tuple(each.oid for each in state.info.series.commits)


def _moves_trees(entry: Entry) -> bool:
    if entry.action == "split" and entry.plan is not None:
        return not is_whole(without_empty_groups(entry.plan))
    return entry.action in _MOVES_TREES


@memo
def todo_without_empty_groups(todo: Todo) -> Todo:
    """The todo list to be applied, whose plans have only groups that make commits."""
    return Todo(
        tuple(
            replace(entry, plan=without_empty_groups(entry.plan))
            if entry.plan is not None
            else entry
            for entry in todo.entries
        )
    )


def has_changes(state: State) -> bool:
    """Whether the todo list makes another series than there is."""
    return _is_reordered(state) or any(map(has_change, state.todo.entries))


def commits_not_rewritten(state: State) -> tuple[Oid, ...]:
    """The commits of the series before the first that is changed or moved."""
    todo, series = state.todo, state.info.series
    pairs = zip(todo.one_by_one, todo.order, series.commits, strict=True)
    kept = takewhile(
        lambda each: each[1] == each[2].oid and not has_change(each[0]), pairs
    )
    return tuple(oid for _, oid, _ in kept)


def has_change(entry: Entry) -> bool:
    """Whether the entry by itself makes other commits than there are."""
    if entry.action != "split" or entry.plan is None:
        return entry.action != "pick"
    plan = without_empty_groups(entry.plan)
    if entry.rest:
        stored = [each for each in entry.commits if each.is_stored]
        return not is_at_home(plan, [message_in_utf8(each.raw) for each in stored])
    is_one = len(plan.groups) == 1 and is_whole(plan)
    return not is_one or plan.groups[0].message != entry.commit.raw.message


def _todo_problems(state: State) -> Iterator[str]:
    """What is wrong with the todo list itself."""
    split = [e for e in state.todo.entries if e.action == "split" and e.plan]
    for entry in split:
        of = f"{entry.oid[:7]}: " if split[1:] else ""
        yield from (of + problem for problem in _plan_problems(state, entry))
    is_idle = not has_changes(state) and not any(map(_is_one_commit, split))
    if is_idle and not state.info.is_read:
        yield "Nothing to do yet: every commit is unchanged."


def _message_problems(entry: Entry, number: int, message: bytes) -> Iterator[str]:
    """What is wrong with the message of a new commit."""
    original = entry.commit.raw.message
    if not message.strip():
        yield f"Commit {number} has no message: select it and press i."
    elif not has_subject(message) and message != original:
        yield f"Message {number} has only trailers: select it and press i."
    if has_new_nul(message, original):
        yield f"The message of commit {number} has a NUL byte."


def _plan_problems(state: State, entry: Entry) -> Iterator[str]:
    """What is wrong with the plan of one commit."""
    plan = entry.plan
    assert plan is not None, "a split has a plan"
    if is_unproposed(state, entry):
        is_made = entry.oid in state.plans
        ready = keyed(state, "ready: {back} shows it.")
        yield f"Its proposal is {ready if is_made else 'being made.'}"
        return
    used = groups_with_edits(plan)
    for number, group in enumerate(used, 1):
        yield from _message_problems(entry, number, message_of(plan, group))
    if not used:
        yield "Every hunk is left out: no commit remains."
    elif (
        entry.commit.is_stored
        and _is_one_commit(entry)
        and not (_has_new_message(entry) or _has_more_to_do(state, entry))
    ):
        yield "Only one commit has hunks; a split needs two."
    if refusal := _tree_problem(plan):
        yield refusal


def _is_one_commit(entry: Entry) -> bool:
    """Whether the split of a commit gives one, with the same tree."""
    if entry.plan is None or entry.action != "split" or entry.rest:
        return False
    return len(groups_with_edits(entry.plan)) == 1 and is_whole(
        without_empty_groups(entry.plan)
    )


def _has_new_message(entry: Entry) -> bool:
    """Whether a split into one gives it a message that the user has written or taken.

    One that is only proposed doesn't count: nobody has asked for it.
    """
    plan = entry.plan
    assert plan is not None, "a split has a plan"
    home = plan.groups[message_group(plan, groups_with_edits(plan)[0])]
    return not home.is_proposed and home.message != entry.commit.raw.message


def _has_more_to_do(state: State, entry: Entry) -> bool:
    """Whether the todo list has changes besides those to this commit."""
    alone = replace(entry, action="pick")
    others = replace(state, history=state.history.then(state.todo.with_entry(alone)))
    return has_changes(others)


def _tree_problem(plan: Plan) -> str:
    """Why the plan's trees can't be made; empty where they can."""
    try:
        steps(plan)
    except InvalidPlan as refusal:
        return f"{refusal} {refusal.hint}"
    return ""


READY = "Enter: apply"
ONLY_READ = "only read, nothing is applied; {save-plan} saves the plan"
ONLY_PATCH = "only read, nothing is applied"
PROBLEM = "cannot apply yet"
CONFLICT = "conflict ahead: Enter applies up to it, after a question"
CONFLICT_QUESTION = (
    "Enter again: apply up to the conflict, then resolve it in git rebase."
)
ASKING = "Enter waits for it"
APPLY_WAITS = "then applies; any other key cancels"
CHECK_WAITS = "then runs the checks; any other key cancels"


def with_verdict(state: State) -> State:
    """The state of the preview, whose status says whether it can be applied."""
    ready = with_problems(state)
    if state.info.is_read:
        return replace(ready, status=words_of_reading(state))
    if ready.problems:
        return replace(ready, status=PROBLEM)
    if awaits_outlook(ready):
        return replace(ready, status=ASKING)
    return replace(ready, status=CONFLICT if conflict_of(ready) else READY)


def awaits_commands(state: State) -> bool:
    """Whether the git commands for the todo list are to be found: they are shown."""
    is_known = state.by_hand is not None and state.by_hand[0] is state.todo
    return state.screen is Screen.COMMANDS and not is_known


def with_apply_pending(state: State) -> State:
    """The state that is applied as soon as git, asked once more, allows it.

    Where proposed messages say more than the preview shows, the user is asked once
    whether to use them; where it conflicts, whether git rebase shall stop there.
    """
    _refuse_where_read(state, "applied")
    is_accepted = state.status == CONFLICT_QUESTION
    question = messages_question(state)
    if state.awaiting is ShellRequest.APPLY:
        return state
    if question and not is_accepted and state.status != question:
        return replace(state, status=question)
    if conflict_of(state) and not is_accepted:
        return replace(state, status=CONFLICT_QUESTION)
    anew = replace(state, foreseen=None, accepts_conflict=is_accepted)
    return _after_verdict(
        replace(anew, awaiting=ShellRequest.APPLY, status=APPLY_WAITS)
    )


def messages_question(state: State) -> str:
    """What is asked before messages are used that nobody has read; "" for none."""
    count = unread_count(state)
    if not count:
        return ""
    if count == 1:
        what, it = "1 unread message has a body", "it"
    else:
        what, it = f"{count} unread messages have bodies", "them"
    return f"{what}; Enter again to use {it}"


def _refuse_where_read(state: State, what: str) -> None:
    """Raise ActionRefused where the commits are looked at only."""
    if state.info.is_read:
        raise ActionRefused(
            f"Cannot be {what}: these commits are only read (--read).",
            hint=""
            if state.info.is_patch
            else keyed(state, "{save-plan} saves the plan."),
        )


def words_of_teaching(state: State) -> str:
    """Where the commands are that the user has asked to be taught."""
    return keyed(state, "{commands} shows the git commands for the same")


def words_of_reading(state: State) -> str:
    """That nothing is applied, and what can be done instead."""
    return ONLY_PATCH if state.info.is_patch else keyed(state, ONLY_READ)


def with_check_pending(state: State) -> State:
    """The state whose commits are checked as soon as git allows it to be applied."""
    _refuse_where_read(state, "checked")
    asked = replace(state, is_checking=True, status=CHECK_WAITS)
    return _after_verdict(replace(asked, awaiting=ShellRequest.CHECK))


def with_check_of_change(state: State) -> State:
    """The state that asks for the check of a change, where keys pause after it.

    Nothing is asked where it can't be made. The status stays, as no key asked for it.
    """
    is_known = bool(state.checks) or not state.is_checking
    if is_known or any(_todo_problems(state)):
        return state
    return replace(state, request=ShellRequest.CHECK)


def _after_verdict(state: State) -> State:
    """The state that requests what was awaited, where git allows it.

    It still waits where git has not answered. Raises InvalidPlan.
    """
    ready = with_problems(state)
    if ready.problems:
        raise InvalidPlan(ready.problems[0])
    if awaits_outlook(ready):
        return ready
    done = replace(ready, awaiting=None, status="")
    if state.awaiting is ShellRequest.CHECK:
        return replace(done, checks={}, request=ShellRequest.CHECK)
    conflict = conflict_of(done)
    if conflict is not None and not done.accepts_conflict:
        return replace(done, status=CONFLICT_QUESTION)
    accepts = conflict is not None
    return replace(done, request=ShellRequest.APPLY, accepts_conflict=accepts)


def after_answer(state: State) -> State:
    """The state after git's answer: with its reasons, or with what waited for it."""
    if state.awaiting is not None:
        try:
            return _after_verdict(state)
        except InvalidPlan as refusal:
            refused = replace(with_problems(state), awaiting=None)
            return replace(refused, status=str(refusal), refusal=Refusal.ERROR)
    if state.status == ASKING:
        return with_verdict(state)
    if state.screen is Screen.SERIES and conflict_of(state) is not None:
        state = _with_conflict_told(state)
    return with_problems(state)


def _with_conflict_told(state: State) -> State:
    """The state of the series whose status says that the last step makes a conflict.

    Where it still says that step, which the list shows.
    """
    conflict, step = conflict_of(state), state.steps_done[-1:]
    if conflict is None or not step or not state.status.startswith(step[0].words):
        return state
    way_out = range_offer(state) or keyed(state, REBASE_OFFER)
    words = f"{conflict.commit[:7]} would conflict: {way_out}"
    return replace(state, status=f"{words} · {keyed(state, '{undo} to undo')}")


def after_refusal(left: State, reason: str) -> State:
    """The state to go on from where applying was refused, for this reason."""
    return replace(
        left,
        request=None,
        awaiting=None,
        accepts_conflict=False,
        foreseen=None,
        status=reason,
        refusal=Refusal.ERROR,
    )


def outlook_words(state: State) -> str:
    """What git is being asked, and how far it has come; empty where nothing is."""
    if not awaits_outlook(state):
        return ""
    what = "for conflicts" if may_conflict(state) else "Gerrit's rules"
    if state.progress is None:
        return f"checking {what} …"
    done, count = state.progress
    return f"checking {what} … {done:,} of {count:,}"
