"""A dry run as a shell script, which makes the same commits with git alone.

It is for POSIX sh and any git from 2.34 on, in any clone that has the series. It has an
index and an empty directory of its own, so nothing of index and worktree matters, and
none of git's local environment. Each tree is compared with the one named here, before
its commit is made; refs move at the end, all at once.
"""

from collections.abc import Iterator, Mapping

from gitsplit.model.escape import printable
from gitsplit.model.listing import quantity, with_capital
from gitsplit.model.message import subject_of
from gitsplit.model.objects import NO_OBJECT, Oid
from gitsplit.model.patch import file_patch
from gitsplit.report.findings import DryRun, IndexEntry, Recipe, Recipes
from gitsplit.report.formats import Printout
from gitsplit.report.shell_input import piped, printing

_START = """\
#!/bin/sh
# {makes} of {what} with git alone: same trees, authors, dates and messages.
# Run it in a clone whose HEAD is there: sh THIS_FILE
# Hooks aren't run, nothing is signed; {stays} as they are.
set -eu
die() {{ echo "split: $*" >&2; exit 1; }}
unset $(git rev-parse --local-env-vars)
export LC_ALL=C GIT_NO_REPLACE_OBJECTS=1
GIT_DIR=$(git rev-parse --absolute-git-dir); export GIT_DIR
test "$(git rev-parse -q --verify HEAD || :)" = "{there}" || die "HEAD is not {at}"
who=$(git var GIT_COMMITTER_IDENT)
tmp=$(mktemp -d "${{TMPDIR:-/tmp}}/split.XXXXXX")
case $tmp in /*) ;; *) tmp=$PWD/$tmp ;; esac
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$tmp/empty"; cd "$tmp/empty"
GIT_WORK_TREE=$tmp/empty GIT_INDEX_FILE=$tmp/index
export GIT_WORK_TREE GIT_INDEX_FILE
git() {{
    command git -c core.splitIndex=false -c core.sparseCheckout=false \\
        -c core.fsmonitor=false -c core.ignoreCase=false -c apply.ignoreWhitespace=no \\
        -c core.attributesFile=/dev/null -c core.hooksPath=/dev/null "$@"
}}
entries() {{ git update-index -z --add --index-info; }}
patch() {{ git apply --cached --whitespace=nowarn -; }}
blob() {{ git hash-object -w --stdin >/dev/null; }}
tree() {{
    tree=$(git write-tree)
    test "$tree" = "$1" || die "the tree is $tree and should be $1; nothing was changed"
}}
commit() {{ git hash-object -t commit -w --literally --stdin; }}
held() {{ git worktree list --porcelain | grep -Fx "branch $1" >/dev/null; }}
move() {{
    test "$(git rev-parse -q --verify "$1" || :)" = "$2" || return 0
    if held "$1" && ! git diff-tree --quiet "$2" "$3"; then
        echo "$1 stays where it is: it is checked out in another worktree" >&2
    else
        echo "update $1 $3 $2"
    fi
}}
create() {{
    git rev-parse -q --verify "$1" >/dev/null || echo "create $1 $2"
}}
"""


def _makes(made: Recipes) -> str:
    """What the script does; the plan may come to nothing, or only leave commits out."""
    what = f"makes {quantity(len(made.commits), 'commit')}"
    if made.changes_nothing:
        return f"The plan changes nothing: {what}"
    return with_capital(what)


def printout(dry_run: DryRun) -> Printout:
    """The script, and beside it what stands against it.

    Raises why the commits can't be made.
    """
    made = dry_run.recipes()
    lines = [
        _START.format(makes=_makes(made), **_place(made)),
        *(line for n, one in enumerate(made.commits) for line in _commit(n, one)),
        *_end(made),
    ]
    preview = dry_run.preview()
    against = (
        f"{fate.entry.oid[:10]}: {complaint}"
        for fate in preview.commits
        for complaint in fate.complaints
    )
    unchanged = ("The plan changes nothing.",) if made.changes_nothing else ()
    return Printout(
        "\n".join(lines) + "\n",
        notes=(*against, *preview.warnings, *unchanged),
        is_utf8=True,
        refusal=preview.refusal,
    )


def _place(made: Recipes) -> Mapping[str, str]:
    """Where HEAD has to be and what stays, in words of the script."""
    stays = "files stay" if made.staged else "index and files stay"
    return {**_start(made), "stays": stays}


def _start(made: Recipes) -> Mapping[str, str]:
    if made.old_head == NO_OBJECT:
        return {"what": "uncommitted work", "there": "", "at": "without commits"}
    return {"what": made.old_head, "there": made.old_head, "at": f"at {made.old_head}"}


def _commit(number: int, recipe: Recipe) -> Iterator[str]:
    yield f"# {printable(subject_of(recipe.commit.message))}"
    if recipe.base is None:
        yield f"tree={recipe.commit.tree}"
    else:
        yield f"git read-tree {recipe.base or '--empty'}"
        for content in recipe.blobs:
            yield from piped("blob", content)
        yield from piped("entries", *map(_index_line, recipe.entries))
        patch = (line for change in recipe.changes for line in file_patch(change))
        # An empty line means the same to git apply, and has no blank to be lost.
        lines = b"".join(b"\n" if line == b" \n" else line for line in patch)
        yield from piped("patch", lines) if lines else ()
        yield f"tree {recipe.commit.tree}"
    yield from _raw_commit(number, recipe)


def _index_line(entry: IndexEntry) -> bytes:
    """The entry as ``git update-index -z --index-info`` reads it."""
    return b"%o %s\t%s\0" % (entry.mode, entry.oid.encode(), entry.path)


def _raw_commit(number: int, recipe: Recipe) -> Iterator[str]:
    """The commit, byte for byte but for its parents and the committer."""
    yield "{"
    yield "printf 'tree %s\\n' \"$tree\""
    for parent in recipe.parents:
        yield f"printf 'parent %s\\n' {_commit_word(parent)}"
    text = bytearray()
    for header in recipe.commit.headers:
        field = header.split(b" ", 1)[0]
        if field == b"committer":
            yield from printing(bytes(text))
            yield "printf 'committer %s\\n' \"$who\""
            text.clear()
        elif field not in (b"tree", b"parent"):
            text += header + b"\n"
    yield from printing(bytes(text) + b"\n" + recipe.commit.message)
    yield '} >"$tmp/commit"'
    yield f'c{number}=$(commit <"$tmp/commit")\n'


def _end(made: Recipes) -> Iterator[str]:
    """The refs move, the index follows, and what has come of it is said."""
    for content in made.contents:
        yield from piped("blob", content)
    if not made.changes_nothing:
        yield "{"
        for at, (ref, old, new) in enumerate(made.moves):
            name = "HEAD" if at == 0 else _word(ref)
            if old == NO_OBJECT:
                yield f"create {name} {_commit_word(new)}"
            else:
                yield f"move {name} {old} {_commit_word(new)}"
        yield '} >"$tmp/refs"'
        yield "git update-ref -m 'split by a script' --stdin <\"$tmp/refs\""
    if made.staged:
        yield "index() { (unset GIT_INDEX_FILE; entries); }"
        yield from piped("index", *map(_index_line, made.staged))
    yield 'echo "HEAD is at $(git rev-parse HEAD)"'


def _commit_word(commit: int | Oid) -> str:
    """A commit as the shell has it: by its id, or by the number of one made before."""
    return f'"$c{commit}"' if isinstance(commit, int) else commit


def _word(text: str) -> str:
    """A ref's name, which has no control characters, as one word of the shell."""
    return "'" + text.replace("'", "'\\''") + "'"
