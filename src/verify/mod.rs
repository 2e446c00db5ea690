//! Runs the repository's own command and reads what each test said: the proof that a failure is real and that
//! a repair is one.

mod caches;
mod detect;
mod differences;
mod fetch;
mod installs;
mod leading;
mod only;
mod plan;
mod results;
mod runner;
mod surroundings;
mod words;

pub use caches::caches;
pub use detect::detect;
pub use fetch::downloads;
pub use installs::{install_places, off_path, private_env, wants_user_pip};
pub use leading::apart;
pub use plan::{Plan, plan};
pub use results::{Comparison, Status, TestResults};
pub use surroundings::set_own;

use crate::command::CommandLine;
use crate::process::{self, Finished, Layer, LimitHit, Limits, OnOutput, Sandbox, Spec};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// How the folder of one run's reports and caches is called, below the scratch folder.
pub const FOLDER: &str = "run-";

/// One run of the command.
#[derive(Debug, Clone)]
pub struct Run {
    pub finished: Finished,
    /// `None` when the output says nothing of single tests.
    pub tests: Option<TestResults>,
    /// The output of both streams in order, fit to be read.
    pub text: String,
}

impl Run {
    /// Exit code 0 within the limits.
    pub fn passed(&self) -> bool {
        self.finished.success()
    }

    /// How it ended, for people.
    pub fn ending(&self) -> String {
        match (self.finished.limit, self.finished.exit, self.finished.signal) {
            (Some(LimitHit::Wall), ..) => "stopped at the time limit".into(),
            (Some(LimitHit::Output), ..) => "stopped for its flood of output".into(),
            (Some(LimitHit::Memory), ..) => "stopped at the memory limit".into(),
            (Some(LimitHit::Cpu), ..) => "stopped at the limit of processor time".into(),
            (Some(LimitHit::Processes), ..) => "stopped at the limit of processes".into(),
            (Some(LimitHit::Disk), ..) => "stopped at the disk limit".into(),
            (Some(LimitHit::Cancelled), ..) => "cancelled".into(),
            (None, Some(code), _) => format!("exit {code}"),
            (None, None, Some(signal)) => format!("killed by signal {signal}"),
            (None, None, None) => "ended for an unknown reason".into(),
        }
    }
}

/// Everything needed to run one command again and again on one tree.
pub struct Verifier<'a> {
    command: CommandLine,
    root: PathBuf,
    env: Mutex<Vec<(OsString, OsString)>>,
    sandbox: Sandbox,
    limits: Limits,
    writable: Vec<PathBuf>,
    hidden: Vec<PathBuf>,
    hosts: Vec<String>,
    git: Mutex<Option<Layer>>,
    cancel: Option<&'a AtomicBool>,
    on_output: Option<&'a OnOutput<'a>>,
    scratch: PathBuf,
    /// Asking the command for a report made it fail; it is left as it is from then on.
    as_it_is: AtomicBool,
    /// What failed in the last run, as the runner names it.
    failed: Mutex<BTreeSet<String>>,
    _made: caches::Made,
}

impl<'a> Verifier<'a> {
    /// `scratch` is the attempt's private folder: it must exist, lie outside the tree and outlive the verifier.
    pub fn new(
        command: CommandLine,
        root: &Path,
        scratch: &Path,
        env: Vec<(OsString, OsString)>,
        sandbox: Sandbox,
        limits: Limits,
    ) -> Result<Self> {
        let open = |path: &Path| path.canonicalize().with_context(|| format!("cannot open {}", path.display()));
        let (root, scratch) = (open(root)?, open(scratch)?);
        std::fs::create_dir_all(scratch.join("tmp")).context("cannot make a temporary folder")?;
        let foreign = sandbox == Sandbox::Full;
        let env = if foreign { private_env(&env, &scratch) } else { env };
        let made = caches::Made::below_home(&env);
        let mut writable = if foreign { off_path(&env, caches(&env)) } else { caches(&env) };
        writable.extend([root.clone(), scratch.clone()]);
        if sandbox == Sandbox::Light {
            writable.extend(["/tmp".into(), "/var/tmp".into()]);
        }
        Ok(Self {
            command,
            root,
            env: Mutex::new(env),
            sandbox,
            limits,
            writable,
            hidden: Vec::new(),
            hosts: Vec::new(),
            git: Mutex::default(),
            cancel: None,
            on_output: None,
            scratch,
            as_it_is: AtomicBool::new(false),
            failed: Mutex::default(),
            _made: made,
        })
    }

