//! Ruff, flake8, pylint, pycodestyle and pydocstyle: `path:line:column: CODE message` and Ruff's long form.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &[".py:", ".ipynb:", ".pyi:", "invalid-syntax"], read };

patterns! {
    FLAT = r"^\s*(?P<path>[^\s:][^:]*\.(?:py|pyi|ipynb(?::cell [0-9]+)?)):(?P<line>[0-9]+):(?:(?P<column>[0-9]+):)? \[?(?P<code>[A-Z]{1,5}[0-9]{2,5}|invalid-syntax)\b:?(?:\([a-z-]+\))?\]?:? ?(?P<text>.*)$";
    ARROW = r"^\s*-->\s+(?P<path>.+?\.(?:py|pyi|ipynb)(?::cell [0-9]+)?):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
    TY = r"^\s*info: rule `[\w-]+` (?:is|was) (?:enabled|selected)|^Found [0-9]+ diagnostics?$";
    HEAD = r"^\s*(?P<code>[A-Z]{1,5}[0-9]{2,5}|invalid-syntax|error\[[\w-]+\])(?: \[\*\]|:)? (?P<text>.+)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = FLAT.captures(line) {
        out.push(finding(line, at, &c, group(&c, "code"), group(&c, "text")));
        return;
    }
    let Some(place_of) = ARROW.captures(line) else { return };
    let heading = lines.before(at, 2).find_map(|(index, l)| Some((index, HEAD.captures(l)?)));
    if let Some((index, head)) = heading {
        let found = finding(lines.get(index), index, &place_of, group(&head, "code"), group(&head, "text"));
        // ty tells below which of its rules it was, and counts otherwise.
        let kebab = group(&head, "code").starts_with("error[");
        let typed = kebab && lines.after(at, 3_000).any(|(_, l)| TY.is_match(l));
        out.push(if typed { Found { class: FailureClass::Type, tool: "ty", ..found } } else { found });
    }
}

fn finding(quote: &str, at: usize, c: &regex::Captures<'_>, code: &str, text: &str) -> Found {
    let syntax = matches!(code, "invalid-syntax" | "E999" | "E902" | "E0001");
    let class = if syntax { FailureClass::Compile } else { FailureClass::Lint };
    // Pylint's conventions and warnings stand beside its errors: all of them fail the build.
    let tool = if code.len() == 5 && code.starts_with(['C', 'R', 'W', 'E']) { "pylint" } else { "ruff" };
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), text, code);
    Found::new(tool, class, Rank::Sure, at, quote).location(spot)
}
