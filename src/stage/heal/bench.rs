//! The tree, the command and the limits of one heal, behind one door: what the ladder and the hands use.

mod aside;
mod delegate;
mod dialog;
mod names;
mod spawn;
mod trials;

use super::layers::Layers;
use super::past::Past;
use super::runner::Runner;
use super::set_up::SetUpFailure;
use super::{Job, Recall};
use crate::command::CommandLine;
use crate::config::Sandbox;
use crate::git::{Repo, Step};
use crate::guard;
use crate::guard::secrets::Scanner;
use crate::hand::command::Delegated;
use crate::hand::{Cut, Dialog, Fallen, Unfinished, Workshop};
use crate::ids::{RelPath, Sha};
use crate::learn::Experience;
use crate::llm;
use crate::mask::Masker;
use crate::patch::Patch;
use crate::process::{self, Finished};
use crate::record::entry::Decision;
use crate::record::{CheckResult, HandId, Outcome};
use crate::report::count;
use crate::report::markdown::one_line;
use crate::stage::Say;
use crate::verify::{self, Run, Trial, Verifier};
use crate::workspace::{AnyPath, Repaired, Snapshot, Tree};
use anyhow::Result;
pub use delegate::Agent;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

pub struct Bench<'a> {
    pub job: &'a Job,
    pub say: Say<'a>,
    pub verifier: Verifier<'a>,
    tree: RefCell<Tree>,
    /// The tree when the first command ran after the last patch was applied.
    since: RefCell<Option<Snapshot>>,
    files: OnceCell<Vec<RelPath>>,
    /// File name → indices into `files`, to resolve what logs call them.
    by_name: OnceCell<HashMap<String, Vec<usize>>>,
    env: Vec<(OsString, OsString)>,
    runner: RefCell<Option<Runner>>,
    layers: Layers,
    deadline: Instant,
    began: SystemTime,
    cancel: &'a AtomicBool,
    verify_seconds: Cell<f64>,
    /// Files that a command changed and that could not be put back.
    unprotected: RefCell<BTreeSet<AnyPath>>,
    /// How many files the last command changed that are as before again.
    put_back: Cell<usize>,
    /// A file that a candidate would have changed and nobody may write.
    pub shut: RefCell<Option<RelPath>>,
    git_destroyed: Cell<bool>,
    /// The sandbox of the last command that ran without the network.
    in_force: RefCell<Option<String>>,
    /// Made of the tree's own settings before anything changed it.
    secrets: Scanner,
    past: Past,
    recall: Recall<'a>,
    experience: OnceCell<Experience>,
    /// The failing run that everything is compared with.
    base: OnceCell<Run>,
    /// How often hands ran the command themselves.
    trials: Cell<usize>,
    pub model: Option<&'a dyn llm::Model>,
    /// Who looks over candidates, where somebody does; the same, or one beside it.
    pub reviewer: Option<&'a dyn llm::Model>,
    /// What became of the last candidate.
    last: RefCell<Fallen>,
    /// Choices that were made, for the audit trail.
    pub decisions: RefCell<Vec<Decision>>,
    /// What hands want to be known at the end.
    notes: RefCell<Vec<String>>,
    /// Where a hand's work was cut off.
    pub unfinished: RefCell<Option<Unfinished>>,
}

const GIT_DESTROYED: &str =
    "WARNING: the command destroyed .git (it or its HEAD is gone), which cannot be restored here: clone it anew";

impl<'a> Bench<'a> {
    pub fn new(
        job: &'a Job,
        tree: Tree,
        verifier: Verifier<'a>,
        recall: Recall<'a>,
        cancel: &'a AtomicBool,
        say: Say<'a>,
    ) -> Result<Self> {
        let env = job.env.iter().map(|(k, v)| (k.into(), v.into())).collect();
        let private = job.sandbox.tier == Sandbox::Full;
        let env: Vec<_> = if private { verify::private_env(&env, &job.scratch) } else { env };
        let runner = job.as_step.then(|| Runner::new(&job.root, &job.scratch)).transpose()?;
        if let Some(runner) = &runner {
            verifier.set_env(runner.environment(env.clone()));
        }
        let read = |path: &str| super::super::text_of(tree.read(&RelPath::parse(path).ok()?).ok()??);
        let secrets = super::super::scanner(&read, &|why| say("guard", why));
        Ok(Self {
            job,
            say,
            verifier,
            tree: RefCell::new(tree),
            since: RefCell::default(),
            files: OnceCell::new(),
            by_name: OnceCell::new(),
            env,
            runner: RefCell::new(runner),
            layers: Layers::new(&job.scratch, private),
            deadline: Instant::now() + Duration::from_secs(job.budget_seconds),
            began: SystemTime::now(),
            cancel,
            verify_seconds: Cell::new(0.0),
            unprotected: RefCell::default(),
            put_back: Cell::new(0),
            shut: RefCell::default(),
            git_destroyed: Cell::new(false),
            in_force: RefCell::default(),
            secrets,
            past: Past::of(job),
            recall,
            experience: OnceCell::new(),
            base: OnceCell::new(),
            trials: Cell::new(0),
            model: None,
            reviewer: None,
            last: RefCell::default(),
            decisions: RefCell::default(),
            notes: RefCell::default(),
            unfinished: RefCell::default(),
        })
    }

