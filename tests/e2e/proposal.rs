//! The pipeline cut in two: a job that ran repository code proposes and writes nothing; another publishes what
//! matches the digest that came through GitHub.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::{Done, Step};
use crate::{payload, project};
use serde_json::{Value, json};
use std::path::PathBuf;

const COMMAND: &str = "python3 -m unittest discover -v";

fn world() -> World {
    let dir = project::shop(&[]);
    Doubles::shared().world(project::scenario(dir.path()))
}

/// The job's workspace is a branch of the world.
#[expect(clippy::disallowed_methods, reason = "a test prepares a checkout")]
fn checked_out(world: &World, step: Step, branch: &str) -> Step {
    let mut command = std::process::Command::new("git");
    command
        .args(["clone", "--quiet", "--branch", branch])
        .arg(format!("file://{}", world.git_dir.display()))
        .arg(step.workspace());
    assert!(command.env("GIT_CONFIG_GLOBAL", "/dev/null").status().unwrap().success());
    step
}

pub fn propose(world: &World) -> (Step, Done) {
    propose_on(world, "push", &payload::push(world), "main")
}

/// The same for another event, with this branch in the workspace.
pub fn propose_on(world: &World, event: &str, payload: &Value, branch: &str) -> (Step, Done) {
    let step = checked_out(world, Step::new(world, event, payload), branch).set("THANOS_INPUT_COMMAND", COMMAND);
    let before = world.journal().len();
    let done = step.go();
    done.expect(0, "proposed");
    look::assert_nothing_written(world, before);
    (step, done)
}

pub fn publish(world: &World, proposing: &Step, dir: &str, digest: &str) -> Done {
    let step = Step { job: "publish".into(), ..proposing.again(4001, 1) }.verb(&["publish"]);
    let step = step
        .set("THANOS_INPUT_PROPOSAL", dir)
        .set("THANOS_INPUT_PROPOSAL_DIGEST", digest)
        .set("THANOS_INPUT_COMMAND", "");
    let _ = world;
    step.go()
}

#[test]
fn a_command_in_the_job_proposes_and_another_job_publishes() {
    let world = world();
    let (step, done) = propose(&world);
    let left = std::fs::read_to_string(step.workspace().join("shop/cart.py")).unwrap();
    assert_eq!(left, project::CART, "the job's own tree ends as it began");
    assert!(std::fs::read_to_string(done.output("patch-path")).unwrap().contains("+    return amount"));
    let done = publish(&world, &step, done.output("proposal-path"), done.output("proposal-digest"));
    done.expect(0, "fixed");
    world.assert_clean();
    let pulls = look::pulls(&world);
    assert_eq!(pulls.len(), 1);
    assert!(text(&pulls[0], "/head/ref").starts_with("thanos/command-"), "{pulls:#?}");
    let records = look::outcomes(&world);
    assert_eq!(records.len(), 1, "{records:?}");
    assert!(records[0].starts_with("4001-1-fix-command-"), "the record is the proposing attempt's: {records:?}");
    // Once more: nothing is doubled.
    let (dir, sealed) = (step.path("temp/thanos-fix-proposal"), step.path("temp/thanos-fix-proposal/proposal.json"));
    let again = publish(&world, &step, &dir.to_string_lossy(), &sha256(&sealed));
    assert_eq!(again.status.code(), Some(0), "{again:#?}");
    assert_eq!((look::pulls(&world).len(), look::records(&world).len()), (1, 1));
}

pub fn sha256(path: &PathBuf) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(std::fs::read(path).unwrap());
    format!("sha256:{}", digest.iter().map(|b| format!("{b:02x}")).collect::<String>())
}

