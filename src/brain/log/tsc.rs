//! The TypeScript compiler, by itself and inside bundlers.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["error TS", "Type error: ", "TS2", "TS1", "TS7", "Error: "], read };

patterns! {
    FLAT = r"^(?:.*?[\s:|>]+)?(?P<path>[^\s():'\x22]+(?:\([\w.-]+\)[^\s():'\x22]*)*)(?:\((?P<line>[0-9]+),(?P<column>[0-9]+)\)|:(?P<line2>[0-9]+):(?P<column2>[0-9]+)):? (?:- )?error (?P<code>TS[0-9]+): (?P<text>.+)$";
    BARE = r"^\s*error (?P<code>TS[0-9]+): (?P<text>.+)$";
    NESTED = r"^\s*(?:\x22|error )?(?P<code>TS[0-9]+): (?P<text>.+)$";
    SVELTE = r"^Error: (?P<text>.+)$";
    SOURCE = r"^\S+\.(?:ts|tsx|mts|svelte|vue):[0-9]+:[0-9]+$";
    NEXT = r"^\s*Type error: (?P<text>.+)$";
    ABOVE = r"^.*?(?P<path>(?:\.{0,2}/|[A-Za-z]:[\\/])?[\w@.$()\[\]\\/-]+\.[cm]?(?:[jt]sx?|vue|svelte))(?::(?P<line>[0-9]+):(?P<column>[0-9]+)|\((?P<line2>[0-9]+),(?P<column2>[0-9]+)\))\s*$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = FLAT.captures(line) {
        let (row, column) = (either(&c, "line", "line2"), either(&c, "column", "column2"));
        let spot = place(group(&c, "path"), row, column, group(&c, "text"), group(&c, "code"));
        out.push(Found::new("tsc", class_of(group(&c, "code")), Rank::Sure, at, line).location(spot));
    } else if let Some(c) = BARE.captures(line) {
        out.push(Found::new("tsc", FailureClass::Config, Rank::Strong, at, line).locations(above(lines, at, &c)));
    } else if let Some(c) = SVELTE.captures(line).filter(|_| at > 0 && SOURCE.is_match(lines.get(at - 1))) {
        let spot = above(lines, at, &c);
        out.push(Found::new("svelte-check", FailureClass::Type, Rank::Sure, at, line).locations(spot));
    } else if let Some(c) = NESTED.captures(line).or_else(|| NEXT.captures(line)) {
        let spot = above(lines, at, &c);
        if spot.is_some() {
            let code = c.name("code").map_or("TS2", |m| m.as_str());
            out.push(Found::new("tsc", class_of(code), Rank::Sure, at, line).locations(spot));
        }
    }
}

fn either<'t>(c: &regex::Captures<'t>, one: &str, other: &str) -> &'t str {
    let first = group(c, one);
    if first.is_empty() { group(c, other) } else { first }
}

/// Bundlers print the place on a line of its own above the message.
fn above(lines: &Lines, at: usize, message: &regex::Captures<'_>) -> Option<crate::record::Location> {
    let c = lines.before(at, 2).find_map(|(_, l)| ABOVE.captures(l))?;
    let code = message.name("code").map_or("", |m| m.as_str());
    let (row, column) = (either(&c, "line", "line2"), either(&c, "column", "column2"));
    Some(place(group(&c, "path"), row, column, group(message, "text"), code))
}

/// What the parser says is syntax, the rest of 1xxx are rules that only types know; 5xxx and 6xxx speak of
/// options and inputs, but for what is declared and never used.
fn class_of(code: &str) -> FailureClass {
    let number: u32 = code.trim_start_matches("TS").parse().unwrap_or_default();
    match number {
        1002..=1014 | 1109 | 1110 | 1121..=1145 | 1160 | 1161 | 1351 | 1381 | 1382 | 1434..=1443 | 1477 => {
            FailureClass::Compile
        }
        6133 | 6138 | 6192 | 6196 | 6198 | 6199 => FailureClass::Type,
        5000..=6999 => FailureClass::Config,
        _ => FailureClass::Type,
    }
}
