//! Errors of the JavaScript runtime with their stacks, as node and the test runners print them.

use super::{Complaint, Finder, Place, mention, pattern};
use regex::Regex;

/// How far below an error its stack may stand: runners put a code frame between.
const REACH: usize = 40;
/// What stacks name.
const FILES: &[&str] = &[".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".vue", ".svelte", "node:"];

/// Modules that do not exist, reported without any place.
const PLACELESS: &[&str] = &["No such built-in module", "Failed to load url"];

struct Patterns {
    error: Regex,
    told: Regex,
    head: Regex,
    frame: Regex,
    importer: Regex,
}

fn patterns() -> Option<Patterns> {
    Some(Patterns {
        error: pattern(r"(?:^|[\s\[])(?:[0-9A-Za-z_]*Error)(?: \[[0-9A-Za-z_]+\])?: (.+)$")?,
        told: pattern(r#"^\s*error: ['"|](.*?)['"]?$"#)?,
        head: pattern(r"^\s*(?:[A-Z][a-z ]+: )?(?:file://)?([^\s():]+\.[0-9A-Za-z]+):([0-9]+)$")?,
        frame: pattern(r"^\s*(?:at |❯ )?(?:.*[\s(])?(?:file://)?([^\s():]+):([0-9]+):([0-9]+)\)?$")?,
        importer: pattern(r"imported from (?:file://)?([^\s']+)|^- (/\S+)$|\(resolved id: \S+\) in (/\S+?)\. Does")?,
    })
}

pub(super) fn read(lines: &[&str], finder: &Finder) -> Vec<Complaint> {
    if !mention(lines, &["Error", "error: "]) || !mention(lines, FILES) {
        return Vec::new();
    }
    let Some(patterns) = patterns() else { return Vec::new() };
    let mut found = Vec::new();
    // A test runner passes on what a file prints as comments of its own.
    let lines: Vec<&str> = lines.iter().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    for (at, line) in lines.iter().enumerate() {
        let Some(error) = patterns.error.captures(line).or_else(|| patterns.told.captures(line)) else { continue };
        let next = lines.iter().skip(at + 1).take(REACH);
        let below: Vec<&str> = next.take_while(|line| !patterns.error.is_match(line)).copied().collect();
        let mut places = heads(&patterns, &lines[at.saturating_sub(7)..at], finder);
        let stack = below.iter().filter_map(|line| patterns.frame.captures(line));
        places.extend(stack.filter_map(|f| finder.place(&f[1], &f[2], Some(&f[3]))));
        places.extend(importers(&patterns, line, &below, finder));
        if !places.is_empty() || PLACELESS.iter().any(|start| error[1].starts_with(start)) {
            found.push(Complaint { places, message: error[1].to_owned(), detail: below.join("\n") });
        }
    }
    found
}

/// `file:3` above the offending source line.
fn heads(patterns: &Patterns, above: &[&str], finder: &Finder) -> Vec<Place> {
    let found = above.iter().rev().find_map(|line| patterns.head.captures(line));
    found.and_then(|head| finder.place(&head[1], &head[2], None)).into_iter().collect()
}

/// A module that was not found has no line of its own: the importing file's first line stands for it.
fn importers(patterns: &Patterns, line: &str, below: &[&str], finder: &Finder) -> Vec<Place> {
    let named = std::iter::once(&line).chain(below).filter_map(|line| patterns.importer.captures(line));
    named.filter_map(|f| finder.place(f.iter().skip(1).flatten().next()?.as_str(), "1", None)).collect()
}
