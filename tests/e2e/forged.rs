//! A proposal whose digest agrees and whose content is a lie: the job that sealed it ran repository code.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::proposal::{propose, publish, sha256};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::{Value, json};

/// The honest proposal of a push, changed by `lie` and sealed again.
#[track_caller]
fn refused(lie: impl Fn(&mut Value, &World), why: &str) {
    let (world, before, branches) = blocked(lie, why);
    assert_eq!(look::branches(&world), branches);
    look::assert_nothing_written(&world, before);
}

/// The same; returns the world, how many requests it had seen before, and its branches then.
#[track_caller]
fn blocked(lie: impl Fn(&mut Value, &World), why: &str) -> (World, usize, Vec<String>) {
    let dir = project::shop(&[]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let (step, done) = propose(&world);
    let folder = done.output("proposal-path").to_owned();
    let file = std::path::PathBuf::from(&folder).join("proposal.json");
    let mut sealed: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    lie(&mut sealed, &world);
    std::fs::write(&file, sealed.to_string()).unwrap();
    let (before, branches) = (world.journal().len(), look::branches(&world));
    let done = publish(&world, &step, &folder, &sha256(&file));
    done.expect(0, "blocked");
    assert!(done.output("reason").contains(why), "`{why}` is missing: {done:#?}");
    (world, before, branches)
}

#[test]
fn another_task_is_refused() {
    let other = |sealed: &mut Value, _: &World| {
        sealed["task"]["key"] = json!("issue-1");
        sealed["attempt"] = json!("3001-1-fix-issue-1");
    };
    refused(other, "attempt");
    refused(|sealed, _| sealed["attempt"] = json!("4001-100000-fix-issue-1"), "attempt");
    let issue = |sealed: &mut Value, _: &World| {
        sealed["task"]["kind"] = json!("issue");
        sealed["task"]["number"] = json!(1);
    };
    refused(issue, "push");
}

#[test]
fn another_place_is_refused() {
    let foreign = |sealed: &mut Value, world: &World| {
        let evil = project::of(&[("evil.py", "1\n")]);
        sealed["base"] = json!(world.commit("evil", evil.path(), "Evil"));
        let _ = world.git(&["update-ref", "-d", "refs/heads/evil"]);
    };
    refused(foreign, "is not on main");
    refused(|sealed, _| sealed["target"] = json!("thanos/ledger"), "is for the branch");
}

#[test]
fn an_ending_that_no_proposal_has_is_refused() {
    refused(|sealed, _| sealed["healing"]["outcome"] = json!("fixed"), "no proposal ends with");
}

/// Which test it was to mend is its own word, and lets it change no other one. What is refused so late is recorded.
#[test]
fn an_expectation_that_is_rewritten_is_refused() {
    let other = |sealed: &mut Value, _: &World| {
        let after = project::TESTS.replace("cart.count([1, 2]), 2", "cart.count([1, 2]), 3");
        let files = sealed["healing"]["candidate"]["patch"]["files"].as_array_mut().unwrap();
        files.push(json!({"path": "tests/test_cart.py", "before": project::TESTS, "after": after}));
    };
    let (world, ..) = blocked(other, "refused by the guard tests");
    assert_eq!(look::branches(&world), ["main", "thanos/ledger"]);
    assert_eq!(look::pulls(&world).len(), 0);
}

/// On two file systems of three it would take the place of the other.
#[test]
fn a_path_of_other_letters_is_refused() {
    for path in ["shop/Cart.py", "SHOP/new.py"] {
        let twin = |sealed: &mut Value, _: &World| {
            let files = sealed["healing"]["candidate"]["patch"]["files"].as_array_mut().unwrap();
            files.push(json!({"path": path, "before": null, "after": "1\n"}));
        };
        let (world, ..) = blocked(twin, "nothing but the case of its letters");
        assert_eq!(look::pulls(&world).len(), 0);
    }
}

#[test]
fn a_number_that_cannot_be_is_refused() {
    refused(|sealed, _| sealed["healing"]["evidence"]["after"]["seconds"] = json!(-1e300), "a number");
}

/// Whom it names decides nothing: who woke this job does.
#[test]
fn strangers_are_asked_about_again() {
    let dir = project::shop(&[project::VERIFY]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let honest = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"));
    let done = honest.clone().verb(&["propose"]).go();
    done.expect(0, "proposed");
    let before = world.journal().len();
    let stranger = Step::new(&world, "issues", &payload::issue(&world, "opened", "stranger", "stranger"));
    let answer = publish(&world, &stranger, done.output("proposal-path"), done.output("proposal-digest"));
    answer.expect(0, "blocked");
    look::assert_nothing_written(&world, before);
    let answer = publish(&world, &honest, done.output("proposal-path"), done.output("proposal-digest"));
    answer.expect(0, "fixed");
    assert_eq!(world.state()["reactions"].as_array().unwrap().len(), 1, "the split pipeline reacts, too");
}

#[test]
fn a_pull_request_is_repaired_on_its_own_branch_and_a_fork_never() {
    let good = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[("shop/cart.py", &good)]);
    let broken = project::shop(&[]);
    let mut scenario = project::scenario(dir.path());
    scenario["branches"] = json!({"feature": broken.path()});
    let world = Doubles::shared().world(scenario);
    let head = world.branch("feature").unwrap();
    let pull = |repo: &str| {
        let mut event = payload::push(&world);
        event.as_object_mut().unwrap().remove("ref");
        event["pull_request"] =
            json!({"number": 9, "head": {"ref": "feature", "sha": head, "repo": {"full_name": repo}}});
        event
    };
    for (repo, outcome) in [("stranger/fork", "blocked"), (world.repo.as_str(), "fixed")] {
        let (step, done) = crate::proposal::propose_on(&world, "pull_request", &pull(repo), "feature");
        let done = publish(&world, &step, done.output("proposal-path"), done.output("proposal-digest"));
        done.expect(0, outcome);
    }
    let pulls = look::pulls(&world);
    assert_eq!((pulls.len(), text(&pulls[0], "/base/ref")), (1, "feature"));
    assert_eq!(world.git(&["rev-parse", &format!("{}^", text(&pulls[0], "/head/ref"))]), head);
}

/// In a private repository `contents: read` does not let a job look at pull requests: publishing looks.
#[test]
fn proposing_a_command_needs_contents_only() {
    let dir = project::shop(&[]);
    let mut scenario = project::scenario(dir.path());
    scenario["private"] = json!(true);
    scenario["token"] = json!({"permissions": {"contents": "read"}});
    propose(&Doubles::shared().world(scenario));
}

/// What people made out of our commit is theirs, whatever its message still says.
#[test]
fn an_amended_commit_is_left_alone() {
    let dir = project::shop(&[project::VERIFY]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let event = payload::issue(&world, "opened", "alice", "alice");
    Step::new(&world, "issues", &event).go().expect(0, "fixed");
    let message = world.git(&["log", "-1", "--format=%B", "thanos/issue-1"]);
    let _ = world.git(&["update-ref", "-d", "refs/heads/thanos/issue-1"]);
    let theirs = project::shop(&[project::VERIFY, ("human.py", "x = 1\n")]);
    let amended = world.commit("thanos/issue-1", theirs.path(), &message);
    let number = look::pulls(&world)[0]["number"].clone();
    let _ = world.request("PATCH", &format!("/pulls/{number}"), Some(&json!({"state": "closed"})));
    for (run, attempt) in [(4001, 2), (4002, 1)] {
        // Closed by people: only whoever asks gets so far.
        let asked = payload::labeled(&world, "thanos-fix", "alice");
        let done = Step::new(&world, "issues", &asked).again(run, attempt).go();
        done.expect(0, "blocked");
        assert_eq!(world.branch("thanos/issue-1").unwrap(), amended);
    }
}

/// A person's branch may begin with our prefix.
#[test]
fn a_persons_branch_with_our_prefix_is_theirs() {
    let good = project::CART.replace("amuont", "amount");
    let dir = project::shop(&[project::VERIFY, ("shop/cart.py", &good)]);
    let broken = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    scenario["branches"] = json!({"thanos/refactor": broken.path()});
    scenario["runs"] = json!([{"id": 77, "head_branch": "thanos/refactor", "actor": "alice", "jobs": []}]);
    let world = Doubles::shared().world(scenario);
    let theirs = world.branch("thanos/refactor").unwrap();
    Step::new(&world, "workflow_run", &payload::run(&world, 77)).go().expect(0, "fixed");
    assert_eq!(world.branch("thanos/refactor").unwrap(), theirs);
    let pulls = look::pulls(&world);
    assert!(text(&pulls[0], "/head/ref").starts_with("thanos/ci-"), "{pulls:#?}");
    assert_eq!(text(&pulls[0], "/base/ref"), "thanos/refactor");
}

/// By number or by event: the same runs are refused, and the API says who caused one.
#[test]
fn a_run_named_by_hand_is_judged_like_any() {
    let dir = project::shop(&[project::VERIFY]);
    let run = |id: u64, event: &str, actor: &str| json!({"id": id, "head_branch": "main", "event": event, "actor": actor, "triggering_actor": actor, "jobs": []});
    let mut scenario = project::scenario(dir.path());
    scenario["runs"] = json!([run(70, "pull_request_target", "alice"), run(71, "push", "stranger")]);
    let world = Doubles::shared().world(scenario);
    for (id, why) in [(70, "pull_request_target"), (71, "no write access")] {
        let mut event = payload::push(&world);
        event["inputs"] = json!({"run-id": id.to_string()});
        let done = Step::new(&world, "workflow_dispatch", &event).go();
        done.expect(0, "ignored");
        assert!(done.output("reason").contains(why), "{done:#?}");
    }
    assert_eq!(look::pulls(&world).len(), 0);
}
