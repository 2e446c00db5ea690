use super::*;
use crate::event;
use crate::forge::local::Local;
use crate::git::Repo;
use crate::ids::AttemptName;
use crate::ledger::{Directory, Wanted};
use crate::record::entry::{Learning, Lesson};
use serde_json::{Value, json};
use std::sync::Arc;

const BEFORE: &str = "x = lenght\ny = 1\n";
const OURS: &str = "x = length\ny = 1\n";

/// A repository with a repair of ours on its branch, recorded, and the lesson that it taught.
struct World {
    _dir: tempfile::TempDir,
    forge: Local,
    store: Directory,
    config: Config,
    main: BranchName,
    base: Sha,
    commit: Sha,
}

fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

fn change(before: Option<&str>, after: &str) -> Patch {
    let before = before.map(|text| text.as_bytes().to_vec());
    let path = RelPath::parse("a.py").unwrap();
    Patch::from_files([FilePatch { path, before, after: Some(after.as_bytes().to_vec()) }])
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    Repo::init_bare(&dir.path().join("bare")).unwrap();
    let slug = RepoSlug::parse("o/r").unwrap();
    let plain = || Arc::new(str::to_owned);
    let forge = Local::open(slug.clone(), &dir.path().join("bare"), &dir.path().join("hub"), plain()).unwrap();
    let store = Directory::new(dir.path().join("ledger"), plain());
    let base = forge.create_commit(None, &change(None, BEFORE), "start").unwrap();
    let told = "fix: x\n\nThanos-Task: issue-1\nThanos-Attempt: 7-1-fix-issue-1\n";
    let commit = forge.create_commit(Some(&base), &change(Some(BEFORE), OURS), told).unwrap();
    forge.create_branch(&branch("main"), &base).unwrap();
    forge.create_branch(&branch("thanos/issue-1"), &commit).unwrap();
    let mut record = crate::ledger::example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
    (record.repository, record.pr, record.branch) = (Some(slug.clone()), Some(4), Some(branch("thanos/issue-1")));
    (record.base, record.commit) = (Some(base.clone()), Some(commit.clone()));
    store.put(&record).unwrap();
    let lesson = Learning {
        key: "fix-1".to_owned(),
        lesson: Lesson::Fix,
        signature: None,
        class: None,
        hand: None,
        files: Vec::new(),
        text: "it".to_owned(),
        patch: Some("ours".to_owned()),
        confidence: learn::confidence(1, 0),
        wins: 1,
        losses: 0,
        origin: String::new(),
        retired: false,
        revision: 0,
    };
    let (at, attempt) = ("2026-05-01T10:00:00Z", AttemptName::parse("7-1-fix-issue-1").unwrap());
    let stamp = Stamp { at, repository: Some(&slug), attempt: Some(&attempt), task: None, actor: None, cause: "7" };
    store.append(&[stamp.learning(lesson)]).unwrap();
    World { _dir: dir, forge, store, config: Config::default(), main: branch("main"), base, commit }
}

impl World {
    fn tell(&self, name: &str, payload: &Value) -> Option<String> {
        let event = event::parse(name, &serde_json::to_vec(payload).unwrap()).unwrap();
        let aftermath =
            Aftermath { forge: &self.forge, store: &self.store, config: &self.config, default_branch: &self.main };
        aftermath.take_in(&event).unwrap()
    }

    fn facts(&self, kind: &str) -> Vec<Entry> {
        self.store.entries(&Wanted { kinds: vec![kind.to_owned()], ..Wanted::default() }).unwrap().entries
    }

