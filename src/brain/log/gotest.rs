//! `go test`, testify, Ginkgo, panics and the race detector.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::python;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &["--- FAIL: ", "=== FAIL: ", "panic: ", "WARNING: DATA RACE", "[Fail] ", "[FAIL] ", "[It] ", "FAIL\t"],
    read,
};

patterns! {
    FAIL = r"^(?P<indent>\s*)(?:=== RUN.*)?--- FAIL: (?P<name>\S+)(?: \([0-9.]+ ?s(?:econds)?\))?";
    // gotestsum's summary names the package first.
    SUMMARY = r"^=== FAIL: \S+ (?P<name>\S+) \([0-9.]+s\)$";
    MESSAGE = r"^\s+(?P<path>[^\s:]+\.go):(?P<line>[0-9]+): ?(?P<text>.*)$";
    TRACE = r"Error Trace:\s+(?P<path>[^\s:]+\.go):(?P<line>[0-9]+)";
    ERROR = r"^\s*Error:\s+(?P<text>\S.*)$";
    FRAME = r"^\s+(?P<path>\S+\.go):(?P<line>[0-9]+)(?: \+0x[0-9a-f]+)?$";
    GINKGO = r"^\s*\[(?:Fail|FAIL|Panic!|PANICKED!)\] (?P<name>\S.*)$";
    GINKGO_AT = r"^\s*(?P<path>\S+\.go):(?P<line>[0-9]+)$";
    TEST_FRAME = r"^\S+\.(?P<name>(?:Test|Example|Fuzz)[A-Z_]\w*)(?:\.func[0-9.]+)?\(";
    RUNNING = r"^\s+(?P<name>\S+) \([0-9hms.]+\)$";
    PACKAGE = r"^FAIL\t(?P<package>\S+)\t[0-9.]+s";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = FAIL.captures(line).or_else(|| SUMMARY.captures(line)) {
        out.push(failure(lines, at, group(&c, "name")));
    } else if line.starts_with("panic: ") {
        out.extend(panic(lines, at));
    } else if line.trim() == "WARNING: DATA RACE" {
        let spots = frames(lines, at, 20);
        let rank = if spots.is_empty() { Rank::Strong } else { Rank::Sure };
        out.push(Found::new("gotest", FailureClass::Test, rank, at, line).locations(spots));
    } else if let Some(c) = GINKGO.captures(line) {
        let spot = lines.after(at, 2).find_map(|(_, l)| GINKGO_AT.captures(l)).map(|c| spot(&c));
        let name = group(&c, "name").trim_end_matches(" [It]").to_owned();
        let found = Found::new("ginkgo", FailureClass::Test, Rank::Strong, at, line).failing(name);
        // Home-made runners print the same mark below what was raised.
        let raised = if spot.is_none() { python::raised_above(lines, at) } else { None };
        out.push(match raised {
            Some(raised) => Found { quote: lines.get(raised.at).to_owned(), locations: raised.locations, ..found },
            None => found.locations(spot),
        });
    } else if PACKAGE.is_match(line) {
        out.push(Found::new("gotest", FailureClass::Test, Rank::Wrapper, at, line));
    }
}

/// Messages stand below the heading, or above it when the test ran with `-v`.
fn failure(lines: &Lines, at: usize, name: &str) -> Found {
    let below = || lines.after(at, 80).take_while(|(_, l)| !ends(l));
    let above = || lines.before(at, 80).take_while(|(_, l)| !ends(l));
    let found = |quote: &str| Found::new("gotest", FailureClass::Test, Rank::Sure, at, quote).failing(name);
    if let Some((quote, spot)) = testify(below()).or_else(|| testify(in_order(above()).into_iter())) {
        return found(quote).locations(spot);
    }
    let message = below().find_map(|(_, l)| MESSAGE.captures(l));
    let message = message.or_else(|| in_order(above()).into_iter().find_map(|(_, l)| MESSAGE.captures(l)));
    match message {
        Some(c) if group(&c, "text").is_empty() => found(lines.get(at)).location(spot(&c)),
        Some(c) => found(c.get(0).map_or("", |m| m.as_str())).location(spot(&c)),
        None => Found { rank: Rank::Strong, ..found(lines.get(at)) },
    }
}

fn ends(line: &str) -> bool {
    let line = line.trim_start();
    ["--- ", "=== ", "ok  \t", "FAIL\t", "PASS", "FAIL", "panic: "].iter().any(|mark| line.starts_with(mark))
}

fn in_order<'t>(lines: impl Iterator<Item = (usize, &'t str)>) -> Vec<(usize, &'t str)> {
    let mut lines: Vec<_> = lines.collect();
    lines.reverse();
    lines
}

/// testify prints `Error Trace:` and `Error:` lines.
fn testify<'t>(lines: impl Iterator<Item = (usize, &'t str)>) -> Option<(&'t str, Option<Location>)> {
    let mut place_of = None;
    for (_, line) in lines {
        if let Some(c) = TRACE.captures(line) {
            place_of = place_of.or_else(|| Some(spot(&c)));
        } else if ERROR.is_match(line) {
            return Some((line, place_of));
        }
    }
    None
}

fn panic(lines: &Lines, at: usize) -> Option<Found> {
    let line = lines.get(at);
    if line.starts_with("panic: test timed out after") {
        return Some(timeout(lines, at));
    }
    if !lines.after(at, 40).any(|(_, l)| l.starts_with("goroutine ")) {
        return None;
    }
    let in_test = lines.after(at, 200).any(|(_, l)| l.contains("testing.tRunner") || l.starts_with("FAIL\t"));
    let rank = if in_test { Rank::Sure } else { Rank::Generic };
    let found = Found::new("gotest", FailureClass::Test, rank, at, line).locations(frames(lines, at, 80));
    let frame = || lines.after(at, 80).find_map(|(_, l)| Some(group(&TEST_FRAME.captures(l)?, "name").to_owned()));
    Some(match running(lines, at).or_else(frame).filter(|_| in_test) {
        Some(name) => found.failing(name),
        None => found,
    })
}

/// The test whose output came last, where the log tells of each.
fn running(lines: &Lines, at: usize) -> Option<String> {
    lines.before(at, 60).find_map(|(_, l)| l.strip_prefix("=== RUN   ").map(str::trim).map(str::to_owned))
}

/// Newer versions list the tests that were running when the time was over.
fn timeout(lines: &Lines, at: usize) -> Found {
    let listed = lines.after(at, 20).skip_while(|(_, l)| l.trim() == "running tests:");
    let listed = listed.map_while(|(_, l)| RUNNING.captures(l)).map(|c| group(&c, "name").to_owned());
    let mut names: Vec<String> = listed.collect();
    if names.is_empty() {
        names.extend(running(lines, at));
    }
    // Without a name it is only known that the time was over.
    let (class, rank) = match names.is_empty() {
        true => (FailureClass::Resource, Rank::Strong),
        false => (FailureClass::Test, Rank::Sure),
    };
    let mut found = Found::new("gotest", class, rank, at, lines.get(at));
    found.failing = names;
    found.locations(frames(lines, at, 120))
}

/// The goroutine's frames, the runtime's own left out.
fn frames(lines: &Lines, at: usize, limit: usize) -> Vec<Location> {
    let spots = lines.after(at, limit).filter_map(|(_, l)| FRAME.captures(l)).map(|c| spot(&c));
    super::node::own_only(spots.collect())
}

fn spot(c: &regex::Captures<'_>) -> Location {
    place(group(c, "path"), group(c, "line"), "", c.name("text").map_or("", |m| m.as_str()), "")
}
