//! An issue is opened: one branch, one commit, one draft pull request, one comment, one record.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::{Value, json};

fn opened(files: &[project::File]) -> (World, Step) {
    let dir = project::shop(files);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let event = payload::issue(&world, "opened", "alice", "alice");
    let step = Step::new(&world, "issues", &event);
    (world, step)
}

#[test]
fn an_issue_becomes_a_proven_pull_request() {
    let (world, step) = opened(&[project::VERIFY]);
    let done = step.go();
    done.expect(0, "fixed");
    world.assert_clean();

    let tip = world.branch("thanos/issue-1").expect("the branch");
    assert_eq!(look::branches(&world), ["main", "thanos/issue-1", "thanos/ledger"]);
    assert_eq!(world.git(&["rev-parse", &format!("{tip}^")]), world.head, "one commit on top of the default branch");
    assert_eq!(world.git(&["diff", "--name-only", &world.head, &tip]), "shop/cart.py");
    assert!(world.git(&["show", &format!("{tip}:shop/cart.py")]).contains(project::MENDED.trim_end()));
    let commit = world.get(&format!("/git/commits/{tip}"));
    assert_eq!(commit["verification"]["verified"], json!(true));
    let message = text(&commit, "/message");
    assert!(message.contains("\nThanos-Task: issue-1\n"), "{message}");
    assert!(message.contains("\nThanos-Attempt: 4001-1-fix-issue-1"), "{message}");
    assert!(!message.contains("#1"), "a commit that closes an issue closes it in every fork, too: {message}");

    let told = look::facts(&world, "pull");
    assert_eq!(
        (told.len(), text(&told[0], "/data/state"), text(&told[0], "/data/commit")),
        (1, "opened", tip.as_str())
    );
    assert!(look::facts(&world, "error").is_empty());

    let pulls = look::pulls(&world);
    let [pull] = pulls.as_slice() else { panic!("{pulls:#?}") };
    assert_eq!(
        (&pull["draft"], text(pull, "/head/ref"), text(pull, "/base/ref")),
        (&json!(true), "thanos/issue-1", "main")
    );
    let body = text(pull, "/body");
    for part in ["Fixes #1", "test_total", "amount", "0 tokens", "git cherry-pick", "python3 -m unittest"] {
        assert!(body.contains(part), "`{part}` is missing: {body}");
    }
    assert!(!text(pull, "/title").contains("#1"));
    let labels: Vec<&str> = pull["labels"].as_array().unwrap().iter().map(|l| text(l, "/name")).collect();
    assert_eq!(labels, ["thanos-fix"]);

    let comments = look::comments(&world, 1);
    let [comment] = comments.as_slice() else { panic!("{comments:#?}") };
    assert!(text(comment, "/body").contains(text(pull, "/html_url")), "{comment:#?}");
    let reactions = world.state()["reactions"].clone();
    assert_eq!(reactions, json!([{"id": 1, "on": "issues/1", "content": "eyes", "login": look::OURS}]));

    let records = look::records(&world);
    let [record] = records.as_slice() else { panic!("{records:#?}") };
    assert_eq!((text(record, "/attempt"), text(record, "/outcome")), ("4001-1-fix-issue-1", "fixed"));
    assert_eq!((text(record, "/commit"), &record["pr"]), (tip.as_str(), &pull["number"]));

    assert_eq!(done.output("branch"), "thanos/issue-1");
    assert_eq!(done.output("pr-number"), pull["number"].to_string());
    assert_eq!(done.output("pr-url"), text(pull, "/html_url"));
    assert_eq!((done.output("hand"), done.output("tokens"), done.output("retry")), ("hint", "0", "false"));
    let patch = std::fs::read_to_string(done.output("patch-path")).unwrap();
    assert!(patch.contains("-    return amuont\n+    return amount\n"), "{patch}");
    assert!(done.summary.contains(text(pull, "/html_url")), "{}", done.summary);
    let left: Vec<_> = std::fs::read_dir(step.path("temp")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|n| n.to_string_lossy().starts_with("thanos-fix-4001")), "the tree is left: {left:?}");
}

#[test]
fn the_smallest_payload_is_enough() {
    let (world, step) = opened(&[project::VERIFY]);
    let smallest = json!({"action": "opened", "repository": {"full_name": world.repo}, "issue": {"number": 1}, "sender": {"login": "alice"}});
    Step { payload: smallest.to_string().into_bytes(), ..step }.go().expect(0, "fixed");
    assert_eq!(look::pulls(&world).len(), 1);
}

