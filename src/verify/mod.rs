//! Runs the repository's own command and reads what each test said: the proof that a failure is real and that
//! a repair is one.

mod detect;
mod only;
mod plan;
mod results;
mod runner;
mod surroundings;
mod words;

pub use detect::detect;
pub use plan::{Plan, plan};
pub use results::{Comparison, Status, TestResults};
pub use surroundings::caches;

use crate::command::CommandLine;
use crate::process::{self, Finished, Limits, Sandbox, Spec};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;
use tempfile::TempDir;

/// One run of the command.
#[derive(Debug, Clone)]
pub struct Run {
    pub finished: Finished,
    /// `None` when the output says nothing of single tests.
    pub tests: Option<TestResults>,
    /// The output of both streams in order, fit to be read.
    pub text: String,
}

/// Everything needed to run one command again and again on one tree. It has a temporary folder of its own that
/// lives as long as it does.
pub struct Verifier<'a> {
    command: CommandLine,
    root: PathBuf,
    env: Vec<(OsString, OsString)>,
    sandbox: Sandbox,
    limits: Limits,
    writable: Vec<PathBuf>,
    cancel: Option<&'a AtomicBool>,
    on_output: Option<&'a (dyn Fn(&[u8]) + Sync)>,
    scratch: TempDir,
    runs: AtomicUsize,
    /// Asking the command for a report made it fail; it is left as it is from then on.
    as_it_is: AtomicBool,
}

impl<'a> Verifier<'a> {
    pub fn new(
        command: CommandLine,
        root: &Path,
        env: Vec<(OsString, OsString)>,
        sandbox: Sandbox,
        limits: Limits,
    ) -> Result<Self> {
        let scratch = tempfile::Builder::new().prefix("thanos-").tempdir().context("cannot make a temporary folder")?;
        std::fs::create_dir(scratch.path().join("tmp")).context("cannot make a temporary folder")?;
        let root = root.canonicalize().with_context(|| format!("cannot open {}", root.display()))?;
        let mut writable = surroundings::caches(&env);
        writable.extend([root.clone(), scratch.path().canonicalize().context("cannot open a temporary folder")?]);
        if sandbox == Sandbox::Light {
            writable.extend(["/tmp".into(), "/var/tmp".into()]);
        }
        let (runs, as_it_is) = (AtomicUsize::new(0), AtomicBool::new(false));
        Ok(Self {
            command,
            root,
            env,
            sandbox,
            limits,
            writable,
            cancel: None,
            on_output: None,
            scratch,
            runs,
            as_it_is,
        })
    }

    pub fn cancel_with(mut self, cancel: &'a AtomicBool) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Tells of output as it arrives.
    pub fn watch_with(mut self, on_output: &'a (dyn Fn(&[u8]) + Sync)) -> Self {
        self.on_output = Some(on_output);
        self
    }

    pub fn also_writable(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.writable.extend(paths);
        self
    }

    pub fn command(&self) -> &CommandLine {
        &self.command
    }

    /// Runs the command as it stands on the tree as it stands.
    pub fn run(&self) -> Result<Run> {
        self.reported(&self.command)
    }

    /// Runs the named tests by themselves; `None` when the command has no way to do that.
    pub fn run_only(&self, failing: &[String]) -> Option<Result<Run>> {
        only::command(&self.command, &self.root, failing).map(|command| self.reported(&command))
    }

    fn reported(&self, command: &CommandLine) -> Result<Run> {
        if self.as_it_is.load(Ordering::Relaxed) {
            return self.once(&plan::plain(command)).map(|(run, _)| run);
        }
        let scratch = self.scratch.path().join(format!("run-{}", self.runs.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir(&scratch).context("cannot make a folder for a report")?;
        let plan = plan(command, &self.root, &scratch);
        let (run, to_blame) = self.once(&plan)?;
        if !to_blame {
            return Ok(run);
        }
        self.as_it_is.store(true, Ordering::Relaxed);
        self.once(&plan::plain(command)).map(|(run, _)| run)
    }

    fn once(&self, plan: &Plan) -> Result<(Run, bool)> {
        let cwd = plan.command.directory.as_ref().map_or_else(|| self.root.clone(), |dir| self.root.join(dir.as_str()));
        let temp = (self.sandbox != Sandbox::Off).then(|| self.scratch.path().join("tmp"));
        let env = surroundings::environment(&self.env, &plan.command, &plan.env, temp.as_deref());
        let since = SystemTime::now();
        let finished = process::run(&Spec {
            argv: &plan.command.argv,
            cwd: &cwd,
            env: &env,
            stdin: None,
            limits: self.limits.clone(),
            sandbox: self.sandbox,
            writable: &self.writable,
            cancel: self.cancel,
            on_output: self.on_output,
        })?;
        let (tests, text) = plan.read(&finished, &self.root, since);
        let to_blame = plan.is_to_blame(&finished, tests.as_ref());
        Ok((Run { finished, tests, text }, to_blame))
    }
}

/// What changed from the run on the base to the run on a candidate, and whether the candidate may pass.
pub fn compare(before: &Run, after: &Run) -> Comparison {
    results::compare(before.tests.as_ref(), after.tests.as_ref(), after.finished.success())
}
