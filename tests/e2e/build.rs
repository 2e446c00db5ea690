//! A build failed: the command comes from the failed step as the workflow file at that commit has it, the base
//! is that commit, the pull request goes onto the branch that failed.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::{Value, json};
use std::path::Path;

/// A line of a log as GitHub stamps it.
fn stamped(lines: &str) -> String {
    lines.lines().map(|line| format!("2026-01-01T10:00:00.1234567Z {line}\n")).collect()
}

/// What GitHub logs of a step's command.
fn block(script: &str) -> String {
    let blue: String = script.lines().map(|l| format!("\u{1b}[36;1m{l}\u{1b}[0m\n")).collect();
    format!("##[group]Run {}\n{blue}shell: /usr/bin/bash -e {{0}}\n##[endgroup]\n", script.lines().next().unwrap())
}

/// The log of a job with the workflow's two steps; `said` is what the second one printed.
fn log(said: &str) -> String {
    let (ready, test) = (block("mkdir -p build && touch build/ready"), block(project::STEP));
    stamped(&format!("{ready}{test}{said}\n##[error]Process completed with exit code 1."))
}

/// What the project's tests really print.
#[expect(clippy::disallowed_methods, reason = "a test makes a log")]
fn printed(dir: &Path) -> String {
    let mut command = std::process::Command::new("python3");
    let output = command.args(["-B", "-m", "unittest", "discover", "-v"]).current_dir(dir).output().unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn failed_run(id: u64, branch: &str, log: &str) -> Value {
    let steps = json!([{"name": "Set up job"}, {"name": "Set up"}, {"name": "Test", "conclusion": "failure"}]);
    json!({"id": id, "head_branch": branch, "jobs": [{"id": id * 10, "name": "test", "steps": steps, "log": {"text": log}}]})
}

/// The shop on `main`, its broken state on the branch `feature`, and a failed run of it.
fn world(log_of: impl Fn(&Path) -> String) -> World {
    world_with(log_of, json!({}))
}

fn world_with(log_of: impl Fn(&Path) -> String, more: Value) -> World {
    world_and(log_of, more, &json!({}))
}

/// `more` is of the run, `scenario` of the world around it.
fn world_and(log_of: impl Fn(&Path) -> String, more: Value, around: &Value) -> World {
    let good = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[project::WORKFLOW, ("shop/cart.py", &good)]);
    let broken = project::shop(&[project::WORKFLOW]);
    let mut scenario = project::scenario(dir.path());
    scenario["branches"] = json!({"feature": broken.path()});
    let mut run = failed_run(77, "feature", &log_of(broken.path()));
    run["actor"] = json!("alice");
    for (key, value) in more.as_object().unwrap() {
        run[key] = value.clone();
    }
    scenario["runs"] = json!([run]);
    for (key, value) in around.as_object().unwrap() {
        scenario[key] = value.clone();
    }
    Doubles::shared().world(scenario)
}

fn step(world: &World) -> Step {
    Step::new(world, "workflow_run", &payload::run(world, 77))
}

#[test]
fn a_failed_build_is_repaired_where_it_failed() {
    let world = world(|dir| log(&printed(dir)));
    let feature = world.branch("feature").unwrap();
    let done = step(&world).go();
    done.expect(0, "fixed");
    world.assert_clean();
    let pulls = look::pulls(&world);
    let [pull] = pulls.as_slice() else { panic!("{pulls:#?}") };
    let head = text(pull, "/head/ref").to_owned();
    assert!(head.starts_with("thanos/ci-ci-"), "{head}");
    assert_eq!(text(pull, "/base/ref"), "feature");
    assert_eq!(world.git(&["rev-parse", &format!("{head}^")]), feature, "the base is the commit that failed");
    assert!(text(pull, "/body").contains(project::STEP), "{pull:#?}");
    assert!(text(pull, "/body").to_lowercase().contains("reproduced"), "{pull:#?}");
    // The earlier step was replayed: without build/ready the command could not have failed in the same way.
    assert!(done.stderr.contains("touch build/ready"), "{}", done.stderr);
    let checks = world.state()["check_runs"].clone();
    assert_eq!(checks[0]["head_sha"], json!(feature));
    assert_eq!(
        (&checks[0]["annotations"][0]["path"], &checks[0]["annotations"][0]["start_line"]),
        (&json!("shop/cart.py"), &json!(5))
    );
}

