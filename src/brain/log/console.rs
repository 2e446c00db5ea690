//! JUnit Platform's console launcher: each failure with its source, its exception after an arrow, bare frames.

use super::found::{Found, Rank, group, patterns, place};
use super::junit;
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser { keys: &["MethodSource [className"], read };

patterns! {
    SOURCE = r"MethodSource \[className = '(?P<class>[^']+)', methodName = '(?P<name>[^']+)'";
    ARROW = r"^\s*(?:\[\w+\]\s+)?=> (?P<text>\S.*)$";
    FRAME = r"^\s*(?:\[\w+\]\s+)?(?P<method>[\w.$<>]+)\((?P<path>[\w$-]+\.(?:java|kt|scala|groovy)):(?P<line>[0-9]+)\)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let Some(c) = SOURCE.captures(lines.get(at)) else { return };
    let Some((index, arrow)) = lines.after(at, 3).find_map(|(i, l)| Some((i, ARROW.captures(l)?))) else { return };
    let (class, text) = (group(&c, "class"), group(&arrow, "text"));
    let found = Found::new("junit", FailureClass::Test, Rank::Sure, at, text);
    out.push(found.failing(format!("{class}.{}", group(&c, "name"))).locations(frames(lines, index, text)));
}

fn frames(lines: &Lines, at: usize, text: &str) -> Vec<Location> {
    let stack = lines.after(at, 40).skip_while(|(_, l)| !FRAME.is_match(l)).map_while(|(_, l)| FRAME.captures(l));
    let own = stack.filter(|c| !junit::is_library(group(c, "method")));
    own.map(|c| place(group(&c, "path"), group(&c, "line"), "", text, "")).collect()
}
