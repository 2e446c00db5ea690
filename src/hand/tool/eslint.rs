//! eslint's own fixes, computed without writing them.

use super::{LIMIT, invocation, program};
use crate::command::CommandLine;
use crate::hand::{Job, offer};
use crate::patch::Patch;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileResult {
    file_path: String,
    output: Option<String>,
}

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    if !job.log.contains("potentially fixable with the `--fix` option") {
        return Ok(Vec::new());
    }
    let named = job.log.lines().filter(|line| !line.starts_with([' ', '\t']) && line.contains('.'));
    let paths: BTreeSet<_> = named.filter_map(|line| job.workshop.resolve(line.trim())).collect();
    let Some(program) = (!paths.is_empty()).then(|| program(job, "eslint")).flatten() else {
        return Ok(Vec::new());
    };
    let mut command = CommandLine::new([program.as_str(), "--fix-dry-run", "--format", "json"]);
    command.env.clone_from(&job.command.env);
    if let Some(call) = invocation::find(job.command, "eslint") {
        command.argv.extend(configuration(&call.words));
    }
    command.argv.push("--".to_owned());
    command.argv.extend(paths.iter().map(|path| path.as_str().to_owned()));
    let done = job.workshop.run(&command, None, LIMIT)?;
    let Ok(results) = serde_json::from_slice::<Vec<FileResult>>(&done.stdout) else {
        tracing::debug!("eslint did not print its results as JSON");
        return Ok(Vec::new());
    };
    candidate(job, results)
}

fn candidate(job: &Job, results: Vec<FileResult>) -> Result<Vec<Candidate>> {
    let mut files = Vec::new();
    for FileResult { file_path, output } in results {
        if let (Some(path), Some(output)) = (job.workshop.resolve(&file_path), output) {
            files.extend(offer::rewritten(job, &path, output.into_bytes())?);
        }
    }
    let why = format!("applied eslint's own fixes in {} file(s)", files.len());
    let patch = Patch::from_files(files);
    Ok(vec![Candidate { patch, hand: HandId::Tool, why, confidence: Confidence::Confident }])
}

/// The options of the failing call that decide which rules hold.
fn configuration(words: &[String]) -> Vec<String> {
    const WITH_VALUE: &[&str] = &["-c", "--config", "--rule", "--plugin", "--parser", "--ext", "--env"];
    let mut kept = Vec::new();
    for pair in words.windows(2) {
        if WITH_VALUE.contains(&pair[0].as_str()) {
            kept.extend_from_slice(pair);
        }
    }
    let joined = |word: &&String| WITH_VALUE.iter().any(|option| word.starts_with(&format!("{option}=")));
    kept.extend(words.iter().filter(joined).cloned());
    kept
}
