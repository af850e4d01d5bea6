"""Commits signed as ``git commit -S`` signs them, their other bytes untouched.

``git commit-tree -S`` can't copy raw headers, so the user's signing program is run
here, with the arguments that git gives it (git-config(1): ``commit.gpgSign``,
``user.signingKey``, ``gpg.*``). Must not know refs, and stores nothing.
"""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from gitsplit.errors import SigningFailed
from gitsplit.git.repository import Repository, committer
from gitsplit.git.state_dir import temporary_directory
from gitsplit.git.trees import NewObjects
from gitsplit.git.write import Rewrite
from gitsplit.model.escape import in_one_line, output_in_one_line
from gitsplit.model.objects import Oid, RawCommit

Format = Literal["openpgp", "x509", "ssh"]

_PROGRAMS: Mapping[Format, str] = {
    "openpgp": "gpg",
    "x509": "gpgsm",
    "ssh": "ssh-keygen",
}
_UNSIGNED = "--no-gpg-sign leaves the new commits unsigned."
_TRIAL = b"gitsplit signs this to see that it can\n"


class Signer(Struct, frozen=True):
    """A signing program and a key, as the configuration and the options decide.

    ``key`` is a name for gpg; in the format ``ssh`` it is a file, or a public key whose
    private half an agent has. ``cwd`` and ``env`` are those of the program.
    """

    format: Format
    program: str
    key: str
    cwd: Path
    env: Mapping[str, str]

    def try_out(self) -> None:
        """Sign a trial; raise SigningFailed where that doesn't work.

        A missing key or passphrase mustn't be noticed when all the work is done.
        """
        self.sign(_TRIAL)

    def sign_commit(self, commit: RawCommit) -> RawCommit:
        """Sign the commit: its signature becomes the last header, as in git.

        Raises SigningFailed.
        """
        armour = self.sign(commit.serialize()).removesuffix(b"\n")
        field = b"gpgsig " + armour.replace(b"\n", b"\n ")
        return replace(commit, headers=(*commit.headers, field))

    def sign(self, payload: bytes) -> bytes:
        """Run the signing program; the detached, armoured signature of ``payload``.

        The program may ask the user for a passphrase. Raises SigningFailed.
        """
        sign = self._by_ssh if self.format == "ssh" else self._by_gpg
        made = sign(payload).replace(b"\r\n", b"\n")
        if not made.strip() or b"\0" in made:
            # As a header of the commit it would be malformed.
            raise _signing_error(self.program, b"what it made is no signature")
        return made

    def _by_gpg(self, payload: bytes) -> bytes:
        args = [self.program, "--status-fd=2", "-bsau", self.key]
        done = _run_program(args, self.cwd, self.env, payload)
        # gpg's exit status is 0 too where it made no signature (gpg-interface.c).
        if done.returncode or b"\n[GNUPG:] SIG_CREATED " not in b"\n" + done.stderr:
            raise _signing_error(self.program, done.stderr)
        return done.stdout

    def _by_ssh(self, payload: bytes) -> bytes:
        with temporary_directory() as directory:
            key, agent = _expand_home(self.key), list[str]()
            if (public := _literal_ssh_key(self.key)) is not None:
                key, agent = f"{directory}/key.pub", ["-U"]
                Path(key).write_bytes(os.fsencode(public))
            commit = Path(directory, "commit")
            commit.write_bytes(payload)
            args = [self.program, "-Y", "sign", "-n", "git", "-f", key, *agent]
            done = _run_program([*args, str(commit)], self.cwd, self.env)
            signature = commit.with_suffix(".sig")
            if done.returncode or not signature.is_file():
                raise _signing_error(self.program, done.stderr)
            return signature.read_bytes()


def is_wanted(repo: Repository, asked: str | None) -> bool:
    """Whether new commits are to be signed; ``asked`` is that of :func:`signer`."""
    return asked is not None or repo.config.get_bool("commit.gpgSign")


def signer(repo: Repository, asked: str | None) -> Signer | None:
    """The signer of new commits in this repository; None where they aren't signed.

    ``asked`` is the key of ``-S``, empty where ``-S`` names none, and None where the
    configuration (``commit.gpgSign``) decides.

    Raises SigningFailed where commits are to be signed and no key is known.
    """
    if not is_wanted(repo, asked):
        return None
    named = repo.config.get("gpg.format") or "openpgp"
    if named not in _PROGRAMS:
        raise SigningFailed(
            f"The configuration has a bad value for gpg.format: “{named}”.",
            hint="git supports openpgp, x509 and ssh.",
        )
    form = cast(Format, named)
    key = asked or repo.config.get("user.signingKey") or _default_key(repo, form)
    env = {**os.environ, **repo.program.env}
    return Signer(form, _program(repo, form), key, repo.program.cwd, env)


def _program(repo: Repository, form: Format) -> str:
    """The program that signs in this format.

    ``gpg.program`` counts for openpgp alone.
    """
    named = repo.config.get(f"gpg.{form}.program")
    if form == "openpgp" and named is None:
        named = repo.config.get("gpg.program")
    return _expand_home(named or _PROGRAMS[form])


