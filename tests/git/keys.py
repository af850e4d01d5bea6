"""Keys made for a test, and repositories configured to sign with them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.repository import Repository

COMMITTER = "Committer <committer@example.com>"


def needs(*programs: str) -> pytest.MarkDecorator:
    """A mark that skips a test where one of the programs isn't installed."""
    missing = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(
        bool(missing), reason=f"not installed: {', '.join(missing)}"
    )


@dataclass(frozen=True)
class SshKey:
    """A key pair in files; ``file`` is the private half."""

    file: Path

    @property
    def public_file(self) -> Path:
        return self.file.with_name(self.file.name + ".pub")

    @property
    def public(self) -> str:
        """The public half itself, type and base64."""
        return " ".join(self.public_file.read_text().split()[:2])

    @classmethod
    def made(cls, file: Path) -> "SshKey":
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)]
        subprocess.run(command, check=True)
        return cls(file)

    def configure(self, repo: Repository) -> None:
        """The repository signs with this key and trusts it."""
        allowed = self.file.with_name("allowed")
        allowed.write_text(f"committer@example.com {self.public}\n")
        repo.git("config", "gpg.format", "ssh")
        repo.git("config", "user.signingKey", str(self.public_file))
        repo.git("config", "gpg.ssh.allowedSignersFile", str(allowed))


@contextmanager
def gpg_home() -> Iterator[Path]:
    """A home of gpg's in which COMMITTER has a key without a passphrase.

    It is in a short path of its own: gpg's agent has a socket there, whose path mustn't
    be long.
    """
    home = Path(tempfile.mkdtemp(prefix="gpg-"))
    env = {**os.environ, "GNUPGHOME": str(home)}
    make = ["--quick-gen-key", COMMITTER, "ed25519", "sign", "never"]
    try:
        subprocess.run(
            ["gpg", "--batch", "-q", "--passphrase", "", *make],
            env=env,
            check=True,
            capture_output=True,
        )
        yield home
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=env, check=False)
        shutil.rmtree(home, ignore_errors=True)


def is_signed(repo: Repository, revision: str) -> bool:
    """Whether git finds a good signature on the commit."""
    return repo.run("verify-commit", revision, check=False).returncode == 0
