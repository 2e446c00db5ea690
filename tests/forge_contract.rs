//! The real client against the double that holds every request against GitHub's own description
//! (tests/doubles): the whole life of a repair, and answers that get lost on the way.

#![allow(clippy::expect_used, reason = "a helper that fails is a test that fails")]
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::doubles::{Doubles, World};
use secrecy::SecretString;
use serde_json::json;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;
use thanos_fix::forge::github::{Config, Credential, GitHub, Timing};
use thanos_fix::forge::*;
use thanos_fix::git::FileMode;
use thanos_fix::ids::{BranchName, RelPath, RepoSlug, Sha};
use thanos_fix::ledger::{Branch, Put, Store as _};
use thanos_fix::patch::{FilePatch, Patch};
use thanos_fix::record::{AttemptRecord, Severity};

fn world() -> World {
    let project = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(project.path().join("src/deep er")).unwrap();
    std::fs::create_dir_all(project.path().join(".github/workflows")).unwrap();
    std::fs::write(project.path().join("src/deep er/main.py"), "print('hello')\n").unwrap();
    std::fs::write(project.path().join(".github/workflows/ci.yml"), "on: [push, workflow_dispatch]\n").unwrap();
    let jobs = json!([
        { "id": 771, "name": "test", "steps": [{ "name": "Test", "conclusion": "failure" }], "log": { "text": "boom\n" } },
    ]);
    Doubles::shared().world(json!({
        "directory": project.path(),
        "collaborators": { "alice": "write", "tim": "triage" },
        "users": ["stranger"],
        "issues": [{ "title": "It broke", "body": "when I ran it", "user": "alice", "labels": ["bug"] }],
        "runs": [{ "id": 77, "head_branch": "main", "jobs": jobs }],
    }))
}

fn forge(world: &World) -> GitHub {
    GitHub::new(Config {
        api_url: world.api_url().to_owned(),
        server_url: world.server_url().to_owned(),
        repo: RepoSlug::parse(world.repo.as_str()).unwrap(),
        credential: Credential::Token(SecretString::from(world.token.as_str())),
        mask: Arc::new(str::to_owned),
        holds: Arc::new(|_| false),
        timing: Timing { backoff: Duration::from_millis(5), ..Timing::default() },
        cancel: None,
    })
    .unwrap()
}

fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

fn path(name: &str) -> RelPath {
    RelPath::parse(name).unwrap()
}

fn file(name: &str, before: Option<&str>, after: Option<&str>) -> FilePatch {
    let bytes = |text: &str| text.as_bytes().to_vec();
    FilePatch { path: path(name), before: before.map(bytes), after: after.map(bytes) }
}

fn head(world: &World) -> Sha {
    Sha::parse(world.head.as_str()).unwrap()
}

fn repair(forge: &GitHub, base: &Sha, attempt: &str) -> Sha {
    let patch = Patch::from_files([
        file("src/deep er/main.py", Some("print('hello')\n"), Some("print('bye')\n")),
        file("new.txt", None, Some("new\n")),
    ]);
    forge.create_commit(Some(base), &patch, &format!("Repair\n\nAttempt: {attempt}")).unwrap()
}

fn new_pull(head: &BranchName) -> NewPull {
    let (title, body) = ("Repair".to_owned(), "Fixes #1".to_owned());
    NewPull { title, body, head: head.clone(), base: branch("main"), draft: true }
}

