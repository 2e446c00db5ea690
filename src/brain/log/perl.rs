//! Perl: `prove`, missing modules, syntax errors.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser =
    Parser { keys: &["Failed test", "Can't locate ", "(Wstat: ", "had compilation errors", "syntax error at "], read };

patterns! {
    NAMED = r"^\s*#\s+Failed test\b(?: '(?P<name>.+)')?.*$";
    AT = r"^\s*#\s+(?:Failed test .* )?(?:at|in) (?P<path>\S+) (?:at )?line (?P<line>[0-9]+)";
    SCRIPT = r"^(?P<path>\S+\.t)\s+\(Wstat: ";
    MODULE = r"^Can't locate \S+\.pm in @INC.* at (?P<path>\S+) line (?P<line>[0-9]+)";
    SYNTAX = r"^syntax error at (?P<path>\S+) line (?P<line>[0-9]+)";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let spot = |c: &regex::Captures<'_>| place(group(c, "path"), group(c, "line"), "", line, "");
    if let Some(named) = NAMED.captures(line) {
        let c = AT.captures(line).or_else(|| AT.captures(lines.get(at + 1)));
        let mut found = Found::new("prove", FailureClass::Test, Rank::Sure, at, line).locations(c.map(|c| spot(&c)));
        // A test is run again by its script, which the summary names.
        let summed = lines.after(at, 2_000).any(|(_, l)| l.contains("(Wstat: "));
        found.failing.extend(named.name("name").filter(|_| !summed).map(|m| m.as_str().to_owned()));
        out.push(found);
    } else if let Some(c) = SCRIPT.captures(line) {
        out.push(Found::new("prove", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "path")));
    } else if let Some(c) = MODULE.captures(line) {
        out.push(Found::new("perl", FailureClass::Dependency, Rank::Sure, at, line).location(spot(&c)));
    } else if let Some(c) = SYNTAX.captures(line) {
        out.push(Found::new("perl", FailureClass::Compile, Rank::Sure, at, line).location(spot(&c)));
    }
}
