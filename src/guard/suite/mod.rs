//! Repairs that only look like repairs: tests deleted, skipped or weakened, checks switched off,
//! failures swallowed, thresholds lowered.

mod assertions;
pub(super) mod called;
mod deleted;
mod expectations;
pub(super) mod files;
mod signs;
mod thresholds;
mod unreachable;

use super::{Input, change};
use crate::record::Finding;

/// What follows `tests/` in the rules of the findings.
pub const RULES: &[&str] = &[
    "called",
    "command",
    "deleted",
    "deleted-file",
    "exit",
    "expectation",
    "left-out",
    "lint-level",
    "literal",
    "neutralised",
    "removed-assertion",
    "skipped",
    "snapshot",
    "special-case",
    "suppressed",
    "swallowed",
    "threshold",
    "tolerance",
    "unreachable",
    "vacuous",
    "weakened-assertion",
];

pub fn check(input: &Input) -> Vec<Finding> {
    let files = change::read(input.patch);
    // A formatter's work cannot hide anything: not one token differs.
    let files: Vec<_> = files.into_iter().filter(|file| !file.only_layout()).collect();
    let mut findings = deleted::check(&files, input.patch);
    findings.extend(signs::check(&files));
    findings.extend(assertions::check(&files));
    findings.extend(called::check(&files));
    findings.extend(expectations::check(&files));
    findings.extend(thresholds::check(&files));
    findings.extend(unreachable::check(&files));
    findings
}
