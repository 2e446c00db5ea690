//! The history in steps that can be looked at one by one and taken back: the newest first, each against what
//! was before it.

use super::{Repo, sha};
use crate::ids::{RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use anyhow::{Context as _, Result};
use std::path::Path;
use std::time::SystemTime;

/// A commit along the first parents (a merge with all that it brought), or what is not committed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The state before it.
    pub from: Sha,
    /// The state that it made; `None` is the working tree.
    pub to: Option<Sha>,
    /// Empty for what is not committed.
    pub title: String,
    /// Without the address.
    pub author: String,
}

impl Repo {
    /// The last `most` steps, the newest first, back to `since` where it is given and known. A file that is only in
    /// the working tree counts when it was there before `began`: a command that runs since makes files, too.
    pub fn steps(&self, since: Option<&Sha>, most: usize, began: SystemTime) -> Result<Vec<Step>> {
        let Some(head) = self.head()?.commit else { return Ok(Vec::new()) };
        let mut steps = Vec::new();
        if !self.uncommitted(&head, began)?.is_empty() {
            steps.push(Step { from: head.clone(), to: None, title: String::new(), author: String::new() });
        }
        let mut next = head.clone();
        while steps.len() < most && since != Some(&next) {
            let Some(step) = self.step(&next)? else { break };
            next = step.from.clone();
            steps.push(step);
        }
        let reached = since.is_none_or(|since| *since == next || !self.has_commit(since));
        match since.filter(|_| !reached) {
            // Not along the first parents, or further away: one step with everything in it.
            Some(since) => Ok(self.whole(since, &head)?.into_iter().collect()),
            None => Ok(steps),
        }
    }

    /// `None` for the first commit, and where the history is cut off.
    fn step(&self, to: &Sha) -> Result<Option<Step>> {
        let commit = self.find_commit(to)?;
        let Some(parent) = commit.parent_ids().next().map(sha).filter(|parent| self.has_commit(parent)) else {
            return Ok(None);
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let message = text(commit.message_bytes());
        let title = message.trim_start().lines().next().unwrap_or_default().to_owned();
        Ok(Some(Step { from: parent, to: Some(to.clone()), title, author: text(commit.author().name_bytes()) }))
    }

    /// From where the two parted to the last commit.
    fn whole(&self, since: &Sha, head: &Sha) -> Result<Option<Step>> {
        let Ok(base) = self.inner.merge_base(super::oid(since)?, super::oid(head)?) else { return Ok(None) };
        let from = sha(base);
        let last = self.step(head)?.filter(|_| from != *head);
        Ok(last.map(|last| Step { from, ..last }))
    }

    /// What a step changed in the folder `below` (the whole tree where it is empty); paths as they are called there.
    pub fn change_of(&self, step: &Step, below: &str, began: SystemTime) -> Result<Patch> {
        match &step.to {
            Some(to) => Ok(self.changes_between(&step.from, to)?.patch.within(below)),
            None => Ok(self.uncommitted(&step.from, began)?.within(below)),
        }
    }

    /// The working tree against a commit, like [`Repo::change_of`].
    pub fn change_since(&self, from: &Sha, below: &str, began: SystemTime) -> Result<Patch> {
        Ok(self.uncommitted(from, began)?.within(below))
    }

    fn uncommitted(&self, from: &Sha, began: SystemTime) -> Result<Patch> {
        let changes = self.changes_since(from)?;
        let root = self.workdir().context("a bare repository has no working tree")?.to_owned();
        let counts = |file: &&FilePatch| file.before.is_some() || !is_made_since(&root, &file.path, began);
        Ok(Patch::from_files(changes.patch.files().iter().filter(counts).cloned()))
    }
}

fn is_made_since(root: &Path, path: &RelPath, began: SystemTime) -> bool {
    let written = std::fs::symlink_metadata(root.join(path.as_str())).and_then(|meta| meta.modified());
    written.is_ok_and(|written| written >= began)
}
