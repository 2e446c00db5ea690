//! The hand `command` through the real binary: small agents that a test writes, honest and hostile, against a scripted
//! model on loopback.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test sets its stage as it likes")]

use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

#[path = "common/model.rs"]
#[allow(dead_code, reason = "agents need the simplest of its turns")]
mod double;

use double::{Double, Turn};

const KEY: &str = "planted-key-7f3a9c51e2b84d60";
const PRICE: &str = "{input: 1.0, output: 10.0, cache-read: 0.5, cache-write: 2.0}";

/// A program that lacks what its check wants: nothing that a search over edits finds.
const PROGRAM: &str = "#!/bin/sh\n# Tells a word and its length.\nword=$1\necho \"$word\"\n";
const CHECK: &str = "said=$(sh tell.sh thanos)\nif [ \"$said\" != \"thanos: 6 letters\" ]; then\n  echo \"tell.sh:4: error: it said '$said', wanted 'thanos: 6 letters'\" >&2\n  exit 1\nfi\necho ok\n";
const MENDED: &str = "#!/bin/sh\n# Tells a word and its length.\nword=$1\necho \"$word: ${#word} letters\"\n";

/// What every agent below begins with: how to ask the model, and how to mend the program.
const PRELUDE: &str = r#"
import json, os, socket, subprocess, sys, time, urllib.error, urllib.request
BASE, KEY, MODEL = sys.argv[1:4]
def ask(path="/v1/chat/completions", key=KEY, **body):
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], **body}
    headers = {"content-type": "application/json", "authorization": "Bearer " + key}
    request = urllib.request.Request(BASE + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
def mend():
    text = open("tell.sh").read().replace('echo "$word"', 'echo "$word: ${#word} letters"')
    open("tell.sh", "w").write(text)
"#;

struct Healed {
    folder: tempfile::TempDir,
    json: Value,
    told: String,
    out: Output,
}

impl Healed {
    fn program(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("tree/tell.sh")).unwrap()
    }

    fn notes(&self) -> String {
        self.json["notes"].to_string()
    }

    /// Nothing that was printed or written has the key.
    fn assert_no_key(&self) {
        for text in [&self.out.stdout, &self.out.stderr] {
            assert!(!String::from_utf8_lossy(text).contains(KEY));
        }
        no_key_below(self.folder.path());
    }
}

fn no_key_below(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_key_below(&path);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains(KEY), "{}", path.display());
        }
    }
}

fn model(double: &Double, provider: &str) -> String {
    format!("model: {{provider: {provider}, base-url: '{}', name: some-model, price: {PRICE}}}\n", double.url)
}

/// An agent in Python, on the template.
fn script(double: &Double, more: &str) -> String {
    let command = "[python3, '{dir}/agent.py', '{base_url}', '{key}', '{model}', '{prompt_file}']";
    format!("{}agent: {{command: {command}{more}}}\n", model(double, "openai"))
}

fn heal(config: &str, agent: &str, options: &[&str]) -> Healed {
    heal_with(config, &[("agent.py", &format!("{PRELUDE}{agent}"))], options)
}

