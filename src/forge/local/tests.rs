use super::*;
use crate::patch::FilePatch;

fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

fn patch(content: &str) -> Patch {
    let path = RelPath::parse("a.txt").unwrap();
    Patch::from_files([FilePatch { path, before: None, after: Some(content.as_bytes().to_vec()) }])
}

/// A twin with one empty commit on `main`; the word `hunter2` is its secret.
fn twin(dir: &Path) -> (Local, Sha) {
    Repo::init_bare(&dir.join("bare")).unwrap();
    let mask: Mask = Arc::new(|text| text.replace("hunter2", "***"));
    let twin = Local::open(RepoSlug::parse("o/r").unwrap(), &dir.join("bare"), &dir.join("hub"), mask).unwrap();
    let base = twin.create_commit(None, &Patch::default(), "start").unwrap();
    assert_eq!(twin.create_branch(&branch("main"), &base).unwrap(), RefCreated::Created);
    (twin, base)
}

#[test]
fn a_pull_request_is_opened_once() {
    let dir = tempfile::tempdir().unwrap();
    let (twin, base) = twin(dir.path());
    let head = branch("thanos/issue-1");
    let new = NewPull {
        title: "t hunter2".to_owned(),
        body: "Fixes #1".to_owned(),
        head: head.clone(),
        base: branch("main"),
        draft: true,
    };
    let refused = |twin: &Local| match twin.open_pull(&new).unwrap() {
        PullOpened::Refused { why, .. } => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(twin.add_issue(&Item { title: "broken".to_owned(), ..Item::default() }).unwrap(), 1);
    assert_eq!(refused(&twin), PullRefusal::MissingBranch);
    twin.create_branch(&head, &base).unwrap();
    assert_eq!(refused(&twin), PullRefusal::NoCommits);
    let commit = twin.create_commit(Some(&base), &patch("x"), "fix").unwrap();
    assert_eq!(twin.update_branch(&head, &base, &commit, false).unwrap(), RefUpdate::Updated);
    assert_eq!(twin.update_branch(&head, &base, &commit, false).unwrap(), RefUpdate::Moved(Some(commit.clone())));
    let PullOpened::Opened(pull) = twin.open_pull(&new).unwrap() else { panic!() };
    assert_eq!((pull.number, &*pull.title, pull.draft, pull.head_sha.clone()), (2, "t ***", true, Some(commit)));
    assert_eq!(twin.open_pull(&new).unwrap(), PullOpened::Exists(pull.clone()));
    assert_eq!(twin.pull_of(&head).unwrap(), Some(pull));
    let linked = twin.linked_pulls(1).unwrap();
    assert_eq!(linked.iter().map(|l| (l.number, l.closes)).collect::<Vec<_>>(), [(2, true)]);
    assert!(twin.linked_pulls(11).unwrap().is_empty());
}

#[test]
fn comments_are_found_by_marker_and_author() {
    let dir = tempfile::tempdir().unwrap();
    let (twin, _) = twin(dir.path());
    let issue = twin.add_issue(&Item::default()).unwrap();
    let forged = Comment {
        id: 1,
        url: String::new(),
        body: "<!-- m -->".to_owned(),
        author: Account { login: "stranger".to_owned(), bot: false },
    };
    let forged = StoredComment { issue, reactions: Vec::new(), comment: forged };
    twin.store.add("comments", &forged).unwrap();
    assert_eq!(twin.our_comment(issue, "<!-- m -->").unwrap(), None);
    let ours = twin.create_comment(issue, "<!-- m -->", "hunter2\n<!-- m -->").unwrap();
    assert_eq!((ours.id, &*ours.body), (2, "***\n<!-- m -->"));
    twin.update_comment(ours.id, "new\n<!-- m -->").unwrap();
    assert_eq!(twin.our_comment(issue, "<!-- m -->").unwrap().unwrap().body, "new\n<!-- m -->");
    twin.react(ReactTo::Issue(issue), Reaction::Eyes).unwrap();
    twin.react(ReactTo::Comment(2), Reaction::Rocket).unwrap();
    twin.add_labels(issue, &["b".to_owned(), "a".to_owned(), "b".to_owned()]).unwrap();
    assert_eq!(twin.issue(issue).unwrap().unwrap().labels, ["a", "b"]);
    assert!(twin.update_comment(99, "x").unwrap_err().is_not_found());
}

#[test]
fn a_patch_with_a_secret_does_not_leave() {
    let dir = tempfile::tempdir().unwrap();
    let (twin, base) = twin(dir.path());
    let refused = twin.create_commit(Some(&base), &patch("key = hunter2"), "m").unwrap_err();
    assert_eq!(refused, ForgeError::Secret { path: "a.txt".to_owned() });
    let commit = twin.create_commit(Some(&base), &patch("x"), "m hunter2").unwrap();
    assert_eq!(twin.commit(&commit).unwrap().unwrap().message, "m ***");
    let stale = twin.create_commit(Some(&commit), &patch("y"), "m").unwrap_err();
    assert!(matches!(stale, ForgeError::Stale { .. }), "{stale}");
}

#[test]
fn builds_are_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let (twin, base) = twin(dir.path());
    let run = WorkflowRun {
        id: 7,
        workflow_id: 3,
        name: "CI".to_owned(),
        path: ".github/workflows/ci.yml".to_owned(),
        event: "push".to_owned(),
        status: "completed".to_owned(),
        conclusion: Some("failure".to_owned()),
        head_sha: base,
        head_branch: Some("main".to_owned()),
        head_repository: None,
        attempt: 1,
        actor: None,
        triggering_actor: None,
        url: String::new(),
    };
    let job = |id, conclusion: &str| Job {
        id,
        name: "test".to_owned(),
        conclusion: Some(conclusion.to_owned()),
        url: String::new(),
        labels: Vec::new(),
        steps: Vec::new(),
    };
    twin.add_run(&run, &[(job(1, "success"), b""), (job(2, "failure"), b"boom")]).unwrap();
    assert_eq!(twin.run(7).unwrap(), Some(run));
    assert_eq!(twin.runs_of("ci.yml", "main", 5).unwrap().len(), 1);
    assert!(twin.runs_of("ci.yml", "other", 5).unwrap().is_empty());
    assert_eq!(twin.failed_jobs(7, 1).unwrap(), [job(2, "failure")]);
    let mut log = String::new();
    twin.job_log(2).unwrap().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(log, "boom");
    assert!(twin.job_log(9).unwrap().is_none());
}
