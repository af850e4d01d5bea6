"""A plan for a large commit takes time and memory as its size does."""

import json
import tracemalloc
from itertools import count

from gitsplit.model.diff import File, FileChange, Hunk, Span
from gitsplit.model.objects import FILE, Oid, object_id
from gitsplit.planfile.document import CommitEntry, FileEntry, GroupEntry
from gitsplit.planfile.match import plan_of_entry
from gitsplit.planfile.parse import load_plan
from tests.processor import grows_with_its_size

COMMIT = Oid("a" * 40)


def created(path: bytes) -> FileChange:
    """A new file of one line."""
    new = File(path, FILE, object_id("blob", b"1\n"), b"1\n")
    return FileChange(None, new, (Hunk(Span(0, 0), Span(0, 1)),))


def test_the_time_for_a_plan_grows_with_its_files() -> None:
    numbers = count()

    def work(size: int) -> object:
        paths = [b"%d" % next(numbers) for _ in range(size)]
        files = tuple(FileEntry(None, path, whole=True) for path in paths)
        groups = (
            GroupEntry(b"a", files=files[::2]),
            GroupEntry(b"b", files=files[1::2]),
        )
        return plan_of_entry(
            CommitEntry(COMMIT, groups=groups), tuple(map(created, paths))
        )

    assert grows_with_its_size(work, 1000)


def test_the_ranges_of_a_plan_take_their_room_once() -> None:
    lines = 20_000
    ranges = [[line, line] for line in range(1000, 1000 + lines)]
    file = {"old_path": "f", "path": "f", "removed": ranges, "added": ranges}
    group = {"message": "one", "files": [file]}
    entry = {"commit": COMMIT, "action": "split", "groups": [group]}
    plan = {"format": "gitsplit-plan", "version": 1, "upstream": None, "head": COMMIT}
    text = json.dumps(plan | {"series": [entry]})
    del ranges, file, group, entry
    tracemalloc.start()
    try:
        (commit,) = load_plan(text).series
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert commit.groups[0].files[0].removed[-1] == (1000 + lines - 1,) * 2
    assert peak < 14 * len(text)
