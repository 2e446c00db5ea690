//! `--branch`: the repair as a commit on a new branch, on top of HEAD; the working tree is not touched.

use super::{held::held, surroundings, usage};
use crate::git::{self, Moved, RefState, Repo};
use crate::ids::{BranchName, Sha};
use crate::patch::Patch;
use crate::report::{self, Story};
use crate::stage::proposal::Proposal;
use anyhow::{Context as _, Result};
use std::path::Path;

/// Where the commit goes; what can be known to stand in its way is known before any work.
pub struct Place {
    repo: Repo,
    branch: BranchName,
    head: Sha,
    /// Where the tree lies in the repository; empty for its root.
    below: String,
}

impl Place {
    pub fn find(root: &Path, branch: &str) -> Result<Self> {
        let branch = BranchName::parse(branch).map_err(usage)?;
        let repo = Repo::discover(root)?;
        let repo = repo.ok_or_else(|| usage(format!("--branch: {} is not in a git repository", root.display())))?;
        let head =
            repo.head()?.commit.ok_or_else(|| usage("--branch: the repository has no commit yet to put one on"))?;
        if repo.branch_tip(branch.as_str())?.is_some() {
            return Err(taken(&branch));
        }
        repo.workdir().context("no working tree")?;
        let below = repo.place_of(root).unwrap_or_default();
        Ok(Self { repo, branch, head, below })
    }

    /// Says where the commit is.
    pub fn commit(&self, root: &Path, proposal: &Proposal, patch: &Patch) -> Result<String> {
        if let Some(inner) = surroundings::inner_repository(root, patch) {
            return Err(usage(format!(
                "--branch: the repair lies in {inner}, which is a repository of its own; run it there (--repo {inner})"
            )));
        }
        let message = report::commit_message(&Story { branch: Some(&self.branch), ..proposal.story() });
        let message = held().mask(&message).into_owned();
        let commit = match self.repo.create_commit(Some(&self.head), &patch.below(&self.below)?, &message, git::OURS)? {
            Ok(commit) => commit,
            Err(path) => {
                let why = "is not as the last commit has it; commit it first, or leave out --branch";
                return Err(usage(format!("--branch: {path} {why}")));
            }
        };
        match self.repo.move_branch(&self.branch, RefState::Absent, Some(&commit))? {
            Moved::Yes => Ok(format!("{} at {}", self.branch, commit.short())),
            _ => Err(taken(&self.branch)),
        }
    }
}

fn taken(branch: &BranchName) -> anyhow::Error {
    usage(format!("--branch: the branch {branch} exists already, or one whose name collides; choose another name"))
}
