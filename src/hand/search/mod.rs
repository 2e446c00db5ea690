//! The hand `search`: test-driven repair when a test fails and nothing spells out why. The tests say which functions
//! are suspects, families of edits think of what could be wrong in them, and the failing tests judge, thousands of
//! candidates in seconds.
//!
//! To add a family of edits: see `families`. To add a language: a judge beside `python`, an entry in [`JUDGES`].

mod aim;
mod draft;
mod families;
mod kinds;
mod pairs;
mod python;
mod scene;
mod survivors;

use super::{Hand, Job, offer};
use crate::record::{Candidate, FailureClass, HandId};
use anyhow::Result;

pub struct Search;

/// Searches with one way of judging; `None` where the failing command is none of its kind.
type Judge = fn(&Job) -> Result<Option<Vec<Candidate>>>;

const JUDGES: &[Judge] = &[python::search];

impl Hand for Search {
    fn id(&self) -> HandId {
        HandId::Search
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        if !matches!(job.diagnosis.class, FailureClass::Test | FailureClass::Unknown) {
            return Ok(Box::new(std::iter::empty()));
        }
        for judge in JUDGES {
            if let Some(candidates) = judge(job)? {
                return Ok(offer::fresh(job, candidates.into_iter().map(Ok)));
            }
        }
        Ok(Box::new(std::iter::empty()))
    }
}
