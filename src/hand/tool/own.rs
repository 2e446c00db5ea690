//! The repository's own fixers, from the trusted configuration.

use super::LIMIT;
use crate::hand::Job;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

/// What such a command changes is the repository's word: files that nobody writes by hand too.
pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    let mut made = Vec::new();
    for fixer in job.fixers.iter().filter(|fixer| fixer.pattern().is_some_and(|when| when.is_match(job.log))) {
        let Some(command) = fixer.run.to_line(None) else { continue };
        let (_, patch) = job.workshop.capture(&command, &[], LIMIT)?;
        let why = format!("kept what the repository's fixer `{command}` rewrote");
        made.push(Candidate { patch, hand: HandId::Tool, why, confidence: Confidence::Confident });
    }
    Ok(made)
}
