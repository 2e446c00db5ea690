//! What GitHub refuses, and how it breaks. Rate limits, refusals to integrations, 5xx, cut and hanging sockets
//! are our reading of its documentation: no independent double knows them.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::{Done, Step};
use crate::{payload, project};
use serde_json::{Value, json};
use std::sync::Mutex;

fn opened(more: &Value) -> (World, Step) {
    let dir = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    for (key, value) in more.as_object().unwrap() {
        scenario[key] = value.clone();
    }
    let world = Doubles::shared().world(scenario);
    let step = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"));
    (world, step)
}

#[test]
fn a_refused_pull_request_leaves_a_branch_and_a_link() {
    let (world, step) = opened(&json!({"refuse": ["pull-requests"]}));
    let done = step.go();
    done.expect(0, "proposed");
    assert!(world.branch("thanos/issue-1").is_some());
    assert_eq!(done.output("branch"), "thanos/issue-1");
    assert!(done.output("reason").contains("the pull request was refused"), "{}", done.output("reason"));
    assert!(!done.stderr.contains("git apply /"), "{}", done.stderr);
    let link = format!("{}/{}/compare/main...thanos/issue-1?expand=1", world.server_url(), world.repo);
    let comment = look::comments(&world, 1).remove(0);
    for place in [done.summary.as_str(), text(&comment, "/body"), &done.stderr] {
        assert!(place.contains(&link), "no link: {place}");
        assert!(place.contains("Allow GitHub Actions to create and approve pull requests"), "{place}");
    }
    assert_eq!(look::outcomes(&world), ["4001-1-fix-issue-1 proposed"]);
}

#[test]
fn refused_drafts_become_plain_pull_requests() {
    let (world, step) = opened(&json!({"refuse": ["drafts"]}));
    step.go().expect(0, "fixed");
    assert_eq!(look::pulls(&world)[0]["draft"], json!(false));
}

#[test]
fn a_refused_push_leaves_the_patch() {
    let token =
        json!({"permissions": {"contents": "read", "issues": "write", "pull-requests": "write", "actions": "read"}});
    let (world, step) = opened(&json!({"token": token}));
    let done = step.go();
    done.expect(0, "proposed");
    assert_eq!(look::branches(&world), ["main"]);
    let patch = std::fs::read_to_string(done.output("patch-path")).unwrap();
    assert!(patch.contains("+    return amount"), "{patch}");
    let comment = look::comments(&world, 1).remove(0);
    for place in [done.summary.as_str(), text(&comment, "/body")] {
        for part in ["git apply", "contents: write", "+    return amount"] {
            assert!(place.contains(part), "`{part}` is missing: {place}");
        }
    }
    assert!(done.stderr.contains("contents: write"), "{}", done.stderr);
    // The ledger could not be written either; the record is among the files for the artifact.
    let record = std::fs::read(step.path("temp/thanos-fix-proposal/record.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&record).unwrap()["outcome"], json!("proposed"));

    let (world, step) = opened(&json!({"protected": ["thanos/issue-1"]}));
    let done = step.go();
    done.expect(0, "proposed");
    assert!(done.all().contains("Repository rule violations"), "{done:#?}");
    assert_eq!(look::branches(&world), ["main", "thanos/ledger"]);
}

/// What the input `config` names is there, or nothing is done by a configuration that was not meant.
#[test]
fn a_configuration_that_is_not_there_is_named() {
    let (world, step) = opened(&json!({}));
    let gone = step.clone().set("THANOS_INPUT_CONFIG", ".github/gone.yml").go();
    assert_eq!(gone.status.code(), Some(2), "{gone:#?}");
    assert!(gone.stderr.contains("input `config`: there is no .github/gone.yml on the branch main"), "{gone:#?}");
    assert_eq!(look::branches(&world), ["main"]);
}

/// Also where the directory is not there, and where the ledger would be written onto the default branch.
#[test]
fn what_a_configuration_gets_wrong_is_named() {
    let go = |text: &str| {
        let dir = project::shop(&[(".github/thanos.yml", text)]);
        let world = Doubles::shared().world(project::scenario(dir.path()));
        Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go()
    };
    let done = go("verify: {command: make, directory: gone}\n");
    done.expect(0, "explained");
    assert!(done.output("reason").contains("verify.directory: there is no directory `gone`"), "{done:#?}");
    let done = go("ledger: {branch: main}\n");
    assert_eq!(done.status.code(), Some(2), "{done:#?}");
    assert!(done.stderr.contains("ledger.branch is main, the default branch"), "{done:#?}");
}

#[test]
fn what_the_token_may_not_see_is_named() {
    let (world, step) = opened(&json!({"private": true}));
    let wrong = step.clone().set("THANOS_INPUT_TOKEN", "ghs_not-a-token-of-this-place-at-all").go();
    wrong.expect(0, "blocked");
    assert!(wrong.output("reason").contains("GITHUB_TOKEN"), "{wrong:#?}");
    let elsewhere = step.clone().set("GITHUB_REPOSITORY", "octo-org/elsewhere").go();
    elsewhere.expect(0, "blocked");
    let listed = step.clone().set("THANOS_INPUT_TOKEN", "x").set("THANOS_INPUT_FAIL_ON", "blocked,error").go();
    listed.expect(1, "blocked");
    let typo = step.clone().set("THANOS_INPUT_FAIL_ON", "blokced").go();
    assert_eq!(typo.status.code(), Some(2), "{typo:#?}");
    for (missing, name) in [("THANOS_INPUT_TOKEN", "token"), ("GITHUB_REPOSITORY", "GITHUB_REPOSITORY")] {
        let done = step.clone().set(missing, "").go();
        assert_eq!(done.status.code(), Some(2), "{done:#?}");
        assert!(done.stderr.contains(name), "{}", done.stderr);
    }
    assert_eq!(look::branches(&world), ["main"]);
}

/// Runs every case in a world of its own, some at a time.
fn each(cases: Vec<(&str, Vec<Value>)>, look: impl Fn(&str, &World, &Done) + Sync) {
    let queue = Mutex::new(cases);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let Some((name, faults)) = queue.lock().unwrap().pop() else { return };
                    let (world, step) = opened(&json!({}));
                    faults.into_iter().for_each(|fault| world.fault(fault));
                    let done = step.go();
                    look(name, &world, &done);
                }
            });
        }
    });
}

