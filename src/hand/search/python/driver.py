"""Judges candidates inside the repository's own test run: collected once, judged in forked children.

Loaded by the failing command itself, as a pytest plugin or through sitecustomize (unittest), so that its wrappers,
options and import paths are what they always are. The request is a file; the answers are lines of JSON in another.
Nothing here raises into the test run: whatever goes wrong ends it with what is known.
"""
import base64, functools, gc, io, json, mmap, os, pickle, random, re, resource, select, signal, struct, sys, time, types

PLACE = os.environ.get("THANOS_SEARCH", "")
ROOT = os.path.realpath(os.environ.get("THANOS_SEARCH_ROOT", "."))
EFFECTS = {
    "os.remove", "os.rmdir", "os.rename", "os.truncate", "os.fork", "os.forkpty", "os.system", "os.exec", "os.kill",
    "os.posix_spawn", "os.chmod", "os.chown", "os.link", "os.symlink", "os.mkdir", "os.chdir", "subprocess.Popen",
    "socket.connect", "socket.bind", "shutil.rmtree", "shutil.move", "signal.pthread_kill", "open for writing",
}
PASSED, FAILED, TIMED_OUT, BROKEN = "P", "F", "T", "E"


class Stop(BaseException):
    """The time is up, or a candidate did what the tests never do."""


class Clock:
    """Stops a test when its processor time is up, or much more time has passed. It strikes again until it is heard."""

    fired = False
    armed = False

    @classmethod
    def strike(cls, *_):
        if cls.armed:
            cls.fired = True
            raise Stop()

    @classmethod
    def set_up(cls):
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, cls.strike)

    @classmethod
    def run(cls, act, seconds):
        """What `act` returns, or TIMED_OUT."""
        cls.fired = False
        result = FAILED
        try:
            try:
                cls.armed = True
                signal.setitimer(signal.ITIMER_PROF, seconds, 0.01)
                signal.setitimer(signal.ITIMER_REAL, seconds * 20 + 1, 0.05)
                result = act()
            finally:
                cls.armed = False
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
        except BaseException:
            pass
        cls.armed = False
        return TIMED_OUT if cls.fired else result


class Effects:
    """What a test does to the world outside; a candidate may do no other things than the tests did before."""

    seen = set()
    allowed = None

    @classmethod
    def hook(cls, event, args):
        if event == "open":
            mode = args[1]
            flags = args[2] if isinstance(args[2], int) else 0
            writes = (isinstance(mode, str) and any(c in mode for c in "wax+")) or flags & (os.O_WRONLY | os.O_RDWR)
            if not writes or args[0] == os.devnull:
                return
            event = "open for writing"
        if event not in EFFECTS or not Clock.armed:
            return
        cls.seen.add(event)
        if cls.allowed is not None and event not in cls.allowed:
            raise Stop()


def below_root(path):
    real = os.path.realpath(path)
    return os.path.relpath(real, ROOT) if real.startswith(ROOT + os.sep) else None


# Tests --------------------------------------------------------------------------------------------------------------

class Test:
    def __init__(self, name, run):
        self.name, self.run = name, run


def verdict(act):
    """A test that skips itself says nothing."""
    try:
        act()
        return PASSED
    except Stop:
        raise
    except BaseException as error:
        return None if type(error).__name__ in ("Skipped", "SkipTest") else FAILED


def of_pytest(item):
    # Nobody reads the traceback of a candidate, and writing it takes longer than most tests.
    item.repr_failure = item._repr_failure_py = lambda *_, **__: "failed"
    act = directly(item) or functools.partial(by_protocol, item)
    return Test(item.nodeid, act)


def directly(item):
    """A plain function whose arguments are parameters needs no machinery."""
    import inspect
    from _pytest.python import Function
    if type(item) is not Function or inspect.iscoroutinefunction(item.obj) or inspect.isgeneratorfunction(item.obj):
        return None
    special = {"skip", "skipif", "xfail", "usefixtures", "asyncio", "anyio", "trio", "django_db"}
    if any(mark.name in special for mark in item.iter_markers()):
        return None
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    made = getattr(item._fixtureinfo, "name2fixturedefs", {})
    pseudo = lambda name: name not in made or made[name][-1].func.__name__ == "get_direct_param_fixture_func"
    if not all(name in params and pseudo(name) for name in item.fixturenames):
        return None
    try:
        frozen = pickle.dumps(params)
        pickle.loads(frozen)
    except Exception:
        return None
    name = getattr(item, "originalname", None) or item.name
    owner = item.cls
    # Looked up anew: a candidate at module level may have put another function there.
    find = (lambda: getattr(owner(), name)) if owner else (lambda: getattr(item.module, name))
    return lambda: verdict(lambda: find()(**pickle.loads(frozen)))