#[test]
fn what_is_not_the_sealed_proposal_is_refused() {
    let world = world();
    let (step, done) = propose(&world);
    let (dir, digest) = (done.output("proposal-path").to_owned(), done.output("proposal-digest").to_owned());
    let before = world.journal().len();
    let file = PathBuf::from(&dir).join("proposal.json");
    let sealed = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, sealed.replace("amuont", "amuomt")).unwrap();
    let tampered = publish(&world, &step, &dir, &digest);
    assert_eq!(tampered.status.code(), Some(2), "{tampered:#?}");
    assert!(tampered.stderr.contains("not the proposal that was sealed"), "{}", tampered.stderr);
    std::fs::write(&file, &sealed).unwrap();
    for wrong in ["", "sha256:0000", &"x".repeat(100_000)] {
        assert_eq!(publish(&world, &step, &dir, wrong).status.code(), Some(2));
    }
    assert_eq!(publish(&world, &step, "/nonexistent", &digest).status.code(), Some(2));
    // Another repository's proposal.
    let other = self::world();
    let foreign =
        Step { job: "publish".into(), ..Step::new(&other, "push", &payload::push(&other)) }.verb(&["publish"]);
    let foreign = foreign.set("THANOS_INPUT_PROPOSAL", &dir).set("THANOS_INPUT_PROPOSAL_DIGEST", &digest).go();
    assert_eq!(foreign.status.code(), Some(2), "{foreign:#?}");
    look::assert_nothing_written(&world, before);
    look::assert_nothing_written(&other, 0);
    publish(&world, &step, &dir, &digest).expect(0, "fixed");
}

/// The guards are asked again by the job that publishes.
#[test]
fn a_proposal_that_the_guards_refuse_is_not_published() {
    let world = world();
    let (step, done) = propose(&world);
    let dir = done.output("proposal-path").to_owned();
    let file = PathBuf::from(&dir).join("proposal.json");
    // Even with a digest that agrees: a job that ran foreign code may have sealed anything.
    let sealed = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, sealed.replace("shop/cart.py", ".github/workflows/cart.yml")).unwrap();
    let done = publish(&world, &step, &dir, &sha256(&file));
    done.expect(0, "blocked");
    assert_eq!(look::pulls(&world).len(), 0);
    assert_eq!(look::branches(&world), ["main", "thanos/ledger"]);
}

#[test]
fn proposing_needs_no_write_permission() {
    let dir = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    let read = json!({"contents": "read", "issues": "read", "pull-requests": "read", "actions": "read"});
    scenario["token"] = json!({"permissions": read});
    let world = Doubles::shared().world(scenario);
    let step = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"));
    let done = step.clone().verb(&["propose"]).go();
    done.expect(0, "proposed");
    look::assert_nothing_written(&world, 0);
    assert!(done.output("proposal-digest").starts_with("sha256:"));
}

/// What ended without a patch is recorded by the publishing job.
#[test]
fn publish_runs_when_there_is_nothing_to_publish() {
    let wrong = "def total(prices):\n    return 0\n\n\ndef count(prices):\n    return len(prices)\n";
    let dir = project::shop(&[project::VERIFY, ("shop/cart.py", wrong)]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let step = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"));
    let done = step.clone().verb(&["propose"]).go();
    done.expect(0, "explained");
    look::assert_nothing_written(&world, 0);
    publish(&world, &step, done.output("proposal-path"), done.output("proposal-digest")).expect(0, "explained");
    assert_eq!(look::outcomes(&world), ["4001-1-fix-issue-1 explained"]);
    assert_eq!(look::comments(&world, 1).len(), 1);
}

#[test]
fn what_people_have_mended_meanwhile_is_done() {
    let world = world();
    let (step, done) = propose(&world);
    let good = project::CART.replace("amuont", "amount");
    world.commit("main", project::shop(&[("shop/cart.py", &good)]).path(), "Mend it by hand");
    let done = publish(&world, &step, done.output("proposal-path"), done.output("proposal-digest"));
    done.expect(0, "duplicate");
    assert!(done.output("reason").contains("has this very change already"), "{}", done.output("reason"));
    assert!(look::pulls(&world).is_empty());
}
