//! Every official webhook example becomes a task or is ignored for a stated reason.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use thanos_fix::config::Config;
use thanos_fix::event::{self, EventError};
use thanos_fix::task::{Decision, Kind, decide};

fn examples() -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("target/doubles/node_modules/@octokit/webhooks-examples/api.github.com/index.json");
    let text = std::fs::read_to_string(&file).expect("octokit's examples are not installed: run tests/run");
    let definitions: Vec<Value> = serde_json::from_str(&text).unwrap();
    let named = |d: &Value| {
        let name = d["name"].as_str().unwrap().to_owned();
        d["examples"].as_array().unwrap().iter().map(move |e| (name.clone(), e.clone())).collect::<Vec<_>>()
    };
    definitions.iter().flat_map(named).collect()
}

#[test]
fn all_official_examples_are_understood() {
    let examples = examples();
    assert!(examples.len() >= 329, "only {} examples", examples.len());
    let mut tasks = BTreeMap::new();
    for (name, payload) in &examples {
        let bytes = serde_json::to_vec(payload).unwrap();
        let event = event::parse(name, &bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        match decide(&event, &Config::default(), None) {
            Decision::Task(task) => *tasks.entry((name.clone(), task.kind as u8)).or_insert(0) += 1,
            Decision::Ignored(why) => assert!(why.len() > 10, "{name}: `{why}` is no reason"),
        }
    }
    assert!(tasks.contains_key(&("issues".to_owned(), Kind::Issue as u8)), "{tasks:?}");
    assert!(tasks.contains_key(&("workflow_dispatch".to_owned(), Kind::Manual as u8)), "{tasks:?}");
    let acted_on: Vec<&str> = tasks.keys().map(|(name, _)| name.as_str()).collect();
    assert!(acted_on.iter().all(|n| ["issues", "workflow_dispatch", "workflow_run"].contains(n)), "{acted_on:?}");
}

/// Truncated anywhere, a payload is refused in words; it never panics and never becomes a task.
#[test]
fn truncated_payloads_are_refused() {
    let (name, payload) = examples().into_iter().find(|(n, _)| n == "issues").unwrap();
    let bytes = serde_json::to_vec(&payload).unwrap();
    for end in (0..bytes.len()).step_by(97) {
        let error = event::parse(&name, &bytes[..end]).unwrap_err();
        assert!(matches!(error, EventError::Empty | EventError::Malformed(_)), "{error}");
    }
}

#[test]
fn the_smallest_payload_is_enough() {
    let payload = br#"{"action":"opened","repository":{"full_name":"o/r"},"issue":{"number":7}}"#;
    let event = event::parse("issues", payload).unwrap();
    let Decision::Task(task) = decide(&event, &Config::default(), None) else { panic!("no task") };
    assert_eq!(task.key.as_str(), "issue-7");
    assert_eq!(event::parse("issues", &[b"\xef\xbb\xbf", &payload[..]].concat()).unwrap(), event);
    let guessed = event::parse("", payload).unwrap();
    assert_eq!(guessed.name, "issues");
}

/// Without its name an event is never taken for another one: it is known, or all that it may be are told.
#[test]
fn a_payload_without_a_name_is_never_taken_for_another_event() {
    let (mut known, mut told) = (0, 0);
    for (name, payload) in examples() {
        let bytes = serde_json::to_vec(&payload).unwrap();
        let event = event::parse("", &bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        let names: Vec<&str> = event.name.split(" or ").filter(|n| !n.is_empty()).collect();
        assert!(names.is_empty() || names.contains(&name.as_str()), "{name} is taken for {names:?}: {payload}");
        known += usize::from(names.len() == 1);
        told += usize::from(names.len() != 1);
        if ["issues", "issue_comment", "workflow_run", "workflow_dispatch"].contains(&name.as_str()) {
            assert_eq!(names, [name.as_str()]);
        }
    }
    // Those of several names, and `public`, `watch` and a few more, which have no key of their own.
    assert!(known > 230 && told > 0, "{known} are known, {told} are not");
}

#[test]
fn two_events_in_one_are_for_a_person_to_tell_apart() {
    let payload = br#"{"repository": {"full_name": "o/r"}, "issue": {"number": 7}, "check_run": {}}"#;
    let refused = event::parse("", payload).unwrap_err().to_string();
    assert!(refused.contains("check_run or issues") && refused.contains("--name"), "{refused}");
    let pull = br#"{"repository": {"full_name": "o/r"}, "pull_request": {"head": {"ref": "x", "repo": {"full_name": "o/r"}}}}"#;
    let event = event::parse("", pull).unwrap();
    let command = thanos_fix::command::CommandLine::shell("bash", "make");
    let decision = decide(&event, &Config::default(), Some(command));
    assert!(matches!(&decision, Decision::Ignored(why) if why.contains("secrets")), "{decision:?}");
}
