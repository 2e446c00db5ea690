//! The repository's own hooks over the patch's files.

use super::bench::Bench;
use crate::patch::Patch;
use crate::record::CheckResult;
use anyhow::Result;

/// The verdict, and what rewriting hooks add to the patch.
pub fn run(_bench: &Bench, _patch: &Patch) -> Result<(CheckResult, Option<Patch>)> {
    Ok((CheckResult::skipped("hooks", "not wired"), None))
}