#[track_caller]
fn assert_one_of_everything(name: &str, world: &World, done: &Done) {
    assert_eq!(done.status.code(), Some(0), "{name}: {done:#?}");
    assert_eq!(done.output("outcome"), "fixed", "{name}: {done:#?}");
    assert_eq!(look::branches(world), ["main", "thanos/issue-1", "thanos/ledger"], "{name}");
    assert_eq!((look::pulls(world).len(), look::comments(world, 1).len()), (1, 1), "{name}");
    assert_eq!(look::outcomes(world), ["4001-1-fix-issue-1 fixed"], "{name}");
    let fault = world.journal().iter().any(|s| s.fault.is_some());
    assert!(fault, "{name}: the fault never came");
}

/// GitHub did what was asked, and the answer was lost.
#[test]
fn lost_answers_double_nothing() {
    let paths = [
        "/git/blobs$",
        "/git/trees$",
        "/git/commits$",
        "/git/refs$",
        "/pulls$",
        "/labels$",
        "/comments$",
        "/check-runs$",
        "/reactions$",
    ];
    let cases = paths.into_iter().enumerate().map(|(i, path)| {
        let way = ["drop", "truncate"][i % 2];
        (path, vec![json!({"method": "POST", "path": path, "do": way, "applied": true})])
    });
    each(cases.collect(), |name, world, done| assert_one_of_everything(name, world, done));
}

#[test]
fn passing_trouble_is_waited_out() {
    let slow = |status: u16| json!({"status": status, "headers": {"retry-after": "1"}, "body": {"message": "You have exceeded a secondary rate limit."}});
    let at = |mut fault: Value, method: &str, path: &str, times: u64| {
        fault["method"] = json!(method);
        fault["path"] = json!(path);
        fault["times"] = json!(times);
        fault
    };
    let broken = json!({"status": 502, "body": "<html>Bad Gateway</html>"});
    let cases = vec![
        ("429 on a read", vec![at(slow(429), "GET", "/timeline", 2)]),
        ("429 on a write", vec![at(slow(429), "POST", "/pulls$", 2)]),
        ("secondary limit", vec![at(slow(403), "POST", "/git/commits$", 1), at(slow(403), "POST", "/comments$", 1)]),
        (
            "502 burst on reads",
            vec![at(broken.clone(), "GET", "/permission$", 2), at(broken.clone(), "GET", "/contents/", 2)],
        ),
        (
            "502 on writes",
            vec![at(broken.clone(), "POST", "/git/trees$", 1), at(broken.clone(), "POST", "/comments$", 1)],
        ),
        ("502 on the branch", vec![at(broken.clone(), "POST", "/git/refs$", 1)]),
        ("cut reads", vec![json!({"method": "GET", "path": "/git/", "do": "truncate", "times": 2})]),
        ("a socket that hangs", vec![json!({"method": "POST", "path": "/pulls$", "do": "hang", "applied": true})]),
        (
            "races",
            ["/git/refs$", "/git/trees$"]
                .map(|path| json!({"method": "POST", "path": path, "status": 409, "body": {"message": "Conflict"}}))
                .to_vec(),
        ),
        ("git cut", vec![json!({"path": "git-upload-pack", "do": "drop"})]),
    ];
    each(cases, |name, world, done| assert_one_of_everything(name, world, done));
}

