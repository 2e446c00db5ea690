//! What the trusted configuration makes of paths and findings.

use crate::config::{Level, Policy};
use crate::record::{Finding, Severity};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Checks that no configuration can turn down; single paths are allowed by `policy.allow`.
const FIRM: &[&str] = &["paths", "secrets"];

/// Whether any of `globs` matches all of `path`: `*` stays within one part, `**` does not, letters match
/// in any case.
pub fn matches(globs: &[String], path: &str) -> bool {
    !globs.is_empty() && set(globs).is_match(path)
}

/// A glob that does not compile was refused when the configuration was read.
fn set(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        if let Ok(glob) = GlobBuilder::new(glob).literal_separator(true).case_insensitive(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

/// Applies the level that `policy.checks` gives to the finding's rule (`tests/literal`), or else to its
/// check (`tests`).
pub fn levelled(finding: Finding, policy: &Policy) -> Option<Finding> {
    let check = finding.rule.split('/').next().unwrap_or_default();
    if FIRM.contains(&check) {
        return Some(finding);
    }
    let severity = match policy.checks.get(&finding.rule).or_else(|| policy.checks.get(check)) {
        Some(Level::Off) => return None,
        Some(Level::Warn) => finding.severity.min(Severity::Warning),
        Some(Level::Block) => Severity::Error,
        None => finding.severity,
    };
    Some(Finding { severity, ..finding })
}

/// Names in `policy.checks` that belong to no check, so that a misspelt one is not silently without effect.
pub fn unknown_checks(policy: &Policy) -> Vec<&str> {
    let checks = [super::ids(), vec!["hooks"]].concat();
    let known = |name: &&String| checks.contains(&name.split('/').next().unwrap_or_default());
    policy.checks.keys().filter(|name| !known(name)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::finding;

    #[test]
    fn globs_match_whole_paths_in_any_case() {
        let globs = ["deploy/**".to_owned(), "*.lock".to_owned()];
        assert!(matches(&globs, "Deploy/a/b.yml") && matches(&globs, "x.lock"));
        assert!(!matches(&globs, "src/deploy/x") && !matches(&globs, "a/x.lock"));
    }

    #[test]
    fn levels_apply_to_rules_before_checks_and_never_to_firm_ones() {
        let level = |rule: &str, checks: &[(&str, Level)]| {
            let checks = checks.iter().map(|(id, level)| ((*id).to_owned(), *level)).collect();
            let policy = Policy { checks, ..Policy::default() };
            levelled(finding(rule, Severity::Error, "x"), &policy).map(|f| f.severity)
        };
        assert_eq!(level("tests/literal", &[("tests", Level::Warn)]), Some(Severity::Warning));
        assert_eq!(
            level("tests/literal", &[("tests", Level::Off), ("tests/literal", Level::Block)]),
            Some(Severity::Error)
        );
        assert_eq!(level("tests/literal", &[("tests", Level::Off)]), None);
        assert_eq!(level("secrets/jwt", &[("secrets", Level::Off)]), Some(Severity::Error));
        let policy = Policy { checks: [("test".to_owned(), Level::Off)].into(), ..Policy::default() };
        assert_eq!(unknown_checks(&policy), ["test"]);
    }
}
