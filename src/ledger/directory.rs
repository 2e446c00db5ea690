//! The ledger in a local folder. A record is there whole or not at all, even when the power goes.

use super::{Filed, Put, Store, Under, ensure_same_attempt, facts, path_of, to_bytes};
use crate::forge::Mask;
use crate::ids::RelPath;
use crate::record::AttemptRecord;
use crate::record::entry::Entry;
use anyhow::{Context as _, Result};
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

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
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
}

impl Store for Directory {
    fn place(&self) -> String {
        self.root.display().to_string()
    }

    fn put(&self, record: &AttemptRecord) -> Result<Put> {
        let path = path_of(record)?;
        let content = to_bytes(record, &*self.mask)?;
        match self.content(&path)? {
            Some(there) if there == content => return Ok(Put::Unchanged),
            Some(there) => ensure_same_attempt(&there, record, &path)?,
            None => {}
        }
        let target = self.root.join(path.as_str());
        write_whole(&target, &content).with_context(|| format!("cannot write {}", target.display()))?;
        Ok(Put::Written)
    }

    fn append(&self, entries: &[Entry]) -> Result<Vec<Put>> {
        let append = |entry: &Entry| {
            let path = facts::path_of(entry)?;
            let target = self.root.join(path.as_str());
            let written = write_new(&target, &to_bytes(entry, &*self.mask)?);
            let written = written.with_context(|| format!("cannot write {}", target.display()))?;
            Ok(if written { Put::Written } else { Put::Unchanged })
        };
        entries.iter().map(append).collect()
    }

    fn files(&self, under: Under) -> Result<Vec<Filed>> {
        let mut paths = Vec::new();
        let under = under.as_str();
        collect(&self.root.join(under), under, &mut paths)?;
        Ok(paths.into_iter().map(|path| Filed { path, blob: None }).collect())
    }

    fn read(&self, file: &Filed) -> Result<Option<Vec<u8>>> {
        self.content(&file.path)
    }
}

/// Written beside, flushed, renamed; then the folder is flushed, which is what makes the name last.
fn write_whole(target: &Path, content: &[u8]) -> Result<()> {
    let (temp, folder) = beside(target, content)?;
    temp.persist(target)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// The same for what is not there yet; `false` where it is, which is left as it is.
fn write_new(target: &Path, content: &[u8]) -> Result<bool> {
    if target.exists() {
        return Ok(false);
    }
    let (temp, folder) = beside(target, content)?;
    match temp.persist_noclobber(target) {
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        other => other?,
    };
    File::open(folder)?.sync_all()?;
    Ok(true)
}

fn beside<'a>(target: &'a Path, content: &[u8]) -> Result<(tempfile::NamedTempFile, &'a Path)> {
    let folder = target.parent().context("no folder")?;
    fs::create_dir_all(folder)?;
    let mut temp = tempfile::NamedTempFile::new_in(folder)?;
    temp.write_all(content)?;
    temp.as_file().sync_all()?;
    Ok((temp, folder))
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
        } else if last.ends_with(".json") {
            paths.extend(RelPath::parse(name).ok());
        }
    }
    Ok(())
}
