//! Heal: run the command, say what is wrong, climb the ladder, prove the repair. It runs repository
//! code, so in the Action it is a process of its own that holds no secret.

mod ladder;
mod prove;
mod shop;

use super::Say;
use crate::brain::{self, log};
use crate::command::CommandLine;
use crate::config::Policy;
use crate::record::{
    CheckResult, Evidence, FailureClass, HandId, Healing, LogReport, Outcome, RunSummary, Seconds, Signature, Tokens,
    Tried,
};
use crate::task::Request;
use crate::verify::{Run, Verifier};
use crate::workspace::Tree;
use anyhow::Result;
use prove::Bench;
use serde::{Deserialize, Serialize};
use shop::Shop;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Everything the stage needs; crosses the process boundary as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// The tree to repair.
    pub root: PathBuf,
    /// Where old states are kept until the tree is accepted or restored; outside the tree.
    pub journal: PathBuf,
    /// The attempt's private temporary folder, kept between its runs.
    pub scratch: PathBuf,
    pub command: CommandLine,
    /// Where the command came from, for people.
    pub command_from: String,
    pub prepare: Vec<CommandLine>,
    /// What the log of the failed build said.
    pub recorded: Option<LogReport>,
    /// The title and cleaned body, for suspects.
    pub text: String,
    pub request: Request,
    pub hands: Vec<HandId>,
    pub policy: Policy,
    pub sandbox: crate::config::Sandbox,
    /// The complete environment of every child.
    pub env: Vec<(String, String)>,
    pub timeout_seconds: u64,
    pub budget_seconds: u64,
    /// What earlier attempts tried: untrusted, used only to skip and to tell.
    pub tried: Vec<Tried>,
    /// Leave the repair in the tree (`heal`), or put the tree back (`run`).
    pub keep: bool,
}

/// Runs the stage. Whatever happens, the tree ends either repaired (and `keep` was set) or as it began.
pub fn heal(job: &Job, cancel: &AtomicBool, say: Say) -> Result<Healing> {
    let started = Instant::now();
    let mut tree = Tree::open(&job.root, &job.journal)?;
    let verifier = Verifier::new(job.into_settings(tree.root(), cancel))?;
    let deadline = started + Duration::from_secs(job.budget_seconds);
    let mut bench = Bench::new(job, &mut tree, &verifier, deadline, cancel, say);
    let mut healing = work(&mut bench)?;
    if job.keep && healing.outcome == Outcome::Proposed {
        bench.accept()?;
    } else {
        bench.restore()?;
    }
    healing.seconds.total = started.elapsed().as_secs_f64();
    Ok(healing)
}