    pub fn cancel_with(mut self, cancel: &'a AtomicBool) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Tells of output as it arrives.
    pub fn watch_with(mut self, on_output: &'a OnOutput<'a>) -> Self {
        self.on_output = Some(on_output);
        self
    }

    pub fn also_writable(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.writable.extend(paths);
        self
    }

    /// What no run may read.
    pub fn hide(mut self, paths: &[PathBuf]) -> Self {
        self.hidden.extend_from_slice(paths);
        self
    }

    /// What set-up changed of the environment.
    pub fn set_env(&self, env: Vec<(OsString, OsString)>) {
        *self.env.lock().unwrap_or_else(PoisonError::into_inner) = env;
    }

    /// Where the next run writes what it writes to `.git`.
    pub fn set_git(&self, layer: Option<Layer>) {
        *self.git.lock().unwrap_or_else(PoisonError::into_inner) = layer;
    }

    /// Hosts that every run may reach though the network is off.
    pub fn reach(mut self, hosts: &[String]) -> Self {
        self.hosts.extend_from_slice(hosts);
        self
    }

    pub fn command(&self) -> &CommandLine {
        &self.command
    }

    /// Runs the command as it stands on the tree as it stands.
    pub fn run(&self) -> Result<Run> {
        let run = self.reported(&self.command)?;
        let failed = run.tests.as_ref().map(|tests| tests.failed.clone()).unwrap_or_default();
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        Ok(run)
    }

    /// Runs failing tests by themselves; `None` when the command has no way to do that, or cannot say that
    /// it ran them. Names that the runner did not use itself stand for what failed in the last run.
    pub fn run_only(&self, failing: &[String]) -> Result<Option<Run>> {
        let known = self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let named: Vec<String> = if known.is_empty() || failing.iter().all(|name| known.contains(name)) {
            failing.to_vec()
        } else {
            known.into_iter().collect()
        };
        let Some(command) = only::command(&self.command, &self.root, &named) else { return Ok(None) };
        let run = self.reported(&command)?;
        let ran = run.tests.as_ref().map_or(0, |tests| tests.passed.len() + tests.failed.len());
        Ok((ran >= named.len()).then_some(run))
    }

    fn reported(&self, command: &CommandLine) -> Result<Run> {
        let folder = tempfile::Builder::new().prefix(FOLDER).tempdir_in(&self.scratch);
        let folder = folder.context("cannot make a folder for a report")?;
        let plan = match self.as_it_is.load(Ordering::Relaxed) {
            true => plan::plain(command),
            false => plan(command, &self.root, folder.path()),
        };
        let (run, to_blame) = self.once(&plan)?;
        if !to_blame {
            return Ok(run);
        }
        self.as_it_is.store(true, Ordering::Relaxed);
        self.once(&plan::plain(command)).map(|(run, _)| run)
    }

    fn once(&self, plan: &Plan) -> Result<(Run, bool)> {
        let cwd = plan.command.place(&self.root);
        let temp = (self.sandbox != Sandbox::Off).then(|| self.scratch.join("tmp"));
        let env = self.env.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let env = surroundings::environment(&env, &plan.command, &plan.env, temp.as_deref());
        let git = self.git.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let since = SystemTime::now();
        let finished = process::run(&Spec {
            argv: &plan.command.argv,
            cwd: &cwd,
            env: &env,
            stdin: None,
            limits: self.limits.clone(),
            sandbox: self.sandbox,
            writable: &self.writable,
            hosts: &self.hosts,
            git: git.as_ref(),
            aside: None,
            hidden: &self.hidden,
            cancel: self.cancel,
            on_output: self.on_output,
        })?;
        let (tests, text) = plan.read(&finished, &self.root, since);
        let to_blame = plan.is_to_blame(&finished, tests.as_ref());
        Ok((Run { finished, tests, text }, to_blame))
    }
}

/// How the command did with a patch that a hand tried by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// It passes, and so does every test that passed before.
    Passes,
    /// Every test that failed passes now, but something else does not.
    Cures,
    Fails,
    /// The budget is used up, or the run was stopped: nothing more is run.
    Over,
}

impl std::fmt::Display for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passes => "passes",
            Self::Cures => "what failed passes, something else fails",
            Self::Fails => "fails",
            Self::Over => "not ended",
        })
    }
}

/// Judges a run against the failing one that it is to mend.
pub fn trial(before: &Run, after: &Run) -> Trial {
    let compared = compare(before, after);
    if compared.accepted {
        return Trial::Passes;
    }
    let failed = before.tests.as_ref().map_or(0, |tests| tests.failed.len());
    if failed > 0 && compared.fail_to_pass.len() == failed { Trial::Cures } else { Trial::Fails }
}

/// What changed from the run on the base to the run on a candidate, and whether the candidate may pass.
pub fn compare(before: &Run, after: &Run) -> Comparison {
    results::compare(before.tests.as_ref(), after.tests.as_ref(), after.finished.success())
}
