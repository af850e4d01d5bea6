"""The shape of the package: who may import whom, and how long things may be."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "gitsplit"

ROOM = {"errors", "model", "planfile", "proposal", "teaching"}
MAY_IMPORT = {
    "__init__": set[str](),
    "errors": set[str](),
    "model": {"errors"},
    "planfile": {"errors", "model"},
    "proposal": {"errors", "model"},
    "teaching": {"errors", "model", "planfile", "proposal"},
    "git": ROOM - {"teaching"},
    "tui": ROOM,
    "report": ROOM,
    "workflow": {*ROOM, "git", "tui", "report"},
    "cli": {*ROOM, "git", "tui", "report", "workflow"},
    "__main__": {"cli"},
}
"""What each layer may import beside itself and the package's version."""

PURE = {"errors", "model", "planfile", "proposal", "teaching"}
"""The layers that know no terminal, repository, clock or chance."""

PURE_STANDARD_LIBRARY = {
    "__future__",
    "array",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "dataclasses",
    "difflib",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "json",
    "math",
    "operator",
    "posixpath",  # dirname and its like, which only look at the text
    "re",
    "string",
    "textwrap",
    "tomllib",
    "types",
    "typing",
    "unicodedata",
    "warnings",  # those of Python's own parser, which are left aside
    "xml",
    "zlib",
}
"""Modules without I/O, clock, environment or randomness."""

PURE_LIBRARIES = {"msgspec"}
"""Values of other libraries that the inner layers are made of."""

SCREEN_AND_REPOSITORY = {"prompt_toolkit", "pygments", "pygit2"}


