//! The secret scan: over the lines that a patch adds, and over whole texts for `thanos-fix scan`.
//!
//! A text is looked at once for all keywords; only where one stands is a rule tried. What a rule finds
//! must be plausible, is looked for in encoded texts too, and is told once, by the most particular rule.

mod allow;
mod assign;
mod decode;
mod found;
mod kind;
mod rules;
mod scanner;
#[cfg(test)]
mod tests;
mod trigrams;
mod value;
mod words;

pub use allow::is_allowed;
pub use found::{Hidden, Secret};
pub use scanner::Scanner;

use super::{Input, change};
use crate::ids::RelPath;
use crate::record::{Finding, Severity};
use std::collections::BTreeSet;

pub fn check(input: &Input) -> Vec<Finding> {
    let scanner = Scanner::built_in();
    change::read(input.patch).iter().flat_map(|file| check_file(scanner, file)).collect()
}

fn check_file(scanner: &Scanner, file: &change::FileChange) -> Vec<Finding> {
    let (before, after) = (file.before.unwrap_or_default(), file.after.unwrap_or_default());
    let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
    let secrets = scanner.scan(file.path.as_str(), after);
    // A line that was only moved or re-wrapped adds no secret.
    let fresh = secrets.iter().filter(|secret| !before.contains(secret.value.reveal()));
    let fresh = fresh.filter(|secret| (secret.line..=secret.end_line).any(|line| added.contains(&line)));
    let mut findings: Vec<_> = fresh.map(|secret| finding(secret, file.path)).collect();
    findings.extend(allow::comments(file, before, after));
    findings
}

/// The finding that the evidence shows.
pub fn finding(secret: &Secret, path: &RelPath) -> Finding {
    Finding {
        rule: format!("secrets/{}", secret.rule),
        severity: Severity::Error,
        path: Some(path.to_string()),
        line: Some(secret.line),
        column: Some(secret.column),
        message: format!("{}: {}", secret.name, secret.excerpt),
        fingerprint: Some(secret.fingerprint.clone()),
    }
}

/// Every secret in `text`, by line, by the built-in rules. Comments that silence scanners are not heeded here.
pub fn scan(path: &str, text: &str) -> Vec<Secret> {
    Scanner::built_in().scan(path, text)
}
