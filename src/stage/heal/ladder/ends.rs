//! How a climb ends, in words.

use super::{Ending, LONGEST_WORK, State};
use crate::brain::programs;
use crate::guard::blocked_by;
use crate::hand::{Cut, Unfinished};
use crate::record::{Candidate, CheckResult, Outcome, Tried};
use crate::stage::heal::outward::summarize;
use crate::verify::{self, Run};

impl State<'_, '_> {
    pub(super) fn passed(&self, run: &Run, guards: Vec<CheckResult>) -> Ending {
        let candidate = Candidate {
            patch: self.ground.clone(),
            hand: self.hand,
            why: self.why.join("; "),
            confidence: self.confidence,
        };
        Ending {
            candidate: Some(candidate),
            after: Some((summarize(run), verify::compare(self.base, run))),
            guards,
            review: self.review.clone(),
            ..Ending::new(Outcome::Proposed, self.why.join("; "))
        }
    }

    pub(super) fn ended(&self, outcome: Outcome) -> Ending {
        let reason = match outcome {
            Outcome::Cancelled => "stopped from outside; the tree is as it was".to_owned(),
            _ => format!("the budget of {} s is used up (budget.seconds)", self.bench.job.budget_seconds),
        };
        Ending { cut: Some(Cut::Limit), ..Ending::new(outcome, reason) }
    }

    fn why_none(&self) -> String {
        let shut = self.bench.shut.borrow();
        let shut =
            shut.as_ref().map(|path| format!("the repair would change {path}, which is read-only: make it writable"));
        shut.or_else(|| programs::advice(&self.base.text))
            .unwrap_or_else(|| "no hand has a candidate for this failure".to_owned())
    }

    /// A hand's work was cut off: it is shown, and kept for the next attempt.
    fn unfinished(&mut self, left: Unfinished) -> Ending {
        let (outcome, reason) = left.told();
        let ending = |reason| Ending { cut: Some(left.cut), mend: left.mend.clone(), ..Ending::new(outcome, reason) };
        let Some(work) = left.work else { return ending(reason) };
        let patch = self.ground.then(&work.patch);
        let (digest, diff) = (patch.digest(), patch.unified_diff());
        let diff = Some(diff).filter(|diff| diff.len() <= LONGEST_WORK);
        match self.tried.iter_mut().find(|tried| tried.digest == digest) {
            Some(tried) => tried.work = diff,
            None => {
                let (why, result) = (work.why.clone(), format!("unfinished: {}", left.why));
                self.tried.push(Tried { digest, hand: work.hand, why, result, work: diff });
            }
        }
        let reason = format!("{reason}; its work so far is kept as a patch, not applied");
        Ending { candidate: Some(Candidate { patch, ..work }), ..ending(reason) }
    }

    pub(super) fn gave_up(&mut self) -> Ending {
        if let Some(ending) = self.unsure.take() {
            return ending;
        }
        // Proven, and not let pass: more than nothing.
        if let Some(ending) = self.objections.ending.take() {
            return ending;
        }
        let left = self.bench.unfinished.borrow_mut().take();
        if let Some(left) = left {
            return self.unfinished(left);
        }
        if let Some(guards) = self.blocked.clone().filter(|_| self.judged == 0) {
            let reason = format!("the only candidates were refused: {}", blocked_by(&guards));
            return Ending { guards, ..Ending::new(Outcome::Blocked, reason) };
        }
        let earlier = self.bench.job.tried.len();
        let reason = match (self.judged, earlier) {
            (0, 0) => self.why_none(),
            (0, n) => format!(
                "no hand has a candidate beside {} that failed on this commit before",
                crate::report::count(n, "candidate")
            ),
            (n, _) => {
                let refused = match self.tried.len().saturating_sub(n) {
                    0 => String::new(),
                    refused => format!(" ({refused} more not even run)"),
                };
                format!("{} tried, none passes{refused}", crate::report::count(n, "candidate"))
            }
        };
        Ending::new(Outcome::Explained, reason)
    }
}
