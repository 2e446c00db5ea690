//! What a model has run: a line that it thought of is confined, whatever a terminal allows its user's own command, and
//! writes beside the tree. Nothing is left by which the command could pass later although the patch does not mend it.

use super::Bench;
use crate::command::CommandLine;
use crate::config::Sandbox;
use crate::process::{self, Finished};
use crate::stage::heal::progress::Progress;
use crate::verify;
use crate::workspace::{Tree, remove_folder};
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Bench<'_> {
    /// `None`: the failing command itself, whose caches stay where git ignores them.
    pub(super) fn leaving_nothing(&self, line: Option<&str>, limit: Duration) -> Result<Finished> {
        let own = &self.job.command;
        let Some(line) = line else {
            return self.protected_by(Tree::repair_whole, || self.spawn(own, None, limit, false));
        };
        let (directory, env) = (own.directory.clone(), own.env.clone());
        let command = CommandLine { directory, env, ..CommandLine::new(["sh", "-c", line]) };
        let folder = tempfile::Builder::new().prefix("aside-").tempdir_in(&self.job.scratch)?.keep();
        let done = self.protected_by(Tree::repair_whole, || self.spawn_aside(&command, &folder, limit));
        remove_folder(&folder).with_context(|| format!("cannot clear {}", folder.display()))?;
        done
    }

    /// A terminal user's own command may run freely; what a model has thought of may not, where that can be had.
    pub(super) fn for_models(&self) -> process::Sandbox {
        match self.job.sandbox.tier {
            Sandbox::Off => process::Sandbox::Off,
            Sandbox::Light if process::strongest().is_err() => process::Sandbox::Light,
            Sandbox::Full | Sandbox::Light => process::Sandbox::Full,
        }
    }

    /// Nothing of the attempt's private folder can be written: programs that are installed there come first on `PATH`.
    fn spawn_aside(&self, command: &CommandLine, folder: &Path, limit: Duration) -> Result<Finished> {
        let root = self.tree.borrow().root().to_owned();
        let cwd = command.place(&root);
        let temp = folder.join("tmp");
        std::fs::create_dir_all(&temp).with_context(|| format!("cannot make {}", temp.display()))?;
        let mut env = self.environment();
        env.retain(|(name, _)| name != "TMPDIR");
        env.push(("TMPDIR".into(), temp.into()));
        verify::set_own(&mut env, command);
        let caches = verify::off_path(&self.env, verify::caches(&self.env));
        let writable: Vec<PathBuf> = caches.into_iter().chain([root, folder.to_owned()]).collect();
        let progress = Progress::new(self.say);
        let heard = |output: &[u8]| progress.take(output);
        process::run(&process::Spec {
            argv: &command.argv,
            cwd: &cwd,
            env: &env,
            stdin: None,
            limits: crate::stage::heal::limits(&self.job.sandbox, limit.min(crate::hand::Workshop::left(self))),
            sandbox: self.for_models(),
            writable: &writable,
            hosts: &[],
            git: self.layers.fresh()?.as_ref(),
            aside: Some(folder),
            hidden: &self.job.hidden,
            cancel: Some(self.cancel),
            on_output: Some(&heard),
        })
    }
}
