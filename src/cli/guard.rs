//! `thanos-fix guard`: every guard over what changed in the working tree since a revision.

use super::local::{cancel_flag, sandbox, state_dir, strings};
use super::{Door, Exit, event::config_at, local, print_json, usage};
use crate::command::CommandLine;
use crate::config::{Config, Confinement, Policy, Sandbox};
use crate::git::{Changes, Repo};
use crate::guard::secrets::Scanner;
use crate::guard::{self, Modes};
use crate::ids::RelPath;
use crate::record::{CheckResult, CheckStatus, SCHEMA};
use crate::stage::heal::{self, Asked, Job};
use crate::task::Request;
use crate::{report, stage};
use anyhow::{Context as _, Result};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Judge the change since a revision with every guard; exit 1 when one says no
#[derive(clap::Args)]
pub struct Args {
    /// The revision to compare the working tree with
    #[arg(long, value_name = "REV")]
    base: String,
    /// What the hooks, the repository's own guards and the command may do: full (no network, writes only in the
    /// tree and caches), light (writes only in the tree and caches, the command in /tmp too), off
    #[arg(long, value_parser = sandbox, default_value = "light", value_name = "full|light|off")]
    sandbox: Sandbox,
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
    let base = repo.resolve(&args.base)?.ok_or_else(|| usage(format!("no commit is called `{}` here", args.base)))?;
    let config = config_at(door, &repo, &base)?;
    let changes = repo.changes_since(&base)?;
    let read = |path: &str| stage::text_of(repo.file(&base, &RelPath::parse(path).ok()?).ok()??);
    let scanner = stage::scanner(&read, &|why| door.ui.stage("guard", why));
    let mut results = judge(&changes, &config.policy, &scanner);
    let asked =
        Asked { hooks: guard::passes(&results) && !changes.patch.is_empty(), command: !args.command.is_empty() };
    let scratch = tempfile::Builder::new().prefix("thanos-fix-").tempdir().context("cannot make a temporary folder")?;
    let job = job(door, args, &config, root, scratch.path());
    let say = |stage: &str, text: &str| door.ui.stage(stage, text);
    let inspected = heal::inspect(&job, &changes.patch, asked, &*cancel_flag()?, &say)?;
    results.extend(inspected.results);
    show(door, &results, inspected.sandbox.as_deref())
}

/// The work of a heal that repairs nothing: the user's own tree and environment, credentials taken out.
fn job(door: &Door, args: &Args, config: &Config, root: PathBuf, scratch: &Path) -> Job {
    Job {
        journal: state_dir(door).join("journal"),
        scratch: scratch.to_owned(),
        request: Request::Explain,
        hands: Vec::new(),
        fixers: Vec::new(),
        sandbox: Confinement { tier: args.sandbox, ..config.sandbox.clone() },
        env: strings(local::command_env(door, config)),
        timeout_seconds: config.verify.timeout_seconds,
        // Each command has its limit; together they may take as long as they are many.
        budget_seconds: u64::from(u32::MAX),
        manner: heal::Manner::default(),
        ..Job::of(config, root, scratch, CommandLine::new(&args.command))
    }
}

fn show(door: &Door, results: &[CheckResult], sandbox: Option<&str>) -> Result<Exit> {
    let passes = guard::passes(results);
    if door.common.json {
        print_json(&json!({"schema": SCHEMA, "passes": passes, "guards": results, "sandbox": sandbox}))?;
    }
    door.ui.block(&report::guard_lines(results));
    if let Some(sandbox) = sandbox {
        door.ui.stage("sandbox", sandbox);
    }
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
    guard::judge(&guard::Input { patch: &changes.patch, policy, modes: &modes, secrets: Some(scanner), failing: None })
}
