//! The last lines that a person in a terminal reads.

use super::{outcome_phrase, status_word};
use crate::record::{CheckResult, Healing};
use std::fmt::Write as _;

/// One line per guard: id, status, first finding or detail.
pub fn guard_lines(guards: &[CheckResult]) -> String {
    let width = guards.iter().map(|g| g.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for guard in guards {
        let detail = guard.findings.first().map(|f| f.message.as_str()).unwrap_or(&guard.detail);
        let line = format!("  {:width$}  {:7}  {}", guard.id, status_word(guard.status), detail);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// One line: how it ended, with the figures.
pub fn verdict(healing: &Healing) -> String {
    let tokens = healing.tokens.input + healing.tokens.output;
    let hand = healing.candidate.as_ref().map_or_else(String::new, |c| format!(" by hand `{}`", c.hand.as_str()));
    format!(
        "{}{hand}: {} ({:.1} s, {} judged, {tokens} tokens)",
        match healing.outcome {
            // In a terminal there is no pull request to speak of.
            crate::record::Outcome::Proposed => "repaired",
            other => outcome_phrase(other),
        },
        healing.reason,
        healing.seconds.total,
        super::count(healing.candidates, "candidate"),
    )
}
