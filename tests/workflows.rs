//! The script of docs/workflows/retry.yml against the double of GitHub, with a `gh` that is curl and jq.
#![allow(clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod common;

use common::doubles::{Doubles, World};
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const GH: &str = r#"#!/usr/bin/env bash
# gh api [--method M] PATH [--jq FILTER]
set -euo pipefail
method=GET filter=.
shift
while (($#)); do
  case $1 in
    --method) method=$2; shift ;;
    --jq) filter=$2; shift ;;
    *) path=$1 ;;
  esac
  shift
done
curl --silent --fail --request "$method" --header "authorization: Bearer $GH_TOKEN" "$API/$path" | jq --raw-output "$filter"
"#;

/// A world with one run of ours that ended as `attempt` and left the artifacts named.
fn world(dir: &Path, attempt: u64, artifacts: &[&str]) -> World {
    let file = dir.join("artifact");
    std::fs::write(&file, "data").expect("written");
    let now = jiff::Timestamp::now().to_string();
    let artifact = |(i, name): (usize, &&str)| json!({"id": i + 1, "name": name, "file": file, "created_at": now});
    let artifacts: Vec<_> = artifacts.iter().enumerate().map(artifact).collect();
    Doubles::shared().world(json!({
        "directory": dir,
        "runs": [{"id": 77, "head_branch": "main", "conclusion": "success", "run_attempt": attempt, "artifacts": artifacts}],
    }))
}

/// Runs the workflow's script as its job would and says how often a rerun was asked for.
fn reruns_after(world: &World, dir: &Path, run_id: &str) -> usize {
    let workflow = include_str!("../docs/workflows/retry.yml");
    let workflow: serde_yaml::Value = serde_yaml::from_str(workflow).expect("YAML");
    let step = &workflow["jobs"]["retry"]["steps"][0];
    let script = step["run"].as_str().expect("a script");
    let attempts = step["env"]["ATTEMPTS"].as_u64().expect("a number").to_string();
    let gh = dir.join("bin/gh");
    std::fs::create_dir_all(dir.join("bin")).expect("made");
    std::fs::write(&gh, GH).expect("written");
    std::fs::set_permissions(&gh, std::fs::Permissions::from_mode(0o755)).expect("made a program");
    let output = bash(script, &dir.join("bin"))
        .env("RUN_ID", run_id)
        .env("ATTEMPTS", attempts)
        .env("GH_TOKEN", &world.token)
        .env("API", world.api_url())
        .env("GITHUB_REPOSITORY", &world.repo)
        .env("GITHUB_STEP_SUMMARY", dir.join("summary"))
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    world.assert_clean();
    let asked = |path: &str| path.ends_with("/actions/runs/77/rerun");
    world.journal().iter().filter(|seen| seen.target.as_deref().is_some_and(asked)).count()
}

#[expect(clippy::disallowed_methods, reason = "a test runs the workflow's script")]
fn bash(script: &str, first_on_path: &Path) -> std::process::Command {
    let mut command = std::process::Command::new("bash");
    let path = format!("PATH={}:$PATH\n{script}", first_on_path.display());
    command.args(["--noprofile", "--norc", "-e", "-c", &path]);
    command
}

#[test]
fn a_run_that_asked_for_it_is_rerun_once() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let world = world(dir.path(), 1, &["thanos-retry-1"]);
    assert_eq!(reruns_after(&world, dir.path(), "77"), 1);
    assert_eq!(world.get("/actions/runs/77")["run_attempt"], 2);
    assert_eq!(reruns_after(&world, dir.path(), "77"), 1, "a run that waits is left alone");
}

#[test]
fn a_run_that_did_not_ask_for_this_attempt_is_left_alone() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let world = world(dir.path(), 1, &["thanos-fix-1", "thanos-retry-2"]);
    assert_eq!(reruns_after(&world, dir.path(), "77"), 0);
}

#[test]
fn the_last_attempt_is_the_last() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let world = world(dir.path(), 3, &["thanos-retry-3"]);
    assert_eq!(reruns_after(&world, dir.path(), "77"), 0);
}

#[test]
fn the_schedule_finds_what_no_event_announced() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let world = world(dir.path(), 1, &["thanos-retry-1", "thanos-fix-1", "coverage"]);
    assert_eq!(reruns_after(&world, dir.path(), ""), 1);
    assert_eq!(reruns_after(&world, dir.path(), ""), 1);
}
