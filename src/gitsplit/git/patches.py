"""Patches and mails as commits of a temporary repository (git-am(1) reads them so).

No repository is needed for that. What files are like besides the lines that a patch
shows isn't known, so trees and ids are of no use to anybody else.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from gitsplit.errors import InvalidPatch
from gitsplit.git.program import REPOSITORY_VARIABLES, Program
from gitsplit.git.repository import Repository, open_repository
from gitsplit.model.objects import GITLINK, Oid
from gitsplit.model.patch_files import PatchedFile, PatchedFiles, files_of_patch

BRANCH = "patch"
"""The name of the branch at the last patch."""

_COMMIT = re.compile(rb"From ([0-9a-f]{40})\b")
_LOGGED = re.compile(rb"commit ([0-9a-f]{40})\b[^\n]*\n")
_SVN = re.compile(rb"^(Index: .*|=+)$\n?", re.MULTILINE)
_DIFF = re.compile(rb"^(diff --\w+ |--- |GIT binary patch)", re.MULTILINE)
_NOBODY = b"nobody <>"
_NO_MESSAGE = b"A patch without a message"


class Mail(Struct, frozen=True):
    """A mail with a patch: the commit it says it is, if any; author, message, diff."""

    commit: Oid | None
    author: bytes
    date: bytes
    message: bytes
    patch: bytes


def mails_in(data: bytes, directory: Path) -> tuple[Mail, ...]:
    """The mails with a patch, or the one patch, in their order; files go to directory.

    What git-log(1) or git-show(1) print is read as mails, the newest last. Raises
    InvalidPatch where there is none.
    """
    with _without_repository():
        Program(directory).run("init", "-q", "--bare", "--template=")
    if _LOGGED.match(data):
        starts = [
            found.start()
            for found in re.finditer(b"^" + _LOGGED.pattern, data, re.MULTILINE)
        ]
        logged = [_logged(data[a:b]) for a, b in pairwise([*starts, len(data)])]
        mails = tuple(mail for mail in reversed(logged) if mail is not None)
    else:
        mails = _real_mails(data, directory)
    if not mails:
        raise _no_patch()
    return mails


def _no_patch() -> InvalidPatch:
    return InvalidPatch(
        "There is no patch on standard input.",
        hint="As in: git format-patch --stdout main.. | gitsplit --read -",
    )


def _real_mails(data: bytes, directory: Path) -> tuple[Mail, ...]:
    git = Program(directory)
    # Line ends of a whole mail are of its way; others are the file's.
    keeps = () if re.match(rb"[^\n]*\r\n", data) else ("--keep-cr",)
    with _without_repository():
        (directory / "mails").mkdir()
        split = git.run("mailsplit", "-b", *keeps, "-omails", stdin=data, check=False)
        found = [] if split.status else sorted((directory / "mails").iterdir())
        return tuple(m for each in found if (m := _mail(git, each)) is not None)


def _logged(text: bytes) -> Mail | None:
    """A commit as git-log(1) shows it; None where it has no patch."""
    start = _DIFF.search(text)
    heading = _LOGGED.match(text)
    if start is None or heading is None:
        return None
    above = text[heading.end() : start.start()]
    headers, _, body = above.partition(b"\n\n")
    said = dict(re.findall(rb"^(\w+): +(.*)$", headers, re.MULTILINE))
    text_of_commit = re.split(rb"^\S", body, maxsplit=1, flags=re.MULTILINE)[0]
    message = b"\n".join(
        re.findall(rb"^    (.*)$|^$", text_of_commit, re.MULTILINE)
    ).strip()
    return Mail(
        Oid(heading[1].decode("ascii")),
        said.get(b"Author", _NOBODY),
        said.get(b"Date") or said.get(b"AuthorDate") or b"",
        (message or _NO_MESSAGE) + b"\n",
        text[start.start() :],
    )


def _mail(git: Program, file: Path) -> Mail | None:
    """The mail in the file; None where it has no patch, as a cover letter."""
    data = file.read_bytes()
    done = git.run("mailinfo", "message", "diff", stdin=data, check=False)
    if done.status:  # its charset is unknown
        done = git.run("mailinfo", "-n", "message", "diff", stdin=data, check=False)
    patch = (git.cwd / "diff").read_bytes() if not done.status else b""
    if not _DIFF.search(patch):
        return None
    said = dict(re.findall(rb"^(\w+): (.*)$", done.stdout, re.MULTILINE))
    body = _SVN.sub(b"", (git.cwd / "message").read_bytes()).strip()
    parts = [*filter(None, (said.get(b"Subject", b"").strip(), body))]
    name, address = (said.get(each, b"").strip() for each in (b"Author", b"Email"))
    author = re.sub(rb"[<>\n\0]", b"", name), re.sub(rb"[<>\n\0 ]", b"", address)
    named = _COMMIT.match(data)
    return Mail(
        Oid(named[1].decode("ascii")) if named else None,
        b"%s <%s>" % author,
        said.get(b"Date", b""),
        b"\n\n".join(parts or [_NO_MESSAGE]) + b"\n",
        patch,
    )


@contextmanager
def repository_of_patches(
    directory: Path, mails: Sequence[Mail]
) -> Iterator[Repository]:
    """The repository in the directory, with a commit for each mail on BRANCH.

    Raises InvalidPatch where they don't follow one another.
    """
    files = PatchedFiles()
    patches = [files_of_patch(mail.patch) for mail in mails]
    if not any(file.does_something for patch in patches for file in patch):
        raise _no_patch()
    for patch in patches:
        files.add(patch)
    stream = b"".join(_stream(mails, [*files.states()]))
    with _without_repository():
        git = Program(directory)
        done = git.run("fast-import", "--quiet", stdin=stream, check=False)
        if done.status:
            raise InvalidPatch(
                f"git can't make files of the patch: {done.complaint}.",
                hint="Are its paths in the files that it is for?",
            )
        yield open_repository(directory)


@contextmanager
def _without_repository() -> Iterator[None]:
    """Have no variable of the environment name a repository, until the block ends."""
    named = {n: os.environ.pop(n) for n in REPOSITORY_VARIABLES if n in os.environ}
    try:
        yield
    finally:
        os.environ.update(named)


def _stream(
    mails: Sequence[Mail], states: Sequence[tuple[PatchedFile, ...]]
) -> Iterator[bytes]:
    """The commits as git-fast-import(1) reads them: what was before, and each patch."""
    first = Mail(None, _NOBODY, b"", b"before\n", b"")
    for number, (mail, files) in enumerate(zip((first, *mails), states, strict=True)):
        yield b"commit refs/heads/%s\nmark :%d\n" % (BRANCH.encode(), number + 1)
        who = b"%s %s" % (mail.author, _seconds(mail.date))
        yield b"author %s\ncommitter %s\n%s" % (who, who, _data(mail.message))
        if number:
            yield b"from :%d\n" % number
        gone = [file for file in files if file.content is None]
        yield from (b"D %s\n" % _quoted(file.path) for file in gone)
        for file in files:
            if file.content is not None:
                yield _entry(file, file.content)


def _entry(file: PatchedFile, content: bytes) -> bytes:
    """The file in a tree; a submodule is a commit there."""
    path = _quoted(file.path)
    commit = re.match(rb"Subproject commit ([0-9a-f]{40})", content)
    if file.mode == GITLINK and commit:
        return b"M 160000 %s %s\n" % (commit[1], path)
    mode = file.mode if file.mode in (0o100644, 0o100755, 0o120000) else 0o100644
    return b"M %06o inline %s\n%s" % (mode, path, _data(content))


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: bytes) -> bytes:
    return b'"%s"' % b"".join(b"\\%03o" % byte for byte in path)


def _seconds(date: bytes) -> bytes:
    """The date of a mail as git keeps it; that of the epoch where it is none."""
    try:
        told = parsedate_to_datetime(date.decode("ascii", "replace"))
        if told.tzinfo is None:  # -0000: UTC, from somewhere
            told = told.replace(tzinfo=UTC)
        return b"%d %s" % (
            max(0, int(told.timestamp())),
            told.strftime("%z").encode() or b"+0000",
        )
    except (ValueError, OverflowError, TypeError):
        return b"0 +0000"
