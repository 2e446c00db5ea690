//! What runs leave for the next one: lessons out of outcomes, found again by signature or by words, an order of the
//! hands that learns, and a score for every proposal. Pure: the clock, the ledger's entries and the seed are passed in.

mod find;
mod lesson;
mod order;
mod replay;
pub mod score;

pub use find::{may_recall, seen};
pub use lesson::{
    Outcome, add_note, change, confidence, edited, from_attempt, from_outcome, mended, refuted_key, retire,
    without_past,
};
pub use order::{Ordered, Tally, order, tallies};
pub use replay::replay;

use crate::ids::{AttemptName, RepoSlug, TaskKey, digest};
use crate::record::SCHEMA;
use crate::record::entry::{Entry, Fact, Learning, Lesson};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Days after which a lesson that nothing confirms is worth half.
const HALF_LIFE_DAYS: f64 = 180.0;
/// Below this nobody is told of it any more.
const FORGOTTEN: f64 = 0.15;
/// More than so many lessons are not carried into a run; the strongest go.
const MOST: usize = 400;

/// A lesson as it stands, and when that was written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    pub at: String,
    pub learning: Learning,
}

impl Known {
    /// What it is worth today. What a person wrote down holds until a person takes it back.
    pub fn worth(&self, now: &str) -> f64 {
        let fades = self.learning.lesson != Lesson::Note;
        let days = if fades { days_between(&self.at, now) } else { 0.0 };
        self.learning.confidence * 0.5_f64.powf(days / HALF_LIFE_DAYS)
    }
}

/// Everything that a run is given to remember by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Experience {
    /// RFC 3339: lessons fade.
    pub now: String,
    pub known: Vec<Known>,
    /// How the hands did here.
    pub tallies: Vec<Tally>,
    /// Whether the hands may be asked in another order than the usual one.
    pub reorder: bool,
}

/// The newest version of every lesson, those that were taken back left out, the strongest first. Only what trusted
/// people or we ourselves wrote counts.
pub fn known(entries: &[Entry], now: &str) -> Vec<Known> {
    let mut known: Vec<Known> = newest(entries).into_values().filter(|k| !k.learning.retired).collect();
    known.retain(|k| k.worth(now) >= FORGOTTEN);
    known.sort_by(|a, b| b.worth(now).total_cmp(&a.worth(now)).then_with(|| a.learning.key.cmp(&b.learning.key)));
    known.truncate(MOST);
    known
}

/// The newest version of every lesson by its key, retired ones too.
pub fn newest(entries: &[Entry]) -> BTreeMap<String, Known> {
    let mut newest: BTreeMap<String, (&str, &str, &Learning)> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.trusted) {
        let Fact::Learning(learning) = &entry.fact else { continue };
        let this = (entry.at.as_str(), entry.id.as_str(), learning);
        let there = newest.entry(learning.key.clone()).or_insert(this);
        if (learning.rank(this.0), this.1) > (there.2.rank(there.0), there.1) {
            *there = this;
        }
    }
    newest.into_iter().map(|(key, (at, _, l))| (key, Known { at: at.to_owned(), learning: l.clone() })).collect()
}

/// The lessons that a run taught, as they stand. What it found out for a stranger is none until people merge it.
pub fn taught_by(entries: &[Entry], attempt: &AttemptName, is_merged: bool) -> Vec<Known> {
    let newest = newest(entries);
    let counts = |entry: &&Entry| entry.trusted || (is_merged && entry.actor.is_none());
    let of_run = entries.iter().filter(|entry| entry.attempt.as_ref() == Some(attempt)).filter(counts);
    let taught = of_run.filter_map(|entry| {
        let Fact::Learning(learning) = &entry.fact else { return None };
        let here = || Known { at: entry.at.clone(), learning: learning.clone() };
        Some((learning.key.clone(), newest.get(&learning.key).cloned().unwrap_or_else(here)))
    });
    taught.collect::<BTreeMap<String, Known>>().into_values().collect()
}

/// Whose entry it is and when.
#[derive(Debug, Clone)]
pub struct Stamp<'a> {
    pub at: &'a str,
    pub repository: Option<&'a RepoSlug>,
    pub attempt: Option<&'a AttemptName>,
    pub task: Option<&'a TaskKey>,
    /// Who caused it; `None`: we did.
    pub actor: Option<&'a str>,
    /// What it follows from: the same cause gives the same id, so that nothing is told twice.
    pub cause: &'a str,
}

impl Stamp<'_> {
    /// A fact that is trusted, under an id that holds for it alone.
    pub fn entry(&self, id: &str, fact: Fact) -> Entry {
        Entry {
            schema: SCHEMA,
            id: format!("{id}-{}", digest(format!("{:?} {}", self.repository, self.cause), 6)),
            at: self.at.to_owned(),
            repository: self.repository.cloned(),
            attempt: self.attempt.cloned(),
            task: self.task.cloned(),
            actor: self.actor.map(str::to_owned),
            trusted: true,
            fact,
        }
    }

    /// A version of a lesson.
    pub fn learning(&self, learning: Learning) -> Entry {
        let id = format!("learning-{}", learning.key);
        self.entry(&id, Fact::Learning(learning))
    }
}

/// Days from one time to another; 0 where either is none, or they are the other way round.
fn days_between(from: &str, to: &str) -> f64 {
    let parsed = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let (Some(from), Some(to)) = (parsed(from), parsed(to)) else { return 0.0 };
    (to.duration_since(from).as_secs_f64() / 86_400.0).max(0.0)
}

#[cfg(test)]
mod tests;
