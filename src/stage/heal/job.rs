//! Everything that the heal stage is given.

use super::{Agent, Manner};
use crate::command::{CommandLine, SetUp};
use crate::config::{self, Config, Confinement, OwnFixer, OwnGuard, Policy};
use crate::ids::Sha;
use crate::learn;
use crate::llm;
use crate::record::{HandId, LogReport, Tried};
use crate::task::Request;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Whoever wants no other one gets this.
pub const SEED: u64 = 20;

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
    /// Set-up commands, run first with the network on.
    pub prepare: Vec<SetUp>,
    /// The command is a step of a workflow, and finds what a step finds around it.
    pub as_step: bool,
    /// It is known to have failed, whatever its log tells.
    pub has_failed: bool,
    /// What the log of the failed build said.
    pub recorded: Option<LogReport>,
    /// The title and cleaned body, for suspects.
    pub text: String,
    pub request: Request,
    pub hands: Vec<HandId>,
    /// A commit after which it broke, where one is known.
    #[serde(default)]
    pub since: Option<Sha>,
    pub policy: Policy,
    /// The repository's own fixers, from the trusted configuration.
    pub fixers: Vec<OwnFixer>,
    /// The repository's own guards, from there too.
    pub guards: Vec<OwnGuard>,
    pub sandbox: Confinement,
    /// Unreadable for every child, beside the usual places of credentials.
    pub hidden: Vec<PathBuf>,
    /// The complete environment of every child.
    pub env: Vec<(String, String)>,
    pub timeout_seconds: u64,
    pub budget_seconds: u64,
    /// For hands that draw lots: the same one, the same result.
    pub seed: u64,
    /// What earlier attempts tried: untrusted, used only to skip and to tell.
    pub tried: Vec<Tried>,
    /// What earlier runs left, data from the ledger, for a stage in a process of its own.
    #[serde(default)]
    pub experience: learn::Experience,
    /// Where a model answers, in another process than this job's.
    #[serde(default)]
    pub model: Option<llm::Address>,
    /// Who is asked beside our own hands.
    #[serde(default)]
    pub agent: Option<Agent>,
    #[serde(default)]
    pub manner: Manner,
    /// How it is to be asked.
    #[serde(default)]
    pub asking: config::Model,
    /// Leave the repair in the tree (`heal`), or put the tree back (`run`).
    pub keep: bool,
}

impl Job {
    /// What the configuration says of a job: a repair of the tree at `root`, which is left as it was, proven by `command`
    /// from `place`, a folder of the job's own.
    pub fn of(config: &Config, root: PathBuf, place: &Path, command: CommandLine) -> Self {
        Self {
            root,
            journal: place.join("journal"),
            scratch: place.join("private"),
            command,
            prepare: Vec::new(),
            as_step: false,
            has_failed: false,
            recorded: None,
            text: String::new(),
            request: Request::Fix,
            hands: config.hands.0.clone(),
            since: None,
            policy: config.policy.clone(),
            fixers: config.fixers.clone(),
            guards: config.guards.clone(),
            sandbox: config.sandbox.clone(),
            hidden: Vec::new(),
            env: Vec::new(),
            timeout_seconds: config.verify.timeout_seconds.min(config.budget.seconds),
            budget_seconds: config.budget.seconds,
            seed: SEED,
            tried: Vec::new(),
            experience: learn::Experience::default(),
            model: None,
            agent: None,
            manner: Manner::of(config, Vec::new()),
            asking: config.model.clone(),
            keep: false,
        }
    }
}
