//! The note of a repair that stays in the tree, from then on until people were told of it: after a kill in between the
//! next start tells them.

use super::AnyPath;
use anyhow::{Context as _, Result};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

pub struct Stays(PathBuf);

impl Stays {
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn note<'a>(&self, paths: impl Iterator<Item = &'a AnyPath>) -> Result<()> {
        // A name cannot hold a zero byte.
        let names: Vec<u8> =
            paths.flat_map(|path| path.as_path().as_os_str().as_bytes().iter().copied().chain([0])).collect();
        std::fs::write(&self.0, names).with_context(|| format!("cannot write {}", self.0.display()))
    }

    /// What was noted; only once.
    pub fn take(&self) -> Vec<AnyPath> {
        let names = std::fs::read(&self.0).unwrap_or_default();
        self.forget();
        names.split(|byte| *byte == 0).filter_map(AnyPath::parse).collect()
    }

    pub fn forget(&self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// People know of the repair in `root`.
pub fn told(root: &Path, journal_dir: &Path) -> Result<()> {
    let root = root.canonicalize().with_context(|| format!("cannot open {}", root.display()))?;
    note_in(&super::place::own_dir(&root, journal_dir)?).forget();
    Ok(())
}

pub fn note_in(own: &Path) -> Stays {
    Stays::at(own.join("stays"))
}
