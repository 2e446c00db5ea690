//! The key `fixers:`: commands by which a repository mends itself, and the output that asks for them.

use super::Command;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OwnFixer {
    /// A regular expression that finds something in what the failing command printed; `^` and `$` are those of lines.
    pub when: String,
    /// What it changes in the tree is a candidate, judged and proven like every other.
    pub run: Command,
}

impl OwnFixer {
    /// `None` when the expression is none, or too large.
    pub fn pattern(&self) -> Option<Regex> {
        self.compiled().ok()
    }

    fn compiled(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.when).multi_line(true).size_limit(1 << 20).build()
    }
}

/// Each one whose expression is found costs a run of its command.
const MOST: usize = 20;

pub(super) fn check(fixers: &[OwnFixer]) -> Result<(), String> {
    if fixers.len() > MOST {
        return Err(format!("fixers has {} entries; use at most {MOST}", fixers.len()));
    }
    fixers.iter().try_for_each(|fixer| {
        if fixer.run.to_line(None).is_none() {
            return Err(format!("fixers: the command for `{:.60}` is empty", fixer.when));
        }
        if fixer.when.trim().is_empty() {
            return Err("fixers: `when` is empty; name what the output must contain".to_owned());
        }
        let why = |e: regex::Error| e.to_string().lines().last().unwrap_or_default().trim().to_owned();
        fixer.compiled().map(drop).map_err(|e| format!("fixers: `when: {:.60}`: {}", fixer.when, why(e)))
    })
}
