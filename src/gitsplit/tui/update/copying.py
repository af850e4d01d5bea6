"""What is selected as a patch for the clipboard, which ``git apply`` takes.

It is the first of two commits: what is selected, and then the rest. So it applies to
the commit before, whatever is in which commit by now.
"""

from msgspec.structs import replace

from gitsplit.errors import ActionRefused
from gitsplit.model.listing import quantity
from gitsplit.model.patch import changes_by_group, file_patch
from gitsplit.model.plan import Group, Plan, with_edits_assigned
from gitsplit.tui.state.app_state import Screen, ShellRequest, State
from gitsplit.tui.state.key_names import keyed
from gitsplit.tui.state.location import require_open_commit
from gitsplit.tui.state.selection import selection_of, with_selection_apart

MOST_BYTES = 74_994
"""So much a terminal takes: 100,000 characters of base64 with their frame."""


def after_copy(state: State) -> State:
    """The state that has the terminal copy what is selected, or the commit it shows.

    Raises ActionRefused where there is nothing, and where it is too much or binary.
    """
    require_open_commit(state)
    plan, group = state.plan, state.viewed
    if state.screen is not Screen.COMMIT:
        plan, group = _selection_before_rest(state), 0
    changes = changes_by_group(plan, state.hunks_between)[group]
    before = f"new commit {group}" if group else f"{state.target.commit[:7]}~1"
    lines = [line for change in changes for line in file_patch(change)]
    patch = b"".join(lines)
    if any(line.startswith(b"Binary files ") for line in lines):
        raise ActionRefused("A binary file can't be copied as a patch.")
    if len(patch) > MOST_BYTES:
        raise ActionRefused(
            f"The patch has {len(patch):,} bytes, and a terminal takes {MOST_BYTES:,}.",
            hint="Select less.",
        )
    words = f"copied a patch of {quantity(len(lines), 'line')} · applies to {before}"
    return replace(state, clipboard=patch, request=ShellRequest.COPY, status=words)


def _selection_before_rest(state: State) -> Plan:
    """A plan of two commits: what is selected, and the rest."""
    selection = selection_of(state)
    if not selection:
        raise ActionRefused(
            "No hunk here to be copied.",
            hint=keyed(state, "{next} goes to the next one."),
        )
    plan, places = with_selection_apart(state.plan, selection)
    rest = replace(
        plan,
        groups=(Group(b"selected\n"), Group(b"rest\n")),
        group_of=(1,) * len(plan.edits),
        continued_by=(None,) * len(plan.continued_by),
        overrides=(),
    )
    return with_edits_assigned(rest, places, 0)
