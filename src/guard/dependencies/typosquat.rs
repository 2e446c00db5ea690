//! New dependencies whose name is nearly that of a well-known package: the slip of a tired finger, or
//! somebody who waits for it.

use super::error;
use super::manifest::{Kind, is_dependency};
use crate::guard::change::FileChange;
use crate::record::Finding;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The well-known names of one registry, the most used first. All of them are known, so that none is
/// taken for another; only the first are worth imitating.
struct Registry {
    known: BTreeSet<&'static str>,
    imitated: Vec<&'static str>,
    /// Every name without what joins its words: leaving that out is a slip wherever the name stands on the list.
    joined: BTreeMap<String, &'static str>,
}

/// A name further down the list is hardly worth imitating, and the further down, the more honest names are near.
const IMITATED: usize = 400;
/// Shorter names are near to too many.
const SHORTEST: usize = 5;
/// From this length on two slips count as one.
const LONG: usize = 10;

type Names = LazyLock<Registry>;

static NPM: Names = LazyLock::new(|| registry(include_str!("names/npm.txt")));
static PYPI: Names = LazyLock::new(|| registry(include_str!("names/pypi.txt")));
static CRATES: Names = LazyLock::new(|| registry(include_str!("names/crates.txt")));
static RUBYGEMS: Names = LazyLock::new(|| registry(include_str!("names/rubygems.txt")));
static GO: Names = LazyLock::new(|| registry(include_str!("names/go.txt")));

fn registry(list: &'static str) -> Registry {
    // Scopes stand at the end of npm's list, and each of them is worth imitating.
    let scopes = list.lines().filter(|name| name.starts_with('@'));
    let imitated = list.lines().filter(|name| !name.starts_with('@')).take(IMITATED).chain(scopes).collect();
    // The most used of those that come to the same.
    let joined = list.lines().rev().map(|name| (joined(name), name)).collect();
    Registry { known: list.lines().collect(), imitated, joined }
}

fn joined(name: &str) -> String {
    name.replace(['-', '_', '.'], "").to_lowercase()
}

type Pattern = LazyLock<Option<Regex>>;

