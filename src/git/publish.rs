//! Publishing into a local repository: objects from a patch, and branches that move only from where
//! they are expected to be. No working directory is touched.

use super::{FileMode, Repo, TreeEntry, blob_id, oid, sha};
use crate::ids::{BranchName, RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use anyhow::{Context as _, Result, bail};
use std::time::Duration;

/// Where a branch must be before it is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefState<'a> {
    Absent,
    At(&'a Sha),
}

/// What became of the wish to move a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    Yes,
    /// It was somewhere else: here.
    No(Option<Sha>),
}

/// Name and mail of whoever commits where no forge says who we are.
pub const OURS: (&str, &str) = ("thanos-fix", "thanos-fix@localhost");

impl Repo {
    /// A commit on top of `base` (`None`: an orphan); `Ok(Err(path))` when that file is not as the patch
    /// expects it.
    pub fn create_commit(
        &self,
        base: Option<&Sha>,
        patch: &Patch,
        message: &str,
        author: (&str, &str),
    ) -> Result<std::result::Result<Sha, RelPath>> {
        let base = base.map(|id| self.find_commit(id)).transpose()?;
        let empty = self.inner.treebuilder(None)?.write()?;
        let tree = match &base {
            Some(commit) => commit.tree()?,
            None => self.inner.find_tree(empty)?,
        };
        let mut update = git2::build::TreeUpdateBuilder::new();
        for file in patch.files() {
            let entry = |path| base.as_ref().map_or(Ok(None), |commit| self.entry(&sha(commit.id()), path));
            let old = entry(&file.path)?;
            if !is_as_expected(old.as_ref(), file)? {
                return Ok(Err(file.path.clone()));
            }
            match &file.after {
                Some(content) => {
                    let like = entry(patch.mode_from(file))?;
                    update.upsert(file.path.as_str(), self.inner.blob(content)?, bits(like.as_ref()))
                }
                None => update.remove(file.path.as_str()),
            };
        }
        let new_tree = update.create_updated(&self.inner, &tree).context("cannot write the tree")?;
        let new_tree = self.inner.find_tree(new_tree)?;
        let who = git2::Signature::now(author.0, author.1)?;
        let parents: Vec<_> = base.iter().collect();
        let id =
            self.inner.commit(None, &who, &who, message, &new_tree, &parents).context("cannot write the commit")?;
        Ok(Ok(sha(id)))
    }

    /// Sets (`Some`) or deletes (`None`) a branch, only when it is as expected: compared and changed
    /// under git's own lock of the reference.
    pub fn move_branch(&self, branch: &BranchName, expected: RefState<'_>, new: Option<&Sha>) -> Result<Moved> {
        let name = format!("refs/heads/{branch}");
        let mut transaction = self.lock(&name)?;
        let now = self.branch_tip(branch.as_str())?;
        let wanted = match expected {
            RefState::Absent => None,
            RefState::At(id) => Some(id),
        };
        if now.as_ref() != wanted {
            return Ok(Moved::No(now));
        }
        match new {
            Some(id) => {
                let who = git2::Signature::now(OURS.0, OURS.1)?;
                transaction.set_target(&name, oid(id)?, Some(&who), "thanos-fix")?;
            }
            None => transaction.remove(&name)?,
        }
        transaction.commit().with_context(|| format!("cannot move {branch}"))?;
        Ok(Moved::Yes)
    }

    /// `new` has `old` among its ancestors (or is it).
    pub fn is_forward(&self, old: &Sha, new: &Sha) -> Result<bool> {
        Ok(old == new || self.inner.graph_descendant_of(oid(new)?, oid(old)?)?)
    }

    /// Waits a little for another process that holds the lock.
    fn lock(&self, name: &str) -> Result<git2::Transaction<'_>> {
        for _ in 0..100 {
            let mut transaction = self.inner.transaction()?;
            match transaction.lock_ref(name) {
                Ok(()) => return Ok(transaction),
                Err(error) if error.code() == git2::ErrorCode::Locked => std::thread::sleep(Duration::from_millis(20)),
                Err(error) => return Err(error).with_context(|| format!("cannot lock {name}")),
            }
        }
        bail!("{name} stays locked: if no other git runs, delete its .lock file in {}", self.git_dir().display())
    }
}

fn is_as_expected(old: Option<&TreeEntry>, file: &FilePatch) -> Result<bool> {
    Ok(match (old, &file.before) {
        (None, None) => true,
        (Some(entry), Some(content)) => {
            matches!(entry.mode, FileMode::File | FileMode::Executable | FileMode::Symlink)
                && entry.id == blob_id(content)?
        }
        _ => false,
    })
}

fn bits(old: Option<&TreeEntry>) -> git2::FileMode {
    match old.map(|entry| entry.mode) {
        Some(FileMode::Executable) => git2::FileMode::BlobExecutable,
        Some(FileMode::Symlink) => git2::FileMode::Link,
        _ => git2::FileMode::Blob,
    }
}
