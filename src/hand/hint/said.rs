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
        self.compiled().iter().find_map(|pattern| pattern.captures(message))
    }

    /// Everything in a text that any of them fits.
    pub(super) fn all<'t>(&self, text: &'t str) -> Vec<Captures<'t>> {
        self.compiled().iter().flat_map(|pattern| pattern.captures_iter(text)).collect()
    }

    fn compiled(&self) -> &[Regex] {
        let compile = || self.patterns.iter().filter_map(|text| Regex::new(text).ok()).collect();
        self.compiled.get_or_init(compile)
    }
}
