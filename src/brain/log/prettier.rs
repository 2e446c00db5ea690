//! Prettier and Biome in check mode.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &["[warn] ", "[error] ", "Code style issues", "Forgot to run Prettier", "Formatter would have printed"],
    read,
};

patterns! {
    // Before 2.0 the paths stand alone.
    FILE = r"^\s*(?:\[(?:warn|error)\] )?(?P<path>\S.*\.\w+)$";
    BROKEN = r"^\s*\[error\] (?P<path>\S+): SyntaxError: (?P<text>.+?) \((?P<line>[0-9]+):(?P<column>[0-9]+)\)";
    SUMMARY = r"Code style issues (?:found|were found|fixed)|Forgot to run Prettier";
    BIOME = r"Formatter would have printed the following content";
    BIOME_FILE = r"^(?P<path>\S+\.\w+) format\b";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = BROKEN.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), "");
        out.push(Found::new("prettier", FailureClass::Compile, Rank::Sure, at, line).location(spot));
    } else if SUMMARY.is_match(line) {
        out.push(summary(lines, at));
    } else if BIOME.is_match(line) {
        let file = lines.before(at, 3).find_map(|(_, l)| BIOME_FILE.captures(l));
        let spot = file.map(|c| place(group(&c, "path"), "", "", "not formatted", ""));
        out.push(Found::new("biome", FailureClass::Format, Rank::Sure, at, line).locations(spot));
    }
}

/// The files stand above the summary, one each line; the first is what a person quotes.
fn summary(lines: &Lines, at: usize) -> Found {
    let files: Vec<_> = lines.before(at, 500).map_while(|(index, l)| Some((index, FILE.captures(l)?))).collect();
    let spots = files.iter().rev().map(|(_, c)| place(group(c, "path"), "", "", "not formatted", ""));
    let quote = files.last().map_or(lines.get(at), |(index, _)| lines.get(*index));
    Found::new("prettier", FailureClass::Format, Rank::Sure, at, quote).locations(spots)
}
