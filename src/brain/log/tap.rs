//! TAP output and `node --test`'s own reporter.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::node;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser { keys: &["not ok ", "✖ ", "test at "], read };

patterns! {
    NOT_OK = r"^(?P<indent>\s*)not ok [0-9]+(?: -)? ?(?P<name>.*?)(?: # (?:time=.*|(?P<skip>(?i:todo|skip)).*))?$";
    SUBTESTS = r"subtestsFailed";
    ERROR = r"^\s*(?:error|message): (?:[|>]-?$|['\x22]?(?P<text>.*?)['\x22]?$)";
    LOCATION = r"^\s*(?:location|at): .*?(?P<path>/?[^\s'\x22():]+):(?P<line>[0-9]+):(?P<column>[0-9]+)";
    STACK = r"^\s*stack: [|>]-?$";
    BARE_FRAME = r"^\s+(?:[^/]*\()?(?:file://)?(?P<path>(?:[A-Za-z]:[\\/]|/)[^\s():]+):(?P<line>[0-9]+):(?P<column>[0-9]+)\)?$";
    TEST_AT = r"^test at (?P<path>.+?):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
    BATS = r"^# \((?:from function .*)?in test file (?P<path>[^,]+), line (?P<line>[0-9]+)\)$";
    BROWSER = r"^[A-Z][\w ]* [0-9.]+ - (?:\[[0-9]+ ms\] - )?";
    LOADING = r"^# (?P<error>[A-Z]\w*(?:Error|Exception)(?: \[\w+\])?: .+)$";
    LOADED_AT = r"^# (?:file://)?(?P<path>/[^\s:]+):(?P<line>[0-9]+)$";
    TITLE = r"^✖ (?P<name>.+?)(?: \([0-9.]+ms\))?$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = NOT_OK.captures(line) {
        if c.name("skip").is_none() {
            out.extend(not_ok(lines, at, group(&c, "name")));
        }
    } else if let Some(c) = TEST_AT.captures(line) {
        out.extend(spec(lines, at, &c));
    } else if let Some(c) = TITLE.captures(line).filter(|_| lines.before(at, 3_000).any(|(_, l)| l == "Failed tests:"))
    {
        out.extend(dotted(lines, at, group(&c, "name")));
    }
}

/// The dot reporter lists what failed without its places; a suite only counts its tests.
fn dotted(lines: &Lines, at: usize, name: &str) -> Option<Found> {
    let quote = Some(lines.get(at + 1)).filter(|l| l.starts_with("  ") && !l.ends_with(" failed'"))?;
    let stack = node::own_only(node::stack(lines, at, 30));
    Some(Found::new("node:test", FailureClass::Test, Rank::Sure, at, quote).failing(name).locations(stack))
}

/// The diagnostic block below says what was expected; a suite that only reports its subtests is left out.
fn not_ok(lines: &Lines, at: usize, name: &str) -> Option<Found> {
    let block: Vec<(usize, &str)> =
        lines.after(at, 60).take_while(|(_, l)| l.trim() != "..." && !l.contains("not ok ")).collect();
    if block.iter().any(|(_, l)| SUBTESTS.is_match(l)) {
        return None;
    }
    let error = block.iter().find_map(|(index, l)| ERROR.captures(l).map(|c| (*index, c)));
    let quote = match &error {
        Some((index, c)) => c.name("text").map_or(lines.get(index + 1), |m| m.as_str()),
        None => lines.get(at),
    };
    if quote == "test failed"
        && let Some(found) = not_loaded(lines, at, name)
    {
        return Some(found);
    }
    let mut stack = node::own_only(node::stack(lines, at, block.len()));
    if stack.is_empty() {
        // node's own reporter leaves the `at` away.
        let frames = block.iter().skip_while(|(_, l)| !STACK.is_match(l)).skip(1);
        stack = node::own_only(frames.map_while(|(_, l)| BARE_FRAME.captures(l)).map(|c| spot(&c)).collect());
    }
    let bats = lines.get(at + 1);
    let own = block.iter().find_map(|(_, l)| LOCATION.captures(l)).map(|c| spot(&c));
    let own = own.or_else(|| BATS.captures(bats).map(|c| place(group(&c, "path"), group(&c, "line"), "", "", "")));
    let name = BROWSER.find(name).map_or(name, |prefix| &name[prefix.end()..]);
    let name = if name.is_empty() { lines.get(at).trim() } else { name };
    let found = Found::new("tap", FailureClass::Test, Rank::Sure, at, quote).failing(name);
    Some(found.locations(stack).locations(own))
}

/// A file that could not even be loaded: what node said stands as comments above.
fn not_loaded(lines: &Lines, at: usize, name: &str) -> Option<Found> {
    let above = || lines.before(at, 40).take_while(|(_, l)| l.starts_with('#'));
    let (index, error) = above().find_map(|(i, l)| Some((i, LOADING.captures(l)?.name("error")?.as_str())))?;
    let source = above().find_map(|(_, l)| LOADED_AT.captures(l));
    let source = source.map(|c| place(group(&c, "path"), group(&c, "line"), "", error, ""));
    let stack = node::own_only(node::stack(lines, index, 30));
    let class = node::load_class(error);
    let found = Found::new("node:test", class, Rank::Sure, at, error).locations(source).locations(stack);
    Some(if class == FailureClass::Test { found.failing(name) } else { found })
}

fn spec(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let title = TITLE.captures(lines.get(at + 1))?;
    let message = lines.after(at + 1, 4).find(|(_, l)| !l.trim().is_empty());
    let (index, quote) = message.unwrap_or((at + 1, lines.get(at + 1)));
    // Of a file that could not be loaded only node's own complaint above tells something.
    let missing = |l: &str| l.starts_with("Error") && l.contains("Cannot find ");
    if quote.trim() == "'test failed'" && lines.before(at, 60).any(|(_, l)| missing(l)) {
        return None;
    }
    let stack = node::own_only(node::stack(lines, index, 30));
    let found = Found::new("node:test", FailureClass::Test, Rank::Sure, at, quote).failing(group(&title, "name"));
    Some(found.locations(stack).location(spot(c)))
}

fn spot(c: &regex::Captures<'_>) -> Location {
    place(group(c, "path"), group(c, "line"), group(c, "column"), "", "")
}
