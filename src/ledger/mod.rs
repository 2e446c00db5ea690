//! The ledger: one small JSON file per attempt, `runs/YYYY/MM/<attempt name>.json`, and per fact,
//! `facts/YYYY/MM/<id>.json`, on an orphan branch at the forge or in a folder. Reading is tolerant: what is bad, or of a
//! kind or schema that this version does not know, is kept, reported and skipped.

mod branch;
mod cloned;
mod directory;
mod facts;

pub use branch::Branch;
pub use cloned::Cloned;
pub use directory::Directory;
pub use facts::{Entries, Wanted};

use crate::ids::{AttemptName, RelPath, Sha, TaskKey};
use crate::record::entry::Entry;
use crate::record::{AttemptRecord, SCHEMA};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// What became of a record that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    Written,
    /// It is there already, word for word.
    Unchanged,
}

/// Records, newest first, and what could not be read, for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    pub records: Vec<AttemptRecord>,
    pub notes: Vec<String>,
}

/// Where records are kept.
pub trait Store {
    /// For people: where to look.
    fn place(&self) -> String;

    /// Writes the record. Again with the same content changes nothing; with new content it replaces only
    /// a record of the same attempt.
    fn put(&self, record: &AttemptRecord) -> Result<Put>;

    /// Why nothing may be kept there, if so.
    fn unusable(&self) -> Result<Option<String>> {
        Ok(None)
    }

    /// Keeps those facts that are not there yet; a fact that is there stays as it is. The answers are in the order of
    /// the entries.
    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>>;

    /// The wanted facts, newest first, each once.
    fn entries(&self, wanted: &Wanted) -> Result<Entries> {
        facts::load(self, wanted)
    }

    /// The files of all records, or of all facts, in any order.
    fn files(&self, under: Under) -> Result<Vec<Filed>>;

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>>;

    /// The newest `limit` records, of one task or of all. Names end with the task key, except local ones (a
    /// bare ULID), so only few files are opened.
    fn list(&self, task: Option<&TaskKey>, limit: usize) -> Result<Listed> {
        let mut files = newest_first(self.files(Under::Runs)?);
        let Some(task) = task else { return load(self, files, limit, |_| true) };
        let suffix = format!("-{task}");
        files.retain(|file| file.name().ends_with(&suffix) || !file.name().contains('-'));
        load(self, files, limit, |record| record.task == *task)
    }

    /// The newest `limit` readable records of a task.
    fn of_task(&self, task: &TaskKey, limit: usize) -> Result<Vec<AttemptRecord>> {
        Ok(self.list(Some(task), limit)?.records)
    }

    /// `None` when there is no such record; an error when it cannot be read.
    fn get(&self, attempt: &AttemptName) -> Result<Option<AttemptRecord>> {
        let file = self.files(Under::Runs)?.into_iter().find(|file| file.name() == attempt.as_str());
        let Some(file) = file else { return Ok(None) };
        let bytes = self.read(&file)?;
        bytes.map(|bytes| parse(&bytes)).transpose().with_context(|| format!("cannot read {}", file.path))
    }
}

/// The two trees of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    Runs,
    Facts,
}

impl Under {
    fn as_str(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Facts => "facts",
        }
    }
}

/// A record's or a fact's file, not yet read.
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

    /// `YYYY-MM`, of what lies in `runs/YYYY/MM/` or `facts/YYYY/MM/`.
    fn month(&self) -> Option<String> {
        let parts: Vec<&str> = self.path.as_str().split('/').collect();
        match *parts {
            ["runs" | "facts", year, month, _] if digits(year, 4) && digits(month, 2) => {
                Some(format!("{year}-{month}"))
            }
            _ => None,
        }
    }
}

/// By month, then by run id as a number; ULIDs sort by time as they are.
fn newest_first(mut files: Vec<Filed>) -> Vec<Filed> {
    files.sort_by_cached_key(|file| {
        let month = file.path.as_str().rsplit_once('/').map_or("", |(month, _)| month).to_owned();
        let run = file.name().split('-').next().and_then(|run| run.parse::<u64>().ok());
        std::cmp::Reverse((month, run, file.path.clone()))
    });
    files
}

/// Reads until `limit` wanted records are found.
fn load<S: Store + ?Sized>(
    store: &S,
    files: Vec<Filed>,
    limit: usize,
    wanted: impl Fn(&AttemptRecord) -> bool,
) -> Result<Listed> {
    let mut listed = Listed::default();
    for file in files {
        if listed.records.len() >= limit {
            break;
        }
        let (Some(bytes), path) = (store.read(&file)?, &file.path) else { continue };
        match parse(&bytes) {
            Ok(record) if !wanted(&record) => {}
            Ok(record) => {
                if record.schema > SCHEMA {
                    listed.notes.push(format!("{path}: written by a newer version (schema {})", record.schema));
                }
                listed.records.push(record);
            }
            Err(error) => listed.notes.push(format!("{path}: skipped: {error:#}")),
        }
    }
    listed.records.sort_by(|a, b| (&b.started, &b.attempt).cmp(&(&a.started, &a.attempt)));
    Ok(listed)
}

fn parse(bytes: &[u8]) -> Result<AttemptRecord> {
    serde_json::from_slice(bytes).context("not a record")
}

/// Where a record belongs.
fn path_of(record: &AttemptRecord) -> Result<RelPath> {
    let month = month_of(&record.started).with_context(|| format!("the record's start `{}`", record.started))?;
    Ok(RelPath::parse(format!("runs/{month}/{}.json", record.attempt))?)
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

/// The record or fact as it is stored: readable, and without this run's secrets.
fn to_bytes(record: &impl serde::Serialize, mask: &dyn Fn(&str) -> String) -> Result<Vec<u8>> {
    let value: Value = serde_json::to_value(record).context("cannot write the record as JSON")?;
    let mut bytes = serde_json::to_vec_pretty(&crate::forge::mask_json(&value, mask))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Whether what lies there may be replaced by `record`.
fn ensure_same_attempt(there: &[u8], record: &AttemptRecord, path: &RelPath) -> Result<()> {
    let same = parse(there).is_ok_and(|there| there.attempt == record.attempt && there.task == record.task);
    ensure!(same, "{path} holds something else than attempt {}: move it away", record.attempt);
    Ok(())
}

#[cfg(test)]
mod tests;

/// A record to test with.
#[cfg(test)]
pub(crate) fn example(attempt: &str, started: &str) -> AttemptRecord {
    let task = attempt.rsplitn(3, '-').collect::<Vec<_>>();
    serde_json::from_value(serde_json::json!({
        "schema": SCHEMA, "attempt": attempt, "task": format!("{}-{}", task[1], task[0]), "started": started,
        "ended": started, "event": "issues.opened", "outcome": "fixed", "reason": "r", "tried": [], "guards": [],
        "seconds": { "total": 1.0, "verify": 0.5, "hands": 0.1 }, "tokens": { "input": 0, "output": 0 },
        "cost_usd": 0.0, "version": "0.1.0",
    }))
    .unwrap()
}
