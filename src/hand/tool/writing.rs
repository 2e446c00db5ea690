//! The failing call itself, in the form that writes: what it then changes is the candidate. For checkers whose output
//! names no files, or that only a manifest or a makefile calls.

use super::scripts::{self, Source};
use super::{LIMIT, invocation};
use crate::brain::checkers::{self, Check};
use crate::command::CommandLine;
use crate::hand::{Job, offer};
use crate::patch::{FilePatch, Patch};
use crate::record::{Candidate, Confidence, FailureClass, HandId};
use anyhow::Result;

/// The hooks' own runners rewrite and then fail.
const RUNNERS: &[&str] = &["pre-commit", "prek"];

/// Folders of tools' own memory, where a repository forgot to ignore them.
const CACHES: &[&str] = &[
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".cache",
    ".gradle",
    "node_modules",
];

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    if !may_write(job) {
        return Ok(Vec::new());
    }
    let sources = scripts::all(job)?;
    let checks =
        sources.iter().flat_map(|source| checkers::checks(&source.script).into_iter().map(move |c| (source, c)));
    let checks: Vec<(&Source, Check)> = checks.collect();
    // Each costs a run: where the diagnosis names one of them, the others are not to blame.
    let blamed = |check: &Check| job.diagnosis.tool.as_deref() == Some(check.checker.program);
    let any_blamed = checks.iter().any(|(_, check)| blamed(check));
    let mut made = Vec::new();
    for (source, check) in checks.iter().filter(|(_, check)| !any_blamed || blamed(check)) {
        let why = |files: &str| format!("let {} rewrite {files}", check.checker.program);
        made.extend(rewritten(job, &writing(source, check, job), why)?);
    }
    if made.is_empty() && sources.iter().any(|source| checkers::compares_with_git(&source.script)) {
        made.extend(regenerated(job)?);
    }
    Ok(made)
}

pub(super) fn hooks(job: &Job) -> Result<Vec<Candidate>> {
    let runs_hooks = RUNNERS.iter().any(|name| invocation::find(job.command, name).is_some());
    if !runs_hooks || !job.log.contains("files were modified by this hook") {
        return Ok(Vec::new());
    }
    let why = |files: &str| format!("kept what the repository's hooks rewrote in {files}");
    Ok(rewritten(job, job.command, why)?.into_iter().collect())
}

/// What a command changes in files that people write.
fn rewritten(job: &Job, command: &CommandLine, why: impl Fn(&str) -> String) -> Result<Option<Candidate>> {
    let (_, patch) = job.workshop.capture(command, &[], LIMIT)?;
    let mut ours = Vec::new();
    for file in patch.files() {
        if offer::editable(job, &file.path)?.is_some() {
            ours.push(file.clone());
        }
    }
    Ok(candidate(ours, why))
}

/// What the command itself writes before it asks git whether that changed anything: generated files and locks above
/// all, new ones too, but nothing that only speeds the next run up.
fn regenerated(job: &Job) -> Result<Option<Candidate>> {
    let (_, patch) = job.workshop.capture(job.command, &[], LIMIT)?;
    let is_cache = |file: &&FilePatch| {
        let folders = file.path.as_str().split('/').any(|part| CACHES.contains(&part));
        file.before.is_none() && (folders || file.after.as_ref().is_some_and(|text| text.contains(&0)))
    };
    let ours = patch.files().iter().filter(|file| !is_cache(file)).cloned().collect();
    Ok(candidate(ours, |files| format!("kept what the command itself rewrote in {files}")))
}

fn candidate(ours: Vec<FilePatch>, why: impl Fn(&str) -> String) -> Option<Candidate> {
    let files = match ours.as_slice() {
        [] => return None,
        [one] => one.path.to_string(),
        many => format!("{} files", many.len()),
    };
    let patch = Patch::from_files(ours);
    Some(Candidate { patch, hand: HandId::Tool, why: why(&files), confidence: Confidence::Confident })
}

/// The statement of the check, writing, behind all that only sets how it runs.
fn writing(source: &Source, check: &Check, job: &Job) -> CommandLine {
    let own = &source.script.statements[check.call.statement];
    let mut text = source.text[own.range.clone()].to_owned();
    for (range, new) in check.edits().iter().rev() {
        text.replace_range(range.start - own.range.start..range.end - own.range.start, new);
    }
    let settings = source.script.statements[..check.call.statement].iter().filter(|statement| statement.sets);
    let mut lines: Vec<String> = settings.map(|set| source.text[set.range.clone()].to_owned()).collect();
    if source.of_package {
        lines.insert(0, format!("PATH=\"{}$PATH\"", bins(source)));
    }
    lines.push(text);
    let mut command = CommandLine::new(source.shell.iter().cloned().chain([lines.join(" &&\n")]));
    command.directory.clone_from(&source.directory);
    command.env.clone_from(&job.command.env);
    command
}

/// The folders in which a package manager finds programs: those of the package and of every folder above it.
fn bins(source: &Source) -> String {
    let depth = source.directory.as_ref().map_or(0, |directory| directory.as_str().split('/').count());
    (0..=depth).map(|up| format!("$PWD/{}node_modules/.bin:", "../".repeat(up))).collect()
}

/// Whether the command, or a script that it names, asks git if something has changed: it can only pass where the
/// repair is committed.
pub fn compares_with_git(job: &Job) -> Result<bool> {
    Ok(may_write(job) && scripts::all(job)?.iter().any(|source| checkers::compares_with_git(&source.script)))
}

/// Only for failures that a rewriting may mend is it worth to look into scripts.
fn may_write(job: &Job) -> bool {
    use FailureClass::{Config, Format, Lint, Unknown};
    matches!(job.diagnosis.class, Format | Lint | Unknown | Config)
}