def by_protocol(item):
    from _pytest.runner import runtestprotocol
    try:
        reports = runtestprotocol(item, log=False, nextitem=None)
    except BaseException:
        item.session._setupstate.stack.clear()
        raise
    if Clock.fired or any(report.failed for report in reports):
        item.session._setupstate.stack.clear()
        return FAILED
    return None if any(report.skipped for report in reports) else PASSED


def of_unittest(case):
    import unittest

    def act():
        result = unittest.TestResult()
        result._exc_info_to_string = lambda *_: "failed"
        unittest.TestSuite([case])(result)
        if result.skipped:
            return None
        return PASSED if result.wasSuccessful() else FAILED

    return Test(case.id(), act)


# Living code --------------------------------------------------------------------------------------------------------

class Living:
    """The functions, caches and global values of the repository's modules, as they were."""

    def __init__(self, files):
        self.files = set(files)
        self.paths = {}
        self.functions = {}
        self.caches = []
        for thing in gc.get_objects():
            if isinstance(thing, types.FunctionType):
                path = self.path_of(thing.__code__.co_filename)
                if path in self.files:
                    self.functions.setdefault((path, thing.__code__.co_firstlineno), []).append(thing)
            elif isinstance(thing, functools._lru_cache_wrapper):
                self.caches.append(thing)
        self.modules = {}
        for module in list(sys.modules.values()):
            path = self.path_of(getattr(module, "__file__", None) or "")
            if path is not None and "site-packages" not in path:
                self.modules[path] = module
        self.original = {
            function: (function.__code__, function.__defaults__, function.__kwdefaults__)
            for functions in self.functions.values() for function in functions
        }
        self.take()

    def take(self):
        """What is there now is what a test begins with."""
        self.values = [(module.__dict__, dict(module.__dict__)) for module in self.modules.values()]
        self.contents = []
        for _, values in self.values:
            for value in list(values.values()):
                self.keep(value)
                if isinstance(value, type) and getattr(value, "__module__", None) in sys.modules:
                    for inner in list(vars(value).values()):
                        self.keep(inner)
        for functions in self.functions.values():
            for function in functions:
                for value in function.__defaults__ or ():
                    self.keep(value)
        self.random = random.getstate()
        self.limit = sys.getrecursionlimit()

    def path_of(self, name):
        if name not in self.paths:
            self.paths[name] = below_root(name) if name and not name.startswith("<") else None
        return self.paths[name]

    def keep(self, value):
        if type(value) in (list, dict, set) and len(value) <= 500:
            self.contents.append((value, type(value)(value)))

    def restore(self):
        for cache in self.caches:
            cache.cache_clear()
        for living, values in self.values:
            if len(living) != len(values) or any(living.get(name) is not value for name, value in values.items()):
                living.clear()
                living.update(values)
        for value, content in self.contents:
            if value != content:
                value.clear()
                value.extend(content) if type(value) is list else value.update(content)
        random.setstate(self.random)
        sys.setrecursionlimit(self.limit)

    def put_back(self, functions):
        for function in functions:
            function.__code__, function.__defaults__, function.__kwdefaults__ = self.original[function]


class Source:
    def __init__(self, path):
        import tokenize
        with open(os.path.join(ROOT, path), "rb") as file:
            self.bytes = file.read()
        self.path = os.path.join(ROOT, path)
        self.encoding = tokenize.detect_encoding(io.BytesIO(self.bytes).readline)[0]
        head = self.bytes[:4096].decode("latin-1")
        future = re.findall(r"^from __future__ import (.*)$", head, re.M)
        import __future__
        names = re.findall(r"\w+", " ".join(future))
        self.flags = functools.reduce(int.__or__, [getattr(__future__, n).compiler_flag for n in names if n in __future__.all_feature_names], 0)

    def edited(self, edits, start=0, end=None):
        parts, at = [], start
        for begin, stop, text in sorted(edits):
            parts += [self.bytes[at:begin], text.encode(self.encoding)]
            at = stop
        parts.append(self.bytes[at:end])
        return b"".join(parts).decode(self.encoding)


def inner_code(code, name):
    return next((c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name), None)


