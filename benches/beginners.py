#!/usr/bin/env python3
"""Beginners' compile errors in C: planted into good programs by seed, then healed.

    benches/beginners.py [--seed N] [--half 0|1] [--count N] [--write DIR] FOLDER...

takes every .c file below the FOLDERs that compiles by itself, plants one mistake (in a quarter of them two) of the
kinds that studies of student programs list, keeps what then fails to compile, and runs

    thanos-fix heal -- gcc -w -c -o /dev/null prog.c

on each alone. It prints how many compile afterwards, how many are the original again (token by token), and the same
for all of gcc's own fix-its, applied at once, three times over. With pairs (FOLDER/*/prog.c beside a file `fixed`)
nothing is planted. --write only writes the broken programs. $THANOS_FIX_BIN names the program under test.
"""
import argparse, collections, concurrent.futures, os, pathlib, random, re, shutil, subprocess, sys, tempfile, time

TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|\#[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\w+|->|\+\+|--|&&|\|\||[<>=!+*/-]=|\S""", re.S)
KEYWORDS = ["int", "float", "double", "char", "return", "while", "for", "if", "else", "printf", "scanf", "void", "long"]
COMMAND = ["gcc", "-w", "-c", "-o", "/dev/null", "prog.c"]


def tokens(text):
    return [t for t in TOKEN.finditer(text) if not t[0].startswith(("//", "/*"))]


def plain(text):
    return [re.sub(r"\s+", "", t[0]) if t[0].startswith("#") else t[0] for t in tokens(text)]


def compiles(text):
    done = subprocess.run(["gcc", "-w", "-fsyntax-only", "-x", "c", "-"], input=text.encode("utf8", "replace"), capture_output=True)
    return done.returncode == 0


def cut(text, start, end, new=""):
    return text[:start] + new + text[end:]


def typo(rng, word):
    at = rng.randrange(1, len(word))
    kind = rng.randrange(4)
    if kind == 0 and at + 1 < len(word) and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    if kind == 1:
        return word[:at] + word[at + 1:]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice("aeioutnrsl") + word[at + 1:]


def lost(mark):
    def plant(rng, text):
        places = [t for t in tokens(text) if t[0] == mark]
        if not places:
            return None
        one = rng.choice(places)
        end = one.end()
        if mark in "{}" and text[:one.start()].rsplit("\n", 1)[-1].strip() == "" and text[end:end + 1] == "\n":
            return cut(text, text.rfind("\n", 0, one.start()) + 1, end + 1)
        return cut(text, one.start(), end)
    return plant


def doubled(mark):
    def plant(rng, text):
        places = [t for t in tokens(text) if t[0] == mark]
        return places and cut(text, (p := rng.choice(places)).start(), p.end(), mark * 2) or None
    return plant


def undeclared(rng, text):
    found = list(re.finditer(r"(?<!\()\b(?:int|float|double|char|long)\s+([^;(){}]+);", text))
    rng.shuffle(found)
    for one in found:
        names = [n.strip() for n in one[1].split(",")]
        if not all(re.fullmatch(r"\w+(\[\w+\])*(\s*=\s*[\w.']+)?", n) for n in names):
            continue
        gone = rng.choice(names)
        rest = [n for n in names if n != gone]
        if rest:
            return cut(text, one.start(1), one.end(1), ", ".join(rest))
        end = one.end() + (text[one.end():one.end() + 1] == "\n")
        start = text.rfind("\n", 0, one.start()) + 1 if text[:one.start()].rsplit("\n", 1)[-1].strip() == "" else one.start()
        return cut(text, start, end)
    return None


def misspelt(words):
    def plant(rng, text):
        places = [t for t in tokens(text) if re.fullmatch(r"[A-Za-z_]\w{2,}", t[0]) and (t[0] in KEYWORDS) == words]
        if not places:
            return None
        one = rng.choice(places)
        return cut(text, one.start(), one.end(), typo(rng, one[0]))
    return plant


def replaced(old, new, around=None):
    def plant(rng, text):
        places = [t for t in tokens(text) if t[0] == old and (not around or re.search(around, text[t.start() - 40:t.start()]))]
        return places and cut(text, (p := rng.choice(places)).start(), p.end(), new) or None
    return plant


def lost_quote(rng, text):
    places = [t for t in tokens(text) if t[0].startswith('"')]
    if not places:
        return None
    one = rng.choice(places)
    return cut(text, one.end() - 1, one.end()) if rng.random() < 0.7 else cut(text, one.start(), one.start() + 1)


def lost_in(pattern):
    def plant(rng, text):
        found = list(re.finditer(pattern, text))
        return found and cut(text, (p := rng.choice(found)).start(1), p.end(1)) or None
    return plant


def typed_call(rng, text):
    found = [m for m in re.finditer(r"(?<!\w )\b(\w+)\((\w+)(?=[,)])", text) if m[1] not in KEYWORDS]
    return found and cut(text, (p := rng.choice(found)).start(2), p.start(2), "int ") or None


def for_commas(rng, text):
    found = list(re.finditer(r"for\s*\(([^;(){}]*);([^;(){}]*);([^;{}]*?)\)", text))
    if not found:
        return None
    one = rng.choice(found)
    return cut(text, one.start(1), one.end(3), f"{one[1]},{one[2]},{one[3]}")


def again(rng, text):
    found = list(re.finditer(r"\n[ \t]*(?:int|float|char|double) [\w, ]+;", text))
    return found and (lambda p: cut(text, p.end(), p.end(), p[0]))(rng.choice(found)) or None


