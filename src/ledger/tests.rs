use super::files::{Files, Plan, View};
use super::*;
use crate::forge::local::Local;
use crate::forge::{Forge as _, Mask};
use crate::git::Repo;
use crate::ids::{BranchName, RepoSlug};
use crate::record::SCHEMA;
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeSet;
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

fn get(store: &dyn Store, attempt: &AttemptName) -> AttemptRecord {
    store.get(attempt).unwrap().unwrap().record().unwrap()
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
    let back = get(store, &first.attempt);
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
    assert_eq!(chain.count(), 2);
    assert!(Cloned::open(Repo::open(&dir.path().join("bare")).unwrap(), "no/ledger").unwrap().is_none());
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
    let damaged = store.get(&AttemptName::parse("3-1-fix-issue-1").unwrap()).unwrap_err();
    assert!(damaged.is::<Damaged>(), "{damaged:#}");
}

/// A folder that counts what is opened.
struct Counting(Directory, Cell<usize>);

struct CountingView<'a>(Box<dyn View + 'a>, &'a Cell<usize>);

impl View for CountingView<'_> {
    fn list(&self, under: Under) -> Result<Vec<Filed>> {
        self.0.list(under)
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        self.1.set(self.1.get() + 1);
        self.0.read(file)
    }

    fn file(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        self.0.file(path)
    }

    fn there(&self, paths: &[RelPath]) -> Result<BTreeSet<RelPath>> {
        self.0.there(paths)
    }
}

impl Files for Counting {
    fn place(&self) -> String {
        Files::place(&self.0)
    }

    fn mask(&self, text: &str) -> String {
        Files::mask(&self.0, text)
    }

    fn view(&self) -> Result<Box<dyn View + '_>> {
        Ok(Box::new(CountingView(self.0.view()?, &self.1)))
    }

    fn change(&self, salt: &str, plan: Plan) -> Result<()> {
        self.0.change(salt, plan)
    }
}

#[test]
fn only_what_is_shown_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let store = Counting(Directory::new(dir.path(), mask()), Cell::new(0));
    for number in 1..=9 {
        let task = number % 2;
        let record = example(&format!("{number}-1-fix-issue-{task}"), &format!("2026-05-0{number}T00:00:00Z"));
        store.put(&record).unwrap();
    }
    store.put(&example("0-1-fix-issue-0", "2026-04-08T00:00:00Z")).unwrap();
    store.put(&example("1-2-fix-issue-1", "2026-05-10T00:00:00Z")).unwrap();
    let opened = |limit: usize, task: Option<&str>| {
        store.1.set(0);
        let task = task.map(|task| TaskKey::parse(task).unwrap());
        let names =
            store.list(task.as_ref(), limit).unwrap().records.into_iter().map(|record| record.attempt.to_string());
        (names.collect::<Vec<_>>().join(" "), store.1.get())
    };
    // An old run that was run again is the newest; an earlier month is not opened.
    assert_eq!(opened(2, None), ("1-2-fix-issue-1 9-1-fix-issue-1".to_owned(), 10));
    assert_eq!(opened(2, Some("issue-0")), ("8-1-fix-issue-0 6-1-fix-issue-0".to_owned(), 4));
}

/// Everything that a store holds, sorted.
fn all_lines(store: &dyn Store) -> Vec<String> {
    let mut lines = Vec::new();
    let each = &mut |chunks: Vec<Chunk>| {
        let texts = chunks.iter().flat_map(Chunk::pieces).map(|piece| Line::parse(piece).unwrap().text);
        lines.extend(texts);
        Ok(())
    };
    store.scan(None, each).unwrap();
    lines.sort();
    lines.dedup();
    lines
}

fn line(text: &str) -> Line {
    Line::parse(text.as_bytes()).unwrap()
}

