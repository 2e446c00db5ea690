//! Repairs that only look like repairs: tests deleted, skipped or weakened, checks switched off,
//! failures swallowed, thresholds lowered.

mod added;
mod assertions;
pub(super) mod called;
mod cases;
mod deleted;
mod expectations;
pub(super) mod files;
mod options;
mod python;
mod signs;
mod subject;
mod thresholds;
mod uncalled;
mod unreachable;
mod unread;
mod unrun;
mod weight;

use super::Case;
use crate::record::Finding;

/// What follows `tests/` in the rules of the findings.
pub const RULES: &[&str] = &[
    "called",
    "collection",
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
    "shadowed",
    "skipped",
    "snapshot",
    "special-case",
    "subject",
    "suppressed",
    "swallowed",
    "threshold",
    "tolerance",
    "unreachable",
    "unread",
    "vacuous",
    "weakened-assertion",
];

pub fn check(case: &Case) -> Vec<Finding> {
    let files = &case.telling;
    let mut findings = deleted::check(files, case.input.patch);
    findings.extend(signs::check(files));
    findings.extend(assertions::check(files));
    findings.extend(called::check(files));
    findings.extend(cases::check(files));
    findings.extend(expectations::check(files));
    findings.extend(thresholds::check(files));
    findings.extend(uncalled::check(files));
    findings.extend(unreachable::check(files));
    findings.extend(unread::check(files));
    findings.extend(unrun::check(files));
    findings.extend(python::check(files));
    findings.extend(subject::check(files));
    findings.extend(options::check(files));
    added::soften(&mut findings, files);
    weight::weigh(&mut findings, files, case.input.failing);
    findings
}
