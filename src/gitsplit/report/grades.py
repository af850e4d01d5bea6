"""A grade as text, and as JSON for a class's server (``docs/lessons.md``)."""

from collections.abc import Mapping

from gitsplit.model.listing import quantity, with_capital
from gitsplit.model.plan import DROPPED, Plan, groups_with_edits
from gitsplit.report.result import document_text
from gitsplit.teaching.grading import Exercise, Grade, HunkMark
from gitsplit.teaching.pages import comparison_lines, reference_subjects
from gitsplit.teaching.placement import line_words

FORMAT = "gitsplit-grade"

VERSION = 1


def grade_text(exercise: Exercise, plan: Plan, found: Grade) -> str:
    """The mark of a plan, then each hunk: right, or where it belongs, and why."""
    lines = comparison_lines(exercise, plan, found)
    mark = (
        f"Mark: {found.points} of 100 ({found.right} of {quantity(found.of, 'line')})"
    )
    said = (f"{' ' * each.indent}{each.text}" for each in lines)
    return "\n".join([with_capital(exercise.in_words), mark, "", *said]) + "\n"


def grade_json(exercise: Exercise, plan: Plan, found: Grade) -> str:
    """The same as JSON."""
    lesson, answer = exercise.lesson, exercise.lesson.answer
    numbers = {group: at for at, group in enumerate(groups_with_edits(plan), 1)}
    return document_text(
        {
            "format": FORMAT,
            "version": VERSION,
            "lesson": {"name": lesson.name, "title": lesson.title},
            "mark": round(found.mark, 4),
            "full": found.is_full,
            "lines": {"right": found.right, "all": found.of},
            "order": {
                "matters": answer.order == "fixed",
                "right": found.is_in_order,
                "reason": answer.first.reason,
            },
            "continues": {
                "matters": answer.owner == "fixed",
                "right": found.has_right_owner,
            },
            "commits": [
                {
                    "reference": commit + 1,
                    "subject": subject,
                    "plan": numbers.get(found.matched.get(commit, DROPPED)),
                }
                for commit, subject in reference_subjects(exercise).items()
            ],
            "hunks": [_hunk_value(each, exercise, numbers) for each in found.hunks],
        }
    )


def _hunk_value(
    each: HunkMark, exercise: Exercise, numbers: Mapping[int, int]
) -> Mapping[str, object]:
    """What was judged together, and what of it is elsewhere."""
    every = exercise.placement
    return {
        "hunks": line_words(each.lines, every),
        "right": not each.wrong,
        "lines": len(each.lines),
        "reason": each.also or each.reason,
        "wrong": [
            {
                "hunks": line_words(part.lines, every),
                "lines": len(part.lines),
                "is_in": numbers.get(part.is_in),
                "belongs_in": None
                if part.belongs_in == DROPPED
                else part.belongs_in + 1,
            }
            for part in each.wrong
        ],
    }
