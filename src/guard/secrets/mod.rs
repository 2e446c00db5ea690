//! The secret scan: over the lines that a patch adds, and over whole texts for `thanos-fix scan`.

mod plausible;
mod rules;
#[cfg(test)]
mod tests;

use super::{Input, change};
use crate::ids::RelPath;
use crate::mask::MASK;
use crate::mask::finder::{Hit, Rule};
use crate::record::{Finding, Severity};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

/// A secret that was found, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub rule: &'static str,
    /// For people.
    pub name: &'static str,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// Its line with every secret hidden, cut to what a person reads.
    pub excerpt: String,
    /// Stays the same when lines move. Made from the line around the secret, so that nobody can try
    /// guesses of the secret against it.
    pub fingerprint: String,
}

/// Comments with which people silence scanners.
const ALLOW_COMMENTS: &[&str] = &[
    "gitleaks:allow",
    "pragma: allowlist secret",
    "pragma: allowlist nextline secret",
    "trufflehog:ignore",
    "nosecret",
    "ggignore",
];

const EXCERPT: usize = 120;

pub fn check(input: &Input) -> Vec<Finding> {
    change::read(input.patch).iter().flat_map(check_file).collect()
}

fn check_file(file: &change::FileChange) -> Vec<Finding> {
    let (before, after) = (file.before.unwrap_or_default(), file.after.unwrap_or_default());
    let added: BTreeSet<u32> = file.added().map(|line| line.number).collect();
    let hits = distinct(plausible_hits(file.path.as_str(), after));
    let secrets = describe_all(file.path.as_str(), after, &hits);
    // A line that was only moved or re-wrapped adds no secret.
    let fresh = hits.iter().zip(secrets).filter(|(hit, _)| !before.contains(&after[hit.range.clone()]));
    let fresh = fresh.map(|(_, secret)| secret).filter(|secret| added.contains(&secret.line));
    let mut findings: Vec<_> = fresh.map(|secret| finding(&secret, file.path)).collect();
    findings.extend(allow_comments(file, before, after));
    findings
}

/// Comments that silence scanners, when there are more of them than before.
fn allow_comments(file: &change::FileChange, before: &str, after: &str) -> Vec<Finding> {
    let count = |text: &str| text.lines().filter(|line| is_allowed(line)).count();
    if count(after) <= count(before) {
        return Vec::new();
    }
    let what = "adds a comment that silences secret scanners";
    let lines = file.added().filter(|line| is_allowed(line.text));
    lines.map(|line| super::at_line("secrets/allow-comment", Severity::Warning, file.path, line.number, what)).collect()
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

/// Whether the line carries a comment that says: not a secret.
pub fn is_allowed(line: &str) -> bool {
    let lower = line.to_lowercase();
    ALLOW_COMMENTS.iter().any(|comment| lower.contains(comment))
}

/// Every secret in `text`, by line. Comments that silence scanners are not heeded here.
pub fn scan(path: &str, text: &str) -> Vec<Secret> {
    describe_all(path, text, &distinct(plausible_hits(path, text)))
}

/// One secret for each hit, in the same order.
fn describe_all(path: &str, text: &str, hits: &[Hit]) -> Vec<Secret> {
    let hidden: Vec<Range<usize>> = hits.iter().map(|hit| hit.range.clone()).collect();
    let mut seen = BTreeMap::new();
    hits.iter().map(|hit| describe(path, text, hit, &hidden, &mut seen)).collect()
}

fn rule(hit: &Hit) -> &'static Rule {
    rules::FINDER.rule(hit.rule)
}

fn plausible_hits(path: &str, text: &str) -> Vec<Hit> {
    let kind = Kind::of(path);
    let fits = |hit: &Hit| {
        let rule = rule(hit);
        kind.takes(rule) && plausible::is_plausible(rule, &text[hit.range.clone()])
    };
    rules::FINDER.find(text).into_iter().filter(fits).collect()
}

/// Which of the generic rules mean anything in a file.
enum Kind {
    /// Written by tools, full of hashes.
    Lock,
    /// `NAME=value` without quotes is a value.
    Settings,
    /// `name = value` without quotes is a variable.
    Code,
}

impl Kind {
    fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let extension = name.rsplit('.').next().unwrap_or_default();
        let settings = [
            "env",
            "ini",
            "cfg",
            "conf",
            "config",
            "properties",
            "yml",
            "yaml",
            "toml",
            "txt",
            "sh",
            "bash",
            "npmrc",
            "pypirc",
            "netrc",
            "tfvars",
        ];
        if super::dependencies::is_lock_name(&name)
            || [".map", ".min.js", ".min.css"].iter().any(|end| name.ends_with(end))
        {
            Self::Lock
        } else if settings.contains(&extension)
            || name.starts_with(".env")
            || name.starts_with("dockerfile")
            || path.is_empty()
        {
            Self::Settings
        } else {
            Self::Code
        }
    }

    fn takes(&self, rule: &Rule) -> bool {
        match self {
            Self::Lock => !rules::is_generic(rule),
            Self::Settings => true,
            Self::Code => rule.id != rules::UNQUOTED,
        }
    }
}

/// One hit per place: a vendor's form before a general one, then the longer one.
fn distinct(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (rules::is_generic(rule(hit)), rule(hit).entropy > 0.0, std::cmp::Reverse(hit.range.len())));
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        let overlaps = |other: &Hit| hit.range.start < other.range.end && other.range.start < hit.range.end;
        if !kept.iter().any(overlaps) {
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| hit.range.start);
    kept
}

fn describe(
    path: &str,
    text: &str,
    hit: &Hit,
    hidden: &[Range<usize>],
    seen: &mut BTreeMap<(&'static str, String), usize>,
) -> Secret {
    let start = text[..hit.range.start].rfind('\n').map_or(0, |i| i + 1);
    let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    let line = text.as_bytes()[..start].iter().filter(|b| **b == b'\n').count() + 1;
    let column = text[start..hit.range.start].chars().count() + 1;
    let around = redacted(text, start..end, hidden);
    let count = seen.entry((rule(hit).id, around.clone())).or_default();
    *count += 1;
    Secret {
        rule: rule(hit).id,
        name: rule(hit).name,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        excerpt: excerpt(&around),
        fingerprint: fingerprint(&[rule(hit).id, path, &around, &count.to_string()]),
    }
}

/// The line with every secret on it hidden.
fn redacted(text: &str, line: Range<usize>, hidden: &[Range<usize>]) -> String {
    let mut out = String::new();
    let mut done = line.start;
    for secret in hidden.iter().filter(|range| range.start < line.end && range.end > line.start) {
        out.push_str(&text[done..secret.start.max(done)]);
        out.push_str(MASK);
        done = secret.end.clamp(done, line.end);
    }
    out.push_str(&text[done..line.end]);
    crate::mask::Masker::default().mask(&out).trim().to_owned()
}

/// What a person reads: around the first hidden place, printable, not long.
fn excerpt(line: &str) -> String {
    let clean: Vec<char> = line.chars().filter(|c| !c.is_control()).collect();
    let at = clean.windows(3).position(|w| w == ['*', '*', '*']).unwrap_or(0);
    clean[at.saturating_sub(EXCERPT / 2)..].iter().take(EXCERPT).collect()
}

fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, b| {
        let _ = write!(hex, "{b:02x}");
        hex
    })
}
