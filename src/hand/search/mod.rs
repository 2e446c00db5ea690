//! The hand `search`: test-driven repair when a test fails and nothing spells out why. The tests say which functions
//! are suspects, families of edits think of what could be wrong in them, and the failing tests judge, thousands of
//! candidates in seconds.
//!
//! To add a family of edits: see `python::families`. To add a language: a [`Judge`] in a folder, an entry in [`JUDGES`].

mod aim;
mod asked;
mod braces;
mod chance;
mod draft;
mod driver;
mod edges;
mod everywhere;
mod evidence;
mod families;
mod guarded;
mod hunt;
mod java;
mod javascript;
mod pairs;
mod plain;
mod pointer;
mod python;
mod returning;
mod rust;
mod spelling;
mod starting;
mod survivors;
mod waiting;

use super::{Hand, Job, offer};
use crate::record::{Candidate, FailureClass, HandId};
use anyhow::Result;
use hunt::Judge;
use std::time::{Duration, Instant};

pub struct Search;

/// The share of what is left of the budget, and the most that is worth it.
const SHARE: u32 = 2;
const LONGEST: Duration = Duration::from_secs(300);

/// Runs the tests one by one; `None` where the failing command is none of its kind. The budget is the whole search's.
type Open = for<'j> fn(&'j Job<'j>, budget: Duration) -> Result<Option<Box<dyn Judge + 'j>>>;

const JUDGES: &[Open] = &[python::open, javascript::open, java::open, rust::open, plain::open];

impl Hand for Search {
    fn id(&self) -> HandId {
        HandId::Search
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        if !matches!(job.diagnosis.class, FailureClass::Test | FailureClass::Unknown) {
            return Ok(Box::new(std::iter::empty()));
        }
        let budget = (job.workshop.left() / SHARE).min(LONGEST);
        let end = Instant::now() + budget;
        for open in JUDGES {
            if let Some(judge) = open(job, budget)? {
                // A slow start (a compiler, a virtual machine) leaves something to judge with all the same.
                let end = end.max(Instant::now() + (job.workshop.left() / SHARE).min(budget / 2));
                let candidates = hunt::search(job, judge.as_ref(), end)?;
                return Ok(offer::fresh(job, candidates.into_iter().map(Ok)));
            }
        }
        Ok(Box::new(std::iter::empty()))
    }
}
