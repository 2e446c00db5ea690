//! Test verdicts of the build systems Bazel and Meson.

use super::found::{Found, Rank, group, patterns, place};
use super::generic;
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser =
    Parser { keys: &["FAIL: //", " FAILED in ", "TIMEOUT: //", " FAIL ", " TIMEOUT "], read };

patterns! {
    SAID = r"^(?P<path>[^\s:()]+\.\w+):(?P<line>[0-9]+)(?::[0-9]+)?: \S";
    BAZEL = r"^(?:FAIL|TIMEOUT): (?P<name>//\S+) \(|^(?P<listed>//\S+)\s+(?:FAILED|TIMEOUT) in ";
    MESON = r"^\s*[0-9]+/[0-9]+ (?P<name>\S.*?)\s+(?:FAIL|TIMEOUT|ERROR)\s+[0-9.]+ ?s\b";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = BAZEL.captures(line) {
        let name = c.name("name").or(c.name("listed")).map_or("", |m| m.as_str());
        out.push(Found::new("bazel", FailureClass::Test, Rank::Generic, at, line).failing(name));
    } else if let Some(c) = MESON.captures(line) {
        out.push(meson(lines, at).failing(group(&c, "name")));
    }
}

/// With `--print-errorlogs` what the test printed stands between two rules below its line.
fn meson(lines: &Lines, at: usize) -> Found {
    let ruled = |l: &str| l.starts_with("――――");
    let inside = lines.after(at, 3).find(|(_, l)| ruled(l)).map_or(usize::MAX - 500, |(index, _)| index);
    let said = || lines.after(inside, 200).map(|(_, l)| l).take_while(|l| !ruled(l));
    let placed = said().find_map(|l| SAID.captures(l).map(|c| (l, c)));
    let found = |quote: &str| Found::new("meson", FailureClass::Test, Rank::Strong, at, quote);
    match placed {
        Some((line, c)) => found(line).location(place(group(&c, "path"), group(&c, "line"), "", line, "")),
        None => found(said().find(|l| generic::accuses(l)).unwrap_or(lines.get(at))),
    }
}
