//! What a repository says about its secrets, in the files that it has for gitleaks and in our baseline.

use super::Baseline;
use super::baseline;
use super::found::Secret;
use super::gitleaks::{self, Config, Ignore};

const CONFIG: &str = ".gitleaks.toml";
const IGNORE: &str = ".gitleaksignore";

/// Read from one commit, or from one tree.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub config: Option<Config>,
    pub ignore: Ignore,
    pub baseline: Option<Baseline>,
}

impl Settings {
    /// `read` gives a file's text by its path. The error is one line that names the file and the place.
    pub fn read(read: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let config = read(CONFIG).map(|text| gitleaks::parse(CONFIG, &text, read)).transpose()?;
        let ignore = read(IGNORE).map(|text| Ignore::parse(&text)).unwrap_or_default();
        let baseline = read(baseline::PATH).map(|text| Baseline::parse(baseline::PATH, &text)).transpose()?;
        Ok(Self { config, ignore, baseline })
    }

    /// Whether a single find is let pass by name. `rules`: what its rule is called.
    pub fn lets_pass(&self, rules: &[&str], path: &str, commit: Option<&str>, secret: &Secret) -> bool {
        self.ignore.covers(rules, path, secret.line, commit)
            || self.baseline.as_ref().is_some_and(|baseline| baseline.covers(path, secret))
    }
}
