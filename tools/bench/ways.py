"""Ways to the same end beside each other: what each costs, in processes of its own."""

import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.output import say

LAUNCHER = """
import os, sys, time
start = time.monotonic()
child = os.posix_spawnp("sh", ["sh", "-ec", sys.argv[1]], os.environ)
_, status, used = os.wait4(child, 0)
wall, processor = time.monotonic() - start, used.ru_utime + used.ru_stime
print(wall, processor, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""Runs a script; a process of its own, or its peak would be that of this program."""


@dataclass(slots=True)
class Way:
    """A way to split the commit: a shell script, and what its runs have cost."""

    name: str
    script: str
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: int = 0
    trouble: str = ""


def measure_run(way: Way, cwd: Path, environment: Mapping[str, str]) -> None:
    """One run of the way's script; what it cost is added to the way.

    Python may keep what it compiles, as on a machine of someone's.
    """
    kept = {k: v for k, v in environment.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-ISc", LAUNCHER, f"cd {cwd}\n{way.script}"]
    done = subprocess.run(command, env=kept, capture_output=True, check=True)
    wall, processor, memory, status = map(float, done.stdout.split()[-4:])
    way.wall.append(wall)
    way.processor.append(processor)
    way.memory = max(way.memory, int(memory) // 1024)
    if status:
        way.trouble = f"exit status {status:.0f}"


def print_ways(title: str, ways: Sequence[Way]) -> None:
    say(f"\n{title:28}  seconds (least)   processor   peak MiB")
    for way in ways:
        wall, processor = map(statistics.median, (way.wall, way.processor))
        told = f"{wall:9.3f} ({min(way.wall):.3f}) {processor:10.3f} {way.memory:10}"
        say(f"{way.name:28} {told}  {way.trouble}".rstrip())
