//! Jest, and Vitest where it says the same.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::node;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser =
    Parser { keys: &["● ", "FAIL ", "Got error running global", "Tests: ", "Test Suites: ", "found, exiting"], read };

patterns! {
    BULLET = r"^\s*● (?P<title>\S.*?)$";
    SYNTAX_AT = r"^\s*(?:\w*Error: )?(?P<path>(?:[A-Za-z]:)?[^\s:]+\.\w+): .*\((?P<line>[0-9]+):(?P<column>[0-9]+)\)$";
    GLOBAL = r"Got error running global(?:Setup|Teardown) - (?P<path>[^\s,]+), reason: ";
    NONE = r"^No tests? (?:files )?found, exiting with code [1-9]";
    TOTALS = r"^(?:Tests|Test Suites): +(?:[0-9]+ \w+, )*[1-9][0-9]* failed, ";
    FILE = r"^\s*FAIL\s+(?:\S+ )?(?P<path>\S+\.[cm]?[jt]sx?)(?: \([0-9.]+ m?s\))?$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = FILE.captures(line) {
        out.push(Found::new("jest", FailureClass::Test, Rank::Generic, at, line).failing(group(&c, "path")));
    } else if NONE.is_match(line) {
        out.push(Found::new("jest", FailureClass::Config, Rank::Sure, at, line));
    } else if let Some(c) = GLOBAL.captures(line) {
        let spot = place(group(&c, "path"), "", "", "", "");
        out.push(Found::new("jest", FailureClass::Config, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = BULLET.captures(line) {
        out.extend(failure(lines, at, group(&c, "title")));
    } else if TOTALS.is_match(line) {
        // The end of the last failure may still stand above.
        let stack = node::own_only(node::stack(lines, at.saturating_sub(12), 12));
        out.push(Found::new("jest", FailureClass::Test, Rank::Generic, at, line).locations(stack));
    }
}

fn failure(lines: &Lines, at: usize, title: &str) -> Option<Found> {
    if title.starts_with("Console") || title.starts_with("Deprecation") || title.starts_with("Validation Warning") {
        return None;
    }
    let end =
        lines.after(at, 300).find(|(_, l)| BULLET.is_match(l) || FILE.is_match(l)).map_or(at + 300, |(index, _)| index);
    let body = || lines.after(at, end - at - 1);
    let (first, message) = body().find(|(_, l)| !l.trim().is_empty())?;
    let stack = node::own_only(node::stack(lines, first, end - first));
    if title == "Validation Error:" || title.starts_with("Validation Error") {
        return Some(Found::new("jest", FailureClass::Config, Rank::Sure, at, message));
    }
    if title.starts_with("Test suite failed to run") {
        return Some(suite(lines, at, first, end).locations(stack));
    }
    Some(Found::new("jest", FailureClass::Test, Rank::Sure, at, message).failing(title).locations(stack))
}

/// The suite did not load: the first line that names an error says why.
fn suite(lines: &Lines, at: usize, first: usize, end: usize) -> Found {
    let named = |l: &str| l.contains("Error") || l.contains("Cannot find") || l.contains("error TS");
    // Advice of many lines stands before what could not be parsed.
    let advised = lines.get(first).contains("encountered an unexpected token");
    let reach = if advised { 60 } else { 12 };
    let quote =
        lines.after(first - 1, (end - first).min(reach)).find(|(_, l)| named(l)).map_or(lines.get(first), |(_, l)| l);
    let spot = SYNTAX_AT.captures(quote);
    let spot = spot.map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), quote, ""));
    // What an installed package or a setting makes unreadable is no broken code of the project's own.
    let own = spot.as_ref().is_some_and(|spot| !is_foreign(&spot.path));
    let class = if advised && !own { FailureClass::Test } else { node::load_class(quote) };
    Found::new("jest", class, Rank::Sure, at, quote).locations(spot)
}
