//! Which files of a tree a text is about: the walk feeds the ranking.

use crate::brain::locate::{Query, rank, worth_reading};
use crate::ids::RelPath;
use crate::record::Suspect;
use crate::workspace;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Larger files are generated, or data.
const LARGEST_FILE: u64 = 1 << 20;

/// The `top` best files, best first. `recent` names lately changed files, the last change first.
pub fn locate(repo: &Path, query: &Query, top: usize, recent: &[RelPath]) -> Vec<Suspect> {
    let docs = Mutex::new(Vec::new());
    workspace::visit(repo, LARGEST_FILE, worth_reading, |path, bytes| {
        if let Some(doc) = query.scan(path, bytes) {
            docs.lock().unwrap_or_else(PoisonError::into_inner).push(doc);
        }
    });
    let docs = docs.into_inner().unwrap_or_else(PoisonError::into_inner);
    rank(query, &docs, recent).refine(top, |path| workspace::read(repo, path).ok().flatten())
}
