//! The repository's own hooks over the patch's files.

use super::bench::Bench;
use crate::check::{self, Context};
use crate::hand::Workshop as _;
use crate::patch::Patch;
use crate::record::CheckResult;
use anyhow::Result;
use std::time::Duration;

/// The verdict, and what rewriting hooks add to the patch, which is applied.
pub fn run(bench: &Bench, patch: &Patch) -> Result<(CheckResult, Option<Patch>)> {
    check::run(&Context {
        patch,
        limit: Duration::from_secs(bench.job.timeout_seconds),
        exists: &|path| Ok(bench.read(path)?.is_some()),
        find_program: &|name| bench.find_program(name),
        prepare: &|command, limit| bench.run_with_network(command, limit),
        capture: &|command, paths, limit| bench.capture(command, paths, limit),
        capture_at_base: &|command, paths, limit| {
            bench.undo(patch)?;
            let result = bench.capture(command, paths, limit);
            bench.apply(patch)?;
            result
        },
    })
}