/// `git clone` of the world with `--depth 1`, as actions/checkout does it.
#[expect(clippy::disallowed_methods, reason = "a test prepares a checkout")]
fn clone(world: &World, into: &std::path::Path, more: &[&str]) {
    let mut command = std::process::Command::new("git");
    command.args(["-c", "protocol.file.allow=always", "clone", "--quiet"]).args(more);
    command.arg(format!("file://{}", world.git_dir.display())).arg(into).env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(command.status().unwrap().success());
}

#[test]
fn a_workspace_that_has_the_commit_is_used_and_left_alone() {
    // A ledger on a branch is fetched to be read.
    let elsewhere = format!("{}ledger: {{store: directory}}\n", project::VERIFY.1);
    let (world, step) = opened(&[(project::VERIFY.0, &elsewhere)]);
    let workspace = step.workspace();
    clone(&world, &workspace, &["--depth", "1"]);
    // Nothing of the workspace's git is executed, and nothing of it changes.
    let canary = step.path("canary");
    let script = format!("#!/bin/sh\ntouch {}\nexit 1\n", canary.display());
    for hook in ["post-checkout", "pre-commit", "reference-transaction", "post-index-change"] {
        let path = workspace.join(".git/hooks").join(hook);
        std::fs::write(&path, &script).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let config = workspace.join(".git/config");
    let mut text = std::fs::read_to_string(&config).unwrap();
    text.push_str(&format!(
        "[core]\n\tfsmonitor = {0}\n\tsshCommand = touch {0}\n[filter \"x\"]\n\tsmudge = touch {0}\n",
        canary.display()
    ));
    std::fs::write(&config, text).unwrap();
    std::fs::write(workspace.join("shop/cart.py"), "dirty and mine\n").unwrap();
    let done = step.go();
    done.expect(0, "fixed");
    assert!(!canary.exists());
    assert_eq!(std::fs::read_to_string(workspace.join("shop/cart.py")).unwrap(), "dirty and mine\n");
    let fetched = world.journal().iter().any(|s| s.target.as_deref().is_some_and(|t| t.contains("git-upload-pack")));
    assert!(!fetched, "it was there already");
}

#[test]
fn a_commit_that_is_not_there_is_fetched_with_the_token() {
    let dir = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    scenario["private"] = json!(true);
    let world = Doubles::shared().world(scenario);
    let step = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice"));
    step.go().expect(0, "fixed");
    let fetched =
        world.journal().into_iter().find(|s| s.target.as_deref().is_some_and(|t| t.ends_with("/git-upload-pack")));
    assert_eq!(fetched.and_then(|s| s.status), Some(200));
}

#[test]
fn healthy_flaky_and_unknown_are_said_as_such() {
    let passes: &[project::File] = &[(
        "shop/cart.py",
        "def total(prices):\n    return sum(prices)\n\n\ndef count(prices):\n    return len(prices)\n",
    )];
    let (world, step) = opened(&[passes, &[project::VERIFY]].concat());
    let done = step.go();
    done.expect(0, "healthy");
    assert_eq!(look::pulls(&world).len(), 0);
    assert_eq!(look::outcomes(&world), ["4001-1-fix-issue-1 healthy"]);
    assert_eq!(look::comments(&world, 1).len(), 1);

    // Fails the first time that it runs on a machine, passes from then on.
    let flaky = "import os\nimport tempfile\nimport unittest\n\n\nclass FlakyTest(unittest.TestCase):\n    def test_now_and_then(self):\n        mark = os.path.join(tempfile.gettempdir(), 'seen')\n        seen = os.path.exists(mark)\n        open(mark, 'w').close()\n        self.assertTrue(seen)\n";
    let (world, step) = opened(&[passes, &[project::VERIFY, ("tests/test_flaky.py", flaky)]].concat());
    step.go().expect(0, "flaky");
    assert_eq!(look::pulls(&world).len(), 0);

    let wrong: &[project::File] =
        &[("shop/cart.py", "def total(prices):\n    return 0\n\n\ndef count(prices):\n    return len(prices)\n")];
    let (world, step) = opened(&[wrong, &[project::VERIFY]].concat());
    step.go().expect(0, "explained");
    let comments = look::comments(&world, 1);
    assert!(text(&comments[0], "/body").contains("AssertionError"), "{comments:#?}");
    assert_eq!(look::branches(&world), ["main", "thanos/ledger"]);
}

/// An issue that a pull request already closes is somebody's work.
#[test]
fn an_issue_that_a_pull_request_closes_is_left_alone() {
    let (world, step) = opened(&[project::VERIFY]);
    let dir = project::shop(&[("shop/other.py", "x = 1\n")]);
    world.commit("alices-work", dir.path(), "Work");
    let new = json!({"title": "Mend it", "head": "alices-work", "base": "main", "body": "Fixes #1"});
    assert_eq!(world.request("POST", "/pulls", Some(&new)).status, 201);
    let before = world.journal().len();
    let done = step.go();
    done.expect(0, "duplicate");
    assert!(done.all().contains("/pull/2"), "{done:#?}");
    let wrote: Vec<Option<String>> = look::writes(&world, before).into_iter().map(|s| s.operation).collect();
    assert!(!wrote.iter().flatten().any(|o| o.starts_with("pulls/") || o == "issues/create-comment"), "{wrote:?}");
}

/// Nobody's hand-made branch of our name is overwritten.
#[test]
fn a_branch_that_is_not_ours_is_left_alone() {
    let (world, step) = opened(&[project::VERIFY]);
    let dir = project::shop(&[("shop/other.py", "x = 1\n")]);
    let theirs = world.commit("thanos/issue-1", dir.path(), "Not by thanos-fix");
    let done = step.go();
    done.expect(0, "blocked");
    assert_eq!(world.branch("thanos/issue-1"), Some(theirs));
    assert!(done.output("reason").contains("not ours"), "{done:#?}");
}

#[test]
fn events_that_mean_nothing_say_so() {
    let (world, step) = opened(&[project::VERIFY]);
    let before = world.journal().len();
    let done = Step { event: "push".into(), payload: payload::push(&world).to_string().into(), ..step }.go();
    done.expect(0, "ignored");
    assert!(done.output("reason").contains("does not act on `push`"), "{done:#?}");
    look::assert_nothing_written(&world, before);
}

#[test]
fn bad_payloads_are_the_users_to_mend() {
    let (world, step) = opened(&[]);
    let whole: Value = payload::issue(&world, "opened", "alice", "alice");
    let whole = whole.to_string().into_bytes();
    for bytes in
        [Vec::new(), whole[..whole.len() / 2].to_vec(), b"[]".to_vec(), b"\xff\xfe".to_vec(), vec![b' '; 51 << 20]]
    {
        let done = Step { payload: bytes, ..step.clone() }.go();
        assert_eq!(done.status.code(), Some(2), "{done:#?}");
        assert_eq!(done.stderr.trim().lines().count(), 1, "{}", done.stderr);
    }
    let missing = step.clone().set("GITHUB_EVENT_PATH", "/nonexistent").go();
    assert_eq!(missing.status.code(), Some(2), "{missing:#?}");
    look::assert_nothing_written(&world, 0);
}

/// The checks of a pull request made with the job's token wait for an approval; a dispatched workflow does not.
#[test]
fn the_named_workflow_is_started_once_however_often_the_attempt_runs() {
    let config = format!("{}publish:\n  dispatch-ci: checks.yml\n", project::VERIFY.1);
    let checks = "on: [push, workflow_dispatch]\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}}\n";
    let (world, step) = opened(&[(project::VERIFY.0, config.as_str()), (".github/workflows/checks.yml", checks)]);
    step.go().expect(0, "fixed");
    step.go();
    let dispatches = world.state()["dispatches"].clone();
    assert_eq!(dispatches, json!([{"workflow": "checks.yml", "ref": "thanos/issue-1"}]));
    world.assert_clean();
}

/// An example whose code breaks with the very error that the issue names shows it.
#[test]
fn an_example_that_crashes_as_reported_is_a_failure() {
    let crash =
        project::CART.replace("amuont", "amount") + "\n\ndef mean(prices):\n    return sum(prices) / len(prices)\n";
    let dir = project::shop(&[project::VERIFY, ("shop/cart.py", &crash)]);
    let mut scenario = project::scenario(dir.path());
    let body =
        "```\n>>> from shop.cart import mean\n>>> mean([])\n0\n```\n\nIt should be 0 but raises ZeroDivisionError.\n";
    scenario["issues"] = json!([{"title": "The mean of nothing", "body": body, "user": "alice"}]);
    let world = Doubles::shared().world(scenario);
    let done = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go();
    let record = look::records(&world).remove(0);
    assert_eq!(record["evidence"]["reproduced"], json!(true), "{record:#?}");
    assert!(["explained", "fixed"].contains(&done.output("outcome")), "{done:#?}");
}

/// What fails has nothing to do with what is reported: nobody is told that it is fixed, and nothing is closed.
#[test]
fn an_issue_about_something_else_gets_no_claim() {
    let about = |title: &str, body: &str| {
        let dir = project::shop(&[project::VERIFY]);
        let mut scenario = project::scenario(dir.path());
        scenario["issues"] = json!([{"title": title, "body": body, "user": "alice"}]);
        Doubles::shared().world(scenario)
    };
    for (title, body, why) in [
        ("How do I install this?", "I use Windows.", "is not what the issue reports"),
        ("Please add a function median()", "To `shop.stats`, if you like.", "is not what the issue reports"),
        ("parse fails", "It says\n\nValueError: could not convert string to float: ''\n", "recorded: ValueError"),
    ] {
        let world = about(title, body);
        let done = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go();
        done.expect(0, "explained");
        assert!(done.output("reason").contains(why), "{title}: {done:#?}");
        assert_eq!(look::pulls(&world).len(), 0, "{title}");
        assert!(!text(&look::comments(&world, 1)[0], "/body").contains("Fixed in"), "{title}");
    }
    // Who asks for it gets the repair, and the issue stays what it was.
    let world = about("How do I install this?", "I use Windows.");
    let event = payload::comment(&world, "/thanos fix", "alice");
    Step::new(&world, "issue_comment", &event).go().expect(0, "fixed");
    let pulls = look::pulls(&world);
    assert!(text(&pulls[0], "/body").contains("does not mention what failed"), "{pulls:#?}");
    let comments = look::comments(&world, 1);
    let ours = comments.iter().find(|comment| text(comment, "/body").contains("thanos-fix task")).unwrap();
    assert!(text(ours, "/body").starts_with("**Something else was fixed in"), "{ours:#?}");
}

/// One defect, woken twice: the second one finds the pull request of the first.
#[test]
fn the_same_repair_is_proposed_once() {
    let dir = project::shop(&[project::VERIFY]);
    let mut scenario = project::scenario(dir.path());
    let issue =
        |title: &str| json!({"title": title, "body": "`cart.total([1, 2])` raises a NameError.", "user": "alice"});
    scenario["issues"] = json!([issue("The total is wrong"), issue("total() raises")]);
    let world = Doubles::shared().world(scenario);
    let mut event = payload::issue(&world, "opened", "alice", "alice");
    Step::new(&world, "issues", &event).go().expect(0, "fixed");
    event["issue"]["number"] = json!(2);
    let done = Step { run: 4002, ..Step::new(&world, "issues", &event) }.go();
    done.expect(0, "duplicate");
    let pulls = look::pulls(&world);
    assert_eq!((pulls.len(), done.output("pr-url")), (1, text(&pulls[0], "/html_url")), "{done:#?}");
    assert_eq!(done.output("pr-number"), pulls[0]["number"].to_string());
}

/// No test fails, but the issue says what should come out: that becomes a test first, which goes into the pull request.
#[test]
fn what_an_issue_reports_becomes_a_test_and_is_repaired() {
    let wrong = project::CART.replace("amuont", "amount") + "\n\ndef cheapest(prices):\n    return max(prices)\n";
    let dir = project::shop(&[project::VERIFY, ("shop/cart.py", &wrong)]);
    let mut scenario = project::scenario(dir.path());
    let body = "`cart.cheapest([3, 1])` returns 3 but should return 1.\n\n```python\nfrom shop import cart\n\ncart.cheapest([3, 1])  # expected 1\n```\n";
    scenario["issues"] = json!([{"title": "The cheapest price is wrong", "body": body, "user": "alice"}]);
    let world = Doubles::shared().world(scenario);
    let done = Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go();
    done.expect(0, "fixed");
    assert_eq!(done.output("hand"), "search");
    let tip = world.branch("thanos/issue-1").expect("the branch");
    assert_eq!(world.git(&["diff", "--name-only", &world.head, &tip]), "shop/cart.py\ntests/test_reported.py");
    assert!(world.git(&["show", &format!("{tip}:shop/cart.py")]).contains("return min(prices)"));
    let test = world.git(&["show", &format!("{tip}:tests/test_reported.py")]);
    assert!(test.contains("self.assertEqual(cart.cheapest([3, 1]), 1)"), "{test}");
    let body = text(&look::pulls(&world)[0], "/body").to_owned();
    assert!(body.contains("test_it_is_as_reported"), "the test that passes now is in the evidence: {body}");
}
