//! Flow, the type checker: the place stands on a ruled heading, the message below it.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["Error ┈", "Error -------", "Error: "], read };

patterns! {
    HEAD = r"^Error [┈-]{3,} (?P<path>\S+?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?$";
    OLD = r"^Error: (?P<path>[^\s:]+\.jsx?):(?P<line>[0-9]+)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let Some(c) = HEAD.captures(line).or_else(|| OLD.captures(line)) else { return };
    let quote = lines.after(at, 3).map(|(_, l)| l).find(|l| !l.trim().is_empty()).unwrap_or(line);
    let column = c.name("column").map_or("", |m| m.as_str());
    let spot = place(group(&c, "path"), group(&c, "line"), column, quote, "");
    out.push(Found::new("flow", FailureClass::Type, Rank::Sure, at, quote).location(spot));
}
