//! What a start finds after a killed process, and what it does about it: a file that holds what we
//! left there is put back; what was changed after that process's last beat is the user's and stays;
//! of a file that the user may have edited, no byte is lost.

use super::Tree;
use super::disk::{Disk, Found, Old, Parents};
use super::journal::{Record, Wrote};
use super::name::AnyPath;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What was done about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// It is as it was before the killed process.
    PutBack(AnyPath),
    /// It was changed after the kill and is left alone; `old` is a copy of what it was before the run.
    Kept { path: AnyPath, old: Option<PathBuf> },
    /// It is as it was before the killed process; what stood there at the start is in `copy`.
    SavedAside { path: AnyPath, copy: PathBuf },
    /// A part of a proven repair that was to stay; the run was killed before it said so.
    Stays(AnyPath),
}

/// Every content that our writes may have left at a path, half-done ones included.
#[derive(Default)]
pub struct Written(BTreeMap<AnyPath, BTreeSet<String>>);

/// Two folders for copies, made when the first copy is.
struct Aside {
    present: Disk,
    old: Disk,
}

impl Written {
    pub fn add(&mut self, path: AnyPath, wrote: Wrote) {
        self.0.entry(path).or_default().extend(wrote.0);
    }

    /// Whether the user cannot have put these bytes there. An empty file holds none to lose.
    fn ours(&self, record: &Record, found: &Old) -> bool {
        let half_restored = |old: &Old| Wrote::may_be_half(&found.bytes) && old.bytes.starts_with(&found.bytes);
        found.bytes.is_empty()
            || record.old.as_ref().is_some_and(|old| old.bytes == found.bytes || half_restored(old))
            || self.wrote(&record.path, Some(&found.bytes))
    }

    fn wrote(&self, path: &AnyPath, bytes: Option<&[u8]>) -> bool {
        self.0.get(path).is_some_and(|digests| digests.contains(&Wrote::digest(bytes)))
    }
}

impl Aside {
    fn new(dir: &Path) -> Self {
        let now = jiff::Timestamp::now();
        let name = format!("{}-{:09}", now.strftime("%Y%m%dT%H%M%S"), now.subsec_nanosecond());
        let old = dir.join(format!("{name}.before"));
        Self { present: Disk::new(dir.join(name)), old: Disk::new(old) }
    }
}

fn save(disk: &mut Disk, path: &AnyPath, bytes: &Old) -> Result<PathBuf> {
    disk.put(path, bytes, Parents::Replace)?;
    Ok(disk.root().join(path.as_path()))
}

impl Tree {
    /// What a command had changed comes first: the journal, which is older, has the last word.
    pub(super) fn recover(&mut self, written: &Written, kept_dir: &Path) -> Result<()> {
        let mut aside = Aside::new(kept_dir);
        // Files that come back change the times of their folders, so all are judged before the first.
        let leftovers = self.kept.leftovers()?;
        let (theirs, command) = self.divide(leftovers, written);
        let (theirs_too, writes) = self.divide(self.journalled.clone(), written);
        let mut left = BTreeMap::new();
        for at in theirs {
            left.extend(self.leave_edited(&self.kept.read(at)?, &mut aside)?);
        }
        for at in theirs_too {
            left.extend(self.leave_edited(&self.journal.read(at)?, &mut aside)?);
        }
        self.recovered.extend(left.into_values());
        self.beat.start()?;
        for at in command {
            let record = self.kept.read(at)?;
            let done = self.undo_command(&record, &mut aside)?;
            self.recovered.extend(done);
        }
        self.kept.clear()?;
        for at in writes {
            let record = self.journal.read(at)?;
            let done = self.undo_write(&record, written, &mut aside)?;
            self.recovered.extend(done.filter(|done| !self.recovered.contains(done)));
        }
        self.accept()?;
        if !self.recovered.is_empty() {
            tracing::warn!(files = self.recovered.len(), "took back what a killed process left in the tree");
        }
        Ok(())
    }

    /// The records of files that the user changed after the kill, and the others.
    fn divide(&self, records: BTreeMap<AnyPath, u64>, written: &Written) -> (Vec<u64>, Vec<u64>) {
        let edited = |path: &AnyPath| {
            let changed = self.disk.changed(path).ok().flatten();
            changed.is_some_and(|time| self.beat.ended_before(time))
                && match self.disk.find(path) {
                    Ok(Found::File(now)) => !written.wrote(path, Some(&now.bytes)),
                    Ok(Found::Absent) => !written.wrote(path, None),
                    _ => true,
                }
        };
        let (theirs, ours): (Vec<_>, Vec<_>) = records.into_iter().partition(|(path, _)| edited(path));
        let places = |of: Vec<(_, u64)>| of.into_iter().map(|(_, at)| at).collect();
        (places(theirs), places(ours))
    }

    /// By its path, for a file can have been both a command's and ours: the older state is the one to tell of.
    fn leave_edited(&self, record: &Record, aside: &mut Aside) -> Result<Option<(AnyPath, Recovered)>> {
        let as_before = match self.disk.find(&record.path) {
            Ok(Found::File(now) | Found::Link(now)) => Some(&now) == record.old.as_ref(),
            Ok(Found::Absent) => record.old.is_none(),
            _ => false,
        };
        if as_before {
            self.disk.remove_empty(&record.missing_parents)?;
            return Ok(None);
        }
        Ok(Some((record.path.clone(), self.leave(record, aside)?)))
    }

    /// The command's changes cannot be told from the user's later ones, so both versions survive.
    fn undo_command(&mut self, record: &Record, aside: &mut Aside) -> Result<Option<Recovered>> {
        let Some(old) = &record.old else { return Ok(None) };
        let path = record.path.clone();
        let copy = match self.disk.find(&path) {
            Ok(Found::Absent) => None,
            Ok(Found::File(now) | Found::Link(now)) if now == *old => return Ok(None),
            Ok(Found::File(now)) if now.bytes.is_empty() || now.bytes == old.bytes && !old.link => None,
            Ok(Found::File(now) | Found::Link(now)) => Some(save(&mut aside.present, &path, &now)?),
            Ok(Found::Other) | Err(_) => return self.leave(record, aside).map(Some),
        };
        self.put_back(record)?;
        Ok(Some(match copy {
            Some(copy) => Recovered::SavedAside { path, copy },
            None => Recovered::PutBack(path),
        }))
    }

    fn undo_write(&mut self, record: &Record, written: &Written, aside: &mut Aside) -> Result<Option<Recovered>> {
        match self.disk.find(&record.path) {
            Ok(Found::File(now)) if Some(&now) == record.old.as_ref() => return Ok(None),
            Ok(Found::File(now)) if written.ours(record, &now) => {}
            Ok(Found::Absent) if record.old.is_none() => {
                self.put_back(record)?;
                return Ok(None);
            }
            Ok(Found::Absent) => {}
            _ => return self.leave(record, aside).map(Some),
        }
        self.put_back(record)?;
        Ok(Some(Recovered::PutBack(record.path.clone())))
    }

    fn leave(&self, record: &Record, aside: &mut Aside) -> Result<Recovered> {
        let old = record.old.as_ref().map(|old| save(&mut aside.old, &record.path, old)).transpose()?;
        Ok(Recovered::Kept { path: record.path.clone(), old })
    }
}
