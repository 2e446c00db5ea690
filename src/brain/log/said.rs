//! What a program under test printed and its runner only passes on: a test may want to see an error, or log it.

use super::found::{Found, Rank, patterns};
use super::lines::Lines;
use crate::record::FailureClass;
use std::ops::Range;

patterns! {
    // Jest's console, Gradle's streams: what was said stands deeper than the heading.
    DEEPER = r"^\s*(?:console\.(?:error|warn|log|info|debug)(?: \S+:[0-9]+)?|\S.* STANDARD_(?:OUT|ERR))$";
    // Vitest's streams: up to an empty line.
    PARAGRAPH = r"^(?:stderr|stdout) \| \S+\.[cm]?[jt]sx?\b";
}

/// No program says more than this in one go that anybody reads.
const LIMIT: usize = 2_000;

/// Small programs that a configuration compiles to see whether it can: most of them are expected not to.
const PROBES: [&str; 6] = [
    "_configtest.",
    "conftest.c",
    "CMakeFiles/CMakeTmp",
    "CMakeFiles/CMakeScratch",
    "meson-private/",
    "testCCompiler.c",
];

/// What was found in such a passage explains nothing: it is told only where nothing else is known.
pub(super) fn discount(lines: &Lines, found: &mut [Found]) {
    let mut passages = (0..lines.len()).filter_map(|at| passage(lines, at)).peekable();
    for finding in found {
        if PROBES.iter().any(|probe| finding.quote.contains(probe)) {
            finding.rank = Rank::Context;
        }
        while passages.next_if(|passage| passage.end <= finding.at).is_some() {}
        if passages.peek().is_some_and(|passage| passage.contains(&finding.at)) {
            finding.rank = finding.rank.min(Rank::Echo);
            finding.class = FailureClass::Unknown;
            finding.failing.clear();
            finding.locations.clear();
        }
    }
}

fn passage(lines: &Lines, at: usize) -> Option<Range<usize>> {
    let line = lines.get(at);
    // Compiling a pattern takes longer than looking whether it can match.
    let end = if (line.contains("console.") || line.contains(" STANDARD_")) && DEEPER.is_match(line) {
        let deeper = |l: &str| l.trim().is_empty() || indent(l) > indent(line);
        lines.after(at, LIMIT).find(|(_, l)| !deeper(l))
    } else if line.starts_with("std") && PARAGRAPH.is_match(line) {
        lines.after(at, LIMIT).find(|(_, l)| l.trim().is_empty())
    } else {
        return None;
    };
    Some(at..end.map_or(lines.len(), |(end, _)| end))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
