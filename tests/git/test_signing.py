"""New commits are signed as git signs them, and git verifies every one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitsplit.errors import SigningFailed
from gitsplit.git.repository import open_repository
from gitsplit.git.signing import (
    Signer,
    sign_rewrite,
    signatures_lost,
    signatures_needed,
    signer,
)
from gitsplit.git.store import store_objects
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import RawCommit
from tests.git.keys import SshKey, gpg_home, is_signed, needs
from tests.git.rewriting import Bench, same, series_of, tangled
from tests.gits import git_version
from tests.repository import Repository

AT = {
    "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_DATE": "1700000000 +0130",
}


@pytest.fixture(scope="module")
def gnupg() -> Iterator[Path]:
    with gpg_home() as home:
        yield home


@pytest.fixture
def by_gpg(
    repo: Repository, gnupg: Path, monkeypatch: pytest.MonkeyPatch
) -> Repository:
    monkeypatch.setenv("GNUPGHOME", str(gnupg))
    return repo


@pytest.fixture
def ssh_key(repo: Repository, tmp_path: Path) -> SshKey:
    key = SshKey.made(tmp_path / "key")
    key.configure(repo)
    return key


def signer_of(repo: Repository, asked: str | None = "") -> Signer:
    found = signer(open_repository(repo.path), asked)
    assert found is not None
    return found


def raw(repo: Repository, revision: str) -> RawCommit:
    return RawCommit.parse(repo.run("cat-file", "commit", revision).stdout)


def put(repo: Repository, commit: RawCommit) -> str:
    """The id of the commit, which git has stored."""
    stored = ("hash-object", "--literally", "-t", "commit", "-w", "--stdin")
    return repo.git(*stored, stdin=commit.serialize())


def program(path: Path, script: str) -> str:
    """The name of an executable shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_nothing_signs_where_nobody_asks(repo: Repository) -> None:
    assert signer(open_repository(repo.path), None) is None


def test_the_configuration_asks_for_signatures(repo: Repository) -> None:
    repo.git("config", "commit.gpgSign", "true")
    repo.git("config", "user.signingKey", "someone")

    assert signer_of(repo, None).key == "someone"


def test_the_key_asked_for_counts_before_the_one_configured(repo: Repository) -> None:
    repo.git("config", "user.signingKey", "someone")

    assert signer_of(repo, "").key == "someone"
    assert signer_of(repo, "another").key == "another"


def test_without_a_key_gpg_looks_for_the_committers(repo: Repository) -> None:
    assert signer_of(repo).key == "Committer <committer@example.com>"


@needs("ssh-keygen")
def test_an_ssh_signature_is_git_s_own_byte_for_byte(
    repo: Repository, ssh_key: SshKey
) -> None:
    repo.commit("base", {"a": b"1\n"})
    tree = repo.tree("HEAD")
    make = ("commit-tree", "-p", "HEAD", "-m", "one", tree)
    plain = repo.run(*make, env=AT).stdout.decode().strip()
    by_git = repo.run(*make, "-S", env=AT).stdout.decode().strip()

    assert put(repo, signer_of(repo).sign_commit(raw(repo, plain))) == by_git


@needs("gpg")
def test_a_gpg_signature_is_verified_by_git(by_gpg: Repository) -> None:
    by_gpg.commit("one\n", {"a": b"1\n"})

    assert is_signed(
        by_gpg, put(by_gpg, signer_of(by_gpg).sign_commit(raw(by_gpg, "HEAD")))
    )


@needs("gpg")
def test_a_gpg_signature_has_the_form_of_git_s(by_gpg: Repository) -> None:
    by_gpg.commit("one\n", {"a": b"1\n"})
    by_gpg.git("commit", "-q", "--amend", "--no-edit", "-S")
    *plain, by_git = raw(by_gpg, "HEAD").headers
    unsigned = replace(raw(by_gpg, "HEAD"), headers=tuple(plain))
    *headers, ours = signer_of(by_gpg).sign_commit(unsigned).headers

    assert headers == plain
    assert by_git.split(b"\n")[:2] == ours.split(b"\n")[:2]
    assert by_git.split(b"\n")[-1] == ours.split(b"\n")[-1]


