//! The hand `command`: a coding agent that somebody else wrote, in a sandbox and on a copy of the repository. What it
//! says of itself counts for nothing: its result is what it changed, and that is judged like every other candidate.

mod ending;
mod recipe;

pub use recipe::{Places, Recipe};

use super::model::{data, desk};
use super::{Cut, Hand, Job, Unfinished};
use crate::llm::NotPassed;
use crate::patch::Patch;
use crate::process::Finished;
use crate::record::{Candidate, Confidence, FailureClass, HandId};
use crate::report::markdown::one_line;
use crate::report::of_the_change;
use anyhow::Result;
use ending::Ending;

/// An agent whose change fell is told why, and asked once more.
const MOST_TRIES: usize = 2;
/// Of a change that fell, and of what the command printed on it.
const FALLEN: usize = 6_000;

/// What came of an agent.
pub struct Delegated {
    pub agent: Recipe,
    pub done: Finished,
    /// What it changed on its copy.
    pub patch: Patch,
    /// How often it asked the model.
    pub requests: usize,
    /// Why it got no answer, if so.
    pub troubles: Vec<String>,
    /// What of that somebody can mend.
    pub refused: Option<NotPassed>,
    /// The budget let no request through any more.
    pub is_over_budget: bool,
}

pub struct Command;

impl Hand for Command {
    fn id(&self) -> HandId {
        HandId::Command
    }

    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>> {
        // Layout is the business of formatters.
        if job.diagnosis.class == FailureClass::Format {
            return Ok(Box::new(std::iter::empty()));
        }
        Ok(Box::new(Errand { job, tries: 0, last: None }))
    }
}

struct Errand<'a> {
    job: &'a Job<'a>,
    tries: usize,
    /// What it changed the last time.
    last: Option<Patch>,
}

impl Iterator for Errand<'_> {
    type Item = Result<Candidate>;

    fn next(&mut self) -> Option<Self::Item> {
        // One that changed nothing would do so again.
        if self.tries == MOST_TRIES || self.tries > 0 && self.last.is_none() {
            return None;
        }
        self.tries += 1;
        self.attempt().transpose()
    }
}

impl Errand<'_> {
    fn attempt(&mut self) -> Result<Option<Candidate>> {
        let prompt = self.prompt()?;
        let Some(delegated) = self.job.workshop.delegate(&prompt)? else { return Ok(None) };
        let ending = Ending::of(&delegated);
        self.job.workshop.note(HandId::Command, &one_line(&ending.told, 400));
        if let Some(why) = ending.limit {
            let is_work = !delegated.patch.is_empty();
            let work = is_work.then(|| Candidate {
                patch: delegated.patch.clone(),
                hand: HandId::Command,
                why: format!("the change by {}, as far as it came", delegated.agent.name),
                confidence: Confidence::Unsure,
            });
            self.job.workshop.leave(Unfinished { why, cut: Cut::Limit, mend: None, work });
        }
        if let Some(NotPassed { why, mend, .. }) = delegated.refused.clone().filter(|_| delegated.patch.is_empty()) {
            self.job.workshop.leave(Unfinished { why, cut: Cut::Refusal, mend, work: None });
        }
        let is_new = self.last.as_ref().is_none_or(|last| last.digest() != delegated.patch.digest());
        if delegated.patch.is_empty() || !is_new {
            self.last = None;
            return Ok(None);
        }
        self.last = Some(delegated.patch.clone());
        let said = one_line(&of_the_change(&one_line(&data::plain(&ending.said, 2_000), 1_000)), 160);
        let name = &delegated.agent.name;
        let why = if said.is_empty() { format!("a change by {name}") } else { format!("a change by {name}: {said}") };
        let (patch, hand) = (delegated.patch, HandId::Command);
        Ok(Some(Candidate { patch, hand, why, confidence: Confidence::Suggested }))
    }

    fn prompt(&self) -> Result<String> {
        let mut prompt = include_str!("prompt.md").to_owned();
        prompt.push('\n');
        prompt += &desk::first(self.job, "", data::tokens(&prompt))?;
        if let Some(last) = &self.last {
            let fallen = self.job.workshop.last_result();
            prompt += "An earlier change of yours fell; the repository is without it again.\n\n";
            prompt += &data::block("why it fell", &fallen.result, 1_000);
            prompt += &data::block("your change", &last.unified_diff(), FALLEN);
            prompt += &data::block("what the command printed on it", &fallen.output, FALLEN);
        }
        Ok(prompt)
    }
}
