//! Protection from foreign commands: what they change, delete or leave behind is noticed and put
//! back. Contents are kept beside the journal, each version of a file once.
//!
//! Limits: files that `.gitignore` excludes are not protected, `.git` is not, and neither are files
//! beyond `LARGEST_FILE` or once `LARGEST_SUM` is reached; those are only reported.

use super::disk::{self, Found};
use super::journal::{Journal, Record};
use super::{Tree, walk};
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use anyhow::{Context as _, Result};
use rustix::fs::Stat;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const LARGEST_FILE: u64 = 16 << 20;
const LARGEST_SUM: u64 = 1 << 30;

/// What the tree held at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    files: BTreeMap<RelPath, Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    signature: Signature,
    /// Where its content is kept; `None` when it is too large or unreadable.
    at: Option<u64>,
    /// Written so shortly before that a second write may bear the same times.
    racy: bool,
}

/// The change time cannot be set by programs, so an equal signature means an unchanged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Signature {
    size: i64,
    mode: u32,
    inode: u64,
    modified: Duration,
    changed: Duration,
}

/// The contents kept so far.
pub struct Kept {
    journal: Journal,
    files: BTreeMap<RelPath, Seen>,
    /// Exists while a tool rewrites files in place: a start that finds it puts the contents back.
    marker: PathBuf,
}

impl Signature {
    fn of(stat: &Stat) -> Self {
        let changed =
            Duration::new(u64::try_from(stat.st_ctime).unwrap_or(0), u32::try_from(stat.st_ctime_nsec).unwrap_or(0));
        Self { size: stat.st_size, mode: stat.st_mode, inode: stat.st_ino, modified: disk::mtime(stat), changed }
    }

    fn racy(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.changed + Duration::from_millis(50) >= now
    }
}

impl Kept {
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { journal: Journal::open(path)?, files: BTreeMap::new(), marker: path.with_extension("capturing") })
    }

    /// The contents that a process killed while capturing had kept, the newest for each path.
    pub fn leftovers(&mut self) -> Result<Vec<u64>> {
        if !self.marker.exists() {
            return Ok(Vec::new());
        }
        let newest: BTreeMap<_, _> = self.journal.load()?.into_iter().map(|(at, path)| (path, at)).collect();
        Ok(newest.into_values().collect())
    }

    pub fn read(&self, at: u64) -> Result<Record> {
        self.journal.read(at)
    }

    pub fn clear(&mut self) -> Result<()> {
        self.unmark()?;
        self.files.clear();
        self.journal.clear()
    }

    pub(super) fn mark(&mut self) -> Result<()> {
        self.journal.sync()?;
        let marker = std::fs::File::create(&self.marker).context("cannot mark the journal")?;
        Ok(marker.sync_all()?)
    }

    fn unmark(&mut self) -> Result<()> {
        match std::fs::remove_file(&self.marker) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e).context("cannot unmark the journal"),
            _ => Ok(()),
        }
    }
}

impl Tree {
    /// Remembers the files as they are. The first one copies them, later ones only what changed.
    pub fn snapshot(&mut self) -> Result<Snapshot> {
        let mut files = BTreeMap::new();
        for path in self.files()? {
            let Some(stat) = self.disk.stat(&path)? else { continue };
            let signature = Signature::of(&stat);
            let seen = match self.kept.files.get(&path) {
                Some(seen) if seen.signature == signature && !seen.racy => *seen,
                _ => Seen { signature, at: self.keep(&path, signature)?, racy: signature.racy() },
            };
            files.insert(path, seen);
        }
        self.kept.files.clone_from(&files);
        Ok(Snapshot { files })
    }

    /// Puts back every file that is no longer as it was, and says which. New files stay.
    pub fn repair(&mut self, snapshot: &Snapshot) -> Result<Vec<RelPath>> {
        let mut repaired = Vec::new();
        for (path, seen) in &snapshot.files {
            if let Some(record) = self.changed(path, seen)? {
                self.put_back(&record)?;
                repaired.push(path.clone());
            }
        }
        Ok(repaired)
    }

    /// Runs `act`, which may rewrite files in place, returns what it changed (in `paths`, or anywhere
    /// when there are none) as a patch, and puts everything back, new and deleted files too.
    pub fn capture<R>(&mut self, paths: &[RelPath], act: impl FnOnce() -> Result<R>) -> Result<(R, Patch)> {
        let before = self.snapshot()?;
        self.kept.mark()?;
        let result = act();
        let mut files = self.changes(&before)?;
        self.put_all_back(&before)?;
        self.kept.unmark()?;
        files.retain(|f| paths.is_empty() || paths.contains(&f.path));
        Ok((result?, Patch::from_files(files)))
    }

    fn keep(&mut self, path: &RelPath, signature: Signature) -> Result<Option<u64>> {
        let size = u64::try_from(signature.size).unwrap_or(0);
        if size > LARGEST_FILE || self.kept.journal.end() + size > LARGEST_SUM {
            tracing::debug!(%path, "too large to be protected");
            return Ok(None);
        }
        match self.disk.find(path) {
            Ok(found @ Found::File(_)) => {
                let record = Record::new(path.clone(), found, Vec::new());
                self.kept.journal.append(&record).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The file as it was, if it is different now.
    fn changed(&self, path: &RelPath, seen: &Seen) -> Result<Option<Record>> {
        let now = self.disk.stat(path)?.map(|stat| Signature::of(&stat));
        if now == Some(seen.signature) && !seen.racy {
            return Ok(None);
        }
        let Some(at) = seen.at else {
            tracing::warn!(%path, "a command changed a file that is too large to be put back");
            return Ok(None);
        };
        let record = self.kept.read(at)?;
        let same = matches!(self.disk.find(path), Ok(Found::File(found)) if Some(&found) == record.old.as_ref());
        Ok((!same).then_some(record))
    }

    fn changes(&self, before: &Snapshot) -> Result<Vec<FilePatch>> {
        let mut files = Vec::new();
        for (path, seen) in &before.files {
            if let Some(record) = self.changed(path, seen)? {
                let after = self.read(path)?;
                files.push(FilePatch { path: path.clone(), before: record.old.map(|old| old.bytes), after });
            }
        }
        for path in self.created(before) {
            files.push(FilePatch { after: self.read(&path)?, path, before: None });
        }
        Ok(files)
    }

    fn created(&self, before: &Snapshot) -> Vec<RelPath> {
        let (now, _) = walk::files(self.root());
        now.into_iter().filter(|path| !before.files.contains_key(path)).collect()
    }

    fn put_all_back(&mut self, before: &Snapshot) -> Result<()> {
        let old_parents: BTreeSet<_> = before.files.keys().flat_map(disk::parents_of).collect();
        for path in self.created(before) {
            self.disk.remove(&path)?;
            let new: Vec<_> = disk::parents_of(&path).into_iter().filter(|p| !old_parents.contains(p)).collect();
            self.disk.remove_empty(&new)?;
        }
        self.repair(before).map(drop)
    }
}
