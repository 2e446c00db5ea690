//! Everything beside the attempts: one file per fact, `facts/YYYY/MM/<id>.json`, written once and never again.

use super::{Filed, Store, Under, month_of};
use crate::ids::{RelPath, RepoSlug, TaskKey};
use crate::record::SCHEMA;
use crate::record::entry::Entry;
use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use std::collections::HashSet;

/// Which facts are asked for; by default all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// As [`crate::record::entry::Fact::kind`] says them; empty: all.
    pub kinds: Vec<String>,
    pub task: Option<TaskKey>,
    pub repository: Option<RepoSlug>,
    /// RFC 3339, or the beginning of one (`2026-05`); this time and later.
    pub since: Option<String>,
    /// The newest so many; 0: all.
    pub limit: usize,
}

impl Wanted {
    fn takes(&self, entry: &Entry) -> bool {
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == entry.fact.kind()))
            && (self.task.is_none() || self.task == entry.task)
            && (self.repository.is_none() || self.repository == entry.repository)
            && self.since.as_deref().is_none_or(|since| entry.at.as_str() >= since)
    }

    /// Whether a month can hold any of them.
    fn reaches(&self, month: &str) -> bool {
        let since = self.since.as_deref().and_then(|since| since.get(..7.min(since.len())));
        since.is_none_or(|since| month >= since)
    }
}

/// Facts, newest first, and what could not be read, for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entries {
    pub entries: Vec<Entry>,
    pub notes: Vec<String>,
}

/// Where a fact belongs.
pub(super) fn path_of(entry: &Entry) -> Result<RelPath> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let id = entry.id.as_str();
    let fits = (1..=120).contains(&id.len()) && id.bytes().all(plain) && !id.starts_with('.');
    ensure!(fits, "the id `{id:.130}` of a fact is not 1 to 120 letters, digits, -, _ and .");
    let month = month_of(&entry.at).with_context(|| format!("the time `{}` of the fact {id}", entry.at))?;
    Ok(RelPath::parse(format!("facts/{month}/{id}.json"))?)
}

/// What every version of an entry has.
#[derive(Deserialize)]
struct Head {
    schema: u32,
    kind: String,
}

/// The entry, or why this version does not read it.
fn parse(bytes: &[u8]) -> std::result::Result<Entry, String> {
    let head: Head = serde_json::from_slice(bytes).map_err(|error| format!("skipped: not a fact: {error}"))?;
    if head.schema > SCHEMA {
        return Err(format!("skipped: written by a newer version (schema {})", head.schema));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("skipped: kind {:.40}: {error}", head.kind))
}

pub(super) fn load<S: Store + ?Sized>(store: &S, wanted: &Wanted) -> Result<Entries> {
    let mut found = Entries::default();
    let mut files = store.files(Under::Facts)?;
    files.retain(|file| file.month().is_none_or(|month| wanted.reaches(&month)));
    // Of a fact that was told twice, in two months even, the first is kept.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut seen: HashSet<String> = HashSet::new();
    for file in files {
        let Filed { path, .. } = &file;
        let Some(bytes) = store.read(&file)? else { continue };
        match parse(&bytes) {
            Ok(entry) => {
                if wanted.takes(&entry) && seen.insert(entry.id.clone()) {
                    found.entries.push(entry);
                }
            }
            Err(why) => found.notes.push(format!("{path}: {why}")),
        }
    }
    found.entries.sort_by(|a, b| (&b.at, &b.id).cmp(&(&a.at, &a.id)));
    if wanted.limit > 0 {
        found.entries.truncate(wanted.limit);
    }
    Ok(found)
}
