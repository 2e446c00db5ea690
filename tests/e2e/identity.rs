//! A GitHub App, a personal token and `GITHUB_TOKEN` all do. The App's word is verified by the double as GitHub's
//! documentation says; the description that it is held against is GitHub's own.

use crate::common::doubles::{Doubles, World};
use crate::common::rsa;
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

const APP: &str = "an-app[bot]";

/// The App's number and its world.
fn world(permissions: &Value) -> (String, World) {
    static NUMBER: AtomicU64 = AtomicU64::new(900_000);
    let id = NUMBER.fetch_add(1, Ordering::Relaxed);
    let dir = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    scenario["app"] = json!({"id": id, "login": APP, "public_key": rsa::pair().public, "permissions": permissions});
    (id.to_string(), Doubles::shared().world(scenario))
}

fn all() -> Value {
    json!({
        "contents": "write", "issues": "write", "pull_requests": "write", "checks": "write", "actions": "write",
        "metadata": "read", "members": "write", "secrets": "write",
    })
}

/// The App wins over a token that is there, too: the Action's input `token` always has a value.
fn step(world: &World, id: &str) -> Step {
    Step::new(world, "issues", &payload::issue(world, "opened", "alice", "alice"))
        .set("THANOS_INPUT_TOKEN", "ghs_of-nobody-at-all-in-this-place")
        .set("THANOS_INPUT_APP_ID", id)
        .set("THANOS_INPUT_APP_KEY", &rsa::pair().private)
}

fn minted(world: &World) -> Vec<Value> {
    world.state()["minted"].as_array().unwrap().clone()
}

#[track_caller]
fn assert_revoked(world: &World, count: usize) {
    let minted = minted(world);
    assert_eq!(minted.len(), count, "{minted:#?}");
    assert!(minted.iter().all(|m| m["revoked"] == json!(true)), "{minted:#?}");
}

#[test]
fn an_app_gets_tokens_for_what_it_does_and_gives_them_back() {
    let (id, world) = world(&all());
    let done = step(&world, &id).go();
    done.expect(0, "fixed");
    world.assert_clean();
    assert_revoked(&world, 3);
    let name = world.repo.split_once('/').unwrap().1;
    for minted in minted(&world) {
        assert_eq!(minted["repositories"], json!([name]));
        let asked = minted["permissions"].as_object().unwrap();
        assert!(!asked.contains_key("members") && !asked.contains_key("secrets"), "{minted}");
        let writes: Vec<_> =
            asked.iter().filter(|(_, level)| **level == json!("write")).map(|(k, _)| k.as_str()).collect();
        let known = [vec![], vec!["issues", "pull_requests"], vec!["actions", "checks", "contents", "pull_requests"]];
        assert!(known.contains(&writes), "{writes:?}");
        // Nothing of it is told.
        let token = text(&minted, "/token");
        let base64 = base64(token);
        assert!(!done.all().contains(token) && !done.all().contains(&base64), "{done:#?}");
    }
    assert!(!done.all().contains("PRIVATE KEY"));
    let comments = look::list(&world, "/issues/1/comments");
    assert_eq!(comments.len(), 1);
    assert_eq!(text(&comments[0], "/user/login"), APP);
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn proposing_mints_nothing_that_may_write() {
    let (id, world) = world(&all());
    step(&world, &id).verb(&["propose"]).go().expect(0, "proposed");
    assert_revoked(&world, 1);
    assert!(minted(&world)[0]["permissions"].as_object().unwrap().values().all(|level| level == "read"));
    look::assert_nothing_written(&world, 0);
}

#[test]
fn tokens_are_given_back_when_things_go_wrong() {
    let (id, world) = world(&all());
    world.fault(json!({"method": "POST", "path": "/pulls$", "status": 503, "times": 99}));
    step(&world, &id).go().expect(0, "proposed");
    assert_revoked(&world, 3);

    let (id, broken) = self::world(&all());
    let bad = project::shop(&[(project::VERIFY.0, "verfy: 1\n")]);
    let _ = broken.commit("main", bad.path(), "Break the configuration");
    assert_eq!(step(&broken, &id).go().status.code(), Some(2));
    assert_revoked(&broken, 1);
}

/// An App with less than we could use does what it can.
#[test]
fn an_app_with_fewer_permissions_is_asked_for_no_more() {
    let few = json!({"contents": "write", "issues": "write", "pull_requests": "write", "metadata": "read"});
    let (id, world) = world(&few);
    step(&world, &id).go().expect(0, "fixed");
    assert_revoked(&world, 3);
    let none = json!({"contents": "read", "issues": "write", "metadata": "read", "pull_requests": "read"});
    let (id, world) = self::world(&none);
    let done = step(&world, &id).go();
    done.expect(0, "proposed");
    assert!(done.stderr.contains("contents: write"), "{}", done.stderr);
}

#[test]
fn what_is_no_app_is_refused_in_words() {
    let (id, world) = world(&all());
    let step = step(&world, &id);
    let one = |name: &str, value: &str| step.clone().set(name, value).go();
    for (name, value, exit, words) in [
        ("THANOS_INPUT_APP_KEY", "", 2, "needs `app-key`"),
        ("THANOS_INPUT_APP_ID", "", 2, "needs `app-id`"),
        ("THANOS_INPUT_APP_KEY", "not a key", 2, "no private key in PEM form"),
        ("THANOS_INPUT_APP_ID", "1", 0, "GITHUB_TOKEN"),
    ] {
        let done = one(name, value);
        assert_eq!(done.status.code(), Some(exit), "{name}={value}: {done:#?}");
        assert!(done.all().contains(words), "{name}={value}: {done:#?}");
    }
    // In one line, as some secret stores keep it.
    one("THANOS_INPUT_APP_KEY", &rsa::pair().private.replace('\n', "\\n")).expect(0, "fixed");
}

#[test]
fn a_personal_token_writes_as_its_owner() {
    let dir = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    scenario["tokens"] = json!({"ghp_a-personal-token-of-alice": {"login": "alice"}});
    let world = Doubles::shared().world(scenario);
    let event = payload::issue(&world, "opened", "alice", "alice");
    let done = Step::new(&world, "issues", &event).set("THANOS_INPUT_TOKEN", "ghp_a-personal-token-of-alice").go();
    done.expect(0, "fixed");
    world.assert_clean();
    let comments = look::list(&world, "/issues/1/comments");
    assert_eq!((comments.len(), text(&comments[0], "/user/login")), (1, "alice"));
    assert_eq!(look::pulls(&world).len(), 1);
}
