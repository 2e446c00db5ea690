//! mypy, pyright and pyre: Python's type checkers.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &[": error:", " - error:", "Found "], read };

patterns! {
    MYPY = r"^\s*(?P<path>[^\s:][^:]*\.pyi?):(?P<line>[0-9]+):(?:(?P<column>[0-9]+):(?:[0-9]+:[0-9]+:)?)? error: (?P<text>.+?)(?:\s+\[(?P<code>[a-z0-9-]+)\])?$";
    PYRIGHT = r"^\s*(?P<path>[^\s:][^:]*\.pyi?):(?P<line>[0-9]+):(?P<column>[0-9]+) - error: (?P<text>.+?)(?: \((?P<code>\w+)\))?$";
    WHOLE = r"^(?P<path>[^\s:][^:]*\.pyi?): error: (?P<text>.+?)(?:\s+\[(?P<code>[a-z0-9-]+)\])?$";
    SUMMARY = r"^Found [0-9]+ errors? in [0-9]+ files? ";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    let (tool, c) = match (MYPY.captures(line), PYRIGHT.captures(line)) {
        (Some(c), _) => ("mypy", c),
        (None, Some(c)) => ("pyright", c),
        (None, None) => {
            // A program of that name that was started wrongly prints how it should be.
            let usage = || lines.before(at, 40).any(|(_, l)| l.contains("usage: "));
            if let Some(c) = WHOLE.captures(line).filter(|_| !usage()) {
                let spot = place(group(&c, "path"), "", "", group(&c, "text"), group(&c, "code"));
                out.push(Found::new("mypy", FailureClass::Type, Rank::Strong, at, line).location(spot));
            } else if SUMMARY.is_match(line) {
                out.push(Found::new("mypy", FailureClass::Type, Rank::Wrapper, at, line));
            }
            return;
        }
    };
    let (text, code) = (group(&c, "text"), group(&c, "code"));
    let class =
        if code == "syntax" || text.starts_with("invalid syntax") { FailureClass::Compile } else { FailureClass::Type };
    let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), text, code);
    out.push(Found::new(tool, class, Rank::Sure, at, line).location(spot));
}
