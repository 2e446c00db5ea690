//! The hand `model` against aimock, which speaks every wire format as the providers do: streams, tools, refusals, answers
//! that break off.

use crate::{Healed, MENDED, PROGRAM, heal};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

#[path = "../common/http.rs"]
#[allow(dead_code, clippy::expect_used, reason = "this test uses a part of it")]
mod http;

/// A configuration of `model:` for each way to be asked, with the path at which aimock expects it.
const WIRES: [(&str, &str, &str); 5] = [
    ("provider: openai, wire: chat, base-url: 'URL/v1'", "/v1/chat/completions", "authorization"),
    ("provider: openai, wire: responses, base-url: 'URL/v1'", "/v1/responses", "authorization"),
    ("provider: anthropic, base-url: 'URL/v1'", "/v1/messages", "x-api-key"),
    ("provider: gemini, base-url: 'URL/v1beta/openai'", "/v1beta/openai/chat/completions", "authorization"),
    (
        "provider: azure, base-url: 'URL'",
        "/openai/deployments/some-model/chat/completions?api-version=2024-10-21",
        "api-key",
    ),
];

struct Mock {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One that nobody else in this process was given: the kernel may give the same one twice before anybody listens.
fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap();
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if given.insert(port) {
            return port;
        }
    }
}