/// Of this version, of a later one, of an unknown kind, with digits and an order that a round trip could lose.
fn mixed_lines(count: usize) -> Vec<Line> {
    let lines = (0..count).map(|n| {
        let (month, at) = (n % 3 + 3, format!("2026-0{}-{:02}T10:00:00Z", n % 3 + 3, n % 27 + 1));
        match n % 4 {
            0 => Line::of_record(&example(&format!("{n}-1-fix-issue-{month}"), &at), &str::to_owned).unwrap(),
            1 => Line::of_entry(&fact(&format!("fact-{n}"), &at, "issue-1"), &*mask()).unwrap(),
            2 => line(&format!(
                r#"{{"z":1,"kind":"telepathy","id":"t{n}","at":"{at}","schema":1,"n":1.0e2,"data":[1]}}"#
            )),
            _ => line(&format!(
                r#"{{"schema":9,"attempt":"{n}-2-fix-issue-1","started":"{at}","ended":"{at}","soul":"\u0000"}}"#
            )),
        }
    });
    lines.collect()
}

/// What every store must do with lines of another one.
fn takes_lines(store: &dyn Store, count: usize) {
    let lines = mixed_lines(count);
    assert_eq!(store.take(&lines).unwrap(), Taken { written: count, ..Taken::default() });
    let mut texts: Vec<_> = lines.iter().map(|line| line.text.clone()).collect();
    texts.sort();
    assert_eq!(all_lines(store), texts);
    let again = store.take(&lines).unwrap();
    assert_eq!((again.written, again.unchanged), (0, count));
    assert_eq!(all_lines(store), texts);
    // A version of a record that ended later counts; an earlier one, a fact told otherwise and another task do not.
    let mut record = example("0-1-fix-issue-3", "2026-03-01T10:00:00Z");
    let with = |record: &AttemptRecord| vec![Line::of_record(record, &str::to_owned).unwrap()];
    record.ended = "2026-03-02T00:00:00Z".to_owned();
    record.reason = "later".to_owned();
    assert_eq!(store.take(&with(&record)).unwrap().written, 1);
    record.ended = "2026-03-01T00:00:00Z".to_owned();
    record.reason = "earlier".to_owned();
    assert_eq!(store.take(&with(&record)).unwrap().unchanged, 1);
    assert_eq!(get(store, &record.attempt).reason, "later");
    record.task = TaskKey::parse("issue-99").unwrap();
    assert_eq!(store.take(&with(&record)).unwrap().notes.len(), 1);
    assert_eq!(
        store
            .take(&[line(r#"{"schema":1,"kind":"telepathy","id":"t2","at":"2026-05-03T10:00:00Z"}"#)])
            .unwrap()
            .unchanged,
        1
    );
    assert_eq!(store.list(None, 1000).unwrap().records.len(), count.div_ceil(4));
    assert_eq!(store.entries(&Wanted::default()).unwrap().entries.len(), count.div_ceil(4));
}

#[test]
fn few_lines_and_many_are_taken_alike() {
    for count in [12, 800] {
        let dir = tempfile::tempdir().unwrap();
        takes_lines(&Directory::new(dir.path().join("folder"), Arc::new(str::to_owned)), count);
        let twin = twin(dir.path());
        takes_lines(&branch(&twin), count);
    }
}

/// A database holds many repositories, whose records may have one name; so must what it is copied into.
#[test]
fn repositories_may_name_theirs_alike() {
    let of = |repository: &str| {
        let (mut record, mut fact) =
            (example("1-1-fix-issue-1", "2026-05-01T10:00:00Z"), fact("pull-1", "2026-05-02T10:00:00Z", "issue-1"));
        record.repository = RepoSlug::parse(repository).ok();
        fact.repository.clone_from(&record.repository);
        (record, fact)
    };
    let lines: Vec<Line> = ["o/r", "p/q", "s/t"]
        .into_iter()
        .map(of)
        .flat_map(|(record, fact)| {
            [Line::of_record(&record, &str::to_owned).unwrap(), Line::of_entry(&fact, &*mask()).unwrap()]
        })
        .collect();
    let many: Vec<Line> = lines.iter().cloned().chain(mixed_lines(300).into_iter().filter(|l| !l.is_run())).collect();
    for (lines, count) in [(&lines, 6), (&many, 156)] {
        let dir = tempfile::tempdir().unwrap();
        let folder = Directory::new(dir.path().join("folder"), mask());
        let twin = twin(dir.path());
        let branch = branch(&twin);
        for store in [&folder as &dyn Store, &branch] {
            assert_eq!(store.take(&lines[..2]).unwrap().written, 2);
            assert_eq!(store.take(lines).unwrap(), Taken { written: count - 2, unchanged: 2, ..Taken::default() });
            assert_eq!(store.take(lines).unwrap(), Taken { unchanged: count, ..Taken::default() });
            for _compacted in [false, true] {
                assert_eq!(all_lines(store).len(), count);
                assert_eq!(store.list(None, 9).unwrap().records.len(), 3);
                let wanted = Wanted {
                    task: TaskKey::parse("issue-1").ok(),
                    since: Some("2026-05-02T10".into()),
                    ..Wanted::default()
                };
                let facts = store.entries(&wanted).unwrap().entries;
                assert_eq!(facts.iter().filter(|fact| fact.id == "pull-1").count(), 3);
                let sums = store.query(&Query { by: Some(By::Kind), ..Query::default() }).unwrap();
                assert_eq!(sums.matched as usize, count);
                store.compact("2026-06").unwrap();
            }
        }
        assert_eq!(archive::check(&folder).unwrap().problems, [""; 0]);
    }
    // Whoever writes a single one where another's lies is told.
    let dir = tempfile::tempdir().unwrap();
    let folder = Directory::new(dir.path(), mask());
    let ((record, fact), (other_record, other_fact)) = (of("o/r"), of("p/q"));
    folder.put(&record).unwrap();
    folder.append(&[fact]).unwrap();
    assert!(folder.put(&other_record).is_err());
    let refused = folder.append(&[other_fact]).unwrap_err();
    assert!(format!("{refused:#}").contains("another repository"), "{refused:#}");
}

#[test]
fn money_is_counted_once_and_when_it_is_spent() {
    let dir = tempfile::tempdir().unwrap();
    let store = Directory::new(dir.path(), mask());
    let mut record = example("1-1-fix-issue-1", "2026-05-01T10:00:00Z");
    record.cost_usd = 0.25;
    record.tokens.input = 7;
    store.put(&record).unwrap();
    let spend = |id: &str, attempt: Option<&str>, state: &str, usd: f64| -> Entry {
        serde_json::from_value(serde_json::json!({
            "schema": 1, "id": id, "at": "2026-05-01T10:00:00Z", "repository": null, "attempt": attempt, "task": null,
            "trusted": true, "kind": "spend", "data": {"state": state, "usd": usd, "tokens": {"input": 7, "output": 0}},
        }))
        .unwrap()
    };
    let facts = [
        spend("a", Some("1-1-fix-issue-1"), "reserved", 5.0),
        spend("a-settled", Some("1-1-fix-issue-1"), "settled", 0.25),
        spend("b", None, "settled", 0.5),
    ];
    store.append(&facts).unwrap();
    let sums = |kinds: &[&str]| {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let sums = store.query(&Query { kinds, by: Some(By::Kind), ..Query::default() }).unwrap().sums;
        sums.into_iter().map(|sum| (sum.key, sum.count, sum.cost_usd, sum.tokens)).collect::<Vec<_>>()
    };
    assert_eq!(sums(&["spend"]), [("spend".to_owned(), 3, 0.75, 14)]);
    assert_eq!(sums(&[]), [("run".to_owned(), 1, 0.25, 7), ("spend".to_owned(), 3, 0.5, 7)]);
}

/// Months become one file each; nothing is lost, nothing is there twice, and what cannot be read stays.
#[test]
fn a_month_becomes_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Directory::new(dir.path().join("folder"), Arc::new(str::to_owned));
    let twin = twin(dir.path());
    let branch = branch(&twin);
    for store in [&folder as &dyn Store, &branch] {
        let lines = mixed_lines(12);
        store.take(&lines).unwrap();
        let before = all_lines(store);
        assert_eq!(store.compact("2026-05").unwrap(), Taken { written: 8, ..Taken::default() });
        assert_eq!(all_lines(store), before);
        assert_eq!(store.compact("2026-05").unwrap(), Taken::default());
        // A record of the month comes late, and one that is in it changes.
        let mut record = example("0-1-fix-issue-3", "2026-03-01T10:00:00Z");
        record.outcome = crate::record::Outcome::Lost;
        assert_eq!(store.put(&record).unwrap(), Put::Written);
        store.put(&example("99-1-fix-issue-3", "2026-03-09T10:00:00Z")).unwrap();
        let lost = |store: &dyn Store| get(store, &record.attempt).outcome;
        assert_eq!(lost(store), crate::record::Outcome::Lost);
        let task = TaskKey::parse("issue-3").unwrap();
        assert_eq!(store.of_task(&task, 9).unwrap().len(), 2);
        assert_eq!(store.compact("2026-04").unwrap().written, 2);
        assert_eq!(lost(store), crate::record::Outcome::Lost);
        assert_eq!(store.of_task(&task, 9).unwrap().len(), 2);
        assert_eq!(all_lines(store).len(), 13);
        // A fact that was compacted and is told again counts once.
        let again = fact("fact-1", "2026-04-02T10:00:00Z", "issue-1");
        store.append(&[again]).unwrap();
        assert_eq!(store.entries(&Wanted::default()).unwrap().entries.len(), 3);
        let kinds = store.query(&Query { by: Some(By::Kind), ..Query::default() }).unwrap();
        assert_eq!(kinds.matched, 13);
    }
    let months: Vec<_> = std::fs::read_dir(dir.path().join("folder/months")).unwrap().collect();
    assert_eq!(months.len(), 2);
    let broken = dir.path().join("folder/runs/2026/03/broken.json");
    std::fs::write(&broken, "{").unwrap();
    let notes = folder.compact("2026-04").unwrap().notes;
    assert!(notes.len() == 1 && notes[0].contains("left as it is"), "{notes:?}");
    assert!(broken.exists());
}

#[test]
fn nothing_is_lost_while_months_are_compacted() {
    let dir = tempfile::tempdir().unwrap();
    let twin = twin(dir.path());
    let folder = dir.path().join("folder");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (twin, folder) = (&twin, &folder);
            scope.spawn(move || {
                for number in 0..5 {
                    let record = example(&format!("{writer}{number}-1-fix-issue-{number}"), "2026-05-01T00:00:00Z");
                    branch(twin).put(&record).unwrap();
                    Directory::new(folder, mask()).put(&record).unwrap();
                }
            });
        }
        for _ in 0..3 {
            branch(&twin).compact("2026-06").unwrap();
            Directory::new(&folder, mask()).compact("2026-06").unwrap();
        }
    });
    assert_eq!(branch(&twin).list(None, 100).unwrap().records.len(), 20);
    assert_eq!(Directory::new(&folder, mask()).list(None, 100).unwrap().records.len(), 20);
}

