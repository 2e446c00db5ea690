//! Patches that a hand tries by itself, and what it is told of its candidates.

use super::{Bench, GIT_DESTROYED};
use crate::hand::Fallen;
use crate::learn::score::{Coverage, coverage};
use crate::patch::Patch;
use crate::record::entry::Decision;
use crate::report::count;
use crate::verify::{self, Trial};
use crate::workspace::ApplyResult;
use anyhow::{Result, bail};

/// A larger report of coverage is not read.
const LARGEST_COVERAGE: u64 = 32 << 20;

impl Bench<'_> {
    /// What the commands did to the tree that could not be put back, for people.
    pub fn damage(&self) -> Vec<String> {
        let files = self.unprotected.borrow();
        let git = self.git_destroyed.get().then(|| GIT_DESTROYED.to_owned());
        let large = (!files.is_empty()).then(|| {
            let few = super::super::told::few(files.iter());
            let were = if files.len() == 1 { "was" } else { "were" };
            let files = count(files.len(), "file");
            format!("{files} too large to be protected {were} changed by the command: {few}")
        });
        git.into_iter().chain(large).collect()
    }

    /// `false` when the tree is not what the patch expects (a hand worked on stale data).
    pub fn apply(&self, patch: &Patch) -> Result<bool> {
        self.since.take();
        Ok(match self.tree.borrow_mut().apply(patch)? {
            ApplyResult::Applied => true,
            ApplyResult::Conflict(path) => {
                tracing::debug!(%path, "a candidate does not apply");
                false
            }
            ApplyResult::ReadOnly(path) => {
                self.shut.replace(Some(path));
                false
            }
        })
    }

    /// With what commands made of it: the next candidate must not pass by that.
    pub fn undo(&self, patch: &Patch) -> Result<()> {
        if let Some(before) = self.since.take() {
            self.tree.borrow_mut().take_new(&before)?;
        }
        if !self.apply(&patch.reversed())? {
            bail!("a candidate could not be taken back; the tree is restored as a whole");
        }
        Ok(())
    }

    pub(super) fn trial(&self, patch: &Patch, what: &str) -> Result<Trial> {
        if self.over().is_some() {
            return Ok(Trial::Over);
        }
        if !self.apply(patch)? {
            return Ok(Trial::Fails);
        }
        let run = self.verify();
        self.undo(patch)?;
        let (run, base) = (run?, self.base.get());
        let trial = match base.map(|base| verify::trial(base, &run)).unwrap_or(Trial::Fails) {
            // Whatever failed while everything was being stopped says nothing.
            Trial::Fails if self.over().is_some() => Trial::Over,
            trial => trial,
        };
        self.trials.set(self.trials.get() + 1);
        (self.say)("heal", &format!("trial {}: {what} → {trial}", self.trials.get()));
        Ok(trial)
    }

    /// Acts with the patch applied, and takes it back; `None` when it does not apply.
    pub(super) fn with_patch<R>(&self, patch: &Patch, act: impl FnOnce() -> Result<R>) -> Result<Option<R>> {
        if !self.apply(patch)? {
            return Ok(None);
        }
        let done = act();
        self.undo(patch)?;
        done.map(Some)
    }

    /// What its hand is told of a candidate.
    pub fn tell_result(&self, result: &str) {
        self.last.borrow_mut().result = result.to_owned();
    }

    /// What the command printed on it; nothing, where it was not run.
    pub fn tell_output(&self, output: &str) {
        self.last.replace(Fallen { output: output.to_owned(), ..Fallen::default() });
    }

    /// Which lines the last run of the command ran, where it wrote that down.
    pub fn coverage(&self) -> Option<Coverage> {
        coverage::PLACES.into_iter().find_map(|place| {
            let path = self.job.root.join(place);
            let meta = path.symlink_metadata().ok().filter(|meta| meta.is_file() && meta.len() <= LARGEST_COVERAGE)?;
            // One that lay there before says nothing of the repair.
            meta.modified().ok().filter(|at| *at >= self.began)?;
            Coverage::read(&String::from_utf8_lossy(&std::fs::read(&path).ok()?))
        })
    }

    /// What hands noted until now.
    pub fn notes_so_far(&self) -> usize {
        self.notes.borrow().len()
    }

    pub fn notes_since(&self, earlier: usize) -> Vec<String> {
        self.notes.borrow().get(earlier..).unwrap_or_default().to_vec()
    }

    pub fn take_notes(&self) -> Vec<String> {
        self.notes.take()
    }

    pub fn take_decisions(&self) -> Vec<Decision> {
        self.decisions.take()
    }
}
