//! What `thanos-fix guard` executes over a change that is in the tree already: the repository's hooks, its own
//! guards and the command, on the bench and in the sandbox of a heal. The tree ends as it began.

use super::bench::Bench;
use super::{Job, hooks};
use crate::config::Sandbox;
use crate::learn::Experience;
use crate::patch::Patch;
use crate::process;
use crate::record::{CheckResult, CheckStatus, Finding, Severity};
use crate::report::{self, count};
use crate::stage::Say;
use crate::workspace::Tree;
use anyhow::{Result, bail};
use std::sync::atomic::AtomicBool;

/// What is to be executed.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub hooks: bool,
    pub command: bool,
}

/// The verdicts, and the sandbox that was in force; none where nothing was executed.
#[derive(Debug, Default)]
pub struct Inspected {
    pub results: Vec<CheckResult>,
    pub sandbox: Option<String>,
}

pub fn inspect(job: &Job, patch: &Patch, asked: Asked, cancel: &AtomicBool, say: Say) -> Result<Inspected> {
    if !asked.hooks && !asked.command {
        return Ok(Inspected::default());
    }
    if let (Sandbox::Full, Err(why)) = (job.sandbox.tier, process::strongest()) {
        bail!("no sandbox can be had here ({why}); `--sandbox light` and `off` ask for less");
    }
    let tree = Tree::open(&job.root, &job.journal)?;
    let bench = Bench::new(job, tree, super::verifier(job, cancel)?, &Experience::default, cancel, say)?;
    let results = work(&bench, patch, asked);
    bench.restore()?;
    bench.damage().iter().for_each(|line| say("tree", line));
    Ok(Inspected { results: results?, sandbox: bench.in_force() })
}

fn work(bench: &Bench, patch: &Patch, asked: Asked) -> Result<Vec<CheckResult>> {
    let mut results = Vec::new();
    if asked.hooks {
        let (mut result, addition) = hooks::run(bench, patch)?;
        let files = addition.map_or(0, |patch| patch.files().len());
        if files > 0 && result.status == CheckStatus::Pass {
            result.status = CheckStatus::Warn;
            result.detail = format!("hooks would rewrite {}", count(files, "file"));
        }
        results.push(result);
        results.extend(hooks::own(bench, patch)?);
    }
    if asked.command {
        if let Some(why) = bench.download()? {
            (bench.say)("prepare", &why);
        }
        results.push(verify(bench)?);
    }
    Ok(results)
}

fn verify(bench: &Bench) -> Result<CheckResult> {
    let run = bench.verify()?;
    let shown = report::markdown::one_line(&bench.job.command.to_string(), 80);
    let mut result = CheckResult::from_findings("verify", Vec::new());
    if run.passed() {
        result.detail = format!("`{shown}` passes");
    } else {
        let message = format!("`{shown}` fails: {}", run.ending());
        result = CheckResult::from_findings("verify", vec![failure(message)]);
    }
    result.seconds = run.finished.seconds;
    bench.note_sandbox(&run.finished);
    Ok(result)
}

fn failure(message: String) -> Finding {
    let rule = "verify/command".to_owned();
    Finding { rule, severity: Severity::Error, path: None, line: None, column: None, message, fingerprint: None }
}
