#!/usr/bin/env python3
"""What the hand `model` costs beside the model: `benches/model.py [--rounds N]`, with $THANOS_FIX_BIN or target/dist/thanos-fix.

A scripted model on loopback answers at once and notes when each request came and how long it was. Four tables: start to
first request and peak memory on 1,000 files; the first request on ten real packages broken by one renamed definition
(they come from target/venv, which tests/install makes); the time of our own between an answer and the next request; and
a session of 30 steps that reads a file of 200 KB piece by piece. Tokens are estimated as bytes / 3.5.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARY = os.environ.get("THANOS_FIX_BIN", str(ROOT / "target/dist/thanos-fix"))
PYTHON = ROOT / "target/venv/bin/python"
PER_TOKEN = 3.5


class Model:
    """Plays its turns in order, the last one again and again."""

    def __init__(self, turns):
        self.turns, self.seen = turns, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Else the kernel keeps the answer back for 40 ms after its head.
            disable_nagle_algorithm = True

            def do_POST(self):
                came = time.monotonic()
                body = self.rfile.read(int(self.headers["content-length"]))
                name, arguments = outer.turns[min(len(outer.seen), len(outer.turns) - 1)]
                function = {"name": name, "arguments": json.dumps(arguments)}
                call = {"id": f"call-{len(outer.seen)}", "type": "function", "function": function}
                message = {"role": "assistant", "content": "", "tool_calls": [call]}
                usage = {"prompt_tokens": len(body) // 4, "completion_tokens": 20}
                answer = {"choices": [{"message": message, "finish_reason": "tool_calls"}], "usage": usage}
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                self.wfile.flush()
                outer.seen.append({"came": came, "left": time.monotonic(), "body": body, "name": name})

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


def git(folder, *words):
    author = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
    subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)


def heal(folder, model, command, issue=None):
    """Seconds from the start to the first request, and the peak of memory in MB."""
    config = Path(folder) / ".github/thanos.yml"
    config.parent.mkdir(exist_ok=True)
    routes = "routes: {trivial: strong, simple: strong, hard: strong}"
    price = "price: {input: 0, output: 0}"
    config.write_text(f"model: {{base-url: '{model.url}', name: scripted, {price}, {routes}}}\n")
    verb = ["fix", "--issue", str(issue)] if issue else ["heal"]
    argv = [BINARY, *verb, "--quiet", "--hands", "model", "--", *command]
    env = {"PATH": os.environ["PATH"], "HOME": str(Path(folder).parent / "home")}
    started = time.monotonic()
    child = subprocess.Popen(argv, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(child.pid, 0)
    child.returncode = 0
    if not model.seen:
        sys.exit(f"{' '.join(argv)} asked nothing")
    return model.seen[0]["came"] - started, used.ru_maxrss / 1024


END = ("finish", {"why": "enough"})


def start(rounds):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tree"
        for n in range(1000):
            part = folder / f"part{n % 40}"
            part.mkdir(parents=True, exist_ok=True)
            functions = "".join(f"def step_{n}_{m}(value, limit=10):\n    return value + limit * {m}\n\n\n" for m in range(60))
            (part / f"module_{n}.py").write_text(functions)
        (folder / "check.sh").write_text("echo 'part1/module_1.py:2: error: wrong sum' >&2\nexit 1\n")
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "Before")
        alone = time.monotonic()
        subprocess.run(["sh", "check.sh"], cwd=folder, capture_output=True, check=False)
        alone = time.monotonic() - alone
        runs = [heal(folder, Model([END]), ["sh", "check.sh"]) for _ in range(rounds)]
    seconds, memory = [run[0] for run in runs], [run[1] for run in runs]
    print(f"start to first request, 1,000 files: {statistics.median(seconds):.3f} s"
          f" ({min(seconds):.3f} to {max(seconds):.3f}, the command alone {alone:.3f} s)")
    print(f"peak memory: {max(memory):.0f} MB")


def broken_packages():
    """Real packages in which a definition that another module imports has another name."""
    site = next(ROOT.glob("target/venv/lib/python3*/site-packages"))
    for package in sorted(site.iterdir()):
        sources = sorted(package.glob("*.py"))
        if not (package / "__init__.py").exists() or sum(len(p.read_bytes()) for p in sources) > 600_000:
            continue
        for source in sources:
            for module, name in re.findall(r"^from \.(\w+) import (\w+)$", source.read_text(errors="ignore"), re.M):
                target = package / f"{module}.py"
                if target.exists() and re.search(rf"^(def|class) {name}\b", target.read_text(errors="ignore"), re.M):
                    yield package, module, name
                    break
            else:
                continue
            break


def first_requests():
    print("\n| package | renamed | asked by | bytes | about tokens | fixed part |\n|---|---|---|---|---|---|")
    fixed = sum(len((ROOT / "src/hand/model" / name).read_bytes()) for name in ("system.md", "tools.json"))
    count = 0
    for package, module, name in broken_packages():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "tree"
            folder.mkdir()
            subprocess.run(["cp", "-r", str(package), str(folder / package.name)], check=True)
            (folder / "AGENTS.md").write_text("Run the tests before you commit.\n" * 200)
            target = folder / package.name / f"{module}.py"
            target.write_text(re.sub(rf"^(def|class) {name}\b", rf"\1 {name}_x", target.read_text(), count=1, flags=re.M))
            check = [str(PYTHON), "-c", f"import sys; sys.path.insert(0, '.'); import {package.name}"]
            if subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 0:
                continue
            git(folder, "init", "-q")
            git(folder, "add", "-A")
            git(folder, "commit", "-q", "-m", "Before")
            issue = None
            if count % 2:
                issue = Path(place) / "issue.md"
                issue.write_text(f"{package.name} cannot be imported\n" + "It worked yesterday; see the log below.\n" * 100)
            model = Model([END])
            heal(folder, model, check, issue)
        size = len(model.seen[0]["body"])
        tokens, part = size / PER_TOKEN, fixed / PER_TOKEN
        print(f"| {package.name} | {module}.{name} | {'issue' if issue else 'command'} | {size:,} | {tokens:,.0f} | {part:,.0f} |")
        count += 1
        if count == 10:
            return


def session():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tree"
        folder.mkdir()
        lines = [f"value_{n} = {n}  # a line of a long file" for n in range(5200)]
        (folder / "long.py").write_text("\n".join(lines) + "\n")
        (folder / "check.sh").write_text("echo 'long.py:7: error: wrong value' >&2\nexit 1\n")
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "Before")
        size = (folder / "long.py").stat().st_size
        turns = []
        for n in range(29):
            turns.append([("read", {"path": "long.py", "from": n * 180 + 1, "to": n * 180 + 180}),
                          ("search", {"pattern": f"value_{n}7 "}),
                          ("edit", {"path": "long.py", "old": f"value_{n} = {n} ", "new": f"value_{n} = {n + 1} "})][n % 3])
        model = Model([*turns, END])
        heal(folder, model, ["sh", "check.sh"])
    seen = model.seen
    gaps = [1000 * (after["came"] - before["left"]) for before, after in zip(seen, seen[1:30]) if before["name"] != "finish"]
    print(f"\nown time per step: median {statistics.median(gaps):.1f} ms, longest {max(gaps):.1f} ms, {len(gaps)} steps")
    sizes = [len(one["body"]) for one in seen]
    shown = ", ".join(f"{n + 1}: {sizes[n] / 1000:.0f} KB" for n in range(0, min(30, len(sizes)), 5))
    print(f"a session of {len(sizes)} requests about a file of {size / 1000:.0f} KB: {shown}, last: {sizes[29] / 1000:.0f} KB;"
          f" all that was sent {sum(sizes[:30]) / 1000:.0f} KB, most added by one step"
          f" {max(b - a for a, b in zip(sizes, sizes[1:30])) / 1000:.1f} KB")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--rounds", type=int, default=9)
    start(words.parse_args().rounds)
    first_requests()
    session()
