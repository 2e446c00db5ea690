//! Proves the double of GitHub itself: for every operation that we use, a good request is answered and a bad
//! one is refused, and its refusals are GitHub's.
#![allow(clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod common;

use common::doubles::{Doubles, World};
use common::http;
use serde_json::{Value, json};
use std::path::Path;

fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(dir.path().join(".github/workflows")).expect("created");
    std::fs::write(dir.path().join("main.py"), "print('hello')\n").expect("written");
    std::fs::write(dir.path().join(".github/workflows/ci.yml"), "on: [push, workflow_dispatch]\n").expect("written");
    dir
}

fn scenario(directory: &Path) -> Value {
    json!({
        "directory": directory,
        "collaborators": {"alice": "write", "tim": "triage"},
        "users": ["stranger"],
        "issues": [{"title": "It broke", "body": "when I ran it", "user": "alice", "labels": ["bug"]}],
        "runs": [{
            "id": 77, "head_branch": "main",
            "jobs": [{"id": 771, "name": "test", "steps": [{"name": "Test", "conclusion": "failure"}], "log": {"text": "boom\n"}}],
        }],
    })
}

fn world() -> World {
    let project = project();
    Doubles::shared().world(scenario(project.path()))
}

fn blob(world: &World, text: &str) -> String {
    let answer = world.request("POST", "/git/blobs", Some(&json!({"content": text, "encoding": "utf-8"})));
    answer.json()["sha"].as_str().expect("a blob").to_owned()
}

/// A commit on top of the default branch that writes one file.
fn commit(world: &World, path: &str, text: &str) -> String {
    let sha = blob(world, text);
    let base = &world.get(&format!("/git/commits/{}", world.head))["tree"]["sha"];
    let entry = json!({"path": path, "mode": "100644", "type": "blob", "sha": sha});
    let tree = world.request("POST", "/git/trees", Some(&json!({"base_tree": base, "tree": [entry]}))).json();
    let body = json!({"message": "Mend", "tree": tree["sha"], "parents": [world.head]});
    world.request("POST", "/git/commits", Some(&body)).json()["sha"].as_str().expect("a commit").to_owned()
}

fn branch(world: &World, name: &str, sha: &str) -> u16 {
    world.request("POST", "/git/refs", Some(&json!({"ref": format!("refs/heads/{name}"), "sha": sha}))).status
}

