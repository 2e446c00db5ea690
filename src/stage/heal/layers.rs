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
        self.layer("prepared", &["work"], Vec::new())
    }

    /// For a command that leaves nothing behind.
    pub fn fresh(&self) -> Result<Option<Layer>> {
        let lower = self.prepared.get().then(|| self.folder.join("prepared/upper"));
        self.layer("run", &["upper", "work"], lower.into_iter().collect())
    }

    /// `anew`: the parts of it that begin empty.
    fn layer(&self, name: &str, anew: &[&str], lower: Vec<PathBuf>) -> Result<Option<Layer>> {
        if !self.wanted {
            return Ok(None);
        }
        let part = |part: &str| self.folder.join(name).join(part);
        for folder in anew.iter().map(|name| part(name)) {
            remove_folder(&folder).with_context(|| format!("cannot clear {}", folder.display()))?;
        }
        let [upper, work] = ["upper", "work"].map(part);
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
