#!/usr/bin/env python3
"""How often `locate` finds the files of a fix: benches/hits.py --program PROGRAM [--most N] [--texts FILE] CLONE...

Of each clone the newest commits are taken whose message closes an issue (`fixes #12`) and that change one to five sources
beside tests and documentation. The tree before the commit is written to a folder, and `locate` is asked with the issue's
text where FILE has it (one JSON object a line: repository, number, title, body), else with the message of the commit
without the names of its files. A hit is any of the changed files. Repositories are halved by a hash of their name: weights
may be fitted on the one half, figures are told of the other.
"""
import argparse, hashlib, json, pathlib, re, subprocess, tempfile

CLOSES = re.compile(r"\b(?:fix|fixes|fixed|close|closes|closed|resolve|resolves|resolved):?\s+#(\d+)", re.I)
SOURCE = re.compile(r"\.(py|js|ts|tsx|jsx|mjs|cjs|go|rs|java|c|h|cc|cpp|rb)$")
ASIDE = re.compile(r"(^|/)(tests?|docs?|examples?|spec|__tests__)(/|$)|(^|/)test_|[._-](test|spec)\.|conftest", re.I)


def git(repo, *words):
    return subprocess.run(["git", "-C", repo, *words], capture_output=True, check=True).stdout


def commits(repo, most):
    found = []
    log = git(repo, "log", "--no-merges", "--format=%H%x00%B%x01").decode("utf-8", "replace")
    for entry in log.split("\x01"):
        sha, _, message = entry.strip().partition("\0")
        closed = CLOSES.search(message)
        if not closed or len(found) == most:
            continue
        try:
            changed = git(repo, "diff", "--name-only", "--diff-filter=M", f"{sha}~1", sha).decode().split("\n")
        except subprocess.CalledProcessError:
            continue
        files = [path for path in changed if SOURCE.search(path) and not ASIDE.search(path)]
        if 1 <= len(files) <= 5:
            found.append((sha, int(closed[1]), message, files))
    return found


def text_of(message, files):
    text = CLOSES.sub("", message)
    for path in files:
        for name in (path, pathlib.PurePath(path).name):
            text = text.replace(name, "")
    return re.sub(r"(?m)^(Co-authored-by|Signed-off-by|Reviewed-by).*$", "", text).strip()


def rank(program, tree, text):
    out = subprocess.run([program, "--repo", tree, "locate", "--json", "--top", "10", "-"], input=text.encode(), capture_output=True)
    return [file["path"] for file in json.loads(out.stdout)["files"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--most", type=int, default=40)
    parser.add_argument("--texts")
    parser.add_argument("clones", nargs="+")
    args = parser.parse_args()
    texts = {}
    for line in open(args.texts) if args.texts else []:
        told = json.loads(line)
        texts[told["repository"], told["number"]] = f"{told['title']}\n\n{told['body']}"
    halves = {"fit": [], "report": []}
    for clone in args.clones:
        name = pathlib.Path(clone).parent.name if clone.rstrip("/").endswith("repo") else pathlib.Path(clone).name
        half = "fit" if hashlib.sha256(name.encode()).digest()[0] % 2 else "report"
        rows = []
        for sha, number, message, files in commits(clone, args.most):
            with tempfile.TemporaryDirectory() as tree:
                archive = subprocess.Popen(["git", "-C", clone, "archive", f"{sha}~1"], stdout=subprocess.PIPE)
                subprocess.run(["tar", "-x", "-C", tree], stdin=archive.stdout, check=True)
                archive.wait()
                found = rank(args.program, tree, texts.get((name, number)) or text_of(message, files))
            place = next((at for at, path in enumerate(found) if path in files), 99)
            rows.append(place)
        halves[half] += rows
        print(f"{name} ({half}): {tell(rows)}", flush=True)
    for half, rows in halves.items():
        print(f"{half}: {tell(rows)}")


def tell(rows):
    rate = lambda n: 100 * sum(place < n for place in rows) / max(len(rows), 1)
    return f"{len(rows)} fixes, first {rate(1):.0f} %, among five {rate(5):.0f} %, among ten {rate(10):.0f} %"


main()
