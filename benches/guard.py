#!/usr/bin/env python3
"""How often the guard blocks what people did: benches/guard.py --program PROGRAM [--most N] [--half tune|report] CLONE...

Of each clone N commits are taken whose message speaks of a fix (a hash decides which, so that the same ones come again):
no merges, 20 files and 600 changed lines at most, source in one of six languages. For each a repository of its touched
files alone is made, `guard --json` judges the change in it, and what it blocks is listed to be read by a person. What the
reading says is kept outside of this repository: `--labels FILE` has lines `COMMIT right|wrong|policy`, `right` where a
person would want a repair that does this refused. Rules may be tuned on the one half (`tune`), figures are told of the other.
`--keep FOLDER` keeps the little repositories for the next run; `--list` prints every block with the lines it is about.
"""
import argparse, collections, hashlib, json, pathlib, re, subprocess, tempfile

FIX = r"\b(fix|fixes|fixed|fixing|bug|bugfix|regression|crash|wrong|correct|corrects)\b"
LANGUAGES = {
    "Python": "py pyi", "JavaScript": "js jsx ts tsx mjs cjs vue", "Rust": "rs", "Go": "go", "Java": "java kt",
    "C": "c h cc cpp cxx hpp hh",
}
ENDINGS = {ending: language for language, endings in LANGUAGES.items() for ending in endings.split()}
TEST = re.compile(r"(^|/)(tests?|__tests__|spec|testing|e2e)(/|$)|(^|/)test_|[._-](test|spec)s?\.|Tests?\.(java|kt)$|conftest", re.I)
MOST_FILES, MOST_LINES = 20, 600


def git(repo, *words, **more):
    return subprocess.run(["git", "-C", repo, *words], capture_output=True, check=True, **more).stdout


def numstat(repo, sha):
    rows = git(repo, "diff-tree", "-r", "--no-renames", "--numstat", f"{sha}~1", sha).decode("utf-8", "replace")
    return [row.split("\t") for row in rows.splitlines()]


def language_of(paths):
    known = collections.Counter(ENDINGS.get(path.rsplit(".", 1)[-1]) for path in paths)
    known.pop(None, None)
    return known.most_common(1)[0][0] if known else None


