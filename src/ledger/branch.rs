//! The ledger on an orphan branch at the forge: one commit per write, nothing ever forced.

use super::{Filed, Put, Store, Under, ensure_same_attempt, facts, path_of, to_bytes};
use crate::forge::{Forge, ForgeError, RefCreated, RefUpdate};
use crate::git::TreeEntry;
use crate::ids::{AttemptName, BranchName, RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeSet;
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
        let is_there = self.try_commit(tip.as_ref(), &Patch::from_files([file]), &message)?;
        Ok(is_there.then_some(Put::Written))
    }

    /// All that are not there yet in one commit; `None`: somebody else was quicker.
    fn try_append(&self, files: &[(RelPath, Vec<u8>)]) -> Result<Option<Vec<Put>>> {
        let tip = self.forge.branch_tip(&self.branch)?;
        let paths: Vec<RelPath> = files.iter().map(|(path, _)| path.clone()).collect();
        let mut there: BTreeSet<RelPath> = match &tip {
            Some(tip) => self.forge.entries(tip, &paths)?.into_keys().collect(),
            None => BTreeSet::new(),
        };
        let is_new: Vec<bool> = paths.into_iter().map(|path| there.insert(path)).collect();
        let put = |new: &bool| if *new { Put::Written } else { Put::Unchanged };
        let answer = is_new.iter().map(put).collect();
        let fresh = files.iter().zip(&is_new).filter(|(_, new)| **new).map(|((path, content), _)| FilePatch {
            path: path.clone(),
            before: None,
            after: Some(content.clone()),
        });
        let patch = Patch::from_files(fresh);
        if patch.files().is_empty() {
            return Ok(Some(answer));
        }
        let message = crate::report::count(patch.files().len(), "fact");
        Ok(self.try_commit(tip.as_ref(), &patch, &message)?.then_some(answer))
    }

    fn try_commit(&self, tip: Option<&Sha>, patch: &Patch, message: &str) -> Result<bool> {
        match self.forge.create_commit(tip, patch, message) {
            Ok(commit) => self.move_to(tip, &commit),
            Err(ForgeError::Stale { .. } | ForgeError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Tries until nobody is quicker. `salt` tells us from others who lost the same race.
    fn until_written<T>(&self, salt: &str, attempt: impl Fn() -> Result<Option<T>>) -> Result<T> {
        if let Some(why) = self.unusable()? {
            bail!(why);
        }
        for lost in 1..=TRIES {
            let tried = attempt();
            match tried.with_context(|| format!("cannot write the ledger on branch {}", self.branch))? {
                Some(done) => return Ok(done),
                None => std::thread::sleep(self.pause * lost + spread(salt, self.pause)),
            }
        }
        bail!("the ledger branch {} moved {TRIES} times while we wrote: try again", self.branch)
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

    /// A branch of people's is never written to: ours holds at least one record or fact.
    fn unusable(&self) -> Result<Option<String>> {
        let is_record = |file: &Filed| AttemptName::parse(file.name()).is_ok() && file.month().is_some();
        if self.forge.branch_tip(&self.branch)?.is_none() {
            return Ok(None);
        }
        for under in [Under::Runs, Under::Facts] {
            if self.files(under)?.iter().any(is_record) {
                return Ok(None);
            }
        }
        Ok(Some(format!("ledger.branch is {}, which exists and is no ledger: name a branch of its own", self.branch)))
    }

    fn put(&self, record: &AttemptRecord) -> Result<Put> {
        let path = path_of(record)?;
        let content = to_bytes(record, &|text| self.forge.mask(text))?;
        self.until_written(record.attempt.as_str(), || self.try_put(record, &path, &content))
    }

    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>> {
        let Some(first) = entries.first() else { return Ok(Vec::new()) };
        let mask = |text: &str| self.forge.mask(text);
        let file = |entry| Ok((facts::path_of(entry)?, to_bytes(entry, &mask)?));
        let files = entries.iter().map(file).collect::<Result<Vec<_>>>()?;
        self.until_written(&first.id, || self.try_append(&files))
    }

    fn files(&self, under: Under) -> Result<Vec<Filed>> {
        let Some(tip) = self.forge.branch_tip(&self.branch)? else { return Ok(Vec::new()) };
        let runs = RelPath::parse(under.as_str())?;
        let filed = |(path, entry): (RelPath, TreeEntry)| Filed { path, blob: Some(entry.id) };
        let files = self.forge.list(&tip, Some(&runs))?.entries.into_iter().map(filed);
        Ok(files.filter(|file| file.path.extension() == "json").collect())
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        file.blob.as_ref().map(|blob| self.forge.blob(blob)).transpose().map_err(Into::into)
    }
}

/// Attempts that lost the same race wait differently long.
fn spread(salt: &str, pause: Duration) -> Duration {
    let sum: u32 = salt.bytes().map(u32::from).sum();
    pause * (sum % 16) / 16
}
