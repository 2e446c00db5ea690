//! Publish: branch, commit, pull request, one comment, annotations. Holds the token, has no checkout,
//! executes nothing. Every step looks first and can be repeated, so that an attempt that was killed
//! anywhere is finished by the next one; creating the branch ref is the lock.

mod again;
mod answers;
mod branch;
pub mod claims;
mod judge;
mod pull;
mod tell;

pub use branch::{attempt_parts, is_our_past, trailer};

use super::Say;
use super::proposal::Proposal;
use crate::config::Config;
use crate::forge::{Forge, ForgeError};
use crate::ids::{AttemptName, BranchName, Sha};
use crate::record::{Candidate, Outcome};
use crate::report::{self, Story};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where and how to tell about it.
pub struct Setting<'a> {
    pub forge: &'a dyn Forge,
    pub config: &'a Config,
    pub default_branch: &'a BranchName,
    /// Whether the ledger has the commit as this task's.
    pub is_recorded: &'a dyn Fn(&Sha) -> bool,
    /// Whether an attempt of another run ended without a word.
    pub is_dead: &'a dyn Fn(&str) -> bool,
    pub run_url: Option<String>,
    /// Where people look at the repository.
    pub web: String,
    pub cancel: &'a AtomicBool,
    pub say: Say<'a>,
}

impl Setting<'_> {
    fn story<'a>(&'a self, proposal: &'a Proposal, published: &'a Published) -> Story<'a> {
        published.story(proposal, &self.web, self.run_url.as_deref())
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    pub branch: Option<BranchName>,
    pub commit: Option<Sha>,
    pub pull: Option<u64>,
    pub pull_url: Option<String>,
    /// By this attempt.
    pub is_new: bool,
    /// Why something was not published; a whole sentence.
    pub refused: Option<String>,
    /// The page that opens the refused pull request with one click.
    pub compare_url: Option<String>,
    /// The annotations that the Checks API did not take; printed as workflow commands instead.
    pub annotations: Vec<(String, u32, String)>,
    /// The attempt whose unfinished branch became ours.
    pub took_over: Option<AttemptName>,
}

impl Published {
    /// What reports tell of the proposal now; `web` is where people look at the repository.
    pub fn story<'a>(&'a self, proposal: &'a Proposal, web: &'a str, run_url: Option<&'a str>) -> Story<'a> {
        Story {
            branch: self.branch.as_ref(),
            commit: self.commit.as_ref(),
            web,
            run_url,
            pull_url: self.pull_url.as_deref(),
            refused: self.refused.as_deref(),
            compare_url: self.compare_url.as_deref(),
            ..proposal.story()
        }
    }
}

/// A step's end: go on, or stop with this outcome.
enum Stop {
    Outcome(Outcome, String),
    Refused(String),
    /// Not now; another attempt may get further.
    Later(String),
}

/// Publishes the proposal and settles its outcome in place.
pub fn publish(setting: &Setting, proposal: &mut Proposal) -> Published {
    let mut published = Published::default();
    if let Some(candidate) = proposal.healing.repair().cloned() {
        let judged = judge::again(setting, proposal, &candidate.patch);
        match judged.and_then(|()| change(setting, proposal, &candidate, &mut published)) {
            Ok(()) => proposal.healing.outcome = Outcome::Fixed,
            Err(Stop::Refused(_) | Stop::Later(_)) if setting.is_cancelled() => {
                stopped(proposal);
            }
            Err(Stop::Refused(why)) => published.refused = Some(why),
            Err(Stop::Later(why)) => {
                proposal.healing.retry_wanted = Some(why.clone());
                published.refused = Some(why);
            }
            Err(Stop::Outcome(outcome, why)) => {
                proposal.healing.outcome = outcome;
                proposal.healing.reason = why;
            }
        }
    }
    // Of a forge that did not answer nothing more is asked.
    if proposal.healing.outcome == Outcome::Transient && proposal.healing.retry_wanted.is_none() {
        tell::ask_for_rerun(setting, proposal);
    }
    let is_told = tell::tell(setting, proposal, &mut published);
    // An attempt that is recorded as fixed has nothing left for the next one to finish.
    if !is_told && setting.is_cancelled() && proposal.healing.outcome == Outcome::Fixed {
        stopped(proposal);
    }
    answers::answer(setting, proposal, &published);
    published
}

fn stopped(proposal: &mut Proposal) {
    let why = "stopped from outside while it was published; another attempt finishes it";
    proposal.healing = std::mem::take(&mut proposal.healing).end(Outcome::Cancelled, why);
}

/// Branch, commit, pull request.
fn change(
    setting: &Setting,
    proposal: &Proposal,
    candidate: &Candidate,
    published: &mut Published,
) -> Result<(), Stop> {
    let Some(base) = &proposal.base else {
        return Err(Stop::Refused(
            "The proposal names no base commit, so there is nothing to put a branch on.".to_owned(),
        ));
    };
    judge::unmoved(setting, base, proposal, &candidate.patch)?;
    let branch = our_branch(setting, proposal)?;
    if branch == proposal.target {
        // A failing build of our own branch: another attempt on that branch's pull request.
        (setting.say)("publish", "the failing branch is our own; the repair goes on top of it");
    }
    if branch != proposal.target
        && let Some(pull) = again::holds(setting, &branch, &proposal.target, &candidate.patch)
    {
        return Err(Stop::Outcome(Outcome::Duplicate, format!("{} makes this very change already", pull.url)));
    }
    let message = report::commit_message(&setting.story(proposal, published));
    let commit = setting
        .forge
        .create_commit(Some(base), &candidate.patch, &message)
        .map_err(|e| cannot_write(&e, "store the commit", "contents: write"))?;
    published.took_over = branch::take(setting, proposal, &branch, &commit)?;
    published.branch = Some(branch.clone());
    published.commit = Some(commit);
    (setting.say)("publish", &format!("branch {branch}"));
    pull::open(setting, proposal, &branch, published)
}

fn our_branch(setting: &Setting, proposal: &Proposal) -> Result<BranchName, Stop> {
    let name = format!("{}/{}", setting.config.branch.prefix, proposal.task.key);
    let branch = BranchName::parse(name).map_err(|e| Stop::Outcome(Outcome::Error, e.to_string()))?;
    if branch == setting.config.ledger.branch || branch == *setting.default_branch {
        return Err(Stop::Outcome(Outcome::Blocked, format!("the branch {branch} is not for repairs")));
    }
    Ok(branch)
}

fn cannot_write(error: &ForgeError, what: &str, needs: &str) -> Stop {
    match error {
        ForgeError::Stale { .. } => Stop::Outcome(
            Outcome::Blocked,
            format!(
                "the base commit's files are not what the patch was made for: {error}; what a step changes in the tree \
                 must be committed, or come after thanos-fix"
            ),
        ),
        ForgeError::Forbidden { .. } | ForgeError::NotFound { .. } => Stop::Refused(format!(
            "Could not {what}: the token lacks `{}` ({error}).",
            error.missing_permission().unwrap_or(needs)
        )),
        ForgeError::Unauthorized { .. } | ForgeError::Unprocessable { .. } | ForgeError::Secret { .. } => {
            Stop::Refused(format!("Could not {what}: {}", sentence(error)))
        }
        _ => Stop::Later(format!("Could not {what}: {}", sentence(error))),
    }
}

/// With one full stop: the forge's own words may bring theirs.
fn sentence(error: &ForgeError) -> String {
    format!("{}.", error.to_string().trim_end_matches('.'))
}
