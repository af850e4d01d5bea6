"""Packs are such as git reads, whatever the sizes of their objects."""

import random

import pytest
from msgspec.structs import replace

from gitsplit.errors import WriteFailed
from gitsplit.git.repository import open_repository
from gitsplit.git.store import objects_to_store, pack_of, store_objects
from gitsplit.git.trees import EMPTY_TREE, NewObjects
from gitsplit.git.write import Rewrite
from gitsplit.model.objects import ObjectKind, Oid, object_id
from tests.git.rewriting import Bench, tangled
from tests.repository import Repository

SIZES = (
    *(0, 1, 15, 16, 17),  # 4 bits of the size are in an entry's first byte
    *(2047, 2048, 2049),  # and 7 in the second
    *(4095, 4096, 4097),  # a small window holds so much
    *(32_768, 65_535, 65_536, 200_000, 3_000_000),
)


def contents() -> list[bytes]:
    chance = random.Random(7)
    return [
        content
        for size in SIZES
        for content in (
            chance.randbytes(size),
            b"%d" % size * (size // 2),
            # The same again, farther away than the window is large.
            chance.randbytes(size // 2) * 2,
        )
    ]


def nothing(repo: Repository) -> Rewrite:
    head = Oid(repo.oid("HEAD"))
    return Rewrite(head, head, EMPTY_TREE, EMPTY_TREE, rewritten=(), commits=())


def test_git_reads_objects_of_every_size_from_a_pack(repo: Repository) -> None:
    objects: list[tuple[ObjectKind, bytes]] = [("blob", each) for each in contents()]
    repo.git("index-pack", "--stdin", stdin=b"".join(pack_of(objects)))
    for _, data in objects:
        oid = object_id("blob", data)
        assert repo.run("cat-file", "blob", oid).stdout == data


def test_objects_of_every_size_are_stored(repo: Repository) -> None:
    repo.commit("one", {"f": b"1\n"})
    found = open_repository(repo.path)
    objects = NewObjects(found)
    oids = [objects.add("blob", each) for each in contents()]
    with store_objects(found, objects, nothing(repo), blobs=oids):
        pass
    for oid, data in zip(oids, contents(), strict=True):
        assert repo.run("cat-file", "blob", oid).stdout == data
    assert "missing" not in repo.fsck()


@pytest.mark.parametrize(
    "data",
    [
        b"author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\none\n",
        b"tree 123\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\none\n",
        b"tree %b\nauthor A <a@b> 1 +0000\n\ncommitter A <a@b> 1 +0000\n",
        b"tree %b\ncommitter A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\none\n",
    ],
)
def test_a_malformed_commit_is_not_stored(repo: Repository, data: bytes) -> None:
    tangled(repo, above=1)
    bench = Bench.of(repo)
    rewrite = bench.splitting_first("HEAD~1", [bench.put("x/y", b"deep\n")])
    tree = rewrite.commits[0].tree.encode()
    oid = bench.objects.add("commit", data.replace(b"%b", tree))
    malformed = rewrite.commits[0]._replace(oid=oid)

    with pytest.raises(WriteFailed, match="would be malformed"):
        objects_to_store(bench.objects, replace(rewrite, commits=(malformed,)))