@cache
def modules() -> Mapping[Path, ast.Module]:
    """The parsed source of every module of the package; nobody may change it."""
    return {
        path.relative_to(PACKAGE): ast.parse(path.read_bytes())
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def layer(path: Path) -> str:
    """The layer that a module belongs to: the first part of its name."""
    return path.parts[0].removesuffix(".py")


def imported(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the full name of everything that a module imports, anywhere."""
    package = ("gitsplit", *path.parent.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            source = ".".join((*base, *filter(None, [node.module])))
            yield from ((node.lineno, f"{source}.{a.name}") for a in node.names)


def inner_imports() -> Iterator[tuple[str, str, str]]:
    """Where, the importing layer, and the imported layer, within the package."""
    named = {layer(path) for path in modules()}
    for path, tree in modules().items():
        for line, name in imported(path, tree):
            parts = name.split(".")
            if parts[0] == "gitsplit" and parts[1] in named:
                yield f"{path}:{line}", layer(path), parts[1]


def functions() -> dict[str, int]:
    """The lines of every function, signature and docstring included, by its place."""
    return {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_module_belongs_to_a_layer() -> None:
    assert {layer(path) for path in modules()} - MAY_IMPORT.keys() == set()


def test_imports_point_from_the_outer_layers_to_the_inner_ones() -> None:
    wrong = [
        f"{place}: {outer} imports {inner}"
        for place, outer, inner in inner_imports()
        if inner != outer and inner not in MAY_IMPORT[outer]
    ]

    assert wrong == []


def test_the_pure_layers_use_nothing_but_the_pure_part_of_the_standard_library() -> (
    None
):
    allowed = PURE_STANDARD_LIBRARY | PURE_LIBRARIES | {"gitsplit"}
    wrong = [
        f"{path}:{line}: {name}"
        for path, tree in modules().items()
        if layer(path) in PURE
        for line, name in imported(path, tree)
        if name.split(".")[0] not in allowed
    ]

    assert wrong == []


def test_no_function_is_longer_than_40_lines_and_few_are_longer_than_25() -> None:
    lengths = functions()
    long = {place: lines for place, lines in lengths.items() if lines > 25}

    assert {place: lines for place, lines in long.items() if lines > 40} == {}
    assert len(long) <= len(lengths) / 10, f"over 25 lines: {long}"


def test_half_of_the_functions_have_at_most_8_lines() -> None:
    lengths = functions()
    longest = sorted(lengths.items(), key=lambda item: -item[1])[:20]

    assert statistics.median(lengths.values()) <= 8, f"shorten one of: {longest}"


def is_dispatch(function: ast.FunctionDef) -> bool:
    """Whether it is one ``match``, at whose end the type checker asks for each case.

    Its last case is ``assert_never``, or another function for the kinds that are left.
    """
    *start, match = function.body
    if not isinstance(match, ast.Match) or sum(map(branches, match.cases)) > len(
        match.cases
    ):
        return False
    (*_, last) = match.cases
    subject = ast.unparse(match.subject)
    rest = rf"(assert_never\({subject}\)|return \w+\(.*\b{subject}\))"
    is_exhaustive = ast.unparse(last.pattern) == "_" and last.guard is None
    is_alone = all(isinstance(node, ast.Expr) for node in start)  # the docstring
    handed_on = re.fullmatch(rest, ast.unparse(last.body[0]))
    return is_alone and is_exhaustive and handed_on is not None


def branches(node: ast.AST) -> int:
    """In how many places what is done next depends on something."""
    kinds = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.match_case)
    return sum(isinstance(each, kinds) for each in ast.walk(node))


def test_only_a_match_over_actions_has_many_branches_or_returns() -> None:
    """Ruff counts everywhere else, and can't see how a ``match`` ends."""
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules().items()
        if path.parts[:2] == ("tui", "update")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        if not is_dispatch(node)
        if branches(node) > 7
        or sum(isinstance(n, ast.Return) for n in ast.walk(node)) > 6
    ]

    assert long == []


def test_no_module_is_longer_than_600_lines() -> None:
    lengths = {p: len((PACKAGE / p).read_bytes().splitlines()) for p in modules()}

    assert {str(path): n for path, n in lengths.items() if n > 600} == {}


def calls() -> Iterator[tuple[str, str]]:
    """Every call of the package: where it is, and what is called."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{path}:{node.lineno}", ast.unparse(node.func)


def printing() -> Iterator[str]:
    """Every place of the package where something is written to a terminal or pipe."""
    for place, name in calls():
        is_stream = name.startswith(("sys.stdout", "sys.stderr"))
        if re.match(r"click\.(echo|secho|confirm|prompt)$|print$", name) or (
            is_stream and name.endswith(("write", "writelines"))
        ):
            yield f"{place} {name}"


def test_all_that_is_printed_goes_through_one_module() -> None:
    printing_modules = {place.partition(":")[0] for place in printing()}

    assert printing_modules == {"cli/output.py"}


def test_no_command_is_shown_as_it_is_quoted_for_a_shell_alone() -> None:
    """What a reader pastes is quoted by model/escape, which no text can deceive."""
    quoting = [
        place for place, name in calls() if name in ("shlex.join", "shlex.quote")
    ]

    assert {place.partition(":")[0] for place in quoting} <= {"git/rebase.py"}


def test_the_command_line_starts_without_the_screen_and_the_object_database() -> None:
    code = "import sys, gitsplit.cli.main; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) & SCREEN_AND_REPOSITORY == set()


SCREEN_ROOMS = {
    "diff": set[str](),
    "state": {"diff"},
    "update": {"diff", "state"},
    "key_rows": {"state", "update"},
    "keymap": {"key_rows", "state", "update"},
    "view": {"diff", "state", "key_rows", "keymap"},
    "background": {"diff", "state", "update", "view"},
    "surroundings": {"state", "update", "view", "background"},
    "dialog": {
        "diff",
        "state",
        "update",
        "key_rows",
        "keymap",
        "view",
        "background",
        "surroundings",
    },
    "pointer": {"state", "update", "key_rows", "view"},
    "application_run": set(),
    "pages": {"application_run", "state", "view"},
    "app": {
        "pointer",
        "state",
        "update",
        "key_rows",
        "keymap",
        "view",
        "background",
        "surroundings",
        "application_run",
    },
}
"""What each part of the screen may import of the others."""


def test_the_parts_of_the_screen_point_to_its_state_and_that_to_diffs() -> None:
    wrong = [
        f"{path}:{line}: {name}"
        for path, tree in modules().items()
        if path.parts[0] == "tui" and path.name != "__init__.py"
        for line, name in imported(path, tree)
        if name.startswith("gitsplit.tui.")
        and (part := name.split(".")[2]) != (room := layer(Path(*path.parts[1:])))
        and part not in SCREEN_ROOMS[room]
    ]

    assert wrong == []


def test_state_and_updates_of_the_screen_know_no_terminal_thread_or_loop() -> None:
    outside = ("asyncio", "threading", "prompt_toolkit")
    wrong = [
        f"{path}:{line}: {name}"
        for path, tree in modules().items()
        if path.parts[:2] in {("tui", "state"), ("tui", "update"), ("tui", "diff")}
        for line, name in imported(path, tree)
        if name.startswith(outside)
    ]

    assert wrong == []