class Judge:
    def __init__(self, request, tests):
        self.request = request
        self.tests = {test.name: test for test in tests}
        self.living = Living(request["files"])
        self.sources = {}
        self.beat = lambda: None
        self.functions = request.get("functions", [])
        self.candidates = request.get("candidates", [])

    def source(self, file):
        if file not in self.sources:
            self.sources[file] = Source(self.request["files"][file])
        return self.sources[file]

    def apply(self, candidate):
        """The functions whose code is another now; None where the edit is in no living function."""
        changed = []
        for number, edits in candidate[1]:
            if number < 0:
                return None
            spot = self.functions[number]
            source = self.source(spot["file"])
            key = (self.request["files"][spot["file"]], spot["line"])
            living = self.living.functions.get(key)
            if not living:
                return None
            text = source.edited(edits, spot["start"], spot["end"])
            head = "class %s:\n" % spot["class"] if spot["class"] else "if 1:\n" if text[:1] in " \t" else ""
            code = compile(head + text, source.path, "exec", source.flags, True)
            outer = inner_code(code, spot["class"]) if spot["class"] else code
            new = inner_code(outer, spot["name"]) if outer else None
            if new is None:
                raise SyntaxError("no such function")
            signature = any(begin < spot["body"] for begin, _, _ in edits)
            for function in living:
                function.__code__ = new
                if signature:
                    names = {}
                    exec(code, function.__globals__, names)
                    made = names.get(spot["name"])
                    if isinstance(made, types.FunctionType):
                        function.__defaults__, function.__kwdefaults__ = made.__defaults__, made.__kwdefaults__
                changed.append(function)
        return changed

    def reload(self, candidate):
        """Edits at module level: the module's code runs again in its own namespace, and who took its names from it
        gets the new ones. Only in a child of its own."""
        files = {}
        for number, edits in candidate[1]:
            file = -1 - number if number < 0 else self.functions[number]["file"]
            files.setdefault(file, []).extend(edits)
        for file, edits in files.items():
            module = self.living.modules.get(self.request["files"][file])
            if module is None:
                raise ImportError("not imported by the tests")
            source = self.source(file)
            old = dict(module.__dict__)
            exec(compile(source.edited(edits), source.path, "exec", source.flags, True), module.__dict__)
            replaced = {id(value): module.__dict__[name] for name, value in old.items()
                        if name in module.__dict__ and module.__dict__[name] is not value and not name.startswith("__")}
            for other in self.living.modules.values():
                for name, value in list(vars(other).items()):
                    if id(value) in replaced:
                        vars(other)[name] = replaced[id(value)]

    def run(self, names, limit):
        """(verdict, tests passed). Each begins with what all of them found: their order here is none of theirs."""
        for passed, name in enumerate(names):
            self.beat()
            if passed:
                self.living.restore()
            result = Clock.run(self.tests[name].run, limit(name))
            if result in (FAILED, TIMED_OUT):
                return result, passed
        return PASSED, len(names)

    def judge(self, candidate, names, limit, alone=False):
        changed = []
        self.living.restore() if not alone else None
        try:
            changed = Clock.run(lambda: self.apply(candidate), 5)
            if changed == FAILED or changed == TIMED_OUT:
                self.living.put_back(self.living.original)
                return BROKEN, 0
            if changed is None:
                if not alone:
                    return "M", 0
                changed = []
                self.reload(candidate)
                self.living.take()
            return self.run(names, limit)
        except BaseException:
            return BROKEN, 0
        finally:
            self.living.put_back(changed or [])


# Children -----------------------------------------------------------------------------------------------------------

def calm(request):
    """A child harms nobody: it sees no terminal, cannot fill the disk or the memory, and leaves with its parent."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() if os.path.exists("/proc/self/statm") else 0
    if used:
        most = used + (1 << 30)
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Clock.set_up()
    sys.addaudithook(Effects.hook)
    allowed = request.get("memory", {}).get("effects")
    Effects.allowed = None if allowed is None else set(allowed)


class Child:
    def __init__(self, act, request, tag=None):
        self.tag = tag
        self.beat = mmap.mmap(-1, 16)
        read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(read)
                calm(request)
                act(functools.partial(self.say, write), self.mark)
            except BaseException as error:
                if os.environ.get("THANOS_SEARCH_DEBUG"):
                    import traceback
                    with open("/tmp/thanos-search-debug", "a") as log:
                        traceback.print_exc(file=log)
            finally:
                os._exit(0)
        os.close(write)
        self.fd, self.rest = read, b""
        self.mark_parent(-1)

    def mark_parent(self, number):
        self.beat[:16] = struct.pack("qd", number, time.monotonic())

    def mark(self, number):
        self.beat[:16] = struct.pack("qd", number, time.monotonic())

    @staticmethod
    def say(fd, *words):
        data = (json.dumps(words) + "\n").encode()
        while data:
            data = data[os.write(fd, data):]

    def read(self):
        """The lines that came, and whether it has ended."""
        data = os.read(self.fd, 1 << 16)
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [json.loads(line) for line in lines], not data

    def at(self):
        return struct.unpack("qd", self.beat[:16])

    def end(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.close(self.fd)
        os.waitpid(self.pid, 0)
        self.beat.close()


def ask(act, request, seconds):
    """One child's answers; whatever it had said when its time is up."""
    child, said, end = Child(act, request), [], time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([child.fd], [], [], 0.05)[0]:
            lines, over = child.read()
            said += lines
            if over:
                break
    child.end()
    return said
