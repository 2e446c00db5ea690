#!/usr/bin/env python3
"""How often `locate` names a file that the fix of a real issue changed.

    benches/issues.py CASES.json REPOSITORIES [--misses]

CASES.json is a list of {"id", "repo": "owner/name", "base": commit, "text": issue text, "files": [paths that the fix
changed]}; REPOSITORIES holds a git repository `owner+name/repo` for each (cases without one are left out and counted).
THANOS_FIX_BIN names the program (target/dist/thanos-fix otherwise). Prints first, among five and among ten, in percent,
for all cases and for the halves by the first byte of the SHA-256 of their ids.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = os.path.abspath(os.environ.get("THANOS_FIX_BIN", "target/dist/thanos-fix"))


def git(*arguments):
    return subprocess.run(["git", *map(str, arguments)], capture_output=True, check=False).returncode == 0


def rank(case, tree):
    asked = [PROGRAM, "locate", "--json", "--top", "10", "--repo", str(tree), "-"]
    answer = subprocess.run(asked, input=case["text"], capture_output=True, text=True, check=True).stdout
    named = [file["path"] for file in json.loads(answer)["files"]]
    return next((at + 1 for at, path in enumerate(named) if path in case["files"]), 99)


def main():
    cases, repositories = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    ranks, without = {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            source = repositories / case["repo"].replace("/", "+") / "repo"
            tree = Path(folder) / case["repo"].split("/")[1]
            if source.is_dir() and not tree.is_dir():
                git("clone", "-q", "--shared", "--no-checkout", source, tree)
            if not tree.is_dir() or not git("-C", tree, "checkout", "-q", "-f", "--detach", case["base"]):
                without += 1
                continue
            git("-C", tree, "clean", "-fdqx")
            ranks[case["id"]] = rank(case, tree)
    if "--misses" in sys.argv:
        print(*(f"{place:>3} {name}" for name, place in ranks.items() if place > 10), sep="\n")
    half = lambda name: hashlib.sha256(name.encode()).digest()[0] % 2
    for title, part in [("all", (0, 1)), ("even", (0,)), ("odd", (1,))]:
        found = [place for name, place in ranks.items() if half(name) in part]
        shares = (100 * sum(place <= most for place in found) / max(len(found), 1) for most in (1, 5, 10))
        print(title, len(found), *(f"{share:.1f}" for share in shares))
    print(f"{without} without their repository or commit")


if __name__ == "__main__":
    main()
