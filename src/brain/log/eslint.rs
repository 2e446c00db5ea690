//! ESLint and its kin: stylelint, TSLint, standard, xo, Biome, `next lint`.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::FailureClass;

pub(super) const PARSER: Parser = Parser {
    keys: &[
        " error ",
        "  error\t",
        "Error:",
        "[Error/",
        ", Error - ",
        "ERROR: ",
        " problems (",
        " problem (",
        " problems",
        "✖",
        "×",
        " ━",
        "lint/",
        "Line ",
        "standard: ",
        "too many warnings (maximum",
    ],
    read,
};

patterns! {
    STYLISH = r"^\s*(?P<line>[0-9]+):(?P<column>[0-9]+)\s+(?:error|Error:|✖|×)\s+(?P<text>\S.*?)(?:\s{2,}(?P<code>[@\w/-]+))?$";
    WARNED = r"^\s*(?P<line>[0-9]+):(?P<column>[0-9]+)\s+(?:warning|Warning:|⚠)\s+(?P<text>\S.*?)(?:\s{2,}(?P<code>[@\w/-]+))?$";
    REACT = r"^\s*Line (?P<line>[0-9]+)(?::(?P<column>[0-9]+))?:\s+(?P<text>\S.*?)\s{2,}(?P<code>[@\w/-]+)$";
    UNIX = r"^(?P<path>[^\s:][^:]*):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<text>.+) \[Error/(?P<code>[@\w/-]+)\]$";
    COMPACT = r"^(?P<path>\S.*): line (?P<line>[0-9]+), col (?P<column>[0-9]+), Error - (?P<text>.+?)(?: \((?P<code>[@\w/-]+)\))?$";
    TSLINT = r"^\s*ERROR: (?:\((?P<code>[\w-]+)\) )?(?P<path>[^\s:\[]+\.[cm]?[jt]sx?)(?::(?P<line>[0-9]+):(?P<column>[0-9]+)|\[(?P<line2>[0-9]+), (?P<column2>[0-9]+)\])(?:: | - | )(?P<text>.+)$";
    // TSLint's own stylish form: the file stands above, with its first place.
    TSLINT_ROW = r"^ERROR: (?P<line>[0-9]+):(?P<column>[0-9]+)\s+(?P<code>[a-z][\w-]+)\s+(?P<text>\S.*)$";
    TSLINT_FILE = r"^(?P<path>\S+\.\w+):[0-9]+:[0-9]+$";
    VISUAL = r"^\s*(?P<path>[^\s:(][^(]*)\((?P<line>[0-9]+),(?P<column>[0-9]+)\): error (?P<code>[a-z@][\w/@-]*) : (?P<text>.+)$";
    BIOME = r"^(?:\S+ )?(?P<path>[^\s:]+):(?P<line>[0-9]+):(?P<column>[0-9]+) (?P<code>lint/\S+)";
    STANDARD = r"^\s*(?P<path>/?[^\s:]+\.[cm]?[jt]sx?):(?P<line>[0-9]+):(?P<column>[0-9]+): (?P<text>[^(]+?)(?: \((?P<code>[@\w/-]+)\))?$";
    FILE = r"^(?P<path>(?:\.{0,2}/|[A-Za-z]:[\\/])?[\w@.$()\[\]\\/ -]+\.\w+)$";
    BIOME_FILE = r"^(?P<path>\S+\.\w+) (?P<code>format|organizeImports|assist/\S+) ━";
    BIOME_CLOSING = r"^\s*× Some errors were emitted while (?:running checks|applying)";
    PROBLEMS = r"^\s*[✖×] [1-9][0-9]* problems?\b";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = STYLISH.captures(line).or_else(|| REACT.captures(line)) {
        out.push(below_file(lines, at, &c));
    } else if let Some(c) = UNIX
        .captures(line)
        .or_else(|| COMPACT.captures(line))
        .or_else(|| VISUAL.captures(line))
        .or_else(|| BIOME.captures(line))
    {
        out.push(flat(line, at, &c));
    } else if let Some(c) = TSLINT.captures(line) {
        let row = c.name("line").or(c.name("line2")).map_or("", |m| m.as_str());
        let column = c.name("column").or(c.name("column2")).map_or("", |m| m.as_str());
        let spot = place(group(&c, "path"), row, column, group(&c, "text"), group(&c, "code"));
        out.push(Found::new("tslint", FailureClass::Lint, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = TSLINT_ROW.captures(line) {
        let file = lines.before(at, 400).find_map(|(_, l)| TSLINT_FILE.captures(l));
        let spot = file.map(|f| {
            place(group(&f, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), group(&c, "code"))
        });
        out.push(Found::new("tslint", FailureClass::Lint, Rank::Sure, at, line).locations(spot));
    } else if let Some(c) = BIOME_FILE.captures(line) {
        let spot = place(group(&c, "path"), "", "", "", group(&c, "code"));
        out.push(Found::new("biome", FailureClass::Format, Rank::Sure, at, line).location(spot));
    } else if BIOME_CLOSING.is_match(line) {
        out.push(Found::new("biome", FailureClass::Lint, Rank::Generic, at, line));
    } else if PROBLEMS.is_match(line) {
        // Warnings fail a run only where a limit says so.
        let rank = if line.contains("(0 errors") { Rank::Wrapper } else { Rank::Strong };
        out.push(Found::new("eslint", FailureClass::Lint, rank, at, line));
    } else if line.contains("too many warnings") {
        out.extend(warned(lines, at));
    } else if line.contains("standard: ") {
        out.extend(standard(lines, at));
    }
}

fn flat(line: &str, at: usize, c: &regex::Captures<'_>) -> Found {
    let text = c.name("text").map_or("", |m| m.as_str());
    let spot = place(group(c, "path"), group(c, "line"), group(c, "column"), text, group(c, "code"));
    Found::new("eslint", FailureClass::Lint, Rank::Sure, at, line).location(spot)
}

/// The file stands on the nearest line above that is nothing but a path.
fn below_file(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Found {
    let path = lines.before(at, 400).take_while(|(_, l)| !l.trim().is_empty()).find(|(_, l)| FILE.is_match(l));
    let (text, code) = (group(c, "text"), group(c, "code"));
    let class = if code == "prettier/prettier" { FailureClass::Format } else { FailureClass::Lint };
    let column = c.name("column").map_or("", |m| m.as_str());
    let spot = path.map(|(_, path)| place(path, group(c, "line"), column, text, code));
    // Without its file it is only as sure as its rule's name.
    let rank = if spot.is_some() || code.contains(['-', '/']) { Rank::Sure } else { Rank::Wrapper };
    Found::new("eslint", class, rank, at, lines.get(at)).locations(spot)
}

/// Beyond their limit warnings are what fails, all of them.
fn warned(lines: &Lines, at: usize) -> Vec<Found> {
    const LIMIT: usize = 500;
    let mut rows: Vec<_> = lines.before(at, 5_000).filter_map(|(n, l)| Some((n, WARNED.captures(l)?))).collect();
    rows.reverse();
    rows.iter().take(LIMIT).map(|(row, c)| below_file(lines, *row, c)).collect()
}

/// `standard` prints one heading and then flat lines.
fn standard(lines: &Lines, at: usize) -> Option<Found> {
    let (index, line) = lines.after(at, 6).find(|(_, l)| STANDARD.is_match(l))?;
    let c = STANDARD.captures(line)?;
    Some(Found { tool: "standard", ..flat(line, index, &c) })
}
