//! The hand `tool`: the ecosystem's own fixers, run only where the failure asks for them and only on
//! the files that fail.
//!
//! To add a fixer: one entry in [`FIXERS`]; a formatter that reads stdin is a table row in its
//! ecosystem's file.

mod cc;
mod eslint;
mod formatter;
mod go;
mod imports;
mod invocation;
mod javascript;
mod lock;
mod own;
mod printed;
mod python;
mod rust;
mod rustc;
mod scripts;
mod typescript;
mod writing;

pub use writing::compares_with_git;

use super::{Hand, Job, offer};
use crate::record::{Candidate, HandId};
use anyhow::{Context as _, Result};
use std::time::Duration;

/// How long one fixer may take.
const LIMIT: Duration = Duration::from_secs(300);

pub struct Tool;

struct Fixer {
    name: &'static str,
    /// Nothing to propose is an empty list: the failure is not this fixer's, or its program is missing.
    propose: fn(&Job) -> Result<Vec<Candidate>>,
}

const FIXERS: &[Fixer] = &[
    Fixer { name: "printed difference", propose: printed::propose },
    Fixer { name: "the repository's own", propose: own::propose },
    Fixer { name: "rustfmt", propose: |job| rust::RUSTFMT.propose(job) },
    Fixer { name: "ruff format", propose: |job| python::RUFF_FORMAT.propose(job) },
    Fixer { name: "ruff check", propose: |job| python::RUFF_CHECK.propose(job) },
    Fixer { name: "ruff check, unsafe fixes", propose: |job| python::RUFF_UNSAFE.propose(job) },
    Fixer { name: "black", propose: |job| python::BLACK.propose(job) },
    Fixer { name: "isort", propose: |job| python::ISORT.propose(job) },
    Fixer { name: "prettier", propose: |job| javascript::PRETTIER.propose(job) },
    Fixer { name: "eslint", propose: eslint::propose },
    Fixer { name: "gofmt", propose: |job| go::GOFMT.propose(job) },
    Fixer { name: "lock files", propose: lock::propose },
    Fixer { name: "hooks", propose: writing::hooks },
    Fixer { name: "rustc", propose: rustc::propose },
    Fixer { name: "TypeScript", propose: typescript::propose },
    Fixer { name: "go vet", propose: go::vet },
    Fixer { name: "gcc and clang", propose: cc::propose },
    Fixer { name: "the call itself, writing", propose: writing::propose },
];

impl Hand for Tool {
    fn id(&self) -> HandId {
        HandId::Tool
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        let offers = FIXERS.iter().flat_map(move |fixer| {
            let offers = (fixer.propose)(job).with_context(|| format!("fixer {}", fixer.name));
            match offers {
                Ok(candidates) => candidates.into_iter().map(Ok).collect::<Vec<_>>(),
                Err(error) => vec![Err(error)],
            }
        });
        Ok(offer::fresh(job, offers))
    }
}

/// The program's absolute path; a missing one is noted, since it is no failure of ours.
fn program(job: &Job, name: &str) -> Option<String> {
    let found = job.workshop.find_program(name);
    if found.is_none() {
        tracing::debug!(program = name, "the failure asks for a fixer that is not installed");
    }
    found
}

#[cfg(test)]
mod tests;
