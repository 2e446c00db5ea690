//! CMake, Meson and Autoconf: configuration of native builds.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &["CMake Error", "configure: error: ", "meson.build:", "Package '", "No package '", "Package "],
    read,
};

patterns! {
    CMAKE = r"^\s*CMake Error(?: at (?P<path>.+?):(?P<line>[0-9]+)(?: \((?P<call>[\w]+)\))?)?(?: in .*)?:\s*(?P<text>.*)$";
    MESON = r"^(?P<path>\S*meson\.build):(?P<line>[0-9]+):(?P<column>[0-9]+): ERROR: (?P<text>.+)$";
    AUTOCONF = r"^\s*configure: error: (?P<text>.+)$";
    PKG = r"(?:^|\s)(?:Package '?\S+'?(?:, required by '\S+',)? (?:was )?not found|No package '\S+' found)";
    // What the project's own list of sources names, and the version of CMake itself.
    OWN = r"Cannot find source file|or higher is required\. +You are running|No SOURCES given";
    MISSING = r"Could NOT find|Could not find|could not find|[Nn]ot found|[Mm]issing|No package|required|[Cc]annot find|[Uu]nable to find|is not installed|[Dd]ependency .* not found|find_package|[Nn]eeded|requirements .* not met|NOTFOUND";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = CMAKE.captures(line) {
        out.push(cmake(lines, at, &c));
    } else if let Some(c) = MESON.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), "");
        out.push(Found::new("meson", class_of(group(&c, "text")), Rank::Sure, at, line).location(spot));
    } else if let Some(c) = AUTOCONF.captures(line) {
        out.push(Found::new("autoconf", class_of(group(&c, "text")), Rank::Sure, at, line));
    } else if PKG.is_match(line) {
        out.push(Found::new("pkg-config", FailureClass::Dependency, Rank::Strong, at, line));
    }
}

fn class_of(text: &str) -> FailureClass {
    if MISSING.is_match(text) && !OWN.is_match(text) { FailureClass::Dependency } else { FailureClass::Config }
}

/// The message is indented below its heading; the first own file of the call stack is the place.
fn cmake(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Found {
    let heading = group(c, "text");
    let (_, message) = lines.after(at, 3).find(|(_, l)| l.starts_with("  ")).unwrap_or((at, lines.get(at)));
    let quote = if heading.is_empty() { message } else { lines.get(at) };
    let body: String = lines
        .after(at, 6)
        .take_while(|(_, l)| !l.is_empty() && !l.starts_with("Call Stack"))
        .map(|(_, l)| l)
        .collect::<Vec<_>>()
        .join(" ");
    let path = c.name("path").map_or("", |m| m.as_str());
    let spot = (!path.is_empty()).then(|| place(path, group(c, "line"), "", quote, ""));
    let call = c.name("call").map_or("", |m| m.as_str());
    let class = class_of(&format!("{call} {heading} {body}"));
    Found::new("cmake", class, Rank::Sure, at, quote).locations(super::node::own_only(spot.into_iter().collect()))
}
