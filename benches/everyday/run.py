#!/usr/bin/env python3
"""Everyday failures: real packages broken by one mutation each, healed, and compared with the original.

    benches/everyday/run.py --seeds 1-120 [--step 2] [--language L,…] [--kind K,…] [--out FILE] [--jobs 2] [-v]

Every seed is one case: a package, one of its own checks, one kind of break (breaks.py) or one situation in which
nothing should change (still.py, every eighth seed). The copy is a git repository; the break is uncommitted, or, for
every other seed, the last commit (with --no-history it is all that git knows). The check must pass before and fail after; then

    thanos-fix heal --json --budget-seconds 60 -- bash -c CHECK

runs, the check runs once more, and the tree is compared byte for byte. Odd seeds are for tuning, even ones for
reporting: do not look at the cases of even seeds. The program is $THANOS_FIX_BIN, else target/dist/thanos-fix. Packages
and tools come from a cache (packages.py). A wrong claim is a success that was told and is none, or a change left where
no success was told.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

sys.dont_write_bytecode = True
import packages  # noqa: E402
from breaks import KINDS, Site  # noqa: E402
from still import STILL  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("THANOS_FIX_BIN", str(ROOT / "target/dist/thanos-fix"))
SKIPPED = {".git", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "target", "out", "node_modules"}
TRIES = 12


def execute(command, cwd, limit=25):
    """(status, output); the status is `None` where it takes too long."""
    child = subprocess.Popen(["bash", "-c", command], cwd=cwd, env=packages.environment(), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = child.communicate(timeout=limit)
        return child.returncode, output.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return None, ""


def tree(root):
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in SKIPPED and not f.endswith(".egg-info")]
        for name in files:
            path = Path(folder) / name
            if path.suffix not in (".o", ".a"):
                found[str(path.relative_to(root))] = path.read_bytes()
    return found


def git(root, *arguments):
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid", "-c", "core.autocrlf=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def work_copy(package, root):
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(packages.pristine(package), root, symlinks=True)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "as published")


def site(rng, package, root):
    paths = sorted({str(p.relative_to(root)) for glob in package.sources for p in root.glob(glob) if p.is_file()})
    return Site(rng, package.language, root, paths)


def fits(check, kind):
    general = check.kinds is None and kind not in packages.STYLE
    return general or (check.kinds is not None and kind in check.kinds)


def plan(seed, wanted):
    """(package, check, kind) of a seed: all languages and kinds come up about as often."""
    rng = random.Random(seed)
    if seed % 8 in (3, 4) and not wanted.kinds and not wanted.languages:
        package = rng.choice(packages.PACKAGES)
        return package, package.checks[0], rng.choice(sorted(STILL)), True, rng
    languages = sorted({p.language for p in packages.PACKAGES if not wanted.languages or p.language in wanted.languages})
    language = rng.choice(languages)
    kinds = sorted(k for k, (where, _) in KINDS.items() if language in where and (not wanted.kinds or k in wanted.kinds))
    rng.shuffle(kinds)
    for kind in kinds:
        pairs = [(p, c) for p in packages.PACKAGES if p.language == language for c in p.checks if fits(c, kind)]
        if pairs:
            return *rng.choice(pairs), kind, False, rng
    return None


def broken(package, check, kind, is_still, rng, root):
    """The files that break the check, and the command; None where no place was found."""
    for _ in range(TRIES):
        place = site(rng, package, root)
        if is_still:
            made = STILL[kind](place, check.command, root.parent)
            if made is None:
                continue
            changed, command = made
        else:
            changed, command = KINDS[kind][1](place), check.command
            if not changed or all((root / path).exists() and (root / path).read_bytes().decode() == text for path, text in changed.items()):
                continue
        before = {path: (root / path).read_bytes() for path in changed}
        meant = {path: text.encode() for path, text in (place.meant or {}).items()}
        for path, text in changed.items():
            (root / path).write_bytes(text.encode())
        if kind in ("healthy", "flaky", "network") or execute(command, root)[0]:
            return before, command, meant
        for path, text in before.items():
            (root / path).write_bytes(text)
    return None


def heal(root, command, wanted):
    hands = ["--hands", wanted.hands] if wanted.hands else []
    argv = [BINARY, "heal", "--json", "--quiet", *hands, "--budget-seconds", str(wanted.budget), "--", "bash", "-c", command]
    started = time.monotonic()
    done = subprocess.run(argv, cwd=root, env=packages.environment(), stdin=subprocess.DEVNULL, capture_output=True)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {"outcome": "none", "reason": (done.stdout + done.stderr).decode(errors="replace")[-2000:]}
    return told, time.monotonic() - started


def ranking(root, command, before, wanted):
    """Of a case that did not end as it began: whether the original was among what can be tried, or is never proposed.
    The command is made to pass for the original alone, and to fail as at first for all else."""
    scratch = root.parent / "original"
    lines = []
    _, output = execute(command, root)
    scratch.mkdir()
    (scratch / "log").write_text(output)
    for at, (path, text) in enumerate(before.items()):
        (scratch / str(at)).write_bytes(text)
        lines.append(f"cmp -s {scratch / str(at)} {path}")
    told, _ = heal(root, f"{command} && {{ {{ {' && '.join(lines)}; }} || {{ cat {scratch / 'log'}; exit 1; }}; }}", wanted)
    return "behind" if told.get("outcome") in ("proposed", "fixed") else "never"


def case(seed, wanted):
    planned = plan(seed, wanted)
    if planned is None:
        return None
    package, check, kind, is_still, rng = planned
    result = {"seed": seed, "language": package.language, "package": package.name, "kind": kind, "check": check.command, "still": is_still}
    with tempfile.TemporaryDirectory(dir=packages.CACHE / "work", prefix=f"case-{seed}-") as folder:
        root = Path(folder) / "tree"
        work_copy(package, root)
        if execute(check.command, root)[0] != 0:
            return result | {"verdict": "unsound"}
        made = broken(package, check, kind, is_still, rng, root)
        if made is None:
            return result | {"verdict": "no place"}
        before, command, meant = made
        diff = subprocess.run(["git", "diff", "-U0"], cwd=root, capture_output=True).stdout.decode(errors="replace")
        if wanted.no_history:
            shutil.rmtree(root / ".git")
            git(root, "init", "-q")
            git(root, "add", "-A")
            git(root, "commit", "-q", "-m", "as found")
        elif seed // 2 % 2 and before:
            git(root, "commit", "-q", "-a", "-m", "a change")
        at_first = tree(root)
        said = execute(command, root)[1] if wanted.keep_output else ""
        told, seconds = heal(root, command, wanted)
        at_last = tree(root)
        # On a busy machine the check is as slow as the repair was.
        status, _ = execute(command, root, max(25, wanted.budget))
        def ends_as(wished):
            return {**at_first, **wished} == {**at_last}
        # A rename has two sound ends: taken back, or finished.
        same = ends_as(before) or bool(meant) and ends_as(meant)
        result |= {"outcome": told.get("outcome"), "reason": told.get("reason") or told.get("why"), "hand": told.get("hand"), "seconds": round(seconds, 1),
                   "candidates": told.get("candidates"), "passes": status == 0, "identical": same, "changed": at_first != at_last,
                   "broken": diff, "patch": told.get("patch"), "class": (told.get("diagnosis") or {}).get("class")}
        if wanted.keep_output:
            result |= {"output": said[:6000], "tried": told.get("tried")}
        result["verdict"] = verdict(result)
        if wanted.ranking and result["verdict"] in ("missed", "healed"):
            for path, text in at_first.items():
                (root / path).write_bytes(text)
            for path in at_last.keys() - at_first.keys():
                (root / path).unlink()
            result["original"] = ranking(root, command, before, wanted)
    return result


def verdict(result):
    claims = result["outcome"] in ("proposed", "fixed")
    if claims and (not result["passes"] or not result["changed"]) or (not claims and result["changed"]):
        return "wrong claim"
    if result["still"]:
        return "changed" if result["changed"] else "left alone"
    if not claims:
        return "missed"
    return "identical" if result["identical"] else "healed"


def table(results, by):
    print(f"\n{by:<16}{'cases':>7}{'healed':>8}{'identical':>11}{'wrong':>7}")
    groups = sorted({r[by] for r in results})
    for group in [*groups, "all"]:
        own = Counter(r["verdict"] for r in results if group in (r[by], "all"))
        cases, same = sum(own.values()), own["identical"]
        print(f"{group:<16}{cases:>7}{same + own['healed']:>8}{same:>11}{own['wrong claim']:>7}")


def report(results):
    done = [r for r in results if r["verdict"] not in ("no place", "unsound")]
    breaks, stills = [r for r in done if not r["still"]], [r for r in done if r["still"]]
    if breaks:
        table(breaks, "language")
        table(breaks, "kind")
        healed = sum(r["verdict"] in ("identical", "healed") for r in breaks) / len(breaks)
        print(f"\n{len(breaks)} cases: {healed:.1%} healed, {sum(r['verdict'] == 'identical' for r in breaks) / len(breaks):.1%} identical")
        where = Counter((r["verdict"], r["original"]) for r in breaks if "original" in r)
        print("the original: " + ", ".join(f"{n} {told} and {place} among the candidates" for (told, place), n in sorted(where.items())) if where else "")
    alone = sum(r["verdict"] == "left alone" for r in stills)
    wrong = sum(r["verdict"] == "wrong claim" for r in done)
    print(f"nothing should change: {alone} of {len(stills)} left alone; wrong claims: {wrong}; {len(results) - len(done)} seeds without a case")


def show(result, verbose):
    line = f"{result['seed']:>4} {result['verdict']:<11} {result['language']:<11} {result['kind']:<16} {result['package']}"
    print(f"{line}  {result.get('seconds', '')} s  {result.get('original', '')}  {result.get('reason') or ''}"[:230], flush=True)
    if verbose and result["verdict"] in ("missed", "wrong claim", "changed", "healed"):
        lines = [l for l in (result.get("broken") or "").splitlines() if l[:1] in ("+", "-") and not l.startswith(("+++ ", "--- "))]
        print("       " + "\n       ".join(l[:160] for l in lines[:8]), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1-119")
    parser.add_argument("--step", type=int, default=2)
    parser.add_argument("--language", default="")
    parser.add_argument("--kind", default="")
    parser.add_argument("--budget", type=int, default=60)
    parser.add_argument("--hands", default="", help="these alone")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out")
    parser.add_argument("--no-history", action="store_true", help="git knows nothing but the broken tree")
    parser.add_argument("--keep-output", action="store_true")
    parser.add_argument("--ranking", action="store_true", help="where the original is not the repair, whether it was among the candidates")
    parser.add_argument("-v", action="store_true")
    wanted = parser.parse_args()
    wanted.languages = [w for w in wanted.language.split(",") if w]
    wanted.kinds = [w for w in wanted.kind.split(",") if w]
    first, _, last = wanted.seeds.partition("-")
    seeds = [int(s) for s in wanted.seeds.split(",")] if "," in wanted.seeds else range(int(first), int(last or first) + 1, wanted.step)
    packages.tools()
    (packages.CACHE / "work").mkdir(exist_ok=True)
    for package in packages.PACKAGES:
        if not wanted.languages or package.language in wanted.languages:
            packages.pristine(package)
    results = []
    with ThreadPoolExecutor(wanted.jobs) as pool:
        for done in as_completed([pool.submit(case, seed, wanted) for seed in seeds]):
            result = done.result()
            if result is None:
                continue
            results.append(result)
            show(result, wanted.v)
            if wanted.out:
                with open(wanted.out, "a") as out:
                    out.write(json.dumps(result) + "\n")
    report(results)


if __name__ == "__main__":
    main()
