//! Rust's tests: libtest and cargo-nextest.

use super::found::{Found, Rank, group, patterns, place};
use super::judge::is_foreign;
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "panicked at",
        "has overflowed its stack",
        "... FAILED",
        " stdout ----",
        "FAIL [",
        "SIGABRT [",
        "TIMEOUT [",
        "test failed, to rerun",
        "failures:",
    ],
    read,
};

patterns! {
    OLD = r"thread '(?P<name>.*?)'(?: \([0-9]+\))? panicked at '(?P<text>.*)', (?P<path>[^':]+(?::\\[^':]+)?):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?";
    OPEN = r"thread '(?P<name>.*?)'(?: \([0-9]+\))? panicked at '(?P<text>.*)$";
    CLOSE = r"^.*', (?P<path>[^':]+(?::\\[^':]+)?\.rs):(?P<line>[0-9]+)(?::(?P<column>[0-9]+))?$";
    NEW = r"thread '(?P<name>.*?)'(?: \([0-9]+\))? panicked at (?P<path>[^']+?):(?P<line>[0-9]+):(?P<column>[0-9]+):$";
    FAILED = r"^\s*test (?P<name>.+?)(?: - should panic)? \.\.\. FAILED";
    SECTION = r"^\s*---- (?P<name>.+?) stdout ----$";
    ERROR = r"^error(?:\[E[0-9]+\])?: ";
    ARROW = r"^\s*--> (?P<path>.+?):(?P<line>[0-9]+):(?P<column>[0-9]+)";
    NEXTEST = r"^\s+(?:TRY [0-9]+ )?(?:FAIL|SIGABRT|SIGSEGV|TIMEOUT) \[\s*[0-9.]+s\](?: \([ 0-9/]+\))? +(?P<binary>\S+) (?P<name>\S+)";
    DEEP = r"^thread '(?P<name>.+?)'(?: \([0-9]+\))? has overflowed its stack";
    MISSING = r"(?i)could not (?:find|be found|run)|not found|unable to find|is not installed|no such file";
    RERUN = r"error: (?:test failed, to rerun|[0-9]+ targets? failed|doctest failed)";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.contains("panicked at") {
        out.extend(panic(lines, at));
    } else if let Some(c) = DEEP.captures(line) {
        out.extend(too_deep(lines, at, group(&c, "name")));
    } else if let Some(c) = FAILED.captures(line).or_else(|| SECTION.captures(line)).or_else(|| NEXTEST.captures(line))
    {
        out.push(uncompiled(lines, at, line).failing(group(&c, "name")));
    } else if line.trim() == "failures:" {
        out.extend(listed(lines, at));
    } else if RERUN.is_match(line) {
        out.push(Found::new("libtest", FailureClass::Test, Rank::Wrapper, at, line));
    }
}

/// The names below the last heading, where the tests' own lines are gone.
fn listed(lines: &Lines, at: usize) -> Option<Found> {
    let names = || lines.after(at, 500).map_while(|(_, l)| l.strip_prefix("    ")).filter(|l| !l.starts_with(' '));
    let end = at + names().count();
    let closed = lines.after(end, 3).any(|(_, l)| l.starts_with("test result: FAILED"));
    let mut found = Found::new("libtest", FailureClass::Test, Rank::Strong, at, lines.get(at));
    found.failing = names().map(str::to_owned).collect();
    (closed && !found.failing.is_empty()).then_some(found)
}

/// A documentation example that does not compile says so right below its heading.
fn uncompiled(lines: &Lines, at: usize, line: &str) -> Found {
    let head = lines.after(at, 2).find(|(_, l)| SECTION.is_match(line) && ERROR.is_match(l));
    let Some((index, quote)) = head else {
        return Found::new("libtest", FailureClass::Test, Rank::Strong, at, line);
    };
    let arrow = lines.after(index, 4).find_map(|(_, l)| ARROW.captures(l));
    let spot = arrow.map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), quote, ""));
    Found::new("libtest", FailureClass::Test, Rank::Sure, at, quote).locations(spot)
}

/// A panic fails a test only where a test harness ran; elsewhere it is a program that died.
fn panic(lines: &Lines, at: usize) -> Option<Found> {
    let line = lines.get(at);
    let (c, quote, end) = match (OLD.captures(line), OPEN.captures(line)) {
        (Some(c), _) => (c, line, None),
        // A message of several lines: the place stands behind its last.
        (None, Some(c)) => (c, line, Some(lines.after(at, 40).find_map(|(_, l)| CLOSE.captures(l))?)),
        (None, None) => (NEW.captures(line)?, lines.get(at + 1), None),
    };
    let text = c.name("text").map_or(quote.trim(), |m| m.as_str());
    let spot = panicked_at(end.as_ref().unwrap_or(&c), text);
    // libtest names each thread by its test.
    let test = Some(group(&c, "name")).filter(|name| name.contains("::") && !name.contains(' '));
    let rank = if test.is_some() || in_test(lines, at) { Rank::Sure } else { Rank::Generic };
    if rank == Rank::Generic && is_foreign(&spot.path) {
        return Some(dependency(lines, at, quote));
    }
    let mut found = Found::new("libtest", FailureClass::Test, rank, at, quote).location(spot);
    found.failing.extend(test.map(str::to_owned));
    Some(found)
}

pub(super) fn panicked_at(c: &regex::Captures<'_>, text: &str) -> Location {
    place(group(c, "path"), group(c, "line"), c.name("column").map_or("", |m| m.as_str()), text, "")
}

/// A recursion without an end takes the whole test run with it: the thread has the name of its test.
fn too_deep(lines: &Lines, at: usize, name: &str) -> Option<Found> {
    let tests = lines.before(at, 400).any(|(_, l)| l.trim_start().starts_with("running ") && l.contains(" test"));
    let named = name.contains("::") || name != "main" && !name.contains(' ');
    (tests && named).then(|| Found::new("libtest", FailureClass::Test, Rank::Sure, at, lines.get(at)).failing(name))
}

/// A dependency's build script or tool died: mostly it misses something of the system.
fn dependency(lines: &Lines, at: usize, quote: &str) -> Found {
    let missing = MISSING.is_match(quote) || lines.after(at, 6).any(|(_, l)| MISSING.is_match(l));
    let class = if missing { FailureClass::Dependency } else { FailureClass::Config };
    Found::new("cargo", class, Rank::Generic, at, quote)
}

fn in_test(lines: &Lines, at: usize) -> bool {
    let marks = |l: &str| {
        SECTION.is_match(l)
            || FAILED.is_match(l)
            || NEXTEST.is_match(l)
            || (l.trim_start().starts_with("test ") && l.contains(" ... "))
    };
    lines.before(at, 30).any(|(_, l)| marks(l))
        || lines.after(at, 60).any(|(_, l)| marks(l) || l.trim_start().starts_with("test result:"))
}