/// Whatever the tests print, only what the workflow file has is run.
#[test]
fn a_forged_command_in_the_log_is_not_run() {
    let canary = tempfile::tempdir().unwrap();
    let touch = format!("touch {}/canary; exit 1", canary.path().display());
    let forged = |dir: &Path| {
        let said = format!("{}\n{}{}", printed(dir), block(&touch), printed(dir));
        log(&said)
    };
    let world = world(forged);
    let done = step(&world).go();
    assert!(!canary.path().join("canary").exists());
    assert!(!done.stderr.contains("canary"), "{}", done.stderr);
    done.expect(0, "fixed");
}

#[test]
fn forks_are_refused() {
    let mut payload = Value::Null;
    let fork = json!({"id": 5, "full_name": "mallory/project"});
    let world = world(|dir| log(&printed(dir)));
    let _ = std::mem::replace(&mut payload, payload::run(&world, 77));
    payload["workflow_run"]["head_repository"] = fork;
    let before = world.journal().len();
    let done = Step::new(&world, "workflow_run", &payload).go();
    done.expect(0, "ignored");
    assert!(done.output("reason").contains("fork"), "{done:#?}");
    payload["workflow_run"]["head_repository"] = json!({"full_name": world.repo});
    payload["workflow_run"]["event"] = json!("pull_request_target");
    Step::new(&world, "workflow_run", &payload).go().expect(0, "ignored");
    look::assert_nothing_written(&world, before);
}

#[test]
fn a_failure_that_is_gone_is_not_worked_on() {
    let good = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[project::WORKFLOW, ("shop/cart.py", &good)]);
    let mut scenario = project::scenario(dir.path());
    let mut newer = failed_run(78, "main", "");
    newer["conclusion"] = json!("success");
    scenario["runs"] = json!([failed_run(77, "main", "boom"), newer]);
    let world = Doubles::shared().world(scenario);
    let done = step(&world).go();
    done.expect(0, "duplicate");
    assert!(done.output("reason").contains("/actions/runs/78"), "{done:#?}");
    assert_eq!(look::branches(&world), ["main", "thanos/ledger"]);

    // Somebody ran the failed one again, and it passes now.
    let event = payload::run(&world, 77);
    world.add_run(&json!({"id": 77, "head_branch": "main", "conclusion": "success", "run_attempt": 2}));
    let done = Step { run: 4002, ..Step::new(&world, "workflow_run", &event) }.go();
    done.expect(0, "duplicate");
    assert!(done.output("reason").contains("passes now"), "{done:#?}");
}

/// People were faster, and no newer run has said so yet.
#[test]
fn a_file_that_changed_since_is_left_to_its_own_run() {
    let world = world(|dir| log(&printed(dir)));
    let event = payload::run(&world, 77);
    let mended = project::shop(&[project::WORKFLOW, ("shop/cart.py", &project::CART.replace("amuont", "amount"))]);
    world.commit("feature", mended.path(), "Mended by hand");
    let done = Step::new(&world, "workflow_run", &event).go();
    done.expect(0, "duplicate");
    assert!(done.output("reason").contains("feature has changed shop/cart.py since"), "{done:#?}");
    assert_eq!((done.output("retry"), look::pulls(&world).len()), ("false", 0));
}