#[test]
fn a_repair_from_the_issue_to_the_pull_request() {
    let world = world();
    let forge = forge(&world);
    let base = head(&world);
    assert_eq!(forge.repo_info().unwrap().default_branch.as_str(), "main");
    assert_eq!(forge.permission("alice").unwrap(), Permission::Write);
    assert_eq!(forge.permission("tim").unwrap(), Permission::Triage);
    assert!(forge.permission("stranger").unwrap() < Permission::Triage);
    let issue = forge.issue(1).unwrap().unwrap();
    assert_eq!((&*issue.title, issue.labels, &*issue.author.login), ("It broke", vec!["bug".to_owned()], "alice"));
    assert!(forge.issue(99).unwrap().is_none());

    assert_eq!(forge.branch_tip(&branch("main")).unwrap(), Some(base.clone()));
    assert_eq!(forge.branch_tip(&branch("no/such")).unwrap(), None);
    let source = path("src/deep er/main.py");
    assert_eq!(forge.file(&base, &source).unwrap().unwrap(), b"print('hello')\n");
    assert_eq!(forge.file(&base, &path("src")).unwrap(), None);
    let listed = forge.list(&base, Some(&path("src"))).unwrap().entries;
    assert_eq!(listed.iter().map(|(path, entry)| (path, entry.mode)).collect::<Vec<_>>(), [(&source, FileMode::File)]);
    let into = tempfile::tempdir().unwrap();
    forge.checkout(&base, 50, into.path()).unwrap();
    assert_eq!(std::fs::read(into.path().join(source.as_str())).unwrap(), b"print('hello')\n");

    let name = branch("thanos/issue-1");
    let commit = repair(&forge, &base, "1");
    assert_eq!(forge.create_branch(&name, &commit).unwrap(), RefCreated::Created);
    assert_eq!(forge.create_branch(&name, &commit).unwrap(), RefCreated::AlreadyExists);
    let info = forge.commit(&commit).unwrap().unwrap();
    assert_eq!((info.parents, info.message.contains("Attempt: 1")), (vec![base.clone()], true));
    assert_eq!(world.git(&["show", &format!("{commit}:new.txt")]), "new");
    let second = repair(&forge, &base, "2");
    assert_eq!(forge.update_branch(&name, &base, &second, true).unwrap(), RefUpdate::Moved(Some(commit.clone())));
    assert_eq!(forge.update_branch(&name, &commit, &second, true).unwrap(), RefUpdate::Updated);

    let PullOpened::Opened(pull) = forge.open_pull(&new_pull(&name)).unwrap() else { panic!("not opened") };
    let again = forge.open_pull(&new_pull(&name)).unwrap();
    assert!(matches!(&again, PullOpened::Exists(there) if there.number == pull.number), "{again:?}");
    assert_eq!(forge.pull_of(&name).unwrap().map(|pull| pull.number), Some(pull.number));
    assert_eq!(forge.update_pull(pull.number, "Better", "Fixes #1, too").unwrap().title, "Better");
    assert_eq!(forge.open_pulls().unwrap().len(), 1);
    let nowhere = forge.open_pull(&new_pull(&branch("no-such"))).unwrap();
    assert!(matches!(nowhere, PullOpened::Refused { why: PullRefusal::MissingBranch, .. }), "{nowhere:?}");

    let comment = forge.create_comment(1, "<!-- m -->", "working\n<!-- m -->").unwrap();
    forge.update_comment(comment.id, "done\n<!-- m -->").unwrap();
    assert_eq!(forge.our_comment(1, "<!-- m -->").unwrap().unwrap().body, "done\n<!-- m -->");
    forge.react(ReactTo::Issue(1), Reaction::Eyes).unwrap();
    forge.react(ReactTo::Comment(comment.id), Reaction::Rocket).unwrap();
    forge.add_labels(1, &["thanos".to_owned()]).unwrap();
    assert_eq!(forge.issue(1).unwrap().unwrap().labels, ["bug", "thanos"]);
    assert!(forge.delete_branch(&name, &second).unwrap());
    assert!(!forge.delete_branch(&name, &second).unwrap());
    world.assert_clean();
}

