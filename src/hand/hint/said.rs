//! What messages say, as constant patterns of which the first that fits counts.

use regex::{Captures, Regex};
use std::sync::OnceLock;

/// Compiled when first asked.
pub(super) struct Said {
    patterns: &'static [&'static str],
    compiled: OnceLock<Vec<Regex>>,
}

impl Said {
    pub(super) const fn new(patterns: &'static [&'static str]) -> Self {
        Self { patterns, compiled: OnceLock::new() }
    }

    /// One that does not compile matches nothing, and its user's tests say so.
    pub(super) fn captures<'t>(&self, message: &'t str) -> Option<Captures<'t>> {
        let compile = || self.patterns.iter().filter_map(|text| Regex::new(text).ok()).collect();
        self.compiled.get_or_init(compile).iter().find_map(|pattern| pattern.captures(message))
    }
}
