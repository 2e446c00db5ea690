//! What people say counts: a closed pull request is a no until somebody asks, a question gets an answer, and a
//! branch of theirs is no place for our ledger.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use rustix::process::Signal;
use serde_json::{Value, json};

fn world(config: &str, more: &Value) -> World {
    let dir = project::shop(&[(project::VERIFY.0, config)]);
    let mut scenario = project::scenario(dir.path());
    for (key, value) in more.as_object().unwrap() {
        scenario[key] = value.clone();
    }
    Doubles::shared().world(scenario)
}

fn on_issue(world: &World, action: &str, run: u64) -> Step {
    Step::new(world, "issues", &payload::issue(world, action, "alice", "alice")).again(run, 1)
}

fn says(world: &World, words: &str, run: u64) -> Step {
    Step::new(world, "issue_comment", &payload::comment(world, words, "alice")).again(run, 1)
}

#[test]
fn a_closed_pull_request_is_a_no_until_somebody_asks() {
    let world = world(project::VERIFY.1, &json!({}));
    on_issue(&world, "opened", 4001).go().expect(0, "fixed");
    let first = look::pulls(&world).remove(0);
    assert!(text(&first, "/body").contains("until somebody with write access asks again"), "{first:#?}");
    let closed = json!({"state": "closed"});
    let _ = world.request("PATCH", &format!("/pulls/{}", first["number"]), Some(&closed));
    let tip = world.branch("thanos/issue-1");
    for (run, action) in [(4002, "opened"), (4003, "reopened")] {
        let done = on_issue(&world, action, run).go();
        done.expect(0, "duplicate");
        assert!(done.output("reason").contains("closed without being merged"), "{done:#?}");
        assert_eq!((world.branch("thanos/issue-1"), look::pulls(&world).len()), (tip.clone(), 1), "{action}");
    }
    let asked = Step::new(&world, "issues", &payload::labeled(&world, "thanos-fix", "alice")).again(4004, 1);
    asked.go().expect(0, "fixed");
    assert_eq!(look::pulls(&world).len(), 2);
}

#[test]
fn a_closed_pull_request_for_a_build_stands_for_the_same_failure() {
    let run = |id: u64| json!({"id": id, "head_branch": "main", "actor": "alice", "jobs": []});
    let world = world(project::VERIFY.1, &json!({"runs": [run(70), run(71)]}));
    let built = |id: u64| Step::new(&world, "workflow_run", &payload::run(&world, id)).again(5000 + id, 1);
    // A newer run would have the last word.
    built(71).go().expect(0, "fixed");
    let first = look::pulls(&world).remove(0);
    let _ = world.request("PATCH", &format!("/pulls/{}", first["number"]), Some(&json!({"state": "closed"})));
    let again = built(71).again(5099, 1).go();
    again.expect(0, "duplicate");
    assert!(again.output("reason").contains("the failure is the same"), "{again:#?}");
    assert_eq!(look::pulls(&world).len(), 1);
}

#[test]
fn whoever_asks_while_the_pull_request_is_open_gets_an_answer() {
    let world = world(project::VERIFY.1, &json!({}));
    on_issue(&world, "opened", 4001).go().expect(0, "fixed");
    let url = text(&look::pulls(&world)[0], "/html_url").to_owned();
    let body = || text(&look::comments(&world, 1)[0], "/body").to_owned();
    let told = body();
    for run in [4002, 4003] {
        says(&world, "/thanos fix", run).go().expect(0, "duplicate");
        let (head, rest) = body().split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert!(head.starts_with("**Already handled**") && head.contains(&url), "{head}");
        assert_eq!(rest, told);
    }
    says(&world, "/thanos explain", 4004).go().expect(0, "explained");
    assert!(body().contains("NameError"), "{}", body());
    // The double posts the questions under our name, too.
    let sticky = look::comments(&world, 1).iter().filter(|c| text(c, "/body").contains("<!-- thanos-fix")).count();
    assert_eq!((look::pulls(&world).len(), sticky), (1, 1));
    // Nobody asked: nobody is answered.
    on_issue(&world, "reopened", 4005).go().expect(0, "duplicate");
    assert!(!body().contains("Already handled"));
}