#[test]
fn every_operation_takes_good_requests_and_refuses_bad_ones() {
    let world = world();
    let sha = commit(&world, "a.txt", "a");
    assert_eq!(branch(&world, "topic/x", &sha), 201);
    let head = world.head.clone();
    let annotation =
        |level: &str| json!([{"path": "a", "start_line": 1, "end_line": 1, "annotation_level": level, "message": "m"}]);
    let check = |level: &str| {
        json!({"name": "g", "head_sha": head, "status": "completed", "conclusion": "neutral",
        "output": {"title": "T", "summary": "S", "annotations": annotation(level)}})
    };
    let none = Value::Null;
    #[rustfmt::skip]
    let table = [
        ("POST", "/issues/1/comments", json!({"body": "hi"}), 201, "/issues/1/comments", json!({"text": "hi"})),
        ("PATCH", "/issues/comments/1", json!({"body": "ho"}), 200, "/issues/comments/1", json!({})),
        ("GET", "/issues/1/comments?per_page=100", none.clone(), 200, "/issues/1/comments?per_page=many", none.clone()),
        ("GET", "/issues?state=open&labels=bug", none.clone(), 200, "/issues?state=opened", none.clone()),
        ("GET", "/issues/1", none.clone(), 200, "/issues/one", none.clone()),
        ("PATCH", "/issues/1", json!({"state": "open"}), 200, "/issues/1", json!({"state": "ajar"})),
        ("POST", "/issues/1/labels", json!({"labels": ["thanos"]}), 200, "/issues/1/labels", json!({"labels": "thanos"})),
        ("POST", "/labels", json!({"name": "x", "color": "f29513"}), 201, "/labels", json!({"color": "f29513"})),
        ("POST", "/issues/1/reactions", json!({"content": "eyes"}), 201, "/issues/1/reactions", json!({"content": "look"})),
        ("POST", "/issues/comments/1/reactions", json!({"content": "eyes"}), 201, "/issues/comments/1/reactions", json!({})),
        ("POST", "/git/blobs", json!({"content": "aGk=", "encoding": "base64"}), 201, "/git/blobs", json!({"encoding": "base64"})),
        ("POST", "/git/trees", json!({"tree": [{"path": "a", "mode": "100644", "type": "blob", "content": "x"}]}), 201,
            "/git/trees", json!({"tree": [{"path": "a", "mode": "100666", "type": "blob", "content": "x"}]})),
        ("POST", "/git/commits", json!({"message": "m", "tree": format!("{head}^{{tree}}")}), 201, "/git/commits", json!({"message": "m"})),
        ("POST", "/git/refs", json!({"ref": "refs/heads/two", "sha": sha}), 201, "/git/refs", json!({"ref": "refs/heads/three"})),
        ("PATCH", "/git/refs/heads/two", json!({"sha": sha, "force": true}), 200, "/git/refs/heads/two", json!({"sha": sha, "force": "yes"})),
        ("POST", "/pulls", json!({"title": "t", "head": "topic/x", "base": "main", "draft": true}), 201, "/pulls", json!({"title": "t", "head": "two"})),
        ("PATCH", "/pulls/2", json!({"body": "b"}), 200, "/pulls/2", json!({"state": "gone"})),
        ("GET", "/pulls?state=open&head=octo-org:topic/x", none.clone(), 200, "/pulls?state=opened", none.clone()),
        ("GET", "/pulls/2/files", none.clone(), 200, "/pulls/two/files", none.clone()),
        ("POST", "/check-runs", check("failure"), 201, "/check-runs", check("error")),
        ("PATCH", "/check-runs/1", json!({"status": "completed", "conclusion": "success"}), 200, "/check-runs/1", json!({"status": "completed", "conclusion": "fine"})),
        ("GET", "/actions/runs/77", none.clone(), 200, "/actions/runs/last", none.clone()),
        ("GET", "/actions/runs/77/jobs?filter=latest", none.clone(), 200, "/actions/runs/77/jobs?filter=newest", none.clone()),
        ("GET", "/actions/jobs/771", none.clone(), 200, "/actions/jobs/x", none.clone()),
        ("POST", "/actions/runs/77/rerun-failed-jobs", json!({"enable_debug_logging": false}), 201, "/actions/runs/77/rerun-failed-jobs", json!({"enable_debug_logging": "yes"})),
        ("POST", "/actions/workflows/ci.yml/dispatches", json!({"ref": "topic/x"}), 204, "/actions/workflows/ci.yml/dispatches", json!({"inputs": {}})),
        ("POST", "/dispatches", json!({"event_type": "x"}), 204, "/dispatches", json!({"client_payload": {}})),
    ];
    for (method, good, body, status, bad, wrong) in table {
        let some = |v: &Value| (!v.is_null()).then(|| v.clone());
        let answer = world.request(method, good, some(&body).as_ref());
        assert_eq!(answer.status, status, "{method} {good}: {}", answer.json());
        let refused = world.request(method, bad, some(&wrong).as_ref());
        assert_eq!(refused.status, 422, "{method} {bad} {wrong}: {}", refused.json());
        assert!(
            refused.json()["message"].as_str().is_some_and(|m| m.starts_with("Invalid request")),
            "{}",
            refused.json()
        );
    }
    let journal = world.journal();
    assert!(journal.iter().any(|seen| seen.operation.as_deref() == Some("pulls/create") && seen.refused.is_empty()));
    assert!(journal.iter().any(|seen| !seen.refused.is_empty()), "the journal names what was refused");
}