#[test]
fn a_branch_that_was_deleted_begins_anew_and_one_of_peoples_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let twin = twin(dir.path());
    let name = BranchName::parse("thanos/ledger").unwrap();
    let store = branch(&twin);
    store.put(&example("1-1-fix-issue-1", "2026-05-01T00:00:00Z")).unwrap();
    let tip = twin.branch_tip(&name).unwrap().unwrap();
    assert!(twin.delete_branch(&name, &tip).unwrap());
    assert_eq!(store.list(None, 9).unwrap(), Listed::default());
    store.put(&example("2-1-fix-issue-1", "2026-05-01T00:00:00Z")).unwrap();
    assert_eq!(branch(&twin).list(None, 9).unwrap().records.len(), 1);
    let theirs =
        crate::patch::FilePatch { path: RelPath::parse("runs/a.txt").unwrap(), before: None, after: Some(vec![]) };
    let commit = twin.create_commit(None, &crate::patch::Patch::from_files([theirs]), "theirs").unwrap();
    let other = BranchName::parse("theirs").unwrap();
    twin.create_branch(&other, &commit).unwrap();
    let refused = Branch::new(&twin, other).append(&[fact("a", "2026-05-01T00:00:00Z", "issue-1")]).unwrap_err();
    assert!(format!("{refused:#}").contains("is no ledger"), "{refused:#}");
}

