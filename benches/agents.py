#!/usr/bin/env python3
"""Real agent CLIs, headless, through thanos-fix, against a scripted model on loopback.

    benches/agents.py [--only NAME,...] [--warm N] [--show]

For every agent of src/hand/command/presets.yml whose program is on PATH: a small repository whose check fails is healed
by `thanos-fix heal --hands command` with that preset. The model is a server here that streams and speaks
/chat/completions, /responses, /messages and Gemini's own format; it has the agent mend the file with the agent's own shell or edit tool, and
then says that it is done. Printed for each: whether the repair is proven and in the tree, how long from the start of
thanos-fix to the first request (what thanos-fix itself takes before it starts the agent apart), the largest
resident memory of the agent's processes, the bytes of the first request, requests, tokens. The last row is our own hand
`model` on the same failure.

The real key is planted in thanos-fix's environment; every request, every output and every file left behind is searched
for it, and so is each request for anything but the configured model. $THANOS_FIX_BIN names the program under test.
"""
import argparse, http.server, json, os, pathlib, re, shutil, statistics, subprocess, sys, tempfile, threading, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = os.environ.get("THANOS_FIX_BIN", str(ROOT / "target/release/thanos-fix"))
KEY, MODEL = "planted-key-7f3a9c51e2b84d60", "some-model"
PROGRAM = "#!/bin/sh\n# Tells a word and its length.\nword=$1\necho \"$word\"\n"
MENDED = PROGRAM.replace('echo "$word"', 'echo "$word: ${#word} letters"')
CHECK = """said=$(sh tell.sh thanos)
if [ "$said" != "thanos: 6 letters" ]; then
  echo "tell.sh:4: error: it said '$said', wanted 'thanos: 6 letters'" >&2
  exit 1
fi
"""
SHELL = """python3 -c 'p="tell.sh"; t=open(p).read(); open(p,"w").write(t.replace(chr(34)+"$word"+chr(34), chr(34)+"$word: ${#word} letters"+chr(34)))'"""
PROGRAMS = {"cline": "cline", "codex": "codex", "claude-code": "claude", "gemini-cli": "gemini", "opencode": "opencode",
            "aider": "aider", "mini-swe-agent": "mini"}


def call_for(tools, prompt_dir):
    """The agent's own tool by which a shell command is run, with arguments that mend the file."""
    for name, properties in tools:
        if name == "editor" and "old_text" in properties:
            return name, {"path": f"{prompt_dir}/tell.sh", "old_text": 'echo "$word"', "new_text": 'echo "$word: ${#word} letters"'}
    for name, properties in tools:
        if name == "edit" and {"path", "old", "new"} <= set(properties):
            return name, {"path": "tell.sh", "old": 'echo "$word"', "new": 'echo "$word: ${#word} letters"'}
    for name, properties in tools:
        for argument in ("cmd", "command"):
            if argument in properties and re.search("exec|bash|shell|run|command", name, re.I):
                arguments = {argument: SHELL}
                if "description" in properties:
                    arguments["description"] = "Mend the program"
                return name, arguments
    return None