#[test]
fn reads_of_one_repository_agree_with_git() {
    let world = world();
    let sha = commit(&world, "src/new file.txt", "new\n");
    assert_eq!(branch(&world, "topic/deep/er", &sha), 201);
    assert_eq!(world.branch("topic/deep/er").as_deref(), Some(sha.as_str()));
    assert_eq!(world.get("/git/ref/heads/topic/deep/er")["object"]["sha"], json!(sha));
    assert_eq!(world.get("/branches/topic/deep/er")["commit"]["sha"], json!(sha));
    assert_eq!(world.get("/git/matching-refs/heads/topic/")[0]["ref"], "refs/heads/topic/deep/er");
    assert_eq!(world.get("/contents/src/new%20file.txt?ref=topic/deep/er")["content"], "bmV3Cg==");
    assert_eq!(world.get("/compare/main...topic/deep/er")["ahead_by"], 1);
    assert_eq!(world.get("/commits/topic%2Fdeep%2Fer")["files"][0]["filename"], "src/new file.txt");
    assert_eq!(world.git(&["show", &format!("{sha}:src/new file.txt")]), "new");
    assert_eq!(world.get(&format!("/git/commits/{sha}"))["verification"]["verified"], true);
    world.assert_clean();
}

#[test]
fn refs_are_created_once_and_move_forward_only() {
    let world = world();
    let (one, two) = (commit(&world, "a", "1"), commit(&world, "a", "2"));
    assert_eq!(branch(&world, "x", &one), 201);
    assert_eq!(branch(&world, "x", &two), 422);
    let sideways = world.request("PATCH", "/git/refs/heads/x", Some(&json!({"sha": two})));
    assert_eq!((sideways.status, &sideways.json()["message"]), (422, &json!("Update is not a fast forward")));
    assert_eq!(branch(&world, "y", &"ab".repeat(20)), 422);
    assert_eq!(world.request("DELETE", "/git/refs/heads/x", None).status, 204);
    assert_eq!(world.request("GET", "/git/ref/heads/x", None).status, 404);
}

#[test]
fn pull_requests_are_refused_as_github_refuses_them() {
    let project = project();
    let mut strict = scenario(project.path());
    strict["refuse"] = json!(["drafts"]);
    let world = Doubles::shared().world(strict);
    let open = |head: &str, draft: bool| {
        world.request("POST", "/pulls", Some(&json!({"title": "t", "head": head, "base": "main", "draft": draft})))
    };
    assert_eq!(open("missing", false).json()["errors"][0]["field"], "head");
    assert_eq!(branch(&world, "same", &world.head), 201);
    assert_eq!(open("same", false).json()["errors"][0]["message"], "No commits between main and same");
    let sha = commit(&world, "a", "1");
    assert_eq!(branch(&world, "x", &sha), 201);
    assert_eq!(open("x", true).json()["message"], "Draft pull requests are not supported in this repository.");
    let made = open("x", false);
    assert_eq!((made.status, &made.json()["head"]["sha"]), (201, &json!(sha)));
    assert_eq!(open("x", false).json()["errors"][0]["message"], "A pull request already exists for octo-org:x.");
}

#[test]
fn tokens_and_people_have_the_permissions_they_were_given() {
    let project = project();
    let mut narrow = scenario(project.path());
    narrow["token"] = json!({"permissions": {"contents": "read", "issues": "write"}});
    narrow["private"] = json!(true);
    let world = Doubles::shared().world(narrow);
    assert_eq!(world.request("POST", "/git/blobs", Some(&json!({"content": "x"}))).status, 403);
    assert_eq!(world.request("POST", "/issues/1/comments", Some(&json!({"body": "x"}))).status, 201);
    assert_eq!(world.request("GET", "/pulls", None).status, 403);
    assert_eq!(world.request_as("wrong", "GET", "", None).status, 401);
    assert_eq!(world.get("/collaborators/alice/permission")["permission"], "write");
    let triage = world.get("/collaborators/tim/permission");
    assert_eq!((&triage["permission"], &triage["role_name"]), (&json!("read"), &json!("triage")));
    assert_eq!(world.request("GET", "/collaborators/nobody/permission", None).status, 404);
    let anonymous =
        http::send(world.api_url(), "GET", &format!("/{}/info/refs?service=git-upload-pack", world.repo), &[], None);
    assert_eq!(anonymous.status, 401);
}

