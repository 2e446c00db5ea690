//! Python formatters in check mode: black, ruff format, isort, yapf.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "would reformat",
        "Would reformat",
        "ould be reformatted",
        "would be rewritten",
        "Imports are incorrectly sorted",
        "cannot format",
        "cannot parse",
        "Failed to parse",
    ],
    read,
};

patterns! {
    ONE = r"^\s*[Ww]ould reformat:? (?P<path>\S.*)$";
    ISORT = r"^\s*ERROR: (?P<path>\S.*?) Imports are incorrectly sorted";
    BROKEN = r"^\s*error: cannot format (?P<path>.+?): (?P<text>.+?)(?:: (?P<line>[0-9]+):(?P<column>[0-9]+)(?:: .*)?)?$";
    UNREAD = r"^\s*error: (?P<text>cannot parse):? (?P<path>\S.*?):(?P<line>[0-9]+):(?P<column>[0-9]+)(?:: .*)?$";
    RUFF = r"^\s*error: Failed to parse (?P<path>\S.*?):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<text>.+)$";
    UNFORMATTED = r"^\s*unformatted: File would be reformatted$";
    ARROW = r"^\s*--> (?P<path>\S.*?):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
    SUMMARY = r"\b[0-9]+ files? would be reformatted";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = ONE.captures(line) {
        let spot = place(group(&c, "path"), "", "", "not formatted", "");
        let tool = if line.contains("Would reformat: ") { "ruff" } else { "black" };
        out.push(Found::new(tool, FailureClass::Format, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = ISORT.captures(line) {
        let spot = place(group(&c, "path"), "", "", "imports not sorted", "");
        out.push(Found::new("isort", FailureClass::Format, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = [&BROKEN, &UNREAD, &RUFF].into_iter().find_map(|pattern| pattern.captures(line)) {
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), "");
        let tool = if RUFF.is_match(line) { "ruff" } else { "black" };
        out.push(Found::new(tool, FailureClass::Compile, Rank::Sure, at, line).location(spot));
    } else if UNFORMATTED.is_match(line) {
        let below = lines.after(at, 1).find_map(|(_, l)| ARROW.captures(l));
        let spot = below.map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "not formatted", ""));
        out.push(Found::new("ruff", FailureClass::Format, Rank::Sure, at, line).locations(spot));
    } else if SUMMARY.is_match(line) {
        let tool = if line.contains("already formatted") { "ruff" } else { "black" };
        out.push(Found::new(tool, FailureClass::Format, Rank::Strong, at, line));
    }
}
