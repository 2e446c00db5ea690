//! Where commands write what they write to `.git`. Set-up commands see what those before them wrote, as the steps of
//! a job do; every other command starts from there anew, so that before and after a repair are alike.

use crate::process::Layer;
use crate::workspace::remove_folder;
use anyhow::{Context as _, Result};
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// In the attempt's private folder. The kernel's scratch takes the rights of its owner, see [`remove_folder`].
pub struct Layers {
    folder: PathBuf,
    /// Elsewhere `.git` is what it is.
    wanted: bool,
    prepared: Cell<bool>,
}

impl Layers {
    pub fn new(scratch: &Path, wanted: bool) -> Self {
        Self { folder: scratch.join("git"), wanted, prepared: Cell::new(false) }
    }

    /// For one more set-up command.
    pub fn for_set_up(&self) -> Result<Option<Layer>> {
        self.prepared.set(true);
        self.layer("prepared", Vec::new())
    }

    /// For a command that leaves nothing behind.
    pub fn fresh(&self) -> Result<Option<Layer>> {
        let folder = self.folder.join("run");
        remove_folder(&folder).with_context(|| format!("cannot clear {}", folder.display()))?;
        let lower = self.prepared.get().then(|| self.folder.join("prepared/upper"));
        self.layer("run", lower.into_iter().collect())
    }

    fn layer(&self, name: &str, lower: Vec<PathBuf>) -> Result<Option<Layer>> {
        if !self.wanted {
            return Ok(None);
        }
        let [upper, work] = ["upper", "work"].map(|part| self.folder.join(name).join(part));
        remove_folder(&work).with_context(|| format!("cannot clear {}", work.display()))?;
        for folder in [&upper, &work] {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        Ok(Some(Layer { upper, work, lower }))
    }
}

impl Drop for Layers {
    fn drop(&mut self) {
        let _ = remove_folder(&self.folder);
    }
}
