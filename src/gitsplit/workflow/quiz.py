"""Questions about where hunks of a commit belong (``--quiz``); nothing is written."""

from gitsplit.errors import NothingToSplit, WhichCommit
from gitsplit.git.repository import Repository
from gitsplit.model.escape import printable, printable_diff_line
from gitsplit.model.listing import enumeration
from gitsplit.model.message import subject_of
from gitsplit.model.objects import Oid
from gitsplit.model.plan import Plan, without_empty_groups
from gitsplit.report.page_hunks import PageHunk, hunk_name, page_hunks, some_lines
from gitsplit.teaching.pages import QUIT, Look, Page, PageLine
from gitsplit.teaching.quiz import (
    EVERY,
    HINT,
    Question,
    Quiz,
    few_questions,
    group_of_key,
    hunk_page,
    opening_page,
)
from gitsplit.workflow.explanation import honest_plan
from gitsplit.workflow.propose import Request
from gitsplit.workflow.work import Work


def quiz_about(repo: Repository, request: Request, work: Work) -> Quiz:
    """The quiz about the work's commit; the plan that is given, if any, is right.

    Raises NothingToSplit where the commit seems to be one change, WhichCommit where
    there are several.
    """
    oid, plan = _one_of(repo, request, work)
    found = work.proposals.get(oid)
    if found is not None:
        plan = honest_plan(request, plan, found)
    plan = without_empty_groups(plan)
    hunks = [*page_hunks(plan)]
    commit = work.todo.entry(oid).commit.in_words
    if len({hunk.group for hunk in hunks}) < 2:
        two = "--commits 2 asks about it as two; " if plan.edits[1:] else ""
        raise NothingToSplit(
            f"{commit} seems to be one change, so there is nothing to ask.",
            hint=f"{two}--explain says why it is one.",
        )
    return Quiz(
        commit,
        tuple(_question(plan, hunk) for hunk in hunks),
        tuple(printable(subject_of(group.message)) for group in plan.groups),
        tuple(_reason(plan, group, hunks) for group in range(len(plan.groups))),
        is_given=found is None,
    )


def _one_of(repo: Repository, request: Request, work: Work) -> tuple[Oid, Plan]:
    """The commit that the quiz is about, with its plan; raises WhichCommit."""
    wanted = {repo.resolve(revision) for revision in request.commits}
    plans = {oid: p for oid, p in work.plans.items() if not wanted or oid in wanted}
    if len(plans) == 1:
        return next(iter(plans.items()))
    some = [f"-c {oid[:10]}" for oid in work.plans]
    raise WhichCommit(
        "The plan splits other commits." if some else "The plan splits no commit.",
        hint=f"Name one with {enumeration(some, 'or', most=3)}." if some else "",
    )


_LOOKS: dict[bytes, Look] = {b"-": "removed", b"+": "added"}


def _question(plan: Plan, hunk: PageHunk) -> Question:
    lines = [
        PageLine(
            printable_diff_line(line),
            _LOOKS.get(line[:1], ""),
            indent=2,
            is_code=True,
        )
        for line in some_lines(hunk.body)
    ]
    path = printable(plan.changes[hunk.file].path)
    what = printable(hunk.header)
    head = PageLine(what, "hunk", indent=2, is_code=True)
    return Question(hunk.number, hunk_name(hunk), path, (head, *lines), hunk.group)


def _reason(plan: Plan, group: int, hunks: list[PageHunk]) -> str:
    """Why the hunks of a group are together; where they are, if nobody says why."""
    if reason := plan.groups[group].reason:
        return printable(reason)
    own = (plan.changes[hunk.file].path for hunk in hunks if hunk.group == group)
    paths = [printable(path) for path in dict.fromkeys(own)]
    return f"its hunks are in {enumeration(paths, most=3)}"


class QuizRun:
    """A quiz under way: which page follows a key, and what was answered."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz
        self.answers: list[int | None] = []
        self.has_begun = False

    def first_page(self) -> Page:
        """What it is about."""
        return opening_page(self.quiz)

    def page_after(self, key: str) -> Page | None:
        """The page that follows; None after the last question, and on leaving."""
        if key == QUIT:
            return None
        if not self.has_begun:
            self.has_begun = True
            self.quiz = self.quiz if key == EVERY else few_questions(self.quiz)
        elif key == HINT:
            return hunk_page(self.quiz, len(self.answers), is_hinted=True)
        else:
            self.answers.append(group_of_key(key))
        at = len(self.answers)
        return hunk_page(self.quiz, at) if at < len(self.quiz.questions) else None
