//! Who may wake us: asked of the API, never read from the payload alone.

use crate::common::doubles::{Doubles, World};
use crate::look::{self, text};
use crate::runner::Step;
use crate::{payload, project};
use serde_json::json;

fn world(config: &str) -> World {
    let text = format!("{}{config}", project::VERIFY.1);
    let dir = project::shop(&[(project::VERIFY.0, &text)]);
    Doubles::shared().world(project::scenario(dir.path()))
}

#[test]
fn strangers_wait_for_somebody_who_may_write() {
    let world = world("");
    for login in ["stranger", "rita", "tim", "nobody-knows-me"] {
        let before = world.journal().len();
        let done = Step::new(&world, "issues", &payload::issue(&world, "opened", login, login)).go();
        done.expect(0, "ignored");
        assert!(done.output("reason").contains(login), "{done:#?}");
        assert!(done.output("reason").contains("label `thanos-fix`"), "{done:#?}");
        look::assert_nothing_written(&world, before);
    }
    // A label that tim (triage) adds is no word of somebody who may write; alice's is.
    Step::new(&world, "issues", &payload::labeled(&world, "thanos-fix", "tim")).go().expect(0, "ignored");
    Step::new(&world, "issues", &payload::labeled(&world, "other", "alice")).go().expect(0, "ignored");
    assert_eq!(look::branches(&world), ["main"]);
    Step::new(&world, "issues", &payload::labeled(&world, "thanos-fix", "alice")).go().expect(0, "fixed");
    assert_eq!(look::pulls(&world).len(), 1);
    world.assert_clean();
}

#[test]
fn strangers_get_a_diagnosis_where_the_repository_wants_it() {
    let world = world("trust:\n  strangers: triage\n");
    Step::new(&world, "issues", &payload::issue(&world, "opened", "stranger", "stranger")).go().expect(0, "explained");
    assert_eq!(look::pulls(&world).len(), 0);
    assert!(text(&look::comments(&world, 1)[0], "/body").contains("NameError"));
}

#[test]
fn comments_of_people_who_may_write_are_commands() {
    let world = world("");
    for (words, login) in
        [("/thanos fix", "rita"), ("please do not /thanos fix this", "alice"), ("/thanos dance", "alice")]
    {
        let before = world.journal().len();
        let event = payload::comment(&world, words, login);
        Step::new(&world, "issue_comment", &event).go().expect(0, "ignored");
        assert_eq!(look::writes(&world, before).len(), 1, "only the comment itself");
    }
    let explain = payload::comment(&world, "/thanos explain", "alice");
    Step::new(&world, "issue_comment", &explain).go().expect(0, "explained");
    assert_eq!(look::branches(&world), ["main", "thanos/ledger"]);
    let sticky = |world: &World| {
        look::comments(world, 1)
            .into_iter()
            .filter(|c| text(c, "/body").contains("<!-- thanos-fix task="))
            .collect::<Vec<_>>()
    };
    let before = sticky(&world);
    assert_eq!(before.len(), 1);
    assert!(text(&before[0], "/body").contains("NameError"), "{before:#?}");
    let eyes = world.state()["reactions"][0]["on"].as_str().unwrap().to_owned();
    assert_eq!(eyes, format!("issues/comments/{}", explain["comment"]["id"]));

    let fix = payload::comment(&world, "/thanos fix\nit is urgent", "alice");
    Step { run: 4002, ..Step::new(&world, "issue_comment", &fix) }.go().expect(0, "fixed");
    let after = sticky(&world);
    assert_eq!((after.len(), &after[0]["id"]), (1, &before[0]["id"]), "one comment, edited in place");
    assert_eq!(look::pulls(&world).len(), 1);
    world.assert_clean();
}