def commits(repo, most):
    """(sha, language, paths) of `most` commits that touch tests and of half as many that do not."""
    log = git(repo, "log", "--no-merges", "--perl-regexp", "-i", f"--grep={FIX}", "--format=%H", "HEAD").decode().split()
    wanted, found = {True: most, False: most // 2}, []
    for sha in sorted(log):
        if not any(wanted.values()):
            break
        try:
            rows = numstat(repo, sha)
        except subprocess.CalledProcessError:
            continue
        if not rows or len(rows) > MOST_FILES or any(row[0] == "-" or row[2].startswith('"') for row in rows):
            continue
        paths = [row[2] for row in rows]
        language, tests = language_of(paths), any(TEST.search(path) for path in paths)
        if sum(int(row[0]) + int(row[1]) for row in rows) <= MOST_LINES and language and wanted[tests]:
            wanted[tests] -= 1
            found.append((sha, language, tests, paths))
    return found


def blobs(repo, names):
    """The content of each `commit:path`, `None` where there is none or it is no plain file."""
    batch = subprocess.Popen(["git", "-C", repo, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for name in names:
        batch.stdin.write(name.encode() + b"\n")
        batch.stdin.flush()
        head = batch.stdout.readline().split()
        body = batch.stdout.read(int(head[2]) + 1)[:-1] if head[-1] != b"missing" else None
        yield body if head[1] == b"blob" else None
    batch.stdin.close()
    batch.wait()


def lay_out(repo, sha, paths, folder):
    folder.mkdir(parents=True)
    sides = list(blobs(repo, [f"{rev}:{path}" for rev in (f"{sha}~1", sha) for path in paths]))
    def write(contents):
        for path, content in zip(paths, contents):
            file = folder / path
            if content is None:
                file.unlink(missing_ok=True)
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    quiet = ["-c", "user.name=b", "-c", "user.email=b@example.com", "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false"]
    git(folder, "init", "-q")
    write(sides[:len(paths)])
    git(folder, *quiet, "add", "-A", "-f")
    git(folder, *quiet, "commit", "-q", "--allow-empty", "-m", "before")
    write(sides[len(paths):])


def judge(program, folder):
    # Hooks are another guard: what a repository brings of its own is not run here.
    out = subprocess.run([program, "--repo", folder, "guard", "--base", "HEAD", "--json", "--sandbox", "off"], capture_output=True)
    told = json.loads(out.stdout)
    found = [finding for guard in told["guards"] for finding in guard["findings"]]
    return [f for f in found if f["severity"] == "error"], [f for f in found if f["severity"] != "error"]


def line_of(folder, finding):
    number, path = finding.get("line"), finding.get("path")
    if not number or not path:
        return ""
    shown = git(folder, "show", f"HEAD:{path}").decode("utf-8", "replace") if is_old(finding) or not (folder / path).exists() else (folder / path).read_text("utf-8", "replace")
    lines = shown.splitlines()
    return lines[number - 1].strip()[:150] if number <= len(lines) else ""


def is_old(finding):
    return any(word in finding["message"] for word in ("removes", "deletes", "asserts", "rewrites", "loosens", "takes cases"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--most", type=int, default=12)
    parser.add_argument("--half", choices=["tune", "report"])
    parser.add_argument("--labels")
    parser.add_argument("--keep")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("clones", nargs="+")
    args = parser.parse_args()
    labels = dict(line.split()[:2] for line in open(args.labels) if line.strip()) if args.labels else {}
    rows, rules = collections.defaultdict(collections.Counter), collections.Counter()
    keep = pathlib.Path(args.keep or tempfile.mkdtemp())
    for clone in args.clones:
        name = pathlib.Path(clone.removesuffix("/repo")).name
        known = keep / f"{name}.{args.most}.json"
        found = json.loads(known.read_text()) if known.exists() else commits(clone, args.most)
        keep.mkdir(parents=True, exist_ok=True)
        known.write_text(json.dumps(found))
        for sha, language, tests, paths in found:
            half = "tune" if hashlib.sha256(sha.encode()).digest()[0] % 2 else "report"
            if args.half not in (None, half):
                continue
            folder = keep / name / sha[:12]
            if not folder.exists():
                lay_out(clone, sha, paths, folder)
            errors, warnings = judge(args.program, folder)
            row = rows[half, language, "tests" if tests else "no tests"]
            row["commits"] += 1
            row["warned"] += bool(warnings and not errors)
            if errors:
                row["blocked"] += 1
                row[labels.get(sha[:12], "unread")] += 1
                rules.update({finding["rule"] for finding in errors})
            if errors and args.list:
                print(f"\n{name} {sha[:12]} [{labels.get(sha[:12], 'unread')}]")
                for finding in errors:
                    print(f"  {finding['rule']}: {finding.get('path')}:{finding.get('line')}: {finding['message']} | {line_of(folder, finding)}", flush=True)
    kinds = ["commits", "blocked", "right", "policy", "wrong", "unread", "warned"]
    total = collections.defaultdict(collections.Counter)
    print("\n" + " ".join(f"{word:>10}" for word in ["half", "language", "touches", *kinds]))
    for key, row in sorted(rows.items()):
        total[key[0], "all", key[2]].update(row)
        print(" ".join(f"{word:>10}" for word in [*key, *(row[kind] for kind in kinds)]))
    for key, row in sorted(total.items()):
        print(" ".join(f"{word:>10}" for word in [*key, *(row[kind] for kind in kinds)]))
    print("\n" + "\n".join(f"{count:5} {rule}" for rule, count in rules.most_common()))


if __name__ == "__main__":
    main()
