//! The ledger branch as a clone of the repository has it: for reading.

use super::{Filed, Put, Store, Under};
use crate::git::{Repo, TreeEntry};
use crate::ids::{RelPath, Sha};
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Result, bail};

pub struct Cloned {
    repo: Repo,
    tip: Sha,
    name: String,
}

impl Cloned {
    /// The local branch, else the one of `origin`; `None` when there is neither.
    pub fn open(repo: Repo, branch: &str) -> Result<Option<Self>> {
        for name in [format!("refs/heads/{branch}"), format!("refs/remotes/origin/{branch}")] {
            if let Some(tip) = repo.resolve(&name)? {
                return Ok(Some(Self { repo, tip, name }));
            }
        }
        Ok(None)
    }
}

impl Store for Cloned {
    fn place(&self) -> String {
        self.name.clone()
    }

    fn put(&self, _record: &AttemptRecord) -> Result<Put> {
        bail!("a clone of the ledger is only read; records are written at the forge")
    }

    fn append(&self, _entries: &[Entry]) -> Result<Vec<Put>> {
        bail!("a clone of the ledger is only read; facts are written at the forge")
    }

    fn files(&self, under: Under) -> Result<Vec<Filed>> {
        let runs = RelPath::parse(under.as_str())?;
        let filed = |(path, entry): (RelPath, TreeEntry)| Filed { path, blob: Some(entry.id) };
        let all = self.repo.list(&self.tip, Some(&runs))?.into_iter().map(filed);
        Ok(all.filter(|file| file.path.extension() == "json").collect())
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        file.blob.as_ref().map(|blob| self.repo.blob(blob)).transpose()
    }
}