/// `/thanos fix` on our own pull request is another attempt at its task, not a pull request onto it.
#[test]
fn a_command_on_our_own_pull_request_is_about_its_task() {
    let world = world("");
    Step::new(&world, "issues", &payload::issue(&world, "opened", "alice", "alice")).go().expect(0, "fixed");
    let number = look::pulls(&world)[0]["number"].clone();
    let broken = project::shop(&[project::VERIFY, ("note.txt", "x\n")]);
    let tip = world.commit("thanos/issue-1", broken.path(), "Break it");
    let mut event = payload::comment(&world, "/thanos fix", "alice");
    event["issue"]["number"] = number.clone();
    event["issue"]["pull_request"] = json!({"url": "x"});
    Step { run: 4002, ..Step::new(&world, "issue_comment", &event) }.go().expect(0, "fixed");
    let pulls = look::pulls(&world);
    assert_eq!((pulls.len(), &pulls[0]["number"]), (1, &number));
    assert_eq!(world.git(&["rev-parse", "thanos/issue-1^"]), tip);
    assert_eq!(look::branches(&world), ["main", "thanos/issue-1", "thanos/ledger"]);
    assert_eq!(look::outcomes(&world), ["4001-1-fix-issue-1 fixed", "4002-1-fix-issue-1 fixed"]);
}

#[test]
fn bots_are_listed_by_name() {
    let world = world("trust:\n  bots:\n    - login: helper[bot]\n");
    for (login, outcome) in [("other[bot]", "ignored"), ("helper", "ignored"), ("helper[bot]", "fixed")] {
        Step::new(&world, "issues", &payload::labeled(&world, "thanos-fix", login)).go().expect(0, outcome);
    }
}

#[test]
fn a_label_that_was_taken_off_asks_for_nothing() {
    let world = world("");
    let asked = payload::labeled(&world, "thanos-fix", "alice");
    let _ = world.request("DELETE", "/issues/1/labels/thanos-fix", None);
    let done = Step::new(&world, "issues", &asked).go();
    done.expect(0, "ignored");
    assert_eq!(done.output("reason"), "the label `thanos-fix` was taken off #1");
    assert!(look::pulls(&world).is_empty());
}

#[test]
fn closed_issues_and_vanished_ones_are_ignored() {
    let world = world("");
    let mut closed = payload::issue(&world, "opened", "alice", "alice");
    closed["issue"]["state"] = json!("closed");
    Step::new(&world, "issues", &closed).go().expect(0, "ignored");
    let dispatch = json!({"inputs": {"issue": "99"}, "ref": "refs/heads/main", "repository": {"full_name": world.repo}, "sender": {"login": "alice"}});
    Step::new(&world, "workflow_dispatch", &dispatch).go().expect(0, "ignored");
    let mut there = dispatch.clone();
    there["inputs"]["issue"] = json!("#1");
    Step::new(&world, "workflow_dispatch", &there).go().expect(0, "fixed");
}

/// A run may wait for its turn; what became of the issue meanwhile counts.
#[test]
fn issues_that_went_away_meanwhile_are_ignored() {
    let world = world("");
    let event = payload::issue(&world, "opened", "alice", "alice");
    let go = || Step::new(&world, "issues", &event).go();
    for (status, headers) in [(301, json!({"location": "/repositories/7/issues/3"})), (410, json!({}))] {
        world.fault(json!({"method": "GET", "path": "/issues/1$", "status": status, "headers": headers}));
        let done = go();
        done.expect(0, "ignored");
        assert!(done.output("reason").contains("there is no issue #1"), "{done:#?}");
    }
    // A token that may not look at issues stops nothing.
    world.fault(json!({"method": "GET", "path": "/issues/1$", "status": 403,
        "body": {"message": "Resource not accessible by integration"}}));
    world.request("PATCH", "/issues/1", Some(&json!({"state": "closed"})));
    let done = Step { run: 4100, ..Step::new(&world, "issues", &event) }.go();
    done.expect(0, "fixed");
    let done = Step { run: 4101, ..Step::new(&world, "issues", &event) }.go();
    done.expect(0, "ignored");
    assert!(done.output("reason").contains("#1 is closed"), "{done:#?}");
}