@needs("ssh-keygen")
def test_a_signature_comes_after_headers_that_git_doesn_t_know(
    repo: Repository, ssh_key: SshKey
) -> None:
    repo.commit("one\n", {"a": b"1\n"})
    more = (b"encoding ISO-8859-1", b"odd one\n two")
    odd = replace(raw(repo, "HEAD"), headers=(*raw(repo, "HEAD").headers, *more))
    signed = signer_of(repo).sign_commit(replace(odd, message=b"caf\xe9 \0 no newline"))

    assert signed.headers[:-1] == odd.headers
    assert signed.headers[-1].startswith(b"gpgsig -----BEGIN SSH SIGNATURE-----\n ")
    assert is_signed(repo, put(repo, signed))


@needs("ssh-keygen", "ssh-agent", "ssh-add")
@pytest.mark.parametrize("prefix", ["", "key::"])
def test_a_literal_key_is_signed_with_by_the_agent(
    repo: Repository, ssh_key: SshKey, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("one\n", {"a": b"1\n"})
    repo.git("config", "user.signingKey", prefix + ssh_key.public)
    with agent_with(ssh_key) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        signed = signer_of(repo).sign_commit(raw(repo, "HEAD"))

    assert is_signed(repo, put(repo, signed))


@contextmanager
def agent_with(key: SshKey) -> Iterator[str]:
    """The socket of an agent that has the key, whose file is gone."""
    agent = subprocess.run(["ssh-agent", "-s"], check=True, capture_output=True)
    words = agent.stdout.decode().replace(";", "\n").split("\n")
    found = dict(word.partition("=")[::2] for word in words if word.startswith("SSH_"))
    try:
        env = {**os.environ, **found}
        subprocess.run(["ssh-add", "-q", str(key.file)], env=env, check=True)
        key.file.unlink()
        yield found["SSH_AUTH_SOCK"]
    finally:
        os.kill(int(found["SSH_AGENT_PID"]), 15)


def test_a_command_names_the_ssh_key(repo: Repository, tmp_path: Path) -> None:
    repo.git("config", "gpg.format", "ssh")
    command = program(tmp_path / "keys", 'echo "key::ssh-ed25519 $1"; echo another')
    repo.git("config", "gpg.ssh.defaultKeyCommand", f"{command} 'of mine'")

    assert signer_of(repo).key == "key::ssh-ed25519 of mine"


@pytest.mark.parametrize("script", ["exit 1", "echo nothing"])
def test_a_command_that_names_no_ssh_key_is_named(
    repo: Repository, tmp_path: Path, script: str
) -> None:
    repo.git("config", "gpg.format", "ssh")
    command = program(tmp_path / "keys", script)
    repo.git("config", "gpg.ssh.defaultKeyCommand", command)

    with pytest.raises(SigningFailed, match=f"gave none: {command}"):
        signer_of(repo)


@pytest.mark.parametrize("command", [" ", "echo 'quoted without end"])
def test_what_is_no_command_names_no_ssh_key(repo: Repository, command: str) -> None:
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "gpg.ssh.defaultKeyCommand", command)

    with pytest.raises(SigningFailed, match=f"gave none: {command}"):
        signer_of(repo)


@pytest.mark.parametrize(
    ("form", "option"),
    [("ssh", "user.signingKey"), ("openpgp", "gpg.program")],
)
def test_a_file_at_home_with_nobody_can_t_sign(
    repo: Repository, form: str, option: str
) -> None:
    repo.git("config", "gpg.format", form)
    repo.git("config", option, "~no-such-user/file")

    with pytest.raises(SigningFailed, match="no-such-user/file"):
        signer_of(repo).try_out()


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("gpg.format", "ssh", "No SSH key is configured"),
        ("gpg.format", "pgp", "bad value for gpg.format: “pgp”"),
    ],
)
def test_what_can_t_sign_is_refused_before_anything_is_signed(
    repo: Repository, key: str, value: str, sentence: str
) -> None:
    repo.git("config", key, value)

    with pytest.raises(SigningFailed, match=sentence):
        signer_of(repo)


def test_a_program_that_isn_t_there_is_named(repo: Repository) -> None:
    repo.git("config", "gpg.program", "no-such-gpg")

    with pytest.raises(SigningFailed, match="signing program no-such-gpg can't be"):
        signer_of(repo).try_out()


@needs("gpg")
def test_a_key_that_gpg_doesn_t_have_fails_the_trial(by_gpg: Repository) -> None:
    with pytest.raises(SigningFailed, match=r"^gpg can't sign .*No secret key") as told:
        signer_of(by_gpg, "nobody@example.com").try_out()

    assert "--no-gpg-sign" in told.value.hint


