//! Bun's and Deno's test runners.

use super::found::{Found, Rank, group, patterns};
use super::lines::Lines;
use super::node;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["(fail) ", "✗ ", "... FAILED (", "=> "], read };

patterns! {
    FAIL = r"^\s*(?:\(fail\) (?P<name>.+?)(?: \[[0-9.]+ ?m?s\])?|✗ (?P<name2>\S.*?) \[[0-9.]+ ?m?s\])$";
    DENO = r"^(?P<name>\S.*?) \.\.\. FAILED \([0-9.]+m?s\)$";
    DENO_AT = r"^(?P<name>\S.*?) => (?P<path>\S+?):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = FAIL.captures(line) {
        out.push(bun(lines, at, c.name("name").or(c.name("name2")).map_or("", |m| m.as_str())));
    } else if let Some(c) = DENO_AT.captures(line) {
        out.extend(deno(lines, at, group(&c, "name")));
    } else if let Some(c) = DENO.captures(line).filter(|_| !line.starts_with("test ")) {
        out.push(Found::new("deno", FailureClass::Test, Rank::Strong, at, line).failing(group(&c, "name")));
    }
}

/// The message and its stack stand above the verdict.
fn bun(lines: &Lines, at: usize, name: &str) -> Found {
    let above = || lines.before(at, 60).take_while(|(_, l)| !l.starts_with("(pass)") && !l.starts_with("(fail)"));
    let Some((index, message)) = above().find(|(_, l)| l.starts_with("error: ") || l.contains("Error: ")) else {
        return Found::new("bun", FailureClass::Test, Rank::Strong, at, lines.get(at)).failing(name);
    };
    let spots = node::own_only(node::stack(lines, index, at - index));
    Found::new("bun", FailureClass::Test, Rank::Sure, at, message).failing(name).locations(spots)
}

fn deno(lines: &Lines, at: usize, name: &str) -> Option<Found> {
    let (index, message) = lines.after(at, 3).find(|(_, l)| l.starts_with("error: "))?;
    let spots = node::own_only(node::stack(lines, index, 40));
    Some(Found::new("deno", FailureClass::Test, Rank::Sure, at, message).failing(name).locations(spots))
}
