"""The diff of every kind of change is what git prints for it."""

import re

from gitsplit.git.diff import hunks_between
from gitsplit.git.history import changes_of
from gitsplit.git.repository import open_repository
from gitsplit.model.patch import changes_by_group, file_patch
from gitsplit.model.plan import plan_at_home
from tests.git.rewriting import source_of
from tests.repositories.kinds import KINDS, import_kinds
from tests.repository import Repository

OPTIONS = (
    *("-c", "core.quotePath=false", "-c", "diff.indentHeuristic=true", "diff-tree"),
    *("-p", "-r", "-M50%", "--abbrev=10", "--no-commit-id", "--diff-algorithm=myers"),
)
SIMILARITY = re.compile(rb"^similarity index \d+%\n", re.MULTILINE)


def test_the_diff_of_every_kind_of_change_is_that_of_git(repo: Repository) -> None:
    import_kinds(repo, KINDS)
    opened = open_repository(repo.path)
    other: list[str] = []
    for number, kind in enumerate(KINDS):
        branch = f"refs/heads/kind-{number}"
        (changes,) = changes_of(opened, [source_of(repo, branch)])
        (made,) = changes_by_group(plan_at_home([changes], [b"all\n"]), hunks_between)
        patch = b"".join(line for change in made for line in file_patch(change))
        printed = repo.run(*OPTIONS, f"{branch}~1", branch).stdout
        if patch != SIMILARITY.sub(b"", printed):
            other.append(kind.name)

    assert other == []
