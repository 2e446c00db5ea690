//! Which files of a tree a text is about: the walk feeds the ranking.

use crate::brain::locate::{Query, rank, worth_reading};
use crate::git::Repo;
use crate::record::Suspect;
use crate::workspace;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Larger files are generated, or data.
const LARGEST_FILE: u64 = 1 << 20;

/// Commits in which a file counts as lately changed.
const RECENT_COMMITS: usize = 100;

/// The `top` best files, best first.
pub fn locate(repo: &Path, query: &Query, top: usize) -> Vec<Suspect> {
    let docs = Mutex::new(Vec::new());
    let recent = std::thread::scope(|scope| {
        let recent = scope.spawn(|| recent_paths(repo));
        workspace::visit(repo, LARGEST_FILE, worth_reading, |path, bytes| {
            if let Some(doc) = query.scan(path, bytes) {
                docs.lock().unwrap_or_else(PoisonError::into_inner).push(doc);
            }
        });
        recent.join().unwrap_or_default()
    });
    let docs = docs.into_inner().unwrap_or_else(PoisonError::into_inner);
    rank(query, &docs, &recent).refine(top, |path| workspace::read(repo, path).ok().flatten())
}

/// A history that cannot be read is no reason not to rank.
fn recent_paths(repo: &Path) -> HashMap<String, usize> {
    let Ok(git) = Repo::open(repo) else { return HashMap::new() };
    git.recent_paths(RECENT_COMMITS).unwrap_or_default()
}
