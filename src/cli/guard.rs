//! `thanos-fix guard`: every guard over what changed in the working tree since a revision.

use super::local::{cancel_flag, state_dir};
use super::{Door, Exit, event::local_config, print_json, usage};
use crate::command::CommandLine;
use crate::config::{Config, Policy};
use crate::git::{Changes, Repo};
use crate::guard::secrets::Scanner;
use crate::guard::{self, Modes};
use crate::ids::RelPath;
use crate::patch::Patch;
use crate::process::{self, Finished, Limits, Sandbox, Spec};
use crate::record::{CheckResult, CheckStatus, Finding, SCHEMA, Severity};
use crate::workspace::{ApplyResult, Tree};
use crate::{check, report, stage};
use anyhow::{Result, bail};
use serde_json::json;
use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Judge the change since a revision with every guard; exit 1 when one says no
#[derive(clap::Args)]
pub struct Args {
    /// The revision to compare the working tree with
    #[arg(long, value_name = "REV")]
    base: String,
    /// The command that must pass
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let repo = Repo::discover(&door.common.repo)?;
    let repo = repo.ok_or_else(|| usage(format!("{} is not in a git repository", door.common.repo.display())))?;
    let Some(root) = repo.workdir().map(PathBuf::from) else {
        return Err(usage("a bare repository has no working tree to judge"));
    };
    let config = local_config(door, &root)?;
    let base = repo.resolve(&args.base)?.ok_or_else(|| usage(format!("no commit is called `{}` here", args.base)))?;
    let changes = repo.changes_since(&base)?;
    let read = |path: &str| stage::text_of(repo.file(&base, &RelPath::parse(path).ok()?).ok()??);
    let scanner = stage::scanner(&read, &|why| door.ui.stage("guard", why));
    let mut results = judge(&changes, &config.policy, &scanner);
    let bench = Bench::new(door, &config, root, &changes.patch)?;
    if guard::passes(&results) && !changes.patch.is_empty() {
        let hooks = bench.hooks()?;
        results.push(guard::levelled(hooks, &config.policy));
        results.extend(bench.with_context(|context| check::run_own(context, &config.guards))?);
    }
    if !args.command.is_empty() {
        results.push(bench.verify(&CommandLine::new(&args.command))?);
    }
    show(door, &results)
}

fn show(door: &Door, results: &[CheckResult]) -> Result<Exit> {
    let passes = guard::passes(results);
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "passes": passes, "guards": results}))?;
    }
    door.ui.block(&report::guard_lines(results));
    let blocked: Vec<_> = results.iter().filter(|r| r.status == CheckStatus::Fail).map(|r| r.id.as_str()).collect();
    let verdict = if passes { "no guard objects".to_owned() } else { format!("blocked by {}", blocked.join(", ")) };
    door.ui.verdict(passes, &verdict);
    Ok(if passes { Exit::Done } else { Exit::No })
}

/// The checks over data: the patch, and what a patch cannot say.
fn judge(changes: &Changes, policy: &Policy, scanner: &Scanner) -> Vec<CheckResult> {
    let mut modes = Modes::default();
    for change in &changes.modes {
        let Ok(path) = RelPath::parse(change.path.as_str()) else { continue };
        modes.before.extend(change.before.map(|mode| (path.clone(), mode.octal().to_owned())));
        modes.after.extend(change.after.map(|mode| (path, mode.octal().to_owned())));
    }
    guard::judge(&guard::Input { patch: &changes.patch, policy, modes: &modes, secrets: Some(scanner) })
}

/// The user's own tree and environment, credentials taken out.
struct Bench<'a> {
    tree: RefCell<Tree>,
    root: PathBuf,
    env: Vec<(OsString, OsString)>,
    limit: Duration,
    patch: &'a Patch,
    cancel: std::sync::Arc<AtomicBool>,
}

impl<'a> Bench<'a> {
    fn new(door: &Door, config: &Config, root: PathBuf, patch: &'a Patch) -> Result<Self> {
        let tree = RefCell::new(Tree::open(&root, &state_dir(door).join("journal"))?);
        let env = process::terminal_env(&door.env.pairs());
        let limit = Duration::from_secs(config.verify.timeout_seconds);
        Ok(Self { tree, root, env, limit, patch, cancel: cancel_flag()? })
    }

    fn spawn(&self, command: &CommandLine, limit: Duration) -> Result<Finished> {
        process::run(&Spec {
            argv: &command.argv,
            cwd: &self.root,
            env: &self.env,
            stdin: None,
            limits: Limits { wall: limit, ..Limits::default() },
            sandbox: Sandbox::Off,
            writable: &[],
            hosts: &[],
            hidden: &[],
            cancel: Some(&self.cancel),
            on_output: None,
        })
    }

    fn with_context<R>(&self, act: impl FnOnce(&check::Context) -> Result<R>) -> Result<R> {
        let path = self.env.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone()).unwrap_or_default();
        act(&check::Context {
            patch: self.patch,
            limit: self.limit,
            exists: &|path| Ok(self.tree.borrow().read(path)?.is_some()),
            find_program: &|name| process::find_program(name, &path).map(|path| path.to_string_lossy().into_owned()),
            prepare: &|command, limit| self.spawn(command, limit),
            capture: &|command, paths, limit| self.capture(command, paths, limit),
            capture_at_base: &|command, paths, limit| self.at_base(command, paths, limit),
        })
    }

    fn hooks(&self) -> Result<CheckResult> {
        let (mut result, addition) = self.with_context(check::run)?;
        let files = addition.map_or(0, |patch| patch.files().len());
        if files > 0 && result.status == CheckStatus::Pass {
            result.status = CheckStatus::Warn;
            result.detail = format!("hooks would rewrite {}", report::count(files, "file"));
        }
        Ok(result)
    }

    fn capture(&self, command: &CommandLine, paths: &[RelPath], limit: Duration) -> Result<(Finished, Patch)> {
        self.tree.borrow_mut().capture(paths, || self.spawn(command, limit))
    }

    fn at_base(&self, command: &CommandLine, paths: &[RelPath], limit: Duration) -> Result<(Finished, Patch)> {
        if self.tree.borrow_mut().apply(&self.patch.reversed())? != ApplyResult::Applied {
            bail!("the working tree changed while it was judged");
        }
        let result = self.capture(command, paths, limit);
        self.tree.borrow_mut().restore()?;
        result
    }

    fn verify(&self, command: &CommandLine) -> Result<CheckResult> {
        let done = self.spawn(command, self.limit)?;
        let shown = report::markdown::one_line(&command.to_string(), 80);
        let mut result = CheckResult::from_findings("verify", Vec::new());
        if done.success() {
            result.detail = format!("`{shown}` passes");
        } else {
            result = CheckResult::from_findings("verify", vec![failure(format!("`{shown}` fails"))]);
        }
        result.seconds = done.seconds;
        Ok(result)
    }
}

fn failure(message: String) -> Finding {
    let rule = "verify/command".to_owned();
    Finding { rule, severity: Severity::Error, path: None, line: None, column: None, message, fingerprint: None }
}