/// What is below `bin/` is on the path.
fn heal_with(config: &str, files: &[(&str, &str)], options: &[&str]) -> Healed {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir_all(tree.join(".github")).unwrap();
    std::fs::create_dir_all(folder.path().join("bin")).unwrap();
    std::fs::write(tree.join(".github/thanos.yml"), config).unwrap();
    std::fs::write(tree.join("tell.sh"), PROGRAM).unwrap();
    std::fs::write(tree.join("check.sh"), CHECK).unwrap();
    std::fs::write(tree.join(".gitignore"), "ignored/\n").unwrap();
    for (path, text) in files {
        let place = if path.starts_with("bin/") { folder.path() } else { &tree };
        std::fs::write(place.join(path), text).unwrap();
        std::fs::set_permissions(place.join(path), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = std::env::var_os("PATH").unwrap();
    let path = std::iter::once(folder.path().join("bin")).chain(std::env::split_paths(&path));
    let out = Command::new(env!("CARGO_BIN_EXE_thanos-fix"))
        .args(["heal", "--json", "--hands", "command"])
        .args(options)
        .args(["--", "sh", "check.sh"])
        .current_dir(&tree)
        .env_clear()
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("HOME", folder.path().join("home"))
        .env("THANOS_MODEL_KEY", KEY)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    let json = serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{told}"));
    Healed { folder, json, told, out }
}

fn says(text: &str) -> Turn {
    Turn::Text(text.to_owned())
}

#[test]
fn an_agent_asks_through_us_and_its_change_is_proven() {
    let double = Double::new(vec![says("do it")]);
    let agent = "status, text = ask()\nassert status == 200 and 'do it' in text, text\nassert 'thanos: 6 letters' in open(sys.argv[4]).read()\nmend()\n";
    let healed = heal(&script(&double, ""), agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}\n{:#}", healed.told, healed.json);
    assert_eq!((&healed.json["hand"], &healed.json["outcome"]), (&json!("command"), &json!("proposed")));
    assert_eq!(healed.json["tokens"], json!({"input": 400, "output": 20, "cache_read": 600}));
    assert!(healed.notes().contains("1 request to the model; it changed 1 file"), "{}", healed.notes());
    healed.assert_no_key();
    let seen = double.seen.lock().unwrap();
    assert!(seen[0].head.contains(&format!("authorization: bearer {KEY}")), "{}", seen[0].head);
}

/// A cap over all runs is asked first, and leaves the way to the model open.
#[test]
fn under_a_cap_an_agent_asks_all_the_same() {
    let agent = "status, text = ask()\nassert status == STATUS, (status, text)\nmend()\n";
    for (cap, status, asked) in [("5", "200", 1), ("0.001", "402", 0)] {
        let double = Double::new(vec![says("do it")]);
        let config = format!("{}budget: {{usd-per-day: {cap}}}\n", script(&double, ""));
        let healed = heal(&config, &agent.replace("STATUS", status), &[]);
        assert_eq!((healed.program().as_str(), double.count()), (MENDED, asked), "{}\n{:#}", healed.told, healed.json);
    }
}

/// A bad exit code with a good change: the change counts. What tools leave behind is no part of it.
#[test]
fn a_good_change_counts_whatever_else_is_left() {
    let double = Double::new(vec![says("x")]);
    let agent = r#"
mend()
for folder in ["ignored", "__pycache__", ".some_cache"]:
    os.makedirs(folder)
    open(folder + "/file", "w").write("x")
open(".some_cache/CACHEDIR.TAG", "w").write("Signature: 8a477f597d28d172789f06886806bc55")
subprocess.run(["git", "add", "-A"], check=True)
subprocess.run(["git", "commit", "-qm", "mine"], check=True)
sys.exit(3)
"#;
    let healed = heal(&script(&double, ""), agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}\n{:#}", healed.told, healed.json);
    assert!(
        healed.notes().contains("exit code 3") && healed.notes().contains("it changed 1 file"),
        "{}",
        healed.notes()
    );
    assert_eq!(double.count(), 0);
}

/// As a preset's program would: here by the name of one.
#[test]
fn success_without_a_change_is_a_failure_and_said_so() {
    let double = Double::new(vec![says("x")]);
    let cline = r#"#!/bin/sh
test -f "$HOME/.cline/data/settings/providers.json" || exit 9
echo '{"type":"run_start"}'
echo '{"type":"run_result","finishReason":"completed","usage":{"totalCost":0},"text":"All fixed."}'
"#;
    let config = format!("{}agent: {{preset: cline}}\n", model(&double, "openai"));
    let healed = heal_with(&config, &[("bin/cline", cline)], &[]);
    let wanted = "says `completed`, 0 requests to the model; it claims success and changed nothing, which is a failure";
    assert!(healed.notes().contains(wanted), "{}", healed.notes());
    assert_eq!((healed.program().as_str(), &healed.json["outcome"]), (PROGRAM, &json!("explained")));
}

#[test]
fn a_missing_program_is_named_with_its_install_line() {
    let double = Double::new(vec![says("x")]);
    // In the tree it would be the repository's: it is not looked for there.
    let config = format!("{}agent: {{preset: gemini-cli}}\n", model(&double, "openai"));
    let healed = heal_with(&config, &[("gemini", "#!/bin/sh\n")], &[]);
    assert!(healed.notes().contains("npm install --global @google/gemini-cli"), "{}", healed.notes());
    let config = format!("{}agent: {{preset: claude-code}}\n", model(&double, "openai"));
    let healed = heal_with(&config, &[("bin/claude", "#!/bin/sh\n")], &[]);
    assert!(healed.notes().contains("it asks /messages, which the provider"), "{}", healed.notes());
}

#[test]
fn no_process_shows_the_key_and_nothing_else_can_be_reached() {
    let double = Double::new(vec![says("x")]);
    let port = double.url.trim_end_matches("/v1").rsplit(':').next().unwrap().to_owned();
    // In one piece it would be found in the agent itself.
    let rest = KEY.trim_start_matches("planted");
    let agent = format!(
        r#"
found = []
for pid in os.listdir("/proc"):
    for name in ("environ", "cmdline", "mem", "maps") if pid.isdigit() else ():
        try:
            with open(f"/proc/{{pid}}/{{name}}", "rb") as file:
                if b"planted-key" in file.read(1 << 20):
                    found.append(pid)
        except OSError:
            pass
assert not found, found
real = "planted" + "{rest}"
assert KEY not in ("", real) and ask(key=real)[0] == 401 and ask(key="")[0] == 401
for host, port in (("127.0.0.1", {port}), ("1.1.1.1", 443), ("169.254.169.254", 80)):
    try:
        socket.create_connection((host, port), 3)
    except OSError:
        continue
    raise SystemExit(f"{{host}} was reached")
for there in ("/root/.ssh",):
    try:
        os.listdir(there)
        raise SystemExit(there + " was read")
    except OSError:
        pass
assert ask()[0] == 200
mend()
"#
    );
    let healed = heal(&script(&double, ""), &agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}\n{:#}", healed.told, healed.json);
    healed.assert_no_key();
    assert_eq!(double.count(), 1);
}

#[test]
fn what_it_leaves_running_ends_with_it() {
    let double = Double::new(vec![says("x")]);
    let mark = format!("{}.{}", 40_000 + std::process::id() % 10_000, std::process::id());
    let agent = format!(
        "mend()\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execvp('sleep', ['sleep', '{mark}'])\n    os._exit(0)\ntime.sleep(0.3)\n"
    );
    let healed = heal(&script(&double, ""), &agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}", healed.told);
    let running = std::fs::read_dir("/proc").unwrap().flatten().filter(|process| {
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&mark)
    });
    assert_eq!(running.count(), 0);
}

#[test]
fn a_protected_path_is_for_the_guard() {
    let double = Double::new(vec![says("x")]);
    let agent =
        "mend()\nos.makedirs('.github/workflows')\nopen('.github/workflows/own.yml', 'w').write('on: push\\n')\n";
    let healed = heal(&script(&double, ""), agent, &[]);
    assert_eq!((healed.program().as_str(), &healed.json["outcome"]), (PROGRAM, &json!("blocked")), "{}", healed.told);
    assert!(healed.json["reason"].as_str().unwrap().contains("paths"), "{}", healed.json["reason"]);
    assert!(!healed.folder.path().join("tree/.github/workflows").exists());
}

/// Whatever it asks for, it is the configured model and a reply that can be paid.
#[test]
fn another_model_and_dearer_ways_are_not_to_be_had() {
    let double = Double::new(vec![says("x")]);
    let agent = r#"
assert ask(model="dearest", n=9, service_tier="priority", models=["a"], max_tokens=10**9)[0] == 200
far = {"type": "image_url", "image_url": {"url": "https://example.org/?what-was-read"}}
assert ask(messages=[{"role": "user", "content": [far]}])[0] == 400
assert ask(path="/v1/embeddings")[0] == 404 and ask(path="/v1/messages")[0] == 400
assert MODEL in urllib.request.urlopen(urllib.request.Request(BASE + "/v1/models", headers={"x-api-key": KEY})).read().decode()
mend()
"#;
    let healed = heal(&script(&double, ""), agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}\n{:#}", healed.told, healed.json);
    let seen = double.seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    let body = seen[0].body.as_object().unwrap();
    assert_eq!(body["model"], "some-model");
    assert!(
        body["max_completion_tokens"].as_u64().or(body.get("max_tokens").and_then(Value::as_u64)).unwrap() < 100_000
    );
    assert!(["n", "service_tier", "models"].iter().all(|key| !body.contains_key(*key)), "{body:?}");
}

/// Each reply costs 0.0009 dollars, and the next request might cost more than what is left.
#[test]
fn the_budget_holds_and_the_work_until_then_counts() {
    let double = Double::new(vec![says("x")]);
    let agent = "mend()\nstatus = 200\nwhile status == 200:\n    status, text = ask()\nassert status == 402 and 'budget.usd' in text, (status, text)\n";
    let healed = heal(&script(&double, ""), agent, &["--budget-usd", "0.02"]);
    let (sent, spent) = (double.count(), healed.json["cost_usd"].as_f64().unwrap());
    assert!((1..30).contains(&sent), "{sent}: {}", healed.told);
    assert!((spent - 0.0009 * sent as f64).abs() < 1e-9 && spent <= 0.02, "{spent} in {sent}");
    assert_eq!(healed.program(), MENDED, "{}", healed.notes());
    assert!(healed.notes().contains("budget.usd"), "{}", healed.notes());
}

/// What ended it is told, and no more requests than were sent.
#[test]
fn an_agent_that_the_budget_ended_is_told_so() {
    let double = Double::new(vec![says("x")]);
    let agent = "statuses = [ask()[0] for _ in range(40)]\nassert 402 in statuses\n";
    let healed = heal(&script(&double, ""), agent, &["--budget-usd", "0.02"]);
    assert_eq!(healed.json["outcome"], "budget", "{}", healed.told);
    let sent = format!("{} requests to the model; it ended without an error and changed nothing", double.count());
    assert!(healed.notes().contains(&sent), "{}", healed.notes());
}

/// Also one that asks from many connections at once, and one that never stops talking.
#[test]
fn a_flood_reaches_nobody() {
    let double = Double::new(vec![says("x")]);
    let agent = r#"
import threading
held = [socket.create_connection(("127.0.0.1", int(BASE.rsplit(":", 1)[1]))) for _ in range(200)]
for one in held:
    one.close()
def many():
    for _ in range(60):
        try:
            ask()
        except Exception:
            pass  # with so many at the door some are turned away
threads = [threading.Thread(target=many) for _ in range(10)]
[t.start() for t in threads]
[t.join() for t in threads]
while True:
    sys.stdout.write("x" * 1000000)
"#;
    let healed = heal(&script(&double, ", seconds: 30"), agent, &["--budget-usd", "9"]);
    assert_eq!(healed.program(), PROGRAM);
    let (sent, notes) = (double.count(), healed.notes());
    assert!(sent <= 100 && notes.contains("100 requests to the model are used up"), "{sent} {notes}");
    // Whichever it comes to first on this machine.
    assert!(notes.contains("limit of the sandbox (Output)") || notes.contains("(agent.seconds)"), "{notes}");
}

#[test]
fn one_that_hangs_is_stopped_and_its_work_counts() {
    let double = Double::new(vec![says("x")]);
    let agent = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nmend()\ntime.sleep(600)\n";
    let healed = heal(&script(&double, ", seconds: 2"), agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}", healed.told);
    assert!(healed.notes().contains("(agent.seconds)"), "{}", healed.notes());
}

/// The second time it is told why the first change fell.
#[test]
fn a_change_that_fell_goes_back_once() {
    let double = Double::new(vec![says("x")]);
    let agent = r##"
asked = open(sys.argv[4]).read()
if "An earlier change of yours fell" in asked:
    assert "nonsense" in asked and "wanted 'thanos: 6 letters'" in asked
    mend()
else:
    open("tell.sh", "a").write("# nonsense\n")
"##;
    let healed = heal(&script(&double, ""), agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}", healed.told);
    assert_eq!(healed.json["candidates"], 2);
}

/// The bytes of a stream are not touched; what was used stands in its last event.
#[test]
fn a_stream_comes_byte_for_byte_and_is_counted() {
    use std::io::{Read as _, Write as _};
    const EVENTS: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"h\\u00e9\"}}]}\r\n\r\n: a comment\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7}}\n\ndata: [DONE]\n\n";
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = Vec::new();
        let mut byte = [0; 4096];
        while !String::from_utf8_lossy(&text).contains("include_usage") {
            let read = stream.read(&mut byte).unwrap();
            text.extend_from_slice(&byte[..read]);
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        for piece in EVENTS.as_bytes().chunks(13) {
            stream.write_all(piece).unwrap();
            stream.flush().unwrap();
        }
    });
    let agent = format!("status, text = ask(stream=True)\nassert text == {EVENTS:?}, repr(text)\nmend()\n");
    let command = "[python3, '{dir}/agent.py', '{base_url}', '{key}', '{model}', '{prompt_file}']";
    let config = format!(
        "model: {{provider: openai, base-url: '{url}', name: some-model, price: {PRICE}}}\nagent: {{command: {command}}}\n"
    );
    let healed = heal(&config, &agent, &[]);
    assert_eq!(healed.program(), MENDED, "{}\n{:#}", healed.told, healed.json);
    assert_eq!(healed.json["tokens"], json!({"input": 11, "output": 7}));
    server.join().unwrap();
}

#[test]
fn without_an_agent_nothing_is_to_be_seen_of_it() {
    let double = Double::new(vec![says("x")]);
    let healed = heal_with(&model(&double, "openai"), &[], &[]);
    assert_eq!((double.count(), healed.notes().as_str()), (0, "[]"), "{}", healed.told);
}

/// The agent is told by the answer; people are told what to mend.
#[test]
fn a_key_that_is_refused_to_an_agent_is_named() {
    let double = Double::new(vec![Turn::Refusal(401, "", "{}")]);
    let healed = heal(&script(&double, ""), "assert ask()[0] == 401\n", &[]);
    let reason = healed.json["reason"].as_str().unwrap();
    assert!(reason.contains("openai refused the key THANOS_MODEL_KEY for the model some-model (401)"), "{reason}");
    let mend = healed.json["mend"].as_str().unwrap();
    assert!(mend.starts_with("put a key that openai takes into the secret"), "{mend}");
    healed.assert_no_key();
}
