//! The reviewer's word on what the command has proven: what blocks goes back to whoever wrote it, a few times.

use super::{Candidate, CheckResult, Confidence, Ending, HandId, Outcome, Run, State, Trial, verify};
use crate::guard::blocked_by;
use crate::hand::review::{self, Question};
use crate::llm::Model;
use crate::patch::Patch;
use crate::record::entry::Verdict;
use crate::stage::heal::Reviewing;
use crate::stage::heal::outward::summarize;

/// What the reviewer has had against candidates until now.
#[derive(Default)]
pub(super) struct Objections {
    pub(super) times: u64,
    /// There is no going back any more.
    pub(super) is_last: bool,
    /// The last candidate that is proven, and that it does not let pass: for people.
    pub(super) ending: Option<Ending>,
}

impl State<'_, '_> {
    /// Passed, unless a reviewer is there who blocks it. The patch is applied.
    pub(super) fn reviewed(&mut self, patch: Patch, run: Run, mut guards: Vec<CheckResult>) -> anyhow::Result<Trial> {
        self.review = None;
        // An agent asks a model, too.
        let by_model = matches!(self.author, HandId::Model | HandId::Command);
        let manner = self.bench.job.manner.review.as_ref();
        let Some(manner) = manner.filter(|manner| manner.always || by_model) else {
            return Ok(Trial::Passed(Box::new((patch, run, guards))));
        };
        let mut evidence = super::super::evidence(self.bench, self.base);
        let compared = verify::compare(self.base, &run);
        evidence.after = Some(summarize(&run));
        (evidence.fail_to_pass, evidence.pass_to_pass) = (compared.fail_to_pass, compared.pass_to_pass);
        let reported = self.aim.text.unwrap_or(&self.bench.job.text);
        let question = Question { reported, patch: &patch, evidence: &evidence, guards: &guards };
        let review = self.reviewer(manner).and_then(|model| {
            (self.bench.say)("review", "asking the reviewer");
            review::review(model, &question)
        });
        guards.push(review::as_check(&review));
        let fact = match review {
            Err(why) => {
                (self.bench.say)("review", &format!("no review: {why}"));
                None
            }
            Ok(fact) => Some(fact),
        };
        let Some(fact) = fact.clone().filter(|fact| fact.verdict == Verdict::Changes) else {
            self.review = fact;
            return Ok(Trial::Passed(Box::new((patch, run, guards))));
        };
        let claim = blocked_by(&guards);
        // Only a model can be told why.
        self.objections.is_last = self.objections.times >= manner.rounds && by_model;
        self.objections.times += 1;
        self.bench.tell_output(&review::objections(&fact));
        let candidate =
            Candidate { patch, hand: self.author, why: self.why.join("; "), confidence: Confidence::Unsure };
        let reason = format!("the command passes with a patch that the reviewer does not let pass: {claim}");
        self.objections.ending = Some(Ending {
            candidate: Some(candidate),
            after: Some((summarize(&run), verify::compare(self.base, &run))),
            guards,
            review: Some(fact),
            ..Ending::new(Outcome::Blocked, reason)
        });
        Ok(Trial::Fell(claim))
    }

    /// Who is asked, or why nobody is.
    fn reviewer(&self, manner: &Reviewing) -> Result<&dyn Model, String> {
        match (&manner.missing, self.bench.reviewer) {
            (Some(why), _) => Err(why.clone()),
            (None, Some(model)) if manner.another && review::is_missing(model) => {
                Err("the recording has no reviewer".to_owned())
            }
            (None, Some(model)) => Ok(model),
            (None, None) => Err("there is no model to ask".to_owned()),
        }
    }
}
