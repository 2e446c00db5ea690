//! Protection from foreign commands: the files and symlinks that they change or delete are noticed and
//! put back, after a kill by the next start. Contents are kept beside the journal, each version of a
//! file once; they survive a killed process, but are not synced against a power cut.
//!
//! Limits: files that `.gitignore` excludes are not protected, and neither are empty directories. Files
//! beyond `LARGEST_FILE` (or once `LARGEST_SUM` is reached) and a destroyed `.git` are only reported.

use super::disk::{self, Found};
use super::journal::{Journal, Record};
use super::name::AnyPath;
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
    files: BTreeMap<AnyPath, Seen>,
    git: bool,
}

/// What a command had done to the tree.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    pub put_back: Vec<AnyPath>,
    /// Changed or deleted, and too large (or unreadable) to have been kept.
    pub unprotected: Vec<AnyPath>,
    /// `.git` or its HEAD is gone, which cannot be put back.
    pub git_destroyed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    signature: Signature,
    /// Where its content is kept; `None` when it is too large or unreadable.
    at: Option<u64>,
    /// Written so shortly before that a second write may bear the same times.
    racy: bool,
}

/// How a file differs from what was seen.
enum Change {
    None,
    /// It was this.
    From(Record),
    /// It was not kept.
    Unprotected,
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
    files: BTreeMap<AnyPath, Seen>,
    /// What was there at the first snapshot.
    first: Option<BTreeSet<AnyPath>>,
    /// Exists while a command runs that may change files: a start that finds it puts the contents back.
    marker: PathBuf,
}

impl Signature {
    fn of(stat: &Stat) -> Self {
        let (modified, changed) = (disk::mtime(stat), disk::ctime(stat));
        Self { size: stat.st_size, mode: stat.st_mode, inode: stat.st_ino, modified, changed }
    }

    fn racy(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.changed + Duration::from_millis(50) >= now
    }
}

impl Kept {
    pub fn open(path: &Path) -> Result<Self> {
        let marker = path.with_extension("capturing");
        Ok(Self { journal: Journal::open(path)?, files: BTreeMap::new(), first: None, marker })
    }

    /// The contents that a process killed while a command ran had kept, the newest for each path.
    pub fn leftovers(&mut self) -> Result<BTreeMap<AnyPath, u64>> {
        if !self.marker.exists() {
            return Ok(BTreeMap::new());
        }
        Ok(self.journal.load()?.into_iter().map(|e| (e.path, e.at)).collect())
    }

    pub fn read(&self, at: u64) -> Result<Record> {
        self.journal.read(at)
    }

    pub fn clear(&mut self) -> Result<()> {
        self.unmark()?;
        self.files.clear();
        self.journal.clear()
    }

    fn mark(&self) -> Result<()> {
        std::fs::File::create(&self.marker).context("cannot mark the journal").map(drop)
    }

    /// What was there at the last snapshot and is not any more must not come back after a kill.
    fn forget_missing(&mut self, now: &BTreeMap<AnyPath, Seen>) -> Result<()> {
        for path in self.files.keys().filter(|path| !now.contains_key(path)) {
            self.journal.append(&Record::new(path.clone(), Found::Absent, Vec::new()))?;
        }
        Ok(())
    }

    fn unmark(&self) -> Result<()> {
        match std::fs::remove_file(&self.marker) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e).context("cannot unmark the journal"),
            _ => Ok(()),
        }
    }
}

impl Tree {
    /// Remembers the files as they are, until `repair`. The first one copies them, later ones only what
    /// changed.
    pub fn snapshot(&mut self) -> Result<Snapshot> {
        let mut files = BTreeMap::new();
        for path in walk::files(self.root(), true) {
            let Some(stat) = self.disk.stat(&path)? else { continue };
            let signature = Signature::of(&stat);
            let seen = match self.kept.files.get(&path) {
                Some(seen) if seen.signature == signature && !seen.racy => *seen,
                _ => Seen { signature, at: self.keep(&path, signature)?, racy: signature.racy() },
            };
            files.insert(path, seen);
        }
        self.kept.first.get_or_insert_with(|| files.keys().cloned().collect());
        self.kept.forget_missing(&files)?;
        self.kept.files.clone_from(&files);
        self.kept.mark()?;
        Ok(Snapshot { files, git: git_stands(self.root()) })
    }

    /// Puts back every file that is no longer as it was, and says which. New files stay.
    pub fn repair(&mut self, snapshot: &Snapshot) -> Result<Repaired> {
        let git_destroyed = snapshot.git && !git_stands(self.root());
        let mut repaired = Repaired { git_destroyed, ..Repaired::default() };
        for (path, seen) in &snapshot.files {
            match self.changed(path, seen)? {
                Change::None => {}
                Change::Unprotected => repaired.unprotected.push(path.clone()),
                Change::From(record) => {
                    self.put_back(&record)?;
                    repaired.put_back.push(path.clone());
                }
            }
        }
        self.kept.unmark()?;
        Ok(repaired)
    }

