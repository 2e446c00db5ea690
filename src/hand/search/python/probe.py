# What the tests do ------------------------------------------------------------------------------------------------

class Tracer:
    """Lines and the types of variables, per test, in the files that may be changed."""

    def __init__(self, judge):
        self.judge = judge
        self.lines = set()
        self.known = {}
        self.types = {}
        self.counts = {}

    def file_of(self, code):
        if code not in self.known:
            path = self.judge.living.path_of(code.co_filename)
            self.known[code] = path if path in self.judge.living.files else None
        return self.known[code]

    def call(self, frame, event, _):
        path = self.file_of(frame.f_code)
        return None if path is None else functools.partial(self.line, path)

    def line(self, path, frame, event, _):
        code = frame.f_code
        self.lines.add((path, frame.f_lineno))
        count = self.counts[code] = self.counts.get(code, 0) + 1
        if count < 300 or count % 64 == 0 or event == "return":
            seen = self.types.setdefault((path, code.co_firstlineno), {})
            for name, value in frame.f_locals.items():
                seen.setdefault(name, set()).add(kind_of(value))
        return functools.partial(self.line, path)

    def trace(self, act):
        self.lines = set()
        self.counts = {}
        sys.settrace(self.call)
        try:
            return act()
        finally:
            sys.settrace(None)


def kind_of(value):
    kind = type(value)
    if kind in (list, tuple, set) and value:
        inner = {type(v).__name__ for v in list(value)[:3]}
        if len(inner) == 1:
            return "%s[%s]" % (kind.__name__, inner.pop())
    return kind.__name__


def probe(judge, say, mark):
    """Each test by itself, timed, then once more under the tracer; those named as failing first."""
    request = judge.request
    end = time.monotonic() + request["budget"]
    wanted = set(request.get("failing", []))
    is_wanted = lambda name: any(part in wanted for part in (name, name.split("::")[-1], name.split(".")[-1]))
    order = sorted(judge.tests, key=lambda name: not is_wanted(name))
    if not wanted:
        order = list(judge.tests)
    cover, results = {}, {}
    tracer = Tracer(judge)
    for name in order:
        if time.monotonic() > end:
            say("skipped", name)
            continue
        judge.living.restore()
        Effects.seen.clear()
        began = time.perf_counter()
        run = judge.tests[name].run
        # Where endless tests are, the second one need not prove it as long as the first.
        result = Clock.run(run, 0.25 if results.get(TIMED_OUT) else 1.0)
        seconds = time.perf_counter() - began
        if result is None:
            continue
        if result == TIMED_OUT and wanted and not is_wanted(name):
            say("skipped", name)
            continue
        say("effects", sorted(Effects.seen))
        results[result] = results.get(result, 0) + 1
        judge.living.restore()
        Clock.run(lambda: tracer.trace(run), min(1.0, seconds * 60 + 0.2) if result != TIMED_OUT else 0.3)
        sys.settrace(None)
        lines = {}
        for path, line in tracer.lines:
            lines.setdefault(path, []).append(line)
        say("test", name, result, seconds, lines)
        if result != PASSED:
            tell_types(judge, tracer, say)
    tell_types(judge, tracer, say)


def tell_types(judge, tracer, say):
    found = [[path, line, {name: sorted(kinds) for name, kinds in names.items()}]
             for (path, line), names in tracer.types.items()]
    say("types", found)
    say("globals", {path: {name: kind_of(value) for name, value in list(vars(module).items())[:400] if not name.startswith("__")}
                    for path, module in judge.living.modules.items() if path in judge.living.files and any(path == f for f, _, _ in found)})


def answer_probe(judge):
    said = ask(functools.partial(probe, judge), judge.request, judge.request["budget"] * 2 + 5)
    effects, tests, kinds, values, skipped = set(), [], [], {}, 0
    for what, *rest in said:
        if what == "effects":
            effects.update(rest[0])
        elif what == "test":
            tests.append(dict(zip(("name", "result", "seconds", "lines"), rest)))
        elif what == "types":
            kinds = rest[0]
        elif what == "globals":
            values = rest[0]
        elif what == "skipped":
            skipped += 1
    living = [[path, line] for path, line in judge.living.functions]
    return {"tests": tests, "types": kinds, "globals": values, "living": living, "skipped": skipped,
            "memory": {"effects": sorted(effects)}}


