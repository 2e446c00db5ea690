//! Hands propose candidate patches for a diagnosis. They stand on a ladder from cheapest to dearest;
//! the heal stage climbs it and stops at the first candidate that passes every guard.
//!
//! To add a hand: one file (or folder) here, one entry in [`ladder`], one name in [`HandId`].

mod cc;
pub mod command;
pub mod hint;
pub mod model;
mod offer;
pub mod recall;
mod recent;
pub mod revert;
pub mod review;
pub mod search;
#[cfg(test)]
mod testing;
pub mod tool;
pub mod words;

use crate::command::CommandLine;
use crate::config::{self, OwnFixer};
use crate::git::Step;
use crate::guard;
use crate::ids::{RelPath, Sha};
use crate::llm;
use crate::patch::Patch;
use crate::process;
use crate::record::entry::{Decision, Learning};
use crate::record::{Candidate, CheckResult, Diagnosis, HandId, Outcome, Tried};
use crate::verify::Trial;
use anyhow::Result;
use std::time::Duration;

/// What a hand gets to look at and to use. It never writes to the tree: it returns patches.
pub struct Job<'a> {
    pub diagnosis: &'a Diagnosis,
    /// What the failing command printed here, stdout and stderr together, uncut where possible.
    pub log: &'a str,
    pub command: &'a CommandLine,
    pub workshop: &'a dyn Workshop,
    /// The repository's own ways to mend itself.
    pub fixers: &'a [OwnFixer],
    /// What was tried before, in this attempt and earlier ones, and how it fell.
    pub tried: &'a [Tried],
    /// What a model is asked to do; [`REPAIR`] nearly always.
    pub aim: &'a str,
    /// What was reported, cleaned; empty where nobody wrote anything.
    pub text: &'a str,
    /// A language model, where there is one to ask.
    pub model: Option<&'a dyn llm::Model>,
    /// The lessons that the diagnosis names as seen before, whole.
    pub learnings: Vec<&'a Learning>,
    /// How it is to be asked.
    pub asking: &'a config::Model,
    /// For hands that draw lots.
    pub seed: u64,
}

/// The usual aim.
pub const REPAIR: &str = "This command fails; repair it.";

/// The repository as a hand sees it.
pub trait Workshop {
    /// `None` when the file is absent, not regular, or behind a symbolic link.
    fn read(&self, path: &RelPath) -> Result<Option<Vec<u8>>>;
    /// Regular files that git would track, sorted.
    fn files(&self) -> Result<&[RelPath]>;
    /// A path as a log wrote it (absolute, `./`, another machine's prefix) → the file it means here.
    fn resolve(&self, path: &str) -> Option<RelPath>;
    /// Runs a fixer in `directory` (the root when `None`), sandboxed, nothing secret in its environment.
    /// What it writes into the tree is undone; use [`Workshop::capture`] to get it as a patch.
    fn run(&self, command: &CommandLine, stdin: Option<&[u8]>, limit: Duration) -> Result<process::Finished>;
    /// Runs a tool that rewrites files in place; what it changed comes back as a patch, the tree as it was.
    /// An empty `paths` watches every file.
    fn capture(&self, command: &CommandLine, paths: &[RelPath], limit: Duration) -> Result<(process::Finished, Patch)>;
    /// The absolute path of a program in the command's environment, also in `node_modules/.bin`,
    /// `.venv/bin` and `venv/bin` of the repository (its own pinned version comes first).
    fn find_program(&self, name: &str) -> Option<String>;
    /// What is left of the budget.
    fn left(&self) -> Duration;
    /// A line of progress for people.
    fn tell(&self, line: &str) {
        self.tell_as(HandId::Search, line);
    }
    /// The same, of another hand than the one that tells most.
    fn tell_as(&self, hand: HandId, line: &str);
    /// The same, kept for the report.
    fn note(&self, hand: HandId, line: &str);
    /// A choice with what spoke for it, for the ledger.
    fn decide(&self, decision: Decision);
    /// The work of a hand ended before its time.
    fn leave(&self, unfinished: Unfinished);
    /// What was done to the repository of late, the newest first; empty where there is no history.
    fn steps(&self) -> Result<&[Step]>;
    /// What a step changed, as files of the tree.
    fn change_of(&self, step: &Step) -> Result<Patch>;
    /// What has changed since a commit, uncommitted work included.
    fn change_since(&self, from: &Sha) -> Result<Patch>;
    /// What the guards over data say of a patch.
    fn judge(&self, patch: &Patch) -> Vec<CheckResult>;
    /// Whether they let a patch with this in it pass.
    fn allows(&self, patch: &Patch) -> bool {
        guard::passes(&self.judge(patch))
    }
    /// Runs the command with the patch applied, and takes the patch back. For hands that must know how one idea
    /// fared before they have the next; `what` is for people.
    fn try_patch(&self, patch: &Patch, what: &str) -> Result<Trial>;
    /// Runs the command, or a line of sh that a model has thought of, with the patch applied, which is taken back; `None`
    /// when it does not apply. Nothing that it makes is left to be passed by later.
    fn run_with(&self, patch: &Patch, line: Option<&str>, limit: Duration) -> Result<Option<process::Finished>>;
    /// Talks with a command on its standard streams while it runs, with the patch applied as in [`Workshop::run_with`].
    fn converse(
        &self,
        patch: &Patch,
        command: &CommandLine,
        limit: Duration,
        dialog: Dialog,
    ) -> Result<Option<process::Finished>>;

