//! The ledger on an orphan branch at the forge: one commit per record, nothing ever forced.

use super::{Filed, Put, Store, ensure_same_attempt, path_of, to_bytes};
use crate::forge::{Forge, ForgeError, RefCreated, RefUpdate};
use crate::git::TreeEntry;
use crate::ids::{AttemptName, BranchName, RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use crate::record::AttemptRecord;
use anyhow::{Context as _, Result, bail};
use std::time::Duration;

/// Many attempts may end in the same second.
const TRIES: u32 = 15;

pub struct Branch<'a> {
    forge: &'a dyn Forge,
    branch: BranchName,
    pause: Duration,
}

impl<'a> Branch<'a> {
    /// `branch` is `thanos/ledger` unless the configuration says otherwise.
    pub fn new(forge: &'a dyn Forge, branch: BranchName) -> Self {
        Self { forge, branch, pause: Duration::from_millis(100) }
    }

    /// The wait after a lost race, times the number of races lost.
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// `None`: somebody else was quicker.
    fn try_put(&self, record: &AttemptRecord, path: &RelPath, content: &[u8]) -> Result<Option<Put>> {
        let tip = self.forge.branch_tip(&self.branch)?;
        let before = tip.as_ref().map(|tip| self.forge.file(tip, path)).transpose()?.flatten();
        if before.as_deref() == Some(content) {
            return Ok(Some(Put::Unchanged));
        }
        if let Some(there) = &before {
            ensure_same_attempt(there, record, path)?;
        }
        let file = FilePatch { path: path.clone(), before, after: Some(content.to_vec()) };
        let message = format!("{}: {}", record.task, record.outcome.as_str());
        let commit = match self.forge.create_commit(tip.as_ref(), &Patch::from_files([file]), &message) {
            Ok(commit) => commit,
            Err(ForgeError::Stale { .. } | ForgeError::Conflict { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(self.move_to(tip.as_ref(), &commit)?.then_some(Put::Written))
    }

    fn move_to(&self, tip: Option<&Sha>, commit: &Sha) -> Result<bool> {
        Ok(match tip {
            Some(tip) => self.forge.update_branch(&self.branch, tip, commit, false)? == RefUpdate::Updated,
            None => self.forge.create_branch(&self.branch, commit)? == RefCreated::Created,
        })
    }
}

impl Store for Branch<'_> {
    fn place(&self) -> String {
        format!("branch {} of {}", self.branch, self.forge.web_url())
    }

    /// A branch of people's is never written to: ours holds at least one record.
    fn unusable(&self) -> Result<Option<String>> {
        let is_record = |file: &Filed| AttemptName::parse(file.name()).is_ok() && file.is_dated();
        if self.forge.branch_tip(&self.branch)?.is_none() || self.files()?.iter().any(is_record) {
            return Ok(None);
        }
        Ok(Some(format!("ledger.branch is {}, which exists and is no ledger: name a branch of its own", self.branch)))
    }

    fn put(&self, record: &AttemptRecord) -> Result<Put> {
        let path = path_of(record)?;
        if let Some(why) = self.unusable()? {
            bail!(why);
        }
        let content = to_bytes(record, &|text| self.forge.mask(text))?;
        for lost in 1..=TRIES {
            let tried = self.try_put(record, &path, &content);
            match tried.with_context(|| format!("cannot write the ledger on branch {}", self.branch))? {
                Some(put) => return Ok(put),
                None => std::thread::sleep(self.pause * lost + spread(record, self.pause)),
            }
        }
        bail!("the ledger branch {} moved {TRIES} times while we wrote: try again", self.branch)
    }

    fn files(&self) -> Result<Vec<Filed>> {
        let Some(tip) = self.forge.branch_tip(&self.branch)? else { return Ok(Vec::new()) };
        let runs = RelPath::parse("runs")?;
        let filed = |(path, entry): (RelPath, TreeEntry)| Filed { path, blob: Some(entry.id) };
        let files = self.forge.list(&tip, Some(&runs))?.entries.into_iter().map(filed);
        Ok(files.filter(|file| file.path.extension() == "json").collect())
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        file.blob.as_ref().map(|blob| self.forge.blob(blob)).transpose().map_err(Into::into)
    }
}

/// Attempts that lost the same race wait differently long.
fn spread(record: &AttemptRecord, pause: Duration) -> Duration {
    let sum: u32 = record.attempt.as_str().bytes().map(u32::from).sum();
    pause * (sum % 16) / 16
}
