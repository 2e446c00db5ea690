//! The test runners that well-known programs wrote for themselves: Redis, Vim, Bitcoin; and Behat, behave,
//! Robot Framework, bundlesize.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "[err]: ",
        "[exception]: ",
        "Found errors in ",
        " failed, Duration:",
        "--- Failed scenarios:",
        "Failing scenarios:",
        "| FAIL |",
        " > maxSize ",
    ],
    read,
};

patterns! {
    REDIS = r"^\[(?:err|exception)\]: (?P<name>.+?)(?: in (?P<path>tests/\S+))?$";
    VIM = r"^\s*Found errors in (?P<name>\w+)\(.*\):?$";
    SCRIPT = r"^(?P<name>\w+\.py)(?: --\S+)* failed, Duration:";
    BEHAT = r"^\s{4,}(?P<text>\S.*) \((?:\w+\\)*\w+(?:Exception|Error)\)$";
    ASSERTED = r"^\s+(?:ASSERT FAILED|Assertion Failed|ERROR|HOOK-ERROR): \S|^\s+(?:\w+\.)*\w+(?:Error|Exception): \S";
    SCENARIO = r"^\s+(?P<path>\S+\.feature):(?P<line>[0-9]+)\s+(?P<name>\S.*)$";
    ROBOT = r"^(?P<name>\S.*?)\s+\| FAIL \|$";
    ROBOT_TOTAL = r"^[0-9]+ (?:critical )?tests?(?: total)?, ";
    OVERSIZE = r"^\s*FAIL\s+\S+: .* > maxSize ";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let test = |tool, quote| Found::new(tool, FailureClass::Test, Rank::Strong, at, quote);
    if let Some(c) = REDIS.captures(line) {
        out.push(test("tcl", line).failing(group(&c, "name")));
    } else if let Some(c) = VIM.captures(line) {
        out.push(test("vim", line).failing(group(&c, "name")));
    } else if let Some(c) = SCRIPT.captures(line) {
        out.push(Found::new("functional", FailureClass::Test, Rank::Generic, at, line).failing(group(&c, "name")));
    } else if line.contains("--- Failed scenarios:") {
        let said = lines.before(at, 400).find_map(|(_, l)| BEHAT.captures(l));
        let quote = said.as_ref().map_or(line, |c| group(c, "text"));
        let names = lines.after(at, 200).skip_while(|(_, l)| l.trim().is_empty());
        let names = names.map(|(_, l)| l.trim()).take_while(|l| l.contains(".feature:"));
        let mut found = test("behat", quote);
        found.failing.extend(names.map(|l| l.split(' ').next().unwrap_or(l).to_owned()));
        out.push(found);
    } else if line.trim() == "Failing scenarios:" {
        out.extend(behave(lines, at));
    } else if let Some(c) = ROBOT.captures(line) {
        let said = lines.get(at + 1);
        // A suite has its totals below, a test its message.
        let is_test = !said.trim().is_empty() && !ROBOT_TOTAL.is_match(said) && !said.starts_with("Suite setup failed");
        let found = is_test.then(|| Found::new("robot", FailureClass::Test, Rank::Sure, at, said));
        out.extend(found.map(|found| found.failing(group(&c, "name"))));
    } else if OVERSIZE.is_match(line) {
        out.push(Found::new("bundlesize", FailureClass::Lint, Rank::Strong, at, line));
    }
}

/// The list stands at the end, what was said of the first above it.
fn behave(lines: &Lines, at: usize) -> Option<Found> {
    let rows: Vec<_> = lines.after(at, 200).map_while(|(_, l)| SCENARIO.captures(l)).collect();
    let first = rows.first()?;
    let above: Vec<&str> = lines.before(at, 2_000).map(|(_, l)| l).filter(|l| ASSERTED.is_match(l)).collect();
    let quote = above.last().copied().unwrap_or_else(|| first.get(0).map_or("", |m| m.as_str()));
    let mut found = Found::new("behave", FailureClass::Test, Rank::Sure, at, quote);
    found.failing = rows.iter().map(|c| group(c, "name").to_owned()).collect();
    Some(found.locations(rows.iter().map(|c| place(group(c, "path"), group(c, "line"), "", "", ""))))
}
