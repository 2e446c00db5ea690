//! The secret scan: over the lines that a patch adds, and over whole texts for `thanos-fix scan`.
//!
//! A text is looked at once for all keywords; only where one stands is a rule tried. What a rule finds
//! must be plausible, is looked for in encoded texts too, and is told once, by the most particular rule.

mod allow;
mod around;
mod assign;
mod baseline;
mod decode;
pub mod diff;
mod found;
mod gitleaks;
mod kind;
mod lists;
mod loose;
mod names;
mod rules;
mod scanner;
mod services;
mod settings;
#[cfg(test)]
mod tests;
mod trigrams;
mod value;
mod vocabulary;
mod words;

pub use allow::lets_pass;
pub use baseline::Baseline;
pub use found::Secret;
pub use scanner::{Place, Scanner};
pub use settings::Settings;

use super::{Case, change};
use crate::ids::RelPath;
use crate::record::{Finding, Severity};
use std::collections::BTreeSet;

/// `input.secrets` comes from the base: what the patch itself says about secrets counts for nothing.
pub(super) fn check(case: &Case) -> Vec<Finding> {
    let scanner = case.input.secrets.unwrap_or(Scanner::built_in());
    // What a file that goes held is nothing new under another name.
    let gone: Vec<&str> =
        case.files.iter().filter(|file| file.after.is_none()).filter_map(|file| file.before).collect();
    case.files.iter().flat_map(|file| check_file(scanner, file, &gone)).collect()
}

fn check_file(scanner: &Scanner, file: &change::FileChange, gone: &[&str]) -> Vec<Finding> {
    let moved = |secret: &Secret| {
        let value = secret.value.reveal();
        !value.is_empty() && gone.iter().any(|text| text.contains(value))
    };
    let new = added(scanner, file, None).into_iter().filter(|secret| !moved(secret));
    let mut findings: Vec<_> = new.map(|secret| finding(&secret, file.path)).collect();
    findings.extend(allow::comments(file));
    findings
}

/// The secrets that a change brings into a file.
pub fn added(scanner: &Scanner, file: &change::FileChange, commit: Option<&str>) -> Vec<Secret> {
    let (before, after) = (file.before.unwrap_or_default(), file.after.unwrap_or_default());
    let lines: BTreeSet<u32> = file.added().map(|line| line.number).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let mut secrets = scanner.scan(Place { path: file.path.as_str(), commit }, after);
    // A line that was only moved or re-wrapped adds no secret.
    secrets.retain(|secret| match secret.value.reveal() {
        // A rule against the path, not against a text in it.
        "" => file.before.is_none(),
        value => !before.contains(value),
    });
    secrets.retain(|secret| (secret.line..=secret.end_line).any(|line| lines.contains(&line)));
    secrets
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

/// The text with `***` for what in it looks like a secret: what a command prints may be anybody's.
pub fn hidden(text: &str) -> String {
    let mut values: Vec<String> = scan("output.log", text).iter().map(|s| s.value.reveal().to_owned()).collect();
    values.retain(|value| !value.is_empty());
    // One may be a part of another.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), "***"))
}

/// Every secret in `text`, by line, by the built-in rules. Comments that silence scanners are not heeded here.
pub fn scan(path: &str, text: &str) -> Vec<Secret> {
    Scanner::built_in().scan(Place { path, commit: None }, text)
}
