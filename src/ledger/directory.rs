//! The ledger in a local folder. A record is there whole or not at all, even when the power goes.

use super::files::{Change, Files, Plan, View};
use super::{Filed, Under};
use crate::forge::Mask;
use crate::ids::RelPath;
use anyhow::{Context as _, Result};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Held by whoever changes something.
const LOCK: &str = ".lock";

pub struct Directory {
    root: PathBuf,
    mask: Mask,
}

impl Directory {
    /// The folder is made with the first record.
    pub fn new(root: impl Into<PathBuf>, mask: Mask) -> Self {
        Self { root: root.into(), mask }
    }

    fn content(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        let path = self.root.join(path.as_str());
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Others wait until it is dropped. A file system without locks gives none.
    fn lock(&self) -> Result<File> {
        let (lock, path) = self.lock_file()?;
        match lock.lock() {
            Err(error) if error.kind() != ErrorKind::Unsupported => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
            _ => Ok(lock),
        }
    }

    fn lock_file(&self) -> Result<(File, PathBuf)> {
        let path = self.root.join(LOCK);
        let lock = fs::create_dir_all(&self.root).and_then(|()| File::create(&path));
        Ok((lock.with_context(|| format!("cannot write {}", path.display()))?, path))
    }

    /// `None` where there is nothing, or somebody else holds it.
    pub(super) fn try_lock(&self) -> Result<Option<File>> {
        if !self.root.is_dir() {
            return Ok(None);
        }
        let lock = self.lock_file()?.0;
        Ok(match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => None,
            _ => Some(lock),
        })
    }

    /// Every record and fact that is a file of its own.
    pub(super) fn small_files(&self) -> Result<Vec<(RelPath, Vec<u8>)>> {
        let mut files = Vec::new();
        for under in [Under::Runs, Under::Facts] {
            for file in Now(self).list(under)? {
                if let Some(text) = self.content(&file.path)? {
                    files.push((file.path, text));
                }
            }
        }
        Ok(files)
    }

    pub(super) fn remove(&self, path: &RelPath) -> Result<()> {
        match fs::remove_file(self.root.join(path.as_str())) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {path} of {}", self.root.display()))
            }
            _ => Ok(()),
        }
    }

    /// Where nobody delivers it again.
    pub(super) fn set_aside(&self, path: &RelPath) -> Result<()> {
        let aside = self.root.join("refused");
        fs::create_dir_all(&aside)?;
        Ok(fs::rename(self.root.join(path.as_str()), aside.join(path.file_name()))?)
    }
}

impl Files for Directory {
    fn place(&self) -> String {
        self.root.display().to_string()
    }

    fn mask(&self, text: &str) -> String {
        (self.mask)(text)
    }

    fn view(&self) -> Result<Box<dyn View + '_>> {
        Ok(Box::new(Now(self)))
    }

    fn change(&self, _salt: &str, plan: Plan) -> Result<()> {
        let _lock = self.lock()?;
        let Change { files, .. } = plan(&Now(self))?;
        // What is new is there before what it replaces goes.
        let (new, gone): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.after.is_some());
        for file in new.iter().chain(&gone) {
            let target = self.root.join(file.path.as_str());
            let done = match &file.after {
                Some(content) => write_whole(&target, content),
                None => fs::remove_file(&target).map_err(Into::into),
            };
            done.with_context(|| format!("cannot write {}", target.display()))?;
        }
        Ok(())
    }
}

struct Now<'a>(&'a Directory);

impl View for Now<'_> {
    fn list(&self, under: Under) -> Result<Vec<Filed>> {
        let mut paths = Vec::new();
        let top = under.path();
        collect(&self.0.root.join(top.as_str()), top.as_str(), &mut paths)?;
        paths.retain(|path| under.takes(path));
        Ok(paths.into_iter().map(|path| Filed { path, blob: None }).collect())
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        self.0.content(&file.path)
    }

    fn read_all(&self, files: &[Filed]) -> Vec<Result<Option<Vec<u8>>>> {
        files.par_iter().map(|file| self.0.content(&file.path)).collect()
    }

    fn file(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        self.0.content(path)
    }

    fn there(&self, paths: &[RelPath]) -> Result<BTreeSet<RelPath>> {
        Ok(paths.iter().filter(|path| self.0.root.join(path.as_str()).is_file()).cloned().collect())
    }
}

/// Written beside, flushed, renamed; then the folder is flushed, which is what makes the name last.
pub(super) fn write_whole(target: &Path, content: &[u8]) -> Result<()> {
    let folder = target.parent().context("no folder")?;
    fs::create_dir_all(folder)?;
    let mut temp = tempfile::NamedTempFile::new_in(folder)?;
    temp.write_all(content)?;
    temp.as_file().sync_all()?;
    temp.persist(target)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn collect(folder: &Path, name: &str, paths: &mut Vec<RelPath>) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
    };
    for entry in entries {
        let entry = entry?;
        let Some(last) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let name = format!("{name}/{last}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &name, paths)?;
        } else {
            paths.extend(RelPath::parse(name).ok());
        }
    }
    Ok(())
}