@needs("ssh-keygen")
def test_a_key_file_that_isn_t_there_fails_the_trial(
    repo: Repository, ssh_key: SshKey
) -> None:
    missing = str(ssh_key.file.with_name("missing"))

    with pytest.raises(SigningFailed, match=r"^ssh-keygen can't sign .*missing"):
        signer_of(repo, missing).try_out()


def test_a_program_that_made_no_signature_fails_though_it_ends_well(
    repo: Repository, tmp_path: Path
) -> None:
    repo.git("config", "gpg.program", program(tmp_path / "gpg", "cat >/dev/null"))

    with pytest.raises(SigningFailed, match="no reason given"):
        signer_of(repo).try_out()


def test_an_ssh_program_that_made_no_signature_fails_though_it_ends_well(
    repo: Repository, tmp_path: Path
) -> None:
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", "key")
    repo.git("config", "gpg.ssh.program", program(tmp_path / "ssh", "echo odd >&2"))

    with pytest.raises(SigningFailed, match="can't sign the new commits: odd"):
        signer_of(repo).try_out()


@pytest.mark.parametrize("made", ["", r"\n", r"SIG\0\n"])
def test_what_would_make_a_malformed_header_is_no_signature(
    repo: Repository, tmp_path: Path, made: str
) -> None:
    script = f"cat >/dev/null; printf '{made}'; echo '[GNUPG:] SIG_CREATED ' >&2"
    repo.git("config", "gpg.program", program(tmp_path / "gpg", script))

    with pytest.raises(SigningFailed, match="what it made is no signature"):
        signer_of(repo).try_out()


SIGNS = r"""cat >>"$0.payload"; echo "$@" >>"$0.args"
printf '[GNUPG:] %s\n' 'BEGIN_SIGNING H8' 'SIG_CREATED D' >&2
printf 'SIG\r\n\r\nEND\r\n'"""


