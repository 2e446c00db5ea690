//! Older checkers of scripts, pages and package recipes: JSHint, JSCS, the Nu HTML checker, HTML-Proofer,
//! `brew audit`, `pod lib lint`, shfmt; and Bower.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        ": line ",
        "  | ",
        " |  ",
        " at ./",
        " at src/",
        ": error: ",
        "External link ",
        "did not pass validation",
        "- ERROR | ",
        ": col ",
        "+++ ",
        "bower E",
        "^ ",
    ],
    read,
};

patterns! {
    JSHINT = r"^(?P<path>\S.*?): line (?P<line>[0-9]+), col (?P<column>[0-9]+), (?P<text>[A-Z].+)$";
    CARET = r"^[ -]*\^ (?P<text>[A-Z].+\.)$";
    ROW = r"^\s*(?P<line>[0-9]+) \|";
    FILE = r"^\s+(?P<path>\S+\.\w+)$";
    JSCS = r"^(?P<text>[A-Z].+) at (?P<path>\S+\.\w+) :$";
    MARKED = r"^-+\^$";
    VNU = r#"^"(?:file:)?(?P<path>[^"]+)":(?P<line>[0-9]+)\.(?P<column>[0-9]+)-[0-9.]+: error: (?P<text>.+)$"#;
    PROOF = r"^\s*\*\s+(?:External|internally) link(?:ing to)? \S+.* (?:failed|does not exist|which does not exist)";
    BREW = r"^\s+\* (?:[A-Z]: )?(?:line )?[0-9]+: col [0-9]+: \S";
    POD = r"^\s*- ERROR \| ";
    SHFMT = r"^\+\+\+ (?P<path>\S+\.(?:sh|bash))$";
    BOWER = r"^bower E(?:CONFLICT|NOTFOUND|NORESTARGET) ";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let lint = |tool| Found::new(tool, FailureClass::Lint, Rank::Sure, at, line);
    let part = |c: &regex::Captures<'_>, name: &str| c.name(name).map_or(String::new(), |m| m.as_str().to_owned());
    let spot =
        |c: &regex::Captures<'_>| place(&part(c, "path"), &part(c, "line"), &part(c, "column"), &part(c, "text"), "");
    if let Some(c) = JSHINT.captures(line) {
        out.push(lint("jshint").location(spot(&c)));
    } else if let Some(c) = VNU.captures(line) {
        out.push(lint("vnu").location(spot(&c)));
    } else if let Some(c) = JSCS.captures(line) {
        out.push(lint("jscs").location(jscs(lines, at, &c)));
    } else if let Some(c) = CARET.captures(line) {
        out.extend(grunt(lines, at, &c));
    } else if PROOF.is_match(line) {
        out.push(lint("html-proofer"));
    } else if BREW.is_match(line) {
        out.push(lint("brew"));
    } else if POD.is_match(line) {
        out.push(lint("pod"));
    } else if BOWER.is_match(line) {
        out.push(Found::new("bower", FailureClass::Dependency, Rank::Sure, at, line));
    } else if let Some(c) = SHFMT.captures(line).filter(|_| lines.get(at.saturating_sub(1)).contains(".orig")) {
        let quote = lines.get(at - 1);
        out.push(Found::new("shfmt", FailureClass::Format, Rank::Sure, at, quote).location(spot(&c)));
    }
}

/// The marked row of the quoted code is the place.
fn jscs(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> crate::record::Location {
    let mark = lines.after(at, 12).find(|(_, l)| MARKED.is_match(l)).map_or(at, |(index, _)| index);
    let row = lines.before(mark, 1).find_map(|(_, l)| ROW.captures(l)).map(|r| group(&r, "line").to_owned());
    place(group(c, "path"), &row.unwrap_or_default(), "", group(c, "text"), "")
}

/// grunt-contrib-jshint: file, quoted row, and the message at the caret.
fn grunt(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let row = lines.before(at, 1).find_map(|(_, l)| ROW.captures(l))?;
    let file = lines.before(at, 40).find_map(|(_, l)| FILE.captures(l))?;
    let spot = place(group(&file, "path"), group(&row, "line"), "", group(c, "text"), "");
    Some(Found::new("jshint", FailureClass::Lint, Rank::Sure, at, lines.get(at)).location(spot))
}
