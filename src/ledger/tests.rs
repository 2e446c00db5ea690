use super::*;
use crate::forge::local::Local;
use crate::forge::{Forge as _, Mask};
use crate::git::Repo;
use crate::ids::{BranchName, RepoSlug};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn mask() -> Mask {
    Arc::new(|text| text.replace("hunter2", "***"))
}

fn twin(dir: &Path) -> Local {
    Repo::init_bare(&dir.join("bare")).unwrap();
    Local::open(RepoSlug::parse("o/r").unwrap(), &dir.join("bare"), &dir.join("hub"), mask()).unwrap()
}

fn branch(twin: &Local) -> Branch<'_> {
    Branch::new(twin, BranchName::parse("thanos/ledger").unwrap()).with_pause(Duration::from_millis(1))
}

/// What both kinds of store must do.
fn keeps_records(store: &dyn Store) {
    assert_eq!(store.list(None, 10).unwrap(), Listed::default());
    let mut first = example("9-1-fix-issue-1", "2026-04-30T10:00:00Z");
    first.reason = "found hunter2 \"quoted\"".to_owned();
    assert_eq!(store.put(&first).unwrap(), Put::Written);
    assert_eq!(store.put(&first).unwrap(), Put::Unchanged);
    first.outcome = crate::record::Outcome::Lost;
    assert_eq!(store.put(&first).unwrap(), Put::Written);
    for (attempt, started) in
        [("10-1-fix-issue-2", "2026-05-01T00:00:00Z"), ("11-1-fix-issue-1", "2026-05-02T00:00:00Z")]
    {
        store.put(&example(attempt, started)).unwrap();
    }
    let names = |listed: Listed| listed.records.into_iter().map(|r| r.attempt.to_string()).collect::<Vec<_>>();
    assert_eq!(names(store.list(None, 10).unwrap()), ["11-1-fix-issue-1", "10-1-fix-issue-2", "9-1-fix-issue-1"]);
    assert_eq!(names(store.list(None, 2).unwrap()), ["11-1-fix-issue-1", "10-1-fix-issue-2"]);
    let task = TaskKey::parse("issue-1").unwrap();
    assert_eq!(names(store.list(Some(&task), 1).unwrap()), ["11-1-fix-issue-1"]);
    assert_eq!(store.of_task(&task, 9).unwrap().len(), 2);
    assert_eq!(store.get(&AttemptName::parse("none").unwrap()).unwrap(), None);
    let back = store.get(&first.attempt).unwrap().unwrap();
    assert_eq!(back.reason, "found *** \"quoted\"");
    assert_eq!(back.outcome, crate::record::Outcome::Lost);
    let mut other = first.clone();
    other.task = TaskKey::parse("issue-7").unwrap();
    let refused = store.put(&other).unwrap_err();
    assert!(format!("{refused:#}").contains("something else"), "{refused:#}");
    other.started = "yesterday".to_owned();
    assert!(store.put(&other).is_err());
}

fn fact(id: &str, at: &str, task: &str) -> Entry {
    serde_json::from_value(serde_json::json!({
        "schema": SCHEMA, "id": id, "at": at, "repository": "o/r", "attempt": null, "task": task, "trusted": true,
        "kind": "decision", "data": { "about": "hands", "choice": "hint", "why": "said hunter2" },
    }))
    .unwrap()
}