/// One person's issues are diagnosed a few times a day, each once; everybody else's are not held up by that.
#[test]
fn strangers_cannot_keep_us_busy() {
    let text = format!("{}trust:\n  strangers: triage\n  triage-per-day: 2\n", project::VERIFY.1);
    let dir = project::shop(&[(project::VERIFY.0, &text)]);
    let mut scenario = project::scenario(dir.path());
    let by = |user: &str| json!({"title": "It broke", "body": "NameError", "user": user});
    scenario["users"] = json!(["stranger", "other"]);
    scenario["issues"] = json!([by("stranger"), by("stranger"), by("stranger"), by("other")]);
    let world = Doubles::shared().world(scenario);
    let step = |number: u64, action: &str, login: &str, run: u64| {
        let mut event = payload::issue(&world, action, login, login);
        event["issue"]["number"] = json!(number);
        event["issue"]["user"] = json!({"login": login, "type": "User"});
        Step { run, ..Step::new(&world, "issues", &event) }.go()
    };
    step(1, "opened", "stranger", 4001).expect(0, "explained");
    step(2, "opened", "stranger", 4002).expect(0, "explained");
    let before = world.journal().len();
    let third = step(3, "opened", "stranger", 4003);
    third.expect(0, "ignored");
    assert!(third.output("reason").contains("triage-per-day is 2"), "{third:#?}");
    let again = step(1, "reopened", "stranger", 4004);
    again.expect(0, "ignored");
    assert!(again.output("reason").contains("diagnosed before"), "{again:#?}");
    look::assert_nothing_written(&world, before);
    step(4, "opened", "other", 4005).expect(0, "explained");
    assert_eq!((look::comments(&world, 3).len(), look::comments(&world, 4).len()), (0, 1));
    world.assert_clean();
}

/// Code of a pull request next to the repository's secrets is not for us, whoever asks.
#[test]
fn pull_request_target_is_refused() {
    let world = world("");
    let mut event = payload::push(&world);
    event["pull_request"] =
        json!({"number": 9, "head": {"ref": "main", "sha": world.head, "repo": {"full_name": world.repo}}});
    let step = Step::new(&world, "pull_request_target", &event).set("THANOS_INPUT_COMMAND", "touch ran; false");
    let done = step.go();
    done.expect(0, "ignored");
    assert!(done.output("reason").contains("pull_request_target"), "{done:#?}");
    assert!(!step.workspace().join("ran").exists());
    look::assert_nothing_written(&world, 0);
}

/// The way that is named is one that there is: nobody can put a label on a run that was started by hand.
#[test]
fn a_stranger_who_starts_a_workflow_is_not_sent_to_a_label() {
    let dir = project::shop(&[project::VERIFY]);
    let world = Doubles::shared().world(project::scenario(dir.path()));
    let mut event = payload::push(&world);
    event["inputs"] = json!({});
    event["sender"]["login"] = json!("stranger");
    let done = Step::new(&world, "workflow_dispatch", &event).go();
    done.expect(0, "ignored");
    assert!(!done.output("reason").contains("label"), "{done:#?}");
}

/// Action, repository and issue are all there is; who opened it is asked about.
#[test]
fn a_payload_without_a_sender_is_of_whoever_opened_the_issue() {
    let dir = project::shop(&[project::VERIFY]);
    for (author, actor, outcome) in [
        ("alice", "", "fixed"),
        ("stranger", "", "ignored"),
        ("alice", "stranger", "ignored"),
        ("alice", "alice", "fixed"),
    ] {
        let world = Doubles::shared().world(project::scenario(dir.path()));
        let mut event = payload::issue(&world, "opened", author, author);
        event.as_object_mut().unwrap().remove("sender");
        Step::new(&world, "issues", &event).set("GITHUB_ACTOR", actor).go().expect(0, outcome);
    }
}
