//! The hand `revert`: finds the change that broke it, and in it the smallest set of hunks without which the
//! command passes. It gives up what somebody wanted, so it comes last, and says so.
//!
//! The search is delta debugging: A. Zeller and R. Hildebrandt, "Simplifying and isolating failure-inducing input",
//! IEEE Transactions on Software Engineering 28(2), 2002.

mod bonds;
mod guilty;
mod kept;
mod least;
pub(super) mod pieces;

use super::{Hand, Job, offer};
use crate::brain::text;
use crate::git::Step;
use crate::patch::Patch;
use crate::record::{Candidate, Confidence, FailureClass, HandId};
use crate::report::{count, markdown::one_line};
use crate::verify::Trial;
use anyhow::Result;
use least::Answer;
use pieces::Pieces;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Runs of the command that one revert may take.
const MOST_RUNS: usize = 80;
/// Pieces that are tried one by one where taking all of them back mends nothing.
const MOST_ALONE: usize = 6;

pub struct Revert;

impl Hand for Revert {
    fn id(&self) -> HandId {
        HandId::Revert
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        // Layout is mended by whatever complains of it; nobody gives up a change for it.
        if job.diagnosis.class == FailureClass::Format {
            return Ok(Box::new(std::iter::empty()));
        }
        let search = std::iter::once_with(move || Trials::new(job).search());
        Ok(offer::fresh(job, search.filter_map(Result::transpose)))
    }
}

/// The command as the judge: each patch is tried once.
struct Trials<'a> {
    job: &'a Job<'a>,
    known: RefCell<HashMap<String, Trial>>,
    runs: Cell<usize>,
}

/// Pieces of one step, taken back together.
struct Found<'s> {
    step: &'s Step,
    pieces: Pieces,
    taken: Vec<usize>,
}

impl<'a> Trials<'a> {
    fn new(job: &'a Job<'a>) -> Self {
        Self { job, known: RefCell::default(), runs: Cell::new(0) }
    }

    fn run(&self, patch: &Patch, what: &str) -> Result<Trial> {
        if patch.is_empty() {
            return Ok(Trial::Fails);
        }
        let digest = patch.digest();
        if let Some(trial) = self.known.borrow().get(&digest) {
            return Ok(*trial);
        }
        if self.runs.get() == MOST_RUNS {
            return Ok(Trial::Over);
        }
        self.runs.set(self.runs.get() + 1);
        let trial = self.job.workshop.try_patch(patch, what)?;
        self.known.borrow_mut().insert(digest, trial);
        Ok(trial)
    }

    fn take_back(&self, pieces: &Pieces, taken: &[usize]) -> Result<Trial> {
        let what = format!("without {} of {}", taken.len(), count(pieces.len(), "piece"));
        self.run(&pieces.patch(taken), &what)
    }

    fn search(&self) -> Result<Option<Candidate>> {
        let steps = self.job.workshop.steps()?;
        let found = match guilty::find(self, steps)? {
            Some((step, pieces)) => self.smallest(step, pieces)?,
            None => self.alone(steps)?,
        };
        Ok(found.map(|found| found.candidate()))
    }

    /// Of a step that is the guilty one as a whole.
    fn smallest<'s>(&self, step: &'s Step, pieces: Pieces) -> Result<Option<Found<'s>>> {
        let judge = |strict: bool, taken: &[usize]| {
            Ok(match self.take_back(&pieces, taken)? {
                Trial::Passes => Answer::Yes,
                Trial::Cures if !strict => Answer::Yes,
                Trial::Over => Answer::Over,
                _ => Answer::No,
            })
        };
        let all: Vec<usize> = (0..pieces.len()).collect();
        let close = |taken: &[usize]| pieces.closed(taken);
        // What breaks something else beside is a lead too: with the rest of the change in place it may not.
        for strict in [false, true] {
            let least = least::least(&all, &close, &mut |taken| judge(strict, taken))?;
            let Some(taken) = least else { continue };
            if self.take_back(&pieces, &taken)? == Trial::Passes {
                return Ok(Some(Found { step, pieces, taken }));
            }
        }
        Ok(None)
    }

    /// Where a part of the change cannot be missed, its tests being there, one piece may still be the guilty one.
    fn alone<'s>(&self, steps: &'s [Step]) -> Result<Option<Found<'s>>> {
        let Some(step) = steps.first() else { return Ok(None) };
        let pieces = self.pieces(step, None)?;
        for at in 0..pieces.len().min(MOST_ALONE) {
            let taken = pieces.closed(&[at]);
            match self.take_back(&pieces, &taken)? {
                Trial::Passes => return Ok(Some(Found { step, pieces, taken })),
                Trial::Over => return Ok(None),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The change from before the step until now, in pieces; `only`: of that those that the step itself made.
    fn pieces(&self, step: &Step, only: Option<&Patch>) -> Result<Pieces> {
        let change = self.job.workshop.change_since(&step.from)?;
        Pieces::of(self.job, &change, only)
    }
}

impl Found<'_> {
    fn candidate(&self) -> Candidate {
        let (taken, all) = (self.pieces.hunks(&self.taken), self.pieces.all_hunks());
        let clean = |text: &str, most| one_line(&text::clean(text), most);
        let whose = match &self.step.to {
            Some(to) => {
                let (title, author) = (clean(&self.step.title, 80), clean(&self.step.author, 60));
                format!("{} of {} \"{title}\" by {author}", count(all, "hunk"), to.short())
            }
            None => count(all, "uncommitted hunk"),
        };
        let places = one_line(&self.pieces.places(&self.taken).join(", "), 300);
        // A part of the change that the command can do without is named by it; all of the change says little.
        let confidence = if 2 * taken < all { Confidence::Suggested } else { Confidence::Unsure };
        let why = format!("took back {taken} of {whose}: {places}");
        Candidate { patch: self.pieces.patch(&self.taken), hand: HandId::Revert, why, confidence }
    }
}

#[cfg(test)]
mod tests;
