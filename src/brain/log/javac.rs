//! The JVM's compilers: javac, kotlinc, scalac, groovyc.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        ".java:",
        ".kt",
        ".scala:",
        ".scala.",
        ".groovy: ",
        ".gradle",
        "e: ",
        "COMPILATION ERROR",
        "AAPT: error",
        CRASH,
        "-Werror specified",
        ".xml:",
    ],
    read,
};

/// scalac's last words when it breaks on the code itself.
const CRASH: &str = "uncaught exception during compilation";

patterns! {
    JAVAC = r"^\s*(?:\[(?:ERROR|javac)\] )?(?:Exit code: [0-9]+ - )?(?P<path>(?:[A-Za-z]:)?[^\s:\[](?:[^:\[]|[/.]\[)*\.java):(?P<line>[0-9]+): error: (?P<text>.+)$";
    MAVEN = r"^\s*(?:\[ERROR\] )?(?P<path>(?:[A-Za-z]:)?[^\s:\[](?:[^:\[]|[/.]\[)*\.(?:java|kt|groovy|scala)):\s?[\[(](?P<line>[0-9]+),\s?(?P<column>[0-9]+)[\])]:? (?P<text>.+)$";
    KOTLIN = r"^\s*e: (?:file://)?(?P<path>/?(?:[A-Za-z]:)?[^\s:]+\.kts?):(?: \((?P<line>[0-9]+), (?P<column>[0-9]+)\):|(?P<line2>[0-9]+):(?P<column2>[0-9]+):?) (?P<text>.+)$";
    SCALA = r"^\s*\[?error\]? (?P<path>[^\s:]+\.scala(?:\.[a-z]+)?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?: (?P<text>.+)$";
    SCALA3 = r"^\s*\[error\] -- (?:\[(?P<code>E[0-9]+)\] )?(?P<text>.*?)Error: (?P<path>\S+\.scala):(?P<line>[0-9]+):(?P<column>[0-9]+)";
    GROOVY = r"^\s*(?P<path>[^\s:]+\.(?:groovy|gradle)): (?P<line>[0-9]+): (?P<text>.+?)(?: @ line [0-9]+, column (?P<column>[0-9]+)\.)?$";
    DETEKT = r"^\s*(?P<path>\S+\.kts?):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<text>.+?) (?:\[(?P<code>\w+)\]|\((?P<code2>[\w:-]+)\))$";
    AAPT = r"^\s*(?:ERROR: ?)?(?P<path>(?:[A-Za-z]:)?[^\s:]+\.xml):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?: AAPT: error: (?P<text>.+)$";
    MERGER = r"^\s*(?P<path>\S+\.xml):(?P<line>[0-9]+):(?P<column>[0-9]+)-[0-9:]+ Error:$";
    WARNED = r"^\s*(?P<path>(?:[A-Za-z]:)?[^\s:]+\.java):(?P<line>[0-9]+): warning: (?P<text>.+)$";
    HEADING = r"COMPILATION ERROR";
    LINTED = r"^\([a-z]+\) [A-Z]\w+|\[[A-Z]\w+\]$|^[\w.]+: ";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let compilers = [
        ("javac", &*JAVAC),
        ("javac", &*MAVEN),
        ("kotlinc", &*KOTLIN),
        ("scalac", &*SCALA),
        ("scalac", &*SCALA3),
        ("aapt", &*AAPT),
    ];
    let hit = compilers.into_iter().find_map(|(tool, pattern)| Some((tool, pattern.captures(line)?)));
    if let Some((tool, c)) = hit {
        if !is_checkstyle(group(&c, "text")) && !group(&c, "text").starts_with("warning:") {
            out.push(Found::new(tool, FailureClass::Compile, Rank::Sure, at, line).location(spot(&c)));
        }
    } else if let Some(c) = DETEKT.captures(line) {
        let class = if group(&c, "code2").starts_with("standard:") { FailureClass::Format } else { FailureClass::Lint };
        out.push(Found::new("detekt", class, Rank::Strong, at, line).location(spot(&c)));
    } else if let Some(c) = GROOVY.captures(line) {
        out.push(Found::new("groovyc", FailureClass::Compile, Rank::Strong, at, line).location(spot(&c)));
    } else if let Some(c) = MERGER.captures(line) {
        // Android's manifests are merged: what does not fit stands below.
        let said = lines.get(at + 1);
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), said, "");
        out.push(Found::new("android", FailureClass::Config, Rank::Sure, at, said).location(spot));
    } else if line.contains(CRASH) {
        out.push(Found::new("scalac", FailureClass::Compile, Rank::Strong, at, line));
    } else if line.contains("-Werror specified") {
        let first = lines.before(at, 3_000).filter_map(|(index, l)| Some((index, l, WARNED.captures(l)?))).last();
        out.extend(
            first.map(|(index, l, c)| {
                Found::new("javac", FailureClass::Compile, Rank::Sure, index, l).location(spot(&c))
            }),
        );
    } else if HEADING.is_match(line) {
        out.push(Found::new("javac", FailureClass::Compile, Rank::Wrapper, at, line));
    }
}

/// Checkstyle under Maven writes places as javac does, with the rule's group in brackets.
pub(super) fn is_checkstyle(text: &str) -> bool {
    LINTED.is_match(text) && (text.starts_with('(') || text.ends_with(']'))
}

fn spot(c: &regex::Captures<'_>) -> crate::record::Location {
    let either = |one: &str, other: &str| c.name(one).or(c.name(other)).map_or("", |m| m.as_str()).to_owned();
    place(
        group(c, "path"),
        &either("line", "line2"),
        &either("column", "column2"),
        group(c, "text"),
        &either("code", "code2"),
    )
}