    /// Has the agent that is configured do what `prompt` says, on a copy of the repository; `None` without one.
    fn delegate(&self, prompt: &str) -> Result<Option<command::Delegated>> {
        let _ = prompt;
        Ok(None)
    }
    /// What became of the last candidate.
    fn last_result(&self) -> Fallen;
}

/// What is said to a command, and what it answers.
pub type Dialog<'a> = &'a mut (dyn FnMut(&mut dyn std::io::Write, &mut dyn std::io::BufRead) + Send);

/// Why a candidate fell, and what the command printed on it, if it was run.
#[derive(Debug, Clone, Default)]
pub struct Fallen {
    pub result: String,
    pub output: String,
}

/// Work that ended before its author had an end: kept for people and for the next attempt.
#[derive(Debug, Clone)]
pub struct Unfinished {
    pub why: String,
    pub cut: Cut,
    /// What somebody has to set so that it does not end so again.
    pub mend: Option<String>,
    pub work: Option<Candidate>,
}

impl Unfinished {
    /// How a run ends by it, and why: only a limit is one of budget.
    pub fn told(&self) -> (Outcome, String) {
        let (outcome, what) = match self.cut {
            Cut::Limit => (Outcome::Budget, "the model's budget is used up"),
            Cut::Silence | Cut::Refusal => (Outcome::Explained, "no answer is to be had from the model"),
        };
        (outcome, format!("{what}: {}", self.why))
    }
}

/// What ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Limit,
    /// Nobody answers, which may pass.
    Silence,
    /// Nobody there will answer, however often they are asked.
    Refusal,
}

/// A rung of the ladder.
pub trait Hand {
    fn id(&self) -> HandId;
    /// Candidates, best first, made lazily: the next one is only computed when the last one fell.
    /// "Nothing to propose" is an empty iterator; `Err` means that the hand itself broke.
    fn propose<'a>(&'a self, job: &'a Job<'a>) -> Result<Box<dyn Iterator<Item = Result<Candidate>> + 'a>>;
}

/// The hands in the order in which they are asked, cheapest first.
pub fn ladder() -> Vec<Box<dyn Hand>> {
    vec![
        Box::new(recall::Recall),
        Box::new(tool::Tool),
        Box::new(hint::Hint),
        Box::new(search::Search),
        Box::new(model::Model),
        Box::new(command::Command),
        Box::new(revert::Revert),
    ]
}
