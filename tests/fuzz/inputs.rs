//! Payloads and configuration.

use crate::bend::{bend, bends, hostile};
use crate::config;
use proptest::prelude::*;
use serde_json::{Value, json};
use thanos_fix::command::CommandLine;
use thanos_fix::config::{self as thanos, Config};
use thanos_fix::event;
use thanos_fix::task::{Decision, Kind, Permission, Trust, decide, trust};

const NAMES: &[&str] = &[
    "issues",
    "issue_comment",
    "workflow_run",
    "workflow_dispatch",
    "push",
    "pull_request",
    "pull_request_target",
    "schedule",
    "",
];

fn payload() -> Value {
    json!({
        "action": "completed", "ref": "refs/heads/main", "after": "a".repeat(40), "inputs": {"issue": "1", "run-id": "5"},
        "repository": {"full_name": "o/r", "default_branch": "main"}, "sender": {"login": "ann", "type": "User"},
        "issue": {"number": 1, "title": "t", "body": "b", "state": "open", "user": {"login": "ann", "type": "User"}, "labels": [{"name": "thanos-fix"}]},
        "comment": {"id": 9, "body": "/thanos fix", "user": {"login": "bob", "type": "User"}}, "label": {"name": "thanos-fix"},
        "pull_request": {"number": 3, "head": {"ref": "x", "sha": "a".repeat(40), "repo": {"full_name": "o/r"}}},
        "workflow_run": {"id": 5, "run_attempt": 2, "name": "CI", "path": ".github/workflows/ci.yml", "event": "push", "conclusion": "failure",
            "head_sha": "a".repeat(40), "head_branch": "x", "head_repository": {"full_name": "o/r"}, "actor": {"login": "ann", "type": "User"},
            "pull_requests": [{"number": 3}]},
    })
}

proptest! {
    #![proptest_config(config())]

    /// Whatever a payload holds, nobody without write access gets more than the configuration lets a stranger have.
    #[test]
    fn payloads_make_tasks_of_this_repository_or_nothing(
        name in prop::sample::select(NAMES), action in prop::sample::select(vec!["completed", "opened", "created", "labeled"]),
        bends in bends(4), command in any::<bool>(),
    ) {
        let mut payload = payload();
        payload["action"] = json!(action);
        let payload = bend(payload, &bends);
        let Ok(event) = event::parse(name, payload.to_string().as_bytes()) else { return Ok(()) };
        let command = command.then(|| CommandLine::shell("bash", "make test"));
        let config = Config::default();
        let Decision::Task(task) = decide(&event, &config, command) else { return Ok(()) };
        prop_assert!(!task.actors.is_empty());
        prop_assert!(task.key.as_str().len() <= 100);
        if task.kind == Kind::Build && let Some(run) = &task.run {
            prop_assert!(run.head_repository.as_ref().is_none_or(|head| *head == task.repository));
            prop_assert_ne!(run.event.as_str(), "pull_request_target");
        }
        let asked = trust(&task, &config, |_| Ok::<_, std::convert::Infallible>(Permission::Triage)).unwrap();
        let bots = task.actors.iter().all(|a| a.login.to_lowercase().contains("[bot]") || a.kind == "Bot");
        prop_assert!(asked != Trust::Granted || bots, "{:?}", task.actors);
    }

    #[test]
    fn bytes_are_no_payload(name in prop::sample::select(NAMES), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = event::parse(name, &bytes);
    }

    /// A configuration is read or refused in words, and what is read is within bounds.
    #[test]
    fn configurations_are_read_or_refused(bends in bends(3)) {
        let config = bend(configuration(), &bends);
        match thanos::parse("thanos.yml", &config.to_string()) {
            Ok(config) => {
                prop_assert!((1..=21_600).contains(&config.budget.seconds) && (1..=10).contains(&config.retry.attempts));
                prop_assert!(!config.hands.0.is_empty());
            }
            Err(error) => prop_assert!(error.to_string().starts_with("thanos.yml: ")),
        }
    }

    #[test]
    fn text_is_a_configuration_or_not(text in "[a-z:{}\\[\\]&*!|>\\-# \n\"']{0,200}", value in hostile()) {
        let _ = thanos::parse("thanos.yml", &text);
        let _ = thanos::parse("thanos.yml", &format!("policy:\n  protect: [{value}]\n"));
    }
}

fn configuration() -> Value {
    json!({
        "verify": {"command": "make", "prepare": [["npm", "ci"]], "timeout-seconds": 10}, "hands": ["hint"], "budget": {"seconds": 10},
        "branch": {"prefix": "thanos"}, "publish": {"draft": true, "labels": ["x"]}, "trust": {"strangers": "wait", "bots": [{"login": "x[bot]", "type": "Bot"}]},
        "triggers": {"label": "x", "workflows": ["CI"]}, "retry": {"attempts": 2}, "ledger": {"store": "branch", "branch": "l"},
        "policy": {"protect": ["a/**"], "allow": [], "max-files": 3, "checks": {"tests": "warn"}}, "sandbox": "full", "environment": {"keep": ["X"]},
    })
}
