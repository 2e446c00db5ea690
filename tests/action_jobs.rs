//! The Action in one job and in two, with the real binary and the double of GitHub: action.yml's own steps, what
//! passes between the jobs, and what must not.
#![allow(clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod common;

use common::doubles::{Doubles, World};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

struct Job {
    dir: tempfile::TempDir,
}

impl Job {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for name in ["workspace", "temp"] {
            std::fs::create_dir(dir.path().join(name)).expect("made");
        }
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the action as one step of this job; answers its outputs.
    fn step(&self, world: &World, event: &Value, inputs: &[String]) -> Result<Value, String> {
        let payload = self.path("event.json");
        std::fs::write(&payload, event.to_string()).expect("written");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = node();
        command.arg(root.join("tests/action/composite.mjs")).arg(root).args(inputs);
        let env: [(&str, &str); 9] = [
            ("GITHUB_TOKEN", &world.token),
            ("GITHUB_REPOSITORY", &world.repo),
            ("GITHUB_API_URL", world.api_url()),
            ("GITHUB_SERVER_URL", world.server_url()),
            ("GITHUB_EVENT_NAME", "issues"),
            ("GITHUB_RUN_ID", "1001"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_JOB", "fix"),
            ("THANOS_FIX_BIN", env!("CARGO_BIN_EXE_thanos-fix")),
        ];
        command.envs(env).env("GITHUB_EVENT_PATH", payload).env("GITHUB_WORKSPACE", self.path("workspace"));
        command.env("RUNNER_TEMP", self.path("temp")).env("GITHUB_STEP_SUMMARY", self.path("summary"));
        let output = command.output().expect("node is installed: run tests/run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let result: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {said}"));
        if result["exit"] == 0 { Ok(result["outputs"].clone()) } else { Err(said) }
    }
}

/// Node with nothing in its environment but the way to programs.
#[expect(clippy::disallowed_methods, reason = "a test runs the action as a runner does")]
fn node() -> Command {
    let mut command = Command::new("node");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// A Python project whose one test fails for a misspelt name, and the issue that says so.
fn broken() -> World {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
    std::fs::create_dir(dir.path().join(".github")).expect("made");
    write(".github/thanos.yml", "verify:\n  command: [python3, -m, unittest, -q]\n");
    write(
        "prices.py",
        "def total(values):\n    result = 0\n    for value in values:\n        result += value\n    return reslt\n",
    );
    write(
        "test_prices.py",
        "import unittest\nfrom prices import total\n\n\nclass Prices(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(total([1, 2]), 3)\n",
    );
    Doubles::shared().world(json!({
        "directory": dir.path(),
        "collaborators": {"alice": "write"},
        "issues": [{"title": "total() crashes", "body": "NameError: name 'reslt' is not defined", "user": "alice"}],
    }))
}

fn input(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name}={value}")
}

#[test]
fn one_job_goes_from_the_issue_to_the_pull_request() {
    let (world, job) = (broken(), Job::new());
    let outputs = job.step(&world, &world.issue_event(1, "opened"), &[]).expect("it ends well");
    assert_eq!((&outputs["outcome"], &outputs["pr-number"]), (&json!("fixed"), &json!("2")));
    assert_eq!(outputs["branch"], "thanos/issue-1");
    assert!(world.git(&["show", "thanos/issue-1:prices.py"]).ends_with("return result"));
    let patch = std::fs::read_to_string(outputs["patch-path"].as_str().expect("a path")).expect("the patch is a file");
    assert!(patch.contains("+    return result"), "{patch}");
    assert_eq!(world.get("/pulls/2")["head"]["sha"], json!(world.branch("thanos/issue-1")));
    world.assert_clean();
}

#[test]
fn two_jobs_share_a_sealed_proposal_and_a_digest() {
    let world = broken();
    let event = world.issue_event(1, "opened");
    let (first, second) = (Job::new(), Job::new());
    let to = input("proposal", first.path("proposal").display());
    let proposed = first.step(&world, &event, &[input("mode", "propose"), to]).expect("it proposes");
    assert_eq!(proposed["outcome"], "proposed");
    assert_eq!(world.branch("thanos/issue-1"), None, "the proposing job publishes nothing");

    let from = input("proposal", proposed["proposal-path"].as_str().expect("a path"));
    let publish = |digest: &str| {
        let inputs = [input("mode", "publish"), from.clone(), input("proposal-digest", digest)];
        second.step(&world, &event, &inputs)
    };
    let forged = publish(&format!("sha256:{}", "0".repeat(64))).expect_err("another digest is refused");
    assert!(forged.contains("is not the proposal that was sealed"), "{forged}");
    assert_eq!(world.branch("thanos/issue-1"), None);
    let published = publish(proposed["proposal-digest"].as_str().expect("a digest")).expect("it publishes");
    assert_eq!((&published["outcome"], &published["pr-number"]), (&json!("fixed"), &json!("2")));
    world.assert_clean();
}