    /// What earlier runs left, read once.
    pub fn experience(&self) -> &Experience {
        self.experience.get_or_init(self.recall)
    }

    /// Why no more work may be started, if so.
    pub fn over(&self) -> Option<Outcome> {
        if self.cancel.load(Ordering::Relaxed) {
            return Some(Outcome::Cancelled);
        }
        (Instant::now() >= self.deadline).then_some(Outcome::Budget)
    }

    /// The failing run that a hand's own trials are compared with.
    pub fn start_from(&self, base: &Run) {
        let _ = self.base.set(base.clone());
    }

    pub fn verify_seconds(&self) -> f64 {
        self.verify_seconds.get()
    }

    /// Runs the command; what it did to tracked files is put back.
    pub fn verify(&self) -> Result<Run> {
        self.verifier.set_git(self.layers.fresh()?);
        self.protected(|| self.verifier.run().map(masked))
    }

    /// The same where the command asks git whether something has changed: it sees `patch`, which is applied, as
    /// committed.
    pub fn verify_committed(&self, patch: &Patch) -> Result<Run> {
        let Some(repo) = Repo::discover(&self.job.root)? else { return self.verify() };
        let folder = tempfile::Builder::new().prefix("committed-").tempdir_in(&self.job.scratch)?;
        let whole = patch.below(&repo.place_of(&self.job.root).unwrap_or_default())?;
        let Some(_) = repo.shadow(folder.path(), &whole)? else { return self.verify() };
        let mut env = self.environment();
        env.push(("GIT_DIR".into(), folder.path().into()));
        env.extend(repo.workdir().map(|tree| ("GIT_WORK_TREE".into(), tree.into())));
        self.verifier.set_env(env);
        let run = self.verify();
        self.verifier.set_env(self.environment());
        run
    }

    /// Runs only the failing tests, where the runner can do that.
    pub fn verify_only(&self, failing: &[String]) -> Result<Option<Run>> {
        self.verifier.set_git(self.layers.fresh()?);
        self.protected(|| Ok(self.verifier.run_only(failing)?.map(masked)))
    }

    /// Runs the set-up commands, with the network on, up to one that fails.
    pub fn prepare(&self) -> Result<Result<(), SetUpFailure>> {
        for step in &self.job.prepare {
            match self.set_up(&step.command)? {
                Some(failure) if step.may_fail => {
                    (self.say)("prepare", &format!("{}; the job goes on all the same", failure.why));
                }
                Some(failure) => return Ok(Err(failure)),
                None => {}
            }
            if let Some(runner) = &mut *self.runner.borrow_mut() {
                runner.take()?;
                self.verifier.set_env(runner.environment(self.env.clone()));
            }
        }
        Ok(Ok(()))
    }

    /// Downloads dependencies before the network is cut. What fails is only noted: they may be there.
    pub fn download(&self) -> Result<Option<String>> {
        if self.job.sandbox.tier != Sandbox::Full {
            return Ok(None);
        }
        let root = self.tree.borrow().root().to_owned();
        let directory = self.job.command.directory.clone();
        for mut command in verify::downloads(&self.job.command.place(&root)) {
            command.directory.clone_from(&directory);
            if let Some(failure) = self.set_up(&command)? {
                return Ok(Some(failure.why));
            }
        }
        Ok(None)
    }

    fn set_up(&self, command: &CommandLine) -> Result<Option<SetUpFailure>> {
        let shown = one_line(&command.to_string(), 100);
        (self.say)("prepare", &shown);
        let done = self.run_with_network(command, Duration::from_secs(self.job.timeout_seconds))?;
        if self.put_back.get() > 0 {
            let files = count(self.put_back.get(), "tracked file");
            (self.say)("prepare", &format!("it changed {files}, which the repair starts without: they are as before"));
        }
        if done.success() {
            return Ok(None);
        }
        let sandboxed = self.job.sandbox.tier != Sandbox::Off;
        Ok(Some(SetUpFailure::of(&shown, &String::from_utf8_lossy(&done.combined), done.exit, sandboxed)))
    }

    fn protected<R>(&self, act: impl FnOnce() -> Result<R>) -> Result<R> {
        self.protected_by(Tree::repair, act)
    }

    fn protected_by<R>(
        &self,
        repair: fn(&mut Tree, &Snapshot) -> Result<Repaired>,
        act: impl FnOnce() -> Result<R>,
    ) -> Result<R> {
        let before = self.tree.borrow_mut().snapshot()?;
        let started = Instant::now();
        let result = act();
        self.verify_seconds.set(self.verify_seconds.get() + started.elapsed().as_secs_f64());
        let changed = repair(&mut self.tree.borrow_mut(), &before)?;
        self.since.borrow_mut().get_or_insert(before);
        self.put_back.set(changed.put_back.len());
        self.unprotected.borrow_mut().extend(changed.unprotected);
        if changed.git_destroyed {
            (self.say)("tree", GIT_DESTROYED);
            self.git_destroyed.set(true);
        }
        result
    }