#[test]
fn questions_are_answered_with_rows_and_sums() {
    let dir = tempfile::tempdir().unwrap();
    let store = Directory::new(dir.path(), mask());
    for number in 1..=6 {
        let mut record = example(&format!("{number}-1-fix-issue-1"), &format!("2026-05-0{number}T00:00:00Z"));
        record.repository = RepoSlug::parse(format!("o/r{}", number % 2)).ok();
        record.cost_usd = 0.25;
        record.hand = (number > 2).then_some(crate::record::HandId::Hint);
        if number == 6 {
            record.outcome = crate::record::Outcome::Explained;
        }
        store.put(&record).unwrap();
    }
    store.append(&[fact("a", "2026-05-09T00:00:00Z", "issue-1")]).unwrap();
    let runs = || Query { kinds: vec![RUN.to_owned()], limit: 20, ..Query::default() };
    for compacted in [false, true] {
        if compacted {
            store.compact("2026-06").unwrap();
        }
        let ids = |query: &Query| {
            let answer = store.query(query).unwrap();
            assert_eq!(answer.matched as usize, answer.rows.len());
            answer.rows.into_iter().map(|row| row.id[..1].to_owned()).collect::<String>()
        };
        assert_eq!(ids(&runs()), "654321");
        assert_eq!(ids(&Query { limit: 20, ..Query::default() }), "a654321");
        assert_eq!(ids(&Query { kinds: vec!["decision".to_owned()], ..runs() }), "a");
        assert_eq!(ids(&Query { since: Some("2026-05-03".into()), until: Some("2026-05-05".into()), ..runs() }), "43");
        assert_eq!(ids(&Query { outcome: Some("explained".into()), ..runs() }), "6");
        assert_eq!(ids(&Query { repository: Some("o/r1".into()), hand: Some("hint".into()), ..runs() }), "53");
        assert_eq!(ids(&Query { task: Some("issue-2".into()), ..runs() }), "");
        let sums = store.query(&Query { by: Some(By::Hand), ..runs() }).unwrap().sums;
        let brief = |sum: &Sum| (sum.key.clone(), sum.count, sum.repaired, sum.cost_usd);
        let hints = (String::from("hint"), 4, 3, 1.0);
        assert_eq!(sums.iter().map(brief).collect::<Vec<_>>(), [(String::new(), 2, 2, 0.5), hints]);
        assert_eq!(store.query(&Query { by: Some(By::Day), ..runs() }).unwrap().sums[0].key, "2026-05-01");
    }
    // Of two versions of a record only the newer one is looked at.
    let mut record = example("6-1-fix-issue-1", "2026-05-06T00:00:00Z");
    record.repository = RepoSlug::parse("o/r0").ok();
    record.outcome = crate::record::Outcome::Lost;
    store.put(&record).unwrap();
    assert_eq!(store.query(&Query { outcome: Some("explained".into()), ..runs() }).unwrap().matched, 0);
}
