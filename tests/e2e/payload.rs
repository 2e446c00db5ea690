//! GitHub's own example payloads with this test's repository and people in them.

use crate::common::doubles::World;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::OnceLock;

/// The first official example of an event and action.
fn example(name: &str, action: &str) -> Value {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = root.join("target/doubles/node_modules/@octokit/webhooks-examples/api.github.com/index.json");
        serde_json::from_slice(&std::fs::read(file).expect("the doubles are installed: run tests/run")).unwrap()
    });
    let event = all.iter().find(|d| d["name"] == name).expect("a known event");
    let found = event["examples"].as_array().unwrap().iter().find(|e| e["action"] == action);
    found.expect("an example of that action").clone()
}

fn adopt(world: &World, payload: &mut Value, sender: &str) {
    let (owner, name) = world.repo.split_once('/').unwrap();
    let repository = &mut payload["repository"];
    repository["full_name"] = json!(world.repo);
    repository["name"] = json!(name);
    repository["owner"]["login"] = json!(owner);
    repository["default_branch"] = json!("main");
    payload["sender"] =
        json!({"login": sender, "id": 1, "type": if sender.ends_with("[bot]") { "Bot" } else { "User" }});
}

/// `issues` with this action; the issue is the world's number 1.
pub fn issue(world: &World, action: &str, author: &str, sender: &str) -> Value {
    let mut payload = example("issues", action);
    adopt(world, &mut payload, sender);
    let there = world.get("/issues/1");
    let issue = &mut payload["issue"];
    issue["number"] = json!(1);
    issue["state"] = json!("open");
    issue["labels"] = json!([]);
    issue["title"] = there["title"].clone();
    issue["body"] = there["body"].clone();
    issue["user"] = json!({"login": author, "id": 1, "type": "User"});
    payload
}

/// The label is on the world's issue, too.
pub fn labeled(world: &World, label: &str, sender: &str) -> Value {
    world.request("POST", "/issues/1/labels", Some(&json!({"labels": [label]}))).json();
    let mut payload = issue(world, "labeled", "stranger", sender);
    payload["label"]["name"] = json!(label);
    payload
}

/// A comment on issue 1 that says `text`; it exists in the world, too.
pub fn comment(world: &World, text: &str, author: &str) -> Value {
    let made = world.request("POST", "/issues/1/comments", Some(&json!({"body": text}))).json();
    let mut payload = example("issue_comment", "created");
    adopt(world, &mut payload, author);
    let there = world.get("/issues/1");
    let issue = &mut payload["issue"];
    issue.as_object_mut().unwrap().remove("pull_request");
    issue["number"] = json!(1);
    issue["state"] = json!("open");
    issue["title"] = there["title"].clone();
    issue["body"] = there["body"].clone();
    issue["user"] = json!({"login": "alice", "id": 1, "type": "User"});
    payload["comment"]["id"] = made["id"].clone();
    payload["comment"]["body"] = json!(text);
    payload["comment"]["user"] = json!({"login": author, "id": 1, "type": "User"});
    payload
}

/// `pull_request_review` submitted on the world's pull request with this number, which is ours.
pub fn review(world: &World, pull: u64, reviewer: &str, text: &str) -> Value {
    let mut payload = example("pull_request_review", "submitted");
    adopt(world, &mut payload, reviewer);
    payload["pull_request"] = world.get(&format!("/pulls/{pull}"));
    payload["review"]["body"] = json!(text);
    payload["review"]["user"] = payload["sender"].clone();
    payload
}

/// `workflow_run` completed: the world's run as it stands there.
pub fn run(world: &World, id: u64) -> Value {
    let mut payload = example("workflow_run", "completed");
    let run = world.get(&format!("/actions/runs/{id}"));
    let actor = run["actor"]["login"].as_str().unwrap().to_owned();
    adopt(world, &mut payload, &actor);
    for key in [
        "id",
        "name",
        "path",
        "event",
        "status",
        "conclusion",
        "head_sha",
        "head_branch",
        "run_attempt",
        "actor",
        "triggering_actor",
        "html_url",
        "pull_requests",
        "head_repository",
    ] {
        payload["workflow_run"][key] = run[key].clone();
    }
    payload
}

/// An event that means nothing to us by itself.
pub fn push(world: &World) -> Value {
    let mut payload = json!({"ref": "refs/heads/main", "after": world.head, "repository": {}});
    adopt(world, &mut payload, "alice");
    payload
}
