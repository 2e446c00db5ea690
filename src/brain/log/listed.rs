//! A checker that nobody here reads, in the form that most of them share: `path:line:column: message`.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::{diff, generic, script};
use crate::record::FailureClass;

patterns! {
    FLAT = r"^\s*(?:\S+: )?(?P<path>(?:[A-Za-z]:)?[^\s:()\[\]\x22'=]*\.[A-Za-z]\w{0,9})(?::(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?|\((?P<line2>[0-9]+)(?:,\s?(?P<column2>[0-9]+))?\))(?:-[0-9:]+)?:? ?(?P<text>\S.*)$";
    // A program's own log, and a frame of a stack.
    CHATTER = r"(?i)^\s*(?:at |in )|^\s*\S+: (?:note|info|debug): |\b(?:INFO|DEBUG)\b|https?://|: \w+Warning: ";
}

/// Checkers list what they found last: no further from the end of their step.
const REACH: usize = 200;

/// The first of the rows that stand before a step's end, where nothing else explains it.
pub(super) fn hint(lines: &Lines) -> Vec<Found> {
    let ends = (0..lines.len()).filter(|at| generic::closes(lines.marked(*at)));
    ends.flat_map(|end| rows(lines, end)).collect()
}

fn rows(lines: &Lines, end: usize) -> Vec<Found> {
    let step = |l: &str| l.starts_with(script::STEP);
    let above = lines.before(end, REACH).take_while(|(_, l)| !step(l));
    let mut found: Vec<Found> = above.filter_map(|(at, _)| row(lines, at)).collect();
    found.reverse();
    found
}

fn row(lines: &Lines, at: usize) -> Option<Found> {
    let line = lines.get(at);
    let c = FLAT.captures(line).filter(|_| !CHATTER.is_match(line) && !diff::is_part(line))?;
    let either = |one: &str, other: &str| c.name(one).or(c.name(other)).map_or("", |m| m.as_str());
    let text = group(&c, "text");
    if is_foreign(group(&c, "path")) {
        return None;
    }
    let spot = place(group(&c, "path"), either("line", "line2"), either("column", "column2"), text, "");
    Some(Found::new("", FailureClass::Compile, Rank::Strong, at, line).location(spot))
}