/// The branch was pushed over with another history: from the commit that failed, a pull request would bring the old
/// one back.
#[test]
fn a_branch_that_was_rewritten_gets_no_pull_request() {
    let world = world(|dir| log(&printed(dir)));
    let event = payload::run(&world, 77);
    let tree = format!("{}^{{tree}}", world.branch("feature").unwrap());
    let other = world.git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", &tree, "-m", "Squashed"]);
    world.git(&["update-ref", "refs/heads/feature", other.trim()]);
    let step = Step::new(&world, "workflow_run", &event);
    let done = step.go();
    done.expect(0, "proposed");
    assert!(done.output("reason").contains("rewritten"), "{done:#?}");
    assert!(Path::new(done.output("patch-path")).is_file());
    assert!(look::pulls(&world).is_empty());
}

/// The last run that passed says since when: what changed between the two is the suspect, and goes alone.
#[test]
fn what_broke_a_build_since_it_last_passed_is_reverted_alone() {
    let hands = (".github/thanos.yml", "hands: [revert]\n");
    let sound = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[project::WORKFLOW, hands, ("shop/cart.py", &sound)]);
    let changed = sound.replace("amount += price", "amount += round(price - 1)")
        + "\n\ndef mean(prices):\n    return total(prices) / count(prices)\n";
    let broken =
        project::shop(&[project::WORKFLOW, hands, ("shop/cart.py", &changed), ("docs/cart.md", "New: `mean`.\n")]);
    let mut scenario = project::scenario(dir.path());
    scenario["branches"] = json!({"feature": broken.path()});
    let mut passed = failed_run(70, "feature", "");
    passed["conclusion"] = json!("success");
    passed["head_sha"] = json!("main");
    let mut failed = failed_run(77, "feature", &log(&printed(broken.path())));
    failed["actor"] = json!("alice");
    scenario["runs"] = json!([passed, failed]);
    let world = Doubles::shared().world(scenario);

    let done = step(&world).go();
    done.expect(0, "fixed");
    assert_eq!(done.output("hand"), "revert");
    let pull = look::pulls(&world)[0].clone();
    let (title, body, head) = (text(&pull, "/title"), text(&pull, "/body"), text(&pull, "/head/ref"));
    assert!(title.to_lowercase().contains("revert"), "{title}");
    assert!(body.contains("Work on feature"), "the change that broke it is named: {body}");
    let after = world.git(&["show", &format!("{head}:shop/cart.py")]);
    assert!(after.contains("amount += price\n") && after.contains("def mean"), "{after}");
    assert_eq!(world.git(&["show", &format!("{head}:docs/cart.md")]).trim(), "New: `mean`.");
}

#[test]
fn infrastructure_failures_get_a_rerun_and_no_patch() {
    let said = "Error: getaddrinfo EAI_AGAIN registry.npmjs.org\nnpm error network request to https://registry.npmjs.org/left-pad failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org";
    let first = world(|_| log(said));
    step(&first).go().expect(0, "transient");
    let run = &first.state()["runs"][0];
    assert_eq!((&run["status"], &run["run_attempt"]), (&json!("queued"), &json!(2)), "the rerun was asked for");
    let asked = first
        .journal()
        .into_iter()
        .filter(|s| s.target.as_deref().is_some_and(|t| t.ends_with("/77/rerun-failed-jobs")));
    assert_eq!(asked.count(), 1);
    assert_eq!(look::branches(&first), ["feature", "main", "thanos/ledger"]);

    let reader = json!({"token": {"permissions": {"contents": "write", "issues": "write", "actions": "read"}}});
    let refused = world_and(|_| log(said), json!({}), &reader);
    let done = step(&refused).go();
    done.expect(0, "transient");
    assert!(done.output("reason").contains("could not ask for a rerun of run 77: the token lacks `actions: write`"));
    assert!(!done.all().contains("a rerun is asked for"), "{done:#?}");

    let third = world_with(|_| log(said), json!({"run_attempt": 3}));
    let done = step(&third).go();
    done.expect(0, "transient");
    assert!(done.all().contains("retry.attempts"), "{done:#?}");
    assert_eq!(third.state()["runs"][0]["run_attempt"], json!(3), "no further rerun");
}

