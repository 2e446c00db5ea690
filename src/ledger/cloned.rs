//! The ledger branch as a clone of the repository has it: for reading.

use super::{Put, Store};
use crate::git::Repo;
use crate::ids::{RelPath, Sha};
use crate::record::AttemptRecord;
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

    fn paths(&self) -> Result<Vec<RelPath>> {
        let runs = RelPath::parse("runs")?;
        let all = self.repo.list(&self.tip, Some(&runs))?;
        Ok(all.into_iter().map(|(path, _)| path).filter(|path| path.as_str().ends_with(".json")).collect())
    }

    fn read(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        self.repo.file(&self.tip, path)
    }
}