class Scripted(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(404, "application/json", b"{}")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = json.loads(body)
        seen = self.server.seen
        seen.append((time.monotonic(), self.path, dict(self.headers), body))
        text = body.decode()
        # aider asks again with the file that was named.
        done = '${#word} letters' in text and len(seen) > (2 if self.server.agent == "aider" else 1)
        tools = [named(tool) for group in asked.get("tools") or [] for tool in group.get("functionDeclarations", [group])]
        found = re.search(r"(/[^\\s\"'\\\\<]*?/agent-[A-Za-z0-9_]+/tree)", text)
        call = None if done else call_for(tools, found.group(1) if found else ".")
        if done and any(name == "finish" for name, _ in tools):
            call = ("finish", {"why": "the length was not told"})
        said = "" if call else ("The length was not told; it is now." if done else prose(self.server.agent))
        if self.path.endswith("/responses"):
            return self.as_responses(said, call, len(seen))
        if self.path.endswith("/messages"):
            return self.as_messages(said, call, len(seen))
        if "enerateContent" in self.path:
            return self.as_gemini(said, call, "stream" in self.path)
        return self.as_chat(said, call, len(seen), bool(asked.get("stream")))

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def events(self, events, named=True):
        text = "".join((f"event: {e['type']}\n" if named else "") + f"data: {json.dumps(e)}\n\n" for e in events)
        self.answer(200, "text/event-stream", (text + ("" if named else "data: [DONE]\n\n")).encode())

    def as_chat(self, said, call, nth, stream):
        message = {"role": "assistant", "content": said or None}
        if call:
            function = {"name": call[0], "arguments": json.dumps(call[1])}
            message["tool_calls"] = [{"id": f"call-{nth}", "type": "function", "function": function}]
        usage = {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020}
        end = "tool_calls" if call else "stop"
        head = {"id": f"c{nth}", "created": 1, "model": MODEL}
        if not stream:
            choice = {"index": 0, "message": message, "finish_reason": end}
            return self.answer(200, "application/json", json.dumps({**head, "object": "chat.completion", "choices": [choice], "usage": usage}).encode())
        for at, one in enumerate(message.get("tool_calls", [])):
            one["index"] = at
        head["object"] = "chat.completion.chunk"
        self.events([
            {**head, "choices": [{"index": 0, "delta": message, "finish_reason": None}]},
            {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": end}]},
            {**head, "choices": [], "usage": usage},
        ], named=False)

    def as_responses(self, said, call, nth):
        item = {"type": "message", "id": f"m{nth}", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": said, "annotations": []}]}
        if call:
            item = {"type": "function_call", "id": f"f{nth}", "call_id": f"call-{nth}", "name": call[0], "arguments": json.dumps(call[1]), "status": "completed"}
        whole = {"id": f"r{nth}", "object": "response", "status": "completed", "model": MODEL, "output": [item],
                 "usage": {"input_tokens": 1000, "output_tokens": 20, "total_tokens": 1020}}
        self.events([
            {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": whole},
        ])

    def as_messages(self, said, call, nth):
        block = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": said}
        if call:
            block = {"type": "tool_use", "id": f"toolu_{nth}", "name": call[0], "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(call[1])}
        usage = {"input_tokens": 1000, "output_tokens": 1}
        self.events([
            {"type": "message_start", "message": {"id": f"msg_{nth}", "type": "message", "role": "assistant", "model": MODEL, "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 20}},
            {"type": "message_stop"},
        ])


    def as_gemini(self, said, call, stream):
        part = {"functionCall": {"name": call[0], "args": call[1]}} if call else {"text": said}
        whole = {"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}], "modelVersion": MODEL,
                 "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 20, "totalTokenCount": 1020}}
        if stream:
            return self.answer(200, "text/event-stream", f"data: {json.dumps(whole)}\r\n\r\n".encode())
        return self.answer(200, "application/json", json.dumps(whole).encode())


def named(tool):
    function = tool.get("function", tool)
    schema = function.get("parameters") or function.get("input_schema") or function.get("parametersJsonSchema") or {}
    return function.get("name", ""), schema.get("properties") or {}


def prose(agent):
    """For agents that read commands and edits out of plain text."""
    if agent == "aider":
        return f"tell.sh\n```\n{MENDED}```\n"
    return f"THOUGHT: mend it\n\n```bash\n{SHELL}\n```\n"


def children(pid):
    try:
        return [int(p) for t in os.listdir(f"/proc/{pid}/task") for p in open(f"/proc/{pid}/task/{t}/children").read().split()]
    except OSError:
        return []


def resident(pid):
    """Of everything below; our own processes are told by their program, and counted apart."""
    own = other = 0
    todo = [pid]
    while todo:
        at = todo.pop()
        try:
            rss = int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{at}/status").read()).group(1))
            ours = os.readlink(f"/proc/{at}/exe") == os.path.realpath(BIN)
        except (OSError, AttributeError):
            rss, ours = 0, False
        own, other = (own + rss, other) if ours else (own, other + rss)
        todo += children(at)
    return own, other


def heal(agent, server):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="agents-"))
    tree = folder / "tree"
    (tree / ".github").mkdir(parents=True)
    (tree / "tell.sh").write_text(PROGRAM)
    (tree / "check.sh").write_text(CHECK)
    provider = {"claude-code": "anthropic", "gemini-cli": "gemini"}.get(agent, "openai")
    wanted = "" if agent == "model" else f"agent: {{preset: {agent}, seconds: 120}}\n"
    (tree / ".github/thanos.yml").write_text(
        f"model: {{provider: {provider}, base-url: 'http://127.0.0.1:{server.server_port}/v1', name: {MODEL}, price: {{input: 1, output: 10}}}}\n{wanted}")
    server.seen, server.agent = [], agent
    env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "THANOS_MODEL_KEY": KEY}
    hand = "model" if agent == "model" else "command"
    began = time.monotonic()
    child = subprocess.Popen([BIN, "heal", "--json", "--hands", hand, "--out", str(folder / "out"), "--", "sh", "check.sh"],
                             cwd=tree, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    peak = [0, 0]

    def watch():
        while child.poll() is None:
            peak[:] = [max(pair) for pair in zip(peak, resident(child.pid))]
            time.sleep(0.01)
    watcher = threading.Thread(target=watch)
    watcher.start()
    out, told = child.communicate()
    watcher.join()
    said = json.loads(out or b"{}")
    leaks = [str(p) for p in folder.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()]
    leaks += ["stdout"] * (KEY.encode() in out) + ["stderr"] * (KEY.encode() in told)
    bodies = [body for _, _, _, body in server.seen]
    result = {
        "proven": said.get("outcome") == "proposed" and (tree / "tell.sh").read_text() == MENDED,
        "first": server.seen[0][0] - began if server.seen else None,
        "peak": (peak[0] if agent == "model" else peak[1]) / 1024,
        "bytes": len(bodies[0]) if bodies else 0,
        "requests": len(bodies),
        "tokens": said.get("tokens"),
        "leaks": leaks + [path for _, path, _, body in server.seen if KEY.encode() in body or (json.loads(body).get("model") or path.split("/models/")[-1].split(":")[0]) != MODEL],
        "keys": {next((h[k] for k in h if k.lower() in ("authorization", "x-api-key", "x-goog-api-key")), "") for _, _, h, _ in server.seen},
        "told": told.decode(), "notes": said.get("notes"), "reason": said.get("reason"),
    }
    shutil.rmtree(folder, ignore_errors=True)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--warm", type=int, default=3, help="runs after the first; their median is shown")
    parser.add_argument("--show", action="store_true", help="everything that was told")
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.seen, server.agent = [], ""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wanted = [name for name in options.only.split(",") if name] or [*PROGRAMS, "model"]
    print("| hand or agent | proven | start to first request | peak RSS | first request | requests | leaks |")
    print("|---|---|---|---|---|---|---|")
    bad = False
    for agent in wanted:
        if agent != "model" and not shutil.which(PROGRAMS[agent]):
            print(f"| {agent} | not installed | | | | | |")
            continue
        runs = [heal(agent, server) for _ in range(options.warm + 1)]
        runs = runs[1:] or runs
        first = [run["first"] for run in runs if run["first"] is not None]
        bad = bad or not all(run["proven"] and not run["leaks"] for run in runs)
        run = runs[-1]
        shown = f"{statistics.median(first):.2f} s" if first else "none"
        proven = f"{sum(r['proven'] for r in runs)} of {len(runs)}"
        print(f"| {agent} | {proven} | {shown} | {max(r['peak'] for r in runs):.0f} MB | {run['bytes']:,} B | {run['requests']} | {len(run['leaks'])} |", flush=True)
        if options.show or not run["proven"]:
            print(json.dumps({k: v if k != "keys" else sorted(v) for k, v in run.items() if k != "told"}, indent=1), run["told"], sep="\n", file=sys.stderr)
    sys.exit(bad)


main()
