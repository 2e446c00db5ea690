//! A repository beside the real one in which a patch is committed already: for commands that ask git whether
//! anything has changed. The real one is only read.

use super::{OURS, Repo, sha};
use crate::ids::Sha;
use crate::patch::Patch;
use anyhow::{Context as _, Result};
use std::path::Path;

/// What decides how git compares files; nothing that names a program.
const SETTINGS: &[&str] = &["autocrlf", "eol", "safecrlf", "filemode", "symlinks", "ignorecase", "precomposeunicode"];
/// References beyond this are left out.
const MOST_REFERENCES: usize = 2000;

impl Repo {
    /// Makes it in the empty folder `into`: HEAD is the last commit and the patch, the index is the same, the working
    /// tree is the real one. `None` when the patch does not fit the last commit.
    pub fn shadow(&self, into: &Path, patch: &Patch) -> Result<Option<Sha>> {
        let (Some(head), Some(tree)) = (self.head()?.commit, self.workdir()) else { return Ok(None) };
        let shadow = Self::init_bare(into)?.inner;
        let objects = self.inner.commondir().join("objects");
        let mut alternates = objects.to_string_lossy().into_owned();
        alternates.push('\n');
        std::fs::create_dir_all(into.join("objects/info"))?;
        std::fs::write(into.join("objects/info/alternates"), alternates)?;
        std::fs::create_dir_all(into.join("info"))?;
        for file in ["info/exclude", "shallow"] {
            if let Ok(text) = std::fs::read(self.inner.commondir().join(file)) {
                std::fs::write(into.join(file), text)?;
            }
        }
        let mut config = shadow.config()?;
        let real = self.inner.config()?;
        for name in SETTINGS.iter().map(|name| format!("core.{name}")) {
            if let Ok(value) = real.get_string(&name) {
                config.set_str(&name, &value)?;
            }
        }
        config.set_bool("core.bare", false)?;
        config.set_str("core.worktree", &tree.to_string_lossy())?;
        drop(shadow);
        // Opened again: only now the objects of the real one are seen.
        let shadow = Self { inner: git2::Repository::open(into)? };
        let Ok(commit) = shadow.create_commit(Some(&head), patch, "the repair", OURS)? else { return Ok(None) };
        self.copy_references(&shadow)?;
        let id = git2::Oid::from_str(commit.as_str())?;
        shadow.inner.set_head_detached(id)?;
        let mut index = shadow.inner.index()?;
        index.read_tree(&shadow.inner.find_commit(id)?.tree()?)?;
        index.write().context("cannot write an index")?;
        Ok(Some(sha(id)))
    }

    fn copy_references(&self, shadow: &Self) -> Result<()> {
        for reference in self.inner.references()?.flatten().take(MOST_REFERENCES) {
            if let (Ok(name), Some(target)) = (reference.name(), reference.target()) {
                // One that does not point to an object is of no use here.
                let _ = shadow.inner.reference(name, target, true, "copied");
            }
        }
        Ok(())
    }
}