#[test]
fn logs_lie_on_another_host_that_refuses_our_token() {
    let world = world();
    let answer = world.request("GET", "/actions/jobs/771/logs", None);
    assert_eq!(answer.status, 302);
    let url = answer.header("location").expect("a redirect").to_owned();
    let (base, target) = url.split_at(url.find("/log/").expect("a log"));
    assert_ne!(base, world.api_url());
    assert_eq!(http::send(base, "GET", target, &[], None).bytes, b"boom\n");
    assert_eq!(http::send(base, "GET", target, &[("authorization", "Bearer x")], None).status, 400);
    assert!(world.journal().iter().any(|seen| seen.token_sent));
}

#[test]
fn a_run_is_rerun_once_it_has_ended() {
    let world = world();
    assert_eq!(world.get("/actions/runs/77")["head_sha"], json!(world.head));
    assert_eq!(world.request("POST", "/actions/runs/77/rerun", None).status, 201);
    assert_eq!(world.get("/actions/runs/77")["run_attempt"], 2);
    assert_eq!(world.request("POST", "/actions/runs/77/rerun", None).status, 403);
}

#[test]
fn events_tell_of_the_world_they_come_from() {
    let world = world();
    let issue = world.issue_event(1, "opened");
    assert_eq!((&issue["issue"]["title"], &issue["sender"]["login"]), (&json!("It broke"), &json!("alice")));
    assert_eq!(issue["repository"]["full_name"], json!(world.repo));
    let comment = world.comment_event(1, "tim", "/thanos fix");
    assert_eq!((&comment["comment"]["body"], &comment["sender"]["login"]), (&json!("/thanos fix"), &json!("tim")));
    let run = world.run_event(77);
    assert_eq!(
        (&run["workflow_run"]["head_sha"], &run["workflow_run"]["conclusion"]),
        (&json!(world.head), &json!("failure"))
    );
}

#[test]
fn faults_strike_the_requests_they_name() {
    let world = world();
    let comment = |text: &str| world.request("POST", "/issues/1/comments", Some(&json!({"body": text})));
    world.fault(
        json!({"method": "POST", "path": "/comments$", "skip": 1, "times": 2, "status": 502, "body": "bad gateway"}),
    );
    let statuses: Vec<_> = ["a", "b", "c", "d"].map(|text| comment(text).status).into();
    assert_eq!(statuses, [201, 502, 502, 201]);
    world.fault(json!({"path": "/comments$", "do": "truncate", "applied": true}));
    assert_eq!(comment("lost").json(), Value::Null);
    let texts: Vec<_> =
        world.get("/issues/1/comments").as_array().expect("a list").iter().map(|c| c["body"].clone()).collect();
    assert_eq!(texts, ["a", "d", "lost"]);
    world.fault(json!({"path": "/comments$", "do": "drop"}));
    assert_eq!(comment("never").status, 0);
}

#[test]
fn real_git_clones_and_pushes_with_the_runners_header() {
    let world = world();
    let dir = tempfile::tempdir().expect("a temporary folder");
    let git = |args: &[&str]| run_git(dir.path(), args);
    assert!(git(&["clone", "--quiet", &world.clone_url(), "work"]));
    std::fs::write(dir.path().join("work/main.py"), "print('mended')\n").expect("written");
    let who = ["-C", "work", "-c", "user.name=a", "-c", "user.email=a@example.com"];
    assert!(git(&[&who[..], &["commit", "--quiet", "-am", "Mend"]].concat()));
    let push = ["push", "--quiet", "origin", "HEAD:refs/heads/pushed"];
    assert!(!git(&[&who[..], &push].concat()), "a push without a token is refused");
    let header =
        format!("http.extraheader=AUTHORIZATION: basic {}", base64(&format!("x-access-token:{}", world.token)));
    assert!(git(&[&who[..], &["-c", &header], &push].concat()));
    assert_eq!(world.git(&["show", "pushed:main.py"]), "print('mended')");
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[expect(clippy::disallowed_methods, reason = "the double must serve real git")]
fn run_git(dir: &Path, args: &[&str]) -> bool {
    let mut command = std::process::Command::new("git");
    command.current_dir(dir).args(args).env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.output().expect("git runs").status.success()
}