    pub fn restore(&self) -> Result<()> {
        self.tree.borrow_mut().restore()
    }

    pub fn keep_repair(&self, patch: &Patch) -> Result<()> {
        self.tree.borrow_mut().keep_repair(patch)
    }

    /// The checks over data alone. What is to be published is judged as publish will: it cannot know which tests failed.
    pub fn judge(&self, patch: &Patch) -> Vec<CheckResult> {
        let (modes, policy, secrets) = (guard::Modes::default(), &self.job.policy, Some(&self.secrets));
        let results = self.base.get().and_then(|run| run.tests.as_ref()).filter(|_| self.job.keep);
        let failing: Vec<String> = results.map(|tests| tests.failed.iter().cloned().collect()).unwrap_or_default();
        guard::judge(&guard::Input { patch, policy, modes: &modes, secrets, failing: Some(&failing) })
    }
}

/// Whatever is made of the output, like a signature without its numbers, holds no token of a well-known form then.
fn masked(run: Run) -> Run {
    static MASKER: LazyLock<Masker> = LazyLock::new(Masker::default);
    let text = MASKER.mask(&run.text).into_owned();
    Run { text, ..run }
}

impl Workshop for Bench<'_> {
    fn read(&self, path: &RelPath) -> Result<Option<Vec<u8>>> {
        self.tree.borrow().read(path)
    }

    fn files(&self) -> Result<&[RelPath]> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let files = self.tree.borrow().files()?;
        Ok(self.files.get_or_init(|| files))
    }

    fn resolve(&self, path: &str) -> Option<RelPath> {
        self.file_meant(path)
    }

    fn run(&self, command: &CommandLine, stdin: Option<&[u8]>, limit: Duration) -> Result<Finished> {
        self.protected(|| self.spawn(command, stdin, limit, false))
    }

    fn capture(&self, command: &CommandLine, paths: &[RelPath], limit: Duration) -> Result<(Finished, Patch)> {
        let root = self.tree.borrow().root().to_owned();
        self.tree.borrow_mut().capture(paths, || self.spawn_in(&root, command, None, limit, false))
    }

    fn find_program(&self, name: &str) -> Option<String> {
        if name.contains('/') {
            return None;
        }
        let root = self.tree.borrow().root().to_owned();
        let own = ["node_modules/.bin", ".venv/bin", "venv/bin"].map(|dir| root.join(dir).join(name));
        let path = self.environment().into_iter().find(|(k, _)| k == "PATH").map(|(_, v)| v).unwrap_or_default();
        own.into_iter()
            .find(|p| p.is_file())
            .or_else(|| process::find_program(name, &path))
            .map(|p| p.to_string_lossy().into_owned())
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now()).max(Duration::from_secs(1))
    }

    fn tell_as(&self, hand: HandId, line: &str) {
        (self.say)(hand.as_str(), line);
    }

    fn note(&self, hand: HandId, line: &str) {
        self.tell_as(hand, line);
        self.notes.borrow_mut().push(line.to_owned());
    }

    fn decide(&self, decision: Decision) {
        let mut decisions = self.decisions.borrow_mut();
        // The next round has the same failure.
        if !decisions.contains(&decision) {
            decisions.push(decision);
        }
    }

    fn leave(&self, unfinished: Unfinished) {
        let mut left = self.unfinished.borrow_mut();
        // Work is worth more than none, and a limit tells more than somebody who is not there.
        let is_more =
            |old: &Unfinished| unfinished.work.is_some() || old.cut != Cut::Limit && unfinished.cut == Cut::Limit;
        if left.as_ref().is_none_or(is_more) {
            *left = Some(unfinished);
        }
    }

    fn steps(&self) -> Result<&[Step]> {
        self.past.steps()
    }

    fn change_of(&self, step: &Step) -> Result<Patch> {
        self.past.change_of(step)
    }

    fn change_since(&self, from: &Sha) -> Result<Patch> {
        self.past.change_since(from)
    }

    fn judge(&self, patch: &Patch) -> Vec<CheckResult> {
        Bench::judge(self, patch)
    }

    fn try_patch(&self, patch: &Patch, what: &str) -> Result<Trial> {
        self.trial(patch, what)
    }

    fn run_with(&self, patch: &Patch, line: Option<&str>, limit: Duration) -> Result<Option<Finished>> {
        self.with_patch(patch, || self.leaving_nothing(line, limit))
    }

    fn converse(
        &self,
        patch: &Patch,
        command: &CommandLine,
        limit: Duration,
        dialog: Dialog,
    ) -> Result<Option<Finished>> {
        self.with_patch(patch, || self.talk(command, limit, dialog))
    }

    fn delegate(&self, prompt: &str) -> Result<Option<Delegated>> {
        self.have_done(prompt)
    }

    fn last_result(&self) -> Fallen {
        self.last.borrow().clone()
    }
}
