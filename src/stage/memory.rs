//! Between the runs: what the ledger gives a run to remember by, and what the run gives back.

use super::Say;
use crate::ids::RepoSlug;
use crate::learn::{self, Experience, Stamp};
use crate::ledger::{Store, Wanted};
use crate::record::entry::{Entry, Fact, Lesson};
use crate::record::{AttemptRecord, Healing};
use anyhow::Result;

/// So many of the last attempts say how the hands do here.
const ATTEMPTS: usize = 200;
/// The facts that a run remembers by.
const KINDS: [&str; 2] = ["learning", "pull"];

/// What the stores know of a repository. Trouble with them is told and keeps nobody from repairing.
pub fn experience(
    stores: &[&dyn Store],
    repository: Option<&RepoSlug>,
    now: &str,
    reorder: bool,
    say: Say,
) -> Experience {
    let (mut entries, mut records) = (Vec::new(), Vec::new());
    for store in stores {
        match recall(*store, repository) {
            Ok((facts, attempts)) => {
                entries.extend(facts);
                records.extend(attempts);
            }
            Err(e) => say("ledger", &format!("nothing is remembered from {}: {e:#}", store.place())),
        }
    }
    records.sort_by(|a: &AttemptRecord, b| a.attempt.cmp(&b.attempt));
    records.dedup_by(|a, b| a.attempt == b.attempt);
    Experience {
        now: now.to_owned(),
        known: learn::known(&entries, now),
        tallies: learn::tallies(&records, &entries),
        reorder,
    }
}

fn recall(store: &dyn Store, repository: Option<&RepoSlug>) -> Result<(Vec<Entry>, Vec<AttemptRecord>)> {
    let entries = facts(store, repository)?;
    let mut records = store.list(None, ATTEMPTS)?.records;
    records.retain(|record| repository.is_none() || record.repository.as_ref() == repository);
    Ok((entries, records))
}

/// Lessons and what became of pull requests.
pub fn facts(store: &dyn Store, repository: Option<&RepoSlug>) -> Result<Vec<Entry>> {
    let kinds = KINDS.map(str::to_owned).to_vec();
    Ok(store.entries(&Wanted { kinds, repository: repository.cloned(), ..Wanted::default() })?.entries)
}

/// Of facts that an attempt leaves.
pub fn stamp(record: &AttemptRecord) -> Stamp<'_> {
    Stamp {
        at: &record.ended,
        repository: record.repository.as_ref(),
        attempt: Some(&record.attempt),
        task: Some(&record.task),
        actor: None,
        cause: record.attempt.as_str(),
    }
}

/// What a run leaves in `store` beside its record: its score, its decisions and its lessons, `trusted` or not. How sure a
/// lesson is depends on what is known: where that cannot be read there is none, and `Err` says why.
pub fn after_attempt(
    store: &dyn Store,
    record: &AttemptRecord,
    healing: &Healing,
    trusted: bool,
) -> (Vec<Entry>, Result<()>) {
    let stamp = stamp(record);
    let mut entries = Vec::new();
    entries.extend(healing.evaluation.clone().map(|score| stamp.entry("evaluation", Fact::Evaluation(score))));
    let decisions = healing.decisions.iter().enumerate();
    entries.extend(
        decisions.map(|(i, one)| stamp.entry(&format!("decision-{}-{i}", one.about), Fact::Decision(one.clone()))),
    );
    let known = || anyhow::Ok(learn::newest(&facts(store, record.repository.as_ref())?).into_values().collect());
    let learnt = learn::from_attempt(record, healing, known).map(|all| {
        // Of what strangers brought about nobody hears, unless people merge the repair.
        let kept = all.into_iter().filter(|one| trusted || one.lesson == Lesson::Fix);
        entries.extend(kept.map(|one| Entry { trusted, ..stamp.learning(one) }));
    });
    (entries, learnt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Directory;
    use crate::record::{FailureClass, HandId, Tried};
    use std::sync::Arc;

    /// Imported ones, for instance.
    #[test]
    fn runs_count_that_taught_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Directory::new(dir.path(), Arc::new(str::to_owned));
        for n in 1..=6 {
            let mut record = crate::ledger::example(&format!("{n}-1-fix-issue-{n}"), "2026-05-01T10:00:00Z");
            (record.class, record.hand) = (Some(FailureClass::Test), Some(HandId::Search));
            let (digest, why) = (String::new(), String::new());
            let result = "passed".to_owned();
            record.tried = vec![Tried { digest, hand: HandId::Search, why, result, work: None }];
            store.put(&record).unwrap();
        }
        let known = experience(&[&store], None, "2026-06-01T00:00:00Z", true, &|_, _| {});
        assert_eq!((known.tallies.len(), known.tallies[0].tries, known.tallies[0].wins), (1, 6, 6));
    }
}