#[test]
fn without_a_look_at_pull_requests_the_branch_and_a_link_are_left() {
    let token = json!({"permissions": {"contents": "write", "issues": "write", "actions": "read"}});
    let world = world(project::VERIFY.1, &json!({"private": true, "token": token}));
    let done = on_issue(&world, "opened", 4001).go();
    done.expect(0, "proposed");
    assert!(world.branch("thanos/issue-1").is_some());
    assert!(done.summary.contains("/compare/main...thanos/issue-1?expand=1"), "{}", done.summary);
    assert!(done.all().contains("pull-requests: write"), "{done:#?}");
    // What it cannot see it does not overwrite.
    let tip = world.branch("thanos/issue-1");
    on_issue(&world, "opened", 4002).go().expect(0, "duplicate");
    assert_eq!(world.branch("thanos/issue-1"), tip);
}

#[test]
fn a_branch_of_peoples_is_no_ledger() {
    let config = |branch: &str| format!("{}ledger:\n  branch: {branch}\n", project::VERIFY.1);
    let refused = world(&config("main"), &json!({}));
    let done = on_issue(&refused, "opened", 4001).go();
    assert_eq!(done.status.code(), Some(2), "{done:#?}");
    assert!(done.stderr.contains("ledger.branch is main, the default branch"), "{}", done.stderr);
    look::assert_nothing_written(&refused, 0);

    let theirs = project::shop(&[("runs/2026/01/notes.txt", "x\n"), ("runs/a.json", "{}\n")]);
    let other = world(&config("wip"), &json!({"branches": {"wip": theirs.path()}}));
    let tip = other.branch("wip");
    let done = on_issue(&other, "opened", 4001).go();
    done.expect(0, "blocked");
    assert!(done.output("reason").contains("is no ledger"), "{done:#?}");
    assert_eq!((other.branch("wip"), look::pulls(&other).len()), (tip, 0));
}

/// A socket that never answers does not keep us from writing the record before the runner's patience ends.
#[test]
fn a_run_that_is_cancelled_while_it_publishes_records_that() {
    let world = world(project::VERIFY.1, &json!({}));
    world.fault(json!({"method": "POST", "path": "/pulls$", "do": "hang", "times": 99}));
    let running = on_issue(&world, "opened", 4001).start();
    running.says("publish branch thanos/issue-1");
    running.signal(Signal::INT);
    running.wait().expect(0, "cancelled");
    assert_eq!(look::outcomes(&world), ["4001-1-fix-issue-1 cancelled"]);
}

/// What the demo's pull request closes is what its issue is about.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test starts the program")]
fn the_demo_repairs_what_its_issue_reports() {
    let dir = tempfile::tempdir().unwrap();
    let run = |out: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
        command.env("XDG_STATE_HOME", dir.path().join("state"));
        // It is offline whatever is set.
        command.env("THANOS_LEDGER_URL", "postgres://nobody@127.0.0.1:1/nothing");
        let done = command.args(["demo", "--out"]).arg(dir.path().join(out)).output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{told}");
        (told, std::fs::read_to_string(dir.path().join(out).join("pull-request.md")).unwrap())
    };
    let (told, text) = run("one");
    assert!(text.contains("README") && text.contains("Fixes #1"), "{text}");
    assert!(told.contains("run the demonstration again") && !text.contains("Seen before"), "{told}");
    assert!(text.contains("score: "), "{text}");
    assert!(told.contains("to `commits` → still fails") && told.contains("candidate 2: renamed"), "{told}");
    // The second one does again what mended the first, and says so.
    let (told, text) = run("two");
    assert!(told.contains("this run remembered 1 earlier demonstration"), "{told}");
    assert!(text.contains("hand `recall`") && text.contains("Seen before"), "{text}");
    assert!(!told.contains("candidate 2"), "{told}");
    // The words that it tells to type show both, and the one that fell.
    let typed = told.lines().find_map(|line| line.split_once("thanos-fix dashboard ")).unwrap().1;
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_thanos-fix"));
    let built = command.arg("dashboard").args(typed.split(' ')).output().unwrap();
    assert!(built.status.success(), "{built:?}");
    let run = std::fs::read_to_string(dir.path().join("two/site/data/run-0.js")).unwrap();
    for shown in ["still fails: TypeError", "mended this failure before"] {
        assert!(run.contains(shown), "{shown}: {run}");
    }
    // Names that no other machine gives: all may be copied into one database.
    let ids = |run: &str| {
        run.split("\"attempt\":\"")
            .skip(1)
            .filter_map(|rest| rest.split_once("-1-demo-issue-1")?.0.parse().ok())
            .collect()
    };
    let ids: std::collections::BTreeSet<u64> = ids(&run);
    assert!(ids.len() == 2 && ids.iter().all(|id| *id > 1_000_000), "{ids:?}");
}
