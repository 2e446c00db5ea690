//! What the ledger remembers beside the runs, as it bears on them: what became of their pull requests, their score, what
//! was spent. The texts wait in the spool for the audit trail and for the pages of the runs.

use super::row::{self, NOBODY, Names, Row, compact, small};
use super::spool::{Place, Spool};
use crate::ids::RepoSlug;
use crate::record::entry::{Entry, Fact, Learning, PullState, SpendState};
use anyhow::Result;
use rayon::prelude::*;

#[derive(Debug, Clone, Copy)]
pub struct FactRow {
    pub at: i64,
    /// Of its own name, and of the repository's.
    pub id: u64,
    /// The run that it belongs to; 0: none.
    pub run: u64,
    /// Runs of two repositories may have one name.
    repository: u32,
    pub whole: Place,
    bearing: Bearing,
}

/// What it changes of its run.
#[derive(Debug, Clone, Copy)]
enum Bearing {
    Nothing,
    Pull { state: PullState, number: u32, hours: f32 },
    Score(f32),
    Spent { usd: f32, model: u32 },
}

/// What a batch makes of a fact, on any thread.
pub struct Draft {
    fact: FactRow,
    model: Option<String>,
    repository: Option<String>,
    whole: Vec<u8>,
    pub learning: Option<Box<Learning>>,
    pub at: String,
}

impl Draft {
    pub fn new(mut entry: Entry) -> Result<Self> {
        let learning = match &mut entry.fact {
            Fact::Learning(learning) if entry.trusted => {
                let whole = Box::new(learning.clone());
                // The page of learnings has it.
                learning.patch = None;
                Some(whole)
            }
            _ => None,
        };
        let (bearing, model) = bearing(&entry.fact);
        let fact = FactRow {
            at: row::seconds(&entry.at),
            id: row::hashed(&[entry.id.as_str(), entry.repository.as_ref().map_or("", RepoSlug::as_str)]),
            run: entry.attempt.as_ref().map_or(0, row::id),
            repository: NOBODY,
            whole: Place::default(),
            bearing,
        };
        let repository = entry.repository.as_ref().map(ToString::to_string);
        Ok(Self { fact, model, repository, whole: compact(&entry)?, learning, at: entry.at })
    }

    pub fn id(&self) -> u64 {
        self.fact.id
    }

    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    pub fn keep(mut self, repositories: &mut Names, models: &mut Names, wholes: &mut Spool) -> Result<FactRow> {
        if let Some(name) = &self.repository {
            self.fact.repository = repositories.number(name);
        }
        if let (Bearing::Spent { model, .. }, Some(name)) = (&mut self.fact.bearing, &self.model) {
            *model = models.number(name);
        }
        self.fact.whole = wholes.put(&self.whole)?;
        Ok(self.fact)
    }
}

fn bearing(fact: &Fact) -> (Bearing, Option<String>) {
    match fact {
        Fact::Pull(pull) => {
            let hours = pull.hours.map_or(-1.0, small);
            let number = u32::try_from(pull.number).unwrap_or(0);
            (Bearing::Pull { state: pull.state, number, hours }, None)
        }
        Fact::Evaluation(evaluation) => (Bearing::Score(small(evaluation.score).min(100.0)), None),
        Fact::Spend(spend) if spend.state == SpendState::Settled => {
            (Bearing::Spent { usd: small(spend.usd), model: NOBODY }, spend.model.clone())
        }
        Fact::Review(review) => (Bearing::Spent { usd: small(review.cost_usd), model: NOBODY }, None),
        _ => (Bearing::Nothing, None),
    }
}

/// Oldest first, so that the last word counts. What a model cost is in the record, too: the larger one holds.
pub fn apply(facts: &[FactRow], rows: &mut [Row]) {
    let runs = Runs::of(rows);
    for fact in facts {
        let Some(row) = runs.of_fact(fact).map(|at| &mut rows[at]) else { continue };
        match fact.bearing {
            Bearing::Nothing => {}
            Bearing::Pull { state, number, hours } => {
                if state.finality() >= finality(row.pull) {
                    row.pull = state as u8;
                }
                if number != 0 {
                    row.pr = number;
                }
                if state == PullState::Merged {
                    row.hours = hours;
                }
            }
            Bearing::Score(score) => row.score = score,
            Bearing::Spent { usd, model } => {
                row.usd = row.usd.max(usd);
                if model != NOBODY {
                    row.model = model;
                }
            }
        }
    }
}

/// Where the rows of an id are, in the order of ids.
struct Runs(Vec<(u64, u32, usize)>);

impl Runs {
    fn of(rows: &[Row]) -> Self {
        let mut runs: Vec<_> = rows.iter().enumerate().map(|(at, row)| (row.id, row.repository, at)).collect();
        runs.par_sort_unstable();
        Self(runs)
    }

    /// The run of the fact's own repository; where one of the two names none, the run of that name.
    fn of_fact(&self, fact: &FactRow) -> Option<usize> {
        let first = self.0.partition_point(|(id, ..)| *id < fact.run);
        let alike = || self.0[first..].iter().take_while(|(id, ..)| *id == fact.run);
        let own = alike().find(|(_, repository, _)| *repository == fact.repository);
        let named = |(_, repository, _): &&(u64, u32, usize)| *repository == NOBODY || fact.repository == NOBODY;
        own.or_else(|| alike().find(named)).map(|(.., at)| *at)
    }
}

/// Of what a row says of its pull request, where it says anything.
fn finality(pull: u8) -> u8 {
    let states = [PullState::Closed, PullState::Reopened, PullState::Merged, PullState::Reverted];
    states.into_iter().find(|state| *state as u8 == pull).map_or(0, PullState::finality)
}
