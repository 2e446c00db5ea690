//! Every sentence that people read, in one room. Pure: data in, Markdown or plain text out. Foreign
//! text is made inert before it is quoted; masking happens on the way out, in the adapters.

mod comment;
pub mod markdown;
mod notice;
mod plain;
mod progress;
mod pull;
mod review;
mod score;
mod seen;
mod summary;
mod terminal;
mod thread;

pub use comment::{answered, comment, marker};
pub use notice::{Kind as NoticeKind, Notice, in_its_hour};
pub use plain::{in_words, may_be_said, of_the_change};
pub use progress::{Progress, ended, is_under_way, progress, without_progress};
pub use pull::{commit_message, confinement, pull_body, pull_title, sandbox, unrelated};
pub use score::score_line;
pub use seen::seen_line;
pub use summary::{annotations, summary};
pub use terminal::{Kept, guard_lines, verdict};
pub use thread::thread_answer;

pub use crate::brain::text::count;

use crate::brain;
use crate::ids::{AttemptName, BranchName, Sha};
use crate::record::entry::Decision;
use crate::record::{Assumed, CheckStatus, Healing, Outcome, Tokens};
use crate::task::Task;

/// Longest body that GitHub takes is 65,536 characters; we stop earlier, on a line boundary.
pub const MAX_BODY: usize = 60_000;

/// What there is to tell about one attempt.
#[derive(Clone, Copy)]
pub struct Story<'a> {
    pub task: &'a Task,
    pub healing: &'a Healing,
    pub attempt: &'a AttemptName,
    pub base: Option<&'a Sha>,
    pub target: &'a BranchName,
    pub branch: Option<&'a BranchName>,
    pub commit: Option<&'a Sha>,
    /// Where people look at the repository: `https://github.com/o/r`.
    pub web: &'a str,
    /// The page of the run that made it.
    pub run_url: Option<&'a str>,
    pub pull_url: Option<&'a str>,
    /// Why something that should have been published was not; a whole sentence.
    pub refused: Option<&'a str>,
    /// The page that opens the refused pull request with one click.
    pub compare_url: Option<&'a str>,
}

impl Story<'_> {
    /// One line: what is wrong.
    fn problem(&self) -> String {
        let diagnosis = self.healing.diagnosis.as_ref();
        let quoted = diagnosis.and_then(|d| d.first_error.as_deref()).unwrap_or(&self.task.title);
        markdown::one_line(quoted, 240)
    }

    fn stats(&self) -> String {
        let Some(candidate) = &self.healing.candidate else { return "nothing".to_owned() };
        let stats = candidate.patch.stats();
        format!("{}, +{} −{}", count(stats.files, "file"), stats.added, stats.removed)
    }

    fn cost(&self) -> String {
        format!("{}, {:.1} s", tokens(self.healing), self.healing.seconds.total)
    }
}

/// What a model cost; `0 tokens` where none was asked.
fn tokens(healing: &Healing) -> String {
    money(healing.tokens, healing.cost_usd, healing.assumed, 4)
}

/// The same of any sum: what nobody counted is told apart from the provider's figures.
pub fn money(tokens: Tokens, usd: f64, assumed: Assumed, digits: usize) -> String {
    let sum = match tokens.all() {
        0 => return "0 tokens".to_owned(),
        all => format!("{all} tokens, ${usd:.digits$}"),
    };
    if assumed.is_none() {
        return sum;
    }
    let answers = count(usize::try_from(assumed.answers).unwrap_or(usize::MAX), "answer");
    let (tokens, usd) = (assumed.tokens, assumed.usd);
    format!(
        "{sum}, of which {tokens} tokens and ${usd:.digits$} are assumed: {answers} broke off or came without figures"
    )
}

/// The choice of a route that leads to nobody.
pub const NO_MODEL: &str = "no model";

/// Which models were asked, why, and what that was thought to cost; `None` where none was.
fn asked(healing: &Healing) -> Option<String> {
    let routes = healing.decisions.iter().filter(|decision| decision.about == "route" && decision.choice != NO_MODEL);
    let one = |decision: &Decision| {
        let about = decision.options.iter().find(|(name, _)| *name == decision.choice);
        let about = about.map_or_else(String::new, |(_, usd)| format!(", about ${usd:.3}"));
        let why = brain::text::inert(&markdown::one_line(&decision.why, 200));
        format!("{}{about} ({why})", markdown::code(&decision.choice))
    };
    let told: Vec<String> = routes.map(one).collect();
    (!told.is_empty()).then(|| format!("Asked: {}.", told.join("; ")))
}

/// The outcome in half a sentence.
pub fn outcome_phrase(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fixed => "fixed, with a pull request",
        Outcome::Proposed => "a proven patch, not published as a pull request",
        Outcome::Healthy => "nothing fails",
        Outcome::Flaky => "flaky: it fails and passes on the same commit",
        Outcome::Transient => "infrastructure, not code: no patch",
        Outcome::Explained => "explained, no patch proven",
        Outcome::Blocked => "blocked",
        Outcome::Budget => "the budget is used up",
        Outcome::Duplicate => "already handled",
        Outcome::Ignored => "not for us",
        Outcome::Recorded => "what became of an earlier repair was recorded",
        Outcome::Cancelled => "cancelled",
        Outcome::Error => "thanos-fix itself broke",
        Outcome::Lost => "ended without a word",
    }
}

fn status_word(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pass => "pass",
        CheckStatus::Warn => "warn",
        CheckStatus::Fail => "FAIL",
        CheckStatus::Skipped => "skipped",
    }
}

#[cfg(test)]
mod tests;
