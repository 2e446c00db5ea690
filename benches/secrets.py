#!/usr/bin/env python3
"""Scores a secret scanner on Samsung/CredData.

FOLDER is a checkout of that data set after its own download_data.py (or a part of it): data/, meta/ and
snapshot.json. A repository belongs to the tuning half when the first byte of the SHA-256 of its lower-case
owner/name is even, to the held-back half otherwise.

    benches/secrets.py FOLDER tune|held [--gitleaks PROGRAM] [--show misses|false|lost|rules|classes]

A labelled true span counts as found when a finding overlaps it. Every finding that overlaps no true span is
a false one, labelled or not. Spans are the distinct (file, lines, columns).
"""
import argparse, binascii, collections, csv, hashlib, json, os, subprocess, sys


def repositories(folder, half):
    for key, url in json.load(open(f"{folder}/snapshot.json")).items():
        name = "/".join(url.rstrip("/").split("/")[-2:]).lower()
        even = hashlib.sha256(name.encode()).digest()[0] % 2 == 0
        number = f"{binascii.crc32(binascii.unhexlify(key)):08x}"
        if even == (half == "tune") and os.path.isdir(f"{folder}/data/{number}"):
            yield number, name


def labels(folder, number):
    """Distinct spans of the files that are here: path -> {(first line, last line, start, end): label}."""
    out = collections.defaultdict(dict)
    for row in csv.DictReader(open(f"{folder}/meta/{number}.csv")):
        if not os.path.isfile(f"{folder}/{row['FilePath']}"):
            continue
        start, end = int(row["ValueStart"] or -1), int(row["ValueEnd"] or -1)
        span = (int(row["LineStart"]), int(row["LineEnd"]), start, end)
        if out[row["FilePath"]].get(span) != "T":
            out[row["FilePath"]][span] = row["GroundTruth"]
            CATEGORY[row["FilePath"], span] = row["Category"]
    return out


CATEGORY = {}


def overlaps(label, found):
    (a, b, s, e), (c, d, t, f) = label, found
    if a > d or c > b:
        return False
    if a == b == c == d and s >= 0 and e >= 0:
        return s < f and t < e
    return True


def ours(program, folder, place):
    done = subprocess.run([program, "--json", "--quiet", "scan", place], cwd=folder, capture_output=True)
    if done.returncode > 1:
        sys.exit(done.stderr.decode())
    for one in json.loads(done.stdout)["findings"]:
        end = one["end_column"] - 1 if one["end_line"] == one["line"] else 1 << 30
        yield one["path"], (one["line"], one["end_line"], one["column"] - 1, end), one["rule"]


def gitleaks(program, folder, place):
    """Its columns are not those of the text; the secret is looked for on its lines. What it found once is kept
    in FOLDER/gitleaks, for it takes minutes."""
    kept = os.path.join(folder, "gitleaks", os.path.basename(place) + ".json")
    if not os.path.isfile(kept):
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        command = [program, "dir", "--no-banner", "-l", "error", "-f", "json", "-r", kept + ".new", "--exit-code", "0", place]
        subprocess.run(command, cwd=folder, check=True)
        os.replace(kept + ".new", kept)
    for one in json.load(open(kept)) or []:
        lines = open(f"{folder}/{one['File']}", errors="replace", newline="").read().split("\n")
        first = one["Secret"].split("\n")[0]
        span = (one["StartLine"], one["EndLine"], 0, 1 << 30)
        for number in range(one["StartLine"], one["EndLine"] + 2):
            if number <= len(lines) and first and (at := lines[number - 1].find(first)) >= 0:
                last = number + one["Secret"].count("\n")
                span = (number, last, at, at + len(first) if last == number else 1 << 30)
                break
        yield one["File"], span, one["RuleID"]


class Score:
    """What one scanner found of the labelled true spans, and what else."""

    def __init__(self):
        self.hits, self.misses, self.false, self.unlabelled = set(), set(), [], 0
        self.rules = collections.defaultdict(lambda: [0, 0])

    def add(self, path, spans, found):
        good = [span for span, label in spans.items() if label == "T"]
        for span in good:
            ok = any(overlaps(span, place) for place, _ in found)
            (self.hits if ok else self.misses).add((path, span))
        for place, rule in found:
            ok = any(overlaps(span, place) for span in good)
            self.rules[rule][ok] += 1
            if not ok:
                self.false.append((path, place, rule))
                self.unlabelled += not any(overlaps(span, place) for span in spans)

    def tell(self, name):
        hit, true, false = len(self.hits), len(self.hits) + len(self.misses), len(self.false)
        recall, precision = hit / max(1, true), hit / max(1, hit + false)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"{name}: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} ({hit} of {true} true spans, "
              f"{false} false findings, {self.unlabelled} of them on lines without a label)")


def show(folder, kind, path, span):
    lines = open(f"{folder}/{path}", errors="replace", newline="").read().split("\n")
    line = lines[span[0] - 1]
    start = max(0, span[2] - 80)
    print(f"{kind}\t{path}:{span[0]}\t{line[start:start + 200].strip()}\t<{line[max(0, span[2]):span[3]][:60]}>")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("half", choices=["tune", "held"])
    parser.add_argument("--program", default=os.environ.get("THANOS_FIX_BIN", "target/dist/thanos-fix"))
    parser.add_argument("--gitleaks", metavar="PROGRAM", help="score gitleaks too, and what it finds and we do not")
    parser.add_argument("--show", choices=["misses", "false", "lost", "rules", "classes"])
    args = parser.parse_args()
    own, other = Score(), Score()
    repos = list(repositories(args.folder, args.half))
    for number, _ in repos:
        spans = labels(args.folder, number)
        runs = [(own, ours, args.program)] + ([(other, gitleaks, args.gitleaks)] if args.gitleaks else [])
        for score, scan, program in runs:
            found = collections.defaultdict(list)
            for path, place, rule in scan(os.path.abspath(program), args.folder, f"data/{number}"):
                found[path].append((place, rule))
            for path in set(spans) | set(found):
                score.add(path, spans[path], found[path])
    print(f"{len(repos)} repositories")
    own.tell("thanos-fix")
    lost = other.hits - own.hits
    if args.gitleaks:
        other.tell("gitleaks")
        print(f"of the true spans that gitleaks finds, found: {1 - len(lost) / max(1, len(other.hits)):.4f}")
    if args.show == "rules":
        for rule, (bad, good) in sorted(own.rules.items(), key=lambda rule: -sum(rule[1])):
            print(f"{good:5} true {bad:5} false  {rule}")
    if args.show == "classes":
        classes = collections.Counter(CATEGORY[place] for place in own.hits | own.misses)
        found = collections.Counter(CATEGORY[place] for place in own.hits)
        for name, count in classes.most_common():
            print(f"{found[name]:5} of {count:5}  {name}")
    for path, span in sorted({"misses": own.misses, "lost": lost}.get(args.show, [])):
        show(args.folder, CATEGORY[path, span], path, span)
    for path, place, rule in sorted(own.false) if args.show == "false" else []:
        show(args.folder, rule, path, place)


main()
