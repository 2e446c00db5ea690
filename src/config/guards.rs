//! The key `guards:`: a repository's own checks, run over every candidate beside the built-in ones.

use super::Command;
use crate::record::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnGuard {
    /// What it is called in results; not the name of a built-in check.
    pub id: String,
    /// Exit code 0 means that it has nothing against the candidate. A script gets the candidate's files as `"$@"`,
    /// an argument vector where it has the element `{files}`.
    pub command: Command,
    /// `error` blocks, `warning` is told.
    #[serde(default = "blocks")]
    pub severity: Severity,
    /// Globs: it is run only when the candidate touches such a file. Empty means always.
    #[serde(default)]
    pub when: Vec<String>,
}

fn blocks() -> Severity {
    Severity::Error
}

/// The names of what is checked anyway.
pub const RESERVED: &[&str] =
    &["paths", "shape", "tests", "dependencies", "suspicious", "secrets", "verify", "hooks", "review"];
/// Each one is run for every candidate that passes everything else.
const MOST: usize = 20;

pub(super) fn check(guards: &[OwnGuard]) -> Result<(), String> {
    if guards.len() > MOST {
        return Err(format!("guards has {} entries; use at most {MOST}", guards.len()));
    }
    let mut seen = BTreeSet::new();
    guards.iter().try_for_each(|guard| check_one(guard, &mut seen))
}

fn check_one<'a>(guard: &'a OwnGuard, seen: &mut BTreeSet<&'a str>) -> Result<(), String> {
    let id = guard.id.as_str();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if id.is_empty() || id.len() > 40 || !id.bytes().all(plain) || id.starts_with('-') {
        return Err(format!("guards: the id `{id:.40}` is not made of small letters, digits and -"));
    }
    if RESERVED.contains(&id) {
        return Err(format!("guards: `{id}` is the name of a built-in check; choose another"));
    }
    if !seen.insert(id) {
        return Err(format!("guards: two of them are called `{id}`"));
    }
    if guard.command.to_line(None).is_none() {
        return Err(format!("guards: `{id}` has an empty command"));
    }
    if guard.severity == Severity::Note {
        return Err(format!("guards: the severity of `{id}` is `note`; use error or warning"));
    }
    for glob in &guard.when {
        globset::Glob::new(glob).map_err(|e| format!("guards: {id}: {e}"))?;
    }
    Ok(())
}