/// What both kinds of store must do with facts.
fn keeps_facts(store: &dyn Store) {
    let all = |store: &dyn Store, wanted: &Wanted| {
        let found = store.entries(wanted).unwrap();
        assert_eq!(found.notes, [""; 0]);
        found.entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(store.entries(&Wanted::default()).unwrap(), Entries::default());
    assert_eq!(store.append(&[]).unwrap(), []);
    let (a, b) = (fact("a", "2026-04-30T10:00:00Z", "issue-1"), fact("b.2", "2026-05-01T10:00:00Z", "issue-2"));
    assert_eq!(store.append(&[a.clone(), b.clone(), a.clone()]).unwrap(), [Put::Written, Put::Written, Put::Unchanged]);
    let mut again = a.clone();
    again.trusted = false;
    let mut pull = fact("c", "2026-05-02T10:00:00Z", "issue-1");
    pull.repository = Some(RepoSlug::parse("o/other").unwrap());
    pull.fact = crate::record::entry::Fact::Error(crate::record::entry::Fault {
        stage: "heal".to_owned(),
        message: String::new(),
    });
    assert_eq!(store.append(&[again, pull]).unwrap(), [Put::Unchanged, Put::Written]);
    let wanted = Wanted::default;
    assert_eq!(all(store, &wanted()), "c b.2 a");
    assert_eq!(all(store, &Wanted { limit: 2, ..wanted() }), "c b.2");
    assert_eq!(all(store, &Wanted { kinds: vec!["decision".to_owned()], ..wanted() }), "b.2 a");
    assert_eq!(all(store, &Wanted { task: TaskKey::parse("issue-1").ok(), ..wanted() }), "c a");
    assert_eq!(all(store, &Wanted { repository: RepoSlug::parse("o/other").ok(), ..wanted() }), "c");
    for (since, ids) in
        [("2026-05-01T10:00:00Z", "c b.2"), ("2026-05-02", "c"), ("2026-05", "c b.2"), ("2025", "c b.2 a")]
    {
        assert_eq!(all(store, &Wanted { since: Some(since.to_owned()), ..wanted() }), ids, "{since}");
    }
    // Told again with another time, a fact lies in two months and counts once.
    assert_eq!(store.append(&[fact("a", "2026-06-01T00:00:00Z", "issue-1")]).unwrap(), [Put::Written]);
    assert_eq!(all(store, &wanted()), "c b.2 a");
    let back = store.entries(&wanted()).unwrap().entries.pop().unwrap();
    assert!(back.trusted);
    assert!(serde_json::to_string(&back).unwrap().contains("said ***"));
    for bad in ["", "a/b", "..", ".hidden", "a b", &"x".repeat(121)] {
        let refused = store.append(&[fact(bad, "2026-05-01T00:00:00Z", "issue-1")]).unwrap_err();
        assert!(format!("{refused:#}").contains("1 to 120"), "{bad}: {refused:#}");
    }
    assert!(store.append(&[fact("d", "today", "issue-1")]).is_err());
    assert_eq!(store.list(None, 10).unwrap(), Listed::default());
}

#[test]
fn a_folder_keeps_facts() {
    let dir = tempfile::tempdir().unwrap();
    keeps_facts(&Directory::new(dir.path().join("made/when/needed"), mask()));
}

#[test]
fn a_branch_keeps_facts_many_in_one_commit() {
    let dir = tempfile::tempdir().unwrap();
    let twin = twin(dir.path());
    keeps_facts(&branch(&twin));
    let repo = Repo::open(&dir.path().join("bare")).unwrap();
    let tip = repo.branch_tip("thanos/ledger").unwrap().unwrap();
    let parents = |at: &Sha| repo.commit(at).unwrap().unwrap().parents;
    let chain = std::iter::successors(Some(tip), |at| parents(at).first().cloned());
    assert_eq!(chain.count(), 3);
    let clone = Cloned::open(repo, "thanos/ledger").unwrap().unwrap();
    assert_eq!(clone.entries(&Wanted::default()).unwrap(), branch(&twin).entries(&Wanted::default()).unwrap());
    assert!(clone.append(&[fact("e", "2026-05-01T00:00:00Z", "issue-1")]).is_err());
}

#[test]
fn facts_of_tomorrow_are_kept_reported_and_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let store = Directory::new(dir.path(), mask());
    store.append(&[fact("a", "2026-05-01T00:00:00Z", "issue-1")]).unwrap();
    let folder = dir.path().join("facts/2026/05");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut value = serde_json::to_value(fact("x", "2026-05-01T00:00:00Z", "issue-1")).unwrap();
        change(&mut value);
        value.to_string()
    };
    let texts = [
        ("newer", with(&|value| value["schema"] = 9.into())),
        ("kind", with(&|value| value["kind"] = "telepathy".into())),
        ("broken", "{\"schema\": 1, \"id".to_owned()),
    ];
    for (name, text) in &texts {
        std::fs::write(folder.join(format!("{name}.json")), text).unwrap();
    }
    let found = store.entries(&Wanted::default()).unwrap();
    assert_eq!(found.entries.len(), 1);
    let said = found.notes.join("\n");
    for part in ["newer.json: skipped: written by a newer version (schema 9)", "kind telepathy", "broken.json: skipped"]
    {
        assert!(said.contains(part), "{said}");
    }
    let kept = store.append(&[fact("newer", "2026-05-01T00:00:00Z", "issue-1")]).unwrap();
    assert_eq!(kept, [Put::Unchanged]);
    assert_eq!(std::fs::read_to_string(folder.join("newer.json")).unwrap(), texts[0].1);
}

