//! What crosses from the process or job that ran repository code to the one that holds the token: a
//! task, how it was healed, and a digest that travels by another road.

use crate::forge::mask_json;
use crate::ids::{AttemptName, BranchName, Sha};
use crate::record::{Healing, SCHEMA};
use crate::report::Story;
use crate::task::Task;
use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{File, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// The file in the directory that `propose --out DIR` writes.
pub const FILE: &str = "proposal.json";
/// The same patch for people: `git apply fix.patch`.
pub const PATCH: &str = "fix.patch";
/// Patches are capped by policy far below; a larger file is not ours.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// What reports tell of it before anything is published.
    pub fn story(&self) -> Story<'_> {
        Story {
            task: &self.task,
            healing: &self.healing,
            attempt: &self.attempt,
            base: self.base.as_ref(),
            target: &self.target,
            branch: None,
            commit: None,
            web: "",
            run_url: None,
            pull_url: None,
            refused: None,
            compare_url: None,
        }
    }

    /// Writes the proposal (and the patch beside it) and returns the digest to announce. What is told about the
    /// repair is masked; the patch is the repository's own text and must stay what was proven.
    pub fn seal(&self, dir: &Path, mask: &dyn Fn(&str) -> String) -> Result<String> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let bytes = self.to_bytes(mask)?;
        write_whole(&dir.join(FILE), &bytes)?;
        if let Some(candidate) = &self.healing.candidate {
            write_whole(&dir.join(PATCH), candidate.patch.unified_diff().as_bytes())?;
        }
        Ok(digest(&bytes))
    }

    pub fn to_bytes(&self, mask: &dyn Fn(&str) -> String) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(&self.masked(mask)?)?)
    }

    fn masked(&self, mask: &dyn Fn(&str) -> String) -> Result<Value> {
        let mut whole = serde_json::to_value(self)?;
        let patch = whole.pointer_mut("/healing/candidate/patch").map(Value::take);
        for part in ["/healing", "/task/title", "/task/body"] {
            if let Some(told) = whole.pointer_mut(part) {
                *told = mask_json(told, mask);
            }
        }
        if let (Some(place), Some(patch)) = (whole.pointer_mut("/healing/candidate/patch"), patch) {
            *place = patch;
        }
        Ok(whole)
    }

    /// Reads a sealed proposal; `announced` is the digest that came another way.
    pub fn open(dir: &Path, announced: &str) -> Result<Self, SealError> {
        let path = dir.join(FILE);
        let name = path.display().to_string();
        let unreadable = |e: &dyn std::fmt::Display| SealError::Unreadable(name.clone(), e.to_string());
        let bytes = read_plain(&path).map_err(|e| unreadable(&e))?;
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
    format!("sha256:{}", crate::ids::digest(bytes, 32))
}

/// A file and nothing that only has the name of one: the folder may come from a job that ran foreign code, and a
/// pipe would never end, a device never stop, a link lead anywhere.
fn read_plain(path: &Path) -> Result<Vec<u8>> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    ensure!(file.metadata()?.is_file(), "it is not a plain file");
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    ensure!(bytes.len() as u64 <= MAX_BYTES, "it has more than {MAX_BYTES} bytes");
    Ok(bytes)
}

/// A reader sees the old file or the new one, never half of it; a link of that name is replaced, not followed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> Result<()> {
        let mut part = tempfile::NamedTempFile::new_in(path.parent().context("no folder")?)?;
        part.write_all(bytes)?;
        part.as_file().set_permissions(Permissions::from_mode(0o644))?;
        part.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_of_a_sane_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE);
        let why = || Proposal::open(dir.path(), "sha256:00").unwrap_err().to_string();
        assert!(why().contains("cannot be read"));
        std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
        assert!(why().contains("cannot be read"), "{}", why());
        std::fs::remove_file(&file).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &file, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(why().contains("not a plain file"), "{}", why());
        std::fs::remove_file(&file).unwrap();
        File::create(&file).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(why().contains("more than"), "{}", why());
        File::create(&file).unwrap().set_len(10).unwrap();
        assert!(why().contains("is not the proposal that was sealed"), "{}", why());
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join(PATCH));
        std::fs::write(&target, "mine").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"mine");
        assert_eq!(std::fs::read(&link).unwrap(), b"new");
    }
}