# kind: (weight, planter). The weights follow the frequencies that studies of first-year courses report.
KINDS = {
    "undeclared": (22, undeclared),
    "lost ;": (18, lost(";")),
    "lost )": (7, lost(")")),
    "lost (": (3, lost("(")),
    "lost }": (8, lost("}")),
    "lost {": (4, lost("{")),
    "lost ,": (3, lost(",")),
    "lost ]": (1, lost("]")),
    "lost quote": (5, lost_quote),
    "doubled )": (3, doubled(")")),
    "doubled }": (2, doubled("}")),
    "doubled ,": (1, doubled(",")),
    "misspelt name": (7, misspelt(False)),
    "misspelt keyword": (5, misspelt(True)),
    "commas in for": (3, for_commas),
    "one comma in for": (1, replaced(";", ",", r"for\s*\([^)]*$")),
    "= for ==": (3, replaced("==", "=")),
    ": for ;": (1, replaced(";", ":")),
    "; for ,": (1, replaced(",", ";")),
    ") for }": (1, replaced("}", ")")),
    "type in call": (2, typed_call),
    "declared twice": (2, again),
    "lost operator": (3, lost_in(r"\w ?([-+*/%<>]|==|&&|\|\|) ?\w")),
    "lost # or ()": (1, lost_in(r"(#)include|main ?(\(\w*\))")),
    "header misspelt": (1, lambda rng, text: text.replace("stdio.h", rng.choice(["stdoi.h", "studio.h", "stdio"]), 1)),
    "condition bare": (1, lambda rng, text: re.sub(r"(if|while) ?\(([^()]*)\)", r"\1 \2", text, count=1)),
}


def plant(rng, text):
    kinds, weights = zip(*[(k, w) for k, (w, _) in KINDS.items()])
    for _ in range(40):
        kind = rng.choices(kinds, weights)[0]
        made = KINDS[kind][1](rng, text)
        if made and made != text and not compiles(made):
            return kind, made
    return None


def cases(args):
    found = []
    for folder in args.folders:
        for path in sorted(pathlib.Path(folder).rglob("*.c")):
            text = path.read_bytes().decode("utf8", "replace").replace("\r", "")
            pair = path.with_name("fixed")
            if pair.exists():
                found.append((str(path), "pair", text, pair.read_bytes().decode("utf8", "replace").replace("\r", "")))
            elif 10 <= text.count("\n") <= 150:
                found.append((str(path), None, text, text))
    random.Random(args.seed).shuffle(found)
    found = found[args.half::2] if args.half is not None else found
    made = []
    for name, kind, text, good in found:
        if len(made) == args.count:
            break
        rng = random.Random(f"{args.seed} {name}")
        if kind is None:
            first = compiles(good) and plant(rng, good)
            if not first:
                continue
            kind, text = first
            if rng.random() < 0.25:
                second = plant(rng, text)
                kind, text = ("two", second[1]) if second else first
        made.append((name, kind, text, good))
    return made


def fix_its(text):
    """What gcc's own fixes come to."""
    for _ in range(3):
        done = subprocess.run(["gcc", "-w", "-fsyntax-only", "-fdiagnostics-parseable-fixits", "-x", "c", "-"],
                              input=text.encode("utf8", "replace"), capture_output=True)
        said = done.stderr.decode("utf8", "replace")
        lines, edits = [0], []
        data = text.encode("utf8", "replace")
        for line in data.split(b"\n"):
            lines.append(lines[-1] + len(line) + 1)
        for a, b, c, d, new in re.findall(r'fix-it:"<stdin>":\{(\d+):(\d+)-(\d+):(\d+)\}:"(.*)"', said):
            edits.append((lines[int(a) - 1] + int(b) - 1, lines[int(c) - 1] + int(d) - 1, new.replace("\\n", "\n").encode()))
        for start, end, new in sorted(set(edits), reverse=True):
            data = data[:start] + new + data[end:]
        text = data.decode("utf8", "replace")
        if not edits:
            break
    return text


def heal(case):
    _, _, text, _ = case
    program = os.environ.get("THANOS_FIX_BIN") or str(pathlib.Path(__file__).parent.parent / "target/dist/thanos-fix")
    folder = tempfile.mkdtemp(prefix="beginners-")
    path = pathlib.Path(folder, "prog.c")
    path.write_text(text)
    started = time.monotonic()
    subprocess.run([program, "heal", "--quiet", "--", *COMMAND], cwd=folder, capture_output=True)
    seconds = time.monotonic() - started
    after = path.read_text(errors="replace")
    shutil.rmtree(folder)
    return case, after, seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", type=int, choices=[0, 1])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--write")
    parser.add_argument("folders", nargs="+")
    args = parser.parse_args()
    planted = cases(args)
    if args.write:
        for at, (_, kind, text, good) in enumerate(planted):
            folder = pathlib.Path(args.write, f"{at:04}")
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in [("prog.c", text), ("fixed", good), ("kind", kind)]:
                (folder / name).write_text(content)
        return
    rows, seconds = collections.defaultdict(lambda: [0] * 5), []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for (_, kind, text, good), after, took in pool.map(heal, planted):
            seconds.append(took)
            own = fix_its(text)
            row = [1, compiles(after), plain(after) == plain(good), compiles(own), plain(own) == plain(good)]
            for name in [kind, "all"]:
                rows[name] = [a + b for a, b in zip(rows[name], row)]
    print(f"{'':18} programs  compile  equal   gcc's fix-its: compile  equal")
    for kind, (n, *found) in sorted(rows.items(), key=lambda row: row[1][0]):
        print(f"{kind:18} {n:8}  {found[0] / n:7.1%} {found[1] / n:6.1%} {found[2] / n:15.1%} {found[3] / n:14.1%}")
    seconds.sort()
    print(f"seconds: median {seconds[len(seconds) // 2]:.2f}, nine of ten below {seconds[len(seconds) * 9 // 10]:.2f}")


if __name__ == "__main__":
    sys.exit(main())
