//! Maven: which plugin failed, and Checkstyle, PMD and SpotBugs findings that it prints.

use super::found::{Found, Rank, group, patterns, place};
use super::javac::is_checkstyle;
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "Failed to execute goal",
        "Could not resolve dependencies",
        "Could not transfer artifact",
        "Non-resolvable",
        "Could not find artifact",
        "Non-parseable POM",
        "The build could not read",
        "Unknown lifecycle phase",
        "The project ",
        "[ERROR] ",
        "[WARN] ",
        "checkstyle]",
        "could not be resolved",
        "PMD Failure",
        "No plugin found for prefix",
        "MissingProjectException",
        "there is no POM",
        "failed with message:",
        "[FATAL] ",
    ],
    read,
};

patterns! {
    GOAL = r"Failed to execute goal (?:\S+:)?(?P<plugin>[\w.-]+?)(?:-maven-plugin|-plugin)?:[^:\s]+:(?P<goal>[\w-]+)";
    RESOLVE = r"Could not resolve dependencies|Non-resolvable (?:parent|import) POM|Could not find artifact|or one of its dependencies could not be resolved|Could not transfer artifact";
    CONFIG = r"Non-parseable POM|Malformed POM|^\[(?:ERROR|FATAL)\] +'[\w.]+' (?:for \S+ )?is missing|Unknown lifecycle phase|No plugin found for prefix|there is no POM|MissingProjectException";
    ANT = r"\[ant:checkstyle\] (?:\[\w+\] )?(?P<path>(?:[A-Za-z]:)?[^\s:]+\.\w+):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?: (?P<text>.+)$";
    CHECKSTYLE = r"^\s*(?:\[ant:checkstyle\] )?\[?(?:ERROR|WARN|error|warn)\]? (?P<path>(?:[A-Za-z]:)?[^\s:]+\.\w+):\[?(?P<line>[0-9]+)(?:[,:](?P<column>[0-9]+))?\]?:? (?P<text>.+)$";
    RULE = r"Rule [0-9]+: (?P<rule>\S+) failed with message:$";
    PMD = r"PMD Failure: (?P<path>\S+?):(?P<line>[0-9]+) (?P<text>.+)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = ANT.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), "");
        out.push(Found::new("checkstyle", FailureClass::Lint, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = CHECKSTYLE.captures(line) {
        if is_checkstyle(group(&c, "text")) {
            let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), "");
            out.push(Found::new("checkstyle", FailureClass::Lint, Rank::Sure, at, line).location(spot));
        }
    } else if let Some(c) = PMD.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), "", group(&c, "text"), "");
        out.push(Found::new("pmd", FailureClass::Lint, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = RULE.captures(line) {
        let of_artifacts =
            ["Dependenc", "Upper", "Converge", "Duplicate"].iter().any(|word| group(&c, "rule").contains(word));
        let class = if of_artifacts { FailureClass::Dependency } else { FailureClass::Config };
        out.push(Found::new("enforcer", class, Rank::Strong, at, lines.get(at + 1)));
    } else if CONFIG.is_match(line) {
        out.push(Found::new("maven", FailureClass::Config, Rank::Sure, at, line));
    } else if RESOLVE.is_match(line) {
        out.push(Found::new("maven", resolve_class(line), Rank::Strong, at, line));
    } else if let Some(c) = GOAL.captures(line) {
        out.extend(goal(line, at, group(&c, "plugin")));
    }
}

/// The server's answer decides whether an artifact is missing, refused, or only out of reach.
pub(super) fn resolve_class(line: &str) -> FailureClass {
    let says = |words: &[&str]| words.iter().any(|word| line.contains(word));
    if says(&[
        "timed out",
        "Connection reset",
        "Connection refused",
        "status code 5",
        "status code: 5",
        "Bad Gateway",
        "Unavailable",
        "Unknown host",
        "UnknownHost",
        "Gateway Time",
        "Remote host terminated",
        "Premature end",
        "Too Many Requests",
        "PKIX",
        "hostname in certificate didn't match",
        "No route",
    ]) {
        FailureClass::Transient
    } else if says(&[
        "status code: 401",
        "status code: 403",
        "status code 401",
        "status code 403",
        "Unauthorized",
        "Not authorized",
        "Forbidden",
    ]) {
        FailureClass::Permission
    } else {
        FailureClass::Dependency
    }
}

/// Detailed messages stand elsewhere in the log when there are any: the goal alone is a strong sign at most.
fn goal(line: &str, at: usize, plugin: &str) -> Option<Found> {
    if line.contains("A required class was missing") {
        return Some(Found::new("maven", FailureClass::Dependency, Rank::Strong, at, line));
    }
    let names = |parts: &[&str]| parts.iter().any(|part| plugin.contains(part));
    let class = if names(&["surefire", "failsafe", "karma", "scalatest", "tycho-surefire"]) {
        FailureClass::Test
    } else if names(&["spotless", "formatter", "fmt", "impsort", "sortpom", "spring-javaformat"]) {
        FailureClass::Format
    } else if names(&[
        "checkstyle",
        "pmd",
        "spotbugs",
        "findbugs",
        "license",
        "rat",
        "animal-sniffer",
        "errorprone",
        "forbiddenapis",
        "revapi",
        "japicmp",
        "modernizer",
        "detekt",
        "jacoco",
    ]) {
        FailureClass::Lint
    } else if names(&["compiler", "kotlin", "scala", "javadoc", "groovy", "gmavenplus", "antlr", "protobuf"]) {
        FailureClass::Compile
    } else if names(&["dependency"]) {
        FailureClass::Dependency
    } else {
        FailureClass::Config
    };
    let rank = if matches!(class, FailureClass::Config | FailureClass::Test) { Rank::Generic } else { Rank::Strong };
    Some(Found::new("maven", class, rank, at, line))
}
