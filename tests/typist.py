"""Somebody who types the commands that ``--teach`` shows, as they are shown."""

import os
import pty
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gitsplit.report.shell_input import fed
from tests.repository import Repository

_EDITOR = """\
import re, sys
from pathlib import Path

def is_about(line, oid):
    verb, _, rest = line.partition(" ")
    return verb in ("pick", "merge") and oid.startswith(rest.split(" ")[0])

texts = Path(__file__).parent / "texts"
first, *_ = sorted(texts.iterdir())
text = first.read_bytes()
first.unlink()
file = Path(sys.argv[1])
if file.name == "git-rebase-todo":
    todo = file.read_text("utf-8", "surrogateescape").splitlines()
    for line in text.decode("utf-8", "surrogateescape").splitlines():
        verb, oid, *_ = line.split(" ")
        found = [n for n, old in enumerate(todo) if is_about(old, oid)]
        assert len(found) == 1, (line, todo)
        todo[found[0]] = line
    file.write_text("\\n".join(todo) + "\\n", "utf-8", "surrogateescape")
else:
    file.write_bytes(text)
"""

_QUESTION = re.compile(rb"\[y,n,q[^]]*\]\? ")


class Typist:
    """Types commands in a worktree; the editor has the texts that it is to have."""

    def __init__(self, repo: Repository, place: Path) -> None:
        self._repo = repo
        self._texts = place / "texts"
        self._texts.mkdir(parents=True)
        editor = place / "editor.py"
        editor.write_text(_EDITOR, "utf-8")
        self._env = {**os.environ, "GIT_EDITOR": f"python3 {editor}"}

    def type_all(self, steps: Sequence[Any]) -> None:
        """Type all commands of the steps; each must go well."""
        for step in steps:
            for command in step["commands"]:
                self._type(command)

    def _type(self, command: Any) -> None:
        for number, text in enumerate(command.get("editor", [])):
            (self._texts / f"{number:04}").write_bytes(text.encode())
        line = command["command"]
        if "stdin" in command:
            line = "\n".join(fed(line, _bytes(command["stdin"])))
        said = self._run(line, command.get("answers", []))
        assert not any(self._texts.iterdir()), ("an editor didn't open", line, said)

    def _run(self, line: str, answers: Sequence[str]) -> bytes:
        if answers:
            return self._talk(line, answers)
        ran = subprocess.run(
            ["bash", "-c", line],
            cwd=self._repo.path,
            env=self._env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, (line, ran.stdout, ran.stderr)
        return ran.stdout + ran.stderr

    def _talk(self, line: str, answers: Sequence[str]) -> bytes:
        """Run the command in a pseudo-terminal, and answer its questions."""
        child, terminal = pty.fork()
        if not child:
            os.chdir(self._repo.path)
            os.execvpe("bash", ["bash", "-c", line], {**self._env, "TERM": "dumb"})
        said, asked = b"", 0
        while chunk := _read(terminal):
            said += chunk
            if len(_QUESTION.findall(said)) > asked:
                assert asked < len(answers), ("one more question", line, answers, said)
                os.write(terminal, answers[asked].encode() + b"\n")
                asked += 1
        os.close(terminal)
        _, status = os.waitpid(child, 0)
        assert (status, asked) == (0, len(answers)), (line, answers, said)
        return said


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side has ended
        return b""


def _bytes(value: Any) -> bytes:
    from base64 import b64decode

    return value.encode() if isinstance(value, str) else b64decode(value["base64"])
