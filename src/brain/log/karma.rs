//! Karma's mocha reporter: a name, the browser that failed it, and what was thrown with its place in brackets.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["  ✖ "], read };

patterns! {
    FAILED = r"^\s{2,}✖ (?P<name>\S.*)$";
    BROWSER = r"^\s+(?:[A-Z]\w*)+(?: Headless)? [0-9][0-9.]* \([^)]+\)$";
    PLACE = r" \((?P<path>[^\s():]+):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?\)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let Some(c) = FAILED.captures(lines.get(at)).filter(|_| BROWSER.is_match(lines.get(at + 1))) else { return };
    let message = lines.get(at + 2).trim();
    let (quote, rank) = if message.is_empty() { (lines.get(at), Rank::Strong) } else { (message, Rank::Sure) };
    let spot = PLACE.captures(message);
    let spot = spot.map(|c| {
        let column = c.name("column").map_or("", |m| m.as_str());
        place(group(&c, "path"), group(&c, "line"), column, message, "")
    });
    out.push(Found::new("karma", FailureClass::Test, rank, at, quote).failing(group(&c, "name")).locations(spot));
}
