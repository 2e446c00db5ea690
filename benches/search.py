#!/usr/bin/env python3
"""How much the hand `search` repairs: `benches/search.py [held|quixbugs] [NAME…]` with the built program.

`quixbugs` wants the folder of that collection in THANOS_QUIXBUGS. Each program is healed in a copy of its own with
`thanos-fix heal -- pytest …`; then all its tests are run, and its results are compared with those of the sound program
on arguments that no test has. A claim is wrong when heal says that it repaired and a test fails.
"""
import copy, importlib.util, json, os, random, re, shutil, signal, subprocess, sys, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PROGRAM = os.environ.get("THANOS_FIX", str(ROOT / "target" / "release" / "thanos-fix"))
sys.path.insert(0, str(HERE / "search"))
sys.setrecursionlimit(3000)


class Slow(Exception):
    pass


def plain(value):
    """A value as text, whatever order or default a collection has."""
    if isinstance(value, set):
        return repr(sorted(value, key=repr))
    return repr(sorted(value.items(), key=repr)) if isinstance(value, dict) else repr(value)


def outcome(function, arguments, seconds=2):
    """What a call comes to, as text."""
    def strike(*_):
        raise Slow()
    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        arguments = copy.deepcopy(arguments)
        result = function(*arguments)
        if hasattr(result, "__next__"):
            result = list(result)
        return "value", plain(result), repr(arguments)
    except Slow:
        return ("slow",)
    except Exception as error:
        return ("raises", type(error).__name__)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def load(path, name):
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location("loaded_%d" % random.getrandbits(60), path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return getattr(module, name)


def vary(value, r):
    """Something of the same shape."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return max(0, value + r.randint(-3, 3)) if value >= 0 else value + r.randint(-3, 3)
    if isinstance(value, float):
        return abs(value + r.uniform(-1, 1)) + 0.01
    if isinstance(value, str):
        chars = list(value)
        if chars and r.random() < 0.7:
            chars[r.randrange(len(chars))] = r.choice(chars)
        if chars and r.random() < 0.4:
            chars.insert(r.randrange(len(chars)), r.choice(chars))
        return "".join(chars)
    if isinstance(value, (list, tuple)):
        items = [vary(v, r) for v in value]
        if isinstance(value, list) and items and r.random() < 0.4:
            items.insert(r.randrange(len(items) + 1), vary(r.choice(items), r))
        return type(value)(items)
    if isinstance(value, dict):
        return {k: vary(v, r) for k, v in value.items()}
    return value


def equal(mended, sound, inputs):
    """Where the sound one fails the argument is none."""
    for arguments in inputs:
        expected = outcome(sound, arguments)
        if expected[0] == "value" and outcome(mended, arguments) != expected:
            return False
    return True


def heal(folder, command, extra=()):
    began = time.monotonic()
    call = [PROGRAM, "heal", "--json", "--budget-seconds", os.environ.get("THANOS_SECONDS", "120"), *extra, "--", *command]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True)
    seconds = time.monotonic() - began
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {"outcome": "error", "reason": done.stderr[-300:]}
    rates = [
        (int(n), float(s)) for n, s in re.findall(r"(\d+) [a-z ]+ judged in ([\d.]+) s", done.stderr)]
    return told, seconds, sum(n for n, _ in rates), sum(s for _, s in rates)


# Held back ------------------------------------------------------------------------------------------------------------

def held(wanted):
    from held import HELD
    for sound, was, became, calls in HELD:
        name = re.findall(r"^def (\w+)", sound, re.M)[-1 if sound.startswith("class") else 0]
        if wanted and name not in wanted:
            continue
        assert sound.count(was) >= 1, name
        folder = Path(tempfile.mkdtemp(prefix="held-"))
        (folder / "tests").mkdir()
        (folder / "sound.txt").write_text(sound)
        (folder / (name + "_code.py")).write_text(sound.replace(was, became, 1))
        shutil.copy(folder / "sound.txt", folder / "tests" / "sound_.py")
        truth = load(folder / "tests" / "sound_.py", name)
        (folder / "tests" / "sound_.py").unlink()
        lines = ["from %s_code import %s\n\n\n" % (name, name)]
        for number, arguments in enumerate(calls):
            result = truth(*copy.deepcopy(arguments))
            lines.append("def test_%d():\n    assert %s(*%r) == %r\n\n\n" % (number, name, arguments, result))
        (folder / "tests" / ("test_%s.py" % name)).write_text("".join(lines))
        r = random.Random(name)
        inputs = list(calls) + [tuple(vary(v, r) for v in r.choice(calls)) for _ in range(300)]
        yield name, folder, folder / (name + "_code.py"), ["python", "-m", "pytest", "-q"], truth, name, inputs


# QuixBugs -------------------------------------------------------------------------------------------------------------

SLOW = {"knapsack", "levenshtein"}
CLOCK = """
import signal, pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    def strike(*_):
        raise TimeoutError("takes longer than 3 s")
    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
"""


def quixbugs(wanted):
    source = Path(os.environ["THANOS_QUIXBUGS"])
    for test in sorted((source / "python_testcases").glob("test_*.py")):
        name = test.stem[5:]
        if wanted and name not in wanted:
            continue
        folder = Path(tempfile.mkdtemp(prefix="quixbugs-"))
        for part in ("python_programs", "python_testcases", "json_testcases"):
            (folder / part).mkdir()
        for file in (source / "python_programs").glob("*.py"):
            if file.stem in (name, "node"):
                shutil.copy(file, folder / "python_programs")
        for file in [test, source / "python_testcases" / "node.py", source / "python_testcases" / "load_testdata.py"]:
            shutil.copy(file, folder / "python_testcases")
        for file in (source / "json_testcases").glob(name + ".json"):
            shutil.copy(file, folder / "json_testcases")
        (folder / "conftest.py").write_text((source / "conftest.py").read_text() + CLOCK)
        truth = load(source / "correct_python_programs" / (name + ".py"), name)
        path = folder / "python_programs" / (name + ".py")
        yield name, folder, path, ["python", "-m", "pytest", "-q", "python_testcases"], truth, name, inputs_of(source, name)


def inputs_of(source, name):
    r = random.Random(name)
    if name in GRAPHS:
        return [GRAPHS[name](r) for _ in range(200)]
    lines = (source / "json_testcases" / (name + ".json")).read_text().splitlines()
    calls = [json.loads(line)[0] for line in lines if line.strip()]
    calls = [tuple(call) if isinstance(call, list) else (call,) for call in calls]
    calls = [call for call in calls if name not in SLOW or len(repr(call)) < 60]
    return calls + [tuple(vary(v, r) for v in r.choice(calls)) for _ in range(200)]


class Node:
    def __init__(self, value=None, successor=None, successors=[], predecessors=[], incoming_nodes=[], outgoing_nodes=[]):
        self.value, self.successor, self.successors = value, successor, list(successors)
        self.predecessors, self.incoming_nodes, self.outgoing_nodes = list(predecessors), list(incoming_nodes), list(outgoing_nodes)

    def __repr__(self):
        chain, seen = [], set()
        node = self
        while isinstance(node, Node) and id(node) not in seen:
            seen.add(id(node))
            chain.append(node.value)
            node = node.successor
        return "Node%r" % chain


def digraph(r):
    nodes = [Node(i) for i in range(r.randint(2, 6))]
    for node in nodes:
        node.successors = [n for n in nodes if r.random() < 0.3]
    return nodes


def chain(r, loop):
    nodes = [Node(i) for i in range(r.randint(1, 6))]
    for one, other in zip(nodes, nodes[1:]):
        one.successor = other
    if loop and r.random() < 0.5:
        nodes[-1].successor = r.choice(nodes)
    return (nodes[0],)


def dag(r):
    nodes = [Node(i) for i in range(r.randint(2, 6))]
    for i, one in enumerate(nodes):
        for other in nodes[i + 1:]:
            if r.random() < 0.4:
                one.outgoing_nodes.append(other)
                other.incoming_nodes.append(one)
    r.shuffle(nodes)
    return (nodes,)


def weights(r, low=1):
    n = r.randint(2, 5)
    return n, {(i, j): r.randint(low, 9) for i in range(n) for j in range(n) if i != j and r.random() < 0.6}


def weighted(r):
    nodes = digraph(r)
    lengths = {(a, b): r.randint(1, 9) for a in nodes for b in a.successors}
    return lengths, nodes[0], nodes[-1]


GRAPHS = {
    "breadth_first_search": lambda r: (lambda n: (n[0], n[-1]))(digraph(r)),
    "depth_first_search": lambda r: (lambda n: (n[0], n[-1]))(digraph(r)),
    "detect_cycle": lambda r: chain(r, True),
    "reverse_linked_list": lambda r: chain(r, False),
    "topological_ordering": dag,
    "minimum_spanning_tree": lambda r: ({e: w for e, w in weights(r)[1].items() if e[0] < e[1]},),
    "shortest_path_length": weighted,
    "shortest_path_lengths": lambda r: weights(r),
    "shortest_paths": lambda r: (0, {**weights(r)[1], (0, 1): 2}),
}


def runs(command, folder):
    try:
        env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, cwd=folder, capture_output=True, env=env, timeout=60).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main():
    kind, *wanted = sys.argv[1:] or ["held"]
    rows, began = [], time.monotonic()
    for name, folder, path, command, truth, function, inputs in {"held": held, "quixbugs": quixbugs}[kind](wanted):
        told, seconds, judged, searched = heal(folder, command)
        passes = runs(command, folder)
        same = passes and equal(load(path, function), truth, inputs)
        claims = told["outcome"] == "proposed"
        rows.append((passes, same, seconds, judged, searched, claims and not passes, told.get("confidence"), told.get("hand")))
        word = "equal" if same else "pass" if passes else told["outcome"]
        rate = judged / searched if searched else 0
        print("%-28s %-10s %-10s %5.1f s  %6d judged %6.0f/s  %s" % (
            name, word, told.get("confidence") or "", seconds, judged, rate, (told.get("why") or told.get("reason") or "")[:150]), flush=True)
        shutil.rmtree(folder)
    n = len(rows)
    sure = [row for row in rows if row[6] == "confident"]
    print("\n%d programs: %d pass, %d equal, %d wrong claims; %.1f s in all, %.1f s of it in search; %d judged, %.0f/s; "
          "of %d confident ones %d are equal" % (
              n, sum(r[0] for r in rows), sum(r[1] for r in rows), sum(r[5] for r in rows), sum(r[2] for r in rows),
              sum(r[4] for r in rows), sum(r[3] for r in rows), sum(r[3] for r in rows) / max(sum(r[4] for r in rows), 0.01),
              len(sure), sum(r[1] for r in sure)))


main()