# Judging --------------------------------------------------------------------------------------------------------------

class Ladder:
    """How long a test may take: a few steps, so that an endless loop costs little and a slow repair is still found."""

    def __init__(self, request):
        passing = [test["seconds"] for test in request["tests"] if test["result"] == PASSED]
        first = min(max(5 * max(passing, default=0.0), 0.005), 3.0)
        self.steps = sorted({min(first * factor, 3.0) for factor in (1, 8, 64)} | {3.0})
        self.own = {test["name"]: test["seconds"] for test in request["tests"] if test["result"] == PASSED}

    def limit(self, step):
        return lambda name: max(self.steps[min(step, len(self.steps) - 1)], 5 * self.own.get(name, 0))

    @property
    def longest(self):
        return self.limit(len(self.steps) - 1)


class Slow:
    """Candidates that ran out of time and wait for more of it. The most hopeful few climb the whole ladder before the
    next, twice as many, set a foot on it: an endless loop must not keep a slow repair waiting."""

    SHARES, ROUNDS = (0, 48, 12, 4), 3

    def __init__(self):
        self.waiting = [[] for _ in self.SHARES]
        self.taken = [0] * len(self.SHARES)
        self.round = 0

    def __len__(self):
        return sum(map(len, self.waiting))

    def put(self, step, passed, cost, number):
        self.waiting[step].append((-passed, cost, number))

    def take(self, wanted, steps):
        """A step below `steps` and the numbers for it; None where nobody wanted waits there."""
        while self.round <= self.ROUNDS:
            for step in range(1, min(steps, len(self.SHARES))):
                waiting = self.waiting[step] = sorted(entry for entry in self.waiting[step] if wanted(entry[2]))
                room = (self.SHARES[step] << self.round) - self.taken[step]
                chosen, self.waiting[step] = waiting[:max(room, 0)], waiting[max(room, 0):]
                if chosen:
                    self.taken[step] += len(chosen)
                    return step, [number for _, _, number in chosen]
            self.round += 1
        return None


def judge_all(judge, emit):
    request, candidates = judge.request, judge.candidates
    began = time.monotonic()
    end = time.monotonic() + request["budget"]
    ladder = Ladder(request)
    failing = request["failing"]
    names = failing + request["passing"]
    margin, workers = request["margin"], request["workers"]
    queue = [list(range(at, min(at + size_at(at), len(candidates)))) for at in starts(len(candidates))]
    queue = [(0, batch) for batch in queue]
    slow, alive, best, progress = Slow(), {}, float("inf"), {}
    judged, running, out_of_time, singles = 0, {}, False, []
    canary = canaries(request)

    def within(number):
        return candidates[number][0] <= best + margin

    def worth_time(number):
        """With a survivor in hand only what is likelier yet slow is worth more time."""
        return candidates[number][0] < best if alive else within(number)

    def finish(number, result, passed, step):
        nonlocal best, judged
        judged += 1
        if result == PASSED:
            alive[number] = step
            best = min(best, candidates[number][0])
        elif result == TIMED_OUT and step + 1 < len(ladder.steps):
            slow.put(step + 1, passed, candidates[number][0], number)
        elif result == "M":
            judged -= 1
            singles.append(number)
        if passed and result != PASSED:
            progress[number] = max(progress.get(number, 0), passed)

    def next_batch():
        while queue:
            step, batch = queue.pop(0)
            batch = [number for number in batch if number is None or within(number)]
            if batch and batch[0] is not None:
                return step, batch
        while singles:
            number = singles.pop(0)
            if within(number):
                return 0, [number, None]
        if running:
            return None
        chosen = slow.take(worth_time, 2 if alive else len(ladder.steps))
        if chosen is None:
            return None
        step, numbers = chosen
        size = 4 if step == 1 else 1
        queue.extend((step, numbers[at:at + size]) for at in range(0, len(numbers), size))
        return next_batch()

    def work(step, batch, say, mark):
        alone = batch[-1] is None
        for number in batch:
            if number is None:
                continue
            judge.beat = functools.partial(mark, number)
            judge.beat()
            say("r", number, *judge.judge(candidates[number], names, ladder.limit(step), alone))
        mark(-1)
        if not alone and len(batch) > 1:
            judge.living.restore()
            for name, expected in canary:
                if Clock.run(judge.tests[name].run, ladder.longest(name)) != expected:
                    say("polluted")
                    break

    told = began
    while True:
        if time.monotonic() > end:
            out_of_time = True
            break
        if time.monotonic() > told + 5:
            told = time.monotonic()
            tell_progress(judged, len(alive))
        while len(running) < workers:
            chosen = next_batch()
            if chosen is None:
                break
            step, batch = chosen
            child = Child(functools.partial(work, step, batch), request, (step, batch, {}))
            running[child.fd] = child
        if not running:
            break
        ready = select.select(list(running), [], [], 0.05)[0]
        for fd in ready:
            child = running[fd]
            step, batch, results = child.tag
            lines, over = child.read()
            for what, *rest in lines:
                if what == "r":
                    results[rest[0]] = rest[1:]
                else:
                    results["polluted"] = True
            if over:
                settle(child, finish, queue)
                del running[fd]
        for fd, child in list(running.items()):
            number, since = child.at()
            # Every test of a candidate gives a sign; the child's own clock strikes long before.
            step, batch, results = child.tag
            longest = ladder.steps[min(step, len(ladder.steps) - 1)] * 20 + 3
            if time.monotonic() - since > longest + (10 if number == -1 else 0):
                settle(child, finish, queue)
                del running[fd]
            elif step and "polluted" not in results and not any(worth_time(n) for n in unjudged(batch, results)):
                for n, (result, passed) in results.items():
                    finish(n, result, passed, step)
                child.end()
                del running[fd]
    for child in running.values():
        child.end()
    seconds = time.monotonic() - began
    limit = best + margin
    chosen = sorted((candidates[number][0], number) for number in alive if candidates[number][0] <= limit)[:24]
    confirmed = confirm(judge, [number for _, number in chosen], names, ladder, end)
    groups, evidence = cluster(judge, confirmed, end) if confirmed else ([], {})
    hopeful = sorted(progress, key=lambda number: (-progress[number], candidates[number][0]))[:300]
    emit({"judged": judged, "alive": confirmed, "groups": groups, "evidence": evidence, "hopeful": hopeful, "out_of_time": out_of_time, "seconds": seconds,
          "unsettled": len(slow)})


