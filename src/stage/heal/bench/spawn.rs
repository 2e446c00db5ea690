//! The children of a heal: where they run, what they find around them and what they may write.

use super::super::progress::Progress;
use super::super::{limits, sandbox};
use super::Bench;
use crate::command::CommandLine;
use crate::config::Sandbox;
use crate::hand::Workshop as _;
use crate::process::{self, Finished};
use crate::verify;
use anyhow::Result;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

impl Bench<'_> {
    pub(super) fn spawn(
        &self,
        command: &CommandLine,
        stdin: Option<&[u8]>,
        limit: Duration,
        network: bool,
    ) -> Result<Finished> {
        let root = self.tree.borrow().root().to_owned();
        self.spawn_in(&root, command, stdin, limit, network)
    }

    /// Does not touch the tree: `capture` holds it while its command runs.
    pub(super) fn spawn_in(
        &self,
        root: &Path,
        command: &CommandLine,
        stdin: Option<&[u8]>,
        limit: Duration,
        network: bool,
    ) -> Result<Finished> {
        let progress = Progress::new(self.say);
        let heard = |output: &[u8]| progress.take(output);
        self.spawn_as(root, command, stdin, limit, network, (self.cancel, &heard))
    }

    /// Stopped by a flag of its own, with its output heard by somebody else.
    pub(super) fn spawn_as(
        &self,
        root: &Path,
        command: &CommandLine,
        stdin: Option<&[u8]>,
        limit: Duration,
        network: bool,
        (cancel, heard): (&AtomicBool, &process::OnOutput),
    ) -> Result<Finished> {
        let foreign = self.job.sandbox.tier == Sandbox::Full;
        let installs = if network { self.install_places() } else { Vec::new() };
        let mut env = self.environment();
        if foreign && network && verify::wants_user_pip(&env, command) {
            env.push(("PIP_USER".into(), "1".into()));
        }
        if self.job.sandbox.tier != Sandbox::Off {
            env.retain(|(name, _)| name != "TMPDIR");
            env.push(("TMPDIR".into(), self.job.scratch.join("tmp").into()));
        }
        verify::set_own(&mut env, command);
        let own = [root.to_owned(), self.job.scratch.clone()];
        let caches = verify::caches(&self.env);
        let caches = if foreign { verify::off_path(&self.env, caches) } else { caches };
        let writable: Vec<PathBuf> = caches.into_iter().chain(own).chain(installs).collect();
        let git = if network { self.layers.for_set_up()? } else { self.layers.fresh()? };
        let done = process::run(&process::Spec {
            argv: &command.argv,
            cwd: &command.place(root),
            env: &env,
            stdin,
            limits: limits(&self.job.sandbox, limit.min(self.left())),
            sandbox: sandbox(self.job.sandbox.tier, network),
            writable: &writable,
            hosts: &self.job.sandbox.network,
            git: git.as_ref(),
            aside: None,
            hidden: &self.job.hidden,
            cancel: Some(cancel),
            on_output: Some(heard),
        })?;
        if !network {
            self.note_sandbox(&done);
        }
        Ok(done)
    }

    /// Set-up that may download; what it does to the tree is undone.
    pub fn run_with_network(&self, command: &CommandLine, limit: Duration) -> Result<Finished> {
        self.protected(|| self.spawn(command, None, limit, true))
    }

    /// Where set-up may install to: the places of the package managers themselves, never the system's, and
    /// for foreign code never where later steps find their programs.
    fn install_places(&self) -> Vec<PathBuf> {
        if self.job.sandbox.tier == Sandbox::Full {
            return verify::install_places(&self.env);
        }
        let get = |name: &str| self.env.iter().find(|(k, _)| k == name).map(|(_, v)| PathBuf::from(v));
        let path = get("PATH").unwrap_or_default().into_os_string();
        let prefix = |name: &str| Some(process::find_program(name, &path)?.parent()?.parent()?.to_owned());
        let own = ["VIRTUAL_ENV", "CONDA_PREFIX", "CARGO_HOME", "GOPATH", "GEM_HOME", "PNPM_HOME"]
            .into_iter()
            .filter_map(get);
        let home = get("HOME").map(|home| home.join(".local"));
        let managers = ["python3", "python", "pip", "node", "npm"].into_iter().filter_map(prefix);
        let system = |p: &PathBuf| matches!(p.to_str(), Some("/" | "/usr" | ""));
        own.chain(home).chain(managers).filter(|p| p.is_dir() && !system(p)).collect()
    }

    /// As the set-up commands left it.
    pub(super) fn environment(&self) -> Vec<(OsString, OsString)> {
        let env = self.env.clone();
        match &*self.runner.borrow() {
            Some(runner) => runner.environment(env),
            None => env,
        }
    }
}