@pytest.mark.parametrize(
    ("form", "option"),
    [
        ("openpgp", "gpg.program"),
        ("openpgp", "gpg.openpgp.program"),
        ("x509", "gpg.x509.program"),
    ],
)
def test_a_program_is_asked_as_git_asks_it(
    repo: Repository, tmp_path: Path, form: str, option: str
) -> None:
    repo.commit("one\n", {"a": b"1\n"})
    repo.git("config", "gpg.format", form)
    fake = program(tmp_path / "fake", SIGNS)
    repo.git("config", option, fake)
    repo.git("config", "user.signingKey", "a key")
    make = ("commit-tree", "-S", "-m", "one", repo.tree("HEAD"))
    by_git = repo.run(*make, env=AT).stdout.decode().strip()
    *plain, _ = raw(repo, by_git).headers
    ours = signer_of(repo).sign_commit(replace(raw(repo, by_git), headers=tuple(plain)))
    args = Path(f"{fake}.args").read_text().splitlines()
    payload = Path(f"{fake}.payload").read_bytes()

    assert ours.serialize() == repo.run("cat-file", "commit", by_git).stdout
    assert args[0] == args[1]
    assert payload[: len(payload) // 2] == payload[len(payload) // 2 :]


SIGNS_BY_SSH = r"""for last; do :; done; cat "$last" >>"$0.payload"
echo "$@" | sed 's,/[^ ]*,FILE,g' >>"$0.args"; printf 'SIG\r\n\r\nEND\r\n' >"$last.sig"
while test $# -gt 1; do test "$1" = -f && cat "$2" >>"$0.key"; shift; done"""


needs_literal_keys = pytest.mark.skipif(
    git_version() < (2, 35), reason="this git knows no key::; from 2.35 on it does"
)


@pytest.mark.parametrize(
    "key",
    [
        "ssh-mine AAA",
        pytest.param("key::odd BBB", marks=needs_literal_keys),
        "{}/key",
    ],
)
def test_an_ssh_program_is_asked_as_git_asks_it(
    repo: Repository, tmp_path: Path, key: str
) -> None:
    repo.commit("one\n", {"a": b"1\n"})
    (tmp_path / "key").write_text("a key in a file")
    repo.git("config", "gpg.format", "ssh")
    fake = program(tmp_path / "fake", SIGNS_BY_SSH)
    repo.git("config", "gpg.ssh.program", fake)
    repo.git("config", "user.signingKey", key.format(tmp_path))
    make = ("commit-tree", "-S", "-m", "one", repo.tree("HEAD"))
    by_git = repo.run(*make, env=AT).stdout.decode().strip()
    *plain, _ = raw(repo, by_git).headers
    ours = signer_of(repo).sign_commit(replace(raw(repo, by_git), headers=tuple(plain)))
    by_git_asked, asked = Path(f"{fake}.args").read_text().splitlines()

    assert ours.serialize() == repo.run("cat-file", "commit", by_git).stdout
    # Newer gits, too, say that the private half of a literal key is an agent's.
    assert asked.replace(" -U", "") == by_git_asked.replace(" -U", "")
    assert (" -U" in asked) == ("/" not in key)
    for what in ("payload", "key"):
        twice = Path(f"{fake}.{what}").read_bytes()
        assert twice[: len(twice) // 2] == twice[len(twice) // 2 :]


@needs("ssh-keygen")
def test_a_relative_key_file_and_one_at_home_are_found_as_by_git(
    repo: Repository, ssh_key: SshKey
) -> None:
    repo.commit("one\n", {"a": b"1\n"})
    public = ssh_key.public_file
    home = Path.home()
    for name in (ssh_key.file.name, public.name):
        (home / name).write_bytes(ssh_key.file.with_name(name).read_bytes())
        (home / name).chmod(0o600)
    for named in (f"~/{public.name}", os.path.relpath(public, repo.path)):
        signed = signer_of(repo, named).sign_commit(raw(repo, "HEAD"))
        assert is_signed(repo, put(repo, signed))


def rewritten(repo: Repository) -> tuple[Bench, Rewrite]:
    """Two pieces and two commits above them, on a base that stays; in memory."""
    tangled(repo)
    bench = Bench.of(repo)
    return bench, bench.splitting_first("HEAD~3", [bench.put("a", b"2\n")])


@needs("ssh-keygen")
def test_each_commit_that_is_written_anew_is_signed(
    repo: Repository, ssh_key: SshKey
) -> None:
    bench, unsigned = rewritten(repo)
    rewrite = sign_rewrite(bench.objects, unsigned, signer_of(repo))
    with store_objects(bench.opened, bench.objects, rewrite):
        repo.git("reset", "-q", "--hard", rewrite.new_head)
    new = repo.git("rev-list", "--reverse", "HEAD~4..HEAD").split()

    assert [commit.oid for commit in rewrite.commits] == new
    assert [is_signed(repo, commit) for commit in new] == [True] * 4
    assert not is_signed(repo, "HEAD~4")
    assert repo.fsck() == ""


@needs("ssh-keygen")
def test_what_became_of_each_commit_names_the_signed_ones(
    repo: Repository, ssh_key: SshKey
) -> None:
    bench, unsigned = rewritten(repo)
    rewrite = sign_rewrite(bench.objects, unsigned, signer_of(repo))
    names = {
        before.oid: after.oid
        for before, after in zip(unsigned.commits, rewrite.commits, strict=True)
    }

    assert [(r.old, names[r.new], names[r.owner]) for r in unsigned.rewritten] == [
        tuple(each) for each in rewrite.rewritten
    ]
    assert rewrite.new_head == rewrite.commits[-1].oid
    assert set(names.values()).isdisjoint(names)


@needs("ssh-keygen")
def test_the_unsigned_commits_aren_t_stored(repo: Repository, ssh_key: SshKey) -> None:
    bench, unsigned = rewritten(repo)
    rewrite = sign_rewrite(bench.objects, unsigned, signer_of(repo))
    with store_objects(bench.opened, bench.objects, rewrite):
        pass
    asked = "\n".join(commit.oid for commit in unsigned.commits).encode()

    answers = repo.git("cat-file", "--batch-check", stdin=asked).splitlines()
    assert [answer.split()[1] for answer in answers] == ["missing"] * 4


def test_only_commits_that_are_written_anew_need_a_signature(repo: Repository) -> None:
    bench, rewrite = rewritten(repo)
    series = series_of(repo, "HEAD~3")
    stays = bench.rewrite(series, [same(commit) for commit in series.commits])

    assert (signatures_needed(rewrite), signatures_needed(stays)) == (4, 0)


@needs("ssh-keygen")
def test_signed_commits_that_are_rewritten_unsigned_are_counted_once(
    repo: Repository, ssh_key: SshKey
) -> None:
    tangled(repo, above=0)
    repo.git("commit", "-q", "--amend", "--no-edit", "-S")
    repo.commit("above\n", {"c": b"1\n"})
    bench = Bench.of(repo)
    rewrite = bench.splitting_first("HEAD~2", [bench.put("a", b"2\n")])

    assert signatures_lost(rewrite) == 1
