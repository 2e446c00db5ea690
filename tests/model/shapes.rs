//! What is sent is what the vendors' own types take.

use crate::double::{Double, Turn, call};
use crate::{config, finish, heal, mend};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn requests_fit_the_vendors_own_types() {
    let mut bodies: Vec<(&str, Value)> = Vec::new();
    for (kind, provider, more) in [
        ("messages", "anthropic", ""),
        ("chat", "openai", ", wire: chat"),
        ("chat", "together", ""),
        ("responses", "openai", ", wire: responses"),
    ] {
        // A tool, several at once, words alone, a refusal, and an end.
        let turns = vec![
            call("read", json!({"path": "tell.sh"})),
            Turn::Calls(vec![("launch", "{}".to_owned()), ("read", json!({"path": "check.sh"}).to_string())]),
            Turn::Text("Now I know.".to_owned()),
            mend(),
            finish(),
        ];
        let double = Double::new(turns);
        let healed = heal(&config(&double, provider, more), &["--hands", "model"]);
        assert_eq!(healed.json["outcome"], "proposed", "{provider}{more}: {}", healed.told);
        bodies.extend(double.seen.lock().unwrap().iter().map(|seen| (kind, seen.body.clone())));
    }
    assert_eq!(bodies.len(), 20);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut python = Command::new(root.join("target/venv/bin/python"))
        .arg(root.join("tests/model/shapes.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("run tests/install first");
    python.stdin.take().unwrap().write_all(json!(bodies).to_string().as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stdout), "fits\n", "{}", String::from_utf8_lossy(&done.stderr));
}
