//! Ruby: RSpec, Minitest, RuboCop, uncaught exceptions.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "Failure/Error:",
        "rspec ./",
        ") Failure:",
        ") Error:",
        "Error: ",
        ".rb:",
        "Failure:",
        "cannot load such file",
        "cucumber ",
        ": C: ",
        ": W: ",
    ],
    read,
};

patterns! {
    RERUN = r"^\s*rspec (?P<path>\./\S+?\.rb)(?:\[[0-9:]+\]|:(?P<line>[0-9]+)) # (?P<name>.+)$";
    ENTRY = r"^\s*[0-9]+\) (?P<name>\S.*)$";
    FRAME = r"^\s*(?:# ?)?(?P<path>\.{0,2}/?[^\s:#]+\.(?:rb|rake|cr)):(?P<line>[0-9]+)(?::in |$)";
    MINITEST = r"^\s*(?P<name>[\w:]+#\w+)(?: \[(?P<path>[^\s:]+):(?P<line>[0-9]+)\])?:?$";
    RUBOCOP = r"^(?P<path>[^\s:]+\.\w+):(?P<line>[0-9]+):(?P<column>[0-9]+): [CWEFR]: (?:\[Corr\w+\] )?(?:(?P<code>[A-Z]\w+/[\w/]+): )?(?P<text>.+)$";
    RAISED = r"^\s*(?P<path>[^\s:]+\.rb):(?P<line>[0-9]+):in .+?: (?P<text>.+?) \((?P<code>[\w:]+)\)$";
    // test-unit: the place stands below, then the code around it, then what was expected.
    UNIT = r"^(?:Failure|Error): (?P<name>\w+)\((?P<class>[\w:]+)\)(?:: (?P<text>.*))?$";
    CODE = r"^\s*(?:=> )?[0-9]+: |^\s*(?:=> )?[0-9]+:$";
    CUCUMBER = r"^cucumber (?P<name>\S+\.feature:[0-9]+)";
    STEP = r"^\s+(?P<path>\S+\.rb):(?P<line>[0-9]+):in [`'](?:/|')";
    SYNTAX = r"^(?P<path>[^\s:]+\.rb):(?P<line>[0-9]+): (?:syntax error|.*SyntaxError)";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let spot = |c: &regex::Captures<'_>| place(group(c, "path"), group(c, "line"), "", line, "");
    if line.contains("Failure/Error:") {
        out.push(rspec(lines, at));
    } else if let Some(c) = RERUN.captures(line) {
        let row = c.name("line").map(|_| spot(&c));
        out.push(
            Found::new("rspec", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "name")).locations(row),
        );
    } else if let Some(c) = CUCUMBER.captures(line) {
        out.push(Found::new("cucumber", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "name")));
    } else if let Some(c) = STEP.captures(line) {
        out.extend(step(lines, at, &c));
    } else if matches!(line.trim(), "Failure:" | "Error:")
        || line.trim_end().ends_with(") Failure:")
        || line.trim_end().ends_with(") Error:")
    {
        out.extend(minitest(lines, at));
    } else if let Some(c) = UNIT.captures(line) {
        out.extend(test_unit(lines, at, &c));
    } else if let Some(c) = RUBOCOP.captures(line) {
        out.push(Found::new("rubocop", FailureClass::Lint, Rank::Sure, at, line).location(spot(&c)));
    } else if let Some(c) = RAISED.captures(line) {
        let class =
            if line.contains("cannot load such file") { FailureClass::Dependency } else { FailureClass::Config };
        let rank = if class == FailureClass::Dependency { Rank::Strong } else { Rank::Generic };
        out.push(Found::new("ruby", class, rank, at, line).location(spot(&c)));
    } else if let Some(c) = SYNTAX.captures(line) {
        out.push(Found::new("ruby", FailureClass::Compile, Rank::Strong, at, line).location(spot(&c)));
    }
}

/// The message stands below the quoted expression.
fn rspec(lines: &Lines, at: usize) -> Found {
    let name = lines.before(at, 4).find_map(|(_, l)| ENTRY.captures(l)).map(|c| group(&c, "name").to_owned());
    let body: Vec<&str> = lines.after(at, 20).map(|(_, l)| l.trim()).take_while(|l| !l.starts_with("# ")).collect();
    // A blank line parts the message from code of several lines only.
    let gap = body.iter().position(|l| l.is_empty()).unwrap_or(0);
    let mut message = body[gap..].iter().chain(&body).skip_while(|l| l.is_empty());
    let mut quote = message.next().map_or(lines.get(at), |l| l).to_owned();
    // What was wanted says little without what was got.
    if let Some(got) = message.next().filter(|l| quote.starts_with("expected") && l.starts_with("got")) {
        quote = format!("{quote} {got}");
    }
    let mut found = Found::new("rspec", FailureClass::Test, Rank::Sure, at, &quote).locations(frames(lines, at));
    found.failing.extend(name);
    found
}

fn frames(lines: &Lines, at: usize) -> Vec<Location> {
    let below = lines.after(at, 40).take_while(|(_, l)| !ENTRY.is_match(l));
    let spots =
        below.filter_map(|(_, l)| FRAME.captures(l)).map(|c| place(group(&c, "path"), group(&c, "line"), "", "", ""));
    super::node::own_only(spots.collect())
}

/// Cucumber: the message stands between the failed step and its definition's place.
fn step(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let body: Vec<&str> = lines.before(at, 12).map(|(_, l)| l.trim()).take_while(|l| !l.contains("  # ")).collect();
    let quote = body.into_iter().rev().find(|l| !l.is_empty())?;
    let spot = place(group(c, "path"), group(c, "line"), "", quote, "");
    Some(Found::new("cucumber", FailureClass::Test, Rank::Sure, at, quote).location(spot))
}

fn test_unit(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let told = |l: &str| !l.trim().is_empty() && !FRAME.is_match(l) && !CODE.is_match(l) && !l.contains(".rb:");
    let text = c.name("text").map_or("", |m| m.as_str());
    let below = || lines.after(at, 40).take_while(|(_, l)| !l.starts_with("====")).find(|(_, l)| told(l));
    let quote = if text.is_empty() { below()?.1 } else { text };
    let id = format!("{}#{}", group(c, "class"), group(c, "name"));
    let found = Found::new("test-unit", FailureClass::Test, Rank::Sure, at, quote);
    Some(found.failing(id).locations(frames(lines, at)))
}

fn minitest(lines: &Lines, at: usize) -> Option<Found> {
    let c = MINITEST.captures(lines.get(at + 1))?;
    let own = c.name("path").map(|_| place(group(&c, "path"), group(&c, "line"), "", "", ""));
    let found =
        Found::new("minitest", FailureClass::Test, Rank::Sure, at, lines.get(at + 2)).failing(group(&c, "name"));
    Some(found.locations(own).locations(frames(lines, at + 1)))
}
