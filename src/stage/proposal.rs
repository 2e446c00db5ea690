//! What crosses from the process or job that ran repository code to the one that holds the token: a
//! task, how it was healed, and a digest that travels by another road.

use crate::ids::{AttemptName, BranchName, Sha};
use crate::record::{Healing, SCHEMA};
use crate::task::Task;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// The file in the directory that `propose --out DIR` writes.
pub const FILE: &str = "proposal.json";
/// The same patch for people: `git apply fix.patch`.
pub const PATCH: &str = "fix.patch";
/// Patches are capped by policy far below; a larger file is not ours.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub schema: u32,
    pub attempt: AttemptName,
    /// RFC 3339, UTC.
    pub started: String,
    pub event: String,
    pub task: Task,
    pub base: Option<Sha>,
    pub target: BranchName,
    pub healing: Healing,
}

/// Why a sealed proposal is not taken. For the user.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, String),
    #[error("{0} is not the proposal that was sealed: its digest is {1}, announced was {2}")]
    Digest(String, String, String),
    #[error("{0} has schema {1}; this version reads {SCHEMA}")]
    Schema(String, u32),
}

impl Proposal {
    /// Writes the proposal (and the patch beside it) and returns the digest to announce.
    pub fn seal(&self, dir: &Path) -> Result<String> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let bytes = serde_json::to_vec(self)?;
        write_whole(&dir.join(FILE), &bytes)?;
        if let Some(candidate) = &self.healing.candidate {
            write_whole(&dir.join(PATCH), candidate.patch.unified_diff().as_bytes())?;
        }
        Ok(digest(&bytes))
    }

    /// Reads a sealed proposal; `announced` is the digest that came another way.
    pub fn open(dir: &Path, announced: &str) -> Result<Self, SealError> {
        let path = dir.join(FILE);
        let name = path.display().to_string();
        let unreadable = |e: &dyn std::fmt::Display| SealError::Unreadable(name.clone(), e.to_string());
        let size = std::fs::metadata(&path).map_err(|e| unreadable(&e))?.len();
        if size > MAX_BYTES {
            return Err(unreadable(&format!("it has {size} bytes")));
        }
        let bytes = std::fs::read(&path).map_err(|e| unreadable(&e))?;
        let found = digest(&bytes);
        if found != announced.trim() {
            return Err(SealError::Digest(name, found, announced.trim().chars().take(80).collect()));
        }
        let proposal: Self = serde_json::from_slice(&bytes).map_err(|e| unreadable(&e))?;
        if proposal.schema != SCHEMA {
            return Err(SealError::Schema(name, proposal.schema));
        }
        Ok(proposal)
    }
}

/// Removes what an earlier attempt left in the directory.
pub fn clear(dir: &Path) -> Result<()> {
    for name in [FILE, PATCH] {
        let path = dir.join(name);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(e).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

/// A reader sees the old file or the new one, never half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
