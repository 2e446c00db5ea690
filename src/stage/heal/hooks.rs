//! The repository's own hooks and guards over the patch's files.

use super::bench::Bench;
use crate::check::{self, Context};
use crate::guard;
use crate::hand::Workshop as _;
use crate::patch::Patch;
use crate::record::CheckResult;
use anyhow::Result;
use std::time::Duration;

/// The verdict, and what rewriting hooks add to the patch, which is applied.
pub fn run(bench: &Bench, patch: &Patch) -> Result<(CheckResult, Option<Patch>)> {
    let (result, addition) = with_context(bench, patch, check::run)?;
    Ok((guard::levelled(result, &bench.job.policy), addition))
}

/// The verdicts of the guards in the trusted configuration. The patch is applied.
pub fn own(bench: &Bench, patch: &Patch) -> Result<Vec<CheckResult>> {
    with_context(bench, patch, |context| check::run_own(context, &bench.job.guards))
}

fn with_context<R>(bench: &Bench, patch: &Patch, act: impl FnOnce(&Context) -> Result<R>) -> Result<R> {
    act(&Context {
        patch,
        limit: Duration::from_secs(bench.job.timeout_seconds),
        exists: &|path| Ok(bench.read(path)?.is_some()),
        find_program: &|name| bench.find_program(name),
        // With the network on there is nothing of the candidate's: hooks may be built from the tree itself.
        prepare: &|command, limit| at_base(bench, patch, || bench.run_with_network(command, limit)),
        capture: &|command, paths, limit| bench.capture(command, paths, limit),
        capture_at_base: &|command, paths, limit| at_base(bench, patch, || bench.capture(command, paths, limit)),
    })
}

fn at_base<R>(bench: &Bench, patch: &Patch, act: impl FnOnce() -> Result<R>) -> Result<R> {
    bench.undo(patch)?;
    let result = act();
    bench.apply(patch)?;
    result
}