    /// The same, and new files go.
    pub fn repair_whole(&mut self, snapshot: &Snapshot) -> Result<Repaired> {
        self.take_new(snapshot)?;
        self.repair(snapshot)
    }

    /// Removes the files that were not there.
    pub fn take_new(&mut self, snapshot: &Snapshot) -> Result<()> {
        let old_parents: BTreeSet<_> = snapshot.files.keys().flat_map(AnyPath::parents).collect();
        for path in self.created(snapshot) {
            self.disk.remove(&path)?;
            let new: Vec<_> = path.parents().filter(|p| !old_parents.contains(p)).collect();
            self.disk.remove_empty(&new)?;
        }
        Ok(())
    }

    /// Runs `act`, which may rewrite files in place, returns what it changed (in `paths`, or anywhere
    /// when there are none) as a patch, and puts everything back, new and deleted files too.
    pub fn capture<R>(&mut self, paths: &[RelPath], act: impl FnOnce() -> Result<R>) -> Result<(R, Patch)> {
        let before = self.snapshot()?;
        let result = act();
        let left = self.left_and_rewritten(&before)?;
        let mut files = self.changes(&before)?;
        files.retain(|file| left.iter().all(|new| new.path != file.path));
        files.extend(left.iter().cloned());
        files.sort_by(|a, b| a.path.cmp(&b.path));
        self.repair_whole(&before)?;
        self.take_away(&left)?;
        files.retain(|f| paths.is_empty() || paths.contains(&f.path));
        Ok((result?, Patch::from_files(files)))
    }

    fn keep(&mut self, path: &AnyPath, signature: Signature) -> Result<Option<u64>> {
        let size = u64::try_from(signature.size).unwrap_or(0);
        if size > LARGEST_FILE || self.kept.journal.end() + size > LARGEST_SUM {
            tracing::debug!(%path, "too large to be protected");
            return Ok(None);
        }
        match self.disk.find(path) {
            Ok(found @ (Found::File(_) | Found::Link(_))) => {
                let record = Record::new(path.clone(), found, Vec::new());
                self.kept.journal.append(&record).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn changed(&self, path: &AnyPath, seen: &Seen) -> Result<Change> {
        let now = self.disk.stat(path)?.map(|stat| Signature::of(&stat));
        if now == Some(seen.signature) && !seen.racy {
            return Ok(Change::None);
        }
        let Some(at) = seen.at else {
            return Ok(if now == Some(seen.signature) { Change::None } else { Change::Unprotected });
        };
        let record = self.kept.read(at)?;
        let found = self.disk.find(path);
        let same = matches!(found, Ok(Found::File(old) | Found::Link(old)) if Some(&old) == record.old.as_ref());
        Ok(if same { Change::None } else { Change::From(record) })
    }

    fn changes(&self, before: &Snapshot) -> Result<Vec<FilePatch>> {
        let mut files = Vec::new();
        for (path, seen) in &before.files {
            if let Change::From(Record { old: Some(old), .. }) = self.changed(path, seen)?
                && !old.link
                && let Some(path) = path.to_rel()
            {
                let after = self.read(&path)?;
                files.push(FilePatch { path, before: Some(old.bytes), after });
            }
        }
        for path in self.created(before).iter().filter_map(AnyPath::to_rel) {
            if let after @ Some(_) = self.read(&path)? {
                files.push(FilePatch { path, before: None, after });
            }
        }
        Ok(files)
    }

    /// What an earlier command left and this one wrote anew counts as new: the failing command itself may have made
    /// the generated file that was missing.
    fn left_and_rewritten(&self, before: &Snapshot) -> Result<Vec<FilePatch>> {
        let first = self.kept.first.iter().flatten().collect::<BTreeSet<_>>();
        let left = |path: &AnyPath| !first.contains(path) && !self.journalled.contains_key(path);
        let mut files = Vec::new();
        for (path, seen) in before.files.iter().filter(|(path, _)| left(path)) {
            let now = self.disk.stat(path)?.map(|stat| Signature::of(&stat));
            if now.is_some_and(|now| now != seen.signature)
                && let Some(path) = path.to_rel()
                && let after @ Some(_) = self.read(&path)?
            {
                files.push(FilePatch { path, before: None, after });
            }
        }
        Ok(files)
    }

    /// Journalled: it comes back unless the repair is accepted.
    fn take_away(&mut self, left: &[FilePatch]) -> Result<()> {
        let mut gone = Vec::new();
        for FilePatch { path, .. } in left {
            gone.push(FilePatch { path: path.clone(), before: self.read(path)?, after: None });
        }
        self.apply(&Patch::from_files(gone)).map(drop)
    }

    fn created(&self, before: &Snapshot) -> Vec<AnyPath> {
        walk::files(self.root(), true).into_iter().filter(|path| !before.files.contains_key(path)).collect()
    }
}

/// Whether there is a repository that git would open; in a linked work tree `.git` is a file.
fn git_stands(root: &Path) -> bool {
    let git = root.join(".git");
    git.is_file() || git.join("HEAD").symlink_metadata().is_ok()
}
