//! Swift: XCTest (also through xcpretty) and SwiftLint. The compiler's own messages look like clang's.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser =
    Parser { keys: &[".swift:", ": error: -[", "✗ ", "The following build commands failed:"], read };

patterns! {
    TEST = r"^\s*(?P<path>[^\s:]+\.(?:swift|mm?)):(?P<line>[0-9]+): error: -?\[?(?P<name>[\w.]+[ .]\w+)\]? ?: (?P<text>.+)$";
    PRETTY = r"^\s+✗ (?P<name>\w+), (?P<text>\S.*)$";
    SUITE = r"^Test Suite (?P<name>\w+) started$";
    PRETTY_AT = r"^\s+(?P<path>/\S+\.(?:swift|m)):(?P<line>[0-9]+)$";
    LINT = r"^\s*(?P<path>[^\s:]+\.swift):(?P<line>[0-9]+):(?P<column>[0-9]+): (?:error|warning): (?P<text>.+ Violation: .+) \((?P<code>\w+)\)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = TEST.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), "", group(&c, "text"), "");
        out.push(
            Found::new("xctest", FailureClass::Test, Rank::Sure, at, line)
                .failing(group(&c, "name").replace(' ', "."))
                .location(spot),
        );
    } else if let Some(c) = PRETTY.captures(line) {
        out.push(pretty(lines, at, &c));
    } else if line.contains("The following build commands failed:") {
        // Xcode lists the commands when the compiler's own words are gone.
        let (_, command) = lines.after(at, 2).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, line));
        out.push(Found::new("xcode", FailureClass::Compile, Rank::Generic, at, command));
    } else if let Some(c) = LINT.captures(line) {
        let spot =
            place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), group(&c, "code"));
        out.push(Found::new("swiftlint", FailureClass::Lint, Rank::Sure, at, line).location(spot));
    }
}

/// xcpretty lists each failure under its suite, and the places at the end.
fn pretty(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Found {
    let suite = lines.before(at, 500).find_map(|(_, l)| SUITE.captures(l));
    let name = match &suite {
        Some(suite) => format!("{}.{}", group(suite, "name"), group(c, "name")),
        None => group(c, "name").to_owned(),
    };
    let detail = format!("{}, ", group(c, "name"));
    let below = lines.after(at, 3_000).find(|(_, l)| l.trim_start().starts_with(&detail));
    let spot = below.and_then(|(index, _)| PRETTY_AT.captures(lines.get(index + 1)));
    let spot = spot.map(|c| place(group(&c, "path"), group(&c, "line"), "", "", ""));
    Found::new("xctest", FailureClass::Test, Rank::Sure, at, lines.get(at)).failing(name).locations(spot)
}
