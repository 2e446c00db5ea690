//! Python's installers: pip, setuptools, Poetry, uv, conda.

use super::found::{Found, Rank, patterns};
use super::generic;
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "No matching distribution",
        "Could not find a version",
        "ResolutionImpossible",
        "resolution-too-deep",
        "Dependency resolution exceeded",
        "conflicting dependencies",
        "pyproject.toml changed significantly",
        "No solution found",
        "Failed building wheel",
        "subprocess-exited-with-error",
        "metadata-generation-failed",
        "VersionConflict",
        "DistributionNotFound",
        "DO NOT MATCH THE HASHES",
        "requires Python",
        "is not a supported wheel",
        "requires a different Python",
        "lock file is not",
        "Could not open requirements file",
        "lockfile at `uv.lock` needs to be updated",
        "externally-managed-environment",
        "neither 'setup.py' nor",
        "ould not build wheels",
        "No module named ",
    ],
    read,
};

patterns! {
    FIRST = r"^\s*(?:ERROR: )?(?:Could not find a version that satisfies|Cannot install .* because|.*DO NOT MATCH THE HASHES)";
    DEPENDENCY = r"resolution-too-deep|Dependency resolution exceeded|No matching distribution|ResolutionImpossible|conflicting dependencies|No solution found|VersionConflict|DistributionNotFound|is not a supported wheel|requires a different Python|pyproject\.toml changed significantly|lock file is not (?:up to date|compatible)|lockfile at `uv\.lock` needs to be updated|requires Python .* but";
    BUILD = r"Failed building wheel for|subprocess-exited-with-error|metadata-generation-failed|ould not build wheels";
    CONFIG = r"Could not open requirements file|externally-managed-environment|neither 'setup\.py' nor";
    MODULE = r"(?:^|/)(?:\S*python[0-9.]*(?:\.exe)?): No module named ";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.trim_start().starts_with("raise ") {
        return;
    }
    let (class, rank) = if FIRST.is_match(line) {
        (FailureClass::Dependency, Rank::Sure)
    } else if CONFIG.is_match(line) {
        (FailureClass::Config, Rank::Sure)
    } else if DEPENDENCY.is_match(line) || MODULE.is_match(line) {
        (FailureClass::Dependency, Rank::Strong)
    } else if BUILD.is_match(line) {
        (FailureClass::Dependency, Rank::Generic)
    } else {
        return;
    };
    let quote = if rank == Rank::Generic { boxed(lines, at).unwrap_or(line) } else { line };
    out.push(Found::new("pip", class, rank, at, quote));
}

/// pip only says that another program failed; what that one said stands in a box below.
fn boxed(lines: &Lines, at: usize) -> Option<&str> {
    let (open, _) = lines.after(at, 6).find(|(_, l)| l.contains("lines of output]"))?;
    let inside = lines.after(open, 1_000).map(|(_, l)| l).take_while(|l| !l.contains("[end of output]"));
    inside.into_iter().find(|l| generic::accuses(l)).map(str::trim)
}
