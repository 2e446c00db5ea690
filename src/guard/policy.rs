//! What the trusted configuration allows and forbids: the key `policy` of thanos.yml.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

/// The defaults are the safe ones; everything here either loosens or tightens them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Policy {
    /// More paths that no patch may touch.
    pub protect: Vec<PathGlob>,
    /// Paths that a patch may touch although they are protected by default or by `protect`.
    pub allow: Vec<PathGlob>,
    pub max_files: usize,
    /// Added and removed lines together.
    pub max_lines: usize,
    /// Names of dependencies (globs) that may come in without a word.
    pub allow_dependencies: Vec<PathGlob>,
    /// Checks or rules whose warnings block too: `dependencies`, `tests/literal`.
    pub block: Vec<RuleName>,
    /// Checks or rules that only warn.
    pub warn: Vec<RuleName>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            protect: Vec::new(),
            allow: Vec::new(),
            max_files: 20,
            max_lines: 400,
            allow_dependencies: Vec::new(),
            block: Vec::new(),
            warn: Vec::new(),
        }
    }
}

/// A glob over `/`-separated paths: `*` stays within one part, `**` does not, letters match in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathGlob(String);

impl TryFrom<String> for PathGlob {
    type Error = globset::Error;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        compile(&text).map(|_| Self(text))
    }
}

impl From<PathGlob> for String {
    fn from(glob: PathGlob) -> Self {
        glob.0
    }
}

fn compile(text: &str) -> Result<globset::Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).case_insensitive(true).build()
}

/// Whether any of `globs` matches all of `path`.
pub fn matches(globs: &[PathGlob], path: &str) -> bool {
    !globs.is_empty() && set(globs).is_match(path)
}

/// Every [`PathGlob`] compiled once already, so none can be lost here.
fn set(globs: &[PathGlob]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs.iter().filter_map(|glob| compile(&glob.0).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
}

/// The id of a check (`tests`) or of one of its rules (`tests/skipped`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleName(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no check is called `{0}`; there are {known}", known = super::ids().join(", "))]
pub struct UnknownRule(String);

impl TryFrom<String> for RuleName {
    type Error = UnknownRule;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let check = text.split('/').next().unwrap_or_default();
        if super::ids().contains(&check) { Ok(Self(text)) } else { Err(UnknownRule(text)) }
    }
}

impl From<RuleName> for String {
    fn from(name: RuleName) -> Self {
        name.0
    }
}

impl RuleName {
    /// Whether it names `rule` or the check that `rule` belongs to.
    pub fn covers(&self, rule: &str) -> bool {
        rule.strip_prefix(self.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_read_strictly() {
        let yaml =
            "protect: ['deploy/**']\nallow: [Cargo.lock]\nmax-files: 3\nblock: [dependencies]\nwarn: [tests/literal]\n";
        let policy: Policy = serde_yaml::from_str(yaml).unwrap();
        assert_eq!((policy.max_files, policy.max_lines), (3, 400));
        assert!(matches(&policy.protect, "Deploy/a/b.yml") && !matches(&policy.protect, "src/deploy/x"));
        for bad in ["protects: []", "protect: ['a[']", "warn: [test]", "max-files: many", "max-files: -1"] {
            assert!(serde_yaml::from_str::<Policy>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_check_covers_its_rules() {
        let name = RuleName::try_from("tests".to_owned()).unwrap();
        assert!(name.covers("tests") && name.covers("tests/skipped") && !name.covers("testsuite"));
    }
}
