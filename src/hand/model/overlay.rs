//! The model's copy of the repository: what it changed, in memory, over the files as they are.

use super::super::{Job, offer};
use crate::guard;
use crate::ids::RelPath;
use crate::patch::{FilePatch, Patch};
use anyhow::Result;
use std::collections::BTreeMap;

/// A longer file is nobody's to read at once.
const LONGEST: usize = 2 << 20;

/// What code could do while it runs; how good the change is, is asked at the end.
const BEFORE_IT_RUNS: &[&str] = &["paths", "dependencies", "suspicious", "secrets"];

pub struct Overlay<'a> {
    job: &'a Job<'a>,
    changed: BTreeMap<RelPath, FilePatch>,
}

impl<'a> Overlay<'a> {
    pub fn new(job: &'a Job<'a>) -> Self {
        Self { job, changed: BTreeMap::new() }
    }

    /// The file that a path means, as models write paths.
    pub fn path(&self, path: &str) -> Option<RelPath> {
        let own = RelPath::parse(path.trim().trim_start_matches("./")).ok();
        own.filter(|path| self.changed.contains_key(path)).or_else(|| self.job.workshop.resolve(path))
    }

    /// Only what git tracks: nothing of `.git`, nothing ignored.
    pub fn read(&self, path: &RelPath) -> Result<Option<String>> {
        if let Some(file) = self.changed.get(path) {
            return Ok(file.after.clone().and_then(|bytes| String::from_utf8(bytes).ok()));
        }
        if self.job.workshop.files()?.binary_search(path).is_err() {
            return Ok(None);
        }
        let bytes = self.job.workshop.read(path)?.filter(|bytes| bytes.len() <= LONGEST);
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    pub fn files(&self) -> Result<Vec<RelPath>> {
        let own = self.job.workshop.files()?;
        let new = self.changed.keys().filter(|path| own.binary_search(path).is_err());
        Ok(own.iter().chain(new).cloned().collect())
    }

    /// Whether its content is people's to write.
    pub fn may_edit(&self, path: &RelPath) -> Result<bool> {
        Ok(self.changed.contains_key(path) || offer::editable(self.job, path)?.is_some())
    }

    /// `Err`: no patch may touch this path, and nothing is written. What else the guards say can change as work goes on.
    pub fn write(&mut self, path: &RelPath, text: String) -> Result<std::result::Result<(), String>> {
        let before = match self.changed.get(path) {
            Some(file) => file.before.clone(),
            None => self.job.workshop.read(path)?,
        };
        let file = FilePatch { path: path.clone(), before, after: Some(text.into_bytes()) };
        if let Some(why) = self.blocked(&Patch::from_files([file.clone()]), &["paths"]) {
            return Ok(Err(why));
        }
        self.changed.insert(path.clone(), file);
        Ok(Ok(()))
    }

    /// Why nothing may be run with what is changed until now: guards that execute nothing look at it first.
    pub fn not_to_run(&self) -> Option<String> {
        self.blocked(&self.patch(), BEFORE_IT_RUNS)
    }

    fn blocked(&self, patch: &Patch, checks: &[&str]) -> Option<String> {
        let mut judged = if patch.is_empty() { Vec::new() } else { self.job.workshop.judge(patch) };
        judged.retain(|result| checks.contains(&result.id.as_str()));
        (!guard::passes(&judged)).then(|| guard::blocked_by(&judged))
    }

    /// As it is in the repository; `false` where that is so already.
    pub fn revert(&mut self, path: &RelPath) -> bool {
        self.changed.remove(path).is_some()
    }

    pub fn revert_all(&mut self) {
        self.changed.clear();
    }

    pub fn patch(&self) -> Patch {
        Patch::from_files(self.changed.values().cloned())
    }
}
