//! rustc, clippy and rustfmt.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &["error[E", "error: ", "Diff in ", "error[clippy"], read };

patterns! {
    HEAD = r"^\s*error(?:\[(?P<code>[\w:]+)\])?: (?P<text>.+)$";
    ARROW = r"^\s*(?:-->|:::|\u{256d}\u{25b8})\s+(?P<path>.+?):(?P<line>[0-9]+):(?P<column>[0-9]+)";
    LINT = r"clippy::|rust-clippy|#\[deny\(|`-D |`#!?\[(?:deny|forbid)";
    SHORT = r"^\s*(?P<path>[^\s:][^:]*\.rs):(?P<line>[0-9]+):(?P<column>[0-9]+): error(?:\[(?P<code>\w+)\])?: (?P<text>.+)$";
    PANIC = r"panicked at (?:.*', )?(?P<path>[^\s':]+\.rs):(?P<line>[0-9]+):(?P<column>[0-9]+)|^.*', (?P<path2>[^\s':]+\.rs):(?P<line2>[0-9]+):(?P<column2>[0-9]+)$";
    DIFF = r"^Diff in (?P<path>.+?)(?: at line |:)(?P<line>[0-9]+):?$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(found) = diff(line, at).or_else(|| short(line, at)).or_else(|| message(lines, at)) {
        out.push(found);
    }
}

/// `rustfmt --check` prints a diff for each place.
fn diff(line: &str, at: usize) -> Option<Found> {
    let c = DIFF.captures(line)?;
    let spot = place(group(&c, "path"), group(&c, "line"), "", "not formatted", "");
    Some(Found::new("rustfmt", FailureClass::Format, Rank::Sure, at, line).location(spot))
}

/// `--message-format short`.
fn short(line: &str, at: usize) -> Option<Found> {
    let c = SHORT.captures(line)?;
    let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), group(&c, "code"));
    Some(Found::new("rustc", FailureClass::Compile, Rank::Sure, at, line).location(spot))
}

fn message(lines: &Lines, at: usize) -> Option<Found> {
    let line = lines.get(at);
    let c = HEAD.captures(line)?;
    let (code, text) = (group(&c, "code"), group(&c, "text"));
    if text.starts_with("linking with `") || text.starts_with("linker `") {
        let class = if text.ends_with("` not found") { FailureClass::Config } else { FailureClass::Compile };
        return Some(Found::new("rustc", class, Rank::Sure, at, line));
    }
    if text.starts_with("could not compile `")
        || text.starts_with("Could not compile `")
        || text.starts_with("aborting due to")
    {
        return Some(Found::new("rustc", FailureClass::Compile, Rank::Wrapper, at, line));
    }
    if text.starts_with("internal compiler error") {
        return Some(crashed(lines, at));
    }
    let arrow = lines.after(at, 8).take_while(|(_, l)| !HEAD.is_match(l)).find_map(|(_, l)| ARROW.captures(l));
    let Some(arrow) = arrow else {
        return code.starts_with('E').then(|| Found::new("rustc", FailureClass::Compile, Rank::Strong, at, line));
    };
    let lint = is_lint(lines, at);
    let (tool, class) = if lint { ("clippy", FailureClass::Lint) } else { ("rustc", FailureClass::Compile) };
    let spot = place(group(&arrow, "path"), group(&arrow, "line"), group(&arrow, "column"), text, code);
    Some(Found::new(tool, class, Rank::Sure, at, line).location(spot))
}

/// The compiler itself died; where in it stands in the panic above.
fn crashed(lines: &Lines, at: usize) -> Found {
    let panic = lines.before(at, 40).find_map(|(_, l)| PANIC.captures(l));
    let part = |c: &regex::Captures<'_>, a: &str, b: &str| {
        c.name(a).or(c.name(b)).map_or(String::new(), |m| m.as_str().to_owned())
    };
    let spot = panic
        .map(|c| place(&part(&c, "path", "path2"), &part(&c, "line", "line2"), &part(&c, "column", "column2"), "", ""));
    Found::new("rustc", FailureClass::Compile, Rank::Sure, at, lines.get(at)).locations(spot)
}

/// The notes below a denied lint name it, or the level that denies it.
fn is_lint(lines: &Lines, at: usize) -> bool {
    LINT.is_match(lines.get(at))
        || lines.after(at, 40).take_while(|(_, l)| !l.is_empty()).any(|(_, l)| l.contains("= ") && LINT.is_match(l))
}
