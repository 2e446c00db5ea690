//! Test verdicts of the build systems Bazel and Meson.

use super::found::{Found, Rank, group, patterns};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser =
    Parser { keys: &["FAIL: //", " FAILED in ", "TIMEOUT: //", " FAIL ", " TIMEOUT "], read };

patterns! {
    BAZEL = r"^(?:FAIL|TIMEOUT): (?P<name>//\S+) \(|^(?P<listed>//\S+)\s+(?:FAILED|TIMEOUT) in ";
    MESON = r"^\s*[0-9]+/[0-9]+ (?P<name>\S.*?)\s+(?:FAIL|TIMEOUT|ERROR)\s+[0-9.]+ ?s\b";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = BAZEL.captures(line) {
        let name = c.name("name").or(c.name("listed")).map_or("", |m| m.as_str());
        out.push(Found::new("bazel", FailureClass::Test, Rank::Generic, at, line).failing(name));
    } else if let Some(c) = MESON.captures(line) {
        out.push(Found::new("meson", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "name")));
    }
}