#[test]
fn a_folder_keeps_records() {
    let dir = tempfile::tempdir().unwrap();
    keeps_records(&Directory::new(dir.path().join("made/when/needed"), mask()));
}

#[test]
fn a_branch_keeps_records() {
    let dir = tempfile::tempdir().unwrap();
    let twin = twin(dir.path());
    keeps_records(&branch(&twin));
    let tip = twin.branch_tip(&BranchName::parse("thanos/ledger").unwrap()).unwrap().unwrap();
    // One commit for each write, none for the repeated one.
    let mut commit = twin.commit(&tip).unwrap();
    let mut count = 0;
    while let Some(found) = commit {
        count += 1;
        commit = found.parents.first().and_then(|parent| twin.commit(parent).unwrap());
    }
    assert_eq!(count, 4);
}

#[test]
fn nothing_is_lost_in_a_race() {
    let dir = tempfile::tempdir().unwrap();
    let twin = twin(dir.path());
    std::thread::scope(|scope| {
        for number in 0..8 {
            let twin = &twin;
            scope.spawn(move || {
                let record = example(&format!("{number}-1-fix-issue-{number}"), "2026-05-01T00:00:00Z");
                branch(twin).put(&record).unwrap();
            });
        }
    });
    assert_eq!(branch(&twin).list(None, 100).unwrap().records.len(), 8);
}

#[test]
fn bad_records_are_reported_and_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let store = Directory::new(dir.path(), mask());
    store.put(&example("1-1-fix-issue-1", "2026-05-01T00:00:00Z")).unwrap();
    let folder = dir.path().join("runs/2026/05");
    let mut newer = serde_json::to_value(example("2-1-fix-issue-1", "2026-05-02T00:00:00Z")).unwrap();
    newer["schema"] = 99.into();
    newer["surprise"] = serde_json::json!({ "x": 1 });
    std::fs::write(folder.join("2-1-fix-issue-1.json"), newer.to_string()).unwrap();
    std::fs::write(folder.join("3-1-fix-issue-1.json"), "{\"schema\": 1, \"att").unwrap();
    std::fs::write(folder.join("4-1-fix-issue-1.json"), b"\xff\xfe").unwrap();
    let listed = store.list(None, 10).unwrap();
    assert_eq!(listed.records.len(), 2);
    assert_eq!(listed.notes.len(), 3, "{:?}", listed.notes);
    assert!(listed.notes.iter().any(|note| note.contains("newer version (schema 99)")));
    assert!(store.get(&AttemptName::parse("3-1-fix-issue-1").unwrap()).is_err());
}

/// A store that counts what is opened.
struct Counting<'a>(&'a dyn Store, std::cell::Cell<usize>);

impl Store for Counting<'_> {
    fn place(&self) -> String {
        self.0.place()
    }

    fn put(&self, record: &AttemptRecord) -> Result<Put> {
        self.0.put(record)
    }

    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>> {
        self.0.append(entries)
    }

    fn files(&self, under: Under) -> Result<Vec<Filed>> {
        self.0.files(under)
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        self.1.set(self.1.get() + 1);
        self.0.read(file)
    }
}

#[test]
fn only_what_is_shown_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let twin = twin(dir.path());
    for number in 1..=9 {
        let task = number % 2;
        let record = example(&format!("{number}-1-fix-issue-{task}"), &format!("2026-05-0{number}T00:00:00Z"));
        branch(&twin).put(&record).unwrap();
    }
    let clone = Cloned::open(Repo::open(&dir.path().join("bare")).unwrap(), "thanos/ledger").unwrap().unwrap();
    let opened = |limit: usize, task: Option<&str>| {
        let counting = Counting(&clone, std::cell::Cell::new(0));
        let task = task.map(|task| TaskKey::parse(task).unwrap());
        let names =
            counting.list(task.as_ref(), limit).unwrap().records.into_iter().map(|record| record.attempt.to_string());
        (names.collect::<Vec<_>>().join(" "), counting.1.get())
    };
    assert_eq!(opened(2, None), ("9-1-fix-issue-1 8-1-fix-issue-0".to_owned(), 2));
    assert_eq!(opened(2, Some("issue-0")), ("8-1-fix-issue-0 6-1-fix-issue-0".to_owned(), 2));
    assert!(Cloned::open(Repo::open(&dir.path().join("bare")).unwrap(), "no/ledger").unwrap().is_none());
}