def tell_progress(judged, alive):
    try:
        # Unless a wrapper has closed it, and it is another file by now.
        if os.readlink("/proc/self/fd/3") == os.environ.get("THANOS_SEARCH_TELL"):
            os.write(3, b"\x1e%d %d\n" % (judged, alive))
    except OSError:
        pass


def starts(count):
    at = 0
    while at < count:
        yield at
        at += size_at(at)


def size_at(at):
    """Small batches where survivors are likely, so that little is judged in vain."""
    return 48 if at < 384 else 128


def unjudged(batch, results):
    return [number for number in batch if number is not None and number not in results]


def settle(child, finish, queue):
    """A child that ended: what it said counts; where it died, the candidate is to blame."""
    step, batch, results = child.tag
    number, _ = child.at()
    child.end()
    todo = [n for n in batch if n is not None]
    if results.pop("polluted", False) and len(todo) > 1:
        half = len(todo) // 2
        # Survivors are confirmed by themselves anyway; of the others nothing is known.
        for part in (todo[:half], todo[half:]):
            queue.insert(0, (step, part if len(part) > 1 else part + [None]))
        return
    rest = []
    for n in todo:
        if n in results:
            finish(n, results[n][0], results[n][1], step)
        elif n == number:
            finish(n, TIMED_OUT if step == 0 else BROKEN, 0, step)
        else:
            rest.append(n)
    if rest:
        queue.insert(0, (step, rest))


def canaries(request):
    """Tests whose results on the unchanged code are known; cheap ones."""
    passing = sorted((t["seconds"], t["name"]) for t in request["tests"] if t["result"] == PASSED)[:3]
    return [(name, PASSED) for _, name in passing]


def confirm(judge, numbers, names, ladder, end):
    """Each survivor once more in a child of its own, with all the time that it wants."""
    kept = []
    for number in numbers:
        if time.monotonic() > end + 5:
            break
        act = lambda say, mark: say(*judge.judge(judge.candidates[number], names, ladder.longest, True))
        said = ask(act, judge.request, 60)
        if said and said[0][0] == PASSED:
            kept.append(number)
    return kept
