//! The ledger branch as a repository on this machine has it: for reading.

use super::files::{Change, Files, Plan, View};
use super::{Filed, Under};
use crate::git::{Repo, TreeEntry};
use crate::ids::{RelPath, Sha};
use anyhow::{Result, ensure};
use std::collections::BTreeSet;

pub struct Cloned {
    at: Commit,
    name: String,
}

impl Cloned {
    /// The local branch, else the one of `origin`; `None` when there is neither.
    pub fn open(repo: Repo, branch: &str) -> Result<Option<Self>> {
        for name in [format!("refs/heads/{branch}"), format!("refs/remotes/origin/{branch}")] {
            if let Some(tip) = repo.resolve(&name)? {
                return Ok(Some(Self { at: Commit { repo, tip }, name }));
            }
        }
        Ok(None)
    }
}

impl Files for Cloned {
    fn place(&self) -> String {
        self.name.clone()
    }

    fn mask(&self, text: &str) -> String {
        text.to_owned()
    }

    fn view(&self) -> Result<Box<dyn View + '_>> {
        Ok(Box::new(&self.at))
    }

    fn change(&self, _salt: &str, plan: Plan) -> Result<()> {
        let Change { files, .. } = plan(&&self.at)?;
        ensure!(files.is_empty(), "a clone of the ledger is only read; records are written at the forge");
        Ok(())
    }
}

/// A commit whose objects are on this machine.
pub(super) struct Commit {
    pub repo: Repo,
    pub tip: Sha,
}

impl View for &Commit {
    fn list(&self, under: Under) -> Result<Vec<Filed>> {
        let filed = |(path, entry): (RelPath, TreeEntry)| Filed { path, blob: Some(entry.id) };
        let all = self.repo.list(&self.tip, Some(&under.path()))?.into_iter().map(filed);
        Ok(all.filter(|file| under.takes(&file.path)).collect())
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        file.blob.as_ref().map(|blob| self.repo.blob(blob)).transpose()
    }

    fn file(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        self.repo.file(&self.tip, path)
    }

    fn there(&self, paths: &[RelPath]) -> Result<BTreeSet<RelPath>> {
        let mut there = BTreeSet::new();
        for path in paths {
            if self.repo.entry(&self.tip, path)?.is_some() {
                there.insert(path.clone());
            }
        }
        Ok(there)
    }
}
