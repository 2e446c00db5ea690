//! pre-commit and prek: hooks that rewrite files, when running them is what failed.

use super::{LIMIT, invocation};
use crate::hand::{Job, offer};
use crate::ids::RelPath;
use crate::patch::Patch;
use crate::record::{Candidate, Confidence, HandId};
use anyhow::Result;

const RUNNERS: &[&str] = &["pre-commit", "prek"];
const CONFIGS: &[&str] = &[".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml"];

pub(super) fn propose(job: &Job) -> Result<Vec<Candidate>> {
    let runs_hooks = RUNNERS.iter().any(|name| invocation::find(job.command, name).is_some());
    if !runs_hooks || !job.log.contains("files were modified by this hook") || !is_configured(job)? {
        return Ok(Vec::new());
    }
    let (_, patch) = job.workshop.capture(job.command, &[], LIMIT)?;
    let mut ours = Vec::new();
    for file in patch.files() {
        if offer::editable(job, &file.path)?.is_some() {
            ours.push(file.clone());
        }
    }
    let why = format!("kept what the repository's hooks rewrote in {} file(s)", ours.len());
    let patch = Patch::from_files(ours);
    Ok(vec![Candidate { patch, hand: HandId::Tool, why, confidence: Confidence::Confident }])
}

fn is_configured(job: &Job) -> Result<bool> {
    for config in CONFIGS {
        if job.workshop.read(&RelPath::parse(*config)?)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
