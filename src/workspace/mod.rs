//! The working tree: the only room that walks, reads and writes it. Every write is journalled first,
//! so that any ending puts the tree back byte for byte. After SIGKILL the next start does, except that
//! it leaves or copies aside what the user may have edited since.

mod beat;
mod disk;
mod journal;
mod name;
mod place;
mod recover;
mod remove;
mod snapshot;
mod stays;
mod walk;

#[cfg(test)]
mod tests;

use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use anyhow::{Context as _, Result};
use beat::Beat;
use disk::{Disk, Found, Parents};
use journal::{Journal, Record};
use recover::Written;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

pub use name::AnyPath;
pub use place::Unusable;
pub use recover::Recovered;
pub use remove::remove_folder;
pub use snapshot::{Repaired, Snapshot};
pub use stays::told as repair_was_told;
pub use walk::{visit, visit_named};

/// A directory that is (or will be) repaired. Dropping it takes back what was not accepted.
pub struct Tree {
    disk: Disk,
    journal: Journal,
    /// Where each touched file's state before the first write stands in the journal.
    journalled: BTreeMap<AnyPath, u64>,
    kept: snapshot::Kept,
    recovered: Vec<Recovered>,
    beat: Beat,
    stays: stays::Stays,
    /// Until then the journals are a killed process's, and only `recover` knows what they may undo.
    ready: bool,
    /// Held, not used: the kernel lets go of the lock when the process ends, however it ends.
    _lock: File,
}

/// What came of a patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplyResult {
    Applied,
    /// This file is not what the patch expects; nothing was written.
    Conflict(RelPath),
    /// This file (or the directory it would be made in) is write-protected; nothing was written.
    ReadOnly(RelPath),
}

impl Tree {
    /// Opens `root` and takes back what a killed process left there; `recovered` tells what that was.
    /// The old states live below `journal_dir`, which must not be inside the tree and must be ours. Only
    /// one process at a time. What the user has to mend is an `Unusable`.
    pub fn open(root: &Path, journal_dir: &Path) -> Result<Tree> {
        let root = root.canonicalize().with_context(|| format!("cannot open {}", root.display()))?;
        let own = place::own_dir(&root, journal_dir)?;
        let lock = place::lock(&own.join("lock"), &root)?;
        let mut journal = Journal::open(&own.join("journal"))?;
        let records = journal.load()?;
        let kept = snapshot::Kept::open(&own.join("snapshot"))?;
        let (disk, journalled, beat) = (Disk::new(root), BTreeMap::new(), Beat::open(&own.join("beat")));
        let (recovered, stays) = (Vec::new(), stays::note_in(&own));
        let mut tree = Tree { disk, journal, journalled, kept, recovered, beat, stays, ready: false, _lock: lock };
        // The note is made first: a journal beside it means that the repair is taken back now.
        let stayed = tree.stays.take();
        let stayed = if records.is_empty() { stayed } else { Vec::new() };
        let mut written = Written::default();
        for entry in records {
            match entry.wrote {
                Some(wrote) => written.add(entry.path, wrote),
                None => drop(tree.journalled.entry(entry.path).or_insert(entry.at)),
            }
        }
        tree.recover(&written, &own.join("kept")).context("cannot restore the tree after a killed process")?;
        tree.recovered.extend(stayed.into_iter().map(Recovered::Stays));
        tree.ready = true;
        Ok(tree)
    }

    /// What `open` did about the files that a killed process had left changed.
    pub fn recovered(&self) -> &[Recovered] {
        &self.recovered
    }

    pub fn root(&self) -> &Path {
        self.disk.root()
    }

    /// The file's bytes; `None` where there is no regular file, also when only a symlink leads there.
    pub fn read(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        read_from(&self.disk, &path.into())
    }

    /// The regular files that `.gitignore` does not exclude, sorted. Names that no `RelPath` can hold
    /// (not UTF-8, control characters) are left out.
    pub fn files(&self) -> Result<Vec<RelPath>> {
        let all = walk::files(self.root(), false);
        let files: Vec<_> = all.iter().filter_map(AnyPath::to_rel).collect();
        if files.len() < all.len() {
            tracing::warn!(unnameable = all.len() - files.len(), "left out files whose names are not plain UTF-8");
        }
        Ok(files)
    }

