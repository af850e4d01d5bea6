"""The stock git commands for a split, as they are typed at a shell.

Values only: :mod:`gitsplit.workflow.by_hand` finds them and tries them out,
:mod:`gitsplit.report.by_hand` shows them.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from gitsplit.model.escape import reads_as_it_is, shell_command

Word = str | bytes


class Command(Struct, frozen=True):
    """``git WORDS``, and what is typed once it runs.

    ``answers`` are those to the questions of ``git add -p``, ``texts`` what the editor
    is to have, each time that it opens; ``stdin`` is what standard input gets, None
    where that is left alone. ``settings`` stand before ``git``: environment variables.
    ``why`` says why it isn't the command that one would expect.
    """

    words: tuple[Word, ...]
    answers: tuple[str, ...] = ()
    texts: tuple[bytes, ...] = ()
    stdin: bytes | None = None
    settings: tuple[str, ...] = ()
    why: str = ""

    @property
    def line(self) -> str:
        """The command as one line for a shell."""
        return " ".join([*self.settings, "git", *map(_shell_word, self.words)])


_REVISION = re.compile(r"\w+~")
_OPTION = re.compile(r"--[a-z]+=")


def _shell_word(word: Word) -> str:
    """The word for a shell, quoted no more than one would."""
    text = word.decode("utf-8", "surrogateescape") if isinstance(word, bytes) else word
    if _REVISION.fullmatch(text):
        return text
    option = _OPTION.match(text)
    start = option.end() if option else 0
    return text[:start] + shell_command(text[start:])


class Step(Struct, frozen=True):
    """Commands that belong together, and a few words on what they do."""

    title: str
    commands: tuple[Command, ...]


class ByHand(Struct, frozen=True):
    """How a split is done by hand, in steps; without any, ``reason`` says why not."""

    steps: tuple[Step, ...] = ()
    reason: str = ""


def is_typeable(text: bytes) -> bool:
    """Whether the text can be typed or pasted as it is seen: nothing in it is hidden.

    Tabs can.
    """
    try:
        lines = text.decode().replace("\t", " ").split("\n")
    except UnicodeDecodeError:
        return False
    return all(reads_as_it_is(char) for line in lines for char in line)


_GLOBS = frozenset(b"*?[\\")


def pathspec_options(paths: Sequence[bytes]) -> tuple[str, ...]:
    """The option of git without which the paths would mean others (gitglossary(7))."""
    is_odd = any(path.startswith(b":") or _GLOBS & {*path} for path in paths)
    return ("--literal-pathspecs",) if is_odd else ()


def path_arguments(paths: Sequence[bytes]) -> tuple[Word, ...]:
    """The paths as arguments, behind ``--`` where one would be an option."""
    dashes = any(path.startswith(b"-") for path in paths)
    return (*(("--",) if dashes else ()), *paths)
