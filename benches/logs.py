#!/usr/bin/env python3
"""How well `diagnose` reads labelled logs: benches/logs.py FILE.jsonl... --program PATH [--misses]

One object a line: `id`, `log`, `class` and `expected` with `failing_tests`, `files` ([path, line], the first
location must be one of them), `first_error` and, where a person might as well quote another line, `first_error_alt`.
A class is right when equal, a location when path suffix and line agree, a test when the leaf of its name agrees, a
quote when it contains a wanted line or lies in one, whitespace and colours aside.
"""
import argparse
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\^\[\[[0-9;]*m|^\s*\d{4}-\d\d-\d\dT[\d:.]+Z\s?")


def plain(text):
    return re.sub(r"\s+", " ", NOISE.sub("", text or "")).strip()


def leaf(name):
    head = re.split(r"[\[(]", plain(name), maxsplit=1)[0]
    rest = plain(name)[len(head):]
    for mark in ("::", " > ", " › ", " - "):
        head = head.rsplit(mark, 1)[-1]
    if " " not in head.strip() and "/" not in head:
        head = re.split(r"[.#]", head)[-1]
    return (head + rest).strip().rstrip("()").lower()


def same_path(one, other):
    one, other = ("/" + p.replace("\\", "/").lstrip("./") for p in (one, other))
    return one.endswith(other) or other.endswith(one)


def diagnose(program, log):
    run = subprocess.run([program, "diagnose", "--json", "-"], input=log.encode(), capture_output=True, check=False)
    return json.loads(run.stdout)


def judge(case, report):
    want = case["expected"]
    yield "class", report["class"] == case["class"], 1
    if want["failing_tests"]:
        told = {leaf(name) for name in report["failing"]}
        yield "tests", sum(leaf(name) in told for name in want["failing_tests"]), len(want["failing_tests"])
    if want["files"]:
        first = (report["locations"] or [{}])[0]
        fits = [same_path(first.get("path", "?"), p) and line in (None, first.get("line")) for p, line in want["files"]]
        yield "location", any(fits), 1
    quote, lines = plain(report["first_error"]), [want["first_error"], *want.get("first_error_alt", [])]
    yield "quote", bool(quote) and any(quote in line or line in quote for line in map(plain, lines) if line), 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--program", default="target/debug/thanos-fix")
    parser.add_argument("--misses", action="store_true", help="name what was not right")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    for file in args.files:
        with open(file, encoding="utf-8") as text:
            cases = [json.loads(line) for line in text]
        with ThreadPoolExecutor(2) as pool:
            reports = list(pool.map(lambda case: diagnose(args.program, case["log"]), cases))
        totals = {}
        for case, report in zip(cases, reports):
            for what, right, of in judge(case, report):
                had = totals.setdefault(what, [0, 0])
                had[0], had[1] = had[0] + right, had[1] + of
                if args.misses and right < of:
                    print(f"{case['id']}: {what}; {report['class']}: {report['first_error']}")
        print(file, len(cases), *(f"{what} {r}/{n} = {100 * r / n:.1f} %" for what, (r, n) in totals.items()), sep="  ")


if __name__ == "__main__":
    main()
