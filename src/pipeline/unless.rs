//! What keeps a repair that is proven from being published: nobody wants it, or it is about something else.

use super::{MANY, Pipeline, cancelled};
use crate::event::Event;
use crate::forge::PullState;
use crate::ids::BranchName;
use crate::record::{Healing, Outcome};
use crate::report;
use crate::stage::collect::{self, Collected};
use crate::task::{self, Kind, Task};

impl Pipeline<'_> {
    /// The healing, unless it failed because everything was to end: nobody who stops a run wants another one.
    pub(super) fn unless_cancelled(&self, healing: Healing) -> Healing {
        if self.is_cancelled() && healing.retry_wanted.is_some() { cancelled(healing) } else { healing }
    }

    /// The healing, unless people closed our pull request for this very failure, and nobody asked again.
    pub(super) fn unless_declined(&self, healing: Healing, task: &Task, event: &Event) -> Healing {
        if task::is_asked(event) || healing.outcome != Outcome::Proposed {
            return healing;
        }
        let branch = BranchName::parse(format!("{}/{}", self.config.branch.prefix, task.key)).ok();
        let pull = branch.and_then(|b| self.forge.pull_of(&b).ok().flatten());
        let Some(pull) = pull.filter(|p| p.state == PullState::Closed) else { return healing };
        let signature = healing.diagnosis.as_ref().map(|d| &d.signature);
        let records = self.store.of_task(&task.key, MANY).unwrap_or_default();
        if !records.iter().any(|r| r.pr == Some(pull.number) && r.signature.as_ref() == signature) {
            return healing;
        }
        let ask = collect::to_ask_again(self.config);
        let why = format!("{} was closed without being merged, and the failure is the same; {ask}", pull.url);
        Healing { candidate: None, ..healing.end(Outcome::Duplicate, why) }
    }

    /// The healing, unless nobody asked for it and the issue that woke us is about something else: what it repairs is told.
    pub(super) fn unless_unrelated(&self, healing: Healing, work: &Collected, event: &Event) -> Healing {
        if task::is_asked(event) || work.task.kind != Kind::Issue || healing.outcome != Outcome::Proposed {
            return healing;
        }
        if report::unrelated(&work.text, &healing).is_none() {
            return healing;
        }
        let here = healing.diagnosis.as_ref().and_then(|d| d.first_error.clone()).unwrap_or_default();
        let why = format!(
            "not reproduced: what fails here is not what the issue reports ({}); a repair of that is at hand, and the label `{}` or `/thanos fix` asks for it",
            report::markdown::one_line(&here, 160),
            self.config.triggers.label
        );
        Healing { candidate: None, ..healing.end(Outcome::Explained, why) }
    }
}