#[test]
fn trouble_that_stays_is_told_and_asks_for_another_attempt() {
    let broken = |method: &str, path: &str| json!({"method": method, "path": path, "status": 503, "times": 99});
    let cases = vec![
        ("start", vec![broken("GET", "/project-[0-9]+$")]),
        ("reading", vec![broken("GET", "/timeline")]),
        ("limit", vec![json!({"path": "/timeline", "status": 429, "headers": {"retry-after": "4000"}, "times": 99})]),
        ("branch", vec![broken("POST", "/git/refs$")]),
        ("pull", vec![broken("POST", "/pulls$")]),
        ("comment", vec![broken("POST", "/comments$")]),
        (
            "conflict",
            vec![
                json!({"method": "POST", "path": "/git/trees$", "status": 409, "body": {"message": "Conflict"}, "times": 99}),
            ],
        ),
    ];
    each(cases, |name, world, done| {
        let (exit, outcome, retry) = match name {
            "start" | "reading" | "limit" => (0, "transient", "true"),
            "branch" | "pull" | "conflict" => (0, "proposed", "true"),
            _ => (0, "fixed", "false"),
        };
        done.expect(exit, outcome);
        assert_eq!(done.output("retry"), retry, "{name}: {done:#?}");
        assert_eq!(look::pulls(world).len(), usize::from(name == "comment"), "{name}");
        if name == "limit" {
            assert!(done.output("reason").contains("4000"), "{done:#?}");
        }
    });
}

/// Nobody may write the ledger's branch: the repair is published all the same, and the record is in the artifact.
#[test]
fn a_protected_ledger_costs_no_repair() {
    let (world, step) = opened(&json!({"protected": ["thanos/ledger"]}));
    let done = step.go();
    done.expect(0, "fixed");
    assert_eq!(look::branches(&world), ["main", "thanos/issue-1"]);
    let told = done.stderr.lines().filter(|line| line.contains("Repository rule violations")).count();
    assert!((1..=2).contains(&told), "{done:#?}");
    let record = std::fs::read(step.path("temp/thanos-fix-proposal/record.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&record).unwrap()["outcome"], json!("fixed"));
    // What is published is known without a ledger, too.
    step.again(4002, 1).go().expect(0, "duplicate");
}

/// Somebody put another ledger in the place of ours, with records that nobody can read here.
#[test]
fn a_ledger_that_was_replaced_is_kept_and_passed_over() {
    let (world, step) = opened(&json!({}));
    step.go().expect(0, "fixed");
    let files = tempfile::tempdir().unwrap();
    let newer =
        json!({"schema": 99, "attempt": "2-1-fix-issue-1", "task": "issue-1", "started": "2026-05-01T10:00:00Z"});
    let texts = [
        ("runs/2026/05/1-1-fix-issue-1.json", "{half a rec".to_owned()),
        ("runs/2026/05/2-1-fix-issue-1.json", newer.to_string()),
    ];
    for (place, text) in &texts {
        let path = files.path().join("one");
        std::fs::write(&path, text).unwrap();
        let blob = world.git(&["hash-object", "-w", path.to_str().unwrap()]);
        world.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},{place}", blob.trim())]);
    }
    let tree = world.git(&["write-tree"]);
    let author = ["-c", "user.name=x", "-c", "user.email=x@localhost"];
    let commit = world.git(&[&author[..], &["commit-tree", tree.trim(), "-m", "another"]].concat());
    world.git(&["update-ref", "refs/heads/thanos/ledger", commit.trim()]);
    let done = step.again(4002, 1).go();
    done.expect(0, "duplicate");
    for (place, text) in &texts {
        assert_eq!(world.git(&["show", &format!("thanos/ledger:{place}")]).trim(), text, "{done:#?}");
    }
    let names = world.git(&["ls-tree", "-r", "--name-only", "thanos/ledger"]);
    assert!(names.contains("4002-1-fix-issue-1.json"), "{names}");
}