    fn pull(&self) -> PullFact {
        let facts = self.facts("pull");
        assert_eq!(facts.len(), 1, "{facts:#?}");
        assert_eq!(facts[0].attempt.as_ref().unwrap().as_str(), "7-1-fix-issue-1");
        assert!(facts[0].trusted && facts[0].actor.as_deref() == Some("ann"));
        match &facts[0].fact {
            Fact::Pull(pull) => pull.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn lesson(&self) -> Learning {
        learn::newest(&self.facts("learning"))["fix-1"].learning.clone()
    }

    fn has_branch(&self) -> bool {
        self.forge.branch_tip(&branch("thanos/issue-1")).unwrap().is_some()
    }

    fn closed(&self, head: &Sha, merge: Option<&Sha>) -> Value {
        json!({"action": "closed", "repository": {"full_name": "o/r"}, "sender": {"login": "ann", "type": "User"},
            "pull_request": {"number": 4, "html_url": "u", "merged": merge.is_some(), "merge_commit_sha": merge,
                "created_at": "2026-05-01T10:00:00Z", "closed_at": "2026-05-02T11:30:00Z",
                "head": {"ref": "thanos/issue-1", "sha": head, "repo": {"full_name": "o/r"}}}})
    }
}

#[test]
fn a_merge_is_recorded_once_with_its_hours_and_the_branch_goes() {
    let world = world();
    let merge = world.forge.create_commit(Some(&world.base), &change(Some(BEFORE), OURS), "squashed (#4)").unwrap();
    let event = world.closed(&world.commit, Some(&merge));
    let told = world.tell("pull_request", &event).unwrap();
    assert!(told.contains("#4 was merged after 25.5 hours") && told.contains("is deleted"), "{told}");
    let pull = world.pull();
    assert_eq!((pull.state, pull.hours, pull.edits.as_deref()), (PullState::Merged, Some(25.5), Some("")));
    assert!(!world.has_branch());
    assert_eq!((world.lesson().wins, world.lesson().patch.as_deref()), (2, Some("ours")));
    let again = world.tell("pull_request", &event).unwrap();
    assert!(again.contains("recorded before"), "{again}");
    assert_eq!((world.facts("pull").len(), world.lesson().wins), (1, 2));
}

#[test]
fn what_people_changed_before_the_merge_is_kept_and_learned() {
    let world = world();
    let better = "x = length or 0\ny = 1\n";
    // Somebody else changed the same file on the default branch meanwhile: that is no edit of ours.
    let head = world.forge.create_commit(Some(&world.commit), &change(Some(OURS), better), "better").unwrap();
    world.forge.update_branch(&branch("thanos/issue-1"), &world.commit, &head, false).unwrap();
    let moved =
        world.forge.create_commit(Some(&world.base), &change(Some(BEFORE), "x = lenght\ny = 2\n"), "other").unwrap();
    let merged = change(Some("x = lenght\ny = 2\n"), "x = length or 0\ny = 2\n");
    let merge = world.forge.create_commit(Some(&moved), &merged, "merge").unwrap();
    let told = world.tell("pull_request", &world.closed(&head, Some(&merge))).unwrap();
    assert!(told.contains("with people's changes to the patch"), "{told}");
    let edits = world.pull().edits.unwrap();
    assert!(edits.contains("-x = length\n+x = length or 0") && !edits.contains("y = 2"), "{edits}");
    let patch = world.lesson().patch.unwrap();
    assert!(patch.contains("-x = lenght\n+x = length or 0"), "{patch}");
    assert!(!world.has_branch(), "the merge recorded that tip");
}

#[test]
fn a_branch_that_people_went_on_with_stays() {
    let world = world();
    let head = world.forge.create_commit(Some(&world.commit), &change(Some(OURS), "z\n"), "theirs").unwrap();
    world.forge.update_branch(&branch("thanos/issue-1"), &world.commit, &head, false).unwrap();
    let told = world.tell("pull_request", &world.closed(&head, None)).unwrap();
    assert!(told.contains("was closed") && !told.contains("deleted"), "{told}");
    assert!(world.has_branch());
    assert!(world.lesson().confidence < 0.5);
}

#[test]
fn pull_requests_that_are_not_ours_leave_nothing() {
    let world = world();
    let mut event = world.closed(&world.commit, None);
    event["pull_request"]["number"] = json!(5);
    assert_eq!(world.tell("pull_request", &event), None, "no run recorded it");
    event = world.closed(&world.commit, None);
    event["pull_request"]["head"]["repo"]["full_name"] = json!("stranger/r");
    assert_eq!(world.tell("pull_request", &event), None);
    event = world.closed(&world.commit, None);
    event["pull_request"]["head"]["ref"] = json!("feature");
    assert_eq!(world.tell("pull_request", &event), None);
    assert!(world.facts("pull").is_empty() && world.has_branch());
}

#[test]
fn a_revert_is_known_by_the_commit_by_the_merge_and_by_the_number() {
    let push = |message: &str| {
        json!({"ref": "refs/heads/main", "repository": {"full_name": "o/r"}, "sender": {"login": "ann", "type": "User"},
            "commits": [{"id": "e".repeat(40), "message": message, "timestamp": "2026-05-03T12:00:00+02:00"}]})
    };
    let by_commit = world();
    let message = format!("Revert \"fix: x\"\n\nThis reverts commit {}.", by_commit.commit);
    assert!(by_commit.tell("push", &push(&message)).unwrap().contains("#4 was reverted"));
    assert_eq!((by_commit.pull().state, by_commit.pull().hours), (PullState::Reverted, Some(48.0)));
    assert_eq!(by_commit.lesson().losses, 3);
    let by_merge = world();
    let merge = by_merge.forge.create_commit(Some(&by_merge.base), &change(Some(BEFORE), OURS), "squashed").unwrap();
    by_merge.tell("pull_request", &by_merge.closed(&by_merge.commit, Some(&merge))).unwrap();
    assert!(by_merge.tell("push", &push(&format!("This reverts commit {merge}."))).is_some());
    assert!(by_merge.tell("push", &push("Reverts o/r#4")).is_some());
    assert_eq!(by_merge.tell("push", &push("an honest commit")), None);
    let mut elsewhere = push(&message);
    elsewhere["ref"] = json!("refs/heads/feature");
    assert_eq!(by_commit.tell("push", &elsewhere), None);
}

#[test]
fn reviews_reopened_issues_and_checks_belong_to_their_run() {
    let world = world();
    let review = json!({"action": "submitted", "repository": {"full_name": "o/r"}, "sender": {"login": "ann"},
        "pull_request": {"number": 4, "state": "open", "user": {"login": "x[bot]", "type": "Bot"},
            "head": {"ref": "thanos/issue-1", "repo": {"full_name": "o/r"}}},
        "review": {"id": 9, "state": "changes_requested", "body": "no", "user": {"login": "ann", "type": "User"},
            "submitted_at": "2026-05-02T00:00:00Z"}});
    assert!(world.tell("pull_request_review", &review).unwrap().contains("a review of pull request #4"));
    let issue = json!({"action": "reopened", "repository": {"full_name": "o/r"}, "sender": {"login": "ann", "type": "User"},
        "issue": {"number": 1, "title": "t", "state": "open", "updated_at": "2026-05-03T00:00:00Z",
            "user": {"login": "bob", "type": "User"}}});
    assert!(world.tell("issues", &issue).unwrap().contains("opened again"));
    assert_eq!(world.facts("review").len(), 2);
    let mut opened = issue.clone();
    opened["action"] = json!("opened");
    assert_eq!(world.tell("issues", &opened), None);
    let suite = json!({"action": "completed", "repository": {"full_name": "o/r"}, "sender": {"login": "ann", "type": "User"},
        "check_suite": {"id": 3, "conclusion": "failure", "head_sha": world.commit, "head_branch": "thanos/issue-1",
            "updated_at": "2026-05-02T00:00:00Z"}});
    assert!(world.tell("check_suite", &suite).unwrap().contains("checks of pull request #4 failed"));
    assert_eq!(world.pull().state, PullState::Red);
    let lesson = world.lesson();
    assert_eq!((lesson.wins, lesson.losses), (1, 2), "asked to change it, and opened again; checks teach nothing");
}
