//! What changed: in recent commits, between two commits, since a commit, and what is not committed.

use super::{FileMode, Repo};
use crate::ids::{RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use anyhow::{Context as _, Result};
use std::collections::HashMap;

/// A change as a patch over plain files, and whatever a patch cannot say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub patch: Patch,
    /// Links, submodules and executables that came, went or changed kind, and names that are not UTF-8.
    pub modes: Vec<ModeChange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeChange {
    /// Lossy where it is not UTF-8.
    pub path: String,
    pub before: Option<FileMode>,
    pub after: Option<FileMode>,
}

/// A path that differs from HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirty {
    /// Lossy where it is not UTF-8.
    pub path: String,
    pub untracked: bool,
}

impl Repo {
    /// The paths touched by the last `limit` commits from HEAD along the first parents, each with the rank
    /// of the newest commit that touched it (0: the last one). A cut-off history just ends.
    pub fn recent_paths(&self, limit: usize) -> Result<HashMap<String, usize>> {
        let mut ranks = HashMap::new();
        let mut next = self.head()?.commit.and_then(|id| self.find_commit(&id).ok());
        for rank in 0..limit {
            let Some(commit) = next else { break };
            next = commit.parent(0).ok();
            // The last commit of a shallow history seems to have made every file.
            if next.is_none() && commit.parent_count() > 0 {
                break;
            }
            let before = next.as_ref().map(git2::Commit::tree).transpose()?;
            let diff = self.inner.diff_tree_to_tree(before.as_ref(), Some(&commit.tree()?), None)?;
            for path in diff.deltas().filter_map(|delta| delta.new_file().path_bytes()) {
                ranks.entry(String::from_utf8_lossy(path).into_owned()).or_insert(rank);
            }
        }
        Ok(ranks)
    }

    pub fn changes_between(&self, from: &Sha, to: &Sha) -> Result<Changes> {
        let diff = self.inner.diff_tree_to_tree(Some(&self.tree(from)?), Some(&self.tree(to)?), None)?;
        self.changes(&diff)
    }

    /// The commits that `to` has and `from` has not, oldest first; merges, which bring nothing of their own,
    /// left out.
    pub fn commits_between(&self, from: Option<&Sha>, to: &Sha) -> Result<Vec<Sha>> {
        let mut walk = self.inner.revwalk()?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
        walk.push(self.find_commit(to)?.id())?;
        if let Some(from) = from {
            walk.hide(self.find_commit(from)?.id())?;
        }
        let mut commits = Vec::new();
        for id in walk {
            let id = id.context("cannot walk the history")?;
            if self.inner.find_commit(id)?.parent_count() < 2 {
                commits.push(Sha::parse(id.to_string())?);
            }
        }
        Ok(commits)
    }

    /// What the commit changed against its first parent; everything for a first commit.
    pub fn changes_of(&self, commit: &Sha) -> Result<Changes> {
        let found = self.find_commit(commit)?;
        let parent = found.parent(0).ok().map(|parent| parent.tree()).transpose()?;
        let diff = self.inner.diff_tree_to_tree(parent.as_ref(), Some(&found.tree()?), None)?;
        self.changes(&diff)
    }

    /// The working tree against a commit: committed since, staged, changed and new (not ignored) files.
    pub fn changes_since(&self, from: &Sha) -> Result<Changes> {
        let mut options = git2::DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true);
        let diff = self
            .inner
            .diff_tree_to_workdir_with_index(Some(&self.tree(from)?), Some(&mut options))
            .context("cannot compare the working tree")?;
        self.changes(&diff)
    }

    /// What is not committed; ignored files left out.
    pub fn dirty(&self) -> Result<Vec<Dirty>> {
        let mut options = git2::StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).exclude_submodules(true).include_ignored(false);
        let statuses = self.inner.statuses(Some(&mut options)).context("cannot read the status")?;
        let dirty = |entry: git2::StatusEntry<'_>| Dirty {
            path: String::from_utf8_lossy(entry.path_bytes()).into_owned(),
            untracked: entry.status().is_wt_new(),
        };
        Ok(statuses.iter().map(dirty).collect())
    }

    fn changes(&self, diff: &git2::Diff<'_>) -> Result<Changes> {
        let mut files = Vec::new();
        let mut modes = Vec::new();
        for delta in diff.deltas() {
            let bytes = delta.new_file().path_bytes().unwrap_or_default();
            let name = String::from_utf8_lossy(bytes).into_owned();
            let path = std::str::from_utf8(bytes).ok().and_then(|name| RelPath::parse(name).ok());
            let (before, after) = (mode(&delta.old_file()), mode(&delta.new_file()));
            let executable = Some(FileMode::Executable);
            let flipped = before != after && after.is_some() && (before == executable || after == executable);
            if path.is_none() || flipped || is_special(before) || is_special(after) {
                modes.push(ModeChange { path: name, before, after });
            }
            if let Some(path) = path {
                let before = self.content(&delta.old_file(), &path)?;
                let after = self.content(&delta.new_file(), &path)?;
                files.push(FilePatch { path, before, after });
            }
        }
        Ok(Changes { patch: Patch::from_files(files), modes })
    }

    /// The content of one side; a file that is only in the working tree has no object yet.
    fn content(&self, file: &git2::DiffFile<'_>, path: &RelPath) -> Result<Option<Vec<u8>>> {
        if !matches!(mode(file), Some(FileMode::File | FileMode::Executable)) {
            return Ok(None);
        }
        if let Ok(blob) = self.inner.find_blob(file.id()) {
            return Ok(Some(blob.content().to_vec()));
        }
        let root = self.workdir().context("a bare repository has no working tree")?;
        std::fs::read(root.join(path.as_str())).map(Some).with_context(|| format!("cannot read {path}"))
    }
}

fn is_special(mode: Option<FileMode>) -> bool {
    matches!(mode, Some(FileMode::Symlink | FileMode::Submodule))
}

fn mode(file: &git2::DiffFile<'_>) -> Option<FileMode> {
    match file.mode() {
        git2::FileMode::Unreadable => None,
        mode => Some(FileMode::from_bits(u32::from(mode))),
    }
}
