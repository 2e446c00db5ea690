//! Vitest.

use super::found::{Found, Rank, group, patterns};
use super::lines::Lines;
use super::node;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &["FAIL ", "×", "Failed to resolve import", "⎯ Uncaught Exception ⎯", "⎯ Unhandled Rejection ⎯"],
    read,
};

patterns! {
    TEST = r"^\s*FAIL\s+(?:\|?[\w@/-]+\|?\s+)?(?P<id>\S+\.[cm]?[jt]sx?(?: \([^)]*\))? > .+?)\s*$";
    SUITE = r"^\s*FAIL\s+(?:\|?[\w@/-]+\|?\s+)?(?P<path>\S+) \[ \S+ \]\s*$";
    CROSS = r"^\s+× (?P<id>.+? > .+?)(?:\s+\(?[0-9.]+ ?m?s\)?)?$";
    UNCAUGHT = r"^⎯+ (?:Uncaught Exception|Unhandled Rejection) ⎯+$";
    MESSAGE = r"^\s*(?:→ )?\S*(?:Error|Exception)\b.*|^\s*→ \S.*";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = TEST.captures(line) {
        out.push(test(lines, at, group(&c, "id")));
    } else if SUITE.is_match(line) {
        out.push(suite(lines, at));
    } else if UNCAUGHT.is_match(line) {
        // Every test may have passed: the run fails for it all the same.
        let (index, quote) = lines.after(at, 3).find(|(_, l)| !l.trim().is_empty()).unwrap_or((at, line));
        let spots = node::own_only(node::stack(lines, index, 30));
        out.push(Found::new("vitest", FailureClass::Test, Rank::Sure, at, quote).locations(spots));
    } else if let Some(c) = CROSS.captures(line) {
        let quote = lines.get(at + 1).trim().strip_prefix("→ ").unwrap_or(line);
        out.push(Found::new("vitest", FailureClass::Test, Rank::Strong, at, quote).failing(group(&c, "id")));
    }
}

/// Failures with one cause share a message: several headings stand above it.
fn test(lines: &Lines, at: usize, id: &str) -> Found {
    let message = lines.after(at, 20).find(|(_, l)| !TEST.is_match(l) && !l.trim().is_empty());
    let (index, quote) = message.unwrap_or((at, lines.get(at)));
    let spots = node::own_only(node::stack(lines, index, 60));
    Found::new("vitest", FailureClass::Test, Rank::Sure, at, quote).failing(id).locations(spots)
}

fn suite(lines: &Lines, at: usize) -> Found {
    let message = lines.after(at, 12).find(|(_, l)| MESSAGE.is_match(l));
    let (index, quote) = message.unwrap_or((at, lines.get(at)));
    let spots = node::own_only(node::stack(lines, index, 30));
    Found::new("vitest", node::load_class(quote), Rank::Sure, at, quote).locations(spots)
}
