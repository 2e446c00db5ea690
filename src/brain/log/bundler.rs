//! Bundlers and what they run: webpack, Next.js, Vite, Rollup, esbuild, Sass.

use super::found::{Found, Rank, group, patterns, place};
use super::lines::Lines;
use super::table::Parser;
use crate::record::{FailureClass, Location};

pub(super) const PARSER: Parser = Parser {
    keys: &[
        "Module not found",
        "Module parse failed",
        "Module build failed",
        "Failed to compile",
        "error during build",
        "failed to resolve import",
        "Failed to resolve import",
        "Could not resolve",
        "RollupError",
        "[vite]",
        "[ERROR]",
        "Can't resolve",
        " on line ",
        "root stylesheet",
        "is not exported by",
        "Error occurred prerendering",
        "Build error occurred",
        "Transform failed",
        "[commonjs]",
        "Syntax Error",
        "SyntaxError",
        "Unexpected token",
        "): ",
    ],
    read,
};

patterns! {
    RESOLVE = r"(?:Can't resolve|[Cc]ould not resolve|[Ff]ailed to resolve import|Cannot resolve) ['\x22](?P<name>[^'\x22\s]+)";
    FROM = r"from ['\x22](?P<path>[^'\x22]+)['\x22]";
    PARSE = r"^\s*(?:\[!\] )?(?:Error: |RollupError: )?(?:Module parse failed|Module build failed|Transform failed with|\[vite[^\]]*\].*(?:error|failed)|RollupError: )";
    EXPORT = r"^\s*(?:Error: |RollupError: |\[!\] )?.*(?:\x22\w+\x22 is not exported by|Attempted import error)";
    ESBUILD = r"^\s*[✘✗X] \[ERROR\] (?P<text>.+)$";
    // Angular's build prints the TypeScript compiler's errors so.
    TYPED = r"^\s*[✘✗X] \[ERROR\] TS[0-9]+: ";
    SASS = r"^\s+on line (?P<line>[0-9]+) of (?P<path>\S+)";
    DART = r"^\s+(?P<path>\S+\.s[ac]ss) (?P<line>[0-9]+):(?P<column>[0-9]+)\s+(?:root stylesheet|\S+\(\)|@\S+)";
    PLACE = r"^\s*(?:ERROR in |file: |╭─\[|,-\[|\s)*(?P<path>(?:\.{0,2}/|[A-Za-z]:[\\/])?[\w@.$()\[\]\\/-]+\.\w+)(?:[: ](?P<line>[0-9]+):(?P<column>[0-9]+))?(?:-[0-9]+)?(?::[0-9]+)?\]?:?\s*$";
    ROLLUP = r"^\s*(?:\[!\] )?(?:RollupError: )?(?P<path>[\w@.$\[\]\\/-]+\.\w+) \((?P<line>[0-9]+):(?P<column>[0-9]+)\): (?P<text>\S.+)$";
    PRERENDER = r"^\s*(?:Error: |⨯ )?Error occurred prerendering page";
    NEXT_SYNTAX = r"^\s*(?:Error:\s+[x×] |.*\bSyntax ?Error: |\s*[x×] )(?P<text>\S.*)$";
}

fn read(lines: &Lines, at: usize, out: &mut Vec<Found>) {
    let line = lines.get(at);
    if let Some(c) = SASS.captures(line).or_else(|| DART.captures(line)) {
        out.extend(sass(lines, at, &c));
    } else if let Some(c) = ROLLUP.captures(line) {
        let spot = place(group(&c, "path"), group(&c, "line"), group(&c, "column"), group(&c, "text"), "");
        out.push(Found::new("rollup", FailureClass::Compile, Rank::Sure, at, line).location(spot));
    } else if let Some(c) = RESOLVE.captures(line) {
        let found = Found::new("bundler", missing(group(&c, "name")), Rank::Sure, at, line);
        out.push(found.locations(from(line).or_else(|| around(lines, at))));
    } else if TYPED.is_match(line) {
        out.push(Found::new("tsc", FailureClass::Type, Rank::Sure, at, line).locations(around(lines, at)));
    } else if EXPORT.is_match(line) || PARSE.is_match(line) || ESBUILD.is_match(line) {
        out.push(Found::new("bundler", FailureClass::Compile, Rank::Sure, at, line).locations(around(lines, at)));
    } else if PRERENDER.is_match(line) {
        out.push(Found::new("next", FailureClass::Compile, Rank::Strong, at, line));
    } else if line.contains("Syntax") && NEXT_SYNTAX.is_match(line) && above_says_compile(lines, at) {
        out.push(Found::new("bundler", FailureClass::Compile, Rank::Sure, at, line).locations(around(lines, at)));
    }
}

fn above_says_compile(lines: &Lines, at: usize) -> bool {
    lines
        .before(at, 10)
        .any(|(_, l)| l.contains("Failed to compile") || l.contains("ERROR in ") || l.contains("Build failed"))
}

/// A package's name points at an install, a path at the code.
fn missing(name: &str) -> FailureClass {
    let local = name.starts_with(['.', '/', '~', '#']) || name.starts_with("@/") || name.starts_with("src/");
    if local { FailureClass::Compile } else { FailureClass::Dependency }
}

fn from(line: &str) -> Option<Location> {
    FROM.captures(line).map(|c| place(group(&c, "path"), "", "", line, ""))
}

/// The file stands alone on a line just above the message, or (esbuild) just below it.
fn around(lines: &Lines, at: usize) -> Option<Location> {
    let spot = |(_, l): (usize, &str)| {
        PLACE.captures(l).map(|c| place(group(&c, "path"), group(&c, "line"), group(&c, "column"), "", ""))
    };
    lines.before(at, 2).find_map(spot).or_else(|| lines.after(at, 5).find_map(spot))
}

/// Sass prints the place below its `Error:` line, the innermost file first.
fn sass(lines: &Lines, at: usize, c: &regex::Captures<'_>) -> Option<Found> {
    let (index, quote) = lines.before(at, 10).find(|(_, l)| l.trim_start().starts_with("Error: "))?;
    let spot = place(group(c, "path"), group(c, "line"), c.name("column").map_or("", |m| m.as_str()), quote, "");
    Some(Found::new("sass", FailureClass::Compile, Rank::Sure, index, quote).location(spot))
}