def _expand_home(path: str) -> str:
    """The path with a leading ``~`` expanded, where there is such a home directory."""
    return os.path.expanduser(path)  # noqa: PTH111 -- Path raises where there is none


def _default_key(repo: Repository, form: Format) -> str:
    """The default key: the committer's identity, or what the SSH key command prints."""
    if form != "ssh":
        name, _, _ = committer(repo).rpartition(b">")
        return os.fsdecode(name + b">")
    command = repo.config.get("gpg.ssh.defaultKeyCommand")
    if not command:
        raise SigningFailed(
            "No SSH key is configured to sign commits with.",
            hint="Name it with: git config user.signingKey FILE",
        )
    first, words = _first_line(command, repo.program.cwd)
    if _literal_ssh_key(first) is None:
        why = f" ({words})" if words else ""
        raise SigningFailed(
            f"The command that names the SSH key gave none: {command}{why}",
            hint="Look at gpg.ssh.defaultKeyCommand, or set user.signingKey.",
        )
    return first


def _first_line(command: str, cwd: Path) -> tuple[str, str]:
    """Run the command.

    The first line of its output, and what it says on standard error. The line is empty
    where the command fails or is none.
    """
    try:
        args = shlex.split(command)
    except ValueError:  # a quotation that doesn't end
        return "", ""
    if not args:
        return "", ""
    done = _run_program(args, cwd, os.environ)
    first = "" if done.returncode else os.fsdecode(done.stdout).partition("\n")[0]
    return first, output_in_one_line(done.stderr)


def _literal_ssh_key(key: str) -> str | None:
    """The public key, where the setting is one and not a file (``gpg-interface.c``)."""
    if key.startswith("key::"):
        return key.removeprefix("key::")
    return key if key.startswith("ssh-") else None


def _run_program(
    args: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run the program to its end, in the foreground: it may ask for a passphrase."""
    try:
        return subprocess.run(
            args, cwd=cwd, env=env, input=stdin, capture_output=True, check=False
        )
    except OSError as error:
        raise SigningFailed(
            f"The signing program {args[0]} can't be started: {error.strerror}.",
            hint=f"Install it, or look at gpg.program. {_UNSIGNED}",
        ) from error


def _signing_error(program: str, stderr: bytes) -> SigningFailed:
    """The error in the program's words, without those for machines."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    words = (x.removeprefix("gpg: ") for x in lines if not x.startswith("[GNUPG:]"))
    told = in_one_line(words).rstrip(".") or "no reason given"
    return SigningFailed(
        f"{Path(program).name} can't sign the new commits: {told}.",
        hint=f"Look at user.signingKey and gpg.format. {_UNSIGNED}",
    )


def signatures_needed(rewrite: Rewrite) -> int:
    """The number of new commits, which need a signature; the others keep theirs."""
    return sum(made.oid != made.draft.source.oid for made in rewrite.commits)


def signatures_lost(rewrite: Rewrite) -> int:
    """The number of signed source commits that are rewritten without a signature."""
    sources = (made.draft.source for made in rewrite.commits)
    signed = {each.oid for each in sources if each.raw.values(b"gpgsig")}
    return len(signed - {made.oid for made in rewrite.commits})


def sign_rewrite(objects: NewObjects, rewrite: Rewrite, signer: Signer) -> Rewrite:
    """Sign every new commit of the rewrite.

    Signed commits have other ids, so their descendants are written once more. The
    unsigned ones stay in ``objects``, where nothing names them any longer.

    Raises SigningFailed.
    """
    signed: dict[Oid, Oid] = {}
    for made in rewrite.commits:
        if made.oid != made.draft.source.oid:
            unsigned = objects.read_commit(made.oid)
            commit = signer.sign_commit(_on_new_parents(unsigned, signed))
            signed[made.oid] = objects.add("commit", commit.serialize())
    return _with_new_ids(rewrite, signed)


def _on_new_parents(commit: RawCommit, signed: Mapping[Oid, Oid]) -> RawCommit:
    """The commit with its parents replaced by their signed versions."""
    parents = {
        b"parent " + old.encode(): b"parent " + signed[old].encode()
        for old in commit.parents
        if old in signed
    }
    return replace(commit, headers=tuple(parents.get(f, f) for f in commit.headers))


def _with_new_ids(rewrite: Rewrite, names: Mapping[Oid, Oid]) -> Rewrite:
    """The rewrite with these ids replaced."""
    return replace(
        rewrite,
        new_head=names.get(rewrite.new_head, rewrite.new_head),
        rewritten=tuple(
            each._replace(
                new=names.get(each.new, each.new),
                owner=names.get(each.owner, each.owner),
            )
            for each in rewrite.rewritten
        ),
        commits=tuple(c._replace(oid=names.get(c.oid, c.oid)) for c in rewrite.commits),
        dropped=tuple((gone, names.get(new, new)) for gone, new in rewrite.dropped),
        given_up=tuple((gone, names.get(new, new)) for gone, new in rewrite.given_up),
    )