impl Mock {
    fn new(fixtures: &[Value]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let tools = std::fs::read_to_string(root.join("target/test-tools.json"))
            .unwrap_or_else(|e| panic!("run tests/install first: {e}"));
        let tools: Value = serde_json::from_str(&tools).unwrap();
        let program = Path::new(tools["node_bin"].as_str().unwrap()).join("llmock");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("all.json"), json!({"fixtures": fixtures}).to_string()).unwrap();
        let port = free_port();
        let child = Command::new(program)
            .args(["--strict", "--log-level", "silent", "--port", &port.to_string(), "--fixtures"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let address = format!("127.0.0.1:{port}");
        let mock = Self { child, url: format!("http://{address}"), _folder: folder };
        while std::net::TcpStream::connect(&address).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        mock
    }

    fn heal(&self, wire: &str, more: &str, options: &[&str]) -> Healed {
        let wire = wire.replace("URL", &self.url);
        let config = format!("model: {{{wire}, name: some-model, price: {{input: 1.0, output: 10.0}}{more}}}\n");
        heal(&config, &[&["--hands", "model"], options].concat())
    }

    fn journal(&self) -> Vec<Value> {
        let answer = http::send(&self.url, "GET", "/__aimock/journal", &[], None);
        answer.json().as_array().unwrap().clone()
    }
}

fn usage() -> Value {
    json!({"prompt_tokens": 1000, "completion_tokens": 20, "input_tokens": 1000, "output_tokens": 20})
}

fn call(name: &str, arguments: Value) -> Value {
    json!({"toolCalls": [{"name": name, "arguments": arguments}], "usage": usage()})
}

fn mend() -> Vec<Value> {
    let new = json!({"path": "tell.sh", "old": "echo \"$word\"", "new": "echo \"$word: ${#word} letters\""});
    vec![call("edit", new), call("finish", json!({"why": "the length was not told"}))]
}

/// One response for each turn of the conversation.
fn script(turns: &[Value]) -> Vec<Value> {
    turns.iter().enumerate().map(|(at, turn)| json!({"match": {"turnIndex": at}, "response": turn})).collect()
}

/// In place of the first answer, the first time.
fn at_first(response: Value, more: Value) -> Value {
    let mut fixture = json!({"match": {"turnIndex": 0, "sequenceIndex": 0}, "response": response});
    for (name, value) in more.as_object().unwrap() {
        fixture[name] = value.clone();
    }
    fixture
}

fn usd(healed: &Healed) -> f64 {
    healed.json["cost_usd"].as_f64().unwrap()
}

#[test]
fn every_wire_streams_a_repair_at_the_providers_own_count() {
    let turns = [vec![call("read", json!({"path": "tell.sh"}))], mend()].concat();
    for (wire, path, header) in WIRES {
        let mock = Mock::new(&script(&turns));
        let healed = mock.heal(wire, "", &[]);
        assert_eq!(healed.program(), MENDED, "{wire}: {}", healed.told);
        assert!((usd(&healed) - 0.0036).abs() < 1e-9, "{wire}: {}", usd(&healed));
        let journal = mock.journal();
        assert_eq!(journal.len(), 3, "{wire}");
        for entry in &journal {
            assert_eq!((entry["path"].as_str().unwrap(), &entry["body"]["stream"]), (path, &json!(true)), "{wire}");
            assert!(entry["headers"][header].is_string(), "{wire}: {}", entry["headers"]);
        }
        healed.assert_no_key();
    }
}

/// Who is busy costs nothing; what breaks off counts as the most that it can have cost.
#[test]
fn faults_on_the_way_are_survived_in_every_wire() {
    let read = || call("read", json!({"path": "tell.sh"}));
    let error = |status: u64, more: Value| {
        let mut response = json!({"error": {"message": "not now", "type": "overloaded_error"}, "status": status});
        response.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        at_first(response, json!({}))
    };
    let faults = [
        ("429", error(429, json!({"retryAfter": 0})), false),
        ("429 without a time", error(429, json!({})), false),
        ("529", error(529, json!({})), false),
        ("500", error(500, json!({})), false),
        ("cut in a tool call", at_first(read(), json!({"chunkSize": 3, "truncateAfterChunks": 4})), true),
        ("malformed", at_first(read(), json!({"chaos": {"malformedRate": 1}})), true),
        ("disconnected", at_first(read(), json!({"chaos": {"disconnectRate": 1}})), true),
    ];
    std::thread::scope(|scope| {
        for (wire, ..) in &WIRES[..3] {
            let faults = &faults;
            scope.spawn(move || {
                for (fault, fixture, is_paid) in faults {
                    let turns = [vec![read()], mend()].concat();
                    let mock = Mock::new(&[vec![fixture.clone()], script(&turns)].concat());
                    let healed = mock.heal(wire, "", &[]);
                    assert_eq!(healed.program(), MENDED, "{wire}, {fault}: {}", healed.told);
                    assert_eq!(mock.journal().len(), 4, "{wire}, {fault}");
                    let more = usd(&healed) - 0.0036;
                    // At most the whole reply of 8000 tokens and what was read, by an estimate that errs upwards.
                    let fits = if *is_paid { (0.08..0.12).contains(&more) } else { more.abs() < 1e-9 };
                    assert!(fits, "{wire}, {fault}: {more}");
                    // Nobody takes that for the provider's figure.
                    let assumed = &healed.json["assumed"];
                    assert_eq!(assumed["answers"], u64::from(*is_paid), "{wire}, {fault}");
                    assert!((assumed["usd"].as_f64().unwrap() - more).abs() < 1e-9, "{wire}, {fault}: {assumed}");
                }
            });
        }
    });
}

/// What the model does wrong comes back to it with what helps, in every wire.
#[test]
fn what_the_model_does_wrong_is_told_to_it() {
    let edit = |old: &str| call("edit", json!({"path": "tell.sh", "old": old, "new": "x"}));
    let wrong = vec![
        json!({"toolCalls": [{"name": "edit", "arguments": "{\"path\": \"tell.sh\", \"old\": "}], "usage": usage()}),
        call("launch", json!({})),
        edit("echo \"$wrod\""),
        edit("word"),
        json!({"content": "x".repeat(2 << 20), "usage": usage()}),
        json!({"content": "我认为这个程序没有错误。", "usage": usage()}),
    ];
    let turns = [wrong, mend()].concat();
    let mut fixtures = script(&turns);
    // The long one would take a hundred thousand pieces else.
    fixtures[4]["chunkSize"] = json!(8192);
    for (wire, ..) in &WIRES[..3] {
        let mock = Mock::new(&fixtures);
        let healed = mock.heal(wire, "", &[]);
        assert_eq!(healed.program(), MENDED, "{wire}: {}", healed.told);
        assert!((usd(&healed) - 8.0 * 0.0012).abs() < 1e-9, "{wire}: {}", usd(&healed));
        let last = mock.journal().pop().unwrap()["body"].to_string();
        for part in [
            "the arguments are no JSON",
            "there is no such tool",
            "nowhere in the file; the nearest is",
            "is there 3 times, at the lines 2, 3, 4",
            "Use a tool",
        ] {
            assert!(wire.contains("anthropic") && part.contains("no JSON") || last.contains(part), "{wire}: {part}");
        }
        // Of two megabytes the history keeps a page.
        assert!(last.len() < 120_000, "{wire}: {}", last.len());
    }
}

/// However it ends, it ends, nothing is changed, and the end has a name.
#[test]
fn ends_without_a_repair_are_named() {
    let search = |at: usize| call("search", json!({"pattern": format!("word{at}")}));
    let endless: Vec<Value> = (0..60).map(search).collect();
    let same: Vec<Value> = (0..60).map(|_| search(0)).collect();
    let long = json!({"error": {"message": "This model's maximum context length is 128000 tokens."}, "status": 400});
    let key = json!({"error": {"message": "invalid x-api-key"}, "status": 401});
    for (name, fixtures, more, options, outcome, said) in [
        ("never finishes", script(&endless), "", &["--budget-usd", "9"][..], "budget", "40 steps led nowhere"),
        ("in circles", script(&same), "", &[], "explained", "goes round in circles"),
        ("dollars", script(&endless), "", &["--budget-usd", "0.02"], "budget", "the budget of $0.02 holds no further"),
        ("tokens", script(&endless), ", max-tokens: 20000", &[], "budget", "model.max-tokens"),
        (
            "context",
            vec![json!({"match": {}, "response": long})],
            "",
            &[],
            "budget",
            "longer than the model some-model",
        ),
        ("key", vec![json!({"match": {}, "response": key})], "", &[], "explained", "refused the key THANOS_MODEL_KEY"),
    ] {
        let mock = Mock::new(&fixtures);
        let healed = mock.heal(WIRES[2].0, more, options);
        assert_eq!(healed.program(), PROGRAM, "{name}");
        assert_eq!(healed.json["outcome"], outcome, "{name}: {}", healed.told);
        assert!(healed.told.contains(said), "{name}: {}", healed.told);
        let most = options.get(1).map_or(1.0, |usd| usd.parse().unwrap());
        assert!(usd(&healed) <= most, "{name}: {}", usd(&healed));
    }
}

/// Nothing comes for longer than the configuration has patience for.
#[test]
fn a_silent_stream_is_given_up() {
    let slow =
        json!({"match": {"turnIndex": 0}, "response": call("read", json!({"path": "tell.sh"})), "latency": 20_000});
    let mock = Mock::new(&[slow]);
    let healed = mock.heal(WIRES[0].0, ", silence-seconds: 1", &["--budget-usd", "0.1"]);
    assert!(
        healed.told.contains("nothing came for 1 s (model.silence-seconds)")
            || healed.told.contains("the budget of $0.10"),
        "{}",
        healed.told
    );
    assert_eq!(healed.program(), PROGRAM);
    assert!(usd(&healed) <= 0.1);
}
