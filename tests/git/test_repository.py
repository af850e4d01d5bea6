"""Where a repository is found, how it is configured, and what can be read of it."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import gitsplit
from gitsplit.errors import (
    EditorFailed,
    GitFailed,
    GitsplitError,
    NoIdentity,
    NotARepository,
    UnknownRevision,
    UnsupportedRepository,
)
from gitsplit.git.config import Config
from gitsplit.git.history import file_changes, read_series
from gitsplit.git.repository import committer, fresh_change_id, open_repository
from gitsplit.model.objects import Oid
from tests.repository import Repository


def two_commits(repo: Repository) -> None:
    """Two commits on main; the second changes a file in a directory."""
    repo.commit("one", {"d/f": b"1\n", "g": b"1\n"})
    repo.commit("two", {"d/f": b"2\n"})


def test_a_repository_is_found_from_a_directory_inside_it(repo: Repository) -> None:
    two_commits(repo)
    opened = open_repository(repo.path / "d")
    assert (repo.path, repo.path / ".git") == (opened.worktree, opened.git_dir)
    assert (opened.git_dir, False) == (opened.common_dir, opened.is_bare)
    assert (repo.path, False) == (opened.program.cwd, opened.is_shallow)


def test_opening_takes_two_processes(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(tmp_path / "trace"))
    open_repository(repo.path)
    assert (tmp_path / "trace").read_text().count('"event":"start"') == 2


def test_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARepository, match="no git repository in"):
        open_repository(tmp_path)


def test_a_broken_configuration_is_refused_in_gits_words(repo: Repository) -> None:
    (repo.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(NotARepository, match="bad config line 1"):
        open_repository(repo.path)


def test_another_users_repository_is_refused_with_the_way_to_trust_it(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    if not repo.run("status", check=False).returncode:
        pytest.skip("this git asks for no owner; from 2.35.2 on it does")
    with pytest.raises(NotARepository, match="another user") as caught:
        open_repository(repo.path)
    assert caught.value.hint.endswith(f"--add safe.directory {repo.path}")


def test_the_inside_of_a_git_directory_is_refused_as_by_git_rebase(
    repo: Repository,
) -> None:
    with pytest.raises(NotARepository, match="inside a git directory"):
        open_repository(repo.path / ".git" / "refs")


def test_a_path_with_a_line_break_is_refused(tmp_path: Path) -> None:
    Repository(tmp_path).git("init", "-q", "a\nb")
    with pytest.raises(NotARepository, match="contains a line break"):
        open_repository(tmp_path / "a\nb")


def test_a_repository_with_sha256_names_is_refused(tmp_path: Path) -> None:
    Repository(tmp_path).git("init", "-q", "--object-format=sha256", "new")
    with pytest.raises(UnsupportedRepository, match="SHA256"):
        open_repository(tmp_path / "new")


def read_last(path: Path) -> list[bytes]:
    """The paths that HEAD changed; its content is read too."""
    opened = open_repository(path)
    (commit,) = read_series(opened, "HEAD~1").commits
    return [change.path for change in file_changes(opened, commit)]


def linked_worktree(repo: Repository) -> Path:
    repo.git("worktree", "add", "-q", "--detach", "../linked")
    return repo.path.parent / "linked"


def bare(repo: Repository) -> Path:
    repo.git("clone", "-q", "--bare", ".", "../bare.git")
    return repo.path.parent / "bare.git"


def alternates(repo: Repository) -> Path:
    repo.git("clone", "-q", "--shared", ".", "../borrower")
    return repo.path.parent / "borrower"


def packed(repo: Repository) -> Path:
    repo.git("gc", "-q")
    return repo.path


def split_index(repo: Repository) -> Path:
    repo.git("update-index", "--split-index")
    return repo.path


def sparse_index(repo: Repository) -> Path:
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "d")
    return repo.path


def worktree_configuration(repo: Repository) -> Path:
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.worktreeConfig", "true")
    return repo.path


def submodule(repo: Repository) -> Path:
    above = Repository(repo.path.parent / "above")
    repo.git("init", "-q", str(above.path))
    above.git(
        "-c", "protocol.file.allow=always", "submodule", "add", repo.path.as_uri()
    )
    return above.path / "repo"


def partial_clone(repo: Repository) -> Path:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--filter=blob:none", repo.path.as_uri(), "../partial")
    partial = Repository(repo.path.parent / "partial")
    partial.git("config", "core.repositoryFormatVersion", "1")
    partial.git("config", "extensions.partialClone", "origin")
    return partial.path


@pytest.mark.parametrize(
    "kind",
    [
        *(linked_worktree, bare, alternates, packed),
        *(split_index, sparse_index, worktree_configuration, submodule),
        *(partial_clone,),
    ],
)
def test_every_kind_of_repository_can_be_read(
    repo: Repository, kind: Callable[[Repository], Path]
) -> None:
    two_commits(repo)
    assert read_last(kind(repo)) == [b"d/f"]


def test_a_linked_worktree_has_its_own_git_directory(repo: Repository) -> None:
    two_commits(repo)
    opened = open_repository(linked_worktree(repo))
    assert repo.path.parent / "linked" == opened.worktree
    assert repo.path / ".git" / "worktrees" / "linked" == opened.git_dir
    assert repo.path / ".git" == opened.common_dir


def test_a_bare_repository_has_no_worktree(repo: Repository) -> None:
    two_commits(repo)
    opened = open_repository(bare(repo))
    assert (opened.worktree, opened.is_bare) == (None, True)


def test_the_variables_that_name_a_repository_are_followed_from_anywhere(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_commits(repo)
    (tmp_path / "other" / "deep").mkdir(parents=True)
    monkeypatch.setenv("GIT_DIR", "../../repo/.git")
    monkeypatch.setenv("GIT_WORK_TREE", "..")
    start = tmp_path / "other" / "deep"
    opened = open_repository(start)
    assert (repo.path / ".git", tmp_path / "other") == (opened.git_dir, opened.worktree)
    assert read_last(start) == [b"d/f"]
    toplevel = opened.program.run("rev-parse", "--show-toplevel").stdout
    assert os.fsencode(tmp_path / "other") == toplevel.strip()


def test_a_git_directory_alone_takes_this_directory_for_the_worktree(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_commits(repo)
    head = repo.oid("HEAD")
    monkeypatch.setenv("GIT_DIR", "repo/.git")
    opened = open_repository(tmp_path)
    assert tmp_path == opened.worktree
    assert head == opened.head()


def test_objects_are_read_byte_for_byte(repo: Repository) -> None:
    two_commits(repo)
    opened = open_repository(repo.path)
    for name in ("HEAD", "HEAD^{tree}", "HEAD:d/f"):
        oid = Oid(repo.oid(name))
        kind, data = opened.read_object(oid)
        assert repo.git("cat-file", "-t", oid) == kind
        assert repo.run("cat-file", kind, oid).stdout == data


def test_an_object_written_after_opening_is_found(repo: Repository) -> None:
    opened = open_repository(repo.path)
    oid = Oid(repo.git("hash-object", "-w", "--stdin", stdin=b"late"))
    assert opened.has_object(oid)
    assert opened.read_object(oid) == ("blob", b"late")
    repo.commit("one", {"f": b"1\n"})
    repo.git("repack", "-q", "-a", "-d")
    assert opened.has_object(Oid(repo.oid("HEAD")))


def test_a_missing_object_is_told_by_its_name(repo: Repository) -> None:
    opened = open_repository(repo.path)
    assert not opened.has_object(Oid("1" * 40))
    with pytest.raises(GitFailed, match="1111 is missing"):
        opened.read_object(Oid("1" * 40))


def test_head_names_a_branch_or_none(repo: Repository) -> None:
    opened = open_repository(repo.path)
    assert opened.head_ref() == "refs/heads/main"
    repo.commit("one", {"f": b"1\n"})
    repo.git("symbolic-ref", "refs/heads/other", "refs/heads/main")
    repo.git("symbolic-ref", "HEAD", "refs/heads/other")
    assert opened.head_ref() == repo.git("symbolic-ref", "HEAD")
    repo.git("checkout", "-q", "--detach", "main")
    assert opened.head_ref() is None


@pytest.mark.parametrize("name", ["HEAD", "main~1", "tag", "HEAD^{/one}", ":/two", "@"])
def test_a_revision_is_the_commit_that_git_takes_it_for(
    repo: Repository, name: str
) -> None:
    two_commits(repo)
    repo.git("tag", "-a", "-m", "tag", "tag")
    expected = repo.git("rev-list", "-1", name)
    assert expected == open_repository(repo.path).resolve(name)


@pytest.mark.parametrize("name", ["nosuch", "HEAD:g", "HEAD^{tree}", "--all", "a..b"])
def test_what_names_no_commit_is_an_unknown_revision(
    repo: Repository, name: str
) -> None:
    two_commits(repo)
    with pytest.raises(UnknownRevision, match=re.escape(name)):
        open_repository(repo.path).resolve(name)


def test_the_editor_is_the_one_git_would_start(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_repository(repo.path)
    assert opened.editor() == "false"
    monkeypatch.delenv("GIT_EDITOR")
    repo.git("config", "core.editor", "'my editor' --wait")
    assert opened.editor() == "'my editor' --wait"
    repo.git("config", "--unset", "core.editor")
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(EditorFailed, match="no editor"):
        opened.editor()


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        *(("x.y", "z", b"#"), ("core.commentChar", ";", b";")),
        *(("core.commentChar", "auto", b"#"), ("core.commentString", "//", b"//")),
    ],
)
def test_the_comment_character_is_the_configured_one(
    repo: Repository, key: str, value: str, expected: bytes
) -> None:
    repo.git("config", key, value)
    assert expected == open_repository(repo.path).comment_char()


def test_configuration_is_looked_up_as_git_does(repo: Repository) -> None:
    text = '[Core]\n\tOdd = one\n\todd = two\n[a "B.c"]\n\tFlag\n\temp =\n\tn = 2k\n'
    with (repo.path / ".git" / "config").open("a") as file:
        file.write(text)
    config = open_repository(repo.path).config
    assert config.get_all("CORE.odd") == ("one", "two")
    assert config.get("core.ODD") == "two"
    assert (config.get("A.B.c.FLAG"), config.get("a.b.c.flag")) == ("true", None)
    assert (config.get("a.B.c.emp"), config.get("no.such")) == ("", None)
    assert (config.get_int("a.B.c.n"), config.get_int("no.such", 7)) == (2048, 7)


@pytest.mark.parametrize(
    "value", [*("true", "YES", "on", "1", "-1", "false", "No", "off", "0", "", "1k")]
)
def test_booleans_are_read_as_git_reads_them(repo: Repository, value: str) -> None:
    repo.git("config", "a.b", value)
    expected = repo.git("config", "--type=bool", "a.b") == "true"
    assert expected == open_repository(repo.path).config.get_bool("a.b")


def test_a_variable_without_a_value_is_true() -> None:
    config = Config.parse(b"a.b\0a.c\n\0")
    assert (config.get_bool("a.b"), config.get_bool("a.c", True)) == (True, False)
    assert (config.get_bool("a.d"), config.get_bool("a.d", True)) == (False, True)


def test_a_value_that_is_no_boolean_is_refused_by_its_key() -> None:
    with pytest.raises(GitsplitError, match=r"bad value for a\.b: “maybe”"):
        Config.parse(b"a.b\nmaybe\0").get_bool("a.b")


def test_the_committer_is_as_git_writes_it(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000000 +0545")
    expected = b"Committer <committer@example.com> 1700000000 +0545"
    assert expected == committer(open_repository(repo.path))


def test_without_an_identity_the_hint_says_how_to_set_it(repo: Repository) -> None:
    repo.git("config", "user.useConfigOnly", "true")
    (Path.home() / ".gitconfig").write_text("")
    with pytest.raises(NoIdentity, match="who you are") as caught:
        committer(open_repository(repo.path))
    assert "user.email" in caught.value.hint


def test_fresh_change_ids_are_well_formed_and_differ() -> None:
    made = {fresh_change_id() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(rb"I[0-9a-f]{40}", each) for each in made)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("A B", "a@b"),
        ("Zoë", "zoë@example.com"),
        (" A. ", "<a@b>"),
        ("A <x> B.", "'a@b'"),
        ("A\\nB", "a b"),
        ("A", ""),
    ],
)
def test_who_the_configuration_names_is_the_committer_as_git_has_it(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, name: str, email: str
) -> None:
    for each in ("NAME", "EMAIL", "DATE"):
        monkeypatch.delenv(f"GIT_COMMITTER_{each}", raising=False)
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    with (repo.path / ".git" / "config").open("a") as config:
        config.write(f'[user]\n name = "{name}"\n email = "{email}"\n')
    said = committer(open_repository(repo.path)).rsplit(b" ", 2)
    expected = os.fsencode(repo.git("var", "GIT_COMMITTER_IDENT")).rsplit(b" ", 2)

    assert (said[0], said[2]) == (expected[0], expected[2])
    assert 0 <= int(expected[1]) - int(said[1]) < 60


def test_the_size_of_a_loose_object_is_what_git_says(repo: Repository) -> None:
    sources = sorted(Path(gitsplit.__file__).parent.rglob("*.py"))
    texts = [source.read_bytes()[:most] for source in sources for most in (500, None)]
    repo.write({f"f{number}": text for number, text in enumerate(texts)})
    repo.git("add", ".")
    opened = open_repository(repo.path)
    for line in repo.git("ls-files", "-s").splitlines():
        oid, text = Oid(line.split()[1]), texts[int(line.split("\tf")[1])]
        assert opened.object_size(oid) == len(text)
        assert opened.read_beginning(oid, 100) == text[:100]
        assert opened.read_small(oid, len(text)) == text
        assert opened.read_small(oid, len(text) - 1) is None