#[test]
fn a_build_is_read_and_asked_to_run_again() {
    let world = world();
    let forge = forge(&world);
    let run = forge.run(77).unwrap().unwrap();
    assert_eq!((run.head_sha.clone(), run.head_branch.as_deref()), (head(&world), Some("main")));
    let jobs = forge.failed_jobs(77, run.attempt).unwrap();
    assert_eq!((jobs.len(), jobs[0].id, &*jobs[0].steps[0].name), (1, 771, "Test"));
    let mut log = String::new();
    forge.job_log(771).unwrap().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("boom"), "{log}");
    forge.rerun(77).unwrap();
    forge.dispatch("ci.yml", &branch("main")).unwrap();
    let annotation = |line| Annotation {
        path: path("a.rs"),
        start_line: line,
        end_line: line,
        level: Severity::Warning,
        title: "t".to_owned(),
        message: "m".to_owned(),
    };
    let check = NewCheck {
        name: "thanos-fix".to_owned(),
        commit: head(&world),
        conclusion: Conclusion::Neutral,
        title: "t".to_owned(),
        summary: "s".to_owned(),
        details_url: Some("https://example.com".to_owned()),
        annotations: (1..=60).map(annotation).collect(),
    };
    forge.create_check(&check).unwrap();
    assert!(
        forge.probes().unwrap().iter().any(|probe| probe.needs == "contents: read" && probe.verdict == Verdict::Yes)
    );
    forge.rate_limit().unwrap();
    world.assert_clean();
}

/// Whatever happens to the answer of a write, it is done once.
#[test]
fn lost_answers_double_nothing() {
    let ways = [json!({ "do": "drop" }), json!({ "do": "truncate" }), json!({ "do": "respond", "status": 502 })];
    for (way, applied) in ways.iter().flat_map(|way| [(way, true), (way, false)]) {
        let world = world();
        let forge = forge(&world);
        let fault = |path: &str| {
            let mut fault = way.clone();
            (fault["method"], fault["path"], fault["applied"]) = (json!("POST"), json!(path), json!(applied));
            world.fault(fault);
        };
        let name = branch("thanos/issue-1");
        let commit = repair(&forge, &head(&world), "1");
        fault("/git/refs$");
        assert_eq!(forge.create_branch(&name, &commit).unwrap(), RefCreated::Created, "{way} {applied}");
        fault("/pulls$");
        let opened = forge.open_pull(&new_pull(&name)).unwrap();
        assert!(matches!(opened, PullOpened::Opened(_)), "{way} {applied}: {opened:?}");
        fault("/issues/1/comments$");
        forge.create_comment(1, "<!-- m -->", "<!-- m -->").unwrap();
        assert_eq!((forge.open_pulls().unwrap().len(), forge.comments(1).unwrap().len()), (1, 1), "{way} {applied}");
        world.assert_clean();
    }
}

#[test]
fn the_ledger_is_kept_on_a_branch_of_its_own() {
    let world = world();
    let record = |number: u32| -> AttemptRecord {
        serde_json::from_value(json!({
            "schema": 1, "attempt": format!("{number}-1-fix-issue-1"), "task": "issue-1", "event": "issues",
            "started": "2026-05-01T10:00:00Z", "ended": "2026-05-01T10:00:09Z", "outcome": "fixed", "reason": "r",
            "tried": [], "guards": [], "seconds": { "total": 1.0, "verify": 0.5, "hands": 0.1 },
            "tokens": { "input": 0, "output": 0 }, "cost_usd": 0.0, "version": "0.1.0",
        }))
        .unwrap()
    };
    let put = |number| {
        let forge = forge(&world);
        Branch::new(&forge, branch("thanos/ledger")).put(&record(number)).unwrap()
    };
    // Several runs end in the same moment.
    std::thread::scope(|scope| {
        for number in 1..=4 {
            scope.spawn(move || assert_eq!(put(number), Put::Written));
        }
    });
    assert_eq!(put(2), Put::Unchanged);
    let commits = world.git(&["rev-list", "thanos/ledger"]);
    assert_eq!(commits.lines().count(), 4);
    let forge = forge(&world);
    let ledger = Branch::new(&forge, branch("thanos/ledger"));
    assert_eq!(ledger.list(None, 3).unwrap().records.len(), 3);
    assert_eq!(ledger.get(&record(3).attempt).unwrap().unwrap().record(), Ok(record(3)));
    world.assert_clean();
}