/// `"name": "range"`, and the real name behind an alias.
static JSON: Pattern =
    LazyLock::new(|| Regex::new(r#"^\s*"((?:@[\w.~-]+/)?[\w.~-]+)"\s*:\s*"(?:npm:((?:@[\w.~-]+/)?[\w.~-]+))?"#).ok());
/// `name = …`, `[dependencies.name]`, `package = "real name"`.
static TOML: Pattern = LazyLock::new(|| {
    Regex::new(
        r#"^\s*(?:\[(?:[^\]]*\.)?(?:dev-|build-)?dependencies\.["']?([\w-]+)|["']?([\w-]+)["']?\s*(?:\.\w+\s*)?=)"#,
    )
    .ok()
});
static RENAMED: Pattern = LazyLock::new(|| Regex::new(r#"\bpackage\s*=\s*["']([\w-]+)["']"#).ok());
/// `name[extra]>=1`, alone on its line or in quotes.
static REQUIREMENT: Pattern = LazyLock::new(|| {
    Regex::new(r#"(?:^\s*|["'])([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@,#]|["']|$)"#).ok()
});
static GEM: Pattern = LazyLock::new(|| Regex::new(r#"^\s*gem\s*\(?\s*["']([\w-]+)["']"#).ok());
static MODULE: Pattern = LazyLock::new(|| Regex::new(r"^\s*(?:require\s+)?([\w.-]+\.[\w-]+/[\w./~-]+)\s+v").ok());

pub fn check(file: &FileChange, kind: Kind) -> Vec<Finding> {
    let Some(after) = file.after else { return Vec::new() };
    let before = words(file.before.unwrap_or_default());
    let mut findings = Vec::new();
    for line in file.added().filter(|line| is_dependency(after, line, kind)) {
        for name in names(kind, line.text).into_iter().filter(|name| !before.contains(name)) {
            if let Some(famous) = imitates(kind, name) {
                let what = format!("`{name}` is nearly the name of the well-known package `{famous}`");
                findings.push(error("dependencies/typosquat", file, line.number, what));
            }
        }
    }
    findings
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| c.is_whitespace() || "\"',:;=<>[]{}()!~".contains(c)).collect()
}

/// The packages that a line asks for.
fn names(kind: Kind, line: &str) -> Vec<&str> {
    let all = |patterns: &[&'static Pattern]| {
        let found = patterns.iter().filter_map(|p| p.as_ref()).flat_map(|regex| regex.captures_iter(line));
        found.flat_map(|c| c.iter().skip(1).flatten().map(|m| m.as_str()).collect::<Vec<_>>()).collect()
    };
    match kind {
        Kind::Npm => all(&[&JSON]),
        Kind::Cargo => all(&[&TOML, &RENAMED]),
        Kind::Pyproject => all(&[&TOML, &REQUIREMENT]),
        Kind::Setup | Kind::Requirements => all(&[&REQUIREMENT]),
        Kind::Gem => all(&[&GEM]),
        Kind::Go => all(&[&MODULE]),
        _ => Vec::new(),
    }
}

fn known(kind: Kind) -> Option<&'static Registry> {
    Some(match kind {
        Kind::Npm => &NPM,
        Kind::Cargo => &CRATES,
        Kind::Pyproject | Kind::Setup | Kind::Requirements => &PYPI,
        Kind::Gem => &RUBYGEMS,
        Kind::Go => &GO,
        _ => return None,
    })
}

/// The well-known package that `name` can be mistaken for.
fn imitates(kind: Kind, name: &str) -> Option<&'static str> {
    let registry = known(kind)?;
    let name = match kind {
        Kind::Go => without_version(name).to_owned(),
        // Whoever owns a scope owns every name in it.
        Kind::Npm if name.starts_with('@') => name.split('/').next().unwrap_or_default().to_lowercase(),
        _ => name.to_lowercase().replace(['_', '.'], "-"),
    };
    // npm alone tells `_` and `.` from `-`.
    let same = |other: &str| other == name || kind != Kind::Go && other.replace(['_', '.'], "-") == name;
    if registry.known.contains(name.as_str()) || registry.known.iter().any(|other| same(other)) {
        return None;
    }
    let scoped = name.starts_with('@');
    let famous = registry.joined.get(&joined(&name)).filter(|other| kind != Kind::Go && other.len() >= SHORTEST);
    if let Some(famous) = famous {
        return Some(famous);
    }
    registry.imitated.iter().filter(|other| other.starts_with('@') == scoped).find(|o| is_near(&name, o)).copied()
}

/// `github.com/x/y/v2` is a version of `github.com/x/y`; packages below it are the same module's.
fn without_version(module: &str) -> &str {
    let depth = if module.starts_with("github.com/") { 3 } else { 2 };
    let end = module.match_indices('/').nth(depth - 1).map_or(module.len(), |(at, _)| at);
    &module[..end]
}

fn is_near(name: &str, famous: &str) -> bool {
    let letters = |text: &str| text.replace(|c: char| !c.is_alphabetic(), "");
    if famous.len() < SHORTEST || name.len().abs_diff(famous.len()) > 2 {
        return false;
    }
    // `boto` and `boto3` are versions of one another.
    let distance = strsim::damerau_levenshtein(name, famous);
    letters(name) != letters(famous) && distance <= if famous.len() >= LONG { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_packages_are_not() {
        for (kind, name, famous) in [
            (Kind::Npm, "lodahs", "lodash"),
            (Kind::Npm, "crossspawn", "cross-spawn"),
            (Kind::Npm, "crossenv", "cross-env"),
            (Kind::Npm, "@bable/core", "@babel"),
            (Kind::Setup, "reqeusts", "requests"),
            (Kind::Pyproject, "Python_Dateutl", "python-dateutil"),
            (Kind::Cargo, "serde_jsom", "serde_json"),
            (Kind::Cargo, "rustdecimal", ""),
            (Kind::Gem, "nokogri", "nokogiri"),
            (Kind::Go, "github.com/strechr/testify", "github.com/stretchr/testify"),
            (Kind::Go, "github.com/boltdb-go/bolt", ""),
        ] {
            assert_eq!(imitates(kind, name).unwrap_or_default(), famous, "{name}");
        }
    }

    #[test]
    fn no_well_known_name_is_taken_for_another() {
        for kind in [Kind::Npm, Kind::Requirements, Kind::Cargo, Kind::Gem, Kind::Go] {
            for name in &known(kind).unwrap().known {
                assert_eq!(imitates(kind, name), None, "{name}");
            }
        }
        for (kind, name) in [
            (Kind::Npm, "preact"),
            (Kind::Npm, "my-own-package"),
            (Kind::Requirements, "PyYAML"),
            (Kind::Requirements, "boto"),
            (Kind::Cargo, "serde-json"),
            (Kind::Go, "github.com/jackc/pgx/v5"),
            (Kind::Go, "github.com/somebody/else"),
        ] {
            assert_eq!(imitates(kind, name), None, "{name}");
        }
    }
}
