//! Ruff, flake8, pylint, pycodestyle and pydocstyle: `path:line:column: CODE message` and Ruff's long form.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser { keys: &[".py:", ".ipynb:", ".pyi:", "invalid-syntax", "ruff failed"], read };

patterns! {
    FLAT = r"^\s*(?P<path>[^\s:][^:]*\.(?:py|pyi|ipynb(?::cell [0-9]+)?)):(?P<line>[0-9]+):(?:(?P<column>[0-9]+):)? \[?(?P<code>[A-Z]{1,5}[0-9]{2,5}|invalid-syntax)\b:?(?:\([a-z-]+\))?\]?:? ?(?P<text>.*)$";
    ARROW = r"^\s*-->\s+(?P<path>.+?\.(?:py|pyi|ipynb)(?::cell [0-9]+)?):(?P<line>[0-9]+):(?P<column>[0-9]+)$";
    TY = r"^\s*info: rule `[\w-]+` (?:is|was) (?:enabled|selected)|^Found [0-9]+ diagnostics?$";
    // A file's findings stand below its name, indented.
    GROUP = r"^(?P<path>\S.*\.(?:pyi?|ipynb)):$";
    ROW = r"^\s+(?P<line>[0-9]+):(?P<column>[0-9]+)\s+(?P<code>[A-Z]{1,5}[0-9]{2,5}|invalid-syntax):? (?P<text>\S.*)$";
    CONCISE = r"^(?P<path>[^\s:][^:]*\.pyi?):(?P<line>[0-9]+):(?P<column>[0-9]+): (?:error\[(?P<code>[a-z-]+)\]|(?P<code2>[a-z]+(?:-[a-z]+)+):) (?P<text>\S.*)$";
    CAUSE = r"^\s+Cause: \S";
    SETTINGS = r"`(?P<path>[^`]+\.toml)`|(?:parse|load) (?P<path2>\S+\.toml)";
    HEAD = r"^\s*(?P<code>[A-Z]{1,5}[0-9]{2,5}|invalid-syntax|error\[[\w-]+\])(?: \[\*\]|:)? (?P<text>.+)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if line.trim() == "ruff failed" {
        out.extend(settings(lines, at));
        return;
    }
    if let Some(c) = FLAT.captures(line) {
        out.push(finding(line, at, &c, group(&c, "code"), group(&c, "text")));
        return;
    }
    if let Some(c) = CONCISE.captures(line).filter(|c| group(c, "code2") != "invalid-syntax") {
        let code = c.name("code").or(c.name("code2")).map_or("", |m| m.as_str());
        out.push(Found { class: FailureClass::Type, tool: "ty", ..finding(line, at, &c, code, group(&c, "text")) });
        return;
    }
    if let Some(c) = GROUP.captures(line) {
        out.extend(grouped(lines, at, group(&c, "path")));
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

/// What it could not read of its own settings: the outermost cause names it, and the file.
fn settings(lines: &Lines, at: usize) -> Option<Found> {
    let (index, quote) = lines.after(at, 1).next().filter(|(_, l)| CAUSE.is_match(l))?;
    let file = SETTINGS.captures(quote).and_then(|c| c.name("path").or(c.name("path2")).map(|m| m.as_str().to_owned()));
    let spot = file.map(|path| place(&path, "", "", quote.trim(), ""));
    Some(Found::new("ruff", FailureClass::Config, Rank::Sure, index, quote).locations(spot))
}

fn grouped(lines: &Lines, at: usize, path: &str) -> Vec<Found> {
    let rows = lines.after(at, 1_000).map_while(|(index, l)| Some((index, l, ROW.captures(l)?)));
    let found = rows.map(|(index, l, c)| {
        let (code, text) = (group(&c, "code"), group(&c, "text"));
        let spot = place(path, group(&c, "line"), group(&c, "column"), text, code);
        Found::new("ruff", class_of(code), Rank::Sure, index, l).location(spot)
    });
    found.collect()
}

fn class_of(code: &str) -> FailureClass {
    let syntax = matches!(code, "invalid-syntax" | "E999" | "E902" | "E0001");
    if syntax { FailureClass::Compile } else { FailureClass::Lint }
}

fn finding(quote: &str, at: usize, c: &regex::Captures<'_>, code: &str, text: &str) -> Found {
    // Pylint's conventions and warnings stand beside its errors: all of them fail the build.
    let tool = if code.len() == 5 && code.starts_with(['C', 'R', 'W', 'E']) { "pylint" } else { "ruff" };
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), text, code);
    Found::new(tool, class_of(code), Rank::Sure, at, quote).location(spot)
}
