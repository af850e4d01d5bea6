"""A Gerrit on this machine, asked over REST, and clones of its projects."""

import base64
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.repository import Repository

_PREFIX = ")]}'"
"""What Gerrit begins every answer with, so that no browser takes it for a script."""


class Unavailable(Exception):
    """A real server can't be had on this machine; the text says why."""


@contextmanager
def running(script: Path, port: int) -> Iterator["Server"]:
    """A server started by the script, and stopped at the end."""
    if not script.exists():
        raise Unavailable("the script that starts one is not beside the project")
    done = subprocess.run(
        ["bash", str(script), "all"], capture_output=True, text=True, check=False
    )
    if done.returncode and "already running" not in done.stdout:
        told = (done.stdout + done.stderr).strip().splitlines()
        raise Unavailable(told[-1] if told else "it gave no reason")
    try:
        yield Server(port)
    finally:
        subprocess.run(["bash", str(script), "stop"], capture_output=True, check=False)


@dataclass
class Server:
    """One running Gerrit, and its administrator."""

    port: int
    made: int = 0
    started: int = field(default_factory=lambda: int(time.time()))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Mapping[str, object]) -> object:
        """The answer to a request of the administrator's."""
        login = base64.b64encode(b"admin:secret").decode()
        request = urllib.request.Request(
            f"http://{self.url}/a{path}",
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={
                "Authorization": f"Basic {login}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read().decode().removeprefix(_PREFIX))

    def project(self, directory: Path) -> "Project":
        """A new project with one empty commit, cloned into the directory."""
        self.made += 1
        name = f"split-{self.started}-{self.made}"
        self.ask("PUT", f"/projects/{name}", {"create_empty_commit": True})
        url = f"http://admin:secret@{self.url}/a/{name}"
        subprocess.run(["git", "clone", "-q", url, str(directory)], check=True)
        repo = Repository(directory)
        repo.git("config", "user.name", "Administrator")
        repo.git("config", "user.email", "admin@example.com")
        repo.git("config", "remote.origin.push", "HEAD:refs/for/master")
        return Project(self, name, repo)


@dataclass
class Project:
    """A project on the server, and a clone of it."""

    server: Server
    name: str
    repo: Repository

    def push(self) -> str:
        """Git's words on a push for review that was accepted."""
        done = self.repo.run("push", "origin", check=False)
        words = done.stderr.decode()
        assert not done.returncode, words
        return words

    def changes(self) -> dict[str, tuple[str, int]]:
        """For each Change-Id the current commit and the number of patch sets."""
        query = f"/changes/?q=project:{self.name}&o=CURRENT_REVISION&o=ALL_REVISIONS"
        answer = self.server.ask("GET", query, {})
        assert isinstance(answer, list)
        return {
            change["change_id"]: (change["current_revision"], len(change["revisions"]))
            for change in answer
        }
