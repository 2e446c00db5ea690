//! Which facts somebody asks for.

use super::files::quoted;
use crate::ids::{RepoSlug, TaskKey};
use crate::record::entry::Entry;
use memchr::memmem;

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
    pub(super) fn takes(&self, entry: &Entry) -> bool {
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == entry.fact.kind()))
            && (self.task.is_none() || self.task == entry.task)
            && (self.repository.is_none() || self.repository == entry.repository)
            && self.since.as_deref().is_none_or(|since| entry.at.as_str() >= since)
    }

    /// Whether a month can hold any of them.
    pub(super) fn reaches(&self, month: &str) -> bool {
        let since = self.since.as_deref().and_then(|since| since.get(..7.min(since.len())));
        since.is_none_or(|since| month.is_empty() || month >= since)
    }

    /// Whether the JSON may be one of them: it is not read where it surely is not.
    pub(super) fn may_take(&self, json: &[u8]) -> bool {
        let has = |word: &str| memmem::find(json, &quoted(word)).is_some();
        (self.kinds.is_empty() || self.kinds.iter().any(|kind| has(kind)))
            && self.task.as_ref().is_none_or(|task| has(task.as_str()))
            && self.repository.as_ref().is_none_or(|slug| has(slug.as_str()))
    }
}

/// Facts, newest first, and what could not be read, for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entries {
    pub entries: Vec<Entry>,
    pub notes: Vec<String>,
}
