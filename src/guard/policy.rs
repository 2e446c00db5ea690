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

/// Whether `path` is what one of `globs` names, or lies below it: a name without `/` is one at any depth, as in `.gitignore`.
pub fn covers(globs: &[String], path: &str) -> bool {
    let wider = |glob: &String| {
        let bare = glob.trim_matches('/');
        let anywhere = if bare.contains('/') || glob.starts_with('/') { "" } else { "**/" };
        [format!("{anywhere}{bare}"), format!("{anywhere}{bare}/**")]
    };
    matches(&globs.iter().flat_map(wider).collect::<Vec<_>>(), path)
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

/// Whether `policy.checks` may name it: a check, or one of its rules.
pub fn is_rule(name: &str) -> bool {
    let (check, rule) = name.split_once('/').unwrap_or((name, ""));
    if FIRM.contains(&check) || check == HOOKS {
        return true;
    }
    super::CHECKS.iter().any(|c| c.id == check && (name == check || c.rules.contains(&rule)))
}

/// The guard whose rules are the names of the repository's own hooks.
const HOOKS: &str = "hooks";

/// Why `policy.checks` is refused, if so: what has no effect must not look as if it had one.
pub fn refuse(policy: &Policy) -> Option<String> {
    policy.checks.iter().find_map(|(name, level)| {
        let check = name.split('/').next().unwrap_or_default();
        if FIRM.contains(&check) && *level != Level::Block {
            let mend = if check == "paths" { "; policy.allow lets single paths through" } else { "" };
            return Some(format!("policy.checks: `{check}` always blocks{mend}"));
        }
        if is_rule(name) {
            return None;
        }
        let known = super::CHECKS.iter().find(|c| c.id == check);
        Some(match known {
            Some(known) => {
                format!("policy.checks names no rule of `{check}`: `{name}`; its rules are {}", known.rules.join(", "))
            }
            None => {
                let checks = [super::ids(), vec![HOOKS]].concat().join(", ");
                format!("policy.checks names no check: `{name}`; the checks are {checks}")
            }
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_covers_what_lies_below_it() {
        for (glob, path, wanted) in [
            ("infra", "infra/a.tf", true),
            ("infra", "x/infra/a.tf", true),
            ("/infra/", "infra/a.tf", true),
            ("/infra", "x/infra/a.tf", false),
            ("*.sql", "db/q.sql", true),
            ("db/*.sql", "db/q.sql", true),
            ("db/*.sql", "x/db/q.sql", false),
            ("infra", "infrared/a.tf", false),
        ] {
            assert_eq!(covers(&[glob.to_owned()], path), wanted, "{glob} {path}");
        }
    }

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
    }

    #[test]
    fn levels_without_effect_are_refused() {
        let refused = |name: &str, level: Level| {
            refuse(&Policy { checks: [(name.to_owned(), level)].into(), ..Policy::default() }).unwrap_or_default()
        };
        for (name, level, part) in [
            ("test", Level::Off, "the checks are paths"),
            ("paths", Level::Off, "policy.allow"),
            ("paths/protected", Level::Warn, "always blocks"),
            ("secrets", Level::Off, "`secrets` always blocks"),
            ("tests/litral", Level::Warn, "its rules are"),
            ("tests/", Level::Warn, "names no rule"),
        ] {
            assert!(refused(name, level).contains(part), "{name}: {}", refused(name, level));
        }
        for name in ["tests", "tests/literal", "shape/lines", "hooks", "hooks/ruff"] {
            assert_eq!(refused(name, Level::Warn), "", "{name}");
        }
        assert_eq!(refused("paths", Level::Block), "");
    }
}
