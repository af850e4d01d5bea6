"""The stock git commands for a split, as text that reads like a session in a shell."""

from collections.abc import Iterator, Mapping

from gitsplit.model.by_hand import ByHand, Command, Step
from gitsplit.model.objects import Oid
from gitsplit.planfile.dump import text_value
from gitsplit.report.shell_input import fed

HEADING = "By hand, with git alone"

PROMISE = (
    "# at the top of the worktree; trees, messages, authors and dates come out the",
    "# same, but not ids, committer and other headers",
)

_MEANINGS: Mapping[str, str] = {
    "y": "stage this hunk",
    "n": "do not stage this hunk",
    "s": "split this hunk into smaller ones",
    "a": "stage this hunk and all later hunks in the file",
    "q": "quit: stage neither this hunk nor any later one",
    "e": "manually edit this hunk: in the editor, make it",
}


def by_hand_text(found: ByHand, head: Oid) -> str:
    """The same about what was done, which began with HEAD at the commit."""
    heading, *lines = by_hand_lines(found)
    start = [f"# start from {head[:10]}, as after: gitsplit --undo"] if lines else []
    return "\n".join(["", heading, *start, *lines, ""])


def by_hand_lines(found: ByHand) -> Iterator[str]:
    """The heading, and each step with its commands; or why there are none."""
    if not found.steps:
        yield f"{HEADING}: cannot be shown. {found.reason}"
        return
    yield f"{HEADING}:"
    yield from PROMISE
    for step in found.steps:
        yield ""
        yield f"# {step.title}"
        for command in step.commands:
            yield from command_lines(command)


def command_lines(command: Command) -> Iterator[str]:
    """A command, and what is typed once it runs."""
    if command.why:
        yield f"#   ({command.why})"
    if command.stdin is not None:
        yield from fed(command.line, command.stdin)
    else:
        yield command.line
    texts = iter(command.texts)
    for key in command.answers:
        yield f"    {key}   {_MEANINGS[key]}"
        if key == "e":
            yield from _text_lines(next(texts))
    if command.texts and not command.answers:
        yield "    in the editor, have these lines:"
        yield from _text_lines(command.texts[0])


def _text_lines(text: bytes) -> Iterator[str]:
    """The text between two marks: none of it is for the shell, all can be pasted."""
    yield "    -- the text begins --"
    yield from text.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    yield "    -- the text ends --"


def by_hand_value(found: ByHand) -> dict[str, object]:
    """The same as what JSON is made of."""
    if not found.steps:
        return {"reason": found.reason}
    return {"steps": [_step_value(step) for step in found.steps]}


def _step_value(step: Step) -> dict[str, object]:
    return {"title": step.title, "commands": [*map(_command_value, step.commands)]}


def _command_value(command: Command) -> dict[str, object]:
    """A command: what is typed at the shell, and then; without what there isn't."""
    value: dict[str, object] = {"command": command.line}
    if command.stdin is not None:
        value["stdin"] = text_value(command.stdin)
    if command.answers:
        value["answers"] = [*command.answers]
    if command.texts:
        value["editor"] = [text_value(text) for text in command.texts]
    if command.why:
        value["why"] = command.why
    return value
