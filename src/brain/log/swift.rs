//! Swift: XCTest and SwiftLint. The compiler's own messages look like clang's.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &[".swift:"], read };

patterns! {
    TEST = r"^\s*(?P<path>[^\s:]+\.swift):(?P<line>[0-9]+): error: -?\[?(?P<name>[\w.]+[ .]\w+)\]? ?: (?P<text>.+)$";
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
    } else if let Some(c) = LINT.captures(line) {
        let spot =
            place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), group(&c, "code"));
        out.push(Found::new("swiftlint", FailureClass::Lint, Rank::Sure, at, line).location(spot));
    }
}
