"""A program that splits a commit in three by hunk numbers.

It knows of gitsplit what ``gitsplit --help-programs`` says. ``python program.py DIR``.
"""

import json
import subprocess
import sys
from typing import Any

SUBJECTS = ("First third", "Second third", "The rest")


def call(repository: str, *args: str, plan: str | None = None) -> dict[str, Any]:
    command = [sys.executable, "-m", "gitsplit", *args, "--format", "json"]
    done = subprocess.run(
        command, cwd=repository, input=plan, capture_output=True, text=True, check=False
    )
    document: dict[str, Any] = json.loads(done.stdout)
    if done.returncode:
        sys.exit(f"{document['error']}: {document['message']} {document['hint']}")
    return document


def main(repository: str) -> None:
    plan = call(repository, "-n", "-p", "HEAD~1")
    (entry,) = [each for each in plan["series"] if each["action"] == "split"]
    numbers = [hunk["number"] for hunk in entry["hunks"]]
    third = len(numbers) // 3
    entry["groups"] = [
        {"message": f"{SUBJECTS[0]}\n", "hunks": numbers[:third]},
        {"message": f"{SUBJECTS[1]}\n", "hunks": numbers[third : 2 * third]},
        {"message": f"{SUBJECTS[2]}\n", "owner": True, "rest": True},
    ]
    result = call(repository, "--yes", "--plan", "-", plan=json.dumps(plan))
    sys.stdout.write(" ".join(each["commit"] for each in result["new_commits"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
