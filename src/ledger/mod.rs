//! The ledger: one small JSON file per attempt, `runs/YYYY/MM/<attempt name>.json`, and per fact,
//! `facts/YYYY/MM/<id>.json`, on an orphan branch at the forge or in a folder. Reading is tolerant: what is bad, or of a
//! kind or schema that this version does not know, is kept, reported and skipped.

pub mod archive;
mod branch;
mod cloned;
mod directory;
mod files;
mod line;
mod months;
mod postgres;
mod query;
mod spool;
mod wanted;

pub use branch::Branch;
pub use cloned::Cloned;
pub use directory::Directory;
pub use line::{Line, RUN, TRANSCRIPT, Taken};
pub use postgres::{Away, Postgres, secrets_of};
pub use query::{Answer, By, Query, Row, Sum};
pub use spool::Spooled;
pub use wanted::{Entries, Wanted};

use crate::ids::{AttemptName, RelPath, Sha, TaskKey};
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Result, ensure};

/// What became of a record that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    Written,
    /// It is there already, word for word.
    Unchanged,
    /// The store could not be reached: it is kept on this machine and delivered later.
    Spooled,
}

/// Records, newest first, and what could not be read, for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    pub records: Vec<AttemptRecord>,
    pub notes: Vec<String>,
}

/// Text as a store holds it, with where it lies: one record or fact, or one on each line.
pub struct Chunk {
    pub place: String,
    pub text: Vec<u8>,
    pub is_lines: bool,
}

impl Chunk {
    /// The records and facts in it, unread.
    pub fn pieces(&self) -> Vec<&[u8]> {
        if self.is_lines { files::lines_of(&self.text).collect() } else { vec![&self.text] }
    }
}

/// Where records are kept.
pub trait Store {
    /// For people: where to look.
    fn place(&self) -> String;

    /// Why nothing may be kept there, if so.
    fn unusable(&self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Writes the record. Again with the same content changes nothing; with new content it replaces only
    /// a record of the same attempt.
    fn put(&self, record: &AttemptRecord) -> Result<Put>;

    /// Keeps those facts that are not there yet; a fact that is there stays as it is. The answers are in the order of
    /// the entries.
    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>>;

    /// The wanted facts, newest first, each once.
    fn entries(&self, wanted: &Wanted) -> Result<Entries>;

    /// The newest `limit` records, of one task or of all.
    fn list(&self, task: Option<&TaskKey>, limit: usize) -> Result<Listed>;

    /// The newest `limit` readable records of a task.
    fn of_task(&self, task: &TaskKey, limit: usize) -> Result<Vec<AttemptRecord>> {
        Ok(self.list(Some(task), limit)?.records)
    }

    /// The record of an attempt as it was written: a newer version's may not be readable as one. `None` when there is no
    /// such record, [`Damaged`] when it is none.
    fn get(&self, attempt: &AttemptName) -> Result<Option<Line>>;

    /// Everything as it was written, of `since` (`2026-05…`) and later, the newest month first; of two versions of a
    /// record the newer one comes first.
    fn scan(&self, since: Option<&str>, each: &mut dyn FnMut(Vec<Chunk>) -> Result<()>) -> Result<()>;

    /// Another word whenever there is something new, without reading it.
    fn mark(&self) -> Result<String>;

    /// Keeps lines of another store. A fact that is there stays as it is; so does a record, unless this version of it
    /// ended later.
    fn take(&self, lines: &[Line]) -> Result<Taken>;

    /// Puts the small files of months before this one (`2026-05`) into one file each; what cannot be read stays.
    fn compact(&self, before: &str) -> Result<Taken>;

    /// Rows and sums.
    fn query(&self, query: &Query) -> Result<Answer> {
        query::answer(query, |each| self.scan(query.since.as_deref(), each))
    }
}

/// What lies there is no record: where, and why not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Damaged(String);

/// The three trees of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    Runs,
    Facts,
    Months,
}

impl Under {
    fn path(self) -> RelPath {
        let name = match self {
            Self::Runs => "runs",
            Self::Facts => "facts",
            Self::Months => "months",
        };
        RelPath::parse(name).unwrap_or_else(|e| unreachable!("a plain word: {e}"))
    }

    /// Whether a file below is one of ours.
    fn takes(self, path: &RelPath) -> bool {
        path.extension() == if self == Self::Months { "jsonl" } else { "json" }
    }
}

/// A file of the ledger, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    pub path: RelPath,
    /// Its content's id, where the store knows it.
    pub blob: Option<Sha>,
}

impl Filed {
    fn name(&self) -> &str {
        self.path.file_name().strip_suffix(".json").unwrap_or_default()
    }

    /// `YYYY-MM` of what lies in `runs/YYYY/MM/`, in `facts/YYYY/MM/` or is `months/YYYY-MM.jsonl`.
    fn month(&self) -> Option<String> {
        let parts: Vec<&str> = self.path.as_str().split('/').collect();
        let (year, month) = match *parts {
            ["runs" | "facts", year, month, _] => (year, month),
            ["months", file] => file.split('.').next().and_then(|name| name.split_once('-'))?,
            _ => return None,
        };
        (digits(year, 4) && digits(month, 2)).then(|| format!("{year}-{month}"))
    }
}

/// `YYYY/MM`.
fn month_of(time: &str) -> Result<String> {
    let month = time.get(..7).unwrap_or_default().replace('-', "/");
    let (year, number) = month.split_once('/').unwrap_or_default();
    ensure!(digits(year, 4) && digits(number, 2), "not an RFC 3339 time");
    Ok(month)
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests;

/// A record to test with.
#[cfg(test)]
pub(crate) fn example(attempt: &str, started: &str) -> AttemptRecord {
    let task = attempt.rsplitn(3, '-').collect::<Vec<_>>();
    serde_json::from_value(serde_json::json!({
        "schema": crate::record::SCHEMA, "attempt": attempt, "task": format!("{}-{}", task[1], task[0]), "started": started,
        "ended": started, "event": "issues.opened", "outcome": "fixed", "reason": "r", "tried": [], "guards": [],
        "seconds": { "total": 1.0, "verify": 0.5, "hands": 0.1 }, "tokens": { "input": 0, "output": 0 },
        "cost_usd": 0.0, "version": "0.1.0",
    }))
    .unwrap()
}
