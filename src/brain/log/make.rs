//! Make, Ninja and Bazel: mostly messengers of another tool's failure.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::script;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "*** ",
        "ninja: ",
        "Makefile:",
        "BUILD",
        "FAILED: ",
        "No rule to make target",
        "No targets specified",
        "NMAKE : ",
    ],
    read,
};

patterns! {
    RULE = r"^\s*(?:\S*make\S*: \*\*\* )?(?:No rule to make target|No targets specified and no makefile found)|ninja: error: ";
    SYNTAX = r"^(?P<path>\S*[Mm]akefile\S*|\S+\.mk):(?P<line>[0-9]+): \*\*\* (?P<text>.+?)\.?\s+Stop\.";
    RESULT = r"make\S*: \*\*\* \[(?:\S+:[0-9]+: )?(?P<target>.*)\] (?:Error [0-9]+|Killed|(?P<crash>Segmentation fault|Aborted|Bus error|Floating point exception|Illegal instruction|Trace/breakpoint trap))|ninja: build stopped";
    NMAKE = r"^NMAKE : fatal error U[0-9]+: ";
    STEP = r"^FAILED: (?:\[code=[0-9]+\] )?\S+";
    KILLED = r"make\S*: \*\*\* \[.*\] Killed";
    BAZEL = r"^ERROR: (?:\([0-9: .-]+\) )?(?P<path>\S+/BUILD(?:\.bazel)?):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<text>.+)$";
    BAZEL_TEST = r"^(?P<name>//\S+)\s+(?:FAILED|TIMEOUT) in ";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = SYNTAX.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), "", group(&c, "text"), "");
        out.push(Found::new("make", FailureClass::Config, Rank::Sure, at, line).location(spot));
    } else if RULE.is_match(line) {
        out.push(Found::new("make", FailureClass::Config, Rank::Strong, at, line));
    } else if KILLED.is_match(line) {
        out.push(Found::new("make", FailureClass::Resource, Rank::Sure, at, line));
    } else if NMAKE.is_match(line) {
        let compiling = line.contains("cl.exe") || line.contains("compile");
        let class = if compiling { FailureClass::Compile } else { FailureClass::Unknown };
        out.push(Found::new("make", class, Rank::Wrapper, at, line));
    } else if STEP.is_match(line) {
        out.extend(step(lines, at));
    } else if let Some(c) = RESULT.captures(line) {
        // A program that a recipe ran has crashed: what the target is for says more than that.
        let crashed = c.name("crash").and_then(|_| purpose(group(&c, "target")));
        let (class, rank) = crashed.map_or((FailureClass::Unknown, Rank::Wrapper), |class| (class, Rank::Generic));
        out.push(Found::new("make", class, rank, at, line));
    } else if let Some(c) = BAZEL_TEST.captures(line) {
        out.push(Found::new("bazel", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "name")));
    } else if let Some(c) = BAZEL.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), "");
        let unfetched = group(&c, "text").contains("failed to fetch");
        let class = if unfetched { FailureClass::Dependency } else { FailureClass::Config };
        out.push(Found::new("bazel", class, Rank::Generic, at, line).location(spot));
    }
}

/// GNU's standards call a program's own tests `check`.
fn purpose(target: &str) -> Option<FailureClass> {
    if target == "check" { Some(FailureClass::Test) } else { script::purpose(target) }
}

/// Ninja repeats the command of a failed step; what it said stands below.
fn step(lines: &Lines, at: usize) -> Option<Found> {
    let said = lines.get(at + 2);
    let own = said.is_empty() || said.starts_with("ninja: ") || said.starts_with('[');
    (!own).then(|| Found::new("ninja", FailureClass::Unknown, Rank::Wrapper, at, said))
}
