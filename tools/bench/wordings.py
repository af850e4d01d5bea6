"""What the message of a case may be: what its author may have written."""

from collections.abc import Callable

from tools.bench.data import BenchCase


def main_message(case: BenchCase) -> str:
    """The message of the part with most lines, as its author may have kept it."""
    return case.message


def all_subjects(case: BenchCase) -> str:
    """The subject of that part, and below it those of the others as a list."""
    first = case.message.split("\n", 1)[0]
    subjects = [each.split("\n", 1)[0] for each in case.record["messages"]]
    others = [f"* {subject}" for subject in subjects if subject != first]
    return "\n\n".join([first, "\n".join(others)]) if others else first


def no_message(_case: BenchCase) -> str:
    """A message that says nothing of what was done."""
    return "Several things at once"


WORDINGS: tuple[tuple[str, Callable[[BenchCase], str]], ...] = (
    ("its main message", main_message),
    ("all subjects", all_subjects),
    ("no message", no_message),
)
"""Under what messages each case is proposed for, and what they are called."""


def wordings_of(case: BenchCase) -> list[str]:
    """A case's messages; a single commit has its own, the others of a tangled one."""
    return [wording(case) for _, wording in WORDINGS]
