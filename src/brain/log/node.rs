//! Node.js itself: uncaught errors with their stacks, missing modules.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "Error: ",
        "Error [ERR_",
        "MODULE_NOT_FOUND",
        "digital envelope routines::unsupported",
        "unhandled",
        "triggerUncaughtException(",
        "throw err",
    ],
    read,
};

patterns! {
    FRAME = r"^\s*(?:at|❯|›)\s+(?:.*?[\s(])?(?:file://|webpack://[\w@.-]*/\./)?(?P<path>(?:[A-Za-z]:[\\/])?[^\s():]+):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?\)?";
    HEAD = r"^\s*(?:Uncaught |Exception during run: |\[?)?(?P<name>[A-Z]\w*(?:Error|Exception)|Error)(?: \[(?P<code>\w+)\])?: (?P<text>.+)$";
    MISSING = r"Cannot find (?:module|package) ['\x22](?P<name>[^'\x22]+)";
    BABEL = r"SyntaxError: (?P<path>(?:[A-Za-z]:)?[^\s:]+\.[a-z]+): .*?\((?P<line>[0-9]+):(?P<column>[0-9]+)\)";
    THROWN = r"^\s*throw err(?:or)?;?(?:\s*//.*)?$";
    SOURCE = r"^(?:file://)?(?P<path>(?:[A-Za-z]:\\|/)[^\s:]+\.[cm]?[jt]sx?):(?P<line>[0-9]+)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.contains("digital envelope routines::unsupported") {
        out.push(Found::new("node", FailureClass::Config, Rank::Strong, at, line));
        return;
    }
    if line.contains("triggerUncaughtException(") || THROWN.is_match(line) {
        out.extend(rejected(lines, at));
        return;
    }
    let Some(c) = HEAD.captures(line) else { return };
    let frames = stack(lines, at, 30);
    // Nobody required it: it is what node was told to run.
    let entry = || {
        MISSING.is_match(line)
            && !line.contains("node_modules")
            && lines.after(at, 30).any(|(_, l)| l.trim() == "requireStack: []")
    };
    let (class, known) = if lines.after(at, 4).any(|(_, l)| l.contains("at JSON.parse")) || entry() {
        (FailureClass::Config, true)
    } else {
        class_of(group(&c, "name"), group(&c, "code"), group(&c, "text"))
    };
    if frames.is_empty() && !known {
        return;
    }
    let mut spots = Vec::new();
    if let Some(place_of) = BABEL.captures(line) {
        spots.push(place(group(&place_of, "path"), group(&place_of, "line"), group(&place_of, "column"), line, ""));
    } else if let Some(source) = lines.before(at, 6).find_map(|(_, l)| SOURCE.captures(l)) {
        spots.push(place(group(&source, "path"), group(&source, "line"), "", line, ""));
    }
    spots.extend(frames);
    let rank = if known { Rank::Strong } else { Rank::Generic };
    out.push(Found::new("node", class, rank, at, line).locations(own_only(spots)));
}

/// A rejected promise: what it was rejected with stands below node's own source, whatever its form.
fn rejected(lines: &Lines, at: usize) -> Option<Found> {
    let (index, message) = lines.after(at, 5).find(|(_, l)| !matches!(l.trim(), "" | "^"))?;
    if HEAD.is_match(message) {
        return None;
    }
    let late = message.contains("imeout") && message.contains("exceeded");
    let class = if late { FailureClass::Test } else { FailureClass::Config };
    let spots = own_only(stack(lines, index, 60));
    Some(Found::new("node", class, Rank::Generic, index, message).locations(spots))
}

/// The class, and whether the message names it for sure.
fn class_of(name: &str, code: &str, text: &str) -> (FailureClass, bool) {
    if MISSING.is_match(text) || code == "ERR_MODULE_NOT_FOUND" {
        return (FailureClass::Dependency, true);
    }
    match name {
        "SyntaxError" if text.contains("JSON") => (FailureClass::Config, false),
        "SyntaxError" => (FailureClass::Compile, true),
        "AssertionError" => (FailureClass::Test, true),
        _ => (FailureClass::Config, false),
    }
}

/// The places of the stack below a message, as they stand.
pub(super) fn stack(lines: &Lines, at: usize, limit: usize) -> Vec<Location> {
    let mut spots = Vec::new();
    for (_, line) in lines.after(at, limit) {
        match FRAME.captures(line) {
            Some(c) => spots.push(place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "", "")),
            None if !spots.is_empty() => break,
            None => {}
        }
    }
    spots
}

/// The project's own places; a stack that lies in foreign code alone tells none.
pub(super) fn own_only(spots: Vec<Location>) -> Vec<Location> {
    spots.into_iter().filter(|spot| !is_foreign(&spot.path)).collect()
}

/// The class of a suite that could not even be loaded.
pub(super) fn load_class(message: &str) -> FailureClass {
    if MISSING.is_match(message)
        || message.contains("Failed to resolve import")
        || message.contains("Failed to resolve entry for package")
        || message.contains("Cannot find package")
    {
        FailureClass::Dependency
    } else if message.contains("error TS") {
        FailureClass::Type
    } else if message.contains("SyntaxError")
        || message.contains("Transform failed")
        || message.contains("Unexpected token")
    {
        FailureClass::Compile
    } else {
        FailureClass::Test
    }
}
