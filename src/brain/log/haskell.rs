//! GHC, HLint, Hspec and Elm.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser =
    Parser { keys: &[".hs:", ".lhs:", "rerun use: --match", "---- ", "ambiguity", "dependency conflict"], read };

patterns! {
    GHC = r"^\s*(?P<path>\S+\.l?hs):(?P<line>[0-9]+):(?P<column>[0-9]+)(?:-[0-9]+)?:(?: (?:fatal )?error:(?: \[[^\]]+\])*)?\s*(?P<text>\S.*)?$";
    HSPEC = r"^\s*(?P<path>\S+\.l?hs):(?P<line>[0-9]+):(?:[0-9]+:)?\s*$";
    ENTRY = r"^\s*[0-9]+\) (?P<name>\S.*)$";
    ELM = r"^-- (?P<kind>[A-Z][A-Z ]+[A-Z]) -{3,} (?P<path>\S+\.elm)$";
    ROW = r"^(?P<line>[0-9]+)\|";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = ELM.captures(line) {
        out.push(elm(lines, at, &c));
    } else if let Some(c) = HSPEC.captures(line).filter(|_| ENTRY.is_match(lines.get(at + 1))) {
        out.extend(hspec(lines, at, &c));
    } else if let Some(c) = GHC.captures(line) {
        out.extend(ghc(lines, at, &c));
    }
}

/// The message stands on the same line or begins on the next one, indented.
fn ghc(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let (line, text) = (lines.get(at), c.name("text").map_or("", |m| m.as_str()));
    if text.starts_with("Suggestion:") || (text.starts_with("Warning:") && lines.get(at + 1).trim() == "Found:") {
        let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), text, "");
        return Some(Found::new("hlint", FailureClass::Lint, Rank::Sure, at, line).location(spot));
    }
    if text.to_ascii_lowercase().starts_with("warning") || text.starts_with("Splicing") {
        return None;
    }
    let below = lines.get(at + 1);
    let marked = line.contains("error");
    if !marked && (!text.is_empty() || !below.starts_with("    ")) {
        return None;
    }
    let quote = if text.is_empty() { format!("{} {}", line.trim(), below.trim()) } else { line.to_owned() };
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), &quote, "");
    Some(Found::new("ghc", FailureClass::Compile, Rank::Sure, at, &quote).location(spot))
}

fn hspec(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let entry = ENTRY.captures(lines.get(at + 1))?;
    let (_, quote) = lines.after(at + 1, 4).find(|(_, l)| !l.trim().is_empty())?;
    let spot = place(group(c, "path"), group(c, "line"), "", quote, "");
    let name = group(&entry, "name").to_owned();
    Some(Found::new("hspec", FailureClass::Test, Rank::Sure, at, quote).failing(name).location(spot))
}

fn elm(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Found {
    let row = lines.after(at, 8).find_map(|(_, l)| ROW.captures(l)).map(|r| group(&r, "line").to_owned());
    let class = if group(c, "kind").contains("TYPE") { FailureClass::Type } else { FailureClass::Compile };
    let spot = place(group(c, "path"), &row.unwrap_or_default(), "", group(c, "kind"), "");
    Found::new("elm", class, Rank::Sure, at, lines.get(at)).location(spot)
}