    /// Writes the whole patch or nothing.
    pub fn apply(&mut self, patch: &Patch) -> Result<ApplyResult> {
        for file in patch.files() {
            match self.check(file)? {
                ApplyResult::Applied => {}
                refusal => return Ok(refusal),
            }
        }
        for file in patch.files() {
            let path = AnyPath::from(&file.path);
            self.journal_once(&path)?;
            self.journal.note(&path, file.after.as_deref())?;
        }
        self.journal.sync()?;
        let modes = patch.files().iter().map(|file| self.mode_of_moved(patch, file)).collect::<Result<Vec<_>>>()?;
        for (done, (file, mode)) in patch.files().iter().zip(modes).enumerate() {
            if let Err(e) = self.put(&(&file.path).into(), file.after.as_deref(), mode) {
                for file in &patch.files()[..=done] {
                    self.put(&(&file.path).into(), file.before.as_deref(), None)?;
                }
                return Err(e);
            }
        }
        Ok(ApplyResult::Applied)
    }

    /// Back to the state at `open` or at the last `accept`, byte for byte, modes too.
    pub fn restore(&mut self) -> Result<()> {
        let records: Vec<_> = self.journalled.values().copied().collect();
        for at in records {
            let record = self.journal.read(at)?;
            self.put_back(&record)?;
        }
        self.accept()
    }

    /// What is applied stays as the repair, and the next start tells of it unless `repair_was_told`.
    pub fn keep_repair(&mut self, patch: &Patch) -> Result<()> {
        let paths: Vec<AnyPath> = patch.files().iter().map(|file| (&file.path).into()).collect();
        self.stays.note(paths.iter())?;
        self.accept()
    }

    /// What is applied stays.
    pub fn accept(&mut self) -> Result<()> {
        self.journal.clear()?;
        self.journalled.clear();
        Ok(())
    }

    /// Copies the tree for parallel work: files that are not ignored and symlinks, nothing shared.
    pub fn copy_to(&self, target: &Path) -> Result<()> {
        walk::copy(self.root(), target)
    }

    fn check(&self, file: &FilePatch) -> Result<ApplyResult> {
        let path = AnyPath::from(&file.path);
        let same = match (self.disk.find(&path)?, &file.before) {
            (Found::File(old), Some(before)) => old.bytes == *before,
            (Found::Absent, None) => true,
            _ => false,
        };
        if !same {
            return Ok(ApplyResult::Conflict(file.path.clone()));
        }
        let in_place = file.before.is_some() && file.after.is_some();
        if self.disk.read_only(&path, in_place)? {
            return Ok(ApplyResult::ReadOnly(file.path.clone()));
        }
        Ok(ApplyResult::Applied)
    }

    fn journal_once(&mut self, path: &AnyPath) -> Result<()> {
        if !self.journalled.contains_key(path) {
            let record = Record::new(path.clone(), self.disk.find(path)?, self.disk.missing_parents(path)?);
            let at = self.journal.append(&record)?;
            self.journalled.insert(path.clone(), at);
        }
        Ok(())
    }

    fn mode_of_moved(&self, patch: &Patch, file: &FilePatch) -> Result<Option<u32>> {
        let origin = patch.mode_from(file);
        if origin == &file.path {
            return Ok(None);
        }
        Ok(match self.disk.find(&origin.into())? {
            Found::File(old) => Some(old.mode),
            _ => None,
        })
    }

    fn put(&mut self, path: &AnyPath, bytes: Option<&[u8]>, mode: Option<u32>) -> Result<()> {
        match bytes {
            Some(bytes) => self.disk.write(path, bytes, mode, Parents::Make),
            None => self.disk.remove(path),
        }
    }

    /// A file that already is as recorded keeps its mtime.
    fn put_back(&mut self, record: &Record) -> Result<()> {
        let Some(old) = &record.old else {
            self.disk.remove(&record.path)?;
            return self.disk.remove_empty(&record.missing_parents);
        };
        match self.disk.find(&record.path) {
            Ok(Found::File(found) | Found::Link(found)) if found == *old => Ok(()),
            _ => self.disk.put(&record.path, old, Parents::Replace),
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if !self.ready {
            return;
        }
        if !self.journalled.is_empty()
            && let Err(e) = self.restore()
        {
            tracing::error!("cannot restore the tree; the next start will try again: {e:#}");
        }
        if self.kept.clear().is_ok() && self.journalled.is_empty() {
            self.beat.forget();
        }
    }
}

/// The regular files and symlinks below `root` that git does not ignore, sorted.
pub fn files(root: &Path) -> Vec<RelPath> {
    walk::files(root, true).iter().filter_map(AnyPath::to_rel).collect()
}

/// The same as `Tree::read` for a directory that is only read.
pub fn read(root: &Path, path: &RelPath) -> Result<Option<Vec<u8>>> {
    read_from(&Disk::new(root.to_owned()), &path.into())
}

fn read_from(disk: &Disk, path: &AnyPath) -> Result<Option<Vec<u8>>> {
    Ok(match disk.find(path)? {
        Found::File(old) => Some(old.bytes),
        Found::Absent | Found::Link(_) | Found::Other => None,
    })
}