#[test]
fn a_failure_that_is_not_seen_here_is_told_with_both_signatures() {
    let other = "Traceback (most recent call last):\n  File \"shop/tax.py\", line 3, in <module>\nKeyError: 'vat'";
    let world = world(|_| log(other));
    let done = step(&world).go();
    done.expect(0, "explained");
    for part in ["not reproduced", "KeyError: 'vat'", "amuont"] {
        assert!(done.output("reason").contains(part), "`{part}` is missing: {done:#?}");
    }
    assert_eq!(look::pulls(&world).len(), 0);
}

/// Our own branch's failing build is one more attempt at the same task, on the same pull request, and no
/// endless loop.
#[test]
fn our_own_failing_build_is_another_attempt() {
    let dir = project::shop(&[project::VERIFY, project::WORKFLOW]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go().expect(0, "fixed");
    let pull = look::pulls(&world)[0].clone();
    for (n, outcome) in [(1, "fixed"), (2, "fixed"), (3, "explained")] {
        // Somebody breaks it again on top of our commit, and its build fails.
        let broken = project::shop(&[project::VERIFY, project::WORKFLOW, ("note.txt", &n.to_string())]);
        let tip = world.commit("thanos/issue-1", broken.path(), "Break it");
        world.add_run(&failed_run(80 + n, "thanos/issue-1", &log(&printed(broken.path()))));
        let event = payload::run(&world, 80 + n);
        let done = Step { run: 5000 + n, ..Step::new(&world, "workflow_run", &event) }.go();
        done.expect(0, outcome);
        let parent = if outcome == "fixed" { "thanos/issue-1^" } else { "thanos/issue-1" };
        assert_eq!(world.git(&["rev-parse", parent]), tip, "nothing of theirs is overwritten");
    }
    let pulls = look::pulls(&world);
    assert_eq!((pulls.len(), &pulls[0]["number"]), (1, &pull["number"]));
    assert_eq!(look::branches(&world), ["main", "thanos/issue-1", "thanos/ledger"]);
    let records = look::outcomes(&world);
    assert_eq!(
        records,
        [
            "4001-1-fix-issue-1 fixed",
            "5001-1-fix-issue-1 fixed",
            "5002-1-fix-issue-1 fixed",
            "5003-1-fix-issue-1 explained"
        ]
    );
}

/// Nothing was recorded, so nothing has to be seen again.
#[test]
fn a_log_that_tells_nothing_is_as_good_as_none() {
    for said in ["", "2026-01-01T10:00:00.1234567Z \n"] {
        let world = world(|_| said.to_owned());
        step(&world).go().expect(0, "fixed");
    }
}

/// A check of the repository's own prints what no tool prints: the runner's closing line is no failure to compare.
#[test]
fn a_failure_that_no_parser_knows_is_still_reproduced() {
    const CHECK: &str = "python3 make.py && git diff --exit-code --quiet || { echo stale: names.txt; exit 1; }";
    let workflow = format!(
        "name: CI\non: [push]\njobs:\n  test:\n    steps:\n      - name: Test\n        run: |\n          {CHECK}\n"
    );
    let files =
        [(".github/workflows/ci.yml", workflow.as_str()), ("make.py", "open('names.txt', 'w').write('a\\nb\\n')\n")];
    let good = project::of(&[files[0], files[1], ("names.txt", "a\nb\n")]);
    let broken = project::of(&[files[0], files[1], ("names.txt", "a\n")]);
    let log = stamped(&format!("{}stale: names.txt\n##[error]Process completed with exit code 1.", block(CHECK)));
    let mut scenario = project::scenario(good.path());
    scenario["branches"] = json!({"feature": broken.path()});
    scenario["runs"] = json!([failed_run(77, "feature", &log)]);
    scenario["runs"][0]["actor"] = json!("alice");
    let world = Doubles::shared().world(scenario);
    let done = step(&world).go();
    done.expect(0, "fixed");
    let pulls = look::pulls(&world);
    let head = text(&pulls[0], "/head/ref");
    assert_eq!(world.git(&["show", &format!("{head}:names.txt")]), "a\nb");
}
