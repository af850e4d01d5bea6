"""Branches at the commits of a new series: which are missing, and their names.

They are made in the transaction that moves the others (:mod:`gitsplit.git.refs`).
"""

import os
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from gitsplit.errors import NoBranchName
from gitsplit.git.operations import (
    branches_of_other_worktrees,
    branches_owned_by_operations,
)
from gitsplit.git.refs import HEADS, Moves, RefUpdate, Stack, local_branches
from gitsplit.git.repository import Repository
from gitsplit.git.trees import NewObjects
from gitsplit.git.write import Rewrite
from gitsplit.model.branch_names import (
    ToName,
    branch_in_the_way,
    fixed_part,
    names_for,
    unknown_placeholders,
)
from gitsplit.model.encoding import message_in_utf8
from gitsplit.model.listing import enumeration
from gitsplit.model.message import subject_of
from gitsplit.model.objects import NO_OBJECT, Oid

_AS_IN = "As in: --branches 'topic/{n}-{slug}'"


class Stacking(Struct, frozen=True):
    """How the branches at new commits are named, and the branch that they go into.

    ``base`` is its short name, as on the remote; empty where it isn't known.
    """

    template: str
    base: str = ""


def stacking(repo: Repository, template: str, upstream: str | None) -> Stacking:
    """The stacking with this template, on UPSTREAM as given.

    Raises NoBranchName where no branch can have a name made from the template.
    """
    refuse_template(repo, template)
    asked = ("rev-parse", "--symbolic-full-name", "--verify", "-q")
    done = repo.program.run(*asked, upstream or "@{upstream}", check=False)
    ref = os.fsdecode(done.stdout).strip()
    name = ref.removeprefix(HEADS)
    for remote in repo.config.remotes:
        name = name.removeprefix(f"refs/remotes/{remote}/")
    is_known = not name.startswith("refs/") and f"{HEADS}{name}" != repo.head_ref()
    return Stacking(template, name if is_known else "")


def refuse_template(repo: Repository, template: str) -> None:
    """Raise NoBranchName where no branch can have a name made from the template."""
    if unknown := unknown_placeholders(template):
        raise NoBranchName(
            f"A branch name can have {{n}} and {{slug}}, not {enumeration(unknown)}.",
            hint="{n} is the commit's number, {slug} its subject.",
        )
    for name in names_for(template, (ToName(1, "a"), ToName(2, "")), ()):
        if not _is_branch_name(repo, name):
            raise NoBranchName(
                f"“{name}” is not a valid branch name"
                f"{f', which {template} makes' if template != name else ''}.",
                hint=_AS_IN,
            )
    if above := fixed_part(template):
        short = [ref.removeprefix(HEADS) for ref in local_branches(repo)]
        _refuse_in_the_way(repo, [f"{above}/{{n}}"], short)


def stack_of(
    repo: Repository,
    objects: NewObjects,
    rewrite: Rewrite,
    moves: Moves,
    template: str,
) -> Stack:
    """The stack with a branch at each commit of the new series, by its first parents.

    At the tip HEAD's branch counts. What a merge brings in gets no branch. Raises
    NoBranchName where git has no room for one.
    """
    existing = local_branches(repo)
    head = repo.head_ref()
    after = existing | {u.ref: u.new for u in moves.moves if u.ref.startswith(HEADS)}
    first = sorted(after, key=lambda ref: (ref != head, ref))
    at: dict[Oid, str] = {}
    for ref in first:
        at.setdefault(after[ref], ref)
    line = [*_first_parents(objects, rewrite)]
    bare = {oid: ToName(n, _subject(objects, oid)) for n, oid in enumerate(line, 1)}
    bare = {oid: each for oid, each in bare.items() if oid not in at}
    names = _free_names(repo, template, bare.values(), existing)
    made = [
        RefUpdate(f"{HEADS}{name}", NO_OBJECT, oid)
        for oid, name in zip(bare, names, strict=True)
    ]
    at |= {update.new: update.ref for update in made}
    named = tuple(at[oid].removeprefix(HEADS) for oid in line)
    return Stack(named, tuple(line), tuple(made))


def _free_names(
    repo: Repository,
    template: str,
    commits: Iterable[ToName],
    existing: Collection[str],
) -> tuple[str, ...]:
    """Names for the commits beside these branches, given by their full names.

    What is checked out elsewhere, or what a rebase will set, is taken before it exists.
    """
    taken = {*existing, *branches_of_other_worktrees(repo)}
    taken |= {*branches_owned_by_operations(repo)}
    short = [ref.removeprefix(HEADS) for ref in taken]
    names = names_for(template, commits, short, ignores_case=_ignores_case(repo))
    _refuse_in_the_way(repo, names, short)
    return names


def _refuse_in_the_way(
    repo: Repository, names: Iterable[str], existing: Collection[str]
) -> None:
    """Raise NoBranchName where one of these names has no room beside a branch."""
    if found := branch_in_the_way(names, existing, ignores_case=_ignores_case(repo)):
        name, other = found
        raise NoBranchName(
            f"The branch {other} exists, so {name} can't be created.",
            hint="Give --branches another prefix, or none.",
        )


def _ignores_case(repo: Repository) -> bool:
    return repo.config.get_bool("core.ignoreCase")


def _is_branch_name(repo: Repository, name: str) -> bool:
    """Whether git takes the name, and for a name: not for a branch of the past."""
    word = os.fsencode(name)
    done = repo.program.run("check-ref-format", "--branch", word, check=False)
    return done.status == 0 and done.stdout.removesuffix(b"\n") == word


def _first_parents(objects: NewObjects, rewrite: Rewrite) -> Iterator[Oid]:
    """The commits of the new series from the bottom to HEAD, by first parents."""
    series = {made.oid for made in rewrite.commits}
    line: list[Oid] = []
    at: Oid | None = rewrite.new_head
    while at in series:
        line.append(at)
        at = next(iter(objects.read_commit(at).parents), None)
    yield from reversed(line)


def _subject(objects: NewObjects, commit: Oid) -> str:
    message = message_in_utf8(objects.read_commit(commit))
    return subject_of(message).decode(errors="surrogateescape")
